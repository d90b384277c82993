"""A folder as one anonymous file: how a confined child gets a copy of its working folder."""

from __future__ import annotations

import json
import os
import stat

from qtrain.kernels.policy import KernelError

MAX_FILES = 2000


def pack(folder, limit: int | None) -> int:
    """A file descriptor with the regular files below `folder`; symbolic links and special files are left out.

    Raises `KernelError` when they take more than `limit` bytes or there are more than `MAX_FILES`.
    """
    packed = os.memfd_create("scratch", os.MFD_CLOEXEC)
    try:
        total = count = 0
        for parent, folders, files, parent_fd in os.fwalk(folder, onerror=_refuse):
            folders[:] = [name for name in folders if name not in (".git", ".venv", "__pycache__", "node_modules")]
            below = os.path.relpath(parent, folder)
            for name in [*files, *folders]:
                info = os.stat(name, dir_fd=parent_fd, follow_symlinks=False)
                path = os.path.normpath(os.path.join(below, name))
                count += 1
                if stat.S_ISDIR(info.st_mode):
                    _write(packed, path, -1)
                elif stat.S_ISREG(info.st_mode):
                    total += info.st_size
                    if limit is not None and total > limit:
                        raise KernelError(f"{folder} holds more than the {limit} bytes that a confined child may have")
                    with open(os.open(name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=parent_fd), "rb") as file:
                        content = file.read(info.st_size)
                    _write(packed, path, len(content), content)
                if count > MAX_FILES:
                    raise KernelError(f"{folder} holds more than {MAX_FILES} files")
        os.lseek(packed, 0, os.SEEK_SET)
    except BaseException:
        os.close(packed)
        raise
    return packed


def _refuse(error: OSError) -> None:
    raise KernelError(f"{error.filename} can't be read: {error.strerror}")


def _write(fd: int, path: str, size: int, content: bytes = b"") -> None:
    with open(fd, "ab", closefd=False) as file:
        file.write(json.dumps([path, size]).encode() + b"\n" + content)


def unpack(packed: int, folder: str) -> None:
    """Write what `pack` gathered below `folder`."""
    with open(packed, "rb") as file:
        while line := file.readline():
            path, size = json.loads(line)
            target = os.path.join(folder, path)
            if size < 0:
                os.makedirs(target, exist_ok=True)
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "wb") as copy:
                copy.write(file.read(size))
