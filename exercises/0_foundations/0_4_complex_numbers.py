"""What right means in lesson 0.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from cmath import exp, phase
from math import atan, ceil, degrees, gcd, pi, radians

from qtrain.authoring import build, choice, circuit, function, number, one_of, plant, right, slip, whole
from qtrain.checking import State


@number("0.4.a", rung="warm-up", outcome=1, within=1e-3, x=whole(-9, -1), y=whole(-9, 9), where=lambda y: y)
def phase_to_the_left(x, y):
    z = complex(x, y)
    yield phase(z)
    yield slip(atan(y / x), "takes the inverse tangent of y/x").says(
        "This is the direction of −z. The inverse tangent of y/x cannot tell z from −z: look in the picture on which "
        "side z lies."
    )
    yield (
        slip(degrees(phase(z)), "gives degrees")
        .says("degrees")
        .says("This is the phase in degrees. Give it in radians.")
    )
    yield slip(phase(complex(y, x)), "arctan2 with x first").says(
        "You counted the angle from the imaginary axis, or exchanged x and y."
    )
    yield (
        slip(-phase(z), "loses the sign")
        .says("angle-sign")
        .says("The size is right, but not the sign: above the real axis the phase is positive.")
    )
    for turn in (2 * pi, -2 * pi):
        yield slip(phase(z) + turn, "gives another angle of the same direction").says(
            "The direction is right, but the phase is asked for between −π and π."
        )
    yield slip(abs(z), "gives the length").says("This is the length of z, not its phase.")


@number(
    "0.4.b",
    rung="warm-up",
    outcome=1,
    within=1e-3,
    length=whole(2, 9),
    degrees=whole(-170, 170, 10),
    where=lambda degrees: degrees % 90,
)
def parts(length, degrees):
    z = length * exp(1j * radians(degrees))
    yield z
    yield (
        slip(length * exp(1j * degrees), "puts degrees into np.cos and np.sin")
        .says("degrees")
        .says("NumPy's functions take radians: convert the degrees first.")
    )
    yield slip(1j * z.conjugate(), "takes the sine for the real part").says(
        "The two parts are exchanged: which of sine and cosine belongs to the real part?"
    )
    yield slip(z.conjugate(), "loses a sign", "conjugate").says("The imaginary part has the wrong sign.")
    yield slip(z / length, "forgets the length").says("The direction is right. The length is still 1.")
    yield slip(z.real, "gives the real part alone").says(
        "This is the real part alone. The answer is one complex number with both parts."
    )
    yield slip(abs(z.real) + abs(z.imag), "adds the parts").says(
        "Do not add the parts: the imaginary part carries the unit 1j."
    )


def turned(degrees):
    """The same direction, with −180 < degrees ≤ 180."""
    return 180 - (180 - degrees) % 360


@number(
    "0.4.c",
    rung="warm-up",
    kind="predict",
    outcome=2,
    within=1e-3,
    first=whole(-170, 170, 5),
    second=whole(-170, 170, 5),
    where=lambda first, second: abs(first + second) > 185,
)
def product(first, second):
    yield turned(first + second)
    yield slip(first + second, "does not come back into the range").says(
        "The phases do add. Now take away or add a full turn, to come between −180 and 180."
    )
    for wrong in (first * second, turned(first * second)):
        yield slip(wrong, "multiplies the phases").says(
            "Phases are added when numbers are multiplied. Only the lengths are multiplied."
        )
    for wrong in (first - second, turned(first - second)):
        yield slip(wrong, "subtracts").says("Subtracting phases belongs to division.")
    yield slip((first + second) / 2, "takes the mean").says(
        "This is the direction in the middle. Multiplication turns by the whole phase."
    )
    yield slip(radians(turned(first + second)), "gives radians").says("This is in radians, but degrees are asked for.")


def goes_round(degrees):
    """Whether a whole number of steps of so many degrees is no single turn, and not too many turns."""
    steps = 720 // gcd(720, round(2 * degrees))
    return 360 % degrees and steps <= 90


@number(
    "0.4.d",
    kind="predict",
    outcome=(2, 3),
    within=0.01,
    degrees=one_of([k / 2 for k in range(100, 340)]),
    where=goes_round,
)
def back_to_one(degrees):
    steps = 720 // gcd(720, round(2 * degrees))
    yield steps
    yield slip(360 / degrees, "divides 360 by the step").says(
        "This is not a whole number, so you jump over the place of 1. Go round more often."
    )
    for wrong in {round(360 / degrees), ceil(360 / degrees)}:
        yield slip(wrong, "rounds to a whole number").says(
            "After so many steps you have gone round once, but you have jumped over the place of 1: go on."
        )
    for wrong in {2 * steps, 360} - {steps}:
        yield slip(wrong, "takes any common multiple").says("You are back then, but not for the first time.")
    yield slip(steps + 1, "counts the start").says(
        "Count the multiplications, not the points on the way: the start is not a multiplication."
    )
    yield slip(steps - 1, "leaves the last out").says("One is missing: count the multiplication that brings you back.")


def tenths(real, imag):
    return abs(real) != abs(imag) and real**2 + imag**2 < 0.9


@number(
    "0.4.e",
    kind="debug",
    outcome=4,
    within=1e-4,
    real=one_of([k / 10 for k in range(-8, 9) if k]),
    imag=one_of([k / 10 for k in range(-8, 9) if k]),
    where=tenths,
)
def probability(real, imag):
    z = complex(real, imag)
    yield abs(z) ** 2
    yield slip(z**2, "the draft as it stands").says(
        "A probability cannot be a complex number. The square of z turns z as well: take the length first."
    )
    yield slip((z**2).real, "takes the real part of the draft").says(
        "Dropping the imaginary part of z² leaves a wrong number: it is x² − y², not x² + y²."
    )
    yield slip(real**2, "squares the real part").says(
        "The imaginary part counts, too: it is as much a part of the arrow as the real part."
    )
    yield slip(abs(z), "forgets the square").says("This is the length. The probability is its square.")
    yield slip(abs(z) ** 4, "squares twice").says("This squares twice.")


TRIPLES = [(3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29), (12, 35, 37), (9, 40, 41)]
UNITS = [(s * a / c, t * b / c) for x, y, c in TRIPLES for a, b in ((x, y), (y, x)) for s in (1, -1) for t in (1, -1)]


def unit(which):
    real, imag = UNITS[which]
    return {"real": round(real, 6), "imag": round(imag, 6)}


@build("0.4.f", outcome=5, points=2, takes="circuit", which=range(len(UNITS)), derive=unit)
def phase_gate(real, imag):
    angle = phase(complex(real, imag))
    yield State(circuit("h 0; p(a) 0", a=angle))
    yield plant("angle-sign", "turns clockwise")
    yield slip(circuit("p(a) 0", a=angle), "forgets the H in front").says(
        "In |0⟩ alone a phase gate changes nothing. What makes two equal amplitudes first?"
    )
    yield slip(circuit("h 0; p(a) 0", a=degrees(angle)), "gives degrees to the gate")


@choice("0.4.g", outcome=(3, 4))
def why_the_probability_stays():
    yield right(r"Because $e^{i\theta}$ has the length 1: it turns the arrow and keeps its length.").says(
        "Right: a turn changes the direction of the arrow, and the probability asks for its length only."
    )
    yield slip(r"Because $e^{i\theta}$ is a real number.", "takes every exponential for a real number").says(
        "It is not real for most angles: look at its imaginary part, sin θ. And a real factor, such as 2, would "
        "change the probability."
    )
    yield slip(
        "Because only the real part of an amplitude counts, and a phase changes the imaginary part.",
        "takes the imaginary part for something unreal",
    ).says("Both parts of an amplitude count. The amplitude i has the real part 0 and the probability 1.")
    yield slip(
        r"Because $e^{i\theta}$ grows with $\theta$, and the state is scaled back to total probability 1 afterwards.",
        "reads e^{iθ} as growth",
    ).says("That is true of e^θ with a real θ. With the i the exponent does not grow or shrink, it turns.")


def beams(rng):
    """Lists of phases as the only argument: random ones, then equal ones, then a full circle."""
    drawn = [([round(rng.uniform(-pi, pi), 4) for _ in range(n)],) for n in (2, 3, 5)]
    return [*drawn, ([0.7, 0.7, 0.7],), ([2 * pi * k / 4 for k in range(4)],)]


def arrow(phases):
    """The sum of equal arrows with these phases."""
    return sum(exp(1j * angle) for angle in phases) / len(phases)


@function("0.4.h", kind="stretch", outcome=(3, 4), points=2, name="brightness", inputs=beams, within=1e-6)
def interference():
    yield lambda phases: abs(arrow(phases)) ** 2
    yield slip(lambda phases: 1 / len(phases), "squares each arrow, then adds").says(
        "This adds probabilities. Add the arrows first; square the length of the sum at the end."
    )
    yield slip(lambda phases: abs(arrow(phases)), "stops at the length").says(
        "This is the length of the sum. The probability is its square."
    )
    yield slip(lambda phases: abs(len(phases) * arrow(phases)) ** 2, "forgets the length of the arrows").says(
        "Each arrow is 1/N long, not 1."
    )
    yield slip(arrow, "gives the sum").says(
        "This is the sum of the arrows. The probability is the square of its length."
    )
    yield slip(lambda phases: arrow(phases) ** 2, "squares a complex number").says(
        "This is the square of the sum itself. Take its length first."
    )
