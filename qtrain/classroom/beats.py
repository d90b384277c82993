"""What learners' servers tell of themselves, looked at before it is believed: kinds, sizes, times."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

from .database import Tried
from .errors import ClassroomError

MOST_ROWS = 500  # at once; a server sends the rest with its next beat
STATUSES = ("right", "wrong", "undecided")
_ID = re.compile(r"[\w.-]{1,40}")
_DIAGNOSIS = re.compile(r"[a-z-]{0,40}")
_SHEET = re.compile(r"[\w .:+-]{0,60}")


def attempts(rows) -> list[Tried]:
    """The checks that a learner's record tells of.

    Raises
    ------
    ClassroomError
        When they are anything else; then none of them counts.
    """
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise ClassroomError(f"a beat brings a list of at most {MOST_ROWS} checks")
    return [_tried(row) for row in rows]


def is_check(row) -> bool:
    """Whether a row of a record is one that the service takes."""
    try:
        _tried(row)
    except ClassroomError:
        return False
    return True


def place(here) -> tuple[str, str]:
    """The document and the exercise that are open; "" for what is nothing of the kind."""
    found = here if isinstance(here, dict) else {}
    document, exercise = found.get("document"), found.get("exercise")
    document, exercise = (one if isinstance(one, str) and _ID.fullmatch(one) else "" for one in (document, exercise))
    return document, exercise


def _tried(row) -> Tried:
    try:
        exercise, at, status, score, diagnosis, sheet = row
        moment = datetime.fromisoformat(at).astimezone(UTC)
        whole = (
            _ID.fullmatch(exercise)
            and status in STATUSES
            and isinstance(score, (int, float))
            and math.isfinite(score)
            and 0 <= score <= 1
            and _DIAGNOSIS.fullmatch(diagnosis or "")
            and _SHEET.fullmatch(sheet)
            and 2000 < moment.year < 9000
        )
    except (TypeError, ValueError, OverflowError):
        whole = False
    if not whole:
        raise ClassroomError("a check is [exercise, time, status, score, diagnosis, sheet]")
    return Tried(exercise, moment.isoformat(timespec="seconds"), status, float(score), diagnosis or "", sheet)
