"""``qtrain refresh``: run lessons and store their text outputs in the stored format."""

from __future__ import annotations

import sys

from qtrain import atomic

from . import runs
from .cells import read_notebook
from .course import Course, Lesson, load
from .errors import CourseError
from .onward import leading_on
from .stored_format import departures, dump, tidy
from .study_time import study_minutes, with_minutes


def add_arguments(parser):
    """Arguments of `qtrain refresh`."""
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 1.6 or 1.P (default: all)")
    parser.add_argument(
        "--kernel",
        help="run anew, with this kernel (default: take what tests or the book ran, else the warm kernel)",
    )
    parser.add_argument("--no-run", action="store_true", help="only put the format in order; keep the outputs")


def run(args) -> int:
    """Refresh each lesson; 1 when one fails."""
    try:
        course = load()
        chosen = [course.lesson(name) for name in args.lessons] or course.documents
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    failed = 0
    for lesson in chosen:
        try:
            for line in refresh(lesson, args.kernel, execute=not args.no_run, course=course):
                print(line)
            failed += bool(departures(lesson.path))
        except CourseError as error:
            failed += 1
            print(error, file=sys.stderr)
    return int(failed > 0)


def refresh(lesson: Lesson, kernel: str | None = None, execute: bool = True, course: Course | None = None):
    """Store a lesson in the stored format with what it puts out; yields what there is to say.

    Parameters
    ----------
    lesson : Lesson
    kernel : str, optional
        Run it anew with the kernel of that name; else it runs only when there is no run of it as it is now.
    execute : bool
        False keeps the outputs that it has.
    course : Course, optional
        To which it belongs: then its set-up cell and its last cell are brought up to date.

    Raises
    ------
    CourseError
        Naming the cell that failed.
    """
    notebook, said = read_notebook(lesson.path), []
    if execute:
        found = (None if kernel else runs.kept(lesson)) or runs.run(lesson, kernel or "")
        said = [f"ran in {sum(found.seconds):.1f} s", *runs.remarks(lesson, found)]
        fresh = iter(found.outputs)
        cells = [{**c, "outputs": next(fresh)} if c["cell_type"] == "code" else c for c in notebook["cells"]]
        notebook = {**notebook, "cells": cells}
    if course is not None:
        notebook = leading_on(notebook, lesson, course)
    if not lesson.is_problem_set:
        notebook = with_minutes(notebook, study_minutes(lesson))
    before = lesson.path.read_text(encoding="utf-8")
    text = dump(tidy(notebook, {exercise.id: exercise.points for exercise in lesson.exercises}))
    if text != before:
        atomic.write(lesson.path, text)
    yield f"{lesson.id} {lesson.path.name}: {'stored' if text != before else 'unchanged'}" + "".join(
        f", {time}" for time in said[:1]
    )
    yield from (f"  {remark}" for remark in [*said[1:], *departures(lesson.path)])
