"""Every exercise of the course does what it says: solutions, stubs, mistakes, neighbours, hand-ins, mutants.

Each lesson runs once for all of them, and lessons are dealt out to processes. Hand-ins, mutants and whether the grader
judges alike are tried of one in six lessons each day: `qtrain try` tries a lesson's as soon as it is written.
"""

import os

import pytest
from qiskit import QuantumCircuit

from qtrain.course import find_root, load
from qtrain.course.audit import SAMPLE
from qtrain.course.hand_ins import findings
from qtrain.course.rehearsal import rehearse, stages

DOCUMENTS = {document.id: document for document in load(find_root()).documents}
# More learners on demand: QTRAIN_LEARNERS=100 pytest tests/course/test_rehearsal.py. learner-1 is left out: up to
# stabilizers its answer to 6.4.e is that of "", as it is for one pair in fifty.
LEARNERS = ("", *(f"learner-{number}" for number in range(2, 1 + int(os.environ.get("QTRAIN_LEARNERS", "2")))))
SELDOM = pytest.mark.one_in(6, "lesson")
COMPARED = ("status", "score", "diagnosis", "message")


@pytest.fixture(scope="module", params=DOCUMENTS)
def lesson(request):
    """A lesson, and the names before each of its answers."""
    return DOCUMENTS[request.param], stages(DOCUMENTS[request.param])


def test_rehearsal(lesson):
    """Solutions pass for several learners and not for their neighbours, stubs are not yet, mistakes are diagnosed."""
    document, before = lesson
    # The audit tries the slips of the others.
    tried = dict(rehearse(document, LEARNERS, before, slips_of=set(LEARNERS) - set(SAMPLE)))
    assert list(tried) == list(document.cells)
    assert {exercise: found for exercise, found in tried.items() if found} == {}


@SELDOM
def test_the_grader_judges_like_the_notebook(lesson, graded):
    """Every solution, stub and mistake of the variant that the lesson shows."""
    document, before = lesson
    seen, differing = [], []

    def judge_twice(target, answer, learner):
        mine, theirs = target.judge(answer), graded(target, answer)
        seen.append(mine.status)
        if any(getattr(mine, part) != getattr(theirs, part) for part in COMPARED):
            differing.append((answer, str(mine), str(theirs)))
        return mine

    assert list(dict(rehearse(document, ("",), before, judge_twice))) == list(document.cells)
    assert differing == []
    assert {"right", "not yet", "wrong"} <= set(seen)


def test_doing_nothing_earns_nothing(lesson):
    document, _ = lesson
    for exercise in document.exercises:
        for number in (1, 2, 3):
            idle = QuantumCircuit(number)
            idle.x(0)
            idle.x(0)
            verdict = exercise.judge(idle)
            assert verdict.passed or not verdict.score, (exercise.id, str(verdict))


@SELDOM
@pytest.mark.parametrize("gate", ["x", "h"])
def test_a_layer_of_one_gate_earns_nothing(lesson, gate):
    for exercise in lesson[0].exercises:
        for number in (1, 2, 3):
            layer = QuantumCircuit(number)
            getattr(layer, gate)(range(number))
            verdict = exercise.judge(layer)
            assert verdict.passed or verdict.score < 0.01, (exercise.id, str(verdict))


@SELDOM
def test_no_hand_in_and_no_mutant_gets_what_it_should_not(lesson):
    document, before = lesson
    assert [finding for _, _, found in findings(document, ("", "learner-1"), before) for finding in found] == []


SOLVED = "square = p.n**2  # the secret"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (SOLVED, "square = 50**2", "solution of learner 'asma' is wrong"),
        ("square = None", "square = 7", "the untouched stub is 'wrong'"),
        ("square = None", "square = p.n**2", "the untouched stub is 'right'"),
        ("square = p.n * p.n", "square = p.n", "the numpy solution is wrong"),
    ],
)
def test_what_a_notebook_gets_wrong_is_told(small, old, new, words):
    cells = small.cells()
    for cell in cells:
        cell["source"] = cell["source"].replace(old, new)
    small.write(small.lesson, small.notebook(cells, **small.metadata))
    assert words in " ".join(dict(rehearse(load().lesson("1.2")))["1.2.a"])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"writes a word", "wrong-type"', '"writes a word", "half-angle"', "not half-angle"),
        (
            'slip("many", "writes a word", "wrong-type")',
            'slip(str(n**2), "no mistake")',
            "slip 2 (no mistake) is 'right'",
        ),
        (
            "    yield n**2",
            '    from qtrain.checking import Property\n    yield Property("is any number", lambda answer: True)',
            "passes for 'asma', whose answer is another",
        ),
        (
            "n=whole(3, 50)",
            'draw=lambda rng: {"n": __import__("random").randint(2, 10**9)}',
            "change from one draw to the next",
        ),
    ],
)
def test_what_an_exercise_gets_wrong_is_told(small, old, new, words):
    assert old in small.texts["exercises"]
    small.write(small.exercises, small.texts["exercises"].replace(old, new))
    assert words in " ".join(dict(rehearse(load().lesson("1.2")))["1.2.a"])


def test_cells_find_the_files_beside_the_notebook(small):
    small.write(small.lesson.parent / "data" / "n.json", "{}")
    cells = small.cells()
    cells.insert(0, small.code("from pathlib import Path\nPath('data/n.json').read_text('utf-8')"))
    small.write(small.lesson, small.notebook(cells, **small.metadata))
    assert "1.2.a" in stages(load().lesson("1.2"))
