"""What right means in lesson 1.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from itertools import pairwise, permutations, product
from math import atan2, cos, degrees, hypot, pi, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, data, decimals, function, measure, one_of, plant, right, slip, text
from qtrain.checking import Data, Property, Unitary
from qtrain.checking.rules import Gates, GateSet, Rule
from qtrain.checking.schema import Real, Row
from qtrain.circuits import Circuit, unitary
from qtrain.circuits.numerals import number_beside, number_text

ID, X, Y, Z = np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])
GATES = {"X": X, "Y": Y, "Z": Z, "H": (X + Z) / sqrt(2), "S": np.diag([1, 1j]), "S†": np.diag([1, -1j])}
GATES |= {"T": np.diag([1, np.exp(1j * pi / 4)]), "T†": np.diag([1, np.exp(-1j * pi / 4)])}
PAULI = {"x": X, "y": Y, "z": Z}
ANGLE = decimals(0.4, 2.4, 0.05)


def turn(axis, angle):
    """The matrix of the turn about an axis, given as three numbers, without a global phase."""
    x, y, z = axis
    return cos(angle / 2) * ID - 1j * sin(angle / 2) * (x * X + y * Y + z * Z)


def product_of(names):
    """The matrix of a circuit that runs the gates in this order."""
    result = ID
    for name in names:
        result = GATES[name] @ result
    return result


PLACES = {"0": [1, 0], "1": [0, 1], "+": [1, 1], "-": [1, -1], "+i": [1, 1j], "-i": [1, -1j]}


def place(names):
    """The name of the state that the gates, in the order of time, make of |0⟩."""
    state = product_of(names)[:, 0]
    overlap = {key: abs(np.vdot(vector, state)) / np.linalg.norm(vector) for key, vector in PLACES.items()}
    return max(overlap, key=overlap.get)


@cache
def journeys():
    """Lists of gates that lead to the equator, and elsewhere if one makes either of two mistakes."""
    return [
        list(names)
        for names in product(("H", "S", "S†", "X", "Z"), repeat=4)
        if all(a != b and {a, b} != {"S", "S†"} for a, b in pairwise(names))
        and place(names) not in "01"
        and len({place(names), place(names[::-1]), place([name for name in names if name in "HX"])}) == 3
    ]


def spellings(name):
    minus = name.replace("-", "−")
    return (name, f"|{name}⟩", f"|{name}>", minus, f"|{minus}⟩", f"|{minus}>")


@text("1.2.a", rung="warm-up", outcome=1, draw=lambda rng: {"gates": rng.choice(journeys())})
def journey(gates):
    end = place(gates)
    yield right(end, also=spellings(end))
    backwards = [{"S": "S†", "S†": "S"}.get(name, name) for name in gates]
    said = {end}
    for names, reason, code, says in (
        (
            [name for name in gates if name in "HX"],
            "takes gates about z for gates that do nothing",
            None,
            "You end there if S, S† and Z do nothing. They turn about z: only the poles stay where they are.",
        ),
        (
            backwards,
            "turns S the wrong way",
            "angle-sign",
            "S turns from x towards y, and S† turns back: one of them goes the wrong way.",
        ),
        (
            gates[::-1],
            "begins with the last gate",
            "gate-order",
            "You end there if the last gate runs first. The list is in the order of time.",
        ),
    ):
        if place(names) not in said:
            said.add(place(names))
            for spelling in spellings(place(names)):
                yield slip(spelling, reason, code).says(says)


@build("1.2.b", rung="warm-up", outcome=2, takes="matrix", phase="exact", axis="xy", angle=ANGLE)
def rotation_matrix(axis, angle):
    def about(angle):
        return turn([float(axis == other) for other in "xyz"], angle)

    yield right(about(angle), tolerance=1e-3)
    yield slip(about(2 * angle), "forgets the half", "double-angle")
    yield slip(about(-angle), "+i in place of −i", "inverse")
    other = {"x": "y", "y": "x"}[axis]
    yield slip(turn([float(other == one) for one in "xyz"], angle), "takes the other axis").says(
        f"This is the turn about {other}. Which matrix belongs to {axis}?"
    )
    yield slip(cos(angle / 2) * ID - sin(angle / 2) * PAULI[axis], "loses the factor i").says(
        "The factor i in front of the Pauli matrix is missing."
    )


@choice("1.2.c", rung="warm-up", outcome=2)
def a_full_turn():
    yield right("The arrow comes back to its place. The state vector gets the factor $-1$, a global phase.").says(
        "Right: the place is the same, and the factor −1 is a global phase."
    )
    yield slip(
        r"It takes the state to $-|\psi\rangle$, the opposite place on the sphere.", "takes −|ψ⟩ for the opposite place"
    ).says("The opposite place would be the result of half a turn, R(π). Where is the arrow of −|ψ⟩?")
    yield slip(
        "Nothing at all. The formula must be wrong: a full turn has to give $I$.",
        "expects the matrix itself to come back",
    ).says("Compute cos(θ/2) for θ = 2π: it is cos π = −1. The formula is right as it stands.")
    yield slip("It flips the qubit, as X does.", "takes a sign for a flip").says(
        "X exchanges |0⟩ and |1⟩. The matrix −I exchanges nothing."
    )


def same(a, b):
    """Whether two matrices of one qubit are equal up to a global phase."""
    return abs(abs(np.trace(a.conj().T @ b)) - 2) < 1e-9


@cache
def triples():
    """Three different gates whose product is not its own adjoint, and another in every other order (up to a phase)."""
    return [
        list(names)
        for names in permutations(("H", "S", "T", "X", "Y", "S†", "T†"), 3)
        if not any(same(product_of(names), product_of(other)) for other in list(permutations(names))[1:])
        and not same(product_of(names), product_of(names).conj().T)
    ]


@build("1.2.d", rung="warm-up", kind="debug", outcome=3, draw=lambda rng: {"gates": rng.choice(triples())})
def order_of_factors(gates):
    first, second, third = (GATES[name] for name in gates)
    yield product_of(gates)
    yield slip(product_of(gates[::-1]), "the draft as it stands", "gate-order").says(
        "In this product the last gate of the list acts first: the factor on the right meets the state."
    )
    yield slip(third * second * first, "the sign * multiplies the entries one by one").says(
        "In NumPy, * multiplies entry by entry; matrices need the sign @."
    )
    for names in list(permutations(gates))[1:-1]:
        yield slip(product_of(names), "exchanges two of the factors").says(
            "This is a product of the three matrices in another order. The gate that runs first stands on the right."
        )


@build("1.2.e", rung="use", outcome=3, takes="circuit", angle=ANGLE, gate=("s", "t"))
def undo(angle, gate):
    yield circuit(f"ry(-a) 0; {gate}dg 0; h 0", a=angle)
    yield slip(circuit(f"h 0; {gate}dg 0; ry(-a) 0", a=angle), "undoes each gate, but in the old order", "gate-order")
    yield slip(circuit(f"ry(-a) 0; {gate} 0; h 0", a=angle), "takes S or T for its own inverse").says(
        f"The order is right. But {gate.upper()} is no half turn: what turns it back?"
    )
    yield slip(circuit(f"h 0; {gate} 0; ry(a) 0; ry(-a) 0; {gate}dg 0; h 0", a=angle), "gives both circuits").says(
        "As a whole, your circuit does nothing. Give the part that undoes, alone."
    )
    yield plant("inverse", "builds the circuit itself")


@build(
    "1.2.k",
    rung="use",
    outcome=(2, 3),
    takes="circuit",
    rules=[GateSet({"h", "s", "sdg", "rz"})],
    angle=one_of([k / 20 for k in range(-50, 51) if abs(k) > 7]),
)
def ry_from_rz(angle):
    yield circuit("ry(a) 0", a=angle)
    yield slip(circuit("ry(a) 0", a=angle), "uses Ry itself", "rule")
    yield slip(circuit("h 0; rz(a) 0; h 0", a=angle), "builds the turn about x").says(
        "Your circuit turns about x by the right angle. What moves the x axis to the y axis?"
    )
    yield slip(circuit("s 0; h 0; rz(a) 0; h 0; sdg 0", a=angle), "moves the axis to −y").says(
        "Your circuit turns about y, but the other way round: your axis points to −y."
    )
    yield slip(circuit("s 0; rz(a) 0; sdg 0", a=angle), "moves no axis").says(
        "Your circuit turns about z: nothing in it moves the z axis. Which gate does?"
    )
    yield slip(circuit("sdg 0; h 0; rz(a) 0", a=angle), "forgets the way back").says(
        "The y axis is brought to z, and you turn about it. The way back is missing."
    )


@build(
    "1.2.g",
    outcome=(2, 3),
    takes="circuit",
    rules=[GateSet({"rx", "ry", "rz", "p"})],
    tilt=decimals(0.4, 1.4, 0.1),
    azimuth=decimals(0.5, 2.5, 0.1),
    angle=ANGLE,
)
def tilted_axis(tilt, azimuth, angle):
    def around(tilt, azimuth, back=True):
        way = dict(a=angle, t=tilt, f=azimuth)
        return circuit("rz(-f) 0; ry(-t) 0; rz(a) 0", "ry(t) 0; rz(f) 0" if back else "", **way)

    yield around(tilt, azimuth)
    yield slip(around(tilt, 0), "lets V turn by the azimuth before it tilts, or forgets the azimuth").says(
        "You turn about the axis with the right tilt in the plane of x and z: its azimuth is 0. If you did turn by the "
        "azimuth, look at the order: z stays where it is until V has tilted it."
    )
    if tilt != azimuth:
        yield slip(around(azimuth, tilt), "exchanges the two angles").says(
            "The tilt and the azimuth are exchanged: the tilt is the angle from the z axis, the azimuth turns about it."
        )
    yield slip(
        circuit("rz(-f) 0; rx(-t) 0; rz(a) 0; rx(t) 0; rz(f) 0", a=angle, t=tilt, f=azimuth), "tilts about x"
    ).says("Your axis has the right tilt, and a wrong azimuth: R_x moves z towards −y. Which turn moves z towards x?")
    yield slip(circuit("rz(a) 0", a=angle), "turns about z").says(
        "This turns about z. The axis that is asked for is tilted."
    )
    yield slip(
        circuit("ry(t) 0; rz(f) 0; rz(a) 0; rz(-f) 0; ry(-t) 0", a=angle, t=tilt, f=azimuth), "runs V before V⁻¹"
    ).says("You run V first. Which of the two turns brings the tilted axis to z? That one comes first.")
    yield slip(around(tilt, -azimuth), "turns the axis the other way").says(
        "Your axis has the right tilt, but its azimuth has the wrong sign: count from x towards y."
    )
    yield slip(around(tilt, azimuth, back=False), "forgets the way back").says(
        "The axis was brought to z, and you turned about it. The way back is missing."
    )
    yield slip(circuit("ry(t) 0; rz(f) 0", t=tilt, f=azimuth), "gives V alone").says(
        "This takes the z axis to the tilted axis, but nothing turns about it yet."
    )
    yield slip(around(tilt / 2, azimuth), "halves the tilt, as in an amplitude", "half-angle")


@data("1.2.l", rung="think", outcome=3, first=decimals(0.5, 2.2, 0.1), second=decimals(0.5, 2.2, 0.1))
def axis_of_two(first, second):
    ca, sa, cb, sb = cos(first / 2), sin(first / 2), cos(second / 2), sin(second / 2)
    raw = np.array([sb * ca, -sb * sa, cb * sa])
    axis = raw / np.linalg.norm(raw)

    def holds(answer):
        length = np.linalg.norm(answer)
        if abs(length - 1) > 2e-3:
            return False, f"Your axis has the length {number_beside(length, 1)}, but length 1 is asked for."
        near = [abs(one - other) <= 1e-3 for one, other in zip(answer, axis, strict=True)]
        which = ", ".join(letter for letter, good in zip("xyz", near, strict=True) if good) or "none"
        return all(near), f"Your axis has length 1, but points elsewhere; right coordinates so far: {which}."

    yield Data(schema=Row(Real(), Real(), Real(), names="xyz"), holds=holds, within=1e-3)
    yield slip((axis * [1, -1, 1]).tolist(), "multiplies in the order of time", "gate-order").says(
        "This is the axis if the turn about x runs first. The matrix of the first turn stands on the right."
    )
    flat = axis * [1, 0, 1] / np.hypot(axis[0], axis[2])
    yield slip(flat.tolist(), "takes XZ for nothing").says(
        "Your axis lies in the plane of x and z. The product of X and Z is a matrix, too: what does it add?"
    )
    if first != second:
        yield slip(axis[::-1].tolist(), "exchanges the two angles").says(
            "y is right, and x and z are exchanged: which turn belongs to which axis?"
        )
    whole = np.array([sin(second) * cos(first), -sin(second) * sin(first), cos(second) * sin(first)])
    yield slip(
        (whole / np.linalg.norm(whole)).tolist(), "puts the whole angles into the matrices", "double-angle"
    ).says("This is the axis for twice the two angles: in the matrix of a rotation stands the half of the angle.")
    yield slip((-axis).tolist(), "takes the wrong sign").says(
        "This is the opposite axis: about it the turn has a negative angle."
    )
    yield slip(raw.tolist(), "forgets to divide by the sine").says(
        f"These are the factors of X, Y and Z. The axis has length 1, "
        f"and yours has {number_beside(np.linalg.norm(raw), 1)}: divide."
    )
    if first != second:
        yield slip(
            [second / sqrt(first**2 + second**2), 0, first / sqrt(first**2 + second**2)], "adds turns as arrows"
        ).says("You added the two turns like arrows. That holds for very small angles only: multiply the two matrices.")


AXES = {"X": "x", "Y": "y", "H": "h", "S": "z", "S†": "z", "T": "z", "T†": "z"}
WHOLE = {"X": pi, "Y": pi, "H": pi, "S": pi / 2, "S†": -pi / 2, "T": pi / 4, "T†": -pi / 4}


def part_of_a_turn(gate, angle):
    return circuit({"h": "ry(-π/4) 0; rz(a) 0; ry(π/4) 0"}.get(AXES[gate], f"r{AXES[gate]}(a) 0"), a=angle)


def no_repeat(gate, times):
    """Whether the gate itself, run so often, is another gate."""
    return not same(np.linalg.matrix_power(GATES[gate], times), GATES[gate])


@build(
    "1.2.i",
    rung="use",
    kind="design",
    outcome=(1, 2),
    takes="circuit",
    gate=list(AXES),
    times=range(2, 13),
    where=no_repeat,
)
def part_of_a_gate(gate, times):
    def holds(answer):
        power = np.linalg.matrix_power(unitary(answer), times)
        agree = abs(np.trace(GATES[gate].conj().T @ power)) / 2
        return (
            agree > 1 - 1e-5,
            f"Run {times} times, your gate is not {gate}: "
            f"the two agree to {number_beside(agree, 1)}, and 1 is asked for.",
        )

    name = f"makes {gate} when it runs {times} times"
    yield Property(name, holds, takes=Circuit, reading="unitary", num_qubits=1, wants="a circuit of one qubit")
    yield slip(part_of_a_turn(gate, WHOLE[gate]), "gives the gate itself").says(
        f"This is {gate} itself. Run {times} times, it turns {times} times as far."
    )
    yield slip(part_of_a_turn(gate, WHOLE[gate] / times / 2), "halves the angle of the sphere").says(
        f"You have to run this {2 * times} times to get {gate}: its angle is half of what it should be."
    )
    half = unitary(part_of_a_turn(gate, WHOLE[gate] / 2))
    if not same(np.linalg.matrix_power(half, times), GATES[gate]):
        yield slip(part_of_a_turn(gate, WHOLE[gate] / 2), "takes half of the gate").says(
            f"Run twice, this is {gate}. It is asked for after {times} times."
        )
    if gate[0] in "ST":
        yield slip(part_of_a_turn(gate, -WHOLE[gate] / times), "turns the other way", "inverse").says(
            f"Run {times} times, this undoes {gate}: it turns the other way."
        )


def quaternions(rng):
    """Gates as four numbers; among them one that turns about z only, and one that exchanges the poles."""
    found = []
    for sizes in ((0.1, 0.5, 0.5, 0.7), (0.2, 0.4, 0.4, 0.8), (0.1, 0.1, 0.7, 0.7)):
        w, *others = rng.sample(sizes, 4)
        found.append((w, *(rng.choice((1, -1)) * size for size in others)))
    return [*found, (0.6, 0.0, 0.0, 0.8), (0.0, 0.6, 0.8, 0.0)]


def gate_of(w, x, y, z):
    return w * ID - 1j * (x * X + y * Y + z * Z)


def yzy(change=lambda angles: angles, names=("ry", "rz", "ry")):
    """Turns about y, z and y, with a mistake in them; z, y and z are the recipe of the lesson."""

    def three_turns(w, x, y, z):
        if names[0] == "ry":  # the half turn about the axis halfway between y and z exchanges them, and turns x round
            x, y, z = -x, z, y
        plus, minus = atan2(z, w), atan2(-x, y)
        angles = change((plus - minus, 2 * atan2(hypot(x, y), hypot(w, z)), plus + minus))
        turns = "; ".join(f"{name}({angle}) 0" for name, angle in zip(names, "abc", strict=True))
        return circuit(turns, **dict(zip("abc", angles, strict=True)))

    return three_turns


class OnceAboutZ(Rule):
    """At most one of the turns is about z."""

    def broken(self, circuit):
        count = sum(step.name not in ("ry", "barrier", "id") for step in circuit.operations)
        return None if count <= 1 else f"it turns {count} times about z; one turn about z is allowed"


def three(*q):
    return Unitary(gate_of(*q), rules=[GateSet({"rz", "ry"}), Gates(3), OnceAboutZ()])


@function("1.2.j", rung="think", outcome=4, name="three_turns", inputs=quaternions, judged=three)
def any_gate():
    yield yzy()
    yield slip(yzy(names=("rz", "ry", "rz")), "takes the recipe as it stands", "rule")
    yield slip(yzy(lambda angles: angles[::-1]), "the factors in their order, or y and z exchanged and x kept").says(
        "The circuit would be right if its gates ran the other way round. Their order is wrong, or the sign of x: "
        "exchanging two axes alone is a mirror, no turn."
    )
    yield slip(yzy(lambda angles: (angles[0], angles[1] / 2, angles[2])), "halves the middle angle", "half-angle").says(
        "The turn in the middle is half as large as it should be."
    )
    yield slip(yzy(lambda angles: (angles[0], angles[1], 0)), "leaves out the last turn").says(
        "The last turn about y is missing."
    )


def repeated(delta, times):
    """After so many turns by π/2 + δ the arrow is at the equator but for times · δ, a part that shows well.

    Where δ in degrees is near one of the other angles, nobody could tell the two mistakes apart.
    """
    near = any(abs(degrees(delta) - pi / 2 - part * delta) < 0.6 for part in (1, times))
    return 0.25 <= abs(times * delta) <= 0.8 and not near


@measure(
    "1.2.m",
    rung="think",
    outcome=(2, 3),
    within=0.002,
    times=(5, 9, 13),
    delta=one_of([k / 1000 for k in range(-160, 161) if abs(k) > 18]),
    where=repeated,
)
def too_far(delta, times):
    shots = 50_000
    bar = 1 / times / sqrt(shots)
    of_share = cos(times * delta) / 2 / sqrt(shots)
    yield right(delta, spread=1 / times).says("Right: the small angle adds up, and the error bar shrinks as much.")
    yield slip((times * delta, times * bar, shots), "forgets to divide by the number of turns").says(
        "This is the excess of all turns together. That of one turn is asked for; its error bar is smaller, too."
    )
    yield slip((delta, times * bar, shots), "does not divide the error bar", "factor").says(
        f"Your error bar is about 1/√shots: that of the angle of the arrow. With {times} turns in each shot that of "
        "one turn is smaller."
    )
    yield slip((delta, of_share, shots), "gives the error of the share", "factor").says(
        "Your error bar is about that of the share of ones: how far does the angle of one turn move with it?"
    )
    yield slip((-delta, bar, shots), "turns the sign round", "angle-sign").says(
        "The sign is wrong: with a positive excess the arrow goes farther down, and 1 comes more often than 0."
    )
    yield slip((pi / 2 + times * delta, times * bar, shots), "gives the angle of the arrow").says(
        "This is the angle of the arrow from the north pole, after all turns. What one turn has too much is asked for."
    )
    yield slip((degrees(delta), degrees(bar), shots), "gives degrees", "degrees").says(
        "This is the angle in degrees. It is asked for in radians."
    )
    if abs(without := sin(times * delta) / times - delta) > 12 * bar:
        yield slip((delta + without, bar, shots), "takes the sine for the angle").says(
            "You divided 2·share − 1 by the number of turns. It is the *sine* of the whole excess, not yet the excess."
        )
    yield slip((pi / 2 + delta, bar, shots), "gives the whole angle").says(
        "This is the angle of the whole turn. What it is more than π/2 is asked for."
    )


NAMED = {"x": ("rx", pi), "sx": ("rx", pi / 2), "sxdg": ("rx", -pi / 2), "y": ("ry", pi)}


def flipped(answer, excess):
    """The probability of 1 from |0⟩ if every turn of a circuit goes too far by this fraction."""
    state = np.array([1, 0])
    for step in answer.operations:
        name, angle = NAMED.get(step.name, (step.name, step.params[0] if step.params else 0))
        state = turn([float(name == f"r{axis}") for axis in "xyz"], (1 + excess) * angle) @ state
    return abs(state[1]) ** 2


@build("1.2.n", kind="stretch", outcome=(2, 3), points=2, takes="circuit", rules=[GateSet({"rx", "ry"})])
def forgiving_flip():
    def holds(answer):
        if any(step.name not in ("rx", "ry", "barrier", "id", *NAMED) or step.controls for step in answer.operations):
            return False, "There is a step that is no turn about x or y: use rx and ry only."
        if flipped(answer, 0) < 0.99:
            return False, (
                f"Without any excess, 1 comes in {number_beside(100 * flipped(answer, 0), 99, 1)} percent of the shots."
            )
        worst = min(np.linspace(-0.15, 0.15, 31), key=lambda excess: flipped(answer, excess))
        return (
            flipped(answer, worst) >= 0.99,
            f"With every angle {number_text(100 * abs(worst), 0)} percent too {'large' if worst > 0 else 'small'}, "
            f"1 comes in {number_beside(100 * flipped(answer, worst), 99, 1)} percent of the shots; "
            "at least 99 percent are asked for.",
        )

    yield Property(
        "flips |0⟩ although its angles are wrong",
        holds,
        takes=Circuit,
        reading="unitary",
        num_qubits=1,
        wants="a circuit of one qubit",
    )
    # What is said here is the generic sentence: other sequences make the same gate, and none of these names is theirs.
    yield slip(circuit("rx(π) 0"), "one turn only")
    yield slip(circuit("rx(π/2) 0; rx(π) 0; rx(π/2) 0"), "turns about one axis only")
    yield slip(circuit("rx(π/2) 0; ry(π/2) 0; rx(π/2) 0"), "a quarter turn in the middle")
    yield slip(circuit("rx(π) 0; ry(π) 0; rx(π) 0"), "half turns only")
