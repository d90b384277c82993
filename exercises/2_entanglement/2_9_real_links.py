"""What right means in lesson 2.9, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import exp, log, log2, sqrt

import numpy as np

from qtrain.authoring import choice, data, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Data
from qtrain.checking.schema import Real
from qtrain.circuits.numerals import number_beside

# Gobby, Yuan and Shields, Applied Physics Letters 84, 3762 (2004), in the form that the decoy papers use.
ALPHA, DETECTOR, DARK, MISALIGNED, COST = 0.21, 0.045, 1.7e-6, 0.033, 1.22


def h(p):
    return 0.0 if p <= 0 or p >= 1 else -p * log2(p) - (1 - p) * log2(1 - p)


@number(
    "2.9.a",
    rung="warm-up",
    outcome=1,
    bounds=(0, 1),
    rel=2e-3,
    length=whole(20, 120),
    alpha=decimals(0.17, 0.25, 0.01),
    percent=one_of([5, 10, 15, 20, 25, 50, 60, 70, 80]),
)
def arrives_and_clicks(length, alpha, percent):
    loss = alpha * length
    yield percent / 100 * 10 ** (-loss / 10)
    yield slip(percent / 100 * exp(-loss / 10), "takes e in place of 10").says(
        "You took e to the power −αL/10. Decibels are powers of 10."
    )
    yield slip(percent / 100 * 10 ** (-loss / 20), "takes 20 in place of 10").says(
        "You divided the decibels by 20. That is for amplitudes; probabilities take 10."
    )
    yield slip(10 ** (-loss / 10), "forgets the detector").says(
        "This is the part that arrives. The detector clicks for some of it only."
    )
    yield slip(percent / 100 * (1 - 10 ** (-loss / 10)), "takes the loss for what is left").says(
        "This is what gets lost. What is left is asked for."
    )


def single_rate(length, alpha, detector, dark, misaligned):
    """The rate of an ideal single-photon source; h counts as ½ beyond an error of ½."""
    eta = detector * 10 ** (-alpha * length / 10)
    gain = dark + eta
    return 1 - 2 * h((dark / 2 + misaligned * eta) / gain)


def reach_of(alpha, detector, dark, misaligned, rate=single_rate):
    low, high = 0.0, 2000.0
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (middle, high) if rate(middle, alpha, detector, dark, misaligned) > 0 else (low, middle)
    return low


@number(
    "2.9.b",
    outcome=(2, 4),
    within=0.5,
    unit="km",
    alpha=decimals(0.17, 0.25, 0.01),
    percent=one_of([5, 10, 15, 20, 25, 50]),
    dark=one_of([1e-7, 2e-7, 5e-7, 1e-6, 2e-6, 5e-6]),
    misaligned=decimals(0.005, 0.04, 0.005),
)
def reach(alpha, percent, dark, misaligned):
    detector = percent / 100
    yield reach_of(alpha, detector, dark, misaligned)

    def wrong_dark(length, alpha, detector, dark, misaligned):
        eta = detector * 10 ** (-alpha * length / 10)
        return 1 - 2 * h(min((dark + misaligned * eta) / (dark + eta), 0.5))

    yield slip(reach_of(alpha, detector, dark, misaligned, wrong_dark), "takes every dark count for an error").says(
        "You counted every dark count as an error. It is a coin: right in half of the cases."
    )
    yield slip(reach_of(alpha, 1.0, dark, misaligned), "forgets the detector").says(
        "This is the reach with a perfect detector. Yours does not click for every photon."
    )
    yield slip(reach_of(alpha / 2, detector, dark, misaligned), "divides the decibels by 20").says(
        "This is twice as far as it should be: did you divide the decibels by 20?"
    )


def gain(mu, eta, dark=DARK):
    return dark + 1 - exp(-eta * mu)


def single_yield(mu, nu, q_mu, q_nu, dark):
    """The least yield of single photons that three gains allow (Ma, Qi, Zhao and Lo 2005)."""
    return (
        mu
        / (mu * nu - nu * nu)
        * (q_nu * exp(nu) - q_mu * exp(mu) * (nu / mu) ** 2 - (mu * mu - nu * nu) / (mu * mu) * dark)
    )


def three_gains(rng):
    mu, nu = rng.choice([0.4, 0.45, 0.48, 0.5, 0.55, 0.6]), rng.choice([0.05, 0.08, 0.1, 0.12, 0.15])
    eta, dark = 10 ** rng.uniform(-3.2, -1.6), rng.choice([5e-7, 1e-6, 1.7e-6, 2e-6])
    return {
        "mu": mu,
        "nu": nu,
        "gain_mu": float(f"{gain(mu, eta, dark):.6g}"),
        "gain_nu": float(f"{gain(nu, eta, dark):.6g}"),
        "dark": dark,
    }


@number("2.9.c", outcome=3, bounds=(0, 1), rel=2e-3, draw=three_gains)
def least_yield(mu, nu, gain_mu, gain_nu, dark):
    yield single_yield(mu, nu, gain_mu, gain_nu, dark)
    yield slip(gain_nu / nu, "divides the gain by ν").says(
        "This takes every click of the weak pulses for a single photon. Dark counts and pairs are among them."
    )
    yield slip(
        mu / (mu * nu - nu * nu) * (gain_nu - gain_mu * (nu / mu) ** 2 - (mu * mu - nu * nu) / (mu * mu) * dark),
        "forgets the exponentials",
    ).says("The gains are to be multiplied by e^ν and e^μ: this undoes the weights of the Poisson distribution.")
    yield slip(mu / (mu * nu - nu * nu) * (gain_nu * exp(nu) - gain_mu * exp(mu) * nu / mu), "forgets the square").says(
        "Check the factor (ν/μ)²: with it the pairs of photons drop out. And the dark counts have a term of their own."
    )
    yield slip(
        mu / (mu * nu - nu * nu) * (gain_nu * exp(nu) - gain_mu * exp(mu) * (nu / mu) ** 2), "forgets the dark counts"
    ).says("Only the term with the dark counts is missing.")


@choice("2.9.d", rung="warm-up", outcome=3)
def what_decoys_show():
    yield right("The yields: how often pulses of different strength lead to a click.").says(
        "Right: Eve cannot treat pulses of different mean numbers alike and keep single photons back."
    )
    yield slip(
        "The error rate: splitting off a photon changes the other one.", "believes that splitting makes errors"
    ).says("It does not: Eve keeps one photon of a pair and leaves the other as it is. Not one error is made.")
    yield slip("The time of arrival: a stored photon comes later.", "takes the attack for a delay").says(
        "The photon that Bob gets is sent on at once. Eve stores the other one."
    )
    yield slip("The number of photons in each pulse, which Bob counts.", "believes that detectors count").says(
        "Bob's detector clicks or does not click. It does not count photons."
    )
    yield slip("Nothing: decoys only confuse Eve, like noise.", "takes decoys for noise").says(
        "They are a measurement: three gains bound what single photons do, and only these make a secret key."
    )


def decoy_rate(mu, length):
    eta = DETECTOR * 10 ** (-ALPHA * length / 10)
    q = gain(mu, eta)
    error = (DARK / 2 + MISALIGNED * (1 - exp(-eta * mu))) / q
    y1 = DARK + eta
    e1 = (DARK / 2 + MISALIGNED * eta) / y1
    return 0.5 * (-q * COST * h(error) + y1 * mu * exp(-mu) * (1 - h(e1)))


def plain_rate(mu, length):
    """Without decoys: all pulses with two or more photons may be known to Eve, and may have all the clicks."""
    eta = DETECTOR * 10 ** (-ALPHA * length / 10)
    q = gain(mu, eta)
    error = (DARK / 2 + MISALIGNED * (1 - exp(-eta * mu))) / q
    single = 1 - (1 - (1 + mu) * exp(-mu)) / q
    if single <= 0 or error / single >= 0.5:
        return -1.0
    return 0.5 * q * (-COST * h(error) + single * (1 - h(error / single)))


RATES = {"with decoys": decoy_rate, "without decoys": plain_rate}


def lines(rng):
    kind = rng.choice(list(RATES))
    length = rng.randrange(5, 31) if kind == "without decoys" else rng.randrange(20, 121)
    return {"kind": kind, "length": length}


@data("2.9.e", rung="think", kind="design", outcome=3, points=2, draw=lines)
def best_brightness(kind, length):
    rate = RATES[kind]
    grid = np.geomspace(1e-4, 1.5, 4000)
    best = max(rate(float(mu), length) for mu in grid)

    def holds(answer):
        mu = float(answer)
        if mu <= 0:
            return False, "A mean number of photons is positive."
        found = rate(mu, length)
        if found >= 0.98 * best:
            return True
        if found <= 0:
            return False, "With this mean number of photons there is no key at all at this distance."
        return False, f"This gives {number_beside(100 * found / best, 98, 0)} % of the best rate."

    yield Data(schema=Real(), holds=holds)
    yield slip(1.0, "takes one photon on average")
    yield (
        slip(0.1, "takes the usual textbook value")
        if kind == "with decoys"
        else slip(0.48, "takes the value that is best with decoys")
    )
    yield slip(0.0005, "takes very weak pulses, to be safe")


@measure(
    "2.9.f",
    rung="think",
    outcome=1,
    points=2,
    within=0.5,
    hidden=decimals(15.0, 60.0, 0.5),
)
def length_of_a_fibre(hidden):
    mu = 0.5
    eta = DETECTOR * 10 ** (-ALPHA * hidden / 10)
    q = gain(mu, eta)
    # L = −(10/α) log10(η/η_Bob), and μη = −ln(1 − (Q − Y0)): the derivative of L by Q.
    slope = 10 / (ALPHA * log(10)) / (mu * eta * (1 - (q - DARK)))
    spread = slope * sqrt(q * (1 - q))
    shots = int((spread / 0.3) ** 2)
    error = spread / sqrt(shots)
    yield right(hidden, spread=spread)
    yield slip((hidden * ALPHA, error, shots), "gives decibels").says(
        "This is the loss in decibels. Divide by the loss of a kilometre."
    )
    forgotten = -10 / ALPHA * log(gain(mu, eta) / mu) / log(10)
    yield slip((forgotten, error, shots), "forgets the detector").says(
        "You took all of the loss for the fibre's. A part of it is the detector's efficiency."
    )
    no_mean = -10 / ALPHA * log(gain(mu, eta) / DETECTOR) / log(10)
    yield slip((no_mean, error, shots), "forgets the mean number of photons").says(
        "You took every pulse for one photon. On average a pulse has half a photon."
    )
    yield slip((hidden, error / 4, shots), "takes the error bar of the fraction", "factor").says(
        "Your error bar is much too small: pass the error of the fraction through the logarithm."
    )


def decoys_of(mu, nu, pulses, clicks_mu, dark):
    """What the decoys' fraction should be on an honest line, and the standard deviation of the difference."""
    q_mu = clicks_mu / pulses
    expected = dark + 1 - (1 - (q_mu - dark)) ** (nu / mu)
    return expected, sqrt(expected * (1 - expected) / pulses + (nu / mu) ** 2 * q_mu * (1 - q_mu) / pulses)


def watched_lines(rng):
    """Clicks of signals and decoys; the decoys lie so many standard deviations below what an honest line gives."""
    found = []
    for below in (0.5, 4.75, 5.3, 14.0, -7.0, 5.3, 4.75, 40.0, 1.5, 5.3, 4.75, 5.3, 4.75):
        mu, nu = rng.uniform(0.4, 0.6), rng.uniform(0.08, 0.15)
        eta, dark, pulses = 10 ** rng.uniform(-2.2, -1.3), rng.uniform(5e-7, 5e-6), rng.choice([2_000_000, 5_000_000])
        clicks_mu = round(pulses * gain(mu, eta, dark))
        expected, error = decoys_of(mu, nu, pulses, clicks_mu, dark)
        found.append((mu, nu, pulses, clicks_mu, round(pulses * (expected - below * error)), dark))
    return found


def split(mu, nu, pulses, clicks_mu, clicks_nu, dark):
    expected, error = decoys_of(mu, nu, pulses, clicks_mu, dark)
    return bool(expected - clicks_nu / pulses > 5 * error)


@function("2.9.g", kind="stretch", outcome=3, points=3, name="is_split", inputs=watched_lines)
def splitter_alarm():
    yield split
    yield slip(
        lambda mu, nu, pulses, a, b, dark: bool(b / pulses < nu / mu * (a / pulses)), "compares without an error bar"
    ).says("An honest line falls below the mean in half of all cases. How far below is too far?")
    yield slip(lambda mu, nu, pulses, a, b, dark: b < a, "compares the numbers of clicks").says(
        "Weak pulses always click less. How many clicks should they have, if the line is honest?"
    )
