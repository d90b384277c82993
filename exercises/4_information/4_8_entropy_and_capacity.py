"""What right means in lesson 4.8, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import product
from math import log2, radians, sin, sqrt

import numpy as np
from scipy.optimize import linprog
from scipy.special import xlogy

from qtrain.authoring import build, choice, circuit, decimals, function, measure, number, right, slip, whole
from qtrain.checking import Povm, Property, conventions
from qtrain.circuits import Circuit, unitary
from qtrain.circuits.numerals import number_beside, number_text


def at(degrees):
    """The state whose arrow stands so many degrees from z towards x."""
    half = radians(degrees) / 2
    return np.array([np.cos(half), np.sin(half)])


def onto(vector):
    return np.outer(vector, np.conj(vector))


def shannon(shares):
    shares = np.ravel(shares)
    shares = shares[shares > 1e-15]
    return float(-(shares * np.log2(shares)).sum())


def entropy(rho):
    return shannon(np.linalg.eigvalsh(rho))


def information(states, priors, effects):
    """Bits that the outcome tells of which state it was."""
    joint = np.clip(np.einsum("kab,xba->xk", np.array(effects), np.array(states)).real, 0, None)
    joint *= np.array(priors)[:, None]
    return shannon(joint.sum(axis=0)) + shannon(joint.sum(axis=1)) - shannon(joint)


class Informs(Povm):
    """A measurement whose outcome tells so many bits of which state it was; its outcomes may have any names.

    Parameters
    ----------
    states, priors : sequence
        The ensemble.
    bits : float
        How many bits are asked for.
    """

    def __init__(self, states, priors, bits):
        super().__init__(ensemble=list(zip(priors, states, strict=True)), ordered=False)
        self.bits = bits

    def told(self, effects):
        return information([rho for _, rho in self.ensemble], [p for p, _ in self.ensemble], effects)

    def _enough(self, effects):
        return self.told(effects) >= self.bits - 1e-6

    def praise(self, answer):
        return f"Right: your measurement tells {number_text(self.told(self.effects_of(answer)), 4)} bit."

    def _sentence(self, effects):
        return (
            f"Your measurement tells {number_text(self.told(effects), 4)} bit; "
            f"at least {number_text(self.bits, 4)} bit is asked for."
        )


# --- entropy ----------------------------------------------------------------------------------------------------------


@number(
    "4.8.a",
    rung="warm-up",
    outcome=1,
    bounds=(0, 1),
    within=5e-4,
    unit="bit",
    percent=[*range(12, 46), *range(55, 89)],
    degrees=whole(40, 150),
)
def of_a_mixture(percent, degrees):
    p = percent / 100
    rho = p * onto(at(0)) + (1 - p) * onto(at(degrees))
    value = entropy(rho)
    yield value
    yield from conventions.entropy(value)
    yield slip(shannon([p, 1 - p]), "takes the entropy of the mixing").says(
        "This is the entropy of the two probabilities p and 1 − p. The two states overlap: the mixture has less."
    )
    yield slip(entropy((onto(at(0)) + onto(at(degrees))) / 2), "weighs both alike").says(
        "You weighed both states alike. Their probabilities differ."
    )
    yield slip(1 - np.trace(rho @ rho).real, "gives the linear entropy").says(
        "This is 1 − Tr ρ². The entropy asked for is −Tr ρ log₂ ρ, from the eigenvalues of ρ."
    )
    yield slip(shannon(np.diag(rho)), "takes the diagonal for the eigenvalues").says(
        "This is the entropy of the diagonal of ρ. Take the eigenvalues."
    )
    doubled = p * onto(at(0)) + (1 - p) * onto(at(2 * degrees))
    yield slip(entropy(doubled), "takes the angle of the arrow for that of the amplitudes", "double-angle").says(
        "You put the angle of the arrow into the amplitudes. They take half of it."
    )


@choice("4.8.b", rung="warm-up", outcome=2)
def how_much_in_a_register():
    yield right(
        "At most n bits: whatever is written into the amplitudes, no measurement of n qubits tells more than n bits."
    ).says("Right: χ is at most the entropy of the mean state, and that is at most n for n qubits.")
    yield slip("2ⁿ bits or more: the state has 2ⁿ amplitudes, and each holds a number.", "counts amplitudes").says(
        "The state has 2ⁿ amplitudes, but a measurement does not show them: it gives n bits, once."
    )
    yield slip("2n bits: with superdense coding each qubit carries two.", "forgets the pair that came before").says(
        "Superdense coding needs one half of a pair that has come before. Here the reader has these n qubits alone."
    )
    yield slip(
        "As many bits as there are shots: each further shot tells more of the amplitudes.",
        "measures one register often",
    ).says("There is one register. The first measurement changes its state; more shots would need more copies.")
    yield slip(
        "It has no limit with the right POVM: outcomes can be as many as we like.", "takes outcomes for information"
    ).says("A POVM may have many outcomes, but they overlap: for a single qubit they tell at most one bit.")


# --- Holevo -----------------------------------------------------------------------------------------------------------


@number(
    "4.8.c",
    outcome=2,
    bounds=(0, 1),
    within=5e-4,
    unit="bit",
    percent=[*range(20, 44), *range(57, 81)],
    degrees=whole(60, 150),
    noise=whole(5, 25),
)
def of_noisy_letters(percent, degrees, noise):
    q, m = percent / 100, noise / 100
    first, second = ((1 - m) * onto(at(a)) + m * np.eye(2) / 2 for a in (0, degrees))
    mean = q * first + (1 - q) * second
    own = entropy(first)  # both have the same
    value = entropy(mean) - own
    yield value
    yield from conventions.entropy(value)
    yield slip(entropy(mean), "forgets the letters' own entropy").says(
        "This is the entropy of the mean state. The letters are mixed already: take the mean of their entropies away."
    )
    yield slip(entropy((first + second) / 2) - own, "weighs both alike").says(
        "You weighed both letters alike. Their probabilities differ."
    )
    pure = q * onto(at(0)) + (1 - q) * onto(at(degrees))
    yield slip(entropy(pure), "forgets the noise").says("This is χ without the noise.")
    yield slip(entropy(mean) - 2 * own, "takes the sum of the entropies").says(
        "You took both entropies away in full. Weigh them with the probabilities of the letters."
    )
    yield slip((1 - m) * entropy(pure), "shrinks χ by the noise").says(
        "You multiplied the χ without noise by the share that arrives. Noise also mixes the letters that do arrive: "
        "nobody tells you which ones."
    )
    yield slip(entropy(mean) - shannon([m, 1 - m]), "takes the noise for an eigenvalue").says(
        "You took the noise itself for the smaller eigenvalue of a letter. Half of it goes to each eigenvector."
    )
    cirq_first, cirq_second = ((1 - 4 * m / 3) * onto(at(a)) + 2 * m / 3 * np.eye(2) for a in (0, degrees))
    yield slip(
        entropy(q * cirq_first + (1 - q) * cirq_second) - entropy(cirq_first), "takes Cirq's p", "convention"
    ).says("You took the noise for the chance of a Pauli error (Cirq's p). Here the letter is replaced by I/2.")
    yield slip(shannon([q, 1 - q]), "gives the entropy of the source").says(
        "This is the entropy of the choice itself. The letters overlap, so less can be read."
    )


def turned(alpha, shift=0.0):
    return [onto(at(alpha + shift + 120 * k)) for k in range(3)]


ANGLES = np.arange(0, 360, 0.5)
RAYS = np.array([onto(at(a)) for a in ANGLES])


def left_open(states, priors):
    """What each outcome along one of `RAYS` leaves open about the letter, times its probability."""
    joint = np.clip(np.einsum("kab,xba->kx", RAYS, np.array(states)).real, 0, None) * np.array(priors)
    return -xlogy(joint, joint / joint.sum(axis=1, keepdims=True)).sum(axis=1) / np.log(2)


def best_basis(states, priors):
    """The best of all bases in the plane, to half a degree."""
    half = len(RAYS) // 2
    least = left_open(states, priors)
    best = int(np.argmin(least[:half] + least[half:]))
    return [RAYS[best], RAYS[best + half]]


@build("4.8.d", kind="design", rung="think", outcome=2, points=2, alpha=[a for a in range(4, 117) if a % 30])
def most_of_the_trine(alpha):
    states, even = turned(alpha), [1 / 3] * 3
    yield Informs(states, even, 0.5848)
    yield slip([2 / 3 * one for one in states], "measures along the states").says(
        "Your effects stand along the three states: that names them best, but it tells 0.3333 bit only."
    )
    for k, letter in enumerate(states):  # the three best bases
        yield slip([letter, np.eye(2) - letter], f"takes the basis of letter {k}").says(
            "This basis tells 0.4591 bit. A third outcome tells more: which states can an outcome exclude?"
        )
    yield slip(turned(alpha, 180), "leaves the weights out", "factor")
    yield slip(
        [2 / 3 * onto(at(2 * alpha + 240 * k)) for k in range(3)], "takes the arrow's angle", "double-angle"
    ).says("The amplitudes of your effects have the angles of the arrows: halve them.")
    yield slip([one / 2 for one in turned(alpha, 180)], "takes the weight ½", "factor")
    yield slip([2 / 3 * one for one in turned(0, 180)], "leaves α out").says(
        "This is the best measurement for α = 0. Here the states are turned by α."
    )


def errors_of(degrees):
    """The share of errors of the best measurement of |0⟩ and the state with its arrow there."""
    return (1 - sin(radians(degrees) / 2)) / 2


def along_z(degrees):
    """What a measurement along z tells, and what its share of errors tells of whoever takes it for that of both."""
    told = information([onto(at(0)), onto(at(degrees))], [0.5, 0.5], [np.diag([1, 0]), np.diag([0, 1])])
    e = (1 - sin(radians(degrees) / 2) ** 2) / 2
    return told, 1 - shannon([e, 1 - e])


@measure("4.8.e", outcome=2, points=2, within=0.005, degrees=decimals(60, 150, 0.1))
def bits_that_arrive(degrees):
    e = errors_of(degrees)
    value, odds = 1 - shannon([e, 1 - e]), log2((1 - e) / e)
    spread = odds * sqrt(e * (1 - e))
    shots = int((spread / 0.004) ** 2)
    error = spread / sqrt(shots)
    plain = sqrt(e * (1 - e) / shots)
    yield right(value, spread=spread)
    yield slip((1 - value, error, shots), "gives h(e)").says(
        "This is the entropy h(e) of the errors. What arrives is the one bit that was sent, less this."
    )
    yield slip((1 - e, plain, shots), "gives the share of right guesses").says(
        "This is the share of right guesses. How many bits is that?"
    )
    yield slip((e, plain, shots), "gives the share of wrong guesses").says("This is the share of errors, not bits.")
    yield slip((1 - 2 * e, 2 * plain, shots), "gives the advantage").says(
        "This is 1 − 2e: by how much the right guesses outnumber the wrong ones. How many bits is that?"
    )
    for told, how in zip(along_z(degrees), ("", ", by its share of errors"), strict=True):
        yield slip((told, error, shots), f"measures along z{how}").says(
            "This is what a measurement along z tells. The best axis lies along the difference of the two arrows."
        )
    yield slip((0.0, error, shots), "measures along the middle").says(
        "As good as nothing arrives: along the middle of the two arrows both letters give the same results. The best "
        "axis lies along their difference."
    )
    yield slip((value, plain, shots), "gives the error bar of e").says(
        "This is the error bar of the share of errors. A change of e changes the bits log₂((1 − e)/e) times as much."
    )


# --- compression ------------------------------------------------------------------------------------------------------


@number("4.8.f", rung="warm-up", outcome=3, within=1, count=whole(1500, 9500), degrees=whole(30, 130))
def qubits_to_send(count, degrees):
    rho = (onto(at(0)) + onto(at(degrees))) / 2
    s = entropy(rho)
    yield count * s
    yield from conventions.entropy(count * s)
    yield slip(count, "counts a bit for each letter").says(
        "This would be one qubit for each letter, without any compression."
    )
    doubled = (onto(at(0)) + onto(at(2 * degrees))) / 2
    yield slip(count * entropy(doubled), "takes the angle of the arrow, or the overlap squared", "double-angle").says(
        "This would be right for an arrow at twice the angle. Amplitudes take half of an arrow's angle; and the "
        "eigenvalues are those of the mean letter."
    )
    yield slip(count * (1 - s), "gives what is saved").says("This is what you save. What has to be sent?")
    yield slip(count * np.linalg.eigvalsh(rho)[0], "takes the small eigenvalue").says(
        "This is n times the smaller eigenvalue, not n times the entropy."
    )


SEQUENCES = list(product((0, 1), repeat=3))


def mean_fidelity(matrix, degrees):
    """Of three letters, after qubit 2 has been replaced by |0⟩ between `matrix` and its inverse."""
    letters, total = [at(0), at(degrees)], 0.0
    for word in SEQUENCES:
        sent = np.kron(np.kron(letters[word[0]], letters[word[1]]), letters[word[2]])
        halves = (matrix @ sent).reshape(4, 2)
        for k in (0, 1):
            got = matrix.conj().T @ np.kron(halves[:, k], [1, 0])
            total += abs(np.vdot(sent, got)) ** 2 / 8
    return total


@build(
    "4.8.g",
    kind="design",
    rung="think",
    outcome=3,
    points=3,
    takes="circuit",
    degrees=whole(50, 96),
)
def three_into_two(degrees):
    kept = (1 + np.cos(radians(degrees) / 2)) / 2
    typical = kept**3 + 3 * kept**2 * (1 - kept)
    least = typical**2 - 1e-6

    def holds(answer):
        found = mean_fidelity(unitary(answer), degrees)
        if found >= least:
            return True
        shown = number_beside(found, least, 4)
        return (
            False,
            f"The mean fidelity with your circuit is {shown}; at least {number_beside(least, found, 4)} is asked for.",
        )

    yield Property(
        "keeps the likely sequences",
        holds,
        takes=Circuit,
        num_qubits=3,
        wants="a circuit on three qubits, without measurements",
        counts=lambda answer: [mean_fidelity(unitary(answer), degrees)],
    )
    turn = f"ry({-radians(degrees) / 2!r}) 0 1 2"
    swap = "cx 2 0; cx 2 1; ccx 0 1 2; cx 2 0; cx 2 1"
    yield slip(circuit("id 0", qubits=3), "does nothing").says(
        "One whole letter is thrown away with qubit 2, and |0⟩ is put in its place."
    )
    yield slip(circuit(turn), "turns only").says(
        "One whole letter is replaced by a good guess. Two qubits have room for more: for all four likely words."
    )
    yield slip(circuit(swap), "leaves the turn out").says(
        "The likely sequences are those of the eigenvectors of ρ. Turn them onto |0⟩ and |1⟩ first."
    )
    back = f"ry({radians(degrees) / 2!r}) 0 1 2"
    yield slip(circuit(f"{back}; {swap}"), "turns the wrong way", "angle-sign").says(
        "Your letters are turned away from |0⟩: the sign of the angle is the wrong one."
    )
    first = "cx 0 1; cx 0 2; ccx 1 2 0; cx 0 1; cx 0 2"
    yield slip(circuit(f"{turn}; {first}"), "clears qubit 0", "qubit-order").says(
        "Your likely words have a 0 on another qubit. Qubit 2 is the one that is thrown away."
    )
    whole_turn = f"ry({-radians(degrees)!r}) 0 1 2"
    yield slip(circuit(f"{whole_turn}; {swap}"), "turns by the whole angle", "double-angle").says(
        "You turn by the whole angle between the letters. The eigenvector of ρ lies halfway."
    )
    half_turn = f"ry({-radians(degrees) / 4!r}) 0 1 2"
    yield slip(circuit(f"{half_turn}; {swap}"), "turns by a quarter of the angle", "half-angle").says(
        "You turn by a quarter of the angle between the letters. The eigenvector of ρ lies halfway."
    )


# --- superdense coding ------------------------------------------------------------------------------------------------


def better_than_alone(x, y, z):
    """Whether the pair is worth having: a qubit without one carries 1 bit."""
    return shannon(np.array([100 - x - y - z, x, y, z]) / 100) < 0.97


@number(
    "4.8.h",
    outcome=4,
    within=5e-4,
    unit="bit",
    x=whole(1, 9),
    y=whole(1, 9),
    z=whole(3, 20),
    where=better_than_alone,
)
def superdense(x, y, z):
    errors = [x / 100, y / 100, z / 100]
    shares = [1 - sum(errors), *errors]
    value = 2 - shannon(shares)
    yield value
    yield slip(2 - 0.6931471805599453 * shannon(shares), "takes the natural logarithm", "convention").says(
        "You subtracted the entropy in nats: your logarithm has base e. For bits it needs base 2."
    )
    yield slip(1 - shannon(shares), "forgets what the pair adds").says(
        "You subtracted from 1 bit. The four messages on a pure pair would be worth 2 bits."
    )
    total = sum(errors)
    yield slip(2 - shannon([total, 1 - total]), "takes all errors for one").says(
        "You took the three errors for one. They lead to three different results, so the entropy is larger."
    )
    yield slip(2 - sum(shannon([e, 1 - e]) for e in errors), "adds three entropies").says(
        "You took away an entropy for each error, as if they were independent. At most one of them happens: take the "
        "entropy of all four probabilities together."
    )
    yield slip(2 - shannon(errors), "leaves 'no error' out").says(
        "You left out the fourth case, that no error happens. It belongs to the entropy, too."
    )
    yield slip(shannon(shares), "gives the entropy of the errors").says("This is what is lost.")
    yield slip(2 * shares[0], "counts the messages that arrive").says(
        "This counts the messages without an error. Capacity is 2 bits less the entropy of the errors."
    )


# --- the most informative measurement -------------------------------------------------------------------------------


def most_informative(states, priors):
    """Effects along directions of the plane, by linear programming: what is left open is linear in their weights."""
    sums = np.array([np.ones(len(ANGLES)), np.sin(np.radians(ANGLES)), np.cos(np.radians(ANGLES))])
    weights = linprog(left_open(states, priors), A_eq=sums, b_eq=[2, 0, 0]).x
    return [w * ray for w, ray in zip(weights, RAYS, strict=True) if w > 1e-9]


def along_the_states(states, priors):
    """The square-root measurement."""
    weighed = [p * np.asarray(rho) for p, rho in zip(priors, states, strict=True)]
    values, vectors = np.linalg.eigh(sum(weighed))
    root = (vectors / np.sqrt(values)) @ vectors.conj().T
    return [root @ w @ root for w in weighed]


def without_priors(states, priors):
    return most_informative(states, [1 / len(states)] * len(states))


def hidden_letters(random):
    found = []
    for letters, noise in ((3, 0.0), (4, 0.0), (3, 0.1), (2, 0.05)):
        while True:
            first = random.uniform(0, 360)  # letters all round, so that a basis is not enough for three
            angles = [(first + 120 * k + random.uniform(-30, 30)) % 360 for k in range(letters)]
            states = [(1 - noise) * onto(at(a)) + noise * np.eye(2) / 2 for a in angles]
            weights = [random.uniform(0.4, 1.6) for _ in angles]
            priors = [w / sum(weights) for w in weights]
            wrong = [along_the_states, without_priors] + ([best_basis] if letters > 2 else [])
            best, *others = (information(states, priors, f(states, priors)) for f in (most_informative, *wrong))
            if best - max(others) > 4e-3:
                break
        found.append((states, priors))
    return found


def as_informative(states, priors):
    best = information(states, priors, most_informative(states, priors))
    return Informs(states, priors, best - 1e-3)


@function(
    "4.8.i", kind="stretch", outcome=2, points=3, name="most_informative", inputs=hidden_letters, judged=as_informative
)
def accessible():
    yield most_informative
    yield slip(best_basis, "tries bases only").says(
        "This is the best basis. With three outcomes a measurement of these letters tells more."
    )
    yield slip(along_the_states, "takes the square-root measurement").says(
        "This is the square-root measurement: it names states well, but it does not tell the most."
    )

    yield slip(without_priors, "leaves the priors out").says(
        "This is the best measurement for letters that are equally likely. Use the priors."
    )

    def three_away(states, priors):
        return [2 / 3 * onto(at(180 + 120 * k)) for k in range(3)]

    yield slip(three_away, "takes the anti-trine always").says(
        "This is the anti-trine, whatever the letters are. It suits the trine only."
    )
