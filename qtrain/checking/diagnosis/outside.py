"""Mistakes around the whole answer: bits exchanged, another basis, wrong phases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from qtrain.circuits.gates import gate_matrix, make
from qtrain.circuits.values import Matrix

from . import forms
from .case import Case, Repair, whole
from .words import ket, listed, qubits_called

_MOST_QUBITS = 9  # subsets of qubits are all tried up to here
_BASES = (
    ("H", ("h",)),
    ("S", ("s",)),
    ("S", ("sdg",)),
    ("SH", ("h", "s")),
    ("SH", ("sdg", "h")),
    ("SH", ("s", "h")),
    ("SH", ("h", "sdg")),
)
_WHERE = {"end": "at the end", "start": "at the start", "both": "on both sides"}


def bit_flip(case: Case) -> Iterator[Repair]:
    """X on one qubit or on all of them."""
    for side in ("end", "start"):
        for subset in _subsets(case, ("x",), side):
            if len(subset) in (1, case.num_qubits) and not _one_gate(case, side, subset, ("x",)):
                yield _flip(case, side, subset)


def bit_flips(case: Case) -> Iterator[Repair]:
    """X on any other set of qubits."""
    for side in ("end", "start"):
        for subset in _subsets(case, ("x",), side):
            if 1 < len(subset) < case.num_qubits:
                yield _flip(case, side, subset)


def _flip(case, side, subset):
    of = "in the input of" if side == "start" else "on"
    message = f"0 and 1 are exchanged {of} {qubits_called(subset, case.names)}; everything else is right."
    gates = [make("x", (qubit,)) for qubit in subset]
    return Repair(
        "bit-flip", message, lambda: forms.with_gates(case.answer, gates, side), {"qubits": list(subset), "side": side}
    )


def wrong_basis(case: Case) -> Iterator[Repair]:
    """H, S or SH (or their inverses) on some qubits, at one end of the answer or on both sides of it."""
    for side in _WHERE:
        for name, word in _BASES:
            for subset in _subsets(case, word, side):
                if not _one_gate(case, side, subset, word):
                    yield _rebased(case, side, subset, name, word)


def _rebased(case, side, subset, name, word):
    gates = [make(gate, (qubit,)) for qubit in subset for gate in word]
    which = qubits_called(subset, case.names).capitalize()
    message = (
        f"{which} {'is' if len(subset) == 1 else 'are'} in another basis: "
        f"a change of basis by {name} is missing, or one too many, {_WHERE[side]}."
    )
    details = {"basis": name, "undone_by": list(word), "qubits": list(subset), "side": side}
    return Repair("wrong-basis", message, lambda: forms.with_gates(case.answer, gates, side), details)


def _one_gate(case, side, subset, word) -> bool:
    """At the start of a circuit one gate is just that: a gate that is missing, or one too many."""
    return case.circuit and side == "start" and len(subset) == len(word) == 1


def _subsets(case: Case, word: tuple[str, ...], side: str) -> Iterator[tuple[int, ...]]:
    """The sets of qubits on which this word of gates may make the answer right: small sets first."""
    matrix = np.eye(2)
    for gate in word:
        matrix = gate_matrix(gate) @ matrix
    n = case.num_qubits
    if case.blind:
        if side == "end":
            yield from [(qubit,) for qubit in range(n)] + [tuple(range(n))] * (n > 1)
    elif side == "both":
        yield from _conjugations(case, matrix)
    elif side in case.sides and n <= _MOST_QUBITS:
        columns, wanted = case.sides[side]
        overlaps = _overlaps((columns @ wanted.conj().T).reshape((2,) * (2 * n)), n, 1, matrix)
        yield from _chosen(case.hits(overlaps))


def _conjugations(case: Case, matrix: np.ndarray) -> list[tuple[int, ...]]:
    n = case.num_qubits
    if n > 4 or not case.is_map:
        return []
    got, want = whole(case.answer), case.target.matrix
    if got.shape != want.shape:
        return []
    pair = np.kron(matrix, matrix.conj())
    # Legs per qubit: (row, column) of the answer, then of the expectation.
    legs = [axis for qubit in range(n) for axis in (qubit, n + qubit)]
    got, want = (array.reshape((2,) * (2 * n)).transpose(legs).reshape(-1) for array in (got, want))
    overlaps = _overlaps(np.outer(got, want.conj()).reshape((2,) * (4 * n)), n, 2, pair) * case.want.shape[1] / 2**n
    return list(_chosen(case.hits(overlaps)))


def _overlaps(tensor: np.ndarray, n: int, legs: int, matrix: np.ndarray) -> np.ndarray:
    """For each set of qubits the overlap after `matrix` acts on each of them; shape (2,)*n, index 1 for members.

    `tensor` is the outer product of what is there and the conjugate of what should be, `legs` axes per qubit in each.
    Qubit by qubit both possibilities are summed out, so that 2**n sets cost little more than one.
    """
    size = 2**legs
    choices = np.stack([np.eye(size), matrix])
    for done in range(n):
        left = size ** (n - done - 1)
        tensor = tensor.reshape(size, left, size, left, 2**done)
        tensor = np.einsum("tba,axbyd->xydt", choices, tensor, optimize=True)
    return tensor.reshape((2,) * n)


def _chosen(found: np.ndarray) -> Iterator[tuple[int, ...]]:
    sets = [tuple(int(qubit) for qubit in np.flatnonzero(index)) for index in np.argwhere(found)]
    yield from sorted((subset for subset in sets if subset), key=lambda subset: (len(subset), subset))


def global_phase(case: Case) -> Iterator[Repair]:
    """Only a global phase, where the exact one counts."""
    if not case.blind and case.target.phase == "exact" and case.fits(case.got):
        angle = -float(np.angle(np.vdot(case.want, case.got)))
        yield Repair(
            "global-phase",
            "Right up to a global phase: every amplitude is multiplied by the same factor of size 1. "
            "This exercise asks for the exact phase.",
            lambda: forms.turned(case.answer, angle),
        )


def relative_phase(case: Case) -> Iterator[Repair]:
    """The phase of one basis state."""
    yield from _phases(case, one=True)


def relative_phases(case: Case) -> Iterator[Repair]:
    """The phases of several basis states."""
    yield from _phases(case, one=False)


def _phases(case: Case, one: bool) -> Iterator[Repair]:
    for side, (columns, wanted) in case.sides.items():
        if side == "start" and case.is_state:
            continue
        ratio = np.sum(wanted * columns.conj(), axis=1)
        weight = np.sum(abs(columns) ** 2, axis=1)
        present = weight > 1e-9
        factors = np.where(present, ratio / np.maximum(abs(ratio), 1e-300), 1.0)
        if not case.fits(columns * factors[:, None], wanted):
            continue
        angles = _wrong_angles(np.angle(factors), weight, present, case.target.phase == "exact")
        if angles and one == (len(angles) == 1):
            yield _phase_repair(case, side, angles)


def _wrong_angles(angles: np.ndarray, weight: np.ndarray, present: np.ndarray, exact: bool) -> dict[int, float]:
    """The basis states whose phase is wrong: against 0 if the phase is exact, else against that of most others."""
    steps = np.round(angles / 1e-4)
    common = 0.0
    if not exact:
        count, share = Counter(), Counter()
        for index in np.flatnonzero(present):
            count[steps[index]] += 1
            share[steps[index]] += weight[index]
        best = max(count, key=lambda step: (count[step], round(share[step], 9)))
        common = float(angles[np.flatnonzero(present & (steps == best))[0]])
    gap = np.angle(np.exp(1j * (angles - common)))
    return {int(index): float(gap[index]) for index in np.flatnonzero(present & (abs(gap) > 2e-4))}


def _phase_repair(case, side, angles):
    n = case.num_qubits
    shown = listed([ket(index, n) for index in list(angles)[:3]] + ["others"] * (len(angles) > 3))
    of = f"the input {shown}" if side == "start" else shown
    many = len(angles) > 1
    message = (
        f"All magnitudes are right, but the phase{'s' * many} of {of} {'are' if many else 'is'} wrong "
        "relative to the rest."
    )
    return Repair(
        "relative-phase",
        message,
        lambda: forms.with_gates(case.answer, forms.phases_on(angles, n), side),
        {"states": [f"{index:0{n}b}" for index in angles], "side": side},
    )


def half_turns(case: Case) -> Iterator[Repair]:
    """An answer without gates to look at that is the square or the square root of what is asked for."""
    if case.blind or not isinstance(case.answer, Matrix) or not case.is_map or case.mirrored:
        return
    matrix, want = case.answer.matrix, case.target.matrix
    if matrix.shape != want.shape or len(matrix) > 2**8:
        return
    if case.fits(case.inputs, case.got) or case.fits(case.inputs):
        return  # every reflection is a square root of the identity: that explains nothing
    if case.fits(matrix @ case.got):
        yield Repair(
            "half-angle",
            "Your matrix turns by half of the angle: the rotation angle is halved somewhere.",
            lambda: Matrix(matrix @ matrix, case.num_qubits),
        )
    elif np.linalg.norm(matrix - want @ want * np.exp(1j * np.angle(np.vdot(want @ want, matrix)))) < 1e-5:
        yield Repair(
            "double-angle",
            "Your matrix turns by twice the angle: the rotation angle is doubled somewhere.",
            lambda: Matrix(matrix @ want.conj().T, case.num_qubits),
        )
