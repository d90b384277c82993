"""Digits that are the rounded right values: right where the task allows to round, else "very close"."""

from __future__ import annotations

import numpy as np

from qtrain.circuits.numerals import significant

from .distance import aligned
from .verdict import Verdict, wrong

MOST_DIGITS = 6
_NEARLY = 2e-3  # what an angle rounded to two digits makes of an amplitude
_SLACK = 0.505  # of the last digit


def digits_of(array: np.ndarray) -> int | None:
    """How many digits after the point its numbers have, real and imaginary parts apart; None for more than six."""
    parts = np.stack([np.real(array), np.imag(array)])
    if not np.isfinite(parts).all():
        return None
    return next((d for d in range(MOST_DIGITS + 1) if np.abs(parts - np.round(parts, d)).max() < 1e-12), None)


def rounded(answer: np.ndarray, expected: np.ndarray, phase: str = "exact") -> int | None:
    """The number of digits (two or more) to which every entry of an answer is the expected one rounded; else None.

    Parameters
    ----------
    answer, expected : ndarray of the same shape
    phase : {"exact", "global"}
        Whether the expected values may be turned by a global phase before they are rounded.
    """
    digits = digits_of(answer) if answer.shape == expected.shape else None
    if digits is None or digits < 2:
        return None
    factors = [1.0, aligned(answer, expected)] if phase == "global" else [1.0]
    for factor in factors:
        gap = answer - factor * expected
        if max(np.abs(gap.real).max(), np.abs(gap.imag).max()) <= _SLACK * 10.0**-digits + 1e-9:
            return digits
    return None


def very_close(digits: int, what: str) -> str:
    """What is said where the task does not allow to round."""
    return (
        f"Very close: these are the right {what}, rounded to {digits} digits. "
        "Keep more digits, or let Python compute them, for example with np.sqrt."
    )


def nearly(gap: float, what: str) -> Verdict | None:
    """The verdict on a circuit of which no amplitude or entry is off by more than `gap`, where that is very little."""
    if gap > _NEARLY:
        return None
    return wrong(
        None,
        f"Nearly right: no {what} is off by more than {significant(1.05 * gap, 1)}. Are the numbers in your circuit "
        "rounded? Let Python compute them.",
        score=0.5,
    )
