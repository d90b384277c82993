"""Sums modulo 2 of bits: all that X, CNOT and SWAP compute. Whoever needs a Toffoli gate has done nothing with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_, xor

from qtrain.circuits.model import Operation


def gates_of_sums(steps: Iterable[Operation]) -> bool:
    """Whether steps are X with at most one control, and SWAP without any."""
    return all(len(step.controls) <= (step.name == "x") and step.name in ("x", "swap") for step in steps)


def table_of_sums(inputs: Sequence[int], outputs: Iterable[int]) -> bool:
    """Whether every output bit is a sum modulo 2 of input bits and a constant.

    Parameters
    ----------
    inputs : sequence of int
    outputs : iterable of int
        Each integer holds all bits. Where an input that differs from the first in a single bit is left out although
        that bit varies, nothing can be said, and the answer is no.
    """
    after = dict(zip(map(int, inputs), map(int, outputs), strict=True))
    zero = int(inputs[0])
    varied = reduce(or_, (index ^ zero for index in after), 0)
    units = [1 << place for place in range(varied.bit_length()) if varied >> place & 1]
    if any(zero ^ unit not in after for unit in units):
        return False
    changes = {unit: after[zero ^ unit] ^ after[zero] for unit in units}
    return all(
        after[index] == reduce(xor, (changes[unit] for unit in units if (index ^ zero) & unit), after[zero])
        for index in after
    )


def rank(rows: Iterable[int]) -> int:
    """The number of independent rows modulo 2; each integer holds the bits of a row."""
    left, found = list(rows), 0
    while left:
        if pivot := left.pop():
            found += 1
            lowest = pivot & -pivot
            left = [row ^ pivot if row & lowest else row for row in left]
    return found
