"""When something is due: pauses that grow while it is known, and none after a mistake."""

from datetime import UTC, date, datetime, timedelta

import pytest

from qtrain.skills.record import Attempt, Recall
from qtrain.skills.spacing import PAUSES, ago, day_of, learnt, of_exercise, of_question, when

FIRST = date(2026, 3, 2)


def on(day):
    """Noon of a day, as the record has it."""
    return (datetime(2026, 3, 2, 12) + timedelta(day)).astimezone(UTC).isoformat(timespec="seconds")


def attempts(*told):
    """From (day, "right" or a diagnosis or "wrong", sheet) to attempts."""
    return [
        Attempt("1.2.a", on(day), "right" if what == "right" else "wrong", 0.0, None if what in KNOWN else what, sheet)
        for day, what, sheet in told
    ]


KNOWN = ("right", "wrong")


@pytest.mark.parametrize(
    ("told", "days", "mistakes", "solved"),
    [
        ([(0, "right", "")], 3, 0, True),  # right at once: the pause is longer
        ([(0, "wrong", "")], 0, 1, False),
        ([(0, "inverse", ""), (0, "wrong", ""), (2, "right", "")], 2, 2, True),  # after a mistake: at once, new numbers
        ([(0, "wrong", ""), (0, "right", ""), (0, "right", "s")], 1, 0, True),
        ([(0, "wrong", ""), (0, "right", "s")], 1, 0, True),
        ([(0, "wrong", ""), (0, "right", ""), (0, "right", "s"), (1, "right", "t")], 1 + 3, 0, True),
        ([(0, "right", ""), (3, "right", "s"), (10, "right", "t")], 10 + 16, 0, True),
        ([(0, "right", ""), (1, "right", "s")], 3, 0, True),  # before its time: nothing changes
        ([(0, "right", ""), (3, "right", "s"), (9, "right", "s"), (30, "right", "s")], 3 + 7, 0, True),  # run anew
        ([(0, "right", ""), (30, "right", "")], 3, 0, True),
        ([(0, "right", ""), (1, "wrong", "")], 3, 0, True),  # tried out in the lesson after it was done
        ([(0, "right", ""), (3, "wrong", "s")], 3, 1, False),
        ([(0, "right", ""), (3, "wrong", "s"), (3, "right", "s"), (3, "right", "t")], 4, 0, True),
        ([(0, "unreadable", ""), (1, "right", "")], 1 + 3, 0, True),  # what nobody could judge is no mistake
    ],
)
def test_an_exercise_is_due(told, days, mistakes, solved):
    past = of_exercise(attempts(*told))
    assert (past.schedule.due, len(past.mistakes), past.solved) == (FIRST + timedelta(days), mistakes, solved)


@pytest.mark.parametrize("told", [[], [(0, "unreadable", "")], [(0, "wrong-type", "")]])
def test_without_a_serious_try_nothing_is_due(told):
    assert of_exercise(attempts(*told)) is None


def test_undecided_is_neither_right_nor_wrong():
    assert of_exercise([Attempt("1.2.a", on(0), "undecided", 0.0, "sampling")]) is None


def test_pauses_grow_and_have_an_end():
    assert list(PAUSES) == sorted(PAUSES) and len(set(PAUSES)) == len(PAUSES)
    told, day = [(0, "right", "")], 0
    for number in range(20):
        day = (of_exercise(attempts(*told)).schedule.due - FIRST).days
        told.append((day, "right", f"sheet {number}"))
    assert of_exercise(attempts(*told)).schedule.due == FIRST + timedelta(day + PAUSES[-1])


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ([], 1),
        ([(1, True)], 1 + 3),
        ([(1, True), (1, True)], 1 + 3),
        ([(1, True), (4, True)], 4 + 7),
        ([(1, False)], 1),
        ([(1, False), (1, True)], 2),
        ([(1, True), (4, False), (4, True), (5, True)], 5 + 3),
    ],
)
def test_a_question_is_due(asked, days):
    recalls = [Recall("1.2", "What?", on(day), known) for day, known in asked]
    assert of_question(FIRST, recalls).due == FIRST + timedelta(days)


def test_a_lesson_is_learnt_when_half_of_it_is_right():
    names = ["1.2.a", "1.2.b", "1.2.c"]

    def right(name, day, status="right"):
        return Attempt(name, on(day), status, 1.0, None)

    assert learnt([right("1.2.a", 0)], names) is None
    assert learnt([right("1.2.a", 0), right("1.2.b", 4, "wrong"), right("1.3.a", 1)], names) is None
    done = [right("1.2.a", 0), right("1.2.b", 4), right("1.2.a", 9), right("1.2.c", 12)]
    assert learnt(done, names) == FIRST + timedelta(4)
    assert learnt([], []) is None


def test_days_in_words():
    assert [ago(FIRST - timedelta(n), FIRST) for n in (-1, 0, 1, 2)] == ["today", "today", "yesterday", "2 days ago"]
    assert [when(FIRST + timedelta(n), FIRST) for n in (0, 1, 4)] == ["now", "tomorrow", "on Friday, 6 March"]


def test_a_time_that_cannot_be_read_is_long_ago():
    assert day_of("yesterday, at tea") < date(2000, 1, 1)
