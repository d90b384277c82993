"""An institution's keys: made once in a folder of its own, followed by others, given up when they are lost or stolen.

The folder holds ``issuer.json`` (public: the card), ``status.jwt`` (public: what is revoked) and ``private/``, which
stays with the institution. It is never inside of a repository.
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import os
import secrets
import sys
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from qtrain import atomic

from .card import Card, Key, base64url, moment, read, stamp
from .errors import BadgeError
from .registry import Registry

CARD, STATUS, PRIVATE, GUIDE = "issuer.json", "status.jwt", "private", "README.txt"
PASSPHRASE = "QTRAIN_BADGE_PASSPHRASE"
RSA_BITS = 3072
README = """\
The keys of {name}, with which it signs badges and transcripts. Made by qtrain.

Give to everybody who checks badges   issuer.json, and status.jwt as often as it is renewed
Give to nobody                        private/

Tell the fingerprint of your card where people know you, such as on your web site. It is
    {fingerprint}

Back up    this whole folder, on something that lies in a safe. Without private/ no badge can be made or revoked.
Each month qtrain badge status THIS_FOLDER     a new status list; an old one is refused after 31 days
Each year  qtrain badge key THIS_FOLDER --rotate     a new key follows the old one. Badges stay valid. Send issuer.json
           to those who check: it is taken in without asking, as the old key has signed the new one.
Lost       qtrain badge key THIS_FOLDER --lost     a new key, which nobody has signed: people have to compare the
           fingerprint again. Old badges stay valid.
Stolen     qtrain badge key THIS_FOLDER --stolen     the same, and nothing that the old key signed counts any more, as
           nobody can tell the thief's badges from yours. Then issue all badges anew: qtrain badge issue … --again
"""


@dataclass(frozen=True)
class Signing:
    """A private pair of keys, ready to sign.

    Attributes
    ----------
    key : Key
        Its public half.
    ed25519, rsa
        Private keys of `cryptography`.
    """

    key: Key
    ed25519: Any
    rsa: Any

    @cached_property
    def tokens(self):
        """What signs tokens; it opens the key once, which takes longer than to sign."""
        from openbadgeslib.ob3 import OB3Signer

        return OB3Signer(self.rsa, "RS256")


class Institution:
    """An institution's folder.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    BadgeError
        Where there is no card in it.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        path = self.folder / CARD
        if not path.is_file():
            raise BadgeError(
                f"{self.folder} holds no keys of an institution (there is no {CARD}): give the folder that "
                '`qtrain badge key` made, or make one:  qtrain badge key FOLDER --name "YOUR INSTITUTION"'
            )
        self.card: Card = read(path.read_bytes(), path)

    def at_work(self, now: datetime) -> None:
        """Refuse to sign while the clock says something that cannot be: nobody would accept what is signed then.

        Raises
        ------
        BadgeError
        """
        since = self.card.current.since
        if now < moment(since):
            raise BadgeError(
                f"the clock of this computer says {stamp(now)}, and the key was made at {since}: set the clock right."
            )

    @property
    def private(self) -> Path:
        """What stays with the institution."""
        return self.folder / PRIVATE

    # --- making keys ---------------------------------------------------------------------------------------------

    @classmethod
    def make(cls, folder: Path, name: str, now: datetime, *, url: str = "", passphrase: str = "") -> Institution:
        """Make the first key.

        Parameters
        ----------
        name : str
            As it is to stand on badges.
        url : str
            Where the institution will put its files (https), for an issuer's id of its own (did:web); "": did:key.

        Raises
        ------
        BadgeError
            Where the folder is inside of a repository, or has keys already.
        """
        import openbadgeslib.keys  # noqa: F401 -- before a folder is made that would be in the way the next time

        folder = Path(folder)
        if inside := _repository(folder):
            raise BadgeError(
                f"{folder} is inside of the repository {inside}: private keys never belong there. Choose a folder "
                "outside of it, such as ~/badge-keys."
            )
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BadgeError(
                f"{folder} is there already: keys are made once. A new key after the old one:  "
                f"qtrain badge key {folder} --rotate"
            )
        if not name.strip() or len(name) > 200 or not name.isprintable():
            raise BadgeError('say the name of your institution as it is to stand on badges: --name "University of …"')
        issuer = _did_web(url) if url else ""
        status = f"{url.rstrip('/')}/{STATUS}" if url else f"urn:uuid:{uuid.uuid4()}"
        (folder / PRIVATE).mkdir(parents=True, mode=0o700)
        signing = _new(folder, "k1", issuer, now, passphrase)
        _keep(folder / PRIVATE / "salt", secrets.token_hex(32).encode())
        Registry.begin(folder / PRIVATE)
        _write(folder, Card(name.strip(), url, status, (signing.key,)))
        return cls(folder)

    def rotate(self, now: datetime, *, passphrase: str = "", lost: bool = False, stolen: bool = False) -> Key:
        """Make the key that follows the current one.

        Parameters
        ----------
        lost : bool
            The current private key is not here any more, so it does not endorse the new one.
        stolen : bool
            Somebody else may have it: what it signed does not count any more.
        """
        self.at_work(now)
        old = self.card.current
        by = None if lost or stolen else self.signing(passphrase)
        issuer = old.issuer if old.issuer.startswith("did:web:") else ""
        number = len(self.card.keys) + 1
        while (self.private / f"k{number}-ed25519.pem").exists():  # of a run that was stopped half-way
            number += 1
        signing = _new(self.folder, f"k{number}", issuer, now, passphrase)
        key = signing.key
        if by is not None:
            key = replace(key, endorsed_by=old.id)
            key = replace(key, endorsement=base64url(by.ed25519.sign(key.endorsed_text())))
        ended = replace(old, until=stamp(now), stolen=stamp(now) if stolen else "")
        self.card = self.card.with_key(ended).with_key(key)
        _write(self.folder, self.card)
        return key

    # --- using them ----------------------------------------------------------------------------------------------

    def signing(self, passphrase: str | None = None) -> Signing:
        """The current private key.

        Parameters
        ----------
        passphrase : str, optional
            Asked for, or taken from the environment, where it is needed and not given.

        Raises
        ------
        BadgeError
            Where it is lost, cannot be opened, or does not belong to the card.
        """
        key = self.card.current
        paths = [self.private / f"{key.id}-{kind}.pem" for kind in ("ed25519", "rsa")]
        for path in paths:
            if not path.is_file():
                raise BadgeError(
                    f"the private key {path} is not there: put it back from your backup. If it is lost, make a new "
                    f"one:  qtrain badge key {self.folder} --lost"
                )
        ed25519 = _open(paths[0], passphrase)
        rsa = _open(paths[1], passphrase)
        try:
            fits = multikey(ed25519) == key.ed25519 and modulus(rsa) == key.rsa
        except (AttributeError, TypeError):
            fits = False
        if not fits:
            raise BadgeError(
                f"the private key {key.id} in {self.private} is not the one of {CARD}: two folders were mixed up. "
                "Put both back from the same backup."
            )
        return Signing(key, ed25519, rsa)

    def pseudonym(self, learner: str) -> str:
        """The learner's salted id: always the same one here, and nobody without the salt can tell whose."""
        digest = hmac.digest(self._salt(), b"id\n" + learner.encode(), hashlib.sha256)
        return uuid.UUID(bytes=digest[:16], version=4).urn

    def code(self, learner: str) -> str:
        """What the learner gets beside the badge, to show that it is about their id."""
        return hmac.digest(self._salt(), b"code\n" + learner.encode(), hashlib.sha256).hex()[:32]

    def _salt(self) -> bytes:
        path = self.private / "salt"
        try:
            salt = path.read_bytes()
        except FileNotFoundError:
            salt = b""
        if len(salt) < 32:
            raise BadgeError(
                f"{path} is not there or broken: put it back from your backup; learners' ids come from it."
            )
        return salt

    def did_document(self) -> dict[str, Any]:
        """What belongs at ``did.json`` on the institution's site, where its id is a did:web."""
        did = self.card.current.issuer
        usable = [key for key in self.card.keys if not key.stolen]
        methods = [
            {"id": key.method, "type": "Multikey", "controller": did, "publicKeyMultibase": key.ed25519}
            for key in usable
        ]
        for key in usable:
            jwk = {"kty": "RSA", "n": key.rsa, "e": "AQAB"}
            name = f"{did}#{key.id}-rsa"
            methods.append({"id": name, "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk})  # type: ignore[dict-item]
        context = [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            "https://w3id.org/security/jwk/v1",
        ]
        names = [method["id"] for method in methods]
        return {"@context": context, "id": did, "verificationMethod": methods, "assertionMethod": names}


def ask_passphrase(new: bool = False) -> str:
    """The passphrase from the environment, else typed in; "" where a new one is left empty.

    Raises
    ------
    BadgeError
        Where nobody can be asked, or the two times differ.
    """
    if (found := os.environ.get(PASSPHRASE)) is not None:
        return found
    if not sys.stdin or not sys.stdin.isatty():
        raise BadgeError(f"the key has a passphrase, and nobody is there to ask: put it into {PASSPHRASE}.")
    typed = getpass.getpass("Passphrase of the key: ")
    if new and getpass.getpass("Once more: ") != typed:
        raise BadgeError("the two passphrases are not the same: nothing was made; run it again.")
    return typed


def multikey(private) -> str:
    """The public half of an Ed25519 key, as multikey."""
    from openbadgeslib.keys import key_to_pem
    from openbadgeslib.ob3 import multikey_from_pem

    return multikey_from_pem(key_to_pem(private.public_key()))


def modulus(private) -> str:
    """The public half of an RSA key: its modulus, base64url."""
    number = private.public_key().public_numbers().n
    return base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _new(folder: Path, key_id: str, issuer: str, now: datetime, passphrase: str) -> Signing:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    made: dict[str, Any] = {
        "ed25519": ed25519.Ed25519PrivateKey.generate(),
        "rsa": rsa.generate_private_key(65537, RSA_BITS),
    }
    locked: Any = (
        serialization.BestAvailableEncryption(passphrase.encode()) if passphrase else serialization.NoEncryption()
    )
    for kind, private in made.items():
        pem = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, locked)
        _keep(folder / PRIVATE / f"{key_id}-{kind}.pem", pem)
    public = multikey(made["ed25519"])
    key = Key(key_id, issuer or f"did:key:{public}", public, modulus(made["rsa"]), stamp(now))
    return Signing(key, made["ed25519"], made["rsa"])


def _open(path: Path, passphrase: str | None):
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = path.read_bytes()
    locked = b"ENCRYPTED" in content[:100]
    if locked and not passphrase:
        passphrase = ask_passphrase()
    try:
        return load_pem_private_key(content, passphrase.encode() if locked and passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        why = "the passphrase is not the right one" if locked else "it is no private key"
        raise BadgeError(f"{path} cannot be opened: {why}. Put it back from your backup, or try again.") from None


def _keep(path: Path, content: bytes) -> None:
    """Write what nobody else may read, and never over something."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _write(folder: Path, card: Card) -> None:
    atomic.write(folder / GUIDE, README.format(name=card.name, fingerprint=card.fingerprint))
    atomic.write_json(folder / CARD, card.to_data(), durable=True)


def _repository(folder: Path) -> Path | None:
    """The repository that a folder would be in."""
    place = folder.resolve()
    return next((one for one in (place, *place.parents) if any((one / name).exists() for name in _MARKS)), None)


_MARKS = (".git", ".hg", ".svn")


def _did_web(url: str) -> str:
    from openbadgeslib.errors import LibOpenBadgesException
    from openbadgeslib.ob3 import did_web_from_url

    try:
        if not url.startswith("https://"):
            raise ValueError
        return did_web_from_url(url)
    except (LibOpenBadgesException, ValueError):
        raise BadgeError(f"--url is where your files will be, like https://uni.example/badges, not {url!r}.") from None
