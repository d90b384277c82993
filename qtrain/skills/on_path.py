"""``qtrain path``: the lessons for a role in order, with honest hours, and what is left of them for this learner."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import paths
from .paths import Role, Step

if TYPE_CHECKING:
    from qtrain.course import Course


@dataclass(frozen=True)
class Standing:
    """Where a learner stands on a path.

    Attributes
    ----------
    role : Role
    steps : tuple of Step
    shares : dict of str to float
        From each written step to the share of its exercises that is done, 0 to 1.
    """

    role: Role
    steps: tuple[Step, ...]
    shares: dict[str, float]

    @property
    def written(self) -> list[Step]:
        """The steps that can be worked through today."""
        return [step for step in self.steps if step.lesson]

    @property
    def done(self) -> int:
        """How many of them are done whole."""
        return sum(self.shares[step.id] == 1 for step in self.written)

    @property
    def minutes(self) -> int:
        """What the written steps take."""
        return sum(step.minutes for step in self.written)

    @property
    def minutes_left(self) -> int:
        """What is left of them: each step's minutes by the share of its exercises that is open."""
        return round(sum(step.minutes * (1 - self.shares[step.id]) for step in self.written))

    @property
    def next(self) -> Step | None:
        """The first step that is not done whole; None when all are."""
        return next((step for step in self.written if self.shares[step.id] < 1), None)


def standing(course: Course, role: Role, done) -> Standing:
    """Where somebody stands who has done these exercises.

    Parameters
    ----------
    course : Course
    role : Role
    done : collection of str
        Ids of exercises.
    """
    steps, shares = paths.steps(course, role), {}
    for step in steps:
        if step.lesson:
            asked = list(step.lesson.cells)
            # A lesson without exercises can only be read: nobody can tell from a record whether it was.
            shares[step.id] = sum(name in done for name in asked) / len(asked) if asked else 0.0
    return Standing(role, tuple(steps), shares)


def done_in(folder: Path) -> tuple[set[str], list[str]]:
    """The exercises that a learner's record has as done, and notes on the record."""
    from .record import Record

    with Record(folder) as record:
        return {name for name, found in record.standings().items() if found.done}, record.notes


def overview(found: list[Standing]) -> str:
    """The roles with their hours, for a terminal."""
    width = max(len(one.role.name) for one in found)
    lines = []
    for one in found:
        planned = len(one.steps) - len(one.written)
        told = f"{len(one.written):>3} lessons now, {paths.hours(one.minutes):>5}"
        more = f", {planned} more planned" if planned else ""
        went = f"; {one.done} done, {paths.hours(one.minutes_left)} left" if any(one.shares.values()) else ""
        lines.append(f"  {one.role.name:<{width}}  {told}{more}{went}")
    return "\n".join(lines)


def table(found: Standing, course: Course) -> str:
    """One path for a terminal: what the role needs, its lessons in order, what is left, what is not reached yet."""
    role = found.role
    lines = [f"{role.name.capitalize()} ({role.id}): {role.aim}", "You will be able to:"]
    lines += [f"  - {can}" for can in role.can]
    lines += ["", "Lessons in order:"]
    for step in found.steps:
        if step.lesson is None:
            lines.append(f"  ·   {step.id:<5} {step.title}  (planned)".rstrip())
            continue
        share = found.shares[step.id]
        mark = "█" if share == 1 else "▒" if share else "░"
        trusted = paths.trusted(step, role)
        note = f"  (take on trust: {', '.join(trusted)})" if trusted else ""
        went = f", {round(100 * share)} % done" if 0 < share < 1 else ""
        lines.append(f"  {mark}   {step.id:<5} {step.title}  {step.minutes} min{went}{note}")
    lines += ["", _left(found)]
    if gaps := paths.missing(course, role):
        told = ", ".join(f"{_named(name)} (planned: {lesson})" for name, lesson in gaps.items())
        lines.append(
            f"The role needs CFQT level {role.triple} (areas I/II/III). Not reached by the lessons of today: {told}."
        )
    if role.task:
        lines.append("At the end: the performance task of this role, a piece of work that your institution hands out.")
    else:
        lines.append("The performance task of this role is not written yet.")
    return "\n".join(lines)


def _named(name: str) -> str:
    return f"area {name}" if name in ("I", "II", "III") else f"subdomain {name}"


def _left(found: Standing) -> str:
    planned = len(found.steps) - len(found.written)
    left, whole = paths.hours(found.minutes_left), paths.hours(found.minutes)
    told = f"{found.done} of {len(found.written)} done; about {left} of {whole} left."
    step = found.next
    more = f" {planned} planned lessons are not counted." if planned else ""
    go = f" Go on with {step.id} {step.title}." if step else " All that is written of this path is done."
    return f"{told}{more}{go}"


def add_arguments(parser) -> None:
    """Arguments of `qtrain path`."""
    parser.add_argument(
        "role", nargs="?", default="", metavar="ROLE", help="a role, or the beginning of its name (default: list them)"
    )
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="your copy of the course (default: found from here)"
    )


def run(args) -> int:
    """Print the roles, or the path of one."""
    from qtrain.course import CourseError, load
    from qtrain.course.identity import learner_folder
    from qtrain.course.learn import default_folder

    from .record import RecordError

    folder = args.folder or learner_folder() or default_folder()
    if args.folder and not (args.folder / ".qtrain").is_dir():
        print(
            f"{args.folder} is not a learner's copy of the course. Make one with: qtrain learn {args.folder}",
            file=sys.stderr,
        )
        return 1
    try:
        course = load()
        wanted = [paths.role(args.role)] if args.role else list(paths.roles())
        done, notes = done_in(folder) if (folder / ".qtrain").is_dir() else (set(), [])
    except (CourseError, RecordError) as error:
        print(error, file=sys.stderr)
        return 1
    for note in notes:
        print(note, file=sys.stderr)
    found = [standing(course, role, done) for role in wanted]
    if args.role:
        print(table(found[0], course))
    else:
        print(f"The roles, and the lessons for each:\n{overview(found)}\nOne in detail:  qtrain path technician")
    return 0
