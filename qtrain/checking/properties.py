"""The target of anything that has a property, told by a predicate."""

from __future__ import annotations

from collections.abc import Callable

from .refusals import Refused, Undecided, called
from .target import Target
from .verdict import wrong


class Property(Target):
    """Any answer with a property: ``Property("is entangled", predicate)``.

    Parameters
    ----------
    name : str
        How the sentence "your answer …" goes on.
    predicate : callable
        Called with the neutral answer; returns whether it has the property, or (whether, what is missing).
    takes : type or tuple of types, optional
        The neutral forms that the predicate understands; others are refused as `wrong-type`.
    reading, num_qubits : optional
        Hints for reading, as for `qtrain.circuits.read`.
    """

    kind = "property"

    def __init__(
        self, name: str, predicate: Callable, *, takes=None, reading=None, num_qubits=None, wants=None, rules=()
    ):
        super().__init__(rules=rules)
        self.name, self.predicate, self.takes = name, predicate, takes
        self.reading, self.num_qubits = reading, num_qubits
        self.wants = wants or (" or ".join(_one(kind) for kind in _tuple(takes)) if takes else "another form")

    def _told(self, answer) -> tuple[bool, str]:
        if self.takes is not None and not isinstance(answer, self.takes):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for {self.wants}.")
        try:
            told = self.predicate(answer)
        except (Refused, Undecided):
            raise
        except Exception as problem:  # the author's predicate meets whatever the learner made
            from qtrain.circuits import Unreadable

            if isinstance(problem, Unreadable):
                raise
            raise Refused(
                "wrong-type", f"Whether your answer {self.name} cannot be told of {called(answer)}."
            ) from problem
        holds, missing = told if isinstance(told, tuple) else (told, "")
        return bool(holds), missing

    def right(self, answer):
        return self._told(answer)[0]

    def explain(self, answer):
        return wrong(
            None, self._told(answer)[1] or f"This is not it yet: the task asks for an answer that {self.name}."
        )

    def praise(self, answer):
        return f"Right: your answer {self.name}."


def _tuple(kinds):
    return kinds if isinstance(kinds, tuple) else (kinds,)


def _one(kind) -> str:
    return f"a {kind.__name__.lower()}"
