"""What a badge says, in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .credential import NOT_PROVED, holder_hash


@dataclass(frozen=True)
class Facts:
    """What a badge says.

    Attributes
    ----------
    title, description, criteria, issuer, holder, issued, until : str
    results : tuple of str
    evidence : tuple of (str, str)
    aligned : tuple of (str, str)
        A framework, and its codes with their titles and levels.
    proves, not_proved : str
        One sentence each, and what limits it.
    """

    title: str
    description: str
    criteria: str
    issuer: str
    holder: str
    issued: str
    until: str
    results: tuple[str, ...]
    evidence: tuple[tuple[str, str], ...]
    aligned: tuple[tuple[str, str], ...]
    proves: str
    not_proved: str

    @property
    def rows(self) -> list[tuple[str, str]]:
        """For a table."""
        dates = f"{self.issued[:10]}" + (f", valid until {self.until[:10]}" if self.until else "")
        rows = [("Issued", dates), ("Asked", self.criteria), *(("Reached", one) for one in self.results)]
        return [row for row in [*rows, *self.evidence] if row[1]]


def facts(document: dict[str, Any]) -> Facts:
    """The facts in a credential whose signature holds; what is not there is left empty."""
    subject = _first(document.get("credentialSubject"))
    achievement = _first(subject.get("achievement"))
    issuer = document.get("issuer")
    name = _text(_first(issuer).get("name")) or (issuer if isinstance(issuer, str) else "")
    described = {one.get("id"): one for one in _many(achievement.get("resultDescription"))}
    results = tuple(
        _result(one, described.get(one.get("resultDescription"), {})) for one in _many(subject.get("result"))
    )
    evidence, limits = [], ""
    for one in _many(document.get("evidence")):
        title, said = _text(one.get("name")), _text(one.get("narrative"))
        if said.startswith(NOT_PROVED):
            limits = said
        else:
            evidence.append((title, " ".join(filter(None, (_text(one.get("description")), said)))))
    issued = _text(document.get("validFrom"))
    proves = (
        f"{name} vouches that the work named here was handed in, that the grader named here judged it, and that this "
        f"came of it, as of {issued[:10]}."
    )
    return Facts(
        _text(document.get("name")) or _text(achievement.get("name")),
        _text(achievement.get("description")),
        _text(_first(achievement.get("criteria")).get("narrative")),
        name,
        _holder(subject),
        issued,
        _text(document.get("validUntil")),
        results,
        tuple(evidence),
        _aligned(_many(achievement.get("alignment"))),
        proves,
        limits or NOT_PROVED,
    )


def belongs_to(document: dict[str, Any], learner: str, code: str) -> bool:
    """Whether a badge is about the learner with this id, as the code shows that came with it."""
    wanted = holder_hash(learner, code)
    return any(
        one.get("identityHash") == wanted for one in _many(_first(document.get("credentialSubject")).get("identifier"))
    )


def _holder(subject: dict[str, Any]) -> str:
    for one in _many(subject.get("identifier")):
        if one.get("identityType") == "name" and one.get("hashed") is False:
            return _text(one.get("identityHash"))
    return f"a learner whose name is not told ({_text(subject.get('id'))})"


def _result(told: dict[str, Any], about: dict[str, Any]) -> str:
    said = f"{_text(about.get('name')) or 'Result'}: {_text(told.get('value')) or _text(told.get('status'))}"
    if most := _text(about.get("valueMax")):
        said += f" of {most}"
    return said + (f" ({needed} needed)" if (needed := _text(about.get("requiredValue"))) else "")


def _aligned(told: list[dict[str, Any]]) -> tuple[tuple[str, str], ...]:
    found: dict[str, list[str]] = {}
    for one in told:
        level = _text(one.get("targetDescription"))
        said = f"{_text(one.get('targetCode'))} {_text(one.get('targetName'))}".strip()
        found.setdefault(_text(one.get("targetFramework")), []).append(f"{said} ({level})" if level else said)
    return tuple((name, "; ".join(codes)) for name, codes in found.items())


def _first(value: Any) -> dict[str, Any]:
    if isinstance(value, list):
        value = value[0] if value else {}
    return value if isinstance(value, dict) else {}


def _many(value: Any) -> list[dict[str, Any]]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _text(value: Any) -> str:
    from qtrain.grading.names import short

    return short(value, 2000) if isinstance(value, str) else ""
