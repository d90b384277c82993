"""Pseudonyms under which answers are marked: the same for a learner throughout a gradebook, and no clue to the name."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from hashlib import sha256

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that is read for something else
_SHORTEST = 3  # letters of a name that is looked for in texts


def new_secret() -> str:
    """What the pseudonyms of a gradebook are made from."""
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Veil:
    """Hides learners behind pseudonyms.

    Parameters
    ----------
    secret : str
        From `new_secret`; the gradebook's own.
    """

    secret: str

    def name(self, learner_id: str) -> str:
        """The pseudonym, like ``7QK-X2M-9P4``: 45 bits, so that two of 50,000 learners meet once in 28,000 classes."""
        number = int.from_bytes(hmac.digest(bytes.fromhex(self.secret), learner_id.encode("utf-8", "replace"), sha256))
        letters = "".join(_LETTERS[number >> 5 * place & 31] for place in range(9))
        return f"{letters[:3]}-{letters[3:6]}-{letters[6:]}"

    def hiding(self, people, everyone=frozenset()) -> Hiding:
        """What takes the names of these learners (id, details) out of a text, and `everyone`'s ids out of a note."""
        words: dict[str, str] = {}
        for learner_id, details in people:
            told = {learner_id, *(details.get(kind, "") for kind in ("name", "email", "number"))}
            told.add(" ".join(filter(None, (details.get("given"), details.get("family")))))
            told.add(" ".join(filter(None, (details.get("family"), details.get("given")))))
            words |= {word.casefold(): self.name(learner_id) for word in told if len(word) >= _SHORTEST}
        return Hiding(words, self, everyone)


@dataclass(frozen=True)
class Hiding:
    """Puts pseudonyms in the place of names, from `words` (in lower case) to pseudonym."""

    words: dict[str, str]
    veil: Veil
    everyone: frozenset[str]

    def __call__(self, value):
        """`value` without the names, in all texts of lists and dicts, too."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self(item) for item in value]
        if isinstance(value, dict):
            kept = value.get("kind") == "png"  # pixels are no text
            return value if kept else {key: self(item) for key, item in value.items()}
        return value

    def note(self, text: str) -> str:
        """A note of the grading itself: whoever is named there stands in quotes."""
        return self._text(
            re.sub(r"'([^']+)'", lambda m: f"'{self.veil.name(m[1])}'" if m[1] in self.everyone else m[0], text)
        )

    def _text(self, text: str) -> str:
        if not self.words:
            return text
        longest = sorted(self.words, key=len, reverse=True)
        found = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", re.IGNORECASE)
        return found.sub(lambda match: self.words.get(match[0].casefold(), "…"), text)
