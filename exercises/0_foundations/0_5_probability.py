"""What right means in lesson 0.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

import numpy as np

from qtrain.checking import Choice, Distribution, Each, Number, Property
from qtrain.circuits import Circuit, Matrix, Operation
from qtrain.course import Exercise, Mistake

# --- a, b: a bit on a noisy line --------------------------------------------------------------------------------------


def flipped(start, flip, times=1):
    """P(1) after `times` noisy lines, each of which flips with probability `flip`."""
    return 0.5 + (start - 0.5) * (1 - 2 * flip) ** times


def one_line(p):
    return Number(
        flipped(p.start, p.flip),
        within=1e-4,
        replies={
            p.start * (1 - p.flip): "These are the ones that stayed ones. Some zeros have become ones, too: add them.",
            p.start + p.flip: "Only zeros can become ones: weight the flip with the probability of 0.",
            1 - flipped(p.start, p.flip): ("bit-flip", "This is the probability of 0 at the end."),
            p.start + (1 - p.start) * p.flip: "You added the zeros that became ones. Some ones have become zeros, too.",
        },
    )


def many_lines(p):
    return Number(
        flipped(0, p.flip, p.times),
        within=1e-4,
        replies={
            p.times * p.flip: "Two flips cancel: a sum of the probabilities counts them as errors.",
            1 - (1 - p.flip) ** p.times: "This is the probability of at least one flip. An even number of flips does "
            "no harm.",
            p.flip**p.times: "This is the probability that every line flips.",
            (1 - 2 * p.flip) ** p.times: "This factor says how much of the difference P(0) − P(1) is left. How do you "
            "get P(1) from the difference?",
        },
    )


# --- c: a stochastic matrix -------------------------------------------------------------------------------------------


def table(p):
    """Columns are what comes in, rows what goes out."""
    return np.array([[1 - p.dark, p.lost], [p.dark, 1 - p.lost]])


def detector(p):
    expected = table(p)

    def told(answer):
        found = answer.matrix
        if found.shape != (2, 2):
            return False, f"The matrix has {found.shape[0]} rows and {found.shape[1]} columns; it needs 2 and 2."
        if np.allclose(found, expected, atol=1e-6):
            return True
        if np.allclose(found, expected.T, atol=1e-6):
            return False, "Rows and columns are exchanged: each column belongs to one input, and adds up to 1."
        if np.allclose(found, expected[::-1, ::-1], atol=1e-6):
            return False, "The two error probabilities are exchanged: which input does each of them belong to?"
        if not np.allclose(found.sum(axis=0), 1):
            return False, "A column does not add up to 1: for each input, something must come out."
        return False, "The columns add up to 1, but an entry is not right."

    return Property("is the table of this detector", told, takes=Matrix, reading="unitary", wants="a 2×2 matrix")


# --- d, e: two bits at once -------------------------------------------------------------------------------------------


def joint(rng):
    """A joint table in percent, of which no two sums are equal."""
    while True:
        cuts = sorted(rng.sample(range(5, 96, 5), 3))
        n = [cuts[0], cuts[1] - cuts[0], cuts[2] - cuts[1], 100 - cuts[2]]
        sums = {n[1] + n[3], n[2] + n[3], n[0] + n[2], n[0] + n[1], *n}
        ratios = {
            round(n[3] / (n[1] + n[3]), 3),
            round(n[3] / (n[2] + n[3]), 3),
            n[3] / 100,
            round(n[1] / (n[1] + n[3]), 3),
        }
        if len(sums) == 8 and len(ratios) == 4:
            return {"percent": dict(zip(("00", "01", "10", "11"), n, strict=True))}


def marginal(p):
    n = p.percent
    right = (n["01"] + n["11"]) / 100
    return Number(
        right,
        within=1e-4,
        replies={
            (n["10"] + n["11"]) / 100: ("qubit-order", "This is the first bit. The second bit stands on the right."),
            1 - right: ("bit-flip", "This is the probability that the second bit is 0."),
            n["01"] / 100: "The second bit is 1 in two of the four cases.",
            n["11"] / 100: "This is the probability that both bits are 1.",
        },
    )


def conditional(p):
    n = p.percent
    return Number(
        n["11"] / (n["01"] + n["11"]),
        within=1e-3,
        replies={
            n["11"] / 100: "This is the joint probability. You know already that the second bit is 1: only these cases "
            "count now.",
            n["11"] / (n["10"] + n["11"]): "You divided by the probability of the first bit. Which bit is known?",
            n["01"] / (n["01"] + n["11"]): ("bit-flip", "This is the probability that the first bit is 0."),
        },
    )


# --- f: a shared coin -------------------------------------------------------------------------------------------------


def steps(*operations):
    """A circuit on two qubits of (name, target) and (name, target, control)."""
    return Circuit(
        2, tuple(Operation(n, (t,), controls=tuple(c), control_values=(1,) * len(c)) for n, t, *c in operations)
    )


def shared(p):
    first, second = ("00", "11") if p.kind == "equal" else ("01", "10")
    return Distribution({first: 0.5, second: 0.5})


# --- h: the correlation -----------------------------------------------------------------------------------------------


def correlation(counts, sign=lambda a, b: 1 if a == b else -1):
    shots = sum(counts.values())
    return sum(sign(*bits) * number for bits, number in counts.items()) / shots


def tables(rng):
    """Counts as the function's only argument; in the last table two cases never happened."""
    drawn = [{bits: rng.randrange(20, 400) for bits in ("00", "01", "10", "11")} for _ in range(3)]
    return [(counts,) for counts in (*drawn, {"00": 30, "10": 70})]


EXERCISES = [
    Exercise(
        id="0.5.a",
        kind="predict",
        outcome=1,
        variant=lambda rng: {"start": rng.choice((0.2, 0.3, 0.7, 0.8)), "flip": rng.choice((0.05, 0.1, 0.15))},
        target=one_line,
        mistakes=[
            Mistake(None, lambda p: p.start * (1 - p.flip), says="add them", note="forgets the zeros that become ones"),
            Mistake(None, lambda p: p.start + p.flip, says="weight", note="adds the flip to everything"),
            Mistake("bit-flip", lambda p: 1 - flipped(p.start, p.flip), note="gives the probability of 0"),
        ],
    ),
    Exercise(
        id="0.5.b",
        kind="compute",
        outcome=1,
        variant=lambda rng: {"flip": rng.choice((0.05, 0.1, 0.2)), "times": rng.choice((3, 4, 5, 6))},
        target=many_lines,
        mistakes=[
            Mistake(None, lambda p: p.times * p.flip, says="cancel", note="adds the probabilities"),
            Mistake(None, lambda p: 1 - (1 - p.flip) ** p.times, says="even number", note="counts every flip as harm"),
        ],
    ),
    Exercise(
        id="0.5.c",
        kind="build",
        outcome=1,
        variant=lambda rng: {"lost": rng.choice((0.1, 0.15, 0.2)), "dark": rng.choice((0.01, 0.02, 0.05))},
        target=detector,
        mistakes=[
            Mistake(None, lambda p: table(p).T, says="Rows and columns", note="writes inputs as rows"),
            Mistake(None, lambda p: table(p)[::-1, ::-1], says="exchanged", note="mixes up the two errors"),
            Mistake(
                None,
                lambda p: np.array([[1, p.lost], [p.dark, 1]]),
                says="add up to 1",
                note="forgets to take the loss away",
            ),
        ],
    ),
    Exercise(
        id="0.5.d",
        kind="compute",
        outcome=2,
        variant=joint,
        target=marginal,
        mistakes=[
            Mistake("qubit-order", lambda p: (p.percent["10"] + p.percent["11"]) / 100, note="takes the first bit"),
            Mistake(None, lambda p: p.percent["01"] / 100, says="two of the four", note="takes one row only"),
        ],
    ),
    Exercise(
        id="0.5.e",
        kind="debug",
        outcome=2,
        variant=joint,
        target=conditional,
        mistakes=[
            Mistake(None, lambda p: p.percent["11"] / 100, says="only these cases", note="forgets to divide"),
            Mistake(
                None,
                lambda p: p.percent["11"] / (p.percent["10"] + p.percent["11"]),
                says="Which bit is known",
                note="exchanges the condition",
            ),
        ],
    ),
    Exercise(
        id="0.5.f",
        kind="build",
        outcome=3,
        variant=lambda rng: {"kind": rng.choice(("equal", "opposite"))},
        target=shared,
        mistakes=[
            Mistake(None, lambda p: steps(("h", 0), ("h", 1)), note="two coins that know nothing of each other"),
            Mistake(
                "bit-flip",
                lambda p: steps(("h", 0), ("x", 1, 0), *([("x", 1)] if p.kind == "equal" else [])),
                note="makes the other kind",
            ),
        ],
    ),
    Exercise(
        id="0.5.g",
        kind="explain",
        outcome=4,
        target=lambda p: Choice(
            "c",
            {
                "a": "Nothing travels: the result in Lahore is the same whether or not anybody looks in Islamabad.",
                "b": "Each coin alone is perfectly fair. What is not independent is the pair.",
                "c": "Right: the common past is enough, and neither side can use it to send a message.",
                "d": "A chance agreement of many tosses in a row has a tiny probability, 1/2 for each toss.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="Nothing travels", note="takes correlation for a signal"),
            Mistake(None, lambda p: "b", says="perfectly fair", note="takes correlation for bias"),
            Mistake(None, lambda p: "d", says="tiny probability", note="takes it for chance"),
        ],
    ),
    Exercise(
        id="0.5.h",
        kind="stretch",
        outcome=3,
        points=2,
        target=lambda p: Each(
            tables,
            lambda counts: Number(
                correlation(counts),
                within=1e-6,
                replies={
                    correlation(counts, lambda a, b: int(a == b)): "this is the fraction of equal bits. "
                    "Unequal bits count −1.",
                    -correlation(counts): ("bit-flip", "the sign is the wrong way round: equal bits count +1."),
                    correlation(counts) * sum(counts.values()): "divide by the number of shots.",
                },
            ),
            name="correlation",
        ),
        mistakes=[
            Mistake(
                None,
                lambda p: lambda counts: correlation(counts, lambda a, b: int(a == b)),
                says="count −1",
                note="computes the fraction of equal bits",
            ),
            Mistake("bit-flip", lambda p: lambda counts: -correlation(counts), note="takes the other sign"),
        ],
    ),
]
