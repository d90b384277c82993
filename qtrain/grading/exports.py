"""Grades for learning management systems and programs."""

from __future__ import annotations

import contextlib
import csv
import json
from pathlib import Path

from qtrain import atomic
from qtrain.grading.manifest import Manifest
from qtrain.grading.names import cell


class LmsFiles:
    """Writes ``NAME-moodle.csv`` and ``NAME-canvas.csv`` row by row; they appear when all is done.

    Parameters
    ----------
    folder : Path
    title : str
    of : float
        Points of a full grade.
    canvas_column : str
        The assignment's column in Canvas, like "Problem set 1 (12345)".
    name : str
    """

    def __init__(self, folder: Path, title: str, of: float, canvas_column: str = "", name: str = "grades"):
        self._stack = contextlib.ExitStack()
        self._moodle, self._canvas = (
            csv.writer(self._stack.enter_context(atomic.text_file(folder / f"{name}-{system}.csv")))
            for system in ("moodle", "canvas")
        )
        self._moodle.writerow(
            ["Username", "First name", "Last name", "ID number", "Email address", title, f"{title} (feedback)"]
        )
        self._canvas.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", canvas_column or title])
        self._canvas.writerow(["    Points Possible", "", "", "", "", as_number(of)])

    def __enter__(self) -> LmsFiles:
        return self

    def __exit__(self, *error) -> None:
        self._stack.__exit__(*error)

    def add(self, learner, grade: str, feedback: str = "", excused: bool = False) -> None:
        """Write one learner of the roster; `grade` is empty where there is none."""
        told, (given, family) = learner.details, _names(learner)
        number, email = told.get("number", ""), told.get("email", "")
        self._moodle.writerow([*map(cell, (learner.id, given, family, number, email)), grade, cell(feedback)])
        name = f"{family}, {given}" if family and given else given or family or learner.id
        known = (name, told.get("canvas", ""), number, learner.id, told.get("section", ""))
        self._canvas.writerow([*map(cell, known), "EX" if excused else grade])


class Exports:
    """Writes the files for learning management systems, and `grades.jsonl` for programs.

    Parameters
    ----------
    folder : Path
    manifest : Manifest
    canvas_column : str
    hidden : bool
        Names are hidden: `grades.jsonl` alone is written.
    """

    def __init__(self, folder: Path, manifest: Manifest, canvas_column: str = "", hidden: bool = False):
        self._release, self._stack = manifest.id, contextlib.ExitStack()
        self._lines = self._stack.enter_context(atomic.text_file(folder / "grades.jsonl"))
        files = None if hidden else LmsFiles(folder, manifest.title, manifest.of, canvas_column)
        self._files = files and self._stack.enter_context(files)

    def __enter__(self) -> Exports:
        return self

    def __exit__(self, *error) -> None:
        self._stack.__exit__(*error)

    def add(self, row) -> None:
        """Write one learner; who is not in the roster goes into `grades.jsonl` only."""
        self._lines.write(json.dumps(as_data(self._release, row), ensure_ascii=False) + "\n")
        if self._files and row.learner.known:
            grade = "" if row.grade is None else as_number(row.grade)
            self._files.add(row.learner, grade, feedback_of(row), bool(row.excused))


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
