"""What right means in lesson 5.7, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import combinations, product
from math import exp, floor, log, sqrt

import numpy as np

from qtrain.authoring import angles, build, choice, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Estimator, QuasiProbabilities

LETTERS = "IXYZ"
PAULIS = [np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])]
SIGNS = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, 1, -1], [1, -1, -1, 1]])  # −1 where two letters anticommute


def quasi(p):
    """Weights of I, X, Y, Z that undo a Pauli channel of one qubit."""
    return SIGNS @ (1 / (SIGNS @ np.asarray(p, dtype=float))) / 4


def flip(letter, q):
    return [sqrt(1 - q) * PAULIS[0], sqrt(q) * PAULIS[LETTERS.index(letter)]]


@build(
    "5.7.a",
    rung="warm-up",
    outcome=1,
    letter=one_of("XYZ"),
    q=decimals(0.02, 0.2, 0.005),
)
def undo_a_flip(letter, q):
    yield QuasiProbabilities(flip(letter, q))
    d = 1 - 2 * q
    yield slip({"I": 1 - q, letter: q}, "gives the noise").says(
        "These are the probabilities of the noise itself. The weights that undo it are asked for."
    )
    yield slip({"I": 1 + q, letter: -q}, "stops at first order").says(
        "This is right to first order in q only. After the noise, a flip is left over with the weight "
        "−2q² in place of 0: solve both equations exactly."
    )
    yield slip({"I": (1 - q) / d, letter: q / d}, "drops the minus sign").says(
        "The sizes are right, the sign of the flip is not: your weights do not add up to 1."
    )
    yield slip({"I": 1 - q, letter: -q}, "forgets to divide").says(
        "The signs are right. Your weights add up to less than 1: both equations ask for a common factor."
    )
    yield slip({"I": 1 / (1 - q), letter: -q / (1 - q)}, "divides by the wrong number").says(
        "With your weights the flip has not gone: a second flip undoes the first, so the factor is not 1/(1 − q)."
    )
    wrong = "Z" if letter != "Z" else "X"
    yield slip({"I": (1 - q) / d, wrong: -q / d}, "takes another letter").says(
        "Your numbers are right, the letter is not: the operation has to be the Pauli that the noise applies."
    )


WORDS = ["".join(pair) for pair in product(LETTERS, repeat=2)]
SIGNS_2 = np.kron(SIGNS, SIGNS)


def quasi_two(probabilities):
    """Weights of all two-letter words that undo this Pauli channel."""
    p = np.array([probabilities.get(word, 0.0) for word in WORDS])
    return dict(zip(WORDS, (SIGNS_2 @ (1 / (SIGNS_2 @ p)) / 16).tolist(), strict=True))


def drawn_channels(rng):
    """Correlated Pauli channels of two qubits; words with probability 0 are missing."""
    found = []
    for _ in range(4):
        words = rng.sample([word for word in WORDS if word != "II" and word[0] != word[1]], 5)
        chances = {word: round(rng.uniform(0.005, 0.04), 4) for word in words}
        found.append(({"II": round(1 - sum(chances.values()), 4), **chances},))
    return found


def kraus_two(probabilities):
    return [
        sqrt(chance) * np.kron(PAULIS[LETTERS.index(word[0])], PAULIS[LETTERS.index(word[1])])
        for word, chance in probabilities.items()
    ]


def undoes(probabilities):
    return QuasiProbabilities(kraus_two(probabilities), tolerance=1e-6)


def as_product(probabilities):
    """Each qubit inverted by itself, as if the errors of the two were independent."""
    sides = [[sum(p for word, p in probabilities.items() if word[k] == one) for one in LETTERS] for k in (0, 1)]
    return dict(zip(WORDS, np.kron(quasi(sides[0]), quasi(sides[1])).tolist(), strict=True))


def first_order(probabilities):
    rest = {word: -p for word, p in probabilities.items() if word != "II"}
    return {"II": 1 - sum(rest.values()), **rest}


def unscaled(probabilities):
    return {word: 16 * q for word, q in quasi_two(probabilities).items()}


def shrinks_only(probabilities):
    p = np.array([probabilities.get(word, 0.0) for word in WORDS])
    return dict(zip(WORDS, (1 / (SIGNS_2 @ p)).tolist(), strict=True))


def normalised(probabilities):
    q = quasi_two(probabilities)
    gamma = sum(map(abs, q.values()))
    return {word: value / gamma for word, value in q.items()}


@function("5.7.b", outcome=1, points=2, name="undo", inputs=drawn_channels, judged=undoes)
def undo_two_qubits():
    yield quasi_two
    yield slip(lambda p: {word[::-1]: q for word, q in quasi_two(p).items()}, "reverses the words", "qubit-order").says(
        "Your words are reversed: the first letter belongs to qubit 0. Qiskit prints Pauli words the other way round."
    )
    yield slip(as_product, "inverts each qubit alone").says(
        "You inverted each qubit by itself. Here the errors of both qubits are not independent: take all 16 words "
        "together."
    )
    yield slip(first_order, "stops at first order").says(
        "You changed the signs of the errors. That is right to first order only; the inverse has all 16 words."
    )
    yield slip(unscaled, "forgets the 1/16").says("Your weights add up to 16. The way back has the factor 1/16.")
    yield slip(shrinks_only, "gives 1/λ").says(
        "These are the numbers 1/λ. They still have to be turned back into weights of Paulis."
    )
    yield slip(normalised, "divides by γ").says(
        "You divided by the sum of the sizes. Those are chances with signs; the weights themselves add up to 1."
    )
    yield slip(lambda p: dict(p), "gives the noise").says("These are the probabilities of the noise itself.")


@choice("5.7.c", rung="warm-up", outcome=3)
def a_negative_share():
    yield right(
        "Insert Z in a share 0.03/γ of the shots, and count the results of these shots with a minus sign."
    ).says("Right: the device never does anything negative. The sign is put in afterwards, when you average.")
    yield slip("Leave Z out: what has a negative weight cannot be run.", "leaves it out").says(
        "Then the weights left over do not undo the noise. Z itself is an ordinary gate; only its weight is negative."
    )
    yield slip("Insert the inverse of Z in a share 0.03/γ of the shots.", "inverts the gate").says(
        "The inverse of Z is Z. The minus belongs to the weight, not to the gate."
    )
    yield slip("Insert Z in a share 0.03/γ of the shots, and average all shots alike.", "forgets the sign").says(
        "That adds more noise: the mean then shrinks further, in place of growing back."
    )
    yield slip("Insert −Z in place of Z in a share 0.03/γ of the shots.", "makes it a phase").says(
        "−Z does the same as Z: a global phase changes no result."
    )


def gamma_ones(p):
    return (1 + p / 2) / (1 - p)


def gamma_twos(p):
    return (1 + 7 * p / 8) / (1 - p)


@number(
    "5.7.d",
    rung="warm-up",
    outcome=2,
    rel=0.004,
    p=decimals(0.002, 0.012, 0.0005),
    gates=whole(40, 120, 5),
    where=lambda p, gates: 3 < gamma_twos(16 / 15 * p) ** (2 * gates) < 500,
)
def shots_factor(p, gates):
    one = gamma_twos(16 / 15 * p)
    yield one ** (2 * gates)
    yield slip(gamma_twos(p) ** (2 * gates), "takes Cirq's p for Aer's", "convention").says(
        "You put Cirq's p into a formula for Aer's p. Aer's is 16/15 of it."
    )
    yield slip(gamma_twos(15 / 16 * p) ** (2 * gates), "converts the wrong way", "convention").says(
        "You multiplied p with 15/16. Aer's p is larger than Cirq's, because it contains the identity."
    )
    yield slip(gamma_twos(4 / 3 * p) ** (2 * gates), "converts as for one qubit").says(
        "Your factor between Cirq's p and Aer's is that of one qubit, 4/3."
    )
    yield slip(one**gates, "stops at γ", "factor").says("This is γ. The number of shots grows with γ².")
    yield slip(1 + 2 * gates * (one - 1), "adds").says("The γ of the gates multiply; they do not add.")
    yield slip((1 + gates * (one - 1)) ** 2, "adds, then squares").says("The γ of the gates multiply; they do not add.")
    yield slip(gates * one**2, "multiplies by the number of gates").says(
        "You multiplied by the number of gates. Each gate brings its own factor."
    )
    yield slip(gamma_ones(16 / 15 * p) ** (2 * gates), "takes the formula of one qubit").says(
        "This is the formula for gates on one qubit. These act on two."
    )
    yield slip((1 - 16 / 15 * p) ** (-2 * gates), "takes the shrinking for γ").says(
        "You took 1/(1 − p) for γ of a gate. By this the mean shrinks; γ is larger."
    )
    yield slip(one**2, "takes one gate").says("This is for a single gate. The factors of all gates multiply.")


PARITY = np.array([1, -1, -1, 1])


def signed_data(rng):
    """Counts of the circuits with sign + and −, γ, the truth, and the error bar of the estimator taught."""
    draws = np.random.default_rng(rng.getrandbits(32))
    gamma, mean = draws.uniform(1.2, 2.4), draws.choice([-1, 1]) * draws.uniform(0.6, 0.95)
    shots = int(draws.integers(2000, 9000))
    minus = (1 - 1 / gamma) / 2  # the share of circuits with a minus sign
    in_minus = draws.uniform(-0.8, 0.8)
    in_plus = (mean / gamma + minus * in_minus) / (1 - minus)
    chances = []
    for share, parity in ((1 - minus, in_plus), (minus, in_minus)):
        even, odd = share * (1 + parity) / 2, share * (1 - parity) / 2
        split = draws.uniform(0.2, 0.8, 2)
        chances += [even * split[0], odd * split[1], odd * (1 - split[1]), even * (1 - split[0])]
    counts = draws.multinomial(shots, chances).tolist()
    return (counts[:4], counts[4:], float(gamma)), float(mean), sqrt((gamma**2 - mean**2) / shots)


def from_signed(plus, minus, gamma):
    """Mitigated mean of ZZ with its error bar."""
    shots = sum(plus) + sum(minus)
    mean = gamma * float(PARITY @ (np.array(plus) - minus)) / shots
    return mean, sqrt((gamma**2 - mean**2) / shots)


def with_bar(value, bar):
    def estimate(plus, minus, gamma):
        shots = sum(plus) + sum(minus)
        mean = value(np.array(plus), np.array(minus), gamma, shots)
        return mean, bar(mean, gamma, shots)

    return estimate


def signed_mean(plus, minus, gamma, shots):
    return gamma * float(PARITY @ (plus - minus)) / shots


def true_bar(mean, gamma, shots):
    return sqrt(max(1e-12, gamma**2 - mean**2) / shots)


def drafted(plus, minus, gamma):
    shots = sum(plus) + sum(minus)
    mean = float(PARITY @ (np.array(plus) + minus)) / shots
    return gamma * mean, sqrt((1 - mean**2) / shots)


@function("5.7.e", kind="debug", outcome=3, points=2)
def repaired_estimate():
    yield right(Estimator(signed_data, runs=300, wasteful=1.07)).says("Right: signs, γ and the error bar are in.")
    yield slip(drafted, "hands in the draft").says(
        "This is the draft as it stands: it does not ask for the sign of a circuit, and its error bar knows nothing of "
        "γ."
    )
    yield slip(
        with_bar(lambda plus, minus, gamma, shots: -signed_mean(plus, minus, gamma, shots), true_bar),
        "subtracts the other way round",
    ).says("The sign of your mean is reversed: the circuits with sign − are subtracted from those with sign +.")
    yield (
        slip(
            with_bar(signed_mean, lambda mean, gamma, shots: gamma * sqrt(max(1e-12, 1 - mean**2) / shots)),
            "multiplies the ideal error bar",
        )
        .says(
            "The mean is right. Your error bar is γ times that of ideal shots. A shot is worth +γ or −γ, so its mean "
            "square is γ²; from this the square of the mean comes off, once."
        )
        .worth(0.5)
    )
    yield (
        slip(with_bar(signed_mean, lambda mean, gamma, shots: gamma / sqrt(shots)), "gives the upper bound")
        .says("The mean is right. Your error bar is the upper bound γ/√N; the data allow a smaller one.")
        .worth(0.5)
    )
    yield (
        slip(
            with_bar(signed_mean, lambda mean, gamma, shots: true_bar(mean, gamma, shots) / gamma),
            "keeps the draft's error bar",
        )
        .says("The mean is right now. Your error bar is still that of shots worth ±1; each shot is worth +γ or −γ.")
        .worth(0.5)
    )
    yield slip(
        with_bar(
            lambda plus, minus, gamma, shots: gamma * float(PARITY @ (plus + minus)) / shots,
            true_bar,
        ),
        "loses the sign",
    ).says("You count all circuits with the same sign. The results of the circuits with a negative weight count minus.")
    yield slip(
        with_bar(
            lambda plus, minus, gamma, shots: float(PARITY @ (plus - minus)) / shots,
            lambda mean, gamma, shots: sqrt((1 - mean**2) / shots),
        ),
        "forgets γ",
    ).says("Your mean is too small by the factor γ: letters were drawn with |q|/γ, so γ has to come back.")
    yield slip(
        with_bar(
            lambda plus, minus, gamma, shots: gamma * float(PARITY @ (plus - minus)) / float((plus - minus).sum()),
            true_bar,
        ),
        "divides by the difference",
    ).says("Divide by the number of all shots, plus and minus together. (The difference has γ in it already.)")
    yield slip(
        with_bar(
            lambda plus, minus, gamma, shots: (
                gamma * (float(PARITY @ plus) / plus.sum() - float(PARITY @ minus) / minus.sum())
            ),
            true_bar,
        ),
        "subtracts the means",
    ).says(
        "You subtracted the mean of the minus circuits from that of the plus circuits. The two groups have different "
        "sizes: subtract the sums, and divide once by all shots."
    )
    yield (
        slip(with_bar(signed_mean, lambda mean, gamma, shots: (gamma**2 - mean**2) / shots), "gives the variance")
        .says("Your error bar is the variance of the mean. Its root is asked for.")
        .worth(0.5)
    )


def layered(theta, weights):
    """⟨ZZ⟩ after Ry on qubit 0, CNOT, and a mixture of Paulis on qubit 1 with these weights, for each angle."""
    cnot = np.eye(4)[[0, 1, 3, 2]]
    state = np.diag([1.0, 0, 0, 0]).astype(complex)
    for angle in theta:
        c, s = np.cos(angle / 2), np.sin(angle / 2)
        gate = cnot @ np.kron([[c, -s], [s, c]], np.eye(2))
        state = gate @ state @ gate.T
        mixed = [np.kron(np.eye(2), one) for one in PAULIS]
        state = sum(w * P @ state @ P.conj().T for w, P in zip(weights, mixed, strict=True))
    return float(np.diag(state).real @ PARITY)


def story(theta, X, Y, Z):
    """Of exercise f: what comes out by the method and by its mistakes."""
    p = np.array([1 - X - Y - Z, X, Y, Z])
    q = quasi(p)
    gamma = float(np.abs(q).sum()) ** 3
    worse = SIGNS @ ((SIGNS @ p) * (SIGNS @ np.abs(q))) / 4
    truth = layered(theta, [1, 0, 0, 0])
    return {
        "truth": truth,
        "gamma": gamma,
        "raw": layered(theta, p),
        "no γ": truth / gamma,
        "no sign": layered(theta, worse),
        "one γ": truth / gamma ** (2 / 3),
    }


def telling(theta, X, Y, Z):
    one = story(theta, X, Y, Z)
    values = [one[name] for name in ("truth", "raw", "no γ", "no sign", "one γ")]
    m, gamma = one["truth"], one["gamma"]
    far = all(abs(a - b) > 0.084 for a, b in combinations(values, 2))
    bars = [sqrt(1 - m**2), gamma * sqrt(1 - m**2), sqrt(gamma**2 - m**2), gamma]
    return far and 1.2 * bars[0] < bars[1] and 1.2 * bars[1] < bars[2] and 1.13 * bars[2] < bars[3]


@measure(
    "5.7.f",
    rung="think",
    outcome=3,
    points=3,
    bounds=(-1, 1),
    within=0.008,
    slack=0.1,
    first=angles(0.1, 0.4, 0.02),
    second=angles(0.1, 0.24, 0.005),
    third=angles(0.1, 0.4, 0.02),
    X=decimals(0.02, 0.04, 0.005),
    Y=decimals(0.005, 0.02, 0.005),
    Z=decimals(0.04, 0.06, 0.005),
    where=lambda first, second, third, X, Y, Z: telling((first, second, third), X, Y, Z),
)
def cancelled(first, second, third, X, Y, Z):
    one = story((first, second, third), X, Y, Z)
    truth, gamma, shots = one["truth"], one["gamma"], 80_000
    spread = sqrt(gamma**2 - truth**2)
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((one["raw"], sqrt((1 - one["raw"] ** 2) / shots), shots), "gives the raw mean").says(
        "This is the mean without mitigation. Its error bar knows nothing of the bias."
    )
    yield slip((one["no γ"], error / gamma, shots), "forgets γ").says(
        "Your value is too small by the factor γ³, the γ of the whole circuit: multiply the signed mean by it."
    )
    yield slip((one["one γ"], error, shots), "takes γ of one gate").says(
        "You multiplied by γ of one gate. The circuit has three noisy gates, and their γ multiply."
    )
    yield slip((one["no sign"], error, shots), "loses the sign").says(
        "This comes out if letters are inserted and all results count alike: more noise in place of less."
    )
    yield slip((truth, sqrt((1 - truth**2) / shots), shots), "keeps the error bar of ideal shots").says(
        "Your error bar is that of shots from a device without noise. Here each shot is worth +γ³ or −γ³."
    )
    yield slip((truth, gamma / sqrt(shots), shots), "gives the upper bound").says(
        "Your error bar is the upper bound γ³/√N, for planning. With the mean that you have found it is smaller."
    )
    yield slip((truth, gamma * sqrt((1 - truth**2) / shots), shots), "multiplies the ideal error bar").says(
        "You multiplied the error bar of ideal shots by γ³. The values ±γ³ scatter more than that: their mean square "
        "is γ⁶, and the mean is only subtracted once."
    )


def deepest(p, error, shots):
    return floor(log(error * sqrt(shots)) / log(gamma_twos(p)))


def near_whole(p, error, shots):
    exact = log(error * sqrt(shots)) / log(gamma_twos(p))
    return exact > 8 and 0.06 < exact % 1 < 0.94


@number(
    "5.7.g",
    outcome=2,
    within=0.1,
    p=decimals(0.004, 0.02, 0.001),
    error=one_of([0.01, 0.02, 0.03, 0.05]),
    shots=one_of([20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000]),
    where=near_whole,
)
def depth(p, error, shots):
    one = log(gamma_twos(p))
    room = log(error * sqrt(shots))
    yield deepest(p, error, shots)
    yield slip(deepest(p, error, shots) + 1, "rounds up").says(
        "With this many gates the error bar is a little larger than allowed: round down."
    )
    yield slip(room / one, "does not round").says("Gates are whole: round down.")
    yield slip(floor(2 * room / one), "takes γ for the variance").says(
        "You let the variance grow with γ. The error bar grows with γ, the variance with γ²."
    )
    yield slip(floor(room / log(gamma_ones(p))), "takes the formula of one qubit").says(
        "This is the formula for gates on one qubit. These act on two."
    )
    yield slip(floor((error * sqrt(shots) - 1) / (gamma_twos(p) - 1)), "adds").says(
        "The γ of the gates multiply; they do not add."
    )
    yield slip(floor(room / log(gamma_twos(16 / 15 * p))), "takes Aer's p for Cirq's", "convention").says(
        "You took p for Cirq's. It is Aer's already."
    )
    yield slip(floor(log(error * shots) / one), "forgets the root").says(
        "The error bar falls with the square root of the shots."
    )
    yield slip(floor(room / -log(1 - p)), "takes the shrinking for γ").says(
        "You let the error bar grow with 1/(1 − p), by which the mean shrinks. γ of a gate is larger."
    )


def two_methods(p, gates, learnt):
    """Bias and variance of one shot: linear extrapolation from scales 1 and 3, and PEC with a learnt p."""
    R = (1 - p) ** gates
    gamma, mean = gamma_twos(learnt) ** gates, ((1 - p) / (1 - learnt)) ** gates
    zne = 1.5 * R - 0.5 * R**3 - 1, 2 * (2.25 * (1 - R**2) + 0.25 * (1 - R**6))
    return zne, (mean - 1, gamma**2 - mean**2)


def crossing(zne, pec):
    return (pec[1] - zne[1]) / (zne[0] ** 2 - pec[0] ** 2)


@number(
    "5.7.h",
    rung="think",
    outcome=(4, 5),
    points=2,
    rel=0.003,
    p=decimals(0.01, 0.03, 0.001),
    gates=whole(40, 90, 2),
    off=one_of([0.6, 0.65, 0.7, 0.75, 0.8, 0.85]),
    where=lambda p, gates, off: (
        100 < crossing(*two_methods(p, gates, off * p)) < 4000
        and two_methods(p, gates, off * p)[1][0] < -0.1
        and two_methods(p, gates, off * p)[0][0] ** 2 > 1.3 * two_methods(p, gates, off * p)[1][0] ** 2
    ),
    derive=lambda p, off: {"learnt": round(off * p, 5)},
)
def shots_to_win(p, gates, learnt):
    zne, pec = two_methods(p, gates, learnt)
    yield crossing(zne, pec)
    yield slip(crossing(zne, (0.0, pec[1])), "forgets the bias of PEC").says(
        "You took PEC for free of bias. Its model is off, so a bias is left over: its square belongs in."
    )
    perfect = two_methods(p, gates, p)[1]
    yield slip(crossing(zne, perfect), "takes the true p for the learnt one").says(
        "You computed as if the learnt p were the true one. PEC is built with what was learnt."
    )
    yield slip(crossing((zne[0], zne[1] / 2), pec), "gives each scale all shots").says(
        "You gave each of the two scale factors all shots. They share them."
    )
    yield slip((pec[1] - zne[1]) / (abs(zne[0]) - abs(pec[0])), "does not square the biases").says(
        "You compared the variances with the biases. The biases enter squared."
    )
    yield slip((pec[1] - zne[1]) / (zne[0] - pec[0]) ** 2, "squares the difference").says(
        "You squared the difference of the biases. The difference of their squares is needed."
    )
    root = (sqrt(pec[1]) - sqrt(zne[1])) / (abs(zne[0]) - abs(pec[0]))
    yield slip(root**2, "adds error bar and bias").says(
        "You added error bars to biases. The mean square error adds their squares."
    )
    gamma = gamma_twos(learnt) ** gates
    yield slip(crossing(zne, (pec[0], gamma**2)), "forgets the mean of PEC").says(
        "You took γ² for the variance of a shot of PEC. That is its mean square: the square of the mean comes off."
    )
    yield slip(crossing(zne, (pec[0], gamma - pec[0])), "takes γ for γ²").says(
        "The variance of a shot has γ² in it, where you took γ."
    )


RESET = [np.array([[1.0, 0], [0, 0]]), np.array([[0, 1.0], [0, 0]])]


def waiting(t, T1, T2):
    """Kraus operators of relaxation."""
    stays, coherence = exp(-t / T1), exp(-t / T2)
    f = coherence / sqrt(stays)
    damp = [np.diag([1, sqrt(stays)]), np.array([[0, sqrt(1 - stays)], [0, 0]])]
    return [D @ K for D in (sqrt((1 + f) / 2) * np.eye(2), sqrt((1 - f) / 2) * np.diag([1, -1])) for K in damp]


def rewound(t, T1, T2):
    s, c = exp(-t / T1), exp(-t / T2)
    return (1 / s + 1 / c) / 2, (1 / s - 1 / c) / 2, 1 - 1 / s


def pairs(one, two, three):
    return [(one, "I"), (two, "Z"), (three, RESET)]


@build(
    "5.7.i",
    kind="stretch",
    outcome=1,
    points=3,
    t=whole(6, 20),
    T1=whole(60, 150, 5),
    T2=whole(40, 140, 5),
    where=lambda t, T1, T2: 0.4 < T2 / T1 < 1.7 and not 0.8 < T2 / T1 < 1.25,
)
def wait_undone(t, T1, T2):
    i, z, r = rewound(t, T1, T2)
    s, c = exp(-t / T1), exp(-t / T2)
    yield QuasiProbabilities(waiting(t, T1, T2), gamma=abs(i) + abs(z) + abs(r))
    twirled = [(1 + s + 2 * c) / 4, (1 - s) / 4, (1 - s) / 4, (1 + s - 2 * c) / 4]
    q = quasi(twirled)
    yield slip([(float(w), letter) for w, letter in zip(q, LETTERS, strict=True)], "uses Paulis only").says(
        "Your Paulis restore the lengths. But waiting also pulls the qubit towards |0⟩, and no mixture of Paulis "
        "undoes that: they all leave I/2 where it is. Which of the operations moves it?"
    )
    yield slip(pairs((1 / s + 1 / c) / 2, (1 / s - 1 / c) / 2, 0.0), "forgets the shift").says(
        "x, y and z get their lengths back, but the shift towards |0⟩ is still there, and your weights do not add up "
        "to 1."
    )
    yield slip(pairs((1 / s + 1 / c) / 2, (1 / s - 1 / c) / 2, 1 / s - 1), "resets with the wrong sign").says(
        "The reset has the wrong sign: it should take the shift towards |0⟩ off, not add to it."
    )
    yield slip(pairs((1 / s + 1 / c) / 2, (1 / c - 1 / s) / 2, 1 - 1 / s), "exchanges x and z").says(
        "The weight of Z has the wrong sign: Z leaves z alone and reverses x and y."
    )
    yield slip(pairs((s + c) / 2, (s - c) / 2, 1 - s), "waits once more").says(
        "These weights make the waiting itself. The ones that undo it are asked for."
    )
