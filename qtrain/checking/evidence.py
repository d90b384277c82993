"""Evidence: where what was expected and what came out differ, cut down to what a person can look at.

What is "yours" stands as the learner's own program prints it. Where a global phase does not matter it is the expected
side that is turned, and the note says so. Of a state or a distribution at most half is shown: enough to find the
place, too little to copy.
"""

from __future__ import annotations

import numpy as np

from .verdict import Evidence

MOST = 8  # basis states shown
_ALIKE = 1e-4  # phases, in radians, that count as one and the same
_TURNED = "A global phase does not matter: what is expected is shown with the one of your answer."


def amplitudes(
    expected: np.ndarray, got: np.ndarray, *, given: str = "", turned: bool = False, part: bool = False
) -> Evidence:
    """Evidence from two vectors: the basis states on which they have something to show, in order.

    Parameters
    ----------
    expected, got : ndarray (2**n,)
        Shown as they are: turn `expected` first where a global phase does not matter (see `common_phase`).
    given : str
        The input that they belong to.
    turned : bool
        Whether `expected` has been turned.
    part : bool
        Whether only the half of the amplitudes that differs most may be shown.
    """
    weight = np.maximum(abs(expected), abs(got))
    shown = np.flatnonzero(weight > 1e-3)
    most = min(MOST, max(1, len(shown) // 2)) if part else MOST
    if part and len(differing := shown[abs(expected - got)[shown] > 1e-6]):
        most = min(most, len(differing))
    notes = [_TURNED] if turned else []
    if len(shown) > most:
        # The largest differences first, then the largest amplitudes; shown in the order of the basis.
        ranking = np.lexsort((-weight[shown], -np.round(abs(expected - got)[shown], 6)))
        shown = np.sort(shown[ranking[:most]])
        which = "amplitude that differs most is" if most == 1 else f"{most} that differ most are"
        notes.insert(0, f"Only the {which} shown.")
    width = max(1, int(len(expected) - 1).bit_length())
    if width > 1:
        notes.append("The first bit is qubit 0.")
    return Evidence(
        "amplitudes",
        given,
        [_pair(value) for value in expected[shown]],
        [_pair(value) for value in got[shown]],
        tuple(format(int(index), f"0{width}b") for index in shown),
        " ".join(notes),
    )


def common_phase(expected: np.ndarray, got: np.ndarray) -> complex:
    """The factor for `expected` with which most amplitudes agree with those of `got`, phase for phase.

    The phase that brings the two closest would turn every amplitude a little; this one shows which amplitude is off.
    Where as many agree without any factor, there is none.
    """
    ratio = (got * np.conj(expected)).reshape(-1)
    sizes = np.abs(ratio)
    ratio, sizes = ratio[sizes > 1e-9], sizes[sizes > 1e-9]
    if not len(ratio):
        return 1.0
    step = most_common(np.angle(ratio), sizes)
    return complex(np.exp(1j * step)) if abs(step) > _ALIKE else 1.0


def most_common(angles: np.ndarray, weights: np.ndarray) -> float:
    """The angle that occurs most often; of several the one with more weight, then 0, then the first."""
    steps = np.round(angles / _ALIKE)
    steps[np.abs(np.abs(angles) - np.pi) < _ALIKE] = round(np.pi / _ALIKE)  # −π is π
    found, first, which, count = np.unique(steps, return_index=True, return_inverse=True, return_counts=True)
    share = np.round(np.bincount(which.reshape(-1), weights), 9)
    best = np.lexsort((-first, found == 0, share, count))[-1]
    return float(angles[first[best]])


def frequencies(expected: dict, got: dict, kind: str = "probabilities", *, first: str = "qubit 0") -> Evidence:
    """Evidence from two distributions (or from counts, and the counts expected for as many shots).

    `first` is what the first bit of the keys belongs to.
    """
    keys = sorted(set(expected) | set(got), key=lambda key: (-abs(expected.get(key, 0) - got.get(key, 0)), key))
    most = min(MOST, max(1, len(keys) // 2))
    notes = []
    if len(keys) > most:
        notes.append(
            f"Only the {'outcome that differs most is' if most == 1 else f'{most} that differ most are'} shown."
        )
    if keys and len(keys[0]) > 1:
        notes.append(f"The first bit is {first}.")
    keys = sorted(keys[:most])
    return Evidence(
        kind,
        "",
        {key: _rounded(expected.get(key, 0)) for key in keys},
        {key: _rounded(got.get(key, 0)) for key in keys},
        tuple(keys),
        " ".join(notes),
    )


def _pair(number: complex) -> list[float | str]:
    return [_rounded(number.real), _rounded(number.imag)]


def _rounded(number) -> float | str:
    number = float(number)
    # JSON knows neither NaN nor infinity; nothing is lost by showing them as text.
    return round(number, 9) + 0.0 if np.isfinite(number) else str(number)
