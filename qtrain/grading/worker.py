"""The unit of work: one submission's bytes in, what the gradebook stores out. Pure, so that it can be done again."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from qtrain.grading import cell_order, judges, submission
from qtrain.grading.errors import GradingError, Unusable
from qtrain.grading.execution import Ran, run
from qtrain.grading.messages import Answered, Further, Graded, Job, Judged, Judging, Question, Reply, decode

# What odd contents raise where nobody thought of them; what a machine raises (a full disk, no memory) is not among it.
_ODD = (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError, OverflowError)
_SHOWN_TEXT, _SHOWN_IMAGES, _SHOWN_SOURCE = 20_000, 80_000, 8_000


def course_mark(root: str | None, document: str) -> str:
    """A short hash of what a document's judging depends on: its notebook, its exercises, and this version of qtrain."""
    from qtrain.course import load

    sources = load(root).lesson(document).sources
    return _course_mark(sources, tuple(path.stat().st_mtime_ns for path in sources))


@lru_cache(maxsize=16)
def _course_mark(sources: tuple[Path, ...], stamps) -> str:
    from qtrain import __version__

    return hashlib.sha256(b"\n".join([__version__.encode(), *(path.read_bytes() for path in sources)])).hexdigest()[:16]


def _data(root: str | None, document: str) -> dict[str, bytes]:
    """The files that the document's cells read, as the course has them."""
    from qtrain.course import load

    return load(root).lesson(document).data


def grade(job: Job) -> Graded:
    """Grade one submission."""
    began = time.monotonic()
    if job.mark != course_mark(job.copy.root, job.copy.document):
        raise GradingError("this worker has another version of the course than the one who grades: update it")
    try:
        notebook = submission.read(job.data)
        steps, remarks = cell_order.steps(notebook.cells, job.cells, job.exercises)
    except Unusable as problem:
        return Graded(str(problem), seconds=time.monotonic() - began)
    except _ODD as problem:  # whatever the file holds, it is graded: this is for a person to look at
        return Graded(f"it could not be read ({type(problem).__name__}): look at it", seconds=time.monotonic() - began)
    with judges.borrowed() as judge:
        told, reason = judge.ask("questions", job.copy, 60.0)
        if told is None:
            raise GradingError(f"the exercises of {job.copy.document} cannot be prepared: {reason}")
        questions = {name: decode(Question, told[name]) for name in job.exercises}

        def more(exercise: str, reply: Reply) -> list:
            further, _ = judge.ask("calls", Further(job.copy, exercise, reply))
            return further or []

        files = _data(job.copy.root, job.copy.document)
        ran = run(steps, questions, bounds=job.bounds, required=job.required, more=more, files=files)
        judged = _judge(judge, job, ran)
    return Graded(
        notes=notebook.notes + remarks + ran.events[:20],
        answers={name: _answered(name, ran, judged.get(name)) for name in job.exercises},
        fences=list(ran.fences),
        claimed=notebook.claimed,
        seconds=time.monotonic() - began,
    )


def _judge(judge: judges.Judge, job: Job, ran: Ran) -> Mapping[str, Judged | str]:
    """From exercise to what the judge says, or to the reason why it says nothing."""
    replies = {name: reply for name, reply in ran.replies.items() if name not in ran.stopped}
    ends = time.monotonic() + job.bounds.judging
    told = _verdicts(judge, job, ran, replies, ends) if replies else {}
    if isinstance(told, dict):
        return told
    # One of them took for ever or broke the judge: each by itself, so that it costs no other.
    made: dict[str, Judged | str] = {}
    for name, reply in replies.items():
        told = _verdicts(judge, job, ran, {name: reply}, ends)
        made[name] = told if isinstance(told, str) else told[name]
    return made


def _verdicts(judge, job: Job, ran: Ran, replies: dict[str, Reply], ends: float) -> dict[str, Judged] | str:
    left = ends - time.monotonic()
    if left <= 0:
        return "the time for judging this notebook was used up"
    sources = {name: ran.sources[name][:100_000] for name in replies if name in ran.sources}
    asked = Judging(job.copy, replies, sources, job.others)
    told, reason = judge.ask("verdicts", asked, min(judges.JUDGE_S, left))
    return reason if told is None else {name: decode(Judged, told[name]) for name in replies}


def _answered(exercise: str, ran: Ran, judged: Judged | str | None) -> Answered:
    from qtrain.checking.verdict import Verdict

    made = Answered(
        {},
        source=ran.sources.get(exercise, "")[:_SHOWN_SOURCE],
        outputs=_shown(ran.outputs.get(exercise, ())),
        error=str(ran.errors.get(exercise, ""))[:500],
        stopped=ran.stopped.get(exercise, ""),
    )
    if isinstance(judged, Judged):
        made.verdict, made.right_for, made.prints = judged.verdict, judged.right_for, judged.prints
    elif isinstance(judged, str):
        message = f"The answer could not be judged ({judged[:200]}): it is left to the instructor."
        made.verdict = Verdict(False, 0.0, None, message, status="undecided").to_data()
    else:
        message = made.stopped or "There is no answer."
        made.verdict = Verdict(False, 0.0, None, message, details={"stopped": True}).to_data()
    return made


def _shown(outputs) -> list[dict]:
    """The outputs for the feedback page, within bounds; still hostile, so they are cleaned when they are shown."""
    kept, text_left, images_left = [], _SHOWN_TEXT, _SHOWN_IMAGES
    for output in list(outputs)[:50]:
        image = _text(_table(output.get("data")).get("image/png"))
        if image and len(image) <= images_left:
            kept.append({"kind": "png", "text": image})
            images_left -= len(image)
            continue
        kind, text = _kind_and_text(output)
        kept.append({"kind": kind, "text": text[-text_left:] if kind == "error" else text[:text_left]})
        text_left -= len(kept[-1]["text"])
        if text_left <= 0:
            break
    return kept


def _kind_and_text(output: dict) -> tuple[str, str]:
    kind = output.get("output_type")
    if kind == "stream":
        return "text", _text(output.get("text"))
    if kind == "error":
        trace = output.get("traceback")
        lines = [line for line in trace[-40:] if isinstance(line, str)] if isinstance(trace, list) else []
        return "error", "\n".join(lines) or f"{_text(output.get('ename'))}: {_text(output.get('evalue'))}"
    data = _table(output.get("data"))
    name = "text/html" if _text(data.get("text/html")) else "text/plain"
    return "html" if name == "text/html" else "text", _text(data.get(name))


def _text(value) -> str:
    """A text, or the lines of one; whatever else stands in its place is none."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _table(value) -> dict:
    return value if isinstance(value, dict) else {}
