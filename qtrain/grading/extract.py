"""What runs in the child beside the learner's code: make qtrain's names harmless, take one answer out as data.

Everything here is within the learner's reach, so nothing here decides anything: the judge outside treats whatever comes
back as an answer, right or wrong. Imported by the warm server; it must import nothing that holds the course.
"""

from __future__ import annotations

import contextlib
import copy
import pkgutil
import sys
from importlib import import_module

import qtrain
import qtrain.circuits
import qtrain.notebook
from qtrain.authoring.exercise import Parameters
from qtrain.checking.calling import Failed, holds_functions, outcome
from qtrain.checking.verdict import Verdict
from qtrain.grading.messages import Reply, encode
from qtrain.grading.packing import Unpackable, pack, unpack

# A notebook imports these when it needs them; the warm server has them at once, so that no child has to.
for _module in pkgutil.iter_modules(qtrain.circuits.__path__, "qtrain.circuits."):
    with contextlib.suppress(ImportError):  # a framework may be missing; its answers cannot come then
        import_module(_module.name)

RECORDED = "… {}: recorded; it is judged when the notebook has run."


def prepare(namespace: dict, payload: dict) -> bool:
    """Give the notebook its variants, and names that neither judge nor look anything up.

    `payload` has "variants": from exercise to its packed parameters.
    """
    variants = {name: Parameters(unpack(packed)) for name, packed in payload["variants"].items()}

    def check(exercise_id, answer=None):
        """Judged outside; here it only says so."""
        message = RECORDED.format(exercise_id)
        print(message)
        return Verdict(False, 0.0, None, message, status="undecided")

    def variant(exercise_id):
        """This learner's parameters."""
        return copy.deepcopy(variants.get(str(exercise_id), Parameters()))

    def choose(exercise_id):
        """The options are read in the learner's own copy."""

    def this_copy(exercises, judged=True):
        """The numbers come from outside."""

    def silent(*told, **more):
        """There are no hints, and nothing to look back at, while a notebook is graded."""

    for name, replaced in (
        ("check", check),
        ("variant", variant),
        ("choose", choose),
        ("this_copy", this_copy),
        ("hint", silent),
        ("practice", silent),
        ("progress", silent),
        ("recalled", silent),
        ("solution", silent),
    ):
        setattr(qtrain, name, replaced)
        setattr(qtrain.notebook, name, replaced)
    return True


def answer(namespace: dict, payload: dict) -> dict:
    """The answer in the variable ``payload["name"]``.

    With "calls", a packed list (see `qtrain.checking.calling`), a function is called, or each of several.
    """
    sys.setrecursionlimit(max(sys.getrecursionlimit(), 3000))
    if payload["name"] not in namespace:
        return encode(Reply(missing=True))
    value = namespace[payload["name"]]
    calls = unpack(payload.get("calls") or [])
    if calls and holds_functions(value):
        return encode(Reply(outputs=[_called(value, call) for call in calls]))
    return encode(_packed(_whole(value, payload.get("num_qubits"))))


def _whole(value, num_qubits: int | None):
    """A Cirq object with the qubits that it leaves idle, which only the exercise knows of; anything else as it is."""
    if num_qubits and type(value).__module__.partition(".")[0] == "cirq":
        # What cannot be read with so many qubits is read, or refused, without.
        with contextlib.suppress(Exception):
            return qtrain.circuits.read(value, num_qubits=num_qubits)
    return value


def _packed(value) -> Reply:
    try:
        return Reply(answer=pack(value))
    except Unpackable as problem:
        return Reply(failed=True, code=problem.code, message=problem.message[:1000])
    except Exception as problem:  # the answer's own code ran while it was read: anything may come out of it
        return Reply(
            failed=True, code="unreadable", message=f"Your answer could not be read: it raises {_named(problem)}."
        )


def _called(function, call) -> Reply:
    output = outcome(function, call)
    if isinstance(output, Failed):
        return Reply(failed=True, code=output.code, message=output.message[:1000])
    return _packed(output)


def _named(problem: BaseException) -> str:
    text = " ".join(str(problem).split())[:200]
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__
