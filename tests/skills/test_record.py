"""The learner's record: many may write at once, and no file is ever overwritten."""

import multiprocessing
import sqlite3

import pytest

from qtrain.checking.verdict import not_yet, right, wrong
from qtrain.skills.record import FILE, SCHEMA, Record, RecordError, _passing, _sentence


@pytest.fixture
def file(tmp_path):
    (tmp_path / ".qtrain").mkdir()
    return tmp_path / ".qtrain" / FILE


def test_what_is_written_is_read(tmp_path):
    with Record(tmp_path) as record:
        record.add("1.6.a", not_yet())
        record.add("1.6.a", wrong("qubit-order", "…", score=0.5))
        record.add("1.6.a", right())
        record.add("1.6.a", wrong(None, "…"))
        record.add("1.6.b", wrong(None, "…", score=0.25))
        assert record.notes == []
    with Record(tmp_path) as record:
        standings = record.standings()
        attempts = record.attempts("1.6.a")
    assert (standings["1.6.a"].done, standings["1.6.a"].tries, standings["1.6.a"].score) == (True, 3, 1.0)
    assert (standings["1.6.b"].done, standings["1.6.b"].score) == (False, 0.25)
    assert [(a.status, a.diagnosis) for a in attempts] == [("wrong", "qubit-order"), ("right", None), ("wrong", None)]


def test_the_file_is_closed_at_the_end(tmp_path):
    with Record(tmp_path) as record:
        record.add("1.6.a", right())
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        record._connection.execute("SELECT 1")


def write(folder, exercise, times):
    for _ in range(times):
        with Record(folder) as record:
            record.add(exercise, right())


def test_four_notebooks_write_at_once_and_find_it_damaged(tmp_path, file):
    before = b"no database at all " * 500
    file.write_bytes(before)
    writers = [
        multiprocessing.get_context("spawn").Process(target=write, args=(tmp_path, f"1.6.{name}", 25))
        for name in "abcd"
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    with Record(tmp_path) as record:
        assert {name: standing.tries for name, standing in record.standings().items()} == dict.fromkeys(
            ("1.6.a", "1.6.b", "1.6.c", "1.6.d"), 25
        )
    assert [path.read_bytes() for path in file.parent.glob("record.aside-*")] == [before]


def older(file):
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE results (x)")
        connection.execute("INSERT INTO results VALUES (42)")
    connection.close()


def damaged(file):
    """Sound at the head, damaged in the middle: it opens, and breaks where it is read."""
    with Record(file.parent.parent) as record:
        for number in range(3000):
            record._connection.execute(
                "INSERT INTO attempt (exercise, at, status, score) VALUES (?, 'x', 'right', 1)", (f"1.6.{number}",)
            )
        record._connection.commit()
    content = bytearray(file.read_bytes())
    content[4096 * 8 : 4096 * 20] = b"\xff" * (4096 * 12)
    file.write_bytes(content)
    with Record(file.parent.parent) as record:
        assert record.notes == []


def without_a_column(file):
    """Of this version by its own word, but not of its form."""
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE attempt (number INTEGER PRIMARY KEY, exercise TEXT)")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda file: file.write_bytes(b"rubbish" * 999), "was damaged"),
        (lambda file: file.write_bytes(b"SQLite format 3\0" + b"\1" * 500), "was damaged"),
        (older, "is from an older qtrain"),
        (damaged, "was damaged"),
        (without_a_column, "was damaged"),
    ],
)
def test_what_cannot_be_used_is_set_aside(tmp_path, file, spoil, words):
    spoil(file)
    before = file.read_bytes()
    with Record(tmp_path) as record:
        record.standings()
        record.add("1.6.a", right())
        assert len(record.notes) == 1 and words in record.notes[0]
    with Record(tmp_path) as record:
        assert list(record.standings()) == ["1.6.a"] and record.notes == []
    (aside,) = file.parent.glob("record.aside-*.sqlite")
    assert aside.read_bytes() == before


def test_a_newer_file_stays_as_it_is(tmp_path, file):
    with Record(tmp_path) as record:
        record.add("1.6.a", right())
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = file.read_bytes()
    with pytest.raises(RecordError, match=r"made by a newer qtrain.*pip install --upgrade qtrain"), Record(tmp_path):
        pass
    assert file.read_bytes() == before and not list(file.parent.glob("record.aside-*"))


def test_a_record_is_used_where_it_is_open(tmp_path):
    with pytest.raises(RecordError, match="within `with Record"):
        Record(tmp_path).attempts()


def test_a_locked_file_is_no_damaged_one(tmp_path, file, monkeypatch):
    monkeypatch.setattr("qtrain.skills.record.WAIT_S", 0.05)
    with Record(tmp_path) as record:
        record.add("1.6.a", right())
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RecordError, match="is in use by another program"), Record(tmp_path) as record:
        record.add("1.6.a", right())
    other.close()
    assert not list(file.parent.glob("record.aside-*"))


def test_a_file_that_cannot_be_opened_is_told(tmp_path, file):
    file.mkdir()
    with pytest.raises(RecordError, match="cannot be written"), Record(tmp_path):
        pass


def test_a_full_disk_is_told_and_what_was_there_stays(tmp_path):
    with Record(tmp_path) as record:
        record.add("1.6.a", right())
        record._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(RecordError, match="the disk is full: free some space"):
            for _ in range(2000):
                record.add("1.6." + "b" * 200, right())
        assert record.notes == [] and record.standings()["1.6.a"].done
    assert not list(tmp_path.rglob("record.aside-*"))


@pytest.mark.parametrize(
    ("code", "words", "sound"),
    [
        (sqlite3.SQLITE_BUSY, "is in use by another program", True),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "is in use by another program", True),
        (sqlite3.SQLITE_LOCKED, "is in use by another program", True),
        (sqlite3.SQLITE_FULL, "the disk is full", True),
        (sqlite3.SQLITE_READONLY, "cannot be written", True),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "cannot be written", True),
        (sqlite3.SQLITE_CANTOPEN, "cannot be written", True),
        (sqlite3.SQLITE_PERM, "cannot be written", True),
        (sqlite3.SQLITE_IOERR, "check the disk", True),
        (sqlite3.SQLITE_AUTH, "check the disk", True),
        (sqlite3.SQLITE_CORRUPT, "check the disk", False),
        (sqlite3.SQLITE_NOTADB, "check the disk", False),
        (sqlite3.SQLITE_ERROR, "check the disk", False),
        (None, "check the disk", False),
    ],
)
def test_each_trouble_of_the_system_has_its_sentence_and_spares_a_sound_file(tmp_path, code, words, sound):
    problem = sqlite3.OperationalError("trouble")
    if code is not None:
        problem.sqlite_errorcode = code
    assert words in _sentence(problem, tmp_path / FILE)
    assert _passing(problem) == sound


def test_attempts_of_one_exercise_come_in_their_order(tmp_path):
    with Record(tmp_path) as record:
        for name, verdict in (("1.6.a", wrong(None, "…")), ("1.6.b", right()), ("1.6.a", right())):
            record.add(name, verdict)
        assert [one.status for one in record.attempts("1.6.a")] == ["wrong", "right"]
        assert [one.exercise for one in record.attempts()] == ["1.6.a", "1.6.b", "1.6.a"]
        assert {name: (one.done, one.tries) for name, one in record.standings().items()} == {
            "1.6.a": (True, 2),
            "1.6.b": (True, 1),
        }
