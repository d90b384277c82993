"""``qtrain check``: a notebook judged from the command line, also one that is broken, loops or raises."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from qtrain import cli
from qtrain.course import load
from qtrain.course.check_file import lines


@pytest.fixture
def letters():
    """A right letter and a wrong one."""
    right, wrong, *_ = sorted("abcd", key=lambda letter: not load().exercise("1.6.d").judge(letter).passed)
    return right, wrong


def saved(path, *sources):
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)
    return path


def test_each_verdict_is_printed_and_counted(tmp_path, capsys, letters):
    path = saved(
        tmp_path / "mine.ipynb",
        "from qtrain import check",
        f"check('1.6.d', {letters[0]!r})",
        f"check('1.6.d', {letters[1]!r})",
        "check('1.6.d', None)",
        "1 / 0",
        f"check('1.6.d', {letters[0]!r})",
    )
    assert cli.main(["check", str(path)]) == 1
    said = capsys.readouterr().out
    assert "✔ 1.6.d right" in said and "✘ 1.6.d" in said and "… 1.6.d not yet" in said
    assert "cell 5 stops with ZeroDivisionError" in said
    assert said.rstrip().endswith("2 of 4 right.")


def test_all_right_ends_with_zero(tmp_path, letters):
    path = saved(tmp_path / "mine.ipynb", f"from qtrain import check\ncheck('1.6.d', {letters[0]!r})")
    assert cli.main(["check", str(path)]) == 0


@pytest.mark.parametrize(
    ("cell", "words"), [("while True: pass", "ran longer than 2 s"), ("import os; os._exit(1)", "ended the kernel")]
)
def test_a_cell_that_never_ends_or_ends_the_kernel_is_told(tmp_path, cell, words):
    path = saved(tmp_path / "mine.ipynb", "x = 1", cell, "y = 2")
    assert [text for sign, text in lines(path, timeout=2) if sign == "!" and words in text]


def test_a_broken_or_missing_file_is_a_sentence(tmp_path, capsys):
    (tmp_path / "mine.ipynb").write_text("{", encoding="utf-8")
    assert cli.main(["check", str(tmp_path / "mine.ipynb")]) == 2
    assert "no valid notebook" in capsys.readouterr().out
    assert cli.main(["check", str(tmp_path / "none.ipynb")]) == 2
    assert "There is no notebook" in capsys.readouterr().out


def test_an_exercise_behind_a_syntax_error_counts(tmp_path, capsys, letters):
    path = saved(
        tmp_path / "mine.ipynb",
        "from qtrain import check",
        "letter = (",
        'check("1.6.d", letter)',
        f"check('1.6.d', {letters[0]!r})",
        "number = 3 +",
        'check("1.6.a", number)',
    )
    assert cli.main(["check", str(path)]) == 1
    said = capsys.readouterr().out
    assert "cell 6 stops with NameError: The cell that sets `number` has an error in its syntax" in said
    assert "Without a verdict: 1.6.a." in said and said.rstrip().endswith("1 of 2 right.")
