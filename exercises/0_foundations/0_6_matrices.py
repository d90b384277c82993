"""What right means in lesson 0.6, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import radians, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, number, one_of, plant, right, slip, text, whole
from qtrain.checking import Property
from qtrain.circuits import Matrix
from qtrain.circuits import Text as Word

DEGREES = one_of([k for k in range(-160, 165, 5) if abs(k) % 90 > 14])
TURNS = {
    "c": decimals(0.1, 0.99, 0.01),
    "sign": (1, -1),
    "derive": lambda c, sign: {"s": round(sign * sqrt(1 - c * c), 9)},
}


def phase(degrees):
    """The gate P with an angle in degrees."""
    return np.diag([1, np.exp(1j * radians(degrees))])


@build("0.6.a", rung="warm-up", outcome=1, takes="matrix", phase="exact", **TURNS)
def from_images(c, s):
    matrix = np.array([[c, -s], [s, c]])
    yield matrix
    yield slip(matrix.T, "writes the images as rows").says(
        "The image of |0⟩ is the first *column* of a matrix, not its first row."
    )
    yield slip(np.array([[c, s], [s, -c]]), "moves the minus sign").says(
        "Your first column is right. Your second one has both signs exchanged: compare it with the image of |1⟩."
    )
    yield slip(np.array([[-s, c], [c, s]]), "exchanges the columns").says(
        "Your columns are exchanged: the image of |0⟩ is the first one."
    )
    yield slip(np.array([[c, s], [s, c]]), "loses the minus sign", "not-unitary")


def in_time(word, degrees):
    """The circuit whose first gate is the first letter of the word."""
    return circuit("; ".join({"H": "h 0", "X": "x 0", "P": "p(a) 0"}[letter] for letter in word), a=radians(degrees))


@build("0.6.b", outcome=2, points=2, takes="circuit", letters=(["H", "P"], ["P", "H"]), degrees=DEGREES)
def order_of_a_product(letters, degrees):
    yield in_time(letters[::-1], degrees)
    yield slip(in_time(letters, degrees), "reads the product from left to right", "gate-order")
    yield plant("angle-sign", "turns the other way")


@choice("0.6.c", outcome=3)
def why_unitary():
    yield right("Because the probabilities must add up to 1 after the gate, for every state before it.").says(
        "Right: a state must stay a state. Linear maps that keep every length are the unitary ones."
    )
    yield slip("Because the entries of a gate must be real numbers.", "takes unitary for real").says(
        "Gates need not be real: P(θ) has a complex entry, and so has Y."
    )
    yield slip("Because every gate undoes itself when it is applied twice.", "generalises from X and H").says(
        "Not every gate is its own inverse. P(90°), applied twice, is Z and not the identity."
    )
    yield slip(
        "Because it must be possible to invert the matrix, and that is what unitary means.",
        "takes unitary for invertible",
    ).says("Many matrices can be inverted and change lengths, for example 2·I: probabilities would sum to 4.")


@build("0.6.d", kind="debug", outcome=2, takes="matrix", phase="exact", degrees=DEGREES, **TURNS)
def adjoint(c, s, degrees):
    gate = phase(degrees) @ np.array([[c, s], [s, -c]])  # no entry but the first stays when transposed or conjugated
    yield gate.conj().T
    yield slip(gate.T, "the draft as it stands", "conjugate")
    yield plant("inverse", "gives the gate itself")
    yield slip(gate.conj(), "does not exchange rows and columns").says(
        "The entries are conjugated. Rows and columns have to be exchanged, too."
    )


# Written as text, since parameters are plain JSON; NumPy reads them as complex numbers.
POOL = {
    "b": ([["0", "1"], ["1", "0"]], [["0", "-1j"], ["1j", "0"]], [["0.6", "0.8"], ["0.8", "-0.6"]]),
    "u": ([["0", "1"], ["-1", "0"]], [["1", "0"], ["0", "1j"]], [["0.6", "0.8j"], ["0.8j", "0.6"]]),
    "h": ([["1", "2j"], ["-2j", "3"]], [["2", "0"], ["0", "-1"]], [["0", "1+1j"], ["1-1j", "0"]]),
    "n": ([["1", "1"], ["0", "1"]], [["1", "2j"], ["2j", "3"]], [["0", "2j"], ["2j", "0"]]),
}
MEANING = {"u": "unitary only", "h": "Hermitian only", "b": "both", "n": "neither"}


def four(rng):
    return {
        "matrices": {name: rng.choice(POOL[kind]) for name, kind in zip("ABCD", rng.sample("bunh", 4), strict=True)}
    }


def kind_of(entries, transposed=False):
    """The letter of a matrix; `transposed`: with the conjugate forgotten."""
    m = np.array(entries, dtype=complex)
    adjoint = m.T if transposed else m.conj().T
    keeps, own = np.allclose(adjoint @ m, np.eye(2)), np.allclose(adjoint, m)
    return "b" if keeps and own else "u" if keeps else "h" if own else "n"


@text("0.6.e", outcome=3, draw=four)
def four_kinds(matrices):
    expected = "".join(map(kind_of, matrices.values()))

    def told(answer):
        found = "".join(answer.value.split()).casefold()
        if len(found) != 4 or set(found) - set("uhbn"):
            return False, 'Write four letters out of u, h, b and n, for example "uhbn".'
        if found == expected:
            return True
        name, letter = next((n, f) for n, f, e in zip("ABCD", found, expected, strict=True) if f != e)
        m = np.array(matrices[name], dtype=complex)
        wrong = f"is not {MEANING[letter]}" if letter != "n" else "has at least one of the two properties"
        if letter == kind_of(m, transposed=True):
            return False, f"Matrix {name} {wrong}: did you conjugate as well as transpose?"
        if letter in "ub" and not np.allclose(m.conj().T @ m, np.eye(2)):
            return False, f"Matrix {name} is not unitary: multiply it by its adjoint, from the left."
        if letter in "hb" and not np.allclose(m.conj().T, m):
            return False, f"Matrix {name} is not Hermitian: compare the two entries off the diagonal."
        if letter == "n":
            return False, f"Matrix {name} {wrong}."
        return False, f"Matrix {name} is not {MEANING[letter]}: it has the other property, too."

    yield Property("names all four kinds", told, takes=Word, reading="text", wants="four letters as text")
    both = "ABCD"[expected.index("b")]
    yield slip(expected.replace("b", "u"), "stops at the first property").says(
        f"Matrix {both} is not unitary only: it has the other property, too."
    )
    yield slip(expected.replace("n", "u"), "does not multiply")
    yield slip("unitary", "writes a word").says('Write four letters out of u, h, b and n, for example "uhbn".')


@number("0.6.f", outcome=4, within=0.1, degrees=one_of([k for k in range(2, 89) if k not in (30, 45, 60)]))
def turned_home(degrees):
    yield 2 * (90 - degrees)
    yield slip(90 - degrees, "forgets the half", "half-angle").says(
        "By this angle the arrow has to turn. A gate R_y(θ) turns it by half of θ."
    )
    yield slip((90 - degrees) / 2, "halves on the wrong side").says(
        "You halved the angle. A gate R_y(θ) turns the arrow by θ/2, so θ is the larger of the two."
    )
    yield slip(2 * degrees, "counts from |0⟩").says("This turns |0⟩ to where the qubit is now. It has to go on to |1⟩.")
    yield slip(-2 * degrees, "turns to |0⟩").says("This takes the qubit to |0⟩. It has to go to |1⟩.")
    yield slip(-2 * (90 - degrees), "turns the other way", "angle-sign").says("This turns away from |1⟩: the sign.")
    yield slip(2 * (90 - degrees) - 360, "turns the long way round").says(
        "This angle does it, too, but it is less than −180°. Turn the short way."
    )
    yield slip(180 - degrees, "doubles the right angle only").says(
        "The arrow has to turn by 90° − a, and the gate's angle is twice all of this."
    )
    yield slip(radians(2 * (90 - degrees)), "gives radians").says(
        "This is the angle in radians. Degrees are asked for."
    )


@number(
    "0.6.g",
    rung="think",
    outcome=(1, 4),
    within=0.1,
    alpha=whole(10, 170, 5),
    beta=whole(10, 170, 5),
    where=lambda alpha, beta: abs(alpha - beta) > 5,
)
def sandwich(alpha, beta):
    yield beta - alpha
    yield slip(alpha + beta, "adds the two turns").says(
        "So it would be without the Z between them. What does Z do to a turn that it passes?"
    )
    yield slip(alpha - beta, "turns the wrong one round", "angle-sign").says(
        "The sign: Z passes the first turn and leaves the second one as it is."
    )
    for turn in (360, -360):
        yield slip(beta - alpha + turn, "takes the matrix with the other sign").says(
            "With this angle every entry of the matrix has the opposite sign. The same matrix is asked for."
        )
    yield slip((beta - alpha) / 2, "gives the half", "half-angle").says(
        "This is the angle in the cosine of the matrix. The gate R_y(γ) has γ/2 there."
    )
    yield slip(radians(beta - alpha), "gives radians").says("This is the angle in radians. Degrees are asked for.")


def columns(rng):
    """States of one and two qubits: with zeros in front, with complex entries, and any."""
    r = sqrt(0.5)
    found = [[0, 1], [r, 1j * r], [1j, 0], [0, 0, -1j * r, r]]
    for size in (2, 4, 4):
        vector = np.array([complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(size)])
        found.append((vector / np.linalg.norm(vector)).tolist())
    return found


def completes(column):
    """What is asked for: unitary, with this list as its first column."""
    column = np.array(column, dtype=complex)

    def told(answer):
        found = answer.matrix
        if found.shape != (len(column), len(column)):
            return False, f"It has {found.shape[0]} rows and {found.shape[1]} columns; it needs {len(column)} of each."
        if not np.allclose(found.conj().T @ found, np.eye(len(column)), atol=1e-6):
            return False, "The matrix that your function returns is not unitary: multiply it by its adjoint."
        if np.allclose(found[:, 0], column, atol=1e-6):
            return True
        if len(column) == 4 and np.allclose(found[[0, 2, 1, 3], 0], column, atol=1e-6):
            return False, (
                "As it is read here, the two entries in the middle of the first column are exchanged. An `Operator` of "
                "Qiskit is read in Qiskit's order of the qubits: return its array, `operator.data`."
            )
        if np.allclose(found[0], column, atol=1e-6):
            return False, "The list stands in the first row of your matrix. It should be the first column."
        if np.allclose(found[:, 0].conj(), column, atol=1e-6):
            return False, "The first column is the list conjugated: the imaginary parts have the wrong sign."
        if len(column) == 4 and np.allclose(found[[0, 2, 1, 3], 0], column, atol=1e-6):
            return False, "The list is there with its two middle numbers exchanged. Return an array, in plain order."
        if abs(abs(np.vdot(found[:, 0], column)) - 1) < 1e-6:
            return False, "The first column is the list times a number of length 1. It should be the list itself."
        return False, "Your matrix is unitary, but its first column is not the list."

    return Property("is unitary and begins with this column", told, takes=Matrix, reading="matrix", wants="a matrix")


def mirrored(column):
    """The matrix by one reflection."""
    column = np.array(column, dtype=complex)
    turn = column[0] / abs(column[0]) if abs(column[0]) > 1e-12 else 1
    w = column / turn + np.eye(len(column))[0]
    return turn * (2 * np.outer(w, w.conj()) / np.vdot(w, w) - np.eye(len(w)))


def real_plane(column):
    """For two real components only."""
    x, y = column[:2]
    return np.array([[x, -y], [y, x]]) if len(column) == 2 else np.eye(4)


def conjugated(column):
    """Gram–Schmidt without the conjugate."""
    known = [np.array(column, dtype=complex)]
    for unit in np.eye(len(column)):
        rest = unit - sum(np.dot(v, unit) * v for v in known)
        if np.linalg.norm(rest) > 1e-3 and len(known) < len(column):
            known.append(rest / np.linalg.norm(rest))
    return np.column_stack(known)


@function("0.6.h", kind="stretch", outcome=(1, 3), points=2, name="complete", inputs=columns, judged=completes)
def complete():
    yield mirrored
    yield slip(lambda column: mirrored(column).T, "the list as a row")
    yield slip(real_plane, "thinks of two real numbers")
    yield slip(conjugated, "forgets the conjugate in the inner product")
    yield slip(lambda column: np.outer(column, np.conj(column)), "projects on the list")
