"""The target of a decoder: the learner's function on hidden syndromes, judged by the logical class that it leaves."""

from __future__ import annotations

import copy
from functools import partial

import numpy as np

from qtrain.circuits.numerals import significant

from .refusals import Refused
from .runs import Runs, bits_of, of_batch
from .shot_statistics import ALPHA, lower_tail, upper_tail
from .verdict import Verdict, right, wrong

_MOST_BITS = 450_000


class Decoder(Runs):
    """A function from a syndrome (a list of 0 and 1) to a correction, or to the logical flips that it predicts.

    Errors are drawn and stay with the judge; the function gets the syndromes only, all in one call of the kernel, whose
    limits on work and time are the only ones. A correction must reproduce its syndrome every time. Whether it is the
    error that happened does not matter, only its logical class.

    A decoder whose failure rate is at most `at_most` is refused with probability at most `alpha`; one with a
    failure rate of `at_most` + `resolution` is accepted with probability at most 1 %, or the target cannot be made.

    What a forger could do in the kernel: nothing more than with an honest function, since only syndromes are there.

    Parameters
    ----------
    checks : bit matrix of shape (m, n)
        Row i holds the error places that flip syndrome bit i.
    logicals : bit matrix of shape (k, n)
        Row j holds the error places that flip logical observable j.
    priors : float or sequence of n floats
        The probability of each error.
    at_most : float
        The failure rate that is asked for; a failure is any wrong logical bit.
    reports : {"correction", "class"}
        Whether the function gives n bits of a correction, or k bits (one number if k = 1).
    shots : int
    resolution : float, optional
        The excess that has to be noticed; without it, whatever the shots can tell is told.
    alpha : float
        The probability that a decoder which fails in `at_most` of all shots is refused.
    seed : int or str
        For the errors that are drawn: the same seed, the same errors.

    Raises
    ------
    ValueError
        If the matrices have different widths, or the shots are too many to send or too few for the `resolution`.

    References
    ----------
    C. J. Clopper and E. S. Pearson, Biometrika 26, 404 (1934), doi:10.1093/biomet/26.4.404: the exact binomial tails.

    Examples
    --------
    >>> checks, logicals = [[1, 1, 0], [0, 1, 1]], [[1, 0, 0]]
    >>> table = {(0, 0): (0, 0, 0), (1, 0): (1, 0, 0), (1, 1): (0, 1, 0), (0, 1): (0, 0, 1)}
    >>> Decoder(checks, logicals, 0.1, 0.028).judge(lambda syndrome: table[tuple(syndrome)]).passed
    True
    """

    driver = "batch"

    def __init__(
        self,
        checks,
        logicals,
        priors,
        at_most: float,
        *,
        reports: str = "correction",
        shots: int = 8000,
        resolution: float | None = None,
        alpha: float = ALPHA,
        seed=0,
        **options,
    ):
        super().__init__(**options)
        if reports not in ("correction", "class"):
            raise ValueError("a decoder reports a 'correction' or the logical 'class'")
        self.checks, self.logicals = (np.atleast_2d(np.asarray(one, dtype=np.uint8)) for one in (checks, logicals))
        self.k, n = self.logicals.shape
        if self.checks.shape[1] != n:
            raise ValueError("checks and logicals have the same number of columns")
        self.priors = np.broadcast_to(np.asarray(priors, dtype=float), (n,))
        self.at_most, self.reports, self.shots, self.alpha = float(at_most), reports, shots, alpha
        if shots * (sum(self.checks.shape) + 2) > _MOST_BITS:
            raise ValueError(f"{shots} shots are too many to send for a code of this size")
        self.most = _most_failures(shots, self.at_most, alpha)
        if resolution is not None and lower_tail(self.most, shots, min(1.0, self.at_most + resolution)) > 0.01:
            raise ValueError(f"{shots} shots cannot tell {self.at_most} from {self.at_most + resolution}")
        self._draw(seed)

    def _draw(self, seed) -> None:
        words = np.frombuffer(str(seed).encode(), dtype=np.uint8)
        rng = np.random.default_rng([len(words), *words.tolist()])
        self.errors = (rng.random((self.shots, len(self.priors))) < self.priors).astype(np.uint8)
        self.syndromes = self.errors @ self.checks.T % 2
        self.classes = self.errors @ self.logicals.T % 2

    def drawn(self, seed) -> Decoder:
        other = copy.copy(self)
        other._draw(seed)
        return other

    def inputs(self):
        # One element tuples, so that each syndrome is the only argument.
        return [[(syndrome,) for syndrome in self.syndromes.tolist()]]

    def weighed(self, outputs):
        try:
            made = self._made(outputs)
        except Refused as problem:
            return wrong(problem.code, problem.message)
        return self._judged(made)

    def _made(self, outputs) -> np.ndarray:
        """What came out, one row for each shot; else `Refused`."""
        length = len(self.priors) if self.reports == "correction" else self.k
        what = "Your correction" if self.reports == "correction" else "Your prediction"
        read = partial(bits_of, what=what, length=length)
        return np.array(of_batch(outputs, self.shots, "syndrome", read), dtype=np.uint8)

    def _is_slip(self, functions, outputs):
        """Whether the slip's decoder decides alike: which correction of a class it takes is free."""
        try:
            made, slip = (self._made(one) for one in (outputs, list(self._given_by(functions))))
        except Refused:
            return super()._is_slip(functions, outputs)
        changed = made ^ slip
        if self.reports == "class":
            return not changed.any()
        return not ((changed @ self.checks.T % 2).any() or (changed @ self.logicals.T % 2).any())

    def _judged(self, made: np.ndarray) -> Verdict:
        if self.reports == "correction":
            clear = (made @ self.checks.T % 2 == self.syndromes).all(axis=1)
            if not clear.all():
                return self._not_clear(made, clear)
        failures = self._failures(made)
        rate = failures / self.shots
        if failures <= self.most:
            return right(
                f"Right: your decoder fails in {failures} of {self.shots} shots, {significant(100 * rate, 3)} %."
            )
        told = (
            f"Your decoder fails in {failures} of {self.shots} shots, {significant(100 * rate, 3)} %; at most "
            f"{significant(100 * self.at_most, 3)} % is asked for."
        )
        if self.reports == "class" and self._failures(1 - made) <= self.most:
            return wrong("bit-flip", f"{told} With 0 and 1 exchanged in its predictions it would be enough.", score=0.5)
        if self.reports == "class" and self.k > 1 and self._failures(made[:, ::-1]) <= self.most:
            return wrong("qubit-order", f"{told} With the logical bits in the reverse order it would do.", score=0.5)
        idle = self._failures(np.zeros_like(made))
        if not made.any():
            return wrong(None, f"{told} It always says that nothing happened.")
        score = 0.5 * max(0.0, (idle - failures) / max(1, idle - self.most)) if self.reports == "class" else 0.25
        return wrong(None, told, score=min(0.5, score))

    def _failures(self, made: np.ndarray) -> int:
        classes = made if self.reports == "class" else made @ self.logicals.T % 2
        return int((classes != self.classes).any(axis=1).sum())

    def _not_clear(self, made, clear) -> Verdict:
        first = int(np.flatnonzero(~clear)[0])
        shown = "".join(map(str, self.syndromes[first]))
        for code, sentence, changed in (
            ("qubit-order", "Read from the other end it does: place 0 comes first.", made[:, ::-1]),
            ("bit-flip", "With 0 and 1 exchanged it does.", 1 - made),
        ):
            if (changed @ self.checks.T % 2 == self.syndromes).all():
                return wrong(code, f"Your correction does not have the syndrome {shown} that it is given. {sentence}")
        return wrong(
            None,
            f"In {int(np.sum(~clear))} of {self.shots} shots your correction does not have the syndrome "
            f"that it is given; the first is {shown}.",
        )


def _most_failures(shots: int, rate: float, alpha: float) -> int:
    """The largest number of failures that a decoder with this rate stays below but for a probability `alpha`."""
    low, high = int(shots * rate), shots
    while low < high:
        middle = (low + high) // 2
        if upper_tail(middle + 1, shots, rate) <= alpha:
            high = middle
        else:
            low = middle + 1
    return low


def from_error_model(model) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Checks, logicals and priors of a `stim.DetectorErrorModel`, for `Decoder`: one column for each error."""
    steps = [step for step in model.flattened() if step.type == "error"]
    checks = np.zeros((model.num_detectors, len(steps)), dtype=np.uint8)
    logicals = np.zeros((model.num_observables, len(steps)), dtype=np.uint8)
    for column, step in enumerate(steps):
        for target in step.targets_copy():
            if target.is_relative_detector_id():
                checks[target.val, column] ^= 1
            elif target.is_logical_observable_id():
                logicals[target.val, column] ^= 1
    return checks, logicals, np.array([step.args_copy()[0] for step in steps])
