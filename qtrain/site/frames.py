"""The frames of an `interactive` cell: what it shows for each position of its controls, made when the book is built.

The cell runs in a kernel in which ``ipywidgets.interact`` is replaced by `record`; the page moves through what came.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from qtrain import atomic
from qtrain.course import CourseError, Lesson
from qtrain.course.cells import tags
from qtrain.course.running import environment_for, run_cells
from qtrain.course.runs import FOLDER, fingerprint

MOST = 160
"""Frames of one cell: with more positions of its controls every second one is left out, and so on."""
KIND = "application/vnd.qtrain.frames+json"
INSTEAD = "import ipywidgets\nfrom qtrain.site.frames import record\n\nipywidgets.interact = record"
_TOKEN = re.compile(r"<[^<]*")


@dataclass(frozen=True)
class Axis:
    """A control: its name, its values, how they are written, and which is set at the start."""

    name: str
    values: list
    labels: list[str]
    start: int

    def thinned(self, stride: int) -> Axis:
        """Every `stride`-th value, counted from the start; the two ends stay."""
        last = len(self.values) - 1
        kept = [k for k in range(last + 1) if (k - self.start) % stride == 0 or k in (0, last)]
        return Axis(self.name, [self.values[k] for k in kept], [self.labels[k] for k in kept], kept.index(self.start))


def record(function, /, **controls) -> None:
    """In place of ``ipywidgets.interact``: call the function for every position of its controls, and put that out.

    Parameters
    ----------
    function : callable
        What it displays or returns is the frame.
    **controls
        A slider or drop-down of ipywidgets, or a list of values.
    """
    from itertools import product

    from IPython.display import display

    axes = _thinned([_axis(name, control) for name, control in controls.items()])
    parts: dict[str, int] = {}
    frames = []
    for values in product(*(axis.values for axis in axes)):
        shown = _shown(function, dict(zip((axis.name for axis in axes), values, strict=True)))
        # Frames have most of their elements in common: each is kept once.
        frames.append([parts.setdefault(token, len(parts)) for token in _TOKEN.findall(shown)])
    controls = [{"name": axis.name, "labels": axis.labels, "start": axis.start} for axis in axes]
    display({KIND: {"controls": controls, "parts": list(parts), "frames": frames}}, raw=True)


def _axis(name: str, control: Any) -> Axis:
    if isinstance(control, list | tuple):
        return Axis(name, list(control), [str(value) for value in control], 0)
    if hasattr(control, "options"):
        labels, values = list(control._options_labels), list(control._options_values)
        return Axis(name, values, labels, control.index or 0)
    if not all(hasattr(control, trait) for trait in ("min", "max", "step", "value")):
        raise TypeError(
            f"the control {name!r} is a {type(control).__name__}; a slider, a drop-down or a list is needed"
        )
    steps = round((control.max - control.min) / control.step)
    values = [control.min + k * control.step for k in range(steps + 1)]
    start = min(range(len(values)), key=lambda k: abs(values[k] - control.value))
    values[start] = control.value
    form = getattr(control, "readout_format", "d")
    labels = [f"{value:{'.2f' if form.endswith('g') else form}}" for value in values]
    return Axis(name, values, labels, start)


def _thinned(axes: list[Axis]) -> list[Axis]:
    strides = [1] * len(axes)
    found = axes
    while prod(len(axis.values) for axis in found) > MOST:
        widest = max(range(len(found)), key=lambda k: len(found[k].values))
        strides[widest] += 1
        found = [axis.thinned(stride) for axis, stride in zip(axes, strides, strict=True)]
    return found


def _shown(function, values: dict) -> str:
    """What a call displays, prints and returns, as HTML."""
    from html import escape

    from IPython.core.formatters import format_display_data
    from IPython.utils.capture import capture_output

    with capture_output() as caught:
        result = function(**values)
    bundles = [output.data for output in caught.outputs]
    if result is not None:
        bundles.append(format_display_data(result)[0])
    found = [_html(bundle) for bundle in bundles]
    if caught.stdout.strip():
        found.insert(0, f"<pre>{escape(caught.stdout.rstrip())}</pre>")
    return "".join(found)


def _html(bundle: dict) -> str:
    from html import escape

    for kind in ("text/html", "image/svg+xml"):
        if kind in bundle:
            return bundle[kind].strip()
    return f"<pre>{escape(bundle.get('text/plain', ''))}</pre>"


def frames(lesson: Lesson, kernel: str = "") -> dict[str, dict]:
    """The frames of each interactive cell of a lesson by the cell's id; kept until what they depend on changes.

    Raises
    ------
    CourseError
        An interactive cell does not call ``interact``, or a cell before it raises.
    """
    cells = lesson.notebook["cells"]
    last = max((place for place, cell in enumerate(cells) if "interactive" in tags(cell)), default=None)
    if last is None:
        return {}
    place = lesson.root / FOLDER / f"{lesson.chapter.replace('/', '.')}.frames.json"
    key = hashlib.sha256(f"{fingerprint(lesson)} {Path(__file__).read_text('utf-8')}".encode()).hexdigest()
    known = json.loads(place.read_text("utf-8")) if place.is_file() else {}
    if known.get("key") != key:
        known = {"key": key, "frames": _recorded(lesson, cells[: last + 1], kernel)}
        atomic.write(place, json.dumps(known, ensure_ascii=False))
    return known["frames"]


def at_start(recorded: dict) -> str:
    """The frame that is shown before a control is moved."""
    place = 0
    for control in recorded["controls"]:
        place = place * len(control["labels"]) + control["start"]
    return "".join(recorded["parts"][part] for part in recorded["frames"][place])


def script_name(page: str, cell: str) -> str:
    """What the script with a cell's frames is called: cells of two lessons may have the same id."""
    return f"{page.replace('/', '.')}.{cell}"


def script(name: str, recorded: dict) -> str:
    """The frames as a script that hands them to the page: one that is opened as a file may load nothing else."""
    data = json.dumps({"parts": recorded["parts"], "frames": recorded["frames"]}, ensure_ascii=False)
    return f"qtrainFrames({json.dumps(name)}, {data});\n"


def _recorded(lesson: Lesson, cells: list[dict], kernel: str) -> dict[str, dict]:
    first = {"cell_type": "code", "metadata": {}, "id": "record", "source": INSTEAD, "outputs": []}
    notebook = copy.deepcopy({**lesson.notebook, "cells": [first, *cells]})
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.setdefault("execution_count", None)
    environment, found = environment_for(lesson.root), {}
    for ran in run_cells(notebook, lesson.path.parent, kernel=kernel, environment=environment):
        cell = notebook["cells"][ran.number - 1]
        raised = "" if "raises-exception" in tags(cell) else ran.error
        if ran.ended or raised:
            raise CourseError(f"{lesson.id}: no frames, for the cell {cell.get('id')} fails: {ran.ended or raised}")
        if "interactive" in tags(cell):
            shown = next((o["data"][KIND] for o in ran.outputs if KIND in o.get("data", {})), None)
            if shown is None:
                raise CourseError(f"{lesson.id}: the interactive cell {cell.get('id')} does not call interact")
            found[cell["id"]] = shown
    return found
