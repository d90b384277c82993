"""The learner's record: every check of every exercise, in one SQLite file in the learner's folder."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qtrain.course.identity import HOME

from .moved import moved

FILE = "record.sqlite"
SCHEMA = 2  # 1: the ids of the first edition; 2: those of the second one
WAIT_S = 10.0
TABLES = """
CREATE TABLE attempt (
    number INTEGER PRIMARY KEY, exercise TEXT NOT NULL, at TEXT NOT NULL, status TEXT NOT NULL,
    score REAL NOT NULL, diagnosis TEXT);
CREATE INDEX attempt_exercise ON attempt (exercise);
"""


class RecordError(Exception):
    """Why the record cannot be used now, as a sentence."""


@dataclass(frozen=True)
class Attempt:
    """One check: the exercise, when (UTC, ISO 8601), the verdict's status, score and diagnosis."""

    exercise: str
    at: str
    status: str
    score: float
    diagnosis: str | None


@dataclass(frozen=True)
class Standing:
    """Where the learner stands with one exercise."""

    exercise: str
    done: bool
    tries: int
    score: float
    last: str


class Record:
    """The record in a learner's folder, to be used in a ``with``.

    Several notebooks may write at once: each write is one short transaction, and waits for the others. A file that is
    corrupt, or that is no record, is set aside under another name (`notes` says which) and a new one begun. In a record
    of the course's first edition the ids of exercises that moved are brought up to date, once.

    Parameters
    ----------
    folder : Path
        The learner's folder; the file is in its ``.qtrain/``.
    """

    def __init__(self, folder: Path):
        self.path = Path(folder) / HOME / FILE
        self.notes: list[str] = []
        self._connection: sqlite3.Connection | None = None

    def __enter__(self) -> Record:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection = _opened(self.path)
        except (sqlite3.DatabaseError, _Older) as problem:
            if _passing(problem):
                raise RecordError(_sentence(problem, self.path)) from None
            self._set_aside()
        return self

    def __exit__(self, *exception):
        if self._connection is not None:
            self._connection.close()

    def add(self, exercise: str, verdict) -> None:
        """Write down one verdict; an untouched stub (“not yet”) is no attempt."""
        if verdict.status == "not yet":
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row = (exercise, now, verdict.status, verdict.score, verdict.diagnosis)
        self._run("INSERT INTO attempt (exercise, at, status, score, diagnosis) VALUES (?, ?, ?, ?, ?)", row)

    def attempts(self, exercise: str | None = None) -> list[Attempt]:
        """Every attempt in its order, or those of one exercise."""
        where, values = ("WHERE exercise = ?", (exercise,)) if exercise else ("", ())
        columns = "exercise, at, status, score, diagnosis"
        return [Attempt(*row) for row in self._run(f"SELECT {columns} FROM attempt {where} ORDER BY number", values)]

    def standings(self) -> dict[str, Standing]:
        """Each exercise that was tried."""
        rows = self._run(
            "SELECT exercise, MAX(status = 'right'), COUNT(*), MAX(score), MAX(at) FROM attempt GROUP BY exercise", ()
        )
        return {row[0]: Standing(row[0], bool(row[1]), *row[2:]) for row in rows}

    def _run(self, statement: str, values: tuple, again: bool = True) -> list[tuple]:
        try:
            with self._connection:  # one transaction: committed whole or not at all
                return self._connection.execute(statement, values).fetchall()
        except sqlite3.DatabaseError as problem:
            # A file may look whole when it is opened and turn out damaged where it is read.
            if _passing(problem) or not again:
                raise RecordError(_sentence(problem, self.path)) from None
            self._set_aside()
            return self._run(statement, values, again=False)

    def _set_aside(self) -> None:
        """Rename what cannot be used and begin anew, one process at a time."""
        if self._connection is not None:
            self._connection.close()
        with _alone(self.path.with_name("aside.lock")):
            try:
                self._connection = _opened(self.path, thorough=True)  # another process may have done it meanwhile
                return
            except (sqlite3.DatabaseError, _Older) as problem:
                if _passing(problem):
                    raise RecordError(_sentence(problem, self.path)) from None
                why = "is from an older qtrain" if isinstance(problem, _Older) else "was damaged"
            aside = _free_name(self.path)
            self.path.rename(aside)
            for end in ("-journal", "-wal", "-shm"):
                companion = self.path.with_name(self.path.name + end)
                if companion.exists():
                    companion.rename(aside.with_name(aside.name + end))
            self.notes.append(f"The record of your progress {why}: it is kept as {aside.name}, and a new one is begun.")
            self._connection = _opened(self.path)


class _Older(Exception):
    pass


class _Newer(sqlite3.OperationalError):
    pass


def _opened(path: Path, thorough: bool = False) -> sqlite3.Connection:
    """A connection to a record of this schema, made if it is not there."""
    connection = sqlite3.connect(path, timeout=WAIT_S)
    try:
        if _version(connection) == 0:
            # Two notebooks may find it empty at once: the first one makes the tables, the second one sees them.
            connection.execute("BEGIN IMMEDIATE")
            if _version(connection) == 0:
                if connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
                    raise _Older
                for statement in TABLES.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
            connection.commit()
        if _version(connection) == 1:
            _renumber(connection)
        version = _version(connection)
        if version < SCHEMA:
            raise _Older
        if version > SCHEMA:
            raise _Newer("made by a newer qtrain")
        connection.execute("SELECT number, exercise, at, status, score, diagnosis FROM attempt LIMIT 1").fetchall()
        if thorough and connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("damaged")
    except BaseException:
        connection.close()
        raise
    return connection


def _renumber(connection: sqlite3.Connection) -> None:
    """Bring the ids of the first edition up to date: all of them and the mark in one transaction, so exactly once."""
    connection.create_function("moved", 1, moved, deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    if _version(connection) == 1:  # another notebook may have done it while this one waited
        connection.execute("UPDATE attempt SET exercise = moved(exercise)")
        connection.execute("PRAGMA user_version = 2")
    connection.commit()


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _passing(problem: Exception) -> bool:
    """Whether the file itself is sound: locked, not writable, no disk, or made by a newer qtrain."""
    if isinstance(problem, _Newer):
        return True
    code = getattr(problem, "sqlite_errorcode", None)
    sound = (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_AUTH,
    )
    return code is not None and code & 0xFF in sound


def _sentence(problem: Exception, path: Path) -> str:
    if isinstance(problem, _Newer):
        return f"{path} was made by a newer qtrain and stays as it is: pip install --upgrade qtrain, and check again."
    code = (getattr(problem, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{path} is in use by another program for more than {WAIT_S:.0f} s: close it and check again."
    if code == sqlite3.SQLITE_FULL:
        return "the disk is full: free some space and check again."
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return f"{path} cannot be written: check the permissions of its folder."
    return f"{path} cannot be used ({problem}): check the disk."


def _free_name(path: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    number, name = 1, path.with_name(f"{path.stem}.aside-{stamp}.sqlite")
    while name.exists():
        number += 1
        name = path.with_name(f"{path.stem}.aside-{stamp}-{number}.sqlite")
    return name


def _alone(path: Path):
    """A lock between processes on any system: an exclusive transaction in an empty database of its own."""
    connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    return closing(connection)
