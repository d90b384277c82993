"""What right means in the problem set of module 4. The tasks stand in the notebook of the same name."""

from math import acos, asin, cos, exp, log, log2, pi, sin, sqrt

import numpy as np

from qtrain.authoring import (
    apart,
    build,
    choice,
    circuit,
    data,
    decimals,
    function,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Property, Representation
from qtrain.checking.channels import kraus_list
from qtrain.checking.choi import kraus_of
from qtrain.checking.rules import NoReset, NoSynthesis
from qtrain.checking.schema import Real, Row
from qtrain.circuits import Circuit
from qtrain.circuits.channels import choi_of, density, reduced
from qtrain.circuits.numerals import number_beside, number_text

PAULIS = np.array([np.eye(2), [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def best_guess(percent, length, turn, prior=None):
    """Helstrom's probability for |0⟩ and a state with a Bloch vector of this length, `turn`·π away from z."""
    q = percent / 100 if prior is None else prior
    along, across = q - (1 - q) * length * cos(pi * turn), (1 - q) * length * sin(pi * turn)
    return (1 + max(abs(2 * q - 1), sqrt(along**2 + across**2))) / 2


def guesses(percent, length, turn):
    q = percent / 100
    return (
        best_guess(percent, length, turn),
        best_guess(percent, length, turn, prior=0.5),
        max(q, 1 - q),
        best_guess(percent, 1, turn),
        q + (1 - q) * (1 - length * cos(pi * turn)) / 2,
        2 * best_guess(percent, length, turn) - 1,
    )


@number(
    "4.P.1",
    rung="warm-up",
    outcome=1,
    points=2,
    bounds=(0, 1),
    within=1e-4,
    percent=whole(20, 80),
    length=decimals(0.6, 0.95, 0.05),
    turn=decimals(0.2, 0.8, 0.05),
    where=lambda percent, length, turn: apart(2e-3, *guesses(percent, length, turn)),
)
def two_sources(percent, length, turn):
    found, equal, idle, pure, in_z, gap = guesses(percent, length, turn)
    yield found
    yield slip(equal, "takes equal chances").says("You took both states to be equally likely; they are not.")
    yield slip(idle, "never measures").says("This is what a guess without any measurement reaches.")
    yield slip(pure, "takes the length for 1").says("The second state is mixed: its Bloch vector is shorter than 1.")
    yield slip(in_z, "measures in Z").says(
        "This is what a measurement in the Z basis reaches. Another one does better."
    )
    yield slip(gap, "gives the norm").says("This is the trace norm of the difference. The probability is (1 + norm)/2.")


def bloch_kraus(g, phi, keep, sign=-1, turned=1):
    """Loss towards one pole with probability g, a turn by φ about z, and a coherence that is `keep` in all."""
    low, high = (np.diag([sqrt(1 - g), 1]), sqrt(g) * np.array([[0, 0], [1, 0]]))
    if sign > 0:
        low, high = PAULIS[1] @ low @ PAULIS[1], PAULIS[1] @ high @ PAULIS[1]
    rotated = np.diag(np.exp(np.array([-0.5j, 0.5j]) * turned * phi))
    flips = (1 - keep / sqrt(1 - g)) / 2
    return [sqrt(w) * P @ K @ rotated for w, P in ((1 - flips, PAULIS[0]), (flips, PAULIS[3])) for K in (low, high)]


@build(
    "4.P.2",
    outcome=2,
    points=3,
    g=decimals(0.2, 0.6, 0.05),
    phi=decimals(0.4, 2.6, 0.1),
    part=decimals(0.6, 0.9, 0.05),
    derive=lambda g, part: {"keep": round(sqrt(1 - g) * part, 4)},
)
def from_the_ball(g, phi, keep):
    yield Representation(bloch_kraus(g, phi, keep), "kraus")
    yield slip(bloch_kraus(g, phi, keep, sign=1), "damps to the other pole").says(
        "Your qubit falls to |0⟩. In the task z goes down: it falls to |1⟩."
    )
    yield slip(bloch_kraus(g, phi, keep, turned=0), "forgets the turn").says("The turn about z is missing.")
    yield slip(bloch_kraus(g, phi, keep, turned=-1), "turns the other way").says("You turned about z the wrong way.")
    yield slip(bloch_kraus(g, phi, sqrt(1 - g)), "leaves too much coherence").says(
        "Damping alone leaves x and y longer than the task has them: something more takes coherence away."
    )
    yield slip(bloch_kraus(g, phi, keep * sqrt(1 - g)), "shortens twice").says(
        "Your x and y are too short: the damping has already shortened them."
    )


def evolved(T1, T2, excited, turn, t):
    """What the learner sees: the matrix on stacked rows, rounded."""
    a, c = exp(-t / T1), exp(-t / T2) * np.exp(-1j * turn * t)
    matrix = np.diag([a + (1 - a) * (1 - excited), c, c.conjugate(), a + (1 - a) * excited])
    matrix[0, 3], matrix[3, 0] = (1 - a) * (1 - excited), (1 - a) * excited
    return matrix.round(6)


def warm_qubit(random):
    while True:
        T1, ratio = random.randrange(30, 100, 2), random.uniform(0.5, 1.5)
        T2, t = round(T1 * ratio), random.randrange(10, 50)
        excited, turn = random.choice([0.08, 0.1, 0.12, 0.15]), round(random.uniform(0.1, 0.5), 2)
        matrix = evolved(T1, T2, excited, turn, t)
        if apart(2.0, *dephasing_times(matrix, t)):
            return {"t": t, "matrix": [[[float(z.real), float(z.imag)] for z in row] for row in matrix]}


def dephasing_times(matrix, t):
    """The time of pure dephasing; then T2, T1, and what is found with other readings of the matrix."""
    matrix = np.array(matrix)
    T1 = -t / log((matrix[0, 0] - matrix[0, 3]).real)
    T2 = -t / log(abs(matrix[1, 1]))
    cold = -t / log(matrix[3, 3].real)
    return (
        1 / (1 / T2 - 1 / (2 * T1)),
        T2,
        T1,
        1 / abs(1 / T2 - 1 / (2 * cold)),
        1 / abs(1 / T2 - 1 / T1 + 1e-9),
    )


@number("4.P.3", rung="think", outcome=4, points=3, rel=2e-3, unit="µs", draw=warm_qubit)
def only_dephasing(t, matrix):
    entries = np.array(matrix) @ [1, 1j]
    found, T2, T1, cold, unhalved = dephasing_times(entries, t)
    yield found
    yield slip(T2, "gives T2").says("This is T2, with the energy exchange in it.")
    yield slip(T1, "gives T1").says("This is T1. It is needed, but not asked for.")
    yield slip(cold, "takes the surroundings for cold").says(
        "You read T1 from one entry as if the surroundings were cold. They also give: an entry of the matrix says so."
    )
    yield slip(unhalved, "subtracts 1/T1").says("Of the rate of T1 only a half goes into the coherence.")


def shared(p, convention="cirq", crossings=2):
    """The negativity of a Bell pair whose qubits have crossed depolarising channels."""
    kept = (1 - 4 * p / 3 if convention == "cirq" else 1 - p) ** crossings
    return max(0.0, (3 * kept - 1) / 4)


def negativities(p):
    return (
        shared(p),
        shared(p, "aer"),
        shared(p, crossings=1),
        2 * shared(p),
        log2(2 * shared(p) + 1),
        shared(p, crossings=4),
    )


@number(
    "4.P.4",
    outcome=1,
    points=2,
    within=2e-4,
    p=decimals(0.02, 0.13, 0.002),
    where=lambda p: apart(1e-3, *negativities(p)),
)
def pair_through_noise(p):
    found, aer, one, twice, logarithmic, _ = negativities(p)
    yield found
    yield slip(aer, "takes p of the other convention", "convention").says(
        "This is for (1 − p)ρ + pI/2. In Cirq p is the chance that one of the three Pauli errors happens."
    )
    yield slip(one, "sends one qubit").says("This is for one noisy qubit. Both cross the noise.")
    yield slip(twice, "doubles").says("This is twice the negativity that is asked for: the sum of |λ| over negative λ.")
    yield slip(logarithmic, "takes the logarithm").says("This is the logarithmic negativity.")


def words(random):
    while True:
        word = "".join(random.choice("IXYZ") for _ in range(random.randrange(4, 8)))
        weight = len(word) - word.count("I")
        per = random.choice([10, 20, 25, 40, 50])
        if 2 <= weight < len(word):
            return {"word": word, "error": 1 / per}


@number("4.P.5", rung="warm-up", outcome=3, points=1, rel=2e-3, draw=words)
def snapshots_needed(word, error):
    weight = sum(letter != "I" for letter in word)
    per = round(1 / error)
    yield 3**weight * per**2
    yield slip(3 ** len(word) * per**2, "counts the letters I").says(
        "You counted the letters I, too. They are right in any basis."
    )
    yield slip(4**weight * per**2, "takes 4").says("Of four letters one is I. How often does a random basis fit?")
    yield slip(3**weight * per, "forgets the square").says(
        "The standard error falls with the square root of the number."
    )
    yield slip(per**2, "measures directly").says("This is for a direct measurement of the word, without shadows.")


def ball_point(random):
    while True:
        x, y, z = (round(random.uniform(-0.8, 0.8), 2) for _ in range(3))
        if 0.35 < sqrt(x * x + y * y + z * z) < 0.85 and min(abs(x), abs(y), abs(z)) > 0.15:
            return {"x": x, "y": y, "z": z}


def purified(x, y, z, length=None, sign=1, partner=pi / 2):
    r = sqrt(x * x + y * y + z * z)
    tilt = 2 * asin(sqrt((1 - (r if length is None else length)) / 2))
    azimuth = sign * float(np.arctan2(y, x))
    return circuit(
        f"ry({tilt!r}) 0; cx 0 1; ry({acos(z / r)!r}) 0; rz({azimuth!r}) 0; ry({partner!r}) 1",
        qubits=2,
    )


def bloch(rho):
    return np.array([np.trace(rho @ P).real for P in PAULIS[1:]])


@build("4.P.6", outcome=1, points=3, takes="circuit", draw=ball_point, rules=[NoReset(), NoSynthesis()])
def half_of_a_pure_pair(x, y, z):
    def vectors(answer):
        whole = density(answer)
        return np.array([bloch(reduced(whole, [0])), bloch(reduced(whole, [1]))])

    def shown(vector):
        return "(" + ", ".join(number_text(value, 4) for value in vector) + ")"

    def holds(answer):
        if any(step.name == "measure" for step in answer.operations):
            return False, "Your circuit measures. Leave that out: a measured qubit has lost its x and y."
        first, second = vectors(answer)
        if np.abs(first - (x, y, z)).max() > 4e-5:
            return False, f"Qubit 0 of your circuit has the Bloch vector {shown(first)}."
        if np.abs(second[1:]).max() > 4e-5 or second[0] < 0:
            return False, f"Qubit 0 is right. Qubit 1 of your circuit has the Bloch vector {shown(second)}."
        return True

    yield Property(
        "leaves both qubits as asked",
        holds,
        takes=Circuit,
        num_qubits=2,
        counts=vectors,
        wants="a circuit of two qubits",
    )
    yield slip(purified(x, y, z, length=1), "leaves it pure").says(
        "The directions are right, but both qubits are pure: they have to share something."
    )
    yield (
        slip(purified(x, y, z, partner=0), "forgets qubit 1")
        .worth(0.5)
        .says("Qubit 0 is right. Qubit 1 has the same length, but it points along z.")
    )
    yield (
        slip(purified(x, y, z, partner=-pi / 2), "turns qubit 1 the other way")
        .worth(0.5)
        .says("Qubit 0 is right. Qubit 1 points along −x.")
    )
    yield slip(purified(x, y, z, sign=-1), "mirrors y").says("x and z of qubit 0 are right; y has the wrong sign.")
    yield slip(purified(-x, -y, -z), "turns to the other side").says(
        "The Bloch vector of qubit 0 points to the opposite side."
    )
    r = sqrt(x * x + y * y + z * z)
    yield slip(purified(x, y, z, length=2 * r * r - 1), "forgets a half in the angle").says(
        "The direction is right, but the length is not: how does it depend on the two Schmidt coefficients?"
    )


def worst_cases(infidelity, gates):
    """The trace distance in the worst case for rotations in a row; then what other readings give."""
    q = infidelity * 1e-5
    single = sqrt(1.5 * q)
    return (
        sin(gates * asin(single)),
        gates * 1.5 * q,
        single,
        sin(gates * asin(sqrt(q))),
        sin(2 * gates * asin(single)),
        gates * q,
        sqrt(gates) * single,
        gates * single,
    )


@number(
    "4.P.7",
    rung="think",
    outcome=3,
    points=3,
    bounds=(0, 1),
    within=1e-3,
    infidelity=whole(2, 40),
    gates=whole(5, 40, 5),
    where=lambda infidelity, gates: (
        gates * asin(sqrt(1.5e-5 * infidelity)) < 0.75 and apart(3e-3, *worst_cases(infidelity, gates))
    ),
)
def rotations_in_a_row(infidelity, gates):
    found, by_chance, single, process, double, sum_of_errors, walk, linear = worst_cases(infidelity, gates)
    yield found
    yield slip(by_chance, "takes chance errors").says(
        "So it would be if each gate made a Z error by chance. A rotation that is always the same adds up otherwise."
    )
    yield slip(single, "takes one gate").says("This is for one gate alone.")
    yield slip(process, "takes the process fidelity").says(
        "You took the given number for a process fidelity. It is an average over states."
    )
    yield slip(double, "takes the full angle").says("The distance is the sine of half of the whole angle.")
    yield slip(sum_of_errors, "adds up what is given").says(
        "These are the gates' mean errors, added. How does the worst input do?"
    )
    yield slip(linear, "adds distances").says(
        "You added the distances of the single gates. Angles add up; the distance is the sine of half of their sum."
    )
    yield slip(walk, "adds in quadrature").says("The angles all have the same sign: they add up, not their squares.")


def information(angle, percent, log_of=log2):
    """The entropy of the average of |0⟩ and of two states at ± angle·π, which share the rest of the chances."""
    first = percent / 100
    zero = first + (1 - first) * cos(pi * angle) ** 2  # the two others cancel off the diagonal
    return -sum(w * log_of(w) for w in (zero, 1 - zero))


def readings_of_entropy(angle, percent):
    first = percent / 100
    parts = (first, (1 - first) / 2, (1 - first) / 2)
    return (
        information(angle, percent),
        information(angle, percent, log),
        -sum(w * log2(w) for w in parts),
        log2(3),
        information(angle, 100 / 3),
        information(angle / 2, percent),
        information(2 * angle, percent),
    )


@number(
    "4.P.8",
    rung="warm-up",
    outcome=1,
    points=2,
    bounds=(0, 1),
    within=1e-3,
    angle=decimals(0.1, 0.4, 0.01),
    percent=whole(20, 70, 2),
    where=lambda angle, percent: apart(4e-3, *readings_of_entropy(angle, percent)),
)
def three_signals(angle, percent):
    found, natural, labels, three, equal, halved, doubled = readings_of_entropy(angle, percent)
    yield found
    yield slip(natural, "takes the natural logarithm").says(
        "This is in units of the natural logarithm. Bits are asked for."
    )
    yield slip(labels, "takes the entropy of the labels").says(
        "This is the entropy of Alice's choice. The states overlap, so less can be carried."
    )
    yield slip(three, "counts the signals").says("This is what three signals could carry if they were orthogonal.")
    yield slip(equal, "takes equal chances").says("You took the three signals to be equally likely.")
    yield slip(halved, "halves the angle").says("The angle of the task is one of amplitudes, not of the Bloch sphere.")
    yield slip(doubled, "doubles the angle").says(
        "You doubled the angle: the amplitudes are cos α and sin α themselves."
    )


SIGNS = {"Φ+": (1, -1, 1), "Φ−": (-1, 1, 1), "Ψ+": (1, 1, -1), "Ψ−": (-1, -1, -1)}


def tables(random):
    """Counts of the words XX, YY and ZZ of a noisy Bell state, in an order of bits 00, 01, 10, 11."""
    bell, shots = random.choice(sorted(SIGNS)), random.choice([800, 1000, 1500, 2000])
    counts = {}
    for word, sign in zip(("XX", "YY", "ZZ"), SIGNS[bell], strict=True):
        mean = sign * random.uniform(0.7, 0.92)
        even = round(shots * (1 + mean) / 2)
        first, third = round(even * random.uniform(0.45, 0.55)), round((shots - even) * random.uniform(0.4, 0.6))
        counts[word] = [first, third, shots - even - third, even - first]
    return {"bell": bell, "counts": counts}


def overlap_of(bell, counts):
    """The fidelity with a Bell state and its error bar."""
    means, shots = [], sum(counts["XX"])
    for word in ("XX", "YY", "ZZ"):
        zeros, mixed, other, ones = counts[word]
        means.append((zeros + ones - mixed - other) / shots)
    fidelity = (1 + sum(s * m for s, m in zip(SIGNS[bell], means, strict=True))) / 4
    return fidelity, sqrt(sum(1 - m * m for m in means) / shots) / 4


def added_error_bars(counts):
    """What the error bar of the fidelity would be if the errors of the three means were added."""
    means = [2 * (row[0] + row[3]) / sum(row) - 1 for row in counts.values()]
    return sum(sqrt((1 - m * m) / sum(row)) for m, row in zip(means, counts.values(), strict=True)) / 4


@data("4.P.9", outcome=1, points=3, draw=tables, schema=Row(Real(), Real(), names=("fidelity", "error")), within=2e-4)
def bell_fidelity(bell, counts):
    fidelity, error = overlap_of(bell, counts)
    yield fidelity, error
    if bell != "Φ+":
        yield slip((overlap_of("Φ+", counts)[0], error), "takes the signs of Φ+").says(
            "You took the signs of Φ+. Which signs have XX, YY and ZZ in the Bell state of the task?"
        )
    yield (
        slip((fidelity, 4 * error), "forgets the quarter in the error", "factor")
        .worth(0.5)
        .says("The fidelity is right. In its error bar the ¼ is missing.")
    )
    yield (
        slip((fidelity, error / sqrt(3)), "counts all shots for each", "factor")
        .worth(0.5)
        .says("The fidelity is right. The error bar is too small by √3: each word had its own shots.")
    )
    single = sqrt(fidelity * (1 - fidelity) / sum(counts["XX"]))
    yield (
        slip((fidelity, single), "takes the fidelity for a share of pairs")
        .worth(0.5)
        .says("The fidelity is right. Its error bar is not that of a share √(F(1 − F)/N): it comes from three means.")
    )
    linear = added_error_bars(counts)
    yield (
        slip((fidelity, linear), "adds error bars")
        .worth(0.5)
        .says("The fidelity is right. The three errors are independent: add their squares.")
    )


def choi_of_transfer(R, transposed=True):
    """The Choi matrix, input first, of a Pauli transfer matrix of one qubit."""
    left = PAULIS.transpose(0, 2, 1) if transposed else PAULIS
    return np.einsum("ij,jab,icd->acbd", np.array(R), left, PAULIS).reshape(4, 4) / 2


def least_mixing(R, transposed=True, scale=1.0, clipped=True):
    least = scale * np.linalg.eigvalsh(choi_of_transfer(R, transposed))[0]
    share = -least / (0.5 - least)
    return max(0.0, float(share)) if clipped else float(share)


def transfer_matrices(random):
    """Maps that keep the trace: the transpose, a channel, and random ones that are no channels."""
    found = [(np.diag([1.0, 1, -1, 1]).tolist(),)]
    shrunk = [round(random.uniform(0.3, 0.5), 3) for _ in range(3)]  # within a channel, no eigenvalue is 0
    found.append(([[1, 0, 0, 0], [0, shrunk[0], 0, 0], [0, 0, shrunk[1], 0], [0.1, 0, 0, shrunk[2]]],))
    while len(found) < 6:
        R = np.zeros((4, 4))
        R[0, 0], R[1:, 0] = 1, [random.uniform(-0.3, 0.3) for _ in range(3)]
        R[1:, 1:] = [[random.uniform(-0.7, 0.7) for _ in range(3)] for _ in range(3)]
        R = R.round(3).tolist()
        if apart(0.02, least_mixing(R), least_mixing(R, False), least_mixing(R, scale=0.5), 0):
            found.append((R,))
    return found


@function("4.P.10", rung="think", outcome=2, points=3, name="least_noise", inputs=transfer_matrices, within=1e-5)
def noise_that_saves_a_map():
    yield least_mixing
    yield slip(lambda R: least_mixing(R, transposed=False), "forgets a transpose").says(
        "Your Choi matrix lacks the transpose of the input's Pauli matrix: its sign of Y is wrong."
    )
    yield slip(lambda R: least_mixing(R, scale=0.5), "mixes two normalisations", "factor").says(
        "Your share is too small: compare the traces of the two Choi matrices that you mix."
    )
    yield slip(lambda R: 1 - least_mixing(R), "gives what is left of the map").says(
        "This is the share 1 − q of the map itself. The share q of the noise is asked for."
    )
    yield slip(lambda R: least_mixing(R, clipped=False), "gives negative shares").says(
        "Right for maps that are no channels. A channel needs no noise: then 0 is asked for."
    )
    yield slip(lambda R: max(0.0, float(-np.linalg.eigvalsh(choi_of_transfer(R))[0])), "gives the eigenvalue").says(
        "This is how far below 0 the eigenvalue is. Which share of noise lifts it to 0?"
    )


@choice("4.P.11", outcome=1)
def box_that_tells_too_much():
    yield right("The chances within a pair are not equal, so that the two averages differ.").says(
        "Right: with equal chances both sources have the state I/2, and then no measurement tells them apart."
    )
    yield slip("It measures in a basis halfway between Z and X.", "thinks of two pure states").says(
        "That is best for |0⟩ against |+⟩. For two sources with the same density matrix every basis gives one half."
    )
    yield slip("It uses an ancilla, and so a measurement with more than two results.", "trusts in POVMs").says(
        "A measurement with more results also sees only the density matrix."
    )
    yield slip("It waits for several qubits, and looks at their correlations.", "thinks of purity").says(
        "The qubits are drawn independently: several of them are in the state I/2 ⊗ I/2 …, from either source."
    )
    yield slip("It is luck: 20,000 qubits are too few.", "blames the shots").says(
        "With 20,000 qubits chance moves a share by about a third of a percent."
    )


def pair_left(kraus, times):
    """The least eigenvalue of the partial transpose of a Bell pair whose second qubit has crossed so many times."""
    operators = np.array(kraus)
    if times == 2:
        operators = np.einsum("aij,bjk->abik", operators, operators).reshape(-1, 2, 2)
    state = choi_of(operators).reshape(2, 2, 2, 2) / 2
    return float(np.linalg.eigvalsh(state.transpose(0, 3, 2, 1).reshape(4, 4))[0])


class OneQubitMap(Property):
    """A channel of one qubit in any form in which it says itself what it is."""

    def read(self, answer, *, order="native"):
        stack = kraus_list(answer)
        return super().read(answer, order=order) if stack is None else stack

    def like(self, answer):
        return OneQubitMap(self.name, lambda other: np.allclose(self.counts(other), self.counts(answer), atol=1e-6))


def breaks_in_two(z):
    def operators(answer):
        return kraus_of(answer, None, "Kraus operators, or a circuit of one qubit")

    def holds(answer):
        kraus = operators(answer)
        if kraus.shape[1:] != (2, 2):
            return False, "This is no channel of one qubit."
        if np.abs(np.einsum("kij,kil->jl", kraus.conj(), kraus) - np.eye(2)).max() > 1e-6:
            return False, "This is no channel: the sum of K†K is not the identity."
        centre = np.einsum("kij,klj->il", kraus, kraus.conj()) / 2
        seen = [float(np.trace(centre @ P).real) for P in PAULIS[1:]]
        if np.abs(np.array(seen) - [0, 0, z]).max() > 1e-4:
            shown = ", ".join(number_text(value, 4) for value in seen)
            return False, f"Your channel takes I/2 to the state with the Bloch vector ({shown})."
        once, twice = pair_left(kraus, 1), pair_left(kraus, 2)
        if once > -0.02 + 1e-9:
            return False, (
                f"After one crossing the negativity is {number_beside(max(0.0, -once), 0.02, 4)}; "
                "at least 0.02 is asked for."
            )
        if twice < -1e-7:
            return (
                False,
                f"After two crossings the pair is still entangled, with the negativity {number_beside(-twice, 0, 4)}.",
            )
        return True

    return OneQubitMap(
        "has these three properties",
        holds,
        reading="unitary",
        num_qubits=1,
        counts=lambda answer: choi_of(operators(answer)),
        wants="a list of Kraus operators, or a circuit of one qubit",
    )


def shrink_and_replace(kept, z):
    """Kraus operators of kept·ρ + (1 − kept)·σ, where σ is on the z axis."""
    weights = [(1 - kept + z) / 2, (1 - kept - z) / 2]
    units = [np.outer(np.eye(2)[i], np.eye(2)[j]) for i in range(2) for j in range(2)]
    return [sqrt(kept) * np.eye(2), *(sqrt(weights[k // 2]) * unit for k, unit in enumerate(units))]


@build(
    "4.P.12",
    kind="stretch",
    outcome=(1, 2),
    points=4,
    size=decimals(0.05, 0.3, 0.01),
    sign=one_of(1, -1),
    derive=lambda size, sign: {"z": size * sign},
)
def one_crossing_too_many(z):
    yield breaks_in_two(z)
    yield slip(shrink_and_replace(0.5, 0.0), "takes a channel that keeps I/2").says(
        "The two properties of the pair are right. But your channel leaves I/2 where it is."
    )
    yield slip(shrink_and_replace(0.45, -z), "shifts the other way").says("I/2 is moved to the other side.")
    yield slip(shrink_and_replace(0.68, z), "is too gentle").says(
        "Your channel moves I/2 as asked. But after two crossings the pair is still entangled."
    )
    yield slip(shrink_and_replace(0.2, z), "is too rough").says(
        "Your channel moves I/2 as asked. But after one crossing no entanglement is left."
    )
