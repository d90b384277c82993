"""Cirq's gates, circuits and values."""

import random

import cirq
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from qtrain.circuits import (
    Counts,
    Density,
    Observable,
    State,
    Unreadable,
    density,
    gate_name,
    output_distribution,
    read,
    to_cirq,
    unitary,
)

FEW = settings(max_examples=30)
Q = cirq.LineQubit.range(6)
POWERS = [
    cirq.XPowGate, cirq.YPowGate, cirq.ZPowGate, cirq.HPowGate, cirq.CXPowGate, cirq.CYPowGate, cirq.CZPowGate,
    cirq.CCXPowGate, cirq.CCYPowGate, cirq.CCZPowGate, cirq.SwapPowGate, cirq.ISwapPowGate, cirq.XXPowGate,
    cirq.YYPowGate, cirq.ZZPowGate,
]  # fmt: skip
OTHERS = [
    cirq.rx(0.3), cirq.ry(1.3), cirq.rz(-2.3), cirq.CSWAP, cirq.CXSWAP, cirq.CZSWAP, cirq.I, cirq.ISWAP_INV,
    cirq.PhasedXPowGate(phase_exponent=0.3, exponent=0.7, global_shift=0.2),
    cirq.PhasedXZGate(x_exponent=0.3, z_exponent=-0.6, axis_phase_exponent=1.2), cirq.FSimGate(0.3, 0.5),
    cirq.PhasedFSimGate(0.1, 0.2, 0.3, 0.4, 0.5), cirq.PhasedISwapPowGate(phase_exponent=0.2, exponent=0.6),
    cirq.MSGate(rads=0.4), cirq.QuantumFourierTransformGate(3), cirq.PhaseGradientGate(num_qubits=3, exponent=0.3),
    cirq.DiagonalGate([0.1, 0.2, 0.3, 0.4]), cirq.TwoQubitDiagonalGate([0.1, 0.2, 0.3, 0.4]),
    cirq.ThreeQubitDiagonalGate([0.1 * i for i in range(8)]), cirq.QubitPermutationGate([2, 0, 1]),
    cirq.BooleanHamiltonianGate(["a", "b"], ["a ^ b"], 0.3), cirq.ParallelGate(cirq.X**0.3, 3),
    cirq.SingleQubitCliffordGate.X_sqrt, cirq.DensePauliString("XYZ", coefficient=1j),
    cirq.PauliInteractionGate(cirq.X, True, cirq.Z, False, exponent=0.4), cirq.GlobalPhaseGate(1j),
    cirq.PauliStringPhasorGate(cirq.DensePauliString("XYZ"), exponent_neg=0.3), cirq.IdentityGate(2),
    cirq.WaitGate(cirq.Duration(nanos=1)), cirq.MatrixGate(cirq.testing.random_unitary(4, random_state=1)),
    cirq.UniformSuperpositionGate(5, 3),
]  # fmt: skip


def same(circuit, **options):
    return np.allclose(unitary(read(circuit, **options)), cirq.unitary(circuit))


def check_gate(gate):
    n = cirq.num_qubits(gate)
    assert same(cirq.Circuit(gate.on(*Q[:n])))
    assert same(cirq.Circuit(gate.on(*Q[:n]).controlled_by(Q[n], control_values=[0])))


@pytest.mark.parametrize("kind", POWERS, ids=lambda kind: kind.__name__)
def test_powers_with_every_shift(kind):
    for exponent in (1, 0.5, -0.5, 0.25, 1.5, -1, 2, 0, 3, 0.3217):
        for shift in (0, -0.5, 0.4):
            check_gate(kind(exponent=exponent, global_shift=shift))


@pytest.mark.parametrize("gate", OTHERS, ids=lambda gate: type(gate).__name__)
def test_other_gates(gate):
    check_gate(gate)
    n = cirq.num_qubits(gate)
    if n and not isinstance(gate, cirq.DensePauliString):
        assert np.allclose(unitary(read(gate)), cirq.unitary(gate))


def random_circuit(seed, n):
    circuit = cirq.testing.random_circuit(Q[:n], 6, 0.7, random_state=seed)
    rng = random.Random(seed)
    for _ in range(4):
        a, b = rng.sample(Q[:n], 2)
        circuit.append([cirq.rx(rng.random())(a), cirq.CZ(a, b) ** rng.random(), cirq.ISWAP(a, b) ** 0.3])
    return circuit + [cirq.I(q) for q in Q[:n]]


@FEW
@given(st.integers(2, 4), st.integers(0, 2**31))
def test_random_circuits(n, seed):
    circuit = random_circuit(seed, n)
    assert same(circuit)
    assert same(cirq.optimize_for_target_gateset(circuit, gateset=cirq.SqrtIswapTargetGateset()))
    assert np.allclose(cirq.unitary(to_cirq(read(circuit))), cirq.unitary(circuit))


@FEW
@given(st.integers(0, 2**31))
def test_boxed_and_repeated(seed):
    inner = random_circuit(seed, 2).freeze()
    boxed = cirq.CircuitOperation(inner)
    circuit = cirq.Circuit(boxed, boxed.with_qubits(Q[2], Q[0]).repeat(3), boxed.repeat(-1))
    assert same(circuit)
    assert same(cirq.Circuit(cirq.CircuitOperation(circuit.freeze()).controlled_by(Q[4]), cirq.I(Q[3])))


def test_tags_moments_and_frozen_circuits():
    moment = cirq.Moment(cirq.X(Q[0]).with_tags("t"), cirq.H(Q[1]))
    for form in (moment, cirq.FrozenCircuit(moment), cirq.Circuit(moment)):
        assert [gate_name(operation) for operation in read(form).operations] == ["x", "h"]
    assert read(cirq.CX(Q[0], Q[1])).num_qubits == 2


def test_control_values_that_are_sums():
    either = cirq.SumOfProducts([(0, 1), (1, 0)])
    assert same(cirq.Circuit(cirq.ControlledOperation(Q[:2], cirq.rx(0.3)(Q[2]), either)))
    some = cirq.X(Q[2]).controlled_by(Q[0], Q[1], control_values=[(0, 1), 1])
    assert same(cirq.Circuit(some))


def test_qudits_and_free_parameters_are_named():
    with pytest.raises(Unreadable, match="3 levels"):
        read(cirq.Circuit(cirq.IdentityGate(qid_shape=(3,)).on(cirq.LineQid(0, 3))))
    with pytest.raises(Unreadable, match="'alpha'"):
        read(cirq.Circuit(cirq.rx(sympy.Symbol("alpha"))(Q[0])))
    assert np.allclose(unitary(read(cirq.rx(sympy.pi / 3))), cirq.unitary(cirq.rx(np.pi / 3)))
    with pytest.raises(Unreadable, match="'alpha'"):
        read(cirq.Circuit(cirq.CX(Q[0], Q[1]) ** sympy.Symbol("alpha")))


class Custom(cirq.Gate):
    def __init__(self, matrix=None, parts=None):
        self.matrix, self.parts = matrix, parts

    def _num_qubits_(self):
        return 1

    def _unitary_(self):
        return self.matrix if self.matrix is not None else NotImplemented

    def _decompose_(self, qubits):
        return [gate(*qubits) for gate in self.parts] if self.parts is not None else NotImplemented

    def __str__(self):
        return "my gate"


def test_custom_gates():
    z = np.diag([1, -1])
    assert np.allclose(unitary(read(Custom(matrix=z))), z)
    assert np.allclose(unitary(read(Custom(parts=[cirq.S, cirq.S]))), z)
    assert np.allclose(unitary(read(Custom(matrix=1j * z, parts=[cirq.Z]))), 1j * z)
    assert read(Custom(parts=[cirq.S])).operations[0].label == "my gate"
    with pytest.raises(Unreadable, match="'my gate' contradicts itself"):
        read(Custom(matrix=z, parts=[cirq.X]))
    with pytest.raises(Unreadable, match="not unitary"):
        read(Custom(matrix=2 * z))
    with pytest.raises(Unreadable, match="neither a decomposition nor a matrix"):
        read(Custom())


class Noise(cirq.Gate):
    """A channel on as many qubits as given, with whatever operators."""

    def __init__(self, operators, qubits=1):
        self.operators, self.qubits = operators, qubits

    def _num_qubits_(self):
        return self.qubits

    def _kraus_(self):
        return self.operators


@pytest.mark.parametrize(
    ("operators", "qubits", "words"),
    [
        ([np.eye(4)], 1, "size of its qubits"),
        ([np.eye(2)], 2, "size of its qubits"),
        ([np.eye(2)[:1], np.eye(2)[1:]], 1, "size of its qubits"),
        ([np.diag([1, np.nan])], 1, "size of its qubits"),
        ([0.9 * np.eye(2)], 1, "do not preserve probability"),
        ([np.array([[0, 1], [0, 0]]), np.array([[0, 0.9], [0, 0]])], 1, "do not preserve probability"),
    ],
)
def test_channels_that_are_none_are_refused(operators, qubits, words):
    with pytest.raises(Unreadable, match=words):
        read(cirq.Circuit(Noise(operators, qubits)(*Q[:qubits])))


def test_a_custom_channel_with_complex_operators():
    """Its adjoint and its conjugate do something else."""
    operators = [np.array([[0, 1j], [0, 0]]), np.diag([1, 0])]
    circuit = cirq.Circuit(cirq.H(Q[0]), cirq.S(Q[0]), Noise(operators)(Q[0]), cirq.H(Q[0]))
    assert np.allclose(density(read(circuit)), cirq.final_density_matrix(circuit), atol=1e-6)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (1 / sympy.Symbol("m") > 2, "condition .* cannot be read"),  # 1/0 compares with nothing
        (sympy.Symbol("m") > sympy.Symbol("other"), "'other', which has not been made before"),
        ("other", "'other', which has not been made before"),
    ],
)
def test_conditions_without_a_meaning_are_refused(condition, words):
    circuit = cirq.Circuit(cirq.measure(Q[0], key="m"), cirq.X(Q[1]).with_classical_controls(condition))
    with pytest.raises(Unreadable, match=words):
        read(circuit)


def test_endless_decompositions_end():
    class Endless(cirq.Gate):
        def _num_qubits_(self):
            return 1

        def _decompose_(self, qubits):
            return [self(*qubits), self(*qubits)]

    with pytest.raises(Unreadable, match="nested"):
        read(Endless())


@pytest.mark.parametrize(
    ("qubits", "count", "places"),
    [
        (cirq.LineQubit.range(1, 3), 3, (1, 2)),
        (cirq.LineQubit.range(3, 5), 2, (0, 1)),
        (cirq.LineQubit.range(1, 3), None, (1, 2)),
        ([cirq.NamedQubit("q0"), cirq.NamedQubit("q3")], 4, (0, 3)),
        ([cirq.NamedQubit("q1"), cirq.NamedQubit("q4")], 4, (0, 3)),
        ([cirq.NamedQubit("a"), cirq.NamedQubit("b")], 2, (0, 1)),
        ([cirq.NamedQubit("a"), cirq.NamedQubit("b")], None, (0, 1)),
        (cirq.GridQubit.rect(1, 2), 4, (0, 1)),
        ([cirq.GridQubit(0, 2), cirq.GridQubit(0, 4)], 5, (2, 4)),
        ([cirq.GridQubit(0, 1), cirq.GridQubit(1, 1)], 4, (1, 3)),
        ([cirq.GridQubit(0, 2), cirq.GridQubit(1, 0)], 6, (2, 3)),
        ([], 3, ()),
    ],
)
def test_idle_qubits_are_filled_in(qubits, count, places):
    circuit = read(cirq.Circuit(cirq.X(qubit) for qubit in qubits), num_qubits=count)
    assert circuit.explicit_qubits == places
    assert circuit.num_qubits == (count if count is not None else max(places) + 1)
    assert tuple(operation.qubits[0] for operation in circuit.operations) == places


def test_neutral_circuits_are_widened_like_raw_ones():
    raw = cirq.Circuit(cirq.CX(Q[3], Q[4]))
    for count in (2, 5, 6):
        again = read(read(raw), num_qubits=count)
        direct = read(raw, num_qubits=count)
        assert again.num_qubits == direct.num_qubits == count
        assert again.qubit_names == direct.qubit_names
        assert again.operations[0].all_qubits == direct.operations[0].all_qubits


def test_qubits_that_cannot_be_placed():
    for qubits, count in (([Q[5]], 3), ([cirq.NamedQubit("alice")], 2), (Q[:3], 2)):
        with pytest.raises(Unreadable) as caught:
            read(cirq.Circuit(cirq.X(qubit) for qubit in qubits), num_qubits=count)
        assert caught.value.code == "wrong-size"


@FEW
@given(st.integers(0, 2**31))
def test_noise_resets_and_classical_control_against_cirq(seed):
    rng = random.Random(seed)
    circuit = random_circuit(seed, 3)
    circuit.append([cirq.measure(Q[0], key="a", invert_mask=(rng.random() < 0.5,)), cirq.reset(Q[1])])
    circuit.append(cirq.ry(0.7)(Q[1]).with_classical_controls("a"))
    circuit.append([cirq.measure(Q[1], Q[2], key="b"), cirq.amplitude_damp(0.3)(Q[0])])
    circuit.append(cirq.H(Q[2]).with_classical_controls(sympy.Symbol("a") + sympy.Symbol("b") > 1))
    circuit.append([cirq.depolarize(0.1)(Q[1]), cirq.CX(Q[0], Q[2])])
    expected = sum_over_outcomes(circuit)
    assert np.allclose(density(read(circuit)), expected, atol=1e-6)


def sum_over_outcomes(circuit):
    """Cirq's density matrix with the measurements as dephasing into extra qubits, read by quantum controls."""
    extra = {"a": [cirq.LineQubit(3)], "b": [cirq.LineQubit(4), cirq.LineQubit(5)]}
    steps = []
    for operation in circuit.all_operations():
        gate = operation.gate
        if isinstance(gate, cirq.MeasurementGate):
            key = cirq.measurement_key_name(gate)
            for qubit, target, flipped in zip(operation.qubits, extra[key], gate.full_invert_mask(), strict=True):
                steps += [cirq.CX(qubit, target)] + [cirq.X(target)] * flipped
        elif isinstance(operation, cirq.ClassicallyControlledOperation):
            inner = operation.without_classical_controls()
            if len(list(next(iter(operation.classical_controls)).keys)) == 1:
                steps.append(inner.controlled_by(*extra["a"]))
            else:
                controls = extra["a"] + extra["b"]
                holds = [(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1) if a + 2 * b + c > 1]
                steps.append(cirq.ControlledOperation(controls, inner, cirq.SumOfProducts(holds)))
        else:
            steps.append(operation)
    qubits = cirq.LineQubit.range(6)
    simulator = cirq.DensityMatrixSimulator(dtype=np.complex128)
    whole = simulator.simulate(cirq.Circuit(steps), qubit_order=qubits).final_density_matrix
    return np.einsum("aibi->ab", whole.reshape(8, 8, 8, 8))


def test_values():
    result = cirq.Simulator(seed=1).run(cirq.Circuit(cirq.X(Q[0]), cirq.measure(Q[0], Q[1], key="m")), repetitions=9)
    assert read(result) == Counts({"10": 9}, 2)
    final = cirq.Simulator().simulate(cirq.Circuit(cirq.X(Q[0]), cirq.I(Q[1])))
    state = read(final)
    assert isinstance(state, State) and np.allclose(state.vector, [0, 0, 1, 0])
    mixed = read(cirq.DensityMatrixSimulator().simulate(cirq.Circuit(cirq.X(Q[0]))))
    assert isinstance(mixed, Density) and np.allclose(mixed.matrix, np.diag([0, 1]))
    assert read(2 * cirq.X(Q[0]) * cirq.Z(Q[2])) == Observable({"XIZ": 2}, 3)
    assert read(cirq.Z(Q[1]) - 0.5 * cirq.X(Q[0]), num_qubits=3) == Observable({"IZI": 1, "XII": -0.5}, 3)
    assert read(cirq.DensePauliString("IXZ")).terms == {"IXZ": 1}


def test_quantum_states_are_pure_or_mixed():
    vector = np.array([1, 1j]) / np.sqrt(2)
    pure = read(cirq.quantum_state(vector))
    assert isinstance(pure, State) and np.allclose(pure.vector, vector)
    mixed = read(cirq.quantum_state(np.array([[0.75, 0.25j], [-0.25j, 0.25]]), qid_shape=(2,)))
    assert isinstance(mixed, Density) and np.allclose(mixed.matrix, [[0.75, 0.25j], [-0.25j, 0.25]])


def test_final_distribution_of_inverted_measurements():
    circuit = cirq.Circuit(cirq.X(Q[0]), cirq.measure(Q[0], Q[1], key="m", invert_mask=(True, True)))
    assert output_distribution(read(circuit)) == {"01": 1.0}
