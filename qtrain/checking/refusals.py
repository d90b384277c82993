"""Why an answer cannot be judged, in words: what came, what was expected, what to do."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit
from qtrain.circuits.numerals import significant


class Refused(Exception):
    """An answer that this target cannot take: `code` is a diagnosis or None, `message` says what to do."""

    def __init__(self, code: str | None, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


class Undecided(Exception):
    """With the means at hand nobody can tell whether the answer is right."""

    def __init__(self, message: str, code: str | None = None):
        super().__init__(message)
        self.code = code
        self.message = message


def called(answer) -> str:
    """What a neutral answer is, for messages."""
    n = getattr(answer, "num_qubits", None)
    size = f" on {n} qubit{'s' * (n != 1)}" if n is not None else ""
    names = {
        "Circuit": f"a circuit{size}",
        "State": f"a state vector{size}",
        "Density": f"a density matrix{size}",
        "Observable": f"an observable{size}",
        "Counts": "counts of measured bit strings",
        "Distribution": "probabilities of bit strings",
        "Number": "a number",
        "Text": "text",
        "Function": "a function",
        "Nothing": "nothing",
    }
    if isinstance(answer, Circuit) and [step.name for step in answer.operations] == ["kraus"]:
        return f"a channel{size}"
    if isinstance(answer, values.Number) and isinstance(answer.value, bool | np.bool_):
        return "a truth value"
    if isinstance(answer, np.ndarray):
        return "a list of matrices" if answer.ndim == 3 else "an array"
    if isinstance(answer, values.Matrix):
        return sized(answer.matrix.shape, "matrix")
    if isinstance(answer, values.State) and abs(np.linalg.norm(answer.vector) - 1) > 0.02:
        return "a list of numbers"
    if isinstance(answer, values.Distribution) and abs((total := sum(answer.probabilities.values())) - 1) > 0.02:
        # Amplitudes, say, which a reader of probabilities was given.
        return f"numbers that add up to {significant(total, 4)}"
    return names.get(type(answer).__name__, f"an object of type {type(answer).__name__}")


def sized(shape: tuple[int, ...], noun: str) -> str:
    """ "a 4×4 matrix", "an 8×8 array"."""
    first = shape[0] if shape else 0
    return f"{'an' if str(first)[0] == '8' or first in (11, 18) else 'a'} {'×'.join(map(str, shape))} {noun}"


def first_hole(circuit: Circuit) -> str | None:
    """What makes a circuit no unitary, as a message; None if it is one (final measurements do not matter)."""
    measured: set[int] = set()
    for step in circuit.operations:
        qubits = set(step.all_qubits)
        if step.name == "barrier":
            continue
        if step.name == "measure":
            measured |= qubits
            continue
        what = _HOLES.get(step.name)
        if what:
            place = f" on qubit {min(qubits)}" if qubits and step.name != "if" else ""
            return f"Your circuit contains {what}{place}. Only gates are asked for here: what they do can be undone."
        if measured & qubits:
            return (
                f"Your circuit uses qubit {min(measured & qubits)} again after measuring it. "
                "Only gates are asked for here; a measurement may come last."
            )
    return None


def measured_last(circuit: Circuit, qubits: Iterable[int]) -> str:
    """What is said of a circuit that ends one of these `qubits` with a measurement; empty if it leaves them alone.

    For qubits that are to keep a state: what a judge finds there afterwards is that of the measurement.
    """
    last = {q: step.name for step in circuit.operations if step.name != "barrier" for q in step.all_qubits}
    spoilt = [qubit for qubit in qubits if last.get(qubit) == "measure"]
    if not spoilt:
        return ""
    return (
        f"Your circuit ends with a measurement of qubit {spoilt[0]}, and that destroys the state that it is to keep. "
        "Leave it out."
    )


_HOLES = {
    "reset": "a reset",
    "initialize": "a step that loads a ready-made state",
    "kraus": "a noise channel",
    "if": "a step that depends on a measurement",
    "endless": "a loop whose end is not known",
}


def wrong_size(came: int, wanted: int | str) -> Refused:
    """The refusal of an answer on another number of qubits."""
    return Refused(
        "wrong-size",
        f"Your answer has {came} qubit{'s' * (came != 1)}, but {wanted} are asked for."
        if wanted != 1
        else f"Your answer has {came} qubits, but 1 is asked for.",
    )


def quoted(text: str) -> str:
    """A text in quotation marks, on one line and not too long."""
    text = " ".join(str(text).split())
    return f'"{text if len(text) <= 40 else text[:39] + "…"}"'


def error_called(problem: BaseException) -> str:
    """An exception of the learner's code, on one line: ``ValueError: too big``."""
    text = " ".join(str(problem).split()).rstrip(".")
    text = text if len(text) <= 120 else text[:119] + "…"
    return f"{type(problem).__name__}: {text}" if text else type(problem).__name__
