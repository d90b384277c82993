"""The glossary in three languages: its page, and a link from each term's first use in a lesson."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.locale import get_translation
from sphinx.transforms import SphinxTransform

from qtrain.site.blocks import block_title

_ = get_translation("qtrain")
PAGE = "book/glossary"
ISOLATE, POP = "\u2068", "\u2069"  # keep the neighbours' direction out of a word in another script
UNTOUCHED = (
    nodes.title,
    nodes.reference,
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.FixedTextElement,
    nodes.figure,
    nodes.caption,
    nodes.table,
    block_title,
)


@dataclass(frozen=True)
class Term:
    """A term with its Chinese and Urdu word."""

    en: str
    zh: str
    ur: str
    definition: str

    @property
    def anchor(self) -> str:
        """Its fragment on the glossary page."""
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.en.lower()).strip("-")

    @property
    def tooltip(self) -> str:
        """The words of the other languages, then the definition."""
        return f"{ISOLATE}{self.zh}{POP} · {ISOLATE}{self.ur}{POP} — {self.definition}"


@lru_cache
def terms(file: Path) -> tuple[Term, ...]:
    """Read the glossary, in alphabetical order.

    Parameters
    ----------
    file : Path
        ``glossary.csv`` with the columns en, zh, ur, confidence_ur and definition.
    """
    with open(file, encoding="utf-8", newline="") as stream:
        rows = [Term(row["en"], row["zh"], row["ur"], row["definition"]) for row in csv.DictReader(stream)]
    return tuple(sorted(rows, key=lambda term: term.en.lower()))


@lru_cache
def pattern(known: tuple[Term, ...]) -> re.Pattern:
    """Matches any term as a whole word, the longest first, in the singular or a regular plural."""
    words = sorted((re.escape(term.en) for term in known), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?:s|es)?(?![\w-])", re.IGNORECASE)


@lru_cache
def by_name(known: tuple[Term, ...]) -> dict[str, Term]:
    """The terms by their English name in small letters."""
    return {term.en.lower(): term for term in known}


def lookup(names: dict[str, Term], text: str) -> Term | None:
    """The term that a matched piece of text stands for; ``names`` as from `by_name`."""
    low = text.lower()
    return next((names[form] for form in (low, low.removesuffix("s"), low.removesuffix("es")) if form in names), None)


class term_link(nodes.General, nodes.Inline, nodes.TextElement):
    """A term's first use on a page."""


class LinkTerms(SphinxTransform):
    """Link each glossary term where a lesson first uses it."""

    default_priority = 880  # after the language's transforms, so that translated text is left alone

    def apply(self, **kwargs):
        """Go through the prose of a lesson; other pages stay as they are."""
        if not self.env.docname.startswith(("notebooks/", "exercises/")):
            return
        known = terms(Path(self.env.srcdir) / "book" / "glossary.csv")
        any_term, names = pattern(known), by_name(known)
        unseen = set(names)
        for text in list(self.document.findall(nodes.Text)):
            if not _in_prose(text):
                continue
            parts = _linked(text.astext(), any_term, names, unseen)
            if len(parts) > 1:
                text.parent.replace(text, parts)


def _in_prose(text) -> bool:
    node, prose = text.parent, False
    while node is not None:
        if isinstance(node, UNTOUCHED) or "cell" in node.get("classes", ()):
            return False
        prose |= isinstance(node, nodes.paragraph)
        node = node.parent
    return prose


def _linked(text: str, any_term: re.Pattern, names: dict[str, Term], unseen: set[str]) -> list:
    parts, end, low = [], 0, text.lower()
    # To look for every term at every letter takes a hundred times as long as to look for the few that are left.
    if not any(name in low for name in unseen):
        return [nodes.Text(text)]
    for match in any_term.finditer(text):
        term = lookup(names, match[0])
        if term is None or term.en.lower() not in unseen:
            continue
        unseen.remove(term.en.lower())
        parts += [
            nodes.Text(text[end : match.start()]),
            term_link("", match[0], anchor=term.anchor, tip=term.tooltip, zh=term.zh, ur=term.ur),
        ]
        end = match.end()
    return [*parts, nodes.Text(text[end:])]


def _visit_term(self, node):
    address = self.builder.get_relative_uri(self.builder.current_docname, PAGE)
    self.body.append(f'<a class="qt-term" href="{address}#{node["anchor"]}" title="{escape(node["tip"])}">')


def _depart_term(self, node):
    self.body.append("</a>")
    language = (self.builder.config.language or "en")[:2]
    if language in ("zh", "ur"):  # in these editions the word itself stands beside the English one
        self.body.append(f' <span class="qt-word" lang="{language}">({escape(node[language])})</span>')


class Glossary(Directive):
    """All terms with their words in the three languages."""

    def run(self):
        """A definition list; every term has a fragment of its own."""
        env = self.state.document.settings.env
        file = Path(env.srcdir) / "book" / "glossary.csv"
        env.note_dependency(str(file))
        items = "".join(
            f'<div id="{term.anchor}"><dt><span lang="en">{escape(term.en)}</span> '
            f'<span lang="zh-Hans">{escape(term.zh)}</span> <span lang="ur" dir="rtl">{escape(term.ur)}</span></dt>'
            f'<dd lang="en" dir="ltr">{escape(term.definition)}</dd></div>'
            for term in terms(file)
        )
        return [nodes.raw("", f'<dl class="qt-glossary">{items}</dl>', format="html")]


def _pass(self, node):
    """Other formats show the word alone."""


def setup(app):
    """Register the directive, the transform and the link."""
    app.add_node(
        term_link,
        html=(_visit_term, _depart_term),
        **{name: (_pass, _pass) for name in ("latex", "text", "man", "texinfo")},
    )
    app.add_transform(LinkTerms)
    app.add_directive("qtrain-glossary", Glossary)
