"""What a notebook calls to look back: what is done and due, new variants to practise with, recall questions."""

from __future__ import annotations

import os
import re
from datetime import date
from pathlib import Path

from qtrain.course import CourseError, load
from qtrain.course import this_copy as copies
from qtrain.course.identity import feedback, learner_folder
from qtrain.showing import say, show, warn

QUESTION = re.compile(r"^(\d+\.\w+)\.q(\d+)$")
NO_COPY = "{} is kept in a copy of the course: make one with  qtrain learn  in a terminal."


def progress() -> None:
    """Show what is done, tried and open, lesson by lesson, what comes next, and what to repeat."""
    folder = learner_folder()
    if folder is None:
        return say(NO_COPY.format("Your progress"))
    from qtrain.skills.progress import lines, report
    from qtrain.skills.record import RecordError

    try:
        found, notes = lines(load(), folder)
        text = report(found, load(), folder)
    except (CourseError, RecordError, OSError) as error:
        return say(f"Your progress cannot be shown now: {error}")
    for note in notes:
        warn(note)
    return show({"text/plain": text})


def practice(sheet: str | None = None) -> None:
    """Write a practice sheet for today, and show what is on it and why: what went wrong, and what is due again.

    It takes a quarter of an hour at most. Its exercises have new numbers.

    Parameters
    ----------
    sheet : str, optional
        Said by the first cell of a sheet: its name, from which its numbers follow.
    """
    if not (copies.judged() and feedback()):
        return say("There is no practice in an exam.")
    if sheet is not None:
        return copies.practise(str(sheet))
    folder = learner_folder()
    if folder is None:
        return say(NO_COPY.format("What you practise"))
    from qtrain.skills.practice import write
    from qtrain.skills.record import RecordError

    try:
        written, notes = write(folder)
    except (CourseError, RecordError, OSError) as error:
        return say(f"There is no practice sheet now: {error}")
    for note in notes:
        warn(note)
    told = written.said(date.today())
    if written.path is not None:
        place = Path(os.path.relpath(written.path, Path.cwd())).as_posix()
        told += f"\n\n**[Open the practice sheet]({place})**"
    return say(told)


def recalled(question: str, known: bool | None = None) -> None:
    """Take down whether you knew the answer to a recall question: it comes again later, or soon.

    Parameters
    ----------
    question : str
        ``"1.4.q2"``: the second recall question of lesson 1.4.
    known : bool
        Whether you knew it, before you opened the answer.
    """
    if not isinstance(known, bool):
        return say(
            "Open the answer above. Did you know it? Write True or False in place of the dots, and run the cell."
        )
    asked = _question(question)
    folder = learner_folder()
    if folder is None:
        return say(NO_COPY.format("What you knew"))
    from qtrain.skills.practice import question_due
    from qtrain.skills.record import Record, RecordError
    from qtrain.skills.spacing import when

    try:
        with Record(folder) as record:
            record.recalled(asked.lesson, asked.question, known)
            due = question_due(record, load().lesson(asked.lesson), asked)
    except (RecordError, OSError) as error:
        return say(f"It was not taken down: {error}")
    for note in record.notes:
        warn(note)
    return say(f"Taken down. The question comes again {when(due, date.today())}.")


def _question(name: str):
    """The question of that name."""
    found = QUESTION.match(str(name))
    questions = load().lesson(found[1]).questions if found else []
    number = int(found[2]) if found else 0
    if not 1 <= number <= len(questions):
        raise CourseError(f"There is no recall question {name!r} in the course. They are called like 1.4.q1.")
    return questions[number - 1]


__all__ = ["practice", "progress", "recalled"]
