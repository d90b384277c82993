"""What a class must not forget, in one SQLite file of its own: numbers, codes, progress, hand-ins, extensions.

Several processes and threads use it at once: each write is one short transaction, there whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

from qtrain.grading.names import slug
from qtrain.sqlite_files import COMPANIONS, WAIT_S, Newer, alone, passing, set_aside, version

from . import settings
from .errors import ClassroomError
from .settings import SPAN

FILE = "class.sqlite"
SCHEMA = 1
MOST_NUMBERS = SPAN - 2  # the number after them is the hub's own
TABLES = {
    "person": "number INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL",
    "code": "learner TEXT PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL, made TEXT NOT NULL, "
    "in_use INTEGER NOT NULL DEFAULT 0",
    # A check is what it says: reported again, after a restart or from another copy of the record, it is the same one.
    "attempt": "learner TEXT NOT NULL, exercise TEXT NOT NULL, at TEXT NOT NULL, status TEXT NOT NULL, "
    "score REAL NOT NULL, diagnosis TEXT NOT NULL, sheet TEXT NOT NULL, "
    "PRIMARY KEY (learner, exercise, at, status, score, diagnosis, sheet)",
    "seen": "learner TEXT PRIMARY KEY, at REAL NOT NULL, document TEXT NOT NULL, exercise TEXT NOT NULL",
    "opened": "release TEXT PRIMARY KEY, opened TEXT NOT NULL, closed TEXT NOT NULL",
    "extension": "release TEXT NOT NULL, learner TEXT NOT NULL, until TEXT NOT NULL, PRIMARY KEY (release, learner)",
    "hand_in": "number INTEGER PRIMARY KEY, learner TEXT NOT NULL, release TEXT NOT NULL, received TEXT NOT NULL, "
    "digest TEXT NOT NULL, size INTEGER NOT NULL, late REAL NOT NULL, place TEXT NOT NULL UNIQUE",
}


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


class ClassDatabase:
    """The database in a class's folder; one object may be used from any thread, and in a forked child.

    A damaged file is set aside under another name (`notes` says which) and a new one begun with all that can still be
    read. Learners' numbers come back from the disk even then: each learner's home belongs to its number.

    Parameters
    ----------
    folder : Path
        The class's folder, DIR.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.path = self.folder / FILE
        self.notes: list[str] = []
        self._local = threading.local()

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
        """Write down what a learner's record tells; returns how many were new."""
        rows = [(learner, *astuple(one)) for one in tried]
        if not rows:
            return 0
        with self._writing() as do:
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

    def _read(self, statement: str, values: tuple = ()) -> list[tuple]:
        return self._surely(lambda connection: connection.execute(statement, values).fetchall())

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Callable]:
        """One transaction: committed when the block ends well, undone when it does not."""
        connection = self._surely(lambda found: found.execute("BEGIN IMMEDIATE") and found)
        try:
            yield connection.execute
            connection.execute("COMMIT")
        except sqlite3.DatabaseError as problem:
            raise ClassroomError(self._sentence(problem)) from None
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _surely(self, work: Callable, again: bool = True):
        """Do it on this thread's connection; a damaged file is set aside first."""
        try:
            return work(self._connection())
        except sqlite3.DatabaseError as problem:
            if passing(problem) or not again:
                raise ClassroomError(self._sentence(problem)) from None
            self._begin_anew()
            return self._surely(work, again=False)

    def _connection(self) -> sqlite3.Connection:
        """This thread's connection, to the file that has the name now: another process may have set one aside."""
        kept = getattr(self._local, "kept", None)
        if kept is not None and kept[0] == os.getpid() and kept[1] == _identity(self.path):
            return kept[2]
        connection = _opened(self.path)
        self._local.kept = (os.getpid(), _identity(self.path), connection)
        return connection

    def _begin_anew(self) -> None:
        """Rename what cannot be used and take over what can still be read, one process at a time."""
        self.__dict__["_local"] = threading.local()
        with alone(self.path.with_name(".class-aside.lock")):
            try:
                _opened(self.path, thorough=True).close()  # another process may have done it meanwhile
                return
            except sqlite3.DatabaseError as problem:
                if passing(problem):
                    raise ClassroomError(self._sentence(problem)) from None
            aside = set_aside(self.path)
            connection = _opened(self.path)
            taken = _take_over(aside, connection)
            connection.close()
        told = ", ".join(f"{count} of {table}" for table, count in taken.items() if count) or "nothing"
        self.notes.append(
            f"The class's database was damaged: it is kept as {aside.name}, and a new one begun. Taken over: {told}. "
            "Learners' numbers come back from their homes, their progress from their own records; look through open "
            "releases and extensions, and print new slips for those whose codes are gone."
        )

    def _sentence(self, problem: Exception) -> str:
        if isinstance(problem, Newer):
            return f"{self.path} was made by a newer qtrain and stays as it is: install the newer one"
        code = (getattr(problem, "sqlite_errorcode", None) or 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return f"{self.path} is in use by another program for more than {WAIT_S:.0f} s: close it and try again"
        if code == sqlite3.SQLITE_FULL:
            return "the disk is full: free some space and try again"
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            return f"{self.path} cannot be written: check the permissions of its folder"
        return f"{self.path} cannot be used ({problem}): check the disk"


def _opened(path: Path, thorough: bool = False) -> sqlite3.Connection:
    """A connection to a database of this schema, made if it is not there; for its owner alone."""
    new = not path.exists()
    connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None, check_same_thread=False)
    try:
        if new:
            _for_its_owner(path)
        _in_wal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        if version(connection) == 0:
            # Two processes may find it empty at once: the first one makes the tables, the second one sees them.
            connection.execute("BEGIN IMMEDIATE")
            if version(connection) == 0:
                if connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
                    raise sqlite3.DatabaseError("no database of a class")
                for name, columns in TABLES.items():
                    connection.execute(f"CREATE TABLE {name} ({columns})")
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.execute("COMMIT")
        if version(connection) > SCHEMA:
            raise Newer("made by a newer qtrain")
        if thorough and connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("damaged")
    except BaseException:
        connection.close()
        raise
    return connection


def _in_wal(connection: sqlite3.Connection) -> None:
    """Readers and a writer do not wait for each other. Turning it on does not wait, so it is asked again."""
    end = time.monotonic() + WAIT_S
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as problem:
            if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.01)


def _for_its_owner(path: Path) -> None:
    """No learner reads it; where root makes it, it is the hub's."""
    with contextlib.suppress(FileNotFoundError):
        path.chmod(0o600)
        hub = path.with_name("hub")
        if hasattr(os, "geteuid") and os.geteuid() == 0 and hub.is_dir():
            for end in ("", *COMPANIONS):
                with contextlib.suppress(FileNotFoundError):
                    os.chown(f"{path}{end}", hub.stat().st_uid, hub.stat().st_gid)


def _take_over(aside: Path, connection: sqlite3.Connection) -> dict[str, int]:
    """Copy what can be read of a damaged file, table by table up to the damage."""
    taken = dict.fromkeys(TABLES, 0)
    with contextlib.closing(sqlite3.connect(aside, timeout=WAIT_S)) as damaged:
        for table in TABLES:
            try:
                for row in damaged.execute(f"SELECT * FROM {table}"):
                    places = ", ".join("?" * len(row))
                    taken[table] += connection.execute(f"INSERT OR IGNORE INTO {table} VALUES ({places})", row).rowcount
            except (
                sqlite3.DatabaseError
            ):  # from here on nothing of this table can be read: the sentence says how much was
                continue
    return taken


def _columns(kind, first: int = 0) -> str:
    return ", ".join(one.name for one in fields(kind)[first:])


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        info = path.stat()
    except FileNotFoundError:
        return None
    return info.st_dev, info.st_ino
