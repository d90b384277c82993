"""The bound on false failures, by enumerating every possible outcome and adding up what would be refused."""

import itertools
import math

import numpy as np
import pytest

from qtrain.checking import Sampling, within_for_shots
from qtrain.checking.shot_statistics import (
    ALPHA,
    POWER,
    consistent,
    lower_tail,
    needed_shots,
    relative_entropy_tail,
    same_source,
    upper_tail,
)


def compositions(shots, outcomes):
    if outcomes == 1:
        yield (shots,)
        return
    for first in range(shots + 1):
        for rest in compositions(shots - first, outcomes - 1):
            yield (first, *rest)


def probability(counts, p):
    log = math.lgamma(sum(counts) + 1)
    for count, q in zip(counts, p, strict=True):
        log += (count * math.log(q) if count else 0) - math.lgamma(count + 1)
    return math.exp(log)


CASES = [
    ((0.5, 0.5), 300),
    ((0.9, 0.1), 200),
    ((0.999, 0.001), 150),
    ((0.25, 0.25, 0.5), 50),
    ((0.7, 0.2, 0.1), 50),
    ((0.25, 0.25, 0.25, 0.25), 20),
]


@pytest.mark.parametrize(("p", "shots"), CASES)
def test_right_shots_fail_at_most_once_in_a_million(p, shots):
    expected = {str(i): q for i, q in enumerate(p)}
    failing = total = 0.0
    for counts in compositions(shots, len(p)):
        chance = probability(counts, p)
        total += chance
        # What has a chance below 1e-13 cannot matter, even all together: there are fewer than 1e5 such outcomes.
        if chance > 1e-13 and not consistent({str(i): c for i, c in enumerate(counts)}, expected).consistent:
            failing += chance
    assert total == pytest.approx(1)
    assert failing + 1e-8 <= ALPHA


@pytest.mark.parametrize(("outcomes", "shots"), [(2, 60), (3, 40), (4, 20)])
def test_the_relative_entropy_bound_against_exact_tails(outcomes, shots):
    rng = np.random.default_rng(outcomes)
    p = rng.dirichlet(np.ones(outcomes))
    points = []
    for counts in compositions(shots, outcomes):
        entropy = sum(c * math.log(c / (shots * q)) for c, q in zip(counts, p, strict=True) if c)
        points.append((entropy, probability(counts, p)))
    points.sort(reverse=True)
    tail = 0.0
    for entropy, chance in points:
        tail += chance
        assert tail <= relative_entropy_tail(entropy, outcomes) + 1e-12


def test_tails_are_the_binomial_sums():
    for shots, p in itertools.product((1, 7, 40), (0.01, 0.3, 0.5, 0.97)):
        terms = [math.comb(shots, k) * p**k * (1 - p) ** (shots - k) for k in range(shots + 1)]
        for k in range(shots + 1):
            assert upper_tail(k, shots, p) == pytest.approx(sum(terms[k:]), rel=1e-9)
            assert lower_tail(k, shots, p) == pytest.approx(sum(terms[: k + 1]), rel=1e-9)


@pytest.mark.parametrize("p", [0.5, 0.85, 0.1])
def test_needed_shots_do_show_the_difference(p):
    expected = {"0": p, "1": 1 - p}
    shots = needed_shots(expected)
    for wrong in (p - 0.15, p + 0.15):
        if not 0 <= wrong <= 1:
            continue
        seen = sum(
            probability((k, shots - k), (wrong, 1 - wrong)) if 0 < wrong < 1 else float(k == wrong * shots)
            for k in range(shots + 1)
            if not consistent({"0": k, "1": shots - k}, expected).consistent
        )
        assert seen >= POWER - 1e-9


@pytest.mark.parametrize("p", [(0.5, 0.5), (0.95, 0.05), (0.3, 0.3, 0.4)])
def test_two_right_samples_differ_at_most_once_in_a_million(p):
    first, second = (60, 40) if len(p) == 2 else (14, 12)
    one = [(c, probability(c, p)) for c in compositions(first, len(p))]
    other = [(c, probability(c, p)) for c in compositions(second, len(p))]
    failing = 0.0
    for (a, chance_a), (b, chance_b) in itertools.product(one, other):
        if chance_a * chance_b > 1e-14:
            counts = [{str(i): c for i, c in enumerate(sample)} for sample in (a, b)]
            failing += 0 if same_source(*counts).consistent else chance_a * chance_b
    assert failing + 1e-8 <= ALPHA
    assert not same_source({"0": 600, "1": 400}, {"0": 400, "1": 600}).consistent


def test_the_usual_number_of_shots_is_enough_for_the_usual_states():
    for p in ({"00": 0.5, "11": 0.5}, {"0": 1.0}, {format(i, "03b"): 1 / 8 for i in range(8)}):
        assert needed_shots(p) <= 1000


def test_impossible_outcomes_fail_at_once_and_no_shots_say_nothing():
    assert consistent({"0": 999, "1": 1}, {"0": 1.0}).outcome == "1"
    assert consistent({}, {"0": 1.0}).consistent


def test_many_small_differences_are_seen_together():
    n = 64
    expected = {format(i, "06b"): 1 / n for i in range(n)}
    counts = {key: 40 + (25 if i % 2 else -25) for i, key in enumerate(expected)}
    assert not consistent(counts, expected).consistent


def test_sampling_says_how_many_shots_it_takes():
    target = Sampling({"0": 0.5, "1": 0.5})
    few = target.judge({"0": 11, "1": 9})
    assert few.status == "undecided" and few.diagnosis == "sampling" and str(target.needed_shots) in few.message
    assert target.judge({"0": 500, "1": 524}).passed
    assert target.judge({"0": 600, "1": 424}).status == "wrong"
    assert target.judge({"0": 20}).status == "undecided"  # 2·2⁻²⁰ is more than one in a million
    assert target.judge({"0": 30}).status == "wrong"


def test_hoeffding_against_the_exact_binomial():
    for shots in (100, 1000):
        limit = within_for_shots(shots)  # values ±1
        for p in (0.5, 0.8, 0.99):
            outside = sum(
                probability((k, shots - k), (p, 1 - p))
                for k in range(shots + 1)
                if abs((2 * k / shots - 1) - (2 * p - 1)) > limit
            )
            assert outside <= ALPHA
