"""Small helpers that targets share: what authors expect, what is no unitary, and input columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit
from qtrain.circuits.simulate import multiply

from . import distance as far
from .target import NEUTRAL, Refused


def embedding(places: Sequence[int], num_qubits: int) -> np.ndarray:
    """Row i of the result is the basis state of `num_qubits` qubits with the bits of i at `places` and 0 elsewhere."""
    small = np.arange(2 ** len(places))
    result = np.zeros_like(small)
    for position, place in enumerate(places):
        bit = (small >> (len(places) - 1 - position)) & 1
        result |= bit << (num_qubits - 1 - place)
    return result


def observable_matrix(observable: values.Observable) -> np.ndarray:
    """The dense matrix of a sum of Pauli strings."""
    if observable.num_qubits > far.MAX_DENSE:
        raise Refused("wrong-size", f"An observable on {observable.num_qubits} qubits is too large for a matrix.")
    paulis = {"I": np.eye(2), "X": [[0, 1], [1, 0]], "Y": [[0, -1j], [1j, 0]], "Z": [[1, 0], [0, -1]]}
    total = np.zeros((2**observable.num_qubits,) * 2, dtype=complex)
    for word, weight in observable.terms.items():
        term = np.array([[weight]], dtype=complex)
        for letter in word:
            term = np.kron(term, paulis[letter])
        total += term
    return total


def expectation(expected, kind, num_qubits=None, order="native"):
    """The neutral form of what an author expects; ValueError where an answer would be a wrong type."""
    from qtrain.circuits import Unreadable, read

    if isinstance(expected, NEUTRAL) and not (isinstance(expected, Circuit) and num_qubits):
        neutral = expected
    else:
        try:
            neutral = read(expected, num_qubits=num_qubits, order=order, kind=kind)
        except Unreadable as problem:
            raise ValueError(f"the expected value cannot be used: {problem.message}") from problem
    if isinstance(neutral, values.Nothing):
        raise ValueError("the expected value is missing")
    return neutral


def require_isometry(matrix: np.ndarray) -> np.ndarray:
    """The matrix, if its columns are orthonormal."""
    matrix = np.asarray(matrix, dtype=complex)
    gap = np.linalg.norm(matrix.conj().T @ matrix - np.eye(matrix.shape[1]))
    if not gap <= 1e-6 * matrix.shape[1]:
        raise ValueError(f"the expected matrix is not unitary: its columns are off by {gap:.2g}")
    return matrix


def first_hole(circuit: Circuit) -> str | None:
    """What makes a circuit no unitary, as a message; None if it is one (final measurements do not matter)."""
    measured: set[int] = set()
    for step in circuit.operations:
        qubits = set(step.all_qubits)
        if step.name == "barrier":
            continue
        if step.name == "measure":
            measured |= qubits
            continue
        what = _HOLES.get(step.name)
        if what:
            place = f" on qubit {min(qubits)}" if qubits else ""
            return f"Your circuit contains {what}{place}. Only gates are asked for here: what they do can be undone."
        if measured & qubits:
            return (
                f"Your circuit uses qubit {min(measured & qubits)} again after measuring it. "
                "Only gates are asked for here; a measurement may come last."
            )
    return None


_HOLES = {
    "reset": "a reset",
    "initialize": "a step that loads a ready-made state",
    "kraus": "a noise channel",
    "if": "a step that depends on a measurement",
}


def wrong_size(came: int, wanted: int | str) -> Refused:
    """The refusal of an answer on another number of qubits."""
    return Refused(
        "wrong-size",
        f"Your answer has {came} qubit{'s' * (came != 1)}, but {wanted} are asked for."
        if wanted != 1
        else f"Your answer has {came} qubits, but 1 is asked for.",
    )


def applied(matrix: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The matrix times the columns; the shared identity needs no product."""
    return matrix if columns is identity(len(columns)) else multiply(matrix, columns)


@lru_cache(maxsize=16)
def identity(size: int) -> np.ndarray:
    """All basis states as columns: one shared array, so that it is recognised."""
    columns = np.eye(size, dtype=complex)
    columns.setflags(write=False)
    return columns
