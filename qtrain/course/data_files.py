"""The files that a notebook's cells read, those in ``data`` beside it: whoever takes a notebook elsewhere takes them
along."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from qtrain import atomic

from .errors import CourseError

FOLDER = "data"
_NAMED = re.compile(rf"[\"'/]{FOLDER}[\"'/]")


def data_paths(folder: Path) -> dict[str, Path]:
    """From paths in a notebook's folder to the files; the scripts that made them are no data."""
    found = sorted(path for path in (folder / FOLDER).rglob("*") if path.is_file() and path.suffix != ".py")
    return {path.relative_to(folder).as_posix(): path for path in found}


def together(documents: Iterable) -> dict[str, bytes]:
    """What the cells of all these documents find, if they lie in one folder.

    Raises
    ------
    CourseError
        When two of them mean different files by one name.
    """
    found: dict[str, bytes] = {}
    for folder in dict.fromkeys(document.path.parent for document in documents):
        for name, path in data_paths(folder).items():
            content = path.read_bytes()
            if found.setdefault(name, content) != content:
                raise CourseError(f"{path} has the name of another file that is to lie in the same folder: rename one.")
    return found


def put(files: Mapping[str, bytes], folder: Path) -> None:
    """Write such files into a folder, those that are not there as they are."""
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            atomic.write(path, content)


def names_data(notebook: dict) -> bool:
    """Whether a code cell of a notebook names the folder, so that it runs only where the files lie beside it."""
    return any(cell["cell_type"] == "code" and _NAMED.search("".join(cell["source"])) for cell in notebook["cells"])
