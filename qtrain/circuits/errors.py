"""What is said when an answer cannot be read, and how large an answer may be."""

from __future__ import annotations

MAX_QUBITS = 1000
"""The most qubits a circuit may have at all; beyond the dense sizes only Clifford circuits can be compared."""
MAX_OPERATIONS = 200_000
"""The most operations a circuit may have once its loops and boxes are written out."""
MAX_UNITARY_QUBITS = 12
"""The most qubits for which a whole unitary is computed."""
MAX_STATE_QUBITS = 22
"""The most qubits for which a state vector is computed."""
MAX_DEPTH = 50
"""How deep gates, boxes and blocks may be nested."""
MAX_FOLLOWED = 2**28
"""The most amplitudes touched where all that can happen in a circuit is followed: a second or two."""
MAX_WORK = 2**36
"""The most amplitudes touched (gates × amplitudes) in one simulation."""


class Unreadable(ValueError):
    """An answer that cannot be read, or a circuit that cannot be simulated.

    Attributes
    ----------
    code : str
        ``"unreadable"``, ``"wrong-size"`` or ``"wrong-type"``.
    message : str
        One sentence for a beginner: what came, and what to do about it.
    """

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code
        self.message = message


class TooLarge(Unreadable):
    """A circuit that can be read, but is too large to be followed; `message` says in what."""

    def __init__(self, message: str):
        super().__init__("wrong-size", message)


def unreadable(message: str) -> Unreadable:
    """The most frequent kind of `Unreadable`."""
    return Unreadable("unreadable", message)


def check_size(num_qubits: int, num_operations: int) -> None:
    """Refuse what is too large to be read, before anything is spent on it."""
    if num_qubits > MAX_QUBITS:
        raise Unreadable("wrong-size", f"The circuit has {num_qubits:,} qubits; at most {MAX_QUBITS:,} can be read.")
    if num_operations > MAX_OPERATIONS:
        raise Unreadable(
            "wrong-size",
            f"The circuit has {num_operations:,} operations; at most {MAX_OPERATIONS:,} can be read, "
            "so look for a shorter way to write it.",
        )


ANSWER = "The answer"


def number_from(value, what: str) -> float:
    """`value` as a finite float, or an `Unreadable` that names `what` and any parameter left without a value."""
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError, ArithmeticError) as error:
        raise unreadable(
            f"{what} has the parameter {str(value)[:40]!r} without a number; give every parameter a value first."
        ) from error
    if result - result != 0.0:
        called = "is" if what == ANSWER else "has the parameter"
        raise unreadable(f"{what} {called} {result}, which is no finite number.")
    return result
