"""An answer as data: plain Python values as they are, everything else in its neutral form. Never pickles.

`pack` runs in the child, where the learner may have replaced anything; so `unpack`, which runs outside, trusts nothing:
it builds only plain values, arrays of numbers and neutral forms, and bounds each.
"""

from __future__ import annotations

import base64
import math
from typing import Any

MAX_DEPTH = 20
MAX_ITEMS = 500_000
MAX_TEXT = 1_000_000
MAX_DIGITS = 4_000
_DTYPES = {"b": "|b1", "i": "<i8", "u": "<u8", "f": "<f8", "c": "<c16"}
_SIZES = {"|b1": 1, "<i8": 8, "<u8": 8, "<f8": 8, "<c16": 16}


class Unpackable(ValueError):
    """The value has a part that is no data; `code` and `message` are those of an `Unreadable`."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code, self.message = code, message


def pack(value: Any) -> Any:
    """`value` as JSON-able data."""
    return _pack(value, 0, [0])


def _pack(value, depth: int, count: list[int]):
    count[0] += 1
    if depth > MAX_DEPTH or count[0] > MAX_ITEMS:
        raise Unpackable("wrong-size", "The answer is nested too deeply or has too many parts to be read.")
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str:
        if len(value) > MAX_TEXT:
            raise Unpackable("wrong-size", f"The answer is a text of {len(value):,} characters; that is too long.")
        return value
    if value is Ellipsis:
        return {"is": "ellipsis"}
    if kind is int:
        if value.bit_length() > 4 * MAX_DIGITS:
            raise Unpackable("wrong-size", "The answer is a number with too many digits to be read.")
        return {"is": "int", "value": hex(value)}
    if kind is float:
        return {"is": "float", "value": value.hex() if math.isfinite(value) else repr(value)}
    if kind is complex:
        return {"is": "complex", "value": [_pack(part, depth + 1, count) for part in (value.real, value.imag)]}
    if kind in (set, frozenset):
        return {"is": kind.__name__, "value": [_pack(item, depth + 1, count) for item in sorted(value, key=repr)]}
    if kind is bytes:
        if len(value) > MAX_TEXT:
            raise Unpackable("wrong-size", f"The answer has {len(value):,} bytes; that is too many.")
        return {"is": "bytes", "value": value.hex()}
    if kind in (list, tuple):
        return {"is": kind.__name__, "value": [_pack(item, depth + 1, count) for item in list(value)]}
    if kind is dict:
        return {
            "is": "dict",
            "value": [[_pack(k, depth + 1, count), _pack(v, depth + 1, count)] for k, v in list(value.items())],
        }
    if kind.__module__ == "numpy" and _holds_text(value):
        return _pack(value.tolist(), depth + 1, count)
    if kind.__module__ == "numpy" and (array := _array(value)) is not None:
        return array
    return _neutral(value)


def _holds_text(value) -> bool:
    """Whether it is text of NumPy, or an array of texts, of whichever kind."""
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    return kind == "U" or (kind == "O" and value.size > 0 and all(type(item) is str for item in value.flat))


def _array(value):
    import numpy as np

    if type(value) is np.ndarray and value.dtype.kind in _DTYPES:
        if value.size > MAX_ITEMS * 4 or value.ndim > 8:
            raise Unpackable("wrong-size", f"The answer is an array of {value.size:,} numbers; that is too many.")
        dtype = _DTYPES[value.dtype.kind]
        data = base64.b64encode(value.astype(dtype).tobytes()).decode("ascii")
        return {"is": "array", "shape": list(value.shape), "dtype": dtype, "value": data}
    if isinstance(value, np.generic) and value.dtype.kind in _DTYPES and type(value) in _SCALARS(np):
        return {"is": "scalar", "value": _array(np.asarray(value))}
    return None


def _SCALARS(np):
    return set(np.sctypeDict.values())


def _neutral(value):
    from qtrain.checking.stabilizer_group import as_text
    from qtrain.circuits import Function, Unreadable, read, to_data

    if (text := as_text(value)) is not None:
        return _pack(text, 0, [0])
    try:
        neutral = read(value)
        return {"is": "function"} if isinstance(neutral, Function) else {"is": "neutral", "value": to_data(neutral)}
    except Unreadable as problem:
        raise Unpackable(problem.code, problem.message) from None


def unpack(data: Any) -> Any:
    """The value that `pack` made `data` of.

    Raises
    ------
    Unpackable
        When `data` is anything that `pack` does not make.
    """
    try:
        return _unpack(data, 0, [0])
    except Unpackable:
        raise
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError, AttributeError):
        raise Unpackable("unreadable", "The answer did not arrive as data that can be read.") from None


def _unpack(data, depth: int, count: list[int]):
    count[0] += 1
    if depth > MAX_DEPTH or count[0] > MAX_ITEMS:
        raise Unpackable("wrong-size", "The answer is nested too deeply or has too many parts to be read.")
    if data is None or type(data) is bool:
        return data
    if type(data) is str:
        if len(data) > MAX_TEXT:
            raise Unpackable("wrong-size", "The answer is too long a text.")
        return data
    kind, value = data["is"], data.get("value")
    if kind == "ellipsis":
        return ...
    if kind == "int":
        if type(value) is not str or len(value) > MAX_DIGITS + 3:
            raise Unpackable("wrong-size", "The answer is a number with too many digits to be read.")
        return int(value, 16)
    if kind == "float":
        return float(value) if value in ("nan", "inf", "-inf") else float.fromhex(value)
    if kind == "complex":
        real, imag = (_unpack(part, depth + 1, count) for part in value)
        return complex(float(real), float(imag))
    if kind in ("set", "frozenset"):
        items = [_unpack(item, depth + 1, count) for item in _list(value)]
        return set(items) if kind == "set" else frozenset(items)
    if kind == "bytes":
        if type(value) is not str or len(value) > 2 * MAX_TEXT:
            raise Unpackable("wrong-size", "The answer has too many bytes.")
        return bytes.fromhex(value)
    if kind in ("list", "tuple"):
        items = [_unpack(item, depth + 1, count) for item in _list(value)]
        return items if kind == "list" else tuple(items)
    if kind == "dict":
        return {_unpack(k, depth + 1, count): _unpack(v, depth + 1, count) for k, v in _list(value)}
    if kind == "array":
        return _unpack_array(data)
    if kind == "scalar":
        return _unpack_array(value)[()]
    return _unpack_neutral(kind, value)


def _unpack_neutral(kind, value):
    from qtrain.circuits import Unreadable, from_data

    if kind == "function":
        return from_data({"type": "function"})
    if kind != "neutral" or _dict(value).get("type") == "function":
        raise Unpackable("unreadable", "The answer did not arrive as data that can be read.")
    try:
        return from_data(value)
    except Unreadable as problem:
        raise Unpackable(problem.code, problem.message) from None


def _unpack_array(data: dict):
    import numpy as np

    shape, dtype, text = data["shape"], data["dtype"], data["value"]
    if type(shape) is not list or len(shape) > 8 or any(type(n) is not int or n < 0 for n in shape):
        raise Unpackable("unreadable", "The answer is an array without a valid shape.")
    size = math.prod(shape)
    if size > MAX_ITEMS * 4:
        raise Unpackable("wrong-size", f"The answer is an array of {size:,} numbers; that is too many.")
    raw = base64.b64decode(text, validate=True)
    if len(raw) != size * _SIZES[dtype]:
        raise Unpackable("unreadable", "The answer is an array without a valid shape.")
    return np.frombuffer(raw, dtype=dtype).reshape(shape).copy()


def _list(value) -> list:
    if type(value) is not list:
        raise Unpackable("unreadable", "The answer did not arrive as data that can be read.")
    return value


def _dict(value) -> dict:
    return value if type(value) is dict else {}
