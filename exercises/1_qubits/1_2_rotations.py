"""What right means in lesson 1.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from itertools import pairwise, permutations, product
from math import acos, atan2, cos, degrees, pi, sin, sqrt

import numpy as np

from qtrain.checking import Choice, Each, Number, Property, Text, Unitary, rules
from qtrain.circuits import Circuit, Matrix, Operation, unitary
from qtrain.course import Exercise, Mistake

ID, X, Y, Z = np.eye(2), np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])
GATES = {"X": X, "Y": Y, "Z": Z, "H": (X + Z) / sqrt(2), "S": np.diag([1, 1j]), "S†": np.diag([1, -1j])}
GATES["T"] = np.diag([1, np.exp(1j * pi / 4)])
PAULI = {"x": X, "y": Y, "z": Z}


def turn(axis, angle):
    """The matrix of the turn about an axis, given as three numbers, without a global phase."""
    x, y, z = axis
    return cos(angle / 2) * ID - 1j * sin(angle / 2) * (x * X + y * Y + z * Z)


def about(letter, angle):
    """The matrix of Rx, Ry or Rz."""
    return turn([float(letter == other) for other in "xyz"], angle)


def gates(*steps):
    """A circuit of one qubit; a step is a name, or a pair of a name and an angle."""
    pairs = [(step, ()) if isinstance(step, str) else (step[0], (float(step[1]),)) for step in steps]
    return Circuit(1, tuple(Operation(name, (0,), angles) for name, angles in pairs))


# --- a: where three gates lead ---------------------------------------------------------------------------------------

PLACES = {"0": [1, 0], "1": [0, 1], "+": [1, 1], "-": [1, -1], "+i": [1, 1j], "-i": [1, -1j]}


def place(names):
    """The name of the state that the gates, in the order of time, make of |0⟩."""
    state = np.array([1, 0], complex)
    for name in names:
        state = GATES[name] @ state
    overlap = {key: abs(np.vdot(vector, state)) / np.linalg.norm(vector) for key, vector in PLACES.items()}
    return max(overlap, key=overlap.get)


def backwards(names):
    """S and S† exchanged."""
    return [{"S": "S†", "S†": "S"}.get(name, name) for name in names]


def without_phases(names):
    """Only the gates that move the poles."""
    return [name for name in names if name in "HX"]


@cache
def journeys(end):
    """Lists of gates that lead to a place, and elsewhere if one makes either of two mistakes."""
    return [
        list(names)
        for names in product(("H", "S", "S†", "X", "Z"), repeat=4)
        if all(a != b and {a, b} != {"S", "S†"} for a, b in pairwise(names))
        and place(names) == end
        and len({end, place(names[::-1]), place(without_phases(names))}) == 3
    ]


def place_target(p):
    def spellings(name):
        minus = name.replace("-", "−")
        return (f"|{name}⟩", f"|{name}>", minus, f"|{minus}⟩", f"|{minus}>")

    right = place(p.gates)
    order = ("gate-order", "You end there if the last gate runs first. The list is in the order of time.")
    sense = ("angle-sign", "S turns from x towards y, and S† turns back: one of them goes the wrong way.")
    still = "You end there if S, S† and Z do nothing. They turn about z: only the poles stay where they are."
    wrong = (
        (place(without_phases(p.gates)), still),
        (place(backwards(p.gates)), sense),
        (place(p.gates[::-1]), order),
    )
    replies = {spelling: reply for name, reply in wrong for spelling in (name, *spellings(name)) if name != right}
    return Text(right, also=spellings(right), replies=replies)


# --- d: a product of matrices ----------------------------------------------------------------------------------------


def product_of(names):
    """The matrix of a circuit that runs the gates in this order."""
    result = ID
    for name in names:
        result = GATES[name] @ result
    return result


def same(a, b):
    """Whether two matrices of one qubit are equal up to a global phase."""
    return abs(abs(np.trace(a.conj().T @ b)) - 2) < 1e-9


@cache
def triples():
    """Three different gates whose order matters."""
    found = (list(names) for names in permutations("HSTXY", 3))
    return [names for names in found if not same(product_of(names), product_of(names[::-1]))]


def is_product(names):
    """A predicate: the matrix of the gates in the order of time, up to a global phase."""

    def holds(answer):
        found = answer.matrix if isinstance(answer, Matrix) else unitary(answer)
        if abs(found.conj().T @ found - ID).max() > 1e-4:
            return False, "Your matrix is not unitary. In NumPy, * multiplies entry by entry; matrices need the sign @."
        if same(found, product_of(names)):
            return True
        if same(found, product_of(names[::-1])):
            return (
                False,
                "In this product the last gate of the list acts first: the factor on the right meets the state.",
            )
        return False, "This is the matrix of another circuit. Which factor meets the state first?"

    return holds


# --- h: two turns are one --------------------------------------------------------------------------------------------


def total_angle(p):
    half = acos(cos(p.first / 2) * cos(p.second / 2))
    return Number(
        2 * half,
        within=1e-3,
        replies={
            half: ("half-angle", "This is half of the angle: cos of *half* the angle stands in the matrix."),
            p.first + p.second: "Angles add up only when both turns have the same axis.",
            sqrt(p.first**2 + p.second**2): "This holds for small angles only. Multiply the two matrices.",
            degrees(2 * half): ("degrees", "This is the angle in degrees. It is asked for in radians."),
            acos(cos(p.first) * cos(p.second)): (
                "double-angle",
                "Half of each angle stands in a rotation matrix, not the whole angle.",
            ),
            abs(p.first - p.second): "Angles are subtracted only when the turns have the same axis.",
        },
    )


# --- i: half a gate --------------------------------------------------------------------------------------------------


def twice_makes(name):
    """A predicate: the answer, run twice, is the gate up to a global phase."""

    def holds(answer):
        half = answer.matrix if isinstance(answer, Matrix) else unitary(answer)
        if abs(half.conj().T @ half - ID).max() > 1e-4:
            return False, "Your matrix is not unitary, so it is no gate."
        fidelity = abs(np.trace(GATES[name].conj().T @ half @ half)) / 2
        if fidelity > 1 - 1e-8:
            return True
        if same(half, GATES[name]):
            return False, f"This is {name} itself. Run twice, it does {'nothing' if name in 'XYZH' else 'too much'}."
        if same(half @ half @ half @ half, GATES[name]):
            return False, f"You have to run this four times to get {name}: it turns by a quarter of the angle."
        if same(half @ half, GATES[name].conj().T):
            return False, f"Run twice, this undoes {name}: it turns the other way."
        return False, f"Run twice, your gate is not {name}: the two agree to {fidelity:.3f}, and 1 is asked for."

    return holds


AXES = {"X": (1, 0, 0), "Y": (0, 1, 0), "H": (sqrt(0.5), 0, sqrt(0.5)), "S": (0, 0, 1), "T": (0, 0, 1)}
ANGLES = {"X": pi, "Y": pi, "H": pi, "S": pi / 2, "T": pi / 4}


# --- j: three turns for any gate -------------------------------------------------------------------------------------


def quaternions(rng):
    """Gates as four numbers; among them one that turns about z only, and one that exchanges the poles."""
    found = []
    for sizes in ((0.1, 0.5, 0.5, 0.7), (0.2, 0.4, 0.4, 0.8), (0.1, 0.1, 0.7, 0.7)):
        w, *others = rng.sample(sizes, 4)
        found.append((w, *(rng.choice((1, -1)) * size for size in others)))
    return [*found, (0.6, 0.0, 0.0, 0.8), (0.0, 0.6, 0.8, 0.0)]


def four(w, x, y, z):
    return w * ID - 1j * (x * X + y * Y + z * Z)


def zyz(w, x, y, z):
    """The three angles in the order of time."""
    u = four(w, x, y, z)
    plus, minus = np.angle(u[1, 1]), np.angle(u[1, 0])
    return plus - minus, 2 * atan2(abs(u[1, 0]), abs(u[0, 0])), plus + minus


def three(first, middle, last):
    return gates(("rz", first), ("ry", middle), ("rz", last))


EXERCISES = [
    Exercise(
        id="1.2.a",
        kind="predict",
        outcome=1,
        variant=lambda rng: {"gates": rng.choice(journeys(rng.choice(("+", "-", "+i", "-i"))))},
        target=place_target,
        mistakes=[
            Mistake("gate-order", lambda p: place(p.gates[::-1]), note="begins with the last gate"),
            Mistake(
                None,
                lambda p: place(without_phases(p.gates)),
                says="only the poles stay",
                note="takes gates about z for gates that do nothing",
            ),
        ],
    ),
    Exercise(
        id="1.2.b",
        kind="compute",
        outcome=2,
        variant=lambda rng: {"axis": rng.choice("xy"), "angle": rng.choice((0.6, 0.9, 1.3, 1.7, 2.1))},
        target=lambda p: Unitary(about(p.axis, p.angle), phase="exact"),
        mistakes=[
            Mistake("double-angle", lambda p: about(p.axis, 2 * p.angle), note="forgets the half"),
            Mistake("inverse", lambda p: about(p.axis, -p.angle), note="+i in place of −i"),
            Mistake(
                "not-unitary",
                lambda p: cos(p.angle / 2) * ID - sin(p.angle / 2) * PAULI[p.axis],
                note="loses the factor i",
            ),
        ],
    ),
    Exercise(
        id="1.2.c",
        kind="explain",
        outcome=2,
        target=lambda p: Choice(
            "d",
            {
                "a": "The opposite place would be the result of half a turn, R(π). Where is the arrow of −|ψ⟩?",
                "b": "Compute cos(θ/2) for θ = 2π: it is cos π = −1. The formula is right as it stands.",
                "c": "X exchanges |0⟩ and |1⟩. The matrix −I exchanges nothing.",
                "d": "Right: the place is the same, and the factor −1 is a global phase.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="half a turn", note="takes −|ψ⟩ for the opposite place"),
            Mistake(None, lambda p: "b", says="formula is right", note="expects the matrix itself to come back"),
            Mistake(None, lambda p: "c", says="exchanges nothing", note="takes a sign for a flip"),
        ],
    ),
    Exercise(
        id="1.2.d",
        kind="debug",
        outcome=3,
        variant=lambda rng: {"gates": rng.choice(triples())},
        target=lambda p: Property(
            "is the matrix of the circuit",
            is_product(p.gates),
            takes=(Circuit, Matrix),
            reading="unitary",
            num_qubits=1,
            wants="a matrix of two rows and two columns",
        ),
        mistakes=[
            Mistake(None, lambda p: product_of(p.gates[::-1]), says="acts first", note="the draft as it stands"),
            Mistake(
                None,
                lambda p: GATES[p.gates[2]] * GATES[p.gates[1]] * GATES[p.gates[0]],
                says="entry by entry",
                note="the sign * multiplies the entries one by one",
            ),
        ],
    ),
    Exercise(
        id="1.2.e",
        kind="build",
        outcome=3,
        variant=lambda rng: {"angle": rng.choice((0.5, 0.8, 1.1, 1.4, 1.9)), "gate": rng.choice(("s", "t"))},
        target=lambda p: Unitary(gates(("ry", -p.angle), f"{p.gate}dg", "h")),
        mistakes=[
            Mistake(
                "gate-order",
                lambda p: gates("h", f"{p.gate}dg", ("ry", -p.angle)),
                note="undoes each gate, but in the old order",
            ),
            Mistake("inverse", lambda p: gates("h", p.gate, ("ry", p.angle)), note="builds the circuit itself"),
        ],
    ),
    Exercise(
        id="1.2.f",
        kind="build",
        outcome=(2, 3),
        variant=lambda rng: {"angle": rng.choice((0.4, 0.7, 1.2, 1.8, 2.3, -0.9))},
        target=lambda p: Unitary(gates(("rx", p.angle)), rules=[rules.GateSet({"h", "rz"})]),
        mistakes=[
            Mistake("rule", lambda p: gates(("rx", p.angle)), note="uses Rx itself"),
            Mistake("wrong-basis", lambda p: gates(("rz", p.angle)), note="turns about z"),
            Mistake(
                "wrong-basis", lambda p: gates("h", ("rz", p.angle)), says="at the end", note="forgets the way back"
            ),
        ],
    ),
    Exercise(
        id="1.2.g",
        kind="build",
        outcome=(2, 3),
        variant=lambda rng: {"tilt": rng.choice((0.5, 0.8, 1.1, 1.3)), "angle": rng.choice((0.6, 0.9, 1.7, 2.2))},
        target=lambda p: Unitary(gates(("ry", -p.tilt), ("rz", p.angle), ("ry", p.tilt))),
        mistakes=[
            Mistake(
                "gate-order",
                lambda p: gates(("ry", p.tilt), ("rz", p.angle), ("ry", -p.tilt)),
                note="tilts the axis to the other side",
            ),
            Mistake("missing-gate", lambda p: gates(("ry", -p.tilt), ("rz", p.angle)), note="forgets the way back"),
            Mistake(
                "half-angle",
                lambda p: gates(("ry", -p.tilt / 2), ("rz", p.angle), ("ry", p.tilt / 2)),
                note="halves the tilt, as in an amplitude",
            ),
        ],
    ),
    Exercise(
        id="1.2.h",
        kind="compute",
        outcome=3,
        variant=lambda rng: dict(
            zip(
                ("first", "second"),
                rng.choice(((0.8, 1.4), (1.0, 1.5), (1.2, 0.6), (1.6, 0.9), (0.7, 2.0), (1.8, 1.1))),
                strict=True,
            )
        ),
        target=total_angle,
        mistakes=[
            Mistake(None, lambda p: p.first + p.second, says="same axis", note="adds the angles"),
            Mistake(
                "half-angle", lambda p: acos(cos(p.first / 2) * cos(p.second / 2)), note="forgets to double at the end"
            ),
            Mistake(None, lambda p: sqrt(p.first**2 + p.second**2), says="small angles", note="uses Pythagoras"),
        ],
    ),
    Exercise(
        id="1.2.i",
        kind="design",
        outcome=(1, 2),
        variant=lambda rng: {"gate": rng.choice(list(AXES))},
        target=lambda p: Property(
            f"makes {p.gate} when it runs twice",
            twice_makes(p.gate),
            takes=(Circuit, Matrix),
            reading="unitary",
            num_qubits=1,
            wants="a circuit of one qubit",
        ),
        mistakes=[
            Mistake(None, lambda p: GATES[p.gate], says="itself", note="gives the gate itself"),
            Mistake(
                None,
                lambda p: turn(AXES[p.gate], ANGLES[p.gate] / 4),
                says="four times",
                note="halves the angle once more than needed",
            ),
        ],
    ),
    Exercise(
        id="1.2.j",
        kind="stretch",
        outcome=4,
        points=2,
        target=lambda p: Each(
            quaternions,
            lambda w, x, y, z: Unitary(four(w, x, y, z), rules=[rules.GateSet({"rz", "ry"}), rules.Gates(3)]),
            name="three_turns",
        ),
        mistakes=[
            Mistake("gate-order", lambda p: lambda *q: three(*zyz(*q)[::-1]), note="writes the factors in their order"),
            Mistake(
                "half-angle",
                lambda p: lambda *q: three(zyz(*q)[0], zyz(*q)[1] / 2, zyz(*q)[2]),
                note="halves the middle angle",
            ),
        ],
    ),
]
