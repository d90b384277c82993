"""Targets for tomography: what is said of matrices that are no state or no gate, and what may be rounded."""

import numpy as np
import pytest
from qiskit.quantum_info import Choi, Operator

from qtrain.checking import EstimatedChannel, EstimatedState


@pytest.mark.parametrize(("matrix", "score"), [(np.diag([1.01, -0.01]), 0.5), (np.diag([-0.1, 1.1]), 0)])
def test_the_nearest_state_is_advised_where_it_is_the_cure(matrix, score):
    verdict = EstimatedState(np.diag([1, 0]), 0.03).judge(matrix)
    assert verdict.score == score and ("Take the nearest state" in verdict.message) == (score > 0)


def test_a_measured_gate_may_be_rounded_and_is_told_that_it_is_not_unitary():
    gate = np.array([[0.6, -0.8j], [-0.8j, 0.6]]) @ np.diag([1, np.exp(0.3j)])
    target = EstimatedChannel(gate, 0.08)
    assert target.judge(gate.round(2)).passed
    near, far = target.judge(0.97 * gate), target.judge(np.diag([1, 0.5]))
    assert near.diagnosis == far.diagnosis == "not-unitary" and (near.score, far.score) == (0.5, 0)
    assert "nearest" in near.message and "nearest" not in far.message
    target.takes = "matrix"
    assert "a channel" in target.judge(Choi(Operator(gate))).message
