"""In which order the results of a Cirq program come: that in which it measures its qubits and keys.

A circuit does not keep the order in which it was written: an operation slides to the earliest moment that is free. So
the order is told from what is left of it. Measurements in one moment stand there as they were written; one that needs
another's result or qubit comes after it; and what could have been either way is taken as the keys count (``bit 0``,
``bit 1``), else in the order of the qubits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...counting import all_operations
from ...model import Operation


@dataclass
class Measured:
    """One measurement: where it stands, its first qubit, the classical bits that it writes, and its key."""

    moment: int
    qubit: int
    bits: tuple[int, ...]
    key: str


def program_order(operations: Iterable[Operation], groups: Sequence[Measured]) -> list[int]:
    """The classical bits in the order in which the program measures them.

    Parameters
    ----------
    operations : iterable of Operation
        In the order of the moments.
    groups : sequence of Measured
        In the same order.
    """
    if len({group.moment for group in groups}) <= 1:
        return [bit for group in groups for bit in group.bits]
    before = _needed(operations, groups)
    for number in range(1, len(groups)):
        if groups[number - 1].moment == groups[number].moment:
            before[number] |= 1 << (number - 1)
    order: list[int] = []
    done = 0
    counted = _numbered([group.key for group in groups]) or [[]] * len(groups)
    left = sorted(range(len(groups)), key=lambda number: (counted[number], groups[number].qubit, number))
    while left:
        number = next(number for number in left if not before[number] & ~done)
        left.remove(number)
        done |= 1 << number
        order += groups[number].bits
    return order


def _needed(operations: Iterable[Operation], groups: Sequence[Measured]) -> list[int]:
    """For each measurement, as a bit mask, the earlier ones on which it depends."""
    of_bit = {bit: number for number, group in enumerate(groups) for bit in group.bits}
    needed = [0] * len(groups)
    wire: dict[int, int] = {}  # what the present state of a qubit depends on
    for operation in operations:
        inside = list(all_operations((operation,)))
        qubits = {qubit for one in inside for qubit in one.all_qubits}
        mask = 0
        for qubit in qubits:
            mask |= wire.get(qubit, 0)
        for one in inside:
            for bit in one.condition[0] if one.condition else ():
                mask |= 1 << of_bit[bit] | needed[of_bit[bit]]
        for one in inside:
            for bit in one.clbits:
                needed[of_bit[bit]] |= mask & ~(1 << of_bit[bit])
                mask |= 1 << of_bit[bit]
        if operation.name != "barrier":
            wire.update(dict.fromkeys(qubits, mask))
    return needed


def key_order(keys: Sequence[str]) -> list[str]:
    """The keys of a result in the order in which the program measures them, as far as their names tell.

    A result keeps the order of the moments. Keys that count (``m0``, ``m1``; ``q(0)``, ``q(1)``; ``a``, ``b``) are
    taken as they count.
    """
    if len(keys) > 1 and all(len(key) == 1 and key.isalpha() for key in keys):
        return sorted(keys)
    numbers = _numbered(keys)
    if numbers:
        return [key for _, key in sorted(zip(numbers, keys, strict=True))]
    return list(keys)


def _numbered(keys: Sequence[str]) -> list[list[int]] | None:
    """The numbers in each key, if the keys differ in nothing else; otherwise None."""
    stems = {re.sub(r"-?\d+", "#", key) for key in keys}
    if len(stems) != 1 or "#" not in next(iter(stems)):
        return None
    return [[int(number) for number in re.findall(r"-?\d+", key)] for key in keys]
