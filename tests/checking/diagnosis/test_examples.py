"""What beginners do, and what they are told."""

import json

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import BitOracle, Distribution, Isometry, Number, Observable, PhaseOracle, Sampling, State, Unitary

R = 2**-0.5
BELL = State([R, 0, 0, R])


def circuit(n, *gates, measured=False):
    made = QuantumCircuit(n, n if measured else 0)
    for name, *arguments in gates:
        getattr(made, name)(*arguments)
    if measured:
        made.measure(range(n), range(n))
    return made


def line(*operations):
    return cirq.Circuit(operations)


A, B, C = cirq.LineQubit.range(3)
QFT = circuit(
    3,
    ("h", 0),
    ("cp", np.pi / 2, 1, 0),
    ("cp", np.pi / 4, 2, 0),
    ("h", 1),
    ("cp", np.pi / 2, 2, 1),
    ("h", 2),
    ("swap", 0, 2),
)
NO_SWAP = QFT.copy()
NO_SWAP.data.pop()

CASES = [
    # (target, answer, code, what the message has to mention)
    (BELL, [1, 0, 0, 1], "not-normalised", "length"),
    (BELL, [R, 0, 0, -R], "relative-phase", "|11⟩"),
    (BELL, [0, R, R, 0], "bit-flip", "qubit 0"),
    (BELL, circuit(2, ("h", 0)), "missing-gate", "CNOT on qubits 0 and 1"),
    (BELL, circuit(2, ("cx", 0, 1)), "missing-gate", "H on qubit 0"),
    (BELL, circuit(2, ("h", 0), ("cx", 0, 1), ("z", 0)), "relative-phase", "|11⟩"),
    (BELL, circuit(2, ("h", 0), ("cx", 1, 0)), "control-target", "CNOT on qubits 1 and 0 (step 2)"),
    (BELL, line(cirq.H(A), cirq.CNOT(B, A)), "control-target", "CNOT on qubits 1 and 0 (step 2)"),
    (BELL, line(cirq.H(A), cirq.CNOT(A, B), cirq.rx(0.3)(B)), "extra-gate", "RX on qubit 1 (step 3)"),
    (State([0, 1, 0, 0]), circuit(2, ("x", 0)), "qubit-order", "reverse order"),
    (State([0, 1, 0, 0]), [0, 0, 1, 0], "qubit-order", "reverse order"),
    (State([0, 0, 0, 0, 1, 0, 0, 0]), circuit(3, ("x", 1)), "qubit-permutation", "Qubits 0 and 1"),
    (State([1, 0]), [R, R], "wrong-basis", "by H"),
    (State([R, 1j * R]), [R, -1j * R], "conjugate", "−i"),
    (State([1j * R, R], phase="exact"), [R, -1j * R], "global-phase", "exact phase"),
    (State([np.cos(0.3), np.sin(0.3)]), [np.cos(0.6), np.sin(0.6)], "double-angle", "twice"),
    (State([np.cos(1.2), np.sin(1.2)]), [np.cos(0.6), np.sin(0.6)], "half-angle", "half"),
    (State(circuit(1, ("ry", 0.6, 0))), circuit(1, ("ry", 0.3, 0)), "half-angle", "half"),
    (State(circuit(1, ("ry", 0.6, 0))), line(cirq.ry(1.2)(A)), "double-angle", "twice"),
    (State(circuit(1, ("ry", 0.6, 0))), line(cirq.ry(-0.6)(A)), "angle-sign", "sign"),
    (State(circuit(1, ("ry", np.pi / 3, 0))), line(cirq.ry(60)(A)), "degrees", "degrees"),
    (
        Unitary(circuit(2, ("ry", 0.6, 0), ("cx", 0, 1), ("p", 0.4, 0))),
        circuit(2, ("ry", 0.6, 0), ("cx", 0, 1), ("p", 0.8, 0)),
        "double-angle",
        "The angle of the phase gate on qubit 0 (step 3) is twice",
    ),
    (
        Unitary(circuit(2, ("h", 0), ("cry", 0.6, 0, 1), ("cx", 1, 0))),
        circuit(2, ("h", 0), ("cry", 0.8, 0, 1), ("cx", 1, 0)),
        None,
        "The angle of the controlled-RY on qubits 0 and 1 (step 2) is not right.",
    ),
    (Unitary([[1, 0], [0, 1j]]), cirq.Z, "relative-phase", "|1⟩"),
    (Unitary([[1, 0], [0, 1j]]), cirq.S**-1, "inverse", "inverse"),
    (Unitary(np.array([[1, -1j], [-1j, 1]]) * R), np.array([[1, -1j], [-1j, 1]]), "not-unitary", "column 0"),
    (Unitary([[0, 1], [1, 0]]), [[1, 1], [0, 0]], "not-unitary", "not unitary"),
    (Unitary(QFT), QFT.inverse(), "inverse", "inverse"),
    (Unitary(QFT), NO_SWAP, "qubit-order", "come out"),
    (
        Unitary(circuit(1, ("h", 0), ("t", 0))),
        circuit(1, ("t", 0), ("h", 0)),
        "gate-order",
        "first one is applied last",
    ),
    (PhaseOracle("0001", 2), circuit(2, ("cx", 0, 1)), "wrong-basis", "Qubit 1"),
    (BitOracle(lambda x: x == 2, 2), circuit(3, ("ccx", 0, 1, 2)), "bit-flip", "qubit 1"),
    (Isometry([[1, 0], [0, 0], [0, 0], [0, 1]]), circuit(2, ("cx", 1, 0)), "control-target", "qubits 1 and 0"),
    (Observable({"XZI": 0.5, "IYX": 1}), {"ZXI": 0.5, "YIX": 1}, "qubit-permutation", "Qubits 0 and 1"),
    (Observable({"XZI": 0.5, "IYX": 1}), {"XZI": 0.5, "IYX": -1}, None, "sign of IYX"),
    (Observable({"ZZ": 1}), {"XX": 1}, "wrong-basis", "by H"),
    (Distribution({"01": 0.9, "11": 0.1}), {"10": 0.9, "11": 0.1}, "qubit-order", "reverse"),
    (Distribution({"01": 0.9, "11": 0.1}), {"00": 0.9, "10": 0.1}, "bit-flip", "qubit 1"),
    (Distribution({"00": 1}), circuit(2, ("x", 1), measured=True), "bit-flip", "qubit 1"),
    (
        Distribution({"00": 0.5, "11": 0.5}),
        circuit(2, ("h", 0), measured=True),
        "missing-gate",
        "CNOT on qubits 0 and 1",
    ),
    (Sampling({"00": 0.5, "11": 0.5}), {"01": 500, "10": 500}, "bit-flip", "qubit 0"),
    (Number(np.pi / 3), 60, "degrees", "degrees"),
    (Number(np.pi / 3), np.pi / 6, "factor", "factor of two"),
    (Number(0.3, unit="rad"), -0.3, "angle-sign", "sign"),
]


@pytest.mark.parametrize(
    ("target", "answer", "code", "mention"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_typical_mistakes(target, answer, code, mention):
    verdict = target.judge(answer)
    assert (verdict.passed, verdict.diagnosis) == (False, code), verdict.message
    assert mention in verdict.message
    json.dumps(verdict.to_data())


def grover(times, framework):
    marked = "101"
    flips = [q for q in range(3) if marked[q] == "0"]
    if framework == "qiskit":
        made = circuit(3, *[("h", q) for q in range(3)])
        for _ in range(times):
            for layer in ([("x", q) for q in flips], [(("h"), q) for q in range(3)] + [("x", q) for q in range(3)]):
                for name, qubit in layer:
                    getattr(made, name)(qubit)
                made.ccz(0, 1, 2)
                for name, qubit in reversed(layer):
                    getattr(made, name)(qubit)
        return made
    qubits = (A, B, C)
    flipping = [cirq.X(qubits[q]) for q in flips]
    hadamards, crosses = cirq.H.on_each(*qubits), cirq.X.on_each(*qubits)
    once = [*flipping, cirq.CCZ(*qubits), *flipping, hadamards, crosses, cirq.CCZ(*qubits), crosses, hadamards]
    return cirq.Circuit(hadamards, once * times)


@pytest.mark.parametrize("framework", ["qiskit", "cirq"])
@pytest.mark.parametrize(("times", "says"), [(1, "too few"), (3, "too many")])
@pytest.mark.parametrize("target", [State, Unitary])
def test_iterations_of_grover(framework, times, says, target):
    verdict = target(grover(2, "qiskit")).judge(grover(times, framework))
    assert verdict.diagnosis == "iterations"
    assert says in verdict.message


def test_a_number_with_a_unit_is_no_angle():
    assert Number(3, unit="km").judge(6).diagnosis is None


def test_one_gate_of_any_kind_is_found_where_the_expected_circuit_has_it():
    from qiskit.circuit.library import CUGate, UGate
    from qiskit.quantum_info import random_unitary

    for gate, qubits in (
        (UGate(0.3, 0.4, 0.5), [1]),
        (CUGate(0.3, 0.4, 0.5, 0.0), [2, 0]),
        (random_unitary(8, seed=1), [0, 2, 1]),
    ):
        right, wrong = (circuit(3, ("h", 0), ("cx", 0, 1), ("ry", 0.4, 2)) for _ in range(2))
        right.append(gate, qubits)
        for made in (right, wrong):
            made.cx(1, 2)
            made.t(2)
        assert Unitary(right).judge(wrong).diagnosis == "missing-gate"
        assert Unitary(wrong).judge(right).diagnosis == "extra-gate"


def test_a_message_does_not_tell_the_angle():
    verdict = Unitary(circuit(2, ("h", 0), ("rz", 0.7375, 1), ("cx", 0, 1))).judge(circuit(2, ("h", 0), ("cx", 0, 1)))
    assert verdict.diagnosis == "missing-gate"
    assert "0.73" not in str(verdict.to_data()["message"]) + str(verdict.details)


def test_an_answer_that_resets_on_its_way_is_diagnosed_too():
    made = circuit(2, ("h", 0), ("reset", 0), ("x", 1))
    assert State([0, 0, 1, 0]).judge(made).diagnosis == "qubit-order"
    assert State([0, 0, 0, 1]).judge(made).diagnosis == "bit-flip"
    verdict = State([R, R, 0, 0]).judge(made)
    assert verdict.diagnosis == "missing-gate"
    assert "after step 2 (the reset on qubit 0)" in verdict.message
