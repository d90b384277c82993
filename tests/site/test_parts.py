"""The parts of the site that need no build: mathematics, glossary, reference, map."""

import csv
import re
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from sphinx.highlighting import PygmentsBridge
from sphinx.search.en import SearchEnglish

from qtrain.site import glossary, kept, mathematics, reference
from qtrain.site.curriculum import Lesson, Module
from qtrain.site.svgmap import draw

ROOT = Path(__file__).resolve().parents[2]
CSV = ROOT / "book" / "glossary.csv"


def test_formulas_are_drawn_in_one_process_and_kept(tmp_path, monkeypatch):
    calls = []
    real = mathematics.render
    monkeypatch.setattr(
        mathematics, "render", lambda formulas, *rest: calls.append(len(formulas)) or real(formulas, *rest)
    )
    store = mathematics.Formulas(tmp_path / "formulas.json")
    store.want(r"\ket{0}", False)
    store.want(r"\ketbra{0}{1}", True)
    store.draw()
    assert "katex-display" in store.html(r"\ketbra{0}{1}", True)
    assert "katex-display" not in store.html(r"\ket{0}", False)
    again = mathematics.Formulas(tmp_path / "formulas.json")
    assert "katex" in again.html(r"\ket{0}", False)
    assert calls == [2]


def test_formulas_in_the_questions_of_a_recall_are_replaced_and_prices_are_not():
    text = "<details>\n<summary>Is $a &lt; b$ or $b$?</summary>\n\nIt costs $5 or $6.\n</details>"
    assert mathematics.in_summaries(text, lambda tex: f"[{tex}]") == text.replace("$a &lt; b$ or $b$", "[a < b] or [b]")


def test_a_wrong_formula_is_reported_not_fatal():
    good, bad = mathematics.render([("x", False), (r"\frac{1", False)])
    assert "html" in good and "error" in bad


def test_a_killed_node_process_is_tried_again(monkeypatch):
    real, calls = mathematics.subprocess.run, []

    def flaky(*args, **keywords):
        calls.append(1)
        if len(calls) == 1:
            return mathematics.subprocess.CompletedProcess(args, -9, "", "killed")
        return real(*args, **keywords)

    monkeypatch.setattr(mathematics.subprocess, "run", flaky)
    assert "html" in mathematics.render([("x", False)])[0] and len(calls) == 2


def test_every_term_has_three_words_a_definition_and_an_anchor_of_its_own():
    with open(CSV, encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    terms = glossary.terms(CSV)
    assert len(terms) == len(rows) >= 150
    assert all(term.en and term.zh and term.ur and term.definition for term in terms)
    assert len({term.anchor for term in terms}) == len(terms)


@pytest.mark.parametrize(
    "text, en",
    [
        ("entanglement", "entanglement"),
        ("Qubits", "qubit"),
        ("state vectors", "state vector"),
        ("circuitry", None),
        ("unentanglements", None),
    ],
)
def test_terms_are_whole_words_in_singular_or_plural(text, en):
    terms = glossary.terms(CSV)
    match = glossary.pattern(terms).search(text)
    found = glossary.lookup(glossary.by_name(terms), match[0]) if match else None
    assert (found and found.en) == en


def test_the_longest_term_wins():
    terms = glossary.terms(CSV)
    match = glossary.pattern(terms).search("the quantum state of")
    assert glossary.lookup(glossary.by_name(terms), match[0]).en == "quantum state"


def test_stems_are_those_of_sphinx_and_looked_for_once():
    ours, theirs = kept.Search({}), SearchEnglish({})
    words = ["Entangled", "entanglement", "gates", "Entangled"]
    assert [ours.stem(word) for word in words] == [theirs.stem(word) for word in words]
    assert ours.stem.cache_info().misses == 3


def test_code_is_highlighted_as_by_sphinx_with_one_formatter_for_each_use():
    ours, theirs = PygmentsBridge("html", "default"), PygmentsBridge("html", "default")
    kept._keep_formatters(SimpleNamespace(builder=SimpleNamespace(format="html", highlighter=ours)))
    uses = [{"linenos": False}, {"linenos": "inline"}, {"linenos": "inline", "hl_lines": [1]}, {"nowrap": True}] * 2
    for options in uses:
        assert ours.highlight_block("a = 1\nb = 2", "python", **options) == theirs.highlight_block(
            "a = 1\nb = 2", "python", **options
        )
    assert len({id(ours.get_formatter(**options)) for options in uses}) == 4


def test_a_docstring_becomes_sections():
    def example(a, *, b=1):
        """Do it, see `other`.

        Parameters
        ----------
        a : int
            A number, ``1`` or more.

        Returns
        -------
        int
            The sum.
        """

    html = reference.document("example", example, "qtrain")
    assert '<section class="qt-api" id="qtrain-example">' in html
    assert (
        "(a, *, b=1)" in html
        and "<code>other</code>" in html
        and "<code>a : int</code>" in html
        and "<h4>Returns</h4>" in html
    )


def test_markup_in_a_docstring_stays_text():
    def example():
        """A <script>alert(1)</script> & more."""

    assert "<script>" not in reference.document("example", example, "qtrain")


def test_the_map_wraps_long_modules_and_draws_what_is_needed():
    lessons = [
        Lesson("1.1", "One", "notebooks/a"),
        Lesson("1.2", "Two", "notebooks/b", prerequisites=("1.1",)),
        Lesson("1.3", "Three"),
    ]
    wide = draw([Module("1", "A module", "F", lessons)], 14, lambda document: document + ".html", "label")
    narrow = draw(
        [Module("1", "A module with a very long name", "F", lessons)], 2, lambda document: document + ".html", "label"
    )
    assert wide.count("<path") == 1 and wide.count("<a ") == 2 and 'href="notebooks/b.html"' in wide
    assert narrow.count('class="module"') > 1


@pytest.mark.parametrize(
    "tex", [r"a \bmod N", r"P_{\max} + x^{\min}", r"\frac{a \mod b}{c_{\max}}", r"\operatorname{tr} A"]
)
def test_mathml_of_operators_is_valid(tex):
    (drawn,) = mathematics.render([(tex, True)], "mathml")
    tree = ElementTree.fromstring(re.search(r"<math.*</math>", drawn["html"], re.DOTALL)[0])
    for element in tree.iter():
        name = element.tag.rpartition("}")[2]
        if name in ("msub", "msup", "mfrac"):
            assert len(element) == 2, name
        if name in ("mo", "mi", "mn", "mtext"):
            assert len(element) == 0 and element.text, name
