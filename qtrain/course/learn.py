"""``qtrain learn``: write or renew the learner's copy of the course and open it in JupyterLab."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from .course import TOC, find_root, load
from .edition import FRONT, edition
from .errors import CourseError
from .identity import HOME, learner_folder
from .lab import serve
from .shelf import enrol, stock


def default_folder() -> Path:
    """The copy that lies around here, else ``learn`` in a checkout that one works in, else ``qtrain`` in one's home."""
    if (found := learner_folder()) is not None:
        return found
    root = find_root()
    here = Path.cwd().resolve()
    if root.name != "_course" and (root / "pyproject.toml").is_file() and here.is_relative_to(root.resolve()):
        return root / "learn"
    return Path.home() / "qtrain"


def add_arguments(parser):
    """Arguments of `qtrain learn`."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="where your copy is or shall be (default: ~/qtrain; in a checkout: learn)",
    )
    parser.add_argument("--no-lab", action="store_true", help="only write or renew the copy; do not start JupyterLab")
    parser.add_argument("--port", type=int, help="of JupyterLab (default: the first free one from 8888)")
    parser.add_argument("--name", help="your name, for feedback that addresses you")


def run(args) -> int:
    """Renew the copy, then serve it."""
    try:
        folder = (args.folder or default_folder()).expanduser().resolve()
        renew(folder, args.name)
        return 0 if args.no_lab else serve(folder, FRONT, args.port)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1


def renew(folder: Path, name: str | None = None) -> None:
    """Write or renew the copy in a folder, and print what happened to it.

    Raises
    ------
    CourseError
        With a way out, when the folder cannot be used or a notebook of the course is broken. What was there stays.
    """
    if (folder / TOC).is_file():
        raise CourseError(
            f"{folder} is a checkout of the course itself. Give your copy a folder of its own: "
            f"qtrain learn {folder / 'learn'}"
        )
    files = edition(load())
    try:
        (folder / HOME).mkdir(parents=True, exist_ok=True)
        enrol(folder, name)
        report = stock(folder, files)
    except OSError as error:
        raise CourseError(_way_out(error, folder)) from None
    print(f"{folder}:")
    for line in report.lines():
        print(f"  {line}")


def _way_out(error: OSError, folder: Path) -> str:
    where = error.filename or folder
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"qtrain may not write {where}. Choose a folder of your own, as in: qtrain learn {Path.home() / 'qtrain'}"
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk of {folder} is full. Free some space (50 MB are enough for the course), or choose a folder "
            "on another disk: qtrain learn DIR. Nothing of yours was changed."
        )
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return f"{where} is a file, not a folder. Choose another name: qtrain learn DIR"
    return f"qtrain cannot write {where}: {os.strerror(error.errno) if error.errno else error}. Choose another folder."
