"""Mistakes made in the expected circuit: they explain answers that have no gates to look at, or others than expected.

If the expected circuit with control and target of one gate exchanged gives exactly the answer, then that is what is
wrong with the answer, however it is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from qtrain.circuits.model import Circuit

from . import angles, boxes, iterations, one_gate, outside, sequence
from .case import Case, Explanation

ORDER = (
    angles.units,
    iterations.iterations,
    sequence.control_target,
    sequence.gate_order,
    boxes.order_of_boxes,
    sequence.inverse,
    angles.all_angles,
    angles.some_angles,
    angles.exchanged,
    sequence.control_targets,
    outside.bit_flip,
    outside.wrong_basis,
    outside.bit_flips,
    one_gate.extra_gate,
    boxes.extra_box,
    angles.named_turns,
    one_gate.missing_gate,
    boxes.missing_box,
    sequence.neighbours,
    iterations.single_iteration,
    sequence.displaced,
    one_gate.missing_rotation,
)
_MOST_QUBITS = 8


def mirrored(case: Case) -> Iterator[Explanation]:
    """The first mistake that, made in the expected circuit, gives the answer."""
    target = case.target
    if case.mirrored or case.blind or case.num_qubits > _MOST_QUBITS or not isinstance(target.reference, Circuit):
        return
    same = target.like(case.answer)
    if same is None:
        return
    other = Case(target.reference, same, of=case)
    if other.blind:
        return
    for suspect in ORDER:
        for repair in suspect(other):
            if other.accepts(repair):
                yield Explanation(repair.code, repair.message, None, {**repair.details, "in": "expected"})
                return
