"""A small lesson that uses every convention once, written as a checkout of its own for tests and benchmarks."""

import json
import shutil
from pathlib import Path

import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).resolve().parents[2]


def cells() -> list:
    """The lesson's cells."""
    made = []

    def m(name, source, tags=(), exercise=None):
        made.append(_with(new_markdown_cell(source, id=name), tags, exercise, None))

    def k(name, source, tags=(), exercise=None, framework=None):
        made.append(_with(new_code_cell(source, id=name), tags, exercise, framework))

    m(
        "title",
        """# A sample lesson: two conventions

You will read a basis state the way each framework writes it. A wrong reading is the most
common bug when code moves between them.

- Read a bit string in either order.
- Translate a circuit and show that nothing has changed.

Time: 10 minutes. Know first: what a qubit is, and what entanglement looks like.""",
    )
    m(
        "predict",
        """## Predict first

Two qubits are in the state $\\ket{01}$. Which one is **1**? Write down your guess. The amplitude of the state is

$$
\\ket{\\psi} = \\frac{1}{\\sqrt 2}\\left(\\ket{00} + \\ket{11}\\right), \\qquad
\\langle Z \\otimes Z\\rangle = 1, \\qquad
\\rho = \\ketbra{\\psi}{\\psi} =
\\frac12\\begin{pmatrix}1&0&0&1\\\\0&0&0&0\\\\0&0&0&0\\\\1&0&0&1\\end{pmatrix}.
$$

A measurement of the Bell state gives both qubits the same value.

| order | first qubit | reads |
|---|---|---|
| big-endian | left | as written |
| little-endian | right | from the right |""",
    )
    # The sample has no file of checks: what stands for `check` here only tells an answer from none.
    k("setup", "def check(exercise, answer):\n    print('not yet' if answer is None else 'right')")
    m("both", "## The same circuit twice\n\nHere is a circuit with one Hadamard gate and one CNOT gate.")
    k(
        "q",
        "from qiskit import QuantumCircuit\n\nbell = QuantumCircuit(2)\nbell.h(0)\n"
        "bell.cx(0, 1)  # a comment that runs beyond the edge of a telephone\nprint(bell.size())",
        ["qiskit"],
    )
    k(
        "c",
        "import cirq\n\na, b = cirq.LineQubit.range(2)\n"
        "bell_cirq = cirq.Circuit(cirq.H(a), cirq.CNOT(a, b))\nprint(len(list(bell_cirq.all_operations())))",
        ["cirq"],
    )
    m("see", "Both print 2: two operations.")
    k(
        "pic",
        """from IPython.display import HTML

HTML('''<figure><svg role="img" aria-label="Bloch sphere with an arrow to the north pole"
viewBox="0 0 120 120" width="160" fill="none" stroke="currentColor">
<circle cx="60" cy="60" r="50"/><ellipse cx="60" cy="60" rx="50" ry="16"/>
<path d="M60 60V10" stroke="#D55E00" stroke-width="3"/></svg></figure>''')""",
    )
    k(
        "moves",
        """from ipywidgets import IntSlider, interact


def show(turn, name):
    print(f"{name} turned by {turn}")


_ = interact(show, turn=IntSlider(2, min=0, max=4), name=["left", "right"])""",
        ["interactive", "nbval-ignore-output"],
    )
    k("claim", "print('✔ claim: Bell correlation: 1.000 = 1.000 (within 0.001) [Bell 1964]')")
    m(
        "x1",
        "#### Exercise 1.6.a · Prepare a Bell state\n\nPrepare $(\\ket{00}+\\ket{11})/\\sqrt2$ on two qubits.",
        ["exercise"],
        "1.6.a",
    )
    k("x2", "mine = None\n### BEGIN SOLUTION\nmine = bell.copy()\n### END SOLUTION", ["exercise"], "1.6.a", "qiskit")
    k("x3", 'check("1.6.a", mine)', ["check"], "1.6.a")
    m("x4", "One gate makes a superposition.", ["hint"], "1.6.a")
    m("x5", "Then copy the bit with a controlled gate.", ["hint"], "1.6.a")
    k("x6", "mine = bell_cirq\nprint('right')", ["solution", "cirq"], "1.6.a")
    m("x7", "##### Why\n\nThe Hadamard makes both values, the CNOT copies: $H\\ket0=\\ket+$.", ["explanation"], "1.6.a")
    m(
        "y1",
        "#### Exercise 1.6.b · Which one?\n\nWhich qubit is 1 in Qiskit's `01`? Set `which` to 0 or 1.",
        ["exercise"],
        "1.6.b",
    )
    k("y2", "which = None\n### BEGIN SOLUTION\nwhich = 0\n### END SOLUTION", ["exercise"], "1.6.b")
    k("y3", 'check("1.6.b", which)', ["check"], "1.6.b")
    m("y4", "Qiskit counts from the right.", ["hint"], "1.6.b")
    m("y5", "Qiskit writes qubit 0 on the right.", ["explanation"], "1.6.b")
    m(
        "recall",
        """## Recall

<details><summary>Which side is qubit 0 on in Qiskit?</summary>

On the right: $q_1 q_0$.

</details>

<details><summary>And in Cirq?</summary>

On the left.

</details>""",
        ["recall"],
    )
    return made


def _with(cell, tags, exercise, framework):
    if tags:
        cell.metadata["tags"] = list(tags)
    if exercise:
        cell.metadata["qtrain"] = {"exercise": exercise} | ({"framework": framework} if framework else {})
    return cell


def notebook(number="1.6", prerequisites=("1.5",)):
    """The lesson as a notebook."""
    made = new_notebook(cells=cells())
    made.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
        "qtrain": {
            "id": number,
            "title": "A sample lesson: two conventions",
            "level": "F",
            "minutes": 10,
            "outcomes": [
                "Read a bit string in either order.",
                "Translate a circuit and show that nothing has changed.",
            ],
            "competences": [],
            "prerequisites": list(prerequisites),
        },
    }
    return made


def checkout(folder: Path, copies: int = 1) -> Path:
    """Write a checkout whose course is ``copies`` of the sample lesson; everything else is the project's own."""
    shutil.copytree(HERE / "book", folder / "book", ignore=shutil.ignore_patterns("_build"), dirs_exist_ok=True)
    for name in ("_config.yml", "requirements.lock"):
        if (HERE / name).is_file():
            shutil.copy(HERE / name, folder / name)
    toc = yaml.safe_load((HERE / "book" / "_toc.yml").read_text("utf-8"))
    own = [part for part in toc["parts"] if part["chapters"][0]["file"].startswith("book/")]
    chapters = []
    for number in range(1, copies + 1):
        name = f"notebooks/1_qubits/1_{number}_sample"
        target = folder / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        lesson = notebook(f"1.{number}", [f"1.{number - 1}"] if number > 1 else [])
        for cell in lesson.cells:  # exercises are named after their lesson
            cell.source = cell.source.replace("1.6.", f"1.{number}.")
            if "qtrain" in cell.metadata:
                cell.metadata["qtrain"]["exercise"] = cell.metadata["qtrain"]["exercise"].replace(
                    "1.6.", f"1.{number}."
                )
        target.write_text(json.dumps(lesson, ensure_ascii=False, indent=1) + "\n", "utf-8")
        chapters.append({"file": name})
    toc["parts"] = [*own[:1], {"caption": "1 · Qubits and circuits", "chapters": chapters}, *own[1:]]
    (folder / "book" / "_toc.yml").write_text(yaml.safe_dump(toc, allow_unicode=True, sort_keys=False), "utf-8")
    return folder
