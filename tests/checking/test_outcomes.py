"""Circuits before a measurement: right whatever the phases, and what is wrong is said."""

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import Outcomes

PLUS, MINUS = np.array([1, 1]), np.array([1, -1])
X_BASIS = Outcomes([("|+⟩", PLUS, "0"), ("|−⟩", MINUS, "1")])
BELL = Outcomes([("Φ+", [1, 0, 0, 1], "00"), ("Φ−", [1, 0, 0, -1], "1-"), ("Ψ+", [0, 1, 1, 0], "01")])


def qiskit(n, *steps):
    circuit = QuantumCircuit(n)
    for name, *arguments in steps:
        getattr(circuit, name)(*arguments)
    return circuit


@pytest.mark.parametrize("right", [
    qiskit(1, ("h", 0)), qiskit(1, ("h", 0), ("z", 0)), qiskit(1, ("ry", -np.pi / 2, 0)),
    cirq.Circuit(cirq.H(cirq.LineQubit(0))), cirq.Circuit(cirq.Y(cirq.LineQubit(0)) ** -0.5),
])  # fmt: skip
def test_every_circuit_that_asks_the_question_is_right(right):
    assert X_BASIS.judge(right).passed


def test_exchanged_outcomes_are_told():
    verdict = X_BASIS.judge(qiskit(1, ("h", 0), ("x", 0)))
    assert not verdict.passed and "exchanged" in verdict.message


def test_an_unsure_outcome_is_told_with_its_probability():
    verdict = X_BASIS.judge(qiskit(1, ("h", 0), ("ry", 0.1, 0)))
    assert not verdict.passed and "probability 0.9975" in verdict.message


def test_bits_that_do_not_matter():
    assert BELL.judge(qiskit(2, ("cx", 0, 1), ("h", 0))).passed
    assert not BELL.judge(qiskit(2, ("h", 0), ("cx", 0, 1))).passed


def test_the_untouched_circuit_is_not_judged():
    assert X_BASIS.judge(QuantumCircuit(1)).status == "not yet"


def test_bits_that_do_not_matter_are_not_named_in_the_message():
    signs = Outcomes([("Φ+", [1, 0, 0, 1], "0-"), ("Φ−", [1, 0, 0, -1], "1-")])
    message = signs.judge(qiskit(2, ("h", 0))).message
    assert "always be 0 on qubit 0; your circuit gives it with probability 0.5" in message


SIGN_FIRST = [("cx", 0, 1), ("h", 0)]
PAIRS = Outcomes([("Φ+", [1, 0, 0, 1], "00"), ("Φ−", [1, 0, 0, -1], "10"), ("Ψ+", [0, 1, 1, 0], "01")])
A, B = cirq.LineQubit.range(2)


def measuring(*steps, bits=2):
    circuit = QuantumCircuit(2, bits)
    for name, *arguments in [*SIGN_FIRST, *steps]:
        getattr(circuit, name)(*arguments)
    return circuit


def keys(*measurements):
    return cirq.Circuit(cirq.CNOT(A, B), cirq.H(A), *measurements)


@pytest.mark.parametrize("answer", [
    measuring(("measure", [0, 1], [0, 1])), measuring(("measure", [1, 0], [1, 0])),
    measuring(("measure", [0, 1], [0, 2]), bits=3), measuring(("swap", 0, 1), ("measure", [0, 1], [1, 0])),
    measuring(("measure_all",), bits=0), measuring(("measure", 0, 0), ("reset", 0), ("measure", 1, 1)),
    keys(cirq.measure(A, B, key="m")), keys(cirq.measure(A, key="z"), cirq.measure(B, key="a")),
    keys(cirq.X(A), cirq.measure(A, B, key="m", invert_mask=(True,))),
])  # fmt: skip
def test_the_results_of_an_answer_that_measures_are_right(answer):
    verdict = PAIRS.judge(answer)
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("answer, diagnosis", [
    (measuring(("measure", [0, 1], [1, 0])), "qubit-permutation"),
    (measuring(("swap", 0, 1), ("measure", [0, 1], [0, 1])), None),
    (measuring(("measure", [0, 1], [0, 0])), "wrong-size"),
    (measuring(("measure", 0, 0)), "wrong-size"),
    (keys(cirq.measure(B, A, key="m")), "qubit-permutation"),
    (keys(cirq.Moment(cirq.measure(B, key="a"), cirq.measure(A, key="b"))), "qubit-permutation"),
    (keys(cirq.measure(A, B, key="m", invert_mask=(True,))), "bit-flip"),
    (keys(cirq.measure(A, B, key="m", invert_mask=(False, True))), "bit-flip"),
])  # fmt: skip
def test_results_in_the_wrong_places_are_wrong(answer, diagnosis):
    verdict = PAIRS.judge(answer)
    assert (verdict.status, verdict.diagnosis) == ("wrong", diagnosis), verdict.message


def test_only_the_outcome_that_matters_has_to_be_measured():
    signs = Outcomes([("Φ+", [1, 0, 0, 1], "0-"), ("Φ−", [1, 0, 0, -1], "1-")])
    assert signs.judge(measuring(("measure", 0, 0), bits=1)).passed
    assert signs.judge(measuring(("measure", 1, 0), bits=1)).diagnosis == "qubit-permutation"
    assert signs.judge(measuring(("measure", [0, 1], [1, 0]))).diagnosis == "qubit-permutation"
