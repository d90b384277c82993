"""From a lesson's notebook to the notebook of its page.

The lesson is plain CommonMark, so that JupyterLab shows it well. Here the tags on its cells become marks (an opening
and a closing one around the cells between them) that :mod:`qtrain.site.blocks` gathers into tabs, exercises and folds.
"""

from __future__ import annotations

import copy
import json
import re
from itertools import groupby
from pathlib import PurePosixPath

from qtrain.course import CourseError
from qtrain.course.cells import Cells, exercise_of, exercises_in, role_of, tags
from qtrain.course.data_files import names_data
from qtrain.course.onward import TAG as NEXT

from .figures import number_figures
from .frames import at_start

FRAMEWORKS = {"qiskit": "Qiskit", "cirq": "Cirq", "numpy": "NumPy", "python": "Python"}
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
WIDGET = "application/vnd.jupyter.widget-view+json"
FENCE = re.compile(r"^\s*(```|~~~)")


def page(notebook: dict, *, name: str, outputs: list | None = None, frames: dict | None = None) -> dict:
    """The notebook that MyST-NB turns into the lesson's page; a problem set's tells no hint and no solution.

    Parameters
    ----------
    notebook : dict
        The lesson, as :func:`qtrain.course.cells.parse_notebook` gives it; not changed.
    name : str
        The notebook's path, for messages.
    outputs : list of list of dict, optional
        Fresh outputs, one list for each code cell; without them the stored ones are shown.
    frames : dict, optional
        What :func:`qtrain.site.frames.frames` gave for the lesson; without them interactive cells stand still.

    Returns
    -------
    dict
        A notebook with marks between its cells.

    Raises
    ------
    CourseError
        A cell is missing, or a solution stands where nobody would take it out.
    """
    found = exercises_in(notebook, name)
    notebook = copy.deepcopy(notebook)
    # The page has its own links to the next one.
    cells = notebook["cells"] = [cell for cell in notebook["cells"] if NEXT not in tags(cell)]
    if outputs is not None:
        for cell, fresh in zip((c for c in cells if c["cell_type"] == "code"), outputs, strict=True):
            cell["outputs"] = [still for output in fresh if (still := _still(output))]
    graded = "problem_set" in name
    result = []
    for exercise, group in groupby(cells, key=exercise_of):
        group = list(group)
        result += _exercise_cells(found[exercise], group, graded) if exercise else _prose_cells(group, frames or {})
    number_figures(result, (notebook["metadata"].get("qtrain") or {}).get("id", ""))
    _add_workbench(result, (notebook["metadata"].get("qtrain") or {}).get("workbench"))
    _add_head(result, notebook["metadata"].get("qtrain"), name, names_data(notebook))
    for number, cell in enumerate(result):
        cell.setdefault("id", f"qt-{number}")
    notebook["cells"] = result
    # Outputs are ready; a kernel name that is not installed where the book is built must not matter.
    notebook["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook["metadata"].setdefault("language_info", {"name": "python", "pygments_lexer": "ipython3"})
    return notebook


def exercise_anchor(exercise: str) -> str:
    """The fragment by which an exercise is linked: ``1.6.a`` is at ``#exercise-1-6-a``."""
    return "exercise-" + exercise.replace(".", "-").lower()


def _add_head(cells: list, lesson: dict | None, name: str, data: bool) -> None:
    """Level, time, prerequisites and download, right below the title."""
    if not lesson:
        return
    first = next((cell for cell in cells if cell["cell_type"] == "markdown"), None)
    lines = first["source"].splitlines() if first else []
    if not lines or not lines[0].startswith("# "):
        raise CourseError(f"{name}: the first cell must begin with the lesson's title (# Title)")
    exercises = [c["metadata"]["qtrain-exercise"] for c in cells if "qtrain-exercise" in c["metadata"]]
    copy = str(PurePosixPath(name).with_suffix(".zip")) if data else name
    head = _mark("head", lesson=lesson, copy=copy, exercises=exercises)["source"]
    first["source"] = "\n".join([lines[0], "", head, "", *lines[1:]])


def _add_workbench(cells: list, circuit: str | None) -> None:
    """The lesson's circuit on a workbench, as the section before the recall questions."""
    if not circuit:
        return
    last = next((place for place, cell in enumerate(cells) if cell["source"].startswith("## Recall")), len(cells))
    text = f"## On the workbench\n\nChange the circuit, here on the page.\n\n```{{qtrain-workbench}}\n{circuit}\n```"
    cells.insert(last, {"cell_type": "markdown", "metadata": {}, "source": text})


def _prose_cells(cells: list, frames: dict) -> list:
    """Cells outside exercises: neighbouring Qiskit and Cirq cells become tabs, recall questions cards."""
    result = []
    for framework, group in _runs(cells):
        if framework:
            result += _tabs(group)
            continue
        for cell in group:
            if "recall" in tags(cell):
                result += _recall(cell)
            elif "interactive" in tags(cell):
                cell["outputs"] = []
                moves = frames.get(cell.get("id"))
                moving = {"controls": moves["controls"], "shown": at_start(moves)} if moves else {"controls": []}
                result += [_mark("interactive", cell=cell.get("id"), **moving), cell, _close()]
            else:
                result.append(cell)
    return result


def _runs(cells: list):
    """Stretches of cells that belong to a framework, and stretches that don't."""
    return [(key, list(group)) for key, group in groupby(cells, key=lambda cell: bool(_framework(cell)))]


def _tabs(cells: list) -> list:
    """One tab for each framework; a framework that comes back begins the next set of tabs."""
    sets: list[list] = [[]]
    for framework, group in groupby(cells, key=_framework):
        if framework in [name for name, _ in sets[-1]]:
            sets.append([])
        sets[-1].append((framework, list(group)))
    result = []
    for panels in sets:
        if len(panels) == 1:
            result += panels[0][1]
            continue
        result.append(_mark("tabs", frameworks=[framework for framework, _ in panels]))
        for place, (framework, group) in enumerate(panels):
            label = FRAMEWORKS.get(framework, framework)
            result += [_mark("panel", framework=framework, label=label, first=place == 0), *group, _close()]
        result.append(_close())
    return result


def _exercise_cells(exercise: Cells, cells: list, graded: bool) -> list:
    """Task, stub, hints and solution of one exercise; of a graded one the task and the stub only."""
    roles: dict[str, list] = {}
    for cell in cells:
        roles.setdefault(role_of(cell), []).append(cell)
    if not {"task", "answer", "check"} <= roles.keys():
        raise CourseError(f"exercise {exercise.id}: its cells stand apart; bring them together, the task first.")
    (task,), (answer,), (check,) = roles["task"], roles["answer"], roles["check"]
    opening = _mark("exercise", id=exercise_anchor(exercise.id), number=exercise.id)
    opening["metadata"]["qtrain-exercise"] = exercise.id
    task["source"] = f"{exercise.title}\n\n{exercise.task}"
    # What the learner is given, with the check below it, in one cell without output.
    result = [opening, _flat(task), _code(f"{exercise.stub}\n\n{check['source']}".strip())]
    if not graded:
        hints = roles.get("hint", [])
        for number, hint in enumerate(hints, 1):
            result += [_mark("fold", role="hint", number=number, of=len(hints)), _flat(hint), _close()]
        answer["source"] = exercise.solutions[0].source
        result += [_mark("fold", role="solution"), *_solution_tabs([answer, check], roles.get("solution", []))]
        result += [*map(_flat, roles.get("explanation", [])), _close()]
    return [*result, _close()]


def _solution_tabs(answer: list, others: list) -> list:
    framework = next((c["metadata"]["qtrain"].get("framework") for c in answer if "framework" in _own(c)), None)
    labelled = [(cell, framework or ("python" if any(map(_framework, others)) else "")) for cell in answer]
    labelled += [(cell, _framework(cell) or "") for cell in others]
    if len({name for _, name in labelled}) < 2:
        return [cell for cell, _ in labelled]
    for cell, name in labelled:
        cell["metadata"]["tags"] = [name]
    return _tabs([cell for cell, _ in labelled])


def _flat(cell: dict) -> dict:
    """A cell whose headings are bold lines: a section can't begin inside an exercise or a fold."""
    if cell["cell_type"] == "markdown":
        fenced, lines = False, []
        for line in cell["source"].splitlines():
            fenced ^= bool(FENCE.match(line))
            heading = None if fenced else HEADING.match(line)
            lines.append(f"**{heading[1]}**" if heading else line)
        cell["source"] = "\n".join(lines)
    return cell


def _recall(cell: dict) -> list:
    """A cell of question cards; its heading stays in front of them, so that it is a section of the page."""
    first, _, rest = cell["source"].lstrip("\n").partition("\n")
    if not HEADING.match(first):
        return [_mark("recall"), _flat(cell), _close()]
    heading = {"cell_type": "markdown", "metadata": {}, "source": first}
    cell["source"] = rest
    return [heading, _mark("recall"), _flat(cell), _close()]


def _still(output: dict) -> dict | None:
    """An output without what only a running kernel can show; None when nothing is left."""
    data = output.get("data", {})
    if WIDGET not in data:
        return output
    rest = {kind: value for kind, value in data.items() if kind not in (WIDGET, "text/plain")}
    return {**output, "data": rest} if rest else None


def _mark(kind: str, **values) -> dict:
    data = json.dumps({"kind": kind, **values}, ensure_ascii=False)
    return {"cell_type": "markdown", "metadata": {}, "source": f"`````{{qtrain-mark}}\n{data}\n`````"}


def _close() -> dict:
    return _mark("end")


def _code(source: str) -> dict:
    return {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": source}


def _own(cell: dict) -> dict:
    return cell["metadata"].get("qtrain", {})


def _framework(cell: dict) -> str | None:
    return next((tag for tag in tags(cell) if tag in FRAMEWORKS), None)
