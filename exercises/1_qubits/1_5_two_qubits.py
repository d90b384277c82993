"""What right means in lesson 1.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import pairwise
from math import acos, pi, sqrt
from types import SimpleNamespace

import numpy as np

from qtrain.checking import Choice, Each, Number, Property, State
from qtrain.circuits import Circuit, Operation
from qtrain.circuits.model import Text
from qtrain.course import Exercise, Mistake


def steps(*gates, n=2):
    """A circuit of `n` qubits. A gate is a name and its qubit, an angle where it has one, or "cx" with two qubits."""
    made = []
    for name, qubit, *more in gates:
        if name == "cx":
            made.append(Operation("x", (more[0],), controls=(qubit,), control_values=(1,)))
        else:
            made.append(Operation(name, (qubit,), tuple(map(float, more))))
    return Circuit(n, tuple(made))


def unit(vector):
    """The vector with length 1."""
    return np.array(vector) / np.linalg.norm(vector)


# --- a: one amplitude of a product -----------------------------------------------------------------------------------

FIRST = ((0.6, 0.8), (0.8, 0.6), (0.6, -0.8), (0.8, -0.6))
SECOND = ((0.28, 0.96), (0.96, 0.28), (-0.28, 0.96), (0.96, -0.28))


def two_qubits(rng):
    return {"first": rng.choice(FIRST), "second": rng.choice(SECOND), "bits": rng.choice(("01", "10"))}


def factors(p):
    """The two amplitudes that belong to the bits: first that of qubit 0."""
    return p.first[int(p.bits[0])], p.second[int(p.bits[1])]


def exchanged(p):
    """The amplitude of the string read from the right."""
    return p.first[int(p.bits[1])] * p.second[int(p.bits[0])]


def amplitude(p):
    a, b = factors(p)
    return Number(
        a * b,
        within=1e-3,
        replies={
            exchanged(p): ("qubit-order", "The first bit in the ket belongs to qubit 0, the second one to qubit 1."),
            (a * b) ** 2: "This is the probability. The amplitude itself is asked for, with its sign.",
            a + b: "Amplitudes of separate qubits are multiplied, as probabilities of separate coins are.",
            -a * b: ("relative-phase", "The size is right. Check the signs of the two factors."),
        },
    )


# --- b: a product of two named states --------------------------------------------------------------------------------

NAMED = {
    "|1⟩": np.array([0, 1]),
    "|+⟩": unit([1, 1]),
    "|−⟩": unit([1, -1]),
    "|+i⟩": unit([1, 1j]),
    "|−i⟩": unit([1, -1j]),
}


def product(p):
    return np.kron(NAMED[p.qubit_0], NAMED[p.qubit_1])


# --- c: one qubit after the other ------------------------------------------------------------------------------------


def chances(p):
    """P(q1 = 1 given q0), and what comes out of three usual mistakes."""
    table = np.array(p.amplitudes, float).reshape(2, 2) ** 2
    right = table[p.found, 1] / table[p.found].sum()
    joint = table[p.found, 1] / table.sum()
    alone = table[:, 1].sum() / table.sum()
    column = table[1, p.found] / table[:, p.found].sum()
    return right, joint, alone, column


def unequal(rng):
    """Four amplitudes for which every mistake gives another number."""
    while True:
        sizes = [rng.choice((1, 2, 3, 4)) for _ in range(4)]
        p = {"amplitudes": [size * rng.choice((1, 1, -1)) for size in sizes], "found": rng.choice((0, 1))}
        values = sorted([*(found := chances(SimpleNamespace(**p))), 1 - found[0]])
        if min(b - a for a, b in pairwise(values)) > 0.01:
            return p


def conditional(p):
    right, joint, alone, column = chances(p)
    return Number(
        right,
        within=1e-3,
        replies={
            joint: f"This is the probability that qubit 0 gives {p.found} *and* qubit 1 gives 1. But the result of "
            "qubit 0 is known already: divide by its probability.",
            alone: f"This is the probability before anything is known. After the result {p.found} only one row of the "
            "table is left.",
            column: ("qubit-order", "You kept a column of the table. The first bit in a ket belongs to qubit 0."),
            1 - right: ("bit-flip", "This is the probability that qubit 1 gives 0."),
        },
    )


# --- d: an entangled state with unequal sizes ------------------------------------------------------------------------


def flipped(bits):
    return bits.translate(str.maketrans("01", "10"))


def pair(p):
    """√P |bits⟩ + √(1−P) |the opposite bits⟩."""
    vector = np.zeros(4)
    vector[int(p.bits, 2)], vector[int(flipped(p.bits), 2)] = sqrt(p.percent / 100), sqrt(1 - p.percent / 100)
    return vector


def pair_circuit(p, factor=1.0, linked=True):
    """Turn qubit 0, copy it with a CNOT, then turn the bits to those asked for."""
    gates = [("ry", 0, factor * 2 * acos(sqrt(p.percent / 100)))]
    gates += [("cx", 0, 1)] * linked
    return steps(*gates, *[("x", k) for k in range(2) if p.bits[k] == "1"])


# --- e: a factor -----------------------------------------------------------------------------------------------------


def hidden(rng):
    """A product of two real vectors; the second has a minus sign, and no two of the usual mistakes agree."""
    a, b = rng.choice(((1, 2), (2, 1), (2, 3), (3, 2)))
    c, d = rng.choice(((1, -4), (4, -1), (2, -5), (5, -2), (3, -5), (5, -3)))
    return {"amplitudes": [a * c, a * d, b * c, b * d]}


# --- f: which ones are entangled? ------------------------------------------------------------------------------------

PRODUCTS = ((1, 1, 1, 1), (1, -1, 1, -1), (1, -1, -1, 1), (1, 1, 0, 0), (0, 1, 0, 1), (1, 2, 2, 4), (2, -1, 4, -2))
ENTANGLED = ((1, 1, 1, -1), (1, 0, 0, -1), (0, 2, 1, 0), (1, 1, 1, 0), (1, 2, 2, 1), (1, 1, -1, 1), (0, 1, 1, 1))


def six_states(rng):
    """Six states with letters, two to four of them entangled."""
    count = rng.choice((2, 3, 4))
    chosen = rng.sample(ENTANGLED, count) + rng.sample(PRODUCTS, 6 - count)
    rng.shuffle(chosen)
    return {"states": {letter: list(state) for letter, state in zip("abcdef", chosen, strict=True)}}


def entangled(state):
    w, x, y, z = state
    return w * z != x * y


def told_apart(p):
    def holds(answer):
        named = {letter for letter in answer.value.casefold() if letter.isalpha()}
        if unknown := named - set(p.states):
            return False, f"There is no state {min(unknown)}: the letters go from a to f."
        for letter, state in p.states.items():
            w, x, y, z = state
            if entangled(state) and letter not in named:
                return False, f"State {letter} is left out. Its outer product is {w * z}, its inner product {x * y}."
            if letter in named and not entangled(state):
                return False, f"State {letter} is a product: its outer and its inner product are both {w * z}."
        return True

    return Property(
        "names all the entangled states and no others", holds, takes=Text, reading="text", wants="letters as text"
    )


def letters(p, wanted):
    return "".join(letter for letter, state in p.states.items() if wanted(state))


# --- h: an H too much ------------------------------------------------------------------------------------------------


def phased(p):
    vector = np.zeros(4, complex)
    vector[0], vector[3] = sqrt(0.5), sqrt(0.5) * np.exp(1j * p.phi)
    return vector


# --- i: how many pairs cross a cut -----------------------------------------------------------------------------------


def crossing(p):
    return sum((a < p.cut) != (b < p.cut) for a, b in p.pairs)


def four_pairs(rng):
    """Eight qubits in four pairs; at least one pair does not cross the cut."""
    wanted = rng.randrange(4)
    while True:
        order = rng.sample(range(8), 8)
        pairs = sorted(sorted(order[k : k + 2]) for k in range(0, 8, 2))
        p = {"pairs": pairs, "cut": rng.choice((3, 4, 5))}
        if crossing(SimpleNamespace(**p)) == wanted:
            return p


def rank_of_pairs(p):
    across = crossing(p)
    return Number(
        2**across,
        within=0.1,
        replies={
            16: "Only the pairs that cross the cut count. A pair with both qubits on one side adds nothing.",
            2 * across: "The ranks of separate pairs are multiplied, not added.",
            across: "This is the number of pairs that cross the cut. Each of them has rank 2; the rank of the whole "
            "is the product of the ranks.",
        },
    )


# --- j: the Schmidt rank ---------------------------------------------------------------------------------------------


def rank(state, k):
    table = np.reshape(state, (2**k, -1))
    return int(np.sum(np.linalg.svd(table, compute_uv=False) > 1e-9))


def rank_target(state, k):
    return Number(
        rank(state, k),
        within=1e-6,
        replies={
            min(
                np.reshape(state, (2**k, -1)).shape
            ): "singular values that are zero, or smaller than 1e-9, do not count.",
            sum(abs(c) > 1e-9 for c in state): "this is the number of amplitudes that are not zero. A product can "
            "have many of them.",
        },
    )


def some_states(rng):
    """States of two to four qubits and the place of the cut; most of their zeros are rounding errors only."""

    def one():
        return np.array(rng.choice(FIRST + SECOND))

    ghz = np.zeros(8)
    ghz[[0, -1]] = sqrt(0.5)
    bell = np.array([1, 0, 0, 1]) / sqrt(2)
    inner = np.kron(np.kron(one(), bell), one())
    two_pairs = np.einsum("ac,bd->abcd", bell.reshape(2, 2), bell.reshape(2, 2)).ravel()
    w = np.zeros(8)
    w[[1, 2, 4]] = 1 / sqrt(3)
    found = [(np.kron(one(), one()), 1), (bell, 1), (np.kron(one(), bell), 1), (np.kron(one(), bell), 2), (ghz, 1)]
    found += [(inner, 1), (inner, 2), (two_pairs, 2), (w, 2), (np.full(16, 0.25), 2)]
    return [(state.tolist(), k) for state, k in found]


EXERCISES = [
    Exercise(
        id="1.5.a",
        kind="compute",
        outcome=1,
        variant=two_qubits,
        target=amplitude,
        mistakes=[
            Mistake("qubit-order", exchanged, note="takes the left bit for qubit 1"),
            Mistake(None, lambda p: (factors(p)[0] * factors(p)[1]) ** 2, says="probability", note="squares it"),
            Mistake(None, lambda p: sum(factors(p)), says="multiplied", note="adds the two amplitudes"),
        ],
    ),
    Exercise(
        id="1.5.b",
        kind="build",
        outcome=(1, 3),
        variant=lambda rng: dict(zip(("qubit_0", "qubit_1"), rng.sample(list(NAMED), 2), strict=True)),
        target=lambda p: State(product(p)),
        mistakes=[
            Mistake(
                "qubit-order",
                lambda p: np.kron(NAMED[p.qubit_1], NAMED[p.qubit_0]),
                note="exchanges the two qubits",
            ),
            Mistake("wrong-size", lambda p: unit(NAMED[p.qubit_0] + NAMED[p.qubit_1]), note="adds the two vectors"),
        ],
    ),
    Exercise(
        id="1.5.c",
        kind="compute",
        outcome=2,
        variant=unequal,
        target=conditional,
        mistakes=[
            Mistake(None, lambda p: chances(p)[1], says="divide", note="gives the joint probability"),
            Mistake(None, lambda p: chances(p)[2], says="before anything is known", note="ignores the first result"),
            Mistake("qubit-order", lambda p: chances(p)[3], note="keeps a column in place of a row"),
        ],
    ),
    Exercise(
        id="1.5.d",
        kind="build",
        outcome=3,
        points=2,
        variant=lambda rng: {
            "bits": rng.choice(("00", "01", "10", "11")),
            "percent": rng.choice((10, 20, 30, 70, 80, 90)),
        },
        target=lambda p: State(pair(p)),
        mistakes=[
            Mistake("half-angle", lambda p: pair_circuit(p, factor=0.5), note="forgets the factor 2 of the angle"),
            Mistake("missing-gate", lambda p: pair_circuit(p, linked=False), note="forgets the CNOT"),
            Mistake("angle-sign", lambda p: pair_circuit(p, factor=-1.0), note="turns backwards: a minus sign"),
        ],
    ),
    Exercise(
        id="1.5.e",
        kind="compute",
        outcome=4,
        variant=hidden,
        target=lambda p: State(unit(p.amplitudes[:2])),
        mistakes=[
            Mistake(None, lambda p: unit(p.amplitudes[::2]), note="gives the factor of qubit 0"),
            Mistake(
                "relative-phase", lambda p: unit(np.abs(p.amplitudes[:2])), note="takes roots of probabilities: no sign"
            ),
            Mistake(
                "not-normalised", lambda p: np.array(p.amplitudes[:2], float), note="forgets to divide by the length"
            ),
        ],
    ),
    Exercise(
        id="1.5.f",
        kind="predict",
        outcome=4,
        variant=six_states,
        target=told_apart,
        mistakes=[
            Mistake(
                None,
                lambda p: letters(p, lambda state: not entangled(state)),
                says="State ",
                note="names the products",
            ),
            Mistake(None, lambda p: "abcdef", says="is a product", note="takes every superposition for entangled"),
        ],
    ),
    Exercise(
        id="1.5.g",
        kind="explain",
        outcome=4,
        target=lambda p: Choice(
            "c",
            {
                "a": "The *results* are independent in this one measurement. The state need not be: the amplitudes "
                "½, ½, ½, −½ give the same counts, and they are no product.",
                "b": "Four equal amplitudes are a product: multiply the outer two and the inner two.",
                "c": "Right: the counts give the sizes only, and here the signs decide.",
                "d": "Some entangled states give equal results in this measurement, others do not. Try the amplitudes "
                "½, ½, ½, −½.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="need not be", note="takes independent results for a product state"),
            Mistake(None, lambda p: "b", says="are a product", note="takes many terms for entanglement"),
            Mistake(None, lambda p: "d", says="others do not", note="believes that entangled means equal results"),
        ],
    ),
    Exercise(
        id="1.5.h",
        kind="debug",
        outcome=3,
        variant=lambda rng: {"phi": round(pi * rng.choice((1 / 6, 1 / 5, 1 / 4, 1 / 3, 2 / 5, 3 / 4)), 4)},
        target=lambda p: State(phased(p)),
        mistakes=[
            Mistake(
                "extra-gate",
                lambda p: steps(("h", 0), ("h", 1), ("p", 0, p.phi), ("cx", 0, 1)),
                note="hands the draft in",
            ),
            Mistake("gate-order", lambda p: steps(("cx", 0, 1), ("h", 0), ("p", 0, p.phi)), note="puts the CNOT first"),
            Mistake("angle-sign", lambda p: steps(("h", 0), ("p", 0, -p.phi), ("cx", 0, 1)), note="the wrong sign"),
        ],
    ),
    Exercise(
        id="1.5.i",
        kind="predict",
        outcome=5,
        variant=four_pairs,
        target=rank_of_pairs,
        mistakes=[
            Mistake(None, crossing, says="number of pairs", note="counts pairs in place of terms"),
            Mistake(None, lambda p: 16, says="cross the cut", note="counts all the pairs"),
        ],
    ),
    Exercise(
        id="1.5.j",
        kind="stretch",
        outcome=5,
        points=2,
        target=lambda p: Each(some_states, rank_target, name="schmidt_rank"),
        mistakes=[
            Mistake(
                None,
                lambda p: lambda state, k: len(np.linalg.svd(np.reshape(state, (2**k, -1)))[1]),
                says="do not count",
                note="counts all singular values, the zeros included",
            ),
            Mistake(
                None,
                lambda p: lambda state, k: int(np.sum(np.abs(state) > 1e-9)),
                says="can have many",
                note="counts amplitudes that are not zero",
            ),
        ],
    ),
]
