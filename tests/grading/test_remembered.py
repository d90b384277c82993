"""The command remembers what belongs to a gradebook, refuses what cannot be meant, and forgets nothing."""

import json
import subprocess
from pathlib import Path

import pytest
from classroom import TOTAL

from qtrain import cli


def run(room, *options, output=None, submissions=True):
    given = [str(room.submissions)] if submissions else []
    return cli.main(["grade", *given, "-o", str(output or room.output), *map(str, options)])


def test_rules_release_and_course_are_kept(classroom):
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    assert classroom.grade("--cap", "50")["anna"]["grade"] == TOTAL / 2
    assert run(classroom, submissions=False) == 0  # no release, no course, no rule is said again
    assert classroom.grades()["anna"]["grade"] == TOTAL / 2
    assert run(classroom, "--cap", 100) == 0 and classroom.grades()["anna"]["grade"] == TOTAL
    assert run(classroom) == 0 and classroom.grades()["anna"]["grade"] == TOTAL


def test_rules_that_the_release_changes_hold_from_then_on(classroom):
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    classroom.grade("--late-cap", "40")
    again = ["release", "1", "--learners", str(classroom.roster), "-o", str(classroom.released)]
    assert cli.main([*again, "--course", str(classroom.root), "--cap", "50"]) == 0
    assert classroom.grade()["anna"]["grade"] == TOTAL / 2


def test_a_mistyped_folder_is_no_new_gradebook(classroom, capsys):
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    classroom.grade()
    typo = classroom.folder / "outt"
    for options, given in ((("--points", "anna", "1.P.2", "1"), False), ((), False), ((), True)):
        more = ("--release", classroom.released, "--course", classroom.root) if given else ()
        assert run(classroom, *options, *more, output=typo, submissions=given) == 1
        assert not typo.exists()
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert run(classroom, "--release", classroom.released, "--course", classroom.root, "--new", output=typo) == 0


def test_a_forgotten_database_does_not_empty_the_class(classroom, capsys, tmp_path):
    other = f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    classroom.grade("--database", other)
    assert run(classroom) == 0
    assert classroom.grades()["anna"]["grade"] == TOTAL
    assert not (classroom.output / "gradebook.sqlite").exists()
    assert run(classroom, "--database", f"sqlite:///{tmp_path / 'third.sqlite'}") == 1
    assert "is in sqlite" in capsys.readouterr().err
    assert not (tmp_path / "third.sqlite").exists()


def test_no_password_is_written_down(tmp_path):
    from qtrain.grading.settings import Settings

    Settings(str(tmp_path), "postgresql://me:s3cret@host/db").save()
    assert "s3cret" not in (tmp_path / "gradebook.json").read_text()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--grace", "-5"), "--grace"),
        (("--late-loss", "500"), "from 0 to 100"),
        (("--cap", "-1"), "from 0 to 100"),
        (("--late-cap", "nan"), "from 0 to 100"),
        (("--closed", "inf"), "not negative"),
        (("--due", "soon"), "no time"),
        (("--timezone", "Mars/Olympus"), "time zone"),
        (("--points", "anna", "1.P.2", "99"), "worth 2 points"),
        (("--points", "anna", "-", "99"), "worth 6 points"),
        (("--points", "anna", "1.P.9", "1"), "no exercise"),
        (("--points", "nobody", "1.P.2", "1"), "no learner"),
        (("--points", "anna", "1.P.2", "many"), "points are a number"),
        (("--points", "anna", "1.P.2", "-3"), "points are a number"),
        (("--extend", "nobody", "2099-01-01"), "no learner"),
        (("--extend", "anna", "later"), "no time"),
        (("--alias", "x", "nobody"), "no learner"),
        (("--remove", "bob", "twice"), "nothing that counts"),
        (("--database", "nonsense://x"), "--database"),
        (("--database", "postgresql://nobody:wrong@127.0.0.1:1/none"), "cannot be opened"),
        (("--remarks", "there-is-none.csv"), "there-is-none.csv"),
        (("--release", "there-is-none"), "there is no"),
    ],
)
def test_what_cannot_be_is_one_sentence(classroom, capsys, options, says):
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    room = ("--release", classroom.released, "--course", classroom.root)
    more = () if options[0] == "--release" else room
    if options[0] not in ("--database",):
        classroom.grade()
    capsys.readouterr()
    assert run(classroom, *more, *options) == 1
    error = capsys.readouterr().err.strip()
    assert says in error and len(error.splitlines()) == 1 and "Traceback" not in error


def test_a_past_due_time_is_refused_when_it_is_released(classroom, capsys, tmp_path):
    command = ["release", "1", "-o", str(tmp_path / "late"), "--course", str(classroom.root), "--due", "2020-01-01"]
    assert cli.main(command) == 1
    assert "is past" in capsys.readouterr().err and not (tmp_path / "late").exists()


def test_points_can_be_withdrawn_and_everything_has_a_history(classroom, capsys):
    classroom.hand_in("anna.ipynb", classroom.solved("anna", p2="square = -1"))
    classroom.grade()
    assert classroom.grade("--points", "anna", "1.P.2", "2", "--author", "S. Khan")["anna"]["grade"] == TOTAL
    assert classroom.grade("--points", "anna", "1.P.2", "-")["anna"]["grade"] == TOTAL - 2
    classroom.grade("--extend", "anna", "2099-01-01", "--cap", "90", "--author", "S. Khan")
    capsys.readouterr()
    classroom.grade("--history")
    told = capsys.readouterr().out
    assert "anna may hand in until 2099-01-01" in told and "cap is 90" in told and "S. Khan" in told
    assert "1.P.2: 2 points" in told and "withdrawn" in told


def test_a_removed_submission_no_longer_counts(classroom):
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    assert classroom.grade()["anna"]["grade"] == TOTAL
    rows = classroom.grade("--remove", "anna", "handed in for somebody else")
    assert rows["anna"]["submissions"] == 0 and rows["anna"]["grade"] == 0
    assert classroom.grade()["anna"]["submissions"] == 0


def test_an_extension_is_one_learners(classroom):
    import os
    from datetime import UTC, datetime

    for name in ("anna", "bob"):
        path = classroom.hand_in(f"{name}.ipynb", classroom.solved(name))
        stamp = datetime(2026, 3, 3, 12, tzinfo=UTC).timestamp()
        os.utime(path, (stamp, stamp))
    due = ("--due", "2026-03-01T12:00+00:00", "--late-loss", "50")
    rows = classroom.grade(*due)
    assert rows["anna"]["grade"] == rows["bob"]["grade"] == 0
    rows = classroom.grade("--extend", "anna", "2026-03-03T13:00+00:00")
    assert (rows["anna"]["grade"], rows["bob"]["grade"]) == (TOTAL, 0)


def test_points_and_comments_from_a_table(classroom, tmp_path):
    for name in ("anna", "bob"):
        classroom.hand_in(f"{name}.ipynb", classroom.solved(name, p2="square = -1"))
    classroom.grade()
    table = tmp_path / "remarks.csv"
    table.write_text("Learner;Exercise;Points;Comment\nanna;1.P.2;1,5;half right\nbob;;;see me\n", encoding="cp1252")
    rows = classroom.grade("--remarks", table)
    assert rows["anna"]["grade"] == TOTAL - 0.5 and rows["bob"]["comments"][0]["comment"] == "see me"
    table.write_text("who,what\nanna,1\n")
    classroom.grade("--remarks", table, status=1)


@pytest.mark.parametrize("version", ["1", "2", "3"])
def test_a_gradebook_of_an_earlier_version_is_carried_over(classroom, version):
    import sqlite3

    from qtrain.grading.models import ADDED

    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    before = classroom.grade()["anna"]
    with sqlite3.connect(classroom.output / "gradebook.sqlite") as connection:
        for lacking in (columns for number, columns in ADDED.items() if number >= version):
            for table, column, _ in lacking:
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        for table in ("excuse", *(("event", "alias", "extension") if version == "1" else ())):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE meta SET value = ? WHERE key = 'version'", (version,))
    assert classroom.grade()["anna"] == before
    assert classroom.grade("--points", "anna", "-", "1")["anna"]["grade"] == 1


def test_each_grading_says_which_grader_it_was(classroom):
    from qtrain import __version__
    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.models import Grading

    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    classroom.grade()
    book = Gradebook(classroom.output / "gradebook.sqlite")
    with book.session() as session:
        said = session.query(Grading).one().grader
    book.close()
    top = Path(__file__).resolve().parents[2]
    commit = subprocess.run(["git", "-C", str(top), "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    assert said.removesuffix(" and changes") == (f"{__version__} at {commit}" if commit else __version__)


def test_a_roster_given_later_is_kept_and_missed(classroom, capsys):
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    roster = classroom.folder / "fixed.csv"
    roster.write_text("id,name\nanna,Anna Fixed\nbob,Bob\ncy,Cy\n")
    assert classroom.grade("--roster", roster)["anna"]["name"] == "Anna Fixed"
    assert classroom.grade()["anna"]["name"] == "Anna Fixed"
    roster.unlink()
    classroom.grade(status=1)
    error = capsys.readouterr().err.strip()
    assert "fixed.csv is not there" in error and len(error.splitlines()) == 1


def test_settings_that_were_damaged_are_told(classroom, capsys):
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    classroom.grade()
    (classroom.output / "gradebook.json").write_text(json.dumps({"database": 7}))
    classroom.grade(status=1)
    assert "broken" in capsys.readouterr().err


def test_a_zip_for_each_section_and_one_for_moodle(classroom, tmp_path):
    import zipfile

    roster = tmp_path / "roster.csv"
    roster.write_text("id,name,section,identifier\nanna,Anna Ek,A,Participant 7\nbob,Bob Li,B 1,8\ncy,Cy,A,\n")
    command = ["release", "1", "--learners", str(roster), "--zip", "--course", str(classroom.root)]
    assert cli.main([*command, "-o", str(tmp_path / "r")]) == 0
    zips = {path.name: path for path in (tmp_path / "r" / "sections").iterdir()}
    assert len(zips) == 2
    with zipfile.ZipFile(zips["A.zip"]) as archive:
        assert {name.split("/")[0] for name in archive.namelist()} == {"anna", "cy"}
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    classroom.released = tmp_path / "r"
    classroom.grade()
    with zipfile.ZipFile(classroom.output / "feedback-moodle.zip") as archive:
        assert [name.split("_")[1] for name in archive.namelist()] == ["7"]
