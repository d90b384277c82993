"""The recall questions at the end of a lesson: a cell tagged `recall`, each question a folded answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .cells import tags

FOLD = re.compile(r"<details>\s*<summary>(.+?)</summary>(.+?)</details>", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """A question and its short answer, both Markdown.

    Parameters
    ----------
    lesson : str
        The lesson's id.
    question, answer : str
        Markdown.
    """

    lesson: str
    question: str
    answer: str


def questions_in(notebook: dict, lesson: str) -> list[Question]:
    """The questions of every cell tagged ``recall``, in their order."""
    return [
        Question(lesson, question.strip(), answer.strip())
        for cell in notebook["cells"]
        if "recall" in tags(cell)
        for question, answer in FOLD.findall(cell["source"])
    ]
