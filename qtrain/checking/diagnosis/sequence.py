"""Mistakes in the order of things: qubits, controls and targets, operations, the whole answer turned round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import combinations, permutations

import numpy as np

from qtrain.circuits.model import Density, Matrix, Operation, State
from qtrain.circuits.simulate import multiply

from ..answer_forms import WHICH_END
from . import forms
from .case import Case, Repair, probes
from .words import gate_called, listed

_ALL_ORDERS = 7  # all permutations of so many qubits are tried; beyond that exchanges of two and rotations
_SHORT = 12  # steps of a circuit in which any two are exchanged, and any one moved
_ROWS = "Rows and columns of your matrix are exchanged: column j is what becomes of basis state j."
_SIDES = {"all": "", "end": " where they come out", "start": " where they go in"}


# --- qubits ----------------------------------------------------------------------------------------------------------


_OTHER_WAY = (
    "Your bit strings are right if they are read in the reverse order: here bit 0 stands on the left. Qiskit's "
    "get_counts() writes it on the right: give the result itself (such as data.meas), or turn the strings round."
)
"""For a plain dictionary, which does not say in which order its bits are."""


def qubit_order(case: Case) -> Iterator[Repair]:
    """All qubits reversed: everywhere, or only at the output or the input."""
    n = case.num_qubits
    for side, places in _orders(case, [tuple(range(n - 1, -1, -1))] if n > 1 else []):
        yield Repair(
            "qubit-order",
            _OTHER_WAY
            if getattr(case.answer, "bare", False)
            else f"The qubits are in the reverse order{_SIDES[side]}: what your answer has on qubit 0 belongs "
            f"on qubit {n - 1}, and so on. {_end_of(case.answer)}",
            partial(forms.relabelled, case.answer, places, side),
            {"side": side},
        )


def _end_of(answer) -> str:
    in_numbers = isinstance(answer, State | Density | Matrix)
    return WHICH_END if in_numbers else "Check which end of a bit string is qubit 0."


def qubit_permutation(case: Case) -> Iterator[Repair]:
    """The qubits in any other order."""
    n = case.num_qubits
    if n < 3:
        return
    identity, reverse = tuple(range(n)), tuple(range(n - 1, -1, -1))
    if n <= _ALL_ORDERS:
        orders = [order for order in permutations(range(n)) if order not in (identity, reverse)]
    else:
        orders = [tuple(np.roll(identity, shift)) for shift in range(1, n)]
        for i in range(n):
            for j in range(i):
                order = list(identity)
                order[i], order[j] = j, i
                orders.append(tuple(order))
    # Few qubits out of place first.
    orders.sort(key=lambda order: sum(qubit != place for qubit, place in enumerate(order)))
    for side, places in _orders(case, orders):
        out = [qubit for qubit in range(n) if places[qubit] != qubit]
        what = "are exchanged" if len(out) == 2 else "are in the wrong order"
        yield Repair(
            "qubit-permutation",
            f"Qubits {listed(out)} {what}{_SIDES[side]}; everything else is right.",
            partial(forms.relabelled, case.answer, places, side),
            {"qubits": out, "places": [int(place) for place in places], "side": side},
        )


def _orders(case: Case, orders: Sequence[tuple[int, ...]]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Which new places of the qubits may be right, on which side."""
    if not orders:
        return
    if case.blind:
        yield from (("all", places) for places in orders)
        return
    rows = np.array([forms.rows_after(places) for places in orders])
    if case.is_map and _square(case):
        # A product of equal states stays itself when the qubits are permuted: the order going in needs no trial.
        one = probes(2)[:, :1]
        column = one
        for _ in range(case.num_qubits - 1):
            column = np.kron(column, one)
        got, want = case.target.images(case.answer, column), case.target.expected_images(column, case.num_qubits)
        found = abs(multiply(got[:, 0][rows], want.conj())[:, 0]) >= 1 - case.slack
        yield from (("all", orders[index]) for index in np.flatnonzero(found)[:4])
    elif case.is_state:
        found = case.hits(multiply(case.got[:, 0][rows], case.want.conj())[:, 0])
        yield from (("all", orders[index]) for index in np.flatnonzero(found)[:4])
        return
    for side, (columns, wanted) in case.sides.items():
        if side == "start":
            # A·P⁻¹ is right: here the order is undone in the other direction.
            rows = np.argsort(rows, axis=1)
        found = case.hits(np.einsum("prk,rk->p", columns[rows], wanted.conj()))
        yield from ((side, orders[index]) for index in np.flatnonzero(found)[:4])


def _square(case: Case) -> bool:
    return case.circuit or (isinstance(case.answer, Matrix) and len(set(case.answer.matrix.shape)) == 1)


# --- controls --------------------------------------------------------------------------------------------------------


def control_target(case: Case) -> Iterator[Repair]:
    """Control and target of one gate."""
    surplus = len(case.steps) > len(case.expected_steps) > 0
    for index, step in enumerate(case.steps):
        if surplus and case.trace is not None and case.fits(case.trace.forward[index], case.trace.backward[index + 1]):
            continue  # it is right without this gate, and has one more than is needed
        for turned in exchanged(step):
            if case.trace is None or case.fits(case.trace.applied([turned], index), case.trace.backward[index + 1]):
                steps = (*case.steps[:index], turned, *case.steps[index + 1 :])
                where = "of one gate" if case.mirrored else f"of {case.step_at(index)}"
                yield Repair(
                    "control-target",
                    f"Control and target {where} are exchanged.",
                    partial(case.with_steps, steps),
                    {"steps": [index + 1], "qubits": list(step.all_qubits)},
                )


def control_targets(case: Case) -> Iterator[Repair]:
    """Control and target of all gates of one kind, or of all gates."""
    able = [index for index, step in enumerate(case.steps) if len(step.controls) == 1 and any(exchanged(step))]
    groups: dict[tuple[str, int], list[int]] = {(case.steps[index].name, index and 0): [] for index in able}
    for index in able:
        groups[case.steps[index].name, 0].append(index)
    for places in [able, *(groups.values() if len(groups) > 1 else ())]:
        if len(places) < 2:
            continue
        steps = list(case.steps)
        for index in places:
            steps[index] = next(exchanged(steps[index]))
        if case.runs_right(steps):
            kinds = sorted({gate_called(case.steps[index]) for index in places})
            yield Repair(
                "control-target",
                f"Control and target of the {listed(kinds)} gates are exchanged.",
                partial(case.with_steps, steps),
                {"steps": [index + 1 for index in places]},
            )


def exchanged(step: Operation) -> Iterator[Operation]:
    """The gate with one of its controls and one of its targets exchanged."""
    if step.name in ("z", "s", "sdg", "t", "tdg", "p") and all(step.control_values):
        return  # nothing would change
    for i, control in enumerate(step.controls):
        for j, target in enumerate(step.qubits):
            controls, qubits = list(step.controls), list(step.qubits)
            controls[i], qubits[j] = target, control
            yield replace(step, controls=tuple(controls), qubits=tuple(qubits))


# --- operations ------------------------------------------------------------------------------------------------------


def gate_order(case: Case) -> Iterator[Repair]:
    """All operations in the reverse order."""
    if len(case.steps) > 1:
        steps = case.steps[::-1]
        if case.runs_right(steps) and not _one_too_many(case):
            yield Repair(
                "gate-order",
                "The gates are right, but they run in the reverse order: the first one is applied last.",
                lambda: case.with_steps(steps),
            )


def _one_too_many(case: Case) -> bool:
    """Whether a circuit with more steps than expected is right without its last or its first: the likelier story."""
    if case.blind or not len(case.steps) > len(case.expected_steps) > 0:
        return False
    return case.runs_right(case.steps[:-1]) or case.runs_right(case.steps[1:])


def neighbours(case: Case) -> Iterator[Repair]:
    """Two operations exchanged that share a qubit, with nothing on it in between."""
    for first, second in _neighbours(case.steps):
        if case.trace is None or _fits_exchanged(case, first, second):
            yield _exchange(case, first, second)


def displaced(case: Case) -> Iterator[Repair]:
    """In a short circuit: any two operations exchanged, or one at the wrong place."""
    count = len(case.steps)
    if case.trace is None or count > _SHORT:
        return
    for first, second in combinations(range(count), 2):
        if _fits_exchanged(case, first, second):
            yield _exchange(case, first, second)
    for first, last in permutations(range(count), 2):
        low, high = min(first, last), max(first, last)
        part = list(case.steps[low : high + 1])
        part.insert(last - low, part.pop(first - low))
        if case.fits(case.trace.applied(part, low), case.trace.backward[high + 1]):
            yield _move(case, first, last, (*case.steps[:low], *part, *case.steps[high + 1 :]))


def _move(case, first, last, order):
    which = "One gate is" if case.mirrored else f"T{case.step_at(first)[1:]} is"
    return Repair(
        "gate-order",
        f"{which} at the wrong place: it should run {'later' if (last > first) != case.mirrored else 'earlier'}.",
        lambda: case.with_steps(order),
        {"moved": [first + 1, last + 1]},
    )


def _fits_exchanged(case, first, second):
    between = case.steps[first : second + 1]
    turned = (between[-1], *between[1:-1], between[0])
    return case.fits(case.trace.applied(turned, first), case.trace.backward[second + 1])


def _exchange(case, first, second):
    steps = list(case.steps)
    which = "Two gates"
    if not case.mirrored:
        one, other = (case.step_at(i) for i in (first, second))
        which = f"T{one[1:]} and {other}"
    steps[first], steps[second] = steps[second], steps[first]
    return Repair(
        "gate-order",
        f"{which} run in the wrong order.",
        lambda: case.with_steps(steps),
        {"steps": [first + 1, second + 1]},
    )


def _neighbours(steps: Sequence[Operation]) -> Iterator[tuple[int, int]]:
    """Pairs of steps that share a qubit, with nothing on it in between."""
    last: dict[int, int] = {}
    for index, step in enumerate(steps):
        earlier = {last[qubit] for qubit in step.all_qubits if qubit in last}
        yield from ((one, index) for one in sorted(earlier, reverse=True))
        last.update(dict.fromkeys(step.all_qubits, index))


# --- the whole answer ------------------------------------------------------------------------------------------------


def inverse(case: Case) -> Iterator[Repair]:
    """The adjoint."""
    turned = forms.adjoint(case.answer)
    if turned is None or (case.circuit and not case.runs_right(forms.parts(turned)[0])):
        return
    if case.circuit and _one_too_many(case):
        return
    message = "Your answer is the inverse (the adjoint) of what is asked for: it undoes the right operation."
    if isinstance(case.answer, Matrix) and np.allclose(case.answer.matrix.imag, 0):
        message = f"{_ROWS} The transpose of a real unitary matrix is its inverse."
    yield Repair("inverse", message, lambda: turned)


def transposed(case: Case) -> Iterator[Repair]:
    """Rows and columns of a matrix exchanged."""
    if isinstance(case.answer, Matrix) and not np.allclose(case.answer.matrix.imag, 0):
        turned = Matrix(case.answer.matrix.T, case.answer.num_qubits)
        message = f"{_ROWS} The factors of a product in the other order look the same where each is symmetric."
        yield Repair(None, message, lambda: turned, {"transposed": True})


def conjugate(case: Case) -> Iterator[Repair]:
    """The complex conjugate."""
    turned = forms.conjugated(case.answer)
    if turned is None or (case.circuit and not case.runs_right(forms.parts(turned)[0])):
        return
    yield Repair(
        "conjugate",
        "Your answer is the complex conjugate of what is asked for: i and −i are exchanged.",
        lambda: turned,
    )
