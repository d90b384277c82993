"""What right means in lesson 0.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from cmath import exp, phase
from math import atan, ceil, degrees, gcd, pi, radians, sqrt

from qtrain.checking import Choice, Each, Number, State
from qtrain.course import Exercise, Mistake

# --- a, b: from one form to the other ---------------------------------------------------------------------------------

# Left of the imaginary axis, where the inverse tangent alone gives the opposite direction.
LEFT = ((-3, 4), (-4, 3), (-1, 2), (-2, -1), (-3, -4), (-5, 2), (-2, 5), (-1, -3))


def phase_target(p):
    z = complex(p.x, p.y)
    return Number(
        phase(z),
        within=1e-3,
        replies={
            atan(p.y / p.x): "This is the direction of −z. The inverse tangent of y/x cannot tell z from −z: "
            "look in the picture on which side z lies.",
            degrees(phase(z)): ("degrees", "This is the phase in degrees. Give it in radians."),
            phase(complex(p.y, p.x)): "You counted the angle from the imaginary axis, or exchanged x and y.",
            -phase(z): (
                "angle-sign",
                "The size is right, but not the sign: above the real axis the phase is positive.",
            ),
            phase(z) + 2 * pi: "The direction is right, but the phase is asked for between −π and π.",
            phase(z) - 2 * pi: "The direction is right, but the phase is asked for between −π and π.",
            abs(z): "This is the length of z, not its phase.",
        },
    )


def polar(rng):
    """A length and a phase in degrees such that the parts differ in size and none is zero."""
    return {
        "length": rng.choice((2, 3, 4, 5)),
        "degrees": rng.choice((30, 60, 120, 150, -30, -60, -120, 20, 100, -110)),
    }


def point(p, angle=None):
    return p.length * exp(1j * (radians(p.degrees) if angle is None else angle))


def parts_target(p):
    z = point(p)
    return Number(
        z,
        within=1e-3,
        replies={
            point(p, p.degrees): ("degrees", "NumPy's functions take radians: convert the degrees first."),
            complex(z.imag, z.real): "The two parts are exchanged: which of sine and cosine belongs to the real part?",
            z.conjugate(): ("conjugate", "The imaginary part has the wrong sign."),
            z / p.length: "The direction is right. The length is still 1.",
            z.real: "This is the real part alone. The answer is one complex number with both parts.",
            abs(z.real) + abs(z.imag): "Do not add the parts: the imaginary part carries the unit 1j.",
        },
    )


# --- c, d: multiply ---------------------------------------------------------------------------------------------------

PHASES = ((100, 120), (150, 90), (130, 140), (-100, -130), (-150, -80), (160, 70), (110, 95), (-120, -110))


def turned(degrees):
    """The same direction, with −180 < degrees ≤ 180."""
    return 180 - (180 - degrees) % 360


def product_target(p):
    return Number(
        turned(p.first + p.second),
        within=1e-3,
        replies={
            p.first + p.second: "The phases do add. Now take away or add a full turn, to come between −180 and 180.",
            p.first * p.second: "Phases are added when numbers are multiplied. Only the lengths are multiplied.",
            turned(
                p.first * p.second
            ): "Phases are added when numbers are multiplied. Only the lengths are multiplied.",
            p.first - p.second: "Subtracting phases belongs to division.",
            turned(p.first - p.second): "Subtracting phases belongs to division.",
            (p.first + p.second) / 2: "This is the direction in the middle. Multiplication turns by the whole phase.",
            radians(turned(p.first + p.second)): "This is in radians, but degrees are asked for.",
        },
    )


STEPS = (135, 150, 108, 80, 100, 144, 160, 140, 105, 112.5)


def period(degrees):
    """How many steps of so many degrees end at the start for the first time."""
    return round(3600 / gcd(round(10 * degrees), 3600))


def period_target(p):
    n = period(p.degrees)
    early = "After so many steps you have gone round once, but you have jumped over the place of 1: go on."
    return Number(
        n,
        within=0.01,
        replies={
            360 / p.degrees: "This is not a whole number, so you jump over the place of 1. Go round more often.",
            round(360 / p.degrees): early,
            ceil(360 / p.degrees): early,
            2 * n: "You are back then, but not for the first time.",
            360: "You are back then, but not for the first time.",
            n + 1: "Count the multiplications, not the points on the way: the start is not a multiplication.",
            n - 1: "One is missing: count the multiplication that brings you back.",
        },
    )


# --- e: the probability of an amplitude -------------------------------------------------------------------------------

AMPLITUDES = ((0.6, 0.3), (0.5, 0.4), (0.2, 0.7), (-0.3, 0.5), (0.4, -0.6), (-0.7, 0.1))


def probability_target(p):
    z = complex(p.real, p.imag)
    return Number(
        abs(z) ** 2,
        within=1e-4,
        replies={
            z**2: "A probability cannot be a complex number. The square of z turns z as well: take the length first.",
            (z**2).real: "Dropping the imaginary part of z² leaves a wrong number: it is x² − y², not x² + y².",
            z.real**2: "The imaginary part counts, too: it is as much a part of the arrow as the real part.",
            abs(z): "This is the length. The probability is its square.",
            abs(z**2) ** 2: "This squares twice.",
        },
    )


# --- f: a state with a phase ------------------------------------------------------------------------------------------

UNITS = ((0.6, 0.8), (-0.6, 0.8), (0.8, -0.6), (-0.8, 0.6), (0.8, 0.6), (-0.6, -0.8), (0.6, -0.8), (-0.8, -0.6))


def equator(z):
    """(|0⟩ + z|1⟩)/√2 for a number of length 1."""
    return [sqrt(0.5), sqrt(0.5) * z]


def phase_only(angle):
    """The circuit without the H in front."""
    import cirq

    return cirq.Circuit((cirq.Z ** (angle / pi))(cirq.LineQubit(0)))


def ratio(p):
    return complex(p.real, p.imag)


# --- h: interference --------------------------------------------------------------------------------------------------


def brightness(phases):
    """The probability when equal arrows with these phases are added."""
    return abs(sum(exp(1j * angle) for angle in phases) / len(phases)) ** 2


def beams(rng):
    """Lists of phases as the only argument: random ones, then equal ones, then a full circle."""
    drawn = [([round(rng.uniform(-pi, pi), 4) for _ in range(n)],) for n in (2, 3, 5)]
    return [*drawn, ([0.7, 0.7, 0.7],), ([2 * pi * k / 4 for k in range(4)],)]


def interference_target(phases):
    amplitude = sum(exp(1j * angle) for angle in phases) / len(phases)
    replies = {
        1 / len(phases): "this adds probabilities. Add the arrows first; square the length of the sum at the end.",
        abs(amplitude): "this is the length of the sum. The probability is its square.",
        abs(amplitude) ** 2 * len(phases) ** 2: "each arrow is 1/N long, not 1.",
        amplitude: "this is the sum of the arrows. The probability is the square of its length.",
        amplitude**2: "this is the square of the sum itself. Take its length first.",
    }
    right = brightness(phases)
    return Number(right, within=1e-6, replies={k: v for k, v in replies.items() if abs(k - right) > 1e-3})


EXERCISES = [
    Exercise(
        id="0.2.a",
        kind="compute",
        outcome=1,
        variant=lambda rng: dict(zip(("x", "y"), rng.choice(LEFT), strict=True)),
        target=phase_target,
        mistakes=[
            Mistake(None, lambda p: atan(p.y / p.x), says="direction of −z", note="takes the inverse tangent of y/x"),
            Mistake("degrees", lambda p: degrees(phase(complex(p.x, p.y))), note="gives degrees"),
            Mistake(None, lambda p: phase(complex(p.y, p.x)), says="exchanged", note="arctan2 with x first"),
        ],
    ),
    Exercise(
        id="0.2.b",
        kind="compute",
        outcome=1,
        variant=polar,
        target=parts_target,
        mistakes=[
            Mistake("degrees", lambda p: point(p, p.degrees), note="puts degrees into np.cos and np.sin"),
            Mistake(None, lambda p: 1j * point(p).conjugate(), says="exchanged", note="sine for the real part"),
            Mistake(None, lambda p: point(p) / p.length, says="length is still 1", note="forgets the length"),
        ],
    ),
    Exercise(
        id="0.2.c",
        kind="predict",
        outcome=2,
        variant=lambda rng: dict(zip(("first", "second"), rng.choice(PHASES), strict=True)),
        target=product_target,
        mistakes=[
            Mistake(None, lambda p: p.first + p.second, says="full turn", note="does not come back into the range"),
            Mistake(None, lambda p: p.first * p.second, says="Phases are added", note="multiplies the phases"),
            Mistake(None, lambda p: (p.first + p.second) / 2, says="in the middle", note="takes the mean"),
        ],
    ),
    Exercise(
        id="0.2.d",
        kind="predict",
        outcome=(2, 3),
        variant=lambda rng: {"degrees": rng.choice(STEPS)},
        target=period_target,
        mistakes=[
            Mistake(None, lambda p: 360 / p.degrees, says="not a whole number", note="divides 360 by the step"),
            Mistake(None, lambda p: ceil(360 / p.degrees), says="jumped over", note="rounds to a whole number"),
            Mistake(None, lambda p: 360, says="not for the first time", note="takes any common multiple"),
        ],
    ),
    Exercise(
        id="0.2.e",
        kind="debug",
        outcome=4,
        variant=lambda rng: dict(zip(("real", "imag"), rng.choice(AMPLITUDES), strict=True)),
        target=probability_target,
        mistakes=[
            Mistake(None, lambda p: ratio(p) ** 2, says="cannot be a complex", note="the draft as it stands"),
            Mistake(None, lambda p: (ratio(p) ** 2).real, says="x² − y²", note="takes the real part of the draft"),
            Mistake(None, lambda p: abs(ratio(p)), says="its square", note="forgets the square"),
        ],
    ),
    Exercise(
        id="0.2.f",
        kind="build",
        outcome=5,
        points=2,
        variant=lambda rng: dict(zip(("real", "imag"), rng.choice(UNITS), strict=True)),
        target=lambda p: State(equator(ratio(p))),
        mistakes=[
            Mistake("conjugate", lambda p: equator(ratio(p).conjugate()), note="turns clockwise"),
            Mistake("missing-gate", lambda p: phase_only(phase(ratio(p))), note="forgets the H in front"),
            Mistake(
                "relative-phase",
                lambda p: equator(exp(1j * degrees(phase(ratio(p))))),
                note="gives degrees to the gate",
            ),
        ],
    ),
    Exercise(
        id="0.2.g",
        kind="explain",
        outcome=(3, 4),
        target=lambda p: Choice(
            "b",
            {
                "a": "It is not real for most angles: look at its imaginary part, sin θ. And a real factor, such as 2, "
                "would change the probability.",
                "b": "Right: a turn changes the direction of the arrow, and the probability asks for its length only.",
                "c": "Both parts of an amplitude count. The amplitude i has the real part 0 and the probability 1.",
                "d": "That is true of e^θ with a real θ. With the i the exponent does not grow or shrink, it turns.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="not real", note="takes every exponential for a real number"),
            Mistake(None, lambda p: "c", says="Both parts", note="takes the imaginary part for something unreal"),
            Mistake(None, lambda p: "d", says="it turns", note="reads e^{iθ} as growth"),
        ],
    ),
    Exercise(
        id="0.2.h",
        kind="stretch",
        outcome=(3, 4),
        points=2,
        target=lambda p: Each(beams, interference_target, name="brightness"),
        mistakes=[
            Mistake(
                None,
                lambda p: lambda phases: 1 / len(phases),
                says="Add the arrows first",
                note="squares each arrow, then adds",
            ),
            Mistake(
                None,
                lambda p: lambda phases: sqrt(brightness(phases)),
                says="its square",
                note="stops at the length",
            ),
            Mistake(
                None,
                lambda p: lambda phases: len(phases) ** 2 * brightness(phases),
                says="1/N long",
                note="forgets the length of the arrows",
            ),
        ],
    ),
]
