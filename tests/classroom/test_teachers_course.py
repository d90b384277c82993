"""The course with its solutions lies in the class's folder, for root and the hub alone."""

import os
import sys
from pathlib import Path

import pytest

from qtrain.classroom import teachers_course
from qtrain.classroom.settings import Settings


@pytest.fixture
def part(tmp_path, monkeypatch):
    """The instructor's part beside an environment."""
    root = tmp_path / "env-teacher" / "qtrain_teach" / "_course"
    for name, text in {
        "book/_toc.yml": "x",
        "exercises/1/problem_set.ipynb": "secret",
        "notebooks/1/a.ipynb": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "env"))
    return root


def test_it_comes_from_beside_the_environment(part):
    assert teachers_course.source() == part


def test_without_that_part_it_is_what_is_installed(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert (teachers_course.source() / "book" / "_toc.yml").is_file()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root gives files away")
def test_no_learner_reads_it_and_it_is_renewed_as_a_whole(part, tmp_path):
    told = Settings(tmp_path / "class")
    told.folder.mkdir()
    assert teachers_course.option(told.folder) == []
    teachers_course.bring(told)
    place = told.folder / "course"
    assert teachers_course.option(told.folder) == [f"--course={place}"]
    for path in [place, *place.rglob("*")]:
        found = path.stat()
        assert (found.st_uid, found.st_gid) == (0, told.hub_uid) and not found.st_mode & 0o027
    (part / "notebooks" / "1" / "a.ipynb").unlink()
    (part / "exercises" / "1" / "problem_set.ipynb").write_text("another")
    teachers_course.bring(told)
    assert (place / "exercises" / "1" / "problem_set.ipynb").read_text() == "another"
    assert not (place / "notebooks" / "1" / "a.ipynb").exists()
    assert [path.name for path in Path(told.folder).iterdir()] == ["course"]
