"""Reads Qiskit's circuits and gates. Qubit i stays qubit i; only matrices are turned to big-endian."""

from __future__ import annotations

from math import pi

import numpy as np
from qiskit.circuit import (
    AnnotatedOperation,
    Barrier,
    CircuitInstruction,
    ControlledGate,
    Delay,
    Gate,
    Measure,
    QuantumCircuit,
    Reset,
)
from qiskit.circuit import Instruction as QiskitInstruction
from qiskit.circuit.library import GlobalPhaseGate, Initialize, PauliEvolutionGate, UGate, UnitaryGate

from ...builder import Builder, fixed, nothing_lost
from ...errors import MAX_UNITARY_QUBITS, check_size, number_from, unreadable
from ...gates import fractional_power
from ...model import Circuit, Operation
from ...orders import qubits_of, reverse_matrix, reverse_vector
from ...simulate import unitary
from .control import CONTROL_FLOW, read_control_flow
from .layout import with_layout

# Qiskit's name → the neutral name and how many of the first qubits are controls.
_PLAIN = {
    "id": ("id", 0), "x": ("x", 0), "y": ("y", 0), "z": ("z", 0), "h": ("h", 0), "s": ("s", 0), "sdg": ("sdg", 0),
    "t": ("t", 0), "tdg": ("tdg", 0), "sx": ("sx", 0), "sxdg": ("sxdg", 0), "swap": ("swap", 0),
    "iswap": ("iswap", 0), "ecr": ("ecr", 0), "cx": ("x", 1), "cy": ("y", 1), "cz": ("z", 1), "ch": ("h", 1),
    "cs": ("s", 1), "csdg": ("sdg", 1), "csx": ("sx", 1), "cswap": ("swap", 1), "ccx": ("x", 2), "ccz": ("z", 2),
    "mcx": ("x", 3), "c3sx": ("sx", 3),
}  # fmt: skip
_ANGLED = {
    "rx": ("rx", 0), "ry": ("ry", 0), "rz": ("rz", 0), "p": ("p", 0), "u1": ("p", 0), "u": ("u", 0), "u3": ("u", 0),
    "r": ("r", 0), "rxx": ("rxx", 0), "ryy": ("ryy", 0), "rzz": ("rzz", 0), "rzx": ("rzx", 0),
    "xx_plus_yy": ("xx_plus_yy", 0), "xx_minus_yy": ("xx_minus_yy", 0), "crx": ("rx", 1), "cry": ("ry", 1),
    "crz": ("rz", 1), "cp": ("p", 1), "cu1": ("p", 1), "cu3": ("u", 1),
}  # fmt: skip
_CHECKED_QUBITS = 6
"""Up to this size a custom gate's matrix is compared with its definition."""


def read_circuit(circuit: QuantumCircuit) -> Circuit:
    """A `QuantumCircuit` in the neutral form.

    Raises
    ------
    Unreadable
        For unbound parameters, loops without a fixed number of turns, opaque gates, and what is too large.
    """
    check_size(circuit.num_qubits, len(circuit.data))
    out = Builder()
    num_qubits, num_clbits = circuit.num_qubits, circuit.num_clbits
    walk(out, circuit, list(range(num_qubits)), list(range(num_clbits)))
    read = Circuit(
        num_qubits,
        tuple(out.operations),
        out.phase,
        num_clbits,
        _names(circuit.qubits, circuit.qregs, "qubit"),
        _names(circuit.clbits, circuit.cregs, "bit"),
        "qiskit",
        tuple(range(num_qubits)),
    )
    layout = QuantumCircuit.layout.fget(circuit)
    if layout is None:
        return read
    return with_layout(read, layout)


def read_gate(gate) -> Circuit:
    """A gate or instruction of Qiskit as a circuit on its own qubits."""
    num_qubits, num_clbits = gate.num_qubits, gate.num_clbits
    check_size(num_qubits, 1)
    circuit = QuantumCircuit(num_qubits, num_clbits)
    circuit.append(gate, range(num_qubits), range(num_clbits))
    return read_circuit(circuit)


def _names(bits, registers, word: str) -> tuple[str, ...]:
    names: dict[object, str] = {}
    for register in registers:
        for i, bit in enumerate(register):
            names.setdefault(bit, f"{register.name}[{i}]")
    return tuple([names.get(bit) or f"{word} {i}" for i, bit in enumerate(bits)])


def walk(out: Builder, circuit: QuantumCircuit, qubits: list[int], clbits: list[int], outer_bits=None) -> None:
    """Add the operations of `circuit`, whose bits are the given ones of the whole circuit."""
    if circuit.global_phase:
        out.add_phase(number_from(circuit.global_phase, "The circuit's global phase"))
    place = dict(zip(circuit.qubits, qubits, strict=True))
    bit_place = dict(outer_bits or ())
    bit_place.update(zip(circuit.clbits, clbits, strict=True))
    plain = not out.controls and not out.label
    for instruction in circuit.data:
        name = instruction.name
        where = tuple([place[qubit] for qubit in instruction.qubits])
        if instruction.is_standard_gate():
            known = _PLAIN.get(name)
            if known is not None:
                base, controls = known
                if plain:
                    out.visit()
                    out.operations.append(fixed(base, where[controls:], where[:controls]))
                else:
                    out.gate(base, where[controls:], (), where[:controls])
                continue
            known = _ANGLED.get(name)
            if known is not None:
                base, controls = known
                params = instruction.params
                angles = tuple([p if type(p) is float and p - p == 0.0 else _angle(p, name, where) for p in params])
                if plain and not controls:
                    out.visit()
                    out.operations.append(Operation(base, where, angles))
                else:
                    out.gate(base, where[controls:], angles, where[:controls])
                continue
        _read(out, instruction.operation, where, [bit_place[bit] for bit in instruction.clbits], bit_place)


def _angle(value, name: str, qubits) -> float:
    return number_from(value, f"The gate {name!r} on qubit {', '.join(map(str, qubits))}")


def _read(out: Builder, gate, qubits: tuple[int, ...], clbits: list[int], bit_place) -> None:
    """Add an operation that is not one of the plain standard gates."""
    kind = _own_class(gate)
    name = str(gate.name)
    standard = kind.__module__.startswith("qiskit.circuit.library.")  # a circuit made to a gate may have any name
    if name in _PLAIN and standard and isinstance(gate, Gate) and not isinstance(gate, ControlledGate):
        base, controls = _PLAIN[name]
        out.gate(base, qubits[controls:], (), qubits[:controls])
    elif name in _ANGLED and standard and isinstance(gate, Gate) and not isinstance(gate, ControlledGate):
        out.gate(_ANGLED[name][0], qubits, [_angle(value, name, qubits) for value in gate.params])
    elif isinstance(gate, Barrier):
        out.step(Operation("barrier", qubits))
    elif isinstance(gate, Measure):
        out.step(Operation("measure", qubits, clbits=tuple(clbits)))
    elif isinstance(gate, Reset):
        out.step(Operation("reset", qubits))
    elif isinstance(gate, Delay) or kind.__module__.startswith("qiskit_aer.library.save_instructions"):
        # Neither does anything to the state.
        out.visit()
    elif isinstance(gate, GlobalPhaseGate):
        out.add_phase(_angle(gate.params[0], "global_phase", ()))
    elif name == "u2" and standard:
        phi, lam = (_angle(value, name, qubits) for value in gate.params)
        out.gate("u", qubits, (pi / 2, phi, lam))
    elif isinstance(gate, UnitaryGate):
        matrix = reverse_matrix(np.array(gate.to_matrix(), dtype=complex))
        label = str(gate.label or "unitary")
        out.gate("unitary", qubits, matrix=_frozen(nothing_lost(matrix, f"the gate {label!r}")), label=label)
    elif isinstance(gate, Initialize):
        out.step(Operation("initialize", qubits, matrix=_frozen(_initial_vector(gate)), label="initialize"))
    elif name in ("kraus", "superop", "quantum_channel") and not isinstance(gate, Gate):
        out.step(Operation("kraus", qubits, matrix=kraus_of(gate), label=name))
    elif isinstance(gate, CONTROL_FLOW):
        read_control_flow(out, gate, qubits, clbits, bit_place, walk)
    elif isinstance(gate, ControlledGate) and gate.num_ctrl_qubits + gate.base_gate.num_qubits == gate.num_qubits:
        _read_controlled(out, gate, qubits)
    elif isinstance(gate, AnnotatedOperation):
        _read_annotated(out, gate.base_op, list(gate.modifiers), qubits)
    else:
        _read_definition(out, gate, qubits, clbits, bit_place)


def _own_class(gate) -> type:
    """The gate's class, behind the nameless classes that Qiskit makes of its singletons."""
    for kind in type(gate).__mro__:
        if kind.__module__ not in (None, "qiskit.circuit.singleton"):
            return kind
    return type(gate)


def _is_library(kind: type) -> bool:
    return kind.__module__.startswith("qiskit.circuit.")


def _frozen(array: np.ndarray) -> np.ndarray:
    array.setflags(write=False)
    return array


def kraus_of(channel) -> np.ndarray:
    """The Kraus operators, shape (k, 2**n, 2**n), big-endian, of a noise instruction, an Aer error or a channel."""
    from qiskit.quantum_info import Kraus, SuperOp

    if isinstance(channel, QiskitInstruction) and channel.name == "kraus":
        channel = Kraus([np.array(one, dtype=complex) for one in channel.params])
    elif isinstance(channel, QiskitInstruction) and channel.name == "superop":
        channel = SuperOp(np.array(channel.params[0], dtype=complex))
    elif isinstance(channel, QiskitInstruction):
        channel = channel._quantum_error  # Aer keeps the error inside the instruction that stands for it
    if not 0 < (channel.num_qubits or 0) <= MAX_UNITARY_QUBITS // 2:
        raise unreadable("The channel does not act on qubits, or on too many of them.")
    left, right = Kraus(channel)._data
    if right is not None:
        raise unreadable("The channel is not completely positive, so it is no physical process.")
    operators = np.array([reverse_matrix(np.array(one, dtype=complex)) for one in left])
    if operators.ndim != 3 or operators.shape[1] != operators.shape[2]:
        raise unreadable("The channel changes the number of qubits, which cannot be read here.")
    total = np.einsum("kij,kil->jl", operators.conj(), operators)
    if not np.allclose(total, np.eye(len(total)), atol=1e-6):
        raise unreadable("The Kraus operators of the channel do not preserve probability: the sum of K†K is not 1.")
    return _frozen(operators)


def _initial_vector(gate: Initialize) -> np.ndarray:
    params = list(gate.params)
    n = gate.num_qubits
    if params and isinstance(params[0], str):
        # One letter for each qubit, qubit n−1 first, as in Qiskit's labels.
        r = np.sqrt(0.5)
        letters = {"0": (1, 0), "1": (0, 1), "+": (r, r), "-": (r, -r), "r": (r, 1j * r), "l": (r, -1j * r)}
        vector = np.ones(1, dtype=complex)
        for letter in reversed(params):
            vector = np.kron(vector, letters[letter])
        return vector
    if len(params) == 1 and n > 0 and 2**n != 1:
        vector = np.zeros(2**n, dtype=complex)
        vector[int(np.real(params[0]))] = 1
    else:
        vector = np.array([complex(value) for value in params])
    if not np.isfinite(vector).all() or abs(np.linalg.norm(vector) - 1) > 1e-6:
        raise unreadable("The state given to 'initialize' is not normalised: its probabilities must add up to 1.")
    return reverse_vector(vector)


def _read_controlled(out: Builder, gate: ControlledGate, qubits) -> None:
    count = gate.num_ctrl_qubits
    values = tuple([gate.ctrl_state >> i & 1 for i in range(count)])
    base = gate.base_gate
    if isinstance(base, UGate) and len(gate.params) == 4:
        # CUGate keeps its fourth angle, a phase on the control, outside its base gate.
        *angles, phase = (_angle(value, gate.name, qubits) for value in gate.params)
        out.add_phase(phase, qubits[:count], values)
        out.gate("u", qubits[count:], angles, qubits[:count], values)
        return
    inner = out.inside("" if _is_library(_own_class(gate)) else str(gate.name), qubits[:count], values)
    _read(inner, base, qubits[count:], [], {})


def _read_annotated(out: Builder, base, modifiers: list, qubits) -> None:
    out.visit()
    if not modifiers:
        _read(out, base, qubits, [], {})
        return
    modifier = modifiers.pop()
    kind = type(modifier).__name__
    if kind == "ControlModifier":
        count = modifier.num_ctrl_qubits
        state = modifier.ctrl_state
        state = (1 << count) - 1 if state is None else state
        inner = out.inside("", qubits[:count], [state >> i & 1 for i in range(count)])
        _read_annotated(inner, base, modifiers, qubits[count:])
        return
    part = out.apart()
    if kind == "InverseModifier":
        _read_annotated(part, base, modifiers, qubits)
        out.replay(part, inverse=True)
        return
    power = number_from(modifier.power, "A power of a gate")
    if power == int(power):
        _read_annotated(part, base, modifiers, qubits)
        out.replay(part, inverse=power < 0, times=abs(int(power)))
        return
    # The same principal root as in Qiskit: eigenphases in (−π, π].
    _read_annotated(part, base, modifiers, tuple(range(len(qubits))))
    matrix = unitary(Circuit(len(qubits), tuple(part.operations), part.phase))
    out.gate("unitary", qubits, matrix=_frozen(fractional_power(matrix, power)), label="power")


def _read_definition(out: Builder, gate, qubits, clbits, bit_place) -> None:
    name = str(gate.name)
    if not hasattr(gate, "definition"):
        to_instruction = getattr(gate, "to_instruction", None)
        if to_instruction is None:
            raise unreadable(f"The operation {name!r} cannot be read: it has no definition in terms of gates.")
        gate = to_instruction()
    definition = gate.definition
    custom = not _own_class(gate).__module__.startswith("qiskit.")
    approximate = isinstance(gate, PauliEvolutionGate)
    has_matrix = isinstance(gate, Gate) and (approximate or hasattr(type(gate), "__array__"))
    if definition is None:
        if has_matrix:
            matrix = reverse_matrix(_matrix_of_gate(gate))
            out.gate("unitary", qubits, matrix=_frozen(nothing_lost(matrix, f"the gate {name!r}")), label=name)
            return
        raise unreadable(
            f"The gate {name!r} on qubit {', '.join(map(str, qubits))} is opaque: it has neither a definition "
            "nor a matrix, so nobody can say what it does."
        )
    if not isinstance(definition, QuantumCircuit):
        raise unreadable(f"The definition of the gate {name!r} is no circuit.")
    if len(definition.qubits) != len(qubits) or len(definition.clbits) != len(clbits):
        raise unreadable(f"The definition of the gate {name!r} has not as many qubits as the gate.")
    check_size(len(qubits), len(definition.data))
    if (custom or approximate) and has_matrix and len(qubits) <= _CHECKED_QUBITS:
        part = out.apart(name)
        walk(part, definition, list(range(len(qubits))), [])
        made = unitary(Circuit(len(qubits), tuple(part.operations), part.phase))
        matrix = reverse_matrix(_matrix_of_gate(gate))
        if not np.allclose(matrix, made, atol=1e-7):
            if approximate:
                # The gate means the exact evolution, as in its own `Operator`; its definition is a product formula.
                out.gate("unitary", qubits, matrix=_frozen(nothing_lost(matrix, f"the gate {name!r}")), label=name)
                return
            raise unreadable(
                f"The gate {name!r} contradicts itself: its definition does something else than its matrix says."
            )
    walk(out.inside(name), definition, list(qubits), list(clbits), bit_place)


def _matrix_of_gate(gate) -> np.ndarray:
    matrix = np.array(gate.__array__() if hasattr(gate, "__array__") else gate.to_matrix(), dtype=complex)
    if matrix.shape != (2**gate.num_qubits,) * 2:
        raise unreadable(f"The matrix of the gate {gate.name!r} has the shape {matrix.shape}, not that of its qubits.")
    qubits_of(len(matrix), f"The matrix of the gate {gate.name!r}")
    return matrix


def read_instruction(instruction: CircuitInstruction) -> Circuit:
    """A `CircuitInstruction` as a circuit on its own qubits."""
    return read_gate(instruction.operation)
