"""Reads arrays of numbers: states, matrices, distributions, rows of bits, single numbers."""

from __future__ import annotations

import sys
from fractions import Fraction

import numpy as np

from ..errors import Unreadable, unreadable
from ..model import Counts, Density, Distribution, Matrix, Nothing, Number, State
from ..orders import qubits_of, reverse_matrix, reverse_vector

MAX_ENTRIES = 2**25
_KINDS = {"b", "i", "u", "f", "c"}


def from_array(array: np.ndarray, num_qubits=None, order="native", kind=None):
    """A vector, matrix or number given as an array."""
    check_entries(array.shape)
    if array.size == 0:
        return Nothing()
    if array.dtype.kind not in _KINDS:
        if array.dtype.kind == "O":
            array = _from_objects(array)
        else:
            raise Unreadable("wrong-type", f"The array holds {array.dtype.name} values, not numbers.")
    if not np.isfinite(array).all():
        raise unreadable("The array contains entries that are no finite numbers (NaN or infinity).")
    if array.ndim == 0 or (array.size == 1 and kind == "number"):
        return checked_number(array.reshape(-1)[0].item())
    little = order == "little"
    if kind in ("counts", "distribution") and are_bits(array):
        if array.ndim == 3 and array.shape[1] == 1:
            array = array[:, 0]  # the records of a Cirq result: one repetition of the key in each shot
        if array.ndim == 2 and (array.shape[0] != 1 or array.sum() != 1):
            return shots_of(array, order)
        if array.ndim == 1 and (kind == "counts" or array.sum() != 1):
            return shots_of(array[:, None], order)
    if kind == "distribution" and array.ndim == 1:
        return _distribution(array, little)
    if array.ndim == 2 and 1 in array.shape and array.size > 1:
        array = array.reshape(-1)
    values = array.astype(complex)
    if values.ndim == 1:
        if num_qubits is not None and len(values) & (len(values) - 1):
            qubits, size = f"{num_qubits} qubit{'s' * (num_qubits != 1)}", 2**num_qubits
            says = f"a state of {qubits} has {size} amplitudes"
            if kind == "density":
                says = f"a density matrix of {qubits} has {size} rows of {size} entries"
            raise Unreadable("wrong-size", f"The vector has {len(values):,} entries, but {says}.")
        n = qubits_of(len(values), "The vector")
        return State(np.ascontiguousarray(reverse_vector(values)) if little else values, n)
    if values.ndim != 2:
        raise Unreadable("wrong-size", f"The array has {values.ndim} dimensions; a state has one, a matrix two.")
    columns = qubits_of(values.shape[1], "A row of the matrix")
    rows = qubits_of(values.shape[0], "A column of the matrix")
    if little:
        values = np.ascontiguousarray(reverse_matrix(values))
    if kind == "density" and rows == columns:
        return Density(values, rows)
    return Matrix(values, rows)


def _from_objects(array: np.ndarray) -> np.ndarray:
    """An object array of exact numbers; nothing in it is asked to convert itself, and anything else is refused."""
    numbers = np.empty(array.shape, dtype=complex)
    for place, entry in zip(np.ndindex(array.shape), array.flat, strict=True):
        numbers[place] = plain_number(entry)
    return numbers if numbers.imag.any() else numbers.real


def plain_number(entry) -> complex:
    if type(entry) in (bool, int, float, complex, Fraction):
        return complex(entry)
    if isinstance(entry, np.number | np.bool_) and type(entry).__module__ == "numpy":
        return complex(entry)
    if type(entry).__module__.partition(".")[0] == "sympy" and "sympy" in sys.modules:
        return complex(number_of_sympy(entry))
    name = str(type.__getattribute__(type(entry), "__name__"))[:40]
    raise Unreadable("wrong-type", f"The answer should hold numbers only, but a {name!r} is among them.")


def number_of_sympy(value) -> complex | float:
    if value.free_symbols:
        free = ", ".join(sorted(str(symbol) for symbol in value.free_symbols))
        raise unreadable(f"The answer contains the symbol {free} without a number; give it a value first.")
    number = complex(value)
    return number.real if number.imag == 0 else number


def checked_number(value) -> Number:
    if value - value != 0:
        raise unreadable(f"The answer is {value}, which is no finite number.")
    return Number(value)


def check_entries(shape) -> None:
    total = 1
    for size in shape:
        total *= size
    if total > MAX_ENTRIES:
        raise unreadable(f"The array has the shape {tuple(shape)}; at most {MAX_ENTRIES:,} entries can be read.")


def are_bits(array) -> bool:
    return array.dtype.kind in "iubf" and array.size > 0 and bool(np.isin(array, (0, 1)).all())


def _distribution(array, little: bool):
    n = qubits_of(len(array), "The list of probabilities")
    if np.iscomplexobj(array) and np.abs(array.imag).max() > 1e-9:
        raise Unreadable("wrong-type", "Probabilities are real numbers, but complex ones came.")
    values = array.real.astype(float)
    values = reverse_vector(values) if little else values
    return Distribution({format(i, f"0{n}b") if n else "": float(p) for i, p in enumerate(values)}, n, True)


def shots_of(bits: np.ndarray, order="native") -> Counts:
    """Counts from one row of bits, of shape (shots, bits), for each shot."""
    if order == "little":
        bits = bits[:, ::-1]
    rows, numbers = np.unique(bits.astype(np.uint8), axis=0, return_counts=True)
    return Counts({"".join(map(str, row)): int(n) for row, n in zip(rows, numbers, strict=True)}, bits.shape[1])
