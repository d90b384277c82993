"""The forms in which a badge comes: JSON, a token, a picture with either in it, or the text of a QR code."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import Any

from qtrain.grading.names import short

from . import baking
from .baking import PNG, PNG_BEGINS, SVG
from .errors import BadgeError
from .tokens import read_token, strict_json

MOST_BYTES = 20_000_000
MOST_TEXT = 262_144
QR = "QT1:"
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # of base45 (RFC 9285): what a QR code holds most tightly
OTHERS = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip or an office file",
    b"\xff\xd8\xff": "a JPEG, which cannot hold a badge: somebody has saved the picture anew",
    b"GIF8": "a GIF, which cannot hold a badge",
    b"SQLite format 3": "a database",
    b"-----BEGIN": "a key",
}
WANTED = "give badge.json, badge.jwt, badge.svg or badge.png, or the text of the QR code"


@dataclass(frozen=True)
class Form:
    """A badge as it came.

    Attributes
    ----------
    name : str
        For people.
    text : str
        The JSON or the token.
    document : dict
        The JSON's content; empty for a token.
    media : str
        Of the picture that it came in; "" for none.
    picture : bytes
        As it was before the badge was put into it.
    """

    name: str
    text: str
    document: dict[str, Any] = field(default_factory=dict, repr=False)
    media: str = ""
    picture: bytes = field(default=b"", repr=False)

    @property
    def is_token(self) -> bool:
        """Whether it is a token."""
        return not self.document


def take(content: bytes) -> Form:
    """Find the badge in a file's content.

    Raises
    ------
    BadgeError
        Where it is something else; `baking.Altered` where it was a badge once.
    """
    if not content.strip():
        raise BadgeError(f"the file is empty: {WANTED}.")
    if len(content) > MOST_BYTES:
        raise BadgeError(f"the file has {len(content) // 1_000_000} MB, more than any badge: {WANTED}.")
    for begins, what in OTHERS.items():
        if content.startswith(begins):
            raise BadgeError(f"this is {what}: {WANTED}.")
    if content.startswith(PNG_BEGINS):
        text, picture = baking.unbake(content)
        return _read(text, "PNG", PNG, picture)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise baking.Altered(f"It is no badge, or a broken one: it is neither text nor a PNG; {WANTED}.") from None
    begun = text.lstrip(" \t\r\n")
    if begun.startswith(("<svg", "<?xml")):
        text, picture = baking.unbake(content)
        return _read(text, "SVG", SVG, picture)
    if begun.startswith("<"):
        raise BadgeError(f"this is a page or another XML file: {WANTED}.")
    if begun.startswith(QR):
        return _read(unpack(begun.rstrip("\r\n")), "QR code")
    return _read(text.strip(), "")


def _read(text: str, came: str, media: str = "", picture: bytes = b"") -> Form:
    inside = f" in the {came}" if came else ""
    if len(text) > MOST_TEXT:
        raise BadgeError(f"the badge{inside} has {len(text)} characters, more than any badge has.")
    if text.startswith("{"):
        try:
            document = strict_json(text)
        except ValueError as error:
            raise baking.Altered(f"The JSON{inside} is broken ({error}): it was changed, or cut off.") from None
        _is_badge(document)
        return Form(came or "JSON with proof", text, document, media, picture)
    if text.count(".") == 2 and not any(letter.isspace() for letter in text):
        try:
            token = read_token(text)
        except ValueError as error:
            raise baking.Altered(f"The token{inside} is broken ({error}): it was changed, or cut off.") from None
        _is_badge(token.payload)
        if token.header.get("alg") != "RS256":
            told = short(str(token.header.get("alg")), 20)
            raise BadgeError(
                f"this token is signed by {told}, and qtrain checks RS256: give badge.json, or ask for it."
            )
        return Form(came or "token", text, {}, media, picture)
    raise BadgeError(f"this is no badge (neither JSON nor a token): {WANTED}.")


def _is_badge(told: dict[str, Any]) -> None:
    """Say what it is when it is no badge."""
    from openbadgeslib.ob3.contexts import bundled_contexts

    kinds = told.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if "BitstringStatusListCredential" in kinds:
        raise BadgeError("this is a status list: add it with  qtrain verify --add FILE  and give the badge itself.")
    if str(told.get("schema", "")).startswith("qtrain-issuer"):
        raise BadgeError("this is an issuer's card: add it with  qtrain verify --add FILE  and give the badge itself.")
    if "nbformat" in told:
        raise BadgeError(f"this is a notebook, no badge: {WANTED}.")
    if "Assertion" in kinds or "https://w3id.org/openbadges/v2" in str(told.get("@context")):
        raise BadgeError("this is a badge of Open Badges 2; qtrain checks Open Badges 3.0.")
    if not {"OpenBadgeCredential", "AchievementCredential"} & {kind for kind in kinds if isinstance(kind, str)}:
        raise BadgeError(f"this JSON is no badge (its type is {short(str(told.get('type')), 60)}): {WANTED}.")
    contexts, known = told.get("@context"), bundled_contexts()
    for one in contexts if isinstance(contexts, list) else [contexts]:
        if not isinstance(one, str):
            raise baking.Altered("It brings a vocabulary of its own, which could give its words another meaning.")
        if one not in known:
            raise baking.Altered(
                f"It names the vocabulary {one[:80]!r}, which is none of the {len(known)} that are kept here; nothing "
                "is ever fetched."
            )


# --- QR codes --------------------------------------------------------------------------------------------------------


def pack(document: str) -> str:
    """The badge as the text of a QR code."""
    return QR + _base45(zlib.compress(document.encode(), 9))


def unpack(text: str) -> str:
    """The badge in the text of a QR code; `baking.Altered` where it is broken."""
    packed = text.removeprefix(QR)
    try:
        if len(packed) > MOST_TEXT:
            raise ValueError("too long")
        data = _from_base45(packed)
        inflate = zlib.decompressobj()
        found = inflate.decompress(data, MOST_TEXT)
        if inflate.unconsumed_tail or inflate.unused_data or not inflate.eof or _base45(data) != packed:
            raise ValueError("cut off, too long, or spelt in another way")
        return found.decode("utf-8")
    except (ValueError, OverflowError, zlib.error):
        raise baking.Altered("The text of the QR code is broken: scan it once more, whole.") from None


def _base45(data: bytes) -> str:
    made = []
    for place in range(0, len(data), 2):
        pair = data[place : place + 2]
        value = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            value, digit = divmod(value, 45)
            made.append(LETTERS[digit])
    return "".join(made)


def _from_base45(text: str) -> bytes:
    made = bytearray()
    for place in range(0, len(text), 3):
        digits = [LETTERS.index(letter) for letter in text[place : place + 3]]
        made += sum(digit * 45**k for k, digit in enumerate(digits)).to_bytes(len(digits) - 1, "big")
    return bytes(made)
