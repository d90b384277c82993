"""The claims of a lesson: numbers that its notebook computes and asserts against a source."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

LINE = re.compile(r"^✔ claim: (?P<rest>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Claim:
    """A claim: its lesson, its name, its source, and the line that it printed when the lesson was last run."""

    lesson: str
    name: str
    source: str
    line: str


def claims_in(notebook: dict, lesson: str) -> list[Claim]:
    """Every ``claim("name", …, source="…")`` in a notebook's code, in its order."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code" or "claim(" not in cell["source"]:
            continue
        printed = LINE.findall("\n".join("".join(output.get("text", "")) for output in cell.get("outputs", ())))
        for name, source in _calls(cell["source"]):
            line = next((text for text in printed if text.startswith(f"{name}: ")), "")
            found.append(Claim(lesson, name, source, line))
    return found


def _calls(source: str):
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "claim":
            words = {keyword.arg: keyword.value for keyword in node.keywords}
            name = node.args[0] if node.args else words.get("name")
            yield _text(name), _text(words.get("source"))


def _text(node) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
