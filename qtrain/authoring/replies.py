"""From slips to replies: a wrong answer that is one of the slips is told what the slip says."""

from __future__ import annotations

from collections.abc import Sequence

from qtrain.checking import Target

from .exercise import Slip


def with_replies(target: Target, slips: Sequence[Slip], *, takes: str | None = None, praise: str = "") -> Target:
    """The same target, which knows its slips: it answers each with what it says, and takes one form only if told so."""
    target.slips = tuple(slips)
    if takes is not None:
        target.takes = takes
    if praise:
        target.praise = lambda answer: praise
    return target
