"""Slips: the wrong answers that an exercise knows by name. They go before every general story about a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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
