"""What right means in lesson 1.8, and how people get it wrong. The tasks stand in the notebook of the same name."""

import random
from itertools import pairwise
from math import acos, asin, atan, cos, degrees, pi, sin, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    function,
    measure,
    number,
    one_of,
    plant,
    right,
    several,
    slip,
    whole,
)
from qtrain.checking import State
from qtrain.checking.rules import Connectivity, Depth, GateSet, NoInitialize, NoUnitary

BY_HAND = (NoInitialize(), NoUnitary())
BITS = [format(k, "04b") for k in range(16)]


def unit(vector):
    return np.array(vector) / np.linalg.norm(vector)


def string_of(n, ones, seed):
    """A bit string of n bits with so many ones, the same for the same seed."""
    places = random.Random(seed).sample(range(n), ones)
    return "".join("1" if k in places else "0" for k in range(n))


@number(
    "1.8.a",
    rung="warm-up",
    kind="predict",
    outcome=1,
    rel=1e-3,
    n=whole(4, 9),
    ones=whole(1, 3),
    theta=angles(0.15, 0.8),
    where=lambda n, ones: 2 * ones != n,
    derive=lambda n, ones, theta: {"bits": string_of(n, ones, n * ones)},
)
def one_of_many(n, ones, theta, bits):
    c, s = cos(theta / 2), sin(theta / 2)
    found = c ** (n - ones) * s**ones
    yield found
    yield slip(found**2, "gives the probability").says("This is the probability. The amplitude is its square root.")
    yield slip(cos(theta) ** (n - ones) * sin(theta) ** ones, "forgets the half of the angle", "double-angle").says(
        "R_y(θ) makes the amplitudes cos(θ/2) and sin(θ/2)."
    )
    yield slip(c**ones * s ** (n - ones), "exchanges zeros and ones", "bit-flip").says(
        "The cosine belongs to a 0 and the sine to a 1."
    )
    yield slip((n - ones) * c + ones * s, "adds the factors").says(
        "Amplitudes of separate qubits are multiplied, not added."
    )


def fitting(marks):
    """Equal amplitudes for the bit strings that the pattern stands for."""
    vector = np.zeros(2 ** len(marks))
    for a in (0, 1):
        for b in (0, 1):
            value = {"a": a, "b": b, "A": 1 - a, "B": 1 - b, "0": 0, "1": 1}
            vector[int("".join(str(value[mark]) for mark in marks), 2)] = 0.5
    return vector


def pattern(rng):
    """Two free bits, a third that follows one of them, and a fixed one; never the same when read from the right."""
    while True:
        marks = ["a", "b", rng.choice("aAbB"), rng.choice("01")]
        rng.shuffle(marks)
        if not np.allclose(fitting(marks), fitting(marks[::-1])):
            return {"pattern": "".join(marks)}


@build("1.8.b", rung="warm-up", outcome=1, takes="circuit", draw=pattern)
def fits_a_pattern(pattern):
    free = " ".join(str(k) for k, mark in enumerate(pattern) if mark not in "01")
    first: dict[str, int] = {}
    steps = []
    for qubit, mark in enumerate(pattern):
        if mark == "1":
            steps.append(f"x {qubit}")
        elif mark.lower() in first:
            source = first[mark.lower()]
            steps.append(f"cx {source} {qubit}" + (f"; x {qubit}" if mark != pattern[source] else ""))
        elif mark != "0":
            first[mark.lower()] = qubit
            steps.append(f"h {qubit}")
    yield State(circuit(*steps, qubits=4), rules=BY_HAND)
    yield plant("qubit-order", "takes the left mark for the last qubit")
    yield slip(
        circuit(f"h {free}", "1" in pattern and f"x {pattern.index('1')}", qubits=4),
        "an H on each qubit that is not fixed",
    ).says("You made eight strings. Only two bits are free: the third follows one of them, by a CNOT.")


@build(
    "1.8.c",
    outcome=2,
    takes="circuit",
    bits=[b for b in BITS if b.count("1") % 2],
    phi=angles(0.1, 0.9, 0.05),
)
def another_face(bits, phi):
    def cat(links, phi):
        angle = -phi if bits[0] == "1" else phi
        flips = [f"x {k}" for k in range(1, 4) if bits[k] != bits[0]]
        return circuit("h 0; p(a) 0", *(f"cx {a} {b}" for a, b in links), *flips, a=angle, qubits=4)

    line = [(0, 1), (1, 2), (2, 3)]
    yield State(cat(line, phi), rules=[Connectivity(line), *BY_HAND])
    yield slip(cat([(0, 1), (0, 2), (0, 3)], phi), "joins qubits that are not neighbours", "rule")
    yield slip(cat(line, -phi), "puts the phase on the other term").says(
        "The phase is on the other term: it belongs to the string with all bits exchanged."
    )
    yield plant("qubit-order", "reads the bits from the right", of=cat(line, phi))


def some_places(rng):
    """From 5 to 8 of the nine qubits, and not just the first ones."""
    while True:
        places = sorted(rng.sample(range(9), rng.choice((5, 6, 7, 8))))
        if places[-1] >= len(places):
            return {"places": places}


def copied(places):
    """A GHZ state of these qubits, in a tree."""
    steps = [f"cx {places[k - 2 ** (k.bit_length() - 1)]} {places[k]}" for k in range(1, len(places))]
    return circuit(f"h {places[0]}", *steps, qubits=9)


@build("1.8.d", kind="design", outcome=(2, 5), points=2, takes="circuit", draw=some_places)
def few_layers(places):
    first = places[0]
    chain = [f"cx {a} {b}" for a, b in pairwise(places)]
    yield State(circuit(f"h {first}", *chain, qubits=9), rules=[GateSet({"h", "cx"}), Depth(4)])
    yield slip(circuit(f"h {first}", *chain, qubits=9), "a chain: one layer for each qubit", "rule")
    every = " ".join(map(str, places))
    yield slip(circuit(f"h {every}", *chain, qubits=9), "an H on every qubit").says(
        "With an H on every qubit all strings appear. Only two are wanted."
    )
    yield slip(copied(range(len(places))), "takes the first qubits").says(
        "This is a GHZ state of as many qubits, but of the first ones. The list `p.places` says which are wanted."
    )
    yield slip(copied(range(9)), "takes all nine qubits").says(
        "This is a GHZ state of all nine qubits. Those that are not in `p.places` should stay in |0⟩."
    )


@number(
    "1.8.e",
    rung="warm-up",
    outcome=3,
    within=1e-3,
    n=whole(6, 50),
    k=whole(2, 40),
    where=lambda n, k: n - k in (3, *range(5, 41)),
)
def how_much_to_keep(n, k):
    left = n - k
    theta = 2 * acos(sqrt(1 / left))
    yield theta
    yield slip(theta / 2, "forgets the factor 2", "half-angle").says(
        "R_y(θ) makes the amplitude cos(θ/2): double the angle."
    )
    yield slip(2 * acos(sqrt(1 / n)), "takes 1/n in every step").says(
        "Only the qubits from k on still share. How many are they?"
    )
    yield slip(2 * acos(sqrt(1 / (left + 1))), "counts the controls from 1").says(
        "One qubit too many shares. The first rotation has k = 0, so qubits 0 to k − 1 have their shares already."
    )
    yield slip(2 * acos(sqrt(1 / (left - 1))), "leaves qubit k out").says(
        "One qubit too few shares. Qubit k itself is one of those that share."
    )
    yield slip(2 * acos(1 / left), "a probability for an amplitude").says(
        "The probability that stays is 1/(n − k), so the amplitude is its square root."
    )
    yield slip(2 * asin(sqrt(1 / left)), "gives on what should stay").says(
        "The part that *stays* has the cosine. You gave on what should stay."
    )
    yield slip(degrees(theta), "gives degrees", "degrees").says("This is the angle in degrees.")


def kept_runs(t):
    """Fidelity with W₃ and share of the runs that are kept, for tan²(θ/2) = t."""
    return 3 / (3 + t * t), (3 * t + t**3) / (1 + t) ** 3


@number(
    "1.8.k",
    rung="think",
    outcome=(3, 5),
    points=2,
    bounds=(0, 1),
    within=1e-3,
    percent=one_of([k / 10 for k in range(780, 991)]),
)
def keep_the_good_runs(percent):
    wanted = percent / 100
    t = sqrt(3 * (1 / wanted - 1))
    share = kept_runs(t)[1]
    yield share
    yield slip(3 * t / (1 + t) ** 3, "counts the strings with one 1 only").says(
        "Runs with three ones have odd parity, too, and are kept."
    )
    yield slip(wanted, "takes the fidelity for the share").says(
        "This is the fidelity. Which share of the runs is kept?"
    )
    yield slip(1 - share, "gives the share that is dropped").says("This is the share that you drop.")
    yield slip(kept_runs(t * t)[1], "forgets a root").says(
        "From the fidelity you get the *square* of tan²(θ/2). Take the root once more."
    )
    yield slip(2 * atan(sqrt(t)), "gives the angle").says("This is the angle θ. The share of the runs is asked for.")


@measure(
    "1.8.l",
    rung="think",
    outcome=5,
    points=2,
    bounds=(0, 1),
    within=0.01,
    tilt=one_of([k / 100 for k in range(25, 70)]),
    phase=one_of([k / 100 for k in range(70, 130)]),
)
def fidelity_of_a_machine(tilt, phase):
    # cos(π/4 + tilt/2)|000⟩ + e^{iφ} sin(…)|111⟩, against GHZ
    a, b = cos(pi / 4 + tilt / 2), sin(pi / 4 + tilt / 2)
    found = abs(a + b * np.exp(1j * phase)) ** 2 / 2
    spread = sqrt(found * (1 - found))
    shots = 3000
    yield right(float(found), spread=float(spread))
    yield slip((a * a, sqrt(a * a * b * b / shots), shots), "measures without undoing").says(
        "This is how often the machine gives 000. Undo the wanted preparation first: then 000 means “the wanted state”."
    )
    yield slip((float(found), float(spread), shots), "gives the scatter of one shot", "factor")
    yield slip((float(sqrt(found)), float(spread) / sqrt(shots), shots), "gives the size of the inner product").says(
        "This is the size of the inner product. The fidelity is its square."
    )
    blind = (1 + 2 * a * b) / 2
    yield slip((blind, sqrt(blind * (1 - blind) / shots), shots), "takes the root of the probabilities").says(
        "This follows from the probabilities alone. The phase between the two terms counts, too."
    )


@build(
    "1.8.f",
    kind="debug",
    outcome=3,
    takes="circuit",
    one=whole(10, 60, 5),
    two=whole(10, 60, 5),
    where=lambda one, two: one + two <= 90 and 50 != one != 100 - one - two,
    derive=lambda one, two: {"percent": [one, two, 100 - one - two]},
)
def uneven_shares(percent):
    def shared(first, second, start=0, end=2):
        a, b = (2 * acos(sqrt(stays)) for stays in (first, second))
        return circuit("x s; cry(a) s 1; cx 1 s; cry(b) 1 e; cx e 1", a=a, b=b, s=start, e=end)

    one, two = percent[0] / 100, percent[1] / 100
    yield State(shared(one, two / (1 - one)))
    yield slip(shared(one, two), "hands the draft in").says(
        "This is still the draft. The second share is a part of what is left after the first one, not of the whole."
    )
    yield slip(shared(one, two / (1 - one), 2, 0), "gives the first weight to the last qubit", "qubit-order")
    yield slip(shared(1 - one, 1 - two / (1 - one)), "gives on what should stay").says(
        "Each qubit gives on the part that it should keep: the part that *stays* has the cosine."
    )
    yield slip(shared(1 / 3, 1 / 2), "prepares the even W state of the lesson").says(
        "This is the even W state. Here the three probabilities are those in `p.percent`."
    )


@choice("1.8.g", rung="think", outcome=(2, 3))
def what_survives():
    yield right("No for GHZ, yes for W.").says(
        "Right: GHZ keeps one term, |00⟩. W keeps two, |01⟩ + |10⟩, and that is a Bell pair."
    )
    yield slip("Yes in both cases.", "thinks that entanglement is one kind of thing").says(
        "Look at GHZ: after the result 0 only the term |000⟩ is left, and |00⟩ is a product."
    )
    yield slip("Yes for GHZ, no for W.", "takes the strongest correlation for the hardiest").says(
        "It is the other way round: write down which terms fit the result 0."
    )
    yield slip(
        "No in both cases: a measurement ends all entanglement.", "thinks that measuring ends all entanglement"
    ).says(
        "A measurement breaks the link between the measured qubit and the rest. The others may stay entangled among "
        "themselves."
    )


SIGNED = one_of([k for k in range(-4, 5) if k])


def four_amplitudes(amplitudes):
    """An odd number of minus signs, so that no Z repairs them; changed by exchanging qubits; no product; uneven."""
    w, x, y, z = amplitudes
    even = w * w + x * x == y * y + z * z  # the two branches of the root
    return w * z != x * y and abs(x) != abs(y) and not even and sum(v < 0 for v in amplitudes) % 2


def tree(amplitudes, signs=True, last_first=False):
    """The turns of R_y, one qubit after the other, each controlled by those before it."""
    n = len(amplitudes).bit_length() - 1
    steps = []
    for k in range(n):
        for value, (zero, one) in enumerate(np.reshape(amplitudes, (2**k, 2, -1))):
            last = k == n - 1 and signs
            a, b = (zero[0], one[0]) if last else (np.linalg.norm(zero), np.linalg.norm(one))
            place = [n - 1 - j if last_first else j for j in range(k + 1)]
            controls = [
                f"{'' if bit == '1' else '!'}{q}" for q, bit in zip(place, format(value, f"0{k}b"), strict=False) if k
            ]
            text = f"{'c' * k}ry(a) {' '.join([*controls[:k], str(place[k])])}"
            steps.append(circuit(text, a=float(2 * np.arctan2(b, a)), qubits=n))
    return circuit(*steps)


@build("1.8.h", outcome=4, points=2, takes="circuit", amplitudes=several(4, SIGNED), where=four_amplitudes)
def plant_a_tree(amplitudes):
    yield State(unit(amplitudes), rules=BY_HAND)
    yield slip(tree([amplitudes[k] for k in (0, 2, 1, 3)]), "a vector as Qiskit orders it", "qubit-order")
    yield slip(tree(amplitudes, signs=False), "roots of probabilities: no signs").says(
        "All sizes are right. The signs are lost: an angle of Ry can make a negative amplitude."
    )
    ratio = np.hypot(*amplitudes[2:]) / np.hypot(*amplitudes[:2])
    yield slip(
        tree([*(v * ratio for v in amplitudes[:2]), *(v / ratio for v in amplitudes[2:])]), "turns the root"
    ).says(
        "The two branches of qubit 0 have each other's probability. The sine belongs to the branch with qubit 0 = 1."
    )


@number("1.8.i", outcome=5, within=0.1, a=whole(2, 14), b=whole(2, 14), where=lambda a, b: a < b)
def how_many_numbers(a, b):
    first, second = 2 ** (a + 1), 2 ** (b + 1)
    yield first - 2 + second - 2
    yield slip(2 ** (a + b + 1) - 2, "counts a general state of all qubits").says(
        "This is the count of a general state of all the qubits. Here the groups are not entangled with each other."
    )
    yield slip(first + second, "forgets lengths and global phases").says(
        "The length and the global phase do not count: two numbers fewer for each group."
    )
    yield slip(first + second - 2, "subtracts for one group only").says(
        "You took away two numbers. Each group has a length and a global phase of its own."
    )
    yield slip((first + second) // 2, "counts amplitudes").says(
        "This is the number of amplitudes of the two groups. Each is a complex number: two real numbers."
    )
    yield slip((first - 2) * (second - 2), "multiplies the two counts").says(
        "You multiplied the counts of the two groups. To name both states you write one list after the other."
    )
    yield slip(2 * (a + b), "two angles for each qubit").says(
        "This is enough if no two qubits are entangled. Inside a group they may be."
    )


REAL = [
    [0.6, -0.8],
    [0.5, 0.5, 0.5, -0.5],
    [0.1, 0.7, -0.5, 0.5],
    [0.3, -0.2, 0.4, 0.6, -0.4, 0.3, -0.1, 0.3],
    [0.0, 0.6, 0.0, 0.0, 0.0, 0.0, -0.8, 0.0],
]


@function(
    "1.8.j",
    kind="stretch",
    outcome=(4, 5),
    points=2,
    name="prepare",
    inputs=[(v,) for v in REAL],
    judged=lambda amplitudes: State(unit(amplitudes), rules=BY_HAND),
)
def prepare():
    yield tree
    yield slip(
        lambda amplitudes: tree(amplitudes, last_first=True), "starts the tree at the last qubit", "qubit-order"
    ).says("Your circuit has the qubits in the reverse order: qubit 0 is on the left of the list.")
    yield slip(lambda amplitudes: tree(amplitudes, signs=False), "loses the signs").says(
        "All sizes are right. The signs are lost: an angle of Ry can make a negative amplitude."
    )
