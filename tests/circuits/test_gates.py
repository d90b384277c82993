"""The table of gates."""

import random

import numpy as np
import pytest

from qtrain.circuits import GATES, Unreadable, gate_matrix, inverse_of, matrix_of
from qtrain.circuits.decomposition import euler
from qtrain.circuits.gates import fractional_power, make


def angles_for(name):
    rng = random.Random(name)
    return tuple(rng.uniform(-3, 3) for _ in range(GATES[name].num_params))


@pytest.mark.parametrize("name", GATES)
def test_matrix_is_unitary_and_inverse_undoes_it(name):
    info = GATES[name]
    operation = make(name, range(info.num_qubits), angles_for(name))
    matrix = matrix_of(operation)
    assert matrix.shape == (2**info.num_qubits,) * 2
    assert np.allclose(matrix_of(inverse_of(operation)) @ matrix, np.eye(len(matrix)))


@pytest.mark.parametrize("name", [name for name, info in GATES.items() if info.diagonal])
def test_diagonal_gates_are_diagonal(name):
    matrix = gate_matrix(name, angles_for(name))
    assert np.allclose(matrix, np.diag(np.diag(matrix)))


@pytest.mark.parametrize("name", [name for name, info in GATES.items() if info.axis])
def test_rotations_turn_about_their_axis(name):
    pauli = np.eye(1)
    for letter in GATES[name].axis:
        pauli = np.kron(pauli, gate_matrix(letter.lower()))
    angle = 0.7
    turned = np.cos(angle / 2) * np.eye(len(pauli)) - 1j * np.sin(angle / 2) * pauli
    if name == "p":
        turned = turned * np.exp(1j * angle / 2)
    assert np.allclose(gate_matrix(name, (angle,)), turned)


def test_controls_come_first_and_may_be_open():
    operation = make("x", (2,), (), (0, 1), (0, 1))
    expected = np.eye(8)
    expected[[2, 3]] = expected[[3, 2]]
    assert np.array_equal(matrix_of(operation), expected)


def test_what_is_no_gate_has_no_matrix():
    with pytest.raises(Unreadable, match="measure"):
        matrix_of(make("measure", (0,)))
    with pytest.raises(Unreadable, match="nonsense"):
        matrix_of(make("nonsense", (0,)))


def test_euler_angles_give_the_matrix_back():
    rng = np.random.default_rng(5)
    for name in [name for name, info in GATES.items() if info.num_qubits == 1]:
        matrix = gate_matrix(name, angles_for(name)) * np.exp(1j * rng.uniform(0, 6))
        alpha, *angles = euler(matrix)
        assert np.allclose(np.exp(1j * alpha) * gate_matrix("u", tuple(angles)), matrix)


def test_fractional_powers():
    assert np.allclose(fractional_power(gate_matrix("x"), 0.5), gate_matrix("sx"))
    assert np.allclose(fractional_power(gate_matrix("z"), -0.25), gate_matrix("tdg"))
