"""What right means in lesson 0.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import pi, radians, sqrt

import numpy as np

from qtrain.checking import Choice, Each, Number, Property, State, Unitary
from qtrain.circuits import Circuit, Matrix, Operation, unitary
from qtrain.circuits.model import Text as Word
from qtrain.course import Exercise, Mistake

X = np.array([[0, 1], [1, 0]])
H = np.array([[1, 1], [1, -1]]) / sqrt(2)


def phase(degrees):
    """The gate P with an angle in degrees."""
    return np.diag([1, np.exp(1j * radians(degrees))])


ANGLES = (30, 45, 60, 100, 120, 150, -40, -70, -110)
SHARES = ((0.6, 0.8), (0.8, 0.6), (0.28, 0.96), (0.96, 0.28), (0.6, -0.8), (0.8, -0.6))


def shares(rng):
    return dict(zip(("c", "s"), rng.choice(SHARES), strict=True))


# --- a, d: a matrix from its images, and its inverse ------------------------------------------------------------------


def turn(p):
    """|0⟩ goes to c|0⟩ + s|1⟩, and |1⟩ to −s|0⟩ + c|1⟩."""
    return np.array([[p.c, -p.s], [p.s, p.c]])


def gate(p):
    """No entry but the first stays when it is transposed or conjugated."""
    return phase(p.degrees) @ np.array([[p.c, p.s], [p.s, -p.c]])


# --- b: the order of a product ----------------------------------------------------------------------------------------

PRODUCTS = (["H", "P"], ["P", "H"])


def factor(letter, p):
    return {"H": H, "X": X, "P": phase(p.degrees)}[letter]


def product(p, letters=None):
    first, second = letters or p.letters
    return factor(first, p) @ factor(second, p)


def steps(p, letters, sign=1):
    """The circuit whose first gate is the first letter."""
    angles = {"P": (sign * radians(p.degrees),)}
    return Circuit(1, tuple(Operation(letter.lower(), (0,), params=angles.get(letter, ())) for letter in letters))


# --- e: four kinds of matrix ------------------------------------------------------------------------------------------

# Written as text, since parameters are plain JSON; NumPy reads them as complex numbers.
POOL = {
    "b": ([["0", "1"], ["1", "0"]], [["0", "-1j"], ["1j", "0"]], [["0.6", "0.8"], ["0.8", "-0.6"]]),
    "u": ([["0", "1"], ["-1", "0"]], [["1", "0"], ["0", "1j"]], [["0.6", "0.8j"], ["0.8j", "0.6"]]),
    "h": ([["1", "2j"], ["-2j", "3"]], [["2", "0"], ["0", "-1"]], [["0", "1+1j"], ["1-1j", "0"]]),
    "n": ([["1", "1"], ["0", "1"]], [["1", "2j"], ["2j", "3"]], [["0", "2j"], ["2j", "0"]]),
}
MEANING = {"u": "unitary only", "h": "Hermitian only", "b": "both", "n": "neither"}


def four(rng):
    kinds = rng.sample("bunh", 4)
    return {"matrices": {name: rng.choice(POOL[kind]) for name, kind in zip("ABCD", kinds, strict=True)}}


def kind(entries, transposed=False):
    """The letter of a matrix; `transposed`: with the conjugate forgotten."""
    m = np.array(entries, dtype=complex)
    adjoint = m.T if transposed else m.conj().T
    keeps, own = np.allclose(adjoint @ m, np.eye(2)), np.allclose(adjoint, m)
    return "b" if keeps and own else "u" if keeps else "h" if own else "n"


def letters(p, **how):
    return "".join(kind(p.matrices[name], **how) for name in "ABCD")


def kinds_target(p):
    expected = letters(p)

    def told(answer):
        found = "".join(answer.value.split()).casefold()
        if len(found) != 4 or set(found) - set("uhbn"):
            return False, 'Write four letters out of u, h, b and n, for example "uhbn".'
        if found == expected:
            return True
        name, letter = next((n, f) for n, f, e in zip("ABCD", found, expected, strict=True) if f != e)
        m = np.array(p.matrices[name], dtype=complex)
        if letter == kind(p.matrices[name], transposed=True):
            return (
                False,
                f"Matrix {name} is not {MEANING[letter]}: did you conjugate as well as transpose?",
            )
        if letter in "ub" and not np.allclose(m.conj().T @ m, np.eye(2)):
            return False, f"Matrix {name} is not unitary: multiply it by its adjoint, from the left."
        if letter in "hb" and not np.allclose(m.conj().T, m):
            return False, f"Matrix {name} is not Hermitian: compare the two entries off the diagonal."
        return False, f"Matrix {name} is not {MEANING[letter]}: it has one more of the two properties."

    return Property("names all four kinds", told, takes=Word, reading="text", wants="four letters as text")


# --- f: eigenvalues ---------------------------------------------------------------------------------------------------


def hermitian(rng):
    """[[a, z*], [z, d]] with whole numbers, off the cases where a wrong formula gives the same."""
    a, d = rng.sample((-2, -1, 0, 1, 2, 3, 4), 2)
    real, imag = rng.choice(((1, 2), (2, 1), (1, -2), (2, -1), (1, 1), (2, 3), (3, 1)))
    return {"a": a, "d": d, "real": real, "imag": imag}


def levels(p):
    """Both eigenvalues, the smaller one first."""
    middle, half = (p.a + p.d) / 2, (p.a - p.d) / 2
    spread = sqrt(half**2 + p.real**2 + p.imag**2)
    return middle - spread, middle + spread


def eigenvalue_target(p):
    low, high = levels(p)
    middle, half, z = (p.a + p.d) / 2, (p.a - p.d) / 2, complex(p.real, p.imag)
    return Number(
        high,
        within=1e-3,
        replies={
            low: "This is the smaller of the two eigenvalues.",
            middle + np.sqrt(half**2 + z**2): "The entries off the diagonal are conjugates of each other: their "
            "product is |z|², not z².",
            p.a + p.d: "This is the sum of the diagonal, which is the sum of both eigenvalues.",
            max(p.a, p.d): "Entries on the diagonal are eigenvalues only if the other entries are 0.",
            high - low: "This is the distance of the two eigenvalues.",
        },
    )


# --- g: an eigenstate -------------------------------------------------------------------------------------------------


def eigenstate(p, sign=1, angle=1):
    return np.array([1, sign * p.value * np.exp(1j * angle * radians(p.degrees))]) / sqrt(2)


# --- h: a root of X ---------------------------------------------------------------------------------------------------


def root_target(p):
    def told(answer):
        v = unitary(answer) if isinstance(answer, Circuit) else answer.matrix
        if v.shape != (2, 2):
            return False, f"It has {v.shape[0]} rows and {v.shape[1]} columns; it needs 2 and 2."
        if not np.allclose(v.conj().T @ v, np.eye(2), atol=1e-6):
            return False, "Your matrix is not unitary, so it does not keep lengths and is no gate."
        power = np.linalg.matrix_power(v, p.times)
        if abs(abs(np.trace(X @ power)) - 2) < 1e-6:
            return True
        for k in range(1, 4 * p.times):
            if abs(abs(np.trace(X @ np.linalg.matrix_power(v, k))) - 2) < 1e-6:
                often = "once" if k == 1 else f"{k} times"
                return False, f"Applied {often} your gate gives X, but {p.times} times is asked for."
        return False, f"Applied {p.times} times, your gate does not give X (up to a common phase)."

    return Property(
        f"gives X when it is applied {p.times} times",
        told,
        takes=(Matrix, Circuit),
        reading="unitary",
        num_qubits=1,
        wants="a gate on one qubit",
    )


def root(times):
    """A gate that is X when applied so many times."""
    plus = np.full((2, 2), 0.5)
    return plus + np.exp(1j * pi / times) * (np.eye(2) - plus)


# --- i, k: exponentials -----------------------------------------------------------------------------------------------


def rotation(matrix, theta):
    """e^{−iθM/2} of a Hermitian matrix."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.exp(-0.5j * theta * values)) @ vectors.conj().T


def of_parts(real, imag, theta):
    """The same of a matrix given by its real and imaginary parts."""
    return rotation(np.array(real) + 1j * np.array(imag), theta)


def cases(rng):
    """Hermitian matrices as (real parts, imaginary parts, angle); the first have complex eigenvectors."""
    found = []
    for size in (2, 2, 4):
        m = np.array([[complex(rng.randrange(-2, 3), rng.randrange(-2, 3)) for _ in range(size)] for _ in range(size)])
        m = m + m.conj().T + np.diag(range(size))
        found.append((m.real.tolist(), m.imag.tolist(), round(rng.uniform(0.3, 1.2), 2)))
    return [([[0.0, 0.0], [0.0, 0.0]], [[0.0, -1.0], [1.0, 0.0]], 1.1), *found]


# --- j: a gate on one of two qubits -----------------------------------------------------------------------------------


def on_two(p, qubit):
    pair = [np.eye(2), np.eye(2)]
    pair[qubit] = phase(p.degrees) @ H
    return np.kron(*pair)


EXERCISES = [
    Exercise(
        id="0.4.a",
        kind="build",
        outcome=1,
        variant=shares,
        target=lambda p: Unitary(turn(p), phase="exact"),
        mistakes=[
            Mistake("inverse", lambda p: turn(p).T, note="writes the images as rows"),
            Mistake("not-unitary", lambda p: abs(turn(p)), note="loses the minus sign"),
        ],
    ),
    Exercise(
        id="0.4.b",
        kind="build",
        outcome=1,
        points=2,
        variant=lambda rng: {"letters": rng.choice(PRODUCTS), "degrees": rng.choice(ANGLES)},
        target=lambda p: Unitary(product(p)),
        mistakes=[
            Mistake("gate-order", lambda p: steps(p, p.letters), note="reads the product from left to right"),
            Mistake("angle-sign", lambda p: steps(p, p.letters[::-1], sign=-1), note="turns the other way"),
        ],
    ),
    Exercise(
        id="0.4.c",
        kind="explain",
        outcome=2,
        target=lambda p: Choice(
            "b",
            {
                "a": "Gates need not be real: P(θ) has a complex entry, and so has Y.",
                "b": "Right: a state must stay a state. Linear maps that keep every length are the unitary ones.",
                "c": "Not every gate is its own inverse. P(90°), applied twice, is Z and not the identity.",
                "d": "Many matrices can be inverted and change lengths, for example 2·I: probabilities would sum to 4.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="need not be real", note="takes unitary for real"),
            Mistake(None, lambda p: "c", says="own inverse", note="generalises from X and H"),
            Mistake(None, lambda p: "d", says="change lengths", note="takes unitary for invertible"),
        ],
    ),
    Exercise(
        id="0.4.d",
        kind="debug",
        outcome=2,
        variant=lambda rng: {**shares(rng), "degrees": rng.choice(ANGLES)},
        target=lambda p: Unitary(gate(p).conj().T, phase="exact"),
        mistakes=[
            Mistake("conjugate", lambda p: gate(p).T, note="the draft as it stands"),
            Mistake("inverse", lambda p: gate(p), note="gives the gate itself"),
            Mistake(None, lambda p: gate(p).conj(), note="conjugates and does not exchange rows and columns"),
        ],
    ),
    Exercise(
        id="0.4.e",
        kind="predict",
        outcome=2,
        variant=four,
        target=kinds_target,
        mistakes=[
            Mistake(None, lambda p: letters(p).replace("b", "u"), says="one more", note="stops at the first property"),
            Mistake(None, lambda p: letters(p).replace("n", "u"), says="not unitary", note="does not multiply"),
            Mistake(None, lambda p: "unitary", says="four letters", note="writes a word"),
        ],
    ),
    Exercise(
        id="0.4.f",
        kind="compute",
        outcome=3,
        variant=hermitian,
        target=eigenvalue_target,
        mistakes=[
            Mistake(None, lambda p: levels(p)[0], says="smaller", note="takes the first of the two"),
            Mistake(None, lambda p: max(p.a, p.d), says="on the diagonal", note="reads the diagonal"),
            Mistake(
                None,
                lambda p: (p.a + p.d) / 2 + np.sqrt(((p.a - p.d) / 2) ** 2 + complex(p.real, p.imag) ** 2),
                says="not z²",
                note="forgets the conjugate",
            ),
        ],
    ),
    Exercise(
        id="0.4.g",
        kind="build",
        outcome=3,
        points=2,
        variant=lambda rng: {"degrees": rng.choice(ANGLES), "value": rng.choice((1, -1))},
        target=lambda p: State(eigenstate(p)),
        mistakes=[
            Mistake("relative-phase", lambda p: eigenstate(p, sign=-1), note="takes the other eigenvalue"),
            Mistake("conjugate", lambda p: eigenstate(p, angle=-1), note="turns the phase the other way"),
        ],
    ),
    Exercise(
        id="0.4.h",
        kind="design",
        outcome=(3, 4),
        points=2,
        variant=lambda rng: {"times": rng.choice((4, 6, 8, 10, 12))},
        target=root_target,
        mistakes=[
            Mistake(None, lambda p: X / p.times, says="not unitary", note="divides the matrix"),
            Mistake(None, lambda p: root(p.times // 2), says="is asked for", note="uses a full turn for X"),
            Mistake(None, lambda p: X, says="is asked for", note="takes the power entry by entry"),
        ],
    ),
    Exercise(
        id="0.4.i",
        kind="compute",
        outcome=4,
        variant=lambda rng: {"theta": rng.choice((0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 2.0, 2.2))},
        target=lambda p: Unitary(rotation(H, p.theta), phase="exact"),
        mistakes=[
            Mistake("double-angle", lambda p: rotation(H, 2 * p.theta), note="forgets the half"),
            Mistake("inverse", lambda p: rotation(H, -p.theta), note="loses the minus sign"),
            Mistake("not-unitary", lambda p: np.exp(-0.5j * p.theta * H), note="np.exp works entry by entry"),
        ],
    ),
    Exercise(
        id="0.4.j",
        kind="build",
        outcome=5,
        variant=lambda rng: {"degrees": rng.choice(ANGLES), "qubit": rng.choice((0, 1))},
        target=lambda p: Unitary(on_two(p, p.qubit), phase="exact"),
        mistakes=[
            Mistake("qubit-order", lambda p: on_two(p, 1 - p.qubit), note="exchanges the factors"),
            Mistake(None, lambda p: on_two(p, 0) @ on_two(p, 1), note="puts the gate on both qubits"),
        ],
    ),
    Exercise(
        id="0.4.k",
        kind="stretch",
        outcome=4,
        points=2,
        target=lambda p: Each(
            cases,
            lambda real, imag, theta: Unitary(of_parts(real, imag, theta), phase="exact"),
            name="exponential",
        ),
        mistakes=[
            Mistake(
                "not-unitary",
                lambda p: lambda real, imag, theta: np.exp(-0.5j * theta * (np.array(real) + 1j * np.array(imag))),
                note="np.exp works entry by entry",
            ),
            Mistake(
                "inverse",
                lambda p: lambda real, imag, theta: of_parts(real, imag, -theta),
                note="loses the minus sign",
            ),
            Mistake(
                "double-angle",
                lambda p: lambda real, imag, theta: of_parts(real, imag, 2 * theta),
                note="forgets the half",
            ),
        ],
    ),
]
