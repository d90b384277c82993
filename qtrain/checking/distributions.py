"""Targets about what is measured: the exact distribution, and counts from shots."""

from __future__ import annotations

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.counting import all_operations
from qtrain.circuits.model import Circuit
from qtrain.circuits.numerals import significant

from . import distance as far
from .evidence import frequencies
from .expected import read_expected
from .refusals import Refused, Undecided, called
from .rounding import rounded, very_close
from .shot_statistics import (
    ALPHA,
    MISSED,
    RESOLUTION,
    Finding,
    consistent,
    false_acceptance_of_two,
    needed_shots,
    same_source,
)
from .target import Target
from .verdict import wrong

_FIRST = "qubit 0, or the first classical bit"


class Distribution(Target):
    """Probabilities of bit strings (the first character is qubit, or classical bit, 0).

    A circuit or a state is judged by its exact distribution: over the classical bits if it measures, else over all
    qubits. Counts are tested (see `qtrain.checking.shot_statistics`: a right circuit fails with probability ≤ 1e-6),
    and with too few shots to tell the verdict is "undecided" with the diagnosis ``sampling``.

    Parameters
    ----------
    expected : dict, list of probabilities, circuit or state
    tolerance : float
        Largest difference of any probability in an answer that is exact.
    digits : int, optional
        The task allows to round the probabilities to so many digits after the point.
    resolution : float
        The total variation distance that shots must be able to show: counts from a distribution that is so far from
        this one, or further, are called right with probability at most `qtrain.checking.shot_statistics.MISSED`.
    num_qubits : int, optional
        How many qubits are meant, for a Cirq object that leaves some of them idle.
    order : {"native", "big", "little"}
        Which end of the bit strings in `expected` qubit (or classical bit) 0 is; "native" is the first character.

    Raises
    ------
    ValueError
        If the probabilities do not add up to 1, or nothing that has a distribution is given.

    Examples
    --------
    >>> Distribution({"00": 0.5, "11": 0.5}).judge({"00": 520, "11": 504}).passed
    True
    """

    reading = "distribution"
    wants = "probabilities, counts, or a circuit"

    def __init__(
        self,
        expected,
        *,
        num_qubits=None,
        order="native",
        tolerance=None,
        resolution=RESOLUTION,
        digits=None,
        **options,
    ):
        super().__init__(**options)
        self.digits = digits
        neutral = read_expected(expected, "distribution", num_qubits, order)
        found = self._distribution(neutral)
        if found is None:
            raise ValueError(f"a distribution is expected as probabilities or a circuit, not as {called(neutral)}")
        total = sum(found.values())
        if not abs(total - 1) <= 1e-6 or min(found.values()) < -1e-9:
            raise ValueError(f"the expected probabilities add up to {total:.6g}, not to 1")
        self.probabilities = {key: p / total for key, p in found.items() if p > 1e-12}
        self.num_bits = len(next(iter(self.probabilities)))
        if isinstance(neutral, Circuit):
            self.reference = neutral
        self.tolerance = far.TOLERANCE if tolerance is None else float(tolerance)
        self.resolution = resolution
        self._needed: int | None = None

    def read(self, answer, *, order="native"):
        # Whole numbers in a dictionary are shots, whatever is expected; a list of numbers is one of probabilities.
        from qtrain.circuits import read

        kind = None if isinstance(answer, dict) and not _sums_to_one(answer) else "distribution"
        try:
            neutral = read(answer, num_qubits=self.num_bits, order=order, kind=kind)
        except ValueError as problem:
            # A circuit may have more qubits than it measures, and fewer than it gives bits.
            if getattr(problem, "code", "") != "wrong-size":
                raise
            neutral = read(answer, order=order, kind=kind)
            if not isinstance(neutral, Circuit):
                raise
            return neutral
        # The bits come from the measurements: no idle qubits are filled in.
        return read(answer, order=order, kind=kind) if _measures(neutral) else neutral

    def _distribution(self, answer) -> dict[str, float] | None:
        """The exact distribution that a neutral value means; None if it means none."""
        if isinstance(answer, values.Distribution):
            return answer.probabilities
        if isinstance(answer, values.State):
            n = answer.num_qubits
            return {format(i, f"0{n}b"): float(abs(a) ** 2) for i, a in enumerate(answer.vector) if abs(a) > 1e-7}
        if isinstance(answer, values.Density):
            n = answer.num_qubits
            return {format(i, f"0{n}b"): float(p) for i, p in enumerate(np.real(np.diag(answer.matrix)))}
        if isinstance(answer, Circuit):
            from qtrain.circuits import output_distribution

            told = output_distribution(answer)
            return dict(getattr(told, "probabilities", told))
        return None

    def _sized(self, found: dict, answer=None) -> dict:
        widths = {len(key) for key in found}
        if widths - {self.num_bits}:
            width = max(widths - {self.num_bits})
            asked = f"but {self.num_bits} {'are' if self.num_bits != 1 else 'is'} asked for."
            if isinstance(answer, Circuit) and not _measures(answer):
                raise Refused(
                    "wrong-size",
                    f"Your circuit has no measurement. Its {width} qubit{'s' * (width != 1)} would give bit strings "
                    f"of {width} bit{'s' * (width != 1)}, {asked}",
                )
            raise Refused("wrong-size", f"Your answer has bit strings of {width} bit{'s' * (width != 1)}, {asked}")
        return found

    def right(self, answer):
        if isinstance(answer, values.Counts):
            return self._right_counts(answer)
        found = self._distribution(answer)
        if found is None:
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for {self.wants}.")
        self._sized(found, answer)
        if isinstance(answer, values.Distribution):
            digits = self._rounded(answer)
            if digits is not None and self.digits is not None:
                return digits >= self.digits
            total = 1.0 if digits is not None else sum(found.values())
            if not abs(total - 1) <= 1e-3:
                raise Refused(
                    "not-normalised",
                    f"Your probabilities add up to {significant(total, 4)}; together they must give 1.",
                )
        return self._largest_gap(found)[1] <= self.tolerance

    def _largest_gap(self, found) -> tuple[str, float]:
        keys = sorted(set(found) | set(self.probabilities))
        gaps = [(abs(found.get(key, 0.0) - self.probabilities.get(key, 0.0)), key) for key in keys]
        gap, key = max(gaps, key=lambda item: item[0] if item[0] == item[0] else np.inf)
        return key, gap

    def tested(self, answer: values.Counts) -> Finding:
        """The statistical test of counts."""
        return consistent(self._sized(answer.counts), self.probabilities, ALPHA)

    def _right_counts(self, answer) -> bool:
        shots = sum(answer.counts.values())
        if shots <= 0:
            raise Refused("wrong-type", "There are no shots in your counts: run the circuit first.")
        return self._enough(self.tested(answer), shots)

    def _enough(self, test: Finding, shots: int) -> bool:
        if not test.consistent:
            return False
        needed = self.needed_shots
        if shots < needed:
            raise Undecided(
                f"Your counts fit so far, but {shots:,} shot{'s' * (shots != 1)} cannot tell: take {needed:,} or more.",
                "sampling",
            )
        return True

    @property
    def needed_shots(self) -> int:
        """How many shots it takes to tell a wrong distribution from this one."""
        if self._needed is None:
            self._needed = needed_shots(self.probabilities, self.resolution)
        return self._needed

    def like(self, answer):
        if isinstance(answer, values.Counts):
            return SameCounts(answer, resolution=self.resolution)
        return Distribution(answer, tolerance=self.tolerance, resolution=self.resolution)

    def idle(self, answer):
        n = self.num_bits
        same = {format(i, f"0{n}b"): 2.0**-n for i in range(2**n)} if n <= 12 else {}
        # Flips alone show one string; the best that they can do is to show the most probable one.
        flipped = (
            {max(self.probabilities, key=lambda bits: self.probabilities[bits]): 1.0} if self.probabilities else {}
        )
        return [values.Distribution(found, n) for found in ({"0" * n: 1.0}, flipped, same) if found]

    def score(self, answer):
        """One minus the total variation distance."""
        found = self._frequencies(answer)
        keys = set(found) | set(self.probabilities)
        return 1 - 0.5 * sum(abs(found.get(key, 0) - self.probabilities.get(key, 0)) for key in keys)

    def _frequencies(self, answer) -> dict[str, float]:
        if not isinstance(answer, values.Counts):
            return self._distribution(answer) or {}
        shots = max(1, sum(answer.counts.values()))
        return {key: count / shots for key, count in answer.counts.items()}

    def evidence(self, answer):
        if isinstance(answer, values.Counts):
            shots = sum(answer.counts.values())
            expected = {key: round(p * shots, 1) for key, p in self.probabilities.items()}
            return frequencies(expected, answer.counts, "counts", first=_FIRST)
        bits = isinstance(answer, Circuit) and any(step.name == "measure" for step in answer.operations)
        return frequencies(self.probabilities, self._frequencies(answer), first=_FIRST if bits else "qubit 0")

    def explain(self, answer):
        digits = self._rounded(answer)
        if digits is None:
            return None
        return wrong(None, very_close(digits, "probabilities"), evidence=self.evidence(answer))

    def _rounded(self, answer) -> int | None:
        """The digits to which probabilities are the right ones rounded; None if they are not."""
        if not isinstance(answer, values.Distribution):
            return None
        keys = sorted(set(answer.probabilities) | set(self.probabilities))
        got, expected = (
            np.array([float(each.get(key, 0.0)) for key in keys]) for each in (answer.probabilities, self.probabilities)
        )
        return rounded(got, expected)

    def fallback(self, answer):
        if isinstance(answer, values.Counts):
            test = self.tested(answer)
            where = f"The outcome {test.outcome}" if test.outcome else "The outcomes together"
            if test.outcome and test.outcome not in self.probabilities:
                return f"The outcome {test.outcome} came up, but it should never do."
            return f"{where} came up in numbers that chance does not explain (not once in a million tries)."
        key, _ = self._largest_gap(self._frequencies(answer))
        return f"The probability of {key} is not right."


RESOLUTION_OF_TWO = 0.25
"""The total variation distance that two sets of counts must be able to show."""


class SameCounts(Distribution):
    """The same distribution as these counts come from, known from their shots only (what `compare` uses for counts).

    Counts are tested against counts (`qtrain.checking.shot_statistics.same_source`); for an exact answer the
    expected counts are tested against it.
    """

    wants = "counts, probabilities, or a circuit"

    def __init__(self, counts, *, order="native", resolution=RESOLUTION_OF_TWO, **options):
        neutral = read_expected(counts, "counts", None, order)
        self.counts = neutral.counts
        total = max(1, sum(self.counts.values()))
        shares = values.Distribution({key: n / total for key, n in self.counts.items()}, neutral.num_bits)
        super().__init__(shares, resolution=resolution, **options)

    def right(self, answer):
        if isinstance(answer, values.Counts):
            return super().right(answer)
        found = self._distribution(answer)
        if found is None:
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for {self.wants}.")
        return self._enough(consistent(self.counts, self._sized(found), ALPHA), sum(self.counts.values()))

    def _right_counts(self, answer):
        test, shots = self.tested(answer), sum(answer.counts.values())
        if not test.consistent:
            return False
        given = sum(self.counts.values())
        outcomes = len(set(answer.counts) | set(self.counts))

        def misses(own: int) -> bool:
            return false_acceptance_of_two(own, given, outcomes, self.resolution) > MISSED

        if not misses(shots):
            return True
        enough = next((own for own in (shots * 2**k for k in range(1, 20)) if not misses(own)), None)
        how = "the counts to compare with hold too few" if enough is None else f"take {enough:,} or more"
        raise Undecided(f"Your counts fit so far, but {shots:,} shots cannot tell: {how}.", "sampling")

    def tested(self, answer):
        """The test of two sets of counts."""
        return same_source(self._sized(answer.counts), self.counts, ALPHA)

    def fallback(self, answer):
        if isinstance(answer, values.Counts):
            return f"{super().fallback(answer)[:-1]}, compared with the counts expected."
        return "The counts expected cannot come from this distribution."


class Sampling(Distribution):
    """Counts from shots of a circuit with this distribution; exact probabilities are not taken.

    Parameters
    ----------
    shots : int, optional
        The fewest shots to take, if more are asked for than it needs to tell a distribution that is off by
        `resolution`.
    expected : dict, list of probabilities, circuit or state
        See `Distribution`; its other options are taken, too.

    References
    ----------
    R. Agrawal, "Finite-sample concentration of the multinomial in relative entropy" (2020), arXiv:1904.02291; see
    `qtrain.checking.shot_statistics`.

    Examples
    --------
    >>> Sampling({"0": 0.5, "1": 0.5}).judge({"0": 9, "1": 11}).diagnosis
    'sampling'
    """

    reading = "counts"
    wants = "counts from shots"

    def __init__(self, expected, *, shots: int | None = None, **options):
        super().__init__(expected, **options)
        self.shots = shots

    @property
    def needed_shots(self):
        """How many shots it takes."""
        return max(self.shots or 0, super().needed_shots)

    def right(self, answer):
        if isinstance(answer, Circuit):
            raise Refused("wrong-type", "You gave a circuit; run it with a simulator and give the counts.")
        if not isinstance(answer, values.Counts):
            raise Refused(
                "wrong-type",
                f"You gave {called(answer)}, but this exercise asks for counts: "
                "whole numbers of shots for each bit string.",
            )
        return super().right(answer)


def _measures(answer) -> bool:
    """Whether an answer is a circuit whose bits come from measurements."""
    return isinstance(answer, Circuit) and any(step.clbits for step in all_operations(answer.operations))


def _sums_to_one(answer: dict) -> bool:
    try:
        total = sum(answer.values())
        return bool(abs(total - 1) <= 1e-3)
    except (TypeError, ValueError):
        return False
