"""What an instructor decides on the command line or in a table: points, comments, extensions, aliases, removals."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from qtrain.grading.errors import GradingError
from qtrain.grading.history import Said
from qtrain.grading.late_policy import instant, zone
from qtrain.grading.manifest import Manifest
from qtrain.grading.roster import decoded

_MOST = 100_000  # lines of a table
# Files that show names, besides the feedback pages.
SHOWING_NAMES = ("grades-moodle.csv", "grades-canvas.csv", "feedback-moodle.zip", "cohort.html", "report.json")
_HEADINGS = ("learner", "exercise", "points", "comment")


def on_names(book, args) -> None:
    """Note by which names learners' files come."""
    for name, learner in args.alias:
        book.add_alias(name, learner, args.author)


def on_anonymity(book, output: Path, args) -> None:
    """Hide names or show them again; pages and files that show the others are taken away, to be made anew."""
    if not (args.anonymous or args.reveal):
        return
    if args.anonymous and args.reveal:
        raise GradingError("--anonymous hides the names and --reveal shows them again: say one of the two")
    if args.reveal and not book.anonymous():
        raise GradingError("names are not hidden in this gradebook: there is nothing to reveal")
    if args.anonymous and book.anonymous():
        return
    book.set_anonymous(args.anonymous, args.author)
    for folder in (output, *(output / release.id for release in book.releases())):
        for path in (*folder.glob("feedback/*.html"), *(folder / name for name in SHOWING_NAMES)):
            path.unlink(missing_ok=True)


def on_grades(book, releases: list[Manifest], args) -> None:
    """Note points, comments, extensions and removals; all are looked at before the first is written.

    Raises
    ------
    GradingError
        When there are several releases, or a value will not do.
    """
    said = [(learner, exercise, points, "", "") for learner, exercise, points in args.points]
    said += [(learner, exercise, "", text, "") for learner, exercise, text in args.comment]
    said += _table(args.remarks) if args.remarks else []
    if not (said or args.extend or args.remove or args.excuse):
        return
    release = _only(releases)
    remarks = [made for one in said for made in _remarks(book, *one)]
    until = [(learner, _due(text, release)) for name, text in args.extend for learner in book.learners_of(name)]
    excused = [(learner, _reason(why)) for name, why in args.excuse for learner in book.learners_of(name)]
    removed = [(name, book.learners_of(name), why.strip() or "removed") for name, why in args.remove]
    book.remark(release.id, remarks, args.author)
    for learner, due in until:
        book.extend(release.id, learner, due, args.author)
    for learner, why in excused:
        book.excuse(release.id, learner, why, args.author)
    for name, learners, why in removed:
        if not sum(book.remove(release.id, learner, why, author=args.author) for learner in learners):
            raise GradingError(f"{name} has handed in nothing that counts: there is nothing to remove")


def on_worksheet(book, releases: list[Manifest], args) -> list[str]:
    """Fill in Moodle's worksheet; returns what to tell on the command line."""
    from qtrain.grading import worksheet

    release = _only(releases)
    if book.anonymous():
        raise GradingError("names are hidden in this gradebook: say --reveal before --worksheet")
    done = worksheet.fill(args.worksheet, args.output, book.rows(release.id), release.of, scale=args.scale)
    lines = [f"  {done.place}: {done.filled} lines filled in, for Moodle's Upload grading worksheet"]
    for who, what in ((done.unknown, "mean nobody in the gradebook"), (done.locked, "have a grade locked in Moodle")):
        if who:
            lines.append(f"  {len(who)} lines of it {what}, for example: {who[0]}")
    return lines


def _only(releases: list[Manifest]) -> Manifest:
    if len(releases) != 1:
        raise GradingError("several releases are in this gradebook: say which with --release")
    return releases[0]


def _remarks(book, name: str, exercise: str, points: str, text: str, where: str) -> list[Said]:
    given, withdrawn = _points(points, where)
    about = "" if exercise == "-" else exercise
    return [Said(one, about, given, withdrawn, text, where=where) for one in book.learners_of(name, where)]


def _reason(text: str) -> str:
    """Why somebody is excused; "" where it is taken back."""
    if not text.strip():
        raise GradingError("--excuse LEARNER WHY needs a reason; - as reason takes it back")
    return "" if text.strip() == "-" else text.strip()


def _points(text: str, where: str = "") -> tuple[float | None, bool]:
    """(points or None, whether earlier ones are taken back)."""
    text = text.strip()
    if text in ("", "-"):
        return None, text == "-"
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1e6:
        raise GradingError(f"{where}points are a number that is not negative, not {text!r}")
    return value, False


def _due(text: str, release: Manifest) -> str:
    return instant(text, release.rules.timezone).astimezone(zone(release.rules.timezone)).isoformat(timespec="seconds")


def _table(path: Path) -> list[tuple[str, str, str, str, str]]:
    """(learner, exercise, points, comment, where it stands) of each line that says something."""
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        raise GradingError(f"{path} cannot be read ({error.strerror})") from None
    first = text.lstrip().partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text.replace("\x00", "")), delimiter=max(",;\t", key=first.count))
    names = [(name or "").strip().casefold() for name in rows.fieldnames or ()]
    if "learner" not in names or not set(names) <= {*_HEADINGS, ""}:
        came = ", ".join(filter(None, names)) or "nothing"
        raise GradingError(f"{path} needs the headings learner, exercise, points, comment; it has {came}")
    rows.fieldnames = names
    made = []
    for line in rows:
        where = f"{path}, line {rows.line_num}: "
        if None in line:
            raise GradingError(f"{where}there are more fields than headings: put a comment with a comma into quotes")
        told = {name: (line.get(name) or "").strip() for name in _HEADINGS}
        if told["points"] or told["comment"]:
            if not told["learner"]:
                raise GradingError(f"{where}there are points or a comment, but no learner")
            made.append((told["learner"], told["exercise"] or "-", told["points"], told["comment"], where))
        if len(made) > _MOST:
            raise GradingError(f"{path} has more than {_MOST} lines")
    return made
