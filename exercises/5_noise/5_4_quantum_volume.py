"""What right means in lesson 5.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import reduce
from itertools import combinations, product
from math import cos, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, data, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Data, Property
from qtrain.checking.rules import NoUnitary, Qubits
from qtrain.checking.schema import List, Real
from qtrain.circuits import Circuit, run, unitary
from qtrain.circuits.numerals import number_beside, number_text
from qtrain.circuits.shorthand import circuit

WORDS = [f"{k:03b}" for k in range(8)]
HEAVY = {2: 0.792, 3: 0.847, 4: 0.840, 5: 0.857, 6: 0.852, 7: 0.858}  # the table of the lesson
LIMIT = (1 + np.log(2)) / 2


def thousandths(rng, weights):
    """Numbers of three digits that add up to 1, in the ratio of the weights; one of them takes what rounding leaves."""
    found = [round(1000 * w / sum(weights)) for w in weights]
    found[found.index(max(found))] += 1000 - sum(found)
    return found


def heavy_of(probabilities):
    """The places whose probability is above the median."""
    limit = float(np.median(probabilities))
    return {k for k, one in enumerate(probabilities) if one > limit}


def well_cut(parts, gap):
    """Whether no two of the numbers at the median are near to each other."""
    ordered = sorted(parts)
    middle = len(ordered) // 2
    return ordered[middle] - ordered[middle - 1] >= gap


def drawn_run(rng):
    """Ideal probabilities and noisy counts; heavy outputs, those seen most and those above 1/8 differ."""
    while True:
        ideal = thousandths(rng, [rng.expovariate(1) for _ in WORDS])
        seen = thousandths(rng, [0.6 * one + 50 + rng.uniform(-25, 25) for one in ideal])
        shares = [sum(seen[k] for k in cut) for cut in (heavy_of(ideal), heavy_of(seen))]
        shares += [sum(n for n, one in zip(seen, ideal, strict=True) if one > 125)]
        shares += [sum(ideal[k] for k in heavy_of(ideal)), 1000 - shares[0]]
        if (
            min(ideal) > 2
            and min(seen) > 0
            and well_cut(ideal, 15)
            and well_cut(seen, 8)
            and all(abs(a - b) > 10 for a, b in combinations(shares, 2))
        ):
            return {
                "ideal": {word: n / 1000 for word, n in zip(WORDS, ideal, strict=True)},
                "counts": dict(zip(WORDS, seen, strict=True)),
            }


@number("5.4.a", rung="warm-up", outcome=1, bounds=(0, 1), within=1e-3, draw=drawn_run)
def heavy_by_hand(ideal, counts):
    told, seen = list(ideal.values()), list(counts.values())
    heavy = heavy_of(told)
    share = sum(seen[k] for k in heavy) / 1000
    yield share
    yield slip(sum(seen[k] for k in heavy_of(seen)) / 1000, "takes the heavy set from the counts").says(
        "You took the outputs that were seen most often. Which outputs are heavy is told by the ideal probabilities."
    )
    yield slip(sum(n for n, one in zip(seen, told, strict=True) if one > 1 / 8) / 1000, "cuts at the mean").says(
        "You cut at the mean, 1/8. The cut is the median: half of the outputs are above it."
    )
    yield slip(sum(told[k] for k in heavy), "gives the ideal share").says(
        "This is the heavy share of the ideal circuit. That of the counts is asked for."
    )
    yield slip(1 - share, "gives the light share").says("This is the share of the outputs that are *not* heavy.")
    yield slip(share * 100, "gives percent").says("This is in percent. A number from 0 to 1 is asked for.")
    yield slip(share * 1000, "gives shots").says("These are shots. Divide by their number.")


def drawn_runs(rng):
    """Ideal probabilities in Qiskit's order, and counts whose keys have qubit 0 first; some keys are missing."""
    found = []
    for n in (3, 2, 3, 4, 4):
        while True:
            weights = [rng.expovariate(1) + 0.01 for _ in range(2**n)]
            ideal = [round(one / sum(weights), 6) for one in weights]
            counts = {f"{k:0{n}b}": rng.randint(1, 400) for k in rng.sample(range(2**n), 2**n - 1)}
            told = [heavy_share(ideal, counts), *(wrong(ideal, counts) for wrong in (by_counts, in_one_order, by_mean))]
            if well_cut(ideal, 0.004) and (n < 3 or all(abs(a - b) > 0.01 for a, b in combinations(told, 2))):
                found.append((ideal, dict(sorted(counts.items()))))
                break
    return found


def heavy_share(ideal, counts):
    heavy = heavy_of(ideal)
    return sum(c for bits, c in counts.items() if int(bits[::-1], 2) in heavy) / sum(counts.values())


def by_counts(ideal, counts):
    seen = [counts.get(f"{k:0{len(next(iter(counts)))}b}", 0) for k in range(len(ideal))]
    return sum(seen[k] for k in heavy_of(seen)) / sum(seen)


def in_one_order(ideal, counts):
    heavy = heavy_of(ideal)
    return sum(c for bits, c in counts.items() if int(bits, 2) in heavy) / sum(counts.values())


def by_mean(ideal, counts):
    mean = sum(ideal) / len(ideal)
    return sum(c for bits, c in counts.items() if ideal[int(bits[::-1], 2)] > mean) / sum(counts.values())


def by_median_of_seen(ideal, counts):
    told = [ideal[int(bits[::-1], 2)] for bits in counts]
    limit = float(np.median(told))
    return sum(c for one, c in zip(told, counts.values(), strict=True) if one > limit) / sum(counts.values())


@function("5.4.b", kind="debug", rung="use", outcome=1, points=2, name="heavy_share", inputs=drawn_runs, within=1e-6)
def repaired():
    yield heavy_share
    yield slip(by_counts, "leaves the draft as it is").says(
        "Your heavy outputs are those that were seen most often. Then the share is above ½ for any device, "
        "even one that tosses coins. Take them from `ideal`."
    )
    yield (
        slip(in_one_order, "mends the heavy set only", "qubit-order")
        .says(
            "The heavy outputs now come from `ideal`. But bit 0 of an entry's number is qubit 0, and in a key qubit 0 "
            "comes first: read the keys from the other end."
        )
        .worth(0.5)
    )
    yield slip(by_mean, "cuts at the mean").says(
        "You cut at the mean of the ideal probabilities. The cut is their median: half of the outputs are above it."
    )
    yield slip(by_median_of_seen, "leaves out what was not seen").says(
        "Your median is that of the outputs that were seen. It is the median of all numbers in `ideal`."
    )
    yield slip(lambda ideal, counts: heavy_share(ideal, counts) * sum(counts.values()), "gives shots").says(
        "Your function gives the number of heavy shots. Divide by all shots."
    )
    yield slip(lambda ideal, counts: 1 - heavy_share(ideal, counts), "gives the light share").says(
        "Your function gives the share of the outputs that are *not* heavy."
    )
    yield slip(lambda ideal, counts: sum(ideal[k] for k in heavy_of(ideal)), "gives the ideal share").says(
        "Your function gives the heavy share of the ideal circuit; the counts are not in it."
    )
    yield slip(
        lambda ideal, counts: sum(int(bits[::-1], 2) in heavy_of(ideal) for bits in counts) / len(counts),
        "counts outputs and not shots",
    ).says("Your function counts each output once. Count its shots.")


def under_noise(n, q, ideal=None, blocks=None):
    f = (1 - q) ** (n * (n // 2) if blocks is None else blocks)
    return 0.5 + ((HEAVY[n] if ideal is None else ideal) - 0.5) * f


def other_shares(n, q):
    """What comes out of the usual mistakes that lie far from the right share."""
    return {
        "limit": under_noise(n, q, ideal=LIMIT),
        "layers": under_noise(n, q, blocks=n),
        "qubits": under_noise(n, q, blocks=n * n),
        "to 0": HEAVY[n] * (1 - q) ** (n * (n // 2)),
        "no noise": under_noise(n, q, blocks=0),
        "f": (1 - q) ** (n * (n // 2)),
    }


def near_shares(n, q):
    """The same of mistakes that hardly matter where q is small."""
    return {
        "half qubits": under_noise(n, q, blocks=n * n / 2),
        "first order": 0.5 + (HEAVY[n] - 0.5) * (1 - n * (n // 2) * q),
        "Aer": under_noise(n, 16 / 15 * q),
    }


def told_apart(n, q):
    """Whether no near share is taken for another mistake; for the right share it may be, within the tolerance."""
    far = [*other_shares(n, q).values()]
    return all(abs(one - other) > 2.6e-3 for one in near_shares(n, q).values() for other in far)


@number(
    "5.4.c",
    rung="warm-up",
    outcome=2,
    bounds=(0, 1),
    within=1e-3,
    n=one_of([4, 5, 6, 7]),
    q=decimals(0.004, 0.025, 0.00025),
    where=told_apart,
)
def predicted_share(n, q):
    share, far, near = under_noise(n, q), other_shares(n, q), near_shares(n, q)
    yield share
    yield slip(far["limit"], "takes the limit").says(
        "You started from (1 + ln 2)/2. That is the limit for many qubits; the table has the value of your size."
    )
    yield slip(far["layers"], "counts one block a layer").says(
        "You counted one block for each layer. A layer has a block for each pair of qubits."
    )
    yield slip(far["qubits"], "counts a block for each qubit").says(
        "You counted a block for each qubit of a layer. A block takes two of them."
    )
    yield slip(far["to 0"], "lets it fall to 0").says(
        "You multiplied the whole share by f. Noise does not take it to 0 but to ½: coin tosses are heavy half of the "
        "time."
    )
    yield slip(far["no noise"], "leaves out the noise").says("This is the share without noise.")
    yield slip(far["f"], "gives f").says("This is f. What heavy share does it lead to?")
    replies = {
        "half qubits": "You counted n²/2 blocks. With an odd number of qubits one of them waits in each layer.",
        "first order": "You took 1 − Bq for f. This is good for small Bq only: the factors (1 − q) multiply.",
        "Aer": "You turned q into Aer's p first. The model uses q itself, the probability of a Pauli error.",
    }
    for name, reply in replies.items():
        rest = [share, *(value for other, value in near.items() if other != name)]
        if all(abs(near[name] - other) > 2.6e-3 for other in rest):  # else nobody can tell which it was
            yield slip(near[name], name).says(reply)


def passes(h, tries, sigmas=2.0):
    return h - sigmas * sqrt(h * (1 - h) / tries) > 2 / 3


def volume(results, sigmas=2.0, shots=False, gaps=False, base=2, otherwise=1, order=sorted):
    """2 to the power of the largest size up to which all pass."""
    best = 0
    for n, h, circuits, repeated in order(results):
        if passes(h, circuits * (repeated if shots else 1), sigmas):
            best = n
        elif not gaps:
            break
    return (base**best if base else best) if best else otherwise


def volume_by_variance(results):
    """The rule with h(1 − h)/n in place of its root."""
    best = 0
    for n, h, circuits, _ in sorted(results):
        if h - 2 * h * (1 - h) / circuits <= 2 / 3:
            break
        best = n
    return 2**best


def drawn_results(rng):
    """Tables of a device: each row [n, heavy share, circuits, shots of each]; no row is at the border."""
    lead = {"p": 2.1, "q": 1.9, "b": 1.5, "c": 0.6}  # error bars above 2/3: p passes, the others do not
    found = []
    for kinds in ("aabcd", "apsd", "abacd", "aadac", "qacdd", "paqa", "aapbp", "aard"):
        rows = []
        for n, kind in enumerate(kinds, start=2):
            circuits, shots = rng.choice([100, 150, 200]), rng.choice([500, 1000, 2000])
            h = rng.uniform(0.775, 0.84) if kind == "a" else rng.uniform(0.55, 0.65)
            if kind in lead:
                h = above(lead[kind], circuits)
            elif kind == "r":  # passes if all shots count as tries, and not with the variance for the error bar
                circuits, shots, h = 100, 2000, above(2.8, 100 * 2000)
            elif kind == "s":  # passes only without any error bar
                h = above(0.8, circuits * shots)
            rows.append([n, round(h, 5), circuits, shots])
        found.append((rng.sample(rows, len(rows)),))
    return found


def above(bars, tries):
    """The share that is so many of its own error bars above 2/3."""
    low, high = 2 / 3, 0.95
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (low, middle) if middle - bars * sqrt(middle * (1 - middle) / tries) > 2 / 3 else (middle, high)
    return low


@function("5.4.d", rung="use", outcome=3, points=2, name="quantum_volume", inputs=drawn_results, within=1e-6)
def by_the_rule():
    yield volume
    yield slip(lambda results: volume(results, base=0), "gives the size").says(
        "Your function gives the size n. The quantum volume is 2ⁿ (and 1 if no size passes)."
    )
    yield slip(lambda results: volume(results, base=0, otherwise=0), "gives the size, or 0").says(
        "Your function gives the size n. The quantum volume is 2ⁿ (and 1 if no size passes)."
    )
    yield slip(lambda results: volume(results, sigmas=0), "leaves out the error bar").says(
        "Your function compares the share itself with 2/3. The share has to be above it by two error bars."
    )
    yield slip(lambda results: volume(results, shots=True), "counts shots as circuits").says(
        "Your function counts all shots as tries. The scatter comes from the circuits: shots of the same circuit do "
        "not tell about others."
    )
    yield slip(volume_by_variance, "forgets the root").says(
        "Your function takes h(1 − h)/n_c for the error bar. The error bar is the root of this."
    )
    yield slip(lambda results: volume(results, order=list), "does not sort").says(
        "Your function goes through the rows as they come. They come in any order: begin with the smallest size."
    )
    yield slip(lambda results: 2 * volume(results), "takes the size that fails").says(
        "Your function gives twice the volume: it counts the first size that does not pass, too."
    )
    yield (
        slip(lambda results: volume(results, otherwise=0), "gives 0 if none passes")
        .says("Right where a size passes. If not even size 2 passes, the task asks for 1.")
        .worth(0.8)
    )
    yield slip(lambda results: volume(results, sigmas=1), "takes one error bar").says(
        "Your function is content with one error bar. The rule wants two."
    )
    yield slip(lambda results: volume(results, gaps=True), "jumps over a size that failed").says(
        "Your function takes the largest size that passes. All smaller sizes have to pass, too."
    )
    yield slip(lambda results: volume(results, gaps=True, sigmas=0), "jumps, without error bars").says(
        "Your function takes the largest share above 2/3. Two things are missing: the error bar, and that all smaller "
        "sizes have to pass."
    )


CZ = np.diag([1.0, 1, 1, -1]).reshape(2, 2, 2, 2)


def turn(theta, axis):
    c, s = cos(theta / 2), sin(theta / 2)
    return np.array([[c, -s], [s, c]]) if axis == "y" else np.array([[c, -1j * s], [-1j * s, c]])


def act(rho, matrix, on):
    """A matrix on some qubits of a density matrix with one index for each qubit: rows first, then columns."""
    n, k = rho.ndim // 2, len(on)
    for gate, places in ((matrix, list(on)), (matrix.conj(), [n + q for q in on])):
        rho = np.tensordot(gate, rho, (list(range(k, 2 * k)), places))
        rho = np.moveaxis(rho, list(range(k)), places)
    return rho


def mixed(rho, p, pair):
    """Depolarising of two of three qubits with Aer's p."""
    (other,) = {0, 1, 2} - set(pair)
    kept = np.einsum("abcdef->" + "abc"[other] + "def"[other], _same(rho, pair))
    fresh = np.einsum("xy,ad,be->xyadbe", kept, np.eye(2), np.eye(2)) / 4
    order = {other: (0, 1), pair[0]: (2, 3), pair[1]: (4, 5)}
    axes = [order[q][0] for q in range(3)] + [order[q][1] for q in range(3)]
    return (1 - p) * rho + p * fresh.transpose(axes)


def _same(rho, pair):
    """Only the entries that are in the trace over the pair."""
    mask = np.ones(rho.shape)
    for q in pair:
        shape = [1] * 6
        shape[q] = shape[q + 3] = 2
        mask = mask * np.eye(2).reshape(shape)
    return rho * mask


def layered(angles, p):
    """Probabilities of the eight outcomes of the lesson's circuit: turns, and CZs that depolarise."""
    rho = np.zeros([2] * 6, complex)
    rho[(0,) * 6] = 1
    for k, row in enumerate(angles):
        for pair in ((0, 1), (1, 2)) if k else ():
            rho = mixed(act(rho, CZ, pair), p, pair)
        for q, theta in enumerate(row):
            rho = act(rho, turn(theta, "yx"[k % 2]), (q,))
    return np.einsum("abcabc->abc", rho).real.ravel()


def scores(angles, hidden):
    """Of exercise e: the XEB, what one shot scatters, and what is got wrong."""
    ideal, seen = layered(angles, 0), layered(angles, hidden)
    span, mean = 8 * ideal @ ideal - 1, ideal @ seen
    scatter = 8 * sqrt(ideal**2 @ seen - mean**2)
    backwards = ideal.reshape(2, 2, 2).transpose(2, 1, 0).ravel()
    heavy = sorted(heavy_of(ideal))
    return {
        "truth": (8 * mean - 1) / span,
        "spread": scatter / span,
        "not normalised": 8 * mean - 1,
        "not subtracted": mean / (ideal @ ideal),
        "one too many": 8 * mean / span,
        "sixteen": (16 * mean - 1) / (16 * ideal @ ideal - 1),
        "other order": (8 * backwards @ seen - 1) / span,
        "heavy share": float(seen[heavy].sum()),
        "scatter": scatter,
        "small scatter": scatter / 8,
    }


def drawn_lab(rng):
    while True:
        angles = [[round(rng.uniform(0.3, 2.8), 1) for _ in range(3)] for _ in range(5)]
        hidden = round(rng.uniform(0.03, 0.07), 3)
        one = scores(angles, hidden)
        values = [one["truth"], one["not normalised"], one["not subtracted"], one["sixteen"]]
        apart = all(abs(a - b) > 0.052 for a, b in combinations(values, 2))
        if apart and min(abs(one["scatter"] / one["spread"] - 1), 1) > 0.35 and 0.5 < one["truth"] < 0.93:
            return {"angles": angles, "hidden": hidden}


@measure("5.4.e", rung="use", outcome=4, points=3, within=0.005, draw=drawn_lab)
def cross_entropy(angles, hidden):
    one, shots = scores(angles, hidden), 150_000
    truth, spread = one["truth"], one["spread"]
    yield right(truth, spread=spread)
    error = spread / sqrt(shots)
    yield slip((one["not normalised"], one["scatter"] / sqrt(shots), shots), "leaves out the normalisation").says(
        "This is d⟨P⟩ − 1. Divide it by what the ideal device gets, dΣP² − 1."
    )
    yield slip((one["not subtracted"], error, shots), "forgets to subtract 1").says(
        "You divided ⟨P⟩ by ΣP² and subtracted nothing. A device that tosses coins has to get 0."
    )
    yield slip((one["one too many"], error, shots), "forgets to subtract 1 above").says(
        "You divided d⟨P⟩ by dΣP² − 1. Subtract 1 above, too: a device that tosses coins has to get 0."
    )
    yield slip((1.0, error, shots), "takes one circuit for both").says(
        "This is 1, the XEB of a device that does just what the simulation says. The shots come from the noisy "
        "circuit, and P from the one without noise."
    )
    yield slip((one["other order"], error, shots), "mixes the bit orders", "qubit-order").says(
        "Your shots and your P have their qubits in opposite orders. Qubit 0 has to come first in both."
    )
    yield slip((one["heavy share"], error, shots), "gives the heavy share").says(
        "This is the heavy share of the shots. Asked for is the XEB."
    )
    yield slip((one["sixteen"], error, shots), "takes d of four qubits").says(
        "This comes out with d = 16. Three qubits have d = 8 outcomes."
    )
    yield slip((truth, one["scatter"] / sqrt(shots), shots), "forgets the normalisation of the error bar").says(
        "Your error bar is that of d⟨P⟩. It has to be divided by the same number as the value."
    )
    yield slip((truth, one["small scatter"] / sqrt(shots), shots), "gives the error bar of ⟨P⟩").says(
        "Your error bar is that of the mean of P. Follow it through the formula."
    )


def total_variation(p, q):
    return float(np.abs(np.array(p) - np.array(q)).sum() / 2)


def impostors(ideal):
    """All distributions on three outcomes with the heavy share and XEB of the ideal one."""
    ideal = np.array(ideal)
    heavy = np.array([k in heavy_of(ideal) for k in range(8)], float)
    rows = np.array([np.ones(8), heavy, ideal])
    wanted = rows @ ideal
    for three in combinations(range(8), 3):
        part = rows[:, three]
        if abs(np.linalg.det(part)) > 1e-6:
            q = np.zeros(8)
            q[list(three)] = np.linalg.solve(part, wanted)
            if q.min() >= 0:
                yield q


def drawn_ideal(rng):
    while True:
        ideal = [one / 1000 for one in thousandths(rng, [rng.expovariate(1) for _ in WORDS])]
        if min(ideal) < 0.003 or not well_cut(ideal, 0.02) or len(set(ideal)) < 8:
            continue
        distances = sorted(total_variation(ideal, q) for q in impostors(ideal))
        if len(distances) > 4 and distances[-1] > 0.55:
            return {"ideal": ideal, "distance": int(90 * distances[-1]) / 100}


@data("5.4.f", kind="design", rung="think", outcome=4, points=2, draw=drawn_ideal)
def impostor(ideal, distance):
    told = np.array(ideal)
    heavy = sorted(heavy_of(ideal))
    norm = 8 * told @ told - 1

    def holds(answer):
        q = np.array(answer, dtype=float)
        if abs(q.sum() - 1) > 1e-4:
            return False, f"Your probabilities add up to {number_beside(q.sum(), 1, 4)}."
        share, score, far = q[heavy].sum(), (8 * told @ q - 1) / norm, total_variation(ideal, q)
        if abs(share - told[heavy].sum()) > 0.002:
            return False, (
                f"Your heavy share is {number_beside(share, told[heavy].sum(), 4)}; "
                f"that of the ideal circuit is {number_text(told[heavy].sum(), 4)}."
            )
        if abs(score - 1) > 0.005:
            return False, f"Your heavy share is right. Your XEB is {number_beside(score, 1, 4)}; 1 is asked for."
        if far < distance:
            return False, (
                f"Heavy share and XEB are right. Your distance is {number_beside(far, distance, 4)}; "
                f"at least {distance} is asked for."
            )
        return True

    yield Data(schema=List(Real(0, 1), 8), holds=holds)
    yield slip(list(ideal), "gives the ideal device").says(
        "This is the ideal device itself. The distance between the two is 0."
    )
    yield slip([0.125] * 8, "tosses coins").says("This is a device that tosses coins: heavy share ½, XEB 0.")
    yield slip([float(k == int(told.argmax())) for k in range(8)], "always gives the likeliest output").says(
        "This one always gives the likeliest output: its heavy share is 1, and its XEB is above 1. Both have to be "
        "those of the ideal circuit."
    )
    share = float(told[heavy].sum())
    yield slip([share / 4 if k in heavy else (1 - share) / 4 for k in range(8)], "spreads evenly in both halves").says(
        "Your heavy share is right. Your XEB is that of equal probabilities within each half; it is below 1."
    )


@choice("5.4.g", rung="warm-up", outcome=3, a=whole(6, 12), less=whole(1, 3), more=one_of([20, 36, 50, 80, 100]))
def what_a_volume_says(a, less, more):
    b = a - less
    yield right(
        f"On a good part of it, A ran random circuits of {a} qubits and {a} layers well enough; B did so up to {b}."
    ).says("Right: that is all. It concerns square random circuits, chosen qubits, and the compiler that was used.")
    yield slip(
        f"A runs every circuit at least as well as B, also one with {more} layers.", "takes it for all circuits"
    ).says("Only square random circuits were tried. For deep or structured circuits the order may be another one.")
    yield slip(f"A computes {2**less} times as fast as B.", "takes it for speed").says(
        "Speed is not in the rule at all: a device may take a second or a day for a circuit."
    )
    yield slip(f"A has {2**a} usable qubits, B has {2**b}.", "takes the volume for qubits").says(
        f"The volume is 2 to the power of the size: {2**a} stands for circuits of {a} qubits."
    )
    yield slip(f"A's gates have {2**less} times smaller errors than B's.", "takes it for an error").says(
        "Errors are in it, but so are connections, compiler and readout. The size does not give a ratio of errors."
    )


PAULIS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
WORDS_OF_PAULIS = ["".join(one) for one in product("IXYZ", repeat=3)]
MATRICES = {word: reduce(np.kron, [PAULIS[letter] for letter in word]) for word in WORDS_OF_PAULIS}


def written(gates):
    return "; ".join(" ".join(map(str, gate)) for gate in gates)


def inverted(gates):
    """The gates that undo these."""
    return [["sdg" if name == "s" else name, *on] for name, *on in reversed(gates)]


def layer(word):
    return [[letter.lower(), k] for k, letter in enumerate(word) if letter != "I"]


def output_of(matrix):
    """The certain outcome from 000, or None."""
    chances = np.abs(matrix[:, 0]) ** 2
    return WORDS[int(chances.argmax())] if chances.max() > 1 - 1e-9 else None


def same(one, other):
    """Whether two unitaries are the same up to a phase."""
    return abs(abs(np.trace(one.conj().T @ other)) / len(one) - 1) < 1e-7


def is_a_layer(matrix):
    """Whether a unitary is a layer of Paulis with at least one that is not I, up to a phase."""
    return any(same(matrix, other) for word, other in MATRICES.items() if word != "III")


def lanes_of(answer):
    """Of each qubit the places of its operations in the circuit's list."""
    return [[k for k, step in enumerate(answer.operations) if q in step.all_qubits] for q in range(answer.num_qubits)]


def only_turns(answer, one, two):
    """Whether between two cuts, the second not before the first, stand gates of one qubit and layers of Paulis only."""
    if not all(a <= b for a, b in zip(one, two, strict=True)):
        return False
    places = {k for lane, a, b in zip(lanes_of(answer), one, two, strict=True) for k in lane[a:b]}
    steps = [answer.operations[k] for k in places]
    return all(len(step.all_qubits) == 1 or is_a_layer(unitary(Circuit(3, (step,)))) for step in steps)


def cuts(answer, most=4000):
    """Every way to cut a circuit in two: how many operations of each qubit come before, and what these do.

    Operations on other qubits may stand in any order, so the list of operations has fewer cuts than the circuit.
    """
    steps, lanes = answer.operations, lanes_of(answer)
    matrices = [unitary(Circuit(answer.num_qubits, (step,))) for step in steps]
    found = {(0,) * answer.num_qubits: np.eye(2**answer.num_qubits)}
    waiting = list(found)
    while waiting and len(found) < most:
        place = waiting.pop()
        first = {q: lane[n] for q, (lane, n) in enumerate(zip(lanes, place, strict=True)) if n < len(lane)}
        for k in set(first.values()):
            on = steps[k].all_qubits
            if all(first.get(q) == k for q in on):
                after = tuple(n + (q in on) for q, n in enumerate(place))
                if after not in found:
                    found[after] = matrices[k] @ found[place]
                    waiting.append(after)
    return found


def drawn_half(rng):
    """A Clifford circuit and a bit string that X gates in the middle would not give."""
    while True:
        gates = []
        for _ in range(3):
            gates += [[rng.choice(["h", "h", "s"]), k] for k in range(3)]
            a, b = rng.sample(range(3), 2)
            gates.append([rng.choice(["cx", "cz"]), a, b])
        C = unitary(circuit(written(gates), qubits=3))
        bits = rng.choice(WORDS[1:])
        flips = bits.replace("0", "I").replace("1", "X")
        good = [word for word in WORDS_OF_PAULIS if output_of(C.conj().T @ MATRICES[word] @ C) == bits]
        wrong = [unitary(circuit(written(last), qubits=3)) for last in (inverted(gates)[::-1], gates[::-1])]
        if (
            flips not in good
            and all(sum(letter != "I" for letter in word) >= 2 for word in good)
            and all(output_of(last @ MATRICES[good[0]] @ C) != bits for last in wrong)
        ):
            return {"gates": gates, "bits": bits}


@build(
    "5.4.h",
    kind="design",
    rung="think",
    outcome=5,
    points=3,
    takes="circuit",
    draw=drawn_half,
    rules=[Qubits(3), NoUnitary()],
)
def mirrored(gates, bits):
    C = unitary(circuit(written(gates), qubits=3))
    good = [word for word in WORDS_OF_PAULIS if output_of(C.conj().T @ MATRICES[word] @ C) == bits]
    flips = bits.replace("0", "I").replace("1", "X")

    def holds(answer):
        if answer.num_qubits != 3:
            return False, f"Your circuit has {answer.num_qubits} qubits; three are asked for."
        whole_one = unitary(answer)
        if abs(whole_one[int(bits, 2), 0]) ** 2 < 1 - 1e-6:
            found = output_of(whole_one)
            said = f"is {found}, with qubit 0 first" if found else "is not certain"
            return False, f"The output of your circuit {said}; {bits} is asked for."
        places = cuts(answer)
        run = [place for place, before in places.items() if same(before, C)]
        turned = [
            place
            for place, before in places.items()
            if same(whole_one @ before.conj().T, C.conj().T) and is_a_layer(before @ C.conj().T)
        ]
        if any(only_turns(answer, one, two) for one in run for two in turned):
            return True
        if run and same(whole_one, MATRICES[flips]):
            return False, (
                f"The output is {bits}, but C is not followed by a layer of Paulis and then undone: errors of the "
                "second half can still undo those of the first."
            )
        return False, (
            f"The output is {bits}. But at no place in your circuit has C been run, so that a layer of Paulis follows "
            "and then what undoes C."
        )

    yield Property("is the mirror circuit", holds, takes=Circuit, num_qubits=3, wants="a circuit of three qubits")
    undo = inverted(gates)

    def mirror(word, first=gates, last=undo):
        return circuit(written([*first, *layer(word), *last]), qubits=3)

    yield slip(mirror("III"), "leaves out the Paulis").says(
        "Your circuit as a whole does nothing: its output is 000. Between C and its exact inverse has to stand a layer "
        "of Paulis."
    )
    yield slip(mirror(flips), "puts X where a 1 is wanted").says(
        "This is what comes of X gates where the output is to have a 1. In the middle this is another state: the "
        "second half changes what X gates do."
    )
    yield slip(circuit(written([*gates, *undo, *layer(flips)]), qubits=3), "flips at the end")
    yield slip(circuit(written(layer(flips)), qubits=3), "takes what a compiler leaves")
    yield slip(circuit(written([*layer(flips), *gates, *undo]), qubits=3), "flips at the start")
    yield slip(circuit(written([*gates, *undo, *layer(flips), *gates, *undo]), qubits=3), "runs everything twice")
    yield slip(mirror(good[0], last=undo[::-1]), "inverts the gates in the same order").says(
        "This is what comes out where the gates after the Paulis are inverted one by one, but stand in the same order "
        "as in C. Undo the last gate first."
    )
    crossed = mirror(good[0], last=gates[::-1])
    state = run(crossed)
    if max(abs(state[0]), abs(np.vdot(state, run(mirror(flips))))) < 0.99:  # else it does nothing, or what stands above
        yield slip(crossed, "does not invert S").says(
            "This is what comes out where the gates after the Paulis stand in the right order, but are not inverted: S "
            "is not its own inverse."
        )


def no_error(counts, target, right_one=1.0, wrong_one=-0.5):
    total = 0.0
    for bits, c in counts.items():
        weights = [right_one if a == b else wrong_one for a, b in zip(bits, target, strict=True)]
        total += c * float(np.prod(weights))
    return total / sum(counts.values())


def drawn_mirrors(rng):
    found = []
    for n in (1, 2, 2, 3, 3, 4):
        target = "".join(rng.choice("01") for _ in range(n))
        while n > 1 and target == target[::-1]:
            target = "".join(rng.choice("01") for _ in range(n))
        counts = {}
        for k in rng.sample(range(2**n), max(2, 2**n - 2)):
            counts[f"{k:0{n}b}"] = rng.randint(20, 200)
        counts[target] = rng.randint(600, 1200)
        found.append((dict(sorted(counts.items())), target))
    few = rng.randint(2, 5)  # of few shots the estimate may be below 0, and stays there
    return [*found, ({"00": 2 * few + rng.randint(1, 3), "10": few, "01": 1}, "10")]


def shots_by_parts(counts, target, wrong_one):
    """Each shot counts 1 if all is right, else a number that is made from how many bits are wrong."""
    total = 0.0
    for bits, c in counts.items():
        wrong = sum(a != b for a, b in zip(bits, target, strict=True))
        total += c * (wrong_one(wrong, len(target)) if wrong else 1)
    return total / sum(counts.values())


def bit_by_bit(counts, target):
    """The product of what each bit says by itself."""
    parts = []
    for k in range(len(target)):
        wrong = sum(c for bits, c in counts.items() if bits[k] != target[k])
        parts.append(1 - 1.5 * wrong / sum(counts.values()))
    return float(np.prod(parts))


@function("5.4.i", kind="stretch", outcome=5, points=3, name="no_error", inputs=drawn_mirrors, within=1e-6)
def without_any_error():
    yield no_error
    yield slip(
        lambda counts, target: counts[target] / sum(counts.values()), "takes the share of the right output"
    ).says(
        "Your function gives the share of the right output. Some errors cannot be seen in it: a third of the Paulis on "
        "a qubit leaves its bit as it is."
    )
    yield slip(lambda counts, target: no_error(counts, target, 1, -1), "takes the parity").says(
        "Your function counts a wrong bit as −1. Then a qubit with an error has the mean 1/3 − 2/3, which is not 0."
    )
    yield slip(lambda counts, target: no_error(counts, target, 1, 0.5), "loses the sign").says(
        "Your function counts a wrong bit as +½. Then a qubit with an error has the mean 1/3 + 1/3, which is not 0."
    )
    yield slip(lambda counts, target: no_error(counts, target, 1, -1 / 3), "takes one third").says(
        "Your function counts a wrong bit as −1/3. Then a qubit with an error has the mean 1/3 − 2/9, which is not 0."
    )
    yield slip(lambda counts, target: no_error(counts, target, 1, -2), "turns the ratio round").says(
        "Your function counts a wrong bit as −2. Then a qubit with an error has the mean 1/3 − 4/3, which is not 0."
    )
    yield slip(
        lambda counts, target: shots_by_parts(counts, target, lambda wrong, n: 1 - 1.5 * wrong),
        "adds in place of multiplying",
    ).says("Your function adds the parts of the wrong bits. A shot counts with the *product* over its bits.")
    yield slip(
        lambda counts, target: shots_by_parts(counts, target, lambda wrong, n: 1 - 1.5 * wrong / n),
        "takes the mean over the bits",
    ).says("Your function takes the mean over the bits of a shot. A shot counts with the *product* over its bits.")
    yield slip(
        lambda counts, target: shots_by_parts(counts, target, lambda wrong, n: -0.5), "does not count wrong bits"
    ).says("With one wrong bit −½ is right. Your function counts a shot with several wrong bits as −½, too.")
    yield slip(bit_by_bit, "multiplies the means of the bits").says(
        "Your function multiplies what each bit says by itself. This is right for independent errors only: take the "
        "product in each shot, and then the mean."
    )
    yield slip(lambda counts, target: max(0.0, no_error(counts, target)), "cuts at 0").says(
        "Your function makes 0 of estimates below 0. Then its average over many runs is too large: leave them as they "
        "are."
    )
    yield slip(lambda counts, target: no_error(counts, target[::-1]), "reads the target backwards", "qubit-order").says(
        "Your function compares with the target read backwards. Both have their qubits in the same order."
    )
    yield slip(lambda counts, target: no_error(counts, "0" * len(target)), "compares with 00…0").says(
        "Your function compares with 00…0. The output of the mirror circuit is `target`."
    )
    yield slip(lambda counts, target: no_error(counts, target) * sum(counts.values()), "gives shots").says(
        "Your function gives a number of shots. Divide by all of them."
    )
