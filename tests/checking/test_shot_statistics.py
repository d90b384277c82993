"""The bound on false failures, by enumerating every possible outcome and adding up what would be refused."""

import itertools
import math

import numpy as np
import pytest

from qtrain.checking import Distribution, Sampling, compare, within_for_shots
from qtrain.checking.shot_statistics import (
    ALPHA,
    MISSED,
    consistent,
    entropy_limit,
    false_acceptance,
    false_acceptance_of_two,
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
        assert 1 - seen <= MISSED


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
    for p in ({"00": 0.5, "11": 0.5}, {"0": 1.0}, {"0": 0.85, "1": 0.15}):
        assert needed_shots(p) <= 1000
    assert needed_shots({format(i, "03b"): 1 / 8 for i in range(8)}) <= 1600


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


# --- counts that are wrong -------------------------------------------------------------------------------------------


def equal(outcomes):
    return {str(i): 1 / outcomes for i in range(outcomes)}


def shifted(outcomes, distance):
    """Half of the outcomes too likely, by `distance` together."""
    step = 2 * distance / outcomes
    return np.array([1 / outcomes + (step if i < outcomes // 2 else -step) for i in range(outcomes)])


@pytest.mark.parametrize("bits", range(11))
def test_both_rates_are_stated_for_every_number_of_outcomes(bits):
    """A distribution 0.15 away passes at most once in a thousand, a right one fails at most once in a million."""
    expected = equal(2**bits)
    shots = needed_shots(expected)
    assert false_acceptance(expected, shots) <= MISSED == 1e-3 < false_acceptance(expected, shots - 1)
    assert all(false_acceptance(expected, more) <= MISSED for more in range(shots, shots + 40))
    assert relative_entropy_tail(entropy_limit(2**bits, ALPHA / 2), 2**bits) == pytest.approx(ALPHA / 2) or bits == 0


@pytest.mark.parametrize(
    ("outcomes", "limit", "shots"),
    [
        (2, 18.422215, 744),
        (3, 21.233526, 1164),
        (8, 32.188566, 1532),
        (64, 115.928518, 3988),
        (1024, 1205.097699, 30989),
    ],
)
def test_the_constants(outcomes, limit, shots):
    """Worked out once from the formulas: another α, another split of it or another exponent gives other numbers."""
    assert entropy_limit(outcomes, 5e-7) == pytest.approx(limit, abs=1e-5)
    assert needed_shots(equal(outcomes)) == shots


def test_a_near_tight_count_is_told_from_the_next():
    """For 1,000 tosses of a fair coin the limit lies between two neighbouring counts, at α/8 on each side."""
    level = ALPHA / 8
    most = next(k for k in range(500, 1001) if sum(math.comb(1000, i) for i in range(k, 1001)) / 2**1000 < level)
    fair = {"0": 0.5, "1": 0.5}
    assert consistent({"0": most - 1, "1": 1001 - most}, fair).consistent
    assert not consistent({"0": most, "1": 1000 - most}, fair).consistent


@pytest.mark.parametrize("outcomes", [4, 8, 32, 256])
def test_the_bound_on_false_acceptance_holds_for_drawn_counts(outcomes):
    rng = np.random.default_rng(outcomes)
    expected, wrong = equal(outcomes), shifted(outcomes, 0.15)
    shots = needed_shots(expected)
    draws = rng.multinomial(shots, wrong, size=200)
    assert not any(consistent({str(i): int(c) for i, c in enumerate(drawn)}, expected).consistent for drawn in draws)
    # And it is no luxury: with a third of the shots most of them pass.
    draws = rng.multinomial(shots // 3, wrong, size=100)
    passed = [consistent({str(i): int(c) for i, c in enumerate(drawn)}, expected).consistent for drawn in draws]
    assert np.mean(passed) > 0.5


def test_half_of_the_support_missing_is_never_right():
    """Ten qubits, one H forgotten: with 1,000 shots nobody can call that right; with enough shots it is wrong."""
    target = Distribution({format(i, "010b"): 2.0**-10 for i in range(1024)})
    rng = np.random.default_rng(1)
    for shots, allowed in ((1000, {"wrong", "undecided"}), (40_000, {"wrong"})):
        outcomes, counts = np.unique(rng.integers(512, size=shots), return_counts=True)
        verdict = target.judge({format(int(i), "010b"): int(c) for i, c in zip(outcomes, counts, strict=True)})
        assert verdict.status in allowed and (verdict.status != "undecided" or verdict.diagnosis == "sampling")
    few = Sampling({"0": 0.5, "1": 0.5}, shots=10)
    assert few.judge({"0": 9, "1": 11}).diagnosis == "sampling"  # the author cannot ask for fewer than it takes


def test_a_coarser_target_needs_fewer_shots():
    fair = {"0": 0.5, "1": 0.5}
    assert needed_shots(fair, 0.3) < needed_shots(fair, 0.15) < needed_shots(fair, 0.05)
    assert Distribution(fair, resolution=0.05).judge({"0": 500, "1": 500}).diagnosis == "sampling"
    assert Distribution(fair, resolution=0.3).judge({"0": 200, "1": 200}).passed


@pytest.mark.parametrize(("first", "second", "outcomes"), [(12, 10, 3), (40, 25, 2)])
def test_a_draw_without_replacement_has_no_heavier_tail(first, second, outcomes):
    both = [(first + second) // outcomes] * outcomes
    both[0] += first + second - sum(both)
    total = math.comb(first + second, first)
    points = []
    for counts in compositions(first, outcomes):
        if all(c <= b for c, b in zip(counts, both, strict=True)):
            chance = math.prod(map(math.comb, both, counts)) / total
            shares = zip(counts, both, strict=True)
            entropy = sum(c * math.log(c * (first + second) / (first * b)) for c, b in shares if c)
            points.append((entropy, chance))
    points.sort(reverse=True)
    tail = 0.0
    for entropy, chance in points:
        tail += chance
        assert tail <= relative_entropy_tail(entropy, outcomes) + 1e-12


def test_two_sets_of_counts_that_differ_a_little_everywhere():
    rng = np.random.default_rng(2)
    shots = 20_000
    assert false_acceptance_of_two(shots, shots, 64, 0.25) <= MISSED
    for _ in range(20):
        one = rng.multinomial(shots, np.full(64, 1 / 64))
        other = rng.multinomial(shots, shifted(64, 0.25))
        assert not same_source(*({str(i): int(c) for i, c in enumerate(each)} for each in (one, other))).consistent
    target = compare({"0": 12, "1": 9}, {"0": 11, "1": 10})
    assert (target.diagnosis == "sampling" and "take" in target.message) or "too few" in target.message
