"""From a release to the gradebook: what is handed in is kept, in time or late, and `qtrain grade` reads it as it is."""

import errno
import hashlib
import json
import os
from datetime import UTC, datetime, timedelta

import pytest
from in_class import ADA, ALI, ORLA, WEI, answered, files_below

from qtrain import cli
from qtrain.classroom.database import ClassDatabase
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.hand_ins import HandIns, lateness, named
from qtrain.classroom.releases import Releases, parsed
from qtrain.grading.roster import Learner, Roster

SOON = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")


def opened(room, name="ps1", **more):
    room.releases.prepare(name, "1", **more)
    room.releases.open(name)
    return room.releases.one(name)


def take(room, learner, data, now=None):
    return room.hand_ins.take(room.roster.get(learner), data, room.roster, now)


def test_learners_see_a_release_when_it_is_opened_and_only_their_own_copy(room):
    said = room.releases.prepare("ps1", "1", due=SOON, timezone="UTC")
    assert "for 4 learners" in said
    assert room.releases.seen_by(ADA) == {} and room.releases.copy("ps1", ADA) == {}
    room.releases.open("ps1")
    assert room.releases.seen_by(ADA)["ps1"]["due"].startswith(SOON)
    for learner in (ADA, ALI, WEI, ORLA):
        files = room.releases.copy("ps1", learner)
        assert sorted(files) == ["problem_set.ipynb", "release.json"]
        assert json.loads(files["release.json"])["learner"] == room.releases.one("ps1").manifest.variants[learner]
    assert room.releases.seen_by("mallory") == {} and room.releases.copy("ps1", "mallory") == {}
    for name in ("../ps1", "ps1/..", "", "ps2", "ps1/ada"):
        assert room.releases.copy(name, ADA) == {}


def test_what_is_handed_in_is_graded_as_it_lies_there_and_from_the_zip(room, tmp_path, capsys):
    opened(room, due=SOON, timezone="UTC")
    receipts = {
        learner: take(room, learner, answered(room, "ps1", learner, answer))
        for learner, answer in ((ADA, "p.n + 1"), (ALI, "p.n + 1"), (WEI, "p.n"), (ORLA, "p.n + 1"))
    }
    late = datetime.now(UTC) + timedelta(days=4)
    assert take(room, WEI, answered(room, "ps1", WEI, "1 + p.n"), late).late > 86400
    zipped = tmp_path / "ps1.zip"
    assert room.hand_ins.pack("ps1", zipped) == 5
    on_disk = {hashlib.sha256(path.read_bytes()).hexdigest() for path in room.folder.rglob("submissions/*/*/*.ipynb")}
    assert {one.digest for one in receipts.values()} < on_disk
    for number, handed_in in enumerate((room.folder / "submissions" / "ps1", zipped)):
        output = tmp_path / f"out{number}"
        # A class's submissions lead to their release; a zip may have been carried anywhere.
        release = ["--release", str(room.folder / "releases" / "ps1"), "--new"] if handed_in == zipped else []
        assert cli.main(["grade", str(handed_in), "-o", str(output), *release, "--late-loss", "10"]) == 0
        rows = [json.loads(line) for line in (output / "grades.jsonl").read_text("utf-8").splitlines()]
        points = {row["learner"]: row["grade"] for row in rows}
        digests = {row["learner"]: row["digest"] for row in rows if row["learner"] != WEI}
        assert digests == {learner: one.digest for learner, one in receipts.items() if learner != WEI}
        assert points == {ADA: 1.0, ALI: 1.0, ORLA: 1.0, WEI: 0.8}, capsys.readouterr().out


def test_handed_in_again_unchanged_it_is_the_same(room):
    opened(room)
    data = answered(room, "ps1", ADA)
    first, second = take(room, ADA, data), take(room, ADA, data, datetime.now(UTC) + timedelta(days=9))
    assert (second.number, second.received, second.digest) == (first.number, first.received, first.digest)
    assert len(list(room.folder.rglob("submissions/*/*/*.ipynb"))) == 1
    take(room, ADA, answered(room, "ps1", ADA, "5"))
    assert take(room, ADA, data).number == 3  # the last one counts: back to the first answer is a hand-in of its own


def test_closed_and_extended(room):
    opened(room, due=SOON, timezone="UTC")
    now = datetime.now(UTC)
    data = answered(room, "ps1", ADA)
    room.releases.extend("ps1", ADA, (now + timedelta(days=6)).strftime("%Y-%m-%dT%H:%M"))
    assert take(room, ADA, data, now + timedelta(days=5)).late == 0
    assert take(room, WEI, answered(room, "ps1", WEI), now + timedelta(days=5)).late > 86400
    room.releases.close("ps1")
    assert take(room, ADA, answered(room, "ps1", ADA, "7"), now + timedelta(days=5)).late == 0
    with pytest.raises(ClassroomError, match=r"was closed on 20\d\d-.*Your work is saved"):
        take(room, WEI, answered(room, "ps1", WEI, "9"))
    with pytest.raises(ClassroomError, match="was closed"):
        take(room, ADA, answered(room, "ps1", ADA, "8"), now + timedelta(days=7))
    room.releases.open("ps1")
    assert take(room, WEI, answered(room, "ps1", WEI, "9")).number
    assert room.releases.extend("ps1", ADA, "") is None
    assert room.releases.seen_by(ADA)["ps1"]["until"] == ""


def test_an_extension_to_an_earlier_time_takes_nothing_away(room):
    opened(room, due=SOON, timezone="UTC")
    room.releases.extend("ps1", ADA, (datetime.now(UTC) + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M"))
    assert take(room, ADA, answered(room, "ps1", ADA), datetime.now(UTC) + timedelta(hours=5)).late == 0


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"cells": 3}', b"\xff\xfe", b"[" * 100_000, b'{"cells": [], "metadata": []}']
)
def test_what_is_no_notebook_of_a_release_is_refused(room, data):
    opened(room)
    with pytest.raises(ClassroomError, match=r"no notebook|no problem set"):
        take(room, ADA, data)
    assert not (room.folder / "submissions").exists()


def test_a_notebook_of_a_release_that_is_not_open_is_refused(room):
    opened(room)
    data = answered(room, "ps1", ADA)
    notebook = parsed(data)
    notebook["metadata"]["qtrain"]["release"]["id"] = "../../x"
    with pytest.raises(ClassroomError, match="no problem set"):
        take(room, ADA, json.dumps(notebook).encode())


def test_another_ones_copy_is_kept_and_said(room):
    opened(room)
    receipt = take(room, ADA, answered(room, "ps1", WEI))
    assert receipt.learner == ADA and receipt.message.startswith("This copy was made for another learner.")


def test_too_large_and_too_many_are_sentences(room, monkeypatch):
    opened(room)
    monkeypatch.setattr("qtrain.classroom.hand_ins.MAX_BYTES", 10)
    with pytest.raises(ClassroomError, match="clear the outputs"):
        take(room, ADA, answered(room, "ps1", ADA))
    monkeypatch.undo()
    monkeypatch.setattr("qtrain.classroom.hand_ins.MOST", 2)
    for answer in ("1", "2"):
        take(room, ADA, answered(room, "ps1", ADA, answer))
    with pytest.raises(ClassroomError, match="no more is kept"):
        take(room, ADA, answered(room, "ps1", ADA, "3"))
    assert take(room, WEI, answered(room, "ps1", WEI, "3")).number == 3


def test_a_full_disk_is_a_sentence_and_nothing_half_kept(room, monkeypatch):
    opened(room)
    data = answered(room, "ps1", ADA)

    def full(fd):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ClassroomError, match="disk is full, and nothing was handed in"):
        take(room, ADA, data)
    monkeypatch.undo()
    assert files_below(room.folder / "submissions") == [] and room.database.hand_ins() == []


def test_a_lost_database_learns_of_hand_ins_from_the_disk(room):
    opened(room, due=SOON, timezone="UTC")
    for learner in (ADA, ALI, ORLA):
        take(room, learner, answered(room, "ps1", learner))
    before = [(one.learner, one.received, one.digest, one.size, one.place) for one in room.database.hand_ins()]
    for path in room.folder.glob("class.sqlite*"):
        path.unlink()
    database = ClassDatabase(room.folder)
    again = HandIns(room.folder, database, Releases(room.folder, database))
    assert again.recover(room.roster) == 3 and again.recover(room.roster) == 0
    found = [(one.learner, one.received, one.digest, one.size, one.place) for one in database.hand_ins()]
    assert sorted(found) == sorted(before)


def test_newcomers_get_a_copy_and_the_others_keep_theirs(room):
    opened(room)
    before = room.releases.copy("ps1", ADA)
    with open(room.folder / "roster.csv", "a", encoding="utf-8") as file:
        file.write("eve,Eve,eve@example.org\n")
    assert room.releases.without_a_copy("ps1", [ADA, "eve"]) == ["eve"]
    room.releases.prepare("ps1")
    assert room.releases.without_a_copy("ps1", [ADA, "eve"]) == []
    assert room.releases.copy("ps1", ADA) == before


@pytest.mark.parametrize(
    ("name", "module", "due", "words"),
    [
        ("../x", "1", "", "will not do as a name"),
        ("ps1", "", "", "say which problem set"),
        ("ps1", "7", "", "there is no module '7'"),
        ("ps1", "1", "yesterday", "is no time"),
        ("ps1", "--help", "", "there is no module '--help'"),
    ],
)
def test_what_cannot_be_prepared_is_a_sentence_and_leaves_nothing(room, name, module, due, words):
    with pytest.raises(ClassroomError, match=words):
        room.releases.prepare(name, module, due=due)
    assert room.releases.all() == {}


def test_a_broken_release_is_told_and_does_not_hide_the_others(room):
    opened(room)
    (room.folder / "releases" / "broken").mkdir()
    (room.folder / "releases" / "broken" / "release-manifest.json").write_text("{")
    assert list(room.releases.all()) == ["ps1"]
    assert "no record of a release" in room.releases.troubles[0]


def test_folders_are_named_so_that_grading_finds_the_one_learner():
    roster = Roster((Learner("a/b", email="x@y.z"), Learner("a+b"), Learner("a b"), Learner("c:d"), Learner("..")))
    found = {learner.id: named(learner, roster) for learner in roster.learners if learner.id not in ("a+b", "..")}
    assert found == {"a/b": "x@y.z", "a b": "a b", "c:d": "c_d"}
    for learner in roster.learners:
        if learner.id in ("a+b", ".."):
            with pytest.raises(ClassroomError, match="no folder can be named"):
                named(learner, roster)


@pytest.mark.parametrize(
    ("late", "words"),
    [(0, ""), (30, "1 min late"), (3599, "59 min late"), (7200, "2 h late"), (172_800, "2 days late")],
)
def test_lateness_in_words(late, words):
    assert lateness(late) == words
