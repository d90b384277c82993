"""One gate that is another than in the expected circuit, told from how the two are written: at every size."""

from __future__ import annotations

from collections.abc import Iterator

from qtrain.circuits.model import Operation

from ..structure import one_difference
from .case import Case, Repair
from .one_gate import allowed, told
from .words import gate_at, gate_called


def changed_gate(case: Case) -> Iterator[Repair]:
    """One gate is on other qubits, is another one, or has another angle."""
    found = _difference(case)
    if found is None or found.first is None or found.second is None or not allowed(case, found.second):
        return
    one, other = found.first, found.second
    steps = (*case.steps[: found.place], other, *case.steps[found.place + 1 :])
    which = gate_at(one, case.names)
    which = f"{which[0].upper()}{which[1:]} (step {found.place + 1})"
    if _name(one) != _name(other):
        message, what = f"{which} should be another gate.", "gate"
    elif one.all_qubits != other.all_qubits:
        message, what = (
            f"{which} should be on {'another qubit' if len(one.all_qubits) == 1 else 'other qubits'}.",
            "qubits",
        )
    elif one.control_values != other.control_values:
        message, what = f"{which} acts for the wrong value of a control.", "controls"
    else:
        message, what = f"The angle of {which[0].lower()}{which[1:]} is not right.", "angle"
    yield Repair(
        None,
        f"{message} Everything else is right.",
        lambda: case.with_steps(steps),
        {"changed": what, "steps": [found.place + 1], "gate": gate_called(one), "qubits": list(one.all_qubits)},
    )


def written_gate(case: Case) -> Iterator[Repair]:
    """One gate of the expected circuit is missing, or one is there that it does not have."""
    found = _difference(case)
    if found is None or (found.first is None) == (found.second is None):
        return
    if found.second is None:
        steps = (*case.steps[: found.place], *case.steps[found.place + 1 :])
        yield told(case, "extra-gate", found.first, found.place, steps)
    elif allowed(case, found.second):
        steps = (*case.steps[: found.place], found.second, *case.steps[found.place :])
        yield told(case, "missing-gate", found.second, found.place, steps)


def _difference(case: Case):
    if not case.circuit or case.mirrored or not case.expected_steps:
        return None
    return one_difference(case.steps, case.expected_steps)


def _name(step: Operation) -> tuple:
    return step.name, len(step.controls), step.label if step.name == "unitary" else ""
