"""Stories that a target brings along: mistakes that only its own kind of exercise knows.

A target that has some offers them as ``target.stories(answer)``; they are tried before all general ones, and like
these they are told only if they explain the answer exactly. A story says either how the mistake is undone (`undo`, from
the neutral answer to another one, which the target then has to accept) or for which other target the answer is right
(`instead`).

>>> from qtrain.checking import Number
>>> from qtrain.circuits import model as values
>>> story = factor(2, "Both photons are counted: divide by two.")
>>> Number(1.5).accepts(story.undo(values.Number(3.0)))
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from qtrain.circuits.model import Circuit, Density, Matrix, Number, Observable, State

from . import forms
from .case import Case, Explanation


@dataclass(frozen=True)
class Story:
    """A mistake, and how to tell whether it was made.

    Attributes
    ----------
    code : str or None
        A diagnosis code.
    message : str
        One or two sentences for a beginner.
    undo : callable, optional
        From the neutral answer to what it would be without the mistake; None where it has nothing to do with it.
    instead : Target, optional
        The target for which the answer is right if the mistake was made.
    details : dict
        JSON-able facts for tools.
    """

    code: str | None
    message: str
    undo: Callable[[Any], Any] | None = None
    instead: Any = None
    details: dict = field(default_factory=dict)

    def __post_init__(self):
        if (self.undo is None) == (self.instead is None):
            raise ValueError("a story has either `undo` or `instead`")

    def explains(self, answer, target) -> bool:
        """Whether the mistake explains the answer."""
        if self.undo is None:
            return self.instead.accepts(answer)
        undone = self.undo(answer)
        return undone is not None and target.accepts(undone)


def own(case: Case) -> Iterator[Explanation]:
    """The stories of the target itself."""
    for story in () if case.mirrored else case.target.stories(case.answer):
        if story.explains(case.answer, case.target):
            yield Explanation(story.code, story.message, None, {"story": True, **story.details})


# --- stories that several kinds of targets have ----------------------------------------------------------------------


def factor(by: complex, message: str) -> Story:
    """The answer is `by` times what it should be: a factor that people forget, or take twice (½, 2, √N)."""
    return Story("factor", message, undo=lambda answer: multiplied(answer, 1 / by))


def power(exponent: float, message: str) -> Story:
    """The answer is a power of the number that is asked for: γ² given for γ, a probability for an amplitude."""

    def undo(answer):
        value = complex(answer.value) if isinstance(answer, Number) else -1
        return None if value.imag or value.real < 0 else Number(value.real ** (1 / exponent))

    return Story("factor", message, undo=undo)


def multiplied(answer, by: complex):
    """A number, vector, matrix or observable times a factor; None for anything else."""
    if isinstance(answer, Number):
        return Number(answer.value * by)
    if isinstance(answer, State):
        return State(answer.vector * by, answer.num_qubits)
    if isinstance(answer, Matrix | Density):
        return type(answer)(answer.matrix * by, answer.num_qubits)
    if isinstance(answer, Observable):
        return Observable({word: weight * by for word, weight in answer.terms.items()}, answer.num_qubits)
    return None


def other_convention(named: str, *, undo: Callable | None = None, instead=None, message: str = "") -> Story:
    """Right under another convention, which is named."""
    return Story("convention", message or f"Your answer is right under another convention: {named}.", undo, instead)


def fourier_sign() -> Story:
    """The Fourier transform with the other sign in its exponent."""
    return other_convention(
        "the sign in the exponent",
        undo=forms.conjugated,
        message="Your transform has the other sign in the exponent: e^{−2πi xy/N} where e^{+2πi xy/N} is asked for, "
        "or the other way round.",
    )


def choi_order() -> Story:
    """A Choi matrix with input and output exchanged (Qiskit has the input first, Cirq the output)."""
    return other_convention(
        "the order of input and output in the Choi matrix",
        undo=lambda answer: exchanged_halves(answer),
        message="Your Choi matrix has input and output exchanged: frameworks differ in which of the two comes first.",
    )


def exchanged_halves(answer):
    """A matrix on two systems of the same size with the two exchanged; None where there are none."""
    if not isinstance(answer, Matrix | Density):
        return None
    matrix = answer.matrix
    if matrix.shape[0] != matrix.shape[1]:
        return None
    size = round(len(matrix) ** 0.5)
    if size * size != len(matrix):
        return None
    turned = matrix.reshape((size,) * 4).transpose(1, 0, 3, 2).reshape(matrix.shape)
    return type(answer)(turned, answer.num_qubits)


def depolarising(num_qubits: int) -> tuple[Story, ...]:
    """p as the chance of an error in place of the weight of the mixed state, and the other way round.

    A channel (1 − p)·ρ + p·1/2ⁿ leaves the state with the chance 1 − p·(4ⁿ − 1)/4ⁿ (Nielsen and Chuang, section 8.3).
    """
    ratio = (4**num_qubits - 1) / 4**num_qubits
    words = "the parameter of a depolarising channel"
    message = (
        "This is right for another meaning of p: the weight of the completely mixed state and the chance that an error "
        "happens are not the same number."
    )
    return tuple(
        other_convention(words, undo=lambda answer, by=by: multiplied_number(answer, by), message=message)
        for by in (ratio, 1 / ratio)
    )


def multiplied_number(answer, by: float):
    """A number times a factor; None for anything else."""
    return Number(answer.value * by) if isinstance(answer, Number) else None


def traced_out(keeps: Any, *, message: str = "") -> Story:
    """The reduced state of the other qubits: `keeps` is the target that the rest would be right for.

    Qiskit's `partial_trace` is given the qubits that it removes, Cirq's `partial_trace` those that it keeps.
    """
    return other_convention(
        "which qubits `partial_trace` is given",
        instead=keeps,
        message=message
        or "This is the state of the other qubits: Qiskit's partial_trace is told which qubits to remove, Cirq's which "
        "to keep.",
    )


def not_sifted(whole: Any, message: str) -> Story:
    """Right for all runs together, where only some count: unsifted bits, outcomes not post-selected."""
    return Story("not-sifted", message, instead=whole)


def rescheduled(message: str, undo: Callable[[Circuit], Circuit | None]) -> Story:
    """The same gates in an order that spreads errors; `undo` puts them into the right one."""
    return Story("schedule", message, undo=lambda answer: undo(answer) if isinstance(answer, Circuit) else None)


__all__ = [
    "Story",
    "choi_order",
    "depolarising",
    "exchanged_halves",
    "factor",
    "fourier_sign",
    "multiplied",
    "not_sifted",
    "other_convention",
    "power",
    "rescheduled",
    "traced_out",
]
