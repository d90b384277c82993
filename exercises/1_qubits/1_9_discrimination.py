"""What right means in lesson 1.9, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import acos, cos, pi, radians, sin, sqrt, tan

import numpy as np

from qtrain.checking import Choice, Number, Outcomes, Property
from qtrain.circuits import Circuit, Operation, State, run
from qtrain.course import Exercise, Mistake


def steps(*gates, n=1):
    """A circuit of `n` qubits. A gate is a name, its qubits (a control first for "cx" and "cry"), and an angle."""
    made = []
    for name, *more in gates:
        if name in ("cx", "cry"):
            control, target, *angle = more
            angles = tuple(map(float, angle))
            made.append(Operation(name[1:], (target,), angles, controls=(control,), control_values=(1,)))
        else:
            made.append(Operation(name, (more[0],), tuple(map(float, more[1:]))))
    return Circuit(n, tuple(made))


def at(angle):
    """The state at this angle from z towards x on the Bloch sphere."""
    return np.array([cos(angle / 2), sin(angle / 2)])


# --- a: two orthogonal states of two qubits --------------------------------------------------------------------------


def pair(phi, sign):
    return np.array([1, 0, 0, sign * np.exp(1j * phi)]) / sqrt(2)


def plus_or_minus(p):
    return Outcomes([("the state with +", pair(p.phi, 1), "0-"), ("the state with −", pair(p.phi, -1), "1-")])


# --- b: the best guess -----------------------------------------------------------------------------------------------


def best_guess(p):
    """|a⟩ = |0⟩, |b⟩ = (x|0⟩ + iy|1⟩)/r."""
    r = sqrt(p.x**2 + p.y**2)
    return Number(
        (1 + p.y / r) / 2,
        within=1e-3,
        replies={
            (1 + p.y**2 / r**2) / 2: "A measurement along z reaches this. In the best probability there is a root: "
            "√(1 − c²).",
            (1 + p.x / r) / 2: "You used the overlap c itself. States with a large overlap are *hard* to tell apart.",
            p.y / r: "This is √(1 − c²). Even without any measurement half of the guesses are right.",
            (1 - p.y / r) / 2: ("bit-flip", "This is the smallest probability of a *wrong* guess."),
            1 - p.x / r: "One minus the overlap is not the best guess. Use the formula above.",
        },
    )


# --- c: the circuit of the best guess --------------------------------------------------------------------------------


def guesses_best(p):
    theta = radians(p.degrees)
    best = (1 + sin(theta / 2)) / 2

    def holds(circuit):
        right = (abs(run(circuit, at(0))[0]) ** 2 + abs(run(circuit, at(theta))[1]) ** 2) / 2
        told = f"Your circuit names the state right with probability {right:.4f}"
        if right > best - 1e-6:
            return True
        if 1 - right > best - 1e-6:
            return False, "Your circuit tells the states apart as well as possible, but the outcomes are exchanged."
        return False, f"{told}; {best:.4f} is possible."

    return Property(
        "guesses as well as physics allows",
        holds,
        takes=Circuit,
        num_qubits=1,
        wants="a circuit of one qubit, without the measurement",
    )


# --- e: never wrong --------------------------------------------------------------------------------------------------


def silent(theta):
    """The angle of the controlled rotation."""
    return 2 * acos(tan(theta / 2))


def never_wrong(p):
    theta = radians(p.degrees)
    best = 1 - cos(theta)

    def holds(circuit):
        plus, minus = (abs(run(circuit, np.kron(at(sign * theta), [1, 0]))) ** 2 for sign in (1, -1))
        # The outcomes in the order 00, 01, 10, 11: qubit 0 is the answer, qubit 1 says whether there is one.
        for name, wrong in (("+", plus[2]), ("−", minus[0])):
            if wrong > 1e-6:
                return (
                    False,
                    f"For the state with {name} your circuit gives the wrong answer with probability {wrong:.4f}.",
                )
        sure = (plus[0] + minus[2]) / 2
        if sure < best - 1e-6:
            return False, (
                f"Your circuit is never wrong, but it answers with probability {sure:.4f} only; {best:.4f} is possible."
            )
        return True

    return Property(
        "is never wrong, and answers as often as possible",
        holds,
        takes=Circuit,
        num_qubits=2,
        wants="a circuit of two qubits, without the measurement",
    )


# --- f: how many sure answers ----------------------------------------------------------------------------------------


def sure_answers(p):
    c = cos(radians(p.degrees) / 2)
    n = p.copies
    return Number(
        n * (1 - c),
        within=0.5,
        replies={
            n * c: ("bit-flip", "This is how often the circuit stays silent."),
            n * (1 - cos(radians(p.degrees))): (
                "double-angle",
                "The angle on the Bloch sphere is twice the angle between the state vectors: what is ⟨a|b⟩?",
            ),
            n * (1 + sin(radians(p.degrees) / 2)) / 2: "So many *guesses* are right. Here no answer may be wrong.",
            n * (1 - c**2): "The overlap itself counts here, not its square.",
            n
            * (1 - c**2)
            / 2: "The simple way with two bases reaches no more than this. The best circuit does better.",
        },
    )


# --- g: a probe for two gates ----------------------------------------------------------------------------------------


def axis(p):
    """The half turn about the axis at `theta` degrees from z, `phi` degrees from x."""
    theta, phi = radians(p.theta), radians(p.phi)
    return np.array([[cos(theta), sin(theta) * np.exp(-1j * phi)], [sin(theta) * np.exp(1j * phi), -cos(theta)]])


def on_the_sphere(theta, phi):
    """The state at these angles (in radians)."""
    return np.array([cos(theta / 2), sin(theta / 2) * np.exp(1j * phi)])


def finds_out(p):
    gate = axis(p)

    def holds(answer):
        state = run(answer) if isinstance(answer, Circuit) else answer.vector
        overlap = abs(np.vdot(state, gate @ state))
        if overlap > 1 - 1e-6:
            return False, "The gate does not change your state at all, except for a global phase: it lies on the axis."
        if overlap > 1e-6:
            return False, f"After the two gates the states still have the overlap {overlap:.4f}. It has to be 0."
        return True

    return Property(
        "shows with certainty which gate was in the box",
        holds,
        takes=(Circuit, State),
        reading="state",
        num_qubits=1,
        wants="a state of one qubit, or a circuit that prepares it",
    )


# --- h: how many uses ------------------------------------------------------------------------------------------------


def uses(p):
    n = round(180 / p.degrees)
    return Number(
        n,
        within=0.01,
        replies={
            2 * n: ("double-angle", "This is a full turn: then the two points of the circle meet again."),
            n / 2: ("half-angle", "This is a quarter turn: the points of the circle are not opposite yet."),
            1: "One use is enough only if the two points lie opposite each other at once.",
        },
    )


# --- i: four gates ---------------------------------------------------------------------------------------------------

PAULI = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
BITS = {"I": "00", "X": "01", "Y": "11", "Z": "10"}
KNOWN = {
    "H": (PAULI["X"] + PAULI["Z"]) / sqrt(2),
    "S": np.diag([1, 1j]),
    "T": np.diag([1, np.exp(1j * pi / 4)]),
    "√X": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2,
    "S†": np.diag([1, -1j]),
    "T†": np.diag([1, np.exp(-1j * pi / 4)]),
}
UNDO = {"H": "h", "S": "sdg", "T": "tdg", "√X": "sxdg", "S†": "s", "T†": "t"}
DO = {"H": "h", "S": "s", "T": "t", "√X": "sx", "S†": "sdg", "T†": "tdg"}


def four_gates(p):
    bell = np.array([1, 0, 0, 1]) / sqrt(2)
    return Outcomes(
        [(f"{name} in the box", np.kron(KNOWN[p.known] @ PAULI[name], np.eye(2)) @ bell, BITS[name]) for name in "IXYZ"]
    )


def undo(*first):
    return steps(*first, ("cx", 0, 1), ("h", 0), n=2)


EXERCISES = [
    Exercise(
        id="1.9.a",
        kind="build",
        outcome=1,
        variant=lambda rng: {"phi": round(pi * rng.choice((1 / 5, 1 / 4, 1 / 3, 2 / 5, 2 / 3, 3 / 4)), 6)},
        target=plus_or_minus,
        mistakes=[
            Mistake(None, lambda p: steps(("cx", 0, 1), ("h", 0), n=2), says="with probability", note="leaves φ"),
            Mistake(
                None,
                lambda p: steps(("p", 0, -p.phi), ("h", 0), n=2),
                says="with probability 0.5",
                note="H without the CNOT: the qubits are still entangled",
            ),
            Mistake(
                None,
                lambda p: steps(("p", 0, -p.phi), ("cx", 0, 1), ("h", 0), ("x", 0), n=2),
                says="exchanged",
                note="1 for the state with +",
            ),
        ],
    ),
    Exercise(
        id="1.9.b",
        kind="compute",
        outcome=2,
        variant=lambda rng: dict(
            zip(
                "xy",
                rng.choice(((1, 2), (2, 1), (3, 1), (2, 3), (3, 2), (4, 1), (3, 5), (5, 3), (12, 5))),
                strict=True,
            )
        ),
        target=best_guess,
        mistakes=[
            Mistake(
                None,
                lambda p: (1 + p.y**2 / (p.x**2 + p.y**2)) / 2,
                says="measurement along z",
                note="forgets the root: what a z measurement gives",
            ),
            Mistake(
                None, lambda p: (1 + p.x / sqrt(p.x**2 + p.y**2)) / 2, says="hard", note="puts the overlap in its place"
            ),
            Mistake(None, lambda p: p.y / sqrt(p.x**2 + p.y**2), says="half of the guesses", note="forgets the 1/2"),
        ],
    ),
    Exercise(
        id="1.9.c",
        kind="design",
        outcome=2,
        points=2,
        variant=lambda rng: {"degrees": rng.choice((30, 40, 50, 70, 80, 100, 110, 130))},
        target=guesses_best,
        mistakes=[
            Mistake(None, lambda p: steps(("id", 0)), says="is possible", note="measures along z"),
            Mistake(
                None,
                lambda p: steps(("ry", 0, -radians(p.degrees) / 2)),
                says="probability 0.5000",
                note="the axis in the middle of the two states: it treats both alike",
            ),
            Mistake(
                None, lambda p: steps(("ry", 0, -pi / 2 - radians(p.degrees) / 2)), says="exchanged", note="1 for |a⟩"
            ),
        ],
    ),
    Exercise(
        id="1.9.d",
        kind="explain",
        outcome=(1, 2),
        target=lambda p: Choice(
            "c",
            {
                "a": "More shots need more copies of the state. Here you have one qubit, and after the first "
                "measurement its state has changed (lesson 1.4).",
                "b": "The best basis is better than z, but not perfect either: in the picture the curve stays below 1.",
                "c": "Right: gates keep inner products, and states that give different outcomes with certainty are "
                "orthogonal. So only orthogonal states can be told apart for certain.",
                "d": "Ideal gates and measurements make no errors, and the curve above is for ideal ones.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="one qubit", note="believes that one qubit can be measured many times"),
            Mistake(None, lambda p: "b", says="stays below 1", note="believes that there is a basis for everything"),
            Mistake(None, lambda p: "d", says="ideal", note="believes that noise is the only limit"),
        ],
    ),
    Exercise(
        id="1.9.e",
        kind="debug",
        outcome=3,
        points=2,
        variant=lambda rng: {"degrees": rng.choice((30, 40, 50, 55, 65, 70, 80))},
        target=never_wrong,
        mistakes=[
            Mistake(
                None,
                lambda p: steps(("cry", 0, 1, silent(radians(p.degrees))), ("h", 0), n=2),
                says="wrong answer",
                note="the draft as it stands",
            ),
            Mistake(
                None,
                lambda p: steps(("x", 0), ("cry", 0, 1, silent(radians(p.degrees)) / 2), ("x", 0), ("h", 0), n=2),
                says="wrong answer",
                note="half the angle",
            ),
            Mistake(None, lambda p: steps(("x", 1), n=2), says="never wrong", note="always silent: never wrong"),
        ],
    ),
    Exercise(
        id="1.9.f",
        kind="compute",
        outcome=3,
        variant=lambda rng: {
            "copies": rng.choice((400, 600, 800, 1000)),
            "degrees": rng.choice((50, 60, 64, 90, 100, 110)),
        },
        target=sure_answers,
        mistakes=[
            Mistake("bit-flip", lambda p: p.copies * cos(radians(p.degrees) / 2), note="counts the silent runs"),
            Mistake("double-angle", lambda p: p.copies * (1 - cos(radians(p.degrees))), note="forgets the half"),
            Mistake(
                None,
                lambda p: p.copies * (1 + sin(radians(p.degrees) / 2)) / 2,
                says="guesses",
                note="takes the formula of the best guess",
            ),
        ],
    ),
    Exercise(
        id="1.9.g",
        kind="design",
        outcome=4,
        variant=lambda rng: {"theta": rng.choice((30, 40, 50, 60, 70)), "phi": rng.choice((20, 35, 50, 65, 110, 130))},
        target=finds_out,
        mistakes=[
            Mistake(None, lambda p: [1, 0], says="still have the overlap", note="the state that comes to mind first"),
            Mistake(
                None,
                lambda p: on_the_sphere(radians(p.theta), radians(p.phi)),
                says="lies on the axis",
                note="the state along the axis",
            ),
            Mistake(
                None,
                lambda p: on_the_sphere(pi / 2, radians(p.phi)),
                says="still have the overlap",
                note="on the equator, but under the axis and not at a right angle to it",
            ),
        ],
    ),
    Exercise(
        id="1.9.h",
        kind="predict",
        outcome=4,
        variant=lambda rng: {"degrees": rng.choice((10, 12, 15, 18, 20, 22.5, 30, 36, 45))},
        target=uses,
        mistakes=[
            Mistake("double-angle", lambda p: 360 / p.degrees, note="waits for a full turn"),
            Mistake("half-angle", lambda p: 90 / p.degrees, note="stops at a right angle"),
        ],
    ),
    Exercise(
        id="1.9.i",
        kind="stretch",
        outcome=5,
        points=2,
        variant=lambda rng: {"known": rng.choice(list(KNOWN))},
        target=four_gates,
        mistakes=[
            Mistake(None, lambda p: undo(), says="should always be", note="does not undo the known gate"),
            Mistake(
                None,
                lambda p: undo((DO[p.known] if p.known != "H" else "s", 0)),
                says="should always be",
                note="applies the known gate once more",
            ),
            Mistake(
                None,
                lambda p: steps((UNDO[p.known], 0), ("h", 0), ("cx", 0, 1), n=2),
                says="should always be",
                note="undoes the two gates of the Bell pair in the wrong order",
            ),
        ],
    ),
]
