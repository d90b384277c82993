"""What a new lesson begins with: the shape of a lesson, to be filled."""

from __future__ import annotations

EXERCISES = '''"""What right means in lesson LESSON, TITLE, and how people get it wrong."""

from qtrain.authoring import angles, build, choice, circuit, number, plant, right, slip, whole
from qtrain.checking import State


@number("LESSON.a", outcome=1, within=0.1, n=whole(3, 60))
def basis_states(n):
    yield 2**n
    yield slip(2 * n, "replace it: why do people do this?").says("You took n times 2, not 2 to the power n.")
    yield slip(n**2, "replace it, too").says("You took n to the power 2, not 2 to the power n.")


@choice("LESSON.b", outcome=(2, 3))
def reason():
    yield right("Because of the right reason.").says("Right: say why.")
    yield slip("Because of another reason.", "the misconception behind it").says("Say what is wrong with it.")
    yield slip("Because of a third reason.", "another misconception").says("Say why it is not this one.")


@build("LESSON.c", outcome=3, takes="circuit", theta=angles(0.15, 0.85))
def small_circuit(theta):
    yield circuit("h 0; cx 0 1; ry(θ) 1", θ=theta)
    yield plant("control-target", "exchanges control and target")
    yield plant("half-angle", "halves the angle")


@build("LESSON.d", kind="stretch", outcome=(1, 3), points=2, takes="circuit", n=whole(3, 6))
def long_chain(n):
    chain = [f"cx {k} {k + 1}" for k in range(n - 1)]
    yield State(circuit("h 0", *chain))
    yield slip(circuit(*chain, "h 0"), "puts the H at the end", "gate-order")
    yield slip(circuit("h 0", *chain[:-1], qubits=n), "stops too early").says("The last qubit is not joined yet.")
'''


def cells(lesson: str, title: str) -> list[dict]:
    """The cells of a new lesson's notebook."""
    a, b, c, d = (f"{lesson}.{letter}" for letter in "abcd")
    return [
        _markdown(
            "title",
            f"# {lesson} {title}\n\nAfter this lesson you can … It matters because …\n\n"
            "1. Compute the first thing\n2. Explain the second\n3. Choose the third\n\n"
            "**Time:** 40 minutes. **You need:** …",
        ),
        _code(
            "setup",
            "import cirq\nimport numpy as np\nfrom qiskit import QuantumCircuit\n\n"
            "from qtrain import check, choose, claim, compare, hint, solution, variant",
        ),
        _markdown("predict", "## Predict first\n\nA question to guess before any code runs."),
        _markdown(
            "idea",
            "## The idea\n\nAn idea in a few sentences, its formula, then the same in words. Then the "
            "same circuit in both frameworks:",
        ),
        _code(
            "bell-qiskit",
            "bell_qiskit = QuantumCircuit(2)\nbell_qiskit.h(0)\nbell_qiskit.cx(0, 1)\nprint(bell_qiskit)",
            "qiskit",
        ),
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
            None, f"#### Exercise {b} · A reason\n\n**Why?** Write a letter in `reason`.", "exercise", exercise=b
        ),
        _code(
            None,
            f'choose("{b}")\n\nreason = None  # the letter of your answer, in quotation marks\n### BEGIN SOLUTION\n'
            'reason = "Because of the right reason"\n### END SOLUTION',
            "exercise",
            exercise=b,
            framework=None,
        ),
        _code(None, f'check("{b}", reason)', "check", exercise=b),
        _markdown(None, "A nudge.", "hint", exercise=b),
        _markdown(None, "Because …", "explanation", exercise=b),
        *_circuits(
            c, "A small circuit", "an H on qubit 0, a CNOT from 0 to 1, and $R_y$ by `p.theta` on qubit 1", SMALL
        ),
        *_circuits(d, "Stretch: a chain", "the GHZ state of `p.n` qubits", CHAIN),
        _markdown("wrong", "## What goes wrong\n\nThe mistake that people make here, shown happening."),
        _markdown("used", "## Where it is used\n\nWhat is proven, what is hoped for, what classical methods do."),
        _markdown("three", "## Three things to take away\n\n1. …\n2. …\n3. …"),
        _markdown(
            "recall",
            "## Recall\n\n"
            + "\n\n".join(
                f"<details>\n<summary>Question {k}?</summary>\n\nA short answer.\n\n</details>" for k in range(1, 6)
            ),
            "recall",
        ),
        _markdown("reading", "## Further reading\n\nTwo or three items by DOI or arXiv id, each with a reason."),
    ]


SMALL = (
    "built = QuantumCircuit(2)\nbuilt.h(0)\nbuilt.cx(0, 1)\nbuilt.ry(p.theta, 1)\ncircuit = built",
    "q = cirq.LineQubit.range(2)\ncircuit = cirq.Circuit(cirq.H(q[0]), cirq.CNOT(q[0], q[1]), cirq.ry(p.theta)(q[1]))",
)
CHAIN = (
    "circuit = QuantumCircuit(p.n)\ncircuit.h(0)\nfor k in range(p.n - 1):\n    circuit.cx(k, k + 1)",
    "q = cirq.LineQubit.range(p.n)\ncircuit = cirq.Circuit(cirq.H(q[0]))\n"
    "for k in range(p.n - 1):\n    circuit.append(cirq.CNOT(q[k], q[k + 1]))",
)


def _circuits(exercise: str, title: str, wanted: str, solutions: tuple[str, str]) -> list[dict]:
    """The cells of an exercise that asks for a circuit, solved in both frameworks."""
    in_qiskit, in_cirq = solutions
    stub = f'p = variant("{exercise}")\nprint(p)\n\ncircuit = None  # a Qiskit or a Cirq circuit\n'
    task = f"#### Exercise {exercise} · {title}\n\nBuild {wanted}. Name the circuit `circuit`."
    return [
        _markdown(None, task, "exercise", exercise=exercise),
        _code(
            None,
            f"{stub}### BEGIN SOLUTION\n{in_qiskit}\n### END SOLUTION",
            "exercise",
            exercise=exercise,
            framework="qiskit",
        ),
        _code(None, f'check("{exercise}", circuit)', "check", exercise=exercise),
        _markdown(None, "A nudge.", "hint", exercise=exercise),
        _code(None, f'{in_cirq}\ncheck("{exercise}", circuit)', "solution", "cirq", exercise=exercise),
        _markdown(None, "The gates in the order of time.", "explanation", exercise=exercise),
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
