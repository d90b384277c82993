"""What can be tried of a lesson besides the notebook itself: its rules, answers, hand-ins and the learner's copy."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from .audit import audit
from .course import Lesson
from .errors import CourseError
from .hand_ins import findings
from .learner_copy import LearnersCopy
from .rehearsal import rehearse, stages
from .runs import LessonFailed, kept, run

Trial = Callable[[Lesson], Iterable[str]]


def trials(learners: int) -> dict[str, Trial]:
    """Each trial by its name; it gives a sentence for each fault that it finds. They share one run of the lesson.

    Parameters
    ----------
    learners : int
        How many learners' variants the solutions and slips are tried for.
    """
    names = ("", *(f"learner-{number}" for number in range(1, learners)))
    before = lru_cache(maxsize=1)(stages)
    return {
        "rules": audit,
        "solutions and slips": lambda lesson: (
            f"{exercise}: {sentence}"
            for exercise, found in rehearse(lesson, names, before(lesson))
            for sentence in found
        ),
        "hand-ins and mutants": lambda lesson: (
            f"{exercise}: {finding.fault}: {finding.what}"
            for exercise, _, found in findings(lesson, names=before(lesson))
            for finding in found
        ),
        "learner's copy": walk,
    }


def walk(lesson: Lesson) -> list[str]:
    """Run the learner's copy from top to bottom, every stub as it is, unless it ran as it is now; nothing may raise."""
    copy = LearnersCopy.of(lesson)
    try:
        if kept(copy) is None:
            run(copy)
    except LessonFailed as error:
        return [str(error)]
    return []


def faults(trial: Trial, lesson: Lesson) -> list[str]:
    """What a trial finds, each once; a trial that breaks off is a fault, too."""
    try:
        return list(dict.fromkeys(trial(lesson)))
    except CourseError as error:
        return [str(error)]
    except Exception as error:  # whatever a cell under work raises is what its author wants to read
        return [f"{lesson.id}: trying it out stops with {type(error).__name__}: {error}"]
