"""Which mistake explains a wrong answer.

`diagnose` goes through `ORDER`, from the likeliest mistake to the least likely, and names the first one that explains
the answer exactly: undo it, and the target accepts. Nothing is ever said that has not passed this test, so that for a
wrong answer with two mistakes, or with one that is not in the list, nothing is said at all.

A target may bring its own mistakes (see `stories`). A new general one is a function ``case -> repairs`` in one of the
modules here, and a line in `ORDER`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from qtrain.circuits.model import Circuit

from . import angles, boxes, changed, classical, iterations, one_gate, outside, plain, sequence, shape, stories
from .case import MAX_QUBITS, Case, Explanation, Repair
from .mirror import mirrored
from .stories import Story
from .words import listed

Suspect = Callable[[Case], Iterator[Explanation | Repair]]

ORDER: tuple[Suspect, ...] = (
    # What only this exercise knows.
    stories.own,
    # Not even a candidate.
    shape.not_normalised,
    shape.not_unitary,
    outside.global_phase,
    plain.number,
    # The results, where a circuit measures.
    classical.written_step,
    classical.other_bits,
    classical.inverted_results,
    # Units of the framework.
    angles.units,
    # The form and the order of the whole.
    iterations.iterations,
    changed.one_too_many,
    sequence.control_target,
    sequence.qubit_order,
    angles.one_rotation_sign,
    sequence.gate_order,
    boxes.order_of_boxes,
    sequence.inverse,
    angles.all_angles,
    sequence.conjugate,
    sequence.transposed,
    # One gate that is another than it should be.
    angles.some_angles,
    angles.exchanged,
    changed.changed_gate,
    sequence.control_targets,
    # One gate more or less, as it stands in the program.
    changed.written_gate,
    # One place has to be named.
    outside.bit_flip,
    outside.relative_phase,
    outside.wrong_basis,
    sequence.qubit_permutation,
    outside.bit_flips,
    # One gate more or less.
    one_gate.extra_gate,
    boxes.extra_box,
    sequence.neighbours,
    changed.other_qubits,
    angles.named_turns,
    one_gate.missing_gate,
    boxes.missing_box,
    outside.bit_flips_before,
    outside.wrong_basis_before,
    iterations.single_iteration,
    sequence.displaced,
    # The same mistakes, made in the expected circuit: for answers that are no circuits, or built in another way.
    mirrored,
    # Many places.
    outside.relative_phases,
    outside.half_turns,
    # A free angle, which explains much.
    one_gate.missing_rotation,
)
"""The mistakes, the likeliest first."""

WRITTEN: tuple[Suspect, ...] = (
    outside.global_phase,
    angles.units,
    sequence.qubit_order,
    sequence.gate_order,
    sequence.inverse,
    angles.all_angles,
    changed.changed_gate,
    changed.written_gate,
)
"""Those that can be told from how two circuits are written, at every size."""


@dataclass(frozen=True)
class Diagnosis:
    """What was found.

    Attributes
    ----------
    explanation : Explanation or None
        The likeliest mistake that explains the answer exactly.
    complete : bool
        Whether all mistakes of the list were tried; not so where the answer is too large for some.
    """

    explanation: Explanation | None
    complete: bool = True


def diagnose(answer, target) -> Explanation | None:
    """The likeliest mistake that explains a wrong answer exactly, or None if none does.

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
    return examine(answer, target).explanation


def examine(answer, target) -> Diagnosis:
    """The same, with the word whether everything was tried."""
    size = getattr(answer, "num_qubits", None)
    if target.num_qubits is not None and size is not None and size != target.num_qubits:
        return Diagnosis(None)
    case = Case(answer, target)
    large = case.num_qubits > MAX_QUBITS
    for rank, suspect in enumerate(WRITTEN if large else ORDER):
        case.work.allot()
        for found in suspect(case):
            if not isinstance(found, Explanation):
                if case.blind and case.tries <= 0:
                    return Diagnosis(None, complete=False)
                if case.trace is None and not case.affords_writing():
                    break
                if not case.accepts(found):
                    continue
                repaired = found.answer()
                if found.code in _OF_ANGLES and _breaks_a_rule(case, repaired):
                    case.against_rules.add(found.code)
                    continue
                message = _and_rules(found.message, case, repaired)
                found = Explanation(found.code, message, None, found.details)
            # The rank tells the stories of several targets apart: the likeliest is told.
            message = f"{found.message}{_sorted_by_name(case.learner) if found.code in _ORDERS else ''}"
            return Diagnosis(replace(found, message=message, details={**found.details, "rank": rank}))
    return Diagnosis(None, complete=case.work.complete and not large)


_OF_ANGLES = (None, "half-angle", "double-angle", "angle-sign")


def _breaks_a_rule(case: Case, repaired) -> bool:
    """Whether a repair breaks a rule that the answer keeps, such as one on the angles of a gate."""
    if not isinstance(case.learner, Circuit) or not isinstance(repaired, Circuit):
        return False
    learner, then = (circuit.written or circuit for circuit in (case.learner, repaired))
    return any(rule.broken(then) and not rule.broken(learner) for rule in case.rules)


def _and_rules(message: str, case: Case, repaired) -> str:
    """The message, with the rule that the answer or the repair breaks in place of the word that all else is right."""
    all_else = "Everything else is right."
    if all_else not in message or not isinstance(case.learner, Circuit) or not isinstance(repaired, Circuit):
        return message
    learner, then = (circuit.written or circuit for circuit in (case.learner, repaired))
    broken = [(rule.broken(learner), reason) for rule in case.rules if (reason := rule.broken(then))]
    for already, reason in sorted(broken, key=lambda found: found[0] is None):
        said = f"Besides, a rule is broken: {already}." if already else f"But then a rule is broken: {reason}."
        return message.replace(all_else, said)
    return message


_ORDERS = ("qubit-order", "qubit-permutation", "control-target")


def _sorted_by_name(answer) -> str:
    """What may be the reason of exchanged qubits in Cirq; empty where it is not."""
    if not isinstance(answer, Circuit) or answer.framework != "cirq":
        return ""
    names = answer.qubit_names
    if not names or any("(" in name or name.isdigit() for name in names):
        return ""  # LineQubit and GridQubit: in the order of their numbers
    order = listed(f"{name} is qubit {qubit}" for qubit, name in enumerate(names))
    return f" Cirq sorts named qubits by their names: {order}."


__all__ = ["ORDER", "Diagnosis", "Explanation", "Repair", "Story", "diagnose", "examine"]
