"""The fonts that the site carries can draw what it says, and a browser takes them."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

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


def test_the_texts_font_is_asked_for_ahead_over_the_net_only(browser, sample):
    """From files a browser refuses that with an error."""
    folder, page = sample / "out" / "html", browser.new_page()
    errors = []
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        for start, ahead in ((f"http://127.0.0.1:{server.server_port}", 1), (folder.as_uri(), 0)):
            page.goto(f"{start}/notebooks/1_qubits/1_1_sample.html")
            page.evaluate("document.fonts.ready.then(() => true)")
            assert page.locator("link[rel=preload]").count() == ahead
        page.close()
        server.shutdown()
    assert [error for error in errors if "favicon" not in error] == []
