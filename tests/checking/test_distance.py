"""The default tolerance and the bound of the random stimuli, computed and not repeated."""

import math

import numpy as np
import pytest

from qtrain.checking import Unitary, distance
from qtrain.circuits import Circuit, Operation


def controlled_rotation(n, angle, axis="rx"):
    return Circuit(n, (Operation(axis, (n - 1,), (angle,), tuple(range(n - 1)), (1,) * (n - 1)),))


@pytest.mark.parametrize("n", range(1, 13))
@pytest.mark.parametrize("axis", ["rx", "ry", "rz", "p"])
def test_the_smallest_rotation_error_is_beyond_the_tolerance_at_every_size(n, axis):
    # In closed form: only the last 2 × 2 block differs from the identity, by e^{±i5e-4} or by e^{i1e-3} on one entry.
    eigenphases = [1e-3, 0.0] if axis == "p" else [5e-4, -5e-4]
    trace = 2**n - 2 + sum(np.exp(1j * phase) for phase in eigenphases)
    smallest = math.sqrt(2 * 2**n - 2 * abs(trace))
    assert smallest > 7e-4 * (1 - 1e-3)
    assert smallest > 5 * distance.operator_tolerance(distance.TOLERANCE, 2**n)
    right, off = controlled_rotation(n, 0.7, axis), controlled_rotation(n, 0.701, axis)
    target = Unitary(right)
    assert target.accepts(right) and not target.accepts(off)


def test_rounding_is_within_the_tolerance():
    rng = np.random.default_rng(1)
    for n in (1, 4, 9):
        q = np.linalg.qr(rng.standard_normal((2**n, 2**n)) + 1j * rng.standard_normal((2**n, 2**n)))[0]
        noisy = q + 1e-9 * (rng.standard_normal(q.shape) + 1j * rng.standard_normal(q.shape))
        assert distance.same_operator(noisy, q)
        assert distance.same_operator(q.astype(np.complex64).astype(complex), q)
    # 4096² entries, each 1e-9 off.
    assert 4096 * 1e-9 < distance.operator_tolerance(distance.TOLERANCE, 4096)


def test_typed_amplitudes_with_four_digits():
    assert distance.same_state(np.array([0.7071, 0.7071]), np.full(2, 0.5**0.5))
    assert not distance.same_state(np.array([0.707, 0.707]), np.full(2, 0.5**0.5))


def weighted_exponentials_cdf(weights, x):
    """P(Σ wᵢEᵢ ≤ x) for distinct weights, in closed form (a sum of exponentials of different rates)."""
    total = 0.0
    for i, w in enumerate(weights):
        product = math.prod(w / (w - v) for j, v in enumerate(weights) if j != i)
        total += product * -math.expm1(-x / w)
    return total


def test_the_chance_that_a_difference_hides_from_one_stimulus_is_below_the_stated_bound():
    spectra = [[1.0], [0.9, 0.1], [0.6, 0.3, 0.1], [0.51, 0.49], [0.3, 0.25, 0.2, 0.15, 0.1]]
    for weights in spectra:
        for epsilon in (0.3, 1e-1, 1e-2):
            exact = weighted_exponentials_cdf(weights, epsilon)
            assert exact <= math.e * epsilon
            # the same as hiding_probability with sure/size = √ε
            bound = distance.hiding_probability(1.0, count=1, sure=math.sqrt(epsilon))
            assert exact <= bound == pytest.approx(min(1, math.e * epsilon))


def test_the_bound_holds_for_the_stimuli_as_drawn():
    rng = np.random.default_rng(3)
    size = 2e-5
    direction = rng.standard_normal((8, 1)) @ rng.standard_normal((1, 8))
    gap = size * direction / np.linalg.norm(direction)
    hidden = 0
    tries = 4000
    for _ in range(tries):
        x = distance.stimuli(8, 2)
        told = distance.judged_by_stimuli(x + gap @ x, x, phase="exact")
        hidden += told is True
    exact = -math.expm1(-((distance.SURE / size) ** 2))
    assert abs(hidden / tries - exact) < 6 * math.sqrt(exact * (1 - exact) / tries)


def test_four_stimuli_hide_a_milliradian_less_than_once_in_1e12():
    assert distance.hiding_probability(7e-4) < 1e-12
    assert distance.hiding_probability(7e-4, count=3) < 1e-9


def test_nan_is_never_the_same():
    bad = np.full((2, 2), np.nan)
    assert not distance.same_operator(bad, np.eye(2)) and not distance.same_state(bad[0], np.eye(2)[0])
    assert distance.judged_by_stimuli(np.full((8, 5), np.nan), distance.stimuli(8)) is False


def test_exact_phase():
    assert distance.same_operator(1j * np.eye(2), np.eye(2))
    assert not distance.same_operator(1j * np.eye(2), np.eye(2), phase="exact")
