"""What is remembered of launches and grades: an answer is used once, a person is one learner, a score is sent once."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from qtrain.classroom.releases import to_the_hub

from .errors import Refused

_TABLES = """
CREATE TABLE IF NOT EXISTS used (nonce TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS person (
    platform TEXT, subject TEXT, learner TEXT NOT NULL, PRIMARY KEY (platform, subject), UNIQUE (platform, learner));
CREATE TABLE IF NOT EXISTS enrolment (learner TEXT, course TEXT, PRIMARY KEY (learner, course)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS line_item (
    course TEXT, release TEXT, address TEXT NOT NULL, scopes TEXT NOT NULL, PRIMARY KEY (course, release));
CREATE TABLE IF NOT EXISTS score (
    address TEXT, subject TEXT, content TEXT NOT NULL, stamp INTEGER NOT NULL, arrived INTEGER NOT NULL,
    PRIMARY KEY (address, subject)) WITHOUT ROWID;
"""
_KEEP_USED = 7 * 86400  # far longer than any answer holds


@dataclass(frozen=True)
class Column:
    """Where a learner's grade for a release goes.

    Attributes
    ----------
    learner : str
    subject : str
        The platform's number for the learner.
    address : str
        Of the line item, the platform's column.
    scopes : tuple of str
        What the platform allows there.
    """

    learner: str
    subject: str
    address: str
    scopes: tuple[str, ...]


class Ledger:
    """A small database beside the hub's; every change is on the disk when the call returns."""

    def __init__(self, path: Path):
        self.path = Path(path)
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            to_the_hub(self.path, self.path.parent.parent)
        with self._open() as db:
            db.executescript(_TABLES)

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            db.execute("PRAGMA synchronous=FULL")
            yield db
        finally:
            db.close()

    @contextlib.contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody comes between."""
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    def use(self, nonce: str) -> bool:
        """Whether this answer comes for the first time; from now on it does not."""
        with self._change() as db:
            db.execute("DELETE FROM used WHERE at < ?", (time.time() - _KEEP_USED,))
            return db.execute("INSERT OR IGNORE INTO used VALUES (?, ?)", (nonce, time.time())).rowcount == 1

    def know(self, platform: str, subject: str, learner: str, known: set[str]) -> None:
        """Remember that the platform's person is this learner, for good.

        An address in a profile can be changed by whose profile it is; this keeps a learner's place theirs all the same.

        Parameters
        ----------
        known : set of str
            All learners of the roster: who is no longer there gives way.

        Raises
        ------
        Refused
            When the learner is another person already, or the person another learner.
        """
        with self._change() as db:
            for other, who in db.execute(
                "SELECT subject, learner FROM person WHERE platform = ? AND (subject = ? OR learner = ?)",
                (platform, subject, learner),
            ).fetchall():
                if (other, who) == (subject, learner):
                    return
                if who in known:
                    before = "you were" if other == subject else "somebody else is"
                    raise Refused(
                        f"you come as {learner}, but {before} {who} here before: ask your teacher, who can undo that "
                        f"(qtrain hub DIR moodle --forget {who})"
                    )
                db.execute("DELETE FROM person WHERE platform = ? AND subject = ?", (platform, other))
            db.execute("INSERT INTO person VALUES (?, ?, ?)", (platform, subject, learner))

    def forget(self, learner: str) -> bool:
        """Let the learner come as another person of the platform; False if they never came."""
        with self._change() as db:
            db.execute("DELETE FROM enrolment WHERE learner = ?", (learner,))
            return db.execute("DELETE FROM person WHERE learner = ?", (learner,)).rowcount > 0

    def enrol(self, learner: str, course: str) -> None:
        """Remember that the learner comes from this course of the platform."""
        with self._change() as db:
            db.execute("INSERT OR IGNORE INTO enrolment VALUES (?, ?)", (learner, course))

    def open_column(self, course: str, release: str, address: str, scopes: tuple[str, ...]) -> None:
        """Remember where the grades of a release go in this course; the newest place counts."""
        with self._change() as db:
            db.execute(
                "INSERT OR REPLACE INTO line_item VALUES (?, ?, ?, ?)", (course, release, address, json.dumps(scopes))
            )

    def columns(self, platform: str, release: str) -> dict[str, list[Column]]:
        """From learner to where their grade for the release goes: a place in each course that they came from."""
        found: dict[str, list[Column]] = {}
        with self._open() as db:
            for learner, subject, address, scopes in db.execute(
                "SELECT learner, subject, address, scopes FROM person JOIN enrolment USING (learner) "
                "JOIN line_item USING (course) WHERE platform = ? AND release = ? ORDER BY learner, course",
                (platform, release),
            ):
                found.setdefault(learner, []).append(Column(learner, subject, address, tuple(json.loads(scopes))))
        return found

    def begin(self, column: Column, content: str) -> int | None:
        """The time stamp with which a score has to be sent, in whole seconds; None if it has arrived before.

        The same score keeps its stamp until it has arrived, so that it may be sent again when nobody knows whether it
        did; another one gets a later stamp, whatever the clock says.
        """
        with self._change() as db:
            row = db.execute(
                "SELECT content, stamp, arrived FROM score WHERE address = ? AND subject = ?",
                (column.address, column.subject),
            ).fetchone()
            if row and row[0] == content:
                return None if row[2] else row[1]
            stamp = max(int(time.time()), row[1] + 1 if row else 0)
            db.execute(
                "INSERT OR REPLACE INTO score VALUES (?, ?, ?, ?, 0)", (column.address, column.subject, content, stamp)
            )
            return stamp

    def end(self, column: Column, stamp: int, arrived: bool) -> None:
        """The score with this stamp has arrived; or it was refused, and the next try takes a new stamp."""
        with self._change() as db:
            db.execute(
                "UPDATE score SET arrived = ?, content = CASE WHEN ? THEN content ELSE '' END "
                "WHERE address = ? AND subject = ? AND stamp = ?",
                (arrived, arrived, column.address, column.subject, stamp),
            )


def of(folder: Path) -> Ledger:
    """The ledger of the class in this folder."""
    return Ledger(Path(folder, "hub", "lti.sqlite"))
