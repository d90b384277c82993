"""The neutral form as OpenQASM 2 and 3."""

from __future__ import annotations

from ...builder import Builder
from ...counting import gate_name
from ...decomposition import angles_of, euler, lower, pieces
from ...errors import unreadable
from ...gates import NOT_GATES, base_matrix
from ...model import Circuit, Operation
from ...transform import without_inversions

# Only the gates that every version of qelib1.inc has.
_NAMES2 = {
    **{name: name for name in ("id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "rx", "ry", "rz")},
    "p": "u1", "u": "u3", "cx": "cx", "cy": "cy", "cz": "cz", "ch": "ch", "crz": "crz", "cp": "cu1", "cu": "cu3",
    "ccx": "ccx",
}  # fmt: skip
_NAMES3 = {
    "id",
    "x",
    "y",
    "z",
    "h",
    "s",
    "sdg",
    "t",
    "tdg",
    "sx",
    "rx",
    "ry",
    "rz",
    "p",
    "swap",
    "cx",
    "cy",
    "cz",
    "ch",
    "cp",
    "crx",
    "cry",
    "crz",
    "ccx",
    "cswap",
}


def to_openqasm2(circuit: Circuit) -> str:
    """The circuit in OpenQASM 2 with qelib1.inc, which has no place for a global phase: it is left out."""
    lines = ["OPENQASM 2.0;", 'include "qelib1.inc";']
    if circuit.num_qubits:
        lines.append(f"qreg q[{circuit.num_qubits}];")
    if circuit.num_clbits:
        lines.append(f"creg c[{circuit.num_clbits}];")
    for operation in without_inversions(circuit).operations:
        _write2(lines, operation, circuit.num_clbits)
    return "\n".join(lines) + "\n"


def to_openqasm3(circuit: Circuit) -> str:
    """The circuit in OpenQASM 3 with stdgates.inc, with its exact global phase."""
    lines = ["OPENQASM 3.0;", 'include "stdgates.inc";']
    if circuit.num_qubits:
        lines.append(f"qubit[{circuit.num_qubits}] q;")
    if circuit.num_clbits:
        lines.append(f"bit[{circuit.num_clbits}] c;")
    if circuit.phase:
        lines.append(f"gphase({circuit.phase!r});")
    for operation in without_inversions(circuit).operations:
        _write3(lines, operation)
    return "\n".join(lines) + "\n"


def _call(name: str, params, qubits) -> str:
    brackets = f"({', '.join(repr(float(value)) for value in params)})" if params else ""
    return f"{name}{brackets} {', '.join(f'q[{q}]' for q in qubits)};"


def _write2(lines: list[str], operation: Operation, num_clbits: int) -> None:
    name = operation.name
    if name == "measure":
        lines += [f"measure q[{q}] -> c[{bit}];" for q, bit in zip(operation.qubits, operation.clbits, strict=True)]
    elif name == "reset":
        lines += [f"reset q[{q}];" for q in operation.qubits]
    elif name == "barrier":
        lines.append(_call("barrier", (), operation.qubits))
    elif name == "if":
        bits, value = operation.tested
        if operation.orelse or bits != tuple(reversed(range(num_clbits))):
            raise unreadable("OpenQASM 2 has only conditions on the whole register, without else.")
        body: list[str] = []
        for step in operation.body:
            if step.name in ("measure", "if", "barrier"):
                raise unreadable(f"{step.name!r} inside an if block cannot be written in OpenQASM 2.")
            _write2(body, step, num_clbits)
        lines += [f"if(c=={value}) {line}" for line in body]
    elif name in NOT_GATES:
        raise unreadable(f"{name!r} cannot be written in OpenQASM 2.")
    else:
        everyday = gate_name(operation)
        if everyday in _NAMES2:
            lines.append(_call(_NAMES2[everyday], operation.params, operation.all_qubits))
            return
        part = Builder()
        lower(part, operation)
        for step in part.operations:
            if step.name in _NAMES2 or step.controls:
                _write2(lines, step, num_clbits)
            else:
                _, *angles = euler(base_matrix(step))
                lines.append(_call("u3", angles, step.qubits))


def _write3(lines: list[str], operation: Operation) -> None:
    name, params, controls = operation.name, operation.params, operation.controls
    if name == "measure":
        lines += [f"c[{bit}] = measure q[{q}];" for q, bit in zip(operation.qubits, operation.clbits, strict=True)]
    elif name == "reset":
        lines += [f"reset q[{q}];" for q in operation.qubits]
    elif name == "barrier":
        lines.append(_call("barrier", (), operation.qubits))
    elif name == "if":
        bits, value = operation.tested
        tests = [f"c[{bit}] == {value >> (len(bits) - 1 - i) & 1}" for i, bit in enumerate(bits)]
        lines.append(f"if ({' && '.join(tests)}) {{")
        for step in operation.body:
            _write3(lines, step)
        if operation.orelse:
            lines.append("} else {")
            for step in operation.orelse:
                _write3(lines, step)
        lines.append("}")
    elif name in NOT_GATES:
        raise unreadable(f"{name!r} cannot be written in OpenQASM 3.")
    elif gate_name(operation) in _NAMES3:
        lines.append(_call(gate_name(operation), params, operation.all_qubits))
    elif name in _NAMES3:
        lines.append(_modifiers(operation) + _call(name, params, operation.all_qubits))
    elif name == "sxdg":
        lines.append(_modifiers(operation) + "inv @ " + _call("sx", (), operation.all_qubits))
    elif len(operation.qubits) > 1:
        for part in pieces(operation):
            values = operation.control_values + part.control_values
            _write3(
                lines, Operation(part.name, part.qubits, part.params, controls + part.controls, values, part.matrix)
            )
    else:
        # u(θ, φ, λ) = p(φ) ry(θ) p(λ), exactly.
        alpha, theta, phi, lam = angles_of(operation)
        before = _modifiers(operation)
        for gate, angle in (("p", lam), ("ry", theta), ("p", phi)):
            lines.append(before + _call(gate, (angle,), operation.all_qubits))
        if alpha:
            lines.append(before + _call("gphase", (alpha,), controls).replace(" ;", ";"))


def _modifiers(operation: Operation) -> str:
    return "".join("ctrl @ " if value else "negctrl @ " for value in operation.control_values)
