"""Rubrics: for each exercise that a person marks, what earns points; from a YAML or CSV file, or from the exercise."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from qtrain.grading.errors import GradingError
from qtrain.grading.names import short
from qtrain.grading.roster import decoded

MOST = 9  # items of one exercise: as many as there are digit keys


@dataclass(frozen=True)
class Item:
    """What earns points, or costs them where they are negative."""

    points: float
    text: str


def read(path: Path, asked) -> dict[str, list[Item]]:
    """The rubrics in a file, by exercise.

    Parameters
    ----------
    path : Path
        YAML: from exercise to a list of ``{points: 1, text: Names the reason}``. CSV: exercise, points, text.
    asked : collection of str
        The exercises that there are.

    Raises
    ------
    GradingError
    """
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        raise GradingError(f"{path} cannot be read ({error.strerror})") from None
    lines = _from_csv(text, path) if path.suffix.lower() == ".csv" else _from_yaml(text, path)
    made: dict[str, list[Item]] = {}
    for exercise, points, words, where in lines:
        if exercise not in asked:
            raise GradingError(
                f"{where}there is no exercise {short(str(exercise), 40)!r}; there are {', '.join(asked)}"
            )
        made.setdefault(exercise, []).append(_item(points, words, where))
        if len(made[exercise]) > MOST:
            raise GradingError(f"{path}: {exercise} has more than {MOST} items, and there are {MOST} keys for them")
    if not made:
        raise GradingError(f"{path} holds no rubric: it needs exercise, points and text of each item")
    return made


def _item(points, words, where: str) -> Item:
    try:
        value = float(str(points).replace(",", "."))
    except ValueError:
        value = float("nan")
    if isinstance(points, bool) or not -1e6 < value < 1e6:
        raise GradingError(f"{where}points are a number, not {short(str(points), 40)!r}")
    if not isinstance(words, str) or not words.strip():
        raise GradingError(f"{where}an item of a rubric needs a text")
    return Item(value, short(words, 300))


def _from_csv(text: str, path: Path):
    first = text.lstrip().partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text.replace("\x00", "")), delimiter=max(",;\t", key=first.count))
    names = [(name or "").strip().casefold() for name in rows.fieldnames or ()]
    if not {"exercise", "points", "text"} <= set(names):
        raise GradingError(f"{path} needs the headings exercise, points, text; it has {', '.join(names) or 'nothing'}")
    rows.fieldnames = names
    for line in rows:
        if line["exercise"]:
            yield (
                line["exercise"].strip(),
                (line["points"] or "").strip(),
                line["text"],
                f"{path}, line {rows.line_num}: ",
            )


def _from_yaml(text: str, path: Path):
    import yaml

    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise GradingError(f"{path} is no YAML{f': look at line {mark.line + 1}' if mark else ''}") from None
    if not isinstance(told, dict):
        raise GradingError(f"{path} needs, for each exercise, a list of items with points and text")
    for exercise, items in told.items():
        where = f"{path}: {exercise}: "
        if not isinstance(items, list) or not all(isinstance(one, dict) for one in items):
            raise GradingError(f"{where}a rubric is a list of items with points and text")
        for one in items:
            if unknown := sorted(str(name) for name in one if name not in ("points", "text")):
                raise GradingError(f"{where}an item has points and text, not {short(unknown[0], 40)!r}")
            yield str(exercise), one.get("points"), one.get("text"), where
