"""What right means in lesson 6.9, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from itertools import combinations, product
from math import ceil, log1p, sqrt

import numpy as np

from qtrain.authoring import choice, data, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Data
from qtrain.checking.bit_sums import rank
from qtrain.checking.schema import Key, List, Row, Whole
from qtrain.circuits.numerals import number_text

#: A = x³ + y + y² and B = y³ + x + x², a term x^i y^j as (i, j), and the sizes for which they were published.
GROSS = ([(3, 0), (0, 1), (0, 2)], [(0, 3), (1, 0), (2, 0)])
#: Published codes: sizes, polynomials, k.
PUBLISHED = (
    (6, 6, *GROSS, 12),
    (9, 6, *GROSS, 8),
    (15, 3, [(9, 0), (0, 1), (0, 2)], [(0, 0), (2, 0), (7, 0)], 8),
)


def row(ell, m, left, right, a, b, sign=1):
    """The qubits of the check (a, b): of the left block by one polynomial, of the right block by the other."""
    places = [(a + sign * i) % ell * m + (b + sign * j) % m for i, j in left]
    return places + [ell * m + (a + sign * i) % ell * m + (b + sign * j) % m for i, j in right]


def as_int(places):
    number = 0
    for place in places:
        number ^= 1 << place  # equal terms cancel
    return number


def x_rows(ell, m, A, B):
    return [as_int(row(ell, m, A, B, a, b)) for a, b in product(range(ell), range(m))]


def z_rows(ell, m, A, B):
    return [as_int(row(ell, m, B, A, a, b, -1)) for a, b in product(range(ell), range(m))]


def encoded(ell, m, A, B):
    """k; both kinds of checks have the same rank."""
    return 2 * ell * m - 2 * rank(x_rows(ell, m, A, B))


def real_rank(ell, m, A, B):
    """What `np.linalg.matrix_rank` gives for H_X; the rank modulo 2 is what counts."""
    n = 2 * ell * m
    return int(np.linalg.matrix_rank([[line >> k & 1 for k in range(n)] for line in x_rows(ell, m, A, B)]))


def shifted(rng, ell, m, P):
    """The polynomial times a monomial: another code with the same n, k and d."""
    i, j = rng.randrange(ell), rng.randrange(m)
    return sorted(((a + i) % ell, (b + j) % m) for a, b in P)


# --- a: which qubits --------------------------------------------------------------------------------------------------


def a_check(rng):
    while True:
        ell, m = rng.choice([(6, 6), (9, 6), (12, 6), (15, 3)])
        A, B = ([(rng.randrange(ell), rng.randrange(m)) for _ in range(3)] for _ in range(2))
        a, b = rng.randrange(1, ell), rng.randrange(1, m)
        places = row(ell, m, B, A, a, b, -1)
        outside = any(a < i or b < j for i, j in A + B)
        if len(set(A)) == len(set(B)) == 3 and len(set(places)) == 6 and outside:
            return {"ell": ell, "m": m, "A": A, "B": B, "a": a, "b": b}


@data("6.9.a", rung="warm-up", outcome=1, draw=a_check)
def qubits_of_a_check(ell, m, A, B, a, b):
    touched = row(ell, m, B, A, a, b, -1)

    def holds(answer):
        good = len(set(answer) & set(touched))
        return good == 6, f"{good} of your six qubits {'is' if good == 1 else 'are'} touched by this check."

    yield Data(schema=List(Whole(0, 2 * ell * m - 1), 6, ordered=False, distinct=True), holds=holds)
    told = {tuple(sorted(touched))}
    for places, reason, says in (
        (row(ell, m, A, B, a, b), "takes the X check", "These are the qubits of the X check (a, b): a row of [A | B]."),
        (
            row(ell, m, B, A, a, b),
            "forgets the transpose",
            "You added the exponents to (a, b). Z checks have the transposed matrices: subtract.",
        ),
        (
            row(ell, m, A, B, a, b, -1),
            "exchanges the blocks",
            "You took A for the left block and B for the right one. H_Z is [Bᵀ | Aᵀ].",
        ),
        (
            [place % (ell * m) + (ell * m) * (k < 3) for k, place in enumerate(touched)],
            "numbers the right block first",
            "The places are right, but the left block has the numbers from 0 on, and the right one those from ℓm on.",
        ),
        (
            [(a - i) % ell + ell * ((b - j) % m) + ell * m * (k > 2) for k, (i, j) in enumerate([*B, *A])],
            "numbers along the other direction",
            "You numbered a place as i + ℓj. The number of the place (i, j) is m·i + j.",
        ),
        (
            [place + 1 for place in touched],
            "counts from one",
            "Each of your numbers is one too large: the place (0, 0) has the left qubit 0.",
        ),
        (
            row(ell, m, B, A, 0, 0, -1),
            "stays at the origin",
            "These are the qubits of the Z check at (0, 0). Move them to the place that is asked for.",
        ),
        (
            [m * (a - i) + b - j + ell * m * (k > 2) for k, (i, j) in enumerate([*B, *A])],
            "leaves the torus",
            "You went back from (a, b), but left the torus. Take a − i modulo ℓ and b − j modulo m.",
        ),
        (
            [(m * (a - i) + b - j) % (ell * m) + ell * m * (k > 2) for k, (i, j) in enumerate([*B, *A])],
            "takes the number modulo ℓm",
            "You took the *number* of the place modulo ℓm. Take a − i modulo ℓ and b − j modulo m, each on its own.",
        ),
        (
            [place % (ell * m) for place in touched],
            "gives the right qubits the numbers of the left ones",
            "The places are right, but right qubits have the number of their place plus ℓm.",
        ),
    ):
        if (
            len(set(places)) == 6
            and min(places) >= 0
            and max(places) < 2 * ell * m
            and tuple(sorted(places)) not in told
        ):
            told.add(tuple(sorted(places)))
            yield slip(sorted(places), reason).says(says)


# --- b: k -------------------------------------------------------------------------------------------------------------


def a_code(rng):
    ell, m, wanted = rng.choice([(7, 7, 6), (14, 3, 6), (6, 6, 8), (15, 3, 8), (6, 6, 12)])
    places = list(product(range(ell), range(m)))
    while True:
        if wanted == 12:
            A, B = (shifted(rng, ell, m, P) for P in rng.sample(GROSS, 2))
        else:
            A, B = (sorted(rng.sample(places, 3)) for _ in range(2))
        if encoded(ell, m, A, B) == wanted and 2 * (ell * m - real_rank(ell, m, A, B)) != wanted:
            return {"ell": ell, "m": m, "A": A, "B": B}


@number("6.9.b", rung="warm-up", outcome=2, draw=a_code)
def stored_qubits(ell, m, A, B):
    n, independent = 2 * ell * m, rank(x_rows(ell, m, A, B))
    half, over_the_reals = ell * m - independent, n - 2 * real_rank(ell, m, A, B)
    yield n - 2 * independent
    yield slip(0, "counts every row").says(
        "0 comes out if all ℓm rows of both matrices count as independent. Modulo 2 some rows are sums of others. "
        "(`np.linalg.matrix_rank` takes the rank over the real numbers, where they may be independent.)"
    )
    yield slip(n - independent, "leaves one matrix out").says(
        "This is n − rank of one matrix. The checks of the other one halve the space, too."
    )
    same = " Ranks over the real numbers (`np.linalg.matrix_rank`) give this number, too." * (over_the_reals == half)
    yield slip(half, "counts the dependent rows of one matrix").says(
        "So many rows of *one* matrix are superfluous modulo 2. The other matrix has as many, and each one counts."
        + same
    )
    yield slip(2 * independent, "counts the checks").says(
        "This is the number of independent checks. k is what they leave of n."
    )
    yield slip(independent, "gives a rank").says("This is the rank of one matrix: its independent checks.")
    if over_the_reals not in (0, half):
        yield slip(over_the_reals, "takes real ranks").says(
            "This comes out with ranks over the real numbers (`np.linalg.matrix_rank`). Checks multiply modulo 2: take "
            "the ranks modulo 2."
        )
    yield slip(ell * m, "counts the places").says("This is ℓm: the number of places, half of the data qubits.")
    yield slip(n, "gives n").says("This is n, the number of data qubits.")
    yield slip(2 ** (n - 2 * independent), "gives the dimension").says(
        "This is the dimension of the code space, 2 to the power of k."
    )


# --- c: a misprint ----------------------------------------------------------------------------------------------------


def moved(rng, ell, m, A, B):
    """The polynomials with one exponent changed."""
    pair = [list(A), list(B)]
    side, term, which = rng.randrange(2), rng.randrange(3), rng.randrange(2)
    old = pair[side][term]
    size = (ell, m)[which]
    new = list(old)
    new[which] = rng.choice([e for e in range(size) if e != old[which]])
    pair[side][term] = tuple(new)
    return pair


def a_misprint(rng):
    ell, m, A, B, k = rng.choice(PUBLISHED)
    A, B = rng.sample([shifted(rng, ell, m, A), shifted(rng, ell, m, B)], 2)
    while True:
        printed = moved(rng, ell, m, A, B)
        if all(len(set(P)) == 3 for P in printed) and encoded(ell, m, *printed) == 0:
            return {"ell": ell, "m": m, "A": printed[0], "B": printed[1], "k": k}


def changes(printed, given):
    """How many terms differ, and how many exponents if one term does; terms in any order."""
    gone = [term for P, Q in zip(printed, given, strict=True) for term in P if term not in Q]
    new = [term for P, Q in zip(printed, given, strict=True) for term in Q if term not in P]
    if len(gone) != 1 or len(new) != 1:
        return len(new), None
    return 1, sum(a != b for a, b in zip(gone[0], new[0], strict=True))


@data("6.9.c", kind="debug", rung="use", outcome=(1, 2), points=2, draw=a_misprint)
def repaired_polynomials(ell, m, A, B, k):
    def holds(answer):
        terms, exponents = changes((A, B), answer)
        if terms == 0:
            return False, "These are the polynomials as they were printed; their code has k = 0."
        if changes((A, B), (answer[1], answer[0])) == (1, 1):
            return False, "Your polynomials stand in the other order: give A first, then B."
        found = encoded(ell, m, *answer)
        if terms > 1:
            return False, f"You changed {terms} terms. Only one exponent of one term was misprinted."
        if exponents > 1:
            return False, "You changed both exponents of a term. Only one of them was misprinted."
        return found == k, f"One exponent is changed, but the code of your polynomials has k = {found}, not {k}."

    polynomial = List(Row(Whole(0, ell - 1), Whole(0, m - 1)), 3, ordered=False, distinct=True)
    yield Data(schema=Row(polynomial, polynomial), holds=holds)
    yield slip((A, B), "hands in the print").says(
        "These are the polynomials as they were printed; their code has k = 0."
    )
    yield slip((B, A), "exchanges A and B").says(
        "You exchanged A and B. That changes the names of the blocks, not k. Change one exponent."
    )


# --- d: one step beyond -----------------------------------------------------------------------------------------------


def solved(H, belief, syndrome):
    """Order 0: the correction on the first independent columns, the most believed flips first."""
    columns = sorted(range(len(belief)), key=belief.__getitem__)
    rows = [
        sum(line[c] << k for k, c in enumerate(columns)) | bit << len(columns)
        for line, bit in zip(H, syndrome, strict=True)
    ]
    flips, pivots = [0] * len(columns), []
    for k in range(len(columns)):
        pivot = next((r for r in rows if r >> k & 1), None)
        if pivot is not None:
            rows.remove(pivot)
            rows = [r ^ pivot if r >> k & 1 else r for r in rows]
            pivots = [(place, p ^ pivot if p >> k & 1 else p) for place, p in pivots] + [(k, pivot)]
    for place, pivot in pivots:
        flips[columns[place]] = pivot >> len(columns) & 1
    return flips


def cost(flips, belief):
    return sum(b for f, b in zip(flips, belief, strict=True) if f)


def candidates(H, belief, syndrome):
    """Order 0, and for each qubit the best that flips it against the pivots' choice."""
    yield solved(H, belief, syndrome)
    for c in range(len(belief)):
        rest = solved(H, belief, [s ^ line[c] for s, line in zip(syndrome, H, strict=True)])
        rest[c] ^= 1
        yield rest


def order_two(H, belief, syndrome):
    """The best of order 1 and of all that flip a pair of qubits against the pivots' choice."""
    found = [order_one(H, belief, syndrome)]
    for pair in combinations(range(len(belief)), 2):
        found.append(
            solved(H, belief, [(s + sum(line[c] for c in pair)) % 2 for s, line in zip(syndrome, H, strict=True)])
        )
        for c in pair:
            found[-1][c] ^= 1
    return min(found, key=lambda flips: cost(flips, belief))


def order_one(H, belief, syndrome):
    return min(candidates(H, belief, syndrome), key=lambda flips: cost(flips, belief))


def lightest(H, belief, syndrome):
    return min(candidates(H, belief, syndrome), key=sum)


def least_sure(H, belief, syndrome):
    return max(candidates(H, belief, syndrome), key=lambda flips: cost(flips, belief))


def without_sign(H, belief, syndrome):
    return min(candidates(H, belief, syndrome), key=lambda flips: cost(flips, [abs(b) for b in belief]))


def flip_left_out(H, belief, syndrome):
    found, best = None, None
    for c in range(len(belief)):
        rest = solved(H, belief, [s ^ line[c] for s, line in zip(syndrome, H, strict=True)])
        if best is None or cost(rest, belief) < best:
            found, best = rest, cost(rest, belief)
    return found


def tried_bit_set(H, belief, syndrome):
    found = [solved(H, belief, syndrome)]
    for c in range(len(belief)):
        found.append(solved(H, belief, [s ^ line[c] for s, line in zip(syndrome, H, strict=True)]))
        found[-1][c] = 1
    return min(found, key=lambda flips: cost(flips, belief))


def syndrome_kept(H, belief, syndrome):
    flips = solved(H, belief, syndrome)
    others = []
    for c in range(len(belief)):
        others.append(list(flips))
        others[-1][c] ^= 1
    return min([flips, *others], key=lambda made: cost(made, belief))


def by_belief_only(H, belief, syndrome):
    return [int(b < 0) for b in belief]


def some_syndromes(rng):
    """Small sparse matrices, some with a dependent row; order 1 is better than order 0 for each, order 2 for two."""
    found = []
    while len(found) < 8:
        checks, qubits = rng.choice([(5, 10), (6, 12), (6, 11)])
        H = [[0] * qubits for _ in range(checks)]
        for column in range(qubits):
            for line in rng.sample(range(checks), rng.choice([2, 2, 3])):
                H[line][column] = 1
        if len(found) % 2:
            H.append([a ^ b for a, b in zip(H[0], H[1], strict=True)])
        belief = [round(rng.uniform(-1.5, 4), 3) for _ in range(qubits)]
        error = [int(rng.random() < 0.3) for _ in range(qubits)]
        syndrome = [sum(a & b for a, b in zip(line, error, strict=True)) % 2 for line in H]
        zero, one = solved(H, belief, syndrome), order_one(H, belief, syndrome)
        if cost(one, belief) > cost(zero, belief) - 0.05 or lightest(H, belief, syndrome) in (zero, one):
            continue
        if len(found) > 1 or cost(order_two(H, belief, syndrome), belief) < cost(one, belief) - 0.05:
            found.append((H, belief, syndrome))
    return found


def as_correction(H, belief, syndrome):
    best = cost(order_one(H, belief, syndrome), belief)
    zero = cost(solved(H, belief, syndrome), belief)

    def holds(answer):
        flips = [int(bit) for bit in answer]
        wrong = [
            k for k, line in enumerate(H) if sum(a & b for a, b in zip(line, flips, strict=True)) % 2 != syndrome[k]
        ]
        if wrong:
            return False, f"this correction does not have the syndrome: look at check {wrong[0]}."
        made = cost(flips, belief)
        if made < best - 1e-9:
            return False, (
                f"the beliefs of these flips add up to {number_text(made)}. Order 1 does not go so far: it flips "
                "*one* qubit at most against the choice of the pivots."
            )
        if made <= best + 1e-9:
            return True, ""
        which = "that is no better than order 0." if made > zero - 1e-9 else "order 1 finds a more likely one."
        return False, f"the beliefs of these flips add up to {number_text(made)}; {which}"

    return Data(schema=Key(len(belief)), holds=holds)


@function("6.9.d", rung="think", outcome=3, points=3, name="osd_one", inputs=some_syndromes, judged=as_correction)
def one_step_beyond():
    yield order_one
    yield slip(solved, "stays at order 0").says(
        "These are the corrections of order 0. Try besides what comes out if one more qubit is flipped."
    )
    yield slip(lightest, "takes the fewest flips").says(
        "You took the candidate with the fewest flips. Flips are not equally likely here: add up their beliefs."
    )
    yield slip(least_sure, "takes the largest sum").says(
        "You took the largest sum of beliefs, the *least* likely candidate. A flip with a low belief is likely."
    )
    yield slip(without_sign, "takes the sizes of the beliefs").says(
        "You added up the sizes of the beliefs. A negative belief speaks *for* the flip: keep its sign."
    )
    yield slip(flip_left_out, "leaves the tried flip out").says(
        "You changed the syndrome by a column of H, but did not put this qubit's flip into the correction."
    )
    yield slip(syndrome_kept, "flips without solving again").says(
        "You flipped one bit of the correction of order 0. Its syndrome is then wrong: solve for the rest again."
    )
    yield slip(tried_bit_set, "sets the tried bit").says(
        "You set the tried qubit's bit to 1. Where the solution for the rest flips this qubit, too, the two flips "
        "cancel: exchange 0 and 1 there."
    )
    yield slip(order_two, "tries pairs").says(
        "These are the corrections of order 2, with two qubits tried at once. Order 1 tries single ones."
    )
    yield slip(by_belief_only, "flips what is believed").says(
        "You flipped every qubit whose belief is negative. Nothing makes sure that this has the syndrome."
    )


# --- e: in the laboratory ---------------------------------------------------------------------------------------------

#: Of 200,000 shots of the block of 108 qubits, by p: failures, and corrections that are not the error; rows of
#: ``blocks.json`` (``count_blocks.py`` beside it).
COUNTS = {
    0.045: (7_450, 14_889),
    0.0465: (8_426, 16_501),
    0.048: (9_544, 18_325),
    0.0495: (10_943, 20_328),
    0.051: (12_115, 22_075),
}


@cache
def curves():
    """ln(P/(1 − P)) against ln p, as straight lines: for the failures, for other corrections."""
    shares = np.array(list(COUNTS.values())) / 200_000
    return np.polyfit(np.log(list(COUNTS)), np.log(shares / (1 - shares)), 1).T


def share(curve, p):
    return float(1 / (1 + np.exp(-np.polyval(curve, np.log(p)))))


@measure(
    "6.9.e",
    rung="use",
    outcome=4,
    points=3,
    within=0.0044,
    slack=0.15,
    bounds=(0, 1),
    p=decimals(0.0485, 0.0505, 0.00005),
)
def block_failure(p):
    failed, another = (share(curve, p) for curve in curves())
    shots = 3000

    def estimate(part):
        return part, sqrt(part * (1 - part) / shots), shots

    yield right(failed, spread=sqrt(failed * (1 - failed)))
    yield slip(estimate(1 - failed), "gives the success").says(
        "This is the part of all shots in which the block is right. The part that fails is asked for."
    )
    yield slip(estimate(another), "counts other corrections").says(
        "About so often a correction is not the error itself, and about so often belief propagation alone has no right "
        "answer. A correction may differ from the error by checks, and OSD finishes the work: count the shots in "
        "which a *logical* qubit is wrong after `decode`."
    )


# --- f: one of k ------------------------------------------------------------------------------------------------------


@number(
    "6.9.f",
    rung="warm-up",
    outcome=5,
    rel=0.002,
    bounds=(0, 1),
    k=one_of([8, 10, 12, 16, 20]),
    block=decimals(0.1, 0.4, 0.005),
    # Else a success or a root could not be told from going the other way.
    where=lambda k, block: min(abs(x ** (1 / k) + (1 - block) ** k - 1) for x in (block, 1 - block)) > 0.005,
)
def error_of_one(k, block):
    yield 1 - (1 - block) ** (1 / k)
    yield slip(block / k, "divides by k").says(
        "You divided by k. That is near only for small errors: more than one logical qubit may be wrong in a shot."
    )
    yield slip(block, "gives the block's error").says("This is the error of the whole block.")
    yield slip(1 - (1 - block) ** k, "goes the other way").says(
        "This is the error of k *blocks*. Go the other way: the block is right if all k logical qubits are."
    )
    yield slip((1 - block) ** (1 / k), "gives the success").says(
        "This is the probability that one logical qubit is right. The error is asked for."
    )
    yield slip((1 - (1 - 2 * block) ** (1 / k)) / 2, "lets errors cancel").says(
        "This is the formula for rounds, where two errors cancel. Here they are on different logical qubits: any one "
        "spoils the block."
    )
    yield slip(-log1p(-block) / k, "takes a rate").says(
        "This is −ln(1 − P)/k, which is near for small errors only. When is a block of k logical qubits right?"
    )
    yield slip(block ** (1 / k), "takes the root of the error").says(
        "The *successes* are multiplied, not the errors: the block is right if all k logical qubits are."
    )


# --- g: physical qubits -----------------------------------------------------------------------------------------------

CODES = {"72": (72, 12, 6), "90": (90, 8, 10), "108": (108, 8, 10), "144": (144, 12, 12), "288": (288, 12, 18)}


def odd_from(d):
    return d + 1 - d % 2


@number(
    "6.9.g",
    kind="compute",
    rung="use",
    outcome=5,
    rel=3e-4,
    code=one_of(sorted(CODES)),
    logical=whole(13, 99),
    derive=lambda code: dict(zip("nkd", CODES[code], strict=True)),
    where=lambda code, logical: logical % CODES[code][1] not in (0, CODES[code][1] - 1),
)
def how_many_times(n, k, d, logical):
    blocks, odd = ceil(logical / k), odd_from(d)
    patches = logical * (2 * odd * odd - 1)
    yield patches / (2 * n * blocks)
    yield slip(2 * n * blocks / patches, "turns it round").says(
        "You divided the blocks' qubits by the patches'. Asked for is how many times as many the *patches* take."
    )
    yield slip(patches / (n * blocks), "forgets the block's ancillas").says(
        "You counted n qubits for a block. It has n checks as well, each with an ancilla."
    )
    yield slip(logical * odd * odd / (2 * n * blocks), "forgets the patches' ancillas").says(
        "You counted the data qubits of the patches only. They have d² − 1 ancillas besides."
    )
    yield slip(logical * odd * odd / (n * blocks), "forgets all ancillas").says(
        "This is the ratio of the data qubits alone, d² to n (or of 2d² to 2n). With its ancillas a patch has "
        "2d² − 1 qubits."
    )
    yield slip(patches / (2 * n * logical / k), "takes a part of a block").says(
        "This is the ratio if every block is full, or for one block and its k patches. Here the last block is not "
        "full, and it has to be whole: round the number of blocks up."
    )
    yield slip((2 * odd * odd - 1) * blocks / (2 * n * blocks), "compares a patch with a block").says(
        "You compared one patch with one block. A patch holds one logical qubit only."
    )
    yield slip(patches / (2 * n * (blocks - 1)), "rounds the blocks down").says(
        f"You took {blocks - 1} blocks. They hold {(blocks - 1) * k} logical qubits; {logical} are asked for."
    )
    yield slip(logical * (2 * (odd + 2) ** 2 - 1) / (2 * n * blocks), "takes a larger distance").says(
        f"You took patches of distance {odd + 2}. A smaller odd distance will do."
    )
    if odd != d:
        yield slip(logical * (2 * d * d - 1) / (2 * n * blocks), "takes an even distance").says(
            f"You took patches of the even distance {d}. Take the smallest *odd* distance that is at least as large."
        )
        yield slip(logical * (2 * (d - 1) ** 2 - 1) / (2 * n * blocks), "rounds the distance down").says(
            f"You took patches of distance {d - 1}. That is less than {d}: go up to the next odd distance."
        )
    yield slip(patches / (2 * n), "takes one block").says(
        f"You took one block. It holds {k} logical qubits; {logical} are asked for."
    )


# --- h: what a search proves ------------------------------------------------------------------------------------------


@choice("6.9.h", rung="think", outcome=2)
def what_a_search_proves():
    yield right(
        "The distance is at most 12. A lighter logical operator may still exist, where the search did not look."
    ).says(
        "Right: each string that is found is a proof for d ≤ its weight, and not finding one is no proof. That d = 12 "
        "was shown by solving an integer program."
    )
    yield slip(
        "The distance is 12: after so many tries a lighter one would have been found.", "takes no hit for a proof"
    ).says(
        "All tries use one decoder, and it has habits: some strings it never finds. Strong evidence is not yet a proof."
    )
    yield slip("The distance is at least 12: nothing lighter came out.", "turns the bound round").says(
        "A string of weight 12 *was* found, so d is not above 12. Could a lighter one have been missed?"
    )
    yield slip("Nothing, since the decoder is not the best possible one.", "asks for an optimal decoder").says(
        "What was found can be checked without any decoder: all checks pass it, and it is no product of checks. What "
        "follows for d?"
    )
    yield slip(
        "The distance is 6, half of it: a block of distance 12 corrects five errors.", "mixes d with what is corrected"
    ).says(
        "Five errors are corrected if d is 11 or 12. The distance itself is the weight of the lightest logical "
        "operator."
    )


# --- i: a light logical operator --------------------------------------------------------------------------------------


def a_longer_code(rng):
    A, B = rng.sample([shifted(rng, 9, 6, P) for P in GROSS], 2)
    return {"ell": 9, "m": 6, "A": A, "B": B}


@data("6.9.i", kind="stretch", outcome=(2, 3), points=3, draw=a_longer_code)
def light_logical(ell, m, A, B):
    x_checks, z_checks = x_rows(ell, m, A, B), z_rows(ell, m, A, B)
    independent = rank(x_checks)

    def holds(answer):
        string = as_int(answer)
        seen = [k for k, check in enumerate(z_checks) if (check & string).bit_count() % 2]
        if seen:
            return False, (
                f"{len(seen)} Z checks see your string of X's; the first is row {seen[0]} of H_Z. A logical operator "
                "passes them all."
            )
        if rank([*x_checks, string]) == independent:
            return False, "All Z checks pass your string, but it is a product of X checks: it acts on nothing."
        return len(answer) <= 10, f"This is a logical operator. It has weight {len(answer)}; at most 10 is asked for."

    yield Data(schema=List(Whole(0, 2 * ell * m - 1), (1, 2 * ell * m), ordered=False, distinct=True), holds=holds)
    yield slip(row(ell, m, A, B, 0, 0), "hands in a check").says(
        "All Z checks pass your string, but it is a product of X checks: it acts on nothing."
    )
    yield slip(row(ell, m, B, A, 0, 0, -1), "hands in a Z check")
    yield slip([k for k in range(ell * m)], "takes a whole block")
