"""Practice: what is chosen and why, new numbers, a sheet that runs, and nothing that leaves the machine."""

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

import qtrain
from qtrain.checking.verdict import right, wrong
from qtrain.course import learn, load, this_copy
from qtrain.course.check_file import lines as judged
from qtrain.course.identity import learner
from qtrain.skills import practice
from qtrain.skills.practice import Repeat, chosen, due, repeats, write
from qtrain.skills.record import Record

TODAY = date.today()


def before(days):
    """Noon, so many days ago."""
    return datetime.combine(TODAY - timedelta(days), datetime.min.time().replace(hour=12)).astimezone(UTC)


@pytest.fixture
def copy(small, tmp_path, monkeypatch):
    folder = tmp_path / "copy"
    learn.renew(folder)
    monkeypatch.setattr(this_copy, "_sheet", "")
    monkeypatch.setenv("QTRAIN_NO_BROWSER", "1")
    monkeypatch.chdir(folder / "1_small")
    return folder


@pytest.fixture
def record(copy):
    with Record(copy) as found:
        yield found


def test_a_sheet_finds_the_files_that_its_lessons_read(small, record, copy):
    small.write(small.lesson.parent / "data" / "n.json", "7")
    record.add("1.2.a", wrong(None, "…"), at=before(3))
    write(copy)
    assert not (copy / "practice" / "data").exists()  # nothing names it
    cells = small.cells()
    cells.insert(0, small.code("seven = open('data/n.json').read()"))
    small.write(small.lesson, small.notebook(cells, **small.metadata))
    write(copy)
    assert (copy / "practice" / "data" / "n.json").read_text() == "7"


def test_what_went_wrong_comes_first_and_says_what_it_was(record):
    record.add("1.P.1", right(), at=before(8))
    record.add("1.2.b", wrong("inverse", "…"), at=before(2))
    record.add("1.2.b", wrong(None, "…"), at=before(2))
    record.add("1.2.b", wrong("half-angle", "…"), at=before(1))
    found = due(repeats(load(), record, TODAY), TODAY)
    assert [one.id for one in found] == ["1.2.b", "1.P.1"]
    assert found[0].why == "Your last answer was not right (angles are half of what they should be), yesterday."
    assert found[1].why.startswith("You had it right 8 days ago: ")
    record.add("1.2.b", right(), at=before(0))
    (first, *_) = repeats(load(), record, TODAY)
    assert first.why == "It was wrong 3 times (angles are half of what they should be) before you had it right, today."


def test_questions_come_the_day_after_half_of_the_lesson(record):
    record.add("1.2.a", right(), at=before(0))
    assert due(repeats(load(), record, TODAY), TODAY) == []
    found = due(repeats(load(), record, TODAY + timedelta(1)), TODAY + timedelta(1))
    assert [(one.id, one.title) for one in found] == [("1.2.q1", "What is 2 + 2?"), ("1.2.q2", "And 3 + 3?")]
    record.recalled("1.2", "What is 2 + 2?", True, at=before(-1))
    found = due(repeats(load(), record, TODAY + timedelta(2)), TODAY + timedelta(2))
    assert [one.id for one in found] == ["1.2.q2"]


def item(name, question=None):
    return Repeat(name, "t", name.rpartition(".")[0], TODAY, TODAY, "why", question=question)


def told(rungs):
    """A course that knows of each exercise how far it goes."""
    return SimpleNamespace(lesson=lambda name: name, exercise=lambda name: SimpleNamespace(rung=rungs.get(name, "use")))


def test_it_is_a_quarter_of_an_hour_at_most_and_mixed(small, monkeypatch):
    monkeypatch.setattr(practice, "excerpt", lambda lesson, name: None if name == "1.2.z" else "")
    course = told({"1.3.a": "think", "1.5.a": "think", "1.7.a": "stretch"})
    found = [item(name) for name in ("1.2.a", "1.2.z", "1.2.b", "1.4.a", "1.2.c")]
    assert [one.id for one in chosen(found, course)] == ["1.2.a", "1.4.a", "1.2.b"]
    assert [one.id for one in chosen([item("1.3.a"), item("1.5.a"), item("1.6.a")], course)] == ["1.3.a", "1.6.a"]
    assert [one.minutes for one in chosen([item("1.7.a"), item("1.6.a")], course)] == [15]
    many = [item(f"1.2.q{n}", question=object()) for n in range(9)]
    assert len(chosen(many, course)) == 4
    mixed = chosen([*many, item("1.4.a"), item("1.5.a"), item("1.6.a")], course)
    assert sum(one.minutes for one in mixed) == 15 and len({one.lesson for one in mixed}) == 3


def test_what_went_wrong_and_what_is_due_take_turns(small, monkeypatch):
    monkeypatch.setattr(practice, "excerpt", lambda lesson, name: "")
    course = told({})
    wrong_ones = [replace(item(f"1.{n}.a"), wrong=True) for n in range(5)]
    assert [one.id for one in chosen([*wrong_ones, item("2.1.a")], course)] == ["1.0.a", "2.1.a", "1.1.a"]


def solve(path, answers):
    """Fill the stubs of a sheet: from the line to what stands in its place."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        for old, new in answers.items():
            cell["source"] = "".join(cell["source"]).replace(old, new)
    path.write_text(json.dumps(notebook), encoding="utf-8")


ANSWERS = {
    "square = None": "square = p.n**2",
    "next_one = None": "next_one = p.n",
    "reason = None": 'reason = "Yes, it is."',
    "knew_it = ...": "knew_it = True",
}


def test_a_sheet_runs_is_judged_and_recorded(copy, record):
    record.add("1.2.a", wrong(None, "…"), at=before(3))
    record.add("1.2.b", right(), at=before(9))
    record.add("1.P.1", right(), at=before(9))
    sheet, notes = write(copy)
    assert notes == [] and sheet.path == copy / "practice" / f"{TODAY.isoformat()}.ipynb"
    assert [one.id for one in sheet.items] == ["1.2.a", "1.P.1", "1.2.q1", "1.2.q2"]  # 1.2.b waits: 15 minutes
    text = sheet.path.read_text(encoding="utf-8")
    assert "secret" not in text and "SOLUTION" not in text and "(../1_small/1_2_numbers.ipynb)" in text
    assert "Your last answer was not right, 3 days ago." in text
    # As it is, every stub runs, and nothing is called right.
    assert {sign for sign, _ in judged(sheet.path)} <= {"…"}
    solve(sheet.path, ANSWERS)
    told = dict(reversed(line.split(" ", 2)[:2]) for _, line in judged(sheet.path))
    assert told == {"1.2.a": "✔", "1.P.1": "✘"}
    tried = [(one.exercise, one.status, one.sheet) for one in record.attempts() if one.sheet]
    name = TODAY.isoformat()
    assert ("1.2.a", "right", name) in tried and ("1.P.1", "wrong", name) in tried
    assert {one.question: one.known for one in record.recalls()} == {"What is 2 + 2?": True, "And 3 + 3?": True}
    # What is known now is due later; what went wrong comes again, on another sheet with other numbers.
    again, _ = write(copy)
    assert again.path.name == f"{name}_2.ipynb"
    assert [one.id for one in again.items] == ["1.P.1", "1.2.b"]


def test_the_numbers_are_new_ones_and_the_same_for_the_same_sheet(copy, capsys):
    own = qtrain.variant("1.2.a")
    qtrain.practice(sheet="2026-11-27")
    other = qtrain.variant("1.2.a")
    assert own != other == qtrain.variant("1.2.a") == load().exercise("1.2.a").another(learner(), "2026-11-27")
    assert qtrain.check("1.2.a", other.n**2).passed and not qtrain.check("1.2.a", own.n**2).passed
    qtrain.practice(sheet="2026-11-27_2")
    assert qtrain.variant("1.2.a") != other
    draws = [load().exercise("1.2.a").another("x", str(n)) for n in range(200)]
    assert load().exercise("1.2.a").parameters("x") not in draws


def test_an_untouched_sheet_is_written_anew(copy, record):
    record.add("1.2.a", wrong(None, "…"))
    first, _ = write(copy)
    record.add("1.2.b", wrong(None, "…"))
    second, _ = write(copy)
    assert first.path == second.path and len(second.items) == 2
    saved = json.loads(first.path.read_text(encoding="utf-8"))
    saved["metadata"]["language_info"] = {"name": "python", "version": "3.12.1"}  # opened and saved
    first.path.write_text(json.dumps(saved), encoding="utf-8")
    assert write(copy)[0].path == first.path
    solve(first.path, ANSWERS)
    mine = first.path.read_bytes()
    assert write(copy)[0].path.name.endswith("_2.ipynb") and first.path.read_bytes() == mine
    first.path.write_text("{half")
    write(copy)
    assert first.path.read_text() == "{half"


def test_practice_in_a_notebook_says_why_and_links_to_the_sheet(copy, record, capsys):
    qtrain.practice()
    assert "There is nothing to repeat yet" in capsys.readouterr().out
    record.add("1.2.b", right(), at=before(0))
    qtrain.practice()
    assert "Nothing is due today. The next repetition comes tomorrow." in capsys.readouterr().out
    record.add("1.2.a", wrong("double-angle", "…"))
    qtrain.practice()
    told = capsys.readouterr().out
    assert (
        "- **1.2.a · A square** — Your last answer was not right (angles are twice what they should be), today." in told
    )
    assert f"](../practice/{TODAY.isoformat()}.ipynb)" in told and "About " in told


def test_the_card_on_a_sheet_leads_to_the_next_exercise(copy, record, capsys):
    for name in ("1.2.a", "1.P.1"):
        record.add(name, wrong(None, "…"))
    sheet, _ = write(copy)
    qtrain.practice(sheet=sheet.path.stem)
    qtrain.check("1.2.a", qtrain.variant("1.2.a").n ** 2)
    told = qtrain.notebook._onward(load().exercise("1.2.a"))
    assert told == "1 of 2 right on this sheet. Next: exercise 1.P.1 · The next one."
    qtrain.check("1.P.1", qtrain.variant("1.P.1").n + 1)
    assert "2 of 2 right on this sheet. That is all for now" in qtrain.notebook._onward(load().exercise("1.P.1"))
    sheet.path.unlink()
    assert qtrain.notebook._onward(load().exercise("1.P.1")) == ""


def test_a_recall_question_is_taken_down(copy, record, capsys):
    record.add("1.2.a", right(), at=before(2))
    qtrain.recalled("1.2.q2", ...)
    assert "Did you know it?" in capsys.readouterr().out and record.recalls() == []
    qtrain.recalled("1.2.q2", True)
    assert "The question comes again on " in capsys.readouterr().out
    qtrain.recalled("1.2.q1", False)
    assert "The question comes again now." in capsys.readouterr().out
    assert [(one.question, one.known) for one in record.recalls()] == [("And 3 + 3?", True), ("What is 2 + 2?", False)]
    for name in ("1.2.q3", "1.2.q0", "1.2.a", "q1"):
        with pytest.raises(qtrain.course.CourseError, match="no recall question"):
            qtrain.recalled(name, True)


def test_in_an_exam_and_outside_of_a_copy_it_says_so(copy, tmp_path, monkeypatch, capsys):
    (copy / "1_small" / "release.json").write_text('{"feedback": false}')
    qtrain.practice()
    assert "There is no practice in an exam." in capsys.readouterr().out
    monkeypatch.chdir(tmp_path)
    for call in (qtrain.practice, lambda: qtrain.recalled("1.2.q1", True), qtrain.progress):
        call()
        assert "make one with  qtrain learn" in capsys.readouterr().out


def test_the_command(copy, record, capsys):
    record.add("1.2.a", wrong(None, "…"))
    assert practice.run(SimpleNamespace(folder=None)) == 0
    told = capsys.readouterr().out
    assert "- 1.2.a · A square — Your last answer was not right, today." in told
    assert f"Your practice sheet: {copy / 'practice' / TODAY.isoformat()}.ipynb" in told
    assert practice.run(SimpleNamespace(folder=copy.parent / "no")) == 1
    assert "is not a learner's copy" in capsys.readouterr().err
    (copy / ".qtrain" / "record.sqlite").write_bytes(b"rubbish" * 999)
    assert practice.run(SimpleNamespace(folder=copy)) == 0
    told = capsys.readouterr()
    assert "it is kept as record.aside-" in told.err and "nothing to repeat yet" in told.out


OFFLINE = """
import sys
calls = []
def listen(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.getaddrinfo", "urllib.Request", "subprocess.Popen"):
        calls.append(event)
sys.addaudithook(listen)
import qtrain
qtrain.check("1.2.a", 1)
qtrain.check("1.2.b", "Yes, it is.")
qtrain.recalled("1.2.q1", True)
qtrain.progress()
qtrain.practice()
assert not calls, calls
print("nothing left")
"""


def test_nothing_leaves_the_machine(copy):
    done = subprocess.run([sys.executable, "-c", OFFLINE], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0 and "nothing left" in done.stdout, done.stderr


@pytest.mark.parametrize("call", [qtrain.practice, qtrain.progress, lambda: qtrain.recalled("1.2.q1", True)])
def test_trouble_with_the_record_is_a_sentence(copy, record, capsys, call):
    record.add("1.2.a", wrong(None, "…"))
    with sqlite3.connect(copy / ".qtrain" / "record.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    call()
    assert "was made by a newer qtrain" in capsys.readouterr().out


@pytest.mark.parametrize("command", [practice.run, None], ids=["qtrain practice", "practice()"])
def test_a_sheet_that_cannot_be_written_is_told(copy, record, capsys, command):
    record.add("1.2.a", wrong(None, "…"))
    (copy / "practice").write_text("a file in the way")
    assert (qtrain.practice() if command is None else command(SimpleNamespace(folder=copy))) in (None, 1)
    told = capsys.readouterr()
    assert "The practice sheet cannot be written." in told.out + told.err


def test_progress_says_what_to_repeat_in_all_its_forms(copy, record, capsys):
    from qtrain.skills import progress

    record.add("1.2.a", wrong(None, "…"), at=before(3))
    record.add("1.2.b", right(), at=before(2))
    qtrain.progress()
    assert progress.run(SimpleNamespace(folder=copy, html=None)) == 0
    told = capsys.readouterr().out
    assert told.count("To repeat: 1 exercise (1.2.a) and 2 recall questions. practice() in a notebook") == 2
    assert progress.run(SimpleNamespace(folder=copy, html="progress.html")) == 0
    html = (copy / "progress.html").read_text(encoding="utf-8")
    assert "<h2>What to repeat</h2>" in html and 'ipynb">1.2.a</a>' in html and "not right, 3 days ago" in html


@pytest.mark.parametrize("name", ["1.4.i", "1.7.k", "2.1.i", "2.5.f"])
def test_an_exercise_of_the_course_runs_alone(monkeypatch, tmp_path, name):
    """One of the plain ones, and three that use what their lesson made before."""
    monkeypatch.delenv("QTRAIN_COURSE", raising=False)
    (tmp_path / ".qtrain").mkdir()
    with Record(tmp_path) as record:
        record.add(name, wrong(None, "…"))
    sheet, _ = write(tmp_path)
    assert [one.id for one in sheet.items] == [name]
    (found,) = judged(sheet.path)
    assert found[0] == "…"


def test_nearly_every_exercise_of_the_course_can_stand_alone(monkeypatch):
    from qtrain.course.excerpt import excerpt

    monkeypatch.delenv("QTRAIN_COURSE", raising=False)
    names = [(document, name) for document in load().documents for name in document.cells]
    alone = [name for document, name in names if excerpt(document, name) is not None]
    assert len(alone) > 0.97 * len(names)
