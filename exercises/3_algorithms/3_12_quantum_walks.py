"""What right means in lesson 3.12, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import comb, cos, sin, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    distinct,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Property, Unitary
from qtrain.circuits import Circuit, run
from qtrain.circuits import State as Vector
from qtrain.circuits.numerals import number_beside, number_text

HADAMARD = np.array([[1, 1], [1, -1]]) / sqrt(2)


def walk(start, steps, coin=HADAMARD):
    """Probabilities of the sites −steps … steps; the coin's 0 goes to the left (down), its 1 to the right."""
    a = np.zeros((2, 2 * steps + 1), dtype=complex)
    a[:, steps] = start
    for _ in range(steps):
        a = coin @ a
        a = np.array([np.roll(a[0], -1), np.roll(a[1], 1)])
    return (abs(a) ** 2).sum(axis=0)


def mean_and_sigma(chances):
    sites = np.arange(len(chances)) - len(chances) // 2
    mean = float(chances @ sites)
    return mean, sqrt(float(chances @ sites**2) - mean**2)


@number(
    "3.12.a",
    kind="predict",
    rung="warm-up",
    outcome=1,
    bounds=(0, 1),
    within=5e-4,
    start=(0, 1),
    steps=whole(6, 16),
    site=whole(-12, 12),
    where=lambda start, steps, site: (
        (steps + site) % 2 == 0 and 0 < abs(site) < steps and walk(np.eye(2)[start], steps)[steps + site] > 0.01
    ),
)
def chance_of_a_site(start, steps, site):
    from_0, from_1 = walk([1, 0], steps), walk([0, 1], steps)
    here, mirrored = (from_1, from_0) if start else (from_0, from_1)
    yield here[steps + site]
    yield slip(comb(steps, (steps + site) // 2) / 2**steps, "walks classically").says(
        "This is the probability of a classical walk. Add amplitudes first, then take the squares."
    )
    yield slip(mirrored[steps + site], "begins with the other coin").says(
        "This belongs to the other state of the coin at the start, or to the mirrored site."
    )
    both = walk([1 / sqrt(2), 1j / sqrt(2)], steps)
    yield slip(both[steps + site], "begins with the symmetric coin").says(
        "This is the walk with the symmetric start. Yours begins with a basis state of the coin."
    )
    plus = walk([1 / sqrt(2), 1 / sqrt(2)], steps)
    yield slip(plus[steps + site], "begins with the coin in |+⟩").says(
        "This is the walk whose coin begins in |+⟩. The first toss is part of the first step."
    )
    yield slip(sqrt(here[steps + site]), "forgets the square").says(
        "This is the square root of the probability: a square is missing."
    )
    yield slip(0.0, "looks at an empty entry").says(
        "The walker can be on this site. If you took the 0 from the list: which of its entries has the start, site 0?"
    )
    entry = float(here[site])  # a negative number counts from the end of the list
    if entry > 2e-3:
        yield slip(entry, "takes the site for the place in the list").says(
            f"This is entry {site} of the list. Its first entry belongs to site {-steps}: which one to site {site}?"
        )


FAIR = [p for p in range(16, 85) if p not in range(44, 57)]


def mean_of(percent, phase, steps):
    p = percent / 100
    return mean_and_sigma(walk([sqrt(p), np.exp(1j * phase) * sqrt(1 - p)], steps))[0]


def balancing_cosine(percent, steps):
    """The cosine of the phase for which the mean is zero: the mean is linear in it."""
    at_right_angle, at_zero = mean_of(percent, np.pi / 2, steps), mean_of(percent, 0.0, steps)
    return at_right_angle / (at_right_angle - at_zero)


@build(
    "3.12.b",
    kind="design",
    outcome=1,
    percent=one_of(FAIR),
    steps=whole(6, 20),
    where=lambda percent, steps: abs(balancing_cosine(percent, steps)) < 0.95,
)
def balanced_start(percent, steps):
    p = percent / 100

    def holds(answer):
        vector = np.asarray(run(answer) if isinstance(answer, Circuit) else answer.vector)
        total = float(np.linalg.norm(vector)) ** 2
        if np.allclose(vector, [p, 1 - p], atol=1e-3):
            return False, "These are the two probabilities. The size of an amplitude is the square root of one."
        if abs(total - 1) > 0.01:
            return False, f"The squared sizes of your two amplitudes add up to {number_beside(total, 1)}, not to 1."
        vector = vector / sqrt(total)  # rounded amplitudes are a state, too
        chance = abs(vector[0]) ** 2
        if abs(chance - p) > 1e-3:
            return False, (
                f"The coin's 0 has a probability of {number_beside(100 * chance, percent, 1)} percent here, "
                f"not of {percent} percent."
            )
        mean = mean_and_sigma(walk(vector, steps))[0]
        if abs(mean) < 2e-3:
            return True
        if abs(mean) < 0.03:
            return (
                False,
                f"Nearly: after {steps} steps the mean is {number_text(mean, 4)}. Give the phase with more digits.",
            )
        return (
            False,
            f"The probability is right, but after {steps} steps the mean is {number_text(mean)}: what moves it?",
        )

    phase = np.arccos(balancing_cosine(percent, steps))
    name = "starts with this probability and keeps the mean at 0"
    yield Property(
        name, holds, takes=(Circuit, Vector), reading="state", num_qubits=1, wants="a state or a circuit of one qubit"
    )
    yield slip(np.array([sqrt(p), 1j * sqrt(1 - p)]), "takes i, as for equal probabilities").says(
        "With the phase i the mean stays at 0 only if both probabilities are ½. Which other phase would balance it?"
    )
    yield slip(np.array([1, 1j]) / sqrt(2), "takes the symmetric start").says(
        "The mean is 0, but this coin begins with ½ and ½. Other probabilities are asked for."
    )
    yield slip(np.array([sqrt(p), sqrt(1 - p)]), "leaves the phase out").says(
        "The probability is right, and the mean is not 0. The phase between your two amplitudes is 0: it is free."
    )
    yield slip(np.array([sqrt(p), -np.exp(1j * phase) * sqrt(1 - p)]), "has the opposite phase")


@choice("3.12.c", rung="warm-up", outcome=(1, 2))
def looked_at():
    yield right("It spreads like √t: each look ends the interference between the ways.").says(
        "Right: whoever knows two sites in a row knows the coin, and the walk is a classical walk."
    )
    yield slip("It stays where it was found first.", "takes a look for a stop").says(
        "The coin is tossed again after each look, and the shift moves the walker on."
    )
    yield slip(
        "It spreads like t, as before: a look changes nothing about the steps.", "believes that looks are free"
    ).says("The gates are the same. But amplitudes of different ways can no longer cancel once somebody knows the way.")
    yield slip("It spreads like t, but its mean moves to the left.", "mixes up asymmetry and measurement").says(
        "A mean that moves comes from the start of the coin. What does a look do to the spread?"
    )
    yield slip("It spreads faster than t: each look pushes the walker.", "believes that a measurement pushes").says(
        "One step moves the walker by one site, looked at or not: nothing can be faster than t."
    )


COINS = {"H": HADAMARD, "√X": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2}


@build(
    "3.12.d",
    rung="think",
    outcome=2,
    points=2,
    takes="circuit",
    wires=distinct(4, range(4)),
    right_is=(0, 1),
    gate=tuple(COINS),
    derive=lambda wires: {"coin": wires[0], "places": wires[1:]},
)
def step_between_walls(wires, right_is, gate, coin, places):
    def made(*steps, toss=gate):
        return circuit(*steps, c=coin, p=places[0], q=places[1], r=places[2], C=COINS[toss], qubits=4)

    # With the coin as the highest bit, the sites to the right and then those to the left are one ring of 16.
    turn, other = ("x c", "") if right_is else ("", "x c")
    fold = "cx c p; cx c q; cx c r"
    plus = "ccx q r p; cx r q; x r"
    ring = f"c3x p q r c; {plus}"
    back = "x r; cx r q; ccx q r p; c3x p q r c"
    yield Unitary(made("C c", turn, fold, ring, fold, turn))
    yield slip(made("C c", turn, fold, plus, fold, turn), "makes a ring").says(
        "This is a step on a ring: it goes from site 7 to site 0. Here the walls turn the walker round."
    )
    if not right_is or gate != "H":
        yield slip(made("C c; x c", fold, plus, fold, "x c", toss="H"), "hands the lesson's step in").says(
            "This is the lesson's step on a ring, with H, and with 1 for right. Read what is different here."
        )
    yield slip(made("C c", other, fold, ring, fold, other), "exchanges right and left").says(
        "Right and left are exchanged: look at the value of the coin that means right."
    )
    yield slip(made(turn, fold, ring, fold, turn, "C c"), "moves before it tosses").says(
        "You move first and toss the coin afterwards. The toss comes first."
    )
    yield slip(made(turn, fold, ring, fold, turn), "forgets the coin").says(
        "Your circuit moves the walker, but it never tosses the coin."
    )
    yield slip(made("C c", turn, fold, ring, turn), "does not flip back").says(
        "After the step the bits of a walker to the left are still flipped. Take the flips back."
    )
    yield slip(made("C c", turn, fold, back, fold, turn), "subtracts in place of adding")


RING = 16


@measure(
    "3.12.e",
    outcome=2,
    points=2,
    within=0.06,
    theta=angles(0.1, 0.45),
    steps=whole(4, 7),
)
def mean_site(theta, steps):
    def chances_of(angle):
        return walk([cos(angle / 2), sin(angle / 2)], steps)

    chances, shots = chances_of(theta), 4000
    mean, sigma = mean_and_sigma(chances)
    sites = np.arange(-steps, steps + 1)

    def estimate(values, chances=chances):
        value = float(chances @ values)
        return value, sqrt((chances @ values**2 - value**2) / shots), shots

    yield right(mean, spread=sigma)
    yield slip(estimate(sites % RING), "reads 15 for −1").says(
        "You read the ring's numbers as they are: 15 stands for −1, 14 for −2, and so on."
    )
    reversed_bits = np.array([int(format(s % RING, "04b")[::-1], 2) for s in sites])
    reversed_bits = np.where(reversed_bits > 7, reversed_bits - RING, reversed_bits)
    yield slip(estimate(reversed_bits), "reads the bits backwards").says(
        "You read the bits of the site in the reverse order: which one is the most significant?"
    )
    yield slip(estimate(-sites), "exchanges left and right").says(
        "The size is right, and the sign is not: which value of the coin goes to the left?"
    )
    yield slip((0.0, sqrt(steps / shots), shots), "takes the classical walk").says(
        "A classical walk has the mean 0. What does your circuit give?"
    )
    told = [mean, estimate(sites % RING)[0], estimate(reversed_bits)[0], -mean, 0.0]
    rarer = (
        (
            estimate(abs(sites)),
            "averages the distance",
            "Your value fits the mean distance from the start. The mean site counts sites to the left as negative.",
        ),
        (
            estimate(sites, chances_of(0)),
            "forgets the start of the coin",
            "Your value fits a coin that begins in |0⟩. Yours begins in another state.",
        ),
    )
    for typical, reason, reply in rarer:
        if min(abs(typical[0] - value) for value in told) > 0.5:  # else nobody could tell which mistake it was
            told.append(typical[0])
            yield slip(typical, reason).says(reply)


def column_line(branches, depth, outer=None, middle=None):
    """The walk on two glued trees, on the uniform states of its columns."""
    outer, middle = sqrt(branches) if outer is None else outer, branches if middle is None else middle
    hops = [outer] * depth + [middle] + [outer] * depth
    return np.diag(hops, 1) + np.diag(hops, -1)


def at_exit(line, depth, leave=None, tick=0.05):
    """The probabilities of the last column, or of the column `leave`, at all times of the grid."""
    energies, modes = np.linalg.eigh(line)
    times = np.arange(0, 2 * depth + 1e-9, tick)
    last = modes[-1 if leave is None else leave]
    return abs((last * modes[0]) @ np.exp(-1j * np.outer(energies, times))) ** 2


def best_on(line, depth, **options):
    return float(at_exit(line, depth, **options).max())


def trees(rng):
    """At (3, 2) the best time is the last one of the grid; at (4, 1) a later one would be better still."""
    drawn = [(3, rng.randrange(3, 7)), (2, rng.randrange(12, 25)), (4, rng.randrange(3, 21)), (5, 9)]
    return [(2, 4), (3, 2), (4, 1), *drawn]


@function("3.12.f", kind="stretch", outcome=3, points=3, name="best_exit", inputs=trees, within=1e-5)
def through_glued_trees():
    def best_exit(branches, depth):
        return best_on(column_line(branches, depth), depth)

    yield best_exit
    yield slip(
        lambda branches, depth: best_on(column_line(branches, depth, outer=branches), depth), "counts edges for hops"
    ).says("Between two columns the hop is the square root of the branches, not their number. Why not in the middle?")
    yield slip(
        lambda branches, depth: best_on(column_line(branches, depth, middle=sqrt(branches)), depth),
        "takes the middle for another level",
    ).says("In the middle both columns are equally large: which hop has the line there?")
    yield slip(
        lambda branches, depth: best_on(column_line(branches, depth, outer=1, middle=1), depth), "takes hops of 1"
    ).says("All your hops are 1. Each column stands for many vertices, and the hops say how many edges join them.")
    yield slip(lambda branches, depth: best_on(column_line(2, depth), depth), "takes two branches always").says(
        "You take two branches always. `branches` says how many there are."
    )
    yield slip(
        lambda branches, depth: best_on(column_line(branches, depth, middle=2), depth), "keeps the 2 of the middle"
    ).says("The hop in the middle is 2 for two branches. How many edges join the two middle columns here?")
    yield slip(
        lambda branches, depth: best_on(column_line(branches, depth, outer=sqrt(2)), depth), "keeps the √2"
    ).says("The hop √2 belongs to two branches. How many edges join two columns here?")
    yield slip(
        lambda branches, depth: best_on(column_line(branches, depth), depth, leave=depth + 1), "looks at the middle"
    ).says("You look at a column in the middle. The exit is the last column.")
    yield slip(
        lambda branches, depth: best_on(column_line(branches, depth - 1), depth), "has two columns too few"
    ).says("Your line has two sites too few: a tree of depth n has n + 1 columns, the root's too.")
    yield slip(lambda branches, depth: sqrt(best_on(column_line(branches, depth), depth)), "forgets the square").says(
        "This is the size of the amplitude. The probability is its square."
    )
    yield slip(
        lambda branches, depth: float(at_exit(column_line(branches, depth), depth)[-1]), "takes the last time"
    ).says("This is the probability at the last time. The largest one of all times is asked for.")
    yield slip(
        lambda branches, depth: float(at_exit(column_line(branches, depth), depth)[:-1].max()), "leaves the end out"
    ).says("The last time is missing: the grid ends with 2·depth itself.")
    yield slip(
        lambda branches, depth: 0.05 * float(at_exit(column_line(branches, depth), depth).argmax()), "gives the time"
    ).says("This is the best time. The probability at this time is asked for.")
    yield slip(
        lambda branches, depth: best_on(column_line(branches, depth), depth, tick=0.1), "takes steps of 0.1"
    ).says("Your times are 0.1 apart. The grid of the task is finer.")
    yield slip(
        lambda branches, depth: best_on(column_line(branches, depth), depth, tick=0.01), "takes steps of 0.01"
    ).says("Your times are 0.01 apart. The grid of the task is coarser, and its largest value a little smaller.")
