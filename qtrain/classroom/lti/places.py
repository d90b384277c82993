"""What a link can lead to, lessons and releases, and where that is in a learner's JupyterLab."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from qtrain.course import CourseError, load
from qtrain.grading import manifest
from qtrain.grading.errors import GradingError

from .errors import LtiError

_RELEASED = "released"  # the folder in a learner's copy that releases come into


@dataclass(frozen=True)
class Place:
    """Something to link.

    Attributes
    ----------
    kind, name : str
        ("lesson", "1.4") or ("release", "ps1").
    title : str
    path : str
        Of its notebook in the learner's folder.
    of : float
        The points that there are; 0 where nothing is graded.
    """

    kind: str
    name: str
    title: str
    path: str
    of: float = 0.0

    @property
    def key(self) -> str:
        """The two words that mean it."""
        return f"{self.kind}={self.name}"


def groups(folder: Path) -> list[tuple[str, list[Place]]]:
    """All that can be linked, under headings: what this class has released, then the lessons by module."""
    graded = [
        (found, path)
        for path in sorted((Path(folder) / "releases").glob(f"*/{manifest.NAME}"))
        if (found := _release(path))
    ]
    listed = [("Released problem sets", [_of_release(path.parent.name, found) for found, path in graded])]
    for module in load().modules:
        listed.append((f"{module.number} · {module.title}", [_of_lesson(lesson) for lesson in module.lessons]))
    return [(title, places) for title, places in listed if places]


def find(folder: Path, kind: str, name: str) -> Place:
    """The lesson or release of this name.

    Raises
    ------
    LtiError
    """
    if kind == "lesson":
        try:
            return _of_lesson(load().lesson(name))
        except CourseError as error:
            raise LtiError(f"this link leads nowhere: {error}") from None
    path = Path(folder) / "releases" / name / manifest.NAME
    # A name, not a path: what comes in a link must not leave the folder.
    found = _release(path) if Path(name).name == name and path.is_file() else None
    if found is None:
        raise LtiError(f"{name!r} is not handed out in this class, or not yet: ask your teacher")
    return _of_release(name, found)


def address(place: Place, base_url: str) -> str:
    """Where the hub sends whoever is signed in to see it."""
    return f"{base_url}user-redirect/lab/tree/{quote(place.path)}"


def _release(path: Path) -> manifest.Manifest | None:
    try:
        return manifest.load(path)
    except GradingError:  # `qtrain release` writes it first and whole: what is broken here was never one
        return None


def _of_release(name: str, found: manifest.Manifest) -> Place:
    return Place("release", name, found.title, f"{_RELEASED}/{name}/{found.stem}.ipynb", found.of)


def _of_lesson(lesson) -> Place:
    return Place("lesson", lesson.id, f"{lesson.id} · {lesson.title}", f"{lesson.folder}/{lesson.stem}.ipynb")
