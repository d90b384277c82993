"""The verdict card says everything in words, folds its hints, and trusts nothing that a learner wrote."""

import xml.etree.ElementTree as ET

import pytest

from qtrain.checking.verdict import Evidence, Verdict
from qtrain.drawing import card

HALF = [0.7071, 0.0]
WRONG = Verdict(
    False,
    0.5,
    "relative-phase",
    "The phase of |11⟩ is wrong.",
    Evidence("amplitudes", "|00⟩", [HALF, HALF], [HALF, [0.0, 0.7071]], ("00", "11")),
)


def text_of(html):
    return " ".join("".join(ET.fromstring(html).itertext()).split())


@pytest.mark.parametrize("status, words", [("right", "Right"), ("wrong", "Not right yet"), ("not yet", "Not answered")])
def test_the_outcome_is_told_in_words_not_only_in_colour(status, words):
    verdict = Verdict(status == "right", 1.0 if status == "right" else 0.0, None, "A message.", status=status)
    assert words in text_of(card(verdict).html)


def test_diagnosis_score_and_both_states_are_shown():
    shown = card(WRONG, "1.6.a")
    text = text_of(shown.html)
    for part in ("1.6.a", "relative-phase", "a wrong phase between amplitudes", "50 %", "expected", "yours", "|00⟩"):
        assert part in text
    labels = [e.get("aria-label") for e in ET.fromstring(shown.html).iter() if e.get("role") == "img"]
    assert "phase π/2" in labels[1] and "phase π/2" not in labels[0]


@pytest.mark.parametrize(
    ("message", "html"),
    [
        ("`wrong_bit` has 1 entry.", "<code>wrong_bit</code> has 1 entry."),
        ("Ask whether *two* blocks, **not one**.", "Ask whether <em>two</em> blocks, <strong>not one</strong>."),
        ("It has the *square of the sine*.", "It has the <em>square of the sine</em>."),
        ("You wrote 2*a*b, not 2 * a * b or `a*b*c`.", "You wrote 2*a*b, not 2 * a * b or <code>a*b*c</code>."),
        ("`<b>` and *<i>*", "<code>&lt;b&gt;</code> and <em>&lt;i&gt;</em>"),
        ("One ` alone and x**2 and y**3.", "One ` alone and x**2 and y**3."),
    ],
)
def test_marked_words_of_a_message_are_shown_so(message, html):
    assert f"{html}</p>" in card(Verdict(False, 0.0, None, message)).html


def test_in_a_terminal_text_stands_alone():
    bundle = card(WRONG)._repr_mimebundle_()
    assert bundle["text/plain"] == str(WRONG) and "<" not in bundle["text/plain"]


def test_hints_are_folded_one_inside_the_other_and_gone_when_right():
    tree = ET.fromstring(card(WRONG, hints=["look", "count `x`", "do it"]).html)
    outer = tree.findall("details")
    assert len(outer) == 1 and len(outer[0].findall(".//details")) == 2
    assert outer[0].get("open") is None
    assert "details" not in card(Verdict(True, 1.0), hints=["look"]).html


def test_text_from_outside_is_escaped():
    nasty = "<script>alert(1)</script>"
    verdict = Verdict(False, 0.0, None, nasty, Evidence("value", nasty, nasty, nasty, (), nasty))
    assert "<script" not in card(verdict, nasty, [nasty]).html


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence("counts", "", {"00": 5}, {"00": 2, "11": 3}),
        Evidence("probabilities", "", {"0": 1.0}, {"1": 1.0}),
        Evidence("value", "f(3)", 4.0, 5.0),
        Evidence("value", "", None, None, (), "Only a note."),
        Evidence("amplitudes", "", None, [HALF, HALF], ("0", "1")),
    ],
)
def test_every_kind_of_evidence_has_a_form(evidence):
    html = card(Verdict(False, 0.0, None, "No.", evidence)).html
    assert ET.fromstring(html) is not None and ("<svg" in html or evidence.kind == "value")


def test_every_diagnosis_has_a_meaning_on_its_label():
    from qtrain.checking.verdict import DIAGNOSES
    from qtrain.drawing.cards import MEANINGS

    assert set(MEANINGS) == set(DIAGNOSES)
