"""An exam paper: exercises of several lessons put together as one document, as an exam needs it."""

from __future__ import annotations

import ast
import copy
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from qtrain.authoring import Exercise

from .cells import Cells, exercise_of, tags
from .data_files import together
from .errors import CourseError

PREFIX = "paper:"
TITLE = "Exam"
INTRODUCTION = """# {title}

{count} questions, {points} points. Each question has numbers of its own for you: a neighbour has others. Answer in
Qiskit, in Cirq, or in NumPy where that makes sense. Run the cells from top to bottom. The cell with `check` takes your
answer down; whether it is right is said when the paper is graded."""


@dataclass(frozen=True)
class ExamPaper:
    """Looks like a problem set to whoever releases and grades it; made of exercises that stand in lessons.

    Attributes
    ----------
    id : str
        ``"paper:"`` and the ids of its exercises, with commas between: ``"paper:0.2.a,1.4.c"``.
    course : Course
    """

    id: str
    course: object = field(repr=False)

    is_problem_set = True
    feedback = False  # a check takes the answer down and says nothing about it
    stem = "exam"
    title = TITLE

    @cached_property
    def exercises(self) -> list[Exercise]:
        """The exercises, in the order of the id; each still knows the lesson that it comes from."""
        ids = [name.strip() for name in self.id.removeprefix(PREFIX).split(",") if name.strip()]
        if not ids or len(set(ids)) < len(ids):
            raise CourseError(f"A paper needs exercises, each once: {PREFIX}0.2.a,1.4.c; it is {self.id!r}.")
        return [self.course.exercise(name) for name in ids]

    @property
    def practice_only(self) -> bool:
        """Whether one of them stands in a problem set as learners have it."""
        return any(exercise.lesson.practice_only for exercise in self.exercises)

    def exercise(self, exercise_id: str) -> Exercise:
        """One exercise of the paper."""
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        raise CourseError(f"There is no exercise {exercise_id!r} in this paper.")

    @property
    def sources(self) -> tuple[Path, ...]:
        """The files that its judging depends on: those of all its lessons."""
        return tuple(dict.fromkeys(path for exercise in self.exercises for path in exercise.lesson.sources))

    @property
    def data(self) -> dict[str, bytes]:
        """The files that its cells read: those of all its lessons."""
        return together(exercise.lesson for exercise in self.exercises)

    @property
    def path(self) -> Path:
        """Where the notebook would stand; it is made, not read."""
        return self.course.root / "exam.ipynb"

    @property
    def metadata(self) -> dict:
        """As a problem set's."""
        return {"id": self.id, "title": self.title}

    @property
    def cells(self) -> dict[str, Cells]:
        """The cells of each exercise, by id."""
        return {exercise.id: exercise.cells for exercise in self.exercises}

    @cached_property
    def notebook(self) -> dict:
        """Introduction, one cell with all imports, and the exercises' own cells."""
        points = sum(exercise.points for exercise in self.exercises)
        introduction = INTRODUCTION.format(title=self.title, count=len(self.exercises), points=f"{points:g}")
        cells = [
            {"cell_type": "markdown", "id": "exam-title", "metadata": {}, "source": introduction},
            {
                "cell_type": "code",
                "id": "exam-setup",
                "metadata": {},
                "source": folded_setup(exercise.lesson for exercise in self.exercises),
                "outputs": [],
                "execution_count": None,
            },
        ]
        for number, exercise in enumerate(self.exercises, 1):
            cells.append(
                {
                    "cell_type": "markdown",
                    "id": f"exam-question-{number}",
                    "metadata": {},
                    "source": f"## Question {number} ({exercise.points:g} point{'' if exercise.points == 1 else 's'})",
                }
            )
            own = [c for c in exercise.lesson.notebook["cells"] if exercise_of(c) == exercise.id]
            cells += [copy.deepcopy(cell) for cell in own if "hint" not in tags(cell)]
        first = self.exercises[0].lesson.notebook
        metadata = {**copy.deepcopy(first["metadata"]), "qtrain": self.metadata}
        return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def folded_setup(lessons) -> str:
    """What the lessons' first code cells do, each statement once, imports first."""
    statements: dict[str, None] = {}
    for lesson in {lesson.id: lesson for lesson in lessons}.values():
        setup = next(cell["source"] for cell in lesson.notebook["cells"] if cell["cell_type"] == "code")
        for node in ast.parse(setup).body:
            if isinstance(node, ast.ImportFrom):  # one name a line, so that the lessons' lists fold together
                for name in node.names:
                    alone = ast.ImportFrom(node.module, [name], node.level)
                    statements[ast.unparse(ast.fix_missing_locations(alone))] = None
            else:
                statements[ast.unparse(node)] = None
    imports = sorted(line for line in statements if line.startswith(("import ", "from ")))
    return "\n".join([*imports, *(line for line in statements if line not in imports)])
