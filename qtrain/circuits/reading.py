"""`read`: any answer in the neutral form."""

from __future__ import annotations

from types import BuiltinFunctionType, BuiltinMethodType, FunctionType, MethodType
from typing import Any

from .errors import ANSWER, Unreadable, number_from, unreadable
from .formats import read_format
from .formats.cirq.placing import widened
from .model import Circuit, Counts, Density, Distribution, Function, Matrix, Nothing, Number, Observable, State, Text
from .transform import settled

Value = Circuit | State | Density | Matrix | Observable | Counts | Distribution | Number | Text | Function | Nothing
"""Everything that `read` can give."""

_MRO = type.__dict__["__mro__"].__get__
_MAX_TEXT = 10_000_000


def read(answer: Any, *, num_qubits: int | None = None, order: str = "native", kind: str | None = None) -> Value:
    """Read an answer in whatever form it is given.

    Parameters
    ----------
    answer
        An object of Qiskit or Cirq, an array, a list, a number, a text, a function, or a neutral form.
    num_qubits : int, optional
        How many qubits are expected: idle qubits of a Cirq circuit are filled in, anything else is checked.
    order : {"native", "big", "little"}
        The bit order of bare arrays, lists and keys; frameworks' own objects are always read in their own order.
    kind : str, optional
        A hint for bare values that can mean several things: ``"state"``, ``"unitary"``, ``"density"``,
        ``"observable"``, ``"counts"``, ``"distribution"``, ``"number"``, ``"text"``, ``"function"``.

    Returns
    -------
    Circuit, State, Density, Matrix, Observable, Counts, Distribution, Number, Text, Function or Nothing

    Raises
    ------
    Unreadable
        With a code and one sentence that names what is in the way.
    """
    if order not in ("native", "big", "little"):
        raise ValueError(f"order is 'native', 'big' or 'little', not {order!r}")
    try:
        value = _dispatch(answer, num_qubits, order, kind)
    except Unreadable:
        raise
    except RecursionError as error:
        raise unreadable("The answer is nested too deeply to be read.") from error
    except MemoryError as error:
        raise unreadable("The answer is too large to be read.") from error
    except (Exception, SystemExit) as error:
        reason = str(error).strip().splitlines()
        detail = f" ({type(error).__name__}: {reason[0][:120]})" if reason else f" ({type(error).__name__})"
        raise unreadable(f"The answer, of type {_type_name(answer)}, cannot be read{detail}.") from error
    _check_qubits(value, num_qubits)
    return settled(value) if isinstance(value, Circuit) else value


def _dispatch(answer, num_qubits, order, kind) -> Value:
    cls = type(answer)
    if cls in _NEUTRAL:
        if cls is Circuit and answer.framework == "cirq" and num_qubits not in (None, answer.num_qubits):
            return widened(answer, num_qubits)
        return answer
    if answer is None or answer is Ellipsis:
        return Nothing()
    if cls in (bool, int, float, complex):
        return _number(answer, cls)
    if cls is str:
        return _text(answer, num_qubits, order, kind)
    if kind == "text" and cls in (list, tuple, set, frozenset) and answer and all(type(part) is str for part in answer):
        return _text(" ".join(answer if cls in (list, tuple) else sorted(answer)), num_qubits, order, kind)
    if cls in (FunctionType, BuiltinFunctionType, BuiltinMethodType, MethodType):
        return Function(answer)
    bases = _MRO(cls)
    value = read_format(answer, bases, num_qubits)
    if value is not None:
        return value
    from .formats.python import read_bare

    if _unfilled(answer):
        return Nothing()
    value = read_bare(answer, bases, num_qubits, order, kind)
    if value is not None:
        return value
    if any("__call__" in vars(base) for base in bases):
        return Function(answer)
    raise Unreadable(
        "wrong-type",
        f"An answer of type {_type_name(answer)} cannot be read; "
        "give a circuit, a state, a matrix, counts, a number or a text.",
    )


def _unfilled(answer, depth: int = 3) -> bool:
    """Whether a list still holds the dots of a draft: ``[[..., ...], [..., ...]]``."""
    return type(answer) in (list, tuple) and any(
        part is Ellipsis or (depth > 1 and _unfilled(part, depth - 1)) for part in answer
    )


def _number(answer, cls) -> Number:
    if cls is complex:
        number_from(answer.real, "The number")
        number_from(answer.imag, "The number")
        return Number(answer)
    if cls is int and abs(answer) >= 2**53:
        if abs(answer).bit_length() > 1000:
            raise unreadable("The number is too large to be read.")
        return Number(answer)
    value = number_from(answer, ANSWER)
    return Number(answer if cls in (int, bool) else value)


def _text(answer: str, num_qubits, order, kind) -> Value:
    if len(answer) > _MAX_TEXT:
        raise unreadable(f"The text has {len(answer):,} characters; at most {_MAX_TEXT:,} can be read.")
    if not answer.strip():
        return Nothing()
    if kind == "observable":
        from .formats.python import pauli_string, read_bare

        if pauli_string(answer) is not None:
            return read_bare({answer: 1}, (dict, object), num_qubits, order, kind)
    circuit = read_format(answer, (str, object), num_qubits)
    return Text(answer) if circuit is None else circuit


def _type_name(answer) -> str:
    return repr(str(type.__getattribute__(type(answer), "__name__"))[:40])


_NEUTRAL = {Circuit, State, Density, Matrix, Observable, Counts, Distribution, Number, Text, Function, Nothing}


def _sized(value) -> str:
    """ "The answer has", or what it is where its qubits stand nowhere."""
    if isinstance(value, State):
        return f"The answer has {len(value.vector)} amplitudes, the state of"
    if isinstance(value, Matrix | Density):
        return f"The answer is a {'×'.join(map(str, value.matrix.shape))} matrix, for"
    return "The answer has"


def _check_qubits(value, num_qubits) -> None:
    if num_qubits is None:
        return
    if isinstance(value, Counts | Distribution):
        found, word = value.num_bits, "bit"
    else:
        found, word = getattr(value, "num_qubits", num_qubits), "qubit"
    if found != num_qubits:
        raise Unreadable(
            "wrong-size",
            f"{_sized(value)} {found} {word}{'' if found == 1 else 's'}, but {num_qubits} "
            f"{'is' if num_qubits == 1 else 'are'} expected.",
        )
