"""What right means in lesson 1.3, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import acos, asin, atan2, cos, degrees, pi, sin, sqrt

import numpy as np

from qtrain.checking import Choice, Each, Number, Outcomes, Property, Unitary
from qtrain.circuits import Circuit, Operation, run
from qtrain.circuits import State as Vector
from qtrain.course import Exercise, Mistake


def gates(*steps):
    """A circuit of one qubit; a step is a name, or a pair of a name and an angle."""
    pairs = [(step, ()) if isinstance(step, str) else (step[0], (float(step[1]),)) for step in steps]
    return Circuit(1, tuple(Operation(name, (0,), angles) for name, angles in pairs))


# --- a: the relative phase -------------------------------------------------------------------------------------------

PHASES = ((0.9, 0.4), (0.3, 1.5), (1.2, 0.5), (-0.4, 0.7), (1.4, -0.3), (0.6, 2.0), (-0.8, -0.3), (0.2, -1.1))


def relative(p):
    right = p.second - p.first
    return Number(
        right,
        within=1e-3,
        replies={
            -right: ("angle-sign", "The sign: count from the amplitude of |0⟩ to that of |1⟩."),
            p.first + p.second: "Subtract: what counts is how far the second angle is from the first.",
            p.second: "This is the phase of the second amplitude alone. Compare it with that of the first.",
            p.first: "This is the phase of the first amplitude alone. Compare the second with it.",
            degrees(right): ("degrees", "This is the angle in degrees. It is asked for in radians."),
        },
    )


# --- c: a point of the fringe ----------------------------------------------------------------------------------------


def fringe(p):
    return Number(
        sin(p.phi / 2) ** 2,
        within=1e-3,
        replies={
            cos(p.phi / 2) ** 2: ("bit-flip", "This is the probability of 0."),
            sin(p.phi) ** 2: (
                "double-angle",
                "Half of the phase stands in the formula: at φ = π the result is always 1.",
            ),
            sin(p.phi / 2): "This is the size of the amplitude. The probability is its square.",
            0.5: "So it would be without the second H: the two ways have to be added before you square.",
            p.phi / pi: "The ends are right, but between them the fringe is no straight line.",
            sin(np.radians(p.phi) / 2) ** 2: ("degrees", "φ is already in radians."),
        },
    )


# --- f: visibility ---------------------------------------------------------------------------------------------------


def visible(p):
    return Number(
        (p.most - p.least) / (p.most + p.least),
        within=1e-3,
        replies={
            (p.most - p.least) / p.shots: "Divide by the sum of the two counts, not by the number of shots.",
            p.least / p.most: "A perfect fringe has the visibility 1, and here it would get 0.",
            (p.most - p.least) / p.most: "Divide the difference by the sum of the two counts.",
            p.most / p.shots: "This is the highest probability. Visibility compares the highest with the lowest.",
            p.most - p.least: "Divide by the sum of the two counts: visibility is never larger than 1.",
        },
    )


# --- g: a source for a given visibility ------------------------------------------------------------------------------


def gives_visibility(percent):
    """A predicate: the fringe of P(φ), H behind the answer has the visibility."""

    def holds(answer):
        vector = run(answer) if isinstance(answer, Circuit) else answer.vector / np.linalg.norm(answer.vector)
        found = 2 * abs(vector[0] * vector[1])
        if abs(found - percent / 100) <= 1e-3:
            return True
        return (
            False,
            f"The fringe behind your state has the visibility {found:.3f}, and {percent / 100:g} is asked for.",
        )

    return holds


# --- h: a phase from two counts --------------------------------------------------------------------------------------

SHOTS = 1_000_000


def two_counts(rng):
    """Counts without chance for phases in all four quarters of the circle."""
    phases = [rng.uniform(0.3, 1.2) + quarter for quarter in (-pi, -pi / 2, 0, pi / 2)]
    return [(round(SHOTS * (1 + cos(phi)) / 2), round(SHOTS * (1 + sin(phi)) / 2), SHOTS) for phi in phases]


def signals(zeros, zeros_shifted, shots):
    return 2 * zeros / shots - 1, 2 * zeros_shifted / shots - 1


def estimate(zeros, zeros_shifted, shots):
    c, s = signals(zeros, zeros_shifted, shots)
    return atan2(s, c)


def phase_target(zeros, zeros_shifted, shots):
    phi = estimate(zeros, zeros_shifted, shots)
    return Number(
        phi,
        within=1e-2,
        replies={
            -phi: ("angle-sign", "the sign is wrong: what does the second experiment tell?"),
            phi + 2 * pi: "the angle should be between −π and π.",
            phi / 2: ("half-angle", "this is half of the phase."),
        },
    )


EXERCISES = [
    Exercise(
        id="1.3.a",
        kind="compute",
        outcome=1,
        variant=lambda rng: dict(zip(("first", "second"), rng.choice(PHASES), strict=True)),
        target=relative,
        mistakes=[
            Mistake("angle-sign", lambda p: p.first - p.second, note="counts from |1⟩ to |0⟩"),
            Mistake(None, lambda p: p.second, says="alone", note="takes the phase of |1⟩ for the relative phase"),
            Mistake("degrees", lambda p: degrees(p.second - p.first), note="gives degrees"),
        ],
    ),
    Exercise(
        id="1.3.b",
        kind="explain",
        outcome=1,
        target=lambda p: Choice(
            "c",
            {
                "a": "A gate before the measurement turns a relative phase into sizes: compare what H makes of |+⟩ and "
                "of Z|+⟩ = |−⟩.",
                "b": "B has the factor −1 for the whole vector. Every gate keeps this factor, and the square of a size "
                "loses it.",
                "c": "Right: Z changes the sign of one amplitude only, and an H in front of the measurement shows it.",
                "d": "It is the other way round: B multiplies the whole vector, Z only a part of it.",
            },
        ),
        mistakes=[
            Mistake(
                None, lambda p: "a", says="turns a relative phase into sizes", note="takes all signs for invisible"
            ),
            Mistake(None, lambda p: "b", says="keeps this factor", note="takes any sign for visible"),
            Mistake(None, lambda p: "d", says="other way round", note="exchanges global and relative"),
        ],
    ),
    Exercise(
        id="1.3.c",
        kind="predict",
        outcome=2,
        variant=lambda rng: {"phi": rng.choice((0.6, 0.9, 1.2, 1.9, 2.3, 2.7))},
        target=fringe,
        mistakes=[
            Mistake("bit-flip", lambda p: cos(p.phi / 2) ** 2, note="gives the probability of 0"),
            Mistake("double-angle", lambda p: sin(p.phi) ** 2, note="forgets the half"),
            Mistake(None, lambda p: 0.5, says="before you square", note="adds probabilities in place of amplitudes"),
        ],
    ),
    Exercise(
        id="1.3.d",
        kind="debug",
        outcome=(2, 3),
        variant=lambda rng: {"phi": rng.choice((0.5, 0.8, 1.1, 1.7, 2.2, 2.6))},
        target=lambda p: Unitary(gates("h", ("p", p.phi), "h")),
        mistakes=[
            Mistake("wrong-basis", lambda p: gates(("p", p.phi), "h", "h"), note="the draft as it stands"),
            Mistake(
                "wrong-basis", lambda p: gates("h", "h", ("p", p.phi)), note="the phase after the second beam splitter"
            ),
            Mistake(
                "wrong-basis", lambda p: gates("h", ("p", p.phi)), says="at the end", note="no second beam splitter"
            ),
        ],
    ),
    Exercise(
        id="1.3.e",
        kind="build",
        outcome=3,
        variant=lambda rng: {"phi": rng.choice((0.4, 0.9, 1.3, 2.0, 2.5, -0.7, -1.6))},
        target=lambda p: Outcomes(
            [
                ("the phase φ", np.array([1, np.exp(1j * p.phi)]) / sqrt(2), "0"),
                ("the phase φ + π", np.array([1, -np.exp(1j * p.phi)]) / sqrt(2), "1"),
            ]
        ),
        mistakes=[
            Mistake(None, lambda p: gates("h"), says="with probability", note="an H alone"),
            Mistake(None, lambda p: gates(("p", p.phi), "h"), says="with probability", note="doubles the phase"),
            Mistake(None, lambda p: gates(("p", pi - p.phi), "h"), says="exchanged", note="brings φ to π"),
            Mistake(None, lambda p: gates(("p", -p.phi)), says="with probability 0.5", note="forgets the H"),
        ],
    ),
    Exercise(
        id="1.3.f",
        kind="compute",
        outcome=4,
        variant=lambda rng: {
            "shots": 2000,
            "most": rng.choice((1640, 1720, 1810, 1880, 1930)),
            "least": rng.choice((90, 140, 230, 310)),
        },
        target=visible,
        mistakes=[
            Mistake(None, lambda p: (p.most - p.least) / p.shots, says="sum of the two", note="divides by the shots"),
            Mistake(None, lambda p: p.least / p.most, says="perfect fringe", note="takes the ratio"),
        ],
    ),
    Exercise(
        id="1.3.g",
        kind="design",
        outcome=(3, 4),
        variant=lambda rng: {"percent": rng.choice((30, 40, 50, 60, 70, 90))},
        target=lambda p: Property(
            "gives the visibility that was asked for",
            gives_visibility(p.percent),
            takes=(Circuit, Vector),
            reading="state",
            num_qubits=1,
            wants="a circuit of one qubit",
        ),
        mistakes=[
            Mistake(None, lambda p: gates("h"), says="visibility 1.000", note="an even beam splitter"),
            Mistake(None, lambda p: gates(("ry", asin(p.percent / 100) / 2)), says="visibility", note="half the angle"),
            Mistake(
                None,
                lambda p: gates(("ry", 2 * asin(sqrt(p.percent / 100)))),
                says="visibility",
                note="takes the visibility for the probability of a way",
            ),
        ],
    ),
    Exercise(
        id="1.3.h",
        kind="stretch",
        outcome=(3, 4),
        points=2,
        target=lambda p: Each(two_counts, phase_target, name="phase_from_counts"),
        mistakes=[
            Mistake("angle-sign", lambda p: lambda z, s, n: acos(signals(z, s, n)[0]), note="uses one experiment only"),
            Mistake("half-angle", lambda p: lambda z, s, n: estimate(z, s, n) / 2, note="halves the angle"),
            Mistake(
                None, lambda p: lambda z, s, n: atan2(*signals(z, s, n)), note="exchanges the arguments of arctan2"
            ),
        ],
    ),
]
