"""A grading run: what there is to do, who does it, what becomes of it. Stopped anywhere, the next run goes on."""

from __future__ import annotations

import hashlib
import re
import sys
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from qtrain.grading import collect, judges, worker
from qtrain.grading.errors import GradingError
from qtrain.grading.execution import Bounds
from qtrain.grading.gradebook import Received
from qtrain.grading.manifest import Manifest
from qtrain.grading.messages import Copy, Graded, Job
from qtrain.grading.names import short
from qtrain.grading.release import find, open_manifest
from qtrain.grading.report import Report
from qtrain.grading.roster import Learner, Roster

NEIGHBOURS = 6
EVERY_S = 30.0  # between two lines on the progress, where there is no terminal
_KEY = re.compile(rb'"learner"\s*:\s*"([0-9a-f]{32})"')


@dataclass
class _Todo:
    """A submission under way: what is known of it besides its content."""

    manifest: Manifest
    learner: str
    mark: str
    received: Received
    notes: list[str]
    copy_of: str | None


class Coordinator:
    """One run of ``qtrain grade``.

    Parameters
    ----------
    book : Gradebook
    output : Path
    releases : list of Manifest
        Empty: each notebook is judged as the course's own copy of the document that it says it is.
    people : Roster or None
        None: whom the releases name.
    root : str or None
        The course's folder.
    bounds : Bounds, optional
    required : bool
        Refuse to run without every fence.
    regrade : str
        "", "changed" or "all".
    canvas_column : str
        The assignment's column in Canvas.
    """

    def __init__(
        self,
        book,
        output: Path,
        releases: list[Manifest],
        people: Roster | None,
        *,
        root=None,
        bounds: Bounds | None = None,
        required: bool = True,
        regrade: str = "",
        canvas_column: str = "",
    ):
        self.book, self.root, self.bounds = book, root, bounds or Bounds()
        self.required, self.regrade = required, regrade
        self.releases = {manifest.id: manifest for manifest in releases}
        named = {learner.id: learner for manifest in releases for learner in manifest.learners}
        self.people = people or Roster(tuple(named.values()))
        book.add_learners(self.people.learners)
        self.aliases = book.aliases()
        # A group's file is put down under its first member, and counts for all.
        together = any(manifest.rules.group_work for manifest in releases)
        self._teams = {one.group: one for one in reversed(self.people.learners) if one.group and together}
        self.report = Report(book, output, self.releases, canvas_column, root)
        self._graded: dict[str, dict] = {}
        self._claims: dict[str, set[str]] = {}
        self._held = self.book.claims()
        self._rank = {learner.id: index for index, learner in enumerate(self.people.learners)}
        self._unknown: set[str] = set()
        self._owners = {key: learner for manifest in releases for learner, key in manifest.variants.items()}

    # --- what there is to do -------------------------------------------------------------------------------------

    def _jobs(self, submissions: list[Path]):
        stems = tuple(dict.fromkeys(manifest.stem for manifest in self.releases.values())) or ("problem_set",)
        self._claims = self._who_claims(submissions, stems)
        for path in submissions:
            for found in collect.collect(path, stems=stems):
                self.report.counts["found"] += 1
                if (todo := self._todo(found)) is None:
                    continue
                if found.data is None:
                    self._record(todo, Graded(problem=found.problem))
                else:
                    yield todo, self._job(todo, found.data)

    def _todo(self, found: collect.Found) -> _Todo | None:
        learner = self._learner_of(found)
        manifest = self._release_of(found, learner)
        if manifest is None:
            self.report.lists["failed"].append(
                f"{short(found.place)}: no release is known, and it does not say which "
                "document of the course it is; give --release"
            )
            return None
        content = found.data if found.data is not None else f"{found.place}\n{found.problem}".encode("utf-8", "replace")
        digest = hashlib.sha256(content).hexdigest()
        twice = self.report.found(learner, digest, found.place)
        mark = worker.course_mark(self._root(manifest), manifest.document)
        if not learner.startswith("?"):
            self.book.give_back(manifest.id, digest, learner, found.claim)
        if twice or self._done(manifest.id, learner, digest, mark):
            self.report.counts["already"] += not twice
            return None
        key = _KEY.search(found.data or b"")
        copy_of = self._owners.get(key[1].decode()) if key else None
        received = Received(
            digest, found.place[:1000], found.received, found.late_by_lms, found.claim[:300], len(content)
        )
        if received.time is None and manifest.rules.due:
            self.report.lists["time_unknown"].append(
                f"{short(found.place)}: " + ("Canvas marks it as late" if found.late_by_lms else "taken as in time")
            )
        return _Todo(manifest, learner, mark, received, [], copy_of)

    def _root(self, manifest: Manifest) -> str | None:
        return manifest.bank or self.root

    def _done(self, release_id: str, learner: str, digest: str, mark: str) -> bool:
        if release_id not in self._graded:
            self._graded[release_id] = self.book.graded(release_id)
        before = self._graded[release_id].get((learner, digest))
        return before is not None and not (self.regrade == "all" or (self.regrade == "changed" and before != mark))

    def _release_of(self, found: collect.Found, learner: str) -> Manifest | None:
        """By whom it was asked and what is answered in it; what a file says of its release is not looked at."""
        if self.releases:
            asked = [m for m in self.releases.values() if learner in m.variants] or list(self.releases.values())
            if len(asked) == 1:
                return asked[0]
            data = found.data or b""
            return max(asked, key=lambda m: (sum(f'"{name}"'.encode() in data for name in m.cells), m.made))
        try:
            from qtrain.grading.submission import read

            manifest = open_manifest(find(read(found.data or b"").document or "?", self.root))
        except Exception:  # whatever the file is, it names no document that there is
            return None
        self.releases[manifest.id] = manifest
        self.book.add_release(manifest)
        return manifest

    # --- whose it is ---------------------------------------------------------------------------------------------

    def _match(self, found: collect.Found) -> tuple[Learner | None, str]:
        if found.claim in self.aliases:
            learner = self.people.get(self.aliases[found.claim])
            return learner, "" if learner else f"its alias {self.aliases[found.claim]!r} is not in the roster"
        learner, why = self.people.match(*found.names, canvas=found.canvas, moodle=found.moodle)
        if learner is None and (team := self._teams.get(self._team_of(found))):
            return team, ""
        return learner, why

    def _team_of(self, found: collect.Found) -> str:
        """The group by whose name a file comes: Moodle writes that of a member after it, with a dash between."""
        name = found.names[0] if found.names else ""
        return name if name in self._teams else max((t for t in self._teams if name.startswith(f"{t}-")), default="")

    def _surely(self, learner: Learner, found: collect.Found) -> bool:
        return (
            found.claim in self.aliases
            or self._team_of(found) == learner.group != ""
            or self.people.surely(learner, *found.names, canvas=found.canvas, moodle=found.moodle)
        )

    def _who_claims(self, submissions: list[Path], stems) -> dict[str, set[str]]:
        """From learner to the names that claim to be theirs, in this run and in those before."""
        claims: dict[str, set[str]] = defaultdict(set)
        if self.people:
            for learner, claim in self._held:
                claims[learner].add(claim)
            for path in submissions:
                for found in collect.outermost(path, stems=stems):
                    learner, _ = self._match(found)
                    if learner is not None:
                        claims[learner.id].add(found.claim)
        return claims

    def _learner_of(self, found: collect.Found) -> str:
        name = found.names[0] if found.names else ""
        learner, why = self._match(found) if self.people else (None, "")
        if learner is not None:
            others = self._claims.get(learner.id, set()) - {found.claim}
            if not others or self._surely(learner, found) or (learner.id, found.claim) in self._held:
                return learner.id
            named = ", ".join(short(other, 60) for other in sorted(others))
            why = f"{found.claim!r} means {learner.id} and so does {named}: say which with --alias NAME LEARNER"
            self.report.lists["claims"].append(f"{short(found.place)}: {short(why)}")
        unknown = _as_id(name or found.place)
        if self.people:
            unknown = f"?{unknown}"
            if found.zipped and not found.names:
                why = "the zip names nobody; give a zip of the class by itself: qtrain grade THE.zip"
            self.report.lists["unmatched"].append(f"{short(found.place)}: {short(why)}")
        if unknown not in self._unknown:
            self._unknown.add(unknown)
            self.book.add_learners([Learner(unknown, name=short(name))], known=not self.people)
        return unknown

    def _job(self, todo: _Todo, data: bytes) -> Job:
        manifest, place = todo.manifest, self._rank.get(todo.learner)
        others = []
        if place is not None:
            around = self.people.learners[max(0, place - NEIGHBOURS) : place + NEIGHBOURS + 1]
            others = [manifest.variants.get(other.id, "") for other in around]
        key = manifest.variants.get(todo.learner)
        copied = manifest.variants.get(todo.copy_of or "")
        if (
            key is None
        ):  # nobody whom the release knows: the copy that was used, so that a teacher sees what it is worth
            key = copied or ""
        others = [one for one in dict.fromkeys([copied, *others, ""]) if one is not None and one != key]
        return Job(
            data=data,
            copy=Copy(self._root(manifest), manifest.document, key, manifest.salt),
            mark=todo.mark,
            cells=manifest.cells,
            exercises=[exercise.id for exercise in manifest.exercises],
            others=others,
            bounds=self.bounds,
            required=self.required,
        )

    # --- doing it ------------------------------------------------------------------------------------------------

    def grade(self, submissions: list[Path], *, scheduler: str | None = None, workers: int | None = None) -> None:
        """Grade everything that is new."""
        from qtrain.grading import pool

        if self.required:
            pool.refuse_without_fences(scheduler)
        total = sum(1 for path in submissions for _ in collect.outermost(path))
        with pool.opened(scheduler, workers) as spread, _Progress(total) as progress:
            try:
                for todo, result, error in spread(worker.grade, self._jobs(submissions)):
                    self._outcome(todo, result, error)
                    progress.at(self.report.counts["graded"], self.report.counts["already"])
            finally:
                judges.close_all()
                self.report.write_pages()

    def _outcome(self, todo: _Todo, result: Graded | None, error: BaseException | None) -> None:
        if result is not None:
            self._record(todo, result)
        elif isinstance(error, GradingError) and not error.only_this:
            raise error
        else:
            from qtrain.kernels import KernelError

            if isinstance(error, KernelError) and self.required:
                raise error
            place = short(todo.received.place)
            self.report.lists["failed"].append(f"{place}: {type(error).__name__}: {short(str(error))}")

    def _record(self, todo: _Todo, result: Graded) -> None:
        manifest = todo.manifest
        claimed = result.claimed.get("id")
        if not result.problem and claimed != manifest.id and not manifest.is_open:
            said = f"it answers the release {claimed!r}" if claimed else "it does not say which release it answers"
            result.notes.append(f"{said}; it was judged by {manifest.id}")
        if todo.received.late_by_lms:
            known = "" if todo.received.time else ", but not by how much: it counts as less than a day"
            result.notes.append(f"Canvas marks it as late{known}")
        own, copied = manifest.variants.get(todo.learner), result.claimed.get("learner", "")
        if own is not None and copied not in ("", own):
            result.notes.append(
                f"it is the copy of {todo.copy_of or copied!r}, which has other numbers; it was judged by the variant "
                f"of {todo.learner!r}"
            )
        elif own is None and todo.copy_of:
            result.notes.append(f"it is the copy of {todo.copy_of!r}, and was judged by that variant")
        self.report.counts["graded"] += 1
        if self.book.record(manifest, todo.learner, todo.received, result, todo.mark):
            self.report.graded(manifest.id, todo.learner)


def _as_id(name: str) -> str:
    """A name from outside as an id that every database and terminal takes; unlike names stay unlike."""
    safe = short(name)
    return safe if safe == name else f"{safe}#{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


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
