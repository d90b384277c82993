"""``qtrain release``: the learners' copies of a problem set, a variant for each, and the teacher's record of them."""

from __future__ import annotations

import argparse
import ast
import copy
import io
import json
import secrets
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qtrain import atomic
from qtrain.grading.errors import GradingError
from qtrain.grading.late_policy import Rules, zone_here
from qtrain.grading.manifest import NAME, Asked, Manifest, Reading, load, save
from qtrain.grading.names import slug
from qtrain.grading.variants import choose

CELL = "this-copy"
_SAID = "# This copy is yours: your own numbers are in it. Leave this cell as it is, and run it first."


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
    parser.add_argument(
        "--bank", type=Path, metavar="DIR", help="the private bank that MODULE is in: the copies hold no target"
    )
    parser.add_argument("--zip", action="store_true", help="a zip per learner and per section, too")
    add_rule_arguments(parser)
    parser.add_argument("--course", type=Path, help="the course's folder, if it is not found by itself")


def add_rule_arguments(parser) -> None:
    """The options that `qtrain.grading.late_policy.Rules` is made of."""
    parser.add_argument("--due", default=None, metavar="TIME", help="like 2026-03-01T23:59")
    parser.add_argument(
        "--group-work",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="what one hands in counts for all of the roster's group (no)",
    )
    parser.add_argument(
        "--timezone", default=None, metavar="ZONE", help="in which TIME is meant, like Asia/Karachi (this machine's)"
    )
    for name, kind, about in (
        ("grace", float, "minutes after the due time that still count as in time (10)"),
        ("late-loss", float, "percent of the points lost per day late (0)"),
        ("late-cap", float, "percent that a late submission reaches at most (100)"),
        ("closed", float, "days after which a submission counts nothing (never)"),
        ("cap", float, "percent that any submission reaches at most (100)"),
        ("count", str, "of several submissions the 'last' counts, or the 'best' (last)"),
    ):
        parser.add_argument(f"--{name}", type=kind, default=None, help=about, metavar=name.upper())


def said_rules(args) -> dict:
    """The rules that the options say, by name.

    Raises
    ------
    GradingError
        When ``--due`` or ``--timezone`` is there and says nothing: most likely a variable of a script was empty.
    """
    names = ("due", "timezone", "grace", "late_loss", "late_cap", "closed", "cap", "count", "group_work")
    said: dict[str, Any] = {name: getattr(args, name, None) for name in names if getattr(args, name, None) is not None}
    if "due" in said and not said["due"].strip():
        raise GradingError(f"--due {said['due']!r} is no time: write it like 2026-03-01T23:59, or leave --due out")
    if "timezone" in said and not said["timezone"].strip():
        raise GradingError(f"--timezone {said['timezone']!r} is no zone: write it like Asia/Karachi, or leave it out")
    return said


def run(args) -> int:
    """Make the release; 0 when it is there."""
    from qtrain.course import CourseError
    from qtrain.grading import roster

    try:
        people = roster.read(args.learners) if args.learners else None
        manifest = make(args.module, args.output, people, args, zipped=args.zip, root=args.course, bank=args.bank)
    except (GradingError, CourseError) as error:
        print(f"qtrain release: {error}", file=sys.stderr)
        return 1
    number = len(people) if people else 0
    print(
        f"Released {manifest.title!r} as {manifest.id} for {number} learner{'' if number == 1 else 's'} "
        f"in {args.output}."
    )
    if moment := manifest.rules.moment():
        print(f"It is due on {moment:%Y-%m-%d at %H:%M} ({manifest.rules.timezone or moment.tzname()}).")
    if asked := len(manifest.neighbours_differ) * max(0, len(manifest.variants) - 1):
        unlike = sum(manifest.neighbours_differ.values())
        print(f"Neighbours in the roster have different variants in {unlike} of {asked} cases.")
    beside = " with what lies beside it" if find(manifest.document, manifest.bank or args.course).data else ""
    print(f"Keep {args.output / NAME}: qtrain grade needs it. Give each learner the notebook in their folder{beside}.")
    return 0


def make(
    module: str, output: Path, people, args=None, *, zipped: bool = False, root=None, bank: Path | None = None
) -> Manifest:
    """Write the copies and the manifest, and return it.

    Made again into the same folder, learners who are there keep their variants, and new ones are added.

    Parameters
    ----------
    module : str
        See `find`.
    output : Path
    people : Roster or None
    args
        With the options of `add_rule_arguments`.
    root : path, optional
        Of the course.
    bank : Path, optional
        Of the bank that the document is in; then the copies hold no target. ``tasks`` means the course's own bank of
        performance tasks, unless a folder here is called so.
    """
    bank = _place(bank, root)
    document = find(module, bank or root)
    path = output / NAME
    before = load(path) if path.exists() else None
    if before is not None and before.document != document.id:
        raise GradingError(f"{output} holds the release of {before.document}: choose another folder")
    rules = _rules(said_rules(args), before)
    manifest = _manifest(document, before, rules)
    if bank is not None:
        manifest = replace(manifest, bank=str(Path(bank).resolve()))
    if people:
        manifest = choose(document, people, manifest)
    notebook = released_notebook(document)
    output.mkdir(parents=True, exist_ok=True)
    # First the record, on the disk: a copy that nobody can grade must not exist.
    save(path, manifest)
    judged = document.feedback and bank is None
    if not people:
        _write_copy(output, document, notebook, manifest, "", judged, False)
    for learner in people.learners if people else ():
        key = manifest.variants[learner.id]
        _write_copy(output / slug(learner.id), document, notebook, manifest, key, judged, zipped)
    if zipped and people:
        _zip_sections(output, document, people)
    return manifest


def _zip_sections(output: Path, document, people) -> None:
    """A zip for each section of the roster, to hand out in class: a folder for each learner."""
    for section in sorted({learner.section for learner in people.learners if learner.section}):
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
            for learner in people.learners:
                if learner.section == section:
                    for name in (f"{document.stem}.ipynb", "release.json", *document.data):
                        archive.write(output / slug(learner.id) / name, f"{slug(learner.id)}/{name}")
        atomic.write(output / "sections" / f"{slug(section)}.zip", memory.getvalue())


def _rules(said: dict, before: Manifest | None) -> Rules:
    """The rules that are asked for, on top of those of the release that is there."""
    known = before.rules.to_data() if before else {"timezone": zone_here()}
    rules = Rules(**{**known, **said}).stated()
    moment = rules.moment() if "due" in said and (before is None or rules.due != before.rules.due) else None
    if moment is not None and moment < datetime.now(UTC):
        raise GradingError(
            f"--due {said['due']} is past ({moment:%Y-%m-%d %H:%M %Z}): give a time to come, or leave it out"
        )
    return rules


def _place(bank: Path | None, root) -> Path | None:
    """Where the bank is: the folder that is named, or the course's own ``tasks``."""
    from qtrain.course.course import find_root

    if bank is None or Path(bank).exists() or str(bank) != "tasks":
        return bank
    own = Path(root or find_root()) / "tasks"
    return own if own.is_dir() else bank


def find(module: str, root=None):
    """The document that a module's number, its folder, or its own id means."""
    from qtrain.course import load

    course = load(root)
    if "." in module:
        return whole(course.lesson(module))
    for found in course.modules:
        if module in (str(found.number), found.folder):
            if len(found.problem_sets) == 1:
                return whole(found.problem_sets[0])
            raise GradingError(
                f"module {module} has no problem set; release one of its lessons, like {found.lessons[0].id}"
            )
    numbers = ", ".join(str(found.number) for found in course.modules)
    raise GradingError(f"there is no module {module!r} in the course; there are {numbers}")


def whole(document):
    """The document itself, where it is all there.

    Raises
    ------
    GradingError
        When it is a problem set as learners have it: solutions and slips are in the instructor's part.
    """
    if document.practice_only:
        from qtrain.installing import with_this_python

        raise GradingError(
            f"the problem set {document.id} is here as learners have it, for practice: install the instructor's part "
            f"with  {with_this_python('qtrain-teach')}  (or its wheel from 'make wheel'), or name a checkout: --course"
        )
    return document


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


def open_copy(document) -> dict:
    """A copy as a release without a roster makes it, with the course's own variant; its checks take answers down."""
    notebook = released_notebook(document)
    _insert_numbers(notebook, document, "", False)
    return notebook


def cells_of(notebook: dict) -> dict:
    """From the id of each released cell of an exercise to [exercise, role]."""
    from qtrain.course.cells import exercise_of, role_of

    return {
        cell["id"]: [exercise_of(cell), role_of(cell)]
        for cell in notebook["cells"]
        if cell.get("id") and exercise_of(cell) and role_of(cell) in ("task", "answer", "check")
    }


def open_manifest(document) -> Manifest:
    """A manifest for copies that no release made: everyone has the course's own variant."""
    return replace(_manifest(document, None, Rules()), id=f"{document.id}-open", salt=document.id)


def _manifest(document, before: Manifest | None, rules: Rules) -> Manifest:
    today = datetime.now(UTC)
    name = document.id if document.feedback else document.stem  # the id of a paper is a long list
    return Manifest(
        id=before.id if before else f"{name}-{today:%Y%m%d}-{secrets.token_hex(3)}",
        title=document.title,
        document=document.id,
        stem=document.stem,
        salt=before.salt if before else secrets.token_hex(16),
        made=before.made if before else today.isoformat(timespec="seconds"),
        rules=rules,
        cells=cells_of(released_notebook(document)),
        exercises=[Asked(e.id, e.title, float(e.points)) for e in document.exercises],
        variants=dict(before.variants) if before else {},
        learners=list(before.learners) if before else [],
        neighbours_differ=dict(before.neighbours_differ) if before else {},
        lessons=_lessons(document),
        site=before.site if before else "",
    )


def _lessons(document) -> list[Reading]:
    """The lessons that the document builds on, for whoever gets feedback."""
    from qtrain.course import CourseError, load

    found = []
    for name in document.metadata.get("prerequisites", ()):
        try:
            lesson = load(getattr(document, "root", None)).lesson(name)
        except (CourseError, AttributeError):  # a document that is no part of the course links to nothing
            continue
        found.append(Reading(lesson.id, lesson.title, lesson.chapter))
    return found


def _write_copy(folder: Path, document, notebook: dict, manifest: Manifest, key: str, judged: bool, zipped: bool):
    own = copy.deepcopy(notebook)
    own["metadata"].setdefault("qtrain", {})["release"] = {"id": manifest.id, "learner": key}
    _insert_numbers(own, document, key, judged)
    told = {
        "release": manifest.id,
        "document": document.id,
        "title": manifest.title,
        "learner": key,
        "due": manifest.rules.due,
    }
    if not judged:
        told["feedback"] = False
    contents = {
        f"{document.stem}.ipynb": json.dumps(own, ensure_ascii=False, indent=1) + "\n",
        "release.json": json.dumps(told, ensure_ascii=False, indent=1) + "\n",
        **document.data,
    }
    for name, content in contents.items():
        atomic.write(folder / name, content)
    if zipped:
        memory = io.BytesIO()
        with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in contents.items():
                archive.writestr(f"{document.stem}/{name}", content)
        atomic.write(folder.with_name(folder.name + ".zip"), memory.getvalue())


def _insert_numbers(notebook: dict, document, key: str, judged: bool) -> None:
    first = next((k for k, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"), 0)
    notebook["cells"].insert(first, _numbers_cell(document, key, judged))


def _numbers_cell(document, key: str, judged: bool) -> dict:
    """The cell by which a copy knows its learner's numbers, whatever lies beside it."""
    from qtrain.checking.answer_forms import forms

    told = {}
    for exercise in document.exercises:
        parameters = exercise.parameters(key)
        one: dict = {"numbers": dict(parameters)} if parameters else {}
        if exercise.options is not None:
            one["options"] = dict(exercise.options(parameters))
        if not judged and (takes := list(forms(exercise.target(parameters).takes))):
            one["takes"] = takes
        told[exercise.id] = one
    lines = [f"    {name!r}: {_literal(one, name)}," for name, one in told.items()]
    asked = "" if judged else ", judged=False"
    source = "\n".join([_SAID, "from qtrain import this_copy", "", "this_copy({", *lines, f"}}{asked})"])
    metadata = {"deletable": False, "editable": False, "tags": ["this-copy"]}
    return {
        "cell_type": "code",
        "id": CELL,
        "metadata": metadata,
        "source": source,
        "outputs": [],
        "execution_count": None,
    }


def _literal(value, name: str) -> str:
    """`value` as Python text that gives it back exactly."""
    text = repr(value)
    try:
        if ast.literal_eval(text) == value:
            return text
    except (ValueError, SyntaxError):
        pass
    raise GradingError(f"the parameters of {name} cannot be written into a notebook: use numbers, texts and lists")
