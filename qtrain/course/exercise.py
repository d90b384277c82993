"""An exercise as its author wrote it; see `qtrain.authoring`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qtrain.authoring.exercise import KINDS, Exercise, Parameters, generator

__all__ = ["KINDS", "Exercise", "Mistake", "Parameters", "generator"]


@dataclass(frozen=True)
class Mistake:
    """A typical wrong answer, kept as a test of what the learner is told: the form before `qtrain.authoring`."""

    diagnosis: str | None
    answer: Callable[[Parameters], Any]
    says: str = ""
    note: str = ""
