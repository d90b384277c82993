"""Stabilizer tableaux against dense matrices and against Qiskit."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit.quantum_info import random_clifford

from qtrain.circuits import (
    GATES,
    Circuit,
    Unreadable,
    gate_matrix,
    is_clifford,
    read,
    same_clifford,
    same_clifford_state,
    tableau,
    unitary,
)
from qtrain.circuits.gates import make

FEW = settings(max_examples=40)


def random_circuit(rng, n, length):
    gates = []
    for _ in range(length):
        name = rng.choice(["h", "s", "sxdg", "y", "rx", "p", "iswap", "ecr", "rzz", "x", "z", "id"])
        info = GATES[name]
        controls = 1 if name in ("x", "z") and n > 1 and rng.random() < 0.7 else 0
        qubits = rng.sample(range(n), info.num_qubits + controls)
        angles = [rng.randrange(-4, 5) * np.pi / 2 for _ in range(info.num_params)]
        values = [rng.randrange(2) for _ in range(controls)]
        gates.append(make(name, qubits[controls:], angles, qubits[:controls], values))
    return Circuit(n, tuple(gates))


@FEW
@given(st.integers(0, 2**31))
def test_equality_agrees_with_the_matrices(seed):
    rng = random.Random(seed)
    one = random_circuit(rng, 2, 6)
    other = random_circuit(rng, 2, rng.randrange(4)) if seed % 2 else one
    first, second = unitary(one), unitary(other)
    assert same_clifford(one, other) == np.isclose(abs(np.vdot(first, second)), 4)
    assert same_clifford_state(one, other) == np.isclose(abs(np.vdot(first[:, 0], second[:, 0])), 1)


@pytest.mark.parametrize("seed", range(5))
def test_rows_are_the_images_of_the_generators(seed):
    circuit = read(random_clifford(3, seed=seed))
    found, matrix = tableau(circuit), unitary(circuit)
    for row in range(6):
        generator = make("x" if row < 3 else "z", (row % 3,))
        image = np.eye(1)
        for qubit in range(3):
            image = np.kron(image, gate_matrix(("id", "z", "x", "y")[found.paulis[qubit, row]]))
        before = unitary(Circuit(3, (generator,)))
        assert np.allclose((-1) ** found.negative[row] * image, matrix @ before @ matrix.conj().T)


def test_what_is_no_clifford_gate():
    for gate in (make("t", (0,)), make("rx", (0,), (np.pi / 2 + 1e-5,)), make("x", (2,), (), (0, 1))):
        assert not is_clifford(Circuit(3, (gate,)))
        with pytest.raises(Unreadable, match="no Clifford gate"):
            tableau(Circuit(3, (gate,)))
    assert is_clifford(Circuit(2, (make("p", (1,), (np.pi,), (0,)), make("unitary", (0,), matrix=gate_matrix("h")))))


def test_a_thousand_qubits():
    n = 1000
    chain = Circuit(n, (make("h", (0,)), *[make("x", (q + 1,), (), (q,)) for q in range(n - 1)]))
    fan = Circuit(n, (make("h", (0,)), *[make("x", (q,), (), (0,)) for q in range(1, n)]))
    sign = Circuit(n, (*fan.operations, make("z", (500,))))
    assert same_clifford_state(chain, fan) and not same_clifford(chain, fan)
    assert not same_clifford_state(chain, sign)
