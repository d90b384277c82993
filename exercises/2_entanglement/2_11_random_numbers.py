"""What right means in lesson 2.11, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import pairwise
from math import floor, log2, sqrt

import numpy as np

from qtrain.authoring import choice, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Data, Property
from qtrain.checking.schema import Bit, List
from qtrain.circuits import Function


def h(p):
    return -p * log2(p) - (1 - p) * log2(1 - p)


def a_die(rng):
    """Probabilities of four results in percent: a power of two would hide the base of the logarithm."""
    while True:
        weights = sorted((rng.randint(8, 60) for _ in range(3)), reverse=True)
        rest = 100 - sum(weights)
        if 5 <= rest and max(*weights, rest) >= 35 and len({*weights, rest}) == 4:
            values = [*weights, rest]
            rng.shuffle(values)
            return {"percent": dict(zip(("00", "01", "10", "11"), values, strict=True))}


@number("2.11.a", rung="warm-up", outcome=1, within=2e-3, unit="bit", draw=a_die)
def min_entropy(percent):
    chances = [value / 100 for value in percent.values()]
    shannon = -sum(p * log2(p) for p in chances)
    yield -log2(max(chances))
    yield slip(shannon, "takes the mean information").says(
        "This is Shannon's entropy, a mean. An adversary guesses the likeliest result: only this one counts."
    )
    yield slip(-log2(min(chances)), "takes the rarest result").says(
        "You took the rarest result. Which one would you guess?"
    )
    yield slip(2.0, "takes four results for two bits").says("Two bits would need four results that are equally likely.")
    yield slip(-np.log(max(chances)), "takes the natural logarithm").says(
        "Your logarithm has base e. For bits it needs base 2."
    )


def pairs_of(bits):
    return [a for a, b in zip(bits[::2], bits[1::2], strict=False) if a != b]


def raw_bits(rng):
    found = []
    for count, one in ((10, 0.5), (31, 0.6), (60, 0.75), (81, 0.3), (0, 0.5), (1, 0.5), (24, 0.9)):
        found.append(([int(rng.random() < one) for _ in range(count)],))
    found.append(([0, 1, 1, 0, 1, 1, 0, 0, 0, 1, 1],))
    return found


def bits_only(value):
    return Data(value, schema=List(Bit()))


@function("2.11.b", kind="debug", outcome=2, name="unbias", inputs=raw_bits, returns=bits_only)
def von_neumann():
    yield pairs_of
    yield slip(lambda bits: [a for a, b in pairwise(bits) if a != b], "takes pairs that overlap").says(
        "Your pairs overlap: each bit is used twice, and neighbours in your output depend on each other."
    )
    yield slip(lambda bits: [a for a, b in zip(bits[::2], bits[1::2], strict=False)], "keeps equal pairs, too").says(
        "You keep the first bit of every pair. Pairs with equal bits have to go: they carry the bias."
    )
    yield slip(
        lambda bits: [b for a, b in zip(bits[::2], bits[1::2], strict=False) if a != b], "keeps the second bit"
    ).says("You keep the second bit of each pair. The first one is asked for.")
    yield slip(lambda bits: [a ^ b for a, b in zip(bits[::2], bits[1::2], strict=False)], "takes the XOR").says(
        "The XOR of two biased bits is less biased, and still biased."
    )


@number(
    "2.11.c",
    outcome=2,
    within=0.1,
    n=one_of([2000, 3000, 5000, 8000, 10_000, 20_000]),
    percent=whole(52, 80),
    exponent=one_of([6, 8, 10, 12]),
)
def safe_length(n, percent, exponent):
    p = percent / 100
    cost = 2 * exponent * log2(10)
    value = -n * log2(p) - cost
    yield floor(value)
    yield slip(floor(n * h(p) - cost), "takes Shannon's entropy").says(
        "You took Shannon's entropy. A safe length counts min-entropy, n·(−log2 p) with the likelier bit."
    )
    yield slip(floor(value + cost), "forgets ε").says("The margin 2·log2(1/ε) is missing.")
    yield slip(floor(-n * log2(1 - p) - cost), "takes the rarer bit").says(
        "You took the rarer bit. An adversary guesses the likelier one."
    )
    yield slip(floor(value) + 1, "rounds up").says("Round down: the next whole number is a little too long.")
    yield slip(value, "does not round").says("The length is right before rounding: bits are whole. Round down.")


@choice("2.11.d", rung="warm-up", outcome=3)
def passes_all_tests():
    yield right("Nothing about unpredictability: the digits of π pass as well, and everybody can compute them.").says(
        "Right: a test can reject a bad source. It cannot show that nobody knows the next bit."
    )
    yield slip("That the source is random: the tests are made for this.", "takes tests for proofs").says(
        "A seeded generator passes them, too, and whoever knows its seed knows every bit."
    )
    yield slip(
        "That it is a quantum source: classical sources fail some of the tests.", "believes that tests see quanta"
    ).says("No statistical test tells quantum randomness from good pseudo-random numbers.")
    yield slip("That every bit has exactly one bit of min-entropy.", "takes no evidence for exactness").says(
        "With a finite sample a bias below its error bar stays unseen."
    )
    yield slip("That the source will go on like this tomorrow.", "takes a sample for the future").says(
        "A device can drift or break. That is why real ones are watched all the time."
    )


def certified(s):
    """Min-entropy of one result for a CHSH value S (Pironio and others 2010)."""
    return 1 - log2(1 + sqrt(max(0.0, 2 - s * s / 4)))


@measure(
    "2.11.e",
    rung="think",
    outcome=4,
    points=2,
    within=0.03,
    percent=one_of([k / 10 for k in range(870, 975, 5)]),
)
def certified_bits(percent):
    v = percent / 100
    s = 2 * sqrt(2) * v
    spread_s = sqrt(4 * (1 - v * v / 2))
    root = sqrt(2 - s * s / 4)
    slope = s / 4 / root / (1 + root) / np.log(2)
    spread = float(slope * spread_s)
    value = certified(s)
    shots = int((spread / 0.02) ** 2)
    yield right(value, spread=spread)
    yield slip((s, spread_s / sqrt(shots), shots), "gives S").says("This is S. How many bits does it certify?")
    yield slip((value, spread_s / sqrt(shots), shots), "gives the error bar of S").says(
        "This is the error bar of S. The certified entropy depends on S steeply: pass the error through the formula."
    )


def bad_source(kind, random, n):
    """Bits of one of the sources that the learner's test is tried on."""
    if kind == "good":
        return random.integers(0, 2, n)
    if kind == "bias":
        return (random.random(n) < 0.56).astype(int)
    if kind == "alternating":
        return np.arange(n) % 2
    if kind == "sticky":
        stay = random.random(n) < 0.56
        return np.cumsum(~stay) % 2
    if kind == "period":
        return np.tile(random.integers(0, 2, 16), n // 16 + 1)[:n]
    raise ValueError(kind)


LENGTH = 4000
BAD = ("bias", "alternating", "sticky", "period")


@function("2.11.f", kind="stretch", rung="think", outcome=3, points=3)
def a_test_of_its_own():
    draw = np.random.default_rng(211)
    # So many good sources that a limit of three standard deviations for each part raises a false alarm among them.
    cases = [("good", bad_source("good", draw, LENGTH).tolist()) for _ in range(40)]
    cases += [(kind, bad_source(kind, draw, LENGTH).tolist()) for kind in BAD for _ in range(2)]
    # As many ones as zeros and as many changes as repeats: the lesson's own two tests do not see these patterns.
    for pattern in ("0011", "0010110011101001"):
        cases.append(("period", [int(pattern[k % len(pattern)]) for k in range(LENGTH)]))
    names = {
        "bias": "with 56 percent of ones",
        "alternating": "that goes 0 1 0 1",
        "sticky": "that repeats its last bit in 56 percent of the cases",
        "period": "that repeats a pattern of 16 bits",
    }

    def holds(f):
        for kind, bits in cases:
            told = f.call(bits)
            if not isinstance(told, bool | np.bool_ | int) or told not in (0, 1):
                return False, "is_bad should return True or False."
            if bool(told) == (kind == "good"):
                if kind == "good":
                    return False, "Your test rejects a good source. Each of its parts has to allow for chance."
                return False, f"Your test accepts a source {names[kind]}."
        return True

    yield Property("tells good sources from bad ones", holds, takes=Function, wants="a function")
    yield slip(lambda bits: abs(2 * sum(bits) - len(bits)) > 5 * sqrt(len(bits)), "counts ones only")
    yield slip(lambda bits: sum(bits) * 2 != len(bits), "allows for no chance")
    yield slip(lambda bits: True, "rejects everything")
    yield slip(lambda bits: False, "accepts everything")
