"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from pathlib import Path


def write(path: Path, content: str | bytes, *, durable: bool = False) -> None:
    """Write a file by way of another one beside it, so that nobody ever sees half of it.

    Parameters
    ----------
    path : Path
    content : str or bytes
    durable : bool
        Also wait until it is on the disk: for what cannot be made anew.
    """
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    try:
        with open(fd, "wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
        if durable:
            _sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def write_json(path: Path, value, *, durable: bool = False) -> None:
    """Write `value` as JSON for people and machines."""
    write(path, json.dumps(value, ensure_ascii=False, indent=1) + "\n", durable=durable)


@contextlib.contextmanager
def whole(path: Path):
    """A text file to write into, which takes the place of the one at `path` when all went well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fd, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}-")
    try:
        with open(fd, "w", encoding="utf-8", errors="replace", newline="") as file:
            yield file
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _sync_folder(folder: Path) -> None:
    if hasattr(os, "O_DIRECTORY"):
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
