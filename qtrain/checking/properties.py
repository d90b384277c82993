"""The target of anything that has a property, told by a predicate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from qtrain.circuits import model as values

from .answer_forms import asked_for, called_bare
from .calling import MOST, Failed, outcome
from .comparing import target_for
from .refusals import Refused, Undecided, called
from .sameness import alike
from .target import Alike, Target
from .verdict import Verdict, not_yet, right, undecided, wrong


class Property(Target):
    """Any answer with a property: ``Property("is entangled", predicate)``.

    Parameters
    ----------
    name : str
        How the sentence "your answer …" goes on.
    predicate : callable
        Called with the neutral answer; returns whether it has the property, or (whether, what is missing). A function
        comes as a `qtrain.circuits.Function`: ``f.call(2)`` gives what the learner's function gives, plain values as
        they are and circuits in neutral form. The predicate is run again and again while the calls are collected, so
        it has to ask the same every time: random numbers need a seed.
    takes : type, form or several of either, optional
        The neutral forms that the predicate understands, as types or as names (see `Target`); others are refused as
        `wrong-type`.
    reading, num_qubits : optional
        Hints for reading, as for `qtrain.circuits.read`.
    wants : str, optional
        What is asked for, as a noun ("a circuit on 2 qubits"), where another form is refused; by default from `takes`.
    phase : {"global", "exact"}
        Whether a slip with another global phase is still that slip; exact for vectors and matrices only.
    counts : callable, optional
        From a neutral answer to all that counts of it, as an array: an answer with the same is the same slip, however
        it is made. By default slips are compared as the things that they are.
    """

    wants = "another form"
    adaptive = False

    def __init__(
        self,
        name: str,
        predicate: Callable,
        *,
        takes=None,
        reading=None,
        num_qubits=None,
        wants=None,
        phase="global",
        counts=None,
        **options,
    ):
        kinds = takes if isinstance(takes, tuple | list) else (takes,) if takes is not None else ()
        types = tuple(kind for kind in kinds if isinstance(kind, type))
        super().__init__(takes=None if types else takes, **options)
        self.name, self.predicate, self.types = name, predicate, types
        self.reading, self.num_qubits, self.phase, self.counts = reading, num_qubits, phase, counts
        self._latest: tuple | None = None
        self.wants = wants or " or ".join(f"a {kind.__name__.lower()}" for kind in types) or self.wants
        self.adaptive = values.Function in types or "function" in kinds

    def judge(self, answer, *, order="native"):
        if self.types == (values.Function,) and called_bare(answer) and len(answer):
            return wrong("wrong-type", asked_for(called_bare(answer), ("function",)))
        return super().judge(answer, order=order)

    def _told(self, answer) -> tuple[bool, str]:
        if self.types and not isinstance(answer, self.types):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for {self.wants}.")
        try:
            told = self.predicate(answer)
        except (Refused, Undecided):
            raise
        except Exception as problem:  # the author's predicate meets whatever the learner made
            from qtrain.circuits import Unreadable

            if isinstance(problem, Unreadable):
                raise
            raise Refused(
                "wrong-type", f"Whether your answer {self.name} cannot be told of {called(answer)}."
            ) from problem
        holds, missing = told if isinstance(told, tuple) else (told, "")
        return bool(holds), missing

    def like(self, answer):
        if self.counts:
            meant = self.counts(answer)
            return Alike(lambda other: np.allclose(self._counted(other), meant, atol=1e-6))
        if self.phase == "exact":
            return Alike(lambda other: np.allclose(_array(other), _array(answer), atol=1e-6))
        return target_for(answer)

    def _counted(self, answer):
        """What counts of an answer: worked out once for all slips that it is compared with."""
        if self._latest is None or self._latest[0] is not answer:
            self._latest = answer, self.counts(answer)
        return self._latest[1]

    def right(self, answer):
        return self._told(answer)[0]

    def explain(self, answer):
        return wrong(None, self._told(answer)[1] or self._missing())

    def praise(self, answer):
        return f"Right: your answer {self.name}."

    def _missing(self) -> str:
        return f"This is not it yet: the task asks for an answer that {self.name}."

    # --- functions: what the predicate calls is found out by running it on the outputs that are known already --------

    def calls(self, outputs=()):
        if not self.adaptive or len(outputs) > MOST:
            return []
        try:
            self._told(values.Function(_Known(outputs)))
        except _NotKnown as wanted:
            return [("call", wanted.given)]
        except (Refused, Undecided):
            return []
        return []

    def judge_outputs(self, outputs: Sequence) -> Verdict:
        if all(output is None or isinstance(output, values.Nothing) for output in outputs):
            return not_yet()
        verdict = self._weighed(outputs)
        if verdict.status != "wrong":
            return verdict
        for slip in self.slips:
            if callable(slip.answer) and self._gives(slip.answer, outputs):
                score = getattr(slip, "score", 0.0)
                return wrong(slip.code, slip.reply, score=score) if slip.reply else replace(verdict, score=score)
        return verdict

    def _gives(self, function: Callable, outputs: Sequence) -> bool:
        """Whether the function gives these outputs, asked as the predicate asks."""
        for k, output in enumerate(outputs):
            given = [outcome(function, call) for call in self.calls(outputs[:k])]
            if len(given) != 1 or isinstance(given[0], Failed) or not alike(given[0], output):
                return False
        return True

    def _weighed(self, outputs: Sequence) -> Verdict:
        try:
            holds, missing = self._told(values.Function(_Known(outputs)))
        except Refused as problem:
            return wrong(problem.code, problem.message)
        except Undecided as problem:
            return undecided(problem.message, problem.code)
        except _NotKnown:
            return undecided(f"Whether your function {self.name} takes more than {MOST} calls to tell.")
        return right(self.praise(None)) if holds else wrong(None, missing or self._missing())


def _array(answer) -> np.ndarray:
    return answer.matrix if isinstance(answer, values.Matrix) else answer.vector


class _NotKnown(BaseException):
    """The predicate calls what has not been called yet. No `Exception`: a predicate's own handlers let it pass."""

    def __init__(self, given):
        super().__init__()
        self.given = given


class _Known:
    """In the place of the learner's function: gives the known outputs, one after the other."""

    def __init__(self, outputs: Sequence):
        self._left = list(outputs)

    def __call__(self, *arguments, **named):
        if arguments and named:
            raise TypeError("a predicate calls with positional or with named arguments, not with both")
        if not self._left:
            raise _NotKnown(named or arguments)
        output = self._left.pop(0)
        if isinstance(output, Failed):
            raise Refused(output.code or "unreadable", f"Your function does not work: {output.message}")
        return output
