"""One gate that is another than it should be: told from how two circuits are written, or in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

from qtrain.circuits.model import Operation

from ..structure import one_difference
from .case import Case, Repair
from .one_gate import allowed, told
from .words import gate_called


def changed_gate(case: Case) -> Iterator[Repair]:
    """One gate is on other qubits, is another one, or has another angle."""
    found = _difference(case)
    if found is None or found.first is None or found.second is None or not allowed(case, found.second):
        return
    one, other = found.first, found.second
    steps = (*case.steps[: found.place], other, *case.steps[found.place + 1 :])
    code = None
    if one.name == other.name and one.all_qubits == other.all_qubits and one.control_values != other.control_values:
        several = sum(a != b for a, b in zip(one.control_values, other.control_values, strict=True)) > 1
        value = f"the wrong value of {'its controls' if several else 'a control'}"
        code, message, what = "bit-flip", f"{{}} acts for {value}: 0 and 1 are exchanged.", "controls"
    elif one.name == other.name and one.qubits == other.qubits and set(one.controls) < set(other.controls):
        more = len(other.controls) - len(one.controls)
        message, what = f"{{}} needs {'one more control' if more == 1 else f'{more} more controls'}.", "controls"
    elif _name(one) != _name(other):
        message, what = "{} should be another gate.", "gate"
    elif one.all_qubits != other.all_qubits:
        message, what = _OTHER_QUBITS[len(one.all_qubits) > 1], "qubits"
    else:
        message, what = "The angle of {} is not right.", "angle"
    yield _repair(case, code, message, what, found.place, steps)


_OTHER_QUBITS = "{} should be on another qubit.", "{} should be on other qubits."


def other_qubits(case: Case) -> Iterator[Repair]:
    """One gate on the wrong qubits: told from numbers, for circuits that are written in another way."""
    if case.trace is None or case.mirrored or case.num_qubits < 2:
        return
    for place, step in enumerate(case.steps):
        size = len(step.all_qubits)
        if size > 2 or not case.work.affords(case.num_qubits**size * case.want.size):
            continue
        for qubits in permutations(range(case.num_qubits), size):
            if set(qubits) == set(step.all_qubits):
                continue  # exchanged among themselves: that is said of control and target
            moved = replace(step, controls=qubits[: len(step.controls)], qubits=qubits[len(step.controls) :])
            if case.fits(case.trace.applied([moved], place), case.trace.backward[place + 1]) and allowed(case, moved):
                steps = (*case.steps[:place], moved, *case.steps[place + 1 :])
                yield _repair(case, None, _OTHER_QUBITS[size > 1], "qubits", place, steps)


def _repair(case, code, message, what, place, steps):
    step = case.steps[place]
    which = case.step_at(place)
    said = message.format(which if not message.startswith("{}") else f"{which[0].upper()}{which[1:]}")
    details = {"changed": what, "steps": [place + 1], "gate": gate_called(step), "qubits": list(step.all_qubits)}
    return Repair(code, f"{said} Everything else is right.", lambda: case.with_steps(steps), details)


def one_too_many(case: Case) -> Iterator[Repair]:
    """All gates of the expected circuit, in its order, and one more: nothing else can be a better reason."""
    found = _difference(case)
    if found is not None and found.second is None:
        yield from written_gate(case)


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
