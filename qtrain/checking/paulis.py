"""Sums of Pauli strings as numbers: their matrix, their expectation value, and back from a matrix."""

from __future__ import annotations

import numpy as np

from qtrain.circuits import model as values

from . import distance as far
from .refusals import Refused


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


def pauli_expectation(observable: values.Observable, state: np.ndarray) -> float:
    """⟨state|observable|state⟩, term by term and without a matrix."""
    n = observable.num_qubits
    index = np.arange(len(state))
    total = 0.0
    for word, weight in observable.terms.items():
        flip = int("".join("1" if letter in "XY" else "0" for letter in word) or "0", 2)
        sign = int("".join("1" if letter in "YZ" else "0" for letter in word) or "0", 2)
        # P|i⟩ = i^(number of Y) · (−1)^(bits of i under Y and Z) |i xor flip⟩
        parity = np.bitwise_count(index & sign) & 1
        total += (weight * 1j ** word.count("Y") * np.vdot(state[index ^ flip], (1 - 2.0 * parity) * state)).real
    return float(total) if n else 0.0


def pauli_terms(matrix: np.ndarray) -> dict[str, complex]:
    """The Pauli strings of a matrix, one qubit after the other."""
    if len(matrix) == 1:
        return {"": complex(matrix[0, 0])} if matrix[0, 0] else {}
    half = len(matrix) // 2
    a, b, c, d = matrix[:half, :half], matrix[:half, half:], matrix[half:, :half], matrix[half:, half:]
    parts = {"I": (a + d) / 2, "X": (b + c) / 2, "Y": 1j * (b - c) / 2, "Z": (a - d) / 2}
    # What rounding leaves of a zero is no term.
    terms = {letter + word: weight for letter, part in parts.items() for word, weight in pauli_terms(part).items()}
    return {word: weight for word, weight in terms.items() if abs(weight) > 1e-12}
