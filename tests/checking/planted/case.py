"""One answer to one target, and what should be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Planted:
    """`code` is a diagnosis, None for a wrong answer without a name, or "right"; `says` is a part of the message."""

    target: str
    name: str
    make: Any
    answer: Any
    code: str | None = "right"
    says: str = ""

    def verdict(self):
        return self.make().judge(self.answer)


def cases(target: str, make, rows) -> list[Planted]:
    """Rows of (name, answer, code, part of the message); the last two may be left out for right answers."""
    return [Planted(target, row[0], make, row[1], *row[2:]) for row in rows]
