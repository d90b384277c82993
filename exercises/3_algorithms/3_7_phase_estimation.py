"""What right means in lesson 3.7, and how people get it wrong. The tasks stand in the notebook of the same name."""

from dataclasses import replace
from math import ceil, cos, floor, log2, pi, sin, sqrt

import numpy as np

from qtrain.authoring import (
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
    whole,
)
from qtrain.checking import Data, Property, Queries
from qtrain.checking.rules import FeedForward, NoInitialize, Qubits, Rule
from qtrain.checking.schema import Real
from qtrain.checking.target import Alike
from qtrain.circuits import Circuit, counted, output_distribution, written_bits
from qtrain.circuits.numerals import number_beside, significant


def chances(phi, t):
    """The distribution of t bits of phase estimation for an eigenphase of phi turns."""
    d = (phi - np.arange(2**t) / 2**t + 0.5) % 1 - 0.5
    return (np.sinc(2**t * d) / np.sinc(d)) ** 2


def numbers_read(answer, t, least_first=False):
    """The probabilities of the numbers that a circuit reads.

    Where the last bit counts most, from its bits; else from its first t qubits, wherever they were measured into.
    """
    places = sorted(written_bits(answer))
    measured = [step for step in answer.operations if step.name == "measure"]
    own = {qubit: bit for step in measured for qubit, bit in zip(step.qubits, step.clbits, strict=True)}
    if not places and not least_first:
        answer, places = replace(answer, num_clbits=0), [*range(t)]
    elif not least_first and len({own.get(qubit) for qubit in range(t)} - {None}) == t:
        places = [own[qubit] for qubit in range(t)]
    elif len(places) != t:
        raise ValueError(f"Your circuit writes {len(places)} bit{'s' * (len(places) != 1)}; {t} are asked for.")
    found = np.zeros(2**t)
    for bits, chance in output_distribution(answer).items():
        word = "".join(bits[place] for place in places)
        found[int(word[::-1] if least_first else word, 2)] += chance
    return found


class ByBits(Property):
    """A slip is known by the distribution of its bits: whatever was reset first, or is left of the system."""

    def like(self, answer):
        wanted = numbers_read(answer, 4, least_first=True)

        def same(other):
            return bool(np.abs(numbers_read(other, 4, least_first=True) - wanted).max() < 1e-6)

        return Alike(same)


def reads(phi, t, size, least_first=False):
    """A circuit on `size` qubits whose bits have the distribution of phase estimation."""
    wanted = chances(phi, t)
    mirror = [int(format(y, f"0{t}b")[::-1], 2) for y in range(2**t)]

    def holds(answer):
        try:
            found = numbers_read(answer, t, least_first)
        except ValueError as problem:
            return False, str(problem)
        if np.abs(found - wanted).max() < 1e-6:
            return True
        if np.abs(found[mirror] - wanted).max() < 1e-6:
            first = "bit 0 has to be the least" if least_first else "qubit 0 has to be the most"
            return False, f"Your bits are right, but in the reverse order: {first} significant."
        worst = int(np.argmax(abs(found - wanted)))
        said = (
            f"The number {worst} is read with probability {number_beside(found[worst], wanted[worst])}; "
            f"it should be {number_beside(wanted[worst], found[worst])}."
        )
        most = np.flatnonzero(found > found.max() - 1e-6)
        if len(most) == 2**t:
            return False, f"{said} Your circuit gives all numbers equally often."
        if len(most) == 1:
            said += f" Your most likely number is {most[0]}."
        return False, said

    kind = ByBits if least_first else Property
    return kind("reads the phase", holds, takes=Circuit, num_qubits=size, wants=f"a circuit on {size} qubits")


def read_out(t, full=-2.0, swaps=True):
    """The inverse QFT on qubits 0 to t − 1, qubit 0 most significant; with full=2 the forward one."""
    steps = [f"swap {j} {t - 1 - j}" for j in range(t // 2)] if swaps else []
    for j in reversed(range(t)):
        steps += [f"cp({full * pi / 2 ** (k - j + 1)!r}) {k} {j}" for k in range(j + 1, t)]
        steps.append(f"h {j}")
    return "; ".join(steps)


def calls(a, theta, power, control, system):
    """The controlled box, so many times."""
    return "; ".join(
        [f"cry({a!r}) {control} {system}; cp({theta!r}) {control} {system}; cry({-a!r}) {control} {system}"] * power
    )


@choice("3.7.a", rung="warm-up", outcome=1)
def phase_under_control():
    yield right(
        "For U alone it is a global phase; under control it is a phase between |0⟩ and |1⟩ of the control."
    ).says("Right: the control's term with 1 gets the phase, the term with 0 does not. That difference shows.")
    yield slip(
        "It never shows: a phase in front of a whole gate is global, under control, too.", "takes it for global always"
    ).says("Under control only one of two terms gets the phase. Then it is not global any more.")
    yield slip(
        "It shows in both cases, as a turn of the eigenstate on its sphere.", "believes that eigenstates move"
    ).says("An eigenstate is only multiplied by a number: it does not move.")
    yield slip("It shows only if the system is not in an eigenstate.", "confuses relative and global").says(
        "The factor e^(iα) is the same for all states of the system. Is there anything that it is relative to?"
    )
    yield slip("Under control it is doubled, and so it can be measured.", "confuses it with angles of rotations").says(
        "It is not doubled. What matters is which terms get it."
    )


def gate_in_a_box(random):
    while True:
        a, theta = round(random.uniform(0.4, 2.6), 2), round(random.uniform(0.4, 5.9), 2)
        rest = theta / (2 * pi) * 16 % 1
        if 0.12 < rest < 0.42 or 0.58 < rest < 0.88:
            return {"a": a, "theta": theta}


class Uses(Queries):
    """The box is called 15 times; who acts less often on the system than it does has put the phases in by hand."""

    def shortcut(self, circuit):
        acts = sum(circuit.num_qubits - 1 in step.all_qubits for _, step in counted(circuit))
        return acts < self.least * len(self.steps)


def uses(a, theta):
    return Uses(circuit("ry(a) 0; p(t) 0; ry(-a) 0", a=a, t=theta), 15, least=15, name="box")


def textbook(a, theta, powers=(8, 4, 2, 1), prepare=None, back=None):
    return circuit(
        f"x 4; ry({-a!r}) 4" if prepare is None else prepare,
        "h 0 1 2 3",
        *(calls(a, theta, power, q, 4) for q, power in enumerate(powers)),
        read_out(4) if back is None else back,
        qubits=5,
    )


@build("3.7.b", outcome=1, points=2, takes="circuit", draw=gate_in_a_box, rules=lambda a, theta: [uses(a, theta)])
def of_a_box(a, theta):
    yield reads(theta / (2 * pi), 4, 5)
    yield slip(textbook(a, theta, back=read_out(4, full=2.0)), "applies the QFT itself").says(
        "You applied the forward transform: your circuit reads 1 − φ in the place of φ."
    )
    yield slip(textbook(a, theta, powers=(1, 2, 4, 8)), "gives the powers in the other order").says(
        "Your powers stand in the other order: the most significant qubit has to control the largest power."
    )
    yield slip(textbook(a, theta, powers=(4, 3, 2, 1)), "takes k for the power").says(
        "You used the box 4, 3, 2 and 1 times. Each qubit needs twice as many calls as the one after it."
    )
    yield slip(textbook(a, theta, prepare="x 4"), "takes |1⟩ for the eigenstate").says(
        "Qubit 4 starts in |1⟩, which is no eigenstate of the box: you read a mixture of two phases."
    )
    yield slip(textbook(a, theta, prepare=""), "leaves the system in |0⟩").says(
        "Qubit 4 is left in |0⟩, which is no eigenstate of the box: you read a mixture of two phases."
    )
    yield slip(textbook(a, theta, prepare=f"x 4; ry({a!r}) 4"), "turns the eigenstate the other way").says(
        "Qubit 4 is turned the wrong way: the first gate of the box has to bring it back to |1⟩."
    )
    yield slip(textbook(a, theta, prepare=f"ry({-a!r}) 4"), "prepares the other eigenstate").says(
        "This is an eigenstate of the box, but the other one, with the phase 0."
    )
    yield slip(textbook(a, theta, back=read_out(4, swaps=False)), "forgets the swaps").says(
        "Your inverse transform lacks its swaps."
    )
    turned = f"swap 0 3; swap 1 2; {read_out(4)}; swap 0 3; swap 1 2"
    yield slip(textbook(a, theta, back=turned), "mixes two orders").says(SAID["order"])
    yield slip(textbook(a, theta, back="h 0 1 2 3"), "ends with H gates alone").says(
        "H gates alone undo plus and minus signs. The finer phases need the whole inverse transform."
    )


@number(
    "3.7.c",
    kind="predict",
    rung="warm-up",
    outcome=2,
    bounds=(0, 1),
    within=5e-4,
    t=whole(3, 6),
    phi=decimals(0.05, 0.95, 0.001),
    # The nearest point of the grid is a clear one, and not the full turn, which is the number 0.
    where=lambda t, phi: (0.12 < phi * 2**t % 1 < 0.42 or 0.58 < phi * 2**t % 1 < 0.88) and round(phi * 2**t) < 2**t,
)
def nearest_number(t, phi):
    found, best = chances(phi, t), round(phi * 2**t)
    yield float(found[best % 2**t])
    down, up = floor(phi * 2**t), ceil(phi * 2**t)
    other = down if best == up else up
    yield slip(float(found[other % 2**t]), "takes the second nearest").says(
        "This is the probability of the second nearest number. Which y/2^t is nearest to φ?"
    )
    yield slip(sqrt(found[best % 2**t]), "gives the amplitude").says("This is the size of the amplitude. Square it.")
    yield slip(4 / pi**2, "gives the worst case").says("This is 4/π², the bound for the worst φ. Your φ does better.")
    yield slip(float(found[best % 2**t] + found[other % 2**t]), "adds the two nearest").says(
        "This is the probability of the two nearest numbers together."
    )


@number(
    "3.7.d",
    rung="warm-up",
    outcome=2,
    n=whole(4, 16),
    # 1/(2ε) is a little below a power of 2: only there the 2, the ½ and the rounding up all matter.
    percent=one_of([0.196, 0.392, 0.785, 0.79, 1.57, 1.6, 3.15, 3.2, 3.3, 6.4, 6.6, 6.8, 7]),
)
def bits_needed(n, percent):
    eps = percent / 100
    extra = log2(2 + 1 / (2 * eps))
    yield n + ceil(extra)
    yield slip(n, "forgets the reliability").says(
        "These are the bits of the precision. The reliability costs some more."
    )
    yield slip(ceil(extra), "gives the additional bits").says("These are the additional bits. The n bits come on top.")
    yield slip(n + floor(extra), "rounds down, or leaves out the 2").says(
        "This is one bit too few for the formula: take log₂ of 2 + 1/(2ε), with the first 2, and round it up."
    )
    yield slip(n + ceil(extra) + 1, "takes one bit too many").says(
        "This is one bit more than the formula asks for: it has 1/(2ε) in it, and rounds up once."
    )
    yield slip(n + extra, "does not round").says("The number of qubits is a whole number: round up.")
    yield slip(n + ceil(log2(2 + 1 / (2 * percent))), "takes percent for a fraction").says(
        "This is what the formula gives if percent are put in for ε. It wants a fraction."
    )
    yield slip(2 ** (n + ceil(extra)) - 1, "gives the calls").says(
        "This is how often the gate is called. The number of bits is asked for."
    )


FAULTS = {
    "order": {"handed": [0, 1, 2, 3]},
    "powers": {"powers": [4, 3, 2, 1]},
    "gate": {"gate": "cp"},
    "forward": {"inverted": False},
    "ends": {"powers": [1, 2, 4, 8]},
}
SOUND = {"handed": [3, 2, 1, 0], "powers": [8, 4, 2, 1], "gate": "crz", "inverted": True}
SAID = {
    "order": "Your inverse transform takes qubit 3 for the most significant one, but in your circuit qubit 0 controls "
    "the largest power: the two do not fit together. (Qiskit's own transform takes the last qubit that it is handed.)",
    "powers": "Each qubit has to control twice the power of the one after it.",
    "gate": "You used a controlled phase gate. The gate of the task is R_z: on |1⟩ it has half of that phase.",
    "forward": "You applied the forward transform: your circuit reads 1 − φ in the place of φ.",
    "ends": "Qubit 0 has to control the largest power, as it is the most significant one.",
}


def drafted(theta, handed, powers, gate, inverted, prepare="x 4"):
    back = read_out(4) if inverted else read_out(4, full=2.0)
    if handed == [0, 1, 2, 3]:
        back = f"swap 0 3; swap 1 2; {back}; swap 0 3; swap 1 2"
    turns = [f"{gate}({theta * power!r}) {q} 4" for q, power in enumerate(powers)]
    return circuit(prepare, "h 0 1 2 3", *turns, back, qubits=5)


class Joined(Rule):
    """The phase comes from the system: it is not put into the counting qubits by hand."""

    def broken(self, circuit):
        joined = any(4 in step.all_qubits and len(step.all_qubits) > 1 for _, step in counted(circuit))
        return None if joined else "no gate joins a counting qubit to the system, qubit 4, whose phase it should read"

    def shortcut(self, circuit):
        return True


@build(
    "3.7.e",
    kind="debug",
    outcome=4,
    points=2,
    takes="circuit",
    rules=[NoInitialize(), Joined()],
    theta=decimals(0.6, 5.8, 0.05),
    fault=tuple(FAULTS),
    where=lambda theta: 0.12 < theta / (4 * pi) * 16 % 1 < 0.42 or 0.58 < theta / (4 * pi) * 16 % 1 < 0.88,
    derive=lambda fault: {**SOUND, **FAULTS[fault]},
)
def repair(theta, fault, handed, powers, gate, inverted):
    yield reads(theta / (4 * pi), 4, 5)
    yield slip(drafted(theta, handed, powers, gate, inverted), "hands the draft in").says(
        "This does what the draft does. Try it with an angle whose phase is exactly 1/16, and see which number comes."
    )
    for name, change in FAULTS.items():
        if name != fault:
            yield slip(drafted(theta, **{**SOUND, **change}), name).says(SAID[name])
    yield slip(drafted(theta, **SOUND, prepare=""), "leaves the system in |0⟩").says(
        "Qubit 4 is left in |0⟩. This is an eigenstate, too, but with the opposite phase."
    )
    yield slip(drafted(-theta, **SOUND), "turns the gate round", "angle-sign").says(
        "Your controlled rotations have the opposite sign."
    )
    yield slip(drafted(theta / 2, **SOUND), "halves the angle once more", "half-angle").says(
        "You halved the angle. The gate R_z does that itself."
    )


@measure(
    "3.7.f",
    rung="think",
    outcome=3,
    points=2,
    within=0.002,
    phi=decimals(0.53, 0.72, 0.001),  # where neither the arccosine of C nor the arctangent of S/C does
)
def phase_of_one_qubit(phi):
    c, s = cos(2 * pi * phi), sin(2 * pi * phi)
    spread = sqrt(c**4 + s**4) / (2 * pi)  # of one shot of each setting
    shots = 8000
    error = spread / sqrt(shots)
    yield right(phi, spread=spread)
    yield slip((1 - phi, error, shots), "turns the other way").says(
        "This is 1 − φ: the hand points to the mirrored side. The sign of the sine tells the two sides apart."
    )
    yield slip((phi - 1, error, shots), "gives a negative phase").says(
        "The same hand, but a phase from 0 to 1 is asked for: add a full turn."
    )
    yield slip((phi - 0.5, error, shots), "takes the arctangent of a quotient").says(
        "This is half a turn off: the hand points to the opposite side. The sign of the cosine tells them apart; "
        "a quotient S/C has lost it."
    )
    yield slip((2 * pi * phi, 2 * pi * error, shots), "gives radians").says(
        "This is the angle in radians. φ is asked for in turns, from 0 to 1."
    )
    bound = 1 / (2 * pi * spread)  # as a multiple of the right error bar
    too_wide = [bound] * (bound > 1.25) + [sqrt(2)] * (bound < 1.25 * 1.03)
    for factor in too_wide:
        yield slip((phi, factor * error, shots), "gives the bound, or the shots of both settings", "factor").says(
            "Your error bar is too wide for so many shots. The bound 1/(2π√N) only serves to choose N: compute the "
            "error bar from your C and S. And give the shots of each setting, not those of both together."
        )
    yield slip((phi, 2 * pi * error, shots), "leaves the error in radians", "factor").says(
        "Your value is in turns, but your error bar is in radians: divide it by 2π, too."
    )


def one_ancilla(a, theta, powers=(8, 4, 2, 1), full=-2.0, reset=True, last_first=False, fix=True):
    steps = [f"x 1; ry({-a!r}) 1"]
    for j, power in enumerate(powers):
        steps += ["reset 0" if reset and j else "", "h 0", calls(a, theta, power, 0, 1)]
        for m in range(j if fix else 0):
            bit = 3 - m if last_first else m
            steps.append(f"if {bit} {{ p({full * pi / 2 ** (j - m + 1)!r}) 0 }}")
        steps += ["h 0", f"measure 0 -> {3 - j if last_first else j}"]
    return circuit(*steps, qubits=2, bits=4)


@build(
    "3.7.g",
    rung="think",
    outcome=3,
    points=3,
    takes="circuit",
    draw=gate_in_a_box,
    rules=lambda a, theta: [Qubits(2), FeedForward(), uses(a, theta)],
)
def iterative(a, theta):
    yield reads(theta / (2 * pi), 4, 2, least_first=True)
    yield slip(one_ancilla(a, theta, fix=False), "never uses a bit that is known").says(
        "The result is as if no bit were used for a later one. A bit that you know already adds its phase to the next: "
        "take it away, between the two H of the round."
    )
    yield slip(one_ancilla(a, theta, full=2.0), "adds the known phase once more").says(
        "Your circuit reads 1 − φ in the place of φ. Is the phase of the known bits added? It has to be taken away."
    )
    yield slip(one_ancilla(a, theta, full=-1.0), "takes π for a full turn").says(
        "Your corrections are half as large as they should be."
    )
    yield slip(one_ancilla(a, theta, full=-4.0), "takes a half for a quarter of a turn").says(
        "Your corrections are twice as large as they should be."
    )
    yield slip(one_ancilla(a, theta, reset=False), "does not reset the ancilla").says(
        "The ancilla is not reset: where it gave 1, the next round begins in |1⟩."
    )
    yield slip(one_ancilla(a, theta, powers=(1, 2, 4, 8)), "begins with the most significant bit").says(
        "You begin with the smallest power. The first bit has to be the least significant one: "
        "it needs the largest power."
    )
    yield slip(one_ancilla(a, theta, last_first=True), "puts the bits in the other order", "qubit-order").says(
        "Your bits are right, but in the reverse order: bit 0 should be the least significant."
    )


def unwrapped(readings):
    phi = readings[0] % 1
    for k, reading in enumerate(readings):
        off = (reading - 2**k * phi + 0.5) % 1 - 0.5
        phi += off / 2**k
    return phi % 1


def noisy(random):
    found = []
    for rounds, start in ((1, None), (4, None), (6, None), (8, 0.003), (5, 0.996), (7, 0.499), (8, None), (10, None)):
        phi = random.random() if start is None else start
        found.append([round((2**k * phi + random.uniform(-0.1449, 0.1449)) % 1, 4) for k in range(rounds)])
    return found


def near(readings):
    """Near enough to every phase that can have these readings, of which nobody knows the right one."""
    middle, within = unwrapped(readings), 0.15 / 2 ** (len(readings) - 1)
    off = [(reading - 2**k * middle + 0.5) % 1 - 0.5 for k, reading in enumerate(readings)]
    least = max((one - 0.145) / 2**k for k, one in enumerate(off))
    most = min((one + 0.145) / 2**k for k, one in enumerate(off))

    def holds(answer):
        if not 0 <= answer <= 1:  # rounding makes 1.0 of -1e-17 % 1
            return False, f"{significant(answer, 6)} is no number from 0 to below 1."
        away = max(abs((answer - middle - end + 0.5) % 1 - 0.5) for end in (least, most))
        said = f"{number_beside(away, within, 5)} turns away from a phase that fits these readings"
        return (
            away <= within + 1e-9,
            f"{significant(answer, 6)} is {said}; at most {number_beside(within, away, 5)} is asked for.",
        )

    return Data(schema=Real(), holds=holds)


def last_only(readings):
    return readings[-1] / 2 ** (len(readings) - 1)


@function("3.7.h", kind="stretch", outcome=2, points=3, name="unwrap", inputs=noisy, judged=near)
def unwrapping():
    yield unwrapped
    yield slip(last_only, "takes the last reading alone").says(
        "The last reading is the finest, but it does not say how many full turns came before. The others do."
    )
    yield slip(lambda r: r[0] % 1, "takes the first reading alone").says(
        "The first reading is the coarsest. The others make it finer."
    )
    yield slip(lambda r: float(np.mean([x / 2**k for k, x in enumerate(r)])) % 1, "takes a mean").says(
        "You averaged readings of different powers, without their full turns."
    )
    yield slip(
        lambda r: sum(int(x >= 0.5) / 2 ** (k + 1) for k, x in enumerate(r)) % 1, "reads one bit of each reading"
    ).says("You read one bit from each reading. Near ½ and near 0 noise flips such a bit, and the result jumps.")

    def floored(readings):
        phi = readings[0] % 1
        for k, reading in enumerate(readings):
            phi = (floor(2**k * phi) + reading) / 2**k
        return phi % 1

    yield slip(floored, "rounds the number of turns down").says(
        "You round the number of full turns down. Take the number of turns that brings you nearest to what you had."
    )
