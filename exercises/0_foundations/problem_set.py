"""What right means in the problem set of module 0. The tasks stand in the notebook of the same name."""

from cmath import exp
from math import asin, cos, radians, sqrt

import numpy as np

from qtrain.authoring import apart, build, choice, circuit, decimals, function, number, one_of, right, slip
from qtrain.checking import Distribution, State
from qtrain.checking.rules import NoSynthesis

WORDS = tuple(f"{k:06b}" for k in range(1, 63))
DEGREES = one_of([k for k in range(-150, 155, 5) if abs(k) % 90 > 14])


def lists(wanted):
    """Lists of results as the only argument: the wanted string occurs often, always, never."""

    def drawn(rng):
        others = [word for word in rng.sample(WORDS, 7) if word != wanted][:6]
        mixed = [[rng.choice((wanted, wanted, *others)) for _ in range(n)] for n in (12, 30, 50)]
        mixed[0][:3] = [wanted, others[0], wanted]
        return [(results,) for results in (*mixed, [wanted] * 5, others[:2])]

    return drawn


@function("0.P.1", rung="warm-up", kind="debug", outcome=1, points=2, name="fraction", wanted=WORDS)
def how_often(wanted):
    yield right(lambda results: results.count(wanted) / len(results), inputs=lists(wanted), within=1e-9)
    yield slip(lambda results: (wanted in results) / len(results), "hands the draft in").says(
        "The counter never gets beyond 1: what does the line after `if` do each time?"
    )
    yield slip(lambda results: results.count(wanted), "forgets to divide").says(
        "This is the number of results. Divide it by how many results there are."
    )
    yield slip(lambda results: 1 - results.count(wanted) / len(results), "counts the others", "bit-flip").says(
        "This is the fraction of all others."
    )
    yield slip(lambda results: results.count(wanted) / 64, "divides by the strings").says(
        "Divide by the number of results, not by the number of strings."
    )


@number(
    "0.P.2",
    rung="warm-up",
    outcome=2,
    points=2,
    bounds=(0, 1),
    within=1e-4,
    first=decimals(0.25, 0.5, 0.01),
    second=decimals(0.15, 0.45, 0.01),
    degrees=DEGREES,
)
def two_ways(first, second, degrees):
    length, squares = abs(first + second * exp(1j * radians(degrees))), first**2 + second**2
    yield length**2
    yield slip(squares, "squares first").says(
        "You added the probabilities. Add the amplitudes first: the arrows have directions."
    )
    yield slip((first + second) ** 2, "forgets the phase").says(
        "The lengths add only if both arrows point in the same direction."
    )
    yield slip(length, "forgets the square").says("This is the length of the sum. The probability is its square.")
    yield slip(abs(first + second * exp(1j * degrees)) ** 2, "gives degrees to NumPy", "degrees").says(
        "NumPy's functions take radians: convert the degrees first."
    )
    yield slip(squares + first * second * cos(radians(degrees)), "takes the mixed term once").says(
        "The mixed term occurs twice: once for each order of the two arrows."
    )


def state(percent, degrees):
    chance = percent / 100
    return np.array([sqrt(1 - chance), sqrt(chance) * exp(1j * radians(degrees))])


PERCENT = one_of(*range(10, 41, 2), *range(60, 91, 2))


@build("0.P.3", outcome=2, points=3, takes="circuit", rules=[NoSynthesis()], percent=PERCENT, degrees=DEGREES)
def chance_and_phase(percent, degrees):
    def prepared(angle, phase):
        return circuit("ry(a) 0; p(f) 0", a=angle, f=radians(phase))

    half = asin(sqrt(percent / 100))
    yield State(prepared(2 * half, degrees))
    yield slip(prepared(half, degrees), "forgets the 2 in front of the inverse sine", "half-angle")
    yield slip(prepared(2 * half, -degrees), "turns the phase the other way").says(
        "The sizes are right. The phase turns the other way round."
    )
    yield slip(prepared(2 * half, 0), "forgets the phase").says("The sizes are right. The phase of |1⟩ is still 0.")
    yield slip(prepared(2 * asin(percent / 100), degrees), "forgets the root").says(
        "The sine of half your angle is the probability. It has to be the amplitude, its root."
    )


def along(percent, degrees, basis):
    """The probability of e, the same without conjugating the bra, and what other mistakes give."""
    psi, e = state(percent, degrees), np.array([1, exp(1j * radians(basis))]) / sqrt(2)
    length = abs(np.vdot(e, psi))
    return length**2, abs(np.dot(e, psi)) ** 2, 1 - length**2, length, 2 * length**2


@number(
    "0.P.4",
    outcome=3,
    points=3,
    bounds=(0, 1),
    within=1e-3,
    percent=PERCENT,
    degrees=DEGREES,
    basis=DEGREES,
    where=lambda percent, degrees, basis: apart(0.003, *along(percent, degrees, basis)),
)
def another_basis(percent, degrees, basis):
    chance, unconjugated, other, length, double = along(percent, degrees, basis)
    yield chance
    yield slip(unconjugated, "forgets to conjugate the bra", "conjugate").says(
        "The bra of e has conjugated components: its phase has the other sign."
    )
    yield slip(other, "takes the other state").says("This is the probability of the other state of this basis.")
    yield slip(length, "forgets the square").says(
        "This is the length of the inner product. The probability is its square."
    )
    yield slip(double, "forgets to normalise the basis state").says(
        "The state e has a factor 1/√2: without it, its length is not 1."
    )


@choice("0.P.5", rung="think", outcome=4, points=2)
def one_after_the_other():
    yield right("It is always unitary. It is Hermitian only if AB = BA.").says(
        "Right: (AB)†(AB) = B†A†AB = I. But (AB)† = B†A† = BA, and this is AB only if the order does not matter."
    )
    yield slip("It is always both, because both factors are both.", "expects a product to inherit everything").says(
        "Test it with X and Z: XZ is [[0, −1], [1, 0]]. Exchange rows and columns, and conjugate: it changes its sign."
    )
    yield slip(
        "In general it is neither, because the order of the factors matters.", "takes order for a loss of both"
    ).says(
        "The order matters for what the product is, but two maps that keep lengths keep them one after the other, too."
    )
    yield slip("It is always unitary and never Hermitian.", "makes a rule from one example").says(
        "Take A = B: then AB is the identity, and it is Hermitian."
    )


@build(
    "0.P.6",
    outcome=4,
    points=3,
    takes="circuit",
    rules=[NoSynthesis()],
    ab=(["PH", "PX"], ["PX", "PH"], ["HP", "PX"], ["PX", "HP"], ["PH", "XP"], ["XP", "PH"], ["HP", "XP"], ["XP", "HP"]),
    degrees=DEGREES,
    derive=lambda ab: {"zero": ab[0], "one": ab[1]},
)
def tensor_product(zero, one, degrees):
    def in_time(*words):
        gate = {"H": "h", "X": "x", "P": "p(a)"}
        return circuit(*(f"{gate[name]} {q}" for q, word in enumerate(words) for name in word), a=radians(degrees))

    yield in_time(zero[::-1], one[::-1])
    yield slip(in_time(one[::-1], zero[::-1]), "swaps the factors", "qubit-order")
    yield slip(in_time(zero, one), "applies the left factor of a product first", "gate-order")


def clicks(start, lost, dark):
    """The posterior, and the numbers that could be taken for it."""
    true, false = start * (1 - lost), (1 - start) * dark
    after, even = true / (true + false), (1 - lost) / (1 - lost + dark)
    return after, true, 1 - lost, true + false, 1 - after, even, start


@number(
    "0.P.7",
    rung="think",
    outcome=5,
    points=3,
    bounds=(0, 1),
    within=1e-3,
    start=decimals(0.05, 0.4, 0.01),
    lost=decimals(0.08, 0.35, 0.01),
    dark=decimals(0.01, 0.08, 0.01),
    where=lambda start, lost, dark: apart(0.003, *clicks(start, lost, dark)),
)
def what_a_click_says(start, lost, dark):
    true, false = start * (1 - lost), (1 - start) * dark
    yield true / (true + false)
    yield slip(true, "gives the joint probability").says(
        "This is the probability that the input is 1 and the detector clicks. You know already that it clicked: divide."
    )
    yield slip(1 - lost, "exchanges the condition").says(
        "This is the opposite question: the probability of a click if the input is 1."
    )
    yield slip(true + false, "gives the probability of a click").says(
        "This is the probability of a click. Which part of it comes from the input 1?"
    )
    yield slip(false / (true + false), "counts the zeros", "bit-flip").says(
        "This is the probability that the input was 0."
    )
    yield slip((1 - lost) / (1 - lost + dark), "forgets how rare a 1 is").says(
        "You took 0 and 1 for equally probable. How often is the input 1?"
    )
    yield slip(start, "learns nothing").says("This is what you knew before the click. The click tells you more.")


@build(
    "0.P.8",
    rung="think",
    kind="design",
    outcome=5,
    points=3,
    takes="circuit",
    rules=[NoSynthesis()],
    correlation=one_of([k / 50 for k in range(-45, 46) if 7 < abs(k) != 25]),
)
def partly_shared_coin(correlation):
    def shared(chance, half=1.0):
        """Equal bits, of which the second is flipped with a chance."""
        return circuit("ry(a) 1; h 0; cx 0 1", a=2 * half * asin(sqrt(chance)))

    equal, opposite = (1 + correlation) / 4, (1 - correlation) / 4
    yield Distribution({"00": equal, "01": opposite, "10": opposite, "11": equal}, tolerance=1e-3)
    yield slip(circuit("h 0; cx 0 1"), "makes equal bits").says(
        "Your bits are always equal: the correlation is 1. What flips the second one now and then?"
    )
    yield slip(circuit("h 0 1"), "two coins that know nothing of each other").says(
        "Your two bits know nothing of each other: the correlation is 0."
    )
    yield slip(shared(2 * opposite, half=0.5), "forgets the half angle of the rotation", "half-angle")
    yield slip(shared(2 * equal), "takes opposite bits for equal ones", "bit-flip").says(
        "The size of your correlation is right, its sign is not: equal and opposite are exchanged."
    )


def counted(rng):
    """Counts that lie some standard errors off what is promised, now above and now below."""
    expected, shots = rng.choice((0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)), rng.choice(range(400, 2001, 50))
    opposite = round(shots * (1 - expected) / 2) + rng.choice((1, -1)) * rng.randrange(8, 40)
    first = opposite // 2 + rng.randrange(-8, 9)
    zeros = (shots - opposite) // 2 + rng.randrange(-15, 16)
    counts = {"00": zeros, "01": first, "10": opposite - first, "11": shots - opposite - zeros}
    return {"counts": {key: max(n, 1) for key, n in counts.items()}, "expected": expected}


@number("0.P.9", kind="stretch", outcome=6, points=4, within=0.02, draw=counted)
def keeps_its_promise(counts, expected):
    shots = sum(counts.values())
    found = (counts["00"] + counts["11"] - counts["01"] - counts["10"]) / shots
    gap, spread = abs(found - expected), sqrt(1 - found**2)
    yield gap * sqrt(shots) / spread
    yield slip(2 * gap * sqrt(shots) / spread, "uses the error of the fraction").says(
        "Twice too much: you took the error of the fraction of equal bits. E changes twice as fast as this fraction."
    )
    yield slip(gap * sqrt(shots), "takes 1/√N for the error").says(
        "The error 1/√N holds for E = 0 only. Products of ±1 that are mostly equal spread less."
    )
    yield slip(gap, "forgets the error").says(
        "This is the difference itself. In how many standard errors do you measure it?"
    )
    yield slip(gap * shots / spread**2, "divides by the variance").says(
        "You divided by the variance. The standard error is its root."
    )
    yield slip(-gap * sqrt(shots) / spread, "keeps a sign", "bit-flip").says("Give the distance as a positive number.")
