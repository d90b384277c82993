"""What right means in lesson 1.3, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import acos, asin, atan2, cos, degrees, log, pi, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Data, Distribution, Outcomes, Property
from qtrain.checking.rules import GateSet, Rule
from qtrain.checking.schema import Real, Row
from qtrain.circuits import Circuit, run
from qtrain.circuits import State as Vector
from qtrain.circuits.numerals import number_beside

PHI = one_of([k / 40 for k in range(12, 114) if abs(k - 63) > 9])


@number(
    "1.3.a",
    rung="warm-up",
    outcome=1,
    within=1e-3,
    unit="rad",
    bounds=(-pi, pi),
    first=decimals(-1.5, 1.5, 0.1),
    second=decimals(-1.5, 1.5, 0.1),
    where=lambda first, second: first * second,
)
def relative_phase(first, second):
    yield second - first
    yield slip(first - second, "counts from |1⟩ to |0⟩", "angle-sign").says(
        "The sign: count from the amplitude of |0⟩ to that of |1⟩."
    )
    yield slip(first + second, "adds").says("Subtract: what counts is how far the second angle is from the first.")
    yield slip(second, "takes the phase of |1⟩ for the relative phase").says(
        "This is the phase of the second amplitude alone. Compare it with that of the first."
    )
    yield slip(first, "takes the phase of |0⟩").says(
        "This is the phase of the first amplitude alone. Compare the second with it."
    )
    yield slip((second - first) / pi, "gives half-turns").says(
        "This is the angle in half-turns, divided by π. It is asked for in radians."
    )
    yield slip(degrees(second - first), "gives degrees", "degrees")


@choice("1.3.b", rung="warm-up", outcome=1)
def which_minus_sign_shows():
    yield right("Only C.").says(
        "Right: Z changes the sign of one amplitude only, and an H in front of the measurement shows it."
    )
    yield slip(
        "Neither: a measurement gives sizes, and signs do not change sizes.", "takes all signs for invisible"
    ).says(
        "A gate before the measurement turns a relative phase into sizes: compare what H makes of |+⟩ and of Z|+⟩ = "
        "|−⟩."
    )
    yield slip("Both: each has a minus sign that A does not have.", "takes any sign for visible").says(
        "B has the factor −1 for the whole vector. Every gate keeps this factor, and the square of a size loses it."
    )
    yield slip("Only B.", "exchanges global and relative").says(
        "It is the other way round: B multiplies the whole vector, Z only a part of it."
    )


@number("1.3.c", rung="warm-up", kind="predict", outcome=2, bounds=(0, 1), within=1e-3, phi=PHI)
def fringe(phi):
    yield sin(phi / 2) ** 2
    yield slip(cos(phi / 2) ** 2, "gives the probability of 0", "bit-flip").says("This is the probability of 0.")
    yield slip(sin(phi) ** 2, "forgets the half", "double-angle").says(
        "Half of the phase stands in the formula: at φ = π the result is always 1."
    )
    yield slip(sin(phi / 2), "gives the amplitude").says(
        "This is the size of the amplitude. The probability is its square."
    )
    yield slip(0.5, "adds probabilities in place of amplitudes").says(
        "So it would be without the second H: the two ways have to be added before you square."
    )
    yield slip(phi / pi, "draws a line").says("The ends are right, but between them the fringe is no straight line.")
    yield slip(1 - cos(phi), "forgets the halves").says(
        "This is twice the probability: each of the two ways has the amplitude 1/2."
    )
    yield slip(sin(phi), "takes the sine of the whole phase").says(
        "This is the sine of φ. Add the amplitudes of the two ways first, and square the size of the sum."
    )


class EvenSplitters(Rule):
    """Every turn about x is a beam splitter, by π/2; an angle that is rounded reads like it."""

    def broken(self, circuit):
        angles = [float(step.params[0]) for step in circuit.operations if step.name == "rx"]
        other = next((angle for angle in angles if abs(angle - pi / 2) > 0.01), None)
        said = "one rx has the angle {}, and each beam splitter is rx(np.pi / 2)"
        return None if other is None else said.format(number_beside(other, np.pi / 2))


def fringe_behind(phi):
    return Distribution(
        [cos(phi / 2) ** 2, sin(phi / 2) ** 2], rules=[GateSet({"rx", "p", "rz", "z", "s", "sdg"}), EvenSplitters()]
    )


def splitters(middle, before=0.0, sign=1):
    """Two real beam splitters with P(sign · φ + middle) between them, and a plate in front."""
    return lambda phi: circuit("p(b) 0; rx(π/2) 0; p(f) 0; rx(π/2) 0", b=before, f=sign * phi + middle)


def phases(rng):
    """Phases between −π and π, none of them near to a multiple of a quarter turn."""
    return [(round(quarter + rng.uniform(0.3, 1.2), 3),) for quarter in (-pi, -pi / 2, 0, pi / 2)]


@function("1.3.d", kind="debug", outcome=(2, 3), name="repaired", inputs=phases, judged=fringe_behind)
def real_beam_splitters():
    yield splitters(pi)
    yield slip(splitters(0), "the draft as it stands, or a plate where it does nothing", "bit-flip").says(
        "0 and 1 are exchanged: where the zeros should be most frequent, your fringe has none."
    )
    yield slip(splitters(pi / 2), "shifts by a quarter").says(
        "Your fringe has its highest point at φ = π/2 and not at 0. Which phase is still missing?"
    )
    yield slip(splitters(-pi / 2), "shifts back by a quarter").says(
        "Your fringe has its highest point at φ = −π/2 and not at 0. Which phase is still missing?"
    )
    yield slip(lambda phi: circuit("h 0; p(f) 0; h 0", f=phi), "takes other beam splitters", "rule")


def in_half_turns(phi):
    """Whether an exponent in radians turns the phase otherwise than all other slips do."""
    others = (0, phi, -phi, pi - phi, -phi / 2, -degrees(phi))
    return all(abs(np.exp(-1j * pi * phi) - np.exp(1j * other)) > 0.15 for other in others)


@build(
    "1.3.e",
    outcome=3,
    takes="circuit",
    phi=one_of([k / 20 for k in range(-56, 57) if abs(k) > 6 and abs(abs(k) - 31) > 4 and in_half_turns(k / 20)]),
)
def read_a_phase(phi):
    def asked(*phases):
        return [(name, np.array([1, np.exp(1j * phase)]) / sqrt(2), out) for name, phase, out in phases]

    def reads(steps, angle=0.0):
        return circuit(steps, a=angle)

    yield Outcomes(asked(("the phase φ", phi, "0"), ("the phase φ + π", phi + pi, "1")))
    yield slip(reads("h 0"), "an H alone").says("An H tells the phase 0 from π. Bring φ to 0 first.")
    yield slip(reads("p(a) 0; h 0", phi), "doubles the phase", "angle-sign").says(
        "Your phase gate makes 2φ of φ. Which sign brings φ to 0?"
    )
    yield slip(reads("p(a) 0; h 0", pi - phi), "brings φ to π", "bit-flip").says(
        "0 and 1 are exchanged: your circuit gives 1 for the phase φ, and 0 for φ + π."
    )
    yield slip(reads("p(a) 0; h 0", -phi / 2), "halves the phase", "half-angle").says(
        "Your phase gate takes away half of φ. A phase gate has the whole angle."
    )
    yield slip(reads("p(a) 0; h 0", -degrees(phi)), "gives degrees", "degrees").says(
        "The angle of your phase gate is in degrees. Gates take radians."
    )
    yield slip(reads("h 0; p(a) 0", -phi), "turns the phase after the H").says(
        "Your circuit acts as an H with a phase gate after it, where it changes no probability any more."
    )
    yield slip(reads("h 0; p(a) 0; h 0", -phi), "builds a whole interferometer").says(
        "Your circuit acts as a whole interferometer: H, phase, H. But the qubit arrives on both ways already, so the "
        "first of its two halves is one too many."
    )
    yield slip(reads("p(a) 0; h 0", -pi * phi), "gives radians to an exponent", "gate-units").says(
        "The angle of your phase gate is π times too large: an exponent in Cirq counts half-turns, so divide by π."
    )
    yield slip(reads("p(a) 0", -phi), "forgets the H").says(
        "Phases do not show along z: both results come with probability 0.5. Which gate turns phases into sizes?"
    )


def from_counts(most, least):
    return (most - least) / (most + least)


@number(
    "1.3.f",
    rung="think",
    outcome=4,
    within=1e-3,
    unit="rad",
    theta=decimals(1.1, 2.05, 0.05),
    most=whole(1640, 1920),
    least=whole(90, 390),
    # Where the counts add up to 2000 sin θ, two mistakes make up for each other.
    where=lambda theta, most, least: (
        0.3 < -2 * log(from_counts(most, least) / sin(theta)) < 0.9 and abs((most + least) / 2000 - sin(theta)) > 0.01
    ),
)
def left_for_the_jitter(theta, most, least):
    seen = from_counts(most, least)
    yield sqrt(-2 * log(seen / sin(theta)))
    yield slip(sqrt(-2 * log(seen)), "blames all on the jitter").says(
        "So much jitter would do it alone. But the uneven ways have lowered the visibility, too."
    )
    yield slip(-2 * log(seen / sin(theta)), "forgets the root").says("This is σ². Take its root.")
    yield slip(sqrt(-log(seen / sin(theta))), "forgets the 2").says(
        "There is a factor 1/2 in the exponent: ln(V) = −σ²/2 for the jitter alone."
    )
    yield slip(-log(seen / sin(theta)), "stops at the exponent").says("This is σ²/2, the exponent. σ is asked for.")
    yield slip(sqrt(-2 * log(seen * sin(theta))), "multiplies by the visibility of the ways").says(
        "You multiplied by sin θ. What the counts show already contains it."
    )
    yield slip(seen, "gives the visibility").says("This is the visibility that was seen. σ is asked for.")
    yield slip(seen / sin(theta), "gives the visibility of the jitter").says(
        "This is the visibility that the jitter alone would leave. Which σ belongs to it?"
    )
    shares = (most - least) / 2000
    yield slip(sqrt(-2 * log(shares / sin(theta))), "divides the counts by the shots").says(
        "Your visibility is the difference of the two counts, divided by the shots. Divide by the sum of the counts."
    )


@build(
    "1.3.g",
    kind="design",
    outcome=(3, 4),
    takes="circuit",
    percent=one_of([k for k in range(25, 96) if abs(k - 80) > 2]),
)
def source(percent):
    def holds(answer):
        vector = run(answer) if isinstance(answer, Circuit) else answer.vector / np.linalg.norm(answer.vector)
        found = 2 * abs(vector[0] * vector[1])
        return (
            abs(found - percent / 100) <= 1e-3,
            f"The fringe behind your state has the visibility {number_beside(found, percent / 100)}, "
            f"and {percent / 100:g} is asked for.",
        )

    def turned(angle):
        return circuit("ry(a) 0", a=angle)

    name = "gives the visibility that was asked for"
    yield Property(name, holds, takes=(Circuit, Vector), reading="state", num_qubits=1, wants="a circuit of one qubit")
    yield slip(circuit("h 0"), "an even beam splitter").says(
        f"Two equal amplitudes give the visibility 1, and {percent / 100:g} is asked for."
    )
    yield slip(turned(asin(percent / 100) / 2), "halves the angle", "half-angle").says(
        "The angle of your Ry is half of what is needed."
    )
    yield slip(turned(acos(percent / 100)), "takes the height for the visibility").says(
        "The *height* of your arrow is what the visibility should be. V is the distance of the tip from the z axis."
    )
    yield slip(turned(2 * asin(sqrt(percent / 100))), "takes the visibility for a probability").says(
        f"Your result 1 has the probability {percent / 100:g}. The visibility is another number: twice the product of "
        f"the two sizes."
    )


def spread(percent, phi):
    """The standard deviation of a phase from one shot of each setting: the errors of x and y through arctan2."""
    v = percent / 100
    return sqrt(1 - v * v * sin(2 * phi) ** 2 / 2) / v


@measure(
    "1.3.i",
    rung="think",
    outcome=(3, 4),
    points=2,
    within=0.03,
    percent=whole(40, 60),
    hidden=one_of([k / 100 for k in range(-260, 261) if 40 <= abs(k) and abs(abs(k) - 157) > 25]),
)
def phase_of_a_poor_interferometer(percent, hidden):
    v, error = percent / 100, 0.02
    shots = round((spread(percent, hidden) / error) ** 2)
    x, y = v * cos(hidden), v * sin(hidden)
    yield right(hidden, spread=spread(percent, hidden))
    yield slip((-hidden, error, shots), "adds +π/2", "angle-sign").says(
        "The sign of your phase is the wrong way round: which extra phase makes the sine?"
    )
    yield slip((atan2(x, y), error, shots), "exchanges the arguments of arctan2").says(
        "The two arguments of arctan2 are exchanged: the sine comes first."
    )
    yield slip((atan2((1 + y) / 2, (1 + x) / 2), error, shots), "takes fractions for signals").says(
        "You put fractions of zeros into arctan2. They run from 0 to 1: how do cosine and sine follow from them?"
    )
    yield slip((hidden - 2 * pi if hidden > 0 else hidden + 2 * pi, error, shots), "turns once more round").says(
        "The direction is right, but the phase is asked for between −π and π."
    )
    yield slip((degrees(hidden), degrees(error), shots), "gives degrees", "degrees").says(
        "This is the phase in degrees. It is asked for in radians."
    )
    yield slip((hidden, v / sqrt(shots), shots), "multiplies by the visibility").says(
        "Your error bar is too small: a lower visibility makes the error of the phase larger, not smaller."
    )
    yield slip((hidden, 1 / sqrt(shots), shots), "forgets the visibility").says(
        "This would be the error at visibility 1. With a shorter arrow the same error of its tip turns it by more."
    )


def fringes(rng):
    """Counts without chance at three to six settings: phases in all four quarters, any mean, any visibility."""
    found = []
    for k, quarter in enumerate((-pi, -pi / 2, 0, pi / 2)):
        phi, mean, visible = rng.uniform(0.2, 1.3) + quarter, rng.randrange(2, 9) * 10**6, rng.uniform(0.3, 0.95)
        start = rng.uniform(0, 2 * pi)
        extras = [round((start + j * rng.uniform(0.9, 1.1)) % (2 * pi), 3) for j in range(3 + k)]
        found.append((extras, [round(mean * (1 + visible * cos(phi + extra))) for extra in extras]))
    return found


def fringe_of(extras, counts):
    """The least-squares fringe through counts: phase and visibility."""
    rows = np.column_stack([np.ones(len(extras)), np.cos(extras), -np.sin(extras)])
    mean, x, y = np.linalg.lstsq(rows, np.array(counts, float), rcond=None)[0]
    return atan2(y, x), sqrt(x * x + y * y) / mean


def near(pair):
    """The pair of phase and visibility, each within 0.01, the phase between −π and π."""

    def told(answer):
        phi, visible = answer
        if abs(phi - pair[0]) > 0.01:
            if abs(phi + pair[0]) < 0.01:
                return False, "The sign of the phase is the wrong way round."
            if abs((phi - pair[0]) % (2 * pi)) < 0.01 or abs((phi - pair[0]) % (2 * pi) - 2 * pi) < 0.01:
                return False, "The direction is right, but the angle should be between −π and π."
            return False, "The phase that your function returns is not that of the fringe."
        if abs(visible - pair[1]) > 0.01:
            return False, "The phase is right, and the visibility is not."
        return True

    return Data(schema=Row(Real(), Real()), holds=told)


@function("1.3.h", kind="stretch", outcome=(3, 4), points=2, name="read_fringe", inputs=fringes, returns=near)
def read_fringe():
    yield fringe_of
    yield slip(lambda extras, counts: (-fringe_of(extras, counts)[0], fringe_of(extras, counts)[1]), "takes +sin δ")
    yield slip(
        lambda extras, counts: (
            fringe_of(extras, counts)[0],
            (max(counts) - min(counts)) / (max(counts) + min(counts)),
        ),
        "takes the largest and the smallest count for the ends of the fringe",
    ).says("Your phase is right. But the largest count is not the top of the fringe: no setting need be there.")
    yield slip(lambda extras, counts: fringe_of(extras, counts)[::-1], "gives the visibility first").says(
        "You return the visibility first. The pair is (φ, V)."
    )
    yield slip(
        lambda extras, counts: (degrees(fringe_of(extras, counts)[0]), fringe_of(extras, counts)[1]),
        "gives degrees",
    ).says("Your visibility is right. The phase is in degrees; it is asked for in radians.")
    yield slip(
        lambda extras, counts: (-extras[int(np.argmax(counts))], fringe_of(extras, counts)[1]),
        "takes the setting with the most counts for the top",
    )
