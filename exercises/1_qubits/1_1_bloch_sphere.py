"""What right means in lesson 1.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

from cmath import exp
from math import acos, asin, atan, atan2, cos, degrees, pi, sin, sqrt

import numpy as np

from qtrain.checking import Choice, Each, Number, Property, State
from qtrain.circuits import Circuit, Observable, Operation, run
from qtrain.circuits import State as Vector
from qtrain.course import Exercise, Mistake


def ket(theta, phi):
    """cos(θ/2)|0⟩ + e^{iφ} sin(θ/2)|1⟩."""
    return np.array([cos(theta / 2), exp(1j * phi) * sin(theta / 2)])


def arrow(vector):
    """The Bloch vector of two amplitudes."""
    a, b = vector
    product = np.conj(a) * b
    return 2 * product.real, 2 * product.imag, abs(a) ** 2 - abs(b) ** 2


def gates(*steps):
    """A circuit of one qubit from pairs of a name and an angle."""
    return Circuit(1, tuple(Operation(name, (0,), (float(angle),)) for name, angle in steps))


# --- a: the angle theta ----------------------------------------------------------------------------------------------


def angle_target(p):
    theta = 2 * atan2(p.y, p.x)
    return Number(
        theta,
        within=1e-3,
        replies={
            theta / 2: (
                "half-angle",
                "This is the angle in the plane of the two amplitudes. The angle θ on the sphere is twice as large.",
            ),
            degrees(theta): ("degrees", "This is the angle in degrees. It is asked for in radians."),
            degrees(theta) / 2: ("degrees", "This is half of the angle, in degrees. Give θ itself, in radians."),
            pi - theta: ("bit-flip", "This is the angle from |1⟩. θ is counted from |0⟩, at the top."),
            theta * 2: ("double-angle", "This is twice the angle: θ = 2 arctan(size of β / size of α)."),
        },
    )


# --- b: from the height to a probability -----------------------------------------------------------------------------


def height_target(p):
    return Number(
        (1 - p.z) / 2,
        within=1e-3,
        replies={
            (1 + p.z) / 2: ("bit-flip", "This is the probability of 0. At the top, z = 1, the result 1 never comes."),
            acos(p.z) / pi: "The probability follows the height of the arrow's tip, not its angle: "
            "halfway down in angle is not halfway down in height.",
            abs(p.z): "z is the difference of two probabilities, P(0) − P(1). And the two add up to 1.",
            p.z: "z is the difference of two probabilities, P(0) − P(1). And the two add up to 1.",
            1 - p.z: "Halve this: z runs from −1 to 1, and a probability from 0 to 1.",
            sqrt(1 - p.z**2): "This is the distance of the tip from the z axis, not a probability.",
        },
    )


# --- e: a whole Bloch vector -----------------------------------------------------------------------------------------

SIZES = ((0.6, 0.8), (0.8, 0.6), (0.28, 0.96), (0.96, 0.28))
PHASES = (0.4, 0.7, 1.1, 2.0, 2.5, -0.5, -1.0, -2.2)


def sizes_and_phase(rng):
    a, b = rng.choice(SIZES)
    return {"a": a, "b": b, "phi": rng.choice(PHASES)}


def given(p):
    return np.array([p.a, p.b * exp(1j * p.phi)])


def has_bloch_vector(wanted):
    """A predicate: the three coordinates, and what is wrong with others."""
    x, y, z = wanted

    def near(found, other):
        return max(abs(a - b) for a, b in zip(found, other, strict=True)) <= 1e-3

    def holds(answer):
        found = tuple(complex(answer.terms.get(letter, 0)).real for letter in "XYZ")
        if near(found, wanted):
            return True
        if near(found, (x, -y, z)):
            return (
                False,
                "The sign of y is wrong: a positive angle φ turns from x towards y. Which amplitude is conjugated?",
            )
        if near(found, (x, y, -z)):
            return False, "The sign of z is wrong: z is P(0) − P(1), so that |0⟩ is at the top."
        if near(found, (y, x, z)):
            return False, "The coordinates x and y are exchanged: x has the cosine of φ, and y the sine."
        if near(found, (x / 2, y / 2, z)):
            return False, "z is right. x and y are half as large as they should be: there is a factor 2 in both."
        length = sqrt(sum(c * c for c in found))
        if abs(length - 1) > 2e-3:
            return False, f"Your arrow has the length {length:.3f}, but the tip of a state is on the sphere: length 1."
        right = [letter for letter, a, b in zip("xyz", found, wanted, strict=True) if abs(a - b) <= 1e-3]
        return False, f"Your arrow has length 1, but points elsewhere; right so far: {', '.join(right) or 'nothing'}."

    return holds


def coordinates(x, y, z):
    return {"X": x, "Y": y, "Z": z}


# --- g: the state at the other end -----------------------------------------------------------------------------------


def amplitudes_of(answer):
    """The two amplitudes of a circuit or a state."""
    return run(answer) if isinstance(answer, Circuit) else answer.vector


def orthogonal_to(state):
    """A predicate: overlap 0 with the state, and in which direction other answers point."""
    there = np.array(arrow(state))

    def holds(answer):
        vector = amplitudes_of(answer)
        if abs(np.linalg.norm(vector) - 1) > 1e-4:
            return False, f"Your vector has the length {np.linalg.norm(vector):.3f}, but a state vector has length 1."
        overlap = abs(np.vdot(state, vector)) ** 2
        if overlap < 1e-8:
            return True
        here = np.array(arrow(vector))
        if overlap > 1 - 1e-6:
            return False, "This is the same state: a factor for the whole vector, such as −1, is a global phase."
        if np.allclose(here, -there * (-1, -1, 1), atol=1e-4):
            return False, "The height of the arrow has changed its sign, but x and y have not: the phase is missing."
        if np.allclose(here, -there * (1, 1, -1), atol=1e-4):
            return False, "x and y have changed their signs, but not the height z of the arrow: look at the sizes."
        return False, f"The overlap with the given state is {overlap:.3f}, and orthogonal states have overlap 0."

    return holds


# --- h: a state of one's own choice ----------------------------------------------------------------------------------


def height_and_side(percent):
    """A predicate: P(1) as asked for, and the tip on the far side."""

    def holds(answer):
        vector = amplitudes_of(answer)
        x, _, z = arrow(vector / np.linalg.norm(vector))
        if abs((1 - z) / 2 - percent / 100) > 1e-3:
            return False, f"The result 1 has a probability of {50 * (1 - z):.1f} percent, not of {percent} percent."
        if x > -0.2 + 1e-6:
            return False, f"The probability is right, but x is {x:.2f}: it should be −0.2 or less. What moves x?"
        return True

    return holds


# --- i: back from the picture ----------------------------------------------------------------------------------------


def arrows(rng):
    """Directions all over the sphere, the poles among them."""
    found = []
    for sizes in ((0.48, 0.6, 0.64), (0.36, 0.48, 0.8), (0.48, 0.64, 0.6), (0.8, 0.36, 0.48)):
        x, y, z = rng.sample(sizes, 3)
        found.append((-x, rng.choice((1, -1)) * y, rng.choice((1, -1)) * z))
    found += [(0.6, 0.8, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, -1.0), (0.0, -1.0, 0.0)]
    return found


def state_at(x, y, z):
    return ket(acos(z), atan2(y, x))


EXERCISES = [
    Exercise(
        id="1.1.a",
        kind="compute",
        outcome=1,
        variant=lambda rng: dict(zip("xy", rng.choice(((1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2))), strict=True)),
        target=angle_target,
        mistakes=[
            Mistake("half-angle", lambda p: atan2(p.y, p.x), note="takes the angle between the vectors"),
            Mistake("degrees", lambda p: degrees(2 * atan2(p.y, p.x)), note="gives degrees"),
            Mistake("bit-flip", lambda p: 2 * atan2(p.x, p.y), note="divides the wrong way round"),
        ],
    ),
    Exercise(
        id="1.1.b",
        kind="predict",
        outcome=2,
        variant=lambda rng: {"z": rng.choice((0.3, -0.3, 0.2, -0.2, 0.8, -0.8, 0.4, -0.4))},
        target=height_target,
        mistakes=[
            Mistake("bit-flip", lambda p: (1 + p.z) / 2, note="takes the south pole for |0⟩"),
            Mistake(None, lambda p: acos(p.z) / pi, says="height", note="shares out the angle evenly"),
            Mistake(None, lambda p: p.z, says="difference of two", note="takes z for a probability"),
        ],
    ),
    Exercise(
        id="1.1.c",
        kind="build",
        outcome=3,
        variant=lambda rng: {
            "theta": rng.choice((0.7, 1.0, 1.3, 1.9, 2.2, 2.5)),
            "phi": rng.choice((0.5, 0.9, 1.2, 2.1, -0.8, -1.3)),
        },
        target=lambda p: State(ket(p.theta, p.phi)),
        mistakes=[
            Mistake("half-angle", lambda p: gates(("ry", p.theta / 2), ("p", p.phi)), note="halves the angle of Ry"),
            Mistake("gate-order", lambda p: gates(("p", p.phi), ("ry", p.theta)), note="the phase comes too early"),
            Mistake("relative-phase", lambda p: gates(("ry", p.theta)), note="forgets the phase"),
        ],
    ),
    Exercise(
        id="1.1.d",
        kind="debug",
        outcome=(3, 5),
        variant=lambda rng: {
            "percent": rng.choice((10, 20, 25, 30, 70, 80, 90)),
            "phi": rng.choice((0.6, 1.0, 2.0, -0.7, -1.2)),
        },
        target=lambda p: State(ket(2 * asin(sqrt(p.percent / 100)), p.phi)),
        mistakes=[
            Mistake(
                "half-angle",
                lambda p: gates(("ry", asin(sqrt(p.percent / 100))), ("p", p.phi)),
                note="the draft as it stands",
            ),
            Mistake(
                "conjugate",
                lambda p: gates(("ry", 2 * asin(sqrt(p.percent / 100))), ("p", -p.phi)),
                note="mends the angle, and turns the phase the other way",
            ),
        ],
    ),
    Exercise(
        id="1.1.e",
        kind="compute",
        outcome=2,
        variant=sizes_and_phase,
        target=lambda p: Property(
            "is the Bloch vector",
            has_bloch_vector(arrow(given(p))),
            takes=Observable,
            reading="observable",
            wants='a dict with the keys "X", "Y" and "Z"',
        ),
        mistakes=[
            Mistake(None, lambda p: coordinates(*arrow(np.conj(given(p)))), says="sign of y", note="conjugates β"),
            Mistake(
                None,
                lambda p: coordinates(*(c * f for c, f in zip(arrow(given(p)), (0.5, 0.5, 1), strict=True))),
                says="factor 2",
                note="forgets the factor 2",
            ),
            Mistake(
                None,
                lambda p: coordinates(p.b * cos(p.phi), p.b * sin(p.phi), p.a),
                says="points elsewhere",
                note="takes the amplitudes themselves for coordinates",
            ),
        ],
    ),
    Exercise(
        id="1.1.f",
        kind="explain",
        outcome=4,
        target=lambda p: Choice(
            "b",
            {
                "a": "At a right angle on the *sphere* only. Compute the inner product ⟨0|+⟩: it is 0.71, not 0.",
                "b": "Right: angles on the sphere are twice the angles between the state vectors.",
                "c": "Then |+⟩ would never give 0 when it is measured. How often does it?",
                "d": "The picture shows them exactly: the overlap of two states follows from the angle between their "
                "arrows alone.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="0.71", note="carries right angles over to the state vectors"),
            Mistake(None, lambda p: "c", says="never give 0", note="takes different for orthogonal"),
            Mistake(None, lambda p: "d", says="exactly", note="takes the sphere for an illustration only"),
        ],
    ),
    Exercise(
        id="1.1.g",
        kind="build",
        outcome=4,
        variant=sizes_and_phase,
        target=lambda p: Property(
            "is orthogonal to the state",
            orthogonal_to(given(p)),
            takes=(Circuit, Vector),
            reading="state",
            num_qubits=1,
            wants="a state of one qubit",
        ),
        mistakes=[
            Mistake(
                None, lambda p: np.array([p.b, p.a * exp(1j * p.phi)]), says="x and y", note="exchanges the sizes only"
            ),
            Mistake(
                None, lambda p: np.array([p.a, -p.b * exp(1j * p.phi)]), says="not the height", note="the sign only"
            ),
            Mistake(None, lambda p: -given(p), says="same state", note="takes minus the state for the opposite one"),
        ],
    ),
    Exercise(
        id="1.1.h",
        kind="design",
        outcome=(2, 3),
        variant=lambda rng: {"percent": rng.choice((15, 20, 30, 35, 65, 75, 85))},
        target=lambda p: Property(
            "has the probability and the side that were asked for",
            height_and_side(p.percent),
            takes=(Circuit, Vector),
            reading="state",
            num_qubits=1,
            wants="a circuit of one qubit",
        ),
        mistakes=[
            Mistake(
                None, lambda p: gates(("ry", 2 * asin(sqrt(p.percent / 100)))), says="What moves x", note="no phase"
            ),
            Mistake(
                None, lambda p: gates(("ry", pi * p.percent / 100), ("p", pi)), says="percent", note="in proportion"
            ),
        ],
    ),
    Exercise(
        id="1.1.i",
        kind="stretch",
        outcome=(1, 2),
        points=2,
        target=lambda p: Each(arrows, lambda x, y, z: State(state_at(x, y, z)), name="state_at"),
        mistakes=[
            Mistake("double-angle", lambda p: lambda x, y, z: ket(2 * acos(z), atan2(y, x)), note="forgets to halve θ"),
            Mistake(
                "relative-phase",
                lambda p: lambda x, y, z: ket(acos(z), atan(y / x) if x else 0),
                note="an arctan that knows only half of the circle",
            ),
            Mistake("conjugate", lambda p: lambda x, y, z: ket(acos(z), -atan2(y, x)), note="turns the other way"),
        ],
    ),
]
