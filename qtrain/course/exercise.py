"""An exercise as its author writes it: what it asks for, what right means, and how people get it wrong."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .errors import CourseError

KINDS = ("build", "compute", "predict", "debug", "explain", "design", "stretch")


class Parameters(dict):
    """The parameters of one learner's variant: ``p["bits"]`` and ``p.bits`` are the same."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            known = ", ".join(self) or "none: this exercise is the same for everyone"
            raise AttributeError(f"this variant has no parameter {name!r} (it has {known})") from None


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer, kept as a test of what the learner is told.

    Attributes
    ----------
    diagnosis : str or None
        The code that a check must give it, None where only the message matters.
    answer : callable
        From the variant's parameters to the wrong answer.
    says : str
        Words that the message must contain.
    note : str
        Why people make it.
    """

    diagnosis: str | None
    answer: Callable[[Parameters], Any]
    says: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise. Its task, stub, hints, solutions and explanation stand in the lesson's notebook (see `cells`).

    Attributes
    ----------
    id : str
        The lesson's number and a letter (``"1.6.a"``), or the problem set's and a number (``"1.P.1"``).
    kind : str
        One of `KINDS`.
    target : callable
        From the variant's parameters to a target of `qtrain.checking`.
    title : str
        As in the heading of the task; may be left out here.
    outcome : int or tuple of int
        Which outcomes of the lesson it assesses, counted from 1; a problem of a problem set may leave it out.
    points : float
    variant : callable, optional
        From a `random.Random` to a dict of parameters. Without it the exercise is the same for everyone.
    mistakes : sequence of Mistake
    lesson : Lesson
        Set when the course is loaded.
    """

    id: str
    kind: str
    target: Callable[[Parameters], Any]
    title: str = ""
    outcome: int | tuple[int, ...] = ()
    points: float = 1
    variant: Callable[[random.Random], dict] | None = None
    mistakes: tuple[Mistake, ...] | list[Mistake] = ()
    lesson: Any = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        if self.kind not in KINDS:
            raise CourseError(f"exercise {self.id}: there is no kind {self.kind!r}; the kinds are {', '.join(KINDS)}.")

    @property
    def outcomes(self) -> tuple[int, ...]:
        """The outcomes that it assesses, always as a tuple."""
        return (self.outcome,) if isinstance(self.outcome, int) else tuple(self.outcome)

    @property
    def cells(self):
        """Its cells in the lesson's notebook, a `qtrain.course.cells.Cells`."""
        return self.lesson.cells[self.id]

    def parameters(self, learner: str = "") -> Parameters:
        """The variant of one learner: the same everywhere and always; ``""`` is the one that the lesson shows."""
        if self.variant is None:
            return Parameters()
        return Parameters(self.variant(generator(learner, self.id)))

    def judge(self, answer, learner: str = ""):
        """The verdict on an answer to this learner's variant."""
        return self.target(self.parameters(learner)).judge(answer)


def generator(learner: str, exercise: str) -> random.Random:
    """Random numbers that depend on the learner and the exercise only, not on the machine or on what ran before."""
    digest = hashlib.sha256(f"{learner}\n{exercise}".encode()).digest()
    return random.Random(int.from_bytes(digest, "big"))
