"""Reads single operations of Cirq: powers of gates become rotations with their exact phase."""

from __future__ import annotations

from itertools import product
from math import pi

import cirq
import numpy as np

from ...builder import Builder, nothing_lost
from ...errors import MAX_OPERATIONS, number_from, unreadable
from ...gates import NOT_GATES
from ...model import Circuit, Operation
from ...simulate import unitary
from ...transform import moved
from .ordering import Measured

_MATRIX_QUBITS = 8
"""The most qubits for which the matrix of a custom gate is asked for."""
_CHECKED_QUBITS = 6
"""Up to this size a custom gate's matrix is compared with its decomposition."""
_KRAUS_QUBITS = 4

# Exponents of the common gates that have a name of their own.
_NAMED = {
    cirq.XPowGate: {1.0: "x", 0.5: "sx", -0.5: "sxdg"},
    cirq.YPowGate: {1.0: "y"},
    cirq.ZPowGate: {1.0: "z", 0.5: "s", -0.5: "sdg", 0.25: "t", -0.25: "tdg"},
    cirq.HPowGate: {1.0: "h"},
    cirq.SwapPowGate: {1.0: "swap"},
    cirq.ISwapPowGate: {1.0: "iswap", -1.0: "iswapdg"},
}
# Otherwise: the rotation by exponent × π, and the phase in units of exponent × π that comes with it.
_TURNED = {
    cirq.XPowGate: ("rx", 0.5),
    cirq.YPowGate: ("ry", 0.5),
    cirq.ZPowGate: ("p", 0.0),
    cirq.HPowGate: ("hpow", 0.0),
    cirq.SwapPowGate: ("swappow", 0.0),
    cirq.XXPowGate: ("rxx", 0.5),
    cirq.YYPowGate: ("ryy", 0.5),
    cirq.ZZPowGate: ("rzz", 0.5),
}
_SUBCLASSES = {
    cirq.Rx: cirq.XPowGate,
    cirq.Ry: cirq.YPowGate,
    cirq.Rz: cirq.ZPowGate,
    cirq.MSGate: cirq.XXPowGate,
    type(cirq.X): cirq.XPowGate,
    type(cirq.Y): cirq.YPowGate,
    type(cirq.Z): cirq.ZPowGate,
}
_ROTATIONS = {
    cirq.XPowGate: "rx",
    cirq.YPowGate: "ry",
    cirq.ZPowGate: "rz",
    cirq.XXPowGate: "rxx",
    cirq.YYPowGate: "ryy",
    cirq.ZZPowGate: "rzz",
}
_CONTROLLED = {
    cirq.CXPowGate: (cirq.XPowGate, 1), cirq.CYPowGate: (cirq.YPowGate, 1), cirq.CZPowGate: (cirq.ZPowGate, 1),
    cirq.CCXPowGate: (cirq.XPowGate, 2), cirq.CCYPowGate: (cirq.YPowGate, 2), cirq.CCZPowGate: (cirq.ZPowGate, 2),
}  # fmt: skip


class Reader:
    """Reads operations, and keeps count of the measurement keys.

    Attributes
    ----------
    clbit_names : list of str
        One for each classical bit so far: the key, with the position where a key holds several bits.
    moment : int
        The moment of the whole circuit that is being read.
    measured : list of Measured
        The measurements so far.
    """

    def __init__(self):
        self.clbit_names: list[str] = []
        self._keys: dict[str, list[tuple[int, ...]]] = {}
        self._gates: dict[int, tuple] = {}
        self.moment = 0
        self.measured: list[Measured] = []

    @property
    def num_clbits(self) -> int:
        return len(self.clbit_names)

    def read_all(self, out: Builder, operations, where: dict) -> None:
        """Add operations; `where` tells the number of each qubit."""
        plain = not out.controls and not out.label
        for operation in operations:
            gate = operation.gate if type(operation) is cirq.GateOperation else None
            if gate is None:
                self._operation(out, operation, where)
                continue
            qubits = tuple([where[qubit] for qubit in operation.qubits])
            known = self._gates.get(id(gate))
            if known is None:
                known = self._gates[id(gate)] = (_translate(gate), gate)
            translated = known[0]
            if translated is None:
                self._gate(out, gate, operation, qubits)
                continue
            name, params, controls, phase, whole_phase = translated
            if plain and params and not controls and not phase and not whole_phase:
                out.visit()
                out.operations.append(Operation(name, qubits, params))
                continue
            out.gate(name, qubits[controls:], params, qubits[:controls])
            if phase:
                out.add_phase(phase, qubits[:controls])
            if whole_phase:
                out.add_phase(whole_phase)

    def _operation(self, out: Builder, operation, where: dict) -> None:
        out.visit()
        if isinstance(operation, cirq.TaggedOperation):
            self.read_all(out, [operation.untagged], where)
        elif isinstance(operation, cirq.CircuitOperation):
            self._circuit_operation(out, operation, where)
        elif isinstance(operation, cirq.ClassicallyControlledOperation):
            self._classically_controlled(out, operation, where)
        elif isinstance(operation, cirq.ControlledOperation):
            self._controlled(
                out,
                operation.control_values,
                [where[qubit] for qubit in operation.controls],
                operation.sub_operation,
                where,
            )
        elif operation.gate is not None:
            # PauliString X(q) and their kin: an operation of another class around an ordinary gate.
            gate = operation.gate
            self.read_all(out, [cirq.GateOperation(gate, operation.qubits)], where)
        else:
            qubits = tuple([where[qubit] for qubit in operation.qubits])
            self._unknown(out, operation, operation, qubits)

    def _controlled(self, out, control_values, controls, operation, where) -> None:
        for values in control_values.expand():
            inner = out.inside("", controls, [int(value) for value in values])
            self.read_all(inner, [operation], where)

    def _circuit_operation(self, out: Builder, operation, where: dict) -> None:
        if operation.repeat_until is not None:
            once = operation.replace(repeat_until=None, use_repetition_ids=False)
            part = out.apart()
            for moment in once.mapped_circuit(deep=False):
                self.read_all(part, moment.operations, where)
            bits, holds = self._condition(operation.repeat_until)
            out.replay(part)
            out.loop(bits, set(range(1 << len(bits))) - set(holds), part)
            return
        repetitions = operation.repetitions
        if not isinstance(repetitions, int | np.integer):
            raise unreadable(f"A part of the circuit is repeated {repetitions} times; give it a number first.")
        if abs(int(repetitions)) * max(1, len(operation.circuit.moments)) > MAX_OPERATIONS:
            raise unreadable(
                f"A part of the circuit is repeated {int(repetitions):,} times, which is too long; "
                f"at most {MAX_OPERATIONS:,} operations can be read."
            )
        inner = out.inside()
        for moment in operation.mapped_circuit(deep=False):
            self.read_all(inner, moment.operations, where)

    def _classically_controlled(self, out: Builder, operation, where: dict) -> None:
        inner = out.apart()
        self.read_all(inner, [operation.without_classical_controls()], where)
        part = inner
        for condition in operation.classical_controls:
            bits, values = self._condition(condition)
            wrapped = out.apart()
            total = 1 << len(bits)
            if len(values) <= total - len(values):
                wrapped.choice(bits, dict.fromkeys(values, part), None)
            else:
                others = [value for value in range(total) if value not in set(values)]
                wrapped.choice(bits, dict.fromkeys(others, out.apart()), part)
            part = wrapped
        for step in part.operations:
            out.step(step)

    def _condition(self, condition) -> tuple[tuple[int, ...], list[int]]:
        """The bits a condition looks at, most significant first, and their values for which it holds."""
        keys = list(condition.keys)
        index = getattr(condition, "index", -1)
        groups = []
        for key in keys:
            measured = self._keys.get(str(key))
            if not measured or not -len(measured) <= index < len(measured):
                raise unreadable(f"A condition uses the measurement {str(key)!r}, which has not been made before it.")
            groups.append(measured[index])
        bits = tuple(bit for group in groups for bit in group)
        if len(bits) > 10:
            raise unreadable(f"A condition depends on {len(bits)} measured bits; at most 10 can be read.")
        holds = []
        for number, values in enumerate(product((0, 1), repeat=len(bits))):
            store = cirq.ClassicalDataDictionaryStore()
            start = 0
            for key, group in zip(keys, groups, strict=True):
                part = values[start : start + len(group)]
                start += len(group)
                measured_before = len(self._keys[str(key)])
                for _ in range(measured_before):
                    store.record_measurement(key, part, cirq.LineQubit.range(len(group)))
            try:
                if condition.resolve(store):
                    holds.append(number)
            except (ValueError, TypeError) as error:
                raise unreadable(f"The condition {str(condition)[:60]!r} cannot be read.") from error
        return bits, holds

    def _measure(self, out: Builder, gate, qubits) -> None:
        if gate.confusion_map:
            raise unreadable("The circuit has a measurement with a confusion map, which cannot be read here.")
        if out.controls:
            raise unreadable("'measure' cannot be part of a controlled gate.")
        key = cirq.measurement_key_name(gate)
        start = len(self.clbit_names)
        bits = tuple(range(start, start + len(qubits)))
        self.clbit_names += [key] if len(qubits) == 1 else [f"{key}[{i}]" for i in range(len(qubits))]
        self._keys.setdefault(key, []).append(bits)
        self.measured.append(Measured(self.moment, qubits[0], bits, key))
        for qubit, bit, inverted in zip(qubits, bits, gate.full_invert_mask(), strict=True):
            out.step(Operation("measure", (qubit,), clbits=(bit,), inverted=(1,) if inverted else ()))

    def _gate(self, out: Builder, gate, operation, qubits) -> None:
        """Add a gate that is no plain power of a standard gate."""
        if isinstance(gate, cirq.MeasurementGate):
            self._measure(out, gate, qubits)
        elif isinstance(gate, cirq.ResetChannel):
            out.step(Operation("reset", qubits))
        elif isinstance(gate, cirq.WaitGate | cirq.IdentityGate):
            for qubit in qubits:
                out.gate("id", (qubit,))
        elif isinstance(gate, cirq.GlobalPhaseGate):
            coefficient = complex(gate.coefficient)
            out.add_phase(number_from(np.angle(coefficient), "The global phase"))
        elif isinstance(gate, cirq.ControlledGate):
            count = gate.num_controls()
            inside = gate.sub_gate.on(*operation.qubits[count:])
            where = dict(zip(operation.qubits, qubits, strict=True))
            self._controlled(out, gate.control_values, list(qubits[:count]), inside, where)
        elif type(gate) is cirq.CSwapGate:
            out.gate("swap", qubits[1:], (), qubits[:1])
        elif isinstance(gate, cirq.StatePreparationChannel):
            out.step(Operation("initialize", qubits, matrix=_frozen(gate.state), label="initialize"))
        elif isinstance(gate, cirq.ParallelGate):
            size = gate.sub_gate.num_qubits()
            where = dict(zip(operation.qubits, qubits, strict=True))
            for i in range(0, len(qubits), size):
                self.read_all(out, [gate.sub_gate.on(*operation.qubits[i : i + size])], where)
        else:
            self._unknown(out, gate, operation, qubits)

    def _unknown(self, out: Builder, gate, operation, qubits) -> None:
        """Add a gate by its decomposition or its matrix, and see that the two agree."""
        name = str(gate)[:40] if not isinstance(gate, cirq.MatrixGate) else "unitary"
        free = ", ".join(sorted(cirq.parameter_names(operation)))
        if free:
            raise unreadable(
                f"The gate {name!r} has the parameter {free!r} without a number; give every parameter a value first."
            )
        size = len(qubits)
        matrix = None
        if size <= _MATRIX_QUBITS and not isinstance(gate, cirq.MeasurementGate | cirq.PauliMeasurementGate):
            own = getattr(gate, "_unitary_", None)
            matrix = own() if own is not None else None
            matrix = None if matrix is NotImplemented else matrix
        if isinstance(gate, cirq.MatrixGate):
            out.gate("unitary", qubits, matrix=_checked(matrix, size, name), label=str(gate._name or "unitary"))
            return
        parts = cirq.decompose_once(operation, None)
        if parts is None:
            self._whole(out, gate, operation, qubits, matrix, name)
            return
        part = out.apart(name)
        where = dict(zip(operation.qubits, qubits, strict=True))
        for one in parts:
            if not set(one.qubits) <= set(operation.qubits):
                self._whole(out, gate, operation, qubits, matrix, name)
                return
        self.read_all(part, parts, where)
        if matrix is not None and size <= _CHECKED_QUBITS:
            matrix = _checked(matrix, size, name)
            if all(one.name not in NOT_GATES for one in part.operations):
                local = dict(zip(qubits, range(size), strict=True))
                made = unitary(Circuit(size, tuple([moved(one, local) for one in part.operations]), part.phase))
                ratio = np.vdot(made, matrix) / len(matrix)
                if abs(abs(ratio) - 1) > 1e-7 or not np.allclose(made * ratio, matrix, atol=1e-7):
                    raise unreadable(
                        f"The gate {name!r} contradicts itself: its decomposition does something else "
                        "than its matrix says."
                    )
                # Cirq's decompositions may drop a global phase; the matrix is exact.
                if abs(ratio - 1) > 1e-9:
                    out.add_phase(float(np.angle(ratio)))
        inner = out.inside(name)
        inner.replay(part)

    def _whole(self, out: Builder, gate, operation, qubits, matrix, name) -> None:
        size = len(qubits)
        if matrix is None and size <= _MATRIX_QUBITS:
            matrix = cirq.unitary(operation, None)
        if matrix is not None:
            out.gate("unitary", qubits, matrix=_checked(matrix, size, name), label=name)
            return
        kraus = cirq.kraus(operation, None) if size <= _KRAUS_QUBITS else None
        if kraus is None:
            where = ", ".join(str(qubit) for qubit in operation.qubits[:5])
            raise unreadable(
                f"The gate {name!r} on {where} cannot be read: it has neither a decomposition nor a matrix."
            )
        operators = np.array(kraus, dtype=complex)
        if operators.shape[1:] != (2**size, 2**size) or not np.isfinite(operators).all():
            raise unreadable(f"The Kraus operators of {name!r} do not have the size of its qubits.")
        total = np.einsum("kij,kil->jl", operators.conj(), operators)
        if not np.allclose(total, np.eye(2**size), atol=1e-6):
            raise unreadable(f"The Kraus operators of {name!r} do not preserve probability.")
        out.step(Operation("kraus", qubits, matrix=_frozen(operators), label=name))


def _frozen(array) -> np.ndarray:
    array = np.array(array, dtype=complex)
    array.setflags(write=False)
    return array


def _checked(matrix, size: int, name: str) -> np.ndarray:
    matrix = _frozen(matrix)
    if matrix.shape != (2**size, 2**size):
        raise unreadable(f"The matrix of the gate {name!r} has the shape {matrix.shape}, not that of its qubits.")
    return nothing_lost(matrix, f"the gate {name!r}")


def _translate(gate) -> tuple[str, tuple[float, ...], int, float, float] | None:
    """A power of a standard gate: name, angles, number of controls, phase under these controls, phase of the whole."""
    kind = _SUBCLASSES.get(type(gate), type(gate))
    if kind in _TURNED or kind is cirq.ISwapPowGate:
        return _power(kind, gate, 0)
    if kind in _CONTROLLED:
        base, controls = _CONTROLLED[kind]
        return _power(base, gate, controls)
    if kind is cirq.PhasedXPowGate:
        theta = _number(gate.exponent, gate) * pi
        phase = theta * (0.5 + _number(gate.global_shift, gate))
        return "r", (theta, _number(gate.phase_exponent, gate) * pi), 0, phase, 0.0
    if kind is cirq.PhasedXZGate:
        x, z, a = (_number(value, gate) * pi for value in (gate.x_exponent, gate.z_exponent, gate.axis_phase_exponent))
        return "u", (x, a - pi / 2 + z, pi / 2 - a), 0, x / 2, 0.0
    if kind is cirq.FSimGate:
        return "fsim", (_number(gate.theta, gate), _number(gate.phi, gate)), 0, 0.0, 0.0
    return None


def _power(kind, gate, controls: int):
    exponent = _number(gate.exponent, gate)
    shift = _number(gate.global_shift, gate)
    angle = exponent * pi
    if shift == -0.5 and kind in _ROTATIONS and not controls:
        return _ROTATIONS[kind], (angle,), 0, 0.0, 0.0
    whole_phase = shift * angle
    name = _NAMED.get(kind, {}).get(_reduced(exponent, 4 if kind is cirq.ISwapPowGate else 2))
    if name is not None:
        return name, (), controls, 0.0, whole_phase
    if kind is cirq.ISwapPowGate:
        return "xx_plus_yy", (-angle, 0.0), controls, 0.0, whole_phase
    name, part = _TURNED[kind]
    return name, (angle,), controls, part * angle, whole_phase


def _reduced(exponent: float, period: int) -> float:
    """The exponent in (−period/2, period/2]."""
    exponent %= period
    return exponent - period if exponent > period / 2 else exponent


def _number(value, gate) -> float:
    if type(value) is float and value - value == 0.0:
        return value
    free = ", ".join(sorted(cirq.parameter_names(value)))
    if not free:
        return number_from(value, f"The gate {str(gate)[:40]!r}")
    raise unreadable(
        f"The gate {str(gate)[:40]!r} has the parameter {free!r} without a number; give every parameter a value first."
    )
