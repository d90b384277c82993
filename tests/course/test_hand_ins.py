"""What students hand in, and mutants of solutions: made as they should be, and faults are found."""

import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.checking.verdict import Evidence, wrong
from qtrain.course import load
from qtrain.course.generic_inputs import differing_input, like
from qtrain.course.hand_ins import findings, hand_ins, limited
from qtrain.course.mutants import mutants
from qtrain.course.rehearsal import stages
from qtrain.course.verdict_facts import gate_not_there, other_numbers

SOLUTION = """
def overlap(a, b):
    if len(a) <= 0:
        return -1
    total = np.vdot(a, b.conj())
    return abs(total.real) ** 2
"""


def test_each_kind_of_fault_is_made():
    faults = " ".join(mutant.fault for mutant in mutants(SOLUTION))
    for word in (
        "conj() is dropped",
        "abs() is dropped",
        ".real is dropped",
        "arguments of vdot",
        "sign",
        "edge",
        "constant 2",
    ):
        assert word in faults, word
    steps = "qc = QuantumCircuit(2)\nqc.h(0)\nqc.cx(0, 1)\n"
    sources = [mutant.source for mutant in mutants(steps)]
    assert "qc = QuantumCircuit(2)\nqc.cx(0, 1)\nqc.h(0)" in sources
    assert "qc = QuantumCircuit(2)\nqc.h(0)\nqc.cx(1, 0)" in sources
    assert "qc = QuantumCircuit(2)\npass\nqc.cx(0, 1)" in sources
    assert len(sources) == len(set(sources))
    assert list(mutants("%matplotlib inline")) == []


def test_a_generic_input_keeps_its_kind_and_is_nothing_special():
    import random

    rng = random.Random(1)
    vector, gate, text, number = like((np.array([0, 1.0]), np.eye(2) + 0j, "011", 3), rng)
    assert abs(np.linalg.norm(vector) - 1) < 1e-9 and abs(vector).min() > 1e-3
    assert np.allclose(gate @ gate.conj().T, np.eye(2)) and abs(gate.imag).max() > 1e-3
    assert text == "011" and number in (2, 4)


def test_a_mutant_that_never_ends_is_stopped():
    with pytest.raises(TimeoutError), limited(1000, "endless"):
        exec(compile("while True:\n    pass", "endless", "exec"), {})


def test_numbers_that_the_program_does_not_print_are_found():
    answer = np.array([1, -1]) / 2**0.5
    shown = [[-0.707, 0.0], [0.707, 0.0]]
    evidence = Evidence("amplitudes", "", [[0.707, 0], [0.707, 0]], shown, ("0", "1"))
    assert other_numbers(wrong(None, "", evidence=evidence), answer)
    assert not other_numbers(wrong(None, "", evidence=evidence), -answer)
    assert other_numbers(wrong(None, "", evidence=Evidence("value", "", 2.0, 3.0)), 4.0)


def test_gates_that_are_not_there_are_found():
    circuit = QuantumCircuit(2)
    circuit.h(0), circuit.cx(0, 1)
    said = "The CNOT on qubits {} and {} (step {}) is wrong."
    assert not gate_not_there(wrong(None, said.format(0, 1, 2)), circuit)
    assert gate_not_there(wrong(None, said.format(1, 0, 2)), circuit)
    assert not gate_not_there(wrong(None, "The angle of the H on qubit 0 (step 1) is not right."), circuit)
    assert gate_not_there(wrong(None, said.format(0, 1, 3)), circuit)
    assert gate_not_there(wrong(None, "There is one gate too many: a controlled-RZ on qubits 1 and 0."), circuit)
    assert gate_not_there(wrong(None, said.format(0, 1, 2)), np.eye(4))


def test_every_exercise_gets_what_students_hand_in():
    lesson = load().lesson("0.1")
    names = stages(lesson)
    kinds = {hand_in.kind for exercise in lesson.exercises for hand_in in hand_ins(exercise, names[exercise.id])}
    assert {"nothing", "draft", "printed", "description", "neighbour", "changed"} <= kinds
    reported = {exercise: tried for exercise, tried, _ in findings(lesson)}
    assert reported.keys() == {exercise.id for exercise in lesson.exercises} and min(reported.values()) > 3


def test_a_survivor_is_one_that_differs():
    exercise = next(one for one in load().lesson("0.1").exercises if one.id == "0.1.c")

    def mean(values):
        return sum(values) / len(values)

    assert differing_input(exercise, mean, lambda values: values[0]) is not None
    assert differing_input(exercise, mean, lambda values: sum(values) / len(list(values))) is None
