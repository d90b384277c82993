"""What right means in lesson 0.3, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import asin, ceil, degrees, pi, sin, sqrt

from qtrain.authoring import (
    build,
    choice,
    circuit,
    data,
    decimals,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Data, Distribution
from qtrain.checking.rules import Gates, NoInitialize, NoUnitary
from qtrain.checking.schema import Row, Whole
from qtrain.circuits.numerals import number_beside, number_text


@number("0.3.a", rung="warm-up", kind="predict", outcome=4, within=1e-3, factor=one_of([k * k for k in range(2, 62)]))
def smaller(factor):
    yield sqrt(factor)
    yield slip(factor, "expects an error that falls as 1/N").says(
        "That would be nice. But chance deviations partly cancel, and only partly: the error falls more slowly than "
        "1/N."
    )
    yield slip(factor / 2, "halves").says(
        "Half of the factor would still be a fall as 1/N. Compare the widths at 10 and at 1000 shots in the picture."
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
    yield slip(fraction, "gives the fraction").says("This is the fraction itself. Its error bar is asked for.")
    yield slip(2 * spread / sqrt(shots), "doubles it").says(
        "This is two standard errors. One is asked for, without a factor 2."
    )
    yield slip(1 / sqrt(shots), "takes the error of a mean of ±1").says(
        "This is twice the error bar of a fair coin. Your fraction is known: what is the spread of one shot?"
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
    yield slip(0.5 / sqrt(shots), "takes the worst case").says(
        "This is the error bar of a fair coin. Your fraction is known: use it."
    )


@build(
    "0.3.c",
    outcome=4,
    takes="circuit",
    rules=[NoInitialize(), NoUnitary(), Gates(1)],
    percent=one_of([k for k in (*range(5, 45), *range(56, 96)) if k not in (25, 27, 75)]),
)
def biased_coin(percent):
    chance = percent / 100
    yield Distribution({"0": 1 - chance, "1": chance}, tolerance=1e-3)
    yield slip(circuit("ry(a) 0", a=asin(sqrt(chance))), "forgets the factor 2", "half-angle")
    yield slip(circuit("ry(a) 0", a=2 * asin(sqrt(1 - chance))), "exchanges 0 and 1", "bit-flip")
    yield slip(circuit("ry(a) 0", a=2 * asin(chance)), "forgets the square root").says(
        "The sine of half your angle is the probability. It has to be the root of the probability."
    )
    yield slip(circuit("h 0; ry(a) 0", a=2 * asin(sqrt(chance))), "tosses a fair coin first", "extra-gate").says(
        "This is what the right rotation gives with an H before it. Begin at the qubit that always gives 0, with the "
        "rotation alone."
    )
    yield slip(circuit("ry(a) 0", a=degrees(2 * asin(sqrt(chance)))), "gives degrees", "degrees").worth(0)
    if percent not in (5, 6, 69, 80):  # there it gives nothing at all, what degrees give, or exchanges 0 and 1
        yield (
            slip(circuit("ry(a) 0", a=asin(chance)), "forgets the root and the factor 2")
            .worth(0)
            .says(
                "The sine of your angle is the probability. The Born rule has the *square* of the sine of *half* the "
                "angle."
            )
        )
    yield (
        slip(circuit("ry(a) 0", a=pi * chance), "takes the angle for proportional")
        .worth(0)
        .says(
            "Your angle is the probability times π. At 0, 1/2 and 1 that is right, but between them the probability "
            "does not grow in proportion to the angle."
        )
    )


@choice("0.3.d", rung="warm-up", outcome=1)
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
    within=1.5,
    percent=whole(5, 40),
    error=one_of(0.05, 0.04, 0.025, 0.02, 0.0125, 0.01, 0.008, 0.00625, 0.005, 0.004, 0.0025, 0.002),
)
def how_many_shots(percent, error):
    largest = percent / 100
    wanted = largest * (1 - largest) / error**2
    yield ceil(wanted - 1e-6)
    yield slip(round(1 / (4 * error**2)), "takes the worst case of all coins").says(
        "So many are enough, but fewer are, too: your coin is never fair. Which P in your range is the worst?"
    )
    yield slip(round(largest / error**2), "forgets 1 − P").says("The variance of one shot is not P: zeros matter, too.")
    yield slip(round(largest * (1 - largest) / (4 * error**2)), "mixes the two formulas").says(
        "The 1/4 stands for P(1 − P) of the fair coin. You put it in beside your own P(1 − P)."
    )
    yield slip(round(1 / error**2), "takes 1 for the variance of a shot").says(
        "You let one shot have the variance 1. It is P(1 − P), which is 1/4 at most."
    )
    for wrong in (largest * (1 - largest) / error, sqrt(largest * (1 - largest)) / error):
        yield slip(round(wrong), "forgets the square").says(
            "Square both sides: an error that is half as large needs four times as many shots."
        )


def runs(rng):
    """Two to six runs of one coin, of very different lengths; their fractions differ as chance makes them."""
    found = []
    for k in range(2, 7):
        chance = rng.uniform(0.15, 0.85)
        shots = [rng.choice((40, 100, 250, 1000, 5000)) + rng.randrange(30) for _ in range(k)]
        found.append(([sum(rng.random() < chance for _ in range(n)) for n in shots], shots))
    return found


@function("0.3.f", kind="debug", outcome=1, name="error_bar", rel=1e-6, inputs=runs)
def error_bar():
    def pooled(ones, shots):
        return sum(ones) / sum(shots)

    def variance(fraction):
        return fraction * (1 - fraction)

    def bars(ones, shots, power):
        return [sqrt(variance(one / n)) / n**power for one, n in zip(ones, shots, strict=True)]

    def mean(numbers):
        return sum(numbers) / len(numbers)

    yield lambda ones, shots: sqrt(variance(pooled(ones, shots)) / sum(shots))
    yield slip(lambda ones, shots: mean(bars(ones, shots, 1)), "hands the draft in").says(
        "This is the draft. Both of its mistakes are still there."
    )
    yield (
        slip(lambda ones, shots: mean(bars(ones, shots, 0.5)), "mends the root only")
        .worth(0.4)
        .says(
            "One mistake is mended: the error bar of each run is right. But a mean of error bars does not shrink with "
            "more runs."
        )
    )
    yield (
        slip(lambda ones, shots: sqrt(variance(pooled(ones, shots))) / sum(shots), "mends the mean only")
        .worth(0.4)
        .says("You take all shots together: right. But the error does not fall as 1/N.")
    )
    yield slip(
        lambda ones, shots: sqrt(variance(mean([one / n for one, n in zip(ones, shots, strict=True)])) / sum(shots)),
        "takes the mean of the fractions",
    ).says(
        "The mean of the fractions gives a short run as much weight as a long one. Add the ones and the shots first."
    )
    yield slip(lambda ones, shots: sqrt(sum(bar**2 for bar in bars(ones, shots, 0.5))), "adds the variances").says(
        "This is the error bar of the sum of all fractions, and it grows with each run. The fraction of all shots is "
        "asked for."
    )
    yield (
        slip(
            lambda ones, shots: (
                sqrt(sum((n * bar) ** 2 for n, bar in zip(shots, bars(ones, shots, 0.5), strict=True))) / sum(shots)
            ),
            "gives each run a fraction of its own",
        )
        .worth(0.7)
        .says(
            "Nearly: you add the variances of the counts, each with the fraction of its own run. The coin is the same "
            "in all runs: use one fraction, that of all shots."
        )
    )
    yield slip(
        lambda ones, shots: sqrt(sum(bar**2 for bar in bars(ones, shots, 0.5))) / len(ones), "averages the fractions"
    ).says(
        "This is the error bar of the mean of the fractions, in which a short run counts as much as a long one. The "
        "fraction of all shots is asked for."
    )
    yield slip(
        lambda ones, shots: mean(bars(ones, shots, 0.5)) / sqrt(len(ones)), "divides the mean bar by √runs"
    ).says("That would be right for runs of the same length with the same fraction. Add the ones and the shots first.")
    yield slip(lambda ones, shots: sqrt(sum(ones)) / sum(shots), "takes the root of the count").says(
        "The root of the count is a good error bar only where ones are rare: use f(1 − f)."
    )
    yield slip(lambda ones, shots: variance(pooled(ones, shots)) / sum(shots), "forgets the root").says(
        "This is the variance of the fraction: a root is missing."
    )


@choice("0.3.g", rung="think", outcome=3)
def a_hundred_copies():
    yield right("About 0.016: the error bar of 1000 shots.").says(
        "Right: the same seed gives the same 1000 shots a hundred times. Copies do not count."
    )
    yield slip("About 0.0016: the error bar of 100 000 shots.", "counts copies as shots").says(
        "The formula holds for independent shots. What does the second run tell that the first did not?"
    )
    yield slip("0: all hundred runs agree exactly.", "takes agreement of copies for certainty").says(
        "They agree because they began with the same seed. Would another seed give 0.512, too?"
    )
    yield slip(
        "None: with a fixed seed nothing is random, so the fraction is exact.", "takes a seed for the end of chance"
    ).says("A seed makes the result repeatable, and it is still one sample: another seed gives another fraction.")


@measure(
    "0.3.i",
    rung="think",
    outcome=(1, 2, 4),
    points=2,
    within=0.02,
    hidden=one_of([k / 400 for k in range(320, 1040)]),
)
def angle_of_a_coin(hidden):
    chance, shots = sin(hidden / 2) ** 2, 2500
    yield right(hidden, spread=1.0)
    yield slip((hidden / 2, 0.02, shots), "forgets the factor 2", "half-angle").says(
        "This is half of the angle: in the Born rule stands the sine of θ/2."
    )
    yield slip((2 * asin(chance), 0.02, shots), "forgets the square root").says(
        "The sine of half the angle is not the probability: its square is."
    )
    yield slip((degrees(hidden), degrees(0.02), shots), "gives degrees", "degrees").says(
        "This is the angle in degrees. Radians are asked for, for the error bar, too."
    )
    yield slip((pi - hidden, 0.02, shots), "counts zeros", "bit-flip").says(
        "This angle belongs to the fraction of zeros. In the Born rule stands the probability of 1."
    )
    yield slip((chance, sqrt(chance * (1 - chance) / shots), shots), "gives the fraction").says(
        "This is the fraction of ones. Which angle gives this probability?"
    )
    if min(abs(pi * chance - other) for other in (hidden, hidden / 2, 2 * asin(chance), pi - hidden, chance)) > 0.21:
        yield slip((pi * chance, 2 / sqrt(shots), shots), "takes the angle for proportional").says(
            "This is π times the fraction. The probability does not grow in proportion to the angle: use the Born rule."
        )
    yield (
        slip((hidden, sqrt(chance * (1 - chance) / shots), shots), "gives the error bar of the fraction")
        .worth(0.5)
        .says(
            "Your error bar is about that of the fraction. The angle is computed from it: send the ends of the bar "
            "through the same computation."
        )
    )


def unlike(first, second, price):
    """Whether plans that forget the prices, the spreads or the roots all cost clearly more than the cheapest."""
    one, other = first * (1 - first), second * (1 - second)
    cheapest = (sqrt(one) + sqrt(other * price)) ** 2
    return all((one / ratio + other) * (ratio + price) > 1.02 * cheapest for ratio in (1, sqrt(price), price))


@data(
    "0.3.h",
    kind="stretch",
    outcome=2,
    points=2,
    first=decimals(0.01, 0.05, 0.01),
    gap=decimals(0.05, 0.1, 0.01),
    price=whole(4, 25),
    derive=lambda first, gap, price: {"second": round(first + gap, 2)},
    where=lambda first, gap, price: unlike(first, first + gap, price),
)
def tell_apart(first, second, price):
    one, other, allowed = first * (1 - first), second * (1 - second), ((second - first) / 5) ** 2
    cheapest = (sqrt(one) + sqrt(other * price)) ** 2 / allowed

    def holds(answer):
        on_a, on_b = answer
        away = 5 * sqrt(allowed / (one / on_a + other / on_b))
        if away < 4.99:
            return (
                False,
                f"With this plan the difference is {number_beside(away, 5, 2)} standard errors; five are asked for.",
            )
        cost = on_a + price * on_b
        return cost <= 1.01 * cheapest, (
            f"The difference is {number_text(away, 2)} standard errors, so these shots are enough. But the plan costs "
            f"{cost} rupees, and there is one that is more than 1 percent cheaper."
        )

    def plan(ratio, first_variance=one, second_variance=other, limit=allowed):
        """Shots on A and B, `ratio` times as many on A, that bring the variance to its limit."""
        on_b = (first_variance / ratio + second_variance) / limit
        return [ceil(ratio * on_b), ceil(on_b)]

    best = sqrt(one / other * price)
    yield Data(schema=Row(Whole(1), Whole(1), names="ab"), holds=holds)
    yield slip(plan(1), "takes as many shots on both").says(
        "These shots are enough. But as many on the expensive machine as on the cheap one are not the cheapest plan."
    )
    yield slip(plan(price), "gives each machine the same money").says(
        "These shots are enough. You spend the same money on both machines; is that the cheapest plan? Try "
        "a few others."
    )
    yield slip(plan(best)[::-1], "exchanges the two machines").says(
        "The two numbers are exchanged: the shots on A come first."
    )
    yield slip(plan(sqrt(price)), "looks at the prices alone").says(
        "These shots are enough, and the prices are weighed well. But the two machines do not stray by the same amount."
    )
    yield slip(plan(best, limit=5 * allowed), "forgets to square the 5").says(
        "The 5 has to be squared, too: the number of shots goes with the square of the accuracy."
    )
    yield slip(plan(best, limit=25 * allowed), "asks for one standard error").says(
        "With this plan the difference is one standard error only. Five are asked for."
    )
    yield slip([ceil(one / allowed), ceil(other / allowed)], "forgets that variances add").says(
        "Each machine alone would be good enough. But both measured fractions are uncertain: their variances add."
    )
    yield slip(plan(sqrt(price), 0.25, 0.25), "takes the worst case for both").says(
        "These shots are more than enough: you know that both machines give 1 rarely. What is the variance of one shot?"
    )
