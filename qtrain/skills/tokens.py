"""Tokens (compact JWS, RS256), read strictly: each part has one spelling, so that no bit of it changes unseen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .card import from_base64url

MOST_BYTES = 262_144


@dataclass(frozen=True)
class Token:
    """A token, taken apart.

    Attributes
    ----------
    text : str
    header, payload : dict
    signature : bytes
    """

    text: str
    header: dict[str, Any]
    payload: dict[str, Any]
    signature: bytes

    def signed_by(self, public) -> bool:
        """Whether this RSA key signed it."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        try:
            public.verify(self.signature, self.text.rpartition(".")[0].encode("ascii"), PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


def read_token(text: str) -> Token:
    """Take a token apart; `ValueError` with what is wrong where it is none."""
    if len(text) > MOST_BYTES:
        raise ValueError(f"it has {len(text)} characters, more than any badge")
    parts = text.split(".")
    if len(parts) != 3:
        raise ValueError("it has not three parts with dots between")
    header, payload, signature = (from_base64url(part) for part in parts)
    told = [strict_json(part) for part in (header, payload)]
    if not all(isinstance(one, dict) for one in told):
        raise ValueError("its parts are no JSON objects")
    return Token(text, told[0], told[1], signature)


def strict_json(content: bytes | str) -> Any:
    """JSON in which no member stands twice and all can be written again; `ValueError` otherwise."""
    text = content.decode("utf-8") if isinstance(content, bytes) else content
    try:
        value = json.loads(text, object_pairs_hook=_once)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()  # half a sign, or a number that is none
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a member stands there twice")
    return made
