"""Whoever takes a notebook elsewhere takes the files along that its cells read."""

import pytest

from qtrain.course import CourseError, learn, load
from qtrain.course.data_files import names_data, put, together


def test_files_of_lessons_that_may_meet_in_one_folder_are_called_differently():
    assert "data/torino.json" in together(load().documents)


def test_scripts_are_no_data_and_folders_are_kept(small):
    for name in ("deep/n.json", "make.py"):
        small.write(small.lesson.parent / "data" / name, "{}")
    assert load().lesson("1.2").data == {"data/deep/n.json": b"{}"}


def test_two_files_of_one_name_are_refused_unless_they_are_alike(small, tmp_path):
    for document in (small.lesson, small.problems):
        small.write(document.parent / "data" / "n.json", "{}")
    learn.renew(tmp_path / "copy")
    small.write(small.problems.parent / "data" / "n.json", "[]")
    with pytest.raises(CourseError, match=r"exercises.*n\.json has the name of another file"):
        learn.renew(tmp_path / "copy")


def test_what_a_problem_set_reads_comes_into_the_learners_folder(small, tmp_path):
    small.write(small.problems.parent / "data" / "shots.csv", "1,2\n")
    learn.renew(tmp_path / "copy")
    assert (tmp_path / "copy" / "1_small" / "data" / "shots.csv").read_text() == "1,2\n"


def test_files_that_are_there_as_they_are_are_not_written_again(tmp_path):
    put({"data/n.json": b"{}"}, tmp_path)
    before = (tmp_path / "data" / "n.json").stat().st_mtime_ns
    put({"data/n.json": b"{}", "data/m.json": b"[]"}, tmp_path)
    assert (tmp_path / "data" / "n.json").stat().st_mtime_ns == before and (tmp_path / "data" / "m.json").is_file()


@pytest.mark.parametrize(
    "source, named",
    [
        ('open("data/n.json")', True),
        ("Path('data') / name", True),
        ('Path(f"./data/{name}.json")', True),
        ("data = counts.data", False),
        ('metadata["my data"]', False),
    ],
)
def test_code_that_names_the_folder_is_known(source, named):
    assert names_data({"cells": [{"cell_type": "code", "source": source}]}) is named
    assert not names_data({"cells": [{"cell_type": "markdown", "source": source}]})
