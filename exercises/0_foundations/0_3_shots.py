"""What right means in lesson 0.3, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import asin, ceil, sqrt

from qtrain.authoring import build, choice, circuit, decimals, function, number, one_of, right, slip
from qtrain.checking import Distribution


@number("0.3.a", rung="warm-up", kind="predict", outcome=4, within=1e-3, factor=one_of([k * k for k in range(2, 41)]))
def smaller(factor):
    yield sqrt(factor)
    yield slip(factor, "expects an error that falls as 1/N").says(
        "That would be nice. But chance deviations partly cancel, and only partly: the error falls more slowly than "
        "1/N."
    )
    yield slip(factor**2, "squares").says("That is too good: the error falls more slowly than 1/N.")
    yield slip(1 / sqrt(factor), "gives the inverse").says(
        "The idea is right. The question asks how many times smaller, so a number above 1."
    )
    yield slip(1, "takes the error for a property of one shot").says(
        "More shots do help. The width of the cloud of points in the picture tells how much."
    )


def counted(shots, percent):
    return {"ones": round(shots * percent / 100)}


@number(
    "0.3.b",
    rung="warm-up",
    outcome=1,
    within=2e-4,
    shots=one_of(range(400, 4001, 100)),
    percent=one_of(*range(5, 41), *range(60, 96)),
    derive=counted,
)
def standard_error(shots, ones):
    fraction = ones / shots
    spread = sqrt(fraction * (1 - fraction))
    yield spread / sqrt(shots)
    yield slip(spread, "forgets the shots").says(
        "This is the spread of a single shot. Averaging over many shots makes the error smaller: where does the "
        "number of shots come in?"
    )
    yield slip(spread**2 / shots, "forgets the root").says(
        "This is the variance. The standard error is its square root."
    )
    yield slip(spread * sqrt(shots), "gives the error of the count").says(
        "This is the error of the count, in shots. The fraction is the count divided by the number of shots, and so "
        "is its error."
    )
    yield slip(sqrt(ones) / shots, "takes the root of the count").says(
        "The root of the count is a good error bar only where ones are rare. Zeros matter, too: use f(1 − f)."
    )
    yield slip(spread / shots, "divides by the shots").says("The error does not fall as 1/N, but more slowly.")


@build(
    "0.3.c",
    rung="warm-up",
    outcome=4,
    takes="circuit",
    percent=one_of([k for k in (*range(5, 45), *range(56, 96)) if k not in (25, 27, 75)]),
)
def biased_coin(percent):
    chance = percent / 100
    yield Distribution({"0": 1 - chance, "1": chance}, tolerance=1e-3)
    yield slip(circuit("ry(a) 0", a=asin(sqrt(chance))), "forgets the factor 2", "half-angle")
    yield slip(circuit("ry(a) 0", a=2 * asin(sqrt(1 - chance))), "exchanges 0 and 1", "bit-flip")
    yield slip(circuit("ry(a) 0", a=2 * asin(chance)), "forgets the square root").says(
        "The sine of half your angle is the probability. It has to be the amplitude, the root of the probability."
    )


@choice("0.3.d", outcome=1)
def what_the_bar_says():
    yield right(
        "If the whole experiment is repeated many times, about 68 % of the bars made in this way contain the true "
        "probability."
    ).says("Right: the bar says how often the method hits, over many repetitions.")
    yield slip("The true probability certainly lies between 0.28 and 0.32.", "takes the bar for a guarantee").says(
        "No error bar of one standard error is that sure: about one in three misses the true value."
    )
    yield slip("The machine has an error of 2 percent.", "confuses chance with faults").says(
        "The machine's faults are another thing. Here the coin is perfect, and the error bar is there all the same: "
        "it comes from the finite number of shots."
    )
    yield slip("Each single shot is uncertain by 0.02.", "confuses one shot with the mean").says(
        "A single shot gives 0 or 1. The bar is about the fraction that is computed from all shots."
    )


@number(
    "0.3.e",
    outcome=2,
    within=0.6,
    error=one_of(0.05, 0.04, 0.025, 0.02, 0.0125, 0.01, 0.008, 0.00625, 0.005, 0.004, 0.0025, 0.002),
)
def how_many_shots(error):
    wanted = 1 / (4 * error**2)
    yield round(wanted)
    yield slip(round(4 * wanted), "forgets f(1 − f) ≤ 1/4").says(
        "Four times more than needed: f(1 − f) is never larger than 1/4."
    )
    for wrong in (1 / (2 * error), 1 / error):
        yield slip(round(wrong), "forgets the square").says(
            "Square both sides: an error that is half as large needs four times as many shots."
        )
    yield slip(round(2 * wanted), "takes 1/2 for the largest f(1 − f)").says(
        "Twice too much: what is the largest value of f(1 − f)?"
    )


@function(
    "0.3.f",
    kind="debug",
    outcome=1,
    name="error_bar",
    rel=1e-6,
    inputs=lambda rng: [(rng.randrange(1, shots), shots) for shots in (50, 100, 400, 1000, 4096)],
)
def error_bar():
    def variance(ones, shots):
        return ones / shots * (1 - ones / shots)

    yield lambda ones, shots: sqrt(variance(ones, shots) / shots)
    yield slip(lambda ones, shots: sqrt(variance(ones, shots)) / shots, "hands the draft in").says(
        "The number of shots belongs under the root, too."
    )
    yield slip(lambda ones, shots: variance(ones, shots) / shots, "forgets the root").says(
        "This is the variance: a root is missing."
    )
    yield slip(lambda ones, shots: sqrt(variance(ones, shots)), "forgets the shots").says(
        "This is the spread of one shot: the error bar of the fraction gets smaller with more shots."
    )
    yield slip(lambda ones, shots: sqrt(ones) / shots, "takes the root of the count").says(
        "The root of the count is right for rare ones only: the zeros matter, too."
    )


@choice("0.3.g", outcome=3)
def what_a_seed_is_good_for():
    yield right("A seed lets somebody else repeat my simulated result exactly.").says(
        "Right: the same seed gives the same shots, and nobody can repeat your figures without it."
    )
    yield slip("A good seed makes the error bar smaller.", "takes the seed for a cure of the spread").says(
        "A seed changes nothing about how far the points spread. Only more shots do."
    )
    yield slip(
        "With the same seed a real quantum computer repeats its shots, too.", "expects a seed on real machines"
    ).says("A real machine has no seed: each run gives new shots. A seed exists in a simulator only.")
    yield slip(
        "One should try several seeds and report the one with the best result.", "picks the seed that looks best"
    ).says(
        "That is not science but selection: it hides how uncertain the result is. Choose the seed before you see the "
        "result."
    )


@number(
    "0.3.h",
    kind="stretch",
    outcome=2,
    points=2,
    within=1.5,
    first=decimals(0.05, 0.95, 0.05),
    gap=decimals(0.02, 0.08, 0.01),
    derive=lambda first, gap: {"second": round(first + gap, 2)},
    where=lambda first, gap: first + gap < 0.99,
)
def tell_apart(first, second):
    def shots(variance, sigmas=25):
        return ceil(sigmas * variance / (second - first) ** 2 - 1e-9)

    one, other = first * (1 - first), second * (1 - second)
    yield shots(one + other)
    yield slip(shots(one), "forgets one of the errors").says(
        "Both measured fractions are uncertain: add the two variances."
    )
    yield slip(shots(other), "forgets one of the errors").says(
        "Both measured fractions are uncertain: add the two variances."
    )
    yield slip(shots(one + other, 5), "forgets to square the 5").says(
        "The 5 has to be squared, too: the number of shots goes with the square of the accuracy."
    )
    yield slip(shots(one + other, 1), "asks for one standard error").says(
        "With so many shots the difference is one standard error only. Five are asked for."
    )
