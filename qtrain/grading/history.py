"""What instructors decide on a gradebook: only ever added to, so that everything has a history."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from qtrain.grading.anonymity import Veil, new_secret
from qtrain.grading.errors import GradingError
from qtrain.grading.manifest import Manifest
from qtrain.grading.models import Alias, Event, Excuse, Extension, Learner, Meta, Remark, Submission
from qtrain.grading.names import printable
from qtrain.grading.stored import manifest_of, release_of

_PSEUDONYM = re.compile(r"\w{3}-\w{3}-\w{3}")


@dataclass(frozen=True)
class Said:
    """Points or a comment that an instructor gives.

    Attributes
    ----------
    learner, exercise : str
        No exercise: it is about all of the submission.
    points : float or None
    withdrawn : bool
        Earlier points are taken back.
    comment : str
    ticked : list of str or None
        Items of a rubric, where it was said on the marking page.
    where : str
        Where it was said ("table.csv, line 3: "), for errors.
    """

    learner: str
    exercise: str = ""
    points: float | None = None
    withdrawn: bool = False
    comment: str = ""
    ticked: list[str] | None = None
    where: str = ""


class Decisions:
    """The decisions in a gradebook; `_sessions` makes a session of its database."""

    _sessions: sessionmaker[Session]

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

    def groups(self) -> dict[str, str]:
        """From each learner of the roster who is in a group to its name."""
        with self._sessions() as session:
            found = session.execute(select(Learner.id, Learner.details).where(Learner.known).order_by(Learner.position))
            return {learner_id: details["group"] for learner_id, details in found if details.get("group")}

    def learners_of(self, name: str, where: str = "") -> list[str]:
        """Whom an instructor means: an id, a pseudonym, or ``group:NAME`` for all of a group.

        Raises
        ------
        GradingError
            When there is nobody of this name.
        """
        with self._sessions() as session:
            if session.get(Learner, name) is not None:
                return [name]
            if name.startswith("group:"):
                groups = self.groups()
                if found := [one for one, group in groups.items() if group == name[6:]]:
                    return found
                there = ", ".join(sorted(set(groups.values()))[:20]) or "none"
                raise GradingError(f"{where}there is no group {name[6:]!r} in the roster; there are: {there}")
            if _PSEUDONYM.fullmatch(name) and session.get(Meta, "pseudonyms"):
                veil = self.veil()
                if found := [one for one in session.scalars(select(Learner.id)) if veil.name(one) == name]:
                    return found
            raise GradingError(f"{where}there is no learner {name!r} in the gradebook")

    def veil(self) -> Veil:
        """What makes this gradebook's pseudonyms; made when it is first asked for, and the same ever after."""
        with self._sessions() as session:
            found = session.get(Meta, "pseudonyms")
            if found is None:
                session.add(Meta(key="pseudonyms", value=new_secret()))
                try:
                    session.commit()
                except IntegrityError:  # somebody else has just made it
                    session.rollback()
                found = session.get_one(Meta, "pseudonyms")
            return Veil(found.value)

    def anonymous(self) -> bool:
        """Whether names are hidden."""
        with self._sessions() as session:
            found = session.get(Meta, "anonymous")
            return found is not None and found.value == "yes"

    def set_anonymous(self, hidden: bool, author: str = "") -> None:
        """Hide the names, or show them again."""
        with self._sessions() as session:
            session.merge(Meta(key="anonymous", value="yes" if hidden else "no"))
            note(session, "names are hidden from now on" if hidden else "names are shown again", author)
            session.commit()

    def excuse(self, release_id: str, learner_id: str, why: str, author: str = "") -> None:
        """Let a release not count for a learner; without a reason it counts again."""
        with self._sessions() as session:
            self._known(session, learner_id)
            session.add(
                Excuse(release_id=release_id, learner_id=learner_id, why=printable(why), made=datetime.now(UTC))
            )
            said = f"is excused: {why}" if why else "is not excused any more"
            note(session, f"{release_id}: {learner_id} {said}", author)
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
        """(when, who, what) of all that was decided, the oldest first; under pseudonyms while names are hidden."""
        veil = self.veil() if self.anonymous() else None
        called = veil.name if veil else str
        with self._sessions() as session:
            everyone = session.execute(select(Learner.id, Learner.details)).tuples() if veil else ()
            hide = veil.hiding(everyone) if veil else str
            told = [(e.made, e.author, hide(e.what)) for e in session.scalars(select(Event))]
            for one in session.scalars(select(Remark)):
                said = [f"{one.points:g} points"] if one.points is not None else []
                said += ["points withdrawn"] * one.withdrawn + [hide(one.comment)] * bool(one.comment)
                where = one.exercise or "all"
                whose = called(one.learner_id)
                told.append((one.made, one.author, f"{one.release_id}: {whose}, {where}: {'; '.join(said)}"))
        return sorted(told)

    @staticmethod
    def _known(session, learner_id: str) -> None:
        if session.get(Learner, learner_id) is None:
            raise GradingError(f"there is no learner {learner_id!r} in the gradebook")

    def remark(self, release_id: str, remarks: list[Said], author: str = "") -> None:
        """Add an instructor's points and comments, all of them or none; nothing that was there is changed."""
        with self._sessions() as session:
            manifest = manifest_of(release_of(session, release_id))
            for one in remarks:
                self._known(session, one.learner)
                _check_points(one, manifest)
                session.add(
                    Remark(
                        release_id=release_id,
                        learner_id=one.learner,
                        exercise=one.exercise,
                        points=one.points,
                        withdrawn=one.withdrawn,
                        comment=printable(one.comment),
                        ticked=one.ticked,
                        author=printable(author, keep=""),
                        made=datetime.now(UTC),
                    )
                )
            session.commit()


def _check_points(said: Said, manifest: Manifest) -> None:
    asked = {one.id: one.points for one in manifest.exercises}
    if said.exercise and said.exercise not in asked:
        raise GradingError(
            f"{said.where}there is no exercise {said.exercise!r} in {manifest.id}; there are {', '.join(asked)}"
        )
    most = asked[said.exercise] if said.exercise else sum(asked.values())
    if said.points is not None and not 0 <= said.points <= most:
        what = said.exercise or "the whole"
        raise GradingError(
            f"{said.where}{what} is worth {most:g} points: {said.points:g} points cannot be given for it"
        )


def note(session: Session, what: str, author: str) -> None:
    """Add one line to the history."""
    session.add(Event(made=datetime.now(UTC), author=printable(author, keep=""), what=printable(what)))
