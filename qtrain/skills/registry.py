"""What an institution has issued and revoked, in one file that stays with its private keys.

It gives every badge an id and a place on the status list, keeps the signed badge, so that it can be handed out again,
and lets nobody have the same badge twice.
"""

from __future__ import annotations

import secrets
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .card import stamp
from .errors import BadgeError

FILE = "registry.sqlite"
SIZE = 131_072  # places on a status list: the least that the standard allows, so that a place tells nothing
TABLE = """
CREATE TABLE IF NOT EXISTS badge (
  id TEXT PRIMARY KEY,
  place INTEGER NOT NULL UNIQUE,
  learner TEXT NOT NULL,
  about TEXT NOT NULL,
  title TEXT NOT NULL,
  evidence TEXT NOT NULL,
  issued TEXT NOT NULL,
  document TEXT NOT NULL,
  token TEXT NOT NULL,
  svg BLOB NOT NULL,
  png BLOB NOT NULL,
  revoked TEXT NOT NULL DEFAULT '',
  why TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS once ON badge (learner, about) WHERE revoked = '';
"""
COLUMNS = "id, place, learner, about, title, evidence, issued, document, token, svg, png, revoked, why"


@dataclass(frozen=True)
class Issued:
    """A badge that was issued.

    Attributes
    ----------
    id : str
        ``urn:uuid:…``
    place : int
        On the status list.
    learner, about, title : str
        Whose it is, in the institution's own words, and what it is about.
    evidence : str
        What it was issued for, so that a change is seen.
    issued : str
        A stamp.
    document, token : str
        The signed badge, with the proof in the document and as a token.
    svg, png : bytes
        Its pictures, with the badge in them.
    revoked, why : str
        When and why; "" while it is valid.
    """

    id: str
    place: int
    learner: str
    about: str
    title: str
    evidence: str
    issued: str
    document: str
    token: str
    svg: bytes
    png: bytes
    revoked: str = ""
    why: str = ""


class Registry:
    """The file in an institution's private folder.

    Parameters
    ----------
    folder : Path
        The private folder.
    """

    def __init__(self, folder: Path):
        self.path = Path(folder) / FILE

    @classmethod
    def begin(cls, folder: Path) -> Registry:
        """Make an empty one, with the keys."""
        made = cls(folder)
        with closing(sqlite3.connect(made.path)) as connection:
            connection.executescript(TABLE)
        return made

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        if not self.path.is_file():  # an empty one in its place would forget what was revoked
            raise BadgeError(f"{self.path} is not there: it lists what you have issued; put it back from your backup.")
        try:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            try:
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.close()
        except sqlite3.Error as error:
            raise BadgeError(
                f"{self.path} cannot be used ({error}): it lists what you have issued; put it back from your backup."
            ) from None

    def issue(self, learner: str, about: str, make: Callable[[str, int], Issued], now: datetime, again: str) -> Issued:
        """The learner's badge: the one that is there, or a new one; committed before anybody gets it.

        Parameters
        ----------
        make : function
            From an id and a place on the status list to the signed badge.
        again : str
            Why one that is there is revoked and a new one is made; "": it stays.
        """
        with self._open() as connection:
            found = _one(connection, "learner = ? AND about = ? AND revoked = ''", learner, about)
            if found and not again:
                return found
            if found:
                _revoke(connection, found.id, again, now)
            taken = {place for (place,) in connection.execute("SELECT place FROM badge")}
            if len(taken) >= SIZE:
                raise BadgeError(f"this institution has issued {SIZE} badges, all that its status list has places for.")
            place = secrets.randbelow(SIZE)
            while place in taken:
                place = secrets.randbelow(SIZE)
            made = make(uuid.uuid4().urn, place)
            marks = ", ".join("?" * len(COLUMNS.split(",")))
            values = [getattr(made, name) for name in COLUMNS.split(", ")]
            connection.execute(f"INSERT INTO badge ({COLUMNS}) VALUES ({marks})", values)
            return made

    def find(self, learner: str, about: str) -> Issued | None:
        """The valid badge of a learner, None where there is none."""
        with self._open() as connection:
            return _one(connection, "learner = ? AND about = ? AND revoked = ''", learner, about)

    def all(self) -> list[Issued]:
        """All that was ever issued, oldest first."""
        with self._open() as connection:
            return [Issued(*row) for row in connection.execute(f"SELECT {COLUMNS} FROM badge ORDER BY issued, id")]

    def revoke(self, which: str, why: str, now: datetime) -> Issued:
        """Revoke a badge, by its id or the beginning of it.

        Raises
        ------
        BadgeError
            Where none or several are meant, or it is revoked already.
        """
        if not why.strip():
            raise BadgeError("say why it is revoked; the reason stays in your registry.")
        wanted = which.strip().removeprefix("urn:uuid:")
        with self._open() as connection:
            every = [Issued(*row) for row in connection.execute(f"SELECT {COLUMNS} FROM badge")]
            found = [one for one in every if wanted and one.id.removeprefix("urn:uuid:").startswith(wanted)]
            if len(found) != 1:
                meant = "no badge of yours" if not found else f"{len(found)} badges"
                raise BadgeError(
                    f"{which!r} means {meant}: give its id as it stands on it; `qtrain badge list` has all."
                )
            if found[0].revoked:
                raise BadgeError(f"{found[0].id} was revoked on {found[0].revoked[:10]} already: {found[0].why}")
            _revoke(connection, found[0].id, why.strip(), now)
            return found[0]

    @contextmanager
    def revoked_places(self) -> Iterator[list[int]]:
        """The places of all revoked badges; while they are used, nobody else revokes or publishes."""
        with self._open() as connection:
            yield [place for (place,) in connection.execute("SELECT place FROM badge WHERE revoked != ''")]


def _one(connection: sqlite3.Connection, where: str, *values) -> Issued | None:
    row = connection.execute(f"SELECT {COLUMNS} FROM badge WHERE {where}", values).fetchone()
    return row and Issued(*row)


def _revoke(connection: sqlite3.Connection, badge: str, why: str, now: datetime) -> None:
    connection.execute("UPDATE badge SET revoked = ?, why = ? WHERE id = ?", (stamp(now), why, badge))
