"""What `qtrain release` writes is an nbgrader assignment: nbgrader itself generates, validates and autogrades it."""

import json
import os
import shutil
import sys

import pytest
from classroom import ANSWERS, TOTAL, answer_cell

pytest.importorskip("nbgrader", reason='needs nbgrader: pip install "qtrain[dev]"')


def test_nbgrader_generates_validates_and_autogrades(classroom, tmp_path, monkeypatch):
    from nbgrader.apps import NbGraderAPI
    from nbgrader.validator import Validator
    from traitlets.config import Config

    monkeypatch.setenv("QTRAIN_COURSE", str(classroom.root))
    monkeypatch.setenv("PATH", os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]))  # for alembic
    folder = tmp_path / "nbgrader"
    source = folder / "source" / "ps1"
    shutil.copytree(classroom.released / "anna", source)
    config = Config()
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.db_url = f"sqlite:///{folder}/gradebook.db"
    config.Exchange.root = str(tmp_path / "exchange")
    api = NbGraderAPI(config=config)
    assert api.generate_assignment("ps1", create=True)["success"]
    released = folder / "release" / "ps1"
    assert (released / "release.json").exists()

    solved = json.loads((released / "problem_set.ipynb").read_text())
    for exercise in ANSWERS:
        answer_cell(solved, exercise)["source"] = ANSWERS[exercise][3]
    handed_in = folder / "submitted" / "anna" / "ps1"
    shutil.copytree(released, handed_in)
    (handed_in / "problem_set.ipynb").write_text(json.dumps(solved))
    monkeypatch.chdir(handed_in)
    assert "failed" not in Validator(config=config).validate(str(handed_in / "problem_set.ipynb"))
    answer_cell(solved, "1.P.2")["source"] = "square = 1"
    (handed_in / "problem_set.ipynb").write_text(json.dumps(solved))
    monkeypatch.chdir(folder)
    result = api.autograde("ps1", "anna", create=True)
    assert result["success"], result
    with api.gradebook as gradebook:
        submission = gradebook.find_submission("ps1", "anna")
        assert (submission.score, submission.max_score) == (TOTAL - 2, TOTAL)
