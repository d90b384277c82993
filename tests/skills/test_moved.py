"""An older record is brought into today's form, once, and loses nothing."""

import multiprocessing
import sqlite3
from contextlib import closing

import pytest

from qtrain.checking.verdict import right, wrong
from qtrain.course import load
from qtrain.skills.moved import SECOND
from qtrain.skills.record import FILE, SCHEMA, STEPS, Record, RecordError

# One row: a lesson of the first edition, its letters, and what they are now.
LESSONS = [
    ("0.1", "abcdef", "0.1.a 0.1.b 0.1.c 0.1.d 0.1.e 0.1.f"),
    ("0.2", "abcdefgh", "0.4.a 0.4.b 0.4.c 0.4.d 0.4.e 0.4.f 0.4.g 0.4.h"),
    ("0.3", "abcdefghi", "0.5.a 0.5.b 0.5.c 0.5.d 0.5.e 0.5.f 0.5.g 0.5.h 0.5.i"),
    ("0.4", "abcdefghijk", "0.6.a 0.6.b 0.6.c 0.6.d 0.6.e 0.7.a 0.7.b 0.7.c 0.7.d 0.7.e 0.7.h"),
    ("0.5", "abcdefgh", "0.2.a 0.2.b 0.2.c 0.2.d 0.2.e 0.2.f 0.2.g 0.2.h"),
    ("0.6", "abcdefgh", "0.3.a 0.3.b 0.3.c 0.3.d 0.3.e 0.3.f 0.3.g 0.3.h"),
    ("1.6", "ab", "1.6.a 1.6.b"),
    ("0.P", "12", "0.P.1 0.P.2"),
    ("0.2", "z", "0.2.z"),  # in no edition: kept as it is
    ("mine", "a", "mine.a"),
]
PAIRS = [(f"{lesson}.{a}", b) for lesson, letters, now in LESSONS for a, b in zip(letters, now.split(), strict=True)]


@pytest.fixture
def old(tmp_path):
    """A learner's folder with a record as the first edition wrote it: each exercise wrong, and then right."""
    file = tmp_path / ".qtrain" / FILE
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "CREATE TABLE attempt (number INTEGER PRIMARY KEY, exercise TEXT NOT NULL, at TEXT NOT NULL, "
            "status TEXT NOT NULL, score REAL NOT NULL, diagnosis TEXT)"
        )
        connection.execute("CREATE INDEX attempt_exercise ON attempt (exercise)")
        for name, _ in PAIRS:
            for status, score in (("wrong", 0.25), ("right", 1.0)):
                row = (name, f"2026-01-01 {name}", status, score, f"of {name}")
                connection.execute(
                    "INSERT INTO attempt (exercise, at, status, score, diagnosis) VALUES (?, ?, ?, ?, ?)", row
                )
        connection.execute("PRAGMA user_version = 1")
    return tmp_path


def rows(folder):
    with Record(folder) as record:
        assert record.notes == []
        return [(a.exercise, a.at, a.status, a.score, a.diagnosis) for a in record.attempts()]


def expected():
    return [
        (now, f"2026-01-01 {was}", status, score, f"of {was}")
        for was, now in PAIRS
        for status, score in (("wrong", 0.25), ("right", 1.0))
    ]


def test_every_attempt_follows_its_exercise(old):
    assert rows(old) == expected()
    with Record(old) as record:
        standings = record.standings()
    assert set(standings) == {now for _, now in PAIRS} and all(s.done and s.tries == 2 for s in standings.values())


def test_it_happens_once(old):
    for _ in range(3):
        assert rows(old) == expected()


def test_new_attempts_join_the_old_ones_and_stay(old):
    with Record(old) as record:
        record.add("0.2.a", wrong(None, "…"))  # of the second edition: probability
        record.add("0.6.f", right())  # an exercise of shots in the first edition, of matrices in the second
    for _ in range(2):
        found = rows(old)
        assert found[:-2] == expected() and [row[0] for row in found[-2:]] == ["0.2.a", "0.6.f"]


def test_a_new_record_is_not_mapped(tmp_path):
    for name in ("0.2.a", "0.4.f", "0.6.h"):
        with Record(tmp_path) as record:
            record.add(name, right())
    assert [row[0] for row in rows(tmp_path)] == ["0.2.a", "0.4.f", "0.6.h"]


def test_an_interrupted_change_leaves_all_as_it_was(old, monkeypatch):
    def breaks(name):
        raise ValueError(name) if name == "0.4.k" else None

    before = (old / ".qtrain" / FILE).read_bytes()
    monkeypatch.setattr("qtrain.skills.record.moved", lambda name: breaks(name) or SECOND.get(name, name))
    monkeypatch.setattr("qtrain.skills.record._passing", lambda problem: True)
    with pytest.raises(RecordError), Record(old):
        pass
    assert (old / ".qtrain" / FILE).read_bytes() == before
    monkeypatch.undo()
    assert rows(old) == expected()


def add(folder):
    with Record(folder) as record:
        record.add("0.2.a", right())


def test_several_notebooks_open_it_at_once(old):
    writers = [multiprocessing.get_context("spawn").Process(target=add, args=(old,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    found = rows(old)
    assert found[:-3] == expected() and [row[0] for row in found[-3:]] == ["0.2.a"] * 3


def test_the_table_is_one_to_one_and_leads_to_exercises_of_the_course():
    assert len(set(SECOND.values())) == len(SECOND) == 44
    assert set(SECOND.values()) <= {name for lesson in load().lessons for name in lesson.cells}


@pytest.fixture
def second(tmp_path):
    """A folder with a record as the second edition wrote it before there was practice."""
    file = tmp_path / ".qtrain" / FILE
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "CREATE TABLE attempt (number INTEGER PRIMARY KEY, exercise TEXT NOT NULL, at TEXT NOT NULL, "
            "status TEXT NOT NULL, score REAL NOT NULL, diagnosis TEXT)"
        )
        connection.execute("INSERT INTO attempt VALUES (1, '0.2.a', '2026-01-01', 'wrong', 0.25, 'inverse')")
        connection.execute("PRAGMA user_version = 2")
    return tmp_path


def test_a_record_from_before_practice_keeps_all_and_takes_what_is_new(second):
    with Record(second) as record:
        record.add("0.2.a", right(), sheet="2026-11-27")
        record.recalled("0.2", "What?", True)
    for _ in range(2):
        assert [row[0] for row in rows(second)] == ["0.2.a", "0.2.a"]  # no renumbering
        with Record(second) as record:
            assert [(one.status, one.diagnosis, one.sheet) for one in record.attempts()] == [
                ("wrong", "inverse", ""),
                ("right", None, "2026-11-27"),
            ]
            assert [(one.question, one.known) for one in record.recalls()] == [("What?", True)]
    assert not list((second / ".qtrain").glob("*.aside-*"))


def test_every_older_form_leads_to_todays():
    assert sorted(STEPS) == list(range(1, SCHEMA))


def test_an_old_record_that_is_damaged_is_set_aside_whole(second):
    file = second / ".qtrain" / FILE
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("DROP TABLE attempt")
    before = file.read_bytes()
    with Record(second) as record:
        record.add("0.2.a", right())
        assert "was damaged" in record.notes[0]
    (aside,) = file.parent.glob("record.aside-*.sqlite")
    assert aside.read_bytes() == before
