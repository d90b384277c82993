"""What a learner is told of cells that failed or did not run: in a real IPython, in a process of its own."""

import json
import subprocess
import sys

import pytest

from qtrain.session import parts_of

SETUP = ("set-up", "from qtrain import check, hint, variant")
RUN = """
import json, sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance(colors="nocolor")
shell.history_manager.enabled = False
cells, extension = json.loads(sys.argv[1])
if extension:
    shell.run_line_magic("load_ext", "qtrain.session")
found = []
for cell_id, source in cells:
    with capture_output() as io:
        shell.run_cell(source, store_history=True, cell_id=cell_id)
    found.append("\\n".join([*(output.data["text/plain"] for output in io.outputs), io.stdout, io.stderr]).strip())
print(json.dumps(found))
"""


@pytest.fixture
def run(small):
    def told(*cells, extension=False):
        """What the last cell shows."""
        cells = [cell if isinstance(cell, tuple) else (f"cell-{k}", cell) for k, cell in enumerate(cells)]
        done = subprocess.run(
            [sys.executable, "-c", RUN, json.dumps([cells, extension])],
            capture_output=True,
            text=True,
            cwd=small.root.parent,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])[-1]

    return told


CHECK = 'check("1.2.a", square)'
RIGHT = 'p = variant("1.2.a")\nsquare = p.n**2'


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([RIGHT, "square = p.m**2"], "stopped in line 1 with AttributeError, so `square` is not what it says"),
        ([RIGHT, "square = p.n**\n"], "has an error in its syntax (SyntaxError), so it did not run"),
        ([RIGHT, "def square(:\n    pass"], "has an error in its syntax"),
        ([RIGHT, "x = 1\nif x:\n    y = z\n    square = y"], "stopped in line 3 with NameError"),
        (["square = 7\nfor k in range(3):\n    square += 1 // (2 - k)"], "stopped in line 3 with ZeroDivisionError"),
        (["square = []", "square.append(1 / 0)"], "stopped in line 1 with ZeroDivisionError"),
        (["square = {}", "square['a'] = 1 / 0"], "ZeroDivisionError"),
        (["square = 0", RIGHT + "\nraise KeyboardInterrupt"], None),  # it was set before: complete
        ([RIGHT, "raise KeyboardInterrupt\nsquare = 0"], "was interrupted before it was done"),
        # A cell of the learner's own, from which the answer was made.
        (["n = 2", "n = 1 / 0", "square = n**2"], "`square` was made with `n`. The cell that sets `n` stopped"),
        (["def f(): return 1", "def f(): return 2 +", "def g(): return f()", "square = g()"], "made with `f`"),
        # What failed has nothing to do with the answer, or did not touch it any more.
        ([RIGHT, "print(unknown)"], None),
        ([RIGHT + "\nprint(square)\nsquare.draw()"], None),
        ([RIGHT, "other = 1 / 0"], None),
        (["square = 1 / 0", RIGHT], None),
        ([RIGHT, "n = 1 / 0"], None),
        ([RIGHT, "[square for square in [1 / 0]]"], None),
        ([RIGHT, "def helper():\n    square = 1\n    return square / 0\nhelper()"], None),
        ([RIGHT, "%unknown_magic square = 1"], None),
        (["square = print(49)"], "`print(…)` shows a value, but gives nothing back"),
    ],
)
def test_a_stale_answer_is_not_judged(run, cells, words):
    told = run(SETUP, *cells, CHECK)
    if words is None:
        assert told.startswith("✔ 1.2.a right"), told
    else:
        assert told.startswith("… 1.2.a not yet: ") and words in told, told


def test_the_answer_to_another_exercise_is_not_judged(run):
    other = ("1-2-b-answer", "square = 3")
    told = run(SETUP, other, CHECK)
    assert "`square` is still your answer to exercise 1.2.b" in told
    assert run(SETUP, other, ("1-2-a-answer", RIGHT), CHECK).startswith("✔")
    assert run(SETUP, ("1-2-a-answer", RIGHT), CHECK).startswith("✔")
    assert run(SETUP, other, ("mine", RIGHT), CHECK).startswith("✔")


def test_after_the_cell_is_mended_it_is_judged(run):
    assert run(SETUP, RIGHT, "square = p.m", CHECK, RIGHT, CHECK).startswith("✔ 1.2.a right")


def test_an_answer_that_is_no_name_is_judged(run):
    assert "You gave" in run(SETUP, "square = 1 / 0", 'check("1.2.a", "many")')


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ([CHECK], "`check` is not known yet: the kernel has just started. Run the first code cell"),
        (['p = variant("1.2.a")'], "`variant` is not known yet"),
        ([("1-2-bell", "print(np.pi)")], "`np` is not known yet: the kernel has just started."),
        ([SETUP, CHECK], "There is no `square` yet. Run the cell with your answer, then check."),
        ([SETUP, "square = 1 / 0", CHECK], "The cell that sets `square` stopped in line 1 with ZeroDivisionError"),
        ([SETUP, 'solution("1.2.a")'], "`solution` is not imported in this notebook yet. Run  from qtrain import"),
        ([SETUP, 'check("1.2.z", 1)'], "There is no exercise '1.2.z' in the course. Did you mean 1.2."),
    ],
)
def test_a_cell_left_out_is_named_in_one_sentence(run, cells, sentence):
    told = run(*cells, extension=True)
    assert told.startswith(sentence) and len(told.splitlines()) == 1, told


@pytest.mark.parametrize("cells", [[SETUP, "unknown"], ["unknown"], [SETUP, ("1-2-bell", "unknown")]])
def test_other_errors_stay_as_they_are(run, cells):
    told = run(*cells, extension=True)
    assert "Traceback" in told and "name 'unknown' is not defined" in told


def test_the_list_of_gates_at_the_end_of_a_cell_is_not_shown(run):
    assert run(SETUP, "from qiskit import QuantumCircuit\ncircuit = QuantumCircuit(1)\ncircuit.h(0)") in ("", "Out[2]:")


def test_a_function_is_called_with_the_numbers_of_its_own_exercise(run, small):
    small.write(small.exercises, small.texts["exercises"] + EACH)
    cells = small.cells()
    cells += [
        {**cell, "metadata": {**cell["metadata"], "qtrain": {"exercise": "1.2.c"}}, "source": source}
        for cell, source in zip(
            cells[3:6], ["#### Exercise 1.2.c · A sum\n\nAdd `p.n`.", "add = None", 'check("1.2.c", add)'], strict=True
        )
    ]
    small.write(small.lesson, small.notebook(cells, **small.metadata))
    mine = 'p = variant("1.2.c")\ndef add(x): return x + p.n'
    assert run(SETUP, mine, RIGHT, 'check("1.2.c", add)').startswith("✔ 1.2.c right")
    assert run(SETUP, "def add(x): return x + p.n", 'check("1.2.c", add)').startswith("✔ 1.2.c right")
    assert run(SETUP, mine, "p = 7", 'check("1.2.c", add)').startswith("✘ 1.2.c")  # their own p
    assert run(SETUP, mine, RIGHT, 'check("1.2.c", add)', "p == variant('1.2.a')").endswith("True")
    told = run(SETUP, mine, "def add(x): print(x + p.n)", 'check("1.2.c", add)')
    assert "it prints, but gives nothing back: end it with `return`" in told
    assert "gives nothing back yet" in run(SETUP, "def add(x): x + 1", 'check("1.2.c", add)')


EACH = """

from qtrain.authoring import function


@function("1.2.c", kind="build", outcome=1, name="add", inputs=[1, 2, 5], n=whole(3, 50))
def add(n):
    yield lambda x: x + n
"""


def test_names_are_told_from_a_cell_that_cannot_be_read():
    (part,) = parts_of("a = 1\ndef f(x:\n  b += 2\nif c == 3:\n  d: int = 4")
    assert {"a", "f", "b", "d"} <= part.sets and "c" not in part.sets
