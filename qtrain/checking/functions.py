"""The target of a function that the learner writes: called with inputs, each output judged by its own target."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from qtrain.circuits import model as values

from .answer_forms import admit, asked_for, called_raw, forms
from .calling import Failed, called_with, equal, outcome
from .combinations import combined
from .comparing import target_for
from .data import Data
from .refusals import Refused, called, sized
from .target import Target
from .verdict import Verdict, not_yet, right, wrong

NOTHING_BACK = "Your function gives nothing back yet: only None. `return` hands a result back; `print` only shows it."

_PLAIN = (bool, int, str)
_FEW = 4  # different values: of so many, the most frequent one can be guessed


class Each(Target):
    """A function, judged by its outputs on several inputs.

    The first input is tried twice: a function that remembers something between calls is found out; and one that changes
    what it is given is not right. In a notebook the calls run in the learner's own process, which is free to loop for
    ever: no limit can be set from within, that of the kernel serves.

    The score is the share of the inputs that come out right; where the answers are a few plain values, from what the
    best of them alone would get. A function that gives the same for all inputs, or gives them or one of its arguments
    back, has done nothing for it.

    Parameters
    ----------
    inputs : sequence, or callable
        JSON-able inputs: a tuple holds several arguments, a dict named ones, anything else is the only argument. As a
        callable it is given a `random.Random` and draws them.
    target : callable
        From one input (unpacked in the same way) to a `Target`, or to a value that `compare` understands.
    name : str
        What to call the function in messages.
    seed : int
        For inputs that are drawn.
    rules : sequence of Rule
        What each output has to keep besides being right.

    Raises
    ------
    ValueError
        If there is no input.

    Examples
    --------
    >>> Each([1, 2, 3], lambda n: n * n).judge(lambda n: n**2).passed
    True
    """

    wants = "a function"

    def __init__(self, inputs: Sequence | Callable, target: Callable, *, name: str = "f", seed=0, rules=(), **options):
        super().__init__(**options)
        self.name = name
        self._draw, self._target, self._rules = inputs, target, tuple(rules)
        self._prepare(inputs(random.Random(seed)) if callable(inputs) else inputs)

    def _prepare(self, inputs) -> None:
        self._inputs = list(inputs)
        if not self._inputs:
            raise ValueError("give at least one input")
        self._targets = [self.target_of(given) for given in self._inputs]
        self._slip_targets: dict[int, tuple[Any, list[tuple[Target | Failed | None, bool]]]] = {}

    def target_of(self, given) -> Target:
        """What is right for one input."""
        told = called_with(self._target, copy.deepcopy(given))
        if not isinstance(told, Target):
            told = target_for(told)
        if isinstance(told, Data):
            told.place = "result"
        told.rules = tuple(told.rules) + self._rules
        return told

    def drawn(self, seed) -> Each:
        """The same target with inputs drawn from another seed; itself where they are not drawn."""
        if not callable(self._draw):
            return self
        other = copy.copy(self)
        other._prepare(self._draw(random.Random(seed)))
        return other

    def calls(self, outputs=()):
        """Every input, and the first once more."""
        return [("call", given) for given in (*self._inputs, self._inputs[0])][len(outputs) :]

    def judge_outputs(self, outputs: Sequence) -> Verdict:
        """The verdict on the outputs that belong to `calls()`; `Failed` stands for one that did not come."""
        if len(outputs) != len(self._inputs) + 1:
            raise ValueError(f"{len(self._inputs) + 1} outputs are needed, {len(outputs)} came")
        verdicts = [self._one(target, output) for target, output in zip(self._targets, outputs, strict=False)]
        again = self._one(self._targets[0], outputs[-1])
        if all(v.passed for v in verdicts) and again.passed:
            return right(self.praise(outputs))
        if all(output is None for output in outputs):  # a stub: one that prints is told so when it is called
            return not_yet(NOTHING_BACK)
        if all(v.status == "not yet" and v.message == verdicts[0].message for v in verdicts):
            return verdicts[0]
        score = self._share(verdicts, outputs)
        for slip in self.slips:
            if self._is_slip(slip, outputs):
                score = getattr(slip, "score", 0.0)
                if slip.reply:
                    return wrong(slip.code, slip.reply, score=score)
                break
        if verdicts[0].passed and not again.passed:
            return wrong(
                again.diagnosis,
                f"{self._shown_call(0)} is right when called first, but not when called again: "
                "a function must not keep anything between its calls.",
                score=max(0.0, score - 1 / len(verdicts)),  # the first call does not count: the second denies it
            )
        return combined(verdicts, [self._shown_call(i) for i in range(len(verdicts))], score)

    def praise(self, outputs):
        return f"Right for all {len(self._inputs)} inputs."

    @staticmethod
    def _one(target: Target, output) -> Verdict:
        if isinstance(output, Failed):
            return wrong(output.code, output.message)
        verdict = target.judge(output)
        if verdict.status == "not yet" and isinstance(output, str | list | tuple | dict) and not output:
            return wrong(None, "what comes back is empty.")  # a function that was written: not a stub
        if verdict.status == "not yet" and output is None:
            return wrong(None, "nothing comes back: does every way through your function end with `return`?")
        return verdict

    def _share(self, verdicts, outputs) -> float:
        outputs = outputs[: len(verdicts)]
        constant = len(outputs) > 1 and all(equal(output, outputs[0]) for output in outputs[1:])
        if constant or self._given_back(outputs):
            return 0.0
        share, start = sum(v.passed for v in verdicts) / len(verdicts), self._guessed(outputs)
        return max(0.0, (share - start) / (1 - start)) if start < 1 else 0.0

    def _guessed(self, outputs) -> float:
        """The largest share of inputs for which one and the same of a few plain outputs is right; 0 if for one only."""
        plain = {output for output in outputs if type(output) in _PLAIN or isinstance(output, np.bool_ | np.integer)}
        if len(plain) > _FEW:
            return 0.0
        right_for = [sum(_accepts(target, output) for target in self._targets) for output in plain]
        most = max(right_for, default=0)
        return most / len(self._targets) if most > 1 else 0.0

    def _given_back(self, outputs) -> bool:
        """Whether every output is what came in, or the same one of several arguments."""
        pairs = list(zip(outputs, self._inputs, strict=True))
        if all(equal(output, given) for output, given in pairs):
            return True
        number = min(len(given) if isinstance(given, tuple) else 0 for given in self._inputs)
        return any(all(_same_numbers(output, given[k]) for output, given in pairs) for k in range(number))

    def _is_slip(self, slip, outputs) -> bool:
        """Whether every output is what the slip's function gives, the right ones too."""
        if id(slip) not in self._slip_targets:
            self._slip_targets[id(slip)] = (
                slip,
                [
                    self._meant_by(slip, target, given)
                    for target, given in zip(self._targets, self._inputs, strict=True)
                ],
            )
        found = 0
        for target, (other, form), output in zip(self._targets, self._slip_targets[id(slip)][1], outputs, strict=False):
            if isinstance(output, Failed) or isinstance(other, Failed):
                if type(output) is not type(other):
                    return False
                found += 1
            elif not _accepts(target, output):
                if other is None or not _accepts(other, output):
                    return False
                if _other_form(target, output) and not form:
                    return False  # a matrix in place of a circuit is told so, and not which wrong circuit it belongs to
                found += 1
            elif other is not None and not _accepts(other, output):
                return False
        return found > 0

    @staticmethod
    def _meant_by(slip, target: Target, given) -> tuple[Target | Failed | None, bool]:
        """What is right for the slip's output on one input, and whether that output has a form not asked for."""
        output = outcome(
            slip.answer, ("call", given)
        )  # the wrong function may fail on some inputs, as the learner's does
        if isinstance(output, Failed):
            return output, False
        return target.meant(type(slip)(output)), _other_form(target, output)

    def read(self, answer, *, order="native"):
        if callable(answer):
            return values.Function(answer)
        return super().read(answer, order=order)

    def judge(self, answer, *, order="native"):
        try:
            neutral = self.read(answer, order=order)
        except Exception:  # whatever it is, it is no function: that is all there is to say
            neutral = answer
        if isinstance(neutral, values.Function | values.Nothing):
            return self.judge_neutral(neutral)
        return wrong("wrong-type", asked_for(called_raw(answer), ("function",)))

    def judge_neutral(self, answer):
        if isinstance(answer, values.Nothing):
            return not_yet()
        if isinstance(answer, values.Function):
            return self.judge_calls(answer.call)
        return wrong("wrong-type", asked_for(called(answer), ("function",)))

    def right(self, answer):
        if not isinstance(answer, values.Function):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for a function.")
        calls = zip((*self._targets, self._targets[0]), self.calls(), strict=True)
        # The same as judging all outputs, but it ends with the first one that is wrong, and nothing is diagnosed.
        return all(self._keeps(target, outcome(answer.call, call)) for target, call in calls)

    def _keeps(self, target: Target, output) -> bool:
        return not isinstance(output, Failed) and _accepts(target, output) and self._one(target, output).passed

    def _shown_call(self, index: int) -> str:
        given = self._inputs[index]
        if isinstance(given, dict):
            parts = [f"{key}={_shown(value)}" for key, value in given.items()]
        else:
            parts = [_shown(argument) for argument in (given if isinstance(given, tuple) else (given,))]
        text = ", ".join(parts)
        return f"{self.name}({text if len(text) <= 100 else text[:99] + '…'})"


def _shown(argument) -> str:
    """An argument as a message shows it: a long array would hide the arguments behind it, so only its size is told."""
    text = " ".join(repr(argument).split())  # arrays break their lines
    if isinstance(argument, np.ndarray) and len(text) > 40:
        return sized(argument.shape, "array")
    return text


def _same_numbers(one, other) -> bool:
    """The same, where an array and nested lists of the same numbers are one thing."""
    if isinstance(one, np.ndarray):
        one = one.tolist()
    if isinstance(other, np.ndarray):
        other = other.tolist()
    return equal(one, other)


def _other_form(target: Target, output) -> bool:
    """Whether an output has a form that is not asked for, such as a matrix in place of a circuit."""
    try:
        neutral = target.read(output)
        admit(neutral, forms(target.takes))
        target.right(neutral)
    except Refused as problem:
        return problem.code == "wrong-type"
    except Exception:  # whatever else is wrong with it, it is not the form
        return False
    return False


def _accepts(target: Target, output) -> bool:
    try:
        return target.accepts(target.read(output))
    except Exception:  # what this target cannot read is not right for it
        return False
