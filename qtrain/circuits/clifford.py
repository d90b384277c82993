"""Stabilizer tableaux: exact comparison of Clifford circuits of up to 1,000 qubits.

A Clifford gate turns each Pauli string into a Pauli string with a sign. What it does on its own qubits is read off its
matrix once, so every gate that happens to be Clifford counts as one: rx(π/2), a controlled p(π), a small matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from .errors import MAX_QUBITS, unreadable
from .gates import gate_matrix, make, matrix_of
from .model import Circuit, Operation
from .simulate import gates_of
from .transform import inverse

_MAX_GATE = 3
"""The most qubits of a gate that may be Clifford; no controlled gate on more is."""
_PAULIS = np.array([np.eye(2), gate_matrix("z"), gate_matrix("x"), gate_matrix("y")])
"""I, Z, X, Y: the number of a Pauli matrix is 2·x + z."""


@dataclass(frozen=True, eq=False)
class Tableau:
    """What a Clifford circuit U makes of the generators: row i is ``U X_i U†``, row n + i is ``U Z_i U†``.

    Attributes
    ----------
    paulis : ndarray of uint8, shape (n, 2n)
        ``paulis[q, row]`` is the Pauli matrix on qubit q: 0 I, 1 Z, 2 X, 3 Y.
    negative : ndarray of bool, shape (2n,)
        Whether the row carries a minus sign.
    """

    paulis: np.ndarray
    negative: np.ndarray

    def __eq__(self, other) -> bool:
        if not isinstance(other, Tableau):
            return NotImplemented
        return np.array_equal(self.paulis, other.paulis) and np.array_equal(self.negative, other.negative)


def is_clifford(circuit: Circuit) -> bool:
    """Whether the circuit, apart from barriers and final measurements, consists of Clifford gates."""
    return all(_rule(gate) is not None for gate in gates_of(circuit))


def tableau(circuit: Circuit) -> Tableau:
    """The tableau of a Clifford circuit, which determines its unitary up to a global phase.

    Raises
    ------
    Unreadable
        If a gate is no Clifford gate.

    References
    ----------
    S. Aaronson and D. Gottesman, Phys. Rev. A 70, 052328 (2004), arXiv:quant-ph/0406196.
    """
    n = circuit.num_qubits
    if n > MAX_QUBITS:
        raise unreadable(f"The circuit has {n:,} qubits; at most {MAX_QUBITS:,} can be compared.")
    paulis = np.zeros((n, 2 * n), dtype=np.uint8)
    paulis[np.arange(n), np.arange(n)] = 2
    paulis[np.arange(n), n + np.arange(n)] = 1
    negative = np.zeros(2 * n, dtype=bool)
    for gate in gates_of(circuit):
        rule = _rule(gate)
        if rule is None:
            raise unreadable(f"The gate {gate.label or gate.name!r} is no Clifford gate.")
        images, signs = rule
        qubits = gate.all_qubits
        before = paulis[qubits[0]]
        for qubit in qubits[1:]:
            before = before * 4 + paulis[qubit]
        negative ^= signs[before]
        for qubit, image in zip(qubits, images, strict=True):
            paulis[qubit] = image[before]
    return Tableau(paulis, negative)


def same_clifford(one: Circuit, other: Circuit) -> bool:
    """Whether two Clifford circuits have the same unitary, up to a global phase. Exact.

    Parameters
    ----------
    one, other : Circuit
        Of Clifford gates only (`Unreadable` otherwise).

    References
    ----------
    S. Aaronson and D. Gottesman, Phys. Rev. A 70, 052328 (2004), arXiv:quant-ph/0406196.
    """
    return one.num_qubits == other.num_qubits and tableau(one) == tableau(other)


def same_clifford_state(one: Circuit, other: Circuit) -> bool:
    """Whether two Clifford circuits make the same state of |0…0⟩, up to a global phase. Exact.

    Parameters
    ----------
    one, other : Circuit
        Of Clifford gates only (`Unreadable` otherwise).

    References
    ----------
    S. Aaronson and D. Gottesman, Phys. Rev. A 70, 052328 (2004), arXiv:quant-ph/0406196.
    """
    if one.num_qubits != other.num_qubits:
        return False
    n = one.num_qubits
    back = inverse(other.replace_operations(gates_of(other)))
    both = tableau(one.replace_operations([*gates_of(one), *back.operations]))
    # The state is |0…0⟩ again if its stabilizers, the images of the Z_i, are products of Z with a plus sign.
    return bool((both.paulis[:, n:] < 2).all() and not both.negative[n:].any())


def _rule(gate: Operation):
    """For each Pauli string on the gate's qubits its image, as one table for each qubit, and its sign; or None."""
    if len(gate.all_qubits) > _MAX_GATE:
        return None
    if gate.name == "unitary":
        return _conjugation(matrix_of(gate))
    return _cached_rule(gate.name, gate.params, len(gate.qubits), gate.control_values)


@lru_cache(maxsize=4096)
def _cached_rule(name: str, params: tuple[float, ...], size: int, control_values: tuple[int, ...]):
    controls = tuple(range(len(control_values)))
    qubits = tuple(range(len(controls), len(controls) + size))
    return _conjugation(matrix_of(make(name, qubits, params, controls, control_values)))


def _conjugation(matrix: np.ndarray):
    size = len(matrix).bit_length() - 1
    strings = _PAULIS
    for _ in range(size - 1):
        strings = np.einsum("aij,bkl->abikjl", strings, _PAULIS).reshape(len(strings) * 4, 2 * strings.shape[1], -1)
    turned = matrix @ strings @ matrix.conj().T
    weights = np.einsum("aij,bji->ab", turned, strings).real / len(matrix)
    images = np.abs(weights).argmax(axis=1)
    found = weights[np.arange(len(weights)), images]
    if not np.allclose(np.abs(found), 1, rtol=0, atol=1e-13):
        return None
    letters = np.array(list(product(range(4), repeat=size)), dtype=np.uint8)
    return tuple(np.ascontiguousarray(column) for column in letters[images].T), found < 0
