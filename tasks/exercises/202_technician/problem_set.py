"""What is right in the technician's task: a calibration report from data."""

import random
from math import exp, log, sqrt

from qtrain.authoring import choice, number, report, right, slip

SHOTS = 1000
DELAYS = [5, 15, 30, 50, 80, 120]


def draw_readout(rng: random.Random) -> dict:
    """Counts of 0 and 1 after preparing 0 and after preparing 1."""
    wrong0, wrong1 = rng.randrange(12, 60), rng.randrange(90, 220)
    return {"prepared_0": [2000 - wrong0, wrong0], "prepared_1": [wrong1, 2000 - wrong1]}


@number("202.P.1", outcome=1, points=2, within=2e-4, draw=draw_readout)
def assignment_error(prepared_0, prepared_1):
    wrong0, wrong1 = prepared_0[1] / sum(prepared_0), prepared_1[0] / sum(prepared_1)
    yield (wrong0 + wrong1) / 2
    yield slip(wrong0 + wrong1, "adds the two").says("You added the two error rates. Their mean is asked for.")
    yield slip(wrong1, "takes the one of state 1").says("This is the error after preparing 1 alone.")
    yield slip(wrong0, "takes the one of state 0").says("This is the error after preparing 0 alone.")


@number("202.P.2", outcome=1, points=2, within=2e-5, draw=draw_readout)
def error_bar_of_it(prepared_0, prepared_1):
    wrong0, wrong1 = prepared_0[1] / sum(prepared_0), prepared_1[0] / sum(prepared_1)
    each = [f * (1 - f) / 2000 for f in (wrong0, wrong1)]
    yield sqrt(sum(each)) / 2
    yield slip(sqrt(sum(each)), "forgets the half").says(
        "This is the error bar of the sum. Half the sum has half the error bar."
    )
    yield slip((sqrt(each[0]) + sqrt(each[1])) / 2, "adds the error bars").says(
        "Independent errors add by their squares, not by themselves."
    )


def fitted(ones: list[int]) -> tuple[float, float]:
    """T1 and its standard error: the maximum of the likelihood for exp(-t/T1), found by Newton's steps in 1/T1."""
    rate = max(-log(min(max(ones[2] / SHOTS, 1e-3), 1 - 1e-3)) / DELAYS[2], 1e-4)
    for _ in range(60):
        slope = information = 0.0
        for t, n in zip(DELAYS, ones, strict=True):
            p = exp(-rate * t)
            slope += -t * (n - SHOTS * p) / (1 - p)
            information += SHOTS * t * t * p / (1 - p)
        rate += max(min(slope / information, 0.5 * rate), -0.5 * rate)
    return 1 / rate, 1 / (rate * rate * sqrt(information))


def draw_decay(rng: random.Random) -> dict:
    """Counts of 1 after each delay, for a qubit that decays."""
    t1 = rng.uniform(30, 90)
    ones = [sum(rng.random() < exp(-t / t1) for _ in range(SHOTS)) for t in DELAYS]
    return {"delays_us": DELAYS, "ones": ones, "shots": SHOTS}


@number("202.P.3", outcome=2, points=3, draw=draw_decay)
def relaxation_time(ones):
    t1, error = fitted(ones)
    # Weighted or not, by likelihood or by least squares: all honest fits lie well within three of its standard errors.
    yield right(t1, within=3 * error)
    yield slip(t1 * log(2), "gives the half-life").says(
        "After this time half of it is left. T1 is the time after which 1/e, 37 %, is left."
    )
    yield slip(1 / t1, "gives the rate").says("This is the rate, 1/T1. The time is asked for, in microseconds.")


def draw_table(rng: random.Random) -> dict:
    """T1 and T2 of five qubits, of which one pair cannot be; it has neither the longest T2 nor the shortest T1."""
    t1 = [rng.randrange(30, 100) for _ in range(5)]
    t2 = [round(one * rng.uniform(0.5, 1.8), 1) for one in t1]
    bad, long, short = rng.sample(range(5), 3)
    t1[bad] = rng.randrange(32, 40)
    t2[bad] = round(t1[bad] * rng.uniform(2.15, 2.4), 1)
    t1[long], t2[long] = 99, 150.0
    t1[short], t2[short] = 28, 30.0
    return {"t1_us": t1, "t2_us": t2}


@number("202.P.4", outcome=3, points=2, draw=draw_table)
def impossible_pair(t1_us, t2_us):
    ratios = [b / a for a, b in zip(t1_us, t2_us, strict=True)]
    yield max(range(5), key=lambda k: ratios[k])
    yield slip(max(range(5), key=lambda k: t2_us[k]), "takes the longest T2").says(
        "This qubit has the longest T2, and its T1 is long enough for it. Compare each T2 with its own T1."
    )
    yield slip(min(range(5), key=lambda k: t1_us[k]), "takes the shortest T1").says(
        "This qubit has the shortest T1, and its T2 is allowed with it. Compare each T2 with its own T1."
    )


@choice("202.P.5", outcome=3, points=1)
def first_step():
    yield right("Run the calibration of yesterday again, unchanged, and compare.").says(
        "Yes: first find out whether the device or the run has changed."
    )
    yield slip("Change the pulse amplitude until the error is small again.", "mends before it knows").says(
        "A change before the cause is known hides it, and nobody can go back."
    )
    yield slip("Leave the bad run out of the log.", "hides it").says(
        "The bad run is the evidence. It stays in the log."
    )
    yield slip("Take ten times as many shots.", "takes a fault for noise").says(
        "More shots make the error bar smaller. They do not make a fault smaller."
    )


log_entry = report(
    "202.P.6",
    "Log entry",
    (
        "gives the values",
        "gives values with units, error bars, date and the settings of the run",
        "somebody else could repeat the run from it alone, and sees at once what differs from the last one",
    ),
    outcome=4,
)
fault = report(
    "202.P.7",
    "Finding the fault",
    (
        "names a possible cause",
        "names two causes and for each a measurement that tells it from the other",
        "orders the measurements by what they cost, and says what is done after each result",
    ),
    outcome=4,
)
limits = report(
    "202.P.8",
    "What the numbers do not show",
    (
        "says that there are limits",
        "names two things that these data cannot show",
        "names them, and the measurement that would show each, on a real device and not in an emulation",
    ),
    outcome=4,
)
