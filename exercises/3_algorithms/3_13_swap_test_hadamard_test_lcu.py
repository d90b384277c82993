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


def random_state(rng, qubits=1):
    vector = rng.normal(size=2**qubits) + 1j * rng.normal(size=2**qubits)
    return vector / np.linalg.norm(vector)


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
    """The flag's P(0) − P(1) is the wanted number for every case, (start, wanted)."""

    def holds(answer):
        for case, (start, wanted) in enumerate(cases, 1):
            found = mean_of_flag(answer, flag, start, n)
            if abs(found - wanted) > 1e-6:
                return False, (
                    f"For test input {case} your flag has P(0) − P(1) = {found:.4f}, and {what} is {wanted:.4f}."
                )
        return True

    return Property(name, holds, takes=Circuit, num_qubits=n, wants=f"a circuit of {n} qubits")


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


@choice("3.13.b", rung="warm-up", outcome=1)
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


@build(
    "3.13.c",
    outcome=1,
    points=2,
    takes="circuit",
    wires=distinct(5, range(5)),
    derive=lambda wires: {"flag": wires[0], "first": wires[1:3], "second": wires[3:5]},
)
def swap_test(wires, flag, first, second):
    def made(*steps):
        return circuit(*steps, f=flag, a=first[0], b=first[1], x=second[0], y=second[1], qubits=5)

    rng, cases = np.random.default_rng(1), []
    for _ in range(4):
        psi, phi = random_state(rng, 2), random_state(rng, 2)
        cases.append((placed([(first, psi), (second, phi)], 5), abs(np.vdot(psi, phi)) ** 2))
    yield shows("is a swap test", flag, 5, cases, "the overlap")
    yield slip(made("h f; cswap f a x; h f"), "swaps the first qubits only").says(
        "Only the first qubits of the two registers are swapped. A register has two."
    )
    yield slip(made("h f; cswap f a x; cswap f b y"), "forgets the second H").says(
        "Without an H at the end the flag is a fair coin, whatever the states are."
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
    "3.13.d",
    outcome=1,
    points=2,
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
    yield slip(((1 + overlap) / 2, error / 2, shots), "gives P(0)").says(
        "This is the probability that the flag shows 0. Orthogonal states have ½ there: which number is 0 for them?"
    )
    yield slip((firsts, sqrt((1 - firsts**2) / shots), shots), "swaps the first qubits only").says(
        "This compares the first qubits only. Exchange the second ones, too."
    )
    yield slip((overlap, error / 2, shots), "gives the error bar of P(0)", "factor").says(
        "Your error bar is that of P(0). F = 2 P(0) − 1: how far does F move when P(0) moves?"
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

    rng, box, cases = np.random.default_rng(2), phased_turn(alpha, beta), []
    for _ in range(4):
        psi = random_state(rng)
        cases.append((placed([([data], psi)], 2), float(np.vdot(psi, box @ psi).imag)))
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
        "This shows the real part. Between H and the box a phase is missing."
    )
    yield slip(made(first="cry(β) f d", then="cp(α) f d"), "exchanges the two gates").says(
        "You apply Ry first. In U it comes after P."
    )


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

    def made(angle, *, one="1", undone=True, signed=minus):
        select = f"c{first} !f d; c{second} f d" if one == "1" else f"c{first} f d; c{second} !f d"
        back = "ry(-θ) f" if undone else ""
        return circuit("ry(θ) f", "z f" if signed else "", select, back, θ=angle, f=flag, d=data, qubits=2)

    def holds(answer):
        if any(step.name in ("measure", "reset", "if") for step in answer.operations):
            return False, "Leave the measurement out: what the circuit does before it is looked at."
        columns = np.array([placed([([data], np.eye(2)[k])], 2) for k in (0, 1)]).T
        images = np.reshape(run(answer, columns), (2, 2, 2))
        block = images[0] if flag == 0 else images[:, 0]
        size = abs(np.vdot(wanted, block)) / (np.linalg.norm(wanted) * max(np.linalg.norm(block), 1e-12))
        if size < 1 - 1e-6:
            return False, "Where the flag is 0 at the end, the other qubit has not gone through A."
        factor = np.linalg.norm(block) / np.linalg.norm(wanted)
        if abs(factor - 1) > 1e-5:
            return False, f"A is right up to a factor: your block is {factor:.3f} times A/λ."
        return True

    yield Property("has A/λ as its block", holds, takes=Circuit, num_qubits=2, wants="a circuit of two qubits")
    angle = 2 * acos(sqrt(a / (a + b)))
    yield slip(made(2 * acos(a / sqrt(a * a + b * b))), "takes the weights for amplitudes").says(
        "Your flag has the weights as amplitudes. Each amplitude comes in twice: at the start and at the end."
    )
    yield slip(made(angle, one="0"), "exchanges the two gates").says(
        "The two weights are exchanged: which gate belongs to the flag's 0?"
    )
    yield slip(made(angle, undone=False), "does not undo the preparation").says(
        "The flag is prepared, and the gates are chosen. Without undoing the preparation they never interfere."
    )
    yield slip(made(angle, signed=not minus), "has the other sign").says("The sign between the two gates is wrong.")
    yield slip(made(np.pi / 2), "gives both the same weight").says("Your two gates have equal weights.")


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

    rng, cases = np.random.default_rng(3), []
    for _ in range(4):
        a, b, c = (random_state(rng) for _ in range(3))
        product = np.vdot(a, b) * np.vdot(b, c) * np.vdot(c, a)
        cases.append((placed([([loop[0]], a), ([loop[1]], b), ([loop[2]], c)], 5), float(product.imag)))
    yield shows("shows the imaginary part of the product", flag, 5, cases, "the imaginary part")
    yield slip(made("h f; cswap f a b; cswap f b c; h f"), "shows the real part").says(
        "This shows the real part of the product."
    )
    yield slip(made("h f; sdg f; cswap f b c; cswap f a b; h f"), "goes round the other way").says(
        "The size is right, and the sign is not: your swaps move the states round the other way."
    )
    yield slip(made("h f; s f; cswap f a b; cswap f b c; h f"), "takes S for S†").says(
        "The size is right, and the sign is not: look at the phase gate of the flag."
    )
    yield slip(made("h f; sdg f; cswap f a b; h f"), "swaps two only").says(
        "A swap of two states gives ⟨A|B⟩⟨B|A⟩, which is real. All three have to move."
    )
