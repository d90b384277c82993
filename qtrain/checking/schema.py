"""Schemas of plain data: what an answer of lists, tables, dicts, text and numbers is made of, and how it is compared.

>>> Table(2, 3, Bit()).read([[0, 1, 1], [True, 0, "1"]], "answer")
[[0, 1, 1], [1, 0, 1]]
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from qtrain.circuits import model

from .numbers import parse
from .refusals import Refused, called

MAX_ENTRIES = 100_000
MAX_TEXT = 1_000_000


class Schema:
    """What a value is made of. `read` gives it in one normal form, so that equal answers are equal objects."""

    called = "a value"

    def read(self, value: Any, place: str) -> Any:
        """The value in normal form.

        Raises
        ------
        Refused
            Saying at which place what came and what is asked for.
        """
        raise NotImplementedError

    def same(self, one: Any, other: Any, within: float) -> bool:
        """Whether two values in normal form are equal, real numbers within a tolerance."""
        return one == other

    def difference(self, found: Any, expected: Any, within: float, place: str) -> str:
        """Where the first difference is, as a place in the answer."""
        return place


def refused(place: str, value: Any, wanted: str, code: str = "wrong-type") -> Refused:
    """The refusal of a part of an answer."""
    neutral = type(value).__module__ == model.__name__ and not isinstance(value, model.Number)
    text = called(value) if neutral else " ".join(repr(bare(value)).split())
    shown = text if len(text) <= 40 else text[:39] + "…"
    named = place if "`" in place else f"`{place}`"
    return Refused(code, f"{named[0].upper()}{named[1:]} is {shown}, but {wanted} is asked for there.")


def bare(value: Any) -> Any:
    """What people read of a value: NumPy's numbers inside a list or dict as numbers, without their type."""
    value = plain(value)
    if isinstance(value, list | tuple):
        return type(value)(map(bare, value)) if type(value) in (list, tuple) else value
    return {bare(key): bare(entry) for key, entry in value.items()} if type(value) is dict else value


def plain(value: Any) -> Any:
    """NumPy's numbers and arrays as Python's own, fractions and decimals as floats; anything else as it is."""
    if isinstance(value, model.Number):  # what fractions and decimals are once they have travelled
        return value.value.real if isinstance(value.value, complex) and not value.value.imag else value.value
    if isinstance(value, Fraction | Decimal):
        return float(value)
    return value.tolist() if type(value).__module__ == "numpy" and hasattr(value, "tolist") else value


class Whole(Schema):
    """A whole number, within bounds if there are any."""

    def __init__(self, low: int | None = None, high: int | None = None):
        self.low, self.high = low, high
        bounds = {
            (True, True): f" from {low} to {high}",
            (True, False): f" from {low} up",
            (False, True): f" up to {high}",
        }
        self.called = "a whole number" + bounds.get((low is not None, high is not None), "")

    def read(self, value, place):
        value = plain(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise refused(place, value, self.called)
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            raise refused(place, value, self.called)
        return value


class Bit(Schema):
    """0 or 1, also written ``False``, ``"1"``."""

    called = "a bit, 0 or 1,"

    def read(self, value, place):
        value = plain(value)
        if value not in (0, 1, "0", "1") or isinstance(value, complex):
            raise refused(place, value, self.called)
        return int(value)


class Real(Schema):
    """A finite real number, compared within the target's tolerance."""

    def __init__(self, low: float | None = None, high: float | None = None):
        self.low, self.high = low, high
        self.called = "a number" if low is None and high is None else f"a number between {low} and {high}"

    def read(self, value, place):
        value = plain(value)
        if type(value) is list and len(value) == 1:  # an array with one entry
            value = value[0]
        if isinstance(value, str):
            value = _number_in(value)
        if isinstance(value, complex) and value.imag == 0:  # expectation values come as complex numbers
            value = value.real
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise refused(place, value, self.called)
        slack = 1e-12
        if (self.low is not None and value < self.low - slack) or (self.high is not None and value > self.high + slack):
            raise refused(place, value, self.called)
        return float(value)

    def same(self, one, other, within):
        return abs(one - other) <= within + 1e-12 * max(1.0, abs(other))


def _number_in(text: str):
    """The number that a text is, such as ``"1/4"``; the text itself where it is none."""
    number, unit = parse(text)
    return text if number is None or unit else number


class Word(Schema):
    """Text; out of an alphabet and of a length if these are given: ``Word("IXYZ", 5)``, also as a list of letters."""

    def __init__(self, alphabet: str | None = None, length: int | None = None):
        self.alphabet, self.length = alphabet, length
        self.letters = list(alphabet or "")
        many = (
            "text" if length is None else "a text of 1 character" if length == 1 else f"a text of {length} characters"
        )
        self.called = many + (f" out of {', '.join(alphabet)}" if alphabet else "")

    def read(self, value, place):
        value = plain(value)
        if self.alphabet is not None and isinstance(value, list | tuple) and all(one in self.letters for one in value):
            value = "".join(value)
        if not isinstance(value, str):
            raise refused(place, value, self.called)
        text = value.strip()
        if len(text) > MAX_TEXT:
            raise Refused("wrong-size", f"`{place}` has {len(text):,} characters; that is too long.")
        if self.alphabet is not None and set(text) - set(self.alphabet):
            raise refused(place, value, self.called)
        if self.length is not None and len(text) != self.length:
            raise refused(place, value, self.called, "wrong-size")
        return text


class Key(Word):
    """A string of bits, qubit or time 0 first: ``"0110"``, or a list of bits."""

    def __init__(self, length: int | None = None):
        super().__init__("01", length)
        self.called = "a string of bits" if length is None else f"a string of {length} bits"

    def read(self, value, place):
        value = plain(value)
        if isinstance(value, list | tuple):
            bit = Bit()
            value = "".join(str(bit.read(entry, f"{place}[{k}]")) for k, entry in enumerate(value))
        elif isinstance(value, str):
            value = "".join(value.split()).replace("_", "")
        return super().read(value, place)


class OneOf(Schema):
    """One of the values given."""

    def __init__(self, *values: Any):
        self.values = values
        self.called = "one of " + ", ".join(map(repr, values))

    def read(self, value, place):
        value = plain(value)
        for one in self.values:
            if type(one) is type(value) and one == value:
                return one
        raise refused(place, value, self.called)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"


class List(Schema):
    """A list or tuple of values of one kind.

    Parameters
    ----------
    of : Schema
    length : int or (least, most), optional
    ordered : bool
        Without an order, two lists with the same entries are the same; sets may come then, too.
    distinct : bool
        No entry may occur twice.
    """

    def __init__(self, of: Schema, length: int | tuple | None = None, *, ordered: bool = True, distinct: bool = False):
        self.of, self.ordered, self.distinct = of, ordered, distinct
        self.least, self.most = (length, length) if isinstance(length, int) else length or (0, MAX_ENTRIES)
        many = _entries(length) if isinstance(length, int) else f"{self.least} to {self.most} entries"
        self.called = "a list" if length is None else f"a list of {many}"

    def read(self, value, place):
        value = plain(value)
        if not isinstance(value, (list, tuple, range) if self.ordered else (list, tuple, range, set, frozenset)):
            raise refused(place, value, self.called)
        if not self.least <= len(value) <= self.most:
            raise Refused("wrong-size", f"`{place}` has {_entries(len(value))}, but {self.called} is asked for there.")
        entries = [self.of.read(entry, f"{place}[{k}]") for k, entry in enumerate(value)]
        if self.distinct and (twice := next((e for k, e in enumerate(entries) if e in entries[:k]), None)) is not None:
            raise Refused("wrong-size", f"`{place}` has {twice!r} more than once; every entry may occur once.")
        return entries if self.ordered else sorted(entries, key=repr)

    def same(self, one, other, within):
        return len(one) == len(other) and all(self.of.same(a, b, within) for a, b in zip(one, other, strict=True))

    def difference(self, found, expected, within, place):
        if len(found) != len(expected):
            return f"the number of entries of {place}"
        if not self.ordered:
            return place
        for k, (a, b) in enumerate(zip(found, expected, strict=True)):
            if not self.of.same(a, b, within):
                return self.of.difference(a, b, within, f"{place}[{k}]")
        return place


class Row(Schema):
    """A fixed number of values, each of its own kind: ``Row(Word("IXYZ", 4), Whole(0, 9))``.

    With `names`, a dict fits, too, in large or small letters: ``Row(Real(), Real(), Real(), names="xyz")``.
    """

    def __init__(self, *parts: Schema, names: Sequence[str] = ()):
        if names and len(names) != len(parts):
            raise ValueError(f"{len(parts)} values need as many names, not {len(names)}")
        self.parts, self.names = parts, tuple(name.lower() for name in names)
        self.called = f"a list or tuple of {len(parts)} values"
        if names:
            self.called += f", {', '.join(names)},"

    def _by_name(self, value: Mapping, place: str) -> list:
        found = {str(key).lower(): entry for key, entry in value.items()}
        for key in value:
            if str(key).lower() not in self.names:
                raise Refused("wrong-size", f"`{place}` has the key {key!r}; the keys are {', '.join(self.names)}.")
        if missing := [name for name in self.names if name not in found]:
            raise Refused("wrong-size", f"`{place}` has no entry for {missing[0]!r}.")
        return [found[name] for name in self.names]

    def read(self, value, place):
        value = plain(value)
        if self.names and isinstance(value, Mapping):
            value = self._by_name(value, place)
        if not isinstance(value, list | tuple):
            raise refused(place, value, self.called)
        if len(value) != len(self.parts):
            raise Refused("wrong-size", f"`{place}` has {_entries(len(value))}, but {self.called} is asked for there.")
        return tuple(
            part.read(entry, f"{place}[{k}]") for k, (part, entry) in enumerate(zip(self.parts, value, strict=True))
        )

    def same(self, one, other, within):
        return all(part.same(a, b, within) for part, a, b in zip(self.parts, one, other, strict=True))

    def difference(self, found, expected, within, place):
        for k, part in enumerate(self.parts):
            if not part.same(found[k], expected[k], within):
                return part.difference(found[k], expected[k], within, f"{place}[{k}]")
        return place


class Table(List):
    """A table or matrix, row by row: lists of the same length, or an array."""

    def __init__(self, rows: int | None, columns: int | None, of: Schema):
        super().__init__(List(of, columns), rows)
        size = " by ".join("any" if n is None else str(n) for n in (rows, columns))
        self.called = f"a table of {size} entries, row by row,"

    def read(self, value, place):
        table = super().read(value, place)
        if len({len(row) for row in table}) > 1:
            raise Refused(
                "wrong-size", f"The rows of `{place}` have different lengths; a table needs the same in each."
            )
        return table


class Dict(Schema):
    """A dict; `keys` is a schema, or the very keys that there have to be."""

    called = "a dict"

    def __init__(self, keys: Schema | Iterable, of: Schema):
        self.keys = keys if isinstance(keys, Schema) else None
        self.exact = None if isinstance(keys, Schema) else list(keys)
        self.of = of

    def read(self, value, place):
        if not isinstance(value, Mapping):
            raise refused(place, value, self.called)
        if len(value) > MAX_ENTRIES:
            raise Refused("wrong-size", f"`{place}` has {len(value):,} entries; that is too many.")
        found = {}
        for key, entry in value.items():
            if self.exact is not None and plain(key) not in self.exact:
                raise Refused("wrong-size", f"`{place}` has the key {key!r}, which is not asked for.")
            name = plain(key) if self.keys is None else self.keys.read(key, f"a key of `{place}`")
            found[_hashable(name)] = self.of.read(entry, f"{place}[{key!r}]")
        if missing := [key for key in self.exact or () if key not in found]:
            raise Refused("wrong-size", f"`{place}` has no entry for {missing[0]!r}.")
        return found

    def same(self, one, other, within):
        return one.keys() == other.keys() and all(self.of.same(one[key], other[key], within) for key in one)

    def difference(self, found, expected, within, place):
        for key in found:
            if key not in expected:
                return f"the key {key!r}"
            if not self.of.same(found[key], expected[key], within):
                return self.of.difference(found[key], expected[key], within, f"{place}[{key!r}]")
        return f"the keys of {place}"


class Edges(Schema):
    """The edges of a graph as pairs of nodes, in any order; ``directed=True``: from the first to the second."""

    def __init__(self, nodes: int | Sequence, *, directed: bool = False):
        self.nodes, self.directed = list(range(nodes)) if isinstance(nodes, int) else list(nodes), directed
        self.called = "a list of pairs of nodes"

    def read(self, value, place):
        value = plain(value)
        if not isinstance(value, list | tuple | set | frozenset):
            raise refused(place, value, self.called)
        if len(value) > MAX_ENTRIES:
            raise Refused("wrong-size", f"`{place}` has {len(value):,} edges; that is too many.")
        found = []
        for k, pair in enumerate(value):
            ends = list(plain(pair)) if isinstance(plain(pair), list | tuple | set | frozenset) else [pair]
            ends = [plain(end) for end in ends]
            if len(ends) != 2:
                raise refused(f"{place}[{k}]", pair, "a pair of two different nodes")
            for end in ends:
                if end not in self.nodes:
                    raise Refused("wrong-size", f"`{place}[{k}]` names {end!r}, which is no node of this graph.")
            ends = [self.nodes[self.nodes.index(end)] for end in ends]
            edge = tuple(ends if self.directed else sorted(ends, key=self.nodes.index))
            if edge in found:
                raise Refused("wrong-size", f"`{place}` has the edge {edge[0]!r}–{edge[1]!r} more than once.")
            found.append(edge)
        return sorted(found, key=lambda edge: [self.nodes.index(end) for end in edge])

    def difference(self, found, expected, within, place):
        if extra := [edge for edge in found if edge not in expected]:
            return f"the edge {extra[0][0]!r}–{extra[0][1]!r}"
        return "the edges that are missing" if len(found) < len(expected) else place


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
