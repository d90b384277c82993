"""In which order a submission's cells run, and where each exercise's answer is taken out.

The order is the submission's; which cell is whose is told by the ids that the release gave. The checks in it are never
run. What a submission says of points, tags and checks is not looked at; where its ids are lost (some tools rewrite
them) the other marks of a cell only decide *when* an answer is taken, which is the learner's own affair anyway.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qtrain.grading.submission import Cell

_CHECK = re.compile(r"""^\s*check\(\s*["']([\w.]+)["']\s*,\s*\w+\s*\)\s*$""")


@dataclass(frozen=True)
class Step:
    """One step: run `source` (of the exercise it belongs to, if any), or take the exercise's answer."""

    exercise: str | None
    source: str | None = None

    @property
    def takes(self) -> bool:
        """Whether an answer is taken here."""
        return self.source is None


def steps(cells: list[Cell], released: dict, exercises: list[str]) -> tuple[list[Step], list[str]]:
    """The steps, and remarks on what was done to the released cells.

    Parameters
    ----------
    cells : list of Cell
        The submission's.
    released : dict
        From the id of each released cell to (exercise, role).
    exercises : list of str
        Those that are asked for.
    """
    owners = _owners(cells, released)
    notes = _remarks(cells, owners, exercises)
    take_before: dict[int, list[str]] = {}
    for name in exercises:
        take_before.setdefault(_take_at(name, owners), []).append(name)
    made: list[Step] = []
    current: str | None = None
    for index, (cell, (exercise, role)) in enumerate(zip(cells, owners, strict=True)):
        made += [Step(name) for name in take_before.get(index, ())]
        current = exercise or current
        if cell.kind == "code" and role != "check" and cell.source.strip():
            made.append(Step(exercise if exercise in exercises else current, cell.source))
    return made + [Step(name) for name in take_before.get(len(cells), ())], notes


def _owners(cells, released) -> list[tuple[str | None, str]]:
    """(exercise, role) of each cell."""
    by_grade_id = {}
    for exercise, role in released.values():
        by_grade_id[exercise.replace(".", "-") + ("" if role == "check" else f"-{role}")] = (exercise, role)
    known = {exercise for exercise, _ in released.values()}
    found = []
    for cell in cells:
        if cell.id in released:
            found.append(tuple(released[cell.id]))
            continue
        nbgrader = cell.metadata.get("nbgrader")
        name = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
        check = _CHECK.match(cell.source) if cell.kind == "code" else None
        if isinstance(name, str) and name in by_grade_id:
            found.append(by_grade_id[name])
        elif check and check[1] in known:
            found.append((check[1], "check"))
        else:
            found.append((None, ""))
    return found


def _take_at(exercise: str, owners) -> int:
    """The index of the cell before which the answer is taken."""
    answers = [i for i, (name, role) in enumerate(owners) if name == exercise and role == "answer"]
    checks = [i for i, (name, role) in enumerate(owners) if name == exercise and role == "check"]
    if not answers:
        return checks[-1] if checks else len(owners)
    later = [i for i in checks if i > answers[-1]]
    if later:
        return later[0]
    others = (i for i, (name, _) in enumerate(owners) if i > answers[-1] and name not in (None, exercise))
    return next(others, len(owners))


def _remarks(cells, owners, exercises) -> list[str]:
    notes = []
    for exercise in exercises:
        at = {role: [i for i, owner in enumerate(owners) if owner == (exercise, role)] for role in ("answer", "check")}
        if not at["answer"]:
            notes.append(f"{exercise}: the answer cell is gone")
        elif all(cells[i].kind != "code" for i in at["answer"]):
            notes.append(f"{exercise}: the answer cell was turned into text, so it was not run")
        elif len(at["answer"]) > 1:
            notes.append(f"{exercise}: the answer cell is there {len(at['answer'])} times")
        changed = [i for i in at["check"] if not (match := _CHECK.match(cells[i].source)) or match[1] != exercise]
        if not at["check"]:
            notes.append(f"{exercise}: the check cell is gone; checks are never run from a submission anyway")
        elif changed or len(at["check"]) > 1 or cells[at["check"][0]].kind != "code":
            notes.append(f"{exercise}: the check cell was changed; it is never run from a submission")
    return notes
