"""What right means in lesson 4.3, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import acos, asin, cos, exp, pi, sin, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    decimals,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Channel, Representation, conventions
from qtrain.checking.rules import Rule, where
from qtrain.checking.verdict import wrong
from qtrain.circuits import Circuit, counted, is_gate, written_bits
from qtrain.circuits.numerals import number_text

ANY_FORM = "a channel: Kraus operators, a circuit, a Pauli transfer matrix, or an object of Qiskit or Cirq"
PAULIS = np.array([np.eye(2), [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
DOWN = np.array([[0, 1], [0, 0]])  # |0⟩⟨1|
PHASES = {"S": 1j, "T": np.exp(0.25j * pi), "S†": -1j, "T†": np.exp(-0.25j * pi)}


@number(
    "4.3.a",
    rung="warm-up",
    outcome=1,
    bounds=(-1, 1),
    within=1e-3,
    theta=angles(0.2, 0.8),
    gamma=decimals(0.1, 0.4, 0.01),
    uses=whole(2, 5),
    where=lambda theta: sin(theta) < 0.95,
)
def damped_coherence(theta, gamma, uses):
    yield sqrt(1 - gamma) ** uses * sin(theta)
    yield slip((1 - gamma) ** uses * sin(theta), "damps the coherence like the population").says(
        "This is damped by 1 − γ at each use. That is how the population of |1⟩ falls; ⟨X⟩ falls by another factor."
    )
    yield slip(sqrt(1 - gamma) * sin(theta), "uses it once").says("This is ⟨X⟩ after one use of the channel.")
    yield slip(sqrt(1 - uses * gamma) * sin(theta) if uses * gamma < 1 else 0.0, "adds the γ").says(
        "You added the γ of the uses. Each use acts on what the one before has left."
    )
    yield slip(sqrt(1 - gamma) ** uses * sin(theta / 2), "takes the amplitude for ⟨X⟩", "half-angle").says(
        "The state's ⟨X⟩ is sin θ at the beginning, not sin(θ/2)."
    )
    yield slip(sqrt(1 - gamma) ** uses, "forgets how the qubit starts").says(
        "This is the factor by which ⟨X⟩ shrinks. What is ⟨X⟩ before the first use?"
    )
    yield slip(sqrt(1 - gamma) ** uses * cos(theta), "starts with ⟨Z⟩").says(
        "This has cos θ, which is ⟨Z⟩ of the state at the beginning. What is its ⟨X⟩?"
    )
    yield slip(sqrt(1 - gamma) ** uses * sin(theta) / 2, "gives the entry of the matrix", "factor").says(
        "This is the entry ρ01 of the density matrix. ⟨X⟩ = tr(Xρ) holds both entries."
    )
    yield slip((1 + sqrt(1 - gamma) ** uses * sin(theta)) / 2, "gives the probability of +").says(
        "This is the probability of |+⟩ in an X measurement. Its mean is asked for."
    )
    yield slip(1 - (1 - gamma) ** uses * (1 - cos(theta)), "gives ⟨Z⟩").says("This is ⟨Z⟩. ⟨X⟩ is asked for.")


def choi_of(kraus):
    """Σ|i⟩⟨j| ⊗ E(|i⟩⟨j|)."""
    columns = np.array([np.array(one).T.reshape(-1) for one in kraus])
    return columns.T @ columns.conj()


def worn(p, q, phase, left=None):
    """Kraus operators: with probability p a phase gate, with q a reset, else nothing."""
    left = 1 - p - q if left is None else left
    return [
        sqrt(left) * np.eye(2),
        sqrt(p) * np.diag([1, phase]),
        sqrt(q) * np.diag([1.0, 0]),
        sqrt(q) * DOWN,
    ]


class Memory(Representation):
    """A channel that is partly right where every basis state is treated right."""

    def score(self, answer):
        gap = (self.choi_from(answer) - self.choi).diagonal()
        return 0.25 if np.abs(gap).max() < 1e-4 else 0.0


@build(
    "4.3.b",
    outcome=1,
    points=2,
    p=decimals(0.1, 0.35, 0.05),
    q=decimals(0.1, 0.35, 0.05),
    gate=tuple(PHASES),
    where=lambda p, q: abs(p - q) > 0.01,
)
def faulty_memory(p, q, gate):
    phase = PHASES[gate]
    kraus = worn(p, q, phase)
    yield Memory(kraus, "ptm", data=(0,), wants=ANY_FORM)
    plain = [(1 - p - q) * np.eye(2), p * np.diag([1, phase]), q * np.diag([1.0, 0]), q * DOWN]
    yield slip(plain, "puts the probabilities", "factor").says(
        "The probabilities stand where their square roots belong: in KρK† each operator comes in twice."
    )
    yield slip(kraus[:3], "resets with one operator").says(
        "The sum of K†K is not the identity: what becomes of |1⟩ in a reset? A reset needs two operators."
    )
    yield slip([*kraus[:2], sqrt(q) * np.diag([1.0, 0]), sqrt(q) * np.diag([0, 1.0])], "measures and forgets").says(
        "In your channel |1⟩ stays |1⟩ where it should be reset: that is a measurement, and no reset."
    )
    yield slip([*kraus[:2], sqrt(q) * DOWN.T, sqrt(q) * np.diag([0, 1.0])], "resets to |1⟩", "bit-flip").says(
        "Your reset ends in |1⟩. It should end in |0⟩."
    )
    yield slip([*kraus[:2], sqrt(q) * DOWN, sqrt(q) * DOWN.T], "takes a bit flip for the reset").says(
        "In your channel |0⟩ becomes |1⟩ with probability q. A reset leaves |0⟩ as it is."
    )
    yield slip(worn(p, q, np.conj(phase)), "turns the gate round", "conjugate").says(
        f"Your phase gate turns the other way: {gate} is asked for."
    )
    yield slip(worn((1 - q) * p, q, phase), "lets the gate act on what was not reset").says(
        "Your gate has the probability p(1 − q). The two events exclude each other: it should have p."
    )
    yield slip(worn(p, q * (1 - p), phase), "resets what the gate has left").says(
        "Your reset has the probability q(1 − p). The two events exclude each other: it should have q."
    )
    yield slip(worn(q, p, phase), "exchanges p and q").says("You have exchanged p and q.")
    without_gate, without_reset = worn(0, q, phase), worn(p, 0, phase)
    yield (
        slip(without_gate, "forgets the gate")
        .worth(0.25)
        .says(f"Your reset is right. But {gate} never acts in your channel.")
    )
    yield (
        slip(without_reset, "forgets the reset")
        .worth(0.25)
        .says(f"Your {gate} is right. But nothing is reset in your channel.")
    )
    other = {"S": "T", "T": "S"}[gate[0]] + gate[1:]
    yield slip(worn(p, q, PHASES[other]), "takes the other gate").says(f"In your channel {other} acts, not {gate}.")


class Heating(Channel):
    """A channel that is built without measurements; its first part are the two populations."""

    def explain(self, answer):
        if isinstance(answer, Circuit) and written_bits(answer):
            return wrong(
                None,
                "Your circuit measures. Leave the measurements out: they destroy superpositions, and the environment "
                "is forgotten anyway.",
            )
        choi = choi_of(self._kraus(answer))
        left = abs(choi[0, 3])
        if self.score(answer) and left < abs(self.choi[0, 3]) - 1e-4:
            return wrong(
                None,
                "|0⟩ jumps and |1⟩ stays with the right probabilities. But your environment learns more than whether "
                f"the qubit jumped: the coherence ρ01 keeps the part {number_text(float(left), 3)}, and it should keep "
                "√(1 − γ).",
                score=0.4,
            )
        return super().explain(answer)

    def score(self, answer):
        gap = (choi_of(self._kraus(answer)) - self.choi).diagonal()
        return 0.4 if np.abs(gap).max() < 1e-4 else 0.0


class GatesOnly(Rule):
    """Named gates: no channel, bare matrix, reset or measurement."""

    def broken(self, circuit):
        for place, step in counted(circuit):
            if not is_gate(step) or step.name == "unitary":
                return f"{where(place, step, circuit)} is no named gate: build the circuit from gates alone"
        return "it measures" if any(step.name == "measure" for step in circuit.operations) else None

    def shortcut(self, circuit):
        return any(step.name in ("kraus", "unitary") for _, step in counted(circuit))


@build(
    "4.3.c",
    outcome=1,
    points=2,
    takes="circuit",
    rules=[GatesOnly()],
    gamma=decimals(0.1, 0.9, 0.01),
    where=lambda gamma: abs(gamma - 0.5) > 0.03,
)
def heating(gamma):
    theta = 2 * asin(sqrt(gamma))
    yield Heating([np.diag([sqrt(1 - gamma), 1]), sqrt(gamma) * DOWN.T], data=(0,))

    def heats(angle, start="x 0", end="x 0", back="cx 1 0"):
        return circuit(f"{start}; cry({angle!r}) 0 1; {back}; {end}", qubits=2)

    yield slip(heats(theta, "", ""), "builds the cooling of the page").says(
        "This is amplitude damping: |1⟩ decays to |0⟩. Here |0⟩ should jump to |1⟩."
    )
    yield slip(heats(theta / 2), "forgets the 2 of the rotation", "half-angle").says(
        "Your angle is half of what it should be: R_y(θ) turns |0⟩ into cos(θ/2)|0⟩ + sin(θ/2)|1⟩."
    )
    yield slip(heats(2 * asin(gamma)), "takes γ for its root").says(
        "|0⟩ jumps with the probability sin²(θ/2) in your circuit. You chose sin(θ/2) = γ."
    )
    yield slip(heats(2 * acos(sqrt(gamma))), "takes the cosine for the sine").says(
        "In your circuit |0⟩ jumps with probability 1 − γ."
    )
    yield slip(heats(theta, back=""), "never flips the data qubit").says(
        "In your circuit the environment learns about the qubit, but |0⟩ never jumps to |1⟩."
    )
    yield slip(heats(theta, back="cx 0 1"), "turns the CNOT round", "control-target").says(
        "Which qubit has to change where the environment has noticed a jump? Look at the direction of your CNOT."
    )
    yield slip(heats(gamma), "takes γ for the angle").says(
        "Your angle is γ itself. Which angle makes sin²(θ/2) equal to γ?"
    )
    yield slip(heats(pi * gamma), "takes γ for the part of a half turn").says(
        "Your angle is the part γ of a half turn. Which angle makes sin²(θ/2) equal to γ?"
    )
    yield slip(circuit("ry(t) 1; cx 1 0", t=theta), "lets the environment jump whatever the qubit is").says(
        "Your environment does not look at the qubit first: |1⟩ falls to |0⟩ as often as |0⟩ jumps."
    )
    yield slip(circuit("x 0; cry(t) 0 1; cx 1 0; x 0; measure 0 -> 0", t=theta), "measures the data").worth(0.4)
    yield slip(heats(theta, end=""), "forgets the second X").says(
        "An X at one end alone exchanges |0⟩ and |1⟩ for every input, jump or no jump."
    )
    yield slip(circuit("ry(t) 0", t=theta, qubits=2), "turns the qubit itself").says(
        "This turns the qubit itself: no environment learns of it, and it cools as much as it heats."
    )


def cirq_choi(kraus):
    rows = np.array([np.array(one).reshape(-1) for one in kraus])
    return rows.T @ rows.conj()


def random_kraus(rng, d, k):
    """k Kraus operators of a generic channel on dimension d, as nested lists."""
    draw = [[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(d)] for _ in range(k * d)]
    return np.linalg.qr(np.array(draw))[0].reshape(k, d, d).tolist()


def channels(rng):
    return [random_kraus(rng, d, k) for d, k in ((2, 2), (2, 1), (2, 3), (4, 2))]


def superoperator(kraus):
    return sum(np.kron(np.conj(one), one) for one in kraus)


@function(
    "4.3.d",
    outcome=2,
    points=2,
    name="choi",
    inputs=channels,
    judged=lambda kraus: Representation([np.array(one) for one in kraus], "choi", only=True),
)
def choi_matrix():
    yield choi_of
    yield slip(cirq_choi, "puts the output first", "convention").says(
        "The output stands first in your matrix, as in Cirq. Qiskit's order is asked for: first the input."
    )
    yield slip(lambda kraus: choi_of(kraus) / len(kraus[0]), "divides by d", "factor").says(
        "Your matrix has the trace 1: the maximally entangled state is not divided by d here."
    )
    yield slip(lambda kraus: choi_of(kraus).conj(), "conjugates", "conjugate").says(
        "Your matrix is the complex conjugate of what is asked for: i and −i are exchanged."
    )
    yield slip(lambda kraus: choi_of(np.conj(np.swapaxes(kraus, 1, 2))), "takes K†ρK", "inverse").says(
        "You applied K†ρK in the place of KρK†."
    )

    def turned(kraus):
        d = len(kraus[0])
        return choi_of(kraus).reshape(d, d, d, d).transpose(2, 1, 0, 3).reshape(d * d, d * d)

    yield slip(turned, "sends |j⟩⟨i| with |i⟩⟨j|").says(
        "The first factors are transposed: |i⟩⟨j| belongs to E(|i⟩⟨j|), not to E(|j⟩⟨i|)."
    )
    yield slip(superoperator, "gives the superoperator").says(
        "This matrix acts on ρ written as a column, Σ K*⊗K. Its entries are those of the Choi matrix in other places."
    )

    yield slip(lambda kraus: sum(np.kron(one, np.conj(one)) for one in kraus), "gives the superoperator of rows").says(
        "This matrix acts on ρ written as a row, Σ K⊗K*. Its entries are those of the Choi matrix in other places."
    )

    def unconjugated(kraus):
        columns = np.array([np.array(one).T.reshape(-1) for one in kraus])
        return columns.T @ columns

    yield slip(unconjugated, "forgets the conjugate", "conjugate").says(
        "A long column times its adjoint: the second factor is conjugated. Yours is not."
    )

    def diagonal(kraus):
        d = len(kraus[0])
        return choi_of(kraus) * np.kron(np.eye(d), np.ones((d, d)))

    yield slip(diagonal, "sends basis states alone").says(
        "Your matrix holds what becomes of the basis states only. Terms with i ≠ j carry the coherence."
    )


def choi_matrices(rng):
    return [choi_of(kraus).tolist() for kraus in channels(rng)]


def kraus_from(choi, weight=np.sqrt, transposed=True, conjugated=False, most=None):
    values, vectors = np.linalg.eigh(np.array(choi))
    d = round(sqrt(len(values)))
    found = []
    for value, vector in list(zip(values, vectors.T, strict=True))[::-1][:most]:
        if value > 1e-9:
            one = vector.reshape(d, d)
            one = one.T if transposed else one
            found.append(weight(value) * (one.conj() if conjugated else one))
    return np.array(found)


@function(
    "4.3.e",
    outcome=2,
    points=2,
    name="kraus_of",
    inputs=choi_matrices,
    judged=lambda choi: Representation(list(kraus_from(choi)), "kraus", only=True),
)
def kraus_operators():
    yield kraus_from
    yield slip(lambda choi: kraus_from(choi, weight=lambda value: 1.0), "forgets the eigenvalues", "factor").says(
        "The eigenvalues are missing: an eigenvector has length 1, whatever its weight."
    )
    yield slip(lambda choi: kraus_from(choi, weight=lambda value: value), "takes λ for its root", "factor").says(
        "You multiplied by λ. A Kraus operator comes in twice: which factor gives λ then?"
    )
    yield slip(lambda choi: kraus_from(choi, transposed=False), "exchanges rows and columns").says(
        "Your operators are transposed: in Qiskit's order the input is the first index of an eigenvector, and a matrix "
        "has its output first."
    )
    yield slip(lambda choi: kraus_from(choi, conjugated=True), "conjugates", "conjugate").says(
        "Your operators are the complex conjugates of what is asked for."
    )
    yield slip(lambda choi: kraus_from(choi, transposed=False, conjugated=True), "takes the adjoint", "inverse").says(
        "Your operators are the adjoints K† of what is asked for."
    )

    def by_rows(choi):
        values, vectors = np.linalg.eigh(np.array(choi))
        d = round(sqrt(len(values)))
        return [
            np.sqrt(value) * row.reshape(d, d).T for value, row in zip(values, vectors, strict=True) if value > 1e-9
        ]

    yield slip(by_rows, "takes the rows for the eigenvectors").says(
        "The eigenvectors are the columns of what eigh gives. A loop over a matrix runs over its rows."
    )
    yield slip(lambda choi: kraus_from(choi, most=1), "takes one eigenvector").says(
        "You gave the operator of the largest eigenvalue only. The others belong to the channel, too."
    )


@number(
    "4.3.f",
    rung="warm-up",
    outcome=4,
    rel=2e-3,
    error=decimals(0.002, 0.04, 0.002),
    qubits=(1, 2),
    framework=one_of("Qiskit Aer", "Cirq"),
)
def convert_the_error(error, qubits, framework):
    d = 2**qubits
    aer, cirq = error * d / (d - 1), error * (d + 1) / d
    meaning = "aer" if framework == "Qiskit Aer" else "cirq"
    yield aer if meaning == "aer" else cirq
    yield from conventions.depolarizing(aer if meaning == "aer" else cirq, qubits=qubits, meaning=meaning)
    yield slip(error, "takes the infidelity for p", "convention").says(
        "This is 1 − F itself. Even a qubit that is replaced by I/d has some fidelity left, so p is larger."
    )
    yield slip(error * (d - 1) / d, "turns the factor upside down", "factor").says(
        "You multiplied by (d − 1)/d where you should divide."
    )
    other = 2 ** (3 - qubits)
    yield slip(
        error * other / (other - 1) if meaning == "aer" else error * (other + 1) / other,
        "takes another number of qubits",
    ).says(f"This is for {3 - qubits} qubit{'s' * (qubits == 1)}. What is d for {qubits}?")


def bloch(rho):
    return np.array([np.trace(P @ rho).real for P in PAULIS[1:]])


def outputs(choi):
    """Where |0⟩ and |1⟩ go, as Bloch vectors."""
    blocks = choi.reshape(2, 2, 2, 2)
    return bloch(blocks[0, :, 0, :]), bloch(blocks[1, :, 1, :])


class Sends(Representation):
    """Any channel that sends |0⟩ and |1⟩ where they should go."""

    def right(self, answer):
        choi = self.choi_from(answer)
        if self._unphysical(choi) is not None and self._unphysical(self.choi) is None:
            return False
        return bool(np.abs(np.array(outputs(choi)) - outputs(self.choi)).max() < 1e-4)

    def score(self, answer):
        return 0.0

    def explain(self, answer):
        choi = self.choi_from(answer)
        unphysical = self._unphysical(choi, answer)
        if unphysical is not None:
            return unphysical
        for name, found, wanted in zip("01", outputs(choi), outputs(self.choi), strict=True):
            if np.abs(found - wanted).max() >= 1e-4:
                shown = ", ".join(number_text(float(c) + 0.0, 3) for c in found)
                return wrong(None, f"Your channel sends |{name}⟩ to the Bloch vector ({shown}).")
        return None


def two_places(random):
    while True:
        found = {}
        for name in ("zero", "one"):
            v = np.array([random.gauss(0, 1) for _ in range(3)])
            found[name] = [round(float(c), 2) for c in v / np.linalg.norm(v) * random.uniform(0.5, 0.9)]
        a, b = np.array(found["zero"]), np.array(found["one"])
        if np.linalg.norm(a - b) > 0.8 and np.linalg.norm(a + b) > 0.5 and min(abs(a).min(), abs(b).min()) > 0.08:
            return found


def prepares(zero, one):
    """Measure along z and prepare one of two states."""
    found = []
    for place, vector in enumerate((zero, one)):
        values, vectors = np.linalg.eigh((np.eye(2) + np.tensordot(vector, PAULIS[1:], 1)) / 2)
        for value, column in zip(values, vectors.T, strict=True):
            found.append(np.outer(sqrt(max(value, 0)) * column, np.eye(2)[place]))
    return found


@build("4.3.g", kind="design", rung="think", outcome=(1, 4), points=2, draw=two_places)
def two_outputs(zero, one):
    zero, one = np.array(zero), np.array(one)
    yield Sends(prepares(zero, one), "ptm", data=(0,), wants=ANY_FORM)
    yield slip(prepares(one, zero), "exchanges the two").says("Your channel sends |0⟩ where |1⟩ should go.")
    unshifted = np.eye(4)
    unshifted[1:, 0], unshifted[1:, 1:] = 0, 0
    unshifted[1:, 3] = zero
    yield slip(unshifted, "forgets that the middle moves").says(
        "Your channel sends |1⟩ to the point opposite to |0⟩'s. The middle of the ball has to move, too."
    )
    whole_difference = np.zeros((4, 4))
    whole_difference[0, 0] = 1
    whole_difference[1:, 0], whole_difference[1:, 3] = (zero + one) / 2, zero - one
    yield slip(whole_difference, "forgets the half").says(
        "The step from the middle to each end is half of the difference of the two Bloch vectors."
    )
    yield slip(prepares((zero + one) / 2, (zero + one) / 2), "sends everything to the middle").says(
        "Your channel sends |0⟩ and |1⟩ to the same state."
    )


def relaxed(gamma, coherence):
    """The Choi matrix of energy loss γ and a factor on the coherence."""
    return np.array([[1, 0, 0, coherence], [0, 0, 0, 0], [0, 0, gamma, 0], [coherence, 0, 0, 1 - gamma]])


def least(gamma, coherence):
    return float(np.linalg.eigvalsh(relaxed(gamma, coherence))[0])


@number(
    "4.3.h",
    rung="warm-up",
    outcome=3,
    within=1e-4,
    t1=whole(40, 120, 5),
    ratio=decimals(2.2, 3.0, 0.1),
    t=whole(10, 60, 2),
    derive=lambda t1, ratio: {"t2": round(t1 * ratio)},
    where=lambda t1, t: 0.15 < t / t1 < 0.8,
)
def negative_eigenvalue(t1, t2, t):
    gamma, coherence = 1 - exp(-t / t1), exp(-t / t2)
    right = least(gamma, coherence)
    yield right
    yield slip(right / 2, "divides by d", "factor").says(
        "This is for a Choi matrix with trace 1. Ours has the trace 2."
    )
    yield slip(-right, "drops the sign").says("The size is right. Look at the sign.")
    yield slip(0.0, "believes that it is a channel").says(
        "Zero is an eigenvalue of this matrix, but another one lies below it. Did you exchange T1 and T2?"
    )
    yield slip(least(exp(-t / t1), coherence), "takes what is left for γ").says(
        "e^(−t/T1) is what is left of the excitation. γ is what is lost."
    )
    yield slip(least(gamma, exp(-t / (2 * t2))), "halves the rate of the coherence").says(
        "The coherence falls like e^(−t/T2): T2 has no factor 2 of its own."
    )
    yield slip((2 - gamma + sqrt(gamma**2 + 4 * coherence**2)) / 2, "gives the largest one").says(
        "This is the largest eigenvalue. The smallest one is asked for."
    )


@choice("4.3.i", rung="warm-up", outcome=3)
def impossible_row():
    yield right(
        "Taken together they describe no channel: half of an entangled pair would get a negative probability. "
        "At least one figure is off."
    ).says("Right: T2 can be at most 100 µs here. Figures that were fitted on different days may disagree like this.")
    yield slip(
        "It is possible: energy and phase are lost in different ways, so T1 and T2 are independent.",
        "takes the two for independent",
    ).says("Losing energy tells the environment which state it was. That alone costs phase, at half the rate.")
    yield slip("It is impossible: T2 can never be longer than T1.", "believes T2 ≤ T1").says(
        "It can. With energy loss alone, T2 is twice T1."
    )
    yield slip(
        "It is possible: after 20 µs, say, |0⟩, |1⟩ and |+⟩ are all inside the Bloch sphere.", "tests a few states only"
    ).says("These are. Other states, near |0⟩, are outside then, and the map has to be right for all.")
    yield slip(
        "It is possible, as the map keeps the trace of every state.", "takes trace-preserving for a channel"
    ).says("It does keep the trace. A channel also has to keep probabilities from becoming negative.")


SIX = [np.array(v) / np.linalg.norm(v) for v in ((1, 0), (0, 1), (1, 1), (1, -1), (1, 1j), (1, -1j))]


def survivals(gamma, alpha):
    """How often each of the six states is found again after the memory: amplitude damping, then R_y(α)."""
    turn = np.array([[cos(alpha / 2), -sin(alpha / 2)], [sin(alpha / 2), cos(alpha / 2)]])
    kraus = [turn @ np.diag([1, sqrt(1 - gamma)]), turn @ (sqrt(gamma) * DOWN)]
    return np.array([sum(abs(psi.conj() @ one @ psi) ** 2 for one in kraus) for psi in SIX])


@measure(
    "4.3.j",
    rung="think",
    outcome=5,
    points=2,
    bounds=(0, 1),
    within=0.002,
    gamma=decimals(0.15, 0.55, 0.01),
    alpha=angles(0.12, 0.4),
)
def average_fidelity(gamma, alpha):
    found = survivals(gamma, alpha)
    mean = float(found.mean())
    spread = float(np.sqrt((found * (1 - found)).sum())) / 6
    shots = 5000
    error = spread / sqrt(shots)
    yield right(mean, spread=spread)
    yield slip((float(found[:2].mean()), error, shots), "tries |0⟩ and |1⟩ only").says(
        "This is the mean for |0⟩ and |1⟩ alone. The average over all states needs the other four, too."
    )
    yield slip((float(found[2:4].mean()), error, shots), "tries |+⟩ and |−⟩ only").says(
        "This is the mean for |+⟩ and |−⟩ alone. The average over all states needs the other four, too."
    )
    yield slip((float(found[4:].mean()), error, shots), "tries the states on the y axis only").says(
        "This is the mean for the two states on the y axis. The average over all states needs the other four, too."
    )
    yield slip((float(found[[0, 2, 4]].mean()), error, shots), "takes one end of each axis").says(
        "This is the mean for |0⟩, |+⟩ and |+i⟩. Each axis has two ends: where the ball has moved, they differ."
    )
    process = (3 * mean - 1) / 2
    yield slip((process, 1.5 * error, shots), "gives the process fidelity", "convention").says(
        "This is the process fidelity; the average gate fidelity is asked for."
    )
    yield slip((1 - mean, error, shots), "gives the infidelity").says("This is 1 − F, the average infidelity.")
    yield slip((mean, sqrt(6) * error, shots), "takes the error of one state's mean", "factor").says(
        "Your error bar is about √6 times what so many shots of each state give. Is it that of one state's frequency, "
        "or did you count the shots of all six?"
    )
    yield slip((mean, error / sqrt(6), shots), "counts every shot twice over", "factor").says(
        "Your error bar is about √6 times too small for so many shots of each state. Did you divide by all shots once "
        "more?"
    )


def mirror(theta, phi, factor=1.0):
    """The Pauli transfer matrix that mirrors the ball in the plane with this normal, and shrinks it."""
    normal = np.array([sin(theta) * cos(phi), sin(theta) * sin(phi), cos(theta)])
    found = np.eye(4)
    found[1:, 1:] = factor * (np.eye(3) - 2 * np.outer(normal, normal))
    return found


def mirror_kraus(theta, phi):
    normal = np.array([sin(theta) * cos(phi), sin(theta) * sin(phi), cos(theta)])
    across = np.linalg.svd(normal[None])[2][1:]
    return [np.eye(2) / sqrt(3), *(np.tensordot(one, PAULIS[1:], 1) / sqrt(3) for one in across)]


def transfer_of(choi):
    return np.einsum("iba,cadb,jcd->ij", PAULIS, choi.reshape(2, 2, 2, 2), PAULIS).real / 2


class Mirrors(Representation):
    """The largest mirror image that a channel can make; its factor may be rounded to three digits."""

    def right(self, answer):
        gap = transfer_of(self.choi_from(answer)) - transfer_of(self.choi)
        return bool(np.abs(gap).max() < 1e-3)

    def explain(self, answer):
        transfer = transfer_of(self.choi_from(answer))
        came, wanted = transfer[1:], 3 * transfer_of(self.choi)[1:]
        if np.abs(transfer[0] - [1, 0, 0, 0]).max() > 1e-6:
            return super().explain(answer)
        factor = float(np.vdot(wanted, came)) / 3
        shown = number_text(factor, 3)
        if abs(factor) > 1e-3 and np.abs(came - factor * wanted).max() < 1e-3:
            if factor < 0:
                return wrong(None, f"This is the mirror image turned inside out: the factor is {shown}.", score=0.25)
            what = "that is no channel" if factor > 1 / 3 else "a channel can do better"
            return wrong(None, f"This is the mirror image, shrunk by the factor {shown}: {what}.", score=0.5)
        plane, along = self._shrunk(came[:, 1:])
        if np.abs(came[:, 0]).max() < 1e-6 and plane is not None:
            return wrong(
                None,
                f"Your map multiplies what lies in the mirror by {number_text(plane, 3)} and the normal by "
                f"{number_text(along, 3)}. A mirror image that is shrunk has f and −f.",
            )
        size = float(np.trace(came[:, 1:]))  # 1 + 1 − 1, for a mirror
        image = came[:, 1:] / size if abs(size) > 1e-3 else np.zeros((3, 3))
        if np.abs(came[:, 0]).max() < 1e-6 and np.abs(image @ image - np.eye(3)).max() < 1e-3 > abs(size) - size:
            normal = np.linalg.svd(np.eye(3) - image)[0][:, 0]
            normal = normal * (1 if normal[np.argmax(np.abs(normal))] > 0 else -1)
            where = ", ".join(number_text(float(c) + 0.0, 3) for c in normal)
            return wrong(None, f"Your channel mirrors, but in a plane with the normal ({where}), up to its sign.")
        return super().explain(answer)

    def _shrunk(self, block) -> tuple[float | None, float | None]:
        """The factors on the mirror's plane and on its normal; None for both if the map is not of this kind."""
        normal = np.linalg.eigh(transfer_of(self.choi)[1:, 1:])[1][:, 0]  # the normal's own value is the least one
        along = float(normal @ block @ normal)
        plane = float(np.trace(block) - along) / 2
        across = np.outer(normal, normal)
        same = np.abs(block - plane * (np.eye(3) - across) - along * across).max() < 1e-3
        return (plane + 0.0, along + 0.0) if same else (None, None)

    def score(self, answer):
        return 0.0


@build("4.3.k", kind="stretch", outcome=(3, 4), points=3, theta=angles(0.15, 0.85, 0.05), phi=angles(0.1, 0.9, 0.05))
def best_mirror(theta, phi):
    yield Mirrors(mirror_kraus(theta, phi), "ptm", data=(0,), wants=ANY_FORM)
    yield slip(mirror(theta, phi), "mirrors without shrinking").says(
        "This is the mirror image itself. It keeps every single state a state, but it is no channel: send half of an "
        "entangled pair, or look at the Choi matrix."
    )
    yield slip(mirror(theta, phi, 0.5), "shrinks too little").says(
        "With the factor ½ the smallest eigenvalue of the Choi matrix is still negative."
    )
    yield slip(mirror(theta, phi, 0.25), "shrinks too much").says(
        "This is a channel, and it mirrors. But a larger factor than ¼ is possible."
    )
    yield slip(mirror(theta, phi, 0.0), "gives the middle always").says(
        "Everything ends in the middle of the ball. A larger factor is possible."
    )
    yield slip(mirror_kraus(0, 0), "mirrors in the plane of the equator").says(
        "The factor is right, but your mirror lies flat, with the normal along z."
    )
    turned = np.eye(4)
    turned[1:, 1:] = -mirror(theta, phi)[1:, 1:]
    yield slip(turned, "turns by π about the normal").says(
        "This turns the ball by half a turn about the normal, as a gate does. A mirror changes left and right."
    )
    shrunk = np.eye(4)
    shrunk[1:, 1:] = turned[1:, 1:] / 3
    yield slip(shrunk, "turns and shrinks").says(
        "This turns the ball by half a turn about the normal and shrinks it. A mirror flips the normal's direction."
    )
    yield slip(np.diag([1, -1 / 3, -1 / 3, -1 / 3]), "inverts through the centre").says(
        "This takes every state to the other side of the centre. The mirror flips one direction only."
    )
