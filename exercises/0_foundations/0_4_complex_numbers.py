"""What right means in lesson 0.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from cmath import exp, phase, rect
from math import acos, asin, atan, atan2, ceil, degrees, gcd, pi, radians, sin

from qtrain.authoring import build, choice, circuit, data, function, number, one_of, right, slip, whole
from qtrain.checking import Data, State
from qtrain.checking.rules import NoInitialize, NoUnitary
from qtrain.checking.schema import Real, Row
from qtrain.circuits.numerals import number_beside


@number("0.4.a", rung="warm-up", outcome=1, within=1e-3, x=whole(-9, -1), y=whole(-9, 9), where=lambda y: y)
def phase_to_the_left(x, y):
    z = complex(x, y)
    yield phase(z)
    yield slip(atan(y / x), "takes the inverse tangent of y/x").says(
        "This is the direction of −z. The inverse tangent of y/x cannot tell z from −z: look in the picture on which "
        "side z lies."
    )
    yield slip(-atan(y / x), "counts from the negative real axis").says(
        "So large is the angle between the arrow and the negative real axis. The phase is counted from the positive "
        "one."
    )
    yield slip(degrees(phase(z)), "gives degrees", "degrees").says("This is the phase in degrees. Give it in radians.")
    yield slip(phase(complex(y, x)), "arctan2 with x first").says(
        "You counted the angle from the imaginary axis, or exchanged x and y."
    )
    yield slip(-phase(z), "loses the sign", "angle-sign").says(
        "The size is right, but not the sign: above the real axis the phase is positive, below it negative."
    )
    for turn in (2 * pi, -2 * pi):
        yield slip(phase(z) + turn, "gives another angle of the same direction").says(
            "The direction is right, but the phase is asked for between −π and π."
        )
    yield slip(abs(z), "gives the length").says("This is the length of z, not its phase.")
    yield slip(phase(z) / pi, "counts in half turns").says(
        "This is the phase in units of π. Give it in radians: a half turn is π, not 1."
    )


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
    yield slip(length * exp(1j * degrees), "puts degrees into np.cos and np.sin", "degrees").says(
        "NumPy's functions take radians: convert the degrees first."
    )
    yield slip(1j * z.conjugate(), "takes the sine for the real part").says(
        "The two parts are exchanged: which of sine and cosine belongs to the real part?"
    )
    yield slip(z.conjugate(), "loses a sign", "conjugate").says("The imaginary part has the wrong sign.")
    yield slip(-z.conjugate(), "loses the sign of the real part").says("The real part has the wrong sign.")
    yield slip(complex(length, degrees), "takes length and phase for the parts").says(
        "Length and phase are not the two parts: how far to the right does the arrow reach, and how far up?"
    )
    yield slip(z / length, "forgets the length").says("The direction is right. The length is still 1.")
    yield slip(z.real, "gives the real part alone").says(
        "This is the real part alone. The answer is one complex number with both parts."
    )
    yield slip(z.imag, "gives the imaginary part alone").says(
        "This is the imaginary part alone. The answer is one complex number with both parts."
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
    yield slip(-turned(first + second), "loses the sign").says("The size is right, but the sign is not.")
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
    for wrong in {2 * steps, 3 * steps, 4 * steps, 360} - {steps}:
        yield slip(wrong, "takes any common multiple").says("You are back then, but not for the first time.")
    yield slip(round(steps * degrees / 360), "counts the full turns").says(
        "So often you go round until you are back. The multiplications are asked for."
    )
    if steps % 2 == 0:
        yield slip(steps // 2, "stops on the other side").says(
            "After so many multiplications you are at −1, on the other side of the circle."
        )
    yield slip(steps + 1, "counts the start").says(
        "Count the multiplications, not the points on the way: the start is not a multiplication."
    )
    yield slip(steps - 1, "leaves the last out").says("One is missing: count the multiplication that brings you back.")


def share(first, second):
    """The part of the whole squared length that the second number has."""
    return abs(second) ** 2 / (abs(first) ** 2 + abs(second) ** 2)


@number(
    "0.4.e",
    kind="debug",
    outcome=4,
    bounds=(0, 1),
    within=1e-4,
    a_real=one_of([k for k in range(-6, 7) if k]),
    a_imag=one_of([k for k in range(-6, 7) if k]),
    b_real=one_of([k for k in range(-6, 7) if k]),
    b_imag=one_of([k for k in range(-6, 7) if k]),
    where=lambda a_real, a_imag, b_real, b_imag: (
        abs(complex(a_real, a_imag) ** 2 + complex(b_real, b_imag) ** 2) > 1 and a_real * b_imag != a_imag * b_real
    ),
)
def probability(a_real, a_imag, b_real, b_imag):
    a, b = complex(a_real, a_imag), complex(b_real, b_imag)
    draft = b**2 / (a**2 + b**2)
    yield share(a, b)
    yield slip(draft, "the draft as it stands").says(
        "This is the draft. A square turns its number as well: what does the Born rule take in place of a square?"
    )
    yield slip(draft.real, "takes the real part of the draft").says(
        "To drop the imaginary part of the draft leaves a wrong number: the squares in it are the fault."
    )
    yield slip(abs(draft), "takes the length of the draft").says(
        "You take the length at the end. Below the fraction line two turned squares have been added before, so they "
        "partly cancel."
    )
    yield slip(share(a_real, b_real), "takes the real parts alone").says(
        "The imaginary parts count, too: they are as much a part of the arrows as the real parts."
    )
    yield slip(abs(b) / (abs(a) + abs(b)), "forgets the squares").says(
        "These are the lengths. The probabilities are their squares."
    )
    yield slip(share(a, b) ** 0.5, "gives the length of the amplitude").says(
        "This is the length of the amplitude of the result 1. The probability is its square."
    )
    yield slip(share(b, a), "takes the other result").says("This is the probability of the result 0.")
    yield slip(abs(b) ** 2, "does not scale").says(
        "This is the squared length of b. The two probabilities still have to add up to 1."
    )
    yield slip(abs(b) ** 2 / abs(a + b) ** 2, "adds the two before squaring").says(
        "The two results are different, so their amplitudes are not added: add the two squared lengths."
    )
    yield slip(abs(b) ** 2 / abs(a) ** 2, "divides by the other").says(
        "You compare b with a. Compare it with both together."
    )


TRIPLES = [(3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29), (12, 35, 37), (9, 40, 41)]
UNITS = [(s * a / c, t * b / c) for x, y, c in TRIPLES for a, b in ((x, y), (y, x)) for s in (1, -1) for t in (1, -1)]


def pair(which, other):
    (u_real, u_imag), (v_real, v_imag) = UNITS[which], UNITS[other]
    return {name: round(x, 6) for name, x in locals().items() if name[1:2] == "_"}


def angles_apart(which, other):
    """Whether the angle from u to v and its usual mistakes (also its double and its half) are different directions."""
    u, v = complex(*UNITS[which]), complex(*UNITS[other])
    right_one = phase(v / u)
    wrong = (
        -right_one,
        2 * right_one,
        right_one / 2,
        right_one / 2 + pi,
        right_one + pi,
        phase(u),
        phase(v),
        phase(u * v),
        phase(v - u),
    )
    directions = [rect(1, angle) for angle in (0, right_one, *wrong)]
    return (
        u.real * v.real < 0
        and abs(directions[1] ** 4 - 1) > 0.15
        # Degrees given to a gate must not look like another unit of the right angle.
        and all(abs(rect(1, degrees(right_one) * unit) - directions[1]) > 0.05 for unit in (1, pi, 1 / pi))
        and all(abs(a - b) > 0.15 for k, a in enumerate(directions) for b in directions[:k])
    )


@build(
    "0.4.f",
    rung="think",
    outcome=5,
    points=2,
    takes="circuit",
    rules=[NoInitialize(), NoUnitary()],
    which=range(len(UNITS)),
    other=range(len(UNITS)),
    derive=pair,
    where=angles_apart,
)
def phase_gate(u_real, u_imag, v_real, v_imag):
    u, v = complex(u_real, u_imag), complex(v_real, v_imag)
    angle = phase(v / u)
    # Equal amplitudes alone are the easy part: with them as the draft they earn nothing, nor does any other phase.
    yield State(circuit("h 0; p(a) 0", a=angle), draft=circuit("h 0"), tolerance=1e-3)

    def turned(by):
        return circuit("h 0; p(a) 0", a=by)

    yield slip(turned(phase(v)), "looks at v alone").says(
        "Your second amplitude has the phase of v. But your first amplitude has the phase 0, and not that of u: how "
        "large is the angle between the two arrows?"
    )
    yield slip(turned(phase(u * v)), "adds the phases").says(
        "Your relative phase is the sum of the two phases. You need the turn that leads from u to v."
    )
    yield slip(turned(-angle), "turns from v to u", "angle-sign")
    yield slip(turned(phase(v - u)), "takes the phase of v − u").says(
        "Your relative phase is that of v − u: the direction of the way from one tip to the other. You need the turn "
        "that leads from the arrow u to the arrow v."
    )
    yield slip(turned(angle + pi), "takes inverse tangents, or the wrong half turn").says(
        "Your relative phase points exactly the other way, half a turn off. Where a real part is negative, the inverse "
        "tangent of y/x gives the opposite direction."
    )
    yield slip(turned(phase(u)), "turns the second by the phase of u").says(
        "Your second amplitude has the phase of u. The first one stays on the real axis: what turn leads from u to v?"
    )
    yield slip(circuit("h 0"), "has no P, or has it before the H").says(
        "Your two amplitudes have the relative phase 0. (A gate P before the H changes nothing: the amplitude that it "
        "turns is still 0.) Which gate turns the second amplitude when both are there?"
    )
    yield slip(circuit("p(a) 0", a=angle), "forgets the H in front").says(
        "In |0⟩ alone a phase gate changes nothing. What makes two equal amplitudes first?"
    )
    yield slip(turned(degrees(angle)), "gives degrees to the gate", "degrees")
    yield slip(turned(angle / 2), "halves the angle", "half-angle")


@choice("0.4.g", rung="warm-up", outcome=(3, 4))
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
    ).says("e^θ with a real θ grows. With the i in the exponent the number does not grow or shrink, it turns.")
    yield slip(
        "Because a phase is only a way of drawing: no experiment can ever show it.", "takes phases for unphysical"
    ).says("A phase shows as soon as two amplitudes are added: the next section adds some.")


def beams(rng):
    """Lists of phases as the only argument, two to eight of them."""
    return [([round(rng.uniform(-pi, pi), 4) for _ in range(n)],) for n in (3, 2, 4, 5, 6, 8)]


def arrow(phases):
    """The sum of equal arrows with these phases."""
    return sum(exp(1j * angle) for angle in phases) / len(phases)


@function("0.4.h", outcome=(3, 4), points=2, name="brightness", inputs=beams, within=1e-6)
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
    yield slip(lambda phases: len(phases) * abs(arrow(phases)) ** 2, "takes arrows of length 1/√N").says(
        "Your arrows are 1/√N long. The task gives each way an amplitude of length 1/N."
    )
    yield slip(arrow, "gives the sum").says(
        "This is the sum of the arrows. The probability is the square of its length."
    )
    yield slip(lambda phases: arrow(phases) ** 2, "squares a complex number").says(
        "This is the square of the sum itself. Take its length first."
    )
    yield slip(lambda phases: arrow(phases).real ** 2, "takes the cosines alone").says(
        "This is the square of the real part of the sum. The imaginary part counts, too."
    )


def corner(beside, next_to_it, opposite):
    """The angle of a triangle between two sides, by the law of cosines."""
    return acos((beside**2 + next_to_it**2 - opposite**2) / (2 * beside * next_to_it))


def a_triangle(a, b, c):
    """Whether the lengths are sides of a triangle that is not too flat, and clearly different."""
    small, middle, large = sorted((a, b, c))
    return small + middle > large + 3 and middle > small + 1 and large > middle + 1


def both_ways(second, third):
    """Two phases and their mirror images, each as angles from −π to π and from 0 to 2π."""
    for side in (1, -1):
        around = [side * second % (2 * pi), side * third % (2 * pi)]
        yield around
        yield [phase(rect(1, angle)) for angle in around]


@data(
    "0.4.i",
    kind="design",
    rung="think",
    outcome=(2, 4),
    points=2,
    first=whole(10, 36),
    second=whole(10, 36),
    third=whole(10, 36),
    derive=lambda first, second, third: {"a": first / 100, "b": second / 100, "c": third / 100},
    where=lambda first, second, third: first + second + third < 98 and a_triangle(first, second, third),
)
def dark(a, b, c):
    between_a_and_b, between_a_and_c, between_b_and_c = corner(a, b, c), corner(a, c, b), corner(b, c, a)
    angles = (pi - between_a_and_b, pi + between_a_and_c)

    def holds(answer):
        rest = abs(a + rect(b, answer[0]) + rect(c, answer[1]))
        return (
            rest <= 1e-3,
            f"With your phases the sum of the three arrows is {number_beside(rest, 0, 4)} long. It has to be 0.",
        )

    yield Data(schema=Row(Real(), Real()), holds=holds, within=2e-3)
    inside = (between_a_and_b, -between_a_and_c)
    for wrong in both_ways(*inside):
        yield slip(wrong, "takes the angles of the triangle").says(
            "These are the angles inside the triangle. A phase is the direction in which an arrow points: how far do "
            "you turn at a corner when you walk round the triangle?"
        )
    for wrong in both_ways(angles[0], pi - between_b_and_c):
        yield slip(wrong, "counts from the arrow before").says(
            "Your first number is right. But you count the phase of the third arrow from the second arrow: a phase is "
            "counted from the positive real axis."
        )
    for wrong in both_ways(angles[0], -angles[1]):
        yield slip(wrong, "turns both to the same side").says(
            "Both angles have the right size, but both arrows point to the same side of the real axis. Then their "
            "imaginary parts cannot cancel."
        )
    for wrong in both_ways(angles[1], angles[0]):
        yield slip(wrong, "exchanges the two").says(
            "These two phases belong to the arrows in the other order: the first number is for the arrow of length b."
        )
    for wrong in both_ways(2 * pi / 3, 4 * pi / 3):
        yield slip(wrong, "spreads them evenly").says(
            "Phases spread evenly cancel arrows of equal length. Yours have different lengths."
        )
    yield slip([pi, pi], "turns both against the first").says(
        "Both arrows point straight against the first: the sum is a − b − c, and that is not 0 here."
    )
    for found in both_ways(*angles):
        yield slip([degrees(angle) for angle in found], "gives degrees", "degrees").says(
            "These are the right angles in degrees. Give them in radians."
        )


def fringes(rng):
    """Probabilities with the added phases 0, π/2 and π, for unequal arrows and differences in all four quarters."""
    found = []
    for quarter in (0, 1, -1, -2, 1, -2, 0, -1):
        first, second = rng.uniform(0.2, 0.33), rng.uniform(0.37, 0.5)
        angle = quarter * pi / 2 + rng.uniform(0.2, 1.3)
        found.append(tuple(abs(first + rect(second, angle + added)) ** 2 for added in (0, pi / 2, pi)))
    return found


@function("0.4.j", kind="stretch", outcome=(1, 4), points=2, name="phase_difference", inputs=fringes, within=1e-6)
def read_a_phase():
    def found(p0, p1, p2):
        return atan2((p0 + p2) / 2 - p1, (p0 - p2) / 2)

    yield found
    yield slip(lambda p0, p1, p2: -found(p0, p1, p2), "loses the sign of the sine", "angle-sign").says(
        "This is −θ for every input: what is the cosine of θ + π/2?"
    )
    yield (
        slip(lambda p0, p1, p2: abs(found(p0, p1, p2)), "takes the inverse cosine")
        .worth(0.4)
        .says("The size is right for every input. But a cosine alone cannot tell θ from −θ: which number can?")
    )
    yield (
        slip(lambda p0, p1, p2: asin(sin(found(p0, p1, p2))), "takes the inverse sine")
        .worth(0.4)
        .says("Right where the cosine of θ is positive. But a sine alone cannot tell θ from π − θ: which number can?")
    )
    yield slip(lambda p0, p1, p2: atan(((p0 + p2) / 2 - p1) / ((p0 - p2) / 2)), "takes the inverse tangent").says(
        "For some inputs you give the opposite direction: the inverse tangent of y/x cannot tell z from −z."
    )
    yield slip(lambda p0, p1, p2: acos(2 * p0 - 1), "takes both amplitudes for 1/2").says(
        "This holds for two amplitudes of length 1/2 and a θ above 0. Neither is known here; three probabilities are."
    )
    yield slip(lambda p0, p1, p2: acos((p0 - p2) / (p0 + p2)), "takes the lengths for equal").says(
        "This holds for two amplitudes of the same length and a θ above 0. Here the lengths are different and θ can be "
        "negative: you have not used p1."
    )
    yield slip(lambda p0, p1, p2: atan2((p0 + p2) / 2 - p1, p0 - p2), "forgets a factor").says(
        "The idea is right. But p0 − p2 is twice as far as from p0 to the middle of the two: compare like with like."
    )
    yield slip(lambda p0, p1, p2: atan2(p0 - p1, p0 - p2), "takes p1 away from p0").says(
        "p0 − p2 holds the cosine of θ alone, but p0 − p1 holds both its cosine and its sine: from what must you take "
        "p1 away?"
    )
    yield slip(lambda p0, p1, p2: degrees(found(p0, p1, p2)), "gives degrees", "degrees").says(
        "This is the phase difference in degrees. Give it in radians."
    )
    yield slip(lambda p0, p1, p2: found(p0, p1, p2) % (2 * pi), "gives an angle from 0 to 2π").says(
        "The direction is right, but the angle is asked for between −π and π."
    )
    yield slip(lambda p0, p1, p2: atan2((p0 - p2) / 2, (p0 + p2) / 2 - p1), "arctan2 with the cosine first").says(
        "Sine and cosine are exchanged: `np.arctan2` takes the sine's number first."
    )
