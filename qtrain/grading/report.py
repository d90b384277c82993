"""What a grading run tells: lists for the instructor, feedback pages, the class report, files for other systems."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

from qtrain import atomic
from qtrain.grading.manifest import Manifest
from qtrain.grading.names import short, slug

LISTS = (
    "claims",
    "unmatched",
    "time_unknown",
    "failed",
    "unusable",
    "several",
    "same_files",
    "right_for",
    "undecided",
    "stopped",
    "oddities",
)
_LISTED = 2000  # lines of one list
_PAGES = 40  # submissions, after which their pages are written


class Report:
    """Gathers what happens in a run and writes it down.

    Parameters
    ----------
    book : Gradebook
    output : Path
    releases : dict
        From id to manifest; may grow during the run.
    canvas_column : str
        The assignment's column in Canvas.
    root : str or None
        The course's folder.
    """

    def __init__(
        self, book, output: Path, releases: dict[str, Manifest], canvas_column: str = "", root: str | None = None
    ):
        self._root = root
        self._book, self._output, self._releases, self._canvas_column = book, output, releases, canvas_column
        self.lists: dict[str, list[str]] = {name: [] for name in LISTS}
        self.counts = {"found": 0, "graded": 0, "already": 0}
        self._digests: dict[str, list[str]] = defaultdict(list)
        self._places: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._touched: dict[str, set[str]] = defaultdict(set)

    def found(self, learner: str, digest: str, place: str) -> bool:
        """Note a file of a learner; whether the same one of theirs has come up before in this run."""
        twice = (learner, digest) in self._places
        self._digests[digest].append(learner)
        self._places[learner, digest].append(place)
        return twice

    def graded(self, release_id: str, learner: str) -> None:
        """A learner's page is to be written anew."""
        self._touched[release_id].add(learner)
        if sum(map(len, self._touched.values())) >= _PAGES:
            self.write_pages()

    def write_pages(self) -> None:
        """Write the feedback pages of those who were graded since the last time."""
        from qtrain.grading import pages

        touched, self._touched = self._touched, defaultdict(set)
        for release_id, learners in touched.items():
            for row in self._book.rows(release_id, sorted(learners)):
                pages.feedback(self._folder(release_id), self._releases[release_id], row, self._book.shown(row.grading))

    def _folder(self, release_id: str) -> Path:
        return self._output if len(self._releases) == 1 else self._output / release_id

    def finish(self) -> list[str]:
        """Write what is still missing of pages, reports and LMS files; returns what to tell on the command line."""
        lines = []
        for manifest in self._releases.values():
            lines += self._finish(manifest)
        if not self._releases:
            lines.append("There was nothing to grade.")
        return lines

    def _finish(self, manifest: Manifest) -> list[str]:
        from qtrain.grading import exports, pages
        from qtrain.grading.item_analysis import Tally
        from qtrain.grading.similarity import Likeness, same_files
        from qtrain.kernels.policy import FENCES

        folder, tally, likeness = self._folder(manifest.id), Tally(manifest.exercises), Likeness()
        for exercise, prints in _own_prints(manifest, self._root):
            likeness.add_known(exercise, prints)
        report = {name: list(lines) for name, lines in self.lists.items()}
        open_ = set()
        hidden, groups = self._book.anonymous(), self._book.groups() if manifest.rules.group_work else {}
        called = self._book.veil().name if hidden else str
        with exports.Exports(folder, manifest, self._canvas_column, hidden) as written:
            for row in self._book.rows(manifest.id):
                for gatherer in (written, tally) if row.shared else (written, tally, likeness):
                    gatherer.add(row)
                if row.grading is None:
                    continue
                if not pages.current(pages.path_of(folder, row.learner.id), pages.stamp(row, manifest)):
                    pages.feedback(folder, manifest, row, self._book.shown(row.grading))
                _remark_on(row, manifest, report, called)
                if not row.grading.problem:
                    open_ |= set(FENCES) - set(row.grading.fences)
        for (learner, _), places in sorted(self._places.items()):
            if len(places) > 1:
                named = "" if hidden else f" ({', '.join(short(place, 60) for place in places[:5])})"
                report["several"].append(f"{short(called(learner))}: the same file {len(places)} times{named}")
        report["same_files"] = [
            f"{', '.join(short(called(one)) for one in learners)} handed in the same file (sha256 {digest[:12]}…)"
            for digest, learners in same_files(self._digests)
            if len({groups.get(one, one) for one in learners}) > 1
        ]
        report = {name: lines[:_LISTED] for name, lines in report.items()}
        pages.cohort(folder, manifest, tally, likeness, report, sorted(open_))
        atomic.write_json(
            folder / "report.json",
            {
                **report,
                "counts": self.counts,
                "not_fenced": sorted(open_),
                "alike": [asdict(pair) for pair in likeness.pairs()],
            },
        )
        if not hidden:
            _zip_feedback(self._book, manifest, folder)
        return _summary(manifest, self.counts, report, tally, folder, open_, hidden)


def _zip_feedback(book, manifest: Manifest, folder: Path) -> None:
    """The feedback pages as Moodle takes them back, in one zip, of all whose number in Moodle is known."""
    from qtrain.grading import pages
    from qtrain.grading.worksheet import moodle_numbers

    known = {
        number: row.learner.id
        for row in book.rows(manifest.id)
        if row.grading and row.learner.known
        for number in moodle_numbers(row)
    }
    if not known:
        return
    with (
        atomic.beside(folder / "feedback-moodle.zip") as new,
        zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for number, learner in known.items():
            # Moodle finds the number after the first underscore.
            place = f"{slug(learner).replace('_', '-')}_{number}_assignsubmission_file_/feedback.html"
            archive.write(pages.path_of(folder, learner), place)


def _own_prints(manifest: Manifest, root: str | None):
    """(exercise, hashes of code) of the solutions that the course or the bank has."""
    from qtrain.course import CourseError, load
    from qtrain.grading.fingerprints import of_code

    try:
        exercises = load(manifest.bank or root).lesson(manifest.document).exercises
    except CourseError:  # the course has moved on: there is nothing to compare with
        return
    for exercise in exercises:
        stub = exercise.cells.stub
        unanswered = re.compile(rf"\s*{re.escape(exercise.cells.variable)}\s*=")
        placeholder = {line for line in stub.splitlines() if unanswered.match(line)}
        for solution in exercise.cells.solutions:
            whole = solution.source if stub in solution.source else f"{stub}\n{solution.source}"
            pasted = "\n".join(line for line in whole.splitlines() if line not in placeholder)
            for source in {solution.source, whole, pasted}:
                if prints := of_code(source, {}):
                    yield exercise.id, prints


def _remark_on(row, manifest: Manifest, report: dict, called) -> None:
    """Add to the report what an instructor should know of this learner; `called` makes a name of an id."""
    name, grading, place = short(row.learner.id, 60), row.grading, short(row.place, 100)
    if grading.problem:
        report["unusable"].append(f"{name}: {grading.problem}" + (f" ({place})" if place else ""))
    if row.attempts > 1:
        report["several"].append(f"{name}: {row.attempts} submissions; {place or 'one'} counts")
    owners = (
        {key: learner for learner, key in manifest.variants.items()}
        if any(answer.right_for for answer in grading.answers)
        else {}
    )
    for answer in grading.answers:
        if answer.right_for:
            whose = ", ".join(
                short(called(owners.get(k, k)), 60) if k else "the course's own" for k in answer.right_for
            )
            report["right_for"].append(f"{name}, {answer.exercise}: right for the variant of {whose}")
        if answer.status == "undecided" and answer.exercise not in row.remarks:
            report["undecided"].append(f"{name}, {answer.exercise}: {short(answer.message)}")
        if answer.stopped:
            report["stopped"].append(f"{name}, {answer.exercise}: {short(answer.stopped)}")
    report["oddities"] += [f"{name}: {short(note)}" for note in row.notes]


def _summary(manifest, counts, report, tally, folder, open_, hidden) -> list[str]:
    lines = [
        f"{manifest.title}: {counts['graded']} graded now, {counts['already']} already there; "
        f"{len(tally.percents)} learners handed in, {tally.missing} did not."
    ]
    for name, words in (
        ("claims", "claim to be somebody who has handed in under another name"),
        ("unmatched", "not in the roster"),
        ("time_unknown", "of unknown time: nobody is made late by that"),
        ("failed", "not graded: run the same command again"),
        ("unusable", "could not be run"),
        ("right_for", "right for another learner's variant"),
        ("undecided", "for you to decide"),
        ("stopped", "stopped"),
    ):
        if report[name]:
            lines.append(f"  {len(report[name])} {words}, for example: {report[name][0]}")
    if open_:
        lines.append(
            f"  WARNING: on this system nothing fences in: {', '.join(sorted(open_))}. Only grade people you "
            "trust here."
        )
    if hidden:
        lines.append(f"  {folder}: cohort.html, feedback/, grades.jsonl, report.json. Names are hidden until --reveal.")
    else:
        made = "cohort.html, feedback/, grades-moodle.csv, grades-canvas.csv, grades.jsonl, report.json"
        lines.append(f"  {folder}: {made}")
    return lines
