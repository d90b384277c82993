"""Targets made of other targets."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from qtrain.circuits import Unreadable
from qtrain.circuits import model as values

from .answer_forms import admit, forms
from .refusals import Refused, error_called
from .target import Target
from .verdict import Verdict, not_yet, right, undecided, wrong


class _Combined(Target):
    """Base: several targets for one answer."""

    def __init__(self, *targets: Target, **options):
        super().__init__(**options)
        if not targets:
            raise ValueError("give at least one target")
        self.targets = targets

    def verdict(self, verdicts: Sequence[Verdict], answer=None) -> Verdict:
        """What follows from the verdicts of all targets on one answer."""
        raise TypeError(f"{type(self).__name__} does not say what follows")

    def judge(self, answer, *, order="native"):
        try:
            neutral = self.read(answer, order=order)
        except (Refused, Unreadable):
            return self.verdict([target.judge(answer, order=order) for target in self.targets], answer)
        except Exception as problem:  # the answer's own code ran while it was read: anything may come out of it
            return wrong("unreadable", f"Your answer could not be read: it raises {error_called(problem)}.")
        return self._judged(neutral, lambda target: target.judge(answer, order=order))

    def judge_neutral(self, answer):
        return self._judged(answer, lambda target: target.judge_neutral(answer))

    def _judged(self, neutral, judge) -> Verdict:
        if isinstance(neutral, values.Nothing):
            return not_yet()
        if isinstance(neutral, values.Function) and self.calls():
            return self.judge_calls(neutral.call)
        try:
            admit(neutral, forms(self.takes))
        except Refused as problem:
            return wrong(problem.code, problem.message)
        verdict = self.verdict(self._verdicts(judge), neutral)
        if verdict.status != "wrong" or verdict.diagnosis == "rule":
            return verdict
        slip = self._slipped(neutral, verdict)
        return verdict if slip is None else slip

    def _verdicts(self, judge) -> list[Verdict]:
        return [judge(target) for target in self.targets]

    def read(self, answer, *, order="native"):
        return self.targets[0].read(answer, order=order)

    def like(self, answer):
        return self.targets[0].like(answer)

    # --- functions: the outputs of one target's calls stand after those of another ---------------------------------

    def drawn(self, seed):
        drawn = [target.drawn(f"{seed}\n{place}") for place, target in enumerate(self.targets)]
        if all(one is other for one, other in zip(drawn, self.targets, strict=True)):
            return self
        other = copy.copy(self)
        other.targets = tuple(drawn)
        return other

    @property
    def adaptive(self) -> bool:
        return any(target.adaptive for target in self.targets)

    def calls(self, outputs=()):
        return self._shares(outputs)[1]

    def judge_outputs(self, outputs):
        shares, _ = self._shares(outputs)
        for target in self.targets:
            target.slips = target.slips or self.slips
        return self.verdict(
            [
                target.judge_outputs(share) if share else target.judge(lambda *given: None)
                for target, share in zip(self.targets, shares, strict=True)
            ]
        )

    def _shares(self, outputs) -> tuple[list[list], list]:
        """The outputs that belong to each target, and what still has to be called for the first that lacks some."""
        shares: list[list] = []
        rest = list(outputs)
        for target in self.targets:
            own: list = []
            while more := target.calls(own):
                if len(more) > len(rest):
                    return shares, more[len(rest) :]
                own += rest[: len(more)]
                del rest[: len(more)]
            shares.append(own)
        return shares, []


class AnyOf(_Combined):
    """Right if one of several targets says so.

    A wrong answer is told the likeliest story that any of the targets has of it; where none has one, it gets the
    verdict of the target that it comes closest to.

    Examples
    --------
    >>> from qtrain.checking import Text
    >>> AnyOf(Text("GHZ"), Text("W")).judge("w").passed
    True
    """

    def __init__(self, *targets: Target, **options):
        super().__init__(*targets, **options)
        sizes = {target.num_qubits for target in targets}
        self.num_qubits = sizes.pop() if len(sizes) == 1 else None

    def accepts(self, answer):
        return any(target.accepts(answer) for target in self.targets)

    right = accepts

    def _verdicts(self, judge):
        found = []
        for target in self.targets:
            found.append(judge(target))
            if found[-1].passed:
                break
        return found

    def verdict(self, verdicts, answer=None):
        for target, verdict in zip(self.targets, verdicts, strict=False):
            if verdict.passed:
                return self._after_rules(target.read(answer)) if self.rules else verdict
        return max(verdicts, key=_told)


def _told(verdict: Verdict) -> tuple:
    """How much a verdict on a wrong answer has to say, to compare those of several targets."""
    status = ("not yet", "wrong", "undecided").index(verdict.status)
    explained = verdict.diagnosis not in (None, "wrong-type", "wrong-size") or "rank" in verdict.details
    return status, explained, -verdict.details.get("rank", 0), verdict.score


class AllOf(_Combined):
    """Right only if every target says so; the score is the mean of theirs, the message that of the first failure."""

    def __init__(self, *targets: Target, **options):
        super().__init__(*targets, **options)
        sizes = {target.num_qubits for target in targets} - {None}
        self.num_qubits = sizes.pop() if len(sizes) == 1 else None

    def accepts(self, answer):
        return all(target.accepts(answer) for target in self.targets)

    right = accepts

    def verdict(self, verdicts, answer=None):
        verdict = combined(verdicts)
        return self._after_rules(self.read(answer)) if verdict.passed and self.rules else verdict


def combined(verdicts, names=None, score: float | None = None) -> Verdict:
    """One verdict on several parts: right if all are; else one that is not, mostly the first, with the mean score."""
    if all(verdict.passed for verdict in verdicts):
        return right(verdicts[0].message if len(verdicts) == 1 else "Right.")
    if all(verdict.status == "not yet" for verdict in verdicts):
        return not_yet(verdicts[0].message)
    if score is None:
        score = sum(verdict.score for verdict in verdicts) / len(verdicts)
    # A part that is known to be wrong is worth telling before one that could not be decided; and of one program (its
    # calls have names) what is plainly different before a mistake that only some calls seem to show.
    order = ("wrong", "undecided", "not yet")
    failed = [verdict for verdict in verdicts if not verdict.passed]
    several = names and len({_mistake_of(verdict) for verdict in failed if verdict.status == "wrong"}) > 1
    first = min(failed, key=lambda v: (order.index(v.status), several and _mistake_of(v) is not None))
    message = first.message
    if names:
        message = f"{names[next(i for i, v in enumerate(verdicts) if v is first)]}: {message}"
    if first.status == "undecided":
        return undecided(message, first.diagnosis, evidence=first.evidence)
    return wrong(first.diagnosis, message, score=score, evidence=first.evidence, **first.details)


_SEEN = ("unreadable", "wrong-type", "wrong-size", "rule")  # facts about one output, no story about all


def _mistake_of(verdict: Verdict) -> str | None:
    """The mistake that a verdict names, None where it says only what there is to see."""
    named = None if verdict.diagnosis in _SEEN else verdict.diagnosis
    return named or verdict.details.get("mistake")
