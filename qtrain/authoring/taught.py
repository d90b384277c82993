"""Which words the course has taught: a diagnosis is told in plain ones before the lesson that introduces it.

Only what the general diagnosis says is told otherwise; replies that an exercise brings along are its author's words.
"""

from __future__ import annotations

import re
from dataclasses import replace

from qtrain.checking.verdict import Verdict

DIAGNOSES = {
    "conjugate": "0.4",
    "relative-phase": "0.4",
    "global-phase": "0.5",
    "wrong-basis": "0.5",
    "not-unitary": "0.6",
    "inverse": "0.7",
    "gate-units": "1.2",
    "control-target": "1.5",
    "qubit-permutation": "1.6",
    "iterations": "3.1",
}
"""The lesson that introduces what a diagnosis speaks of."""

GATES = {"controlled-": "1.6", "Toffoli": "1.7", "SWAP": "1.7", "CNOT": "0.2", "T": "1.10", "T†": "1.10", "√X": "1.10"}
"""The lesson that introduces a gate, by its spoken name or the beginning of it; the others are in 0.1 to 0.4."""

_PLAIN = {
    "conjugate": "Right but for the sign of every imaginary part.",
    "relative-phase": "The sizes of all entries are right, but not all of their signs or angles in the complex plane.",
    "global-phase": "Right but for one factor that all entries have in common.",
    "wrong-basis": "Right but for one or two gates on single qubits at one end.",
    "not-unitary": "Your matrix belongs to no gate: its columns need length 1, and a right angle between any two.",
    "inverse": "Your answer undoes what is asked for: it turns the right output back into the input.",
    "gate-units": "The angles are right, but given in another unit than the gate takes.",
    "control-target": "The two qubits of one gate are exchanged.",
    "qubit-permutation": "Everything is right, but on other qubits.",
    "iterations": "One part that is repeated runs once too often, or once too little.",
    "missing-gate": "One gate is missing. Everything else is right.",
    "extra-gate": "There is one gate too many. Everything else is right.",
}
_NAMED = re.compile(r"\b(?:an?|the) (\S+)", re.IGNORECASE)


def in_words(verdict: Verdict, lesson: str) -> Verdict:
    """The verdict in words that the course has taught up to a lesson.

    Parameters
    ----------
    verdict : Verdict
    lesson : str
        The lesson's id, or that of one of its exercises: ``"0.6"``, ``"0.6.a"``, ``"0.P.3"``.

    Examples
    --------
    >>> from qtrain.checking.verdict import wrong
    >>> in_words(wrong("inverse", "Your answer is the adjoint.", rank=3), "0.6.a").message
    'Your answer undoes what is asked for: it turns the right output back into the input.'
    >>> in_words(wrong("inverse", "Your answer is the adjoint.", rank=3), "1.7.e").message
    'Your answer is the adjoint.'
    """
    if "rank" not in verdict.details or verdict.details.get("story"):
        return verdict
    place = _place(lesson)
    code = verdict.diagnosis
    known = code not in DIAGNOSES or _place(DIAGNOSES[code]) <= place
    if known and code in ("missing-gate", "extra-gate"):
        known = all(_place(_since(name)) <= place for name in _NAMED.findall(verdict.message))
    return verdict if known else replace(verdict, message=_PLAIN[code])


def _since(name: str) -> str:
    return next(
        (lesson for gate, lesson in GATES.items() if name == gate or (gate[-1] == "-" and name.startswith(gate))), "0.1"
    )


def _place(lesson: str) -> tuple[int, float]:
    """Lessons in their order; a problem set comes after all lessons of its module."""
    module, number = lesson.split(".")[:2]
    return int(module), int(number) if number.isdigit() else float("inf")
