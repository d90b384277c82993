"""What right means in lesson 1.6, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import permutations
from math import pi, sqrt

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
    right,
    several,
    slip,
    text,
    whole,
)
from qtrain.checking import Bits, Observable, Property, State, Unitary
from qtrain.checking.rules import NoInitialize
from qtrain.circuits import Circuit, density, run
from qtrain.circuits.numerals import number_beside, significant


def turned_round(qubits):
    return sorted(5 - qubit for qubit in qubits)


SOME_OF_SIX = [[q for q in range(6) if n >> q & 1] for n in range(64)]


@text(
    "1.6.a",
    rung="warm-up",
    outcome=1,
    flipped=[qubits for qubits in SOME_OF_SIX if qubits and turned_round(qubits) != qubits],
)
def as_qiskit_prints(flipped):
    string = "".join("1" if qubit in flipped else "0" for qubit in range(6))
    yield Bits(string[::-1], order="little")
    yield slip(string, "reads the qubits from the left, as in Cirq", "qubit-order")
    yield slip(string[::-1].translate(str.maketrans("01", "10")), "marks the qubits without an X", "bit-flip")
    yield slip(int(string[::-1]), "forgets the quotation marks", "wrong-type")


def reverse(index, n):
    """The index whose binary digits are those of `index` in reverse order."""
    return int(format(index, f"0{n}b")[::-1], 2)


# Not the same in both conventions, and with zeros at the front whose loss makes a difference of its own.
INDICES = [k for k in range(1, 64) if reverse(k, 7) != k and int(format(k, "b")[::-1], 2) != k]


@number("1.6.b", rung="warm-up", outcome=2, within=0.1, index=INDICES)
def other_index(index):
    yield reverse(index, 7)
    yield slip(index, "takes the index for the same in both", "qubit-order").says(
        "This is the index in Qiskit itself. In Cirq qubit 0 is worth the most, not the least."
    )
    yield slip(127 - index, "counts the index from the other end of the vector", "bit-flip").says(
        "This is 127 minus the index in Qiskit: every bit is flipped. Bits keep their values, and change their places."
    )
    yield slip(int(format(index, "b")[::-1], 2), "reverses bin(k)[2:]").says(
        "Write the index with all seven binary digits before you reverse it: the zeros at the front are qubits."
    )
    yield slip(int(format(index, "07b")[::-1]), "gives the binary digits for the number").says(
        "These are the seven binary digits, read as a decimal number. Which whole number do they write?"
    )


SIX_BITS = [format(k, "06b") for k in range(64)]


@build(
    "1.6.c",
    outcome=(1, 3),
    points=2,
    takes="circuit",
    rules=[NoInitialize()],
    bits=[b for b in SIX_BITS if b.count("1") > 1 and b != b[::-1]],
)
def name_in_qiskit(bits):
    ones = [k for k in range(6) if bits[5 - k] == "1"]

    def cat(ones, more=""):
        first, *others = ones
        return circuit(more, f"h {first}", *(f"cx {first} {other}" for other in others), qubits=6)

    yield State(cat(ones))
    yield slip(cat([5 - k for k in ones]), "takes the left character for qubit 0", "qubit-order")
    yield slip(circuit(*(f"x {k}" for k in ones), qubits=6), "an X on each qubit that is 1").says(
        "This is |b⟩ alone. The state has a second term, in which every qubit is 0."
    )
    yield slip(cat(ones, f"x {ones[0]}"), "an X before the H: the minus sign").says(
        "Both terms are there. The sign between them is a minus."
    )
    yield slip(circuit(*(f"h {k}" for k in ones), qubits=6), "an H on each qubit").says(
        "With an H on each qubit every string appears. Only two are wanted: one H, and CNOT gates."
    )
    yield slip(
        circuit(*(f"cx {ones[0]} {k}" for k in ones[1:]), f"h {ones[0]}", qubits=6),
        "puts the CNOT gates first",
        "gate-order",
    )
    zeros = [k for k in range(6) if k not in ones]
    if zeros and zeros != [5 - k for k in ones][::-1]:  # else this is the slip about the order
        yield slip(cat(zeros), "takes the qubits that are 0 in b").says(
            "Your second term has a 1 on just the qubits that are 0 in b."
        )


@choice("1.6.d", outcome=4)
def why_do_the_matrices_differ():
    yield right(
        "The gate is the same. The rows and columns belong to basis states that are listed in another order."
    ).says("Right: one map, written with its basis states in another order.")
    yield slip(
        "Qiskit's `cx(0, 1)` takes the target first, so control and target are exchanged.",
        "reads Qiskit's matrix with Cirq's labels",
    ).says(
        "No: `cx(0, 1)` has control 0 and target 1, as in Cirq. Qubit 1 is flipped where qubit 0 is 1. Try it on the "
        "state with q0 = 1 and q1 = 0 in both."
    )
    yield slip(
        "Qiskit's qubit 0 is the same object as Cirq's last qubit, so the two circuits act on different qubits.",
        "believes that the wires are numbered in reverse",
    ).says(
        "No: the numbers mean the same qubits. An X on qubit 0 flips qubit 0 in both frameworks. Only the place where "
        "it is written differs."
    )
    yield slip(
        "The two matrices are equal up to a global phase, which no measurement shows.",
        "any difference is put down to a global phase",
    ).says(
        "No: then one matrix would be a number times the other, with the zeros in the same places. Compare the second "
        "rows."
    )


@build(
    "1.6.e",
    kind="debug",
    outcome=(3, 5),
    places=distinct(3, range(5)),
    where=lambda places: places[0] + places[1] != 4,  # else the draft has the letters exchanged
    derive=lambda places: dict(zip(("z", "x", "other"), places, strict=True)),
)
def repair_the_observable(z, x, other):
    def word(**letters):
        return "".join(next((name for name, q in letters.items() if q == k), "I") for k in range(5))

    first, second = word(Z=z, X=x), word(Z=other)
    yield Observable({first: 1.0, second: 0.5})
    yield slip({first[::-1]: 1.0, second[::-1]: 0.5}, "the draft as it stands", "qubit-order")
    yield slip({word(Z=x, X=z): 1.0, second: 0.5}, "exchanges the two letters of the product").says(
        "The letters of the product are on each other's qubits."
    )
    yield slip({first: 1.0, second: 1.0}, "forgets the factor 0.5").says(
        f"The factor of Z on qubit {other} is not right."
    )
    if other != 2:  # on the middle qubit a word is its own reverse
        yield (
            slip({first: 1.0, second[::-1]: 0.5}, "repairs the first word alone")
            .worth(0.5)
            .says("The first word is repaired. The second is still the draft's.")
        )
        yield (
            slip({first[::-1]: 1.0, second: 0.5}, "repairs the second word alone")
            .worth(0.5)
            .says("The second word is repaired. The first is still the draft's.")
        )


def chances_of(quiet, tilted, percent, *more):
    """Independent qubits: the chance of each to be measured as 1; `more` for the two that are free."""
    free = (k for k in range(4) if k not in (quiet, tilted))
    return {quiet: 0.0, tilted: percent / 100, **dict(zip(free, more, strict=True))}


def tilted_qubits(chances):
    turns = (circuit("ry(a) q", q=q, a=2 * np.arcsin(np.sqrt(c)), qubits=4) for q, c in sorted(chances.items()))
    return circuit(*turns, qubits=4)


@build(
    "1.6.f",
    rung="think",
    kind="design",
    outcome=5,
    points=2,
    quiet=range(4),
    tilted=range(4),
    percent=whole(30, 70),
    rules=[NoInitialize()],
    where=lambda quiet, tilted: quiet != tilted,
)
def canary(quiet, tilted, percent):
    def holds(answer):
        chances = np.reshape(np.diag(density(answer)).real, (2,) * 4)  # `density` also knows resets
        if np.moveaxis(chances, quiet, 0)[1].sum() > 1e-9:
            return False, f"Qubit {quiet} is not always measured as 0."
        found = 100 * np.moveaxis(chances, tilted, 0)[1].sum()
        if abs(found - percent) > 1 + 1e-9:
            told = f"Qubit {tilted} is measured as 1 with a probability of {number_beside(found, percent, 1)} percent"
            return False, f"{told}, and {percent} percent is asked for."
        for order in permutations(range(4)):
            change = abs(np.transpose(chances, order) - chances).max()
            if order != (0, 1, 2, 3) and change < 0.1 - 1e-9:
                seen = (
                    f"changes no probability by more than {significant(change)}" if change > 1e-9 else "changes nothing"
                )
                return False, f"The order {', '.join(map(str, order))} of the qubits {seen}: your canary misses it."
        return True

    asked = quiet, tilted, percent
    half = percent / 200 if percent >= 50 else (100 + percent) / 200
    fair = tilted_qubits(chances_of(*asked, half, 1.0))
    yield Property("notices every order of the qubits", holds, takes=Circuit, num_qubits=4, wants="a circuit")
    yield slip(tilted_qubits(chances_of(*asked, 1.0, 1.0)), "an X on both qubits that are free").says(
        "Two qubits are both always 1, and nobody sees them exchanged."
    )
    yield slip(tilted_qubits(chances_of(*asked, percent / 100, 1.0)), "repeats the rotation").says(
        "Two qubits have the same probabilities: nobody sees them exchanged."
    )
    yield slip(circuit(f"x {quiet}", fair), "forgets the condition").says(f"Qubit {quiet} is not always measured as 0.")
    turned_round = {3 - k: chance for k, chance in chances_of(*asked, half, 1.0).items()}
    yield slip(tilted_qubits(turned_round), "numbers the qubits from the other end").says(
        f"Qubit {quiet} is not always measured as 0."
    )


def correlation(tilts, one, other):
    """The mean of Z Z on two qubits of the state that the task's device prepares."""
    steps = (circuit("ry(a) q", q=q, a=tilt, qubits=4) for q, tilt in enumerate(tilts))
    chances = abs(run(circuit(*steps, "cx 0 3", qubits=4))) ** 2
    return float(sum(c * (-1) ** ((k >> 3 - one & 1) + (k >> 3 - other & 1)) for k, c in enumerate(chances)))


@measure(
    "1.6.i",
    rung="think",
    outcome=(1, 5),
    points=2,
    bounds=(-1, 1),
    within=0.01,
    pair=distinct(2, range(4)),
    cables=distinct(4, range(4)),
    tilts=several(4, decimals(0.4, 2.7, 0.1)),
    where=lambda pair, cables: pair[0] < pair[1] and cables not in ([0, 1, 2, 3], [3, 2, 1, 0]),
)
def behind_crossed_cables(pair, cables, tilts):
    a, b = pair
    mean, error = correlation(tilts, a, b), 0.008
    spread = sqrt(1 - mean**2)
    shots = round((spread / error) ** 2)
    wrong_places = {
        "reads the strings as Qiskit's": (cables[3 - a], cables[3 - b]),
        "reads the strings as Cirq's": (cables[a], cables[b]),
    }
    yield right(mean, spread=spread)
    for reason, (one, other) in wrong_places.items():
        yield slip((correlation(tilts, one, other), error, shots), reason).says(
            f"This is the correlation of qubits {min(one, other)} and {max(one, other)}. Where does each of your two "
            "qubits stand in the strings? Ask the machine."
        )
    yield slip(((1 + mean) / 2, error, shots), "gives the fraction of equal bits").says(
        "This is the fraction of shots with equal bits. The correlation counts the others as −1."
    )
    yield slip((-mean, error, shots), "counts equal bits as −1").says(
        "The size is right and the sign is not: equal bits count +1."
    )


@number("1.6.g", rung="warm-up", outcome=4, bounds=(0, 1), within=1e-3, theta=angles(0.05, 0.95))
def half_turns(theta):
    yield theta / pi
    yield slip(theta, "gives radians to a power", "gate-units").says(
        "These are the radians themselves. Cirq's exponent counts half-turns."
    )
    yield slip(theta / (2 * pi), "counts full turns", "half-angle").says(
        "You count full turns. An exponent of 1 is the gate Z: which angle is that?"
    )
    yield slip(2 * theta / pi, "counts quarter turns", "double-angle").says(
        "Twice too much: an exponent of 1 is the gate Z, and p(π) is Z, too."
    )
    yield slip(-theta / pi, "loses the sign", "angle-sign").says("The size is right, but not the sign.")
    yield slip(pi / theta, "divides the wrong way round").says("This is π/θ: the fraction is upside down.")
    yield slip(float(np.degrees(theta)), "degrees for half-turns", "degrees").says(
        "This is the angle in degrees. The exponent counts half-turns."
    )


ORDERS = ([1, 2, 0], [0], [1, 0], [2, 0, 3, 1], [0, 1, 2], [2, 1, 0])


def unitaries(rng):
    """Generic complex matrices, each with an order of its digits; two orders differ from their inverse."""
    found = []
    for places in ORDERS:
        size = 2 ** len(places)
        raw = [[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(size)] for _ in range(size)]
        found.append((np.linalg.qr(np.array(raw))[0].tolist(), list(places)))
    return found


def inverse(places):
    return [places.index(k) for k in range(len(places))]


def reordered(rows=True, columns=True, read=list):
    """From the order in `places` to that of the qubits' numbers; `read` for another reading of the list."""

    def to_cirq(matrix, places):
        n = len(places)
        digits = [format(k, f"0{n}b") for k in range(2**n)]
        theirs = [int("".join(one[qubit] for qubit in read(places)), 2) for one in digits]
        matrix = np.array(matrix)
        matrix = matrix[theirs] if rows else matrix
        return matrix[:, theirs] if columns else matrix

    return to_cirq


@function(
    "1.6.h",
    kind="stretch",
    outcome=(2, 3),
    points=2,
    name="to_cirq",
    inputs=unitaries,
    returns=lambda value: Unitary(value, phase="exact"),
)
def move_a_matrix():
    yield reordered()
    yield slip(reordered(columns=False), "moves the rows only").says(
        "The rows are in order. The columns have to be moved in the same way."
    )
    yield slip(reordered(rows=False), "moves the columns only").says(
        "The columns are in order. The rows have to be moved in the same way."
    )
    yield slip(lambda matrix, places: matrix, "gives the matrix back as it is").says(
        "This is the matrix as it came in."
    )
    yield slip(reordered(read=inverse), "takes places[q] for the place of qubit q").says(
        "You took `places[q]` for the place of qubit q. Read it the other way: place m belongs to qubit `places[m]`."
    )
    yield slip(reordered(read=lambda places: sorted(places)[::-1]), "always reverses, as from Qiskit").says(
        "This is right for Qiskit's order alone. Your function must look at `places`."
    )
    yield slip(reordered(read=lambda places: places[::-1]), "counts the places from the right").says(
        "You counted the places from the right. Place 0 is the leftmost digit."
    )
    yield slip(lambda matrix, places: reordered()(matrix, places).T, "transposes").says(
        "Rows and columns are exchanged, too."
    )
    yield slip(lambda matrix, places: reordered()(matrix, places).real, "drops the imaginary parts").says(
        "The imaginary parts are lost: keep the entries as they are."
    )
