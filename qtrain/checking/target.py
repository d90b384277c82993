"""What right means: the base of all targets, and the way from an answer to a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qtrain.circuits.model import (
    Circuit,
    Counts,
    Density,
    Distribution,
    Function,
    Matrix,
    Nothing,
    Number,
    Observable,
    State,
    Text,
)

from .distance import MAX_DENSE
from .refusals import Refused, Undecided, error_called
from .verdict import Evidence, Verdict, not_yet, right, undecided, wrong

if TYPE_CHECKING:
    import numpy as np

    from .linear import LinearTarget

NEUTRAL = (Circuit, State, Density, Matrix, Observable, Counts, Distribution, Number, Text, Function, Nothing)


class Target:
    """What right means for one exercise.

    A subclass gives `right` (pure mathematics) and, where it can say more, `explain`, `score` and `evidence`; the
    rest — reading, the untouched stub, rules, diagnosis, the verdict — is here, the same for all.

    Attributes
    ----------
    kind : str
        ``"state"``, ``"unitary"``, ``"isometry"``, ``"subspace"``, ``"oracle"``, ``"channel"``, ``"density"``,
        ``"observable"``, ``"expectation"``, ``"distribution"``, ``"sampling"``, ``"number"``, ``"choice"``, ``"text"``,
        ``"bits"``, ``"any"``, ``"property"``, ``"function"``.
    num_qubits : int or None
        Qubits of the answer, where the target fixes them.
    matrix, vector, isometry : ndarray or None
        The expectation as numbers (big-endian), where there is one: (2**n, 2**n), (2**n,), (2**n, 2**m).
    phase : str
        ``"global"``: a global phase does not matter. ``"exact"``: it does.
    tolerance : float
        See `qtrain.checking.distance`.
    reference : Circuit or None
        The expected circuit, if the target was given as one.
    rules : tuple of Rule
        What a right answer has to keep besides being right.
    """

    kind = "target"
    reading: str | None = None  # the `kind` hint for `read`
    num_qubits: int | None = None
    matrix: np.ndarray | None = None
    vector: np.ndarray | None = None
    isometry: np.ndarray | None = None
    reference: Circuit | None = None
    phase = "global"
    tolerance = 0.0
    wants = "an answer"

    def __init__(self, *, rules: Sequence = ()):
        self.rules = tuple(rules)

    # --- what subclasses say -------------------------------------------------------------------------------------

    def right(self, answer) -> bool:
        """Whether the neutral `answer` is right. May raise `Refused`, `Undecided` or `Unreadable`."""
        raise TypeError(f"{type(self).__name__} does not say what right means")

    def explain(self, answer) -> Verdict | None:
        """A verdict on a wrong answer that only this target can give (else the general diagnosis speaks)."""
        return None

    def score(self, answer) -> float:
        """Partial credit of a wrong answer."""
        return 0.0

    def evidence(self, answer) -> Evidence | None:
        """The input that shows the difference of a wrong answer best."""
        return None

    def praise(self, answer) -> str:
        """The message for a right answer."""
        return "Right."

    # --- what a target can do: asked by the diagnosis and by the grader, which know no target by name -----------------

    def like(self, answer) -> Target | None:
        """The same kind of target, for which the neutral `answer` is what is right; None where there is none."""
        return None

    def as_state(self) -> np.ndarray | None:
        """The expected amplitudes (2**n,) where a pure state is asked for, big-endian; else None."""
        return None

    def as_map(self) -> LinearTarget | None:
        """This target as a map from input to output columns (`expected_images`, `images`, …); None if it is none."""
        return None

    def calls(self) -> list:
        """What a function that is the answer has to be called with, in this order; empty where none is asked for."""
        return []

    def drawn(self, seed) -> Target:
        """The same target with its inputs drawn from another seed; itself where nothing is drawn."""
        return self

    # --- what everybody uses -------------------------------------------------------------------------------------

    def accepts(self, answer) -> bool:
        """Whether the neutral `answer` is right: no reading, no rules, no diagnosis, never an exception for a
        wrong form. Cheap: the diagnosis calls it for every mistake that it tries to undo."""
        from qtrain.circuits import Unreadable

        try:
            return bool(self.right(answer))
        except (Refused, Undecided, Unreadable):
            return False

    def judge(self, answer, *, order: str = "native") -> Verdict:
        """The verdict on an answer in any form (or already neutral)."""
        from qtrain.circuits import Unreadable

        try:
            neutral = self.read(answer, order=order)
        except (Unreadable, Refused) as problem:
            return wrong(problem.code, problem.message)
        except Exception as problem:  # the answer's own code ran while it was read: anything may come out of it
            return wrong("unreadable", f"Your answer could not be read: it raises {error_called(problem)}.")
        return self.judge_neutral(neutral)

    def judge_neutral(self, answer) -> Verdict:
        """The verdict on an answer that has been read."""
        from qtrain.circuits import Unreadable

        if isinstance(answer, Nothing):
            return not_yet()
        try:
            if self.right(answer):
                return self._after_rules(answer)
        except (Refused, Unreadable) as problem:
            return not_yet() if _untouched(answer) else wrong(problem.code, problem.message)
        except Undecided as problem:
            return undecided(problem.message, problem.code)
        if _untouched(answer):
            return not_yet("The circuit is still empty: add your gates, then check again.")
        own = self.explain(answer)  # a wrong verdict counts as false, so `or` would lose it
        return self._diagnosed(answer) if own is None else own

    def read(self, answer, *, order: str = "native"):
        """The neutral form of a raw answer, with this target's expectations as hints."""
        if isinstance(answer, NEUTRAL) and not isinstance(answer, Circuit):
            return answer
        from qtrain.circuits import read

        return read(answer, num_qubits=self.num_qubits, order=order, kind=self.reading)

    # --- inside --------------------------------------------------------------------------------------------------

    def _after_rules(self, answer) -> Verdict:
        if self.rules:
            from .rules import verdict_on_rules

            broken = verdict_on_rules(answer, self.rules)
            if broken is not None:
                return broken
        return right(self.praise(answer))

    def _diagnosed(self, answer) -> Verdict:
        explanation = None
        # Trying to undo mistakes means judging hundreds of circuits: beyond the dense sizes that would take minutes.
        if getattr(answer, "num_qubits", 0) <= MAX_DENSE:
            from .diagnosis import diagnose

            explanation = diagnose(answer, self)
        score = self.score(answer)
        if explanation is None:
            evidence = self.evidence(answer)
            hint = " Look at the input that is shown." if evidence is not None and evidence.input else ""
            return wrong(None, self.fallback(answer) + hint, score=score, evidence=evidence)
        return wrong(
            explanation.code,
            explanation.message,
            score=score,
            evidence=explanation.evidence or self.evidence(answer),
            **dict(explanation.details or {}),
        )

    def fallback(self, answer) -> str:
        """The message when no single mistake explains the answer."""
        return "This is not right, and no single usual mistake explains it."


def _untouched(answer) -> bool:
    return isinstance(answer, Circuit) and not any(step.name != "barrier" for step in answer.operations)
