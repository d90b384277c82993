"""Circuits that measure: quantum channel and classical results are compared together."""

import cirq
import numpy as np
import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.quantum_info import DensityMatrix, Kraus

from qtrain import compare
from qtrain.checking import Channel, Density, Distribution, State
from qtrain.circuits import Circuit, Operation
from qtrain.circuits.gates import make

Q = cirq.LineQubit.range(3)
PLUS_I = np.array([1, 1j]) / 2**0.5
MINUS_I = np.array([1, -1j]) / 2**0.5


def qc(n, *steps, bits=0):
    circuit = QuantumCircuit(n, bits)
    for name, *arguments in steps:
        getattr(circuit, name)(*arguments)
    return circuit


def conditional(circuit, bit, value, gate, qubit):
    with circuit.if_test((circuit.clbits[bit], value)):
        getattr(circuit, gate)(qubit)
    return circuit


BOTH = ("measure", [0, 1], [0, 1])
CASES = {
    "exchanged bits": (qc(2, ("x", 0), ("measure", [0, 1], [1, 0]), bits=2), qc(2, ("x", 0), BOTH, bits=2), False),
    "overwritten bit": (
        qc(2, ("x", 0), ("measure", 0, 0), ("measure", 1, 0), bits=2), qc(2, ("x", 0), BOTH, bits=2), False,
    ),
    "a swap by relabelled measurement": (
        qc(2, ("h", 0), ("measure", [0, 1], [1, 0]), bits=2), qc(2, ("h", 0), ("swap", 0, 1), BOTH, bits=2), True,
    ),
    "a syndrome left out": (
        qc(3, ("cx", 0, 2), ("reset", 2), bits=1),
        qc(3, ("cx", 0, 2), ("measure", 2, 0), ("reset", 2), bits=1), False,
    ),
    "a last syndrome left out": (qc(3, ("cx", 0, 2), bits=1), qc(3, ("cx", 0, 2), ("measure", 2, 0), bits=1), False),
    "the data measured instead": (
        qc(2, ("cx", 0, 1), ("measure", 0, 0), bits=1), qc(2, ("cx", 0, 1), ("measure", 1, 0), bits=1), False,
    ),
    "a syndrome measured and the ancilla reset": (
        qc(3, ("cx", 0, 2), ("measure", 2, 0), ("reset", 2), bits=1),
        qc(3, ("cx", 0, 2), ("measure", 2, 0), bits=1), True,
    ),
    "all measured besides": (
        qc(3, ("cx", 0, 2), ("measure", 2, 0), ("measure", [0, 1], [1, 2]), bits=3),
        qc(3, ("cx", 0, 2), ("measure", 2, 0), bits=1), True,
    ),
    "a phase before the measurement": (
        qc(1, ("h", 0), ("s", 0), ("measure", 0, 0), bits=1),
        qc(1, ("h", 0), ("measure", 0, 0), bits=1), True,
    ),
    "another basis": (qc(1, ("measure", 0, 0), bits=1), qc(1, ("h", 0), ("measure", 0, 0), bits=1), False),
    "measured in Cirq": (
        cirq.Circuit(cirq.H(Q[0]), cirq.CNOT(Q[0], Q[1]), cirq.measure(Q[0], Q[1], key="m")),
        qc(2, ("h", 0), ("cx", 0, 1), BOTH, bits=2), True,
    ),
    "inverted in Cirq": (
        cirq.Circuit(cirq.measure(Q[0], key="m", invert_mask=(True,))),
        qc(1, ("measure", 0, 0), bits=1), False,
    ),
    "an X and an inverted result": (
        cirq.Circuit(cirq.X(Q[0]), cirq.measure(Q[0], key="m", invert_mask=(True,)), cirq.reset(Q[0])),
        qc(1, ("measure", 0, 0), ("reset", 0), bits=1), True,
    ),
    "feed-forward for a reset, results not asked for": (
        conditional(qc(1, ("measure", 0, 0), bits=1), 0, 1, "x", 0), qc(1, ("reset", 0)), True,
    ),
    "feed-forward on the wrong value": (
        conditional(qc(2, ("measure", 0, 0), bits=1), 0, 0, "x", 1),
        conditional(qc(2, ("measure", 0, 0), bits=1), 0, 1, "x", 1), False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_results_and_qubits_are_compared_together(name):
    answer, expected, right = CASES[name]
    verdict = compare(answer, expected)
    assert verdict.status == ("right" if right else "wrong"), verdict.message
    assert compare(expected, expected).passed


def test_registers_and_their_order():
    data, first, second = QuantumRegister(2), ClassicalRegister(1, "a"), ClassicalRegister(1, "b")
    expected = QuantumCircuit(data, first, second)
    expected.x(0)
    expected.measure(0, first[0])
    expected.measure(1, second[0])
    swapped = QuantumCircuit(data, second, first)
    swapped.x(0)
    swapped.measure(0, first[0])
    swapped.measure(1, second[0])
    assert compare(expected, qc(2, ("x", 0), BOTH, bits=2)).passed
    assert compare(swapped, qc(2, ("x", 0), BOTH, bits=2)).status == "wrong"


def test_an_inverted_result_turns_the_bit_and_not_the_qubit():
    circuit = cirq.Circuit(cirq.X(Q[0]), cirq.measure(Q[0], key="m", invert_mask=(True,)))
    assert State([0, 1]).judge(circuit).passed and not State([1, 0]).judge(circuit).passed
    assert Distribution({"0": 1.0}).judge(circuit).passed
    later = circuit + cirq.Circuit(cirq.X(Q[0]).with_classical_controls("m"))
    assert State([0, 1]).judge(later).passed


def test_complex_states_and_densities_are_told_from_their_conjugates():
    up, down = qc(1, ("h", 0), ("s", 0)), qc(1, ("h", 0), ("sdg", 0))
    for vector, right, wrong in ((PLUS_I, up, down), (MINUS_I, down, up)):
        assert State(vector).judge(right).passed and not State(vector).judge(wrong).passed
        density = Density(np.outer(vector, vector.conj()))
        assert density.judge(right).passed and not density.judge(wrong).passed
        assert density.judge(DensityMatrix(right)).passed and not density.judge(DensityMatrix(wrong)).passed
        mixed = Density(0.7 * np.outer(vector, vector.conj()) + 0.3 * np.diag([1, 0]))
        assert mixed.judge(0.7 * DensityMatrix(right).data + 0.3 * np.diag([1, 0])).passed
        assert not mixed.judge(0.7 * DensityMatrix(wrong).data + 0.3 * np.diag([1, 0])).passed


def test_channels_that_are_not_symmetric_under_exchange_of_their_qubits():
    damp = [np.diag([1, 0.8]), np.array([[0, 0.6], [0, 0]])]
    eye = [np.eye(2)]
    first, second = ([np.kron(a, b) for a in one for b in other] for one, other in ((damp, eye), (eye, damp)))
    assert Channel(first).judge(cirq.Circuit(cirq.amplitude_damp(0.36)(Q[0]), cirq.I(Q[1]))).passed
    assert not Channel(first).judge(cirq.Circuit(cirq.amplitude_damp(0.36)(Q[1]), cirq.I(Q[0]))).passed
    assert not Channel(first).judge(second).passed
    turned = [np.diag([1, 1j]) @ operator for operator in damp]
    assert not Channel(turned).judge([operator.conj() for operator in turned]).passed
    # Qiskit counts the other way: its last factor is qubit 0.
    assert Channel(first).judge(Kraus(second)).passed and not Channel(first).judge(Kraus(first)).passed


def test_every_branch_has_to_be_right():
    none = conditional(qc(1, ("h", 0), ("measure", 0, 0), bits=1), 0, 1, "z", 0)
    assert not State([1, 0]).judge(none).passed and not State([0, 1]).judge(none).passed
    assert not State(np.array([1, 1]) / 2**0.5).judge(none).passed
    rare = conditional(qc(1, ("ry", 0.05, 0), ("measure", 0, 0), bits=1), 0, 1, "z", 0)
    assert not State([1, 0]).judge(rare).passed
    mended = conditional(qc(1, ("ry", 0.05, 0), ("measure", 0, 0), bits=1), 0, 1, "x", 0)
    assert State([1, 0]).judge(mended).passed
    assert not compare(rare, mended).passed and compare(mended.copy(), mended).passed


def test_final_measurements_count_where_densities_are_compared():
    half = np.diag([0.5, 0, 0, 0.5])
    bell = qc(2, ("h", 0), ("cx", 0, 1))
    measured = qc(2, ("h", 0), ("cx", 0, 1), ("measure", 0, 0), bits=1)
    assert Density(half).judge(measured).passed and not Density(half).judge(bell).passed
    assert Density(DensityMatrix(bell)).judge(bell).passed and not Density(DensityMatrix(bell)).judge(measured).passed


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("late", [False, True])
def test_measurements_after_routing(seed, late):
    circuit = qc(3, ("h", 0), ("cx", 0, 1), ("cx", 0, 2), ("ry", 0.4, 2), ("cx", 1, 2), ("t", 1), ("cx", 0, 1))
    measured = circuit.copy()
    measured.measure_all()
    options = {"coupling_map": [[0, 1], [1, 0], [1, 2], [2, 1]], "basis_gates": ["rz", "sx", "x", "cx"],
               "optimization_level": 1, "seed_transpiler": seed}  # fmt: skip
    made = transpile(circuit if late else measured, **options)
    if late:
        # Qiskit keeps the layout: measuring qubit i of the original is measuring where it ended.
        made.measure_all(add_bits=True)
        assert compare(made, circuit).passed
        return
    assert compare(made, measured).passed and compare(measured, made).passed
    assert compare(made, circuit).passed
    other = measured.copy()
    other.data.insert(0, qc(3, ("x", 2)).data[0])
    assert compare(transpile(other, **options), measured).status == "wrong"


def random_dynamic(seed, steps=120, n=5, extra=None):
    rng = np.random.default_rng(seed)
    operations = []
    for _ in range(steps):
        a, b = (int(q) for q in rng.choice(n, 2, replace=False))
        kind = rng.integers(5)
        if kind == 0:
            operations.append(Operation("measure", (a,), clbits=(b,)))
        elif kind == 1:
            operations.append(Operation("if", (a,), condition=((b,), 1), body=(make("x", (a,)), make("h", (a,)))))
        elif kind == 2:
            operations.append(make("x", (a,), (), (b,)))
        else:
            operations.append(make("ry", (a,), (float(rng.uniform(0, 3)),)))
    if extra is not None:
        operations.append(extra)
    return Circuit(n, tuple(operations), num_clbits=n)


def test_long_circuits_with_measurements_are_judged():
    expected = random_dynamic(3)
    assert compare(random_dynamic(3), expected).passed
    assert compare(random_dynamic(3, extra=make("ry", (2,), (0.3,))), expected).status == "wrong"


def test_large_circuits_with_measurements_are_right_or_undecided():
    six = qc(6, ("h", 0), ("measure", 0, 0), ("x", 0), bits=1)
    assert compare(six.copy(), six).passed
    assert compare(qc(6, ("h", 0), ("measure", 0, 0), ("y", 0), bits=1), six).passed  # the same for each result
    assert compare(qc(6, ("h", 0), ("measure", 0, 0), ("z", 0), bits=1), six).status == "wrong"
    twelve = qc(12, *[("h", k) for k in range(12)], *[("cx", k, k + 1) for k in range(11)])
    twelve.measure_all()
    assert compare(twelve.copy(), twelve).passed
    other = qc(12, *[("h", k) for k in range(12)], *[("cx", k, k + 1) for k in range(10)])
    other.measure_all()
    assert compare(other, twelve).status == "wrong"
    large = qc(30, ("h", 0), ("cx", 0, 1))
    large.measure_all()
    assert compare(large.copy(), large).passed
    mid = qc(30, ("h", 0), ("measure", 0, 0), ("x", 0), bits=1)
    assert compare(mid.copy(), mid).status in ("right", "undecided")


def test_eleven_qubits_against_a_density_matrix():
    eleven = qc(11, ("h", 0))
    expected = Density(DensityMatrix(eleven))
    assert expected.judge(eleven).passed
    assert not expected.judge(qc(11, ("h", 1))).passed


def test_a_result_that_never_occurs_has_no_effect_and_does_not_stop_the_verdict():
    from qtrain.circuits import circuit

    measured = Channel(circuit("h 0; measure 0"), results=True)
    rows = 2 ** len(measured.kept)
    assert not measured._effect(np.zeros((2 * rows, 0))).any()
    verdict = measured.judge(circuit("x 0; measure 0; if 0 { ry(0.3) 0 }"))
    assert verdict.status == "wrong" and verdict.message


def test_where_a_circuit_is_asked_for_kraus_operators_are_none():
    kraus = [np.diag([1, 0.8]), np.array([[0, 0.6], [0, 0]])]
    target = Channel(kraus, data=(0,))
    target.takes = "circuit"
    for answer, came in ((kraus, "a list"), (Kraus(kraus), "an object that holds a channel")):
        verdict = target.judge(answer)
        assert verdict.diagnosis == "wrong-type" and came in verdict.message


def test_a_circuit_with_another_environment_is_still_the_same_slip():
    copied = QuantumCircuit(2)
    copied.cx(0, 1)
    other = QuantumCircuit(3)  # the environment learns as much about the data, in another way
    other.cx(0, 2)
    other.h(2)
    other.cx(2, 1)
    unlike = QuantumCircuit(2)
    unlike.ch(0, 1)
    target = Channel([np.eye(2)], data=(0,))
    like = target.like(target.read(copied))
    assert like.judge(other).passed and not like.judge(unlike).passed


def test_with_results_a_circuit_whose_other_qubits_end_otherwise_is_still_the_same_slip():
    from qtrain.circuits import circuit

    parity = "cx 0 2; cx 1 2; measure 2 -> 0; "
    target = Channel(circuit("cx 0 1; measure 1 -> 0; cx 0 1; if 0 { x 0 }"), data=(0, 1), results=True)
    assert target.judge(circuit(parity, "if 0 { x 0 }")).passed
    like = target.like(target.read(circuit(parity, "if 0 { x 1 }")))
    assert like.judge(circuit(parity, "if 0 { x 1 }; reset 2")).passed
    for other in ("if 0 { x 0 }", "x 1", "if 0 { x 1; z 1 }; z 0"):
        assert not like.judge(circuit(parity, other)).passed


def test_reading_everything_at_the_very_end_changes_nothing():
    from qtrain.circuits import circuit

    target = Channel(circuit("cx 0 1; measure 1 -> 0; cx 0 1; if 0 { x 0 }"), data=(0, 1), results=True)
    parity = "cx 0 2; cx 1 2; measure 2 -> 0; if 0 { x 0 }"
    for more in ("measure 0 -> 1", "measure 2 -> 1", "measure 0 -> 1; measure 1 -> 2; measure 2 -> 3"):
        assert target.judge(circuit(parity, more)).passed, more
    assert not target.judge(circuit("measure 2 -> 0; if 0 { x 0 }; cx 0 2; cx 1 2; measure 2 -> 1")).passed
    twice = target.judge(circuit("cx 0 2; cx 1 2; measure 2 -> 0; x 2; measure 2 -> 1; if 0 { x 0 }; if 1 { x 1 }"))
    assert twice.message == "Your circuit writes 2 classical bits, but 1 is asked for."


def test_where_the_data_are_wrong_after_one_result_only_this_is_said():
    from qtrain.circuits import circuit

    target = Channel(circuit("cx 0 1; measure 1 -> 0; cx 0 1; if 0 { x 0 }"), data=(0, 1), results=True)
    parity = "cx 0 2; cx 1 2; measure 2 -> 0; "
    branch = target.judge(circuit(parity, "if 0 { x 0; z 0 }"))
    assert (
        branch.message == "The results are right, but the data qubits do not end as they should if the results are 1."
    )
    both = target.judge(circuit(parity, "if 0 { x 0 }; ry(0.4) 0; rx(0.3) 1"))
    assert both.message == "The results are right, but the data qubits do not end as they should."
