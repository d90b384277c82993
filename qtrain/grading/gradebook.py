"""The gradebook: who handed in what, what came of it each time it was graded, what instructors decided. Loses nothing.

A submission is committed whole or not at all, and is on the disk when the commit returns.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.orm import Session, immediateload, selectinload, sessionmaker

from qtrain.grading.anonymity import Veil
from qtrain.grading.errors import GradingError
from qtrain.grading.history import Decisions, note
from qtrain.grading.late_policy import Rules
from qtrain.grading.manifest import Manifest
from qtrain.grading.messages import Graded
from qtrain.grading.models import (
    ADDED,
    VERSION,
    Answer,
    Base,
    Excuse,
    Extension,
    Grading,
    Learner,
    Meta,
    Release,
    Remark,
    Submission,
)
from qtrain.grading.names import printable, short
from qtrain.grading.provenance import this_grader
from qtrain.grading.standing import Row, standing
from qtrain.grading.stored import answer_of, manifest_of, release_of, storable, unpacked

_BATCH = 200


@dataclass(frozen=True)
class Received:
    """What is known of a file that was handed in.

    Attributes
    ----------
    digest, place : str
    time : datetime or None
        None: the source does not say.
    late_by_lms : bool
    claim : str
        Whose it is, as the outermost layer writes it.
    size : int
    """

    digest: str
    place: str
    time: datetime | None = None
    late_by_lms: bool = False
    claim: str = ""
    size: int = 0


class Gradebook(Decisions):
    """A gradebook in SQLite (a path) or in any database that SQLAlchemy knows (a URL)."""

    def __init__(self, place: Path | str):
        url = str(place)
        if "://" not in url:
            Path(url).parent.mkdir(parents=True, exist_ok=True)
            url = f"sqlite:///{url}"
        if url.startswith("postgresql://"):
            url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        try:
            self.engine = create_engine(url, pool_pre_ping=True)
        except (ArgumentError, NoSuchModuleError) as error:
            raise GradingError(f"--database: {short(str(error))}; write it like postgresql://user@host/name") from None
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _durable)
        try:
            self._create()
            self._sessions = sessionmaker(self.engine, expire_on_commit=False)
            self._check_version()
        except (OperationalError, DatabaseError) as error:
            reason = " ".join(str(error.orig or error).split())
            where = self.engine.url.render_as_string(hide_password=True)
            raise GradingError(
                f"the gradebook {where} cannot be opened ({short(reason)}): check address, user and password "
                "(the password can be given in PGPASSWORD)"
            ) from None

    def _create(self) -> None:
        for left in range(len(Base.metadata.tables), -1, -1):
            try:
                return Base.metadata.create_all(self.engine)
            except (IntegrityError, OperationalError, ProgrammingError) as error:
                if not left or not isinstance(error, IntegrityError | ProgrammingError | OperationalError):
                    raise
                if isinstance(error, OperationalError) and self.engine.dialect.name != "sqlite":
                    raise
                time.sleep(0.05)  # another process makes the same tables now: each can be in the way once

    def _check_version(self) -> None:
        with self._sessions() as session:
            found = session.get(Meta, "version")
            if found is None:
                _ignoring_twins(session, Meta(key="version", value=str(VERSION)))
            elif found.value in ADDED:
                for version in range(int(found.value), VERSION):
                    for table, column, kind in ADDED[str(version)]:
                        session.execute(text(f"ALTER TABLE {table} ADD COLUMN {column} {kind}"))
                found.value = str(VERSION)
                session.commit()
            elif found.value != str(VERSION):
                raise GradingError(
                    f"this gradebook is of version {found.value}, and this qtrain knows version "
                    f"{VERSION}: use the qtrain that made it, or another -o folder"
                )

    def session(self) -> Session:
        """A session of SQLAlchemy, for what has no method here."""
        return self._sessions()

    def close(self) -> None:
        """Give the database back."""
        self.engine.dispose()

    # --- who and what --------------------------------------------------------------------------------------------

    def add_release(self, manifest: Manifest, changed: dict | None = None, author: str = "") -> Manifest:
        """Remember a release, or renew what is known of it; nothing is lost. Returns it with the rules that hold.

        Parameters
        ----------
        manifest : Manifest
            As its folder has it.
        changed : dict, optional
            Rules that are asked for now. They hold from now on, until the folder says something new or they are
            asked for again.
        """
        with self._sessions() as session:
            row = session.get(Release, manifest.id)
            if row is None:
                row = Release(id=manifest.id, title=manifest.title, manifest={"folder_rules": manifest.rules.to_data()})
                row.manifest |= manifest.to_data()
                if not _ignoring_twins(session, row):
                    row = release_of(session, manifest.id)
            data = dict(row.manifest)
            asked, before = manifest.rules.to_data(), data.pop("folder_rules", data["rules"])
            renewed = {name: value for name, value in asked.items() if before.get(name, value) != value}
            rules = Rules(**{**data["rules"], **renewed, **(changed or {})}).stated()
            variants = {**data.get("variants", {}), **manifest.variants}
            kept = replace(manifest, rules=rules, variants=variants)
            told = kept.to_data() | {"folder_rules": asked}
            if told != row.manifest:
                for name, value in rules.to_data().items():
                    if data["rules"].get(name, value) != value:
                        note(session, f"{manifest.id}: {name} is {value!r}, was {data['rules'][name]!r}", author)
                row.manifest, row.title = told, manifest.title
                session.commit()
            return kept

    def releases(self) -> list[Manifest]:
        """All releases, by the rules that hold."""
        with self._sessions() as session:
            rows = session.scalars(select(Release).order_by(Release.id)).all()
            return [manifest_of(row) for row in rows]

    def add_learners(self, learners, *, known: bool = True) -> None:
        """Write learners down in their order; who is in a roster stays known."""
        learners = list(learners)
        with self._sessions() as session:
            ids = [learner.id for learner in learners]
            there = {}
            for start in range(0, len(ids), _BATCH):
                found = session.scalars(select(Learner).where(Learner.id.in_(ids[start : start + _BATCH])))
                there.update({learner.id: learner for learner in found})
            for position, learner in enumerate(learners):
                details = {name: value for name, value in asdict(learner).items() if value and name != "id"}
                row = there.get(learner.id)
                if row is None:
                    session.add(
                        Learner(id=learner.id, position=position if known else 10**9, known=known, details=details)
                    )
                elif known:
                    row.position, row.known, row.details = position, True, details
            session.commit()

    # --- grading -------------------------------------------------------------------------------------------------

    def graded(self, release_id: str) -> dict[tuple[str, str], str]:
        """From (learner, digest) of every graded submission to the mark of its newest grading."""
        newest = (
            select(Grading.submission_id, func.max(Grading.number).label("number"))
            .group_by(Grading.submission_id)
            .subquery()
        )
        query = (
            select(Submission.learner_id, Submission.digest, Grading.mark)
            .join(Grading, Grading.submission_id == Submission.id)
            .join(newest, (newest.c.submission_id == Grading.submission_id) & (newest.c.number == Grading.number))
            .where(Submission.release_id == release_id)
        )
        with self._sessions() as session:
            return {(learner, digest): mark for learner, digest, mark in session.execute(query)}

    def record(self, manifest: Manifest, learner_id: str, found: Received, result: Graded, mark: str) -> bool:
        """Commit what came of one submission, whole or not at all; False if somebody else just did.

        `mark` is that of the course that it was judged by.
        """
        with self._sessions() as session:
            submission = session.scalar(
                select(Submission).where(
                    Submission.release_id == manifest.id,
                    Submission.learner_id == learner_id,
                    Submission.digest == found.digest,
                )
            )
            number = 1
            if submission is None:
                submission = Submission(
                    release_id=manifest.id,
                    learner_id=learner_id,
                    digest=found.digest,
                    place=printable(found.place),
                    received=found.time,
                    late_by_lms=found.late_by_lms,
                    claim=printable(found.claim),
                    size=found.size,
                )
                session.add(submission)
            else:
                number += (
                    session.scalar(select(func.max(Grading.number)).where(Grading.submission_id == submission.id)) or 0
                )
            submission.late = manifest.rules.lateness(found.time, found.late_by_lms)
            answers = [
                answer_of(position, exercise, result.answers.get(exercise.id))
                for position, exercise in enumerate(manifest.exercises)
            ]
            session.add(
                Grading(
                    submission=submission,
                    number=number,
                    mark=mark,
                    grader=this_grader(),
                    done=datetime.now(UTC),
                    seconds=result.seconds,
                    problem=storable(result.problem),
                    notes=storable(result.notes),
                    fences=storable(result.fences),
                    claimed=storable(result.claimed),
                    answers=answers,
                    points=round(sum(a.points for a in answers), 6),
                    of=sum(a.of for a in answers),
                )
            )
            try:
                session.commit()
            except IntegrityError:  # another run graded the same submission in the meantime
                session.rollback()
                return False
            return True

    # --- reading -------------------------------------------------------------------------------------------------

    def rows(self, release_id: str, learners: list[str] | None = None, *, hidden: bool | None = None) -> Iterator[Row]:
        """What counts for each learner, in the roster's order; in batches, so that memory stays flat.

        Parameters
        ----------
        learners : list of str, optional
            Only these.
        hidden : bool, optional
            Show pseudonyms instead of names, in their own order; by default where the gradebook is marked so.
        """
        veil = self.veil() if (self.anonymous() if hidden is None else hidden) else None
        with self._sessions() as session:
            manifest = manifest_of(release_of(session, release_id))
            people = list(session.scalars(select(Learner.id).order_by(Learner.position, Learner.id)))
        groups = self.groups() if manifest.rules.group_work else {}
        members: dict[str, list[str]] = defaultdict(list)
        for learner_id in people:
            members[groups.get(learner_id, "")].append(learner_id)
        everyone = frozenset(people)
        if learners is not None:
            named = set(learners)
            people = [learner_id for learner_id in people if learner_id in named]
        if veil:
            people.sort(key=veil.name)
        for start in range(0, len(people), _BATCH):
            ids = people[start : start + _BATCH]
            mates = {one: members[groups[one]] if one in groups else [one] for one in ids}
            yield from self._batch(manifest, mates, veil, everyone)

    def _batch(
        self, manifest: Manifest, mates: dict[str, list[str]], veil: Veil | None, everyone: frozenset[str]
    ) -> Iterator[Row]:
        """The rows of these learners; `mates` has those whose submissions count for each."""
        together = sorted({one for some in mates.values() for one in some})
        with self._sessions() as session:
            there = {one.id: one for one in session.scalars(select(Learner).where(Learner.id.in_(together)))}
            submissions, remarks = defaultdict(list), defaultdict(list)
            for one in session.scalars(
                select(Submission)
                .where(
                    Submission.release_id == manifest.id, Submission.learner_id.in_(together), Submission.removed == ""
                )
                .options(
                    selectinload(Submission.gradings).options(
                        selectinload(Grading.answers), immediateload(Grading.submission)
                    )
                )
            ):
                submissions[one.learner_id].append(one)
            for one in session.scalars(_of(Remark, manifest.id, mates)):
                remarks[one.learner_id].append(one)
            due = {one.learner_id: one.due for one in session.scalars(_of(Extension, manifest.id, mates))}
            excused = {one.learner_id: one.why for one in session.scalars(_of(Excuse, manifest.id, mates))}
        for learner_id, group in mates.items():
            handed_in = [one for mate in group for one in submissions[mate]]
            learner = there[learner_id]
            if not (learner.known or handed_in):
                continue
            rules = replace(manifest.rules, due=due.get(learner_id, manifest.rules.due))
            row = standing(learner, handed_in, remarks[learner_id], rules, manifest.of)
            row.excused = excused.get(learner_id, "")
            if veil:
                row.hide = veil.hiding(((mate, there[mate].details) for mate in group), everyone)
                row.learner = Learner(id=veil.name(learner_id), known=learner.known, details={})
            yield row

    def shown(self, grading: Grading) -> dict[str, dict]:
        """The verdicts with evidence, code and outputs of a grading's answers, by exercise."""
        with self._sessions() as session:
            query = select(Answer.exercise, Answer.shown).where(Answer.grading_id == grading.id)
            return {exercise: unpacked(data) for exercise, data in session.execute(query)}


def _of(kind, release_id: str, learners):
    """All of a kind of decision on these learners, in the order in which they were made."""
    return select(kind).where(kind.release_id == release_id, kind.learner_id.in_(list(learners))).order_by(kind.id)


def _durable(connection, _record) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=60000")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")  # a commit waits for the disk: power loss takes nothing that was told
    cursor.close()


def _ignoring_twins(session: Session, row) -> bool:
    """Add a row unless another process has just added it."""
    session.add(row)
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        return False
    return True
