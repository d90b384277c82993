"""What right means in lesson 3.11, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import asin, pi, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, data, decimals, function, measure, number, right, slip, whole
from qtrain.checking import Data
from qtrain.checking.rules import NoSynthesis
from qtrain.checking.schema import List, Row, Whole
from qtrain.circuits.numerals import number_beside


def angle(a):
    """θ with a = sin²θ."""
    return asin(sqrt(a))


def amplified(a, rounds):
    """The probability of a good result after so many rounds (Brassard and others 2002, lemma 1)."""
    return sin((2 * rounds + 1) * angle(a)) ** 2


@number("3.11.a", rung="warm-up", outcome=1, bounds=(0, 1), within=5e-4, permille=whole(12, 90), rounds=whole(1, 6))
def after_some_rounds(permille, rounds):
    a = permille / 1000
    yield amplified(a, rounds)
    yield slip(sin(2 * rounds * angle(a)) ** 2, "counts 2k angles").says(
        "You turned by 2kθ. The start is at θ already, so after k rounds the angle is (2k + 1)θ."
    )
    yield slip(sin((rounds + 1) * angle(a)) ** 2, "takes θ for a round").says(
        "A round turns by 2θ: two reflections turn by twice the angle between their mirrors."
    )
    yield slip(sqrt(amplified(a, rounds)), "forgets the square").says(
        "This is the size of the amplitude. The probability is its square."
    )
    yield slip(sin((2 * rounds + 1) * asin(a)) ** 2, "forgets the root").says(
        "You took the arcsine of a. a is sin²θ: take its root first."
    )
    yield slip(amplified(a, rounds - 1), "one round too few").says("This is the value after one round less.")
    yield slip(amplified(a, rounds + 1), "one round too many").says("This is the value after one round more.")
    yield slip(1 - amplified(a, rounds), "gives the bad results").says("This is the probability of a *bad* result.")
    yield slip((2 * rounds + 1) * a, "counts uses").says(
        "This adds a for each use of the circuit. The amplitude grows with the rounds, not the probability."
    )
    yield slip((2 * rounds + 1) ** 2 * a, "adds amplitudes").says(
        "(2k + 1)²·a is the beginning of the curve, good for small angles only. Use the sine."
    )


def phase_of(a, t):
    """The phase of Q's eigenvalue, in steps of a register of t qubits."""
    return 2**t * angle(a) / pi


@number(
    "3.11.b",
    rung="warm-up",
    outcome=2,
    bounds=(0, 1),
    within=5e-4,
    t=whole(5, 8),
    y=whole(3, 250),
    where=lambda t, y: y < 2**t and all(abs(8 * y / 2**t - k) > 0.15 for k in range(9)),
)
def amplitude_from_a_reading(t, y):
    m = 2**t
    yield sin(pi * y / m) ** 2
    yield slip(sin(2 * pi * y / m) ** 2, "takes the eigenphase for θ").says(
        "The eigenphase of Q is 2θ, so 2θ = 2π·y/2^t. You put the whole phase into the sine."
    )
    yield slip(np.cos(pi * y / m) ** 2, "reads 1 − a").says(
        "This is 1 − a. It is what comes out when the minus sign of Q is forgotten."
    )
    yield slip(sin(pi * y / m), "forgets the square").says("This is an amplitude. a is a probability: square it.")
    yield slip(pi * y / m, "gives θ").says("This is θ in radians. a = sin²θ is asked for.")
    yield slip(sin(pi * y / (2 * m)) ** 2, "halves θ").says(
        "You took half of θ. The reading's part of a full turn is 2θ."
    )
    yield slip(sin(y / m) ** 2, "forgets π").says(
        "You took y/2^t for the angle. It is a part of a full turn, 2π, and that is 2θ."
    )
    yield slip(sin(pi * y / t) ** 2, "divides by t").says("You divided by t. A register of t qubits has 2^t readings.")
    yield slip(y / m, "gives the phase").says("This is the phase in turns. a = sin²θ is asked for.")
    yield slip(sin(pi * y / (m - 1)) ** 2, "divides by 2^t − 1").says("A register of t qubits divides by 2^t.")


def kernel(gap, m):
    """The probability of a reading that lies `gap` steps from the phase."""
    return 1.0 if abs(gap) < 1e-12 else (sin(pi * gap) / (m * sin(pi * gap / m))) ** 2


@number(
    "3.11.c",
    rung="think",
    outcome=2,
    points=2,
    bounds=(0, 1),
    within=1e-3,
    permille=whole(40, 600),
    t=whole(3, 6),
    where=lambda permille, t: (
        0.06 < abs(phase_of(permille / 1000, t) % 1 - 0.5) < 0.44
        and 0.6 < phase_of(permille / 1000, t) < 2 ** (t - 1) - 0.6
    ),
)
def chance_of_the_best_reading(permille, t):
    a = permille / 1000
    m, place = 2**t, phase_of(a, t)
    y = round(place)
    near, far = kernel(place - y, m), kernel(place + y, m)
    yield near + far  # half of each for each of the two eigenvectors, and the two readings y and 2^t − y
    yield slip((near + far) / 2, "counts one of two readings").says(
        "You counted y alone. 2^t − y gives the same estimate."
    )
    yield slip(near, "leaves the tail of the other peak out").says(
        "Nearly: each reading gets a little from the other eigenvector as well. Add both."
    )
    yield slip(sqrt(near) + sqrt(far), "forgets the square").says(
        "This is a sum of two sizes of amplitudes. Square each of them before you add."
    )
    yield slip(sin(pi * y / m) ** 2, "gives the estimate").says(
        "This is the estimate that comes out most often. *How* often is asked for."
    )
    second = y + 1 if place > y else y - 1
    both = 1 if second in (0, m // 2) else 2  # readings with this estimate
    less = (kernel(place - second, m) + kernel(place + second, m)) * both / 2
    yield slip(less, "takes the second best").says("This is the probability of the second most frequent estimate.")
    yield slip(near + far + less, "adds both neighbours").says(
        "This is the probability of one of the *two* estimates next to a. Only the most frequent one counts."
    )
    yield slip(kernel(m * a - round(m * a), m), "takes a for the phase").says(
        "You took a for the phase. In turns it is θ/π."
    )
    half = place / 2
    yield slip(kernel(half - round(half), m) + kernel(half + round(half), m), "takes half the phase").says(
        "You took the phase twice too small. In turns it is θ/π."
    )
    yield slip(8 / pi**2, "takes the bound").says(
        "8/π² is a bound for the two estimates next to a, for any a. Here it is the most frequent one alone."
    )
    other = 2 * place
    yield slip(kernel(other - round(other), m) + kernel(other + round(other), m), "takes θ for half of itself").says(
        "You took the phase twice too large. In turns it is θ/π."
    )
    yield slip(4 / pi**2, "takes the worst case").says(
        "4/π² is a bound for any a. The probability for this a is asked for."
    )


@choice("3.11.d", outcome=2)
def the_missing_minus():
    yield right("1 − a: all eigenvalues are turned by half a turn, so that θ becomes π/2 − θ.").says(
        "Right: and nothing warns you. In amplification alone, without control, the sign cannot be seen."
    )
    yield slip("a: a global phase changes nothing.", "takes a controlled phase for a global one").says(
        "Without control it changes nothing. Here Q is controlled, and its phase is what is measured."
    )
    yield slip("a/2: each round turns by half the angle.", "mixes sign and angle").says(
        "The angle of a round stays 2θ. What changes is where the phases are counted from."
    )
    yield slip("−a: the estimate has the wrong sign.", "carries the sign over").says(
        "a is a square of a sine and never negative."
    )
    yield slip("Noise: the readings are spread evenly.", "expects an error to look like noise").says(
        "The two peaks are as sharp as before. They stand elsewhere."
    )


@build(
    "3.11.e",
    outcome=1,
    points=2,
    takes="circuit",
    alpha=decimals(0.30, 1.40, 0.01),
    beta=decimals(0.30, 1.40, 0.01),
    where=lambda alpha, beta: abs(alpha - beta) > 0.05,
    rules=[NoSynthesis()],
)
def controlled_iterate(alpha, beta):
    def made(*steps):
        return circuit(*steps, s=alpha, t=beta, qubits=3)

    prepare, back = "ry(s) 1; cx 1 2; ry(t) 2", "ry(-t) 2; cx 1 2; ry(-s) 1"
    zero = "x 1; x 2; ccz 0 1 2; x 1; x 2"
    yield made("cz 0 2", back, zero, prepare, "z 0")
    yield slip(made("cz 0 2", back, zero, prepare), "forgets the minus").says(
        "Your circuit controls −Q. Under control a minus is no global phase: it is a Z on the control. Check also that "
        "S_f turns the sign where qubit 2 is 1, and S_0 that of |00⟩ alone."
    )
    yield slip(made("cz 0 2", prepare, zero, back, "z 0"), "exchanges A and its inverse").says(
        "A and its inverse are exchanged: in time, the inverse comes before the reflection about |00⟩, and A after it."
    )
    yield slip(made(prepare, zero, back, "cz 0 2", "z 0"), "reads the product from the left").says(
        "You ran the factors of Q from left to right. In a product the rightmost factor comes first in time: S_f."
    )
    yield slip(made("cz 0 2", prepare, zero, prepare, "z 0"), "uses A twice").says(
        "You ran A on both sides of the reflection about |00⟩. Before it, in time, the inverse of A is needed."
    )
    yield slip(made("cz 0 2", "ry(-s) 1; cx 1 2; ry(-t) 2", zero, prepare, "z 0"), "inverts gate by gate").says(
        "Your inverse of A has the right gates in the order of A. An inverse runs them in the reverse order."
    )
    yield slip(made("cz 0 2", back, "x 1; x 2; ccz 0 1 2", prepare, "z 0"), "does not undo X").says(
        "The X gates after the middle reflection are missing: undo those before it."
    )
    yield slip(made("cz 0 2", zero, "z 0"), "leaves A out").says(
        "Your circuit has both reflections and no A. The second one is about the state that A makes: A and its inverse "
        "stand around it."
    )
    exchanged = circuit(
        "cz 0 2; ry(-s) 2; cx 1 2; ry(-t) 1", zero, "ry(t) 1; cx 1 2; ry(s) 2; z 0", s=alpha, t=beta, qubits=3
    )
    yield slip(exchanged, "exchanges the angles").says(
        "The two angles are exchanged: α belongs to qubit 1, β to qubit 2."
    )
    yield slip(made("cz 0 2", back, "ccz 0 1 2", prepare, "z 0"), "reflects about |11⟩").says(
        "Your middle reflection turns the sign of |11⟩. It should be that of |00⟩, from which A starts."
    )
    yield slip(made("cz 0 2; h 1 2", zero, "h 1 2; z 0"), "takes Grover's diffuser").says(
        "You used H on both qubits in place of A. This is Grover's operator, and it turns about the uniform state."
    )
    yield slip(made("cz 0 2", back, "x 1; x 2; cz 1 2; x 1; x 2", prepare, "z 0"), "leaves a reflection uncontrolled")


GRID = np.linspace(0.0005, 0.9995, 2000)


def log_likelihood(table, grid):
    total = np.zeros_like(grid)
    for rounds, yes, no in table:
        p = np.clip(np.sin((2 * rounds + 1) * np.arcsin(np.sqrt(grid))) ** 2, 1e-12, 1 - 1e-12)
        total += yes * np.log(p) + no * np.log(1 - p)
    return total


def likeliest(table):
    """The amplitude that makes these counts likeliest, to 1e-5."""
    best = GRID[np.argmax(log_likelihood(table, GRID))]
    fine = np.clip(np.linspace(best - 6e-4, best + 6e-4, 241), 1e-6, 1 - 1e-6)
    return float(fine[np.argmax(log_likelihood(table, fine))])


def tables(rng):
    """Counts of drawn experiments, in each of which one maximum stands far above all others."""
    found = []
    while len(found) < 6:
        a, shots = rng.uniform(0.05, 0.9), rng.choice([60, 100, 200])
        table = []
        for rounds in [0, *sorted(rng.sample([1, 2, 3, 4, 6, 8], 3))]:
            p = amplified(a, rounds)
            hits = sum(rng.random() < p for _ in range(shots))
            table.append([rounds, hits, shots - hits])
        heights = log_likelihood(table, GRID)
        far = abs(GRID - GRID[np.argmax(heights)]) > 0.05
        if heights[far].max() < heights.max() - 5:
            found.append((table,))
    return found


@function("3.11.f", rung="use", outcome=3, points=2, name="likeliest", inputs=tables, within=1e-3)
def maximum_likelihood():
    yield likeliest
    yield slip(lambda table: table[0][1] / (table[0][1] + table[0][2]), "uses the first row only").says(
        "You used the row without rounds only. The other rows tell more."
    )
    yield slip(lambda table: likeliest([[0, yes, no] for _, yes, no in table]), "forgets the rounds").says(
        "You treated all rows as samples of a. After k rounds the probability is sin²((2k + 1)θ)."
    )
    yield slip(
        lambda table: float(
            np.mean([sin(asin(sqrt(yes / (yes + no))) / (2 * rounds + 1)) ** 2 for rounds, yes, no in table])
        ),
        "turns each row back alone",
    ).says("You turned each row back alone and took the mean. A row with rounds has several solutions: combine them.")
    yield slip(lambda table: angle(likeliest(table)), "gives θ").says(
        "This is θ. The probability a = sin²θ is asked for."
    )
    yield slip(lambda table: likeliest([[rounds, no, yes] for rounds, yes, no in table]), "exchanges the counts").says(
        "You took the bad results for the good ones: a row is [rounds, good, bad]."
    )
    yield slip(
        lambda table: likeliest([[rounds / 2, yes, no] for rounds, yes, no in table]), "turns by θ a round"
    ).says("You turned by θ in each round. After k rounds the angle is (2k + 1)θ.")
    yield slip(
        lambda table: likeliest([[rounds - 0.5, yes, no] for rounds, yes, no in table]), "forgets the start"
    ).says("You took 2kθ. The start is at θ already: after k rounds the angle is (2k + 1)θ.")


@measure(
    "3.11.g",
    rung="think",
    outcome=3,
    points=2,
    bounds=(0, 1),
    within=0.002,
    alpha=decimals(0.30, 0.96, 0.01),
    beta=decimals(0.30, 0.96, 0.01),
    where=lambda alpha, beta: 0.13 < good_of_two(alpha, beta) < 0.23 and abs(good_of_two(alpha, beta) - 0.18) > 0.012,
)
def amplified_and_measured(alpha, beta):
    a = good_of_two(alpha, beta)
    spread, shots = sqrt(a * (1 - a)) / 5, 3000
    error = spread / sqrt(shots)
    p = amplified(a, 2)
    yield right(a, spread=spread)
    yield slip((sin(asin(sqrt(p)) / 5) ** 2, error, shots), "takes the wrong branch").says(
        "The sine takes each value at several angles. With a between 0.125 and 0.24 the angle 5θ lies beyond π/2."
    )
    yield slip((p, sqrt(p * (1 - p) / shots), shots), "gives the amplified probability").says(
        "This is the probability after two rounds. Turn it back into a."
    )
    yield slip((a, 5 * error, shots), "forgets what amplification gains", "factor").says(
        "Your error bar is about five times as wide as these shots give after two rounds: five θ are five times easier "
        "to see than one. Use the formula for δa."
    )
    yield slip((angle(a), error, shots), "gives θ").says("This is θ. The probability a = sin²θ is asked for.")
    yield slip((sin((pi - asin(sqrt(p))) / 4) ** 2, error, shots), "forgets the start").says(
        "You divided the angle by 4. After two rounds it is 5θ: the start is at θ already."
    )


def good_of_two(alpha, beta):
    """How often qubit 1 is 1 after ry(α) on qubit 0, ry(β) on qubit 1, and a CNOT from 0 to 1."""
    first, second = sin(alpha / 2) ** 2, sin(beta / 2) ** 2
    return first * (1 - second) + (1 - first) * second


USES, ERROR = 1000, 0.006


def root_mean_square(plan, a, runs=400):
    """The root-mean-square error of maximum likelihood over simulated experiments."""
    rng = np.random.default_rng(311)
    rounds, shots = np.array(plan).T
    p = np.clip(np.sin(np.outer(2 * rounds + 1, np.arcsin(np.sqrt(GRID)))) ** 2, 1e-12, 1 - 1e-12)
    hits = rng.binomial(shots, [amplified(a, k) for k in rounds], (runs, len(plan)))
    likelihood = hits @ np.log(p) + (shots - hits) @ np.log1p(-p)
    return float(np.sqrt(np.mean((GRID[likelihood.argmax(axis=1)] - a) ** 2)))


@data("3.11.h", kind="stretch", outcome=(3, 4), points=3)
def plan_of_rows():
    def holds(rows):
        if len(rows) > 40:
            return False, f"Your plan has {len(rows)} rows. Forty are more than enough."
        uses = sum((2 * rounds + 1) * shots for rounds, shots in rows)
        if uses > USES:
            return False, f"Your plan uses A or its inverse {uses} times. At most {USES} are allowed."
        for a in (0.08, 0.2, 0.37, 0.5, 0.6):
            found = root_mean_square(rows, a)
            if found > ERROR:
                return False, (
                    f"For a = {a} the estimates of 400 simulated experiments are off by "
                    f"{number_beside(found, ERROR, 4)} (root mean square). At most {ERROR} is asked for."
                )
        return True

    schema = List(Row(Whole(0), Whole(1), names=("rounds", "shots")))
    yield Data(schema=schema, holds=holds)
    yield slip([(0, 1000)], "samples only").says(
        "None of your rows has a round. That is plain sampling, with a root mean square error of about 0.016."
    )
    yield slip([(k, 28) for k in (0, 1, 2, 4, 8)], "takes the rows of the lesson")
    yield slip([(10, 47)], "amplifies at once").says(
        "Every row has rounds. sin² takes each value at many angles, so nothing tells which of them it is: "
        "begin with rows of few rounds."
    )
    yield slip([(k, 100) for k in (0, 1, 2, 4)], "spends too much")
