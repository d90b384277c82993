"""What right means in lesson 6.10, and how people get it wrong. The tasks stand in the notebook of the same name."""

from cmath import exp
from dataclasses import replace
from itertools import product
from math import cos, inf, prod, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
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
    slip,
)
from qtrain.checking import Channel, Data
from qtrain.checking.choi import kraus_of
from qtrain.checking.rules import FeedForward, NoInitialize, NoSynthesis, Rule, where
from qtrain.checking.schema import List, Real, Whole
from qtrain.circuits import Circuit, all_operations, is_clifford, is_gate
from qtrain.circuits.channels import choi_of
from qtrain.circuits.counting import counted


def accepted(p):
    """The probability that a block of fifteen states passes the checks."""
    return (1 + 15 * (1 - 2 * p) ** 8) / 16


#: Patterns that pass the checks, by their number of bad states.
PASSING = (1, 0, 0, 35, 105, 168, 280, 435, 435, 280, 168, 105, 35, 0, 0, 1)


def wrong_and_accepted(p):
    """Summed up, because the closed formula loses all digits where p is small."""
    return sum(PASSING[n] * p**n * (1 - p) ** (15 - n) for n in range(1, 16, 2))


def distilled(p):
    """The error of what 15-to-1 gives out."""
    return wrong_and_accepted(p) / accepted(p)


def leading(p):
    return 35 * p**3


# --- a: the same phase on seven qubits --------------------------------------------------------------------------------


@number("6.10.a", rung="warm-up", outcome=1, rel=0.002, bounds=(0, 1), theta=angles(0.05, 0.45))
def survival(theta):
    def of(phase):
        return (50 + 14 * cos(phase)) / 64

    yield of(4 * theta)
    yield slip(1 - of(4 * theta), "gives the part that leaves", "bit-flip").says(
        "This is the probability that a check complains. That none does is asked for."
    )
    yield slip(sqrt(of(4 * theta)), "forgets the square").says(
        "This is the size of the amplitude. Its square is the probability."
    )
    yield slip(of(theta), "turns each word once").says(
        "You turned seven of the words by θ. A word with four ones is turned by all its ones: four times θ."
    )
    yield slip(of(7 * theta), "turns by the length of the code").says(
        "You turned seven of the words by 7θ. Only the ones of a word are turned: how many are they?"
    )
    yield slip(of(3 * theta), "takes words of weight three").says(
        "You turned seven of the words by 3θ. Words with three ones belong to |1̄⟩."
    )
    yield slip((1 + cos(4 * theta)) / 2, "takes both kinds equally often").says(
        "You gave the two phases the same weight. Of the eight words one has no ones, and seven have four."
    )
    yield slip(((1 + 7 * cos(4 * theta)) / 8) ** 2, "takes the real part").says(
        "You squared the real part of the amplitude. It has an imaginary part, too."
    )
    sixteen = 1 + 7 * exp(4j * theta) + 7 * exp(3j * theta) + exp(7j * theta)
    yield slip(abs(sixteen / 16) ** 2, "takes all sixteen words").says(
        "You took all sixteen words. The eight with an odd number of ones belong to |1̄⟩, and the state is |0̄⟩."
    )
    yield slip(50 / 64, "adds probabilities").says(
        "You added the squares of the two parts, 1/8 and 7/8. Their amplitudes are added, with their phases, and then "
        "squared."
    )
    yield slip(cos(theta / 2) ** 14, "looks at seven qubits alone").says(
        "So often seven qubits in |+⟩ would be found in |+⟩ again. In the code they are entangled."
    )
    yield slip(1, "thinks that the gate is allowed").says(
        "Always in the code space would mean that all eight words get the same phase. One has no ones, and seven have "
        "four."
    )


# --- b: which gate comes out ------------------------------------------------------------------------------------------

HAMMING7 = [[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]]
HAMMING15 = [[(y >> k) & 1 for y in range(1, 16)] for k in range(4)]
SHOR = [[1] * 6 + [0] * 3, [0] * 3 + [1] * 6]
#: Rows of weight four or eight whose sum has another weight mod 4 or 8.
FOURS = [[1, 1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1]]
EIGHTS = [[1] * 8 + [0] * 5, [0] * 5 + [1] * 8]
EIGHTS_IN_15 = [[1] * 8 + [0] * 7, [0] * 6 + [1] * 8 + [0]]
EIGHT_OF_13, EIGHT_OF_11 = [[1] * 8 + [0] * 5], [[1] * 8 + [0] * 3]
FOUR_IN_13 = [[1] * 8 + [0] * 5, [0] * 4 + [1] * 8 + [0], [0] * 9 + [1] * 4]

#: Rows and sums of two have eight ones, the sum of all three has four.
TRIPLE = [
    [1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1],
    [0, 1, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1],
    [0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1],
]


def weights(rows):
    """The number of ones of every sum of rows modulo 2."""
    return [int((np.array(take) @ np.array(rows) % 2).sum()) for take in product((0, 1), repeat=len(rows))]


def logical_phase(rows, k):
    """m, if the phase 2π/2^k on every qubit is the logical phase m · 2π/2^k; −1 if the code space is left."""
    kept = all(weight % 2**k == 0 for weight in weights(rows))
    return len(rows[0]) % 2**k if kept else -1


def of_rows_only(rows, k):
    return len(rows[0]) % 2**k if all(sum(row) % 2**k == 0 for row in rows) else -1


def of_pairs(rows, k):
    """Looks at rows and sums of two rows only."""
    pairs = [[a ^ b for a, b in zip(one, other, strict=True)] for one in rows for other in rows]
    return len(rows[0]) % 2**k if all(sum(row) % 2**k == 0 for row in [*rows, *pairs]) else -1


def added_up(rows, k):
    return len(rows[0]) % 2**k if sum(weights(rows)) % 2**k == 0 else -1


def twice_k(rows, k):
    return len(rows[0]) % 2**k if all(weight % (2 * k) == 0 for weight in weights(rows)) else -1


def one_power_more(rows, k):
    return len(rows[0]) % 2**k if all(weight % 2 ** (k + 1) == 0 for weight in weights(rows)) else -1


def always(rows, k):
    return len(rows[0]) % 2**k


def backwards(rows, k):
    m = logical_phase(rows, k)
    return -m % 2**k if m >= 0 else m


def the_same_gate(rows, k):
    return min(logical_phase(rows, k), 1)


def one_power_less(rows, k):
    return len(rows[0]) % 2**k if all(weight % 2 ** (k - 1) == 0 for weight in weights(rows)) else -1


def whole_length(rows, k):
    return len(rows[0]) if logical_phase(rows, k) >= 0 else -1


def nothing_kept(rows, k):
    return -1


def drawn_codes(rng):
    found = []
    for rows, powers in (
        (HAMMING7, (2, 3)),
        (HAMMING15, (2, 3, 4)),
        (SHOR, (1, 2)),
        (FOURS, (1, 2)),
        (EIGHTS, (1, 3)),
        (EIGHTS_IN_15, (2, 3)),
        (FOUR_IN_13, (1, 2)),
        (EIGHT_OF_13, (2, 3)),
        (EIGHT_OF_11, (3,)),
        (TRIPLE, (2, 3)),
    ):
        order = rng.sample(range(len(rows[0])), len(rows[0]))
        shuffled = [[row[place] for place in order] for row in rng.sample(rows, len(rows))]
        found += [([list(row) for row in shuffled], k) for k in powers]
    return rng.sample(found, len(found))


def as_whole(rows, k):
    return Data(logical_phase(rows, k), schema=Whole(-1))


@function("6.10.b", rung="use", outcome=1, points=2, name="logical_phase", inputs=drawn_codes, judged=as_whole)
def phase_of_a_code():
    yield logical_phase
    yield slip(of_rows_only, "looks at the rows alone").says(
        "What your function gives follows from the weights of the rows alone. A sum of rows modulo 2 is a word, too, "
        "and may have another weight: where two rows both have a one, it has none."
    )
    yield slip(of_pairs, "looks at sums of two rows").says(
        "Rows and sums of two rows pass your test as they should. Sums of three or more rows are words, too."
    )
    yield slip(added_up, "adds all weights").says(
        "Your function tests what all words have together. Each word by itself needs a multiple of 2^k ones."
    )
    yield slip(twice_k, "takes 2k for 2^k").says(
        "Your function tests for multiples of 2 times k. The angle is 2π/2^k: two to the power of k."
    )
    yield slip(one_power_more, "tests twice the power").says(
        "Your function wants multiples of twice 2^k, where each word turns twice. One whole turn is enough."
    )
    yield slip(always, "does not test the code space").says(
        "Your function gives a gate for every code. It has to give −1 where words of |0̄⟩ get different phases."
    )
    yield slip(backwards, "turns the sign round", "angle-sign").says(
        "Where the code space is kept, your function gives the inverse gate. Which weight has the word of all ones?"
    )
    yield slip(the_same_gate, "takes the physical gate for the logical one").says(
        "Your function finds out where the code space is kept. There it always gives 1; the logical phase may be "
        "another multiple of the physical one."
    )
    yield slip(one_power_less, "tests half the power").says(
        "Your function lets weights pass that give half a turn: the sign −1. Every weight has to give whole turns."
    )
    yield slip(whole_length, "does not reduce").says(
        "Your function gives the number of qubits. A whole turn is no phase: give a number from 0 to 2^k − 1."
    )
    yield slip(nothing_kept, "refuses all codes").says("Your function gives −1 for every code. Some keep their space.")


# --- c: the theorem ---------------------------------------------------------------------------------------------------


@choice("6.10.c", rung="warm-up", outcome=2)
def eastin_and_knill():
    yield right("For a code that detects any error of one qubit, the transversal gates are not a universal set.").says(
        "Right: at least one gate of a universal set has to be made in another way, for each such code."
    )
    yield slip("A universal set of gates cannot be made fault-tolerant.", "reads it as an end of fault tolerance").says(
        "It speaks of transversal gates only. There are other fault-tolerant ways: this lesson shows one."
    )
    yield slip(
        "In every code the Clifford gates are transversal, and T is not.", "takes it for Clifford against T"
    ).says("The code of fifteen qubits has a transversal T; there H is the gate that is missing.")
    yield slip(
        "With more qubits in the code, more and more gates become transversal, up to all of them.",
        "hopes for larger codes",
    ).says("The theorem holds for every size. A larger code may have other transversal gates, never all.")
    yield slip(
        "A transversal gate spreads an error of one qubit over the whole block.", "turns transversality round"
    ).says("It is the other way round: each gate acts on one qubit of a block, so an error stays where it is.")


# --- d: a gate out of a state -----------------------------------------------------------------------------------------


class MagicAlone(Rule):
    """On the data only Clifford gates, but for a correction after one result: the phase comes from elsewhere."""

    def __init__(self, data):
        self.data = data

    def turns(self, step, circuit):
        """Whether a step turns the data by more than a Clifford gate."""
        return self.data in step.all_qubits and is_gate(step) and not is_clifford(Circuit(circuit.num_qubits, (step,)))

    def uncorrected(self, steps, circuit):
        """The steps without what turns the data."""
        return tuple(
            replace(step, body=self.uncorrected(step.body, circuit), orelse=self.uncorrected(step.orelse, circuit))
            if step.name == "if"
            else step
            for step in steps
            if not self.turns(step, circuit)
        )

    def after(self, circuit):
        """The bits and values after which the data are turned."""
        for step in circuit.operations:
            if step.name == "if":
                bits, value = step.tested
                for met, block in ((True, step.body), (False, step.orelse)):
                    if any(self.turns(inner, circuit) for inner in all_operations(block)):
                        yield bits, value if met else 1 - value

    def broken(self, circuit):
        inside = {id(part) for step in circuit.operations if step.name == "if" for part in all_operations((step,))}
        for place, step in counted(circuit):
            if id(step) not in inside and self.turns(step, circuit):
                return f"{where(place, step, circuit)} is no Clifford gate, and acts on the data without a condition"
        found = set(self.after(circuit))
        if any((bits, 1 - value) in found for bits, value in found):
            return "it turns the data after both results; only one of them needs a correction"
        rest = replace(circuit, operations=self.uncorrected(circuit.operations, circuit))
        if np.linalg.matrix_rank(choi_of(kraus_of(rest, [self.data])), 1e-9) == 1:
            return "without the correction the data end alike after every result, so no magic state has acted on them"
        return None

    def shortcut(self, circuit):
        return True


@build(
    "6.10.d",
    rung="use",
    outcome=3,
    points=2,
    takes="circuit",
    rules=lambda wires: [FeedForward(), MagicAlone(wires[0]), NoSynthesis(), NoInitialize()],
    wires=distinct(2, range(3)),
    theta=angles(0.1, 0.9),
    where=lambda theta: min(abs(theta - x) for x in (0.7854, 1.5708, 2.3562)) > 0.1,
)
def injected(wires, theta):
    data, magic = wires

    def written(*steps, a=theta):
        return circuit(*steps, a=a, d=data, m=magic, qubits=3, bits=1)

    state, join = "h m; p(a) m", "cx d m; measure m -> 0"
    yield Channel(circuit("p(a) 0", a=theta, qubits=1), data=[data])
    # All that the judge sees is what becomes of the data, so that is what the sentences speak of.
    yield slip(written(state, join), "does not correct").says(
        "After one result your data have P(θ), after the other P(−θ). The second is still to be corrected."
    )
    yield slip(written(state, join, "if 0 { s d }"), "corrects with S").says(
        "After one result your data have P(θ), after the other P(π/2 − θ). S is the right correction for T, where "
        "θ = π/4. How far is it from P(−θ) to P(θ)?"
    )
    yield slip(written(state, join, "if 0 { p(a) d }"), "corrects once").says(
        "After one result your data have P(θ), after the other no phase at all. The correction has to go from P(−θ) to "
        "P(θ)."
    )
    yield slip(written(state, join, "if 0 { p(-2*a) d }"), "corrects in the wrong direction", "angle-sign").says(
        "After one result your data have P(θ), after the other P(−3θ): the correction has the wrong sign."
    )
    yield slip(written(state, join, "if !0 { p(2*a) d }"), "corrects after the other result").says(
        "After one result your data have P(3θ), after the other P(−θ). Which of the results needs the correction?"
    )
    yield slip(written(state, join, "p(2*a) d"), "corrects always").says(
        "After one result your data have P(θ), after the other P(3θ): that one needs no correction."
    )
    yield slip(written(state, join, "if 0 { x d }"), "corrects with X").says(
        "After one result your data have P(θ), after the other they are flipped. No bit was wrong there: the phase had "
        "the wrong sign."
    )
    yield slip(written(state, join, "if 0 { z d }"), "corrects with Z").says(
        "After one result your data have P(θ), after the other P(π − θ). How far is it from P(−θ) to P(θ)?"
    )
    yield slip(written("h m", join, "if 0 { p(2*a) d }"), "puts no phase into the magic state").says(
        "In half of the runs your data get no phase at all, in the other half P(2θ). After both results it should be "
        "P(θ)."
    )
    yield slip(written(state, "cx m d; measure m -> 0", "if 0 { p(2*a) d }"), "turns the CNOT round", "control-target")
    correct = "if 0 { p(2*a) d }"
    for steps in (("p(a) m", join), (state, "measure m -> 0; cx d m"), (state, "cx d m; measure d -> 0")):
        yield slip(written(*steps, correct), "has measured the data").says(
            "Your data have lost the phase between |0⟩ and |1⟩: something has measured them. Is it the magic qubit "
            "that you measure, in a superposition before it meets the data, and not before the CNOT?"
        )
    yield slip(written("h m; t m", join, "if 0 { s d }"), "hands in the gadget of the text").says(
        "Your circuit does T, the phase π/4. The phase asked for is θ."
    )
    yield slip(written(state, join, "if 0 { p(2*a) d }", a=theta / 2), "halves the angle", "double-angle").says(
        "Your circuit does P(θ/2)."
    )
    yield slip(written(state, join, "if 0 { p(2*a) d }", a=2 * theta), "doubles the angle", "double-angle").says(
        "Your circuit does P(2θ)."
    )
    yield slip(written(state, join, "if 0 { p(2*a) d }", a=-theta), "takes the other sign", "angle-sign").says(
        "Your circuit does P(−θ)."
    )


# --- e: what a block costs --------------------------------------------------------------------------------------------


@number("6.10.e", rung="warm-up", outcome=4, rel=0.005, bounds=(15, inf), p=decimals(0.005, 0.12, 0.0025))
def raw_states(p):
    yield 15 / accepted(p)
    yield slip(15, "throws nothing away").says("So many states one attempt takes. Some attempts are thrown away.")
    yield slip(15 * accepted(p), "multiplies by the accepted part").says(
        "You multiplied by the accepted part. If half of the attempts pass, do you need fewer states, or more?"
    )
    yield slip(15 / (1 - p) ** 15, "wants fifteen good states").says(
        "So many it would be if no block with an error passed. The checks let some of them pass, and these count as "
        "accepted, too."
    )
    if p < 0.06:
        yield slip(15 / (1 - 15 * p), "takes the leading term").says(
            "You took 1 − 15p for the accepted part. This is its beginning for small p: use the formula of the text."
        )
    yield slip(15 * (2 - accepted(p)), "repeats once").says(
        "These are fifteen states, and fifteen more for the rejected part. Some of the repeated attempts are rejected, "
        "too, and so on."
    )
    yield slip(15 / (1 - accepted(p)), "divides by the rejected part").says(
        "You divided by the part that is thrown away. Divide by the part that is accepted."
    )
    yield slip(accepted(p), "gives the accepted part").says(
        "This is the accepted part of the attempts. How many raw states does one output take, on average?"
    )
    yield slip(1 / accepted(p), "counts attempts").says(
        "So many *attempts* one output takes. Each of them takes fifteen states."
    )


# --- f: another code --------------------------------------------------------------------------------------------------


def seven(p, *, odd_only=True, conditional=True, tested=True):
    """[accepted, error] of the distillation of S states with the code of seven qubits."""
    accept = bad = 0.0
    for weight, count in enumerate((1, 0, 0, 7, 7, 0, 0, 1) if tested else (1, 7, 21, 35, 35, 21, 7, 1)):
        part = count * p**weight * (1 - p) ** (7 - weight)
        accept += part
        if weight % 2 if odd_only else weight:
            bad += part
    return [accept, bad / accept if conditional else bad]


def seven_to_one(p):
    return seven(p)


def draft(p):
    return seven(p, odd_only=False, conditional=False)


def drawn_errors(rng):
    return [round(rng.uniform(low, low + 0.08), 4) for low in (0.03, 0.12, 0.22, 0.32)]


def as_two(p):
    return Data(seven(p), schema=List(Real(), 2), within=1e-7)


@function(
    "6.10.f", kind="debug", rung="think", outcome=4, points=2, name="seven_to_one", inputs=drawn_errors, judged=as_two
)
def seven_states():
    yield seven_to_one
    yield slip(draft, "hands in the draft").says(
        "Your accepted part is right, your error is not. Two questions: does every pattern that passes do damage? And "
        "of which blocks should the wrong ones be a part?"
    )
    yield slip(lambda p: seven(p, conditional=False), "does not divide by the accepted part").says(
        "You found which patterns do damage. Your second number is a part of *all* blocks; the error of what is given "
        "out is a part of the accepted ones."
    )
    yield slip(lambda p: seven(p, odd_only=False), "counts even patterns as wrong").says(
        "Your error is a part of the accepted blocks, as it should be. But it counts every pattern that passes, except "
        "the empty one. Some of them do no damage."
    )
    yield slip(lambda p: [seven(p)[0], seven(p, odd_only=False)[1] - seven(p)[1]], "counts even patterns only").says(
        "Your second number is the part of the outputs that were hit an even number of times, not zero. Which "
        "of the patterns that pass do damage?"
    )
    yield slip(lambda p: [seven(p)[0], 7 * p**3 * (1 - p) ** 4 / seven(p)[0]], "leaves out seven bad states").says(
        "Your second number counts patterns of three bad states alone. One more odd pattern passes."
    )
    yield slip(lambda p: [seven(p)[0], (1 - (1 - 2 * p) ** 7) / 2], "takes the odd patterns of all blocks").says(
        "Your accepted part is right. Your second number is the part of *all* blocks with an odd number of bad states, "
        "also of those that a check finds."
    )
    yield slip(lambda p: [1.0, (1 - (1 - 2 * p) ** 7) / 2], "accepts all blocks").says(
        "Your function accepts every block. Only patterns that pass all three checks are accepted."
    )
    yield slip(lambda p: [seven(p)[0], 7 * p**3], "takes the leading term").says(
        "Your accepted part is right. Your error is the leading term, 7p³. The exact one is asked for."
    )
    yield slip(lambda p: [seven(p)[0], 1 - seven(p)[1]], "gives the good part", "bit-flip").says(
        "Your second number is the part of the outputs that is right. The wrong part is asked for."
    )
    yield slip(lambda p: [1 - seven(p)[0], seven(p)[1]], "gives the rejected part").says(
        "Your error is right. Your first number is the part that is thrown away."
    )
    yield slip(lambda p: seven(p)[::-1], "exchanges the two").says(
        "Both numbers are right, in the wrong order: first the accepted part, then the error."
    )
    yield slip(lambda p: [accepted(p), distilled(p)], "takes the code of fifteen").says(
        "These are the numbers of 15-to-1. Here seven states go in, and the checks are those of the code of seven."
    )


# --- g: in the laboratory ---------------------------------------------------------------------------------------------


@measure(
    "6.10.g", rung="think", outcome=5, points=3, within=0.0025, bounds=(0, 1), hidden=decimals(0.095, 0.125, 0.0005)
)
def outputs(hidden):
    truth, shots = distilled(hidden), 20_000
    spread = sqrt(truth * (1 - truth))
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((wrong_and_accepted(hidden), error, shots), "divides by all blocks").says(
        "This is the part of *all* blocks that is accepted and wrong. Blocks that fail a check give no output: divide "
        "by the accepted ones."
    )
    for half in ((1 - (1 - 2 * hidden) ** 15) / 2, 0.5):
        yield slip((half, error, shots), "does not look at the checks, or measures in another basis").says(
            "About half of your outputs are wrong. Two questions: do you keep only blocks that pass all four checks? "
            "And which result does a *right* output give with certainty in your measurement?"
        )
    yield slip((1 - truth, error, shots), "gives the good part").says(
        "This is the part of the outputs that is right. The wrong part is asked for."
    )
    yield slip((accepted(hidden), error, shots), "gives the accepted part").says(
        "This is the accepted part of the blocks. The error of the accepted outputs is asked for."
    )
    yield slip((hidden, error, shots), "gives the error of the raw states").says(
        "This is the error of the raw states that go in. The error of what comes out is asked for."
    )


# --- h: what an algorithm needs ---------------------------------------------------------------------------------------


def after(p, rounds):
    """The errors that go into each round, and the one that comes out of the last."""
    found = [p]
    for _ in range(rounds):
        found.append(distilled(found[-1]))
    return found


def rounds_needed(gates, p, budget):
    return next(r for r in range(9) if gates * after(p, r)[-1] <= budget)


def cost(p, rounds):
    """Raw states for one output."""
    return prod(15 / accepted(error) for error in after(p, rounds)[:-1])


def clear(gates, p, budget):
    rounds = rounds_needed(gates, p, budget)
    total = gates * after(p, rounds)[-1]
    return 2 <= rounds <= 3 and total < 0.5 * budget and gates * after(p, rounds - 1)[-1] > 2 * budget


@number(
    "6.10.h",
    rung="use",
    rel=0.01,
    outcome=5,
    points=2,
    gates=one_of(10**6, 10**7, 10**8, 10**9, 10**10),
    p=decimals(0.006, 0.06, 0.002),
    budget=(0.01, 0.02, 0.05, 0.1),
    where=clear,
)
def raw_states_of_an_algorithm(gates, p, budget):
    rounds = rounds_needed(gates, p, budget)
    each = cost(p, rounds)
    yield right(gates * each, bounds=(15 * gates, inf))
    yield slip(gates * 15**rounds, "throws nothing away").says(
        "You chose the right number of rounds, and forgot the blocks that are thrown away: more states are needed."
    )
    yield slip(gates * cost(p, rounds - 1), "takes a round too few").says(
        f"With so many rounds the whole algorithm fails from its T gates with more than {budget:g}. Take one more."
    )
    yield slip(gates * cost(p, rounds + 1), "takes a round too many").says(
        "These rounds are enough, but one fewer is enough as well. The fewest are asked for."
    )
    yield slip(gates * (15 / accepted(p)) ** rounds, "takes the accepted part of the first round").says(
        "You took the accepted part of the first round for all of them. Later rounds begin with better states, and "
        "throw away less."
    )
    if rounds == 2:  # with three, the sum is too near to other small numbers
        yield slip(gates * sum(15 / accepted(error) for error in after(p, 2)[:-1]), "adds up the rounds").says(
            "You added up the costs of the rounds. Every state that goes into the last round takes a whole block of "
            "the round before: multiply."
        )
    multiplied = gates * 15**rounds * prod(map(accepted, after(p, rounds)[:-1]))
    yield slip(multiplied, "multiplies by the accepted parts").says(
        "You multiplied by the accepted parts. Fewer accepted blocks mean more raw states: divide."
    )
    per_gate = next(r for r in range(9) if after(p, r)[-1] <= budget)
    if per_gate not in (0, rounds, rounds - 1):
        yield slip(gates * cost(p, per_gate), "gives the whole budget to each gate").says(
            "With so many rounds one T gate alone keeps to the budget. All of them together have to share it."
        )


# --- i: states of different quality -----------------------------------------------------------------------------------


def walked(rows, probabilities, *, conditional=True, odd_only=True):
    """[accepted, error] by following the parities of all checks, and of the number of hits, state by state."""
    size = 2 ** len(rows)
    chances = np.zeros((2, size))
    chances[0, 0] = 1
    labels = np.arange(size)
    quiet = 1.0
    for place, p in enumerate(probabilities):
        column = sum(row[place] << k for k, row in enumerate(rows))
        chances = (1 - p) * chances + p * chances[::-1, labels ^ column]
        quiet *= 1 - p
    accept = chances[:, 0].sum()
    bad = chances[1, 0] if odd_only else accept - quiet
    return [float(accept), float(bad / accept if conditional else bad)]


def unequal(rows, probabilities):
    return walked(rows, probabilities)


def by_the_mean(rows, probabilities):
    return walked(rows, [sum(probabilities) / len(probabilities)] * len(probabilities))


def without_checks(rows, probabilities):
    return [1.0, (1 - prod(1 - 2 * p for p in probabilities)) / 2]


def checks_apart(rows, probabilities):
    """Multiplies the probabilities of the checks as if they were independent."""
    accept = prod((1 + prod(1 - 2 * p for p, bit in zip(probabilities, row, strict=True) if bit)) / 2 for row in rows)
    return [accept, walked(rows, probabilities)[1]]


def drawn_blocks(rng):
    """Blocks of several sizes; in one of them a check of all states lets no odd number of hits pass."""
    found = []
    for n, checks, whole in ((5, 2, 0), (9, 2, 1), (15, 4, 0), (26, 5, 0), (40, 6, 0)):
        while True:
            rows = [[rng.randrange(2) for _ in range(n)] for _ in range(checks)] + [[1] * n] * whole
            if len({tuple(row) for row in rows}) == len(rows) and all(sum(row) > 1 for row in rows):
                break
        high = 0.2 if n < 20 else 0.06
        found.append((rows, [round(rng.uniform(0.01, high), 4) for _ in range(n)]))
    return found


def as_pair(rows, probabilities):
    return Data(unequal(rows, probabilities), schema=List(Real(), 2), within=1e-8)


@function("6.10.i", kind="stretch", outcome=4, points=3, name="unequal", inputs=drawn_blocks, judged=as_pair)
def unequal_states():
    yield unequal
    yield slip(by_the_mean, "takes the mean").says(
        "Your function gives every state the mean probability. Which states are the bad ones matters: a check finds "
        "some pairs of hits, and not others."
    )
    yield slip(lambda rows, probabilities: walked(rows, probabilities, conditional=False), "does not divide").says(
        "Your accepted part is right. Your second number is a part of all blocks, not of the accepted ones."
    )
    yield slip(lambda rows, probabilities: walked(rows, probabilities, odd_only=False), "counts all hits").says(
        "Your accepted part is right. Your second number counts every accepted block with a hit. An even number of "
        "hits does no damage."
    )
    yield slip(
        lambda rows, probabilities: [unequal(rows, probabilities)[0], without_checks(rows, probabilities)[1]],
        "does not use the checks for the error",
    ).says(
        "Your accepted part is right. Your second number is the part of *all* blocks with an odd number of hits: the "
        "checks have not been used for it."
    )
    yield slip(without_checks, "does not use the checks").says("Your function does not use the rows.")
    yield slip(checks_apart, "takes checks for independent").says(
        "Your error is right. For the accepted part you multiplied the probabilities of the checks; they are not "
        "independent, because they look at the same states."
    )
    yield slip(lambda rows, probabilities: unequal(rows, probabilities)[::-1], "exchanges the two").says(
        "Both numbers are right, in the wrong order: first the accepted part, then the error."
    )
    yield slip(
        lambda rows, probabilities: [unequal(rows, probabilities)[0], 1 - unequal(rows, probabilities)[1]],
        "gives the good part",
        "bit-flip",
    ).says("Your second number is the part of the outputs that is right. The wrong part is asked for.")
