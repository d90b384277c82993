"""Work leaves with its learner and comes with them: nothing is overwritten, nothing comes twice, no secret leaves."""

import io
import json
import sqlite3
import zipfile
from datetime import UTC, datetime

import pytest
from in_class import files_below

from qtrain.checking import Verdict
from qtrain.classroom.belongings import bring, pack
from qtrain.classroom.errors import ClassroomError
from qtrain.course.learner_files import stock
from qtrain.skills.record import Record

COURSE = {"1_small/1_2_numbers.ipynb": b'{"cells": []}', "start_here.md": b"# Start"}
WORK = json.dumps({"cells": [{"cell_type": "code", "source": "square = 9", "outputs": []}]}).encode()


@pytest.fixture
def learner(tmp_path):
    def make(name):
        folder = tmp_path / name
        stock(folder, COURSE)
        return folder

    return make


def zipped(files):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def packed(folder, tmp_path):
    pack(folder, tmp_path / "all.zip")
    return (tmp_path / "all.zip").read_bytes()


def test_all_of_it_leaves_but_no_secret(learner, tmp_path):
    folder = learner("one")
    for name in (
        ".jupyter/token",
        ".qtrain/workspaces/x",
        ".qtrain/jupyter/y",
        ".ssh/id",
        "a/.ipynb_checkpoints/b.ipynb",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("secret")
    (tmp_path / "elsewhere").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "mine.ipynb").write_bytes(WORK)
    with Record(folder) as record:
        record.add("1.2.a", Verdict(True, 1.0))
        data = packed(folder, tmp_path)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert sorted(archive.namelist()) == [
            ".qtrain/manifest.json",
            ".qtrain/record.sqlite",
            "1_small/1_2_numbers.ipynb",
            "mine.ipynb",
            "start_here.md",
        ]
        assert not any(b"secret" in archive.read(name) for name in archive.namelist())


def test_work_comes_and_nothing_is_overwritten(learner, tmp_path):
    home, here = learner("home"), learner("here")
    (home / "1_small" / "1_2_numbers.ipynb").write_bytes(WORK)
    (home / "mine.ipynb").write_bytes(WORK)
    (home / "notes.txt").write_text("from home")
    (here / "notes.txt").write_text("from here")
    data = packed(home, tmp_path)
    done = bring(here, "all.zip", data)
    # The course's own copy, in which nobody worked here, gives way; what was written here stays.
    assert sorted(done.new) == ["1_small/1_2_numbers.ipynb", "mine.ipynb"]
    assert done.beside == {"notes.txt": "notes.brought.txt"}
    assert (here / "1_small" / "1_2_numbers.ipynb").read_bytes() == WORK
    assert (here / "notes.txt").read_text() == "from here" and (here / "notes.brought.txt").read_text() == "from home"
    before = files_below(here)
    again = bring(here, "all.zip", data)
    assert again.lines() == ["All of it is here already."] and files_below(here) == before
    # An untouched copy from elsewhere never replaces work.
    assert bring(here, "x.zip", zipped(COURSE)).lines() == ["All of it is here already."]
    assert (here / "1_small" / "1_2_numbers.ipynb").read_bytes() == WORK


def test_the_record_is_merged_once(learner, tmp_path):
    home, here = learner("home"), learner("here")
    for folder, exercises in ((home, ("1.2.a", "1.2.b")), (here, ("1.2.c",))):
        with Record(folder) as record:
            for exercise in exercises:
                record.add(exercise, Verdict(True, 1.0))
            record.recalled("1.2", "What?", True, datetime(2026, 1, 1, len(exercises), tzinfo=UTC))
            record.recalled("1.2", "And this?", False, datetime(2026, 1, 1, 9, tzinfo=UTC))
    data = packed(home, tmp_path)
    assert bring(here, "all.zip", data).rows == 3
    assert bring(here, "all.zip", data).rows == 0
    with Record(here) as record:
        assert sorted(one.exercise for one in record.attempts()) == ["1.2.a", "1.2.b", "1.2.c"]
        assert len(record.recalls()) == 3


def test_a_damaged_record_leaves_the_own_one(learner, tmp_path):
    here = learner("here")
    with Record(here) as record:
        record.add("1.2.a", Verdict(True, 1.0))
    with pytest.raises(ClassroomError, match="your record is as it was"):
        bring(here, "x.zip", zipped({".qtrain/record.sqlite": b"no database " * 500, "a.txt": b"came"}))
    assert (here / "a.txt").read_bytes() == b"came"
    with sqlite3.connect(here / ".qtrain" / "record.sqlite") as found:
        assert found.execute("SELECT exercise FROM attempt").fetchall() == [("1.2.a",)]


def test_a_laptops_folder_and_a_single_notebook(learner):
    here = learner("here")
    done = bring(here, "q.zip", zipped({"qtrain/mine.ipynb": WORK, "qtrain/.qtrain/record.sqlite": b""}))
    assert done.new == ["mine.ipynb"]
    assert bring(here, r"C:\Users\ada\other.ipynb", WORK).new == ["other.ipynb"]
    assert bring(here, "../../outside.ipynb", WORK).new == ["outside.ipynb"]
    assert "outside.ipynb" in files_below(here)


@pytest.mark.parametrize(
    "name", ["../outside.txt", "a/../../outside.txt", "/etc/x/../../y", "C:/x.txt", ".bashrc", "a/.git/config"]
)
def test_no_path_leads_out_or_to_hidden_files(learner, tmp_path, name):
    here = learner("here")
    before = files_below(tmp_path)
    done = bring(here, "x.zip", zipped({name: b"x"}))
    assert done.left_out and files_below(tmp_path) == before


def test_links_in_a_zip_and_on_the_disk_are_not_followed(learner, tmp_path):
    here = learner("here")
    (tmp_path / "secret").mkdir()
    (here / "door").symlink_to(tmp_path / "secret")
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = 0o120777 << 16
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("door/x.txt", "x")
    assert sorted(bring(here, "x.zip", memory.getvalue()).left_out) == ["door/x.txt", "link.txt"]
    assert not (here / "link.txt").exists() and not list((tmp_path / "secret").iterdir())


def test_settings_from_elsewhere_do_not_come(learner):
    here = learner("here")
    before = (here / ".qtrain" / "manifest.json").read_bytes()
    data = zipped(
        {".qtrain/manifest.json": b"{}", ".qtrain/learner.json": b'{"learner": "eve"}', ".qtrain/jupyter/x": b"x"}
    )
    assert bring(here, "x.zip", data).lines() == ["All of it is here already."]
    assert (here / ".qtrain" / "manifest.json").read_bytes() == before
    assert not (here / ".qtrain" / "learner.json").exists() and not (here / ".qtrain" / "jupyter").exists()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 broken", b"text"])
def test_what_is_no_zip_is_a_sentence(learner, data):
    with pytest.raises(ClassroomError, match="no zip that can be read"):
        bring(learner("here"), "x.zip", data)


def test_what_unpacks_to_too_much_changes_nothing(learner, monkeypatch):
    here = learner("here")
    before = files_below(here)
    monkeypatch.setattr("qtrain.classroom.belongings.MOST_TOGETHER", 1000)
    with pytest.raises(ClassroomError, match="unpacks to more"):
        bring(here, "x.zip", zipped({"a.txt": b"a", "b.txt": b"0" * 2000}))
    monkeypatch.setattr("qtrain.classroom.belongings.MOST_FILES", 1)
    with pytest.raises(ClassroomError, match="holds 2 files"):
        bring(here, "x.zip", zipped({"a.txt": b"a", "b.txt": b"0"}))
    assert files_below(here) == before
