"""What right means in the problem set of module 5. The tasks stand in the notebook of the same name."""

from itertools import combinations, product
from math import acos, cos, exp, log, pi, sin, sqrt

import numpy as np

from qtrain.authoring import (
    apart,
    build,
    choice,
    circuit,
    data,
    decimals,
    function,
    measure,
    number,
    one_of,
    right,
    several,
    slip,
    whole,
)
from qtrain.checking import Data, Estimator, Property
from qtrain.checking.rules import NoSynthesis, Rule
from qtrain.checking.schema import List, Word
from qtrain.circuits import Circuit
from qtrain.circuits.counting import counted
from qtrain.circuits.gates import matrix_of

PAULIS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


def logs(*values):
    """Their logarithms: for numbers that have to be apart by a share of themselves."""
    return [log(value) for value in values]


# --- 1: from a decay to a number for Cirq ----------------------------------------------------------------------------


def shrinkings(decay, pulses):
    """Cirq's p, the average error and Aer's p of a pulse; Cirq's p and the average error of a Clifford."""
    lost = 1 - decay ** (1 / pulses)
    return 0.75 * lost, 0.5 * lost, lost, 0.75 * (1 - decay), 0.5 * (1 - decay), 0.75 * (1 - decay**pulses)


@number(
    "5.P.1",
    outcome=1,
    points=2,
    rel=3e-3,
    decay=decimals(0.993, 0.9985, 0.0001),
    pulses=decimals(1.4, 3.6, 0.05),
    where=lambda decay, pulses: apart(0.05, *logs(*shrinkings(decay, pulses))),
)
def for_each_pulse(decay, pulses):
    found, average, aer, of_clifford, reported, many = shrinkings(decay, pulses)
    yield found
    yield slip(average, "gives the average error", "convention").says(
        "This is the average error of one pulse. Cirq takes the chance of a Pauli error."
    )
    yield slip(aer, "gives Aer's p", "convention").says("This is the p of (1 − p)ρ + pI/2. Cirq's p is another one.")
    yield slip(of_clifford, "takes a Clifford for a pulse").says("This belongs to a whole Clifford, not to one pulse.")
    yield slip(reported, "gives the error per Clifford").says(
        "This is the average error per Clifford, which a benchmark reports. Two steps are left."
    )
    yield slip(many, "multiplies by the pulses").says(
        "A pulse is a part of a Clifford: its error is smaller than that of a Clifford, not larger."
    )


# --- 2: what a passed size asks of the gates -------------------------------------------------------------------------

IDEAL = {4: 0.840, 5: 0.857, 6: 0.852, 7: 0.858}


def just_passing(circuits, bars=2.0):
    """The heavy share that lies so many error bars above two thirds."""
    a = bars**2 / circuits  # (h − 2/3)² = a h (1 − h)
    b = 4 / 3 + a
    return (b + sqrt(b * b - 16 / 9 * (1 + a))) / (2 * (1 + a))


def allowed(n, flip, share, ideal, readings=None, blocks=None):
    """The chance of a Pauli error of a block with which this share is expected."""
    f = (share - 0.5) / (ideal - 0.5) / (1 - flip) ** (n if readings is None else readings)
    return 1 - f ** (1 / (blocks or n * (n // 2)))


def readings_of_the_rule(n, flip, circuits, ideal):
    share = just_passing(circuits)
    return (
        allowed(n, flip, share, ideal),
        allowed(n, flip, 2 / 3, ideal),
        allowed(n, flip, just_passing(circuits, 1), ideal),
        allowed(n, flip, share, ideal, readings=0),
        allowed(n, flip, share, ideal, readings=1),
        allowed(n, flip, share, ideal, blocks=n * n),
        allowed(n, flip, share, (1 + log(2)) / 2),
        allowed(n, flip, share, 1),
        allowed(n, flip, share, ideal, blocks=n),
        *([allowed(n, flip, share, ideal, blocks=n * (n - 1) // 2)] if n % 2 == 0 else []),
    )


def with_a_bar_of_two_thirds(n, flip, circuits, ideal):
    """The same where the error bar is taken at two thirds, not at the share that passes."""
    return allowed(n, flip, 2 / 3 + 2 * sqrt(2 / 9 / circuits), ideal)


def passes_with_room(n, flip, circuits):
    found = readings_of_the_rule(n, flip, circuits, IDEAL[n])
    crude = with_a_bar_of_two_thirds(n, flip, circuits, IDEAL[n])
    if not (found[0] > 0.003 and min(*found, crude) > 0):
        return False
    return apart(0.02, *logs(*found)) and apart(0.011, *logs(*found, crude))


@number(
    "5.P.2",
    rung="think",
    outcome=1,
    points=3,
    bounds=(0, 1),
    rel=5e-3,
    n=whole(4, 7),
    flip=decimals(0.005, 0.025, 0.0005),
    circuits=whole(150, 900, 10),
    where=passes_with_room,
    derive=lambda n: {"ideal": IDEAL[n]},
)
def error_that_still_passes(n, flip, circuits, ideal):
    found, bare, one_bar, no_flips, one_flip, full, limit, sure, a_layer, *pairs = readings_of_the_rule(
        n, flip, circuits, ideal
    )
    yield found
    yield slip(bare, "forgets the error bars").says(
        "With this error the share is expected at two thirds exactly. By the rule it has to lie higher."
    )
    yield slip(one_bar, "takes one error bar").says("You put one error bar between the share and two thirds.")
    yield slip(no_flips, "forgets the readout").says("The readout fails, too; so less is left for the gates.")
    yield slip(one_flip, "reads one qubit").says("You let one bit be misread. All of them are read.")
    yield slip(full, "counts a block for each qubit").says("A block takes two qubits. How many are there in a layer?")
    yield slip(limit, "takes the limit of many qubits").says(
        "You took 0.847, the limit for many qubits. The size of the task has its own ideal share."
    )
    yield slip(sure, "takes 1 for a perfect device").says(
        "On a perfect device not all outputs are heavy. Its share stands in the task."
    )
    yield slip(a_layer, "counts a block for each layer").says(
        f"You counted {n} blocks: one for each layer. More pairs of qubits fit into a layer."
    )
    for all_pairs in pairs:
        yield slip(all_pairs, "counts each pair of qubits once").says(
            "You counted one block for each pair of qubits. Count the layers, and the blocks in one of them."
        )
    yield slip(with_a_bar_of_two_thirds(n, flip, circuits, ideal), "takes the error bar of two thirds").says(
        "You took the error bar that a share of two thirds has. The rule takes that of the share which is measured."
    )


# --- 3: how much of an error is a turn -------------------------------------------------------------------------------


def turn_of(decay, mean, n):
    """The angle, by halving: the mean falls as it grows."""
    low, high = 0.0, pi / (2 * n)
    for _ in range(60):
        middle = (low + high) / 2
        shrunk = (3 * decay / (1 + 2 * cos(middle))) ** n
        low, high = (middle, high) if shrunk * cos(n * middle) > mean else (low, middle)
    return low


def turns(decay, mean, n):
    flipped = (1 - mean) / 2
    return (
        turn_of(decay, mean, n),
        acos(mean) / n,
        acos((3 * decay - 1) / 2),
        acos(min(1.0, mean / decay**n)) / n,
        2 * acos(mean) / n,
        acos(1 - flipped) / n,
    )


def tells_a_turn(decay, mean, n):
    """Whether turn and depolarising are of a sensible size, and the ways to go wrong give other angles."""
    theta = turn_of(decay, mean, n)
    lost = 1 - 3 * decay / (1 + 2 * cos(theta))
    return (
        0.04 < theta < 0.12 and 0.004 < lost < 0.02 and 0.5 < n * theta < 1.3 and apart(6e-4, *turns(decay, mean, n), 0)
    )


@number(
    "5.P.3",
    rung="think",
    outcome=2,
    points=3,
    within=2e-4,
    unit="rad",
    decay=decimals(0.972, 0.996, 0.000001),  # what is measured is drawn: `p` does not hold the angle
    mean=decimals(0.2, 0.84, 0.00001),
    n=whole(8, 14, 2),
    where=tells_a_turn,
)
def turn_in_the_error(decay, mean, n):
    found, all_turn, from_decay, all_noise, doubled, as_chance = turns(decay, mean, n)
    yield found
    yield slip(all_turn, "takes all of the loss for the turn").says(
        "You took the whole loss of the gates in a row for the turn. A part of it is depolarising."
    )
    yield slip(from_decay, "takes all of the decay for the turn").says(
        "This turn alone would give the decay. A part of the decay is depolarising."
    )
    yield slip(all_noise, "takes the decay for the depolarising").says(
        "You took the whole decay for the depolarising. The turn is in the decay, too."
    )
    yield slip(doubled, "doubles the angle", "double-angle").says("Your angle is twice what the loss in a row gives.")
    yield slip(as_chance, "takes the chance of 0 for a cosine").says(
        "You took the cosine of the angle for the chance of 0. It is the mean of Z."
    )


# --- 4: words around three gates -------------------------------------------------------------------------------------

MATRICES = {
    "cx 0 1": np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]),
    "cx 1 0": np.array([[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]]),
    "cz 0 1": np.diag([1, 1, 1, -1]),
    "iswap 0 1": np.array([[1, 0, 0, 0], [0, 0, 1j, 0], [0, 1j, 0, 0], [0, 0, 0, 1]]),
}
MATRICES["dcx 0 1"] = MATRICES["cx 1 0"] @ MATRICES["cx 0 1"]
MATRICES["dcx 1 0"] = MATRICES["cx 0 1"] @ MATRICES["cx 1 0"]
PAIRS = ["".join(letters) for letters in product("IXYZ", repeat=2)]
WORDS = {pair: np.kron(PAULIS[pair[0]], PAULIS[pair[1]]) for pair in PAIRS}


def letter_of(matrix):
    """Which Pauli a matrix is, up to a phase; a question mark for none."""
    return next((name for name, P in PAULIS.items() if abs(abs(np.vdot(P, matrix)) - 2) < 1e-6), "?")


def behind(gate, pair):
    """The word after a gate that belongs to a word before it."""
    moved = MATRICES[gate] @ WORDS[pair] @ MATRICES[gate].conj().T
    return next(name for name, other in WORDS.items() if abs(abs(np.vdot(other, moved)) - 4) < 1e-6)


def backward(gate, pair):
    """The word that belongs to it if the gate is passed the other way."""
    return next(name for name in PAIRS if behind(gate, name) == pair)


def merged(one, other):
    return "".join(letter_of(PAULIS[b] @ PAULIS[a]) for a, b in zip(one, other, strict=True))


def columns(gates, before, correct=behind):
    """The four words of the twirled circuit: the last correction and the next word are one."""
    found, last = [], "II"
    for gate, pair in zip(gates, before, strict=True):
        found.append(merged(last, pair))
        last = correct(gate, pair)
    return [*found, last]


def twirled(gates, pairs):
    steps = []
    for pair, gate in zip(pairs, [*gates, ""], strict=True):
        steps += [f"{letter.lower()} {k}" for k, letter in enumerate(pair) if letter != "I"]
        if gate.startswith("dcx"):
            steps += [f"cx {gate[4:]}", f"cx {gate[:3:-1]}"]
        elif gate:
            steps.append(gate)
    return circuit(*steps, qubits=2)


def worded(gates, before):
    """Whether the words differ enough for each way to go wrong to show."""
    exact = columns(gates, before)
    others = [
        columns(gates, before, lambda gate, pair: pair),
        columns(gates, before, lambda gate, pair: "II"),
        columns(gates, before, lambda gate, pair: behind("cx 0 1", pair)),
        columns(gates, before, lambda gate, pair: behind(gate, pair[::-1])[::-1]),
        columns(gates, before, backward),
    ]
    every = [exact, *others]
    distinct = all(one != other for one, other in combinations(every, 2))
    apart_by_words = all("II" not in pairs[:-1] for pairs in every)  # else two gates would be one group
    return distinct and apart_by_words and len(set(gates)) == 3 and exact[-1] != "II"


class Merged(Rule):
    """Between two-qubit gates each qubit has one gate at most."""

    def broken(self, circuit):
        times = [0] * circuit.num_qubits
        for _, step in counted(circuit):
            if len(step.all_qubits) > 1:
                times = [0] * circuit.num_qubits
                continue
            times[step.all_qubits[0]] += 1
            if max(times) > 1:
                return f"qubit {step.all_qubits[0]} has two gates in one place: merge them"
        return None


def layers(answer):
    """What stands before each group of two-qubit gates and at the end, as letters; and the groups' matrices.

    A group has no gate on one qubit between its gates: so dcx is one group, however it is written.
    """
    found, groups, here, inside = [], [], [np.eye(2), np.eye(2)], False
    for _, step in counted(answer):
        matrix = matrix_of(step)
        if len(step.all_qubits) == 1:
            place = step.all_qubits[0]
            here[place], inside = matrix @ here[place], False
            continue
        if step.all_qubits == (1, 0):
            matrix = matrix.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)
        if inside:
            groups[-1] = matrix @ groups[-1]
            continue
        found.append("".join(map(letter_of, here)))
        groups.append(matrix)
        here, inside = [np.eye(2), np.eye(2)], True
    return [*found, "".join(map(letter_of, here))], groups


def plain_steps(answer):
    return all(step.name not in ("measure", "reset", "if", "kraus") for step in answer.operations)


def is_twirled(gates, before):
    exact = columns(gates, before)

    def holds(answer):
        if not plain_steps(answer):
            return False, "Your circuit has a step that is no gate. Gates are enough here."
        pairs, made = layers(answer)
        if not made:
            return False, "Your circuit has no gate on two qubits; the task has three."
        if len(made) != len(gates):
            groups = f"In your circuit they divide the two-qubit gates into {len(made)} groups"
            found = "In your circuit no gate on one qubit stands between two of them" if len(made) == 1 else groups
            return False, f"Pauli gates should stand between the {len(gates)} gates of the task. {found}."
        for place, (one, gate) in enumerate(zip(made, gates, strict=True), 1):
            if abs(abs(np.vdot(one, MATRICES[gate])) - 4) > 1e-6:
                return False, f"Number {place} of the two-qubit gates in your circuit is not {gate}."
        for place, (pair, asked) in enumerate(zip(pairs, exact, strict=True)):
            where = "At the end of your circuit" if place == len(gates) else f"Before gate number {place + 1}"
            if "?" in pair:
                return False, f"{where} stands something that is no Pauli gate."
            if pair != asked and place == 0:
                return False, f"{where} stands {pair}; the task has {asked} there."
            if pair != asked:
                told = f"the correction of gate number {place}"
                told += "" if place == len(gates) else f", multiplied with the word {before[place]}"
                return False, f"{where} stands {pair}. This is not {told}."
        return True

    def counts(answer):
        pairs, made = layers(answer) if plain_steps(answer) else ((), ())
        if len(made) != len(gates):
            return np.full(18 * len(gates) + 2, np.nan)  # like nothing else
        letters = np.array(["IXYZ?".index(letter) for pair in pairs for letter in pair])
        phases = [gate.flat[np.flatnonzero(abs(gate) > 0.3)[0]] for gate in made]  # global ones do not count
        return np.concatenate([letters, *((gate / phase).ravel() for gate, phase in zip(made, phases, strict=True))])

    return Property(
        "is the twirled circuit",
        holds,
        takes=Circuit,
        num_qubits=2,
        counts=counts,
        wants="a circuit of two qubits",
    )


@build(
    "5.P.4",
    outcome=3,
    points=3,
    takes="circuit",
    rules=[NoSynthesis(), Merged()],
    gates=several(3, one_of(list(MATRICES))),
    before=several(3, one_of(PAIRS)),
    where=worded,
)
def three_twirled_gates(gates, before):
    yield is_twirled(gates, before)
    yield slip(twirled(gates, columns(gates, before, lambda gate, pair: pair)), "puts the same word behind").says(
        "You put the same word behind each gate as before it. A gate turns a word into another one."
    )
    yield slip(twirled(gates, columns(gates, before, lambda gate, pair: "II")), "puts no words behind").says(
        "You put the words before the gates, and nothing behind them: then the circuit does something else."
    )
    yield slip(
        twirled(gates, columns(gates, before, lambda gate, pair: behind("cx 0 1", pair))), "takes CNOT's table"
    ).says("You took the words behind a CNOT from 0 to 1 for every gate. Each gate has its own.")
    yield slip(
        twirled(gates, columns(gates, before, lambda gate, pair: behind(gate, pair[::-1])[::-1])),
        "exchanges the qubits of the gates",
        "qubit-order",
    ).says("Your words behind the gates belong to gates whose two qubits are exchanged.")
    yield slip(twirled(gates, columns(gates, before, backward)), "passes the gate backwards", "convention").says(
        "You took G†PG for the word behind a gate, and GPG† is needed. They differ where a gate is not its own inverse."
    )


# --- 5: prices multiply ----------------------------------------------------------------------------------------------


def bill(noise, gates, word, e0, e1, error, kept=None, convention="cirq", largest=True):
    """Shots for an error bar by the bound: prices of the gates and of the readout of so many qubits."""
    lost = 16 / 15 * noise if convention == "cirq" else noise
    of_gates = ((1 + 7 / 8 * lost) / (1 - lost)) ** gates
    share, shift = 1 - e0 - e1, abs(e1 - e0)
    weight = (1 + shift if largest else 1 - shift) / share
    read = weight ** (sum(letter != "I" for letter in word) if kept is None else kept)
    return (of_gates * read / error) ** 2, of_gates, read


def bills(noise, gates, word, e0, e1, error):
    given = (noise, gates, word, e0, e1, error)
    found, of_gates, read = bill(*given)
    return (
        found,
        bill(*given, convention="aer")[0],
        bill(*given, kept=len(word))[0],
        bill(*given, kept=0)[0],
        bill(*given, kept=1)[0],
        bill(*given, largest=False)[0],
        (read / error) ** 2,
        of_gates * read / error**2,
        (of_gates**2 + read**2) / error**2,
        ((1 - 16 / 15 * noise) ** -gates * read / error) ** 2,
        (of_gates * (1 - e0 - e1) ** -sum(letter != "I" for letter in word) / error) ** 2,
    )


@number(
    "5.P.5",
    outcome=3,
    points=2,
    rel=0.02,
    noise=decimals(0.004, 0.012, 0.0005),
    gates=whole(20, 60, 2),
    word=one_of(["ZIXZ", "XXIY", "IZYZX", "YIZIX", "ZZIXX", "XIIYZ", "IXYIZZ", "ZIZXIY"]),
    e0=decimals(0.01, 0.03, 0.002),
    e1=decimals(0.05, 0.1, 0.005),
    error=one_of([0.01, 0.02, 0.03, 0.05]),
    where=lambda noise, gates, word, e0, e1, error: apart(0.05, *logs(*bills(noise, gates, word, e0, e1, error))),
)
def shots_for_everything(noise, gates, word, e0, e1, error):
    found, aer, all_read, no_readout, one_read, small, no_gates, unsquared, added, divided, mean_weight = bills(
        noise, gates, word, e0, e1, error
    )
    yield found
    yield slip(aer, "takes p of the other convention", "convention").says(
        "You took the number for the p of (1 − p)ρ + pI/4. It is Cirq's."
    )
    yield slip(all_read, "counts the letters I").says(
        "You mitigated the readout of all qubits. A qubit with the letter I need not be read at all."
    )
    yield slip(no_readout, "forgets the readout").says("This pays for the gates. The readout has its price, too.")
    yield slip(one_read, "mitigates one qubit").says("You counted the readout of one qubit. The word has more letters.")
    yield slip(small, "takes the smaller weight").says(
        "You took the smaller of the two weights of a bit. The bound has to hold for every state."
    )
    yield slip(no_gates, "forgets the gates").says("This pays for the readout. The gates have their price, too.")
    yield slip(unsquared, "forgets the square").says(
        "The error bar grows with this factor; the shots, with its square."
    )
    yield slip(added, "adds the prices").says("You added the two prices. A shot is worth the product of its weights.")
    yield slip(divided, "divides by what a gate leaves").says(
        "For a gate you took 1/(1 − p), which only undoes the shrinking of a mean. γ is larger: it is the sum of the "
        "sizes of all quasi-probabilities."
    )
    yield slip(mean_weight, "takes the mean of the two weights").says(
        "For a bit you took 1/(1 − ε₀ − ε₁). With two different errors one of its weights is larger."
    )


# --- 6: four measurements of a wait ----------------------------------------------------------------------------------

NODES = np.polynomial.hermite_e.hermegauss(41)


def pulse_word(word, eps, slow):
    """The process fidelity of a wait with these pulses, each too strong by a part, averaged over slow noise."""
    waits = len(word) or 1
    fidelity = 0.0
    for node, weight in zip(*NODES, strict=True):
        phase = slow * node / waits
        half = np.diag(np.exp(np.array([-0.25j, 0.25j]) * phase))
        U = half @ half if not word else np.eye(2)
        for letter in word:
            angle = pi * (1 + eps) / 2
            U = half @ (cos(angle) * np.eye(2) - 1j * sin(angle) * PAULIS[letter]) @ half @ U
        fidelity += weight * abs(np.trace(U)) ** 2 / 4
    return fidelity / sqrt(2 * pi)


DEVICES = list(product(np.arange(0.035, 0.051, 0.0025), np.arange(1.2, 2.05, 0.1), np.arange(0.06, 0.17, 0.02)))
"""By how much a pulse is too strong, the slow and the white noise: `p` holds a number only, or it would tell."""


def four_waits(device):
    eps, slow, white = DEVICES[device]
    kept = (1 + exp(-white)) / 2
    words = {"plain": "", "two": "XX", "eight": "XXXXXXXX", "mixed": "XYXYYXYX"}
    return {name: round(float(kept * pulse_word(word, eps, slow)), 2) for name, word in words.items()}


def tells_the_waits_apart(device):
    """Whether eight X differ from no pulses and from two X by more than the data are uncertain."""
    found = four_waits(device)
    return abs(found["eight"] - found["plain"]) > 0.035 and found["two"] - found["eight"] > 0.1


@choice(
    "5.P.6",
    rung="think",
    outcome=2,
    points=2,
    device=whole(0, len(DEVICES) - 1),
    derive=four_waits,
    where=tells_the_waits_apart,
)
def what_the_waits_tell():
    yield right("Most of the noise is slow, and each pulse turns too far or too little by the same part.").says(
        "Right: two pulses take the slow noise away. With eight equal ones the pulses' own errors add up; an order of "
        "X and Y undoes them."
    )
    yield slip("Most of the noise is white, and more pulses let more of it in.", "takes the noise for white").says(
        "White noise has no memory: no pulses take any of it away. Here two pulses take most of the loss away."
    )
    yield slip("The noise changes during the wait so fast that two pulses come too late.", "thinks of fast noise").says(
        "If two pulses came too late, eight would do better than two."
    )
    yield slip("The compiler has removed the pulses of the run with eight X.", "blames the compiler").says(
        "Without its pulses this run would give what the wait without pulses gives. It does not."
    )
    yield slip("Relaxation: pulses take it away only if their axes change.", "thinks of relaxation").says(
        "Relaxation is a jump that no pulse takes back, about whatever axis it turns."
    )


# --- 7: two checks ---------------------------------------------------------------------------------------------------


def clash(one, other):
    """Whether two words anticommute."""
    return sum(a != b and "I" not in (a, b) for a, b in zip(one, other, strict=True)) % 2


def spanned(words):
    """All products of the words, up to a sign."""
    found = ["I" * len(words[0])]
    for word in words:
        found += [merged(word, other) for other in found]
    return found


def notice_everything(one, other):
    """Whether two words tell every error on one qubit: on each they have two letters that differ."""
    return all(a != b and "I" not in (a, b) for a, b in zip(one, other, strict=True))


def kept_words(random):
    """Six words that a state of six qubits keeps: those of a random graph, turned on each qubit, and mixed."""
    while True:
        edges = [pair for pair in combinations(range(6), 2) if random.random() < 0.5]
        turned = [random.sample("XYZ", 3) for _ in range(6)]
        words = []
        for k in range(6):
            letters = ["I"] * 6
            letters[k] = "X"
            for a, b in edges:
                if k in (a, b):
                    letters[a + b - k] = "Z"
            words.append("".join("I" if one == "I" else turned[j]["XYZ".index(one)] for j, one in enumerate(letters)))
        for _ in range(6):
            a, b = random.sample(range(6), 2)
            words[a] = merged(words[a], words[b])
        heavy = [word for word in spanned(words) if "I" not in word]
        good = sum(notice_everything(*pair) for pair in combinations(heavy, 2))
        if 1 <= good <= 12 and sum("I" not in word for word in words) <= 1:
            return {"kept": words}


def two_that_notice(kept):
    group = spanned(kept)

    def told(answer):
        if answer[0] == answer[1]:
            return False, "Your two checks are the same."
        for word in answer:
            if word not in group:
                return False, (
                    f"The state does not keep {word}: it is no product of the words of the task. This check would also "
                    "complain without any error."
                )
        for k, letter in product(range(6), "XYZ"):
            error = "I" * k + letter + "I" * (5 - k)
            if not any(clash(word, error) for word in answer):
                return False, f"The state keeps both of your words. But neither of them notices {letter} on qubit {k}."
        return True

    return told


def unnoticed(pair):
    return sum(
        not any(clash(word, "I" * k + letter + "I" * (5 - k)) for word in pair) for k in range(6) for letter in "XYZ"
    )


@data("5.P.7", kind="design", rung="think", outcome=4, points=3, draw=kept_words)
def two_checks(kept):
    yield Data(schema=List(Word("IXYZ", 6), 2), holds=two_that_notice(kept))
    nearest = min(combinations(kept, 2), key=unnoticed)
    yield slip(list(nearest), "takes two of the given words").says(
        "You took two of the given words. No two of them notice every error; the state keeps their products, too."
    )
    group = spanned(kept)
    plain = [word for word in ("XXXXXX", "ZZZZZZ", "YYYYYY") if word not in group]
    if len(plain) > 1:
        yield slip(plain[:2], "takes the checks of another code").says(
            "These two words notice every error, but this state does not keep them: they may complain without any."
        )


# --- 8: in the laboratory --------------------------------------------------------------------------------------------


def two_means(m, hidden, flip):
    """The mean of ZZ with one CNOT and with m of them."""
    return [(1 - 2 * flip) ** 2 * (1 - hidden) ** count for count in (1, m)]


def of_one_shot(m, hidden, flip):
    """The scatter of what one shot of each run says of the average error."""
    logarithms = sum((1 - mean**2) / mean**2 for mean in two_means(m, hidden, flip))
    return 0.75 * (1 - hidden) / (m - 1) * sqrt(logarithms)


def errors_read(m, hidden, flip):
    long = two_means(m, hidden, flip)[1]
    return 0.75 * hidden, hidden, 0.75 * (1 - long ** (1 / m)), 0.75 * (1 - (1 - hidden) ** (m - 1))


def of_the_long_run(m, hidden, flip):
    """Which part of the error bar the long run alone gives."""
    long = two_means(m, hidden, flip)[1]
    return 0.75 * (1 - hidden) / (m - 1) * sqrt((1 - long**2) / long**2) / of_one_shot(m, hidden, flip)


@measure(
    "5.P.8",
    outcome=5,
    points=3,
    within=3e-4,
    slack=0.12,
    m=whole(9, 15, 2),
    hidden=decimals(0.012, 0.036, 0.0005),
    flip=decimals(0.02, 0.07, 0.005),
    where=lambda m, hidden, flip: (
        apart(3.1e-3, *errors_read(m, hidden, flip))
        and of_the_long_run(m, hidden, flip) < 0.86
        and of_one_shot(m, hidden, flip) < 0.14
    ),
)
def error_of_a_cnot(m, hidden, flip):
    truth, aer, with_readout, whole_row = errors_read(m, hidden, flip)
    spread, shots = of_one_shot(m, hidden, flip), 250_000
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((aer, 4 / 3 * error, shots), "gives Aer's p", "convention").says(
        "This is the p of the noise. The average error of the gate is asked for."
    )
    yield slip((with_readout, error, shots), "leaves the readout in").says(
        "The misread bits are in your value. They are the same in both runs: which combination is free of them?"
    )
    yield slip((whole_row, error, shots), "gives the error of all gates").says(
        "This is the error of all the gates between the two runs together. That of one gate is asked for."
    )
    yield slip((truth, of_the_long_run(m, hidden, flip) * error, shots), "counts one run").says(
        "Your error bar is that of the long run alone. The short run scatters, too."
    )


# --- 9: the whole way back -------------------------------------------------------------------------------------------


def without_noise(shares, shots):
    """The value and its gradient: shares of 0 for a true 0, a true 1, at scale 1 and at scale 3."""
    zero, one, single, triple = shares
    width = zero - one
    m1, m3 = (2 * single - zero - one) / width, (2 * triple - zero - one) / width
    value = np.sign(m1) * abs(m1) ** 1.5 / abs(m3) ** 0.5
    of_m1, of_m3 = 1.5 * value / m1, -0.5 * value / m3
    slopes = np.array(
        [
            -(of_m1 * (1 + m1) + of_m3 * (1 + m3)) / width,
            -(of_m1 * (1 - m1) + of_m3 * (1 - m3)) / width,
            2 * of_m1 / width,
            2 * of_m3 / width,
        ]
    )
    scatter = np.sqrt(np.multiply(shares, np.subtract(1, shares)) / shots)
    return value, slopes, scatter, (m1, m3, of_m1, of_m3, width)


def drawn_device(random):
    """Counts of a device with a bad readout, and what they should give."""
    truth = random.choice((-1, 1)) * random.uniform(0.5, 0.9)
    q = random.uniform(0.72, 0.9)
    shares = [1 - random.uniform(0.01, 0.04), random.uniform(0.1, 0.2)]
    for scale in (1, 3):
        mean = truth * q**scale
        shares.append((shares[0] * (1 + mean) + shares[1] * (1 - mean)) / 2)
    calibration, circuits = range(900, 1500, 20), range(18_000, 36_000, 500)
    shots = [random.choice(calibration) for _ in range(2)] + [random.choice(circuits) for _ in range(2)]
    rng = np.random.default_rng(random.getrandbits(32))
    found = tuple([int(rng.binomial(n, share)), n] for share, n in zip(shares, shots, strict=True))
    _, slopes, scatter, _ = without_noise(shares, shots)
    return found, truth, float(np.linalg.norm(slopes * scatter))


def pulled_back(*runs, bar=lambda slopes, scatter, parts: np.linalg.norm(slopes * scatter)):
    read, shots = np.array(runs, dtype=float).T
    value, slopes, scatter, parts = without_noise(read / shots, shots)
    return float(value), float(bar(slopes, scatter, parts))


def each_on_its_own(slopes, scatter, parts):
    """The error bar if the two mitigated means had calibrations of their own."""
    m1, m3, of_m1, of_m3, width = parts
    calibration = [of_m1 * (1 + m1), of_m3 * (1 + m3)], [of_m1 * (1 - m1), of_m3 * (1 - m3)]
    squares = [np.sum(np.square(pair)) * s**2 / width**2 for pair, s in zip(calibration, scatter, strict=False)]
    return np.sqrt(sum(squares) + np.sum((slopes * scatter)[2:] ** 2))


def as_read(*runs):
    """The same without the calibration: 0 counts as +1, 1 as −1."""
    return pulled_back([1, 1], [0, 1], *runs[2:])


def by_a_line(*runs):
    read, shots = np.array(runs, dtype=float).T
    _, _, scatter, (m1, m3, *_, width) = without_noise(read / shots, shots)
    return float(1.5 * m1 - 0.5 * m3), float(2 / width * np.hypot(1.5 * scatter[2], 0.5 * scatter[3]))


def at_scale_one(*runs):
    read, shots = np.array(runs, dtype=float).T
    _, _, scatter, (m1, *_, width) = without_noise(read / shots, shots)
    return float(m1), float(2 / width * scatter[2])


def without_sign(*runs):
    value, error = pulled_back(*runs)
    return abs(value), error


@function("5.P.9", kind="stretch", outcome=3, points=3)
def noise_free():
    yield Estimator(drawn_device, runs=200)
    yield slip(
        lambda *runs: pulled_back(*runs, bar=lambda slopes, scatter, parts: np.linalg.norm((slopes * scatter)[2:])),
        "takes the calibration for exact",
    ).says("Your values are right; your error bars leave out that the calibration was measured, too.")
    yield slip(lambda *runs: pulled_back(*runs, bar=each_on_its_own), "takes the two means for independent").says(
        "You treat the two mitigated means as independent. Both use the same calibration: its errors partly cancel."
    )
    yield slip(as_read, "leaves the readout in").says(
        "Your values are extrapolated, but the readout errors are in them."
    )
    yield slip(by_a_line, "extrapolates with a line").says(
        "You extrapolated with a straight line. These means fall exponentially: the line leaves a bias."
    )
    yield slip(at_scale_one, "does not extrapolate").says("These are the mitigated means at scale 1, not extrapolated.")
    yield slip(without_sign, "loses the sign").says(
        "Your values are right in size, but negative means became positive."
    )
