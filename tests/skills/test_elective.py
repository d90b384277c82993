"""The course file: what a university decides fits together, and the rest is right whenever it is made."""

import re

import pytest
from graded import COURSE, gradebook

from qtrain.cli import main
from qtrain.course.exam_paper import PREFIX
from qtrain.grading.exam import stands_alone
from qtrain.skills import attainment, elective
from qtrain.skills.competences import framework, outcomes
from qtrain.skills.evidence import gather

PLAN = elective.plan()


def test_the_weights_add_up_and_every_outcome_is_shown_by_some_part():
    assert sum(row["weight"] for row in PLAN["weights"].values()) == 100
    shown = {code for row in PLAN["weights"].values() for code in row["shows"].split()}
    assert shown == {row["id"] for row in PLAN["outcomes"]}
    assert {row["plo"] for row in PLAN["outcomes"]} <= set(framework("pec").items)


def test_credit_hours_are_contact_hours():
    credits, theory, laboratory = map(int, re.findall(r"\d+", PLAN["credits"]))
    assert credits == theory + laboratory
    assert PLAN["contact"] == {"theory": theory, "laboratory": 3 * laboratory}


def test_a_week_holds_no_more_than_a_student_has():
    for week in PLAN["weeks"]:
        names = [*str(week["lessons"]).split(), *([week["hand in"]] if "hand in" in week else [])]
        minutes = sum(COURSE.lesson(name).minutes for name in names)
        assert minutes <= 60 * PLAN["student hours"] and (minutes or "final" in week["also"])


@pytest.mark.parametrize("of", ["term", "faculty"])
def test_what_a_lesson_builds_on_comes_before_it_or_is_taken_on_trust(of):
    told = PLAN if of == "term" else PLAN["faculty"]
    before, trusted = set(), set(str(told["on trust"]).split())
    for part in told["weeks" if of == "term" else "days"]:
        for name in str(part["lessons"]).split():
            needs = set(COURSE.lesson(name).prerequisites)
            assert needs <= before | trusted, f"{name} builds on {needs - before - trusted}"
            before.add(name)
    assert not trusted & before


def test_every_outcome_of_its_lessons_stands_behind_one_of_the_elective():
    made = elective.course_outcomes(COURSE)
    behind = [one.id for course in made for one in course.lessons]
    assert len(set(behind)) == len(behind)
    assert set(behind) == {one.id for document in elective.documents_of(COURSE) for one in outcomes(document)}
    assert all(one.lessons and one.verb and one.bloom for one in made)


@pytest.mark.parametrize("name", list(PLAN["papers"]))
def test_a_sample_paper_stands_alone_and_shows_what_it_says(name):
    told, asked = PLAN["papers"][name], elective.paper(COURSE, name)
    assert len(asked) == told["questions"] == len(dict(asked))
    assert asked == elective.paper(COURSE, name), "the same paper again"
    within = {lesson.id for lesson in elective.lessons_of(COURSE, told["weeks"])}
    behind = {one.id: {e for o in one.lessons for e in o.assessed_by} for one in elective.course_outcomes(COURSE)}
    for number, code in asked:
        exercise = COURSE.exercise(number)
        assert exercise.lesson.id in within and stands_alone(exercise) and number in behind[code]
    assert {code for _, code in asked} == set(PLAN["weights"][name]["shows"].split())
    assert COURSE.lesson(PREFIX + ",".join(dict(asked))).exercises


def test_a_day_for_teachers_is_as_long_as_it_says():
    told = PLAN["faculty"]
    assert len(told["days"]) == 10
    for day in told["days"]:
        minutes = sum(COURSE.lesson(name).minutes for name in str(day["lessons"]).split())
        assert told["hours"] - 1.5 <= minutes / 60 + day["hours"] <= told["hours"]


def test_every_row_of_the_rubric_has_four_anchored_levels():
    for row in PLAN["rubric"]:
        assert len(row["levels"]) == 4 == len(set(row["levels"])) and all(len(level) > 5 for level in row["levels"])


def test_the_file_in_markdown(tmp_path, capsys):
    path = tmp_path / "course.md"
    assert main(["outcomes", "--course-file", str(path)]) == 0
    text = path.read_text("utf-8")
    assert text.count("\n# ") == 1 and text.startswith(f"# {PLAN['title']}\n")
    for lesson in elective.lessons_of(COURSE):
        assert f"{lesson.id} {lesson.title}" in text
        assert all(item in text for item in elective.reading(lesson)) and elective.reading(lesson)
    for line in text.splitlines():
        if line.startswith("| ") and "\\|" not in line:
            assert line.endswith(" |")
    assert "(recalled)" not in text


def test_what_a_class_reached_of_the_elective(tmp_path):
    gradebook(tmp_path / "g", "1.P", {"ali": 1.0, "bina": 0.0}).close()
    found = {one.code: one for one in attainment.by_course_outcome(COURSE, gather([(tmp_path / "g", "")]).values())}
    assert found and all(one.mean == 0.5 and one.learners == 2 for one in found.values())
    served = {one.plos[0] for one in outcomes(COURSE.lesson("1.P"))}
    assert {one.outcome.plos[0] for one in found.values()} == served
