"""Points and comments from a table: all of it or nothing, and each fault one sentence with its line."""

import pytest
from classroom import TOTAL


@pytest.fixture
def room(classroom):
    classroom.hand_in("anna.ipynb", classroom.solved("anna", p2="square = -1"))
    classroom.hand_in("bob.ipynb", classroom.solved("bob"))
    classroom.grade()
    return classroom


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_points_and_comments(room, mark):
    table = room.folder / "t.csv"
    text = "Learner,exercise,points,comment\nanna,1.P.2,1.5,Half way\nbob,-,,Well done\n\ncy,,,\nbob,1.P.3,-,\n"
    table.write_text(text.replace(",", mark).replace("1.5", "1,5" if mark == ";" else "1.5"), encoding="utf-8-sig")
    rows = room.grade("--remarks", table)
    assert rows["anna"]["grade"] == TOTAL - 0.5 and rows["bob"]["grade"] == TOTAL
    assert rows["anna"]["comments"][0]["comment"] == "Half way" and rows["bob"]["comments"][0]["exercise"] == ""


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nobody,1.P.2,1,", "line 3: there is no learner 'nobody'"),
        ("bob,1.P.9,1,", "line 3: there is no exercise '1.P.9'"),
        ("bob,1.P.2,99,", "line 3: 1.P.2 is worth 2 points"),
        ("bob,-,99,", "line 3: the whole is worth 6 points"),
        ("bob,1.P.2,many,", "line 3: points are a number"),
        ("bob,1.P.2,-1,", "line 3: points are a number"),
        ("bob,1.P.2,nan,", "line 3: points are a number"),
        (",1.P.2,1,", "line 3: there are points or a comment, but no learner"),
        ("bob,1.P.2,1,yes, indeed", "line 3: there are more fields than headings"),
    ],
)
def test_one_bad_line_and_nothing_is_written(room, capsys, line, says):
    table = room.folder / "t.csv"
    table.write_text(f"learner,exercise,points,comment\nanna,1.P.2,2,Good\n{line}\n")
    room.grade("--remarks", table, "--extend", "anna", "2099-01-01", status=1)
    error = capsys.readouterr().err.strip()
    assert says in error and len(error.splitlines()) == 1
    assert room.grade()["anna"]["grade"] == TOTAL - 2
    room.grade("--history")
    assert "anna" not in capsys.readouterr().out.rpartition("report.json")[2]


@pytest.mark.parametrize("text", ["", "name,points\nanna,1\n", "learner,mark\nanna,1\n"])
def test_a_table_without_its_headings(room, capsys, text):
    table = room.folder / "t.csv"
    table.write_text(text)
    room.grade("--remarks", table, status=1)
    error = capsys.readouterr().err.strip()
    assert "needs the headings learner, exercise, points, comment" in error and len(error.splitlines()) == 1
