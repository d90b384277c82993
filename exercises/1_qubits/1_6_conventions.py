"""What right means in lesson 1.6, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import permutations

import numpy as np

from qtrain.checking import Bits, Choice, Each, Number, Observable, Property, State, Unitary
from qtrain.circuits import Circuit, run
from qtrain.course import Exercise, Mistake

# --- a: a string as Qiskit prints it ---


def flipped(rng):
    """Two or three qubits of five, such that the string changes when it is reversed."""
    while True:
        chosen = sorted(rng.sample(range(5), rng.choice((2, 3))))
        if sorted(4 - qubit for qubit in chosen) != chosen:
            return {"flipped": chosen}


def string(p):
    """The bits of exercise a from qubit 0 on."""
    return "".join("1" if qubit in p.flipped else "0" for qubit in range(5))


# --- b: an index in the other convention ---


def reverse(index, n):
    """The index whose binary digits are those of `index` in reverse order."""
    return int(format(index, f"0{n}b")[::-1], 2)


def without_zeros(index):
    """What comes out when the zeros at the front are forgotten."""
    return int(format(index, "b")[::-1], 2)


# Not the same in both conventions, and with zeros at the front whose loss makes a difference of its own.
INDICES = [k for k in range(1, 16) if reverse(k, 5) != k and without_zeros(k) != k]


def index_target(p):
    return Number(
        reverse(p.index, 5),
        within=0.1,
        replies={
            p.index: (
                "qubit-order",
                "This is the index in Qiskit itself. In Cirq qubit 0 is worth the most, not the least.",
            ),
            31 - p.index: (
                "bit-flip",
                "Every bit is the opposite of what it should be: the values stay, only their places change.",
            ),
            without_zeros(
                p.index
            ): "Write the index with all five binary digits before you reverse it: the zeros at the front are qubits.",
        },
    )


# --- c: a state given by its name in Qiskit ---

PATTERNS = ("0011", "1100", "0111", "1110", "1011", "1101", "0101", "1010")


def cat(bits, sign=1):
    """(|0000⟩ ± |bits⟩)/√2 as an array with qubit 0 on the left."""
    vector = np.zeros(2 ** len(bits))
    vector[0], vector[int(bits, 2)] = np.sqrt(0.5), sign * np.sqrt(0.5)
    return vector


def independent(bits):
    """Each qubit that may be 1 in a superposition of its own: what H gates without CNOT prepare."""
    vector = np.ones(1)
    for bit in bits:
        vector = np.kron(vector, [np.sqrt(0.5), np.sqrt(0.5)] if bit == "1" else [1, 0])
    return vector


# --- e: an observable ---


def qubits_of_observable(rng):
    """Three of four qubits. Both Pauli words change when they are reversed: no qubit of four is its own mirror."""
    z, x, other = rng.sample(range(4), 3)
    return {"z": z, "x": x, "other": other}


def words(p):
    """The two Pauli words with qubit 0 on the left."""
    first, second = ["I"] * 4, ["I"] * 4
    first[p.z], first[p.x], second[p.other] = "Z", "X", "Z"
    return "".join(first), "".join(second)


def observable(p):
    first, second = words(p)
    return {first: 1.0, second: 0.5}


# --- f: a canary ---


def sees_every_order(quiet):
    """A predicate: qubit `quiet` stays 0, and each permutation of the qubits changes a probability by 0.1 or more."""

    def holds(circuit):
        chances = np.reshape(abs(run(circuit)) ** 2, (2, 2, 2))
        if np.moveaxis(chances, quiet, 0)[1].sum() > 1e-9:
            return False, f"Qubit {quiet} is not always measured as 0."
        for order in permutations(range(3)):
            change = abs(np.transpose(chances, order) - chances).max()
            if order != (0, 1, 2) and change < 0.1 - 1e-9:
                seen = f"changes no probability by more than {change:.2f}" if change > 1e-9 else "changes nothing"
                return (
                    False,
                    f"The order {', '.join(map(str, order))} of the qubits {seen}: your canary misses it.",
                )
        return True

    return holds


def probabilities(**ones):
    """A circuit in Cirq that gives qubit k the probability `ones["qk"]` of being 1, each by itself."""
    import cirq

    turns = ((int(name[1:]), 2 * np.arcsin(np.sqrt(chance))) for name, chance in ones.items())
    return cirq.Circuit(cirq.ry(angle)(cirq.LineQubit(k)) for k, angle in turns)


def loud(p):
    """The two qubits that need not be quiet."""
    return [k for k in range(3) if k != p.quiet]


# --- h: a whole matrix ---

CNOT = [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]]


def adder(n):
    """Adds 1 to the index: not symmetric, so that a transposed matrix is noticed."""
    return [[int((column + 1) % 2**n == row) for column in range(2**n)] for row in range(2**n)]


def turned(matrix, rows=True, columns=True):
    """The matrix with the bits of its row and column numbers reversed."""
    matrix = np.array(matrix)
    n = len(matrix).bit_length() - 1
    order = [reverse(k, n) for k in range(2**n)]
    matrix = matrix[order] if rows else matrix
    return matrix[:, order] if columns else matrix


EXERCISES = [
    Exercise(
        id="1.6.a",
        kind="predict",
        outcome=1,
        variant=flipped,
        target=lambda p: Bits(string(p)[::-1], order="little"),
        mistakes=[
            Mistake("qubit-order", string, note="reads the qubits from the left, as in Cirq"),
            Mistake(
                "bit-flip",
                lambda p: string(p)[::-1].translate(str.maketrans("01", "10")),
                note="marks the qubits without an X",
            ),
            Mistake("wrong-type", lambda p: int(string(p)[::-1]), note="forgets the quotation marks"),
        ],
    ),
    Exercise(
        id="1.6.b",
        kind="compute",
        outcome=2,
        variant=lambda rng: {"index": rng.choice(INDICES)},
        target=index_target,
        mistakes=[
            Mistake("qubit-order", lambda p: p.index, note="takes the index for the same in both"),
            Mistake("bit-flip", lambda p: 31 - p.index, note="counts the index from the other end of the vector"),
            Mistake(None, lambda p: without_zeros(p.index), says="all five binary digits", note="reverses bin(k)[2:]"),
        ],
    ),
    Exercise(
        id="1.6.c",
        kind="build",
        outcome=(1, 3),
        points=2,
        variant=lambda rng: {"bits": rng.choice(PATTERNS)},
        target=lambda p: State(cat(p.bits[::-1])),
        mistakes=[
            Mistake("qubit-order", lambda p: cat(p.bits), note="takes the left character for qubit 0"),
            Mistake("relative-phase", lambda p: cat(p.bits[::-1], -1), note="an X before the H: the minus sign"),
            Mistake(
                None, lambda p: independent(p.bits[::-1]), note="an H on each qubit instead of one H and CNOT gates"
            ),
        ],
    ),
    Exercise(
        id="1.6.d",
        kind="explain",
        outcome=4,
        target=lambda p: Choice(
            "c",
            {
                "a": "No: `cx(0, 1)` has control 0 and target 1, as in Cirq. Qubit 1 is flipped where qubit 0 is 1. "
                "Try it on the state with q0 = 1 and q1 = 0 in both.",
                "b": "No: the numbers mean the same qubits. An X on qubit 0 flips qubit 0 in both frameworks. "
                "Only the place where it is written differs.",
                "c": "Right: one map, written with its basis states in another order.",
                "d": "No: then one matrix would be a number times the other, with the zeros in the same places. "
                "Compare the second rows.",
            },
        ),
        mistakes=[
            Mistake(
                None, lambda p: "a", says="control 0 and target 1", note="reads Qiskit's matrix with Cirq's labels"
            ),
            Mistake(
                None, lambda p: "b", says="the same qubits", note="believes that the wires are numbered in reverse"
            ),
            Mistake(
                None,
                lambda p: "d",
                says="zeros in the same places",
                note="any difference is put down to a global phase",
            ),
        ],
    ),
    Exercise(
        id="1.6.e",
        kind="debug",
        outcome=(3, 5),
        variant=qubits_of_observable,
        target=lambda p: Observable(observable(p)),
        mistakes=[
            Mistake(
                "qubit-order", lambda p: {w[::-1]: c for w, c in observable(p).items()}, note="the draft as it stands"
            ),
            Mistake(
                "qubit-permutation",
                lambda p: {words(p)[0].translate(str.maketrans("XZ", "ZX")): 1.0, words(p)[1]: 0.5},
                note="exchanges the two letters of the product",
            ),
            Mistake(None, lambda p: dict.fromkeys(words(p), 1.0), says="coefficient", note="forgets the factor 0.5"),
        ],
    ),
    Exercise(
        id="1.6.f",
        kind="design",
        outcome=5,
        points=2,
        variant=lambda rng: {"quiet": rng.randrange(3)},
        target=lambda p: Property(
            "notices every order of the qubits",
            sees_every_order(p.quiet),
            takes=Circuit,
            num_qubits=3,
            wants="a circuit",
        ),
        mistakes=[
            Mistake(None, lambda p: probabilities(**{f"q{loud(p)[0]}": 1}), says="changes nothing", note="an X alone"),
            Mistake(
                None, lambda p: probabilities(**{f"q{k}": 0.5 for k in loud(p)}), says="misses it", note="an H on both"
            ),
            Mistake(
                None,
                lambda p: probabilities(**{f"q{p.quiet}": 1, f"q{loud(p)[0]}": 0.5}),
                says="not always measured as 0",
                note="forgets the condition, or puts it on the mirrored qubit",
            ),
        ],
    ),
    Exercise(
        id="1.6.g",
        kind="compute",
        outcome=4,
        variant=lambda rng: {"theta": round(np.pi * rng.choice((1 / 3, 1 / 5, 2 / 5, 3 / 8, 1 / 6, 3 / 10, 2 / 7)), 6)},
        target=lambda p: Number(
            p.theta / np.pi,
            within=1e-3,
            replies={
                p.theta: "These are the radians themselves. Cirq's exponent counts half-turns.",
                p.theta / (2 * np.pi): (
                    "half-angle",
                    "You count full turns. An exponent of 1 is the gate Z: which angle is that?",
                ),
                2 * p.theta / np.pi: (
                    "double-angle",
                    "Twice too much: an exponent of 1 is the gate Z, and p(π) is Z, too.",
                ),
                -p.theta / np.pi: ("angle-sign", "The size is right, but not the sign."),
                np.degrees(p.theta): ("degrees", "This is the angle in degrees. The exponent counts half-turns."),
            },
        ),
        mistakes=[
            Mistake(None, lambda p: p.theta, says="radians", note="gives radians to a power"),
            Mistake("half-angle", lambda p: p.theta / (2 * np.pi), note="counts full turns"),
            Mistake("degrees", lambda p: np.degrees(p.theta), note="degrees for half-turns"),
        ],
    ),
    Exercise(
        id="1.6.h",
        kind="stretch",
        outcome=(3, 4),
        points=2,
        target=lambda p: Each(
            [CNOT, adder(1), adder(2), adder(3)],
            lambda matrix: Unitary(turned(matrix), phase="exact"),
            name="to_cirq",
        ),
        mistakes=[
            Mistake(
                "qubit-order",
                lambda p: lambda matrix: turned(matrix, columns=False),
                says="where they go in",
                note="reverses the rows only",
            ),
            Mistake("qubit-order", lambda p: lambda matrix: matrix, note="gives the matrix back as it is"),
            Mistake(None, lambda p: lambda matrix: np.array(matrix)[::-1, ::-1], note="turns the array upside down"),
        ],
    ),
]
