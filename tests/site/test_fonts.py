"""The fonts that the site carries can draw what it says, and a browser takes them."""

import pytest

from qtrain.course import find_root
from qtrain.site import chinese_font


def test_every_chinese_character_of_the_site_can_be_drawn():
    """Else cut the font anew: see `qtrain.site.chinese_font`."""
    assert chinese_font.characters(find_root()) - chinese_font.covered() == set()
    assert len(chinese_font.covered()) < 2000  # no more than is used


def test_a_font_that_lacks_a_character_is_not_cut(tmp_path):
    fonts = pytest.importorskip("fontTools.ttLib")
    collection = fonts.TTCollection()
    collection.fonts = [fonts.TTFont(chinese_font.FILE)]
    collection.fonts[0].flavor = None
    collection.save(tmp_path / "some.ttc")
    chinese_font.cut(tmp_path / "some.ttc", {"量"}, tmp_path / "one.woff")
    assert chinese_font.covered(tmp_path / "one.woff") == {"量"}
    with pytest.raises(ValueError, match="cannot draw 龘"):
        chinese_font.cut(tmp_path / "some.ttc", {"量", "龘"}, tmp_path / "none.woff")
    assert not (tmp_path / "none.woff").exists()


@pytest.mark.parametrize(("family", "text"), [("Chinese", "量子"), ("Nastaliq", "کوانٹم"), ("Source Sans", "quantum")])
def test_a_browser_takes_the_fonts(browser, sample, family, text):
    page = browser.new_page()
    page.goto((sample / "out" / "html" / "notebooks" / "1_qubits" / "1_1_sample.html").as_uri())
    loaded = page.evaluate(
        "([family, text]) => document.fonts.load(`16px '${family}'`, text).then(found => found.map(one => one.status))",
        [family, text],
    )
    page.close()
    assert loaded == ["loaded"]
