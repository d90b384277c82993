"""What right means in lesson 3.14, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import asin, pi, sin, sqrt

import numpy as np

from qtrain.authoring import choice, data, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Data, Property
from qtrain.checking.schema import List, OneOf
from qtrain.circuits import Function
from qtrain.circuits.numerals import number_beside

YEAR = 365.25 * 86400


@number(
    "3.14.a",
    rung="warm-up",
    outcome=2,
    rel=0.01,
    bits=one_of([96, 112, 128, 144, 160]),
    rate=one_of([10**k for k in range(4, 10)]),
    machines=one_of([2**k for k in range(8, 25, 2)]),
)
def years_for_a_key(bits, rate, machines):
    steps = pi / 4 * sqrt(2**bits / machines)
    yield steps / rate / YEAR
    yield slip(pi / 4 * sqrt(2**bits) / machines / rate / YEAR, "divides the time by the machines").says(
        "You divided the time by the number of machines. Each searches a part of the keys: the root of it counts."
    )
    yield slip(2**bits / machines / 2 / rate / YEAR, "searches one by one").says(
        "This is the classical search. Grover's needs the square root."
    )
    yield slip(pi / 4 * sqrt(2**bits) / rate / YEAR, "uses one machine").says("This is the time with one machine.")
    yield slip(steps / rate, "gives seconds").says("This is in seconds. Years are asked for.")
    yield slip(sqrt(2**bits / machines) / rate / YEAR, "forgets π/4").says("Close: the factor π/4 is missing.")


@number(
    "3.14.b",
    outcome=2,
    points=2,
    rel=0.01,
    quantum=one_of([f"{k}e-{e}" for e in (3, 4, 5) for k in (1, 2, 5)]),
    classical=one_of([f"{k}e-{e}" for e in (9, 10) for k in (1, 2, 5)]),
    cores=one_of([8, 16, 64, 100, 500, 1000]),
)
def break_even(quantum, classical, cores):
    slow, fast = float(quantum), float(classical) / cores
    yield (pi / 2 * slow / fast) ** 2
    yield slip((pi / 4 * slow / fast) ** 2, "lets the classical search try all").says(
        "You let the classical search try all N. On average it finds the item halfway."
    )
    yield slip((2 * slow / fast) ** 2, "forgets π/4").says("Grover needs (π/4)·√N steps: the factor π/4 is missing.")
    yield slip((slow / fast) ** 2, "compares N with √N").says(
        "You compared N steps with √N steps. Take the factors into account: N/2 and (π/4)·√N."
    )
    yield slip((pi / 2 * slow / float(classical)) ** 2, "uses one core").says(
        "This is for one classical core. Several cores share the work, and a search divides without loss."
    )


CLAIMS = {
    "A quantum computer can be simulated by a classical one with enough memory and time.": "proven",
    "No quantum search of N unordered items needs fewer than about √N queries.": "proven",
    "From n qubits nobody reads more than n bits.": "proven",
    "Every problem that a classical computer solves quickly, a quantum computer solves quickly, too.": "proven",
    "Shor's algorithm factors in a number of gates that is polynomial in the number of digits.": "proven",
    "No classical algorithm factors in polynomial time.": "believed",
    "Quantum computers cannot solve all problems in NP quickly.": "believed",
    "There are problems that a quantum computer solves quickly and no classical one does.": "believed",
    "A quantum computer tries all answers at once and reads out the best.": "false",
    "Grover's algorithm makes search exponentially faster.": "false",
    "With n qubits one stores and reads 2ⁿ numbers.": "false",
    "A symmetric key of 128 bits is broken by Grover as fast as one of 64 bits by a laptop.": "false",
}
KINDS = ("proven", "believed", "false")


def six_claims(rng):
    """Two of each kind, mixed."""
    chosen = [claim for kind in KINDS for claim in rng.sample([c for c in CLAIMS if CLAIMS[c] == kind], 2)]
    rng.shuffle(chosen)
    return {"claims": chosen}


@data("3.14.c", outcome=(1, 3), points=2, draw=six_claims)
def sort_the_claims(claims):
    told = [CLAIMS[claim] for claim in claims]
    schema = List(OneOf(*KINDS))
    yield Data(told, schema=schema)
    yield slip(["proven" if one == "believed" else one for one in told], "takes beliefs for theorems").says(
        "You call things proven that nobody has proven. That no quick way exists is believed here, with good reasons."
    )
    yield slip(["believed" if one == "proven" else one for one in told], "takes theorems for beliefs").says(
        "You call theorems beliefs. Limits of search and of reading are proven, and so is what an algorithm reaches."
    )
    yield slip(["believed" if one == "false" else one for one in told], "lets hype pass").says(
        "You let false sentences pass as beliefs. The lesson contradicts each of them."
    )


@choice("3.14.d", outcome=3)
def a_headline():
    yield right(
        "An estimate: a paper has counted what a machine would need that nobody has built, under assumptions."
    ).says("Right: ask what was run, on which machine, and how large the number was.")
    yield slip("A measurement: RSA keys are broken since then.", "takes an estimate for an experiment").says(
        "Nothing was run. The paper designs a machine with error correction and counts its qubits and its time."
    )
    yield slip("Nothing new: 100,000 qubits have been there for years.", "mixes kinds of qubits").says(
        "The largest machines of 2025 had some thousand physical qubits that could run circuits."
    )
    yield slip("That 100,000 error-corrected qubits are needed.", "takes physical qubits for logical ones").says(
        "The number counts physical qubits. Many of them together make one logical qubit."
    )
    yield slip("That AES falls as well: it is encryption, too.", "takes all encryption for one").says(
        "AES has no hidden period. Only Grover's search is known against it, with the square root."
    )


def best(n):
    return sin(3 * asin(1 / sqrt(n))) ** 2


def success(start, after):
    """The mean probability of finding x, over all x, with one query of a phase oracle."""
    n = len(start)
    found = 0.0
    for x in range(n):
        marked = start.copy()
        marked[x] *= -1
        found += abs(after[x] @ marked) ** 2 / n
    return float(found)


@function("3.14.e", kind="design", rung="think", outcome=1, points=2)
def one_query():
    def holds(f):
        for n in (4, 5, 6, 8, 11):
            given = f.call(n)
            try:
                start, after = (np.asarray(part, complex) for part in given)
            except (TypeError, ValueError):
                return False, f"one_query({n}) should return two things: an array of {n} amplitudes and a matrix."
            if start.shape != (n,) or after.shape != (n, n):
                return False, (
                    f"one_query({n}) returns arrays of the shapes {start.shape} and {after.shape}. "
                    f"{(n,)} and {(n, n)} are asked for."
                )
            if abs(np.vdot(start, start) - 1) > 1e-6:
                return False, f"The amplitudes for n = {n} do not have the length 1."
            if abs(after @ after.conj().T - np.eye(n)).max() > 1e-6:
                return False, f"The matrix for n = {n} is not unitary."
            found = success(start, after)
            if found < best(n) - 1e-6:
                return False, (
                    f"For n = {n} the item is found with probability {number_beside(found, best(n), 4)}; "
                    f"{number_beside(best(n), found, 4)} is possible."
                )
        return True

    def uniform(n):
        return np.ones(n) / sqrt(n)

    yield Property("searches as well as possible", holds, takes=Function, wants="a function")
    yield slip(lambda n: (uniform(n), np.eye(n)), "measures at once").says(
        "Behind the query all probabilities are still equal: only a sign has changed. Something must turn it into size."
    )
    yield slip(lambda n: (uniform(n), np.eye(n) - np.ones((n, n)) / n), "takes the projection for the reflection")
    yield slip(lambda n: (np.eye(n)[0], 2 * np.ones((n, n)) / n - np.eye(n)), "asks about one item only").says(
        "With this start the query asks about item 0 alone."
    )


@measure(
    "3.14.f",
    rung="think",
    outcome=1,
    points=2,
    bounds=(0, 1),
    within=0.01,
    turn=decimals(1.6, 2.6, 0.02),
    marked=whole(0, 6),
    where=lambda turn: abs(poor(turn) - 0.5) > 0.06,
)
def success_of_a_poor_search(turn, marked):
    p = poor(turn)
    other = (1 - p) / 7
    error = sqrt(p * (1 - p) / 2500)
    yield right(p, spread=sqrt(p * (1 - p)))
    ideal = sin(5 * asin(1 / sqrt(8))) ** 2
    yield slip((ideal, sqrt(ideal * (1 - ideal) / 2500), 2500), "gives the bound").says(
        "This is what Grover's diffuser reaches. Measure what this search does."
    )
    yield slip((1 - p, error, 2500), "counts the failures").says("These are the failures. Count the successes.")
    if f"{marked:03b}" != f"{marked:03b}"[::-1]:
        yield slip((other, sqrt(other * (1 - other) / 2500), 2500), "reads the bits from the other end").says(
            "This is the share of another item. Qubit 0 is the most significant, and Qiskit writes it on the right."
        )


def poor(turn):
    """Two rounds on 8 items, where the diffuser turns by another phase than π."""
    uniform = np.ones(8) / sqrt(8)
    state = uniform.astype(complex)
    diffuser = np.eye(8) + (np.exp(1j * turn) - 1) * np.outer(uniform, uniform)
    for _ in range(2):
        state[3] *= -1
        state = diffuser @ state
    return float(abs(state[3]) ** 2)


def differences(unitaries):
    """Row x: the state behind the circuit with the oracle of x, minus the one without an oracle."""
    n = len(unitaries[0])

    def end(x=None):
        state = np.array(unitaries[0], complex)[:, 0]
        for step in unitaries[1:]:
            if x is not None:
                state = state * np.where(np.arange(n) == x, -1, 1)
            state = np.array(step, complex) @ state
        return state

    plain = end()
    return np.array([end(x) - plain for x in range(n)])


def disturbance(unitaries):
    """The sum over x of the squared distances that the oracle of x makes behind all queries."""
    return float(np.sum(abs(differences(unitaries)) ** 2))


def without_sizes(unitaries):
    """The same without the sizes of the complex differences."""
    return float(np.sum(differences(unitaries) ** 2).real)


def some_circuits(rng):
    """Random unitaries, with two queries or more: behind one query D is the bound itself."""
    found = []
    for n, queries in ((3, 2), (4, 2), (5, 4), (6, 3), (8, 2)):
        drawn = np.random.default_rng(rng.getrandbits(32))
        draws = [drawn.normal(size=(n, n)) + 1j * drawn.normal(size=(n, n)) for _ in range(queries + 1)]
        parts = [np.linalg.qr(one)[0] for one in draws]
        found.append(([part.round(12).tolist() for part in parts],))
    return found


@function("3.14.g", kind="stretch", outcome=1, points=3, name="disturbance", inputs=some_circuits, within=1e-6)
def hybrid_argument():
    yield disturbance
    yield slip(lambda u: without_sizes(u), "squares without taking sizes").says(
        "The amplitudes are complex: the squared length adds up |a − b|², not (a − b)²."
    )
    yield slip(lambda u: disturbance(u) / len(u[0]), "takes the mean").says("You took the mean over x. Add them.")
    yield slip(lambda u: 4 * (len(u) - 1) ** 2, "gives the bound").says(
        "This is the bound 4k². The circuits tried here stay below it."
    )
    yield slip(lambda u: last_only(u), "asks in the last query only").says(
        "Your oracle acts in one place only. It stands between any two unitaries."
    )


def last_only(unitaries):
    """The disturbance by the last query alone."""
    n = len(unitaries[0])
    state = np.array(unitaries[0], complex)[:, 0]
    for step in unitaries[1:-1]:
        state = np.array(step, complex) @ state
    return float(sum(4 * abs(state[x]) ** 2 for x in range(n)))
