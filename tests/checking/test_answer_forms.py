"""The form that is asked for, slips and drafts: the same words for every target."""

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator, Statevector

from qtrain.checking import AllOf, AnyOf, Density, Distribution, Each, Number, Property, Slip, State, Unitary
from qtrain.checking.answer_forms import NAMES


def bell():
    made = QuantumCircuit(2)
    made.h(0)
    made.cx(0, 1)
    return made


DESCRIPTIONS = {
    State: [Statevector(bell()), np.array([1, 0, 0, 1]) / 2**0.5, [0.5**0.5, 0, 0, 0.5**0.5]],
    Unitary: [Operator(bell()), Operator(bell()).reverse_qargs().data],
    Distribution: [{"00": 0.5, "11": 0.5}, {"00": 512, "11": 512}, Statevector(bell())],
    Density: [Statevector(bell()), np.outer([1, 0, 0, 1], [1, 0, 0, 1]) / 2],
}


@pytest.mark.parametrize("kind", DESCRIPTIONS)
def test_where_a_circuit_is_asked_for_no_description_of_the_result_is_one(kind):
    free, strict = kind(bell()), kind(bell(), takes="circuit")
    for description in DESCRIPTIONS[kind]:
        assert free.judge(description).passed
        verdict = strict.judge(description)
        assert (verdict.diagnosis, verdict.score) == ("wrong-type", 0)
        assert "You gave" in verdict.message and "build it in Qiskit or Cirq" in verdict.message
    q = cirq.LineQubit.range(2)
    for answer in (bell(), cirq.Circuit(cirq.H(q[0]), cirq.CNOT(*q))):
        assert strict.judge(answer).passed
    assert strict.judge(QuantumCircuit(2)).status == "not yet"


NUMBERS = [[0.1, 0.2, 0.9], (0.6, 0, 0.8), np.array([1.0, 2.0, 3.0]), [[1, 2], [3]], {"x": 1}]


@pytest.mark.parametrize("numbers", NUMBERS)
def test_numbers_of_any_size_are_told_that_a_circuit_is_asked_for(numbers):
    verdict = State([0.6, 0.8], takes="circuit").judge(numbers)
    assert verdict.diagnosis == "wrong-type" and "asks for the circuit itself" in verdict.message
    assert "power of two" not in verdict.message


def test_every_form_refuses_the_others():
    answers = {"circuit": bell(), "state": [0.5**0.5, 0, 0, 0.5**0.5], "matrix": np.eye(4), "number": 3}
    for takes in ("circuit", "state", "matrix"):
        target = AnyOf(State(bell()), Unitary(bell()), takes=takes)
        for form, answer in answers.items():
            if form not in (takes, "number"):
                assert target.judge(answer).diagnosis == "wrong-type", (takes, form)
    with pytest.raises(ValueError, match="takes is one of"):
        State([1, 0], takes="picture")
    assert "function" in NAMES and "data" in NAMES


def test_slips_of_every_kind_of_answer():
    swapped = QuantumCircuit(2)
    swapped.h(1)
    swapped.cx(1, 0)
    flipped = QuantumCircuit(2)
    flipped.cx(0, 1)
    flipped.h(0)
    for target, answer in (
        (Unitary(bell(), slips=[Slip(swapped, "Named.", "control-target")]), swapped),
        (State(bell(), slips=[Slip(flipped, "Named.", "control-target")]), [0.5**0.5, 0, 0.5**0.5, 0]),
        (Distribution({"0": 0.25, "1": 0.75}, slips=[Slip({"0": 0.75, "1": 0.25}, "Named.", "control-target")]),
         {"0": 0.75, "1": 0.25}),
        (AnyOf(State([1, 0]), State([0, 1]), slips=[Slip([0.6, 0.8], "Named.", "control-target")]), [0.6, 0.8]),
        (AllOf(Number(1), Number(1), slips=[Slip(2, "Named.", "control-target")]), 2),
    ):  # fmt: skip
        verdict = target.judge(answer)
        assert (verdict.message, verdict.diagnosis, verdict.score) == ("Named.", "control-target", 0)
    rooted = Each([1, 2, 3], lambda n: n * n, slips=[Slip(lambda n: n, "Square it.")])
    assert rooted.judge(lambda n: n).message == "Square it." and rooted.judge(lambda n: n**2).passed
    assert rooted.judge(lambda n: n + 1).message != "Square it."


def test_a_slip_without_a_reply_is_told_by_the_engine_for_no_points():
    swapped = QuantumCircuit(2)
    swapped.h(0)
    swapped.cx(1, 0)
    verdict = Unitary(bell(), slips=[Slip(swapped)]).judge(swapped)
    assert verdict.diagnosis == "control-target" and verdict.score == 0


def test_the_draft_handed_in_unchanged():
    draft = QuantumCircuit(2)
    draft.h(0)
    draft.cx(1, 0)
    target = Unitary(bell(), draft=draft)
    verdict = target.judge(draft.copy())
    assert verdict.status == "not yet" and verdict.score == 0 and "given" in verdict.message
    assert target.judge(bell()).passed


def test_a_list_for_text_and_a_row_for_a_matrix_are_told_what_is_asked_for_and_dots_are_no_answer():
    from qtrain.circuits import Text as Word

    word = Property("ok", lambda answer: answer.value == "uh", takes=Word, reading="text", wants="letters")
    assert "asks for text: give it in quotation marks" in word.judge([["u"], ["h"]]).message
    matrix = Unitary([[0, 1], [1, 0]], takes="matrix")
    verdict = matrix.judge([0, 1, 1, 0])
    assert verdict.diagnosis == "wrong-type" and "4 numbers without rows" in verdict.message
    assert matrix.judge([[..., ...], [..., ...]]).status == "not yet"
    assert "every entry" in Unitary([[0, 1], [1, 0]], phase="exact").judge([[0, -1], [-1, 0]]).message


def test_another_form_is_not_told_as_the_wrong_circuit_that_it_belongs_to():
    other = bell()
    other.z(0)
    exchanged = Slip(other, "Your sign is a minus.", "relative-phase")
    in_numbers = Slip(np.array([1, 0, 0, 1]) / 2**0.5, "These are the amplitudes.", "wrong-type")
    target = State(bell(), takes="circuit", slips=[exchanged, in_numbers])
    assert target.judge(other).message == "Your sign is a minus."
    assert "build it in Qiskit or Cirq" in target.judge(Statevector(other)).message
    assert target.judge(Statevector(bell())).message == "These are the amplitudes."


def test_amplitudes_are_not_called_probabilities():
    target = Distribution({"0": 0.64, "1": 0.36}, takes="circuit")
    assert "probabilities" not in target.judge([0.8, 0.6]).message
    assert "probabilities of bit strings" in target.judge([0.64, 0.36]).message


@pytest.mark.parametrize("answer", [True, np.bool_(False)])
def test_a_truth_value_is_not_called_a_number(answer):
    verdict = Each([1, 2], lambda n: n).judge(answer)
    assert verdict.diagnosis == "wrong-type" and verdict.message.startswith("You gave a truth value")
