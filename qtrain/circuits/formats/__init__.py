"""The formats in which circuits and answers come: one table of name → (sniff, read, write).

A vendor's format is one module beside this one and one line in `FORMATS`. Nothing of a format is imported before
something of its kind turns up.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/|#[^\n]*", re.DOTALL)
_HEAD = 20_000
"""How many characters of a text are looked at to tell its language."""


@dataclass(frozen=True)
class Format:
    """A framework whose objects, or a language whose texts can be read.

    Attributes
    ----------
    sniff : callable
        ``sniff(answer, bases)`` tells from the answer and the classes behind it (its true ``__mro__``) whether it is
        of this format. It must not run any of the answer's own code.
    reader, writer : str
        ``"module:function"`` in this package. A reader takes ``(answer, bases, num_qubits)`` and gives a neutral form,
        or None if it is nothing that it knows; a writer takes a `Circuit`. Without a writer the string is empty.
    """

    sniff: Callable[[Any, tuple[type, ...]], bool]
    reader: str
    writer: str = ""

    def read(self, answer, bases, num_qubits: int | None = None):
        """The neutral form of `answer`, or None."""
        return _function(self.reader)(answer, bases, num_qubits)

    def write(self, circuit):
        """The circuit in this format.

        Raises
        ------
        Unreadable
            If the format has no way to say something that the circuit does.
        """
        return _function(self.writer)(circuit)


def _function(place: str):
    module, _, name = place.partition(":")
    return getattr(import_module(f".{module}", __name__), name)


def made_by(*packages: str) -> Callable:
    """A sniffer for objects whose class, or one of its bases, comes from one of these (imported) packages."""

    def sniff(answer, bases) -> bool:
        # A class may lie about its module, so the reader asks the framework itself whether the class is one of its own.
        roots = {str(type.__getattribute__(base, "__module__")).partition(".")[0] for base in bases}
        return any(package in roots and package in sys.modules for package in packages)

    return sniff


def _program(pattern: str) -> Callable:
    """A sniffer for texts whose first statement, comments left out, looks like this."""
    start = re.compile(pattern)

    def sniff(answer, bases) -> bool:
        return str in bases and start.match(_COMMENTS.sub(" ", str.__str__(answer)[:_HEAD]).lstrip()) is not None

    return sniff


FORMATS: dict[str, Format] = {
    "qiskit": Format(made_by("qiskit", "qiskit_aer"), "qiskit.values:read_value", "qiskit.writing:to_qiskit"),
    "cirq": Format(made_by("cirq", "cirq_google"), "cirq.values:read_value", "cirq.writing:to_cirq"),
    "stim": Format(made_by("stim"), "stim:read_value", "stim:to_stim"),
    "openqasm2": Format(
        _program(r"OPENQASM\s+2|(qreg|creg|opaque)\s+\w"),
        "openqasm.reading:read_value",
        "openqasm.writing:to_openqasm2",
    ),
    "openqasm3": Format(
        _program(r"OPENQASM\b|include\b|(qubit|bit)(\s*\[\s*\d+\s*\])?\s+[^\W\d]|gate\s+\w[^;{]*\{|const\s+\w"),
        "openqasm.reading:read_value",
        "openqasm.writing:to_openqasm3",
    ),
    "originir": Format(_program(r"QINIT\b"), "originir:read_value", "originir:to_originir"),
    "qcis": Format(_program(r"[A-Z][A-Z0-9]*\s+[QG]\d+\b"), "qcis:read_value", "qcis:to_qcis"),
}
"""Every format, in the order in which an answer is sniffed at."""


def read_format(answer, bases, num_qubits: int | None = None):
    """The neutral form of an answer in one of the formats, or None if it is in none of them."""
    for entry in FORMATS.values():
        if entry.sniff(answer, bases):
            value = entry.read(answer, bases, num_qubits)
            if value is not None:
                return value
    return None
