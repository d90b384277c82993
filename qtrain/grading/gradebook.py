"""The gradebook: who handed in what, what came of it each time it was graded, what instructors decided. Loses nothing.

A submission is committed whole or not at all, and is on the disk when the commit returns.
"""

from __future__ import annotations

import json
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
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
from sqlalchemy.orm import Session, selectinload, sessionmaker

from qtrain.grading.errors import GradingError
from qtrain.grading.late_policy import Rules
from qtrain.grading.manifest import Asked, Manifest, from_data
from qtrain.grading.messages import Answered, Graded, Malformed
from qtrain.grading.models import (
    ADDED,
    VERSION,
    Alias,
    Answer,
    Base,
    Event,
    Extension,
    Grading,
    Learner,
    Meta,
    Release,
    Remark,
    Submission,
)
from qtrain.grading.names import printable, short

_BATCH = 200


@dataclass
class Row:
    """What counts for one learner in one release.

    Attributes
    ----------
    learner : Learner
    grading : Grading or None
        Of the submission that counts, with its answers and its submission.
    attempts : int
        How many submissions there are.
    remarks : dict
        From exercise ("" for all) to the newest `Remark` with points; `comments` has those with a comment.
    points, of : float
        After remarks, before the rules on lateness and caps.
    counted : float
        What goes to the learning management system.
    why : str
        What was taken off, or that an instructor set it.
    """

    learner: Learner
    grading: Grading | None
    attempts: int = 0
    remarks: dict[str, Remark] = field(default_factory=dict)
    comments: list[Remark] = field(default_factory=list)
    points: float = 0.0
    of: float = 0.0
    counted: float = 0.0
    why: str = ""


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


class Gradebook:
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
            elif found.value == "1":
                for table, column, kind in ADDED:
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
                    row = session.get(Release, manifest.id)
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
                        _note(session, f"{manifest.id}: {name} is {value!r}, was {data['rules'][name]!r}", author)
                row.manifest, row.title = told, manifest.title
                session.commit()
            return kept

    def releases(self) -> list[Manifest]:
        """All releases, by the rules that hold."""
        with self._sessions() as session:
            rows = session.scalars(select(Release).order_by(Release.id)).all()
            return [_manifest(row) for row in rows]

    def aliases(self) -> dict[str, str]:
        """From the names that files come by to the learners whom they mean."""
        with self._sessions() as session:
            return {alias.claim: alias.learner_id for alias in session.scalars(select(Alias))}

    def add_alias(self, claim: str, learner_id: str, author: str = "") -> None:
        """From now on files that come by this name are this learner's."""
        with self._sessions() as session:
            self._known(session, learner_id)
            session.merge(Alias(claim=claim, learner_id=learner_id))
            _note(session, f"{claim!r} means {learner_id}", author)
            session.commit()

    def extend(self, release_id: str, learner_id: str, due: str, author: str = "") -> None:
        """Give one learner another due time (ISO, with its zone)."""
        with self._sessions() as session:
            self._known(session, learner_id)
            session.add(Extension(release_id=release_id, learner_id=learner_id, due=due, made=datetime.now(UTC)))
            _note(session, f"{release_id}: {learner_id} may hand in until {due}", author)
            session.commit()

    def remove(self, release_id: str, learner_id: str, why: str, digest: str = "", author: str = "") -> int:
        """Let a learner's submissions (all, or the one with this beginning of its digest) no longer count."""
        with self._sessions() as session:
            self._known(session, learner_id)
            rows = session.scalars(
                select(Submission).where(
                    Submission.release_id == release_id,
                    Submission.learner_id == learner_id,
                    Submission.removed == "",
                    Submission.digest.startswith(digest),
                )
            ).all()
            for row in rows:
                row.removed = why
                _note(session, f"{release_id}: {row.place} of {learner_id} no longer counts: {why}", author)
            session.commit()
            return len(rows)

    def give_back(self, release_id: str, digest: str, learner_id: str, claim: str) -> None:
        """A file that was kept under a name nobody knew is a learner's now: under that name it no longer counts."""
        with self._sessions() as session:
            rows = session.scalars(
                select(Submission).where(
                    Submission.release_id == release_id,
                    Submission.digest == digest,
                    Submission.claim == claim,
                    Submission.learner_id.startswith("?"),
                    Submission.removed == "",
                )
            ).all()
            for row in rows:
                row.removed = f"it is {learner_id}'s"
            if rows:
                session.commit()

    def claims(self) -> set[tuple[str, str]]:
        """(learner, the name by which a file of theirs came) of all that count."""
        with self._sessions() as session:
            query = select(Submission.learner_id, Submission.claim).where(Submission.removed == "").distinct()
            return {(learner, claim) for learner, claim in session.execute(query) if not learner.startswith("?")}

    def history(self) -> list[tuple[datetime, str, str]]:
        """(when, who, what) of everything that was decided, the oldest first."""
        with self._sessions() as session:
            told = [(e.made, e.author, e.what) for e in session.scalars(select(Event))]
            for one in session.scalars(select(Remark)):
                said = [f"{one.points:g} points"] if one.points is not None else []
                said += ["points withdrawn"] * one.withdrawn + [one.comment] * bool(one.comment)
                where = one.exercise or "all"
                told.append((one.made, one.author, f"{one.release_id}: {one.learner_id}, {where}: {'; '.join(said)}"))
        return sorted(told)

    @staticmethod
    def _known(session, learner_id: str) -> None:
        if session.get(Learner, learner_id) is None:
            raise GradingError(f"there is no learner {learner_id!r} in the gradebook")

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
                _answer(position, exercise, result.answers.get(exercise.id))
                for position, exercise in enumerate(manifest.exercises)
            ]
            session.add(
                Grading(
                    submission=submission,
                    number=number,
                    mark=mark,
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

    def remark(
        self,
        release_id: str,
        learner_id: str,
        *,
        exercise: str = "",
        points: float | None = None,
        withdrawn: bool = False,
        comment: str = "",
        author: str = "",
    ) -> None:
        """Add an instructor's points or comment, or take the points back; nothing that was there is changed."""
        with self._sessions() as session:
            self._known(session, learner_id)
            asked = {one.id: one.points for one in _manifest(session.get(Release, release_id)).exercises}
            if exercise and exercise not in asked:
                raise GradingError(f"there is no exercise {exercise!r} in {release_id}; there are {', '.join(asked)}")
            most = asked[exercise] if exercise else sum(asked.values())
            if points is not None and not 0 <= points <= most:
                what = exercise or "the whole"
                raise GradingError(f"{what} is worth {most:g} points: {points:g} points cannot be given for it")
            session.add(
                Remark(
                    release_id=release_id,
                    learner_id=learner_id,
                    exercise=exercise,
                    points=points,
                    withdrawn=withdrawn,
                    comment=printable(comment),
                    author=printable(author, keep=""),
                    made=datetime.now(UTC),
                )
            )
            session.commit()

    # --- reading -------------------------------------------------------------------------------------------------

    def rows(self, release_id: str, learners: list[str] | None = None) -> Iterator[Row]:
        """What counts for each learner, in the roster's order; in batches, so that memory stays flat."""
        with self._sessions() as session:
            manifest = _manifest(session.get(Release, release_id))
            query = select(Learner.id).order_by(Learner.position, Learner.id)
            if learners is not None:
                query = query.where(Learner.id.in_(learners))
            people = list(session.scalars(query))
        for start in range(0, len(people), _BATCH):
            ids = people[start : start + _BATCH]
            with self._sessions() as session:
                batch = session.scalars(
                    select(Learner).where(Learner.id.in_(ids)).order_by(Learner.position, Learner.id)
                ).all()
                submissions, remarks = defaultdict(list), defaultdict(list)
                for one in session.scalars(
                    select(Submission)
                    .where(
                        Submission.release_id == release_id, Submission.learner_id.in_(ids), Submission.removed == ""
                    )
                    .options(selectinload(Submission.gradings).selectinload(Grading.answers))
                ):
                    submissions[one.learner_id].append(one)
                for one in session.scalars(
                    select(Remark)
                    .where(Remark.release_id == release_id, Remark.learner_id.in_(ids))
                    .order_by(Remark.id)
                ):
                    remarks[one.learner_id].append(one)
                due = {
                    one.learner_id: one.due
                    for one in session.scalars(
                        select(Extension)
                        .where(Extension.release_id == release_id, Extension.learner_id.in_(ids))
                        .order_by(Extension.id)
                    )
                }
                for learner in batch:
                    if learner.known or submissions[learner.id]:
                        rules = replace(manifest.rules, due=due.get(learner.id, manifest.rules.due))
                        yield _row(learner, submissions[learner.id], remarks[learner.id], rules, manifest.of)

    def shown(self, grading: Grading) -> dict[str, dict]:
        """The verdicts with evidence, code and outputs of a grading's answers, by exercise."""
        with self._sessions() as session:
            query = select(Answer.exercise, Answer.shown).where(Answer.grading_id == grading.id)
            return {exercise: unpacked(data) for exercise, data in session.execute(query)}


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


def _note(session: Session, what: str, author: str) -> None:
    session.add(Event(made=datetime.now(UTC), author=printable(author, keep=""), what=printable(what)))


def _manifest(row: Release) -> Manifest:
    data = {name: value for name, value in row.manifest.items() if name != "folder_rules"}
    try:
        return from_data(data)
    except Malformed as error:
        raise GradingError(f"the gradebook's record of {row.id} is broken ({error}): give --release") from None


def _answer(position: int, exercise: Asked, told: Answered | None) -> Answer:
    """The row of one exercise; without `told` nothing of the submission could be run."""
    if told is None:
        return Answer(
            exercise=exercise.id, position=position, status="not yet", score=0.0, points=0.0, of=exercise.points
        )
    verdict = storable(told.verdict)
    shown = {"source": told.source, "outputs": told.outputs, "error": told.error, "verdict": verdict}
    return Answer(
        exercise=exercise.id,
        position=position,
        status=verdict["status"],
        score=verdict["score"],
        points=round(verdict["score"] * exercise.points, 6),
        of=exercise.points,
        diagnosis=verdict["diagnosis"],
        message=verdict["message"],
        stopped=storable(told.stopped),
        right_for=storable(told.right_for),
        prints=told.prints,
        shown=zlib.compress(json.dumps(shown).encode("utf-8", "replace")),
    )


def storable(value):
    """`value` with texts that every database takes: no NUL, no halves of surrogate pairs, no control characters."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def unpacked(data: bytes) -> dict:
    """What `Answer.shown` holds."""
    return json.loads(zlib.decompress(data)) if data else {}


def _row(learner, submissions: list[Submission], remarks: list[Remark], rules: Rules, of: float) -> Row:
    newest: dict[str, Remark] = {}
    for remark in remarks:  # in their order: the newest stays
        if remark.withdrawn:
            newest.pop(remark.exercise, None)
        elif remark.points is not None:
            newest[remark.exercise] = remark
    comments = [r for r in remarks if r.comment]
    made = []
    for submission in submissions:
        if submission.gradings:
            grading = submission.gradings[-1]
            points = sum(newest[a.exercise].points if a.exercise in newest else a.points for a in grading.answers)
            late = rules.lateness(submission.received, submission.late_by_lms)
            counted, why = rules.grade(points, of, late)
            made.append(
                (
                    Row(learner, grading, len(submissions), newest, comments, round(points, 6), of, counted, why),
                    submission,
                )
            )
    if not made:
        row = Row(learner, None, len(submissions), newest, comments, 0.0, of)
    elif rules.count == "best":
        row = max(made, key=lambda pair: (pair[0].counted, _order(pair[1])))[0]
    else:
        row = max(made, key=lambda pair: _order(pair[1]))[0]
    if "" in newest:
        row.counted, row.why = newest[""].points, "set by an instructor"
    return row


def _order(submission: Submission):
    """The later one comes later; without a time, and at the same time, the order does not depend on chance."""
    received = submission.received.timestamp() if submission.received else 0.0
    return received, submission.place, submission.digest
