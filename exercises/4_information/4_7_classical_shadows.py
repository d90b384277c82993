"""What right means in lesson 4.7, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache, reduce
from itertools import product
from math import prod, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, measure, number, one_of, right, slip
from qtrain.checking import Estimator, Observable
from qtrain.circuits import density

I2 = np.eye(2)
PAULI = {"I": I2, "X": np.array([[0, 1], [1, 0]]), "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1])}


def kron(matrices):
    return reduce(np.kron, matrices)


def projector(axis, bit):
    """The state of one qubit that gives this result along this axis with certainty."""
    return (I2 + (-1) ** int(bit) * PAULI[axis]) / 2


BASES = ["".join(word) for word in product("XYZ", repeat=3) if 0 < word.count("Y") < 3]
UNEQUAL_BITS = ["001", "011", "100", "110"]  # none reads the same backwards


@build("4.7.a", rung="warm-up", outcome=1, basis=one_of(BASES), result=one_of(UNEQUAL_BITS))
def snapshot(basis, result):
    ones = [projector(axis, bit) for axis, bit in zip(basis, result, strict=True)]
    yield Observable(kron(3 * one - I2 for one in ones))
    yield slip(kron(ones), "forgets the inverse").says(
        "This is the state behind the measurement. Its average over many shots is not ρ: the inverse of the "
        "measurement channel is missing."
    )
    yield slip(3 * kron(ones) - np.eye(8), "applies the inverse to the whole register").says(
        "You used 3Π − I once, for all qubits together. Each qubit has its own basis and its own inverse."
    )
    yield slip(9 * kron(ones) - np.eye(8), "takes the inverse for global turns").says(
        "9Π − I belongs to random turns of all three qubits together. Here each qubit is turned by itself."
    )
    yield slip(27 * kron(ones) - np.eye(8), "multiplies the factors only").says(
        "27Π − I is not the product of three brackets 3Π − I: multiply the whole brackets."
    )
    flipped = [projector(axis, 1 - int(bit) if axis == "Y" else bit) for axis, bit in zip(basis, result, strict=True)]
    yield slip(kron(3 * one - I2 for one in flipped), "turns Y the wrong way").says(
        "A qubit measured along Y has the opposite sign: a result 0 along Y means the state |+i⟩."
    )
    opposite = [projector(axis, 1 - int(bit)) for axis, bit in zip(basis, result, strict=True)]
    yield slip(kron(3 * one - I2 for one in opposite), "takes 0 for −1").says(
        "All three signs are reversed: result 0 belongs to (I + P)/2."
    )
    yield slip(kron(3 * one - I2 for one in ones[::-1]), "reverses the qubits").says(
        "Your qubits are in the reverse order: the first letter and the first bit belong to qubit 0, the left factor. "
        "(In a Qiskit object, such as an Operator, qubit 0 is the right factor: give the array.)"
    )
    if basis != basis[::-1]:
        backwards = [projector(axis, bit) for axis, bit in zip(basis, result[::-1], strict=True)]
        yield slip(kron(3 * one - I2 for one in backwards), "reads the bits backwards").says(
            "Your axes are in the right order, but your bits are read backwards: the first bit belongs to qubit 0."
        )


def used(word):
    """The places at which a word has a letter other than I."""
    return [k for k, letter in enumerate(word) if letter != "I"]


@cache
def value(word, basis, bits):
    """What one snapshot says of the mean of a word."""
    places = used(word)
    if any(basis[k] != word[k] for k in places):
        return 0
    return 3 ** len(places) * (-1) ** sum(int(bits[k]) for k in places)


def shots(rng):
    """A word and one shot: some fit, some differ in one letter, and bits where the word has I are set, too."""
    found = []
    for word in ("ZIX", "IYI", "XYZ", "ZZII", "IXIY"):
        for fits in (True, True, False):
            basis = [letter if letter != "I" else rng.choice("XYZ") for letter in word]
            if not fits:
                k = rng.choice(used(word))
                basis[k] = rng.choice([axis for axis in "XYZ" if axis != word[k]])
            found.append((word, "".join(basis), "".join(rng.choice("01") for _ in word)))
    found.append(("XIIZ", "XYZZ", "0110"))
    found.append(("IIYX", "ZXYX", "1101"))
    return found


def fitting(word, basis, bits):
    return all(basis[k] == word[k] for k in used(word))


def parity(bits):
    return (-1) ** sum(int(bit) for bit in bits)


@function("4.7.b", kind="debug", rung="warm-up", outcome=2, name="value", inputs=shots, within=1e-9)
def single_shot_value():
    yield value
    yield slip(
        lambda word, basis, bits: value(word, basis, bits) * 3 ** (len(word) - len(used(word))), "takes 3ⁿ"
    ).says("Your factor counts all qubits. A qubit where the word has I gives the trace of its bracket: 1.")
    yield slip(
        lambda word, basis, bits: 3 ** len(used(word)) * parity(bits) if fitting(word, basis, bits) else 0,
        "takes the sign of all bits",
    ).says("Bits of qubits where the word has I change your sign. They should not count.")
    yield slip(
        lambda word, basis, bits: 3 ** len(word) * parity(bits) if fitting(word, basis, bits) else 0,
        "takes all qubits for factor and sign",
    ).says("Factor and sign of yours come from all qubits. Those where the word has I count for neither.")
    yield slip(
        lambda word, basis, bits: parity(bits[k] for k in used(word)) if fitting(word, basis, bits) else 0,
        "forgets the factor",
    ).says("The factor 3 for each letter of the word is missing: without it the mean comes out 3ᵏ times too small.")
    yield slip(
        lambda word, basis, bits: 3 ** len(used(word)) * parity(bits[k] for k in used(word)), "uses every shot"
    ).says("A shot whose basis differs from the word in one letter says nothing of it: its value is 0.")
    yield slip(lambda word, basis, bits: np.sign(value(word, basis, bits)) * 3 * len(used(word)), "takes 3·k").says(
        "Your factor is 3·k. Each letter brings a factor 3 of its own: they multiply."
    )
    yield slip(lambda word, basis, bits: -value(word, basis, bits), "takes ones for +1").says(
        "All your signs are reversed: result 0 counts as +1."
    )
    yield slip(lambda word, basis, bits: value(word, basis, bits[::-1]), "reads the bits backwards").says(
        "Your bits are read backwards: the first one belongs to qubit 0, as the first letter does."
    )
    yield slip(lambda word, basis, bits: abs(value(word, basis, bits)), "forgets the sign").says(
        "None of your values is negative: each bit 1 below a letter of the word turns the sign."
    )
    yield slip(
        lambda word, basis, bits: prod(3 * (-1) ** int(bits[k]) for k in used(word) if basis[k] == word[k]),
        "leaves out letters that do not fit",
    ).says("You leave out the letters that do not fit. One of them is enough to make the whole value 0.")
    yield slip(
        lambda word, basis, bits: value(word, basis, bits) if basis == word else 0, "wants the whole basis to agree"
    ).says("Where the word has I, any basis will do.")


TURN = {"X": np.array([[1, 1], [1, -1]]) / sqrt(2), "Y": np.array([[1, -1j], [1, 1j]]) / sqrt(2), "Z": I2}
WORDS = ["".join(word) for word in product("XYZ", repeat=3)]
TURNS = np.array([kron(TURN[axis] for axis in word) for word in WORDS])
RESULTS = [format(k, "03b") for k in range(8)]
SHOTS = 200


def drawn_snapshots(random):
    """Snapshots of a drawn pure state of three qubits, a word of one or two letters, and the truth.

    Drawn anew where all fitting shots agree (seldom): the fitting shots alone, an honest way as well,
    give no error bar there.
    """
    while True:
        drawn = _drawn(random)
        word, bases, results = drawn[0]
        if len({one for shot in zip(bases, results, strict=True) if (one := value(word, *shot))}) == 2:
            return drawn


def _drawn(random):
    rng = np.random.default_rng(random.getrandbits(64))
    state = rng.normal(size=8) + 1j * rng.normal(size=8)
    state /= np.linalg.norm(state)
    chances = abs(TURNS @ state) ** 2 / 27
    counts = rng.multinomial(SHOTS, chances.ravel() / chances.sum())
    shot = rng.permutation(np.repeat(np.arange(216), counts))
    bases, results = [WORDS[k // 8] for k in shot], [RESULTS[k % 8] for k in shot]
    word = random.choice(["XII", "IYI", "IIZ", "XYI", "IZZ", "YIX", "ZIY", "IXX"])
    truth = float(np.vdot(state, kron(PAULI[letter] for letter in word) @ state).real)
    return (word, bases, results), truth, sqrt((3 ** len(used(word)) - truth**2) / SHOTS)


def from_values(change=lambda values, word: values, error=lambda values: np.std(values) / sqrt(len(values))):
    def estimated(word, bases, results):
        shots = zip(bases, results, strict=True)
        values = change(np.array([value(word, basis, bits) for basis, bits in shots], dtype=float), word)
        return float(np.mean(values)), float(error(values))

    return estimated


def direct_error(word, bases, results):
    mean = from_values()(word, bases, results)[0]
    return mean, sqrt(max(1 - mean**2, 0.01) / len(bases))


def factor_and_hits(word, bases, results):
    values = np.array([value(word, *shot) for shot in zip(bases, results, strict=True)], dtype=float)
    return float(values.sum() / max(1, np.count_nonzero(values))), float(np.std(values) / sqrt(len(values)))


@function("4.7.c", outcome=2, points=2)
def mean_of_a_word():
    yield Estimator(drawn_snapshots, runs=200)
    yield slip(from_values(lambda values, word: values / 3 ** len(used(word))), "forgets the factor").says(
        "Your estimates are 3ᵏ times too small: each fitting shot counts 3 for each letter of the word."
    )
    yield slip(from_values(error=np.std), "gives the scatter of one shot").says(
        "Your error bar is how far single shots scatter. The mean of N shots scatters √N times less."
    )
    yield slip(direct_error, "takes the error of a direct measurement").says(
        "Your error bar is that of N shots which all measure the word. Only one shot in 3ᵏ does."
    )
    yield slip(from_values(error=lambda values: np.var(values) / len(values)), "gives the variance of the mean").says(
        "This is the variance of the mean. The error bar is its square root."
    )
    yield slip(from_values(lambda values, word: -values), "takes ones for +1").says(
        "All your signs are reversed: result 0 counts as +1."
    )
    yield slip(factor_and_hits, "takes the factor and divides by hits").says(
        "You use the factor 3ᵏ and divide by the number of fitting shots: one of the two is too many."
    )


@number(
    "4.7.d",
    rung="warm-up",
    outcome=3,
    rel=0.01,
    letters=one_of([2, 3, 4, 5]),
    error=one_of([0.01, 0.02, 0.025, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.12, 0.15]),
)
def shots_for_a_word(letters, error):
    yield 3**letters / error**2
    yield slip(4**letters / error**2, "takes 4ᵏ").says(
        "4ᵏ is a bound for any observable on k qubits. For a Pauli word the second moment is 3ᵏ."
    )
    yield slip(1 / error**2, "measures the word itself").says(
        "So many shots suffice if each of them measures this very word. Here only one in 3ᵏ does."
    )
    yield slip(9**letters / error**2, "takes the square of a value").says(
        "9ᵏ is the square of a value that is not zero. Only one shot in 3ᵏ has one."
    )
    yield slip(3 * letters / error**2, "takes 3·k").says("The factor is 3 for each letter: 3ᵏ, not 3·k.")
    yield slip(3**letters / error, "forgets the square").says("The error falls with the square root of the shots.")


def median_of_means(values, batches):
    return float(np.median(np.reshape(np.array(values, dtype=float), (batches, -1)).mean(axis=1)))


def value_lists(rng):
    """Lists of single-shot values with a few large ones, and an odd or even number of batches of equal length."""
    found = []
    for batches, length in ((5, 6), (4, 8), (3, 7), (1, 9), (8, 5)):
        values = [rng.choice([-3, -1, 0, 0, 1, 2, 4, 9]) + 0.25 * k for k in range(batches * length)]
        values[rng.randrange(len(values))] += 60
        rng.shuffle(values)
        found.append((values, batches))
    return found


@function("4.7.e", outcome=3, name="median_of_means", inputs=value_lists, within=1e-9)
def robust_mean():
    yield median_of_means
    yield slip(lambda values, batches: float(np.mean(values)), "takes the mean").says(
        "This is the mean of all values: one bad value moves it."
    )
    yield slip(
        lambda values, batches: float(np.sort(np.reshape(values, (batches, -1)).mean(axis=1))[batches // 2]),
        "takes the upper of two",
    ).says("For an even number of batches the median is the mean of the two values in the middle.")
    yield slip(
        lambda values, batches: float(np.median(np.reshape(values, (batches, -1)).sum(axis=1))), "takes sums"
    ).says("You took the sums of the batches, not their means.")
    yield slip(lambda values, batches: float(np.median(values)), "takes the median").says(
        "This is the median of all values. For values such as −9, 0 and 9 it is 0 most of the time: take means first."
    )
    yield slip(
        lambda values, batches: float(np.mean(np.median(np.reshape(values, (batches, -1)), axis=1))),
        "exchanges mean and median",
    ).says("You took the mean of medians. It is the other way round.")
    yield slip(
        lambda values, batches: float(np.median(np.reshape(values, (-1, batches)).mean(axis=1))),
        "takes batches for their length",
    ).says("Your batches have the length `batches`. That is meant to be their number.")
    yield slip(
        lambda values, batches: float(np.median(np.reshape(values, (-1, batches)).mean(axis=0))), "deals values out"
    ).says("Your batches take every so-manieth value. Here a batch is a piece of the list without gaps.")


@choice("4.7.f", rung="think", outcome=5)
def where_shadows_win():
    yield right("All means of words of two letters on 40 qubits; which of them matter is settled after the run.").says(
        "Right: 9/ε² shots (times a logarithm) serve all 7020 words, and none has to be named before."
    )
    yield slip("The mean of one word of two letters that is known before the run.", "forgets what is known").says(
        "Measure that word itself: 1/ε² shots in place of 9/ε²."
    )
    yield slip("The parity Z⊗Z⊗…⊗Z of 12 qubits.", "forgets the weight").says(
        "3¹² is more than half a million: almost no shot hits this word. Measuring Z on all qubits hits it always."
    )
    yield slip("The full density matrix of 20 qubits.", "takes shadows for tomography").says(
        "That has 4²⁰ − 1 numbers, and words of 20 letters among them. No method escapes this; shadows avoid the task."
    )
    yield slip(
        "An energy whose terms are all made of Z and I, with one to three letters Z each.", "overlooks commuting terms"
    ).says("One setting, Z on all qubits, measures all these terms in every shot.")


def energy_words(field):
    return {"ZZI": 1.0, "IZZ": 1.0, "XII": field, "IXI": field, "IIX": field}


def spread_of_energy(rho, field):
    """The mean and the standard deviation of what one snapshot says of the energy, exactly."""
    values, chances = [], []
    for word, turn in zip(WORDS, TURNS, strict=True):
        for result, chance in zip(RESULTS, np.diag(turn @ rho @ turn.conj().T).real, strict=True):
            values.append(sum(c * value(one, word, result) for one, c in energy_words(field).items()))
            chances.append(chance / 27)
    mean = np.dot(values, chances)
    return float(mean), float(sqrt(np.dot(np.square(values), chances) - mean**2))


def hidden_state(a, b):
    return np.asarray(density(circuit("ry(a) 0; cx 0 1; ry(b) 0; ry(b) 1; ry(a) 2; cz 1 2", a=a, b=b)))


def mean_of(rho, words):
    return sum(c * float(np.trace(rho @ kron(PAULI[x] for x in word)).real) for word, c in words.items())


@measure(
    "4.7.g",
    rung="think",
    outcome=(2, 4),
    points=2,
    within=0.05,
    a=decimals(0.3, 1.0, 0.01),
    b=decimals(0.2, 0.6, 0.01),
    field=one_of([0.5, 0.6, 0.7, 0.8, 0.9]),
)
def energy(a, b, field):
    rho = hidden_state(a, b)
    truth, spread = spread_of_energy(rho, field)
    count = int((spread / 0.03) ** 2)
    error = spread / sqrt(count)
    yield right(truth, spread=spread)
    words = energy_words(field)
    small = {word: c * (1 / 3 if len(used(word)) == 2 else 1) for word, c in words.items()}
    yield slip((mean_of(rho, small), error / 2, count), "takes the factor 3 for every word").says(
        "You used the factor 3 for all words. A word of two letters needs 9."
    )
    tiny = {word: c / 3 ** len(used(word)) for word, c in words.items()}
    yield slip((mean_of(rho, tiny), error / 3, count), "forgets the factors").says(
        "The factors are missing: 3 for each letter of a word."
    )
    straight = sqrt(sum(c**2 * (1 - mean_of(rho, {word: 1.0}) ** 2) for word, c in words.items()))
    yield slip((truth, straight / sqrt(count), count), "takes the errors of direct measurements").says(
        "Your error bar is that of measuring each word in every shot. A snapshot hits a word of k letters once in 3ᵏ: "
        "look how the single-shot values of the whole energy scatter."
    )


def pairs_mean(bases, results, same=5.0, other=-4.0, apart=0.5, itself=False):
    """The mean of Tr(ρ̂ᵢρ̂ⱼ) over all pairs of different snapshots."""
    total, count = 0.0, 0
    for i, j in product(range(len(bases)), repeat=2):
        if i == j and not itself:
            continue
        pairs = zip(bases[i], bases[j], results[i], results[j], strict=True)
        total += prod(apart if a != b else same if r == s else other for a, b, r, s in pairs)
        count += 1
    return total / count


def purity(bases, results):
    return pairs_mean(bases, results)


def of_different_content(bases, results):
    shots = list(zip(bases, results, strict=True))
    found = [purity([a[0], b[0]], [a[1], b[1]]) for a, b in product(shots, repeat=2) if a != b]
    return float(np.mean(found)) if found else 0.0


def lists_of_snapshots(rng):
    """Snapshots of one, two and three qubits; in each list one of them comes twice."""
    found = []
    for n, size in ((1, 12), (2, 20), (3, 16), (2, 2)):
        bases = ["".join(rng.choice("XYZ") for _ in range(n)) for _ in range(size)]
        results = ["".join(rng.choice("01") for _ in range(n)) for _ in range(size)]
        found.append(([*bases, bases[0]], [*results, results[0]]))
    return found


@function("4.7.h", kind="stretch", outcome=(1, 4), points=3, name="purity", inputs=lists_of_snapshots, within=1e-6)
def purity_from_pairs():
    yield purity
    yield slip(lambda bases, results: pairs_mean(bases, results, itself=True), "pairs a snapshot with itself").says(
        "Your pairs include each snapshot with itself: Tr ρ̂² is 5 for each qubit, far from the purity. "
        "Take different shots only."
    )
    yield slip(lambda bases, results: pairs_mean(bases, results, apart=0.0), "drops pairs with different bases").says(
        "You gave pairs with different bases the factor 0. Tr(ΠΠ′) of two such projectors is ½."
    )
    yield slip(lambda bases, results: pairs_mean(bases, results, 1.0, 0.0, 0.5), "forgets the inverse").says(
        "You took Tr(ΠΠ′) of the projectors. The snapshots are 3Π − I and 3Π′ − I."
    )
    yield slip(lambda bases, results: pairs_mean(bases, results, 1.0, -1.0, 0.0), "takes signs only")
    yield slip(lambda bases, results: pairs_mean(bases, results, 9.0, 0.0, 4.5), "forgets the −4").says(
        "You took 9·Tr(ΠΠ′) for each qubit. The identities in 3Π − I count, too: multiply out."
    )
    yield slip(lambda bases, results: purity(bases, results) * (len(bases) - 1) / len(bases), "divides by N²").says(
        "You divide by N². There are N(N − 1) pairs of different shots."
    )
    yield slip(of_different_content, "leaves out equal shots").says(
        "You left out pairs of shots with the same axes and bits. They are different shots all the same."
    )
    yield slip(
        lambda bases, results: pairs_mean(bases, results, 5.0, -4.0, 0.5) / 2,
        "counts each pair once and divides by all",
    ).says("Your mean is half of what it should be: divide by the number of pairs that you added.")
