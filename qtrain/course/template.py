"""What a new lesson begins with: the shape of a lesson, to be filled."""

from __future__ import annotations

EXERCISES = '''"""What right means in lesson LESSON, TITLE, and how people get it wrong."""

from qtrain.checking import Choice, Number
from qtrain.course import Exercise, Mistake

EXERCISES = [
    Exercise(
        id="LESSON.a",
        kind="compute",
        outcome=1,
        variant=lambda rng: {"n": rng.randint(2, 9)},
        target=lambda p: Number(2**p.n, replies={p.n**2: "You took n to the power 2, not 2 to the power n."}),
        mistakes=[
            Mistake(None, lambda p: 2 * p.n + 100, note="Replace it: what do people get wrong here?"),
            Mistake("wrong-type", lambda p: "many", note="Replace it, too."),
        ],
    ),
    Exercise(
        id="LESSON.b",
        kind="explain",
        outcome=(2, 3),
        target=lambda p: Choice("b", {"a": "No: say what is wrong with a.", "b": "Yes.", "c": "No: say why not c."}),
        mistakes=[
            Mistake(None, lambda p: "a", says="what is wrong with a", note="the misconception behind a"),
            Mistake(None, lambda p: "c", says="why not c", note="the misconception behind c"),
        ],
    ),
]
'''


def cells(lesson: str, title: str) -> list[dict]:
    """The cells of a new lesson's notebook."""
    a, b = f"{lesson}.a", f"{lesson}.b"
    return [
        _markdown(
            "title",
            f"# {lesson} {title}\n\nAfter this lesson you can … It matters because …\n\n"
            "1. Do the first thing\n2. Explain the second\n3. Choose the third\n\n"
            "**Time:** 40 minutes. **You need:** …",
        ),
        _code(
            "setup",
            "import cirq\nimport numpy as np\nfrom qiskit import QuantumCircuit\n\n"
            "from qtrain import check, claim, compare, variant",
        ),
        _markdown("predict", "## Predict first\n\nA question to guess before any code runs."),
        _markdown(
            "idea",
            "## The idea\n\nAn idea in a few sentences, its formula, then the same in words. Then the "
            "same circuit in both frameworks:",
        ),
        _code("bell-qiskit", "bell_qiskit = QuantumCircuit(2)\nbell_qiskit.h(0)\nbell_qiskit.cx(0, 1)", "qiskit"),
        _code(
            "bell-cirq",
            "q = cirq.LineQubit.range(2)\nbell_cirq = cirq.Circuit(cirq.H(q[0]), cirq.CNOT(q[0], q[1]))",
            "cirq",
        ),
        _code("same", "compare(bell_cirq, bell_qiskit)"),
        _markdown("see", "What to see in the output. Then the claim of the lesson, with its source:"),
        _code(
            "claim",
            'claim("norm of the Bell state", measured=np.linalg.norm(cirq.final_state_vector(bell_cirq)), '
            'expected=1,\n      within=1e-6, source="Born 1926")',
        ),
        _markdown(
            None, f"#### Exercise {a} · A number\n\nHow many basis states do `p.n` qubits have?", "exercise", exercise=a
        ),
        _code(
            None,
            f'p = variant("{a}")\nprint("n =", p.n)\n\nstates = None  # a number\n### BEGIN SOLUTION\n'
            "states = 2**p.n\n### END SOLUTION",
            "exercise",
            exercise=a,
            framework=None,
        ),
        _code(None, f'check("{a}", states)', "check", exercise=a),
        _markdown(None, "A nudge.", "hint", exercise=a),
        _markdown(None, "Each qubit doubles the number of basis states: there are $2^n$.", "explanation", exercise=a),
        _markdown(
            None, f"#### Exercise {b} · A reason\n\nWhy?\n\n- **a** …\n- **b** …\n- **c** …", "exercise", exercise=b
        ),
        _code(
            None,
            'reason = None  # "a", "b" or "c"\n### BEGIN SOLUTION\nreason = "b"\n### END SOLUTION',
            "exercise",
            exercise=b,
            framework=None,
        ),
        _code(None, f'check("{b}", reason)', "check", exercise=b),
        _markdown(None, "A nudge.", "hint", exercise=b),
        _markdown(None, "Because …", "explanation", exercise=b),
        _markdown("wrong", "## What goes wrong\n\nThe mistake that people make here, shown happening."),
        _markdown("used", "## Where it is used\n\nWhat is proven, what is hoped for, what classical methods do."),
        _markdown("three", "## Three things to take away\n\n1. …\n2. …\n3. …"),
        _markdown(
            "recall",
            "## Recall\n\n<details>\n<summary>A question?</summary>\n\nA short answer.\n\n</details>",
            "recall",
        ),
        _markdown("reading", "## Further reading\n\nTwo or three items by DOI or arXiv id, each with a reason."),
    ]


def _markdown(name, source, *tags, exercise=None) -> dict:
    return _cell("markdown", name, source, tags, exercise, {})


def _code(name, source, *tags, exercise=None, **more) -> dict:
    return {**_cell("code", name, source, tags, exercise, more), "outputs": [], "execution_count": None}


def _cell(kind, name, source, tags, exercise, more) -> dict:
    metadata: dict = {"tags": list(tags)} if tags else {}
    if exercise:
        metadata["qtrain"] = {"exercise": exercise, **more}
    return {"cell_type": kind, "id": name or "", "metadata": metadata, "source": source}
