"""What learners hand in: kept for good in DIR/submissions, as `qtrain grade` reads it, with a receipt for each."""

from __future__ import annotations

import errno
import hashlib
import re
import zipfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from qtrain import atomic
from qtrain.grading.collect import MAX_BYTES, outermost
from qtrain.grading.roster import Learner, Roster

from .database import ClassDatabase, HandedIn
from .errors import ClassroomError
from .releases import Release, Releases, parsed, release_of

FOLDER = "submissions"
MOST = 200  # of one learner in one release: more is a program that hands in, and would fill the disk
MOST_BYTES = 10 * MAX_BYTES
_TIME = "%Y-%m-%d %H-%M-%S.%f UTC"
_NOT_IN_A_NAME = re.compile(r'[+/\\:*?"<>|\x00-\x1f]+')


@dataclass(frozen=True)
class Receipt:
    """What a learner is told of a hand-in; `late` is in seconds, `digest` the SHA-256 of the notebook's file."""

    number: int
    learner: str
    release: str
    title: str
    received: str
    digest: str
    size: int
    late: float
    message: str


class HandIns:
    """The submissions of a class's folder.

    Parameters
    ----------
    folder : Path
        The class's folder, DIR.
    database : ClassDatabase
    releases : Releases
    """

    def __init__(self, folder: Path, database: ClassDatabase, releases: Releases):
        self.class_folder, self.folder = Path(folder), Path(folder) / FOLDER
        self.database, self.releases = database, releases

    def take(self, learner: Learner, data: bytes, roster: Roster, now: datetime | None = None) -> Receipt:
        """Keep a notebook; when this returns it is on the disk, under the time of this computer.

        Handed in again unchanged, it is the same hand-in: whoever did not see the receipt may ask again.

        Raises
        ------
        ClassroomError
            With a sentence for the learner, when it is not taken.
        """
        now = now or datetime.now(UTC)
        if len(data) > MAX_BYTES:
            raise ClassroomError(
                f"this notebook has {len(data) / 1e6:,.0f} MB; {MAX_BYTES / 1e6:,.0f} MB is the most that is graded: "
                "clear the outputs of its large cells (Edit ▸ Clear Outputs), save it, and hand it in again"
            )
        notebook = parsed(data)
        release = self.releases.of(release_of(notebook))
        if release is None:
            raise ClassroomError("this notebook belongs to no problem set that your teacher gave out here")
        if learner.id not in release.manifest.variants:
            raise ClassroomError(f"there is no copy of {release.name} for you yet: tell your teacher")
        if not release.takes(learner.id, now):
            raise ClassroomError(
                f"{release.manifest.title} was closed on {shown(release.closed, release)}. Your work is saved; ask "
                "your teacher for more time if you have a reason"
            )
        digest = hashlib.sha256(data).hexdigest()
        before = [one for one in self.database.hand_ins(release.name) if one.learner == learner.id]
        if before and before[-1].digest == digest:
            return _receipt(before[-1], release, "You handed in exactly this before; it counts from then.")
        if len(before) >= MOST or sum(one.size for one in before) + len(data) > MOST_BYTES:
            raise ClassroomError(
                f"you have handed in {release.name} {len(before)} times, and no more is kept: tell your teacher"
            )
        late = release.rules(learner.id).lateness(now)
        # The same moment cannot name two: of one learner and moment there is one digest.
        place = f"{named(learner, roster)}+{release.name}+{now.strftime(_TIME)}+{digest[:12]}"
        path = self.folder / release.name / place / f"{release.manifest.stem}.ipynb"
        self._write(path, data)
        kept = HandedIn(
            0,
            learner.id,
            release.name,
            now.isoformat(),
            digest,
            len(data),
            late,
            path.parent.relative_to(self.class_folder).as_posix(),
        )
        number = self.database.add_hand_in(kept)
        told = notebook["metadata"]["qtrain"]["release"].get("learner")
        said = "" if told == release.manifest.variants[learner.id] else "This copy was made for another learner. "
        return _receipt(HandedIn(number, *list(asdict(kept).values())[1:]), release, said + _on_time(late))

    def recover(self, roster: Roster) -> int:
        """Write down what lies on the disk and is not in the database: a cut came between, or the database is new."""
        known, found = {one.place for one in self.database.hand_ins()}, 0
        for name, release in self.releases.all().items():
            folder = self.folder / name
            for one in outermost(folder) if folder.is_dir() else ():
                path = folder / one.place
                place = path.parent.relative_to(self.class_folder).as_posix()
                learner = roster.match(*one.names)[0]
                if place in known or learner is None or one.received is None:
                    continue
                data, late = path.read_bytes(), release.rules(learner.id).lateness(one.received)
                digest, stamp = hashlib.sha256(data).hexdigest(), one.received.isoformat()
                self.database.add_hand_in(HandedIn(0, learner.id, name, stamp, digest, len(data), late, place))
                found += 1
        return found

    def pack(self, name: str, output: Path) -> int:
        """Write a release's submissions as a zip that ``qtrain grade`` reads as it is; returns how many there are."""
        self.releases.one(name)
        folder = self.folder / name
        count = 0
        with atomic.beside(output) as new, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.glob("*/*.ipynb")):
                archive.write(path, path.relative_to(folder).as_posix())
                count += 1
        return count

    def _write(self, path: Path, data: bytes) -> None:
        try:
            atomic.write(path, data, durable=True)
            for parent in path.parents[1:3]:  # its folders are new, too
                atomic.sync_folder(parent)
        except OSError as problem:
            if problem.errno in (errno.ENOSPC, errno.EDQUOT):
                raise ClassroomError(
                    "the class's disk is full, and nothing was handed in. Your work is saved; tell your teacher"
                ) from None
            raise ClassroomError(
                f"the class's computer can't keep it ({problem.strerror}). Your work is saved; tell your teacher"
            ) from None


def named(learner: Learner, roster: Roster) -> str:
    """A name for a folder by which ``qtrain grade`` finds this learner, and no other, in the roster."""
    for name in (learner.id, learner.email, learner.shown, learner.number):
        safe = _NOT_IN_A_NAME.sub("_", name).strip(" .")
        if safe and roster.match(safe)[0] is learner:
            return safe
    raise ClassroomError(f"no folder can be named after {learner.id!r}: tell your teacher to change the roster's id")


def shown(stamp: str, release: Release) -> str:
    """A time for people, in the release's zone."""
    from qtrain.grading.late_policy import zone

    moment = datetime.fromisoformat(stamp).astimezone(zone(release.manifest.rules.timezone))
    return f"{moment:%Y-%m-%d at %H:%M}"


def lateness(late: float) -> str:
    """Seconds late in words; "" for in time."""
    if late <= 0:
        return ""
    minutes = int(late // 60)
    if minutes < 60:
        return f"{max(minutes, 1)} min late"
    return f"{minutes // 60} h late" if minutes < 48 * 60 else f"{minutes // 1440} days late"


def _on_time(late: float) -> str:
    return f"It is {lateness(late)}; your teacher decides what that costs." if late > 0 else "It is in time."


def _receipt(one: HandedIn, release: Release, message: str) -> Receipt:
    title = release.manifest.title
    return Receipt(one.number, one.learner, one.release, title, one.received, one.digest, one.size, one.late, message)
