"""What right means in the problem set of module 1. The tasks stand in the notebook of the same name."""

from functools import reduce

import numpy as np

from qtrain.checking import Choice, Each, Number, Outcomes, State, Unitary, rules
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


# --- 4: a coordinate on the Bloch sphere ---


def coordinate(p):
    a, b = np.radians(p.a), np.radians(p.b)
    return Number(
        np.sin(a) * np.cos(b),
        within=1e-3,
        replies={
            np.sin(a / 2) * np.cos(b / 2): ("half-angle", "Angles on the Bloch sphere are whole angles, not halves."),
            np.sin(a) * np.sin(b): "This is ⟨Y⟩.",
            np.cos(a): "This is ⟨Z⟩.",
            np.sin(p.a) * np.cos(p.b): ("degrees", "The angles are given in degrees; `np.sin` wants radians."),
            np.cos(a) * np.cos(b): "Where does the first rotation take the arrow: which coordinates are not 0 then?",
        },
    )


# --- 6: a phase on one basis state ---


def marked(p, *, bits=None, theta=None):
    """The identity, except for a phase on one basis state."""
    diagonal = np.ones(8, dtype=complex)
    diagonal[int(bits or p.bits, 2)] = np.exp(1j * (p.theta if theta is None else theta))
    return np.diag(diagonal)


# --- 7: a question to one qubit ---


def direction(p, sign=1):
    """The state at the angles of problem 7, or the opposite one."""
    theta, phi = np.radians(p.theta), np.radians(p.phi)
    if sign > 0:
        return np.array([np.cos(theta / 2), np.exp(1j * phi) * np.sin(theta / 2)])
    return np.array([np.sin(theta / 2), -np.exp(1j * phi) * np.cos(theta / 2)])


def gates(*names):
    """A circuit of one qubit from pairs of a name and an angle."""
    return Circuit(1, tuple(Operation(name, (0,), (float(angle),)) for name, angle in names))


# --- 8: a rotation about three letters ---

PAULI = {"X": np.array([[0, 1], [1, 0]]), "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1])}
ONE_QUBIT = ("h", "s", "sdg", "t", "tdg", "x", "y", "z", "sx", "sxdg", "rx", "ry", "rz", "p", "u", "r")


def word_turn(word, theta):
    """exp(−iθP/2)."""
    matrix = reduce(np.kron, [PAULI[letter] for letter in word])
    return np.cos(theta / 2) * np.eye(8) - 1j * np.sin(theta / 2) * matrix


# --- 9: rounds of a loop ---


def longer_than(p):
    again = np.cos(np.radians(p.degrees) / 2) ** 2
    return Number(
        again**p.rounds,
        within=1e-3,
        replies={
            1 - again**p.rounds: ("bit-flip", "This is the probability that it *has* ended after these rounds."),
            (1 - again) ** p.rounds: ("bit-flip", "The loop goes on after a 0, not after a 1."),
            np.cos(np.radians(p.degrees)) ** (2 * p.rounds): (
                "double-angle",
                "R_y(θ) makes the amplitudes cos(θ/2) and sin(θ/2).",
            ),
            again ** (p.rounds - 1): (
                "iterations",
                "This is the probability of *at least* this many rounds, not of more.",
            ),
            again ** (p.rounds - 1) * (1 - again): "This is the probability of *exactly* this many rounds.",
        },
    )


# --- 10: a piece of a simulator ---


def chance(state, qubit):
    """The probability that a qubit is measured as 1; qubit 0 on the left."""
    n = len(state).bit_length() - 1
    sizes = np.abs(np.reshape(np.array(state), (2,) * n)) ** 2
    return float(np.moveaxis(sizes, qubit, 0)[1].sum())


def mirrored(state, qubit):
    """The same for the qubits counted from the right."""
    return chance(state, len(state).bit_length() - 2 - qubit)


def states_and_qubits(rng):
    trials = []
    for n, qubit in ((1, 0), (2, 0), (2, 1), (3, 0), (3, 2), (4, 1)):
        vector = np.array([rng.uniform(-1, 1) for _ in range(2**n)])
        trials.append(([round(float(x), 9) for x in vector / np.linalg.norm(vector)], qubit))
    return trials


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
            Mistake("gate-units", lambda p: kickback(p, theta=np.pi * p.theta), note="repairs the CNOT only"),
            Mistake(None, lambda p: kickback(p, theta=np.pi * p.theta, swapped=True), note="the draft as it stands"),
        ],
    ),
    Exercise(
        id="1.P.4",
        kind="compute",
        outcome=4,
        points=3,
        variant=lambda rng: {"a": rng.choice((35, 50, 105, 115, 135)), "b": rng.choice((35, 65, 115, 140, 150))},
        target=coordinate,
        mistakes=[
            Mistake(
                "half-angle",
                lambda p: np.sin(np.radians(p.a) / 2) * np.cos(np.radians(p.b) / 2),
                note="takes halves, as in the amplitudes",
            ),
            Mistake("degrees", lambda p: np.sin(p.a) * np.cos(p.b), note="gives degrees to np.sin"),
            Mistake(
                None, lambda p: np.sin(np.radians(p.a)) * np.sin(np.radians(p.b)), says="⟨Y⟩", note="the other one"
            ),
        ],
    ),
    Exercise(
        id="1.P.5",
        kind="explain",
        outcome=5,
        points=2,
        target=lambda p: Choice(
            "d",
            {
                "a": "10,000 shots give the fraction 1/2 with an error of 0.005. More shots make it smaller, but not "
                "even a million shots show what this measurement cannot see.",
                "b": "A product of two qubits that gives 00 and 11 gives 01 and 10 as well: these are absent.",
                "c": "It would be true for single shots, but the source prepares a new pair for each shot.",
                "d": "Right: phases do not show along z, and a mixture of 00 and 11 gives the same counts. "
                "A second basis is needed.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="cannot see", note="believes that more shots always help"),
            Mistake(None, lambda p: "b", says="01 and 10", note="believes that a product can do it"),
            Mistake(None, lambda p: "c", says="new pair", note="confuses one pair with a source of pairs"),
        ],
    ),
    Exercise(
        id="1.P.6",
        kind="build",
        outcome=6,
        points=4,
        variant=lambda rng: {
            "bits": rng.choice(("001", "011", "100", "110")),
            "theta": round(np.pi * rng.choice((1 / 5, 2 / 5, 3 / 8, 1 / 3, 2 / 7, 3 / 4)), 6),
        },
        target=lambda p: Unitary(marked(p)),
        mistakes=[
            Mistake("qubit-order", lambda p: marked(p, bits=p.bits[::-1]), note="reads the bits from the right"),
            Mistake("inverse", lambda p: marked(p, theta=-p.theta), note="the phase with the wrong sign"),
            Mistake("bit-flip", lambda p: marked(p, bits="111"), note="leaves out the X gates"),
        ],
    ),
    Exercise(
        id="1.P.7",
        kind="design",
        outcome=7,
        points=3,
        variant=lambda rng: {"theta": rng.choice((40, 50, 70, 110, 130)), "phi": rng.choice((25, 40, 70, 100, 140))},
        target=lambda p: Outcomes(
            [("the state in this direction", direction(p), "0"), ("the opposite state", direction(p, -1), "1")]
        ),
        mistakes=[
            Mistake(
                None,
                lambda p: gates(("ry", np.radians(p.theta)), ("p", np.radians(p.phi))),
                says="should always be",
                note="prepares the state in place of undoing it",
            ),
            Mistake(None, lambda p: gates(("ry", -np.radians(p.theta))), says="should always be", note="forgets φ"),
            Mistake(
                None,
                lambda p: gates(("p", -np.radians(p.phi)), ("ry", np.pi - np.radians(p.theta))),
                says="exchanged",
                note="turns to the other pole",
            ),
        ],
    ),
    Exercise(
        id="1.P.8",
        kind="build",
        outcome=6,
        points=4,
        variant=lambda rng: {
            "word": rng.choice(("XZY", "YXZ", "ZYX", "XYZ", "ZXY", "YZX")),
            "theta": round(np.pi * rng.choice((1 / 5, 2 / 5, 3 / 8, 1 / 3, 2 / 7)), 6),
        },
        target=lambda p: Unitary(
            word_turn(p.word, p.theta), rules=[rules.GateSet((*ONE_QUBIT, "cx", "cz")), rules.TwoQubitGates(4)]
        ),
        mistakes=[
            Mistake("qubit-order", lambda p: word_turn(p.word[::-1], p.theta), note="reads the word from the right"),
            Mistake("inverse", lambda p: word_turn(p.word, -p.theta), note="turns Y into −Z"),
            Mistake("half-angle", lambda p: word_turn(p.word, p.theta / 2), note="halves the angle once more"),
        ],
    ),
    Exercise(
        id="1.P.9",
        kind="compute",
        outcome=8,
        points=3,
        variant=lambda rng: {"degrees": rng.choice((48, 50, 68, 80, 84)), "rounds": rng.choice((2, 3, 4, 5))},
        target=longer_than,
        mistakes=[
            Mistake(
                "bit-flip",
                lambda p: 1 - np.cos(np.radians(p.degrees) / 2) ** (2 * p.rounds),
                note="the probability that it has ended",
            ),
            Mistake(
                "iterations",
                lambda p: np.cos(np.radians(p.degrees) / 2) ** (2 * p.rounds - 2),
                note="one round too few",
            ),
            Mistake("double-angle", lambda p: np.cos(np.radians(p.degrees)) ** (2 * p.rounds), note="forgets the half"),
        ],
    ),
    Exercise(
        id="1.P.10",
        kind="stretch",
        outcome=8,
        points=4,
        target=lambda p: Each(
            states_and_qubits,
            lambda state, qubit: Number(
                chance(state, qubit),
                within=1e-6,
                replies={
                    mirrored(state, qubit): (
                        "qubit-order",
                        "this belongs to the mirrored qubit: qubit 0 is on the left.",
                    ),
                    1 - chance(state, qubit): ("bit-flip", "this is the probability of 0."),
                },
            ),
            name="chance_of_one",
        ),
        mistakes=[
            Mistake(
                "qubit-order",
                lambda p: mirrored,
                note="counts the qubits from the right",
            ),
            Mistake("bit-flip", lambda p: lambda state, qubit: 1 - chance(state, qubit), note="the probability of 0"),
        ],
    ),
]
