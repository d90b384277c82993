"""Right answers are accepted in every disguise; a rotation that is off by 1e-3 rad is refused in each of them."""

import cirq
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import QuantumCircuit, qasm2, qasm3, transpile
from qiskit.circuit.library import UnitaryGate
from qiskit.quantum_info import Operator, Statevector
from qiskit.synthesis import qs_decomposition

from qtrain.checking import State, Subspace, Unitary, compare

FEW = settings(max_examples=40)

ONE = ["h", "x", "y", "z", "s", "t", "sx"]
TURNS = ["rx", "ry", "rz"]


@st.composite
def recipes(draw, most=4):
    """A number of qubits and steps (name, qubits, angle) that both frameworks know."""
    n = draw(st.integers(1, most))
    steps = []
    for _ in range(draw(st.integers(1, 8))):
        kinds = ["one", "turn"] + ["two", "phase"] * (n > 1) + ["three"] * (n > 2)
        kind = draw(st.sampled_from(kinds))
        qubits = draw(st.permutations(range(n)))
        angle = draw(st.floats(-3.1, 3.1).map(lambda value: round(value, 3)))
        if kind == "one":
            steps.append((draw(st.sampled_from(ONE)), qubits[:1], ()))
        elif kind == "turn":
            steps.append((draw(st.sampled_from(TURNS)), qubits[:1], (angle,)))
        elif kind == "two":
            steps.append((draw(st.sampled_from(["cx", "cz", "swap"])), qubits[:2], ()))
        elif kind == "phase":
            steps.append(("cp", qubits[:2], (angle,)))
        else:
            steps.append(("ccx", qubits[:3], ()))
    return n, steps


def in_qiskit(n, steps):
    qc = QuantumCircuit(n)
    for name, qubits, angles in steps:
        getattr(qc, name)(*angles, *qubits)
    return qc


CIRQ = {
    "h": cirq.H,
    "x": cirq.X,
    "y": cirq.Y,
    "z": cirq.Z,
    "s": cirq.S,
    "t": cirq.T,
    "sx": cirq.X**0.5,
    "cx": cirq.CNOT,
    "cz": cirq.CZ,
    "swap": cirq.SWAP,
    "ccx": cirq.CCX,
}


def in_cirq(n, steps, qubits=None):
    q = qubits or cirq.LineQubit.range(n)
    circuit = cirq.Circuit()
    for name, places, angles in steps:
        if name == "cp":
            gate = cirq.CZPowGate(exponent=angles[0] / np.pi)
        elif name in TURNS:
            gate = getattr(cirq, name)(angles[0])
        else:
            gate = CIRQ[name]
        circuit.append(gate(*(q[place] for place in places)))
    return circuit


def disguises(n, steps, seed):
    """The same unitary, written in other ways."""
    qc, cc = in_qiskit(n, steps), in_cirq(n, steps)
    matrix = Operator(qc.reverse_bits()).data
    basis = [["rz", "sx", "cx"], ["u", "cz"], ["h", "t", "tdg", "s", "rx", "cx"], None][seed % 4]
    yield "the other framework", cc
    yield "transpiled", transpile(qc, basis_gates=basis, optimization_level=seed % 4, seed_transpiler=seed)
    boxed = QuantumCircuit(n, global_phase=1.234)
    boxed.append(qc.to_gate(label="mine"), range(n))
    boxed.barrier()
    yield "boxed, with a phase", boxed
    measured = qc.copy()
    measured.measure_all()
    yield "measured at the end", measured
    twisted = QuantumCircuit(n)
    order = list(np.random.default_rng(seed).permutation(n))
    twisted.append(qc.to_gate(), order)
    yield "permuted and permuted back", permuted_back(twisted, order)
    yield "matrix", np.exp(0.3j) * matrix
    yield "complex64", matrix.astype(np.complex64)
    raw = QuantumCircuit(n)
    raw.append(UnitaryGate(Operator(qc)), range(n))
    yield "raw unitary", raw
    if seed % 3 == 0:
        yield "re-synthesised", qs_decomposition(Operator(qc).data)
    yield "named qubits", in_cirq(n, steps, cirq.NamedQubit.range(n, prefix="q"))
    padded = cc + [cirq.I(qubit) for qubit in cirq.LineQubit.range(n)]
    yield "decomposed", cirq.Circuit(cirq.decompose(padded))
    if n == 2:
        gates = cirq.two_qubit_matrix_to_cz_operations(*cirq.LineQubit.range(2), matrix, allow_partial_czs=False)
        yield "KAK", cirq.Circuit(gates)
    yield "OpenQASM 2", qasm2.dumps(transpile(qc, basis_gates=["u", "cx"], optimization_level=0))
    yield "OpenQASM 3", qasm3.dumps(qc)
    yield "OpenQASM of Cirq", padded.to_qasm()


def permuted_back(twisted, order):
    """Swaps that bring qubit `order[i]` to place i, the circuit, and the swaps undone."""
    n = twisted.num_qubits
    swaps = []
    result = QuantumCircuit(n)
    current = list(range(n))  # current[p]: which logical qubit sits on wire p
    for i in range(n):
        wire = current.index(i)
        if wire != order[i]:
            swaps.append((wire, order[i]))
            current[wire], current[order[i]] = current[order[i]], current[wire]
    for a, b in swaps:
        result.swap(int(a), int(b))
    result.compose(twisted, inplace=True)
    for a, b in reversed(swaps):
        result.swap(int(a), int(b))
    return result


@FEW
@given(recipes(), st.integers(0, 1000))
def test_right_answers_are_accepted_in_every_disguise(recipe, seed):
    n, steps = recipe
    target = Unitary(in_qiskit(n, steps))
    for name, answer in disguises(n, steps, seed):
        verdict = target.judge(answer)
        assert verdict.passed, (name, str(verdict))


@FEW
@given(recipes(), st.integers(0, 1000), st.data())
def test_a_milliradian_is_refused_in_every_disguise(recipe, seed, data):
    n, steps = recipe
    target = Unitary(in_qiskit(n, steps))
    place = data.draw(st.integers(0, len(steps)))
    if n > 1 and data.draw(st.booleans()):
        extra = ("cp", data.draw(st.permutations(range(n)))[:2], (1e-3,))
    else:
        extra = (data.draw(st.sampled_from(TURNS)), [data.draw(st.integers(0, n - 1))], (1e-3,))
    off = [*steps[:place], extra, *steps[place:]]
    for name, answer in disguises(n, off, seed):
        assert not target.accepts(target.read(answer)), name


@FEW
@given(recipes(), st.integers(0, 1000))
def test_states_in_every_form(recipe, seed):
    n, steps = recipe
    qc = in_qiskit(n, steps)
    target = State(qc)
    vector = target.vector
    loaded = QuantumCircuit(n)
    loaded.initialize(Statevector(qc))
    simulated = cirq.Simulator(seed=seed).simulate(in_cirq(n, steps), qubit_order=cirq.LineQubit.range(n))
    for answer in (vector * 1j, list(vector), Statevector(qc), loaded, in_cirq(n, steps), simulated.final_state_vector):
        assert target.judge(answer).passed
    wrong = np.roll(vector, 1)
    expected = abs(np.vdot(wrong, vector)) > 1 - 1e-10
    assert target.judge(wrong).passed == expected


@settings(FEW, max_examples=20)
@given(recipes(most=3), st.integers(0, 1000))
def test_clean_ancillas_in_every_disguise(recipe, seed):
    n, steps = recipe
    qc = in_qiskit(n, steps)
    # Something is computed into the ancilla from the data and taken back.
    tangled = QuantumCircuit(n + 1)
    tangled.cx(0, n), tangled.cx(0, n)
    tangled.compose(qc, range(n), inplace=True)
    tangled.cx(n, 0)
    target = Subspace(qc)
    assert target.judge(transpile(tangled, basis_gates=["u", "cz"], seed_transpiler=seed)).passed
    tangled.ry(1e-3, n)
    assert not target.judge(tangled).passed


@pytest.mark.parametrize("n", [6, 9, 11])
def test_larger_circuits(n):
    rng = np.random.default_rng(n)
    qc = QuantumCircuit(n)
    for _ in range(3 * n):
        a, b = (int(k) for k in rng.permutation(n)[:2])
        qc.u(*rng.uniform(-3, 3, 3), a)
        qc.cx(a, b)
    other = transpile(qc, basis_gates=["rz", "sx", "cz"], optimization_level=1, seed_transpiler=1)
    assert compare(other, qc).passed
    other.mcp(1e-3, list(range(n - 1)), n - 1)
    target = Unitary(qc)
    assert not target.accepts(target.read(other))
