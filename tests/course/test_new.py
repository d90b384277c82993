"""`qtrain new lesson`: what it makes is valid, and it says what is still to do."""

from types import SimpleNamespace

import pytest

from qtrain.course import CourseError, learner_copy, load
from qtrain.course.new import begin, run, with_chapter
from qtrain.course.rehearsal import rehearse


def test_a_new_lesson_is_valid(small, capsys):
    assert run(SimpleNamespace(what="lesson", id="1.10", title="The Idea & its Use", module=None)) == 0
    said = capsys.readouterr().out
    lesson = load().lesson("1.10")
    assert lesson.chapter == "notebooks/1_small/1_10_idea_its_use"
    assert [document.id for document in load().documents] == ["1.2", "1.10", "1.P"]
    assert dict(rehearse(lesson)) == {f"1.10.{letter}": [] for letter in "abcd"}
    assert "### BEGIN" not in str(learner_copy(lesson.notebook))
    # It is honest about what is missing, and its format is right already.
    assert "has no stored output; run: qtrain refresh 1.10" in said and "stretch" not in said and "laid out" not in said


def test_a_first_lesson_makes_its_module(small):
    with pytest.raises(CourseError, match="--module"):
        begin(load(), "2.1", "Bell states")
    begin(load(), "2.1", "Bell states", "Entanglement")
    assert [(m.number, m.title) for m in load().modules] == [(1, "A small module"), (2, "Entanglement")]
    begin(load(), "0.3", "Vectors", "Foundations")
    assert [m.number for m in load().modules] == [0, 1, 2]


@pytest.mark.parametrize(
    ("number", "title", "words"),
    [("7", "T", "looks like 1.7"), ("1.2", "T", "There is a lesson 1.2 already"), ("1.3", "…", "no letters")],
)
def test_what_cannot_be_is_told_and_nothing_is_written(small, number, title, words):
    before = small.toc.read_text()
    with pytest.raises(CourseError, match=words):
        begin(load(), number, title)
    assert small.toc.read_text() == before


def test_the_contents_keep_comments_and_order():
    toc = (
        "# a comment\nparts:\n  - caption: Begin\n    chapters:\n      - file: book/setup\n"
        '  - caption: "1 · One"\n    chapters:\n      - file: notebooks/1_one/1_4_x\n'
        "      - file: exercises/1_one/problem_set\n  - caption: End\n    chapters:\n      - file: book/end\n"
    )
    for chapter, after in (("notebooks/1_one/1_3_y", "chapters:"), ("notebooks/1_one/1_12_y", "1_4_x")):
        lines = with_chapter(toc, 1, chapter, None).splitlines()
        place = lines.index(f"      - file: {chapter}")
        assert lines[0] == "# a comment" and lines[place - 1].endswith(after)
    lines = with_chapter(toc, 2, "notebooks/2_two/2_1_z", "2 · Two").splitlines()
    assert lines.index('  - caption: "2 · Two"') == lines.index("  - caption: End") - 3
