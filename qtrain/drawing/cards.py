"""The verdict card: what a learner sees after a check, as HTML that needs no widget and no network, and as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from .svg import BLUE, GREEN, ORANGE, VERMILLION

# (sign, heading, colour of the edge): the sign and the words say it, the colour only helps.
_LOOKS = {
    "right": ("✔", "Right", GREEN),
    "wrong": ("✘", "Not right yet", VERMILLION),
    "not yet": ("…", "Not answered yet", BLUE),
    "undecided": ("?", "Could not be decided", ORANGE),
}

# What each diagnosis means, for the label on the card.
MEANINGS = {
    "qubit-order": "all qubits in reversed order",
    "qubit-permutation": "qubits in another order",
    "control-target": "control and target exchanged",
    "inverse": "the inverse of what was asked",
    "conjugate": "the complex conjugate: i and −i exchanged",
    "gate-order": "the steps run in reverse order",
    "relative-phase": "a wrong phase between amplitudes",
    "global-phase": "a wrong global phase",
    "half-angle": "angles are half of what they should be",
    "double-angle": "angles are twice what they should be",
    "degrees": "degrees where radians are needed",
    "angle-sign": "angles with the wrong sign",
    "missing-gate": "a gate is missing",
    "extra-gate": "a gate too many",
    "wrong-basis": "a basis change away",
    "bit-flip": "0 and 1 exchanged",
    "not-normalised": "not a state: its length is not 1",
    "not-unitary": "not a gate: the matrix is not unitary",
    "ancilla-entangled": "a working qubit stays entangled",
    "ancilla-dirty": "a working qubit does not return to |0⟩",
    "iterations": "the wrong number of repetitions",
    "sampling": "too few shots to tell",
    "wrong-size": "another size than asked for",
    "wrong-type": "another kind of answer than asked for",
    "unreadable": "the answer could not be read",
    "rule": "a stated rule is broken",
    "gate-units": "the right angle in other units (radians, half turns)",
    "convention": "right under another convention",
    "factor": "off by a factor that is easily forgotten",
    "not-sifted": "results that should be left out are counted",
    "schedule": "the same gates in an order that spreads errors",
}


@dataclass(frozen=True)
class Card:
    """A verdict, ready to be shown: `html` for a page, `text` for a terminal."""

    html: str
    text: str

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/html": self.html, "text/plain": self.text}

    def __repr__(self):
        return self.text


def card(verdict, exercise=None, hints=(), onward: str = "") -> Card:
    """The card of a verdict.

    Parameters
    ----------
    verdict : Verdict
    exercise : str or object with `id` and `title`, optional
        What was answered.
    hints : sequence of str
        Hints as plain text or simple Markdown, in order; folded away, each inside the one before, and left out when the
        answer is right.
    onward : str
        HTML: what is done and what comes next, below a right answer.
    """
    sign, heading, colour = _LOOKS[verdict.status]
    title = _title(exercise)
    head = f'<span aria-hidden="true" style="font-size:1.25em">{sign}</span> <strong>{heading}</strong>'
    if title:
        head += f' <span style="opacity:.8">· {escape(title)}</span>'
    parts = [f'<div style="line-height:1.5">{head}</div>']
    if verdict.message and verdict.message.rstrip(".") != heading:
        parts.append(f'<p style="margin:.35em 0 0">{_marked(verdict.message)}</p>')
    parts.append(_labels(verdict))
    if verdict.evidence is not None:
        parts.append(_evidence(verdict.evidence))
    if hints and not verdict.passed:
        parts.append(_hints(list(hints)))
    if onward:
        parts.append(f'<p style="margin:.5em 0 0;font-size:.95em">{onward}</p>')
    kind = verdict.status.replace(" ", "-")
    html = (
        f'<div class="qtrain-card qtrain-{kind}" role="group" aria-label="{escape(heading)}" '
        f'style="border:1px solid rgba(128,128,128,.5);border-left:6px solid {colour};border-radius:6px;'
        f'padding:.6em .9em;margin:.4em 0;max-width:46em;overflow-wrap:anywhere">{"".join(parts)}</div>'
    )
    return Card(html, str(verdict))


def _title(exercise):
    if exercise is None or isinstance(exercise, str):
        return exercise or ""
    return f"{exercise.id} {exercise.title}".strip()


def _labels(verdict):
    labels = []
    if verdict.diagnosis:
        meaning = MEANINGS.get(verdict.diagnosis, "")
        labels.append(f"<code>{escape(verdict.diagnosis)}</code>" + (f" {escape(meaning)}" if meaning else ""))
    if verdict.score and not verdict.passed:
        labels.append(f"partial score {round(100 * verdict.score)} %")
    if not labels:
        return ""
    return f'<p style="margin:.35em 0 0;font-size:.92em;opacity:.85">{" · ".join(labels)}</p>'


def _evidence(evidence):
    words = _in_words(evidence)
    picture = _drawn(evidence)
    if picture is None:
        return f'<p style="margin:.35em 0 0">{escape(words)}</p>' if words else ""
    where = f"On input {evidence.input}" if evidence.input else "What the answer gives"
    note = f'<p style="margin:.2em 0 0">{escape(evidence.note)}</p>' if evidence.note else ""
    return f'<div style="margin:.5em 0 0"><p style="margin:0 0 .2em">{escape(where)}:</p>{picture.svg}{note}</div>'


def _in_words(evidence):
    from qtrain.checking.verdict import describe

    return describe(evidence)


def _drawn(evidence):
    from .svg import beside

    pair = [(name, value) for name, value in (("expected", evidence.expected), ("yours", evidence.got)) if value]
    if not pair:
        return None
    if evidence.kind == "amplitudes" and evidence.labels:
        from .states import amplitude_rows

        shown = [amplitude_rows(_rows(evidence.labels, value), title=name) for name, value in pair]
        alt = ". ".join(f"{name}: {p.alt}" for (name, _), p in zip(pair, shown, strict=True))
        return beside(*shown, alt=alt)
    if evidence.kind in ("probabilities", "counts") and all(isinstance(value, dict) for _, value in pair):
        from .charts import counts

        axis = "shots" if evidence.kind == "counts" else "probability"
        return counts(*(value for _, value in pair), names=[name for name, _ in pair], axis=axis)
    return None


def _rows(labels, amplitudes):
    return [(label, complex(*pair)) for label, pair in zip(labels, amplitudes, strict=False)]


def _hints(hints):
    """Each hint is folded inside the one before it: the next one is a click away, and not two."""
    html = ""
    for number in range(len(hints), 0, -1):
        name = "A hint" if number == 1 else "A further hint" if number < len(hints) else "The last hint"
        html = (
            f'<details style="margin:.5em 0 0"><summary style="cursor:pointer">{name}</summary>'
            f'<div style="margin:.2em 0 0 .9em">{_simple(hints[number - 1])}{html}</div></details>'
        )
    return html


def _simple(text):
    """The paragraphs of a hint; formulas stay as they are for the page's own renderer."""
    paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text.strip()) if part.strip()]
    return "".join(f'<p style="margin:.2em 0">{_marked(part)}</p>' for part in paragraphs)


def _marked(text: str) -> str:
    """Text as HTML, with the `code`, **strong** and *stressed* words of Markdown; 2*a*b is left alone."""
    pieces = re.split(r"`([^`\n]+)`", text)
    pieces[1::2] = [f"<code>{escape(piece)}</code>" for piece in pieces[1::2]]
    for place, piece in enumerate(pieces[::2]):
        piece = re.sub(r"(?<![\w*])\*\*(?=\S)([^*]*\S)\*\*(?![\w*])", r"<strong>\1</strong>", escape(piece))
        pieces[2 * place] = re.sub(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])", r"<em>\1</em>", piece)
    return "".join(pieces)
