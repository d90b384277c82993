"""What students hand in, and mutants of solutions: made as they should be, and faults are found."""

import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import Each
from qtrain.checking.verdict import Evidence, wrong
from qtrain.course import load
from qtrain.course.endless import Turns, counted
from qtrain.course.generic_inputs import GenericInputs, like
from qtrain.course.hand_ins import findings, hand_ins, survivors
from qtrain.course.mutants import mutants
from qtrain.course.rehearsal import stages
from qtrain.course.stats import audited
from qtrain.course.verdict_facts import gate_not_there, other_numbers

ENDLESS_CALLS = """
def first(n):
    try:
        return second(n)
    except RecursionError:
        return first(n)


def second(n):
    return first(n)


first(1)
"""
ENDS = "def double(n):\n    return 2 * n\n\n\nhundred = sum(double(1) for _ in range(50))"
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
    shares, lengths = like(([0.2, 0.3, 0.5], [0.2, 0.3, 0.6]), rng)
    assert abs(sum(shares) - 1) < 1e-9 and min(shares) > 0 and shares != [0.2, 0.3, 0.5]
    assert abs(sum(lengths) - 1.1) > 1e-3


def test_a_mutant_that_never_ends_is_stopped():
    for source in ("while True: pass", "for n in __import__('itertools').count(): pass", ENDLESS_CALLS):
        with pytest.raises(TimeoutError):
            exec(counted(source), {Turns.NAME: Turns(100)})
    turns = Turns(100)
    for _ in range(3):  # what ends is not disturbed, and each part may take as many turns
        turns.again()
        exec(
            counted("def double(n):\n    return 2 * n\nfour = sum(double(1) for _ in range(50))"),
            {Turns.NAME: turns},
        )


def test_numbers_that_the_program_does_not_print_are_found():
    answer = np.array([1, -1]) / 2**0.5
    shown = [[-0.707, 0.0], [0.707, 0.0]]
    evidence = Evidence("amplitudes", "", [[0.707, 0], [0.707, 0]], shown, ("0", "1"))
    assert other_numbers(wrong(None, "", evidence=evidence), answer)
    assert not other_numbers(wrong(None, "", evidence=evidence), -answer)
    assert other_numbers(wrong(None, "", evidence=Evidence("value", "", 2.0, 3.0)), 4.0)


def test_the_input_of_an_oracle_is_the_one_whose_numbers_are_compared():
    circuit = QuantumCircuit(3)
    circuit.x(0)

    def shown(given, got):
        return wrong(None, "", evidence=Evidence("amplitudes", given, [[0, 0]], [[got, 0]], ("110",)))

    assert not other_numbers(shown("|x=01⟩|y=0⟩", 1.0), circuit)
    assert other_numbers(shown("|x=01⟩|y=0⟩", 0.0), circuit)
    assert not other_numbers(shown("|01⟩", 0.0), circuit)  # which qubit works is not told


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
    two = "The H on qubit 0 (step 1) and the {} (step 2) run in the wrong order."
    assert not gate_not_there(wrong(None, two.format("CNOT on qubits 0 and 1")), circuit)
    assert gate_not_there(wrong(None, two.format("CNOT on qubits 1 and 0")), circuit)


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

    generic = GenericInputs(exercise.target(exercise.parameters()), mean, Turns())
    assert generic.where_differs(lambda values: values[0]) is not None
    assert generic.where_differs(lambda values: sum(values) / len(list(values))) is None


def test_a_right_answer_that_never_ends_on_an_input_that_was_not_promised_is_stopped():
    """Halving ends at 1 for powers of two only."""
    names = {Turns.NAME: Turns(100)}
    exec(counted("def halvings(n):\n k = 0\n while n != 1:\n  n, k = n / 2, k + 1\n return k"), names)
    target = Each(lambda rng: [2, 4, 8], lambda n: n.bit_length() - 1)
    generic = GenericInputs(target, names["halvings"], names[Turns.NAME])
    assert generic.where_differs(lambda n: 0) is not None
    assert generic.where_differs(lambda n: n.bit_length() - 1) is None


FUNCTION = """
@function("1.2.a", kind="compute", outcome=1, inputs=INPUTS, name="total")
def total():
    yield lambda a, b: a + 2 * b
"""


def with_inputs(small, inputs):
    """The small lesson, whose first exercise asks for a function that is tried on these inputs."""
    start, end = small.texts["exercises"].index("@number"), small.texts["exercises"].index("@choice")
    text = small.texts["exercises"]
    text = text[:start] + FUNCTION.lstrip().replace("INPUTS", repr(inputs)) + "\n\n" + text[end:]
    small.write(small.exercises, text.replace("import choice, number", "import choice, function"))
    cells = small.cells()
    solution = "def square(a, b):\n    return a + 2 * b\n"
    cells[4]["source"] = f"square = None\n### BEGIN SOLUTION\n{solution}### END SOLUTION"
    cells[8]["source"] = f'{solution}check("1.2.a", square)'
    small.write(small.lesson, small.notebook(cells, **small.metadata))
    return load().lesson("1.2")


def test_the_survivors_of_inputs_that_do_not_discriminate_are_told(small, capsys):
    lesson = with_inputs(small, [(1.0, 0.0), (3.0, 0.0)])
    told = list(survivors(lesson.exercises[0], stages(lesson)["1.2.a"]))
    assert len(told) >= 2 and any("operator is turned round" in sentence for sentence in told)
    assert audited([lesson], learners=1) == 1
    assert "1.2.a: survivor: solution 1" in capsys.readouterr().out
    lesson = with_inputs(small, [(1.5, 0.7), (-3.0, 2.2)])
    assert list(survivors(lesson.exercises[0], stages(lesson)["1.2.a"])) == []


def test_a_vector_is_handed_in_where_only_some_solutions_are_circuits():
    """A NumPy solution does not excuse a check from asking for what the task asks for."""
    lesson = load().lesson("1.5")
    names = stages(lesson)
    told = {one.id: [what.kind for what in hand_ins(one, names[one.id])] for one in lesson.exercises}
    assert "description" not in told["1.5.b"]  # "a circuit …, or the vector"
    assert "description" in told["1.5.h"]
