"""What right means in lesson 5.3, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache, reduce
from itertools import combinations
from math import acos, sin, sqrt

import numpy as np
from scipy.optimize import curve_fit

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
    several,
    slip,
)
from qtrain.checking import Data, Estimator, Unitary
from qtrain.checking.rules import Gates, GateSet
from qtrain.checking.schema import List, Real, Row, Whole, Word
from qtrain.circuits.numerals import number_beside, number_text

PAULIS = [np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])]


def quarter(axis, sign=1):
    """A quarter turn about x, y or z."""
    return (np.eye(2) - 1j * sign * PAULIS[axis]) / sqrt(2)


GATES = {
    "H": np.array([[1, 1], [1, -1]]) / sqrt(2),
    "X": quarter(0),
    "x": quarter(0, -1),
    "Y": quarter(1),
    "y": quarter(1, -1),
    "Z": quarter(2),
    "z": quarter(2, -1),
}


def turn(unitary):
    """The rotation of the Bloch vector, as nine whole numbers: no phase is left."""
    return tuple(round(np.trace(a @ unitary @ b @ unitary.conj().T).real / 2) for a in PAULIS for b in PAULIS)


TURNS = {letter: np.array(turn(gate)).reshape(3, 3) for letter, gate in GATES.items()}


@cache
def shortest(letters):
    """A shortest word for every Clifford that these letters reach: the first letter acts first."""
    start = np.eye(3, dtype=int)
    found, layer = {tuple(start.ravel().tolist()): ""}, [("", start)]
    while layer:
        grown = []
        for word, made in layer:
            for letter in letters:
                longer = TURNS[letter] @ made
                if (key := tuple(longer.ravel().tolist())) not in found:
                    found[key] = word + letter
                    grown.append((word + letter, longer))
        layer = grown
    return found


def turn_of(word):
    """The rotation of a word, as nine whole numbers."""
    made = reduce(lambda done, letter: TURNS[letter] @ done, word, np.eye(3, dtype=int))
    return tuple(made.ravel().tolist())


# --- a: the 24 Cliffords ---------------------------------------------------------------------------------------------


def generate(letters):
    """Whether these letters reach all 24 Cliffords, and none of them is there twice."""
    return len(set(letters)) == len(letters) and len(shortest("".join(letters))) == 24


def with_phases(letters):
    """The first 24 words that differ as matrices: some of them only by a phase."""
    found, layer = [("", np.eye(2))], [("", np.eye(2))]
    while len(found) < 24:
        layer = [(word + letter, GATES[letter] @ made) for word, made in layer for letter in letters]
        for word, made in layer:
            if all(np.abs(made - other).max() > 1e-6 for _, other in found):
                found.append((word, made))
    return [word for word, _ in found[:24]]


def twins(words):
    """The first two words that are the same Clifford, or None."""
    seen = {}
    for word in words:
        if (key := turn_of(word)) in seen:
            return seen[key], word
        seen[key] = word
    return None


def told_of_words(words, letters):
    """Whether 24 words are right, and else what is not."""
    if found := twins(words):
        one, other = (repr(word) if word else "the empty word" for word in found)
        if one == other:
            return False, f"{one[0].upper()}{one[1:]} is there more than once."
        if not twins([word[::-1] for word in words]):
            return False, "Read from right to left your words are all 24. Here the first letter acts first."
        return False, f"{one[0].upper()}{one[1:]} and {other} are the same Clifford, at most a global phase apart."
    best = shortest(letters)
    for word in words:
        if len(word) > (fewer := len(best[turn_of(word)])):
            needed = f"{fewer} letter{'s' if fewer != 1 else ''}"
            return False, f"All 24 are there, but {word!r} is not as short as it can be: {needed} would do."
    return True


@data(
    "5.3.a",
    kind="build",
    outcome=1,
    points=2,
    letters=one_of(["".join(some) for size in (2, 3) for some in combinations("HXxYyZz", size) if generate(some)]),
)
def all_cliffords(letters):
    words = list(shortest(letters).values())
    yield Data(schema=List(Word(letters), 24), holds=lambda answer: told_of_words(answer, letters))
    yield slip(with_phases(letters), "takes a phase for a difference").says(
        "All your matrices differ, but some of them only by a global phase. Such words are the same Clifford."
    )
    longest = max(words, key=len)
    back = next(w for w in (a * 2 for a in letters) if turn_of(w) != turn_of(""))
    wordy = [word if word else letters[0] * (2 if letters[0] == "H" else 4) for word in words]
    yield slip(wordy, "writes the identity with letters").says(
        "All 24 are there, but the identity needs no letter: its shortest word is the empty one."
    )
    yield slip([word if word != longest else back for word in words], "loses one and has another twice")


# --- b: from a reported number to the error --------------------------------------------------------------------------


@number("5.3.b", rung="warm-up", outcome=2, rel=2e-3, qubits=one_of([1, 2]), reported=decimals(0.002, 0.03, 0.0005))
def error_per_clifford(qubits, reported):
    d = 2**qubits
    yield d / (d + 1) * reported
    yield slip(reported, "takes the Pauli error for the average error", "convention").says(
        "This is the reported number as it is: the Pauli error. The average error is a fraction of it."
    )
    yield slip((d + 1) / d * reported, "turns the factor round", "convention").says(
        "You multiplied with (d + 1)/d. The average error is smaller than the Pauli error, not larger."
    )
    yield slip((d - 1) / d * reported, "takes it for 1 − p", "convention").says(
        "You took the reported number for 1 − p. It is the Pauli error, (d² − 1)/d² · (1 − p)."
    )
    other = 2 ** (3 - qubits)
    yield slip(other / (other + 1) * reported, "takes the other d").says(
        f"Your factor is {other}/{other + 1}, which belongs to d = {other}. What is d here?"
    )
    yield slip(d * d / (d * d - 1) * reported, "gives 1 − p").says("This is 1 − p. The average error is asked for.")
    each, what = (1.875, "pulses") if qubits == 1 else (1.5, "CNOTs")
    yield slip(d / (d + 1) * reported / each, f"divides by the {what}").says(
        f"This is the average error divided by {each}, the {what} of a Clifford. The error of a Clifford is asked for."
    )


# --- c: the gate that closes a sequence ------------------------------------------------------------------------------

H_S = "HZ"
SHORT = {"H": "h 0", "Z": "s 0"}


def as_circuit(matrix):
    """A circuit of H and S for this Clifford, as short as it can be."""
    word = shortest(H_S)[turn(matrix)]
    return circuit("; ".join(SHORT[letter] for letter in word), qubits=1)


def matrices(sequence):
    return [GATES[letter] for letter in sequence]


def product(gates):
    """The matrix of gates that act in this order."""
    return reduce(lambda done, gate: gate @ done, gates, np.eye(2))


def dagger(matrix):
    return matrix.conj().T


def closings(sequence):
    """What closes the sequence, and what people take for it."""
    gates = matrices(sequence)
    return [
        dagger(product(gates)),
        product(gates),
        dagger(product(gates[::-1])),
        product(gates[::-1]),
        dagger(gates[-1]),
    ]


@build(
    "5.3.c",
    outcome=1,
    points=2,
    takes="circuit",
    rules=[GateSet({"h", "s"}), Gates(6)],
    sequence=several(8, one_of(list("HXxYyZz"))),
    where=lambda sequence: (
        len({turn(made) for made in closings(sequence)}) == 5
        and turn(np.eye(2)) not in {turn(made) for made in closings(sequence)}
    ),
)
def closing_gate(sequence):
    inverse, forward, wrong_order, backwards, last = closings(sequence)
    # No circuit: there are many, and what one of them has elsewhere tells nothing of an answer. As its own draft, for
    # another Clifford is no part of the way.
    yield Unitary(inverse, draft=inverse)
    yield slip(as_circuit(forward), "does not invert").says(
        "Your circuit does the same as the whole sequence. It should undo it."
    )
    yield slip(as_circuit(wrong_order), "inverts in the wrong order").says(
        "You inverted every gate and kept their order. What came last has to be undone first."
    )
    yield slip(as_circuit(backwards), "reverses without inverting").says(
        "You reversed the order, but did not invert the gates: a quarter turn is not its own inverse."
    )
    yield slip(circuit("h 0; h 0", qubits=1), "does nothing").says(
        "Your circuit does nothing. It should undo the sequence; the sequence itself is no part of it."
    )
    yield slip(as_circuit(last), "undoes the last gate only").says(
        "Your circuit undoes only the last gate of the sequence."
    )


# --- d: a flat curve -------------------------------------------------------------------------------------------------


@choice(
    "5.3.d",
    rung="warm-up",
    outcome=4,
    level=one_of([0.97, 0.975, 0.98, 0.985]),
    longest=one_of([200, 300, 400, 500]),
)
def flat_curve(level, longest):
    yield right("The compiler has merged each sequence with its last gate, so hardly any gate is left to run.").says(
        "Right: what is left is preparation and readout. A barrier after each gate keeps the sequence."
    )
    yield slip("The gates are so good that their error cannot be seen.", "believes in perfect gates").says(
        "While hundreds of gates run, relaxation alone leaves a trace. Count first the gates that were run."
    )
    yield slip("The readout errors are too large to see the decay.", "blames the readout").says(
        "Only a readout that says 0 whatever the state is would hide the decay. Look first at what was run."
    )
    yield slip("The sequences are too short for such an error.", "asks for longer ones").says(
        "So many gates with an error of 0.1 % each would have gone wrong in more than a tenth of the shots."
    )
    yield slip("The last gate is not the inverse of the others.", "suspects the inverse").says(
        "Then the survival would be near ½ on average over the sequences, not near 1."
    )


# --- e: which lengths ------------------------------------------------------------------------------------------------


def information(r, A, B, lengths):
    """Fisher information of A, B, p in one shot at each of these lengths."""
    p, m = 1 - 2 * r, np.array(lengths, dtype=float)
    survival = A * p**m + B
    slopes = np.array([p**m, np.ones(len(m)), A * m * p ** (m - 1)])
    return (slopes / (survival * (1 - survival))) @ slopes.T


def planned(r, A, B, lengths, shots):
    """The error bar of r when A, B and p are fitted to so many shots at each length."""
    found = information(r, A, B, lengths)
    if np.linalg.cond(found) > 1e13:
        return float("inf")
    return sqrt(np.linalg.inv(found)[2, 2] / shots) / 2


def best_bar(r, A, B, total):
    """The smallest error bar of r that three lengths give, of a grid up to 4/r."""
    found = [
        planned(r, A, B, [1, round(short / r), round(long / r)], total / 3)
        for short in (0.3, 0.4, 0.5, 0.6)
        for long in (1.5, 2, 2.5, 3, 4)
    ]
    return min(found)


def goal(r, total):
    best = best_bar(r, A_F, B_F, total)
    return {"error": float(f"{1.3 * best:.2g}")}


A_F, B_F = 0.48, 0.51


@data(
    "5.3.e",
    kind="design",
    outcome=3,
    points=2,
    r=one_of([0.0005, 0.0008, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.004, 0.005, 0.006]),
    total=one_of([30_000, 40_000, 60_000, 90_000, 120_000, 180_000]),
    derive=goal,
)
def which_lengths(r, total, error):
    def told(lengths):
        if len(set(lengths)) < 3:
            return False, "Three numbers are to be found, A, B and p: give at least three different lengths."
        bar = planned(r, A_F, B_F, lengths, total / len(lengths))
        if bar <= error:
            return True
        if bar == float("inf"):
            return False, "With these lengths the three numbers A, B and p cannot be told apart."
        return False, (
            f"With your lengths the error bar of r is {number_beside(bar, error, 7)}; "
            f"at most {number_text(error, 7)} is asked for."
        )

    yield Data(schema=List(Whole(1, 100_000), (3, 20)), holds=told)
    yield slip([1, 5, 10, 20, 40], "stops far too early").says(
        "Your longest sequences are so short that the curve is still nearly straight: A, B and p cannot be told apart. "
        "Go on to about 2/r."
    )
    yield slip([round(k / 10 / r) for k in range(1, 11)], "stops at 1/r")
    even = [round(k * 10 / r / 8) for k in range(1, 9)]
    yield slip(even, "spends most shots on the flat end").says(
        "Most of your sequences are so long that nothing of the decay is left. One length tells the level B; the "
        "others should be where the curve falls."
    )


# --- f: measure ------------------------------------------------------------------------------------------------------

LENGTHS = [1, 10, 25, 50, 100, 200]


def survival_of(hidden, e0, e1):
    """A and B of a device that depolarises with Aer's p after each Clifford, the closing one included."""
    return (1 - e0 - e1) / 2 * (1 - hidden), (1 + e1 - e0) / 2


def without_b(A, B, p):
    """The r of a fit in which B is fixed at ½, to means without scatter."""
    m = np.array(LENGTHS, dtype=float)
    means = decay_curve(m, A, B, p)
    bars = np.sqrt(means * (1 - means))
    return float(1 - curve_fit(lambda m, A, p: A * p**m + 0.5, m, means, (A, p), bars)[0][1]) / 2


@measure(
    "5.3.f",
    outcome=3,
    points=3,
    within=3e-4,
    hidden=decimals(0.016, 0.036, 0.001),
    e0=decimals(0.005, 0.02, 0.005),
    e1=decimals(0.1, 0.16, 0.005),
)
def error_of_a_device(hidden, e0, e1):
    A, B = survival_of(hidden, e0, e1)
    r, shots = hidden / 2, 20_000
    spread = planned(r, A, B, LENGTHS, 1)
    error = spread / sqrt(shots)
    yield right(r, spread=spread)
    yield slip((1 - hidden, 2 * error, shots), "gives p").says("This is p. The error per Clifford, r, is asked for.")
    yield slip((2 * r, 2 * error, shots), "gives 1 − p").says("This is 1 − p. With one qubit, r is half of it.")
    yield slip((1.5 * r, 1.5 * error, shots), "gives the Pauli error", "convention").says(
        "This is the Pauli error, as Cirq and others report it. The average error r is asked for."
    )
    yield slip((without_b(A, B, 1 - hidden), error, shots), "fixes B").says(
        "This is what a fit with B = ½ gives. The readout errors put the end of the curve elsewhere: fit B as well."
    )
    yield slip((r, 2 * error, shots), "keeps the error bar of p", "factor").says(
        "Your error bar is that of p. r changes by half as much."
    )
    yield slip((r, error * sqrt(6), shots), "counts all lengths").says(
        "Your error bar is √6 times what these shots give. Are they the shots of all six lengths? Those of each are "
        "asked for."
    )


# --- g: an interval for one gate -------------------------------------------------------------------------------------


def angle(p, d=4):
    """The angle of a channel with this decay: its process fidelity is the squared cosine."""
    return acos(sqrt((1 + (d * d - 1) * p) / d**2))


def interval(p_ref, p_int, d=4):
    a, c = angle(p_ref, d), angle(p_int, d)
    return [d / (d + 1) * sin(c + sign * a) ** 2 for sign in (-1, 1)]


def far_enough(p_ref, ratio):
    low, high = interval(p_ref, round(p_ref * ratio, 5))
    return 4e-4 < low and high < 0.2


@data(
    "5.3.g",
    outcome=5,
    points=2,
    schema=Row(Real(), Real(), names=("low", "high")),
    within=2e-5,
    p_ref=decimals(0.97, 0.992, 0.001),
    ratio=decimals(0.98, 0.996, 0.001),
    where=far_enough,
    derive=lambda p_ref, ratio: {"p_int": round(p_ref * ratio, 5)},
)
def ends_of_the_interval(p_ref, p_int):
    a, c = angle(p_ref), angle(p_int)
    low, high = interval(p_ref, p_int)
    yield [low, high]
    yield slip(interval(p_ref, p_int, 2), "takes the formulas of one qubit").says(
        "These are the formulas of one qubit. The gate has two: what is the process fidelity for d = 4, and which "
        "factor turns a Pauli error into an average error?"
    )
    yield slip([sin(c - a) ** 2, sin(c + a) ** 2], "gives Pauli errors", "convention").says(
        "These are Pauli errors, 1 − F. The average error is a fraction of them."
    )
    yield slip([2 / 3 * sin(c - a) ** 2, 2 / 3 * sin(c + a) ** 2], "takes the last factor of one qubit").says(
        "Your process fidelities are right. The factor ⅔ at the end is that of one qubit."
    )
    yield slip([3 / 4 * sin(c - a) ** 2, 3 / 4 * sin(c + a) ** 2], "takes (d − 1)/d for the last factor").says(
        "Your process fidelities are right. The factor ¾ makes the average error of 1 − p; from 1 − F it is another."
    )
    of_decays = [acos(sqrt(decay)) for decay in (p_int, p_ref)]
    yield slip([4 / 5 * sin(of_decays[0] + sign * of_decays[1]) ** 2 for sign in (-1, 1)], "takes p for F").says(
        "You took the decay p for the process fidelity. F is a little larger: (1 + 15 p)/16 for two qubits."
    )
    r_ref, r_int = 3 / 4 * (1 - p_ref), 3 / 4 * (1 - p_int)
    yield slip([r_int - r_ref, r_int + r_ref], "adds errors instead of angles").says(
        "You added and subtracted the errors themselves. Errors may add as amplitudes, so the angles add."
    )
    yield slip([high, low], "exchanges the ends").says("The two ends are exchanged: first the smaller one.")
    yield slip([c - a, c + a], "gives angles").says("These are the two angles. Their errors are asked for.")
    single = 3 / 4 * (1 - p_int / p_ref)
    yield slip([single, single], "gives the estimate").says(
        "This is the estimate, which is right for depolarising noise. The interval that holds for any noise is asked "
        "for."
    )

    def halves(p):
        return acos(sqrt((1 + 3 * p) / 4))

    yield slip([sin(halves(p_int) + sign * halves(p_ref)) ** 2 for sign in (-1, 1)], "takes average fidelities").says(
        "You took the angles from the average fidelities, (1 + 3p)/4 for two qubits. The rule is about process "
        "fidelities."
    )
    yield slip([0.0, r_int], "starts at zero").says(
        "An error of 0 would leave the decay as it was, and one larger than r_int could be hidden by an error that it "
        "undoes."
    )


# --- h: stretch: the error of one gate, from data ---------------------------------------------------------------------


def decay_curve(m, A, B, p):
    return A * p**m + B


def jacobian(m, A, B, p):
    return np.array([p**m, np.ones(len(m)), A * m * p ** (m - 1)]).T


def drawn_run(rng, r, A, B, sequences):
    """What one benchmark gives, and the variance of p in a fit whose weights are known."""
    shots = int(rng.integers(1500, 3000))
    lengths = [1, *(max(2, round(x / r)) for x in (0.15, 0.4, 0.8, 1.4, 2.2))]
    p, m = 1 - 2 * r, np.array(lengths, dtype=float)
    survival = decay_curve(m, A, B, p)
    scatter = np.maximum(0.12 * np.sqrt(p**m * (1 - p**m)), 0.01)
    each = np.clip(survival + scatter * rng.standard_normal((sequences, len(m))), 0, 1)
    shares = rng.binomial(shots, each) / shots
    slopes = jacobian(m, A, B, p)
    variance = (scatter**2 + survival * (1 - survival) / shots) / sequences
    found = {
        "lengths": lengths,
        "means": shares.mean(0).round(6).tolist(),
        "scatters": shares.std(0, ddof=1).round(6).tolist(),
        "sequences": sequences,
        "shots": shots,
    }
    return found, np.linalg.inv((slopes.T / variance) @ slopes)[2, 2]


def drawn_pair(random):
    """A reference and an interleaved benchmark, the error of the gate, and the error bar that the data allow."""
    rng = np.random.default_rng(random.getrandbits(32))
    r_ref, r_gate = random.uniform(0.005, 0.01), random.uniform(0.001, 0.003)
    A, B = random.uniform(0.4, 0.48), random.uniform(0.52, 0.57)
    p_ref, p_int = 1 - 2 * r_ref, (1 - 2 * r_ref) * (1 - 2 * r_gate)
    reference, of_ref = drawn_run(rng, r_ref, A, min(B, 0.99 - A), 30)
    interleaved, of_int = drawn_run(rng, (1 - p_int) / 2, A, min(B, 0.99 - A), 400)
    ideal = p_int / p_ref / 2 * sqrt(of_int / p_int**2 + of_ref / p_ref**2)
    return (reference, interleaved), r_gate, ideal


def by_sequences(run):
    return np.array(run["scatters"]) / sqrt(run["sequences"])


def by_shots(run):
    mean = np.array(run["means"])
    return np.sqrt(mean * (1 - mean) / run["shots"] / run["sequences"])


def one_sequence(run):
    return np.array(run["scatters"])


@cache
def fit_of(lengths, means, bars):
    """p and its error bar; the same data are judged again and again."""
    m = np.array(lengths, dtype=float)
    found, covariance = curve_fit(decay_curve, m, means, (0.45, 0.5, 1 - 1 / m.max()), bars, True, jac=jacobian)
    return found[2], sqrt(covariance[2, 2])


def fitted(run, spread=by_sequences):
    """p and its error bar, for error bars of the points that `spread` gives."""
    return fit_of(tuple(run["lengths"]), tuple(run["means"]), tuple(spread(run).tolist()))


def fitted_without_b(run):
    m = np.array(run["lengths"], dtype=float)
    start, bars = (0.5, 1 - 1 / m.max()), by_sequences(run)
    found, covariance = curve_fit(lambda m, A, p: A * p**m + 0.5, m, run["means"], start, bars, True)
    return found[1], sqrt(covariance[1, 1])


def gate_from(fit=fitted, factor=0.5, of_reference=1.0):
    """The gate's error from two fits."""

    def gate_error(reference, interleaved):
        (p_ref, d_ref), (p_int, d_int) = fit(reference), fit(interleaved)
        ratio = p_int / p_ref
        error = ratio * sqrt((d_int / p_int) ** 2 + of_reference * (d_ref / p_ref) ** 2)
        return float(factor * (1 - ratio)), float(factor * error)

    return gate_error


def of_both(reference, interleaved):
    p, error = fitted(interleaved)
    return float(1 - p) / 2, float(error) / 2


def exchanged(reference, interleaved):
    return gate_from()(interleaved, reference)


def error_first(reference, interleaved):
    return gate_from()(reference, interleaved)[::-1]


def bar_of_the_ratio(reference, interleaved):
    value, error = gate_from()(reference, interleaved)
    return value, 2 * error


@function("5.3.h", kind="stretch", rung="think", outcome=(3, 5), points=3)
def gate_error_from_data():
    yield Estimator(drawn_pair, runs=60)
    yield slip(gate_from(lambda run: fitted(run, by_shots)), "counts shots only").says(
        "Your error bars come from the shots alone. Here the sequences differ among each other, and many shots of the "
        "same sequence do not help: take the scatter of the sequences."
    )
    yield slip(gate_from(fitted_without_b), "fixes B").says(
        "You fixed B at ½. The curve ends at another level here, which the two readout errors decide: fit B."
    )
    yield slip(of_both, "leaves the reference out").says(
        "This is the error of a random Clifford and the gate together. Compare with the reference."
    )
    yield slip(exchanged, "exchanges the two").says(
        "Your errors are negative: the two benchmarks are exchanged. The interleaved one decays faster."
    )
    yield slip(gate_from(factor=1.0), "leaves out the factor").says(
        "Your values are 1 − p_int/p_ref. With one qubit, the average error is half of it."
    )
    yield slip(error_first, "swaps the pair").says("You give the error bar first. The value comes first.")
    yield slip(bar_of_the_ratio, "keeps the error bar of the ratio").says(
        "Your values are right. Your error bar is that of the ratio; the error of the gate changes by half as much."
    )
    yield slip(gate_from(factor=0.75), "gives the Pauli error", "convention").says(
        "Your values are Pauli errors. The average error is 2/3 of them."
    )
    yield slip(gate_from(of_reference=0.0), "takes the reference for exact").says(
        "Your error bar contains the interleaved benchmark alone. The reference was measured, too, with fewer "
        "sequences."
    )
    yield slip(gate_from(lambda run: fitted(run, one_sequence)), "takes the scatter of one sequence").says(
        "You took the scatter of one sequence for the error bar of each point. The mean of n sequences scatters √n "
        "times less."
    )
