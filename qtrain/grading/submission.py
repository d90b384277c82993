"""Read a submitted file as a notebook, whatever it is: bounded, never trusted, nothing in it believed but its code."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from qtrain.grading.errors import Unusable

MAX_DEPTH = 200
MAX_BRACKETS = 1_000_000
MAX_CELLS = 2_000
MAX_SOURCE = 2_000_000
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)  # an open string ends the scan: never quadratic


@dataclass
class Cell:
    """A cell of a submission: everything in it is the learner's word."""

    kind: str
    source: str
    id: str = ""
    metadata: dict = field(default_factory=dict)


@dataclass
class Notebook:
    """A submission as far as grading looks at it, and what was odd about the file."""

    cells: list[Cell]
    claimed: dict[str, str]
    document: str
    notes: list[str]


def read(data: bytes) -> Notebook:
    """The notebook in `data`.

    Raises
    ------
    Unusable
        With one sentence on what the file is instead.
    """
    notes: list[str] = []
    text = _text(data, notes)
    _check_nesting(text)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unusable(f"the file is broken: its JSON ends or breaks at {_where(error)}") from None
    if not isinstance(found, dict):
        raise Unusable("the file is JSON, but no notebook")
    cells = [_cell(cell) for cell in _cells(found, notes) if isinstance(cell, dict)]
    if len(cells) > MAX_CELLS:
        raise Unusable(f"the notebook has {len(cells):,} cells; {MAX_CELLS:,} is the most that is run")
    if sum(len(cell.source) for cell in cells) > MAX_SOURCE:
        raise Unusable(f"the notebook has more than {MAX_SOURCE / 1e6:.0f} million characters of source")
    _note_duplicates(cells, notes)
    own = _dict(_dict(found.get("metadata")).get("qtrain"))
    kernel = _dict(_dict(found.get("metadata")).get("kernelspec")).get("name", "python3")
    if kernel not in ("python3", "python", "qtrain"):
        notes.append(f"it names the kernel {str(kernel)[:40]!r}; it was run as Python all the same")
    said = _dict(own.get("release"))
    claimed = {name: said[name][:200] for name in ("id", "learner") if isinstance(said.get(name), str)}
    document = own.get("id")
    return Notebook(cells, claimed, document[:400] if isinstance(document, str) else "", notes)


def _text(data: bytes, notes: list[str]) -> str:
    if not data.strip():
        raise Unusable("the file is empty")
    encoding = "utf-8-sig"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
        notes.append("it was saved as UTF-16")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if b"\x00" in data[:1000]:
            raise Unusable("the file is no text: it may be damaged, or of another kind") from None
        text = data.decode("cp1252", "replace")
        notes.append("it is not in UTF-8; letters beyond ASCII may be wrong")
    start = text.lstrip()[:200].lower()
    if start.startswith(("<!doctype", "<html", "<?xml", "<head")):
        raise Unusable("the file is a web page, not a notebook: download the .ipynb itself")
    return text


def _check_nesting(text: str) -> None:
    """Refuse before parsing what would cost the parser its stack or the machine its memory."""
    depth = count = 0
    for match in _TOKEN.finditer(text):
        mark = match.group()[0]
        if mark == '"':
            continue
        count += 1
        depth += 1 if mark in "[{" else -1
        if depth > MAX_DEPTH:
            raise Unusable(f"the file is nested more than {MAX_DEPTH} levels deep, as no notebook is")
        if count > MAX_BRACKETS:
            raise Unusable("the file has more parts than any notebook has")


def _where(error) -> str:
    line = getattr(error, "lineno", None)
    return f"line {line}" if line else "some place"


def _cells(found: dict, notes: list[str]) -> list:
    version = found.get("nbformat")
    cells = found.get("cells")
    if version == 3 or (cells is None and isinstance(found.get("worksheets"), list)):
        notes.append("it is in the notebook format 3 of 2013")
        sheets = [sheet for sheet in found.get("worksheets") or () if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in (sheet.get("cells") or ())]
    if not isinstance(cells, list):
        raise Unusable("the file is JSON, but no notebook: it has no list of cells")
    if version not in (3, 4):
        notes.append(f"it claims the unknown notebook format {str(version)[:20]}; its cells were read all the same")
    return cells


def _cell(cell: dict) -> Cell:
    source = cell.get("source", cell.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    metadata = _dict(cell.get("metadata"))
    name = cell.get("id") or metadata.get("id") or ""
    return Cell(
        "code" if cell.get("cell_type") == "code" else "text",
        source if isinstance(source, str) else "",
        name if isinstance(name, str) else "",
        metadata,
    )


def _note_duplicates(cells: list[Cell], notes: list[str]) -> None:
    names = [cell.id for cell in cells if cell.id]
    if twice := len(names) - len(set(names)):
        notes.append(f"{twice} cell{'s have' if twice > 1 else ' has'} the id of another one")


def _dict(value) -> dict:
    return value if isinstance(value, dict) else {}
