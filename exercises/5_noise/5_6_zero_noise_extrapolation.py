"""What right means in lesson 5.6, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import combinations
from math import cos, prod, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
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
    several,
    slip,
)
from qtrain.checking import Data, Estimator, Mitigator, Unitary
from qtrain.checking.rules import GateSet, Rule
from qtrain.checking.schema import Dict, Whole
from qtrain.circuits.counting import counted
from qtrain.circuits.numerals import number_beside, number_text


def weights(scales):
    """The factors with which Richardson adds up the values at these scales."""
    return [prod(j / (j - k) for j in scales if j != k) for k in scales]


def two_qubit_gates(neutral):
    return [step.all_qubits for _, step in counted(neutral) if len(step.all_qubits) > 1]


class Folded(Rule):
    """Just so many two-qubit gates, on the pairs of the circuit that was folded; none of them left out by a compiler.

    Without any fold the circuit is what the task gave: worth nothing.
    """

    def __init__(self, pairs, scale):
        self.pairs, self.unfolded = {tuple(sorted(pair)) for pair in pairs}, len(pairs)
        self.total, self.doubled = round(len(pairs) * scale), round(len(pairs) * (1 + 2 * scale))

    def broken(self, circuit):
        found = two_qubit_gates(circuit)
        if any(tuple(sorted(pair)) not in self.pairs for pair in found):
            return "it has a two-qubit gate on a pair of qubits that has none in the circuit of the task"
        if len(found) == self.total:
            return None
        told = f"it has {len(found)} two-qubit gates; {self.total} are asked for"
        if len(found) == self.unfolded:
            return f"{told}. Without any fold there are {self.unfolded}, too"
        return f"{told}. One fold adds two gates" if len(found) == self.doubled else told

    def shortcut(self, circuit):
        return len(two_qubit_gates(circuit)) == self.unfolded


# --- a: folding some of the gates -------------------------------------------------------------------------------------

LADDER = ((0, 1), (1, 2), (0, 1), (1, 2))


def phases(turn, angle, fold, each=("cp(a)", "cp(-a)", "cp(a)"), first=0, other="cp(a)"):
    """The circuit of exercise a, in which so many controlled phases, from the `first` on, are replaced by `each`."""
    parts = ["h 0 1 2"]
    for k, (a, b) in enumerate(LADDER):
        steps = each if first <= k < first + fold else (other,)
        parts.append(circuit(f"ry(t) {a}", t=turn[k], qubits=3))
        parts += [circuit(f"{step} {a} {b}", a=angle[k], qubits=3) for step in steps]
    return circuit(*parts, qubits=3)


@build(
    "5.6.a",
    outcome=1,
    points=2,
    takes="circuit",
    rules=lambda scale: [Folded(LADDER, scale)],
    turn=several(4, angles(0.1, 0.4)),
    angle=several(4, angles(0.2, 0.8)),
    scale=one_of(1.5, 2, 2.5),
    where=lambda angle: len(set(angle)) == 4,
)
def folded_in_part(turn, angle, scale):
    fold = round(2 * (scale - 1))
    yield Unitary(phases(turn, angle, fold), draft=phases(turn, angle, 0))
    yield slip(phases(turn, angle, fold, ("cp(a)",) * 3), "repeats the gate").says(
        "You repeated the gate three times. It is not its own inverse: the second of the three has to undo the first."
    )
    yield slip(phases(turn, angle, min(4, 2 * fold), ("cp(a)", "cp(-a)")), "adds one inverse each").says(
        "Where you folded, the gate and its inverse stand alone: together they do nothing, and the gate is gone. "
        "After the inverse the gate has to come once more."
    )
    yield slip(phases(turn, [angle_k * scale for angle_k in angle], 0), "turns further").says(
        "You multiplied the angles by the scale: that is another circuit. Its noise grows if gates are added that "
        "together do nothing."
    )
    yield slip(
        phases(turn, angle, fold, ("crz(a)", "crz(-a)", "crz(a)"), other="crz(a)"), "takes a controlled Rz"
    ).says(
        "Your circuit does what it would with controlled Rz by these angles. A controlled phase is another gate: it "
        "turns |11⟩ alone."
    )


# --- what factors make of means ---------------------------------------------------------------------------------------


def with_bar(factors, means, errors):
    """What these factors make of means with these errors."""
    return {
        "value": float(np.dot(factors, means)),
        "error": float(np.sqrt(np.dot(np.square(factors), np.square(errors)))),
    }


def straight(scales):
    """The factors of the straight line of least squares, read at 0."""
    x = np.asarray(scales, dtype=float)
    return 1 / len(x) - x.mean() * (x - x.mean()) / np.sum((x - x.mean()) ** 2)


# --- b: how much of the bias goes -------------------------------------------------------------------------------------

RECIPES = [[1, 3], [1, 2, 3], [1, 3, 5]]


def left(scales, q):
    """What is left of the bias, in units of the ideal mean, if the mean falls as q to the power of the scale."""
    return 1 - sum(c * q**k for c, k in zip(weights(scales), scales, strict=True))


@number(
    "5.6.b",
    rung="warm-up",
    outcome=3,
    bounds=(0, 1),
    within=2e-3,
    q=decimals(0.4, 0.9, 0.01),
    scales=one_of(RECIPES),
)
def removed(q, scales):
    share = 1 - left(scales, q) / (1 - q)
    yield share
    yield slip(1 - share, "gives what is left").says("This is the part of the bias that is left.")
    yield slip(1 - left(scales, q), "gives the value").says(
        "This is the extrapolated mean in units of the ideal one. The part of the *bias* that went is asked for."
    )
    yield slip(left(scales, q), "gives the bias that is left").says(
        "This is the bias that is left, in units of the ideal mean. Compare it with the raw bias."
    )
    yield slip(1 - q, "gives the raw bias").says("This is the raw bias in units of the ideal mean.")
    also = " The line through the scales 1 and 2 gives this number, too: all three scales count." if 2 in scales else ""
    yield slip(q, "gives the raw mean").says(f"This is the raw mean in units of the ideal one.{also}")
    yield slip(1.0, "takes the right curve").says(
        "All of the bias goes if you fit the exponential. Richardson fits a polynomial."
    )
    yield slip(1 - q - left(scales, q), "does not divide").says(
        "By so much the bias became smaller, in units of the ideal mean. Divide by the raw bias."
    )
    if len(scales) > 2:  # the line through 1 and 2 gives q
        line = 1 - abs(1 - straight(scales) @ np.power(q, scales)) / (1 - q)
        yield slip(float(line), "fits a line").says("This belongs to a straight line through three points.")
        if 2 not in scales:
            yield slip(1 - left(scales[:2], q) / (1 - q), "takes two points").says(
                "You used the first two scales only. All three count."
            )


# --- c: an honest function --------------------------------------------------------------------------------------------


def drawn_points(random):
    """Means at two to four odd scales with error bars of their own; the curve is a polynomial of that many terms."""
    count = random.choice((2, 3, 3, 4))
    scales = sorted(random.sample((1, 3, 5, 7), count))
    truth = random.choice((-1, 1)) * random.uniform(0.4, 0.9)
    slopes = [random.uniform(-0.1, 0.1) / 4**k for k in range(count - 1)]
    first, others = random.choice(((0.03, 0.003), (0.003, 0.03)))
    errors = [(others if k else first) * random.uniform(0.7, 1.4) for k in range(count)]
    means = [
        truth + sum(slope * scale ** (k + 1) for k, slope in enumerate(slopes)) + random.gauss(0, error)
        for scale, error in zip(scales, errors, strict=True)
    ]
    ideal = with_bar(weights(scales), means, errors)["error"]
    return (scales, means, errors), truth, ideal


def richardson(scales, means, errors):
    return tuple(with_bar(weights(scales), means, errors).values())


def with_error(bar):
    """The right value with another error bar."""

    def made(scales, means, errors):
        c, s = np.array(weights(scales)), np.array(errors)
        return richardson(scales, means, errors)[0], float(bar(c, s))

    return made


@function("5.6.c", outcome=2, points=2)
def honest_function():
    yield Estimator(drawn_points, runs=200, partial=False)
    for bar, reason, says in (
        (
            lambda c, s: s[0],
            "keeps the raw error bar",
            "Your error bar is that of the first mean. The factors enlarge it.",
        ),
        (
            lambda c, s: s.max(),
            "takes the largest",
            "Your error bar is the largest of the given ones. The factors enlarge it.",
        ),
        (
            lambda c, s: s.mean(),
            "takes the average",
            "Your error bar is the average of the given ones. The factors enlarge it.",
        ),
        (
            lambda c, s: np.linalg.norm(s),
            "forgets the factors",
            "Your error bar is that of a plain sum: each mean counts c times.",
        ),
        (
            lambda c, s: np.linalg.norm(s) / len(s),
            "averages",
            "Your error bar is that of a plain average of the means.",
        ),
        (
            lambda c, s: np.abs(c) @ s,
            "adds error bars",
            "Your error bar adds the parts. Add their squares, then take the root.",
        ),
        (
            lambda c, s: c**2 @ s**2,
            "gives the variance",
            "This is the variance of the value. The error bar is its root.",
        ),
        (
            lambda c, s: s[0] * np.linalg.norm(c),
            "takes equal error bars",
            "You took the first error bar for all of them.",
        ),
    ):
        yield slip(with_error(bar), reason).says(says)
    yield slip(
        lambda scales, means, errors: tuple(with_bar(straight(scales), means, errors).values()), "fits a line"
    ).says("You fitted a straight line. These curves bend: with more than two points the value has a bias.")
    yield slip(
        lambda scales, means, errors: tuple(with_bar(weights(range(1, len(scales) + 1)), means, errors).values()),
        "takes 1, 2, 3 for the scales",
    ).says("Your factors are those of the scales 1, 2, 3, …; look at the scales that are given.")
    yield slip(lambda scales, means, errors: richardson(scales, means, errors)[::-1], "swaps the pair").says(
        "You give the error bar first. The value comes first."
    )
    yield slip(lambda scales, means, errors: (means[0], errors[0]), "does not extrapolate").says(
        "These are the raw mean and its error bar: an honest error bar round a value with a bias."
    )


# --- d: which claims a budget allows ----------------------------------------------------------------------------------


def shots_for(scales, q, claim, sigmas=2.0):
    """So many shots in all bring the expected share so many error bars above the claim."""
    share = 1 - left(scales, q) / (1 - q)
    return len(scales) * np.square(weights(scales)).sum() * (sigmas / ((1 - q) * (share - claim))) ** 2


def can_be_claimed(q, scales, claim):
    return 0.05 < 1 - left(scales, q) / (1 - q) - claim < 0.4


@number(
    "5.6.d",
    outcome=4,
    points=2,
    rel=0.01,
    q=decimals(0.6, 0.9, 0.005),
    scales=one_of([[1, 3], [1, 3, 5]]),
    claim=one_of(0.5, 0.6, 0.7, 0.8),
    where=can_be_claimed,
)
def shots_for_a_claim(q, scales, claim):
    good, share = shots_for(scales, q, claim), 1 - left(scales, q) / (1 - q)
    price = np.square(weights(scales)).sum()
    yield good
    yield slip(good / len(scales), "counts one run").says(
        "So many shots each run takes. All runs together are asked for."
    )
    yield slip(good / 4, "takes one error bar").says(
        "Your claim is one error bar below what is expected. Two are asked for."
    )
    yield slip(good / price, "forgets the factors").says(
        "You forgot the price of the extrapolation: its variance is larger by the sum of the squared factors."
    )
    yield slip(good / sqrt(price), "takes the root of the price").says(
        "The root of Σc² multiplies the error bar. The shots go with its square."
    )
    yield slip(good * (1 - q) ** 2, "takes the share for the mean").says(
        "You compared the error bar of the *mean* with the claim. The share is the mean in units of the raw bias 1 − q."
    )
    yield slip(good * ((share - claim) / (1 - claim)) ** 2, "expects all of the bias to go").says(
        "You expect all of the bias to go. The recipe itself leaves a part of it."
    )


# --- e: scales and shots ----------------------------------------------------------------------------------------------

ALLOWED = (1, 3, 5, 7)
SETS = [scales for count in (1, 2, 3, 4) for scales in combinations(ALLOWED, count)]


def total_error(plan, ideal, q):
    """The root of squared bias plus variance, of Richardson through the runs of a plan."""
    scales = sorted(plan)
    c, means = np.array(weights(scales)), ideal * np.power(q, scales)
    variance = np.sum(c**2 * (1 - means**2) / [plan[scale] for scale in scales])
    return float(sqrt((c @ means - ideal) ** 2 + variance))


def shared(scales, ideal, q, total):
    """The plan with the smallest variance for these scales."""
    c, means = np.abs(weights(scales)), ideal * np.power(q, scales)
    parts = c * np.sqrt(1 - means**2)
    return {scale: max(1, int(part / parts.sum() * total)) for scale, part in zip(scales, parts, strict=True)}


def evenly(scales, total):
    return {scale: total // len(scales) for scale in scales}


def best_plan(ideal, q, total):
    return min((shared(scales, ideal, q, total) for scales in SETS), key=lambda plan: total_error(plan, ideal, q))


def goal(ideal, q, total):
    return {"error": round(1.04 * total_error(best_plan(ideal, q, total), ideal, q), 5)}


def needs_thought(ideal, q, total):
    """Whether even shots do not reach the goal with any scales, nor the best shots with the scales of the text."""
    error, best = goal(ideal, q, total)["error"], best_plan(ideal, q, total)
    usual = [shared(scales, ideal, q, total) for scales in ((1, 3), (1, 3, 5)) if scales != tuple(best)]
    even = [evenly(scales, total) for scales in SETS]
    return all(total_error(plan, ideal, q) > 1.005 * error for plan in [*usual, *even])


@data(
    "5.6.e",
    kind="design",
    rung="think",
    outcome=4,
    points=3,
    ideal=decimals(0.5, 0.95, 0.05),
    q=decimals(0.6, 0.9, 0.02),
    total=one_of([3000, 6000, 10_000, 20_000, 50_000]),
    where=needs_thought,
    derive=goal,
)
def plan_of_runs(ideal, q, total, error):
    def told(plan):
        if not plan:
            return False, "Your plan has no run."
        if unknown := [scale for scale in plan if scale not in ALLOWED]:
            return False, f"{unknown[0]} is none of the scales 1, 3, 5, 7."
        if sum(plan.values()) > total:
            return False, f"Your plan takes {sum(plan.values()):,} shots; the budget is {total:,}."
        made = total_error(plan, ideal, q)
        if made <= error:
            return True
        scales = sorted(plan)
        bias = abs(np.dot(weights(scales), ideal * np.power(q, scales)) - ideal)
        return False, (
            f"Your plan has the bias {number_text(bias, 4)} and the error bar "
            f"{number_text(sqrt(made**2 - bias**2), 4)}, together {number_beside(made, error, 5)}; "
            f"at most {number_text(error, 5)} is asked for."
        )

    yield Data(schema=Dict(Whole(1), Whole(1)), holds=told)
    best = best_plan(ideal, q, total)
    yield slip(evenly(best, total), "shares evenly").says(
        "These scales can do it, but not with equal shots: a run with a small factor c needs fewer."
    )
    yield slip({1: total}, "does not extrapolate").says(
        "One run at scale 1 has a small error bar, and all of the raw bias."
    )


# --- f: folds that survive the compiler -------------------------------------------------------------------------------

CHAIN = ((0, 1), (1, 2), (0, 1), (1, 2))
H = "rz(pi/2) {0}; sx {0}; rz(pi/2) {0}"


def compiled(angle, copies, around=H):
    """The circuit of exercise f in the gates of the device; each CZ stands so many times, with H around its target."""
    parts = [H.format(0)]
    for k, (a, b) in enumerate(CHAIN):
        parts += [
            around.format(b),
            *[f"cz {a} {b}"] * copies,
            around.format(b),
            circuit(f"rz(t) {b}", t=angle[k], qubits=3),
        ]
        parts += [H.format(a), H.format(b)]
    return circuit(*parts, qubits=3)


@build(
    "5.6.f",
    kind="debug",
    rung="warm-up",
    outcome=5,
    points=2,
    takes="circuit",
    rules=lambda scale: [GateSet({"rz", "sx", "x", "cz"}), Folded(CHAIN, scale)],
    angle=several(4, angles(0.1, 0.9)),
    scale=one_of(3, 5, 7),
)
def folded_for_the_device(angle, scale):
    yield Unitary(compiled(angle, 1), draft=compiled(angle, 1))
    yield slip(compiled(angle, scale - 1), "folds an even number of gates").says(
        "Each CZ stands an even number of times in your circuit. Two of them cancel, so the gate is gone."
    )
    yield slip(compiled(angle, scale, around=""), "takes CZ for CNOT").says(
        "You put CZ in the place of the CNOTs. A CNOT is a CZ with an H before and after it on the target."
    )


# --- g: a flat curve --------------------------------------------------------------------------------------------------


@choice("5.6.g", rung="warm-up", outcome=5)
def flat_curve():
    yield right("The gate's error is coherent, and its inverse undoes it: folding does not scale it.").says(
        "Right: G G† G is then G with its error, once. Twirling makes such an error stochastic, and then it scales."
    )
    yield slip("There is no noise in the gates, so the raw mean is right.", "takes flat for noiseless").says(
        "The raw mean is far from the known one. Flat only says that folding changes nothing."
    )
    yield slip("A compiler has removed the folds.", "does not read the count").says(
        "That gives a flat curve, too. But here the gates were counted in the compiled circuit: the folds are there."
    )
    yield slip("The error bars are too large; more shots would show the slope.", "blames the shots").says(
        "The means at λ = 1 and 5 would differ by many of these error bars if a slope explained the bias."
    )
    yield slip("The scales are too small; λ = 7 and 9 would bend the curve.", "blames the scales").says(
        "From 1 to 5 stochastic errors would already count five times. What is flat up to 5 stays flat."
    )


# --- h: in the laboratory ---------------------------------------------------------------------------------------------

GATES = 5


def exponential(theta, hidden):
    """Of exercise h: the truth, the means at 1 and 3, and the spread of the exponential value for one shot of each."""
    truth, q = cos(theta), (1 - hidden) ** GATES
    m1, m3 = truth * q, truth * q**3
    parts = [1.5 * sqrt(1 - m1**2) / m1, 0.5 * sqrt(1 - m3**2) / m3]
    return truth, m1, m3, truth * sqrt(parts[0] ** 2 + parts[1] ** 2)


@measure(
    "5.6.h",
    rung="think",
    outcome=2,
    points=3,
    bounds=(-1, 1),
    within=0.006,
    slack=0.08,
    theta=angles(0.2, 0.28),
    hidden=decimals(0.05, 0.07, 0.002),
)
def mean_without_noise(theta, hidden):
    truth, m1, m3, spread = exponential(theta, hidden)
    shots = 80_000
    error = spread / sqrt(shots)
    s1, s3 = sqrt((1 - m1**2) / shots), sqrt((1 - m3**2) / shots)
    yield right(truth, spread=spread)
    yield slip((m1, s1, shots), "gives the raw mean").says("This is the raw mean, without extrapolation.")
    yield slip((1.5 * m1 - 0.5 * m3, sqrt(2.25 * s1**2 + 0.25 * s3**2), shots), "takes a straight line").says(
        "This is what a straight line through the two means gives. The decay is exponential here: it leaves a bias."
    )
    yield slip((m1**2 / m3, error, shots), "takes one scale too few").says(
        "You went from scale 1 down by as much as from 3 to 1. Zero noise is half of that away."
    )
    for wide, reason in ((1.3, "forgets the value in the slopes"), (1.5, "adds the two parts")):
        yield slip((truth, wide * error, shots), reason).says(
            "Your error bar is wider than these shots give. Check three things: each slope contains its exponent and "
            "the value itself, the parts add as squares, and `shots` are those of *each* run."
        )
    yield slip((truth, s1, shots), "keeps the raw error bar").says(
        "Your error bar is that of the raw mean. The extrapolation enlarges it."
    )
    yield slip((truth, sqrt(2.25 * s1**2 + 0.25 * s3**2), shots), "takes the error bar of the line").says(
        "Your error bar is about that of the straight line. Your value is a product of powers: its slopes are others."
    )


# --- i: hidden devices ------------------------------------------------------------------------------------------------

POINTS = np.array([1, 3, 5])


def drawn_decay(random):
    """Means at 1, 3, 5 of a device whose mean falls exponentially; one of the three runs was short."""
    truth = random.choice((-1, 1)) * random.uniform(0.6, 0.95)
    q = random.uniform(0.6, 0.9)
    errors = [random.uniform(0.005, 0.012) for _ in POINTS]
    errors[random.randrange(3)] *= 6
    means = [truth * q**scale + random.gauss(0, error) for scale, error in zip(POINTS.tolist(), errors, strict=True)]
    return (POINTS.tolist(), means, errors), truth, truth * q


def through_logarithms(scales, means, errors):
    return float(np.sign(means[0]) * np.exp(np.polyfit(scales, np.log(np.abs(means)), 1)[1]))


@function("5.6.i", kind="stretch", rung="stretch", outcome=(3, 4), points=3)
def on_hidden_devices():
    yield Mitigator(drawn_decay, removes=0.95, variance=0.0025, runs=200)
    yield slip(lambda scales, means, errors: richardson(scales, means, errors)[0], "takes the parabola").says(
        "This is Richardson's value. These means fall exponentially, some of them fast: the parabola leaves much bias."
    )
    yield slip(lambda scales, means, errors: 1.5 * means[0] - 0.5 * means[1], "takes two points and a line").says(
        "This is the straight line through the first two means. These means fall exponentially: it leaves much bias."
    )
    yield slip(lambda scales, means, errors: abs(means[0]) ** 1.5 / abs(means[1]) ** 0.5, "loses the sign").says(
        "Your values are all positive. Ideal means may be negative, too."
    )
    yield slip(lambda scales, means, errors: means[0], "does nothing").says("These are the raw means.")
    yield slip(through_logarithms, "fits a line to the logarithms").says(
        "You fitted a line to the logarithms, all points alike. The logarithm of a mean near 0 scatters wildly: the "
        "bias goes, and the variance explodes."
    )
