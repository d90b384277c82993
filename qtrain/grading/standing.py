"""What counts for one learner in one release: which submission, which points, what was taken off."""

from __future__ import annotations

from dataclasses import dataclass, field

from qtrain.grading.anonymity import Hiding
from qtrain.grading.late_policy import Rules
from qtrain.grading.models import Grading, Learner, Remark, Submission


@dataclass
class Row:
    """What counts for one learner in one release.

    Attributes
    ----------
    learner : Learner
    grading : Grading or None
        Of the submission that counts, with its answers and its submission.
    attempts : int
        How many submissions there are.
    remarks : dict
        From exercise ("" for all) to the newest `Remark` with points; `comments` has those with a comment.
    points, of : float
        After remarks, before the rules on lateness and caps.
    counted : float
        What goes to the learning management system.
    why : str
        What was taken off, or that an instructor set it.
    excused : str
        Why the release does not count for this learner; "": it does.
    key : str
        The learner's id in the gradebook, also where the name is hidden.
    hide : Hiding or None
        What takes names out of texts, where the name is hidden.
    """

    learner: Learner
    grading: Grading | None
    attempts: int = 0
    remarks: dict[str, Remark] = field(default_factory=dict)
    comments: list[Remark] = field(default_factory=list)
    points: float = 0.0
    of: float = 0.0
    counted: float = 0.0
    why: str = ""
    excused: str = ""
    hide: Hiding | None = None
    key: str = ""

    def __post_init__(self):
        self.key = self.key or self.learner.id

    @property
    def grade(self) -> float | None:
        """What other systems get; None where there is nothing to grade."""
        given = self.grading is not None or "" in self.remarks
        return self.counted if given and not self.excused else None

    @property
    def shared(self) -> bool:
        """Whether another one of the group handed in what counts."""
        return self.grading is not None and self.grading.submission.learner_id != self.key

    @property
    def place(self) -> str:
        """Where the submission that counts was found; "" where the name is hidden, for it stands there, too."""
        return "" if self.hide or self.grading is None else self.grading.submission.place

    @property
    def notes(self) -> list[str]:
        """What was odd about the submission that counts."""
        notes = self.grading.notes if self.grading else []
        return [self.hide.note(note) for note in notes] if self.hide else notes

    def shown(self, value):
        """A text, or data that hold texts, as it may be shown: without names where they are hidden."""
        return self.hide(value) if self.hide else value


def standing(learner, submissions: list[Submission], remarks: list[Remark], rules: Rules, of: float) -> Row:
    """What counts, by these rules and by what instructors decided."""
    newest: dict[str, Remark] = {}
    for remark in remarks:  # in their order: the newest stays
        if remark.withdrawn:
            newest.pop(remark.exercise, None)
        elif remark.points is not None:
            newest[remark.exercise] = remark
    given = {exercise: remark.points for exercise, remark in newest.items() if remark.points is not None}
    marked = {r.exercise: r for r in remarks if r.ticked is not None}
    comments = [r for r in remarks if r.comment and (r.ticked is None or r is marked[r.exercise])]
    made = []
    for submission in submissions:
        if submission.gradings:
            grading = submission.gradings[-1]
            points = sum(given.get(a.exercise, a.points) for a in grading.answers)
            late = rules.lateness(submission.received, submission.late_by_lms)
            counted, why = rules.grade(points, of, late)
            made.append(
                (
                    Row(learner, grading, len(submissions), newest, comments, round(points, 6), of, counted, why),
                    submission,
                )
            )
    if not made:
        row = Row(learner, None, len(submissions), newest, comments, 0.0, of)
    elif rules.count == "best":
        row = max(made, key=lambda pair: (pair[0].counted, _order(pair[1])))[0]
    else:
        row = max(made, key=lambda pair: _order(pair[1]))[0]
    if "" in given:
        row.counted, row.why = given[""], "set by an instructor"
    return row


def _order(submission: Submission):
    """The later one comes later; without a time, and at the same time, the order does not depend on chance."""
    received = submission.received.timestamp() if submission.received else 0.0
    return received, submission.place, submission.digest
