"""Notebook and grader come to the same verdict on every kind of target; on the lessons' own, see `test_rehearsal`."""

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import AllOf, AnyOf, Each, Number, Property, State
from qtrain.circuits import Function, read


@pytest.fixture
def same(graded):
    """Judges an answer in both ways, and gives the verdict."""

    def judged(target, answer):
        mine, theirs = target.judge(answer), graded(target, answer)
        assert theirs.to_data() == mine.to_data()
        return mine

    return judged


def double(n):
    return 2 * n


def bell(framework):
    if framework == "cirq":
        q = cirq.LineQubit.range(2)
        return cirq.Circuit(cirq.H(q[0]), cirq.CNOT(*q))
    made = QuantumCircuit(2)
    made.h(0)
    made.cx(0, 1)
    return made


def grows(function):
    """Asks again and again, each time for what came out before."""
    value, seen = 1, 0
    while value < 40 and seen < 50:
        value, seen = function.call(value), seen + 1
    return value == 64, "It should double."


TARGETS = [
    Each([1, 2, 3], double),
    AllOf(Each([1, 2, 3], double)),
    AllOf(Each([1, 2, 3], double), Each([(5,)], double)),
    AnyOf(Each([1, 2], lambda n: n * n), Each([1, 2], double)),
    AnyOf(Each([1, 2], double), Number(7)),
    Property("doubles", lambda f: f.call(2) == 4 and f.call(5) == 10, takes=Function),
    Property("doubles again and again", grows, takes="function"),
    AllOf(Property("doubles", lambda f: f.call(2) == 4, takes=Function), Each([1, 2, 3], double)),
    AnyOf(Property("doubles", lambda f: f.call(2) == 4, takes=Function), Each([1, 2, 3], lambda n: -n)),
]


@pytest.mark.parametrize("target", TARGETS)
def test_functions(target, same):
    assert same(target, lambda n: 2 * n).passed
    for wrong in (lambda n: n + 1, lambda n: 1 / 0, lambda: 0, lambda n: None, lambda n: bell("qiskit"), 4, "x", None):
        assert not same(target, wrong).passed


def test_functions_that_return_circuits_and_change_their_input(same):
    target = Each(["qiskit", "cirq"], lambda framework: State(read(bell("cirq"))))
    assert same(target, bell).passed and not same(target, lambda framework: QuantumCircuit(2)).passed
    seen = Property("makes a Bell pair", lambda f: f.call("cirq").num_qubits == 2, takes=Function)
    assert same(seen, bell).passed
    target = Each([[1, 2], [3]], lambda numbers: sum(numbers))
    assert same(target, sum).passed
    verdict = same(target, lambda numbers: sum(numbers.pop() for _ in range(len(numbers))))
    assert not verdict.passed and "changes what it is given" in verdict.message


def test_arrays_travel_unchanged(same):
    target = Each([0.3, 0.7], lambda a: State([np.cos(a), 1j * np.sin(a)]))
    assert same(target, lambda a: np.array([np.cos(a), 1j * np.sin(a)])).passed
    assert not same(target, lambda a: np.array([np.cos(a), -1j * np.sin(a)])).passed
