"""The target of a function that the learner writes: called with inputs, each output judged by its own target."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qtrain.circuits import model as values

from .combinations import combined
from .refusals import Refused, called, error_called
from .target import Target
from .verdict import Verdict, right, wrong


@dataclass(frozen=True)
class Failed:
    """In place of an output: calling the function, or reading what it returned, did not work."""

    code: str
    message: str


class Each(Target):
    """A function, judged by its outputs on several inputs.

    The first input is tried twice: a function that remembers something between calls is found out. In a notebook the
    calls run in the learner's own process, which is free to loop for ever: no limit can be set from within, that of the
    kernel serves. The grader sends `inputs` to the kernel and judges with `judge_outputs` outside of it.

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

    Examples
    --------
    >>> Each([1, 2, 3], lambda n: n * n).judge(lambda n: n**2).passed
    True
    """

    kind = "function"
    wants = "a function"

    def __init__(self, inputs: Sequence | Callable, target: Callable, *, name: str = "f", seed: int = 0, rules=()):
        super().__init__(rules=())
        self._made_of = (inputs, target, name, rules)
        drawn = inputs(random.Random(seed)) if callable(inputs) else inputs
        self._inputs = list(drawn)
        if not self._inputs:
            raise ValueError("give at least one input")
        self.name = name
        self._targets = [self._target_of(called_with(target, copy.deepcopy(given)), rules) for given in self._inputs]

    @staticmethod
    def _target_of(told, rules) -> Target:
        if not isinstance(told, Target):
            from .comparing import target_for

            told = target_for(told)
        told.rules = tuple(told.rules) + tuple(rules)
        return told

    def drawn(self, seed) -> Each:
        """The same target with inputs drawn from another seed; itself where they are not drawn."""
        inputs, target, name, rules = self._made_of
        return Each(inputs, target, name=name, seed=seed, rules=rules) if callable(inputs) else self

    def inputs(self) -> list:
        """What the function has to be called with, in this order: every input, and the first once more."""
        # One by one: copied together, an input that occurs twice would stay one and the same object.
        return [copy.deepcopy(given) for given in (*self._inputs, self._inputs[0])]

    def read_output(self, index: int, output):
        """The neutral form of the output on input number `index`, or `Failed`."""
        from qtrain.circuits import Unreadable

        try:
            return self._targets[index % len(self._targets)].read(output)
        except (Unreadable, Refused) as problem:
            return Failed(problem.code, problem.message)
        except Exception as problem:  # the output's own code ran while it was read
            return Failed("unreadable", f"What it returns could not be read: {error_called(problem)}.")

    def judge_outputs(self, outputs: Sequence) -> Verdict:
        """The verdict on the (neutral) outputs that belong to `inputs()`; `Failed` stands for one that did not come."""
        if len(outputs) != len(self._inputs) + 1:
            raise ValueError(f"{len(self._inputs) + 1} outputs are needed, {len(outputs)} came")
        verdicts = [self._one(target, output) for target, output in zip(self._targets, outputs, strict=False)]
        again = self._one(self._targets[0], outputs[-1])
        if verdicts[0].passed and not again.passed:
            return wrong(
                again.diagnosis,
                f"{self._shown(0)} is right when called first, but not when called again: "
                "a function must not keep anything between its calls.",
                score=sum(v.passed for v in verdicts[1:]) / len(self._inputs),
            )
        if all(v.message == verdicts[0].message and v.status == "not yet" for v in verdicts):
            return verdicts[0]
        verdict = combined(verdicts, [self._shown(i) for i in range(len(verdicts))])
        return right(f"Right for all {len(verdicts)} inputs.") if verdict.passed else verdict

    @staticmethod
    def _one(target: Target, output) -> Verdict:
        return wrong(output.code, output.message) if isinstance(output, Failed) else target.judge(output)

    def judge(self, answer, *, order="native"):
        if answer is None or answer is ...:
            return self.judge_neutral(values.Nothing())
        if isinstance(answer, values.Function):
            return self.judge_neutral(answer)
        if not callable(answer):
            neutral = answer
            try:
                neutral = self.read(answer, order=order)
            except Exception:  # whatever it is, it is no function: that is all there is to say
                neutral = answer
            if isinstance(neutral, values.Nothing):
                return self.judge_neutral(neutral)
            return wrong(
                "wrong-type",
                f"You gave {called(neutral)}, but this exercise asks for a function: "
                "give its name alone, without brackets after it.",
            )
        return self.judge_neutral(values.Function(answer))

    def right(self, answer):
        return isinstance(answer, values.Function) and self._judged(answer).passed

    def judge_neutral(self, answer):
        if not isinstance(answer, values.Function):
            return super().judge_neutral(answer) if isinstance(answer, values.Nothing) else self.judge(answer)
        return self._judged(answer)

    def _judged(self, answer) -> Verdict:
        outputs, changed = [], None
        for index, given in enumerate(self.inputs()):
            kept = copy.deepcopy(given)
            try:
                output = called_with(answer.call, given)
            except (Exception, SystemExit) as problem:  # the learner's code: anything may be raised
                outputs.append(Failed("unreadable", f"calling it raises {error_called(problem)}."))
                continue
            if changed is None and not _equal(given, kept):
                changed = index
            # Read at once: a later call might change an object that was returned earlier.
            outputs.append(self.read_output(index, output))
        verdict = self.judge_outputs(outputs)
        if verdict.passed and changed is not None:
            return right(
                f"{verdict.message} But {self._shown(changed)} changes its input: "
                "work on a copy, whoever calls it may still need it."
            )
        return verdict

    def _shown(self, index: int) -> str:
        given = self._inputs[index]
        arguments = given if isinstance(given, tuple) else (given,)
        if isinstance(given, dict):
            text = ", ".join(f"{key}={value!r}" for key, value in given.items())
        else:
            text = ", ".join(repr(argument) for argument in arguments)
        return f"{self.name}({text if len(text) <= 60 else text[:59] + '…'})"


def called_with(function: Callable, given):
    """Call with a tuple as arguments, a dict as named arguments, anything else as the only argument."""
    if isinstance(given, tuple):
        return function(*given)
    if isinstance(given, dict):
        return function(**given)
    return function(given)


def _equal(a, b) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b)
    if isinstance(a, list | tuple) and type(a) is type(b):
        return len(a) == len(b) and all(map(_equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_equal(a[key], b[key]) for key in a)
    return bool(a == b)
