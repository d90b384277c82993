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
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache, partial
from types import CodeType

from qtrain.authoring import Exercise
from qtrain.checking.target import Target
from qtrain.checking.verdict import Verdict

from .cells import exercise_of, role_of, tags
from .course import Lesson

COPIED = ("qiskit", "cirq", "numpy", "builtins", "qtrain")


def _judged(target: Target, answer, learner: str) -> Verdict:
    return target.judge(answer)


def rehearse(
    lesson: Lesson,
    learners: tuple[str, ...] = ("", "asma", "bilal"),
    before: dict[str, Stage] | None = None,
    judge: Callable[[Target, object, str], Verdict] = _judged,
    slips_of: Collection[str] | None = None,
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
    slips_of : collection of str, optional
        Those of the learners for whose variants the slips are tried; all when left out.
    """
    slips_of = learners if slips_of is None else slips_of
    before = stages(lesson) if before is None else before
    for exercise in lesson.exercises:
        with _quiet():
            found = list(_tried(exercise, before[exercise.id], learners, judge, slips_of))
        yield exercise.id, found


class Stage(dict):
    """The notebook's names before an answer cell, and what was worked out from there: once for all that try it out."""

    def __init__(self, names: dict):
        super().__init__(names)
        self._solved: dict[tuple[str, str], tuple[list, dict]] = {}
        self._targets: dict[tuple[str, str], Target] = {}

    def target(self, exercise: Exercise, learner: str = "") -> Target:
        """What a learner's answers are judged against; it draws what it judges by once for all of them."""
        if (key := (exercise.id, learner)) not in self._targets:
            self._targets[key] = exercise.target(exercise.parameters(learner))
        return self._targets[key]

    def solutions(self, exercise: Exercise, learner: str = "") -> list:
        """The answer that each solution gives: that of the answer cell, then those of the others after it."""
        return self._solve(exercise, learner)[0]

    def after(self, exercise: Exercise, learner: str = "") -> dict:
        """The names after the answer cell with its solution."""
        return self._solve(exercise, learner)[1]

    def _solve(self, exercise: Exercise, learner: str) -> tuple[list, dict]:
        if (key := (exercise.id, learner)) not in self._solved:
            first, *others = exercise.cells.solutions
            answer, after = answer_of(exercise, first.source, self, learner)
            answers = [answer, *(answer_of(exercise, other.source, after, learner)[0] for other in others)]
            self._solved[key] = answers, after
        return self._solved[key]


def stages(lesson: Lesson) -> dict[str, Stage]:
    """The notebook's names before the answer cell of each exercise, by the exercise's id.

    The cells run in the notebook's folder, where the files that they read stand. Their calls of `check` judge nothing:
    whoever tries answers out judges each of them once.
    """
    names: dict = {"__name__": "__main__"}
    before: dict[str, Stage] = {}
    with _quiet(), contextlib.chdir(lesson.path.parent):
        for number, cell in enumerate(lesson.notebook["cells"], 1):
            if role_of(cell) == "answer":
                before[exercise_of(cell)] = Stage({name: _copied(value) for name, value in names.items()})
            if cell["cell_type"] == "code":
                _run(cell["source"], names, f"cell {number}", forgiving="raises-exception" in tags(cell))
                names["check"] = _unjudged
    return before


def _unjudged(name: str, answer=None) -> None:
    """In place of `check`."""


def _tried(
    exercise: Exercise, stage: Stage, learners: tuple[str, ...], judge: Callable, slips_of: Collection[str]
) -> Iterator[str]:
    def verdict_on(answer, learner: str = "") -> Verdict:
        return judge(stage.target(exercise, learner), answer, learner)

    cells = exercise.cells
    stub, _ = answer_of(exercise, cells.stub, stage, "")
    verdict = verdict_on(stub)
    if verdict.status != "not yet":
        yield f"the untouched stub is {verdict.status!r}, not 'not yet': {verdict.message}"
    answers: dict[str, list] = {}
    for learner in learners if exercise.variant is not None else learners[:1]:  # or all have the same
        who = f" of learner {learner!r}" if learner else ""
        parameters = exercise.parameters(learner)
        if json.loads(json.dumps(parameters)) != json.loads(json.dumps(exercise.parameters(learner))):
            yield f"the parameters{who} change from one draw to the next"
        answers[learner] = stage.solutions(exercise, learner)
        for solution, answer in zip(cells.solutions, answers[learner], strict=True):
            verdict = verdict_on(answer, learner)
            if not verdict.passed or verdict.score != 1:
                yield f"the {solution.framework or ''} solution{who} is {verdict.status}: {verdict.message}"
        target = stage.target(exercise, learner)
        if learner in slips_of:
            for sentence in exercise.try_slips(parameters, target, partial(judge, learner=learner)):
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


def answer_of(exercise: Exercise, source: str, names: dict, learner: str):
    """Run code in a copy of the names, in the notebook's folder; the learner's answer, and the names after it."""
    where = f"exercise {exercise.id}"
    named = _named_in(_compiled(source, where))
    names = {name: _copied(value) if name in named else value for name, value in names.items()}
    before = os.environ.get("QTRAIN_LEARNER")
    os.environ["QTRAIN_LEARNER"] = learner
    try:
        with contextlib.chdir(exercise.lesson.path.parent):
            _run(source, names, where)
    finally:
        os.environ.pop("QTRAIN_LEARNER")
        if before is not None:
            os.environ["QTRAIN_LEARNER"] = before
    return names[exercise.cells.variable], names


def _run(source: str, names: dict, where: str, forgiving: bool = False) -> None:
    try:
        exec(_compiled(source, where), names)
    except Exception:
        if not forgiving:
            raise


@lru_cache(maxsize=1024)
def _compiled(source: str, where: str) -> CodeType:
    """A cell's code; none of one with a magic command: it shows something, and no answer hangs on it."""
    from IPython.core.inputtransformer2 import TransformerManager

    code = TransformerManager().transform_cell(source)
    return compile("" if "get_ipython()" in code else code, where, "exec")


def _named_in(code: CodeType) -> set[str]:
    """The names that code can reach by itself: a function from an earlier cell has the names of that cell."""
    inside = (constant for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*(_named_in(other) for other in inside))


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
