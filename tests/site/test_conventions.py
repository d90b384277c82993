"""The page of conventions: each of its lines gives what the page says, with the frameworks that are installed."""

import doctest
import re

from qtrain.course import find_root

PAGE = find_root() / "book" / "conventions.md"
BLOCK = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_line_of_the_page_gives_what_stands_there():
    text, names, lines = PAGE.read_text(encoding="utf-8"), {}, 0
    runner = doctest.DocTestRunner(optionflags=doctest.REPORT_NDIFF)
    for block in BLOCK.finditer(text):
        first = text[: block.start(1)].count("\n")
        test = doctest.DocTestParser().get_doctest(block[1], names, PAGE.name, str(PAGE), first)
        runner.run(test, clear_globs=False)
        names.update(test.globs)
        lines += len(test.examples)
    assert lines > 50
    assert runner.summarize(verbose=False).failed == 0


def test_the_table_leads_to_every_convention():
    text = PAGE.read_text(encoding="utf-8")
    labels = re.findall(r"^\((convention-[a-z]+)\)=$", text, re.MULTILINE)
    assert len(labels) == len(set(labels)) >= 14
    assert re.findall(r"^\| \[[^\]]+\]\((convention-[a-z]+)\)", text, re.MULTILINE) == labels


def test_lessons_lead_to_each_convention_that_stands_there():
    """By the anchor that GitHub and the book make from a heading."""
    text = PAGE.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in re.findall(r"^### (.+)$", text, re.M)
    }
    lessons = "".join(path.read_text(encoding="utf-8") for path in (PAGE.parents[1] / "notebooks").glob("*/*.ipynb"))
    assert set(re.findall(r"book/conventions\.md#([^)]*)\)", lessons)) == anchors
    assert "book/conventions.md)" not in lessons
