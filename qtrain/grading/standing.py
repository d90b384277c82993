"""What counts for one learner in one release: which submission, which points, what was taken off."""

from __future__ import annotations

from dataclasses import dataclass, field

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

    @property
    def grade(self) -> float | None:
        """What other systems get; None where there is nothing to grade."""
        return self.counted if self.grading is not None or "" in self.remarks else None


def standing(learner, submissions: list[Submission], remarks: list[Remark], rules: Rules, of: float) -> Row:
    """What counts, by these rules and by what instructors decided."""
    newest: dict[str, Remark] = {}
    for remark in remarks:  # in their order: the newest stays
        if remark.withdrawn:
            newest.pop(remark.exercise, None)
        elif remark.points is not None:
            newest[remark.exercise] = remark
    comments = [r for r in remarks if r.comment]
    made = []
    for submission in submissions:
        if submission.gradings:
            grading = submission.gradings[-1]
            points = sum(newest[a.exercise].points if a.exercise in newest else a.points for a in grading.answers)
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
    if "" in newest:
        row.counted, row.why = newest[""].points, "set by an instructor"
    return row


def _order(submission: Submission):
    """The later one comes later; without a time, and at the same time, the order does not depend on chance."""
    received = submission.received.timestamp() if submission.received else 0.0
    return received, submission.place, submission.digest
