"""The learner's record: every check of every exercise and every recall question, in one SQLite file of the learner's.

It lies in the learner's folder and is read and written there alone: nothing in it leaves the machine.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qtrain.course.identity import HOME
from qtrain.installing import with_this_python
from qtrain.sqlite_files import WAIT_S, Newer, alone, set_aside
from qtrain.sqlite_files import passing as _passing
from qtrain.sqlite_files import version as _version

from .moved import moved

FILE = "record.sqlite"
SCHEMA = 3  # 1: the ids of the first edition; 2: those of the second one; 3: practice and recall questions
RECALL = """
CREATE TABLE recall (
    number INTEGER PRIMARY KEY, lesson TEXT NOT NULL, question TEXT NOT NULL, at TEXT NOT NULL, known INTEGER NOT NULL)
"""
TABLES = f"""
CREATE TABLE attempt (
    number INTEGER PRIMARY KEY, exercise TEXT NOT NULL, at TEXT NOT NULL, status TEXT NOT NULL,
    score REAL NOT NULL, diagnosis TEXT, sheet TEXT NOT NULL DEFAULT '');
CREATE INDEX attempt_exercise ON attempt (exercise);
{RECALL};
"""
COLUMNS = "exercise, at, status, score, diagnosis, sheet"


class RecordError(Exception):
    """Why the record cannot be used now, as a sentence."""


@dataclass(frozen=True)
class Attempt:
    """One check: the exercise, when (UTC, ISO 8601), the verdict's status, score and diagnosis.

    `sheet` names the practice sheet whose variant was answered, "" where it was the learner's own in the lesson.
    """

    exercise: str
    at: str
    status: str
    score: float
    diagnosis: str | None
    sheet: str = ""

    @property
    def passed(self) -> bool:
        """Whether the answer was right."""
        return self.status == "right"


@dataclass(frozen=True)
class Recall:
    """A recall question that was asked: its lesson and words, when (UTC, ISO 8601), and whether it was known."""

    lesson: str
    question: str
    at: str
    known: bool


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
    corrupt, or that is no record, is set aside under another name (`notes` says which) and a new one begun. An older
    record is brought into today's form, whole or not at all, and keeps all that is in it.

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

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise RecordError("a record is read and written within `with Record(folder) as record:`")
        return self._connection

    def add(self, exercise: str, verdict, sheet: str = "", at: datetime | None = None) -> None:
        """Write down one verdict; an untouched stub (“not yet”) is no attempt.

        Parameters
        ----------
        exercise : str
        verdict : Verdict
        sheet : str
            The practice sheet that it was given on, "" in its lesson.
        at : datetime, optional
            When; now, when left out.
        """
        if verdict.status == "not yet":
            return
        row = (exercise, _stamp(at), verdict.status, verdict.score, verdict.diagnosis, sheet)
        self._run(f"INSERT INTO attempt ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)

    def recalled(self, lesson: str, question: str, known: bool, at: datetime | None = None) -> None:
        """Write down whether a recall question was known."""
        row = (lesson, question, _stamp(at), bool(known))
        self._run("INSERT INTO recall (lesson, question, at, known) VALUES (?, ?, ?, ?)", row)

    def take_in(self, attempts: list[Attempt], recalls: list[Recall]) -> int:
        """Add what another copy of the learner's record tells, once; returns how much of it was new."""
        checks = [(one.exercise, one.at, one.status, one.score, one.diagnosis, one.sheet) for one in attempts]
        asked = [(one.lesson, one.question, one.at, one.known) for one in recalls]
        have, heard = set(self.attempts()), set(self.recalls())
        new = [row for row in dict.fromkeys(checks) if Attempt(*row) not in have]
        newly = [row for row in dict.fromkeys(asked) if Recall(*row) not in heard]
        try:
            with self._open as connection:
                connection.executemany(f"INSERT INTO attempt ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", new)
                connection.executemany("INSERT INTO recall (lesson, question, at, known) VALUES (?, ?, ?, ?)", newly)
        except sqlite3.DatabaseError as problem:
            raise RecordError(_sentence(problem, self.path)) from None
        return len(new) + len(newly)

    def attempts(self, exercise: str | None = None) -> list[Attempt]:
        """Every attempt in its order, or those of one exercise."""
        where, values = ("WHERE exercise = ?", (exercise,)) if exercise else ("", ())
        return [Attempt(*row) for row in self._run(f"SELECT {COLUMNS} FROM attempt {where} ORDER BY number", values)]

    def recalls(self) -> list[Recall]:
        """Every recall question that was asked, in order."""
        rows = self._run("SELECT lesson, question, at, known FROM recall ORDER BY number", ())
        return [Recall(lesson, question, at, bool(known)) for lesson, question, at, known in rows]

    def standings(self) -> dict[str, Standing]:
        """Each exercise that was tried."""
        rows = self._run(
            "SELECT exercise, MAX(status = 'right'), COUNT(*), MAX(score), MAX(at) FROM attempt GROUP BY exercise", ()
        )
        return {row[0]: Standing(row[0], bool(row[1]), *row[2:]) for row in rows}

    def _run(self, statement: str, values: tuple, again: bool = True) -> list[tuple]:
        try:
            with self._open as connection:  # one transaction: committed whole or not at all
                return connection.execute(statement, values).fetchall()
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
        with alone(self.path.with_name("aside.lock")):
            try:
                self._connection = _opened(self.path, thorough=True)  # another process may have done it meanwhile
                return
            except (sqlite3.DatabaseError, _Older) as problem:
                if _passing(problem):
                    raise RecordError(_sentence(problem, self.path)) from None
                why = "is from an older qtrain" if isinstance(problem, _Older) else "was damaged"
            aside = set_aside(self.path)
            self.notes.append(f"The record of your progress {why}: it is kept as {aside.name}, and a new one is begun.")
            self._connection = _opened(self.path)


class _Older(Exception):
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
        if _version(connection) > SCHEMA:
            raise Newer("made by a newer qtrain")
        if _version(connection) < SCHEMA:
            _bring_up_to_date(connection)
        connection.execute(f"SELECT number, {COLUMNS} FROM attempt LIMIT 1").fetchall()
        connection.execute("SELECT number, lesson, question, at, known FROM recall LIMIT 1").fetchall()
        if thorough and connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("damaged")
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Every step from the file's form to today's, and the mark, in one transaction: all or nothing, so exactly once."""
    connection.execute("BEGIN IMMEDIATE")
    # Another notebook may have done it while this one waited: the mark is read again.
    while (version := _version(connection)) < SCHEMA:
        STEPS[version](connection)
        connection.execute(f"PRAGMA user_version = {version + 1}")
    connection.commit()


def _renumber(connection: sqlite3.Connection) -> None:
    """Exercises of the first edition get their ids of the second one."""
    connection.create_function("moved", 1, moved, deterministic=True)
    connection.execute("UPDATE attempt SET exercise = moved(exercise)")


def _with_practice(connection: sqlite3.Connection) -> None:
    """What was answered so far was answered in lessons; no recall question was asked."""
    connection.execute("ALTER TABLE attempt ADD COLUMN sheet TEXT NOT NULL DEFAULT ''")
    connection.execute(RECALL)


STEPS = {1: _renumber, 2: _with_practice}


def _stamp(at: datetime | None) -> str:
    return (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")


def _sentence(problem: Exception, path: Path) -> str:
    if isinstance(problem, Newer):
        return (
            f"{path} was made by a newer qtrain and stays as it is. Install the newer one, and check again:  "
            f"{with_this_python('--upgrade', 'qtrain')}"
        )
    code = (getattr(problem, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return f"{path} is in use by another program for more than {WAIT_S:.0f} s: close it and check again."
    if code == sqlite3.SQLITE_FULL:
        return "the disk is full: free some space and check again."
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return f"{path} cannot be written: check the permissions of its folder."
    return f"{path} cannot be used ({problem}): check the disk."
