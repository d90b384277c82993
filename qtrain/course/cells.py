"""A notebook as data: reading it, the tags of its cells, and the cells that belong to each exercise."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .errors import CourseError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
FRAMEWORKS = ("qiskit", "cirq", "numpy")
# What was meant as a mark, but would not be found: other spaces, case or punctuation.
NEAR = re.compile(r"\b(?:BEGIN|END)[\W_]*SOLUTION\b|^\s*#+\W*(?i:(?:begin|end)[\W_]*solution)\b")
HEADING = re.compile(r"^#{1,6}\s+(?:Exercise|Problem)\s+(\S+)\s*·\s*(.+?)\s*$")


@dataclass(frozen=True)
class Solution:
    """A solution of an exercise.

    Parameters
    ----------
    framework : str or None
        "qiskit", "cirq", "numpy", or None where it is all the same.
    source : str
        Its code.
    """

    framework: str | None
    source: str


@dataclass(frozen=True)
class Cells:
    """What a notebook says about one exercise.

    Attributes
    ----------
    id, title, task : str
        The heading of the task, and the task without it (Markdown).
    source : str
        The answer cell, with the solution between its marks.
    variable : str
        The name that holds the answer, read from the check cell.
    framework : str or None
        Of the solution in `source`.
    hints : tuple of str
    others : tuple of Solution
        The cells tagged ``solution``.
    explanation : str
    """

    id: str
    title: str
    task: str
    source: str
    variable: str
    framework: str | None
    hints: tuple[str, ...]
    others: tuple[Solution, ...]
    explanation: str

    @property
    def stub(self) -> str:
        """What the learner finds in the answer cell."""
        return without_solution(self.source, f"exercise {self.id}")

    @property
    def solutions(self) -> tuple[Solution, ...]:
        """Every solution: the one in the answer cell first, without its marks."""
        whole = with_solution(self.source, f"exercise {self.id}")
        return (Solution(self.framework, whole), *self.others)


def read_notebook(path: Path) -> dict:
    """The notebook as JSON with each cell's source as one string. Shared between callers: do not change it."""
    return _read(path, _changed(path))


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        raise CourseError(f"{path} is missing: restore it, or take its line out of book/_toc.yml.") from None


@lru_cache(maxsize=256)
def _read(path: Path, changed: int) -> dict:
    return parse_notebook(path.read_bytes(), path)


def parse_notebook(data: bytes | str, where) -> dict:
    """A notebook's JSON, checked as far as others rely on it.

    Raises
    ------
    CourseError
        Saved broken: not JSON, or not a notebook of format 4.
    """
    try:
        notebook = json.loads(data)
    except ValueError as error:
        raise CourseError(f"{where} is no valid notebook (saved broken?): {error}. Restore it from a copy.") from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list) or notebook.get("nbformat") != 4:
        raise CourseError(f"{where} is not a notebook of format 4: open it in JupyterLab and save it again.")
    for number, cell in enumerate(notebook["cells"], 1):
        if not isinstance(cell, dict) or "cell_type" not in cell or "source" not in cell:
            raise CourseError(
                f"{where}: cell {number} is broken (it has no type or no source). Restore the notebook from a copy."
            )
        cell["source"] = "".join(cell["source"])
        cell.setdefault("metadata", {})
    notebook.setdefault("metadata", {})
    return notebook


def tags(cell: dict) -> list[str]:
    """The tags of a cell."""
    return cell["metadata"].get("tags", [])


def exercise_of(cell: dict) -> str | None:
    """The id of the exercise that a cell belongs to."""
    return cell["metadata"].get("qtrain", {}).get("exercise")


def role_of(cell: dict) -> str | None:
    """What a cell is to its exercise: task, answer, check, hint, solution or explanation."""
    for tag in ("check", "hint", "solution", "explanation"):
        if tag in tags(cell):
            return tag
    if "exercise" in tags(cell):
        return "answer" if cell["cell_type"] == "code" else "task"
    return None


def without_solution(source: str, where: str) -> str:
    """Code as the learner gets it: without the lines of its solution.

    Raises
    ------
    CourseError
        When the marks do not come in pairs: nothing of a solution may slip through.
    """
    return "\n".join(line for line, inside in _marked(source, where) if not inside).rstrip()


def with_solution(source: str, where: str) -> str:
    """Code with its solution, without the marks around it; raises as `without_solution` does."""
    return "\n".join(line for line, _ in _marked(source, where))


def solution_in(source: str, where: str) -> str:
    """The lines between the marks alone, ``""`` where there are none; raises as `without_solution` does."""
    return "\n".join(line for line, inside in _marked(source, where) if inside).strip()


def _marked(source: str, where: str) -> list[tuple[str, bool]]:
    """Each line but the marks, and whether it lies between them."""
    lines, inside = [], False
    for line in source.splitlines():
        text = line.strip()
        if text in (BEGIN, END):
            if inside == (text == BEGIN):
                raise CourseError(f"{where}: {BEGIN!r} and {END!r} do not come in pairs in this cell:\n{source}")
            inside = not inside
        elif NEAR.search(line):
            raise CourseError(f"{where}: write the marks exactly as {BEGIN!r} and {END!r}, not {text!r}.")
        else:
            lines.append((line, inside))
    if inside:
        raise CourseError(f"{where}: {BEGIN!r} has no {END!r} in this cell:\n{source}")
    return lines


def refuse_marks(source: str, where: str) -> None:
    """Raise where a cell that is no answer has a mark: nobody would take out what stands below it."""
    if any(line.strip() in (BEGIN, END) or NEAR.search(line) for line in source.splitlines()):
        raise CourseError(
            f"{where}: {BEGIN!r} and {END!r} belong in a code cell tagged exercise, and nowhere else:\n{source}"
        )


def read_exercises(path: Path) -> dict[str, Cells]:
    """The cells of every exercise of the notebook in a file. Shared between callers: do not change it."""
    return _exercises(path, _changed(path))


@lru_cache(maxsize=256)
def _exercises(path: Path, changed: int) -> dict[str, Cells]:
    return exercises_in(_read(path, changed), path)


def exercises_in(notebook: dict, where) -> dict[str, Cells]:
    """The cells of every exercise of a notebook, in their order.

    Raises
    ------
    CourseError
        When an exercise lacks a cell or has one too many.
    """
    groups: dict[str, dict[str, list[dict]]] = {}
    for number, cell in enumerate(notebook["cells"], 1):
        role, exercise = role_of(cell), exercise_of(cell)
        if role and not exercise:
            raise CourseError(
                f'{where}, cell {number}: tagged {role!r}, but its metadata has no qtrain: {{"exercise": "…"}}.'
            )
        if exercise and not role:
            raise CourseError(
                f"{where}, cell {number}: belongs to exercise {exercise}, but has none of the tags "
                "exercise, check, hint, solution, explanation."
            )
        if role != "answer":
            refuse_marks(cell["source"], f"{where}, cell {number}")
        if exercise:
            groups.setdefault(exercise, {}).setdefault(role, []).append(cell)
    return {exercise: _cells(exercise, roles, where) for exercise, roles in groups.items()}


def _cells(exercise: str, roles: dict[str, list[dict]], where) -> Cells:
    for role, words in (
        ("task", "markdown cell tagged exercise (the task)"),
        ("answer", "code cell tagged exercise (the stub with the solution)"),
        ("check", "code cell tagged check"),
    ):
        count = len(roles.get(role, ()))
        if count != 1:
            raise CourseError(f"{where}: exercise {exercise} needs exactly one {words}, not {count}.")
    task, answer = roles["task"][0]["source"], roles["answer"][0]
    first, _, rest = task.lstrip().partition("\n")
    heading = HEADING.match(first)
    if not heading or heading[1] != exercise:
        raise CourseError(
            f"{where}: the task of exercise {exercise} must begin with "
            f"'#### Exercise {exercise} · Title' ('Problem' in a problem set), not with {first!r}."
        )
    return Cells(
        id=exercise,
        title=heading[2],
        task=rest.strip(),
        source=answer["source"],
        variable=checked_variable(roles["check"][0]["source"], exercise, where),
        framework=answer["metadata"]["qtrain"].get("framework"),
        hints=tuple(cell["source"].strip() for cell in roles.get("hint", ())),
        others=tuple(
            Solution(next((f for f in FRAMEWORKS if f in tags(cell)), None), cell["source"])
            for cell in roles.get("solution", ())
        ),
        explanation="\n\n".join(cell["source"].strip() for cell in roles.get("explanation", ())),
    )


def checked_variable(source: str, exercise: str, where) -> str:
    """The name in ``check("1.6.a", name)``."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        statements = []
    match statements:
        case [ast.Expr(ast.Call(ast.Name("check"), [ast.Constant(value), ast.Name(name)], []))] if value == exercise:
            return name
    raise CourseError(
        f'{where}: the check cell of exercise {exercise} must be exactly check("{exercise}", name), '
        f"with the name of the learner's answer; it is {source!r}."
    )
