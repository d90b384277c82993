"""What the teacher sees, worked out from what came in: who is here, what is hard now, and only what changed."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from in_class import ADA, ALI, WEI, answered

from qtrain.classroom.database import Tried
from qtrain.classroom.live import HERE_S, RECENT_S, Live

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def live(room):
    made = Live(room.database, room.releases, room.people)
    made.refresh(NOW)
    return made


def tried(room, learner, exercise, status="wrong", ago=0.0, diagnosis="", score=0.0):
    at = (datetime.fromtimestamp(NOW, UTC) - timedelta(seconds=ago)).isoformat(timespec="seconds")
    room.database.add_attempts(learner, [Tried(exercise, at, status, score, diagnosis)])


def test_only_what_changed_travels(room, live):
    state = live.changes()["state"]
    assert live.changes()["all"] and not live.refresh(NOW) and live.changes(state)["lines"] == []
    live.heard(ADA, "1.2", "1.2.a", NOW)
    assert live.refresh(NOW)
    found = live.changes(state)
    assert [line["id"] for line in found["lines"]] == [ADA] and found["summary"]["here"] == 1 and not found["all"]
    for other in ("", "x", "0-1", f"{live.epoch}-", f"{live.epoch}--1", f"{live.epoch}-²", f"{live.epoch}-" + "9" * 99):
        assert live.changes(other)["all"], other


def test_who_says_nothing_is_gone_and_when_they_were_seen_stands(room, live):
    live.heard(ADA, "1.2", "", NOW)
    live.refresh(NOW + HERE_S - 1)
    assert live.changes()["summary"]["here"] == 1
    live.refresh(NOW + HERE_S)
    line = live.changes()["lines"][0]
    assert (line["here"], line["seen"]) == (False, NOW) and live.changes()["summary"]["here"] == 0


def test_hard_is_what_those_who_are_here_try_without_success(room, live):
    for learner in (ADA, ALI):
        live.heard(learner, "1.2", "1.2.a", NOW)
    tried(room, ADA, "1.2.a", ago=60)
    tried(room, ADA, "1.2.a", ago=30)
    tried(room, ALI, "1.2.a", ago=20)
    tried(room, ALI, "1.2.a", "right", ago=10, score=1.0)
    tried(room, ALI, "1.2.b", ago=5)  # once wrong is how one learns
    tried(room, ADA, "1.3.a", ago=RECENT_S + 60)
    tried(room, ADA, "1.3.a", ago=RECENT_S + 61)
    for k in range(5):
        tried(room, WEI, "1.2.b", ago=k)  # not here
    live.refresh(NOW)
    assert live.changes()["summary"]["hard"] == [{"exercise": "1.2.a", "title": "", "stuck": 1, "tries": 2, "done": 1}]


def test_common_mistakes_count_learners_and_pass(room, live):
    for learner in (ADA, ALI):
        for ago in (1, 2, 3):
            tried(room, learner, "1.2.a", ago=ago, diagnosis="qubit-order")
    tried(room, "mallory", "1.2.a", diagnosis="qubit-order")  # in no roster
    live.refresh(NOW)
    found = live.changes()["summary"]["mistakes"]
    assert [(one["words"], one["learners"]) for one in found] == [("all qubits in reversed order", 2)]
    live.refresh(NOW + RECENT_S + 60)
    assert live.changes()["summary"]["mistakes"] == []


def test_a_time_to_come_is_now(room, live):
    tried(room, ADA, "1.2.a", ago=-10 * RECENT_S, diagnosis="inverse")
    live.refresh(NOW)
    live.refresh(NOW + RECENT_S + 1)
    assert live.changes()["summary"]["mistakes"] == []


def test_without_a_word_what_was_tried_last_says_where(room, live):
    tried(room, ADA, "1.2.a", ago=90)
    tried(room, ADA, "1.2.b", ago=60)
    live.refresh(NOW)
    line = live.changes()["lines"][0]
    assert (line["exercise"], line["wrong"], line["seen"], line["here"]) == ("1.2.b", 1, NOW - 60, False)


def test_a_database_that_is_begun_anew_is_counted_anew(room, live):
    tried(room, ADA, "1.2.a")
    live.refresh(NOW)
    assert live.changes()["lines"][0]["tried"] == 1
    room.database.path.write_bytes(b"no database at all, but long enough" * 300)
    for end in ("-wal", "-shm"):
        room.database.path.with_name(room.database.path.name + end).unlink(missing_ok=True)
    live.database._local.__dict__.clear()
    tried(room, ADA, "1.2.b")
    live.refresh(NOW)
    assert "was damaged" in live.changes()["summary"]["troubles"][0]
    assert live.changes()["lines"][0]["exercise"] == "1.2.b"


def test_nobody_waits_while_the_database_is_slow(room, live):
    slow, entered = threading.Event(), threading.Event()
    attempts = live.database.attempts

    def waits(since):
        entered.set()
        assert slow.wait(20)
        return attempts(since)

    live.database.attempts = waits
    looking = threading.Thread(target=live.refresh, args=(NOW,))
    looking.start()
    assert entered.wait(10)
    done = threading.Thread(target=lambda: (live.heard(ADA, "1.2", "", NOW), live.changes()))
    done.start()
    done.join(5)
    assert not done.is_alive()
    slow.set()
    looking.join(10)


def test_more_time_that_is_given_afterwards_counts(room, live):
    due = datetime.now(UTC) + timedelta(hours=1)
    room.releases.prepare("ps1", "1", due.isoformat())
    room.releases.open("ps1")
    for learner in (ADA, WEI):
        person, data = room.roster.get(learner), answered(room, "ps1", learner)
        room.hand_ins.take(person, data, room.roster, due + timedelta(hours=5))
    late = {}
    for until in ("", (due + timedelta(days=1)).isoformat(), ""):
        if until or late:
            room.releases.extend("ps1", ADA, until)
        live.refresh(NOW)
        late = {line["id"]: line["handed"]["ps1"]["late"] for line in live.changes()["lines"] if line["handed"]}
        assert late == {ADA: "" if until else "5 h late", WEI: "5 h late"}
