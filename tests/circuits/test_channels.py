"""Circuits that measure on the way, reset, branch or are noisy."""

import random

import cirq
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qtrain.circuits import (
    Circuit,
    Operation,
    Unreadable,
    branches,
    choi,
    density,
    kraus,
    output_distribution,
    read,
    split_final_measurements,
    unitary,
)
from qtrain.circuits.gates import make

FEW = settings(max_examples=30)
Q = cirq.LineQubit.range(3)


def measure(qubit, bit):
    return Operation("measure", (qubit,), clbits=(bit,))


@FEW
@given(st.integers(0, 2**31))
def test_channels_against_cirq(seed):
    rng = random.Random(seed)
    circuit = cirq.testing.random_circuit(Q, 5, 0.8, random_state=seed) + [cirq.I(q) for q in Q]
    for _ in range(5):
        noise = rng.choice([cirq.reset, cirq.depolarize(0.2), cirq.phase_flip(0.3), cirq.amplitude_damp(0.4)])
        circuit.append([noise(rng.choice(Q)), cirq.CX(*rng.sample(Q, 2)), cirq.T(rng.choice(Q))])
    neutral = read(circuit)
    simulator = cirq.DensityMatrixSimulator(dtype=np.complex128)
    assert np.allclose(density(neutral), simulator.simulate(circuit).final_density_matrix, atol=1e-7)
    operators = kraus(neutral)
    assert len(operators) <= 64
    assert np.allclose(np.einsum("kij,kil->jl", operators.conj(), operators), np.eye(8))
    start = np.array(cirq.testing.random_superposition(8, random_state=seed))
    expected = sum(np.outer(k @ start, (k @ start).conj()) for k in operators)
    assert np.allclose(density(neutral, start), expected)


def test_choi_of_a_unitary():
    circuit = Circuit(1, (make("h", (0,)), make("t", (0,))), phase=0.4)
    vector = unitary(circuit).T.reshape(-1)
    assert np.allclose(choi(circuit), np.outer(vector, vector.conj()))


def test_teleportation_moves_the_state():
    operations = [
        make("ry", (0,), (1.1,)), make("p", (0,), (0.4,)), make("h", (1,)), make("x", (2,), (), (1,)),
        make("x", (1,), (), (0,)), make("h", (0,)), measure(0, 0), measure(1, 1),
        Operation("if", (2,), condition=((1,), 1), body=(make("x", (2,)),)),
        Operation("if", (2,), condition=((0,), 1), body=(make("z", (2,)),)),
    ]  # fmt: skip
    whole = density(Circuit(3, tuple(operations), num_clbits=2))
    last = np.einsum("aiaj->ij", whole.reshape(4, 2, 4, 2))
    state = np.array([np.cos(0.55), np.exp(0.4j) * np.sin(0.55)])
    assert np.allclose(last, np.outer(state, state.conj()))
    assert set(branches(Circuit(3, tuple(operations), num_clbits=2))) == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_many_measurements_stay_small():
    steps = [step for _ in range(300) for step in (make("h", (0,)), measure(0, 0), Operation("reset", (1,)))]
    assert output_distribution(Circuit(2, tuple(steps), num_clbits=1)) == pytest.approx({"0": 0.5, "1": 0.5})
    assert len(kraus(Circuit(2, tuple(steps), num_clbits=1))) <= 16


def test_too_many_branches_are_refused():
    steps = [step for bit in range(14) for step in (make("h", (0,)), measure(0, bit))]
    with pytest.raises(Unreadable, match="too"):
        output_distribution(Circuit(1, (*steps, make("h", (0,))), num_clbits=14))
    with pytest.raises(Unreadable, match="up to 6 qubits"):
        kraus(Circuit(9, (Operation("reset", (0,)),)))


def test_final_measurements_are_split_off():
    h, x = make("h", (0,)), make("x", (1,))
    barrier = Operation("barrier", (0, 1))
    circuit = Circuit(2, (h, measure(0, 1), x, barrier, measure(1, 0)), num_clbits=2)
    rest, measured = split_final_measurements(circuit)
    assert rest.operations[:2] == (h, x) and [(step.qubits, step.clbits) for step in measured] == [
        ((0,), (1,)),
        ((1,), (0,)),
    ]
    for later in (h, Operation("if", (1,), condition=((1,), 1), body=(x,)), measure(1, 1)):
        rest, measured = split_final_measurements(Circuit(2, (h, measure(0, 1), later), num_clbits=2))
        assert [step.name for step in rest.operations][:2] == ["h", "measure"]


def test_bits_never_written_stay_zero():
    assert output_distribution(Circuit(2, (make("x", (0,)), measure(0, 2)), num_clbits=3)) == {"001": 1.0}
    assert output_distribution(Circuit(2, (make("x", (1,)),))) == {"01": 1.0}


@pytest.mark.parametrize(("chance", "told"), [(1e-6, True), (1e-12, True), (1e-16, False)])
def test_rare_outcomes_are_told_down_to_rounding(chance, told):
    turn = make("ry", (0,), (2 * np.arcsin(np.sqrt(chance)),))
    branch = Operation("if", (1,), condition=((0,), 1), body=(make("x", (1,)),))
    final = Circuit(1, (turn, measure(0, 0)), num_clbits=1)
    midway = Circuit(2, (turn, measure(0, 0), branch, measure(1, 1)), num_clbits=2)
    for circuit, rare in ((final, "1"), (midway, "11")):
        found = output_distribution(circuit)
        assert (rare in found) == told and len(found) == 1 + told
        assert not told or found[rare] == pytest.approx(chance, rel=1e-6)
