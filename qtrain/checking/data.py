"""The target of plain data: lists, tables, dicts, text, edges, keys. Never guessed into a state or a matrix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qtrain.circuits import model as values

from .refusals import Refused
from .schema import Schema
from .target import Target
from .verdict import wrong


class Data(Target):
    """Plain data of a given schema.

    Parameters
    ----------
    expected : object, optional
        What is right, in any form that the schema reads; leave it out where several things are.
    schema : Schema
        What the answer is made of; see `qtrain.checking.schema`.
    holds : callable, optional
        In place of `expected`: from the answer in normal form to whether it is right, or (whether, what is missing).
    within : float
        Absolute tolerance of real numbers.

    Examples
    --------
    >>> from qtrain.checking.schema import Edges
    >>> Data([(0, 1), (1, 2)], schema=Edges(3)).judge([[2, 1], (1, 0)]).passed
    True
    """

    wants = "plain data"
    place = "answer"  # what it is called in sentences about its parts; `Each` calls it the result

    def __init__(
        self,
        expected: Any = None,
        *,
        schema: Schema,
        holds: Callable[[Any], bool | tuple[bool, str]] | None = None,
        within: float = 1e-9,
        **options,
    ):
        super().__init__(**options)
        if (expected is None) == (holds is None):
            raise ValueError("give either what is expected or what has to hold")
        self.schema, self.holds, self.tolerance = schema, holds, within
        try:
            self.expected = None if expected is None else schema.read(expected, "expected")
        except Refused as problem:
            raise ValueError(f"what is expected does not keep the schema: {problem.message}") from None

    def like(self, answer):
        return Data(answer.value, schema=self.schema, within=self.tolerance)

    def read(self, answer, *, order="native"):
        if answer is None or answer is ... or isinstance(answer, values.Nothing):
            return values.Nothing()
        if isinstance(answer, values.Data):
            answer = answer.value
        for form, name in _PLAIN.items():
            if isinstance(answer, form):  # what came from the grader's kernel has been read there
                answer = getattr(answer, name)
        if isinstance(answer, str | list | tuple | dict) and not len(answer):
            # Nothing was written yet, unless what is expected is empty, too.
            if not (isinstance(self.expected, str | list | tuple | dict) and not len(self.expected)):
                return values.Nothing()
        return values.Data(self.schema.read(answer, self.place))

    def right(self, answer):
        return self._told(answer)[0]

    def _told(self, answer) -> tuple[bool, str]:
        if self.holds is None:
            return self.schema.same(answer.value, self.expected, self.tolerance), ""
        told = self.holds(answer.value)
        return told if isinstance(told, tuple) else (bool(told), "")

    def explain(self, answer):
        if self.holds is not None:
            return wrong(None, self._told(answer)[1] or "This does not have the property that is asked for.")
        for code, changed, message in _mistakes(answer.value):
            if self.accepts(values.Data(changed)):
                return wrong(code, message, mistake=message)
        place = self.schema.difference(answer.value, self.expected, self.tolerance, self.place)
        return wrong(None, f"Not right yet: look at {f'`{place}`' if place.startswith(self.place) else place}.")


_PLAIN = {
    values.Text: "value",
    values.Number: "value",
    values.Counts: "counts",
    values.Distribution: "probabilities",
}


def _mistakes(value):
    """What can be said of data in general: (code, the data with the mistake undone, what is said)."""
    if isinstance(value, str) and len(value) > 1:
        yield "qubit-order", value[::-1], "Every character is right, but in the reverse order."
        if set(value) <= set("01"):
            flipped = value.translate(str.maketrans("01", "10"))
            yield "bit-flip", flipped, "Every bit is the opposite of what it should be: 0 and 1 are exchanged."
    if isinstance(value, list) and len(value) > 1:
        yield None, value[::-1], "The entries are right, but in the reverse order."
        if all(isinstance(row, list) for row in value):
            yield None, [list(column) for column in zip(*value, strict=False)], "Rows and columns are exchanged."
            yield None, [row[::-1] for row in value], "Every row is right, but in the reverse order."
