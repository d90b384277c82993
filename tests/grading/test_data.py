"""Released copies and exam papers hold the files that their cells read, and are judged anew when these change."""

import json
import zipfile

import pytest

from qtrain import cli
from qtrain.course import load
from qtrain.grading import exam, worker

ROSTER = "id,name,email,section\nu1,Ayesha,a@example.pk,A\n"


def read_there(folder, monkeypatch):
    """Run the cells of the released notebook that read a card, in its folder."""
    monkeypatch.chdir(folder)
    (notebook,) = folder.glob("*.ipynb")
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    names = {"variant": lambda name: load().exercise(name).parameters("")}
    exec("import json\nimport numpy as np\nfrom pathlib import Path", names)
    found = [cell["source"] for cell in cells if cell["cell_type"] == "code" and "data/" in cell["source"]]
    for source in found:
        exec("".join(source), names)
    return len(found)


@pytest.mark.parametrize("document", ["5.1", "paper:5.1.c"])
def test_a_released_copy_runs_where_it_lies_and_where_its_zip_is_unpacked(document, tmp_path, monkeypatch, capsys):
    (tmp_path / "roster.csv").write_text(ROSTER, encoding="utf-8")
    out = tmp_path / "out"
    command = ["release", document, "-o", str(out), "--learners", str(tmp_path / "roster.csv"), "--zip"]
    assert cli.main(command) == 0
    assert "with what lies beside it" in capsys.readouterr().out
    assert read_there(out / "u1", monkeypatch)
    stem = load().lesson(document).stem
    for archive, place in ((out / "u1.zip", stem), (out / "sections" / "A.zip", "u1")):
        zipfile.ZipFile(archive).extractall(tmp_path / archive.stem)
        assert read_there(tmp_path / archive.stem / place, monkeypatch)


def test_a_copy_for_everyone_has_its_files_too(tmp_path, monkeypatch):
    assert cli.main(["release", "5.1", "-o", str(tmp_path)]) == 0
    assert read_there(tmp_path, monkeypatch)


def test_the_key_of_an_exam_is_found_beside_the_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paper = load().lesson("paper:5.1.c")
    (exercise,) = paper.exercises
    monkeypatch.setattr(exam, "leans_on", lambda exercise: set())
    assert float(exam.answer_text(paper, exercise, "anna")) < 0.05
    assert list(tmp_path.iterdir()) == []


def test_a_changed_file_is_another_version_of_the_course(classroom):
    before = worker.course_mark(str(classroom.root), "1.P")
    data = classroom.root / "exercises" / "1_small" / "data" / "n.json"
    data.parent.mkdir()
    data.write_text("2")
    there = worker.course_mark(str(classroom.root), "1.P")
    data.write_text("33")
    assert len({before, there, worker.course_mark(str(classroom.root), "1.P")}) == 3
