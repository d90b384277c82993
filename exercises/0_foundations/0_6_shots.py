"""What right means in lesson 0.6, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import asin, ceil, sqrt

from qtrain.checking import Choice, Distribution, Each, Number
from qtrain.course import Exercise, Mistake

# --- b, f: the standard error of a fraction --------------------------------------------------------------------------


def error(ones, shots):
    """The standard error of the fraction of ones."""
    fraction = ones / shots
    return sqrt(fraction * (1 - fraction) / shots)


def counted(rng):
    """A count whose wrong formulas all give other numbers."""
    shots = rng.choice((400, 900, 1600, 2500))
    return {"shots": shots, "ones": round(shots * rng.choice((0.1, 0.2, 0.3, 0.7, 0.8)))}


def error_target(p):
    fraction = p.ones / p.shots
    spread = sqrt(fraction * (1 - fraction))
    return Number(
        error(p.ones, p.shots),
        within=2e-4,
        replies={
            spread: "This is the spread of a single shot. Averaging over many shots makes the error smaller: "
            "where does the number of shots come in?",
            fraction * (1 - fraction) / p.shots: "This is the variance. The standard error is its square root.",
            spread * sqrt(p.shots): "This is the error of the count, in shots. The fraction is the count divided by "
            "the number of shots, and so is its error.",
            sqrt(p.ones) / p.shots: "The root of the count is a good error bar only where ones are rare. "
            "Zeros matter, too: use f(1 − f).",
            spread / p.shots: "The error does not fall as 1/N, but more slowly.",
        },
    )


def draft(ones, shots):
    """The function as the notebook shows it, with its mistake."""
    fraction = ones / shots
    return (fraction * (1 - fraction)) ** 0.5 / shots


# --- e, h: how many shots --------------------------------------------------------------------------------------------


def shots_target(p):
    wanted = 1 / (4 * p.error**2)
    return Number(
        round(wanted),
        within=0.6,
        replies={
            1 / p.error**2: "Four times more than needed: f(1 − f) is never larger than 1/4.",
            1 / (2 * p.error): "Square both sides: an error that is half as large needs four times as many shots.",
            1 / p.error: "Square both sides: an error that is half as large needs four times as many shots.",
            1 / (2 * p.error**2): "Twice too much: what is the largest value of f(1 − f)?",
        },
    )


MACHINES = ((0.5, 0.52), (0.5, 0.55), (0.3, 0.33), (0.1, 0.12), (0.9, 0.93))


def to_tell_apart(p, sigmas=5, both=True, root=False):
    """The shots for each machine, such that the difference is `sigmas` standard errors of it."""
    variance = p.first * (1 - p.first) + both * p.second * (1 - p.second)
    factor = sigmas if root else sigmas**2
    return ceil(factor * variance / (p.first - p.second) ** 2 - 1e-9)


def apart_target(p):
    return Number(
        to_tell_apart(p),
        within=1.5,
        replies={
            to_tell_apart(p, both=False): "Both measured fractions are uncertain: add the two variances.",
            to_tell_apart(p, root=True): "The 5 has to be squared, too: the number of shots goes with the square of "
            "the accuracy.",
            to_tell_apart(p, sigmas=1): "With so many shots the difference is one standard error only. "
            "Five are asked for.",
        },
    )


# --- c: a coin -------------------------------------------------------------------------------------------------------


def coin(angle):
    """A Cirq circuit of one rotation."""
    import cirq

    return cirq.Circuit(cirq.ry(angle)(cirq.LineQubit(0)))


EXERCISES = [
    Exercise(
        id="0.6.a",
        kind="predict",
        outcome=4,
        variant=lambda rng: {"factor": rng.choice((4, 9, 16, 25, 36))},
        target=lambda p: Number(
            sqrt(p.factor),
            within=1e-3,
            replies={
                p.factor: "That would be nice. But chance deviations partly cancel, and only partly: "
                "the error falls more slowly than 1/N.",
                p.factor**2: "That is too good: the error falls more slowly than 1/N.",
                1 / sqrt(p.factor): "The idea is right. The question asks how many times smaller, so a number above 1.",
                1: "More shots do help. The width of the cloud of points in the picture tells how much.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: p.factor, says="more slowly", note="expects an error that falls as 1/N"),
            Mistake(None, lambda p: 1 / sqrt(p.factor), says="above 1", note="gives the inverse"),
            Mistake(None, lambda p: 1, says="More shots do help", note="takes the error for a property of one shot"),
        ],
    ),
    Exercise(
        id="0.6.b",
        kind="compute",
        outcome=1,
        variant=counted,
        target=error_target,
        mistakes=[
            Mistake(None, lambda p: sqrt(p.ones) / p.shots, says="Zeros matter", note="takes the root of the count"),
            Mistake(None, lambda p: error(p.ones, p.shots) ** 2, says="variance", note="forgets the root"),
            Mistake(None, lambda p: error(p.ones, p.shots) * p.shots, says="count", note="error of the count"),
        ],
    ),
    Exercise(
        id="0.6.c",
        kind="build",
        outcome=4,
        variant=lambda rng: {"percent": rng.choice((10, 15, 20, 30, 35))},
        target=lambda p: Distribution({"0": 1 - p.percent / 100, "1": p.percent / 100}, tolerance=1e-3),
        mistakes=[
            Mistake("half-angle", lambda p: coin(asin(sqrt(p.percent / 100))), note="forgets the factor 2"),
            Mistake("bit-flip", lambda p: coin(2 * asin(sqrt(1 - p.percent / 100))), note="exchanges 0 and 1"),
            Mistake(None, lambda p: coin(2 * asin(p.percent / 100)), note="forgets the square root"),
        ],
    ),
    Exercise(
        id="0.6.d",
        kind="explain",
        outcome=1,
        target=lambda p: Choice(
            "c",
            {
                "a": "No error bar of one standard error is that sure: about one in three misses the true value.",
                "b": "The machine's faults are another thing. Here the coin is perfect, and the error bar is there "
                "all the same: it comes from the finite number of shots.",
                "c": "Right: the bar says how often the method hits, over many repetitions.",
                "d": "A single shot gives 0 or 1. The bar is about the fraction that is computed from all shots.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="one in three", note="takes the bar for a guarantee"),
            Mistake(None, lambda p: "b", says="finite number", note="confuses chance with faults"),
            Mistake(None, lambda p: "d", says="all shots", note="confuses one shot with the mean"),
        ],
    ),
    Exercise(
        id="0.6.e",
        kind="compute",
        outcome=2,
        variant=lambda rng: {"error": rng.choice((0.02, 0.025, 0.01, 0.005, 0.004))},
        target=shots_target,
        mistakes=[
            Mistake(None, lambda p: round(1 / p.error**2), says="never larger than 1/4", note="forgets f(1 − f) ≤ 1/4"),
            Mistake(None, lambda p: round(1 / p.error), says="four times as many", note="forgets the square"),
        ],
    ),
    Exercise(
        id="0.6.f",
        kind="debug",
        outcome=1,
        target=lambda p: Each(
            lambda rng: [(rng.randrange(1, shots), shots) for shots in (50, 100, 400, 1000, 4096)],
            lambda ones, shots: Number(
                error(ones, shots),
                rel=1e-6,
                replies={
                    draft(ones, shots): "the number of shots belongs under the root, too.",
                    error(ones, shots) ** 2: "that is the variance: a root is missing.",
                },
            ),
            name="error_bar",
        ),
        mistakes=[
            Mistake(None, lambda p: draft, says="under the root", note="hands the draft in"),
            Mistake(None, lambda p: lambda ones, shots: error(ones, shots) ** 2, says="a root is missing"),
            Mistake(None, lambda p: lambda ones, shots: ones**0.5 / shots, note="takes the root of the count"),
        ],
    ),
    Exercise(
        id="0.6.g",
        kind="explain",
        outcome=3,
        target=lambda p: Choice(
            "b",
            {
                "a": "A seed changes nothing about how far the points spread. Only more shots do.",
                "b": "Right: the same seed gives the same shots, and nobody can repeat your figures without it.",
                "c": "A real machine has no seed: each run gives new shots. A seed exists in a simulator only.",
                "d": "That is not science but selection: it hides how uncertain the result is. Choose the seed before "
                "you see the result.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="Only more shots", note="takes the seed for a cure of the spread"),
            Mistake(None, lambda p: "c", says="no seed", note="expects a seed on real machines"),
            Mistake(None, lambda p: "d", says="selection", note="picks the seed that looks best"),
        ],
    ),
    Exercise(
        id="0.6.h",
        kind="stretch",
        outcome=2,
        points=2,
        variant=lambda rng: dict(zip(("first", "second"), rng.choice(MACHINES), strict=True)),
        target=apart_target,
        mistakes=[
            Mistake(None, lambda p: to_tell_apart(p, both=False), says="add the two", note="forgets one of the errors"),
            Mistake(None, lambda p: to_tell_apart(p, root=True), says="squared", note="forgets to square the 5"),
        ],
    ),
]
