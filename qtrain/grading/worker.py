"""The unit of work: one submission's bytes in, what the gradebook stores out. Pure, so that it can be done again."""

from __future__ import annotations

import hashlib
import re
import time
from functools import lru_cache
from pathlib import Path

from qtrain.grading import cell_order, judges, submission
from qtrain.grading.errors import GradingError, Unusable
from qtrain.grading.execution import Bounds, run

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


def grade(job: dict) -> dict:
    """Grade one submission.

    Parameters
    ----------
    job : dict
        "data" (bytes), "root", "document", "mark" (of the course that the coordinator has), "learner", "key" (of the
        variant; None: as the copy says, if it is this learner's own), "others" (keys of other variants), "salt",
        "cells" (the release's), "exercises" (ids in their order), "bounds", "required".

    Returns
    -------
    dict
        "problem" (why nothing could be run, or ""), "notes", "answers" (by exercise), "fences", "seconds".
    """
    began = time.monotonic()
    if job["mark"] != course_mark(job["root"], job["document"]):
        raise GradingError("this worker has another version of the course than the one who grades: update it")
    try:
        notebook = submission.read(job["data"])
    except Unusable as problem:
        return {
            "problem": str(problem),
            "notes": [],
            "answers": {},
            "fences": [],
            "claimed": {},
            "seconds": time.monotonic() - began,
        }
    claimed = notebook.release.get("learner")
    if job["key"] is None:
        job = {**job, "key": _own_key(job["learner"], claimed)}
    with judges.borrowed() as judge:
        told, reason = judge.ask("brief", {name: job[name] for name in ("root", "document", "key", "salt")}, 60.0)
        if told is None:
            raise GradingError(f"the exercises of {job['document']} cannot be prepared: {reason}")
        told = {name: told[name] for name in job["exercises"]}
        steps, remarks = cell_order.steps(notebook.cells, job["cells"], job["exercises"])

        def more(exercise: str, reply: dict) -> list:
            asked = {name: job[name] for name in ("root", "document", "key", "salt")}
            further, _ = judge.ask("calls", {**asked, "exercise": exercise, "reply": reply})
            return further or []

        ran = run(steps, told, bounds=job.get("bounds") or Bounds(), required=job["required"], more=more)
        others = [
            key
            for key in dict.fromkeys([claimed, *job["others"], ""])
            if isinstance(key, str) and len(key) < 200 and key != job["key"]
        ]
        judged = _judged(judge, job, ran, others)
    answers = {name: _answer(name, ran, judged.get(name)) for name in job["exercises"]}
    return {
        "problem": "",
        "notes": notebook.notes + remarks + ran.events[:20],
        "answers": answers,
        "fences": list(ran.fences),
        "claimed": _claims(notebook),
        "seconds": time.monotonic() - began,
    }


def _own_key(learner: str, claimed) -> str:
    """The variant of a learner whom no release names: what the copy says if it is their own, else everyone's."""
    own = isinstance(claimed, str) and re.fullmatch(re.escape(learner) + r"(~\d{1,3})?", claimed)
    return claimed if own else ""


def _claims(notebook) -> dict:
    told = {name: notebook.release.get(name) for name in ("id", "learner")}
    return {name: value[:200] for name, value in told.items() if isinstance(value, str)}


def _judged(judge: judges.Judge, job: dict, ran, others: list[str]) -> dict:
    """From exercise to what the judge says, or to the reason why it says nothing."""
    replies = {name: reply for name, reply in ran.replies.items() if name not in ran.stopped}
    payload = {**{name: job[name] for name in ("root", "document", "key", "salt")}, "others": others}
    sources = {name: ran.sources[name][:100_000] for name in replies if name in ran.sources}
    told, _ = judge.ask("verdicts", {**payload, "replies": replies, "sources": sources}) if replies else ({}, "")
    if told is not None:
        return told
    # One of them took for ever or broke the judge: each by itself, so that it costs no other.
    made = {}
    for name, reply in replies.items():
        told, reason = judge.ask("verdict", {**payload, "exercise": name, "reply": reply})
        made[name] = reason if told is None else told
    return made


def _answer(exercise: str, ran, judged) -> dict:
    from qtrain.checking.verdict import Verdict

    made = {
        "source": ran.sources.get(exercise, "")[:_SHOWN_SOURCE],
        "outputs": _shown(ran.outputs.get(exercise, ())),
        "right_for": [],
        "error": ran.errors.get(exercise, "")[:500],
        "prints": {},
        "stopped": ran.stopped.get(exercise, ""),
    }
    if isinstance(judged, dict):
        return made | judged
    if isinstance(judged, str):
        verdict = Verdict(
            False,
            0.0,
            None,
            f"The answer could not be judged ({judged[:200]}): it is left to the instructor.",
            status="undecided",
        )
    else:
        verdict = Verdict(False, 0.0, None, made["stopped"] or "There is no answer.", details={"stopped": True})
    return made | {"verdict": verdict.to_data()}


def _shown(outputs) -> list[dict]:
    """The outputs for the feedback page, within bounds; still hostile, so they are cleaned when they are shown."""
    kept, text_left, images_left = [], _SHOWN_TEXT, _SHOWN_IMAGES
    for output in list(outputs)[:50]:
        kind = output["output_type"]
        if kind == "stream":
            kept.append({"kind": "text", "text": output["text"][:text_left]})
        elif kind == "error":
            lines = "\n".join(line for line in output["traceback"][-40:] if isinstance(line, str))
            kept.append({"kind": "error", "text": (lines or f"{output['ename']}: {output['evalue']}")[-text_left:]})
        else:
            data = output["data"]
            image = data.get("image/png")
            if isinstance(image, str) and len(image) <= images_left:
                kept.append({"kind": "png", "text": image})
                images_left -= len(image)
                continue
            kind = "html" if isinstance(data.get("text/html"), str | list) else "text"
            found = data.get("text/html" if kind == "html" else "text/plain", "")
            found = "".join(map(str, found)) if isinstance(found, list) else str(found)
            kept.append({"kind": kind, "text": found[:text_left]})
        text_left -= len(kept[-1]["text"])
        if text_left <= 0:
            break
    return kept
