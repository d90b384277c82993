"""Judge answers outside of the learner's process: data in, verdicts out.

Runs in a process of its own, a warm child without fences that holds the targets, so that an answer which takes for ever
to judge, or breaks the judge, costs that answer and nothing else.
"""

from __future__ import annotations

import json
import time
from functools import lru_cache

from qtrain.grading.packing import Unpackable, pack, unpack

OTHERS_S = 0.5
MAX_TARGETS = 500
_targets: dict[tuple, object] = {}
_CODES = ("unreadable", "wrong-size", "wrong-type")


def ready(namespace: dict, payload: dict) -> int:
    """Read the course, so that the first answer does not wait for it; how many documents it has."""
    from qtrain.course import load

    return len(load(payload["root"]).documents)


def brief(namespace: dict, payload: dict) -> dict:
    """From each exercise of ``payload["document"]`` to its variable, its parameters and its inputs, packed."""
    told = {}
    for exercise in _lesson(payload).exercises:
        parameters = exercise.parameters(payload["key"])
        target = _target(payload, exercise.id, payload["key"])
        told[exercise.id] = {
            "name": exercise.cells.variable,
            "variant": pack(dict(parameters)),
            "calls": pack(target.calls()),
            "adaptive": target.adaptive,
        }
    return told


def calls(namespace: dict, payload: dict) -> list:
    """What else has to be called, packed, now that the outputs in ``payload["reply"]`` are known."""
    target = _target(payload, payload["exercise"], payload["key"])
    return pack(target.calls(_outputs(payload["reply"]["outputs"])))


def verdicts(namespace: dict, payload: dict) -> dict:
    """`verdict` for each exercise of ``payload["replies"]``, and the hashes of its code in ``payload["sources"]``."""
    made = {}
    for exercise, reply in payload["replies"].items():
        made[exercise] = verdict(namespace, {**payload, "exercise": exercise, "reply": reply})
    for exercise, prints in code_prints(namespace, payload).items():
        if exercise in made and made[exercise]["verdict"]["status"] != "not yet":
            made[exercise]["prints"] |= prints
    return made


def verdict(namespace: dict, payload: dict) -> dict:
    """The verdict on ``payload["reply"]``, what `qtrain.grading.extract.answer` returned, as data.

    Returns {"verdict": …, "right_for": [keys of other variants], "prints": {…}}.
    """
    from qtrain.grading.fingerprints import of_answer

    target = _target(payload, payload["exercise"], payload["key"])
    value, judged = _judge(target, payload["reply"])
    parameters = _exercise(payload, payload["exercise"]).parameters(payload["key"])
    prints, others = {}, []
    if judged.status != "not yet":
        prints = {} if value is None else of_answer(target, value, parameters)
        others = [] if judged.passed else _right_for(payload, value)
    return {"verdict": judged.to_data(), "right_for": others, "prints": prints}


def code_prints(namespace: dict, payload: dict) -> dict:
    """From exercise to the hashes of its code, ``payload["sources"]``."""
    from qtrain.grading.fingerprints import of_code

    return {
        name: of_code(source, _exercise(payload, name).parameters(payload["key"]))
        for name, source in payload["sources"].items()
    }


def _judge(target, reply):
    from qtrain.checking.verdict import Verdict, not_yet, wrong

    if not isinstance(reply, dict):
        return None, wrong("unreadable", "The answer did not arrive as data that can be read.")
    if reply.get("missing"):
        return None, not_yet("There is no answer under the name that this exercise asks for.")
    if isinstance(reply.get("outputs"), list) and target.calls():
        outputs = _outputs(reply["outputs"])
        if target.calls(outputs):
            return None, wrong("unreadable", "The function was not called with every input.")
        return None, target.judge_outputs(outputs)
    if "answer" not in reply:
        code = reply.get("code")
        return None, wrong(code if code in _CODES else "unreadable", _sentence(reply.get("message")))
    try:
        value = unpack(reply["answer"])
    except Unpackable as problem:
        return None, wrong(problem.code, problem.message)
    judged = target.judge(value)
    if not isinstance(judged, Verdict):
        raise TypeError(f"the target of this exercise gives a {type(judged).__name__} instead of a verdict")
    return value, judged


def _outputs(told: list) -> list:
    """The outputs of a function, as `Target.judge_outputs` takes them."""
    from qtrain.checking import Failed

    read = []
    for output in told:
        output = output if isinstance(output, dict) else {}
        try:
            if "answer" in output:
                read.append(unpack(output["answer"]))
                continue
        except Unpackable as problem:
            output = {"code": problem.code, "message": problem.message}
        code = output.get("code")
        read.append(Failed(code if code in (*_CODES, None) else "unreadable", _sentence(output.get("message"))))
    return read


def _sentence(text) -> str:
    from qtrain.grading.names import short

    return short(text, 400) if isinstance(text, str) and text.strip() else "The answer could not be read."


def _right_for(payload: dict, value) -> list[str]:
    """The keys among ``payload["others"]`` for whose variant the answer would be right."""
    if value is None:
        return []
    exercise, found, ends = _exercise(payload, payload["exercise"]), [], time.monotonic() + OTHERS_S
    if exercise.variant is None:
        return []
    own = exercise.parameters(payload["key"])
    for key in payload.get("others", ()):
        if time.monotonic() > ends:
            break
        if exercise.parameters(key) == own:
            continue
        target = _target(payload, exercise.id, key)
        try:
            right = target.accepts(target.read(value))
        except Exception:  # what another variant cannot even read is not right for it
            right = False
        if right:
            found.append(key)
    return found


def _lesson(payload):
    return _loaded(payload.get("root"), payload["document"])


@lru_cache(maxsize=4)
def _loaded(root, document):
    from qtrain.course import load

    return load(root).lesson(document)


def _exercise(payload, exercise_id):
    return _by_id(payload.get("root"), payload["document"])[exercise_id]


@lru_cache(maxsize=4)
def _by_id(root, document):
    return {exercise.id: exercise for exercise in _loaded(root, document).exercises}


def _target(payload, exercise_id, key):
    """The target of one learner's variant; equal variants share one, as making it may take long."""
    parameters = _exercise(payload, exercise_id).parameters(key)
    place = (payload.get("root"), payload["document"], exercise_id, json.dumps(pack(dict(parameters))))
    if place not in _targets:
        if len(_targets) >= MAX_TARGETS:
            _targets.pop(next(iter(_targets)))
        _targets[place] = _exercise(payload, exercise_id).target(parameters)
    target = _targets[place]
    # Inputs that are drawn are drawn for this learner: what was seen elsewhere does not help.
    return target.drawn(f"{payload['salt']}\n{key}\n{exercise_id}")
