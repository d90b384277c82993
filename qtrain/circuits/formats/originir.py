"""OriginIR: gates, CONTROL and DAGGER blocks, QIF, measurement and reset."""

from __future__ import annotations

import re
from math import pi

from ..builder import Builder
from ..decomposition import angles_of, lower
from ..errors import check_size, number_from, unreadable
from ..gates import NOT_GATES
from ..model import Circuit, Operation
from ..transform import without_inversions
from .openqasm.syntax import Expressions, Words, bits_in, evaluate, tokens_of

# name → (neutral name, qubits, angles, controls, the angles in the neutral gate)
_GATES = {
    "I": ("id", 1, 0, 0), "X": ("x", 1, 0, 0), "Y": ("y", 1, 0, 0), "Z": ("z", 1, 0, 0), "H": ("h", 1, 0, 0),
    "S": ("s", 1, 0, 0), "T": ("t", 1, 0, 0), "X1": ("rx", 1, 0, 0), "Y1": ("ry", 1, 0, 0), "Z1": ("rz", 1, 0, 0),
    "SX": ("sx", 1, 0, 0), "RX": ("rx", 1, 1, 0), "RY": ("ry", 1, 1, 0), "RZ": ("rz", 1, 1, 0), "U1": ("p", 1, 1, 0),
    "P": ("p", 1, 1, 0), "U2": ("u", 1, 2, 0), "U3": ("u", 1, 3, 0), "U4": ("u", 1, 4, 0), "RPHI": ("r", 1, 2, 0),
    "CNOT": ("x", 2, 0, 1), "CZ": ("z", 2, 0, 1), "CR": ("p", 2, 1, 1), "CU": ("u", 2, 4, 1),
    "SWAP": ("swap", 2, 0, 0), "ISWAP": ("iswap", 2, 0, 0), "SQISWAP": ("xx_plus_yy", 2, 0, 0),
    "ISWAPTHETA": ("xx_plus_yy", 2, 1, 0), "RXX": ("rxx", 2, 1, 0), "RYY": ("ryy", 2, 1, 0), "RZZ": ("rzz", 2, 1, 0),
    "TOFFOLI": ("x", 3, 0, 2),
}  # fmt: skip
_BITS = re.compile(r"([qc])\s*\[\s*(\d{1,6})\s*\]|([qc])(?![\w\[])")
_MAX_BITS = 5


def read_value(text: str, bases, num_qubits=None) -> Circuit:
    """The circuit of an OriginIR program."""
    return _Program(text).run()


class _Program:
    def __init__(self, text: str):
        lines = [(number, line.split("//")[0].strip()) for number, line in enumerate(text.splitlines(), 1)]
        self.lines = [(number, line) for number, line in lines if line]
        check_size(0, len(self.lines))
        self.at = 0
        self.num_qubits = self.num_clbits = 0

    def run(self) -> Circuit:
        out = Builder()
        self._until(out, ())
        names = tuple(f"q[{i}]" for i in range(self.num_qubits))
        bits = tuple(f"c[{i}]" for i in range(self.num_clbits))
        return Circuit(
            self.num_qubits,
            tuple(out.operations),
            out.phase,
            self.num_clbits,
            names,
            bits,
            "originir",
            tuple(range(self.num_qubits)),
        )

    def _until(self, out: Builder, ends: tuple[str, ...]) -> str:
        """Read statements up to one of the words that end a block."""
        while self.at < len(self.lines):
            number, line = self.lines[self.at]
            self.at += 1
            word, _, rest = line.partition(" ")
            if word in ends:
                return word
            self._statement(out, word, rest.strip(), number)
        if ends:
            raise unreadable(f"The program ends inside a block: {ends[-1]} is missing.")
        return ""

    def _statement(self, out: Builder, word: str, rest: str, number: int) -> None:
        where = f"The statement {word[:20]!r} in line {number}"
        if word in ("QINIT", "CREG"):
            if not rest.isdigit() or len(rest) > 6:
                raise unreadable(f"{where} needs a number.")
            if word == "QINIT":
                self.num_qubits = int(rest)
                check_size(self.num_qubits, 0)
            else:
                self.num_clbits = int(rest)
        elif word == "CONTROL":
            controls = self._qubits(rest, where)
            self._until(out.inside("", controls, (1,) * len(controls)), ("ENDCONTROL",))
        elif word == "DAGGER":
            part = out.apart()
            self._until(part, ("ENDDAGGER",))
            out.replay(part, inverse=True)
        elif word == "QIF":
            self._if(out, rest)
        elif word == "MEASURE":
            left, _, right = rest.partition(",")
            qubits, bits = self._qubits(left, where), self._places(right, "c", self.num_clbits, where)
            if len(qubits) != len(bits):
                raise unreadable(f"{where} measures {len(qubits)} qubits into {len(bits)} bits.")
            for qubit, bit in zip(qubits, bits, strict=True):
                out.step(Operation("measure", (qubit,), clbits=(bit,)))
        elif word == "RESET":
            for qubit in self._qubits(rest, where):
                out.step(Operation("reset", (qubit,)))
        elif word == "BARRIER":
            out.step(Operation("barrier", tuple(self._qubits(rest, where))))
        elif word.upper() in _GATES:
            self._gate(out, word.upper(), rest, where)
        else:
            raise unreadable(f"{where} is nothing of OriginIR that can be read here.")

    def _places(self, text: str, letter: str, count: int, where: str) -> list[int]:
        found: list[int] = []
        for part in re.split(r",(?![^\[]*\])", text):
            match = _BITS.fullmatch(part.strip())
            if match is None or (match.group(1) or match.group(3)) != letter:
                raise unreadable(f"{where} has {part.strip()[:20]!r} where {letter}[0] or the like is expected.")
            if match.group(2) is None:
                found += range(count)
            elif int(match.group(2)) >= count:
                raise unreadable(f"{where} uses {letter}[{match.group(2)}], but there are only {count}.")
            else:
                found.append(int(match.group(2)))
        return found

    def _qubits(self, text: str, where: str) -> list[int]:
        return self._places(text, "q", self.num_qubits, where)

    def _gate(self, out: Builder, name: str, rest: str, where: str) -> None:
        base, num_qubits, num_angles, controls = _GATES[name]
        names, _, inside = rest.partition("(")
        angles = []
        if inside:
            words = Words(tokens_of(inside.rstrip().removesuffix(")")))
            expressions = Expressions(words, "**")
            known = {"PI": pi}
            angles.append(number_from(evaluate(expressions.parse(known)), where))
            while words.take(","):
                angles.append(number_from(evaluate(expressions.parse(known)), where))
        qubits = self._qubits(names.rstrip().rstrip(","), where)
        if len(angles) != num_angles or (len(qubits) != num_qubits and num_qubits > 1):
            raise unreadable(
                f"{where} takes {num_qubits} qubits and {num_angles} angles, "
                f"but {len(qubits)} and {len(angles)} are given."
            )
        if len(set(qubits)) != len(qubits):
            raise unreadable(f"{where} uses the same qubit twice.")
        if name in ("X1", "Y1", "Z1", "U2"):
            angles.insert(0, pi / 2)
        elif name in ("SQISWAP", "ISWAPTHETA"):
            angles = [2 * angles[0] if angles else pi / 2, 0.0]
        phase = 0.0
        if num_angles == 4:
            # exp(iα) Rz(β) Ry(γ) Rz(δ)
            alpha, beta, gamma, delta = angles
            phase, angles = alpha - (beta + delta) / 2, [gamma, beta, delta]
        for group in [qubits] if num_qubits > 1 else [[qubit] for qubit in qubits]:
            out.gate(base, group[controls:], angles, group[:controls])
            if phase:
                out.add_phase(phase, group[:controls])

    def _if(self, out: Builder, rest: str) -> None:
        expressions = Expressions(Words(tokens_of(rest)), "**")
        condition = expressions.parse({"c": ("bits", tuple(range(self.num_clbits)))})
        then, otherwise = out.apart(), out.apart()
        if self._until(then, ("ELSE", "ENDQIF", "ENDIF")) == "ELSE":
            self._until(otherwise, ("ENDQIF", "ENDIF"))
        bits = bits_in(condition)
        if not 0 < len(bits) <= _MAX_BITS:
            raise unreadable(f"A condition depends on {len(bits)} classical bits; 1 to {_MAX_BITS} can be read.")
        holds = [
            number
            for number in range(1 << len(bits))
            if evaluate(condition, {bit: number >> (len(bits) - 1 - i) & 1 for i, bit in enumerate(bits)})
        ]
        out.choice(bits, dict.fromkeys(holds, then), otherwise)


_ORIGIN = {
    "id": "I",
    "x": "X",
    "y": "Y",
    "z": "Z",
    "h": "H",
    "s": "S",
    "t": "T",
    "rx": "RX",
    "ry": "RY",
    "rz": "RZ",
    "p": "U1",
    "u": "U3",
    "swap": "SWAP",
    "iswap": "ISWAP",
    "rxx": "RXX",
    "ryy": "RYY",
    "rzz": "RZZ",
}
_ORIGIN_CONTROLLED = {("x", 1): "CNOT", ("z", 1): "CZ", ("p", 1): "CR", ("x", 2): "TOFFOLI"}


def to_originir(circuit: Circuit) -> str:
    """The circuit in OriginIR, with its global phase (as a U4 on qubit 0)."""
    lines = [f"QINIT {circuit.num_qubits}", f"CREG {circuit.num_clbits}"]
    for operation in without_inversions(circuit).operations:
        _origin(lines, operation)
    if circuit.phase and circuit.num_qubits:
        lines.append(f"U4 q[0],({circuit.phase!r},0.0,0.0,0.0)")
    return "\n".join(lines) + "\n"


def _origin(lines: list[str], operation: Operation) -> None:
    name, params, controls = operation.name, operation.params, operation.controls
    where = ",".join(f"q[{q}]" for q in operation.qubits)
    if name == "barrier":
        lines.append(f"BARRIER {where}")
    elif name == "measure":
        lines += [f"MEASURE q[{q}],c[{bit}]" for q, bit in zip(operation.qubits, operation.clbits, strict=True)]
    elif name == "reset":
        lines += [f"RESET q[{q}]" for q in operation.qubits]
    elif name == "if":
        bits, value = operation.tested
        tests = [f"c[{bit}]=={value >> (len(bits) - 1 - i) & 1}" for i, bit in enumerate(bits)]
        lines.append("QIF " + "&&".join(tests))
        for step in operation.body:
            _origin(lines, step)
        if operation.orelse:
            lines.append("ELSE")
            for step in operation.orelse:
                _origin(lines, step)
        lines.append("ENDQIF")
    elif name in NOT_GATES:
        raise unreadable(f"{name!r} cannot be written in OriginIR.")
    elif 0 in operation.control_values:
        flips = [f"X q[{q}]" for q, v in zip(controls, operation.control_values, strict=True) if not v]
        lines += flips
        _origin(lines, Operation(name, operation.qubits, params, controls, (1,) * len(controls), operation.matrix))
        lines += flips
    elif (name, len(controls)) in _ORIGIN_CONTROLLED:
        every = ",".join(f"q[{q}]" for q in operation.all_qubits)
        lines.append(f"{_ORIGIN_CONTROLLED[name, len(controls)]} {every}{_in_brackets(params)}")
    elif controls:
        lines.append("CONTROL " + ",".join(f"q[{q}]" for q in controls))
        _origin(lines, Operation(name, operation.qubits, params, matrix=operation.matrix))
        lines.append("ENDCONTROL")
    elif name in _ORIGIN:
        lines.append(f"{_ORIGIN[name]} {where}{_in_brackets(params)}")
    elif name in ("sdg", "tdg", "iswapdg"):
        lines += ["DAGGER", f"{_ORIGIN[name[:-2]] if name != 'iswapdg' else 'ISWAP'} {where}", "ENDDAGGER"]
    elif len(operation.qubits) == 1:
        alpha, theta, phi, lam = angles_of(operation)
        lines.append(f"U4 {where}{_in_brackets((alpha + (phi + lam) / 2, phi, theta, lam))}")
    else:
        part = Builder()
        lower(part, operation)
        for step in part.operations:
            _origin(lines, step)
        if part.phase:
            lines.append(f"U4 q[{operation.qubits[0]}],({part.phase!r},0.0,0.0,0.0)")


def _in_brackets(params) -> str:
    return f",({','.join(repr(float(value)) for value in params)})" if params else ""
