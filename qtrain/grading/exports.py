"""Grades for learning management systems and programs."""

from __future__ import annotations

import contextlib
import csv
import json
from pathlib import Path

from qtrain import atomic
from qtrain.grading.manifest import Manifest
from qtrain.grading.names import cell


class Exports:
    """Writes `grades-moodle.csv`, `grades-canvas.csv` and `grades.jsonl` row by row; they appear when all is done.

    Parameters
    ----------
    folder : Path
    manifest : Manifest
    canvas_column : str
        The assignment's column in Canvas, like "Problem set 1 (12345)".
    hidden : bool
        Names are hidden: `grades.jsonl` alone is written.
    """

    def __init__(self, folder: Path, manifest: Manifest, canvas_column: str = "", hidden: bool = False):
        self._release, title, self._hidden = manifest.id, manifest.title, hidden
        self._stack = contextlib.ExitStack()
        self._lines = self._stack.enter_context(atomic.text_file(folder / "grades.jsonl"))
        if hidden:
            return
        self._moodle, self._canvas = (
            self._stack.enter_context(atomic.text_file(folder / name))
            for name in ("grades-moodle.csv", "grades-canvas.csv")
        )
        self._moodle_csv, self._canvas_csv = csv.writer(self._moodle), csv.writer(self._canvas)
        self._moodle_csv.writerow(
            ["Username", "First name", "Last name", "ID number", "Email address", title, f"{title} (feedback)"]
        )
        self._canvas_csv.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", canvas_column or title])
        self._canvas_csv.writerow(["    Points Possible", "", "", "", "", as_number(manifest.of)])

    def __enter__(self) -> Exports:
        return self

    def __exit__(self, *error) -> None:
        self._stack.__exit__(*error)

    def add(self, row) -> None:
        """Write one learner; who is not in the roster goes into `grades.jsonl` only."""
        self._lines.write(json.dumps(as_data(self._release, row), ensure_ascii=False) + "\n")
        if self._hidden or not row.learner.known:
            return
        told, (given, family) = row.learner.details, _names(row.learner)
        grade = "" if row.grade is None else as_number(row.grade)
        self._moodle_csv.writerow(
            [
                cell(row.learner.id),
                cell(given),
                cell(family),
                cell(told.get("number", "")),
                cell(told.get("email", "")),
                grade,
                cell(feedback_of(row)),
            ]
        )
        name = f"{family}, {given}" if family and given else given or family or row.learner.id
        self._canvas_csv.writerow(
            [
                cell(name),
                cell(told.get("canvas", "")),
                cell(told.get("number", "")),
                cell(row.learner.id),
                cell(told.get("section", "")),
                "EX" if row.excused else grade,
            ]
        )


def as_data(release_id: str, row) -> dict:
    """A learner's grade with every exercise, for programs."""
    told = {
        "release": release_id,
        "learner": row.learner.id,
        "in_roster": row.learner.known,
        "name": row.learner.details.get("name", ""),
        "grade": row.counted,
        "points": row.points,
        "of": row.of,
        "why": row.why,
        "excused": row.excused,
        "submissions": row.attempts,
        "comments": [
            {"exercise": c.exercise, "comment": row.shown(c.comment), "author": c.author} for c in row.comments
        ],
    }
    if row.grading:
        grading, submission = row.grading, row.grading.submission
        told |= {
            "submission": row.place,
            "digest": submission.digest,
            "late_seconds": submission.late,
            "received": submission.received.isoformat() if submission.received else None,
            "problem": grading.problem,
            "notes": row.notes,
            "fences": sorted(grading.fences),
            "answers": [
                {
                    "exercise": a.exercise,
                    "status": a.status,
                    "points": a.points,
                    "of": a.of,
                    "score": a.score,
                    "diagnosis": a.diagnosis,
                    "message": a.message,
                    "stopped": a.stopped,
                    "right_for": a.right_for,
                }
                for a in grading.answers
            ],
        }
    return told


def _names(learner) -> tuple[str, str]:
    told = learner.details
    if told.get("given") or told.get("family"):
        return told.get("given", ""), told.get("family", "")
    given, _, family = told.get("name", "").rpartition(" ")
    return given, family


def feedback_of(row, between: str = " · ") -> str:
    """What a system's comment field gets: comments, what was taken off, why nothing could be run."""
    said = [c.comment for c in row.comments]
    if row.excused:
        said.append(f"excused: {row.excused}")
    elif row.why:
        said.append(row.why)
    if row.grading and row.grading.problem:
        said.append(row.grading.problem)
    return between.join(said)


def as_number(value: float) -> str:
    """A grade with at most four digits after the point."""
    return f"{value:.4f}".rstrip("0").rstrip(".")
