"""An estimator whose values are wrong earns nothing, whatever its error bars; and nothing is said of the bars."""

import math
import random

import numpy as np
import pytest

from qtrain.checking import Estimator

SHOTS = 2000


def draw(random):
    """Counts of +1 and −1 in a plus and in a minus group, the factor γ, and γ(plus − minus)/shots as the truth."""
    rng = np.random.default_rng(random.getrandbits(32))
    gamma, mean, in_minus = rng.uniform(1.2, 2.4), rng.choice([-1, 1]) * rng.uniform(0.6, 0.95), rng.uniform(-0.8, 0.8)
    share = (1 - 1 / gamma) / 2
    in_plus = (mean / gamma + share * in_minus) / (1 - share)
    chances = [(1 - share) * (1 + in_plus) / 2, (1 - share) * (1 - in_plus) / 2]
    chances += [share * (1 + in_minus) / 2, share * (1 - in_minus) / 2]
    counts = rng.multinomial(SHOTS, chances).tolist()
    return (*counts, float(gamma)), float(mean), math.sqrt((gamma**2 - mean**2) / SHOTS)


def signed(a, b, c, d, gamma):
    return gamma * (a - b - c + d) / SHOTS


def bar(a, b, c, d, gamma):
    return math.sqrt((gamma**2 - signed(a, b, c, d, gamma) ** 2) / SHOTS)


WRONG_VALUES = {
    "plus alone": lambda a, b, c, d, gamma: gamma * (a - b) / (a + b),
    "plus over all": lambda a, b, c, d, gamma: gamma * (a - b) / SHOTS,
    "no sign": lambda a, b, c, d, gamma: gamma * (a - b + c - d) / SHOTS,
    "no factor": lambda a, b, c, d, gamma: (a - b - c + d) / SHOTS,
    "factor twice": lambda a, b, c, d, gamma: gamma**2 * (a - b - c + d) / SHOTS,
    "size": lambda *data: abs(signed(*data)),
    "other sign": lambda *data: -signed(*data),
    "twice": lambda *data: 2 * signed(*data),
    "shifted": lambda *data: signed(*data) + 0.1,
    "γ itself": lambda a, b, c, d, gamma: gamma,
    "one digit": lambda *data: round(signed(*data), 1) + (0.04 if sum(data[:2]) % 2 else -0.04),
}
BARS = {
    "taught": lambda *data: bar(*data),
    "bound": lambda a, b, c, d, gamma: gamma / math.sqrt(a + b),
    "tiny": lambda a, b, c, d, gamma: gamma / SHOTS,
    "huge": lambda a, b, c, d, gamma: 3 * gamma,
}


@pytest.mark.parametrize("error", BARS)
@pytest.mark.parametrize("value", WRONG_VALUES)
def test_wrong_values_earn_nothing_and_bars_are_left_alone(value, error):
    target = Estimator(draw, runs=300)
    verdict = target.judge(lambda *data: (WRONG_VALUES[value](*data), BARS[error](*data)))
    assert verdict.status == "wrong" and verdict.score == 0
    assert "your values" in verdict.message and "error bar" not in verdict.message, verdict.message


def test_bars_that_fit_wrong_values_by_luck_earn_nothing():
    made = [WRONG_VALUES["no sign"](*case[0]) - case[1] for case in (draw(random.Random(k)) for k in range(300))]
    width = float(np.std(made))
    verdict = Estimator(draw, runs=300).judge(lambda *data: (WRONG_VALUES["no sign"](*data), width))
    assert verdict.score == 0 and "times as far from the truth" in verdict.message


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("other sign", "but for their sign: it is reversed."),
        ("twice", "about 2 times as large as they should be."),
        ("shifted", "off in one direction, by +0.1 on average."),
    ],
)
def test_a_mistake_that_is_undone_by_one_number_is_named(value, words):
    verdict = Estimator(draw).judge(lambda *data: (WRONG_VALUES[value](*data), bar(*data)))
    assert verdict.message.endswith(words)


@pytest.mark.parametrize(("factor", "word"), [(0.97, "small"), (1.03, "large")])
@pytest.mark.parametrize("with_ideal", [True, False])
def test_a_small_factor_is_a_bias_though_truths_of_both_signs_hide_it_in_the_mean(factor, word, with_ideal):
    target = Estimator(draw if with_ideal else lambda random: draw(random)[:2], runs=300)
    verdict = target.judge(lambda *data: (factor * signed(*data), bar(*data)))
    assert verdict.status == "wrong" and verdict.score == 0
    assert verdict.message.endswith(f"% too {word} in size.")


def test_a_factor_is_seen_without_the_ideal_error_bar():
    target = Estimator(lambda random: draw(random)[:2], runs=300)
    assert target.judge(lambda *data: (signed(*data), bar(*data))).passed
    verdict = target.judge(lambda *data: (WRONG_VALUES["no factor"](*data), 0.001))
    assert verdict.score == 0 and "error bar" not in verdict.message


@pytest.mark.parametrize("factor", [0.3, 0.5, 2, 5, 40])
def test_right_values_with_wrong_bars_keep_their_part(factor):
    verdict = Estimator(draw, runs=300).judge(lambda *data: (signed(*data), factor * bar(*data)))
    assert verdict.score in (0.25, 0.5) and "error bars are" in verdict.message


@pytest.mark.parametrize("kept", [2, 10])
def test_honest_error_bars_of_a_part_of_the_data_are_no_fault_of_the_values(kept):
    rng = np.random.default_rng(1)

    def part(*data):
        *counts, gamma = data
        few = rng.binomial(counts, 1 / kept).tolist()
        value = gamma * (few[0] - few[1] - few[2] + few[3]) / sum(few)
        return value, math.sqrt((gamma**2 - value**2) / sum(few))

    verdict = Estimator(draw, runs=300).judge(part)
    assert verdict.score == 0.5 and "is part of the data left out?" in verdict.message


def test_wide_error_bars_round_the_best_values_do_not_ask_for_left_out_data():
    verdict = Estimator(draw, runs=300, wasteful=1.07).judge(lambda *data: (signed(*data), 1.15 * bar(*data)))
    assert verdict.score == 0.5 and verdict.message.endswith("times as wide as the data allow.")
