"""What right means in lesson 3.10, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import product
from math import asin, ceil, floor, pi, sin, sqrt

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
    several,
    slip,
    whole,
)
from qtrain.checking import BitOracle, PhaseOracle
from qtrain.checking.rules import NoUnitary, Qubits


def chance(n, m, k):
    return sin((2 * k + 1) * asin(sqrt(m / n))) ** 2


def best(n, m):
    return floor(pi / (4 * asin(sqrt(m / n))))


def cheapest(n, m, check=1):
    return min((k + check) / chance(n, m, k) for k in range(1 - check, best(n, m) + 2))


@number("3.10.a", outcome=1, rel=2e-3, N=whole(60, 2000), M=whole(1, 4))
def early_stop(N, M):
    k = best(N, M)
    yield cheapest(N, M)
    yield slip((k + 1) / chance(N, M, k), "runs to the top").says(
        "This is the cost of running to the highest probability. The last rounds add little: stop earlier, and repeat."
    )
    yield slip(cheapest(N, M, 0), "forgets the check").says(
        "You did not count the call that checks what was found. Each try needs one."
    )
    yield slip(k + 1, "counts one try").says("This is one try to the top. It can fail; and earlier may be cheaper.")
    yield slip((N + 1) / (M + 1), "looks one by one").says("This is what looking one by one takes.")


VARIABLES = 4


def literals(variables, signs):
    """A clause as pairs (variable, value that makes it true)."""
    return [[k, int(s)] for k, s in zip(variables, signs, strict=True)]


def written(clause):
    return " ∨ ".join(("" if value else "¬") + f"x{k}" for k, value in clause)


def satisfied(clause, x):
    return any((x >> (VARIABLES - 1 - k)) & 1 == value for k, value in clause)


def all_false(clause, target, gate="x"):
    """The gate on `target`, controlled by: no literal of the clause is true."""
    return f"c{len(clause)}{gate} " + " ".join(("!" if value else "") + str(k) for k, value in clause) + f" {target}"


def wanted(clause, target):
    """The gate X on `target`, controlled by: every literal of the clause is true."""
    return f"c{len(clause)}x " + " ".join(("" if value else "!") + str(k) for k, value in clause) + f" {target}"


@build(
    "3.10.b",
    rung="warm-up",
    outcome=2,
    takes="circuit",
    variables=distinct(3, range(4)),
    signs=several(3, (0, 1)),
    where=lambda variables, signs: variables == sorted(variables) and len(set(signs)) > 1,
    derive=lambda variables, signs: {
        "clause": literals(variables, signs),
        "formula": written(literals(variables, signs)),
    },
)
def one_clause(clause):
    yield BitOracle(lambda x: int(satisfied(clause, x)), 4, rules=[NoUnitary()])
    yield slip(circuit(all_false(clause, 4), qubits=5), "forgets the last X", "bit-flip").says(
        "Your circuit flips the target where the clause is *not* satisfied. One X is missing, or one is too many."
    )
    yield slip(circuit(wanted(clause, 4), qubits=5), "takes AND for OR").says(
        "Your circuit flips the target only where all three literals are true. One true literal is enough."
    )
    unsigned = [[k, 1] for k, _ in clause]
    yield slip(circuit(all_false(unsigned, 4), "x 4", qubits=5), "loses the negations").says(
        "This is the clause without its negations: a literal ¬x is true where the qubit is 0."
    )
    swapped = [[k, 1 - value] for k, value in clause]
    yield slip(circuit(all_false(swapped, 4), "x 4", qubits=5), "puts X on the wrong qubits").says(
        "This is the clause with every literal negated: the X gates stand on the other qubits."
    )


def satisfying(clauses):
    return [x for x in range(16) if all(satisfied(clause, x) for clause in clauses)]


def satisfying_any(clauses):
    """The assignments that make all literals of at least one clause true: AND and OR exchanged."""
    return [x for x in range(16) if any(not satisfied([[k, 1 - v] for k, v in clause], x) for clause in clauses)]


def drawn_formula(rng):
    """Four clauses of three literals, of which each one excludes something that the others allow."""
    while True:
        clauses = [literals(sorted(rng.sample(range(4), 3)), [rng.randrange(2) for _ in range(3)]) for _ in range(4)]
        found = satisfying(clauses)
        each = [satisfying(clauses[:k] + clauses[k + 1 :]) for k in range(4)]
        either = satisfying_any(clauses)
        if all(len(one) > len(found) for one in each) and either not in (
            found,
            [x for x in range(16) if x not in found],
        ):
            return {"clauses": clauses, "formula": " ∧ ".join(f"({written(clause)})" for clause in clauses)}


def formula_oracle(clauses, *, undo=True, negate=True):
    compute = [all_false(clause, 4 + k) + ("" if not negate else f"; x {4 + k}") for k, clause in enumerate(clauses)]
    places = " ".join(str(4 + k) for k in range(len(clauses)))
    back = ["; ".join(reversed(step.split("; "))) for step in reversed(compute)]
    return circuit(*compute, f"c{len(clauses) - 1}z {places}", *(back if undo else []))


def signs(marked):
    """A sign flip for each of these assignments."""
    flips = ["c3z " + " ".join(("" if (x >> (3 - k)) & 1 else "!") + str(k) for k in range(3)) for x in range(16)]
    return circuit(*(f"{flips[x]} 3" if x & 1 else f"x 3; {flips[x]} 3; x 3" for x in marked) or ("id 0",), qubits=4)


@build("3.10.c", kind="design", rung="think", outcome=2, points=3, takes="circuit", draw=drawn_formula)
def four_clauses(clauses, formula):
    found = satisfying(clauses)
    yield PhaseOracle(lambda x: int(x in found), 4, rules=[Qubits(7), NoUnitary()])
    yield slip(formula_oracle(clauses), "takes a working qubit for each clause", "rule").worth(0.5)
    yield slip(signs(satisfying_any(clauses)), "exchanges AND and OR").says(
        "Your circuit marks what makes all literals of some clause true: AND and OR are exchanged."
    )
    yield slip(formula_oracle(clauses[:3]), "leaves the last clause out").says(
        "Your circuit marks the assignments that satisfy the first three clauses. The fourth one is missing."
    )
    yield slip(formula_oracle(clauses[:3], undo=False), "leaves garbage in the working qubits").says(
        "The working qubits are not set back, and the fourth clause is missing."
    )
    yield slip(formula_oracle(clauses, undo=False), "does not uncompute", "ancilla-entangled")
    yield slip(formula_oracle(clauses, negate=False), "marks what violates every clause").says(
        "Your circuit marks the assignments that satisfy *no* clause: each working qubit says that its clause is false."
    )


def colourings(edges, colours, vertices=5):
    return sum(all(c[a] != c[b] for a, b in edges) for c in product(range(colours), repeat=vertices))


def drawn_graph(rng):
    pairs = [[a, b] for a in range(5) for b in range(a + 1, 5)]
    while True:
        edges = sorted(rng.sample(pairs, rng.randint(5, 8)))
        if colourings(edges, 3) and len({v for edge in edges for v in edge}) == 5:
            return {"edges": edges}


@number("3.10.d", rung="warm-up", outcome=2, within=0.1, draw=drawn_graph)
def colourings_of_a_graph(edges):
    count = colourings(edges, 3)
    yield count
    yield slip(colourings(edges, 4), "allows the fourth code").says(
        "You counted four colours. Two qubits have four codes, but only three of them are colours."
    )
    yield slip(count / 6, "takes renamed colours for the same").says(
        "You counted colourings with renamed colours once. For the search each of them is an item of its own."
    )
    yield slip(4**5 - count, "counts what is not marked").says("This is the number of items that are *not* marked.")
    yield slip(3**5, "forgets the edges").says("These are all ways to give colours. Neighbours have to differ.")


CODES = ["00", "01", "10", "11"]


@build(
    "3.10.e",
    outcome=2,
    points=2,
    takes="circuit",
    places=distinct(4, range(4)),
    forbidden=one_of(CODES),
    where=lambda places: places[0] < places[2],
    derive=lambda places: {"u": places[:2], "v": places[2:]},
)
def one_edge(places, u, v, forbidden):
    def code(x, vertex):
        return "".join(str((x >> (3 - k)) & 1) for k in vertex)

    def oracle(rule):
        return circuit(
            "; ".join(
                "c4x " + " ".join(("" if (x >> (3 - k)) & 1 else "!") + str(k) for k in range(4)) + " 4"
                for x in range(16)
                if rule(code(x, u), code(x, v))
            )
            or "id 4",
            qubits=5,
        )

    yield BitOracle(
        lambda x: int(code(x, u) != code(x, v) and forbidden not in (code(x, u), code(x, v))), 4, rules=[NoUnitary()]
    )
    yield slip(oracle(lambda a, b: a != b), "allows the forbidden code").says(
        "Your circuit marks some pairs with the forbidden code, which is no colour."
    )
    yield slip(oracle(lambda a, b: forbidden not in (a, b)), "forgets that they differ").says(
        "Your circuit marks neighbours of the same colour, too."
    )
    yield slip(oracle(lambda a, b: a == b and a != forbidden), "marks equal colours").says(
        "Your circuit marks the pairs whose colours are equal. They have to differ."
    )
    yield slip(oracle(lambda a, b: a[0] != b[0] and a[1] != b[1] and forbidden not in (a, b)), "asks both bits").says(
        "Your circuit asks that *both* bits differ. Two colours differ if one of their bits does."
    )
    yield slip(oracle(lambda a, b: a != b and a != forbidden), "looks at one vertex only").says(
        "The forbidden code is excluded for one vertex only."
    )


def mean_success(n, m, limit):
    """The mean of P_j over j = 0 … limit − 1 (Boyer, Brassard, Høyer and Tapp 1998, lemma 2)."""
    theta = asin(sqrt(m / n))
    return 0.5 - sin(4 * limit * theta) / (4 * limit * sin(2 * theta))


@number(
    "3.10.f",
    rung="warm-up",
    outcome=3,
    bounds=(0, 1),
    within=1e-3,
    N=one_of([64, 100, 128, 200, 256]),
    M=whole(1, 5),
    m=whole(3, 12),
)
def random_rounds(N, M, m):
    yield mean_success(N, M, m)
    yield slip(mean_success(N, M, m + 1), "draws from 0 to m").says(
        "You averaged over m + 1 numbers of rounds. j is one of 0, 1, …, m − 1."
    )
    yield slip(chance(N, M, m), "runs m rounds").says("This is the probability behind m rounds. Average over all j.")
    yield slip(chance(N, M, m - 1), "runs m − 1 rounds").says(
        "This is the probability behind m − 1 rounds. Average over all j."
    )
    yield slip(chance(N, M, 0) * m / 2, "adds up looks").says(
        "Looks one by one would give something like this. Rounds do more: use the formula."
    )
    yield slip(sum(chance(N, M, j) for j in range(1, m)) / (m - 1), "leaves j = 0 out").says(
        "You left j = 0 out: no round at all is one of the m possibilities."
    )


@choice("3.10.g", rung="warm-up", outcome=3)
def why_at_random():
    yield right(
        "A fixed number may be a bad one for this M; a random one succeeds in at least a quarter of the tries."
    ).says(
        "Right: once m is large enough, the mean over j is at least ¼, whatever M is. No fixed number promises that."
    )
    yield slip(
        "With a random number of rounds the hand cannot go past the upright.", "believes that it stops there"
    ).says("It does go past, for some j. What counts is the mean over all j.")
    yield slip("Tries add up: each one starts where the last one ended.", "believes that tries add up").says(
        "A measurement ends each try. The next one begins with the even superposition again."
    )
    yield slip("Otherwise the search would find the same wrong item again and again.", "believes in a memory").says(
        "A wrong item is found by chance, a new one each time. A try knows nothing of the tries before."
    )
    yield slip("The oracle must not be called twice with the same number of rounds.", "makes up a rule").says(
        "The oracle can be called as often as you like, and it does the same each time."
    )


def limits(n, growth):
    """The limits m of the tries: 1, λ, λ², … and then √N for ever."""
    found = [1.0]
    while found[-1] < sqrt(n):
        found.append(min(growth * found[-1], sqrt(n)))
    return found


def calls(n, m, growth=1.2, check=1, inclusive=0):
    """Mean and standard deviation of the calls until a marked item is found, exactly, from the last limit backwards."""
    mean = square = 0.0
    for place, limit in enumerate(reversed(limits(n, growth))):
        rounds = range(ceil(limit - 1e-9) + inclusive)
        fails = [1 - chance(n, m, j) for j in rounds]
        size, cost = len(rounds), [j + check for j in rounds]
        if place == 0:
            again = sum(fails) / size
            mean = sum(cost) / size / (1 - again)
            square = sum(c * c + 2 * c * f * mean for c, f in zip(cost, fails, strict=True)) / size / (1 - again)
        else:
            both = list(zip(cost, fails, strict=True))
            square = sum(c * c + f * (2 * c * mean + square) for c, f in both) / size
            mean = sum(c + f * mean for c, f in both) / size
    return mean, sqrt(square - mean * mean)


@measure(
    "3.10.h",
    rung="think",
    outcome=3,
    points=3,
    within=0.1,
    growth=decimals(1.10, 1.30, 0.02),
    size=whole(1, 4),
    first=whole(0, 63),
    derive=lambda size, first: {"marked": sorted((first + 17 * k) % 64 for k in range(size))},
)
def calls_of_a_search(growth, size, marked):
    mean, spread = calls(64, size, growth)
    shots = ceil((spread / 0.09) ** 2)
    yield right(mean, spread=spread)
    steps, other = calls(64, size, growth, check=0)
    yield slip((steps, other / sqrt(shots), shots), "does not count the checks").says(
        "You counted the calls of the rounds only. Each try needs one more call, to check what was found."
    )
    known = (best(64, size) + 1) / chance(64, size, best(64, size))
    yield slip((known, known / sqrt(shots), shots), "takes the number of marked items for known").says(
        "This is what the search costs if the number of marked items is known."
    )
    looks = 65 / (size + 1)
    yield slip((looks, spread / sqrt(shots), shots), "looks one by one").says("This is what looking one by one takes.")


def minimum_cost(n, check=1, shift=1, weight=None):
    weight = weight or (lambda r: 1 / r)
    return sum(weight(r) * calls(n, r - shift, check=check)[0] for r in range(2, n + 1))


@function("3.10.i", kind="stretch", outcome=4, points=3, name="minimum_calls", inputs=[4, 7, 16, 30, 64], rel=1e-3)
def finding_the_minimum():
    yield minimum_cost
    yield slip(lambda n: minimum_cost(n, weight=lambda r: 1.0), "visits every rank").says(
        "You let every rank become the threshold. Most are skipped: with which probability is the rank r ever visited?"
    )
    yield slip(lambda n: minimum_cost(n, shift=0), "counts the threshold itself").says(
        "Below the item of rank r there are r − 1 smaller ones, not r."
    )
    yield slip(lambda n: minimum_cost(n, check=0), "does not count the checks").says(
        "You did not count the calls that check each result."
    )
    yield slip(lambda n: minimum_cost(n, weight=lambda r: 1 / n), "starts only").says(
        "You counted the first threshold only. Later ones have to be beaten, too."
    )
