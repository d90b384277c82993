"""What right means in lesson 1.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

from cmath import exp
from math import acos, asin, atan, atan2, cos, degrees, pi, sin, sqrt

import numpy as np

from qtrain.authoring import (
    build,
    choice,
    circuit,
    data,
    decimals,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Data, Property, State
from qtrain.checking.schema import Real, Row
from qtrain.circuits import Circuit, run
from qtrain.circuits import State as Vector
from qtrain.circuits.numerals import number_beside, significant

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
    yield slip(2 * asin(y * y / (x * x + y * y)), "forgets the root").says(
        "You took twice the arcsin of the probability P(1). The probability is the *square* of sin(θ/2)."
    )
    yield slip(2 * theta, "doubles twice", "double-angle").says(
        "This is twice the angle: θ = 2 arctan(size of β / size of α)."
    )
    yield slip(atan2(x, y), "divides the wrong way round and stops at the half", "half-angle").says(
        "This is half of the angle from |1⟩. θ is counted from |0⟩, and the amplitudes hold its half."
    )
    yield slip(theta / pi, "gives half-turns").says("This is θ/π, the angle in half-turns. Give θ itself, in radians.")
    for wrong in (y / x, 2 * y / x):
        yield slip(wrong, "stops at the tangent").says(
            "You divided the amplitudes, and this is a tangent, not yet an angle: the arctan is missing."
        )
    yield slip(2 * atan2(y * y, x * x), "divides the probabilities").says(
        "You divided the squares of x and y. The tangent of θ/2 is the second amplitude over the first."
    )


@number(
    "1.1.b",
    rung="warm-up",
    kind="predict",
    outcome=2,
    bounds=(0, 1),
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
    yield slip(acos(z), "stops at the angle").says("This is the angle θ of the arrow, in radians, not a probability.")
    yield slip(sqrt((1 - z) / 2), "stops at the amplitude").says(
        "This is the size of the amplitude of |1⟩. The probability is its square."
    )
    yield slip(1 - z**2, "forgets the half of the angle").says(
        "You took sin²θ. In P(1) stands the *half* of the angle: sin²(θ/2)."
    )


def on_the_sphere(x, y, north):
    return {"z": round((1 if north else -1) * sqrt(1 - x * x - y * y), 4)}


def well_inside(x, y):
    """Away from the poles, the equator, the axes and the diagonals: there two mistakes would lead to the same place."""
    return 0.1 < x * x + y * y < 0.9 and min(abs(x), abs(y)) > 0.12 and abs(abs(x) - abs(y)) > 0.08


PLACE = decimals(-0.9, 0.9, 0.05)


@build(
    "1.1.c", outcome=3, takes="circuit", x=PLACE, y=PLACE, north=(True, False), derive=on_the_sphere, where=well_inside
)
def anywhere(x, y, z):
    theta, phi = acos(z), atan2(y, x)
    yield State(ket(theta, phi), tolerance=1e-3)
    yield slip(turned(theta / 2, phi), "halves the angle of Ry", "half-angle")
    yield slip(turned(phi, theta), "exchanges the two angles").says(
        "The two angles are exchanged: R_y gets θ, and P gets φ."
    )
    yield slip(turned(theta, phi, "p(f) 0; ry(t) 0"), "the phase comes too early", "gate-order")
    yield slip(turned(theta, atan2(x, y)), "exchanges x and y in the arctan").says(
        "The height is right. The angle φ is counted from x towards y: your x and y are exchanged."
    )
    yield slip(turned(theta, -phi), "turns the other way round").says(
        "The height and x are right, and y has the wrong sign: φ turns from x towards y."
    )
    yield slip(turned(pi - theta, phi), "counts from the south pole, or takes the arcsin").says(
        "x and y are right, and the height z has the wrong sign. θ is counted from the north pole."
    )
    yield slip(turned(pi / 2 - theta, phi), "counts from the equator, as maps do").says(
        "Your angle of R_y is counted from the equator. θ is counted from the north pole: z = cos θ."
    )
    if x < 0:
        yield slip(turned(theta, atan(y / x)), "an arctan that knows only half of the circle").says(
            "The height is right, and x and y have the wrong signs: the arctan of y/x knows only half of the circle."
        )
    yield slip(turned(theta, pi * phi), "gives Cirq's exponent in radians", "gate-units").says(
        "The height is right. Your phase is π times what it should be: the exponent of cirq.Z counts half-turns."
    )


@build("1.1.d", rung="warm-up", kind="debug", outcome=(3, 5), takes="circuit", percent=PERCENT, phi=PHI)
def probability_and_phase(percent, phi):
    half = asin(sqrt(percent / 100))
    yield State(turned(2 * half, phi), tolerance=1e-3)
    yield slip(turned(half, phi), "the draft as it stands", "half-angle")
    if percent != 27:  # there it is half the angle, too
        yield slip(turned(2 * asin(percent / 100), phi), "forgets the root").says(
            "You took twice the arcsin of the probability. The probability is the *square* of sin(θ/2)."
        )
    if percent != 75:  # there it is half the angle, too
        yield slip(turned(pi - 2 * half, phi), "exchanges 0 and 1").says(
            "Your circuit gives 0 with the probability that is asked for the result 1."
        )
    yield slip(turned(2 * half, -phi), "mends the angle, and turns the phase the other way").says(
        "The sizes are right. The phase turns the other way round."
    )
    yield slip(turned(half, 2 * phi), "mends the wrong one of the two angles").says(
        "You changed the phase, which was right in the draft. Which probability does your circuit give?"
    )
    yield slip(turned(pi * percent / 100, phi), "turns in proportion to the probability").says(
        "Your angle is π times the probability. P(1) grows with sin²(θ/2), not evenly with the angle."
    )


def sizes(a):
    return {"b": round(sqrt(1 - a * a), 6)}


SIZES = {
    "a": decimals(0.2, 0.96, 0.01),
    "phi": PHI,
    "derive": sizes,
    "where": lambda a: abs(a * a - 0.5) > 0.1 and a != 0.5,
}


@data("1.1.e", outcome=2, **SIZES)
def on_other_poles(a, b, phi):
    turned_back = b * exp(1j * phi)
    x, y, z = arrow([(a + turned_back) / sqrt(2), (a - turned_back) / sqrt(2)])

    def holds(answer):
        near = [abs(one - other) <= 1e-3 for one, other in zip(answer, (x, y, z), strict=True)]
        length = sqrt(sum(c * c for c in answer))
        if abs(length - 1) > 2e-3:
            return False, (
                f"Your arrow has the length {number_beside(length, 1)}, "
                "but the tip of a state is on the sphere: length 1."
            )
        which = ", ".join(letter for letter, good in zip("xyz", near, strict=True) if good) or "nothing"
        return all(near), f"Your arrow has length 1, but points elsewhere; right so far: {which}."

    yield Data(schema=Row(Real(), Real(), Real(), names="xyz"), holds=holds, within=1e-3)
    yield slip([z, -y, x], "reads |+⟩ and |−⟩ as |0⟩ and |1⟩").says(
        "This is the arrow of a|0⟩ + b e^{iφ}|1⟩. Here a and b stand with |+⟩ and |−⟩."
    )
    yield slip([x, -y, z], "renames the axes, or conjugates β").says(
        "x and z are right, and the sign of y is wrong. Have you only renamed the axes, or conjugated β in place of α?"
    )
    yield slip([x, y, -z], "takes P(1) − P(0)").says(
        "The sign of z is wrong: z is P(0) − P(1), so that |0⟩ is at the top."
    )
    yield slip([-x, y, z], "takes the minus for |+⟩").says(
        "y and z are right, and the sign of x is wrong. Which of |+⟩ and |−⟩ has the minus sign?"
    )
    yield slip([x / 2, y / 2, z], "forgets the factor 2").says(
        "z is right. x and y are half as large as they should be: there is a factor 2 in both."
    )
    yield slip([2 * x, 2 * y, 2 * z], "forgets the roots in |+⟩ and |−⟩").says(
        "The arrow points the right way, and it is twice too long: |+⟩ and |−⟩ have a factor 1/√2 each."
    )
    yield slip([a * a - b * b, 0, 2 * a * b], "forgets the phase").says(
        "This is the arrow for φ = 0. The factor e^{iφ} belongs to the amplitude of |−⟩."
    )


@choice("1.1.f", rung="think", outcome=4)
def three_far_apart():
    yield right("1/4: the three arrows lie in one plane, and each two of them are 120° apart.").says(
        "Right: three arrows can't be farther apart than 120°, all three, and cos² 60° = 1/4."
    )
    yield slip(
        "0: a sphere has three axes, one for each state, and they do not overlap.", "takes axes for states"
    ).says("The axes are at right angles. Compute the overlap of |0⟩ and |+⟩, which stand on two of them: is it 0?")
    yield slip(
        "1/2: the three arrows are at right angles to each other, and farther apart they can't be.",
        "takes a right angle for the largest",
    ).says("At right angles the overlaps are 1/2, that is true. But can all three angles grow from there?")
    yield slip(
        "1/3: three states share one probability among them, a third each.",
        "takes overlaps for the shares of one whole",
    ).says(
        "The overlaps belong to three different tests, and nothing makes their sum 1. Think of three arrows and of "
        "the angle between each two."
    )
    yield slip(
        "As small as you like, but not 0: there is always a direction that is farther away.",
        "takes the sphere for endless",
    ).says(
        "An overlap near 0 means arrows that are nearly opposite. If two arrows are both nearly opposite to the first "
        "one, how far are they from each other?"
    )


def amplitudes_of(answer):
    """The two amplitudes of a circuit or a state."""
    return run(answer) if isinstance(answer, Circuit) else answer.vector


@build("1.1.g", outcome=4, **SIZES)
def opposite_end(a, b, phi):
    state = np.array([a, b * exp(1j * phi)])

    def holds(answer):
        vector = amplitudes_of(answer)
        length = np.linalg.norm(vector)
        if abs(length - 1) > 2e-3:  # three digits are enough
            return False, f"Your vector has the length {number_beside(length, 1)}, but a state vector has length 1."
        overlap = abs(np.vdot(state, vector)) ** 2
        return (
            overlap < 1e-5,
            f"The overlap with the given state is {significant(overlap, 2)}, and orthogonal states have overlap 0.",
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
    yield slip(np.array([b, -a]), "forgets the phase").says(
        "The sizes are right. The relative phase is not: where does φ stand in your answer?"
    )
    yield slip(np.array([b, -a * exp(-1j * phi)]), "conjugates once too often").says(
        "The sizes are right, and the relative phase turns the other way: where does the inner product conjugate?"
    )
    yield slip(np.array([a, b * exp(-1j * phi)]), "conjugates the state").says(
        "This is the complex conjugate of the given state. Its arrow has another y, and the same x and z."
    )


@build("1.1.h", kind="design", outcome=(2, 3), takes="circuit", percent=PERCENT)
def height_and_side(percent):
    def holds(answer):
        vector = amplitudes_of(answer)
        x, _, z = arrow(vector / np.linalg.norm(vector))
        if abs((1 - z) / 2 - percent / 100) > 1e-3:
            return False, (
                f"The result 1 has a probability of {number_beside(50 * (1 - z), percent, 1)} percent, "
                f"not of {percent} percent."
            )
        shown = number_beside(x, -0.2, 2)
        return x <= -0.2 + 1e-6, f"The probability is right, but x is {shown}: it should be −0.2 or less. What moves x?"

    half = asin(sqrt(percent / 100))
    name = "has the probability and the side that were asked for"
    yield Property(name, holds, takes=(Circuit, Vector), reading="state", num_qubits=1, wants="a circuit of one qubit")
    yield slip(turned(2 * half, 0), "no phase").says(
        "The probability is right. But without a phase the arrow leans to the front, where x is positive."
    )
    yield slip(turned(pi * percent / 100, pi), "turns in proportion to the probability")
    yield slip(turned(pi - 2 * half, pi), "exchanges 0 and 1", "bit-flip").says(
        "Your circuit gives 0 with the probability that is asked for the result 1."
    )
    if percent != 75:  # there it exchanges 0 and 1
        yield slip(turned(half, pi), "halves the angle", "half-angle").says(
            "The angle of Ry has to be twice the angle of the amplitudes."
        )


@measure(
    "1.1.j",
    rung="think",
    outcome=(2, 5),
    within=0.01,
    theta=one_of([t for t in (k / 400 for k in range(160, 1100)) if sin(t) < 0.7 and abs(sin(t) - 0.5) > 0.06]),
)
def angle_from_shots(theta):
    p, shots = (1 - cos(theta)) / 2, 20_000
    of_p = sqrt(p * (1 - p) / shots)
    yield right(theta, spread=1.0).says("Right: at every height of the sphere the angle has the error 1/√N.")
    yield slip((theta, of_p, shots), "gives the error of the probability", "factor").says(
        "The angle is right. Your error bar is that of P(1): how far does θ move when P(1) moves by that much?"
    )
    yield slip((theta, 2 * of_p, shots), "gives the error of z", "factor").says(
        "The angle is right. Your error bar is that of z = P(0) − P(1): how far does θ move when z moves by that much?"
    )
    yield slip((theta / 2, 0.5 / sqrt(shots), shots), "stops at the angle of the amplitudes", "half-angle").says(
        "This is θ/2, the angle in the amplitudes. The angle θ on the sphere is asked for."
    )
    yield slip((pi - theta, 1 / sqrt(shots), shots), "takes the share of 0 for that of 1", "bit-flip").says(
        "This is the angle from the south pole: the shares of 0 and 1 are exchanged."
    )
    yield slip((degrees(theta), degrees(1) / sqrt(shots), shots), "gives degrees", "degrees").says(
        "This is the angle in degrees. It is asked for in radians."
    )
    yield slip((p, of_p, shots), "gives the probability").says("This is P(1). The angle θ is asked for, in radians.")
    yield slip((cos(theta), 2 * of_p, shots), "gives the height").says(
        "This is the height z = P(0) − P(1). The angle θ is asked for, in radians."
    )
    told = [theta, theta / 2, pi - theta, p, cos(theta)]
    for value, reason, says in (
        (
            pi * p,
            "takes the angle in proportion to the probability",
            "This is π times the share of ones. P(1) grows with sin²(θ/2), not evenly with the angle.",
        ),
        (
            2 * asin(p),
            "forgets the root",
            "You took twice the arcsin of the share. The share of ones estimates the *square* of sin(θ/2).",
        ),
    ):
        if min(abs(value - other) for other in told) > 0.11:  # else another story is as likely
            told.append(value)
            yield slip((value, 2 * of_p, shots), reason).says(says)


@number(
    "1.1.l",
    rung="think",
    outcome=(2, 4),
    bounds=(0, 1),
    within=1e-3,
    zero=one_of([k / 100 for k in range(10, 91) if abs(k - 50) > 5]),
    plus=one_of([k / 100 for k in range(10, 91) if abs(k - 50) > 5]),
    where=lambda zero, plus: 0.3 < (2 * zero - 1) ** 2 + (2 * plus - 1) ** 2 < 0.95,
)
def third_test(zero, plus):
    y = sqrt(1 - (2 * zero - 1) ** 2 - (2 * plus - 1) ** 2)
    yield (1 + y) / 2
    yield slip((1 - y) / 2, "takes the other sign of y").says(
        "This is the answer for the state at the other side, where y is negative."
    )
    yield slip((1 + y**2) / 2, "forgets the root").says(
        "You took y² for y: the *squares* of the three coordinates add up to 1."
    )
    yield slip(1 - plus, "takes the other answer of the same test").says(
        "This is the probability that the test for |+⟩ says no. The test for |+i⟩ is along another axis."
    )
    yield slip(1 - zero, "takes the other result").says(
        "This is P(1). The test for |+i⟩ is along another axis than the usual measurement."
    )
    yield slip(y, "stops at the coordinate").says("This is y itself, not a probability yet: y runs from −1 to 1.")
    yield slip(0.5, "believes that a third axis is always a coin toss").says(
        "It is 1/2 only for y = 0. How long is the arrow with your x and z?"
    )
    if zero + plus < 1:
        yield slip(1 - zero - plus, "lets the three probabilities add up to 1").says(
            "These three probabilities belong to three different tests, so they need not add up to 1."
        )
    root = zero**2 + plus**2
    if root < 1:
        yield slip(sqrt(1 - root), "takes the probabilities for coordinates").says(
            "You took the two probabilities for coordinates. A coordinate is P − (1 − P), for example z = P(0) − P(1)."
        )


def pairs(rng):
    """Two states, neither equal nor orthogonal, each with a phase of its own, and a part of the way."""
    found = []
    for size, part in ((0.8, 0.3), (0.45, 0.85), (0.62, 0.2), (0.9, 0.6), (0.3, 0.75)):
        first = ket(rng.uniform(0.6, 2.5), rng.uniform(-3, 3))
        other = np.array([-first[1].conj(), first[0].conj()])
        second = size * first + sqrt(1 - size**2) * exp(1j * rng.uniform(-3, 3)) * other
        phases = (exp(1j * rng.uniform(0.5, 1.4)), exp(1j * rng.uniform(2, 2.8)))
        found.append(((phases[0] * first).tolist(), (phases[1] * second).tolist(), part))
    return found


def even_angles(psi, chi, t):
    """The state whose θ and φ lie at the part t between those of ψ and χ."""
    theta, phi = (
        [f(vector) for vector in (psi, chi)]
        for f in (lambda v: 2 * atan2(abs(v[1]), abs(v[0])), lambda v: np.angle(v[1] / v[0]))
    )
    return ket(*((1 - t) * first + t * second for first, second in (theta, phi)))


def walk(psi, chi, t, *, align=True, sines=True, factor=1.0):
    """The state at the part t of the shortest way from ψ to χ, with a step left out."""
    psi, chi = np.array(psi), np.array(chi)
    overlap = np.vdot(psi, chi)
    if align:
        chi = chi * np.conj(overlap) / abs(overlap)
    half = factor * acos(abs(overlap))
    mixed = sin((1 - t) * half) * psi + sin(t * half) * chi if sines else (1 - t) * psi + t * chi
    return mixed / np.linalg.norm(mixed)


def first_real(vector):
    """The same state with a first amplitude that is real and positive."""
    return np.array(vector) * abs(vector[0]) / vector[0]


def phase_of(psi, chi):
    """The phase of ⟨ψ|χ⟩, a number of size 1."""
    overlap = np.vdot(psi, chi)
    return overlap / abs(overlap)


def straight_arrow(psi, chi, t):
    """The state at whose place the straight line between the two arrows' tips is seen from the centre."""
    x, y, z = mixed = (1 - t) * np.array(arrow(psi)) + t * np.array(arrow(chi))
    return ket(acos(z / np.linalg.norm(mixed)), atan2(y, x))


@function("1.1.k", kind="stretch", outcome=(2, 4), points=2, name="on_the_way", inputs=pairs, returns=State)
def on_the_way():
    yield lambda psi, chi, t: walk(psi, chi, t)
    for sines in (True, False):
        yield slip(
            lambda psi, chi, t, sines=sines: walk(psi, chi, t, align=False, sines=sines),
            "adds states whose global phases differ",
        ).says(
            "A global phase of one of the two states changes your answer, and it must not: it does not move the arrow."
        )
    yield slip(lambda psi, chi, t: walk(psi, chi, t, sines=False), "goes evenly along the straight line").says(
        "You are on the way, but not at this part of it: even steps on the straight line are no even steps on the arc."
    )
    yield slip(even_angles, "takes even steps in θ and in φ").says(
        "Even steps in θ and in φ lead from ψ to χ, too, but not on the shortest way: think of two places near a pole."
    )
    yield slip(
        lambda psi, chi, t: walk(*map(first_real, (psi, chi)), t, align=False), "makes the first amplitudes real"
    ).says("With real first amplitudes each vector is fixed, but ⟨ψ|χ⟩ is still complex: this is not the shortest way.")
    yield slip(straight_arrow, "goes evenly along the straight line of the arrows").says(
        "You are on the way, but not at this part of it: even steps on the straight line are no even steps on the arc."
    )
    yield slip(
        lambda psi, chi, t: walk(psi, np.array(chi) * phase_of(psi, chi), t, align=False),
        "turns the phase the wrong way",
    ).says("The second vector has got a phase, but ⟨ψ|χ⟩ is not positive after it: try the conjugate.")
    yield slip(lambda psi, chi, t: walk(psi, chi, 1 - t), "goes from χ to ψ").says(
        "This is the part t of the way from χ to ψ; it is asked for from ψ to χ."
    )
    yield slip(lambda psi, chi, t: walk(psi, chi, t, factor=2), "takes the angle of the sphere in the amplitudes").says(
        "You are on the way, but not at this part of it. Which angle lies between the two state vectors?"
    )
