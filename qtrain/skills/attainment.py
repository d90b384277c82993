"""How far a cohort reached each outcome: outcome by outcome, and programme outcome by programme outcome.

A learner's share of an outcome is the points got over the points possible in the exercises that assess it and that the
learner was graded in; a cohort's is the mean over its learners. Who was not graded in any of them is not counted, and
every number stands with how many were.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .competences import Outcome, framework, outcomes
from .evidence import Person

if TYPE_CHECKING:
    from qtrain.course import Course

PASS, TARGET = 50.0, 60.0  # percent: of points that a learner needs; of learners who are to reach it


@dataclass(frozen=True)
class Attained:
    """What a cohort reached of one outcome or programme outcome.

    Attributes
    ----------
    code, text : str
    exercises : tuple of str
        In which somebody was graded.
    of : float
        Points of these exercises together.
    shares : dict of str to float
        From each learner who was graded to the share of the points, 0 to 1.
    outcome : Outcome or None
        None for a programme outcome.
    """

    code: str
    text: str
    exercises: tuple[str, ...]
    of: float
    shares: dict[str, float]
    outcome: Outcome | None = None

    @property
    def learners(self) -> int:
        """How many were graded: the denominator."""
        return len(self.shares)

    @property
    def mean(self) -> float:
        """The mean share."""
        return sum(self.shares.values()) / len(self.shares)

    def passed(self, mark: float = PASS) -> int:
        """How many reached so many percent of the points."""
        return sum(100 * share >= mark - 1e-9 for share in self.shares.values())

    def attained(self, mark: float = PASS, target: float = TARGET) -> bool:
        """Whether so many percent of those who were graded reached it."""
        return 100 * self.passed(mark) >= target * self.learners - 1e-9


def graded_outcomes(course: Course, people: Iterable[Person]) -> tuple[list[Outcome], list[str]]:
    """The outcomes that the graded exercises assess, in the course's order, and the exercises that assess none.

    The second ones are of a bank, or of an edition of the course that has moved on.
    """
    graded = {name for person in people for name in person.results}
    documents = {name.rpartition(".")[0] for name in graded}
    found = [one for document in course.documents if document.id in documents for one in outcomes(document)]
    found = [one for one in found if graded & set(one.assessed_by)]
    known = {name for one in found for name in one.assessed_by}
    return found, sorted(graded - known)


def by_outcome(course: Course, people: Iterable[Person]) -> list[Attained]:
    """What the cohort reached of each outcome that was assessed."""
    people = list(people)
    return [_attained(one.id, one.text, one.assessed_by, people, one) for one in graded_outcomes(course, people)[0]]


def by_code(course: Course, people: Iterable[Person], key: str = "pec") -> list[Attained]:
    """What the cohort reached of each code of a framework; each exercise counts once in a code.

    Parameters
    ----------
    course : Course
    people : iterable of Person
    key : str
        ``pec`` or ``ceeaa``.
    """
    people = list(people)
    found = graded_outcomes(course, people)[0]
    made = []
    for code, item in framework(key).items.items():
        exercises = tuple(dict.fromkeys(e for one in found if code in one.codes(key) for e in one.assessed_by))
        if exercises:
            made.append(_attained(code, item.said, exercises, people))
    return made


def by_course_outcome(course: Course, people: Iterable[Person]) -> list[Attained]:
    """What the cohort reached of the outcomes of the elective; each exercise counts once in an outcome."""
    from .elective import course_outcomes

    people = list(people)
    made = []
    for one in course_outcomes(course):
        exercises = tuple(dict.fromkeys(name for behind in one.lessons for name in behind.assessed_by))
        summed = Outcome(one.id, "", one.text, one.verb, one.bloom, (one.plo,), exercises)
        made.append(_attained(one.id, one.text, exercises, people, summed))
    return [one for one in made if one.shares]


def _attained(code: str, text: str, exercises, people: list[Person], outcome: Outcome | None = None) -> Attained:
    shares: dict[str, float] = {}
    worth: dict[str, float] = {}
    for person in people:
        results = [person.results[name] for name in exercises if name in person.results]
        if total := sum(result.of for result in results):
            shares[person.learner.id] = sum(result.share * result.of for result in results) / total
            worth |= {result.exercise: result.of for result in results}
    graded = tuple(name for name in exercises if name in worth)
    return Attained(code, text, graded, sum(worth.values()), shares, outcome)
