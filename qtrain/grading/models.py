"""The gradebook's tables. A grading is written once and never changed; what is newer stands beside it."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Float, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

VERSION = 4
# What the tables of each earlier version lack: table, column, its SQL.
ADDED = {
    "1": (
        ("submission", "claim", "VARCHAR(300) DEFAULT ''"),
        ("submission", "late_by_lms", "BOOLEAN DEFAULT FALSE"),
        ("submission", "removed", "TEXT DEFAULT ''"),
        ("remark", "withdrawn", "BOOLEAN DEFAULT FALSE"),
    ),
    "2": (("remark", "ticked", "JSON"),),
    "3": (("grading", "grader", "VARCHAR(100) DEFAULT ''"),),
}


class Instant(TypeDecorator):
    """A point in time; SQLite forgets the zone, so it is always UTC there."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value, dialect):
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value, dialect):
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC)


class Base(DeclarativeBase):
    """All tables."""


class Meta(Base):
    """Facts on the gradebook itself: the version of its tables."""

    __tablename__ = "meta"
    key: Mapped[str] = mapped_column(String(50), primary_key=True)
    value: Mapped[str] = mapped_column(Text)


class Release(Base):
    """A release with its manifest, and the rules that its folder had when they were last read."""

    __tablename__ = "release"
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    title: Mapped[str] = mapped_column(Text, default="")
    manifest: Mapped[dict] = mapped_column(JSON)


class Event(Base):
    """What was decided: rules, extensions, aliases, removals. Only ever added to."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    made: Mapped[datetime] = mapped_column(Instant)
    author: Mapped[str] = mapped_column(String(200), default="")
    what: Mapped[str] = mapped_column(Text)


class Alias(Base):
    """A name by which a learner's files come, as the outermost layer writes it."""

    __tablename__ = "alias"
    claim: Mapped[str] = mapped_column(String(300), primary_key=True)
    learner_id: Mapped[str] = mapped_column(String(300))


class Extension(Base):
    """Another due time for one learner; the newest holds."""

    __tablename__ = "extension"
    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    due: Mapped[str] = mapped_column(String(40))
    made: Mapped[datetime] = mapped_column(Instant)


class Excuse(Base):
    """That a release does not count for a learner; the newest holds, or takes it back when its reason is empty."""

    __tablename__ = "excuse"
    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    why: Mapped[str] = mapped_column(Text, default="")
    made: Mapped[datetime] = mapped_column(Instant)


class Learner(Base):
    """A learner; `known` when the roster has them."""

    __tablename__ = "learner"
    id: Mapped[str] = mapped_column(String(300), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    known: Mapped[bool] = mapped_column(default=True)
    details: Mapped[dict] = mapped_column(JSON, default=dict)


class Submission(Base):
    """A file that was handed in. The same file of the same learner to the same release is one submission.

    `claim` is the outermost layer's word on whose it is; `removed` says why it no longer counts, "" while it does.
    """

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("release_id", "learner_id", "digest", name="once"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    place: Mapped[str] = mapped_column(Text, default="")
    received: Mapped[datetime | None] = mapped_column(Instant, default=None)
    late_by_lms: Mapped[bool] = mapped_column(default=False)
    claim: Mapped[str] = mapped_column(String(300), default="")
    removed: Mapped[str] = mapped_column(Text, default="")
    late: Mapped[float] = mapped_column(Float, default=0.0)
    size: Mapped[int] = mapped_column(Integer, default=0)
    gradings: Mapped[list[Grading]] = relationship(back_populates="submission", order_by="Grading.number")


class Grading(Base):
    """One time that a submission was graded; the one with the highest number counts.

    `grader` is the version and commit of the qtrain that did it, "" in what is older than this column.
    """

    __tablename__ = "grading"
    __table_args__ = (UniqueConstraint("submission_id", "number", name="in_order"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    mark: Mapped[str] = mapped_column(String(64))
    grader: Mapped[str] = mapped_column(String(100), default="")
    done: Mapped[datetime] = mapped_column(Instant)
    seconds: Mapped[float] = mapped_column(Float, default=0.0)
    points: Mapped[float] = mapped_column(Float, default=0.0)
    of: Mapped[float] = mapped_column(Float, default=0.0)
    problem: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[list] = mapped_column(JSON, default=list)
    fences: Mapped[list] = mapped_column(JSON, default=list)
    claimed: Mapped[dict] = mapped_column(JSON, default=dict)
    submission: Mapped[Submission] = relationship(back_populates="gradings")
    answers: Mapped[list[Answer]] = relationship(back_populates="grading", order_by="Answer.position")


class Answer(Base):
    """The verdict on one exercise."""

    __tablename__ = "answer"
    __table_args__ = (UniqueConstraint("grading_id", "exercise", name="one_each"), Index("by_exercise", "exercise"))
    id: Mapped[int] = mapped_column(primary_key=True)
    grading_id: Mapped[int] = mapped_column(ForeignKey("grading.id"), index=True)
    exercise: Mapped[str] = mapped_column(String(50))
    position: Mapped[int] = mapped_column(Integer, default=0)
    status: Mapped[str] = mapped_column(String(20))
    score: Mapped[float] = mapped_column(Float)
    points: Mapped[float] = mapped_column(Float)
    of: Mapped[float] = mapped_column(Float)
    diagnosis: Mapped[str | None] = mapped_column(String(50), default=None)
    message: Mapped[str] = mapped_column(Text, default="")
    stopped: Mapped[str] = mapped_column(Text, default="")
    right_for: Mapped[list] = mapped_column(JSON, default=list)
    prints: Mapped[dict] = mapped_column(JSON, default=dict)
    shown: Mapped[bytes] = mapped_column(LargeBinary, default=b"", deferred=True)
    grading: Mapped[Grading] = relationship(back_populates="answers")


class Remark(Base):
    """What an instructor decided: points for an exercise, or for all (exercise empty), and a comment.

    Only ever added to; the newest one of a learner, release and exercise holds, or takes the points back when it is
    `withdrawn`. Grading never writes here. `ticked` has the items of the rubric that were ticked on the marking page;
    None: it was said in another way. Of the comments that were written there, the newest one alone holds.
    """

    __tablename__ = "remark"
    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[str] = mapped_column(ForeignKey("release.id"), index=True)
    learner_id: Mapped[str] = mapped_column(ForeignKey("learner.id"), index=True)
    exercise: Mapped[str] = mapped_column(String(50), default="")
    points: Mapped[float | None] = mapped_column(Float, default=None)
    withdrawn: Mapped[bool] = mapped_column(default=False)
    comment: Mapped[str] = mapped_column(Text, default="")
    ticked: Mapped[list | None] = mapped_column(JSON(none_as_null=True), default=None)
    author: Mapped[str] = mapped_column(String(200), default="")
    made: Mapped[datetime] = mapped_column(Instant)
