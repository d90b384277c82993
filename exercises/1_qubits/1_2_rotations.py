"""What right means in lesson 1.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from itertools import pairwise, permutations, product
from math import acos, atan2, cos, degrees, pi, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, number, one_of, plant, right, slip, text
from qtrain.checking import Property, Unitary
from qtrain.checking.rules import Gates, GateSet
from qtrain.circuits import Circuit, Matrix, unitary

ID, X, Y, Z = np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])
GATES = {"X": X, "Y": Y, "Z": Z, "H": (X + Z) / sqrt(2), "S": np.diag([1, 1j]), "S†": np.diag([1, -1j])}
GATES["T"] = np.diag([1, np.exp(1j * pi / 4)])
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

    yield about(angle)
    yield slip(about(2 * angle), "forgets the half", "double-angle")
    yield slip(about(-angle), "+i in place of −i", "inverse")
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
    """Three different gates, of which every other order gives another matrix, by more than a phase."""
    return [
        list(names)
        for names in permutations("HSTXY", 3)
        if not any(same(product_of(names), product_of(other)) for other in list(permutations(names))[1:])
    ]


@build("1.2.d", kind="debug", outcome=3, draw=lambda rng: {"gates": rng.choice(triples())})
def order_of_factors(gates):
    first, second, third = (GATES[name] for name in gates)
    yield product_of(gates)
    yield slip(product_of(gates[::-1]), "the draft as it stands", "gate-order").says(
        "In this product the last gate of the list acts first: the factor on the right meets the state."
    )
    yield slip(third * second * first, "the sign * multiplies the entries one by one").says(
        "In NumPy, * multiplies entry by entry; matrices need the sign @."
    )


@build("1.2.e", outcome=3, takes="circuit", angle=ANGLE, gate=("s", "t"))
def undo(angle, gate):
    yield circuit(f"ry(-a) 0; {gate}dg 0; h 0", a=angle)
    yield slip(circuit(f"h 0; {gate}dg 0; ry(-a) 0", a=angle), "undoes each gate, but in the old order", "gate-order")
    yield plant("inverse", "builds the circuit itself")


@build("1.2.f", outcome=(2, 3), takes="circuit", angle=one_of([k / 20 for k in range(-50, 51) if abs(k) > 7]))
def rx_from_rz(angle):
    yield right(circuit("rx(a) 0", a=angle), rules=[GateSet({"h", "rz"})])
    yield slip(circuit("rx(a) 0", a=angle), "uses Rx itself", "rule")
    yield slip(circuit("rz(a) 0", a=angle), "turns about z").says(
        "Your circuit turns about z. Which gate exchanges the axes x and z?"
    )
    yield slip(circuit("h 0; rz(a) 0", a=angle), "forgets the way back").says(
        "The axes are exchanged before the turn. They have to be exchanged back at the end."
    )


@build("1.2.g", outcome=(2, 3), takes="circuit", tilt=decimals(0.4, 1.4, 0.1), angle=ANGLE)
def tilted_axis(tilt, angle):
    def around(before, after):
        return circuit("ry(b) 0; rz(a) 0; ry(c) 0", a=angle, b=before, c=after)

    yield around(-tilt, tilt)
    yield slip(around(tilt, -tilt), "tilts the axis to the other side").says(
        "Your axis is tilted to the other side. Which turn brings the tilted axis to z: that one comes first."
    )
    yield slip(around(-tilt, 0), "forgets the way back").says(
        "The axis was brought to z, and you turned about it. The way back is missing."
    )
    yield slip(around(-tilt / 2, tilt / 2), "halves the tilt, as in an amplitude", "half-angle")


@number("1.2.h", outcome=3, within=1e-3, first=decimals(0.5, 2.2, 0.1), second=decimals(0.5, 2.2, 0.1))
def total_angle(first, second):
    half = acos(cos(first / 2) * cos(second / 2))
    yield 2 * half
    yield slip(half, "forgets to double at the end", "half-angle").says(
        "This is half of the angle: cos of *half* the angle stands in the matrix."
    )
    yield slip(first + second, "adds the angles").says("Angles add up only when both turns have the same axis.")
    yield slip(sqrt(first**2 + second**2), "uses Pythagoras").says(
        "This holds for small angles only. Multiply the two matrices."
    )
    yield slip(degrees(2 * half), "gives degrees", "degrees").says(
        "This is the angle in degrees. It is asked for in radians."
    )
    yield slip(acos(cos(first) * cos(second)), "forgets the half", "double-angle").says(
        "Half of each angle stands in a rotation matrix, not the whole angle."
    )
    yield slip(abs(first - second), "subtracts").says("Angles are subtracted only when the turns have the same axis.")


AXES = {"X": (1, 0, 0), "Y": (0, 1, 0), "H": (sqrt(0.5), 0, sqrt(0.5)), "S": (0, 0, 1), "T": (0, 0, 1)}
WHOLE = {"X": pi, "Y": pi, "H": pi, "S": pi / 2, "T": pi / 4}


@build("1.2.i", kind="design", outcome=(1, 2), takes="circuit", gate=list(AXES))
def half_a_gate(gate):
    def holds(answer):
        half = answer.matrix if isinstance(answer, Matrix) else unitary(answer)
        if abs(half.conj().T @ half - ID).max() > 1e-4:
            return False, "Your matrix is not unitary, so it is no gate. Keep more digits, or check its length."
        fidelity = abs(np.trace(GATES[gate].conj().T @ half @ half)) / 2
        return (
            fidelity > 1 - 1e-6,
            f"Run twice, your gate is not {gate}: the two agree to {fidelity:.6f}, and 1 is asked for.",
        )

    name = f"makes {gate} when it runs twice"
    yield Property(
        name, holds, takes=(Circuit, Matrix), reading="unitary", num_qubits=1, wants="a circuit of one qubit"
    )
    twice = "nothing" if gate in "XYZH" else "too much"
    yield slip(GATES[gate], "gives the gate itself").says(f"This is {gate} itself. Run twice, it does {twice}.")
    yield slip(turn(AXES[gate], WHOLE[gate] / 4), "halves the angle once more than needed").says(
        f"You have to run this four times to get {gate}: it turns by a quarter of the angle."
    )
    if gate in "ST":
        yield slip(turn(AXES[gate], -WHOLE[gate] / 2), "turns the other way", "inverse").says(
            f"Run twice, this undoes {gate}: it turns the other way."
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


def zyz(change=lambda angles: angles):
    """Three turns, with a mistake in their angles."""

    def three_turns(*q):
        u = gate_of(*q)
        plus, minus = np.angle(u[1, 1]), np.angle(u[1, 0])
        angles = change((plus - minus, 2 * atan2(abs(u[1, 0]), abs(u[0, 0])), plus + minus))
        return circuit("rz(a) 0; ry(b) 0; rz(c) 0", **dict(zip("abc", map(float, angles), strict=True)))

    return three_turns


def three(*q):
    return Unitary(gate_of(*q), rules=[GateSet({"rz", "ry"}), Gates(3)])


@function("1.2.j", kind="stretch", outcome=4, points=2, name="three_turns", inputs=quaternions, judged=three)
def any_gate():
    yield zyz()
    yield slip(zyz(lambda angles: angles[::-1]), "writes the factors in their order", "gate-order").says(
        "The turns run in the wrong order: the factor on the right of the product acts first."
    )
    yield slip(zyz(lambda angles: (angles[0], angles[1] / 2, angles[2])), "halves the middle angle", "half-angle").says(
        "The turn in the middle is half as large as it should be."
    )
    yield slip(zyz(lambda angles: (angles[0], angles[1], 0)), "leaves out the last turn").says(
        "The last turn about z is missing."
    )
