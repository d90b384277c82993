"""Run a submission's cells in a fenced child and take its answers out, one at a time.

A cell that does not end, or ends its process, costs its own exercise: a new child replays what came before without it.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from qtrain.grading.cell_order import Step
from qtrain.grading.messages import Malformed, Question, Reply, decode
from qtrain.kernels import Confinement, Limits, Result, Session

MAX_OUTPUTS = 50


@dataclass(frozen=True)
class Bounds:
    """What one submission may use.

    Attributes
    ----------
    cell, answer, whole : float
        Seconds for a cell, for taking one answer out, and for the whole submission with all its replays.
    judging : float
        Seconds for judging all answers of the submission; what is left then is for a person to look at.
    limits : Limits
        Of each child.
    """

    cell: float = 20.0
    answer: float = 10.0
    whole: float = 240.0
    judging: float = 60.0
    limits: Limits = field(default_factory=lambda: Limits(output=1_000_000, reply=32 * 1024 * 1024))


@dataclass
class Ran:
    """What came of a submission's cells.

    Attributes
    ----------
    replies : dict
        From exercise to the `Reply`: data that nobody has checked yet.
    stopped : dict
        From exercise to the sentence that says why there is no reply.
    outputs, errors, sources : dict
        From exercise to its cells' outputs (nbformat), to the last error in one line, to its cells' code.
    fences : tuple of str
    events : list of str
        What happened to cells that belong to no exercise.
    """

    replies: dict = field(default_factory=dict)
    stopped: dict = field(default_factory=dict)
    outputs: dict = field(default_factory=dict)
    errors: dict = field(default_factory=dict)
    sources: dict = field(default_factory=dict)
    fences: tuple[str, ...] = ()
    events: list = field(default_factory=list)


def run(
    steps: list[Step],
    questions: dict[str, Question],
    *,
    bounds: Bounds,
    required: bool = False,
    more=None,
    files: Mapping[str, bytes] | None = None,
) -> Ran:
    """Run `steps`.

    Parameters
    ----------
    questions : dict
        From exercise to what has to be known of it.
    more : callable, optional
        From an exercise and a reply with outputs to what else has to be called, packed; called until that is nothing.
    required : bool
        Refuse to run without every fence.
    files : mapping of str to bytes, optional
        What the cells find in their folder, by relative path.
    """
    ran, done = Ran(), 0
    guilty: set[int] = set()
    deadline = time.monotonic() + bounds.whole
    children = len(questions) + 3
    with tempfile.TemporaryDirectory(prefix="qtrain-grading-") as folder:
        for name, content in (files or {}).items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        while done < len(steps):
            left = deadline - time.monotonic()
            if left <= 0 or children == 0:
                _give_up(
                    ran,
                    steps[done:],
                    "the time for the whole notebook was used up"
                    if left <= 0
                    else "the notebook ended its process again and again",
                )
                break
            children -= 1
            limits = replace(bounds.limits, wall=left)
            with Session(folder, limits=limits, confine=Confinement(required=required)) as session:
                ran.fences = session.fences
                done = _go(session, steps, done, guilty, questions, bounds, ran, more)
    return ran


def _go(session, steps, done: int, guilty: set[int], questions: dict, bounds: Bounds, ran: Ran, more) -> int:
    """Replay the steps before `done`, go on from there; returns the first step that still has to be done."""
    variants = {"variants": {name: question.variant for name, question in questions.items()}}
    ready = session.request("qtrain.grading.extract:prepare", variants, bounds.answer)
    if ready.status != "ok":
        raise RuntimeError(f"a child could not be prepared: {ready.reason}")
    for number, step in enumerate(steps):
        if number in guilty or (step.takes and number < done):
            continue
        if step.takes:
            if step.exercise not in ran.stopped:
                _take(session, step.exercise, questions[step.exercise], bounds, ran, more)
        else:
            result = _bounded(session, session.execute, step.source, bounds.cell)
            if result.status in ("timeout", "died"):
                guilty.add(number)
                _lost(
                    ran,
                    step.exercise,
                    f"Its cell was stopped: {result.reason}." if result.reason else "Its cell was stopped.",
                )
                session.close()
            elif number >= done:
                _note(ran, step, result)
        done = max(done, number + 1)
        if not session.alive:
            return done
    return len(steps)


def _bounded(session, ask, *arguments):
    """What the child answers; an answer on which even reading it fails is one that did not come."""
    try:
        return ask(*arguments)
    except (RecursionError, MemoryError, UnicodeError) as problem:
        session.close()
        return Result("died", f"what it sent cannot be read ({type(problem).__name__})")


def _take(session, exercise: str, question: Question, bounds: Bounds, ran: Ran, more) -> None:
    ends = time.monotonic() + bounds.answer
    calls = question.calls
    so_far: list = []
    while True:
        payload = {"name": question.name, "calls": calls, "num_qubits": question.num_qubits}
        left = max(0.1, ends - time.monotonic())
        result = _bounded(session, session.request, "qtrain.grading.extract:answer", payload, left)
        if result.status != "ok":
            break
        reply = _reply(result.reply)
        if reply.outputs is None:
            break
        reply.outputs = so_far = so_far + reply.outputs
        if not question.adaptive or more is None or not (calls := more(exercise, reply)):
            break
    if result.status == "ok":
        ran.replies[exercise] = reply
    elif result.status == "error":
        ran.replies[exercise] = Reply(failed=True, message=f"Your answer could not be read: {result.reason}")
    else:
        _lost(ran, exercise, f"Taking the answer out was stopped: {result.reason}.")
        session.close()


def _reply(data) -> Reply:
    """What the child sent, or that it sent something else."""
    try:
        return decode(Reply, data)
    except Malformed:
        return Reply(failed=True, message="The answer did not arrive as data that can be read.")


def _note(ran: Ran, step: Step, result) -> None:
    if step.exercise is None:
        if result.status == "error":
            ran.events.append(f"a cell before the first exercise raised {result.reason}")
        return
    ran.sources[step.exercise] = f"{ran.sources.get(step.exercise, '')}\n\n{step.source}".strip()
    kept = ran.outputs.setdefault(step.exercise, [])
    if len(kept) < MAX_OUTPUTS:  # of a cell they are bounded by the session, of many cells here
        kept.extend(result.outputs[:MAX_OUTPUTS])
    if result.status == "error":
        ran.errors[step.exercise] = result.reason


def _lost(ran: Ran, exercise: str | None, sentence: str) -> None:
    if exercise is None:
        ran.events.append(f"a cell that belongs to no exercise: {sentence[0].lower()}{sentence[1:]}")
    else:
        ran.stopped.setdefault(exercise, sentence)
        ran.replies.pop(exercise, None)


def _give_up(ran: Ran, steps, why: str) -> None:
    for step in steps:
        if step.takes:
            ran.stopped.setdefault(step.exercise, f"It was not reached: {why}.")
