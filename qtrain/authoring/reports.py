"""Parts of a task that a person reads: three anchored levels, of which one is ticked."""

from __future__ import annotations

from collections.abc import Sequence

from qtrain.checking import FreeText

from .exercise import Exercise
from .words import slip, text

_EMPTY = ("All is fine.", "See above.")


def report(id: str, title: str, levels: Sequence[str], *, outcome: int, empty: Sequence[str] = _EMPTY) -> Exercise:
    """A report of which a person ticks one level in ``qtrain mark``: as many points as the level's number.

    Parameters
    ----------
    id : str
        The exercise's id, ``"201.P.5"``.
    title : str
        What is read, in a word or two.
    levels : sequence of str
        What a report of each level does, the least first; none of them is worth nothing.
    outcome : int
        Which of the task's outcomes it shows, counted from 1.
    empty : sequence of str
        Words that are worth nothing, with which the check is tried.

    Returns
    -------
    Exercise
    """
    rubric = [(points, f"{title}, level {points} (tick one): {level}") for points, level in enumerate(levels, 1)]

    @text(id, kind="design", rung="think", outcome=outcome, points=len(levels), rubric=rubric)
    def part():
        yield FreeText()
        for words in empty:
            yield slip(words, "says nothing that could be checked")

    return part
