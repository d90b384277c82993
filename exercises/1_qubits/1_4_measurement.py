"""What right means in lesson 1.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import cos, pi, radians, sin, sqrt

import numpy as np

from qtrain.checking import AnyOf, Choice, Each, Number, Outcomes, State
from qtrain.circuits import Circuit, Operation
from qtrain.course import Exercise, Mistake

# --- states and gates that several exercises use ---------------------------------------------------------------------

POLES = {
    "|+⟩": (np.array([1, 1]) / sqrt(2), np.array([1, -1]) / sqrt(2)),
    "|−⟩": (np.array([1, -1]) / sqrt(2), np.array([1, 1]) / sqrt(2)),
    "|+i⟩": (np.array([1, 1j]) / sqrt(2), np.array([1, -1j]) / sqrt(2)),
    "|−i⟩": (np.array([1, -1j]) / sqrt(2), np.array([1, 1j]) / sqrt(2)),
}


def gates(*names):
    """A circuit of one qubit; a gate is a name, or a name and an angle."""
    steps = [(name, ()) if isinstance(name, str) else (name[0], (float(name[1]),)) for name in names]
    return Circuit(1, tuple(Operation(name, (0,), angles) for name, angles in steps))


def along(angle):
    """The two states of the axis at `angle` from z towards x."""
    return np.array([cos(angle / 2), sin(angle / 2)]), np.array([-sin(angle / 2), cos(angle / 2)])


def asks(zero, one, *names):
    """Before a z measurement: 0 for the first state, 1 for the second."""
    return Outcomes([(names[0], zero, "0"), (names[1], one, "1")])


# --- a: the Born rule ------------------------------------------------------------------------------------------------


def amplitudes(rng):
    """Whole numbers x and y, such that every usual mistake gives another number."""
    x, y = rng.choice(((1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2), (3, 4), (4, 3)))
    return {"x": x, "y": y}


def born(p):
    size = p.x**2 + p.y**2
    return Number(
        p.y**2 / size,
        within=1e-3,
        replies={
            p.y / (p.x + p.y): "Amplitudes are not probabilities: square their sizes before you compare them.",
            p.y / sqrt(size): "This is the size of the amplitude. The probability is its square.",
            p.x**2 / size: ("bit-flip", "This is the probability of 0, not of 1."),
            p.y**2: "The amplitudes as given are not normalised: the two probabilities must add up to 1.",
            -(p.y**2) / size: "A probability is never negative: take the square of the *size*, |iy|² = y².",
        },
    )


# --- c: an expectation value -----------------------------------------------------------------------------------------


def some_counts(rng):
    shots = rng.choice((1000, 2000, 4000))
    return {"zeros": (zeros := round(shots * rng.choice((0.15, 0.2, 0.35, 0.6, 0.7, 0.9)))), "ones": shots - zeros}


def mean(p):
    shots = p.zeros + p.ones
    return Number(
        (p.zeros - p.ones) / shots,
        within=1e-3,
        replies={
            p.zeros / shots: "This is the fraction of zeros. In ⟨Z⟩ each 1 counts as −1.",
            p.ones / shots: "This is the fraction of ones, the average of the bits. In ⟨Z⟩ a 0 counts +1 and a 1 "
            "counts −1.",
            (p.ones - p.zeros) / shots: ("bit-flip", "The sign: the outcome 0 counts +1, and the outcome 1 counts −1."),
            p.zeros - p.ones: "Divide by the number of shots: an expectation value of Z is never larger than 1.",
        },
    )


# --- e: any state, any axis ------------------------------------------------------------------------------------------


def angles(rng):
    """Two angles in degrees, such that all the usual mistakes give other numbers."""
    return dict(zip(("theta", "alpha"), rng.choice(((70, 30), (110, 40), (50, 100), (160, 60), (20, 90))), strict=True))


def overlap(p):
    apart = radians(p.theta - p.alpha)
    return Number(
        cos(apart / 2) ** 2,
        within=1e-3,
        replies={
            cos(apart) ** 2: ("double-angle", "Angles on the Bloch sphere are twice the angles between state vectors."),
            sin(apart / 2) ** 2: ("bit-flip", "This is the probability of the outcome 1."),
            cos((p.theta - p.alpha) / 2) ** 2: (
                "degrees",
                "The functions of NumPy and of the module math want radians, and the angles are given in degrees.",
            ),
            cos(apart / 2): "This is the amplitude. The probability is its square.",
            cos(radians(p.theta + p.alpha) / 2) ** 2: "What counts is the angle *between* the state and the axis.",
        },
    )


# --- g: a state made to order ----------------------------------------------------------------------------------------


def ordered(p):
    """The two pure states with ⟨Z⟩ = 0 and the wanted probability of + along x."""
    phi = np.arccos(2 * p.percent / 100 - 1)
    return AnyOf(*(State(np.array([1, np.exp(1j * sign * phi)]) / sqrt(2)) for sign in (1, -1)))


# --- h: the length of the Bloch vector -------------------------------------------------------------------------------


def length(x, y, z):
    return sqrt(sum(((c["0"] - c["1"]) / (c["0"] + c["1"])) ** 2 for c in (x, y, z)))


def three_counts(rng):
    """Counts in the three bases, of a state of random length and direction."""
    trials = []
    for _ in range(4):
        vector = [rng.uniform(-0.55, 0.55) for _ in "xyz"]
        zeros = [round(1000 * (1 + v) / 2) for v in vector]
        trials.append(tuple({"0": n, "1": 1000 - n} for n in zeros))
    return trials


EXERCISES = [
    Exercise(
        id="1.4.a",
        kind="predict",
        outcome=1,
        variant=amplitudes,
        target=born,
        mistakes=[
            Mistake(None, lambda p: p.y / (p.x + p.y), says="square", note="takes amplitudes for probabilities"),
            Mistake("bit-flip", lambda p: p.x**2 / (p.x**2 + p.y**2), note="gives the probability of 0"),
            Mistake(None, lambda p: p.y / sqrt(p.x**2 + p.y**2), says="square", note="forgets the square"),
        ],
    ),
    Exercise(
        id="1.4.b",
        kind="build",
        outcome=2,
        variant=lambda rng: {"zero": rng.choice(list(POLES))},
        target=lambda p: asks(*POLES[p.zero], p.zero, "the opposite state"),
        mistakes=[
            Mistake(None, lambda p: gates("x"), says="with probability 0.5", note="stays on the z axis"),
            Mistake(
                None,
                lambda p: gates(*{"|+⟩": "hx", "|−⟩": "h", "|+i⟩": "sh"}.get(p.zero, ["sdg", "h"])),
                says="exchanged",
                note="measures the right axis the wrong way round",
            ),
        ],
    ),
    Exercise(
        id="1.4.c",
        kind="compute",
        outcome=3,
        variant=some_counts,
        target=mean,
        mistakes=[
            Mistake(None, lambda p: p.ones / (p.zeros + p.ones), says="counts −1", note="averages the bits"),
            Mistake("bit-flip", lambda p: (p.ones - p.zeros) / (p.zeros + p.ones), note="gives 1 the value +1"),
        ],
    ),
    Exercise(
        id="1.4.d",
        kind="debug",
        outcome=2,
        variant=lambda rng: {"degrees": rng.choice((30, 40, 50, 70, 110, 130))},
        target=lambda p: asks(*along(radians(p.degrees)), "the state along the axis", "the state against the axis"),
        mistakes=[
            Mistake(None, lambda p: gates(("ry", radians(p.degrees))), says="along the axis", note="turns forwards"),
            Mistake(
                None, lambda p: gates(("ry", -radians(p.degrees) / 2)), says="along the axis", note="half the angle"
            ),
            Mistake(None, lambda p: gates(("ry", pi - radians(p.degrees))), says="exchanged", note="turns to |1⟩"),
        ],
    ),
    Exercise(
        id="1.4.e",
        kind="compute",
        outcome=(1, 2),
        variant=angles,
        target=overlap,
        mistakes=[
            Mistake("double-angle", lambda p: cos(radians(p.theta - p.alpha)) ** 2, note="forgets the half"),
            Mistake("degrees", lambda p: cos((p.theta - p.alpha) / 2) ** 2, note="gives degrees to the cosine"),
            Mistake("bit-flip", lambda p: sin(radians(p.theta - p.alpha) / 2) ** 2, note="the other outcome"),
        ],
    ),
    Exercise(
        id="1.4.f",
        kind="explain",
        outcome=4,
        target=lambda p: Choice(
            "d",
            {
                "a": "Then the first result would have told you nothing about the qubit. Look at the counts of the two "
                "measurements above: do 01 and 10 appear?",
                "b": "The qubit is still there; only its state has changed. Both frameworks measure it again above.",
                "c": "The state before the measurement is gone: after it, the qubit is in the state that belongs to "
                "the outcome.",
                "d": "Right: the measurement leaves the qubit in the state of the outcome, and that state gives the "
                "same outcome again.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="01 and 10", note="thinks that every measurement is a new toss"),
            Mistake(None, lambda p: "b", says="still there", note="thinks that measuring destroys the qubit"),
            Mistake(None, lambda p: "c", says="is gone", note="thinks that measuring only reads"),
        ],
    ),
    Exercise(
        id="1.4.g",
        kind="design",
        outcome=(1, 2),
        variant=lambda rng: {"percent": rng.choice((10, 20, 25, 70, 85, 90))},
        target=ordered,
        mistakes=[
            Mistake(
                "half-angle",
                lambda p: gates("h", ("p", np.arccos(2 * p.percent / 100 - 1) / 2)),
                note="half the phase",
            ),
            Mistake(
                "relative-phase",
                lambda p: np.array([1, 1j]) / sqrt(2),
                note="equal probabilities along z, any phase",
            ),
        ],
    ),
    Exercise(
        id="1.4.h",
        kind="stretch",
        outcome=5,
        points=2,
        target=lambda p: Each(
            three_counts,
            lambda x, y, z: Number(
                length(x, y, z),
                within=1e-6,
                replies={length(x, y, z) ** 2: "this is the square of the length: a root is missing."},
            ),
            name="bloch_length",
        ),
        mistakes=[
            Mistake(None, lambda p: lambda x, y, z: length(x, y, z) ** 2, says="a root is missing"),
            Mistake(
                None,
                lambda p: lambda x, y, z: sqrt(sum((c["0"] / 1000) ** 2 for c in (x, y, z))),
                note="adds fractions in place of expectation values",
            ),
        ],
    ),
]
