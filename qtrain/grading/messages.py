"""What travels between coordinator, worker, child and judge: dataclasses, and the one codec that writes and reads them.

`encode` makes JSON-able data of a dataclass, `decode` reads it back and takes nothing that is not of the declared type:
the other side may be a learner's process.
"""

from __future__ import annotations

import types
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import lru_cache
from typing import Any, Union, get_args, get_origin, get_type_hints

Packed = Any  # what `qtrain.grading.packing.pack` makes


class Malformed(ValueError):
    """The data are not what the dataclass says; the sentence names the field."""


def encode(value) -> Any:
    """A dataclass, and whatever dataclasses it holds, as JSON-able data."""
    if is_dataclass(value):
        return {one.name: encode(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value


def decode(kind, data, where: str = ""):
    """What `encode` made of a `kind`, anew.

    Raises
    ------
    Malformed
        When a field is missing, unknown or of another type.
    """
    try:
        return _decode(kind, data, where)
    except RecursionError:
        raise Malformed(f"{where or 'the data'} is nested too deeply") from None


def _decode(kind, data, where: str):
    if kind is Any:
        return data
    if is_dataclass(kind):
        return _decode_fields(kind, data, where)
    origin, inside = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        for one in inside:
            try:
                return _decode(one, data, where)
            except Malformed:
                continue
    elif kind is type(None) and data is None:
        return None
    elif kind is float and type(data) in (int, float):
        return float(data)
    elif kind in (str, int, bool) and type(data) is kind:
        return data
    elif (kind if origin is None else origin) in (list, tuple) and type(data) is list:
        one = inside[0] if inside else Any
        made = [_decode(one, item, f"{where}[{index}]") for index, item in enumerate(data)]
        return made if list in (kind, origin) else tuple(made)
    elif (kind if origin is None else origin) is dict and type(data) is dict:
        one = inside[1] if inside else Any
        return {str(key): _decode(one, item, f"{where}[{str(key)[:40]!r}]") for key, item in data.items()}
    raise Malformed(f"{where or 'it'} is {type(data).__name__} instead of {getattr(kind, '__name__', kind)}")


def _decode_fields(kind, data, where: str):
    if type(data) is not dict:
        raise Malformed(f"{where or kind.__name__} is {type(data).__name__} instead of a table of names and values")
    known, made = _fields(kind), {}
    if unknown := sorted(str(name)[:40] for name in data if name not in known):
        raise Malformed(f"{where or kind.__name__} has the unknown part {unknown[0]!r}")
    for name, (hint, needed) in known.items():
        if name in data:
            made[name] = _decode(hint, data[name], f"{where}.{name}".lstrip("."))
        elif needed:
            raise Malformed(f"{where or kind.__name__} has no {name!r}")
    return kind(**made)


@lru_cache(maxsize=64)
def _fields(kind) -> dict[str, tuple]:
    hints = get_type_hints(kind)
    return {
        one.name: (hints[one.name], one.default is MISSING and one.default_factory is MISSING) for one in fields(kind)
    }


# --- from the worker to the judge and back ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Copy:
    """Whose copy of which document is judged.

    Attributes
    ----------
    root : str or None
        The folder of the course, or of the bank.
    document : str
        Its id.
    key : str
        What the learner's parameters are drawn from.
    salt : str
        Of the release: drawn inputs depend on it.
    """

    root: str | None
    document: str
    key: str
    salt: str


@dataclass(frozen=True)
class Question:
    """What a child has to know of an exercise: its variable, its parameters, what its function is called with.

    `adaptive`: what is called next depends on what has come out so far. `num_qubits`: of an answer whose own object
    does not know the qubits that it leaves idle (Cirq).
    """

    name: str
    variant: Packed
    calls: Packed = None
    adaptive: bool = False
    num_qubits: int | None = None


@dataclass
class Reply:
    """An answer as the child sent it: data that nobody has checked yet.

    Attributes
    ----------
    missing : bool
        There is no such variable.
    failed : bool
        It could not be read: `code` (a diagnosis) and `message` say why. Else `answer` holds it.
    answer : Packed
    outputs : list of Reply or None
        Of a function that was called.
    """

    missing: bool = False
    failed: bool = False
    code: str | None = None
    message: str = ""
    answer: Packed = None
    outputs: list[Reply] | None = None


@dataclass(frozen=True)
class Further:
    """Which calls come next, after the outputs in this reply."""

    copy: Copy
    exercise: str
    reply: Reply


@dataclass(frozen=True)
class Judging:
    """Replies to judge, the code of the exercises, and the keys of other learners' variants."""

    copy: Copy
    replies: dict[str, Reply]
    sources: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


@dataclass
class Judged:
    """The verdict on one reply (as `Verdict.to_data` gives it), for whom else it is right, and its fingerprints."""

    verdict: dict
    right_for: list[str] = field(default_factory=list)
    prints: dict[str, str] = field(default_factory=dict)


# --- from the coordinator to the worker and back ---------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """One submission to grade.

    Attributes
    ----------
    data : bytes
    copy : Copy
    mark : str
        Of the course that the coordinator has.
    cells : dict
        From the id of each released cell to [exercise, role].
    exercises : list of str
        In their order.
    others : list of str
        Keys of other learners' variants, to tell for whom a wrong answer would be right.
    bounds : Bounds
    required : bool
        Refuse to run without every fence.
    """

    data: bytes
    copy: Copy
    mark: str
    cells: dict[str, list[str]]
    exercises: list[str]
    others: list[str]
    bounds: Any
    required: bool


@dataclass
class Answered:
    """What became of one exercise: the judge's word, what was handed in, what came out of its cells."""

    verdict: dict
    source: str = ""
    outputs: list[dict] = field(default_factory=list)
    error: str = ""
    stopped: str = ""
    right_for: list[str] = field(default_factory=list)
    prints: dict[str, str] = field(default_factory=dict)


@dataclass
class Graded:
    """What became of one submission.

    Attributes
    ----------
    problem : str
        Why nothing could be run, or "".
    notes : list of str
        What was odd.
    answers : dict
        From exercise to `Answered`.
    fences : list of str
        Those that held.
    claimed : dict
        "id" and "learner" as the file says them; believed for nothing.
    seconds : float
    """

    problem: str = ""
    notes: list[str] = field(default_factory=list)
    answers: dict[str, Answered] = field(default_factory=dict)
    fences: list[str] = field(default_factory=list)
    claimed: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
