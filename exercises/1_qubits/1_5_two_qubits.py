"""What right means in lesson 1.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import acos, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    distinct,
    function,
    measure,
    number,
    one_of,
    plant,
    right,
    several,
    slip,
    text,
    whole,
)
from qtrain.checking import Property, State
from qtrain.circuits import Text


def unit(vector):
    """The vector with length 1."""
    return np.array(vector) / np.linalg.norm(vector)


PAIRS = [(3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25), (20, 21, 29)]
UNITS = [[a / c, s * b / c] for x, y, c in PAIRS for a, b in ((x, y), (y, x)) for s in (1, -1)]


@number(
    "1.5.a",
    rung="warm-up",
    outcome=1,
    within=1e-3,
    first=one_of([[round(v, 4) for v in pair] for pair in UNITS]),
    second=one_of([[round(v, 4) for v in pair] for pair in UNITS]),
    bits=("01", "10"),
)
def amplitude(first, second, bits):
    a, b = first[int(bits[0])], second[int(bits[1])]
    yield a * b
    yield slip(first[int(bits[1])] * second[int(bits[0])], "takes the left bit for qubit 1", "qubit-order").says(
        "The first bit in the ket belongs to qubit 0, the second one to qubit 1."
    )
    yield slip((a * b) ** 2, "squares it").says(
        "This is the probability. The amplitude itself is asked for, with its sign."
    )
    yield slip(a + b, "adds the two amplitudes").says(
        "Amplitudes of separate qubits are multiplied, as probabilities of separate coins are."
    )
    yield slip(-a * b, "loses a sign", "relative-phase").says("The size is right. Check the signs of the two factors.")


NAMED = {
    "|1⟩": [0, 1],
    "|+⟩": unit([1, 1]),
    "|−⟩": unit([1, -1]),
    "|+i⟩": unit([1, 1j]),
    "|−i⟩": unit([1, -1j]),
}


@build(
    "1.5.b",
    rung="warm-up",
    outcome=(1, 3),
    qubit_0=list(NAMED),
    qubit_1=list(NAMED),
    where=lambda qubit_0, qubit_1: qubit_0 != qubit_1,
)
def product_state(qubit_0, qubit_1):
    yield State(np.kron(NAMED[qubit_0], NAMED[qubit_1]))
    yield plant("qubit-order", "exchanges the two qubits")
    yield slip(unit(np.array(NAMED[qubit_0]) + NAMED[qubit_1]), "adds the two vectors", "wrong-size")


SIGNED = one_of([k for k in range(-5, 6) if k])


@number("1.5.c", rung="warm-up", outcome=2, within=1e-3, amplitudes=several(4, SIGNED), found=(0, 1))
def one_result_known(amplitudes, found):
    table = np.array(amplitudes, float).reshape(2, 2) ** 2
    chance = table[found, 1] / table[found].sum()
    yield chance
    yield slip(table[found, 1] / table.sum(), "gives the joint probability").says(
        f"This is the probability that qubit 0 gives {found} *and* qubit 1 gives 1. But the result of qubit 0 is "
        f"known already: divide by its probability."
    )
    yield slip(table[:, 1].sum() / table.sum(), "ignores the first result").says(
        f"This is the probability before anything is known. After the result {found} only one row of the table is left."
    )
    yield slip(table[1, found] / table[:, found].sum(), "keeps a column in place of a row", "qubit-order").says(
        "You kept a column of the table. The first bit in a ket belongs to qubit 0."
    )
    yield slip(1 - chance, "gives the probability of 0", "bit-flip").says(
        "This is the probability that qubit 1 gives 0."
    )
    yield slip(
        amplitudes[2 * found + 1] / sum(amplitudes[2 * found : 2 * found + 2])
        if sum(amplitudes[2 * found : 2 * found + 2])
        else -1,
        "does not square",
    ).says("Amplitudes are no probabilities: square their sizes first.")


@build(
    "1.5.d",
    outcome=3,
    points=2,
    takes="circuit",
    bits=("00", "01", "10", "11"),
    percent=one_of([k for k in (*range(10, 41), *range(60, 91)) if k not in (25, 75)]),
)
def unequal_pair(bits, percent):
    def pair(angle, link="cx 0 1"):
        flips = "; ".join(f"x {k}" for k in range(2) if bits[k] == "1")
        return circuit("ry(a) 0", link, flips, a=angle, qubits=2)

    angle = 2 * acos(sqrt(percent / 100))
    yield State(pair(angle))
    yield slip(pair(angle / 2), "forgets the factor 2 of the angle", "half-angle")
    yield slip(pair(angle, ""), "forgets the CNOT").says(
        "Your two qubits know nothing of each other. Which gate joins them?"
    )
    yield slip(pair(-angle), "turns backwards: a minus sign", "angle-sign")
    yield slip(pair(2 * acos(percent / 100)), "forgets the root").says(
        "The cosine of half your angle is the probability. It has to be the amplitude."
    )


@build(
    "1.5.e",
    kind="compute",
    outcome=4,
    a=whole(1, 5),
    b=whole(1, 5),
    c=whole(1, 7),
    d=whole(-7, -1),
    where=lambda a, b, c, d: a != b and c != -d and a * -d != b * c and b * -d != a * c,
    derive=lambda a, b, c, d: {"amplitudes": [a * c, a * d, b * c, b * d]},
)
def take_apart(amplitudes):
    yield State(unit(amplitudes[:2]))
    yield slip(unit(amplitudes[::2]), "gives the factor of qubit 0").says(
        "This is the state of qubit 0. Which two amplitudes belong to the same value of qubit 0?"
    )
    yield slip(unit(np.abs(amplitudes[:2])), "takes roots of probabilities: no sign", "relative-phase")
    yield slip(np.array(amplitudes[:2], float), "forgets to divide by the length", "not-normalised")


PRODUCTS = ((1, 1, 1, 1), (1, -1, 1, -1), (1, -1, -1, 1), (1, 1, 0, 0), (0, 1, 0, 1), (1, 2, 2, 4), (2, -1, 4, -2))
ENTANGLED = ((1, 1, 1, -1), (1, 0, 0, -1), (0, 2, 1, 0), (1, 1, 1, 0), (1, 2, 2, 1), (1, 1, -1, 1), (0, 1, 1, 1))


def six_states(rng):
    """Six states with letters, two to four of them entangled."""
    count = rng.choice((2, 3, 4))
    chosen = rng.sample(ENTANGLED, count) + rng.sample(PRODUCTS, 6 - count)
    rng.shuffle(chosen)
    return {"states": {letter: list(state) for letter, state in zip("abcdef", chosen, strict=True)}}


@text("1.5.f", rung="think", outcome=4, draw=six_states)
def entangled_ones(states):
    def entangled(state):
        w, x, y, z = state
        return w * z != x * y

    def holds(answer):
        named = {letter for letter in answer.value.casefold() if letter.isalpha()}
        if unknown := named - set(states):
            return False, f"There is no state {min(unknown)}: the letters go from a to f."
        for letter, (w, x, y, z) in states.items():
            if entangled((w, x, y, z)) and letter not in named:
                return False, f"State {letter} is left out. Its outer product is {w * z}, its inner product {x * y}."
            if letter in named and not entangled((w, x, y, z)):
                return False, f"State {letter} is a product: its outer and its inner product are both {w * z}."
        return True

    yield Property(
        "names all the entangled states and no others", holds, takes=Text, reading="text", wants="letters as text"
    )
    products = "".join(letter for letter, state in states.items() if not entangled(state))
    yield slip(products, "names the products").says("These are the products. The entangled ones are asked for.")
    yield slip("abcdef", "takes every superposition for entangled").says(
        "Not every superposition is entangled: multiply the outer two and the inner two amplitudes of each."
    )
    several_terms = "".join(letter for letter, state in states.items() if 0 not in state)
    if several_terms not in ("", products):
        yield slip(several_terms, "takes four terms for entanglement")


@choice("1.5.g", rung="think", outcome=4)
def what_counts_can_tell():
    yield right("One cannot know from these counts: they do not show the signs and phases of the amplitudes.").says(
        "Right: the counts give the sizes only, and here the signs decide."
    )
    yield slip(
        "She is right: the two results are independent, so the state is a product.",
        "takes independent results for a product state",
    ).says(
        "The *results* are independent in this one measurement. The state need not be: the amplitudes ½, ½, ½, −½ "
        "give the same counts, and they are no product."
    )
    yield slip("She is wrong: a state with four terms is entangled.", "takes many terms for entanglement").says(
        "Four equal amplitudes are a product: multiply the outer two and the inner two."
    )
    yield slip(
        "She is right: entangled qubits always give equal results.", "believes that entangled means equal results"
    ).says(
        "Some entangled states give equal results in this measurement, others do not. Try the amplitudes ½, ½, ½, −½."
    )


@build("1.5.h", kind="debug", outcome=3, takes="circuit", phi=angles(0.1, 0.9, 0.02))
def repair_the_pair(phi):
    yield State(circuit("h 0; p(f) 0; cx 0 1", f=phi))
    yield slip(circuit("h 0 1; p(f) 0; cx 0 1", f=phi), "hands the draft in").says(
        "This is the draft: its state is still a product. What does a CNOT do to a target in |+⟩?"
    )
    yield slip(circuit("cx 0 1; h 0; p(f) 0", f=phi), "puts the CNOT first", "gate-order")
    yield slip(circuit("h 0; p(-f) 0; cx 0 1", f=phi), "the wrong sign", "angle-sign")


def eight_qubits(order):
    return {"pairs": sorted(sorted(order[k : k + 2]) for k in range(0, 8, 2))}


@number("1.5.i", kind="predict", outcome=5, within=0.1, order=distinct(8, range(8)), cut=(3, 4, 5), derive=eight_qubits)
def rank_of_pairs(pairs, cut):
    across = sum((a < cut) != (b < cut) for a, b in pairs)
    yield 2**across
    if across < 4:
        yield slip(16, "counts all the pairs").says(
            "Only the pairs that cross the cut count. A pair with both qubits on one side adds nothing."
        )
    if across not in (1, 2):
        yield slip(2 * across, "adds the ranks").says("The ranks of separate pairs are multiplied, not added.")
    if across not in (0, 2):
        yield slip(across, "counts pairs in place of terms").says(
            "This is the number of pairs that cross the cut. Each of them has rank 2; the rank of the whole is the "
            "product of the ranks."
        )
    yield slip(2**across + 1, "miscounts")


def schmidt(state, k):
    return np.linalg.svd(np.reshape(state, (2**k, -1)), compute_uv=False)


def some_states(rng):
    """States of two to five qubits and the place of the cut, some complex, some nearly products, some with zeros."""

    def generic(n):
        return unit([complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(2**n)])

    bell = unit([1, 0, 0, 1])
    with_i = unit([1, 0, 0, 1j])  # its real part alone is a product, and so is its imaginary part
    nearly = unit([1, 0, 0, 1e-6])  # a coefficient far above 1e-9 counts, its square is far below it
    isotropic = unit([1, 1j, 1, 1j])  # the table times its own transpose, without the conjugate, is 0
    small = unit([1, 0, 0, 1e-4])  # its square, too, is above 1e-9
    tilted = unit([1, 1j, 1j, 1])
    crossed = unit([1, 1j, 1j, 0])  # its real part is a product, its imaginary part is not
    ghz = unit([1, 0, 0, 0, 0, 0, 0, 1])
    two_pairs = np.einsum("ac,bd->abcd", bell.reshape(2, 2), bell.reshape(2, 2)).ravel()
    found = [(np.kron(generic(1), generic(1)), 1), (bell, 1), (with_i, 1), (nearly, 1), (isotropic, 1), (tilted, 1)]
    found += [(np.kron(generic(1), bell), 1), (np.kron(generic(1), bell), 2), (ghz, 1), (two_pairs, 2), (small, 1)]
    found += [(np.kron(np.kron(generic(1), with_i), generic(1)), k) for k in (1, 3)]
    found += [
        (generic(4), 2),
        (np.kron(generic(3), generic(2)), 3),
        (generic(4), 3),
        (np.full(16, 0.25), 2),
        (crossed, 1),
    ]
    return [(state.tolist(), k) for state, k in found]


@function("1.5.j", outcome=5, points=2, name="schmidt_rank", inputs=some_states, within=1e-6)
def schmidt_rank():
    yield lambda state, k: int(np.sum(schmidt(state, k) > 1e-9))
    yield slip(lambda state, k: len(schmidt(state, k)), "counts all singular values, the zeros included").says(
        "Singular values that are zero, or smaller than 1e-9, do not count."
    )
    yield slip(lambda state, k: int(np.sum(np.abs(state) > 1e-9)), "counts amplitudes that are not zero").says(
        "This is the number of amplitudes that are not zero. A product can have many of them."
    )
    yield slip(lambda state, k: int(np.sum(schmidt(np.real(state), k) > 1e-9)), "drops the imaginary parts").says(
        "Where your result is wrong, it is the rank of the real parts alone. Amplitudes are complex."
    )
    yield slip(lambda state, k: int(np.sum(schmidt(state, 1) > 1e-9)), "cuts after the first qubit").says(
        "You cut after the first qubit always. The cut is after k qubits."
    )
    yield slip(lambda state, k: int(np.sum(schmidt(state, k) ** 2 > 1e-9)), "compares the squares").says(
        "You compare the squares of the coefficients with 1e-9. The coefficients themselves are to be compared."
    )
    yield slip(lambda state, k: int(np.sum(schmidt(state, k) > 1e-3)), "drops small coefficients").says(
        "Your function drops coefficients that are small but no rounding errors: only those below 1e-9 do not count."
    )


@measure(
    "1.5.k",
    rung="think",
    outcome=(2, 4),
    points=2,
    within=0.03,
    delta=one_of([k / 100 for k in range(170, 265)]),
)
def witness(delta):
    mean, cosine = (1 - np.cos(delta)) / 2, float(np.cos(delta))
    error = sqrt(2 * (1 - mean**2) / 4000)
    yield right(float(2 * mean), spread=sqrt(2 * (1 - mean**2)))
    yield slip((float(mean), error, 4000), "measures one setting only").says(
        "This is the mean of one of the two settings. W is the sum of both."
    )
    yield slip(((1 + cosine) / 2, error, 4000), "measures both along x").says(
        "This is ⟨X⊗X⟩: both qubits were measured along x. In W one of them is measured along z."
    )
    yield slip((-float(2 * mean), error, 4000), "exchanges the signs", "bit-flip").says(
        "The sign: equal bits count as +1 and different bits as −1."
    )
    yield slip((float(2 * mean), error / sqrt(2), 4000), "takes the error of one mean", "factor").says(
        "This is the error of one of the two means. The variances of both add up."
    )


def uneven_states(rng):
    """Complex states of two qubits whose Schmidt coefficients differ, one of them nearly a product."""
    found = []
    for small in (0.55, 0.4, 0.05, 0.62):
        u, v = (
            np.linalg.qr(np.array([[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in "ab"] for _ in "ab"]))[0]
            for _ in "uv"
        )
        rows = u @ np.diag([sqrt(1 - small**2), small]) @ v
        found.append(rows.ravel().tolist())
    return found


def term(number=0, conjugated=False):
    def nearest(state):
        u, _, v = np.linalg.svd(np.reshape(state, (2, 2)))
        return np.kron(u[:, number], v[number].conj() if conjugated else v[number])

    return nearest


@function(
    "1.5.l",
    kind="stretch",
    outcome=(4, 5),
    points=2,
    name="nearest_product",
    inputs=uneven_states,
    returns=lambda value: State(value, tolerance=1e-3),
)
def nearest_product():
    yield term()
    yield slip(term(1), "takes the smaller term").says(
        "This is the product of the smaller term. The larger coefficient belongs to the nearest product."
    )
    yield slip(term(conjugated=True), "conjugates the second state").says(
        "Qubit 0 is right. The state of qubit 1 is conjugated: no conjugate stands in the decomposition."
    )
    yield slip(lambda state: np.array(state), "gives the state itself").says(
        "This is the state itself: it is no product."
    )
    yield slip(
        lambda state: np.kron(unit(np.reshape(state, (2, 2))[:, 0]), unit(np.reshape(state, (2, 2))[0])),
        "factors it as if it were a product",
    ).says("A row and a column are the factors of a product. For an entangled state they are not the nearest ones.")
