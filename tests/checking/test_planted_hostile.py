"""Answers made to break the targets of modules 2 to 6: each gets a verdict, none passes, none raises."""

import numpy as np
import pytest
import scipy.sparse
from qiskit import QuantumCircuit

from qtrain.checking import Target
from qtrain.checking.verdict import STATUSES

from .test_planted import CASES

TARGETS = {}
for case in CASES:
    if isinstance(case.make(), Target):
        TARGETS.setdefault(case.target, case.make)


class Liar:
    """Says yes to everything, has every length and every attribute, and is callable."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __len__(self):
        return 2

    def __float__(self):
        return 0.5

    def __bool__(self):
        return True

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self

    def __iter__(self):
        return iter([self, self])

    def __getitem__(self, key):
        return self


class Raises:
    def __getattribute__(self, name):
        raise RuntimeError("no")


def grows():
    nested = []
    nested.append(nested)
    return nested


def exits(*args):
    raise SystemExit(0)


# Made when they are judged: an object that raises at every touch must not lie about in a process that runs other tests.
HOSTILE = {
    "liar": lambda: Liar(),
    "liars": lambda: [Liar(), Liar()],
    "raises": lambda: Raises(),
    "functions that return liars": lambda: lambda *args: Liar(),
    "a list of such": lambda: [lambda *args: Liar()] * 3,
    "endless nesting": lambda: grows(),
    "exit": lambda: exits,
    "exits": lambda: [exits] * 2,
    "infinite": lambda: float("inf"),
    "many": lambda: list(range(10_000)),
    "huge number": lambda: 10**400,
    "huge matrix": lambda: np.zeros((600, 600)),
    "empty array": lambda: np.zeros((0, 0)),
    "three dimensions": lambda: np.zeros((2, 2, 2)),
    "objects": lambda: np.array([None, "a"], dtype=object),
    "complex text": lambda: "1+2j",
    "bytes": lambda: b"\x00\x01",
    "set": lambda: {1, 2},
    "dict of nothing": lambda: {"X": None, "Z": None},
    "dict of dicts": lambda: {"alice": {}, "bob": {}},
    "sparse": lambda: scipy.sparse.eye(3, format="csr"),
    "class": lambda: QuantumCircuit,
    "wide circuit": lambda: QuantumCircuit(30),
    "not a number": lambda: np.full((4, 4), np.nan),
    "truth": lambda: True,
    "minus one": lambda: -1,
    "pair of lists": lambda: ([], []),
    "strings": lambda: ["", ""],
    "lone surrogate": lambda: "\ud800",
    "a generator": lambda: (i for i in range(3)),
}


@pytest.mark.parametrize("target", TARGETS, ids=str)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_gets_a_verdict_and_does_not_pass(target, name):
    verdict = TARGETS[target]().judge(HOSTILE[name]())
    assert not verdict.passed and verdict.status in STATUSES and verdict.score <= 0.5
    assert len(verdict.message) < 600 and verdict.message
    verdict.to_data()


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_nothing_is_not_yet(target):
    for nothing in (None, ...):
        assert TARGETS[target]().judge(nothing).status == "not yet"


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_outputs_that_nobody_could_have_made_are_refused(target):
    made = TARGETS[target]()
    if not made.calls():
        return
    count = len(made.calls())
    for output in (None, 5, [], {}, "text", [None] * 3, {"board": 1}, np.zeros(3), [[]], float("nan")):
        assert not made.judge_outputs([output] * count).passed
