"""The target that is a number, within a tolerance."""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Mapping

import numpy as np

from qtrain.circuits import model as values

from .refusals import Refused, called, quoted
from .target import Target
from .verdict import Verdict, wrong

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


def _how_many(answer) -> int:
    """How many numbers are in a list, tuple or array of numbers; 1 for anything else."""
    if type(answer) in (list, tuple) and all(isinstance(entry, int | float | complex | np.number) for entry in answer):
        return len(answer) or 1
    return answer.size or 1 if type(answer) is np.ndarray and answer.dtype.kind in "iufc" else 1


class Number(Target):
    """A number, within a tolerance.

    Parameters
    ----------
    value : float or complex
    within : float, optional
        Absolute tolerance.
    rel : float, optional
        Relative tolerance. With neither: relative 1e-6 (and 1e-9 around zero).
    unit : str
        For messages; an answer given as text may carry it (``"3.2 km"``).
    replies : mapping from number to str or (diagnosis, str)
        What to say to typical wrong values, compared with the same tolerance.

    Examples
    --------
    >>> target = Number(0.853, within=1e-3, replies={0.924: ("half-angle", "Is the angle that you use halved?")})
    >>> target.judge(0.8535).passed
    True
    """

    kind = reading = "number"
    wants = "a number"

    def __init__(self, value, *, within=None, rel=None, unit: str = "", replies: Mapping | None = None, rules=()):
        super().__init__(rules=rules)
        self.value = complex(value)
        if not cmath.isfinite(self.value):
            raise ValueError("a target number is finite")
        self.unit = unit
        given = [limit for limit in (within, rel and abs(rel * self.value)) if limit is not None]
        self.tolerance = float(max(given)) if given else max(1e-6 * abs(self.value), 1e-9)
        # 0.1 + 0.2 is "within 0.1 of 0.2": the last digit of a float must not decide at the edge.
        self._limit = self.tolerance + 1e-12 * max(1.0, abs(self.value))
        self.replies = dict(replies or {})

    def read(self, answer, *, order="native"):
        if isinstance(answer, str):
            return values.Text(answer) if answer.strip() else values.Nothing()
        count = _how_many(answer)
        if count > 1:
            # Said here: read as a state or a matrix, it would be named with words that a beginner has not met.
            written = ": write both parts as x + y * 1j" if self.value.imag and count == 2 else ""
            raise Refused("wrong-type", f"You gave {count} numbers, but this exercise asks for one{written}.")
        return super().read(answer, order=order)

    def number(self, answer) -> complex:
        """The value of a neutral answer."""
        if isinstance(answer, values.Text):
            return self._parsed(answer.value)
        if isinstance(answer, values.Observable) and set("".join(answer.terms)) <= {"I"}:
            return complex(sum(answer.terms.values()))
        if not isinstance(answer, values.Number):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for one number.")
        return complex(answer.value)

    def _parsed(self, text: str) -> complex:
        found = _NUMBER.match(text.strip().replace("−", "-"))
        if not found:
            raise Refused("wrong-type", f"You gave the text {quoted(text)}, but this exercise asks for a number.")
        rest = text.strip()[found.end() :].strip()
        if rest not in ("", self.unit):
            unit = f"in {self.unit}" if self.unit else "without a unit"
            raise Refused("wrong-type", f"What follows the number, {quoted(rest)}, is not understood: give it {unit}.")
        return complex(float(found.group()))

    def right(self, answer):
        value = self.number(answer)
        if not cmath.isfinite(value):
            raise Refused("wrong-type", f"Your number is {value.real}: a division by zero, or an overflow?")
        return abs(value - self.value) <= self._limit

    def explain(self, answer) -> Verdict | None:
        value = self.number(answer)
        for typical, reply in self.replies.items():
            if abs(value - typical) <= self._limit:
                code, message = reply if isinstance(reply, tuple) else (None, reply)
                return wrong(code, message)
        if self.unit and self.value:
            for power in (3, -3, 6, -6, 9, -9, 12, -12, 2, -2):
                if abs(value * 10.0**power - self.value) <= self._limit:
                    return wrong(
                        None, f"The digits are right, the size is not: give the number in {self.unit}.", score=0.5
                    )
        if self.value and min(abs(value * 100 - self.value), abs(value / 100 - self.value)) <= self._limit:
            return wrong(None, "The digits are right: is a percentage mixed up with a fraction?", score=0.5)
        if abs(value - self.value) <= 20 * self._limit:
            return wrong(
                None,
                f"Close, but not within {self.tolerance:.2g}{' ' * bool(self.unit)}{self.unit}: "
                "keep more digits, or check the rounding.",
            )
        return None

    def fallback(self, answer):
        if not self.value.imag and abs(self.number(answer).imag) > self._limit:
            return "Your number has an imaginary part, but a real number is asked for."
        if self.value and self.number(answer) and abs(math.log10(abs(self.number(answer) / self.value))) > 1:
            return "This number is not right: it is off by more than a factor of ten."
        return f"This number is not right (asked for within {self.tolerance:.2g}{' ' * bool(self.unit)}{self.unit})."
