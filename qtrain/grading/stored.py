"""An answer and a release as the gradebook's tables hold them."""

from __future__ import annotations

import json
import zlib

from sqlalchemy.orm import Session

from qtrain.grading.errors import GradingError
from qtrain.grading.manifest import Asked, Manifest, from_data
from qtrain.grading.messages import Answered, Malformed
from qtrain.grading.models import Answer, Release
from qtrain.grading.names import printable


def release_of(session: Session, release_id: str) -> Release:
    """The row of a release."""
    row = session.get(Release, release_id)
    if row is None:
        raise GradingError(f"there is no release {release_id!r} in the gradebook")
    return row


def manifest_of(row: Release) -> Manifest:
    """The manifest in a row."""
    data = {name: value for name, value in row.manifest.items() if name != "folder_rules"}
    try:
        return from_data(data)
    except Malformed as error:
        raise GradingError(f"the gradebook's record of {row.id} is broken ({error}): give --release") from None


def answer_of(position: int, exercise: Asked, told: Answered | None) -> Answer:
    """The row of one exercise; without `told` nothing of the submission could be run."""
    if told is None:
        return Answer(
            exercise=exercise.id, position=position, status="not yet", score=0.0, points=0.0, of=exercise.points
        )
    verdict = storable(told.verdict)
    shown = {"source": told.source, "outputs": told.outputs, "error": told.error, "verdict": verdict}
    return Answer(
        exercise=exercise.id,
        position=position,
        status=verdict["status"],
        score=verdict["score"],
        points=round(verdict["score"] * exercise.points, 6),
        of=exercise.points,
        diagnosis=verdict["diagnosis"],
        message=verdict["message"],
        stopped=storable(told.stopped),
        right_for=storable(told.right_for),
        prints=told.prints,
        shown=zlib.compress(json.dumps(shown).encode("utf-8", "replace")),
    )


def storable(value):
    """`value` with texts that every database takes: no NUL, no halves of surrogate pairs, no control characters."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def unpacked(data: bytes) -> dict:
    """What `Answer.shown` holds."""
    return json.loads(zlib.decompress(data)) if data else {}
