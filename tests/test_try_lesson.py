"""`qtrain try`: a good lesson passes every trial, and each kind of fault makes the line of its trial fail."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qtrain import cli
from qtrain.course import load
from qtrain.course.new import begin
from qtrain.course.refresh import refresh
from qtrain.course.trials import faults, trials
from qtrain.try_lesson import Tried, notebook_faults

ROOT = Path(__file__).resolve().parents[1]
NAMES = ["notebook", *trials(1), "competences", "page"]


@pytest.fixture
def lesson(small):
    """A lesson as `qtrain new` begins it, in a checkout with the project's own book and tools."""
    shutil.copytree(
        ROOT / "book", small.root / "book", ignore=shutil.ignore_patterns("_build", "_toc.yml"), dirs_exist_ok=True
    )
    for name in ("_config.yml", "conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, small.root / name)
    begin(load(), "1.10", "A good lesson")
    return load().lesson("1.10")


@pytest.fixture
def stored(lesson):
    """The lesson with its outputs, and the package beside it: there a checkout's tools look for the course."""
    shutil.copytree(ROOT / "qtrain", lesson.root / "qtrain", ignore=shutil.ignore_patterns("__pycache__"))
    list(refresh(lesson))
    return lesson


def spoil(lesson, change):
    """Change the cells of the notebook."""
    notebook = json.loads(lesson.path.read_text("utf-8"))
    change(notebook["cells"])
    lesson.path.write_text(json.dumps(notebook), "utf-8")


def insert(place, source, kind="code"):
    cell = {"cell_type": kind, "id": f"planted-{len(source)}", "metadata": {}, "source": source}
    if kind == "code":
        cell |= {"outputs": [], "execution_count": None}
    return lambda cells: cells.insert(place % (len(cells) + 1), cell)


def test_a_good_lesson_passes_every_trial(stored):
    pytest.importorskip("jupyter_book", reason="needs jupyter-book: pip install 'qtrain[book]'")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QTRAIN_")}
    done = subprocess.run(
        [sys.executable, "-m", "qtrain", "try", "1.10"],
        cwd=stored.root,
        env={**environment, "PYTHONPATH": str(stored.root)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    _, *lines, last = done.stdout.splitlines()
    assert [line.partition("  ")[2].partition(" (")[0].strip() for line in lines] == NAMES
    assert all(line.startswith("ok ") and line.endswith(" s)") for line in lines) and last == "All is well."


def test_an_output_that_is_not_the_stored_one_is_told(stored):
    def change(cells):
        printed = [c for c in cells if c["cell_type"] == "code" and c["outputs"] and "text" in c["outputs"][0]]
        printed[0]["outputs"][0]["text"] = ["what never comes\n"]

    assert notebook_faults(stored) == []
    spoil(stored, change)
    (found,) = notebook_faults(stored)
    number = next(n for n, cell in enumerate(load().lesson("1.10").notebook["cells"], 1) if "never comes" in str(cell))
    assert found.startswith(f"cell {number}: Cell outputs differ") and "what never comes" in found


def test_a_cell_that_raises_is_told_with_its_place(stored):
    spoil(stored, insert(-1, "import sys\nprint('warned', file=sys.stderr)"))
    spoil(stored, insert(-1, "1 / 0"))
    count = len(stored.notebook["cells"])
    warned, raised = notebook_faults(stored)
    assert warned.startswith(f"cell {count - 1}: ") and "It wrote to standard error: warned" in warned
    assert raised.startswith(f"cell {count}: ") and "ZeroDivisionError: division by zero" in raised


def test_a_notebook_that_cannot_even_be_run_is_told(lesson):
    (lesson.root / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "--no-such-option"\n', "utf-8")
    (found,) = faults(notebook_faults, lesson)
    assert found.startswith("pytest ended with 4:") and "--no-such-option" in found
    lesson.path.write_text("{", "utf-8")
    (found,) = faults(notebook_faults, lesson)
    assert "no valid notebook" in found


EXERCISES = {  # trial: what is replaced in the exercises, by what, and what has to be said
    "a solution": ("solutions and slips", "yield 2**n\n", "yield 2**n + 9\n", "1.10.a: the  solution is wrong"),
    "a slip": ("solutions and slips", '"gate-order")', '"half-angle")', "not half-angle"),
    "a mutant": (
        "hand-ins and mutants",
        "within=0.1, n=whole(3, 60))\ndef basis_states(n):\n    yield 2**n\n",
        "n=whole(3, 60))\ndef basis_states(n):\n    from qtrain.checking import Property\n\n"
        '    yield Property("is any number", lambda answer: True)\n',
        "1.10.a: survivor: ",
    ),
    "a hand-in": ("hand-ins and mutants", ', points=2, takes="circuit"', ", points=2", "1.10.d: points: the state: "),
    "a mistake too few": (
        "rules",
        '    yield slip(n**2, "replace it, too").says("You took n to the power 2, not 2 to the power n.")\n',
        "",
        "exercise 1.10.a has 1 typical mistakes",
    ),
    "what cannot be imported": ("learner's copy", "from qtrain.authoring import", "from nowhere import", "nowhere"),
}


@pytest.mark.parametrize("what", EXERCISES)
def test_a_fault_of_the_exercises_fails_its_line(lesson, what):
    name, old, new, words = EXERCISES[what]
    text = lesson.exercises_path.read_text("utf-8")
    assert old in text and not any(words in fault for fault in faults(trials(12)[name], lesson))
    lesson.exercises_path.write_text(text.replace(old, new), "utf-8")
    assert any(words in fault for fault in faults(trials(12)[name], lesson))


CELLS = {
    "rules": (lambda cells: cells[1]["metadata"].update(tags=["qisk"]), "there is no tag 'qisk'"),
    "learner's copy": (insert(-1, "print(answer_of_nobody + 1)"), "fails: NameError"),
    "solutions and slips": (insert(1, "1 / 0"), "trying it out stops with ZeroDivisionError"),
    "hand-ins and mutants": (insert(1, "1 / 0"), "trying it out stops with ZeroDivisionError"),
}


@pytest.mark.parametrize("name", CELLS)
def test_a_fault_of_the_notebook_fails_its_line(lesson, name):
    change, words = CELLS[name]
    assert not any(words in fault for fault in faults(trials(2)[name], lesson))
    spoil(lesson, change)
    assert any(words in fault for fault in faults(trials(2)[name], lesson))


def test_a_page_is_built_alone_and_its_faults_are_told(lesson, small):
    pytest.importorskip("jupyter_book", reason="needs jupyter-book: pip install 'qtrain[book]'")
    from qtrain.site.building import page_faults

    small.write(small.lesson, small.notebook([*small.cells(), small.code("1 / 0")], **small.metadata))
    spoil(lesson, insert(-1, "[There](1_2_numbers.ipynb), [here](../../book/setup.md)", "markdown"))
    assert page_faults(lesson) == []  # another lesson that does not run is not its matter, nor is a link to it a fault
    spoil(lesson, insert(-1, "[Nowhere](1_77_missing.ipynb)", "markdown"))
    (found,) = page_faults(lesson)
    assert "1_77_missing.ipynb" in found
    spoil(lesson, insert(-1, "1 / 0"))
    (found,) = page_faults(lesson)
    assert "ZeroDivisionError" in found


def test_what_is_printed_says_what_to_mend():
    assert str(Tried("page", [], 1.23)) == "ok    page (1.2 s)"
    assert str(Tried("rules", ["one"], 0.2)) == "FAIL  rules: 1 thing to mend (0.2 s)\n      one"
    long = str(Tried("notebook", ["a\n" * 50, "b"], 3)).splitlines()
    assert (
        long[0] == "FAIL  notebook: 2 things to mend (3.0 s)"
        and len(long) == 15
        and long[-2:]
        == [
            "      …",
            "      b",
        ]
    )


def test_where_it_cannot_be_tried_a_sentence_says_why(small, capsys):
    pytest.importorskip("jupyter_book", reason="needs jupyter-book: pip install 'qtrain[book]'")
    assert cli.main(["try", "1.2"]) == 1
    assert "needs a checkout of the project" in capsys.readouterr().err
    assert cli.main(["try", "7.7"]) == 1
    assert "There is no lesson '7.7'" in capsys.readouterr().err
