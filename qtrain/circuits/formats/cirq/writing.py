"""The neutral form as a Cirq circuit on `LineQubit`s."""

from __future__ import annotations

from collections.abc import Callable
from math import pi

import cirq
import numpy as np

from ...errors import unreadable
from ...gates import gate_matrix
from ...model import Circuit, Operation

_FIXED: dict[str, cirq.Gate] = {
    "id": cirq.I, "x": cirq.X, "y": cirq.Y, "z": cirq.Z, "h": cirq.H, "s": cirq.S, "sdg": cirq.S**-1, "t": cirq.T,
    "tdg": cirq.T**-1, "sx": cirq.X**0.5, "sxdg": cirq.X**-0.5, "swap": cirq.SWAP, "iswap": cirq.ISWAP,
    "iswapdg": cirq.ISWAP**-1,
}  # fmt: skip
_ANGLED: dict[str, Callable[..., cirq.Gate]] = {
    "rx": cirq.rx, "ry": cirq.ry, "rz": cirq.rz,
    "p": lambda angle: cirq.ZPowGate(exponent=angle / pi),
    "hpow": lambda angle: cirq.HPowGate(exponent=angle / pi),
    "swappow": lambda angle: cirq.SwapPowGate(exponent=angle / pi),
    "rxx": lambda angle: cirq.XXPowGate(exponent=angle / pi, global_shift=-0.5),
    "ryy": lambda angle: cirq.YYPowGate(exponent=angle / pi, global_shift=-0.5),
    "rzz": lambda angle: cirq.ZZPowGate(exponent=angle / pi, global_shift=-0.5),
    "r": lambda angle, axis: cirq.PhasedXPowGate(exponent=angle / pi, phase_exponent=axis / pi, global_shift=-0.5),
    "fsim": cirq.FSimGate,
}  # fmt: skip


def to_cirq(circuit: Circuit) -> cirq.Circuit:
    """The circuit as a `cirq.Circuit` on ``LineQubit(0)`` … , with the same unitary and the same global phase.

    Idle qubits get an identity, for otherwise Cirq would not know of them. Barriers are left out. The measurement
    keys are the names of the classical bits.
    """
    qubits = cirq.LineQubit.range(circuit.num_qubits)
    keys = [_key(circuit, bit) for bit in range(circuit.num_clbits)]
    operations = list(_written(circuit.operations, qubits, keys))
    used = {qubit for operation in operations for qubit in operation.qubits}
    if circuit.phase:
        operations.append(cirq.global_phase_operation(np.exp(1j * circuit.phase)))
    return cirq.Circuit([cirq.I(qubit) for qubit in qubits if qubit not in used], operations)


def _key(circuit: Circuit, bit: int) -> str:
    name = circuit.clbit_names[bit] if circuit.clbit_names else f"c[{bit}]"
    return "".join(letter if letter.isalnum() else "_" for letter in name).strip("_") or f"c{bit}"


def _written(operations, qubits, keys):
    for operation in operations:
        name = operation.name
        targets = [qubits[q] for q in operation.qubits]
        if name == "barrier":
            continue
        if name == "measure":
            for qubit, bit, inverted in operation.measured:
                yield cirq.measure(qubits[qubit], key=keys[bit], invert_mask=(True,) if inverted else ())
        elif name == "reset":
            yield from cirq.reset_each(*targets)
        elif name == "initialize":
            yield cirq.StatePreparationChannel(operation.array).on(*targets)
        elif name == "kraus":
            yield cirq.KrausChannel(list(operation.array)).on(*targets)
        elif name == "if":
            yield from _conditional(operation, qubits, keys)
        else:
            controls = [qubits[q] for q in operation.controls]
            for step in _gate(operation, targets):
                yield step.controlled_by(*controls, control_values=operation.control_values) if controls else step


def _gate(operation: Operation, targets) -> list:
    name, params = operation.name, operation.params
    if name in _FIXED:
        return [_FIXED[name].on(*targets)]
    if name in _ANGLED:
        return [_ANGLED[name](*params).on(*targets)]
    if name == "u":
        theta, phi, lam = params
        return [_ANGLED["p"](lam).on(*targets), cirq.ry(theta).on(*targets), _ANGLED["p"](phi).on(*targets)]
    if name == "xx_plus_yy" and params[1] == 0:
        return [cirq.ISwapPowGate(exponent=-params[0] / pi).on(*targets)]
    matrix = operation.array if name == "unitary" else gate_matrix(name, params)
    return [cirq.MatrixGate(matrix, name=operation.label or name).on(*targets)]


def _conditional(operation: Operation, qubits, keys):
    import sympy

    bits, value = operation.tested
    number = sum(sympy.Symbol(keys[bit]) * 2 ** (len(bits) - 1 - i) for i, bit in enumerate(bits))
    for block, condition in ((operation.body, sympy.Eq(number, value)), (operation.orelse, sympy.Ne(number, value))):
        for step in _written(block, qubits, keys):
            if cirq.is_measurement(step):
                raise unreadable("A measurement inside an if block cannot be written for Cirq.")
            if len(bits) == 1 and (condition.func is sympy.Eq) == bool(value):
                yield step.with_classical_controls(keys[bits[0]])
            else:
                yield step.with_classical_controls(condition)
