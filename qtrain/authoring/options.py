"""The target of a choice whose options every learner sees in an order of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from qtrain.checking import Choice
from qtrain.checking.texts import DASHES
from qtrain.circuits import model as values

MIN_WORDS = 2


class Options(Choice):
    """One option out of several: by its letter, or by its own words from the beginning on.

    Parameters
    ----------
    options : mapping from letter to option
        As this learner sees them.
    right : str
        The right option.
    replies : mapping from option to str
    """

    def __init__(self, options: Mapping[str, str], right: str, replies: Mapping[str, str]):
        letters = {option: letter for letter, option in options.items()}
        if len(letters) < len(options):
            raise ValueError("two options are the same")
        super().__init__(letters[right], {letter: replies[option] for letter, option in options.items()})
        self.letters = {_words(option): letter for option, letter in letters.items()}

    def read(self, answer: Any, *, order: str = "native"):
        neutral = super().read(answer, order=order)
        if isinstance(neutral, values.Text):
            said = _words(neutral.value)
            meant = [letter for option, letter in self.letters.items() if option == said]
            if not meant and len(said.split()) >= MIN_WORDS:
                meant = [letter for option, letter in self.letters.items() if option.startswith(said)]
            if len(meant) == 1:
                return values.Text(meant[0])
        return neutral


def _words(text: str) -> str:
    """The words of an option without the marks of Markdown and formulas, which nobody types."""
    typed = text.translate(DASHES).replace("…", "...").replace("·", ".")  # as a keyboard has them
    return " ".join(re.sub(r"[`*_$\\{}]", " ", typed).split()).rstrip(" .").casefold()
