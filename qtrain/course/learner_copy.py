"""The learner's copy of a notebook: the source minus what gives the solution away, by deletion only."""

from __future__ import annotations

import copy

from .cells import Cells, exercise_of, exercises_in, refuse_marks, role_of, tags, without_solution
from .course import Lesson
from .nbgrader import mark

ONWARD = "next"  # the tag of a notebook's last cell
HIDDEN = ("solution", "hint", "explanation")


def learner_copy(notebook: dict, where: str = "this notebook") -> dict:
    """A copy without solutions, hints, explanations and outputs, with nbgrader's metadata on answers and checks.

    Parameters
    ----------
    notebook : dict
        A source notebook as JSON (or an nbformat node); not changed.
    where : str
        Its name, for messages.

    Returns
    -------
    dict
        A notebook of the same kind. Every line in it stands in the source, too.

    Raises
    ------
    CourseError
        When the marks around a solution do not come in pairs.
    """
    result = copy.deepcopy(notebook)
    # What is handed out alone leads nowhere: a folder that holds the next lesson, too, says so itself.
    result["cells"] = [c for c in result["cells"] if role_of(c) not in HIDDEN and ONWARD not in tags(c)]
    for number, cell in enumerate(result["cells"], 1):
        place, source = f"{where}, cell {number}", "".join(cell["source"])
        if cell["cell_type"] != "code":
            refuse_marks(source, place)
            continue
        cell["source"] = without_solution(source, place)
        cell["outputs"], cell["execution_count"] = [], None
        if exercise_of(cell) and role_of(cell) in ("answer", "check"):
            mark(cell)
    return result


class LearnersCopy(Lesson):
    """The learner's copy of a lesson as something to run: every stub as it is."""

    @classmethod
    def of(cls, lesson: Lesson) -> LearnersCopy:
        """The copy of this lesson."""
        return cls(lesson.id, lesson.chapter, lesson.root)

    @property
    def source(self) -> Lesson:
        """The lesson that it is a copy of."""
        return Lesson(self.id, self.chapter, self.root)

    @property
    def notebook(self) -> dict:
        """The copy as JSON."""
        return learner_copy(self.source.notebook, str(self.path))

    @property
    def cells(self) -> dict[str, Cells]:
        """What the copy says about each exercise, by id."""
        return exercises_in(self.notebook, self.path)
