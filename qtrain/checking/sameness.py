"""Whether two answers are the same thing, whatever they are: for slips of targets with no comparison of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit

from . import distance as far
from .equivalence import same_circuit
from .refusals import first_hole
from .structure import same_steps

_FORMS = (values.State, values.Density, values.Matrix)


def alike(a, b) -> bool:
    """Whether two answers, neutral or bare, are the same.

    Circuits by what they do, up to a global phase and to final measurements that only one of them has; states and
    matrices up to a global phase; other numbers up to rounding; everything else part by part.
    """
    a, b = _bare(a), _bare(b)
    if isinstance(a, Circuit) and isinstance(b, Circuit):
        return _same_circuits(a, b)
    if isinstance(a, _FORMS) and isinstance(b, _FORMS):
        one, other = (getattr(x, "vector", getattr(x, "matrix", None)) for x in (a, b))
        return one is not None and other is not None and far.same_operator(np.atleast_2d(one), np.atleast_2d(other))
    if isinstance(a, int | float | complex) and isinstance(b, int | float | complex):
        return bool(abs(a - b) <= 1e-9 * max(1.0, abs(a)))
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(alike, a, b))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(alike(a[key], b[key]) for key in a)
    if is_dataclass(a) and type(a) is type(b):
        return all(alike(getattr(a, one.name), getattr(b, one.name)) for one in fields(a) if one.compare)
    return type(a) is type(b) and bool(a == b)


def _bare(value):
    """A framework's object in neutral form, an array as lists; a number or words out of their neutral form."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, values.Number | values.Text):
        return value.value
    if type(value).__module__.partition(".")[0] in ("qiskit", "cirq"):
        from qtrain.circuits import Unreadable, read

        try:
            return read(value)
        except Unreadable:
            return value
    return value


def _same_circuits(a: Circuit, b: Circuit) -> bool:
    from qtrain.circuits import split_final_measurements, unitary

    if a.num_qubits != b.num_qubits:
        return False
    (rest, ends), (other, others) = split_final_measurements(a), split_final_measurements(b)
    if ends and others and {m for step in ends for m in step.measured} != {m for step in others for m in step.measured}:
        return False
    if first_hole(rest) or first_hole(other):
        return same_steps(rest.operations, other.operations)
    if a.num_qubits <= far.MAX_DENSE // 2:
        return far.same_operator(unitary(rest), unitary(other))
    return same_circuit(rest, other)
