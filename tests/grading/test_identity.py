"""Who handed in, when, and to which release is read from the outermost layer, whatever a submission says."""

import io
import json
import os
import zipfile
from datetime import UTC, datetime

import pytest
from classroom import TOTAL, Classroom

from qtrain.grading.collect import collect, outermost

BAD = b'{"cells": []}'


def zipped(members: dict, when=(2020, 1, 1, 0, 0, 0)) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, data in members.items():
            data = data if isinstance(data, bytes) else json.dumps(data).encode()
            archive.writestr(zipfile.ZipInfo(name, when), data)
    return memory.getvalue()


# Names that a learner can give to what is inside of what they hand in, each meaning somebody else.
INSIDE = [
    "anna/problem_set.ipynb",
    "Anna Example_1_assignsubmission_file_/problem_set.ipynb",
    "deep/Anna Example_1_assignsubmission_file_/problem_set.ipynb",
    "Anna Example_1_assignsubmission_file_problem_set.ipynb",
    "exampleanna_1_99_problem_set.ipynb",
    "exampleanna_LATE_1_99_problem_set.ipynb",
    "anna+1.P+2020-01-01 00:00:00 UTC+x/problem_set.ipynb",
    "anna+1.P+2020-01-01 00:00:00 UTC.ipynb",
    "anna_problem_set.ipynb",
    "../anna/problem_set.ipynb",
    "submitted/anna/1.P/problem_set.ipynb",
]


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("layer", ["bob/{}", "bob.zip", "bob/mine.zip", "class.zip", "canvas.zip", "moodle.zip"])
def test_names_inside_are_the_learners_own(tmp_path, inside, layer):
    """However a class is collected, what lies below the layer of the teacher's system names nobody."""
    folder = tmp_path / "in"
    folder.mkdir()
    path = folder
    if layer == "bob/{}":
        (folder / "bob" / inside.replace("../", "")).parent.mkdir(parents=True)
        (folder / "bob" / inside.replace("../", "")).write_bytes(BAD)
    elif layer in ("bob.zip", "bob/mine.zip"):
        (folder / layer).parent.mkdir(exist_ok=True)
        (folder / layer).write_bytes(zipped({inside: BAD}))
    else:
        path = folder / layer
        own = zipped({inside: BAD})
        name = {
            "class.zip": "bob/mine.zip",
            "canvas.zip": "examplebob_2_98_mine.zip",
            "moodle.zip": "Bob Example_2_assignsubmission_file_/mine.zip",
        }
        path.write_bytes(
            zipped({name[layer]: own, "cy/problem_set.ipynb": BAD} if layer == "class.zip" else {name[layer]: own})
        )
    found = [one for one in collect(path, stems=("problem_set",)) if "cy" not in one.names]
    assert found and all("nna" not in "".join(one.names) for one in found)
    assert all((one.canvas, one.moodle) in (("", ""), ("2", ""), ("", "2")) for one in found)
    assert all(one.received is None or one.received > datetime(2026, 1, 1, tzinfo=UTC) for one in found)
    assert not any(one.late_by_lms for one in found)


@pytest.mark.parametrize(
    ("file", "name", "number"),
    [
        ("bob_2_98_Anna Example_1_assignsubmission_file_x.ipynb", "bob", "2"),
        ("bob_2_98_anna_1_97_problem_set.ipynb", "bob", "2"),
        ("bob_2_98_LATE_1_97_x.ipynb", "bob", "2"),
        ("Bob Li_2_assignsubmission_file_anna_1_97_x.ipynb", "Bob Li", "2"),
        ("Bob Li_2_assignsubmission_file_Anna_1_assignsubmission_file_x.ipynb", "Bob Li", "2"),
    ],
)
def test_a_systems_prefix_wins_over_a_learners_file_name(tmp_path, file, name, number):
    (tmp_path / "class.zip").write_bytes(zipped({file: BAD}))
    (found,) = collect(tmp_path / "class.zip", stems=("problem_set",))
    assert found.names == (name,) and number in (found.canvas, found.moodle)


def test_no_time_is_taken_from_what_was_handed_in(tmp_path):
    for name in ("anna", "bob"):
        (tmp_path / "in" / name).mkdir(parents=True)
    (tmp_path / "in" / "anna" / "x.ipynb").write_bytes(BAD)
    (tmp_path / "in" / "anna" / "timestamp.txt").write_text("2020-01-01 00:00:00 UTC")
    (tmp_path / "in" / "bob" / "x.zip").write_bytes(zipped({"x.ipynb": BAD, "timestamp.txt": b"2020-01-01 00:00:00"}))
    assert all(found.received.year >= 2026 for found in collect(tmp_path / "in"))
    (tmp_path / "class.zip").write_bytes(zipped({"anna/x.ipynb": BAD, "anna/timestamp.txt": b"2020-01-01 00:00:00"}))
    assert [found.received for found in collect(tmp_path / "class.zip")] == [None]


def test_the_exchange_tells_the_time_and_canvas_that_it_is_late(tmp_path):
    names = ("anna+1.P+2026-01-02 10:11:12.5 UTC+x", "bob+1.P+2026-01-03 10:11:12 UTC+y")
    for name in names:
        (tmp_path / "inbound" / name).mkdir(parents=True)
        (tmp_path / "inbound" / name / "x.ipynb").write_bytes(BAD)
    assert [found.received.day for found in collect(tmp_path / "inbound")] == [2, 3]
    (tmp_path / "canvas.zip").write_bytes(zipped({"bob_LATE_2_98_x.ipynb": BAD, "anna_1_97_LATE_2_x.ipynb": BAD}))
    assert {found.names[0]: found.late_by_lms for found in collect(tmp_path / "canvas.zip")} == {
        "bob": True,
        "anna": False,
    }


def test_special_files_are_told_and_never_waited_for(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("there are FIFOs on Unix only")
    for name in ("anna.ipynb", "bob.zip", "release-manifest.json", "release.json", "cy/timestamp.txt", "cy/x.ipynb"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(tmp_path / "in" / name)
    found = list(collect(tmp_path / "in"))
    assert len(found) == 3 and all("no ordinary file" in one.problem for one in found)
    assert len(list(outermost(tmp_path / "in"))) == 3


@pytest.fixture
def room(tmp_path):
    return Classroom(tmp_path)


def test_two_claims_to_one_identity_are_listed_and_nothing_is_overwritten(room):
    wrong = room.solved("anna", p2="square = -1")
    room.hand_in("anna/problem_set.ipynb", room.solved("anna"))
    room.hand_in("Anna Example/problem_set.ipynb", wrong)
    room.hand_in("ａnna.ipynb", wrong)  # a letter that looks the same
    rows = room.grade()
    assert rows["anna"]["grade"] == TOTAL and rows["anna"]["submissions"] == 1
    assert len(room.report()["claims"]) == 2
    assert {name for name in rows if name.startswith("?")} == {"?Anna Example", "?ａnna"}
    rows = room.grade("--alias", "Anna Example", "anna", "--author", "me")
    assert rows["anna"]["submissions"] == 2 and "?Anna Example" not in rows


def test_a_name_that_only_resembles_never_displaces_what_came_before(room):
    room.hand_in("anna/problem_set.ipynb", room.solved("anna"))
    assert room.grade()["anna"]["grade"] == TOTAL
    room.hand_in("EXAMPLE anna/problem_set.ipynb", room.solved("anna", p1="cat = None"))
    rows = room.grade()
    assert rows["anna"]["grade"] == TOTAL and rows["anna"]["submissions"] == 1
    assert "EXAMPLE anna" in room.report()["claims"][0]


def test_a_roster_fix_leaves_no_ghost(room):
    room.hand_in("dora/problem_set.ipynb", room.solved("anna", p2="square = 4"))
    assert "?dora" in room.grade()
    room.roster.write_text(room.roster.read_text() + "dora,Dora Example,dora@example.org\n")
    rows = room.grade("--roster", str(room.roster))
    assert "?dora" not in rows and rows["dora"]["submissions"] == 1


@pytest.mark.parametrize(
    "planted",
    [
        "release-manifest.json",
        "bob/release-manifest.json",
        "bob/release.json",
        "zz/release-manifest.json",
    ],
)
@pytest.mark.parametrize("broken", [False, True])
def test_the_release_is_the_teachers(room, planted, broken, monkeypatch):
    """A handed-in record, easier or broken, is no record."""
    easy = json.loads(json.dumps(room.manifest))
    for exercise in easy["exercises"]:
        exercise["points"] = 100
    room.hand_in("bob/problem_set.ipynb", room.solved("bob"))
    room.hand_in(planted, b"{ broken" if broken else easy)
    monkeypatch.chdir(room.submissions)
    from qtrain import cli

    command = ["grade", str(room.submissions), "-o", str(room.output), "--course", str(room.root)]
    assert cli.main(command) == 0  # no --release: it is found beside the submissions
    assert room.grades()["bob"]["of"] == TOTAL and room.grades()["bob"]["grade"] == TOTAL


def test_another_releases_id_and_odd_metadata_change_nothing(room):
    for learner, claim in (("anna", {"id": 7, "learner": [1]}), ("bob", ["x"]), ("cy", {"id": {"a": 1}})):
        notebook = room.solved(learner)
        notebook["metadata"]["qtrain"]["release"] = claim
        room.hand_in(f"{learner}.ipynb", notebook)
    rows = room.grade()
    assert [rows[name]["grade"] for name in ("anna", "bob", "cy")] == [TOTAL] * 3
    for odd in (7, None, [], "x", {"qtrain": 3}, {"qtrain": {"id": {}, "release": 1}, "kernelspec": 5}):
        notebook = room.solved("anna")
        notebook["metadata"] = odd
        room.hand_in("anna.ipynb", notebook)
        assert room.grade()["anna"]["grade"] == TOTAL, odd


def test_lateness_needs_a_source_that_tells_the_time(room, tmp_path):
    late = (2026, 3, 5, 0, 0, 0)
    class_zip = tmp_path / "canvas.zip"
    class_zip.write_bytes(
        zipped(
            {
                "exampleanna_1_97_problem_set.ipynb": room.solved("anna"),
                "examplebob_LATE_2_98_problem_set.ipynb": room.solved("bob"),
            },
            late,
        )
    )
    room.submissions = class_zip
    rows = room.grade("--due", "2026-03-01T23:59+00:00", "--late-loss", "50")
    assert (rows["anna"]["grade"], rows["anna"]["why"], rows["anna"]["received"]) == (TOTAL, "", None)
    assert (rows["bob"]["grade"], rows["bob"]["why"]) == (TOTAL / 2, "1 day late")
    told = room.report()["time_unknown"]
    assert len(told) == 2 and any("Canvas marks it as late" in line for line in told)


def test_the_release_states_its_time_zone(room):
    from qtrain.grading.late_policy import Rules

    rules = Rules(due="2099-03-01T23:59", timezone="Asia/Karachi")
    assert rules.stated().due == "2099-03-01T23:59:00+05:00"
    assert rules.lateness(datetime(2099, 3, 1, 20, tzinfo=UTC)) > 0
    room.hand_in("anna.ipynb", room.solved("anna"))
    room.grade("--due", "2099-03-01T23:59", "--timezone", "Asia/Karachi")
    page = (room.output / "feedback" / "anna.html").read_text()
    assert "PKT" in page or "+05" in page
