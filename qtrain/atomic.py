"""Files that are there whole or not at all: written beside their place, then renamed into it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO


@contextlib.contextmanager
def beside(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """A new path beside `path` to write to; it takes that place when the block ends well, and goes when it does not.

    Parameters
    ----------
    path : Path
        Its folder is made when missing.
    durable : bool
        Also wait until the file is on the disk: for what cannot be made anew.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own for each writer: two processes that write the same file do not meet.
    new = path.with_name(f".{path.name[:40]}-{secrets.token_hex(6)}.new")
    try:
        yield new
        if durable:
            with open(new, "rb+") as file:
                os.fsync(file.fileno())
        os.replace(new, path)
        if durable:
            sync_folder(path.parent)
    finally:
        new.unlink(missing_ok=True)


def write(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Write a whole file, text as UTF-8 with its line ends as they are."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    with beside(path, durable=durable) as new:
        new.write_bytes(data)


def write_json(path: Path, value, *, durable: bool = False) -> None:
    """Write `value` as JSON for people and machines."""
    write(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n", durable=durable)


@contextlib.contextmanager
def text_file(path: Path, encoding: str = "utf-8") -> Iterator[TextIO]:
    """A text file to write into bit by bit, which takes the place of the one at `path` when all went well."""
    with beside(path) as new, open(new, "w", encoding=encoding, errors="replace", newline="") as file:
        yield file


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    if hasattr(os, "O_DIRECTORY"):  # Windows has none, and renames durably
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
