"""An exam: the same questions for all, own numbers, no feedback before it is graded, then the usual grading."""

import csv
import json
import os
from pathlib import Path

import pytest

from qtrain import cli
from qtrain.course import load
from qtrain.grading import exam
from qtrain.grading.errors import GradingError

ROSTER = "id,name,email\nu1,Ayesha,a@example.pk\nu2,Bilal,b@example.pk\nu3,Chen,c@example.cn\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("exam")
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    arguments = ["exam", "0", "1", "--learners", str(folder / "roster.csv"), "-o", str(folder), "--questions", "6"]
    assert cli.main(arguments) == 0
    return folder


def paper_of(folder, learner):
    return json.loads((folder / "papers" / learner / "exam.ipynb").read_text(encoding="utf-8"))


def test_all_learners_get_the_same_questions_with_numbers_of_their_own(made):
    manifest = json.loads((made / "papers" / "release-manifest.json").read_text(encoding="utf-8"))
    paper = load().lesson(manifest["document"])
    assert len(paper.exercises) == 6
    assert {exercise.id[0] for exercise in paper.exercises} == {"0", "1"}
    tasks = [[c["source"] for c in paper_of(made, u)["cells"] if c["id"].endswith("-task")] for u in ("u1", "u2", "u3")]
    assert tasks[0] == tasks[1] == tasks[2]
    keys = manifest["variants"]
    varied = [e for e in paper.exercises if e.variant is not None]
    assert any(e.parameters(keys["u1"]) != e.parameters(keys["u2"]) for e in varied)


def test_kinds_are_mixed_and_the_draw_depends_on_the_seed_only():
    course = load()
    names = exam.draw(course, ["0", "1"], 8, "a")
    assert names == exam.draw(course, ["0", "1"], 8, "a") != exam.draw(course, ["0", "1"], 8, "b")
    kinds = {course.exercise(name).kind for name in names}
    assert all(kinds & set(group) for group in exam.WANTED)


def test_too_many_questions_and_an_unknown_module_are_told():
    with pytest.raises(GradingError, match="--questions asks for 9999"):
        exam.draw(load(), ["0", "1"], 9999, "1")
    with pytest.raises(GradingError, match="cannot be made"):
        exam.draw(load(), ["0", "99"], 3, "1")


def test_papers_hold_no_solution_and_no_hint(made):
    for learner in ("u1", "u2", "u3"):
        for cell in paper_of(made, learner)["cells"]:
            assert "SOLUTION" not in cell["source"] and "(1 points)" not in cell["source"]
            assert not {"hint", "solution", "explanation"} & set(cell["metadata"].get("tags", ()))


def test_key_and_scheme_name_every_question(made):
    manifest = json.loads((made / "papers" / "release-manifest.json").read_text(encoding="utf-8"))
    scheme = (made / "marking_scheme.md").read_text(encoding="utf-8")
    key = (made / "key" / "u2.md").read_text(encoding="utf-8")
    for exercise in manifest["exercises"]:
        assert exercise["title"] in scheme and exercise["title"] in key


def test_a_check_in_an_exam_takes_the_answer_down_and_says_nothing(made, monkeypatch, capsys):
    import qtrain

    monkeypatch.chdir(made / "papers" / "u1")
    manifest = json.loads((made / "papers" / "release-manifest.json").read_text(encoding="utf-8"))
    name = manifest["exercises"][0]["id"]
    verdict = qtrain.check(name, "surely not the answer")
    assert verdict.status == "not yet" and "Taken down" in verdict.message
    qtrain.hint(name)
    qtrain.solution(name)
    said = capsys.readouterr().out
    assert "no hints in an exam" in said and "not shown in an exam" in said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="grading is tested where there is a fork")
def test_papers_are_marked_like_any_release(made, tmp_path):
    manifest = json.loads((made / "papers" / "release-manifest.json").read_text(encoding="utf-8"))
    right = {cell["id"]: cell["source"] for cell in load().lesson(manifest["document"]).notebook["cells"]}
    for learner in ("u1", "u2"):
        notebook = paper_of(made, learner)
        for cell in notebook["cells"]:
            if cell["id"].endswith("-answer") and learner == "u1":
                cell["source"] = right[cell["id"]]
        folder = tmp_path / "submitted" / learner
        folder.mkdir(parents=True)
        (folder / "exam.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        (folder / "release.json").write_bytes((made / "papers" / learner / "release.json").read_bytes())
    out = tmp_path / "out"
    assert cli.main(["grade", str(tmp_path / "submitted"), "--release", str(made / "papers"), "-o", str(out)]) == 0
    with open(out / "grades-moodle.csv", newline="", encoding="utf-8-sig") as file:
        rows = {row["Username"]: row for row in csv.DictReader(file)}
    full = sum(exercise["points"] for exercise in manifest["exercises"])
    assert float(rows["u1"]["Exam"]) == full
    assert float(rows["u2"]["Exam"]) == 0


def test_every_question_that_can_be_drawn_has_a_solution_that_stands_alone():
    from qtrain.course.exam_paper import PREFIX
    from qtrain.grading.exam import answer_text, leans_on, stands_alone

    course = load()
    offered = [e for document in course.documents for e in document.exercises if stands_alone(e)]
    assert len(offered) > 60
    for exercise in offered:
        paper = course.lesson(f"{PREFIX}{exercise.id}")
        assert answer_text(paper, exercise, "anna")
    assert {"run", "sample"} <= leans_on(course.lesson("1.12").exercise("1.12.h"))
    # A picture, a hint, a function of the lesson and another lesson's settings are not on the paper.
    leaning = {"0.1.e", "0.3.a", "1.12.f", "2.10.f"}
    assert not leaning & {exercise.id for exercise in offered}


def test_a_bank_may_be_named_by_a_relative_path(tmp_path, monkeypatch):
    """A solution runs in a folder of its own, where the path would lead nowhere."""
    import shutil

    shutil.copytree(Path(__file__).parent / "bank", tmp_path / "our-bank")
    monkeypatch.chdir(tmp_path)
    assert cli.main(["exam", "101", "--bank", "our-bank", "-o", "exam", "--questions", "4"]) == 0
    assert (tmp_path / "exam" / "key" / "everyone.md").is_file()
