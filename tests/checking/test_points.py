"""Partial credit: the part of the way from doing nothing to what is right, by formula."""

import random

import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.authoring.exercise import Slip
from qtrain.checking import Channel, Density, Distribution, Each, Expectation, Isometry, Permutation, State, Unitary
from qtrain.checking import rules as all_rules
from qtrain.checking.bit_sums import rank, table_of_sums


def circuit(n, *steps):
    made = QuantumCircuit(n)
    for name, *arguments in steps:
        getattr(made, name)(*arguments)
    return made


NOTHING = circuit(2, ("x", 0), ("x", 0))
BELL = circuit(2, ("h", 0), ("cx", 0, 1))


def way(got, start):
    return pytest.approx((got - start) / (1 - start), abs=1e-4)


def test_of_a_unitary():
    """The share of the inputs that come out right, from what needs no work: nearness of angles is no merit."""
    target = Unitary(circuit(2, ("cx", 0, 1), ("crz", 1.0, 1, 0), ("cx", 1, 0)))  # changes three of four inputs
    assert target.judge(circuit(2, ("cx", 0, 1), ("cx", 1, 0))).score == way(0.5, 0.25)
    assert target.judge(NOTHING).score == 0
    turned = Unitary(circuit(2, ("cry", 1.0, 0, 1)))
    for angle in (1.05, 0.5, -1.0):
        assert turned.judge(circuit(2, ("cry", angle, 0, 1))).score == 0
    on_one = Unitary(circuit(1, ("ry", 1.0, 0)))
    assert on_one.judge(circuit(1, ("ry", 0.95, 0))).score == on_one.judge(circuit(1, ("h", 0))).score == 0
    assert Unitary(circuit(1, ("rz", 1.0, 0))).judge(circuit(1, ("rz", 0.9, 0))).score == 0


def test_of_a_state():
    """A half for the right probabilities, if no layer of one gate has them: how near two states are is no merit."""
    target = State([0.6, 0.48j, 0, 0.64])
    written, near, turned = np.array([0.6, 0.64j, 0, 0.48]), QuantumCircuit(2), QuantumCircuit(2)
    near.initialize([0.6, 0, 0.5j, 0.39**0.5], [0, 1])  # Qiskit writes qubit 0 on the right
    turned.initialize([0.6, 0, 0.48j, -0.64], [0, 1])
    assert target.judge(written).score == 0  # amplitudes are right or not: nobody did a part of them
    assert target.judge(np.outer(written, written.conj())).score == 0
    assert target.judge(near).score == 0 and target.judge(turned).score == 0.5
    assert target.judge(NOTHING).score == 0 and target.judge([0, 0, 1, 0]).score == 0
    assert target.judge(circuit(2, ("x", 0), ("x", 1))).score == 0  # the likeliest string, no more
    most, flat = State([0.2, 0, 0, 0.96**0.5]), State(np.array([1, 1, 1, 1j]) / 2)
    assert most.judge(circuit(2, ("x", [0, 1]))).score == 0 == flat.judge(circuit(2, ("h", [0, 1]))).score
    assert flat.judge(circuit(2, ("h", [0, 1]), ("cp", 1.2, 0, 1))).score == 0


def test_of_a_state_of_one_qubit():
    """A half for the right probabilities, unless nothing has them, too; nearness is no merit: any two are near."""
    target, angle = State([0.6, 0.8j]), 2 * np.arccos(0.6)
    assert target.judge(circuit(1, ("ry", angle, 0))).score == 0.5
    assert target.judge(circuit(1, ("ry", angle + 0.02, 0))).score == 0
    assert target.judge(circuit(1, ("z", 0))).score == 0
    assert State([1, 0]).judge(circuit(1, ("ry", 0.6, 0))).score == 0
    assert State([0.5**0.5, 0.5**0.5 * 1j]).judge(circuit(1, ("h", 0), ("p", 0.4, 0))).score == 0  # an H alone has them


def test_of_a_density_matrix():
    """Of a circuit one minus the trace distance, from the best of no gate, X gates and an H on each qubit."""
    target = Density(np.diag([0.9, 0.1]))
    near = QuantumCircuit(1, 1)
    near.ry(2 * np.arcsin(0.08**0.5), 0)
    near.measure(0, 0)
    assert target.judge(near).score == way(0.98, 0.9)
    tilted = QuantumCircuit(1)
    tilted.ry(2 * np.arcsin(0.1**0.5), 0)
    assert target.judge(tilted).score == 0  # 0.3 off the diagonal
    assert Density(np.diag([0, 0.1, 0.9, 0])).judge(circuit(2, ("x", 0))).score == 0
    even = Density([[0.5, 0.45], [0.45, 0.5]])
    assert even.judge(circuit(1, ("h", 0))).score == 0 == even.judge(circuit(1, ("ry", 1.5, 0))).score


def test_of_a_density_matrix_that_is_written_down():
    """It is right or not, as any numbers are: near to the right ones is no part of the way."""
    target = Density(np.diag([0.9, 0.1]))
    for wrong in (np.diag([0.92, 0.08]), np.array([[0.9, 0.05j], [-0.05j, 0.1]]), np.eye(2) / 2, [1, 0], [0.9, 0.1]):
        assert target.judge(wrong).score == 0


def test_of_a_distribution():
    """One minus the total variation distance, from the best of all zeros, one string and equal probabilities."""
    target = Distribution({"00": 0.1, "01": 0.4, "10": 0.4, "11": 0.1})
    assert target.judge({"00": 0.1, "01": 0.5, "10": 0.3, "11": 0.1}).score == way(0.9, 0.7)
    hh = circuit(2, ("h", 0), ("h", 1))
    assert target.judge(hh).score == 0 and target.judge(NOTHING).score == 0
    counts = {"00": 100, "01": 500, "10": 300, "11": 100}
    assert target.judge(counts).score == way(0.9, 0.7)
    # Flips without a coin show one of the right strings always, and are no part of the way.
    shared = Distribution({"010": 0.5, "101": 0.5})
    assert shared.judge(circuit(3, ("x", 1))).score == 0


def test_of_maps_channels_and_expectation_values():
    target = Isometry([[1, 0], [0, 0], [0, 0], [0, 1]], inputs=[0])
    assert target.judge(circuit(2, ("z", 0), ("z", 0))).score == 0
    assert target.judge(circuit(2, ("crx", np.pi / 2, 0, 1))).score == 0  # |0⟩ comes out right without it, too
    flip = [np.sqrt(0.7) * np.eye(2), np.sqrt(0.3) * np.array([[0, 1], [1, 0]])]
    assert Channel(flip).judge(np.eye(2)).score == 0
    expectation = Expectation({"Z": 1}, -1.0)
    assert expectation.judge([1, 0]).score == 0 and expectation.judge([0.6, 0.8]).score == way(0.5 + 0.5 * 0.28, 0)


def test_of_a_function_that_does_nothing_for_it():
    target = Each([1, 2, 3, 4], lambda n: n % 2)
    assert target.judge(lambda n: 0).score == 0 and target.judge(lambda n: 1).score == 0
    assert target.judge(lambda n: n).score == 0
    assert target.judge(lambda n: n % 2 if n < 4 else 7).score == way(0.75, 0.5)  # 0 for all is right for half of them
    assert target.judge(lambda n: 1 - n % 2 if n > 1 else 1).score == 0
    assert Each([5, 7, 9], lambda n: n * n).judge(lambda n: n * n if n < 9 else 0).score == way(2 / 3, 0)
    matrices = [([[0, 1j], [1, 0]], 0), ([[1, 0], [0, 1]], 1)]  # what comes in is right for the second
    conjugated = Each(matrices, lambda matrix, k: Unitary(np.array(matrix).conj(), phase="exact"))
    assert conjugated.judge(lambda matrix, k: np.array(matrix)).score == 0
    assert conjugated.judge(lambda matrix, k: np.array(matrix) * 1j**k).score == 0
    assert conjugated.judge(lambda matrix, k: np.eye(2) if k else np.array(matrix)).score == 0
    ranks = Each([([1, 0, 0, 1], 1), ([1, 0], 1)], lambda state, k: len(state) // 2)
    assert ranks.judge(lambda state, k: np.int64(1)).score == 0  # a NumPy number is no list of arguments
    assert ranks.judge(lambda state, k: np.int64(len(state) - 1)).score == pytest.approx(0.5)


def test_what_rules_are_worth():
    """A finished result brought along is worth nothing; of other rules, those kept count."""
    loaded = QuantumCircuit(2)
    loaded.initialize([0.5**0.5, 0, 0, 0.5**0.5])
    assert State(BELL, rules=[all_rules.NoInitialize()]).judge(loaded).score == 0
    boxed = QuantumCircuit(2)
    boxed.unitary(np.eye(4)[[0, 1, 3, 2]], [1, 0])
    cnot = circuit(2, ("cx", 0, 1))
    for rule in (all_rules.NoUnitary(), all_rules.GateSet({"h", "cz"})):
        assert Unitary(cnot, rules=[rule]).judge(boxed).score == 0
    long = circuit(2, ("h", 0), ("h", 0), ("h", 0), ("cx", 0, 1))
    verdict = Unitary(BELL, rules=[all_rules.Gates(2), all_rules.GateSet({"h", "cx"})]).judge(long)
    assert verdict.diagnosis == "rule" and verdict.score == pytest.approx(0.75)


def _rx(angle):
    c, s = np.cos(angle / 2), np.sin(angle / 2)
    return np.array([[c, -1j * s], [-1j * s, c]])


def _ry(angle):
    c, s = np.cos(angle / 2), np.sin(angle / 2)
    return np.array([[c, -s], [s, c]])


def _rz(angle):
    return np.diag([np.exp(-0.5j * angle), np.exp(0.5j * angle)])


def test_of_a_permutation():
    """Half the way from doing nothing in inputs; sums of bits are no way to what needs more than sums."""
    carry = Permutation(lambda a, b, c: (a, b, c ^ a & b), {"a": 1, "b": 1, "c": 1})
    assert carry.judge(circuit(3, ("cx", 0, 2))).score == 0  # right for six of eight inputs, as doing nothing is
    majority = Permutation(lambda x, y: (x, y ^ (x.bit_count() > 1)), {"x": 3, "y": 1})
    assert majority.judge(circuit(4, ("cx", 0, 3))).score == 0  # right for three in four
    assert majority.judge(circuit(4, ("ccx", 0, 1, 3))).score == way(0.75, 0.5).expected / 2
    parity = Permutation(lambda x, y: (x, y ^ x.bit_count() % 2), {"x": 3, "y": 1})
    assert parity.judge(circuit(4, ("cx", 0, 3), ("cx", 1, 3))).score == 0
    swapped = Permutation(lambda x: (x % 4 << 1) + (x >> 2), {"x": 3})
    assert 0 < swapped.judge(circuit(3, ("swap", 0, 1))).score < 0.5


def test_of_a_permutation_with_a_draft():
    """Nothing for what the draft does already: its numbers are right, and a working qubit is dirty."""
    draft = circuit(4, ("ccx", 0, 1, 3), ("cx", 3, 2))
    target = Permutation(lambda a, b, c: (a, b, c ^ a & b), {"a": 1, "b": 1, "c": 1}, draft=draft)
    assert target.judge(draft).status == "not yet"
    moved = circuit(4, ("ccx", 0, 1, 3), ("cx", 3, 2), ("x", 3))
    assert target.judge(moved).diagnosis == "ancilla-entangled" and target.judge(moved).score == 0
    assert target.judge(circuit(4, ("ccx", 0, 1, 3), ("cx", 3, 2), ("ccx", 0, 1, 3))).passed


def test_a_table_of_sums_is_told_from_one_that_is_none():
    assert table_of_sums(range(8), [x ^ (x >> 1) ^ 5 for x in range(8)])
    assert not table_of_sums(range(8), [x ^ (x & x >> 1 & 1) for x in range(8)])
    assert table_of_sums([4, 5, 6, 7], [3, 2, 1, 0]) and not table_of_sums([1, 2, 4], [1, 2, 4])


def test_a_plan_in_place_of_a_circuit_is_called_a_list():
    target = Permutation(lambda x: x ^ 1, {"x": 2})
    for plan in ([(0, 1, 2)], [(0,), (0, 1)], [(0, 1, 2), (1,)]):
        assert target.judge(plan).diagnosis == "wrong-type" and "a list" in target.judge(plan).message


def test_a_slip_with_more_clean_working_qubits_is_the_same_slip():
    target = Permutation(lambda x: (x + 1) % 4, {"x": 2})
    target.slips = (Slip(circuit(2, ("x", 1)), reply="forgets the carry"),)
    assert target.judge(circuit(4, ("x", 1))).message == "forgets the carry"
    assert target.judge(circuit(4, ("x", 1), ("x", 3))).message != "forgets the carry"


def test_the_rank_modulo_2_is_that_of_the_span():
    rng = random.Random(2)
    for _ in range(200):
        rows = [rng.getrandbits(5) for _ in range(rng.randrange(7))]
        span = {0}
        for row in rows:
            span |= {row ^ other for other in span}
        assert 2 ** rank(rows) == len(span)
