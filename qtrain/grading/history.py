"""What instructors decide on a gradebook: only ever added to, so that everything has a history."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from qtrain.grading.errors import GradingError
from qtrain.grading.models import Alias, Event, Extension, Learner, Release, Remark, Submission
from qtrain.grading.names import printable
from qtrain.grading.stored import manifest_of


class Decisions:
    """The decisions in a gradebook; `_sessions` makes a session of its database."""

    _sessions: object

    def aliases(self) -> dict[str, str]:
        """From the names that files come by to the learners whom they mean."""
        with self._sessions() as session:
            return {alias.claim: alias.learner_id for alias in session.scalars(select(Alias))}

    def add_alias(self, claim: str, learner_id: str, author: str = "") -> None:
        """From now on files that come by this name are this learner's."""
        with self._sessions() as session:
            self._known(session, learner_id)
            session.merge(Alias(claim=claim, learner_id=learner_id))
            note(session, f"{claim!r} means {learner_id}", author)
            session.commit()

    def extend(self, release_id: str, learner_id: str, due: str, author: str = "") -> None:
        """Give one learner another due time (ISO, with its zone)."""
        with self._sessions() as session:
            self._known(session, learner_id)
            session.add(Extension(release_id=release_id, learner_id=learner_id, due=due, made=datetime.now(UTC)))
            note(session, f"{release_id}: {learner_id} may hand in until {due}", author)
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
                note(session, f"{release_id}: {row.place} of {learner_id} no longer counts: {why}", author)
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
            asked = {one.id: one.points for one in manifest_of(session.get(Release, release_id)).exercises}
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


def note(session: Session, what: str, author: str) -> None:
    """Add one line to the history."""
    session.add(Event(made=datetime.now(UTC), author=printable(author, keep=""), what=printable(what)))
