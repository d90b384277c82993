"""The teacher's record of a release: what was asked of whom, by which rules. Kept in a file, and in the gradebook."""

from __future__ import annotations

import json
import stat
from dataclasses import dataclass, field
from pathlib import Path

from qtrain.atomic import write_json
from qtrain.grading.errors import GradingError
from qtrain.grading.late_policy import Rules
from qtrain.grading.messages import Malformed, decode, encode
from qtrain.grading.roster import Learner

NAME = "release-manifest.json"
_MAX_BYTES = 500_000_000


@dataclass(frozen=True)
class Asked:
    """An exercise of a release."""

    id: str
    title: str
    points: float


@dataclass(frozen=True)
class Reading:
    """A lesson that the document builds on; `page` is its place on the site."""

    id: str
    title: str
    page: str


@dataclass(frozen=True)
class Manifest:
    """A release.

    Attributes
    ----------
    id, title, document, stem : str
        `document` is the id in the course or the bank; `stem` the notebook's name without suffix.
    salt : str
        What drawn inputs depend on.
    made : str
        ISO time.
    rules : Rules
    cells : dict
        From the id of each released cell of an exercise to [exercise, role].
    exercises : list of Asked
    variants : dict
        From learner to the key that the parameters are drawn from.
    learners : list of Learner
    neighbours_differ : dict
        From exercise to how many neighbours in the roster have other parameters.
    lessons : list of Reading
    site : str
        Where the course's site is, for links; may be empty.
    bank : str
        The folder of the bank that the document is from; empty: the course.
    """

    id: str
    title: str
    document: str
    stem: str
    salt: str
    made: str
    rules: Rules
    cells: dict[str, list[str]]
    exercises: list[Asked]
    variants: dict[str, str] = field(default_factory=dict)
    learners: list[Learner] = field(default_factory=list)
    neighbours_differ: dict[str, int] = field(default_factory=dict)
    lessons: list[Reading] = field(default_factory=list)
    site: str = ""
    bank: str = ""

    @property
    def of(self) -> float:
        """All points that there are."""
        return sum(exercise.points for exercise in self.exercises)

    @property
    def is_open(self) -> bool:
        """Whether no release made it: the course's own document, with the same parameters for everyone."""
        return self.id.endswith("-open")

    def to_data(self) -> dict:
        """As JSON-able data."""
        return encode(self)


def from_data(data) -> Manifest:
    """The manifest in JSON-able data.

    Raises
    ------
    Malformed
    """
    return decode(Manifest, data, "the record")


def load(path: Path) -> Manifest:
    """The manifest in a file, or in the folder that ``qtrain release`` wrote.

    Raises
    ------
    GradingError
        With a sentence, when there is none or it is broken.
    """
    path = path / NAME if path.is_dir() else path
    try:
        info = path.stat()
        if not stat.S_ISREG(info.st_mode) or info.st_size > _MAX_BYTES:
            raise GradingError(f"{path} is no ordinary file: --release takes the folder that qtrain release wrote")
        return from_data(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise GradingError(f"there is no {path}: --release takes the folder that qtrain release wrote") from None
    except (ValueError, RecursionError, GradingError) as error:
        if isinstance(error, GradingError) and not isinstance(error, Malformed):
            raise
        told = str(error) if isinstance(error, Malformed) else type(error).__name__
        raise GradingError(f"{path} is no record of a release ({told}): take it from a copy") from None


def save(path: Path, manifest: Manifest) -> None:
    """Write the manifest, on the disk when this returns."""
    write_json(path, manifest.to_data(), durable=True)
