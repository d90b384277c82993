"""What a link can lead to, lessons and releases, and where that is in a learner's JupyterLab."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from qtrain.classroom.database import ClassDatabase
from qtrain.classroom.releases import Release, Releases
from qtrain.course import CourseError, load

from .errors import LtiError

RELEASED = "released"  # the folder in a learner's copy that their server puts releases into


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
    opened : bool
        Whether learners have it already; a link may be made before.
    """

    kind: str
    name: str
    title: str
    path: str
    of: float = 0.0
    opened: bool = True

    @property
    def key(self) -> str:
        """The two words that mean it."""
        return f"{self.kind}={self.name}"


def groups(folder: Path) -> list[tuple[str, list[Place]]]:
    """All that can be linked, under headings: this class's releases, then the lessons by module."""
    released = Releases(folder, ClassDatabase(folder)).all()
    listed = [("Released problem sets", [_of_release(one) for one in released.values()])]
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
    found = Releases(folder, ClassDatabase(folder)).all().get(name)
    if found is None:
        raise LtiError(f"this link leads nowhere: there is no release {name!r} in this class")
    return _of_release(found)


def address(place: Place, base_url: str) -> str:
    """Where the hub sends whoever is signed in to see it."""
    return f"{base_url}user-redirect/lab/tree/{quote(place.path)}"


def _of_release(one: Release) -> Place:
    asked = one.manifest
    path = f"{RELEASED}/{one.name}/{asked.stem}.ipynb"
    return Place("release", one.name, asked.title, path, asked.of, one.opened)


def _of_lesson(lesson) -> Place:
    return Place("lesson", lesson.id, f"{lesson.id} · {lesson.title}", f"{lesson.folder}/{lesson.stem}.ipynb")
