"""What an instructor decides on the command line or in a table: points, comments, extensions, aliases, removals."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from qtrain.grading.errors import GradingError
from qtrain.grading.late_policy import instant, zone
from qtrain.grading.manifest import Manifest
from qtrain.grading.roster import decoded

_MOST = 100_000  # lines of a table
_HEADINGS = ("learner", "exercise", "points", "comment")


def on_names(book, args) -> None:
    """Note by which names learners' files come."""
    for name, learner in args.alias:
        book.add_alias(name, learner, args.author)


def on_grades(book, releases: list[Manifest], args) -> None:
    """Note points, comments, extensions and removals; all are looked at before the first is written.

    Raises
    ------
    GradingError
        When there are several releases, or a value will not do.
    """
    table = _table(args.remarks) if args.remarks else []
    remarks = [(learner, exercise, points, "") for learner, exercise, points in args.points]
    remarks += [(learner, exercise, "", text) for learner, exercise, text in args.comment] + table
    if not (remarks or args.extend or args.remove):
        return
    if len(releases) != 1:
        raise GradingError("several releases are in this gradebook: say which with --release")
    release = releases[0]
    made = [(learner, "" if e == "-" else e, *_points(points), text) for learner, e, points, text in remarks]
    until = [(learner, _due(text, release)) for learner, text in args.extend]
    for learner, exercise, points, withdrawn, text in made:
        book.remark(
            release.id,
            learner,
            exercise=exercise,
            points=points,
            withdrawn=withdrawn,
            comment=text,
            author=args.author,
        )
    for learner, due in until:
        book.extend(release.id, learner, due, args.author)
    for learner, why in args.remove:
        if not book.remove(release.id, learner, why.strip() or "removed", author=args.author):
            raise GradingError(f"{learner} has handed in nothing that counts: there is nothing to remove")


def _points(text: str) -> tuple[float | None, bool]:
    """(points or None, whether earlier ones are taken back)."""
    text = text.strip()
    if text in ("", "-"):
        return None, text == "-"
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = float("nan")
    if not 0 <= value < 1e6:
        raise GradingError(f"points are a number that is not negative, not {text!r}")
    return value, False


def _due(text: str, release: Manifest) -> str:
    return instant(text, release.rules.timezone).astimezone(zone(release.rules.timezone)).isoformat(timespec="seconds")


def _table(path: Path) -> list[tuple[str, str, str, str]]:
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        raise GradingError(f"{path} cannot be read ({error.strerror})") from None
    first = text.lstrip().partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text.replace("\x00", "")), delimiter=max(",;\t", key=first.count))
    names = [(name or "").strip().casefold() for name in rows.fieldnames or ()]
    if "learner" not in names or not set(names) <= set(_HEADINGS):
        raise GradingError(f"{path} needs the headings learner, exercise, points, comment; it has {', '.join(names)}")
    rows.fieldnames = names
    made = []
    for line in rows:
        told = {name: (line.get(name) or "").strip() for name in _HEADINGS}
        if told["learner"] and (told["points"] or told["comment"]):
            made.append((told["learner"], told["exercise"] or "-", told["points"], told["comment"]))
        if len(made) > _MOST:
            raise GradingError(f"{path} has more than {_MOST} lines")
    return made
