"""How functions are called: what is given to them, and what comes out, is kept apart from what they do later."""

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.checking.calling import Failed, equal, outcome
from qtrain.checking.drivers import copied


@pytest.mark.parametrize(
    "value", [3, "ab", [1, [0, 1]], ([1, 2], "x"), {"a": [1]}, [np.array([1, 2])], (None, True, 0.5, 1j)]
)
def test_a_copy_is_equal_and_shares_no_list(value):
    found = copied(value)
    assert equal(found, value) and type(found) is type(value)
    if isinstance(value, list):
        assert found is not value and all(a is not b for a, b in zip(found, value, strict=True) if isinstance(b, list))


def test_what_a_batch_gave_first_is_not_changed_by_a_later_call():
    kept = []

    def growing(bit):
        kept.append(bit)
        return kept

    assert outcome(growing, ("batch", [(1,), (0,)])) == [[1], [1, 0]]


def test_who_changes_what_is_given_is_told():
    found = outcome(lambda bits: bits.clear() or [0], ("batch", [([1, 0],)]))
    assert isinstance(found, Failed) and "changes what it is given" in found.message


@pytest.mark.parametrize(("one", "other"), [(1, 2), (True, False), ("a", "b"), ([1, 0], [1, 1]), ([1], (1,))])
def test_equal_tells_plain_values_apart(one, other):
    assert equal(one, one) and not equal(one, other)


ONE = QuantumCircuit(1)
STEPS = [("prepare", [], ["~sent"], 1), ("receive", [], ["how"], 2), ("@measure", ["~sent", "how"], ["bits"], 3)]


@pytest.mark.parametrize(
    ("prepare", "receive", "says"),
    [
        (
            [np.array([1, 0])],
            [ONE],
            "what prepare returns should be circuits, but number 0, counted from 0, is ndarray",
        ),
        ([ONE, "h"], [ONE, ONE], "what prepare returns should be circuits, but number 1, counted from 0, is str."),
        ([cirq.Circuit()], [ONE], "what prepare returns has no qubit in number 0, counted from 0"),
        (
            [ONE],
            [QuantumCircuit(2)],
            "what prepare returns has 1 qubit in number 0, counted from 0, and what receive returns",
        ),
        ([ONE] * 2, [ONE] * 3, "2 circuits are sent by prepare, but 3 are prepared by receive to measure them."),
        (None, [ONE], "prepare gives nothing back: does every way through it end with `return`?"),
        (
            (one for one in [ONE]),
            [ONE],
            "prepare returns something that can't be kept, as a generator can't: return a list.",
        ),
    ],
)
def test_what_the_referee_cannot_measure_is_told_by_the_function_that_returned_it(prepare, receive, says):
    functions = {"prepare": lambda: prepare, "receive": lambda: receive}
    told = outcome(functions, ("script", {"board": {}, "steps": STEPS}))
    assert told.message.startswith(says) and "raises" not in told.message


def test_circuits_that_can_be_measured_are():
    flipped = QuantumCircuit(1)
    flipped.x(0)
    functions = {"prepare": lambda: [ONE, flipped], "receive": lambda: [None, cirq.Circuit()]}
    assert outcome(functions, ("script", {"board": {}, "steps": STEPS}))["bits"] == ["0", "1"]
