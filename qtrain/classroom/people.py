"""Who belongs to the class: the learners of its roster, and its teachers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from qtrain.grading import roster as rosters
from qtrain.grading.errors import GradingError
from qtrain.grading.names import printable, short
from qtrain.grading.roster import Learner, Roster

_SETTLED_S = 1.0  # a roster that is just being saved is read when that is done: half of it would sign out the others
_LONGEST = 100  # bytes of an id: names of files and columns of the hub's database hold 255, some of it escaped


@dataclass(frozen=True)
class Person:
    """Somebody who may sign in.

    Attributes
    ----------
    name : str
        The name in the hub: a learner's id in the roster, or the teacher's name.
    shown : str
        The name for people.
    teacher : bool
        Whether the teacher's page is theirs.
    """

    name: str
    shown: str
    teacher: bool = False


class People:
    """The class of a folder, read again whenever its roster changed.

    Parameters
    ----------
    folder : Path
        The class's folder, with ``roster.csv``.
    teachers : iterable of str
        Their names; none of them is ever a learner's.
    """

    def __init__(self, folder: Path, teachers: Iterable[str] = ("teacher",)):
        self.path = Path(folder) / "roster.csv"
        self.teachers = tuple(dict.fromkeys(teachers))
        self._teachers = {rosters.plain(name): name for name in self.teachers}
        self._seen: tuple = ()
        self._roster = Roster()
        self._lock = threading.Lock()
        self.trouble = ""  # why the roster as it is now could not be read: the one before it counts on

    def roster(self) -> Roster:
        """The roster as it is now; as it was before, where the file of now cannot be read."""
        with self._lock:
            try:
                told = self.path.stat()
                now = (told.st_mtime_ns, told.st_size, told.st_ino)
                half_written = bool(self._roster) and abs(time.time() - told.st_mtime) < _SETTLED_S
                if now != self._seen and not half_written:
                    self._seen = now
                    read = rosters.read(self.path)
                    self.trouble = " ".join(faults(read, self.teachers))
                    if not self.trouble:
                        self._roster = read
            except (GradingError, OSError) as error:
                self.trouble = str(error)
            return self._roster

    def find(self, typed: str) -> Person | None:
        """The one person whom a typed name means, as the roster's `match` reads names."""
        if teacher := self._teachers.get(rosters.plain(typed)):
            return Person(teacher, teacher, True)
        learner, _ = self.roster().match(typed)
        return person(learner) if learner else None

    def left(self, name: str) -> bool:
        """Whether somebody surely does not belong to the class any more."""
        return self.get(name) is None and bool(self._roster)

    def get(self, name: str) -> Person | None:
        """The person whom the hub knows by exactly this name."""
        if name in self.teachers:
            return Person(name, name, True)
        learner = self.roster().get(name)
        return person(learner) if learner else None


def person(learner: Learner) -> Person:
    """A learner as somebody who may sign in."""
    return Person(learner.id, learner.shown)


def faults(roster: Roster, teachers: Iterable[str] = ()) -> list[str]:
    """Sentences on all that keeps a roster from being served; none if it is sound."""
    found = []
    if not roster:
        found.append("The roster has no learners: write a line for each of them below the headings id,name,email.")
    names = {rosters.plain(teacher): teacher for teacher in teachers}
    for learner in roster.learners:
        shown = short(learner.id, 60)
        for key in names.keys() & learner.keys():
            found.append(
                f"The learner {shown!r} is called like the teacher {names[key]!r}, and would get the teacher's page: "
                "change the one or the other (--teacher NAME)."
            )
        if not _usable(learner.id):
            found.append(
                f"The id {shown!r} cannot be a name to sign in with: it may have up to {_LONGEST} bytes, "
                "at least one letter or digit, and no slash or invisible sign."
            )
    return found


def doubtful(roster: Roster) -> list[str]:
    """Sentences on names that two learners share: they can sign in by their id alone."""
    by_name: dict[str, list[str]] = {}
    for learner in roster.learners:
        by_name.setdefault(rosters.plain(learner.shown), []).append(learner.id)
    return [
        f"{' and '.join(ids)} have the same name: each signs in with the id on the slip."
        for ids in by_name.values()
        if len(ids) > 1
    ]


def _usable(name: str) -> bool:
    whole = unquote(name)  # as part of an address it may be read so
    return (
        printable(name, keep="") == name
        and "/" not in whole
        and bool(rosters.plain(whole))
        and len(name.encode("utf-8", "replace")) <= _LONGEST
    )
