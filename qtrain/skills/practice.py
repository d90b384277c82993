"""Practice: new variants of what went wrong or is due again, and recall questions, on a sheet of a quarter of an hour.

``practice()`` in a notebook and ``qtrain practice`` in a terminal choose from the learner's record what to repeat, and
write it as a notebook into ``practice/`` of the learner's copy.
"""

from __future__ import annotations

import re
import sys
import webbrowser
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from pathlib import Path

from qtrain import atomic
from qtrain.course import Course, CourseError, load
from qtrain.course.data_files import names_data, put, together
from qtrain.course.display import can_show
from qtrain.course.excerpt import excerpt
from qtrain.course.identity import HOME, learner_folder
from qtrain.course.learn import way_out
from qtrain.course.recall import Question
from qtrain.course.study_time import MINUTES
from qtrain.drawing.cards import MEANINGS

from .record import Attempt, Record, RecordError
from .sheet import FOLDER, is_untouched, notebook_of
from .spacing import Past, ago, day_of, learnt, of_exercise, of_question, when

QUARTER = 15
QUESTION_MINUTES, MOST_QUESTIONS = 1, 4


@dataclass(frozen=True)
class Repeat:
    """Something to repeat.

    Attributes
    ----------
    id : str
        Of the exercise; of a recall question ``"1.4.q2"``, the second one of lesson 1.4.
    title : str
        Of the exercise, or the question itself.
    lesson : str
    due : date
    since : date
        When it was last answered; of a new question, when its lesson was learnt.
    why : str
        Why it comes now, as a sentence.
    minutes : int
        About how long it takes; told of what is chosen, since an exercise's own file says it.
    wrong : bool
        Whether it went wrong and has not been practised since.
    question : Question or None
        Of a recall question.
    """

    id: str
    title: str
    lesson: str
    due: date
    since: date
    why: str
    minutes: int = 0
    wrong: bool = False
    question: Question | None = None


def repeats(course: Course, record: Record, today: date) -> list[Repeat]:
    """All that the record says is or will be due, most urgent first: what went wrong, then what waits longest."""
    attempts: dict[str, list[Attempt]] = defaultdict(list)
    for one in record.attempts():
        attempts[one.exercise].append(one)
    asked = defaultdict(list)
    for recall in record.recalls():
        asked[recall.lesson, recall.question].append(recall)
    found: list[Repeat] = []
    for lesson in course.documents:
        if any(name in attempts for name in lesson.cells):
            found += _exercises(lesson, attempts, today)
            found += _questions(lesson, attempts, asked, today)
    return sorted(found, key=lambda one: (not one.wrong, one.due, one.since))


def due(found: Sequence[Repeat], today: date) -> list[Repeat]:
    """Of these what should be repeated now."""
    return [one for one in found if one.due <= today]


def _exercises(lesson, attempts: dict[str, list[Attempt]], today: date) -> Iterator[Repeat]:
    for name, cells in lesson.cells.items():
        past = of_exercise(attempts.get(name, ()))
        if past is not None:
            found = past.schedule
            wrong = bool(past.mistakes)
            yield Repeat(name, cells.title, lesson.id, found.due, found.since, _why(past, today), wrong=wrong)


def _questions(lesson, attempts, asked, today: date) -> Iterator[Repeat]:
    every = [one for name in lesson.cells for one in attempts.get(name, ())]
    day = learnt(every, lesson.cells)
    if day is None:
        return
    for number, question in enumerate(lesson.questions, 1):
        before = asked[lesson.id, question.question]
        schedule = of_question(day, before)
        why = f"You learnt it in lesson {lesson.id}, {ago(day, today)}."
        if before:
            known = "You knew it" if before[-1].known else "You did not know it"
            why = f"{known} {ago(schedule.since, today)}."
        yield Repeat(
            f"{lesson.id}.q{number}",
            question.question,
            lesson.id,
            schedule.due,
            schedule.since,
            why,
            question=question,
        )


def question_due(record: Record, lesson, question: Question) -> date:
    """When a recall question that has been asked is due."""
    asked = [one for one in record.recalls() if (one.lesson, one.question) == (question.lesson, question.question)]
    day = learnt((one for one in record.attempts() if one.exercise in lesson.cells), lesson.cells)
    return of_question(day or day_of(asked[0].at), asked).due


def _why(past: Past, today: date) -> str:
    if not past.mistakes:
        return f"You had it right {ago(past.schedule.since, today)}: it is time to see whether it is still there."
    last = past.mistakes[-1]
    meaning = MEANINGS.get(last.diagnosis or "", "")
    mistake = f" ({meaning})" if meaning else ""
    times = "once" if len(past.mistakes) == 1 else f"{len(past.mistakes)} times"
    if past.solved:
        return f"It was wrong {times}{mistake} before you had it right, {ago(past.schedule.since, today)}."
    return f"Your last answer was not right{mistake}, {ago(past.schedule.since, today)}."


def _minutes(course: Course, one: Repeat) -> int:
    return QUESTION_MINUTES if one.question is not None else MINUTES[course.exercise(one.id).rung]


def chosen(found: Sequence[Repeat], course: Course, minutes: int = QUARTER) -> list[Repeat]:
    """What fits into a quarter of an hour: in turn what went wrong and what else is due, and never twice in a row from
    the same lesson where that can be.
    """
    groups = [[one for one in found if one.wrong == wrong] for wrong in (True, False)]
    left, waiting = minutes, [one for pair in zip_longest(*groups) for one in pair if one is not None]
    taken: list[Repeat] = []
    questions = 0
    while waiting:
        last = taken[-1].lesson if taken else None
        one = next((one for one in waiting if one.lesson != last), waiting[0])
        waiting.remove(one)
        takes = _minutes(course, one)
        if takes > left or (one.question is not None and questions == MOST_QUESTIONS):
            continue
        if one.question is None and excerpt(course.lesson(one.lesson), one.id) is None:
            continue  # it goes on with the answer to another exercise
        taken.append(replace(one, minutes=takes))
        left -= takes
        questions += one.question is not None
    return taken


@dataclass(frozen=True)
class Sheet:
    """A practice sheet that was written: its file, what is on it, and, where it is empty, what comes next."""

    path: Path | None
    items: tuple[Repeat, ...]
    later: Repeat | None = None

    @property
    def minutes(self) -> int:
        """About how long it takes."""
        return sum(one.minutes for one in self.items)

    def said(self, today: date) -> str:
        """What is on it and why, as Markdown that a terminal can show, too."""
        if not self.items:
            if self.later is None:
                return "There is nothing to repeat yet. Do some exercises first: what was hard comes back here."
            return f"Nothing is due today. The next repetition comes {when(self.later.due, today)}."
        lines = [f"About {self.minutes} minutes, from {_lessons(self.items)}:", ""]
        for one in self.items:
            name = f"A recall question of lesson {one.lesson}" if one.question else f"{one.id} · {one.title}"
            lines.append(f"- **{name}** — {one.why}")
        return "\n".join(lines)


def _lessons(items: Iterable[Repeat]) -> str:
    count = len({one.lesson for one in items})
    return "one lesson" if count == 1 else f"{count} lessons"


def write(folder: Path, today: date | None = None) -> tuple[Sheet, list[str]]:
    """Choose what to practise today and write the sheet into the learner's folder; also notes on the record.

    A sheet of today that nobody has touched is written anew; one that somebody worked on stays, and another comes
    beside it.

    Parameters
    ----------
    folder : Path
        The learner's folder.
    today : date, optional

    Raises
    ------
    CourseError, RecordError
        With a way out.
    """
    today = today or date.today()
    course = load()
    with Record(folder) as record:
        found = repeats(course, record, today)
        notes = record.notes
    items = chosen(due(found, today), course)
    if not items:
        later = min((one for one in found if one.due > today), key=lambda one: one.due, default=None)
        return Sheet(None, (), later), notes
    name, number = today.isoformat(), 1
    while (path := folder / FOLDER / f"{name}.ipynb").exists() and not is_untouched(path):
        number += 1
        name = f"{today.isoformat()}_{number}"
    try:
        lessons = [course.lesson(one.lesson) for one in items if one.question is None]
        put(together(lesson for lesson in lessons if names_data(lesson.notebook)), path.parent)
        atomic.write(path, notebook_of(course, items, name))
    except OSError as error:
        raise CourseError(f"The practice sheet cannot be written. {way_out(error, folder)}") from None
    return Sheet(path, tuple(items)), notes


def add_arguments(parser):
    """Arguments of `qtrain practice`."""
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="your copy of the course (default: found from here)"
    )


def run(args) -> int:
    """Write the sheet, say what is on it and why, and open it where JupyterLab runs on the copy."""
    from qtrain.course.jupyterlab import running
    from qtrain.course.learn import default_folder

    folder = args.folder or learner_folder() or default_folder()
    if not (folder / HOME).is_dir():
        command = f"qtrain learn {args.folder or ''}".rstrip()
        print(f"{folder} is not a learner's copy of the course. Make one with: {command}", file=sys.stderr)
        return 1
    try:
        sheet, notes = write(folder)
    except (CourseError, RecordError) as error:
        print(error, file=sys.stderr)
        return 1
    for note in notes:
        print(note, file=sys.stderr)
    print(re.sub(r"\*\*", "", sheet.said(date.today())))
    if sheet.path is None:
        return 0
    print(f"\nYour practice sheet: {sheet.path}")
    served = running(folder)
    if served is None:
        print("Open it in JupyterLab:  qtrain learn")
        return 0
    address = f"{served['url'].rstrip('/')}/lab/tree/{FOLDER}/{sheet.path.name}"
    print(f"Open it in a browser:  {address}")
    if can_show():
        webbrowser.open(address)
    return 0
