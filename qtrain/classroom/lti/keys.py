"""The hub's own key, by which the platform knows that an answer or a grade comes from this class."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import secrets
import stat
import time
import uuid
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from qtrain.classroom.releases import to_the_hub

from .errors import LtiError

ALGORITHM = "RS256"
_BITS = 2048
_LIFE = 300  # seconds that a signed message holds


@dataclass(frozen=True)
class Key:
    """A private key and what is public of it."""

    private: rsa.RSAPrivateKey

    @cached_property
    def _numbers(self) -> dict:
        told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.private.public_key()))
        return {name: told[name] for name in ("e", "kty", "n")}

    @cached_property
    def id(self) -> str:
        """The thumbprint of the public key (RFC 7638)."""
        text = json.dumps(self._numbers, sort_keys=True, separators=(",", ":"))
        return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()

    def jwks(self) -> dict:
        """The public key as the set that a platform asks for (RFC 7517)."""
        return {"keys": [{**self._numbers, "kid": self.id, "use": "sig", "alg": ALGORITHM}]}

    def public_text(self) -> str:
        """The public key as text (PEM), for a platform that cannot reach the hub."""
        public = self.private.public_key()
        return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()

    def signed(self, claims: dict) -> str:
        """A message with these claims that holds for a few minutes, and says itself until when."""
        now = int(time.time())
        times = {"iat": now, "exp": now + _LIFE, "jti": uuid.uuid4().hex}
        return jwt.encode({**times, **claims}, self.private, ALGORITHM, headers={"kid": self.id})


def of(folder: Path) -> Key:
    """The key of the class in this folder."""
    return key(Path(folder, "hub", "lti_key.pem"))


def key(path: Path) -> Key:
    """The key in a file that its owner alone can read; made when there is none.

    Raises
    ------
    LtiError
        When others can read it, or it is broken.
    """
    if not path.exists():
        _make(path)
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise LtiError(
            f"others on this computer can read {path}: delete it, so that a new key is made, and give the platform the "
            "new public key if it has the old one as text"
        )
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise LtiError(f"{path} holds no private RSA key: take it from a copy, or delete it, so that a new one is made")
    return Key(private)


def _make(path: Path) -> None:
    made = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    text = made.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}-{secrets.token_hex(6)}.new")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        to_the_hub(new, path.parent.parent)
        # A link, not a rename: of two who make it at once the first one's stays, as it may be in use already.
        with contextlib.suppress(FileExistsError):
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
