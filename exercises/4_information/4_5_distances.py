"""What right means in lesson 4.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from math import pi, sqrt

import numpy as np

from qtrain.authoring import (
    build,
    choice,
    data,
    decimals,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
)
from qtrain.checking import Data, Property, conventions
from qtrain.checking.schema import List, Real, Row
from qtrain.circuits import Circuit, Density, Matrix, State, density, written_bits
from qtrain.circuits.numerals import number_beside, number_text

PAULIS = np.array([np.eye(2), [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])


def state_of(vector):
    return (np.eye(2) + np.tensordot(np.array(vector), PAULIS[1:], 1)) / 2


def trace_distance(rho, sigma):
    return float(np.abs(np.linalg.eigvalsh(rho - sigma)).sum()) / 2


def root(rho):
    values, vectors = np.linalg.eigh(rho)
    return (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.conj().T


def root_fidelity(rho, sigma):
    return float(np.linalg.svd(root(rho) @ root(sigma), compute_uv=False).sum())


def two_vectors(random):
    """Two mixed states, their Bloch vectors not along one line, with two digits."""
    while True:
        found = []
        for _ in range(2):
            v = np.array([random.gauss(0, 1) for _ in range(3)])
            found.append([round(float(c), 2) for c in v / np.linalg.norm(v) * random.uniform(0.45, 0.9)])
        r, s = np.array(found[0]), np.array(found[1])
        gap = np.abs(r - s)
        if np.linalg.norm(r - s) > 0.5 and gap.min() > 0.15 and gap[2] < 0.9 * np.linalg.norm(gap):
            return {"r": found[0], "s": found[1]}


@number("4.5.a", rung="warm-up", outcome=1, bounds=(0, 1), within=1e-3, draw=two_vectors)
def best_guess(r, s):
    gap = np.array(r) - np.array(s)
    distance = float(np.linalg.norm(gap)) / 2
    yield (1 + distance) / 2
    yield slip(distance, "gives the trace distance").says(
        "This is the trace distance. The probability of a right guess is asked for; it is at least ½."
    )
    yield slip((1 + 2 * distance) / 2, "forgets the half of T", "factor").says(
        "The trace distance of two qubit states is half the distance of their Bloch vectors."
    )
    yield slip(2 * distance, "gives the distance of the vectors").says("This is the distance of the two Bloch vectors.")
    yield slip((1 + abs(float(gap[2])) / 2) / 2, "measures along z").says(
        "This is what a measurement along z reaches. Another direction tells the two states apart better."
    )
    yield slip((1 - distance) / 2, "gives the chance of an error").says(
        "This is the probability of naming it wrong. The probability of naming it right is asked for."
    )
    for axis in (0, 1):
        yield slip((1 + abs(float(gap[axis])) / 2) / 2, "measures along an axis").says(
            f"This is what a measurement along {'xy'[axis]} reaches. Another direction tells the two apart better."
        )
    yield slip(root_fidelity(state_of(r), state_of(s)) ** 2, "gives the fidelity").says(
        "This is the fidelity of the two states. It does not tell the probability of a right guess."
    )
    yield slip(1 - distance, "takes the distance for the error").says(
        "This is 1 − T. Even without looking you guess right in half of the cases."
    )


CONVENTIONS = ("squared", "root")


def fidelity_task(random):
    return {**two_vectors(random), "convention": random.choice(CONVENTIONS)}


@number("4.5.b", outcome=2, bounds=(0, 1), within=2e-4, draw=fidelity_task)
def fidelity_in_a_convention(r, s, convention):
    rho, sigma = state_of(r), state_of(s)
    lower = root_fidelity(rho, sigma)
    value = lower**2 if convention == "squared" else lower
    yield value
    yield from conventions.fidelity(value, squared=convention == "squared")
    once_more = value**2 if convention == "squared" else sqrt(value)
    yield slip(once_more, "does it twice", "convention").says(
        "You squared what was squared already: the libraries give the square."
        if convention == "squared"
        else "You took the root twice."
    )
    yield slip(1 - value, "gives the infidelity").says("This is 1 minus the fidelity in this convention.")
    yield slip(trace_distance(rho, sigma), "gives the trace distance").says("This is the trace distance.")
    entries = np.trace(np.sqrt(rho) @ np.sqrt(sigma)).real
    yield slip(float(entries if convention == "root" else entries**2), "takes roots of the entries").says(
        "np.sqrt takes the root of each entry. The root of a matrix has the roots of its eigenvalues."
    )
    overlap = float(np.trace(rho @ sigma).real)
    yield slip(overlap, "multiplies the matrices").says(
        "This is tr(ρσ). It is the fidelity only if one of the two states is pure."
    )
    yield slip(sqrt(overlap), "takes the root of tr(ρσ)").says(
        "This is the root of tr(ρσ). For two mixed states the fidelity is another number."
    )
    yield slip(1 - trace_distance(rho, sigma), "takes 1 − T").says(
        "This is 1 − T. The fidelity is not fixed by the trace distance alone."
    )


def edge(lists):
    """Bhattacharyya's sum squared, and the total variation, of two distributions."""
    p, q = np.array(lists[0]), np.array(lists[1])
    return float(np.sqrt(p * q).sum()) ** 2, float(np.abs(p - q).sum()) / 2


@data("4.5.c", kind="design", rung="think", outcome=2, points=2, fidelity=decimals(0.1, 0.8, 0.01))
def lower_edge(fidelity):
    def holds(lists):
        p, q = lists
        if len(p) != len(q):
            return False, "The two lists have different lengths."
        if any(abs(sum(one) - 1) > 1e-6 for one in lists):
            return False, "The probabilities of each list should add up to 1."
        found, distance = edge(lists)
        if abs(found - fidelity) > 1e-4:
            return False, (
                f"Your two states have the fidelity {number_beside(found, fidelity, 4)} (squared); "
                f"{fidelity} is asked for."
            )
        if distance > 1 - sqrt(fidelity) + 1e-4:
            return False, f"The fidelity is right. But T = {number_text(distance, 4)}, and a smaller T is possible."
        return True

    yield Data(schema=Row(List(Real(0, 1), (2, 16)), List(Real(0, 1), (2, 16)), names="pq"), holds=holds)
    c, upper = sqrt(fidelity), (1 + sqrt(1 - fidelity)) / 2
    yield slip(([1, 0], [fidelity, 1 - fidelity]), "takes one pure state").says(
        "The fidelity is right. But T = 1 − F here, and 1 − √F is smaller."
    )
    yield slip(([upper, 1 - upper], [1 - upper, upper]), "takes a mirrored pair of two entries").says(
        "The fidelity is right. But your pair is on the upper edge, T = √(1 − F): the lower one is asked for."
    )
    yield slip(([1 - fidelity, fidelity, 0], [0, fidelity, 1 - fidelity]), "shares F in the place of √F").says(
        "Your states share the part F. The sum Σ√(pq) is then F, and the squared fidelity is F²."
    )
    yield slip(([c, 1 - c], [c, 1 - c]), "gives the same state twice").says(
        "Your two states are the same: F = 1, T = 0."
    )


@choice("4.5.d", rung="warm-up", outcome=3)
def two_gates():
    yield right(
        "The one that turns too far: its worst case grows like the root of the infidelity, the other's like the "
        "infidelity itself."
    ).says("Right: and 100 such turns add up as amplitudes, while 100 random errors add up as probabilities.")
    yield slip(
        "Neither: equal average fidelity means equal errors in every program.", "takes the average for everything"
    ).says("The average is over input states. A program is one input, and it may be the worst one.")
    yield slip(
        "The one that depolarises: noise cannot be undone, and so it does more harm.", "takes randomness for the worst"
    ).says("It cannot be undone. But the harm that it does in one use is small for every input.")
    yield slip("The one that depolarises: it acts on all three axes, the other one on two only.", "counts axes").says(
        "With the same average fidelity each axis shrinks less. What matters is how the state moves."
    )
    yield slip(
        "It cannot be told: the diamond distance of a single gate is not defined.", "takes it for a norm of circuits"
    ).says("It is defined for every pair of channels: here the gate as it is, and as it should be.")


def distances_of_models(x, y, z, p):
    """The diamond distance, and what the usual mistakes give in its place."""
    found = np.array([1 - x - y - z, x, y, z])
    models = {"aer": 1 - 3 * p / 4, "cirq": 1 - p, "whole": 1 - p}
    shares = {"aer": p / 4, "cirq": p / 3, "whole": p / 4}
    gaps = {name: np.abs(found - [stays, *[shares[name]] * 3]) for name, stays in models.items()}
    gap = gaps["aer"]
    return {
        "right": float(gap.sum()) / 2,
        "double": float(gap.sum()),
        "cirq": float(gaps["cirq"].sum()) / 2,
        "without identity": float(gap[1:].sum()) / 2,
        "without identity, double": float(gap[1:].sum()),
        "identity": float(gap[0]),
        "largest": float(gap.max()),
        "euclid": float(np.linalg.norm(gap)),
        "half euclid": float(np.linalg.norm(gap)) / 2,
        "whole": float(gaps["whole"].sum()) / 2,
    }


def rates(random):
    """Rates for which no two mistakes give the same number (except that the identity's gap may be the largest)."""
    while True:
        x, y, z = (random.randrange(2, 40) / 1000 for _ in range(3))
        p = random.randrange(20, 120, 4) / 1000
        values = distances_of_models(x, y, z, p)
        if values["identity"] == values["largest"]:
            del values["identity"]
        apart = np.diff(sorted(values.values()))
        if apart.min() > 3e-4:
            return {"x": x, "y": y, "z": z, "p": p}


@number("4.5.e", rung="warm-up", outcome=4, within=1e-4, draw=rates)
def two_pauli_channels(x, y, z, p):
    values = distances_of_models(x, y, z, p)
    yield values["right"]
    yield slip(values["double"], "forgets the half", "factor").says("The ½ in front of the sum is missing.")
    yield slip(values["cirq"], "takes Cirq's p", "convention").says(
        "You took p for the chance of a Pauli error, as Cirq does. Here it is the p of (1 − p)ρ + pI/2."
    )
    for name in ("without identity", "without identity, double"):
        yield slip(values[name], "forgets the identity").says(
            "The identity is one of the four Paulis, too: its rates differ as well."
        )
    yield slip(values["largest"], "takes the largest difference").says(
        "This is the largest of the four differences. All of them count."
    )
    if values["identity"] != values["largest"]:
        yield slip(values["identity"], "takes the identity alone").says(
            "This is the difference of the two probabilities that nothing happens. All four differences count."
        )
    yield slip(values["euclid"], "takes the length of a vector").says(
        "This is the root of the sum of the squared differences. Their sizes are added, not their squares."
    )
    yield slip(values["half euclid"], "takes half the length of a vector").says(
        "This is half the root of the sum of the squared differences. Their sizes are added, not their squares."
    )
    yield slip(values["whole"], "forgets that I/2 holds the identity").says(
        "I/2 is the mixture of all four Paulis, the identity among them: the identity has 1 − 3p/4."
    )


def arc_of(U, V):
    """The shortest arc of the unit circle that holds all eigenvalues of U†V, in radians."""
    turns = np.sort(np.angle(np.linalg.eigvals(np.conj(np.array(U)).T @ np.array(V))))
    return 2 * pi - float(np.diff([*turns, turns[0] + 2 * pi]).max())


def unitary_distance(U, V):
    arc = arc_of(U, V)
    return 1.0 if arc >= pi else float(np.sin(arc / 2))


def with_turns(rng, turns, across):
    """A random U, and V = U times a gate with these eigenphases, round −1 (`across`) or anywhere on the circle."""
    d = len(turns)

    def drawn():
        block = [[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(d)] for _ in range(d)]
        return np.linalg.qr(np.array(block))[0]

    U, W = drawn(), drawn()
    start = pi - (max(turns) + min(turns)) / 2 + rng.uniform(-0.02, 0.02) if across else rng.uniform(0, 2 * pi)
    phases = np.exp(1j * (np.array(turns) + start))
    return U.tolist(), (U @ (W * phases) @ W.conj().T).tolist()


def unitaries(rng):
    spread = [[0, 0.3], [0, 0.2, 0.5, 1.3], [0, 2.6], [0, 1.9, 2.4, 2.5], [0, 2.0, 3.9, 5.1], [0, 2.9, 3.6, 3.0]]
    return [
        with_turns(rng, [turn + rng.uniform(-0.05, 0.05) for turn in turns], across=place in (1, 2))
        for place, turns in enumerate(spread)
    ]


@function("4.5.f", rung="think", outcome=4, points=2, name="unitary_distance", inputs=unitaries, within=1e-4)
def distance_of_gates():
    yield unitary_distance

    def capped(U, V):
        return float(np.sin(arc_of(U, V) / 2))

    yield slip(capped, "forgets the half circle").says(
        "If the eigenvalues reach round half of the circle or more, some input makes the two outputs orthogonal."
    )

    def unwrapped(U, V):
        turns = np.angle(np.linalg.eigvals(np.conj(np.array(U)).T @ np.array(V)))
        arc = float(turns.max() - turns.min())
        return 1.0 if arc >= pi else float(np.sin(arc / 2))

    yield slip(unwrapped, "cuts the circle at π").says(
        "Angles from −π to π: two eigenvalues on both sides of −1 are neighbours. Look for the largest gap."
    )

    def with_a_pair(U, V):
        overlap = np.trace(np.conj(np.array(U)).T @ np.array(V)) / len(U)
        return float(np.sqrt(max(0.0, 1 - abs(overlap) ** 2)))

    yield slip(with_a_pair, "sends half of an entangled pair").says(
        "This is the trace distance for half of a maximally entangled pair. Another input may do better."
    )
    yield slip(
        lambda U, V: float(np.linalg.norm(np.array(U) - np.array(V), 2)) / 2, "takes the norm of U − V", "global-phase"
    ).says("This is half the norm of U − V. It changes with a global phase, which nobody can see.")

    def without_dagger(U, V):
        return unitary_distance(np.eye(len(U)), np.array(U) @ np.array(V))

    yield slip(without_dagger, "takes UV", "inverse").says("You took the eigenvalues of UV. Undo one of the two: U†V.")

    def two_of_them(U, V):
        values = np.linalg.eigvals(np.conj(np.array(U)).T @ np.array(V))
        return float(np.sin(np.abs(np.angle(np.divide.outer(values, values))).max() / 2))

    yield slip(two_of_them, "looks at two eigenvalues at a time").says(
        "You took the largest angle between two eigenvalues. Three of them may go round the whole circle, with no two "
        "opposite each other: an input that is made of all three is the best then."
    )

    def process_infidelity(U, V):
        return float(with_a_pair(U, V) ** 2)

    yield slip(process_infidelity, "gives the process infidelity").says(
        "This is 1 − |tr(U†V)|²/d², the process infidelity. It is no worst case."
    )
    yield slip(lambda U, V: float(np.sin(arc_of(U, V) / 4)), "takes a quarter of the arc").says(
        "You took the sine of a quarter of the arc: half the norm of U − V after the best choice of a global phase."
    )

    def uncapped_and_cut(U, V):
        turns = np.angle(np.linalg.eigvals(np.conj(np.array(U)).T @ np.array(V)))
        return float(np.sin((turns.max() - turns.min()) / 2))

    yield slip(uncapped_and_cut, "cuts the circle at π and forgets the half circle").says(
        "Angles from −π to π: two eigenvalues on both sides of −1 are neighbours. And from half of the circle on the "
        "distance is 1."
    )
    yield slip(lambda U, V: 2 * unitary_distance(U, V), "forgets the half", "factor").says(
        "Your distance is twice as large as it should be: it should reach from 0 to 1."
    )
    yield slip(lambda U, V: float(np.sin(min(arc_of(U, V), pi))), "takes the whole arc").says(
        "The sine of half of the arc is asked for."
    )


# --- two boxes and the best input -------------------------------------------------------------------------------------

ENDS = {
    "|0⟩": np.eye(2),
    "|1⟩": PAULIS[1],
    "|+⟩": np.array([[1, 1], [1, -1]]) / sqrt(2),
    "|−⟩": np.array([[1, 1], [-1, 1]]) / sqrt(2),
}


def boxes(gamma, ground):
    """Kraus operators: decay to the ground state, and a forgotten measurement in the same basis."""
    turn = ENDS[ground]
    decay = [np.diag([1, sqrt(1 - gamma)]), np.array([[0, sqrt(gamma)], [0, 0]])]
    looked = [np.diag([1.0, 0]), np.diag([0, 1.0])]
    return tuple([turn @ one @ turn.conj().T for one in box] for box in (decay, looked))


def choi(kraus):
    columns = np.array([np.array(one).T.reshape(-1) for one in kraus])
    return columns.T @ columns.conj()


def told_apart(rho, first, second):
    """The trace distance of the outputs for a state of the qubit that goes in (0) and one that is kept (1)."""

    def out(kraus):
        return sum(np.kron(one, np.eye(2)) @ rho @ np.kron(one, np.eye(2)).conj().T for one in kraus)

    return trace_distance(out(first), out(second))


def partial(weight, turn=PAULIS[0]):
    """The state √w|00⟩ + √(1−w)|11⟩, its first qubit turned."""
    return np.kron(turn, np.eye(2)) @ np.array([sqrt(weight), 0, 0, sqrt(1 - weight)])


def projector(vector):
    return np.outer(vector, np.conj(vector))


@cache
def best_of_boxes(gamma):
    weights = np.linspace(0, 1, 401)
    return max(told_apart(projector(partial(w)), *boxes(gamma, "|0⟩")) for w in weights)


@build(
    "4.5.g",
    kind="design",
    outcome=5,
    points=2,
    gamma=decimals(0.4, 0.56, 0.01),
    ground=one_of(*ENDS),
)
def best_input(gamma, ground):
    first, second = boxes(gamma, ground)
    best, turn = best_of_boxes(gamma), ENDS[ground]

    def holds(answer):
        if isinstance(answer, Circuit):
            if written_bits(answer):
                return False, "Your circuit measures. Leave the measurement out: it destroys the superposition."
            rho = density(answer)
        elif isinstance(answer, State):
            rho = projector(answer.vector)
        else:
            rho = answer.matrix
            if np.abs(rho - rho.conj().T).max() > 1e-4 or np.linalg.eigvalsh(rho)[0] < -1e-3:
                return False, "Your matrix is no density matrix. Four amplitudes suffice."
        if rho.shape != (4, 4):
            return False, "Give a state of two qubits: qubit 0 goes into the box, qubit 1 stays with you."
        total = float(np.trace(rho).real)
        if abs(total - 1) > 1e-2:  # rounded amplitudes will do
            return (
                False,
                f"The squares of your amplitudes add up to {number_beside(total, 1, 4)}; they should add up to 1.",
            )
        found = told_apart(rho / total, first, second)
        if found >= best - 2e-3:
            return True
        said = f"Your input lets the best measurement win with {number_text((1 + found) / 2, 4)}. More is possible."
        flip, turned = np.kron(turn @ PAULIS[1] @ turn.conj().T, PAULIS[1]), np.kron(turn, PAULIS[0])
        changed = {
            f"with the weights of {ground} and of the other state exchanged": flip @ rho @ flip.conj().T,
            f"if the qubit decayed to |0⟩ in the place of {ground}": turned @ rho @ turned.conj().T,
            "with the two qubits exchanged (qubit 0 goes into the box)": rho.reshape(2, 2, 2, 2)
            .transpose(1, 0, 3, 2)
            .reshape(4, 4),
        }
        helps = [words for words, one in changed.items() if told_apart(one / total, first, second) >= best - 2e-3]
        return False, f"{said} It would be the best {', or '.join(helps)}." if helps else said

    yield Property(
        "tells the two boxes apart as well as possible",
        holds,
        takes=(State, Circuit, Density, Matrix),
        reading="state",
        num_qubits=2,
        wants="a state of two qubits or a circuit that prepares it",
    )
    yield slip(partial(0.5), "takes a Bell pair").says(
        "A Bell pair wins with 0.75 here. It is a good input, but not the best one: weigh the two terms differently."
    )
    excited, plus = turn[:, 1], turn @ np.array([1, 1]) / sqrt(2)
    yield slip(np.kron(excited, [1, 0]), "sends the excited state alone").says(
        f"The state that decays wins with {number_text((1 + gamma) / 2, 4)} here, without any use of qubit 1. "
        "More is possible."
    )
    yield slip(np.kron(plus, [1, 0]), "sends an equal superposition alone")
    weights = np.linspace(0, 1, 101)
    w = max(weights, key=lambda w: told_apart(projector(partial(w)), *boxes(gamma, "|0⟩")))
    yield slip(partial(1 - w, turn), "exchanges the weights")
    if ground != "|0⟩":
        yield slip(partial(w), "forgets to turn the qubit").says(
            f"This would be the best input if the qubit decayed to |0⟩. It decays to {ground}."
        )


# --- the laboratory ---------------------------------------------------------------------------------------------------


def two_machines(random):
    """As before, and no component of the difference so small that it could be left out."""
    while True:
        found = two_vectors(random)
        gap = np.array(found["r"]) - np.array(found["s"])
        length = float(np.linalg.norm(gap))
        if (length - sqrt(length**2 - float(np.abs(gap).min()) ** 2)) / 2 > 0.035:
            return found


@measure("4.5.h", rung="think", outcome=1, points=2, bounds=(0, 1), within=0.005, draw=two_machines)
def distance_from_counts(r, s):
    r, s = np.array(r), np.array(s)
    gap = r - s
    distance = float(np.linalg.norm(gap))
    variances = 2 - r**2 - s**2
    spread = float(np.sqrt((gap**2 * variances).sum())) / distance / 2
    value, shots = distance / 2, 20_000
    error = spread / sqrt(shots)
    yield right(value, spread=spread)
    yield slip((2 * value, 2 * error, shots), "forgets the half", "factor").says(
        "This is the distance of the two Bloch vectors. The trace distance is half of it."
    )
    for out, name in enumerate("xyz"):
        rest = [k for k in range(3) if k != out]
        yield slip((float(np.hypot(*gap[rest])) / 2, error, shots), f"leaves out {name}").says(
            f"Your value is what {'xyz'[rest[0]]} and {'xyz'[rest[1]]} alone give. Measure along {name}, too."
        )
    yield slip((abs(float(gap[2])) / 2, error, shots), "measures along z only").says(
        "Your value is what z alone gives. Measure along x and y, too."
    )
    yield slip((float(np.abs(gap).sum()) / 2, error, shots), "adds the components").says(
        "You added the sizes of the components. The length of a vector is the root of the sum of their squares."
    )
    yield slip(((1 + value) / 2, error / 2, shots), "gives the chance of a right guess").says(
        "This is ½(1 + T), the chance of a right guess. T itself is asked for."
    )
    wide = (
        "Your error bar is too large for these shots. Is the ½ in it, and is each component weighed by its share of d?"
    )
    yield slip((value, 2 * error, shots), "forgets the half in the error", "factor").says(wide)
    flat = float(np.sqrt(variances.sum())) / 2 / spread
    yield slip((value, flat * error, shots), "adds the variances of all components", "factor").says(wide)
    yield slip((value, sqrt(6) * error, shots), "gives the shots of all settings", "factor").says(
        "Your error bar is about √6 times what so many shots of each setting give. The shots asked for are those of "
        "one setting, not of all six."
    )


# --- the diamond distance of any two channels -------------------------------------------------------------------------


def distance_with(J, kept):
    """The trace distance of the outputs if the state of the kept qubit is `kept`; concave in it."""
    outer = np.kron(root(kept), np.eye(2))
    return float(np.abs(np.linalg.eigvalsh(outer @ J @ outer.conj().T)).sum()) / 2


def diamond(first, second, starts=4):
    """½‖·‖⋄ of two one-qubit channels by turns: the best measurement for an input, the best input for a measurement."""
    J, rng, best = choi(first) - choi(second), np.random.default_rng(0), 0.0
    for _ in range(starts):
        psi, last = rng.normal(size=4) + 1j * rng.normal(size=4), -1.0
        for _ in range(500):
            outer = np.kron((psi / np.linalg.norm(psi)).reshape(2, 2), np.eye(2))
            values, vectors = np.linalg.eigh(outer @ J @ outer.conj().T)
            positive = vectors[:, values > 0]
            measured = (positive @ positive.conj().T).reshape(2, 2, 2, 2)
            pulled = np.einsum("sbra,iajb->sjri", measured, J.reshape(2, 2, 2, 2)).reshape(4, 4)
            values, vectors = np.linalg.eigh(pulled)
            psi, value = vectors[:, -1], float(values[-1])
            if value - last < 1e-11:
                break
            last = value
        best = max(best, value)
    return best


def lone(first, second):
    """Without a second qubit: the best of a fine net of inputs."""
    J = (choi(first) - choi(second)).reshape(2, 2, 2, 2)
    polar, around = np.meshgrid(np.linspace(0, pi, 31), np.linspace(0, 2 * pi, 40, endpoint=False))
    v = np.array([np.cos(polar / 2), np.exp(1j * around) * np.sin(polar / 2)]).reshape(2, -1)
    out = np.einsum("in,iajb,jn->nab", v, J, v.conj())
    return float(np.abs(np.linalg.eigvalsh(out)).sum(axis=1).max()) / 2


def random_channel(rng, k):
    block = [[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(2)] for _ in range(2 * k)]
    return np.linalg.qr(np.array(block))[0].reshape(k, 2, 2)


def pairs(rng):
    """Two generic channels, and three pairs for which neither a Bell pair nor a lone qubit is the best input."""
    found = [(random_channel(rng, 2), random_channel(rng, 3))]
    for low, high in ((0.42, 0.46), (0.47, 0.5), (0.5, 0.53)):
        before, after = random_channel(rng, 1)[0], random_channel(rng, 1)[0]
        found.append([[after @ one @ before for one in box] for box in boxes(rng.uniform(low, high), "|0⟩")])
    return [tuple([np.array(one).tolist() for one in box] for box in pair) for pair in found]


@function("4.5.i", kind="stretch", outcome=(4, 5), points=3, name="diamond", inputs=pairs, within=1e-3)
def diamond_distance():
    yield diamond

    def with_a_pair(first, second):
        return distance_with(choi(first) - choi(second), np.eye(2) / 2)

    yield slip(with_a_pair, "sends half of a Bell pair").says(
        "This is what half of a Bell pair reaches. For some pairs of channels another input does better."
    )
    yield slip(lone, "uses no second qubit").says(
        "This is what a single qubit reaches. A second one that stays at home helps for some pairs."
    )
    yield slip(lambda first, second: 2 * diamond(first, second), "forgets the half", "factor").says(
        "Your numbers are twice as large as they should be: the distance reaches from 0 to 1."
    )
    yield slip(lambda first, second: 4 * with_a_pair(first, second), "takes the trace norm of the Choi matrices").says(
        "This is the trace norm of the difference of the Choi matrices. The Choi matrix is for one input, a Bell pair, "
        "and it has the trace 2."
    )
    yield slip(lambda first, second: (1 + diamond(first, second)) / 2, "gives the chance of a right guess").says(
        "This is the chance of a right guess, ½(1 + distance)."
    )
    yield slip(
        lambda first, second: 2 * with_a_pair(first, second), "takes ½ of the trace norm of the Choi matrices"
    ).says(
        "This is ½ of the trace norm of the difference of the Choi matrices. They have the trace 2, so it can exceed 1."
    )
