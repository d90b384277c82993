"""The course as a whole: every lesson and problem set is there and complete, and the learner's copy runs.

What runs long, the variants of a dozen learners and the learner's copy, is tried of one in six lessons each day.
"""

from pathlib import Path

import pytest

from qtrain.course import find_root, load
from qtrain.course.audit import RULES, variants
from qtrain.course.trials import walk

ROOT = find_root()
COURSE = load(ROOT)
DOCUMENTS = {document.id: document for document in COURSE.documents}


SELDOM = pytest.mark.one_in(6, "name")


@pytest.mark.parametrize(
    "rule",
    [pytest.param(rule, marks=SELDOM) if rule is variants else rule for rule in RULES],
    ids=[rule.__name__ for rule in RULES],
)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_audit(name, rule):
    assert list(rule(DOCUMENTS[name])) == []


@SELDOM
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_learners_copy_runs_from_top_to_bottom(name):
    assert walk(DOCUMENTS[name]) == []


def test_every_notebook_is_in_the_table_of_contents_and_the_other_way_round():
    notebooks = {
        path.relative_to(ROOT).with_suffix("").as_posix()
        for folder in ("notebooks", "exercises")
        for path in (ROOT / folder).rglob("*.ipynb")
        if ".ipynb_checkpoints" not in path.parts
    }
    assert {document.chapter for document in COURSE.documents} == notebooks


def test_every_file_of_exercises_has_its_notebook():
    files = {path for path in (ROOT / "exercises").rglob("*.py") if "__pycache__" not in path.parts}
    assert {document.exercises_path for document in COURSE.documents} == files


def test_prerequisites_come_earlier_or_are_planned():
    order = [document.id for document in COURSE.documents]
    for position, name in enumerate(order):
        for needed in DOCUMENTS[name].prerequisites:
            assert needed not in order or order.index(needed) < position, (name, needed)


def test_the_course_is_where_qtrain_is():
    import qtrain

    assert Path(qtrain.__file__).is_relative_to(ROOT)
