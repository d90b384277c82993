"""A cohort at a glance: who is where on which path, which competence is weak in which city; nobody can be made out.

Numbers on fewer than `FEW` people are not shown, and small groups are put together, so that none can be told from the
others by subtraction.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from qtrain.course.errors import CourseError

from . import attainment, paths
from .attainment import Attained
from .on_path import standing

if TYPE_CHECKING:
    from qtrain.course import Course

    from .evidence import Person

FEW = 5
OTHERS, NOWHERE = "other cities", "city not given"
STANDS_OUT = 3.0  # standard errors: the lowest of a dozen lies two below by chance often enough


@dataclass(frozen=True)
class Figure:
    """A mean share of the points, with its denominator; hidden where it would be about too few.

    Attributes
    ----------
    learners : int
        How many it is about.
    mean, error : float
        From 0 to 1, and the standard error of the mean.
    shown : bool
    """

    learners: int
    mean: float = 0.0
    error: float = 0.0
    shown: bool = True

    @classmethod
    def of(cls, shares: Iterable[float], few: int = FEW) -> Figure:
        """From the learners' shares."""
        found = list(shares)
        if len(found) < max(few, 1):
            return cls(len(found), shown=False)
        error = statistics.stdev(found) / sqrt(len(found)) if len(found) > 1 else 0.0
        return cls(len(found), statistics.fmean(found), error)


@dataclass(frozen=True)
class Group:
    """The learners of a city, or of several small ones together.

    Attributes
    ----------
    name : str
    people : tuple of Person
    cities : int
        How many cities are put together here.
    whole : Figure
        All their points.
    outcomes : dict of str to Figure
        From outcome to what they reached.
    programme : dict of str to Figure
        From PEC's code to what they reached.
    weakest : Attained or None
        The outcome with the lowest mean, where it stands out: by more than three standard errors below their whole.
    """

    name: str
    people: tuple[Person, ...]
    cities: int
    whole: Figure
    outcomes: dict[str, Figure]
    programme: dict[str, Figure]
    weakest: Attained | None

    @property
    def graded(self) -> int:
        """How many were graded in something."""
        return sum(bool(person.results) for person in self.people)


@dataclass(frozen=True)
class OnPath:
    """The learners of one path.

    Attributes
    ----------
    role : str
    learners : int
    median : float
        Of the share of the path's hours that is done, 0 to 1.
    begun, finished : int
    shown : bool
    """

    role: str
    learners: int
    median: float
    begun: int
    finished: int
    shown: bool


@dataclass(frozen=True)
class View:
    """What the page shows."""

    groups: list[Group]
    everybody: Group
    paths: list[OnPath]
    texts: dict[str, str]
    few: int
    notes: list[str]


def view(course: Course, people: dict[str, Person], *, default: str = "", few: int = FEW) -> View:
    """Look at a cohort.

    Parameters
    ----------
    course : Course
    people : dict of str to Person
    default : str
        The path of those for whom the roster names none; "": they are on none.
    few : int
        Numbers on fewer people than this are hidden.
    """
    everyone = list(people.values())
    places: dict[str, list[Person]] = {}
    for person in everyone:
        places.setdefault(person.learner.city or person.learner.section or NOWHERE, []).append(person)
    groups = [_group(course, name, members, cities, few) for name, members, cities in together(places, few)]
    on, notes = _paths(course, everyone, default, few)
    whole = _group(course, "all", everyone, len(places), few)
    found = [*attainment.by_outcome(course, everyone), *attainment.by_code(course, everyone)]
    return View(groups, _covered(whole, groups, few), on, {one.code: one.text for one in found}, few, notes)


def together(places: dict[str, list], few: int = FEW) -> list[tuple[str, list, int]]:
    """The cities, with small ones put together: name, learners, and how many cities that is.

    If the small ones together are still too few, the smallest other one joins them: their number would follow from the
    total otherwise.
    """
    large = {name: members for name, members in places.items() if len(members) >= few}
    small = {name: members for name, members in places.items() if len(members) < few}
    while small and large and sum(map(len, small.values())) < few:
        least = min(large, key=lambda name: (len(large[name]), name))
        small[least] = large.pop(least)
    made = [(name, members, 1) for name, members in sorted(large.items(), key=lambda item: item[0].casefold())]
    if small:
        members = [one for group in small.values() for one in group]
        made.append((next(iter(small)) if len(places) == 1 else OTHERS, members, len(small)))
    return made


def _group(course: Course, name: str, members: list[Person], cities: int, few: int) -> Group:
    reached = attainment.by_outcome(course, members)
    totals = []
    for person in members:
        of = sum(result.of for result in person.results.values())
        if of:
            totals.append(sum(result.share * result.of for result in person.results.values()) / of)
    figures = {one.code: Figure.of(one.shares.values(), few) for one in reached}
    whole = Figure.of(totals, few)
    programme = {one.code: Figure.of(one.shares.values(), few) for one in attainment.by_code(course, members)}
    return Group(name, tuple(members), cities, whole, figures, programme, _weakest(reached, figures, whole))


def _weakest(reached: list[Attained], figures: dict[str, Figure], whole: Figure) -> Attained | None:
    shown = [one for one in reached if figures[one.code].shown]
    if not whole.shown or not shown:
        return None
    least = min(shown, key=lambda one: one.mean)
    return least if least.mean + STANDS_OUT * figures[least.code].error < whole.mean else None


def _covered(whole: Group, groups: list[Group], few: int) -> Group:
    """The whole without each figure from which that of a hidden group would follow by subtraction."""

    def safe(figure: Figure, parts: list[Figure]) -> Figure:
        hidden = figure.learners - sum(part.learners for part in parts if part.shown)
        return Figure(figure.learners, shown=False) if 0 < hidden < few else figure

    nothing = Figure(0, shown=False)
    return Group(
        whole.name,
        whole.people,
        whole.cities,
        safe(whole.whole, [group.whole for group in groups]),
        {c: safe(f, [g.outcomes.get(c, nothing) for g in groups]) for c, f in whole.outcomes.items()},
        {c: safe(f, [g.programme.get(c, nothing) for g in groups]) for c, f in whole.programme.items()},
        whole.weakest,
    )


def role_of(person: Person, default: str = "") -> str:
    """The name of the role that a learner is on the path of; "" where the roster names none.

    Raises
    ------
    CourseError
        Where the roster names one that there is not.
    """
    said = person.learner.path or default
    return paths.role(said).name if said else ""


def _paths(course: Course, everyone: list[Person], default: str, few: int) -> tuple[list[OnPath], list[str]]:
    members: dict[str, list[Person]] = {}
    unknown: dict[str, int] = {}
    for person in everyone:
        try:
            members.setdefault(role_of(person, default), []).append(person)
        except CourseError:
            unknown[person.learner.path] = unknown.get(person.learner.path, 0) + 1
    made = []
    for role in paths.roles():
        if found := members.get(role.name):
            standings = [standing(course, role, person.done) for person in found]
            shares = [1 - one.minutes_left / one.minutes if one.minutes else 0.0 for one in standings]
            made.append(
                OnPath(
                    role.name,
                    len(found),
                    statistics.median(shares),
                    sum(share > 0 for share in shares),
                    sum(one.next is None for one in standings),
                    len(found) >= few,
                )
            )
    notes = [f"The roster names the path {name!r} for {count}, which there is not." for name, count in unknown.items()]
    if none := members.get(""):
        notes.append(
            f"For {len(none)} learners no path is named: a column 'path' in the roster, or --path ROLE, says it."
        )
    return made, notes
