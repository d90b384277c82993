"""A term grade over several sets: weights, the best of them, excused ones, nothing is zero, and rounded once."""

import csv
from fractions import Fraction as F

import pytest
from classroom import TOTAL, Classroom

from qtrain import cli
from qtrain.grading.term import Part, Plan, Result, grade


def plan(*parts, of=100, step=1):
    return Plan("Term", F(of), F(step), tuple(Part(n, F(w), best, ((None, ""),) * m) for n, w, best, m in parts))


def got(*shares):
    return [Result(state=one) if isinstance(one, str) else Result(F(one), "") for one in shares]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((F(1), F(1, 2), F(0)), 75),  # the best two of three
        ((F(1), F(1, 2), "missing"), 75),
        ((F(1), "missing", "missing"), 50),  # what is missing is 0
        ((F(1), F(1, 2), "excused"), 75),  # the best two of the two that are left
        ((F(1), "excused", "excused"), 100),
        (("missing", "excused", "excused"), 0),
        (("missing", "missing", "missing"), 0),
    ],
)
def test_the_best_n_of_m(shares, expected):
    assert grade(plan(("Sets", 100, 2, 3)), {"Sets": got(*shares)}).grade == expected


def test_a_part_that_is_excused_leaves_its_weight_to_the_others():
    two = plan(("Sets", 60, 1, 1), ("Exam", 40, 1, 1))
    assert grade(two, {"Sets": got(F(1, 2)), "Exam": got(F(1))}).grade == 70
    assert grade(two, {"Sets": got(F(1, 2)), "Exam": got("excused")}).grade == 50
    assert grade(two, {"Sets": got("excused"), "Exam": got("excused")}).grade is None


def test_it_is_rounded_once_and_halves_go_up():
    thirds = plan(("A", F(100, 3), 1, 1), ("B", F(100, 3), 1, 1), ("C", F(100, 3), 1, 1))
    results = {"A": got(F("0.744")), "B": got(F("0.744")), "C": got(F("0.747"))}
    assert grade(thirds, results).exact == F("74.5") and grade(thirds, results).grade == 75
    one = {"A": got(F("0.745"))}
    assert grade(plan(("A", 100, 1, 1)), one).grade == 75  # round() of Python gives 74
    assert grade(plan(("A", 100, 1, 1), step=F("0.5")), {"A": got(F("0.7425"))}).grade == F("74.5")
    assert grade(plan(("A", 100, 1, 1), of=20, step=F("0.1")), one).grade == F("14.9")


@pytest.fixture
def room(tmp_path):
    """Two gradebooks: in the second one nobody but bob handed in."""
    made = Classroom(tmp_path)
    made.hand_in("anna.ipynb", made.solved("anna"))
    made.hand_in("bob.ipynb", made.solved("bob", p2="square = -1"))
    made.grade()
    made.submissions = tmp_path / "second"
    made.hand_in("bob.ipynb", made.solved("bob"))
    made.output = tmp_path / "out2"
    made.grade("--new")
    return made


def term(room, text):
    (room.folder / "plan.yml").write_text(text)
    return cli.main(["term", str(room.folder / "plan.yml"), "-o", str(room.folder / "term")])


PLAN = """
title: Quantum, spring
of: 20
round: 0.5
parts:
  Sets: {weight: 100, best: 2, sets: [out, out2]}
"""


def test_from_gradebooks_to_the_systems_files(room, capsys):
    room.grade("--excuse", "anna", "ill", "--author", "S. Khan")
    assert room.grades()["anna"]["excused"] == "ill"
    assert term(room, PLAN) == 0
    assert "3 learners, 2 sets" in capsys.readouterr().out
    with open(room.folder / "term" / "term-moodle.csv", newline="") as file:
        grades = {row["Username"]: row["Quantum, spring"] for row in csv.DictReader(file)}
    bob = F(TOTAL - 2, TOTAL) / 2 + F(1, 2)
    assert grades == {"anna": "20", "bob": f"{float(round(bob * 40 + F(1, 10**6)) / F(2)):g}", "cy": "0"}
    with open(room.folder / "term" / "term.csv", newline="") as file:
        rows = {row["Learner"]: row for row in csv.DictReader(file)}
    assert list(rows["anna"].values())[2:4] == ["100 %", "excused"]
    assert list(rows["cy"].values())[2:4] == ["missing", "missing"]
    assert rows["bob"]["Exact"] == f"{float(20 * bob):.4f}".rstrip("0")
    canvas = (room.folder / "term" / "term-canvas.csv").read_text()
    assert "Points Possible" in canvas and "20" in canvas


def test_excuses_reach_the_systems_and_can_be_taken_back(room, capsys):
    room.grade("--excuse", "bob", "ill")
    assert "bob,,EX" in (room.output / "grades-canvas.csv").read_text()
    assert "you are excused: ill" in (room.output / "feedback" / "bob.html").read_text()
    room.grade("--excuse", "bob", "-")
    assert "EX" not in (room.output / "grades-canvas.csv").read_text()
    room.grade("--history")
    told = capsys.readouterr().out
    assert "bob is excused: ill" in told and "bob is not excused any more" in told
    room.grade("--excuse", "bob", " ", status=1)
    assert "needs a reason" in capsys.readouterr().err


def test_a_dropped_set_stands_in_brackets(room):
    assert term(room, PLAN.replace("best: 2", "best: 1")) == 0
    with open(room.folder / "term" / "term.csv", newline="") as file:
        rows = {row["Learner"]: list(row.values()) for row in csv.DictReader(file)}
    assert rows["bob"][2:4] == ["(66.67 %)", "100 %"] and rows["anna"][2:4] == ["100 %", "(missing)"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("weight: 100", "weight: 90"), "add up to 90, not to 100"),
        (("weight: 100", "weight: -1"), "a number above 0"),
        (("weight: 100, ", ""), "needs a weight"),
        (("best: 2", "best: 3"), "how many of its 2 sets count, not 3"),
        (("best: 2", "best: true"), "how many of its 2 sets"),
        (("best: 2", "bset: 2"), "'bset', which is not known"),
        (("[out, out2]", "[]"), "needs a list of sets"),
        (("[out, out2]", "[out, out]"), "counts twice"),
        (("[out, out2]", "[out, 7]"), "a set is int"),
        (("[out, out2]", "[out, outt]"), "there is no gradebook in"),
        (("[out, out2]", "[out, {gradebook: out2, release: x}]"), "has no release 'x'"),
        (("round: 0.5", "round: 0"), "a number above 0"),
        (("round: 0.5", "round: 50"), "at most 20"),
        (("of: 20", "of: many"), "a number above 0"),
        (("parts:", "part:"), "'part', which is not known"),
        (("parts:", "parts: ["), "is no YAML: look at line"),
        ((PLAN, "- 1"), "is list where"),
        ((PLAN, ""), "is NoneType where"),
        ((PLAN, "title: x"), "needs parts"),
    ],
)
def test_what_cannot_be_is_one_sentence(room, capsys, change, says):
    assert term(room, PLAN.replace(*change)) == 1
    error = capsys.readouterr().err.strip()
    assert says in error and len(error.splitlines()) == 1
    assert not (room.folder / "term" / "term.csv").exists()


def test_hidden_names_are_revealed_first(room, capsys):
    room.grade("--anonymous")
    assert term(room, PLAN) == 1 and "--reveal" in capsys.readouterr().err
    assert cli.main(["term", str(room.folder / "none.yml"), "-o", str(room.folder / "t")]) == 1
    assert "cannot be read" in capsys.readouterr().err
