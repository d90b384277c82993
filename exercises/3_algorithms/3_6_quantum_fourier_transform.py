"""What right means in lesson 3.6, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import pi, sqrt

import numpy as np

from qtrain.authoring import (
    build,
    choice,
    circuit,
    data,
    distinct,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Data, Permutation, Property, State
from qtrain.checking.rules import FeedForward, GateSet, NoSynthesis, TwoQubitGates
from qtrain.checking.schema import List, Whole
from qtrain.circuits import Circuit, counted, inverse, output_distribution, unitary
from qtrain.circuits.numerals import number_beside, number_text


def matrix(n):
    """The Fourier transform of 2ⁿ amplitudes, by its definition."""
    x = np.arange(2**n)
    return np.exp(2j * pi * np.outer(x, x) / 2**n) / sqrt(2**n)


def fourier(n, places=None, *, full=2.0, kept=99, patched=False, swaps=True, h_last=False):
    """A QFT on qubits, the most significant first; `full` times π is a full turn, `kept` the finest rotation kept."""
    places = list(places or range(n))
    steps = []
    for j in range(n):
        turns = []
        for k in range(j + 1, n):
            angle = full * pi / 2 ** (k - j + 1)
            if k - j + 1 <= kept:
                turns.append(f"cp({angle!r}) {places[k]} {places[j]}")
            elif patched:
                turns += [f"p({angle / 2!r}) {places[k]}", f"p({angle / 2!r}) {places[j]}"]
        steps += [*turns, f"h {places[j]}"] if h_last else [f"h {places[j]}", *turns]
    if swaps:
        steps += [f"swap {places[j]} {places[n - 1 - j]}" for j in range(n // 2)]
    return circuit(*steps, qubits=n)


def in_order(n, places):
    """For each basis state, the number that it means when `places` lists the qubits from the most significant on."""
    return [sum((b >> (n - 1 - q) & 1) << (n - 1 - j) for j, q in enumerate(places)) for b in range(2**n)]


@number(
    "3.6.a",
    kind="predict",
    rung="warm-up",
    outcome=1,
    within=1e-3,
    n=whole(3, 6),
    x=whole(2, 63),
    y=whole(2, 63),
    where=lambda n, x, y: x < 2**n and y < 2**n and x * y > 2**n and 4 * x * y % 2**n != 0,
)
def where_the_hand_points(n, x, y):
    turns = x * y % 2**n / 2**n
    yield turns
    yield slip(x * y / 2**n, "keeps the full turns").says(
        "The hand points in the right direction, but you counted its full turns, too. Give the part below 1."
    )
    yield slip(1 - turns, "turns the other way").says(
        "Your hand turns the other way. This transform has a plus sign in the exponent."
    )
    yield slip(turns - 1, "counts clockwise").says(
        "The hand points in the right direction. Count its turns counter-clockwise: a number from 0 to below 1."
    )
    yield slip(x / 2**n, "gives the turn of one step").says(
        "So far the hand turns from one y to the next. How far has it turned at this y?"
    )
    yield slip(2 * turns, "gives half turns").says("This is in half turns. Full turns are asked for.")
    yield slip(x * y % 2**n, "forgets to divide by N").says("Divide by the number of amplitudes.")
    yield slip(2 * pi * turns, "gives radians").says("This is in radians. Turns are asked for.")
    yield slip(360 * turns, "gives degrees").says("This is in degrees. Turns are asked for.")
    yield slip(x * y / n % 1, "takes n for N").says(
        "You divided by the number of qubits. N is the number of amplitudes."
    )


@build(
    "3.6.b",
    rung="warm-up",
    outcome=1,
    takes="circuit",
    n=whole(4, 6),
    k=whole(3, 63),
    where=lambda n, k: k < 2**n and k & (k - 1) != 0,
    rules=[GateSet({"h", "p"})],
)
def product_state(n, k):
    def made(full=2.0, order=1):
        turns = [f"h {q}; p({full * pi * k / 2 ** (q + 1)!r}) {q}" for q in range(n)]
        if order < 0:
            turns = [f"h {q}; p({full * pi * k / 2 ** (n - q)!r}) {q}" for q in range(n)]
        return circuit(*turns)

    yield State(made())
    yield slip(made(order=-1), "begins at the other end", "qubit-order").says(
        "Your phases are right, but on the qubits in the reverse order. Qubit 0 is the most significant: "
        "its 1 is worth half of N."
    )
    yield slip(made(full=1.0), "takes π for a full turn", "half-angle").says(
        "Every one of your phases is half as large as it should be: a full turn is 2π."
    )
    yield slip(made(full=-2.0), "takes a minus sign").says(
        "All of your phases have the opposite sign. That is the state that the inverse transform would make."
    )
    yield slip(circuit(*(f"h {q}" for q in range(n))), "forgets the phases").says(
        "You have made all amplitudes equal. The hands have to point in different directions."
    )
    yield slip(
        circuit(*(f"x {q}" for q in range(n) if k >> (n - 1 - q) & 1), *(f"h {q}" for q in range(n))),
        "applies H to each qubit",
    ).says("An H on each qubit gives plus and minus signs only. The hands need finer directions.")


FAULTS = {
    "order": {"order": [0, 1, 2, 3]},
    "ladder": {"h_first": True},
    "sign": {"factor": 2},
    "half": {"factor": -1},
    "swaps": {"swaps": False},
}
SOUND = {"order": [3, 2, 1, 0], "h_first": False, "factor": -2, "swaps": True}
SAID = {
    "order": "The rotations and the H gates run in the order of the forward transform.",
    "ladder": "Each H comes before its controlled phases. That is the order of the forward transform.",
    "sign": "Your controlled phases have the sign of the forward transform.",
    "half": "Your controlled phases are half as large as they should be. What is a full turn?",
    "swaps": "Only the swaps are missing: the bits of the result come in the reverse order.",
}


def backward(places, order, h_first, factor, swaps):
    steps = [f"swap {places[0]} {places[3]}; swap {places[1]} {places[2]}"] if swaps else []
    for j in order:
        turns = [f"cp({factor * pi / 2 ** (k - j + 1)!r}) {places[k]} {places[j]}" for k in range(j + 1, 4)]
        steps += [f"h {places[j]}", *turns] if h_first else [*turns, f"h {places[j]}"]
    return circuit(*steps, qubits=4)


@build(
    "3.6.c",
    kind="debug",
    outcome=2,
    points=2,
    takes="circuit",
    places=distinct(4, range(4)),
    fault=tuple(FAULTS),
    derive=lambda fault: {**SOUND, **FAULTS[fault]},
    rules=[NoSynthesis()],
)
def repair(places, fault, order, h_first, factor, swaps):
    yield backward(places, **SOUND)
    yield slip(backward(places, order, h_first, factor, swaps), "hands the draft in").says(
        "This does what the draft does. Write down the gates of `qft` from the last to the first, each one inverted, "
        "and compare line by line."
    )
    for name, change in FAULTS.items():
        if name != fault:
            yield slip(backward(places, **{**SOUND, **change}), name).says(SAID[name])
    yield slip(backward(places[::-1], **SOUND), "takes the last qubit for the most significant").says(
        "This is the inverse transform with the qubits in the reverse order: the first of `p.places` is the most "
        "significant."
    )


@data(
    "3.6.d",
    kind="predict",
    outcome=3,
    n=whole(4, 8),
    r=one_of([2, 4, 8, 16]),
    start=whole(0, 15),
    where=lambda n, r, start: start < r < 2**n / 2 and r * r != 2**n,
)
def comb(n, r, start):
    step = 2**n // r
    schema = List(Whole(0, 2**n - 1), ordered=False)
    outcomes = [j * step for j in range(r)]
    yield Data(outcomes, schema=schema)
    yield slip([j * r for j in range(step)], "takes the multiples of r").says(
        "These are the multiples of r. A comb with wide gaps becomes a comb with narrow ones, and the other way round."
    )
    yield slip(outcomes[1:], "leaves out 0").says("One outcome is missing: which y is a multiple of everything?")
    yield slip([start + j * r for j in range(step)], "gives the comb of the input").says(
        "These are the numbers of the input state. What comes out of the transform is asked for."
    )
    if start % step:
        yield slip([(start + one) % 2**n for one in outcomes], "shifts the outcomes").says(
            "You shifted the outcomes by the start of the comb. A shift of the input changes phases only."
        )


@choice("3.6.e", rung="warm-up", outcome=3)
def what_cannot_be_read():
    yield right(
        "The result cannot be read out, and the list cannot be loaded, without about as many steps as numbers."
    ).says("Right: a shot gives one index. And a million different amplitudes take about a million gates to prepare.")
    yield slip("None: 20 qubits hold the million results, and one measurement shows them all.", "all at once").says(
        "One measurement gives 20 bits: one index y. The amplitudes themselves never show."
    )
    yield slip("The fast Fourier transform needs as few steps: about 20².", "underrates the classical cost").says(
        "The fast Fourier transform has to write a million numbers: it needs about 20 million steps."
    )
    yield slip(
        "Measured probabilities give the size of every result after a few hundred shots.", "forgets how many results"
    ).says("With a few hundred shots you see at most a few hundred of a million indices.")
    yield slip("The QFT needs a million gates, too: one for each amplitude.", "confuses gates and amplitudes").says(
        "It needs 220: the count grows with the square of the number of qubits."
    )


def added(n, k, full=2.0, turned=False, there=None, back=None):
    steps = [f"p({full * pi * k / 2 ** ((n - 1 - q if turned else q) + 1)!r}) {q}" for q in range(n)]
    there, back = there or fourier(n), back or inverse(fourier(n))
    return circuit(there, *steps, back, qubits=n)


def sums(random):
    sizes = [3, 2, 4, 3, 4, 5]
    return [(n, random.randrange(1, 2**n - 1)) for n in sizes] + [(4, 15)]


@function(
    "3.6.f",
    outcome=3,
    points=2,
    name="adder",
    inputs=sums,
    judged=lambda n, k: Permutation(
        lambda x: (x + k) % 2**n, {"x": n}, ancillas=0, rules=[GateSet({"h", "p", "cp", "swap"})]
    ),
)
def adder():
    yield added
    yield slip(lambda n, k: added(n, k, full=1.0), "takes π for a full turn", "half-angle").says(
        "Your phases are half as large as they should be: adding k turns the hand of y by k·y/N of a full turn, 2π."
    )
    yield slip(lambda n, k: added(n, -k), "subtracts").says(
        "Your circuit subtracts. Compare the sign of your phases with that in the transform that you apply first."
    )
    yield slip(lambda n, k: added(n, k, turned=True), "takes the qubits in the reverse order").says(
        "Your phases are on the qubits in the reverse order. A 1 on qubit 0 is worth half of N."
    )
    yield slip(lambda n, k: added(n, k, back=circuit("", qubits=n)), "does not transform back").says(
        "Your circuit stops in the Fourier picture. The sum has to come out as a number: transform back."
    )
    yield slip(lambda n, k: added(n, k, back=fourier(n)), "transforms forward twice").says(
        "You applied the same transform twice. Twice the QFT takes x to −x: the second one has to be the inverse."
    )


BUDGETS = {5: (7, 0.98), 6: (9, 0.97), 7: (11, 0.96)}  # controlled phases, overlap


def budget(random):
    n = random.choice([*BUDGETS])
    return {"n": n, "places": random.sample(range(n), n), "most": BUDGETS[n][0], "overlap": BUDGETS[n][1]}


@build(
    "3.6.g",
    kind="design",
    rung="think",
    outcome=4,
    points=2,
    takes="circuit",
    draw=budget,
    rules=[GateSet({"h", "p", "cp", "swap"})],
)
def cheap_transform(n, places, most, overlap):
    place = in_order(n, places)
    wanted = matrix(n)[np.ix_(place, place)]

    def holds(answer):
        joined = sum(len(step.all_qubits) == 2 and step.name != "swap" for _, step in counted(answer))
        found = abs(np.vdot(wanted, unitary(answer))) / 2**n
        if joined > most:
            allowed = f"at most {most} controlled phases are allowed"
            return False, (
                f"It has {joined} gates on two qubits besides swaps; {allowed}. Its overlap is {number_text(found, 4)}."
            )
        if found < overlap:
            shown = number_beside(found, overlap, 4)
            return False, f"The overlap with the transform is {shown}; at least {overlap} is asked for."
        return True

    yield Property(
        "is near enough to the transform", holds, takes=Circuit, num_qubits=n, wants=f"a circuit on {n} qubits"
    )
    yield slip(fourier(n, places, kept=3), "only leaves gates out").says(
        "You kept the right gates and left the others out. A gate that is left out need not be replaced by nothing: "
        "gates on single qubits are free."
    )
    yield slip(fourier(n, places, kept=3, patched=True, swaps=False), "forgets the swaps").says(
        "Without the swaps this is another transform: its bits come out in the reverse order."
    )
    yield slip(fourier(n, places), "keeps all of them")
    if places != sorted(places):
        yield slip(fourier(n, kept=3, patched=True), "ignores the order").says(
            "This is near to the transform on qubit 0, 1, 2 and so on. The task has another order: that of `p.places`."
        )
    yield slip(inverse(fourier(n, places, kept=3, patched=True)), "turns the other way").says(
        "This is near to the inverse of the transform. The transform itself is asked for."
    )


@measure(
    "3.6.h",
    rung="think",
    outcome=4,
    points=2,
    bounds=(0, 1),
    within=0.01,
    n=(5, 6, 7),
    k=whole(1, 127),
    where=lambda n, k: k < 2**n and format(k, f"0{n}b") != format(k, f"0{n}b")[::-1],
)
def how_often_it_is_read(n, k):
    rough, exact = unitary(fourier(n, kept=2)), matrix(n)
    truth = float(abs(np.vdot(rough[:, k], exact[:, k])) ** 2)
    spread = sqrt(max(truth * (1 - truth), 1e-9))
    shots = 2500
    error = spread / sqrt(shots)
    yield right(truth, spread=spread)
    yield slip((1.0, error, shots), "undoes it with the full transform").says(
        "With the full inverse transform you always read k. Undo the state with the rough one."
    )
    yield slip((0.0, error, shots), "reads the bits from the other end, or does not invert it").says(
        "Yours reads k hardly ever. That happens if the bits are read from the other end (qubit 0 is the most "
        "significant), or if the transform is applied twice: the second one has to be the inverse."
    )
    yield slip((1 - truth, error, shots), "gives the failures").says("This is how often another number than k is read.")
    coarser = unitary(fourier(n, kept=3))
    yield slip((float(abs(np.vdot(coarser[:, k], exact[:, k])) ** 2), error, shots), "keeps one rotation more").says(
        "You kept the eighths of a turn, too. Only the quarter turns are kept here."
    )


def measured(places, full, swapped=False, used=True):
    steps = []
    for j in range(4):
        steps += [f"h {places[j]}", f"measure {places[j]} -> {3 - j if swapped else j}"]
        for k in range(j + 1, 4):
            if used:
                steps.append(f"if {3 - j if swapped else j} {{ p({full * pi / 2 ** (k - j + 1)!r}) {places[k]} }}")
    return circuit(*steps, qubits=4, bits=4)


@build(
    "3.6.i",
    kind="stretch",
    outcome=4,
    points=3,
    takes="circuit",
    way=("forward", "inverse"),
    places=distinct(4, range(4)),
    rules=[TwoQubitGates(0), FeedForward()],
)
def one_qubit_at_a_time(way, places):
    sign = 1 if way == "forward" else -1
    transform = matrix(4) if sign > 0 else matrix(4).conj()
    place, random = in_order(4, places), np.random.default_rng(36)
    trials = []
    for _ in range(5):
        state = random.normal(size=16) + 1j * random.normal(size=16)
        state /= np.linalg.norm(state)
        by_number = np.zeros(16, complex)
        by_number[place] = state
        trials.append((state, abs(transform @ by_number) ** 2))

    def distributions(answer):
        found = np.zeros((len(trials), 16))
        for row, (state, _) in zip(found, trials, strict=True):
            for bits, chance in output_distribution(answer, state).items():
                row[int(bits[::-1], 2)] += chance
        return found

    def holds(answer):
        measured = len(next(iter(output_distribution(answer, trials[0][0]))))
        if measured != 4:
            return False, f"Your circuit gives {measured} bits; 4 are asked for."
        off = distributions(answer) - [wanted for _, wanted in trials]
        worst = float(np.abs(off).sum(axis=1).max() / 2)
        if worst < 1e-6:
            return True
        return False, (
            f"For one of the tried input states {number_beside(100 * worst, 0, 1)} % "
            "of the probability is at wrong numbers."
        )

    yield Property(
        "gives the right numbers for every state",
        holds,
        takes=Circuit,
        num_qubits=4,
        wants="a circuit on 4 qubits",
        counts=distributions,
    )
    yield slip(measured(places, -2.0 * sign), "turns the other way").says(
        "This is the transform in the other direction: all of your phases have the opposite sign."
    )
    yield slip(measured(places, 1.0 * sign), "takes π for a full turn", "half-angle").says(
        "All of your phases are half as large as they should be."
    )
    yield slip(measured(places, 4.0 * sign), "takes 4π for a full turn").says(
        "All of your phases are twice as large as they should be."
    )
    yield slip(measured(places, 2.0 * sign, swapped=True), "puts the bits in the other order", "qubit-order").says(
        "The probabilities are right, but your bits stand in the reverse order: bit 0 should be the least significant."
    )
    yield slip(measured(places, 2.0, used=False), "forgets the phases").says(
        "You measure each qubit behind an H and never use a result."
    )
    yield slip(measured(places[::-1], 2.0 * sign), "begins at the wrong end").says(
        "You begin with the least significant qubit. Which one has its H first in the circuit of the transform?"
    )
    yield slip(
        circuit(fourier(4, places, full=2.0 * sign), *(f"measure {places[3 - j]} -> {j}" for j in range(4))),
        "keeps the two-qubit gates",
        "rule",
    )
