"""Which qubit is meant where a Cirq circuit does not mention all of them: told from the names of those it mentions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from math import isqrt

from ...errors import Unreadable
from ...model import Circuit
from ...transform import moved

_LINE = re.compile(r"q\((-?\d{1,9})\)")
_GRID = re.compile(r"q\((-?\d{1,9}), (-?\d{1,9})\)")
_NUMBERED = re.compile(r"(.*?)[\[(_]?(\d{1,4})[\])]?")
_MAX_GAP = 8
"""With no number of qubits given, at most so many idle ones are filled in."""


def place(names: Sequence[str], num_qubits: int | None) -> tuple[list[int], int]:
    """For each qubit its number, and how many there are in all.

    Parameters
    ----------
    names : sequence of str
        What Cirq calls the qubits, in Cirq's order: ``q(0)``, ``q(0, 1)``, ``alice``, ``q0``.
    num_qubits : int or None
        How many are meant. If None, gaps between numbered qubits are filled.

    Raises
    ------
    Unreadable
        If there are more than `num_qubits`, or fewer and their names do not tell which are missing.
    """
    count = len(names)
    if num_qubits is None:
        numbers = _on_a_line(names, count + _MAX_GAP) or _by_name(names, count + _MAX_GAP)
        return (numbers, max(numbers) + 1) if numbers else (list(range(count)), count)
    if count == num_qubits:
        return list(range(count)), count
    if count > num_qubits:
        raise Unreadable(
            "wrong-size",
            f"The circuit uses {count} qubits ({_some(names)}), "
            f"but {num_qubits} {'is' if num_qubits == 1 else 'are'} expected.",
        )
    for told_by in (_on_a_line, _on_a_grid, _by_name):
        numbers = told_by(names, num_qubits)
        if numbers is not None:
            return numbers, num_qubits
    raise Unreadable(
        "wrong-size",
        f"The circuit uses {count} of {num_qubits} qubits ({_some(names)}), and their names do not tell which are "
        "missing; put cirq.I on the idle ones.",
    )


def widened(circuit: Circuit, num_qubits: int) -> Circuit:
    """A circuit that was read from Cirq, with as many qubits as are expected."""
    used = circuit.explicit_qubits
    names = [circuit.qubit_names[q] for q in used]
    places, total = place(names, num_qubits)
    to = dict(zip(used, places, strict=True))
    return replace(
        circuit,
        num_qubits=total,
        operations=tuple([moved(operation, to) for operation in circuit.operations]),
        qubit_names=all_names(names, places, total),
        explicit_qubits=tuple(places),
    )


def all_names(names: Sequence[str], places: Sequence[int], total: int) -> tuple[str, ...]:
    """The names of all qubits, those filled in too."""
    result = [f"qubit {i}" for i in range(total)]
    for name, number in zip(names, places, strict=True):
        result[number] = name
    return tuple(result)


def _some(names: Sequence[str]) -> str:
    return ", ".join(name[:20] for name in names[:6]) + (" …" if len(names) > 6 else "")


def _matches(pattern, names) -> list[re.Match] | None:
    found = [pattern.fullmatch(name) for name in names]
    return found if all(found) else None


def _on_a_line(names, n) -> list[int] | None:
    found = _matches(_LINE, names)
    numbers = [int(match.group(1)) for match in found or ()]
    return numbers if found is not None and all(0 <= number < n for number in numbers) else None


def _by_name(names, n) -> list[int] | None:
    if _matches(_LINE, names) or _matches(_GRID, names):
        return None
    found = _matches(_NUMBERED, names)
    if found is None or len({match.group(1) for match in found}) != 1:
        return None
    numbers = [int(match.group(2)) for match in found]
    if len(set(numbers)) != len(numbers) or max(numbers) > n:
        return None
    # With n qubits in all, a number n means that they are counted from 1.
    first = 1 if n in numbers and 0 not in numbers else 0
    return [number - first for number in numbers] if max(numbers) < n + first else None


def _on_a_grid(names, n) -> list[int] | None:
    found = _matches(_GRID, names)
    if found is None:
        return None
    places = [(int(match.group(1)), int(match.group(2))) for match in found]
    rows, columns = {row for row, _ in places}, {column for _, column in places}
    if min(rows | columns) < 0:
        return None
    side = isqrt(n)
    if side * side == n and max(rows | columns) < side:
        return [row * side + column for row, column in places]
    if len(rows) == 1 and max(columns) < n:
        return [column for _, column in places]
    if len(columns) == 1 and max(rows) < n:
        return [row for row, _ in places]
    # The one rectangle of n qubits that holds them all, if there is just one.
    widths = [n // height for height in range(max(rows) + 1, n + 1) if n % height == 0 and n // height > max(columns)]
    return [row * widths[0] + column for row, column in places] if len(widths) == 1 else None
