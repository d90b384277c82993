"""``qtrain new lesson 1.7 "Title"``: begin a lesson with a valid notebook, its checks and its line in the contents."""

from __future__ import annotations

import re
import sys
import unicodedata
from pathlib import Path

from qtrain import atomic

from .audit import audit
from .course import CAPTION, TOC, Course, load
from .errors import CourseError
from .stored_format import dump, tidy
from .template import EXERCISES, cells


def add_arguments(parser):
    """Arguments of `qtrain new`."""
    parser.add_argument("what", choices=["lesson", "bank"], help="what to begin")
    parser.add_argument("id", metavar="ID", help="a lesson's number, such as 1.7; a bank's folder")
    parser.add_argument("title", nargs="?", default="", help='a lesson\'s, such as "Controlled gates"')
    parser.add_argument("--module", metavar="TITLE", help="the module's title, for a first lesson that is not planned")


def run(args) -> int:
    """Make the files, and say what the lesson still lacks."""
    if args.what == "bank":
        return _begin_bank(Path(args.id))
    try:
        lesson = begin(load(), args.id, args.title, args.module)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Lesson {lesson.id} begins in\n  {lesson.path}\n  {lesson.exercises_path}\nand stands in {TOC.as_posix()}.")
    print("It is valid: it loads, its exercise can be checked, and the learner's copy can be written.")
    print("Before it is complete:")
    for sentence in audit(lesson):
        print(f"  {sentence}")
    print(f"Look again with: qtrain course --audit {lesson.id}")
    return 0


def _begin_bank(folder: Path) -> int:
    from . import bank

    try:
        made = bank.begin(folder)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    number = made.modules[0].number
    print(f"A bank with one problem begins in {folder}. Keep it in a repository of your own; README.md says how.")
    print(f"Release it with:  qtrain release {number} --bank {folder} -o RELEASE --learners ROSTER.csv")
    return 0


def begin(course: Course, lesson_id: str, title: str, module_title: str | None = None):
    """Write the files of a new lesson and return it.

    Raises
    ------
    CourseError
        When the number or title will not do, or when there is such a lesson already. Nothing is written then.
    """
    if not (number := re.match(r"^(\d+)\.(\d+)$", lesson_id)):
        raise CourseError(f"A lesson's number looks like 1.7, not {lesson_id!r}.")
    slug = _slug(title)
    if not slug:
        raise CourseError(f"The title {title!r} has no letters to make a file name of.")
    if course.root.name == "_course":
        raise CourseError("This is the installed course, which an update would replace: work in a checkout instead.")
    if lesson_id in {document.id for document in course.documents}:
        raise CourseError(f"There is a lesson {lesson_id} already: {course.lesson(lesson_id).path}")
    module = next((module for module in course.modules if module.number == int(number[1])), None)
    module_title = module_title or _planned_title(course.root, number[1])
    if module is None and not module_title:
        raise CourseError(
            f"Module {number[1]} has no lesson yet. Give its title, too: "
            f'qtrain new lesson {lesson_id} "{title}" --module "Title of the module"'
        )
    folder = module.folder if module else f"{number[1]}_{_slug(module_title)}"
    stem = f"{number[1]}_{number[2]}_{slug}"
    notebook = course.root / "notebooks" / folder / f"{stem}.ipynb"
    exercises = course.root / "exercises" / folder / f"{stem}.py"
    for path in (notebook, exercises):
        if path.exists():
            raise CourseError(f"{path} is there already. Move it away, or choose another title.")
    metadata = {
        "id": lesson_id,
        "title": title,
        "level": "F",
        "minutes": 40,
        "outcomes": ["Compute the first thing", "Explain the second", "Choose the third"],
        "competences": [{"cfqt": "1.1", "area": "I", "level": "A1"}],
        "prerequisites": [],
    }
    raw = {"cells": cells(lesson_id, title), "metadata": {"qtrain": metadata}, "nbformat": 4, "nbformat_minor": 5}
    atomic.write(exercises, EXERCISES.replace("LESSON", lesson_id).replace("TITLE", title.replace('"', "'")))
    atomic.write(notebook, dump(tidy(raw)))
    toc = course.root / TOC
    heading = f"{number[1]} · {module_title}" if module is None else None
    chapter = f"notebooks/{folder}/{stem}"
    atomic.write(toc, with_chapter(toc.read_text(encoding="utf-8"), int(number[1]), chapter, heading))
    return load(course.root).lesson(lesson_id)


def _planned_title(root: Path, module: str) -> str | None:
    """The module's title in the plan of the whole course, where the checkout has one."""
    import yaml

    plan = root / "book" / "curriculum.yml"
    if not plan.is_file():
        return None
    modules = yaml.safe_load(plan.read_text(encoding="utf-8")).get("modules", [])
    return next((planned["title"] for planned in modules if str(planned.get("id")) == module), None)


def with_chapter(toc: str, module: int, chapter: str, heading: str | None) -> str:
    """The table of contents with one more chapter at its place; its comments and layout stay as they are."""
    lines = toc.splitlines()
    line = f"      - file: {chapter}"
    captions = [
        (place, CAPTION.match(found[1]))
        for place, text in enumerate(lines)
        if (found := re.match(r'^\s+- caption:\s*"?(.*?)"?\s*$', text))
    ]
    if heading is not None:
        # After the last module before it, else before the first module after it, else at the end of the modules.
        before = [place for place, number in captions if number and int(number[1]) > module]
        others = [place for place, number in captions if not number]
        earlier = [place for place, number in captions if number and int(number[1]) < module]
        after = [place for place in others if earlier and place > earlier[-1]] or others[1:2]
        position = (before or after or [len(lines)])[0]
        lines[position:position] = [f'  - caption: "{heading}"', "    chapters:", line]
        return "\n".join(lines) + "\n"
    start = next(place for place, number in captions if number and int(number[1]) == module)
    position, last = None, start
    for place in range(start + 1, len(lines)):
        if re.match(r"^\s+- caption:", lines[place]):
            break
        if found := re.match(r"^\s+- file:\s*(\S+)", lines[place]):
            last = place
            if position is None and _order(found[1]) > _order(chapter):
                position = place
    position = position if position is not None else last + 1
    lines.insert(position, line)
    return "\n".join(lines) + "\n"


def _order(chapter: str) -> float:
    found = re.match(r"^\d+_(\d+)", chapter.split("/")[-1])
    return int(found[1]) if found else float("inf")


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    return "_".join(word for word in words if word not in ("the", "a", "an", "and", "of"))[:40].strip("_")
