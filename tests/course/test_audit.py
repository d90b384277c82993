"""The audit finds what a lesson lacks, and nothing in a lesson that has it all."""

import pytest

from qtrain.course import CourseError, load
from qtrain.course.audit import audit, code_lines, prose_words
from qtrain.course.stats import audited, stats, tried
from qtrain.course.trials import walk


def spoilt(small, cells=None, exercises=None, **metadata):
    small.write(small.lesson, small.notebook(cells or small.cells(), **{**small.metadata, **metadata}))
    if exercises:
        text = small.texts["exercises"]
        assert exercises[0] in text
        small.write(small.exercises, text.replace(*exercises))
    return " ".join(audit(load().lesson("1.2")))


def cells_with(small, number, **changes):
    cells = small.cells()
    cells[number].update(changes)
    return cells


CASES = {
    "level": (lambda s: spoilt(s, level="X"), "level 'X' is none of F, P, S"),
    "outcomes": (lambda s: spoilt(s, outcomes=["a"]), "has 1 outcomes"),
    "outcome not assessed": (lambda s: spoilt(s, outcomes=["a", "b", "c"]), "no exercise assesses outcome 3 (c)"),
    "outcome not there": (lambda s: spoilt(s, exercises=("outcome=2", "outcome=(2, 9)")), "assess outcome [9]"),
    "no competence": (lambda s: spoilt(s, competences=[]), "names no competence"),
    "competence": (lambda s: spoilt(s, competences=[{"cfqt": "1"}]), "is not like"),
    "kinds": (lambda s: spoilt(s), "has no exercise of the kind build or debug or design"),
    "stretch": (lambda s: spoilt(s), "1.2.b, is not a stretch"),
    "mistakes": (
        lambda s: spoilt(s, exercises=('    yield slip("No: it is odd.", "forgets one").says("It is not odd.")\n', "")),
        "has 1 typical",
    ),
    "title": (lambda s: spoilt(s, cells_with(s, 0, source="Numbers")), "must begin with the title"),
    "tag": (lambda s: spoilt(s, cells_with(s, 1, metadata={"tags": ["qisk"]})), "cell 2: there is no tag 'qisk'"),
    "frameworks": (lambda s: spoilt(s, cells_with(s, 1, metadata={"tags": ["cirq"]})), "none of the other framework"),
    "long code": (lambda s: spoilt(s, cells_with(s, 1, source="x = 1\n" * 17)), "cell 2: 17 lines of code"),
    "long prose": (lambda s: spoilt(s, cells_with(s, 0, source="# T\n" + "word " * 200)), "words since the last code"),
    "explanation": (lambda s: spoilt(s, cells_with(s, 9, source=" ")), "exercise 1.2.a has no explanation"),
    "claim source": (lambda s: spoilt(s, cells_with(s, 2, source='claim("x", measured=1, expected=1)')), "a source"),
    "claim not run": (lambda s: spoilt(s), "has no stored output; run: qtrain refresh 1.2"),
    "no claim": (lambda s: spoilt(s, cells_with(s, 2, source="1")), "makes no claim"),
    "recall": (lambda s: spoilt(s), "has 2 recall questions"),
    "stored format": (lambda s: spoilt(s), "(run: qtrain refresh 1.2)"),
    "no region": (lambda s: spoilt(s, cells_with(s, 4, source="square = 9")), "no solution between its marks"),
    "leak": (lambda s: spoilt(s, cells_with(s, 1, source="square = p.n**2  # the secret")), "shows the solution"),
    "leaked hint": (lambda s: spoilt(s, cells_with(s, 0, source="# T\n\nMultiply it by itself.")), "shows a hint"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_lacking_is_told(small, case):
    find, words = CASES[case]
    assert words in find(small)


def test_a_broken_lesson_is_told_once(small):
    small.lesson.write_text("{")
    (found,) = audit(load().lesson("1.2"))
    assert "no valid notebook" in found


def test_a_stub_that_breaks_what_follows_is_told(small):
    cells = [*small.cells(), small.code("print(square + 1)")]
    small.write(small.lesson, small.notebook(cells, **small.metadata))
    (found,) = walk(load().lesson("1.2"))
    assert "learner's copy of notebooks/1_small/1_2_numbers.ipynb, cell 11 ('print(square + 1)')" in found
    assert "fails: TypeError" in found


def test_several_lessons_are_tried_at_the_same_time_and_told_in_their_order(small, capsys):
    small.write(small.exercises, small.texts["exercises"].replace("n**2", "n**3"))
    documents = list(load().documents)
    alone = [list(tried([document], 2)) for document in documents]
    together = list(tried(documents, 2))
    assert [[found] for found in together] == alone
    assert any("the numpy solution" in sentence for sentence in together[0][1])
    assert audited(documents, 2) == 1
    said = [line for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    assert [line.partition(" ")[0] for line in said] == ["1.2", "1.P"]


def test_a_lesson_that_ends_its_process_is_told(small, monkeypatch):
    small.write(small.exercises, "import os\nos._exit(3)\n")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1}, raising=False)  # else it would end this one
    with pytest.raises(CourseError, match=r"ended the process that tried it.*qtrain course --audit 1\.2"):
        list(tried(list(load().documents), 1))


def test_what_is_counted():
    source = "a = 1\n\n# a comment\nb = None\n### BEGIN SOLUTION\nb = 2\nb = 3\nb = 4\n### END SOLUTION"
    assert code_lines(source) == 3
    # One argument a line is the formatter's way to write a line; more than a line's width is more to read.
    assert code_lines("f(\n    1,\n    2,\n)") == 1 and code_lines("f(\n" + "    1234567890,\n" * 15 + ")") == 2
    assert code_lines("%matplotlib inline\n# a comment\n\nx = 1") == 2
    assert prose_words("Two words\n\n```python\nnot these\n```\n| nor | these |\n$nor this$ and 5 one") == 4


def test_the_counts_come_from_the_course(small):
    counts = stats(load())
    assert counts["lessons"] == 1 and counts["exercises"] == 2 and counts["problems"] == 1
    assert counts["  of the kind compute"] == 2 and counts["typical mistakes"] == 6 and counts["hints"] == 4
    assert counts["solutions"] == 4 and counts["  in NumPy"] == 1 and counts["claims"] == 1
    assert counts["recall questions"] == 2 and counts["  with variants"] == 3
