"""An issuer's card: name, public keys, and which of them were given up. Public; whoever checks badges keeps it.

A key that follows another is endorsed by it, so that a renewed card can be taken in without asking. A first card, and a
key that nobody endorsed because the one before was lost, has to be compared with what the issuer says elsewhere: by its
fingerprint.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from .errors import BadgeError

SCHEMA = "qtrain-issuer/1"
MOST_BYTES = 1_000_000
_TEXTS = ("id", "issuer", "ed25519", "rsa", "since", "until", "stolen", "endorsed_by", "endorsement")


@dataclass(frozen=True)
class Key:
    """A pair of public keys that are used together: Ed25519 for proofs in the document, RSA for tokens (RS256).

    Attributes
    ----------
    id : str
        ``k1``, ``k2`` and so on.
    issuer : str
        The DID under which badges of this key are issued.
    ed25519 : str
        As multikey (``z6Mk…``).
    rsa : str
        The modulus, base64url; the exponent is 65537.
    since, until : str
        When it was first and last used (ISO, UTC); ``until`` is "" while it is in use.
    stolen : str
        Since when it is known that somebody else may have it; "" otherwise. Nothing that it signed counts any more.
    endorsed_by, endorsement : str
        The key before it, and that one's signature (base64url); "" where there is none.
    """

    id: str
    issuer: str
    ed25519: str
    rsa: str
    since: str
    until: str = ""
    stolen: str = ""
    endorsed_by: str = ""
    endorsement: str = ""

    @property
    def method(self) -> str:
        """The verification method that proofs name."""
        fragment = self.ed25519 if self.issuer.startswith("did:key:") else self.id
        return f"{self.issuer}#{fragment}"

    def endorsed_text(self) -> bytes:
        """What the key before it signs."""
        told = [SCHEMA, self.issuer, self.ed25519, self.rsa, self.since, self.endorsed_by]
        return json.dumps(told, separators=(",", ":")).encode()

    def held(self, at: datetime) -> bool:
        """Whether it was in use at that moment, with five minutes for clocks that differ."""
        slack = 300
        begun = moment(self.since).timestamp() - slack <= at.timestamp()
        return begun and (not self.until or at.timestamp() <= moment(self.until).timestamp() + slack)


@dataclass(frozen=True)
class Card:
    """An issuer as those know it who check badges.

    Attributes
    ----------
    name, url : str
    status : str
        The identifier of its status list.
    keys : tuple of Key
        Oldest first; the last one is in use.
    """

    name: str
    url: str
    status: str
    keys: tuple[Key, ...]

    @property
    def current(self) -> Key:
        """The key in use."""
        return self.keys[-1]

    @property
    def issuers(self) -> set[str]:
        """Every DID under which it has issued."""
        return {key.issuer for key in self.keys}

    @property
    def fingerprint(self) -> str:
        """40 letters in groups of five, of all that is trusted with this card: name, list, every key and its dates."""
        told = json.dumps(self.to_data(), sort_keys=True, separators=(",", ":"))
        letters = base64.b32encode(hashlib.sha256(told.encode()).digest()[:25]).decode()
        return "-".join(letters[place : place + 5] for place in range(0, 40, 5))

    def key(self, key_id: str) -> Key:
        """One of its keys."""
        for key in self.keys:
            if key.id == key_id:
                return key
        raise BadgeError(f"{self.name} has no key {key_id!r}; its keys are {', '.join(key.id for key in self.keys)}.")

    def with_key(self, key: Key) -> Card:
        """The same card with this key in the place of the one that has its id, or at the end."""
        kept = [key if one.id == key.id else one for one in self.keys]
        return replace(self, keys=tuple(kept if any(one.id == key.id for one in self.keys) else [*kept, key]))

    def to_data(self) -> dict[str, Any]:
        """As JSON-able data."""
        keys = [{name: value for name, value in asdict(key).items() if value} for key in self.keys]
        return {"schema": SCHEMA, "name": self.name, "url": self.url, "status": self.status, "keys": keys}


def read(content: bytes, where: object) -> Card:
    """The card in a file's content.

    Raises
    ------
    BadgeError
        Where it is none, or was changed into something that cannot be.
    """
    wrong = f"{where} is no issuer's card"
    ask = "ask the issuer for issuer.json, the file that `qtrain badge key` wrote"
    if len(content) > MOST_BYTES:
        raise BadgeError(f"{wrong}: it has {len(content)} bytes; {ask}.")
    try:
        told = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadgeError(f"{wrong} (it is not JSON): {ask}.") from None
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise BadgeError(f"{wrong} (it has no schema {SCHEMA!r}): {ask}.")
    try:
        name, url, status = (_text(told, field) for field in ("name", "url", "status"))
        keys = tuple(_key(one) for one in told["keys"])
        if not keys or not name or not status:
            raise ValueError("name, status and keys are needed")
        if len({key.id for key in keys}) < len(keys) or len({key.ed25519 for key in keys}) < len(keys):
            raise ValueError("a key stands there twice")
    except (KeyError, TypeError, ValueError) as error:
        raise BadgeError(f"{wrong} ({error}): {ask}.") from None
    return Card(name, url, status, keys)


def _text(told: dict, name: str) -> str:
    value = told.get(name, "")
    if not isinstance(value, str) or len(value) > 2000 or not value.isprintable():
        raise ValueError(f"{name} is no plain text")
    return value


def _key(told: dict) -> Key:
    if unknown := set(told) - set(_TEXTS):
        raise ValueError(f"a key has {sorted(unknown)[0]!r}")
    key = Key(**{name: _text(told, name) for name in _TEXTS})
    for time in (key.since, key.until, key.stolen):
        if time or time is key.since:
            moment(time)
    if not key.issuer.startswith("did:") or not key.id:
        raise ValueError("a key needs an id and a DID")
    public_ed25519(key.ed25519)
    public_rsa(key.rsa)
    return key


def public_ed25519(multikey: str):
    """The Ed25519 key of a multikey; `ValueError` where it is none."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key
    from openbadgeslib.errors import LibOpenBadgesException
    from openbadgeslib.ob3 import resolve_did

    try:
        pem = resolve_did(f"did:key:{multikey}")
    except LibOpenBadgesException:
        raise ValueError("its Ed25519 key is no multikey") from None
    key = load_pem_public_key(pem)
    if not multikey.startswith("z6Mk"):
        raise ValueError("its key is not of the kind Ed25519")
    return key


def public_rsa(modulus: str):
    """The RSA key with this modulus (base64url); `ValueError` where it is none."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

    number = int.from_bytes(from_base64url(modulus), "big")
    if not 2048 <= number.bit_length() <= 8192:
        raise ValueError("its RSA key has not 2048 to 8192 bits")
    return RSAPublicNumbers(65537, number).public_key()


def endorsed(key: Key, by: Key) -> bool:
    """Whether `by` signed that `key` follows it."""
    from cryptography.exceptions import InvalidSignature

    if key.endorsed_by != by.id or by.stolen:
        return False
    try:
        public_ed25519(by.ed25519).verify(from_base64url(key.endorsement), key.endorsed_text())
    except (InvalidSignature, ValueError):
        return False
    return True


def base64url(data: bytes) -> str:
    """Without padding, as tokens have it."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """The bytes; `ValueError` unless it is their one spelling, so that no bit of it can change unseen."""
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(data) != text:
        raise ValueError("it is no base64url")
    return data


def stamp(at: datetime) -> str:
    """ISO, in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """The moment of a stamp; `ValueError` where it is none."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
