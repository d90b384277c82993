"""A grading run: what there is to do, who does it, what becomes of it. Stopped anywhere, the next run goes on."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

from qtrain.grading import collect, files, task
from qtrain.grading.errors import GradingError
from qtrain.grading.names import short
from qtrain.grading.release import MANIFEST, find, open_manifest, rules_from
from qtrain.grading.roster import Learner, Roster
from qtrain.grading.rules import Rules

NEIGHBOURS = 6
_LISTED = 2000  # lines of one list in the report


def releases(args, book) -> list[dict]:
    """The manifests to grade by: those that are named, else those found nearby, else those the gradebook knows."""
    if args.release:
        found = [_manifest(path / MANIFEST if path.is_dir() else path) for path in args.release]
    else:
        found = [_manifest(path) for path in _nearby(args.submissions, args.output)] or book.releases()
    made = []
    for manifest in {manifest["id"]: manifest for manifest in found}.values():
        rules = rules_from(args, manifest["rules"]).to_data()
        made.append({**manifest, "rules": rules, "site": args.site or manifest.get("site", "")})
    return made


def _nearby(submissions: Path | None, output: Path) -> list[Path]:
    folders = [output, Path.cwd()]
    if submissions is not None:
        folders = [submissions, submissions.resolve().parent, *folders]
    for folder in folders:
        if folder.is_dir():
            found = [path for path in (folder / MANIFEST, *sorted(folder.glob(f"*/{MANIFEST}"))) if path.is_file()]
            if found:
                return found
    return []


def _manifest(path: Path) -> dict:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        Rules(**found["rules"])
        return found
    except FileNotFoundError:
        raise GradingError(f"there is no {path}: --release takes the folder that qtrain release wrote") from None
    except (ValueError, KeyError, TypeError) as error:
        raise GradingError(f"{path} is no record of a release ({type(error).__name__}): take it from a copy") from None


class Grading:
    """One run of ``qtrain grade``.

    Parameters
    ----------
    book : Gradebook
    output : Path
    releases : list of dict
        Manifests; empty: each notebook is judged as the course's own copy of the document that it says it is.
    people : Roster or None
        None: whom the releases name.
    root : str or None
        The course's folder.
    bounds : Bounds
    required : bool
        Refuse to run without every fence.
    regrade : str
        "", "changed" or "all".
    """

    def __init__(
        self,
        book,
        output: Path,
        releases: list[dict],
        people: Roster | None,
        *,
        root=None,
        bounds=None,
        required=False,
        regrade="",
        canvas_column="",
    ):
        self.book, self.output, self.root, self.bounds = book, output, root, bounds
        self.required, self.regrade, self.canvas_column = required, regrade, canvas_column
        self.releases = {manifest["id"]: manifest for manifest in releases}
        named = {told["id"]: Learner(**told) for m in releases for told in m.get("learners", ())}
        self.people = people or Roster(tuple(named.values()))
        for manifest in releases:
            book.add_release(manifest)
        book.add_learners(self.people.learners)
        self.report: dict[str, list] = {
            name: []
            for name in (
                "unmatched",
                "failed",
                "unusable",
                "several",
                "same_files",
                "right_for",
                "undecided",
                "stopped",
                "oddities",
            )
        }
        self.counts = {"found": 0, "graded": 0, "already": 0}
        self._graded: dict[str, dict] = {}
        self._digests: dict[str, list[str]] = defaultdict(list)
        self._places: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._touched: dict[str, set[str]] = defaultdict(set)
        self._rank = {learner.id: index for index, learner in enumerate(self.people.learners)}
        self._unknown: set[str] = set()

    # --- what there is to do -------------------------------------------------------------------------------------

    def _jobs(self, submissions: Path):
        stems = tuple(dict.fromkeys(manifest["stem"] for manifest in self.releases.values())) or ("problem_set",)
        for found in collect.collect(submissions, stems=stems):
            self.counts["found"] += 1
            manifest = self._release_of(found)
            if manifest is None:
                self.report["failed"].append(
                    f"{short(found.place)}: no release is known, and it does not say which "
                    "document of the course it is; give --release"
                )
                continue
            learner = self._learner_of(found)
            digest = hashlib.sha256(
                found.data if found.data is not None else f"{found.place}\n{found.problem}".encode("utf-8", "replace")
            ).hexdigest()
            self._digests[digest].append(learner)
            twice = (learner, digest) in self._places
            self._places[learner, digest].append(found.place)
            mark = task.course_mark(self.root, manifest["document"])
            if twice or self._done(manifest["id"], learner, digest, mark):
                self.counts["already"] += not twice
                continue
            told = {
                "manifest": manifest,
                "learner": learner,
                "mark": mark,
                "place": found.place,
                "late_by_lms": found.late_by_lms,
                "found": {
                    "digest": digest,
                    "place": found.place[:1000],
                    "received": found.received,
                    "late": Rules(**manifest["rules"]).lateness(found.received),
                    "size": len(found.data or b""),
                },
            }
            if found.data is None:
                self._record(
                    told,
                    {"problem": found.problem, "notes": [], "answers": {}, "fences": [], "claimed": {}, "seconds": 0.0},
                )
                continue
            yield told, self._job(manifest, learner, mark, found.data)

    def _done(self, release_id: str, learner: str, digest: str, mark: str) -> bool:
        if release_id not in self._graded:
            self._graded[release_id] = self.book.graded(release_id)
        before = self._graded[release_id].get((learner, digest))
        return before is not None and not (self.regrade == "all" or (self.regrade == "changed" and before != mark))

    def _release_of(self, found) -> dict | None:
        data = found.data or b""
        said = [manifest for manifest in self.releases.values() if manifest["id"].encode() in data]
        if said or self.releases:
            # With none of them named in it, it is judged by the newest release, and the report says so.
            return said[0] if said else max(self.releases.values(), key=lambda m: m.get("made", ""))
        try:
            from qtrain.grading.reading import read

            manifest = open_manifest(find(read(data).document or "?", self.root))
        except Exception:  # whatever the file is, it names no document that there is
            return None
        self.releases[manifest["id"]] = manifest
        self.book.add_release(manifest)
        return manifest

    def _learner_of(self, found) -> str:
        name = found.names[0] if found.names else ""
        if not self.people:
            learner, why = None, ""
        else:
            learner, why = self.people.match(*found.names, canvas=found.canvas, moodle=found.moodle)
        if learner is not None:
            return learner.id
        unknown = _as_id(name or found.place)
        if self.people:
            unknown = f"?{unknown}"
            self.report["unmatched"].append(f"{short(found.place)}: {short(why)}")
        if unknown not in self._unknown:
            self._unknown.add(unknown)
            self.book.add_learners([Learner(unknown, name=short(name))], known=not self.people)
        return unknown

    def _job(self, manifest: dict, learner: str, mark: str, data: bytes) -> dict:
        variants = manifest.get("variants", {})
        place = self._rank.get(learner)
        near = []
        if place is not None:
            around = self.people.learners[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1]
            near = [variants.get(other.id, "") for other in around if other.id != learner]
        return {
            "data": data,
            "root": self.root,
            "document": manifest["document"],
            "mark": mark,
            "key": variants.get(learner),
            "learner": learner,
            "others": near,
            "salt": manifest["salt"],
            "cells": manifest["cells"],
            "exercises": [e["id"] for e in manifest["exercises"]],
            "bounds": self.bounds,
            "required": self.required,
        }

    # --- doing it ------------------------------------------------------------------------------------------------

    def grade(self, submissions: Path, *, scheduler: str | None = None, workers: int | None = None) -> None:
        """Grade everything that is new."""
        from qtrain.grading import cluster
        from qtrain.grading.progress import Progress

        total = sum(1 for _ in _count(submissions))
        with cluster.connected(scheduler, workers) as client, Progress(total) as progress:
            try:
                for told, result, error in cluster.spread(client, task.grade, self._jobs(submissions)):
                    self._outcome(told, result, error)
                    progress.at(self.counts["graded"], self.counts["already"])
            finally:
                task.close_judges()
                self._write_pages()

    def _outcome(self, told: dict, result: dict | None, error: BaseException | None) -> None:
        if error is None:
            self._record(told, result)
        elif isinstance(error, GradingError) and not getattr(error, "only_this", False):
            raise error
        else:
            from qtrain.kernels import KernelError

            if isinstance(error, KernelError) and self.required:
                raise error
            self.report["failed"].append(f"{short(told['place'])}: {type(error).__name__}: {short(str(error))}")

    def _record(self, told: dict, result: dict) -> None:
        manifest = told["manifest"]
        claimed = result["claimed"].get("id")
        if not result["problem"] and claimed != manifest["id"] and not manifest["id"].endswith("-open"):
            result["notes"].append(
                f"it answers the release {claimed!r}; it was judged by {manifest['id']}"
                if claimed
                else f"it does not say which release it answers; it was judged by {manifest['id']}"
            )
        if told["late_by_lms"] and not told["found"]["late"]:
            result["notes"].append("Canvas marks it as late; by the due time of the release it is not")
        own = manifest.get("variants", {}).get(told["learner"])
        if own is not None and result["claimed"].get("learner", own) != own:
            result["notes"].append(
                f"it is the copy of {result['claimed']['learner']!r}; it was judged by the variant "
                f"of {told['learner']!r}"
            )
        self.counts["graded"] += 1
        if self.book.record(
            manifest["id"], told["learner"], told["found"], result, manifest["exercises"], told["mark"]
        ):
            self._touched[manifest["id"]].add(told["learner"])
        if sum(map(len, self._touched.values())) >= 40:
            self._write_pages()

    def remarks(self, points, comments, author: str) -> None:
        """Add what an instructor decided."""
        if (points or comments) and len(self.releases) != 1:
            raise GradingError("several releases are in this gradebook: say which with --release")
        for release_id in self.releases:
            for learner, exercise, value in points:
                self.book.remark(
                    release_id,
                    learner,
                    exercise="" if exercise == "-" else exercise,
                    points=_points(value),
                    author=author,
                )
            for learner, exercise, text in comments:
                self.book.remark(
                    release_id, learner, exercise="" if exercise == "-" else exercise, comment=text, author=author
                )

    # --- what comes of it ----------------------------------------------------------------------------------------

    def _write_pages(self) -> None:
        from qtrain.grading import pages

        touched, self._touched = self._touched, defaultdict(set)
        for release_id, learners in touched.items():
            for row in self.book.rows(release_id, sorted(learners)):
                pages.feedback(self._folder(release_id), self.releases[release_id], row, self.book.shown(row.grading))

    def _folder(self, release_id: str) -> Path:
        return self.output if len(self.releases) == 1 else self.output / release_id

    def finish(self) -> list[str]:
        """Write what is still missing of pages, reports and LMS files; returns what to tell on the command line."""
        lines = []
        for manifest in self.releases.values():
            lines += self._finish(manifest)
        if not self.releases:
            lines.append("There was nothing to grade.")
        return lines

    def _finish(self, manifest: dict) -> list[str]:
        from qtrain.grading import exports, pages
        from qtrain.grading.similarity import Likeness, same_files
        from qtrain.grading.statistics import Tally
        from qtrain.kernels.policy import FENCES

        folder, tally, likeness = self._folder(manifest["id"]), Tally(manifest["exercises"]), Likeness()
        report = {name: list(lines) for name, lines in self.report.items()}
        open_ = set()
        with exports.Exports(folder, manifest, self.canvas_column) as written:
            for row in self.book.rows(manifest["id"]):
                for gatherer in (written, tally, likeness):
                    gatherer.add(row)
                if row.grading is None:
                    continue
                if not pages.current(pages.path_of(folder, row.learner.id), pages.stamp(row, manifest)):
                    pages.feedback(folder, manifest, row, self.book.shown(row.grading))
                _remark_on(row, manifest, report)
                if not row.grading.problem:
                    open_ |= set(FENCES) - set(row.grading.fences)
        for (learner, _), places in sorted(self._places.items()):
            if len(places) > 1:
                report["several"].append(
                    f"{short(learner)}: the same file {len(places)} times "
                    f"({', '.join(short(place, 60) for place in places[:5])})"
                )
        report["same_files"] = [
            f"{', '.join(map(short, learners))} handed in the same file (sha256 {digest[:12]}…)"
            for digest, learners in same_files(self._digests)
        ]
        report = {name: lines[:_LISTED] for name, lines in report.items()}
        pages.cohort(folder, manifest, tally, likeness, report, sorted(open_))
        files.write_json(
            folder / "report.json",
            {
                **report,
                "counts": self.counts,
                "not_fenced": sorted(open_),
                "alike": [asdict(pair) for pair in likeness.pairs()],
            },
        )
        return _summary(manifest, self.counts, report, tally, folder, open_)


def _count(submissions: Path):
    """Members that look like submissions, without reading them; a zip counts as what its list says."""
    import zipfile

    for path in sorted(submissions.rglob("*")) if submissions.is_dir() else [submissions]:
        if path.suffix.lower() == ".ipynb":
            yield path
        elif path.suffix.lower() == ".zip" and path.is_file() and not path.is_symlink():
            try:
                with zipfile.ZipFile(path) as archive:
                    yield from (name for name in archive.namelist() if name.lower().endswith((".ipynb", ".zip")))
            except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
                yield path


def _as_id(name: str) -> str:
    """A name from outside as an id that every database and terminal takes; unlike names stay unlike."""
    safe = short(name)
    return safe if safe == name else f"{safe}#{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _points(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1e6:
        raise GradingError(f"points are a number that is not negative, not {text!r}")
    return value


def _remark_on(row, manifest: dict, report: dict) -> None:
    """Add to the report what an instructor should know of this learner."""
    name, grading = short(row.learner.id, 60), row.grading
    if grading.problem:
        report["unusable"].append(f"{name}: {grading.problem} ({short(grading.submission.place, 100)})")
    if row.attempts > 1:
        report["several"].append(f"{name}: {row.attempts} submissions; {short(grading.submission.place, 100)} counts")
    owners = (
        {key: learner for learner, key in manifest.get("variants", {}).items()}
        if any(answer.right_for for answer in grading.answers)
        else {}
    )
    for answer in grading.answers:
        if answer.right_for:
            whose = ", ".join(short(owners.get(k, k), 60) if k else "the course's own" for k in answer.right_for)
            report["right_for"].append(f"{name}, {answer.exercise}: right for the variant of {whose}")
        if answer.status == "undecided" and answer.exercise not in row.remarks:
            report["undecided"].append(f"{name}, {answer.exercise}: {short(answer.message)}")
        if answer.stopped:
            report["stopped"].append(f"{name}, {answer.exercise}: {short(answer.stopped)}")
    report["oddities"] += [f"{name}: {short(note)}" for note in grading.notes]


def _summary(manifest, counts, report, tally, folder, open_) -> list[str]:
    lines = [
        f"{manifest['title']}: {counts['graded']} graded now, {counts['already']} already there; "
        f"{len(tally.percents)} learners handed in, {tally.missing} did not."
    ]
    for name, words in (
        ("unmatched", "not in the roster"),
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
            "trust here; --require-confinement refuses to."
        )
    lines.append(f"  {folder}: cohort.html, feedback/, grades-moodle.csv, grades-canvas.csv, grades.jsonl, report.json")
    return lines
