"""Who is learning, and where: found from the folder that a notebook runs in."""

from __future__ import annotations

import json
import os
from pathlib import Path

HOME = ".qtrain"


def learner_folder(start: Path | None = None) -> Path | None:
    """The learner's copy of the course that `start` (or the working directory) lies in: it holds ``.qtrain/``."""
    for folder in _upwards(start):
        if (folder / HOME).is_dir():
            return folder
    return None


def learner(start: Path | None = None) -> str:
    """Whose variants to show: ``QTRAIN_LEARNER``, else what a release or the learner's folder says, else ``""``."""
    if name := os.environ.get("QTRAIN_LEARNER"):
        return name
    for folder in _upwards(start):
        for file in (folder / "release.json", folder / HOME / "learner.json"):
            if name := _named(file):
                return name
    return ""


def feedback(start: Path | None = None) -> bool:
    """Whether a check may say at once if an answer is right; an exam's ``release.json`` says no."""
    return all(_read(folder / "release.json").get("feedback", True) for folder in _upwards(start))


def _upwards(start: Path | None):
    try:
        here = (start or Path.cwd()).resolve()
    except OSError:  # the working directory was removed under a running notebook
        return []
    return [here, *here.parents]


def _named(file: Path) -> str:
    name = _read(file).get("learner")
    return name if isinstance(name, str) else ""


def _read(file: Path) -> dict:
    # A file of that name may be anyone's, and may be broken: then it says nothing.
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
