"""What is on an instructor's desk: the answers that a person marks, one after the other, and what was said of each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import select

from qtrain.grading.errors import GradingError
from qtrain.grading.history import Said
from qtrain.grading.manifest import Manifest
from qtrain.grading.models import Learner, Remark
from qtrain.grading.rubric import Item
from qtrain.grading.standing import Row

_BETWEEN = " · "  # the items that were ticked, and the comment
_SNIPPETS = 9


@dataclass(frozen=True)
class Lying:
    """An answer to mark.

    Attributes
    ----------
    row : Row
        Of the learner who handed it in.
    exercise : str
    of : float
    learners : tuple of str
        Whom the points are for: all of a group.
    """

    row: Row = field(repr=False)
    exercise: str
    of: float
    learners: tuple[str, ...]


class Desk:
    """The answers to mark in one release, by exercise, and within it in the order of the pseudonyms or the roster.

    Parameters
    ----------
    book : Gradebook
    manifest : Manifest
    exercises : collection of str
        Those of which every answer is read; of the others what was left undecided.
    rubrics : dict
        From exercise to its items.
    hidden : bool
        Show pseudonyms instead of names.
    only : bool
        No others than `exercises`.
    section : str
        Only those of this section of the roster.
    """

    def __init__(self, book, manifest: Manifest, exercises, rubrics, *, hidden=True, only=False, section="", author=""):
        self.book, self.manifest, self.rubrics, self.author = book, manifest, rubrics, author
        self.tasks: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        asked = {one.id: one for one in manifest.exercises}
        groups = book.groups() if manifest.rules.group_work else {}
        mates: dict[str, list[str]] = {}
        for learner, group in groups.items():
            mates.setdefault(group, []).append(learner)
        self.lying: list[Lying] = []
        for row in book.rows(manifest.id, self._of(section), hidden=hidden):
            if row.grading is None or row.shared:
                continue
            for answer in row.grading.answers:
                read = answer.exercise in exercises and answer.status != "not yet"
                if answer.exercise in asked and (read or (answer.status == "undecided" and not only)):
                    whose = tuple(mates.get(groups.get(row.key, ""), (row.key,)))
                    self.lying.append(Lying(row, answer.exercise, asked[answer.exercise].points, whose))
        order = list(asked)
        self.lying.sort(key=lambda one: order.index(one.exercise))

    def _of(self, section: str) -> list[str] | None:
        if not section:
            return None
        with self.book.session() as session:
            found = session.execute(select(Learner.id, Learner.details))
            sections = {learner: details.get("section", "") for learner, details in found}
        if section not in sections.values():
            there = ", ".join(sorted(set(filter(None, sections.values())))) or "none"
            raise GradingError(f"there is no section {section!r} in the roster; there are: {there}")
        return [learner for learner, own in sections.items() if own == section]

    def marks(self) -> dict[tuple[str, str], Remark]:
        """From (learner, exercise) to the newest points that a person gave."""
        made: dict[tuple[str, str], Remark] = {}
        with self.book.session() as session:
            query = select(Remark).where(Remark.release_id == self.manifest.id).order_by(Remark.id)
            for one in session.scalars(query):
                if one.withdrawn:
                    made.pop((one.learner_id, one.exercise), None)
                elif one.points is not None:
                    made[one.learner_id, one.exercise] = one
        return made

    def snippets(self, exercise: str) -> list[str]:
        """Comments that were written on this exercise here, the most frequent first."""
        with self.book.session() as session:
            query = select(Remark).where(Remark.release_id == self.manifest.id, Remark.exercise == exercise)
            said = Counter(text for one in session.scalars(query) if one.ticked is not None and (text := comment(one)))
        return [text for text, _ in said.most_common(_SNIPPETS)]

    def save(self, lying: Lying, points: float, ticked: list[int], text: str) -> None:
        """Write points, ticked items and comment through the gradebook's history.

        Raises
        ------
        GradingError
            When there are no such points or items.
        """
        rubric: list[Item] = self.rubrics.get(lying.exercise, [])
        if any(not 0 <= place < len(rubric) for place in ticked):
            raise GradingError("the rubric has no such item: load the page again")
        words = [rubric[place].text for place in sorted(set(ticked))]
        told = _BETWEEN.join(filter(None, [*words, text.strip()]))
        said = [
            Said(learner, lying.exercise, round(points, 6), comment=told, ticked=words) for learner in lying.learners
        ]
        self.book.remark(self.manifest.id, said, self.author)


def comment(remark: Remark) -> str:
    """The comment of a mark, without the items that were ticked."""
    ticked = _BETWEEN.join(remark.ticked or ())
    return remark.comment.removeprefix(ticked).removeprefix(_BETWEEN if ticked else "")
