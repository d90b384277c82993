"""What of its lesson an exercise needs when it stands alone: the statements that made the names it speaks of."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from qtrain.session import Part, Run, parts_of

from .cells import Cells, exercise_of, role_of
from .course import Lesson

SPOKEN_OF = re.compile(r"`([A-Za-z_]\w*)(?:\([^`]*\))?`")
YOURS = re.compile(r"\b[Yy]our (?:\w+ ){0,2}`([A-Za-z_]\w*)[^`]*`")


def excerpt(lesson: Lesson, exercise: str) -> str | None:
    """The lesson's statements that an exercise needs beside the set-up cell, as code; None where it cannot stand alone.

    Needed is what its stub reads, and what its task or its solutions use: the names that earlier cells of the lesson
    made. An exercise that goes on with the answer to another one cannot stand alone.
    """
    cells = lesson.notebook["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    place = next(n for n, cell in enumerate(code) if exercise_of(cell) == exercise)
    asked = lesson.cells[exercise]
    setup = _run(code[0]["source"]).sets | set(dir(builtins))
    statements = [one for cell in code[1:place] if exercise_of(cell) is None for one in _statements(cell["source"])]
    answers = [cell for cell in code[:place] if role_of(cell) == "answer"]
    answered = frozenset().union(*(_run(cell["source"]).sets for cell in answers)) - {"p"}
    kept: set[int] = set()
    own = _run(asked.stub)
    for name in sorted(own.reads | frozenset(YOURS.findall(asked.task)) & answered):
        if not _made(name, statements, len(statements), kept) and name not in setup | own.sets:
            return None
    for name in sorted((_spoken_of(asked) | _used(asked)) - own.sets):
        _made(name, statements, len(statements), kept)
    return "\n".join(statements[n][0] for n in sorted(kept))


def _run(source: str) -> Run:
    return Run(source, parts=tuple(parts_of(source)))


def _spoken_of(asked: Cells) -> set[str]:
    """Names of code in the task, but for those that the stub itself gives, such as a function's arguments."""
    tree = ast.walk(ast.parse(asked.stub))
    return set(SPOKEN_OF.findall(asked.task)) - {node.arg for node in tree if isinstance(node, ast.arg)}


def _used(asked: Cells) -> frozenset[str]:
    """Names that a solution takes from elsewhere."""
    return frozenset().union(*(_run(found.source).reads for found in asked.solutions))


def _statements(source: str) -> Iterator[tuple[str, Part]]:
    """The statements of a cell with their text; none of a cell with magic in it."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return
    for statement, part in zip(body, parts_of(source), strict=True):
        yield _text(source, statement), part


def _text(source: str, statement: ast.stmt) -> str:
    first = min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", ()))])
    return "\n".join(source.splitlines()[first - 1 : statement.end_lineno])


def _made(name: str, statements: list, before: int, kept: set[int]) -> bool:
    """Keep the statements that make a name, back to the one that makes it anew, and those that they need."""
    found = False
    for place in range(before - 1, -1, -1):
        text, part = statements[place]
        if name not in part.sets:
            continue
        found = True
        if place not in kept:
            kept.add(place)
            for other in sorted(part.reads - {name}):
                _made(other, statements, place, kept)
        if name not in part.reads and _binds(text, name):
            break
    return found


def _binds(text: str, name: str) -> bool:
    """Whether a statement gives a name a new value, and does not only change the one that it has."""
    statement = ast.parse(text).body[0]
    if isinstance(statement, ast.Assign):
        return any(
            isinstance(one, ast.Name) and one.id == name for target in statement.targets for one in ast.walk(target)
        )
    return isinstance(statement, ast.FunctionDef | ast.ClassDef | ast.AnnAssign)
