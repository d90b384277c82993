"""What a class is asked: releases in DIR/releases as `qtrain release` writes them; opened, closed, extended."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from qtrain.grading.errors import GradingError
from qtrain.grading.late_policy import Rules, instant
from qtrain.grading.manifest import NAME as MANIFEST
from qtrain.grading.manifest import Manifest, load
from qtrain.grading.names import slug

from .database import ClassDatabase
from .errors import ClassroomError
from .teachers_course import option

FOLDER = "releases"
TOLD = "release.json"
# What a release may be called: a folder's name on every system, and a part of an address.
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PATIENCE_S = 300


@dataclass(frozen=True)
class Release:
    """A release of the class.

    Attributes
    ----------
    name : str
        Of its folder.
    manifest : Manifest
    opened : bool
        Whether learners see it.
    closed : str
        When it was closed (UTC, ISO 8601); "" while it is open.
    extensions : dict
        From learner to until when.
    """

    name: str
    manifest: Manifest = field(repr=False)
    opened: bool = False
    closed: str = ""
    extensions: dict[str, datetime] = field(default_factory=dict)

    def rules(self, learner: str) -> Rules:
        """The rules that hold for one learner: an extension moves the due time, never to an earlier one."""
        rules, until = self.manifest.rules, self.extensions.get(learner)
        due = rules.moment()
        return replace(rules, due=until.isoformat()) if until is not None and due is not None and until > due else rules

    def takes(self, learner: str, now: datetime) -> bool:
        """Whether it takes what this learner hands in now."""
        if not self.closed:
            return True
        until = self.extensions.get(learner)
        return until is not None and now <= until


class Releases:
    """The releases of a class's folder.

    Parameters
    ----------
    folder : Path
        The class's folder, DIR.
    database : ClassDatabase
    """

    def __init__(self, folder: Path, database: ClassDatabase):
        self.class_folder, self.folder, self.database = Path(folder), Path(folder) / FOLDER, database
        self._known: dict[Path, tuple[tuple, Manifest]] = {}
        self.troubles: list[str] = []  # why some of the folder's releases can't be used

    def all(self) -> dict[str, Release]:
        """Every release by its name: those that are open or were, in their order, then those that are only prepared."""
        opened, extensions = self.database.opened(), self.database.extensions()
        manifests = self._manifests()
        order = [name for name in opened if name in manifests] + [name for name in manifests if name not in opened]
        return {
            name: Release(
                name,
                manifests[name],
                name in opened,
                opened.get(name, ""),
                {learner: until for (release, learner), until in extensions.items() if release == name},
            )
            for name in order
        }

    def one(self, name: str) -> Release:
        """The release of this name.

        Raises
        ------
        ClassroomError
        """
        found = self.all()
        if name not in found:
            there = ", ".join(found) or "none yet"
            raise ClassroomError(f"there is no release {name!r}; there are: {there}")
        return found[name]

    def of(self, release_id: str) -> Release | None:
        """The release that a notebook names in its metadata, where learners see it."""
        return next((one for one in self.all().values() if one.opened and one.manifest.id == release_id), None)

    def seen_by(self, learner: str) -> dict[str, dict]:
        """What a learner's server is told of the releases that are theirs."""
        found = {}
        for name, one in self.all().items():
            if one.opened and learner in one.manifest.variants:
                until = one.extensions.get(learner)
                told = self.folder / name / slug(learner) / TOLD
                with contextlib.suppress(FileNotFoundError):  # it is being written just now: at the next question
                    found[name] = {
                        "id": one.manifest.id,
                        "title": one.manifest.title,
                        "due": one.rules(learner).due,
                        "closed": one.closed,
                        "until": until.isoformat() if until else "",
                        "version": hashlib.sha256(told.read_bytes()).hexdigest()[:16],
                    }
        return found

    def copy(self, name: str, learner: str) -> dict[str, bytes]:
        """A learner's files of a release that is open to them, by their paths; empty where it is not."""
        one = self.all().get(name)
        if one is None or not one.opened or learner not in one.manifest.variants:
            return {}
        folder = self.folder / name / slug(learner)
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}

    def open(self, name: str) -> None:
        """Give it to the learners."""
        self.one(name)
        self.database.open(name)

    def close(self, name: str) -> None:
        """Take no more hand-ins but of those who have an extension."""
        if not self.one(name).opened:
            raise ClassroomError(f"{name} was never given to the learners: there is nothing to close")
        self.database.close(name)

    def extend(self, name: str, learner: str, until: str) -> datetime | None:
        """Give one learner time until then, in the release's own zone; "" takes it back."""
        one = self.one(name)
        if learner not in one.manifest.variants:
            raise ClassroomError(f"{learner!r} has no copy of {name}: check the spelling of the id")
        try:
            moment = instant(until, one.manifest.rules.timezone) if until else None
        except GradingError as error:
            raise ClassroomError(str(error)) from None
        if moment is not None and moment < datetime.now(UTC):
            raise ClassroomError(f"{until} is past: give a time to come")
        self.database.extend(name, learner, moment)
        return moment

    def prepare(self, name: str, module: str = "", due: str = "", timezone: str = "") -> str:
        """Make the copies for the whole roster, in a process of its own; made again, newcomers get theirs.

        Parameters
        ----------
        name : str
            Of the folder.
        module : str
            As ``qtrain release`` takes it; "" where the release is there already.
        due, timezone : str

        Returns
        -------
        str
            What ``qtrain release`` said.
        """
        if not SAFE.fullmatch(name):
            raise ClassroomError(
                f"{name!r} will not do as a name: take letters, digits, dots and dashes, at most 64, such as ps1"
            )
        bank = ""
        if name in (known := self._manifests()):
            module, bank = known[name].document, known[name].bank
        elif not module:
            raise ClassroomError(f"there is no release {name!r} yet: say which problem set it is")
        # In a folder of its own first: what `qtrain release` refuses leaves nothing.
        self.folder.mkdir(exist_ok=True)
        command = [sys.executable, "-m", "qtrain.cli", "release", f"-o={self.folder / name}"]
        command += [f"--learners={self.class_folder / 'roster.csv'}", *([f"--bank={bank}"] if bank else [])]
        command += option(self.class_folder)
        command += [*([f"--due={due}"] if due else []), *([f"--timezone={timezone}"] if timezone else []), "--", module]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=_PATIENCE_S, stdin=subprocess.DEVNULL
            )
        except subprocess.TimeoutExpired:
            raise ClassroomError(
                f"making {name} took more than {_PATIENCE_S // 60} minutes: try it in a terminal"
            ) from None
        if done.returncode:
            said = done.stderr.strip().splitlines()[-1:] or ["it failed"]
            raise ClassroomError(said[0].removeprefix("qtrain release: "))
        to_the_hub(self.folder, self.class_folder)
        return done.stdout.strip()

    def without_a_copy(self, name: str, learners: list[str]) -> list[str]:
        """Who of these has none of this release yet."""
        variants = self.one(name).manifest.variants
        return [learner for learner in learners if learner not in variants]

    def _manifests(self) -> dict[str, Manifest]:
        """Each release's manifest, read again only when its file changed."""
        found, troubles = {}, []
        for path in sorted(self.folder.glob(f"*/{MANIFEST}")):
            name = path.parent.name
            if not SAFE.fullmatch(name):
                troubles.append(
                    f"the folder {name!r} of a release has a name that will not do: call it something like ps1"
                )
                continue
            try:
                info = path.stat()
                stamp = (info.st_mtime_ns, info.st_size, info.st_ino)
                if self._known.get(path, (None,))[0] != stamp:
                    self._known[path] = (stamp, load(path))
                found[name] = self._known[path][1]
            except (GradingError, OSError) as error:
                troubles.append(str(error))
        self.troubles = troubles
        return found


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
            yield path


def to_the_hub(path: Path, class_folder: Path) -> None:
    """Where root wrote something into the class's folder, the hub's user must be able to use it."""
    hub = class_folder / "hub"
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or not hub.is_dir():
        return
    owner = hub.stat()
    os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)
    # By open folders: whoever may write there could put a link in the way of a path.
    for _, folders, files, place in os.fwalk(path):
        for name in (*folders, *files):
            os.chown(name, owner.st_uid, owner.st_gid, dir_fd=place, follow_symlinks=False)


def release_of(notebook: dict) -> str:
    """The id of the release that a notebook belongs to, as its metadata say it; "" for none."""
    found = notebook.get("metadata", {})
    for key in ("qtrain", "release", "id"):
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, str) else ""


def parsed(data: bytes) -> dict:
    """The notebook in these bytes.

    Raises
    ------
    ClassroomError
    """
    try:
        found = json.loads(data)
        whole = isinstance(found, dict) and isinstance(found.get("cells"), list)
    except (ValueError, RecursionError):
        whole = False
    if not whole:
        raise ClassroomError("this is no notebook that can be read: open it, save it, and hand it in again")
    return found
