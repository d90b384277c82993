"""What right means in lesson 5.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import reduce
from itertools import combinations
from math import cos, sin, sqrt

import numpy as np

from qtrain.authoring import angles, choice, data, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Data
from qtrain.checking.schema import Dict, Edges, List, Real, Table, Whole
from qtrain.circuits.numerals import number_beside, number_text


def assignment(e0, e1):
    """The assignment matrix: a column for each true bit, a row for each bit that is read."""
    return np.array([[1 - e0, e1], [e0, 1 - e1]])


def kron(matrices):
    return reduce(np.kron, [np.asarray(one, dtype=float) for one in matrices])


ZERO_SHOTS, ONE_SHOTS = 2000, 1000


def calibration_counts(flips0, flips1):
    return {
        "prepared_0": {"0": ZERO_SHOTS - flips0, "1": flips0},
        "prepared_1": {"0": flips1, "1": ONE_SHOTS - flips1},
    }


@data(
    "5.2.a",
    rung="warm-up",
    outcome=1,
    schema=Table(2, 2, Real()),
    within=6e-4,
    flips0=whole(20, 100, 2),
    flips1=whole(60, 160),
    derive=calibration_counts,
)
def from_two_runs(flips0, flips1):
    e0, e1 = flips0 / ZERO_SHOTS, flips1 / ONE_SHOTS
    right_one = assignment(e0, e1)
    yield right_one.tolist()
    yield slip(right_one.T.tolist(), "writes inputs as rows", "convention").says(
        "Rows and columns are exchanged. Here each column belongs to one prepared state, and each column adds up to 1."
    )
    yield slip(assignment(e1, e0).tolist(), "mixes up the two errors").says(
        "The two errors are exchanged. Column 0 comes from the run in which |0⟩ was prepared."
    )
    yield slip(right_one[::-1].tolist(), "mixes up the results").says(
        "Your rows are exchanged. Row 0 belongs to the result 0."
    )
    yield slip(np.linalg.inv(right_one).tolist(), "inverts at once").says(
        "This is the inverse. The matrix itself is asked for: all its entries are shares of shots."
    )
    counted = [[ZERO_SHOTS - flips0, flips1], [flips0, ONE_SHOTS - flips1]]
    yield slip(counted, "gives counts").says("These are counts. Divide each column by the shots of its run.")
    yield slip((100 * right_one).tolist(), "gives percent").says("This is in percent. Shares of 1 are asked for.")
    for shots in (ZERO_SHOTS, ONE_SHOTS):
        yield slip(assignment(flips0 / shots, flips1 / shots).tolist(), "takes the shots of one run for both").says(
            f"You divided by {shots:,} shots in both columns. Each run has its own number of shots."
        )
    total = ZERO_SHOTS + ONE_SHOTS
    yield slip((np.array(counted) / total).tolist(), "divides by all shots").says(
        "You divided by the shots of both runs together. Each run has its own number of shots."
    )


SHOTS = 10_000


def true_mean(e0, e1, zeros):
    return (2 * zeros / SHOTS - 1 - (e1 - e0)) / (1 - e0 - e1)


@number(
    "5.2.b",
    rung="warm-up",
    outcome=2,
    within=0.003,
    e0=decimals(0.01, 0.06, 0.005),
    e1=decimals(0.08, 0.18, 0.005),
    zeros=whole(1600, 8800, 100),
    where=lambda e0, e1, zeros: 0.15 < abs(true_mean(e0, e1, zeros)) < 0.9,
)
def mitigated_mean(e0, e1, zeros):
    m, d, s = 2 * zeros / SHOTS - 1, 1 - e0 - e1, e1 - e0
    yield (m - s) / d
    yield slip(m, "leaves the mean as it is").says("This is the mean that was read. Take the readout errors out.")
    yield slip(zeros / SHOTS, "gives the share of zeros").says(
        "This is the share of zeros that was read. The mean of Z is asked for, without the readout errors."
    )
    yield slip(m / d, "inverts the transposed matrix", "convention").says(
        "You divided by 1 − ε₀ − ε₁ and left the shift in. The inverse of the transposed matrix does just that."
    )
    yield slip((m + s) / d, "shifts to the wrong side").says(
        "The shift went to the wrong side: ε₁ − ε₀ is in the mean that was read, so it has to come off."
    )
    yield slip(m - s, "forgets the division").says("You took the shift off. The factor 1 − ε₀ − ε₁ is still there.")
    yield slip(m / d - s, "divides first").says(
        "You divided first and then took the shift off. The shift came last, so it goes first."
    )
    yield slip(d * m + s, "applies the errors once more").says(
        "You applied the readout errors once more to a mean that has them already."
    )
    yield slip((1 + (m - s) / d) / 2, "gives a probability").says(
        "This is the probability of 0. The mean of Z is asked for."
    )
    yield slip((s - m) / d, "takes ones for +1").says("The sign is reversed: the result 0 counts as +1.")


ERRORS = decimals(0.01, 0.05, 0.005)
MORE_ERRORS = decimals(0.06, 0.15, 0.005)


@data(
    "5.2.c",
    outcome=2,
    schema=Table(4, 4, Real()),
    within=2e-5,
    a0=ERRORS,
    a1=MORE_ERRORS,
    b0=ERRORS,
    b1=MORE_ERRORS,
    where=lambda a0, a1, b0, b1: a0 != b0 and a1 != b1,
)
def for_cirq(a0, a1, b0, b1):
    a, b = assignment(a0, a1), assignment(b0, b1)
    yield kron([a.T, b.T]).tolist()
    yield slip(kron([a, b]).tolist(), "writes truths as columns", "convention").says(
        "Each column of your matrix adds up to 1. That is the assignment matrix of this lesson. Cirq wants each row to."
    )
    yield slip(kron([b.T, a.T]).tolist(), "reverses the qubits", "qubit-order").says(
        "The qubits are reversed: the first factor belongs to qubit 0."
    )
    yield slip(kron([b, a]).tolist(), "reverses the qubits and writes truths as columns", "qubit-order").says(
        "Two things: the qubits are reversed, and each column adds up to 1 where Cirq wants each row to."
    )
    yield slip(np.linalg.inv(kron([a, b])).tolist(), "inverts").says(
        "This is an inverse. Cirq simulates the errors, so it needs the probabilities themselves."
    )
    yield slip(np.linalg.inv(kron([a.T, b.T])).tolist(), "inverts the transposed").says(
        "This is an inverse. Cirq simulates the errors, so it needs the probabilities themselves."
    )
    yield slip(kron([assignment(a1, a0).T, assignment(b1, b0).T]).tolist(), "exchanges the two errors").says(
        "The two errors of each qubit are exchanged: ε₀ is the probability to read 1 for a true 0."
    )
    for k, one in enumerate(([a.T, b], [a, b.T])):
        yield slip(kron(one).tolist(), "transposes one factor").says(
            f"Only the factor of qubit {k} has truths as rows. Both need it."
        )


def drawn_counts(rng):
    """Counts of one to three qubits, with totals of their own and keys that are missing, and the qubits' matrices."""
    found = []
    for n in (1, 2, 2, 3, 3):
        matrices = [assignment(rng.uniform(0.01, 0.06), rng.uniform(0.08, 0.2)).tolist() for _ in range(n)]
        keys = rng.sample(range(2**n), max(2, 2**n - 2))
        found.append(({format(key, f"0{n}b"): rng.randint(20, 900) for key in sorted(keys)}, matrices))
    return found


def shares(counts):
    n, total = len(next(iter(counts))), sum(counts.values())
    return np.array([counts.get(format(k, f"0{n}b"), 0) / total for k in range(2**n)])


def mitigated(counts, matrices):
    return np.linalg.inv(kron(matrices)) @ shares(counts)


def as_quasi(counts, matrices):
    return Data(
        mitigated(counts, matrices).tolist(), schema=List(Real(), len(mitigated(counts, matrices))), within=1e-6
    )


def clipped(counts, matrices):
    kept = np.clip(mitigated(counts, matrices), 0, None)
    return kept / kept.sum()


@function("5.2.d", kind="debug", outcome=2, points=2, name="mitigated", inputs=drawn_counts, judged=as_quasi)
def repaired():
    yield mitigated
    yield slip(
        lambda counts, matrices: np.linalg.inv(kron([np.transpose(one) for one in matrices])) @ shares(counts),
        "leaves the draft's transpose",
        "convention",
    ).says(
        "You invert the transposed matrices. Then your quasi-probabilities add up to something other than 1: "
        "each column of A, not each row, belongs to one true bit."
    )
    yield slip(
        lambda counts, matrices: np.linalg.inv(kron(matrices[::-1])) @ shares(counts),
        "reverses the qubits",
        "qubit-order",
    ).says(
        "The factors come in the reverse order: the first bit of a key is qubit 0, so its matrix is the first factor."
    )
    yield slip(lambda counts, matrices: kron(matrices) @ shares(counts), "applies the errors once more").says(
        "You multiply by the matrices. That applies the errors once more; to take them out, invert."
    )
    yield slip(clipped, "clips").says(
        "You set negative entries to 0 and divided by the sum. The quasi-probabilities themselves are asked for."
    )
    yield slip(lambda counts, matrices: np.abs(mitigated(counts, matrices)), "takes absolute values").says(
        "Some of the entries are negative, and you made them positive. Leave them as they are."
    )
    yield slip(lambda counts, matrices: shares(counts), "takes shares only").says(
        "These are the shares of the counts, without any mitigation."
    )
    yield slip(lambda counts, matrices: mitigated(counts, matrices) * sum(counts.values()), "keeps counts").says(
        "Your entries add up to the number of shots. Divide by it."
    )


@choice("5.2.e", rung="warm-up", outcome=3)
def negative_entry():
    yield right("Keep it: it lies within its error bar of 0, and means taken with it have no bias.").says(
        "Right: a quasi-probability is an estimate. It may fall below 0 by chance, as its error bar says."
    )
    yield slip(
        "Set it to 0 and divide by the new sum: then all means get better.", "takes positivity for accuracy"
    ).says("The entries that chance made too small are raised, those that it made too large stay: means get a bias.")
    yield slip("The calibration was wrong: start again with the other matrix.", "takes it for an error").says(
        "Even with the exact matrix about half of the outcomes that never occur get a negative entry."
    )
    yield slip("Take its absolute value: a probability is positive.", "takes absolute values").says(
        "Then the entries no longer add up to 1, and the size of a chance deviation counts as if it were signal."
    )
    yield slip("The state has turned into one with negative probabilities.", "takes it for physics").says(
        "The state has probabilities as always. What is negative is your estimate of one of them."
    )


def pair(a0, a1, b0, b1, theta, phi):
    """Of exercise f: the truth, the spread of one shot, the mean that is read, and the parts of the spread."""
    c, s = cos(theta / 2), sin(theta / 2)
    u, v = cos(phi / 2), sin(phi / 2)
    true = np.array([c * u, c * v, -s * v, s * u]) ** 2
    za, zb, zz = cos(theta), cos(theta) * cos(phi), cos(phi)
    read = kron([assignment(a0, a1), assignment(b0, b1)]) @ true
    da, sa, db, sb = 1 - a0 - a1, a1 - a0, 1 - b0 - b1, b1 - b0
    sign = np.array([1, -1])
    weights = np.kron((sign - sa) / da, (sign - sb) / db)
    of_data = float(weights**2 @ read - zz**2)
    calibration = ((zb + zz) ** 2 * a0 * (1 - a0) + (zz - zb) ** 2 * a1 * (1 - a1)) / da**2
    calibration += ((za + zz) ** 2 * b0 * (1 - b0) + (zz - za) ** 2 * b1 * (1 - b1)) / db**2
    raw = float(np.kron(sign, sign) @ read)
    other = float(np.kron((sign + sa) / da, (sign + sb) / db) @ read)
    one_only = float(np.kron((sign - sa) / da, sign) @ read)
    return {
        "truth": zz,
        "spread": sqrt(of_data + calibration),
        "of data": sqrt(of_data),
        "raw": raw,
        "unshifted": raw / da / db,
        "other shift": other,
        "one only": one_only,
    }


def telling(a0, a1, b0, b1, theta, phi):
    """Whether the values and error bars that people get wrong lie far apart."""
    one = pair(a0, a1, b0, b1, theta, phi)
    values = [one[name] for name in ("truth", "raw", "unshifted", "other shift", "one only")]
    far = all(abs(x - y) > 0.065 for x, y in combinations(values, 2))
    bars = [one["of data"], sqrt(1 - one["truth"] ** 2), sqrt(1 - one["raw"] ** 2)]
    return far and bars[0] < 0.88 * one["spread"] and bars[1] < 0.7 * bars[2] and bars[2] < 0.85 * bars[0]


@measure(
    "5.2.f",
    rung="think",
    outcome=3,
    points=3,
    within=0.006,
    slack=0.08,
    a0=decimals(0.02, 0.06, 0.005),
    a1=decimals(0.12, 0.2, 0.005),
    b0=decimals(0.02, 0.06, 0.005),
    b1=decimals(0.12, 0.2, 0.005),
    theta=angles(0.2, 0.5),
    phi=angles(0.08, 0.25),
    where=telling,
)
def mitigated_zz(a0, a1, b0, b1, theta, phi):
    one = pair(a0, a1, b0, b1, theta, phi)
    truth, spread, shots = one["truth"], one["spread"], 80_000
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((one["raw"], sqrt((1 - one["raw"] ** 2) / shots), shots), "gives the raw mean").says(
        "This is the mean that was read, without mitigation. Its error bar knows nothing of the bias."
    )
    yield slip((one["unshifted"], error, shots), "inverts transposed matrices", "convention").says(
        "You divided by both factors 1 − ε₀ − ε₁ and left the shifts in. The inverse of the transposed matrices does "
        "just that."
    )
    yield slip((one["other shift"], error, shots), "exchanges the two errors").says(
        "This comes out if ε₀ and ε₁ are exchanged: the shifts go to the wrong side."
    )
    yield slip((one["one only"], error, shots), "mitigates one qubit only").says(
        "Only the readout of qubit 0 has been taken out. Qubit 1 has a matrix of its own."
    )
    yield slip((truth, one["of data"] / sqrt(shots), shots), "takes the calibration for exact").says(
        "Your error bar is that of the last run alone. The calibration was measured with shots, too: its error adds."
    )
    yield slip((truth, sqrt((1 - truth**2) / shots), shots), "takes mitigated counts for shots").says(
        "Your error bar is that of shots without readout error. Mitigation makes it larger, never that small."
    )
    yield slip((truth, sqrt((1 - one["raw"] ** 2) / shots), shots), "keeps the raw error bar").says(
        "Your error bar is that of the mean before the mitigation. The mitigation enlarges it."
    )
    yield slip((truth, sqrt(3) * error, shots), "counts all three runs").says(
        "Your error bar is about √3 times what these shots give. Are they the shots of all three runs? Those of each "
        "one are asked for."
    )


def weight(e0, e1):
    """The size of the larger of the two numbers that a bit counts with."""
    return (1 + abs(e1 - e0)) / (1 - e0 - e1)


@number(
    "5.2.g",
    outcome=4,
    rel=0.01,
    n=whole(4, 12),
    e0=decimals(0.005, 0.02, 0.005),
    e1=decimals(0.03, 0.06, 0.005),
    error=one_of([0.01, 0.02, 0.025, 0.04, 0.05]),
)
def shots_for_a_parity(n, e0, e1, error):
    w = weight(e0, e1)
    yield w ** (2 * n) / error**2
    yield slip(w**n / error**2, "takes the weight once").says(
        "wⁿ multiplies the error bar. The shots go with the square of that."
    )
    yield slip(1 / error**2, "forgets the mitigation").says(
        "So many shots suffice without readout error. The mitigation enlarges the error bar."
    )
    yield slip((1 - e0 - e1) ** (-2 * n) / error**2, "takes the factor without the shift").says(
        "You took 1/(1 − ε₀ − ε₁) for each qubit. A bit 1 counts with a larger number: the shift adds to it."
    )
    yield slip(w ** (2 * n) / error, "forgets the square of the error").says(
        "The error falls with the root of the shots: divide by the square of the error bar."
    )
    small = (1 - (e1 - e0)) / (1 - e0 - e1)
    yield slip(small ** (2 * n) / error**2, "takes the smaller weight").says(
        "You took the weight of a 0. A bit 1 counts with a larger number, and the bound has to hold for every shot."
    )
    yield slip(w**n / error, "takes the root").says("This is wⁿ/σ, the root of what is asked for.")
    yield slip(n * w**2 / error**2, "multiplies by n").says("The weights of the qubits multiply; they do not add.")
    yield slip(w**2 / error**2, "takes one qubit").says("This is for a single qubit. The weights of all n multiply.")


def parts(e0, e1, z):
    """What the variance of the mitigated mean is made of: each part is divided by the shots of its run."""
    d = 1 - e0 - e1
    read = d * z + e1 - e0
    return {
        "zero": (1 + z) ** 2 * e0 * (1 - e0) / d**2,
        "one": (1 - z) ** 2 * e1 * (1 - e1) / d**2,
        "state": (1 - read**2) / d**2,
    }


def goal(e0, e1, z, total):
    best = sum(sqrt(part) for part in parts(e0, e1, z).values()) / sqrt(total)
    return {"error": round(1.03 * best, 6)}


def unequal(e0, e1, z):
    """Whether the roots of the three parts differ so much that equal shots are clearly worse than the best plan."""
    found = parts(e0, e1, z).values()
    return sqrt(3 * sum(found)) > 1.08 * sum(sqrt(part) for part in found)


RUNS = ("zero", "one", "state")


@data(
    "5.2.h",
    kind="design",
    rung="think",
    outcome=4,
    points=2,
    e0=decimals(0.02, 0.08, 0.01),
    e1=decimals(0.1, 0.2, 0.01),
    z=one_of([-0.9, -0.8, -0.7, -0.6, 0.6, 0.7, 0.8, 0.9]),
    total=one_of([12_000, 20_000, 30_000, 60_000]),
    where=unequal,
    derive=goal,
)
def plan_of_shots(e0, e1, z, total, error):
    found = parts(e0, e1, z)

    def told(plan):
        used = sum(plan.values())
        if used > total:
            return False, f"Your plan takes {used:,} shots; the budget is {total:,}."
        bar = sqrt(sum(part / plan[run] for run, part in found.items()))
        if bar <= error:
            return True
        shown = number_beside(bar, error, 6)
        return False, f"With your plan the error bar is {shown}; at most {number_text(error, 6)} is asked for."

    yield Data(schema=Dict(RUNS, Whole(1)), holds=told)
    yield slip(dict.fromkeys(RUNS, total // 3), "shares evenly").says(
        "You gave each run the same. A run whose errors count little needs fewer shots."
    )
    roots = {run: sqrt(part) for run, part in found.items()}
    best = {run: max(1, int(total * root / sum(roots.values()))) for run, root in roots.items()}
    exchanged = {"zero": best["one"], "one": best["zero"], "state": best["state"]}
    if told(exchanged) is not True:
        yield slip(exchanged, "exchanges the two runs").says(
            "Your calibration runs have each other's shots. Which of the two errors matters more for this mean?"
        )
    whole_variance = sum(found.values())
    yield slip(
        {run: max(1, int(total * part / whole_variance)) for run, part in found.items()}, "shares by variance"
    ).says("Your shots are in the ratio of the three variances. That is no better than equal shares: try their roots.")


QUBITS = 4
LIMIT = 20
PAIRS = list(combinations(range(QUBITS), 2))


def chi_square(table):
    table = np.asarray(table, dtype=float)
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    return float(((table - expected) ** 2 / expected).sum())


def pair_table(counts, i, j):
    table = np.zeros((2, 2))
    for key, shots in counts.items():
        table[int(key[i]), int(key[j])] += shots
    return table


def statistics(counts):
    return {(i, j): chi_square(pair_table(counts, i, j)) for i, j in PAIRS}


def flagged(counts, limit=LIMIT):
    return [list(pair) for pair, value in statistics(counts).items() if value > limit]


def readings(rng, together):
    """Counts of one calibration run in which these pairs of qubits are misread together, some more often."""
    prepared = rng.integers(0, 2, QUBITS)
    shots = int(rng.integers(4000, 9000))
    wrong = rng.random((shots, QUBITS)) < rng.uniform(0.04, 0.15, QUBITS)
    for (i, j), often in zip(together, (0.08, 0.03), strict=False):
        both = rng.random(shots) < often
        wrong[both, i] = wrong[both, j] = True
    keys, numbers = np.unique((wrong ^ prepared.astype(bool)).astype(int), axis=0, return_counts=True)
    return {"".join(map(str, key)): int(n) for key, n in zip(keys.tolist(), numbers, strict=True)}


def limit_for(case, counts, values):
    """A limit far from every value: above chance, between two pairs, or where χ² needs its own denominator."""
    together, kind = case
    if kind == "between":
        first, second = (values[pair] for pair in together)
        return round(sqrt(first * second)) if first > 4 * second > 160 else None
    if kind == "expected":
        (pair,) = together
        observed = over_observed(pair_table(counts, *pair))
        return round(sqrt(values[pair] * observed)) if values[pair] > 1.2 * observed > 60 else None
    return 2 if not together else LIMIT


CASES = (
    ((), ""),
    (((0, 2),), "expected"),
    (((1, 3),), ""),
    (((0, 3), (1, 2)), "between"),
    (((2, 3),), ""),
    (((0, 2), (1, 3)), ""),  # both above the limit
    (((0, 1), (2, 3)), "between"),
    ((), ""),
)
"""Which pairs are misread together in an input, and where its limit lies."""


def drawn_readings(rng):
    """Counts and limits: no pair, one pair, or two of which one or both are above the limit."""
    draws, found = np.random.default_rng(rng.getrandbits(32)), []
    for case in CASES:
        for _ in range(200):
            counts = readings(draws, case[0])
            values = statistics(counts)
            limit = limit_for(case, counts, values)
            above = 1.05 if case[1] == "expected" else 1.5
            if limit and all(value > above * limit or value < 0.6 * limit for value in values.values()):
                found.append((counts, limit))
                break
    return found


def as_pairs(counts, limit):
    return Data(flagged(counts, limit), schema=Edges(QUBITS))


def by(statistic):
    def pairs(counts, limit):
        return [[i, j] for i, j in PAIRS if statistic(pair_table(counts, i, j)) > limit]

    return pairs


def over_observed(table):
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    return float(((table - expected) ** 2 / np.maximum(table, 1)).sum())


def without_margins(table):
    return float(((table - table.sum() / 4) ** 2 / (table.sum() / 4)).sum())


@function("5.2.i", kind="stretch", outcome=5, points=3, name="correlated_pairs", inputs=drawn_readings, judged=as_pairs)
def misread_together():
    yield flagged
    yield slip(by(without_margins), "expects equal counts").says(
        "Your function reports pairs that are independent. Did you expect a quarter of the shots in each cell? "
        "Expected is what the sums of the rows and columns say."
    )
    yield slip(by(over_observed), "divides by what was counted").says(
        "Your function misses a pair. Do you divide by the expected numbers, or by those that were counted?"
    )
    yield slip(lambda counts, limit: flagged(counts, limit)[:1], "stops at the first").says(
        "Your function reports one pair where there are two. Go through all pairs before you return the list."
    )
    yield slip(
        lambda counts, limit: [[i, i + 1] for i in range(QUBITS - 1) if [i, i + 1] in flagged(counts, limit)],
        "looks at neighbours only",
    ).says("You look at neighbours only. Any two qubits can be misread together.")
    yield slip(by(lambda table: chi_square(table / table.sum())), "puts shares in the place of counts").says(
        "Your function reports no pair at all, but in some runs two qubits are misread together. Did you compute χ² "
        "from counts? From shares it never gets large."
    )
    yield slip(
        lambda counts, limit: [[3 - i, 3 - j] for i, j in flagged(counts, limit)], "reverses the qubits", "qubit-order"
    ).says("The pairs are right if the qubits are counted from the other end: the first bit of a key is qubit 0.")
    yield slip(
        lambda counts, limit: [[i, j] for i, j in PAIRS if [i, j] not in flagged(counts, limit)], "flags the others"
    ).says("You report the pairs whose χ² is small. Large values tell that two qubits are misread together.")
