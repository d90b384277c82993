"""Judge answers outside of the learner's process: data in, verdicts out.

Runs in a process of its own, a warm child without fences that holds the targets, so that an answer which takes for ever
to judge, or breaks the judge, costs that answer and nothing else.
"""

from __future__ import annotations

import json
import time
from functools import lru_cache
from typing import TYPE_CHECKING

from qtrain.grading.messages import Copy, Further, Judged, Judging, Question, Reply, decode, encode
from qtrain.grading.packing import Unpackable, pack, unpack

if TYPE_CHECKING:
    from qtrain.checking import Target

OTHERS_S = 0.5
MAX_TARGETS = 500
_targets: dict[tuple, Target] = {}
_CODES = ("unreadable", "wrong-size", "wrong-type")


def ready(namespace: dict, payload: dict) -> int:
    """Read the course, so that the first answer does not wait for it; how many documents it has."""
    from qtrain.course import load

    return len(load(payload["root"]).documents)


def questions(namespace: dict, payload: dict) -> dict:
    """From each exercise of the `Copy` in the payload to its `Question`."""
    copy, told = decode(Copy, payload), {}
    for exercise in _by_id(copy.root, copy.document).values():
        target = _target(copy, exercise.id, copy.key)
        parameters = pack(dict(exercise.parameters(copy.key)))
        calls = pack(target.calls())
        told[exercise.id] = Question(
            exercise.cells.variable, parameters, calls, target.adaptive, target.num_qubits or None
        )
    return encode(told)


def calls(namespace: dict, payload: dict) -> list:
    """What else has to be called, packed, now that the outputs in the reply of this `Further` are known."""
    asked = decode(Further, payload)
    target = _target(asked.copy, asked.exercise, asked.copy.key)
    further = target.calls(_outputs(asked.reply.outputs or []))
    return pack(further) if further else []


def verdicts(namespace: dict, payload: dict) -> dict:
    """From each exercise of the `Judging` in the payload to what became of its reply, a `Judged`."""
    asked = decode(Judging, payload)
    return encode({exercise: _judged(asked, exercise) for exercise in asked.replies})


def _judged(asked: Judging, exercise: str) -> Judged:
    from qtrain.authoring.taught import in_words
    from qtrain.grading.fingerprints import of_answer, of_code

    target = _target(asked.copy, exercise, asked.copy.key)
    value, verdict = _judge(target, asked.replies[exercise])
    verdict = in_words(verdict, exercise)
    if verdict.status == "not yet":
        return Judged(verdict.to_data())
    parameters = _by_id(asked.copy.root, asked.copy.document)[exercise].parameters(asked.copy.key)
    prints = {} if value is None else of_answer(target, value, parameters)
    prints |= of_code(asked.sources.get(exercise, ""), parameters)
    others = [] if verdict.passed or value is None else _right_for(asked, exercise, value)
    return Judged(verdict.to_data(), others, prints)


def _judge(target, reply: Reply):
    from qtrain.checking.verdict import Verdict, not_yet, wrong

    if reply.missing:
        return None, not_yet("There is no answer under the name that this exercise asks for.")
    if reply.outputs is not None and target.calls():
        outputs = _outputs(reply.outputs)
        if target.calls(outputs):
            return None, wrong("unreadable", "The function was not called with every input.")
        return None, target.judge_outputs(outputs)
    if reply.failed or reply.outputs is not None:
        return None, wrong(reply.code if reply.code in _CODES else "unreadable", _sentence(reply.message))
    try:
        value = unpack(reply.answer)
    except Unpackable as problem:
        return None, wrong(problem.code, problem.message)
    judged = target.judge(value)
    if not isinstance(judged, Verdict):
        raise TypeError(f"the target of this exercise gives a {type(judged).__name__} instead of a verdict")
    return value, judged


def _outputs(told: list[Reply]) -> list:
    """The outputs of a function, as `Target.judge_outputs` takes them."""
    from qtrain.checking import Failed

    read = []
    for output in told:
        code, message = output.code, output.message
        if not (output.failed or output.missing or output.outputs is not None):
            try:
                read.append(unpack(output.answer))
                continue
            except Unpackable as problem:
                code, message = problem.code, problem.message
        read.append(Failed(code if code in (*_CODES, None) else "unreadable", _sentence(message)))
    return read


def _sentence(text: str) -> str:
    from qtrain.grading.names import short

    return short(text, 400) if text.strip() else "The answer could not be read."


def _right_for(asked: Judging, name: str, value) -> list[str]:
    """The keys among `others` for whose variant the answer would be right."""
    exercise, found, ends = _by_id(asked.copy.root, asked.copy.document)[name], [], time.monotonic() + OTHERS_S
    if exercise.variant is None:
        return []
    own = exercise.parameters(asked.copy.key)
    for key in asked.others:
        if time.monotonic() > ends:
            break
        if exercise.parameters(key) == own:
            continue
        target = _target(asked.copy, name, key)
        try:
            right = target.accepts(target.read(value))
        except Exception:  # what another variant cannot even read is not right for it
            right = False
        if right:
            found.append(key)
    return found


@lru_cache(maxsize=4)
def _by_id(root, document):
    from qtrain.course import load

    return {exercise.id: exercise for exercise in load(root).lesson(document).exercises}


def _target(copy: Copy, name: str, key: str):
    """The target of one learner's variant; equal variants share one, as making it may take long."""
    exercise = _by_id(copy.root, copy.document)[name]
    parameters = exercise.parameters(key)
    place = (copy.root, copy.document, name, json.dumps(pack(dict(parameters))))
    if place not in _targets:
        if len(_targets) >= MAX_TARGETS:
            _targets.pop(next(iter(_targets)))
        _targets[place] = exercise.target(parameters)
    # Inputs that are drawn are drawn for this learner: what was seen elsewhere does not help.
    return _targets[place].drawn(f"{copy.salt}\n{key}\n{name}")
