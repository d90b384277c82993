"""What right means in lesson 6.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import product
from math import atan, comb, degrees, pi, sin, sqrt, tan

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    data,
    decimals,
    distinct,
    function,
    measure,
    number,
    right,
    slip,
)
from qtrain.checking import Correction, Isometry, Number
from qtrain.checking.rules import NoSynthesis
from qtrain.checking.schema import Bit, List

CHECKS = [
    "ZZIIIIIII",
    "IZZIIIIII",
    "IIIZZIIII",
    "IIIIZZIII",
    "IIIIIIZZI",
    "IIIIIIIZZ",
    "XXXXXXIII",
    "IIIXXXXXX",
]


def majority_wrong(n, p):
    """The probability that more than half of n independent things happen."""
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range((n + 1) // 2, n + 1))


def odd(n, p):
    """The probability that an odd number of n things happen."""
    return (1 - (1 - 2 * p) ** n) / 2


# --- a: the encoder ---------------------------------------------------------------------------------------------------

OUTER = "cx a d; cx a g; "
TURN = "h a; h d; h g; "
INNER = "cx a b; cx a c; cx d e; cx d f; cx g i; cx g j; "


def blocks_of(qubits):
    return {"blocks": [qubits[k : k + 3] for k in (0, 3, 6)], "carrier": qubits[0]}


@build(
    "6.2.a",
    rung="warm-up",
    outcome=1,
    takes="circuit",
    rules=[NoSynthesis()],
    qubits=distinct(9, range(9)),
    derive=blocks_of,
    where=lambda qubits: qubits != sorted(qubits),
)
def nine_qubits(qubits):
    names = dict(zip("abcdefgij", qubits, strict=True))

    def written(*steps, names=names):
        return circuit(*steps, qubits=9, **names)

    yield Isometry(written(OUTER, TURN, INNER), inputs=[qubits[0]])
    yield slip(written("cx a b; cx a c; cx d e; cx d f; cx g i; cx g j; " + TURN + OUTER), "runs it backwards").says(
        "Your circuit begins with the CNOTs within the blocks. The outer code comes first."
    )
    yield slip(
        written(OUTER, INNER, "h a; h b; h c; h d; h e; h f; h g; h i; h j"), "puts the codes the other way round"
    ).says(
        "You have exchanged inner and outer code: your blocks are |+++⟩ and |−−−⟩, and the three blocks repeat a bit. "
        "Here each block repeats bits, and the signs are repeated over the blocks."
    )
    yield slip(written(OUTER, INNER), "leaves out the H's").says(
        "Without any H your circuit makes one repetition code of nine qubits, against bit flips only."
    )
    yield slip(written("h a; ", OUTER, INNER), "puts the H before the outer code").says(
        "There is one H, before the outer CNOTs. The outer code is against phase flips: first its CNOTs, then an H on "
        "the first qubit of each block."
    )
    yield slip(written(OUTER, "h a; ", INNER), "turns one block only").says(
        "Only the first block gets an H. The first qubits of all three blocks need one."
    )
    yield slip(written(OUTER, TURN), "leaves out the inner code").says(
        "The outer code is there. The other two qubits of each block stay |0⟩: for the inner code, the first "
        "qubit of each block has to control CNOTs on them."
    )
    yield slip(written(TURN, OUTER, INNER), "turns first, and spreads then").says(
        "What is stored reaches the first block only: the two others get |000⟩ + |111⟩ whatever it is. The CNOTs of "
        "the outer code carry it over, and they come before the H's: between two qubits in |+⟩ a CNOT does nothing."
    )
    yield slip(written("h a; cx a b; cx a c"), "fills one block").says(
        "Your circuit uses one block only. The stored qubit has to be spread over all three."
    )
    yield slip(
        written(OUTER, TURN, INNER, names=dict(zip("abcdefgij", range(9), strict=True))), "takes the wires in order"
    ).says("Your blocks are the wires 0–2, 3–5 and 6–8. The blocks that are asked for stand in `p.blocks`.")


# --- b: a syndrome ----------------------------------------------------------------------------------------------------


def letters_meet(one, other):
    return [a != b and "I" not in (a, b) for a, b in zip(one, other, strict=True)]


def bits_of(error, rule=lambda meet: sum(meet) % 2):
    """The eight bits of an error word, as text."""
    return "".join(str(int(rule(letters_meet(error, check)))) for check in CHECKS)


def renamed(error, letters):
    return error.translate(str.maketrans("XYZ", letters))


def misread(error):
    """What people read off, by mistake."""
    return {
        "exchanged": bits_of(renamed(error, "ZYX")),
        "y as x": bits_of(renamed(error, "XXZ")),
        "y as z": bits_of(renamed(error, "XZZ")),
        "backwards": bits_of(error[::-1]),
        "any": bits_of(error, any),
        "opposite": bits_of(error, lambda meet: 1 - sum(meet) % 2),
        "signs first": bits_of(error)[6:] + bits_of(error)[:6],
        "letters": "".join(
            str(sum(a == b != "I" for a, b in zip(error, check, strict=True)) % 2) for check in CHECKS
        ),
    }  # fmt: skip


def drawn_error(rng):
    """A word with an X, a Y and a Z at least, on which all of these mistakes show."""
    while True:
        places, word = rng.sample(range(9), 4), ["I"] * 9
        for place, letter in zip(places, ["X", "Y", "Z", rng.choice("XYZ")], strict=True):
            word[place] = letter
        error = "".join(word)
        bits = bits_of(error)
        if bits != bits[::-1] and len({bits, *misread(error).values()}) == 1 + len(misread(error)):
            return {"error": error}


def listed(bits):
    return [int(bit) for bit in bits]


@data("6.2.b", rung="warm-up", outcome=2, schema=List(Bit(), 8), draw=drawn_error)
def eight_bits(error):
    wrong = {mistake: listed(bits) for mistake, bits in misread(error).items()}
    yield listed(bits_of(error))
    yield slip(wrong["exchanged"], "exchanges X and Z").says(
        "You let a Z of the error change the ZZ checks, and an X the long checks. Equal letters commute: a ZZ check "
        "sees X, a check of X's sees Z."
    )
    yield slip(wrong["letters"], "counts equal letters").says(
        "You counted the places where error and check have the *same* letter. Those commute. Count where the letters "
        "differ and none is I."
    )
    yield slip(wrong["y as x"], "takes Y for X").says(
        "You read Y as X. A Y is X and Z at once: the long checks see it, too."
    )
    yield slip(wrong["y as z"], "takes Y for Z").says(
        "You read Y as Z. A Y is X and Z at once: the ZZ checks see it, too."
    )
    yield slip(wrong["backwards"], "reads the word backwards", "qubit-order").says(
        "You read the error from the other end: its first letter acts on qubit 0."
    )
    yield slip(wrong["any"], "counts any meeting").says(
        "You wrote 1 wherever error and check differ in at least one place. Two such places cancel: only an odd number "
        "gives 1."
    )
    yield slip(wrong["opposite"], "writes 1 for agreement", "bit-flip").says(
        "Your 0 and 1 are exchanged: a check that commutes with the error reads 0."
    )
    yield slip(wrong["signs first"], "puts the long checks first").says(
        "You wrote the two long checks first. They come last in the list of the checks."
    )


# --- c: the long check ------------------------------------------------------------------------------------------------

ALL_SIX = "cx s a; cx s b; cx s c; cx s d; cx s e; cx s f; "


@build("6.2.c", kind="debug", rung="use", outcome=2, points=2, takes="circuit", rules=[NoSynthesis()],
       line=distinct(7, range(7)))  # fmt: skip
def long_check(line):
    names = dict(zip("abcdefs", line, strict=True))

    def written(*steps):
        return circuit(*steps, qubits=7, **names)

    yield Isometry(written("h s; ", ALL_SIX, "h s"), inputs=list(line[:6]))
    yield slip(written("h s; cx s a; cx s d; h s"), "compares the first qubits").says(
        "This reads X on the first qubit of each block. An X there anticommutes with a ZZ check of its block: reading "
        "it would spoil the block. Take the X's of the whole block."
    )
    yield slip(written("h s; cx s a; cx s b; cx s c; h s"), "reads one block").says(
        "This reads the sign of the first block alone: whether the stored state is |0̄⟩ or |1̄⟩ shows in it. Ask whether "
        "*two* blocks have the same sign."
    )
    yield slip(written("h s; cx s d; cx s e; cx s f; h s"), "reads the other block").says(
        "This reads the sign of the second block alone. Ask whether *two* blocks have the same sign."
    )
    yield slip(written("cx a s; cx b s; cx c s; cx d s; cx e s; cx f s"), "adds up the bits").says(
        "Your ancilla gets the sum of all six bits, the value of ZZZZZZ. A sign is the value of X's."
    )
    yield slip(written("h s; ", ALL_SIX), "leaves out the last H").says(
        "The last H on the ancilla is missing: the sign is in its phase and not yet in its bit."
    )
    yield slip(written(ALL_SIX, "h s"), "leaves out the first H").says(
        "The first H on the ancilla is missing: a control in |0⟩ does nothing."
    )
    yield slip(written(ALL_SIX), "leaves out both H's").says(
        "Your circuit changes nothing: the ancilla ends in |0⟩, and the data stay as they were. A control in |0⟩ does "
        "nothing; to read a value, the ancilla controls the X's between two H's of its own."
    )
    yield slip(
        written("h a; h b; h c; h d; h e; h f; cx a s; cx b s; cx c s; cx d s; cx e s; cx f s"),
        "leaves the data turned",
    ).says("Your ancilla is right, but the data qubits keep an H each. Undo it after the CNOTs.")
    yield slip(written("h s; cx s a; cx s b; cx s d; cx s e; h s"), "takes two of each block").says(
        "This reads X on two qubits of each block. It anticommutes with a ZZ check that holds only one of the two: "
        "reading it would spoil the block. Take the X's of the whole block."
    )


# --- d: Z on the wrong qubit ------------------------------------------------------------------------------------------


@choice("6.2.d", rung="warm-up", outcome=3)
def wrong_place():
    yield right("Every stored state is exactly as before.").says(
        "Right: Z on 3 and Z on 4 together are a check of the code, and a check leaves every encoded state as it is."
    )
    yield slip("The stored state is damaged a little: two qubits have a wrong phase now.", "counts qubits").says(
        "Try it on a block: the two Z's change the sign of |111⟩ twice."
    )
    yield slip("The stored qubit got a logical phase flip.", "takes two Z's for a logical").says(
        "A logical operator commutes with all checks and is no product of them. Is ZZ on the qubits 3 and 4 a product?"
    )
    yield slip(
        "$|\\bar 0\\rangle$ and $|\\bar 1\\rangle$ are as before, but superpositions of them are not.", "loses phases"
    ).says("An operator that leaves both |0̄⟩ and |1̄⟩ exactly as they are leaves their sums as they are, too.")
    yield slip("The next reading of the syndrome shows the mistake, and then it is mended.", "waits").says(
        "What is left commutes with all eight checks: no later reading shows anything. Is there anything to mend?"
    )


# --- e: a function that corrects --------------------------------------------------------------------------------------

WHERE = {(0, 0): None, (1, 0): 0, (1, 1): 1, (0, 1): 2}
LETTER = {(0, 0): "I", (1, 0): "X", (0, 1): "Z", (1, 1): "Y"}


def recovered(syndrome, *, bits=WHERE, signs=WHERE, x="X", z="Z", spot=0, y=True, over=False, whole=False):
    """A word that clears the syndrome; the options are mistakes."""
    has_x, has_z = [0] * 9, [0] * 9
    for block in range(3):
        if (place := bits[tuple(syndrome[2 * block : 2 * block + 2])]) is not None:
            has_x[3 * block + place] = 1
    if (block := signs[tuple(syndrome[6:])]) is not None:
        for place in range(3) if whole else [spot]:
            has_z[3 * block + place] = 1
    if not y:
        has_x = [a and not b for a, b in zip(has_x, has_z, strict=True)]
    if over:
        has_z = [b and not a for a, b in zip(has_x, has_z, strict=True)]
    word = "".join(LETTER[int(a), int(b)] for a, b in zip(has_x, has_z, strict=True))
    return word.translate(str.maketrans("XZ", x + z))


def recover(syndrome):
    """A word that clears the syndrome."""
    return recovered(syndrome)


MIRRORED = {**WHERE, (1, 0): 2, (0, 1): 0}
NEXT = {(0, 0): None, (1, 0): 1, (1, 1): 2, (0, 1): 0}


def bit_by_bit(syndrome):
    """Flips the first qubit of a block for the first bit, and the last one for the second."""
    word = list(recovered([0] * 6 + list(syndrome[6:]), spot=1))
    for block in range(3):
        for bit, place in zip(syndrome[2 * block : 2 * block + 2], (0, 2), strict=True):
            if bit:
                word[3 * block + place] = "X"
    return "".join(word)


def without_signs(syndrome):
    return recovered([*syndrome[:6], 0, 0])


def without_bits(syndrome):
    return recovered([0] * 6 + list(syndrome[6:]))


def first_block_only(syndrome):
    return recovered([*syndrome[:2], 0, 0, 0, 0, *syndrome[6:]])


def at_most_one(syndrome):
    """Knows the 21 syndromes of single errors, and gives up on all others."""
    word = recovered(syndrome)
    pairs = [tuple(syndrome[k : k + 2]) for k in (0, 2, 4)]
    flipped = [k for k, pair in enumerate(pairs) if any(pair)]
    sign = WHERE[tuple(syndrome[6:])]
    single = len(flipped) + (sign is not None) <= 1 or flipped == [sign]
    return word if single else "I" * 9


def drawn_syndromes(rng):
    """Syndromes of single errors (a Y among them), of one X in each block and a Z, and any others."""
    words = []
    for block, letter in product(range(3), "XYZ"):
        word = ["I"] * 9
        word[3 * block + rng.randrange(3)] = letter
        words.append("".join(word))
    words += ["".join("X" if k == 3 * (k // 3) else "I" for k in range(9)), "I" * 9]
    found = [[int(bit) for bit in bits_of(word)] for word in words]
    return found + [[rng.randrange(2) for _ in range(8)] for _ in range(14)]


def corrects(syndrome):
    return Correction(CHECKS, recover(syndrome))


@function("6.2.e", rung="use", outcome=3, points=2, name="recover", inputs=drawn_syndromes, judged=corrects)
def from_syndrome():
    yield recover
    yield slip(without_signs, "leaves out the Z's").says(
        "Your function corrects the X's, but no sign. The last two bits of the syndrome tell which block has the wrong "
        "one; an odd number of Z's in this block turns it."
    )
    yield slip(without_bits, "leaves out the X's").says(
        "Your function corrects the signs. The first six bits tell, block by block, which qubit is flipped."
    )
    yield slip(lambda s: recovered(s, y=False), "writes Z over X").says(
        "Where your X and your Z fall on one qubit, your word holds only the Z. Both together are Y; or put the Z on "
        "another qubit of the block."
    )
    yield slip(lambda s: recovered(s, over=True), "writes X over Z").says(
        "Where your X and your Z fall on one qubit, your word holds only the X. Both together are Y; or put the Z on "
        "another qubit of the block."
    )
    yield slip(lambda s: recovered(s, x="Z", z="X"), "exchanges X and Z", "wrong-basis").says(
        "X and Z are exchanged: the ZZ checks find X, and X undoes it."
    )
    yield slip(lambda s: recovered(s, bits=MIRRORED), "mirrors the blocks").says(
        "Your X's fall on the other end of their blocks. The first of the two bits compares the qubits 0 and 1 of the "
        "block: 10 means that the qubit 0 of the block is flipped."
    )
    yield slip(lambda s: recovered(s, signs=MIRRORED), "mirrors the signs").says(
        "Your Z falls on block 2 where block 0 has the wrong sign, and the other way round."
    )
    yield slip(lambda s: recovered(s, bits=NEXT), "takes the next qubit").says(
        "Your X's fall on the next qubit of the block in place of the one that is flipped."
    )
    yield slip(lambda s: recovered(s)[::-1], "writes the word backwards", "qubit-order").says(
        "Your word is right if it is read from the other end: its first letter acts on qubit 0."
    )
    yield slip(bit_by_bit, "looks at each bit by itself").says(
        "Where the two bits of a block are 11, your function flips both ends. The checks are clear then, but together "
        "with the error in the middle this is XXX, a logical operator. Flip the middle qubit."
    )
    yield slip(at_most_one, "gives up on two errors").says(
        "Your function corrects single errors. If the syndrome shows more (a flip in two blocks, or a flip in one and "
        "a wrong sign in another), it gives nine I's. The parts can be corrected one by one."
    )
    yield slip(first_block_only, "looks at one block").says(
        "Your function corrects flips in block 0 and the signs. Flips in the blocks 1 and 2 are left."
    )


# --- f: a whole block turns -------------------------------------------------------------------------------------------


@number(
    "6.2.f",
    rung="think",
    outcome=4,
    rel=0.005,
    bounds=(0, pi),
    n=(3, 5, 7),
    theta=angles(0.2, 0.45, 0.002),
    where=lambda n, theta: abs(2 * atan(tan(theta) ** n) - pi) > 0.05,  # π is guessed, too
)
def rest_of_a_turn(n, theta):
    t = tan(theta / 2)
    yield 2 * atan(t**n)
    yield slip(atan(t**n), "forgets the factor 2", "half-angle").says(
        "This is half of the angle: e^{−iα Z̄/2} has cos(α/2) before I."
    )
    yield slip(2 * atan(tan(theta) ** n), "forgets the half", "double-angle").says(
        "You took θ where θ/2 stands: Rx(θ) = cos(θ/2) I − i sin(θ/2) X."
    )
    yield slip(pi, "takes the logical operator itself").says(
        "By π the stored qubit is turned if every qubit of the block is flipped for certain. Here the term with no "
        "flip is left, too."
    )
    yield slip(2 * (theta / 2) ** n, "takes θ/2 for its tangent").says(
        "You took θ/2 for its tangent. That is good for small angles only."
    )
    yield slip(4 * atan(t**n), "doubles", "double-angle").says("This is twice the angle.")
    yield slip(degrees(2 * atan(t**n)), "gives degrees", "degrees").says(
        "This is the angle in degrees; radians are asked for."
    )
    if t ** (2 * n) > 0.04:  # else the tangent is its angle, or nearly
        yield slip(t**n, "gives the ratio").says(
            "This is the ratio of the two amplitudes, the tangent of half the angle. The angle is asked for."
        )
        yield slip(2 * t**n, "takes the tangent for the angle").says(
            "You took the tangent of α/2 for α/2. That is good for small angles only."
        )
    yield slip(theta, "turns by the same angle").says(
        "By so much each qubit is turned. Which two terms of the product are left once no check shows anything?"
    )
    yield slip(n * theta, "adds the angles").says(
        f"You added the angles of the {n} qubits. Most terms of the product are ruled out by the syndrome."
    )
    yield slip(sin(theta / 2) ** (2 * n), "gives a probability").says(
        "This is the probability that all qubits of the block are flipped. An angle is asked for, and the two terms "
        "that are left interfere."
    )
    yield slip(sin(theta / 2) ** n, "gives the amplitude").says(
        "This is the size of the amplitude for flips everywhere. Compare it with the amplitude for no flip."
    )
    yield slip(2 * atan(sin(theta / 2) ** n), "forgets to normalise").says(
        f"You compared the amplitude of {n} flips with 1. Compare it with the amplitude of no flip."
    )
    yield slip(2 * atan(t**2), "counts two flips").says(
        "You took the term with two flips. The checks show it. Which terms do they not show?"
    )
    if n != 3:
        yield slip(2 * atan(t**3), "takes three qubits").says(f"This holds for a block of three. This block has {n}.")
    yield slip(2 * atan(t ** (2 * n)), "squares the ratio").says(
        "You squared the ratio of the amplitudes. The tangent is the ratio itself."
    )


# --- g: how often, for blocks of any size -----------------------------------------------------------------------------


def failing(letter, inner, outer, p):
    """The probability of a logical error of `outer` blocks with `inner` qubits each, for X only or Z only."""
    if letter == "X":
        return odd(outer, majority_wrong(inner, p))
    return majority_wrong(outer, odd(inner, p))


def leading_term(letter, inner, outer, p):
    if letter == "X":
        fewest = (inner + 1) // 2
        return outer * comb(inner, fewest) * p**fewest
    fewest = (outer + 1) // 2
    return comb(outer, fewest) * (inner * p) ** fewest


@number(
    "6.2.g",
    rung="think",
    outcome=5,
    rel=0.002,
    bounds=(0, 1),
    letter=("X", "Z"),
    inner=(3, 5, 7),
    outer=(3, 5, 7),
    p=decimals(0.03, 0.2, 0.001),
    where=lambda inner, outer: inner != outer,
)
def blocks_of_any_size(letter, inner, outer, p):
    other = {"X": "Z", "Z": "X"}[letter]
    yield failing(letter, inner, outer, p)
    yield slip(failing(other, inner, outer, p), "exchanges X and Z").says(
        f"This is the logical error if every qubit gets {other} with this probability. Asked for is {letter}."
    )
    yield slip(failing(letter, outer, inner, p), "exchanges inner and outer").says(
        f"You exchanged the two numbers: there are {outer} blocks, and each has {inner} qubits."
    )
    if letter == "X":
        yield slip(majority_wrong(inner, p), "takes one block").says(
            "This is the chance that the majority of *one* block is wrong. There are more blocks."
        )
        yield slip(1 - (1 - majority_wrong(inner, p)) ** outer, "counts any wrong block").says(
            "You counted every run with a wrong block. A wrong block is a Z̄, and two Z̄ cancel."
        )
        yield slip(majority_wrong(outer, majority_wrong(inner, p)), "takes a majority of majorities").says(
            "You let the blocks vote on wrong majorities. The outer code votes on signs; a block that is flipped as a "
            "whole is seen by no check."
        )
        yield slip(outer * majority_wrong(inner, p), "multiplies by the blocks").says(
            "You multiplied by the number of blocks. What counts is an odd number of wrong blocks."
        )
    else:
        yield slip(odd(inner, p), "takes one block").says(
            "This is the chance that *one* block has the wrong sign. The outer code votes on that."
        )
        yield slip(majority_wrong(outer, 1 - (1 - p) ** inner), "counts any Z").says(
            "You counted a block as wrong if it has any Z. Two Z's in one block cancel."
        )
        yield slip(majority_wrong(outer, majority_wrong(inner, p)), "takes a majority of majorities").says(
            "You let the majority within the block correct Z's. Its checks do not see them: an odd number changes the "
            "sign of the block."
        )
        yield slip(majority_wrong(outer, p), "takes blocks of one qubit").says(
            "You gave each block the chance of a single qubit to have a wrong sign. It has more qubits."
        )
        yield slip(majority_wrong(outer, min(inner * p, 1)), "multiplies by the qubits").says(
            "You multiplied p by the number of qubits in a block. What counts is an odd number of Z's."
        )
    yield slip(majority_wrong(inner * outer, p), "takes one long repetition code").says(
        "This is the error of one repetition code over all the qubits. Here the code has two levels."
    )
    yield slip(odd(inner * outer, p), "counts odd numbers").says(
        "This is the chance of an odd number of errors on all qubits, as if nothing were corrected."
    )
    yield slip(1 - failing(letter, inner, outer, p), "gives the success", "bit-flip").says(
        "This is the probability that the stored qubit is right. That it is wrong is asked for."
    )
    yield slip(p, "takes a bare qubit").says("This is the error of one qubit without a code.")
    hit = 1 - (1 - p) ** (inner * outer)
    if abs(hit + failing(letter, inner, outer, p) - 1) > 0.01:
        yield slip(hit, "counts any error").says(
            "So often at least one of all the qubits is hit. Many of these errors are corrected."
        )
    yield slip(failing(letter, 3, 3, p), "takes Shor's code").says(
        f"This holds for three blocks of three. Here are {outer} blocks of {inner}."
    )
    yield slip({"X": 9, "Z": 27}[letter] * p**2, "takes the page's formula").says(
        f"This is the leading term for three blocks of three. Here are {outer} blocks of {inner}, and the other terms "
        "count."
    )
    yield slip(leading_term(letter, inner, outer, p), "takes the leading term").says(
        "This is the leading term alone. At this p the other terms count."
    )


# --- h: in the laboratory ---------------------------------------------------------------------------------------------


def both_states(stored, q):
    """The logical error of the stored state and of the other one."""
    zero, plus = majority_wrong(3, odd(3, q)), odd(3, majority_wrong(3, q))
    return (zero, plus) if stored == "0" else (plus, zero)


def seen(stored, hidden):
    """Whether what a bare qubit does is no answer by chance."""
    truth, _ = both_states(stored, 2 * hidden / 3)
    return min(abs(truth - hidden), abs(truth - 2 * hidden / 3)) > 0.015


@measure(
    "6.2.h",
    rung="use",
    outcome=5,
    points=3,
    bounds=(0, 1),
    within=0.0025,
    stored=("0", "+"),
    hidden=decimals(0.09, 0.2, 0.001),
    where=seen,
)
def depolarised_memory(stored, hidden):
    q = 2 * hidden / 3  # X or Y; Z or Y
    truth, other = both_states(stored, q)
    spread, shots = sqrt(truth * (1 - truth)), 30_000
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    turned = {"0": "+", "+": "0"}[stored]
    bare = all(abs(q - value) > 0.026 for value in (truth, other, odd(3, q)))
    yield slip((other, error, shots), "takes the other state").says(
        f"Near this value lies the error of a stored |{turned}⟩. Yours is |{stored}⟩: another kind of error changes it."
        if abs(q - other) > 0.026
        else f"Near this value lie the error of a stored |{turned}⟩ and that of a single qubit without a code. Here "
        f"|{stored}⟩ is stored, in the code."
    )
    yield slip((odd(3, q), error, shots), "corrects nothing").says(
        "This comes out if nothing is corrected after decoding: the other eight qubits tell which corrections to make."
    )
    if bare:
        yield slip((q, error, shots), "takes a bare qubit").says(
            "So often a single qubit without a code comes out as the other state."
        )
    yield slip((1 - truth, error, shots), "gives the success").says(
        "This is the part of the runs that end right. The wrong part is asked for."
    )
    yield slip((1 - (1 - hidden) ** 9, error, shots), "counts any error").says(
        "So often at least one of the nine qubits is hit. Many of these errors are corrected."
    )


# --- i: levels --------------------------------------------------------------------------------------------------------


def level(x, z):
    """The logical rates (X̄, Z̄) of Shor's code for the rates (X, Z) of its qubits."""
    return majority_wrong(3, odd(3, z)), odd(3, majority_wrong(3, x))


def counted(x, z, target, step=level, good=max, limit=80):
    for levels in range(limit):
        if good(x, z) <= target:
            return levels
        x, z = step(x, z)
    return -1


def levels_needed(x, z, target):
    """The fewest levels after which both rates are at most the target; −1 if there is no such number."""
    return counted(x, z, target)


def same_letters(x, z, target):
    """Takes X̄ for what X errors make."""
    return counted(x, z, target, step=lambda x, z: (odd(3, majority_wrong(3, x)), majority_wrong(3, odd(3, z))))


def exchanged_letters(x, z, target):
    """Takes the blocks as votes against Z, and the signs as votes against X."""
    return counted(x, z, target, step=lambda x, z: (odd(3, majority_wrong(3, z)), majority_wrong(3, odd(3, x))))


def any_number(x, z, target):
    """Takes any Z in a block for a wrong sign, and any lost majority for a wrong qubit."""

    def step(x, z):
        return majority_wrong(3, 1 - (1 - z) ** 3), 1 - (1 - majority_wrong(3, x)) ** 3

    return counted(x, z, target, step=step)


def one_rate(x, z, target):
    return counted(x, z, target, good=lambda x, z: x)


def other_rate(x, z, target):
    return counted(x, z, target, good=lambda x, z: z)


def either_rate(x, z, target):
    return counted(x, z, target, good=min)


def one_more(x, z, target):
    return counted(x, z, target) + 1 if counted(x, z, target) >= 0 else -1


def at_least_one(x, z, target):
    return counted(x, z, target) or 1


def impatient(x, z, target):
    """Gives up as soon as a level does not make the larger rate smaller."""
    levels, size = 0, max(x, z)
    while size > target:
        x, z = level(x, z)
        if max(x, z) >= size:
            return -1
        levels, size = levels + 1, max(x, z)
    return levels


def in_a_hurry(x, z, target):
    """Gives up above the limits before it looks whether the bare rates will do."""
    return -1 if x > LIMITS[0] or z > LIMITS[1] else levels_needed(x, z, target)


def strict(x, z, target):
    """Wants both rates below the target."""
    return counted(x, z, target, good=lambda x, z: max(x, z) * (1 + 1e-12))


def total_rate(x, z, target):
    return counted(x, z, target, good=lambda x, z: x + z - x * z)


def leading_terms(x, z, target):
    """Takes 27z² and 9x²."""
    return counted(x, z, target, step=lambda x, z: (min(27 * z * z, 0.5), min(9 * x * x, 0.5)), limit=40)


WRONG = (any_number, same_letters, exchanged_letters, one_rate, other_rate, either_rate, one_more, at_least_one,
         impatient, total_rate, leading_terms)  # fmt: skip
LIMITS = 0.09672832077098653, 0.07471235712657412  # of x and of z: the fixed points of two levels


def drawn_rates(rng):
    """Rates on which each of the mistakes shows; nothing within 2 % of an edge."""
    found, left, hopeless = [], set(WRONG), 0
    while left or len(found) < 16 or hopeless < 3:
        x, z = (round(10 ** rng.uniform(-3.2, -0.8), 5) for _ in range(2))
        target = 10.0 ** -rng.choice([2, 3, 4, 6, 9, 12])
        if any(abs(rate / limit - 1) < 0.02 for rate, limit in zip((x, z), LIMITS, strict=True)):
            continue
        if {levels_needed(x, z, target * factor) for factor in (0.98, 1, 1.02)} != {levels_needed(x, z, target)}:
            continue
        shows = {one for one in WRONG if one(x, z, target) != levels_needed(x, z, target)}
        never = levels_needed(x, z, target) == -1
        if shows & left or (never and hopeless < 3) or (not left and len(found) < 16):
            found.append((x, z, target))
            left -= shows
            hopeless += never
    hopeless, limit = (round(rng.uniform(0.12, 0.16), 4) for _ in "xz"), round(rng.uniform(0.002, 0.009), 5)
    return [*found, (*hopeless, 0.3), (limit, limit / 2, limit), (limit / 2, limit, limit)]  # good enough bare


def number_of_levels(x, z, target):
    return Number(levels_needed(x, z, target))


@function(
    "6.2.i", kind="stretch", outcome=5, points=3, name="levels_needed", inputs=drawn_rates, judged=number_of_levels
)
def how_many_levels():
    yield levels_needed
    yield slip(same_letters, "keeps the letters").says(
        "In your function X errors of the qubits make X̄ of the next level. An X on a whole block of the code is a Z̄: "
        "the letters change their places at each level."
    )
    yield slip(exchanged_letters, "exchanges the formulas").says(
        "Your function gives Z errors to the majority within the blocks, and X errors to the vote between them. It is "
        "the other way round."
    )
    yield slip(any_number, "counts any wrong part").says(
        "Your function counts any Z in a block, and any wrong block, as an error. Two of them cancel: only an odd "
        "number counts."
    )
    yield slip(one_rate, "looks at X only").says("Your function stops as soon as X̄ is rare enough. Z̄ has to be, too.")
    yield slip(other_rate, "looks at Z only").says("Your function stops as soon as Z̄ is rare enough. X̄ has to be, too.")
    yield slip(either_rate, "takes the smaller rate").says(
        "Your function stops when one of the two rates is small enough. Both have to be."
    )
    yield slip(one_more, "counts from one").says(
        "Your numbers are one too large: without a code the number of levels is 0."
    )
    yield slip(at_least_one, "always encodes").says(
        "Where the bare rates are good enough already, no level is needed: 0."
    )
    yield slip(impatient, "gives up early").says(
        "Your function gives up when a level makes the larger rate worse. The next level may make it better again: X "
        "and Z change their places."
    )
    yield slip(in_a_hurry, "looks at the limits first").says(
        "Your function gives up above certain rates. Where they are at most the target already, the answer is 0."
    )
    yield slip(strict, "wants less").says(
        "Your function goes on where a rate is just the target. At most the target is asked for: equal is good enough."
    )
    yield slip(total_rate, "takes any error").says(
        "Your function compares the chance of any logical error with the target. Each of the two rates is compared by "
        "itself here."
    )
    yield slip(leading_terms, "takes leading terms").says(
        "Your function takes 27z² and 9x². At these rates the other terms count: take the whole formulas."
    )
