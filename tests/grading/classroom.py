"""A small course with one problem set, a class that answers it, and a way to have it graded as a teacher would."""

import copy
import json
from pathlib import Path

from qtrain import cli

TOC = """
format: jb-book
root: book/index
parts:
  - caption: "1 · A small module"
    chapters:
      - file: exercises/1_small/problem_set
"""

EXERCISES = """
import numpy as np

from qtrain.checking import Choice, Each, Number, State, Unitary, rules
from qtrain.authoring import Exercise


def cat(p):
    vector = np.zeros(8, complex)
    vector[0], vector[int(p.bits, 2)] = np.sqrt(0.5), np.sqrt(0.5)
    return vector


def inputs(rng):
    return [rng.randrange(10**6) for _ in range(4)]


problem_1 = Exercise(id="1.P.1", kind="build", variant=lambda rng: {"bits": rng.choice(["101", "011", "110", "111"])},
             target=lambda p: State(cat(p), rules=[rules.NoInitialize(), rules.NoUnitary()]))
problem_2 = Exercise(id="1.P.2", kind="compute", points=2, variant=lambda rng: {"n": rng.randint(2, 500)},
             target=lambda p: Number(p.n**2))
problem_3 = Exercise(id="1.P.3", kind="explain", variant=lambda rng: {"right": rng.choice("abc")},
             target=lambda p: Choice(p.right, {name: name == p.right and "Yes." or "No." for name in "abc"}))
problem_4 = Exercise(id="1.P.4", kind="build", variant=lambda rng: {"m": rng.randint(2, 90)},
             target=lambda p: Each(inputs, lambda k: Number(k * p.m)))
problem_5 = Exercise(id="1.P.5", kind="build", variant=lambda rng: {"theta": round(rng.uniform(0.3, 1.2), 3)},
             target=lambda p: Unitary(np.kron(np.eye(2), [[np.cos(p.theta / 2), -np.sin(p.theta / 2)],
                                                          [np.sin(p.theta / 2), np.cos(p.theta / 2)]])))
"""

# exercise: (title, variable, stub, solution)
ANSWERS = {
    "1.P.1": (
        "A cat",
        "cat",
        "cat = None",
        'p = variant("1.P.1")\n### BEGIN SOLUTION\nfrom qiskit import QuantumCircuit\n'
        'ones = [k for k in range(3) if p.bits[k] == "1"]\ncat = QuantumCircuit(3)\ncat.h(ones[0])\n'
        "for k in ones[1:]:\n    cat.cx(ones[0], k)\n### END SOLUTION",
    ),
    "1.P.2": (
        "A square",
        "square",
        "square = None",
        'p = variant("1.P.2")\n### BEGIN SOLUTION\nsquare = p.n**2\n### END SOLUTION',
    ),
    "1.P.3": (
        "A choice",
        "choice",
        'choice = ""',
        'p = variant("1.P.3")\n### BEGIN SOLUTION\nchoice = p.right\n### END SOLUTION',
    ),
    "1.P.4": (
        "A function",
        "times",
        "times = None",
        'p = variant("1.P.4")\n### BEGIN SOLUTION\ndef times(k):\n    return k * p.m\n### END SOLUTION',
    ),
    "1.P.5": (
        "A rotation",
        "turn",
        "turn = None",
        'p = variant("1.P.5")\n### BEGIN SOLUTION\nimport cirq\n'
        "turn = cirq.Circuit(cirq.I(cirq.LineQubit(0)), cirq.ry(p.theta)(cirq.LineQubit(1)))\n### END SOLUTION",
    ),
}
POINTS = {"1.P.1": 1, "1.P.2": 2, "1.P.3": 1, "1.P.4": 1, "1.P.5": 1}
TOTAL = sum(POINTS.values())


def make_course(root: Path) -> Path:
    """Write the course below `root`."""
    folder = root / "exercises" / "1_small"
    (root / "book").mkdir(parents=True)
    folder.mkdir(parents=True)
    (root / "book" / "_toc.yml").write_text(TOC)
    (folder / "problem_set.py").write_text(EXERCISES)
    (folder / "problem_set.ipynb").write_text(json.dumps(source_notebook()))
    return root


def source_notebook() -> dict:
    """The notebook with its solutions."""
    cells = [
        _cell("markdown", "# A small problem set", "intro"),
        _cell("code", "from qtrain import check, variant", "setup"),
    ]
    for exercise, (title, variable, stub, solution) in ANSWERS.items():
        own = {"qtrain": {"exercise": exercise, "framework": None}}
        name = exercise.replace(".", "-")
        cells += [
            _cell(
                "markdown",
                f"#### Problem {exercise} · {title}\n\nDo it.",
                f"{name}-task",
                {"tags": ["exercise"], **own},
            ),
            _cell("code", f"{stub}\n{solution}", f"{name}-answer", {"tags": ["exercise"], **own}),
            _cell("code", f'check("{exercise}", {variable})', f"{name}-check", {"tags": ["check"], **own}),
            _cell("markdown", "A nudge.", f"{name}-hint", {"tags": ["hint"], **own}),
            _cell("markdown", "So it is.", f"{name}-why", {"tags": ["explanation"], **own}),
        ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "qtrain": {"id": "1.P", "title": "Small problems"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(kind, source, name, metadata=None):
    code = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "id": name, "metadata": metadata or {}, "source": source, **code}


class Classroom:
    """A course, a release of its problem set, and what the class hands in.

    Parameters
    ----------
    folder : Path
    learners : sequence of str
    """

    def __init__(self, folder: Path, learners=("anna", "bob", "cy")):
        self.folder, self.learners = folder, tuple(learners)
        self.root = make_course(folder / "course")
        self.roster = folder / "roster.csv"
        lines = [f"{name},{name.title()} Example,{name}@example.org\n" for name in learners]
        self.roster.write_text("id,name,email\n" + "".join(lines))
        self.released = folder / "released"
        assert (
            cli.main(
                ["release", "1", "--learners", str(self.roster), "-o", str(self.released), "--course", str(self.root)]
            )
            == 0
        )
        self.manifest = json.loads((self.released / "release-manifest.json").read_text())
        self.submissions = folder / "submissions"
        self.output = folder / "out"

    def blank(self, learner: str) -> dict:
        """The learner's copy as it was released."""
        return json.loads((self.released / learner / "problem_set.ipynb").read_text())

    def solved(self, learner: str, **sources) -> dict:
        """The learner's copy with right answers, but for those that are given: ``p1="cat = None"``."""
        notebook = copy.deepcopy(self.blank(learner))
        for number, exercise in enumerate(ANSWERS, 1):
            source = sources.get(f"p{number}", ANSWERS[exercise][3])
            answer_cell(notebook, exercise)["source"] = source
        if "setup" in sources:
            cell(notebook, "setup")["source"] += "\n" + sources["setup"]
        return notebook

    def hand_in(self, name: str, content) -> Path:
        """Put a submission at ``submissions/NAME``: a notebook as dict, or bytes."""
        path = self.submissions / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    def grade(self, *options, status: int | None = 0) -> dict[str, dict]:
        """Run ``qtrain grade``; what `grades.jsonl` says, by learner."""
        code = cli.main(
            [
                "grade",
                str(self.submissions),
                "-o",
                str(self.output),
                "--release",
                str(self.released),
                "--course",
                str(self.root),
                *map(str, options),
            ]
        )
        assert status is None or code == status
        return self.grades()

    def grades(self) -> dict[str, dict]:
        """The last run's `grades.jsonl`, by learner."""
        lines = (self.output / "grades.jsonl").read_text(encoding="utf-8").splitlines()
        return {row["learner"]: row for row in map(json.loads, lines)}

    def report(self) -> dict:
        """The last run's `report.json`."""
        return json.loads((self.output / "report.json").read_text(encoding="utf-8"))


def cell(notebook: dict, name: str) -> dict:
    """The cell with this id."""
    return next(c for c in notebook["cells"] if c.get("id") == name)


def answer_cell(notebook: dict, exercise: str) -> dict:
    """The answer cell of an exercise."""
    return cell(notebook, f"{exercise.replace('.', '-')}-answer")
