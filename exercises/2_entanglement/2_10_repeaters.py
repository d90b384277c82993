"""What right means in lesson 2.10, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import product
from math import comb, expm1, log1p, sqrt

import numpy as np

from qtrain.authoring import (
    build,
    choice,
    circuit,
    decimals,
    distinct,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import NoGateAcross, Property
from qtrain.checking.refusals import measured_last
from qtrain.checking.rules import FeedForward
from qtrain.circuits import Circuit, density, reduced, run
from qtrain.circuits.numerals import number_beside

BELL = {
    "Φ+": ("(|00⟩ + |11⟩)/√2", "h a; cx a b"),
    "Φ−": ("(|00⟩ − |11⟩)/√2", "h a; cx a b; z a"),
    "Ψ+": ("(|01⟩ + |10⟩)/√2", "h a; cx a b; x b"),
    "Ψ−": ("(|01⟩ − |10⟩)/√2", "h a; cx a b; x b; z a"),
}
PHI = np.array([1, 0, 0, 1]) / sqrt(2)


def pair(name, first, second):
    """The gates that make this Bell state of two named qubits."""
    return "; ".join(
        " ".join({"a": first, "b": second}.get(word, word) for word in step.split())
        for step in BELL[name][1].split("; ")
    )


def swapped(f, n):
    """The fidelity of n Werner pairs of fidelity f, joined to one."""
    return (1 + 3 * ((4 * f - 1) / 3) ** n) / 4


@number(
    "2.10.a",
    rung="warm-up",
    outcome=1,
    bounds=(0, 1),
    within=5e-4,
    percent=one_of([*range(85, 99)]),
    pairs=whole(3, 12),
)
def joined(percent, pairs):
    f = percent / 100
    yield swapped(f, pairs)
    yield slip(f**pairs, "multiplies fidelities").says(
        "You multiplied fidelities. It is the visibilities that are multiplied: some wrong pairs cancel."
    )
    yield slip(1 - pairs * (1 - f), "adds the losses").says("You added the losses. For several pairs that is too much.")
    yield slip(swapped(f, pairs - 1), "counts the swaps").says(
        "This is the fidelity of one pair less: how many pairs are joined?"
    )
    yield slip(((4 * f - 1) / 3) ** pairs, "gives the visibility").says(
        "This is the visibility. The fidelity is asked for."
    )


@build(
    "2.10.b",
    outcome=1,
    points=2,
    takes="circuit",
    first=("Φ+",),
    second=("Φ−", "Ψ+", "Ψ−"),
    places=distinct(4, range(5)),
    where=lambda places: places[0] < places[3],  # exchanged ends are the same task
    derive=lambda places, first, second: {
        **dict(zip(("alice", "left", "right", "bob"), places, strict=True)),
        "states": [BELL[first][0], BELL[second][0]],
    },
    rules=lambda alice, left, right, bob: [FeedForward(), NoGateAcross([[alice], [left, right], [bob]])],
)
def swapping(first, second, places, alice, left, right, bob, states):
    def made(*steps):
        return circuit(*steps, a=alice, l=left, r=right, b=bob, qubits=5, bits=2)

    prepared = run(made(pair(first, "a", "l"), pair(second, "r", "b")))

    def holds(answer):
        rho = reduced(density(answer, prepared), [alice, bob])
        found = max(0.0, float(np.real(PHI @ rho @ PHI)))
        if found > 1 - 1e-6:
            return True
        return False, (
            measured_last(answer, [alice, bob])
            or f"Qubits {alice} and {bob} are found in Φ+ with probability {number_beside(found, 1)} only."
        )

    bits = {"Φ+": (0, 0), "Φ−": (1, 0), "Ψ+": (0, 1), "Ψ−": (1, 1)}
    z, x = (bits[first][k] ^ bits[second][k] for k in (0, 1))
    fix = "; ".join(step for step, on in (("z b", z), ("x b", x)) if on)
    measured = "cx l r; h l; measure l -> 0; measure r -> 1"
    yield Property("leaves Alice and Bob with Φ+", holds, takes=Circuit, num_qubits=5, wants="a circuit of five qubits")
    yield slip(made(measured, "if 1 { x b }; if 0 { z b }"), "forgets which pairs these are").says(
        "This is right for two pairs in Φ+. Yours are others: which Pauli is left over?"
    )
    for carried in ("swap l b", "swap r a", "swap a r; swap l b"):
        yield slip(made(carried), "carries a qubit across").says(
            "A qubit of Charlie's was carried to another party. He may only measure his two, and tell the results."
        )
    yield slip(made(measured, fix), "does not tell the result").says(
        "Charlie's two bits are not used. In three of four cases the pair of Alice and Bob is another Bell state."
    )
    yield slip(made(measured, "if 0 { x b }; if 1 { z b }", fix), "exchanges the two bits").says(
        "The two bits are exchanged: the one behind the H is for Z, the other one for X."
    )


def bbpssw(f):
    """Fidelity and success of one round of distillation with two Werner pairs (Bennett and others 1996)."""
    rest = (1 - f) / 3
    success = f * f + 2 * f * rest + 5 * rest * rest
    return (f * f + rest * rest) / success, success


@build(
    "2.10.c",
    outcome=2,
    points=3,
    takes="circuit",
    places=distinct(4, range(4)),
    derive=lambda places: dict(zip(("alice_keeps", "alice_tests", "bob_keeps", "bob_tests"), places, strict=True)),
    rules=lambda alice_keeps, alice_tests, bob_keeps, bob_tests: [
        NoGateAcross([[alice_keeps, alice_tests], [bob_keeps, bob_tests]])
    ],
)
def distils(places, alice_keeps, alice_tests, bob_keeps, bob_tests):
    kept, tested = [alice_keeps, bob_keeps], [alice_tests, bob_tests]

    def made(*steps):
        return circuit(*steps, A=alice_keeps, C=alice_tests, B=bob_keeps, D=bob_tests, qubits=4)

    starts = []
    for one, other in product(BELL, repeat=2):
        starts.append((one, other, run(made(pair(one, "A", "B"), pair(other, "C", "D")))))

    def after(answer, f):
        weight = {name: f if name == "Φ+" else (1 - f) / 3 for name in BELL}
        success = good = 0.0
        for one, other, start in starts:
            rho = reduced(density(answer, start), kept + tested).reshape(4, 4, 4, 4)
            for same in (0, 3):  # the tested qubits give 00 or 11
                part = rho[:, same, :, same]
                success += weight[one] * weight[other] * float(np.real(np.trace(part)))
                good += weight[one] * weight[other] * float(np.real(PHI @ part @ PHI))
        return good / max(success, 1e-12), success

    def holds(answer):
        for f in (0.6, 0.75, 0.9):
            better, success = after(answer, f)
            wanted, often = bbpssw(f)
            if better < wanted - 1e-6:
                return False, measured_last(answer, kept) or (
                    f"Two pairs of fidelity {f} give one of {number_beside(better, wanted, 4)} where the tested "
                    f"bits are equal. {number_beside(wanted, better, 4)} can be reached."
                )
            if success < often - 1e-6:
                return False, (
                    f"The tested bits are equal with probability {number_beside(success, often)} only; "
                    f"{number_beside(often, success)} can be reached."
                )
        return True

    yield Property("distils", holds, takes=Circuit, num_qubits=4, wants="a circuit of four qubits")
    yield slip(made("cx C A; cx D B"), "turns the CNOTs round").says(
        "Your CNOTs go from the tested pair to the kept one. The kept pair should be the control."
    )
    yield slip(made("cx A C"), "applies one CNOT only").says("Only one side has applied its CNOT. Both have to.")
    yield slip(made("cz A C; cz B D"), "takes CZ for CNOT").says(
        "A CZ changes no bits, so the test sees nothing of the kept pair. Which gate copies a bit?"
    )


def cost(start, target):
    """Rounds and raw pairs for each pair of at least the target fidelity."""
    f, pairs, rounds = start, 1.0, 0
    while f < target:
        f, success = bbpssw(f)
        pairs, rounds = pairs * 2 / success, rounds + 1
    return rounds, pairs


@number(
    "2.10.d",
    rung="think",
    outcome=2,
    rel=5e-3,
    start=decimals(0.62, 0.88, 0.01),
    target=one_of([0.9, 0.92, 0.94, 0.95, 0.96]),
    where=lambda start, target: target - start > 0.05,
)
def raw_pairs(start, target):
    rounds, pairs = cost(start, target)
    yield pairs
    yield slip(2**rounds, "forgets the failures").says(
        "You took two pairs for one in each round. Where the bits differ, both pairs are lost."
    )
    yield slip(2 * rounds, "adds in place of multiplying").says(
        "Each round needs two pairs of the round before: the numbers are multiplied."
    )
    yield slip(pairs / (2 / bbpssw(start)[1]), "one round less").says("Count the rounds again: one is missing.")
    yield slip(rounds, "gives the number of rounds").says("This is the number of rounds. The raw pairs are asked for.")


@choice("2.10.e", rung="warm-up", outcome=3)
def whom_to_trust():
    yield right("No: if he lies about his results, Alice and Bob see errors in the bits that they compare.").says(
        "Right: the test of the error rate covers the station, too. This is used in links without trusted detectors."
    )
    yield slip("Yes: he measures the qubits, so he knows the key.", "takes a Bell measurement for reading").says(
        "His measurement tells which Bell state the two halves are in. The bits of Alice and Bob stay coins for him."
    )
    yield slip("Yes: he could copy the qubits as they pass.", "forgets no-cloning").says(
        "He cannot copy them, and what he can do shows as errors."
    )
    yield slip("No: he never touches a qubit, he only passes on light.", "takes the station for a mirror").says(
        "He does touch them: he measures one half of each pair. Trust is not needed for another reason."
    )
    yield slip(
        "Yes, as in every network: each station on the way must be trusted.", "takes it for a trusted node"
    ).says("That is so for trusted relays, which hold the key in clear. A station that swaps does not have it.")


@measure(
    "2.10.f",
    rung="think",
    outcome=1,
    points=2,
    bounds=(0, 1),
    within=0.01,
    alpha=decimals(0.50, 0.70, 0.01),
    beta=decimals(0.45, 0.65, 0.01),
    turn=decimals(0.20, 0.50, 0.01),
)
def fidelity_of_a_joined_pair(alpha, beta, turn):
    pairs = np.kron(*(np.array([np.cos(t), 0, 0, np.sin(t)]) for t in (alpha, beta)))
    joined_pair = circuit("p(t) 2; cx 1 2; h 1; cx 2 3; cz 1 3", t=turn, qubits=4)
    whole_state = run(joined_pair, pairs)
    rho = reduced(np.outer(whole_state, whole_state.conj()), [0, 3])
    paulis = [np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])]
    xx, yy, zz = (float(np.real(np.trace(rho @ np.kron(p, p)))) for p in paulis)
    spread = sqrt(sum(1 - m * m for m in (xx, yy, zz))) / 4
    shots = 3000
    error = spread / sqrt(shots)
    yield right((1 + xx - yy + zz) / 4, spread=spread)
    yield slip(((1 + xx + yy + zz) / 4, error, shots), "adds YY with a plus").says(
        "The sign of one term: for Φ+ itself ⟨Y⊗Y⟩ is −1, and F has to be 1."
    )
    yield slip(((1 + zz) / 2, error, shots), "measures along z only").says(
        "This is how often the bits are equal along z. The other axes are worse here."
    )
    yield slip(((1 + xx - yy + zz) / 4, 4 * error, shots), "forgets to divide the error", "factor").says(
        "F is a sum divided by 4: its error bar is divided by 4, too."
    )


LIGHT = 2e5  # km per second in a fibre


def pairs_per_second(length, segments, eta, swap):
    """Segments try at the same time and keep what they have; then all swaps have to succeed."""
    link = length / segments
    p = eta * 10 ** (-0.2 * link / 10)
    tries = sum((-1) ** (k + 1) * comb(segments, k) / -expm1(k * log1p(-p)) for k in range(1, segments + 1))
    return swap ** (segments - 1) / (tries * link / LIGHT)


def repeater_lines(rng):
    return [
        (length, segments, rng.choice([0.1, 0.2, 0.5, 0.9]), rng.choice([0.5, 0.7, 0.9, 1.0]))
        for length, segments in ((50, 1), (100, 2), (200, 2), (300, 3), (400, 4), (600, 8), (1000, 10))
    ]


@function("2.10.g", kind="stretch", outcome=4, points=3, name="pair_rate", inputs=repeater_lines, rel=1e-4)
def repeater_rate():
    yield pairs_per_second
    yield slip(
        lambda length, n, eta, s: s ** (n - 1) * eta * 10 ** (-0.02 * length / n) * LIGHT * n / length,
        "waits for one segment only",
    ).says("You wait for one segment. All of them have to be ready, and the slowest one decides.")
    yield slip(
        lambda length, n, eta, s: s ** (n - 1) * eta * 10 ** (-0.02 * length / n) * LIGHT / length,
        "lets the segments try one after the other",
    ).says("You let the segments try one after the other. They try at the same time.")
    yield slip(lambda length, n, eta, s: pairs_per_second(length, n, eta, 1.0), "forgets that swaps can fail").says(
        "You take every swap for a success."
    )
    yield slip(lambda length, n, eta, s: pairs_per_second(length, n, eta, s) * s, "counts one swap too many").says(
        "n segments need n − 1 swaps."
    )
