"""``qtrain release``: the learners' copies of a problem set, a variant for each, and the teacher's record of them."""

from __future__ import annotations

import copy
import io
import json
import secrets
import sys
import zipfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from qtrain import atomic
from qtrain.grading.errors import GradingError
from qtrain.grading.late_policy import Rules
from qtrain.grading.names import slug

MANIFEST = "release-manifest.json"
TRIES = 200


def add_arguments(parser) -> None:
    """The options of ``qtrain release``."""
    parser.add_argument(
        "module", metavar="MODULE", help="the module's number (1), its folder (1_qubits), or one document (1.P, 1.6)"
    )
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="DIR", help="where the copies go")
    parser.add_argument(
        "--learners",
        type=Path,
        metavar="ROSTER.csv",
        help="a copy with a variant of their own for each learner of the roster (columns id, name, email, …)",
    )
    parser.add_argument("--zip", action="store_true", help="a zip per learner, too: notebook and release.json together")
    add_rule_arguments(parser)
    parser.add_argument("--course", type=Path, help="the course's folder, if it is not found by itself")


def add_rule_arguments(parser) -> None:
    """The options that `qtrain.grading.late_policy.Rules` is made of."""
    parser.add_argument("--due", default=None, metavar="TIME", help="like 2026-03-01T23:59 (local time)")
    for name, kind, about in (
        ("grace", float, "minutes after the due time that still count as in time (10)"),
        ("late-loss", float, "percent of the points lost per day late (0)"),
        ("late-cap", float, "percent that a late submission reaches at most (100)"),
        ("closed", float, "days after which a submission counts nothing (never)"),
        ("cap", float, "percent that any submission reaches at most (100)"),
        ("count", str, "of several submissions the 'last' counts, or the 'best' (last)"),
    ):
        parser.add_argument(f"--{name}", type=kind, default=None, help=about, metavar=name.upper())


def rules_from(args, before: dict | None = None) -> Rules:
    """The rules that the options say, on top of those that were said before."""
    names = ("due", "grace", "late_loss", "late_cap", "closed", "cap", "count")
    said = {name: getattr(args, name, None) for name in names if getattr(args, name, None) is not None}
    return Rules(**{**(before or {}), **said})


def run(args) -> int:
    """Make the release; 0 when it is there."""
    from qtrain.course import CourseError
    from qtrain.grading import roster

    try:
        people = roster.read(args.learners) if args.learners else None
        manifest, number = make(args.module, args.output, people, args, zipped=args.zip, root=args.course)
    except (GradingError, CourseError) as error:
        print(f"qtrain release: {error}", file=sys.stderr)
        return 1
    print(
        f"Released {manifest['title']!r} as {manifest['id']} for {number} learner{'' if number == 1 else 's'} "
        f"in {args.output}."
    )
    if number:
        unlike = sum(manifest["neighbours_differ"].values())
        asked = len(manifest["neighbours_differ"]) * max(0, len(manifest["variants"]) - 1)
        if asked:
            print(f"Neighbours in the roster have different variants in {unlike} of {asked} cases.")
    print(
        f"Keep {args.output / MANIFEST}: qtrain grade needs it. Give each learner the folder with the notebook and "
        "release.json together."
    )
    return 0


def make(module: str, output: Path, people, args=None, *, zipped: bool = False, root=None) -> tuple[dict, int]:
    """Write the copies and the manifest; returns the manifest and the number of learners.

    Made again into the same folder, learners who are there keep their variants, and new ones are added.
    """
    document = find(module, root)
    before = _before(output / MANIFEST, document.id)
    manifest = _manifest(document, before, rules_from(args, (before or {}).get("rules")))
    if people:
        _choose_variants(document, people, manifest)
    notebook = released_notebook(document)
    output.mkdir(parents=True, exist_ok=True)
    # First the record, on the disk: a copy that nobody can grade must not exist.
    atomic.write_json(output / MANIFEST, manifest, durable=True)
    if not people:
        _write_copy(output, document, notebook, manifest, "", False)
        return manifest, 0
    for learner in people.learners:
        _write_copy(output / slug(learner.id), document, notebook, manifest, manifest["variants"][learner.id], zipped)
    return manifest, len(people)


def find(module: str, root=None):
    """The document that a module's number, its folder, or its own id means."""
    from qtrain.course import load

    course = load(root)
    if "." in module:
        return course.lesson(module)
    for found in course.modules:
        if module in (str(found.number), found.folder):
            if len(found.problem_sets) == 1:
                return found.problem_sets[0]
            raise GradingError(
                f"module {module} has no problem set; release one of its lessons, like {found.lessons[0].id}"
            )
    numbers = ", ".join(str(found.number) for found in course.modules)
    raise GradingError(f"there is no module {module!r} in the course; there are {numbers}")


def released_notebook(document) -> dict:
    """The learner's copy of a document, with nbgrader's marks and the points of its exercises."""
    from qtrain.course import learner_copy
    from qtrain.course.cells import exercise_of, role_of
    from qtrain.course.nbgrader import mark

    notebook = learner_copy(copy.deepcopy(document.notebook), str(document.path))
    points = {exercise.id: exercise.points for exercise in document.exercises}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and exercise_of(cell) in points and role_of(cell) in ("answer", "check"):
            mark(cell, points[exercise_of(cell)])
    return notebook


def cells_of(notebook: dict) -> dict:
    """From the id of each released cell of an exercise to [exercise, role]."""
    from qtrain.course.cells import exercise_of, role_of

    return {
        cell["id"]: [exercise_of(cell), role_of(cell)]
        for cell in notebook["cells"]
        if cell.get("id") and exercise_of(cell) and role_of(cell) in ("task", "answer", "check")
    }


def open_manifest(document) -> dict:
    """A manifest for copies that no release made: everyone has the course's own variant."""
    return _manifest(document, None, Rules()) | {"id": f"{document.id}-open", "salt": document.id}


def _manifest(document, before, rules: Rules) -> dict:
    notebook = released_notebook(document)
    today = datetime.now(UTC)
    name = document.id if document.feedback else document.stem  # the id of a paper is a long list
    new = {
        "id": f"{name}-{today:%Y%m%d}-{secrets.token_hex(3)}",
        "salt": secrets.token_hex(16),
        "made": today.isoformat(timespec="seconds"),
        "variants": {},
        "neighbours_differ": {},
    }
    return {
        **new,
        **(before or {}),
        "document": document.id,
        "title": document.title,
        "stem": document.stem,
        "lessons": _lessons(document),
        "rules": rules.to_data(),
        "cells": cells_of(notebook),
        "exercises": [{"id": e.id, "title": e.title, "points": e.points} for e in document.exercises],
    }


def _lessons(document) -> list[dict]:
    """The lessons that the document builds on, for whoever gets feedback."""
    from qtrain.course import CourseError, load

    found = []
    for name in document.metadata.get("prerequisites", ()):
        try:
            lesson = load(document.root).lesson(name)
        except (CourseError, AttributeError):  # a document that is no part of the course links to nothing
            continue
        found.append({"id": lesson.id, "title": lesson.title, "page": lesson.chapter})
    return found


def _before(path: Path, document: str) -> dict | None:
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    if found.get("document") != document:
        raise GradingError(f"{path.parent} holds the release of {found.get('document')}: choose another folder")
    return found


def _choose_variants(document, people, manifest: dict) -> None:
    """A key for each learner, such that in every exercise that can the parameters differ from the neighbours'."""
    exercises = [exercise for exercise in document.exercises if exercise.variant is not None]
    differ, previous = dict.fromkeys((e.id for e in exercises), 0), []
    for learner in people.learners:
        key = manifest["variants"].get(learner.id)
        if key is None:
            key = _best_key(learner.id, exercises, previous)
            manifest["variants"][learner.id] = key
        own = [exercise.parameters(key) for exercise in exercises]
        for exercise, mine, theirs in zip(exercises, own, previous[-1] if previous else (), strict=False):
            differ[exercise.id] += mine != theirs
        previous = [*previous[-1:], own]
    manifest["neighbours_differ"] = differ
    there = {learner["id"]: learner for learner in manifest.get("learners", ())}
    there.update({learner.id: {k: v for k, v in asdict(learner).items() if v} for learner in people.learners})
    manifest["learners"] = list(there.values())


def _best_key(learner: str, exercises, previous) -> str:
    best, most = learner, -1
    for attempt in range(TRIES):
        key = learner if attempt == 0 else f"{learner}~{attempt}"
        own = [exercise.parameters(key) for exercise in exercises]
        # The neighbour matters most, the one after next a little.
        unlike = [sum(a != b for a, b in zip(own, theirs, strict=True)) for theirs in reversed(previous)]
        value = sum(count * weight for count, weight in zip(unlike, (100, 1), strict=False))
        if value > most:
            best, most = key, value
        if most >= len(own) * sum((100, 1)[: len(unlike)]):
            break
    return best


def _write_copy(folder: Path, document, notebook: dict, manifest: dict, key: str, zipped: bool) -> None:
    own = copy.deepcopy(notebook)
    own["metadata"].setdefault("qtrain", {})["release"] = {"id": manifest["id"], "learner": key}
    told = {
        "release": manifest["id"],
        "document": document.id,
        "title": manifest["title"],
        "learner": key,
        "due": manifest["rules"]["due"],
    }
    if not document.feedback:
        told["feedback"] = False
    contents = {
        f"{document.stem}.ipynb": json.dumps(own, ensure_ascii=False, indent=1) + "\n",
        "release.json": json.dumps(told, ensure_ascii=False, indent=1) + "\n",
    }
    for name, text in contents.items():
        atomic.write(folder / name, text)
    if zipped:
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in contents.items():
                archive.writestr(f"{document.stem}/{name}", text)
        atomic.write(folder.with_name(folder.name + ".zip"), memory.getvalue())
