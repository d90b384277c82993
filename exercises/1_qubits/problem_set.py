"""What right means in the problem set of module 1. The tasks stand in the notebook of the same name."""

import numpy as np

from qtrain.checking import Number, State, Unitary
from qtrain.circuits import Circuit, Operation
from qtrain.course import Exercise, Mistake

# --- 1: a state from a data sheet ---

PHASES = (np.pi / 2, -np.pi / 2, np.pi / 4, -np.pi / 4, 3 * np.pi / 4)


def two_strings(rng):
    """Two strings that differ in two or three bits, and stay another pair when both are reversed."""
    while True:
        a, b = (format(k, "03b") for k in rng.sample(range(8), 2))
        if sum(x != y for x, y in zip(a, b, strict=True)) >= 2 and not {a, b} & {a[::-1], b[::-1]}:
            return {"a": a, "b": b, "phase": round(rng.choice(PHASES), 6)}


def pair(a, b, phase):
    """(|a⟩ + e^{iφ}|b⟩)/√2 with qubit 0 on the left."""
    vector = np.zeros(8, dtype=complex)
    vector[int(a, 2)], vector[int(b, 2)] = np.sqrt(0.5), np.exp(1j * phase) * np.sqrt(0.5)
    return vector


# --- 2: a correlation from counts ---


def correlation(counts, i, j):
    """⟨Z Z⟩ of the characters i and j of the strings."""
    signed = sum(shots if string[i] == string[j] else -shots for string, shots in counts.items())
    return signed / sum(counts.values())


def some_counts(rng):
    """1,000 shots on six strings of four bits, such that the usual slips give other numbers."""
    while True:
        strings = rng.sample([format(k, "04b") for k in range(16)], 6)
        cuts = sorted(rng.sample(range(20, 981), 5))
        shots = [high - low for low, high in zip([0, *cuts], [*cuts, 1000], strict=True)]
        counts = dict(sorted(zip(strings, shots, strict=True)))
        i, j = rng.choice(((0, 1), (0, 2), (1, 3), (2, 3)))
        right, mirrored = correlation(counts, 3 - i, 3 - j), correlation(counts, i, j)
        if min(abs(right - mirrored), abs(abs(right) - abs(mirrored)), abs(right), abs(1 - right)) > 0.05:
            return {"counts": counts, "i": i, "j": j}


def correlation_target(p):
    right = correlation(p.counts, 3 - p.i, 3 - p.j)
    return Number(
        right,
        within=1e-3,
        replies={
            correlation(p.counts, p.i, p.j): (
                "qubit-order",
                "This belongs to the mirrored pair of qubits: which character of a Qiskit string is qubit 0?",
            ),
            (1 + right)
            / 2: "This is the fraction of shots in which the bits are equal: a correlation runs from −1 to 1.",
            -right: ("bit-flip", "The size is right, but not the sign: equal bits count as +1, different bits as −1."),
            1000 * right: "Divide by the number of shots.",
        },
    )


# --- 3: two mistakes in a translation ---


def wires_and_angle(rng):
    control, target = rng.sample(range(3), 2)
    return {
        "control": control,
        "target": target,
        "theta": round(np.pi * rng.choice((1 / 5, 2 / 5, 3 / 8, 1 / 3, 2 / 7)), 6),
    }


def kickback(p, *, theta=None, swapped=False):
    """The circuit of problem 3, with the colleague's mistakes if wanted."""
    control, target = (p.target, p.control) if swapped else (p.control, p.target)
    hadamard = Operation("h", (p.control,))
    return Circuit(
        3,
        (
            hadamard,
            Operation("x", (target,), controls=(control,), control_values=(1,)),
            Operation("p", (p.target,), (p.theta if theta is None else theta,)),
            hadamard,
        ),
    )


EXERCISES = [
    Exercise(
        id="1.P.1",
        kind="build",
        outcome=1,
        points=4,
        variant=two_strings,
        target=lambda p: State(pair(p.a, p.b, p.phase)),
        mistakes=[
            Mistake(
                "qubit-order", lambda p: pair(p.a[::-1], p.b[::-1], p.phase), note="reads the strings as Qiskit does"
            ),
            Mistake(
                "conjugate",
                lambda p: pair(p.a, p.b, -p.phase),
                note="the phase with the wrong sign, or on the other term",
            ),
            Mistake("relative-phase", lambda p: pair(p.a, p.b, 0), note="forgets the phase"),
        ],
    ),
    Exercise(
        id="1.P.2",
        kind="compute",
        outcome=2,
        points=3,
        variant=some_counts,
        target=correlation_target,
        mistakes=[
            Mistake(
                "qubit-order", lambda p: correlation(p.counts, p.i, p.j), note="counts the characters from the left"
            ),
            Mistake(
                None,
                lambda p: (1 + correlation(p.counts, 3 - p.i, 3 - p.j)) / 2,
                says="fraction of shots",
                note="gives the probability of equal bits",
            ),
            Mistake("bit-flip", lambda p: -correlation(p.counts, 3 - p.i, 3 - p.j), note="counts equal bits as −1"),
        ],
    ),
    Exercise(
        id="1.P.3",
        kind="debug",
        outcome=3,
        points=3,
        variant=wires_and_angle,
        target=lambda p: Unitary(kickback(p)),
        mistakes=[
            Mistake("control-target", lambda p: kickback(p, swapped=True), note="repairs the angle only"),
            Mistake("missing-gate", lambda p: kickback(p, theta=np.pi * p.theta), note="repairs the CNOT only"),
            Mistake(None, lambda p: kickback(p, theta=np.pi * p.theta, swapped=True), note="the draft as it stands"),
        ],
    ),
]
