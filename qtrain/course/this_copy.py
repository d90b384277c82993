"""What a notebook says of itself: of a released one this learner's numbers, and whether a check may judge; that it is a
practice sheet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qtrain.authoring.exercise import Parameters

from .errors import CourseError


@dataclass(frozen=True)
class Own:
    """What a copy carries of one exercise.

    Attributes
    ----------
    numbers : Parameters
        This learner's.
    options : dict
        Of a choice, as this learner sees them.
    takes : tuple of str
        The forms that are asked for, where no target is at hand to say so.
    """

    numbers: Parameters = field(default_factory=Parameters)
    options: dict = field(default_factory=dict)
    takes: tuple[str, ...] = ()


_exercises: dict[str, Own] = {}
_judged = True
_sheet = ""


def remember(exercises: Mapping[str, Mapping[str, Any]], judged: bool) -> None:
    """Take in what the first cell of a released notebook says.

    Raises
    ------
    CourseError
        When the cell was changed into something that cannot be read.
    """
    global _judged
    try:
        found = {
            name: Own(Parameters(told.get("numbers", {})), dict(told.get("options", {})), tuple(told.get("takes", ())))
            for name, told in exercises.items()
        }
    except (AttributeError, TypeError, ValueError):
        raise CourseError("The first cell of this notebook was changed: take it from a fresh copy.") from None
    _exercises.clear()
    _exercises.update(found)
    _judged = bool(judged)


def own(exercise_id: str) -> Own | None:
    """What this copy carries of an exercise; None where it is no released copy, or has no such exercise."""
    return _exercises.get(str(exercise_id))


def judged() -> bool:
    """Whether a check may say if an answer is right."""
    return _judged


def practise(name: str) -> None:
    """Take in that this notebook is the practice sheet of that name: its variants are new ones."""
    global _sheet
    _sheet = name


def sheet() -> str:
    """The name of the practice sheet that this notebook is, "" when it is none."""
    return _sheet
