"""`qtrain hub DIR release`, `close`, `extend` and `collect`: in a terminal what the teacher's page does."""

import argparse
import os
import shlex
import zipfile
from datetime import UTC, datetime

import pytest
from in_class import ADA, ORLA, WEI, answered

from qtrain import cli
from qtrain.classroom import releasing
from qtrain.classroom.settings import FIRST_UID


@pytest.fixture
def do(room, capsys):
    """Runs an action; returns its exit code and what it said."""

    def run(action, *words):
        parser = argparse.ArgumentParser(prog=f"qtrain hub DIR {action}")
        releasing.add_arguments(parser)
        args = parser.parse_args(words)
        args.folder, args.action = room.folder, action
        code = releasing.run(args)
        told = capsys.readouterr()
        return code, told.out + told.err

    return run


def test_from_release_to_the_command_that_grades(do, room, tmp_path, monkeypatch, capsys):
    code, said = do("release", "ps1", "1", "--due", "2099-03-01T23:59", "--timezone", "Asia/Karachi")
    assert code == 0 and "ps1 is given to 4 learners" in said
    assert room.database.opened() == {"ps1": ""}
    assert do("extend", "ps1", ADA, "2099-03-02T12:00")[1].strip() == "ada has time until 2099-03-02 07:00 UTC."
    do("extend", "ps1", ORLA, "2099-03-02T12:00")
    for learner in (ADA, WEI):
        room.hand_ins.take(room.roster.get(learner), answered(room, "ps1", learner), room.roster)
    assert "is closed" in do("close", "ps1")[1]
    code, said = do("collect", "ps1", "--zip", str(tmp_path / "all.zip"))
    assert code == 0 and "2 of 4 learners handed in ps1: missing are" in said
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert len(archive.namelist()) == 2
    monkeypatch.chdir(tmp_path)
    grade = shlex.split(said.rpartition("with:  ")[2])
    until = "2099-03-02T07:00:00+00:00"
    assert grade[:2] == ["qtrain", "grade"] and grade[-6:] == ["--extend", ADA, until, "--extend", ORLA, until]
    assert cli.main(grade[1:]) == 0
    assert "2 learners handed in, 2 did not" in capsys.readouterr().out
    assert do("extend", "ps1", ADA, "-")[1].strip() == "ada has no extension."


def test_newcomers_are_released_to_by_the_same_words(do, room):
    do("release", "ps1", "1")
    with open(room.folder / "roster.csv", "a", encoding="utf-8") as file:
        file.write("eve,Eve,eve@example.org\n")
    assert "given to 5 learners" in do("release", "ps1")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("release", "ps1"), "say which problem set"),
        (("close", "ps1"), "no release 'ps1'; there are: none yet"),
        (("extend", "ps1", "ada", "2099-01-01"), "no release"),
        (("collect", "../x"), "no release"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(do, words, said):
    code, told = do(*words)
    assert code == 1 and said in told


def test_an_extension_needs_a_learner_and_a_time_to_come(do, room):
    do("release", "ps1", "1")
    assert "has no copy of ps1" in do("extend", "ps1", "mallory", "2099-01-01")[1]
    assert "is past" in do("extend", "ps1", ADA, datetime(2020, 1, 1, tzinfo=UTC).isoformat())[1]
    assert "is no time" in do("extend", "ps1", ADA, "tomorrow")[1]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root: files of the hub's user")
def test_what_root_writes_is_the_hubs(do, room):
    (room.folder / "hub").mkdir()
    os.chown(room.folder / "hub", FIRST_UID + 65535, FIRST_UID + 65535)
    do("release", "ps1", "1")
    paths = [room.folder / "releases", *(room.folder / "releases").rglob("*")]
    assert len(paths) > 8 and {path.stat().st_uid for path in paths} == {FIRST_UID + 65535}
