"""What right means in the problem set of module 6. The tasks stand in the notebook of the same name."""

from collections import Counter
from itertools import combinations, product
from math import hypot, log, sqrt

import numpy as np

from qtrain.authoring import (
    apart,
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
from qtrain.checking import Data, Decoder, Property, StabilizerGroup, StimProgram
from qtrain.checking.bit_sums import rank
from qtrain.checking.rules import Rule, TwoQubitGates
from qtrain.checking.schema import Bit, List
from qtrain.checking.verdict import wrong
from qtrain.circuits import Circuit
from qtrain.circuits.simulate import unitary

PAULIS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


def logs(*values):
    """Their logarithms: for numbers that have to be apart by a share of themselves."""
    return [log(value) for value in values]


def matrix(word):
    """Of a word with or without a sign; qubit 0 is the most significant one."""
    made = np.eye(1)
    for letter in word.lstrip("-"):
        made = np.kron(made, PAULIS[letter])
    return -made if word[0] == "-" else made


# --- 1: words of a code from its states ------------------------------------------------------------------------------


def applied(word, state):
    """A word with a sign on a state, a dict from bits to signs; None if it is not real."""
    found, turns = {}, word.count("Y")
    if turns % 2:
        return None
    for string, sign in state.items():
        for bit, letter in zip(string, word.lstrip("-"), strict=True):
            sign = -sign if letter in "YZ" and bit == "1" else sign
        flipped = "".join(str(int(b) ^ (a in "XY")) for b, a in zip(string, word.lstrip("-"), strict=True))
        found[flipped] = sign * (-1) ** (turns // 2) * (-1 if word[0] == "-" else 1)
    return found


WORDS = ["".join(letters) for letters in product("IXYZ", repeat=5)][1:]


def kept(*states):
    """All words with signs, apart from the identity, that keep each of the states."""
    some = next(iter(states[0]))
    found = []
    for word in WORDS:
        flipped = "".join(str(int(bit) ^ (letter in "XY")) for bit, letter in zip(some, word, strict=True))
        if flipped in states[0]:  # else it leads to other bit strings
            found += [one for one in (word, "-" + word) if all(applied(one, state) == state for state in states)]
    return found


def independent(words):
    """Those that are no product of the ones before."""
    chosen, span = [], {0}
    for word in words:
        row = sum(("IXZY".index(letter)) << 2 * k for k, letter in enumerate(word.lstrip("-")))
        if row not in span:
            chosen.append(word)
            span |= {row ^ other for other in span}
    return chosen


def without_signs(words):
    return [word.lstrip("-") for word in words]


def two_codewords(rng):
    """The two states of a code on five qubits, each with four bit strings and signs."""
    while True:
        flips = [rng.randrange(1, 32) for _ in range(2)]
        start, step = rng.randrange(32), rng.randrange(1, 32)
        span = {0, flips[0], flips[1], flips[0] ^ flips[1]}
        if len(span) < 4 or step in span:
            continue
        pairs = [pair for pair in combinations(range(5), 2) if rng.random() < 0.4]
        turned = [k for k in range(5) if rng.random() < 0.4]
        states = []
        for first in (start, start ^ step):
            signs = {}
            for one in sorted(span):
                bits = f"{one ^ first:05b}"
                sign = sum(bits[a] == bits[b] == "1" for a, b in pairs) + sum(bits[k] == "1" for k in turned)
                signs[bits] = (-1) ** sign
            states.append(signs)
        group = kept(*states)
        words = independent(group)
        mixed = any(set(word) >= {"X", "Z"} or "Y" in word for word in words)
        if len(words) == 4 and mixed and min(len(word.strip("-").replace("I", "")) for word in group) > 1:
            if "-" in "".join(words) and sum("-" in word for word in group) < 15:
                return {"zero": states[0], "one": states[1]}


@build("6.P.1", rung="use", outcome=1, points=2, draw=two_codewords)
def words_of_two_states(zero, one):
    words = independent(kept(zero, one))
    yield StabilizerGroup(words)
    yield (
        slip(without_signs(words), "leaves the signs out")
        .worth(0.5)
        .says("The letters are right. But with +1 these words do not all keep the states: at least one gives −1.")
    )
    for name, state in (("0", zero), ("1", one)):
        yield slip(independent(kept(state)), "takes the stabilizers of one state").says(
            f"Your words generate all that keep |{name}̄⟩. Some of them turn the sign of the other state."
        )
    diagonal = [word for word in kept(zero, one) if not set(word) & {"X", "Y"}]
    yield slip(independent(diagonal), "takes words of Z's only").says(
        "Your words tell which bit strings there are. Words with X's are missing: they tell how the strings are joined."
    )


# --- 2: how long a larger patch would hold ---------------------------------------------------------------------------


def holds_for(d, chance, error=0.00143, factor=2.14, cycle=1.1e-3):
    """Milliseconds until the stored bit is wrong with this chance; then what other readings give."""
    one = error / factor ** ((d - 7) / 2)
    return (
        cycle * log(1 - 2 * chance) / log(1 - 2 * one),
        cycle * chance / one,
        cycle * log(1 - chance) / log(1 - one),
        cycle * log(1 - 2 * chance) / log(1 - 2 * error / factor ** (d - 7)),
        cycle * log(1 - 2 * chance) / log(1 - 2 * error),
        cycle * log(1 - 2 * chance) / log(1 - 2 * error / factor ** (d / 2)),
        cycle * log(1 - 2 * chance) / log(1 - 2 * 100 * one),
        log(1 - 2 * chance) / log(1 - 2 * one),
    )


@number(
    "6.P.2",
    rung="use",
    outcome=4,
    points=2,
    rel=3e-3,
    unit="ms",
    bounds=(0, float("inf")),
    d=whole(11, 25, 2),
    chance=decimals(0.15, 0.42, 0.005),
    where=lambda d, chance: apart(0.05, *logs(*holds_for(d, chance))),
)
def lifetime_of_a_patch(d, chance):
    found, linear, one_way, each_step, not_larger, from_zero, not_percent, rounds = holds_for(d, chance)
    yield found
    yield slip(linear, "multiplies the error by the rounds").says(
        "You let the error of one round add up. After many rounds a second error may undo the first."
    )
    yield slip(one_way, "counts any error for the end").says(
        "You took the chance of no error at all. Two errors leave the bit right."
    )
    yield slip(each_step, "divides for every step of one").says(
        "You divided by Λ for each step of the distance by one. It is meant for a step by two."
    )
    yield slip(not_larger, "stays at distance 7").says("This is the time that distance 7 holds.")
    yield slip(from_zero, "counts the steps from 0").says(
        "You divided by Λ d/2 times. The given error is that of distance 7: count the steps from there."
    )
    yield slip(not_percent, "forgets the percent").says(
        "Your error per round is a hundred times too large: 0.143 % is 0.00143."
    )
    yield slip(rounds, "gives rounds").says("This is the number of rounds. The time is asked for.")


# --- 3: a frame that is only written down ----------------------------------------------------------------------------


def taken_out(frame, gates, bits, s=True, back=True, flips="x", backwards=False, copies=True):
    """The bits without the error that was known before the gates; the options are ways to go wrong."""
    x = [letter in "XY" for letter in frame]
    z = [letter in "ZY" for letter in frame]
    for name, *places in reversed(gates) if backwards else gates:
        a, b = places[0], places[-1]
        if name == "H":
            x[a], z[a] = z[a], x[a]
        elif name == "S" and s:
            z[a] ^= x[a]
        elif name == "CX":
            if copies:
                x[b] ^= x[a]
            if back:
                z[a] ^= z[b]
    flipped = {"x": x, "z": z, "both": [p or q for p, q in zip(x, z, strict=True)]}[flips]
    return [int(bit) ^ int(flip) for bit, flip in zip(bits, flipped, strict=True)]


FRAME_SLIPS = [
    {"s": False},
    {"back": False},
    {"copies": False},
    {"flips": "both"},
    {"flips": "z"},
    {"backwards": True},
]


def ends_exchanged(frame, gates, bits):
    """What comes out if each CNOT's target is taken for its control."""
    return taken_out(frame, [[name, *places[::-1]] for name, *places in gates], bits)


def from_the_other_end(*case):
    return taken_out(*case)[::-1]


def not_moved(frame, gates, bits):
    return taken_out(frame, [], bits)


def some_frames(rng):
    """Frames, gates and bits on which no two ways of going wrong agree often."""
    ways = [{}, {"s": False, "back": False}, *FRAME_SLIPS]
    while True:
        cases = []
        for _ in range(24):
            gates = []
            for _ in range(rng.randint(10, 16)):
                a, b = rng.sample(range(5), 2)
                gates.append(rng.choice([["H", a], ["S", a], ["CX", a, b], ["CX", a, b]]))
            frame = "".join(rng.choice("IXYZ") for _ in range(5))
            cases.append((frame, gates, [rng.randint(0, 1) for _ in range(5)]))
        outcomes = [[taken_out(*case, **way) for case in cases] for way in ways]
        outcomes += [[other(*case) for case in cases] for other in (ends_exchanged, from_the_other_end, not_moved)]
        if all(sum(p != q for p, q in zip(one, other, strict=True)) > 4 for one, other in combinations(outcomes, 2)):
            return cases


def as_bits(frame, gates, bits):
    return Data(taken_out(frame, gates, bits), schema=List(Bit(), 5))


@function("6.P.3", kind="debug", outcome=2, points=2, name="corrected", inputs=some_frames, judged=as_bits)
def frame_through_gates():
    yield taken_out
    yield slip(lambda *case: taken_out(*case, s=False, back=False), "leaves the draft").says(
        "These are the bits of the draft. Try it with one gate and one letter at a time."
    )
    yield (
        slip(lambda *case: taken_out(*case, s=False), "leaves S out")
        .worth(0.5)
        .says("The CNOTs are right now. S changes a letter, too: which?")
    )
    yield (
        slip(lambda *case: taken_out(*case, back=False), "leaves the way back out")
        .worth(0.5)
        .says("S is right now. A CNOT moves more than X's: what becomes of a Z on its target?")
    )
    yield slip(lambda *case: taken_out(*case, flips="both"), "flips for Z, too").says(
        "You follow the letters rightly. But you also flip bits where the frame has a Z at the end."
    )
    yield slip(lambda *case: taken_out(*case, flips="z"), "flips for Z").says(
        "You follow the letters rightly, and then flip the bits where the frame has a Z in it. Which letters flip a "
        "measurement of Z?"
    )
    yield slip(lambda *case: taken_out(*case, backwards=True), "takes the last gate first").says(
        "You take the gates from the last to the first. The frame stood before the first one."
    )
    yield slip(lambda *case: taken_out(*case, copies=False), "takes the way back alone").says(
        "Your CNOT moves Z's only. What becomes of an X on its control?"
    )
    yield slip(ends_exchanged, "exchanges control and target", "control-target").says(
        "You take the target of each CNOT for its control: the control comes first."
    )
    yield slip(from_the_other_end, "turns the list round", "qubit-order").says(
        "Your bits are right, but in the reverse order: qubit 0 comes first."
    )
    yield slip(lambda frame, gates, bits: bits, "gives the bits back").says(
        "These are the bits as they were measured. Which of them does the error flip?"
    )
    yield slip(not_moved, "leaves the gates out").says(
        "You flip the bits for the frame as it was before the gates. What do the gates make of it?"
    )


# --- 4: a logical gate from gates on one qubit -----------------------------------------------------------------------

LETTERS = [(a, b) for a in "XYZ" for b in "XYZ" if a != b]


def turned_code(rng):
    """The code [[4, 2, 2]] with its qubits in another order and other letters on each."""
    order, letters = rng.sample(range(4), 4), [rng.choice(LETTERS) for _ in range(4)]
    while len({b for _, b in letters}) < 2:
        letters = [rng.choice(LETTERS) for _ in range(4)]

    def word(places, which):
        return "".join(letters[k][which] if k in places else "I" for k in range(4))

    def either(*places):
        """These two qubits or the two others: they differ by a check."""
        chosen = {order[k] for k in places}
        return chosen if rng.random() < 0.5 else set(range(4)) - chosen

    logical = {
        "X1": word(either(0, 1), 0),
        "Z1": word(either(0, 2), 1),
        "X2": word(either(0, 2), 0),
        "Z2": word(either(0, 1), 1),
    }
    return {"checks": [word(range(4), 0), word(range(4), 1)], "logical": logical}


def encoder(checks, logical):
    """Of shape (16, 4): the encoded basis states as columns, 00 01 10 11."""
    projector = np.eye(16)
    for word in (*checks, logical["Z1"], logical["Z2"]):
        projector = projector @ (np.eye(16) + matrix(word)) / 2
    zero = projector[:, np.abs(projector).sum(axis=0).argmax()]
    zero = zero / np.linalg.norm(zero)
    X1, X2 = matrix(logical["X1"]), matrix(logical["X2"])
    return np.stack([zero, X2 @ zero, X1 @ zero, X1 @ X2 @ zero], axis=1)


def quarter_turns(letters, signs):
    """On each qubit a turn by 90° about its letter, one way or the other."""
    steps = []
    for k, (letter, sign) in enumerate(zip(letters, signs, strict=True)):
        around = {"Z": ("", ""), "X": (f"h {k}", f"h {k}"), "Y": (f"sdg {k}; h {k}", f"h {k}; s {k}")}[letter]
        turn = f"{'s' if sign > 0 else 'sdg'} {k}"
        steps += [step for step in (*around[0].split("; "), turn, *around[1].split("; ")) if step]
    return circuit(*steps, qubits=4)


CZ = np.diag([1, 1, 1, -1])
HADAMARD = np.array([[1, 1], [1, -1]]) / sqrt(2)


def same_up_to_phase(one, other):
    return abs(abs(np.vdot(one, other)) - np.vdot(other, other).real) < 1e-6


class NoMeasurement(Rule):
    """What is encoded has to go on: the judge's unitary leaves final measurements out."""

    def broken(self, circuit):
        return "it measures" if any(step.name == "measure" for step in circuit.operations) else None


def does(V, gate, opposite):
    """Whether a circuit does the gate to what is encoded; `opposite` is the gate with X and Z exchanged."""

    def told(answer):
        found = unitary(answer) @ V
        logical = V.conj().T @ found
        if np.abs(V @ logical - found).max() > 1e-6:
            return False, "Your circuit leads out of the code: afterwards a check may give −1."
        if same_up_to_phase(logical, gate):
            return True
        if same_up_to_phase(logical, np.eye(4)):
            return False, "Your circuit keeps the code, and does nothing to what is encoded."
        for word in product("IXYZ", repeat=2):
            one = np.kron(PAULIS[word[0]], PAULIS[word[1]])
            named = " and ".join(f"{a} on logical qubit {k}" for k, a in enumerate(word, 1) if a != "I")
            if same_up_to_phase(logical, one @ gate):
                return False, f"Your circuit does the logical CZ, and then also a logical {named}."
            if same_up_to_phase(logical, one):
                return False, f"Your circuit does only a logical {named}."
            if same_up_to_phase(logical, one @ opposite):
                return (
                    False,
                    "Apart from signs, your circuit leaves the logical X's alone and moves the Z's; CZ does "
                    "the opposite.",
                )
        return False, "Your circuit keeps the code, but it does another gate to what is encoded."

    return told


def through(V):
    """All that counts of a circuit: what it makes of the encoded states, without the global phase."""

    def seen(answer):
        found = (unitary(answer) @ V).ravel()
        return np.outer(found, found.conj())

    return seen


def turning(V, letters, gate):
    """The signs of the turns that do this gate."""
    for signs in product((1, -1), repeat=4):
        logical = V.conj().T @ unitary(quarter_turns(letters, signs)) @ V
        if same_up_to_phase(logical, gate):
            return signs
    raise ValueError("no turns do this gate")


@build(
    "6.P.4",
    kind="design",
    rung="think",
    outcome=2,
    points=3,
    rules=[TwoQubitGates(0), NoMeasurement()],
    draw=turned_code,
)
def encoded_cz(checks, logical):
    V = encoder(checks, logical)
    exchanged = np.kron(HADAMARD, HADAMARD)
    other = exchanged @ CZ @ exchanged
    yield Property(
        "does the logical CZ",
        does(V, CZ, other),
        takes=Circuit,
        num_qubits=4,
        counts=through(V),
        wants="a circuit of four qubits",
    )
    for word, named in (("ZZ", "both"), ("ZI", "logical qubit 1"), ("IZ", "logical qubit 2")):
        yield (
            slip(quarter_turns(checks[1], turning(V, checks[1], CZ @ matrix(word))), "forgets the signs")
            .worth(0.5)
            .says(
                f"Your circuit does the logical CZ, and then also a logical Z on {named}. Which turns have to change?"
            )
        )
    yield slip(quarter_turns(checks[0], turning(V, checks[0], other)), "turns about the other letters").says(
        "You turn about the letters of the first generator. That leaves the logical X's alone, and moves the Z's; CZ "
        "does the opposite."
    )


# --- 5: bursts -------------------------------------------------------------------------------------------------------

BITS = 7
CAUSES = [[k] for k in range(BITS)] + [list(range(k, k + 4)) for k in range(BITS - 3)]
HITS = np.array([[bit in cause for cause in CAUSES] for bit in range(BITS)], int)
CHECKED = (HITS[:-1] + HITS[1:]) % 2
HAPPENED = np.arange(2 ** len(CAUSES))[:, None] >> np.arange(len(CAUSES)) & 1
SYNDROMES = HAPPENED @ CHECKED.T % 2 @ (1 << np.arange(BITS - 1))
FIRST = HAPPENED @ HITS[0] % 2


def both_ways(values, start, gather):
    """Of shape (2, 64): gathered over all that may have happened, by whether bit 0 is flipped and by the syndrome."""
    found = np.full((2, 2 ** (BITS - 1)), start, dtype=float)
    gather.at(found, (FIRST, SYNDROMES), values)
    return found


def chance_of_all(single, burst):
    rates = np.array([*single, *burst])
    return np.where(HAPPENED, rates, 1 - rates).prod(axis=1)


def likelier(single, burst):
    return both_ways(chance_of_all(single, burst), 0, np.add).argmax(axis=0)


def majority():
    flips = np.array([np.cumsum([0, *(s >> np.arange(BITS - 1) & 1)]) % 2 for s in range(2 ** (BITS - 1))])
    return (flips.sum(axis=1) > BITS // 2).astype(int)


def fewest_causes():
    return both_ways(HAPPENED.sum(axis=1), 99, np.minimum).argmin(axis=0)


def failing(single, burst, decided):
    chance = both_ways(chance_of_all(single, burst), 0, np.add)
    return float(chance[1 - decided, np.arange(len(decided))].sum())


def one_parity(place):
    return np.arange(2 ** (BITS - 1)) >> place & 1


def some_rates(rng):
    """Rates at which a majority, counting causes, and a look at one parity fail far more often than need be."""
    while True:
        single = [rng.choice([0.005, 0.01, 0.15, 0.2]) for _ in range(BITS)]
        burst = [rng.choice([0.005, 0.01, 0.15, 0.2]) for _ in range(BITS - 3)]
        best, by_majority, by_causes = (
            failing(single, burst, decided) for decided in (likelier(single, burst), majority(), fewest_causes())
        )
        if best > 0.09 or by_causes < best + 0.05 or by_majority < by_causes + 0.03:
            continue
        if min(failing(single, burst, one_parity(place)) for place in range(BITS - 1)) > best + 0.05:
            return {"single": single, "burst": burst}


def looked_up(decided):
    return lambda syndrome: int(decided[sum(bit << k for k, bit in enumerate(syndrome))])


@function("6.P.5", rung="think", outcome=3, points=3, draw=some_rates)
def decide_under_bursts(single, burst):
    best = likelier(single, burst)
    yield Decoder(
        CHECKED,
        HITS[:1],
        [*single, *burst],
        failing(single, burst, best),
        reports="class",
        shots=2000,
        resolution=0.05,
    )
    yield slip(looked_up(majority()), "takes the fewest flips").says(
        "Your decoder takes the correction with the fewest flips. A burst makes four flips at once."
    )
    yield slip(looked_up(fewest_causes()), "takes the fewest causes").says(
        "Your decoder takes the explanation with the fewest causes. Some causes are much rarer than others."
    )
    yield slip(looked_up(1 - best), "takes the less likely", "bit-flip").says(
        "Your decoder always decides for the less likely of the two cases."
    )
    yield slip(looked_up(one_parity(0)), "looks at the first parity alone").says(
        "Your decoder looks at the first parity only. It is 1 also if bit 1 alone is flipped."
    )
    yield slip(looked_up(0 * best), "decides nothing").says("Your decoder always says that bit 0 is not flipped.")


# --- 6: two memories -------------------------------------------------------------------------------------------------


def two_slopes(d, slow):
    """By how much halving every error rate divides the failures: 2 to the power of the faults that it takes."""
    faults = (d + 1) // 2
    return {"steep": 2**faults, "flat": 2 ** ((faults + 1) // 2), "fast": "X" if slow == "Z" else "Z"}


@choice(
    "6.P.6",
    rung="think",
    outcome=4,
    points=2,
    d=one_of(5, 9, 13),
    slow=one_of("Z", "X"),
    derive=two_slopes,
)
def what_halves_the_distance(slow, fast):
    yield right(f"The {fast} checks: they do their CNOTs in a bad order.").says(
        f"Right: one fault in the middle of such a check leaves two {fast} errors on data qubits. Along a logical "
        f"{fast} half as many faults are enough; and a logical {fast} is what spoils the memory of {slow}."
    )
    yield slip(f"The {slow} checks: they do their CNOTs in a bad order.", "takes the other checks").says(
        f"A fault in the middle of {'an X' if slow == 'X' else 'a Z'} check leaves {slow} errors. These do no harm to "
        f"a memory of {slow}."
    )
    yield slip("The ancillas: their readout is much worse than all the rest.", "blames the readout").says(
        "Both kinds of checks are read in the same way. And a larger rate puts a factor in front; it does not change "
        "how many faults it takes."
    )
    yield slip("The decoder: it treats X and Z errors as if they had nothing to do with each other.", "blames Y").says(
        "So it does in both memories. Look at what differs between the two."
    )
    yield slip("The end: the bits of the data are compared with no earlier reading.", "doubts the end").says(
        "Then a single flip at the end could spoil the memory unseen: with half the rates the failures would halve."
    )


# --- 7: a parity that is known ---------------------------------------------------------------------------------------


def on_a_ring(d, rounds, detectors="both", observable="first", skip=1):
    """ZZ checks on a ring of qubits in |+⟩, as text; the options are ways to write the detectors."""
    words = " ".join
    first, second = (words(f"{(k + step) % d} {d + k}" for k in range(d)) for step in (0, 1))
    ancillas = words(str(d + k) for k in range(d))
    lines = [f"RX {words(map(str, range(d)))}", f"R {ancillas}"]
    for r in range(rounds):
        lines += [f"CX {first}", "TICK", f"CX {second}", "TICK", f"MR {ancillas}", "TICK"]
        for k in range(d):
            if detectors == "single" or (detectors == "all" and not r):
                lines.append(f"DETECTOR rec[{k - d}]")
            elif detectors == "next" and r:
                lines.append(f"DETECTOR rec[{k - d}] rec[{(k + 1) % d - 2 * d}]")
            elif detectors in ("both", "all") and r >= skip:
                lines.append(f"DETECTOR rec[{k - d}] rec[{k - (1 + skip) * d}]")
    back = d * rounds if observable in ("first", "one") else d
    every = range(1 if observable == "one" else d)
    return "\n".join([*lines, "OBSERVABLE_INCLUDE(0) " + words(f"rec[{k - back}]" for k in every)])


def operations(program):
    """How often each gate, reset and measurement acts on each qubits; whatever noise there is does not count."""
    return Counter(
        (step.name, tuple(target.value for target in group))
        for step in program.without_noise().flattened()
        if step.name not in ("DETECTOR", "OBSERVABLE_INCLUDE", "TICK", "QUBIT_COORDS", "SHIFT_COORDS")
        for group in step.target_groups()
    )


class Annotated(StimProgram):
    """A program to which only detectors and observables may be added: other preparations can have the same rates."""

    def __init__(self, given, **asked):
        super().__init__(**asked)
        self.given = operations(given)

    def right(self, circuit):
        return super().right(circuit) and operations(circuit) == self.given

    def explain(self, circuit):
        found = super().explain(circuit)
        if found is not None:
            return found
        return wrong("rule", "Your program has other resets, gates or measurements than the given one.", score=0.5)


@build(
    "6.P.7", rung="think", outcome=4, points=3, d=whole(4, 9), rounds=whole(3, 9), where=lambda d, rounds: d != rounds
)
def known_parity(d, rounds):
    asked = StimProgram(on_a_ring(d, rounds))
    yield Annotated(asked.circuit, detectors=d * (rounds - 1), observables=1, distance=rounds, rates=asked.rates)
    yield slip(on_a_ring(d, rounds, detectors="all"), "expects a value in the first round").says(
        "In the first round each check gives +1 or −1 by chance: the data are in |+⟩. A detector of one such reading "
        "is not deterministic."
    )
    yield slip(on_a_ring(d, rounds, observable="one"), "takes one check").says(
        "One check alone gives +1 or −1 by chance. What is known about all of them together?"
    )
    yield slip(on_a_ring(d, rounds, detectors="next"), "compares two checks").says(
        "Your detectors compare a check with its neighbour's reading one round earlier. Two different checks need not "
        "agree."
    )


# --- 8: which decoder is better --------------------------------------------------------------------------------------


def votes(hidden):
    """The weights of the bits: those of yesterday's rates."""
    return {"weights": [round(log((1 - rate) / rate), 1) for rate in hidden]}


def two_decoders(hidden, weights):
    """Of each pattern of flips: its chance, and whether the majority and the weighted vote are wrong."""
    flips = np.array(list(product((0, 1), repeat=len(hidden))))
    chance = np.where(flips, hidden, np.subtract(1, hidden)).prod(axis=1)
    votes = flips @ weights - sum(weights) / 2
    return chance, flips.sum(axis=1) > len(hidden) / 2, votes > 0, np.abs(votes).min()


def gains(hidden, weights):
    """The mean gain and the scatter of one shot; then the two failure rates."""
    chance, one, other, _ = two_decoders(hidden, weights)
    gain = one.astype(int) - other
    mean = float(chance @ gain)
    return mean, sqrt(float(chance @ gain**2) - mean**2), float(chance @ one), float(chance @ other)


def of_two_runs(hidden, weights):
    """The scatter of one shot if the decoders had shots of their own."""
    _, _, one, other = gains(hidden, weights)
    return hypot(of_a_rate(one), of_a_rate(other))


def of_a_rate(share):
    return sqrt(share * (1 - share))


def uneven(rng):
    """Rates at which the wrong error bars are clearly too wide or too small."""
    while True:
        hidden = [round(rng.uniform(0.1, 0.2), 3) for _ in range(2)]
        hidden += [round(rng.uniform(0.3, 0.42), 3) for _ in range(3)]
        rng.shuffle(hidden)
        weights = votes(hidden)["weights"]
        mean, spread, _, other = gains(hidden, weights)
        if mean < 0.02 or two_decoders(hidden, weights)[3] < 0.06 or not apart(0.012, mean, other, 0):
            continue
        if of_two_runs(hidden, weights) > 1.3 * spread and of_a_rate(mean) < 0.82 * spread:
            return {"hidden": hidden, "weights": weights}


@measure("6.P.8", rung="use", outcome=5, points=3, within=0.0015, slack=0.12, bounds=(-1, 1), draw=uneven)
def better_by_how_much(hidden, weights):
    truth, spread, one, other = gains(hidden, weights)
    shots = 100_000
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((truth, of_two_runs(hidden, weights) / sqrt(shots), shots), "takes the decoders for independent").says(
        "Your error bar is that of two runs with shots of their own. Here both decoders see the same shots: where both "
        "fail, or none, the difference is 0."
    )
    yield slip((truth, of_a_rate(truth) / sqrt(shots), shots), "takes the difference for a rate").says(
        "Your error bar is √(D(1 − D)/N), as if the difference D were a rate. But a shot can also count −1, when only "
        "the second decoder is wrong."
    )
    yield slip((-truth, error, shots), "turns the sign round").says(
        "The sign is turned round: the majority's rate minus that of the weighted vote is asked for."
    )
    yield slip((other, of_a_rate(other) / sqrt(shots), shots), "gives the rate of the weighted vote").says(
        "This is how often the weighted vote is wrong. The difference of the two decoders is asked for."
    )
    yield slip((one, of_a_rate(one) / sqrt(shots), shots), "gives the rate of the majority").says(
        "This is how often the majority is wrong. The difference of the two decoders is asked for."
    )


# --- 9: what lost qubits take with them ------------------------------------------------------------------------------


def rank_on(words, places):
    """The rank of the parts of the words on these qubits."""
    return rank(sum("IXZY".index(word[q]) << 2 * k for k, q in enumerate(places)) for word in words)


def lost_operators(words, lost):
    """How many independent logical operators live on the lost qubits alone."""
    kept_ones = sorted(set(range(len(words[0]))) - set(lost))
    return 2 * len(lost) - rank_on(words, lost) - len(words) + rank_on(words, kept_ones)


def with_stabilizers(words, lost):
    return 2 * len(lost) - rank_on(words, lost)


def any_lost(words, lost):
    return int(lost_operators(words, lost) > 0)


def on_the_rest(words, lost):
    return lost_operators(words, [q for q in range(len(words[0])) if q not in lost])


def half_of_them(words, lost):
    return (lost_operators(words, lost) + 1) // 2


def pairs(words, lost):
    return lost_operators(words, lost) // 2


def all_products(words, lost):
    return 2 ** lost_operators(words, lost) - 1


def encoded(words, lost):
    return len(words[0]) - len(words)


def all_encoded(words, lost):
    return 2 * encoded(words, lost)


def all_equations(words, lost):
    """As if every generator gave an equation on the lost qubits."""
    return max(0, 2 * len(lost) - len(words))


def listed_stabilizers(words, lost):
    """Without stabilizers, but only those that stand in the list."""
    inside = [word for word in words if all(letter == "I" or k in lost for k, letter in enumerate(word))]
    return with_stabilizers(words, lost) - len(inside)


OTHER_COUNTS = [
    with_stabilizers,
    any_lost,
    on_the_rest,
    half_of_them,
    pairs,
    all_products,
    encoded,
    all_encoded,
    all_equations,
    listed_stabilizers,
]


def random_words(rng, n, count):
    """Independent commuting words: Z's carried through random gates."""
    x, z = [0] * count, [1 << k for k in range(count)]
    for _ in range(6 * n):
        a, b = rng.sample(range(n), 2)
        kind = rng.randrange(3)
        for i in range(count):
            xa, za = x[i] >> a & 1, z[i] >> a & 1
            if kind == 0:  # H
                x[i] ^= (xa ^ za) << a
                z[i] ^= (xa ^ za) << a
            elif kind == 1:  # S
                z[i] ^= xa << a
            else:
                x[i] ^= xa << b
                z[i] ^= (z[i] >> b & 1) << a
    return ["".join("IXZY"[(x[i] >> k & 1) + 2 * (z[i] >> k & 1)] for k in range(n)) for i in range(count)]


def toric(L):
    """Edges to the right L·r + c, edges below L² more; one star and one face left out."""

    def edge(below, r, c):
        return below * L * L + (r % L) * L + c % L

    words = []
    for letter in "XZ":
        for r, c in list(product(range(L), repeat=2))[1:]:
            if letter == "X":
                edges = {edge(0, r, c), edge(0, r, c - 1), edge(1, r, c), edge(1, r - 1, c)}
            else:
                edges = {edge(0, r, c), edge(0, r + 1, c), edge(1, r, c), edge(1, r, c + 1)}
            words.append("".join(letter if k in edges else "I" for k in range(2 * L * L)))
    return words


def some_losses(rng):
    """Codes and lost qubits: five qubits, a torus of 18, and random codes of up to 24."""
    while True:
        cases = [(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"], rng.sample(range(5), lost)) for lost in (2, 3)]
        torus = toric(3)
        loop = [3 * r for r in range(3)] + [rng.randrange(9, 18)]
        cases += [(torus, loop), (torus, rng.sample(range(18), 9)), (torus, rng.sample(range(18), 4))]
        for n in (6, 8, 12, 16, 20, 24):
            for _ in range(2):
                words = random_words(rng, n, n - rng.randint(1, max(2, n // 4)))
                middle = rng.randint(n // 2 - 2, n // 2 + 2)
                cases.append((words, rng.sample(range(n), middle)))
        counted = [lost_operators(*case) for case in cases]
        if len(set(counted)) > 3 and all(
            sum(way(*case) != found for case, found in zip(cases, counted, strict=True)) > 3 for way in OTHER_COUNTS
        ):
            return rng.sample(cases, len(cases))


@function("6.P.9", kind="stretch", outcome=1, points=4, name="lost_operators", inputs=some_losses)
def what_is_lost():
    yield lost_operators
    yield slip(with_stabilizers, "counts stabilizers").says(
        "You count all words on the lost qubits that commute with the generators. Some of these are stabilizers: they "
        "do nothing to what is encoded."
    )
    yield slip(any_lost, "tells only whether").says(
        "Your function tells whether there is one. How many independent ones there are is asked for."
    )
    yield slip(on_the_rest, "looks at what is left").says("These are the numbers for the qubits that are *not* lost.")
    for halved in (half_of_them, pairs):
        yield slip(halved, "counts pairs").says(
            "You halve the number. An X̄ without its Z̄ may also live on the lost qubits; each counts by itself."
        )
    yield slip(all_products, "counts products, too").says(
        "You count all of them, up to stabilizers. A product of two others is not independent of them."
    )
    yield slip(encoded, "gives k").says("This is how many qubits are encoded, whatever is lost.")
    yield slip(all_encoded, "gives 2k").says("This is the number for all qubits, whatever is lost.")
    yield slip(all_equations, "takes each generator for an equation").says(
        "You subtract the number of generators. Their parts on the lost qubits need not be independent, and "
        "stabilizers are still to be taken off."
    )
    yield (
        slip(listed_stabilizers, "takes listed stabilizers off only")
        .worth(0.5)
        .says("You take off only generators of the list. A product of several may also live on the lost qubits alone.")
    )
