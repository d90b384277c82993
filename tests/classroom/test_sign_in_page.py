"""The sign-in page, and those of the hub that a learner meets: small, its own, usable by anybody on any screen."""

import re

import pytest

from qtrain.classroom import pages

pytest.importorskip("jinja2", reason="the classroom needs the extra [hub]")
SENTENCE = (
    "This name and this code do not belong together. The code has eight syllables, 16 letters; what was typed has 14."
)


REFRESH = re.compile(r'<meta http-equiv="refresh" content="\d">')
OTHERS = {
    "another's": ("404.html", {"status_code": 404, "status_message": "No access to resources"}, "somebody else"),
    "refused": ("error.html", {"status_code": 403, "message": "It is for the teacher."}, "It is for the teacher."),
    "full": ("error.html", {"status_code": 429, "message": "Active user limit"}, "The class is full"),
    "broken": (
        "error.html",
        {"status_code": 500, "status_message": "Internal Server Error"},
        "went wrong on the class's computer",
    ),
    "closed": ("not_running.html", {"spawn_url": "/hub/spawn/u"}, "What you saved is kept"),
    "failed": ("not_running.html", {"spawn_url": "/hub/spawn/u", "failed": True, "failed_message": "No <b>"}, "No <b>"),
    "opens": ("spawn_pending.html", {}, "goes on by itself"),
    "closes": ("stop_pending.html", {}, "goes on by itself"),
}


def html(**told) -> str:
    told = {"authenticator_login_url": "/hub/login?next=", "xsrf": "token", "username": "", "login_error": ""} | told
    return pages.render("login.html", **told)


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


@pytest.mark.parametrize("kind", OTHERS)
def test_the_hubs_other_pages_say_what_happened_and_lead_on(browser, axe, kind):
    template, told, sentence = OTHERS[kind]
    page = pages.render(template, **told)
    held = REFRESH.sub("", page)  # or it would come again while it is looked at
    assert len(page.encode()) < 5000 and not any(word in page for word in ("http:", "https:", "src=", "@import"))
    for width, scheme in ((320, "light"), (1280, "dark")):
        context = browser.new_context(viewport={"width": width, "height": 640}, color_scheme=scheme)
        tab = context.new_page()
        tab.set_content(held)
        assert sentence in tab.locator("main").inner_text()
        assert tab.locator("a.go").count() or held != page, "a way on"
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        tab.evaluate(axe)
        found = tab.evaluate("axe.run({resultTypes: ['violations']})")
        assert [one["id"] for one in found["violations"]] == []
        context.close()
