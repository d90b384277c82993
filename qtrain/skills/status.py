"""The status list: which badges of an issuer are revoked, signed, and good for a month (W3C Bitstring Status List)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from qtrain import atomic

from .card import Card, Key, moment, public_rsa, stamp
from .errors import BadgeError
from .keys import STATUS, Institution, Signing
from .registry import Registry
from .tokens import read_token

LASTS = timedelta(days=31)
SLACK = timedelta(minutes=5)  # clocks differ
ASK = "ask the issuer for its newest status.jwt"


class Stolen(BadgeError):
    """A list that a thief could have signed."""


@dataclass(frozen=True)
class StatusList:
    """A list whose signature holds.

    Attributes
    ----------
    id : str
        The list's identifier, as badges name it.
    since, until : datetime
        When it was made, and how long it may be used.
    bits : bytes
        The first badge's bit is the highest one of the first byte.
    """

    id: str
    since: datetime
    until: datetime
    bits: bytes

    def revoked(self, place: int) -> bool:
        """Whether the badge at this place is revoked."""
        return bool(self.bits[place // 8] & 0x80 >> place % 8)

    @property
    def places(self) -> list[int]:
        """Of all that is revoked."""
        return [8 * k + bit for k, byte in enumerate(self.bits) if byte for bit in range(8) if byte & 0x80 >> bit]


def publish(institution: Institution, signing: Signing, now: datetime) -> Path:
    """Write the institution's list as it is now; returns its path.

    What the list before said to be revoked stays so, also where an older registry was put back; and each list is later
    than the one before by at least a second, so that of two the newer one is always known.
    """
    from openbadgeslib.ob3 import build_status_list_credential

    institution.at_work(now)
    card, path = institution.card, institution.folder / STATUS
    with Registry(institution.private).revoked_places() as places:
        if (before := _before(path, card)) is not None:
            if before.since <= now + SLACK:  # else the clock was wrong then
                now = max(now, before.since + timedelta(seconds=1))
            places = sorted({*places, *before.places})
        document = build_status_list_credential(
            signing.key.issuer, card.status, "revocation", places, issued=now, valid_until=now + LASTS
        )
        claims = {"iss": document["issuer"], "jti": document["id"], "nbf": int(now.timestamp())}
        atomic.write(path, signing.tokens.sign_payload({**document, **claims}), durable=True)
    return path


def _before(path: Path, card: Card) -> StatusList | None:
    try:
        return read(path.read_bytes(), card, path)
    except (BadgeError, FileNotFoundError):  # broken, or a thief's: the registry has what counts
        return None


def read(content: bytes, card: Card, where: object) -> StatusList:
    """The list in a file's content, signed by a key of this card that was not given up.

    Raises
    ------
    BadgeError
        Where it is none, was changed, or is somebody else's.
    """
    from openbadgeslib.errors import LibOpenBadgesException
    from openbadgeslib.ob3 import decode_encoded_list

    payload = told(content, where)
    key = next((one for one in card.keys if _signed(content, one)), None)
    if key is None:
        raise BadgeError(
            f"{where} is not signed by a key that the card of {card.name} has: it was changed, or is signed by a newer "
            f"key. {ASK.capitalize()} and its issuer.json."
        )
    if key.stolen:
        raise Stolen(f"{where} is signed by a key of {card.name} that was stolen: {ASK}.")
    try:
        subject = payload["credentialSubject"]
        since, until = moment(payload["validFrom"]), moment(payload["validUntil"])
        if payload["iss"] != key.issuer or payload["issuer"] != key.issuer or subject["statusPurpose"] != "revocation":
            raise ValueError("issuer or purpose")
        if subject.get("statusSize", 1) != 1:
            raise ValueError("statusSize")
        bits = decode_encoded_list(subject["encodedList"])
    except (KeyError, TypeError, ValueError, LibOpenBadgesException):
        raise BadgeError(f"{where} is no status list that can be read: {ASK}.") from None
    if payload.get("id") != card.status:
        raise BadgeError(f"{where} is the status list {payload.get('id')!r}, not the one of {card.name}: {ASK}.")
    return StatusList(card.status, since, until, bits)


def told(content: bytes, where: object) -> dict[str, Any]:
    """What a file says, whether or not its signature holds; to find out whose list it is."""
    try:
        payload = read_token(content.decode("ascii").strip()).payload
        if "BitstringStatusListCredential" not in payload["type"]:
            raise ValueError("its type")
    except (ValueError, KeyError, TypeError):
        raise BadgeError(f"{where} is no status list: {ASK}.") from None
    return payload


def _signed(content: bytes, key: Key) -> bool:
    return read_token(content.decode("ascii").strip()).signed_by(public_rsa(key.rsa))


def age(found: StatusList, now: datetime) -> str:
    """How old it is, in words."""
    days = (now - found.since).days
    return "today's" if days < 1 else "a day old" if days == 1 else f"{days} days old"


def too_old(found: StatusList, now: datetime, most: timedelta | None) -> str:
    """Why the list cannot be relied on now, as a sentence; "": it can."""
    if found.since > now + SLACK:
        return (
            f"The status list is dated {stamp(found.since)}, which has not come yet: is the clock of this computer "
            f"right? It says {stamp(now)}."
        )
    if now > found.until:
        ended = stamp(found.until)[:10]
        return f"The status list ended on {ended}, so whether the badge was revoked is not known: {ASK}."
    if most is not None and now - found.since > most:
        return f"The status list is {age(found, now)}, older than you allow with --max-age: {ASK}."
    return ""
