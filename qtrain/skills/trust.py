"""Whom you trust: a folder with the cards of issuers and their newest status lists. Nothing is ever fetched."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from qtrain import atomic

from . import card as cards
from . import status
from .card import Card, Key
from .errors import BadgeError
from .keys import STATUS
from .status import StatusList

DID = "did.json"  # lies beside a card in an institution's own folder
SOUND = (
    "Compare this fingerprint with the one that {name} tells elsewhere, such as on its web site or by telephone: a "
    "card says nothing about who made it."
)


def home() -> Path:
    """Where the cards lie that were added."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "qtrain" / "trust"


@dataclass
class Trust:
    """Cards and status lists.

    Attributes
    ----------
    cards : list of Card
    lists : dict
        From a list's identifier to the newest one that is there.
    """

    cards: list[Card] = field(default_factory=list)
    lists: dict[str, StatusList] = field(default_factory=dict)

    @classmethod
    def of(cls, *places: Path) -> Trust:
        """What lies in these folders; a file is a card by itself.

        Raises
        ------
        BadgeError
            Where one is not there, or holds something else.
        """
        made = cls()
        for place in places:
            if not place.exists():
                raise BadgeError(f"there is no {place}: give a folder with issuers' cards, or a card (issuer.json).")
            found = sorted(place.glob("*.json")) if place.is_dir() else [place]
            for path in (path for path in found if path.name != DID):
                made.cards.append(cards.read(path.read_bytes(), path))
        for place in places:
            beside = place.parent / STATUS  # of a card that was given by itself
            for path in sorted(place.glob("*.jwt")) if place.is_dir() else [beside] if beside.is_file() else []:
                content = path.read_bytes()
                if place.is_dir() or any(one.status == status.told(content, path).get("id") for one in made.cards):
                    with contextlib.suppress(status.Stolen):  # it was taken in before that was known
                        made.put(content, path)
        return made

    def put(self, content: bytes, where: object) -> StatusList:
        """Take in a status list.

        Raises
        ------
        BadgeError
            Where it is no list of an issuer who is trusted, or older than the one that is there: an old list hides
            what was revoked since.
        """
        name = status.told(content, where).get("id")
        whose = next((one for one in self.cards if one.status == name), None)
        if whose is None:
            raise BadgeError(
                f"{where} is a status list of nobody whom you trust: add the issuer's card (issuer.json) first."
            )
        found = status.read(content, whose, where)
        there = self.lists.get(whose.status)
        if there is not None and found.since < there.since:
            raise BadgeError(
                f"{where} is older ({cards.stamp(found.since)}) than the status list of {whose.name} that you have "
                f"({cards.stamp(there.since)}): an old list hides what was revoked since. {status.ASK.capitalize()}."
            )
        self.lists[whose.status] = found
        return found

    def by_method(self, method: str) -> tuple[Card, Key] | None:
        """The key that a proof names."""
        return next(((one, key) for one in self.cards for key in one.keys if key.method == method), None)

    def by_modulus(self, modulus: str) -> tuple[Card, Key] | None:
        """The key that a token carries."""
        return next(((one, key) for one in self.cards for key in one.keys if key.rsa == modulus), None)

    def named(self, name: str, issuer: str) -> Card | None:
        """The card of an issuer of this name or DID, whatever the key."""
        alike = " ".join(name.casefold().split())
        return next(
            (one for one in self.cards if issuer in one.issuers or " ".join(one.name.casefold().split()) == alike), None
        )


def add(path: Path, fingerprint: str = "", folder: Path | None = None) -> list[str]:
    """Put a card or a status list into the folder of those whom you trust; what to tell about it.

    Parameters
    ----------
    fingerprint : str
        As the issuer told it elsewhere; a card with another one is refused.

    Raises
    ------
    BadgeError
        Where it is neither, contradicts what is there, or has a key that has to be compared first.
    """
    folder = folder or home()
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise BadgeError(f"there is no {path}: give issuer.json or status.jwt, as the issuer sent it.") from None
    there = Trust.of(folder) if folder.is_dir() else Trust()
    if not content.lstrip().startswith(b"{"):
        found = there.put(content, path)
        if why := status.too_old(found, datetime.now(UTC), None):  # one from the future would shut out all true ones
            raise BadgeError(f"{path}: {why}")
        whose = next(one for one in there.cards if one.status == found.id)
        atomic.write(folder / f"{_file(whose)}.jwt", content, durable=True)
        return [f"Took in the status list of {whose.name}, made on {cards.stamp(found.since)[:10]}."]
    new = cards.read(content, path)
    old = next((one for one in there.cards if _same(one, new)), None)
    if fingerprint and _plain(fingerprint) != _plain(new.fingerprint):
        raise BadgeError(
            f"the fingerprint of {path} is {new.fingerprint}, not the one that you gave: it is not the card of "
            "whom you think, or there is a newer one. Nothing was added."
        )
    if old is not None:
        _follows(new, old, bool(fingerprint))
    elif (twin := there.named(new.name, "")) and not fingerprint:
        raise BadgeError(
            f"you trust another issuer that is called {twin.name!r} already; this one has the fingerprint "
            f"{new.fingerprint}. Compare it with what the issuer tells elsewhere, and add it with  --fingerprint"
        )
    atomic.write_json(folder / f"{_file(new)}.json", new.to_data(), durable=True)
    told = f"You trust {new.name} now: key {new.current.id}, fingerprint {new.fingerprint}."
    checked = bool(fingerprint) or (old is not None and {k.ed25519 for k in old.keys} == {k.ed25519 for k in new.keys})
    endorsed = old is not None and not checked
    more = "Its new key is signed by the one that you knew." if endorsed else SOUND.format(name=new.name)
    return [told] if checked else [told, more]


def _follows(new: Card, old: Card, compared: bool) -> None:
    """Refuse a renewed card that takes something back, or has a key that nobody vouches for."""
    known = {key.ed25519: key for key in old.keys}
    renewed = {key.ed25519: key for key in new.keys}
    for public, before in known.items():
        after = renewed.get(public)
        kept = after is not None and all(
            getattr(before, name) in ("", getattr(after, name))
            for name in ("until", "stolen", "issuer", "since", "rsa")
        )
        if not kept:
            raise BadgeError(
                f"this card of {new.name} is older than the one that you have, or takes back what it said of key "
                f"{before.id}: ask the issuer for the newest one. Nothing was changed."
            )
    if (new.name, new.status) != (old.name, old.status) and not compared:
        raise BadgeError(
            f"this card calls itself {new.name!r} and you know it as {old.name!r}, or it has another status list: its "
            f"fingerprint is {new.fingerprint}. Compare it with what the issuer tells elsewhere, and add it with  "
            "--fingerprint"
        )
    by_id = {key.id: key for key in new.keys}
    sound = {key.id for key in new.keys if key.ed25519 in known}
    for key in new.keys:
        before_it = by_id.get(key.endorsed_by)
        if key.ed25519 in known:
            continue
        if before_it is not None and before_it.id in sound and cards.endorsed(key, before_it):
            sound.add(key.id)
        elif not compared:
            raise BadgeError(
                f"{new.name} has a new key {key.id} that the one before did not sign, as after a loss or a theft; or "
                f"somebody else made this card. Its fingerprint is {new.fingerprint}: compare it with what the "
                "issuer tells elsewhere, and add it with  --fingerprint"
            )


def _same(one: Card, other: Card) -> bool:
    return bool({key.ed25519 for key in one.keys} & {key.ed25519 for key in other.keys}) or one.status == other.status


def _file(card: Card) -> str:
    return hashlib.sha256(card.keys[0].ed25519.encode()).hexdigest()[:32]


def _plain(fingerprint: str) -> str:
    return "".join(letter for letter in fingerprint.upper() if letter.isalnum())
