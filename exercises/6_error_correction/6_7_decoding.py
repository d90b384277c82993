"""What right means in lesson 6.7, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from itertools import combinations
from math import log, prod, sqrt

import numpy as np

from qtrain.authoring import (
    choice,
    data,
    decimals,
    function,
    measure,
    number,
    right,
    several,
    slip,
    whole,
)
from qtrain.checking import Data, Decoder
from qtrain.checking.schema import Bit, List, Whole
from qtrain.checking.verdict import right as passed
from qtrain.checking.verdict import wrong
from qtrain.circuits.numerals import significant


def patch(d, colour=0):
    """The Z checks (or with 1 the X checks) of the rotated code; qubit d·row + column."""
    rows = []
    for r in range(-1, d):
        for c in range(-1, d):
            inside = [(a, b) for a in (r, r + 1) for b in (c, c + 1) if 0 <= a < d and 0 <= b < d]
            side = (c, r)[colour] in (-1, d - 1)
            if (r + c) % 2 == colour and (len(inside) == 4 or (len(inside) == 2 and side)):
                rows.append([(k // d, k % d) in inside for k in range(d * d)])
    return np.array(rows, int)


def top_row(d):
    """Z on the top row: a chain of flips from top to bottom turns its sign."""
    return np.array([k < d for k in range(d * d)], int)


def left_column(d):
    """X on the left column."""
    return np.array([k % d == 0 for k in range(d * d)], int)


def added(checks, logicals):
    """For each fault: what it adds to the number of a syndrome (check 0 counts 1) and, above it, of a class."""
    rows = np.vstack([checks, logicals])
    return (1 << np.arange(len(rows))) @ rows


def chances(checks, logicals, rates):
    """Of shape (classes, syndromes): the probability of both together."""
    chance = np.zeros(2 ** (len(checks) + len(logicals)))
    chance[0], places = 1, np.arange(len(chance))
    for step, rate in zip(added(checks, logicals), rates, strict=True):
        chance = (1 - rate) * chance + rate * chance[places ^ step]
    return chance.reshape(-1, 2 ** len(checks))


@cache
def fewest(d):
    """Of shape (classes, syndromes): how many flips it takes at least."""
    checks, logicals = patch(d), [top_row(d)]
    count = np.full(2 ** (len(checks) + 1), 99)
    count[0], places = 0, np.arange(len(count))
    for step in added(checks, logicals):
        count = np.minimum(count, 1 + count[places ^ step])
    return count.reshape(2, -1)


@cache
def lightest_class(d):
    """The class of the lightest correction: two of different classes never weigh the same, as d is odd."""
    return fewest(d).argmin(axis=0)


def failure(chance, decided):
    """How often the decided class is not the one that happened."""
    return float(1 - chance[decided, np.arange(chance.shape[1])].sum())


def flips_of(number, n):
    """The bits of a number, that of place 0 first."""
    return [int(number) >> k & 1 for k in range(n)]


def quick(by_number, n):
    """The same by syndrome: hundreds of them are looked up."""
    return {tuple(flips_of(number, n)): by_number[number] for number in range(2**n)}


# --- a: what a failure is ---------------------------------------------------------------------------------------------


def rest(error, correction):
    return (np.array(error) + correction) % 2


def uncleared(checks, logical, error, correction):
    return bool((np.array(checks) @ rest(error, correction) % 2).any())


def turned(checks, logical, error, correction):
    return bool(np.array(logical) @ rest(error, correction) % 2)


def failed(checks, logical, error, correction):
    return uncleared(checks, logical, error, correction) or turned(checks, logical, error, correction)


REPEATED = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]])
#: The patch with its qubits numbered in another order: the logical is not at the beginning.
MIXED = [4, 0, 7, 2, 8, 5, 1, 6, 3]
#: Checks, logical, generators of the stabilizers made of X, a chain that turns the logical.
SMALL = (
    (patch(3), top_row(3), patch(3, 1), left_column(3)),
    (patch(3)[:, MIXED], top_row(3)[MIXED], patch(3, 1)[:, MIXED], left_column(3)[MIXED]),
    (REPEATED, np.array([1, 0, 0, 0]), np.zeros((1, 4), int), np.ones(4, int)),  # here the logical has an even weight
)


def drawn_pair(rng, kind, checks, logical, loops, chain):
    """An error and a correction: up to stabilizers the same or a logical apart, or with a syndrome left.

    Nothing simpler than the task tells which: with a syndrome left an even number of flips is left, and all checks fire
    only where this is asked for; on a loop the signs of error minus correction do not cancel.
    """
    while True:
        error = np.array([rng.random() < 0.4 for _ in logical], int)
        change = np.zeros(len(error), int)
        if kind.startswith("open"):
            change = np.array([rng.random() < 0.4 for _ in error], int)
        else:
            for loop in rng.sample(list(loops), rng.randrange(1, len(loops) + 1)):
                change ^= loop
            change ^= chain * (kind == "logical")
        correction = error ^ change
        given = (checks.tolist(), logical.tolist(), error.tolist(), correction.tolist())
        if kind == "loop" and not (checks @ (error - correction)).any():
            continue
        if kind.startswith("open"):
            fired = checks @ change % 2
            if not fired.any() or turned(*given) != kind.endswith("turned"):
                continue
            if kind != "open turned" and (fired.all() != (kind == "open all") or change.sum() % 2):
                continue
        return given


def drawn_corrections(rng):
    """Of each kind several: stabilizers away, a logical flip away, not cleared with either class, the error itself."""
    found = []
    for kind in ("loop", "loop", "loop", "logical", "logical", "open", "open", "open", "open", "open turned"):
        for checks, logical, loops, chain in SMALL:
            if kind != "loop" or loops.any():
                found.append(drawn_pair(rng, kind, checks, logical, loops, chain))
    found.append(drawn_pair(rng, "open all", *SMALL[0]))
    # three, two or no flips are left on the top row, and no syndrome; nothing is left
    for left in ((0, 1, 2, 3, 4, 5, 6), (0, 1), (3, 4, 6, 7), ()):
        while True:
            error = np.array([rng.random() < 0.4 for _ in range(9)], int)
            correction = error ^ np.array([k in left for k in range(9)], int)
            if not left or (SMALL[0][0] @ (error - correction)).any():
                break
        found.append((SMALL[0][0].tolist(), SMALL[0][1].tolist(), error.tolist(), correction.tolist()))
    return rng.sample(found, len(found))


def as_bool(checks, logical, error, correction):
    given = checks, logical, error, correction

    def holds(bit):
        left = rest(error, correction)
        fired, on_logical = int((np.array(checks) @ left % 2).sum()), int(np.array(logical) @ left)
        return bit == failed(*given), (
            f"it gives {bool(bit)}. Of error and correction together the flips of {int(left.sum())} qubits are left, "
            f"{on_logical} of them on the logical's qubits; the number of checks that fire is {fired}."
        )

    return Data(schema=Bit(), holds=holds)


@function(
    "6.7.a", kind="debug", rung="use", outcome=1, name="failed", inputs=drawn_corrections, judged=as_bool, points=2
)
def failures():
    yield failed
    yield slip(lambda checks, logical, error, correction: error != correction, "hands the draft in").says(
        "Your function does what the draft does: it calls every correction wrong that is not the error itself. One "
        "that differs from it by stabilizers is as good: each check then meets an even number of the flips that are "
        "left, and does not fire."
    )
    yield slip(turned, "forgets the syndrome").says(
        "Your function looks at the logical class only. A correction that does not clear the syndrome has failed as "
        "well: the qubits are not back in the code."
    )
    yield slip(uncleared, "forgets the class").says(
        "Your function looks only at whether the syndrome is cleared. A correction can clear it and still flip the "
        "stored qubit."
    )
    yield slip(
        lambda checks, logical, error, correction: (
            uncleared(checks, logical, error, correction) or bool((np.array(logical) * rest(error, correction)).any())
        ),
        "looks for any overlap",
    ).says(
        "Your function calls every flip that is left on the logical's qubits a failure. Two of them cancel: the parity "
        "counts."
    )
    yield slip(
        lambda checks, logical, error, correction: (
            uncleared(checks, logical, error, correction) or bool(sum(map(int, rest(error, correction))) % 2)
        ),
        "counts all flips that are left",
    ).says("Your function takes the parity of all flips that are left. Count only those on the logical's qubits.")
    yield slip(
        lambda checks, logical, error, correction: (
            uncleared(checks, logical, error, correction) or bool(np.array(logical) @ correction % 2)
        ),
        "takes the class of the correction",
    ).says(
        "Your function takes the class of the correction alone. The error has one, too: what is left of both together "
        "counts."
    )
    yield slip(
        lambda checks, logical, error, correction: (
            uncleared(checks, logical, error, correction) or bool(np.array(logical) @ error % 2)
        ),
        "takes the class of the error",
    ).says(
        "Your function takes the class of the error alone. The correction has one, too: what is left of both together "
        "counts."
    )
    yield slip(
        lambda checks, logical, error, correction: (
            uncleared(checks, logical, error, correction) or bool(rest(error, correction)[: sum(logical)].sum() % 2)
        ),
        "takes the first qubits",
    ).says("Your function looks for the logical on the first qubits. `logical` says where it is.")
    yield slip(
        lambda checks, logical, error, correction: (
            uncleared(checks, logical, error, correction) and turned(checks, logical, error, correction)
        ),
        "wants both faults",
    ).says("Your function wants both faults at once. One of them is a failure already.")
    yield slip(lambda checks, logical, error, correction: sum(error) != sum(correction), "counts flips").says(
        "Your function compares how many flips there are. What counts is where they are: on the checks, and on the "
        "logical's qubits."
    )
    yield slip(
        lambda checks, logical, error, correction: (
            uncleared(checks[:1], logical, error, correction) or turned(checks, logical, error, correction)
        ),
        "looks at one check",
    ).says("Your function looks at the first check only. A correction has to clear all of them.")
    yield slip(lambda *given: not failed(*given), "gives the success", "bit-flip").says(
        "Your function says True where the correction is fine. It should say where it failed."
    )


# --- b: an exact failure rate -----------------------------------------------------------------------------------------


def by_rows(rows):
    return np.repeat(rows, 3)


def three(rates):
    return chances(patch(3), [top_row(3)], rates)


def telling_rows(rows):
    values = values_of_rows(tuple(rows))
    return all(abs(a - b) > 0.03 * max(a, b) for a, b in combinations(values, 2)) and len(set(rows)) == 3


@cache
def values_of_rows(rows):
    """Of the plain table: failure; of the best one; doing nothing; a syndrome; by columns; with the mean; success."""
    chance, plain = three(by_rows(rows)), lightest_class(3)
    fails = failure(chance, plain)
    return (
        fails,
        float(chance.min(axis=0).sum()),
        float(chance[1].sum()),
        float(1 - chance[:, 0].sum()),
        failure(three(np.tile(rows, 3)), plain),
        failure(three([sum(rows) / 3] * 9), plain),
        1 - fails,
    )


@number(
    "6.7.b",
    rung="warm-up",
    outcome=2,
    rel=0.001,
    bounds=(0, 1),
    rows=several(3, decimals(0.01, 0.2, 0.005)),
    where=telling_rows,
)
def plain_table_fails(rows):
    fails, best, nothing, some, columns, mean, success = values_of_rows(tuple(rows))
    yield fails
    yield slip(best, "decides by the rates").says(
        "So often the *best* decision fails, the one that knows the rates. The plain table takes the lightest "
        "correction, whatever the rates are."
    )
    yield slip(nothing, "corrects nothing").says(
        "This is the probability that the flips turn the logical class if nothing is corrected. Let the table decide "
        "for each syndrome."
    )
    yield slip(some, "counts every syndrome").says(
        "So often any check fires. Most of these shots are corrected well: count only those with the wrong class."
    )
    yield slip(columns, "takes columns for rows").says(
        "This comes out with the three rates on the *columns*. They belong to the rows: qubits 0 to 2 have the first."
    )
    yield slip(mean, "takes the mean rate").says(
        "This comes out if every qubit has the mean of the three rates. Give each qubit its own."
    )
    yield slip(success, "gives the success", "bit-flip").says(
        "This is the probability that the decision is right. The other one is asked for."
    )


# --- c: the best table ------------------------------------------------------------------------------------------------


class Best(Decoder):
    """The best decoder there is: asked once for each syndrome; how often it fails is computed, not counted.

    Of two classes that are equally likely either is right. Points are for being better than `known`, a failure rate.
    """

    def __init__(self, checks, logicals, rates, known, **options):
        chance = chances(np.array(checks), np.atleast_2d(logicals), rates)
        self.chance, self.known = chance, known
        super().__init__(
            checks, logicals, rates, failure(chance, chance.argmax(axis=0)), shots=chance.shape[1], **options
        )

    def _draw(self, seed):
        self.syndromes = np.array([flips_of(number, len(self.checks)) for number in range(self.shots)], dtype=np.uint8)

    def _fails(self, made):
        """How often it fails, and for how many syndromes another class is likelier than the decided one."""
        classes = made if self.reports == "class" else made @ self.logicals.T % 2
        decided = classes @ (1 << np.arange(self.k))
        taken = self.chance[decided, np.arange(self.shots)]
        return failure(self.chance, decided), int((taken < self.chance.max(axis=0) * (1 - 1e-9)).sum())

    def _judged(self, made):
        if self.reports == "correction":
            clear = (made @ self.checks.T % 2 == self.syndromes).all(axis=1)
            if not clear.all():
                return self._not_clear(made, clear)
        fails, worse = self._fails(made)
        if not worse:
            rate = f"{significant(100 * fails, 3)} %"
            return passed(f"Right: your decoder fails with a probability of {rate}. None fails less often.")
        digits = next(k for k in range(3, 17) if significant(fails, k) != significant(self.at_most, k))
        told = (
            f"Your decoder fails with a probability of {significant(100 * fails, digits)} %; the least is "
            f"{significant(100 * self.at_most, digits)} %. For {worse} of the {self.shots} syndromes another class is "
            "likelier than yours."
        )
        if self.reports == "class" and not self._fails(1 - made)[1]:
            return wrong("bit-flip", f"{told} With 0 and 1 exchanged it would be the best.", score=0.5)
        return wrong(None, told, score=0.5 * max(0.0, (self.known - fails) / (self.known - self.at_most)))

    def _not_clear(self, made, clear):
        told = super()._not_clear(made, clear)
        if told.diagnosis is not None:
            return told
        first = "".join(map(str, self.syndromes[int(np.flatnonzero(~clear)[0])]))
        many = f"{int(np.sum(~clear))} of the {self.shots} syndromes"
        return wrong(None, f"For {many} your correction has another syndrome than the given one; the first is {first}.")


@cache
def errors_of_three():
    """All 512 errors, the lightest first: as bits, and what they add to the number of syndrome and class."""
    bits = np.array(sorted(([*flips_of(number, 9)] for number in range(2**9)), key=sum))
    return bits, np.bitwise_xor.reduce(bits * added(patch(3), [top_row(3)]), axis=1)


def table(rates, better):
    """The lightest error of each syndrome, among those whose class `better(chance, syndrome number)` names."""
    bits, codes = errors_of_three()
    first = {int(code): bits[place].tolist() for place, code in reversed(list(enumerate(codes)))}
    chance = three(rates)
    return {place: first[16 * better(chance, place) + place] for place in range(16)}


def likelier(chance, place):
    return int(chance[1, place] > chance[0, place])


def less_likely(chance, place):
    return 1 - likelier(chance, place)


def lighter(chance, place):
    return int(lightest_class(3)[place])


def by_table(rates, better):
    made = quick(table(tuple(rates), better), 4)
    return lambda syndrome: made[tuple(syndrome)]


def likeliest_error(rates):
    """For each syndrome the class, and the bits, of the one error that is most likely."""
    bits, codes = errors_of_three()
    order = np.argsort(bits @ np.log([rate / (1 - rate) for rate in rates]), kind="stable")
    return {int(codes[place]) % 16: (int(codes[place]) // 16, bits[place].tolist()) for place in order}


def telling_rates(rates):
    """The lightest class, always class 0, and the sums read with the syndrome's bits reversed are all clearly worse."""
    chance = three(rates)
    best = float(chance.min(axis=0).sum())
    reversed_bits = [int(f"{place:04b}"[::-1], 2) for place in range(16)]
    worse = lightest_class(3), np.zeros(16, int), chance.argmax(axis=0)[reversed_bits]
    return best < 0.1 and all(failure(chance, decided) - best > 0.1 for decided in worse)


@function("6.7.c", rung="use", outcome=2, points=2, rates=several(9, (0.01, 0.03, 0.1, 0.2, 0.3)), where=telling_rates)
def best_table(rates):
    checks, logical, chance = patch(3), top_row(3), three(rates)
    best = float(chance.min(axis=0).sum())
    yield Best(checks, logical, rates, failure(chance, lightest_class(3)))
    yield slip(by_table(rates, lighter), "takes the lightest").says(
        "Your decoder decides as if the fewest flips were the best. Here qubits differ: three flips of bad qubits can "
        "be more likely than one of a good one. And what counts is the sum over a whole class."
    )
    yield slip(by_table(rates, less_likely), "takes the less likely class").says(
        "Your decoder always decides for the class that is less likely for its syndrome. Exchange the two."
    )
    single = likeliest_error(rates)
    decided = [single[k][0] for k in range(16)]
    if failure(chance, decided) - best > 1e-6 and list(lightest_class(3)) != decided:
        lookup = quick(single, 4)
        yield slip(lambda syndrome: lookup[tuple(syndrome)][1], "takes the likeliest error").says(
            "Your decoder decides for the class of the most likely single error. Add up all 16 errors of each class, "
            "and compare the sums."
        )
    yield slip(lambda syndrome: [0] * 9, "corrects nothing").says(
        "Your function never flips anything. A correction has to have the syndrome that it is given."
    )


# --- d: weights -------------------------------------------------------------------------------------------------------


def weight(rate):
    return log((1 - rate) / rate)


def routes(one, other):
    return sum(map(weight, one)) - sum(map(weight, other))


def telling_routes(one, other):
    return abs(routes(one, other)) > 0.25 and routes(one, other) * (len(one) - len(other)) < 0


@number(
    "6.7.d",
    rung="warm-up",
    outcome=3,
    within=0.005,
    one=several(3, decimals(0.02, 0.3, 0.01)),
    other=several(2, decimals(0.005, 0.1, 0.005)),
    where=telling_routes,
)
def weights_of_routes(one, other):
    first, second = sum(map(weight, one)), sum(map(weight, other))
    yield first - second
    yield slip(second - first, "exchanges the routes").says(
        "This is the weight of B minus that of A. The sign is the other one: A minus B is asked for."
    )
    yield slip(sum(map(log, other)) - sum(map(log, one)), "leaves out 1 - p").says(
        "Your weights are −ln p. A qubit that is *not* flipped has the factor 1 − p, so a flip changes the probability "
        "by p/(1 − p)."
    )
    yield slip((first - second) / log(2), "takes the logarithm to base 2").says(
        "Your logarithms are to the base 2. The natural one is asked for."
    )
    yield slip((first - second) / log(10), "takes the logarithm to base 10").says(
        "Your logarithms are to the base 10. The natural one is asked for."
    )
    yield slip(len(one) - len(other), "counts the flips").says(
        "This counts flips, as if all rates were the same. Each flip has the weight ln((1 − p)/p)."
    )
    yield slip(sum(one) - sum(other), "adds the rates").says(
        "You added the rates themselves. Rates multiply along a route; their logarithms add."
    )
    yield slip(weight(prod(one)) - weight(prod(other)), "multiplies first").says(
        "You multiplied the rates of a route and then took ln((1 − P)/P). Take the weight of each qubit, and add."
    )
    yield slip(first + second, "adds the routes").says("You added the two weights. Their difference is asked for.")
    yield slip(first, "gives one route").says("This is the weight of route A. Take away that of route B.")
    yield slip(second, "gives the other route").says(
        "This is the weight of route B: it has to be taken from that of A."
    )


# --- e: a syndrome by hand --------------------------------------------------------------------------------------------

FIRED = list(combinations(range(12), 4))


@cache
def ends(d):
    """For each qubit the two checks that it flips; a qubit in one check only leads to the boundary, the last number."""
    checks = patch(d)
    found = [np.flatnonzero(column).tolist() for column in checks.T]
    return [(pair[0], pair[1] if len(pair) == 2 else len(checks)) for pair in found]


@cache
def ways(d):
    """From each pair of checks, or a check and the boundary, to the qubits of a shortest chain between them."""
    edges, count = ends(d), len(patch(d))
    found = {}
    for start in range(count):
        seen, line = {start: []}, [start]
        for node in line:
            if node == count:
                continue  # nothing passes through the boundary
            for qubit, pair in enumerate(edges):
                if node in pair and (other := sum(pair) - node) not in seen:
                    seen[other] = [*seen[node], qubit]
                    line.append(other)
        found |= {(start, other): chain for other, chain in seen.items() if other != start}
    return found


def nearest_first(fired, d=5):
    """Pairs off what is nearest, again and again."""
    chains, boundary, left, flips = ways(d), len(patch(d)), set(fired), set()
    while left:
        pairs = [(a, b) for a in left for b in (*left, boundary) if (a < b)]
        a, b = min(pairs, key=lambda pair: (len(chains[pair]), pair))
        flips ^= set(chains[a, b])
        left -= {a, b}
    return sorted(flips)


def to_the_boundary(fired, d=5):
    chains, flips = ways(d), set()
    for check in fired:
        flips ^= set(chains[check, len(patch(d))])
    return sorted(flips)


def fewest_flips(fired):
    return int(fewest(5).min(axis=0)[sum(1 << k for k in fired)])


def fired_of(k):
    return {"fired": list(FIRED[k])}


def misleading(k):
    fired = FIRED[k]
    return fewest_flips(fired) >= 3 and len(nearest_first(fired)) > fewest_flips(fired)


def fires(flips, d=5):
    bits = np.zeros(d * d, int)
    bits[list(flips)] = 1
    return np.flatnonzero(patch(d) @ bits % 2).tolist()


def listed(numbers):
    return ", ".join(map(str, numbers))


@data("6.7.e", rung="warm-up", outcome=3, k=whole(0, len(FIRED) - 1), derive=fired_of, where=misleading)
def by_hand(fired):
    least = fewest_flips(fired)

    def holds(flips):
        if len(flips) == 25 and set(flips) <= {0, 1}:
            return (
                False,
                "These are 25 bits. The numbers of the qubits to flip are asked for: `np.flatnonzero` gives them.",
            )
        if len(set(flips)) < len(flips):
            return False, "A qubit stands in your list more than once. To flip it twice does nothing."
        found = fires(flips)
        if found != fired:
            those = f"check{'s' * (len(found) > 1)} {listed(found)}" if found else "no check"
            return False, f"With these flips {those} would fire; here {listed(fired)} fired."
        if len(flips) > least:
            return False, f"This has the right syndrome, with {len(flips)} flips. Fewer flips can do it."
        return True

    yield Data(schema=List(Whole(0, 24), ordered=False), holds=holds)
    yield slip(nearest_first(fired), "pairs off the nearest first").says(
        "This has the right syndrome. It comes out if one pairs off what is nearest, one pair after the other: what is "
        "left for the end then costs more. Look at all pairs together, and use fewer flips."
    )
    yield slip(list(fired), "gives the checks").says(
        "These are the numbers of the checks that fired. Qubits are asked for: the numbers on the circles."
    )
    straight = to_the_boundary(fired)
    if len(straight) > least and straight != nearest_first(fired):
        yield slip(straight, "takes each to the boundary").says(
            "This has the right syndrome: each check is led to the boundary by itself. Two checks can also be joined."
        )


# --- f: growing clusters on edges of any length -----------------------------------------------------------------------


def root_of(parent, node):
    while parent[node] != node:
        node = parent[node]
    return node


def grower(
    *,
    lost=True,
    lengths_count=True,
    even_too=False,
    past_boundary=False,
    one_side=False,
    inside=False,
    at_once=False,
    tree=False,
):
    """`grow` with mistakes: see the slips."""

    def grow(ends, lengths, fired, boundary):
        parent, grown, joined = list(range(boundary + 1)), [0] * len(ends), []
        lengths = [length if lengths_count else 2 for length in lengths]

        def merge():
            for edge, (a, b) in enumerate(ends):
                one, other = root_of(parent, a), root_of(parent, b)
                if grown[edge] >= lengths[edge] and one != other:
                    parent[one] = other
                    joined.append(edge)

        if lost:
            merge()
        for _ in range(99):
            counted = [root_of(parent, node) for node in fired]
            odd = {root for root in counted if even_too or counted.count(root) % 2}
            if not past_boundary:
                odd -= {root_of(parent, boundary)}
            if not any(counted.count(root) % 2 and root != root_of(parent, boundary) for root in odd):
                break
            for edge, (a, b) in enumerate(ends):
                sides = [root_of(parent, a), root_of(parent, b)]
                if grown[edge] < lengths[edge] and (inside or sides[0] != sides[1]):
                    many = sum(side in odd for side in sides)
                    grown[edge] += min(many, 1) if one_side else many
                    if at_once:
                        merge()
            merge()
        return joined if tree else [edge for edge, length in enumerate(lengths) if grown[edge] >= length]

    return grow


grow = grower()
#: Of each mistake one that shows: the slips below, in their order, then lengths that are taken in whole steps.
MISGROWN = (
    grower(lost=False),
    grower(lengths_count=False),
    grower(even_too=True),
    grower(past_boundary=True),
    grower(one_side=True),
    grower(inside=True),
    grower(at_once=True),
    grower(tree=True),
    lambda ends, lengths, fired, boundary: grow(ends, [2 * length for length in lengths], fired, boundary),
)


def drawn_graph(rng):
    """A small patch of checks on a grid with a boundary, lengths 0 to 5, and what fired."""
    width, height = rng.choice(((3, 3), (4, 2), (4, 3)))
    boundary = width * height
    edges = [(k, k + 1) for k in range(boundary) if (k + 1) % width]
    edges += [(k, k + width) for k in range(boundary - width)]
    edges += [(k, boundary) for k in range(width)]
    lengths = [rng.choice((0, 1, 2, 2, 3, 4, 5)) for _ in edges]
    fired = sorted(rng.sample(range(boundary), rng.randrange(2, 6)))
    return [list(edge) for edge in edges], lengths, fired, boundary


def drawn_triangle(rng):
    """Small enough to be shown whole in a message."""
    lengths = [rng.choice((0, 1, 2, 3, 4, 5)) for _ in range(4)]
    return [[0, 1], [1, 2], [2, 3], [0, 2]], lengths, sorted(rng.sample(range(3), rng.randrange(1, 4))), 3


def drawn_graphs(rng):
    """Graphs on which each mistake shows at least once; none that hangs on the order of the edges."""
    found = [drawn_triangle(rng) for _ in range(4)]
    for mistaken in MISGROWN:
        while True:
            given = drawn_graph(rng)
            if mistaken(*given) != grow(*given):
                found.append(given)
                break
    return [*found, *(drawn_graph(rng) for _ in range(3))]


def is_forest(ends, edges, full):
    """Whether the edges join the same nodes as the full ones, without a loop."""
    parent = {node: node for pair in ends for node in pair}
    for edge in edges:
        one, other = (root_of(parent, node) for node in ends[edge])
        if one == other:
            return False
        parent[one] = other
    return set(edges) <= full and all(root_of(parent, ends[k][0]) == root_of(parent, ends[k][1]) for k in full)


class FullEdges(Data):
    """The edges that are full at the end. Of a forest in them any other is meant as well: which one is chance."""

    def __init__(self, ends, full, **options):
        super().__init__(**options)
        self.ends, self.full = ends, full

    def like(self, answer):
        if not is_forest(self.ends, answer.value, self.full):
            return super().like(answer)
        return Data(schema=self.schema, holds=lambda edges: is_forest(self.ends, edges, self.full))


def as_edges(ends, lengths, fired, boundary):
    full = set(grow(ends, lengths, fired, boundary))

    def holds(edges):
        if full == set(edges):
            return True
        edge = min(full ^ set(edges))
        joins = "{} and {}".format(*ends[edge])
        said = "is full at the end, and missing in" if edge in full else "is not full at the end, and stands in"
        return False, f"the edge {edge} (between {joins}, of length {lengths[edge]}) {said} your list."

    schema = List(Whole(0, len(ends) - 1), ordered=False, distinct=True)
    return FullEdges(ends, full, schema=schema, holds=holds)


@function("6.7.f", rung="use", outcome=4, points=2, name="grow", inputs=drawn_graphs, judged=as_edges)
def clusters_on_lengths():
    yield grow
    yield slip(MISGROWN[0], "forgets what is full at the start").says(
        "Your function merges only after a step of growth. Edges of length 0 are full before the first step: their "
        "ends belong together from the beginning."
    )
    yield slip(MISGROWN[1], "takes every length as 2").says(
        "Your function takes every edge as two half steps long. An edge is full when its own length is reached."
    )
    yield slip(MISGROWN[2], "grows even clusters").says(
        "Your function lets even clusters that hold fired checks grow, too. Only odd ones grow."
    )
    yield slip(MISGROWN[3], "grows past the boundary").says(
        "Your function lets a cluster grow that has reached the boundary. It is satisfied: the boundary takes one flip."
    )
    yield slip(MISGROWN[4], "grows from one side").says(
        "Your function lets an edge between two odd clusters grow by one half step. It grows by two: one from each "
        "side."
    )
    yield slip(MISGROWN[5], "grows inside").says(
        "Your function lets edges grow whose two ends are in one cluster. Only edges that lead out of a cluster grow."
    )
    yield slip(MISGROWN[6], "unites in the middle of a step").says(
        "Your function unites clusters in the middle of a step, so the order of the edges matters. All edges of a step "
        "grow at the same time; unite afterwards."
    )
    yield (
        slip(MISGROWN[7], "gives the trees only")
        .says(
            "All edges of your lists are full, and they hold the clusters together. Missing are the full edges that "
            "close a loop: all full ones are asked for."
        )
        .worth(0.5)
    )


# --- g: split beliefs -------------------------------------------------------------------------------------------------


@choice("6.7.g", rung="warm-up", outcome=4)
def split_beliefs():
    yield right(
        "Two flips explain the syndrome equally well and act alike. Each gets half of the belief, less than ½, so "
        "neither is made."
    ).says(
        "Right: qubits 0 and 1 differ by a stabilizer. It does not matter which is flipped, but belief propagation "
        "asks bit by bit, and no bit is believed."
    )
    yield slip("The graph has loops, so the beliefs come back to where they began and are wrong.", "blames loops").says(
        "On larger patches loops do harm, too. Here the four checks and nine qubits form no loop, and the beliefs are "
        "exact: see the claim above."
    )
    yield slip("The rounds were too few: with more of them the beliefs would settle.", "wants more rounds").says(
        "On this patch the beliefs settle after a few rounds, and stay. More rounds change nothing."
    )
    yield slip("Both classes of corrections are equally likely here, so nobody can decide.", "takes it for a tie").says(
        "The class of a single flip is much likelier than the other one: the table decides without trouble."
    )
    yield slip(
        "The flips are so rare that no correction is more likely than any correction.", "takes it for rare"
    ).says("Given that the check fired, at least one flip is certain. The zero correction does not have this syndrome.")


# --- h: in the laboratory ---------------------------------------------------------------------------------------------


@cache
def rates_of(d, p):
    """Of matching on equal rates: failure; correction other than the error; doing nothing; any check fires."""
    chance, least = chances(patch(d), [top_row(d)], [p] * d * d), fewest(d).min(axis=0)
    same = float((p**least * (1 - p) ** (d * d - least)).sum())
    return failure(chance, lightest_class(d)), 1 - same, float(chance[1].sum()), float(1 - chance[:, 0].sum())


@measure(
    "6.7.h",
    rung="think",
    outcome=5,
    points=3,
    within=0.003,
    bounds=(0, 1),
    d=(3, 5),
    hidden=decimals(0.06, 0.11, 0.001),
)
def matching_in_the_laboratory(d, hidden):
    truth, other, nothing, some = rates_of(d, hidden)
    spread = sqrt(truth * (1 - truth))
    shots = 16_000
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((other, error, shots), "compares with the error").says(
        "So often the correction is not the very error that happened. Most of these corrections are right all the "
        "same: count logical classes."
    )
    yield slip((nothing, error, shots), "corrects nothing").says(
        "So often the flips alone turn the logical class. Let the decoder correct first."
    )
    yield slip((some, error, shots), "counts syndromes").says(
        "So often any check fires. A fired check is no failure: see what is left after the correction."
    )
    yield slip((1 - truth, error, shots), "gives the success").says(
        "This is the part of the shots that end right. The part that fails is asked for."
    )


# --- i: Y errors ------------------------------------------------------------------------------------------------------


def joint_code():
    """Checks (four Z, four X), and classes (top row, left column), of the faults X on 0…8, then Y, then Z."""
    z_checks, x_checks, top, left = patch(3), patch(3, 1), top_row(3), left_column(3)
    none = np.zeros_like(z_checks)
    checks = np.block([[z_checks, z_checks, none], [none, x_checks, x_checks]])
    return checks, np.array([[*top, *top, *(0 * top)], [*(0 * left), *left, *left]])


@cache
def joint(x, y, z):
    """Of shape (4, 256): the probability of each class (top row counts 1, left column 2) and syndrome."""
    checks, classes = joint_code()
    return chances(checks, classes, np.repeat([x, y, z], 9))


def as_two_bits(decided):
    made = quick([flips_of(number, 2) for number in decided], 8)
    return lambda syndrome: made[tuple(syndrome)]


def apart_class(x, y, z):
    """Each kind decoded by itself, as if its flips had nothing to do with the other kind's."""

    def either(a, b):
        return a * (1 - b) + b * (1 - a)

    for_x = chances(patch(3), [top_row(3)], [either(x, y)] * 9).argmax(axis=0)
    for_z = chances(patch(3, 1), [left_column(3)], [either(z, y)] * 9).argmax(axis=0)
    return np.array([for_x[k % 16] + 2 * for_z[k // 16] for k in range(256)])


@function(
    "6.7.i",
    kind="stretch",
    outcome=(2, 5),
    points=3,
    x=decimals(0.005, 0.02, 0.005),
    y=decimals(0.08, 0.12, 0.005),
    z=decimals(0.005, 0.02, 0.005),
    where=lambda x, z: x != z,
)
def both_kinds_together(x, y, z):
    chance = joint(x, y, z)
    best = chance.argmax(axis=0)
    apart = apart_class(x, y, z)
    yield Best(*joint_code(), np.repeat([x, y, z], 9), failure(chance, apart), reports="class")
    yield slip(as_two_bits(apart), "decodes each kind by itself").says(
        "Your decoder treats flips and phase flips as if they had nothing to do with each other. A Y makes both at "
        "the same place: decide for one of four classes, from all eight checks."
    )
    right_bits = as_two_bits(best)
    yield slip(lambda syndrome: right_bits(syndrome)[::-1], "exchanges the two bits", "qubit-order").says(
        "Your two bits are in the reverse order: the first is for the top row, the second for the left column."
    )
    yield slip(lambda syndrome: [0, 0], "decides nothing").says(
        "Your decoder always says that nothing was flipped. Look at the syndrome."
    )
