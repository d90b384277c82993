"""One iteration of a repeated block too many or too few: amplitude amplification and its kin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from qtrain.circuits.gates import inverse_of
from qtrain.circuits.model import Operation
from qtrain.circuits.simulate import apply_gate

from ..structure import key
from .case import Case, Repair

_LONGEST = 400  # steps of a circuit in which blocks are looked for


def iterations(case: Case) -> Iterator[Repair]:
    """A block that is repeated in the circuit, once less or once more."""
    if not 2 <= len(case.steps) <= _LONGEST:
        return
    seen = set()
    for steps in (case.steps, by_cones(case.steps)):
        keys = [key(step) for step in steps]
        if tuple(keys) in seen:
            continue
        seen.add(tuple(keys))
        trace = None
        if case.trace is not None:
            trace = case.trace if steps is case.steps else case.traced(steps)
        for start, length, times in repeated(keys):
            block = steps[start : start + length]
            if length == 1 and not (block[0].label or block[0].name == "unitary"):
                continue  # one standard gate: that is no iteration
            if _cancels(block):
                continue
            if trace is None or case.fits(trace.forward[start], trace.backward[start + length]):
                yield _repair(case, (*steps[:start], *steps[start + length :]), block, times, times - 1)
            if trace is None or case.fits(trace.applied(block, start), trace.backward[start]):
                yield _repair(case, (*steps[:start], *block, *steps[start:]), block, times, times + 1)


def _cancels(block: Sequence[Operation]) -> bool:
    """Whether a block is one layer of gates that undo themselves, such as H on every qubit: nobody iterates that."""
    touched = [qubit for step in block for qubit in step.all_qubits]
    return len(touched) == len(set(touched)) and all(key(inverse_of(step)) == key(step) for step in block)


def single_iteration(case: Case) -> Iterator[Repair]:
    """A block that stands in the circuit once and should stand there twice."""
    trace = case.trace
    count = len(case.steps)
    if trace is None or not 2 <= count <= _LONGEST or count**2 * case.want.size > 2**22:
        return
    blocks = _blocks_of(case.expected_steps)
    if not blocks and (case.expected_steps or not case.is_state):
        return  # nothing is known to be repeated in the right circuit, so that nobody could have miscounted
    size, k = case.want.shape
    # Column block j: what should be before steps i … j, run once more after step j; all j at once while i goes down.
    needed = np.ascontiguousarray(trace.backward[1:].transpose(1, 0, 2))
    found = []
    for i in range(count - 1, -1, -1):
        part = np.ascontiguousarray(needed[:, i:]).reshape(size, -1)
        needed[:, i:] = apply_gate(part, inverse_of(trace.steps[i]), case.num_qubits).reshape(size, -1, k)
        overlaps = np.einsum("jrk,rjk->j", trace.forward[i + 2 :].conj(), needed[:, i + 1 :])
        found += [(i, i + 1 + int(j)) for j in np.flatnonzero(case.hits(overlaps))]
    for first, last in sorted(found, key=lambda pair: pair[0] - pair[1])[:4]:
        block = case.steps[first : last + 1]
        if (blocks and Counter(map(key, block)) not in blocks) or not _iterates(case, block):
            continue
        yield _repair(case, (*case.steps[: last + 1], *block, *case.steps[last + 1 :]), block, 1, 2)


def _blocks_of(steps: Sequence[Operation]) -> list[Counter]:
    """What the repeated blocks of a circuit are made of."""
    found = []
    for order in (steps, by_cones(steps)) if 2 <= len(steps) <= _LONGEST else ():
        keys = [key(step) for step in order]
        found += [Counter(keys[start : start + length]) for start, length, _ in repeated(keys)]
    return found


def _iterates(case: Case, block: Sequence[Operation]) -> bool:
    """Whether a block is worth the name: it joins all qubits and does more than one thing."""
    touched = {qubit for step in block for qubit in step.all_qubits}
    return len(touched) == case.num_qubits > 1 and len({step.name for step in block}) > 1


def _repair(case: Case, steps: Sequence[Operation], block, now: int, right: int) -> Repair:
    if case.mirrored:
        now, right = right, now
    more = now > right
    times = f"runs {now} time{'s' * (now != 1)}" if now else "is left out"
    message = (
        f"One iteration too {'many' if more else 'few'}: the repeated part ({len(block)} "
        f"step{'s' * (len(block) != 1)}) {times}. Count again how often it has to run."
    )
    return Repair("iterations", message, lambda: case.with_steps(steps), {"times": now, "length": len(block)})


def repeated(keys: Sequence) -> Iterator[tuple[int, int, int]]:
    """Blocks that stand several times in a row: (start, length, times); the longest stretch first."""
    found = []
    count = len(keys)
    for length in range(1, count // 2 + 1):
        start = None
        for index in range(count - length + 1):
            same = index < count - length and keys[index] == keys[index + length]
            if same and start is None:
                start = index
            elif not same and start is not None:
                run = index - start
                if run >= length:
                    found.append((start, length, run // length + 1))
                start = None
    found.sort(key=lambda block: (-block[1] * block[2], block[1]))
    return iter(found)


def by_cones(steps: Sequence[Operation]) -> tuple[Operation, ...]:
    """The steps in an order that shows repetition.

    Some frameworks let gates slide to the left as far as they can, so that the end of one iteration mixes with the
    beginning of the next. Here every occurrence of the largest gate comes right after all that has to be before it.
    """
    anchors = _anchors(steps)
    order: list[int] = []
    done: set[int] = set()
    before = _predecessors(steps)
    for anchor in [*anchors, None]:
        chosen = set(range(len(steps))) if anchor is None else _cone(anchor, before)
        fresh = sorted(chosen - done)
        done |= chosen
        order += _normal(fresh, steps, before)
    return tuple(steps[index] for index in order)


def _anchors(steps) -> list[int]:
    places: dict = {}
    for index, step in enumerate(steps):
        places.setdefault(key(step), []).append(index)
    return max(places.values(), key=lambda found: (len(found) > 1, len(steps[found[0]].all_qubits), -len(found)))


def _predecessors(steps) -> list[set[int]]:
    last: dict[int, int] = {}
    before = []
    for index, step in enumerate(steps):
        before.append({last[qubit] for qubit in step.all_qubits if qubit in last})
        last.update(dict.fromkeys(step.all_qubits, index))
    return before


def _cone(index: int, before) -> set[int]:
    cone, todo = set(), [index]
    while todo:
        step = todo.pop()
        if step not in cone:
            cone.add(step)
            todo += before[step]
    return cone


def _normal(chosen: Sequence[int], steps, before) -> list[int]:
    """A fixed order of these steps that respects what depends on what: level by level, then by qubit."""
    level: dict[int, int] = {}
    for index in chosen:
        level[index] = 1 + max((level[step] for step in before[index] if step in level), default=0)
    return sorted(chosen, key=lambda index: (level[index], steps[index].all_qubits))
