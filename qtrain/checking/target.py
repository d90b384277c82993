"""What right means: the base of all targets, and the way from an answer to a verdict."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

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

from .answer_forms import admit, asked_for, called_bare, entries_without_rows, forms
from .calling import MOST, outcome
from .refusals import Refused, Undecided, error_called
from .sameness import alike
from .verdict import Evidence, Verdict, not_yet, right, undecided, wrong

if TYPE_CHECKING:
    import numpy as np

    from .linear import LinearTarget

NEUTRAL = (Circuit, State, Density, Matrix, Observable, Counts, Distribution, Number, Text, Function, Nothing)


class Target:
    """What right means for one exercise.

    A subclass gives `right` (pure mathematics) and, where it can say more, `explain`, `score` and `evidence`; the
    rest — reading, the untouched stub, the form asked for, slips, rules, diagnosis, the verdict — is here, the same
    for all.

    Parameters
    ----------
    rules : sequence of Rule
        What a right answer has to keep besides being right.
    takes : str or sequence of str, optional
        The form that is asked for, one of `qtrain.checking.answer_forms.NAMES`; by default any that can be right.
    slips : sequence of Slip
        Typical wrong answers and what is said of them.
    draft : optional
        What the learner was given to start from, in any form: handed in unchanged it is worth nothing.

    Attributes
    ----------
    num_qubits : int or None
        Qubits of the answer, where the target fixes them.
    phase : str
        ``"global"``: a global phase does not matter. ``"exact"``: it does.
    tolerance : float
        See `qtrain.checking.distance`.
    reference : Circuit or None
        The expected circuit, if the target was given as one.
    """

    reading: str | None = None  # the `kind` hint for `read`
    num_qubits: int | None = None
    reference: Circuit | None = None
    phase = "global"
    tolerance = 0.0
    _meanings: dict[int, tuple[Any, Target | None]]

    def __init__(self, *, rules: Sequence = (), takes=None, slips: Sequence = (), draft=None):
        self.rules = tuple(rules)
        self.takes = takes
        self.slips = tuple(slips)
        self.draft = draft
        forms(takes)  # a form that does not exist is the author's mistake

    @property
    def wants(self) -> str:
        """What is asked for, in a message."""
        return "an answer"

    @property
    def adaptive(self) -> bool:
        """Whether what has to be called depends on what came out before."""
        return False

    # --- what subclasses say -------------------------------------------------------------------------------------

    def right(self, answer) -> bool:
        """Whether the neutral `answer` is right. May raise `Refused`, `Undecided` or `Unreadable`."""
        raise TypeError(f"{type(self).__name__} does not say what right means")

    def explain(self, answer) -> Verdict | None:
        """A verdict on a wrong answer that only this target can give (else the general diagnosis speaks)."""
        return None

    def stories(self, answer) -> Sequence:
        """Mistakes that only this kind of exercise knows (`qtrain.checking.diagnosis.Story`); told before others."""
        return ()

    def score(self, answer) -> float:
        """How close a wrong answer comes, from 0 to 1, whatever part of that is no merit (see `credit`)."""
        return 0.0

    def idle(self, answer) -> Sequence:
        """What can be handed in without having done anything, in neutral form and of the size of `answer`."""
        return ()

    def evidence(self, answer) -> Evidence | None:
        """The input that shows the difference of a wrong answer best."""
        return None

    def praise(self, answer) -> str:
        """The message for a right answer."""
        return "Right."

    def fallback(self, answer) -> str:
        """What this target says where no single mistake explains the answer; nothing by default."""
        return ""

    # --- what a target can do: asked by the diagnosis and by the grader, which know no target by name -----------------

    def like(self, answer) -> Target | None:
        """A target for which the neutral `answer` is what is right, by default that and no other; None for no target.

        Where more answers come to the same, or what is given can be nothing that is right, a target says so here.
        """
        return Alike(lambda other: alike(other, answer))

    def as_state(self) -> np.ndarray | None:
        """The expected amplitudes (2**n,) where a pure state is asked for, big-endian; else None."""
        return None

    def as_map(self) -> LinearTarget | None:
        """This target as a map from input to output columns (`expected_images`, `images`, …); None if it is none."""
        return None

    def calls(self, outputs: Sequence = ()) -> list:
        """What still has to be called, after these outputs came; see `qtrain.checking.calling`."""
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
            return self._unread(answer, problem)
        except Exception as problem:  # the answer's own code ran while it was read: anything may come out of it
            return wrong("unreadable", f"Your answer could not be read: it raises {error_called(problem)}.")
        return self.judge_neutral(neutral)

    def judge_neutral(self, answer) -> Verdict:
        """The verdict on an answer that has been read."""
        from qtrain.circuits import TooLarge, Unreadable

        if isinstance(answer, Nothing):
            return not_yet()
        if isinstance(answer, Function) and self.calls():
            return self.judge_calls(answer.call)
        try:
            if self.takes is not None:
                admit(answer, forms(self.takes))
            if self.right(answer):
                return self._after_rules(answer)
        except TooLarge as problem:
            return undecided(problem.message)
        except (Refused, Unreadable) as problem:
            if _untouched(answer):
                return not_yet()
            refused = wrong(problem.code, problem.message)
            slip = self._slipped(answer, refused)  # a wrong verdict counts as false, so `or` would lose it
            return refused if slip is None else slip
        except Undecided as problem:
            return undecided(problem.message, problem.code)
        if _untouched(answer):
            return not_yet("The circuit is still empty: add your gates, then check again.")
        return self._explained(answer)

    def read(self, answer, *, order: str = "native"):
        """The neutral form of a raw answer, with this target's expectations as hints."""
        if isinstance(answer, NEUTRAL) and not isinstance(answer, Circuit):
            return answer
        from qtrain.circuits import read

        return read(answer, num_qubits=self.num_qubits, order=order, kind=self.reading)

    def judge_calls(self, function) -> Verdict:
        """The verdict on a function: whatever `calls` asks for is called here, and what comes out is judged."""
        return self.judge_outputs(self.outputs_of(function))

    def outputs_of(self, function) -> list:
        """What comes out of a function for whatever `calls` asks."""
        outputs: list = []
        while (more := self.calls(outputs)) and len(outputs) <= MOST:
            outputs += [outcome(function, call) for call in more]
        return outputs

    def judge_outputs(self, outputs: Sequence) -> Verdict:
        """The verdict on the outputs that belong to `calls()`; `Failed` stands for one that did not come."""
        raise TypeError(f"{type(self).__name__} takes no functions")

    def credit(self, answer) -> float:
        """Partial credit of a wrong answer: its part of the way from doing nothing to what is right.

        ``(score − start) / (1 − start)``, where `start` is the best score of what needs no work: an empty circuit, a
        layer of X or H gates, equal probabilities, the draft. No way is ever negative.
        """
        start = max((self.score(one) for one in (*self.idle(answer), *self._drafts())), default=0.0)
        return max(0.0, (self.score(answer) - start) / (1 - start)) if start < 1 else 0.0

    def _unread(self, answer, problem) -> Verdict:
        """An answer that cannot be read; one in another form than asked for is told so, whatever else is wrong."""
        if self.takes is not None and set(forms(self.takes)) == {"circuit"} and called_bare(answer):
            return wrong("wrong-type", asked_for(called_bare(answer), ("circuit",)))
        if self.reading == "text" and called_bare(answer):
            return wrong("wrong-type", asked_for(called_bare(answer), ("text",)))
        if set(forms(self.takes)) == {"matrix"} and (count := entries_without_rows(answer)):
            return wrong(
                "wrong-type", f"You gave {count} numbers without rows, but a matrix is asked for: give a list of rows."
            )
        if problem.code == "wrong-size" and (refused := self._refused_form(answer)) is not None:
            return refused
        return wrong(problem.code, problem.message)

    def _refused_form(self, answer) -> Verdict | None:
        """What is said of an answer's form, whatever its size; None if the form is one of those asked for."""
        from qtrain.circuits import read

        try:
            admit(read(answer, kind=self.reading), forms(self.takes))
        except Refused as problem:
            return wrong(problem.code, problem.message)
        except Exception:  # it cannot be read as anything else either: its size is what there is to say
            return None
        return None

    # --- inside --------------------------------------------------------------------------------------------------

    def _after_rules(self, answer) -> Verdict:
        if self.rules:
            from .rules import verdict_on_rules

            broken = verdict_on_rules(answer, self.rules)
            if broken is not None:
                return self._slip_against_rules(answer, broken)
        return right(self.praise(answer))

    def _explained(self, answer) -> Verdict:
        """The verdict on a wrong answer: what the exercise says of it, or this target, or the general diagnosis."""
        slip = self._slipped(answer)
        if slip is not None:
            return slip
        if any(self._does_the_same(draft, answer) for draft in self._drafts()):
            return not_yet("This still does the same as what you were given: change it, then check again.")
        return self._unslipped(answer)

    def _slipped(self, answer, known: Verdict | None = None) -> Verdict | None:
        """What is said of the slip that the answer is, if it is one; `known` is what would be said without it."""
        for slip in self.slips:
            target = self._meant(slip)
            if target is None or not target.accepts(answer):
                continue
            if known is not None and self._admits(slip.answer) and not self._admits(answer):
                continue  # a state in place of a circuit is told so, and not which wrong circuit it belongs to
            score = getattr(slip, "score", 0.0)
            if slip.reply:
                return wrong(slip.code, slip.reply, score=score, evidence=self._evidence_if_any(answer))
            return replace(self._unslipped(answer) if known is None else known, score=score)
        return None

    def _admits(self, answer) -> bool:
        """Whether an answer, in any form, has one of the forms asked for."""
        if self.takes is None:
            return True
        try:
            admit(self.read(answer), forms(self.takes))
        except Exception:  # what cannot even be read has none of them
            return False
        return True

    def _unslipped(self, answer) -> Verdict:
        if any(story.explains(answer, self) for story in self.stories(answer)):
            return self._diagnosed(answer)
        own = self.explain(answer)
        return self._diagnosed(answer) if own is None else own

    def _slip_against_rules(self, answer, verdict: Verdict) -> Verdict:
        """The verdict on a right answer that breaks rules; less, if the exercise knows a slip that breaks the same."""
        from .rules import broken_rules

        found = broken_rules(answer, self.rules)
        for slip in self.slips:
            try:
                known = self.read(slip.answer)
                same = self.accepts(known) and broken_rules(known, self.rules) == found
            except Exception:  # a slip that cannot be read here breaks no rules
                continue
            if same:
                message = slip.reply or verdict.message
                return replace(verdict, score=getattr(slip, "score", 0.0), message=message)
        return verdict

    def meant(self, slip) -> Target | None:
        """The target for which the slip's own answer is right; None where it can be compared with nothing."""
        if isinstance(slip.answer, Target):
            return slip.answer
        try:
            return self.like(self.read(slip.answer))
        except Exception:  # an answer that this target cannot even take, such as one of the wrong size: as it is
            same = Alike(lambda other: alike(other, neutral))
            neutral = same.read(slip.answer)
            return same

    def _meant(self, slip) -> Target | None:
        known = self.__dict__.setdefault("_meanings", {})
        if id(slip) not in known:
            known[id(slip)] = slip, self.meant(slip)  # the slip is kept, so that its id stays its own
        return known[id(slip)][1]

    def _drafts(self) -> tuple:
        """The draft in neutral form, if there is one."""
        if self.draft is None:
            return ()
        if "_draft" not in self.__dict__:
            self._draft = self.read(self.draft)
        return (self._draft,)

    def _does_the_same(self, one, other) -> bool:
        target = self.like(one)
        return target is not None and target.accepts(other)

    def _evidence_if_any(self, answer) -> Evidence | None:
        """The evidence, where there is any: an answer that the target cannot even take has none."""
        from qtrain.circuits import Unreadable

        try:
            return self.evidence(answer)
        except (Refused, Undecided, Unreadable):
            return None

    def _diagnosed(self, answer) -> Verdict:
        from .diagnosis import examine

        found = examine(answer, self)
        explanation, score = found.explanation, self.credit(answer)
        if explanation is None:
            evidence = self.evidence(answer)
            hint = " Look at the input that is shown." if evidence is not None and evidence.input else ""
            said = self.fallback(answer) or (_UNEXPLAINED if found.complete else _UNTRIED)
            return wrong(None, said + hint, score=score, evidence=evidence)
        return wrong(
            explanation.code,
            explanation.message,
            score=score,
            evidence=explanation.evidence or self.evidence(answer),
            **dict(explanation.details or {}),
        )


class Alike(Target):
    """The answers that are meant when one is given: those of which `test` holds, a function of the neutral answer.

    Parameters
    ----------
    test : callable
        Where it fails on an answer, this is none of those that are meant.
    """

    def __init__(self, test: Callable):
        super().__init__()
        self._test = test

    def right(self, answer):
        try:
            return bool(self._test(answer))
        except Exception:  # it meets whatever the learner made
            return False

    def read(self, answer, *, order="native"):
        from qtrain.circuits import Unreadable

        try:
            return super().read(answer, order=order)
        except Unreadable:  # compared as it is
            return answer


_UNEXPLAINED = "This is not right, and no single usual mistake explains it."
_UNTRIED = "This is not right. It is too large to look for every usual mistake: only some were tried, and none fits."


def _untouched(answer) -> bool:
    return isinstance(answer, Circuit) and not any(step.name != "barrier" for step in answer.operations)
