"""Do these shots come from that distribution? Exact or bounded tests, never an approximation.

The bound
---------
A right answer fails `consistent` with probability at most `ALPHA` = 1e-6, for every distribution and every number of
shots. Two tests share it, half each:

* Each outcome by itself. Its count is binomial; the exact tail beyond the count seen is compared with α/2 divided by
  twice the number of outcomes (union bound over both tails of all outcomes). An outcome of probability 0 fails at
  once.
* All outcomes together. ``N·KL(seen ‖ expected)`` exceeds t > k − 1 with probability at most
  ``e^{−t}(e·t/(k−1))^{k−1}`` for N shots on k outcomes (R. Agrawal, "Finite-sample concentration of the multinomial in
  relative entropy", 2020), compared with α/2. It sees many small differences that no single outcome shows.

"Consistent" is not yet "right": few shots are consistent with anything. `needed_shots` says how many it takes until a
probability that is off by `resolution` would be noticed, nearly always (`POWER`); with fewer the answer is neither
right nor wrong (diagnosis ``sampling``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

ALPHA = 1e-6
POWER = 0.99
RESOLUTION = 0.15
_ZERO = 1e-13  # what rounding leaves of an exact zero


@dataclass(frozen=True)
class Finding:
    """The outcome of `consistent`: the bit string that gave it away (empty: all of them together), and its p-value."""

    consistent: bool
    outcome: str = ""
    chance: float = 1.0


def upper_tail(count: int, shots: int, probability: float) -> float:
    """P(X ≥ count) of a binomial variable, exactly."""
    from scipy.special import betainc

    if count <= 0:
        return 1.0
    return float(betainc(count, shots - count + 1, probability))


def lower_tail(count: int, shots: int, probability: float) -> float:
    """P(X ≤ count) of a binomial variable, exactly."""
    from scipy.special import betainc

    if count >= shots:
        return 1.0
    return float(betainc(shots - count, count + 1, 1.0 - probability))


def relative_entropy_tail(entropy: float, outcomes: int) -> float:
    """A bound on P(N·KL ≥ entropy) for the multinomial on so many outcomes."""
    freedom = outcomes - 1
    if freedom == 0 or entropy <= freedom:
        return 1.0
    return min(1.0, math.exp(-entropy + freedom * (1 + math.log(entropy / freedom))))


def consistent(counts: Mapping[str, int], expected: Mapping[str, float], alpha: float = ALPHA) -> Finding:
    """Whether the counts can come from the expected distribution.

    Parameters
    ----------
    counts : mapping from outcome to number of shots
    expected : mapping from outcome to probability
        Outcomes that are missing have probability 0.
    alpha : float
        Bound on the probability that counts drawn from `expected` itself are called inconsistent.

    Returns
    -------
    Finding
    """
    possible = {outcome: p for outcome, p in expected.items() if p > _ZERO}
    for outcome, count in counts.items():
        if count and outcome not in possible:
            return Finding(False, outcome, 0.0)
    shots = sum(counts.values())
    if shots == 0:
        return Finding(True)
    level = alpha / 4 / len(possible)
    worst, chance = "", 1.0
    for outcome, p in possible.items():
        count = counts.get(outcome, 0)
        tail = min(upper_tail(count, shots, p), lower_tail(count, shots, p)) if p < 1 else 1.0
        if tail < chance:
            worst, chance = outcome, tail
    if chance < level:
        return Finding(False, worst, chance)
    seen = np.array([counts.get(outcome, 0) for outcome in possible], dtype=float)
    mean = shots * np.array(list(possible.values()))
    some = seen > 0
    entropy = float(np.sum(seen[some] * np.log(seen[some] / mean[some])))
    together = relative_entropy_tail(entropy, len(possible))
    return Finding(False, "", together) if together < alpha / 2 else Finding(True, worst, chance)


def same_source(one: Mapping[str, int], other: Mapping[str, int], alpha: float = ALPHA) -> Finding:
    """Whether two sets of counts can come from one and the same distribution, whatever it is.

    Given how often an outcome came up in both together, its count in `one` is hypergeometric if the source is the same;
    the exact tails are compared with α divided by twice the number of outcomes, so that counts from one source are
    called different with probability at most `alpha`.
    """
    outcomes = sorted({outcome for counts in (one, other) for outcome, count in counts.items() if count})
    first, second = sum(one.values()), sum(other.values())
    worst, chance = "", 1.0
    for outcome in outcomes:
        here, there = one.get(outcome, 0), other.get(outcome, 0)
        tail = hypergeometric_tail(here, there, first, second)
        if tail < chance:
            worst, chance = outcome, tail
    if outcomes and chance < alpha / 2 / len(outcomes):
        return Finding(False, worst, chance)
    return Finding(True, worst, chance)


def hypergeometric_tail(here: int, there: int, first: int, second: int) -> float:
    """The smaller of P(X ≤ here) and P(X ≥ here), where X of the `here + there` marked shots fall among the `first`."""
    from scipy.special import gammaln

    marked = here + there
    low, high = max(0, marked - second), min(marked, first)
    counts = np.arange(low, high + 1)

    def choose(n, k):
        return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)

    logs = choose(first, counts) + choose(second, marked - counts) - choose(first + second, marked)
    chances = np.exp(logs)
    return float(min(chances[: here - low + 1].sum(), chances[here - low :].sum()))


def needed_shots(expected: Mapping[str, float], resolution: float = RESOLUTION, alpha: float = ALPHA) -> int:
    """Shots after which one probability that is off by `resolution` fails `consistent` with probability ≥ `POWER`.

    Found by doubling and halving on the exact power of the binomial tests (for outcomes between which the missing
    probability could hide, the one that is hardest to tell decides).
    """
    possible = sorted({round(p, 12) for p in expected.values() if p > _ZERO})
    level = alpha / 4 / max(1, sum(p > _ZERO for p in expected.values()))
    if possible == [1.0]:
        return math.ceil(math.log(1 - POWER) / math.log(1 - resolution))
    cases = [(p, p + step) for p in possible for step in (resolution, -resolution) if 0 <= p + step <= 1]

    def enough(shots: int) -> bool:
        return all(power(p, wrong, shots, level) >= POWER for p, wrong in cases)

    high = 16
    while not enough(high):
        high *= 2
        if high > 2**40:
            raise ValueError(f"no number of shots can tell a difference of {resolution}")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def power(p: float, wrong: float, shots: int, level: float) -> float:
    """The probability that a tail test of `p` at `level` rejects when the probability is really `wrong`."""
    if wrong > p:
        reject = _first(lambda count: upper_tail(count, shots, p) < level, shots + 1)
        return upper_tail(reject, shots, wrong) if reject <= shots else 0.0
    keep = _first(lambda count: not lower_tail(count, shots, p) < level, shots + 1)
    return lower_tail(keep - 1, shots, wrong) if keep > 0 else 0.0


def _first(holds, end: int) -> int:
    """The first number in 0 … end for which the (monotone) condition holds; `end` if none before."""
    low, high = 0, end
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def within_for_shots(shots: int, low: float = -1.0, high: float = 1.0, alpha: float = ALPHA) -> float:
    """How far an average over so many shots of values in [low, high] can be off, but for a probability ≤ `alpha`.

    Hoeffding's inequality: ``P(|mean − E| ≥ t) ≤ 2·exp(−2·N·t²/(high − low)²)``. Use it as the tolerance of a number
    that the learner estimates from shots.
    """
    return (high - low) * math.sqrt(math.log(2 / alpha) / (2 * shots))
