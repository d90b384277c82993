"""The class's SQLite file itself: made, opened, locked, damaged, set aside; every write whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from qtrain.sqlite_files import COMPANIONS, WAIT_S, Newer, alone, passing, set_aside, version

from .errors import ClassroomError

FILE = "class.sqlite"
SCHEMA = 1
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


class ClassFile:
    """The file in a class's folder; one object may be used from any thread, and in a forked child.

    A damaged file is set aside under another name (`notes` says which) and a new one begun with all that can still be
    read.

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
        if not path.is_symlink():  # the hub's user can put one there, and root comes by
            path.chmod(0o600)
        hub = path.with_name("hub")
        if hasattr(os, "geteuid") and os.geteuid() == 0 and hub.is_dir():
            for end in ("", *COMPANIONS):
                with contextlib.suppress(FileNotFoundError):
                    os.chown(f"{path}{end}", hub.lstat().st_uid, hub.lstat().st_gid, follow_symlinks=False)


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


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        info = path.stat()
    except FileNotFoundError:
        return None
    return info.st_dev, info.st_ino
