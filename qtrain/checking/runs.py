"""The base of targets for functions that the learner writes: run on prepared cases, judged by what comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from qtrain.circuits import model as values

from .answer_forms import asked_for, called_raw
from .calling import Failed, nothing, outcome
from .refusals import Refused, error_called
from .sameness import alike
from .target import Target
from .verdict import Verdict, not_yet, wrong


class Runs(Target):
    """Functions, judged by what they give on cases that were drawn beforehand.

    The cases travel to wherever the functions run, and only what came out travels back: what is right is never there.
    A subclass says which cases (`inputs`), how they are run (`driver`), and what the outputs are worth
    (`weighed`); a target whose cases are drawn also gives itself anew from another seed (`drawn`).

    Attributes
    ----------
    driver : str
        A name of `qtrain.checking.drivers.DRIVERS`.
    members : tuple of str
        The names of the functions, where several are asked for: a dict by name, or a tuple in this order.
    tables : bool
        Whether a dict or list may stand in place of a function.
    """

    driver = "call"
    members: tuple[str, ...] = ()
    tables = False

    def inputs(self) -> list:
        """The cases, in the order of the outputs."""
        raise TypeError(f"{type(self).__name__} does not say what its functions are called with")

    def weighed(self, outputs: Sequence) -> Verdict:
        """The verdict on the outputs that belong to `inputs()`; `Failed` stands for one that did not come."""
        raise TypeError(f"{type(self).__name__} does not say what right outputs are")

    def judge_outputs(self, outputs: Sequence) -> Verdict:
        """The verdict on the outputs that belong to `calls()`; slips go before what the target itself would say."""
        if outputs and all(nothing(output) or isinstance(output, values.Nothing) for output in outputs):
            return not_yet()
        verdict = self.weighed(outputs)
        if verdict.status != "wrong":
            return verdict
        for slip in self.slips:
            if self._is_slip(slip.answer, outputs):
                score = getattr(slip, "score", 0.0)
                if not slip.reply:
                    return replace(verdict, score=score)
                return wrong(slip.code, slip.reply, score=score, evidence=verdict.evidence)
        return verdict

    def _is_slip(self, functions, outputs: Sequence) -> bool:
        """Whether the slip's functions give the same on every case."""
        return all(
            not isinstance(given, Failed) and alike(given, output)
            for given, output in zip(self._given_by(functions), outputs, strict=True)
        )

    def _given_by(self, functions) -> Iterable:
        """What a slip's functions give on each case: asked for once for all answers, and only as far as need be."""
        known = self.__dict__.setdefault("_slips_gave", {})
        if id(functions) not in known:
            known[id(functions)] = functions, [], iter(self.calls())  # kept, so that its id stays its own
        _, given, waiting = known[id(functions)]
        yield from given
        for call in waiting:
            given.append(outcome(functions, call))
            yield given[-1]

    def __getstate__(self) -> dict:
        return {name: value for name, value in self.__dict__.items() if name != "_slips_gave"}  # a copy has other cases

    def calls(self, outputs: Sequence = ()) -> list:
        return [(self.driver, given) for given in self.inputs()][len(outputs) :]

    def like(self, answer):
        return None

    @property
    def wants(self) -> str:
        if not self.members:
            return "a function"
        names = f"({', '.join(self.members)})"
        if len(self.members) == 1:
            return f"the function {self.members[0]}"
        return f"{len(self.members)} functions{' or tables' if self.tables else ''} together, {names}"

    def judge(self, answer, *, order="native"):
        try:
            if answer is None or answer is ... or isinstance(answer, values.Nothing):
                return not_yet()
            if isinstance(answer, values.Function):
                answer = answer.call
            self.admit(answer)
        except Refused as problem:
            return wrong(problem.code, problem.message)
        except Exception as problem:  # the answer's own code ran while it was looked at
            return wrong("unreadable", f"Your answer could not be read: it raises {error_called(problem)}.")
        return self.judge_calls(answer)

    def judge_neutral(self, answer):
        return self.judge(answer)

    def right(self, answer):
        self.admit(answer)
        return self.weighed(self.outputs_of(answer)).passed  # no slip makes it right: they are not tried

    def admit(self, answer) -> None:
        """Refuse what holds no functions to run."""
        if not self.members:
            if not callable(answer):
                raise Refused("wrong-type", asked_for(called_raw(answer), ("function",)))
            return
        if isinstance(answer, Mapping):
            missing = [name for name in self.members if name not in answer]
            if missing:
                raise Refused("wrong-size", f"There is no {missing[0]!r}; this exercise asks for {self.wants}.")
            parts = [answer[name] for name in self.members]
        elif isinstance(answer, list | tuple):
            if len(answer) != len(self.members):
                raise Refused("wrong-size", f"You gave {len(answer)} things; this exercise asks for {self.wants}.")
            parts = list(answer)
        else:
            raise Refused("wrong-type", f"You gave {called_raw(answer)}, but this exercise asks for {self.wants}.")
        for name, part in zip(self.members, parts, strict=True):
            if not callable(part) and not (self.tables and isinstance(part, Mapping | list | tuple)):
                raise Refused("wrong-type", f"{name} is {called_raw(part)}, not a function.")


def first_failed(outputs: Sequence) -> Verdict | None:
    """The verdict on outputs of which one did not come; None if all did."""
    for output in outputs:
        if isinstance(output, Failed):
            return wrong(output.code, f"On one of the cases, {output.message}")
    return None


def of_batch(outputs: Sequence, count: int, case: str, read: Callable) -> list:
    """What the driver ``batch`` gave for each of many cases, each of them read; else `Refused`."""
    if isinstance(outputs[0], Failed):
        raise Refused(outputs[0].code, f"On one of the cases, {outputs[0].message}")
    if not isinstance(outputs[0], list) or len(outputs[0]) != count:
        raise Refused("unreadable", f"The function was not called with every {case}.")
    return [read(output) for output in outputs[0]]


def real(value, what: str) -> float:
    """A finite real number, whatever kind of number it came as; else `Refused` with a sentence about `what`."""
    if isinstance(value, values.Number):
        value = value.value
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0]
    if isinstance(value, bool | str | bytes) or not isinstance(value, int | float | complex | np.number):
        raise Refused("wrong-type", f"{what} should be a number, but {called_raw(value)} came.")
    value = complex(value)
    if abs(value.imag) > 1e-9 * max(1.0, abs(value.real)):
        raise Refused("wrong-type", f"{what} should be a real number, but it has an imaginary part.")
    if not np.isfinite(value.real):
        raise Refused("wrong-type", f"{what} is {value.real}: a division by zero, or an overflow?")
    return float(value.real)


def bits_of(value, what: str, length: int | None = None) -> tuple[int, ...]:
    """0s and 1s, from a string, a list, a tuple, an array or one single bit; else `Refused`."""
    if isinstance(value, values.Text | values.Number):
        value = value.value
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, str):
        parts: list = [c for c in value if c not in " _,"]
    elif isinstance(value, list | tuple):
        parts = list(value)
    elif isinstance(value, int) and value > 1 and set(str(value)) <= {"0", "1"}:
        raise Refused("wrong-type", f"{what} is the number {value}: give it as a text or a list of 0s and 1s.")
    elif isinstance(value, bool | np.bool_ | int | float | np.number):
        parts = [value]
    else:
        raise Refused("wrong-type", f"{what} should be made of 0s and 1s, but {called_raw(value)} came.")
    found = []
    for part in parts:
        if isinstance(part, str) and part in ("0", "1"):
            found.append(int(part))
        elif isinstance(part, bool | np.bool_ | int | float | np.number) and part in (0, 1):
            found.append(int(part))
        else:
            shown = repr(str(part)[:20]) if isinstance(part, str | int | float | type(None)) else called_raw(part)
            raise Refused("wrong-type", f"{what} should hold only 0 and 1, but {shown} is in it.")
    if length is not None and len(found) != length:
        raise Refused(
            "wrong-size",
            f"{what} should have {length} bit{'s' * (length != 1)}, but {len(found)} came.",
        )
    return tuple(found)
