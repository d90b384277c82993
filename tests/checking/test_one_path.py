"""The notebook and the grader come to the same verdict, on every target and for everything the course knows of."""

import json
from dataclasses import replace

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import AllOf, AnyOf, Each, Estimate, Number, Property, State
from qtrain.circuits import Function, read
from qtrain.course import find_root, load
from qtrain.course.rehearsal import rehearse
from qtrain.grading import extract, judge
from qtrain.grading.messages import Reply, decode
from qtrain.grading.packing import pack


def graded(target, answer):
    """The verdict as the grader comes to it: calls in the kernel, data to the judge; here in one process."""
    outputs, calls = [], pack(target.calls())
    for _ in range(200):
        reply = extract.answer({"mine": answer}, {"name": "mine", "calls": calls, "num_qubits": target.num_qubits})
        reply = decode(Reply, json.loads(json.dumps(reply)))
        if reply.outputs is None:
            break
        outputs = outputs + reply.outputs
        reply = replace(reply, outputs=outputs)
        if not (further := target.calls(judge._outputs(outputs))):
            break
        calls = pack(further)
    return judge._judge(target, reply)[1]


def same(target, answer):
    mine, theirs = target.judge(answer), graded(target, answer)
    assert theirs.to_data() == mine.to_data()
    return mine


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
def test_functions(target):
    assert same(target, lambda n: 2 * n).passed
    for wrong in (lambda n: n + 1, lambda n: 1 / 0, lambda: 0, lambda n: None, lambda n: bell("qiskit"), 4, "x", None):
        assert not same(target, wrong).passed


def test_functions_that_return_circuits_and_change_their_input():
    target = Each(["qiskit", "cirq"], lambda framework: State(read(bell("cirq"))))
    assert same(target, bell).passed and not same(target, lambda framework: QuantumCircuit(2)).passed
    seen = Property("makes a Bell pair", lambda f: f.call("cirq").num_qubits == 2, takes=Function)
    assert same(seen, bell).passed
    target = Each([[1, 2], [3]], lambda numbers: sum(numbers))
    assert same(target, sum).passed
    verdict = same(target, lambda numbers: sum(numbers.pop() for _ in range(len(numbers))))
    assert not verdict.passed and "changes what it is given" in verdict.message


def test_arrays_travel_unchanged():
    target = Each([0.3, 0.7], lambda a: State([np.cos(a), 1j * np.sin(a)]))
    assert same(target, lambda a: np.array([np.cos(a), 1j * np.sin(a)])).passed
    assert not same(target, lambda a: np.array([np.cos(a), -1j * np.sin(a)])).passed


DOCUMENTS = {document.id: document for document in load(find_root()).documents}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_solution_slip_and_stub_of_the_course(name, monkeypatch):
    from qtrain.authoring.exercise import Exercise

    differing, nothing = [], []

    def judge_twice(exercise, answer, learner="", *, parameters=None):
        target = exercise.target(exercise.parameters(learner) if parameters is None else parameters)
        mine, theirs = target.judge(answer), graded(target, answer)
        if (mine.status, mine.score, mine.diagnosis, mine.message) != (
            theirs.status,
            theirs.score,
            theirs.diagnosis,
            theirs.message,
        ):
            differing.append((exercise.id, str(mine), str(theirs)))
        return mine

    def slips_twice(exercise, parameters):
        for slip in exercise.slips(parameters):
            verdict = judge_twice(exercise, slip.answer)
            target = exercise.target(parameters)
            # A value that is right earns its part, whatever is said of its error bar.
            done = target.for_the_value(target.read(slip.answer)) if isinstance(target, Estimate) else 0.0
            if verdict.score != max(slip.score, done):  # 0, unless the author says what a part is worth
                nothing.append((exercise.id, slip.reason, verdict.score))
        for number in (1, 2, 3):
            idle = QuantumCircuit(number)
            idle.x(0)
            idle.x(0)
            verdict = exercise.target(parameters).judge(idle)
            if verdict.score and not verdict.passed:
                nothing.append((exercise.id, "doing nothing", verdict.score))
        return ()

    monkeypatch.setattr(Exercise, "judge", judge_twice)
    monkeypatch.setattr(Exercise, "try_slips", slips_twice)
    assert [exercise for exercise, _ in rehearse(DOCUMENTS[name], ("",))] == list(DOCUMENTS[name].cells)
    assert differing == []
    assert nothing == []
