"""What right means in lesson 5.8, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from itertools import product
from math import log, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    decimals,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Data, Estimator, Isometry, Property, State
from qtrain.checking.rules import GateSet, NoInitialize, NoSynthesis
from qtrain.checking.schema import List, OneOf, Real
from qtrain.circuits import Circuit, apply_gate, gates_of, run

# --- a: what the accepted shots cost ----------------------------------------------------------------------------------


@number(
    "5.8.a",
    rung="warm-up",
    outcome=1,
    rel=0.01,
    accepted=decimals(0.3, 0.8, 0.01),
    mean=one_of([-0.8, -0.7, -0.6, -0.5, 0.5, 0.6, 0.7, 0.8]),
    error=one_of([0.004, 0.005, 0.008, 0.01, 0.02]),
)
def shots_to_run(accepted, mean, error):
    kept = (1 - mean**2) / error**2
    yield kept / accepted
    yield slip(kept, "counts accepted shots only").says(
        "So many shots have to be *accepted*. The experiment has to run more: a part of its shots is thrown away."
    )
    yield slip(kept * accepted, "multiplies by the acceptance").says(
        "You multiplied by the accepted part. More shots are needed than without the check, not fewer."
    )
    yield slip(kept / accepted**2, "divides twice").says(
        "You divided by the square of the accepted part. The accepted shots are this part of all: divide once."
    )
    yield slip(kept / sqrt(accepted), "takes the root of the acceptance").says(
        "The error bar grows with one over the *root* of the accepted part; the shots grow with its inverse."
    )
    yield slip(1 / error**2 / accepted, "takes a spread of 1").says(
        "You let each accepted shot scatter by 1. For results ±1 with the mean m the variance is 1 − m²."
    )
    yield slip(kept / (1 - accepted), "divides by what is thrown away").says(
        "You divided by the part that is thrown away. The accepted part counts."
    )
    yield slip(kept / 4 / accepted, "takes the scatter of 0 and 1").says(
        "Your shots count as 0 and 1. Results ±1 scatter twice as much: their variance is 1 − m²."
    )
    for shots, told in ((kept * error / accepted, "forgets a square"), (sqrt(kept) / accepted, "forgets all squares")):
        yield slip(shots, told).says(
            "Square both sides of the formula and solve it for N: the error bar then enters with its square."
        )


# --- b: a mean of accepted shots --------------------------------------------------------------------------------------


def accepted_mean(counts, k, parity):
    """The mean of Z on qubit k over the shots of this parity, its error bar, and the accepted part."""
    kept = {bits: n for bits, n in counts.items() if bits.count("1") % 2 == parity}
    shots = sum(kept.values())
    mean = sum(n * (-1) ** int(bits[k]) for bits, n in kept.items()) / shots
    return [mean, sqrt((1 - mean**2) / shots), shots / sum(counts.values())]


def drawn_counts(rng):
    """Counts of three to five qubits, most of one parity; not all strings occur, and no mean is ±1 or 0."""
    found = []
    while len(found) < 8:
        n, parity = rng.randint(3, 5), rng.randint(0, 1)
        counts = {}
        for place in range(2**n):
            bits = format(place, f"0{n}b")
            if rng.random() < 0.75:
                counts[bits] = rng.randint(40, 400) if bits.count("1") % 2 == parity else rng.randint(1, 120)
        k = rng.randrange(n)
        kept = [bits for bits in counts if bits.count("1") % 2 == parity]
        if len({bits[k] for bits in kept}) == 2 and len({bits.count("1") % 2 for bits in counts}) == 2:
            mean = accepted_mean(counts, k, parity)[0]
            if 0.05 < abs(mean) < 0.95:
                found.append((dict(rng.sample(sorted(counts.items()), len(counts))), k, parity))
    return found


def as_three(counts, k, parity):
    return Data(accepted_mean(counts, k, parity), schema=List(Real(), 3), within=1e-6)


def of_all(counts, k, parity):
    """Divided by all the shots."""
    mean, _, part = accepted_mean(counts, k, parity)
    shots = sum(counts.values())
    return [mean * part, sqrt((1 - (mean * part) ** 2) / shots), part]


def with_error(new):
    """The right mean and part, with another error bar: made from the mean and the number of accepted shots."""

    def three(counts, k, parity):
        mean, _, part = accepted_mean(counts, k, parity)
        return [mean, new(mean, sum(n for bits, n in counts.items() if bits.count("1") % 2 == parity)), part]

    return three


def with_all_shots(counts, k, parity):
    mean, _, part = accepted_mean(counts, k, parity)
    return [mean, sqrt((1 - mean**2) / sum(counts.values())), part]


@function("5.8.b", outcome=(1, 5), points=2, name="accepted_mean", inputs=drawn_counts, judged=as_three)
def means_of_accepted():
    yield accepted_mean
    yield slip(of_all, "divides by all shots").says(
        "Your mean is divided by *all* shots. Then a rejected shot counts like a result 0. Divide by the accepted ones."
    )
    yield slip(with_all_shots, "takes the error bar of all shots").says(
        "Mean and accepted part are right. Your error bar is that of all the shots: only the accepted ones tell you "
        "something about the mean."
    )
    yield slip(lambda counts, k, parity: accepted_mean(counts, k, 1 - parity), "keeps the rejected shots").says(
        "These numbers belong to the shots of the other parity, those that should be thrown away."
    )
    yield slip(
        lambda counts, k, parity: accepted_mean({bits[::-1]: n for bits, n in counts.items()}, k, parity),
        "counts the qubits from the other end",
        "qubit-order",
    ).says("The mean is that of another qubit: the first character of a key is qubit 0.")
    yield slip(
        lambda counts, k, parity: [-accepted_mean(counts, k, parity)[0], *accepted_mean(counts, k, parity)[1:]],
        "takes 1 for +1",
    ).says("Your means have the wrong sign: Z is +1 for the bit 0 and −1 for the bit 1.")
    yield slip(
        lambda counts, k, parity: [
            (1 - accepted_mean(counts, k, parity)[0]) / 2,
            accepted_mean(counts, k, parity)[1] / 2,
            accepted_mean(counts, k, parity)[2],
        ],
        "gives the probability of 1",
    ).says("Your first number is the part of ones. The mean of Z is asked for, between −1 and 1, with its error bar.")
    yield slip(
        lambda counts, k, parity: [
            *accepted_mean(counts, k, parity)[:2],
            1 - accepted_mean(counts, k, parity)[2],
        ],
        "gives the rejected part",
    ).says("The third number is the rejected part of the shots. The accepted part is asked for.")
    yield slip(with_error(lambda mean, shots: sqrt(1 - mean**2) / shots), "forgets the root of the shots").says(
        "Your error bar is divided by the number of accepted shots. It is divided by the root of this number."
    )
    yield slip(with_error(lambda mean, shots: (1 - mean**2) / shots), "gives the variance").says(
        "Mean and accepted part are right. The second number is the variance of the mean; its root is the error bar."
    )
    yield slip(with_error(lambda mean, shots: sqrt((1 - mean**2) / shots) / 2), "takes the scatter of 0 and 1").says(
        "Mean and accepted part are right. Your error bar is that of a probability: for results ±1 it is twice as "
        "large."
    )
    yield slip(with_error(lambda mean, shots: sqrt(1 / shots)), "takes a spread of 1").says(
        "Mean and accepted part are right. Your error bar lets each shot scatter by 1: the variance is 1 − m²."
    )
    yield slip(with_error(lambda mean, shots: sqrt((1 - mean**2) / (shots - 1))), "divides by one shot fewer").says(
        "Mean and accepted part are right. Your error bar has n − 1 where the formula of the text has n."
    )
    yield slip(lambda counts, k, parity: accepted_mean(counts, k, 0), "always keeps the even ones").says(
        "Your function keeps the even strings whatever `parity` is. With `parity` 1 it has to keep the odd ones."
    )
    yield slip(lambda counts, k, parity: accepted_mean(counts, k, 1), "always keeps the odd ones").says(
        "Your function keeps the odd strings whatever `parity` is. With `parity` 0 it has to keep the even ones."
    )
    yield slip(
        lambda counts, k, parity: [
            *accepted_mean(counts, k, parity)[:2],
            sum(n for bits, n in counts.items() if bits.count("1") % 2 == parity),
        ],
        "gives a number of shots",
    ).says("The third number is how many shots were accepted. Which part of all shots is this?")


# --- c: what a parity does not see ------------------------------------------------------------------------------------


@choice("5.8.c", rung="warm-up", outcome=5)
def unseen():
    yield right("A Z on one qubit: it commutes with the parity, and may still change the result.").says(
        "Right: an error is noticed if it anticommutes with what is checked. A later gate can turn this Z into a wrong "
        "bit."
    )
    yield slip("An X on one qubit: a single error is too small to be seen.", "takes size for what counts").says(
        "One X flips one bit, and with it the parity. That is just what is noticed."
    )
    yield slip("A Y on one qubit: its phase hides the flip.", "lets the phase hide a flip").says(
        "Y flips the bit as X does, so the parity changes. The phase beside it hides nothing."
    )
    yield slip("A wrong reading of one qubit at the end: no gate has failed.", "thinks of gates only").says(
        "A bit read wrongly changes the parity of the string. The check removes many readout errors, too."
    )
    yield slip("Three X on three different qubits: more than one error is never seen.", "counts errors").says(
        "Three flips change the parity, as one does. It is an even number of flips that passes."
    )


# --- d: encoded states ------------------------------------------------------------------------------------------------

ENCODER = "cx 1 0; cx 2 0; h 3; cx 3 0; cx 3 1; cx 3 2"


def encoded(alpha, beta):
    return circuit(f"ry(a) 1; ry(b) 2; {ENCODER}", a=alpha, b=beta)


@build(
    "5.8.d",
    rung="warm-up",
    outcome=2,
    takes="circuit",
    rules=[NoSynthesis(), NoInitialize()],
    alpha=angles(0.1, 0.45),
    beta=angles(0.55, 0.9),
)
def encoded_pair(alpha, beta):
    yield State(run(encoded(alpha, beta)))
    yield slip(encoded(beta, alpha), "exchanges the logical qubits").says(
        "This is the state with both logical qubits exchanged. Logical qubit 1 enters on qubit 1, logical qubit 2 on "
        "qubit 2."
    )
    yield slip(encoded(2 * alpha, 2 * beta), "doubles the angles", "double-angle").says(
        "Your angles are twice too large: Ry(α)|0⟩ has the amplitude cos(α/2) for 0 already."
    )
    yield slip(encoded(alpha / 2, beta / 2), "halves the angles", "double-angle").says(
        "Your angles are half of what they should be: the half in cos(α/2) is made by Ry(α) itself."
    )
    yield slip(circuit("ry(a) 1; ry(b) 2", a=alpha, b=beta, qubits=4), "does not encode").says(
        "The two qubits carry the right states, but nothing is encoded yet."
    )
    yield slip(
        circuit("ry(a) 1; ry(b) 2; cx 1 0; cx 2 0", a=alpha, b=beta, qubits=4), "leaves out the second half"
    ).says("ZZZZ is +1 for your state, but XXXX is not: each codeword is a sum of a string and its complement.")
    yield slip(circuit(f"{ENCODER}; ry(a) 1; ry(b) 2", a=alpha, b=beta), "turns after encoding").says(
        "You turned qubits 1 and 2 after the encoding. That leaves the code space; turn them before."
    )
    yield slip(circuit(f"ry(a) 0; ry(b) 1; {ENCODER}", a=alpha, b=beta), "puts them on qubits 0 and 1").says(
        "Your two states enter on qubits 0 and 1. The encoder of the text takes them on qubits 1 and 2."
    )


# --- e: one ancilla reads a word --------------------------------------------------------------------------------------

WORDS = ["".join(letters) for letters in product("IXYZ", repeat=4)]
#: With an odd number of Y's the sign of Y matters, and no word of four letters reads the same backwards.
ASKED = [
    word
    for word in WORDS
    if word.count("I") <= 1 and word.count("Y") % 2 and {"X", "Z"} <= set(word) and word != word[::-1]
]


def reads(word, *, first="h 4", last="h 4"):
    """An ancilla that reads a Pauli word into qubit 4."""
    steps = [f"c{letter.lower()} 4 {k}" for k, letter in enumerate(word) if letter != "I"]
    return circuit("; ".join([first, *steps, last]).strip("; "), qubits=5)


def by_turning(word, *, y="sdg {0}; h {0}", undo_y="h {0}; s {0}", undo=True):
    """The same with each qubit turned to Z, CNOTs into the ancilla, and turned back."""
    turn, back = {"X": "h {0}", "Y": y, "Z": ""}, {"X": "h {0}", "Y": undo_y, "Z": ""}
    on = [(letter, k) for k, letter in enumerate(word) if letter != "I"]
    steps = [turn[letter].format(k) for letter, k in on] + [f"cx {k} 4" for _, k in on]
    steps += [back[letter].format(k) for letter, k in on if undo]
    return circuit("; ".join(step for step in steps if step), qubits=5)


def applied(word):
    return circuit("; ".join(f"{letter.lower()} {k}" for k, letter in enumerate(word) if letter != "I"), qubits=5)


@build("5.8.e", outcome=2, points=2, takes="circuit", rules=[NoSynthesis()], word=one_of(ASKED))
def one_check(word):
    columns = np.kron(np.eye(16), [[1], [0]])
    for gate in gates_of(reads(word)):
        columns = apply_gate(columns.astype(complex), gate, 5)
    yield Isometry(columns, inputs=[0, 1, 2, 3])
    yield slip(by_turning(word, undo=False), "does not turn back").says(
        "The ancilla gets the right value, but the four qubits end up turned. Undo the turns after the CNOTs."
    )
    yield slip(by_turning(word, y="s {0}; h {0}", undo_y="h {0}; sdg {0}"), "turns Y the other way").says(
        "The ancilla is 1 where it should be 0, and 0 where it should be 1. If you turn Y to Z, look at the sign: "
        "S† and then H turns Y to Z, S and then H turns it to −Z."
    )
    yield slip(reads(word.translate(str.maketrans("YZ", "XX"))), "takes CNOTs for all letters").says(
        "This reads a word with X in place of every Y and Z. Each letter needs its own controlled gate."
    )
    yield slip(reads(word, last=""), "leaves out the last H").says(
        "Without an H at the end the ancilla is 0 or 1 by half in every case: its phase is not turned into a bit."
    )
    yield slip(reads(word, first="", last=""), "leaves out both H").says(
        "Your ancilla starts in |0⟩ and is the control of every gate: so none of them does anything."
    )
    yield slip(reads(word[::-1]), "reads the word backwards", "qubit-order").says(
        "This reads the word from the other end: the first letter acts on qubit 0."
    )
    yield slip(reads(word.replace("Y", "Z")), "takes Z for Y").says(
        "This reads a word with Z in place of Y. The two differ by a turn about z, S."
    )
    yield slip(by_turning(word.translate(str.maketrans("XY", "ZZ"))), "adds up bits").says(
        "This reads a word with Z in place of every X and Y: without a turn a CNOT into the ancilla adds up bits."
    )
    yield slip(reads(word.replace("Y", "X")), "takes X for Y").says(
        "This reads a word with X in place of Y. The two differ by a turn about z, S."
    )
    yield slip(reads(word.replace("Y", "I")), "leaves out Y").says("This reads the word without its Y.")
    yield slip(applied(word), "applies the word").says(
        "You apply the word to the data. The ancilla should tell its value, and a state that has one should stay."
    )


# --- f: the fate of an error ------------------------------------------------------------------------------------------

FATES = ("detected", "harmless", "wrong")
STABILIZERS = ("IIII", "XXXX", "YYYY", "ZZZZ")


def differ(one, other):
    """On how many qubits two words have different letters that are both not I."""
    return sum(a != b and "I" not in (a, b) for a, b in zip(one, other, strict=True))


def detected(word, checks=("XXXX", "ZZZZ")):
    return any(differ(word, check) % 2 for check in checks)


def fate(word):
    return "detected" if detected(word) else "harmless" if word in STABILIZERS else "wrong"


def drawn_words(rng):
    """Errors of each kind: the stabilizers, like pairs, unlike pairs, and heavier ones."""
    found = [*STABILIZERS, rng.choice(["XIII", "IIXI"]), rng.choice(["IZII", "IIIZ"]), rng.choice(["YIII", "IYII"])]
    found += rng.sample([w for w in WORDS if w.count("I") == 2 and fate(w) == "wrong"], 5)
    found += rng.sample([w for w in WORDS if w.count("I") == 2 and fate(w) == "detected"], 4)
    for kind, ones in (("wrong", 1), ("detected", 1), ("wrong", 0), ("detected", 0)):
        found += rng.sample([w for w in WORDS if w.count("I") == ones and fate(w) == kind], 3)
    return rng.sample(found, len(found))


def as_fate(word):
    return Data(fate(word), schema=OneOf(*FATES))


def by_checks(*checks):
    def told(word):
        return "detected" if detected(word, checks) else "harmless" if word in STABILIZERS else "wrong"

    return told


@function("5.8.f", outcome=3, points=2, name="fate", inputs=drawn_words, judged=as_fate)
def fates():
    yield fate
    yield slip(
        lambda word: "detected" if detected(word) else "harmless" if word == "IIII" else "wrong",
        "forgets the stabilizers",
    ).says(
        "Your function calls XXXX, YYYY or ZZZZ wrong. They are stabilizers (YYYY is the product of the other two): "
        "the encoded state stays the same."
    )
    yield slip(
        lambda word: "detected" if detected(word) else "harmless" if word in ("IIII", "XXXX", "ZZZZ") else "wrong",
        "forgets YYYY",
    ).says("One error is called wrong that does nothing: the product of two stabilizers is a stabilizer, too.")
    yield slip(lambda word: "detected" if detected(word) else "harmless", "takes unnoticed for harmless").says(
        "Your function calls every unnoticed error harmless. Most of them change the encoded state."
    )
    yield slip(lambda word: "detected" if detected(word) else "wrong", "takes unnoticed for wrong").says(
        "Your function calls every unnoticed error wrong. Four words do nothing to the encoded state."
    )
    yield slip(
        lambda word: "harmless" if set(word) == {"I", "Z"} and fate(word) == "wrong" else fate(word),
        "takes a phase for harmless",
    ).says("Your function calls pairs of Z's harmless. They flip no bit, but change the phase between encoded states.")
    yield slip(by_checks("ZZZZ"), "looks at ZZZZ only").says(
        "Your function misses errors made of Z's: XXXX notices them."
    )
    yield slip(by_checks("XXXX"), "looks at XXXX only").says(
        "Your function misses errors made of X's: ZZZZ notices them."
    )
    yield slip(
        lambda word: "detected" if word.count("I") == 3 else "harmless" if word in STABILIZERS else "wrong",
        "detects one error at most",
    ).says("Your function calls every error on two or more qubits unnoticed. Many of them are noticed.")
    yield slip(
        lambda word: "harmless" if word == "IIII" else "detected" if (4 - word.count("I")) % 2 else "wrong",
        "counts the letters",
    ).says("Your function looks at how many qubits are hit. It matters with which letters.")
    yield slip(
        lambda word: (
            "detected"
            if detected(word, ("XXXX",)) and detected(word, ("ZZZZ",))
            else "harmless"
            if word in STABILIZERS
            else "wrong"
        ),
        "wants both checks to turn",
    ).says("Your function calls an error detected only if both checks turn to −1. One of them is enough.")


# --- g: a slope with its error ----------------------------------------------------------------------------------------


def drawn_rates(random):
    """Wrong and accepted shots at five error rates, from a power law with a drawn exponent."""
    rng = np.random.default_rng(random.getrandbits(32))
    exponent, factor = random.uniform(0.9, 2.2), random.uniform(1.5, 1.7)
    rates_of = random.uniform(0.004, 0.008) * factor ** np.arange(5)
    accepted = rng.integers(200_000, 400_000, 5)
    chance = random.uniform(0.06, 0.1) * (rates_of / rates_of[-1]) ** exponent
    wrong = rng.binomial(accepted, chance)
    data = rates_of.round(6).tolist(), accepted.tolist(), wrong.tolist()
    return data, exponent, weighted(np.log(rates_of), accepted * chance / (1 - chance))[1]


def weighted(x, w, y=None):
    """Slope of a weighted fit and its error."""
    middle = (w * x).sum() / w.sum()
    square = (w * (x - middle) ** 2).sum()
    return 0.0 if y is None else (w * (x - middle) * y).sum() / square, 1 / sqrt(square)


def slope(rates, accepted, wrong):
    q = np.array(wrong) / np.array(accepted)
    return weighted(np.log(rates), np.array(wrong) / (1 - q), np.log(q))


def slope_unweighted(rates, accepted, wrong):
    x, y = np.log(rates), np.log(np.array(wrong) / np.array(accepted))
    c = (x - x.mean()) / ((x - x.mean()) ** 2).sum()
    return float(c @ y), float(np.sqrt((c**2 / np.array(wrong)).sum()))


def slope_of_counts(rates, accepted, wrong):
    return weighted(np.log(rates), np.array(wrong, float), np.log(wrong))


def slope_absolute(rates, accepted, wrong):
    q = np.array(wrong) / np.array(accepted)
    return weighted(np.log(rates), np.array(accepted) / (q * (1 - q)), np.log(q))


def slope_from_ends(rates, accepted, wrong):
    q = np.array(wrong) / np.array(accepted)
    run_of = log(rates[-1] / rates[0])
    return log(q[-1] / q[0]) / run_of, sqrt(1 / wrong[0] + 1 / wrong[-1]) / run_of


def slope_by_scatter(rates, accepted, wrong):
    """Every point counts the same, and the error comes from how far the points lie off the line."""
    x, y = np.log(rates), np.log(np.array(wrong) / np.array(accepted))
    square = ((x - x.mean()) ** 2).sum()
    k = ((x - x.mean()) * y).sum() / square
    off = y - y.mean() - k * (x - x.mean())
    return float(k), float(np.sqrt((off**2).sum() / (len(x) - 2) / square))


def slope_with_squares(rates, accepted, wrong):
    """What `np.polyfit` makes of 1/σ² in place of 1/σ."""
    line, covariance = np.polyfit(
        np.log(rates), np.log(np.array(wrong) / np.array(accepted)), 1, w=np.array(wrong, float), cov="unscaled"
    )
    return float(line[0]), float(np.sqrt(covariance[0, 0]))


def height_of_line(rates, accepted, wrong):
    """The other number of the fit, ln c."""
    line, covariance = np.polyfit(
        np.log(rates), np.log(np.array(wrong) / np.array(accepted)), 1, w=np.sqrt(wrong), cov="unscaled"
    )
    return float(line[1]), float(np.sqrt(covariance[1, 1]))


def slope_straight(rates, accepted, wrong):
    q = np.array(wrong) / np.array(accepted)
    return weighted(np.array(rates), np.array(accepted) / (q * (1 - q)), q)


@function("5.8.g", rung="think", outcome=4, points=3)
def slope_with_error():
    yield Estimator(drawn_rates, runs=120)
    yield slip(slope_absolute, "takes errors of q for errors of log q").says(
        "Your error bars are those of q itself. The logarithm has δq/q: divide by q before you square."
    )
    yield slip(slope_straight, "fits without logarithms").says(
        "You fitted q against p. The exponent is the slope of log q against log p."
    )
    yield (
        slip(slope_unweighted, "gives every point the same weight")
        .says(
            "Your error bar is honest, but wider than it needs to be: a point with few wrong shots counts as one "
            "with many does. Weight each point with one over its variance."
        )
        .worth(0.5)
    )
    yield (
        slip(slope_from_ends, "takes the two ends")
        .says("You used the first and the last point only. The points between them tell something, too.")
        .worth(0.5)
    )
    yield (
        slip(slope_by_scatter, "takes the error from the scatter")
        .says(
            "Each point counts the same in your fit, and your error bar comes from how far they lie off the line. "
            "The counts tell it better: δ(ln q) of each point is known."
        )
        .worth(0.25)
    )
    yield slip(slope_with_squares, "gives polyfit the squares").says(
        "Your points weigh with 1/σ⁴. In the sums the weight is 1/σ²; `np.polyfit` squares what it is given, so it "
        "takes 1/σ."
    )
    yield slip(height_of_line, "gives ln c").says(
        "This is ln c, where the line meets ln p = 0. Its slope is asked for."
    )


# --- h: in the laboratory ---------------------------------------------------------------------------------------------


def total(hidden, steps):
    """The chance of a Pauli error of one qubit after some steps of depolarising noise (Cirq's p)."""
    return 0.75 * (1 - (1 - 4 * hidden / 3) ** steps)


@cache
def table():
    """For each word: its number of letters, whether each check notices it, and whether it changes encoded bits."""
    flips = [[k for k, letter in enumerate(word) if letter in "XY"] for word in WORDS]
    heavy = np.array([4 - word.count("I") for word in WORDS])
    by_z = np.array([differ(word, "ZZZZ") % 2 for word in WORDS], bool)
    by_x = np.array([differ(word, "XXXX") % 2 for word in WORDS], bool)
    # What the decoder (the encoder backwards) makes of flips: qubit 3 is added to qubits 1 and 2.
    bits = np.array([((1 in f) ^ (3 in f)) or ((2 in f) ^ (3 in f)) for f in flips], bool)
    return heavy, by_z, by_x, bits


def rates(p):
    """The part accepted, and the wrong part: of accepted shots, of all, with one check only, of a bare pair."""
    heavy, by_z, by_x, bits = table()
    weight = (p / 3) ** heavy * (1 - p) ** (4 - heavy)
    fine = ~(by_z | by_x)
    flip = 2 * p / 3
    return {
        "accepted": float(weight[fine].sum()),
        "wrong": float(weight[fine & bits].sum() / weight[fine].sum()),
        "all": float(weight[bits].sum()),
        "only ZZZZ": float(weight[~by_z & bits].sum() / weight[~by_z].sum()),
        "only XXXX": float(weight[~by_x & bits].sum() / weight[~by_x].sum()),
        "bare": 1 - (1 - flip) ** 2,
    }


@measure(
    "5.8.h",
    rung="think",
    outcome=(4, 5),
    points=3,
    bounds=(0, 1),
    within=0.002,
    slack=0.15,
    steps=whole(3, 9),
    hidden=decimals(0.01, 0.08, 0.001),
    where=lambda steps, hidden: 0.16 <= total(hidden, steps) <= 0.22,
)
def accepted_and_wrong(steps, hidden):
    found = rates(total(hidden, steps))
    part, truth, shots = found["accepted"], found["wrong"], 65_000
    spread = sqrt(truth * (1 - truth) / part)
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((part * truth, error * part, shots), "divides by all shots").says(
        "Your value is a part of *all* shots. Asked for is the wrong part of the accepted ones."
    )
    yield slip((found["all"], error, shots), "does not post-select").says(
        "This is the wrong part without any post-selection. Leave out the shots in which a check says 1."
    )
    yield slip((found["only ZZZZ"], error, shots), "looks at one check only").says(
        "This comes out if only the check ZZZZ (qubit 0) is looked at. Qubit 3 has to be 0, too."
    )
    for value, told in ((found["only XXXX"], "looks at the other check only"), (found["bare"], "takes the bare pair")):
        yield slip((value, error, shots), told).says(  # the check XXXX sees no flips, so both are near each other
            "So many come out wrong without a code, or if only the check XXXX (qubit 3) is looked at, which sees no "
            "flips. Encode, decode, and ask for 0 on both qubits 0 and 3."
        )
    yield slip((rates(hidden)["wrong"], error, shots), "waits one step").says(
        "This comes out after one step of noise. The memory waits for all the steps before it is decoded."
    )
    yield slip((1 - truth, error, shots), "gives the right part").says(
        "This is the part of the accepted shots that is *right*. Asked for is the wrong part."
    )
    yield slip((1 - part, error, shots), "gives the rejected part").says(  # near ½ it may be the accepted one
        "This is how many of the shots fail the checks, or pass them. Asked for is the wrong part of the accepted ones."
    )
    yield slip((1 - part * (1 - truth), error, shots), "counts rejected shots as wrong").says(
        "You counted the rejected shots as wrong. They are left out: they are neither right nor wrong."
    )
    yield slip((truth, error * sqrt(part), shots), "takes the error bar of all shots").says(
        "Your error bar is that of as many *accepted* shots as your number of shots. Take the error bar from the "
        "accepted shots, and hand in the number of *all* that you ran."
    )


# --- i: no single fault may fool the checks ---------------------------------------------------------------------------

PAULI = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
GHZ = np.zeros(16)
GHZ[[0, 15]] = sqrt(0.5)


def code_projector():
    """Onto the states in which both checks say fine."""
    checks = [np.array([[1.0]]), np.array([[1.0]])]
    for _ in range(4):
        checks = [np.kron(check, PAULI[letter]) for check, letter in zip(checks, "XZ", strict=True)]
    return (np.eye(16) + checks[0]) @ (np.eye(16) + checks[1]) / 4


def hit(state, qubits, letters):
    """The state after an error on these qubits."""
    tensor = np.reshape(state, (2,) * 5)
    for qubit, letter in zip(qubits, letters, strict=True):
        tensor = np.moveaxis(np.tensordot(PAULI[letter], tensor, (1, qubit)), 0, qubit)
    return tensor.reshape(32)


def fooled(gates):
    """The lightest fault that passes all checks and leaves a wrong state, as (letters, gate, qubits); or None."""
    states = [np.eye(32)[0].astype(complex)]
    for gate in gates:
        states.append(apply_gate(states[-1].reshape(32, 1).copy(), gate, 5).reshape(32))
    rest = np.eye(32, dtype=complex)  # from behind the gate to the end
    projector, found = code_projector(), []
    for place in reversed(range(len(gates))):
        gate = gates[place]
        for letters in product("IXYZ", repeat=len(gate.all_qubits)):
            kept = projector @ (rest @ hit(states[place + 1], gate.all_qubits, letters))[0::2]
            if np.linalg.norm(kept - GHZ * (GHZ @ kept)) > 1e-6:
                found.append((-letters.count("I"), "".join(letters), place, gate.all_qubits))
        rest = rest @ apply_gate(np.eye(32, dtype=complex), gate, 5)
    return min(found)[1:] if found else None


def never_fooled(answer):
    gates = gates_of(answer)
    state = run(Circuit(5, tuple(gates)))
    if abs(abs(state[0::2] @ GHZ) - 1) > 1e-6:
        return False, (
            "Without any fault your circuit should end in the encoded 00, that is (|0000⟩ + |1111⟩)/√2 on qubits 0 "
            "to 3, with qubit 4 in |0⟩. It ends in another state."
        )
    found = fooled(gates)
    if found is None:
        return True
    letters, place, qubits = found
    hits = " and ".join(f"{a} on qubit {q}" for a, q in zip(letters, qubits, strict=True) if a != "I")
    return False, (
        f"The state is right, but one fault fools the checks: after gate {place + 1} of {len(gates)}, {hits}. "
        "Qubit 4 reads 0, both checks say fine, and the encoded state is wrong."
    )


@build(
    "5.8.i",
    kind="stretch",
    outcome=(3, 5),
    points=3,
    takes="circuit",
    rules=[GateSet({"h", "cx"})],
)
def flagged_preparation():
    yield Property(
        "lets no single fault pass", never_fooled, takes=Circuit, num_qubits=5, wants="a circuit of five qubits"
    )
    yield slip(circuit("h 0; cx 0 1; cx 1 2; cx 2 3", qubits=5), "prepares without a flag")
    yield slip(circuit("h 3; cx 3 0; cx 3 1; cx 3 2", qubits=5), "takes the encoder of the text")
    yield slip(circuit("h 0; cx 0 1; cx 1 2; cx 2 3; cx 0 4; cx 1 4"), "compares the wrong pair")
    yield slip(circuit("h 0; cx 0 1; cx 1 2; cx 2 3; cx 0 4; cx 1 4; cx 2 4; cx 3 4"), "reads ZZZZ into the flag")
    yield slip(circuit("h 0; cx 0 1; cx 1 2; cx 2 3; cx 3 4"), "copies one qubit into the flag").says(
        "Your flag is entangled with the four qubits: without a fault it has to end in |0⟩."
    )
