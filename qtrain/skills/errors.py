"""What keeps a badge from being made or checked, as a sentence with a way out."""

from __future__ import annotations


class BadgeError(Exception):
    """A sentence that says what came, what was expected, and what to do."""
