"""Reads QCIS, one instruction per line: a gate, its qubits (``Q3``) and its angles in radians."""

from __future__ import annotations

import re
from math import pi

from .build import Builder
from .circuit import Circuit, Operation
from .errors import check_size, number_from, unreadable

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


def read_qcis(text: str) -> Circuit:
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
