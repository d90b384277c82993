"""Targets made of other targets, or of a predicate."""

from __future__ import annotations

from collections.abc import Callable

from .plain import called
from .target import Refused, Target, Undecided
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


class Property(Target):
    """Any answer with a property: ``Property("is entangled", predicate)``.

    Parameters
    ----------
    name : str
        How the sentence "your answer …" goes on.
    predicate : callable
        Called with the neutral answer; returns whether it has the property, or (whether, what is missing).
    takes : type or tuple of types, optional
        The neutral forms that the predicate understands; others are refused as `wrong-type`.
    reading, num_qubits : optional
        Hints for reading, as for `qtrain.circuits.read`.
    """

    kind = "property"

    def __init__(
        self, name: str, predicate: Callable, *, takes=None, reading=None, num_qubits=None, wants=None, rules=()
    ):
        super().__init__(rules=rules)
        self.name, self.predicate, self.takes = name, predicate, takes
        self.reading, self.num_qubits = reading, num_qubits
        self.wants = wants or (" or ".join(_one(kind) for kind in _tuple(takes)) if takes else "another form")

    def _told(self, answer) -> tuple[bool, str]:
        if self.takes is not None and not isinstance(answer, self.takes):
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

    def right(self, answer):
        return self._told(answer)[0]

    def explain(self, answer):
        return wrong(
            None, self._told(answer)[1] or f"This is not it yet: the task asks for an answer that {self.name}."
        )

    def praise(self, answer):
        return f"Right: your answer {self.name}."


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


def _tuple(kinds):
    return kinds if isinstance(kinds, tuple) else (kinds,)


def _one(kind) -> str:
    return f"a {kind.__name__.lower()}"
