"""The neutral form as a Qiskit circuit."""

from __future__ import annotations

from math import pi

from qiskit import QuantumCircuit
from qiskit.circuit import library as gates
from qiskit.circuit.classical import expr
from qiskit.quantum_info import Kraus

from ...model import Circuit, Operation
from ...orders import reverse_matrix, reverse_vector
from ...transform import without_inversions

_GATES = {
    "id": gates.IGate, "x": gates.XGate, "y": gates.YGate, "z": gates.ZGate, "h": gates.HGate, "s": gates.SGate,
    "sdg": gates.SdgGate, "t": gates.TGate, "tdg": gates.TdgGate, "sx": gates.SXGate, "sxdg": gates.SXdgGate,
    "swap": gates.SwapGate, "iswap": gates.iSwapGate, "ecr": gates.ECRGate, "rx": gates.RXGate, "ry": gates.RYGate,
    "rz": gates.RZGate, "p": gates.PhaseGate, "u": gates.UGate, "r": gates.RGate, "rxx": gates.RXXGate,
    "ryy": gates.RYYGate, "rzz": gates.RZZGate, "rzx": gates.RZXGate, "xx_plus_yy": gates.XXPlusYYGate,
    "xx_minus_yy": gates.XXMinusYYGate,
}  # fmt: skip


def to_qiskit(circuit: Circuit) -> QuantumCircuit:
    """The circuit as a `QuantumCircuit`, with the same qubits, the same unitary and the same global phase."""
    result = QuantumCircuit(circuit.num_qubits, circuit.num_clbits, global_phase=circuit.phase)
    _write(result, without_inversions(circuit).operations)
    return result


def _write(out: QuantumCircuit, operations) -> None:
    for operation in operations:
        name, qubits = operation.name, operation.qubits
        if name == "barrier":
            out.barrier(*qubits)
        elif name == "measure":
            out.measure(qubits, operation.clbits)
        elif name == "reset":
            out.reset(qubits)
        elif name == "initialize":
            out.initialize(reverse_vector(operation.matrix), list(qubits))
        elif name == "kraus":
            out.append(Kraus([reverse_matrix(one) for one in operation.matrix]).to_instruction(), list(qubits))
        elif name == "if":
            _write_if(out, operation)
        else:
            gate = gate_of(operation)
            if operation.controls:
                state = sum(value << i for i, value in enumerate(operation.control_values))
                gate = gate.control(len(operation.controls), ctrl_state=state)
            out.append(gate, list(operation.all_qubits))


def gate_of(operation: Operation):
    """Qiskit's gate for an operation, without its controls."""
    name, params = operation.name, operation.params
    if name in _GATES:
        return _GATES[name](*params)
    if name == "unitary":
        return gates.UnitaryGate(reverse_matrix(operation.array), label=operation.label or None)
    out = QuantumCircuit(len(operation.qubits), name=name)
    if name == "hpow":
        out.ry(-pi / 4, 0)
        out.p(params[0], 0)
        out.ry(pi / 4, 0)
    elif name == "swappow":
        out.cx(0, 1)
        out.h(0)
        out.cp(params[0], 1, 0)
        out.h(0)
        out.cx(0, 1)
    elif name == "fsim":
        out.append(gates.XXPlusYYGate(2 * params[0]), [0, 1])
        out.cp(-params[1], 0, 1)
    else:
        out.append(gates.XXPlusYYGate(pi), [0, 1])
    return out.to_gate()


def _write_if(out: QuantumCircuit, operation: Operation) -> None:
    bits, value = operation.tested
    tests = []
    for position, bit in enumerate(bits):
        wanted = value >> (len(bits) - 1 - position) & 1
        tests.append(expr.lift(out.clbits[bit]) if wanted else expr.logic_not(out.clbits[bit]))
    condition = tests[0]
    for test in tests[1:]:
        condition = expr.logic_and(condition, test)
    if len(bits) == 1:
        condition = (out.clbits[bits[0]], value)
    blocks = []
    for operations in (operation.body, operation.orelse):
        block = out.copy_empty_like()
        block.global_phase = 0
        _write(block, operations)
        blocks.append(block)
    if operation.orelse:
        out.if_else(condition, blocks[0], blocks[1], out.qubits, out.clbits)
    else:
        out.if_test(condition, blocks[0], out.qubits, out.clbits)
