"""What a verdict says, held against the answer: are its numbers the learner's, and are its gates there?"""

from __future__ import annotations

import re

import numpy as np

from qtrain.checking.verdict import Verdict

_STEP = re.compile(r"[Tt]he ([^.;:]*? on qubits? [^.;:()]*?(?: \((?!step )[^)]*\)[^.;:()]*?)*) \(step (\d+)\)")
_SURPLUS = re.compile(r"one gate too many: an? ([^.;:]*? on qubits? [\d, and]+)")
_INPUT = re.compile(r"(?:\|(?:[a-z]=)?[01]+⟩)+")  # |010⟩, or |x=01⟩|y=0⟩ of an oracle
_CLOSE = 2e-3  # what is shown is rounded


def other_numbers(verdict: Verdict, answer) -> str:
    """How what is shown as the learner's differs from what their program gives; empty where it does not."""
    shown = verdict.evidence
    if shown is None or shown.got is None or verdict.passed:
        return ""
    if shown.kind == "value" and isinstance(shown.got, int | float):
        given = _number(answer)
        if given is not None and abs(given - shown.got) > _CLOSE * max(1.0, abs(given)):
            return f"shown {shown.got}, given {given}"
    if shown.kind == "amplitudes" and "multipl" not in shown.note and "phase" not in shown.note:
        return _other_amplitudes(shown, answer)
    if shown.kind in ("probabilities", "counts") and isinstance(answer, dict):
        return _other_entries(shown, answer)
    return ""


def _number(answer) -> complex | None:
    return complex(answer) if isinstance(answer, int | float | complex | np.number) else None


def _other_entries(shown, answer: dict) -> str:
    for key, value in shown.got.items():
        if key in answer and abs(float(answer[key]) - float(value)) > _CLOSE * max(1.0, abs(float(value))):
            return f"shown {key}: {value}, given {answer[key]}"
    return ""


def _other_amplitudes(shown, answer) -> str:
    vector = _vector(shown, answer)
    if vector is None:
        return ""
    for label, pair in zip(shown.labels, shown.got, strict=False):
        value, given = complex(*map(float, pair)), complex(vector[int(label, 2)])
        if abs(value - given) > _CLOSE:
            return f"shown {value:.3f} for |{label}⟩, the program gives {given:.3f}"
    return ""


def _vector(shown, answer) -> np.ndarray | None:
    """What the learner's program gives where the evidence looks; None where nobody can say."""
    from qtrain.circuits import Circuit, Unreadable, read, run
    from qtrain.circuits.model import Matrix, State

    try:
        neutral = read(answer)
        bits = "".join(re.findall(r"[01]", shown.input)) if _INPUT.fullmatch(shown.input) else ""
        if bits and isinstance(neutral, Circuit) and len(bits) != neutral.num_qubits:
            return None  # where the working qubits stand is not told
        column = int(bits or "0", 2)
        if isinstance(neutral, State):
            vector = neutral.vector
        elif isinstance(neutral, Matrix) and column < neutral.matrix.shape[1]:
            vector = neutral.matrix[:, column]
        elif isinstance(neutral, Circuit) and neutral.num_qubits <= 10:
            start = np.zeros(2**neutral.num_qubits, dtype=complex)
            start[column] = 1
            vector = run(neutral, start)
        else:
            return None
    except (Unreadable, ValueError, IndexError):
        return None
    return vector if shown.labels and len(vector) == 2 ** len(shown.labels[0]) else None


def gate_not_there(verdict: Verdict, answer) -> str:
    """A gate that the verdict names as the learner's and that the answer does not have; empty if there is none."""
    from qtrain.checking.diagnosis.forms import parts
    from qtrain.checking.diagnosis.words import gate_called, qubits_called
    from qtrain.circuits import Circuit, Unreadable, read

    named, surplus = _STEP.findall(verdict.message), _SURPLUS.findall(verdict.message)
    if not named and not surplus:
        return ""
    try:
        neutral = read(answer)
    except Unreadable:
        return "a step is named of an answer that is no circuit" if named else ""
    if not isinstance(neutral, Circuit):
        return "a step is named of an answer that is no circuit" if named else ""
    steps = parts(neutral)[0]
    called = [f"{gate_called(step)} on {qubits_called(step.all_qubits, neutral.qubit_names)}" for step in steps]
    for what, number in named:
        what = what.rpartition(" of the ")[2]  # "the angle of the RY on …"
        if not 0 < int(number) <= len(called) or called[int(number) - 1] != what.strip():
            return f"step {number} is no {what}"
    for what in surplus:
        if what.strip() not in called:
            return f"there is no {what}"
    return ""
