"""Channels on two qubits in every representation, against Qiskit's and Cirq's own."""

import cirq
import numpy as np
import pytest
import stim
from qiskit.quantum_info import PTM, Choi, Kraus, Stinespring, SuperOp, random_quantum_channel

from qtrain.checking import Povm, QuasiProbabilities, Representation, StimProgram

DAMP = [np.diag([1, 0.8]).astype(complex), np.array([[0, 0.6], [0, 0]], dtype=complex)]
TURN = np.array([[1, 1j], [1j, 1]]) / 2**0.5
# Qubit 0 is damped, qubit 1 turned: nothing symmetric about it. Big-endian.
TWO = [np.kron(one, TURN) for one in DAMP]
LITTLE = [np.kron(TURN, one) for one in DAMP]


@pytest.mark.parametrize("form", ["kraus", "choi", "superoperator", "ptm", "stinespring"])
@pytest.mark.parametrize("made", [Choi, Kraus, SuperOp, PTM, Stinespring])
def test_qiskit_objects_are_read_in_their_own_order(form, made):
    target = Representation(TWO, form)
    assert target.judge(made(Kraus(LITTLE))).passed
    assert not target.judge(made(Kraus(TWO))).passed


def test_bare_matrices_are_big_endian():
    # Written by Qiskit for the big-endian operators, an array is the big-endian matrix.
    for form, made in (("choi", Choi), ("superoperator", SuperOp), ("ptm", PTM)):
        right, reversed_ = np.array(made(Kraus(TWO)).data), np.array(made(Kraus(LITTLE)).data)
        assert Representation(TWO, form).judge(right).passed
        assert Representation(TWO, form).judge(reversed_).diagnosis == "qubit-order"


def test_cirq_conventions():
    target = Representation(TWO, "choi", convention="output-input")
    assert target.judge(cirq.kraus_to_choi(TWO)).passed
    rows = Representation(TWO, "superoperator", convention="rows")
    assert rows.judge(cirq.kraus_to_superoperator(TWO)).passed


@pytest.mark.parametrize("seed", range(5))
def test_all_forms_of_a_random_channel_agree(seed):
    channel = random_quantum_channel(2, 2, seed=seed)
    kraus = [np.array(one) for one in Kraus(channel).data]
    for form, made in (("choi", Choi), ("superoperator", SuperOp), ("ptm", PTM)):
        data = np.array(made(channel).data)
        assert Representation(kraus, form).judge(data).passed
        noise = np.random.default_rng(seed).normal(size=data.shape) * 1e-3
        assert not Representation(kraus, form).judge(data + noise).passed


def test_the_order_of_outcomes_can_be_free():
    zero, one = np.diag([1.0, 0]), np.diag([0, 1.0])
    assert Povm([zero, one], ordered=False).judge([one, zero]).passed
    assert Povm([zero, one]).judge([one, zero]).diagnosis == "bit-flip"
    assert not Povm([zero, one], ordered=False).judge([zero, zero]).passed


def test_operations_before_the_noise_are_not_those_after_it():
    kraus = [np.array([[1, 0], [0, 0.8]]), np.array([[0, 0.6], [0, 0]])]
    s = np.diag([1, 1j])
    for before in (True, False):
        # A gate and its noise: S commutes with damping, X does not.
        target = QuasiProbabilities([np.array([[0, 1], [1, 0]])], before=before)
        assert target.judge({"X": 1.0}).passed and not target.judge([(1.0, s)]).passed
    assert not QuasiProbabilities(kraus).judge({"I": 1.0}).passed


def test_rates_can_be_those_of_the_learners_own_noise():
    p = 0.01
    text = f"R 0 1 2\nX_ERROR({p}) 0 2\nCX 0 1 2 1\nM({p}) 1\nDETECTOR rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]"
    rate = 0.5 * (1 - (1 - 2 * p) ** 3)
    target = StimProgram(detectors=1, rates=[rate], own_noise=True)
    assert target.judge(text).passed and target.judge(stim.Circuit(text)).passed
    assert not target.judge(text.replace("M(0.01)", "M")).passed


def test_what_is_wanted_can_be_said_in_the_author_s_words():
    target = Representation([np.eye(2)], "ptm", wants="a channel in any form")
    assert "a channel in any form" in target.judge("a channel").message
