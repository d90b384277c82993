"""Who passed what, by the gradebook: the only place that badges come from. A learner's own record is never asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING

from qtrain.course.exam_paper import PREFIX
from qtrain.grading.errors import GradingError
from qtrain.kernels.policy import FENCES

from .errors import BadgeError
from .paths import roles

if TYPE_CHECKING:
    from qtrain.course import Course
    from qtrain.grading.manifest import Manifest

PUBLIC, PRIVATE, EXAM, LESSON = "public problem set", "problem set of a private bank", "exam", "lesson"
TASK = "performance task"  # of a role, from the course's own bank of that name
TASKS = "tasks"


@dataclass(frozen=True)
class Work:
    """What was asked: a problem set or an exam.

    Attributes
    ----------
    release, title : str
    kind : str
        `PUBLIC`, `PRIVATE`, `EXAM`, `TASK` or `LESSON`; for the last one there is no badge.
    documents : tuple of str
        The lessons and problem sets of the course that its exercises are from; empty for a private bank.
    modules : tuple of str
        Their modules' numbers and titles, ``"1 · Qubits and circuits"``.
    questions : int
    document : str
        Its id in the course or the bank, as ``"1.P"``.
    course : Course, optional
        By which it is aligned to frameworks.
    """

    release: str
    title: str
    kind: str
    documents: tuple[str, ...]
    modules: tuple[str, ...]
    questions: int = 0
    document: str = ""
    course: Course | None = field(default=None, repr=False, compare=False)

    @property
    def about(self) -> str:
        """What a badge for it is about, the same for every release of the same work."""
        if self.kind in (PUBLIC, TASK):
            return f"{'module' if self.kind == PUBLIC else 'task'} {self.documents[0].split('.')[0]}"
        return f"{'exam' if self.kind == EXAM else 'bank'} {self.release}"

    @property
    def numbers(self) -> set[str]:
        """The numbers of its modules."""
        return {name.split(".")[0] for name in self.documents}

    @property
    def called(self) -> str:
        """As a badge is called that is given for it."""
        modules = "; ".join(self.modules)
        if self.kind == PUBLIC:
            return f"Module {modules}"
        if self.kind == TASK:
            return f"Performance task: {self.title}"
        return f"{self.title}: {modules}" if modules else self.title


@dataclass(frozen=True)
class Reached:
    """What a learner reached in a work.

    Attributes
    ----------
    learner, name : str
        The gradebook's id, and the name in the roster.
    points, of : float
        As they count, after the rules on late work and what instructors set.
    notebook : str
        SHA-256 of the file that was graded, in hex.
    received : datetime or None
        When it was handed in.
    graded : datetime or None
    grader, mark : str
        The grader's version and commit, and a short hash of what it judged by.
    in_group : bool
        Whether another one of the group handed it in.
    by_hand : bool
        Whether a person set points of it.
    why_not : str
        Why it cannot stand for a pass whatever its points, as a sentence; "": nothing is in the way.
    excused : bool
        Whether the work does not count for this learner.
    unsound : bool
        Whether nobody can vouch for the points: it is not known whose they are, or they could have been changed.
    """

    learner: str
    name: str
    points: float
    of: float
    notebook: str = ""
    received: datetime | None = None
    graded: datetime | None = None
    grader: str = ""
    mark: str = ""
    in_group: bool = False
    by_hand: bool = False
    why_not: str = ""
    excused: bool = False
    unsound: bool = False

    @property
    def share(self) -> float:
        """Of the points, from 0 to 1; 0 where there are none."""
        return self.points / self.of if self.of > 0 and isfinite(self.points) else 0.0

    def enough(self, percent: Fraction) -> bool:
        """Whether the points are enough; computed exactly, so that 60 % of 33 points is no matter of rounding."""
        return (
            isfinite(self.points)
            and self.of > 0
            and Fraction(str(self.points)) * 100 >= percent * Fraction(str(self.of))
        )


@contextmanager
def opened(folder: Path) -> Iterator:
    """The gradebook in the folder that ``qtrain grade`` wrote, with names.

    Raises
    ------
    BadgeError
        Where there is none, or names are hidden.
    """
    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.settings import Settings

    book = None
    try:
        settings = Settings.at(folder)
        if "://" not in settings.database and not Path(settings.database).is_file():
            raise BadgeError(f"the gradebook {settings.database} is not there: put it back from your backup.")
        book = Gradebook(settings.database)
        if book.anonymous():
            raise BadgeError(f"names are hidden in {folder}: say  qtrain grade -o {folder} --reveal  first.")
        yield book, settings
    except GradingError as error:
        raise BadgeError(f"{error}; give the folder that `qtrain grade … -o FOLDER` wrote.") from None
    finally:
        if book is not None:
            book.close()


def works(folder: Path, root=None) -> Iterator[tuple[Work, list[Reached]]]:
    """Each work of a gradebook with what everybody in its roster reached."""
    from qtrain.course import load

    with opened(folder) as (book, settings):
        course = load(root or settings.root)
        for manifest in book.releases():
            yield work_of(manifest, course), [_reached(row) for row in book.rows(manifest.id, hidden=False)]


def work_of(manifest: Manifest, course: Course) -> Work:
    """What a release asked."""
    asked = manifest.document
    task = Path(manifest.bank).name == TASKS and any(asked == f"{role.task}.P" for role in roles())
    if task:
        course = _bank(manifest.bank) or course
    documents: tuple[str, ...] = ()
    modules: list[str] = []
    if not manifest.bank or task:
        documents = tuple(dict.fromkeys(one.id.rpartition(".")[0] for one in manifest.exercises))
        numbers = {name.split(".")[0] for name in documents}
        modules = [f"{module.number} · {module.title}" for module in course.modules if str(module.number) in numbers]
    kind = PUBLIC if asked.endswith(".P") else LESSON
    if manifest.bank:
        kind = TASK if task else PRIVATE
    if asked.startswith(PREFIX):
        kind = EXAM
    known = course if modules else None
    return Work(manifest.id, manifest.title, kind, documents, tuple(modules), len(manifest.exercises), asked, known)


def _bank(folder: str) -> Course | None:
    from qtrain.course import CourseError, load

    try:
        return load(folder)
    except CourseError:  # it was moved: then the badge is aligned to nothing
        return None


def _reached(row) -> Reached:
    told = row.learner.details
    name = told.get("name") or " ".join(filter(None, (told.get("given"), told.get("family"))))
    if row.grading is None or row.grade is None:
        why = f"is excused ({row.excused})" if row.excused else "has handed in nothing that was graded"
        return Reached(row.key, name, row.counted, row.of, why_not=why, excused=bool(row.excused))
    grading, submission = row.grading, row.grading.submission
    why, unsound = _why_not(row)
    return Reached(
        row.key,
        name,
        row.counted,
        row.of,
        submission.digest,
        submission.received,
        grading.done,
        grading.grader or "a qtrain that did not say its version",
        grading.mark,
        row.shared,
        bool(row.remarks),
        why,
        unsound=unsound,
    )


def _why_not(row) -> tuple[str, bool]:
    """Why it is no pass, and whether it is unsound."""
    if not row.learner.known:
        return "is not in the roster: say whose file it is with  qtrain grade --alias NAME LEARNER", True
    if row.grading.problem:
        return f"handed in a file that could not be graded ({row.grading.problem})", False
    if missing := sorted(set(FENCES) - set(row.grading.fences)):
        why = f"was graded without fences ({', '.join(missing)}), where a submission could have changed its own result"
        return f"{why}: grade again on Linux, without --trust-submissions:  qtrain grade … --regrade all", True
    return "", False
