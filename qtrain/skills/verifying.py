"""Is this badge genuine, from somebody whom you trust, and still valid? Judged without any network.

The signature is checked by `openbadgeslib`, with the contexts that it carries on disk; whose key it is, when it was in
use, what is revoked and how old that knowledge is, is judged here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from qtrain.grading.names import short

from . import baking, status
from .card import Card, Key, moment, public_ed25519, public_rsa, stamp
from .credential import digest
from .errors import BadgeError
from .forms import Form, take
from .tokens import Token, read_token
from .trust import Trust

SLACK = status.SLACK


class Standing(Enum):
    """What became of a badge; only the first one is to be relied on."""

    TRUSTED = "valid and trusted"
    UNKNOWN = "unknown issuer"
    ALTERED = "altered"
    EXPIRED = "expired"
    EARLY = "not valid yet"
    REVOKED = "revoked"
    STALE = "status too old"


@dataclass(frozen=True)
class Finding:
    """What was found out.

    Attributes
    ----------
    standing : Standing
    why : str
        One sentence.
    notes : tuple of str
        What else to know.
    document : dict
        What the badge says, without proof; empty where it was altered.
    form : str
        In which form it came.
    """

    standing: Standing
    why: str
    notes: tuple[str, ...] = ()
    document: dict[str, Any] = field(default_factory=dict, repr=False)
    form: str = ""

    @property
    def id(self) -> str:
        """The badge's id."""
        return str(self.document.get("id", ""))

    @property
    def essence(self) -> str:
        """The same for every form of one badge, and for no other one."""
        return json.dumps(self.document, sort_keys=True)


def verify(content: bytes, trust: Trust, now: datetime | None = None, *, most: timedelta | None = None) -> Finding:
    """Judge a badge.

    Parameters
    ----------
    content : bytes
        Of a file: JSON, token, SVG, PNG, or the text of a QR code.
    trust : Trust
    now : datetime, optional
        The clock of this computer when left out.
    most : timedelta, optional
        How old the status list may be, where that is less than the issuer allows.

    Raises
    ------
    BadgeError
        Where it is no badge at all.
    """
    now = now or datetime.now(UTC)
    try:
        form = take(content)
        made = _token(form, trust) if form.is_token else _document(form, trust)
        made = _window(made, now)
        if made.finding is None and made.card is not None:
            made = _status(made, trust, now, most)
    except baking.Altered as error:
        return Finding(Standing.ALTERED, str(error))
    found = made.finding
    if found is None:
        assert made.card is not None and made.key is not None
        found = Finding(
            Standing.TRUSTED, f"It is unchanged and signed by {made.card.name}, whom you trust (key {made.key.id})."
        )
    document = {} if found.standing is Standing.ALTERED else made.told
    return replace(found, notes=(*made.notes, *found.notes), document=document, form=form.name)


@dataclass(frozen=True)
class _Seen:
    """A badge on its way: what it says, whose it is, and what has been found so far."""

    told: dict[str, Any]
    card: Card | None = None
    key: Key | None = None
    notes: tuple[str, ...] = ()
    finding: Finding | None = None


# --- the signature ---------------------------------------------------------------------------------------------------


def _document(form: Form, trust: Trust) -> _Seen:
    import pyld  # noqa: F401 -- without it nothing can be said of a document, and the library would say "refused"
    from openbadgeslib.ob3 import OB3LdpVerifier, verify_data_integrity_proof

    document = form.document
    told = {name: value for name, value in document.items() if name != "proof"}
    proof = document.get("proof")
    if not isinstance(proof, dict) or not isinstance(method := proof.get("verificationMethod"), str):
        return _altered(told, "It has no proof, so nobody has signed it.")
    known = trust.by_method(method)
    public = public_ed25519(known[1].ed25519) if known else _self_asserted(method)
    if public is None:
        return _unknown(told, trust, "Its signature cannot be checked, as the key is not in it: ask for issuer.json.")
    verifier = OB3LdpVerifier(public)
    if why := _refused(lambda: verifier.verify(document), lambda: verify_data_integrity_proof(document, public), told):
        return _altered(told, f"It is not what was signed: {why}")
    if known is None:
        if _issuer(told) != method.partition("#")[0]:
            return _altered(told, "It is signed by another key than the one of the issuer that it names.")
        return _unknown(told, trust, "It is unchanged since it was signed, by a key that you do not know.")
    return _by(told, *known, made=_moment(proof.get("created")), form=form)


def _token(form: Form, trust: Trust) -> _Seen:
    from openbadgeslib.ob3 import OB3Verifier

    token: Token = read_token(form.text)
    claims = ("iss", "sub", "jti", "nbf", "exp")
    told = {name: value for name, value in token.payload.items() if name not in claims}
    jwk = token.header.get("jwk")
    known, public = None, None
    if isinstance(jwk, dict) and jwk.get("kty") == "RSA" and jwk.get("e") == "AQAB" and isinstance(jwk.get("n"), str):
        known = trust.by_modulus(jwk["n"])
        try:
            public = public_rsa(jwk["n"])
        except ValueError:
            public = None
    if public is None:
        return _altered(told, "Its token carries no RSA key that can be used.")
    verifier = OB3Verifier(public)

    def signed() -> None:
        if not token.signed_by(public):
            raise ValueError

    if why := _refused(lambda: verifier.verify(form.text), signed, told):
        return _altered(told, f"It is not what was signed: {why}")
    if known is None:
        return _unknown(told, trust, "It is unchanged since it was signed, by a key that you do not know.")
    return _by(told, *known, made=None, form=form)


def _refused(verify_all, verify_signature, told: dict[str, Any]) -> str:
    """Why the library refuses it; "" where it does not, or only because of its dates, which are judged here."""
    from openbadgeslib.errors import LibOpenBadgesException
    from openbadgeslib.ob3 import OB3GuardUnavailable

    try:
        verify_all()
        return ""
    except OB3GuardUnavailable as error:
        raise BadgeError(f"this computer cannot check documents: {error}") from None
    except LibOpenBadgesException as error:
        said = short(str(error), 160).rstrip(".")
    clock = datetime.now(UTC)
    begins, ends = _moment(told.get("validFrom")), _moment(told.get("validUntil"))
    if not ((begins and begins > clock) or (ends and ends < clock)):
        return f"{said}."
    try:  # out of its dates by this computer's clock: it can only come out as that, or as altered
        verify_signature()
        return ""
    except (LibOpenBadgesException, ValueError):
        return f"{said}."


def _by(told: dict[str, Any], card: Card, key: Key, made: datetime | None, form: Form) -> _Seen:
    """Signed by a key of somebody who is trusted: was it that one's to sign, at that time?"""
    begins = _moment(told.get("validFrom"))
    if _issuer(told) != key.issuer:
        return _altered(told, f"It names another issuer than {card.name}, whose key signed it.")
    if begins is None or not isinstance(told.get("id"), str):
        return _altered(told, "It has no id or no date.")
    if key.stolen:
        why = (
            f"It is signed by key {key.id} of {card.name}, which was stolen: nobody can tell the thief's badges from "
            "genuine ones. Ask the issuer for a new one."
        )
        return _Seen(told, card, key, finding=Finding(Standing.REVOKED, why))
    if not all(key.held(at) for at in (begins, made) if at is not None):
        return _altered(told, f"It is dated {stamp(begins)[:10]}, when {card.name} did not use key {key.id}.")
    notes, why = _picture(told, form)
    return _altered(told, why) if why else _Seen(told, card, key, notes=notes)


def _picture(told: dict[str, Any], form: Form) -> tuple[tuple[str, ...], str]:
    """Notes on the picture that it came in, and why it is not the right one."""
    if not form.media:
        return (), ""
    wanted = [
        one.get("digestSRI")
        for one in told.get("relatedResource", [])
        if isinstance(one, dict) and one.get("mediaType") == form.media
    ]
    if not wanted:
        return ("The picture is not covered by the signature: what it shows proves nothing.",), ""
    if digest(form.picture) not in wanted:
        return (), "The badge in the picture is genuine, but the picture is not the one that it was issued with."
    return (), ""


def _unknown(told: dict[str, Any], trust: Trust, why: str) -> _Seen:
    issuer = told.get("issuer")
    name = str(issuer.get("name", "")) if isinstance(issuer, dict) else ""
    alike = trust.named(name, _issuer(told))
    if not trust.cards:
        more = "You trust nobody yet: add an issuer's card with  qtrain verify --add issuer.json"
    elif alike:
        more = (
            f"It says that it is from {alike.name}, and your card of {alike.name} does not have this key: either the "
            "issuer has a new one (ask for its issuer.json), or somebody else made this badge."
        )
    else:
        more = f"Whoever made it calls itself {name!r}, which anybody can: ask the issuer for its card (issuer.json)."
    return _Seen(told, notes=(more,), finding=Finding(Standing.UNKNOWN, why))


def _altered(told: dict[str, Any], why: str) -> _Seen:
    return _Seen(told, finding=Finding(Standing.ALTERED, why))


def _self_asserted(method: str):
    """The key that a did:key is, None where it is another method."""
    did, _, fragment = method.partition("#")
    if not did.startswith("did:key:") or fragment != did.removeprefix("did:key:"):
        return None
    try:
        return public_ed25519(fragment)
    except ValueError:
        return None


# --- dates and status ------------------------------------------------------------------------------------------------


def _window(seen: _Seen, now: datetime) -> _Seen:
    if seen.finding is not None and seen.finding.standing is not Standing.UNKNOWN:
        return seen
    begins, ends = _moment(seen.told.get("validFrom")), _moment(seen.told.get("validUntil"))
    if begins is None or ("validUntil" in seen.told and ends is None):
        return replace(seen, finding=Finding(Standing.ALTERED, "Its dates cannot be read."))
    if begins > now + SLACK:
        why = (
            f"It is dated {stamp(begins)}, which has not come yet: is the clock of this computer right? It says "
            f"{stamp(now)}."
        )
        return replace(seen, finding=Finding(Standing.EARLY, why))
    if ends is not None and ends < now - SLACK:
        why = f"It was valid until {stamp(ends)[:10]}: ask the learner or the issuer for a newer one."
        return replace(seen, finding=Finding(Standing.EXPIRED, why))
    return seen


def _status(seen: _Seen, trust: Trust, now: datetime, most: timedelta | None) -> _Seen:
    card, told = seen.card, seen.told
    assert card is not None
    entry = told.get("credentialStatus")
    if entry is None:
        return replace(seen, notes=(*seen.notes, "Its issuer cannot revoke it, as it names no status list."))
    try:
        place = _place(entry, card)
    except (KeyError, TypeError, ValueError):
        why = f"It names a status list that is not the one of {card.name}, so whether it was revoked is not known."
        return replace(seen, finding=Finding(Standing.STALE, why))
    found = trust.lists.get(card.status)
    if found is None:
        why = f"There is no status list of {card.name} here, so whether it was revoked is not known: {status.ASK}."
        return replace(seen, finding=Finding(Standing.STALE, why))
    if not 0 <= place < 8 * len(found.bits):
        why = f"The status list of {card.name} has no place {place}: {status.ASK}."
        return replace(seen, finding=Finding(Standing.STALE, why))
    if found.revoked(place):
        why = f"{card.name} has revoked it: ask the issuer why."
        return replace(seen, finding=Finding(Standing.REVOKED, why))
    if why := status.too_old(found, now, most):
        return replace(seen, finding=Finding(Standing.STALE, why))
    note = f"Not revoked by the status list of {stamp(found.since)[:10]}, which is {status.age(found, now)}."
    return replace(seen, notes=(*seen.notes, note))


def _place(entry: dict[str, Any], card: Card) -> int:
    right = entry["type"] == "BitstringStatusListEntry" and entry["statusPurpose"] == "revocation"
    if not right or entry["statusListCredential"] != card.status or entry.get("statusSize", 1) != 1:
        raise ValueError("another list")
    return int(entry["statusListIndex"])


def _issuer(told: dict[str, Any]) -> str:
    issuer = told.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) else ""


def _moment(text: Any) -> datetime | None:
    """The moment of any ISO time with a zone, None where it is none."""
    if not isinstance(text, str):
        return None
    try:
        return moment(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
