"""QCIS, one instruction per line: a gate, its qubits (``Q3``) and its angles in radians."""

from __future__ import annotations

import re
from math import pi

from ..builder import Builder
from ..decomposition import angles_of, lower
from ..errors import check_size, number_from, unreadable
from ..gates import NOT_GATES
from ..model import Circuit, Operation
from ..transform import split_final_measurements

# name → (neutral name, qubits, angles given, controls, how the angles become the gate's)
_GATES = {
    "I": ("id", 1, 0, 0), "X": ("x", 1, 0, 0), "Y": ("y", 1, 0, 0), "Z": ("z", 1, 0, 0), "H": ("h", 1, 0, 0),
    "S": ("s", 1, 0, 0), "SD": ("sdg", 1, 0, 0), "T": ("t", 1, 0, 0), "TD": ("tdg", 1, 0, 0),
    "RX": ("rx", 1, 1, 0), "RY": ("ry", 1, 1, 0), "RZ": ("rz", 1, 1, 0), "RXY": ("r", 1, 2, 0), "U": ("u", 1, 3, 0),
    "X2P": ("rx", 1, 0, 0), "X2M": ("rx", 1, 0, 0), "Y2P": ("ry", 1, 0, 0), "Y2M": ("ry", 1, 0, 0),
    "XY": ("r", 1, 1, 0), "XY2P": ("r", 1, 1, 0), "XY2M": ("r", 1, 1, 0), "CZ": ("z", 2, 0, 1), "CX": ("x", 2, 0, 1),
    "CNOT": ("x", 2, 0, 1), "CY": ("y", 2, 0, 1), "CRX": ("rx", 2, 1, 1), "CRY": ("ry", 2, 1, 1),
    "CRZ": ("rz", 2, 1, 1), "SWAP": ("swap", 2, 0, 0), "CCX": ("x", 3, 0, 2), "CCNOT": ("x", 3, 0, 2),
    "FSIM": ("fsim", 2, 2, 0),
}  # fmt: skip
_TURNS = {"X2P": pi / 2, "Y2P": pi / 2, "X2M": -pi / 2, "Y2M": -pi / 2, "XY": pi, "XY2P": pi / 2, "XY2M": -pi / 2}


def read_value(text: str, bases, num_qubits=None) -> Circuit:
    """The circuit of a QCIS program; its qubits are Q0 to the highest number that occurs."""
    lines = [(number, line.split("//")[0].split()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, words) for number, words in lines if words]
    check_size(0, len(lines))
    out = Builder()
    highest, measured, used = -1, 0, set()
    for number, (name, *arguments) in lines:
        qubits = []
        while arguments and re.fullmatch(r"Q\d{1,6}", arguments[0]):
            qubits.append(int(arguments.pop(0)[1:]))
        highest = max([highest, *qubits])
        check_size(highest + 1, 0)
        used.update(qubits)
        where = f"The instruction {name[:20]!r} in line {number}"
        if not qubits or len(set(qubits)) != len(qubits):
            raise unreadable(f"{where} needs its qubits, each of them once, such as 'Q0 Q1'.")
        if name == "B":
            out.step(Operation("barrier", tuple(qubits)))
        elif name == "M":
            for qubit in qubits:
                out.step(Operation("measure", (qubit,), clbits=(measured,)))
                measured += 1
        elif name in _GATES:
            _gate(out, name, qubits, [number_from(value, where) for value in arguments], where)
        else:
            raise unreadable(f"{where} is no gate of QCIS that can be read here.")
    check_size(highest + 1, 0)
    names = tuple(f"Q{i}" for i in range(highest + 1))
    return Circuit(
        highest + 1,
        tuple(out.operations),
        out.phase,
        measured,
        names,
        tuple(f"M{i}" for i in range(measured)),
        "qcis",
        tuple(sorted(used)),
    )


def _gate(out: Builder, name: str, qubits: list[int], angles: list[float], where: str) -> None:
    base, num_qubits, num_angles, controls = _GATES[name]
    if len(qubits) != num_qubits or len(angles) != num_angles:
        raise unreadable(
            f"{where} takes {num_qubits} qubits and {num_angles} angles, but {len(qubits)} and {len(angles)} are given."
        )
    if name == "RXY":
        # QCIS names the axis first.
        angles.reverse()
    if name in _TURNS:
        angles.insert(0, _TURNS[name])
    out.gate(base, qubits[controls:], angles, qubits[:controls])


_QCIS = {
    "id": "I",
    "x": "X",
    "y": "Y",
    "z": "Z",
    "h": "H",
    "s": "S",
    "sdg": "SD",
    "t": "T",
    "tdg": "TD",
    "sx": "X2P",
    "sxdg": "X2M",
    "rx": "RX",
    "ry": "RY",
    "rz": "RZ",
    "p": "RZ",
}


def to_qcis(circuit: Circuit) -> str:
    """The circuit in QCIS, with CZ as the only gate on two qubits.

    QCIS has no place for a global phase: it is left out. Classical bits have no names there either, so the
    measurements must be final and are written in the order of the bits (an inverted result as an X before it).
    """
    rest, measured = split_final_measurements(circuit)
    flips = tuple(Operation("x", step.qubits) for step in measured if step.inverted)
    lowered = _lowered(rest.replace_operations((*rest.operations, *flips)))
    used = {q for operation in lowered for q in operation.all_qubits}
    lines = [f"I Q{q}" for q in range(circuit.num_qubits) if q not in used]
    for operation in lowered:
        name = operation.name
        where = " ".join(f"Q{q}" for q in operation.qubits)
        if name == "barrier":
            lines.append(f"B {where}")
        elif operation.controls:
            lines += [f"Y2M {where}", f"CZ Q{operation.controls[0]} {where}", f"Y2P {where}"]
        elif name in _QCIS:
            lines.append(" ".join([f"{_QCIS[name]} {where}", *map(repr, operation.params)]))
        elif name == "r":
            lines.append(f"RXY {where} {operation.params[1]!r} {operation.params[0]!r}")
        else:
            _, theta, phi, lam = angles_of(operation)
            lines += [f"RZ {where} {lam!r}", f"RY {where} {theta!r}", f"RZ {where} {phi!r}"]
    lines += [f"M Q{step.qubits[0]}" for step in sorted(measured, key=lambda step: step.clbits)]
    return "\n".join(lines) + "\n"


def _lowered(circuit: Circuit) -> list[Operation]:
    """The circuit in one-qubit gates, CNOTs and barriers; its phase is dropped."""
    out = Builder()
    for operation in circuit.operations:
        if operation.name not in NOT_GATES:
            lower(out, operation)
        elif operation.name == "barrier":
            out.step(operation)
        else:
            raise unreadable(f"{operation.name!r} cannot be written in QCIS.")
    return out.operations
