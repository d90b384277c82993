"""The sign-in page: small, its own, and usable by anybody on any screen."""

from pathlib import Path

import pytest

jinja2 = pytest.importorskip("jinja2", reason="the classroom needs the extra [hub]")
TEMPLATES = Path(__file__).resolve().parents[2] / "qtrain" / "classroom" / "templates"
SENTENCE = (
    "This name and this code do not belong together. The code has eight syllables, 16 letters; what was typed has 14."
)


def html(**told) -> str:
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True)
    told = {"authenticator_login_url": "/hub/login?next=", "xsrf": "token", "username": "", "login_error": ""} | told
    return environment.get_template("login.html").render(told)


def test_it_is_small_and_whole():
    page = html()
    assert len(page.encode()) < 8000
    assert not any(word in page for word in ("http:", "https:", "src=", "@import"))
    for attribute in ('autocomplete="username"', 'autocomplete="current-password"', 'name="_xsrf" value="token"'):
        assert attribute in page


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("told", [{}, {"username": "محمد علی", "login_error": SENTENCE}], ids=["first", "again"])
def test_anybody_can_use_it(browser, axe, width, scheme, told):
    context = browser.new_context(viewport={"width": width, "height": 640}, color_scheme=scheme)
    page = context.new_page()
    page.set_content(html(**told))
    focused = page.evaluate("document.activeElement.id")
    assert focused == ("code" if told else "name")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate(axe)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    small = page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden]):not([type=checkbox]), button, .show')]"
        ".filter(one => one.getBoundingClientRect().height < 44).map(one => one.outerHTML)"
    )
    assert not small, "fingers need 44 pixels"
    page.fill("#code", "bado-kemi-suta-rino")
    assert page.get_attribute("#code", "type") == "password"
    page.check("#show input")
    assert page.get_attribute("#code", "type") == "text"
    context.close()


def test_it_works_without_scripts(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(html(username="ayesha"))
    assert page.locator("#show").is_hidden()
    assert page.locator("button[type=submit]").is_visible() and page.input_value("#name") == "ayesha"
    context.close()
