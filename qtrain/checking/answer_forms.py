"""The forms in which an exercise may want its answer: ``takes="circuit"`` refuses the description of the result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit

from .refusals import Refused, called

# name: (neutral types, what is asked for, how to give it)
_FORMS = {
    "circuit": ((Circuit,), "the circuit itself", "build it in Qiskit or Cirq and give the circuit"),
    "state": ((values.State, values.Density), "a state", "give the list of its amplitudes"),
    "matrix": ((values.Matrix, values.Density), "a matrix", "give its entries, row by row"),
    "effects": ((np.ndarray,), "the effects themselves", "give a list of matrices"),
    "observable": ((values.Observable,), "an observable", "give a sum of Pauli strings"),
    "distribution": (
        (values.Distribution, values.Counts),
        "a distribution",
        "give a dictionary from bit string to probability",
    ),
    "counts": ((values.Counts,), "counts from shots", "run the circuit and give the counts"),
    "number": ((values.Number, values.Text), "a number", "give the number alone"),
    "text": ((values.Text,), "text", "give it in quotation marks"),
    "data": ((object,), "plain data", "give lists, dictionaries, numbers and text"),
    "function": ((values.Function,), "a function", "give its name alone, without brackets after it"),
}
NAMES = tuple(_FORMS)
"""What `takes` may be."""


def forms(takes) -> tuple[str, ...]:
    """`takes` as a tuple of names; empty where every form that the target understands will do.

    Raises
    ------
    ValueError
        If a name is none of `NAMES`.
    """
    names = (takes,) if isinstance(takes, str) else tuple(takes or ())
    if unknown := [name for name in names if name not in _FORMS]:
        raise ValueError(f"takes is one of {', '.join(_FORMS)}; not {unknown[0]!r}")
    return names


def admit(answer, names: Iterable[str]) -> None:
    """Refuse an answer in another form than those asked for: the sentence says what came and what to give."""
    names = tuple(names)
    if not names or any(isinstance(answer, _FORMS[name][0]) for name in names):
        return
    if "state" in names and isinstance(answer, values.Matrix) and 1 in answer.matrix.shape:
        return  # a column is how textbooks write states
    raise Refused("wrong-type", asked_for(called(answer), names))


def asked_for(came: str, names: Sequence[str]) -> str:
    """The sentence that says what came, what is asked for, and how to give it."""
    wanted = " or ".join(_FORMS[name][1] for name in names)
    return f"You gave {came}, but this exercise asks for {wanted}: {_FORMS[names[0]][2]}."


WHICH_END = (
    "Check which end is qubit 0: a bare array is read with qubit 0 on the left. Qiskit's objects, such as an Operator, "
    "and the arrays that it prints have qubit 0 on the right."
)
"""What is said of amplitudes and matrices in the reverse order: a bare array does not tell its order."""


def entries_without_rows(answer) -> int:
    """How many numbers a bare list or array in one dimension holds; 0 for anything else."""
    if not isinstance(answer, list | tuple | np.ndarray):
        return 0
    try:
        shape = np.shape(answer)
    except ValueError:  # rows of different lengths
        return 0
    return shape[0] if len(shape) == 1 else 0


def called_bare(answer) -> str:
    """What a bare list, array or dict is called; empty for anything else."""
    made = type(answer)  # an object may raise when it is asked for its class
    if issubclass(made, Mapping):
        return "a dict"
    if issubclass(made, np.ndarray):
        return "an array"
    return "a list" if issubclass(made, list) else "a tuple" if issubclass(made, tuple) else ""


def called_raw(answer) -> str:
    """What an answer is called before it has been read as anything: a bare list is a list, and no state yet."""
    from qtrain.circuits import Unreadable, read

    if bare := called_bare(answer):
        return bare
    try:
        return called(read(answer))
    except Unreadable:
        return f"an object of type {type(answer).__name__}"
