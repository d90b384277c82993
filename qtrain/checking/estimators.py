"""Targets for a learner's estimator: is it honest over drawn data, and does a mitigation take more than it costs?"""

from __future__ import annotations

import copy
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from qtrain.circuits.numerals import number_text, significant

from .drivers import copied
from .estimates import sigmas, value_and_error
from .refusals import Refused
from .runs import Runs, of_batch, real
from .shot_statistics import ALPHA
from .verdict import Verdict, right, wrong

_LEFT_OUT = 4.0  # values this many times as far from the truth as the data allow are more than data left out


class Estimator(Runs):
    """A function from data to (value, error), judged over many drawn data sets: honest, unbiased, not wasteful.

    With z = (value − truth)/error for each data set, four tests share `alpha` between them, so that an estimator whose
    z are normal with mean 0 and variance 1 is refused with probability at most `alpha`. The slack leaves room for
    estimators that are honest only nearly (a bias of `bias` error bars, error bars off by the fraction `slack`).

    * Σz² is χ²-distributed: too large, the error bars are too small; too small, they are too wide.
    * The mean of z is normal: an estimator that is off in one direction is biased.
    * So is the mean of z times how far the truth lies from its mean: values that are too large or too small by a factor
      are biased, too, though truths of both signs hide it in the mean of z.
    * The mean error bar, compared with the author's `ideal`, tells an estimator that wastes shots.

    What fails is asked about its values first, by their distances from the truth alone: values that depend on the truth
    in a wrong way, or lie much farther from it than `ideal`, earn nothing, and then nothing is said of the error bars.

    What a forger could do in the kernel: the data are there, the truth is not; he can do no better than an estimator.

    Parameters
    ----------
    draw : callable
        From a `random.Random` to (data, truth) or (data, truth, ideal): the arguments of the function (a tuple holds
        several), the true value, and the standard deviation of the best estimator that is taught. Draw the truth, too.
    runs : int
        How many data sets.
    wasteful : float
        How many times `ideal` the mean error bar may be.
    slack : float
        The fraction by which error bars may be off.
    bias : float
        How many error bars the values may be off on average.
    partial : bool
        Whether values without a bias earn a part of the points if their error bars are off.
    alpha : float
        The probability that an honest estimator is refused; the four tests share it.
    seed : int or str
        For what is drawn here: the same seed, the same draws.

    Examples
    --------
    >>> import numpy as np
    >>> def draw(random):
    ...     p, rng = random.uniform(0.2, 0.8), np.random.default_rng(random.getrandbits(32))
    ...     return (int(rng.binomial(1000, p)), 1000), p, (p * (1 - p) / 1000) ** 0.5
    >>> def share(hits, shots):
    ...     p = hits / shots
    ...     return p, (p * (1 - p) / shots) ** 0.5
    >>> Estimator(draw).judge(share).passed
    True
    """

    driver = "batch"

    def __init__(
        self,
        draw: Callable,
        *,
        runs: int = 400,
        slack: float = 0.1,
        bias: float = 0.1,
        wasteful: float = 1.25,
        partial: bool = True,
        alpha: float = ALPHA,
        seed=0,
        **options,
    ):
        super().__init__(**options)
        self.draw, self.runs, self.slack, self.bias = draw, runs, slack, bias
        self.wasteful, self.partial, self.alpha = wasteful, partial, alpha
        self._prepare(seed)

    def _prepare(self, seed) -> None:
        draws = random.Random(str(seed))
        cases = [tuple(self.draw(random.Random(draws.getrandbits(64)))) for _ in range(self.runs)]
        self._data = [case[0] for case in cases]
        self.truths = np.array([float(case[1]) for case in cases])
        self.ideals = np.array([float(case[2]) for case in cases]) if len(cases[0]) > 2 else None

    def drawn(self, seed) -> Estimator:
        other = copy.copy(self)
        other._prepare(seed)
        return other

    def inputs(self):
        return [copied(self._data)]

    def weighed(self, outputs: Sequence) -> Verdict:
        try:
            pairs = np.array(of_batch(outputs, self.runs, "data set", _value_and_error))
        except Refused as problem:
            return wrong(problem.code, problem.message)
        verdict = self._judged(pairs[:, 0], pairs[:, 1])
        return verdict if verdict.passed or self.partial else replace(verdict, score=0.0)

    def _judged(self, made: np.ndarray, errors: np.ndarray) -> Verdict:
        if self.runs > 1 and np.ptp(made) == 0:
            return wrong(
                None,
                f"The value is {significant(made[0], 5)} for every data set: your function does not look at the data.",
            )
        if np.any(errors <= 0):
            return wrong(
                None, f"For {int(np.sum(errors <= 0))} of {self.runs} data sets the error bar is not positive."
            )
        verdict, honest = self._weighed_bars(made, errors)
        if verdict.passed:
            return verdict
        fault = self._fault_of_values(made, _LEFT_OUT**2 if honest else self._limits()[1])
        return verdict if fault is None else wrong(None, f"Over {self.runs} drawn data sets your values {fault}.")

    def _limits(self) -> tuple[float, float]:
        return _spread_limits(self.runs, self.alpha / 4, self.slack, self.bias)

    def _fault_of_values(self, made: np.ndarray, farthest: float) -> str | None:
        """What is wrong with the values, whatever their error bars are: the end of a sentence; None if nothing is.

        `farthest` is the largest mean square of the distances, in units of `ideal`, that is no fault.
        """

        def off(values) -> bool:
            distances = values - self.truths if self.ideals is None else (values - self.truths) / self.ideals
            return self._systematic(distances) or (self.ideals is not None and np.mean(distances**2) > farthest)

        if not off(made):
            return None
        if not off(-made):
            return "are right but for their sign: it is reversed"
        shift = float(np.mean(made - self.truths))
        if not off(made - shift):
            return f"are off in one direction, by {_signed(shift)} on average"
        factor = float(made @ self.truths / (self.truths @ self.truths))
        if abs(factor) > 1e-9 and not off(made / factor):
            if abs(factor - 1) < 0.1:
                percent = significant(100 * abs(factor - 1), 2)
                return f"are about {percent} % too {'large' if factor > 1 else 'small'} in size"
            return f"are about {significant(factor, 2)} times as large as they should be"
        if self.ideals is None:
            return "are off by more than chance explains"
        far = float(np.sqrt(np.mean(((made - self.truths) / self.ideals) ** 2)))
        return f"lie about {significant(far, 2)} times as far from the truth as these data allow"

    def _systematic(self, distances: np.ndarray) -> bool:
        """Whether chance does not explain how the distances from the truth go with it: their mean, or their slope."""
        limit = sigmas(self.alpha) + self.bias * math.sqrt(self.runs)
        for weights in (np.ones(self.runs), self.truths - self.truths.mean()):
            parts = distances * weights
            size = math.sqrt(float(parts @ parts))
            if size > 0 and abs(float(parts.sum())) > limit * size:
                return True
        return False

    def _weighed_bars(self, made: np.ndarray, errors: np.ndarray) -> tuple[Verdict, bool]:
        """The verdict if the values are sound, and whether the error bars tell how far they lie from the truth."""
        z = (made - self.truths) / errors
        covered = 100 * float(np.mean(np.abs(z) <= 1))
        told = (
            f"Over {self.runs} drawn data sets the truth lies within your error bar in {number_text(covered, 0)} % "
            "(honest: 68 %)."
        )
        limit = self.bias + sigmas(self.alpha / 4) / math.sqrt(self.runs) * (1 + self.slack)
        low, high = self._limits()
        spread = float(np.mean(z**2))
        # What is left when a constant shift is taken out tells a bias from error bars that are too small.
        if spread > high and not (float(np.var(z)) <= high and abs(z.mean()) > limit):
            return self._spread(told, made, errors, "small"), False
        if abs(z.mean()) > limit:
            off = f"{told} Your estimates are off in one direction, by {_signed(z.mean())} error bars on average."
            return wrong(None, off), False
        along = self.truths - self.truths.mean()
        size = math.sqrt(float(np.mean(along**2)))
        if size > 0 and abs(slope := float(np.mean(z * along)) / size) > limit:
            where = "high" if slope > 0 else "low"
            off = (
                f"{told} Your estimates lie too {where} where the true value is large, by {significant(abs(slope), 2)}"
            )
            return wrong(None, f"{off} error bars in the mean, and the other way where it is small."), False
        if spread < low:
            return self._spread(told, made, errors, "wide"), False
        if self.ideals is not None:
            ratio = float(np.mean(errors / self.ideals))
            if ratio > self.wasteful:
                if spread < 1 - 4 * math.sqrt(2 / self.runs):
                    return self._spread(told, made, errors, "wide"), False
                # Only values that scatter more than they need to can be those of a part of the data.
                scattered = float(np.mean(((made - self.truths) / self.ideals) ** 2)) > high
                ask = ": is part of the data left out?" if scattered else "."
                wide = f"{told} But your error bars are {significant(ratio, 2)} times as wide as the data allow{ask}"
                return wrong(None, wide, score=0.5), True
        return right(f"Right: {told[0].lower() + told[1:]}"), True

    def _spread(self, told: str, made: np.ndarray, errors: np.ndarray, word: str) -> Verdict:
        for known, name in ((2.0, "half"), (0.5, "twice"), (2**0.5, "1/√2 of"), (2**-0.5, "√2 times")):
            if (known > 1) == (word == "small") and self._told_right(made, errors * known):
                return wrong("factor", f"{told} Your error bars are about {name} what they should be.", score=0.5)
        often = float(np.mean(np.abs(made - self.truths) <= errors)) > 0.68
        where = " for some of the data sets" if (word == "small") == often else ""
        return wrong(None, f"{told} Your error bars are too {word}{where}.", score=0.25)

    def _told_right(self, made: np.ndarray, errors: np.ndarray) -> bool:
        z = (made - self.truths) / errors
        # Closer than the test itself: half and 1/√2 have to be kept apart.
        near = abs(math.sqrt(float(np.mean(z**2))) - 1) < 0.15
        return near and (self.ideals is None or abs(float(np.mean(errors / self.ideals)) - 1) < 0.15)


class Mitigator(Runs):
    """A function that turns noisy data into a better value, tried on hidden devices.

    Each case is data from a device with its own drawn noise; the truth and the raw value stay with the judge. Over all
    cases the mean square error counts: the function has to remove a share of the bias, and the variance that it pays
    with has to stay within a bound.

    The function may return a value, or (value, error).

    Parameters
    ----------
    draw : callable
        From a `random.Random` to (data, truth, raw): the arguments of the function, the ideal value, and the expected
        value without mitigation (without shot noise).
    removes : float
        The share of the mean absolute bias that has to go, tested one-sided.
    variance : float, optional
        The largest mean square scatter around the truth that is left, after the bias; in units of the values squared.
    runs : int
    alpha : float
        The probability that a function which removes `removes` exactly, with normal scatter, is refused.
    seed : int or str
        For what is drawn here: the same seed, the same draws.

    Raises
    ------
    ValueError
        If the raw values have no bias to remove.

    Examples
    --------
    >>> def draw(random):
    ...     truth, decay = random.choice((-1, 1)) * random.uniform(0.5, 1), random.uniform(0.8, 0.95)
    ...     noisy = [truth * decay**scale + random.gauss(0, 0.003) for scale in (1, 3)]
    ...     return (noisy,), truth, truth * decay
    >>> Mitigator(draw, removes=0.7).judge(lambda noisy: 1.5 * noisy[0] - 0.5 * noisy[1]).passed
    True
    """

    driver = "batch"

    def __init__(
        self, draw: Callable, *, removes: float, variance=None, runs: int = 200, alpha=ALPHA, seed=0, **options
    ):
        super().__init__(**options)
        self.draw, self.removes, self.variance, self.runs, self.alpha = draw, removes, variance, runs, alpha
        self._prepare(seed)

    def _prepare(self, seed) -> None:
        draws = random.Random(str(seed))
        cases = [self.draw(random.Random(draws.getrandbits(64))) for _ in range(self.runs)]
        self._data = [case[0] for case in cases]
        self.truths, self.raw = (np.array([float(case[place]) for case in cases]) for place in (1, 2))
        self.bias = self.raw - self.truths
        if not np.abs(self.bias).mean() > 0:
            raise ValueError("the raw values have no bias to remove")

    def drawn(self, seed) -> Mitigator:
        other = copy.copy(self)
        other._prepare(seed)
        return other

    def inputs(self):
        return [copied(self._data)]

    def weighed(self, outputs: Sequence) -> Verdict:
        try:
            made = np.array(of_batch(outputs, self.runs, "data set", _value))
        except Refused as problem:
            return wrong(problem.code, problem.message)
        return self._judged(made)

    def removed(self, made: np.ndarray) -> tuple[float, float]:
        """The share of the bias that is gone (regression of what is left on the raw bias), and its standard error."""
        left = made - self.truths
        weight = float(self.bias @ self.bias)
        slope = float(left @ self.bias) / weight
        scatter = left - slope * self.bias
        return 1 - slope, math.sqrt(float(np.sum((scatter * self.bias) ** 2))) / weight

    def _judged(self, made: np.ndarray) -> Verdict:
        share, error = self.removed(made)
        told = f"On {self.runs} hidden devices your function removes {number_text(100 * share, 0)} % of the bias"
        if share < self.removes - sigmas(2 * self.alpha) * error:
            if abs(share) < 0.02:
                return wrong(None, f"{told}: it leaves the values as they are.")
            if share < 0 and self._is_mirrored(made):
                return wrong("inverse", f"{told}: it corrects in the wrong direction.")
            return wrong(
                None,
                f"{told}; at least {number_text(100 * self.removes, 0)} % is asked for.",
                score=0.5 * max(0.0, min(1.0, share / self.removes)),
            )
        scatter = self._scatter(made, share)
        if self.variance is not None and scatter > self._most_scatter():
            return wrong(
                None,
                f"{told}, but it pays with too much scatter: "
                f"its variance is {significant(scatter, 3)}, at most {significant(self.variance, 3)} is allowed.",
            )
        return right(f"Right: {told[0].lower() + told[1:]}.")

    def _scatter(self, made: np.ndarray, share: float) -> float:
        return float(np.mean((made - self.truths - (1 - share) * self.bias) ** 2))

    def _most_scatter(self) -> float:
        return self.variance * _spread_limits(self.runs, self.alpha, 0.0, 0.0)[1]

    def _is_mirrored(self, made: np.ndarray) -> bool:
        """Whether the same steps in the other direction from the raw values would be right, and not go far beyond."""
        mirrored = 2 * self.raw - made
        share, error = self.removed(mirrored)
        if not self.removes <= share + sigmas(2 * self.alpha) * error or share > 1.5:
            return False
        return self.variance is None or self._scatter(mirrored, share) <= self._most_scatter()


def _value_and_error(output) -> tuple[float, float]:
    return value_and_error(output, "What it returns")


def _value(output) -> float:
    if isinstance(output, list | tuple) and len(output) == 2:
        return value_and_error(output, "What it returns")[0]
    return real(output, "What it returns")


def _spread_limits(runs: int, alpha: float, slack: float, bias: float) -> tuple[float, float]:
    """Between which values the mean of z² of an honest estimator lies, but for a probability `alpha`."""
    from scipy.stats import chi2, ncx2

    high = ncx2.isf(alpha / 2, runs, runs * bias**2) if bias else chi2.isf(alpha / 2, runs)
    return float(chi2.ppf(alpha / 2, runs)) / runs / (1 + slack) ** 2, float(high) / runs * (1 + slack) ** 2


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{significant(value, 2)}"
