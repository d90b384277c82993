"""Circuits compared by how they are written: the same steps on the same wires are the same circuit at every size.

Two steps that share no wire may stand in either order. So a circuit is, up to this freedom, what stands on each of its
wires: two circuits are the same list of steps if and only if these columns are equal (the projections of a trace
monoid: V. Diekert, G. Rozenberg, "The Book of Traces", 1995, chapter 1).
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qtrain.circuits.gates import GATES
from qtrain.circuits.model import Circuit, Operation

_SYMMETRIC = {"swap", "iswap", "iswapdg", "rxx", "ryy", "rzz", "swappow"}
_DIGITS = 9  # of an angle: readers turn exponents into radians, and the last digits differ
_MOST = 64  # places that are tried for a step that occurs often


def key(step: Operation) -> tuple:
    """Equal for steps that do the same to the same wires."""
    qubits, controls, values = step.qubits, step.controls, step.control_values
    info = GATES.get(step.name)
    if controls and all(values) and len(qubits) == 1 and info is not None and info.diagonal and info.name != "rz":
        # A phase where all of them are 1: which of them is called the target makes no difference.
        *others, last = sorted((*controls, *qubits))
        controls, qubits = tuple(others), (last,)
    elif controls:
        pairs = sorted(zip(controls, values, strict=True))
        controls, values = (tuple(part) for part in zip(*pairs, strict=True))
    if step.name in _SYMMETRIC:
        qubits = tuple(sorted(qubits))
    return (
        step.name,
        qubits,
        tuple(round(angle, _DIGITS) + 0.0 for angle in step.params),
        controls,
        values,
        step.clbits,
        step.condition,
        None if step.matrix is None else np.round(step.matrix, _DIGITS).tobytes(),
        tuple(map(key, step.body)),
        tuple(map(key, step.orelse)),
    )


def same_turned(step: Operation) -> set[tuple[int, ...]]:
    """The orders of a gate's qubits in which it does the same: two for a CZ and a SWAP."""
    split, orders = len(step.controls), {step.all_qubits, step.all_qubits[::-1]}
    turned = {order: replace(step, controls=order[:split], qubits=order[split:]) for order in orders}
    return {order for order, other in turned.items() if key(other) == key(step)}


def counted(steps: Sequence[Operation]) -> list[Operation]:
    """The steps that do something."""
    return [step for step in steps if step.name not in ("barrier", "id")]


def _columns(written: Sequence[tuple[tuple, frozenset]]) -> dict[tuple[str, int], list[tuple]]:
    columns: dict[tuple[str, int], list[tuple]] = {}
    for own, touched in written:
        for wire in touched:
            columns.setdefault(wire, []).append(own)
    return columns


def _touched(step: Operation) -> frozenset[tuple[str, int]]:
    found = {("q", qubit) for qubit in step.all_qubits} | {("c", bit) for bit in step.clbits}
    if step.condition is not None:
        found |= {("c", bit) for bit in step.condition[0]}
    return frozenset(found).union(*(_touched(inner) for inner in (*step.body, *step.orelse)))


def same_steps(one: Sequence[Operation], other: Sequence[Operation]) -> bool:
    """Whether two lists hold the same steps, up to the order of steps that share no wire.

    The columns of the second are read only as far as the first needs them: what differs early costs little.
    """
    one, other = counted(one), counted(other)
    if len(one) != len(other):
        return False
    rest, columns = iter(other), defaultdict[tuple[str, int], deque[tuple]](deque)
    for step in one:
        own = key(step)
        for wire in _touched(step):
            while not columns[wire]:
                following = next(rest, None)
                if following is None:
                    return False
                theirs = key(following)
                for place in _touched(following):
                    columns[place].append(theirs)
            if columns[wire].popleft() != own:
                return False
    return not any(columns.values()) and not any(map(_touched, rest))


def same_list(one: Circuit, other: Circuit, phase: str = "global") -> bool:
    """Whether two circuits are written alike, their global phases too where these count."""
    gap = abs(np.exp(1j * one.phase) - np.exp(1j * other.phase)) if phase == "exact" else 0.0
    return one.num_qubits == other.num_qubits and gap < 1e-9 and same_steps(one.operations, other.operations)


@dataclass(frozen=True)
class Difference:
    """The one step in which two lists of steps differ.

    Attributes
    ----------
    place : int
        Where it is in the first list; for a step that is missing there, before which step it belongs.
    first, second : Operation or None
        The step as it is in the first and in the second list; None where it is missing.
    """

    place: int
    first: Operation | None
    second: Operation | None


def one_difference(one: Sequence[Operation], other: Sequence[Operation]) -> Difference | None:
    """How one list becomes the other by one step more, one less, or one changed; no numbers are needed for it."""
    if abs(len(one) - len(other)) > 1:
        return None
    here, there = ([(key(step), _touched(step)) for step in steps] for steps in (one, other))
    counts = [Counter(own for own, _ in written) for written in (here, there)]
    surplus, lacking = list((counts[0] - counts[1]).elements()), list((counts[1] - counts[0]).elements())
    if len(surplus) + len(lacking) == 0 or max(len(surplus), len(lacking)) > 1:
        return None
    wanted = _columns(there)
    added = next((index for index, (own, _) in enumerate(there) if [own] == lacking), None)
    second = None if added is None else other[added]
    new = [] if added is None else [there[added]]
    if surplus:
        places = [index for index, (own, _) in enumerate(here) if own == surplus[0]]
    else:
        places = _gaps(here, there, lacking[0])
    for place in places[-_MOST:]:
        if _columns([*here[:place], *new, *here[place + bool(surplus) :]]) == wanted:
            return Difference(place, one[place] if surplus else None, second)
    return None


def _gaps(here, there, missing: tuple) -> list[int]:
    """Where a step may be missing: after as many steps on its wires as stand before it in the other list."""
    found = set()
    for index, (own, touched) in enumerate(there):
        if own == missing:
            left = sum(not touched.isdisjoint(other) for _, other in there[:index])
            place = 0
            while left and place < len(here):
                left -= not touched.isdisjoint(here[place][1])
                place += 1
            found.add(place)
    return sorted(found)
