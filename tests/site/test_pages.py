"""Every page of the book in a real browser, module by module: wide and light one day, narrow and dark the next.

axe looks at every kind of page: at one in six lessons, guides and roles, each in the look it has that day. Which ones
changes from day to day, so that twelve days see them all in both. A failure says by which QTRAIN_DAY it comes again;
QTRAIN_ALL_PAGES=1 looks at every page in both looks and has axe look at it, too.
"""

import os
import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from qtrain.course import load

ROOT = Path(__file__).resolve().parents[2]
LOOKED, EXAMINED = 2, 12  # a page has a look, and axe looks at it, every so many turns
DAY = os.environ["QTRAIN_DAY"]
# Pages of the book in nothing but words, lists and tables.
GUIDES = {
    "about",
    "badges",
    "classroom",
    "course_file",
    "faculty_course",
    "grading_at_scale",
    "instructors",
    "setup",
}
LOOKS = {
    "wide": dict(width=1280, height=900, scheme="light", framework="qiskit", ahead=0),
    "phone": dict(width=360, height=740, scheme="dark", framework="cirq", ahead=1),
}
OWN = "book"  # the pages that belong to no module
PARTS = [OWN, *dict.fromkeys(document.folder for document in load(ROOT).documents)]
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


def part_of(name: str) -> str:
    """The module's folder that a page stands in."""
    folder = name.rpartition("/")[0].rpartition("/")[2]
    return folder if folder in PARTS else OWN


def kind_of(name: str) -> str:
    """What a page has in common with others; a page of the book with something of its own to show is its own kind."""
    if part_of(name) == OWN:
        folder, _, page = name.removesuffix(".html").rpartition("/")
        return "role" if folder.endswith("paths") else "guide" if page in GUIDES else name
    return "problem set" if name.endswith("/problem_set.html") else "lesson"


def in_turn(names: list[str], turn: int, every: int) -> set[str]:
    """Of each kind of page one in `every`, an even number, or in fewer where there are fewer of it.

    Others in each turn, and all of them after `every` turns. Whatever `every` is, a page comes in even turns only or in
    odd ones only: two looks an odd number of turns apart never share one.
    """
    kinds = defaultdict(list)
    for name in sorted(names):
        kinds[kind_of(name)].append(name)
    return {
        name
        for of_kind in kinds.values()
        for place, name in enumerate(of_kind)
        if (place + turn) % min(every, len(of_kind) + len(of_kind) % 2) == 0
    }


@pytest.fixture(scope="module", params=[(look, part) for look in LOOKS for part in PARTS], ids="-".join)
def visits(request, site, browser, axe):
    """What the browser saw on the pages of a module that have this look today, with every fold open."""
    look, part = LOOKS[request.param[0]], request.param[1]
    every = [path.relative_to(site).as_posix() for path in pages(site)]
    turn = int(DAY) + look["ahead"]
    looked, examined = (in_turn(every, turn, often) for often in (LOOKED, EXAMINED))
    if os.environ.get("QTRAIN_ALL_PAGES"):
        looked = examined = set(every)
    context = browser.new_context(
        viewport={"width": look["width"], "height": look["height"]}, color_scheme=look["scheme"]
    )
    context.add_init_script(f'try {{ localStorage.setItem("qt-framework", "{look["framework"]}") }} catch (error) {{}}')
    seen = {}
    page = context.new_page()
    requests, exceptions = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: exceptions.append(str(error)))
    page.on("console", lambda message: message.type == "error" and exceptions.append(message.text))
    for name in (name for name in every if part_of(name) == part and name in looked):
        requests.clear()
        exceptions.clear()
        page.goto((site / name).as_uri())
        page.evaluate("document.querySelectorAll('main details').forEach(fold => { fold.open = true })")
        page.evaluate("document.fonts.ready.then(() => true)")
        width = page.evaluate("document.documentElement.scrollWidth")
        found = {"violations": []}
        if name in examined:
            page.evaluate(axe)
            page.evaluate(LIGHTEN)
            found = page.evaluate(AXE_RUN, RULES)
        seen[name] = {
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
    assert seen, f"there is no page of {part}"
    return seen


def _bad(visits, key, good):
    return {name: visit[key] for name, visit in visits.items() if visit[key] != good}


def test_nothing_is_asked_from_another_host(visits):
    assert _bad(visits, "foreign", []) == {}


def test_no_script_fails(visits):
    assert _bad(visits, "exceptions", []) == {}


def test_no_accessibility_rule_is_broken(visits):
    assert _bad(visits, "axe", []) == {}, f"to look at the same pages again: QTRAIN_DAY={DAY}"


def test_no_page_scrolls_sideways(visits):
    assert {name: visit["width"] for name, visit in visits.items() if visit["width"] > 0} == {}


def test_each_turn_has_every_kind_of_page_and_all_turns_have_every_page():
    names = [f"notebooks/{PARTS[1]}/{number}.html" for number in range(117)]
    names += [f"exercises/{part}/problem_set.html" for part in PARTS[1:4]] + ["book/index.html", "search.html"]
    names += [f"book/{guide}.html" for guide in GUIDES] + [f"book/paths/{role}.html" for role in "abcdefghi"]
    kinds = {"lesson", "problem set", "book/index.html", "search.html", "guide", "role"}
    looks = [look["ahead"] for look in LOOKS.values()]
    for every in (LOOKED, EXAMINED):
        turns = [[in_turn(names, 739_000 + turn + ahead, every) for ahead in looks] for turn in range(EXAMINED)]
        for wide, narrow in turns:
            assert not wide & narrow and {kind_of(name) for name in wide | narrow} == kinds
            assert max(map(len, (wide, narrow))) <= len(names) // every + len(kinds)
        for of_a_look in zip(*turns, strict=True):
            assert set.union(*of_a_look) == set(names)
    for turn in range(EXAMINED):
        assert in_turn(names, turn, EXAMINED) <= in_turn(names, turn, LOOKED)
        assert in_turn(names, turn, LOOKED) | in_turn(names, turn + 1, LOOKED) == set(names)


def test_modules_are_dealt_out_to_processes_and_every_other_file_stays_together(request):
    share = request.config.pluginmanager.getplugin(str(ROOT / "conftest.py")).share
    here, wide, narrow = (f"tests/site/test_pages.py::test_{end}" for end in ("a", "b[wide-1]", "b[phone-1]"))
    assert len({share(name) for name in (here, wide, narrow)}) == 3
    assert share(wide) == share(wide.replace("test_b", "test_c"))
    assert share("tests/test_a.py::test_a[wide-1]") == share("tests/test_a.py::test_b") == "tests/test_a.py"


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


def test_formulas_in_the_options_of_a_choice_are_drawn(site):
    page = (site / "notebooks/1_qubits/1_2_rotations.html").read_text("utf-8")
    assert r"-|\psi\rangle$" not in page and "the opposite place on the sphere." in page


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
