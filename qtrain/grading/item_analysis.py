"""What a cohort's answers say about the exercises."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field

from qtrain.grading.manifest import Asked

FEW = 10
WEAK = 0.15


@dataclass
class Item:
    """One exercise in a cohort.

    Attributes
    ----------
    exercise : str
    answered, right, stopped, undecided : int
    mean : float
        Mean score, from 0 to 1.
    discrimination : float or None
        Correlation of the score with the rest of the points; None where it cannot be told.
    mistakes : list of (str, int)
        The most frequent diagnoses.
    """

    exercise: str
    title: str = ""
    of: float = 0.0
    answered: int = 0
    right: int = 0
    stopped: int = 0
    undecided: int = 0
    mean: float = 0.0
    discrimination: float | None = None
    mistakes: list = field(default_factory=list)

    @property
    def remark(self) -> str:
        """What an instructor should look at."""
        if self.undecided:
            return f"{self.undecided} could not be decided: look at them"
        if self.discrimination is not None and self.discrimination < WEAK:
            return "those who do well elsewhere do no better here: look at its wording and its check"
        return ""


class Tally:
    """Gathers a cohort row by row, in little memory."""

    def __init__(self, exercises: list[Asked]):
        self._exercises = exercises
        self._scores: dict[str, list[tuple[float, float]]] = {e.id: [] for e in exercises}
        self._mistakes: dict[str, Counter] = {e.id: Counter() for e in exercises}
        self._counts: dict[str, Counter] = {e.id: Counter() for e in exercises}
        self.percents: list[float] = []
        self.missing = 0

    def add(self, row) -> None:
        """Count one learner."""
        if row.grading is None:
            self.missing += 1
            return
        self.percents.append(100 * row.counted / row.of if row.of else 0.0)
        if row.shared:  # a group's answers say once what they say
            return
        total = sum(answer.points for answer in row.grading.answers)
        for answer in row.grading.answers:
            if answer.exercise not in self._scores:
                continue
            self._scores[answer.exercise].append((answer.score, total - answer.points))
            counts = self._counts[answer.exercise]
            counts["answered"] += answer.status != "not yet"
            counts["right"] += answer.status == "right"
            counts["undecided"] += answer.status == "undecided"
            counts["stopped"] += bool(answer.stopped)
            if answer.status == "wrong" and not answer.stopped:
                self._mistakes[answer.exercise][answer.diagnosis or "no usual mistake"] += 1

    def items(self) -> list[Item]:
        """The exercises in their order."""
        made = []
        for exercise in self._exercises:
            pairs, counts = self._scores[exercise.id], self._counts[exercise.id]
            mean = sum(score for score, _ in pairs) / len(pairs) if pairs else 0.0
            made.append(
                Item(
                    exercise.id,
                    exercise.title,
                    exercise.points,
                    counts["answered"],
                    counts["right"],
                    counts["stopped"],
                    counts["undecided"],
                    mean,
                    correlation(pairs),
                    self._mistakes[exercise.id].most_common(4),
                )
            )
        return made

    def histogram(self) -> list[tuple[str, int]]:
        """How many reached each tenth."""
        counts = Counter(min(int(percent // 10), 9) for percent in self.percents)
        return [(f"{10 * tenth}–{10 * tenth + 10} %", counts[tenth]) for tenth in range(10)]


def correlation(pairs: list[tuple[float, float]]) -> float | None:
    """Pearson's correlation (point-biserial where the scores are 0 and 1); None for few or constant values."""
    count = len(pairs)
    if count < FEW:
        return None
    mean_x, mean_y = (sum(values) / count for values in zip(*pairs, strict=True))
    xx = sum((x - mean_x) ** 2 for x, _ in pairs)
    yy = sum((y - mean_y) ** 2 for _, y in pairs)
    if xx <= 1e-12 or yy <= 1e-12:
        return None
    return sum((x - mean_x) * (y - mean_y) for x, y in pairs) / math.sqrt(xx * yy)
