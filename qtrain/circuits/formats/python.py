"""Reads plain Python and NumPy values: vectors, matrices, lists, counts, numbers."""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from numbers import Number as AbstractNumber

import numpy as np

from ..errors import Unreadable, unreadable
from ..model import Counts, Density, Distribution, Matrix, Nothing, Number, Observable, State, Text
from ..orders import qubits_of, reverse_matrix, reverse_vector

_MAX_ENTRIES = 2**25
_MAX_KEYS = 2**20
_KINDS = {"b", "i", "u", "f", "c"}


def read_bare(answer, bases, num_qubits, order, kind):
    """A value that belongs to no quantum framework, or None if it is nothing of the kind."""
    if np.ndarray in bases or (np.generic in bases and str not in bases):
        # Only the base class's own method copies: a subclass may lie.
        array = np.ndarray.__array__(answer) if np.ndarray in bases else np.asarray(answer)
        return from_array(np.array(array, subok=False), num_qubits, order, kind)
    if dict in bases:
        return _from_mapping(dict(dict.items(answer)), num_qubits, order, kind)
    if list in bases or tuple in bases:
        items = list.__iter__(answer) if list in bases else tuple.__iter__(answer)
        return _from_list(list(items), num_qubits, order, kind)
    if bool in bases or int in bases:
        return Number(int.__int__(answer))
    if float in bases:
        return _checked_number(float.__float__(answer))
    if complex in bases:
        return _checked_number(complex.__complex__(answer))
    if str in bases:
        return Text(str.__str__(answer)) if bases[0] is np.str_ else None
    if Fraction in bases:
        return _checked_number(float(answer))
    root = str(type.__getattribute__(bases[0], "__module__")).partition(".")[0]
    if root == "scipy" and "scipy.sparse" in sys.modules:
        return _from_sparse(answer, num_qubits, order, kind)
    if root == "sympy" and "sympy" in sys.modules:
        return _from_sympy(answer, num_qubits, order, kind)
    if root == "pandas" and "pandas" in sys.modules:
        return _from_pandas(answer, num_qubits, order, kind)
    if root == "decimal" or any(base is AbstractNumber for base in bases):
        return _checked_number(complex(answer))
    if hasattr(bases[0], "__next__"):
        raise Unreadable("wrong-type", "The answer is a generator, which can be read only once; make a list of it.")
    return None


def _checked_number(value) -> Number:
    if value - value != 0:
        raise unreadable(f"The answer is {value}, which is no finite number.")
    return Number(value)


def _from_sparse(answer, num_qubits, order, kind):
    import scipy.sparse

    if not scipy.sparse.issparse(answer):
        return None
    shape = tuple(int(size) for size in answer.shape)
    _check_entries(shape)
    return from_array(np.array(answer.toarray()), num_qubits, order, kind)


def _from_sympy(answer, num_qubits, order, kind):
    import sympy

    if isinstance(answer, sympy.MatrixBase):
        _check_entries(answer.shape)
        numbers = [[_sympy_number(answer[i, j]) for j in range(answer.shape[1])] for i in range(answer.shape[0])]
        return from_array(np.array(numbers, dtype=complex), num_qubits, order, kind)
    if isinstance(answer, sympy.Expr):
        return _checked_number(_sympy_number(answer))
    return None


def _from_pandas(answer, num_qubits, order, kind):
    """The data of a Cirq result: one column for each key, one row for each shot."""
    import pandas

    if isinstance(answer, pandas.Series):
        answer = answer.to_frame()
    if not isinstance(answer, pandas.DataFrame) or not answer.size:
        return None
    columns = [answer[name].to_numpy() for name in answer.columns]
    if any(column.dtype.kind not in "iub" or column.min() < 0 for column in columns):
        raise Unreadable("wrong-type", "The table holds no measured bits; give the result itself.")
    if len(columns) == 1 and num_qubits and columns[0].max() < 1 << num_qubits:
        places = np.arange(num_qubits - 1, -1, -1)
        return shots_of((columns[0][:, None] >> places) & 1, order)
    if any(column.max() > 1 for column in columns):
        raise Unreadable("wrong-type", "The table holds several bits in one number; give the result itself instead.")
    return shots_of(np.stack(columns, axis=1), order)


def shots_of(bits: np.ndarray, order="native") -> Counts:
    """Counts from one row of bits, of shape (shots, bits), for each shot."""
    if order == "little":
        bits = bits[:, ::-1]
    rows, numbers = np.unique(bits.astype(np.uint8), axis=0, return_counts=True)
    return Counts({"".join(map(str, row)): int(n) for row, n in zip(rows, numbers, strict=True)}, bits.shape[1])


def _are_bits(array) -> bool:
    return array.dtype.kind in "iubf" and array.size > 0 and bool(np.isin(array, (0, 1)).all())


def _sympy_number(value) -> complex | float:
    if value.free_symbols:
        free = ", ".join(sorted(str(symbol) for symbol in value.free_symbols))
        raise unreadable(f"The answer contains the symbol {free} without a number; give it a value first.")
    number = complex(value)
    return number.real if number.imag == 0 else number


def _check_entries(shape) -> None:
    total = 1
    for size in shape:
        total *= size
    if total > _MAX_ENTRIES:
        raise unreadable(f"The array has the shape {tuple(shape)}; at most {_MAX_ENTRIES:,} entries can be read.")


def from_array(array: np.ndarray, num_qubits=None, order="native", kind=None):
    """A vector, matrix or number given as an array."""
    _check_entries(array.shape)
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
        return _checked_number(array.reshape(-1)[0].item())
    little = order == "little"
    if kind in ("counts", "distribution") and _are_bits(array):
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
        numbers[place] = _plain_number(entry)
    return numbers if numbers.imag.any() else numbers.real


def _plain_number(entry) -> complex:
    if type(entry) in (bool, int, float, complex, Fraction):
        return complex(entry)
    if isinstance(entry, np.number | np.bool_) and type(entry).__module__ == "numpy":
        return complex(entry)
    if type(entry).__module__.partition(".")[0] == "sympy" and "sympy" in sys.modules:
        return complex(_sympy_number(entry))
    name = str(type.__getattribute__(type(entry), "__name__"))[:40]
    raise Unreadable("wrong-type", f"The answer should hold numbers only, but a {name!r} is among them.")


def _distribution(array, little: bool):
    n = qubits_of(len(array), "The list of probabilities")
    if np.iscomplexobj(array) and np.abs(array.imag).max() > 1e-9:
        raise Unreadable("wrong-type", "Probabilities are real numbers, but complex ones came.")
    values = array.real.astype(float)
    values = reverse_vector(values) if little else values
    return Distribution({format(i, f"0{n}b") if n else "": float(p) for i, p in enumerate(values)}, n, True)


def _from_list(items: list, num_qubits, order, kind):
    if not items:
        return Nothing()
    if len(items) > _MAX_ENTRIES:
        raise unreadable(f"The list has {len(items):,} entries; at most {_MAX_ENTRIES:,} can be read.")
    if all(type(item) is str for item in items) and all(set(item) <= {"0", "1"} and item for item in items):
        # A list of measured bit strings, one for each shot.
        counts: dict[str, int] = {}
        for item in items:
            counts[item] = counts.get(item, 0) + 1
        return _from_mapping(counts, num_qubits, order, "counts")
    circuit = _from_steps(items, num_qubits)
    if circuit is not None:
        return circuit
    rows: list[complex | list[complex]] = []
    for item in items:
        bases = type.__dict__["__mro__"].__get__(type(item))
        if list in bases or tuple in bases:
            rows.append([_plain_number(entry) for entry in (list if list in bases else tuple).__iter__(item)])
        elif np.ndarray in bases:
            inner = np.array(np.ndarray.__array__(item), subok=False)
            rows.append([_plain_number(entry) for entry in inner.reshape(-1).tolist()])
        else:
            rows.append(_plain_number(item))
    if any(type(row) is list for row in rows):
        lengths = {len(row) if type(row) is list else -1 for row in rows}
        if len(lengths) != 1:
            raise Unreadable("wrong-size", "The rows of the matrix differ in length.")
    array = np.array(rows, dtype=complex)
    return from_array(array if array.imag.any() else array.real, num_qubits, order, kind)


def _from_steps(items: list, num_qubits):
    """A list of Cirq's operations as the circuit that they make; other frameworks' steps are refused with advice."""
    roots = {str(type.__getattribute__(type(item), "__module__")).partition(".")[0] for item in items}
    if "cirq" in roots and "cirq" in sys.modules:
        from .cirq.values import read_steps

        circuit = read_steps(items, num_qubits)
        if circuit is not None:
            return circuit
    if roots & {"qiskit", "qiskit_aer", "cirq"}:
        one = "give it without the list" if len(items) == 1 else "put gates into one circuit, and give only one answer"
        raise Unreadable("wrong-type", f"You gave a list of {_kind_name(items[0])} objects: {one}.")
    return None


def _kind_name(item) -> str:
    return str(type.__getattribute__(type(item), "__name__"))[:40]


def _from_mapping(items: dict, num_qubits, order, kind):
    if not items:
        return Nothing()
    if len(items) > _MAX_KEYS:
        raise unreadable(f"The dictionary has {len(items):,} keys; at most {_MAX_KEYS:,} can be read.")
    keys = list(items)
    if all(isinstance(value, np.ndarray) for value in items.values()):
        return _from_measurements(list(items.values()), order)
    if kind == "observable" or (all(type(key) is str and key and set(key) <= set("IXYZ") for key in keys)):
        return _observable(items, order)
    values = []
    for value in items.values():
        number = _plain_number(value)
        if number.imag or number != number or abs(number) == float("inf"):
            raise unreadable(f"The dictionary contains {value!r}, which is no count and no probability.")
        values.append(number.real)
    names = [_bit_string(key, keys, num_qubits) for key in keys]
    widths = {len(name) for name in names}
    if len(widths) != 1:
        raise Unreadable("wrong-size", "The bit strings among the keys differ in length.")
    width = widths.pop()
    if order == "little":
        names = [name[::-1] for name in names]
    whole = all(value == int(value) for value in values) and all(
        type(value) is int or isinstance(value, np.integer) for value in items.values()
    )
    if kind == "counts" and not whole:
        raise Unreadable("wrong-type", "Counts are whole numbers, but others are among them.")
    if any(value < 0 for value in values) and whole:
        raise unreadable("A count is negative.")
    totals: dict[str, float] = {}
    for name, value in zip(names, values, strict=True):
        totals[name] = totals.get(name, 0) + value
    if whole and kind != "distribution":
        return Counts({name: int(value) for name, value in totals.items()}, width, True)
    return Distribution(totals, width, True)


def _from_measurements(arrays: list, order) -> Counts:
    """The measurements (or records) of a Cirq result: for each key the bits of all shots."""
    plain = [np.array(np.ndarray.__array__(array), subok=False) for array in arrays]
    plain = [array[:, 0] if array.ndim == 3 and array.shape[1] == 1 else array for array in plain]
    plain = [array[:, None] if array.ndim == 1 else array for array in plain]
    if not all(array.ndim == 2 and _are_bits(array) for array in plain) or len({len(array) for array in plain}) != 1:
        raise Unreadable("wrong-type", "The dictionary holds arrays, but not one row of bits for each shot.")
    return shots_of(np.concatenate(plain, axis=1), order)


def _bit_string(key, keys, num_qubits) -> str:
    if type(key) is np.str_:
        key = str.__str__(key)
    if type(key) is str:
        if key.startswith("0x"):
            key = int(key, 16)
        else:
            name = key.replace(" ", "")
            if not name or set(name) - {"0", "1"}:
                raise Unreadable("wrong-type", f"The key {key[:30]!r} is no bit string.")
            return name
    if type(key) is tuple and all(int(bit) in (0, 1) for bit in key):
        return "".join(str(int(bit)) for bit in key)
    if type(key) in (int, bool) or isinstance(key, np.integer):
        number = int(key)
        width = num_qubits or max(1, max((int(k, 16) if type(k) is str else int(k)) for k in keys).bit_length())
        if number < 0 or number >= 1 << width:
            raise Unreadable("wrong-size", f"The key {number} does not fit into {width} bits.")
        return format(number, f"0{width}b")
    raise Unreadable("wrong-type", "The keys of a dictionary of counts are bit strings such as '01'.")


def _observable(items: dict, order) -> Observable:
    terms: dict[str, complex] = {}
    widths = set()
    for key, value in items.items():
        found = pauli_string(key) if type(key) in (str, np.str_) else None
        if found is None:
            raise Unreadable("wrong-type", f"The key {str(key)[:30]!r} is no Pauli string such as 'XZI'.")
        name, sign = found
        name = name[::-1] if order == "little" else name
        widths.add(len(name))
        terms[name] = terms.get(name, 0) + sign * _plain_number(value)
    if len(widths) != 1:
        raise Unreadable("wrong-size", "The Pauli strings differ in length.")
    if not all(value - value == 0 for value in terms.values()):
        raise unreadable("A coefficient is no finite number.")
    return Observable(terms, widths.pop())


_PAULI = re.compile(r"([+-]?)\s*(i?)\s*\*?\s*((?:[IXYZ_]\s*)+)")


def pauli_string(text: str) -> tuple[str, complex] | None:
    """The letters of a Pauli string and its factor (±1, ±i), however it is written: ``"XZI"``, ``"+Y I"``, ``"-i xz"``.

    A small ``i`` in front of large letters is the imaginary unit. None if the text is no Pauli string.
    """
    text = str.__str__(text).strip().replace("−", "-")
    factor = re.match(r"[+-]?\s*i\s*\*?\s*(?=[IXYZ])", text)
    found = _PAULI.fullmatch(text if factor else text.upper())
    if found is None:
        return None
    sign = -1 if found.group(1) == "-" else 1
    letters = "".join(found.group(3).split()).replace("_", "I")
    return letters, sign * (1j if found.group(2) else 1)
