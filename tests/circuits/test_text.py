"""OpenQASM 2 and 3, QCIS and OriginIR: written and read back, and compared with Qiskit's readers."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit, qasm2, qasm3
from qiskit.circuit.library import ZGate
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import Operator

from qtrain.circuits import (
    GATES,
    Circuit,
    Operation,
    Text,
    Unreadable,
    density,
    output_distribution,
    read,
    to_cirq,
    to_openqasm2,
    to_openqasm3,
    to_originir,
    to_qcis,
    to_qiskit,
    unitary,
)
from qtrain.circuits.gates import make
from qtrain.circuits.orders import reverse_matrix

FEW = settings(max_examples=15)
WITH_PHASE = [to_qiskit, to_cirq, to_openqasm3, to_originir]
WITHOUT_PHASE = [to_openqasm2, to_qcis]
HEAD2 = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'
HEAD3 = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'


def same(one, other, *, phase=True):
    if phase:
        return np.allclose(one, other, atol=1e-8)
    ratio = np.vdot(one, other) / len(one)
    return np.isclose(abs(ratio), 1) and np.allclose(one * ratio, other, atol=1e-8)


@pytest.mark.parametrize("name", [*GATES, "unitary"])
@pytest.mark.parametrize("controls", range(4))
def test_every_gate_in_every_language(name, controls):
    rng = random.Random(f"{name}{controls}")
    info = GATES.get(name)
    size = info.num_qubits if info else 1 + controls % 2
    matrix = None if info else np.linalg.qr(np.random.default_rng(controls).normal(size=(2**size, 2**size)) + 0j)[0]
    qubits = rng.sample(range(size + controls), size + controls)
    angles = [rng.uniform(-3, 3) for _ in range(info.num_params)] if info else []
    values = [rng.randrange(2) for _ in range(controls)]
    gate = make(name, qubits[controls:], angles, qubits[:controls], values, matrix=matrix)
    circuit = Circuit(size + controls, (gate,), phase=0.7)
    expected = unitary(circuit)
    for write in WITH_PHASE:
        assert same(unitary(read(write(circuit))), expected), write.__name__
    for write in WITHOUT_PHASE:
        assert same(unitary(read(write(circuit))), expected, phase=False), write.__name__


@FEW
@given(st.integers(0, 2**31))
def test_random_circuits_and_qiskits_own_readers(seed):
    circuit = random_circuit(3, 4, max_operands=3, seed=seed)
    expected = unitary(read(circuit))
    assert same(unitary(read(qasm2.dumps(circuit))), expected, phase=False)
    neutral = read(circuit)
    text = to_openqasm2(neutral)
    assert same(reverse_matrix(Operator(qasm2.loads(text)).data), expected, phase=False)
    assert same(reverse_matrix(Operator(qasm3.loads(to_openqasm3(neutral))).data), expected, phase=False)


@FEW
@given(st.integers(0, 2**31))
def test_what_qiskit_writes_in_openqasm_3(seed):
    circuit = random_circuit(3, 4, max_operands=2, seed=seed)
    assert same(unitary(read(qasm3.dumps(circuit))), unitary(read(circuit)), phase=False)


def test_measurement_and_conditions_come_through():
    circuit = QuantumCircuit(2, 2)
    circuit.ry(1.0, 0)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)) as otherwise:
        circuit.x(1)
    with otherwise:
        circuit.h(1)
    circuit.reset(0)
    circuit.measure([0, 1], [1, 0])
    expected = output_distribution(read(circuit))
    for write in (to_openqasm3, to_originir):
        assert output_distribution(read(write(read(circuit)))) == pytest.approx(expected)
    assert output_distribution(read(qasm3.dumps(circuit))) == pytest.approx(expected)
    final = QuantumCircuit(2, 2)
    final.x(0)
    final.measure([0, 1], [1, 0])
    for write in (to_openqasm2, to_openqasm3, to_originir, to_qcis, to_cirq):
        assert sum(output_distribution(read(write(read(final)))).values()) == pytest.approx(1)
    assert output_distribution(read(to_qcis(read(final)))) == {"01": 1.0}


@pytest.mark.parametrize("orelse", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_conditions_on_several_bits_in_every_language(count, orelse):
    """Each value of the bits leads to a distribution of its own, so that no bit is taken for another."""
    flips = [make("ry", (q,), (0.5 + 0.4 * q,)) for q in range(count)]
    bits = tuple(reversed(range(count)))
    measured = [Operation("measure", (q,), clbits=(q,)) for q in range(count)]
    for value in range(2**count):
        other = (make("ry", (count,), (2.0,)), make("x", (count,))) if orelse else ()
        branch = Operation("if", (count,), condition=(bits, value), body=(make("ry", (count,), (1.1,)),), orelse=other)
        circuit = Circuit(count + 1, (*flips, *measured, branch), num_clbits=count)
        expected = density(circuit)
        for write in (to_qiskit, to_openqasm3, to_originir, to_cirq):
            assert np.allclose(density(read(write(circuit))), expected, atol=1e-9), (write.__name__, value)


def test_openqasm_2_by_hand():
    program = (
        HEAD2
        + """
    gate majority(angle) a, b { cx a, b; u1(-angle/2^2) b; barrier a; cx a, b; }  // a comment
    qreg a[1]; qreg b[2]; creg c[2];
    h a; majority(pi) a[0], b[1]; x b; // broadcast
    if (c == 2) x a[0];
    measure b -> c;
    """
    )
    circuit = read(program)
    assert circuit.num_qubits == 3 and circuit.qubit_names == ("a[0]", "b[0]", "b[1]")
    assert circuit.framework == "openqasm2"
    expected = QuantumCircuit.from_qasm_str(program.replace("if (c == 2) x a[0];", "").replace("measure b -> c;", ""))
    without = circuit.replace_operations(step for step in circuit.operations if step.name != "if")
    assert same(unitary(without), reverse_matrix(Operator(expected).data), phase=False)


def test_openqasm_3_by_hand():
    program = (
        HEAD3
        + """
    const float third = pi / 3;
    qubit[3] q; bit[2] c;
    gate phased(θ) a { gphase(θ); ctrl @ gphase(0) a; rx(-θ) a; }
    ctrl(2) @ phased(third) q[0], q[1], q[2];
    negctrl @ inv @ pow(2) @ s q[2], q[0];
    pow(0.5) @ x q[1];
    for uint i in [0:2] { p(i * third) q[i]; }
    swap q[0], q[-1];
    ctrl @ U(0.1, 0.2, 0.3) q[0], q[1];
    """
    )
    expected = QuantumCircuit(3)
    phased = QuantumCircuit(1, global_phase=np.pi / 3)
    phased.rx(-np.pi / 3, 0)
    expected.append(phased.to_gate().control(2), [0, 1, 2])
    expected.append(ZGate().control(1, ctrl_state=0), [2, 0])
    expected.sx(1)
    for i in range(3):
        expected.p(i * np.pi / 3, i)
    expected.swap(0, 2)
    expected.cu(0.1, 0.2, 0.3, 0, 0, 1)
    assert same(unitary(read(program)), reverse_matrix(Operator(expected).data))


def test_openqasm_3_conditions():
    program = (
        HEAD3
        + """
    qubit[2] q; bit[2] c;
    x q[1];
    c = measure q;
    if (c[1] && !c[0]) { x q[0]; } else { h q[0]; }
    if (c == 2) x q[1];
    c[0] = measure q[0]; c[1] = measure q[1];
    """
    )
    assert output_distribution(read(program)) == {"10": 1.0}


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (HEAD2 + "qreg q[1]; nope q[0];", "'nope' in line 3"),
        (HEAD2 + "qreg q[1]; h q[1];", r"q\[1\], but 'q' has 1 elements"),
        (HEAD2 + "qreg q[2]; cx q[0], q[0];", "same qubit twice"),
        (HEAD2 + "qreg q[2]; rx q[0];", "takes 1 parameters, but 0"),
        (HEAD2 + "qreg q[2]; rx(1/0) q[0];", "no value"),
        (HEAD2 + "qreg q[2]; h q[0]", "should have ';'"),
        (HEAD2 + "qreg q[2]; h p[0];", "'p', which is no qubit"),
        (HEAD2 + "gate f a { f a; } qreg q[1]; f q[0];", "nested"),
        (HEAD2 + "opaque f a; qreg q[1]; f q[0];", "opaque"),
        (HEAD2 + "qreg q[5000];", "more than 1,000 qubits"),
        (HEAD3 + "qubit q; while (true) { h q; }", "while loop"),
        (HEAD3 + "input float a; qubit q; rx(a) q;", "input parameter"),
        (HEAD3 + "qubit q; for int i in [0:999999999] { h q; }", "range"),
        (HEAD3 + "qubit q; pow(1e300) @ h q;", "operations"),
        (HEAD3 + "qubit q; rx(" + "(" * 5000 + "1" + ")" * 5000 + ") q;", "brackets"),
        ("OPENQASM 5.0;", "versions 2 and 3"),
        ("QINIT 2\nFOO q[0]", "'FOO' in line 2"),
        ("QINIT 2\nH q[2]", "only 2"),
        ("QINIT 2\nCONTROL q[0]\nH q[1]", "ENDCONTROL is missing"),
        ("H Q0\nNOPE Q1", "'NOPE' in line 2"),
        ("RX Q0 nan", "no finite number"),
        ("CZ Q1 Q1", "each of them once"),
    ],
)
def test_faults_are_named(program, reason):
    with pytest.raises(Unreadable, match=reason):
        read(program)


def test_qcis_by_hand():
    circuit = read("X2P Q0\nY2M Q1\nXY2P Q0 0.3\nXY2M Q1 0.4\nRXY Q0 0.5 0.6\nB Q0 Q1\nCZ Q0 Q1\nSD Q1\nTD Q0\nM Q1\n")
    expected = QuantumCircuit(2)
    expected.rx(np.pi / 2, 0)
    expected.ry(-np.pi / 2, 1)
    expected.r(np.pi / 2, 0.3, 0)
    expected.r(-np.pi / 2, 0.4, 1)
    expected.r(0.6, 0.5, 0)
    expected.cz(0, 1)
    expected.sdg(1)
    expected.tdg(0)
    assert same(unitary(circuit), reverse_matrix(Operator(expected).data))


def test_originir_by_hand():
    circuit = read("""QINIT 3
CREG 2
H q
DAGGER
S q[0]
CNOT q[0],q[1]
ENDDAGGER
CONTROL q[2]
RX q[0],(PI/2+0.1)
U4 q[1],(0.1,0.2,0.3,0.4)
ENDCONTROL
CR q[0],q[1],(0.5)
TOFFOLI q[0],q[1],q[2]
MEASURE q[0],c[1]""")
    expected = QuantumCircuit(3)
    expected.h([0, 1, 2])
    expected.cx(0, 1)
    expected.sdg(0)
    expected.crx(np.pi / 2 + 0.1, 2, 0)
    turn = QuantumCircuit(1, global_phase=0.1)
    turn.rz(0.4, 0)
    turn.ry(0.3, 0)
    turn.rz(0.2, 0)
    expected.append(turn.to_gate().control(1), [2, 1])
    expected.cp(0.5, 0, 1)
    expected.ccx(0, 1, 2)
    assert same(unitary(circuit), reverse_matrix(Operator(expected).data))


@pytest.mark.parametrize("text", ["0110", "b", "A superposition.", "H gate", "Hadamard Q", "open question; see qubit"])
def test_other_texts_are_no_programs(text):
    assert read(text) == Text(text)
