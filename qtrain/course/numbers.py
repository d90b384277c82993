"""Numbers in a claim: whether they agree, and how many of their digits mean something."""

from __future__ import annotations

import math
from numbers import Number
from typing import Any

FINE = 1e-6  # below this tolerance the last digits are rounding noise, which differs from machine to machine


def agree(measured: Any, expected: Any, within: float | None) -> bool:
    """Whether `measured` equals `expected`, or lies within the absolute tolerance of it, in every element."""
    if within is None:
        equal = measured == expected
        return bool(equal.all() if hasattr(equal, "all") else equal)
    import numpy as np

    measured, expected = np.asarray(measured), np.asarray(expected)
    if measured.shape != expected.shape:
        return False
    # A difference that equals the tolerance up to float rounding is within it.
    return bool(np.all(np.abs(measured - expected) <= within * (1 + 1e-12)))


def shown(value: Any, expected: Any, within: float | None) -> str:
    """`value` with the digits that the tolerance leaves meaning, the same text on every machine."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if hasattr(expected, "tolist"):
        expected = expected.tolist()
    if isinstance(value, list | tuple):
        alike = isinstance(expected, list | tuple) and len(expected) == len(value)
        others = expected if alike else [expected] * len(value)
        return "(" + ", ".join(shown(one, other, within) for one, other in zip(value, others, strict=True)) + ")"
    if isinstance(value, bool) or not isinstance(value, Number):
        return str(value)
    if within is None:
        return f"{value:.10g}" if isinstance(value, float) else str(value)
    places = _places(expected, within)
    if isinstance(value, complex):
        return (
            f"{_fixed(value.real, places)}{'-' if _fixed(value.imag, places).startswith('-') else '+'}"
            f"{_fixed(abs(value.imag), places)}i"
        )
    return _fixed(float(value), places)


def _places(expected: Any, within: float) -> int:
    """Decimal places: one more than the tolerance has, but none of the noise below seven digits."""
    wanted = math.ceil(-math.log10(within)) + 1 if within > 0 else 15
    size = abs(expected) if isinstance(expected, Number) else 1.0
    if within >= FINE or (size > 0 and within >= FINE * size):
        return wanted
    digits = 6 if size == 0 else 6 - math.floor(math.log10(size))
    return min(wanted - 2, digits)


def _fixed(value: float, places: int) -> str:
    if 0 < abs(value) < 1e-4 and round(value, places):
        return f"{round(value, places):.6g}"
    text = f"{round(value, places):.{max(places, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
