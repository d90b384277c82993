"""What is right at home is right when it is graded: a released notebook alone knows its learner's numbers."""

import copy
import json
import os
import subprocess
import sys

import pytest
from classroom import ANSWERS, TOTAL, cell

from qtrain.course.check_file import lines


def at_home(notebook: dict, folder, root, monkeypatch, **beside) -> list[str]:
    """The signs that the checks of a notebook give in a folder of its own."""
    folder.mkdir(parents=True)
    for name, content in beside.items():
        (folder / name.replace("_", ".")).write_text(content)
    (folder / "problem_set.ipynb").write_text(json.dumps(notebook))
    monkeypatch.setenv("QTRAIN_COURSE", str(root))
    monkeypatch.delenv("QTRAIN_LEARNER", raising=False)
    return [sign for sign, _ in lines(folder / "problem_set.ipynb")]


@pytest.mark.parametrize("beside", ["nothing", "own", "another", "broken"])
def test_right_at_home_is_right_when_graded(classroom, tmp_path, monkeypatch, beside):
    own = (classroom.released / "anna" / "release.json").read_text()
    another = (classroom.released / "bob" / "release.json").read_text()
    files = {
        "nothing": {},
        "own": {"release_json": own},
        "another": {"release_json": another},
        "broken": {"release_json": "{"},
    }
    notebook = classroom.solved("anna")
    assert at_home(notebook, tmp_path / "home", classroom.root, monkeypatch, **files[beside]) == ["✔"] * len(ANSWERS)
    monkeypatch.delenv("QTRAIN_COURSE")
    classroom.hand_in("anna.ipynb", notebook)
    assert classroom.grade()["anna"]["grade"] == TOTAL


def test_numbers_of_another_are_wrong_at_home_and_explained_on_the_page(classroom, tmp_path, monkeypatch):
    notebook = classroom.solved("bob")
    assert "✘" not in at_home(notebook, tmp_path / "home", classroom.root, monkeypatch)
    monkeypatch.delenv("QTRAIN_COURSE")
    numbers = classroom.manifest["variants"]
    typed = classroom.solved("bob", p2="square = 4", p3='choice = "a"')
    classroom.hand_in("anna.ipynb", typed)
    row = classroom.grade()["anna"]
    assert row["grade"] < TOTAL and numbers["anna"] != numbers["bob"]
    page = (classroom.output / "feedback" / "anna.html").read_text()
    assert "has other numbers" in page


def test_parameters_cannot_be_told_without_the_institutions_secret(classroom, tmp_path):
    """The same roster, released by another institution, gets other keys; they are in no file of the course."""
    secret = tmp_path / "secret"
    command = [sys.executable, "-m", "qtrain", "release", "1", "--learners", str(classroom.roster)]
    command += ["--course", str(classroom.root), "-o", str(tmp_path / "again")]
    subprocess.run(command, check=True, env={**os.environ, "QTRAIN_SECRET": str(secret)}, capture_output=True)
    again = json.loads((tmp_path / "again" / "release-manifest.json").read_text())
    assert set(again["variants"].values()).isdisjoint(classroom.manifest["variants"].values())
    assert secret.exists() and (os.name == "nt" or secret.stat().st_mode & 0o077 == 0)
    assert secret.read_text() not in json.dumps(again)
    for key in again["variants"].values():
        assert "anna" not in key and len(key) == 32


def test_a_broken_secret_is_told(classroom, tmp_path, monkeypatch, capsys):
    from qtrain import cli

    (tmp_path / "secret").write_text("no secret")
    monkeypatch.setenv("QTRAIN_SECRET", str(tmp_path / "secret"))
    command = ["release", "1", "--learners", str(classroom.roster), "--course", str(classroom.root)]
    assert cli.main([*command, "-o", str(tmp_path / "out")]) == 1
    assert "QTRAIN_SECRET" in capsys.readouterr().err


def test_every_parameter_of_the_course_can_be_written_into_a_notebook():
    from qtrain.course import load
    from qtrain.grading.release import _numbers_cell as numbers_cell

    for document in load().documents:
        told = {}
        source = numbers_cell(document, "some key", True)["source"]
        exec(source.replace("from qtrain import this_copy", ""), {"this_copy": told.update})
        for exercise in document.exercises:
            assert told[exercise.id].get("numbers", {}) == dict(exercise.parameters("some key")), exercise.id


def test_the_copy_is_checked_before_it_is_believed(classroom, tmp_path, monkeypatch):
    notebook = copy.deepcopy(classroom.solved("anna"))
    cell(notebook, "this-copy")["source"] = "from qtrain import this_copy\nthis_copy([1, 2])"
    assert "!" in at_home(notebook, tmp_path / "home", classroom.root, monkeypatch)
