"""Exercises that have another id than in an earlier edition of the course: old → new."""

from __future__ import annotations


def _letters(old: str, letters: str, new: str, as_letters: str | None = None) -> dict[str, str]:
    return {f"{old}.{a}": f"{new}.{b}" for a, b in zip(letters, as_letters or letters, strict=True)}


# Second edition: probability and shots come before complex numbers, and the lesson on matrices became two.
SECOND = {
    **_letters("0.2", "abcdefgh", "0.4"),
    **_letters("0.3", "abcdefghi", "0.5"),
    **_letters("0.4", "abcde", "0.6"),
    **_letters("0.4", "fghijk", "0.7", "abcdeh"),
    **_letters("0.5", "abcdefgh", "0.2"),
    **_letters("0.6", "abcdefgh", "0.3"),
}


def moved(exercise: str) -> str:
    """The id in the second edition of an exercise of the first one; an id that is not in the table stays.

    Old and new ids look alike (0.2.a is in both editions): apply it once, to what is known to be of the first edition.

    Examples
    --------
    >>> moved("0.4.f"), moved("0.P.1"), moved("1.6.a")
    ('0.7.a', '0.P.1', '1.6.a')
    """
    return SECOND.get(exercise, exercise)
