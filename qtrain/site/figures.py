"""The pictures of a lesson's page: each has a number and a caption; the first one, made light, stands for the lesson.

A caption says what the drawing's own words say and what cannot be read in the drawing itself.
"""

from __future__ import annotations

import gzip
import re
from html import escape, unescape

from sphinx.locale import get_translation

from qtrain.course.cells import exercise_of

_ = get_translation("qtrain")
LIGHT = 1500
"""Bytes, compressed, that a lesson's thumbnail may have where one of its pictures is as light."""
LONGEST = 240
SHORT = 60
"""Characters: shorter words name a kind of picture, and the heading above says what it is about."""

_FIGURE = re.compile(
    r"<figure\b(?P<rest>[^>]*)>(?P<inside>(?:(?!</?figure\b|<figcaption\b).)*?<svg\b(?:(?!</?figure\b|<figcaption\b).)*)</figure>",
    re.DOTALL,
)
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_TEXT = re.compile(r"<text\b[^>]*>(.*?)</text>", re.DOTALL)
_LABEL = re.compile(r'\baria-label="([^"]*)"')
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
# How the drawings of qtrain.drawing describe themselves where the lesson gives no words: mostly what they show as text.
_BY_ITSELF = re.compile(
    r"(?:Circuit on|Graph of|Bars of|Amplitudes\b|\d+ × \d+ matrix|(?:Empty )?Bloch sphere|Complex plane with"
    r"|The Bloch ball becomes)"
)
_VALUES = re.compile(  # a list of numbers, of names with numbers, or of rows
    r": (?:[-−]?\d[\d.]*(?:, | and |\.?$)){2,}$|^(?:[^\s,]+: [-−]?\d[\d.]*(?:, |\.?$)){2,}$|[;:][^;:]*: \[.*$"
)
_PLACE = re.compile(r" at \([^)]*\)| = \S*?(?=,? |\.?$)| with half axes .*")

_HEADING = re.compile(r"^#{2,4} (?:Exercise \S+ · )?([^$\n]+)$", re.MULTILINE)

_COORDINATE = re.compile(r'\b(d|x|y|x1|x2|y1|y2|cx|cy|width|height|points|transform)="([^"]*)"')
_NUMBER = re.compile(r"-?\d+\.\d+")
_DROPPED = re.compile(r'<title>.*?</title>| (?:role|aria-label|style|xmlns|color)="[^"]*"', re.DOTALL)


def number_figures(cells: list[dict], lesson: str) -> None:
    """Give each picture among the cells' outputs its number and its caption; those of check cards have neither.

    Parameters
    ----------
    cells : list of dict
        The cells of the page; their outputs are changed. Where a picture's own words are short, the heading above it
        is put in front.
    lesson : str
        The lesson's number, which stands in front of the picture's.
    """
    count, heading = 0, ""

    def captioned(found: re.Match) -> str:
        nonlocal count
        count += 1
        pictures = _SVG.findall(found["inside"])
        words = " ".join(dict.fromkeys(caption(svg, alone=len(pictures) == 1) for svg in pictures))
        if heading and len(words) < SHORT:
            words = f"{_sentence(heading)} {words}"
        # A word of Urdu would turn the number around.
        label = f'<b class="qt-figure"><bdi>{escape(str(_("Figure")))}</bdi> {escape(lesson)}-{count}.</b>'
        return (
            f'<figure id="qt-figure-{count}"{found["rest"]}>{found["inside"]}'
            f"<figcaption>{label} {escape(words, quote=False)}</figcaption></figure>"
        )

    for cell in cells:
        if cell.get("cell_type") == "markdown":
            heading = [
                heading,
                *(found.replace("`", "").replace("*", "") for found in _HEADING.findall("".join(cell["source"]))),
            ][-1]
        for output in cell.get("outputs", ()):
            html = _html(output)
            if html and "qtrain-card" not in html:
                output["data"]["text/html"] = _FIGURE.sub(captioned, html)


def caption(svg: str, alone: bool = True) -> str:
    """What a drawing shows, in words that do not stand in it.

    Parameters
    ----------
    svg : str
        An ``<svg>`` with an ``aria-label`` and perhaps a ``<title>``.
    alone : bool
        Whether it is the figure's only one; of several each is called by its title.
    """
    label, title = (unescape(found[1]) if (found := one.search(svg)) else "" for one in (_LABEL, _TITLE))
    drawn = {unescape(text).strip() for text in _TEXT.findall(svg)}
    sentences = [one for one in _SENTENCE_END.split(label) if one.rstrip(".") not in drawn]
    if not sentences or not label:
        return _sentence(title or label)
    if _BY_ITSELF.match(sentences[0]):
        return _sentence(_in_short(sentences[0]) if title in drawn or label.startswith(title) else title)
    sentences = [_sentence(kept) for one in sentences if (kept := _VALUES.sub("", one))]
    while len(" ".join(sentences)) > LONGEST and len(sentences) > 1:
        sentences.pop()
    # Sentences that are the same for all pictures of the figure are said once.
    named = (
        not alone and title in drawn and label.startswith(f"{title}.") and any(map(str.isdigit, " ".join(sentences)))
    )
    return (f"{title}: " if named else "") + " ".join(sentences)


def _in_short(told: str) -> str:
    """The kind of picture and what is in it, without where and how much: that is drawn."""
    told = _PLACE.sub("", told.partition(": ")[0]).rstrip(".")
    kind, _on, names = told.partition(" on ")
    if kind == "Circuit" and len(set(parts := re.split(", | and ", names))) < len(parts):
        return kind
    return re.sub("^(Bloch sphere|Complex plane) with ", r"\1: ", told)


def _sentence(text: str) -> str:
    """With a capital, unless a formula's letter begins it, and with a full stop."""
    first = re.match(r"[a-z]{2,}\b", text)
    text = text[0].upper() + text[1:] if first else text
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."


def thumbnail(cells: list[dict], outputs: list[list[dict]]) -> str:
    """The lesson's first picture that is light enough, or its lightest, without what is too small to be read.

    Parameters
    ----------
    cells : list of dict
        The lesson's code cells; pictures of exercises would show an answer and are left out.
    outputs : list of list of dict
        What they put out, one list for each.

    Returns
    -------
    str
        An SVG file; empty where the lesson has no picture.
    """
    pages = [_html(output) for cell, own in zip(cells, outputs, strict=True) for output in own if not exercise_of(cell)]
    found = [_light(svg[0]) for page in pages if "qtrain-card" not in page and (svg := _SVG.search(page))]
    return next((one for one in found if _weight(one) <= LIGHT), min(found, key=_weight, default=""))


def _light(svg: str) -> str:
    svg = _DROPPED.sub("", svg)
    svg = _TEXT.sub(lambda text: text[0] if len(unescape(text[1])) <= 3 else "", svg)
    svg = _COORDINATE.sub(lambda one: f'{one[1]}="{_NUMBER.sub(lambda n: str(round(float(n[0]))), one[2])}"', svg)
    start = '<svg xmlns="http://www.w3.org/2000/svg" color="#1d2125"'
    return svg.replace("<svg", start, 1).replace(">", "><style>*{vector-effect:non-scaling-stroke}</style>", 1)


def _weight(text: str) -> int:
    return len(gzip.compress(text.encode(), mtime=0))


def _html(output: dict) -> str:
    html = output.get("data", {}).get("text/html", "")
    return "".join(html)
