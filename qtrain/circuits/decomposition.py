"""Writes gates out in one-qubit gates and CNOTs, exactly and with their phase, for languages with fewer gates."""

from __future__ import annotations

from cmath import phase
from math import atan2, pi

import numpy as np

from .builder import Builder
from .errors import unreadable
from .gates import base_matrix, fractional_power, make
from .model import Operation

MAX_CONTROLS = 10
"""The most controls that are written out: each one makes the result about three times as long."""


def lower(out: Builder, operation: Operation) -> None:
    """Add `operation` to `out` as one-qubit gates without controls and as ``x`` with one control."""
    if any(value == 0 for value in operation.control_values):
        open_ones = [q for q, value in zip(operation.controls, operation.control_values, strict=True) if not value]
        for qubit in open_ones:
            out.gate("x", (qubit,))
        lower(
            out,
            make(
                operation.name,
                operation.qubits,
                operation.params,
                operation.controls,
                matrix=operation.matrix,
                label=operation.label,
            ),
        )
        for qubit in open_ones:
            out.gate("x", (qubit,))
        return
    controls = operation.controls
    if len(controls) > MAX_CONTROLS:
        raise unreadable(
            f"The gate {operation.name!r} has {len(controls)} controls; at most {MAX_CONTROLS} "
            "can be written out in smaller gates."
        )
    if len(operation.qubits) > 1:
        for part in pieces(operation):
            lower(
                out,
                make(
                    part.name,
                    part.qubits,
                    part.params,
                    controls + part.controls,
                    matrix=part.matrix,
                    label=operation.label,
                ),
            )
        return
    if not controls:
        if operation.name == "unitary":
            angle, *angles = euler(operation.array)
            out.add_phase(angle)
            out.gate("u", operation.qubits, angles, label=operation.label)
        else:
            out.add(operation)
    elif operation.name == "x" and len(controls) == 1:
        out.add(operation)
    elif operation.name == "x" and len(controls) == 2:
        _toffoli(out, *controls, *operation.qubits)
    elif len(controls) == 1:
        _controlled(out, controls[0], operation.qubits[0], base_matrix(operation))
    else:
        _many_controls(out, controls, operation.qubits[0], base_matrix(operation))


def euler(matrix: np.ndarray) -> tuple[float, float, float, float]:
    """α, θ, φ, λ with ``matrix = exp(iα) u(θ, φ, λ)``, for a unitary of one qubit."""
    theta = 2 * atan2(abs(matrix[1, 0]), abs(matrix[0, 0]))
    if abs(matrix[0, 0]) > 1e-12:
        alpha = phase(matrix[0, 0])
        if abs(matrix[1, 0]) > 1e-12:
            return alpha, theta, phase(matrix[1, 0]) - alpha, phase(-matrix[0, 1]) - alpha
        return alpha, theta, 0.0, phase(matrix[1, 1]) - alpha
    alpha = phase(-matrix[0, 1])
    return alpha, theta, phase(matrix[1, 0]) - alpha, 0.0


def angles_of(operation: Operation) -> tuple[float, float, float, float]:
    """α, θ, φ, λ of a gate on one qubit without controls, see `euler`."""
    if operation.name != "u":
        return euler(base_matrix(operation))
    theta, phi, lam = operation.params
    return 0.0, theta, phi, lam


def pieces(operation: Operation) -> list[Operation]:
    """A gate on several targets as a sequence of simpler gates, its own controls left out."""
    name, params = operation.name, operation.params
    a, b = operation.qubits[:2]
    if name == "swap":
        return [make("x", (b,), (), (a,)), make("x", (a,), (), (b,)), make("x", (b,), (), (a,))]
    if name in ("rxx", "ryy", "rzz", "rzx"):
        turn = {"x": ("h",), "y": ("sx",), "z": ()}
        back = {"h": "h", "sx": "sxdg"}
        before = [make(gate, (q,)) for q, axis in ((a, name[1]), (b, name[2])) for gate in turn[axis]]
        after = [make(back[gate.name], gate.qubits) for gate in before]
        parity = make("x", (b,), (), (a,))
        return [*before, parity, make("rz", (b,), params), parity, *after]
    if name in ("iswap", "iswapdg"):
        angle = -pi / 2 if name == "iswap" else pi / 2
        return [make("rxx", (a, b), (angle,)), make("ryy", (a, b), (angle,))]
    if name in ("xx_plus_yy", "xx_minus_yy"):
        theta, beta = params
        sign = 1 if name == "xx_plus_yy" else -1
        return [
            make("p", (a,), (sign * beta,)),
            make("rxx", (a, b), (theta / 2,)),
            make("ryy", (a, b), (sign * theta / 2,)),
            make("p", (a,), (-sign * beta,)),
        ]
    if name == "ecr":
        return [make("rzx", (a, b), (pi / 4,)), make("x", (a,)), make("rzx", (a, b), (-pi / 4,))]
    if name == "fsim":
        theta, phi = params
        return [make("xx_plus_yy", (a, b), (2 * theta, 0.0)), make("p", (b,), (-phi,), (a,))]
    if name == "swappow":
        parity = make("x", (b,), (), (a,))
        return [parity, make("h", (a,)), make("p", (a,), params, (b,)), make("h", (a,)), parity]
    if name == "unitary":
        return _synthesised(operation)
    raise unreadable(f"The gate {name!r} cannot be written out in smaller gates.")


def _synthesised(operation: Operation) -> list[Operation]:
    # Qiskit knows how to synthesise any unitary, and comes with the base installation.
    from qiskit.circuit.library import UnitaryGate

    from .formats.qiskit.circuits import read_circuit
    from .orders import reverse_matrix
    from .transform import moved

    made = read_circuit(UnitaryGate(reverse_matrix(operation.array)).definition)
    parts = [moved(part, operation.qubits) for part in made.operations]
    angle = np.exp(1j * made.phase)
    return [*parts, make("unitary", operation.qubits[:1], matrix=angle * np.eye(2))]


def _toffoli(out: Builder, a: int, b: int, target: int) -> None:
    out.gate("h", (target,))
    for control, turn in ((b, "tdg"), (a, "t"), (b, "tdg"), (a, "t")):
        out.gate("x", (target,), (), (control,))
        out.gate(turn, (target,))
    out.gate("h", (target,))
    out.gate("t", (b,))
    out.gate("x", (b,), (), (a,))
    out.gate("t", (a,))
    out.gate("tdg", (b,))
    out.gate("x", (b,), (), (a,))


def _controlled(out: Builder, control: int, target: int, matrix: np.ndarray) -> None:
    alpha, theta, phi, lam = euler(matrix)
    _turn(out, control, alpha + (phi + lam) / 2)
    _turn(out, target, (lam - phi) / 2)
    if abs(theta) < 1e-15 and abs(phi + lam) < 1e-15:
        return
    out.gate("x", (target,), (), (control,))
    out.gate("u", (target,), (-theta / 2, 0.0, -(phi + lam) / 2))
    out.gate("x", (target,), (), (control,))
    out.gate("u", (target,), (theta / 2, phi, 0.0))


def _turn(out: Builder, qubit: int, angle: float) -> None:
    if angle:
        out.gate("p", (qubit,), (angle,))


def _many_controls(out: Builder, controls: tuple[int, ...], target: int, matrix: np.ndarray) -> None:
    # U = V·V: apply V where the last control holds, and put right the cases where only one of both sides does.
    root = fractional_power(matrix, 0.5)
    *others, last = controls
    flip = make("x", (last,), (), tuple(others))
    _controlled(out, last, target, root)
    lower(out, flip)
    _controlled(out, last, target, root.conj().T)
    lower(out, flip)
    lower(out, make("unitary", (target,), (), tuple(others), matrix=root))
