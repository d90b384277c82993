"""A lesson tried out: every solution, stub and mistake of every exercise, for several learners.

The notebook's cells run in this process, one after another in one namespace, since hundreds of answers are tried with
the objects that they leave: `qtrain.course.running` gives what a notebook shows, and no objects. Nothing is shown.
"""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
from collections.abc import Callable, Iterator
from functools import cache, partial

from qtrain.authoring import Exercise
from qtrain.checking.target import Target
from qtrain.checking.verdict import Verdict

from .cells import exercise_of, role_of, tags, without_solution
from .course import Lesson

COPIED = ("qiskit", "cirq", "numpy", "builtins", "qtrain")


def _judged(target: Target, answer, learner: str) -> Verdict:
    return target.judge(answer)


def rehearse(
    lesson: Lesson,
    learners: tuple[str, ...] = ("", "asma", "bilal"),
    before: dict[str, dict] | None = None,
    judge: Callable[[Target, object, str], Verdict] = _judged,
) -> Iterator[tuple[str, list[str]]]:
    """Try out each exercise; yields its id and what is wrong with it.

    Parameters
    ----------
    lesson : Lesson
    learners : tuple of str
        Whose variants to try; the solutions of each must pass for them, and fail for the next one where the answers
        differ.
    before : dict, optional
        What `stages` gave for the lesson; it runs now when left out.
    judge : callable
        From a target, an answer and the learner whose variant it belongs to, to the verdict.
    """
    before = stages(lesson) if before is None else before
    for exercise in lesson.exercises:
        with _quiet():
            found = list(_tried(exercise, before[exercise.id], learners, judge))
        yield exercise.id, found


def stages(lesson: Lesson) -> dict[str, dict]:
    """The notebook's names before the answer cell of each exercise, by the exercise's id.

    The cells run in the notebook's folder, where the files that they read stand. Their calls of `check` judge nothing:
    whoever tries answers out judges each of them once.
    """
    names: dict = {"__name__": "__main__"}
    before: dict[str, dict] = {}
    with _quiet(), contextlib.chdir(lesson.path.parent):
        for number, cell in enumerate(lesson.notebook["cells"], 1):
            if role_of(cell) == "answer":
                before[exercise_of(cell)] = {name: _copied(value) for name, value in names.items()}
            if cell["cell_type"] == "code":
                _run(cell["source"], names, f"cell {number}", forgiving="raises-exception" in tags(cell))
                names["check"] = _unjudged
    return before


def _unjudged(name: str, answer=None) -> None:
    """In place of `check`."""


def _tried(exercise: Exercise, names: dict, learners: tuple[str, ...], judge: Callable) -> Iterator[str]:
    @cache  # a target draws what it judges by: once for all answers to a variant
    def target(learner: str) -> Target:
        return exercise.target(exercise.parameters(learner))

    def verdict_on(answer, learner: str = "") -> Verdict:
        return judge(target(learner), answer, learner)

    cells = exercise.cells
    stub, _ = answer_of(exercise, without_solution(cells.source, exercise.id), names, "")
    verdict = verdict_on(stub)
    if verdict.status != "not yet":
        yield f"the untouched stub is {verdict.status!r}, not 'not yet': {verdict.message}"
    answers: dict[str, list] = {}
    for learner in learners:
        who = f" of learner {learner!r}" if learner else ""
        parameters = exercise.parameters(learner)
        if json.loads(json.dumps(parameters)) != json.loads(json.dumps(exercise.parameters(learner))):
            yield f"the parameters{who} change from one draw to the next"
        answers[learner] = solutions_of(exercise, names, learner)
        for solution, answer in zip(cells.solutions, answers[learner], strict=True):
            verdict = verdict_on(answer, learner)
            if not verdict.passed or verdict.score != 1:
                yield f"the {solution.framework or ''} solution{who} is {verdict.status}: {verdict.message}"
        for sentence in exercise.try_slips(parameters, target(learner), partial(judge, learner=learner)):
            yield f"{sentence}{who}"
    if exercise.variant is not None and exercise.kind != "design":
        yield from _neighbours(answers, verdict_on)


def _neighbours(answers: dict[str, list], verdict_on: Callable) -> Iterator[str]:
    """A neighbour's answer passes only where it is the same answer."""
    learners = list(answers)
    for learner, other in zip(learners, learners[1:] + learners[:1], strict=True):
        if learner == other:
            continue
        for mine, theirs in zip(answers[learner], answers[other], strict=True):
            if verdict_on(mine, other).passed and not _same(mine, theirs):
                yield f"the solution of learner {learner!r} passes for {other!r}, whose answer is another"


def _same(first, second) -> bool:
    from qtrain.checking import compare

    try:
        return compare(first, second).passed
    except Exception:  # answers that nothing can compare (functions, say) are not shown to differ
        return True


def solutions_of(exercise: Exercise, names: dict, learner: str) -> list:
    """The answer that each solution gives: that of the answer cell, then those of the others after it."""
    first, *others = exercise.cells.solutions
    answer, after = answer_of(exercise, first.source, names, learner)
    return [answer, *(answer_of(exercise, other.source, after, learner)[0] for other in others)]


def answer_of(exercise: Exercise, source: str, names: dict, learner: str):
    """Run code in a copy of the names, in the notebook's folder; the learner's answer, and the names after it."""
    names = {name: _copied(value) for name, value in names.items()}
    before = os.environ.get("QTRAIN_LEARNER")
    os.environ["QTRAIN_LEARNER"] = learner
    try:
        with contextlib.chdir(exercise.lesson.path.parent):
            _run(source, names, f"exercise {exercise.id}")
    finally:
        os.environ.pop("QTRAIN_LEARNER")
        if before is not None:
            os.environ["QTRAIN_LEARNER"] = before
    return names[exercise.cells.variable], names


def _run(source: str, names: dict, where: str, forgiving: bool = False) -> None:
    from IPython.core.inputtransformer2 import TransformerManager

    code = TransformerManager().transform_cell(source)
    if "get_ipython()" in code:  # a magic command shows something; no answer hangs on it
        return
    try:
        exec(compile(code, where, "exec"), names)
    except Exception:
        if not forgiving:
            raise


def _copied(value):
    """A copy of what a later cell may change in place; anything else as it is."""
    if type(value).__module__.split(".")[0] not in COPIED or callable(value) or isinstance(value, type):
        return value
    try:
        return copy.deepcopy(value)
    except Exception:  # modules in a list, generators, handles: shared, as they are in a notebook
        return value


@contextlib.contextmanager
def _quiet():
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
