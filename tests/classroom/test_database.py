"""The class's database: written by many at once, damaged, cut off, from another time."""

import multiprocessing
import os
import sqlite3
import threading
from datetime import UTC, datetime

import pytest

from qtrain.classroom.class_file import FILE
from qtrain.classroom.database import MOST_NUMBERS, ClassDatabase, HandedIn, Seen, Tried
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.settings import FIRST_UID

ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root: homes belong to numbers of their own"
)


def home(folder, name, number):
    (folder / "homes" / name).mkdir(parents=True)
    os.chown(folder / "homes" / name, FIRST_UID + number, FIRST_UID + number)


def numbers_in_a_process(folder, names, ready, results):
    database = ClassDatabase(folder)
    ready.wait()
    results.put([(name, database.number(name)) for name in names])


def test_a_number_is_given_once_whoever_asks(tmp_path):
    names = [f"learner {k}" for k in range(40)]
    context = multiprocessing.get_context("spawn")
    ready, results = context.Barrier(3), context.Queue()
    processes = [
        context.Process(target=numbers_in_a_process, args=(tmp_path, names[::step], ready, results))
        for step in (1, -1, 2)
    ]
    for process in processes:
        process.start()
    told = [results.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    known = dict(max(told, key=len))
    assert sorted(known.values()) == list(range(1, 41))
    assert all(known[name] == number for one in told for name, number in one)
    assert ClassDatabase(tmp_path).numbers() == known


def test_threads_of_one_object_share_it(tmp_path):
    database = ClassDatabase(tmp_path)
    gate = threading.Barrier(12)

    def work(k):
        gate.wait()
        database.add_attempts(
            f"l{k % 3}", [Tried(f"1.1.{n}", f"2026-01-01T00:00:{k:02}", "wrong", 0.0) for n in range(9)]
        )

    threads = [threading.Thread(target=work, args=(k,)) for k in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(database.attempts()) == 12 * 9


def test_a_check_that_is_reported_again_is_the_same_one(tmp_path):
    database = ClassDatabase(tmp_path)
    tried = [
        Tried("1.6.a", "2026-01-01T00:00:00", "wrong", 0.0, "inverse"),
        Tried("1.6.a", "2026-01-01T00:00:09", "right", 1),
    ]
    assert database.add_attempts("ada", tried) == 2
    assert database.add_attempts("ada", [*tried, Tried("1.6.b", "2026-01-01T00:00:10", "right", 1.0)]) == 1
    assert database.add_attempts("bob", tried) == 2
    rows = database.attempts()
    assert [learner for _, learner, _ in rows] == ["ada", "ada", "ada", "bob", "bob"]
    assert database.attempts(rows[2][0]) == rows[3:]


def test_nobody_fills_the_disk_with_checks(tmp_path, monkeypatch):
    monkeypatch.setattr("qtrain.classroom.database.MOST_ATTEMPTS", 5)
    database = ClassDatabase(tmp_path)
    for k in range(4):
        database.add_attempts("ada", [Tried(f"1.{k}.{n}", "2026", "wrong", 0.0) for n in range(3)])
    assert database.add_attempts("bob", [Tried("1.1.a", "2026", "right", 1.0)]) == 1
    assert len(database.attempts()) == 6


def test_all_of_a_batch_or_nothing(tmp_path):
    database = ClassDatabase(tmp_path)
    with pytest.raises(ClassroomError, match="cannot be used"):
        database.add_attempts("ada", [Tried("1.6.a", "2026", "right", 1.0), Tried(None, "2026", "right", 1.0)])
    assert database.attempts() == []
    assert database.add_attempts("ada", [Tried("1.6.a", "2026", "right", 1.0)]) == 1


def test_codes(tmp_path):
    database = ClassDatabase(tmp_path)
    assert database.code("ada") is None
    database.keep_code("ada", b"salt", b"one")
    database.keep_code("ada", b"salt", b"two")
    assert database.code("ada") == (b"salt", b"two") and database.coded() == {"ada"}
    database.forget_code("ada")
    assert database.coded() == set()


def test_releases_open_close_and_extend(tmp_path):
    database = ClassDatabase(tmp_path)
    assert database.opened() == {}
    database.open("ps1")
    database.close("ps1")
    assert database.opened()["ps1"]
    database.open("ps1")
    assert database.opened() == {"ps1": ""}
    until = datetime(2026, 3, 1, 12, tzinfo=UTC)
    database.extend("ps1", "علی", until)
    assert database.extensions("ps1") == {("ps1", "علی"): until}
    database.extend("ps1", "علی", None)
    assert database.extensions() == {}


def test_hand_ins_have_numbers_and_places(tmp_path):
    database = ClassDatabase(tmp_path)
    one = HandedIn(0, "ada", "ps1", "2026-01-01T00:00:00+00:00", "ab" * 32, 10, 0.0, "submissions/ps1/x")
    assert database.add_hand_in(one) == database.add_hand_in(one) == 1
    assert [(h.number, h.learner) for h in database.hand_ins("ps1")] == [(1, "ada")]
    assert database.hand_ins("ps2") == []


def test_where_everybody_is_survives_a_restart(tmp_path):
    ClassDatabase(tmp_path).keep_seen({"ada": Seen(10.0, "1.4", "1.4.a"), "bob": Seen(11.0)})
    ClassDatabase(tmp_path).keep_seen({"ada": Seen(12.0, "1.5", "")})
    assert ClassDatabase(tmp_path).seen() == {"ada": Seen(12.0, "1.5", ""), "bob": Seen(11.0)}


def test_it_is_its_owners_alone(tmp_path):
    before = os.umask(0o022)
    try:
        ClassDatabase(tmp_path).number("ada")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob(f"{FILE}*")} == {0o600}


@ROOT
def test_what_root_makes_is_the_hubs(tmp_path):
    (tmp_path / "hub").mkdir()
    os.chown(tmp_path / "hub", FIRST_UID + 65535, FIRST_UID + 65535)
    database = ClassDatabase(tmp_path)
    database.number("ada")
    owners = {path.name: path.stat().st_uid for path in tmp_path.glob(f"{FILE}*")}
    assert set(owners.values()) == {FIRST_UID + 65535} and f"{FILE}-wal" in owners


@ROOT
def test_the_number_of_a_lost_database_is_told_by_the_home(tmp_path):
    home(tmp_path, "ada", 7)
    home(tmp_path, "bob", 9)
    database = ClassDatabase(tmp_path)
    assert database.number("carol") == 10  # never one that somebody's files belong to
    assert database.number("ada") == 7 and database.number("bob") == 9


@ROOT
def test_a_home_of_another_ones_number_is_said(tmp_path):
    home(tmp_path, "ada", 1)
    database = ClassDatabase(tmp_path)
    with sqlite3.connect(database.path) as connection:
        ClassDatabase(tmp_path).numbers()
        connection.execute("INSERT INTO person VALUES (1, 'bob')")
    with pytest.raises(ClassroomError, match="belongs to number 1, which is 'bob'"):
        database.number("ada")


def test_no_number_beyond_the_hubs(tmp_path):
    database = ClassDatabase(tmp_path)
    database.number("ada")
    with sqlite3.connect(database.path) as connection:
        connection.execute("UPDATE person SET number = ?", (MOST_NUMBERS,))
    with pytest.raises(ClassroomError, match="are taken"):
        database.number("bob")


def test_a_damaged_file_is_set_aside_and_said(tmp_path):
    (tmp_path / FILE).write_bytes(b"this is no database, but a text of some length" * 100)
    database = ClassDatabase(tmp_path)
    assert database.number("ada") == 1
    assert "kept as class.aside-" in database.notes[0] and "Taken over: nothing" in database.notes[0]
    assert len(list(tmp_path.glob("class.aside-*.sqlite"))) == 1


def test_what_can_be_read_of_a_damaged_file_is_taken_over(tmp_path):
    database = ClassDatabase(tmp_path)
    database.keep_code("ada", b"s", b"h")
    database.number("ada")
    for k in range(300):
        database.add_attempts("ada", [Tried(f"1.6.{n}", f"2026-{k}", "wrong", 0.0, "inverse") for n in range(9)])
    with sqlite3.connect(database.path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'attempt'").fetchone()[0]
    with open(database.path, "rb+") as file:
        file.seek(4096 * (page - 1))
        file.write(b"\xff" * 4096)
    fresh = ClassDatabase(tmp_path)
    assert fresh.attempts() == []
    assert fresh.notes and fresh.code("ada") == (b"s", b"h") and fresh.number("ada") == 1
    # An object that had the old file open writes into the new one.
    database.number("bob")
    assert fresh.numbers() == {"ada": 1, "bob": 2}


def test_another_program_s_database_is_not_written_into(tmp_path):
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("CREATE TABLE mine (x)")
    database = ClassDatabase(tmp_path)
    assert database.number("ada") == 1
    with sqlite3.connect(next(tmp_path.glob("class.aside-*.sqlite"))) as connection:
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_master")] == ["mine"]


def test_a_newer_file_stays(tmp_path):
    ClassDatabase(tmp_path).number("ada")
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ClassroomError, match="newer qtrain"):
        ClassDatabase(tmp_path).number("ada")
    assert not list(tmp_path.glob("class.aside*"))


def test_a_locked_file_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("qtrain.classroom.class_file.WAIT_S", 0.05)
    database = ClassDatabase(tmp_path)
    database.number("ada")
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(ClassroomError, match="in use by another program"):
            ClassDatabase(tmp_path).number("bob")
        assert ClassDatabase(tmp_path).numbers() == {"ada": 1}  # readers do not wait
    finally:
        other.close()


def test_a_forked_child_has_a_connection_of_its_own(tmp_path):
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    database = ClassDatabase(tmp_path)
    database.number("ada")
    child = os.fork()
    if child == 0:
        os._exit(database.number("bob") - 2)
    assert os.waitpid(child, 0)[1] == 0
    assert database.number("carol") == 3
