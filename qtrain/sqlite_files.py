"""What every SQLite file of ours needs when it is locked, damaged or newer than this qtrain."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

WAIT_S = 10.0
COMPANIONS = ("-journal", "-wal", "-shm")


class Newer(sqlite3.OperationalError):
    """The file was made by a newer qtrain: it is sound, and stays as it is."""


def version(connection: sqlite3.Connection) -> int:
    """The schema that the file says it has; 0 for an empty one."""
    return connection.execute("PRAGMA user_version").fetchone()[0]


def passing(problem: Exception) -> bool:
    """Whether the file itself is sound: locked, not writable, no disk, or made by a newer qtrain."""
    if isinstance(problem, Newer):
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


def set_aside(path: Path) -> Path:
    """Rename a file that cannot be used, with its journals; returns its new place."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    number, aside = 1, path.with_name(f"{path.stem}.aside-{stamp}.sqlite")
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.stem}.aside-{stamp}-{number}.sqlite")
    path.rename(aside)
    for end in COMPANIONS:
        companion = path.with_name(path.name + end)
        if companion.exists():
            companion.rename(aside.with_name(aside.name + end))
    return aside


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """A lock between processes on any system: an exclusive transaction in an empty database of its own."""
    connection = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
    try:
        connection.execute("BEGIN EXCLUSIVE")
        yield
    finally:
        connection.close()
