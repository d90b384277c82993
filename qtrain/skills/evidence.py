"""The evidence behind every number on competences: who reached how much of which exercise, and where that is written.

What was graded comes from gradebooks and counts for attainment. What a learner's own record says is only read, from a
copy, and counts for progress alone: the record lies on the learner's machine.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from qtrain.grading.errors import GradingError
from qtrain.grading.roster import Learner, Roster


@dataclass(frozen=True)
class Result:
    """One learner's result in one exercise of a release.

    Attributes
    ----------
    exercise : str
    points, of : float
    release, digest : str
        The release, and the SHA-256 of the notebook that was handed in.
    at : datetime
        When it was graded.
    by_hand : bool
        An instructor set the points.
    document : str
        The problem set or lesson of the release.
    title : str
    """

    exercise: str
    points: float
    of: float
    release: str
    digest: str
    at: datetime
    by_hand: bool
    document: str
    title: str = ""

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return min(max(self.points / self.of, 0.0), 1.0) if self.of else 0.0


@dataclass
class Person:
    """A learner with all that is known of them."""

    learner: Learner
    results: dict[str, Result] = field(default_factory=dict)
    checked: set[str] = field(default_factory=set)  # done by the learner's own record

    @property
    def done(self) -> set[str]:
        """Exercises that were right whole, by a gradebook or by the learner's own record."""
        return self.checked | {name for name, result in self.results.items() if result.share == 1}


def gather(gradebooks: Iterable[tuple[Path, str]], roster: Roster | None = None) -> dict[str, Person]:
    """Everybody in these gradebooks, in order, with their results; of two results of an exercise the later one counts.

    Parameters
    ----------
    gradebooks : iterable of (Path, str)
        A gradebook's folder, and the release in it; "" for all of its releases.
    roster : Roster, optional
        What is known of the learners beyond the gradebook, such as their cities; who is in it and in no gradebook is
        counted, too.

    Raises
    ------
    GradingError
    """
    people = {learner.id: Person(learner) for learner in roster.learners} if roster else {}
    for folder, release in gradebooks:
        for learner, result in _read(folder, release):
            person = people.setdefault(learner.id, Person(learner))
            if result is None:
                continue
            known = person.results.get(result.exercise)
            if known is None or result.at >= known.at:
                person.results[result.exercise] = result
    return people


def _read(folder: Path, release: str):
    """(learner, result), and (learner, None) for everybody of the roster."""
    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.settings import Settings

    book = Gradebook(Settings.at(folder).database)
    try:
        if book.anonymous():
            raise GradingError(f"names are hidden in {folder}: say  qtrain grade -o {folder} --reveal  first")
        there = {manifest.id: manifest for manifest in book.releases()}
        if release and release not in there:
            raise GradingError(f"{folder} has no release {release!r}; it has {', '.join(there) or 'none'}")
        for manifest in [there[release]] if release else there.values():
            titles = {asked.id: asked.title for asked in manifest.exercises}
            for row in book.rows(manifest.id):
                known = {
                    n: v for n, v in row.learner.details.items() if n in Learner.__dataclass_fields__ and n != "id"
                }
                learner = Learner(row.learner.id, **known)
                yield learner, None
                if row.grading is None or row.excused:
                    continue
                for answer in row.grading.answers:
                    said = row.remarks.get(answer.exercise)
                    points = answer.points if said is None or said.points is None else said.points
                    yield (
                        learner,
                        Result(
                            answer.exercise,
                            points,
                            answer.of,
                            manifest.id,
                            row.grading.submission.digest,
                            row.grading.done,
                            said is not None,
                            manifest.document,
                            titles.get(answer.exercise, ""),
                        ),
                    )
    finally:
        book.close()


def add_records(people: dict[str, Person], folder: Path, roster: Roster | None = None) -> tuple[int, list[str]]:
    """Add what collected records say is done.

    Parameters
    ----------
    people : dict of str to Person
        As `gather` gives them; who has a record and stands in no roster is not added.
    folder : Path
        Holds, for each learner, ``LEARNER.sqlite`` or ``LEARNER/.qtrain/record.sqlite``.
    roster : Roster, optional
        Finds the learner by any of their names.

    Returns
    -------
    int
        How many records were read.
    list of str
        What could not be used, and why.
    """
    if not folder.is_dir():
        raise GradingError(f"{folder} is no folder: collect the records as {folder.name}/LEARNER.sqlite first")
    found = [(path.stem, path) for path in sorted(folder.glob("*.sqlite"))]
    found += [(path.parts[-3], path) for path in sorted(folder.glob("*/.qtrain/record.sqlite"))]
    read, notes = 0, []
    for name, path in found:
        learner = roster.match(name)[0] if roster else None
        person = people.get(learner.id if learner else name)
        if person is None:
            notes.append(f"{path.name if path.parent == folder else name}: nobody of the roster is called {name!r}")
            continue
        try:
            person.checked |= _done(path)
            read += 1
        except ValueError as problem:
            notes.append(f"{name}: {problem}")
    return read, notes


def _done(path: Path) -> set[str]:
    """What a record has as done; it is opened as a copy, since opening brings an older one up to date."""
    from qtrain.course.identity import HOME

    from .record import FILE, Record, RecordError

    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / HOME / FILE
        copy.parent.mkdir()
        shutil.copyfile(path, copy)
        try:
            with Record(Path(place)) as record:
                standings = record.standings()
                notes = record.notes
        except RecordError as problem:
            raise ValueError(f"the record cannot be read ({problem})") from None
    if notes:
        raise ValueError("the record is damaged or is none; it was left as it is")
    return {name for name, standing in standings.items() if standing.done}


def instant(at: datetime) -> str:
    """A time as systems read it: UTC, ISO 8601."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def add_gradebooks(parser, needed: bool) -> None:
    """The arguments that say which cohort: gradebooks and a roster."""
    parser.add_argument(
        "gradebooks",
        nargs="+" if needed else "*",
        metavar="GRADED",
        help="the folders of gradebooks; FOLDER=RELEASE takes one release of several",
    )
    parser.add_argument(
        "--roster",
        type=Path,
        metavar="CSV",
        help="who is in the cohort, with city and path, beyond what gradebooks say",
    )
    parser.add_argument("--names", action="store_true", help="write ids as they are (pseudonyms are written otherwise)")


def cohort_of(args):
    """The people and the roster that the arguments name.

    Raises
    ------
    GradingError
    """
    from qtrain.grading import roster

    known = roster.read(args.roster) if args.roster else None
    pairs = [(Path(folder), release) for folder, _, release in (one.partition("=") for one in args.gradebooks)]
    return gather(pairs, known), known


def pseudonyms(names: bool) -> Callable[[str], str]:
    """From an id to what is written: itself, or a pseudonym that is the same in all files of this institution."""
    if names:
        return str
    from hashlib import sha256

    from qtrain.grading.anonymity import Veil
    from qtrain.grading.variants import secret

    return Veil(sha256(b"outcomes\n" + secret()).hexdigest()).name
