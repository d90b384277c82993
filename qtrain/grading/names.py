"""Names that come from outside, made safe for file systems, spreadsheets and terminals."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")


def slug(name: str) -> str:
    """A file name for anything that is called `name`: letters, digits, dot and dash; unlike names stay unlike."""
    kept = re.sub(r"[^\w.-]+", "_", unicodedata.normalize("NFC", name)).strip("._-")[:80]
    if not kept or kept != name or kept.casefold().split(".")[0] in _RESERVED:
        # Something was lost, so that another name may have come to the same.
        kept = f"{kept or 'learner'}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"
    return kept


def cell(value) -> str:
    """`value` for a CSV file: a spreadsheet takes it as text, whatever it begins with."""
    text = printable(str(value), keep="")
    if unicodedata.normalize("NFKC", text).lstrip()[:1] in ("=", "+", "-", "@", "|", "%"):
        return "'" + text
    return text


def printable(text: str, keep: str = "\n\t") -> str:
    """`text` without terminal escapes, control characters and marks that turn the direction of writing."""
    text = _ESCAPES.sub("", text)
    return "".join(
        c
        for c in text
        if c in keep or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") or c in "\u200c\u200d"
    )


def short(text: str, length: int = 200) -> str:
    """One line of at most `length` characters, safe to print."""
    line = " ".join(printable(text[: 20 * length], keep="\n\t").split())
    return line if len(line) <= length else line[: length - 1] + "…"
