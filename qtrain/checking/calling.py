"""How a learner's functions are called: in a notebook here, in the grader inside the kernel, in the same way.

A target says what has to be called: `Target.calls` gives pairs (driver, given), and again after their outputs came, as
one call may depend on what another gave. `DRIVERS` says what a pair means; outputs go to `Target.judge_outputs`.
Nothing here decides anything, for in the kernel all of it is within the learner's reach.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, KeysView, Mapping, ValuesView
from dataclasses import dataclass, fields, is_dataclass

import numpy as np

from qtrain.circuits import model as values

from .drivers import DRIVERS, Unusable, called_with, copied
from .refusals import error_called

MOST = 1000
"""Calls after which a target that still wants more is given up."""
_PLAIN = (type(None), bool, int, float, complex, str, list, tuple, dict, set, frozenset, np.ndarray, np.generic)


@dataclass(frozen=True)
class Failed:
    """In place of an output: calling the function, or reading what it returned, did not work.

    Parameters
    ----------
    code : str or None
        The diagnosis, one of `qtrain.checking.verdict.DIAGNOSES`.
    message : str
        What went wrong, as the learner is told.
    """

    code: str | None
    message: str


def outcome(answer, call: tuple):
    """What came out of one call, settled; or `Failed`."""
    driver, given = copied(call)
    heard = _Heard(sys.stdout)
    try:
        with contextlib.redirect_stdout(heard):
            output = DRIVERS[driver](answer, given)
    except Unusable as problem:
        return Failed("unreadable", str(problem))
    except (Exception, SystemExit) as problem:  # the learner's code: anything may be raised
        return Failed("unreadable", f"calling it raises {error_called(problem)}.")
    if not equal(given, call[1]):
        return Failed(None, "it changes what it is given: work on a copy, whoever calls it may still need it.")
    if heard.anything and nothing(output):
        return Failed("wrong-type", "it prints, but gives nothing back: end it with `return` and the result.")
    return settled(output)


class _Heard:
    """Standard output while a learner's function runs: passed on, and whether there was any."""

    def __init__(self, stream):
        self._stream, self.anything = stream, False

    def write(self, text: str) -> int:
        self.anything = self.anything or bool(text.strip())
        return self._stream.write(text)

    def __getattr__(self, name):
        return getattr(self._stream, name)


def nothing(output) -> bool:
    """Whether an output is None, or made of nothing but None: what a stub gives, called once or for many cases."""
    return output is None or (isinstance(output, list | tuple) and bool(output) and all(map(nothing, output)))


def settled(output):
    """An output as it is now: plain values copied, everything else in neutral form; or `Failed`.

    A later call might change an object that was returned earlier; and only this much travels to the judge.
    """
    from qtrain.circuits import Unreadable, read

    try:
        if isinstance(output, range | KeysView | ValuesView):
            output = list(output)
        return copied(output) if isinstance(output, _PLAIN) else read(output)
    except Unreadable as problem:
        return Failed(problem.code, problem.message)
    except Exception as problem:  # the output's own code ran while it was read
        return Failed("unreadable", f"what it returns could not be read: {error_called(problem)}.")


def holds_functions(answer) -> bool:
    """Whether an answer is a function, or a dict, list or tuple with functions in it; a framework's gate is none."""
    from qtrain.circuits import Unreadable, read

    parts: Iterable = (answer,)
    if isinstance(answer, Mapping):
        parts = answer.values()
    elif isinstance(answer, list | tuple):
        parts = answer
    for part in parts:
        try:
            if callable(part) and isinstance(read(part), values.Function):
                return True
        except Unreadable:
            continue
    return False


def equal(a, b) -> bool:
    """Whether two inputs or outputs are the same, arrays in them included."""
    if type(a) is type(b) and type(a) in (str, bool, int, float, complex):  # data sets hold many thousands of them
        return a == b
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b)
    if isinstance(a, list | tuple) or isinstance(b, list | tuple):  # == of a NumPy number would make an array of them
        return type(a) is type(b) and len(a) == len(b) and all(map(equal, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal(a[key], b[key]) for key in a)
    if is_dataclass(a) and type(a) is type(b):  # a neutral form: its own == would stumble over its arrays
        return all(equal(getattr(a, part.name), getattr(b, part.name)) for part in fields(a))
    return bool(np.all(a == b))


__all__ = ["MOST", "Failed", "called_with", "equal", "holds_functions", "outcome", "settled"]
