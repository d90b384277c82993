"""When something should be repeated: after a pause that grows each time it was known, and at once when it was not.

Pauses that grow keep more in memory than the same time spent in one go (Cepeda et al., Psychological Bulletin 132,
354, 2006); a question asked again teaches more than a text read again (Roediger and Karpicke, Psychological Science
17, 249, 2006).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from qtrain.checking.verdict import UNREAD

from .record import Attempt, Recall

PAUSES = (0, 1, 3, 7, 16, 35, 75, 150)
"""Days until the next time, by how often in a row something was known."""
AT_ONCE_RIGHT = 2  # an exercise that was right at the first try begins with a longer pause
NEW_QUESTION = 1  # a lesson's recall questions come on the day after
# In English whatever the machine's own language is, as all that a learner reads.
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True)
class Schedule:
    """How often in a row something was known (a place in `PAUSES`), and the day from which the pause counts."""

    step: int
    since: date

    @property
    def due(self) -> date:
        """The day from which it should be repeated."""
        return self.since + timedelta(PAUSES[self.step])

    def known(self, day: date) -> Schedule:
        """After it was known once more; before its time that changes nothing."""
        return self if day < self.due else Schedule(min(self.step + 1, len(PAUSES) - 1), day)


@dataclass(frozen=True)
class Past:
    """What the record says of one exercise.

    Attributes
    ----------
    schedule : Schedule
    mistakes : tuple of Attempt
        Those made since it was last known without one, oldest first.
    solved : bool
        Whether the last serious try was right.
    """

    schedule: Schedule
    mistakes: tuple[Attempt, ...]
    solved: bool


def day_of(at: str) -> date:
    """The learner's own day of a moment in the record; what cannot be read is long ago."""
    try:
        return datetime.fromisoformat(at).astimezone().date()
    except (ValueError, OverflowError):
        return date(1970, 1, 1)


def ago(day: date, today: date) -> str:
    """``today``, ``yesterday``, ``5 days ago``."""
    days = (today - day).days
    return "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"


def when(day: date, today: date) -> str:
    """``now``, ``tomorrow``, ``on Friday, 27 November``."""
    days = (day - today).days
    return (
        "now"
        if days < 1
        else "tomorrow"
        if days == 1
        else f"on {WEEKDAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]}"
    )


def of_exercise(attempts: Iterable[Attempt]) -> Past | None:
    """From the attempts at one exercise to when it is due; None where nobody tried seriously.

    A right answer that is checked again, as when a notebook is run anew, is no repetition: each sheet's variant counts
    once, and so does the lesson's own. What is tried out in a lesson after its exercise was right is no mistake.
    """
    schedule: Schedule | None = None
    passed: set[str] = set()
    mistakes: list[Attempt] = []
    solved = False
    for one in attempts:
        day = day_of(one.at)
        if one.status == "wrong" and one.diagnosis not in UNREAD:
            if one.sheet in passed:
                continue
            schedule, solved = Schedule(0, day), False
            mistakes.append(one)
        elif one.status == "right" and one.sheet not in passed:
            if schedule is None:
                schedule = Schedule(AT_ONCE_RIGHT, day)
            elif any(mistake.sheet == one.sheet for mistake in mistakes):
                schedule = Schedule(0, day)  # found by trying on: other numbers will show whether it is known
            else:
                schedule, mistakes = schedule.known(day), []
            passed.add(one.sheet)
            solved = True
    return Past(schedule, tuple(mistakes), solved) if schedule is not None else None


def of_question(learnt: date, asked: Iterable[Recall]) -> Schedule:
    """When a recall question is due, from the day on which its lesson was learnt and the times that it was asked."""
    schedule = Schedule(NEW_QUESTION, learnt)
    for one in asked:
        schedule = schedule.known(day_of(one.at)) if one.known else Schedule(0, day_of(one.at))
    return schedule


def learnt(attempts: Iterable[Attempt], exercises: Iterable[str]) -> date | None:
    """The day on which half of a lesson's exercises had been right; None before it."""
    names = set(exercises)
    first = {one.exercise: day_of(one.at) for one in reversed(list(attempts)) if one.status == "right"}
    days = sorted(day for name, day in first.items() if name in names)
    half = (len(names) + 1) // 2
    return days[half - 1] if 0 < half <= len(days) else None
