"""What right means in lesson 2.3, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import cos, sin, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    bits,
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
)
from qtrain.checking import Property, Unitary
from qtrain.circuits import Circuit, Function, run
from qtrain.circuits.numerals import number_beside

# The two bits of a Bell state: z is the sign, x says whether the bits differ.
NAMES = {"Φ+": "00", "Ψ+": "01", "Φ−": "10", "Ψ−": "11"}


def differs(message, pairs):
    """What Alice has to change, as bits z and x of each pair."""
    have = "".join(NAMES[name] for name in pairs)
    return [int(a) ^ int(b) for a, b in zip(message, have, strict=True)]


def written(changes):
    steps = [f"{gate} {k // 2}" for k, (gate, on) in enumerate(zip("zxzx", changes, strict=True)) if on]
    return circuit("; ".join(steps), qubits=2)


def told_apart(message, pairs):
    """Whether both halves have something to do, and the usual mistakes do something else."""
    changes, plain = differs(message, pairs), [int(bit) for bit in message]
    swapped = [changes[k] for k in (1, 0, 3, 2)]
    answers = [changes, plain, swapped, changes[2:] + changes[:2]]
    return any(changes[:2]) and any(changes[2:]) and any(plain) and len({tuple(one) for one in answers}) == 4


@build(
    "2.3.a",
    rung="warm-up",
    outcome=1,
    takes="circuit",
    message=bits(4),
    pairs=one_of([[a, b] for a in NAMES for b in NAMES]),
    where=told_apart,
)
def two_pairs(message, pairs):
    changes = differs(message, pairs)
    yield Unitary(written(changes))
    plain = [int(bit) for bit in message]
    yield slip(written(plain), "forgets that the pairs are not Φ+").says(
        "This would be right for two pairs in Φ+. Compare what the pairs are with what they have to become."
    )
    swapped = [changes[k] for k in (1, 0, 3, 2)]
    yield slip(written(swapped), "exchanges Z and X").says(
        "Z and X are exchanged: the first bit of each pair is the sign, and Z changes the sign."
    )
    yield slip(written(changes[2:] + changes[:2]), "exchanges the two pairs").says(
        "The two pairs are exchanged: the first two bits of the message go with qubit 0."
    )


DECODERS = {
    "h a; cx a b": "the H stands before the CNOT",
    "cx a b; h b": "the H stands on the other qubit",
    "cx b a; h a": "the CNOT is turned round",
    "h a": "the CNOT is missing",
    "cx a b": "the H is missing",
}
PAIR = {
    name: circuit("h 0; cx 0 1", "z 0" if z == "1" else "", "x 1" if x == "1" else "", qubits=2)
    for name, (z, x) in NAMES.items()
}


def placed(steps, alice):
    return circuit(steps, a=alice, b=1 - alice, qubits=2)


@build(
    "2.3.b",
    kind="debug",
    outcome=2,
    takes="circuit",
    faulty=tuple(DECODERS),
    message=bits(2),
    alice=(0, 1),
)
def repair_the_decoder(faulty, message, alice):
    def chances(answer):
        """For each message, the probability that both bits are read."""
        found = {}
        for name, sent in NAMES.items():
            state = run(PAIR[name])
            state = state if alice == 0 else state.reshape(2, 2).T.ravel()
            out = abs(run(answer, state)).reshape(2, 2) ** 2
            out = out if alice == 0 else out.T
            found[sent] = float(out[int(sent[0]), int(sent[1])])
        return found

    def holds(answer):
        found = chances(answer)
        sent, chance = min(found.items(), key=lambda pair: pair[1])
        if chance > 1 - 1e-6:
            return True
        return False, f"The message {sent} is read with probability {number_beside(chance, 1)} only. It has to be 1."

    yield Property("reads all four messages", holds, takes=Circuit, num_qubits=2, wants="a circuit of two qubits")
    yield slip(placed(faulty, alice), "hands the draft in").says(
        "This does what the draft does. Follow the state Φ+ through it: which basis state should come out?"
    )
    for steps in DECODERS:
        if steps != faulty:
            yield slip(placed(steps, alice), DECODERS[steps])
    yield slip(placed("cx a b; h a; swap a b", alice), "exchanges the two bits").says(
        "The two bits come out in each other's place: the sign belongs to Alice's qubit."
    )


@number("2.3.c", rung="warm-up", outcome=3, bounds=(0, 1), within=1e-3, v=decimals(0.30, 0.97, 0.01))
def success_of_a_noisy_pair(v):
    yield (1 + 3 * v) / 4
    yield slip(v, "forgets lucky guesses").says(
        "With probability v the pair is good. When it is not, the four results are equally likely, and one is right."
    )
    yield slip((1 + v) / 2, "takes one bit").says("This is the chance for one of the two bits. Both have to be right.")
    yield slip(v**2, "takes each bit for itself").says("The pair is one thing: it is good or not, for both bits.")
    yield slip((3 + v) / 4, "exchanges good and bad").says("Try v = 0: what is left is a blind guess of two bits.")


def entropy(values):
    return float(-sum(p * np.log2(p) for p in values if p > 1e-15))


def capacity(v):
    return 2 - entropy([(1 + 3 * v) / 4] + 3 * [(1 - v) / 4])


@number("2.3.d", outcome=3, within=2e-3, v=decimals(0.55, 0.97, 0.01), unit="bit")
def capacity_of_a_noisy_pair(v):
    yield capacity(v)
    good = (1 + 3 * v) / 4
    yield slip(2 - entropy([good, 1 - good]), "takes all wrong results as one").says(
        "A wrong result is one of three, equally likely. Their three terms in the entropy are not one term."
    )
    yield slip(2 - (2 - capacity(v)) * np.log(2), "takes the natural logarithm").says(
        "Your logarithm has base e. For bits it needs base 2."
    )
    yield slip(2 * v, "takes a part of two bits").says("Noise costs more than its share of the shots: use the formula.")
    yield slip(2 - capacity(v), "gives the entropy").says("This is the entropy S. It has to be taken from 2.")


def trace_inner(a, b):
    return abs(np.trace(np.conj(a).T @ b)) / len(a)


def matrix(value, size):
    """The learner's matrix, or why it is none."""
    try:
        found = np.array(getattr(value, "matrix", value), dtype=complex)  # an Operator comes as what it was read to
    except (TypeError, ValueError):
        return None
    return found if found.shape == (size, size) else None


def unlike(found, size, named):
    """The first thing that is wrong with a family of gates, or nothing."""
    for k, gate in enumerate(found):
        if gate is None:
            return f"{named(k)} should be a matrix with {size} rows and {size} columns."
        if np.abs(gate.conj().T @ gate - np.eye(size)).max() > 1e-6:
            return f"{named(k)} is not unitary."
    for k, one in enumerate(found):
        for m, other in enumerate(found[:k]):
            if trace_inner(other, one) > 1e-6:
                return (
                    f"{named(m)} and {named(k)} cannot be told apart with certainty: "
                    f"|tr(U†V)|/{size} is {number_beside(trace_inner(other, one), 0)}."
                )
    return None


def rotated(theta):
    return np.array([[cos(theta / 2), -sin(theta / 2)], [sin(theta / 2), cos(theta / 2)]])


PAULIS = [np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[1, 0], [0, -1]]), np.array([[0, 1], [-1, 0]])]


@function("2.3.e", kind="design", rung="think", outcome=4, points=2, theta=angles(0.15, 0.85))
def own_encoding(theta):
    first = rotated(theta)

    def holds(f):
        found = [matrix(f.call(k), 2) for k in range(4)]
        if found[0] is not None and trace_inner(first, found[0]) < 1 - 1e-6:
            return False, "gate(0) is not the rotation of the task."
        wrong = unlike(found, 2, lambda k: f"gate({k})")
        return (False, wrong) if wrong else True

    yield Property("gives four gates that can be told apart", holds, takes=Function, wants="a function")
    yield slip(lambda k: PAULIS[k], "takes the Pauli gates").says(
        "These are the Pauli gates. The device cannot do the identity: gate(0) has to be its rotation."
    )
    yield slip(lambda k: PAULIS[k] if k else first, "replaces the first one only").says(
        "The first gate has changed, and the other three have not: they no longer fit to it. Change all four alike."
    )
    yield slip(lambda k: rotated(theta + k * np.pi / 2), "turns by a quarter each time")


@choice("2.3.f", rung="think", outcome=4)
def where_the_second_bit_travels():
    yield right(
        "Two qubits travel in all: one half of the pair before the message was known, and the other with it."
    ).says("Right: the first half carries no message, and it can be sent at a time when the line is free.")
    yield slip(
        "One qubit has two amplitudes, and each of them carries one bit.", "takes amplitudes for readable numbers"
    ).says("Amplitudes cannot be read. Of a single qubit alone nobody gets more than one bit.")
    yield slip(
        "Alice's gate acts at once on Bob's half, so the second bit travels without a qubit.",
        "believes in faster than light",
    ).says("Bob's half alone is a fair coin before and after Alice's gate. He sees nothing until her qubit arrives.")
    yield slip(
        "The qubit is measured twice, along z and along x, and gives a bit each time.", "measures one qubit twice"
    ).says("A second measurement along another axis gives a new random bit. Bob measures two qubits, once each.")
    yield slip(
        "A classical line would do the same: a bit sent earlier and a bit sent now.", "takes the first half for a bit"
    ).says(
        "A bit that is sent before the message is known cannot carry any of it. The half of the pair can help later."
    )


@measure(
    "2.3.g",
    rung="think",
    outcome=(2, 3),
    points=2,
    bounds=(0, 1),
    within=0.01,
    a=one_of([k / 100 for k in range(45, 90)]),
    b=one_of([k / 100 for k in range(30, 75)]),
    where=lambda a, b: abs(a - b) > 0.1,
)
def success_of_a_line(a, b):
    chances = [cos((a + b) / 2) ** 2, cos((a - b) / 2) ** 2]
    both = (1 + cos(a) * cos(b)) / 2
    spread = sqrt(2 * sum(p * (1 - p) for p in chances)) / 4
    shots = 2000
    error = spread / sqrt(shots)
    yield right(both, spread=spread)
    for chance, name in zip(chances, ("00", "10"), strict=True):
        yield slip((chance, sqrt(chance * (1 - chance) / shots), shots), f"sends {name} only").says(
            "This is the success of one message. The noise does not treat all four messages alike: send each of them."
        )
    yield slip((1 - both, error, shots), "gives the error rate", "bit-flip").says(
        "This is the share of the messages that are *not* read."
    )
    yield slip((both, 2 * error, shots), "takes the error bar of one message", "factor").says(
        "Your error bar is twice too wide: the mean over four messages has four times the data."
    )


def weyl(d, mistake=""):
    shift, clock = np.roll(np.eye(d), 1, axis=0), np.diag(np.exp(2j * np.pi * np.arange(d) / d))
    if mistake == "real":
        clock = np.diag((-1.0) ** np.arange(d))
    found = [np.linalg.matrix_power(shift, j) @ np.linalg.matrix_power(clock, k) for j in range(d) for k in range(d)]
    return found[: 2 * d] if mistake == "few" else found


@function("2.3.h", kind="stretch", outcome=4, points=3)
def any_dimension():
    def holds(f):
        for d in (2, 3, 4, 5):
            given = f.call(d)
            given = list(given) if isinstance(given, list | tuple | np.ndarray) else []
            if len(given) != d * d:
                return False, f"encoders({d}) gives {len(given)} matrices. There should be {d * d}."
            wrong = unlike([matrix(one, d) for one in given], d, lambda k, d=d: f"Number {k} of encoders({d})")
            if wrong:
                return False, wrong
        return True

    yield Property("gives d² gates that can be told apart", holds, takes=Function, wants="a function")
    yield slip(lambda d: weyl(d, "real"), "takes signs for roots of unity").says(
        "Signs alone are enough for d = 2 only: for d = 3 the three signs do not add up to zero."
    )
    yield slip(lambda d: weyl(d, "few"), "gives too few")
    yield slip(lambda d: [one * 2 for one in weyl(d)], "gives matrices that are not unitary")
