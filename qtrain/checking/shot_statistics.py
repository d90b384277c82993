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

"Consistent" is not yet "right": few shots are consistent with anything. `false_acceptance` bounds the probability that
counts from *any* distribution a total variation distance δ away pass:

* On two outcomes some probability is off by δ, and the exact power of its binomial test counts.
* On more, let A hold the outcomes that are too likely, by δ together. Passing needs ``N·KL ≤ t``, where t is the limit
  of the test above; the part of the counts in A then exceeds what is expected by at most ``√(t/2N)`` (Pinsker),
  although its mean exceeds it by δ: ``e^{−2N(δ − √(t/2N))²}`` (Hoeffding).

`needed_shots` is where this falls to `MISSED` and stays below; with fewer the answer is neither right nor wrong
(diagnosis ``sampling``). At δ = 0.15: 744 shots for a fair coin, 1,250 for 4 equal outcomes, 30,989 for 1,024.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

ALPHA = 1e-6
MISSED = 1e-3
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


def entropy_limit(outcomes: int, alpha: float) -> float:
    """The entropy whose `relative_entropy_tail` is `alpha`."""
    low = high = float(max(1, outcomes - 1))
    while relative_entropy_tail(high, outcomes) > alpha:
        low, high = high, 2 * high
        if outcomes == 1:
            return math.inf
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if relative_entropy_tail(middle, outcomes) > alpha else (low, middle)
    return high


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

    Counts from one source are called different with probability at most `alpha`; two tests share it, half each. Given
    both together:

    * how often an outcome came up in `one` is hypergeometric; its exact tails are compared with α/2 divided by twice
      the number of outcomes;
    * each set is a draw without replacement from both, whose relative entropy has no heavier tail than that of a draw
      with replacement (W. Hoeffding, 1963, theorem 4: the moment generating function is the mean of a convex function),
      so that `relative_entropy_tail` holds for each of the two, with α/4.
    """
    outcomes = sorted({outcome for counts in (one, other) for outcome, count in counts.items() if count})
    first, second = sum(one.values()), sum(other.values())
    worst, chance = "", 1.0
    for outcome in outcomes:
        here, there = one.get(outcome, 0), other.get(outcome, 0)
        tail = hypergeometric_tail(here, there, first, second)
        if tail < chance:
            worst, chance = outcome, tail
    if outcomes and chance < alpha / 4 / len(outcomes):
        return Finding(False, worst, chance)
    counts = np.array([[each.get(outcome, 0) for outcome in outcomes] for each in (one, other)], dtype=float)
    shots = np.array([[first], [second]], dtype=float)
    both = np.sum(counts, axis=0) / max(1, first + second)
    logs = np.log(np.where(counts > 0, counts / np.maximum(shots * both, 1e-300), 1.0))
    together = min(relative_entropy_tail(float(entropy), len(outcomes)) for entropy in np.sum(counts * logs, axis=1))
    return Finding(False, "", together) if together < alpha / 4 else Finding(True, worst, chance)


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


def false_acceptance(
    expected: Mapping[str, float], shots: int, resolution: float = RESOLUTION, alpha: float = ALPHA
) -> float:
    """A bound on the probability that counts pass although they come from a distribution `resolution` away.

    Parameters
    ----------
    expected : mapping from outcome to probability
    shots : int
    resolution : float
        Total variation distance between the two distributions.
    alpha : float
        As given to `consistent`.
    """
    possible = [p for p in expected.values() if p > _ZERO]
    unseen = (1 - resolution) ** shots  # whatever is wrong lies outside of what is possible, and does not come up
    if len(possible) == 1:
        return unseen
    if len(possible) == 2:
        level = alpha / 4 / 2
        wrong = {(p, p + step) for p in possible for step in (resolution, -resolution) if 0 <= p + step <= 1}
        return max(unseen, *(1 - power(p, other, shots, level) for p, other in wrong), 0.0)
    slack = resolution - math.sqrt(entropy_limit(len(possible), alpha / 2) / (2 * shots)) if shots else 0.0
    return math.exp(-2 * shots * slack**2) if slack > 0 else 1.0


def needed_shots(expected: Mapping[str, float], resolution: float = RESOLUTION, alpha: float = ALPHA) -> int:
    """Shots from which on `false_acceptance` stays at most `MISSED`."""
    outcomes = sum(p > _ZERO for p in expected.values())
    if outcomes == 1:
        return math.ceil(math.log(MISSED) / math.log(1 - resolution))
    if outcomes > 2:
        limit = entropy_limit(outcomes, alpha / 2)
        return math.ceil((math.sqrt(limit) + math.sqrt(-math.log(MISSED))) ** 2 / (2 * resolution**2))
    chances = {key: round(p, 12) for key, p in expected.items() if p > _ZERO}

    def enough(shots: int) -> bool:
        return false_acceptance(chances, shots, resolution, alpha) <= MISSED

    high = 16
    while not enough(high):
        high *= 2
        if high > 2**40:
            raise ValueError(f"no number of shots can tell a difference of {resolution}")
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    # The power of an exact test falls a little wherever its limit moves by one count: go past the last such place.
    ahead = max(8, high // 8)
    return next((shots + 1 for shots in range(high + ahead, high, -1) if not enough(shots)), high)


def false_acceptance_of_two(
    first: int, second: int, outcomes: int, resolution: float = RESOLUTION, alpha: float = ALPHA
) -> float:
    """The same for `same_source`: so many shots each, on so many outcomes, from distributions `resolution` apart.

    As in `false_acceptance`, with the other set of counts in the place of what is expected: both lie
    ``(first + second) / second`` times as far apart as the first lies from both together.
    """
    if not first or not second:
        return 1.0
    limit = entropy_limit(outcomes, alpha / 4)
    reach = min((first + second) / b * math.sqrt(limit / (2 * a)) for a, b in ((first, second), (second, first)))
    slack = resolution - reach
    return math.exp(-2 * slack**2 / (1 / first + 1 / second)) if slack > 0 else 1.0


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

    References
    ----------
    W. Hoeffding, J. Am. Stat. Assoc. 58, 13 (1963), doi:10.1080/01621459.1963.10500830.
    """
    return (high - low) * math.sqrt(math.log(2 / alpha) / (2 * shots))
