"""The course with the solutions of its problem sets, from which a class's releases are made and graded.

Learners' programs run in the environment that serves them, so what it holds they can read. There the course is without
solutions; the instructor's part lies beside the environment. The class's copy of it is root's, and the hub's to read.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from qtrain.classroom.settings import Settings
from qtrain.course.course import TOC, find_root

FOLDER = "course"
PARTS = ("notebooks", "exercises", "tasks", "book/_toc.yml", "book/curriculum.yml")


def source() -> Path:
    """The instructor's part, in a folder named like the environment and ``-teacher``; else what is installed here."""
    beside = Path(f"{sys.prefix}-teacher", "qtrain_teach", "_course")
    return beside if (beside / TOC).is_file() else find_root()


def bring(told: Settings) -> None:
    """Copy it into the class's folder: the whole of it, or none."""
    root, place = source(), told.folder / FOLDER
    new, old = place.with_name(f".{FOLDER}.new"), place.with_name(f".{FOLDER}.old")
    for folder in (new, old):
        shutil.rmtree(folder, ignore_errors=True)
    new.mkdir(mode=0o700)
    for part in PARTS:
        if (root / part).is_dir():
            shutil.copytree(root / part, new / part, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
        elif (root / part).exists():
            (new / part).parent.mkdir(exist_ok=True)
            shutil.copyfile(root / part, new / part)
    for path in [new, *new.rglob("*")]:
        os.chown(path, 0, told.hub_uid)
        path.chmod(0o750 if path.is_dir() else 0o640)
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def option(folder: Path) -> list[str]:
    """How `qtrain release` and `qtrain grade` are told of it; nothing where the class has none."""
    place = Path(folder) / FOLDER
    return [f"--course={place}"] if (place / TOC).is_file() else []
