"""Anonymous marking: no name in what a marker sees, pseudonyms that stay, and all of it back with --reveal."""

import re

import pytest
from classroom import TOTAL, Classroom

NAMES = ("anna", "bob", "cynthia")
PSEUDONYM = re.compile(r"[0-9A-Z]{3}-[0-9A-Z]{3}-[0-9A-Z]{3}")


@pytest.fixture
def room(tmp_path):
    made = Classroom(tmp_path, NAMES)
    for name in NAMES:
        made.hand_in(f"{name}.ipynb", made.solved(name, setup=f"# by {name.upper()} Example, {name}@example.org"))
    made.hand_in("bob/other.ipynb", made.solved("anna"))  # bob hands in anna's copy
    made.grade()
    return made


def names_in(room) -> set[str]:
    """Names that stand in any file that is written for people, but the lists of names that nobody knew."""
    found = set()
    for path in room.output.rglob("*"):
        if path.suffix in (".html", ".csv", ".json", ".jsonl") and path.name != "gradebook.json":
            text = path.read_text(errors="replace").casefold()
            found |= {f"{name} in {path.name}" for name in NAMES if re.search(rf"\b{name}\b", text + path.stem)}
    return found


def test_no_name_is_left_and_all_come_back(room, capsys):
    assert names_in(room)
    assert (room.output / "grades-moodle.csv").exists()
    capsys.readouterr()
    rows = room.grade("--anonymous", "--comment", "anna", "1.P.1", "Well done, Anna Example")
    assert names_in(room) == set()
    assert "anna" not in capsys.readouterr().out
    assert len(rows) == 3 and all(PSEUDONYM.fullmatch(name) for name in rows)
    assert not list(room.output.glob("grades-*.csv"))
    pages = {path.stem for path in (room.output / "feedback").glob("*.html")}
    assert pages == set(rows)
    room.grade("--history")
    told = capsys.readouterr().out
    assert "Well done" in told and "names are hidden from now on" in told
    room.grade("--extend", next(iter(rows)), "2099-01-01", "--excuse", next(iter(rows)), "ill", "--history")
    told += capsys.readouterr().out
    assert "may hand in until" in told and "is excused: ill" in told
    assert not [name for name in NAMES if name in told.casefold()]
    room.grade("--excuse", next(iter(rows)), "-")
    rows = room.grade("--reveal")
    assert set(rows) == set(NAMES) and rows["anna"]["comments"][0]["comment"] == "Well done, Anna Example"
    assert {path.stem for path in (room.output / "feedback").glob("*.html")} == set(NAMES)
    assert (room.output / "grades-moodle.csv").exists()


def test_pseudonyms_stay_and_are_taken_for_names(room):
    first = room.grade("--anonymous")
    assert set(room.grade()) == set(first) and list(first) == sorted(first)
    whose = next(iter(first))
    rows = room.grade("--points", whose, "-", "1")
    assert rows[whose]["grade"] == 1
    room.grade("--reveal")
    again = room.grade("--anonymous")
    assert set(again) == set(first) and again[whose]["grade"] == 1
    table = room.folder / "t.csv"
    table.write_text(f"learner,exercise,points,comment\n{whose},-,2,By table\n")
    assert room.grade("--remarks", table)[whose]["grade"] == 2


def test_two_gradebooks_have_different_pseudonyms(room):
    from qtrain.grading.anonymity import Veil, new_secret

    one, two = Veil(new_secret()), Veil(new_secret())
    assert one.name("anna") == one.name("anna") != two.name("anna")
    assert len({one.name(str(number)) for number in range(20_000)}) == 20_000


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--anonymous", "--reveal"), "say one of the two"),
        (("--reveal",), "nothing to reveal"),
        (("--points", "AAA-AAA-AAA", "-", "1"), "no learner 'AAA-AAA-AAA'"),
    ],
)
def test_what_cannot_be_is_one_sentence(room, capsys, options, says):
    room.grade(*options, status=1)
    error = capsys.readouterr().err.strip()
    assert says in error and len(error.splitlines()) == 1


def test_no_worksheet_while_names_are_hidden(room, capsys):
    sheet = room.folder / "sheet.csv"
    sheet.write_text("Identifier,Grade,Full name\nParticipant 1,,Anna Example\n")
    room.grade("--anonymous", "--worksheet", sheet, status=1)
    assert "--reveal before --worksheet" in capsys.readouterr().err
    room.grade("--reveal", "--worksheet", sheet)
    assert f",{TOTAL}," in (room.output / "sheet.csv").read_text()


def test_names_are_taken_out_of_texts_as_whole_words():
    from qtrain.grading.anonymity import Veil

    veil = Veil("00" * 16)
    hide = veil.hiding([("an", {"name": "Ann Lee", "email": "ann@x.org"})])
    p = veil.name("an")
    assert hide(["ANN LEE wrote an annex", {"a": "ann@x.org", "n": 3}]) == [f"{p} wrote an annex", {"a": p, "n": 3}]
    picture = {"kind": "png", "text": "Ann Lee"}
    assert hide(picture) == picture
