"""Mistakes around the whole answer: bits exchanged, another basis, wrong phases."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qtrain.circuits.gates import gate_matrix, make
from qtrain.circuits.model import Circuit, Matrix, State
from qtrain.circuits.simulate import multiply

from ..evidence import most_common
from . import forms
from .case import Case, Repair
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
_SAID = {"H": "H", "S": "S", "SH": "an S and an H"}
_WHERE = {"end": "at the end", "start": "at the start", "both": "on both sides"}


def bit_flip(case: Case) -> Iterator[Repair]:
    """X on one qubit or on all of them."""
    for side in _sides(case):
        found = list(_subsets(case, ("x",), side))
        some = any(1 < len(subset) < case.num_qubits for subset in found)
        for subset in found:
            if len(subset) == 1 or (len(subset) == case.num_qubits and not some):
                yield _flip(case, side, subset)


def bit_flips(case: Case) -> Iterator[Repair]:
    """X on any other set of qubits."""
    for side in _sides(case):
        for subset in _subsets(case, ("x",), side):
            if 1 < len(subset) < case.num_qubits:
                yield _flip(case, side, subset)


def bit_flips_before(case: Case) -> Iterator[Repair]:
    """X at the start of a circuit: if it is only one, that is a gate that is missing or one too many."""
    for subset in _subsets(case, ("x",), "start") if case.circuit else ():
        yield _flip(case, "start", subset)


def _sides(case: Case) -> tuple[str, ...]:
    if case.mirrored:
        return ("start",)  # at the end it makes no difference which of the two circuits is looked at
    return ("end", "both") if case.circuit else ("end", "start", "both")


def _flip(case, side, subset):
    where = {"end": "on", "start": "in the input of", "both": "in what goes in and what comes out on"}[side]
    message = f"0 and 1 are exchanged {where} {qubits_called(subset, case.names)}; everything else is right."
    gates = [make("x", (qubit,)) for qubit in subset]
    details = {"qubits": list(subset), "side": side}
    return Repair("bit-flip", message, lambda: forms.with_gates(case.answer, gates, side), details)


def wrong_basis(case: Case) -> Iterator[Repair]:
    """H, S or SH (or their inverses) on some qubits, at one end of the answer or on both sides of it."""
    for side in _sides(case):
        yield from _bases(case, side)


def wrong_basis_before(case: Case) -> Iterator[Repair]:
    """The same at the start of a circuit: if it is only one gate, that is one that is missing or too many."""
    if case.circuit:
        yield from _bases(case, "start")


def _bases(case, side):
    for name, word in _BASES:
        if len(word) > 1 and case.num_qubits == 1:
            continue  # on one qubit a change of basis turns too many answers into too many others
        for subset in _subsets(case, word, side):
            yield _rebased(case, side, subset, name, word)


def _rebased(case, side, subset, name, word):
    gates = [make(gate, (qubit,)) for qubit in subset for gate in word]
    which = qubits_called(subset, case.names).capitalize()
    message = (
        f"{which} {'is' if len(subset) == 1 else 'are'} in another basis: "
        f"a change of basis by {_SAID[name]} is missing, or one too many, {_WHERE[side]}."
    )
    details = {"basis": name, "undone_by": list(word), "qubits": list(subset), "side": side}
    return Repair("wrong-basis", message, lambda: forms.with_gates(case.answer, gates, side), details)


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
        overlaps = _overlaps(multiply(columns, wanted.conj().T).reshape((2,) * (2 * n)), n, 1, matrix)
        yield from _chosen(case.hits(overlaps))


def _conjugations(case: Case, matrix: np.ndarray) -> list[tuple[int, ...]]:
    n = case.num_qubits
    if n > 4 or case.matrix is None:
        return []
    got, want = case.matrix, case.wanted_matrix
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
    entries = [
        (row, column, matrix[row, column]) for row in range(size) for column in range(size) if matrix[row, column]
    ]
    for done in range(n):
        left = size ** (n - done - 1)
        tensor = tensor.reshape(size, left, size, left, 2**done)
        outside = sum(tensor[index, :, index] for index in range(size))
        member = sum(value * tensor[column, :, row] for row, column, value in entries)
        tensor = np.stack([outside, member], axis=-1)
    return tensor.reshape((2,) * n)


def _chosen(found: np.ndarray) -> Iterator[tuple[int, ...]]:
    sets = [tuple(int(qubit) for qubit in np.flatnonzero(index)) for index in np.argwhere(found)]
    yield from sorted((subset for subset in sets if subset), key=lambda subset: (len(subset), subset))


def global_phase(case: Case) -> Iterator[Repair]:
    """Only a global phase, where the exact one counts."""
    reference, angle = case.target.reference, None
    if case.target.phase == "exact" and not case.blind and case.fits(case.got):
        angle = -float(np.angle(np.vdot(case.want, case.got)))
    elif case.target.phase == "exact" and case.blind and case.circuit and isinstance(reference, Circuit):
        angle = reference.phase - case.answer.phase  # of circuits too large for numbers, if they are written alike
    if angle is not None:
        yield Repair(
            "global-phase",
            f"Right up to a global phase: every {'entry' if isinstance(case.answer, Matrix) else 'amplitude'} is "
            "multiplied by the same factor of size 1. "
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
    # The evidence turns what is expected by the same choice, so that both name the same basis state.
    common = 0.0 if exact else most_common(angles[present], weight[present])
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
    """An answer without gates that turns by half or twice the angle: its square or square root is right.

    Only where there is an angle to speak of: between the states and gates that need none (|+⟩, Z, S …) half a turn is
    a coincidence.
    """
    if case.blind or case.circuit or case.mirrored:
        return
    if case.is_state and case.num_qubits == 1:
        yield from _half_turned_state(case)
    elif case.is_map and case.num_qubits <= 8 and not case.fits(case.inputs, case.got) and not case.fits(case.inputs):
        # (Every reflection is a square root of the identity: that would explain nothing.)
        matrix, want = case.matrix, case.wanted_matrix
        if matrix is None or _of_fixed_gates(matrix) or _of_fixed_gates(want):
            return
        if case.fits(multiply(matrix, case.got)):
            yield _half(case, "half-angle", Matrix(multiply(matrix, matrix), case.num_qubits))
        if case.fits(multiply(want, case.want), case.got):
            yield _half(case, "double-angle", Matrix(multiply(matrix, want.conj().T), case.num_qubits))


def _of_fixed_gates(matrix: np.ndarray) -> bool:
    """Whether all entries have the sizes that H, S and CNOT make: equal in each column, or zero."""
    sizes = abs(matrix)
    largest = sizes.max(axis=0)
    return bool(np.all((sizes < 1e-6) | (abs(sizes - largest) < 1e-6)) and _eighths(matrix))


def _eighths(matrix: np.ndarray) -> bool:
    entries = matrix[abs(matrix) > 1e-6]
    steps = np.angle(entries / entries[0]) / (np.pi / 4)
    return bool(np.all(abs(steps - np.round(steps)) < 1e-6))


def _half_turned_state(case: Case) -> Iterator[Repair]:
    first, second = case.got[:, 0]
    theta, phi = 2 * np.arctan2(abs(second), abs(first)), np.angle(second) - np.angle(first)
    for angle in (theta, 2 * np.arctan2(abs(case.want[1, 0]), abs(case.want[0, 0]))):
        if abs(angle / (np.pi / 2) - round(angle / (np.pi / 2))) < 1e-6:
            return
    for code, factor in (("half-angle", 2.0), ("double-angle", 0.5)):
        # cos and sin of more than a quarter turn: the same state, reached the long way round
        for polar, azimuth in ((theta, phi), (2 * np.pi - theta, phi + np.pi)):
            half = factor * polar / 2
            vector = np.array([np.cos(half), np.exp(1j * azimuth) * np.sin(half)])
            yield _half(case, code, State(vector, 1))


def _half(case, code, repaired):
    what = "half of the angle" if code == "half-angle" else "twice the angle"
    return Repair(
        code, f"Your answer turns by {what}: check the factor of two in the rotation angle.", lambda: repaired
    )
