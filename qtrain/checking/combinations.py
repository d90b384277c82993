"""Targets made of other targets."""

from __future__ import annotations

from .target import Target
from .verdict import not_yet, right, undecided, wrong


class AnyOf(Target):
    """Right if one of several targets says so; a wrong answer gets the verdict of the target that it comes closest to.

    Examples
    --------
    >>> from qtrain.checking import Text
    >>> AnyOf(Text("GHZ"), Text("W")).judge("w").passed
    True
    """

    kind = "any"

    def __init__(self, *targets: Target, rules=()):
        super().__init__(rules=rules)
        if not targets:
            raise ValueError("give at least one target")
        self.targets = targets
        sizes = {target.num_qubits for target in targets}
        self.num_qubits = sizes.pop() if len(sizes) == 1 else None

    def accepts(self, answer):
        return any(target.accepts(answer) for target in self.targets)

    def judge(self, answer, *, order="native"):
        return self._best(lambda target: target.judge(answer, order=order), answer)

    def judge_neutral(self, answer):
        return self._best(lambda target: target.judge_neutral(answer), answer)

    def _best(self, judge, answer):
        verdicts = []
        for target in self.targets:
            verdict = judge(target)
            if verdict.passed:
                return self._after_rules(target.read(answer)) if self.rules else verdict
            verdicts.append(verdict)
        ranking = {"undecided": 3, "wrong": 2, "not yet": 1}
        return max(
            verdicts, key=lambda v: (ranking[v.status], v.score, v.diagnosis not in (None, "wrong-type", "wrong-size"))
        )


class AllOf(Target):
    """Right only if every target says so; the score is the mean of theirs, the message that of the first failure."""

    kind = "all"

    def __init__(self, *targets: Target):
        super().__init__()
        self.targets = targets
        sizes = {target.num_qubits for target in targets} - {None}
        self.num_qubits = sizes.pop() if len(sizes) == 1 else None

    def accepts(self, answer):
        return all(target.accepts(answer) for target in self.targets)

    def judge(self, answer, *, order="native"):
        return combined([target.judge(answer, order=order) for target in self.targets])

    def judge_neutral(self, answer):
        return combined([target.judge_neutral(answer) for target in self.targets])


def combined(verdicts, names=None):
    """One verdict on several parts: right if all are; else the first that is not, with the mean score."""
    if all(verdict.passed for verdict in verdicts):
        return right(verdicts[0].message if len(verdicts) == 1 else "Right.")
    if all(verdict.status == "not yet" for verdict in verdicts):
        return not_yet(verdicts[0].message)
    score = sum(verdict.score for verdict in verdicts) / len(verdicts)
    # A part that is known to be wrong is worth telling before one that could not be decided.
    order = ("wrong", "undecided", "not yet")
    first = min((v for v in verdicts if not v.passed), key=lambda v: order.index(v.status))
    message = first.message
    if names:
        message = f"{names[next(i for i, v in enumerate(verdicts) if v is first)]}: {message}"
    if first.status == "undecided":
        return undecided(message, first.diagnosis, evidence=first.evidence)
    return wrong(first.diagnosis, message, score=score, evidence=first.evidence, **first.details)
