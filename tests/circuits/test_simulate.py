"""Simulation against a plain product of whole matrices."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qtrain.circuits import GATES, Circuit, Operation, Unreadable, inverse, matrix_of, permute, run, unitary
from qtrain.circuits.gates import make

FEW = settings(max_examples=40)


def random_gate(rng, n):
    name = rng.choice([name for name, info in GATES.items() if info.num_qubits <= n])
    info = GATES[name]
    controls = rng.randrange(min(4, n - info.num_qubits + 1))
    qubits = rng.sample(range(n), info.num_qubits + controls)
    values = [rng.randrange(2) for _ in range(controls)]
    angles = [rng.uniform(-4, 4) for _ in range(info.num_params)]
    return make(name, qubits[controls:], angles, qubits[:controls], values)


def random_circuit(rng, n, length):
    return Circuit(n, tuple(random_gate(rng, n) for _ in range(length)), phase=rng.uniform(-3, 3))


def plain_unitary(circuit):
    n = circuit.num_qubits
    result = np.eye(2**n, dtype=complex)
    for operation in circuit.operations:
        qubits = operation.all_qubits
        matrix = matrix_of(operation)
        whole = np.zeros_like(result)
        for column in range(2**n):
            bits = [column >> (n - 1 - q) & 1 for q in range(n)]
            inside = sum(bits[q] << (len(qubits) - 1 - i) for i, q in enumerate(qubits))
            for row in range(len(matrix)):
                target = list(bits)
                for i, q in enumerate(qubits):
                    target[q] = row >> (len(qubits) - 1 - i) & 1
                whole[sum(bit << (n - 1 - q) for q, bit in enumerate(target)), column] += matrix[row, inside]
        result = whole @ result
    return np.exp(1j * circuit.phase) * result


@FEW
@given(st.integers(1, 4), st.integers(0, 15), st.integers(0, 2**32))
def test_small_circuits(n, length, seed):
    circuit = random_circuit(random.Random(seed), n, length)
    assert np.allclose(unitary(circuit), plain_unitary(circuit))


@pytest.mark.parametrize("seed", range(4))
def test_circuits_that_are_gathered_into_blocks(seed):
    circuit = random_circuit(random.Random(seed), 6, 30)
    found = unitary(circuit)
    assert np.allclose(found, plain_unitary(circuit))
    columns = np.random.default_rng(seed).normal(size=(64, 3)) + 0j
    assert np.allclose(run(circuit, columns), found @ columns)
    assert np.allclose(run(circuit, columns[:, 1]), found @ columns[:, 1])
    assert np.allclose(run(circuit), found[:, 0])
    assert np.allclose(unitary(inverse(circuit)) @ found, np.eye(64))


def test_the_input_is_not_overwritten():
    state = np.array([1, 0, 0, 0], dtype=complex)
    run(Circuit(2, (make("z", (0,)), make("rz", (1,), (1.0,)), make("h", (0,)))), state)
    assert np.array_equal(state, [1, 0, 0, 0])


def test_large_states():
    operations = [make("h", (0,)), *[make("x", (q + 1,), (), (q,)) for q in range(17)], make("rz", (17,), (0.5,))]
    state = run(Circuit(18, tuple(operations)))
    assert np.isclose(state[0], np.exp(-0.25j) / np.sqrt(2)) and np.isclose(state[-1], np.exp(0.25j) / np.sqrt(2))
    assert np.isclose(np.linalg.norm(state), 1)


def test_permuting_qubits_permutes_the_unitary():
    circuit = random_circuit(random.Random(1), 3, 12)
    order = [2, 0, 1]
    moved = unitary(permute(circuit, order)).reshape((2,) * 6)
    back = moved.transpose([*order, *(3 + q for q in order)]).reshape(8, 8)
    assert np.allclose(back, unitary(circuit))


def test_final_measurements_are_left_out_and_others_refused():
    h, measure = make("h", (0,)), Operation("measure", (0,), clbits=(0,))
    assert np.allclose(unitary(Circuit(1, (h, measure), num_clbits=1)), matrix_of(h))
    with pytest.raises(Unreadable, match="after measuring qubit 0"):
        unitary(Circuit(1, (measure, h), num_clbits=1))
    with pytest.raises(Unreadable, match="reset"):
        unitary(Circuit(1, (Operation("reset", (0,)),)))


def test_initialize_and_reset_at_the_start():
    vector = np.array([0.6, 0, 0, 0.8j])
    operations = (Operation("reset", (2,)), Operation("initialize", (2, 0), matrix=vector), make("x", (1,)))
    state = run(Circuit(3, operations)).reshape(2, 2, 2)
    assert np.isclose(state[0, 1, 0], 0.6) and np.isclose(state[1, 1, 1], 0.8j)
    with pytest.raises(Unreadable, match="initialize"):
        run(Circuit(1, (make("h", (0,)), Operation("initialize", (0,), matrix=np.array([0, 1])))))


def test_too_large_is_refused_with_a_reason():
    with pytest.raises(Unreadable, match="40 qubits"):
        run(Circuit(40, ()))
    with pytest.raises(Unreadable, match="13 qubits"):
        unitary(Circuit(13, ()))
    with pytest.raises(Unreadable, match="too many to simulate"):
        unitary(Circuit(12, (make("h", (0,)),) * 20_000))
