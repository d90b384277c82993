"""What right means in lesson 6.8, and how people get it wrong. The tasks stand in the notebook of the same name."""

from dataclasses import replace
from functools import cache
from itertools import combinations
from math import ceil, inf, log, sqrt

import numpy as np

from qtrain.authoring import build, choice, decimals, function, measure, number, one_of, right, slip
from qtrain.checking import Estimator, Number, StimProgram
from qtrain.checking.refusals import Refused
from qtrain.checking.stim_programs import detection_rates
from qtrain.checking.verdict import wrong
from qtrain.circuits.numerals import number_text

Z95 = 1.96


def per_round(shot, rounds):
    """The error per round ε of an error per shot P: P = ½(1 − (1 − 2ε)^rounds)."""
    return (1 - (1 - 2 * shot) ** (1 / rounds)) / 2


# --- a: the interval of Wilson ----------------------------------------------------------------------------------------


def wilson(failures, shots, z=Z95):
    share, tail = failures / shots, z**2 / shots
    half = z * sqrt(share * (1 - share) / shots + tail / (4 * shots)) / (1 + tail)
    centre = (share + tail / 2) / (1 + tail)
    return centre - half, centre + half


@number(
    "6.8.a",
    rung="warm-up",
    outcome=1,
    rel=0.002,
    bounds=(0, 1),
    failures=range(7),
    shots=range(100, 510, 10),
)
def upper_end(failures, shots):
    share, (low, high) = failures / shots, wilson(failures, shots)
    usual = Z95 * sqrt(share * (1 - share) / shots)
    yield high
    if failures:
        yield slip(share + usual, "takes p ± 1.96 σ").says(
            "This is the usual interval, the part plus 1.96 error bars. It is too low with so few failures; take "
            "Wilson's."
        )
        yield slip(low, "gives the lower end").says("This is the lower end. The upper one is asked for.")
        yield slip(usual, "gives 1.96 error bars").says("This is 1.96 error bars, not the end of an interval.")
    else:
        yield slip(3 / shots, "takes the rule of three").says(
            "This is 3/shots, where 0 failures are still seen with a probability of 5 %. Wilson's end lies higher."
        )
    yield slip(share, "gives the part").says(
        "This is the part that failed: the estimate itself, not the end of an interval."
    )
    yield slip(wilson(failures, shots, 1)[1], "takes one error bar").says("You took z = 1. For 95 % it is 1.96.")
    two, undivided = wilson(failures, shots, 2)[1], high * (1 + Z95**2 / shots)
    either = "This comes out with z = 2, or without the denominator 1 + z²/N. Look at both."
    near = abs(two - undivided) < 0.005 * undivided
    yield slip(two, "takes two error bars").says(either if near else "You took z = 2. It is 1.96 here.")
    yield slip(wilson(failures, shots, 1.645)[1], "takes 90 %").says(
        "You took z = 1.645, which is for 90 %. For 95 % it is 1.96."
    )
    yield slip(1 - low, "gives the part that is right").says(
        "This is the upper end for the shots that are *right*. The failures are asked for."
    )
    yield slip(high - low, "gives the width").says("This is the width of the interval. Its upper end is asked for.")
    yield slip((share + Z95**2 / (2 * shots)) / (1 + Z95**2 / shots), "gives the centre").says(
        "This is the centre of Wilson's interval. Add the half width."
    )
    yield slip(undivided, "forgets the denominator").says(either if near else "You left out the denominator, 1 + z²/N.")


# --- b: how many shots ------------------------------------------------------------------------------------------------


@number(
    "6.8.b",
    rung="use",
    outcome=1,
    rel=0.005,
    bounds=(1, inf),
    rate=decimals(0.02, 0.2, 0.002),
    wanted=one_of([0.01, 0.02, 0.03, 0.04, 0.05, 0.1]),
)
def shots_for_error(rate, wanted):
    yield (1 - rate) / (rate * wanted**2)
    yield slip(1 / (rate * wanted**2), "leaves out 1 − P").says(
        "You took σ² = P/N. It is P(1 − P)/N, and here 1 − P counts."
    )
    yield slip((1 - rate) / (rate * wanted), "forgets the square").says(
        "The error bar falls with the *root* of the number of shots: square the relative error."
    )
    yield slip(1 / wanted**2, "gives the failures").says(
        "So many *failures* give about this error bar. In how many shots do you see them, if the part P fails?"
    )
    yield slip(rate * (1 - rate) / wanted**2, "takes an absolute error").says(
        f"With so many shots the error bar is {number_text(wanted)}. An error bar of {number_text(wanted)} *times P* "
        "is asked for: it is smaller."
    )
    yield slip(Z95**2 * (1 - rate) / (rate * wanted**2), "takes 1.96 error bars").says(
        f"With so many shots 1.96 error bars are {number_text(wanted)} times P. One error bar is to be so small."
    )
    yield slip(0.25 / wanted**2, "takes the worst case").says(
        f"With so many shots the error bar would be {number_text(wanted)} if P were ½. Take the given P, and an error "
        f"bar of {number_text(wanted)} times P."
    )
    yield slip(0.25 / (rate * wanted) ** 2, "takes the worst case for σ").says(
        "You took the largest possible σ² of a shot, ¼. P is known here: take P(1 − P)."
    )
    yield slip((1 - rate) ** 2 / (rate * wanted) ** 2, "takes 1 − P for the root").says(
        "The variance of one shot is P(1 − P); you took (1 − P)²."
    )


# --- c: per round -----------------------------------------------------------------------------------------------------


@number(
    "6.8.c",
    rung="warm-up",
    outcome=2,
    rel=0.002,
    bounds=(0, 0.5),
    shot=decimals(0.15, 0.4, 0.005),
    rounds=one_of([9, 12, 15, 18, 21, 25, 27, 30]),
    where=lambda shot: abs(1 - 3 * shot) > 0.02,  # near a third the roots of P and of 1 − 2P are the same
)
def one_round(shot, rounds):
    yield per_round(shot, rounds)
    yield slip(shot / rounds, "divides by the rounds").says(
        "You divided by the rounds. Two errors of the logical qubit cancel, so the error per shot grows more slowly "
        "than that."
    )
    yield slip(1 - (1 - shot) ** (1 / rounds), "forgets that errors cancel").says(
        "This would be right if one error spoilt the shot for good. A second one undoes it: an *odd* number is wrong."
    )
    yield slip(1 - (1 - 2 * shot) ** (1 / rounds), "forgets the half").says(
        "You have 2ε: half of it is the error per round."
    )
    many = (1 - (1 - 2 * shot) ** rounds) / 2
    yield slip(many, "goes the other way").says(
        "You took the given number for the error per round and made many rounds of it. Go the other way."
        if 0.5 - many > 0.005
        else "With an error per round of about ½ the qubit would be lost in one round. (So much comes out if one takes "
        "the given number for the error per round: go the other way.)"
    )
    yield slip((1 - (1 - shot) ** (1 / rounds)) / 2, "forgets the two").says("In the bracket it is 1 − 2P, not 1 − P.")
    yield slip((1 - 2 * shot) ** (1 / rounds), "gives 1 − 2ε").says(
        "This is 1 − 2ε, what one round leaves of the mean value of Z. Solve it for ε."
    )
    yield slip(1 - per_round(shot, rounds), "gives the success").says(
        "This is the probability that a round is right. Its error is asked for."
    )
    yield slip(2 * shot / rounds, "takes 2P/r").says(
        "This is 2P/r. In the bracket is a *root* of 1 − 2P, and half of what is left is ε."
    )
    yield slip(shot ** (1 / rounds), "takes the root of P").says(
        "The errors are not multiplied. What is multiplied, round by round, is 1 − 2ε."
    )
    yield slip((1 - (1 - 2 * shot) / rounds) / 2, "divides instead of taking the root").says(
        "You divided 1 − 2P by the rounds. Its root is needed: (1 − 2ε) is multiplied by itself in each round."
    )


# --- d: in the laboratory ---------------------------------------------------------------------------------------------

#: How many of a million (9 rounds) and of two million shots of the memory of distance 3 fail, by rounds, at the rates
#: below: ``count_failures.py`` and ``count_failures.py long`` in the data folder of the notebooks.
RATES = (0.004, 0.005, 0.0055, 0.006, 0.0065)
FAILED = {
    9: (31_464, 47_313, 55_811, 64_780, 74_152),
    30: (191_981, 275_741, 320_468, 365_452, 410_255),
    35: (219_124, 312_889, 362_595, 410_990, 457_742),
    40: (245_308, 349_225, 402_630, 453_452, 503_313),
}


@cache
def decays():
    """ln(1 − 2P) falls along a straight line with the rounds: its slope and height at each rate."""
    rounds = np.array(list(FAILED))
    shots = np.where(rounds == 9, 1e6, 2e6)
    lines = []
    for counts in zip(*FAILED.values(), strict=True):
        shot = np.array(counts) / shots
        error = 2 * np.sqrt(shot * (1 - shot) / shots) / (1 - 2 * shot)
        lines.append(np.polyfit(rounds, np.log(1 - 2 * shot), 1, w=1 / error))
    return np.array(lines).T


def per_shot(rounds, p):
    """The true error per shot, within a tenth of the error bar that is asked for; 75 rounds were counted, too."""
    slopes, heights = decays()
    parabola = np.polyfit(np.log(np.array(RATES) / p), np.log(-slopes), 2)
    return float((1 - np.exp(heights.mean() - rounds * np.exp(parabola[-1]))) / 2)


@measure(
    "6.8.d",
    rung="think",
    outcome=(1, 2),
    points=3,
    within=1.5e-4,
    slack=0.15,
    bounds=(0, 0.5),
    rounds=(70, 80, 90, 100),
    p=decimals(0.005, 0.006, 0.00005),
)
def memory_per_round(rounds, p):
    shot, shots = per_shot(rounds, p), 30_000
    truth = per_round(shot, rounds)
    slope = (1 - 2 * shot) ** (1 / rounds - 1) / rounds
    scatter = sqrt(shot * (1 - shot))
    spread = scatter * slope
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((shot, scatter / sqrt(shots), shots), "gives the error per shot").says(
        "This is the error per shot. Make it an error per round, and its error bar, too."
    )
    for value, reason in (
        (shot / rounds, "divides by the rounds"),
        (1 - (1 - shot) ** (1 / rounds), "forgets that errors cancel"),
    ):
        yield slip((value, scatter / rounds / sqrt(shots), shots), reason).says(  # the two are near each other
            "This comes out if no two errors cancel: of P/r, or of 1 − (1 − P)^(1/r). Over so many rounds they do "
            "cancel: a shot is wrong after an *odd* number of errors."
        )
    yield slip((2 * truth, error, shots), "forgets the half").says("You have 2ε. Half of it is the error per round.")
    yield slip((1 - truth, error, shots), "gives the success").says(
        "This is the part that is right. The error is asked for."
    )
    yield slip((truth, scatter / sqrt(shots), shots), "keeps the error bar per shot").says(
        "Your value is right. Your error bar is that of the error per *shot*: multiply it by dε/dP."
    )
    yield slip((truth, scatter / rounds / sqrt(shots), shots), "divides the error bar by the rounds").says(
        "Your value is right. Your error bar is that of P divided by the rounds; dε/dP is larger than 1/r here."
    )
    yield slip((truth, truth * scatter / shot / sqrt(shots), shots), "takes the relative error of P").says(
        "Your value is right. Your error bar is about as large a part of ε as that of P is of P. But ε grows faster "
        "than in proportion to P: multiply the error bar of P by dε/dP."
    )
    yield slip((truth, sqrt(truth * (1 - truth) / shots), shots), "takes ε for a part of the shots").says(
        "Your value is right. Your error bar is √(ε(1 − ε)/N), as if you had counted ε itself. You counted P: multiply "
        "its error bar by dε/dP."
    )


# --- e: the draft that runs too short ---------------------------------------------------------------------------------


def noisy_memory(d, rounds, p, code="surface_code:rotated_memory_z", **changed):
    """Stim's own memory of the rotated surface code, with all four kinds of noise."""
    import stim

    noise = dict.fromkeys(
        (
            "after_clifford_depolarization",
            "after_reset_flip_probability",
            "before_measure_flip_probability",
            "before_round_data_depolarization",
        ),
        p,
    )
    return stim.Circuit.generated(code, distance=d, rounds=rounds, **{**noise, **changed})


NOISY = {
    "after_clifford_depolarization": "gates",
    "after_reset_flip_probability": "resets",
    "before_measure_flip_probability": "readings",
    "before_round_data_depolarization": "data qubits that wait",
}


class Memory(StimProgram):
    """The memory of 3d rounds: of another one it tells the rounds and the noise that is missing; no other earns."""

    def __init__(self, d, p):
        model = self._model_of(noisy_memory(d, 3 * d, p))
        rates = detection_rates(model)
        super().__init__(detectors=model.num_detectors, observables=1, rates=rates, own_noise=True)
        self.d, self.p = d, p

    def read(self, answer, *, order="native"):
        try:
            return super().read(answer, order=order)
        except Refused as problem:
            if problem.code != "unreadable":
                raise
            told = f"A Stim program is asked for: a stim.Circuit, or its text. {problem.message}"
            raise Refused(problem.code, told) from problem

    @staticmethod
    def _model_of(program):
        return program.detector_error_model(approximate_disjoint_errors=True)

    def right(self, answer):
        return super().right(answer) and self._is_logical(answer)

    def _is_logical(self, program):
        """Whether it takes d faults to flip the observable unseen: never, if it is made of the detectors' readings."""
        try:
            return len(self._model_of(program).shortest_graphlike_error(ignore_ungraphlike_errors=True)) >= self.d
        except ValueError:
            return False

    def explain(self, answer):
        told = super().explain(answer)
        if told is None:
            return wrong(
                None, "Your detectors are right. Your logical observable is not the logical Z of the patch.", score=0.5
            )
        try:
            rates = detection_rates(self._model_of(answer))
        except ValueError:
            return replace(told, score=0.0)
        if len(rates) and not rates.any():
            return wrong(None, "No noise in your program flips a detector.")
        known = self._as_memory(rates, answer.num_observables)
        return replace(told, score=0.0) if known is None else known  # what is wrong counts as false

    def _as_memory(self, rates, observables):
        rounds, rest = divmod(len(rates), self.d**2 - 1)
        if rest or not 0 < rounds <= 100 or observables != 1:
            return None
        lasts = f"Your memory holds for {rounds} round{'s' * (rounds > 1)}; here 3d = {3 * self.d} are asked for."
        for missing in (some for size in range(4) for some in combinations(NOISY, size)):
            known = detection_rates(self._model_of(noisy_memory(self.d, rounds, self.p, **dict.fromkeys(missing, 0))))
            if not np.allclose(known, rates, rtol=1e-6, atol=1e-9):  # in order: flips before and after a round differ
                continue
            faults = len(missing) + (rounds != 3 * self.d)
            *before, last = (f"the {NOISY[one]}" for one in missing or NOISY)
            lacks = f"There is no noise on {', '.join(before)}{' and ' * bool(before)}{last}."
            noise = lacks if missing else "Every kind of noise is there."
            told = f"The number of rounds is right. {noise}" if rounds == 3 * self.d else f"{noise} {lasts}"
            return wrong(None, told, score=0.5 if faults == 1 else 0.0)
        return None


@build(
    "6.8.e",
    kind="debug",
    rung="use",
    outcome=3,
    points=2,
    d=(3, 5),
    p=decimals(0.004, 0.012, 0.0002),
)
def repaired_memory(d, p):
    yield Memory(d, p)
    draft = {"before_measure_flip_probability": 0}  # and ten rounds
    yield slip(noisy_memory(d, 10, p, **draft), "keeps the draft").says(
        "Your memory does not hold for 3d rounds, and its readings have no noise."
    )
    yield (
        slip(noisy_memory(d, 3 * d, p, **draft), "mends the rounds only")
        .says("The rounds are right. Your readings have no noise yet: a flip *before* each measurement.")
        .worth(0.5)
    )
    yield (
        slip(noisy_memory(d, 10, p), "mends the noise only")
        .says(f"Every kind of noise is there. Your memory holds for 10 rounds; here 3d = {3 * d} are asked for.")
        .worth(0.5)
    )
    yield (
        slip(noisy_memory(d, d, p), "runs d rounds")
        .says("Every kind of noise is there. Your memory holds for d rounds; 3d are asked for.")
        .worth(0.5)
    )
    yield (
        slip(noisy_memory(d, 3 * d, p, before_round_data_depolarization=0), "leaves out idling")
        .says("Your data qubits have no noise while they wait. Every round begins with it.")
        .worth(0.5)
    )
    other = noisy_memory(d, 3 * d, p, code="surface_code:rotated_memory_x")
    yield slip(other, "holds |+⟩").says("Your memory holds |+⟩. It should hold |0⟩.").worth(0.5)
    yield slip(noisy_memory(d, 3 * d, 0), "has no noise").says("No noise in your program flips a detector.")


# --- f: without idling ------------------------------------------------------------------------------------------------


@choice("6.8.f", rung="use", outcome=3)
def without_idling():
    yield right("It moves up, to a higher p: for the same p each round brings fewer errors.").says(
        "Right: the threshold is a number of code, noise model, circuit and decoder together. With less noise for the "
        "same p, p may be larger."
    )
    yield slip("It stays: the threshold is a property of the code, not of the noise.", "takes it for the code's").says(
        "The same code has a threshold of 10 % if only data qubits flip and checks are ideal. What is counted in p "
        "matters."
    )
    yield slip("It moves down: with less noise a smaller p is enough to cross.", "turns it round").says(
        "At the old crossing there is now less noise than before, so there the larger code wins already. Which p "
        "brings the noise back?"
    )
    yield slip("It disappears: without idling errors a larger code is always better.", "thinks idling is all").says(
        "Gates, resets and readings still fail with the probability p. At a large p a larger code has too many of them."
    )
    yield slip("It stays, but all logical errors are smaller by the same factor.", "scales all curves").says(
        "If every curve fell by the same factor, they would cross at the same p. A larger code is helped more than a "
        "smaller one: its error falls with a higher power of the noise."
    )


# --- g: Λ with its error bar ------------------------------------------------------------------------------------------


def drawn_pair(random):
    """Two memories, of distances d and d + 2: ((failures, shots, rounds) of each), Λ, its ideal error bar."""
    rng = np.random.default_rng(random.getrandbits(32))
    while True:
        d, small = random.choice((3, 5, 7)), 10 ** random.uniform(-2.7, -1.7)
        factor, times = random.uniform(1.3, 3.5), random.choice((1, 3, 5))
        found, relative = [], 0.0
        for size, error in ((d, small), (d + 2, small / factor)):
            rounds, shots = times * size, random.choice((20_000, 50_000, 100_000))
            chance = (1 - (1 - 2 * error) ** rounds) / 2
            found.append((int(rng.binomial(shots, chance)), shots, rounds, chance))
            slope = (1 - 2 * chance) ** (1 / rounds - 1) / rounds
            relative += chance * (1 - chance) / shots * (slope / error) ** 2
        # Of well over 250 failures, so that there are never fewer; and P/r is far from ε in the first.
        if found[0][-1] > 0.15 and all(350 < shots * chance and chance < 0.42 for _, shots, _, chance in found):
            return tuple(one[:3] for one in found), factor, factor * sqrt(relative)


def relative_bar(failures, shots, rounds):
    """δε/ε of one memory."""
    shot = failures / shots
    slope = (1 - 2 * shot) ** (1 / rounds - 1) / rounds
    return sqrt(shot * (1 - shot) / shots) * slope / per_round(shot, rounds)


def suppression(one, other):
    factor = per_round(one[0] / one[1], one[2]) / per_round(other[0] / other[1], other[2])
    return factor, factor * sqrt(relative_bar(*one) ** 2 + relative_bar(*other) ** 2)


def of_shots(one, other):
    (a, shots, _), (b, more, _) = one, other
    factor = (a / shots) / (b / more)
    return factor, factor * sqrt((1 - a / shots) / a + (1 - b / more) / b)


def upside_down(one, other):
    factor, error = suppression(one, other)
    return 1 / factor, error / factor**2


def only_the_first(one, other):
    factor, _ = suppression(one, other)
    return factor, factor * relative_bar(*one)


def only_the_second(one, other):
    factor, _ = suppression(one, other)
    return factor, factor * relative_bar(*other)


def relative_error(one, other):
    factor, error = suppression(one, other)
    return factor, error / factor


def added(one, other):
    factor, _ = suppression(one, other)
    return factor, factor * (relative_bar(*one) + relative_bar(*other))


def without_root(one, other):
    factor, error = suppression(one, other)
    return factor, factor * (error / factor) ** 2


def of_failures(one, other):
    factor = one[0] / other[0]
    return factor, factor * sqrt(1 / one[0] + 1 / other[0])


def divided(one, other):
    (a, shots, r), (b, more, s) = one, other
    factor = (a / shots / r) / (b / more / s)
    return factor, factor * sqrt((1 - a / shots) / a + (1 - b / more) / b)


def without_cancelling(one, other):
    errors = [1 - (1 - k / n) ** (1 / r) for k, n, r in (one, other)]
    factor = errors[0] / errors[1]
    return factor, factor * sqrt(sum((1 - k / n) / k for k, n, _ in (one, other)))


def bars_per_shot(one, other):
    factor, _ = suppression(one, other)
    return factor, factor * sqrt(sum((1 - k / n) / k for k, n, _ in (one, other)))


def wide_bar(one, other):
    factor, error = suppression(one, other)
    return factor, Z95 * error


def difference_bar(one, other):
    errors = [per_round(k / n, r) for k, n, r in (one, other)]
    bars = [relative_bar(*memory) * error for memory, error in zip((one, other), errors, strict=True)]
    return errors[0] / errors[1], sqrt(bars[0] ** 2 + bars[1] ** 2)


@function("6.8.g", rung="think", outcome=4, points=3)
def lambda_with_error():
    yield Estimator(drawn_pair, runs=1000, slack=0.05)
    for function_of, reason, says in (
        (
            of_shots,
            "takes errors per shot",
            "You divided the errors per *shot*. The two memories run for different numbers of rounds: make errors per "
            "round first.",
        ),
        (upside_down, "turns Λ round", "You divided the error of d + 2 by that of d. Λ is the other way round."),
        (
            of_failures,
            "compares the failures",
            "You divided numbers of failures. The two memories have different shots and rounds.",
        ),
        (
            without_cancelling,
            "forgets that errors cancel",
            "Your errors per round are 1 − (1 − P)^(1/r). Two errors of the logical qubit cancel: it is "
            "½(1 − (1 − 2P)^(1/r)).",
        ),
        (
            divided,
            "divides by the rounds",
            "You divided P by the rounds. The error per round is ½(1 − (1 − 2P)^(1/r)).",
        ),
    ):
        yield slip(function_of, reason).says(says)
    for function_of, reason, says in (
        (
            only_the_first,
            "takes the error of the first only",
            "Your error bar comes from the first memory only. The second scatters, too.",
        ),
        (
            only_the_second,
            "takes the error of the second only",
            "Your error bar comes from the second memory only. The first scatters, too.",
        ),
        (
            relative_error,
            "gives the relative error",
            "Your error bar is the relative one, δΛ/Λ. Multiply it by Λ.",
        ),
        (
            added,
            "adds the error bars",
            "You added the two relative errors. They are independent: add their squares, and take the root.",
        ),
        (without_root, "forgets the root", "You added squares and took no root. The root of the sum is needed."),
        (
            difference_bar,
            "takes the error of a difference",
            "Your error bar is that of the *difference* of the two errors. For a quotient add the squares of the "
            "relative errors.",
        ),
        (
            bars_per_shot,
            "takes the relative errors of P",
            "You took the relative errors of P. That of ε is larger: multiply the error bar of P by dε/dP, and divide "
            "by ε.",
        ),
        (wide_bar, "takes 1.96 error bars", "You made the error bar 1.96 times as wide. One standard deviation is it."),
    ):
        yield slip(function_of, reason).says(f"Your Λ is right. {says}").worth(0.5)


# --- h: choose the distance -------------------------------------------------------------------------------------------


def qubits(d):
    return 2 * d * d - 1


def smallest(error, factor, target, start=5, step=2):
    """The smallest odd distance with an error of at most the target, from that of `start`."""
    return start + 2 * max(0, ceil(log(error / target) / log(factor) * step / 2 - 1e-9))


def other_patch(d):
    return (
        f"This is the patch of distance {d}, and not the smallest that is good enough. By which factor does the error "
        "have to fall, and how many factors Λ are that?"
    )


class Patch(Number):
    """The physical qubits of a rotated patch: who gives another number is told its size, not where to search."""

    def explain(self, answer):
        value = self.number(answer)
        d = sqrt(max(value.real + 1, 0) / 2)
        if value.imag or d < 3 or abs(d - round(d)) > 1e-9:
            return wrong(None, "No rotated patch has so many qubits: one of distance d has 2d² − 1.")
        if round(d) % 2 == 0:
            return wrong(None, f"This is a patch of distance {round(d)}. Take odd distances only.")
        return wrong(None, other_patch(round(d)))


def well_away(error, factor, rounds, allowed):
    steps, d = log(error * rounds / allowed) / log(factor), smallest(error, factor, allowed / rounds)
    others = smallest(1, factor, allowed / rounds, start=-1), smallest(error, factor, 1 / rounds)
    return 0.1 < steps % 1 < 0.9 and 9 <= d <= 61 and d not in (27, *others)  # 27: the lesson prints its qubits


@number(
    "6.8.h",
    kind="design",
    rung="use",
    outcome=5,
    error=decimals(0.001, 0.004, 0.0005),
    factor=decimals(2.0, 6.0, 0.25),
    rounds=one_of([1e6, 1e7, 1e8, 1e9]),
    allowed=one_of([0.1, 0.05, 0.01]),
    where=well_away,
)
def qubits_needed(error, factor, rounds, allowed):
    d = smallest(error, factor, allowed / rounds)
    yield Patch(qubits(d))
    yield slip(d, "gives the distance").says("This is the distance. How many physical qubits does such a patch have?")
    yield slip(d * d, "counts data qubits only").says(
        "These are the data qubits of the patch. The qubits that read the checks count, too."
    )
    yield slip(d * d - 1, "counts checks only").says(
        "These are the qubits that read the checks. The data qubits of the patch count, too."
    )
    yield slip(d * d + (d - 1) ** 2, "takes the unrotated patch").says(
        "So many data qubits has the patch that is *not* rotated. Take the rotated one, with the qubits for its checks."
    )
    yield slip(2 * d * d, "forgets the minus one").says("There is one check fewer than data qubits: 2d² − 1 in all.")
    yield slip(qubits(d - 2), "is one step short").says(other_patch(d - 2))
    yield slip(qubits(d + 2), "takes one step too many").says(other_patch(d + 2))
    yield slip(qubits(d - 1), "takes an even distance").says(
        f"This is a patch of distance {d - 1}. Take odd distances only: they are 5, 7, 9 …"
    )
    for value, reason, says in (
        (
            smallest(error, factor, allowed),
            "forgets the rounds",
            "This patch keeps to the allowed failure in *one* round. There are many rounds: divide what is allowed by "
            "their number.",
        ),
        (
            smallest(error, factor, allowed / rounds, step=1) if smallest(error, factor, allowed / rounds) > 9 else d,
            "takes Λ for each step of one",
            "You divided by Λ for each step of d by one. It is one factor Λ for each step by two.",
        ),
        (
            smallest(error, factor, allowed / rounds, step=4),
            "halves the gain",
            "Your distance grows twice as fast as it needs to: it is one factor Λ for each step of d by *two*.",
        ),
        (
            smallest(1, factor, allowed / rounds, start=-1),
            "leaves the measured error out",
            "You took Λ to the power −(d + 1)/2 alone for the error. The measured error of distance 5 fixes the factor "
            "before it.",
        ),
        (
            smallest(error, factor, 1 / rounds),
            "forgets what is allowed",
            "The errors of this patch in all the rounds add up to at most 1. Less is allowed.",
        ),
        (
            smallest(error, factor, allowed / rounds, start=3),
            "starts at distance 3",
            "You counted the steps from distance 3. The measured error is that of distance 5.",
        ),
        (
            smallest(error, factor, allowed / rounds, start=7),
            "starts at distance 7",
            "You counted the steps from distance 7. The measured error is that of distance 5.",
        ),
    ):
        if value not in (d - 2, d, d + 2):
            yield slip(qubits(value), reason).says(says)


# --- i: the threshold with its error bar ------------------------------------------------------------------------------

DISTANCES = (3, 5, 7, 9)


def model(inputs, threshold, power, a, b, c):
    d, p = inputs
    x = (p - threshold) * d**power
    return a + b * x + c * x**2


def drawn_scan(random):
    """The arrays d, p, failures, shots near a crossing, its place, and the error bar of the best fit."""
    rng = np.random.default_rng(random.getrandbits(32))
    threshold, power = random.uniform(0.006, 0.12), 1 / random.uniform(1.2, 1.8)
    a = random.uniform(0.1, 0.25)
    width = random.uniform(0.1, 0.16)
    centre = threshold * random.uniform(0.96, 1.04)
    largest = width * threshold * 9**power
    truth = (threshold, power, a, random.uniform(0.4, 0.6) * a / largest, random.uniform(0.0, 0.15) * a / largest**2)
    rates = [round(p, 5) for p in np.linspace(centre * (1 - width), centre * (1 + width), 7)]
    d, p = (np.array(part, float) for part in zip(*((d, p) for d in DISTANCES for p in rates), strict=True))
    shots = np.where(d < 6, 20_000, 8_000)
    chance = model((d, p), *truth)
    failures = rng.binomial(shots, chance)
    steps = [1e-5 * abs(value) or 1e-9 for value in truth]
    slopes = []
    for k, step in enumerate(steps):
        up, down = list(truth), list(truth)
        up[k] += step
        down[k] -= step
        slopes.append((model((d, p), *up) - model((d, p), *down)) / (2 * step))
    jacobian = np.array(slopes).T * np.sqrt(shots / (chance * (1 - chance)))[:, None]
    scale = np.linalg.norm(jacobian, axis=0)
    spread = np.linalg.pinv((jacobian / scale).T @ (jacobian / scale))
    ideal = sqrt(spread[0, 0]) / scale[0]
    return (d.astype(int), p, failures, shots), threshold, ideal


def fitted(d, p, failures, shots):
    from scipy.optimize import curve_fit

    part = failures / shots
    middle = p.mean()
    start = [1.0, 0.6, part.mean(), part.mean() / 8, 0.0]
    wide = 0.1

    def scaled(inputs, place, power, a, b, c):  # all numbers of the order of one
        x = (inputs[1] / middle - place) / wide * inputs[0] ** power
        return a + b * x + c * x**2

    values, covariance = curve_fit(
        scaled, (d, p), part, start, sigma=np.sqrt(part * (1 - part) / shots), absolute_sigma=True, maxfev=4000
    )
    return values[0] * middle, sqrt(covariance[0, 0]) * middle, values, covariance, middle


def crossing(distance, rates, failed, shot, small, large):
    """Where straight lines through ln P against ln p of two distances cross, with its error bar."""
    found = {}
    for d in (small, large):
        p, failures, shots = (part[distance == d] for part in (rates, failed, shot))
        found[d] = np.polyfit(np.log(p), np.log(failures / shots), 1, w=np.sqrt(failures), cov="unscaled")
    (one, c1), (other, c2) = found[small], found[large]
    slope, height = one - other
    place = -height / slope
    both = c1 + c2
    error = sqrt(both[1, 1] + 2 * place * both[0, 1] + place**2 * both[0, 0]) / abs(slope)
    return float(np.exp(place)), float(np.exp(place) * error)


def first_crossing(d, p, failures, shots):
    return crossing(d, p, failures, shots, 3, 5)


def variance(d, p, failures, shots):
    value, error, *_ = fitted(d, p, failures, shots)
    return value, error**2


def other_number(d, p, failures, shots):
    _, _, values, covariance, _ = fitted(d, p, failures, shots)
    return values[1], sqrt(covariance[1, 1])


def straight_power(d, p, failures, shots):
    from scipy.optimize import curve_fit

    part = failures / shots
    middle = p.mean()

    def scaled(inputs, place, a, b, c):
        x = (inputs[1] / middle - place) * 10 * inputs[0]
        return a + b * x + c * x**2

    values, covariance = curve_fit(
        scaled,
        (d, p),
        part,
        [1.0, part.mean(), part.mean() / 8, 0.0],
        sigma=np.sqrt(part * (1 - part) / shots),
        absolute_sigma=True,
    )
    return values[0] * middle, sqrt(covariance[0, 0]) * middle


def spread_of_crossings(d, p, failures, shots):
    places = [crossing(d, p, failures, shots, one, one + 2)[0] for one in (3, 5, 7)]
    return float(np.mean(places)), float(np.std(places, ddof=1) / sqrt(3))


def grid_step(d, p, failures, shots):
    rates = np.unique(p)
    value, *_ = fitted(d, p, failures, shots)
    return value, rates[1] - rates[0]


@function("6.8.i", kind="stretch", outcome=(1, 3), points=3)
def threshold_with_error():
    yield Estimator(drawn_scan, runs=150)
    yield (
        slip(first_crossing, "takes the crossing of 3 and 5")
        .says("You used distances 3 and 5 only. The larger codes tell the place much better: fit all curves at once.")
        .worth(0.5)
    )
    yield (
        slip(variance, "gives the variance")
        .says("Your error bar is the variance, the entry of the covariance matrix. Take its root.")
        .worth(0.5)
    )
    yield slip(other_number, "gives another parameter").says(
        "What you return is the exponent of d, not the threshold: which parameter of your fit comes first?"
    )
    yield slip(straight_power, "fixes the power of d at 1").says(
        "You took x = (p − p_th)·d. The exponent of d has to be fitted, too."
    )
    yield slip(spread_of_crossings, "averages the crossings").says(
        "You averaged the crossings of neighbouring distances. They share data and are not equally good: fit all "
        "curves at once."
    )
    yield (
        slip(grid_step, "takes the step of the scan")
        .says(
            "Your error bar is the distance from one p of the scan to the next. A fit places the crossing better than "
            "that, by a known amount: ask its covariance."
        )
        .worth(0.5)
    )
