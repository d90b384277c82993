"""What is right in the error-correction engineer's task: a threshold, estimated with honest statistics."""

import random
from math import comb, exp, log, sqrt

from qtrain.authoring import choice, function, number, report, right, slip

RATES = [0.004, 0.005, 0.006, 0.007, 0.008, 0.009]


def majority(d, p, least=None):
    least = d // 2 + 1 if least is None else least
    return sum(comb(d, k) * p**k * (1 - p) ** (d - k) for k in range(least, d + 1))


@function(
    "204.P.1",
    outcome=1,
    points=3,
    rel=1e-6,
    inputs=lambda rng: [(d, round(rng.uniform(0.01, 0.3), 3)) for d in (3, 5, 7, 9, 11)],
)
def failure():
    def failure(d, p):
        return majority(d, p)

    yield failure
    yield slip(lambda d, p: majority(d, p, d // 2), "counts a minority as a failure")
    yield slip(lambda d, p: comb(d, d // 2 + 1) * p ** (d // 2 + 1), "takes the leading term alone")
    yield slip(lambda d, p: majority(d, p, d), "counts only when all are wrong")


def draw_lambda(rng: random.Random) -> dict:
    """Logical errors a round for three distances."""
    factor, first = rng.uniform(1.8, 3.2), rng.uniform(2e-3, 6e-3)
    noisy = [first / factor**k * exp(rng.uniform(-0.03, 0.03)) for k in range(3)]
    return {"distances": [3, 5, 7], "errors": [float(f"{one:.4g}") for one in noisy]}


@number("204.P.2", outcome=2, points=2, within=0.005, draw=draw_lambda)
def suppression(errors):
    yield sqrt(errors[0] / errors[2])
    yield slip(errors[0] / errors[2], "takes two steps for one").says(
        "From distance 3 to 7 are two steps of 2. This is the factor of both."
    )
    yield slip((errors[0] / errors[2]) ** 0.25, "takes a step for 1").says("Λ belongs to a step of 2 in the distance.")


def draw_goal(rng: random.Random) -> dict:
    """A measured error at distance 3, a factor, and a target that is not on the edge of a distance."""
    while True:
        factor, first = round(rng.uniform(2, 3.4), 2), round(rng.uniform(2e-3, 6e-3), 5)
        goal = float(f"1e-{rng.randrange(7, 13)}")
        steps = log(first / goal) / log(factor)
        if 0.15 < steps % 1 < 0.85:
            return {"factor": factor, "at_3": first, "goal": goal}


@number("204.P.3", outcome=2, points=2, draw=draw_goal)
def distance(factor, at_3, goal):
    steps = int(log(at_3 / goal) / log(factor)) + 1
    yield 3 + 2 * steps
    yield slip(3 + steps, "takes a step for 1").says("Λ belongs to a step of 2 in the distance.")
    yield slip(3 + 2 * (steps - 1), "rounds down").says("At this distance the error is still above the target.")


def draw_crossing(rng: random.Random) -> dict:
    """Failures of two distances at several error rates; the order changes once, between two neighbours."""
    shots = 200_000
    while True:
        threshold, level = rng.uniform(0.0056, 0.0082), rng.uniform(0.06, 0.12)
        both = []
        for d in (3, 5):
            mean = [shots * level * (p / threshold) ** ((d + 1) / 2) for p in RATES]
            both.append([round(rng.gauss(m, sqrt(m))) for m in mean])
        signs = [a > b for a, b in zip(*both, strict=True)]
        if signs == sorted(signs, reverse=True) and len(set(signs)) == 2:
            return {"rates": RATES, "shots": shots, "failures_3": both[0], "failures_5": both[1]}


def crossing(low: list, high: list, scale=log) -> float:
    """Where the two curves cross, each a straight line between neighbours, in these scales of both axes."""
    k = next(k for k in range(1, len(RATES)) if (low[k] > high[k]) != (low[k - 1] > high[k - 1]))
    before, after = (scale(low[j]) - scale(high[j]) for j in (k - 1, k))
    left, width = scale(RATES[k - 1]), scale(RATES[k]) - scale(RATES[k - 1])
    found = left + width * before / (before - after)
    return exp(found) if scale is log else found


@number("204.P.4", outcome=3, points=3, draw=draw_crossing)
def threshold(failures_3, failures_5):
    found = crossing(failures_3, failures_5)
    # Straight lines in other scales differ by less than this.
    yield right(found, within=2e-5)
    k = next(k for k in range(len(RATES)) if failures_3[k] < failures_5[k])
    yield slip(RATES[k] + 2e-4, "takes a rate above the crossing").says(
        "There the larger distance is worse already. Go back to where the two agree."
    )
    yield slip(RATES[0] - 1e-3, "takes a rate below the table").says(
        "There the larger distance is better: no crossing."
    )


def draw_bar(rng: random.Random) -> dict:
    return {"failures": rng.randrange(40, 300), "shots": rng.choice([20_000, 50_000, 100_000])}


@number("204.P.5", outcome=3, points=1, rel=0.005, draw=draw_bar)
def error_bar(failures, shots):
    f = failures / shots
    yield sqrt(f * (1 - f) / shots)
    yield slip(sqrt(f * (1 - f)), "forgets the shots").says("This is the spread of one shot.")
    yield slip(f * (1 - f) / shots, "forgets the root").says("This is the variance; its root is the error bar.")


@choice("204.P.6", outcome=3, points=1)
def no_failures():
    yield right("The rate is below about 3/n, with 95 % confidence.").says(
        "Yes: (1 − 3/n) to the power n is about 5 %."
    )
    yield slip("The rate is 0.", "takes none seen for none there").says("None seen in n shots is not none there.")
    yield slip("The error bar is 0, so the rate is exact.", "takes the formula where it fails").says(
        "The usual formula gives 0 here because it does not hold for so few events."
    )
    yield slip("Nothing at all.", "throws the data away").says(
        "n shots without a failure do bound the rate from above."
    )


method = report(
    "204.P.7",
    "Method",
    (
        "names code, noise and decoder",
        "also gives rounds, shots, seeds and the rule by which a shot counts as a failure",
        "somebody else could repeat it; what is per shot and what is per round is told apart",
    ),
    outcome=4,
)
statistics = report(
    "204.P.8",
    "Statistics",
    (
        "gives a threshold",
        "gives it with an error bar, and says how the error bar was made",
        "also shows how the crossing moves with the distance, and what the points with few failures are worth",
    ),
    outcome=4,
)
meaning = report(
    "204.P.9",
    "What it means for a device",
    (
        "compares with one device",
        "says how the noise of a device differs from the model, with one consequence",
        "names what was not modelled (leakage, correlated errors, time for decoding), and what would be measured next",
    ),
    outcome=4,
)
