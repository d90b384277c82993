"""What right means in the problem set of module 2. The tasks stand in the notebook of the same name."""

from itertools import product
from math import ceil, exp, floor, log2, sqrt

import numpy as np

from qtrain.authoring import (
    apart,
    build,
    choice,
    circuit,
    decimals,
    distinct,
    function,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import NoGateAcross, Property
from qtrain.checking.rules import FeedForward
from qtrain.circuits import Circuit, density, run
from qtrain.circuits.numerals import number_beside


def h(p):
    return 0.0 if p <= 0 or p >= 1 else -p * log2(p) - (1 - p) * log2(1 - p)


STATES = {
    "Φ+": ("(|00⟩ + |11⟩)/√2", ""),
    "Φ−": ("(|00⟩ − |11⟩)/√2", "z {a}"),
    "Ψ+": ("(|01⟩ + |10⟩)/√2", "x {b}"),
    "Ψ−": ("(|01⟩ − |10⟩)/√2", "z {a}; x {b}"),
}
GHZ = np.zeros(8)
GHZ[[0, 7]] = sqrt(0.5)


@build(
    "2.P.1",
    outcome=1,
    points=4,
    takes="circuit",
    second=("Φ−", "Ψ+", "Ψ−"),
    places=distinct(4, range(4)),
    derive=lambda places, second: {
        **dict(zip(("alice", "bob_1", "bob_2", "charlie"), places, strict=True)),
        "formula": STATES[second][0],
    },
    rules=lambda alice, bob_1, bob_2, charlie: [FeedForward(), NoGateAcross([[alice], [bob_1, bob_2], [charlie]])],
)
def three_from_two_pairs(second, places, alice, bob_1, bob_2, charlie, formula):
    def made(*steps):
        return circuit(*steps, A=alice, B=bob_1, D=bob_2, C=charlie, qubits=4, bits=1)

    start = run(made("h A; cx A B; h D; cx D C", STATES[second][1].format(a="D", b="C")))

    def holds(answer):
        rho = density(answer, start).reshape((2,) * 8)
        order = [alice, bob_1, charlie, bob_2]
        kept = rho.transpose([*order, *(4 + k for k in order)]).reshape(8, 2, 8, 2)
        found = max(0.0, float(np.real(GHZ @ np.einsum("aibi->ab", kept) @ GHZ)))
        if found > 1 - 1e-6:
            return True
        return False, (
            f"Qubits {alice}, {bob_1} and {charlie} are found in the GHZ state "
            f"with probability {number_beside(found, 1)} only."
        )

    joins, fix = "cx B D; measure D -> 0; if 0 { x C }", STATES[second][1].format(a="C", b="C")
    yield Property("leaves a GHZ state", holds, takes=Circuit, num_qubits=4, wants="a circuit of four qubits")
    yield slip(made(joins), "forgets that the second pair is not Φ+").says(
        "This would be right if the second pair were Φ+. Which Pauli is left over?"
    )
    yield slip(made("cx B D; measure D -> 0", fix), "does not use the result").says(
        "Bob's result is not used. In half of the runs Charlie's bit is the opposite of the others."
    )
    yield slip(made("cx B D; h B; measure D -> 0; if 0 { x C }", fix), "swaps in place of joining").says(
        "An H on Bob's first qubit begins a Bell measurement: his qubit should stay in the common state."
    )


def rates(zz, xx, f):
    """The key rate, and what it could be taken for."""
    z, x = (1 - zz) / 2, (1 - xx) / 2
    right_one, exchanged, mean = 1 - h(x) - f * h(z), 1 - h(z) - f * h(x), 1 - (1 + f) * h((z + x) / 2)
    return right_one, exchanged, mean, 1 - (1 + f) * h(z), 1 - h(2 * x) - f * h(2 * z)


@number(
    "2.P.2",
    outcome=2,
    points=3,
    within=1e-3,
    zz=decimals(0.86, 0.98, 0.01),
    xx=decimals(0.82, 0.97, 0.01),
    yy=decimals(0.80, 0.96, 0.01),
    f=one_of([1.1, 1.15, 1.2]),
    where=lambda zz, xx, yy, f: len({zz, xx, yy}) == 3 and apart(0.003, *rates(zz, xx, f)),
)
def key_from_correlations(zz, xx, yy, f):
    z, x = (1 - zz) / 2, (1 - xx) / 2
    yield 1 - h(x) - f * h(z)
    yield slip(1 - h(z) - f * h(x), "exchanges the two bases").says(
        "The bits of the key are measured along z: their errors are corrected. What Eve may know shows along x."
    )
    yield slip(1 - (1 + f) * h((z + x) / 2), "takes the mean of both error rates").says(
        "You took the mean of both error rates. Each of the two terms has its own."
    )
    yield slip(1 - (1 + f) * h(z), "looks along z only").says(
        "Only the z axis was used. An Eve who measures along z stays unseen."
    )
    yield slip(1 - h(1 - xx) - f * h(1 - zz), "takes 1 − E for the error rate").says(
        "A correlation E means an error rate of (1 − E)/2."
    )


SIX = [np.array(v) / np.linalg.norm(v) for v in ((1, 0), (0, 1), (1, 1), (1, -1), (1, 1j), (1, -1j))]
CALLED = ("|0⟩", "|1⟩", "|+⟩", "|−⟩", "|+i⟩", "|−i⟩")


@build(
    "2.P.3",
    kind="debug",
    outcome=1,
    points=3,
    takes="circuit",
    places=distinct(3, range(5)),
    derive=lambda places: dict(zip(("source", "alice", "bob"), places, strict=True)),
    rules=lambda source, alice, bob: [FeedForward(), NoGateAcross([[source, alice], [bob]])],
)
def two_faults(places, source, alice, bob):
    def made(*steps):
        return circuit(*steps, s=source, a=alice, b=bob, qubits=5, bits=2)

    pair = made("h a; cx a b")
    inputs = []
    for psi in SIX:
        start = np.ones(1)
        for qubit in range(5):
            start = np.kron(start, psi if qubit == source else [1, 0])
        inputs.append(run(pair, start))

    def holds(answer):
        found = []
        for psi, start in zip(SIX, inputs, strict=True):
            rho = np.moveaxis(density(answer, start).reshape((2,) * 10), (bob, 5 + bob), (0, 5)).reshape(2, 16, 2, 16)
            found.append(max(0.0, float(np.real(np.conj(psi) @ np.einsum("aibi->ab", rho) @ psi))))
        worst = int(np.argmin(found))
        if found[worst] > 1 - 1e-6:
            return True
        return False, f"{CALLED[worst]} arrives with the fidelity {number_beside(found[worst], 1)} only."

    asks, wrong = ("cx s a; h s", "cx a s; h s")
    corrects, exchanged = ("if 1 { x b }; if 0 { z b }", "if 0 { x b }; if 1 { z b }")
    read = "measure s -> 0; measure a -> 1"
    yield Property("brings every state to Bob", holds, takes=Circuit, num_qubits=5, wants="a circuit of five qubits")
    yield slip(made(wrong, read, exchanged), "hands the draft in").says(
        "This does what the draft does. Alice's question and Bob's answer both have a fault."
    )
    yield (
        slip(made(asks, read, exchanged), "mends the measurement only")
        .says("Alice's measurement is right now. Bob's corrections still have a fault.")
        .worth(0.5)
    )
    yield (
        slip(made(wrong, read, corrects), "mends the corrections only")
        .says("Bob's corrections are right now. Alice's measurement still has a fault.")
        .worth(0.5)
    )


@number(
    "2.P.4",
    outcome=3,
    points=3,
    bounds=(0, 1),
    within=1e-3,
    rate=decimals(0.040, 0.110, 0.002),
    measured=decimals(0.02, 0.14, 0.02),
    where=lambda rate, measured: rate - measured / 4 > 0.01,
)
def share_that_was_cloned(rate, measured):
    yield 6 * (rate - measured / 4)
    yield slip(rate - measured / 4, "gives the error rate of the cloner").says(
        "This is the part of the error rate that the cloner causes. Which share of the qubits does this?"
    )
    yield slip(6 * rate - measured, "forgets the quarter").says(
        "Measured qubits show an error in a quarter of the cases."
    )
    yield slip(6 / 5 * (rate - measured / 4), "takes the fidelity for the error rate").says(
        "A copy is *right* with 5/6. Wrong are the others."
    )
    yield slip(4 * (rate - measured / 4), "takes a quarter for the cloner, too").says(
        "The best cloner makes fewer errors than a measurement."
    )


@choice("2.P.5", outcome=4, points=3)
def what_the_claims_are_worth():
    yield right("Only C: the interval excludes 2/3, and no classical way can follow.").says(
        "Right: C compares a mean over unknown states with the classical limit, and gives an error bar."
    )
    yield slip("A: S is far above 2, so the bits are certified.", "forgets the loopholes").says(
        "Both qubits of A are on one chip: a script could pass messages between them. No bit is certified."
    )
    yield slip("B: an error rate below 25 percent shows that nobody listened.", "takes one attack for the limit").says(
        "25 percent is what one attack causes. At 14 percent no secret bit is left."
    )
    yield slip("D: a fidelity above ½ is enough to make a key.", "takes entanglement for a key").says(
        "Above ½ the pairs are entangled. A key from such pairs needs a fidelity above 0.835."
    )
    yield slip("All four: each number is above its limit.", "takes every limit for the right one").says(
        "Each claim needs its own limit, and its own assumptions. Look at them one by one."
    )


ALPHA, DETECTOR, DARK, MISALIGNED, COST = 0.21, 0.045, 1.7e-6, 0.033, 1.22


def decoy_rate(mu, length, alpha=ALPHA, base=10.0):
    eta = DETECTOR * base ** (-alpha * length / 10)
    gain = DARK + 1 - exp(-eta * mu)
    error = (DARK / 2 + MISALIGNED * (1 - exp(-eta * mu))) / gain
    y1 = DARK + eta
    return 0.5 * (-gain * COST * h(error) + y1 * mu * exp(-mu) * (1 - h((DARK / 2 + MISALIGNED * eta) / y1)))


def farthest(least, rate):
    low, high = 0.0, 400.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rate(middle) > least else (low, middle)
    return low


@number(
    "2.P.6",
    outcome=3,
    points=3,
    within=0.3,
    unit="km",
    bits_per_second=one_of([200, 300, 500, 1000, 2000, 3000, 5000, 8000, 10_000, 15_000]),
    megahertz=one_of([100, 200, 400, 500, 800, 1000, 1250]),
    where=lambda bits_per_second, megahertz: 2e-6 < bits_per_second / megahertz / 1e6 < 6e-4,
)
def how_far_for_this_rate(bits_per_second, megahertz):
    least = bits_per_second / (megahertz * 1e6)
    yield farthest(least, lambda km: decoy_rate(0.48, km))
    yield slip(farthest(least, lambda km: decoy_rate(0.48, km, base=np.e)), "takes e in place of 10").says(
        "You took e to the power −αL/10. Decibels are powers of 10."
    )
    yield slip(farthest(0, lambda km: decoy_rate(0.48, km)), "takes the end of the key").says(
        "This is where the key ends. The rate that is asked for is reached at a shorter distance."
    )
    yield slip(farthest(2 * least, lambda km: decoy_rate(0.48, km)), "counts the sifting twice").says(
        "The formula has the factor ½ of the sifting already."
    )


def joined(f, n):
    return (1 + 3 * ((4 * f - 1) / 3) ** n) / 4


def distilled(f):
    rest = (1 - f) / 3
    return (f * f + rest * rest) / (f * f + 2 * f * rest + 5 * rest * rest)


def gains(f, pairs):
    """What distilling first gains, with either sign, 0, and the gain of one short pair."""
    gain = joined(distilled(f), pairs) - distilled(joined(f, pairs))
    return gain, -gain, 0.0, distilled(f) - f


@number(
    "2.P.7",
    kind="predict",
    rung="think",
    outcome=4,
    points=3,
    within=5e-4,
    percent=one_of([*range(88, 98)]),
    pairs=whole(2, 6),
    where=lambda percent, pairs: joined(percent / 100, pairs) > 0.6 and apart(0.002, *gains(percent / 100, pairs)),
)
def which_first(percent, pairs):
    f = percent / 100
    yield joined(distilled(f), pairs) - distilled(joined(f, pairs))
    yield slip(distilled(joined(f, pairs)) - joined(distilled(f), pairs), "turns the difference round").says(
        "The difference is the wrong way round: first distilled, then joined, minus the other order."
    )
    yield slip(0.0, "believes that the order does not matter").says("The order matters. Compute both.")
    yield slip(distilled(f) - f, "compares single pairs").says("This is the gain of one round for one short pair.")


def best_sum(table):
    """The largest Σ M_xy a_x b_y over all a, b = ±1."""
    m = np.array(table, float)
    return float(max(np.abs(np.array(a) @ m).sum() for a in product((1, -1), repeat=len(m))))


def tables(rng):
    draw = np.random.default_rng(rng.randrange(2**32))
    shapes = [(2, 2), (2, 3), (3, 2), (3, 3), (4, 3), (3, 5), (5, 5), (6, 4)]
    found = [(np.round(draw.normal(size=shape), 3).tolist(),) for shape in shapes]
    return [([[1, 1], [1, -1]],), *found]


@function("2.P.8", outcome=4, points=4, name="best_script", inputs=tables, within=1e-6)
def any_game():
    yield best_sum
    yield slip(lambda table: float(np.abs(np.array(table)).sum()), "wins every term").says(
        "You count every term as won. One answer has to serve all questions of the other side."
    )
    yield slip(lambda table: float(abs(np.array(table).sum())), "answers always the same").says(
        "This is what fixed answers reach. They may differ from question to question."
    )
    yield slip(
        lambda table: float(np.linalg.norm(np.array(table), 2) * sqrt(np.array(table).size)), "gives a quantum bound"
    ).says("This is a bound for entangled players. Scripts give only +1 or −1.")
    yield slip(
        lambda table: float(
            max(abs((np.array(table).T @ np.array(a)).sum()) for a in product((1, -1), repeat=len(table)))
        ),
        "lets only one side vary",
    ).says("Only one of the two players varies the answers here.")


@number(
    "2.P.9",
    outcome=4,
    points=3,
    within=0.1,
    percent=whole(52, 80),
    wanted=one_of([128, 192, 256, 384, 512]),
    exponent=one_of([6, 8, 10, 12]),
)
def raw_bits_for_a_seed(percent, wanted, exponent):
    each, margin = -log2(percent / 100), 2 * exponent * log2(10)
    yield ceil((wanted + margin) / each)
    yield slip(ceil((wanted + margin) / h(percent / 100)), "takes Shannon's entropy").says(
        "You took Shannon's entropy. An adversary guesses the likelier value: only min-entropy counts."
    )
    yield slip(ceil(wanted / each), "forgets ε").says("The margin 2·log2(1/ε) is missing.")
    yield slip(floor((wanted + margin) / each), "rounds down").says("Round up: one bit less would be too few.")
    yield slip(wanted, "takes raw bits for random ones").says("The raw bits are biased: each is worth less than a bit.")
