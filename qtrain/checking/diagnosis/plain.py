"""Numbers that are off by what a wrong angle does to them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from math import pi

from qtrain.circuits.model import Number

from .case import Case, Repair

_ANGLE_UNITS = {"", "rad", "radian", "radians"}
_FACTORS = (
    ("angle-sign", -1.0, "Your number has the wrong sign."),
    ("half-angle", 2.0, "Your number is off by a factor of two: is an angle taken twice or halved somewhere?"),
    ("double-angle", 0.5, "Your number is off by a factor of two: is an angle taken twice or halved somewhere?"),
    ("degrees", pi / 180, "Your number looks like an angle in degrees; give it in radians."),
)


def number(case: Case) -> Iterator[Repair]:
    """A factor between the number and the right one. A number with another unit than an angle's is left alone."""
    value = getattr(case.answer, "value", None)
    if isinstance(case.answer, Number) and value and getattr(case.target, "unit", "") in _ANGLE_UNITS:
        for code, factor, message in _FACTORS:
            yield Repair(code, message, partial(Number, value * factor))
