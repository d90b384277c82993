"""Moodle's grading worksheet comes back filled in, with every other byte as Moodle wrote it."""

import codecs
from types import SimpleNamespace

import pytest
from classroom import TOTAL

from qtrain.grading.worksheet import _by_key

HEAD = (
    'Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"\n'
)
ANNA = '"Participant 17","Anna Example",anna@example.org,"Submitted for grading",,6.00,Yes,"Monday, 2 March 2026",-,\n'
BOB = '"Participant 18","Bob Example",bob@example.org,"No submission",,6.00,Yes,-,-,\n'


def fill(room, content, *options, status=0):
    sheet = room.folder / "down" / "Grades-QC-Set 1-42.csv"
    sheet.parent.mkdir(exist_ok=True)
    sheet.write_bytes(content if isinstance(content, bytes) else content.encode())
    room.grade("--worksheet", sheet, *options, status=status)
    assert sheet.read_bytes() == (content if isinstance(content, bytes) else content.encode())
    filled = room.output / sheet.name
    return filled.read_bytes() if filled.exists() else None


@pytest.fixture
def room(classroom):
    classroom.hand_in("anna.ipynb", classroom.solved("anna"))
    classroom.grade()
    return classroom


def test_grade_and_feedback_are_filled_in_and_nothing_else(room, capsys):
    said = 'It is < 2, "nearly", and\nso on'
    told = fill(room, HEAD + ANNA + BOB, "--comment", "anna", "-", said)
    anna = ANNA.replace('grading",,', f'grading",{TOTAL},').replace(
        "-,\n", '-,"It is &lt; 2, ""nearly"", and<br>so on"\n'
    )
    assert told.decode() == HEAD + anna + BOB
    assert "1 lines filled in" in capsys.readouterr().out


@pytest.mark.parametrize("ends", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize(
    ("bom", "encoding"),
    [(b"", "utf-8"), (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (b"", "cp1252")],
)
def test_encodings_line_ends_and_odd_quotes_stay(room, ends, bom, encoding):
    odd = '"Participant 19","Zoë ""Z"" Ünlü",z@x.org,"says \\"hi\\" , there",-,6.00,Yes,"a\nb",-,"<p>old</p>"\n\n'
    text = (HEAD + odd + ANNA).replace("\n", ends)
    told = fill(room, bom + text.encode(encoding))
    assert told == bom + text.replace('grading",,', f'grading",{TOTAL},').encode(encoding)


def test_a_comment_beyond_the_files_letters_is_kept(room):
    told = fill(
        room,
        ("Identifier,Full name,Grade,Feedback comments\nParticipant 1,Anna Example,,Größe\n").encode("cp1252"),
        "--comment",
        "anna",
        "-",
        "→ gut",
    )
    assert told.decode("cp1252").splitlines()[1] == f'Participant 1,Anna Example,{TOTAL},"&#8594; gut"'


def test_semicolons_decimal_commas_and_reordered_columns(room):
    text = "Identifier;ID number;Email address;Maximum grade;Grade;Marker\nParticipant 1;;ANNA@example.org;6,00;;x\n"
    room.hand_in("anna.ipynb", room.solved("anna", p2="square = -1", p3='choice = "?"'))
    told = fill(room, text, "--points", "anna", "-", "2.5").decode()
    assert told == text.replace("6,00;;x", "6,00;2,5;x")


def test_no_formula_gets_into_a_spreadsheet(room):
    told = fill(room, HEAD + ANNA, "--comment", "anna", "-", "=HYPERLINK(1)").decode()
    assert "'=HYPERLINK(1)" in told and ",=HYP" not in told


def test_locked_and_unknown_lines_stay_and_are_told(room, capsys):
    text = HEAD + ANNA.replace(",Yes,", ",No,") + BOB.replace("18", "99").replace("Bob", "Zed").replace("bob@", "zed@")
    assert fill(room, text).decode() == text
    out = capsys.readouterr().out
    assert "1 lines of it mean nobody in the gradebook, for example: Participant 99" in out
    assert "1 lines of it have a grade locked in Moodle, for example: Participant 17" in out


def test_a_name_that_two_learners_share_means_neither_of_them():
    one, other = (
        SimpleNamespace(learner=SimpleNamespace(details={"name": name, "email": mail}), grading=None)
        for name, mail in (("Anna Example", "a@x.org"), ("anna example", "b@x.org"))
    )
    assert _by_key([one, other]) == {"name anna example": None, "mail a@x.org": one, "mail b@x.org": other}


def test_the_number_in_a_folder_that_moodle_named_is_enough(classroom):
    classroom.hand_in("Anna Example_17_assignsubmission_file_/problem_set.ipynb", classroom.solved("anna"))
    classroom.grade()
    text = (
        "Identifier,Grade,Feedback comments\nParticipant 17,,\nParticipant 18,,\n"  # hidden from the marker: no names
    )
    assert fill(classroom, text).decode() == text.replace("17,,", f"17,{TOTAL},")
    import zipfile

    with zipfile.ZipFile(classroom.output / "feedback-moodle.zip") as archive:
        assert archive.namelist() == ["anna_17_assignsubmission_file_/feedback.html"]


def test_another_maximum_is_refused_or_scaled(room, capsys):
    text = HEAD + ANNA.replace("6.00", "100.00")
    assert fill(room, text, status=1) is None
    error = capsys.readouterr().err.strip()
    assert "100 points in Moodle and 6 in the release" in error and len(error.splitlines()) == 1
    assert fill(room, text, "--scale").decode() == text.replace('grading",,', 'grading",100,')


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no grading worksheet"),
        ("id,name\n1,Anna\n", "no column 'Identifier', but id, name"),
        ("Identifier,Full name\nParticipant 1,Anna Example\n", "no column 'Grade'"),
        (b"\xff\xfe\x00", "damaged"),
        (HEAD + ANNA.replace("6.00", "Pass"), "not a number"),
        ("Identifier,Full name,Maximum grade,Grade\nParticipant 1,Anna Example\n", "too short"),
    ],
)
def test_what_is_no_worksheet_is_one_sentence(room, capsys, content, says):
    assert fill(room, content, status=1) is None
    error = capsys.readouterr().err.strip()
    assert says in error and len(error.splitlines()) == 1 and "Traceback" not in error


def test_it_never_overwrites_what_was_downloaded(room, capsys):
    sheet = room.output / "sheet.csv"
    sheet.write_text(HEAD + ANNA)
    room.grade("--worksheet", sheet, status=1)
    assert "would be overwritten" in capsys.readouterr().err and sheet.read_text() == HEAD + ANNA
    room.grade("--worksheet", room.folder / "none.csv", status=1)
    assert "cannot be read" in capsys.readouterr().err
