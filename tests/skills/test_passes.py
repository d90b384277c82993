"""What counts as passed: which work it was, and which of several results of one learner."""

from datetime import UTC, datetime

import pytest

from qtrain.course import load
from qtrain.grading.late_policy import Rules
from qtrain.grading.manifest import Asked, Manifest
from qtrain.skills.credential import Line
from qtrain.skills.errors import BadgeError
from qtrain.skills.issuing import Rule, chances
from qtrain.skills.passes import EXAM, LESSON, PRIVATE, PUBLIC, TASK, Reached, Work, work_of

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def manifest(document, exercises, bank=""):
    asked = [Asked(name, name, 1.0) for name in exercises]
    return Manifest("r-1", "A title", document, "problem_set", "", DAY.isoformat(), Rules(), {}, asked, bank=bank)


def test_each_kind_of_work_is_told_from_the_others():
    course = load()
    public = work_of(manifest("1.P", ["1.P.1", "1.P.2"]), course)
    assert (public.kind, public.about, public.documents) == (PUBLIC, "module 1", ("1.P",))
    assert public.called.startswith("Module 1 · ") and public.questions == 2
    exam = work_of(manifest("paper:0.2.a,1.4.c", ["0.2.a", "1.4.c"]), course)
    assert (exam.kind, exam.about, exam.numbers) == (EXAM, "exam r-1", {"0", "1"})
    assert exam.documents == ("0.2", "1.4") and exam.called.startswith("A title: 0 · ")
    bank = work_of(manifest("101.P", ["101.P.1"], bank="our-bank"), course)
    assert (bank.kind, bank.about, bank.documents, bank.document) == (PRIVATE, "bank r-1", (), "101.P")
    both = work_of(manifest("paper:101.P.1", ["101.P.1"], bank="our-bank"), course)
    assert (both.kind, both.documents) == (EXAM, ())
    assert work_of(manifest("1.4", ["1.4.a"]), course).kind == LESSON


def test_a_performance_task_is_told_from_a_private_bank(monkeypatch):
    from dataclasses import replace

    from qtrain.skills import passes, paths

    role = replace(paths.role("R3"), task="203")
    monkeypatch.setattr(passes, "roles", lambda: (role,))
    course = load()
    task = work_of(manifest("203.P", ["203.P.1"], bank="/somewhere/tasks"), course)
    assert (task.kind, task.about, task.called) == (TASK, "task 203", "Performance task: A title")
    assert work_of(manifest("203.P", ["203.P.1"], bank="/somewhere/our-bank"), course).kind == PRIVATE
    assert work_of(manifest("204.P", ["204.P.1"], bank="/somewhere/tasks"), course).kind == PRIVATE


@pytest.mark.parametrize("name", ["R1", "R2", "R3", "R5"])
def test_a_role_with_a_task_can_be_reached(name):
    """By the task as the course has it, and by one exam on all modules whose problem sets are on the path."""
    from dataclasses import replace

    from qtrain.course.course import find_root
    from qtrain.skills import paths
    from qtrain.skills.issuing import for_role

    course, role, bank = load(), paths.role(name), find_root() / "tasks"
    if not (role.task and bank.is_dir()):
        pytest.skip("needs the bank of performance tasks, which a checkout has")
    document = load(bank).lesson(f"{role.task}.P")
    task = work_of(manifest(document.id, list(document.cells), bank=str(bank)), course)
    assert task.kind == TASK and task.questions == len(document.cells)
    asked = [next(iter(d.cells)) for d in course.problem_sets if d.id in role.path] or ["0.1.a"]
    exam = replace(work_of(manifest(f"paper:{','.join(asked)}", asked), course), release="exam")
    told = line(25.0).reached
    award = for_role(role, [Line(exam, told), Line(task, told)], Rule(), course)
    assert award.title == f"Quantum computing · {role.name}" and task in [one.work for one in award.lines]
    assert {one.code for one in award.aligned} >= {one.code for one in for_role_task(task)}


def for_role_task(task):
    from qtrain.skills.alignment import alignments

    found = alignments(task.course, task.documents)
    assert found
    return found


def test_problem_sets_and_exams_are_aligned_to_what_they_ask():
    from qtrain.skills.alignment import alignments

    course = load()
    found = alignments(course, ["1.P"])
    assert {one.code for one in found} >= {"1.1", "5.3"} and any(one.code.startswith("PLO") for one in found)
    several = alignments(course, ["0.2", "1.4"])
    assert len(several) == len(set(several)) == len({(one.framework, one.code) for one in several})
    assert all(one.url.startswith("https://") and one.title for one in [*found, *several])


def line(points, release="a", **more):
    work = Work(release, "Problems of module 1", PUBLIC, ("1.P",), ("1 · Qubits",), 10)
    return Line(work, Reached("amina", "Amina", points, 33.0, "ab" * 32, DAY, DAY, "0.1.0", "m", **more))


def test_of_two_gradebooks_a_pass_counts_before_what_is_none():
    better_but_unsound = line(33.0, "b", why_not="was graded without fences", unsound=True)
    [(about, make)] = chances(None, [better_but_unsound, line(25.0, "c"), line(21.0, "d")], Rule(), None)
    assert about == "module 1" and make().lines[0].work.release == "c"
    [(_, make)] = chances(None, [better_but_unsound, line(3.0)], Rule(), None)
    with pytest.raises(BadgeError):
        make()


def test_a_transcript_tells_all_and_vouches_for_nothing_unsound():
    from qtrain.skills.transcript import award_of

    failed, excused = line(3.0, "b"), line(0.0, "c", why_not="is excused (ill)", excused=True)
    award = award_of([line(25.0), failed, excused], named=True)
    assert [one.work.release for one in award.lines] == ["a", "b"] and award.name == "Amina" and award.kind == "Course"
    assert award_of([line(25.0), failed], named=True).about == award.about  # the same results, the same transcript
    assert award_of([line(26.0), failed], named=True).about != award.about
    assert award_of([line(25.0)], named=False).name == ""
    with pytest.raises(BadgeError, match="without fences"):
        award_of([line(25.0), line(33.0, "b", why_not="was graded without fences", unsound=True)], named=True)
    with pytest.raises(BadgeError, match="handed in nothing"):
        award_of([excused], named=True)


def test_one_id_with_two_names_is_refused(monkeypatch, tmp_path):
    """Two classes may number their learners alike: results of two people never become one person's."""
    from dataclasses import replace

    from qtrain.skills import issuing

    amina = line(25.0)
    bilal = replace(amina.reached, name="Bilal Shah")
    there = {"a": [(amina.work, [amina.reached])], "b": [(amina.work, [replace(amina.reached, name=" amina")])]}
    monkeypatch.setattr(issuing, "works", lambda folder, root: there[folder])
    assert len(issuing.gathered(["a", "b"], None, [])["amina"]) == 2
    there["b"] = [(amina.work, [bilal])]
    with pytest.raises(BadgeError, match="the id 'amina' is Amina and Bilal Shah in these gradebooks"):
        issuing.gathered(["a", "b"], None, [])
