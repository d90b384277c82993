"""A practice sheet as a notebook: each item with why it comes, its task and stub, and what it needs of its lesson."""

from __future__ import annotations

import copy
from pathlib import Path

from qtrain.course import Course, CourseError
from qtrain.course.cells import exercise_of, parse_notebook, read_notebook, role_of
from qtrain.course.exam_paper import folded_setup
from qtrain.course.excerpt import excerpt
from qtrain.course.learn import at_hand, place
from qtrain.course.learner_copy import learner_copy
from qtrain.course.learner_files import fingerprint
from qtrain.course.nbgrader import grade_id
from qtrain.course.stored_format import dump, tidy

FOLDER = "practice"
WORDS = ("check", "choose", "hint", "practice", "progress", "recalled", "solution", "variant")
NUMBERS = "# Exercises with numbers have new ones on this sheet.\npractice(sheet={sheet!r})"


def notebook_of(course: Course, items, sheet: str) -> str:
    """The notebook's text.

    Parameters
    ----------
    course : Course
    items : sequence of Repeat
    sheet : str
        Its name, from which the variants follow.
    """
    minutes = sum(one.minutes for one in items)
    lessons = [course.lesson(one.lesson) for one in items if one.question is None]
    setup = "\n".join(line for line in [folded_setup(lessons)] if line)
    imports = "\n".join(f"from qtrain import {word}" for word in WORDS)
    cells = [
        _markdown(
            "practice-title",
            f"# Practice\n\nAbout {minutes} minutes. Run the cells from top to bottom with **Shift+Enter**. Each item "
            "says why it comes: because it went wrong, or because its time has come.",
        ),
        _code("practice-setup", _folded(f"{setup}\n{imports}") + "\n\n" + NUMBERS.format(sheet=sheet)),
    ]
    for number, one in enumerate(items, 1):
        lesson = course.lesson(one.lesson)
        link = f"[{lesson.called}](../{place(lesson)})"
        cells.append(_markdown(f"practice-{number}", f"## {number} · From {link}\n\n{one.why}"))
        cells += _question(one) if one.question else _exercise(lesson, one.id)
    cells.append(
        _markdown(
            "practice-end",
            "## That is all for now\n\n`progress()` shows what comes next, and `practice()` writes another sheet as "
            "soon as something is due. [Overview of the course](../start_here.md)",
        )
    )
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    written = tidy(notebook)
    mark = fingerprint(dump(written).encode(), "sheet.ipynb")
    exercises = [one.id for one in items if one.question is None]
    written["metadata"]["qtrain"] = {"sheet": sheet, "exercises": exercises, "written": mark}
    return dump(written)


def exercises_on(folder: Path, sheet: str) -> list[str]:
    """The exercises of a sheet in a learner's folder, in their order; none when the sheet cannot be read."""
    try:
        told = read_notebook(folder / FOLDER / f"{sheet}.ipynb")["metadata"]["qtrain"]
        return [str(name) for name in told["exercises"]]
    except (CourseError, OSError, KeyError, TypeError):  # taken elsewhere, or changed: it still works without
        return []


def is_untouched(path: Path) -> bool:
    """Whether a sheet is as it was written: nobody wrote in it or ran it."""
    try:
        content = path.read_bytes()
        told = parse_notebook(content, path)["metadata"]["qtrain"]
        return told["written"] == fingerprint(content, path.name)
    except (CourseError, KeyError, TypeError):  # broken, or no sheet: somebody's work
        return False


def _exercise(lesson, exercise: str) -> list[dict]:
    """The exercise's cells as a learner gets them, after what they need of their lesson."""
    cells = learner_copy(tidy(copy.deepcopy(lesson.notebook)), str(lesson.path))["cells"]
    own = [at_hand(cell, lesson) for cell in cells if exercise_of(cell) == exercise]
    needed = excerpt(lesson, exercise)
    given = [_code(f"{grade_id(exercise)}-given", f"# What the lesson made before.\n{needed}")] if needed else []
    tasks = [cell for cell in own if role_of(cell) == "task"]
    return [*tasks, *given, *(cell for cell in own if role_of(cell) != "task")]


def _question(one) -> list[dict]:
    question = one.question
    return [
        _markdown(
            f"{grade_id(one.id)}-question",
            "Answer in your head first; then open it.\n\n"
            f"<details>\n<summary>{question.question}</summary>\n\n{question.answer}\n\n</details>",
        ),
        _code(
            f"{grade_id(one.id)}-recalled",
            f'knew_it = ...  # True or False, in place of the dots\nrecalled("{one.id}", knew_it)',
        ),
    ]


def _folded(source: str) -> str:
    """Imports of one module in one statement, without repeating a name."""
    names: dict[str, set[str]] = {}
    others = []
    for line in source.splitlines():
        module, found, name = line.removeprefix("from ").partition(" import ")
        if line.startswith("from ") and found:
            names.setdefault(module, set()).add(name)
        elif line not in others or not line.startswith("import "):
            others.append(line)
    plain = [line for line in others if line.startswith("import ")]
    folded = [_statement(module, sorted(found)) for module, found in sorted(names.items())]
    rest = "\n".join(line for line in others if line not in plain)
    return "\n".join([*plain, *folded]) + (f"\n\n{rest}" if rest.strip() else "")


def _statement(module: str, names: list[str], width: int = 88) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= width:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


def _markdown(name: str, source: str) -> dict:
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _code(name: str, source: str) -> dict:
    return {**_markdown(name, source), "cell_type": "code", "outputs": [], "execution_count": None}
