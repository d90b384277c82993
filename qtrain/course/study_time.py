"""How long a lesson takes: computed from what stands in it, so that nobody has to guess."""

from __future__ import annotations

import io
import math
import re
import tokenize
from typing import TYPE_CHECKING

from .cells import role_of, with_solution, without_solution

if TYPE_CHECKING:
    from .course import Lesson

WORDS_A_MINUTE, LINES_A_MINUTE = 130, 6
MINUTES = {"warm-up": 3, "use": 5, "think": 8, "stretch": 15}
WIDTH = 88  # columns of a cell
SITTING = 90  # minutes after which a lesson has to say where to pause
_STATED = re.compile(r"(\*\*Time:\*\* )\d+( minutes)")


def study_minutes(lesson: Lesson) -> int:
    """Minutes for reading and for exercises, up to the next five.

    An exercise's task, hints and solutions are read within its own minutes; of code, comments and blank lines are not
    counted. The speeds are those of readers whose second or third language it is.
    """
    words = lines = 0
    for cell in lesson.notebook["cells"]:
        if role_of(cell):
            continue
        if cell["cell_type"] == "code":
            lines += code_lines(cell["source"], str(lesson.path))
        else:
            words += prose_words(cell["source"])
    exercises = sum(MINUTES[exercise.rung] for exercise in lesson.exercises)
    return 5 * math.ceil((words / WORDS_A_MINUTE + lines / LINES_A_MINUTE + exercises) / 5)


def code_lines(source: str, where: str = "") -> int:
    """Lines of code to be read at once: the stub's or the solution's, if longer.

    Blank lines and comments do not count, and a statement counts as many lines as it would fill if it were written on:
    the formatter's one argument a line makes a call no longer to read.
    """
    whole, stub = _filled(with_solution(source, where)), _filled(without_solution(source, where))
    return max(stub, whole - stub)


def _filled(source: str) -> int:
    count, width, end = 0, 0, (0, 0)
    try:
        for token in tokenize.generate_tokens(io.StringIO(re.sub(r",(?=\s*\n\s*[)\]}])", "", source)).readline):
            if token.type == tokenize.NEWLINE:
                count, width = count + math.ceil(width / WIDTH), 0
            elif token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT):
                width += len(token.string) + (token.start[0] == end[0] and token.start[1] > end[1])
                end = token.end
    except (tokenize.TokenError, SyntaxError):  # a magic command: its lines as they stand
        return sum(bool(line.strip()) and not line.strip().startswith("#") for line in source.splitlines())
    return count


def prose_words(source: str) -> int:
    """Words of prose, without code blocks, tables, formulas and the addresses of links."""
    text = re.sub(r"```.*?```|\$\$.*?\$\$|\$[^$\n]+\$|(?<=\])\([^()\s]+\)", " ", source, flags=re.DOTALL)
    text = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("|"))
    return len(re.findall(r"[^\W\d_][\w'’-]*", text))


def stated_minutes(notebook: dict) -> int | None:
    """The minutes that the title cell states; None where it states none."""
    found = re.search(r"\*\*Time:\*\* (\d+) minutes", notebook["cells"][0]["source"])
    return int(found[1]) if found else None


def with_minutes(notebook: dict, minutes: int) -> dict:
    """The notebook that states so many minutes, in its metadata and in its title cell."""
    first, *others = notebook["cells"]
    first = {**first, "source": _STATED.sub(rf"\g<1>{minutes}\g<2>", first["source"])}
    facts = {**notebook["metadata"]["qtrain"], "minutes": minutes}
    return {**notebook, "cells": [first, *others], "metadata": {**notebook["metadata"], "qtrain": facts}}
