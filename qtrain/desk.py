"""``qtrain learn`` as a learner calls it: the copy of the course, with a front page made from the learner's record."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from qtrain.course import Course
from qtrain.course import learn as copies
from qtrain.skills.progress import bar, due_in, lines, next_exercise, to_repeat
from qtrain.skills.record import RecordError

WIDTH = 8
add_arguments = copies.add_arguments


def run(args) -> int:
    """Renew the copy, then serve it."""
    return copies.run(args, front)


def front(course: Course, folder: Path) -> str:
    """The front page with what is done of each lesson, and where to go on."""
    try:
        found, _ = lines(course, folder)
        again = to_repeat(due_in(course, folder), date.today())
    except RecordError:  # said when an answer is checked; without a record the page shows the lessons alone
        return copies.front_page(course)
    known = {line.id: line for line in found}

    def state(document: str) -> str:
        line = known[document]
        if not line.done and not line.tried:
            return ""
        tick = "✔ " if len(line.done) == line.total else ""
        return f"{tick}`{bar(line, WIDTH)}` {len(line.done)} of {line.total} · "

    onward = ""
    if (name := next_exercise(found)) is not None:
        lesson = course.lesson(name.rpartition(".")[0])
        begun = any(line.done or line.tried for line in found)
        words = "Go on with" if begun else "Begin with"
        onward = f"## {words} [{lesson.called}]({copies.place(lesson)}), exercise {name}"
    return copies.front_page(course, "\n\n".join(filter(None, [onward, again])), state)
