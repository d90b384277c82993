"""What right means in lesson 3.9, and how people get it wrong. The tasks stand in the notebook of the same name."""

import cmath
from itertools import product
from math import asin, ceil, degrees, floor, pi, sin, sqrt

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
from qtrain.checking import Data, PhaseOracle, State, Subspace
from qtrain.checking.rules import GateSet, NoInitialize, NoSynthesis, NoUnitary
from qtrain.checking.schema import Real, Row, Whole
from qtrain.circuits.numerals import number_beside

WORDS = [format(k, "04b") for k in range(16)]


def flipped(bits):
    return bits.translate(str.maketrans("01", "10"))


def on(bits, value):
    """X on the qubits whose bit has this value."""
    return "; ".join(f"x {k}" for k, bit in enumerate(bits) if bit == value)


def marking(bits, *, before="0", after="0", core="c3z 0 1 2 3"):
    """The circuit that flips the sign of one basis state of four qubits, or a wrong one."""
    return "; ".join(part for part in (on(bits, before), core, on(bits, after)) if part)


def different_after(change):
    """Whether a change of every bit string leads to another set of marked items."""
    return lambda marked: {change(bits) for bits in marked} != set(marked)


def discriminating(marked):
    reverse, negated = different_after(lambda bits: bits[::-1]), different_after(flipped)
    both = different_after(lambda bits: flipped(bits)[::-1])
    return all("0" in bits for bits in marked) and reverse(marked) and negated(marked) and both(marked)


@build("3.9.a", rung="warm-up", outcome=1, takes="circuit", marked=distinct(2, WORDS), where=discriminating)
def marks_two(marked):
    one, other = marked

    def made(**wrong):
        return circuit(marking(one, **wrong), marking(other, **wrong), qubits=4)

    yield PhaseOracle(lambda x: WORDS[x] in marked, 4, rules=[NoSynthesis()])
    yield slip(made(before="1", after="1"), "puts X on the ones").says(
        "Your circuit marks the two strings in which every bit is exchanged: X belongs on the qubits that should be 0."
    )
    yield slip(made(after=""), "does not undo the X gates").says(
        "Your circuit moves basis states. Undo the X gates after the controlled Z: an oracle only changes signs."
    )
    for marked_one, left_out in ((one, other), (other, one)):
        yield (
            slip(circuit(marking(marked_one), qubits=4), "marks one string only")
            .says(f"Only {marked_one} is marked. {left_out} needs a flip of its own.")
            .worth(0.5)
        )
    yield slip(
        circuit(marking(one[::-1]), marking(other[::-1]), qubits=4), "reads the strings backwards", "qubit-order"
    )
    yield slip(made(core="c3x 0 1 2 3"), "forgets H around the controlled X").says(
        "Your circuit flips qubit 3 and no sign. A controlled Z is a controlled X with H before and after it, on the "
        "qubit that the X acts on."
    )
    yield slip(made(core="cz 0 1; cz 1 2; cz 2 3"), "takes a chain of CZ").says(
        "A chain of CZ gates flips the sign for every pair of neighbouring ones. The sign should flip only if *all* "
        "four are 1: one gate with three controls."
    )


def about_the_mean(size):
    return 2 * np.full((size, size), 1 / size) - np.eye(size)


def reflecting(start):
    """The reflection about a product of |+⟩ and |−⟩ as a circuit of four qubits."""
    plus = "; ".join(f"x {k}" for k, sign in enumerate(start) if sign == "+")
    return circuit("h 0 1 2 3", plus, "c3z 0 1 2 3", plus, "h 0 1 2 3", qubits=4)


MIXED = ["".join(signs) for signs in product("+-", repeat=4) if len(set(signs)) == 2]


@build(
    "3.9.b",
    outcome=1,
    points=2,
    takes="circuit",
    places=distinct(6, range(6)),
    start=one_of(MIXED),
    where=lambda places: places[:4] == sorted(places[:4]) and places[4:] == sorted(places[4:]),
    derive=lambda places: {"data": places[:4], "work": places[4:]},
    rules=[GateSet(["h", "x", "z", "cx", "cz", "ccx"])],
)
def reflection_of_toffolis(places, start, data, work):
    def made(*steps, at=places):
        return circuit(*steps, qubits=6, **dict(zip("abcdvw", at, strict=True)))

    def flips(sign):
        return "x " + " ".join(name for name, one in zip("abcd", start, strict=True) if one == sign)

    up, down, x = "ccx a b v; ccx c v w", "ccx c v w; ccx a b v", flips("+")
    core = f"{up}; cz w d; {down}"

    def around(middle, x=x):
        return made("h a b c d", x, middle, x, "h a b c d")

    yield Subspace(reflecting(start), ancillas=2, data=data)
    yield slip(made("h a b c d", core, "h a b c d"), "forgets the X gates").says(
        "Your circuit reflects about |−−−−⟩: the sign flips where all four data qubits are 1 after the H gates."
    )
    yield slip(around(core, "x a b c d"), "takes the diffuser of the lesson").says(
        f"Your circuit reflects about |++++⟩, as the diffuser above does. Here it is |{start}⟩."
    )
    yield slip(around(core, flips("-")), "puts X on the minus signs").says(
        "Your circuit reflects about the state in which + and − are exchanged. H turns |−⟩ into |1⟩: which qubits need "
        "an X?"
    )
    yield slip(made(x, core, x), "forgets the H gates").says(
        "Your circuit flips the sign of one basis state. Between two layers of H it would flip that of a state of |+⟩ "
        "and |−⟩."
    )
    yield slip(around(f"{up}; cz w d"), "leaves garbage").says(
        "The working qubits are not set back. Undo your Toffoli gates in reverse order before you go on."
    )
    yield slip(around(f"{up}; cx w d; {down}"), "takes CNOT for CZ").says(
        "Your circuit flips a data qubit and no sign between the layers of X. Which gate of two qubits changes a sign?"
    )
    for middle in ("ccx a b v; cz v d; ccx a b v", f"{up}; z w; {down}"):
        yield slip(around(middle), "leaves a qubit out").says(
            "One of the four data qubits does not take part in the sign flip. It depends on all four."
        )
    yield slip(made("h a b c d", x, core, x), "forgets the last H gates").says(
        "The last layer of H is missing: the reflection has to be turned back."
    )
    yield slip(made("h a b c d", x, core, "h a b c d"), "forgets the last X gates").says(
        "The X gates after the sign flip are missing: undo those before it."
    )
    yield slip(made("h a b c d v w", x, core, x, "h a b c d v w"), "puts H on the working qubits").says(
        "Your working qubits get H gates. They should be in |0⟩ when the first Toffoli gate writes into them."
    )
    if data != [0, 1, 2, 3]:
        yield slip(made("h a b c d", x, core, x, "h a b c d", at=range(6)), "takes the first four qubits").says(
            "Your circuit reflects qubits 0 to 3. The data qubits are those of `p.data`."
        )


def chance(n, m, k):
    """The probability of a marked item after k rounds (Grover 1996; Boyer, Brassard, Høyer and Tapp 1998)."""
    return sin((2 * k + 1) * asin(sqrt(m / n))) ** 2


def best(n, m):
    return floor(pi / (4 * asin(sqrt(m / n))))


@number(
    "3.9.c",
    rung="warm-up",
    outcome=2,
    bounds=(0, 1),
    within=1e-3,
    qubits=whole(5, 10),
    M=whole(1, 7),
    extra=whole(-3, 6),
    derive=lambda qubits, M, extra: {"N": 2**qubits, "k": best(2**qubits, M) + extra},
    where=lambda qubits, M, extra: (
        best(2**qubits, M) + extra > 0
        and extra != 0
        and 0.02 < chance(2**qubits, M, best(2**qubits, M) + extra) < 0.98  # no guess
    ),
)
def after_k_rounds(N, M, k):
    theta = asin(sqrt(M / N))
    yield chance(N, M, k)
    yield slip(sin(2 * k * theta) ** 2, "forgets the start").says(
        "You turned by 2kθ from the axis of the rest. The start lies at θ already."
    )
    yield slip(chance(N, M, k - 1), "one round too few").says("This is the value one round earlier.")
    yield slip(chance(N, M, k + 1), "one round too many").says("This is the value one round later.")
    yield slip(sin((2 * k + 1) * theta), "forgets the square").says(
        "This is the amplitude. The probability is its square."
    )
    yield slip(sin((2 * k + 1) * sqrt(M / N)) ** 2, "takes sin θ for θ").says(
        "You took √(M/N) for θ. It is sin θ: θ itself is its arcsine."
    )
    yield slip(sin((2 * k + 1) * asin(M / N)) ** 2, "forgets the root").says(
        "You took the arcsine of M/N. M/N is a probability; sin θ is an amplitude, its root."
    )
    yield slip(1 - chance(N, M, k), "gives the rest").says("This is the probability of an item that is *not* marked.")
    yield slip(sin((k + 1) * theta) ** 2, "turns by θ a round").says(
        "You turned by θ in each round. Two mirrors at an angle of θ turn by 2θ."
    )
    yield slip((2 * k + 1) ** 2 * M / N, "takes the angle for its sine").says(
        "(2k + 1)²·M/N is the beginning of the curve, good for small angles only. Take the sine."
    )
    if M > 1:
        yield slip(chance(N, M, k) / M, "gives one marked item").says(
            "This is the probability of one particular marked item. There are several, and any of them will do."
        )
        yield slip(chance(N, 1, k), "takes one marked item").says(
            "This is right for one marked item. Here there are several."
        )


@choice("3.9.d", rung="think", outcome=2)
def half_marked():
    yield right("Each round turns the state by 90°, so half of the probability stays on the marked items.").says(
        "Right: θ is 45°. The state is at 45°, 135°, 225°, …: always as far from one axis as from the other."
    )
    yield slip("The oracle does nothing: it flips as many signs as it leaves alone.", "blames the oracle").says(
        "It flips four of eight signs, and that is no global phase. Look at where the state goes in the plane."
    )
    yield slip("The number of rounds is wrong: more rounds would show the marked items.", "wants more rounds").says(
        "Compute the probability for k = 0, 1, 2, 3. It is the same each time."
    )
    yield slip("Marked items push each other away: only one may be marked.", "believes in a single item").says(
        "Two marked items among eight are found for certain after one round. Several marked items are no problem."
    )
    yield slip("The diffuser needs a mean above 0, and here the mean is negative.", "blames the mean").says(
        "After the first call the mean is 0, not negative. What does the diffuser do then? Follow the plane."
    )


SIZES = [
    (4, 1),
    (8, 1),
    (64, 1),
    (128, 1),
    (256, 1),
    (512, 1),
    (1024, 3),
    (1000, 7),
    (4096, 1),
    (100, 30),
    (20, 3),
    (44, 3),
]


def cases(rng):
    """Sizes at which the usual shortcuts fail, and some that nobody knows."""
    return [*SIZES, *((n, rng.randint(1, n // 3)) for n in (rng.randint(20, 5000) for _ in range(5)))]


@function("3.9.e", outcome=3, points=2, name="best_rounds", inputs=cases)
def best_rounds():
    yield best
    yield slip(lambda n, m: round(pi / 4 * sqrt(n / m)), "rounds π/4 √(N/M)").says(
        "Your numbers are π/4·√(N/M), rounded. That is one too many for some N. Compare P at N = 128, M = 1."
    )
    yield slip(lambda n, m: floor(pi / 4 * sqrt(n / m)), "takes the small-angle formula").says(
        "π/4·√(N/M) takes θ for sin θ. It fails where the marked items are not few."
    )
    yield slip(lambda n, m: round(pi / (4 * asin(sqrt(m / n)))), "forgets the half").says(
        "Your numbers are π/(4θ), rounded to the nearest whole number. (2k + 1)θ should be near to π/2: what is k?"
    )
    yield slip(lambda n, m: ceil(pi / (4 * asin(sqrt(m / n)))), "rounds up").says(
        "Your numbers are π/(4θ), rounded up. There is one round too many."
    )
    yield slip(lambda n, m: floor(pi / (4 * asin(sqrt(m / n))) - 0.5), "rounds the half down, too").says(
        "Your numbers are π/(4θ) − ½, rounded down: the hand never passes upright. One round more may be nearer to it."
    )
    yield slip(lambda n, m: floor(pi / (2 * asin(sqrt(m / n)))), "turns by θ a round").says(
        "Your numbers are twice as large as they should be, or one more than that. A round turns by 2θ."
    )
    yield slip(lambda n, m: max(range(n), key=lambda k: chance(n, m, k)), "looks for the highest peak").says(
        "You took the highest peak of a long search. The *first* one is asked for."
    )
    for rounded in (floor, round, ceil):
        yield slip(lambda n, m, rounded=rounded: rounded(sqrt(n / m)), "takes √(N/M)").says(
            "Your numbers are √(N/M), rounded. That is the order of magnitude; the hand tells the number itself."
        )
    yield slip(lambda n, m: best(n, 1), "takes one marked item").says("Your number does not depend on M.")


def search_state(marked, rounds):
    """The state of the textbook search on four qubits, by its two reflections."""
    signs = np.array([-1 if bits in marked else 1 for bits in WORDS])
    state = np.full(16, 0.25)
    for _ in range(rounds):
        state = about_the_mean(16) @ (signs * state)
    return state


def searching(marked, *, undo=True, turned=True, rounds=2, first_diffuser=False, back="x 0 1 2 3; h 0 1 2 3"):
    """Some rounds on four qubits: without `undo` a mark leaves its X gates behind, else the diffuser has no X gates."""
    *others, last = marked
    oracle = "; ".join([*(marking(bits, after="0" if undo else "") for bits in others), marking(last)])
    diffuser = f"h 0 1 2 3; x 0 1 2 3; c3z 0 1 2 3; {back}" if turned else "h 0 1 2 3; c3z 0 1 2 3; h 0 1 2 3"
    parts = [oracle, diffuser]
    return circuit("h 0 1 2 3", *(parts[::-1] if first_diffuser else parts) * rounds)


@build(
    "3.9.f",
    rung="think",
    kind="debug",
    outcome=1,
    points=2,
    takes="circuit",
    marked=distinct(2, WORDS),
    where=lambda marked: (
        # Else the draft's diffuser never moves the state of a right oracle, and no round at all gives the same.
        all("0" in bits for bits in marked)
        and different_after(lambda bits: bits[::-1])(marked)
        and sum(bits.count("1") for bits in marked) % 2 == 0
    ),
    rules=[NoInitialize(), NoSynthesis(), NoUnitary()],
)
def repaired(marked):
    draft = searching(marked, undo=False, turned=False)
    yield right(State(search_state(marked, 2), draft=draft)).says(
        "Right: after two rounds the two strings are found with probability 0.945."
    )
    yield (
        slip(searching(marked, turned=False), "mends the oracle only")
        .says("The oracle is right now. Check the other half of the round: about which state does it reflect?")
        .worth(0.5)
    )
    for back, missing in (("h 0 1 2 3", "X"), ("x 0 1 2 3", "H")):
        yield (
            slip(searching(marked, back=back), f"does not undo the {missing} gates of the diffuser")
            .says(f"The oracle is right now. Your diffuser does not undo its {missing} gates after the sign flip.")
            .worth(0.5)
        )
    yield (
        slip(searching(marked, undo=False), "mends the diffuser only")
        .says("The diffuser is right now. Check the other half of the round: does it only change signs?")
        .worth(0.5)
    )
    yield (
        slip(searching(marked, rounds=1), "runs one round", "iterations")
        .says("Each round is right. There is only one of them; two are asked for.")
        .worth(0.5)
    )
    yield (
        slip(searching(marked, rounds=3), "runs three rounds", "iterations")
        .says("Each round is right. There are three of them; two are asked for.")
        .worth(0.5)
    )
    yield (
        slip(searching(marked, rounds=4), "runs four rounds", "iterations")
        .says("Each round is right. There are four of them; two are asked for.")
        .worth(0.5)
    )
    yield slip(searching(marked, rounds=0), "runs no round").says(
        "This is still the even superposition: nothing was searched."
    )
    for bits in marked:
        yield slip(searching([bits]), "marks one string only").says(
            f"This is the state of a right search for {bits} alone. Two strings are asked for."
        )
    yield (
        slip(searching(marked, first_diffuser=True), "exchanges the halves of a round", "gate-order")
        .says("In each of your rounds the diffuser comes before the oracle. The oracle has to come first.")
        .worth(0.5)
    )
    for bits in marked:
        yield slip(circuit(on(bits, "1") or "id 0", qubits=4), "prepares what should be found").says(
            "This prepares one of the two strings without any search. Repair the search itself."
        )


def worn(phase, rounds=2, size=8):
    """The probability of the marked item if the oracle turns its amplitude by `phase` in place of π."""
    state = np.full(size, 1 / sqrt(size), complex)
    for _ in range(rounds):
        state[0] *= cmath.exp(1j * phase)
        state = about_the_mean(size) @ state
    return float(abs(state[0]) ** 2)


@measure(
    "3.9.g",
    outcome=4,
    points=2,
    bounds=(0, 1),
    within=0.01,
    marked=one_of("001", "011", "100", "110"),
    phase=decimals(1.60, 2.50, 0.01),
    where=lambda phase: abs(worn(phase) - 0.5) > 0.06,  # no guess
)
def success_of_a_worn_oracle(marked, phase):
    p = worn(phase)
    yield right(p, spread=sqrt(p * (1 - p)))
    rest = (1 - p) / 7
    yield slip((rest, sqrt(rest * (1 - rest) / 2500), 2500), "reads the bits backwards").says(
        "This is the part of one *other* string. Is the marked string, read the other way round, among the counts?"
    )
    yield slip((worn(pi), sqrt(worn(pi) * (1 - worn(pi)) / 2500), 2500), "takes the ideal oracle").says(
        "This is what a perfect oracle gives. Yours turns by less than π."
    )
    once = worn(phase, 1)
    yield slip((once, sqrt(once * (1 - once) / 2500), 2500), "runs one round").says(
        "This is the probability after one round. Two are asked for."
    )
    yield slip((1 - p, sqrt(p * (1 - p) / 2500), 2500), "gives the rest").says(
        "This is the part of all *other* strings."
    )


def certainty(n, m, k, phase):
    """The probability of a marked item if both reflections turn by `phase`: two rows for the rest and the marked."""
    theta, turn = asin(sqrt(m / n)), cmath.exp(1j * phase)
    start = np.array([sqrt(1 - m / n), sin(theta)], complex)
    state = start.copy()
    for _ in range(k):
        state[1] *= turn
        state = state - (1 - turn) * start * (start @ state)
    return float(abs(state[1]) ** 2)


def fewest(n, m):
    return ceil(pi / (4 * asin(sqrt(m / n))) - 0.5 - 1e-12)


def phase_for(n, m, k):
    """Long, Physical Review A 64, 022307 (2001): the angle with which k rounds succeed for certain."""
    return 2 * asin(min(1.0, sin(pi / (4 * k + 2)) / sqrt(m / n)))


def sure_cases(rng):
    fixed = [(4, 1), (8, 1), (16, 1), (32, 1), (64, 1), (8, 3), (2, 1), (100, 7), (1000, 1)]
    return [*fixed, *((n, rng.randint(1, n // 3)) for n in (rng.randint(20, 900) for _ in range(4)))]


def sure(n, m):
    def holds(answer):
        k, phase = int(answer[0]), float(answer[1])
        if k > fewest(n, m):
            return False, f"for N = {n} and M = {m} it takes {k} rounds; it may take at most {fewest(n, m)}."
        if k < 0:
            return False, "the number of rounds is negative."
        found = certainty(n, m, k, phase)
        if found > 1 - 1e-6:
            return True
        return False, f"for N = {n} and M = {m} the probability is {number_beside(found, 1, 6)} and not 1."

    return Data(schema=Row(Whole(), Real()), holds=holds)


@function("3.9.h", kind="stretch", outcome=4, points=3, name="certain", inputs=sure_cases, judged=sure)
def search_without_failure():
    yield lambda n, m: (fewest(n, m), phase_for(n, m, fewest(n, m)))
    yield slip(lambda n, m: (best(n, m), pi), "runs the plain search").says(
        "With φ = π this is the plain search, whose probability is below 1 for most N. Turn by less than π."
    )
    yield slip(lambda n, m: (fewest(n, m), pi), "runs the plain search, rounded up").says(
        "With φ = π the state goes past the marked axis. Turn by less than π."
    )
    yield slip(
        lambda n, m: (fewest(n, m), phase_for(n, m, fewest(n, m)) / 2), "forgets the factor 2", "half-angle"
    ).says("Your angles are half of what they should be.")
    yield slip(lambda n, m: (fewest(n, m), degrees(phase_for(n, m, fewest(n, m)))), "gives degrees", "degrees").says(
        "Your angles are in degrees. Give them in radians, as in the formula with the power of e."
    )
    yield slip(lambda n, m: (best(n, m), phase_for(n, m, max(best(n, m), 1))), "takes too few rounds").says(
        "The number of rounds that is best for the plain search is one too few for some N: no angle helps there."
    )
    yield slip(lambda n, m: (fewest(n, m) + 1, phase_for(n, m, fewest(n, m) + 1)), "takes a round more").says(
        "Your search is certain, and it takes one round more than it needs."
    )
