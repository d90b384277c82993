"""What right means in lesson 1.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

from cmath import exp
from math import acos, asin, atan, atan2, cos, degrees, pi, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, number, one_of, right, slip, whole
from qtrain.checking import Property, State
from qtrain.circuits import Circuit, Observable, run
from qtrain.circuits import State as Vector

PHI = one_of([k / 10 for k in range(-25, 26) if abs(k) > 3 and abs(abs(k) - 16) > 3])
PERCENT = one_of(*range(10, 41), *range(60, 91))


def ket(theta, phi):
    """cos(θ/2)|0⟩ + e^{iφ} sin(θ/2)|1⟩."""
    return np.array([cos(theta / 2), exp(1j * phi) * sin(theta / 2)])


def arrow(vector):
    """The Bloch vector of two amplitudes."""
    a, b = vector
    product = np.conj(a) * b
    return 2 * product.real, 2 * product.imag, abs(a) ** 2 - abs(b) ** 2


def turned(theta, phi, order="ry(t) 0; p(f) 0"):
    return circuit(order, t=theta, f=phi)


@number("1.1.a", rung="warm-up", outcome=1, within=1e-3, x=whole(1, 9), y=whole(1, 9), where=lambda x, y: x != y)
def theta(x, y):
    theta = 2 * atan2(y, x)
    yield theta
    yield slip(theta / 2, "takes the angle between the vectors", "half-angle").says(
        "This is the angle in the plane of the two amplitudes. The angle θ on the sphere is twice as large."
    )
    yield slip(degrees(theta), "gives degrees", "degrees").says(
        "This is the angle in degrees. It is asked for in radians."
    )
    yield slip(degrees(theta) / 2, "gives half of it in degrees", "degrees").says(
        "This is half of the angle, in degrees. Give θ itself, in radians."
    )
    yield slip(pi - theta, "divides the wrong way round", "bit-flip").says(
        "This is the angle from |1⟩. θ is counted from |0⟩, at the top."
    )
    yield slip(2 * theta, "doubles twice", "double-angle").says(
        "This is twice the angle: θ = 2 arctan(size of β / size of α)."
    )


@number(
    "1.1.b",
    rung="warm-up",
    kind="predict",
    outcome=2,
    within=1e-3,
    z=one_of([k / 100 for k in range(-92, 93) if abs(k) > 12]),
)
def height(z):
    yield (1 - z) / 2
    yield slip((1 + z) / 2, "takes the south pole for |0⟩", "bit-flip").says(
        "This is the probability of 0. At the top, z = 1, the result 1 never comes."
    )
    yield slip(acos(z) / pi, "shares out the angle evenly").says(
        "The probability follows the height of the arrow's tip, not its angle: halfway down in angle is not halfway "
        "down in height."
    )
    for wrong in (z, abs(z)) if z < 0 else (z,):
        yield slip(wrong, "takes z for a probability").says(
            "z is the difference of two probabilities, P(0) − P(1). And the two add up to 1."
        )
    yield slip(1 - z, "forgets to halve").says("Halve this: z runs from −1 to 1, and a probability from 0 to 1.")
    yield slip(sqrt(1 - z**2), "takes the other coordinate").says(
        "This is the distance of the tip from the z axis, not a probability."
    )


@build(
    "1.1.c",
    rung="warm-up",
    outcome=3,
    takes="circuit",
    theta=decimals(0.6, 2.6, 0.1),
    phi=PHI,
    where=lambda theta: abs(theta - pi / 2) > 0.25,
)
def anywhere(theta, phi):
    yield State(ket(theta, phi))
    yield slip(turned(theta / 2, phi), "halves the angle of Ry", "half-angle")
    yield slip(turned(theta, phi, "p(f) 0; ry(t) 0"), "the phase comes too early", "gate-order")


@build("1.1.d", kind="debug", outcome=(3, 5), takes="circuit", percent=PERCENT, phi=PHI)
def probability_and_phase(percent, phi):
    half = asin(sqrt(percent / 100))
    yield State(turned(2 * half, phi))
    yield slip(turned(half, phi), "the draft as it stands", "half-angle")
    yield slip(turned(2 * half, -phi), "mends the angle, and turns the phase the other way").says(
        "The sizes are right. The phase turns the other way round."
    )


def sizes(a):
    return {"b": round(sqrt(1 - a * a), 6)}


SIZES = {
    "a": decimals(0.2, 0.96, 0.01),
    "phi": PHI,
    "derive": sizes,
    "where": lambda a: abs(a * a - 0.5) > 0.1 and a != 0.5,
}


@build("1.1.e", kind="compute", outcome=2, **SIZES)
def bloch_vector(a, b, phi):
    x, y, z = arrow([a, b * exp(1j * phi)])

    def holds(answer):
        found = [complex(answer.terms.get(letter, 0)).real for letter in "XYZ"]
        near = [abs(one - other) <= 1e-3 for one, other in zip(found, (x, y, z), strict=True)]
        length = sqrt(sum(c * c for c in found))
        if abs(length - 1) > 2e-3:
            return False, f"Your arrow has the length {length:.3f}, but the tip of a state is on the sphere: length 1."
        which = ", ".join(letter for letter, good in zip("xyz", near, strict=True) if good) or "nothing"
        return all(near), f"Your arrow has length 1, but points elsewhere; right so far: {which}."

    def coordinates(*found):
        return dict(zip("XYZ", map(float, found), strict=True))

    wants = 'a dict with the keys "X", "Y" and "Z"'
    yield Property("is the Bloch vector", holds, takes=Observable, reading="observable", wants=wants)
    yield slip(coordinates(x, -y, z), "conjugates β").says(
        "The sign of y is wrong: a positive angle φ turns from x towards y. Which amplitude is conjugated?"
    )
    yield slip(coordinates(x, y, -z), "takes P(1) − P(0)").says(
        "The sign of z is wrong: z is P(0) − P(1), so that |0⟩ is at the top."
    )
    yield slip(coordinates(y, x, z), "exchanges sine and cosine").says(
        "The coordinates x and y are exchanged: x has the cosine of φ, and y the sine."
    )
    yield slip(coordinates(x / 2, y / 2, z), "forgets the factor 2").says(
        "z is right. x and y are half as large as they should be: there is a factor 2 in both."
    )
    yield slip(coordinates(b * cos(phi), b * sin(phi), a), "takes the amplitudes for coordinates").says(
        "These are the amplitudes themselves: the parts of β, and α. The coordinates are products of two amplitudes."
    )


@choice("1.1.f", outcome=4)
def a_right_angle():
    yield right("No: on the sphere orthogonal states stand opposite each other, at 180°.").says(
        "Right: angles on the sphere are twice the angles between the state vectors."
    )
    yield slip("Yes: a right angle means orthogonal.", "carries right angles over to the state vectors").says(
        "At a right angle on the *sphere* only. Compute the inner product ⟨0|+⟩: it is 0.71, not 0."
    )
    yield slip(
        "Yes: they are two different states, and different states are orthogonal.", "takes different for orthogonal"
    ).says("Then |+⟩ would never give 0 when it is measured. How often does it?")
    yield slip(
        "Nobody can say: the sphere is a sketch and does not show the overlap of states.",
        "takes the sphere for an illustration only",
    ).says(
        "The picture shows them exactly: the overlap of two states follows from the angle between their arrows alone."
    )


def amplitudes_of(answer):
    """The two amplitudes of a circuit or a state."""
    return run(answer) if isinstance(answer, Circuit) else answer.vector


@build("1.1.g", outcome=4, **SIZES)
def opposite_end(a, b, phi):
    state = np.array([a, b * exp(1j * phi)])

    def holds(answer):
        vector = amplitudes_of(answer)
        if abs(np.linalg.norm(vector) - 1) > 1e-4:
            return False, f"Your vector has the length {np.linalg.norm(vector):.3f}, but a state vector has length 1."
        overlap = abs(np.vdot(state, vector)) ** 2
        return (
            overlap < 1e-8,
            f"The overlap with the given state is {overlap:.3f}, and orthogonal states have overlap 0.",
        )

    yield Property(
        "is orthogonal to the state",
        holds,
        takes=(Circuit, Vector),
        reading="state",
        num_qubits=1,
        wants="a state of one qubit",
    )
    yield slip(np.array([b, a * exp(1j * phi)]), "exchanges the sizes only").says(
        "The height of the arrow has changed its sign, but x and y have not: the phase is missing."
    )
    yield slip(np.array([a, -b * exp(1j * phi)]), "the sign only").says(
        "x and y have changed their signs, but not the height z of the arrow: look at the sizes."
    )
    yield slip(-state, "takes minus the state for the opposite one").says(
        "This is the same state: a factor for the whole vector, such as −1, is a global phase."
    )


@build("1.1.h", kind="design", outcome=(2, 3), takes="circuit", percent=PERCENT)
def height_and_side(percent):
    def holds(answer):
        vector = amplitudes_of(answer)
        x, _, z = arrow(vector / np.linalg.norm(vector))
        if abs((1 - z) / 2 - percent / 100) > 1e-3:
            return False, f"The result 1 has a probability of {50 * (1 - z):.1f} percent, not of {percent} percent."
        return x <= -0.2 + 1e-6, f"The probability is right, but x is {x:.2f}: it should be −0.2 or less. What moves x?"

    half = asin(sqrt(percent / 100))
    name = "has the probability and the side that were asked for"
    yield Property(name, holds, takes=(Circuit, Vector), reading="state", num_qubits=1, wants="a circuit of one qubit")
    yield slip(turned(2 * half, 0), "no phase").says(
        "The probability is right. But without a phase the arrow leans to the front, where x is positive."
    )
    yield slip(turned(pi * percent / 100, pi), "turns in proportion to the probability")
    yield slip(turned(half, pi), "halves the angle", "half-angle").says(
        "The angle of Ry has to be twice the angle of the amplitudes."
    )


def arrows(rng):
    """Directions all over the sphere, the poles among them."""
    found = []
    for sizes in ((0.48, 0.6, 0.64), (0.36, 0.48, 0.8), (0.48, 0.64, 0.6), (0.8, 0.36, 0.48)):
        x, y, z = rng.sample(sizes, 3)
        found.append((-x, rng.choice((1, -1)) * y, rng.choice((1, -1)) * z))
    return [
        *found,
        (-0.36, 0.48, -0.8),
        (0.48, -0.36, 0.8),
        (0.6, 0.8, 0.0),
        (0.0, 0.0, 1.0),
        (0.0, 0.0, -1.0),
        (0.0, -1.0, 0.0),
    ]


@function("1.1.i", kind="stretch", outcome=(1, 2), points=2, name="state_at", inputs=arrows, returns=State)
def state_at():
    yield lambda x, y, z: ket(acos(z), atan2(y, x))
    yield slip(lambda x, y, z: ket(2 * acos(z), atan2(y, x)), "forgets to halve θ", "double-angle")
    yield slip(
        lambda x, y, z: ket(acos(z), atan(y / x) if x else 0), "an arctan that knows only half of the circle"
    ).says("For x < 0 your phase points to the other side: the arctan of y/x knows half of the circle only.")
    yield slip(lambda x, y, z: ket(acos(z), -atan2(y, x)), "turns the other way", "conjugate").says(
        "The phase turns the wrong way round: from x towards y it is positive."
    )
