"""What right means in lesson 2.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import cos, pi, sin, sqrt

import numpy as np

from qtrain.authoring import angles, build, choice, circuit, distinct, measure, number, one_of, right, slip
from qtrain.checking import NoGateAcross, Property
from qtrain.checking.refusals import measured_last
from qtrain.checking.rules import FeedForward, GateSet
from qtrain.circuits import Circuit, density, reduced, run
from qtrain.circuits.numerals import number_beside

SIX = [np.array(v) / np.linalg.norm(v) for v in ((1, 0), (0, 1), (1, 1), (1, -1), (1, 1j), (1, -1j))]
CALLED = ("|0⟩", "|1⟩", "|+⟩", "|−⟩", "|+i⟩", "|−i⟩")
BELL = {
    "Φ+": ("(|00⟩ + |11⟩)/√2", "h a; cx a b"),
    "Φ−": ("(|00⟩ − |11⟩)/√2", "h a; cx a b; z a"),
    "Ψ+": ("(|01⟩ + |10⟩)/√2", "h a; cx a b; x b"),
    "Ψ−": ("(|01⟩ − |10⟩)/√2", "h a; cx a b; x b; z a"),
}


def at(states, n):
    """The product of states of single qubits, given by place; all others are |0⟩."""
    whole = np.ones(1)
    for qubit in range(n):
        whole = np.kron(whole, states.get(qubit, [1, 0]))
    return whole


def fidelities(answer, source, target, n, also=None, gate=None, before=None):
    """How well each of the six states arrives, behind `gate` if one is asked for; `before` is what others prepare."""
    found = []
    for psi in SIX:
        start = at({source: psi, **(also or {})}, n)
        out = reduced(density(answer, start if before is None else run(before, start)), [target])
        wanted = psi if gate is None else gate @ psi
        found.append(max(0.0, float(np.real(np.conj(wanted) @ out @ wanted))))
    return found


def arrives(source, target, n, what="the state", **options):
    def holds(answer):
        found = fidelities(answer, source, target, n, **options)
        worst = int(np.argmin(found))
        if found[worst] > 1 - 1e-6:
            return True
        return False, measured_last(answer, [target]) or (
            f"For the input {CALLED[worst]} the fidelity at qubit {target} is {number_beside(found[worst], 1)}, "
            f"the mean over six inputs is {number_beside(np.mean(found), 1)}. Both have to be 1."
        )

    return Property(f"brings {what} to qubit {target}", holds, takes=Circuit, num_qubits=n, wants="a circuit")


def three_of_four(places, name):
    source, alice, bob = places
    return {"source": source, "alice": alice, "bob": bob, "formula": BELL[name][0]}


FULL = "cx s a; h s; measure s -> 0; measure a -> 1"
FIXES = {"Φ+": "", "Φ−": "z b", "Ψ+": "x b", "Ψ−": "z b; x b"}
BOTH = "if 1 { x b }; if 0 { z b }"


@build(
    "2.4.a",
    outcome=1,
    points=2,
    takes="circuit",
    name=tuple(BELL),
    places=distinct(3, range(4)),
    where=lambda name: name != "Φ+",
    derive=three_of_four,
    rules=lambda source, alice, bob: [FeedForward(), NoGateAcross([[source, alice], [bob]])],
)
def teleport(name, places, source, alice, bob, formula):
    def made(*steps):
        return circuit(*steps, s=source, a=alice, b=bob, qubits=4, bits=2)

    yield arrives(source, bob, 4, before=made(BELL[name][1]))
    yield slip(made(FULL, BOTH), "forgets which pair it is").says(
        "This would work with the pair Φ+. Yours is another Bell state: which Pauli leads from it to Φ+?"
    )
    yield slip(made(FULL, "if 1 { x b }", FIXES[name]), "corrects by X only").says(
        "Your circuit does nothing about the bit of the source qubit. |0⟩ and |1⟩ arrive, and |+⟩ does not."
    )
    yield slip(made(FULL, "if 0 { z b }", FIXES[name]), "corrects by Z only").says(
        "Your circuit does nothing about the bit of Alice's half. |+⟩ and |−⟩ arrive, and |0⟩ does not."
    )
    yield slip(made(FULL, "if 0 { x b }; if 1 { z b }", FIXES[name]), "exchanges the two bits").says(
        "The two bits are exchanged: the one behind the H is for Z, the other one for X."
    )
    yield slip(made(BELL[name][1], FULL, BOTH), "makes the pair once more").says(
        "The pair is there already. Your circuit begins by making one out of it, as if both qubits were in |0⟩."
    )
    yield slip(made("cx s a; h s; cx a b; cz s b", FIXES[name]), "sends qubits over", "rule")


DRAFTS = {  # the corrections of a faulty draft, as (bit, value, gate)
    "X only": [(1, 1, "x")],
    "Z only": [(0, 1, "z")],
    "the bits are exchanged": [(0, 1, "x"), (1, 1, "z")],
    "X on the wrong value": [(1, 0, "x"), (0, 1, "z")],
    "Z on the wrong value": [(1, 1, "x"), (0, 0, "z")],
}


@build(
    "2.4.b",
    kind="debug",
    outcome=1,
    takes="circuit",
    places=distinct(3, range(3)),
    faulty=tuple(DRAFTS),
    derive=lambda places, faulty: {
        **dict(zip(("source", "alice", "bob"), places, strict=True)),
        "corrections": DRAFTS[faulty],
    },
    rules=lambda source, alice, bob: [FeedForward(), NoGateAcross([[source, alice], [bob]], shared=[alice, bob])],
)
def repair(places, faulty, source, alice, bob, corrections):
    def made(why):
        fixes = [f"if {'' if value else '!'}{bit} {{ {gate} b }}" for bit, value, gate in DRAFTS[why]]
        return circuit(BELL["Φ+"][1], FULL, *fixes, s=source, a=alice, b=bob, qubits=3, bits=2)

    yield arrives(source, bob, 3)
    yield slip(made(faulty), "hands the draft in").says(
        "This does what the draft does. Try it with |0⟩, |+⟩ and |+i⟩: which of them arrive?"
    )
    for why in DRAFTS:
        if why != faulty:
            yield slip(made(why), why)
    deferred = circuit(BELL["Φ+"][1], "cx s a; h s; cx a b; cz s b", s=source, a=alice, b=bob, qubits=3, bits=2)
    yield slip(deferred, "sends qubits over", "rule")


@number("2.4.c", rung="warm-up", outcome=3, bounds=(0, 1), within=1e-3, percent=one_of([*range(52, 99)]))
def mean_fidelity_of_a_noisy_pair(percent):
    found = percent / 100
    yield (2 * found + 1) / 3
    yield slip(found, "takes the fidelity of the pair").says(
        "This is the fidelity of the pair. A teleported state fares better: some errors do not hurt it."
    )
    yield slip((found + 1) / 2, "takes one bad Pauli in two for harmless").says(
        "You count half of the errors as harmless. Of X, Y and Z, how many leave a given one of the six states alone?"
    )
    yield slip(3 * found / 2 - 0.5, "solves the formula the wrong way round").says(
        "This goes the other way: from the mean fidelity to that of the pair."
    )


@choice("2.4.d", rung="warm-up", outcome=2)
def before_the_bits():
    yield right(
        "A fair coin along every axis, whatever ψ was: without the two bits he can do nothing useful with it."
    ).says("Right: the mean over Alice's four results is one half of the identity, for every ψ.")
    yield slip(
        "Exactly ψ in a quarter of the runs, so he can keep those runs and use them.", "believes that he knows which"
    ).says("In a quarter of the runs it is ψ, true. But which runs? Only Alice's bits tell him.")
    yield slip("ψ, but with a global phase that the two bits take away.", "takes corrections for phases").says(
        "X, Y and Z are no global phases: they turn the arrow of ψ by 180° about an axis."
    )
    yield slip(
        "Still one half of an entangled pair with Alice's half.", "forgets that a measurement ends the entanglement"
    ).says("Alice has measured her half together with the source. Her two qubits are now entangled with each other.")
    yield slip(
        "ψ already, at the same moment: the bits only tell him that it has arrived.", "believes in faster than light"
    ).says("Then he could read something before the call. He cannot: his qubit is a fair coin until the bits come.")


@number(
    "2.4.e",
    kind="predict",
    outcome=2,
    bounds=(0, 1),
    within=5e-4,
    theta=angles(0.1, 0.48),
    phi=angles(0.1, 0.4),
    z=(0, 1),
    x=(0, 1),
    where=lambda z, x: z != x,
)
def not_corrected(theta, phi, z, x):
    # The arrow of ψ; Z turns x and y round, X turns y and z round.
    right_way = np.array([sin(theta) * cos(phi), sin(theta) * sin(phi), cos(theta)])
    arrow = right_way * ([-1, -1, 1] if z else [1, -1, -1])
    yield (1 + arrow[1]) / 2
    yield slip((1 + right_way[1]) / 2, "corrects in thought").says(
        "This is the probability for ψ itself. Bob has not applied any correction yet."
    )
    yield slip((1 + arrow[2]) / 2, "measures along z").says(
        "This is the probability of 0 along z. He measures along y."
    )
    yield slip((1 + arrow[0]) / 2, "measures along x").says(
        "This is the probability of 0 along x. He measures along y."
    )
    yield slip(0.5, "forgets that the bits are known").says(
        "This holds as long as nobody knows the bits. Here you know them."
    )


PHASES = {"T|+⟩": pi / 4, "T†|+⟩": -pi / 4, "ZT|+⟩": 5 * pi / 4, "ZT†|+⟩": 3 * pi / 4}


@build(
    "2.4.f",
    rung="think",
    outcome=4,
    points=3,
    takes="circuit",
    resource=tuple(PHASES),
    pair=distinct(2, range(4)),
    derive=lambda pair: {"data": pair[0], "helper": pair[1]},
    rules=[GateSet({"h", "x", "y", "z", "s", "sdg", "cx", "cz", "cy", "swap", "measure", "if", "reset"})],
)
def teleport_a_gate(resource, pair, data, helper):
    phase = PHASES[resource]
    kept = np.array([1, np.exp(1j * phase)]) / sqrt(2)
    gate = np.diag([1, np.exp(1j * phase)])

    def made(*steps):
        return circuit(*steps, d=data, r=helper, qubits=4, bits=1)

    turn = {pi / 4: "s d", -pi / 4: "sdg d", 5 * pi / 4: "s d", 3 * pi / 4: "sdg d"}[phase]
    back = {"s d": "sdg d", "sdg d": "s d"}[turn]
    yield arrives(data, data, 4, "the state, with the gate on it,", also={helper: kept}, gate=gate)
    yield slip(made("cx d r; measure r -> 0"), "leaves the correction out").says(
        "When the helper gives 0 your gate is right. What has happened when it gives 1?"
    )
    yield slip(made("cx d r; measure r -> 0", f"if 0 {{ {back} }}"), "corrects the other way").says(
        "With the result 1 your correction goes the wrong way round: then twice as much phase is missing as without it."
    )
    yield slip(made("cx r d; measure r -> 0", f"if 0 {{ {turn} }}"), "turns the CNOT round").says(
        "The control of the CNOT should be the data qubit: then the helper's result tells nothing about the data."
    )
    yield slip(circuit("p(a) d", a=phase, d=data, qubits=4), "applies the gate itself").says(
        "The gate itself is what this machine cannot do: it has to come from the state of the helper."
    )
    yield slip(made(turn), "applies the correction alone").says("Nothing has passed from the helper to the data qubit.")


@measure(
    "2.4.g",
    rung="think",
    outcome=3,
    points=2,
    bounds=(0, 1),
    within=0.005,
    alpha=one_of([k / 100 for k in range(25, 56)]),
    turn=one_of([k / 100 for k in range(20, 60)]),
    where=lambda alpha, turn: sin(2 * alpha) * cos(turn) < 0.68,
)
def mean_fidelity_of_a_line(alpha, turn):
    # The pair is cos α|00⟩ + sin α|11⟩; a phase `turn` on Bob's half makes it worse along x and y.
    signal = sin(2 * alpha) * cos(turn)
    each = [1, 1] + 4 * [(1 + signal) / 2]
    mean = float(np.mean(each))
    spread = sqrt(sum(p * (1 - p) for p in each)) / 6
    shots = 2500
    error = spread / sqrt(shots)
    yield right(mean, spread=spread)
    yield slip((1.0, error, shots), "tries |0⟩ and |1⟩ only").says(
        "With |0⟩ and |1⟩ alone the line looks perfect. The mean is over all six states."
    )
    yield slip(((1 + signal) / 2, error, shots), "leaves |0⟩ and |1⟩ out").says(
        "This is the mean over the four states of the equator, or the fidelity of the pair. Six states are asked for."
    )
    yield slip((mean, 6 * error, shots), "forgets to divide the error by 6", "factor").says(
        "The mean of six is a sum divided by 6: its error bar is divided by 6, too."
    )


@build(
    "2.4.h",
    kind="stretch",
    outcome=(1, 3),
    points=3,
    takes="circuit",
    alpha=angles(0.06, 0.22, 0.0025),
    rules=[FeedForward(), NoGateAcross([[0, 1], [2, 3]])],
)
def with_a_poor_pair(alpha):
    best = 2 * sin(alpha) ** 2
    pair = [cos(alpha), 0, 0, sin(alpha)]

    def made(flag="x 2; cry(t) 2 3; x 2", fix="if 1 { x 2 }; if 0 { z 2 }"):
        turn = 2 * np.arccos(np.tan(alpha))
        pair = "ry(2*α) 1; cx 1 2"
        return circuit(
            pair, flag, "cx 0 1; h 0; measure 0 -> 0; measure 1 -> 1", fix, α=alpha, t=turn, qubits=4, bits=2
        )

    def holds(answer):
        for psi, name in zip(SIX, CALLED, strict=True):
            start = np.kron(np.kron(psi, pair), [1, 0])
            both = reduced(density(answer, start), [3, 2])[:2, :2]
            chance = float(np.real(np.trace(both)))
            found = float(np.real(np.conj(psi) @ both @ psi)) / max(chance, 1e-12)
            if chance < best - 1e-6:
                return False, (
                    f"For {name} the flag is 0 with probability {number_beside(chance, best)} only; "
                    f"{number_beside(best, chance)} can be reached."
                )
            if found < 1 - 1e-6:
                return False, measured_last(
                    answer, [2]
                ) or f"For {name} the fidelity is {number_beside(found, 1)} where the flag is 0. There it has to be 1."
        return True

    yield Property("heralds a perfect state as often as can be", holds, takes=Circuit, num_qubits=4, wants="a circuit")
    yield slip(made(flag=""), "takes the pair as it is")
    yield slip(made(flag="x 3"), "never says yes")
    yield slip(made(flag="cry(t) 2 3"), "dims the wrong term").says(
        "You dim the term with the smaller amplitude. To make both equal, which one has to lose?"
    )
