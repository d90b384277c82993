"""What a finished lesson has, read from its files without running it; each lack is told as a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from .cells import FRAMEWORKS, exercise_of, role_of, solution_in, tags
from .course import Lesson
from .errors import CourseError
from .learner_copy import HIDDEN, ONWARD, learner_copy
from .stored_format import departures
from .study_time import SITTING, code_lines, prose_words, stated_minutes, study_minutes

LEVELS = ("F", "P", "S")
TAGS = {
    "exercise",
    "check",
    "hint",
    "solution",
    "explanation",
    "recall",
    *FRAMEWORKS,
    "raises-exception",
    "nbval-skip",
    "nbval-ignore-output",
    "interactive",
    "pause",
    ONWARD,
}
CODE_LINES, PROSE_WORDS = 16, 160  # about 15 lines, about 150 words
HINTS, QUESTIONS, OUTCOMES = range(1, 4), range(5, 9), range(3, 6)
MIN_SLIPS = 2
SAMPLE = tuple(f"learner-{number}" for number in range(12))
"""Learners whose variants the audit looks at."""


def audit(lesson: Lesson) -> list[str]:
    """Every lack of a lesson or problem set."""
    found = []
    for rule in RULES:
        try:
            found += [f"{lesson.id}: {sentence}" for sentence in rule(lesson)]
        except CourseError as error:
            # A lesson that cannot be read breaks several rules in the same way; once is enough.
            if str(error) not in found:
                found.append(str(error))
    return found


def metadata(lesson: Lesson) -> Iterator[str]:
    """Complete, and in the words that maps and paths know."""
    facts = lesson.metadata
    if lesson.is_problem_set:
        return
    if facts["level"] not in LEVELS:
        yield f"level {facts['level']!r} is none of {', '.join(LEVELS)}"
    if len(facts["outcomes"]) not in OUTCOMES:
        yield f"has {len(facts['outcomes'])} outcomes; a lesson has 3 to 5"
    if not facts["competences"]:
        yield "names no competence"
    for competence in facts["competences"]:
        code, area, level = (str(competence.get(key, "")) for key in ("cfqt", "area", "level"))
        if not (re.match(r"^\d\.\d$", code) and area in ("I", "II", "III") and re.match(r"^[ABC][12]$", level)):
            yield f'competence {competence!r} is not like {{"cfqt": "5.1", "area": "I", "level": "A2"}}'


def time(lesson: Lesson) -> Iterator[str]:
    """The minutes that a lesson states are those that it takes; a long one says where to pause."""
    if lesson.is_problem_set:
        return
    takes = study_minutes(lesson)
    if not lesson.minutes == stated_minutes(lesson.notebook) == takes:
        yield (
            f"takes {takes} minutes; its metadata say {lesson.minutes}, its title cell "
            f"{stated_minutes(lesson.notebook) or 'nothing'} (run: qtrain refresh --no-run {lesson.id})"
        )
    if takes > SITTING and not any("pause" in tags(cell) for cell in lesson.notebook["cells"]):
        yield f"takes {takes} minutes; split it, or say in a cell tagged pause where to stop for a day"


def shape(lesson: Lesson) -> Iterator[str]:
    """Title on top, known tags, code and prose in small pieces."""
    cells = lesson.notebook["cells"]
    if not cells or cells[0]["cell_type"] != "markdown" or not cells[0]["source"].startswith("# "):
        yield "the first cell must begin with the title (# …)"
    words = 0
    for number, cell in enumerate(cells, 1):
        for tag in set(tags(cell)) - TAGS:
            yield f"cell {number}: there is no tag {tag!r}"
        if cell["cell_type"] == "code":
            words = 0
            count = code_lines(cell["source"], str(lesson.path))
            if count > CODE_LINES:
                yield f"cell {number}: {count} lines of code; split it (at most {CODE_LINES})"
        elif role_of(cell) not in HIDDEN and "recall" not in tags(cell):
            # A task is read on its own: it begins a new stretch of prose.
            words = prose_words(cell["source"]) + (0 if role_of(cell) == "task" else words)
            following = any(later["cell_type"] == "code" for later in cells[number:])
            if words > PROSE_WORDS and following:
                yield f"cell {number}: {words} words since the last code cell; shorten it (at most {PROSE_WORDS})"
                words = 0


def assessment(lesson: Lesson) -> Iterator[str]:
    """Each outcome is assessed; the kinds are mixed; the last exercise of a lesson is a stretch."""
    exercises = lesson.exercises
    if not exercises:
        yield "has no exercise"
        return
    if lesson.is_problem_set:
        return
    assessed = {number for exercise in exercises for number in exercise.outcomes}
    for number, outcome in enumerate(lesson.outcomes, 1):
        if number not in assessed:
            yield f"no exercise assesses outcome {number} ({outcome})"
    if wrong := sorted(assessed - set(range(1, len(lesson.outcomes) + 1))):
        yield f"exercises assess outcome {wrong}, which the lesson does not have"
    kinds = {exercise.kind for exercise in exercises}
    for wanted in (("build", "debug", "design"), ("compute", "predict"), ("explain",)):
        if not kinds & set(wanted):
            yield f"has no exercise of the kind {' or '.join(wanted)}"
    if exercises[-1].kind != "stretch":
        yield f"its last exercise, {exercises[-1].id}, is not a stretch"


def exercises(lesson: Lesson) -> Iterator[str]:
    """Each exercise has all its parts."""
    for exercise in lesson.exercises:
        cells, name = exercise.cells, f"exercise {exercise.id}"
        if len(cells.hints) not in HINTS:
            yield f"{name} has {len(cells.hints)} hints; give 1 to 3"
        if not cells.explanation:
            yield f"{name} has no explanation"
        if not cells.task:
            yield f"{name} has no task below its heading"
        if not solution_in(cells.source, name):
            yield f"{name} has no solution between its marks"
        slips = len(exercise.slips(exercise.parameters()))
        if slips < MIN_SLIPS:
            yield f"{name} has {slips} typical mistakes; keep at least {MIN_SLIPS}"
        if exercise.points <= 0:
            yield f"{name} has {exercise.points} points"
        frameworks = {found.framework for found in cells.solutions}
        if len(frameworks & {"qiskit", "cirq"}) == 1 and not frameworks & {None, "numpy"}:
            yield f"{name} is solved in {(frameworks & {'qiskit', 'cirq'}).pop()} only; solve it in the other one, too"
        order = [cell for cell in lesson.notebook["cells"] if exercise_of(cell) == exercise.id]
        places = [("task", "answer", "check", "hint", "solution", "explanation").index(role_of(cell)) for cell in order]
        if any(a > b for a, b in pairwise(places)):
            yield f"{name}: its cells do not come as task, answer, check, hints, solutions, explanation"


def variants(lesson: Lesson) -> Iterator[str]:
    """For a sample of learners no slip is right, and each gets its own reply: none collides with another."""
    for exercise in lesson.exercises:
        found = {}
        for learner in SAMPLE if exercise.variant is not None else SAMPLE[:1]:
            parameters = exercise.parameters(learner)
            for sentence in exercise.try_slips(parameters):
                found.setdefault(sentence.split(" gets ")[0], f"{sentence} (with {dict(parameters)})")
        yield from (f"exercise {exercise.id}: {sentence}" for sentence in found.values())


def claims(lesson: Lesson) -> Iterator[str]:
    """A lesson proves at least one number (or says ``"claims": 0`` in its metadata), each with its source."""
    if not lesson.is_problem_set and len(lesson.claims) < lesson.metadata.get("claims", 1):
        yield "makes no claim"
    for claim in lesson.claims:
        if not claim.name or not claim.source:
            yield f"claim {claim.name!r} needs a name and a source, written out as strings"
        elif not claim.line:
            yield f"claim {claim.name!r} has no stored output; run: qtrain refresh {lesson.id}"


def recall(lesson: Lesson) -> Iterator[str]:
    """A lesson ends with recall questions."""
    if not lesson.is_problem_set and len(lesson.questions) not in QUESTIONS:
        yield f"has {len(lesson.questions)} recall questions; give 5 to 8 (a cell tagged recall)"


def both_frameworks(lesson: Lesson) -> Iterator[str]:
    """What is shown in one framework is shown in the other."""
    used = {tag for cell in lesson.notebook["cells"] if not role_of(cell) for tag in tags(cell)} & {"qiskit", "cirq"}
    if len(used) == 1:
        yield f"has cells tagged {used.pop()}, but none of the other framework"


def stored_format(lesson: Lesson) -> Iterator[str]:
    """The notebook is stored as others expect it."""
    points = {exercise.id: exercise.points for exercise in lesson.exercises}
    for sentence in departures(lesson.path, points):
        yield f"{sentence} (run: qtrain refresh {lesson.id})"


def secrecy(lesson: Lesson) -> Iterator[str]:
    """The learner's copy tells no solution."""
    shown = learner_copy(lesson.notebook, str(lesson.path))["cells"]
    code = [cell["source"] for cell in shown if cell["cell_type"] == "code"]
    every = [cell["source"] for cell in shown]
    for exercise, cells in lesson.cells.items():
        region = solution_in(cells.source, f"exercise {exercise}")
        if any(region and region in source for source in code):
            yield f"the learner's copy shows the solution of exercise {exercise}: {region!r}"
        for text in (*cells.hints, cells.explanation, *(other.source for other in cells.others)):
            if text and any(text in source for source in every):
                yield f"the learner's copy shows a hint, solution or explanation of exercise {exercise}"


RULES: tuple[Callable[[Lesson], Iterator[str]], ...] = (
    metadata,
    time,
    shape,
    assessment,
    exercises,
    variants,
    claims,
    recall,
    both_frameworks,
    stored_format,
    secrecy,
)
