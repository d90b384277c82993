"""What right means in lesson 1.9, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import combinations
from math import acos, cos, pi, radians, sin, sqrt, tan

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
    whole,
)
from qtrain.checking import Outcomes, Property
from qtrain.circuits import Circuit, State, run
from qtrain.circuits.numerals import number_beside, number_text


def on_the_sphere(theta, phi):
    """The state at these angles (in radians)."""
    return np.array([cos(theta / 2), sin(theta / 2) * np.exp(1j * phi)])


def turn(angle):
    """R_y(angle)."""
    return np.array([[cos(angle / 2), -sin(angle / 2)], [sin(angle / 2), cos(angle / 2)]])


def at(angle):
    """The state at this angle from z towards x on the Bloch sphere."""
    return np.array([cos(angle / 2), sin(angle / 2)])


# --- telling states apart ---------------------------------------------------------------------------------------------


@build(
    "1.9.a", rung="warm-up", outcome=1, takes="circuit", phi=angles(0.1, 0.9), where=lambda phi: abs(phi - pi / 2) > 0.1
)
def two_orthogonal_states(phi):
    plus, minus = (np.array([1, 0, 0, sign * np.exp(1j * phi)]) / sqrt(2) for sign in (1, -1))
    yield Outcomes([("the state with +", plus, "0-"), ("the state with −", minus, "1-")])
    yield slip(circuit("cx 0 1; h 0"), "leaves φ").says(
        "The phase φ is still there when the H comes, so it makes neither outcome certain. Take it away first."
    )
    yield slip(circuit("p(φ) 0; cx 0 1; h 0", φ=phi), "adds φ once more", "angle-sign").says(
        "Your phase gate turns the wrong way: behind it the phase is 2φ. Which angle takes φ away?"
    )
    yield slip(circuit("p(-φ) 0 1; cx 0 1; h 0", φ=phi), "takes φ away on both qubits").says(
        "You take φ away twice: a phase gate on either of the two qubits multiplies |11⟩ already."
    )
    yield slip(circuit("p(-φ) 0; h 0", φ=phi, qubits=2), "H without the CNOT").says(
        "The two qubits are still entangled when the H comes: then qubit 0 alone says nothing."
    )
    yield slip(circuit("p(-φ) 0; cx 0 1; h 0; x 0", φ=phi), "1 for the state with +").says(
        "Your circuit tells the states apart, but with the outcomes exchanged."
    )


@number(
    "1.9.b",
    rung="warm-up",
    outcome=2,
    bounds=(0, 1),
    within=1e-3,
    x=whole(1, 13),
    y=whole(1, 13),
    where=lambda x, y: abs(x - y) > 1 or x * y == 6,
)
def best_guess(x, y):
    r = sqrt(x**2 + y**2)  # |a⟩ = |0⟩, |b⟩ = (x|0⟩ + iy|1⟩)/r
    yield (1 + y / r) / 2
    yield slip((1 + y**2 / r**2) / 2, "forgets the root: what a measurement along z gives").says(
        "A measurement along z reaches this. In the best probability there is a root: √(1 − c²)."
    )
    yield slip((1 + x / r) / 2, "puts the overlap in its place").says(
        "You used the overlap c itself. States with a large overlap are *hard* to tell apart."
    )
    yield slip(y / r, "forgets the 1/2").says(
        "This is √(1 − c²). Even without any measurement half of the guesses are right."
    )
    yield slip((1 - y / r) / 2, "gives the chance of a wrong guess").says(
        "This is the smallest probability of a *wrong* guess."
    )
    yield slip(1 - x / r, "one minus the overlap").says(
        "One minus the overlap is not the best guess. Use the formula above."
    )


@build("1.9.c", kind="design", outcome=2, points=2, degrees=range(25, 156))
def guess_as_well_as_possible(degrees):
    theta = radians(degrees)
    best = (1 + sin(theta / 2)) / 2

    def holds(answer):
        named = (abs(run(answer, at(0))[0]) ** 2 + abs(run(answer, at(theta))[1]) ** 2) / 2
        if named > best - 1e-6:
            return True
        if 1 - named > best - 1e-6:
            return False, "Your circuit tells the states apart as well as possible, but the outcomes are exchanged."
        return False, (
            f"Your circuit names the state right with probability {number_beside(named, best, 4)}; "
            f"{number_beside(best, named, 4)} is possible."
        )

    yield Property(
        "guesses as well as physics allows",
        holds,
        takes=Circuit,
        num_qubits=1,
        wants="a circuit of one qubit, without the measurement",
    )
    yield slip(circuit("id 0"), "measures along z")
    yield slip(circuit("ry(-θ/2) 0", θ=theta), "the axis in the middle of the two: it treats both alike").says(
        f"Your circuit names the state right with probability 0.5; {number_text(best, 4)} is possible."
    )
    yield slip(circuit("ry(-π/2 - θ/2) 0", θ=theta), "1 for |a⟩").says(
        "Your circuit tells the states apart as well as possible, but the outcomes are exchanged."
    )


@choice("1.9.d", rung="think", outcome=(1, 2))
def why_never_certain():
    yield right(
        "Gates do not change the inner product of two states, and states with certain, different outcomes have the "
        "inner product 0."
    ).says(
        "Right: gates keep inner products, and states that give different outcomes with certainty are orthogonal. So "
        "only orthogonal states can be told apart for certain."
    )
    yield slip("One shot is too few: you have to measure this qubit more often.", "measures one qubit many times").says(
        "More shots need more copies of the state. Here you have one qubit, and after the first measurement its state "
        "has changed (lesson 1.4)."
    )
    yield slip(
        "You have to search longer for the right basis: there is one for every pair of states.",
        "believes that there is a basis for everything",
    ).says("The best basis is better than z, but not perfect either: in the picture the curve stays below 1.")
    yield slip("Real gates and measurements always have errors.", "believes that noise is the only limit").says(
        "Ideal gates and measurements make no errors, and the curve above is for ideal ones."
    )


def arrow(state):
    """The coordinates x, y, z of a state's arrow."""
    a, b = state
    return np.array([2 * (a.conjugate() * b).real, 2 * (a.conjugate() * b).imag, abs(a) ** 2 - abs(b) ** 2])


@build(
    "1.9.l",
    kind="design",
    rung="think",
    outcome=(1, 2),
    theta=range(25, 71),
    phi=range(20, 71),
    axes=[["x", "y"], ["x", "z"], ["y", "z"]],
)
def fools_two_bases(theta, phi, axes):
    theta, phi = radians(theta), radians(phi)
    given = on_the_sphere(theta, phi)

    def holds(answer):
        state = run(answer) if isinstance(answer, Circuit) else answer.vector
        if abs(np.vdot(given, state)) > 1 - 1e-4:
            return False, "This is the state that you were given, but perhaps for a global phase."
        for axis in axes:
            mine, yours = ((1 + arrow(one)["xyz".index(axis)]) / 2 for one in (given, state))
            if abs(mine - yours) > 1e-3:
                return False, (
                    f"Along {axis} your state gives 0 with probability {number_beside(yours, mine, 4)}; "
                    f"the given one does so with probability {number_text(mine, 4)}."
                )
        return True

    yield Property(
        "gives the same probabilities along both axes",
        holds,
        takes=(Circuit, State),
        reading="state",
        num_qubits=1,
        wants="a state of one qubit, or a circuit that prepares it",
    )
    yield slip(given, "gives the same state").says(
        "This is the state that you were given, but perhaps for a global phase."
    )
    yield slip(on_the_sphere(pi - theta, phi + pi), "gives the opposite arrow").says(
        "This is the orthogonal state: along every axis it gives 0 as often as the given one gives 1."
    )
    for axis in axes:
        mirrored = [(theta, pi - phi), (theta, -phi), (pi - theta, phi)]["xyz".index(axis)]
        yield slip(on_the_sphere(*mirrored), f"turns {axis} round").says(
            f"Your arrow is the mirror image in {axis}. Along {axis} the tester measures: which axis is left out?"
        )


def silent(theta):
    """The angle of the controlled rotation."""
    return 2 * acos(tan(theta / 2))


@build("1.9.e", kind="debug", outcome=3, points=2, degrees=range(25, 86))
def never_wrong(degrees):
    theta = radians(degrees)
    best = 1 - cos(theta)

    def holds(answer):
        plus, minus = (abs(run(answer, np.kron(at(sign * theta), [1, 0]))) ** 2 for sign in (1, -1))
        # The outcomes in the order 00, 01, 10, 11: qubit 0 is the answer, qubit 1 says whether there is one.
        for name, chance in (("+", plus[2]), ("−", minus[0])):
            if chance > 1e-6:
                return False, (
                    f"For the state with {name} your circuit gives the wrong answer "
                    f"with probability {number_beside(chance, 0, 4)}."
                )
        sure = (plus[0] + minus[2]) / 2
        if sure < best - 1e-6:
            return False, (
                f"Your circuit is never wrong, but it answers with probability {number_beside(sure, best, 4)} only; "
                f"{number_beside(best, sure, 4)} is possible."
            )
        return True

    yield Property(
        "is never wrong, and answers as often as possible",
        holds,
        takes=Circuit,
        num_qubits=2,
        wants="a circuit of two qubits, without the measurement",
    )
    yield slip(circuit("cry(a) 0 1; h 0", a=silent(theta)), "the draft as it stands")
    yield slip(circuit("x 0; cry(a) 0 1; x 0; h 0", a=silent(theta) / 2), "half the angle")
    yield slip(circuit("x 1"), "always silent: never wrong").says(
        f"Your circuit is never wrong, but it answers with probability 0 only; {number_text(best, 4)} is possible."
    )


@number("1.9.f", rung="warm-up", outcome=3, within=0.5, copies=whole(400, 1200, 100), degrees=range(40, 121))
def sure_answers(copies, degrees):
    c = cos(radians(degrees) / 2)
    yield copies * (1 - c)
    yield slip(copies * c, "counts the silent runs").says("This is how often the circuit stays silent.")
    yield slip(1 - c, "gives the probability").says("This is the probability of a sure answer. How many qubits come?")
    yield slip(copies * (1 - cos(radians(degrees))), "forgets the half", "double-angle").says(
        "The angle on the Bloch sphere is twice the angle between the state vectors: what is ⟨a|b⟩?"
    )
    yield slip(copies * (1 + sin(radians(degrees) / 2)) / 2, "takes the formula of the best guess").says(
        "So many *guesses* are right. Here no answer may be wrong."
    )
    yield slip(copies * (1 - c**2), "squares the overlap").says("The overlap itself counts here, not its square.")
    yield slip(copies * (1 - c**2) / 2, "two bases in turn").says(
        "The simple way with two bases reaches no more than this. The best circuit does better."
    )


# --- telling gates apart ----------------------------------------------------------------------------------------------


@build("1.9.g", kind="design", rung="think", outcome=4, theta=range(30, 71), phi=range(20, 161))
def probe(theta, phi):
    theta, phi = radians(theta), radians(phi)
    gate = np.array([[cos(theta), sin(theta) * np.exp(-1j * phi)], [sin(theta) * np.exp(1j * phi), -cos(theta)]])

    def holds(answer):
        state = run(answer) if isinstance(answer, Circuit) else answer.vector
        overlap = abs(np.vdot(state, gate @ state))
        if overlap > 1 - 1e-6:
            return False, "The gate does not change your state at all, except for a global phase: it lies on the axis."
        if overlap >= 1e-3:
            return False, (
                f"After the two gates the states still have the overlap {number_beside(overlap, 0, 4)}. It has to be 0."
            )
        return True

    yield Property(
        "shows with certainty which gate was in the box",
        holds,
        takes=(Circuit, State),
        reading="state",
        num_qubits=1,
        wants="a state of one qubit, or a circuit that prepares it",
    )
    yield slip([1, 0], "the state that comes to mind first").says(
        f"After the two gates the states still have the overlap {number_text(cos(theta), 4)}. It has to be 0."
    )
    yield slip(on_the_sphere(theta, phi), "the state along the axis").says(
        "The gate does not change your state at all, except for a global phase: it lies on the axis."
    )
    yield slip(on_the_sphere(pi / 2, phi), "on the equator, below the axis and not at a right angle to it").says(
        f"After the two gates the states still have the overlap {number_text(sin(theta), 4)}. It has to be 0."
    )


WHOLE_USES = [180 / uses for uses in range(3, 61) if 180000 % uses == 0]


def two_phases(rng):
    """Two phase gates whose difference divides a half turn."""
    delta, first = rng.choice(WHOLE_USES), rng.choice([k for k in range(10, 171, 5) if k != 90])
    return {"first": first, "second": round(first + delta, 6)}


@number("1.9.h", kind="predict", outcome=4, draw=two_phases)
def how_many_uses(first, second):
    uses = round(180 / (second - first))
    yield uses
    yield slip(2 * uses, "waits for a full turn", "double-angle").says(
        "This is a full turn: then the two states of the probe meet again."
    )
    yield slip(uses / 2, "stops at a right angle", "half-angle").says(
        "This is a quarter turn between the two: the points of the circle are not opposite yet."
    )
    if uses != 1:
        yield slip(1, "believes that one use always shows it").says(
            "One use is enough only if the two points lie opposite each other at once."
        )
    alone = 180 / second
    if abs(alone - uses) > 0.5:
        yield slip(alone, "looks at one of the gates only").says(
            "You compared one of the gates with no gate at all. What counts is the difference of the two phases."
        )


@measure(
    "1.9.j",
    rung="think",
    outcome=2,
    points=2,
    within=0.005,
    first=one_of([k / 100 for k in range(20, 80)]),
    second=one_of([k / 100 for k in range(120, 260)]),
    phase=one_of([k / 100 for k in range(40, 120)]),
)
def chance_from_data(first, second, phase):
    a, b = at(first), at(second) * [1, np.exp(1j * phase)]
    squared = float(abs(np.vdot(a, b)) ** 2)
    best = (1 + sqrt(1 - squared)) / 2
    # One shot says c² with the spread √(c²(1 − c²)); the derivative of the best chance by c² is 1/(4√(1 − c²)).
    spread = sqrt(squared) / 4
    shots = 4000
    error = spread / sqrt(shots)
    yield right(best, spread=spread)
    yield slip((squared, sqrt(squared * (1 - squared) / shots), shots), "gives the squared overlap").says(
        "This is |⟨a|b⟩|², what you have counted. Which chance of a right guess follows from it?"
    )
    c = sqrt(squared)
    yield slip((c, sqrt(1 - squared) / (2 * sqrt(shots)), shots), "gives the overlap").says(
        "This is |⟨a|b⟩|, the overlap. Which chance of a right guess follows from it?"
    )
    yield slip(((1 + c) / 2, sqrt(1 - squared) / (4 * sqrt(shots)), shots), "puts the overlap in its place").says(
        "You put the overlap where √(1 − c²) belongs: a larger overlap makes two states *harder* to tell apart."
    )
    yield slip(
        (1 - squared / 2, sqrt(squared * (1 - squared)) / (2 * sqrt(shots)), shots), "asks along one state"
    ).says("So often you are right if you measure along the arrow of one of the states. The best axis does better.")
    wrong = (1 + sqrt(max(0.0, 1 - squared**2))) / 2
    yield slip((wrong, error, shots), "squares the overlap twice").says(
        "The counted fraction is c² already. In the formula stands √(1 − c²)."
    )
    yield slip((best, sqrt(squared * (1 - squared) / shots), shots), "gives the error bar of the fraction").says(
        "This is the error bar of the fraction. The chance of a right guess changes less than the fraction does."
    )


TWO_QUBITS = {
    "CNOT 0→1": np.eye(4)[[0, 1, 3, 2]],
    "CNOT 1→0": np.eye(4)[[0, 3, 2, 1]],
    "SWAP": np.eye(4)[[0, 2, 1, 3]],
}


@build(
    "1.9.k",
    kind="design",
    outcome=4,
    gates=[list(pair) for pair in combinations(TWO_QUBITS, 2)],
    first=decimals(0.4, 1.2, 0.05),
    second=decimals(0.4, 1.2, 0.05),
    where=lambda first, second: abs(first - second) > 0.1,
)
def which_of_two(gates, first, second):
    turns = np.kron(turn(first), turn(second))
    between = turns.T @ TWO_QUBITS[gates[0]].T @ TWO_QUBITS[gates[1]] @ turns

    def holds(answer):
        state = run(answer) if isinstance(answer, Circuit) else answer.vector
        overlap = abs(np.vdot(state, between @ state))
        return (
            overlap < 1e-3,
            f"Behind the box the two states have the overlap {number_beside(overlap, 0, 4)}. It has to be 0.",
        )

    yield Property(
        "shows with certainty which gate was in the box",
        holds,
        takes=(Circuit, State),
        reading="state",
        num_qubits=2,
        wants="a state of two qubits, or a circuit that prepares it",
    )
    yield slip([0, 1, 0, 0], "forgets the turns").says(
        "This state is a good probe for the two gates alone. But the turns come first and change it."
    )
    yield slip(turns @ [0, 1, 0, 0], "turns the wrong way", "angle-sign").says(
        "You turned the probe in the same way as the box does. The box turns it once more: which way undoes it?"
    )
    yield slip([1, 0, 0, 0], "the state that comes to mind first")
    yield slip(turns.T @ [1, 0, 0, 0], "a basis state that all three gates keep").says(
        "Inside the box your probe becomes |00⟩, and all three gates leave |00⟩ as it is."
    )


KNOWN = {
    "H": ("h", "h"),
    "S": ("s", "sdg"),
    "T": ("t", "tdg"),
    "√X": ("sx", "sxdg"),
    "S†": ("sdg", "s"),
    "T†": ("tdg", "t"),
}
BITS = {"id": "00", "x": "01", "y": "11", "z": "10"}


NAMES = {"Φ+": "00", "Ψ+": "01", "Φ−": "10", "Ψ−": "11"}


def no_detour(known):
    """Two known gates that do not cancel, and not the same when exchanged."""
    first, back = KNOWN[known[0]][0], KNOWN[known[1]][1]
    return back != first and {known[0], known[1]} not in ({"S", "T"}, {"S†", "T†"}, {"S", "T†"}, {"S†", "T"})


@build(
    "1.9.i",
    kind="stretch",
    outcome=5,
    points=3,
    takes="circuit",
    known=distinct(2, list(KNOWN)),
    probe=tuple(NAMES),
    where=lambda known: no_detour(known),
)
def four_gates_in_a_box(known, probe):
    z, x = (bit == "1" for bit in NAMES[probe])
    gates = "; ".join(f"{KNOWN[one][0]} 0" for one in known)
    undo = "; ".join(f"{KNOWN[one][1]} 0" for one in known[::-1])
    sent = circuit("h 0; cx 0 1", z and "z 0", x and "x 1", qubits=2)
    flips = "; ".join(step for step, on in (("x 0", z), ("x 1", x)) if on)
    yield Outcomes(
        [
            (f"{box.upper() if box != 'id' else 'I'} in the box", run(circuit(sent, f"{box} 0", gates)), bits)
            for box, bits in BITS.items()
        ]
    )
    yield slip(circuit("cx 0 1; h 0", flips), "does not undo the known gates")
    yield slip(
        circuit("; ".join(f"{KNOWN[one][1]} 0" for one in known), "cx 0 1; h 0", flips),
        "undoes them in the wrong order",
    ).says("The gate that came last has to be undone first.")
    if flips:
        yield slip(circuit(undo, "cx 0 1; h 0"), "forgets which probe it was").says(
            "Your circuit tells the four gates apart. The bits are those for the probe Φ+: yours is another one."
        )
    yield slip(circuit(undo, "h 0; cx 0 1", flips), "undoes the two gates of the pair in the wrong order")
