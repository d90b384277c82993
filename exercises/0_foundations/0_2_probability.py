"""What right means in lesson 0.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import combinations

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, distinct, function, number, right, slip, whole
from qtrain.checking import Distribution, Property
from qtrain.circuits import Matrix


@number(
    "0.2.a",
    rung="warm-up",
    kind="predict",
    outcome=1,
    within=1e-4,
    start=decimals(0.1, 0.9, 0.05),
    flip=decimals(0.02, 0.2, 0.01),
)
def one_line(start, flip):
    one = start * (1 - flip) + (1 - start) * flip
    yield one
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


@number("0.2.b", rung="warm-up", outcome=1, within=1e-4, flip=decimals(0.02, 0.2, 0.01), times=whole(3, 9))
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
    yield slip(left, "gives the factor").says(
        "This factor says how much of the difference P(0) − P(1) is left. How do you get P(1) from the difference?"
    )


@build("0.2.c", rung="warm-up", outcome=1, lost=decimals(0.08, 0.3, 0.01), dark=decimals(0.01, 0.06, 0.005))
def detector(lost, dark):
    table = np.array([[1 - dark, lost], [dark, 1 - lost]])

    def told(answer):
        found = answer.matrix
        if found.shape != (2, 2):
            return False, f"The matrix has {found.shape[0]} rows and {found.shape[1]} columns; it needs 2 and 2."
        if not np.allclose(found.sum(axis=0), 1):
            return False, "A column does not add up to 1: for each input, something must come out."
        return np.allclose(found, table, atol=1e-6), "The columns add up to 1, but an entry is not right."

    yield Property("is the table of this detector", told, takes=Matrix, reading="unitary", wants="a 2×2 matrix")
    yield slip(table.T, "writes inputs as rows").says(
        "Rows and columns are exchanged: each column belongs to one input, and adds up to 1."
    )
    yield slip(table[::-1, ::-1], "mixes up the two errors").says(
        "The two error probabilities are exchanged: which input does each of them belong to?"
    )
    yield slip(table[::-1], "takes 1 for the first row").says(
        "The rows are exchanged: the first row belongs to the output 0."
    )
    yield slip(np.array([[1, lost], [dark, 1]]), "does not take the errors away").says(
        "A column does not add up to 1: for each input, something must come out."
    )


def joint(cuts):
    """A joint table in percent."""
    a, b, c = sorted(cuts)
    return {"percent": {"00": a, "01": b - a, "10": c - b, "11": 100 - c}}


CUTS = distinct(3, range(3, 98))


@number("0.2.d", outcome=2, within=1e-4, cuts=CUTS, derive=joint)
def marginal(percent):
    second = (percent["01"] + percent["11"]) / 100
    yield second
    yield slip((percent["10"] + percent["11"]) / 100, "takes the first bit", "qubit-order").says(
        "This is the first bit. The second bit stands on the right."
    )
    yield slip(1 - second, "counts the zeros", "bit-flip").says("This is the probability that the second bit is 0.")
    yield slip(percent["01"] / 100, "takes one row only").says("The second bit is 1 in two of the four cases.")
    yield slip(percent["11"] / 100, "both bits").says("This is the probability that both bits are 1.")


@number("0.2.e", kind="debug", outcome=2, within=1e-3, cuts=CUTS, derive=joint)
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
    yield slip(first / 100, "forgets what is known").says(
        "This is how probable a 1 of the first bit is before anything is known about the second."
    )


OPPOSITE = [list(some) for size in (1, 2, 3) for some in combinations(range(1, 5), size)]
CHAIN = "cx 0 1; cx 1 2; cx 2 3; cx 3 4"


def flips(qubits):
    return "x " + " ".join(map(str, qubits))


@build("0.2.f", rung="think", outcome=3, points=2, takes="circuit", opposite=OPPOSITE)
def shared_coin(opposite):
    first = "".join("1" if k in opposite else "0" for k in range(5))
    yield Distribution({first: 0.5, first.translate(str.maketrans("01", "10")): 0.5})
    end = flips(opposite)
    yield slip(circuit("h 0 1 2 3 4"), "five coins that know nothing of each other").says(
        "Your five bits know nothing of each other: all 32 results are equally probable."
    )
    yield slip(circuit("h 0", CHAIN), "makes all equal", "bit-flip").says(
        "All your bits are equal. Some of them should be opposite to the bit of qubit 0."
    )
    yield slip(circuit(CHAIN, "h 0", end), "copies before the toss").says(
        "Your CNOTs come before the H: at that time there is no coin to copy yet."
    )
    others = [k for k in range(1, 5) if k not in opposite]
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
    ).says("Nothing travels: the result in Lahore is the same whether or not anybody looks in Islamabad.")
    yield slip("Both machines are biased in the same way.", "takes correlation for bias").says(
        "Each coin alone is perfectly fair. What is not independent is the pair."
    )
    yield slip("It is chance: fair coins agree in half of the cases anyway.", "takes it for chance").says(
        "A chance agreement of many tosses in a row has a tiny probability, 1/2 for each toss."
    )


def correlation(sign):
    return lambda counts: sum(sign(*bits) * number for bits, number in counts.items()) / sum(counts.values())


def tables(rng):
    """Counts as the function's only argument; in the last tables some cases never happened."""
    drawn = [{bits: rng.randrange(20, 400) for bits in ("00", "01", "10", "11")} for _ in range(3)]
    return [(counts,) for counts in (*drawn, {"00": 30, "10": 70}, {"11": 8})]


@function("0.2.h", kind="stretch", outcome=3, points=2, name="correlation", inputs=tables, within=1e-6)
def correlation_of_counts():
    yield correlation(lambda a, b: 1 if a == b else -1)
    yield slip(correlation(lambda a, b: int(a == b)), "computes the fraction of equal bits").says(
        "This is the fraction of equal bits. Unequal bits count −1."
    )
    yield slip(correlation(lambda a, b: 1 if a != b else -1), "takes the other sign", "bit-flip").says(
        "The sign is the wrong way round: equal bits count +1."
    )
    yield slip(lambda counts: sum(n if a == b else -n for (a, b), n in counts.items()), "does not divide").says(
        "Divide by the number of shots."
    )
    yield slip(
        lambda counts: (counts["00"] + counts["11"] - counts["01"] - counts["10"]) / sum(counts.values()),
        "expects every key",
        "unreadable",
    )
