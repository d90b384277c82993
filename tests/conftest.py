"""A tiny course of one lesson and one problem set, written anew for each test, so that a test can break it."""

import json
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings

# The same examples in every run, and none fails because the machine is busy.
settings.register_profile("qtrain", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("qtrain")

CHROMIUM = "/usr/bin/chromium"
AXE = Path(__file__).parent / "site" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

TOC = """
format: jb-book
root: book/index
parts:
  - caption: Begin
    chapters:
      - file: book/setup
  - caption: "1 · A small module"
    chapters:
      - file: notebooks/1_small/1_2_numbers
      - file: exercises/1_small/problem_set
"""

EXERCISES = """
from qtrain.authoring import choice, number, right, slip, whole


@number("1.2.a", kind="compute", outcome=1, points=2, n=whole(3, 50))
def square(n):
    yield n**2
    yield slip(n * 2, "doubles").says("You doubled.")
    yield slip("many", "writes a word", "wrong-type")


@choice("1.2.b", outcome=2)
def reason():
    yield right("Yes, it is.").says("Yes.")
    yield slip("No: it is even.", "adds once more").says("It is not even.")
    yield slip("No: it is odd.", "forgets one").says("It is not odd.")
"""

PROBLEMS = """
from qtrain.authoring import number, slip, whole


@number("1.P.1", n=whole(3, 50))
def next_one(n):
    yield n + 1
    yield slip(n, "stays")
    yield slip(n - 1, "goes back")
"""


def markdown(source, *tags, exercise=None):
    return _cell("markdown", source, tags, exercise)


def code(source, *tags, exercise=None, **more):
    return {**_cell("code", source, tags, exercise, **more), "outputs": [], "execution_count": None}


def _cell(kind, source, tags, exercise, **more):
    metadata = {"tags": list(tags)} if tags else {}
    if exercise:
        metadata["qtrain"] = {"exercise": exercise, **more}
    return {"cell_type": kind, "metadata": metadata, "source": source}


def notebook(cells, **metadata):
    cells = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel, "qtrain": metadata}, "nbformat": 4, "nbformat_minor": 5}


def lesson_cells():
    a, b = {"exercise": "1.2.a"}, {"exercise": "1.2.b"}
    return [
        markdown("# Numbers\n\nA small lesson."),
        code("from qtrain import check, claim, hint, solution, variant"),
        code('claim("two and two", measured=2 + 2, expected=4, source="Euclid")'),
        markdown("#### Exercise 1.2.a · A square\n\nWhat is the square of `p.n`?", "exercise", **a),
        code(
            'p = variant("1.2.a")\nsquare = None\n### BEGIN SOLUTION\nsquare = p.n**2  # the secret\n### END SOLUTION',
            "exercise",
            **a,
            framework=None,
        ),
        code('check("1.2.a", square)', "check", **a),
        markdown("Multiply.", "hint", **a),
        markdown("Multiply it by itself.", "hint", **a),
        code('square = p.n * p.n  # another secret\ncheck("1.2.a", square)', "solution", "numpy", **a),
        markdown("A square is a product.", "explanation", **a),
        markdown("#### Exercise 1.2.b · A reason\n\nWhy? (a) … (b) … (c) …", "exercise", **b),
        code('reason = None\n### BEGIN SOLUTION\nreason = "Yes, it is."\n### END SOLUTION', "exercise", **b),
        code('check("1.2.b", reason)', "check", **b),
        markdown("Think.", "hint", **b),
        markdown("Because.", "explanation", **b),
        markdown(
            "## Recall\n\n<details><summary>What is 2 + 2?</summary>\n\nFour.\n\n</details>\n"
            "<details><summary>And 3 + 3?</summary>\n\nSix.\n\n</details>",
            "recall",
        ),
    ]


def problem_cells():
    one = {"exercise": "1.P.1"}
    return [
        markdown("# Problem set"),
        code("from qtrain import check, variant"),
        markdown("#### Problem 1.P.1 · The next one\n\nWhat comes after `p.n`?", "exercise", **one),
        code(
            'p = variant("1.P.1")\nnext_one = None\n### BEGIN SOLUTION\nnext_one = p.n + 1\n### END SOLUTION',
            "exercise",
            **one,
        ),
        code('check("1.P.1", next_one)', "check", **one),
        markdown("Count.", "hint", **one),
        markdown("One more.", "explanation", **one),
    ]


@pytest.fixture(scope="session")
def graded():
    """The verdict as the grader comes to it: calls in the kernel, data to the judge; here in one process."""
    from qtrain.grading import extract, judge
    from qtrain.grading.messages import Reply, decode
    from qtrain.grading.packing import pack

    def verdict(target, answer):
        outputs, calls = [], pack(target.calls())
        for _ in range(200):
            reply = extract.answer({"mine": answer}, {"name": "mine", "calls": calls, "num_qubits": target.num_qubits})
            reply = decode(Reply, json.loads(json.dumps(reply)))
            if reply.outputs is None:
                break
            outputs = outputs + reply.outputs
            reply = replace(reply, outputs=outputs)
            if not (further := target.calls(judge._outputs(outputs))):
                break
            calls = pack(further)
        return judge._judge(target, reply)[1]

    return verdict


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium under Playwright: one for a whole run, since a thread can have only one of it."""
    if not shutil.which(CHROMIUM):
        pytest.skip("needs Chromium: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright: pip install 'qtrain[book]'")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core."""
    if not AXE.is_file():
        pytest.skip("needs axe-core: npm ci in tests/site")
    return AXE.read_text("utf-8")


@pytest.fixture(autouse=True)
def ports(request):
    """Tests that take every port of the machine run while no other test could want one.

    All others hold a lock together; whoever wants to be alone closes the gate first, so that it gets its turn.
    """
    if fcntl is None:
        yield
        return
    # Ports belong to the machine: another run of the suite beside this one takes part.
    folder = Path(tempfile.gettempdir()) / f"qtrain-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    alone = "taken_ports" in request.fixturenames
    with open(folder / "gate", "w") as gate, open(folder / "ports", "w") as lock:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not alone:
            fcntl.flock(gate, fcntl.LOCK_UN)
        fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


@pytest.fixture(autouse=True)
def named(monkeypatch):
    """New copies of the course belong to the same learner in every run: one with other numbers could fail by chance."""
    monkeypatch.setattr("qtrain.course.learner_files.new_name", lambda: "5eed5eed5eed5eed")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Builder and paths of a small valid course; `QTRAIN_COURSE` points to it."""
    root = tmp_path / "course"
    lesson = root / "notebooks" / "1_small" / "1_2_numbers.ipynb"
    problems = root / "exercises" / "1_small" / "problem_set.ipynb"

    def write(path, content):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    metadata = dict(
        id="1.2",
        title="Numbers",
        level="F",
        minutes=10,
        outcomes=["Square a number", "Give a reason"],
        competences=[{"cfqt": "1.1", "area": "I", "level": "A1"}],
        prerequisites=[],
    )
    write(root / "book" / "_toc.yml", TOC)
    write(lesson, notebook(lesson_cells(), **metadata))
    write(problems, notebook(problem_cells(), id="1.P", title="Problem set 1"))
    write(root / "exercises" / "1_small" / "1_2_numbers.py", EXERCISES)
    write(root / "exercises" / "1_small" / "problem_set.py", PROBLEMS)
    monkeypatch.setenv("QTRAIN_COURSE", str(root))
    monkeypatch.delenv("QTRAIN_LEARNER", raising=False)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    return SimpleNamespace(
        root=root,
        lesson=lesson,
        problems=problems,
        exercises=root / "exercises" / "1_small" / "1_2_numbers.py",
        toc=root / "book" / "_toc.yml",
        metadata=metadata,
        texts={"toc": TOC, "exercises": EXERCISES},
        write=write,
        notebook=notebook,
        code=code,
        markdown=markdown,
        cells=lesson_cells,
    )
