"""Qiskit's gates, circuits, control flow and values."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister, transpile
from qiskit.circuit import AnnotatedOperation, ControlModifier, Gate, InverseModifier, Parameter, PowerModifier
from qiskit.circuit import library as gates
from qiskit.circuit.classical import expr
from qiskit.circuit.library.standard_gates import get_standard_gate_name_mapping
from qiskit.circuit.random import random_circuit
from qiskit.primitives import StatevectorEstimator, StatevectorSampler
from qiskit.quantum_info import (
    Clifford,
    DensityMatrix,
    Kraus,
    Operator,
    Pauli,
    SparsePauliOp,
    Statevector,
    random_clifford,
    random_statevector,
    random_unitary,
)
from qiskit.result import Counts as QiskitCounts

from qtrain.circuits import (
    Counts,
    Matrix,
    Number,
    Observable,
    State,
    Unreadable,
    choi,
    count,
    depth,
    output_distribution,
    read,
    run,
    to_qiskit,
    two_qubit_count,
    unitary,
)
from qtrain.circuits.orders import reverse_matrix, reverse_vector

FEW = settings(max_examples=25)
STANDARD = {name: gate for name, gate in get_standard_gate_name_mapping().items() if isinstance(gate, Gate)}
RNG = np.random.default_rng(7)
LIBRARY = [
    gates.QFTGate(3), gates.MCXGate(3, ctrl_state=2), gates.MCPhaseGate(0.3, 3), gates.PermutationGate([2, 0, 1]),
    gates.PauliGate("XYZ"), gates.DiagonalGate([1, 1j, -1, 1]), gates.HamiltonianGate(np.array([[1, 2], [2, -1]]), 0.3),
    gates.UnitaryGate(random_unitary(4, seed=3)), gates.StatePreparation([0.6, 0, 0.8j, 0]), gates.C4XGate(),
    gates.StatePreparation("+1"), gates.Isometry(random_unitary(4, seed=1).data, 0, 0), gates.GlobalPhaseGate(0.4),
    gates.UCRYGate([0.1, 0.2]), gates.MCMTGate(gates.ZGate(), 2, 2), gates.AndGate(2), gates.InnerProductGate(2),
    gates.GraphStateGate([[0, 1], [1, 0]]), gates.HalfAdderGate(1), gates.LinearFunction([[1, 1], [0, 1]]),
    gates.PhaseOracleGate("a & b"), gates.UniformSuperpositionGate(3), gates.RVGate(0.1, 0.2, 0.3),
    gates.MSGate(2, 0.3),
    gates.IntegerComparatorGate(2, 2), gates.PauliEvolutionGate(SparsePauliOp("XZ"), 0.4), gates.BitwiseXorGate(2, 1),
]  # fmt: skip


def same(circuit):
    return np.allclose(unitary(read(circuit)), reverse_matrix(Operator(circuit).data))


@pytest.mark.parametrize("name", STANDARD)
def test_standard_gates_alone_and_controlled(name):
    gate = STANDARD[name].base_class(*RNG.uniform(-3, 3, len(STANDARD[name].params)))
    n = gate.num_qubits
    circuit = QuantumCircuit(max(n, 1))
    circuit.append(gate, reversed(range(n)))
    assert same(circuit)
    for state in range(4) if n else ():
        circuit = QuantumCircuit(n + 2)
        circuit.append(gate.control(2, ctrl_state=state), range(n + 2))
        assert same(circuit)
        circuit.append(gate.control(2, ctrl_state=state, annotated=True), range(n + 2))
        assert same(circuit)


@pytest.mark.parametrize("gate", LIBRARY, ids=lambda gate: gate.name)
def test_library_gates(gate):
    circuit = QuantumCircuit(max(1, gate.num_qubits))
    circuit.append(gate, range(gate.num_qubits))
    assert same(circuit)
    if gate.num_qubits:
        assert np.allclose(unitary(read(gate)), reverse_matrix(Operator(circuit).data))


@FEW
@given(st.integers(1, 4), st.integers(0, 2**31))
def test_random_circuits_and_back(n, seed):
    circuit = random_circuit(n, 5, max_operands=3, seed=seed)
    circuit.global_phase = 0.3
    assert same(circuit)
    assert np.allclose(Operator(to_qiskit(read(circuit))).data, Operator(circuit).data)


@FEW
@given(st.integers(0, 2**31))
def test_transpiled(seed):
    circuit = random_circuit(3, 4, max_operands=2, seed=seed)
    expected = unitary(read(circuit))
    bases = (["cx", "rz", "sx", "x"], ["cz", "u"], ["ecr", "rz", "sx"], ["rxx", "rx", "ry"])
    for level in range(4):
        basis = random.Random(seed + level).choice(bases)
        found = unitary(read(transpile(circuit, basis_gates=basis, optimization_level=level, seed_transpiler=1)))
        ratio = np.vdot(expected, found) / 8
        assert np.isclose(abs(ratio), 1) and np.allclose(expected * ratio, found)
        placed = transpile(
            circuit, basis_gates=basis, optimization_level=level, seed_transpiler=seed, coupling_map=[[0, 1], [1, 2]]
        )
        found = unitary(read(placed))
        assert found.shape == expected.shape
        assert np.isclose(abs(np.vdot(expected, found)) / 8, 1)


@FEW
@given(st.integers(0, 2**31))
def test_boxes_phases_and_nested_definitions(seed):
    inner = random_circuit(2, 3, max_operands=2, seed=seed)
    inner.global_phase = 0.7
    middle = QuantumCircuit(3, global_phase=-0.2)
    middle.append(inner.to_gate(), [2, 0])
    middle.append(inner.to_gate(label="mine").control(1, ctrl_state=0), [1, 2, 0])
    outer = QuantumCircuit(4)
    outer.append(middle.to_gate().control(1), [3, 0, 2, 1])
    outer.append(middle.to_instruction(), [1, 2, 3])
    outer.barrier()
    outer.append(inner.to_gate().inverse(), [0, 3])
    assert same(outer)
    with_box = outer.copy()
    with with_box.box():
        with_box.h(0)
    outer.h(0)
    assert np.allclose(unitary(read(with_box)), unitary(read(outer)))


def test_annotated_operations():
    base = gates.SXGate()
    modifiers = [PowerModifier(0.5), InverseModifier(), ControlModifier(2, 1), PowerModifier(3), ControlModifier(1, 0)]
    for stop in range(len(modifiers) + 1):
        operation = AnnotatedOperation(base, modifiers[:stop])
        circuit = QuantumCircuit(operation.num_qubits)
        circuit.append(operation, range(operation.num_qubits))
        assert same(circuit)


def test_labels_tell_where_gates_come_from():
    inner = QuantumCircuit(1, name="oracle")
    inner.x(0)
    circuit = QuantumCircuit(2)
    circuit.append(inner.to_gate(), [1])
    circuit.append(gates.StatePreparation([0, 1]), [0])
    circuit.unitary([[0, 1], [1, 0]], 0, label="flip")
    labels = [operation.label for operation in read(circuit).operations]
    assert labels[0] == "oracle" and set(labels[1:-1]) == {"state_preparation"} and labels[-1] == "flip"


class Custom(Gate):
    def __init__(self, matrix, definition):
        super().__init__("mine", 1, [])
        self.matrix = matrix
        if definition is not None:
            self.definition = definition

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.matrix, dtype=dtype)


def test_custom_gates():
    z = np.diag([1, -1])
    flip, sign = QuantumCircuit(1), QuantumCircuit(1)
    flip.x(0)
    sign.z(0)
    for gate in (Custom(z, None), Custom(z, sign)):
        assert np.allclose(unitary(read(gate)), z)
    with pytest.raises(Unreadable, match="'mine' contradicts itself"):
        read(Custom(z, flip))
    with pytest.raises(Unreadable, match="not unitary"):
        read(Custom(2 * z, None))
    with pytest.raises(Unreadable, match="'secret' on qubit 0 is opaque"):
        read(Gate("secret", 1, []))


@pytest.mark.parametrize("name", ["s", "h", "cz", "swap", "rx", "ccx", "u2", "cu", "measure", "initialize", "unitary"])
@pytest.mark.parametrize("form", [lambda gate: gate, lambda gate: gate.inverse(), lambda gate: gate.power(2)])
def test_a_circuit_made_to_a_gate_may_bear_any_name(name, form):
    own = QuantumCircuit(2, name=name)
    own.ry(0.3, 0)
    own.cx(0, 1)
    own.t(1)
    circuit = QuantumCircuit(2)
    circuit.append(form(own.to_gate()), [1, 0])
    assert np.allclose(unitary(read(circuit)), Operator(circuit.reverse_bits()).data)


def test_unbound_parameters_are_named():
    circuit = QuantumCircuit(1)
    circuit.rx(Parameter("alpha"), 0)
    with pytest.raises(Unreadable, match="'rx' on qubit 0 has the parameter 'alpha'"):
        read(circuit)
    assert np.allclose(unitary(read(circuit.assign_parameters([0.3]))), unitary(read(gates.RXGate(0.3))))


class Nested(Gate):
    """A gate made of two of its kind, so many levels deep."""

    def __init__(self, levels):
        super().__init__("nested", 1, [])
        self.levels = levels

    def _define(self):
        self.definition = QuantumCircuit(1)
        for _ in range(2 if self.levels else 0):
            self.definition.append(Nested(self.levels - 1), [0])


def test_endless_and_enormous_nesting_ends():
    with pytest.raises(Unreadable, match="nested more than"):
        read(Nested(10**9))
    with pytest.raises(Unreadable, match="more than 200,000"):
        read(Nested(30))
    assert read(Nested(3)).operations == ()


def exact_outcomes(circuit):
    """Outcome probabilities by following Qiskit's own state vectors through measurements and if tests."""
    results = {}

    def follow(instructions, state, bits):
        for position, instruction in enumerate(instructions):
            operation = instruction.operation
            qubits = [circuit.find_bit(q).index for q in instruction.qubits]
            if operation.name in ("measure", "reset"):
                for value in (0, 1):
                    projector = np.diag([1 - value, value])
                    rest = state.evolve(Operator(projector), [qubits[0]])
                    if np.linalg.norm(rest.data) < 1e-9:
                        continue
                    found = dict(bits)
                    if operation.name == "measure":
                        found[instruction.clbits[0]] = value
                    elif value:
                        rest = rest.evolve(gates.XGate(), [qubits[0]])
                    follow(instructions[position + 1 :], rest, found)
                return
            if operation.name == "if_else":
                register, wanted = operation.condition
                register = list(register) if isinstance(register, ClassicalRegister) else [register]
                value = sum(bits[bit] << i for i, bit in enumerate(register))
                block = operation.blocks[0] if value == wanted else (*operation.blocks[1:], None)[0]
                inside = []
                for inner in block.data if block is not None else ():
                    inside.append(
                        inner.replace(
                            qubits=[instruction.qubits[block.find_bit(q).index] for q in inner.qubits],
                            clbits=[instruction.clbits[block.find_bit(c).index] for c in inner.clbits],
                        )
                    )
                follow(inside + list(instructions[position + 1 :]), state, bits)
                return
            state = state.evolve(operation, qubits)
        name = "".join(str(bits[bit]) for bit in circuit.clbits)
        results[name] = results.get(name, 0) + np.linalg.norm(state.data) ** 2

    follow(list(circuit.data), Statevector.from_int(0, 2**circuit.num_qubits), dict.fromkeys(circuit.clbits, 0))
    return results


@FEW
@given(st.integers(0, 2**31))
def test_measurement_reset_and_if_against_state_vectors(seed):
    rng = random.Random(seed)
    first, second = ClassicalRegister(2, "a"), ClassicalRegister(1, "b")
    circuit = QuantumCircuit(QuantumRegister(3), first, second)
    for step in range(3):
        circuit.compose(random_circuit(3, 2, max_operands=2, seed=seed + step), inplace=True)
        circuit.measure(rng.randrange(3), rng.randrange(3))
        condition = rng.choice([(first, rng.randrange(4)), (circuit.clbits[2], rng.randrange(2))])
        with circuit.if_test(condition) as otherwise:
            circuit.ry(rng.random(), rng.randrange(3))
            circuit.cx(0, 1)
        with otherwise:
            circuit.h(rng.randrange(3))
            circuit.measure(1, 1)
        circuit.reset(rng.randrange(3))
    circuit.measure([0, 1], [0, 2])
    expected = exact_outcomes(circuit)
    for found in (output_distribution(read(circuit)), output_distribution(read(to_qiskit(read(circuit))))):
        assert set(found) <= set(expected)
        assert all(np.isclose(found.get(name, 0), value, atol=1e-9) for name, value in expected.items())


def test_expressions_switches_and_loops():
    circuit = QuantumCircuit(3, 3)
    circuit.x(0)
    circuit.x(1)
    circuit.measure([0, 1, 2], [0, 1, 2])
    a, _, c = circuit.clbits
    with circuit.if_test(expr.logic_and(a, expr.logic_not(c))):
        circuit.x(2)
    with circuit.switch(circuit.cregs[0]) as case:
        with case(3):
            circuit.x(0)
        with case(case.DEFAULT):
            circuit.x(1)
    angle = Parameter("angle")
    with circuit.for_loop([0, 1, 2, 3], angle):
        circuit.rx(angle * np.pi, 1)
    circuit.measure([0, 1, 2], [0, 1, 2])
    assert output_distribution(read(circuit)) == pytest.approx({"011": 1.0})
    loop = QuantumCircuit(1, 1)
    with loop.while_loop((loop.clbits[0], 0)):
        loop.h(0)
    with pytest.raises(Unreadable, match="while loop"):
        read(loop)


def test_final_measurements_keep_their_bits():
    circuit = QuantumCircuit(2, 2)
    circuit.x(0)
    circuit.measure([0, 1], [1, 0])
    assert output_distribution(read(circuit)) == {"01": 1.0}


def test_initialize_everywhere():
    vector = random_statevector(4, seed=4).data
    circuit = QuantumCircuit(3)
    circuit.initialize(vector, [2, 0])
    assert np.allclose(run(read(circuit)), reverse_vector(Statevector(circuit).data))
    for label in (3, "0r", "-l"):
        circuit = QuantumCircuit(2)
        circuit.initialize(label, [0, 1])
        assert np.allclose(run(read(circuit)), reverse_vector(Statevector(circuit).data))


def test_values_are_turned_round():
    matrix = random_unitary(8, seed=2).data
    assert np.allclose(read(Operator(matrix)).matrix, reverse_matrix(matrix))
    assert isinstance(read(Operator(matrix)), Matrix)
    state = read(Statevector([0, 1, 0, 0]))
    assert isinstance(state, State) and np.array_equal(state.vector, [0, 0, 1, 0])
    assert np.array_equal(read(DensityMatrix(np.diag([0, 1, 0, 0]))).matrix, np.diag([0, 0, 1, 0]))
    assert read(SparsePauliOp(["XZI", "IIZ"], [0.5, 2])) == Observable({"IZX": 0.5, "ZII": 2}, 3)
    assert read(Pauli("-iXZ")) == Observable({"ZX": -1j}, 2)
    assert read(QiskitCounts({"10 0": 3})) == Counts({"001": 3}, 3)
    clifford = random_clifford(3, seed=1)
    found, expected = unitary(read(clifford)), reverse_matrix(Operator(clifford).data)
    assert np.isclose(abs(np.vdot(found, expected)), 8) and isinstance(clifford, Clifford)
    damping = [np.diag([1, 0.8]), np.array([[0, 0.6], [0, 0]])]
    wire = np.zeros((4, 4), dtype=complex)
    for one in damping:
        vector = one.T.reshape(-1)
        wire += np.outer(vector, vector.conj())
    assert np.allclose(choi(read(Kraus(damping))), wire)


def test_results_of_primitives():
    circuit = QuantumCircuit(QuantumRegister(3), ClassicalRegister(1, "a"), ClassicalRegister(2, "b"))
    circuit.x(1)
    circuit.measure([0, 1, 2], [0, 1, 2])
    result = StatevectorSampler(seed=1).run([circuit], shots=5).result()
    for form in (result, result[0], result[0].data):
        assert read(form) == Counts({"010": 5}, 3)
    assert read(result[0].data.b) == Counts({"10": 5}, 2)
    bare = QuantumCircuit(1)
    value = StatevectorEstimator(seed=1).run([(bare, SparsePauliOp("Z"))]).result()
    assert read(value) == Number(1.0)


def test_counts_and_depth():
    circuit = read(QuantumCircuit(2))
    assert (depth(circuit), two_qubit_count(circuit), count(circuit)) == (0, 0, {})
    bell = QuantumCircuit(3, 3)
    bell.h(0)
    bell.cx(0, 1)
    bell.ccx(0, 1, 2)
    bell.barrier()
    bell.x(2)
    bell.measure([0, 1, 2], [0, 1, 2])
    bell = read(bell)
    assert depth(bell) == 4 and two_qubit_count(bell) == 1
    assert count(bell) == {"h": 1, "cx": 1, "ccx": 1, "x": 1}
