"""What right means in lesson 1.6, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import permutations
from math import pi

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    distinct,
    function,
    number,
    right,
    slip,
    text,
)
from qtrain.checking import Bits, Observable, Property, State, Unitary
from qtrain.circuits import Circuit, run


def turned_round(qubits):
    return sorted(4 - qubit for qubit in qubits)


SOME_OF_FIVE = [[q for q in range(5) if n >> q & 1] for n in range(32)]


@text(
    "1.6.a",
    rung="warm-up",
    outcome=1,
    flipped=[qubits for qubits in SOME_OF_FIVE if qubits and turned_round(qubits) != qubits],
)
def as_qiskit_prints(flipped):
    string = "".join("1" if qubit in flipped else "0" for qubit in range(5))
    yield Bits(string[::-1], order="little")
    yield slip(string, "reads the qubits from the left, as in Cirq", "qubit-order")
    yield slip(string[::-1].translate(str.maketrans("01", "10")), "marks the qubits without an X", "bit-flip")
    yield slip(int(string[::-1]), "forgets the quotation marks", "wrong-type")


def reverse(index, n):
    """The index whose binary digits are those of `index` in reverse order."""
    return int(format(index, f"0{n}b")[::-1], 2)


# Not the same in both conventions, and with zeros at the front whose loss makes a difference of its own.
INDICES = [k for k in range(1, 16) if reverse(k, 5) != k and int(format(k, "b")[::-1], 2) != k]


@number("1.6.b", rung="warm-up", outcome=2, within=0.1, index=INDICES)
def other_index(index):
    yield reverse(index, 5)
    yield slip(index, "takes the index for the same in both", "qubit-order").says(
        "This is the index in Qiskit itself. In Cirq qubit 0 is worth the most, not the least."
    )
    yield slip(31 - index, "counts the index from the other end of the vector", "bit-flip").says(
        "Every bit is the opposite of what it should be: the values stay, only their places change."
    )
    yield slip(int(format(index, "b")[::-1], 2), "reverses bin(k)[2:]").says(
        "Write the index with all five binary digits before you reverse it: the zeros at the front are qubits."
    )


FOUR_BITS = [format(k, "04b") for k in range(16)]


@build(
    "1.6.c",
    rung="warm-up",
    outcome=(1, 3),
    points=2,
    takes="circuit",
    bits=[b for b in FOUR_BITS if b.count("1") > 1 and b != b[::-1]],
)
def name_in_qiskit(bits):
    ones = [k for k in range(4) if bits[3 - k] == "1"]

    def cat(ones, more=""):
        first, *others = ones
        return circuit(more, f"h {first}", *(f"cx {first} {other}" for other in others), qubits=4)

    yield State(cat(ones))
    yield slip(cat([3 - k for k in ones]), "takes the left character for qubit 0", "qubit-order")
    yield slip(cat(ones, f"x {ones[0]}"), "an X before the H: the minus sign").says(
        "Both terms are there. The sign between them is a minus."
    )
    yield slip(circuit(*(f"h {k}" for k in ones), qubits=4), "an H on each qubit").says(
        "With an H on each qubit every string appears. Only two are wanted: one H, and CNOT gates."
    )
    yield slip(
        circuit(*(f"cx {ones[0]} {k}" for k in ones[1:]), f"h {ones[0]}", qubits=4),
        "puts the CNOT gates first",
        "gate-order",
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
    places=distinct(3, range(4)),
    derive=lambda places: dict(zip(("z", "x", "other"), places, strict=True)),
)
def repair_the_observable(z, x, other):
    def word(**letters):
        return "".join(next((name for name, q in letters.items() if q == k), "I") for k in range(4))

    first, second = word(Z=z, X=x), word(Z=other)
    yield Observable({first: 1.0, second: 0.5})
    yield slip({first[::-1]: 1.0, second[::-1]: 0.5}, "the draft as it stands", "qubit-order")
    yield slip({word(Z=x, X=z): 1.0, second: 0.5}, "exchanges the two letters of the product").says(
        "The letters of the product are on each other's qubits."
    )
    yield slip({first: 1.0, second: 1.0}, "forgets the factor 0.5").says(f"The coefficient of {second} is not right.")


@build("1.6.f", kind="design", outcome=5, points=2, quiet=range(3))
def canary(quiet):
    def holds(answer):
        chances = np.reshape(abs(run(answer)) ** 2, (2, 2, 2))
        if np.moveaxis(chances, quiet, 0)[1].sum() > 1e-9:
            return False, f"Qubit {quiet} is not always measured as 0."
        for order in permutations(range(3)):
            change = abs(np.transpose(chances, order) - chances).max()
            if order != (0, 1, 2) and change < 0.1 - 1e-9:
                seen = f"changes no probability by more than {change:.2f}" if change > 1e-9 else "changes nothing"
                return False, f"The order {', '.join(map(str, order))} of the qubits {seen}: your canary misses it."
        return True

    def turned(chance_of):
        return circuit(*(circuit("ry(a) q", q=q, a=2 * np.arcsin(np.sqrt(c)), qubits=3) for q, c in chance_of.items()))

    one, other = (k for k in range(3) if k != quiet)
    yield Property("notices every order of the qubits", holds, takes=Circuit, num_qubits=3, wants="a circuit")
    yield slip(turned({one: 1}), "an X alone").says(
        "An X alone is not enough: two of the qubits are both always 0, and nobody sees them exchanged."
    )
    yield slip(turned({one: 0.5, other: 0.5}), "an H on both").says(
        "Two qubits have the same probabilities: nobody sees them exchanged."
    )
    yield slip(turned({quiet: 1, one: 0.5}), "forgets the condition, or puts it on the mirrored qubit").says(
        f"Qubit {quiet} is not always measured as 0."
    )


@number("1.6.g", outcome=4, within=1e-3, theta=angles(0.05, 0.95))
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
    yield slip(float(np.degrees(theta)), "degrees for half-turns", "degrees").says(
        "This is the angle in degrees. The exponent counts half-turns."
    )


def unitaries(rng):
    """Matrices with complex entries, none of which is symmetric, a permutation, or equal to a turned one."""
    found = []
    for n in (2, 1, 3, 2):
        raw = [[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(2**n)] for _ in range(2**n)]
        found.append((np.linalg.qr(np.array(raw))[0].tolist(),))
    return found


def reordered(rows=True, columns=True):
    """The matrix with the bits of its row and column numbers reversed."""

    def to_cirq(matrix):
        matrix = np.array(matrix)
        order = [reverse(k, len(matrix).bit_length() - 1) for k in range(len(matrix))]
        matrix = matrix[order] if rows else matrix
        return matrix[:, order] if columns else matrix

    return to_cirq


@function(
    "1.6.h",
    kind="stretch",
    outcome=(3, 4),
    points=2,
    name="to_cirq",
    inputs=unitaries,
    returns=lambda value: Unitary(value, phase="exact"),
)
def move_a_matrix():
    yield reordered()
    yield slip(reordered(columns=False), "reverses the rows only").says(
        "The rows are in order. The columns have to be reordered in the same way."
    )
    yield slip(reordered(rows=False), "reverses the columns only").says(
        "The columns are in order. The rows have to be reordered in the same way."
    )
    yield slip(lambda matrix: matrix, "gives the matrix back as it is", "qubit-order").says(
        "This is the matrix as it came in."
    )
    yield slip(lambda matrix: np.array(matrix)[::-1, ::-1], "turns the array upside down").says(
        "You reversed the order of the rows and columns. The *bits* of their numbers have to be reversed."
    )
    yield slip(lambda matrix: reordered()(matrix).T, "transposes", "inverse").says(
        "Rows and columns are exchanged, too."
    )
    yield slip(lambda matrix: reordered()(matrix).real, "drops the imaginary parts").says(
        "The imaginary parts are lost: keep the entries as they are."
    )
