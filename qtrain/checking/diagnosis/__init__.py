"""Which mistake explains a wrong answer.

`diagnose` goes through `ORDER`, from the simplest mistake to the least simple, and names the first one that explains
the answer exactly: undo it, and the target accepts. Nothing is ever said that has not passed this test, so that for a
wrong answer with two mistakes, or with one that is not in the list, nothing is said at all.

A new mistake is a function ``case -> repairs`` in one of the modules here, and a line in `ORDER`.
"""

from __future__ import annotations

from . import angles, boxes, iterations, one_gate, outside, plain, sequence, shape
from .case import Case, Explanation, Repair
from .mirror import mirrored

ORDER = (
    # Not even a candidate.
    shape.not_normalised,
    shape.not_unitary,
    # One word says it all.
    outside.global_phase,
    plain.number,
    iterations.iterations,
    sequence.control_target,
    sequence.qubit_order,
    angles.one_rotation_sign,
    sequence.inverse,
    angles.all_angles,
    sequence.gate_order,
    boxes.order_of_boxes,
    sequence.conjugate,
    # One place has to be named.
    outside.bit_flip,
    outside.relative_phase,
    outside.wrong_basis,
    sequence.control_targets,
    angles.some_angles,
    sequence.qubit_permutation,
    outside.bit_flips,
    # A gate has to be named.
    one_gate.extra_gate,
    boxes.extra_box,
    sequence.neighbours,
    angles.named_turns,
    one_gate.missing_gate,
    boxes.missing_box,
    outside.bit_flips_before,
    outside.wrong_basis_before,
    one_gate.missing_rotation,
    iterations.single_iteration,
    sequence.displaced,
    # The same mistakes, made in the expected circuit: for answers that are no circuits, or built in another way.
    mirrored,
    # Many places.
    outside.relative_phases,
    outside.half_turns,
    one_gate.missing_single,
)
"""The mistakes, the simplest first."""


def diagnose(answer, target) -> Explanation | None:
    """The simplest mistake that explains a wrong answer exactly, or None if none does.

    Parameters
    ----------
    answer : neutral value
        As `qtrain.circuits.read` gives it, and known to be wrong.
    target : Target
        Its `accepts` has the last word.

    Returns
    -------
    Explanation or None
    """
    size = getattr(answer, "num_qubits", None)
    if target.num_qubits is not None and size is not None and size != target.num_qubits:
        return None
    case = Case(answer, target)
    for suspect in ORDER:
        for found in suspect(case):
            if isinstance(found, Explanation):
                return found
            if case.blind and case.tries <= 0:
                return None
            if case.accepts(found):
                return Explanation(found.code, found.message, None, found.details)
    return None


__all__ = ["ORDER", "Explanation", "Repair", "diagnose"]
