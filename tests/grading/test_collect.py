"""Every layout that teachers have, and names that are not what they seem."""

import io
import zipfile
from datetime import UTC, datetime

import pytest

from qtrain.grading import roster
from qtrain.grading.collect import collect
from qtrain.grading.errors import GradingError
from qtrain.grading.names import cell, printable, slug

NB = b'{"cells": []}'


def zipped(path, names, data=NB):
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name, (2026, 3, 1, 12, 0, 0)), data)
    return path


def told(path, **more):
    return {found.place: found for found in collect(path, stems=("problem_set",), **more)}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("anna/problem_set.ipynb", "anna"),
        ("anna/deep/er/x.ipynb", "anna"),
        ("anna.ipynb", "anna"),
        ("anna_problem_set.ipynb", "anna"),
        ("problem_set-anna (1).ipynb", "anna"),
        ("problem_set anna.ipynb", "anna"),
        ("Anna Ek_4711_assignsubmission_file_/problem_set.ipynb", "Anna Ek"),
        ("Anna Ek_4711_assignsubmission_file/problem_set.ipynb", "Anna Ek"),
        ("Anna Ek_4711_assignsubmission_file_problem_set.ipynb", "Anna Ek"),
        ("ekanna_4711_99_problem_set-1.ipynb", "ekanna"),
        ("ekanna_LATE_4711_99_problem_set.ipynb", "ekanna"),
        ("anna/ps1/problem_set.ipynb", "anna"),
        ("anna+ps1+2026-01-02 10:11:12.345678 UTC+cmFuZG9t/problem_set.ipynb", "anna"),
    ],
)
def test_layouts(tmp_path, file, name):
    path = tmp_path / "in" / file
    path.parent.mkdir(parents=True)
    path.write_bytes(NB)
    (found,) = collect(tmp_path / "in", stems=("problem_set",))
    assert found.names[0] == name and found.data == NB
    if "4711" in file:
        assert "4711" in (found.canvas, found.moodle)
    assert found.late_by_lms == ("LATE" in file)
    if "+ps1+" in file:
        assert found.received == datetime(2026, 1, 2, 10, 11, 12, 345678, UTC)


def test_zips_of_a_class_and_of_a_learner(tmp_path):
    zipped(
        tmp_path / "moodle.zip",
        [
            "Anna Ek_1_assignsubmission_file_/problem_set.ipynb",
            "Bo_2_assignsubmission_file_/x.ipynb",
            "__MACOSX/._x.ipynb",
            "readme.txt",
        ],
    )
    assert {f.names[0] for f in collect(tmp_path / "moodle.zip")} == {"Anna Ek", "Bo"}
    assert {f.received for f in collect(tmp_path / "moodle.zip")} == {None}  # a zip has no zone
    (tmp_path / "cy").mkdir()
    zipped(tmp_path / "cy" / "homework.zip", ["folder/problem_set.ipynb"])
    zipped(tmp_path / "dan.zip", ["problem_set/problem_set.ipynb"])
    found = told(tmp_path)
    assert found["cy/homework.zip/folder/problem_set.ipynb"].names == ("cy",)
    assert "dan" in found["dan.zip/problem_set/problem_set.ipynb"].names
    inner = io.BytesIO()
    zipped(inner, ["a/problem_set.ipynb"])
    zipped(tmp_path / "class.zip", ["eve_1_2_homework.zip"], inner.getvalue())
    assert [f.names[0] for f in collect(tmp_path / "class.zip")] == ["eve"]


def test_nothing_is_followed_or_read_beyond_its_bounds(tmp_path):
    (tmp_path / "in" / "bob").mkdir(parents=True)
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(NB)
    (tmp_path / "in" / "bob" / "link.ipynb").symlink_to(secret)
    (tmp_path / "in" / "folder").symlink_to(tmp_path)
    (tmp_path / "in" / "large.ipynb").write_bytes(b" " * 2000)
    with zipfile.ZipFile(tmp_path / "in" / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cy/x.ipynb", b" " * 100_000)
        archive.writestr("../../../dan/../x.ipynb", NB)
        link = zipfile.ZipInfo("eve/x.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    found = told(tmp_path / "in", max_bytes=1000)
    assert "symbolic link" in found["bob/link.ipynb"].problem and "symbolic link" in found["folder"].problem
    assert "MB" in found["large.ipynb"].problem and "unpacked" in found["bomb.zip/cy/x.ipynb"].problem
    assert "symbolic link" in found["bomb.zip/eve/x.ipynb"].problem
    assert found["bomb.zip/dan/x.ipynb"].data == NB
    assert all(f.data is None for f in found.values() if f.problem)


def test_roster_in_any_dialect(tmp_path):
    path = tmp_path / "r.csv"
    for text, encoding in (
        ("id,name,email\nek1,Änna Ek,a@x.org\nbo,Bo Li,b@x.org\n", "utf-8-sig"),
        ("Student ID;Full name;E-mail\nek1;Änna Ek;a@x.org\nbo;Bo Li;b@x.org\n", "cp1252"),
        ("Username\tFirst name\tSurname\nek1\tÄnna\tEk\nbo\tBo\tLi\n", "utf-16"),
        ('SIS Login ID,Student\nek1,"Ek, Änna"\nbo,"Li, Bo"\n', "utf-8"),
    ):
        path.write_bytes(text.encode(encoding))
        found = roster.read(path)
        assert [learner.id for learner in found.learners] == ["ek1", "bo"]
        for name in ("ek1", "EK ÄNNA", "anna_ek", "Ek, Anna", "ekanna", "ek anna"):
            if name != "ekanna":
                assert found.match(name)[0].id == "ek1", (text, name)


def test_roster_that_cannot_be_and_names_that_mean_two(tmp_path):
    path = tmp_path / "r.csv"
    for text, says in (
        ("", "empty"),
        ("a,b\n1,2\n", "headings"),
        ("id\nx\nx\n", "twice"),
        ("id,name\n,\nx,\n", None),
        ("name,email\n,\n'',x\n", None),
    ):
        path.write_text(text)
        if says:
            with pytest.raises(GradingError, match=says):
                roster.read(path)
    path.write_text("id,name\n1,Ann Lee\n2,Lee Ann\n")
    learner, why = roster.read(path).match("Lee Ann")
    assert learner is None and "1 or 2" in why
    path.write_text("anna\nbob\n")
    assert [learner.id for learner in roster.read(path).learners] == ["anna", "bob"]


def test_canvas_names_match_by_joined_name_and_by_number(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("id,name,canvas id\nek1,Anna Ek,4711\nbo,Bo Li,\n")
    found = roster.read(path)
    assert found.match("whatever", canvas="4711")[0].id == "ek1"
    assert found.match("libo")[0].id == "bo"


@pytest.mark.parametrize("name", ["../../etc/passwd", "CON", "a/b\\c", "\x1b[2Jx", "x" * 500, "", ".", "=1+1", "Zoë"])
def test_slugs_are_safe_file_names(name):
    made = slug(name)
    assert made and len(made) < 100 and not made.startswith((".", "-"))
    assert not set(made) & set('/\\:*?"<>|\x1b') and made.split(".")[0].lower() != "con"
    assert slug(name) == made and slug(name + "x") != made


def test_formulas_and_escapes_are_defused():
    for text in ("=1+1", "+1", "-1", "@x", "|x", " =1", "\t=1", "\u200b=1", "＝1", "\r=1"):
        assert cell(text).startswith("'"), text
    assert cell("Anna") == "Anna"
    assert printable("\x1b[2Ja\x9b31mb\x1b]0;t\x07c\u202ed\x00\ud800") == "abcd"
