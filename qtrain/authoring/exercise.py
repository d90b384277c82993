"""An exercise: what it asks for, what right means for each learner, and how people get it wrong."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import TYPE_CHECKING, Any

from .ranges import Space
from .taught import in_words

if TYPE_CHECKING:
    from qtrain.checking import Target, Verdict

RUNGS = ("warm-up", "use", "think", "stretch")
"""How far an exercise goes beyond the page: other numbers, another place, two ideas put together, a quarter of an hour
or more."""
_TRIES = 20
KINDS = ("build", "compute", "predict", "debug", "explain", "design", "measure", "stretch")


class Parameters(dict):
    """The parameters of one learner's variant: ``p["bits"]`` and ``p.bits`` are the same."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError:
            known = ", ".join(self) or "none: this exercise is the same for everyone"
            raise AttributeError(f"this variant has no parameter {name!r} (it has {known})") from None


@dataclass(frozen=True, eq=False)
class Slip:
    """A typical wrong answer: at once the reply that a learner gets who gives it, and the test of that reply.

    Attributes
    ----------
    answer
        The wrong value, circuit, array, function, or option.
    reason : str
        Why people make it; for those who teach.
    code : str or None
        The diagnosis that the verdict has to carry; None where there is none or it does not matter.
    reply : str
        What the card says; without it the engine's own sentence stands.
    score : float
        The part of the points that it earns; 0 unless a part of what is asked for is done.
    """

    answer: Any
    reason: str = ""
    code: str | None = None
    reply: str = ""
    score: float = 0.0

    def worth(self, score: float) -> Slip:
        """The same slip, for which a part of the points is given: a part of what is asked for is done."""
        return replace(self, score=score)

    def says(self, reply: str) -> Slip:
        """The same slip, with what the card says of it."""
        return replace(self, reply=reply)


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise. Its task, stub, hints, solutions and explanation stand in the lesson's notebook.

    Attributes
    ----------
    id : str
        The lesson's number and a letter (``"1.6.a"``), or the problem set's and a number (``"1.P.1"``).
    kind : str
        One of `KINDS`.
    target : callable
        From the variant's parameters to a target of `qtrain.checking`.
    slips : callable
        From the variant's parameters to the slips, a sequence of `Slip`.
    title : str
        As in the heading of the task; set when the course is loaded.
    outcome : int or tuple of int
        Which outcomes of the lesson it assesses, counted from 1; a problem of a problem set may leave it out.
    points : float
    rung : str
        One of `RUNGS`, from which the course computes a lesson's time; of the kind ``stretch`` it is always that.
    variant : Space, callable or None
        Where the parameters come from: declared ranges, or a function from a `random.Random` to a dict. None: the
        exercise is the same for everyone.
    fits : callable, optional
        From parameters to whether no slip collides with what is right or with another slip; variants that do not fit
        are never drawn.
    options : callable, optional
        Of a choice: from parameters to a dict from letter to option, as this learner sees them.
    rubric : tuple of (float, str)
        What earns points where a person reads the answer: points and text of each item.
    lesson : Lesson
        Set when the course is loaded.
    """

    id: str
    kind: str
    target: Callable[[Parameters], Target]
    slips: Callable[[Parameters], tuple[Slip, ...]] = lambda parameters: ()
    title: str = ""
    outcome: int | tuple[int, ...] = ()
    points: float = 1
    rung: str = "use"
    variant: Space | Callable[[random.Random], dict] | None = None
    fits: Callable[[Parameters], bool] | None = None
    options: Callable[[Parameters], dict[str, str]] | None = None
    rubric: tuple[tuple[float, str], ...] = ()
    lesson: Any = field(default=None, repr=False)

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"exercise {self.id}: there is no kind {self.kind!r}; the kinds are {', '.join(KINDS)}.")
        if self.rung not in RUNGS:
            raise ValueError(f"exercise {self.id}: there is no rung {self.rung!r}; the rungs are {', '.join(RUNGS)}.")
        if self.kind == "stretch":
            object.__setattr__(self, "rung", "stretch")

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
        rng = generator(learner, self.id)
        try:
            space = self.variant if isinstance(self.variant, Space) else Space({}, drawn=self.variant)
            return Parameters(space.draw(rng, self._fits))
        except ValueError as problem:
            raise ValueError(f"exercise {self.id}: {problem}") from None

    def _fits(self, drawn: dict) -> bool:
        return self.fits is None or self.fits(Parameters(drawn))

    def variants(self) -> int:
        """How many variants there are: counted where that is quick, else estimated."""
        if self.variant is None:
            return 1
        return self.variant.size(self.fits and self._fits) if isinstance(self.variant, Space) else 0

    def another(self, learner: str, sheet: str) -> Parameters:
        """A variant to practise with, the same for the same sheet: not the learner's own, where there are others."""
        own = self.parameters(learner)
        tries = (self.parameters(f"{learner}/{sheet}/{number}") for number in range(_TRIES if self.variant else 0))
        return next((other for other in tries if other != own), own)

    def judge(self, answer, learner: str = "", parameters: Parameters | None = None) -> Verdict:
        """The verdict on an answer to this learner's variant, or to the one with these parameters."""
        if parameters is None:
            parameters = self.parameters(learner)
        return in_words(self.target(parameters).judge(answer), self.id)

    def try_slips(
        self, parameters: Parameters, target: Target | None = None, judge: Callable | None = None
    ) -> Iterator[str]:
        """Hand in every slip; yields a sentence for each that does not get what it should.

        Parameters
        ----------
        parameters : Parameters
        target : Target, optional
            That of the parameters, where it is there already.
        judge : callable, optional
            From target and answer to the verdict; by default ``target.judge(answer)``.
        """
        target = target or self.target(parameters)
        for number, slip in enumerate(self.slips(parameters), 1):
            verdict = judge(target, slip.answer) if judge else target.judge(slip.answer)
            name = f"slip {number} ({slip.reason or slip.reply})"
            said = f"{verdict.diagnosis or verdict.status}: {verdict.message}"
            # A value that is right earns its part, whatever is said of its error bar.
            value = target.for_the_value(target.read(slip.answer)) if hasattr(target, "for_the_value") else 0.0
            worth = max(slip.score, value)
            if verdict.status not in ("wrong", "undecided"):
                yield f"{name} is {verdict.status!r}"
            elif slip.code is not None and verdict.diagnosis != slip.code:
                yield f"{name} gets {said}, not {slip.code}"
            elif slip.reply and verdict.message != slip.reply:
                yield f"{name} gets {said}, not {slip.reply!r}"
            elif verdict.score != worth:
                yield f"{name} earns {verdict.score:g}, not {worth:g}"


def of_variable(target: Callable[[Parameters], Target], variable: str) -> Callable[[Parameters], Target]:
    """The same targets, whose sentences about parts of the answer call it by the learner's variable."""

    @wraps(target)
    def called(parameters):
        made = target(parameters)
        if getattr(made, "place", None) == "answer":
            made.place = variable
        return made

    return called


def generator(learner: str, exercise: str) -> random.Random:
    """Random numbers that depend on the learner and the exercise only, not on the machine or on what ran before."""
    digest = hashlib.sha256(f"{learner}\n{exercise}".encode()).digest()
    return random.Random(int.from_bytes(digest, "big"))
