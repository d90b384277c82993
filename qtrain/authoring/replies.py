"""From slips to replies: a wrong answer that is one of the slips is told what the slip says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from qtrain.checking import Each, Failed, Target
from qtrain.checking.verdict import Verdict, wrong
from qtrain.circuits import Circuit, Unreadable
from qtrain.circuits import model as values

from .exercise import Slip

FORMS = {
    "circuit": (Circuit, "a circuit"),
    "matrix": (values.Matrix, "a matrix"),
    "state": (values.State, "a state vector"),
    "function": (values.Function, "a function"),
}
"""What an exercise may ask for by ``takes=``: the neutral form, and its name in messages."""


def with_replies(target: Target, slips: Sequence[Slip], *, takes: str | None = None, praise: str = "") -> Target:
    """The same target, which knows its slips: it answers each with what it says, and takes one form only if told so."""
    if takes is not None and takes not in FORMS:
        raise ValueError(f"takes is one of {', '.join(FORMS)}, not {takes!r}")
    target.slips = told = tuple(slip for slip in slips if slip.reply)
    if praise:
        target.praise = lambda answer: praise
    if takes is not None:
        _only(target, takes)
    if isinstance(target, Each):
        _in_functions(target, told, slips, praise)
    elif told:
        _in_answers(target, told)
    return target


def _only(target: Target, takes: str) -> None:
    from qtrain.checking.refusals import Refused, called

    form, name = FORMS[takes]
    read = target.read

    def reading(answer, *, order="native"):
        neutral = read(answer, order=order)
        if not isinstance(neutral, form | values.Nothing):
            raise Refused("wrong-type", f"You gave {called(neutral)}, but this exercise asks for {name}.")
        return neutral

    target.read = reading


def _in_answers(target: Target, slips: Sequence[Slip]) -> None:
    siblings: dict[int, Target | None] = {}
    judge, judge_neutral = target.judge, target.judge_neutral

    def replied(verdict: Verdict, neutral: Any) -> Verdict:
        if verdict.status != "wrong" or verdict.diagnosis == "rule" or isinstance(neutral, values.Nothing):
            return verdict
        for place, slip in enumerate(slips):
            if place not in siblings:
                siblings[place] = sibling(target, slip.answer)
            if siblings[place] is not None and siblings[place].accepts(neutral):
                return wrong(slip.code, slip.reply, score=verdict.score, evidence=verdict.evidence, **verdict.details)
        return verdict

    def judging(answer, *, order="native"):
        verdict = judge(answer, order=order)
        if verdict.status != "wrong":
            return verdict
        try:
            return replied(verdict, target.read(answer, order=order))
        except Exception:  # what cannot be read is no slip; the verdict says so already
            return verdict

    target.judge = judging
    target.judge_neutral = lambda answer: replied(judge_neutral(answer), answer)


def _in_functions(target: Each, told: Sequence[Slip], slips: Sequence[Slip], praise: str) -> None:
    judge_outputs, drawn = target.judge_outputs, target.drawn
    outputs_of: dict[int, list] = {}

    def judging(outputs):
        verdict = judge_outputs(outputs)
        if verdict.status != "wrong":
            return verdict
        for place, slip in enumerate(told):
            if place not in outputs_of:
                outputs_of[place] = _outputs(target, slip.answer)
            if _explains(target, outputs, outputs_of[place]):
                return wrong(slip.code, slip.reply, score=verdict.score, evidence=verdict.evidence, **verdict.details)
        return verdict

    def redrawn(seed):
        other = drawn(seed)
        return other if other is target else with_replies(other, slips, praise=praise)

    target.judge_outputs, target.drawn = judging, redrawn


def _outputs(target: Each, function: Callable) -> list:
    """The targets for which the outputs of a wrong function are right; None where it gives none."""
    from qtrain.checking.functions import called_with

    found = []
    for given, inner in zip(target.inputs(), target._targets, strict=False):
        try:
            found.append(sibling(inner, called_with(function, given)))
        except Exception:  # a slip may fail on some inputs, as the learner's function does
            found.append(None)
    return found


def _explains(target: Each, outputs: Sequence, others: Sequence[Target | None]) -> bool:
    """Whether each output that is wrong is what the slip gives for this input."""
    wrong_ones = 0
    for inner, other, output in zip(target._targets, others, outputs, strict=False):
        if isinstance(output, Failed):
            if other is not None:
                return False
        elif not inner.accepts(output):
            if other is None or not other.accepts(output):
                return False
            wrong_ones += 1
    return wrong_ones > 0


def sibling(target: Target, answer: Any) -> Target | None:
    """The same kind of target, for which `answer` is what is right; None where there is none."""
    from qtrain.checking import Bits, Number, State, Text, Unitary

    try:
        if isinstance(target, Number):
            return Number(target.number(target.read(answer)), within=target.tolerance)
        if isinstance(target, Text):
            return Text(answer, case=target.case)
        if isinstance(target, Bits):
            return Bits(answer)
        if isinstance(target, State | Unitary):
            return type(target)(answer, phase=target.phase)
        return type(target)(answer)
    except (ValueError, TypeError, Unreadable, AttributeError):
        return _generic(target, answer)
    except Exception:  # a slip in a form that this target refuses
        return None


def _generic(target: Target, answer: Any) -> Target | None:
    from qtrain.checking.comparing import target_for

    try:
        return target_for(target.read(answer))
    except Exception:  # nothing can be compared with it: then it is met by the engine's own sentences only
        return None
