"""The neutral form as QCIS and OriginIR."""

from __future__ import annotations

from .build import Builder
from .circuit import Circuit, Operation
from .errors import unreadable
from .gates import NOT_GATES, base_matrix
from .lower import euler, lower
from .measurement import split_final_measurements

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
    measurements must be final and are written in the order of the bits.
    """
    rest, measured = split_final_measurements(circuit)
    lowered = _lowered(rest, "QCIS", ("barrier",)).operations
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
            _, theta, phi, lam = _angles(operation)
            lines += [f"RZ {where} {lam!r}", f"RY {where} {theta!r}", f"RZ {where} {phi!r}"]
    lines += [f"M Q{q}" for q, _ in sorted(measured, key=lambda pair: pair[1])]
    return "\n".join(lines) + "\n"


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
    for operation in circuit.operations:
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
        bits, value = operation.condition
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
        alpha, theta, phi, lam = _angles(operation)
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


def _angles(operation: Operation):
    return (0.0, *operation.params) if operation.name == "u" else euler(base_matrix(operation))


def _lowered(circuit: Circuit, language: str, steps: tuple[str, ...]) -> Builder:
    """The circuit in one-qubit gates and CNOTs, with the given steps that are no gates; its phase is dropped."""
    out = Builder()
    for operation in circuit.operations:
        if operation.name not in NOT_GATES:
            lower(out, operation)
        elif operation.name in steps:
            out.step(operation)
        else:
            raise unreadable(f"{operation.name!r} cannot be written in {language}.")
    return out
