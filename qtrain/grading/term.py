"""``qtrain term``: one grade for a term from several gradebooks, by weights, with the lowest dropped and some excused.

The plan is a YAML file::

    title: Quantum computing, spring
    of: 100                 # what a full grade is
    round: 1                # to multiples of this, at the end, once; halves go up
    parts:
      Problem sets: {weight: 60, best: 3, sets: [graded-1, graded-2, graded-3, graded-4]}
      Exam: {weight: 40, sets: [exam-graded]}
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

from qtrain import atomic
from qtrain.grading.errors import GradingError
from qtrain.grading.names import cell, short

if TYPE_CHECKING:
    from qtrain.grading.models import Learner

_OUTER = {"title", "of", "round", "parts"}
_INNER = {"weight", "best", "sets"}


@dataclass(frozen=True)
class Part:
    """Sets that count together.

    Attributes
    ----------
    name : str
    weight : Fraction
        Percent of the term grade.
    best : int
        How many of the sets count.
    sets : tuple of (Path, str)
        Folders of gradebooks, and which release of them ("": the only one).
    """

    name: str
    weight: Fraction
    best: int
    sets: tuple[tuple[Path, str], ...]


@dataclass(frozen=True)
class Plan:
    """How a term is graded: its parts, what a full grade is, and the step to which it is rounded."""

    title: str
    of: Fraction
    step: Fraction
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Result:
    """What a learner reached in one set.

    Attributes
    ----------
    share : Fraction
        From 0 to 1; 0 where nothing was handed in.
    state : str
        "", "missing" or "excused".
    """

    share: Fraction = Fraction(0)
    state: str = "missing"


@dataclass
class Term:
    """A learner's term grade.

    Attributes
    ----------
    exact : Fraction or None
        Before it is rounded; None where all is excused.
    grade : Fraction or None
    dropped : set of (str, int)
        Part and place of the sets that do not count because others are better.
    """

    exact: Fraction | None
    grade: Fraction | None
    dropped: set[tuple[str, int]] = field(default_factory=set)


def add_arguments(parser) -> None:
    """The options of ``qtrain term``."""
    parser.add_argument("plan", type=Path, metavar="PLAN.yml", help="title, of, round, and parts with weight and sets")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="DIR", help="where the term's files go")
    parser.add_argument(
        "--canvas-column", default="", metavar="NAME", help='the column in Canvas, like "Term grade (12345)"'
    )


def run(args) -> int:
    """Write the term's files; 0 when they are there."""
    try:
        plan = read(args.plan)
        lines = write(plan, args.output, args.canvas_column)
    except GradingError as error:
        print(f"qtrain term: {error}", file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


def read(path: Path) -> Plan:
    """The plan in a file.

    Raises
    ------
    GradingError
        When something in it cannot be.
    """
    import yaml

    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise GradingError(f"{path} cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise GradingError(f"{path} is no YAML{f': look at line {mark.line + 1}' if mark else ''}") from None
    _only(told, _OUTER, f"{path}")
    parts = told.get("parts")
    if not isinstance(parts, dict) or not parts:
        raise GradingError(f"{path} needs parts, each with a weight and its sets")
    made = tuple(_part(str(name), one, path) for name, one in parts.items())
    if (total := sum(part.weight for part in made)) != 100:
        raise GradingError(f"{path}: the weights add up to {float(total):g}, not to 100")
    if twice := _twice([one for part in made for one in part.sets]):
        raise GradingError(f"{path}: the set {twice} counts twice: name it in one part only")
    of = _number(told.get("of", 100), f"{path}: of")
    step = _number(told.get("round", Fraction(1, 100)), f"{path}: round")
    if not 0 < step <= of:
        raise GradingError(f"{path}: round is the step to which grades are rounded, above 0 and at most {float(of):g}")
    return Plan(short(str(told.get("title", "Term grade"))), of, step, made)


def _part(name: str, told, path: Path) -> Part:
    where = f"{path}: {name}"
    _only(told, _INNER, where)
    sets = told.get("sets")
    if not isinstance(sets, list) or not sets:
        raise GradingError(f"{where} needs a list of sets, the folders of their gradebooks")
    best = told.get("best", len(sets))
    if type(best) is not int or not 1 <= best <= len(sets):
        raise GradingError(f"{where}: best is how many of its {len(sets)} sets count, not {best!r}")
    if "weight" not in told:
        raise GradingError(f"{where} needs a weight, in percent of the term grade")
    return Part(name, _number(told["weight"], f"{where}: weight"), best, tuple(_set(one, where, path) for one in sets))


def _set(told, where: str, path: Path) -> tuple[Path, str]:
    if isinstance(told, str):
        told = {"gradebook": told}
    _only(told, {"gradebook", "release"}, f"{where}: a set")
    if not isinstance(told.get("gradebook"), str):
        raise GradingError(f"{where}: a set is the folder of a gradebook, as text")
    return (path.parent / told["gradebook"]).resolve(), str(told.get("release", ""))


def _only(told, known: set[str], where: str) -> None:
    if not isinstance(told, dict):
        raise GradingError(f"{where} is {type(told).__name__} where {', '.join(sorted(known))} were expected")
    if unknown := sorted(str(name) for name in told if name not in known):
        raise GradingError(f"{where} has {short(unknown[0], 40)!r}, which is not known: use {', '.join(sorted(known))}")


def _number(told, where: str) -> Fraction:
    try:
        value = Fraction(str(told)) if type(told) in (int, float, str, Fraction) else Fraction(-1)
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if value <= 0:
        raise GradingError(f"{where} is a number above 0, not {told!r}")
    return value


def _twice(sets) -> str:
    seen: set = set()
    for one in sets:
        if one in seen:
            return " ".join(filter(None, (one[0].name, one[1])))
        seen.add(one)
    return ""


def grade(plan: Plan, results: Mapping[str, list[Result]]) -> Term:
    """One learner's term grade.

    Of each part the best sets count, all alike. An excused set is as if it did not exist; a part of which all sets are
    excused leaves its weight to the others. It is rounded at the end, once, and halves go up.

    Parameters
    ----------
    results : mapping from str to list of Result
        For each part what the learner reached in its sets, in their order.
    """
    total, weights, dropped = Fraction(0), Fraction(0), set()
    for part in plan.parts:
        there = [(one.share, place) for place, one in enumerate(results[part.name]) if one.state != "excused"]
        if not there:
            continue
        there.sort(key=lambda one: (-one[0], one[1]))
        count = min(part.best, len(there))
        dropped |= {(part.name, place) for _, place in there[count:]}
        total += part.weight * sum(share for share, _ in there[:count]) / count
        weights += part.weight
    if not weights:
        return Term(None, None)
    exact = plan.of * total / weights
    return Term(exact, floor(exact / plan.step + Fraction(1, 2)) * plan.step, dropped)


def write(plan: Plan, folder: Path, canvas_column: str = "") -> list[str]:
    """Write ``term.csv`` with every set, and the files for Moodle and Canvas; what to tell on the command line."""
    from qtrain.grading.exports import LmsFiles, as_number

    names: list[tuple[str, int, str]] = []
    learners: dict[str, Learner] = {}
    reached = []
    for part in plan.parts:
        for place, one in enumerate(part.sets):
            title, rows = _rows(*one)
            if any(title == known for _, _, known in names):  # another year's, or another section's
                title = f"{title} ({one[0].name})"
            names.append((part.name, place, title))
            reached.append({learner.id: result for learner, result in rows})
            learners |= {learner.id: learner for learner, _ in rows if learner.id not in learners}
    absent: list[str] = []
    with LmsFiles(folder, plan.title, float(plan.of), canvas_column, "term") as files:
        with atomic.text_file(folder / "term.csv") as file:
            table = csv.writer(file)
            titles = [cell(f"{part}: {title}") for part, _, title in names]
            table.writerow(["Learner", "Name", *titles, "Exact", plan.title])
            for learner in learners.values():
                results: dict[str, list[Result]] = {part.name: [] for part in plan.parts}
                for (name, _, title), there in zip(names, reached, strict=True):
                    results[name].append(there.get(learner.id, Result()))
                    if learner.id not in there:
                        absent.append(f"{short(learner.id, 60)} in {short(title, 60)}")
                term = grade(plan, results)
                shown = [_shown(results[name][place], (name, place) in term.dropped) for name, place, _ in names]
                exact, grade_ = ("" if v is None else as_number(float(v)) for v in (term.exact, term.grade))
                table.writerow([cell(learner.id), cell(learner.details.get("name", "")), *shown, exact, grade_])
                files.add(learner, grade_, "" if grade_ else "excused from all")
    lines = [f"{plan.title}: {len(learners)} learners, {len(names)} sets. Nothing handed in counts 0."]
    if absent:
        lines.append(f"  {len(absent)} times somebody is not in a set's roster, which counts 0, too: {absent[0]}")
    return [*lines, f"  {folder}: term.csv, term-moodle.csv, term-canvas.csv"]


def _shown(result: Result, dropped: bool) -> str:
    if result.state == "excused":
        return "excused"
    said = "missing" if result.state else f"{float(100 * result.share):.2f}".rstrip("0").rstrip(".") + " %"
    return f"({said})" if dropped else said


def _rows(folder: Path, release: str) -> tuple[str, list]:
    """The title of a set, and what each learner of its roster reached in it."""
    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.settings import Settings

    settings = Settings.at(folder)
    book = Gradebook(settings.database)
    try:
        if book.anonymous():
            raise GradingError(f"names are hidden in {folder}: say  qtrain grade -o {folder} --reveal  first")
        there = {one.id: one for one in book.releases()}
        if not release and len(there) != 1:
            raise GradingError(
                f"{folder} holds {len(there)} releases: write {{gradebook: {folder.name}, release: ID}} with one of "
                f"{', '.join(there) or 'them'}"
            )
        if release and release not in there:
            raise GradingError(f"{folder} has no release {release!r}; it has {', '.join(there)}")
        manifest = there[release or next(iter(there))]
        return manifest.title, [(row.learner, _result(row)) for row in book.rows(manifest.id) if row.learner.known]
    finally:
        book.close()


def _result(row) -> Result:
    if row.excused:
        return Result(state="excused")
    if row.grade is None or not row.of:
        return Result()
    return Result(Fraction(str(row.grade)) / Fraction(str(row.of)), "")
