"""What right means in lesson 6.3, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from itertools import combinations, product
from math import sqrt

import numpy as np

from qtrain.authoring import build, choice, data, decimals, function, measure, right, slip
from qtrain.checking import Correction, Data, Logicals, StabilizerGroup, bit_sums
from qtrain.checking.schema import OneOf, Row, Whole, Word

LETTERS = "IXZY"  # in this order the number of a letter is x + 2z, and a product of letters is an exclusive or
FIVE = ("XZZXI", "IXZZX", "XIXZZ", "ZXIXZ")
MATRICES = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


def differing(one, other):
    """On how many qubits two words have different letters, none of them I."""
    return sum(a != b and "I" not in (a, b) for a, b in zip(one, other, strict=True))


def anticommute(one, other):
    return differing(one, other) % 2 == 1


def times(one, other):
    """The letters of a product."""
    return "".join(LETTERS[LETTERS.index(a) ^ LETTERS.index(b)] for a, b in zip(one, other, strict=True))


def weight(word):
    return len(word) - word.count("I")


@cache
def all_words(n):
    return ["".join(letters) for letters in product("IXYZ", repeat=n)]


def group_of(words):
    """All products, without signs."""
    found = {"I" * len(words[0])}
    for word in words:
        found |= {times(word, other) for other in found}
    return found


def matrix(word):
    made = np.eye(1)
    for letter in word:
        made = np.kron(made, MATRICES[letter])
    return made


def random_code(rng, n, count):
    """Commuting independent words on n qubits."""
    found: list[str] = []
    while len(found) < count:
        word = "".join(rng.choice("IXYZ") for _ in range(n))
        if not any(anticommute(word, other) for other in found) and word not in group_of(found or ["I" * n]):
            found.append(word)
    return found


def rearranged(words, rng):
    """A code with its qubits in another order, other letters on each, and other generators."""
    n = len(words[0])
    order = rng.sample(range(n), n)
    names = [dict(zip("IXYZ", ("I", *rng.sample("XYZ", 3)), strict=True)) for _ in range(n)]
    return mixed(["".join(names[q][word[q]] for q in order) for word in words], rng)


def mixed(words, rng):
    """Other generators of the same group."""
    found = list(words)
    for _ in range(4):
        one, other = rng.sample(range(len(found)), 2)
        found[one] = times(found[one], found[other])
    return found


# --- a: a product with its power of i ---------------------------------------------------------------------------------


def phase(one, other):
    """The power of i before the product of two words."""
    cyclic = {"XY", "YZ", "ZX"}
    steps = [a + b for a, b in zip(one, other, strict=True) if a != b and "I" not in (a, b)]
    return sum(1 if pair in cyclic else 3 for pair in steps) % 4


def multiplied(first, second):
    return [phase(first, second), times(first, second)]


def some_pairs(rng):
    found = [("Y", "Z"), ("XY", "YX")]
    while len(found) < 10:
        n = rng.randint(3, 7)
        pair = tuple("".join(rng.choice("IXYZ") for _ in range(n)) for _ in range(2))
        if phase(*pair) == len(found) % 4 and differing(*pair) > 1:
            found.append(pair)
    return found


def as_product(first, second):
    return Data(multiplied(first, second), schema=Row(Whole(0, 3), Word("IXYZ", len(first))))


def with_power(power):
    return lambda first, second: [power(first, second) % 4, times(first, second)]


def ys(*words):
    return sum(word.count("Y") for word in words)


@function("6.3.a", outcome=1, points=2, name="pauli_product", inputs=some_pairs, judged=as_product)
def products():
    yield multiplied
    yield slip(with_power(lambda a, b: phase(b, a)), "multiplies in the other order").says(
        "Your words are right. Your power of i belongs to the product in the other order: second times first."
    )
    yield slip(with_power(lambda a, b: 0), "leaves the phase out").says(
        "Your words are right. Your power of i is always 0: XY is not Z but iZ."
    )
    yield slip(with_power(differing), "counts i for each").says(
        "Your words are right. You take a factor i for each qubit on which the letters differ. It is i for XY, YZ and "
        "ZX, and −i for the other three orders."
    )
    yield slip(with_power(lambda a, b: 2 * anticommute(a, b)), "gives the sign of exchanging").says(
        "Your words are right. Your power is 2 where the two words anticommute and else 0: that is the sign of "
        "exchanging them, not the phase of their product."
    )
    yield slip(with_power(lambda a, b: 2 * (phase(a, b) // 2)), "gives signs only").says(
        "Your words are right. Your power is only ever 0 or 2. If the two words anticommute, i or −i stands before "
        "their product."
    )

    def of_bits(a, b):
        return 2 * sum(p in "YZ" and q in "XY" for p, q in zip(a, b, strict=True))

    yield slip(with_power(of_bits), "takes XZ for Y").says(
        "Your words are right. You count a sign for each Z that moves past an X, and stop there: this takes the matrix "
        "XZ for Y. Y is iXZ, so each Y brings a factor i of its own, in the words and in the product."
    )
    yield slip(with_power(lambda a, b: of_bits(a, b) + ys(a, b)), "forgets the Y's of the product").says(
        "Your words are right. You count an i for each Y of the two words, but none for the Y's of the product: there "
        "an i has to be taken out."
    )
    yield slip(
        lambda a, b: [phase(a, b), "".join(q if p == "I" else p for p, q in zip(a, b, strict=True))], "keeps a letter"
    ).says(
        "Your powers are right. In your words the first letter wins wherever it is not I: two letters have to be "
        "multiplied there."
    )
    yield slip(lambda a, b: [phase(a, b), times(a, b)[::-1]], "writes the word from the other end", "qubit-order").says(
        "Your powers are right. Your words are written from the other end: the first letter belongs to qubit 0."
    )


# --- b: rank modulo 2 -------------------------------------------------------------------------------------------------


def rank(rows):
    return bit_sums.rank(int("".join(map(str, row)), 2) for row in rows)


def without_exchange(rows):
    """The draft: it takes the diagonal entry for the pivot, whatever it is."""
    rows = [list(row) for row in rows]
    for k in range(min(len(rows), len(rows[0]))):
        for j in range(k + 1, len(rows)):
            if rows[j][k]:
                rows[j] = [(a + b) % 2 for a, b in zip(rows[j], rows[k], strict=True)]
    return sum(map(any, rows))


def diagonal_only(rows):
    """Exchanges rows, but looks for the k-th pivot in column k only."""
    rows, found = [list(row) for row in rows], 0
    for k in range(min(len(rows), len(rows[0]))):
        place = next((j for j in range(k, len(rows)) if rows[j][k]), None)
        if place is None:
            continue
        rows[k], rows[place] = rows[place], rows[k]
        found += 1
        for j in range(k + 1, len(rows)):
            if rows[j][k]:
                rows[j] = [(a + b) % 2 for a, b in zip(rows[j], rows[k], strict=True)]
    return found


def real_rank(rows):
    return int(np.linalg.matrix_rank(np.array(rows)))


def filled_rows(rows):
    return sum(map(any, rows))


def filled_columns(rows):
    return sum(map(any, zip(*rows, strict=True)))


def different_rows(rows):
    return len({tuple(row) for row in rows if any(row)})


def smaller_side(rows):
    return min(len(rows), len(rows[0]))


def nullity(rows):
    return len(rows[0]) - rank(rows)


def left_over(rows):
    return len(rows) - rank(rows)


OTHER_RANKS = (
    without_exchange,
    diagonal_only,
    real_rank,
    filled_rows,
    filled_columns,
    different_rows,
    smaller_side,
    nullity,
    left_over,
)


def some_rows(rng):
    """Bit matrices on which no two ways of counting always agree."""
    while True:
        found = [[[1, 1, 0], [0, 1, 1], [1, 0, 1]], [[0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 1, 0]]]
        for _ in range(6):
            n, r = rng.randint(4, 9), rng.randint(2, 4)
            base = [[rng.randint(0, 1) for _ in range(n)] for _ in range(r)]
            rows = [[sum(c) % 2 for c in zip(*rng.sample(base, rng.randint(1, r)), strict=True)] for _ in range(r + 2)]
            found.append(rng.sample([*rows, rows[0], [0] * n], len(rows) + 2))
        answers = {tuple(map(way, found)) for way in (rank, *OTHER_RANKS)}
        clear = all(sum(way(one) != rank(one) for one in found) > 1 for way in OTHER_RANKS)
        if len(answers) == 1 + len(OTHER_RANKS) and clear:
            return [(one,) for one in found]


@function("6.3.b", kind="debug", outcome=2, points=2, name="rank", inputs=some_rows)
def own_rank():
    yield rank
    yield slip(without_exchange, "leaves the draft").says(
        "These are the numbers of the draft: it clears with row k even where its entry in column k is 0. Print the "
        "rows after each step for a small matrix whose first entry is 0."
    )
    yield slip(diagonal_only, "stays on the diagonal").says(
        "Your function looks for the pivot of row k in column k. If a column holds none, the *same* row has to look "
        "in the next column."
    )
    yield slip(real_rank, "takes the rank of real numbers").says(
        "These are the ranks over the real numbers. Modulo 2 they may be smaller: 110 + 011 = 101."
    )
    yield slip(filled_rows, "counts rows").says(
        "Your function counts the rows that are not all 0. Rows that are sums of others should not count."
    )
    yield slip(different_rows, "counts different rows").says(
        "Your function counts the different rows that are not all 0. A row may also be the sum of two or more others."
    )
    yield slip(filled_columns, "counts columns").says("Your function counts the columns that are not all 0.")
    yield slip(smaller_side, "takes the smaller side").says(
        "Your function gives the smaller of the numbers of rows and columns. This is the largest rank that there can "
        "be."
    )
    yield slip(nullity, "gives columns less rank").says(
        "Your function gives the number of columns less the rank. The rank itself is asked for."
    )
    yield slip(left_over, "gives rows less rank").says(
        "Your function gives the number of rows that can be left out. The number of the others is asked for."
    )


# --- c: generators after a circuit ------------------------------------------------------------------------------------


def through(words, gates, *, s_sign=1):
    """Signed words after gates; a word is [sign, letters], `s_sign` is what S makes of Y: −X times this."""
    found = []
    for word in words:
        sign, letters = (-1 if word[0] == "-" else 1), list(word.lstrip("-"))
        for name, *places in gates:
            if name == "H":
                (q,) = places
                sign *= -1 if letters[q] == "Y" else 1
                letters[q] = {"X": "Z", "Z": "X"}.get(letters[q], letters[q])
            elif name == "S":
                (q,) = places
                if letters[q] in "XY":
                    sign *= s_sign * (-1 if letters[q] == "Y" else 1)
                    letters[q] = {"X": "Y", "Y": "X"}[letters[q]]
            elif name == "X":
                sign *= -1 if letters[places[0]] in "YZ" else 1
            elif name == "CX":
                a, b = (LETTERS.index(letters[q]) for q in places)
                # Aaronson and Gottesman: the sign changes if x of the control and z of the target are 1, and the
                # other two bits are equal.
                if a & 1 and b & 2 and (a >> 1) == (b & 1):
                    sign *= -1
                letters[places[0]], letters[places[1]] = LETTERS[a ^ (b & 2)], LETTERS[b ^ (a & 1)]
        found.append(("-" if sign < 0 else "") + "".join(letters))
    return found


def turned_round(gates):
    return [[name, *places[::-1]] if name == "CX" else [name, *places] for name, *places in gates]


ZEROS = ("ZII", "IZI", "IIZ")


def some_gates(rng):
    """A circuit on three qubits whose usual mistakes give other groups."""
    while True:
        gates = [["H", rng.randrange(3)]]
        for name in rng.sample(["CX", "CX", "S", "S", "H", "X"], 6):
            gates.append([name, *rng.sample(range(3), 2 if name == "CX" else 1)])
        groups = [
            through(ZEROS, gates),
            through(ZEROS, gates[::-1]),
            through(ZEROS, gates, s_sign=-1),
            through(ZEROS, turned_round(gates)),
            [word.lstrip("-") for word in through(ZEROS, gates)],
            list(ZEROS),
        ]
        right_words = groups[0]
        if (
            "-" in "".join(right_words)
            and min(weight(word) for word in group_of([word.lstrip("-") for word in right_words]) - {"III"}) > 1
            and not any(StabilizerGroup(one).judge(other).passed for one, other in combinations(groups, 2))
        ):
            return {"gates": gates}


@build("6.3.c", kind="predict", rung="warm-up", outcome=3, draw=some_gates)
def moved_generators(gates):
    yield StabilizerGroup(through(ZEROS, gates), independent=True)
    yield slip(list(ZEROS), "gives the words before").says(
        "These are the stabilizers of |000⟩, before the circuit. Move each of them through all the gates."
    )
    yield slip(through(ZEROS, gates[::-1]), "takes the last gate first").says(
        "You moved the words through the last gate first. The gate that comes first in the list acts first."
    )
    yield slip(through(ZEROS, gates, s_sign=-1), "takes S backwards").says(
        "Your S turns the other way: S takes X to Y and Y to −X."
    )
    yield slip(through(ZEROS, turned_round(gates)), "exchanges control and target").says(
        "In your CX control and target are exchanged: an X on the *control* spreads to the target, a Z on the *target* "
        "to the control."
    )


# --- d: a correction --------------------------------------------------------------------------------------------------


def a_syndrome(rng):
    order = rng.sample(range(5), 5)
    words = ["".join(word[q] for q in order) for word in FIVE]
    qubit, letter = rng.randrange(5), rng.choice("XYZ")
    error = "I" * qubit + letter + "I" * (4 - qubit)
    found = "".join("01"[anticommute(error, word)] for word in words)
    flipped = "".join("10"[int(bit)] for bit in found)
    clear = found != found[::-1] != flipped and "1" in flipped
    return {"words": words, "syndrome": found} if clear else a_syndrome(rng)


def single_error(words, syndrome):
    return next(
        word
        for word in all_words(5)
        if weight(word) == 1 and all((s == "1") == anticommute(word, g) for s, g in zip(syndrome, words, strict=True))
    )


@build("6.3.d", kind="compute", rung="warm-up", outcome=4, draw=a_syndrome)
def correction(words, syndrome):
    error = single_error(words, syndrome)
    yield Correction(words, error)
    flipped = "".join("10"[int(bit)] for bit in syndrome)
    yield slip(single_error(words, flipped), "exchanges 0 and 1").says(
        "This fits the syndrome with 0 and 1 exchanged. The bit is 1 where the error *anticommutes* with the word."
    )
    yield slip(single_error(words, syndrome[::-1]), "reads the syndrome from the other end").says(
        "This fits the syndrome read from the other end. Its first bit belongs to the first word."
    )
    yield slip("IIIII", "corrects nothing").says(
        "The syndrome is not 0000, so something has happened: to do nothing leaves the state outside the code."
    )
    qubit = next(q for q in range(5) if error[q] != "I")
    for letter in "XYZ":
        if letter != error[qubit]:
            yield slip(error[:qubit] + letter + error[qubit + 1 :], "takes another letter").says(
                "The qubit is right, the letter is not. Compare the syndromes of X, Y and Z on this qubit."
            )


# --- e: in the laboratory ---------------------------------------------------------------------------------------------


@cache
def residues():
    """(weight of the error, whether the corrected error flips the logical bit, whether anything is left) -> count."""
    table = {}
    for word in all_words(5):
        if weight(word) <= 1:
            table[tuple(anticommute(word, g) for g in FIVE)] = word
    found: dict[tuple, int] = {}
    for word in all_words(5):
        left = times(word, table[tuple(anticommute(word, g) for g in FIVE)])
        key = weight(word), anticommute(left, "ZZZZZ"), anticommute(left, "ZZZZZ") or anticommute(left, "XXXXX")
        found[key] = found.get(key, 0) + 1
    return found


def wrong_part(p, which):
    return sum(count * (p / 3) ** key[0] * (1 - p) ** (5 - key[0]) for key, count in residues().items() if key[which])


def found_part(p):
    """How often a syndrome is not 0000."""
    return 1 - sum(chance(word, p) for word in quiet_words(FIVE))


def wrong_if_quiet(p):
    """How often the bit is wrong if the syndrome is 0000."""
    wrong = sum(chance(word, p) for word in quiet_words(FIVE) if anticommute(word, "ZZZZZ"))
    return wrong / (1 - found_part(p))


def chance(word, p):
    return (p / 3) ** weight(word) * (1 - p) ** (len(word) - weight(word))


@measure(
    "6.3.e",
    rung="think",
    outcome=4,
    points=3,
    bounds=(0, 1),
    within=0.0018,
    hidden=decimals(0.082, 0.1, 0.0002),
)
def wrong_bits(hidden):  # at 0.13 the corrected bit would be wrong as often as a bare one
    truth, shots = wrong_part(hidden, 1), 28_000
    spread = sqrt(truth * (1 - truth))
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((wrong_part(hidden, 2), error, shots), "counts every logical error").says(
        "About so often *any* logical error is left: X, Y or Z. A logical Z does not change the bit that is read, so "
        "the bit is wrong less often."
    )
    uncorrected = (1 - (1 - 4 * hidden / 3) ** 5) / 2
    yield slip((uncorrected, error, shots), "leaves the correction out").says(
        "So often ZZZZZ has the wrong value if nothing is corrected. Use the first four bits of each shot."
    )
    yield slip((1 - truth, error, shots), "gives the right part").says(
        "This is the part of the shots in which the corrected bit is right. The wrong part is asked for."
    )
    yield slip((found_part(hidden), error, shots), "counts shots with a syndrome").says(
        "About so often the first four bits are not all 0: something was found. What is found is corrected, and then "
        "the fifth bit is mostly right."
    )
    kept = wrong_if_quiet(hidden)
    yield slip((kept, sqrt(kept * (1 - kept) / shots), shots), "keeps the shots without a syndrome").says(
        "About so often the fifth bit is wrong among the shots in which the first four bits are 0. Keep all the shots, "
        "and correct those in which something was found."
    )


# --- f: logical operators ---------------------------------------------------------------------------------------------


def five_qubit_words(rng):
    while True:
        words = random_code(rng, 5, 4)
        if all(weight(word) > 2 for word in words) and distance(words) > 1:
            return {"words": words}


@build("6.3.f", kind="compute", rung="warm-up", outcome=4, draw=five_qubit_words)
def logical_pair(words):
    yield Logicals(words)
    quiet = [word for word in all_words(5) if not any(anticommute(word, other) for other in words)]
    stabilizers = group_of(words)
    logical = [word for word in quiet if word not in stabilizers]
    bar = logical[0]
    yield slip((bar, times(bar, words[0])), "takes the same operator twice").says(
        "Your two words differ by a stabilizer only, so they are one logical operator. The other one has to "
        "anticommute with it."
    )
    yield slip((words[0], words[1]), "takes stabilizers").says(
        "Both words are stabilizers: they do nothing to an encoded state."
    )
    yield slip((bar, words[0]), "takes a stabilizer for Z").says(
        f"{words[0]} is a stabilizer: it does nothing to an encoded state. It commutes with every logical operator."
    )
    if any(anticommute(word, other) for word in ("XXXXX", "ZZZZZ") for other in words):
        yield slip(("XXXXX", "ZZZZZ"), "takes those of the text").says(
            "XXXXX and ZZZZZ belong to the code of the text. Here they do not both commute with all four stabilizers."
        )
    against = next(word for word in all_words(5) if anticommute(word, bar))
    single = [word for word in (against, "XIIII", "ZIIII") if any(anticommute(word, other) for other in words)]
    for word in single[:1]:
        yield slip((bar, word), "leaves the code").says(
            f"{word} anticommutes with a stabilizer, so it leaves the code space. Both words have to commute with all "
            "four."
        )


# --- g: the same syndrome ---------------------------------------------------------------------------------------------


@choice("6.3.g", rung="warm-up", outcome=4)
def same_syndrome():
    yield right("If their product is a stabilizer, up to a phase.").says(
        "Right: then both do the same to every encoded state, and one correction undoes both."
    )
    yield slip("Never: each error needs a syndrome of its own.", "wants different syndromes").says(
        "In Shor's code a Z on either of two qubits of one block has the same syndrome, and one correction undoes both."
    )
    yield slip("Always: what has the same syndrome is undone by the same word.", "forgets logical operators").says(
        "The syndrome of the product is 0 then, so it is a stabilizer *or* a logical operator. A logical operator "
        "changes what is stored."
    )
    yield slip("If they act on the same number of qubits.", "compares weights").says(
        "In the five-qubit code many errors of weight 2 share a syndrome, and one correction does not undo them all."
    )
    yield slip("If they commute with each other.", "asks whether they commute").says(
        "E and F may commute while their product is a logical operator: then undoing one leaves the other wrong."
    )


# --- h: the distance --------------------------------------------------------------------------------------------------


def distance(words):
    """The lowest weight of a word that commutes with all words and is no product of them."""
    return lightest(words, weight)


def lightest(words, size):
    stabilizers = group_of(words)
    return min(size(word) for word in quiet_words(tuple(words)) if word not in stabilizers)


@cache
def quiet_words(words):
    """All words that commute with the given ones."""
    n = len(words[0])
    rows, checks = bits_of(tuple(all_words(n))), bits_of(words)
    seen = (rows @ np.roll(checks, n, axis=1).T % 2).any(axis=1)
    return [all_words(n)[place] for place in np.flatnonzero(~seen)]


@cache
def bits_of(words):
    """The bits (x|z), one row a word."""
    return np.array([[a in "XY" for a in word] + [a in "YZ" for a in word] for word in words], dtype=np.int32)


def with_stabilizers(words):
    return min(weight(word) for word in quiet_words(tuple(words)) if weight(word))


def of_stabilizers(words):
    return min(weight(word) for word in group_of(words) if weight(word))


def of_the_generators(words):
    return min(map(weight, words))


def by_bits(words):
    """Counts a Y twice."""
    return lightest(words, lambda word: weight(word) + word.count("Y"))


def correctable(words):
    return (distance(words) - 1) // 2


def one_fewer(words):
    return distance(words) - 1


def no_generator(words):
    """Leaves out the given words only, not their products."""
    return min(weight(word) for word in quiet_words(tuple(words)) if weight(word) and word not in words)


OTHER_DISTANCES = (
    with_stabilizers,
    of_stabilizers,
    of_the_generators,
    by_bits,
    correctable,
    one_fewer,
    no_generator,
)


def some_codes(rng):
    """Codes on up to six qubits; three have a stabilizer that is lighter than their distance."""
    small = ["XXXX", "ZZII", "IIZZ"]
    while True:
        codes = [rearranged(FIVE, rng), rearranged([*(word + "I" for word in FIVE), "IIIIIZ"], rng)]
        codes += [rearranged([*(word + "I" for word in small), "IIIIZ"], rng) for _ in range(2)]
        codes += [rearranged(small, rng), mixed(["YYI", "IYY"], rng), mixed(["YYII", "IYYI", "IIYY"], rng)]
        codes += [random_code(rng, 4, 2)]
        answers = {tuple(map(way, codes)) for way in (distance, *OTHER_DISTANCES)}
        clear = all(sum(way(code) != distance(code) for code in codes) > 1 for way in OTHER_DISTANCES)
        if len(answers) == 1 + len(OTHER_DISTANCES) and clear:
            return [(code,) for code in codes]


@function("6.3.h", outcome=4, points=2, name="distance", inputs=some_codes)
def own_distance():
    yield distance
    yield slip(with_stabilizers, "takes stabilizers for logical").says(
        "Your numbers are the lowest weights of all words that commute with the stabilizers. Among these are the "
        "stabilizers themselves, which do no harm: leave *all products* of the given words out."
    )
    yield slip(no_generator, "leaves out the generators only").says(
        "You left out the given words, but not their products, which are stabilizers as well."
    )
    yield slip(of_stabilizers, "gives the lightest stabilizer").says(
        "Your numbers are the weights of the lightest stabilizers. Asked for is the lightest word that commutes with "
        "all of them and is *none* of them."
    )
    yield slip(of_the_generators, "gives the lightest given word").says(
        "Your numbers are the weights of the lightest of the given words."
    )
    yield slip(by_bits, "counts a Y twice").says(
        "Your function counts a Y twice. It stands on one qubit, so it counts once."
    )
    yield slip(correctable, "gives the errors that are corrected").says(
        "So many errors are corrected, (d − 1)/2 rounded down. The distance d is asked for."
    )
    yield slip(one_fewer, "gives the errors that are detected").says(
        "All errors up to this weight are detected. The distance is one more."
    )


# --- i: the conditions of Knill and Laflamme --------------------------------------------------------------------------


def near(one, other):
    return abs(one - other).max() < 1e-8


def proportional(made, P):
    """Whether a matrix is a multiple of P."""
    return near(made, made.trace() / P.trace() * P)


def all_pairs(P, errors, holds, dagger=True):
    P = np.array(P)
    moved = [np.array(one) @ P for one in errors]
    firsts = [one.conj().T for one in moved] if dagger else [P @ np.array(one) for one in errors]
    return all(holds(a @ b, P, i, j) for i, a in enumerate(firsts) for j, b in enumerate(moved))


def correctable_set(P, errors):
    return all_pairs(P, errors, lambda made, P, i, j: proportional(made, P))


def diagonal_conditions(P, errors):
    return all_pairs(P, errors, lambda made, P, i, j: i != j or proportional(made, P))


def mixed_conditions(P, errors):
    return all_pairs(P, errors, lambda made, P, i, j: i == j or proportional(made, P))


def orthogonal_only(P, errors):
    return all_pairs(P, errors, lambda made, P, i, j: proportional(made, P) if i == j else near(made, 0))


def without_dagger(P, errors):
    return all_pairs(P, errors, lambda made, P, i, j: proportional(made, P), dagger=False)


def dagger_on_the_second(P, errors):
    P = np.array(P)
    moved = [P @ np.array(one) for one in errors]
    return all(proportional(a @ b.conj().T, P) for a in moved for b in moved)


def real_factor(P, errors):
    return all_pairs(P, errors, lambda made, P, i, j: near(made, (made.trace() / P.trace()).real * P))


def of_the_identity(P, errors):
    return all_pairs(P, errors, lambda made, P, i, j: proportional(made, np.eye(len(made))))


def each_alone(P, errors):
    """Detection: P E P in proportion to P."""
    P = np.array(P)
    return all(proportional(P @ np.array(one) @ P, P) for one in errors)


def equal_weights(P, errors):
    return all_pairs(
        P,
        errors,
        lambda made, P, i, j: near(made, P) if i == j else proportional(made, P),
    )


OTHER_CONDITIONS = (
    diagonal_conditions,
    mixed_conditions,
    orthogonal_only,
    without_dagger,
    dagger_on_the_second,
    real_factor,
    of_the_identity,
    each_alone,
    equal_weights,
)


def projector(words):
    made = np.eye(2 ** len(words[0]))
    for word in words:
        made = made @ (np.eye(len(made)) + matrix(word)) / 2
    return made


def cases(rng):
    """(P, errors), turned by a random unitary, so that nothing is real, diagonal or a Pauli matrix."""
    flip, pair = projector(["ZZI", "IZZ"]), projector(["XXX", "ZZI"])
    X = [matrix(word) for word in ("III", "XII", "IXI", "IIX")]
    a, b = rng.uniform(0.3, 0.7), rng.uniform(0.4, 1.2)
    phase_gate = np.kron(np.eye(4), np.diag([1, 1j]))
    found = [
        (flip, X),  # corrected
        (flip, [X[0], matrix("ZII")]),  # each passes with itself, the two together do not
        (flip, [X[0] + 0.5j * X[1], X[2] @ matrix("ZZI"), X[2]]),  # corrected, though the errors overlap
        (flip, [np.sqrt(1 - a) * X[0], np.sqrt(a) * X[3]]),  # corrected, with weights
        (flip, [X[0], X[1] @ phase_gate]),  # corrected; without the dagger it would not seem so
        (flip, [X[1] @ np.diag([np.cos(b)] * 4 + [1] * 4), X[2]]),  # no pair of different ones fails
        (pair, [np.cos(b) * matrix("ZII") + 1j * np.sin(b) * matrix("IZI"), matrix("IZI")]),  # two Z's look alike
        (flip, [X[0], X[1] @ np.diag([1, 1, 1, 1, a, 1, 1, 1])]),  # corrected: the damage is off the code
        (flip, [np.diag([1, 1, 1, 1, a, 1, 1, 1]) @ X[1], X[0]]),  # X moves the code to where the damage is
        (pair, [matrix("ZII"), matrix("IIZ")]),  # together a logical operator
        (flip, [X[1], X[3], X[1] @ X[2]]),  # two flips look like the third
        (pair, [matrix("III"), matrix("ZII"), matrix("IIX")]),  # the last is a logical operator
    ]
    order = rng.sample(found, len(found))
    turned = []
    for P, errors in order:
        block = [[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(8)] for _ in range(8)]
        U = np.linalg.qr(np.array(block))[0]
        mixed_up = rng.sample(errors, len(errors))
        turned.append(((U @ P @ U.conj().T).tolist(), [(U @ one @ U.conj().T).tolist() for one in mixed_up]))
    return turned


def as_bool(P, errors):
    truth = correctable_set(P, errors)
    missing = (
        "these errors can be corrected, and your function says that they cannot."
        if truth
        else "these errors cannot all be corrected, and your function says that they can."
    )
    return Data(schema=OneOf(True, False), holds=lambda given: (given is truth, missing))


@function("6.3.i", rung="think", outcome=5, points=3, name="correctable", inputs=cases, judged=as_bool)
def knill_laflamme():
    yield correctable_set
    yield slip(diagonal_conditions, "tests each error with itself only").says(
        "Your answers are those of a test of each error with itself only. Two different errors must not be confused "
        "either: test all pairs."
    )
    yield slip(mixed_conditions, "leaves out the pair of an error with itself").says(
        "Your answers are those of a test that leaves out the pairs of an error with itself. An error that is more "
        "frequent for one code state than for another tells them apart, and does damage."
    )
    yield slip(orthogonal_only, "wants all different errors to be orthogonal").says(
        "Your answers are those of a test that wants P E†F P = 0 for two different errors E and F. A multiple of P is "
        "enough: errors that do the same to the code need not be told apart."
    )
    yield slip(without_dagger, "forgets the dagger").says(
        "Your answers are those of a test without the dagger of the first error. It is the same only if the errors are "
        "Hermitian."
    )
    yield slip(dagger_on_the_second, "takes the dagger of the second").says(
        "Your answers are those of a test of P E F† P. The dagger belongs to the first error: E brings the code to "
        "another place, and E† brings it back."
    )
    yield slip(real_factor, "drops the imaginary part").says(
        "Your answers are those of a test with real numbers c only. For two different errors c may be complex."
    )
    yield slip(of_the_identity, "never finds a multiple").says(
        "Your function says False each time, but some of these sets can be corrected. Is it a multiple of P that you "
        "compare with? The identity will not do, and a multiple of P has the trace of P times the number."
    )
    yield slip(each_alone, "tests detection").says(
        "Your answers are those of a test whether P E P is a multiple of P for each error. That is the condition to "
        "*detect* them. To correct, test pairs."
    )
    yield slip(equal_weights, "wants the factor 1").says(
        "Your answers are those of a test that wants the factor 1 for the pair of an error with itself. Any factor "
        "will do: errors may have any weight."
    )
    yield slip(lambda *given: not correctable_set(*given), "gives the opposite").says(
        "Your function always gives the opposite truth value."
    )


# --- j: nine qubits that hold three -----------------------------------------------------------------------------------


def shifts(word):
    return [word[-k:] + word[:-k] for k in range(len(word))]


def what_is_missing(word):
    """Whether the shifts of a word are a [[9, 3, 3]] code, and what is missing."""
    words = shifts(word)
    clash = next((other for other in words if anticommute(word, other)), None)
    if clash is not None:
        return False, f"{word} anticommutes with its own shift {clash}: the shifts do not generate a stabilizer group."
    rows = [[int(letter in "XY") for letter in one] + [int(letter in "YZ") for letter in one] for one in words]
    k = 9 - rank(rows)
    if k != 3:
        return False, f"{9 - k} of the nine shifts are independent, so k = {k}. Three logical qubits are asked for."
    stabilizers = group_of(words)
    for size in (1, 2):
        for places in combinations(range(9), size):
            for letters in product("XYZ", repeat=size):
                made = ["I"] * 9
                for place, letter in zip(places, letters, strict=True):
                    made[place] = letter
                error = "".join(made)
                if not any(anticommute(error, one) for one in words) and error not in stabilizers:
                    return False, f"Your code has k = 3, but {error} is a logical operator: the distance is {size}."
    return True, ""


@data(
    "6.3.j",
    kind="stretch",
    outcome=(2, 4),
    points=3,
    draw=lambda rng: {"start": "".join(rng.choice("IXYZ") for _ in range(3))},
)
def cyclic_code(start):
    def holds(word):
        if not word.startswith(start):
            return False, f"Your word begins with {word[:3]}, and {start} is asked for."
        return what_is_missing(word)

    yield Data(schema=Word("IXYZ", 9), holds=holds)
    for rest in ("IIIIII", "XZZXII", "ZZIIXI"):
        missing = holds(start + rest)[1]
        if missing:
            yield slip(start + rest, "guesses the rest").says(missing)
