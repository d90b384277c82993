"""The metadata that nbgrader wants on answer and check cells (its schema 3)."""

from __future__ import annotations

from .cells import exercise_of, role_of

SCHEMA = 3


def grade_id(exercise: str) -> str:
    """The name of an exercise's check cell in nbgrader: ``1.6.a`` is ``1-6-a``."""
    return exercise.replace(".", "-")


def mark(cell: dict, points: float | None = None) -> None:
    """Set nbgrader's metadata on an answer or check cell.

    Parameters
    ----------
    cell : dict
        Changed in place.
    points : float, optional
        Of the exercise; left as they are when not given (1 where there are none).
    """
    name = grade_id(exercise_of(cell))
    check = role_of(cell) == "check"
    found = {
        "grade": check,
        "grade_id": name if check else f"{name}-answer",
        "locked": check,
        "schema_version": SCHEMA,
        "solution": not check,
        "task": False,
    }
    if check:
        before = cell["metadata"].get("nbgrader", {}).get("points", 1)
        found["points"] = before if points is None else points
    cell["metadata"]["nbgrader"] = dict(sorted(found.items()))
