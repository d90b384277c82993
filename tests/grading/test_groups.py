"""Sections and groups: what one hands in counts for all of the group, with an extension for all of them."""

import zipfile

import pytest
from classroom import POINTS, TOTAL, Classroom, cell

from qtrain import cli

NAMES = ("anna", "bob", "cy", "dan")


@pytest.fixture
def room(tmp_path):
    """anna and bob are group Red, cy and dan are group Blue; all work in section S1."""
    made = Classroom(tmp_path, NAMES)
    groups = dict(zip(NAMES, ("Red", "Red", "Blue", "Blue"), strict=True))
    lines = [f"{name},{name.title()} Example,S1,{groups[name]}\n" for name in NAMES]
    made.roster.write_text("id,name,section,group\n" + "".join(lines))
    made.released = tmp_path / "grouped"
    command = ["release", "1", "--learners", str(made.roster), "-o", str(made.released), "--course", str(made.root)]
    assert cli.main([*command, "--group-work", "--zip"]) == 0
    return made


def test_one_submission_counts_for_all_of_its_group_and_for_nobody_else(room):
    room.hand_in("anna.ipynb", room.solved("anna", p2="square = -1"))
    rows = room.grade()
    assert {name: rows[name]["grade"] for name in NAMES} == {"anna": TOTAL - 2, "bob": TOTAL - 2, "cy": 0, "dan": 0}
    assert rows["bob"]["submission"] == "anna.ipynb" and rows["bob"]["submissions"] == 1
    assert {path.stem for path in (room.output / "feedback").glob("*.html")} == {"anna", "bob"}
    report = room.report()
    assert report["alike"] == [] and report["same_files"] == []
    item = (room.output / "cohort.html").read_text()
    assert "2 learners" in item or ">2<" in item


def test_members_work_on_the_same_numbers_and_the_last_one_counts(room):
    assert room.blank("anna")["metadata"]["qtrain"]["release"] == room.blank("bob")["metadata"]["qtrain"]["release"]
    assert room.blank("anna")["metadata"]["qtrain"]["release"] != room.blank("cy")["metadata"]["qtrain"]["release"]
    import os

    early = room.hand_in("anna.ipynb", room.solved("anna"))
    late = room.hand_in("bob.ipynb", room.solved("bob", p1="cat = None"))
    os.utime(early, (1_800_000_000,) * 2)
    os.utime(late, (1_800_000_100,) * 2)
    rows = room.grade()
    assert rows["anna"]["grade"] == rows["bob"]["grade"] == TOTAL - POINTS["1.P.1"]
    rows = room.grade("--count", "best")
    assert rows["anna"]["grade"] == rows["bob"]["grade"] == TOTAL


def test_the_same_file_of_a_group_is_no_copy_but_of_two_groups_it_is(room):
    same = room.solved("anna")
    for name in ("anna", "bob", "cy"):
        room.hand_in(f"{name}.ipynb", same)
    room.grade()
    (line,) = room.report()["same_files"]
    assert "anna" in line and "cy" in line


def test_an_extension_and_points_for_a_group(room, capsys):
    room.hand_in("anna.ipynb", room.solved("anna"))
    room.hand_in("cy.ipynb", room.solved("cy"))
    late = ("--due", "2020-01-01", "--late-cap", "50")
    assert room.grade(*late)["bob"]["grade"] == TOTAL / 2
    rows = room.grade("--extend", "group:Red", "2099-01-01", "--points", "group:Blue", "-", "1")
    assert {name: rows[name]["grade"] for name in NAMES} == {"anna": TOTAL, "bob": TOTAL, "cy": 1, "dan": 1}
    capsys.readouterr()
    room.grade("--extend", "group:Green", "2099-01-01", status=1)
    error = capsys.readouterr().err.strip()
    assert "no group 'Green' in the roster; there are: Blue, Red" in error and len(error.splitlines()) == 1


def test_a_submission_that_is_removed_counts_for_nobody_of_the_group(room):
    room.hand_in("anna.ipynb", room.solved("anna"))
    room.grade()
    rows = room.grade("--remove", "group:Red", "copied")
    assert rows["anna"]["grade"] == rows["bob"]["grade"] == 0


@pytest.mark.parametrize(
    "name", ["Red.ipynb", "Red/problem_set.ipynb", "Red-Bob Example_18_assignsubmission_file_/problem_set.ipynb"]
)
def test_a_file_that_comes_by_the_groups_name(room, name):
    room.hand_in(name, room.solved("bob"))
    rows = room.grade()
    assert rows["anna"]["grade"] == rows["bob"]["grade"] == TOTAL and not room.report()["unmatched"]


def test_group_work_is_off_unless_it_is_asked_for(room):
    room.hand_in("anna.ipynb", room.solved("anna"))
    rows = room.grade("--no-group-work")
    assert rows["anna"]["grade"] == TOTAL and rows["bob"]["grade"] == 0
    assert room.grade()["bob"]["grade"] == 0 and room.grade("--group-work")["bob"]["grade"] == TOTAL


def test_sections_stay_sections(room):
    with zipfile.ZipFile(room.released / "sections" / "S1.zip") as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == set(NAMES)
    assert cell(room.blank("anna"), "this-copy")
