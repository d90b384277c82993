"""Who belongs to a class, read again when the roster changes."""

import os

import pytest

from qtrain.classroom.people import People, doubtful, faults
from qtrain.grading import roster as rosters

ROSTER = """id,name,email
ayesha,Ayesha Siddiqui,ayesha@school.example
u2,محمد علی,
u3,李小龙,
jose,José Núñez,jn@school.example
"""


def write(path, text):
    path.write_text(text, "utf-8")
    os.utime(path, (1_700_000_000 + len(text), 1_700_000_000 + len(text)))  # saved some time ago


@pytest.fixture
def people(tmp_path):
    write(tmp_path / "roster.csv", ROSTER)
    return People(tmp_path, ["Ms Khan"])


@pytest.mark.parametrize(
    "typed, name",
    [
        ("ayesha", "ayesha"),
        ("AYESHA", "ayesha"),
        ("Siddiqui Ayesha", "ayesha"),
        ("ayesha@school.example", "ayesha"),
        ("علی محمد", "u2"),
        ("李小龙", "u3"),
        ("nunez jose", "jose"),
        ("Ｊosé Núñez", "jose"),
        ("Ｕ２", "u2"),
        ("ms khan", "Ms Khan"),
        ("mallory", None),
        ("!!!", None),
    ],
)
def test_a_name_is_found_as_the_roster_reads_names(people, typed, name):
    found = people.find(typed)
    assert (found.name if found else None) == name
    assert found is None or found.teacher == (name == "Ms Khan")


def test_a_roster_that_changed_is_read_again(people):
    assert people.find("dawud") is None and not people.left("ayesha")
    write(people.path, "id,name\ndawud,Dawud\n")
    assert people.find("dawud").name == "dawud"
    assert people.left("ayesha") and people.find("ayesha") is None
    assert not people.left("Ms Khan")


@pytest.mark.parametrize("broken", ["", "id,name\nx,A\nx,B\n", "id,name\nMs Khan,Mallory\n", "id,name\n"])
def test_a_broken_roster_leaves_the_one_before(people, broken):
    people.roster()
    write(people.path, broken)
    assert people.find("ayesha") and not people.left("ayesha")
    assert people.trouble
    people.path.unlink()
    assert people.find("ayesha")
    write(people.path, ROSTER)
    assert people.find("ayesha") and not people.trouble


def test_a_roster_that_was_never_read_sends_nobody_away(tmp_path):
    people = People(tmp_path)
    assert people.find("ayesha") is None and not people.left("ayesha") and people.trouble


def test_a_roster_that_is_just_being_saved_is_read_when_that_is_done(people):
    people.roster()
    people.path.write_text("id,name\nays", "utf-8")
    assert not people.left("ayesha")
    write(people.path, "id,name\nays,A\n")
    assert people.left("ayesha")


@pytest.mark.parametrize(
    "line",
    [
        "teacher,Mallory",
        "x,Teacher",
        "TEACHER,Mallory",
        "../etc,M",
        "..,M",
        "%2e%2e,M",
        "a/b,M",
        "a\u202eb,M",
        "x" * 101,
    ],
)
def test_what_cannot_be_served_is_said_in_a_sentence(tmp_path, line):
    write(tmp_path / "roster.csv", f"id,name\n{line}\nbilal,Bilal\n")
    said = faults(rosters.read(tmp_path / "roster.csv"), ["teacher"])
    assert said and all(sentence.endswith(".") or sentence.endswith(").") for sentence in said)


def test_a_sound_roster_has_no_faults_and_shared_names_are_told(tmp_path):
    write(tmp_path / "roster.csv", ROSTER + "ayesha2,Ayesha Siddiqui,\n")
    roster = rosters.read(tmp_path / "roster.csv")
    assert faults(roster, ["teacher"]) == []
    assert doubtful(roster) == ["ayesha and ayesha2 have the same name: each signs in with the id on the slip."]
