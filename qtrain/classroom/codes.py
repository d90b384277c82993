"""The codes on the slips: made to be read aloud and typed, kept only as hashes."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from typing import Protocol

# Consonants that sound unlike each other and stand in one place on keyboards of the Latin script (y and z do not).
CONSONANTS = "bdfghjkmnrst"
SYLLABLES = tuple(consonant + vowel for consonant in CONSONANTS for vowel in "aeiou")
LENGTH = 8  # 47 bits
# What is heard or read for one of them, and occurs in no code.
_ALIKE = str.maketrans("pvzcqy01", "bfskkjoi")
_COST = {"n": 2**12, "r": 8, "p": 1, "dklen": 32}  # 4 MiB and some 10 ms, so that a whole class may sign in at once


class CodeStore(Protocol):
    """Where hashes are kept: the class's database."""

    def code(self, name: str) -> tuple[bytes, bytes] | None:
        """Salt and hash of this person's code."""

    def keep_code(self, name: str, salt: bytes, digest: bytes) -> None:
        """Put them in the place of those that were there."""


def new_code() -> str:
    """A code such as ``bado-kemi-suta-rino``."""
    pairs = ["".join(secrets.choice(SYLLABLES) for _ in range(2)) for _ in range(LENGTH // 2)]
    return "-".join(pairs)


def plain(typed: str) -> str:
    """The letters that count: without case, spaces, hyphens and the widths of East Asian keyboards."""
    folded = unicodedata.normalize("NFKC", typed[:400]).casefold().translate(_ALIKE)
    return re.sub(r"[^a-z]", "", folded)


def hint(typed: str) -> str:
    """What is wrong with the form of what was typed, in a sentence that tells nothing about the code itself."""
    letters = len(plain(typed))
    form = f"The code has eight syllables, {2 * LENGTH} letters"
    if letters == 2 * LENGTH:
        return f"{form}; look at the slip again, letter by letter."
    return f"{form}; what was typed has {letters}."


def hashed(code: str, salt: bytes) -> bytes:
    """The hash by which a code is known again."""
    return hashlib.scrypt(plain(code).encode(), salt=salt, **_COST)


def give(store: CodeStore, name: str, code: str) -> None:
    """From now on this is the person's code; only its hash is kept."""
    salt = secrets.token_bytes(16)
    store.keep_code(name, salt, hashed(code, salt))


def right(store: CodeStore, name: str | None, typed: str) -> bool:
    """Whether this is the person's code; it takes as long for names that nobody has (None)."""
    kept = store.code(name or "")
    salt, digest = kept or (bytes(16), bytes(32))
    same = hmac.compare_digest(hashed(typed, salt), digest)
    return same and kept is not None and name is not None
