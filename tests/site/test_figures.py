"""Captions and numbers of a page's pictures, the lessons' thumbnails, and the front page's picture."""

import gzip
import re
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest

from qtrain.drawing import beside, bloch, matrix, plot
from qtrain.drawing.charts import counts, line
from qtrain.site.figures import LIGHT, caption, number_figures, thumbnail

RISING = line([0, 1], [0, 1], "a line")
SPHERE = bloch([1, 0], labels=["ψ"])


def _output(html):
    return {"output_type": "display_data", "data": {"text/html": html}}


def _captions(*pages):
    outputs = [_output(page) for page in pages]
    number_figures([{"outputs": [output]} for output in outputs], "1.2")
    found = re.findall(r"<figcaption>(.*?)</figcaption>", "".join(output["data"]["text/html"] for output in outputs))
    return [re.sub("<[^>]+>", "", one) for one in found]


@pytest.mark.parametrize(
    "picture, words",
    [
        (plot(RISING, x="time (µs)", y="signal"), "Signal against time (µs)."),
        (plot(RISING, x="time (µs)", y="signal", alt="The signal rises & stays < 2."), "The signal rises & stays < 2."),
        (SPHERE, "Bloch sphere: ψ."),
        (bloch([1, 0], labels=["ψ"], title="a title"), "Bloch sphere: ψ."),
        (matrix(np.eye(4), title="before"), "4 × 4 matrix."),
        (counts({"0": 3, "1": 5}), "Bars of shots."),
    ],
)
def test_a_caption_says_what_cannot_be_read_in_the_picture(picture, words):
    assert caption(picture.svg) == words


def test_where_a_picture_has_but_its_kind_the_heading_says_what_it_is_about():
    told = plot(
        RISING, x="time (µs)", y="signal", alt="The signal rises from nothing to one in as many seconds as there are."
    )
    page = [
        {"cell_type": "markdown", "source": ["# 1.2 The title\n", "\n", "## From `counts` to a *mean*\n", "text"]},
        {"cell_type": "code", "source": "", "outputs": [_output(SPHERE.html()), _output(told.html())]},
        {"cell_type": "markdown", "source": "#### Exercise 1.2.a · Which axis?\n\ntext"},
        {"cell_type": "markdown", "source": "## Is $x$ a formula?\n\ntext"},
        {"cell_type": "code", "source": "", "outputs": [_output(SPHERE.html())]},
    ]
    number_figures(page, "1.2")
    found = re.findall(
        r"</b> (.*?)</figcaption>", "".join(o["data"]["text/html"] for c in page for o in c.get("outputs", ()))
    )
    assert found == [
        "From counts to a mean. Bloch sphere: ψ.",
        "The signal rises from nothing to one in as many seconds as there are.",
        "Which axis? Bloch sphere: ψ.",
    ]


@pytest.mark.parametrize(
    "alt, words",
    [
        ("a product. Table of the amplitudes of 00, 01: 0.48, -0.36.", "Table of the amplitudes of 00, 01."),
        ("Tree of probabilities. All: 1.00, 0: 0.30, 1: 0.70.", "Tree of probabilities."),
        ("Largest at -45 degrees: 0.854.", "Largest at -45 degrees: 0.854."),
        ("Circuit on x, bit 0, x, bit 1 and y: X on y.", "Circuit."),
        ("z falls to one half", "z falls to one half."),
    ],
)
def test_lists_of_numbers_stay_in_the_picture(alt, words):
    assert caption(f'<svg aria-label="{alt}"><text>a product</text></svg>') == words


def test_pictures_are_numbered_in_the_pages_order_and_those_of_check_cards_are_not():
    card = f'<div class="qtrain-card"><figure>{SPHERE.svg}</figure></div>'
    assert _captions(SPHERE.html(), card, beside(SPHERE, SPHERE).html(), "<p>no picture</p>") == [
        "Figure 1.2-1. Bloch sphere: ψ.",
        "Figure 1.2-2. Bloch sphere: ψ.",
    ]
    assert _captions("<figure><svg><title>only a title</title></svg></figure>") == ["Figure 1.2-1. Only a title."]
    assert _captions("<figure><svg></svg><figcaption>its own</figcaption></figure>") == ["its own"]


def test_pictures_side_by_side_are_called_by_their_titles_where_numbers_differ():
    pair = [
        plot(RISING, x="x", y="y", alt=f"{name}. F is {value} at the poles.") for name, value in (("A", 1), ("B", 2))
    ]
    svgs = "".join(
        p.svg.replace("<title>y against x", f"<title>{p.alt[0]}").replace("</svg>", f"<text>{p.alt[0]}</text></svg>")
        for p in pair
    )
    assert _captions(f"<figure>{svgs}</figure>") == ["Figure 1.2-1. A: F is 1 at the poles. B: F is 2 at the poles."]


def test_a_thumbnail_is_the_first_light_picture_outside_the_exercises():
    cloud = plot(line(list(range(4000)), list(np.random.default_rng(1).normal(size=4000))), x="x", y="y")
    answer = {"metadata": {"qtrain": {"exercise": "1.2.a"}}}
    cells = [answer, {"metadata": {}}, {"metadata": {}}]
    made = thumbnail(cells, [[_output(p.html())] for p in (matrix(np.eye(2)), cloud, SPHERE)])
    assert len(gzip.compress(made.encode())) <= LIGHT
    assert ElementTree.fromstring(made).get("viewBox") in SPHERE.svg
    assert thumbnail(cells[:1], [[_output(SPHERE.html())]]) == ""


def test_a_lessons_pictures_have_numbers_and_moving_ones_and_cards_have_none(sample):
    for number in (1, 2):
        text = (sample / "out" / "html" / "notebooks" / "1_qubits" / f"1_{number}_sample.html").read_text("utf-8")
        assert re.findall(r"<bdi>Figure</bdi> ([^<]*)</b> ([^<]*)</figcaption>", text) == [
            (f"1.{number}-1.", "The same circuit twice. Bloch sphere: an arrow to the north pole.")
        ]
        assert text.count("<figcaption>") == 1


def test_the_front_page_shows_what_this_is_and_a_card_for_each_lesson(sample, browser, axe):
    for width, scheme in ((1280, "light"), (390, "dark")):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.goto((sample / "out" / "html" / "book" / "index.html").as_uri())
        assert page.locator('.qt-hero svg[role="img"][aria-label]').count() == 3
        cards = page.locator(".qt-cards a")
        assert cards.count() == 2 and "1.2 A sample lesson: two conventions 10 min" in cards.nth(1).inner_text()
        cards.first.scroll_into_view_if_needed()
        page.wait_for_function("document.querySelector('.qt-cards img').naturalWidth > 0")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.evaluate(axe)
        assert (
            page.evaluate("axe.run('main', {runOnly: ['wcag2a', 'wcag2aa'], preload: false}).then(r => r.violations)")
            == []
        )
        cards.nth(1).click()
        assert page.locator("h1").inner_text().startswith("A sample lesson")
        page.close()


def test_an_e_book_has_the_captions_and_a_list_in_place_of_the_cards(sample):
    from qtrain.site.epub_builder import epub

    archive = zipfile.ZipFile(epub(sample, output=sample / "out", strict=False))
    front = archive.read("book/index.xhtml").decode()
    assert "qt-cards" not in front and "<img" not in front and "1.2" in front and front.count("<svg") >= 3
    assert "<bdi>Figure</bdi> 1.1-1." in archive.read("notebooks/1_qubits/1_1_sample.xhtml").decode()
