"""The minutes of a lesson are computed: each part counts as it says, and what is stated is what was computed."""

from types import SimpleNamespace

from qtrain.course import load
from qtrain.course.audit import time
from qtrain.course.study_time import prose_words, stated_minutes, study_minutes, with_minutes


def lesson(words=0, lines=0, rungs=(), minutes=0, pause=False, stated=0):
    cells = [
        {"cell_type": "markdown", "source": f"# A title\n\n**Time:** {stated} minutes. ", "metadata": {}},
        {"cell_type": "markdown", "source": "word " * words, "metadata": {"tags": ["pause"] if pause else []}},
        {"cell_type": "code", "source": "x = 1\n" * lines + "# a comment", "metadata": {}},
        {"cell_type": "markdown", "source": "task " * 5000, "metadata": {"tags": ["exercise"]}},
        {"cell_type": "code", "source": "x = 1\n" * 500, "metadata": {"tags": ["solution"]}},
    ]
    notebook = {"cells": cells, "metadata": {"qtrain": {"minutes": minutes}}}
    exercises = [SimpleNamespace(rung=rung) for rung in rungs]
    return SimpleNamespace(
        id="9.1", path="9_1.ipynb", notebook=notebook, exercises=exercises, minutes=minutes, is_problem_set=False
    )


def test_words_lines_and_rungs_take_their_minutes():
    assert study_minutes(lesson(words=1300 - 4)) == 10  # "A title", "Time", "minutes" are words, too
    assert study_minutes(lesson(words=1310)) == 15
    assert study_minutes(lesson(lines=150)) == 30
    assert study_minutes(lesson(rungs=["warm-up", "use", "think", "stretch"])) == 35
    assert study_minutes(lesson(rungs=["warm-up"] * 3)) == 10


def test_what_a_lesson_states_is_what_it_takes():
    right = lesson(lines=150, minutes=30, stated=30)
    assert list(time(right)) == []
    assert "takes 30 minutes; its metadata say 40" in next(time(lesson(lines=150, minutes=40, stated=30)))
    assert "its title cell 45" in next(time(lesson(lines=150, minutes=30, stated=45)))
    mended = with_minutes(lesson(lines=150, minutes=40, stated=45).notebook, 30)
    assert (stated_minutes(mended), mended["metadata"]["qtrain"]["minutes"]) == (30, 30)


def test_a_long_lesson_says_where_to_pause():
    assert any("pause" in one for one in time(lesson(lines=571, minutes=100, stated=100)))
    assert list(time(lesson(lines=571, minutes=100, stated=100, pause=True))) == []
    assert list(time(lesson(lines=536, minutes=90, stated=90))) == []


def test_the_course_states_its_times():
    assert [sentence for one in load().lessons for sentence in time(one)] == []


def test_the_address_of_a_link_is_not_read():
    assert prose_words("See [all *conventions*](../../book/conventions.md#order-of-qubits) (there) first.") == 5
