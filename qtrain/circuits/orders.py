"""Turning bit orders round: Qiskit's arrays are little-endian, the neutral form is big-endian."""

from __future__ import annotations

import numpy as np

from .errors import Unreadable


def qubits_of(size: int, what: str) -> int:
    """n, where size = 2**n; otherwise an `Unreadable`."""
    if size < 1 or size & (size - 1):
        raise Unreadable(
            "wrong-size", f"{what} has {size:,} entries, but n qubits need a power of two: 2, 4, 8, 16 and so on."
        )
    return size.bit_length() - 1


def reverse_vector(vector: np.ndarray) -> np.ndarray:
    """A state vector with the order of its qubits turned round."""
    n = len(vector).bit_length() - 1
    return vector.reshape((2,) * n).transpose().reshape(-1)


def reverse_matrix(matrix: np.ndarray) -> np.ndarray:
    """A matrix with the order of its qubits turned round, on both sides."""
    rows, columns = (size.bit_length() - 1 for size in matrix.shape)
    axes = [*reversed(range(rows)), *reversed(range(rows, rows + columns))]
    return matrix.reshape((2,) * (rows + columns)).transpose(axes).reshape(matrix.shape)
