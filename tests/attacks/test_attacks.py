"""Every attack, run for real: none scores above honest judging, stops the run, reaches outside, or outlives it."""

import json
import re
import subprocess

import pytest
from cases import CASES
from classroom import TOTAL, answer_cell

from qtrain.course import load


@pytest.mark.parametrize("name", CASES)
def test_attack_gives_what_honest_judging_gives(graded, name):
    case, row = CASES[name], graded.rows[name]
    told = json.dumps(row, ensure_ascii=False)
    assert row["grade"] == pytest.approx(case.grade + _partial(graded.room, name)), told
    assert "LEAKED" not in told
    assert case.says in told
    if case.lost is not None and "answers" in row:
        assert [a["exercise"] for a in row["answers"] if a["stopped"]] == list(case.lost)


def _partial(room, name) -> float:
    """Partial credit that the target itself gives to the answer of the first exercise."""
    if not CASES[name].partly:
        return 0.0
    exercise = load(room.root).exercise("1.P.1")
    key = room.manifest["variants"][name]
    namespace = {"variant": lambda _: exercise.parameters(key)}
    exec(answer_cell(CASES[name].make(room, name), "1.P.1")["source"], namespace)
    verdict = exercise.judge(namespace["cat"], key)
    assert not verdict.passed
    return verdict.score


def test_the_honest_one_is_untouched(graded):
    row = graded.rows["honest"]
    assert row["grade"] == TOTAL and row["notes"] == [] and row["submissions"] == 1


def test_the_run_went_on_to_the_end(graded):
    report = graded.room.report()
    assert report["failed"] == [] and report["unmatched"] == [] and report["not_fenced"] == []
    assert {name for name, row in graded.rows.items() if row["submissions"]} == {"honest", *CASES}


def test_every_odd_submission_is_told_in_one_sentence(graded):
    for name, row in graded.rows.items():
        for sentence in [row["problem"], *row["notes"], *(a["stopped"] for a in row["answers"])]:
            assert "\n" not in sentence and len(sentence) < 600, name


def test_nothing_was_written_outside(graded):
    assert graded.after == graded.before
    assert graded.canary == "untouched"


def test_nothing_outlives_the_run(graded):
    left = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "987654" not in left


def test_pages_run_nothing(graded):
    for path in (graded.room.output / "feedback").glob("*.html"):
        page = path.read_text(encoding="utf-8")
        assert not re.search(r"<script|<iframe|<form|<object|<embed|<[a-z][^>]*\son\w+\s*=", page, re.I), path
        assert not re.search(r"<[^>]*javascript:", page, re.I)
        assert "position:fixed" not in page.replace("style=&#39;position:fixed&#39;", "") or "&lt;b" in page
        assert "default-src 'none'" in page


def test_reports_hold_no_escapes(graded):
    for path in graded.room.output.rglob("*"):
        if path.suffix in (".html", ".csv", ".json", ".jsonl"):
            text = path.read_text(encoding="utf-8")
            assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text), path
            assert "\\u001b" not in text and "\\u0000" not in text


def test_command_line_shows_no_escapes(graded, capfd):
    graded.room.grade("--timeout", "2")
    out = capfd.readouterr()
    assert "\x1b" not in out.out and "0 graded now" in out.out
