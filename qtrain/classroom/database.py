"""What a class must not forget, in one SQLite file of its own: numbers, codes, progress, hand-ins, extensions.

Several processes and threads use it at once: each write is one short transaction, there whole or not at all.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime

from qtrain.grading.names import slug

from . import settings
from .class_file import ClassFile
from .errors import ClassroomError
from .settings import SPAN

MOST_NUMBERS = SPAN - 2  # the number after them is the hub's own
MOST_ATTEMPTS = 50_000  # of one learner: a hundred a day for more than a year


@dataclass(frozen=True)
class Tried:
    """One check that a learner's record tells of; `diagnosis` is "" where there is none."""

    exercise: str
    at: str
    status: str
    score: float
    diagnosis: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Seen:
    """When a learner's server was heard last (seconds since 1970), and what was open there."""

    at: float
    document: str = ""
    exercise: str = ""


@dataclass(frozen=True)
class HandedIn:
    """A submission that is kept: who, of which release, when (UTC, ISO 8601), SHA-256, bytes, seconds late, where."""

    number: int
    learner: str
    release: str
    received: str
    digest: str
    size: int
    late: float
    place: str


class ClassDatabase(ClassFile):
    """The database in a class's folder.

    Learners' numbers come back from the disk even when the file is lost: each learner's home belongs to its number.

    Parameters
    ----------
    folder : Path
        The class's folder, DIR.
    """

    # --- numbers and codes ---------------------------------------------------------------------------------------

    def number(self, learner: str) -> int:
        """A person's number on this computer, from which their uid is made: theirs for good, never given twice.

        Raises
        ------
        ClassroomError
            When their home belongs to another one's number, or all numbers are taken.
        """
        if (found := self.numbers(learner).get(learner)) is not None:
            return found
        with self._writing() as do:
            if row := do("SELECT number FROM person WHERE name = ?", (learner,)).fetchone():
                return row[0]
            homes = self._homes()
            number = homes.get(slug(learner))
            if number is None:
                known = do("SELECT COALESCE(MAX(number), 0) FROM person").fetchone()[0]
                number = max([known, *homes.values()]) + 1
            elif row := do("SELECT name FROM person WHERE number = ?", (number,)).fetchone():
                raise ClassroomError(
                    f"the home of {learner!r}, {self.folder / 'homes' / slug(learner)}, belongs to number {number}, "
                    f"which is {row[0]!r}'s: rename one of the two folders, and give its learner a new one"
                )
            if number > MOST_NUMBERS:
                raise ClassroomError(
                    f"all {MOST_NUMBERS:,} numbers of this class are taken: begin a new class's folder"
                )
            do("INSERT INTO person (number, name) VALUES (?, ?)", (number, learner))
            return number

    def numbers(self, learner: str | None = None) -> dict[str, int]:
        """From each person who has a number, or from this one, to it."""
        where, values = ("WHERE name = ?", (learner,)) if learner is not None else ("", ())
        return dict(self._read(f"SELECT name, number FROM person {where}", values))

    def keep_code(self, learner: str, salt: bytes, digest: bytes) -> None:
        """A learner's new code, hashed; the one before is forgotten."""
        made = datetime.now(UTC).isoformat(timespec="seconds")
        with self._writing() as do:
            do("INSERT OR REPLACE INTO code VALUES (?, ?, ?, ?, 0)", (learner, salt, digest, made))

    def code(self, learner: str) -> tuple[bytes, bytes] | None:
        """Salt and hash of a learner's code, or None."""
        rows = self._read("SELECT salt, hash FROM code WHERE learner = ?", (learner,))
        return rows[0] if rows else None

    def coded(self) -> set[str]:
        """Who has a code."""
        return {row[0] for row in self._read("SELECT learner FROM code")}

    def renewed_codes(self) -> set[str]:
        """Whose code is new, while what was opened with the one before is not yet closed."""
        return {row[0] for row in self._read("SELECT learner FROM code WHERE NOT in_use")}

    def code_in_use(self, learner: str) -> None:
        """What was opened with the code before is closed."""
        with self._writing() as do:
            do("UPDATE code SET in_use = 1 WHERE learner = ?", (learner,))

    def forget_code(self, learner: str) -> None:
        """This learner can no longer sign in."""
        with self._writing() as do:
            do("DELETE FROM code WHERE learner = ?", (learner,))

    # --- progress ------------------------------------------------------------------------------------------------

    def add_attempts(self, learner: str, tried: Iterable[Tried]) -> int:
        """Write down what a learner's record tells; returns how many were new. Nobody fills the disk with them."""
        rows = [(learner, *astuple(one)) for one in tried]
        if not rows:
            return 0
        with self._writing() as do:
            have = do("SELECT COUNT(*) FROM attempt WHERE learner = ?", (learner,)).fetchone()[0]
            rows = rows[: max(0, MOST_ATTEMPTS - have)]
            statement = "INSERT INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
            return sum(do(statement, row).rowcount for row in rows)

    def attempts(self, since: int = 0) -> list[tuple[int, str, Tried]]:
        """(row, learner, check) of all that came after that row, in the order of arrival."""
        rows = self._read(
            f"SELECT rowid, learner, {_columns(Tried)} FROM attempt WHERE rowid > ? ORDER BY rowid", (since,)
        )
        return [(row[0], row[1], Tried(*row[2:])) for row in rows]

    def keep_seen(self, seen: dict[str, Seen]) -> None:
        """Write down where learners were last."""
        with self._writing() as do:
            for learner, one in seen.items():
                do("INSERT OR REPLACE INTO seen VALUES (?, ?, ?, ?)", (learner, *astuple(one)))

    def seen(self) -> dict[str, Seen]:
        """Where each learner was last."""
        return {row[0]: Seen(*row[1:]) for row in self._read(f"SELECT learner, {_columns(Seen)} FROM seen")}

    # --- releases and hand-ins -----------------------------------------------------------------------------------

    def open(self, release: str) -> None:
        """Learners see this release from now on, and can hand it in."""
        with self._writing() as do:
            do(
                "INSERT INTO opened VALUES (?, ?, '') ON CONFLICT (release) DO UPDATE SET closed = ''",
                (release, datetime.now(UTC).isoformat(timespec="seconds")),
            )

    def close(self, release: str) -> None:
        """From now on this release takes hand-ins only from those who have an extension."""
        with self._writing() as do:
            do(
                "UPDATE opened SET closed = ? WHERE release = ?",
                (datetime.now(UTC).isoformat(timespec="seconds"), release),
            )

    def opened(self) -> dict[str, str]:
        """From each release that learners see to when it was closed (UTC, ISO 8601), "" where it is open."""
        return dict(self._read("SELECT release, closed FROM opened ORDER BY opened, release"))

    def extend(self, release: str, learner: str, until: datetime | None) -> None:
        """Give one learner time until then; None takes it back."""
        with self._writing() as do:
            if until is None:
                do("DELETE FROM extension WHERE release = ? AND learner = ?", (release, learner))
            else:
                stamp = until.astimezone(UTC).isoformat(timespec="seconds")
                do("INSERT OR REPLACE INTO extension VALUES (?, ?, ?)", (release, learner, stamp))

    def extensions(self, release: str | None = None) -> dict[tuple[str, str], datetime]:
        """From (release, learner) to until when."""
        where, values = ("WHERE release = ?", (release,)) if release is not None else ("", ())
        rows = self._read(f"SELECT release, learner, until FROM extension {where}", values)
        return {(row[0], row[1]): datetime.fromisoformat(row[2]) for row in rows}

    def add_hand_in(self, one: HandedIn) -> int:
        """Write down a submission that is on the disk; returns its number. The same place is written down once."""
        with self._writing() as do:
            values = astuple(one)[1:]
            columns = _columns(HandedIn, 1)
            do(f"INSERT INTO hand_in ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", values)
            return do("SELECT number FROM hand_in WHERE place = ?", (one.place,)).fetchone()[0]

    def hand_ins(self, release: str | None = None) -> list[HandedIn]:
        """Every submission that is kept, in its order."""
        where, values = ("WHERE release = ?", (release,)) if release is not None else ("", ())
        rows = self._read(f"SELECT {_columns(HandedIn)} FROM hand_in {where} ORDER BY number", values)
        return [HandedIn(*row) for row in rows]

    # --- the file ------------------------------------------------------------------------------------------------

    def _homes(self) -> dict[str, int]:
        """From each home's folder to the number that it belongs to."""
        try:
            entries = list(os.scandir(self.folder / "homes"))
        except FileNotFoundError:
            return {}
        first = settings.load(self.folder).first_uid
        owners = {one.name: one.stat(follow_symlinks=False).st_uid - first for one in entries if one.is_dir()}
        return {name: number for name, number in owners.items() if 0 < number <= MOST_NUMBERS}


def _columns(kind, first: int = 0) -> str:
    return ", ".join(one.name for one in fields(kind)[first:])
