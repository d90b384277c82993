"""What right means in lesson 0.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import combinations
from math import sqrt

import numpy as np

from qtrain.authoring import (
    apart,
    build,
    choice,
    circuit,
    data,
    decimals,
    distinct,
    function,
    number,
    right,
    slip,
    whole,
)
from qtrain.checking import Data, Distribution
from qtrain.checking.schema import Real, Row, Table, plain
from qtrain.circuits.numerals import number_beside


@number(
    "0.2.a",
    rung="warm-up",
    kind="predict",
    outcome=1,
    bounds=(0, 1),
    within=1e-4,
    start=decimals(0.1, 0.9, 0.05),
    flip=decimals(0.02, 0.2, 0.01),
)
def one_line(start, flip):
    one = start * (1 - flip) + (1 - start) * flip
    yield one
    yield slip(start, "leaves it as it was").says(
        "This is the probability before the line. Some bits are flipped on the way."
    )
    yield slip(start * (1 - flip), "forgets the zeros that become ones").says(
        "These are the ones that stayed ones. Some zeros have become ones, too: add them."
    )
    yield slip(start + flip, "adds the flip to everything").says(
        "Only zeros can become ones: weight the flip with the probability of 0."
    )
    yield slip(1 - one, "gives the probability of 0", "bit-flip").says("This is the probability of 0 at the end.")
    yield slip(start + (1 - start) * flip, "forgets the ones that become zeros").says(
        "You added the zeros that became ones. Some ones have become zeros, too."
    )


@number(
    "0.2.b", rung="warm-up", outcome=1, bounds=(0, 1), within=1e-4, flip=decimals(0.02, 0.2, 0.01), times=whole(3, 9)
)
def many_lines(flip, times):
    left = (1 - 2 * flip) ** times
    yield (1 - left) / 2
    yield slip(times * flip, "adds the probabilities").says(
        "Two flips cancel: a sum of the probabilities counts them as errors."
    )
    yield slip(1 - (1 - flip) ** times, "counts every flip as harm").says(
        "This is the probability of at least one flip. An even number of flips does no harm."
    )
    yield slip(flip**times, "every line flips").says("This is the probability that every line flips.")
    yield slip(times * flip * (1 - flip) ** (times - 1), "counts one flip only").says(
        "This is the probability of exactly one flip. Three flips make a 1 of a 0, too."
    )
    yield slip((1 + left) / 2, "gives the probability of 0", "bit-flip").says(
        "This is the probability of 0 at the end."
    )
    yield slip(left, "gives the factor").says(
        "This factor says how much of the difference P(0) − P(1) is left. How do you get P(1) from the difference?"
    )


@build("0.2.c", rung="warm-up", outcome=1, lost=decimals(0.08, 0.3, 0.01), dark=decimals(0.01, 0.06, 0.005))
def detector(lost, dark):
    table = np.array([[1 - dark, lost], [dark, 1 - lost]])

    def told(found):
        found = np.array(found)
        if abs(found.sum(axis=0) - 1).max() > 1e-6:
            return False, "A column does not add up to 1: for each input, something must come out."
        wrong = [column for column in (0, 1) if abs(found - table)[:, column].max() > 1e-6]
        if wrong == [0, 1]:
            return False, "Each column adds up to 1, but neither belongs to this detector."
        return not wrong, f"Column {1 - wrong[0]} is right. What comes out for the input {wrong[0]}?" if wrong else ""

    yield Data(schema=Table(2, 2, Real()), holds=told)
    yield slip(table.T.tolist(), "writes inputs as rows").says(
        "Rows and columns are exchanged: each column belongs to one input, and adds up to 1."
    )
    yield slip(table[::-1, ::-1].tolist(), "mixes up the two errors").says(
        "The two error probabilities are exchanged: which input does each of them belong to?"
    )
    yield slip(table[::-1].tolist(), "takes 1 for the first row").says(
        "The rows are exchanged: the first row belongs to the output 0."
    )
    yield slip([[1, lost], [dark, 1]], "does not take the errors away").says(
        "A column does not add up to 1: for each input, something must come out."
    )


def joint(cuts):
    """A joint table in percent."""
    a, b, c = sorted(cuts)
    return {"percent": {"00": a, "01": b - a, "10": c - b, "11": 100 - c}}


def clear(cuts):
    """Whether every case is frequent enough for two different sums of cases to differ."""
    return min(joint(cuts)["percent"].values()) >= 5


CUTS = distinct(3, range(5, 96))


@number("0.2.d", outcome=2, bounds=(0, 1), within=1e-4, cuts=CUTS, where=clear, derive=joint)
def marginal(percent):
    second = (percent["01"] + percent["11"]) / 100
    yield second
    yield slip((percent["10"] + percent["11"]) / 100, "takes the first bit", "qubit-order").says(
        "This is the first bit. The second bit stands on the right."
    )
    yield slip(1 - second, "counts the zeros", "bit-flip").says("This is the probability that the second bit is 0.")
    yield slip((percent["00"] + percent["01"]) / 100, "takes the zeros of the first bit").says(
        "This is the probability that the first bit is 0. The second bit stands on the right."
    )
    yield slip(percent["01"] / 100, "takes one row only").says("The second bit is 1 in two of the four cases.")
    yield slip(percent["11"] / 100, "both bits").says("This is the probability that both bits are 1.")


@number("0.2.e", kind="debug", outcome=2, bounds=(0, 1), within=1e-3, cuts=CUTS, where=clear, derive=joint)
def conditional(percent):
    both, second, first = percent["11"], percent["01"] + percent["11"], percent["10"] + percent["11"]
    yield both / second
    yield slip(both / 100, "forgets to divide").says(
        "This is the joint probability. You know already that the second bit is 1: only these cases count now."
    )
    yield slip(both / first, "exchanges the condition").says(
        "You divided by the probability of the first bit. Which bit is known?"
    )
    yield slip(percent["01"] / second, "counts the zeros", "bit-flip").says(
        "This is the probability that the first bit is 0."
    )
    yield slip(both / (100 - percent["00"]), "knows too little").says(
        "You kept every case with at least one 1. But it is the second bit of which you know that it is 1."
    )
    yield slip(second / 100, "gives the divisor").says(
        "This is the probability of what you know: that the second bit is 1. Divide by it."
    )
    yield slip(first / 100, "forgets what is known").says(
        "This is how probable a 1 of the first bit is before anything is known about the second."
    )


OPPOSITE = [list(some) for size in (2, 3, 4) for some in combinations(range(1, 7), size)]
CHAIN = "; ".join(f"cx {k} {k + 1}" for k in range(6))


def flips(qubits):
    return "x " + " ".join(map(str, qubits))


@build("0.2.f", rung="think", outcome=3, points=2, takes="circuit", opposite=OPPOSITE)
def shared_coin(opposite):
    first = "".join("1" if k in opposite else "0" for k in range(7))
    yield Distribution({first: 0.5, first.translate(str.maketrans("01", "10")): 0.5})
    end = flips(opposite)
    yield slip(circuit("h 0 1 2 3 4 5 6"), "seven coins that know nothing of each other").says(
        "Your seven bits know nothing of each other: all 128 results are equally probable."
    )
    yield slip(circuit("h 0", CHAIN), "makes all equal", "bit-flip").says(
        "All your bits are equal. Some of them should be opposite to the bit of qubit 0."
    )
    yield slip(circuit(CHAIN, "h 0", end), "copies before the toss").says(
        "Your CNOTs come before the H: at that time there is no coin to copy yet."
    )
    yield slip(circuit("h 0", flips(opposite), CHAIN), "flips before the copies").says(
        "Your X stand before the copies. A bit that is copied on passes its flip on to the copy: flip at the end."
    )
    others = [k for k in range(1, 7) if k not in opposite]
    yield slip(circuit("h 0", CHAIN, flips(others)), "makes the wrong ones opposite").says(
        "The bits of qubit 0 and of the qubits in `p.opposite` are equal, and the others are opposite: exchange them."
    )


@choice("0.2.g", outcome=4)
def why_do_they_agree():
    yield right("Both print from the same list of random bits, which they were given before.").says(
        "Right: the common past is enough, and neither side can use it to send a message."
    )
    yield slip(
        "One machine sends its bit to the other at the moment of printing.", "takes correlation for a signal"
    ).says(
        "That could be, but it takes a message every second, and there is a simpler way. With the cable cut, what "
        "could still make the two lists agree?"
    )
    yield slip("Both machines are biased in the same way.", "takes correlation for bias").says(
        "Each coin alone is perfectly fair. What is not independent is the pair."
    )
    yield slip("It is chance: fair coins agree in half of the cases anyway.", "takes it for chance").says(
        "A chance agreement of many tosses in a row has a tiny probability, 1/2 for each toss."
    )


class Joint(Row):
    """Four probabilities in the order 00, 01, 10, 11; also as a table of two rows, or by their bits."""

    def read(self, value, place):
        value = plain(value)
        if isinstance(value, dict) and set(value) == {"00", "01", "10", "11"}:
            value = [value[bits] for bits in sorted(value)]
        if (
            isinstance(value, list)
            and len(value) == 2
            and all(isinstance(row, list) and len(row) == 2 for row in value)
        ):
            value = [*value[0], *value[1]]
        return super().read(value, place)


@data(
    "0.2.i",
    rung="think",
    outcome=(2, 3),
    first=decimals(0.2, 0.8, 0.02),
    second=decimals(0.2, 0.8, 0.02),
    where=lambda first, second: (
        0.6 < first + second < 1.4
        and abs(first + second - 1) > 0.03
        and 0.05 < abs(first - second) < 0.4
        and min(abs(first - 0.5), abs(second - 0.5)) > 0.07
    ),
)
def half_of_the_time(first, second):
    both = (first + second - 0.5) / 2

    def table(x):
        """The joint distribution with these marginals in which both bits are 1 with probability x."""
        return [1 - first - second + x, second - x, first - x, x]

    a, b, c, d = table(both)

    def holds(answer):
        if abs((total := sum(answer)) - 1) > 4e-4:
            return False, f"Your four numbers add up to {number_beside(total, 1)}: probabilities add up to 1."
        if min(answer) < -1e-4:
            return False, "A probability is never below 0."
        p_00, p_01, p_10, p_11 = answer
        if abs(p_10 + p_11 - first) > 2e-4:
            return False, (
                f"In your table the first bit is 1 with probability {number_beside(p_10 + p_11, first)}; "
                f"{first} is given."
            )
        if abs(p_01 + p_11 - second) > 2e-4:
            return False, (
                f"In your table the second bit is 1 with probability {number_beside(p_01 + p_11, second)}; "
                f"{second} is given."
            )
        close = max(abs(one - other) for one, other in zip(answer, (a, b, c, d), strict=True)) <= 1e-4
        return (
            close,
            f"Both marginals are right, but your two bits agree with probability {number_beside(p_00 + p_11, 0.5, 4)}.",
        )

    yield Data(schema=Joint(*[Real()] * 4), holds=holds)
    yield slip(np.kron([1 - first, first], [1 - second, second]).tolist(), "multiplies the marginals").says(
        "This is the product of the marginals: the table of independent bits. Do they agree in half of the cases?"
    )
    yield slip([0.25] * 4, "takes two fair coins").says(
        "These bits agree in half of the cases, but both are fair. Look at the marginals that are given."
    )
    yield slip([a, c, b, d], "exchanges the bits", "qubit-permutation").says(
        "The marginals are exchanged: in 01 the first bit is 0 and the second bit is 1."
    )
    yield slip([d, c, b, a], "takes the probabilities for those of 0", "bit-flip").says(
        "0 and 1 are exchanged: in your table the first bit is 0 with the probability that is given for 1."
    )


def correlation(sign):
    return lambda counts: sum(sign(*bits) * number for bits, number in counts.items()) / sum(counts.values())


def covariance(counts):
    mean_a, mean_b = correlation(lambda a, b: 1 - 2 * int(a)), correlation(lambda a, b: 1 - 2 * int(b))
    return correlation(lambda a, b: 1 if a == b else -1)(counts) - mean_a(counts) * mean_b(counts)


def tables(rng):
    """Counts as the function's only argument; in the last tables some cases never happened."""
    drawn = [{bits: rng.randrange(20, 400) for bits in ("00", "01", "10", "11")} for _ in range(3)]
    return [(counts,) for counts in (*drawn, {"00": 30, "10": 70}, {"11": 8})]


@function("0.2.h", outcome=3, name="correlation", inputs=tables, within=1e-6)
def correlation_of_counts():
    yield correlation(lambda a, b: 1 if a == b else -1)
    yield slip(correlation(lambda a, b: int(a == b)), "computes the fraction of equal bits").says(
        "This is the fraction of equal bits. Unequal bits count −1."
    )
    yield slip(correlation(lambda a, b: 1 if a != b else -1), "takes the other sign", "bit-flip").says(
        "The sign is the wrong way round: equal bits count +1."
    )
    yield slip(covariance, "takes the means away").says(
        "This is the covariance: the means are taken away. Asked for is E itself."
    )
    yield slip(lambda counts: sum(n if a == b else -n for (a, b), n in counts.items()), "does not divide").says(
        "Divide by the number of shots."
    )
    yield slip(
        lambda counts: (counts["00"] + counts["11"] - counts["01"] - counts["10"]) / sum(counts.values()),
        "expects every key",
        "unreadable",
    )


def factors(E_12, E_13, E_23):
    """By what each line multiplies the correlation, from the products of two."""
    return sqrt(E_12 * E_13 / E_23), sqrt(E_12 * E_23 / E_13), sqrt(E_13 * E_23 / E_12)


@data(
    "0.2.j",
    kind="stretch",
    outcome=3,
    points=2,
    E_12=decimals(0.2, 0.8, 0.01),
    E_13=decimals(0.2, 0.8, 0.01),
    E_23=decimals(0.2, 0.8, 0.01),
    where=lambda E_12, E_13, E_23: (
        all(0.02 < (1 - x) / 2 < 0.35 for x in factors(E_12, E_13, E_23)) and apart(0.02, *factors(E_12, E_13, E_23))
    ),
)
def three_lines(E_12, E_13, E_23):
    found = factors(E_12, E_13, E_23)

    def lines(some):
        return [(1 - x) / 2 for x in some]

    def holds(answer):
        if max(abs(one - other) for one, other in zip(answer, lines(found), strict=True)) <= 1e-3:
            return True, ""
        if not all(0 <= one < 0.5 for one in answer):
            return False, "Each line flips with a probability from 0 to below 1/2; at least one of your numbers is not."
        x = [1 - 2 * one for one in answer]
        for i, j, E in ((1, 2, E_12), (1, 3, E_13), (2, 3, E_23)):
            if abs(x[i - 1] * x[j - 1] - E) > 1e-3:
                return (
                    False,
                    f"With your lines E_{i}{j} would be {number_beside(x[i - 1] * x[j - 1], E)}, and {E} was measured.",
                )
        return False, "Very close: keep more digits."

    yield Data(schema=Row(Real(), Real(), Real()), holds=holds)
    yield slip(lines(x**2 for x in found), "forgets the root").says(
        "The squares of the factors are right: one square root is missing."
    )
    yield slip(list(found), "gives the factors").says(
        "These are the factors 1 − 2ε of the three lines. How often does each line flip?"
    )
    yield slip([1 - x for x in found], "forgets the half", "factor").says(
        "These are twice the probabilities: the factor of a line is 1 − 2ε."
    )
    yield slip([(1 + x) / 2 for x in found], "takes the other solution", "bit-flip").says(
        "These would give the same three correlations, too. But each line flips with a probability below 1/2."
    )
    yield slip(lines([E_12, E_13, E_23]), "takes each pair for a line").says(
        "These are the probabilities that the bits of each pair differ. Two lines are to blame for each of them."
    )
    yield slip(lines(sqrt(E) for E in (E_12, E_13, E_23)), "takes both lines of a pair as equal").says(
        "You took the two lines of each pair as equally noisy. Then line 1 has one value with person 2 and another "
        "one with person 3."
    )
