"""Evidence: the difference between what was expected and what came out, cut down to what a person can look at."""

from __future__ import annotations

import numpy as np

from .verdict import Evidence

MOST = 8  # basis states shown


def amplitudes(expected: np.ndarray, got: np.ndarray, *, given: str = "", note: str = "") -> Evidence:
    """Evidence from two vectors: the basis states on which they have something to show, in order.

    The vectors are shown as they are: align their phases first where a global phase does not matter.
    """
    weight = np.maximum(abs(expected), abs(got))
    shown = np.flatnonzero(weight > 1e-3)
    if len(shown) > MOST:
        # The largest differences first, then the largest amplitudes; shown in the order of the basis.
        ranking = np.lexsort((-weight[shown], -np.round(abs(expected - got)[shown], 6)))
        shown = np.sort(shown[ranking[:MOST]])
        note = note or f"Only the {MOST} basis states that differ most are shown."
    width = max(1, int(len(expected) - 1).bit_length())
    return Evidence(
        "amplitudes",
        given,
        [_pair(value) for value in expected[shown]],
        [_pair(value) for value in got[shown]],
        tuple(format(int(index), f"0{width}b") for index in shown),
        note,
    )


def readable_phase(expected: np.ndarray, got: np.ndarray) -> complex:
    """The factor for `got` that makes as much of it as possible agree with `expected`, phase for phase.

    The phase that brings the two closest would turn every amplitude a little; this one shows which amplitude is off.
    """
    ratio = (expected * np.conj(got)).reshape(-1)
    size = np.abs(ratio)
    ratio, size = ratio[size > 1e-9], size[size > 1e-9]
    if not len(ratio):
        return 1.0
    buckets = np.round(ratio / size, 6)
    phases, which = np.unique(buckets, return_inverse=True)
    best = phases[int(np.argmax(np.round(np.bincount(which.reshape(-1), weights=size), 9)))]
    return complex(best / abs(best))


def frequencies(expected: dict, got: dict, kind: str = "probabilities") -> Evidence:
    """Evidence from two distributions (or from counts, and the counts expected for as many shots)."""
    keys = sorted(set(expected) | set(got), key=lambda key: -abs(expected.get(key, 0) - got.get(key, 0)))
    keys = sorted(keys[:MOST])
    note = f"Only the {MOST} outcomes that differ most are shown." if len(set(expected) | set(got)) > MOST else ""
    return Evidence(
        kind,
        "",
        {key: _rounded(expected.get(key, 0)) for key in keys},
        {key: _rounded(got.get(key, 0)) for key in keys},
        tuple(keys),
        note,
    )


def value(expected, got, given: str = "") -> Evidence:
    """Evidence from two numbers or words."""
    return Evidence("value", given, expected, got)


def _pair(number: complex) -> list[float]:
    return [_rounded(number.real), _rounded(number.imag)]


def _rounded(number) -> float:
    number = float(number)
    # JSON knows neither NaN nor infinity; nothing is lost by showing them as text.
    return round(number, 9) + 0.0 if np.isfinite(number) else str(number)
