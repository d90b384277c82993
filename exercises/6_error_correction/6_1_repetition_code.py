"""What right means in lesson 6.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from itertools import combinations, product
from math import comb, sqrt

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
    whole,
)
from qtrain.checking import Channel, Data, Isometry, State
from qtrain.checking.rules import FeedForward, NoInitialize, NoSynthesis
from qtrain.checking.schema import Bit
from qtrain.circuits import run


def logical_error(n, p):
    """The probability that more than half of n bits are flipped."""
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range((n + 1) // 2, n + 1))


def odd(n, p):
    """The probability that an odd number of n things happen."""
    return (1 - (1 - 2 * p) ** n) / 2


# --- a: majority fails ------------------------------------------------------------------------------------------------


@number("6.1.a", rung="warm-up", outcome=3, bounds=(0, 1), rel=0.005, n=(5, 7, 9), p=decimals(0.05, 0.25, 0.001))
def majority_fails(n, p):
    t = (n + 1) // 2
    yield logical_error(n, p)
    yield slip(comb(n, t) * p**t, "takes the leading term").says(
        "This is the leading term alone. At this p the other terms count: each has its factor of bits that are right, "
        "and more bits may be flipped."
    )
    yield slip(comb(n, t) * p**t * (1 - p) ** (n - t), "takes the smallest majority only").says(
        f"This is the probability of exactly {t} flips. More than {t} are wrong, too: add them up."
    )
    yield slip(logical_error(3, p), "takes three bits").says(
        f"This is the error of three bits. Here a bit is stored {n} times."
    )
    yield slip(p, "takes one bit").says(f"This is the error of a bit that is stored once. It is stored {n} times.")
    yield slip(p**n, "wants all to be flipped").says(
        "So often all bits are flipped. The majority is wrong already if more than half of them are."
    )
    yield slip(1 - (1 - p) ** n, "counts any flip").says(
        "So often at least one bit is flipped. The majority is still right then, as long as it is less than half."
    )
    yield slip(1 - logical_error(n, p), "gives the success", "bit-flip").says(
        "This is the probability that the majority is right. That it is wrong is asked for."
    )
    yield slip(p**t, "forgets the choices").says(
        f"So often {t} *given* bits are flipped. How many choices of {t} bits are there?"
    )
    yield slip(sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(t - 1, n + 1)), "counts one flip fewer").says(
        f"You counted {t - 1} flips of {n} as an error, too. Then the majority is still right."
    )
    yield slip(sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(t + 1, n + 1)), "counts one flip more").says(
        f"You left out {t} flips of {n}: these are a majority already."
    )
    yield slip(sum(p**k * (1 - p) ** (n - k) for k in range(t, n + 1)), "leaves out the binomials").says(
        "You took one choice of bits for each number of flips. How many choices of k bits are there?"
    )
    yield slip(sum(comb(n, k) * p**k for k in range(t, n + 1)), "leaves out the right bits").says(
        "You left out the factor 1 − p of each bit that is not flipped."
    )
    yield slip(odd(n, p), "counts an odd number").says(
        "This is the probability of an odd number of flips. What matters for a majority is how many there are."
    )


# --- b: how many bits -------------------------------------------------------------------------------------------------


def first_below(p, target, error):
    """The smallest odd n whose `error(n, p)` is at most the target."""
    return next(n for n in range(1, 199, 2) if error(n, p) <= target)


def leading(n, p):
    t = (n + 1) // 2
    return comb(n, t) * p**t


def enough(p, target):
    n = first_below(p, target, logical_error)
    clear = logical_error(n, p) < 0.97 * target < 0.94 * logical_error(n - 2, p)
    return 7 <= n <= 45 and clear and first_below(p, target, leading) > n


@number(
    "6.1.b",
    kind="design",
    rung="use",
    outcome=3,
    bounds=(1, 999),
    p=decimals(0.01, 0.2, 0.005),
    target=one_of([1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9]),
    where=enough,
)
def bits_needed(p, target):
    n = first_below(p, target, logical_error)
    yield n
    yield slip(n - 2, "is one step short").says(f"With {n - 2} bits the majority is wrong more often than {target:g}.")
    yield slip(n + 2, "takes one step too many").says(
        "So many are enough, but two fewer are enough as well. The smallest odd number is asked for."
    )
    for even in range(2, 100, 2):
        if even not in ((n - 1) // 2, (n + 1) // 2, first_below(p, target, lambda n, p: p**n)):
            yield slip(even, "takes an even number").says(
                "This number is even: with it there can be a tie. Take an odd one."
            )
    yield slip((n - 1) // 2, "gives the flips that are corrected").says(
        "So many flips the code has to correct. How many bits does a majority over so many flips take?"
    )
    yield slip((n + 1) // 2, "gives the flips that do damage").says(
        "So many flips are the first that do damage. How many bits does the code have?"
    )
    if first_below(p, target, leading) != n + 2:
        yield slip(first_below(p, target, leading), "takes the leading term").says(
            "This comes out of the leading term alone. Add up all numbers of flips that are a majority."
        )
    forgets = first_below(p, target, lambda n, p: p ** ((n + 1) // 2))
    if forgets not in (n - 2, first_below(p, target, leading)):
        yield slip(forgets, "forgets the choices").says(
            "You forgot in how many ways the flipped bits can be chosen: the binomial coefficient."
        )
    wants_all = first_below(p, target, lambda n, p: p**n)
    if wants_all not in (n - 2, (n - 1) // 2, (n + 1) // 2):
        yield slip(wants_all, "wants all to be flipped").says(
            "For so many bits it is unlikely that *all* are flipped. More than half are enough to do damage."
        )


# --- c: an encoded state ----------------------------------------------------------------------------------------------

FAN = "cx 0 1; cx 0 2; cx 0 3; cx 0 4"
PREPARE = "ry(a) 0; p(b) 0"


@build(
    "6.1.c",
    rung="warm-up",
    outcome=1,
    takes="circuit",
    rules=[NoSynthesis(), NoInitialize()],
    theta=angles(0.15, 0.85),
    phi=angles(0.2, 0.9),
    where=lambda theta, phi: abs(theta - 1.5708) > 0.1,
)
def encoded_state(theta, phi):
    def written(*steps, a=theta, b=phi):
        return circuit(*steps, a=a, b=b, qubits=5)

    yield State(run(written(PREPARE, FAN)))
    yield slip(written("; ".join(f"ry(a) {k}; p(b) {k}" for k in range(5))), "makes five of the state").says(
        "You prepared five qubits, each in this state. They are not entangled. Encoded, the five qubits together hold "
        "one: the amplitudes stand before |00000⟩ and |11111⟩ only."
    )
    yield slip(written(PREPARE), "does not encode").says(
        "Qubit 0 carries the right state, but the other four are |0⟩ at the end. They need CNOTs after your rotations, "
        "with the qubit that carries the state as control."
    )
    yield slip(written(PREPARE, "cx 0 1; cx 0 2"), "encodes in three").says(
        "Your first three qubits hold the encoded state. The code has five."
    )
    yield slip(written(PREPARE, FAN, a=2 * theta), "doubles the angle", "double-angle").says(
        "Your rotation is twice too large: Ry(θ)|0⟩ has the amplitude cos(θ/2) for 0 already."
    )
    yield slip(written(PREPARE, FAN, a=theta / 2), "halves the angle", "double-angle").says(
        "Your rotation is half of what it should be: the half in cos(θ/2) is made by Ry(θ) itself."
    )
    yield slip(written("ry(a) 0", FAN), "leaves out the phase", "relative-phase").says(
        "The probabilities are right, but the phase of |11111⟩ is missing."
    )
    if abs(phi - 1.5708) > 0.01:  # five times a right angle is a right angle
        yield slip(written(PREPARE, FAN, "p(b) 1; p(b) 2; p(b) 3; p(b) 4"), "turns each qubit").says(
            "The phase of |11111⟩ is five times φ: one qubit is enough to give it."
        )
    yield slip(written(PREPARE, FAN, b=-phi), "takes the phase backwards", "angle-sign").says(
        "The phase of |11111⟩ has the wrong sign."
    )


# --- d: what is copied ------------------------------------------------------------------------------------------------


@choice("6.1.d", rung="warm-up", outcome=1)
def nothing_is_copied():
    yield right("It writes the *bit value* of each term into the other qubits; they end up entangled.").says(
        "Right: a|0⟩ + b|1⟩ becomes a|000⟩ + b|111⟩. The three qubits hold one state together; none of them has it."
    )
    yield slip(
        "It copies the state, but only approximately, and the errors are corrected later.", "copies roughly"
    ).says(
        "The encoder is exact. One qubit of the three, looked at alone, has no phase between 0 and 1 left: that is no "
        "copy, not even a rough one."
    )
    yield slip("It copies the state, which is allowed because the input is known.", "knows the input").says(
        "The same circuit serves every input. It never needs to know a and b."
    )
    yield slip("It copies the state three times, and measures which of them are equal.", "measures equality").says(
        "The encoder measures nothing. And three copies would be (a|0⟩ + b|1⟩) three times over, with eight terms."
    )
    yield slip("It moves the state to qubit 2 and leaves 0 and 1 in a random state.", "moves the state").says(
        "Qubit 2 does not have the state either: alone it is a mixture of 0 and 1, just as the other two are."
    )


# --- e: two ancillas --------------------------------------------------------------------------------------------------


@build("6.1.e", rung="use", outcome=2, points=2, takes="circuit", rules=[NoSynthesis()], line=distinct(5, range(5)))
def syndrome_circuit(line):
    names = dict(zip(("d", "e", "f", "s", "t"), line, strict=True))

    def written(*steps):
        return circuit(*steps, qubits=5, **names)

    data = list(line[:3])
    yield Isometry(written("cx d s; cx e s; cx e t; cx f t"), inputs=data)
    yield slip(written("cx e s; cx f s; cx d t; cx e t"), "exchanges the ancillas").says(
        "Your first ancilla holds what the second should hold, and the other way round."
    )
    yield slip(written("cx s d; cx s e; cx t e; cx t f"), "turns the CNOTs round").says(
        "Your circuit changes nothing: a control in |0⟩, as the ancillas are, does nothing. The data have to control, "
        "and the bits of the ancillas have to be flipped."
    )
    yield slip(written("cx d s; cx e s; cx d t; cx f t"), "compares the outer two").says(
        "Your second ancilla compares the first and the third data qubit. It should compare the second and the third."
    )
    yield slip(written("cx d s; cx f s; cx e t; cx f t"), "compares the outer two in the first").says(
        "Your first ancilla compares the first and the third data qubit. It should compare the first and the second."
    )
    yield slip(written("cx d s; cx f t"), "writes single bits").says(
        "Your ancillas hold the bits of two data qubits. That tells 0 from 1: a superposition would not survive it. "
        "Each ancilla should tell only whether two bits differ."
    )
    yield slip(written("cx d s; cx e s; cx f s"), "adds up all three").says(
        "Your first ancilla holds the sum of all three bits. It differs for |000⟩ and |111⟩, so it measures the data."
    )
    yield slip(written("cx d s; cx e s"), "leaves one ancilla alone").says(
        "Your first ancilla is right. The second is not used yet."
    )
    yield slip(written("cx e t; cx f t"), "leaves the first ancilla alone").says(
        "Your second ancilla is right. The first is not used yet."
    )
    yield slip(written("cx d e; cx e f"), "compares within the data").says(
        "Your CNOTs act between data qubits and change them. The data have to stay as they are."
    )
    yield slip(written("h s; cx s d; cx s e; h s; h t; cx t e; cx t f; h t"), "compares phases").says(
        "Your ancillas ask about XX: whether two qubits have the same sign, in |+⟩ and |−⟩. Asked for is whether two "
        "bits differ."
    )


# --- f: the draft with a swapped table --------------------------------------------------------------------------------

CHECKS = "cx d s; cx e s; cx e t; cx f t; "
READ = CHECKS + "measure s -> 0; measure t -> 1; "
#: The same without ancillas: a data qubit holds the sum for a moment.
READ_WITHOUT = "cx 0 1; measure 1 -> 0; cx 0 1; cx 2 1; measure 1 -> 1; cx 2 1; "
RIGHT = {2: "d", 3: "e", 1: "f"}


def places(data):
    return {"ancillas": [k for k in range(5) if k not in data]}


def correcting(table):
    """Corrections of the data by the two bits, where the first is the more significant: value -> qubit."""
    return "; ".join(f"if 0 1 == {value} {{ x {qubit} }}" for value, qubit in table.items())


@build(
    "6.1.f",
    kind="debug",
    rung="use",
    outcome=2,
    points=2,
    takes="circuit",
    rules=[FeedForward()],
    data=distinct(3, range(5)),
    derive=places,
)
def corrected(data, ancillas):
    names = dict(zip("defst", (*data, *ancillas), strict=True))

    def written(*steps):
        return circuit(*steps, qubits=5, bits=2, **names)

    # With the two results: without them the order of the data would not matter, and all variants would be alike.
    yield Channel(
        circuit(READ_WITHOUT, correcting(RIGHT), qubits=3, bits=2, d=0, e=1, f=2), data=list(data), results=True
    )
    yield slip(written(READ + correcting({1: "d", 3: "e", 2: "f"})), "reads the register from the other end").says(
        "Your circuit corrects the first data qubit where it should correct the third, and the other way round. Which "
        "of the two measured bits is which in the number that you compare with?"
    )
    yield slip(written(READ + "x d; x e; x f"), "flips without a condition").says(
        "Your circuit flips the data whatever the ancillas say."
    )
    yield slip(written(READ + correcting({2: "d", 1: "f"})), "has no case for both").says(
        "Where both ancillas are 1 your circuit does nothing. Then the middle one of the data was flipped."
    )
    yield slip(written(READ + correcting({2: "e", 3: "f", 1: "d"})), "corrects the neighbour").says(
        "Each of your corrections meets the next data qubit in place of the one that was flipped."
    )
    yield slip(written(READ + correcting({2: "f", 3: "d", 1: "e"})), "corrects the other neighbour").says(
        "Each of your corrections meets another data qubit than the one that was flipped."
    )
    yield slip(written(READ + "if 0 { x d }; if 1 { x f }"), "looks at each bit by itself").says(
        "You correct the first data qubit whenever the first ancilla is 1, and the third whenever the second is. If "
        "both are 1, only the middle one was flipped."
    )
    yield slip(
        written(
            "cx d s; cx e s; cx d t; cx f t; measure s -> 0; measure t -> 1; " + correcting({3: "d", 2: "e", 1: "f"})
        ),
        "compares the outer two",
    ).says(
        "The data are corrected, but your second ancilla compares the first and the third data qubit. In the table it "
        "compares the second and the third."
    )
    yield slip(written(READ), "does not correct").says("Your results are right, but no data qubit is flipped back.")
    yield slip(written("measure s -> 0; measure t -> 1; " + CHECKS + correcting(RIGHT)), "reads too early").says(
        "Your ancillas are always 0 when they are measured: the CNOTs have to stand before."
    )
    yield slip(written(READ + correcting(RIGHT).replace("x ", "z ")), "corrects with Z").says(
        "You correct with Z. A flipped bit is flipped back with X."
    )
    yield slip(
        written(CHECKS + "measure t -> 0; measure s -> 1; " + correcting({1: "d", 3: "e", 2: "f"})),
        "exchanges the results",
    ).says("The data are corrected, but the first classical bit holds the second check. Exchange the two bits.")


# --- g: bits and phases -----------------------------------------------------------------------------------------------


@number(
    "6.1.g",
    rung="think",
    outcome=4,
    bounds=(0, 1),
    rel=0.001,
    n=(3, 5, 7),
    p=decimals(0.03, 0.12, 0.01),
    q=decimals(0.01, 0.06, 0.005),
    where=lambda n, p, q: abs(p - q) > 0.004 and odd(n, q) > 1.15 * logical_error(n, p),
)
def bits_and_phases(n, p, q):
    flip, phase = logical_error(n, p), odd(n, q)

    def either(a, b):
        return 1 - (1 - a) * (1 - b)

    yield either(flip, phase)
    yield slip(flip, "forgets the phase flips").says("This counts logical bit flips only. What do the Z's do?")
    yield slip(phase, "forgets the bit flips").says(
        "This counts logical phase flips only. A majority of bit flips is not corrected either."
    )
    yield slip(flip + phase, "adds the two").says(
        "You added the probabilities of both kinds. Both can happen in the same run: then you count it twice."
    )
    yield slip(either(flip, q), "takes one qubit's phase").says(
        "You took the phase flip of one qubit. A Z on any of the qubits changes the sign of the encoded 1."
    )
    yield slip(either(flip, 1 - (1 - q) ** n), "counts any phase flip").says(
        "You counted every run with at least one Z. Two Z's on different qubits cancel each other."
    )
    yield slip(either(flip, n * q), "multiplies by n").says(
        "You took n times q for the phase flips. This is the leading term: an odd number of Z's is what counts."
    )
    yield slip(either(flip, logical_error(n, q)), "corrects phases by majority").says(
        "You let the majority correct the phase flips, too. These checks do not see them."
    )
    yield slip(1 - (1 - p) ** n * (1 - q) ** n, "counts any hit").says(
        "So often at least one of the qubits is hit. The majority corrects some bit flips, and two Z's cancel."
    )
    yield slip(flip * phase, "wants both").says("So often both happen. The state is wrong if one of them happens, too.")
    yield slip(either(p, q), "takes a bare qubit").says("This is the error of one qubit without a code.")
    yield slip(flip * (1 - phase) + phase * (1 - flip), "leaves out Y").says(
        "You left out that both happen in one run: a logical Y. The state is wrong then, too."
    )
    yield slip(either(logical_error(n, q), odd(n, p)), "exchanges p and q").says(
        "You exchanged the two probabilities: p belongs to X, q to Z."
    )
    yield slip((1 - flip) * (1 - phase), "gives the success", "bit-flip").says(
        "This is the probability that nothing is wrong. The other one is asked for."
    )


# --- h: in the laboratory ---------------------------------------------------------------------------------------------


def apart(rounds, hidden):
    """Whether what people compute in place of measuring is no answer by chance."""
    once, total = logical_error(3, hidden), odd(rounds, hidden)
    values = odd(rounds, once), hidden, once, 1 - (1 - once) ** rounds, total, logical_error(3, total)
    return all(abs(one - other) > 0.026 for one, other in combinations(values, 2))


@measure(
    "6.1.h",
    rung="think",
    outcome=5,
    points=3,
    bounds=(0, 1),
    within=0.0025,
    rounds=whole(3, 4),
    hidden=decimals(0.16, 0.24, 0.001),
    where=apart,
)
def corrected_memory(rounds, hidden):
    once = logical_error(3, hidden)
    truth, shots = odd(rounds, once), 45_000
    total = odd(rounds, hidden)
    spread = sqrt(truth * (1 - truth))
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((logical_error(3, total), error, shots), "corrects at the end only").says(
        "This comes out if only the last syndrome is used: flips of different rounds meet. Correct after each round."
    )
    yield slip((once, error, shots), "waits one round").says(
        "This is the error after one round. The memory runs for all its rounds."
    )
    yield slip((total, error, shots), "takes a bare qubit").says(
        "So often a single qubit without a code is flipped after all the rounds."
    )
    yield slip((1 - truth, error, shots), "gives the success").says(
        "This is the part of the runs that end right. The wrong part is asked for."
    )
    yield slip((1 - (1 - once) ** rounds, error, shots), "counts any wrong round").says(
        "So often at least one of the rounds goes wrong. Two wrong rounds cancel."
    )
    yield slip((hidden, error, shots), "takes one flip").says(
        "So often a single qubit without a code is flipped in one round."
    )
    yield slip((1 - (1 - total) ** 3, error, shots), "counts any flip").says(
        "So often at least one of the three data bits is flipped at the end, if nothing is corrected. Correct, and "
        "take the majority."
    )


# --- i: readings that are wrong, too ----------------------------------------------------------------------------------

READINGS = list(product((0, 1), repeat=2))
BITS = list(product((0, 1), repeat=3))
SYNDROME = np.array([(a ^ b, b ^ c) for a, b, c in BITS])
APART = np.array([[sum(a != b for a, b in zip(s, t, strict=True)) for t in BITS] for s in BITS])


@cache
def leaning(p, q, *, best=False, first=True, second=True, p_odds=None, q_odds=None):
    """ln of P(record | stored 1) / P(record | stored 0), of shape (4, 4, 8): both readings, and the bits.

    With `best` only the likeliest story of each counts; `first` and `second` say whether a reading is used; the odds
    are those of a flip and of a wrong reading.
    """
    step = (p / (1 - p) if p_odds is None else p_odds) ** APART
    fit = (q / (1 - q) if q_odds is None else q_odds) ** (np.array(READINGS)[:, None] != SYNDROME).sum(axis=2)

    def stepped(ways):
        return (ways[..., None] * step).max(axis=-2) if best else ways @ step

    ways = np.zeros((2, 8))
    ways[0, 0] = ways[1, 7] = 1
    for used in (first, second):
        ways = stepped(ways)[..., None, :] * (fit if used else np.ones_like(fit))
    zero, one = stepped(ways)
    return np.log(one / zero)


def record(history, bits):
    return READINGS.index(tuple(history[0])), READINGS.index(tuple(history[1])), BITS.index(tuple(bits))


def stored_bit(history, bits, p, q):
    """The more likely stored bit."""
    return int(leaning(p, q)[record(history, bits)] > 0)


def likeliest_story(history, bits, p, q):
    return int(leaning(p, q, best=True)[record(history, bits)] > 0)


def by_majority(history, bits, p, q):
    return int(sum(bits) > 1)


ALONE = {(0, 0): (0, 0, 0), (1, 0): (1, 0, 0), (1, 1): (0, 1, 0), (0, 1): (0, 0, 1)}


def trusting(history, bits, p, q):
    """Corrects by each reading as if none were wrong, and takes the majority of what is left."""
    done = (0, 0, 0)
    for reading in history:
        known = (done[0] ^ done[1], done[1] ^ done[2])
        flip = ALONE[reading[0] ^ known[0], reading[1] ^ known[1]]
        done = tuple(a ^ b for a, b in zip(done, flip, strict=True))
    return int(sum(a ^ b for a, b in zip(done, bits, strict=True)) > 1)


def without_first(history, bits, p, q):
    return int(leaning(p, q, first=False)[record(history, bits)] > 0)


def without_second(history, bits, p, q):
    return int(leaning(p, q, second=False)[record(history, bits)] > 0)


def exchanged(history, bits, p, q):
    return stored_bit(history, bits, q, p)


def unweighted(history, bits, p, q):
    return stored_bit(history, bits, p, p)


def by_last_reading(history, bits, p, q):
    """Corrects the bits by the second reading."""
    return int(sum(a ^ b for a, b in zip(ALONE[tuple(history[1])], bits, strict=True)) > 1)


def sure_not_to_flip(history, bits, p, q):
    """Leaves out the factor 1 − p of bits that are not flipped."""
    return int(leaning(p, q, p_odds=p)[record(history, bits)] > 0)


def sure_to_be_right(history, bits, p, q):
    """Leaves out the factor 1 − q of readings that are not wrong."""
    return int(leaning(p, q, q_odds=q)[record(history, bits)] > 0)


ROUGH = (likeliest_story, by_majority, trusting, by_last_reading, exchanged, unweighted, without_first, without_second)
FINE = (sure_not_to_flip, sure_to_be_right)
RECORDS = [([list(a), list(b)], list(c)) for a, b, c in product(READINGS, READINGS, BITS)]


def drawn_readings(rng):
    """Records on which other ways of deciding differ from the best one and from each other; none nearly undecided."""
    while True:
        found = some_readings(rng)
        ways = {tuple(other(*given) for given in found) for other in (stored_bit, *ROUGH, *FINE)}
        if len(ways) == 1 + len(ROUGH) + len(FINE):
            return found


def some_readings(rng):
    found = []
    for others, low, high in ((ROUGH, 0.04, 0.08), (ROUGH, 0.08, 0.12), *(((one,), 0.12, 0.22) for one in FINE)):
        while True:
            p, q = round(rng.uniform(low, high), 3), round(rng.uniform(low, high), 3)
            if abs(p - q) < 0.015:
                continue
            size = abs(leaning(p, q))
            clear = [(*given, p, q) for given in RECORDS if size[record(*given)] > 0.02]
            differ = [[given for given in clear if other(*given) != stored_bit(*given)] for other in others]
            if all(differ):
                break
        for some in differ:
            found += rng.sample(some, min(2, len(some)))
        found += rng.sample(clear, 3)
    return found


def as_bit(history, bits, p, q):
    return Data(stored_bit(history, bits, p, q), schema=Bit())


@function("6.1.i", kind="stretch", outcome=5, points=3, name="stored_bit", inputs=drawn_readings, judged=as_bit)
def from_wrong_readings():
    yield stored_bit
    yield slip(by_majority, "ignores the readings").says(
        "Your function follows the majority of the last three bits. The two readings tell when flips happened: two "
        "flips at different times can be found out."
    )
    yield slip(trusting, "trusts each reading").says(
        "Your function takes each reading for true. A reading that does not fit the next one may be wrong itself."
    )
    yield slip(by_last_reading, "corrects by the second reading").says(
        "Your function corrects the bits by the second reading alone. That reading may be wrong, it was taken before "
        "the last flips, and the first one says something, too."
    )
    yield slip(likeliest_story, "takes the likeliest story").says(
        "Your function finds the one likeliest story. What counts is the sum over *all* stories with a stored 0 "
        "against all with a stored 1."
    )
    yield slip(exchanged, "exchanges p and q").says(
        "Your function takes p for wrong readings and q for flips. It is the other way round."
    )
    yield slip(unweighted, "takes q for p").says(
        "Your function gives wrong readings the probability of flips. They have their own: q."
    )
    yield slip(without_first, "leaves out the first reading").says("Your function does not use the first reading.")
    yield slip(without_second, "leaves out the second reading").says("Your function does not use the second reading.")
    yield slip(sure_not_to_flip, "leaves out 1 - p").says(
        "Your function leaves out the factor 1 − p of each bit that is not flipped."
    )
    yield slip(sure_to_be_right, "leaves out 1 - q").says(
        "Your function leaves out the factor 1 − q of each bit of a reading that is right."
    )
    yield slip(lambda *given: 1 - stored_bit(*given), "gives the other bit", "bit-flip").says(
        "Your function always gives the less likely bit."
    )
