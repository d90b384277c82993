"""A private bank: problems that an institution keeps to itself, in the same words and folders as the course."""

from __future__ import annotations

from pathlib import Path

from qtrain import atomic

from .course import TOC, Course, load
from .errors import CourseError
from .stored_format import dump, tidy
from .template import _code, _markdown

FIRST = 101  # numbers of modules from here on are free for banks: no exercise of the course is ever called so
FOLDER = f"{FIRST}_problems"

_CONTENTS = f"""# The problem sets of this bank. Modules from 100 on are yours: the course has none of these numbers.
format: jb-book
root: book/index
parts:
  - caption: "{FIRST} · Problems"
    chapters:
      - file: exercises/{FOLDER}/problem_set
"""
_README = """# A private bank of problems

Keep this folder in a repository of your own. What is here never reaches a learner: a released notebook holds the tasks
and one learner's numbers, and its checks say only whether an answer can be read.

    qtrain course --audit {module}.P --course .            is every problem complete, and every reply tested?
    qtrain release {module} --bank . -o ../release --learners roster.csv
    qtrain grade submissions.zip --release ../release -o ../graded
    qtrain exam {module} --bank . -o ../exam --learners roster.csv

A problem is a task, an answer with its solution, a check and an explanation in `exercises/*/problem_set.ipynb`, and
what is right and what can be got wrong in the `problem_set.py` beside it.
"""
_EXERCISES = f'''"""What is right in this bank's problems, and what can be got wrong. Keep it private."""

from qtrain.authoring import number, slip, whole


@number("{FIRST}.P.1", points=2, n=whole(3, 30))
def basis_states(n):
    yield 2**n
    yield slip(n**2, "takes n to the power 2").says("You took n to the power 2, not 2 to the power n.")
    yield slip(2 * n, "doubles once").says("Each qubit doubles the number once more.")
'''


def begin(folder: Path) -> Course:
    """Write a bank with one problem, and return it as a course.

    Raises
    ------
    CourseError
        When the folder holds something already. Nothing is written then.
    """
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} is there already: give the bank a folder of its own.")
    problem = f"{FIRST}.P.1"
    cells = [
        _markdown("title", "# Problem set\n\nYour numbers are your own: a neighbour's answer does not fit."),
        _code(
            "setup",
            "import cirq\nimport numpy as np\nfrom qiskit import QuantumCircuit\n\nfrom qtrain import check, variant",
        ),
        _markdown(
            None,
            f"#### Problem {problem} · Basis states\n\nHow many basis states do `p.n` qubits have?",
            "exercise",
            exercise=problem,
        ),
        _code(
            None,
            f'p = variant("{problem}")\nprint("n =", p.n)\n\nstates = None  # a whole number\n### BEGIN SOLUTION\n'
            "states = 2**p.n\n### END SOLUTION",
            "exercise",
            exercise=problem,
            framework=None,
        ),
        _code(None, f'check("{problem}", states)', "check", exercise=problem),
        _markdown(None, "Each qubit doubles the number of basis states.", "explanation", exercise=problem),
    ]
    metadata = {"qtrain": {"id": f"{FIRST}.P", "title": "Problem set", "prerequisites": []}}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    place = folder / "exercises" / FOLDER
    atomic.write(place / "problem_set.py", _EXERCISES)
    atomic.write(place / "problem_set.ipynb", dump(tidy(notebook)))
    atomic.write(folder / "README.md", _README.format(module=FIRST))
    atomic.write(folder / ".gitignore", "__pycache__/\n.ipynb_checkpoints/\n")
    atomic.write(folder / TOC, _CONTENTS)
    return load(folder)
