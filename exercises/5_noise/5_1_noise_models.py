"""What right means in lesson 5.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

import json
from functools import lru_cache
from itertools import pairwise
from math import asin, ceil, exp, log, prod, sin, sqrt
from pathlib import Path
from typing import ClassVar

import numpy as np

from qtrain.authoring import build, choice, data, decimals, measure, number, one_of, right, several, slip, whole
from qtrain.checking import Data, Density, conventions
from qtrain.checking.schema import List, Real, Row, Schema, Whole, plain, refused
from qtrain.circuits.numerals import number_beside, number_text, significant

CARDS = Path(__file__).resolve().parents[2] / "notebooks" / "5_noise" / "data"
X = np.array([[0, 1], [1, 0]])
Z = np.diag([1, -1])
ONE = np.eye(2)


def waiting(t, T1, T2):
    """Kraus operators of a qubit that waits; T2 at most 2 T1."""
    stays, coherence = exp(-t / T1), exp(-t / T2)
    factor = coherence / sqrt(stays)
    damp = [np.diag([1, sqrt(stays)]), sqrt(1 - stays) * np.array([[0, 1], [0, 0]])]
    return [sqrt(w) * D @ K for w, D in (((1 + factor) / 2, ONE), ((1 - factor) / 2, Z)) for K in damp]


def kept(t, T1, T2):
    """The process fidelity of waiting."""
    return (1 + exp(-t / T1) + 2 * exp(-t / T2)) / 4


def each(rho, first, second):
    """Two channels, one on each of two qubits; the first qubit is the more significant one."""
    pairs = [np.kron(a, b) for a in first for b in second]
    return sum(K @ rho @ K.conj().T for K in pairs)


def mixed_in(rho, p):
    """Depolarising of two qubits with Aer's p."""
    return (1 - p) * rho + p * np.trace(rho) * np.eye(4) / 4


def missing(error, fidelity, d=4):
    """Aer's p of what has to follow a channel of this process fidelity to reach an average error."""
    average = (d * fidelity + 1) / (d + 1)
    return (average - 1 + error) / (average - 1 / d)


@choice(
    "5.1.a",
    rung="warm-up",
    outcome=1,
    qubit=whole(2, 120),
    T1=whole(20, 120, 2),
    excess=whole(15, 60, 3),
    derive=lambda qubit, T1, excess: {"T2": 2 * T1 + excess},
)
def impossible_row(qubit, T1, excess):
    yield right("Leave the card as it is; the model takes the smaller of T2 and 2 T1, and its text says so.").says(
        "Right: the card is a record of what was measured. What the model makes of it is a choice, and is said."
    )
    yield slip("Exchange the two numbers: somebody mixed up the columns.", "believes in a slip of the pen").says(
        "Nothing says so, and then T1 would be off, too. T1 and T2 are measured apart, and both have errors and drift."
    )
    yield slip("Write 2 T1 into the card in place of T2.", "corrects the data").says(
        "Then nobody can see any more what was measured. Correct in the model, not in the record."
    )
    yield slip(
        "Use the numbers as they are: pure dephasing then gets a negative rate.", "lets the rate be negative"
    ).says(
        "A negative rate of dephasing makes coherence grow. Such a map has a negative Choi eigenvalue: it is no "
        "channel."
    )
    yield slip("Leave the qubit out of the card: it cannot be used.", "throws the qubit away").says(
        "The qubit works; one of its numbers is off. Without it the card hides how far such numbers can be trusted."
    )


@lru_cache
def read(name):
    """A card of the lesson, by its device's name."""
    return json.loads((CARDS / f"{name}.json").read_text("utf-8"))


class Maybe(Schema):
    """A number, or nothing where nothing was measured: None, or NaN in an array."""

    called = "a number, or None where nothing was measured,"

    def read(self, value, place):
        value = plain(value)
        return None if value is None or value != value else Real().read(value, place)


class Rows(Schema):
    """What is judged of a device card: its rows, and what its errors mean."""

    called = "a device card, a dict like the empty one,"
    kinds: ClassVar = {
        "qubits": List(Row(Real(), *[Maybe()] * 6), 2),
        "pairs": List(Row(Real(), Real(), *[Maybe()] * 2), 1),
    }

    def read(self, value, place):
        if not isinstance(value, dict) or any(key not in value for key in (*self.kinds, "error_means")):
            raise refused(place, value, self.called)
        found = {key: schema.read(value[key], f"{place}[{key!r}]") for key, schema in self.kinds.items()}
        found["qubits"] = sorted(found["qubits"], key=lambda row: row[0])  # in any order, and a pair from either end
        found["pairs"] = [(*sorted(row[:2]), *row[2:]) for row in found["pairs"]]
        return found | {"error_means": str(value["error_means"]).strip().lower().removesuffix("s")}


def filled(T1_ms, T2_us, ones, zeros, shots, sx_percent, cz_percent, sx_length, cz_length, means):
    """The card that these measurements make."""
    rows = zip(range(2), T1_ms, T2_us, ones, zeros, sx_percent, strict=True)
    return {
        "qubits": [
            [k, 1000 * T1, T2, one / shots, zero / shots, error / 100, 1000 * sx_length]
            for k, T1, T2, one, zero, error in rows
        ],
        "pairs": [[0, 1, cz_percent / 100, 1000 * cz_length]],
        "error_means": means,
    }


def alike(found, expected):
    """Whether two entries agree to four digits."""
    return found == expected or (None not in (found, expected) and abs(found - expected) <= 6e-4 * abs(expected))


def what_is_off(name, row, found, expected):
    """The sentence about a wrong entry of a card, for the column of this name; `row` is what it should be."""
    is_time = name.endswith(("_us", "_ns"))
    readout = {"read_1_for_0": "read_0_for_1", "read_0_for_1": "read_1_for_0"}
    if expected is None:
        return f"{name} was not measured. Your {significant(found, 6)} looks like a measurement; write None."
    if found is None:
        doubt = " It is doubtful, and it was measured." if name == "T2_us" else ""
        return f"{name} is empty, and the laboratory has measured it.{doubt}"
    if found < 0:
        return f"{name} is {significant(found, 6)}: a {'time' if is_time else 'probability'} cannot be negative."
    if is_time and any(alike(found * 1000**k, expected) for k in (-2, -1, 1, 2)):
        return f"{name} is {found:g}: that is another unit than the column's name says."
    if not is_time and any(alike(found * factor, expected) for factor in (0.01, 100)):
        return f"{name} is {found:g}: a probability is asked for, not percent."
    if not is_time and found > 1:
        return f"{name} is {number_beside(found, 1, 6)}: a probability cannot be above 1."
    if name == "T2_us" and alike(found, 2 * row["T1_us"]):
        return f"{name} is {found:g}, twice T1. A card says what was measured, and that was something else."
    if name in ("T1_us", "T2_us") and alike(found, row["T2_us" if name == "T1_us" else "T1_us"] or -1):
        return f"{name} is {found:g}: that was measured for the other one of T1 and T2."
    if name in readout and alike(found, row[readout[name]]):
        return f"{name} is {found:g}: that was measured for {readout[name]}."
    if name in readout:
        return f"{name} is {found:g}. By the laboratory's counts it is another share of the shots."
    return f"{name} is {found:g}. That is not what the laboratory has measured."


def as_on_the_card(expected):
    """Whether a card says what was measured, or the first thing on it that is off."""

    def told(card):
        if not any(entry is not None for row in card["qubits"] for entry in row[1:]):
            return False, "The rows of your card are still empty."
        for kind in ("qubits", "pairs"):
            names = read("your_device")[f"{kind[:-1]}_columns"]
            for k, (found, right_one) in enumerate(zip(card[kind], expected[kind], strict=True)):
                row = dict(zip(names, right_one, strict=True))
                for name, one, other in zip(names, found, right_one, strict=True):
                    if name == "qubit" and one != other:
                        return False, f'The rows of "{kind}" begin with other qubits than 0 and 1.'
                    if not alike(one, other):
                        where = f"Qubit {k}" if kind == "qubits" else "The pair"
                        return False, f"{where}: {what_is_off(name, row, one, other)}"
        if card["error_means"] != expected["error_means"].lower():
            return False, 'The rows are right. "error_means" does not say what the laboratory calls its errors.'
        return True

    return told


def changed(card, kind, row, column, value):
    """A card with one entry changed."""
    rows = [list(one) for one in card[kind]]
    rows[row][column] = value
    return card | {kind: rows}


@data(
    "5.1.b",
    kind="build",
    rung="use",
    outcome=1,
    points=2,
    times=several(2, whole(61, 139)),
    excess=whole(15, 60),
    ones=several(2, whole(12, 60)),
    zeros=several(2, whole(70, 190)),
    shots=one_of([2000, 4000, 5000]),
    sx_percent=several(2, decimals(0.021, 0.079, 0.001)),
    cz_percent=decimals(0.41, 1.39, 0.01),
    sx_length=one_of([0.024, 0.028, 0.032, 0.036]),
    cz_length=one_of([0.068, 0.084, 0.104, 0.136, 0.184]),
    means=one_of(["average error", "Pauli error"]),
    derive=lambda times, excess: {"T1_ms": [one / 1000 for one in times], "T2_us": [2 * times[0] + excess, None]},
)
def a_card_of_ones_own(T1_ms, T2_us, ones, zeros, shots, sx_percent, cz_percent, sx_length, cz_length, means):
    card = filled(T1_ms, T2_us, ones, zeros, shots, sx_percent, cz_percent, sx_length, cz_length, means)
    told = as_on_the_card(card)
    yield Data(schema=Rows(), holds=told)
    given = {
        "T1_ms": T1_ms, "T2_us": T2_us, "ones": ones, "zeros": zeros, "shots": shots, "sx_percent": sx_percent,
        "cz_percent": cz_percent, "sx_length": sx_length, "cz_length": cz_length, "means": means,
    }  # fmt: skip
    T1, T2 = [1000 * one for one in T1_ms], T2_us[0]
    wrong = {
        "writes 2 T1 for T2": {"T2_us": [2 * T1[0], None]},
        "leaves out what is doubtful": {"T2_us": [None, None]},
        "exchanges the times": {"T1_ms": [T2 / 1000, T1_ms[1]], "T2_us": [T1[0], None]},
        "guesses what was not measured": {"T2_us": [T2, 2 * T1[1]]},
        "writes 0 for what was not measured": {"T2_us": [T2, 0.0]},
        "leaves T1 in ms": {"T1_ms": [one / 1000 for one in T1_ms]},
        "leaves the lengths in µs": {"sx_length": sx_length / 1000, "cz_length": cz_length / 1000},
        "leaves percent": {"sx_percent": [100 * one for one in sx_percent], "cz_percent": 100 * cz_percent},
        "exchanges the readout errors": {"ones": zeros, "zeros": ones},
        "gives counts": {"ones": [shots * one for one in ones], "zeros": [shots * one for one in zeros]},
        "divides by the shots of both runs": {"shots": 2 * shots},
        "leaves open what the errors mean": {"means": read("your_device")["error_means"]},
        "names the other kind of error": {"means": "average error" if means == "Pauli error" else "Pauli error"},
    }
    for reason, change in wrong.items():
        one = filled(**given | change)
        yield slip(one, reason).says(told(one)[1])


REAL = ("torino", "fez", "marrakesh")


def drawn_pair(rng):
    """A pair of a device whose gate works."""
    device = rng.choice((*REAL, "willow"))
    return {"device": device, "pair": rng.choice([row[:2] for row in read(device)["pairs"] if row[2] < 0.03])}


@number("5.1.c", rung="warm-up", outcome=2, rel=2e-3, draw=drawn_pair)
def what_cirq_takes(device, pair):
    card = read(device)
    (error,) = (row[2] for row in card["pairs"] if row[:2] == pair)
    if card["error_means"] == "Pauli error":
        yield error
        yield from conventions.depolarizing(error, qubits=2, meaning="cirq")
        yield slip(1.25 * error, "takes a Pauli error for an average error").says(
            "You multiplied with 5/4. Look at what this card's error means: it is a Pauli error already."
        )
        yield slip(0.8 * error, "gives the average error").says(
            "This is the average error of the gate. Cirq takes the chance of a Pauli error."
        )
        yield slip(1.5 * error, "takes the factor of one qubit").says(
            "You multiplied with 3/2. Look at what this card's error means, and at the number of qubits."
        )
        return
    p = conventions.depolarizing(1.25 * error, qubits=2, meaning="cirq")
    yield 1.25 * error
    yield from p
    yield slip(error, "uses the error as it stands").says(
        "This is the error as it stands on the card, an average error. It is not the chance of a Pauli error: some "
        "inputs do not notice some Paulis."
    )
    yield slip(1.5 * error, "takes the factor of one qubit").says("This factor belongs to a gate on one qubit (d = 2).")
    yield slip(0.8 * error, "turns the factor round").says(
        "You multiplied with 4/5. The chance of a Pauli error is larger than the average error, not smaller."
    )
    yield slip(2 * error, "takes Aer's p of one qubit").says(
        "This is the p of (1 − p)ρ + pI/d (Aer) for a gate on one qubit. You need Cirq's, for two."
    )


def after_the_pair(T1, T2, error, length, wait, p=None, in_gate=True, waits=True):
    """The Bell state of a device; p is Aer's, found from the error when left out."""
    first, second = zip(T1, T2, strict=True)
    bell = np.outer([1, 0, 0, 1], [1, 0, 0, 1]) / 2
    fidelity = kept(length, *first) * kept(length, *second)
    if in_gate:
        bell = each(bell, waiting(length, *first), waiting(length, *second))
    bell = mixed_in(bell, missing(error, fidelity) if p is None else p)
    return each(bell, waiting(wait, *first), waiting(wait, *second)) if waits else bell


def share(T1, T2, length):
    """The average error that waiting alone makes."""
    return 0.8 * (1 - np.prod([kept(length, *times) for times in zip(T1, T2, strict=True)]))


@build(
    "5.1.d",
    outcome=2,
    points=3,
    takes="matrix",
    T1=several(2, whole(40, 150, 5)),
    T2=several(2, whole(20, 150, 5)),
    error=decimals(0.015, 0.03, 0.001),
    length=decimals(0.3, 0.6, 0.05),
    wait=whole(3, 9),
    where=lambda T1, T2, error, length, wait: (
        all(0.3 < b / a < 1.9 for a, b in zip(T1, T2, strict=True))
        and min(abs(T1[0] - T1[1]), abs(T2[0] - T2[1])) >= 15
        and 0.25 < share(T1, T2, length) / error < 0.75
    ),
)
def bell_of_a_device(T1, T2, error, length, wait):
    given = (T1, T2, error, length, wait)
    p = missing(error, np.prod([kept(length, *times) for times in zip(T1, T2, strict=True)]))
    yield Density(after_the_pair(*given), digits=4)
    yield slip(after_the_pair(*given, p=error * 4 / 3), "counts relaxation twice").says(
        "Your gate makes more than its reported error: the relaxation during the gate is counted once as "
        "relaxation, and "
        "once more inside the depolarising."
    )
    yield slip(after_the_pair(*given, p=error * 4 / 3, in_gate=False), "leaves out the relaxation in the gate").says(
        "You made all of the gate's error depolarising. During the gate both qubits relax, and this is a part of it."
    )
    yield slip(after_the_pair(*given, waits=False), "forgets the waiting").says(
        "This is the state at the end of the gate. Afterwards the qubits wait."
    )
    yield slip(after_the_pair(T1[::-1], T2[::-1], *given[2:]), "exchanges the qubits").says(
        "In your state each qubit has the times of the other one. A bare array has qubit 0 on the left; the arrays in "
        "Qiskit's objects have it on the right."
    )
    yield slip(after_the_pair(*given, p=error - share(T1, T2, length)), "takes the rest of the error for p").says(
        "Your p is the difference of two average errors. An average error is not Aer's p: where is the factor "
        "d/(d − 1)?"
    )
    yield slip(np.outer([1, 0, 0, 1], [1, 0, 0, 1]) / 2, "leaves out all noise").says(
        "This is the Bell state without any noise."
    )
    yield slip(after_the_pair(*given, p=0.0), "leaves out the depolarising").says(
        "In your state the gate does nothing but relax. Its reported error is larger than that."
    )
    yield slip(after_the_pair(*given, p=p * 16 / 15), "gives Cirq Aer's p", "convention").says(
        "Your gate depolarises 16/15 times too much: Aer's p, given to Cirq, which takes the chance of a Pauli error."
    )


def flipped(error, N):
    """The chance of a flip after N turns too far, by the average error of one."""
    return sin(N * asin(sqrt(1.5 * error))) ** 2


@number(
    "5.1.e",
    rung="think",
    outcome=3,
    points=2,
    bounds=(0, 1),
    within=1e-3,
    error=decimals(0.0004, 0.004, 0.0001),
    N=whole(12, 40),
    where=lambda error, N: 0.5 < N * asin(sqrt(1.5 * error)) < 1.4,
)
def coherent_flips(error, N):
    chance = 1.5 * error
    yield flipped(error, N)
    random = {
        N * chance: "adds probabilities",
        (1 - (1 - 2 * chance) ** N) / 2: "takes random flips",
        1 - (1 - chance) ** N: "asks for at least one random flip",
    }
    for value, reason in random.items():
        yield slip(value, reason).says(
            "You took a probability of a flip for each gate by itself. The errors are all the same turn, in the same "
            "direction: add the angles first."
        )
    yield slip(sin(N * asin(sqrt(error))) ** 2, "takes the average error for the flip").says(
        "You took the average error for one gate's chance to flip |0⟩. It is an average over all inputs, and some "
        "do not "
        "notice a turn about x."
    )
    yield slip(sin(2 * N * asin(sqrt(chance))) ** 2, "forgets the half of the angle").says(
        "Your angle is twice too large: a turn by θ flips with sin²(θ/2)."
    )
    yield slip(N**2 * chance, "takes the sine for its angle").says(
        "For small angles sin²(x) is nearly x². Your angle is not small, so use the sine."
    )
    yield slip(sin(N * asin(sqrt(chance)) / 2) ** 2, "halves twice").says(
        "Your angle is twice too small: sin²(θ/2) is the Pauli error of one gate, so the half is already there."
    )
    yield slip(1 - flipped(error, N), "gives the chance to stay").says(
        "This is the chance that the qubit stays in |0⟩."
    )
    yield slip(sin(N * asin(sqrt(1.25 * error))) ** 2, "takes the factor of two qubits").says(
        "Your factor between average error and process infidelity is that of two qubits, 5/4."
    )
    yield slip(sin(N * asin(sqrt(2 * error))) ** 2, "takes Aer's p").says(
        "Your factor 2 belongs to Aer's p. The chance of a flip is the process infidelity."
    )


def neighbours(card):
    """From each qubit to its neighbours by gates that work, with error and length in µs."""
    found = {}
    for a, b, error, length in card["pairs"]:
        if error < 0.03:
            found.setdefault(a, {})[b] = found.setdefault(b, {})[a] = (error, length / 1000)
    return found


def drawn_chain(rng):
    """Five qubits of a device, each a neighbour of the next one."""
    device = rng.choice(REAL)
    near = neighbours(read(device))
    while True:
        chain = [rng.choice(sorted(near))]
        while len(chain) < 5 and (onward := [q for q in sorted(near[chain[-1]]) if q not in chain]):
            chain.append(rng.choice(onward))
        if len(chain) == 5:
            return {"device": device, "chain": chain}


@number("5.1.f", rung="use", outcome=4, points=2, bounds=(0, 1), within=1e-4, draw=drawn_chain)
def a_real_chain(device, chain):
    card = read(device)
    near, times = neighbours(card), {row[0]: (row[1], min(row[2], 2 * row[1])) for row in card["qubits"]}
    gates = [near[a][b] for a, b in pairwise(chain)]

    def product(factor=1.25, waits=lambda k: chain[:k], unit=1.0, fidelity=lambda process: process):
        return prod(
            (1 - factor * error) * prod(fidelity(kept(unit * length, *times[qubit])) for qubit in waits(k))
            for k, (error, length) in enumerate(gates)
        )

    yield product()
    yield slip(product(factor=1), "multiplies average errors").says(
        "Your factors of the gates are 1 − average error. Process fidelities are what multiplies."
    )
    yield slip(product(waits=lambda k: ()), "forgets the waiting").says(
        "This is the product of the gates alone. Qubits that have had their gate wait, and relax."
    )
    yield slip(product(factor=1, waits=lambda k: ()), "takes the first version").says(
        "This is the first of the three versions: average errors, and no waiting."
    )
    yield slip(product(unit=1000), "takes nanoseconds for microseconds").says(
        "Your waiting is a thousand times too long: the card gives lengths in ns, and T1 and T2 in µs."
    )
    yield slip(product(waits=lambda k: chain[: k + 2]), "lets the qubits of the gate wait").says(
        "You let the two qubits of each gate wait, too. What they lose during the gate is in the gate's error already."
    )
    yield slip(product(waits=lambda k: chain[:k] + chain[k + 2 :]), "lets all others wait").says(
        "You let all qubits wait that are not in the gate. Those further on are still in |0⟩ and lose nothing."
    )
    yield slip(product(waits=lambda k: chain), "lets all wait all the time").says(
        "You let all five qubits wait during every gate. Those in the gate and those still in |0⟩ do not count."
    )
    yield slip(product(waits=lambda k: chain[k + 2 :]), "lets those further on wait").says(
        "You let the qubits further on wait. They are still in |0⟩ and lose nothing; those before have their part."
    )
    yield slip(product(fidelity=lambda process: (2 * process + 1) / 3), "takes the average fidelity of waiting").says(
        "Your factors of waiting are average fidelities. The third version takes process fidelities of all."
    )
    yield slip(product(factor=1.5), "takes the factor of one qubit").says(
        "Your factors of the gates are 1 − 3/2 of the error. These gates are on two qubits."
    )
    yield slip(1 - product(), "gives the loss").says("This is one minus the fidelity.")


RING = range(6)


def chains():
    """All chains of three neighbours on the ring, as they are used: first, middle, last."""
    return [tuple((start + step * k) % 6 for k in range(3)) for start in RING for step in (1, -1)]


def edge(a, b):
    """The number of the pair of two neighbours: pair k is that of k and k + 1."""
    return a if (a + 1) % 6 == b else b


def chain_fidelity(chain, T1, T2, error, length, idling=True):
    """Predicted GHZ fidelity of a chain: both gates, and the first qubit's waiting during the second."""
    a, b, c = chain
    first, second = edge(a, b), edge(b, c)
    gates = (1 - 1.25 * error[first]) * (1 - 1.25 * error[second])
    return gates * kept(length[second], T1[a], T2[a]) if idling else gates


def best_chains(*device, idling=True):
    """From best to worst."""
    return sorted(chains(), key=lambda chain: -chain_fidelity(chain, *device, idling=idling))


def second_times(T1, ratio):
    """T2 from T1 and their ratio, in whole microseconds."""
    return [round(a * b) for a, b in zip(T1, ratio, strict=True)]


def is_a_good_question(T1, ratio, error, length):
    """Whether waiting decides: the best by gates alone is clearly another chain, and so is the best one reversed."""
    device = (T1, second_times(T1, ratio), error, length)
    told = sorted(chain_fidelity(chain, *device) for chain in chains())
    gates = sorted(chain_fidelity(chain, *device, idling=False) for chain in chains())
    best, by_gates = best_chains(*device)[0], best_chains(*device, idling=False)[:2]
    return told[-2] < told[-1] - 0.002 and gates[-3] < gates[-1] - 0.0005 and best not in by_gates


def best_told(device):
    """Whether a chain is the best one, and what it lacks."""
    best = list(best_chains(*device)[0])

    def holds(chain):
        chain = list(chain)
        if chain == best:
            return True
        if tuple(chain) not in chains():
            return (
                False,
                "Your list is no chain: three different qubits, of which the second is a neighbour of the other two.",
            )
        return False, (
            f"Your chain has the predicted fidelity {number_text(chain_fidelity(chain, *device), 4)}; "
            "another one has a higher one."
        )

    return holds


@data(
    "5.1.g",
    kind="design",
    rung="think",
    outcome=4,
    points=2,
    T1=several(6, whole(20, 80, 2)),
    ratio=several(6, decimals(0.2, 1.8, 0.1)),
    error=several(6, decimals(0.006, 0.014, 0.0005)),
    length=several(6, decimals(0.2, 0.6, 0.05)),
    where=is_a_good_question,
    derive=lambda T1, ratio: {"T2": second_times(T1, ratio)},
)
def best_three(T1, ratio, error, length):
    device = (T1, second_times(T1, ratio), error, length)
    best = best_chains(*device)[0]
    yield Data(schema=List(Whole(0, 5), 3), holds=best_told(device))
    yield slip(list(best)[::-1], "starts at the other end").says(
        "These are the right three. Starting at this end, another qubit has to wait, and for another time."
    )
    for chain in best_chains(*device, idling=False)[:2]:
        yield slip(list(chain), "looks at the gates alone").says(
            "These have the two best gates together. But the first qubit waits during the second gate: multiply "
            "with that."
        )


@number(
    "5.1.h",
    rung="use",
    outcome=5,
    within=0.1,
    wrong=decimals(0.015, 0.09, 0.001),
    power=one_of([3, 4, 6]),
    where=lambda wrong, power: 0.02 < (power * log(10) / -log(1 - wrong)) % 1 < 0.98,
)
def shots_to_be_sure(wrong, power):
    exact = power * log(10) / -log(1 - wrong)
    yield ceil(exact)
    yield slip(ceil(exact) - 1, "rounds down").says(
        "With one shot fewer than needed the chance is still a little above the limit: round up."
    )
    yield slip(ceil(exact) + 1, "adds one").says("With one shot fewer the chance is below the limit, too.")
    yield slip(ceil(power * log(10) / wrong), "takes wrong for the logarithm").says(
        "Nearly: you took the chance of a wrong outcome for −ln(1 − wrong). That is a little larger."
    )
    yield slip(ceil(power / -log(1 - wrong)), "takes e for 10").says(
        "You took 1 for ln 10: the limit is a power of ten, not of e."
    )
    yield slip(exact, "does not round").says("Shots are whole: round up to the next whole number.")
    yield slip(ceil(1 / wrong), "waits for one on average").says(
        "After so many shots a noisy device shows one wrong outcome on average. It often shows none."
    )
    yield slip(ceil(power / wrong), "takes the power for the logarithm").says(
        "Nearly: in e^(−N·wrong) = 10^(−power) the ten has a logarithm, too: ln 10 = 2.3."
    )
    yield slip(ceil(10**power * wrong), "multiplies").says(
        "The chance of no wrong outcome falls as a power: (1 − wrong) for each shot."
    )
    yield slip(10**power, "takes one over the chance").says(
        "The chance of no wrong outcome falls much faster than 1/N."
    )
    yield slip(ceil(power * log(10) / -log(wrong)), "exchanges right and wrong").says(
        "So many shots are needed to see not only wrong outcomes. You want the chance of right ones only."
    )


def error_from(q, m):
    """The average error of one gate from the part of wrong outcomes after m gates."""
    return (1 - (1 - 2 * q) ** (1 / m)) / 2


@measure(
    "5.1.i",
    outcome=5,
    points=3,
    within=2e-4,
    m=whole(16, 40, 2),
    hidden=decimals(0.008, 0.03, 0.0005),
    where=lambda m, hidden: 0.3 < m * hidden < 0.9,
)
def error_of_a_gate(m, hidden):
    q = (1 - (1 - hidden) ** m) / 2
    spread, shots = sqrt(q * (1 - q)) * (1 - 2 * q) ** (1 / m - 1) / m, 30000
    error = spread / sqrt(shots)
    yield right(hidden / 2, spread=spread)
    yield slip((q, sqrt(q * (1 - q) / shots), shots), "gives the part of wrong outcomes").says(
        "This is the part of wrong outcomes after all the gates. The error of one gate is asked for."
    )
    yield slip((q / m, error, shots), "divides by the number of gates").says(
        "You divided the part of wrong outcomes by the number of gates. Two flips undo each other, so it grows "
        "more slowly "
        "than the number of gates."
    )
    yield slip((hidden, 2 * error, shots), "gives Aer's p", "convention").says(
        "This is Aer's p of one gate. The average error is asked for."
    )
    yield slip((0.75 * hidden, 1.5 * error, shots), "gives Cirq's p", "convention").says(
        "This is Cirq's p of one gate, the chance of a Pauli error. The average error is asked for."
    )
    yield slip((hidden / 2, sqrt(q * (1 - q) / shots), shots), "keeps the error bar of the fraction").says(
        "This is the error bar of the part of wrong outcomes. A small change of it changes the error of one gate "
        "by less."
    )
    yield slip((hidden / 2, sqrt(q * (1 - q) / shots) / m, shots), "divides the error bar by m", "factor").says(
        "You divided the error bar of the part of wrong outcomes by the number of gates. The curve bends: take "
        "its slope "
        "where you measured."
    )


def outcomes(p, flip):
    """Probabilities of the eight outcomes of a GHZ state whose CNOTs depolarise with Aer's p, and whose bits flip."""
    told = np.zeros((2, 2, 2))
    told[0, 0, 0] = told[1, 1, 1] = 0.5  # before the second CNOT the third bit is 0; afterwards it is the second one
    first = (1 - p) * told
    for a, b in np.ndindex(2, 2):
        first[a, b, b] += p / 4
    after = (1 - p) * first + p * first.sum(axis=(1, 2), keepdims=True) / 4
    read = np.array([[1 - flip, flip], [flip, 1 - flip]])
    return np.einsum("abc,xa,yb,zc->xyz", after, read, read, read).reshape(-1)


def counts_of(p, flip, shots=10**6):
    """The counts that are expected, rounded; what is left goes to 000."""
    found = np.round(outcomes(p, flip) * shots).astype(int)
    found[0] += shots - found.sum()
    return {f"{k:03b}": int(n) for k, n in enumerate(found)}


def solved(part, of):
    """The p at which a falling function has a value."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if of(middle) > part else (low, middle)
    return low


@number(
    "5.1.j",
    kind="stretch",
    rung="think",
    outcome=4,
    points=3,
    bounds=(0, 1),
    within=3e-4,
    hidden=decimals(0.01, 0.08, 0.001),
    flip=decimals(0.01, 0.05, 0.002),
    derive=lambda hidden, flip: {"counts": counts_of(hidden, flip)},
)
def p_from_counts(hidden, flip):
    def equal(p, flip):
        told = outcomes(p, flip)
        return told[0] + told[-1]

    part = equal(hidden, flip)
    first = (1 - hidden) ** 2 * (1 - 2 * flip) ** 2  # the mean of ZZ on qubits 0 and 1
    yield hidden
    yield slip(1 - sqrt(first), "leaves out the readout of a pair").says(
        "This p explains how often qubits 0 and 1 agree if every bit is read rightly. The bits flip, too."
    )
    yield slip(1 - (1 - hidden) ** 2, "counts one CNOT").says(
        "This is the loss of both CNOTs together: qubit 1 is in both. The p of one is asked for."
    )
    yield slip(1 - (1 - hidden) * sqrt(1 - 2 * flip), "lets one bit flip").says(
        "You took off the readout of one bit only. Both bits of a pair can flip."
    )
    yield slip(solved(part, lambda p: equal(p, 0)), "leaves out the readout").says(
        "This p explains the counts if every bit is read rightly. The bits flip, too."
    )
    yield slip(solved(part, lambda p: (1 - p) ** 2 * (1 - flip) ** 3), "counts what is untouched").says(
        "You took 000 and 111 for shots without any error. Some errors end there as well."
    )
    yield slip(1 - part, "takes all wrong outcomes").says("This is the part of shots that are neither 000 nor 111.")
    yield slip(1 - sqrt(part), "takes the root and leaves out the readout").says(
        "You took 000 and 111 for shots without any error, and left out the readout."
    )
    yield slip((1 - part) / 2, "halves the wrong outcomes").says(
        "This is half of the part of shots that are neither 000 nor 111."
    )
    yield slip(15 / 16 * hidden, "gives Cirq's p", "convention").says(
        "This is Cirq's p, the chance of a Pauli error; the p of (1 − p)ρ + pI/4 is asked for."
    )
    yield slip(0.75 * hidden, "gives the average error", "convention").says(
        "This is the average error of a CNOT; the p of (1 − p)ρ + pI/4 is asked for."
    )
