"""What is shown of a wrong answer: the learner's own numbers, where they differ, and nothing to copy."""

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import Distribution, State, Unitary, compare
from qtrain.checking.evidence import common_phase
from qtrain.checking.verdict import Evidence, describe

R = 0.5**0.5


def numbers(pairs):
    return [complex(*pair) for pair in pairs]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ([R, -R], [R, R]),
        ([-R, R], [R, R]),
        ([R, R * 1j], [R, R]),
        ([0.5, 0.5, 0.5, -0.5], [0.5, 0.5, 0.5, 0.5]),
        ([-0.5, -0.5, -0.5, 0.5], [0.5, 0.5, 0.5, 0.5]),
        ([0.6j, 0.8], [0.6, 0.8]),
        ([0, R, -R, 0], [0, R, R, 0]),
    ],
)
def test_yours_is_what_was_given_and_the_sentence_names_the_amplitude_that_is_shown(answer, expected):
    verdict = compare(np.array(answer), np.array(expected))
    evidence = verdict.evidence
    for label, mine in zip(evidence.labels, numbers(evidence.got), strict=True):
        assert mine == pytest.approx(answer[int(label, 2)])
    assert verdict.diagnosis == "relative-phase"
    assert f"|{evidence.labels[0]}⟩" in verdict.message
    shown = numbers(evidence.expected)[0]
    assert abs(shown - numbers(evidence.got)[0]) > 0.1


def test_without_a_need_nothing_is_turned_and_where_it_is_the_note_says_so():
    assert common_phase(np.array([R, R]), np.array([R, -R])) == 1
    kept = State([R, R]).judge([R, -R]).evidence
    assert "global phase" not in kept.note
    turned = State([0.5, 0.5, 0.5, 0.5]).judge([-0.5, -0.5, -0.5, 0.5]).evidence
    assert "global phase" in turned.note and numbers(turned.expected)[0] == pytest.approx(-0.5)


def test_a_gate_on_an_input_that_differs():
    crz, cp = QuantumCircuit(2), QuantumCircuit(2)
    crz.crz(1.0, 0, 1)
    cp.cp(1.0, 0, 1)
    verdict = compare(crz, cp)
    evidence = verdict.evidence
    index = int(evidence.input.strip("|⟩"), 2)
    assert index >= 2  # both leave |00⟩ and |01⟩ alone
    from qiskit.quantum_info import Operator

    column = Operator(crz).reverse_qargs().data[:, index]
    for label, mine in zip(evidence.labels, numbers(evidence.got), strict=True):
        assert mine == pytest.approx(column[int(label, 2)])


def test_a_build_never_shows_the_whole_of_what_is_asked_for():
    rng = np.random.default_rng(3)
    for n in (1, 2, 3, 4):
        expected, got = (v / np.linalg.norm(v) for v in rng.standard_normal((2, 2**n)) + 0.1j)
        assert len(State(expected).judge(got).evidence.labels) <= max(1, 2 ** (n - 1))
    shares = {format(i, "02b"): p for i, p in enumerate((0.1, 0.4, 0.3, 0.2))}
    q = cirq.LineQubit.range(2)
    verdict = Distribution(shares).judge(cirq.Circuit(cirq.H.on_each(*q)))
    assert len(verdict.evidence.expected) <= 2 and "0.1" not in verdict.message


def test_the_order_of_bits_stands_beside_every_list_of_them():
    for verdict in (
        compare([1, 0, 0, 0], [0, 0, 1, 0]),
        Distribution({"00": 0.5, "10": 0.5}).judge({"00": 1.0}),
        Distribution({"00": 0.5, "10": 0.5}).judge({"00": 4000, "11": 4000}),
        Unitary(np.eye(4)).judge(np.diag([1, 1, 1, -1])),
    ):
        assert "The first bit is qubit 0" in str(verdict)


def test_what_differs_is_printed_differently():
    for gap in (1e-4, 1e-5, 1e-7):
        text = describe(Evidence("amplitudes", "", [[0.7, 0.0]], [[0.7 + gap, 0.0]], ("0",)))
        expected, yours = text.rstrip(".").split(", yours ")
        assert expected.removeprefix("expected ") != yours
        text = describe(Evidence("probabilities", "", {"0": 0.25}, {"0": 0.25 + gap}))
        assert "expected {0: 0.25}, yours {0: 0.25}" not in text


@pytest.mark.parametrize("digits", [2, 3, 4])
def test_rounded_right_values(digits):
    w = np.array([0, 1, 1, 0, 1, 0, 0, 0]) / 3**0.5
    ry = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    rho = np.array([[2 / 3, 0.123456j], [-0.123456j, 1 / 3]])
    shares = {"00": 1 / 3, "01": 1 / 3, "10": 1 / 3}
    from qtrain.checking import Density

    for make, value in ((State, w), (State, w * 1j), (Unitary, ry), (Density, rho)):
        written = np.round(value, digits)
        verdict = make(value).judge(written)
        assert verdict.status == "wrong" and verdict.message.startswith("Very close") and verdict.score == 0
        assert f"{digits} digits" in verdict.message and "length" not in verdict.message
        assert make(value, digits=digits).judge(written).passed
        assert not make(value, digits=digits + 1).judge(written).passed
    written = {key: round(p, digits) for key, p in shares.items()}
    assert Distribution(shares).judge(written).message.startswith("Very close")
    assert Distribution(shares, digits=digits).judge(written).passed
    # What is no rounding of the right values stays wrong.
    assert not State(w, digits=2).judge(np.array([0, 0.57, 0.59, 0, 0.57, 0, 0, 0])).passed
