"""Slips: the wrong answers that an exercise knows by name. They go before every general story about a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .target import Target


@dataclass(frozen=True, eq=False)
class Slip:
    """A typical wrong answer and what is said of it.

    A target takes any object with these attributes.

    Attributes
    ----------
    answer
        The wrong answer, in any form that the target reads: a value, circuit, array, function; or a `Target` that
        accepts the wrong answers which are meant.
    reply : str
        What the learner is told; empty: what the diagnosis finds is said, for no points.
    code : str or None
        The diagnosis, one of `qtrain.checking.verdict.DIAGNOSES`.
    score : float
        0, unless the answer is known to be a part of what is asked for.
    """

    answer: Any
    reply: str = ""
    code: str | None = None
    score: float = 0.0


def meant(target: Target, slip) -> Target | None:
    """The target for which the slip's own answer is right; None where its form can be compared with nothing."""
    from .target import Target

    if isinstance(slip.answer, Target):
        return slip.answer
    neutral = None
    try:
        neutral = target.read(slip.answer)
        return target.like(neutral)
    except Exception:  # an answer that this target cannot even read, such as one of the wrong size
        return _same_entries(neutral) or _of_itself(slip.answer)


def _same_entries(neutral) -> Target | None:
    """Of vectors that are no states and matrices that are no gates: those with the same entries."""
    import numpy as np

    from .properties import Property

    def entries(answer):
        return getattr(answer, "vector", getattr(answer, "matrix", None))

    expected = entries(neutral)
    if not isinstance(expected, np.ndarray):
        return None

    def same(answer):
        found = entries(answer)
        return found is not None and found.shape == expected.shape and np.allclose(found, expected, atol=1e-6)

    return Property("is this slip", same)


def _of_itself(answer) -> Target | None:
    from .comparing import target_for

    try:
        return target_for(answer)
    except Exception:  # nothing can be compared with it: then the engine's own sentences have to do
        return None
