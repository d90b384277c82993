"""Which learners' answers are alike beyond what right answers have to be: a list to look at, never a penalty."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations

# Hashes that say more come first; each pair and exercise counts its strongest only.
_KINDS = {
    "code": "the same code",
    "shape": "the same code with other names",
    "answer": "the same circuit",
    "structure": "the same circuit for another variant",
}
LISTED_BITS = 6.0
OWN = "the course's own solution"
COMMON = 30  # a hash that more learners than this share is what everybody does


@dataclass
class Pair:
    """Two learners, how surprising their likeness is in bits, and what is alike."""

    one: str
    other: str
    bits: float = 0.0
    alike: list[tuple[str, str]] = field(default_factory=list)


class Likeness:
    """Gathers the hashes of a cohort's answers."""

    def __init__(self):
        self._holders: dict[tuple[str, str, str], list[tuple[str, bool]] | None] = {}
        self._learners: set[str] = set()

    def add(self, row) -> None:
        """Take one learner's answers in."""
        if row.grading is None:
            return
        self._learners.add(row.learner.id)
        for answer in row.grading.answers:
            for kind, value in answer.prints.items():
                # Right answers to the same variant are the same circuit anyway; their structure and code say more.
                if kind in _KINDS and not (kind == "answer" and answer.status == "right"):
                    self._hold((answer.exercise, kind, value), row.learner.id, answer.status == "right")

    def add_known(self, exercise: str, prints: dict[str, str]) -> None:
        """Take in the hashes of what stands in the course: copied from there is alike, too."""
        for kind, value in prints.items():
            if kind in ("code", "shape"):
                self._hold((exercise, kind, value), OWN, True)

    def _hold(self, place, learner: str, right: bool) -> None:
        holders = self._holders.setdefault(place, [])
        if holders is not None and (learner, right) not in holders:
            holders.append((learner, right))
            if len(holders) > COMMON:
                self._holders[place] = None  # who they are is of no use, and may be most of a large class

    def pairs(self, at_most: int = 200) -> list[Pair]:
        """The pairs that stand out, the most surprising first.

        A likeness counts log2(class / number who share it) bits, twice if the answer is wrong: right answers are
        few, wrong ones many.
        """
        size = len(self._learners)
        best: dict[tuple[str, str], dict[str, tuple[float, str]]] = defaultdict(dict)
        order = list(_KINDS)
        for (exercise, kind, _), holders in sorted(self._holders.items(), key=lambda item: order.index(item[0][1])):
            if holders is None or len(holders) < 2:
                continue
            for (one, right), (other, _) in combinations(sorted(holders), 2):
                bits = math.log2(max(size, 2) / len(holders)) * (1 if right else 2)
                known = best[one, other].get(exercise, (-1.0, ""))
                if bits > known[0] + 1e-9:
                    best[one, other][exercise] = (bits, kind)
        made = [
            Pair(
                one,
                other,
                sum(bits for bits, _ in found.values()),
                [(exercise, _KINDS[kind]) for exercise, (_, kind) in sorted(found.items())],
            )
            for (one, other), found in best.items()
            if one != other
        ]
        return sorted((p for p in made if p.bits >= LISTED_BITS), key=lambda p: (-p.bits, p.one, p.other))[:at_most]


def same_files(digests: dict[str, list[str]]) -> list[tuple[str, list[str]]]:
    """From a file's digest to its learners: those files that several learners handed in."""
    return [
        (digest, sorted(set(learners)))
        for digest, learners in sorted(digests.items())
        if Counter(learners) and len(set(learners)) > 1
    ]
