"""The claims of a lesson: numbers that its notebook computes and asserts against a source.

Whether two numbers agree, how many of their digits mean something, and which claims a notebook makes.
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from numbers import Number
from typing import Any

from qtrain.circuits.numerals import fixed

LINE = re.compile(r"^✔ claim: (?P<rest>.+)$", re.MULTILINE)
FINE = 1e-6  # below this tolerance the last digits are rounding noise, which differs from machine to machine


@dataclass(frozen=True)
class Claim:
    """A claim: its lesson, its name, its source, and the line that it printed when the lesson was last run."""

    lesson: str
    name: str
    source: str
    line: str


def claims_in(notebook: dict, lesson: str) -> list[Claim]:
    """Every ``claim("name", …, source="…")`` in a notebook's code, in its order."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code" or "claim(" not in cell["source"]:
            continue
        printed = LINE.findall("\n".join("".join(output.get("text", "")) for output in cell.get("outputs", ())))
        for name, source in _calls(cell["source"]):
            line = next((text for text in printed if text.startswith(f"{name}: ")), "")
            found.append(Claim(lesson, name, source, line))
    return found


def _calls(source: str):
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "claim":
            words = {keyword.arg: keyword.value for keyword in node.keywords}
            name = node.args[0] if node.args else words.get("name")
            yield _text(name), _text(words.get("source"))


def _text(node) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


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
    return fixed(round(value, places), max(places, 0))
