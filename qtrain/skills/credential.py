"""A badge or a transcript as an Open Badges 3.0 credential (VC 2.0), signed in the document and as a token."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .alignment import Aligned
from .card import stamp
from .keys import Institution, Signing
from .passes import EXAM, PRIVATE, TASK, Reached, Work

COURSE = "qtrain, a course in quantum computing with Qiskit and Cirq"
NOT_PROVED = "It does not prove who sat at the keyboard, nor that nobody helped."
LIMITS = {
    EXAM: "Whether anybody watched the exam is for the issuer to say.",
    PRIVATE: "The problems are the issuer's own and not public.",
    TASK: "A part of the performance task is judged by a person, by levels that are written down.",
}
PUBLIC_LIMIT = "The problems are public, and so are their solutions; the numbers are each learner's own."


@dataclass(frozen=True)
class Line:
    """One result: what was asked, and what was reached."""

    work: Work
    reached: Reached


@dataclass(frozen=True)
class Award:
    """What a badge or a transcript says, before it is signed.

    Attributes
    ----------
    learner, name : str
        The id in the gradebook; the name as it is to stand on it, "" for none.
    about, title, description, criteria : str
        `about` is the same for everybody who has it.
    kind : str
        Of Open Badges' achievement types: ``"Badge"``, ``"Certification"`` or ``"Course"``.
    lines : sequence of Line
    required : str
        The points that had to be reached in a work of these points, by the issuer's rule; "" for a transcript.
    aligned : sequence of Aligned
    """

    learner: str
    name: str
    about: str
    title: str
    description: str
    criteria: str
    kind: str
    lines: Sequence[Line]
    percent: str = ""
    aligned: Sequence[Aligned] = field(default_factory=tuple)

    @property
    def evidence(self) -> str:
        """What it rests on, as text that changes with it."""
        told = [[one.work.release, one.reached.notebook, one.reached.points, one.reached.of] for one in self.lines]
        return json.dumps([*told, self.name])


@dataclass(frozen=True)
class Signed:
    """A credential in both of its forms: JSON with its proof, and a token. They say the same."""

    document: str
    token: str


def sign(
    award: Award,
    institution: Institution,
    signing: Signing,
    now: datetime,
    *,
    badge: str,
    place: int,
    lasts: timedelta | None = None,
    pictures: dict[str, bytes] | None = None,
) -> Signed:
    """Sign an award.

    Parameters
    ----------
    badge : str
        Its id, ``urn:uuid:…``.
    place : int
        On the status list.
    lasts : timedelta, optional
        After which it has expired.
    pictures : dict, optional
        From media type to the picture that carries it; the signature covers them, too.
    """
    from openbadgeslib.ob3 import Issuer, OB3LdpSigner, OpenBadgeCredential, status_entry

    related = [
        {"id": f"{badge}#{kind.rpartition('/')[2].partition('+')[0]}", "mediaType": kind, "digestSRI": digest(data)}
        for kind, data in (pictures or {}).items()
    ]

    class Credential(OpenBadgeCredential):
        def to_vc(self) -> dict[str, Any]:
            made = super().to_vc()
            return {**made, "relatedResource": related} if related else made

    made = Credential(
        id=badge,
        issuer=Issuer(signing.key.issuer, institution.card.name, url=institution.card.url or None),
        recipient_id=institution.pseudonym(award.learner),
        achievement=_achievement(award, institution),
        issuance_date=now.replace(microsecond=0),
        expiration_date=(now + lasts).replace(microsecond=0) if lasts else None,
        credential_status=[status_entry(institution.card.status, "revocation", place)],
        evidence=_evidence(award),
        identifiers=_identifiers(award, institution),
        results=_results(award),
    )
    document = OB3LdpSigner(signing.ed25519, signing.key.method).sign(made, created=now)
    return Signed(compact(document), signing.tokens.sign(made))


def compact(document: dict[str, Any]) -> str:
    """JSON without spaces, for people's own letters as they are."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def digest(data: bytes) -> str:
    """SHA-256 as subresource integrity writes it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()


def holder_hash(learner: str, code: str) -> str:
    """What stands on a badge for the learner's id, by Open Badges' identity hash; the code is its salt.

    The salt is not on the badge, so nobody finds the id by trying.
    """
    return "sha256$" + hashlib.sha256(f"{learner}{code}".encode()).hexdigest()


def _name(*words: str) -> str:
    """An id that is the same for the same words everywhere."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "\n".join(("qtrain", *words))).urn


def _achievement(award: Award, institution: Institution):
    from openbadgeslib.ob3 import Achievement, Alignment

    return Achievement(
        _name(institution.card.status, award.about),
        award.title,
        award.description,
        award.criteria,
        achievement_type=award.kind,
        alignments=[Alignment(one.title, one.url, one.framework, one.code, one.level or None) for one in award.aligned],
        result_descriptions=[_described(award, one) for one in award.lines],
    )


def _described(award: Award, line: Line):
    from openbadgeslib.ob3 import ResultDescription

    return ResultDescription(
        _name(award.about, line.work.release),
        f"Points in {line.work.title} ({line.work.release})",
        "RawScore",
        value_min="0",
        value_max=number(line.reached.of),
        required_value=number(line.reached.of * float(award.percent) / 100) if award.percent else None,
    )


def _results(award: Award) -> list:
    from openbadgeslib.ob3 import Result

    return [
        Result(value=number(one.reached.points), result_description=_name(award.about, one.work.release))
        for one in award.lines
    ]


def _evidence(award: Award) -> list:
    from openbadgeslib.ob3 import Evidence

    made = []
    for one in award.lines:
        work, reached = one.work, one.reached
        if not reached.notebook:
            continue
        came = f"handed in {stamp(reached.received)[:10]}, " if reached.received else ""
        shared = " It was handed in for a group." if reached.in_group else ""
        by_hand = " A person set some of the points." if reached.by_hand else ""
        graded = f"graded {stamp(reached.graded)[:10]}" if reached.graded else "graded"
        made.append(
            Evidence(
                id="ni:///sha-256;" + base64.urlsafe_b64encode(bytes.fromhex(reached.notebook)).decode().rstrip("="),
                name=f"Graded notebook of {work.title} ({work.release})",
                description=f"SHA-256 {reached.notebook}; {came}{graded}.{shared}",
                narrative=(
                    f"Judged by qtrain {reached.grader}, content {reached.mark}: {number(reached.points)} of "
                    f"{number(reached.of)} points in {work.questions} questions ({work.kind}).{by_hand}"
                ),
                genre="Notebook",
            )
        )
    limits = dict.fromkeys(LIMITS.get(one.work.kind, PUBLIC_LIMIT) for one in award.lines)
    made.append(Evidence(name="What this proves, and what not", narrative=f"{NOT_PROVED} {' '.join(limits)}"))
    return made


def _identifiers(award: Award, institution: Institution) -> list:
    from openbadgeslib.ob3 import IdentityObject

    hidden = IdentityObject(holder_hash(award.learner, institution.code(award.learner)), "systemId", True)
    return [IdentityObject(award.name, "name", False), hidden] if award.name else [hidden]


def number(value: float) -> str:
    """Points with at most four digits after the dot."""
    return f"{value:.4f}".rstrip("0").rstrip(".")
