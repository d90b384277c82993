"""A cohort's view: right numbers with their denominators, and nobody who can be made out."""

import csv
import random
import sqlite3

import pytest
from graded import COURSE, gradebook

from qtrain.checking.verdict import right
from qtrain.cli import main
from qtrain.grading.roster import Learner, read
from qtrain.skills import cohort, cohort_page, paths
from qtrain.skills.cohort import NOWHERE, OTHERS, together, view
from qtrain.skills.evidence import Person, add_records, gather
from qtrain.skills.record import Record

SET = COURSE.lesson("2.P")
FIRST = COURSE.lesson("0.1")


@pytest.mark.parametrize("seed", range(40))
def test_no_small_group_is_left_and_none_follows_from_the_total(seed):
    rng = random.Random(seed)
    places = {f"city {n}": [object()] * rng.choice([1, 2, 3, 4, 5, 6, 9, 30]) for n in range(rng.randint(1, 8))}
    made = together(places)
    assert sum(len(members) for _, members, _ in made) == sum(map(len, places.values()))
    assert sum(cities for *_, cities in made) == len(places)
    total = sum(map(len, places.values()))
    assert all(len(members) >= 5 for _, members, _ in made) or total < 5
    assert [name for name, *_ in made].count(OTHERS) <= 1


def test_small_cities_together_and_the_smallest_large_one_joins_if_they_are_too_few():
    made = together({"A": [1] * 9, "B": [1] * 6, "C": [1] * 2})
    assert [(name, len(members), cities) for name, members, cities in made] == [("A", 9, 1), (OTHERS, 8, 2)]
    made = together({"A": [1] * 9, "B": [1] * 3, "C": [1] * 2})
    assert [(name, len(members), cities) for name, members, cities in made] == [("A", 9, 1), (OTHERS, 5, 2)]
    assert together({"A": [1] * 3}) == [("A", [1] * 3, 1)]


@pytest.fixture
def class_of_two_cities(tmp_path, monkeypatch):
    """Lahore, 6, of whom four were graded; Swat, 7, all graded, with nothing right in the second outcome."""
    monkeypatch.setenv("QTRAIN_SECRET", str(tmp_path / "secret"))
    learners = [Learner(f"l{n}", f"Lala {n}", city="Lahore", path="technician") for n in range(6)]
    learners += [Learner(f"s{n}", f"Sana {n}", city="Swat", path="R3" if n else "king") for n in range(7)]
    weak = {e.id: (0.0 if 2 in e.outcomes else 1.0) for e in SET.exercises}
    scores = {f"l{n}": 1.0 for n in range(4)} | {f"s{n}": dict(weak) for n in range(7)}
    gradebook(tmp_path / "graded", "2.P", scores, learners).close()
    lines = "".join(f"{one.id},{one.name},{one.city},{one.path}\n" for one in learners)
    (tmp_path / "roster.csv").write_text(f"id,name,city,path\n{lines}")
    return tmp_path


def test_the_numbers_and_what_is_hidden(class_of_two_cities):
    people = gather([(class_of_two_cities / "graded", "")], read(class_of_two_cities / "roster.csv"))
    found = view(COURSE, people)
    lahore, swat = found.groups
    assert (lahore.name, len(lahore.people), lahore.graded, lahore.whole.shown) == ("Lahore", 6, 4, False)
    assert lahore.weakest is None and not any(figure.shown for figure in lahore.outcomes.values())
    assert (swat.name, swat.whole.learners, swat.weakest.code) == ("Swat", 7, "2.P.2")
    points = {e.id: e.points for e in SET.exercises}
    lost = sum(e.points for e in SET.exercises if 2 in e.outcomes)
    assert swat.whole.mean == pytest.approx(1 - lost / sum(points.values()))
    # Of all 11 who were graded, 7 are shown: the mean of the other four would follow.
    assert not found.everybody.whole.shown and not any(f.shown for f in found.everybody.programme.values())
    by_role = {one.role: one for one in found.paths}
    assert by_role["technician"].learners == 6 and by_role["software developer"].learners == 6
    assert "path 'king' for 1" in " ".join(found.notes)


def test_no_competence_stands_out_where_all_are_alike(tmp_path):
    gradebook(tmp_path / "g", "2.P", {f"l{n}": 0.5 for n in range(8)}).close()
    found = view(COURSE, gather([(tmp_path / "g", "")]))
    assert [group.name for group in found.groups] == [NOWHERE] and found.groups[0].weakest is None


def test_what_learners_checked_counts_for_paths_and_never_for_points(class_of_two_cities):
    records = class_of_two_cities / "records"
    for name in ("l0", "Lala 1"):
        with Record(class_of_two_cities / "their" / name) as record:
            for exercise in FIRST.cells:
                record.add(exercise, right())
        (records / name / ".qtrain").mkdir(parents=True)
        written = (class_of_two_cities / "their" / name / ".qtrain" / "record.sqlite").read_bytes()
        (records / name / ".qtrain" / "record.sqlite").write_bytes(written)
    (records / "l2.sqlite").write_bytes(b"no record at all, but a text that is long enough" * 50)
    (records / "stranger.sqlite").write_bytes(written)
    roster = read(class_of_two_cities / "roster.csv")
    people = gather([(class_of_two_cities / "graded", "")], roster)
    points = {name: dict(person.results) for name, person in people.items()}
    number, notes = add_records(people, records, roster)
    assert number == 2 and people["l1"].checked == set(FIRST.cells) and len(notes) == 2
    assert any("damaged" in note for note in notes) and any("stranger" in note for note in notes)
    assert (records / "l2.sqlite").read_bytes().startswith(b"no record"), "what was collected stays as it is"
    assert {name: person.results for name, person in people.items()} == points
    technicians = next(one for one in view(COURSE, people).paths if one.role == "technician")
    assert technicians.begun == 2 and technicians.finished == 0


def test_a_collected_record_of_an_older_form_is_read_and_not_changed(tmp_path):
    path = tmp_path / "records" / "ali.sqlite"
    path.parent.mkdir()
    with sqlite3.connect(path) as old:
        old.execute(
            "CREATE TABLE attempt (number INTEGER PRIMARY KEY, exercise TEXT NOT NULL, at TEXT NOT NULL, "
            "status TEXT NOT NULL, score REAL NOT NULL, diagnosis TEXT)"
        )
        old.execute("INSERT INTO attempt VALUES (1, '0.1.a', '2026-01-01T00:00:00+00:00', 'right', 1.0, NULL)")
        old.execute("PRAGMA user_version = 2")
    before = path.read_bytes()
    people = {"ali": Person(Learner("ali"))}
    assert add_records(people, tmp_path / "records") == (1, []) and people["ali"].checked == {"0.1.a"}
    assert path.read_bytes() == before


def test_the_page_names_nobody_and_the_table_hides_the_same(class_of_two_cities, capsys):
    out = class_of_two_cities / "out"
    graded, roster = str(class_of_two_cities / "graded"), str(class_of_two_cities / "roster.csv")
    assert main(["cohort", graded, "--roster", roster, "-o", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["cohort.csv", "cohort.html"]
    for path in out.iterdir():
        text = path.read_text("utf-8-sig")
        assert "Lala" not in text and "Sana" not in text and "l0" not in text and "s1" not in text
    html = (out / "cohort.html").read_text("utf-8")
    assert "fewer than 5" in html and "of 7" in html and "of 4" not in html
    with open(out / "cohort.csv", newline="", encoding="utf-8-sig") as file:
        found = list(csv.DictReader(file))
    assert {row["Mean %"] for row in found if row["City"] == "Lahore"} == {""}
    assert {row["Graded"] for row in found if row["City"] == "Lahore"} == {"fewer than 5"}
    assert main(["cohort", graded, "--roster", roster, "-o", str(out), "--names"]) == 0
    with open(out / "learners.csv", newline="", encoding="utf-8-sig") as file:
        people = {row["Learner"]: row for row in csv.DictReader(file)}
    assert people["s1"]["Path"] == "software developer" and people["s0"]["Path"] == ""
    assert people["s1"]["Weakest outcome"].startswith("2.P.2") and people["l5"]["Points %"] == ""


def test_a_path_of_few_shows_no_share_of_its_hours():
    few = cohort.OnPath("engineer", 3, 0.42, 3, 1, shown=False)
    assert cohort_page._place(few, 5) == ["fewer than 5", "–", "–", "–"]
    many = cohort.OnPath("engineer", 30, 0.42, 12, 6, shown=True)
    assert cohort_page._place(many, 5) == ["30", "12", "42 % of the hours", "6"]


def test_a_roster_alone_is_a_cohort(class_of_two_cities, capsys):
    out = class_of_two_cities / "out"
    assert main(["cohort", "--roster", str(class_of_two_cities / "roster.csv"), "-o", str(out)]) == 0
    assert "<b>13</b>learners" in (out / "cohort.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name the gradebooks"),
        (["GRADED", "--fewest", "2"], "at least 3"),
        (["GRADED", "--path", "king"], "no role 'king'"),
        (["GRADED", "--records", "nowhere"], "nowhere is no folder"),
        (["nowhere"], "no gradebook in nowhere"),
    ],
)
def test_what_is_wrong_is_said(class_of_two_cities, capsys, monkeypatch, arguments, said):
    monkeypatch.chdir(class_of_two_cities)
    assert main(["cohort", *(one.replace("GRADED", "graded") for one in arguments)]) == 1
    told = capsys.readouterr().err
    assert told.startswith("qtrain cohort: ") and said in told and told.count("\n") == 1


def test_roles_are_found_by_any_of_their_names_in_a_roster():
    for role in paths.roles():
        for name in (role.id, role.name, role.name.upper()):
            assert cohort.role_of(Person(Learner("x", path=name))) == role.name
