"""A grading run: what there is to do, who does it, what becomes of it. Stopped anywhere, the next run goes on."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from pathlib import Path

from qtrain.grading import collect, judges, worker
from qtrain.grading.errors import GradingError
from qtrain.grading.late_policy import Rules
from qtrain.grading.names import short
from qtrain.grading.release import MANIFEST, find, open_manifest, rules_from
from qtrain.grading.report import Report
from qtrain.grading.roster import Learner, Roster

NEIGHBOURS = 6
EVERY_S = 30.0  # between two lines on the progress, where there is no terminal


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


class Coordinator:
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
        self.book, self.root, self.bounds, self.required, self.regrade = book, root, bounds, required, regrade
        self.releases = {manifest["id"]: manifest for manifest in releases}
        named = {told["id"]: Learner(**told) for m in releases for told in m.get("learners", ())}
        self.people = people or Roster(tuple(named.values()))
        for manifest in releases:
            book.add_release(manifest)
        book.add_learners(self.people.learners)
        self.report = Report(book, output, self.releases, canvas_column)
        self._graded: dict[str, dict] = {}
        self._rank = {learner.id: index for index, learner in enumerate(self.people.learners)}
        self._unknown: set[str] = set()

    # --- what there is to do -------------------------------------------------------------------------------------

    def _jobs(self, submissions: Path):
        stems = tuple(dict.fromkeys(manifest["stem"] for manifest in self.releases.values())) or ("problem_set",)
        for found in collect.collect(submissions, stems=stems):
            self.report.counts["found"] += 1
            manifest = self._release_of(found)
            if manifest is None:
                self.report.lists["failed"].append(
                    f"{short(found.place)}: no release is known, and it does not say which "
                    "document of the course it is; give --release"
                )
                continue
            learner = self._learner_of(found)
            digest = hashlib.sha256(
                found.data if found.data is not None else f"{found.place}\n{found.problem}".encode("utf-8", "replace")
            ).hexdigest()
            twice = self.report.found(learner, digest, found.place)
            mark = worker.course_mark(self.root, manifest["document"])
            if twice or self._done(manifest["id"], learner, digest, mark):
                self.report.counts["already"] += not twice
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
            from qtrain.grading.submission import read

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
            self.report.lists["unmatched"].append(f"{short(found.place)}: {short(why)}")
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

        total = sum(1 for _ in _count(submissions))
        with cluster.connected(scheduler, workers) as client, _Progress(total) as progress:
            try:
                for told, result, error in cluster.spread(client, worker.grade, self._jobs(submissions)):
                    self._outcome(told, result, error)
                    progress.at(self.report.counts["graded"], self.report.counts["already"])
            finally:
                judges.close_all()
                self.report.write_pages()

    def _outcome(self, told: dict, result: dict | None, error: BaseException | None) -> None:
        if error is None:
            self._record(told, result)
        elif isinstance(error, GradingError) and not getattr(error, "only_this", False):
            raise error
        else:
            from qtrain.kernels import KernelError

            if isinstance(error, KernelError) and self.required:
                raise error
            self.report.lists["failed"].append(f"{short(told['place'])}: {type(error).__name__}: {short(str(error))}")

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
        self.report.counts["graded"] += 1
        if self.book.record(
            manifest["id"], told["learner"], told["found"], result, manifest["exercises"], told["mark"]
        ):
            self.report.graded(manifest["id"], told["learner"])

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


class _Progress:
    """Progress over `total` submissions on standard error: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, total: int):
        self._total, self._began, self._told = total, time.monotonic(), time.monotonic()
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._bar = (
            Progress(
                TextColumn("Grading"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TextColumn("left:"),
                TimeRemainingColumn(),
                console=console,
            )
            if console.is_terminal
            else None
        )

    def __enter__(self) -> _Progress:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task("", total=self._total, rate="")
        return self

    def __exit__(self, *_) -> None:
        if self._bar:
            self._bar.stop()

    def at(self, graded: int, before: int) -> None:
        """So many are graded now, and so many were `before`."""
        now = time.monotonic()
        rate = 60 * graded / max(now - self._began, 1e-9)
        if self._bar:
            self._bar.update(self._task, completed=graded + before, rate=f"{rate:.0f} per minute")
        elif now - self._told >= EVERY_S:
            self._told = now
            left = (self._total - graded - before) / max(rate, 1e-9)
            print(
                f"graded {graded + before} of {self._total}, {rate:.0f} per minute, {left:.0f} minutes left",
                file=sys.stderr,
                flush=True,
            )
