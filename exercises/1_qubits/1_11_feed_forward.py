"""What right means in lesson 1.11, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import ceil, log, sqrt

import numpy as np

from qtrain.checking import Channel, Choice, Density, Number, State, rules
from qtrain.circuits import Circuit, Operation
from qtrain.course import Exercise, Mistake

# --- circuits with measurements in the middle -------------------------------------------------------------------------


def gate(name, qubit, *controls):
    return Operation(name, (qubit,), controls=controls, control_values=(1,) * len(controls))


def measured(qubit, bit):
    return Operation("measure", (qubit,), clbits=(bit,))


def when(bit, value, *body):
    """Gates that run only if a classical bit has a value."""
    return Operation("if", (), condition=((bit,), value), body=body)


def circuit(qubits, *operations, bits=1):
    return Circuit(qubits, operations, num_clbits=bits)


# --- b: a reset of one's own ------------------------------------------------------------------------------------------

RESET = [np.array([[1, 0], [0, 0]]), np.array([[0, 1], [0, 0]])]


def reset_to(p):
    """The channel that forgets the qubit and leaves it in a basis state."""
    return Channel(
        RESET if p.to == 0 else [kraus[::-1] for kraus in RESET],
        rules=[rules.GateSet({"x", "measure", "if"})],
    )


# --- c: copy a result -------------------------------------------------------------------------------------------------


def copied(p):
    """Half |00⟩ and half |11⟩ (or 01 and 10), with no coherence between them."""
    kets = ("00", "11") if p.kind == "equal" else ("01", "10")
    rho = np.zeros((4, 4))
    for ket in kets:
        rho[int(ket, 2), int(ket, 2)] = 0.5
    return Density(rho)


# --- e: repeat until success ------------------------------------------------------------------------------------------


def rounds(p):
    exact = log(p.risk) / log(1 - p.success)
    return Number(
        ceil(exact),
        within=0.1,
        replies={
            ceil(exact) - 1: "One round less leaves a risk that is a little too large: round up.",
            1
            / p.success: "This is the average number of rounds. The question asks for a small risk, which needs more.",
            ceil(log(p.risk) / log(p.success)): "You took the probability of success for that of failure.",
        },
    )


EXERCISES = [
    Exercise(
        id="1.11.a",
        kind="predict",
        outcome=1,
        variant=lambda rng: {"percent": rng.choice((20, 30, 40, 60, 70, 80))},
        target=lambda p: Number(
            p.percent / 200,
            within=1e-3,
            replies={
                p.percent / 100: "This is the probability of the first outcome 1. What does H do to the qubit then?",
                0.5: "Only in the runs with outcome 1 the H is applied. In the others the qubit stays in |0⟩.",
                1 - p.percent / 200: ("bit-flip", "This is the probability of 0."),
                (1 - p.percent / 100) + p.percent / 200: ("bit-flip", "This is the probability of 0."),
            },
        ),
        mistakes=[
            Mistake(None, lambda p: p.percent / 100, says="What does H do", note="forgets the branch"),
            Mistake(None, lambda p: 0.5, says="Only in the runs", note="applies the H always"),
        ],
    ),
    Exercise(
        id="1.11.b",
        kind="build",
        outcome=2,
        variant=lambda rng: {"to": rng.choice((0, 1))},
        target=reset_to,
        mistakes=[
            Mistake(None, lambda p: circuit(1, measured(0, 0)), note="measures, and forgets to act"),
            Mistake(
                "bit-flip",
                lambda p: circuit(1, measured(0, 0), when(0, p.to, gate("x", 0))),
                note="branches on the wrong outcome",
            ),
            Mistake(
                "rule",
                lambda p: circuit(1, Operation("reset", (0,)), *([gate("x", 0)] if p.to else [])),
                note="uses the ready-made reset",
            ),
        ],
    ),
    Exercise(
        id="1.11.c",
        kind="debug",
        outcome=2,
        variant=lambda rng: {"kind": rng.choice(("equal", "opposite"))},
        target=copied,
        mistakes=[
            Mistake(
                "gate-order",
                lambda p: circuit(2, measured(0, 0), gate("h", 0), when(0, int(p.kind == "equal"), gate("x", 1))),
                note="measures before the coin is tossed",
            ),
            Mistake(
                "bit-flip",
                lambda p: circuit(2, gate("h", 0), measured(0, 0), when(0, int(p.kind != "equal"), gate("x", 1))),
                note="branches on the wrong outcome",
            ),
            Mistake(
                None,
                lambda p: circuit(2, gate("h", 0), gate("x", 1, 0), *([gate("x", 1)] if p.kind == "opposite" else [])),
                note="entangles in place of copying a result",
            ),
        ],
    ),
    Exercise(
        id="1.11.d",
        kind="explain",
        outcome=3,
        target=lambda p: Choice(
            "a",
            {
                "a": "Right: a controlled gate and then a measurement of its control do the same as measuring first.",
                "b": "The target does not notice when the control is measured: its statistics are the same either way.",
                "c": "A CNOT needs no measurement. The question is whether both ways give the same results.",
                "d": "Then the principle of this section would be wrong. Compare the two distributions above.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "b", says="does not notice", note="thinks that an early measurement disturbs"),
            Mistake(None, lambda p: "c", says="needs no measurement", note="thinks that control needs knowledge"),
            Mistake(None, lambda p: "d", says="Compare the two", note="takes quantum control for something stronger"),
        ],
    ),
    Exercise(
        id="1.11.e",
        kind="compute",
        outcome=4,
        variant=lambda rng: {
            "success": rng.choice((0.25, 0.4, 0.5, 0.6, 0.75)),
            "risk": rng.choice((1e-3, 1e-4, 1e-6)),
        },
        target=rounds,
        mistakes=[
            Mistake(None, lambda p: ceil(log(p.risk) / log(1 - p.success)) - 1, says="round up", note="rounds down"),
            Mistake(None, lambda p: 1 / p.success, says="average", note="takes the average for a guarantee"),
        ],
    ),
    Exercise(
        id="1.11.f",
        kind="stretch",
        outcome=(2, 4),
        points=2,
        variant=lambda rng: {"bell": rng.choice(("Φ+", "Ψ+"))},
        target=lambda p: State(np.kron([1, 0, 0, 1] if p.bell == "Φ+" else [0, 1, 1, 0], [1, 0]) / sqrt(2)),
        mistakes=[
            Mistake(
                None,
                lambda p: circuit(3, gate("h", 0), gate("h", 1), gate("x", 2, 0), gate("x", 2, 1), measured(2, 0)),
                note="measures the parity and forgets to act on it",
            ),
            Mistake(
                None,
                lambda p: circuit(
                    3,
                    *(gate("h", 0), gate("h", 1), gate("x", 2, 0), gate("x", 2, 1), measured(2, 0)),
                    when(0, int(p.bell == "Φ+"), gate("x", 1)),
                ),
                note="repairs the pair and leaves the ancilla as it is",
            ),
        ],
    ),
]
