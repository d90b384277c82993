"""Tells the program texts apart: OpenQASM 2 and 3, QCIS and OriginIR."""

from __future__ import annotations

import re

from .circuit import Circuit

_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)


def read_program(text: str) -> Circuit | None:
    """The circuit that a program text describes, or None if the text is no program."""
    start = _COMMENTS.sub(" ", text[:20_000]).split(None, 2)
    first = start[0] if start else ""
    if first == "OPENQASM" or first in ("include", "qreg", "qubit"):
        from .from_openqasm import read_openqasm

        return read_openqasm(text)
    if first == "QINIT":
        from .from_originir import read_originir

        return read_originir(text)
    if len(start) > 1 and re.fullmatch(r"[A-Z][A-Z0-9]*", first) and re.fullmatch(r"[QG]\d+", start[1]):
        from .from_qcis import read_qcis

        return read_qcis(text)
    return None
