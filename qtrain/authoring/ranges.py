"""Where an exercise's parameters come from: declared ranges, whose choices can be counted and drawn."""

from __future__ import annotations

import inspect
import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

TRIES = 2000
EXACT = 20_000  # spaces up to this size are counted one by one


class Range:
    """The values that one parameter may take. A subclass gives `size`, `draw` and `values`."""

    size: int

    def draw(self, rng: random.Random) -> Any:
        """One value."""
        raise NotImplementedError

    def values(self) -> Iterator[Any]:
        """Every value, in a fixed order."""
        raise NotImplementedError


class _Grid(Range):
    """A value for each whole number below `size`."""

    def __init__(self, size: int, at: Callable[[int], Any]):
        if size < 1:
            raise ValueError("a range needs at least one value")
        self.size, self.at = size, at

    def draw(self, rng):
        return self.at(rng.randrange(self.size))

    def values(self):
        return map(self.at, range(self.size))


class _Several(Range):
    """A list of `count` values of another range, all different if `distinct`."""

    def __init__(self, count: int, of: Range, distinct: bool):
        if distinct and of.size < count:
            raise ValueError(f"{count} different values cannot come from a range of {of.size}")
        self.count, self.of, self.distinct = count, of, distinct
        self.size = math.perm(of.size, count) if distinct else of.size**count

    def draw(self, rng):
        if not self.distinct:
            return [self.of.draw(rng) for _ in range(self.count)]
        if self.of.size <= EXACT:
            return rng.sample(list(self.of.values()), self.count)
        drawn: list = []
        while len(drawn) < self.count:
            if (value := self.of.draw(rng)) not in drawn:
                drawn.append(value)
        return drawn

    def values(self):
        every = list(self.of.values())
        chosen = (
            itertools.permutations(every, self.count) if self.distinct else itertools.product(every, repeat=self.count)
        )
        return map(list, chosen)


def one_of(*values: Any) -> Range:
    """One of the values given, one by one or as a single list, tuple, string or `range`."""
    if len(values) == 1 and isinstance(values[0], list | tuple | str | range):
        values = tuple(values[0])
    return _Grid(len(values), values.__getitem__)


def whole(low: int, high: int, step: int = 1) -> Range:
    """A whole number from `low` to `high`, both included.

    Parameters
    ----------
    low, high : int
    step : int
        The distance of two neighbouring numbers.
    """
    return _Grid((high - low) // step + 1, lambda k: low + k * step)


def decimals(low: float, high: float, step: float) -> Range:
    """A decimal number from `low` to `high`, both included, with as many digits as `step` has."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9) + 1)
    return _Grid(round((high - low) / step) + 1, lambda k: round(low + k * step, digits))


def angles(low: float, high: float, step: float = 0.01) -> Range:
    """An angle in radians, rounded to 4 digits; `low`, `high` and `step` are in units of π."""
    return _Grid(round((high - low) / step) + 1, lambda k: round(math.pi * (low + k * step), 4))


def bits(length: int) -> Range:
    """A bit string.

    Parameters
    ----------
    length : int
        How many bits.
    """
    return _Grid(2**length, lambda k: format(k, f"0{length}b"))


def several(count: int, of: Range | Sequence) -> Range:
    """A list of `count` values; the same one may occur more than once."""
    return _Several(count, as_range(of), distinct=False)


def distinct(count: int, of: Range | Sequence) -> Range:
    """A list of `count` different values, in any order."""
    return _Several(count, as_range(of), distinct=True)


def apart(gap: float, *values: float) -> bool:
    """Whether no two of the values are nearer than `gap`: for ``where``, so that each mistake has a value of its own.

    >>> apart(0.1, 0.2, 0.5, 0.8), apart(0.1, 0.2, 0.25)
    (True, False)
    """
    ordered = sorted(values)
    return all(high - low > gap for low, high in itertools.pairwise(ordered))


def as_range(given: Any) -> Range:
    """`given` if it is a range; a list, tuple, string or Python's `range` as `one_of` its values."""
    if isinstance(given, Range):
        return given
    if isinstance(given, list | tuple | str | range):
        return one_of(given)
    raise ValueError(f"{given!r} is no range: write one_of(…), whole(…), decimals(…), angles(…), or a list of values")


class Space:
    """All variants of an exercise: a range for each parameter, more that follows from them, and a condition.

    Parameters
    ----------
    ranges : mapping from parameter to Range
    where : callable, optional
        A condition; it names the parameters that it looks at as its own arguments.
    derive : callable, optional
        Gives a dict of further parameters; it names those that it looks at, too.
    drawn : callable, optional
        Draws a dict of parameters from a `random.Random`, where ranges cannot say it.
    """

    def __init__(
        self,
        ranges: Mapping[str, Any],
        *,
        where: Callable[..., bool] | None = None,
        derive: Callable | None = None,
        drawn: Callable[[random.Random], dict] | None = None,
    ):
        self.ranges = {name: as_range(given) for name, given in ranges.items()}
        self.where, self.derive, self.drawn = where, derive, drawn

    @property
    def product(self) -> int:
        """The number of combinations, before the condition."""
        return math.prod(one.size for one in self.ranges.values())

    def draw(self, rng: random.Random, fits: Callable[[dict], bool] | None = None) -> dict:
        """The parameters of one variant; `fits` is a further condition on them.

        Raises
        ------
        ValueError
            When no combination is found that keeps the conditions.
        """
        for _ in range(TRIES):
            drawn = {} if self.drawn is None else self.drawn(rng)
            found = self._completed({**drawn, **{name: one.draw(rng) for name, one in self.ranges.items()}})
            if found is not None and (fits is None or fits(found)):
                return found
        raise ValueError(
            f"no variant in {TRIES} draws keeps the conditions: widen the ranges of {', '.join(self.ranges)}"
        )

    def variants(self) -> Iterator[dict]:
        """Every variant that keeps the condition, in a fixed order."""
        names = list(self.ranges)
        for values in itertools.product(*(one.values() for one in self.ranges.values())):
            found = self._completed(dict(zip(names, values, strict=True)))
            if found is not None:
                yield found

    def size(self, fits: Callable[[dict], bool] | None = None, sample: int = 400) -> int:
        """How many variants there are: counted where that is quick, else estimated from so many draws."""
        if self.where is None and fits is None:
            return self.product
        if self.product <= (EXACT if fits is None else 5 * sample):
            return sum(fits is None or fits(found) for found in self.variants())
        rng = random.Random(0)
        kept = 0
        for _ in range(sample):
            found = self._completed({name: one.draw(rng) for name, one in self.ranges.items()})
            kept += found is not None and (fits is None or fits(found))
        return self.product * kept // sample

    def _completed(self, drawn: dict) -> dict | None:
        if self.where is not None and not named(self.where, drawn):
            return None
        return drawn if self.derive is None else {**drawn, **named(self.derive, drawn)}


def named(function: Callable, parameters: Mapping[str, Any]) -> Any:
    """Call a function with those of the parameters that it names as its arguments."""
    asked = inspect.signature(function).parameters
    if any(one.kind is one.VAR_KEYWORD for one in asked.values()):
        return function(**parameters)
    return function(**{name: parameters[name] for name in asked if name in parameters})
