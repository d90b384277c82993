"""What right means in lesson 2.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import cos, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    distinct,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    text,
    whole,
)
from qtrain.checking import Property, State, Text, Unitary
from qtrain.circuits import Circuit, run
from qtrain.circuits.numerals import number_beside, number_text

ROOT = sqrt(0.5)
BELL = {
    "Φ+": ("(|00⟩ + |11⟩)/√2", "h a; cx a b"),
    "Φ−": ("(|00⟩ − |11⟩)/√2", "h a; cx a b; z a"),
    "Ψ+": ("(|01⟩ + |10⟩)/√2", "h a; cx a b; x b"),
    "Ψ−": ("(|01⟩ − |10⟩)/√2", "h a; cx a b; x b; z a"),
}


@build(
    "2.1.a",
    rung="warm-up",
    outcome=1,
    takes="circuit",
    name=tuple(BELL),
    pair=distinct(2, range(4)),
    where=lambda pair: pair[0] < pair[1],
    derive=lambda name, pair: {"a": pair[0], "b": pair[1], "formula": BELL[name][0]},
)
def a_bell_state(name, pair, a, b, formula):
    def made(steps):
        return circuit(steps, a=a, b=b, qubits=4)

    steps = BELL[name][1]
    yield State(made(steps))
    other = {"Φ+": "Φ−", "Φ−": "Φ+", "Ψ+": "Ψ−", "Ψ−": "Ψ+"}[name]
    yield slip(made(BELL[other][1]), "the wrong sign between the terms").says(
        "The bits are right. Look at the sign between the two terms."
    )
    flipped = {"Φ+": "Ψ+", "Φ−": "Ψ−", "Ψ+": "Φ+", "Ψ−": "Φ−"}[name]
    yield slip(made(BELL[flipped][1]), "equal bits and different bits exchanged").says(
        "The sign is right. Does the formula have equal bits or different ones?"
    )
    yield slip(made(steps.replace("h a; cx a b", "h b; cx a b")), "puts the H on the target").says(
        "Your two qubits are not entangled: the CNOT does nothing there. The H belongs on the control."
    )
    yield slip(made(steps.replace("h a; cx a b", "h a")), "leaves the CNOT out").says(
        "Your two qubits know nothing of each other. Which gate joins them?"
    )


SHOTS = one_of([800, 1000, 1200, 1500, 1600, 2000, 2400, 2500])


@number(
    "2.1.b",
    rung="warm-up",
    outcome=2,
    within=1e-3,
    shots=SHOTS,
    percent=(one_of([*range(12, 43), *range(58, 89)])),
    tilt=whole(-7, 7),
    derive=lambda shots, percent, tilt: {"counts": counted(shots, percent, tilt)},
)
def correlation_from_counts(shots, percent, tilt, counts):
    equal, different = counts["00"] + counts["11"], counts["01"] + counts["10"]
    yield (equal - different) / shots
    yield slip(equal / shots, "gives the fraction of equal bits").says(
        "This is the fraction of shots with equal bits. In the correlation, different bits count as −1."
    )
    yield slip((different - equal) / shots, "counts equal bits as −1", "bit-flip").says(
        "The sign: equal bits give the product +1, different bits give −1."
    )
    yield slip((counts["00"] - counts["11"]) / shots, "takes 00 for +1 and 11 for −1").says(
        "You count 11 as −1. There both results are −1, and the product of two −1 is +1."
    )
    yield slip(equal - different, "does not divide").says("This is a difference of counts. Divide by the shots.")


def counted(shots, percent, tilt):
    equal = shots * percent // 100
    first, second = equal * (50 + tilt) // 100, (shots - equal) * (50 - tilt) // 100
    return {"00": first, "01": second, "10": shots - equal - second, "11": equal - first}


@build(
    "2.1.c",
    kind="debug",
    outcome=1,
    takes="circuit",
    pair=distinct(2, range(5)),
    spare=whole(0, 4),
    where=lambda pair, spare: spare not in pair,
    derive=lambda pair: dict(zip(("alice", "bob"), pair, strict=True)),
)
def repair_the_singlet(pair, spare, alice, bob):
    def made(steps):
        return circuit(steps, a=alice, b=bob, s=spare, qubits=5)

    yield State(made("h s; x a; x b; h a; cx a b"))
    yield slip(made("h s; x b; h a; cx a b"), "hands the draft in").says(
        "This makes what the draft makes: the sign between its two terms is a plus."
    )
    yield slip(made("h s; x a; h a; cx a b"), "moves the X").says(
        "The sign is right now, and the bits are equal: this is Φ−. Different bits are asked for."
    )
    yield slip(made("h s; x b; h a; cx a b; z s"), "puts the Z on the spare qubit").says(
        f"Your Z acts on qubit {spare}, which has nothing to do with the pair."
    )
    yield slip(made("h s; h a; cx a b; z s; z a"), "rebuilds Φ−, with a Z on the spare qubit")


SIGNS = {"Φ+": (1, -1, 1), "Φ−": (-1, 1, 1), "Ψ+": (1, 1, -1), "Ψ−": (-1, -1, -1)}
# What a gate on Alice's qubit does to the three signs: an X, for one, turns Y and Z round.
FLIPS = {"X": (1, -1, -1), "Y": (-1, 1, -1), "Z": (-1, -1, 1)}


def written(signs):
    return "".join("+" if sign > 0 else "-" for sign in signs)


def after(signs, gates):
    """The signs of ⟨XX⟩, ⟨YY⟩, ⟨ZZ⟩ behind the gates."""
    x, y, z = signs
    if gates == "H on both":
        return z, y, x
    if gates == "S on both":
        return y, x, z
    return tuple(a * b for a, b in zip(signs, FLIPS[gates], strict=True))


def two_known(name, hidden):
    return {"known": {2 * axis: SIGNS[name][k] for k, axis in enumerate("XYZ") if k != hidden}}


@text(
    "2.1.d",
    rung="think",
    kind="predict",
    outcome=2,
    name=tuple(SIGNS),
    hidden=(0, 1, 2),
    gates=one_of([*FLIPS, "H on both", "S on both"]),
    where=lambda name, gates: after(SIGNS[name], gates) != SIGNS[name],
    derive=two_known,
)
def signs_after_a_gate(name, hidden, gates, known):
    signs = SIGNS[name]
    behind = written(after(signs, gates))
    yield Text(behind, also=(" ".join(behind), ", ".join(behind)))
    yield slip(written(signs), "gives the signs before the gate").says(
        "These are the signs before the gates. What do the gates change?"
    )
    mistaken = tuple(-sign if k == hidden else sign for k, sign in enumerate(signs))
    yield slip(written(after(mistaken, gates)), "takes a product of +1 for the three signs").says(
        "The sign that you were not given is wrong: the product of the three signs of a Bell state is −1."
    )
    yield slip(written(-sign for sign in after(signs, gates)), "turns all signs round").says(
        "All three signs are the wrong way round. Equal results give +."
    )


@choice("2.1.e", rung="think", outcome=3)
def shared_coin():
    yield right(
        "They measure both along x: the pairs give equal results each time, the coins in half of the shots."
    ).says("Right: ⟨X⊗X⟩ is 1 for the pairs and 0 for the coins, although both have ⟨Z⊗Z⟩ = 1.")
    yield slip(
        "They measure both along z: only entangled qubits give equal results each time.",
        "takes perfect agreement for entanglement",
    ).says("The qubits that were set by a coin agree along z each time, too. Along z nobody can tell.")
    yield slip(
        "Alice measures her qubit alone: half of a pair gives 0 and 1 at random, half of the coins does not.",
        "believes that one side shows it",
    ).says("A qubit that was set by a coin gives 0 and 1 at random, too. One side alone never shows the difference.")
    yield slip(
        "They measure one along x and the other along z: only the pairs show a correlation there.",
        "mixes two axes",
    ).says("For Φ+ the mean ⟨X⊗Z⟩ is 0, and for the coins it is 0 as well.")
    yield slip(
        "No measurement does it: both have equal results, and equal results are all that a pair has.",
        "takes entanglement for a shared secret",
    ).says("A pair has more: its results agree along *every* axis of the x–z plane. Try another axis.")


@build("2.1.f", rung="think", outcome=4, points=2, takes="circuit", beta=angles(0.15, 0.45), gamma=angles(0.55, 0.9))
def from_the_other_side(beta, gamma):
    def gates(steps):
        return circuit(steps, β=beta, γ=gamma)

    yield Unitary(gates("rz(-β) 0; ry(γ) 0"))
    yield slip(gates("ry(-γ) 0; rz(-β) 0"), "undoes the gates as if they had acted on this qubit").says(
        "This would undo the two gates on Alice's qubit. On Bob's qubit a gate acts as its *transpose* does on Alice's."
    )
    yield slip(gates("rz(β) 0; ry(γ) 0"), "repeats the gates").says(
        "You do to Bob's qubit what was done to Alice's. This undoes the turn about y, but not the one about z."
    )
    yield slip(gates("ry(-γ) 0; rz(β) 0"), "takes the transpose and does not invert it").says(
        "This is the transpose: it does to the pair once more what has been done to it. Its inverse is asked for."
    )
    yield slip(gates("ry(γ) 0; rz(-β) 0"), "the other order", "gate-order")


def entropy(p):
    """The entropy of a bit with the probabilities p and 1 − p, in bits."""
    return float(-sum(q * np.log2(q) for q in (p, 1 - p) if q > 1e-15))


def ebits(state):
    """The entanglement entropy of a pure state of two qubits, from its Schmidt coefficients."""
    return entropy(float(np.linalg.svd(np.reshape(state, (2, 2)), compute_uv=False)[0] ** 2))


@number(
    "2.1.g",
    outcome=5,
    within=2e-3,
    a=whole(1, 6),
    b=whole(1, 6),
    c=whole(1, 6),
    d=whole(-6, -1),
    derive=lambda a, b, c, d: {"amplitudes": [a, b, c, d]},
    where=lambda a, b, c, d: len({a, b, c, -d}) > 2,
)
def entropy_of_a_pair(a, b, c, d, amplitudes):
    state = np.array(amplitudes) / np.linalg.norm(amplitudes)
    table = state.reshape(2, 2)
    yield ebits(state)
    yield slip(entropy(float((table[0] ** 2).sum())), "takes the probabilities of 0 and 1 of one qubit").says(
        "This is the entropy of the *results* of one qubit along z. The Schmidt "
        "coefficients are asked for, and these are not the probabilities of 0 and 1."
    )
    yield slip(float(-(state**2 * np.log2(state**2)).sum()), "takes all four probabilities").says(
        "This is the entropy of the four results along z. It depends on the axis; entanglement does not."
    )
    yield slip(ebits(state) * np.log(2), "takes the natural logarithm", "factor").says(
        "Your logarithm has base e. An entropy in bits takes base 2."
    )
    coefficient = float(np.linalg.svd(table, compute_uv=False)[0])
    yield slip(entropy(coefficient), "does not square the coefficients").says(
        "You put the Schmidt coefficients into the formula. Their squares are the probabilities."
    )


@build(
    "2.1.h",
    kind="design",
    rung="think",
    outcome=5,
    points=2,
    takes="circuit",
    percent=one_of([*range(20, 46), *range(55, 86)]),
)
def made_to_measure(percent):
    def holds(answer):
        state = run(answer)
        found = ebits(state)
        if abs(found - percent / 100) > 0.01:
            return False, (
                f"Your state has {number_beside(found, percent / 100)} ebit. "
                f"The task asks for {number_text(percent / 100, 2)}."
            )
        for qubit in (0, 1):
            one = float((abs(state.reshape(2, 2)) ** 2).sum(axis=1 - qubit)[1])
            if abs(one - 0.5) > 0.01:
                return False, (
                    "The entropy is right. "
                    f"But qubit {qubit} gives 1 with probability {number_beside(one, 0.5)}, and not ½."
                )
        return True

    low, high = 0.0, 0.5
    for _ in range(60):  # halving: the entropy grows with p from 0 to ½
        middle = (low + high) / 2
        low, high = (middle, high) if entropy(middle) < percent / 100 else (low, middle)
    turn = 2 * float(np.arcsin(sqrt(low)))
    yield Property("has the entropy asked for", holds, takes=Circuit, num_qubits=2, wants="a circuit of two qubits")
    yield slip(circuit("ry(t) 0; cx 0 1", t=turn), "leaves the qubits as they are")
    yield slip(circuit("h 0; cx 0 1"), "takes a Bell state")
    yield slip(circuit("h 0 1"), "takes a product")


def source(phi, delta):
    """The three correlations of the source: a phase φ on one qubit of Φ+, a turn δ about y of the other."""
    return cos(phi) * cos(delta), -cos(phi), cos(delta)


@measure(
    "2.1.i",
    rung="think",
    outcome=(2, 3),
    points=2,
    bounds=(0, 1),
    within=0.01,
    phi=one_of([k / 100 for k in range(45, 100)]),
    delta=one_of([k / 100 for k in range(35, 80)]),
)
def fidelity_of_a_source(phi, delta):
    means = source(phi, delta)
    xx, yy, zz = means
    spread = sqrt(sum(1 - m**2 for m in means)) / 4
    shots = 4000
    error = spread / sqrt(shots)
    yield right((1 + xx - yy + zz) / 4, spread=spread)
    yield slip(((1 + xx + yy + zz) / 4, error, shots), "adds YY with a plus").says(
        "The sign of one term: for Φ+ itself ⟨Y⊗Y⟩ is −1, and F has to be 1."
    )
    yield slip(((1 + zz) / 2, error, shots), "measures along z only").says(
        "This is how often the bits are equal along z. A shared coin would pass this test, too."
    )
    yield slip(((xx - yy + zz) / 3, error, shots), "takes the mean of the three").says(
        "This is the mean of the three correlations. Which weights does the formula of this section have?"
    )
    yield slip(
        ((1 + xx - yy + zz) / 4, sum(sqrt(1 - m**2) for m in means) / 4 / sqrt(shots), shots), "adds the error bars"
    ).says("You add the three error bars. Of independent data the *squares* add up.")
    yield slip(((1 + xx - yy + zz) / 4, 4 * error, shots), "forgets to divide the error, too", "factor").says(
        "F is a sum divided by 4: its error bar is divided by 4, too."
    )


def random_pairs(rng):
    """Maximally entangled states: the rows of a random unitary matrix, divided by the root of 2."""
    found = []
    for _ in range(5):
        table = np.array([[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in "ab"] for _ in "ab"])
        found.append(((np.linalg.qr(table)[0] * ROOT).ravel().tolist(),))
    return found


def table_of(state):
    return np.reshape(state, (2, 2))


@function("2.1.j", kind="stretch", outcome=(4, 5), points=2, name="to_bell", inputs=random_pairs, returns=Unitary)
def to_bell():
    yield lambda state: table_of(state).conj().T / ROOT
    yield slip(lambda state: table_of(state) / ROOT, "gives what has been done", "inverse").says(
        "This is the gate that makes the state out of Φ+. Its inverse leads back."
    )
    yield slip(lambda state: table_of(state).conj() / ROOT, "forgets to transpose").says(
        "Your matrix is the conjugate, not transposed: it would be right on qubit 1. The gate acts on qubit 0."
    )
    yield slip(lambda state: table_of(state).T / ROOT, "forgets the conjugate", "conjugate").says(
        "You transpose and do not conjugate. The inverse of a unitary matrix needs both."
    )
    yield slip(lambda state: table_of(state).conj().T, "forgets the root of 2").says(
        "Your matrix is not unitary: check the lengths of its columns."
    )
