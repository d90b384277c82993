"""Neutral forms as plain data for JSON, and back: nothing is ever executed or unpickled, and all is checked."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import numpy as np

from .errors import MAX_DEPTH, MAX_OPERATIONS, MAX_QUBITS, Unreadable, unreadable
from .gates import GATES, NOT_GATES
from .model import (
    Circuit,
    Counts,
    Density,
    Distribution,
    Function,
    Matrix,
    Nothing,
    Number,
    Observable,
    Operation,
    State,
    Text,
)

MAX_ENTRIES = 2**25
_MAX_KEYS = 2**20
_MAX_TEXT = 10_000_000
_MAX_CLBITS = 100_000
_NAME_LENGTH = 200


def to_data(value) -> dict[str, Any]:
    """A neutral form as a dictionary that `json` can write.

    Floats stay exact, arrays are kept as base64 of their little-endian bytes. A `Function` keeps only that it is one.

    Parameters
    ----------
    value
        A neutral form: `Circuit`, `State`, `Counts` and so on.
    """
    if isinstance(value, Circuit):
        return {
            "type": "circuit",
            "num_qubits": value.num_qubits,
            "num_clbits": value.num_clbits,
            "phase": value.phase,
            "framework": value.framework,
            "qubit_names": [name[:_NAME_LENGTH] for name in value.qubit_names],
            "clbit_names": [name[:_NAME_LENGTH] for name in value.clbit_names],
            "explicit_qubits": list(value.explicit_qubits),
            "operations": [_operation_to_data(operation) for operation in value.operations],
            **({} if value.written is None else {"written": to_data(value.written)}),
        }
    if isinstance(value, State):
        return {"type": "state", "vector": _array_to_data(value.vector)}
    if isinstance(value, Density):
        return {"type": "density", "matrix": _array_to_data(value.matrix)}
    if isinstance(value, Matrix):
        return {"type": "matrix", "matrix": _array_to_data(value.matrix)}
    if isinstance(value, Observable):
        terms = {name: [complex(c).real, complex(c).imag] for name, c in value.terms.items()}
        return {"type": "observable", "num_qubits": value.num_qubits, "terms": terms}
    if isinstance(value, Counts):
        return {"type": "counts", "num_bits": value.num_bits, "counts": dict(value.counts), "bare": value.bare}
    if isinstance(value, Distribution):
        return {
            "type": "distribution",
            "num_bits": value.num_bits,
            "probabilities": dict(value.probabilities),
            "bare": value.bare,
        }
    if isinstance(value, Number):
        if isinstance(value.value, complex):
            return {"type": "number", "real": value.value.real, "imag": value.value.imag}
        return {"type": "number", "real": value.value}
    if isinstance(value, Text):
        return {"type": "text", "value": value.value}
    if isinstance(value, Function):
        return {"type": "function"}
    if isinstance(value, Nothing):
        return {"type": "nothing"}
    raise Unreadable("wrong-type", f"{type(value).__name__!r} is no neutral form.")


def from_data(data: Any):
    """A neutral form from what `to_data` made of it.

    Parameters
    ----------
    data : dict
        As `to_data` gives it; nothing in it is trusted.

    Raises
    ------
    Unreadable
        If anything is missing, of the wrong type, too large or inconsistent.
    """
    if type(data) is not dict:
        raise unreadable("The data of an answer are no dictionary.")
    kind = data.get("type")
    if type(kind) is not str or kind not in _READERS:
        raise unreadable(f"The data of an answer have the unknown type {str(kind)[:40]!r}.")
    return _READERS[kind](data)


def _array_to_data(array: np.ndarray) -> dict:
    array = np.ascontiguousarray(array, dtype="<c16")
    return {"shape": list(array.shape), "dtype": "<c16", "base64": base64.b64encode(array.tobytes()).decode("ascii")}


def _operation_to_data(operation: Operation) -> dict:
    data: dict[str, Any] = {"name": operation.name, "qubits": list(operation.qubits)}
    if operation.params:
        data["params"] = list(operation.params)
    if operation.controls:
        data["controls"] = list(operation.controls)
        data["control_values"] = list(operation.control_values)
    if operation.matrix is not None:
        data["matrix"] = _array_to_data(operation.matrix)
    if operation.clbits:
        data["clbits"] = list(operation.clbits)
    if operation.inverted:
        data["inverted"] = list(operation.inverted)
    if operation.condition is not None:
        bits, value = operation.condition
        data["condition"] = [list(bits), value]
        data["body"] = [_operation_to_data(one) for one in operation.body]
        data["orelse"] = [_operation_to_data(one) for one in operation.orelse]
    if operation.label:
        data["label"] = operation.label[:_NAME_LENGTH]
    return data


def _field(data: dict, key: str, kind: type, default=None):
    value = data.get(key, default)
    if type(value) is not kind:
        raise unreadable(f"The data of an answer have no valid {key!r}.")
    return value


def _whole(data: dict, key: str, limit: int) -> int:
    value = _field(data, key, int)
    if not 0 <= value <= limit:
        raise Unreadable("wrong-size", f"The data of an answer have {value:,} as {key!r}; {limit:,} is the most.")
    return value


def _finite(value) -> float:
    if type(value) not in (int, float) or value - value != 0:
        raise unreadable("The data of an answer hold something that is no finite number.")
    return float(value)


def _places(data: dict, key: str, limit: int) -> tuple[int, ...]:
    values = _field(data, key, list, [])
    if any(type(value) is not int or not 0 <= value < limit for value in values) or len(set(values)) != len(values):
        raise unreadable(f"The data of an answer have no valid {key!r}.")
    return tuple(values)


def _array_from_data(data) -> np.ndarray:
    if type(data) is not dict or data.get("dtype") != "<c16":
        raise unreadable("An array in the data of an answer is of an unknown type.")
    shape = _field(data, "shape", list)
    if not 1 <= len(shape) <= 3 or any(type(size) is not int or not 1 <= size <= MAX_ENTRIES for size in shape):
        raise unreadable("An array in the data of an answer has no valid shape.")
    total = 1
    for size in shape:
        total *= size
    text = _field(data, "base64", str)
    if total > MAX_ENTRIES or len(text) != 4 * -(-total * 16 // 3):
        raise Unreadable("wrong-size", "An array in the data of an answer has not the length of its shape.")
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise unreadable("An array in the data of an answer is no valid base64.") from error
    if len(raw) != total * 16:
        raise Unreadable("wrong-size", "An array in the data of an answer has not the length of its shape.")
    array = np.frombuffer(raw, dtype="<c16").reshape(shape).astype(complex)
    if not np.isfinite(array).all():
        raise unreadable("The data of an answer hold something that is no finite number.")
    array.setflags(write=False)
    return array


def _power_of_two(size: int) -> int:
    if size < 1 or size & (size - 1):
        raise Unreadable("wrong-size", f"An array in the data of an answer has {size} rows, which is no power of two.")
    return size.bit_length() - 1


def _circuit(data: dict, *, inner: bool = False) -> Circuit:
    num_qubits = _whole(data, "num_qubits", MAX_QUBITS)
    num_clbits = _whole(data, "num_clbits", _MAX_CLBITS)
    operations = _operations(data, "operations", num_qubits, num_clbits, [0], 0)
    names = {}
    for key, count in (("qubit_names", num_qubits), ("clbit_names", num_clbits)):
        found = _field(data, key, list, [])
        if len(found) not in (0, count) or any(type(name) is not str or len(name) > _NAME_LENGTH for name in found):
            raise unreadable(f"The data of an answer have no valid {key!r}.")
        names[key] = tuple(found)
    written = None if inner or data.get("written") is None else _circuit(_field(data, "written", dict), inner=True)
    return Circuit(
        num_qubits,
        operations,
        _finite(data.get("phase")),
        num_clbits,
        names["qubit_names"],
        names["clbit_names"],
        _field(data, "framework", str)[:20],
        _places(data, "explicit_qubits", num_qubits),
        written,
    )


def _operations(data, key, num_qubits, num_clbits, seen: list[int], depth: int) -> tuple[Operation, ...]:
    items = _field(data, key, list, [])
    seen[0] += len(items)
    if seen[0] > MAX_OPERATIONS:
        raise Unreadable("wrong-size", f"The circuit has more than {MAX_OPERATIONS:,} operations.")
    if depth > 2 * MAX_DEPTH:
        raise unreadable("The blocks of the circuit are nested too deeply.")
    return tuple([_operation(item, num_qubits, num_clbits, seen, depth) for item in items])


def _operation(data, num_qubits, num_clbits, seen, depth) -> Operation:
    if type(data) is not dict:
        raise unreadable("An operation in the data of an answer is no dictionary.")
    name = _field(data, "name", str)
    qubits = _places(data, "qubits", num_qubits)
    controls = _places(data, "controls", num_qubits)
    values = tuple(_field(data, "control_values", list, []))
    params = tuple([_finite(value) for value in _field(data, "params", list, [])])
    clbits = _places(data, "clbits", num_clbits)
    label = _field(data, "label", str, "")[:_NAME_LENGTH]
    matrix = _array_from_data(data["matrix"]) if data.get("matrix") is not None else None
    inverted = tuple(_field(data, "inverted", list, []))
    if inverted and (len(inverted) != len(clbits) or any(type(v) is not int or v not in (0, 1) for v in inverted)):
        raise unreadable("The inverted results in the data of an answer are not valid.")
    if len(values) != len(controls) or any(type(v) is not int or v not in (0, 1) for v in values):
        raise unreadable(f"The controls of {name[:40]!r} in the data of an answer are not valid.")
    if not set(controls).isdisjoint(qubits):
        raise unreadable(f"The gate {name[:40]!r} in the data of an answer is controlled by its own target.")
    if name in GATES:
        fits = (GATES[name].num_qubits, GATES[name].num_params) == (len(qubits), len(params)) and matrix is None
    elif name == "unitary":
        fits = (
            matrix is not None
            and matrix.shape == (2 ** len(qubits),) * 2
            and np.allclose(matrix.conj().T @ matrix, np.eye(len(matrix)), atol=1e-6)
        )
    elif name in NOT_GATES:
        fits = not controls and _fits_step(name, qubits, clbits, matrix)
    else:
        raise unreadable(f"The data of an answer hold the unknown operation {name[:40]!r}.")
    if not fits:
        raise unreadable(f"The operation {name!r} in the data of an answer is not complete.")
    condition: tuple[tuple[int, ...], int] | None = None
    body: tuple[Operation, ...] = ()
    orelse: tuple[Operation, ...] = ()
    if name == "if":
        found = _field(data, "condition", list)
        if len(found) != 2 or type(found[1]) is not int:
            raise unreadable("A condition in the data of an answer is not valid.")
        condition = (_places({"bits": found[0]}, "bits", num_clbits), found[1])
        body = _operations(data, "body", num_qubits, num_clbits, seen, depth + 1)
        orelse = _operations(data, "orelse", num_qubits, num_clbits, seen, depth + 1)
    return Operation(name, qubits, params, controls, values, matrix, clbits, condition, body, orelse, label, inverted)


def _fits_step(name, qubits, clbits, matrix) -> bool:
    size = 2 ** len(qubits) if len(qubits) < 30 else 0
    if name == "measure":
        return len(clbits) == len(qubits) > 0
    if name == "initialize":
        return matrix is not None and matrix.shape == (size,) and bool(abs(np.linalg.norm(matrix) - 1) < 1e-6)
    if name == "kraus":
        if matrix is None or matrix.ndim != 3 or matrix.shape[1:] != (size, size):
            return False
        return bool(np.allclose(np.einsum("kij,kil->jl", matrix.conj(), matrix), np.eye(size), atol=1e-6))
    return matrix is None and not clbits and (name != "endless" or not qubits)


def _state(data: dict) -> State:
    vector = _array_from_data(data.get("vector"))
    if vector.ndim != 1:
        raise unreadable("The state in the data of an answer is no vector.")
    return State(vector, _power_of_two(len(vector)))


def _square(data: dict) -> np.ndarray:
    matrix = _array_from_data(data.get("matrix"))
    if matrix.ndim != 2:
        raise unreadable("The matrix in the data of an answer has not two dimensions.")
    _power_of_two(matrix.shape[1])
    return matrix


def _matrix(data: dict) -> Matrix:
    matrix = _square(data)
    return Matrix(matrix, _power_of_two(len(matrix)))


def _density(data: dict) -> Density:
    matrix = _square(data)
    if matrix.shape[0] != matrix.shape[1]:
        raise Unreadable("wrong-size", "The density matrix in the data of an answer is not square.")
    return Density(matrix, _power_of_two(len(matrix)))


def _names(data: dict, key: str, width: int, letters: str) -> dict:
    items = _field(data, key, dict)
    if len(items) > _MAX_KEYS:
        raise Unreadable("wrong-size", f"The data of an answer have {len(items):,} entries; that is too many.")
    allowed = set(letters)
    if any(type(name) is not str or len(name) != width or set(name) - allowed for name in items):
        raise unreadable(f"The names among the {key} in the data of an answer are not valid.")
    return items


def _observable(data: dict) -> Observable:
    width = _whole(data, "num_qubits", MAX_QUBITS)
    terms = {}
    for name, value in _names(data, "terms", width, "IXYZ").items():
        if type(value) is not list or len(value) != 2:
            raise unreadable("A coefficient in the data of an answer is not valid.")
        terms[name] = complex(_finite(value[0]), _finite(value[1]))
    return Observable(terms, width)


def _counts(data: dict) -> Counts:
    width = _whole(data, "num_bits", _MAX_CLBITS)
    items = _names(data, "counts", width, "01")
    if any(type(value) is not int or not 0 <= value < 2**63 for value in items.values()):
        raise unreadable("A count in the data of an answer is no whole number.")
    return Counts(dict(items), width, _field(data, "bare", bool, False))


def _distribution(data: dict) -> Distribution:
    width = _whole(data, "num_bits", _MAX_CLBITS)
    items = _names(data, "probabilities", width, "01")
    return Distribution(
        {name: _finite(value) for name, value in items.items()}, width, _field(data, "bare", bool, False)
    )


def _number(data: dict) -> Number:
    real = data.get("real")
    if "imag" in data:
        return Number(complex(_finite(real), _finite(data["imag"])))
    if type(real) is bool or (type(real) is int and real.bit_length() <= 1000):
        return Number(real)
    return Number(_finite(real))


def _text(data: dict) -> Text:
    value = _field(data, "value", str)
    if len(value) > _MAX_TEXT:
        raise Unreadable("wrong-size", f"The text has {len(value):,} characters; at most {_MAX_TEXT:,} can be read.")
    return Text(value)


def _function(data: dict) -> Function:
    def call(*inputs):
        raise unreadable("A function cannot be called outside the notebook in which it was written.")

    return Function(call)


_READERS: dict[str, Callable[[dict], Any]] = {
    "circuit": _circuit, "state": _state, "density": _density, "matrix": _matrix, "observable": _observable,
    "counts": _counts, "distribution": _distribution, "number": _number, "text": _text, "function": _function,
    "nothing": lambda data: Nothing(),
}  # fmt: skip
