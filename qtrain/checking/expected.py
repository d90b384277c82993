"""What authors expect, in neutral form and checked: mistakes here are the author's, and raise `ValueError`."""

from __future__ import annotations

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit

from .target import NEUTRAL


def read_expected(expected, kind, num_qubits=None, order="native"):
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
