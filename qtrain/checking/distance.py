"""How far two states or operators are apart, and when that counts as nothing.

The tolerance
-------------
Two states are the same when ``min over phases ‖a − e^{iφ} b‖ ≤ tolerance``, by default 1e-5: complex64 results (the
default of Cirq's simulators) are about 1e-7 … 1e-6 off, angles printed with six digits 5e-7, amplitudes typed with
four digits (0.7071) just under 1e-5; a rotation that is wrong by 1e-3 rad moves the amplitudes it acts on by 5e-4.

Two operators are the same when their Frobenius distance ``min over phases ‖A − e^{iφ} B‖_F`` is at most
``tolerance × sqrt(columns)``, but never more than ``10 × tolerance``. The norm is not divided by the dimension, on
purpose: a rotation by 1e-3 rad under eleven controls differs from the identity in two of 4096 columns only, and its
distance (√2 · 5e-4 = 7e-4) is that of the same rotation on one bare qubit; divided, it would be 1e-5 and drown.
The cap keeps 7e-4 refused at every size, while 1e-9 on each of the 4096² entries (4e-6 together) is accepted.

Random stimuli
--------------
A difference D = A − e^{iφ}B is never built for circuits on many qubits: it is tried on vectors x with independent
complex Gaussian entries of variance one. Then ``E‖Dx‖² = ‖D‖_F²``, and a small result by chance is rare: ‖Dx‖² is a sum
of exponential variables weighted with the squared singular values of D, so ``P(‖Dx‖² ≤ ε‖D‖_F²) ≤ e·ε``, for every
D (Chernoff: ``e^{tε}/∏(1+t·wᵢ) ≤ e^{tε}/(1+t)`` at t = 1/ε − 1, as the weights add up to one); for D of rank one it
is ``1 − e^{−ε}``. The phase is fixed by one vector and tested on the others, which are independent of it.
See `hiding_probability` for the numbers. The vectors are drawn anew in every process: no answer can be made to fit.
"""

from __future__ import annotations

import math

import numpy as np

TOLERANCE = 1e-5
MAX_DENSE = 12  # qubits up to which a 2ⁿ × 2ⁿ matrix may be built
STIMULI = 4  # vectors that test, besides the one that fixes the phase
SURE = 1e-5  # ‖Dx‖ up to which a stimulus counts as "no difference"

_rng = np.random.default_rng()


def operator_tolerance(tolerance: float, columns: int) -> float:
    """The Frobenius distance at which operators with so many columns still count as the same."""
    return tolerance * min(math.sqrt(columns), 10.0)


def aligned(a: np.ndarray, b: np.ndarray) -> complex:
    """The phase factor that brings `b` closest to `a` (1 if they are orthogonal)."""
    overlap = complex(np.vdot(b, a))
    size = abs(overlap)
    return overlap / size if size > 0 and math.isfinite(size) else 1.0


def distance(a: np.ndarray, b: np.ndarray, phase: str = "global") -> float:
    """Euclidean (for matrices: Frobenius) distance, by default at the best global phase. NaN if anything is NaN.

    Computed from the difference itself: the shorter formula with the overlap loses half of the digits.
    """
    difference = a - aligned(a, b) * b if phase == "global" else a - b
    return float(np.linalg.norm(difference))


def same_state(a: np.ndarray, b: np.ndarray, phase: str = "global", tolerance: float = TOLERANCE) -> bool:
    """Whether two vectors are the same state."""
    return a.shape == b.shape and distance(a, b, phase) <= tolerance


def same_operator(a: np.ndarray, b: np.ndarray, phase: str = "global", tolerance: float = TOLERANCE) -> bool:
    """Whether two matrices are the same operator."""
    return a.shape == b.shape and distance(a, b, phase) <= operator_tolerance(tolerance, a.shape[1])


def stimuli(dimension: int, count: int = STIMULI + 1) -> np.ndarray:
    """Fresh complex Gaussian vectors as columns, variance one per entry; the first is meant to fix the phase."""
    return (_rng.standard_normal((dimension, count, 2)) * math.sqrt(0.5)).view(np.complex128)[..., 0]


def residues(got: np.ndarray, expected: np.ndarray, phase: str = "global") -> np.ndarray:
    """‖Dx‖ for each testing stimulus, from the images of all stimuli under both operators."""
    factor = aligned(got[:, 0], expected[:, 0]) if phase == "global" else 1.0
    return np.linalg.norm(got[:, 1:] - factor * expected[:, 1:], axis=0)


def judged_by_stimuli(got, expected, phase: str = "global", tolerance: float = TOLERANCE) -> bool | None:
    """What the images of stimuli say: True (same), False (different) or None (too close to call).

    "Same" is wrong with at most `hiding_probability`. "Different" is said where the root mean square of the residues is
    four times the tolerance: for operators within the tolerance, the mean of four squares is as large as 16 with a
    probability below ``e^{−4(16 − 1 − ln 16)}`` < 1e-20 (Chernoff again).
    """
    sizes = residues(got, expected, phase)
    limit = operator_tolerance(tolerance, got.shape[0])
    if float(np.max(sizes)) <= min(SURE, limit):
        return True
    if not float(np.sqrt(np.mean(sizes**2))) <= 4 * limit:
        return False
    return None


def hiding_probability(size: float, count: int = STIMULI, sure: float = SURE) -> float:
    """A bound on the probability that operators a Frobenius distance `size` apart pass as the same by stimuli.

    Each of `count` independent stimuli is fooled with probability ≤ e·(sure/size)². For a rotation that is wrong by
    1e-3 rad (size ≥ 7e-4) and four stimuli that is below 1e-12.
    """
    return min(1.0, math.e * (sure / size) ** 2) ** count
