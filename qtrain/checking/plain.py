"""Targets that are no quantum objects: numbers, choices, words, bit strings."""

from __future__ import annotations

import cmath
import math
import re
from collections.abc import Iterable, Mapping

import numpy as np

from qtrain.circuits import model as values

from .target import Refused, Target
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
            raise Refused("wrong-type", f"You gave the text {_quoted(text)}, but this exercise asks for a number.")
        rest = text.strip()[found.end() :].strip()
        if rest not in ("", self.unit):
            unit = f"in {self.unit}" if self.unit else "without a unit"
            raise Refused("wrong-type", f"What follows the number, {_quoted(rest)}, is not understood: give it {unit}.")
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


class Choice(Target):
    """One option out of several, with a reply to each.

    Case, spaces, and a bracket or full stop after the letter do not matter.

    Examples
    --------
    >>> question = Choice("b", {"a": "No: measuring loses the phase.", "b": "Yes.", "c": "No: both are unitary."})
    >>> question.judge(" B) ").message
    'Yes.'
    """

    kind = "choice"
    reading = "text"
    wants = "one of the options"

    def __init__(self, right: str | Iterable[str], replies: Mapping[str, str], *, rules=()):
        super().__init__(rules=rules)
        self.replies = {_plain(option): reply for option, reply in replies.items()}
        self.options = list(replies)
        self.answers = {_plain(option) for option in ([right] if isinstance(right, str | bool | int) else right)}
        if not self.answers <= set(self.replies):
            raise ValueError("every right option needs a reply, too")

    def read(self, answer, *, order="native"):
        if isinstance(answer, str | bool | int):
            return values.Text(str(answer)) if str(answer).strip() else values.Nothing()
        return super().read(answer, order=order)

    def option(self, answer) -> str:
        """The option that a neutral answer means, in plain form."""
        text = _spoken(answer)
        if text is None:
            raise Refused("wrong-type", f"You gave {called(answer)}; answer with one of: {self._offered()}.")
        if _plain(text) not in self.replies:
            raise Refused("wrong-type", f"{_quoted(text)} is not one of the options: {self._offered()}.")
        return _plain(text)

    def _offered(self) -> str:
        return ", ".join(map(str, self.options))

    def right(self, answer):
        return self.option(answer) in self.answers

    def praise(self, answer):
        return self.replies[self.option(answer)] or "Right."

    def explain(self, answer):
        return wrong(None, self.replies[self.option(answer)] or "No.")


class Text(Target):
    """A word or a phrase; `also` are other right ones. Case and spaces do not matter, unless ``case=True``."""

    kind = reading = "text"
    wants = "a word"

    def __init__(
        self, expected: str, *, also: Iterable[str] = (), case: bool = False, replies: Mapping | None = None, rules=()
    ):
        super().__init__(rules=rules)
        self.case = case
        self.expected = {self._form(word) for word in (expected, *also)}
        self.replies = {self._form(word): reply for word, reply in (replies or {}).items()}

    def read(self, answer, *, order="native"):
        if isinstance(answer, str):
            return values.Text(answer) if answer.strip() else values.Nothing()
        return super().read(answer, order=order)

    def _form(self, text: str) -> str:
        text = " ".join(str(text).split()).strip(" .\"'")
        return text if self.case else text.casefold()

    def right(self, answer):
        text = _spoken(answer)
        if text is None:
            raise Refused(
                "wrong-type", f"You gave {called(answer)}, but this exercise asks for text in quotation marks."
            )
        return self._form(text) in self.expected

    def explain(self, answer):
        reply = self.replies.get(self._form(_spoken(answer)))
        if reply is None:
            return wrong(None, f"{_quoted(_spoken(answer))} is not right.")
        code, message = reply if isinstance(reply, tuple) else (None, reply)
        return wrong(code, message)


class Bits(Target):
    """A bit string: ``"011"``, or a list of 0 and 1. Spaces and underscores do not matter.

    The first bit is qubit 0; with ``order="little"`` (a string as Qiskit prints it) the last one is.
    """

    kind = "bits"
    reading = "text"
    wants = "a bit string"

    def __init__(self, expected: str, *, order: str = "big", rules=()):
        super().__init__(rules=rules)
        self.zeroth = "last" if order == "little" else "first"
        self.expected = _bits(expected)
        if not self.expected or set(self.expected) - set("01"):
            raise ValueError(f"{expected!r} is not a bit string")

    def read(self, answer, *, order="native"):
        if isinstance(answer, str):
            return values.Text(answer) if answer.strip() else values.Nothing()
        if hasattr(answer, "tolist"):
            answer = answer.tolist()
        if (
            isinstance(answer, list | tuple)
            and answer
            and all(type(bit) in (int, bool) or bit in ("0", "1") for bit in answer)
        ):
            return values.Text("".join(str(int(bit)) for bit in answer))
        return super().read(answer, order=order)

    def bits(self, answer) -> str:
        """The bit string of a neutral answer."""
        text = answer.value if isinstance(answer, values.Text) else None
        length = len(self.expected)
        if text is None:
            raise Refused(
                "wrong-type", f'You gave {called(answer)}; write the bits as text, like "{"01" * length:.{length}}".'
            )
        text = _bits(text)
        if set(text) - set("01"):
            raise Refused("wrong-type", f"{_quoted(text)} is not a bit string: only 0 and 1 may be in it.")
        if len(text) != length:
            raise Refused("wrong-size", f"You gave {len(text)} bits, but {length} are asked for.")
        return text

    def right(self, answer):
        return self.bits(answer) == self.expected

    def score(self, answer):
        return 0.0

    def explain(self, answer):
        bits = self.bits(answer)
        if bits[::-1] == self.expected:
            return wrong(
                "qubit-order",
                f"The bits are right, but in the reverse order: the {self.zeroth} bit belongs to qubit 0.",
            )
        if bits.translate(str.maketrans("01", "10")) == self.expected:
            return wrong("bit-flip", "Every bit is the opposite of what it should be: 0 and 1 are exchanged.")
        return wrong(None, "This bit string is not right.")


def called(answer) -> str:
    """What a neutral answer is, for messages."""
    n = getattr(answer, "num_qubits", None)
    size = f" on {n} qubit{'s' * (n != 1)}" if n is not None else ""
    names = {
        "Circuit": f"a circuit{size}",
        "State": f"a state vector{size}",
        "Density": f"a density matrix{size}",
        "Observable": f"an observable{size}",
        "Counts": "counts of measured bit strings",
        "Distribution": "probabilities of bit strings",
        "Number": "a number",
        "Text": "text",
        "Function": "a function",
        "Nothing": "nothing",
    }
    if isinstance(answer, values.Matrix):
        return "a {}×{} matrix".format(*answer.matrix.shape)
    return names.get(type(answer).__name__, f"an object of type {type(answer).__name__}")


def _spoken(answer) -> str | None:
    if isinstance(answer, values.Text):
        return answer.value
    if isinstance(answer, values.Number) and not complex(answer.value).imag:
        return f"{complex(answer.value).real:g}"
    return None


def _plain(option) -> str:
    return " ".join(str(option).split()).strip(" .)(]['\"").casefold()


def _bits(text: str) -> str:
    text = re.sub(r"[\s_,|⟩>\[\]()]", "", str(text))
    return text[2:] if text.startswith("0b") else text


def _quoted(text: str) -> str:
    text = " ".join(str(text).split())
    return f'"{text if len(text) <= 40 else text[:39] + "…"}"'
