"""The gradebook: who handed in what, what came of it each time it was graded, what instructors decided. Loses nothing.

A submission is committed whole or not at all, and is on the disk when the commit returns.
"""

from __future__ import annotations

import json
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import create_engine, event, func, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session, selectinload, sessionmaker

from qtrain.grading.errors import GradingError
from qtrain.grading.late_policy import Rules
from qtrain.grading.models import VERSION, Answer, Base, Grading, Learner, Meta, Release, Remark, Submission
from qtrain.grading.names import printable

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


class Gradebook:
    """A gradebook in SQLite (a path) or in any database that SQLAlchemy knows (a URL)."""

    def __init__(self, place: Path | str):
        text = str(place)
        if "://" not in text:
            Path(text).parent.mkdir(parents=True, exist_ok=True)
            text = f"sqlite:///{text}"
        if text.startswith("postgresql://"):
            text = text.replace("postgresql://", "postgresql+psycopg://", 1)
        self.engine = create_engine(text, pool_pre_ping=True)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _durable)
        self._create()
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._check_version()

    def _create(self) -> None:
        for left in range(len(Base.metadata.tables), -1, -1):
            try:
                return Base.metadata.create_all(self.engine)
            except (IntegrityError, OperationalError, ProgrammingError):
                if not left:
                    raise
                time.sleep(0.05)  # another process makes the same tables now: each can be in the way once

    def _check_version(self) -> None:
        with self._sessions() as session:
            found = session.get(Meta, "version")
            if found is None:
                _ignoring_twins(session, Meta(key="version", value=str(VERSION)))
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

    def add_release(self, manifest: dict) -> None:
        """Remember a release; its rules, variants and salt may be renewed, never lost."""
        with self._sessions() as session:
            found = session.get(Release, manifest["id"])
            if found is None:
                if _ignoring_twins(session, Release(id=manifest["id"], title=manifest["title"], manifest=manifest)):
                    return
                found = session.get(Release, manifest["id"])
            if found.manifest != manifest:
                merged = {**found.manifest, **manifest}
                merged["variants"] = {**found.manifest.get("variants", {}), **manifest.get("variants", {})}
                found.manifest, found.title = merged, manifest["title"]
                session.commit()

    def releases(self) -> list[dict]:
        """The manifests of all releases."""
        with self._sessions() as session:
            return [release.manifest for release in session.scalars(select(Release).order_by(Release.id))]

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

    def record(
        self, release_id: str, learner_id: str, found: dict, result: dict, exercises: list[dict], mark: str
    ) -> bool:
        """Commit what came of one submission, whole or not at all; False if somebody else just did.

        Parameters
        ----------
        found : dict
            "digest", "place", "received", "late", "size".
        result : dict
            From `qtrain.grading.worker.grade`.
        exercises : list of dict
            "id" and "points" of each, from the release.
        mark : str
            Of the course that it was judged by.
        """
        with self._sessions() as session:
            found = {**found, "place": storable(found["place"])}
            submission = session.scalar(
                select(Submission).where(
                    Submission.release_id == release_id,
                    Submission.learner_id == learner_id,
                    Submission.digest == found["digest"],
                )
            )
            number = 1
            if submission is None:
                submission = Submission(release_id=release_id, learner_id=learner_id, **found)
                session.add(submission)
            else:
                number += (
                    session.scalar(select(func.max(Grading.number)).where(Grading.submission_id == submission.id)) or 0
                )
            answers = [
                _answer(position, exercise, result["answers"].get(exercise["id"]))
                for position, exercise in enumerate(exercises)
            ]
            session.add(
                Grading(
                    submission=submission,
                    number=number,
                    mark=mark,
                    done=datetime.now(UTC),
                    seconds=result["seconds"],
                    problem=storable(result["problem"]),
                    notes=storable(result["notes"]),
                    fences=storable(result["fences"]),
                    claimed=storable(result["claimed"]),
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
        comment: str = "",
        author: str = "",
    ) -> None:
        """Add an instructor's points or comment; nothing that was there is changed."""
        with self._sessions() as session:
            if session.get(Learner, learner_id) is None:
                raise GradingError(f"there is no learner {learner_id!r} in the gradebook")
            session.add(
                Remark(
                    release_id=release_id,
                    learner_id=learner_id,
                    exercise=exercise,
                    points=points,
                    comment=comment,
                    author=author,
                    made=datetime.now(UTC),
                )
            )
            session.commit()

    # --- reading -------------------------------------------------------------------------------------------------

    def rows(self, release_id: str, learners: list[str] | None = None) -> Iterator[Row]:
        """What counts for each learner, in the roster's order; in batches, so that memory stays flat."""
        with self._sessions() as session:
            manifest = session.get(Release, release_id).manifest
            rules = Rules(**manifest["rules"])
            query = select(Learner.id).order_by(Learner.position, Learner.id)
            if learners is not None:
                query = query.where(Learner.id.in_(learners))
            people = list(session.scalars(query))
        of = sum(exercise["points"] for exercise in manifest["exercises"])
        for start in range(0, len(people), _BATCH):
            ids = people[start : start + _BATCH]
            with self._sessions() as session:
                batch = session.scalars(
                    select(Learner).where(Learner.id.in_(ids)).order_by(Learner.position, Learner.id)
                ).all()
                submissions, remarks = defaultdict(list), defaultdict(list)
                for one in session.scalars(
                    select(Submission)
                    .where(Submission.release_id == release_id, Submission.learner_id.in_(ids))
                    .options(selectinload(Submission.gradings).selectinload(Grading.answers))
                ):
                    submissions[one.learner_id].append(one)
                for one in session.scalars(
                    select(Remark)
                    .where(Remark.release_id == release_id, Remark.learner_id.in_(ids))
                    .order_by(Remark.id)
                ):
                    remarks[one.learner_id].append(one)
                for learner in batch:
                    if learner.known or submissions[learner.id]:
                        yield _row(learner, submissions[learner.id], remarks[learner.id], rules, of)

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


def _answer(position: int, exercise: dict, told: dict | None) -> Answer:
    """The row of one exercise; without `told` nothing of the submission could be run."""
    if told is None:
        return Answer(
            exercise=exercise["id"], position=position, status="not yet", score=0.0, points=0.0, of=exercise["points"]
        )
    verdict = storable(told["verdict"])
    shown = {name: told[name] for name in ("source", "outputs", "error")} | {"verdict": verdict}
    return Answer(
        exercise=exercise["id"],
        position=position,
        status=verdict["status"],
        score=verdict["score"],
        points=round(verdict["score"] * exercise["points"], 6),
        of=exercise["points"],
        diagnosis=verdict["diagnosis"],
        message=verdict["message"],
        stopped=storable(told["stopped"]),
        right_for=storable(told["right_for"]),
        prints=told["prints"],
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
    newest = {r.exercise: r for r in remarks if r.points is not None}  # in their order: the newest stays
    comments = [r for r in remarks if r.comment]
    made = []
    for submission in submissions:
        if submission.gradings:
            grading = submission.gradings[-1]
            points = sum(newest[a.exercise].points if a.exercise in newest else a.points for a in grading.answers)
            late = rules.lateness(submission.received)
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
