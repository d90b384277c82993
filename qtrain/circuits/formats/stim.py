"""Stim: circuits (gates, measurement, reset, feedback and noise), tableaux and Pauli strings.

Stim's measurement record becomes the classical bits, one after the other. Detectors and observables are notes about the
record and left out. Source of the names: Stim's gate reference.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import stim

from ..builder import Builder
from ..counting import gate_name
from ..errors import check_size, unreadable
from ..model import Circuit, Observable, Operation
from ..orders import reverse_matrix
from ..transform import without_inversions

_PLAIN = {
    "I": ("id", 0), "X": ("x", 0), "Y": ("y", 0), "Z": ("z", 0), "H": ("h", 0), "S": ("s", 0), "S_DAG": ("sdg", 0),
    "SQRT_X": ("sx", 0), "SQRT_X_DAG": ("sxdg", 0), "SWAP": ("swap", 0), "ISWAP": ("iswap", 0),
    "ISWAP_DAG": ("iswapdg", 0), "CX": ("x", 1), "CY": ("y", 1), "CZ": ("z", 1),
}  # fmt: skip
_WRITTEN = {("c" * controls + name): stims for stims, (name, controls) in _PLAIN.items()}
_IGNORED = {"TICK", "DETECTOR", "OBSERVABLE_INCLUDE", "QUBIT_COORDS", "SHIFT_COORDS", "MPAD"}
_BASES = {"X": "h", "Y": "h_yz", "Z": None}
_PAULIS = {"I": np.eye(2), "X": [[0, 1], [1, 0]], "Y": [[0, -1j], [1j, 0]], "Z": [[1, 0], [0, -1]]}


def read_value(answer, bases, num_qubits: int | None = None):
    """The neutral form of an object of Stim, or None if it is nothing that can be an answer."""
    if stim.Circuit in bases:
        return _circuit(answer)
    if stim.Tableau in bases:
        return _circuit(answer.to_circuit())
    if stim.PauliString in bases:
        sign = complex(answer.sign)
        return Observable({"".join("IXYZ"[letter] for letter in answer): sign}, len(answer))
    return None


def _circuit(program) -> Circuit:
    check_size(program.num_qubits, 0)
    out = Builder()
    bits = 0
    for instruction in program.flattened():
        bits = _read(out, instruction, bits)
    n = program.num_qubits
    return Circuit(
        n,
        tuple(out.operations),
        out.phase,
        bits,
        tuple(str(i) for i in range(n)),
        tuple(f"rec[{i}]" for i in range(bits)),
        "stim",
        tuple(range(n)),
    )


def _read(out: Builder, instruction, bits: int) -> int:
    """Add one instruction; returns how many results there are after it."""
    name, arguments = instruction.name, instruction.gate_args_copy()
    if name in _IGNORED:
        return bits
    data = stim.gate_data(name)
    if name == "MPP" or (data.produces_measurements and (not data.is_single_qubit_gate or arguments)):
        raise unreadable(f"The Stim instruction {str(instruction)[:40]!r} cannot be read; use M, MX, MY, MR and R.")
    for group in instruction.target_groups():
        if any(target.is_measurement_record_target for target in group):
            _feedback(out, name, group, bits)
            continue
        qubits = tuple([target.value for target in group])
        if name in _PLAIN:
            base, controls = _PLAIN[name]
            out.gate(base, qubits[controls:], (), qubits[:controls])
        elif data.is_unitary:
            out.gate("unitary", qubits, matrix=reverse_matrix(np.array(data.unitary_matrix, complex)), label=name)
        elif data.produces_measurements or data.is_reset:
            bits = _measured(out, name, data, qubits[0], group[0].is_inverted_result_target, bits)
        else:
            out.step(Operation("kraus", qubits, matrix=_noise(name, tuple(arguments), len(qubits)), label=name))
    return bits


def _measured(out: Builder, name: str, data, qubit: int, inverted: bool, bits: int) -> int:
    basis = name[-1] if name[-1] in "XYZ" else "Z"
    turn = _BASES[basis]
    matrix = np.array(stim.gate_data("H_YZ").unitary_matrix, complex)

    def turned():
        if turn == "h":
            out.gate("h", (qubit,))
        elif turn:
            out.gate("unitary", (qubit,), matrix=matrix, label="H_YZ")

    turned()
    if data.produces_measurements:
        out.step(Operation("measure", (qubit,), clbits=(bits,), inverted=(1,) if inverted else ()))
        bits += 1
    if data.is_reset:
        out.step(Operation("reset", (qubit,)))
    turned()
    return bits


def _feedback(out: Builder, name: str, group, bits: int) -> None:
    """A Pauli that depends on an earlier result: ``CX rec[-1] 0``."""
    first, second = group
    record, target = (first, second) if first.is_measurement_record_target else (second, first)
    if name not in ("CX", "CY", "CZ") or target.is_measurement_record_target:
        raise unreadable(f"The Stim instruction {name!r} with two results cannot be read.")
    part = out.apart()
    part.gate(name[1].lower(), (target.value,))
    out.choice((bits + record.value,), {1: part}, None)


@lru_cache(maxsize=64)  # a program repeats few kinds of noise thousands of times
def _noise(name: str, arguments: tuple[float, ...], size: int) -> np.ndarray:
    words = [""]
    for _ in range(size):
        words = [word + letter for word in words for letter in "IXYZ"]
    others = words[1:]
    if name in ("X_ERROR", "Y_ERROR", "Z_ERROR"):
        chances = {name[0]: arguments[0]}
    elif name in ("DEPOLARIZE1", "DEPOLARIZE2"):
        chances = {word: arguments[0] / len(others) for word in others}
    elif name in ("PAULI_CHANNEL_1", "PAULI_CHANNEL_2"):
        chances = dict(zip(others, arguments, strict=True))
    else:
        raise unreadable(f"The Stim instruction {name!r} cannot be read here.")
    chances["I" * size] = 1 - sum(chances.values())
    operators = []
    for word, chance in chances.items():
        matrix: np.ndarray = np.eye(1)
        for letter in word:
            matrix = np.kron(matrix, _PAULIS[letter])
        operators.append(np.sqrt(max(chance, 0.0)) * matrix)
    result = np.array(operators, dtype=complex)
    result.setflags(write=False)
    return result


def to_stim(circuit: Circuit):
    """The circuit as a `stim.Circuit`, which has no place for a global phase: it is left out.

    Raises
    ------
    Unreadable
        For gates that Stim has no name for, noise, and conditions other than a Pauli on one result.
    """
    out = stim.Circuit()
    record: dict[int, int] = {}
    for operation in without_inversions(circuit).operations:
        if operation.name == "barrier":
            out.append("TICK")
        elif operation.name == "measure":
            for qubit, bit, _ in operation.measured:
                record[bit] = out.num_measurements
                out.append("M", [qubit])
        elif operation.name == "reset":
            out.append("R", list(operation.qubits))
        elif operation.name == "if":
            _write_feedback(out, operation, record)
        elif gate_name(operation) in _WRITTEN:
            out.append(_WRITTEN[gate_name(operation)], list(operation.all_qubits))
        else:
            raise unreadable(f"The step {operation.label or gate_name(operation)!r} cannot be written in Stim.")
    for qubit in range(out.num_qubits, circuit.num_qubits):
        out.append("I", [qubit])
    return out


def _write_feedback(out, operation: Operation, record: dict[int, int]) -> None:
    bits, value = operation.tested
    paulis = {"x": "CX", "y": "CY", "z": "CZ"}
    if len(bits) != 1 or value != 1 or operation.orelse or any(step.controls for step in operation.body):
        raise unreadable("Stim has only Paulis that depend on one result being 1.")
    for step in operation.body:
        if step.name not in paulis or bits[0] not in record:
            raise unreadable("Stim has only Paulis that depend on one result being 1.")
        past = record[bits[0]] - out.num_measurements
        out.append(paulis[step.name], [stim.target_rec(past), step.qubits[0]])
