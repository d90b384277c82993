"""What every notebook has alike: the words that its set-up cell imports, and a last cell that leads on."""

from __future__ import annotations

import os.path
import re
from functools import partial

from .cells import tags
from .course import Course, Lesson
from .learner_copy import ONWARD as TAG
from .nbgrader import grade_id

OVERVIEW = "../../book/index.md"
WORDS = ("hint", "progress", "solution")
IMPORT = re.compile(r"^from qtrain import ([\w, ]+|\([\w,\s]+\))$", re.MULTILINE)
WIDTH = 88
# In a learner's folder lessons and problem sets lie side by side, and the overview is its front page.
MOVED = (("../../notebooks/", "../"), ("../../exercises/", "../"), (OVERVIEW, "../start_here.md"))


def after(course: Course, lesson: Lesson) -> Lesson | None:
    """The lesson or problem set that comes next in the course; None after the last one."""
    documents = course.documents
    place = [document.id for document in documents].index(lesson.id) + 1
    return documents[place] if place < len(documents) else None


def link(start: Lesson, goal: Lesson) -> str:
    """From one notebook of the source to another, as Markdown wants it."""
    return os.path.relpath(f"{goal.chapter}.ipynb", os.path.dirname(start.chapter)).replace(os.sep, "/")


def in_folder(start: Lesson, goal: Lesson) -> str:
    """The same in a learner's folder."""
    where = f"{goal.stem}.ipynb"
    return where if goal.folder == start.folder else f"../{goal.folder}/{where}"


def leading_on(notebook: dict, lesson: Lesson, course: Course, words: tuple[str, ...] = WORDS) -> dict:
    """The notebook with those words in its set-up cell and with its last cell; not changed itself."""
    cells = [cell for cell in notebook["cells"] if TAG not in tags(cell)]
    setup = next((n for n, c in enumerate(cells) if c["cell_type"] == "code" and IMPORT.search(c["source"])), None)
    if setup is not None:
        cells[setup] = {**cells[setup], "source": IMPORT.sub(partial(_imports, words), cells[setup]["source"], count=1)}
    goal = after(course, lesson)
    onward = f"**Next:** [{goal.called}]({link(lesson, goal)})" if goal else "**This was the last lesson so far.**"
    last = {
        "cell_type": "markdown",
        "id": f"{grade_id(lesson.id)}-next",
        "metadata": {"tags": [TAG]},
        "source": f"{onward} · [Overview of the course]({OVERVIEW})",
    }
    return {**notebook, "cells": [*cells, last]}


def in_learners_folder(cell: dict) -> dict:
    """The last cell with its links as a learner's folder needs them; any other cell as it is."""
    if TAG not in tags(cell):
        return cell
    source = cell["source"]
    for old, new in MOVED:
        source = source.replace(f"]({old}", f"]({new}")
    return {**cell, "source": source}


def _imports(words: tuple[str, ...], found: re.Match) -> str:
    names = sorted({*re.findall(r"\w+", found[1]), *words}, key=lambda name: (not name[0].isupper(), name))
    line = f"from qtrain import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return "from qtrain import (\n" + "".join(f"    {name},\n" for name in names) + ")"
