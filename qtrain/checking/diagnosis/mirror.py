"""Mistakes made in the expected circuit: they explain answers that have no gates to look at, or others than expected.

If the expected circuit with control and target of one gate exchanged gives exactly the answer, then that is what is
wrong with the answer, however it is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from qtrain.circuits import Unreadable
from qtrain.circuits.gates import inverse_of, make
from qtrain.circuits.model import Circuit, Operation

from ..sameness import alike
from . import angles, boxes, forms, iterations, one_gate, outside, sequence
from .case import Case, Explanation, Repair

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
_OF_ANGLES = ("half-angle", "double-angle", "angle-sign", "degrees", "gate-units")


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
            if repair.code not in case.against_rules and other.accepts(repair) and _true_of_the_answer(case, repair):
                yield Explanation(repair.code, repair.message, None, {**repair.details, "in": "expected"})
                return


def _is_expected(step: Operation, case: Case) -> bool:
    """Whether a step does what one of the expected circuit does, up to a phase, however it is written."""
    same = [one for one in case.expected_steps if set(one.all_qubits) == set(step.all_qubits)]
    try:
        return any(alike(*(Circuit(case.num_qubits, (gate,)) for gate in (one, step))) for one in same)
    except Unreadable:
        return False


def _true_of_the_answer(case: Case, repair: Repair) -> bool:
    """Whether what is said of the start holds for the learner's circuit too.

    Two circuits that prepare the same state need not have it from the same gates: what stands at the start of one need
    not stand at the start of the other.
    """
    if repair.code == "gate-order" and case.circuit:
        # One gate alone runs in no wrong order. Of the expected gates, but fewer, some are missing.
        steps = [step for step in case.steps if step.name != "id"]
        fewer = len(steps) < len(case.expected_steps)
        return len(steps) > 1 and not (fewer and all(_is_expected(step, case) for step in steps))
    if repair.code == "missing-gate" and case.circuit and len(case.steps) + 1 < len(case.expected_steps):
        return False  # more than one gate is missing, although what is left of the expected ones cancels
    if repair.code == "extra-gate" and case.trace is not None:
        return False  # taking away each of the learner's own gates was tried already
    if repair.code in _OF_ANGLES and case.circuit and not any(map(angles.turns, case.steps)):
        return False
    if repair.code != "wrong-basis" or not (case.circuit and case.is_state):
        return True
    gates = [make(name, (qubit,)) for qubit in repair.details["qubits"] for name in repair.details["undone_by"]]
    undone = [inverse_of(gate) for gate in reversed(gates)]
    return case.target.accepts(forms.with_gates(case.answer, undone, repair.details["side"]))
