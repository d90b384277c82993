"""From gradebooks to the numbers of a department: every number with its denominator and the lines behind it."""

import csv
import json
import re
from datetime import datetime

import pytest
from graded import COURSE, gradebook

from qtrain.cli import main
from qtrain.grading.history import Said
from qtrain.grading.roster import Learner
from qtrain.skills import attainment
from qtrain.skills.competences import framework, outcomes
from qtrain.skills.evidence import gather
from qtrain.skills.record_systems import MOODLE, SHORT, moodle

SET = COURSE.lesson("2.P")
ONE = outcomes(SET)[0]  # assessed by 2.P.1 and 2.P.3


def rows(path, encoding="utf-8-sig"):
    with open(path, newline="", encoding=encoding) as file:
        return list(csv.DictReader(file))


@pytest.fixture
def graded(tmp_path, monkeypatch):
    """Ali has all, Bina half of it, Cem one exercise of the two of the first outcome; Dana handed in nothing."""
    monkeypatch.setenv("QTRAIN_SECRET", str(tmp_path / "secret"))
    first = ONE.assessed_by[0]
    only_first = {e.id: 0.0 for e in SET.exercises} | {first: 1.0}
    scores = {"ali": 1.0, "bina": 0.5, "cem": only_first}
    gradebook(
        tmp_path / "graded", "2.P", scores, [Learner(n, f"{n.title()} Khan") for n in ("ali", "bina", "cem", "dana")]
    )
    return tmp_path / "graded"


def test_the_share_of_an_outcome_by_hand(graded):
    people = gather([(graded, "")])
    assert list(people) == ["ali", "bina", "cem", "dana"] and people["dana"].results == {}
    found = {one.code: one for one in attainment.by_outcome(COURSE, people.values())}
    assert set(found) == {one.id for one in outcomes(SET)}
    points = {e.id: e.points for e in SET.exercises}
    worth = [points[name] for name in ONE.assessed_by]
    one = found[ONE.id]
    assert one.learners == 3 and one.of == sum(worth)
    assert one.shares == pytest.approx({"ali": 1, "bina": 0.5, "cem": worth[0] / sum(worth)})
    assert one.mean == pytest.approx((1.5 + worth[0] / sum(worth)) / 3)
    assert one.passed(50) == 2 + (worth[0] / sum(worth) >= 0.5) and one.passed(51) == 1 + (
        worth[0] / sum(worth) >= 0.51
    )
    assert one.attained(50, 60) and not one.attained(90, 60)


def test_an_exercise_counts_once_in_a_programme_outcome(graded):
    people = gather([(graded, "")])
    for key in ("pec", "ceeaa"):
        for one in attainment.by_code(COURSE, people.values(), key):
            assert len(set(one.exercises)) == len(one.exercises)
            points = {e.id: e.points for e in SET.exercises}
            assert one.of == pytest.approx(sum(points[name] for name in one.exercises))
            assert one.shares["ali"] == 1 and one.shares["bina"] == pytest.approx(0.5)


def test_points_by_hand_count_before_those_of_the_check(graded):
    book = gradebook(graded.parent / "other", "2.P", {"ali": 0.0})
    book.remark("set-2.P", [Said("ali", "2.P.1", 1.0)], "S. Khan")
    book.close()
    result = gather([(graded.parent / "other", "")])["ali"].results["2.P.1"]
    assert result.by_hand and result.points == 1.0


def test_of_two_results_the_later_one_counts(graded):
    gradebook(graded.parent / "again", "2.P", {"bina": 1.0}).close()
    people = gather([(graded, ""), (graded.parent / "again", "")])
    assert people["bina"].results["2.P.1"].share == 1
    people = gather([(graded.parent / "again", ""), (graded, "")])
    assert people["bina"].results["2.P.1"].share == 1, "the order in which gradebooks are named does not matter"


def test_excused_learners_are_not_counted(graded):
    from qtrain.grading.gradebook import Gradebook

    book = Gradebook(graded / "gradebook.sqlite")
    book.excuse("set-2.P", "bina", "ill")
    book.close()
    assert gather([(graded, "")])["bina"].results == {}


def test_the_files(graded, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["outcomes", str(graded), "-o", str(out), "--home", "https://lms.example.edu"]) == 0
    told = capsys.readouterr().out
    assert "3 of 4 learners were graded; 4 outcomes were assessed." in told
    clo = rows(out / "attainment-outcomes.csv")
    assert [row["Code"] for row in clo] == [one.id for one in outcomes(SET)]
    assert {row["Graded"] for row in clo} == {"3"} and {row["Attained"] for row in clo} <= {"yes", "no"}
    evidence = rows(out / "evidence.csv")
    for row in clo:  # every number can be made again from the lines behind it
        lines = [line for line in evidence if line["Outcome"] == row["Code"]]
        by = {}
        for line in lines:
            got, of = by.get(line["Learner"], (0, 0))
            by[line["Learner"]] = got + float(line["Points"]), of + float(line["Of"])
        mean = 100 * sum(got / of for got, of in by.values()) / len(by)
        assert float(row["Mean %"]) == pytest.approx(mean, abs=0.06) and int(row["Graded"]) == len(by)
    chinese = rows(out / "attainment-zh.csv")
    assert {row["类别"] for row in chinese} == {"课程目标", "毕业要求"}
    known = {one.code: one for one in attainment.by_outcome(COURSE, gather([(graded, "")]).values())}
    for row in chinese:
        assert float(row["平均得分"]) == pytest.approx(float(row["达成度"]) * float(row["满分"]), abs=0.02)
        if row["类别"] == "课程目标":
            assert float(row["达成度"]) == pytest.approx(known[row["编号"]].mean, abs=6e-4)
        assert row["是否达成"] == ("是" if float(row["达成度"]) >= 0.6 else "否")
    text = (out / "README.txt").read_text("utf-8")
    assert "50 % of the points" in text and "60 % of them" in text


def test_names_only_if_asked(graded, tmp_path):
    for extra, named in (([], False), (["--names"], True)):
        out = tmp_path / f"out{named}"
        assert main(["outcomes", str(graded), "-o", str(out), "--home", "https://lms.example.edu", *extra]) == 0
        everything = "".join(path.read_text("utf-8-sig") for path in out.iterdir())
        assert ('"ali"' in everything or ",ali," in everything) == named
        assert "Khan" not in everything
    assert re.fullmatch(r"\w{3}-\w{3}-\w{3}", rows(tmp_path / "outFalse" / "evidence.csv")[0]["Learner"])


def test_xapi_statements_are_valid_and_the_same_again(graded, tmp_path):
    out = tmp_path / "out"
    call = [
        "outcomes",
        str(graded),
        "-o",
        str(out),
        "--home",
        "https://lms.example.edu",
        "--site",
        "https://q.example/",
    ]
    assert main(call) == 0
    first = (out / "xapi.jsonl").read_text("utf-8")
    assert main(call) == 0 and (out / "xapi.jsonl").read_text("utf-8") == first
    found = [json.loads(line) for line in first.splitlines()]
    assert len(found) == 3 * len(SET.exercises) and len({one["id"] for one in found}) == len(found)
    for one in found:
        score = one["result"]["score"]
        assert 0 <= score["scaled"] <= 1 and score["min"] <= score["raw"] <= score["max"]
        assert one["verb"]["id"].rpartition("/")[2] == ("passed" if one["result"]["success"] else "failed")
        assert set(one["actor"]["account"]) == {"homePage", "name"}
        assert datetime.fromisoformat(one["timestamp"]).tzinfo is not None
        assert one["object"]["id"].startswith("https://q.example/exercise/2.P.")
        assert one["context"]["contextActivities"]["other"], "a graded exercise assesses an outcome"


def test_no_xapi_without_a_home_and_it_is_said(graded, tmp_path, capsys):
    assert main(["outcomes", str(graded), "-o", str(tmp_path / "out")]) == 0
    assert "needs  --home URL" in capsys.readouterr().out and not (tmp_path / "out" / "xapi.jsonl").exists()


def test_the_competence_map_alone(tmp_path, capsys):
    assert main(["outcomes", "-o", str(tmp_path)]) == 0
    found = rows(tmp_path / "outcomes.csv")
    assert len(found) == sum(len(outcomes(document)) for document in COURSE.documents)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["README.txt", "moodle-competencies.csv", "outcomes.csv"]


def test_moodle_gets_fourteen_columns_a_tree_and_short_names(tmp_path):
    assert len(MOODLE) == 14
    found = [dict(zip(MOODLE, row, strict=True)) for row in moodle(COURSE)]
    assert [row["Is framework"] for row in found] == ["1"] + [""] * (len(found) - 1)
    numbers = [row["ID number"] for row in found]
    assert len(set(numbers)) == len(numbers) and all(len(number) <= 100 for number in numbers)
    seen = {""}
    for row in found:
        assert row["Parent ID number"] in seen, "a parent stands before its children"
        assert 0 < len(row["Short name"]) <= SHORT
        assert set(filter(None, row["Cross-referenced competency IDs"].split(","))) <= set(framework("pec").items)
        seen.add(row["ID number"])
        scale = json.loads(row["Scale configuration"])
        assert len(scale) == 1 + len(row["Scale values"].split(","))
    assert sum(number.startswith("CLO") for number in numbers) == sum(len(outcomes(d)) for d in COURSE.documents)


def test_exercises_of_a_bank_are_told_and_left_out(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("QTRAIN_SECRET", str(tmp_path / "secret"))
    gradebook(tmp_path / "graded", "2.P", {"ali": 1.0}, bank_exercises=["101.P.1"]).close()
    assert main(["outcomes", str(tmp_path / "graded"), "-o", str(tmp_path / "out")]) == 0
    assert "1 graded exercises assess no outcome of the course: 101.P.1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "there is no gradebook in nowhere"),
        (["GRADED=x"], "has no release 'x'"),
        (["GRADED", "--pass", "0"], "--pass is a percentage"),
        (["GRADED", "--target", "101"], "--target is a percentage"),
        (["GRADED", "--home", "lms"], "--home is an address"),
    ],
)
def test_what_is_wrong_is_said(graded, tmp_path, capsys, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    arguments = [one.replace("GRADED", str(graded)) for one in arguments]
    assert main(["outcomes", *arguments]) == 1
    told = capsys.readouterr().err
    assert told.startswith("qtrain outcomes: ") and said in told and told.count("\n") == 1


def test_a_gradebook_with_hidden_names_says_what_to_do(graded, capsys):
    from qtrain.grading.gradebook import Gradebook

    book = Gradebook(graded / "gradebook.sqlite")
    book.set_anonymous(True)
    book.close()
    assert main(["outcomes", str(graded)]) == 1
    assert "--reveal" in capsys.readouterr().err
