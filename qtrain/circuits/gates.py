"""One table of the standard gates: size, parameters, matrix, inverse and rotation axis."""

from __future__ import annotations

from cmath import exp
from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

import numpy as np

from .errors import unreadable
from .model import Operation

Rule = Callable[..., tuple[str, tuple[float, ...]]]


@dataclass(frozen=True)
class GateInfo:
    """What is known of one standard gate.

    Attributes
    ----------
    name : str
    num_qubits, num_params : int
    rows : callable
        ``rows(*params)`` gives the matrix as nested tuples, big-endian.
    inverted : callable
        ``inverted(*params)`` gives the name and the parameters of the inverse.
    axis : str or None
        Of a rotation ``exp(-i θ/2 axis)`` (`p` counts as one about Z): the Pauli string.
    diagonal : bool
    """

    name: str
    num_qubits: int
    num_params: int
    rows: Callable
    inverted: Rule
    axis: str | None = None
    diagonal: bool = False


GATES: dict[str, GateInfo] = {}
_FIXED: dict[str, np.ndarray] = {}


def _fixed(name: str, inverse: str, rows, *, axis: str | None = None, diagonal: bool = False) -> None:
    size = {2: 1, 4: 2, 8: 3}[len(rows)]
    GATES[name] = GateInfo(name, size, 0, lambda: rows, lambda: (inverse, ()), axis, diagonal)
    matrix = np.array(rows, dtype=complex)
    matrix.setflags(write=False)
    _FIXED[name] = matrix


def _with_angles(name: str, size: int, count: int, rows, inverted=None, *, axis=None, diagonal=False) -> None:
    if inverted is None:

        def inverted(theta, *rest):
            return name, (-theta, *rest)

    GATES[name] = GateInfo(name, size, count, rows, inverted, axis, diagonal)


def _rotation(pauli):
    def rows(theta):
        c, s = cos(theta / 2), -1j * sin(theta / 2)
        return [[c * (i == j) + s * value for j, value in enumerate(row)] for i, row in enumerate(pauli)]

    return rows


def _power(involution):
    """The matrix of ``A**(θ/π)`` for an A with A² = 1, on the branch where A has the eigenvalues 1 and exp(iπ)."""

    def rows(theta):
        phase = exp(1j * theta)
        plus, minus = (1 + phase) / 2, (1 - phase) / 2
        return [[plus * (i == j) + minus * value for j, value in enumerate(row)] for i, row in enumerate(involution)]

    return rows


def _kron(a, b):
    return [[x * y for x in row_a for y in row_b] for row_a in a for row_b in b]


_H = 1 / sqrt(2)
_T = exp(1j * pi / 4)
_I2 = ((1, 0), (0, 1))
_X = ((0, 1), (1, 0))
_Y = ((0, -1j), (1j, 0))
_Z = ((1, 0), (0, -1))
_HADAMARD = ((_H, _H), (_H, -_H))
_SWAP = ((1, 0, 0, 0), (0, 0, 1, 0), (0, 1, 0, 0), (0, 0, 0, 1))
_PAULI = {"I": _I2, "X": _X, "Y": _Y, "Z": _Z}

_fixed("id", "id", _I2, diagonal=True)
_fixed("x", "x", _X)
_fixed("y", "y", _Y)
_fixed("z", "z", _Z, diagonal=True)
_fixed("h", "h", _HADAMARD)
_fixed("s", "sdg", ((1, 0), (0, 1j)), diagonal=True)
_fixed("sdg", "s", ((1, 0), (0, -1j)), diagonal=True)
_fixed("t", "tdg", ((1, 0), (0, _T)), diagonal=True)
_fixed("tdg", "t", ((1, 0), (0, _T.conjugate())), diagonal=True)
_fixed("sx", "sxdg", (((1 + 1j) / 2, (1 - 1j) / 2), ((1 - 1j) / 2, (1 + 1j) / 2)))
_fixed("sxdg", "sx", (((1 - 1j) / 2, (1 + 1j) / 2), ((1 + 1j) / 2, (1 - 1j) / 2)))
_fixed("swap", "swap", _SWAP)
_fixed("iswap", "iswapdg", ((1, 0, 0, 0), (0, 0, 1j, 0), (0, 1j, 0, 0), (0, 0, 0, 1)))
_fixed("iswapdg", "iswap", ((1, 0, 0, 0), (0, 0, -1j, 0), (0, -1j, 0, 0), (0, 0, 0, 1)))
# Echoed cross-resonance, (IX − XY)/√2 in Qiskit's little-endian words: the first qubit is the one that X acts on.
_fixed("ecr", "ecr", ((0, 0, _H, 1j * _H), (0, 0, 1j * _H, _H), (_H, -1j * _H, 0, 0), (-1j * _H, _H, 0, 0)))

for _axis in "XYZ":
    _with_angles("r" + _axis.lower(), 1, 1, _rotation(_PAULI[_axis]), axis=_axis, diagonal=_axis == "Z")
for _axis in ("XX", "YY", "ZZ", "ZX"):
    _with_angles(
        "r" + _axis.lower(),
        2,
        1,
        _rotation(_kron(_PAULI[_axis[0]], _PAULI[_axis[1]])),
        axis=_axis,
        diagonal=_axis == "ZZ",
    )
_with_angles("p", 1, 1, lambda lam: ((1, 0), (0, exp(1j * lam))), axis="Z", diagonal=True)
_with_angles("hpow", 1, 1, _power(_HADAMARD))
_with_angles("swappow", 2, 1, _power(_SWAP))


def _u(theta, phi, lam):
    c, s = cos(theta / 2), sin(theta / 2)
    return ((c, -exp(1j * lam) * s), (exp(1j * phi) * s, exp(1j * (phi + lam)) * c))


def _r(theta, phi):
    c, s = cos(theta / 2), -1j * sin(theta / 2)
    return ((c, s * exp(-1j * phi)), (s * exp(1j * phi), c))


def _xx_plus_yy(theta, beta):
    c, s = cos(theta / 2), -1j * sin(theta / 2)
    return ((1, 0, 0, 0), (0, c, s * exp(1j * beta), 0), (0, s * exp(-1j * beta), c, 0), (0, 0, 0, 1))


def _xx_minus_yy(theta, beta):
    c, s = cos(theta / 2), -1j * sin(theta / 2)
    return ((c, 0, 0, s * exp(-1j * beta)), (0, 1, 0, 0), (0, 0, 1, 0), (s * exp(1j * beta), 0, 0, c))


def _fsim(theta, phi):
    c, s = cos(theta), -1j * sin(theta)
    return ((1, 0, 0, 0), (0, c, s, 0), (0, s, c, 0), (0, 0, 0, exp(-1j * phi)))


_with_angles("u", 1, 3, _u, lambda theta, phi, lam: ("u", (-theta, -lam, -phi)))
_with_angles("r", 1, 2, _r)
_with_angles("xx_plus_yy", 2, 2, _xx_plus_yy)
_with_angles("xx_minus_yy", 2, 2, _xx_minus_yy)
_with_angles("fsim", 2, 2, _fsim, lambda theta, phi: ("fsim", (-theta, -phi)))

NOT_GATES = frozenset({"measure", "reset", "barrier", "initialize", "kraus", "if", "endless"})
"""Names of the steps that are no gates."""


def gate_matrix(name: str, params: tuple[float, ...] = ()) -> np.ndarray:
    """The matrix of a gate of the table, without controls; do not write to it.

    Parameters
    ----------
    name : str
        A name of `GATES`.
    params : tuple of float
        Angles in radians.
    """
    fixed = _FIXED.get(name)
    if fixed is not None:
        return fixed
    try:
        info = GATES[name]
    except KeyError:
        raise unreadable(f"There is no gate called {name!r} in the table of standard gates.") from None
    return np.array(info.rows(*params), dtype=complex)


def base_matrix(operation: Operation) -> np.ndarray:
    """The matrix of a gate on its targets alone, leaving its controls out; do not write to it."""
    if operation.name == "unitary":
        return operation.array
    if operation.name in NOT_GATES:
        raise unreadable(f"{operation.name!r} is no gate, so it has no unitary matrix.")
    return gate_matrix(operation.name, operation.params)


def matrix_of(operation: Operation) -> np.ndarray:
    """The matrix of a gate on ``operation.all_qubits`` (controls first), big-endian."""
    base = base_matrix(operation)
    if not operation.controls:
        return base
    size = len(base)
    matrix = np.eye(size << len(operation.controls), dtype=complex)
    start = 0
    for value in operation.control_values:
        start = 2 * start + value
    matrix[start * size : (start + 1) * size, start * size : (start + 1) * size] = base
    return matrix


def is_gate(operation: Operation) -> bool:
    """Whether the step is unitary.

    Parameters
    ----------
    operation : Operation
    """
    return operation.name not in NOT_GATES


def inverse_of(operation: Operation) -> Operation:
    """The inverse of one gate.

    Parameters
    ----------
    operation : Operation
        A gate or a barrier; anything else has no inverse (`Unreadable`).
    """
    if operation.name == "unitary":
        return make(
            "unitary",
            operation.qubits,
            (),
            operation.controls,
            operation.control_values,
            matrix=operation.array.conj().T,
            label=operation.label,
        )
    if operation.name == "barrier":
        return operation
    if operation.name in NOT_GATES:
        raise unreadable(f"{operation.name!r} has no inverse.")
    name, params = GATES[operation.name].inverted(*operation.params)
    return make(name, operation.qubits, params, operation.controls, operation.control_values, label=operation.label)


def make(name, qubits, params=(), controls=(), control_values=None, **rest) -> Operation:
    """An `Operation`; controls are closed (value 1) unless their values are given."""
    if controls and control_values is None:
        control_values = (1,) * len(controls)
    return Operation(name, tuple(qubits), tuple(params), tuple(controls), tuple(control_values or ()), **rest)


def fractional_power(matrix: np.ndarray, power: float) -> np.ndarray:
    """A power of a unitary, with eigenphases in (−π, π]."""
    from scipy.linalg import schur

    triangle, basis = schur(matrix, output="complex")
    phases = np.angle(np.diag(triangle))
    phases[phases <= -pi + 1e-12] += 2 * pi
    return (basis * np.exp(1j * power * phases)) @ basis.conj().T
