"""Do two answers differ? Functions are tried on inputs like the exercise's own, but with nothing special about them."""

from __future__ import annotations

import contextlib
import copy
import random
from functools import cached_property

import numpy as np

from qtrain.checking.calling import called_with

from .endless import Turns

_SEEDS = 3
_CLOSE = 1e-6
_NUMBERS = (bool, int, float, complex, np.number)


def comparable(right) -> bool:
    """Whether `GenericInputs` can tell another answer from this one: a function or a number."""
    return _is_function(right) or isinstance(right, _NUMBERS)


def _is_function(answer) -> bool:
    return callable(answer) and not hasattr(answer, "num_qubits")


class GenericInputs:
    """An exercise's own inputs and others like them, and what the right answer gives for them: worked out once.

    Parameters
    ----------
    target : Target
        What the exercise judges answers against.
    right
        An answer that is right: a function or a number.
    turns : Turns
        What the functions count their turns with, as an input that the task does not promise may have no end: each call
        has all of them.
    """

    def __init__(self, target, right, turns: Turns):
        self._target, self._right, self._turns = target, right, turns

    def where_differs(self, other) -> str | None:
        """Where another answer differs from the right one, in words; None where no difference was found."""
        if not _is_function(self._right) or not callable(other):
            return _differing_value(self._right, other)
        for given, expected in self._cases:
            if self._told_apart(expected, other, given) and not self._right_for(other, given):
                return f"gives something else for {_short(given)}"
        return None

    def _called(self, function, given):
        self._turns.again()
        return called_with(function, copy.deepcopy(given))

    def _told_apart(self, expected, other, given) -> bool:
        try:
            got = self._called(other, given)
        except Exception:  # the mutant breaks on an input that it may be given
            return True
        return not _same(expected, got)

    def _right_for(self, other, given) -> bool:
        """Whether what the other function gives is right for this input, too: within the tolerance of the exercise."""
        try:
            return self._target.target_of(given).judge(self._called(other, given)).passed
        except Exception:  # another kind of target, or an input that the task does not promise
            return False

    @cached_property
    def _cases(self) -> list[tuple]:
        """Inputs and what comes out; the inputs that the task does not promise to the learner are left out."""
        rng, cases = random.Random(0), []
        for seed in range(_SEEDS):
            for driver, given in self._target.drawn(f"generic {seed}").calls():
                if driver != "call":
                    return cases
                for arguments in (given, like(given, rng)):
                    with contextlib.suppress(Exception):
                        cases.append((arguments, self._called(self._right, arguments)))
        return cases


def _differing_value(right, other) -> str | None:
    if isinstance(right, _NUMBERS) and isinstance(other, _NUMBERS):
        gap = abs(complex(right) - complex(other))
        return f"gives {other} in place of {right}" if gap > 0.05 * max(abs(complex(right)), 1e-9) else None
    return None


def _same(one, other) -> bool:
    from qtrain.checking import compare
    from qtrain.checking.calling import equal

    try:
        if isinstance(one, dict) and isinstance(other, dict):
            return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
        first, second = np.asarray(one), np.asarray(other)
        if first.dtype.kind in "biufc" and second.dtype.kind in "biufc":
            if first.shape == second.shape and np.allclose(first, second, rtol=_CLOSE, atol=_CLOSE):
                return True
            return first.ndim > 0 and compare(second, first).passed  # a state may come with another phase
        if hasattr(one, "num_qubits") or type(one).__module__.startswith("cirq"):
            return compare(other, one).passed
        return bool(equal(one, other))
    except Exception:  # what cannot be compared is not shown to differ
        return True


def like(given, rng: random.Random):
    """An input of the same kind and shape with generic values: complex where it may be, normalised where it was."""
    if isinstance(given, tuple):
        return tuple(like(part, rng) for part in given)
    if isinstance(given, bool | str) or given is None:
        return given
    if isinstance(given, int):
        return max(1, given + rng.choice((-1, 1))) if given else given
    if isinstance(given, float):
        return given * rng.uniform(0.5, 1.5) if given else rng.uniform(0.1, 0.9)
    if isinstance(given, complex):
        return given * complex(rng.uniform(0.5, 1.5), rng.uniform(-1, 1))
    if isinstance(given, dict):
        return {key: like(value, rng) for key, value in given.items()}
    if isinstance(given, list):
        made = [like(part, rng) for part in given]
        if all(isinstance(part, float) and part >= 0 for part in given) and abs(sum(given) - 1) < 1e-9:
            return [part / sum(made) for part in made]  # probabilities
        return made
    if isinstance(given, np.ndarray) and given.dtype.kind in "fc":
        return _array_like(given, np.random.default_rng(rng.randrange(2**32)))
    return given


def _array_like(given: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    made = rng.standard_normal(given.shape)
    if given.dtype.kind == "c":
        made = made + 1j * rng.standard_normal(given.shape)
    if given.ndim == 1:
        length = np.linalg.norm(given)
        return made / np.linalg.norm(made) if abs(length - 1) < 1e-9 else made
    if given.ndim == 2 and given.shape[0] == given.shape[1]:
        if np.allclose(given @ given.conj().T, np.eye(len(given))):
            return np.linalg.qr(made)[0]
        if np.allclose(given, given.conj().T):
            positive = made @ made.conj().T
            return (
                positive / np.trace(positive) * np.trace(given) if abs(np.trace(given)) > 1e-9 else made + made.conj().T
            )
    return made


def _short(given) -> str:
    text = " ".join(repr(given).split())
    return text if len(text) <= 100 else text[:99] + "…"
