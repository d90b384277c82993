"""`qtrain progress`: the same facts in the terminal and on the page."""

import os
import re
import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import pytest

from qtrain.checking.verdict import right, wrong
from qtrain.course import learn, load
from qtrain.skills import progress
from qtrain.skills.progress import Line, bar, lines, page, run, table
from qtrain.skills.record import Record


@pytest.fixture
def copy(small, tmp_path, monkeypatch):
    folder = tmp_path / "copy"
    learn.renew(folder)
    with Record(folder) as record:
        record.add("1.2.a", wrong(None, "…"))
        record.add("1.2.a", right())
        record.add("1.2.b", wrong(None, "…"))
    monkeypatch.setenv("QTRAIN_NO_BROWSER", "1")
    return folder


def test_lesson_by_lesson(copy):
    found, notes = lines(load(), copy)
    assert notes == []
    assert [(line.id, line.done, line.tried, line.open) for line in found] == [
        ("1.2", ("1.2.a",), ("1.2.b",), ()),
        ("1.P", (), (), ("1.P.1",)),
    ]


@pytest.mark.parametrize(
    ("done", "tried", "left", "drawn"),
    [
        (0, 0, 8, "░" * 20),
        (8, 0, 0, "█" * 20),
        (4, 2, 2, "█" * 10 + "▒" * 5 + "░" * 5),
        (1, 0, 2, "█" * 6 + "░" * 14),
        (0, 0, 0, " " * 20),
    ],
)
def test_bars(done, tried, left, drawn):
    assert bar(Line("1.2", "x", "m", ("a",) * done, ("b",) * tried, ("c",) * left)) == drawn


def test_the_table(copy, capsys):
    assert run(SimpleNamespace(folder=copy, html=None)) == 0
    told = capsys.readouterr().out
    assert "1 · A small module" in told and "1 of 3 exercises done." in told
    assert re.search(r"1\.2  Numbers +█{10}▒{10}   1 of  2 done, 1 tried", told)


def test_each_module_has_one_heading():
    found = [
        Line("1.1", "one", "1 · A", ("a",), (), ()),
        Line("1.2", "three", "1 · A", (), ("a",), ("b",)),
        Line("10.1", "t" * 44, "2 · B", (), (), ("a",)),
        Line("10.2", "u" * 45, "2 · B", (), (), ()),
    ]
    assert table(found).splitlines()[:-2] == [
        "1 · A",
        f"  1.1   one{' ' * 41}  {'█' * 20}   1 of  1 done",
        f"  1.2   three{' ' * 39}  {'▒' * 10}{'░' * 10}   0 of  2 done, 1 tried",
        "",
        "2 · B",
        f"  10.1  {'t' * 44}  {'░' * 20}   0 of  1 done",
        f"  10.2  {'u' * 43}…  {' ' * 20}   0 of  0 done",
    ]
    assert table(found).splitlines()[-1].startswith("1 of 4 exercises done.")
    html = page(found)
    assert re.findall(r"<h2>(.*?)</h2>", html) == ["1 · A", "2 · B"]
    assert html.count("<ul>") == html.count("</ul>") == 2 and html.count("<li") == html.count("</li>") == 4
    assert "no lessons yet" not in html and "no lessons yet" in page([])
    assert table([]).splitlines()[-1].startswith("0 of 0 exercises done.")


def test_the_page_says_the_same_and_needs_nothing(copy, capsys):
    assert run(SimpleNamespace(folder=copy, html="progress.html")) == 0
    html = (copy / "progress.html").read_text(encoding="utf-8")
    assert (copy / "progress.html").as_uri() in capsys.readouterr().out
    assert 'aria-label="1.2: 1 done, 1 tried, 0 open"' in html and "1 of 3 exercises done." in html
    assert not re.search(r"https?://|src=|<script|<link|@import|url\((?!#)", html)
    assert "prefers-color-scheme:dark" in html and 'lang="en"' in html


def test_titles_cannot_break_the_page():
    html = page([Line("1.2", "<b>x</b> & y", "m <i>", ("1.2.a",), (), ())])
    assert "<b>" not in html and "&lt;b&gt;x&lt;/b&gt; &amp; y" in html and "m &lt;i&gt;" in html
    assert table([Line("1.2", "t" * 80, "m", (), (), ("a",))]).splitlines()[1].count("t") == 43


def test_a_console_without_the_signs_shows_it_all_the_same(copy):
    done = subprocess.run(
        [sys.executable, "-m", "qtrain", "progress", copy],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert done.returncode == 0 and "1 of 3 exercises done." in done.stdout, done.stderr


def test_elsewhere_it_says_what_to_do(small, tmp_path, capsys):
    assert run(SimpleNamespace(folder=tmp_path / "no", html=None)) == 1
    assert "is not a learner's copy of the course. Make one with: qtrain learn" in capsys.readouterr().err


def test_a_damaged_record_is_told(copy, capsys):
    (copy / ".qtrain" / "record.sqlite").write_bytes(b"rubbish" * 999)
    assert run(SimpleNamespace(folder=copy, html=None)) == 0
    told = capsys.readouterr()
    assert "it is kept as record.aside-" in told.err and "0 of 3 exercises done." in told.out


def test_a_record_that_cannot_be_read_ends_in_a_sentence(copy, capsys):
    connection = sqlite3.connect(copy / ".qtrain" / "record.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert run(SimpleNamespace(folder=copy, html=None)) == 1
    told = capsys.readouterr()
    assert "was made by a newer qtrain" in told.err and told.out == ""


@pytest.mark.parametrize("screen", [True, False])
def test_the_page_is_shown_where_there_is_a_screen(copy, monkeypatch, screen):
    shown = []
    monkeypatch.setattr("qtrain.skills.progress.can_show", lambda: screen)
    monkeypatch.setattr("webbrowser.open", shown.append)
    assert run(SimpleNamespace(folder=copy, html="progress.html")) == 0
    assert shown == [(copy / "progress.html").as_uri()] * screen


def test_the_page_links_to_each_lesson(small, tmp_path, monkeypatch):
    from qtrain.course import jupyterlab

    learn.renew(tmp_path / "copy")
    found, _ = progress.lines(load(), tmp_path / "copy")
    monkeypatch.setattr(jupyterlab, "running", lambda folder: None)
    base = progress._base(tmp_path / "copy")
    assert f'<a href="{base}1_small/1_2_numbers.ipynb">1.2 Numbers</a>' in progress.page(found, base)
    assert base == (tmp_path / "copy").as_uri() + "/"
    monkeypatch.setattr(jupyterlab, "running", lambda folder: {"url": "http://127.0.0.1:8888/"})
    assert progress._base(tmp_path / "copy") == "http://127.0.0.1:8888/lab/tree/"
