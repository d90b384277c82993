"""What right means in lesson 1.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

import re
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
from qtrain.checking.rules import NoInitialize, NoUnitary
from qtrain.circuits import Text
from qtrain.circuits.numerals import number_text


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
    "0.6|0⟩ + 0.8|1⟩": [0.6, 0.8],
    "0.8|0⟩ − 0.6|1⟩": [0.8, -0.6],
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


@number("1.5.c", rung="warm-up", outcome=2, bounds=(0, 1), within=1e-3, amplitudes=several(4, SIGNED), found=(0, 1))
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
    rules=[NoInitialize(), NoUnitary()],
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
    yield slip(pair(2 * acos(sqrt(1 - percent / 100))), "exchanges P and 1 − P").says(
        f"The two probabilities are exchanged: your circuit gives {bits} with {100 - percent} percent."
    )
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
    yield slip(unit(amplitudes[1::-1]), "writes the amplitude of |1⟩ first", "bit-flip").says(
        "The two amplitudes are exchanged: the first one belongs to |0⟩."
    )
    yield slip(np.array(amplitudes[:2], float), "forgets to divide by the length", "not-normalised")


PRODUCTS = ((1, 1, 1, 1), (1, -1, 1, -1), (1, -1, -1, 1), (1, 1, 0, 0), (0, 1, 0, 1), (1, 2, 2, 4), (2, -1, 4, -2))
ENTANGLED = ((1, 0, 0, -1), (0, 2, 1, 0), (1, 1, 1, 0), (1, 2, 2, 1), (0, 1, 1, 1), (2, 1, -1, 1))
BY_SIGN = ((1, 1, 1, -1), (1, 1, -1, 1), (-1, 1, 1, 1), (2, 1, 2, -1), (1, -2, 2, 4))  # entangled, with equal sizes


def six_states(rng):
    """Six states with letters, two to four of them entangled, and one or two of these by a sign alone."""
    count = rng.choice((2, 3, 4))
    signs = rng.choice((1, 2)) if count > 2 else 1
    chosen = rng.sample(BY_SIGN, signs) + rng.sample(ENTANGLED, count - signs) + rng.sample(PRODUCTS, 6 - count)
    rng.shuffle(chosen)
    return {"states": {letter: list(state) for letter, state in zip("abcdef", chosen, strict=True)}}


@text("1.5.f", rung="think", outcome=4, draw=six_states)
def entangled_ones(states):
    def entangled(state):
        w, x, y, z = state
        return w * z != x * y

    def holds(answer):
        words = [word for word in re.findall(r"[^\W\d_]+", answer.value.casefold()) if word != "and"]
        named = set("".join(words))
        if unknown := named - set(states):
            if min(unknown) in words:
                return False, f"There is no state {min(unknown)}: the letters go from a to f."
            return False, "The letters go from a to f: give those of the entangled states alone, without other words."
        for letter, (w, x, y, z) in states.items():
            if entangled((w, x, y, z)) and letter not in named:
                outer, inner = number_text(w * z), number_text(x * y)
                return False, f"State {letter} is left out. Its outer product is {outer}, its inner product {inner}."
            if letter in named and not entangled((w, x, y, z)):
                both = number_text(w * z)
                return False, f"State {letter} is a product: its outer and its inner product are both {both}."
        return True

    yield Property(
        "names all the entangled states and no others", holds, takes=Text, reading="text", wants="letters as text"
    )
    products = "".join(letter for letter, state in states.items() if not entangled(state))
    yield slip(products, "names the products").says("These are the products. The entangled ones are asked for.")
    yield slip("abcdef", "takes every superposition for entangled").says(
        "Not every superposition is entangled: multiply the outer two and the inner two amplitudes of each."
    )
    by_sizes = "".join(letter for letter, (w, x, y, z) in states.items() if abs(w * z) != abs(x * y))
    yield slip(by_sizes, "compares sizes only", "relative-phase").says(
        "You left out the states whose outer and inner product differ by their sign alone. Signs count."
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


@build(
    "1.5.h", kind="debug", outcome=3, takes="circuit", rules=[NoInitialize(), NoUnitary()], phi=angles(0.1, 0.9, 0.02)
)
def repair_the_pair(phi):
    yield State(circuit("h 0; p(f) 0; cx 0 1", f=phi))
    yield slip(circuit("h 0 1; p(f) 0; cx 0 1", f=phi), "hands the draft in").says(
        "This is still the state that the draft gives, a product. What does a CNOT do to a target in |+⟩?"
    )
    yield slip(circuit("cx 0 1; h 0; p(f) 0", f=phi), "puts the CNOT first", "gate-order")
    yield slip(circuit("h 0; p(-f) 0; cx 0 1", f=phi), "the wrong sign", "angle-sign")
    yield slip(circuit("h 0; cx 0 1"), "loses the phase, or puts it where it does nothing")
    yield slip(circuit("h 0; p(f/2) 0; cx 0 1", f=phi), "half the angle", "half-angle")
    yield slip(circuit("h 0; p(2*f) 0; cx 0 1", f=phi), "a phase gate on each of the two qubits").says(
        "The term |11⟩ has the phase 2φ in place of φ. Every phase gate that acts on it adds its own angle."
    )


def paired(order):
    return {"pairs": sorted(sorted(order[k : k + 2]) for k in range(0, len(order), 2))}


def crossing(pairs, cut):
    """How many pairs have a qubit on each side of the cut."""
    return sum((a < cut) != (b < cut) for a, b in pairs)


def no_mistake_is_right(order, cut):
    """With fewer than 3 crossing pairs 2·m or m + 1 is 2^m, too; with 4, m² is, and 2·m is the rank of one pair fewer.

    With as many as there can be, the largest rank is right.
    """
    return 3 <= (across := crossing(paired(order)["pairs"], cut)) <= min(cut - 1, 15 - cut) and across != 4


@number(
    "1.5.i",
    kind="predict",
    outcome=5,
    order=distinct(16, range(16)),
    cut=range(5, 12),
    where=no_mistake_is_right,
    derive=paired,
)
def rank_of_pairs(pairs, cut):
    across, smaller = crossing(pairs, cut), min(cut, 16 - cut)
    yield 2**across
    yield slip(2 ** len(pairs), "counts all the pairs").says(
        "Only the pairs that cross the cut count. A pair with both qubits on one side adds nothing."
    )
    yield slip(2 * across, "adds the ranks").says("The ranks of separate pairs are multiplied, not added.")
    yield slip(across, "counts pairs in place of terms").says(
        "This is the number of pairs that cross the cut. Each of them has rank 2; the rank of the whole is the "
        "product of the ranks."
    )
    if smaller < len(pairs):
        yield slip(2**smaller, "gives the largest rank that there can be").says(
            f"This is the largest rank across this cut, with {smaller} qubits on the smaller side. Not all of these "
            "qubits have their partner on the other side."
        )


def placed(state, order):
    """The state with its qubit k moved to the place order[k]."""
    n = len(order)
    return np.transpose(np.reshape(state, (2,) * n), np.argsort(order)).ravel()


def table(state, side):
    """The amplitudes as a table: the qubits of `side` number the rows, all others the columns."""
    n = len(state).bit_length() - 1
    order = [*side, *(q for q in range(n) if q not in side)]
    return np.transpose(np.reshape(state, (2,) * n), order).reshape(2 ** len(side), -1)


def coefficients(state, side):
    return np.linalg.svd(table(state, side), compute_uv=False)


def generic(rng, n):
    return unit([complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(2**n)])


def some_states(rng):
    """States of two to five qubits and one side of a cut, some complex, some nearly products, some with zeros."""
    bell = unit([1, 0, 0, 1])
    with_i = unit([1, 0, 0, 1j])  # its real part alone is a product, and so is its imaginary part
    above, below = unit([1, 0, 0, 5e-9]), unit([1, 0, 0, 2e-10])  # just above 1e-9, and just below it
    root = unit([1, 0, 0, 2e-5])  # a coefficient far above 1e-9, its square is below it
    signs = unit([1, 1, 1, -1])  # the sizes alone are a product
    chain = np.array([(-1) ** (k & k >> 1).bit_count() for k in range(16)]) / 4  # a sign for each 11 of neighbours
    isotropic = unit([1, 1j, 1, 1j])  # the table times its own transpose, without the conjugate, is 0
    small = unit([1, 0, 0, 1e-4])  # its square, too, is above 1e-9
    tilted = unit([1, 1j, 1j, 1])
    crossed = unit([1, 1j, 1j, 0])  # its real part is a product, its imaginary part is not
    ghz = unit([1, 0, 0, 0, 0, 0, 0, 1])
    behind = np.kron(generic(rng, 1), bell)
    two_pairs = placed(np.kron(bell, with_i), [0, 2, 1, 3])  # pairs (0, 2) and (1, 3)
    between = placed(np.kron(with_i, np.kron(generic(rng, 1), generic(rng, 1))), [3, 1, 0, 2])  # a pair (1, 3)
    found = [(np.kron(generic(rng, 1), generic(rng, 1)), [0]), (bell, [1]), (with_i, [0])]
    found += [(above, [1]), (below, [0]), (root, [1]), (signs, [0]), (np.kron(generic(rng, 1), signs), [2])]
    found += [(isotropic, [0]), (tilted, [1]), (small, [0]), (crossed, [0]), (ghz, [1]), (ghz, [2, 0])]
    found += [(behind, side) for side in ([0], [1], [2, 0], [2, 1])]
    found += [(two_pairs, side) for side in ([0, 1], [2, 0], [3, 1], [3, 0], [1, 2, 3])]
    found += [(between, side) for side in ([3], [1, 3], [0, 1], [2, 0])]
    found += [(generic(rng, 4), [3, 1]), (generic(rng, 4), [2]), (np.full(16, 0.25), [3, 1])]
    found += [(np.kron(generic(rng, 3), generic(rng, 2)), side) for side in ([2, 0, 1], [4, 1])]
    found += [(chain, side) for side in ([0], [2, 0], [3, 1, 2])]
    return [(state.tolist(), side) for state, side in found]


@function("1.5.j", rung="think", outcome=5, points=2, name="schmidt_rank", inputs=some_states, within=1e-6)
def schmidt_rank():
    def rank(state, side, least=1e-9):
        return int(np.sum(coefficients(state, side) > least))

    yield rank
    yield (
        slip(lambda state, side: rank(np.abs(state).tolist(), side), "loses the signs", "relative-phase")
        .worth(0)
        .says(
            "Where your result is wrong, it is the rank of the sizes alone. The signs and phases of the amplitudes "
            "count."
        )
    )
    yield slip(lambda state, side: rank(state, range(len(side))), "cuts after the first qubits").says(
        "You cut after the first qubits always. `side` tells which qubits are on one side."
    )
    yield slip(
        lambda state, side: rank(state, [len(state).bit_length() - 2 - q for q in side]),
        "counts the qubits from the right",
    ).says("You counted the qubits from the right. Qubit 0 is the leftmost.")
    yield slip(lambda state, side: len(coefficients(state, side)), "counts all singular values, the zeros too").says(
        "Singular values that are zero, or smaller than 1e-9, do not count."
    )
    yield slip(lambda state, side: int(np.sum(np.abs(state) > 1e-9)), "counts amplitudes that are not zero").says(
        "This is the number of amplitudes that are not zero. A product can have many of them."
    )
    yield slip(lambda state, side: rank(np.real(state).tolist(), side), "drops the imaginary parts").says(
        "Where your result is wrong, it is the rank of the real parts alone. Amplitudes are complex."
    )
    yield slip(lambda state, side: int(np.sum(coefficients(state, side) ** 2 > 1e-9)), "compares the squares").says(
        "You compare the squares of the coefficients with 1e-9. The coefficients themselves are to be compared."
    )
    for least, score in ((1e-3, 0), (1e-6, 0.7)):
        yield (
            slip(lambda state, side, least=least: rank(state, side, least), "drops small coefficients")
            .worth(score)
            .says(
                "Your function drops coefficients that are small but no rounding errors: only those below 1e-9 do not "
                "count."
            )
        )
    yield (
        slip(lambda state, side: rank(state, side, 1e-12), "counts rounding errors")
        .worth(0.7)
        .says(
            "Your function counts a coefficient that is below 1e-9. Square roots of eigenvalues carry rounding errors "
            "of 1e-8; singular values do not."
        )
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
        "Your error bar is about that of one of the two means. The variance of W is the sum of both variances, each "
        "(1 − m²)/N."
    )


def uneven_states(rng):
    """Complex states of two to four qubits with one side of a cut, whose Schmidt coefficients differ."""

    def unitary(size):
        return np.linalg.qr(
            np.reshape([complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(size**2)], (size, -1))
        )[0]

    # Two orders of the qubits, [2, 0, 1] and [3, 1, 0, 2], differ from their inverse.
    cases = ((2, [0], 0.55), (3, [2, 0], 0.4), (2, [1], 0.05), (3, [1], 0.62), (4, [3, 1], 0.5), (4, [2], 0.6))
    found = []
    for n, side, small in cases:
        rows, columns = unitary(2 ** len(side)), unitary(2 ** (n - len(side)))
        sizes = unit([1, small, 0.3, 0.1][: min(len(rows), len(columns))])
        state = rows[:, : len(sizes)] @ np.diag(sizes) @ columns[: len(sizes)]
        rest = [q for q in range(n) if q not in side]
        found.append((placed(state.ravel(), [*side, *rest]).tolist(), side))
    return found


def term(number=0, conjugated=False, back=np.argsort, factors=None):
    """One term of the Schmidt decomposition, its qubits in their own order; `back` finds it from the table's."""

    def nearest(state, side):
        n = len(state).bit_length() - 1
        order = [*side, *(q for q in range(n) if q not in side)]
        rows = table(state, side)
        u, _, v = np.linalg.svd(rows)
        first, second = (u[:, number], v[number]) if factors is None else factors(rows)
        product = np.outer(first, second.conj() if conjugated else second)
        return np.transpose(product.reshape((2,) * n), back(order)).ravel()

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
    yield slip(term(1), "takes the second term").says(
        "This is the product of the second term. The largest coefficient belongs to the nearest product."
    )
    yield slip(term(conjugated=True), "conjugates the second state").says(
        "The state of the qubits in `side` is right. That of the others is conjugated: no conjugate stands in the "
        "decomposition."
    )
    yield slip(lambda state, side: np.array(state), "gives the state itself").says(
        "This is the state itself: it is no product."
    )
    yield slip(term(back=sorted), "leaves the qubits in the order of the table").says(
        "The product is right, but its qubits stand in the order of your table, those of `side` first. Put them back."
    )
    yield slip(term(back=list), "puts the qubits back by the same list").says(
        "You put the qubits back with the list that moved them. To move back you need its inverse."
    )
    yield slip(lambda state, side: term()(state, list(range(len(side)))), "cuts after the first qubits").says(
        "This is the nearest product for a cut after the first qubits. `side` tells which qubits are on one side."
    )
    yield slip(term(factors=lambda rows: (unit(rows[:, 0]), unit(rows[0]))), "factors it as if it were a product").says(
        "A row and a column are the factors of a product. For an entangled state they are not the nearest ones."
    )
