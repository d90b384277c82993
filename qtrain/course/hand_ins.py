"""What students hand in: made for each exercise from its own solutions, and what the verdicts on it are worth.

Nothing, the draft, a description of the result in place of the thing, another learner's answer, rounded values, other
units, another order, something printed instead of returned, and each solution with one fault (`mutants`). A verdict is
at fault if it gives points for nothing, shows numbers that the learner's program does not print, or names a gate that
the program does not have.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from qtrain.authoring import Exercise
from qtrain.authoring.taught import in_words
from qtrain.checking.target import Target

from .course import Lesson
from .endless import Turns, counted
from .generic_inputs import GenericInputs, comparable
from .mutants import mutants
from .rehearsal import Stage, answer_of, stages
from .verdict_facts import gate_not_there, other_numbers

NOTHING_DONE = ("nothing", "draft", "description", "printed")
"""Kinds of hand-ins for which there are no points at all."""
_OTHER_FORM = re.compile(r"\bor (?:\w+ ){0,3}(?:vector|amplitudes|matrix|array)\b|\baccepted\b")


@dataclass(frozen=True)
class HandIn:
    """Something handed in: what kind of thing it is, the words for it, and the answer."""

    kind: str
    what: str
    answer: Any


@dataclass(frozen=True)
class Finding:
    """A verdict that is at fault.

    Attributes
    ----------
    exercise : str
    fault : str
        ``"points"`` (a score although nothing is right), ``"numbers"`` (shown as the learner's, but not theirs),
        ``"gate"`` (named, but not there), ``"survivor"`` (a mutant that passes, and differs), ``"raises"``.
    what : str
        What was handed in, and what came.
    """

    exercise: str
    fault: str
    what: str


def findings(
    lesson: Lesson, learners: tuple[str, str] = ("", "asma"), names: dict[str, Stage] | None = None
) -> Iterator[tuple[str, int, list[Finding]]]:
    """For each exercise of a lesson: its id, how much was handed in, and what is at fault.

    Parameters
    ----------
    lesson : Lesson
    learners : (str, str)
        The learner, and the neighbour whose answer is handed in, too.
    names : dict, optional
        What `qtrain.course.rehearsal.stages` gave for the lesson; it runs now when left out.
    """
    names = stages(lesson) if names is None else names
    for exercise in lesson.exercises:
        tried, found = 0, []
        with _quiet():
            target = names[exercise.id].target(exercise, learners[0])
            for hand_in in hand_ins(exercise, names[exercise.id], learners):
                tried += 1
                found += _judged(exercise, target, hand_in)
            for survivor in survivors(exercise, names[exercise.id], learners[0]):
                found.append(Finding(exercise.id, "survivor", survivor))
        yield exercise.id, tried, found


def hand_ins(exercise: Exercise, stage: Stage, learners: tuple[str, str] = ("", "asma")) -> Iterator[HandIn]:
    """What students hand in to an exercise, in place of the right answer.

    Parameters
    ----------
    exercise : Exercise
    stage : Stage
        The notebook's names before the answer cell, as `qtrain.course.rehearsal.stages` gives them.
    learners : (str, str)
        The learner, and the neighbour whose answer is handed in, too.
    """
    yield from (HandIn("nothing", text, value) for text, value in (("None", None), ("an empty text", ""), ("[]", [])))
    stub, _ = answer_of(exercise, exercise.cells.stub, stage, learners[0])
    yield HandIn("draft", "the draft", stub)
    if exercise.variant is not None:
        for answer in stage.solutions(exercise, learners[1]):
            yield HandIn("neighbour", "another learner's answer", answer)
    answers = stage.solutions(exercise, learners[0])
    circuit = _is_circuit(answers[0]) and not _OTHER_FORM.search(f"{exercise.cells.task} {exercise.cells.source}")
    for answer in answers:
        yield from _instead(answer, circuit)


def _is_circuit(answer) -> bool:
    from qtrain.circuits import Circuit, Unreadable, read

    try:
        return not isinstance(answer, str) and isinstance(read(answer), Circuit)
    except Unreadable:
        return False


def _instead(answer, circuit: bool) -> Iterator[HandIn]:
    """What is handed in by somebody who nearly has this answer; `circuit`: whether the task takes nothing else."""
    if callable(answer) and not hasattr(answer, "num_qubits"):
        yield HandIn("printed", "the function prints and returns nothing", _printing(answer))
        yield HandIn("nothing", "a function that returns nothing", lambda *given, **named: None)
        return
    for what, other in _descriptions(answer) if circuit and _is_circuit(answer) else ():
        yield HandIn("description", what, other)
    for what, change in _CHANGES:
        other = _changed(answer, change)
        if other is not None:
            yield HandIn("changed", what, other)


def _printing(function: Callable) -> Callable:
    def printing(*given, **named):
        print(type(function(*given, **named)))  # that it prints matters; a large circuit takes a minute to be drawn

    return printing


def _descriptions(answer) -> Iterator[tuple[str, Any]]:
    """A circuit's probabilities, state and matrix: for whoever has read them somewhere."""
    from qtrain.circuits import Unreadable, output_distribution, read, run, unitary

    try:
        neutral = read(answer)
        if neutral.num_qubits > 8:
            return
        yield "the probabilities of the results", output_distribution(neutral)
        yield "the state", run(neutral)
        yield "the matrix", unitary(neutral)
    except Unreadable:
        return  # a circuit that measures on its way has no one state and no matrix


def _rounded(answer):
    return np.round(answer, 3) if isinstance(answer, np.ndarray | float | complex) else None


def _scaled(by: float) -> Callable:
    return lambda answer: answer * by if isinstance(answer, float) else None


def _reversed(answer):
    from qtrain.circuits import Circuit, permute, read

    if isinstance(answer, str | list | tuple):
        return answer[::-1]
    if isinstance(answer, dict) and answer and all(isinstance(key, str) for key in answer):
        return {key[::-1]: value for key, value in answer.items()}
    if hasattr(answer, "reverse_bits"):
        return answer.reverse_bits()
    if type(answer).__module__.startswith("cirq"):
        neutral = read(answer)
        n = neutral.num_qubits
        return permute(neutral, range(n)[::-1]) if isinstance(neutral, Circuit) else None
    return None


_CHANGES = (
    ("rounded to three digits", _rounded),
    ("in degrees", _scaled(180 / np.pi)),
    ("a thousand times as large", _scaled(1000.0)),
    ("in percent", _scaled(100.0)),
    ("in the other order", _reversed),
)


def _changed(answer, change: Callable):
    from qtrain.circuits import Unreadable

    try:
        return change(answer)
    except (Unreadable, TypeError, ValueError):
        return None  # what nobody can read has no other order


def _judged(exercise: Exercise, target: Target, hand_in: HandIn) -> Iterator[Finding]:
    try:
        verdict = in_words(target.judge(hand_in.answer), exercise.id)
    except Exception as problem:  # a verdict never raises: whatever it is, it is a finding
        yield Finding(exercise.id, "raises", f"{hand_in.what}: {type(problem).__name__}: {problem}")
        return
    came = f"{hand_in.what}: {verdict.status}, {verdict.score:.2f}: {verdict.message}"
    if hand_in.kind in NOTHING_DONE and verdict.score > 0:
        yield Finding(exercise.id, "points", came)
    if wrong := other_numbers(verdict, hand_in.answer):
        yield Finding(exercise.id, "numbers", f"{came} [{wrong}]")
    if wrong := gate_not_there(verdict, hand_in.answer):
        yield Finding(exercise.id, "gate", f"{came} [{wrong}]")


# --- mutants ---------------------------------------------------------------------------------------------------------


def survivors(exercise: Exercise, stage: Stage, learner: str = "") -> Iterator[str]:
    """The mutants of an exercise's solutions that its check accepts although they differ from the solution.

    A mutant of a function differs if it gives something else for a generic input; one of a number, if that is another.
    Anything else, such as a circuit, is what the check says it is: its mutants are not run.

    Parameters
    ----------
    exercise : Exercise
    stage : Stage
        The notebook's names before the answer cell, as `qtrain.course.rehearsal.stages` gives them.
    learner : str
        Whose variant.
    """
    solutions = exercise.cells.solutions
    right, after, target = (ask(exercise, learner) for ask in (stage.solutions, stage.after, stage.target))
    for number, solution in enumerate(solutions):
        if not comparable(right[number]):
            continue
        turns = Turns()
        before = {**(after if number else stage), Turns.NAME: turns}
        generic = GenericInputs(target, answer_of(exercise, counted(solution.source), before, learner)[0], turns)
        for mutant in mutants(solution.source):
            turns.again()
            try:
                answer = answer_of(exercise, counted(mutant.source), before, learner)[0]
            except Exception:  # a mutant that does not even run needs no check
                continue
            if not _passes(target, answer, turns):
                continue
            where = generic.where_differs(answer)
            if where is not None:
                yield f"solution {number + 1}, {mutant.fault}: it passes, but {where}"


def _passes(target, answer, turns: Turns) -> bool:
    from qtrain.checking import Each
    from qtrain.checking.runs import Runs
    from qtrain.circuits import Function

    turns.again()
    try:  # whether it is right is enough, and quicker to find out than what is wrong with it
        if type(target) is Each and callable(answer):
            return target.right(Function(answer))
        if isinstance(target, Runs):
            return target.right(answer)
        return target.judge(answer).passed
    except Exception:  # it ran too long, or broke: caught in one way or another
        return False


@contextlib.contextmanager
def _quiet():
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
