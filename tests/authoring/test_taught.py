"""A diagnosis is told in words that the course has taught."""

import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.authoring.taught import _PLAIN, DIAGNOSES, GATES, in_words
from qtrain.checking import Unitary
from qtrain.checking.verdict import DIAGNOSES as CODES
from qtrain.checking.verdict import wrong
from qtrain.course import load


def test_the_table_knows_lessons_and_diagnoses():
    assert DIAGNOSES.keys() <= _PLAIN.keys() <= CODES
    known = {lesson.id for lesson in load().lessons}
    for lesson in (*DIAGNOSES.values(), *GATES.values()):
        assert lesson in known or int(lesson.split(".")[0]) > 1


@pytest.mark.parametrize(("lesson", "plain"), [("0.6.a", True), ("0.7", False), ("0.P.6", False), ("1.10.b", False)])
def test_the_inverse(lesson, plain):
    gate = np.array([[1, 0], [0, np.exp(0.4j)]]) @ np.array([[0.6, -0.8], [0.8, 0.6]])
    verdict = Unitary(gate).judge(gate.conj().T)
    assert verdict.diagnosis == "inverse"
    told = in_words(verdict, lesson)
    assert (told.message == _PLAIN["inverse"]) == plain
    assert (told.diagnosis, told.evidence, told.score) == (verdict.diagnosis, verdict.evidence, verdict.score)


def test_gates_that_have_not_been_met():
    right, wrong_one = QuantumCircuit(3), QuantumCircuit(3)
    right.h(0), right.ccx(0, 1, 2), right.h(1), wrong_one.h(0), wrong_one.h(1)
    verdict = Unitary(right).judge(wrong_one)
    assert "Toffoli" in verdict.message
    assert "Toffoli" not in in_words(verdict, "1.2.a").message
    assert "Toffoli" in in_words(verdict, "1.7.a").message


def test_an_author_s_own_words_stay():
    assert in_words(wrong("inverse", "The adjoint, says the author."), "0.1.a").message.endswith("author.")
