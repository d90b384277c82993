"""What right means in the problem set of module 1. The tasks stand in the notebook of the same name."""

import numpy as np

from qtrain.authoring import (
    angles,
    apart,
    build,
    choice,
    circuit,
    function,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Outcomes, State, Unitary
from qtrain.checking.rules import GateSet, NoSynthesis, TwoQubitGates

THREE_BITS = [format(k, "03b") for k in range(8)]
ONE_QUBIT = ("h", "s", "sdg", "t", "tdg", "x", "y", "z", "sx", "sxdg", "rx", "ry", "rz", "p", "u", "r")


def far_strings(a, b):
    """Whether they differ in two or three bits, and are another pair when both are reversed."""
    return sum(x != y for x, y in zip(a, b, strict=True)) >= 2 and not {a, b} & {a[::-1], b[::-1]}


@build(
    "1.P.1",
    outcome=1,
    points=4,
    takes="circuit",
    rules=[NoSynthesis()],
    a=THREE_BITS,
    b=THREE_BITS,
    phase=angles(-0.85, 0.85, 0.05),
    where=lambda a, b, phase: far_strings(a, b) and abs(phase) > 0.3,
)
def data_sheet(a, b, phase):
    def pair(a, b, phase):
        first, *others = (k for k in range(3) if a[k] != b[k])
        turn = phase if a[first] == "0" else -phase
        flips = [f"x {k}" for k in range(3) if (a[k] == "1" and a[k] == b[k]) or (k in others and a[k] != a[first])]
        return circuit(f"h {first}; p(f) {first}", *(f"cx {first} {k}" for k in others), *flips, f=turn, qubits=3)

    yield State(pair(a, b, phase))
    yield slip(pair(a[::-1], b[::-1], phase), "reads the strings as Qiskit does", "qubit-order")
    yield slip(pair(a, b, -phase), "the phase with the wrong sign, or on the other term").says(
        "Both strings are there. The phase between them has the wrong sign."
    )
    yield slip(pair(a, b, 0), "forgets the phase").says("Both strings are there. The phase between them is still 0.")


def correlation(counts, i, j):
    """⟨Z Z⟩ of the characters i and j of the strings."""
    return sum(n if string[i] == string[j] else -n for string, n in counts.items()) / sum(counts.values())


def some_counts(rng):
    """Shots on six strings of four bits; the qubits, mirrored, have another correlation, and neither is near 0."""
    while True:
        found = drawn_counts(rng)
        if apart(0.003, *mirrored(**found), 0.0):
            return found


def mirrored(counts, i, j):
    """The correlation of two qubits, of their mirror images, each with either sign, and the chance of equal bits."""
    here, there = correlation(counts, 3 - i, 3 - j), correlation(counts, i, j)
    return here, there, -here, (1 + here) / 2


def drawn_counts(rng):
    strings, total = rng.sample([format(k, "04b") for k in range(16)], 6), rng.choice((800, 1000, 1600, 2000))
    cuts = sorted(rng.sample(range(20, total - 20), 5))
    shots = [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]
    i, j = rng.choice(((0, 1), (0, 2), (1, 3), (2, 3)))
    return {"counts": dict(sorted(zip(strings, shots, strict=True))), "i": i, "j": j}


@number("1.P.2", rung="warm-up", outcome=2, points=3, within=1e-3, draw=some_counts)
def correlation_from_counts(counts, i, j):
    found = correlation(counts, 3 - i, 3 - j)
    yield found
    yield slip(correlation(counts, i, j), "counts the characters from the left", "qubit-order").says(
        "This belongs to the mirrored pair of qubits: which character of a Qiskit string is qubit 0?"
    )
    yield slip((1 + found) / 2, "gives the probability of equal bits").says(
        "This is the fraction of shots in which the bits are equal: a correlation runs from −1 to 1."
    )
    yield slip(-found, "counts equal bits as −1", "bit-flip").says(
        "The size is right, but not the sign: equal bits count as +1, different bits as −1."
    )
    yield slip(found * sum(counts.values()), "does not divide").says("Divide by the number of shots.")


THETA = angles(0.15, 0.85)


@build(
    "1.P.3",
    kind="debug",
    outcome=3,
    points=3,
    takes="circuit",
    rules=[NoSynthesis()],
    control=range(3),
    target=range(3),
    theta=THETA,
    where=lambda control, target: control != target,
)
def two_mistakes(control, target, theta):
    def kickback(cnot="cx c t", angle=theta):
        return circuit("h c", cnot, "p(a) t; h c", c=control, t=target, a=angle, qubits=3)

    yield right(kickback(), draft=kickback("cx t c", np.pi * theta))
    yield slip(kickback("cx t c"), "repairs the angle only", "control-target").worth(0.5)
    yield slip(kickback(angle=np.pi * theta), "repairs the CNOT only", "gate-units").worth(0.5)


def on_the_sphere(a, b):
    """⟨X⟩, and what it could be taken for."""
    x, y = np.radians(a), np.radians(b)
    halves, bare = np.sin(x / 2) * np.cos(y / 2), np.sin(a) * np.cos(b)
    return np.sin(x) * np.cos(y), halves, np.sin(x) * np.sin(y), np.cos(x), bare, np.cos(x) * np.cos(y)


@number(
    "1.P.4",
    rung="warm-up",
    outcome=4,
    points=3,
    within=1e-3,
    a=whole(20, 160, 5),
    b=whole(20, 160, 5),
    where=lambda a, b: apart(0.003, *on_the_sphere(a, b)),
)
def where_the_arrow_points(a, b):
    x, y = np.radians(a), np.radians(b)
    yield np.sin(x) * np.cos(y)
    yield slip(np.sin(x / 2) * np.cos(y / 2), "takes halves, as in the amplitudes", "half-angle").says(
        "Angles on the Bloch sphere are whole angles, not halves."
    )
    yield slip(np.sin(x) * np.sin(y), "the other one").says("This is ⟨Y⟩.")
    yield slip(np.cos(x), "gives the height").says("This is ⟨Z⟩.")
    yield slip(np.sin(a) * np.cos(b), "gives degrees to np.sin", "degrees").says(
        "The angles are given in degrees; `np.sin` wants radians."
    )
    yield slip(np.cos(x) * np.cos(y), "begins at the equator").says(
        "Where does the first rotation take the arrow: which coordinates are not 0 then?"
    )


@choice("1.P.5", rung="think", outcome=5, points=2)
def two_outcomes_one_conclusion():
    yield right("Other states give the same counts: with another relative phase, or 00 and 11 chosen by a coin.").says(
        "Right: phases do not show along z, and a mixture of 00 and 11 gives the same counts. A second basis is needed."
    )
    yield slip("10,000 shots are too few.", "believes that more shots always help").says(
        "10,000 shots give the fraction 1/2 with an error of 0.005. More shots make it smaller, but not even a "
        "million shots show what this measurement cannot see."
    )
    yield slip(
        "Two separate qubits, each in its own superposition, give the same counts.", "believes that a product can do it"
    ).says("A product of two qubits that gives 00 and 11 gives 01 and 10 as well: these are absent.")
    yield slip(
        "After the first measurement the state is gone, so the later shots show nothing.",
        "confuses one pair with a source of pairs",
    ).says("It would be true for single shots, but the source prepares a new pair for each shot.")


@build(
    "1.P.6",
    outcome=6,
    points=4,
    takes="circuit",
    rules=[NoSynthesis()],
    bits=[b for b in (format(k, "04b") for k in range(15)) if b != b[::-1]],
    theta=THETA,
)
def phase_for_one(bits, theta):
    def marked(bits, theta):
        signs = "".join("!" * (bit == "0") + f"{k} " for k, bit in enumerate(bits[:3]))
        flip = "x 3" if bits[3] == "0" else ""
        return circuit(flip, f"c3p(a) {signs}3", flip, a=theta)

    yield marked(bits, theta)
    yield slip(marked(bits[::-1], theta), "reads the bits from the right", "qubit-order").says(
        "Your circuit marks the string read from the other end: the first bit belongs to qubit 0."
    )
    yield slip(marked(bits, -theta), "the phase with the wrong sign").says(
        "The right basis state gets a phase. Its sign is wrong."
    )
    yield slip(marked("1111", theta), "leaves out the X gates", "bit-flip").says(
        "Your circuit marks 1111. Which gates make the controls wait for 0?"
    )
    others = "".join("10"[int(bit)] for bit in bits)
    if others != bits[::-1]:
        yield slip(marked(others, theta), "puts the X gates on the ones").says(
            "Your circuit marks the string with 0 and 1 exchanged: X gates belong to the qubits that should be 0."
        )
    yield slip(marked(bits, theta / 2), "halves the angle").says(
        "The right basis state gets a phase: half of what it should be."
    )


@build(
    "1.P.7",
    rung="think",
    kind="design",
    outcome=7,
    points=3,
    takes="circuit",
    rules=[NoSynthesis()],
    theta=one_of(*range(30, 81, 5), *range(100, 151, 5)),
    phi=one_of(*range(20, 81, 5), *range(100, 161, 5)),
)
def one_direction(theta, phi):
    def turned(steps):
        return circuit(steps, a=float(np.radians(theta)), f=float(np.radians(phi)))

    half, phase = np.radians(theta) / 2, np.exp(1j * np.radians(phi))
    there = np.array([np.cos(half), phase * np.sin(half)])
    opposite = np.array([np.sin(half), -phase * np.cos(half)])
    yield Outcomes([("the state in this direction", there, "0"), ("the opposite state", opposite, "1")])
    yield slip(turned("ry(a) 0; p(f) 0"), "prepares the state in place of undoing it", "inverse").says(
        "This circuit prepares the state. The question has to undo it: bring this state to |0⟩."
    )
    yield slip(turned("ry(-a) 0"), "forgets φ").says(
        "The state first has to come to φ = 0: which gate takes the phase away?"
    )
    yield slip(turned("ry(-a) 0; p(-f) 0"), "undoes in the old order", "gate-order").says(
        "Each gate is undone, but in the old order. The last gate has to be undone first."
    )
    yield slip(turned("p(-f) 0; ry(pi-a) 0"), "turns to the other pole", "bit-flip").says(
        "This is the right axis, but the two results are exchanged."
    )


@build(
    "1.P.8",
    rung="think",
    outcome=6,
    points=4,
    takes="circuit",
    word=("XZY", "YXZ", "ZYX", "XYZ", "ZXY", "YZX"),
    theta=THETA,
)
def about_three_letters(word, theta):
    def turn(word, angle, y=("sdg", "s"), back=True):
        into = [{"X": f"h {k}", "Y": f"{y[0]} {k}; h {k}", "Z": ""}[letter] for k, letter in enumerate(word)]
        out = [{"X": f"h {k}", "Y": f"h {k}; {y[1]} {k}", "Z": ""}[letter] for k, letter in enumerate(word)]
        return circuit(*into, "cx 0 1; cx 1 2; rz(a) 2; cx 1 2; cx 0 1", *(out if back else ()), a=angle)

    yield Unitary(turn(word, theta), rules=[GateSet((*ONE_QUBIT, "cx", "cz")), TwoQubitGates(4)])
    yield slip(turn(word[::-1], theta), "reads the word from the right", "qubit-order")
    yield slip(turn(word, theta, ("s", "sdg")), "turns Y into −Z").says(
        "Your circuit turns the other way round. Which gate brings Y to Z, and which brings it to −Z?"
    )
    yield slip(turn(word, theta / 2), "halves the angle once more", "half-angle")
    yield slip(turn(word, theta, back=False), "does not turn the bases back").says(
        "The letters are brought to Z before the turn. They have to be brought back after it."
    )


def loops(degrees, rounds):
    """The probability of more rounds, and what it could be taken for."""
    again, whole_angle = np.cos(np.radians(degrees) / 2) ** 2, np.cos(np.radians(degrees)) ** 2
    more, fewer = again**rounds, again ** (rounds - 1)
    return more, 1 - more, (1 - again) ** rounds, whole_angle**rounds, fewer, fewer - more


@number(
    "1.P.9",
    outcome=8,
    points=3,
    bounds=(0, 1),
    within=1e-3,
    degrees=whole(30, 88),
    rounds=whole(2, 9),
    where=lambda degrees, rounds: apart(0.003, *loops(degrees, rounds)),
)
def again_until_one(degrees, rounds):
    again = np.cos(np.radians(degrees) / 2) ** 2
    yield again**rounds
    yield slip(1 - again**rounds, "the probability that it has ended", "bit-flip").says(
        "This is the probability that it *has* ended after these rounds."
    )
    yield slip((1 - again) ** rounds, "goes on after a 1", "bit-flip").says(
        "The loop goes on after a 0, not after a 1."
    )
    yield slip(np.cos(np.radians(degrees)) ** (2 * rounds), "forgets the half", "double-angle").says(
        "R_y(θ) makes the amplitudes cos(θ/2) and sin(θ/2)."
    )
    yield slip(again ** (rounds - 1), "one round too few", "iterations").says(
        "This is the probability of *at least* this many rounds, not of more."
    )
    yield slip(again ** (rounds - 1) * (1 - again), "exactly so many").says(
        "This is the probability of *exactly* this many rounds."
    )


def chance(of=lambda amplitudes: np.abs(amplitudes) ** 2, from_the_right=False, divide=True):
    def chance_after(state, qubit, other, result):
        n = len(state).bit_length() - 1
        places = tuple(n - 1 - k if from_the_right else k for k in (other, qubit))
        sizes = np.moveaxis(of(np.reshape(np.array(state), (2,) * n)), places, (0, 1)).reshape(2, 2, -1).sum(axis=2)
        return float(sizes[result, 1] / (sizes[result].sum() if divide else 1))

    return chance_after


def measured_pairs(rng):
    """Complex states without symmetry, with two different qubits and a result."""
    trials = []
    for n, qubit, other, result in ((2, 0, 1, 1), (2, 1, 0, 0), (3, 0, 2, 0), (3, 2, 1, 1), (4, 1, 3, 0), (4, 3, 0, 1)):
        vector = np.array([complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(2**n)])
        trials.append(((vector / np.linalg.norm(vector)).tolist(), qubit, other, result))
    return trials


@function("1.P.10", kind="stretch", outcome=8, points=4, name="chance_after", inputs=measured_pairs, within=1e-6)
def what_the_other_says():
    yield chance()
    yield slip(chance(from_the_right=True), "counts the qubits from the right", "qubit-order").says(
        "This belongs to the mirrored qubits: qubit 0 is on the left."
    )
    yield slip(chance(divide=False), "gives the joint probability").says(
        "This is the probability of both results together. The first one is known already: divide by its probability."
    )
    yield slip(lambda state, qubit, other, result: chance()(state, qubit, other, 1 - result), "the other result").says(
        "This holds for the other result of the first measurement."
    )
    yield slip(
        lambda state, qubit, other, result: chance()(state, other, qubit, result), "exchanges the two qubits"
    ).says("The two qubits are exchanged: `other` was measured first, and `qubit` is asked for.")
    yield slip(
        lambda state, qubit, other, result: sum(chance(divide=False)(state, qubit, other, either) for either in (0, 1)),
        "forgets the first measurement",
    ).says("This is the probability without the first measurement. Its result tells something.")
    yield slip(lambda *given: 1 - chance()(*given), "the probability of 0", "bit-flip").says(
        "This is the probability of 0."
    )
    yield slip(chance(of=lambda amplitudes: amplitudes.real**2), "squares the real parts only").says(
        "You squared the real parts alone. The imaginary parts count, too."
    )
    yield slip(chance(of=np.abs), "does not square").says("You added sizes. Probabilities are their squares.")
