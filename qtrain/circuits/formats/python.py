"""Reads plain Python and NumPy values: vectors, matrices, lists, counts, numbers."""

from __future__ import annotations

import re
import sys
from fractions import Fraction
from numbers import Number as AbstractNumber

import numpy as np

from ..errors import Unreadable, unreadable
from ..model import Counts, Distribution, Nothing, Number, Observable, Text
from .arrays import (
    MAX_ENTRIES,
    are_bits,
    check_entries,
    checked_number,
    from_array,
    number_of_sympy,
    plain_number,
    shots_of,
)

_MAX_KEYS = 2**20


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
        return checked_number(float.__float__(answer))
    if complex in bases:
        return checked_number(complex.__complex__(answer))
    if str in bases:
        return Text(str.__str__(answer)) if bases[0] is np.str_ else None
    if Fraction in bases:
        return checked_number(float(answer))
    root = str(type.__getattribute__(bases[0], "__module__")).partition(".")[0]
    if root == "scipy" and "scipy.sparse" in sys.modules:
        return _from_sparse(answer, num_qubits, order, kind)
    if root == "sympy" and "sympy" in sys.modules:
        return _from_sympy(answer, num_qubits, order, kind)
    if root == "pandas" and "pandas" in sys.modules:
        return _from_pandas(answer, num_qubits, order, kind)
    if root == "decimal" or any(base is AbstractNumber for base in bases):
        return checked_number(complex(answer))
    if hasattr(bases[0], "__next__"):
        raise Unreadable("wrong-type", "The answer is a generator, which can be read only once; make a list of it.")
    return None


def _from_sparse(answer, num_qubits, order, kind):
    import scipy.sparse

    if not scipy.sparse.issparse(answer):
        return None
    shape = tuple(int(size) for size in answer.shape)
    check_entries(shape)
    return from_array(np.array(answer.toarray()), num_qubits, order, kind)


def _from_sympy(answer, num_qubits, order, kind):
    import sympy

    if isinstance(answer, sympy.MatrixBase):
        check_entries(answer.shape)
        numbers = [[number_of_sympy(answer[i, j]) for j in range(answer.shape[1])] for i in range(answer.shape[0])]
        return from_array(np.array(numbers, dtype=complex), num_qubits, order, kind)
    if isinstance(answer, sympy.Expr):
        return checked_number(number_of_sympy(answer))
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


def _from_list(items: list, num_qubits, order, kind):
    if not items:
        return Nothing()
    if len(items) > MAX_ENTRIES:
        raise unreadable(f"The list has {len(items):,} entries; at most {MAX_ENTRIES:,} can be read.")
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
            rows.append([plain_number(entry) for entry in (list if list in bases else tuple).__iter__(item)])
        elif np.ndarray in bases:
            inner = np.array(np.ndarray.__array__(item), subok=False)
            rows.append([plain_number(entry) for entry in inner.reshape(-1).tolist()])
        else:
            rows.append(plain_number(item))
    shapes = _shapes_of_arrays(items)
    if shapes and len(items) > 1:
        raise Unreadable("wrong-type", f"You gave {len(items)} arrays of {shapes}: give one alone.")
    if any(type(row) is list for row in rows):
        lengths = {len(row) if type(row) is list else -1 for row in rows}
        if len(lengths) != 1:
            raise Unreadable("wrong-size", "The rows of the matrix differ in length.")
    array = np.array(rows, dtype=complex)
    return from_array(array if array.imag.any() else array.real, num_qubits, order, kind)


def _shapes_of_arrays(items: list) -> str:
    """The shapes, where all items are arrays and one of them a matrix, as `np.linalg.eigh` gives; else empty."""
    bases = [type.__dict__["__mro__"].__get__(type(item)) for item in items]
    if not all(np.ndarray in each for each in bases):
        return ""
    shapes = [np.ndarray.__array__(item).shape for item in items]
    matrix = any(len(shape) > 1 and min(shape) > 1 for shape in shapes)
    different = list(dict.fromkeys(map(str, shapes)))
    return f"the shape{'s' * (len(different) > 1)} {' and '.join(different)}" if matrix else ""


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
        number = plain_number(value)
        if number.imag or number != number or abs(number) == float("inf"):
            shown = f"{number if number.imag else number.real:.4g}"
            raise unreadable(f"The dictionary contains {shown}, which is no count and no probability.")
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
    if not all(array.ndim == 2 and are_bits(array) for array in plain) or len({len(array) for array in plain}) != 1:
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
        terms[name] = terms.get(name, 0) + sign * plain_number(value)
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
