"""What right means in lesson 3.13, and how people get it wrong. The tasks stand in the notebook of the same name."""

from cmath import exp
from math import acos, cos, sin, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    decimals,
    distinct,
    measure,
    number,
    one_of,
    right,
    slip,
)
from qtrain.checking import Property
from qtrain.circuits import Circuit, density, run
from qtrain.circuits.numerals import complex_text, number_beside, number_text

KETS = {
    "0": np.array([1, 0]),
    "1": np.array([0, 1]),
    "+": np.array([1, 1]) / sqrt(2),
    "+i": np.array([1, 1j]) / sqrt(2),
}


def ket(*names):
    state = np.ones(1)
    for name in names:
        state = np.kron(state, KETS[name])
    return state


def random_state(rng, qubits=1):
    vector = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    return vector / np.linalg.norm(vector)


def written(vector):
    """The amplitudes with two digits, for whoever wants to try the same state."""
    return f"({', '.join(complex_text(a) for a in vector)})"


def placed(parts, n):
    """The product of states on the wires given with each; all others are |0⟩."""
    taken = [wire for wires, _ in parts for wire in wires]
    idle = [wire for wire in range(n) if wire not in taken]
    whole = np.ones(1)
    for _, state in parts:
        whole = np.kron(whole, state)
    whole = np.kron(whole, np.eye(2 ** len(idle))[0]).reshape((2,) * n)
    return whole.transpose(np.argsort([*taken, *idle])).reshape(-1)


def mean_of_flag(answer, flag, start, n):
    """P(0) − P(1) of one qubit at the end."""
    weights = density(answer, start).diagonal().real.reshape((2,) * n)
    zero, one = (np.take(weights, bit, axis=flag).sum() for bit in (0, 1))
    return float(zero - one)


def shows(name, flag, n, cases, what):
    """The flag's P(0) − P(1) is the wanted number for every case, (what it is in words, start, wanted)."""
    wanted = np.array([case[2] for case in cases])

    def shown(answer):
        return np.array([mean_of_flag(answer, flag, start, n) for _, start, _ in cases]).round(9) + 0.0

    def holds(answer):
        found = shown(answer)
        if np.allclose(found, wanted, atol=1e-6):
            return True
        if np.allclose(found, 0, atol=1e-6):
            return False, "Your flag shows 0 and 1 equally often, whatever the states are."
        if np.allclose(found, 1, atol=1e-6):
            return False, "Your flag always shows 0, whatever the states are."
        if np.allclose(found, -wanted, atol=1e-6):
            return False, "The size is right, and the sign is not."
        first = int(np.argmax(abs(found - wanted) > 1e-6))
        return False, (
            f"With {cases[first][0]} your flag has P(0) − P(1) = {number_beside(found[first], wanted[first], 4)}, "
            f"and {what} is {number_beside(wanted[first], found[first], 4)}."
        )

    return Property(name, holds, takes=Circuit, num_qubits=n, wants=f"a circuit of {n} qubits", counts=shown)


@number(
    "3.13.a",
    rung="warm-up",
    outcome=1,
    rel=2e-3,
    overlap=decimals(0.1, 0.9, 0.05),
    bar=one_of(0.002, 0.004, 0.005, 0.01, 0.02),
)
def shots_for_an_overlap(overlap, bar):
    yield (1 - overlap**2) / bar**2
    chance = (1 + overlap) / 2
    yield slip(chance * (1 - chance) / bar**2, "forgets that F = 2P − 1").says(
        "With so many shots the error bar of P(0) is small enough. F is 2 P(0) − 1: its error bar is twice as large."
    )
    yield slip(overlap * (1 - overlap) / bar**2, "takes F for the probability of 0").says(
        "You took F itself for the probability that the flag shows 0."
    )
    yield slip((1 - overlap**2) / bar, "forgets the square").says(
        "The error falls with the square root of the shots: the error bar has to be squared."
    )
    yield slip((1 - overlap) ** 2 / bar**2, "squares the difference").says(
        "The variance of one shot is 1 − F², not (1 − F)²."
    )
    yield slip((1 - overlap) / bar**2, "leaves the square of F out").says(
        "The variance of one shot is 1 − F², not 1 − F."
    )
    yield slip(1 / bar**2, "takes the worst case").says(
        "So many shots are needed for F = 0. Here the overlap is larger, and one shot scatters less."
    )
    yield slip(2 * (1 - overlap**2) / bar**2, "counts the states").says(
        "This is twice too many. Each shot uses two states, but it is one shot."
    )


@build(
    "3.13.b",
    outcome=1,
    points=2,
    takes="circuit",
    wires=distinct(5, range(5)),
    derive=lambda wires: {"flag": wires[0], "first": wires[1:3], "second": wires[3:5]},
)
def swap_test(wires, flag, first, second):
    def made(*steps):
        return circuit(*steps, f=flag, a=first[0], b=first[1], x=second[0], y=second[1], qubits=5)

    def case(words, psi, phi):
        return words, placed([(first, psi), (second, phi)], 5), abs(np.vdot(psi, phi)) ** 2

    def product(psi, phi):
        return case(f"ψ = |{''.join(psi)}⟩ and φ = |{''.join(phi)}⟩", ket(*psi), ket(*phi))

    cases = [
        product("00", "00"),
        product("00", "10"),
        product("00", "01"),
        product("01", "10"),
        product("0+", "00"),
        product("+0", "00"),
    ]
    rng = np.random.default_rng(1)
    for _ in range(3):
        psi, phi = random_state(rng, 2), random_state(rng, 2)
        cases.append(case(f"ψ = {written(psi)} and φ = {written(phi)}", psi, phi))
    yield shows("is a swap test", flag, 5, cases, "the overlap")
    yield slip(made("h f; cswap f a x; h f"), "swaps the first qubits only").says(
        "Your flag compares the first qubits of the two registers only. A register has two."
    )
    yield slip(made("h f; cswap f b y; h f"), "swaps the second qubits only").says(
        "Your flag compares the second qubits of the two registers only. A register has two."
    )
    yield slip(made("h f; cswap f a x; cswap f b y"), "forgets the second H").says(
        "Your flag is a fair coin, whatever the states are. Which gates on the flag does a swap test have?"
    )
    yield slip(made("h f; cswap f a b; cswap f x y; h f"), "swaps within the registers").says(
        "You swap within each register. The two registers are to be exchanged with each other."
    )
    yield slip(made("h f; cswap f a y; cswap f b x; h f"), "swaps crosswise").says(
        "You exchange the first qubit of one register with the second one of the other."
    )


def tilted(a, b, t):
    """The overlaps of two states of two qubits: as a whole, and of their first qubits."""
    psi, phi = (cos(a / 2), sin(a / 2)), (cos(b / 2), exp(1j * t) * sin(b / 2))
    whole = abs(psi[0] * phi[0] + psi[1] * phi[1]) ** 2
    firsts = sum(abs(x) ** 2 * abs(y) ** 2 for x, y in zip(psi, phi, strict=True))
    return whole, firsts


@measure(
    "3.13.c",
    outcome=1,
    points=2,
    bounds=(-1, 1),
    within=0.015,
    a=angles(0.3, 0.7),
    b=angles(0.3, 0.7),
    turn=angles(0.2, 0.7),
    where=lambda a, b, turn: 0.25 < tilted(a, b, turn)[0] < 0.8 and abs(np.subtract(*tilted(a, b, turn))) > 0.12,
)
def measured_overlap(a, b, turn):
    overlap, firsts = tilted(a, b, turn)
    spread, shots = sqrt(1 - overlap**2), 6000
    error = spread / sqrt(shots)
    yield right(overlap, spread=spread)
    told = [overlap, (1 + overlap) / 2, firsts]
    yield slip((told[1], error / 2, shots), "gives P(0)").says(
        "Your value fits the probability that the flag shows 0. Orthogonal states have ½ there: which number is 0 for "
        "them?"
    )
    yield slip((firsts, sqrt((1 - firsts**2) / shots), shots), "swaps the first qubits only").says(
        "Your value fits the overlap of the first qubits only. Exchange the second ones, too."
    )
    yield slip((overlap, error / 2, shots), "gives the error bar of P(0)", "factor").says(
        "Your error bar is that of P(0). F = 2 P(0) − 1: how far does F move when P(0) moves?"
    )
    yield slip((-overlap, error, shots), "counts the ones").says(
        "The size is right, and the sign is not: F is P(0) − P(1) of the flag."
    )
    rarer = (
        ((1 - overlap) / 2, error / 2, "gives P(1)", "Your value fits the probability that the flag shows 1."),
        (1 - overlap, error, "doubles P(1)", "Your value fits 1 − F, which is 2 P(1). What is F?"),
        (
            sqrt(overlap),
            error / (2 * sqrt(overlap)),
            "takes the root",
            "Your value fits |⟨ψ|φ⟩|. The overlap F is its square.",
        ),
    )
    for value, bar, reason, reply in rarer:
        if min(abs(value - other) for other in told) > 0.1:  # else nobody could tell which mistake it was
            told.append(value)
            yield slip((value, bar, shots), reason).says(reply)
    other_way = sqrt(overlap * (1 - overlap) / shots)
    if other_way > 0.6 * error:  # else it is the error bar of P(0), nearly
        yield slip((overlap, other_way, shots), "takes the error bar of the other way", "factor").says(
            "Your error bar fits the other way: A, then B†, and all qubits 0. A swap test scatters more."
        )


@choice("3.13.d", rung="warm-up", outcome=1)
def what_it_cannot_tell():
    yield right("The swap test: it gives |⟨ψ|φ⟩|² only, and a global phase of a state has no meaning.").says(
        "Right: both are the same state, and every test of the states themselves must say so."
    )
    yield slip(
        "The swap test: its flag shows 0 in half of the runs, as for orthogonal states.", "mixes up two cases"
    ).says("For equal states the flag always shows 0. And a factor i does not make a state orthogonal to itself.")
    yield slip(
        "Neither: with enough shots the swap test gives ⟨ψ|φ⟩ = i, too.", "expects the phase of the overlap"
    ).says("More shots make the error bar of |⟨ψ|φ⟩|² smaller. The phase of ⟨ψ|φ⟩ does not enter at all.")
    yield slip("Both: no circuit can show a phase that is the same for all amplitudes.", "forgets the control").says(
        "Under control this factor is a relative phase of the flag. The Hadamard test does see it."
    )
    yield slip("The Hadamard test: it needs a unitary, and there are only states here.", "forgets what U is").says(
        "The gate that multiplies by i is a unitary, and it can be controlled: it is S on the flag."
    )


def phased_turn(alpha, beta):
    """The matrix of P(α), then Ry(β)."""
    turn = np.array([[cos(beta / 2), -sin(beta / 2)], [sin(beta / 2), cos(beta / 2)]])
    return turn @ np.diag([1, exp(1j * alpha)])


@build(
    "3.13.e",
    kind="debug",
    outcome=2,
    points=2,
    takes="circuit",
    alpha=angles(0.2, 0.8),
    beta=angles(0.2, 0.8),
    flag=(0, 1),
    derive=lambda flag: {"data": 1 - flag},
)
def imaginary_part(alpha, beta, flag, data):
    def made(phase="sdg f", first="cp(α) f d", then="cry(β) f d"):
        return circuit("h f", phase, first, then, "h f", f=flag, d=data, α=alpha, β=beta, qubits=2)

    # Four states are enough: what a flag shows is the mean of one observable of the data qubit.
    box = phased_turn(alpha, beta)
    cases = [
        (f"ψ = |{name}⟩", placed([([data], psi)], 2), float(np.vdot(psi, box @ psi).imag)) for name, psi in KETS.items()
    ]
    yield shows("shows the imaginary part", flag, 2, cases, "Im⟨ψ|U|ψ⟩")
    yield slip(made("s f", "crz(α) f d"), "hands the draft in").says(
        "This does what the draft does. Two things are wrong in it: one about the sign, one about a phase of U."
    )
    yield (
        slip(made(first="crz(α) f d"), "mends the sign only")
        .worth(0.5)
        .says(
            "The sign is right now. But P and Rz differ by a global phase, and under control that is no longer global."
        )
    )
    yield slip(made("s f"), "mends the phase only").worth(0.5).says("U is right now. The result has the wrong sign.")
    yield slip(made(""), "leaves the S† out").says(
        "This shows the real part. For the imaginary part the flag needs a phase between its two H."
    )
    yield slip(made("", first="crz(α) f d"), "leaves the S† out, and Rz in").says(
        "This shows the real part for R_z. The flag needs a phase between its two H, and U another gate."
    )
    yield slip(made(first="cry(β) f d", then="cp(α) f d"), "exchanges the two gates").says(
        "You apply Ry first. In U it comes after P."
    )
    yield slip(made(then=""), "leaves the second gate out").says("Only P is under control. U has a second gate.")
    yield slip(made(first="cp(-α) f d"), "turns the other way").says("The angle of P has the wrong sign.")


PAULI = {"X": np.array([[0, 1], [1, 0]]), "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1])}
GATES = {**PAULI, "H": (PAULI["X"] + PAULI["Z"]) / sqrt(2), "S": np.diag([1, 1j])}


@build(
    "3.13.f",
    rung="think",
    outcome=3,
    points=3,
    takes="circuit",
    gates=distinct(2, tuple(GATES)),
    weights=distinct(2, (1, 2, 3, 4, 5, 7)),
    sign=("+", "−"),
    flag=(0, 1),
    derive=lambda flag: {"data": 1 - flag},
)
def combined(gates, weights, sign, flag, data):
    u, v = (GATES[name] for name in gates)
    a, b = weights
    minus = sign == "−"
    wanted = (a * u + (-b if minus else b) * v) / (a + b)
    first, second = (name.lower() for name in gates)

    def made(angle, *, select=f"c{first} !f d; c{second} f d", undone=True, signed=minus):
        back = "ry(-θ) f" if undone else ""
        return circuit("ry(θ) f", "z f" if signed else "", select, back, θ=angle, f=flag, d=data, qubits=2)

    def block_of(answer):
        """What the data qubit goes through where the flag is 0 before and after."""
        columns = np.array([placed([([data], np.eye(2)[k])], 2) for k in (0, 1)]).T
        images = np.reshape(run(answer, columns), (2, 2, 2))
        return images[0] if flag == 0 else images[:, 0]

    def looks(answer):
        return any(step.name in ("measure", "reset", "if") for step in answer.operations)

    def holds(answer):
        if looks(answer):
            return False, "Leave the measurement out: what is asked for is the circuit before it."
        block = block_of(answer)
        size = abs(np.vdot(wanted, block)) / (np.linalg.norm(wanted) * max(np.linalg.norm(block), 1e-12))
        factor = np.linalg.norm(block) / np.linalg.norm(wanted)
        if size > 1 - 1e-6:
            if abs(factor - 1) < 1e-5:
                return True
            return False, f"A is right up to a factor: your block is {number_beside(factor, 1)} times A/λ."
        for bit in (0, 1):
            found, asked = (np.linalg.norm(matrix[:, bit]) ** 2 for matrix in (block, wanted))
            if abs(found - asked) > 1e-4:
                return False, (
                    f"With the data qubit in |{bit}⟩ your flag reads 0 with a probability of "
                    f"{number_beside(found, asked, 4)}; for A/λ it is {number_text(asked, 4)}."
                )
        return False, "Where the flag is 0 at the end, the other qubit has not gone through A."

    def counts(answer):
        """The block but for its phase; nothing is like a circuit that measures."""
        block = np.full((2, 2), np.nan) if looks(answer) else block_of(answer)
        return np.kron(block, block.conj())

    yield Property(
        "has A/λ as its block", holds, takes=Circuit, num_qubits=2, wants="a circuit of two qubits", counts=counts
    )
    angle = 2 * acos(sqrt(a / (a + b)))
    yield slip(made(2 * acos(a / sqrt(a * a + b * b))), "takes the weights for amplitudes").says(
        "Your gates have the squares of the weights. Each amplitude of the flag comes in twice: at the start and at "
        "the end."
    )
    yield slip(made(np.pi - angle), "exchanges the weights").says(
        "The two weights are exchanged: which gate belongs to the flag's 0?"
    )
    yield slip(made(angle, undone=False), "does not undo the preparation").says(
        "Where the flag is 0 at the end, the first gate alone has acted: the preparation is not undone, and the two "
        "gates do not interfere."
    )
    yield slip(made(angle, signed=not minus), "has the other sign").says("The sign between the two gates is wrong.")
    yield slip(made(np.pi / 2), "gives both the same weight").says("Your two gates have equal weights.")
    yield slip(made(angle, select=f"c{first} f d; c{second} f d"), "puts both gates under the flag's 1").says(
        "Both gates act where the flag is 1. The first one belongs to the flag's 0."
    )


@build(
    "3.13.g",
    kind="stretch",
    outcome=(1, 2),
    points=3,
    takes="circuit",
    wires=distinct(4, range(5)),
    derive=lambda wires: {"flag": wires[0], "loop": wires[1:]},
)
def three_states(wires, flag, loop):
    def made(*steps):
        return circuit(*steps, f=flag, a=loop[0], b=loop[1], c=loop[2], qubits=5)

    def case(words, *states):
        a, b, c = states
        product = np.vdot(a, b) * np.vdot(b, c) * np.vdot(c, a)
        return words, placed([([wire], state) for wire, state in zip(loop, states, strict=True)], 5), product.imag

    rng = np.random.default_rng(3)
    cases = [
        case("A = |{}⟩, B = |{}⟩, C = |{}⟩".format(*names), *(KETS[name] for name in names))
        for names in (("0", "+", "+i"), ("0", "+i", "+"), ("0", "0", "+i"), ("1", "+", "+i"), ("+", "+i", "0"))
    ]
    for _ in range(3):
        drawn = [random_state(rng) for _ in range(3)]
        cases.append(case("A = {}, B = {}, C = {}".format(*map(written, drawn)), *drawn))
    yield shows("shows the imaginary part of the product", flag, 5, cases, "the imaginary part")
    yield slip(made("h f; cswap f a b; cswap f b c; h f"), "shows the real part").says(
        "This shows the real part of the product."
    )
    yield slip(made("h f; sdg f; cswap f b c; cswap f a b; h f"), "has the other sign").says(
        "The size is right, and the sign is not: look at the phase gate of the flag, and at the way round."
    )
    yield slip(made("h f; sdg f; cswap f a b; h f"), "swaps two only").says(
        "Your flag is a fair coin. A swap of two states would give ⟨A|B⟩⟨B|A⟩, which is real: all three have to move."
    )
    yield slip(made("h f; cswap f a b; h f"), "compares two states").says(
        "This compares two of the states, and the third one does not matter."
    )
