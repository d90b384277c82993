"""What right means in lesson 1.8, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import acos, asin, pi, sqrt

import numpy as np

from qtrain.checking import Choice, Each, Number, State, rules
from qtrain.circuits import Circuit, Operation
from qtrain.course import Exercise, Mistake


def gate(name, qubit, *angles, when=None):
    """One step; `when` maps control qubits to the value at which the gate acts."""
    when = when or {}
    return Operation(name, (qubit,), tuple(map(float, angles)), tuple(when), tuple(when.values()))


def cx(control, target):
    return gate("x", target, when={control: 1})


def circuit(n, *operations):
    return Circuit(n, tuple(operations))


def unit(vector):
    return np.array(vector) / np.linalg.norm(vector)


def line(n):
    return rules.Connectivity([(k, k + 1) for k in range(n - 1)])


BY_HAND = (rules.NoInitialize(), rules.NoUnitary())

# --- a: uniform ------------------------------------------------------------------------------------------------------


def uniform_amplitude(p):
    size = 2**p.n
    return Number(
        1 / sqrt(size),
        rel=1e-3,
        replies={
            1 / size: "This is the probability. The amplitude is its square root.",
            1 / p.n: f"There are more than {p.n} bit strings of {p.n} bits.",
            1 / sqrt(p.n): f"There are more than {p.n} bit strings of {p.n} bits.",
            1 / sqrt(2 * p.n): "Each further qubit doubles the number of bit strings.",
        },
    )


# --- b: bits that depend on two free ones ----------------------------------------------------------------------------


def pattern(rng):
    """Two free bits, a third that follows one of them, and a fixed one; never the same when read from the right."""
    while True:
        marks = ["a", "b", rng.choice("aAbB"), rng.choice("01")]
        rng.shuffle(marks)
        vectors = [fitting("".join(order)) for order in (marks, marks[::-1])]
        if not np.allclose(*vectors):
            return {"pattern": "".join(marks)}


def strings(marks):
    """The bit strings that the pattern stands for."""
    found = set()
    for a in (0, 1):
        for b in (0, 1):
            value = {"a": a, "b": b, "A": 1 - a, "B": 1 - b, "0": 0, "1": 1}
            found.add("".join(str(value[mark]) for mark in marks))
    return found


def fitting(marks):
    vector = np.zeros(2 ** len(marks))
    for bits in strings(marks):
        vector[int(bits, 2)] = 0.5
    return vector


def unlinked(p):
    """Every bit that is not fixed in a superposition of its own."""
    free = [gate("h", k) for k, mark in enumerate(p.pattern) if mark not in "01"]
    return circuit(4, *free, *[gate("x", k) for k, mark in enumerate(p.pattern) if mark == "1"])


# --- c: GHZ with names and a phase -----------------------------------------------------------------------------------

NAMES = ("0001", "0010", "0100", "1000", "0111", "1011", "1101", "1110")


def opposite(bits):
    return bits.translate(str.maketrans("01", "10"))


def cat(bits, phi):
    vector = np.zeros(2 ** len(bits), complex)
    vector[int(bits, 2)], vector[int(opposite(bits), 2)] = sqrt(0.5), sqrt(0.5) * np.exp(1j * phi)
    return vector


def star(p):
    """The right state with CNOTs from qubit 0 to all the others."""
    bits = [int(b) for b in p.bits]
    phi = -p.phi if bits[0] else p.phi
    flips = [gate("x", k) for k in range(1, 4) if bits[k] != bits[0]]
    return circuit(4, gate("h", 0), gate("p", 0, phi), *[cx(0, k) for k in range(1, 4)], *flips)


# --- d: GHZ in few layers --------------------------------------------------------------------------------------------


def ghz(n):
    vector = np.zeros(2**n)
    vector[0] = vector[-1] = sqrt(0.5)
    return vector


def chain(n):
    return circuit(n, gate("h", 0), *[cx(k, k + 1) for k in range(n - 1)])


# --- e: the angle of a share -----------------------------------------------------------------------------------------


def share(rng):
    """Not 2 or 4 qubits that still share: there two of the mistakes give the same number."""
    left = rng.choice((3, 5, 6, 7, 8))
    k = rng.choice((1, 2, 3))
    return {"n": left + k, "k": k}


def share_angle(p):
    left = p.n - p.k
    right = 2 * acos(sqrt(1 / left))
    return Number(
        right,
        within=1e-3,
        replies={
            right / 2: ("half-angle", "R_y(θ) makes the amplitude cos(θ/2): double the angle."),
            2 * acos(sqrt(1 / p.n)): "Only the qubits from k on still share. How many are they?",
            2 * acos(1 / left): "The probability that stays is 1/(n − k), so the amplitude is its square root.",
            2 * asin(sqrt(1 / left)): "The part that *stays* has the cosine. You gave on what should stay.",
            np.degrees(right): ("degrees", "This is the angle in degrees."),
        },
    )


# --- f: a W state with weights ---------------------------------------------------------------------------------------

WEIGHTS = ((20, 30, 50), (10, 30, 60), (40, 10, 50), (30, 10, 60), (50, 20, 30), (60, 10, 30))


def weighted(p):
    vector = np.zeros(8)
    for k, percent in enumerate(p.percent):
        vector[4 >> k] = sqrt(percent / 100)
    return vector


def shares(p, divide=True):
    left, steps = 100, [gate("x", 0)]
    for k in (0, 1):
        stays = p.percent[k] / (left if divide else 100)
        steps += [gate("ry", k + 1, 2 * acos(sqrt(stays)), when={k: 1}), cx(k + 1, k)]
        left -= p.percent[k]
    return circuit(3, *steps)


# --- h: any real state of two qubits ---------------------------------------------------------------------------------


def four_amplitudes(rng):
    """An odd number of minus signs, so that no Z repairs them; different when the qubits are exchanged; no product."""
    while True:
        c = [rng.choice((1, 2, 3, 4)) * rng.choice((1, 1, -1)) for _ in range(4)]
        if c[0] * c[3] != c[1] * c[2] and abs(c[1]) != abs(c[2]) and sum(v < 0 for v in c) % 2:
            return {"amplitudes": c}


# --- i: how many numbers ---------------------------------------------------------------------------------------------


def parameters(p):
    full = 2 ** (p.n + 1)
    return Number(
        full - 2,
        within=0.5,
        replies={
            full: "Two of these numbers do not count: one is fixed by the length, one is the global phase.",
            full - 1: "The global phase does not count either.",
            full // 2: "This is the number of amplitudes. Each is a complex number: two real numbers.",
            2 * p.n: "This is enough for a product state: two angles for each qubit. A general state needs far more.",
        },
    )


# --- j: any real state -----------------------------------------------------------------------------------------------

REAL = (
    [0.6, -0.8],
    [0.5, 0.5, 0.5, -0.5],
    [0.1, 0.7, -0.5, 0.5],
    [0.5, 0.1, 0.1, 0.7, -0.3, 0.3, -0.1, 0.1],
    [0.0, 0.6, 0.0, 0.0, 0.0, 0.0, -0.8, 0.0],
)


def tree(amplitudes, signs=True):
    n = len(amplitudes).bit_length() - 1
    steps = []
    for k in range(n):
        for value, (zero, one) in enumerate(np.reshape(amplitudes, (2**k, 2, -1))):
            last = k == n - 1 and signs
            a, b = (zero[0], one[0]) if last else (np.linalg.norm(zero), np.linalg.norm(one))
            when = {j: int(bit) for j, bit in enumerate(format(value, f"0{k}b"))} if k else {}
            steps.append(gate("ry", k, 2 * np.arctan2(b, a), when=when))
    return circuit(n, *steps)


def from_the_right(amplitudes):
    """The tree with the qubits in reverse order."""
    made = tree(amplitudes)
    n = made.num_qubits
    turned = [
        Operation(s.name, (n - 1 - s.qubits[0],), s.params, tuple(n - 1 - c for c in s.controls), s.control_values)
        for s in made.operations
    ]
    return circuit(n, *turned)


EXERCISES = [
    Exercise(
        id="1.8.a",
        kind="predict",
        outcome=1,
        variant=lambda rng: {"n": rng.choice((3, 5, 6, 7, 8, 10, 12))},
        target=uniform_amplitude,
        mistakes=[
            Mistake(None, lambda p: 1 / 2**p.n, says="square root", note="gives the probability"),
            Mistake(None, lambda p: 1 / sqrt(p.n), says="more than", note="counts qubits in place of bit strings"),
        ],
    ),
    Exercise(
        id="1.8.b",
        kind="build",
        outcome=1,
        variant=pattern,
        target=lambda p: State(fitting(p.pattern)),
        mistakes=[
            Mistake("qubit-order", lambda p: fitting(p.pattern[::-1]), note="takes the left mark for the last qubit"),
            Mistake(None, unlinked, note="an H on each qubit that is not fixed"),
        ],
    ),
    Exercise(
        id="1.8.c",
        kind="build",
        outcome=2,
        variant=lambda rng: {
            "bits": rng.choice(NAMES),
            "phi": round(pi * rng.choice((0.2, 0.3, 0.4, 0.6, 0.7)), 4),
        },
        target=lambda p: State(cat(p.bits, p.phi), rules=[line(4), *BY_HAND]),
        mistakes=[
            Mistake("rule", star, note="joins qubits that are not neighbours"),
            Mistake("conjugate", lambda p: cat(p.bits, -p.phi), note="puts the phase on the other term"),
            Mistake("qubit-order", lambda p: cat(p.bits[::-1], p.phi), note="reads the bits from the right"),
        ],
    ),
    Exercise(
        id="1.8.d",
        kind="design",
        outcome=(2, 5),
        points=2,
        variant=lambda rng: {"n": rng.choice((5, 6, 7, 8))},
        target=lambda p: State(ghz(p.n), rules=[rules.GateSet({"h", "cx"}), rules.Depth(4)]),
        mistakes=[
            Mistake("rule", lambda p: chain(p.n), note="a chain: one layer for each qubit"),
            Mistake(
                "wrong-basis",
                lambda p: circuit(p.n, *[gate("h", k) for k in range(p.n)], *chain(p.n).operations[1:]),
                note="an H on every qubit",
            ),
        ],
    ),
    Exercise(
        id="1.8.e",
        kind="compute",
        outcome=3,
        variant=share,
        target=share_angle,
        mistakes=[
            Mistake("half-angle", lambda p: acos(sqrt(1 / (p.n - p.k))), note="forgets the factor 2"),
            Mistake(None, lambda p: 2 * acos(sqrt(1 / p.n)), says="still share", note="takes 1/n in every step"),
            Mistake(
                None, lambda p: 2 * acos(1 / (p.n - p.k)), says="square root", note="a probability for an amplitude"
            ),
        ],
    ),
    Exercise(
        id="1.8.f",
        kind="debug",
        outcome=3,
        variant=lambda rng: {"percent": list(rng.choice(WEIGHTS))},
        target=lambda p: State(weighted(p)),
        mistakes=[
            Mistake(None, lambda p: shares(p, divide=False), says="The angle of", note="hands the draft in"),
            Mistake(
                "qubit-order",
                lambda p: weighted(p).reshape(2, 2, 2).transpose(2, 1, 0).ravel(),
                note="gives the first weight to the last qubit",
            ),
        ],
    ),
    Exercise(
        id="1.8.g",
        kind="explain",
        outcome=(2, 3),
        target=lambda p: Choice(
            "b",
            {
                "a": "Look at GHZ: after the result 0 only the term |000⟩ is left, and |00⟩ is a product.",
                "b": "Right: GHZ keeps one term, |00⟩. W keeps two, |01⟩ + |10⟩, and that is a Bell pair.",
                "c": "It is the other way round: write down which terms fit the result 0.",
                "d": "A measurement breaks the link between the measured qubit and the rest. The others may stay "
                "entangled among themselves.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="only the term", note="thinks that entanglement is one kind of thing"),
            Mistake(
                None, lambda p: "c", says="other way round", note="takes the strongest correlation for the hardiest"
            ),
            Mistake(None, lambda p: "d", says="among themselves", note="thinks that measuring ends all entanglement"),
        ],
    ),
    Exercise(
        id="1.8.h",
        kind="build",
        outcome=4,
        points=2,
        variant=four_amplitudes,
        target=lambda p: State(unit(p.amplitudes), rules=BY_HAND),
        mistakes=[
            Mistake(
                "qubit-order",
                lambda p: tree([p.amplitudes[k] for k in (0, 2, 1, 3)]),
                note="a vector as Qiskit orders it",
            ),
            Mistake("relative-phase", lambda p: unit(np.abs(p.amplitudes)), note="roots of probabilities: no signs"),
            Mistake(
                "rule",
                lambda p: circuit(2, Operation("initialize", (0, 1), matrix=unit(p.amplitudes).astype(complex))),
                note="lets the library prepare the state",
            ),
        ],
    ),
    Exercise(
        id="1.8.i",
        kind="compute",
        outcome=5,
        variant=lambda rng: {"n": rng.choice((3, 4, 5, 6, 8, 10, 20))},
        target=parameters,
        mistakes=[
            Mistake(None, lambda p: 2 ** (p.n + 1), says="Two of these", note="forgets length and global phase"),
            Mistake(None, lambda p: 2 * p.n, says="product state", note="two angles for each qubit"),
            Mistake(None, lambda p: 2**p.n, says="two real numbers", note="counts amplitudes"),
        ],
    ),
    Exercise(
        id="1.8.j",
        kind="stretch",
        outcome=(4, 5),
        points=2,
        target=lambda p: Each(REAL, lambda amplitudes: State(unit(amplitudes), rules=BY_HAND), name="prepare"),
        mistakes=[
            Mistake("qubit-order", lambda p: from_the_right, note="starts the tree at the last qubit"),
            Mistake("angle-sign", lambda p: lambda amplitudes: tree(amplitudes, signs=False), note="loses the signs"),
        ],
    ),
]
