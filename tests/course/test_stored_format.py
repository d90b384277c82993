"""The stored format, what refresh stores, and that nbval compares what is stored."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qtrain.course import load
from qtrain.course.cells import parse_notebook
from qtrain.course.refresh import refresh
from qtrain.course.stored_format import departures, dump, tidy

ROOT = Path(__file__).parents[2]


def run(small):
    return [line for document in load().documents for line in refresh(document)]


def test_refresh_stores_the_text_in_its_format(small):
    said = run(small)
    assert any(line.startswith("1.2 1_2_numbers.ipynb: stored") for line in said)
    assert departures(small.lesson, {"1.2.a": 2, "1.2.b": 1}) == []
    cells = parse_notebook(small.lesson.read_bytes(), "it")["cells"]
    texts = [
        "".join(output.get("text", output.get("data", {}).get("text/plain", "")))
        for cell in cells
        for output in cell.get("outputs", ())
    ]
    assert texts == ["✔ claim: two and two: 4 = 4 [Euclid]\n", *["✔ 1.2.a right: Right."] * 2, "✔ 1.2.b right: Yes."]
    assert load().claims[0].line == "two and two: 4 = 4 [Euclid]"
    check = next(cell for cell in cells if "check" in cell["metadata"].get("tags", ()))
    assert check["metadata"]["nbgrader"] == {
        "grade": True,
        "grade_id": "1-2-a",
        "locked": True,
        "points": 2,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }


def test_a_cell_that_fails_is_named(small):
    from qtrain.course import CourseError

    small.write(small.lesson, small.notebook([small.code("1 / 0")], **small.metadata))
    small.write(small.exercises, "EXERCISES = []")
    with pytest.raises(CourseError, match=r"1_2_numbers.ipynb, cell 1 \('1 / 0'\) fails: ZeroDivisionError"):
        list(refresh(load().lesson("1.2")))


def test_tidy_drops_what_depends_on_the_machine_and_keeps_ids():
    cell = {
        "cell_type": "code",
        "id": "mine",
        "source": "x  \n",
        "execution_count": 7,
        "metadata": {"execution": {"iopub.execute_input": "2025"}, "collapsed": False, "tags": ["qiskit"]},
        "outputs": [
            {"output_type": "stream", "name": "stderr", "text": "warning"},
            {"output_type": "stream", "name": "stdout", "text": ["a\n", "b"]},
            {"output_type": "display_data", "data": {"text/html": "<b>", "image/png": "=="}, "metadata": {}},
            {
                "output_type": "execute_result",
                "data": {"text/html": "<b>", "text/plain": ["p"]},
                "metadata": {},
                "execution_count": 7,
            },
        ],
    }
    notebook = {
        "cells": [cell, {"cell_type": "markdown", "source": "y", "metadata": {}}],
        "nbformat": 4,
        "nbformat_minor": 4,
        "metadata": {"kernelspec": {"name": "mine"}, "widgets": {}},
    }
    tidied = tidy(parse_notebook(json.dumps(notebook), "it"))
    first, second = tidied["cells"]
    assert first["id"] == "mine" and second["id"].startswith("cell-")
    assert first["metadata"] == {"tags": ["qiskit"]} and first["execution_count"] is None and first["source"] == "x"
    assert first["outputs"] == [
        {"output_type": "stream", "name": "stdout", "text": "a\nb"},
        {"output_type": "execute_result", "data": {"text/plain": "p"}, "metadata": {}, "execution_count": None},
    ]
    assert tidied["metadata"] == {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    assert tidy(parse_notebook(dump(tidied), "it")) == tidied


def test_departures_name_the_cell(tmp_path):
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "id": "a",
                "source": "x",
                "metadata": {},
                "execution_count": 1,
                "outputs": [{"output_type": "stream", "name": "stdout", "text": "<A at 0x7fdeadbeef>"}],
            }
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(notebook))
    found = " ".join(departures(path))
    assert "cell 1: its execution_count" in found and "depends on machine" in found and "metadata" in found


def test_nbval_compares_stored_text_and_nothing_else(small, tmp_path):
    source = (
        "from IPython.display import display\n"
        'display({"text/html": "<b>1</b>", "text/plain": "one"}, raw=True)\nprint("printed")\n'
        'display({"image/svg+xml": "<svg><text>drawn</text></svg>"}, raw=True)\n"two"'
    )
    cells = [small.code(source), small.code('"three"')]
    small.write(small.lesson, small.notebook(cells, **small.metadata))
    small.write(small.exercises, "EXERCISES = []")
    list(refresh(load().lesson("1.2")))
    same, other = tmp_path / "same.ipynb", tmp_path / "other.ipynb"
    shutil.copy(small.lesson, same)
    other.write_text(same.read_text().replace('"one"', '"another"').replace("'three'", "'four'"))
    assert other.read_text().count("another") == 1 and 'execution_count": 1' not in same.read_text()
    shutil.copy(ROOT / "conftest.py", tmp_path)
    options = ["--nbval", "-p", "no:cacheprovider", "-rA", "--rootdir", tmp_path, "-c", "/dev/null"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, same, other], cwd=tmp_path, capture_output=True, text=True
    )
    cells = [line.split(" - ")[0] for line in done.stdout.splitlines() if line.startswith(("PASSED", "FAILED"))]
    assert [line.split()[0] for line in cells if "same.ipynb" in line] == ["PASSED", "PASSED"], done.stdout
    assert [line.split()[0] for line in cells if "other.ipynb" in line] == ["FAILED", "FAILED"], done.stdout
