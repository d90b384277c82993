"""Answers as plain data, and back."""

import json
import random

import cirq
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit

from qtrain.circuits import (
    Counts,
    Density,
    Distribution,
    Function,
    Matrix,
    Nothing,
    Number,
    Observable,
    State,
    Text,
    Unreadable,
    from_data,
    read,
    to_data,
)

FEW = settings(max_examples=30)


def there_and_back(value):
    return from_data(json.loads(json.dumps(to_data(value), allow_nan=False)))


def flat(operation):
    matrix = None if operation.matrix is None else operation.matrix.tobytes()
    inside = [[flat(one) for one in block] for block in (operation.body, operation.orelse)]
    return (
        operation.name,
        operation.qubits,
        operation.params,
        operation.controls,
        operation.control_values,
        matrix,
        operation.clbits,
        operation.condition,
        inside,
        operation.label,
    )


@FEW
@given(st.integers(0, 2**31))
def test_circuits_are_exact(seed):
    q = cirq.LineQubit.range(3)
    rng = random.Random(seed)
    circuit = cirq.testing.random_circuit(q, 4, 0.8, random_state=seed)
    circuit.append([cirq.rx(rng.random())(q[0]), cirq.MatrixGate(cirq.testing.random_unitary(4))(q[0], q[1])])
    circuit.append([cirq.measure(q[0], key="m"), cirq.X(q[1]).with_classical_controls("m"), cirq.reset(q[2])])
    circuit.append([cirq.depolarize(0.1)(q[1]), cirq.X(q[0]).controlled_by(q[1], control_values=[0])])
    before = read(circuit)
    after = there_and_back(before)
    assert [flat(one) for one in after.operations] == [flat(one) for one in before.operations]
    for name in ("num_qubits", "num_clbits", "phase", "qubit_names", "clbit_names", "framework", "explicit_qubits"):
        assert getattr(after, name) == getattr(before, name)


def test_values_are_exact():
    vector = np.random.default_rng(1).normal(size=8) + 1j / 3
    for value in (State(vector, 3), Matrix(np.outer(vector, vector), 3), Density(np.eye(2) / 3, 1)):
        after = there_and_back(value)
        array = "vector" if isinstance(value, State) else "matrix"
        assert type(after) is type(value) and after.num_qubits == value.num_qubits
        assert getattr(after, array).tobytes() == np.asarray(getattr(value, array), dtype=complex).tobytes()
    plain = [
        Observable({"XZ": 0.1 + 0.2j}, 2),
        Counts({"01": 7}, 2),
        Distribution({"01": 0.1}, 2),
        Number(0.1),
        Number(1 / 3 - 2j),
        Number(7),
        Text("ä\n"),
        Nothing(),
    ]
    for value in plain:
        assert there_and_back(value) == value
    function = there_and_back(Function(len))
    with pytest.raises(Unreadable, match="outside the notebook"):
        function.call(3)


def good():
    circuit = QuantumCircuit(2, 1)
    circuit.h(0)
    circuit.unitary(np.eye(2), 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.x(1)
    return to_data(read(circuit))


def test_damaged_data_never_come_through():
    assert from_data(good()).num_qubits == 2
    damages = [
        lambda d: d.update(type="pickle"), lambda d: d.update(num_qubits=10**9), lambda d: d.update(num_qubits="2"),
        lambda d: d.update(num_qubits=True), lambda d: d.update(phase=float("nan")), lambda d: d.pop("framework"),
        lambda d: d.update(operations={}), lambda d: d.update(qubit_names=["a"]), lambda d: d.update(num_clbits=-1),
        lambda d: d["operations"].append(None), lambda d: d["operations"][0].update(qubits=[2]),
        lambda d: d["operations"][0].update(qubits=[0, 0]), lambda d: d["operations"][0].update(params=[0.1]),
        lambda d: d["operations"][0].update(name="os.system"), lambda d: d["operations"][0].update(controls=[0]),
        lambda d: d["operations"][0].update(controls=[1], control_values=[2]),
        lambda d: d["operations"][1].pop("matrix"), lambda d: d["operations"][1]["matrix"].update(shape=[4, 4]),
        lambda d: d["operations"][1]["matrix"].update(base64="!" * 88),
        lambda d: d["operations"][1]["matrix"].update(dtype="O"),
        lambda d: d["operations"][1]["matrix"].update(base64="A" * 86 + "=="),
        lambda d: d["operations"][2].update(clbits=[5]), lambda d: d["operations"][3].update(condition=[[9], 1]),
        lambda d: d["operations"][3].update(condition=None), lambda d: d["operations"][3].update(body=[{}]),
        lambda d: d.update(operations=[{"name": "x", "qubits": [0]}] * 200_001),
    ]  # fmt: skip
    for number, damage in enumerate(damages):
        data = good()
        damage(data)
        with pytest.raises(Unreadable):
            raise AssertionError(f"damage {number} came through: {from_data(data)}")


@pytest.mark.parametrize(
    "data",
    [
        None, [], {}, {"type": []}, {"type": "number", "real": "1"}, {"type": "number", "real": float("inf")},
        {"type": "number", "real": None}, {"type": "text", "value": 3},
        {"type": "counts", "num_bits": 2, "counts": {"0": 1}}, {"type": "counts", "num_bits": 1, "counts": {"0": -1}},
        {"type": "counts", "num_bits": 1, "counts": {"0": True}},
        {"type": "distribution", "num_bits": 1, "probabilities": {"0": float("nan")}},
        {"type": "observable", "num_qubits": 1, "terms": {"Q": [1, 0]}},
        {"type": "observable", "num_qubits": 1, "terms": {"X": [1]}},
        {"type": "state", "vector": {"shape": [3], "dtype": "<c16", "base64": "A" * 64}},
        {"type": "state", "vector": {"shape": [10**12], "dtype": "<c16", "base64": ""}},
        {"type": "density", "matrix": {"shape": [1, 2], "dtype": "<c16", "base64": "A" * 42 + "=="}},
    ],
)  # fmt: skip
def test_other_damaged_data(data):
    with pytest.raises(Unreadable):
        from_data(data)


def test_deep_nesting_is_refused():
    data = good()
    step = {"name": "x", "qubits": [0]}
    for _ in range(500):
        step = {"name": "if", "qubits": [0], "condition": [[0], 1], "body": [step], "orelse": []}
    data["operations"] = [step]
    with pytest.raises(Unreadable, match="nested"):
        from_data(data)
