"""What a notebook says, the grader says: planted answers travel to the judge as data and get the same verdict."""

import json

import pytest

from qtrain.checking import Target
from qtrain.grading import extract, judge
from qtrain.grading.messages import Reply, decode
from qtrain.grading.packing import pack

from .test_planted import CASES

# Refusals that the kernel or the packing words in their own way: the answer is refused all the same.
OWN_WORDS = ("wrong-size", "wrong-type", "unreadable")
GRADED = [case for case in CASES if isinstance(case.make(), Target)]


def graded(target, answer):
    calls = json.loads(json.dumps(pack(target.calls())))
    reply = extract.answer({"answer": answer}, {"name": "answer", "calls": calls})
    _, verdict = judge._judge(target, decode(Reply, json.loads(json.dumps(reply))))
    return verdict


@pytest.mark.parametrize("case", GRADED, ids=lambda case: f"{case.target}: {case.name}")
def test_the_grader_agrees(case):
    target = case.make()
    here, there = target.judge(case.answer), graded(target, case.answer)
    assert there.passed == here.passed and there.status == here.status
    if here.diagnosis in OWN_WORDS:
        assert there.diagnosis in OWN_WORDS
    else:
        assert (there.diagnosis, there.message) == (here.diagnosis, here.message)
