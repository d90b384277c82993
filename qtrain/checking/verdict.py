"""What a check answers: right or wrong, how much of it, which mistake, and what shows it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

STATUSES = ("right", "wrong", "not yet", "undecided")
UNREAD = ("unreadable", "wrong-type")
"""Diagnoses of what nobody could judge: such an answer was no serious try."""

DIAGNOSES = frozenset(
    """qubit-order qubit-permutation control-target inverse conjugate gate-order relative-phase global-phase half-angle
    double-angle degrees angle-sign missing-gate extra-gate wrong-basis bit-flip not-normalised not-unitary
    ancilla-entangled ancilla-dirty iterations sampling wrong-size wrong-type unreadable rule gate-units convention
    factor not-sifted schedule""".split()
)

_SIGNS = {"right": "✔ right", "wrong": "✘ wrong", "not yet": "… not yet", "undecided": "? undecided"}


@dataclass(frozen=True)
class Evidence:
    """The one input that shows the difference best: what was expected there, and what came out.

    Everything in it is JSON-able, so that it travels to the gradebook and back unchanged.

    Attributes
    ----------
    kind : str
        How to draw `expected` and `got`: ``"amplitudes"`` (lists of ``[real, imaginary]``), ``"probabilities"`` or
        ``"counts"`` (dicts from bit string), ``"value"`` (numbers or strings).
    input : str
        What was put in, for people: ``"|01⟩"``, ``"f(3)"``; empty when there is no input.
    expected, got : list, dict, float, str or None
    labels : tuple of str
        The basis states that the amplitudes belong to (only those that matter), in the same order.
    note : str
        One more sentence, if there is one.
    """

    kind: str
    input: str = ""
    expected: Any = None
    got: Any = None
    labels: tuple[str, ...] = ()
    note: str = ""

    def to_data(self) -> dict:
        """JSON-able form."""
        return {**asdict(self), "labels": list(self.labels)}

    @classmethod
    def from_data(cls, data: dict) -> Evidence:
        """Back from `to_data`."""
        return cls(**{**data, "labels": tuple(data.get("labels", ()))})


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check. It counts as true when the answer passed.

    Attributes
    ----------
    passed : bool
    score : float
        From 0 to 1: partial credit, 1 only when passed.
    diagnosis : str or None
        One of `DIAGNOSES`, or None when no single mistake explains the answer (or it is right).
    message : str
        One or two sentences for a beginner: what and where, never the solution.
    evidence : Evidence or None
    status : str
        ``"right"``, ``"wrong"``, ``"not yet"`` (nothing to judge: the untouched stub) or ``"undecided"`` (could not
        be told with the means at hand; neither passed nor failed).
    details : dict
        Further JSON-able facts for tools.
    """

    passed: bool
    score: float
    diagnosis: str | None = None
    message: str = ""
    evidence: Evidence | None = None
    status: str = ""
    details: dict = field(default_factory=dict, compare=False)

    def __post_init__(self):
        if not self.status:
            object.__setattr__(self, "status", "right" if self.passed else "wrong")
        if self.status not in STATUSES:
            raise ValueError(f"a verdict's status is one of {STATUSES}, not {self.status!r}")
        if self.diagnosis is not None and self.diagnosis not in DIAGNOSES:
            raise ValueError(f"no diagnosis is called {self.diagnosis!r}")
        if self.passed != (self.status == "right") or not 0 <= self.score <= 1:
            raise ValueError("passed, status and score contradict each other")

    def __bool__(self) -> bool:
        return self.passed

    def __str__(self) -> str:
        head = _SIGNS[self.status]
        if self.diagnosis:
            head += f" [{self.diagnosis}]"
        if self.status == "wrong" and self.score:
            head += f" · partial score {self.score:.2f}"
        lines = [head]
        if self.message:
            lines.append(f"  {self.message}")
        if self.evidence is not None and (shown := describe(self.evidence)):
            lines.append(f"  {shown}")
        return "\n".join(lines)

    __repr__ = __str__

    def to_data(self) -> dict:
        """JSON-able form."""
        return {
            "passed": self.passed,
            "score": self.score,
            "diagnosis": self.diagnosis,
            "message": self.message,
            "evidence": self.evidence.to_data() if self.evidence else None,
            "status": self.status,
            "details": dict(self.details),
        }

    @classmethod
    def from_data(cls, data: dict) -> Verdict:
        """Back from `to_data`."""
        evidence = data.get("evidence")
        return cls(**{**data, "evidence": Evidence.from_data(evidence) if evidence else None})


def right(message: str = "Right.", **details) -> Verdict:
    """A passed verdict."""
    return Verdict(True, 1.0, None, message, details=details)


def wrong(diagnosis: str | None, message: str, *, score: float = 0.0, evidence=None, **details) -> Verdict:
    """A failed verdict; the score stays below 1 however close the answer came."""
    score = float(min(max(score, 0.0), 0.99)) if score == score else 0.0
    return Verdict(False, round(score, 4), diagnosis, message, evidence, "wrong", details)


def not_yet(message: str = "Nothing to check yet: write your answer above, run the cell, then check again.") -> Verdict:
    """The untouched stub."""
    return Verdict(False, 0.0, None, message, None, "not yet")


def undecided(message: str, diagnosis: str | None = None, *, evidence=None, **details) -> Verdict:
    """Neither passed nor failed."""
    return Verdict(False, 0.0, diagnosis, message, evidence, "undecided", details)


def describe(evidence: Evidence) -> str:
    """The evidence in one line of text, for terminals and screen readers; what differs is printed differently."""
    where = f"On input {evidence.input}: " if evidence.input else ""
    chosen = _telling(evidence)
    for digits in range(_DIGITS, _MOST_DIGITS):
        got, expected = (_short(evidence, value, chosen, digits) for value in (evidence.got, evidence.expected))
        if got != expected or evidence.got == evidence.expected:
            break
    parts = [f"expected {expected}"] if expected else []
    if got:
        parts.append(f"yours {got}")
    text = where + ", ".join(parts) if parts else ""
    return " ".join(piece for piece in (text + "." if text else "", evidence.note) if piece)


_MOST = 4  # terms that fit on a line
_DIGITS, _MOST_DIGITS = 3, 12


def _telling(evidence: Evidence) -> list[int]:
    """The basis states whose amplitudes differ most, in the order of the basis."""
    if evidence.kind != "amplitudes" or not evidence.expected or not evidence.got:
        return list(range(_MOST))
    pairs = zip(evidence.expected, evidence.got, strict=True)
    gaps = [abs(complex(*map(float, one)) - complex(*map(float, other))) for one, other in pairs]
    return sorted(sorted(range(len(gaps)), key=lambda i: -round(gaps[i], 6))[:_MOST])


def _short(evidence: Evidence, value, chosen: list[int], digits: int) -> str:
    if value is None:
        return ""
    if evidence.kind == "amplitudes":
        nothing = 0.5 * 10.0**-digits
        terms = [(complex(*map(float, pair)), label) for pair, label in zip(value, evidence.labels, strict=False)]
        rest = any(abs(amplitude) > nothing for i, (amplitude, _) in enumerate(terms) if i not in chosen)
        terms = [terms[i] for i in chosen if i < len(terms)]
        shown = [f"{_amplitude(a, digits)}|{label}⟩" for a, label in terms if not abs(a) <= nothing]
        text = " + ".join([*shown, "…"] if rest else shown).replace("+ -", "− ")
        return text or (f"0|{evidence.labels[0]}⟩" if len(evidence.labels) == 1 else "0")
    if isinstance(value, dict):
        shown = [f"{key}: {number:.{digits + 1}g}" for key, number in list(value.items())[:_MOST]]
        return "{" + ", ".join(shown) + (", …" if len(value) > _MOST else "") + "}"
    text = f"{value:.{digits + 3}g}" if isinstance(value, float) else str(value)
    return text if len(text) <= 80 else text[:79] + "…"


def _amplitude(value: complex, digits: int) -> str:
    nothing = 0.5 * 10.0**-digits
    if abs(value.imag) < nothing:
        return f"{value.real:.{digits}f}"
    if abs(value.real) < nothing:
        return f"{value.imag:.{digits}f}i"
    return f"({value.real:.{digits}f}{value.imag:+.{digits}f}i)"
