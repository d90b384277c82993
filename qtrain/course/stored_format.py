"""The format in which a notebook is stored: the same bytes whoever ran it, wherever and when."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from .cells import exercise_of, parse_notebook, role_of
from .nbgrader import grade_id, mark

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
CELL_METADATA = ("jupyter", "nbgrader", "qtrain", "slideshow", "tags")
CELL_ID = re.compile(r"^[a-zA-Z0-9_-]{1,64}$")
# What another machine or another day would print otherwise: addresses in memory, paths, times.
MACHINE = re.compile(
    r"0x[0-9a-fA-F]{6,}|(?<![\w/.:])/(?:[\w.-]+/)+[\w.-]+|[A-Z]:\\\w+|\b\d\d:\d\d:\d\d\b"
    r"|\b(?:Wall time|CPU times|per loop)\b"
)


def tidy(notebook: dict, points: dict[str, float] | None = None) -> dict:
    """A notebook in the stored format.

    Cell ids stay (missing ones are given), execution counts, timings and the machine's name go, of the outputs the text
    stays, and answer and check cells get nbgrader's metadata.

    Parameters
    ----------
    notebook : dict
        As `parse_notebook` gives it; not changed.
    points : dict, optional
        From exercise ids to points.
    """
    cells, used = [], set()
    for cell in notebook["cells"]:
        tidied = {
            "cell_type": cell["cell_type"],
            "id": _unused(cell, used),
            "metadata": {key: cell["metadata"][key] for key in CELL_METADATA if cell["metadata"].get(key)},
            "source": cell["source"].rstrip(),
        }
        if cell.get("attachments"):
            tidied["attachments"] = cell["attachments"]
        if cell["cell_type"] == "code":
            tidied |= {"execution_count": None, "outputs": tidy_outputs(cell.get("outputs", ()))}
            if exercise_of(cell) and role_of(cell) in ("answer", "check"):
                mark(tidied, (points or {}).get(exercise_of(cell)))
        cells.append(tidied)
    metadata = {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    if "qtrain" in notebook["metadata"]:
        metadata["qtrain"] = notebook["metadata"]["qtrain"]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def tidy_outputs(outputs) -> list[dict]:
    """The text of a cell's outputs: what it printed, the plain form of what it displayed, the error it raised.

    Pictures and HTML are made anew by whoever shows the notebook; warnings on stderr depend on the machine.
    """
    kept: list[dict] = []
    for output in outputs:
        kind = output["output_type"]
        if kind == "stream" and output["name"] == "stdout":
            text = "".join(output["text"])
            if kept and kept[-1]["output_type"] == "stream":
                kept[-1]["text"] += text
            elif text:
                kept.append({"name": "stdout", "output_type": "stream", "text": text})
        elif kind in ("display_data", "execute_result") and "text/plain" in output.get("data", {}):
            shown = {"data": {"text/plain": "".join(output["data"]["text/plain"])}, "metadata": {}, "output_type": kind}
            kept.append(shown | ({"execution_count": None} if kind == "execute_result" else {}))
        elif kind == "error":
            kept.append({"ename": output["ename"], "evalue": output["evalue"], "output_type": "error", "traceback": []})
    return kept


def dump(notebook: dict) -> str:
    """The notebook's file: sorted keys, one line of source on one line."""
    lines = [
        {
            **cell,
            "source": cell["source"].splitlines(keepends=True),
            **({"outputs": [_lines(output) for output in cell["outputs"]]} if "outputs" in cell else {}),
        }
        for cell in notebook["cells"]
    ]
    return json.dumps({**notebook, "cells": lines}, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def departures(path: Path, points: dict[str, float] | None = None) -> list[str]:
    """How a stored notebook departs from the stored format, each as a sentence; nothing when it keeps it."""
    text = path.read_text(encoding="utf-8")
    notebook = parse_notebook(text, path)
    wanted = tidy(notebook, points)
    found = []
    for number, (old, new) in enumerate(zip(notebook["cells"], wanted["cells"], strict=True), 1):
        found += [
            f"cell {number}: its {key} should be {new.get(key)!r}, not {old.get(key)!r}"
            for key in sorted({*old, *new})
            if key != "outputs" and old.get(key) != new.get(key)
        ]
        if tidy_outputs(old.get("outputs", ())) != [_joined(output) for output in old.get("outputs", ())]:
            found.append(f"cell {number}: its outputs hold more than text (pictures, HTML, stderr, a split stream)")
        for output in new.get("outputs", ()):
            printed = output.get("text") or output.get("data", {}).get("text/plain", "")
            if place := MACHINE.search(printed):
                found.append(f"cell {number}: its output depends on machine or day ({place[0]}): print something else")
    if notebook["metadata"] != wanted["metadata"]:
        found.append("the notebook's metadata hold more than kernelspec, language_info and qtrain")
    if not found and text != dump(wanted):
        found.append("its JSON is laid out otherwise")
    return found


def _lines(output: dict) -> dict:
    if "text" in output:
        return {**output, "text": output["text"].splitlines(keepends=True)}
    if "data" in output:
        return {**output, "data": {key: value.splitlines(keepends=True) for key, value in output["data"].items()}}
    return output


def _joined(output: dict) -> dict:
    if "text" in output:
        return {**output, "text": "".join(output["text"])}
    if "data" in output:
        return {**output, "data": {key: "".join(value) for key, value in output["data"].items()}}
    return output


def _unused(cell: dict, used: set[str]) -> str:
    name = cell.get("id", "")
    if not CELL_ID.match(name) or name in used:
        exercise, role = exercise_of(cell), role_of(cell)
        name = (
            f"{grade_id(exercise)}-{role}"
            if exercise and role
            else "cell-" + hashlib.sha256(cell["source"].encode()).hexdigest()[:8]
        )
        first, number = name, 1
        while name in used:
            number += 1
            name = f"{first}-{number}"
    used.add(name)
    return name
