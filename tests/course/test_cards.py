"""Recall questions as flash cards: in Anki's own format and as CSV, formulas and code as they should be shown."""

import csv
import json
import sqlite3
import zipfile

import pytest

from qtrain import cli
from qtrain.course import load
from qtrain.course.cards import for_anki


@pytest.fixture(scope="module")
def number():
    return sum(len(lesson.questions) for lesson in load().lessons)


def test_csv_has_every_question(tmp_path, number, capsys):
    assert cli.main(["cards", "-o", str(tmp_path / "deck.csv")]) == 0
    with open(tmp_path / "deck.csv", newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == number > 0
    assert all(row["question"] and row["answer"] for row in rows)
    assert f"{number} cards" in capsys.readouterr().out


def test_apkg_is_a_deck_that_anki_reads(tmp_path, number):
    pytest.importorskip("genanki")
    for attempt in (1, 2):  # a second export replaces the first one and keeps every card's identity
        assert cli.main(["cards", "-o", str(tmp_path / "deck.apkg")]) == 0
        zipfile.ZipFile(tmp_path / "deck.apkg").extract("collection.anki2", tmp_path / str(attempt))
    notes = []
    for attempt in (1, 2):
        with sqlite3.connect(tmp_path / str(attempt) / "collection.anki2") as deck:
            notes.append(sorted(deck.execute("select guid, flds from notes")))
            models = json.loads(deck.execute("select models from col").fetchone()[0])
            assert any(model["name"] == "qtrain recall" for model in models.values())
    assert len(notes[0]) == number and notes[0] == notes[1]


def test_markdown_becomes_what_anki_shows():
    assert for_anki("Is $a<b$ in `x < y`?") == r"Is \(a&lt;b\) in <code>x &lt; y</code>?"
    assert for_anki("**bold** and $$x^2$$") == r"<b>bold</b> and \[x^2\]"


def test_other_endings_are_refused(tmp_path, capsys):
    assert cli.main(["cards", "-o", str(tmp_path / "deck.docx")]) == 2
    assert ".apkg" in capsys.readouterr().out
