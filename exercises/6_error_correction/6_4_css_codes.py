"""What right means in lesson 6.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import combinations, pairwise, product
from math import sqrt

import numpy as np

from qtrain.authoring import (
    build,
    choice,
    circuit,
    data,
    decimals,
    distinct,
    function,
    measure,
    one_of,
    right,
    slip,
)
from qtrain.checking import Correction, Data, State, bit_sums
from qtrain.checking.rules import NoInitialize, NoSynthesis
from qtrain.checking.schema import Bit, Dict, Key, List, Row, Table, Whole
from qtrain.circuits import run


def hamming(columns, rows=3):
    """The check matrix whose columns are these numbers in binary, the most significant bit in the first row."""
    return [[number >> (rows - 1 - row) & 1 for number in columns] for row in range(rows)]


def columns_of(checks):
    return [int("".join(map(str, column)), 2) for column in zip(*checks, strict=True)]


def syndrome(checks, bits):
    return [sum(a & b for a, b in zip(row, bits, strict=True)) % 2 for row in checks]


def text(bits):
    return "".join(map(str, bits))


def flipped(bits, place):
    return [bit ^ (k == place) for k, bit in enumerate(bits)]


# --- a: a classical word ----------------------------------------------------------------------------------------------


def a_received_word(rng):
    columns = rng.sample(range(1, 8), 7)
    checks = hamming(columns)
    words = [list(word) for word in product((0, 1), repeat=7) if not any(syndrome(checks, word)) and 0 < sum(word) < 7]
    return {"checks": checks, "received": text(flipped(rng.choice(words), rng.randrange(7)))}


@data("6.4.a", rung="warm-up", outcome=1, draw=a_received_word)
def word_that_was_sent(checks, received):
    bits = [int(bit) for bit in received]
    columns = columns_of(checks)
    number = int(text(syndrome(checks, bits)), 2)
    place = columns.index(number)

    def holds(answer):
        word = [int(bit) for bit in answer]
        failing = [row for row, bit in enumerate(syndrome(checks, word)) if bit]
        if failing:
            return False, f"Row {failing[0]} of `p.checks` is not fulfilled by your word: it is no codeword."
        apart = sum(a != b for a, b in zip(word, bits, strict=True))
        return apart == 1, (
            f"Your word is a codeword, but it differs from the received one in {apart} bits. Only one bit was flipped."
        )

    yield Data(schema=Key(7), holds=holds)
    yield slip(received, "corrects nothing").says("This is the received word. One of its bits was flipped on the way.")
    if number - 1 != place:
        yield slip(text(flipped(bits, number - 1)), "takes the syndrome for the place").says(
            f"You flipped bit {number - 1}. The syndrome is the number {number} in binary: here the columns stand in "
            "another order than in the text, so find the column that *is* the syndrome."
        )
    mirrored = int(text(syndrome(checks, bits))[::-1], 2)
    if mirrored != number:
        yield slip(text(flipped(bits, columns.index(mirrored))), "reads the syndrome from below", "qubit-order").says(
            "You flipped the bit whose column is the syndrome read from the other end. Row 0 gives its first bit."
        )


# --- b: a wrong bit in H_Z --------------------------------------------------------------------------------------------


def a_wrong_bit(rng):
    x_checks = hamming(rng.sample(range(1, 8), 7))
    words = [[sum(a & b for a, b in zip(pick, col, strict=True)) % 2 for col in zip(*x_checks, strict=True)]
             for pick in product((0, 1), repeat=3)]  # fmt: skip
    while True:
        i, j, k = rng.sample(range(1, 8), 3)
        if i ^ j != k and {i, j, k} != {1, 2, 4}:
            break
    z_checks = [words[i], words[j], words[k]]
    row, column = rng.randrange(3), rng.randrange(7)
    z_checks[row] = flipped(z_checks[row], column)
    return {"HX": x_checks, "HZ": z_checks}


@data("6.4.b", kind="debug", rung="use", outcome=1, draw=a_wrong_bit)
def the_wrong_bit(HX, HZ):
    odd = np.array(HX) @ np.array(HZ).T % 2
    row = int(odd.any(axis=0).argmax())
    column = columns_of(HX).index(int(text(odd[:, row]), 2))

    def holds(answer):
        if answer == (row, column):
            return True, ""
        changed = np.array(HZ)
        changed[answer] ^= 1
        left = np.argwhere(np.array(HX) @ changed.T % 2)
        return False, (
            f"If this bit of HZ is changed, row {left[0][0]} of HX and row {left[0][1]} of HZ still have an odd number "
            "of 1's in common."
        )

    yield Data(schema=Row(Whole(0, 2), Whole(0, 6)), holds=holds)
    if row < 2 and column < 6:
        yield slip((row + 1, column + 1), "counts from one").says(
            "Rows and columns are counted from 0 here, as Python does."
        )
    number = int(text(odd[:, row]), 2)
    if column < 6:
        yield slip((row, column + 1), "counts columns from one").says("The row is right. Columns are counted from 0.")
    if number - 1 not in (column, column + 1):
        yield slip((row, number - 1), "takes the pattern for the place").says(
            f"The row is right. The pattern of odd overlaps is the number {number} in binary, but the columns of HX "
            "stand in another order than in the text: find the column that *is* the pattern."
        )
    for other in range(3):
        if other != row:
            yield slip((other, column), "takes another row").says(
                "The column is right. Which row of HZ has an odd overlap with a row of HX?"
            )


# --- c: n, k, d -------------------------------------------------------------------------------------------------------


def rank(rows):
    """The number of independent rows modulo 2; rows are lists of bits."""
    return bit_sums.rank(int(text(row), 2) for row in rows)


def lightest(x_checks, z_checks, *, logical=True):
    """The least weight of an X string that no Z check sees and that is no product of X checks."""
    n = len(x_checks[0])
    words = np.array(list(product((0, 1), repeat=n)), dtype=np.uint8)
    unseen = words[~(words @ np.array(z_checks, dtype=np.uint8).T % 2).any(axis=1)]
    if logical:
        # It is a product of X checks if and only if it commutes with every Z string that the X checks do not see.
        others = words[~(words @ np.array(x_checks, dtype=np.uint8).T % 2).any(axis=1)]
        unseen = unseen[(unseen @ others.T % 2).any(axis=1)]
    weights = unseen.sum(axis=1)
    return int(weights[weights > 0].min())


def parameters(HX, HZ):
    """n, k and d of a CSS code."""
    n = len(HX[0])
    return [n, n - rank(HX) - rank(HZ), min(lightest(HX, HZ), lightest(HZ, HX))]


def rows_of(n, *supports):
    return [[int(k in support) for k in range(n)] for support in supports]


STEANE = hamming(range(1, 8))
SHOR = (
    rows_of(9, range(6), range(3, 9)),
    rows_of(9, *((k, k + 1) for k in (0, 1, 3, 4, 6, 7))),
)
TALL = (rows_of(6, range(6)), rows_of(6, (0, 1), (1, 2), (3, 4), (4, 5)))
CUBE = (rows_of(8, range(8)), rows_of(8, (0, 1, 2, 3), (0, 1, 4, 5), (0, 2, 4, 6), range(8)))
PATCH = (
    rows_of(9, (0, 1, 3, 4), (4, 5, 7, 8), (2, 5), (3, 6)),
    rows_of(9, (1, 2, 4, 5), (3, 4, 6, 7), (0, 1), (7, 8)),
)
SMALL = (rows_of(4, range(4)),) * 2
SIX = (rows_of(6, range(6)),) * 2


def drawn_codes(rng):
    """Codes with their qubits and rows mixed; some have dependent rows, on either side."""
    found = []
    pool = [(STEANE, STEANE), SHOR, SHOR[::-1], TALL, TALL[::-1], CUBE, PATCH, rng.choice([SMALL, SIX])]
    for place, code in enumerate(pool):
        order = rng.sample(range(len(code[0][0])), len(code[0][0]))
        mixed = []
        for side, checks in enumerate(code):
            rows = [[row[k] for k in order] for row in checks]
            if len(rows) > 2 and place not in (1, 2, 6):
                i, j = rng.sample(range(len(rows)), 2)
                rows[i] = [a ^ b for a, b in zip(rows[i], rows[j], strict=True)]
            if (place + side) % 3 == 0:
                rows.append([a ^ b for a, b in zip(rows[0], rows[-1], strict=True)] if len(rows) > 1 else rows[0])
            mixed.append(rng.sample(rows, len(rows)))
        found.append(tuple(mixed))
    return rng.sample(found, len(found))


def as_three(HX, HZ):
    return Data(parameters(HX, HZ), schema=List(Whole(), 3))


def with_distance(new):
    """The right n and k with another d."""
    return lambda HX, HZ: [*parameters(HX, HZ)[:2], new(HX, HZ)]


def with_encoded(new):
    """The right n and d with another k."""
    return lambda HX, HZ: [parameters(HX, HZ)[0], new(HX, HZ), parameters(HX, HZ)[2]]


@function("6.4.c", rung="think", outcome=2, points=2, name="parameters", inputs=drawn_codes, judged=as_three)
def numbers_of_a_code():
    yield parameters
    yield slip(with_encoded(lambda HX, HZ: len(HX[0]) - len(HX) - len(HZ)), "counts all rows").says(
        "Your k counts every row of the matrices. Some rows are sums of others: only independent ones count."
    )
    yield slip(
        with_encoded(lambda HX, HZ: len(HX[0]) - sum(int(np.linalg.matrix_rank(np.array(one))) for one in (HX, HZ))),
        "takes the rank of real numbers",
    ).says("Your k comes from ranks over the real numbers. Rows of checks are added modulo 2: use `rank` of the text.")
    yield slip(with_distance(lambda HX, HZ: min(map(sum, [*HX, *HZ]))), "takes the lightest check").says(
        "Your d is the weight of the lightest row. A row is a check; it does nothing to the encoded state."
    )
    yield slip(
        with_distance(lambda HX, HZ: min(lightest(HX, HZ, logical=False), lightest(HZ, HX, logical=False))),
        "counts stabilizers as logical operators",
    ).says(
        "Your d is the weight of the lightest string that passes the checks. If this string is a product of checks, it "
        "does nothing to the encoded state, and it does not count."
    )
    yield slip(with_distance(lambda HX, HZ: lightest(HX, HZ)), "looks at X strings only").says(
        "Your d is that of strings of X's. Strings of Z's can be lighter."
    )
    yield slip(with_distance(lambda HX, HZ: lightest(HZ, HX)), "looks at Z strings only").says(
        "Your d is that of strings of Z's. Strings of X's can be lighter."
    )
    yield slip(with_distance(lambda HX, HZ: max(lightest(HX, HZ), lightest(HZ, HX))), "takes the larger one").says(
        "Your d is the larger one of the two distances, for X's and for Z's. The lightest logical operator counts."
    )
    yield slip(with_distance(lambda HX, HZ: (parameters(HX, HZ)[2] - 1) // 2), "counts what is corrected").says(
        "Your third number is how many errors the code corrects for certain. The distance d is asked for."
    )
    yield slip(with_encoded(lambda HX, HZ: len(HX[0]) - rank(HX)), "leaves HZ out").says(
        "Your k leaves out the rows of HZ: each independent one halves the space, too."
    )
    yield slip(with_encoded(lambda HX, HZ: len(HX[0]) - rank(HZ)), "leaves HX out").says(
        "Your k leaves out the rows of HX: each independent one halves the space, too."
    )
    yield slip(with_encoded(lambda HX, HZ: rank(HX) + rank(HZ)), "counts the checks").says(
        "Your second number is how many independent checks there are. k is what they leave of n."
    )
    yield slip(with_encoded(lambda HX, HZ: 2 ** parameters(HX, HZ)[1]), "gives the dimension").says(
        "Your second number is the dimension of the code space. That is 2 to the power of k."
    )


# --- d: logical states ------------------------------------------------------------------------------------------------


def zero_state(checks, rows=range(3)):
    """Steps that prepare the logical 0: an H on each qubit that stands in one check only, then that check's CNOTs."""
    steps = []
    for row in rows:
        pivot = columns_of(checks).index(4 >> row)
        steps += [f"h {pivot}", *(f"cx {pivot} {k}" for k in range(7) if checks[row][k] and k != pivot)]
    return "; ".join(steps)


ALL = " ".join(map(str, range(7)))
FINISH = {"0": "", "1": f"; x {ALL}", "+": f"; h {ALL}", "-": f"; h {ALL}; z {ALL}"}
OTHER = {"0": "1", "1": "0", "+": "-", "-": "+"}
KET = {"0": "|0̄⟩", "1": "|1̄⟩", "+": "|+̄⟩", "-": "|−̄⟩"}


def shown_checks(columns):
    return {"checks": hamming(columns)}


def prepared(checks, state):
    return circuit(zero_state(checks) + FINISH[state], qubits=7)


@build(
    "6.4.d",
    rung="warm-up",
    outcome=3,
    takes="circuit",
    rules=[NoSynthesis(), NoInitialize()],
    columns=distinct(7, range(1, 8)),
    state=one_of("0", "1", "+", "-"),
    derive=shown_checks,
    where=lambda columns: rank([*STEANE, *hamming(columns)]) > 3,  # not the code of the text
)
def logical_state(columns, state, checks):
    yield State(run(prepared(checks, state)))
    for given in "01+-":
        if given == OTHER[state]:
            yield slip(prepared(checks, given), "prepares the opposite").says(
                f"Your circuit prepares {KET[given]} of this code; {KET[state]} is asked for."
            )
        elif given != state:
            yield slip(prepared(checks, given), "prepares another logical state").says(
                f"This is the logical state {KET[given]} of this code; {KET[state]} is asked for."
            )
    yield slip(prepared(STEANE, state), "takes the checks of the text").says(
        f"This is {KET[state]} of the code in the text. Your `p.checks` has its columns in another order."
    )
    alone = {"0": "", "1": f"x {ALL}", "+": f"h {ALL}", "-": f"x {ALL}; h {ALL}"}[state]
    if alone:  # without a gate nothing has been done yet
        yield slip(circuit(alone, qubits=7), "prepares seven qubits").says(
            "Each of your seven qubits has this state on its own. The logical state is entangled: the X checks and the "
            "Z checks all give +1 for it."
        )
    kind = "X" if state in "01" else "Z"  # H on all qubits exchanges the two kinds
    for row in range(3):
        steps = zero_state(checks, rows=[one for one in range(3) if one != row])
        yield (
            slip(circuit(steps + FINISH[state], qubits=7), "leaves out a row")
            .worth(0.5)
            .says(
                f"The {kind} check of row {row} has no definite value in your state; the other five checks are +1. Is "
                "there an H for this row, with its CNOTs?"
            )
        )
    pivots = [columns_of(checks).index(4 >> row) for row in range(3)]
    yield slip(circuit("h " + " ".join(map(str, pivots)) + FINISH[state], qubits=7), "leaves out the CNOTs").says(
        "Your qubits are not entangled with each other. In the text CNOTs go *from* the qubits with an H to the rest "
        "of their rows."
    )


# --- e: a hook --------------------------------------------------------------------------------------------------------


def both(x_places, z_places):
    return "".join("IXZY"[(k in x_places) + 2 * (k in z_places)] for k in range(7))


def two_hooks(rng):
    while True:
        checks = hamming(rng.sample(range(1, 8), 7))
        orders = [rng.sample([k for k in range(7) if row[k]], 4) for row in rng.choices(checks, k=2)]
        x, z = (np.bitwise_xor.reduce(np.array(columns_of(checks))[order[2:]]) for order in orders)
        if x != z:  # else the code could not tell X and Z exchanged
            return {"checks": checks, "x_order": orders[0], "z_order": orders[1]}


@build("6.4.e", rung="use", outcome=4, points=2, draw=two_hooks)
def hooks(checks, x_order, z_order):
    supports = [[k for k in range(7) if row[k]] for row in checks]
    stabilizers = [both(support, ()) for support in supports] + [both((), support) for support in supports]
    columns = columns_of(checks)

    def by_table(places):
        return [columns.index(columns[places[0]] ^ columns[places[1]])]

    x, z = x_order[2:], z_order[2:]
    yield Correction(stabilizers, both(x, z))
    yield slip(both(by_table(x), by_table(z)), "follows the table").says(
        "Up to products of checks, this is what the table says: it clears the syndrome. But two qubits were hit by X "
        "and two by Z, and not these; the errors and your correction together are logical operators."
    )
    for told, answer in (("Z", both(x, by_table(z))), ("X", both(by_table(x), z))):
        yield (
            slip(answer, f"follows the table for {told}")
            .worth(0.5)
            .says(
                f"Up to products of checks, your correction of the {told}'s is what the table says. It clears the "
                f"syndrome, but two qubits were hit by {told}, and not this one. The other kind is right."
            )
        )
    yield (
        slip(both(x, ()), "forgets the Z fault")
        .worth(0.5)
        .says("The X's are right. The fault of the other ancilla has left Z errors.")
    )
    yield (
        slip(both((), z), "forgets the X fault")
        .worth(0.5)
        .says("The Z's are right. The fault of the other ancilla has left X errors.")
    )
    yield slip(both(z, x), "exchanges X and Z", "wrong-basis").says(
        "X and Z are exchanged: an X on a control goes on to the targets as X, a Z on a target goes back as Z."
    )
    yield slip(both(x_order[1:3], z_order[1:3]), "takes the middle ones").says(
        "Up to products of checks, this corrects the second and the third qubit of each order. Which CNOTs come after "
        "the fault?"
    )
    yield slip(both(x[:1], z[:1]), "corrects the third qubits only").says(
        "Up to products of checks, this corrects the third qubit of each order alone. How many CNOTs come after the "
        "fault?"
    )
    yield slip(both(x[1:], z[1:]), "corrects the last qubits only").says(
        "Up to products of checks, this corrects the last qubit of each order alone. How many CNOTs come after the "
        "fault?"
    )


# --- f: gates on all seven --------------------------------------------------------------------------------------------

GATE = {
    "H": np.array([[1, 1], [1, -1]]) / sqrt(2),
    "S": np.diag([1, 1j]),
    "D": np.diag([1, -1j]),
    "X": np.array([[0, 1], [1, 0]]),
    "Z": np.diag([1, -1]),
}


def matrix(word):
    total = np.eye(2)
    for letter in word:
        total = GATE[letter] @ total
    return total


def same(one, other):
    return abs(abs(np.trace(matrix(one).conj().T @ matrix(other))) - 2) < 1e-9


def telling(word):
    if any(a == b for a, b in pairwise(word)) or word.count("H") < 2 or "S" not in word:
        return False
    encoded = word.replace("S", "D")
    others = [word, encoded[::-1], word[::-1], "", word.replace("S", ""), word.replace("S", "Z")]
    return all(not same(a, b) for a, b in combinations([encoded, *others], 2))


ASKED = [word for length in (5, 6, 7) for word in map("".join, product("HSXZ", repeat=length)) if telling(word)]


def one_qubit(word):
    return circuit("; ".join(f"{'sdg' if letter == 'D' else letter.lower()} 0" for letter in word), qubits=1)


@build("6.4.f", rung="warm-up", outcome=5, takes="circuit", gates=one_of(ASKED))
def encoded_gate(gates):
    encoded = gates.replace("S", "D")
    yield one_qubit(encoded)
    yield slip(one_qubit(gates), "takes S for a logical S").says(
        "This would be right if S on all seven qubits were the logical S. It is the logical S†."
    )
    yield slip(one_qubit(encoded[::-1]), "reads from the right").says(
        "This comes out if the gates are taken from the last letter to the first. The first letter acts first."
    )
    yield slip(one_qubit(gates[::-1]), "reads from the right, and takes S for a logical S").says(
        "The first letter acts first; and S on all seven qubits is not the logical S."
    )
    yield slip(one_qubit(gates.replace("S", "Z")), "takes Z for S").says(
        "This comes out if Z stands in the place of each S. Z is S twice."
    )
    yield slip(one_qubit(gates.replace("S", "")), "leaves S out").says(
        "This comes out if all S gates are left out. On the encoded qubit they do act."
    )


# --- g: Steane's way of reading ---------------------------------------------------------------------------------------


@choice("6.4.g", rung="use", outcome=4)
def a_block_reads():
    yield right("The control is |0̄⟩: the data get no logical gate, and the results no logical value of theirs.").says(
        "Right: a CNOT with the control |0̄⟩ does nothing to the encoded qubits, and |0̄⟩ read in the X basis gives a "
        "logical bit at random. Only the three sums of the checks say something: the errors."
    )
    yield slip(
        "The results tell the logical value of the data, but in a superposition it is only read once.", "reads the data"
    ).says(
        "To read it even once would destroy a superposition. The logical bit that comes out is |0̄⟩ read in the X "
        "basis: it is random, and it is the same for all data."
    )
    yield slip("The data is disturbed, and the correction afterwards restores it.", "lets the correction restore").says(
        "A correction acts on single qubits. It cannot bring back a superposition that was measured; here none was."
    )
    yield slip("The two blocks share no gate; the ancilla block is compared with the data later.", "sees no gate").says(
        "Seven CNOTs act between the blocks. What matters is what they do to the encoded qubits."
    )
    yield slip(
        "A CNOT never changes its target if the control is measured afterwards.", "trusts the later reading"
    ).says("A measurement of the control cannot undo what its CNOT did. With |1̄⟩ as control the data would be flipped.")


# --- h: in the laboratory ---------------------------------------------------------------------------------------------

WORDS = np.array(list(product((0, 1), repeat=7)))


def after_correction():
    """For each pattern of flips whether the corrected word has the wrong logical bit."""
    number = WORDS @ np.array(STEANE).T % 2 @ [4, 2, 1]
    return (WORDS.sum(axis=1) + (number > 0)) % 2 == 1


WRONG = after_correction()


def chance(flips, which=WRONG):
    weights = WORDS.sum(axis=1)
    return float((flips**weights * (1 - flips) ** (7 - weights))[which].sum())


@measure(
    "6.4.h",
    rung="think",
    outcome=3,
    points=3,
    bounds=(0, 1),
    within=0.001,
    basis=one_of("Z", "X"),
    hidden=decimals(0.052, 0.064, 0.0002),  # at 0.097 a bare qubit would read wrong as often
)
def block_read_out(basis, hidden):
    flips = 2 * hidden / 3  # two of the three Paulis flip the bit that is read
    truth, shots = chance(flips), 35_000
    spread = sqrt(truth * (1 - truth))
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((chance(hidden), error, shots), "lets every error flip").says(
        "This comes out if every error flips the bit that is read. One of the three Paulis does not."
    )
    yield slip(((1 - (1 - 2 * flips) ** 7) / 2, error, shots), "does not correct").says(
        "So often the number of flipped bits is odd. First correct the seven bits by the three checks; then look at "
        "the logical bit."
    )
    yield slip((1 - (1 - flips) ** 7, error, shots), "counts any flip").says(
        "About so often at least one bit is flipped. One flip is corrected."
    )
    yield slip((1 - truth, error, shots), "gives the success").says(
        "This is the part of the shots that read right. The wrong part is asked for."
    )
    yield slip((flips, sqrt(flips * (1 - flips) / shots), shots), "reads one qubit").says(
        "About so often one qubit alone is flipped. The logical bit comes from all seven, corrected."
    )
    quiet = WORDS[~(WORDS @ np.array(STEANE).T % 2).any(axis=1)].sum(axis=1)
    weights = flips**quiet * (1 - flips) ** (7 - quiet)
    kept = float(weights[quiet % 2 == 1].sum() / weights.sum())
    yield slip((kept, sqrt(kept * (1 - kept) / shots), shots), "keeps the codewords only").says(
        "About so often the bit is 1 among the shots with the syndrome 000. Keep all the shots, and correct the others."
    )
    yield slip((0.5, error, shots), "reads in the other basis").says(
        "One half: so it looks if the block is read in a basis in which its logical bit is random."
    )


# --- i: a code with a logical T ---------------------------------------------------------------------------------------

LONG = hamming(range(1, 16), rows=4)


def products(rows, n):
    """All sums of independent rows, as a bit matrix."""
    found = np.zeros((1, n), dtype=int)
    for row in rows:
        if not (found == row).all(axis=1).any():
            found = np.concatenate([found, found ^ row])
    return found


def unseen_by(checks):
    """A basis of the strings that have even overlap with all rows."""
    rows, pivots = np.array(checks) % 2, []
    n = rows.shape[1]
    for column in range(n):
        top = len(pivots)
        hits = top + np.flatnonzero(rows[top:, column])
        if len(hits):
            rows[[top, hits[0]]] = rows[[hits[0], top]]
            others = [k for k in np.flatnonzero(rows[:, column]) if k != top]
            rows[others] ^= rows[top]
            pivots.append(column)
    basis = []
    for free in sorted(set(range(n)) - set(pivots)):
        vector = np.zeros(n, dtype=int)
        vector[free] = 1
        vector[pivots] = rows[: len(pivots), free]
        basis.append(vector)
    return np.array(basis)


REED_MULLER = {"X": LONG, "Z": unseen_by([*LONG, [1] * 15]).tolist()}


def has_logical_t(answer):
    x, z = (np.array(answer[letter]) for letter in "XZ")
    odd = np.argwhere(x @ z.T % 2)
    if len(odd):
        return False, (
            f"Row {odd[0][0]} of X and row {odd[0][1]} of Z have an odd number of 1's in common: they do not commute."
        )
    ranks = rank(answer["X"]), rank(answer["Z"])
    if 15 - sum(ranks) != 1:
        return False, (
            f"Of independent rows X has {ranks[0]} and Z has {ranks[1]}: that leaves k = {15 - sum(ranks)}. One "
            "encoded qubit is asked for."
        )
    for letter, own, other in (("X", x, z), ("Z", z, x)):
        partners = unseen_by(own)
        for weight in (1, 2):
            for places in combinations(range(15), weight):
                string = np.isin(range(15), places).astype(int)
                if not (other @ string % 2).any() and (partners @ string % 2).any():
                    return False, (
                        f"{letter} on {'qubit' if weight == 1 else 'qubits'} {' and '.join(map(str, places))} passes "
                        f"all checks and is no product of them: the distance is {weight}."
                    )
    group = products(x, 15)
    uneven = group[group.sum(axis=1) % 8 > 0]
    if len(uneven):
        return False, (
            f"Your code is a [[15,1,3]] code or better, but T on all qubits does not keep its code space: a product of "
            f"your X checks has {int(uneven[0].sum())} X's, which is no multiple of 8."
        )
    logical = next(v for v in unseen_by(z) if (unseen_by(x) @ v % 2).any())
    turned = set(((group ^ logical).sum(axis=1) % 8).tolist())
    if len(turned) > 1:
        return False, (
            "T on all qubits does not keep your code space: the terms of the logical 1 get different phases."
        )
    if not turned.pop() % 2:
        return False, "T on all qubits keeps your code space, but it acts as a Clifford gate there, not as T or T†."
    return True, ""


@data("6.4.i", kind="stretch", outcome=(1, 5), points=3)
def a_code_for_t():
    yield Data(schema=Dict(["X", "Z"], Table(None, 15, Bit())), holds=has_logical_t)
    yield slip({"X": LONG, "Z": LONG}, "takes the Hamming code for both").says(
        "These checks commute and find every single error, but they leave seven encoded qubits. More Z checks are "
        "needed; which strings of Z's commute with all your X checks and with a logical X?"
    )
    yield slip({"X": REED_MULLER["Z"], "Z": REED_MULLER["X"]}, "exchanges X and Z").says(
        "This code has n = 15, k = 1 and d = 3. T is diagonal: it gives a phase to each term of the logical 0, and "
        "these terms are the products of *X* checks. Some of yours have a number of X's that is no multiple of 8."
    )
