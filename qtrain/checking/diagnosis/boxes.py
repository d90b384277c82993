"""Mistakes with gates that are made of several steps: for the author of a circuit a box is one gate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from qtrain.circuits.gates import is_gate
from qtrain.circuits.model import Operation
from qtrain.circuits.simulate import apply_gate

from .case import Case, Repair
from .words import qubits_called

_MOST = 20  # boxes of the expected circuit that are tried at every place


def boxes(steps: Sequence[Operation]) -> list[tuple[int, int]]:
    """The circuit cut into steps and boxes, as (start, end): neighbours with the same name of a box belong together."""
    cuts: list[tuple[int, int]] = []
    for index, step in enumerate(steps):
        if cuts and step.label and step.name != "unitary" and step.label == steps[index - 1].label:
            cuts[-1] = (cuts[-1][0], index + 1)
        else:
            cuts.append((index, index + 1))
    return cuts


def order_of_boxes(case: Case) -> Iterator[Repair]:
    """All operations in the reverse order, while what is inside of boxes keeps its own."""
    cuts = boxes(case.steps)
    if 1 < len(cuts) < len(case.steps):
        steps = [step for start, end in reversed(cuts) for step in case.steps[start:end]]
        if case.runs_right(steps):
            message = "The gates are right, but they run in the reverse order: the first one is applied last."
            yield Repair("gate-order", message, lambda: case.with_steps(steps), {"boxes": True})


def extra_box(case: Case) -> Iterator[Repair]:
    """One box too many."""
    for start, end in boxes(case.steps):
        if end - start > 1 and (case.trace is None or case.fits(case.trace.forward[start], case.trace.backward[end])):
            steps = (*case.steps[:start], *case.steps[end:])
            yield _repair(case, "extra-gate", case.steps[start:end], start, steps)


def missing_box(case: Case) -> Iterator[Repair]:
    """One box of the expected circuit is missing."""
    trace = case.trace
    if trace is None:
        return
    expected = case.expected_steps
    found = [expected[start:end] for start, end in boxes(expected) if end - start > 1][:_MOST]
    size, k = case.want.shape
    for box in found:
        if not all(map(is_gate, box)) or len(box) * trace.forward.size > 2**22:
            continue
        columns = np.ascontiguousarray(trace.forward.transpose(1, 0, 2)).reshape(size, -1)
        for step in box:
            columns = apply_gate(columns, step, case.num_qubits)
        overlaps = np.einsum("prk,rpk->p", trace.backward.conj(), columns.reshape(size, -1, k))
        for place in np.flatnonzero(case.hits(overlaps))[::-1][:1]:
            yield _repair(case, "missing-gate", box, int(place), (*case.steps[:place], *box, *case.steps[place:]))


def _repair(case, code, box, place, steps):
    if case.mirrored:
        code = "missing-gate" if code == "extra-gate" else "extra-gate"
    qubits = sorted({qubit for step in box for qubit in step.all_qubits})
    what = f"the box {box[0].label!r} on {qubits_called(qubits, case.names)}"
    start = "One gate is missing" if code == "missing-gate" else "There is one gate too many"
    details = {"gate": box[0].label, "qubits": qubits, "position": place, "steps": len(box)}
    return Repair(code, f"{start}: {what}. Everything else is right.", lambda: case.with_steps(steps), details)
