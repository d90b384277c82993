"""From a private bank to grades: the copies hold tasks and one learner's numbers, and no target."""

import json
from pathlib import Path

import pytest

from qtrain import cli
from qtrain.course import load
from qtrain.course.check_file import lines

BANK = Path(__file__).parent / "bank"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    (folder / "roster.csv").write_text("id,name\nanna,Anna Ek\nbo,Bo Li\n")
    for module in ("100", "101"):
        command = ["release", module, "--bank", str(BANK), "--learners", str(folder / "roster.csv")]
        assert cli.main([*command, "-o", str(folder / module)]) == 0
    return folder


def copy_of(room, module, learner) -> dict:
    return json.loads((room / module / learner / "problem_set.ipynb").read_text(encoding="utf-8"))


def solved(room, module, learner) -> dict:
    """The copy with the bank's own solutions in it."""
    notebook, cells = copy_of(room, module, learner), load(BANK).lesson(f"{module}.P").cells
    for cell in notebook["cells"]:
        exercise = cell["metadata"].get("qtrain", {}).get("exercise")
        if exercise and cell["cell_type"] == "code" and "exercise" in cell["metadata"].get("tags", ()):
            cell["source"] += "\n" + cells[exercise].solutions[0].source
    return notebook


def test_the_bank_is_complete_and_every_slip_is_refused():
    documents = load(BANK).documents
    assert sum(len(document.exercises) for document in documents) == 24
    for document in documents:
        for exercise in document.exercises:
            for key in ("", "anna", "bo"):
                assert list(exercise.try_slips(exercise.parameters(key))) == [], exercise.id


@pytest.mark.parametrize("module", ["100", "101"])
def test_copies_hold_no_target_and_no_solution(room, module):
    document = load(BANK).lesson(f"{module}.P")
    slips = {slip.reply for e in document.exercises for slip in e.slips(e.parameters()) if slip.reply}
    for learner in ("anna", "bo"):
        text = json.dumps(copy_of(room, module, learner), ensure_ascii=False)
        assert "SOLUTION" not in text and "explanation" not in text
        for exercise in document.exercises:
            assert exercise.cells.solutions[0].source.strip().splitlines()[-1] not in text, exercise.id
            assert exercise.cells.explanation not in text
        assert not any(reply in text for reply in slips if len(reply) > 12)
    assert copy_of(room, module, "anna") != copy_of(room, module, "bo")


def test_a_check_at_home_takes_answers_down_and_keeps_the_form(room, tmp_path):
    notebook = solved(room, "101", "anna")
    for cell in notebook["cells"]:
        if cell["metadata"].get("qtrain", {}).get("exercise") == "101.P.1" and "circuit = None" in "".join(
            cell["source"]
        ):
            cell["source"] = "circuit = [1, 0, 0, 0, 0, 0, 0, 0]"  # the state, where the circuit is asked for
    path = tmp_path / "problem_set.ipynb"  # no release.json beside it: nothing else tells that it is not judged
    path.write_text(json.dumps(notebook))
    told = list(lines(path))
    assert [sign for sign, _ in told].count("…") == 13 and [sign for sign, _ in told].count("✔") == 0
    assert all("Taken down" in text for sign, text in told if sign == "…")
    (refused,) = [text for sign, text in told if sign == "✘"]
    assert "101.P.1 wrong-type" in refused and "circuit itself" in refused


@pytest.mark.parametrize("change", ["released.json", "the cell", "no cell"])
def test_the_mode_cannot_be_switched_by_editing_a_file(room, tmp_path, change):
    notebook = solved(room, "100", "anna")
    (tmp_path / "release.json").write_text(json.dumps({"feedback": True}))
    for cell in list(notebook["cells"]):
        if cell["id"] == "this-copy" and change == "the cell":
            cell["source"] = cell["source"].replace("judged=False", "judged=True")
        elif cell["id"] == "this-copy" and change == "no cell":
            notebook["cells"].remove(cell)
    (tmp_path / "problem_set.ipynb").write_text(json.dumps(notebook))
    assert not [text for sign, text in lines(tmp_path / "problem_set.ipynb") if sign in ("✔", "✘")]


@pytest.mark.parametrize("module", ["100", "101"])
def test_from_bank_to_grades(room, tmp_path, module):
    submissions = tmp_path / "in"
    for learner, notebook in (("anna", solved(room, module, "anna")), ("bo", copy_of(room, module, "bo"))):
        (submissions / learner).mkdir(parents=True)
        (submissions / learner / "problem_set.ipynb").write_text(json.dumps(notebook))
    out = tmp_path / "out"
    assert cli.main(["grade", str(submissions), "--release", str(room / module), "-o", str(out)]) == 0
    rows = {row["learner"]: row for row in map(json.loads, (out / "grades.jsonl").read_text().splitlines())}
    wrong = [a for a in rows["anna"]["answers"] if a["status"] != "right"]
    assert rows["anna"]["grade"] == rows["anna"]["of"] and rows["bo"]["grade"] == 0, wrong


def test_an_exam_of_a_bank_holds_no_target(room, tmp_path):
    command = ["exam", "100", "101", "--bank", str(BANK), "--learners", str(room / "roster.csv"), "--questions", "6"]
    assert cli.main([*command, "-o", str(tmp_path)]) == 0
    paper = (tmp_path / "papers" / "anna" / "exam.ipynb").read_text(encoding="utf-8")
    assert "judged=False" in paper and "SOLUTION" not in paper
    assert "A right answer" in (tmp_path / "key" / "anna.md").read_text(encoding="utf-8")


def test_a_new_bank_can_be_released_and_graded_at_once(tmp_path, capsys):
    assert cli.main(["new", "bank", str(tmp_path / "bank")]) == 0
    assert cli.main(["new", "bank", str(tmp_path / "bank")]) == 1
    assert "there already" in capsys.readouterr().err
    assert cli.main(["release", "101", "--bank", str(tmp_path / "bank"), "-o", str(tmp_path / "release")]) == 0
    (exercise,) = load(tmp_path / "bank").lesson("101.P").exercises
    assert list(exercise.try_slips(exercise.parameters())) == []
