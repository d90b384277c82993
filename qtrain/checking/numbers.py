"""The target that is a number, within a tolerance; and numbers written as text."""

from __future__ import annotations

import ast
import cmath
import copy
import math
import operator
import re
from collections.abc import Callable, Mapping

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.numerals import bounds_text, significant

from .refusals import Refused, called, quoted
from .slips import Slip
from .target import Target
from .verdict import Verdict, wrong

REL = 1e-6
"""The relative tolerance where the author states none."""
_EDGE = 1e-9  # the part of a tolerance by which the last digits of a float may overstep it
_CLOSE = 0.02  # further off than this nobody is told "close"
_RESIDUE = (2e-17, 5e-16)  # what cos(π/2) and its kin leave in place of zero
_EXACT = 10**9  # up to here a float that is a whole number stands for itself


class Number(Target):
    """A number, within a tolerance.

    Parameters
    ----------
    value : int, float or complex
        An int without a tolerance has to be met exactly.
    within : float, optional
        Absolute tolerance.
    rel : float, optional
        Relative tolerance. With neither: `REL` (and 1e-9 around zero); with both the wider one.
    unit : str
        For messages, and for answers given as text: ``"3.2 km"`` and ``"3200 m"`` are the same. Both signs for micro
        are understood, degrees and per cent too.
    digits : int, optional
        The task allows to round to so many digits after the point: what is rounded right, is right.
    bounds : (float, float), optional
        Between which the task says that the number lies, or its meaning does (a probability): one outside is told so.
        One of them may be infinite.
    replies : mapping from number to str or (diagnosis, str)
        Slips in short: what to say to typical wrong values, compared with the same tolerance.

    Examples
    --------
    >>> target = Number(0.853, within=1e-3, replies={0.924: ("half-angle", "Is the angle that you use halved?")})
    >>> target.judge(0.8535).passed
    True
    >>> Number(1 / 3).judge(0.333).message
    'Close: your number is right in the digits that it has. Keep more of them.'
    """

    reading = "number"
    wants = "a number"

    def __init__(
        self,
        value,
        *,
        within=None,
        rel=None,
        unit: str = "",
        digits: int | None = None,
        bounds: tuple[float, float] | None = None,
        replies: Mapping | None = None,
        **options,
    ):
        super().__init__(**options)
        value = value.item() if isinstance(value, np.generic) else value
        if not cmath.isfinite(value):
            raise ValueError("a target number is finite")
        if bounds is not None and not bounds[0] <= complex(value).real <= bounds[1]:
            raise ValueError(f"the number {value} does not lie between its bounds {bounds}")
        self.unit, self.bounds = unit, bounds
        self._stated = [limit for limit in (within, 0.51 * 10.0**-digits if digits is not None else None) if limit]
        self._rel = rel
        self._set(value)
        self.slips += tuple(_slip(typical, reply) for typical, reply in (replies or {}).items())

    def _set(self, value) -> None:
        self.exact = value if isinstance(value, int) and not self._stated and not self._rel else None
        self.value = complex(value)
        if not self.unit and _RESIDUE[0] < abs(self.value) < _RESIDUE[1]:
            self.value = 0j
        given = [*self._stated, *([abs(self._rel * self.value)] if self._rel else [])]
        self.tolerance = float(max(given)) if given else (REL * abs(self.value) or 1e-9)
        # 0.1 + 0.2 is "within 0.1 of 0.2": the last digit of a float must not decide at the edge.
        self._limit = self.tolerance * (1 + _EDGE) + 4e-16 * abs(self.value)

    def like(self, answer):
        other = copy.copy(self)
        other.__dict__.pop("_meanings", None)
        other.slips = ()
        value = answer.value if isinstance(answer, values.Number) else self.number(answer)
        other._set(value if isinstance(value, int) else _real(value))
        return other

    def read(self, answer, *, order="native"):
        if isinstance(answer, str):
            return values.Text(answer) if answer.strip() else values.Nothing()
        if isinstance(answer, np.ndarray) and answer.ndim == 0:
            answer = answer.item()
        if isinstance(answer, int | np.integer) and not isinstance(answer, bool):
            return values.Number(int(answer))  # exact, however long it is
        count = _how_many(answer)
        if count > 1:
            # Said here: read as a state or a matrix, it would be named with words that a beginner has not met.
            written = ": write both parts as x + y * 1j" if self.value.imag and count == 2 else ""
            raise Refused("wrong-type", f"You gave {count} numbers, but this exercise asks for one{written}.")
        from qtrain.circuits import Unreadable

        a_dict = Refused("wrong-type", "You gave a dict, but this exercise asks for one number.")
        if isinstance(answer, Mapping) and all(isinstance(key, int | np.integer) for key in answer) and answer:
            raise a_dict  # it would be taken for counts of bit strings written as numbers
        try:
            return super().read(answer, order=order)
        except Unreadable as problem:
            if isinstance(answer, Mapping):  # what is wrong with its keys is no help to whoever owes a number
                raise a_dict from problem
            raise

    # --- what number an answer means ------------------------------------------------------------------------------

    def numbers(self, answer) -> list[complex]:
        """The values that a neutral answer can mean: ``"90°"`` is 90 degrees and π/2."""
        if isinstance(answer, values.Text):
            return self._parsed(answer.value)
        if isinstance(answer, values.Observable) and set("".join(answer.terms)) <= {"I"}:
            return [complex(sum(answer.terms.values()))]
        if not isinstance(answer, values.Number):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for one number.")
        try:
            return [complex(answer.value)]
        except OverflowError:
            return [complex(math.inf)]

    def number(self, answer) -> complex:
        """The value of a neutral answer: of those that it can mean the one closest to what is right."""
        return min(self.numbers(answer), key=lambda value: abs(value - self.value))

    def _parsed(self, text: str) -> list[complex]:
        number, written = parse(text)
        if number is None:
            raise Refused("wrong-type", f"You gave the text {quoted(text)}, but this exercise asks for a number.")
        unit, wanted = _plain_unit(written), _plain_unit(self.unit)
        if not unit or unit == wanted:
            return [number]
        if (scale := _scale(unit, wanted)) is not None:
            return [number * scale]
        if not wanted and unit in ("°", "rad", "%"):
            return {"°": [number, number * math.pi / 180], "rad": [number], "%": [number / 100, number]}[unit]
        asked = f"in {self.unit}" if self.unit else "without a unit"
        raise Refused("wrong-type", f"What follows the number, {quoted(written)}, is not understood: give it {asked}.")

    # --- judging -----------------------------------------------------------------------------------------------------

    def right(self, answer):
        found = self.numbers(answer)
        if self.exact is not None and isinstance(answer, values.Number) and isinstance(answer.value, int):
            return answer.value == self.exact
        if not all(map(cmath.isfinite, found)):
            raise Refused("wrong-type", f"Your number is {found[0].real}: a division by zero, or an overflow?")
        return any(map(self._fits, found))

    def _fits(self, value: complex) -> bool:
        gap = abs(value - self.value)
        if self.exact is not None:
            return gap <= 1e-9 * max(1.0, abs(self.value)) and (gap == 0 or not _is_whole(value))
        if not self._stated and not self._rel and _is_whole(value) and _is_whole(self.value):
            # 1,048,575 is within a millionth of 2**20, but it is another number.
            return gap == 0 or (abs(self.value) > _EXACT and gap <= self._limit)
        return gap <= self._limit

    def _slipped(self, answer, known=None):
        """The right number rounded is told so, where a slip is near it by the tolerance alone."""
        slip = super()._slipped(answer, known)
        if slip is None or known is not None or _is_whole(self.value):
            return slip
        value = self.number(answer)
        if not _first_digits(value, self.value, cut=False):
            return slip
        typical = (self.number(self.read(one.answer)) for one in self.slips if _is_number(one.answer))
        return slip if any(abs(value - one) <= 1e-9 * abs(one) for one in typical) else None

    def explain(self, answer) -> Verdict:
        value = self.number(answer)
        return wrong(*self._story(value, answer))

    def _story(self, value: complex, answer) -> tuple[str | None, str]:
        if not self.value.imag and abs(value.imag) > self._limit:
            return None, "Your number has an imaginary part, but a real number is asked for."
        unit = _plain_unit(self.unit)
        if self.value and self._fits(-value):
            return ("angle-sign" if unit in ("°", "rad") else None), "The size is right, but the sign is not."
        if self.value.imag and self._fits(value.conjugate()):
            return "conjugate", "The real part is right; the imaginary part has the wrong sign."
        # Without a unit nobody knows that it is an angle; but a factor of 57.2958 is met by no accident.
        tight = bool(self.value) and self._limit <= 1e-3 * abs(self.value)
        if (unit in ("°", "rad") or (tight and not unit)) and self._fits(value * math.pi / 180) and unit != "°":
            return "degrees", "Your number is the angle in degrees; give it in radians."
        if unit == "°" and self._fits(value * 180 / math.pi):
            return "degrees", "Your number is the angle in radians; give it in degrees."
        if tight and not _is_whole(self.value):
            for factor, spoken in ((2, "two"), (0.5, "two"), (2**0.5, "√2"), (0.5**0.5, "√2")):
                if self._fits(value * factor):
                    return "factor", f"Your number is off by a factor of {spoken}."
        if unit and self.value and unit not in ("°", "rad", "%"):
            for power in (3, -3, 6, -6, 9, -9, 12, -12, 2, -2):
                if self._fits(value * 10.0**power):
                    return None, f"The digits are right, the size is not: give the number in {self.unit}."
        if self.value and not _is_whole(self.value) and (self._fits(value * 100) or self._fits(value / 100)):
            return None, "The digits are right: is a percentage mixed up with a fraction?"
        return None, self._how_far(value, answer)

    def _how_far(self, value: complex, answer) -> str:
        if self.bounds is not None and not self.bounds[0] <= value.real <= self.bounds[1]:
            return f"This number is not right: it has to be {bounds_text(self.bounds, self.unit)}."
        if self.exact is not None and not _is_whole(value):
            return "This number is not right: a whole number is asked for."
        within = f"{significant(self.tolerance, 2)}{' ' * bool(self.unit)}{self.unit}"
        if self._rel and self.tolerance > max(self._stated, default=0):
            within = f"{significant(100 * self._rel, 2)} % of the right value"  # its size would tell that value
        if not (_is_whole(self.value) and _is_whole(value)):
            if _first_digits(value, self.value):
                return "Close: your number is right in the digits that it has. Keep more of them."
            if abs(value - self.value) <= min(20 * self._limit, _CLOSE * abs(self.value)):
                # A whole number is what a right answer is rounded to: more digits would not help.
                digits = "" if _is_whole(self.value) else ": if you rounded on the way, keep more digits"
                return f"Close, but not within {within}{digits}."
        same_sign = (value * self.value.conjugate()).real > 0  # of −1 for 11 no factor is to be told
        if same_sign and abs(math.log10(abs(value / self.value))) > 1:
            return "This number is not right: it is off by more than a factor of ten."
        stated = bool(self._stated or self._rel) and not (_is_whole(self.value) and _is_whole(value))
        return f"This number is not right{f' (asked for within {within})' * stated}."


def _slip(typical, reply) -> Slip:
    code, message = reply if isinstance(reply, tuple) else (None, reply)
    return Slip(typical, message, code)


def _how_many(answer) -> int:
    """How many numbers are in a list, tuple or array of numbers; 1 for anything else."""
    if type(answer) in (list, tuple) and all(isinstance(entry, int | float | complex | np.number) for entry in answer):
        return len(answer) or 1
    return answer.size or 1 if type(answer) is np.ndarray and answer.dtype.kind in "iufc" else 1


def _real(value):
    value = complex(value)
    return value if value.imag else value.real


def _is_whole(value: complex) -> bool:
    return not value.imag and value.real == round(value.real) if cmath.isfinite(value) else False


def _is_number(value) -> bool:
    return isinstance(value, int | float | complex | np.number) and not isinstance(value, bool)


def _first_digits(value: complex, wanted: complex, cut: bool = True) -> bool:
    """Whether a real value is `wanted` rounded, or cut off, with two digits or more."""
    if value.imag or wanted.imag or not value.real or not math.isfinite(value.real):
        return False
    mantissa, _, exponent = f"{value.real!r}".partition("e")
    places = len(mantissa.partition(".")[2].rstrip("0")) - int(exponent or 0)
    if len(mantissa.replace("-", "").replace(".", "").strip("0")) < 2:
        return False
    gap, last = abs(value - wanted), 10.0**-places
    return gap <= 0.5 * last * (1 + _EDGE) or (cut and gap < last and abs(wanted) > abs(value))


# --- numbers as text -------------------------------------------------------------------------------------------------

_SPELLINGS = (
    *(("−", "-"), ("–", "-"), ("×", "*"), ("·", "*"), ("÷", "/"), ("^", "**"), ("π", "pi"), ("√", "sqrt")),
    *(("µ", "μ"), ("Ω", "Ω")),  # the micro sign and the Ohm sign are letters of their own in Unicode
)
_UNITS = {
    "deg": "°",
    "degree": "°",
    "degrees": "°",
    "radian": "rad",
    "radians": "rad",
    "percent": "%",
    "per cent": "%",
    "hour": "h",
    "hours": "h",
    "second": "s",
    "seconds": "s",
    "millisecond": "ms",
    "milliseconds": "ms",
    "microsecond": "μs",
    "microseconds": "μs",
    "kilometre": "km",
    "kilometres": "km",
    "kilometer": "km",
    "kilometers": "km",
}
_PREFIXES = dict(zip("fpnμumckMGT", (1e-15, 1e-12, 1e-9, 1e-6, 1e-6, 1e-3, 1e-2, 1e3, 1e6, 1e9, 1e12), strict=True))
_BASES = ("bit", "Hz", "eV", "m", "s", "J", "K", "V", "A", "W", "T", "Ω", "g")
_OPERATORS: dict[type, Callable] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}
_NAMES = {"pi": math.pi, "i": 1j, "j": 1j}


def parse(text: str) -> tuple[complex | None, str]:
    """A number written as text, such as ``"-120°"``, ``"50 %"``, ``"1+1.7i"``, ``"π/2"``, ``"3.2 km"``; and its unit.

    The number is None where there is none; nothing but numbers, ``+ − * / ^``, π, √ and brackets is understood.
    """
    text = text.strip()[:200]
    for spelled, plain in _SPELLINGS:
        text = text.replace(spelled, plain)
    if (number := _evaluated(text)) is not None:
        return number, ""
    for split in sorted({match.start() for match in re.finditer(r"[A-Za-zμΩ°%]+", text)}, reverse=True):
        if (number := _evaluated(text[:split])) is not None:
            return number, text[split:]
    return None, ""


def _evaluated(text: str) -> complex | None:
    text = re.sub(r"sqrt\s*([\d.]+)", r"sqrt(\1)", text.strip())
    text = re.sub(r"(?<=[\d.)])\s*(?=pi|sqrt|\()", "*", text)  # 2π, 2(1+i)
    text = re.sub(r"(?<=[\d.])i\b", "j", text)
    try:
        value = _value(ast.parse(text, mode="eval").body)
        return complex(value)
    except (SyntaxError, ValueError, TypeError, ArithmeticError, KeyError, RecursionError, MemoryError):
        return None


def _value(node):
    if isinstance(node, ast.Constant) and type(node.value) in (int, float, complex):
        return node.value
    if isinstance(node, ast.Name):
        return _NAMES[node.id]
    if isinstance(node, ast.UnaryOp):
        return _OPERATORS[type(node.op)](_value(node.operand))
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left), _value(node.right)
        if isinstance(node.op, ast.Pow):
            left, right = complex(left), complex(right)  # a tower of whole numbers would never end
        return _OPERATORS[type(node.op)](left, right)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "sqrt"
        and len(node.args) == 1
    ):
        return cmath.sqrt(_value(node.args[0]))
    raise ValueError("this is no number")


def _plain_unit(unit: str) -> str:
    unit = " ".join(unit.split())
    for spelled, plain in _SPELLINGS[-2:]:
        unit = unit.replace(spelled, plain)
    return _UNITS.get(unit.casefold(), unit.removesuffix("s") if unit.endswith("bits") else unit)


def _scale(unit: str, wanted: str) -> float | None:
    """What a number in one unit is multiplied with in another one: prefixes of the same unit, degrees and radians."""
    angles = {("°", "rad"): math.pi / 180, ("rad", "°"): 180 / math.pi}
    if (unit, wanted) in angles:
        return angles[unit, wanted]
    for base in _BASES:
        if unit.endswith(base) and wanted.endswith(base):
            came, asked = (1.0 if word == base else _PREFIXES.get(word.removesuffix(base)) for word in (unit, wanted))
            if came is not None and asked is not None:
                return came / asked
    return None
