"""The paths by role, on the whole course."""

import pytest

from qtrain.checking.verdict import right
from qtrain.cli import main
from qtrain.course import CourseError, learn, load
from qtrain.course.course import find_root
from qtrain.skills import paths, progress
from qtrain.skills.competences import AREAS, LEVELS, framework
from qtrain.skills.on_path import standing, table
from qtrain.skills.record import Record

COURSE = load(find_root())
EVERY = pytest.mark.parametrize("role", paths.roles(), ids=lambda role: role.id)


def test_eight_roles_each_with_names_of_its_own():
    found = paths.roles()
    assert [one.id for one in found] == [f"R{n}" for n in range(1, 9)]
    assert len({one.slug for one in found}) == 8


@EVERY
def test_a_path_names_lessons_that_are_written_or_planned_each_once(role):
    known = {**paths.planned_titles(COURSE), **{lesson.id: lesson.title for lesson in COURSE.documents}}
    assert len(set(role.path)) == len(role.path)
    modules = {name.partition(".")[0] for name in known}
    unknown = [n for n in role.path if n not in known and not (n.endswith(".P") and n[:-2] in modules)]
    assert not unknown, f"{role.name}: no lesson {unknown}"
    assert all(step.title for step in paths.steps(COURSE, role))


@EVERY
def test_what_a_lesson_builds_on_comes_before_it_or_is_taken_on_trust(role):
    before, trusted = set(), set()
    for step in paths.steps(COURSE, role):
        for name in step.lesson.prerequisites if step.lesson else ():
            assert name in before or name in role.on_trust, (
                f"{role.name}: {step.id} builds on {name}; put it on the path before, or among 'on trust', "
                "in qtrain/skills/frameworks/roles.yml"
            )
            trusted |= {name} - before
        before.add(step.id)
    assert trusted == set(role.on_trust), "named as taken on trust, and nothing needs it"


@EVERY
def test_every_target_is_reached_or_planned_with_a_lesson_of_the_path(role):
    assert set(role.target) == set(AREAS) and set(role.target.values()) <= set(LEVELS)
    assert set(role.codes) <= set(framework("cfqt").items)
    written = {lesson.id for lesson in COURSE.documents}
    for name, lesson in paths.missing(COURSE, role).items():
        assert lesson, f"{role.name}: {name} is not reached, and no lesson is planned to close it"
        assert lesson in role.path and lesson not in written, (
            f"{role.name}: {name} was to be closed by {lesson}, which is not on the path, or is written and does not"
        )
    assert set(role.planned) <= {*AREAS, *role.codes}


@EVERY
def test_a_problem_set_comes_after_every_lesson_of_its_module(role):
    place = {name: number for number, name in enumerate(role.path)}
    lessons = {*paths.planned_titles(COURSE), *(lesson.id for lesson in COURSE.lessons)}
    for name in role.path:
        if name.endswith(".P"):
            module = [one for one in lessons if one.startswith(name[:-1])]
            assert all(place.get(one, 999) < place[name] for one in module), f"{role.name}: {name}"


def test_every_written_lesson_is_on_a_path():
    everywhere = {name for role in paths.roles() for name in role.path}
    assert not [lesson.id for lesson in COURSE.documents if lesson.id not in everywhere and not lesson.is_problem_set]


@pytest.mark.parametrize(
    ("said", "is_"),
    [
        ("technician", "R2"),
        ("R2", "R2"),
        ("r5", "R5"),
        ("Software developer", "R3"),
        ("software-developer", "R3"),
        ("soft", "R3"),
        ("error correction engineer", "R5"),
    ],
)
def test_a_role_by_any_of_its_names(said, is_):
    assert paths.role(said).id == is_


@pytest.mark.parametrize(
    ("said", "told"), [("king", "no role 'king'"), ("t", "several"), ("", "no role"), ("R9", "no")]
)
def test_a_role_that_is_none(said, told):
    with pytest.raises(CourseError, match=told):
        paths.role(said)


@pytest.mark.parametrize(("minutes", "said"), [(0, "0 min"), (59, "59 min"), (60, "1 h"), (89, "1 h"), (90, "2 h")])
def test_hours(minutes, said):
    assert paths.hours(minutes) == said


def test_what_is_left_counts_the_share_of_each_lesson(small):
    course = load()
    role = paths.role("technician")  # of it the small course has 1.2 alone, of ten minutes
    found = standing(course, role, {"1.2.a"})
    assert [step.id for step in found.written] == ["1.2"] and found.shares == {"1.2": 0.5}
    assert (found.done, found.minutes, found.minutes_left, found.next.id) == (0, 10, 5, "1.2")
    whole = standing(course, role, {"1.2.a", "1.2.b", "9.9.z"})
    assert (whole.done, whole.minutes_left, whole.next) == (1, 0, None)


def test_a_course_without_its_plan_still_has_paths(small):
    found = standing(load(), paths.role("R1"), set())
    assert found.written == [] and found.minutes_left == 0 and found.next is None
    assert "All that is written" in table(found, load())


def test_the_command_lists_the_roles_and_one_of_them(small, tmp_path, capsys, monkeypatch):
    folder = tmp_path / "copy"
    learn.renew(folder)
    with Record(folder) as record:
        record.add("1.2.a", right())
    monkeypatch.chdir(folder)
    assert main(["path"]) == 0
    told = capsys.readouterr().out
    assert all(role.name in told for role in paths.roles())
    assert "0 done, 5 min left" in told
    assert main(["path", "tech", str(folder)]) == 0
    told = capsys.readouterr().out
    assert "▒   1.2   Numbers  10 min, 50 % done" in told and "Go on with 1.2 Numbers." in told
    assert "26 planned lessons are not counted" in told


def test_the_command_says_what_is_wrong(small, tmp_path, capsys):
    assert main(["path", "king"]) == 1
    assert "There is no role 'king'. The roles are: decision maker" in capsys.readouterr().err
    assert main(["path", "technician", str(tmp_path / "nowhere")]) == 1
    assert "is not a learner's copy" in capsys.readouterr().err


def test_progress_says_where_the_learner_stands_on_each_path(small, tmp_path):
    folder = tmp_path / "copy"
    learn.renew(folder)
    found, _ = progress.lines(load(), folder)
    assert progress.by_path(found, load()) == [] and "By path" not in progress.report(found, load(), folder)
    with Record(folder) as record:
        record.add("1.2.a", right())
    found, _ = progress.lines(load(), folder)
    begun = progress.by_path(found, load())
    assert "By path" in progress.report(found, load(), folder)
    html = progress.page(found, begun=begun)
    assert 'aria-label="Technician: 0 of 1 lessons done, about 5 min left"' in html and 'width="50.00"' in html
