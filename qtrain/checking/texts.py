"""Targets whose answers are words: choices, texts, bit strings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np

from qtrain.circuits import model as values

from .refusals import Refused, Undecided, called, quoted
from .slips import Slip
from .target import Target
from .verdict import wrong


class Choice(Target):
    """One option out of several, with a reply to each.

    Case, spaces, and a bracket or full stop after the letter do not matter.

    Parameters
    ----------
    right : str, or iterable of str
        The right option, or all of those that are right.
    replies : mapping from str to str
        What is said to each option, in the order in which they are offered; an empty reply is "Right." or "No.".

    Raises
    ------
    ValueError
        If a right option has no reply.

    Examples
    --------
    >>> question = Choice("b", {"a": "No: measuring loses the phase.", "b": "Yes.", "c": "No: both are unitary."})
    >>> question.judge(" B) ").message
    'Yes.'
    """

    reading = "text"
    wants = "one of the options"

    def __init__(self, right: str | Iterable[str], replies: Mapping[str, str], **options):
        super().__init__(**options)
        self.replies = {_plain(option): reply for option, reply in replies.items()}
        self.options = list(replies)
        self.answers = {_plain(option) for option in ([right] if isinstance(right, str | bool | int) else right)}
        if not self.answers <= set(self.replies):
            raise ValueError("every right option needs a reply, too")

    def read(self, answer, *, order="native"):
        if isinstance(answer, str | bool | int):
            return values.Text(str(answer)) if str(answer).strip() else values.Nothing()
        return super().read(answer, order=order)

    def option(self, answer) -> str:
        """The option that a neutral answer means, in plain form."""
        text = _spoken(answer)
        if text is None:
            raise Refused("wrong-type", f"You gave {called(answer)}; answer with one of: {self._offered()}.")
        if _plain(text) not in self.replies:
            raise Refused("wrong-type", f"{quoted(text)} is not one of the options: {self._offered()}.")
        return _plain(text)

    def _offered(self) -> str:
        return ", ".join(map(str, self.options))

    def right(self, answer):
        return self.option(answer) in self.answers

    def praise(self, answer):
        return self.replies[self.option(answer)] or "Right."

    def explain(self, answer):
        return wrong(None, self.replies[self.option(answer)] or "No.")


# A minus sign and a dash stand for the hyphen of the keyboard: who copies "−" from a formula has not erred.
DASHES = str.maketrans(dict.fromkeys("−–‐‑", "-"))


class Text(Target):
    """A word or a phrase; `also` are other right ones. Case and spaces do not matter, unless ``case=True``.

    Parameters
    ----------
    expected : str
        The right word.
    also : iterable of str
        Other right ones.
    case : bool
        Whether capitals have to be right, too.
    replies : mapping from str to str, optional
        What is said to typical wrong words.
    """

    reading = "text"
    wants = "a word"

    def __init__(
        self, expected: str, *, also: Iterable[str] = (), case: bool = False, replies: Mapping | None = None, **options
    ):
        super().__init__(**options)
        self.case = case
        self.expected = {self._form(word) for word in (expected, *also)}
        self.slips += tuple(_slip(word, reply) for word, reply in (replies or {}).items())

    def read(self, answer, *, order="native"):
        if isinstance(answer, str):
            return values.Text(answer) if answer.strip() else values.Nothing()
        return super().read(answer, order=order)

    def like(self, answer):
        return Text(_spoken(answer) or "", case=self.case)

    def _form(self, text: str) -> str:
        text = " ".join(str(text).translate(DASHES).split()).strip(" .\"'")
        return text if self.case else text.casefold()

    def right(self, answer):
        text = _spoken(answer)
        if text is None:
            raise Refused(
                "wrong-type", f"You gave {called(answer)}, but this exercise asks for text in quotation marks."
            )
        return self._form(text) in self.expected

    def explain(self, answer):
        return wrong(None, f"{quoted(_spoken(answer) or '')} is not right.")


class FreeText(Target):
    """Words that a person reads. A text is taken down, and nobody is told here whether it is right."""

    reading = "text"
    wants = "a text"

    def read(self, answer, *, order="native"):
        if isinstance(answer, str):
            return values.Text(answer) if answer.strip() else values.Nothing()
        return super().read(answer, order=order)

    def right(self, answer):
        if _spoken(answer) is None:
            raise Refused(
                "wrong-type", f"You gave {called(answer)}, but this exercise asks for text in quotation marks."
            )
        raise Undecided("Your text is taken down. Your instructor reads it.")


class Bits(Target):
    """A bit string: ``"011"``, or a list of 0 and 1. Spaces and underscores do not matter.

    The first bit is qubit 0; with ``order="little"`` (a string as Qiskit prints it) the last one is.

    Parameters
    ----------
    expected : str
        The right bits, written in the order in which they are asked for.
    order : {"big", "little"}
        Whether the first or the last bit belongs to qubit 0. It is said in messages; bits are never turned round.

    Raises
    ------
    ValueError
        If `expected` is no bit string.
    """

    reading = "text"
    wants = "a bit string"

    def __init__(self, expected: str, *, order: str = "big", **options):
        super().__init__(**options)
        self.zeroth = "last" if order == "little" else "first"
        self.expected = _bits(expected)
        if not self.expected or set(self.expected) - set("01"):
            raise ValueError(f"{expected!r} is not a bit string")

    def read(self, answer, *, order="native"):
        if isinstance(answer, str):
            return values.Text(answer) if answer.strip() else values.Nothing()
        if hasattr(answer, "tolist"):
            answer = answer.tolist()
        if isinstance(answer, list | tuple) and answer and all(map(_is_bit, answer)):
            return values.Text("".join(str(int(bit)) for bit in answer))
        return super().read(answer, order=order)

    def like(self, answer):
        return Bits(answer.value)

    def bits(self, answer) -> str:
        """The bit string of a neutral answer."""
        text = answer.value if isinstance(answer, values.Text) else None
        length = len(self.expected)
        if text is None:
            raise Refused(
                "wrong-type", f'You gave {called(answer)}; write the bits as text, like "{"01" * length:.{length}}".'
            )
        text = _bits(text)
        if set(text) - set("01"):
            raise Refused("wrong-type", f"{quoted(text)} is not a bit string: only 0 and 1 may be in it.")
        if len(text) != length:
            raise Refused(
                "wrong-size", f"You gave {len(text)} bit{'s' * (len(text) != 1)}, but {length} are asked for."
            )
        return text

    def right(self, answer):
        return self.bits(answer) == self.expected

    def explain(self, answer):
        bits = self.bits(answer)
        if bits[::-1] == self.expected:
            return wrong(
                "qubit-order",
                f"The bits are right, but in the reverse order: the {self.zeroth} bit belongs to qubit 0.",
            )
        if bits.translate(str.maketrans("01", "10")) == self.expected:
            return wrong("bit-flip", "Every bit is the opposite of what it should be: 0 and 1 are exchanged.")
        off = sum(one != other for one, other in zip(bits, self.expected, strict=True))
        return wrong(None, f"{off} of the {len(bits)} bits {'is' if off == 1 else 'are'} not right.")


def _spoken(answer) -> str | None:
    if isinstance(answer, values.Text):
        return answer.value
    if isinstance(answer, values.Number) and not complex(answer.value).imag:
        return f"{complex(answer.value).real:g}"
    return None


def _slip(word: str, reply) -> Slip:
    code, message = reply if isinstance(reply, tuple) else (None, reply)
    return Slip(word, message, code)


def _is_bit(entry) -> bool:
    """0 or 1, as any kind of number or as a character: ``np.uint8(1)``, ``1.0``, ``True``, ``"1"``."""
    return isinstance(entry, str | int | float | np.number | np.bool_) and str(entry) in _BITS


_BITS = frozenset(("0", "1", "0.0", "1.0", "False", "True"))


def _plain(option) -> str:
    return " ".join(str(option).split()).strip(" .)(]['\"").casefold()


def _bits(text: str) -> str:
    text = re.sub(r"[\s_,|⟩>\[\]()]", "", str(text))
    return text[2:] if text.startswith("0b") else text
