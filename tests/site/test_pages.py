"""Every page of the book in a real browser: wide and light, narrow and dark."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

LOOKS = {
    "wide": dict(width=1280, height=900, scheme="light", framework="qiskit"),
    "phone": dict(width=360, height=740, scheme="dark", framework="cirq"),
}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Each kind of code token is examined once on a page, and of a formula its MathML, since what is drawn beside it is
# hidden from screen readers and has the colour of the text: axe needs a third of the time for the same answer.
LIGHTEN = """() => {
  document.querySelectorAll('.katex-html').forEach(drawn => drawn.remove());
  const seen = new Set();
  for (const token of document.querySelectorAll('.highlight pre span')) {
    if (seen.has(token.className)) token.replaceWith(token.textContent); else seen.add(token.className);
  }
}"""
AXE_RUN = "rules => axe.run({runOnly: rules, resultTypes: ['violations'], preload: false, iframes: false})"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def pages(site: Path) -> list[Path]:
    return sorted(path for path in site.rglob("*.html") if path.parent != site or path.name in ("search.html",))


@pytest.fixture(scope="module", params=LOOKS)
def visits(request, site, browser, axe):
    """What the browser saw on each page, with every fold open."""
    look = LOOKS[request.param]
    context = browser.new_context(
        viewport={"width": look["width"], "height": look["height"]}, color_scheme=look["scheme"]
    )
    context.add_init_script(f'try {{ localStorage.setItem("qt-framework", "{look["framework"]}") }} catch (error) {{}}')
    examined = set(pages(site))
    if request.param == "phone" and "QTRAIN_ALL_PAGES" not in os.environ:
        # Dark colours are the style sheet's and the drawings': every sixth lesson stands for the others.
        lessons = [path for path in pages(site) if path.parent.name != "book"]
        examined -= set(lessons) - set(lessons[::6])
    seen = {}
    page = context.new_page()
    requests, exceptions = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: exceptions.append(str(error)))
    page.on("console", lambda message: message.type == "error" and exceptions.append(message.text))
    for path in pages(site):
        requests.clear()
        exceptions.clear()
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true })")
        page.evaluate("document.fonts.ready.then(() => true)")
        width = page.evaluate("document.documentElement.scrollWidth")
        found = {"violations": []}
        if path in examined:
            page.evaluate(axe)
            page.evaluate(LIGHTEN)
            found = page.evaluate(AXE_RUN, RULES)
        seen[path.relative_to(site).as_posix()] = {
            "foreign": [url for url in requests if not url.startswith(("file:", "data:"))],
            "exceptions": list(exceptions),
            "axe": [
                f"{v['id']}: {n['html'][:160]} {n['failureSummary'][:200]}"
                for v in found["violations"]
                for n in v["nodes"]
            ],
            "width": width - look["width"],
        }
    context.close()
    return seen


def _bad(visits, key, good):
    return {name: visit[key] for name, visit in visits.items() if visit[key] != good}


def test_nothing_is_asked_from_another_host(visits):
    assert _bad(visits, "foreign", []) == {}


def test_no_script_fails(visits):
    assert _bad(visits, "exceptions", []) == {}


def test_no_accessibility_rule_is_broken(visits):
    assert _bad(visits, "axe", []) == {}


def test_no_page_scrolls_sideways(visits):
    assert {name: visit["width"] for name, visit in visits.items() if visit["width"] > 0} == {}


class Reader(HTMLParser):
    """Collects links, fragments and pictures of a page."""

    def __init__(self):
        super().__init__()
        self.links, self.ids, self.silent, self.hidden = [], set(), [], [False]

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        hidden = self.hidden[-1] or values.get("aria-hidden") == "true"
        if tag not in VOID:
            self.hidden.append(hidden)
        self._note(tag, values, hidden)

    def handle_startendtag(self, tag, attributes):
        values = dict(attributes)
        self._note(tag, values, self.hidden[-1] or values.get("aria-hidden") == "true")

    def handle_endtag(self, tag):
        if tag not in VOID and len(self.hidden) > 1:
            self.hidden.pop()

    def _note(self, tag, values, hidden):
        if "id" in values:
            self.ids.add(values["id"])
        self.links += [(tag, values[name]) for name in ("href", "src", "action") if values.get(name)]
        named = values.get("aria-label") or values.get("aria-labelledby")
        if not hidden and tag == "img" and not re.search(r"[A-Za-z]{3}.* ", values.get("alt") or ""):
            self.silent.append(self.get_starttag_text())
        if not hidden and tag == "svg" and not named:
            self.silent.append(self.get_starttag_text()[:120])


@pytest.fixture(scope="module")
def parsed(site):
    result = {}
    for path in pages(site):
        result[path] = Reader()
        result[path].feed(path.read_text("utf-8"))
    return result


def test_every_link_leads_somewhere(site, parsed):
    broken = []
    for path, page in parsed.items():
        for _, link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "mailto", "data"):
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = parsed.get(target)
            if not target.is_file() or (parts.fragment and known and unquote(parts.fragment) not in known.ids):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


def test_every_picture_says_what_it_shows(site, parsed):
    assert {str(path.relative_to(site)): page.silent for path, page in parsed.items() if page.silent} == {}


def test_every_exercise_can_be_linked_and_none_shows_its_solution_in_a_problem_set(site, course, parsed):
    for document in course.documents:
        path = site / f"{document.chapter}.html"
        anchors = {f"exercise-{name.replace('.', '-').lower()}" for name in document.cells}
        assert anchors <= parsed[path].ids
        if document.is_problem_set:
            assert "qt-fold" not in path.read_text("utf-8")


def test_search_finds_a_term_from_a_file(site, browser):
    page = browser.new_page()
    page.goto((site / "book" / "index.html").as_uri())
    page.fill(".qt-bar input", "entanglement")
    page.keyboard.press("Enter")
    page.wait_for_selector('#search-results a[href*="glossary.html"]')
    assert page.evaluate("location.protocol") == "file:"
    page.close()
