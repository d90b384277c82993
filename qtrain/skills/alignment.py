"""What a badge is aligned to in the frameworks that others keep: all lines of several documents, each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .competences import alignment


@dataclass(frozen=True)
class Aligned:
    """A code of a framework, its title, where the framework stands, and the level where it has levels."""

    framework: str
    code: str
    title: str
    url: str
    level: str = ""


def alignments(course, documents: Iterable[str]) -> list[Aligned]:
    """The codes of these lessons and problem sets, by framework, each once with all its levels.

    Parameters
    ----------
    documents : iterable of str
        Their ids.
    """
    levels: dict[Aligned, dict[str, None]] = {}
    for name in documents:
        for one in alignment(course, name):
            line = Aligned(f"{one.framework} {one.version}", one.code, one.title, one.url)
            levels.setdefault(line, {})[one.level] = None
    frames = list(dict.fromkeys(line.framework for line in levels))
    ordered = sorted(levels, key=lambda line: frames.index(line.framework))
    made = []
    for line in ordered:
        said = "; ".join(level for level in levels[line] if level)
        made.append(Aligned(line.framework, line.code, line.title, line.url, said))
    return made
