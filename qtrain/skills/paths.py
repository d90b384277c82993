"""Paths by role: which lessons in which order, how long they take, what the role needs and what is not reached yet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from qtrain.course.errors import CourseError

from .competences import AREAS, FOLDER, Tags, tags

if TYPE_CHECKING:
    from qtrain.course import Course, Lesson


@dataclass(frozen=True)
class Role:
    """A role and what it needs.

    Attributes
    ----------
    id, name, aim : str
        ``"R2"``, ``"technician"``, and why somebody learns for it.
    can : tuple of str
        What somebody in the role can do.
    path : tuple of str
        Lessons and problem sets in order, written or planned.
    on_trust : tuple of str
        What the path's lessons build on and this role does not work through.
    target : dict of str to str
        The level that it needs in each area of CFQT.
    codes : tuple of str
        The subdomains of CFQT that it needs.
    planned : dict of str to str
        From an area or a code that the written lessons do not reach to the lesson that will close it.
    task : str
        The module of its performance task in the bank ``tasks``; "" while there is none.
    """

    id: str
    name: str
    aim: str
    can: tuple[str, ...]
    path: tuple[str, ...]
    on_trust: tuple[str, ...]
    target: dict[str, str]
    codes: tuple[str, ...]
    planned: dict[str, str]
    task: str

    @property
    def slug(self) -> str:
        """Its name as a file's: ``software-developer``."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")

    @property
    def triple(self) -> str:
        """Its target as ``A2/B1/A1``."""
        return "/".join(self.target[area] for area in AREAS)


@dataclass(frozen=True)
class Step:
    """One lesson or problem set of a path; `lesson` is None while it is only planned."""

    id: str
    title: str
    lesson: Lesson | None = None

    @property
    def minutes(self) -> int:
        """What it says it takes; 0 while it is only planned."""
        return self.lesson.minutes if self.lesson else 0


@lru_cache(maxsize=1)
def roles() -> tuple[Role, ...]:
    """The eight roles."""
    import yaml

    told = yaml.safe_load((FOLDER / "roles.yml").read_text(encoding="utf-8"))["roles"]
    return tuple(
        Role(
            one["id"],
            one["name"],
            one["aim"],
            tuple(one["can"]),
            tuple(one["path"].split()),
            tuple(one["on trust"].split()),
            one["target"],
            tuple(one["codes"].split()),
            one["planned"],
            one["task"],
        )
        for one in told
    )


def role(name: str) -> Role:
    """The role called so: its id, its name, or the beginning of its name.

    Raises
    ------
    CourseError
        Where none, or more than one, is called so.
    """
    wanted = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    whole = [one for one in roles() if wanted in (one.id.lower(), one.slug)]
    begun = [one for one in roles() if wanted and one.slug.startswith(wanted)]
    found = whole or begun
    if len(found) == 1:
        return found[0]
    said = f"{name!r} is the beginning of several roles" if found else f"There is no role {name!r}"
    raise CourseError(f"{said}. The roles are: {', '.join(one.name for one in found or roles())}.")


def planned_titles(course: Course) -> dict[str, str]:
    """From each lesson of the whole plan to its title; empty where the course comes without its plan."""
    plan = course.root / "book" / "curriculum.yml"
    return _titles(plan, plan.stat().st_mtime_ns) if plan.is_file() else {}


@lru_cache(maxsize=4)  # a page about roles asks two dozen times
def _titles(plan: Path, changed: int) -> dict[str, str]:
    import yaml

    modules = yaml.safe_load(plan.read_text(encoding="utf-8"))["modules"]
    return {str(number): title for module in modules for number, title in module["lessons"]}


def steps(course: Course, role: Role) -> list[Step]:
    """The path's lessons and problem sets in order, those that are written with their notebook."""
    titles, written = planned_titles(course), {document.id: document for document in course.documents}
    made = []
    for name in role.path:
        lesson = written.get(name)
        planned = f"Problems of module {name.partition('.')[0]}" if name.endswith(".P") else titles.get(name, "")
        title = (lesson.called if lesson.is_problem_set else lesson.title) if lesson else planned
        made.append(Step(name, title, lesson))
    return made


def reached(course: Course, role: Role) -> Tags:
    """What the written lessons of the path claim together."""
    found = Tags((), {})
    for step in steps(course, role):
        if step.lesson:
            found |= tags(step.lesson)
    return found


def missing(course: Course, role: Role) -> dict[str, str]:
    """What the role needs and the written lessons do not reach: from area or code to the lesson that will close it.

    A value of "" means that nothing is planned for it.
    """
    there = reached(course, role)
    areas = [area for area in AREAS if there.levels.get(area, "") < role.target[area]]
    codes = [code for code in role.codes if code not in there.codes]
    return {name: role.planned.get(name, "") for name in (*areas, *codes)}


def trusted(step: Step, role: Role) -> tuple[str, ...]:
    """What a lesson builds on and this role takes on trust."""
    needs = step.lesson.prerequisites if step.lesson else ()
    return tuple(name for name in needs if name in role.on_trust and name not in role.path)


def hours(minutes: int) -> str:
    """Minutes as people say them: ``45 min``, ``10 h``."""
    return f"{minutes} min" if minutes < 60 else f"{(minutes + 30) // 60} h"
