"""Jupyter's saves, whole or not at all: written beside, flushed to the disk, renamed.

Jupyter's own "atomic" writing empties the file before it writes it. A cut in the middle leaves a broken notebook and a
copy that nobody puts back; a full disk loses both.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from anyio.to_thread import run_sync
from jupyter_server.services.contents.filecheckpoints import AsyncFileCheckpoints
from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError

from qtrain import atomic

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextlib.contextmanager
def whole(path: str | Path, text: bool = True, encoding: str = "utf-8", log=None, **options) -> Iterator:
    """A file to write into, which takes the place of the one at `path` when all of it is on the disk.

    Takes the arguments of `jupyter_server.services.contents.fileio.atomic_writing`. What a symbolic link leads to is
    written, and the file keeps its mode.
    """
    place = Path(os.path.realpath(path))
    mode = stat.S_IMODE(place.stat().st_mode) if place.exists() else None
    if mode is not None and not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    how = {"mode": "w", "encoding": encoding, "newline": "\n"} if text else {"mode": "wb"}
    if mode is not None and not os.access(place.parent, os.W_OK):  # nothing can be written beside it
        with open(place, **{**how, **options}) as file:
            yield file
        return
    with atomic.beside(place, durable=True) as new:
        with open(new, **{**how, **options}) as file:
            yield file
        if mode is not None:
            new.chmod(mode)


@contextlib.contextmanager
def told(what: str) -> Iterator[None]:
    """A full disk as a sentence that JupyterLab shows."""
    try:
        yield
    except OSError as problem:
        if problem.errno not in _FULL:
            raise
        said = f"The disk or your share of it is full: {what} Delete what you do not need, and save again."
        raise HTTPError(507, said) from None


class WholeCheckpoints(AsyncFileCheckpoints):
    """Checkpoints that come and come back whole."""

    async def _copy(self, src, dest):
        with told("your notebook is saved, only its checkpoint is not."):
            await run_sync(_copied, src, dest)


class WholeFiles(AsyncLargeFileManager):
    """Jupyter's contents manager with saves that survive a cut and a full disk."""

    def _checkpoints_class_default(self):
        return WholeCheckpoints

    @contextlib.contextmanager
    def atomic_writing(self, os_path, *args, **kwargs):
        """As in `FileManagerMixin`."""
        before = "nothing was saved, and the file is as it was before. Keep this page open."
        with self.perm_to_403(os_path), told(before), whole(os_path, *args, **kwargs) as file:
            yield file


def _copied(source: str, target: str) -> None:
    with open(source, "rb") as old, whole(target, text=False) as new:
        shutil.copyfileobj(old, new)
    with contextlib.suppress(OSError):  # times and mode are a nicety, as in Jupyter's own copying
        shutil.copystat(source, target)
