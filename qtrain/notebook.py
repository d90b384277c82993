"""What a lesson's notebook uses: ask for a variant, check an answer, get a hint, see the solution, make a claim."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from qtrain import session as sessions
from qtrain.checking.verdict import UNREAD, Verdict, describe
from qtrain.course import CourseError, Exercise, Parameters, load
from qtrain.course import this_copy as copies
from qtrain.course.identity import feedback, learner, learner_folder
from qtrain.showing import Shown, cell_number, say, shell, show, warn

_SIGNS = {"right": "✔", "wrong": "✘", "not yet": "…", "undecided": "?"}
_hints_given: dict[str, int] = {}
_tried: set[str] = set()
_asked: set[str] = set()


def check(exercise_id: str, answer: Any) -> Verdict:
    """Judge an answer, show the verdict as a card, and record it.

    Parameters
    ----------
    exercise_id : str
        ``"1.6.a"``.
    answer : object
        In any form that `qtrain.checking` reads: a Qiskit or Cirq circuit, a state, an array, a number, a choice, ….

    Returns
    -------
    Verdict

    Raises
    ------
    AssertionError
        Under nbgrader only (the environment variable ``NBGRADER_EXECUTION``), when the answer is not right: that is how
        nbgrader counts points.
    """
    grading = os.environ.get("NBGRADER_EXECUTION")
    if not grading and (told := _stale(exercise_id)) is not None:
        shown = _shown(Verdict(False, 0.0, None, told, None, "not yet"), exercise_id)
        show(shown.bundle)
        return shown
    if not grading and not _may_judge():
        return _taken_down(exercise_id, answer)
    exercise = _exercise(exercise_id)
    parameters = variant(exercise_id)
    with _own_p(parameters):
        verdict = exercise.judge(answer, parameters=parameters)
    if verdict.status != "not yet" and verdict.diagnosis not in UNREAD:
        _tried.add(exercise_id)
    _record(exercise_id, verdict)
    shown = _shown(verdict, exercise_id, exercise)
    if grading and not verdict.passed:
        raise AssertionError(shown.text)
    show(shown.bundle)
    return shown


def _stale(exercise_id: str) -> str | None:
    """Why the answer is not what the learner's cells say now; None when it is, or nobody knows."""
    session = sessions.current()
    name = session.answer_name(exercise_id) if session else None
    return session.stale(exercise_id, name) if name else None


@contextlib.contextmanager
def _own_p(parameters: Parameters):
    """While an answer is judged, `p` in the notebook is this exercise's: a learner's function may ask for it."""
    names = getattr(shell(), "user_ns", None)
    before = names.get("p", parameters) if names is not None else None
    if names is None or not parameters or not isinstance(before, Parameters):
        yield
        return
    had = "p" in names
    names["p"] = parameters
    try:
        yield
    finally:
        if had:
            names["p"] = before
        else:
            names.pop("p", None)


def this_copy(exercises: dict, judged: bool = True) -> None:
    """Said by the first cell of a released notebook: this learner's numbers, and whether a check may judge.

    Parameters
    ----------
    exercises : dict
        From exercise to {"numbers": …, "options": …, "takes": …}; the last two where they apply.
    judged : bool
        False: the answers are judged when they are graded, and a check says only whether it can read them.
    """
    copies.remember(exercises, judged)


def _may_judge() -> bool:
    return copies.judged() and feedback()


def _taken_down(exercise_id: str, answer: Any) -> Shown:
    """What is judged elsewhere: here is said only whether it can be read and is of the form asked for."""
    own = copies.own(exercise_id)
    problem = _unreadable(answer, own.takes if own else ())
    if problem is None:
        message = "Taken down: whether it is right is said when your work is graded."
        verdict = Verdict(False, 0.0, None, message, None, "not yet")
    else:
        verdict = Verdict(False, 0.0, *problem)
    shown = _shown(verdict, exercise_id)
    show(shown.bundle)
    return shown


def _unreadable(answer: Any, takes: tuple[str, ...]) -> tuple[str, str] | None:
    """(diagnosis, sentence) where an answer cannot be read or is not of the form asked for."""
    from qtrain.checking.answer_forms import admit, forms
    from qtrain.checking.refusals import Refused, error_called
    from qtrain.circuits import Unreadable, read

    if answer is None or answer is ... or callable(answer):
        return None
    if isinstance(answer, list | tuple | set | frozenset | dict | str | bytes) and (not takes or "data" in takes):
        return None  # plain data are read by whoever judges them
    try:
        admit(read(answer), forms(takes))
    except (Unreadable, Refused) as problem:
        return problem.code, problem.message
    except Exception as problem:  # the answer's own code ran while it was read
        return "unreadable", f"Your answer could not be read: it raises {error_called(problem)}."
    return None


def variant(exercise_id: str) -> Parameters:
    """This learner's parameters of an exercise: the same learner gets the same ones, everywhere and always.

    On a practice sheet they are others, and the same for the same sheet.
    """
    own = copies.own(exercise_id)
    if own is not None:
        return Parameters(own.numbers)
    exercise = _exercise(exercise_id)
    return exercise.another(learner(), copies.sheet()) if copies.sheet() else exercise.parameters(learner())


def choose(exercise_id: str) -> None:
    """Show the options of a choice, with the letters that they have for this learner; `check` takes the letter."""
    own = copies.own(exercise_id)
    if own is not None and own.options:
        options = own.options
    else:
        exercise = _exercise(exercise_id)
        if exercise.options is None:
            return say(f"Exercise {exercise_id} has no options to choose from.")
        options = exercise.options(variant(exercise_id))
    return say("\n".join(f"- **{letter}** {option}" for letter, option in options.items()))


def hint(exercise_id: str) -> None:
    """Show the next hint of an exercise: a nudge first, then more. Asked again after the last, it begins anew."""
    if not _may_judge():
        return say("There are no hints in an exam.")
    exercise = _exercise(exercise_id)
    hints = exercise.cells.hints
    if not hints:
        return say(f"There is no hint for exercise {exercise_id}.")
    number = _hints_given.get(exercise_id, 0) % len(hints)
    _hints_given[exercise_id] = number + 1
    return say(f"**Hint {number + 1} of {len(hints)}.** {hints[number]}")


def solution(exercise_id: str) -> None:
    """Show the solution of a lesson's exercise and why it is right; a problem set keeps its solutions to itself."""
    if not _may_judge():
        return say("Solutions are not shown in an exam.")
    exercise = _exercise(exercise_id)
    if exercise.lesson.is_problem_set:
        return say(
            f"Problem {exercise_id} belongs to a problem set: its solution is not shown. "
            f'Ask for a hint with hint("{exercise_id}").'
        )
    if not _was_tried(exercise_id) and exercise_id not in _asked:
        _asked.add(exercise_id)
        return say(
            f"You have not checked an answer to exercise {exercise_id} yet. A try teaches more than reading, even a "
            f'wrong one, and hint("{exercise_id}") helps. To see the solution all the same, run this once more.'
        )
    names = {"qiskit": "Qiskit", "cirq": "Cirq", "numpy": "NumPy", None: "Python"}
    parts = [f"**Solution of exercise {exercise_id} · {exercise.title}**"]
    for found in exercise.cells.solutions:
        parts.append(f"{names[found.framework]}:\n\n```python\n{found.source.strip()}\n```")
    return say("\n\n".join([*parts, exercise.cells.explanation]).strip())


def _was_tried(exercise_id: str) -> bool:
    if exercise_id in _tried:
        return True
    return any(one.diagnosis not in UNREAD for one in _attempts(exercise_id))


def _attempts(exercise_id: str) -> list:
    folder = learner_folder()
    if folder is None:
        return []
    from qtrain.skills.record import Record, RecordError

    try:
        with Record(folder) as record:
            return record.attempts(exercise_id)
    except (RecordError, OSError):  # said when an answer is checked
        return []


def _onward(exercise: Exercise) -> str:
    """What is done of the lesson and what comes next, as HTML; "" outside of a learner's copy."""
    folder = learner_folder()
    if folder is None or exercise.lesson is None:
        return ""
    from html import escape

    from qtrain.course.onward import after, in_folder
    from qtrain.skills.record import Record, RecordError

    try:
        with Record(folder) as record:
            standings, attempts = record.standings(), record.attempts()
    except (RecordError, OSError):  # said when it was to be written
        return ""
    if sheet := copies.sheet():
        return _onward_on_sheet(folder, sheet, {one.exercise for one in attempts if one.sheet == sheet and one.passed})
    cells = exercise.lesson.cells
    open_ = [name for name in cells if name not in standings or not standings[name].done]
    done = f"{len(cells) - len(open_)} of {len(cells)} done in {exercise.lesson.id}."
    names = list(cells)
    later = [name for name in names[names.index(exercise.id) + 1 :] if name in open_] or open_
    if later:
        return f"{done} Next: exercise {later[0]} · {escape(cells[later[0]].title)}."
    goal = after(load(), exercise.lesson)
    if goal is None:
        return f"{done} This was the last lesson so far."
    return f'{done} Next: <a href="{escape(in_folder(exercise.lesson, goal))}">{escape(goal.called)}</a>.'


def _onward_on_sheet(folder, sheet: str, right: set[str]) -> str:
    from html import escape

    from qtrain.skills.sheet import exercises_on

    names = exercises_on(folder, sheet)
    left = [name for name in names if name not in right]
    done = f"{len(names) - len(left)} of {len(names)} right on this sheet."
    if left:
        return f"{done} Next: exercise {left[0]} · {escape(_exercise(left[0]).title)}."
    return f"{done} That is all for now: <code>progress()</code> shows what comes next." if names else ""


def claim(name: str, *, measured: Any, expected: Any, within: float | None = None, source: str = "") -> None:
    """Assert a number against its source, and say so in one line.

    Parameters
    ----------
    name : str
    measured, expected : float, complex, bool, str or array
        Compared element by element.
    within : float, optional
        Absolute tolerance; without it they must be equal.
    source : str
        Where `expected` comes from: author and year, DOI, or the theorem's name.

    Raises
    ------
    AssertionError
        When the claim does not hold.
    """
    from qtrain.course.claims import agree, shown

    tolerance = "" if within is None else f" (within {within:g})"
    origin = f" [{source}]" if source else ""
    if not agree(measured, expected, within):
        raise AssertionError(f"✘ claim: {name}: {measured} is not {expected}{tolerance}{origin}")
    found, wanted = (shown(value, expected, within) for value in (measured, expected))
    print(f"✔ claim: {name}: {found} = {wanted}{tolerance}{origin}")


def _exercise(exercise_id: str) -> Exercise:
    try:
        return load().exercise(exercise_id)
    except CourseError as error:
        # The learner's cell should end in the sentence, not in the frames that led to it.
        raise CourseError(str(error)) from None


def show_cards() -> None:
    """Have IPython show every verdict that ends a cell (``compare(…)``) as a card, and remember which cells ran.

    Does nothing outside of IPython.
    """
    running = shell()
    if running is not None:
        sessions.follow(running)
        running.display_formatter.mimebundle_formatter.for_type(Verdict, _bundle)


def _bundle(verdict: Verdict, include=None, exclude=None) -> dict:
    html = _card(verdict, None)
    return {"text/plain": str(verdict)} | ({} if html is None else {"text/html": html})


def _shown(verdict: Verdict, exercise_id: str, exercise: Exercise | None = None) -> Shown:
    shown = Shown.from_data(verdict.to_data())
    word = (
        {"right": "right", "not yet": "not yet", "undecided": "undecided"}.get(verdict.status)
        or verdict.diagnosis
        or "wrong"
    )
    lines = [f"{_SIGNS[verdict.status]} {exercise_id} {word}: {verdict.message}".rstrip()]
    if verdict.evidence is not None and (evidence := describe(verdict.evidence)):
        lines.append(f"  {evidence}")
    bundle = {"text/plain": "\n".join(lines)}
    if (html := _card(verdict, exercise)) is not None:
        bundle["text/html"] = html
    # The fields of a verdict are frozen; these belong to showing it.
    shown.__dict__.update(text=bundle["text/plain"], bundle=bundle, shown_in=cell_number())
    return shown


def _card(verdict: Verdict, exercise: Exercise | None) -> str | None:
    if shell() is None:
        return None
    # A drawing that breaks must never cost the learner the verdict: the text stands alone.
    try:
        from qtrain.drawing import card

        hints = exercise.cells.hints if exercise and not exercise.lesson.is_problem_set else ()
        onward = _onward(exercise) if exercise and verdict.passed else ""
        return card(verdict, exercise, hints, onward).html
    except Exception as error:
        warn(f"The card could not be drawn ({type(error).__name__}: {error}); the text below it says the same.")
        return None


def _record(exercise_id: str, verdict: Verdict) -> None:
    folder = learner_folder()
    if folder is None:
        return
    # Whatever keeps the record from being written, the learner gets the verdict, and is told once.
    try:
        from qtrain.skills.record import Record

        with Record(folder) as record:
            record.add(exercise_id, verdict, copies.sheet())
        for sentence in record.notes:
            warn(sentence)
    except Exception as error:
        warn(f"Your progress was not recorded: {error}")


__all__ = ["Shown", "check", "choose", "claim", "hint", "solution", "this_copy", "variant"]
