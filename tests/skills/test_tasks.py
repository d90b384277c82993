"""The performance tasks: what a check can judge is judged right, the rest by anchored levels, from release to mark."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from qtrain.cli import main
from qtrain.course import load
from qtrain.course.cells import solution_in
from qtrain.course.course import find_root
from qtrain.grading.exam import answer_text
from qtrain.skills import paths
from qtrain.skills.competences import asked, outcomes, overclaims, tags

ROOT = find_root()
BANK = load(ROOT / "tasks")
TASKS = BANK.documents
EVERY = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.id)
LEARNERS = 12


def test_the_first_four_roles_have_one():
    found = {role.id: role.task for role in paths.roles() if role.task}
    assert found == {"R1": "201", "R2": "202", "R3": "203", "R5": "204"}
    assert {f"{number}.P" for number in found.values()} == {task.id for task in TASKS}


@EVERY
def test_each_part_is_judged_by_a_check_or_by_three_anchored_levels(task):
    read = [exercise for exercise in task.exercises if exercise.rubric]
    assert len(read) == 3 and len(task.exercises) - len(read) >= 4
    for exercise in read:
        assert [points for points, _ in exercise.rubric] == [1, 2, 3] and exercise.points == 3
        assert all(f"level {n} (tick one): " in text for n, (_, text) in enumerate(exercise.rubric, 1))
        assert len({text.partition(": ")[2] for _, text in exercise.rubric}) == 3
    checked = sum(exercise.points for exercise in task.exercises if not exercise.rubric)
    assert 0.3 < checked / sum(exercise.points for exercise in task.exercises) < 0.7, "neither may decide alone"


@EVERY
def test_its_outcomes_are_assessed_and_it_claims_no_more_than_it_shows(task):
    exercises = {exercise.id: exercise for exercise in task.exercises}
    for one in outcomes(task):
        assert one.assessed_by and one.bloom <= max(asked(exercises[name]) for name in one.assessed_by), one
    assert tags(task).codes and overclaims(task) == []


@EVERY
def test_every_typical_mistake_is_told(task):
    for exercise in task.exercises:
        for number in range(LEARNERS):
            assert list(exercise.try_slips(exercise.parameters(f"learner-{number}"))) == []


@EVERY
def test_its_solutions_pass_for_every_learner(task):
    for exercise in task.exercises:
        for number in range(0 if exercise.rubric else LEARNERS):
            assert answer_text(task, exercise, f"learner-{number}")


@EVERY
def test_nothing_that_a_person_reads_is_right_by_itself(task):
    for exercise in task.exercises:
        if exercise.rubric:
            assert exercise.judge("Some words.").status == "undecided" and exercise.judge("").status == "not yet"


def test_every_honest_fit_of_a_decay_is_right():
    from scipy.optimize import curve_fit

    exercise = BANK.exercise("202.P.3")
    for number in range(200):
        p = exercise.parameters(f"learner-{number}")
        t, share = np.array(p.delays_us), np.array(p.ones) / p.shots
        bar = np.sqrt(np.maximum(share * (1 - share), 1e-3) / p.shots)
        plain = curve_fit(lambda t, t1: np.exp(-t / t1), t, share, p0=[50])[0][0]
        weighted = curve_fit(lambda t, t1: np.exp(-t / t1), t, share, p0=[50], sigma=bar)[0][0]
        for found in (plain, weighted):
            assert exercise.judge(found, f"learner-{number}").passed, (number, found)


def test_the_table_of_times_has_one_impossible_pair():
    exercise = BANK.exercise("202.P.4")
    for number in range(300):
        p = exercise.parameters(f"learner-{number}")
        assert sum(b > 2 * a for a, b in zip(p.t1_us, p.t2_us, strict=True)) == 1


def test_a_port_in_either_framework_is_right_and_a_missing_qubit_is_not():
    import cirq
    from qiskit import QuantumCircuit

    def in_qiskit(gates, n):
        made = QuantumCircuit(n)
        for name, *told in gates:
            getattr(made, name)(*told)
        return made

    def swapped(gates, n):
        return in_qiskit([[g[0], *g[1:-2], g[-1], g[-2]] if g[0] == "cx" else g for g in gates], n)

    exercise = BANK.exercise("203.P.1")
    assert exercise.judge(in_qiskit).passed
    assert not exercise.judge(swapped).passed
    assert not exercise.judge(lambda gates, n: cirq.Circuit()).passed


@pytest.mark.skipif(sys.platform != "linux", reason="grading needs fences, which are Linux's")
def test_from_release_to_mark(tmp_path, monkeypatch, capsys):
    from qtrain.grading import mark
    from qtrain.grading.gradebook import Gradebook

    monkeypatch.setenv("QTRAIN_SECRET", str(tmp_path / "secret"))
    (tmp_path / "roster.csv").write_text("id,name\nali,Ali Khan\n")
    monkeypatch.chdir(tmp_path)  # no folder here is called tasks: the course's own bank is meant
    released, graded = str(tmp_path / "task"), str(tmp_path / "graded")
    assert main(["release", "201", "--bank", "tasks", "-o", released, "--learners", str(tmp_path / "roster.csv")]) == 0
    place = next(Path(released, "ali").glob("*.ipynb"))
    notebook = json.loads(place.read_text("utf-8"))
    task = BANK.lesson("201.P")
    solved = {exercise.id: solution_in(exercise.cells.source, exercise.id) for exercise in task.exercises}
    for cell in notebook["cells"]:
        told = cell["metadata"].get("qtrain", {}).get("exercise")
        if cell["cell_type"] == "code" and told and "check(" not in "".join(cell["source"]):
            cell["source"] = "".join(cell["source"]) + "\n" + solved[told]
    hand_in = tmp_path / "submissions" / "ali.ipynb"
    hand_in.parent.mkdir()
    hand_in.write_text(json.dumps(notebook), "utf-8")
    assert main(["grade", str(hand_in.parent), "--release", released, "-o", graded]) == 0
    book = Gradebook(Path(graded) / "gradebook.sqlite")
    try:
        answers = {a.exercise: a for row in book.rows(book.releases()[0].id) for a in row.grading.answers}
        status = {name: answer.status for name, answer in answers.items()}
        assert [status[f"201.P.{n}"] for n in (1, 2, 3, 4)] == ["right"] * 4
        assert [status[f"201.P.{n}"] for n in (5, 6, 7)] == ["undecided"] * 3
        from types import SimpleNamespace

        options = dict(release="", exercise=[], rubric=None, section="", names=False, author="S. Khan")
        desk = mark._desk(book, SimpleNamespace(output=Path(graded), **options), None)
        assert {one.exercise for one in desk.lying} >= {"201.P.5", "201.P.6", "201.P.7"}
        levels = desk.rubrics["201.P.5"]
        assert [item.points for item in levels] == [1, 2, 3] and "tick one" in levels[0].text
    finally:
        book.close()
