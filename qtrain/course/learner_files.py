"""A learner's folder: what the course puts there, and how it is renewed without losing what the learner wrote.

A list in ``.qtrain/manifest.json`` holds, for every file, the fingerprints of all versions that were ever put there. A
file with such a fingerprint is untouched and may be renewed; any other is the learner's, and stays.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from qtrain import atomic

from .errors import CourseError
from .identity import HOME


@dataclass
class Report:
    """What happened to each file (paths relative to the folder)."""

    written: list[str] = field(default_factory=list)
    renewed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report for people: only what they should know."""
        said = []
        if self.written:
            said.append(f"new: {len(self.written)} files")
        said += [f"renewed: {name}" for name in self.renewed]
        said += [
            f"you have worked in {name}: it stays as it is; the new version is beside it, in {Path(new).name}"
            for name, new in self.beside.items()
        ]
        said += [f"no longer part of the course, but kept: {name}" for name in self.gone]
        return said or ["nothing has changed since last time"]


def fingerprint(content: bytes, name: str) -> str:
    """What tells whether somebody wrote in a file.

    Of a notebook these are its cells' sources and outputs: opening and saving it, which changes its metadata and
    layout, is no change; running a cell is.
    """
    told = _told(content) if name.endswith(".ipynb") else content
    return hashlib.sha256(told).hexdigest()


def _told(content: bytes) -> bytes:
    try:
        told = [
            [
                cell["cell_type"],
                "".join(cell["source"]),
                cell.get("attachments"),
                [_output(output) for output in cell.get("outputs", ())],
            ]
            for cell in json.loads(content)["cells"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return content  # a notebook that was saved broken is somebody's work, too
    return json.dumps(told, sort_keys=True).encode()


def _output(output: dict) -> dict:
    return {key: value for key, value in output.items() if key not in ("execution_count", "metadata")}


def untouched(folder: Path, name: str, content: bytes) -> bool:
    """Whether the course has put just this into the learner's folder under that name: nobody has worked in it."""
    return fingerprint(content, name) in _manifest(folder).get(name, ())


def stock(folder: Path, files: dict[str, bytes]) -> Report:
    """Put the files into a learner's folder, or renew them.

    Parameters
    ----------
    folder : Path
    files : dict
        From paths relative to the folder (with ``/``) to contents.
    """
    manifest = _manifest(folder)
    report = Report()
    prints = {name: fingerprint(content, name) for name, content in files.items()}
    known = {name: list(manifest.get(name, ())) for name in {**manifest, **prints}}
    # What is going to be written is in the list before it is written: stopped in between, it is still known as ours.
    offered = {name: dict.fromkeys(known[name]) for name in files}
    for name, mark in prints.items():
        if mark not in known[name]:
            known[name].append(mark)
    _save(folder, known)
    for name, content in files.items():
        path = folder / name
        if not path.exists():
            atomic.write(path, content)
            report.written.append(name)
            continue
        found = fingerprint(path.read_bytes(), name)
        if found == prints[name]:
            continue
        if found in offered[name]:
            atomic.write(path, content)
            report.renewed.append(name)
        elif prints[name] in offered[name]:
            report.kept.append(name)
        else:
            report.beside[name] = _beside(folder, name, content, known[name])
    report.gone = [name for name in known if name not in files and (folder / name).exists()]
    return report


def _beside(folder: Path, name: str, content: bytes, known: list[str]) -> str:
    """Write the new version beside a touched file, never over something that the learner touched either."""
    path, number = Path(name), 1
    while True:
        new = path.with_name(f"{path.stem}.new{number if number > 1 else ''}{path.suffix}")
        place = folder / new
        if not place.exists() or fingerprint(place.read_bytes(), name) in known:
            atomic.write(place, content)
            return new.as_posix()
        number += 1


def _manifest(folder: Path) -> dict[str, list[str]]:
    path = folder / HOME / "manifest.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))["files"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        # Without the list every file counts as the learner's: nothing is lost, new versions come beside.
        return {}


def _save(folder: Path, known: dict[str, list[str]]) -> None:
    atomic.write_json(folder / HOME / "manifest.json", {"files": dict(sorted(known.items()))})


def new_name() -> str:
    """A name that no other learner has: it says nothing of the person, and the variants follow from it."""
    return secrets.token_hex(8)


def enrol(folder: Path, name: str | None = None, learner: str | None = None) -> str:
    """The learner's identity in this folder, made once.

    Parameters
    ----------
    folder : Path
    name : str, optional
        How feedback should address them.
    learner : str, optional
        Who they are, where somebody else keeps a roster; otherwise a name is drawn that says nothing of the person.

    Returns
    -------
    str
        Who they are.
    """
    path = folder / HOME / "learner.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        found = {}
    except ValueError:
        raise CourseError(
            f"{path} is damaged. It says who you are, and so which variants you get: restore it from a "
            "copy, or remove it to begin with new variants."
        ) from None
    changed = {**found, "learner": found.get("learner") or learner or new_name()}
    if name:
        changed["name"] = name
    if changed != found:
        atomic.write_json(path, changed)
    return changed["learner"]
