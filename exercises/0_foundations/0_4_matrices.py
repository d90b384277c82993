"""What right means in lesson 0.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import pi, radians, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, number, one_of, plant, right, slip, text, whole
from qtrain.checking import Property, State, Unitary
from qtrain.circuits import Circuit, Matrix, unitary
from qtrain.circuits import Text as Word

X = np.array([[0, 1], [1, 0]])
H = np.array([[1, 1], [1, -1]]) / sqrt(2)
DEGREES = one_of([k for k in range(-160, 165, 5) if abs(k) % 90 > 14])
TURNS = {
    "c": decimals(0.1, 0.99, 0.01),
    "sign": (1, -1),
    "derive": lambda c, sign: {"s": round(sign * sqrt(1 - c * c), 6)},
}


def phase(degrees):
    """The gate P with an angle in degrees."""
    return np.diag([1, np.exp(1j * radians(degrees))])


@build("0.4.a", rung="warm-up", outcome=1, takes="matrix", phase="exact", **TURNS)
def from_images(c, s):
    matrix = np.array([[c, -s], [s, c]])
    yield matrix
    yield slip(matrix.T, "writes the images as rows").says(
        "The image of |0⟩ is the first *column* of a matrix, not its first row."
    )
    yield slip(np.array([[c, s], [s, c]]), "loses the minus sign", "not-unitary")


def in_time(word, degrees):
    """The circuit whose first gate is the first letter of the word."""
    return circuit("; ".join({"H": "h 0", "X": "x 0", "P": "p(a) 0"}[letter] for letter in word), a=radians(degrees))


@build("0.4.b", rung="warm-up", outcome=1, points=2, takes="circuit", letters=(["H", "P"], ["P", "H"]), degrees=DEGREES)
def order_of_a_product(letters, degrees):
    yield in_time(letters[::-1], degrees)
    yield slip(in_time(letters, degrees), "reads the product from left to right", "gate-order")
    yield plant("angle-sign", "turns the other way")


@choice("0.4.c", rung="warm-up", outcome=2)
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


@build("0.4.d", kind="debug", outcome=2, takes="matrix", phase="exact", degrees=DEGREES, **TURNS)
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


@text("0.4.e", outcome=2, draw=four)
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
        if letter == kind_of(m, transposed=True):
            return False, f"Matrix {name} is not {MEANING[letter]}: did you conjugate as well as transpose?"
        if letter in "ub" and not np.allclose(m.conj().T @ m, np.eye(2)):
            return False, f"Matrix {name} is not unitary: multiply it by its adjoint, from the left."
        if letter in "hb" and not np.allclose(m.conj().T, m):
            return False, f"Matrix {name} is not Hermitian: compare the two entries off the diagonal."
        return False, f"Matrix {name} is not {MEANING[letter]}: it has one more of the two properties."

    yield Property("names all four kinds", told, takes=Word, reading="text", wants="four letters as text")
    both = "ABCD"[expected.index("b")]
    yield slip(expected.replace("b", "u"), "stops at the first property").says(
        f"Matrix {both} is not unitary only: it has one more of the two properties."
    )
    yield slip(expected.replace("n", "u"), "does not multiply")
    yield slip("unitary", "writes a word").says('Write four letters out of u, h, b and n, for example "uhbn".')


@number(
    "0.4.f",
    outcome=3,
    within=1e-3,
    a=whole(-3, 5),
    d=whole(-3, 5),
    real=whole(-3, 3),
    imag=whole(-3, 3),
    where=lambda a, d, real, imag: a != d and real and imag,
)
def larger_eigenvalue(a, d, real, imag):
    middle, half, z = (a + d) / 2, (a - d) / 2, complex(real, imag)
    spread = sqrt(half**2 + abs(z) ** 2)
    yield middle + spread
    yield slip(middle - spread, "takes the first of the two").says("This is the smaller of the two eigenvalues.")
    yield slip(middle + np.sqrt(half**2 + z**2), "forgets the conjugate").says(
        "The entries off the diagonal are conjugates of each other: their product is |z|², not z²."
    )
    yield slip(a + d, "gives the trace").says("This is the sum of the diagonal, which is the sum of both eigenvalues.")
    yield slip(max(a, d), "reads the diagonal").says(
        "Entries on the diagonal are eigenvalues only if the other entries are 0."
    )
    yield slip(2 * spread, "gives the difference").says("This is the distance of the two eigenvalues.")


@build("0.4.g", outcome=3, points=2, takes="circuit", degrees=DEGREES, value=(1, -1))
def eigenstate(degrees, value):
    yield State(np.array([1, value * np.exp(1j * radians(degrees))]) / sqrt(2))
    built = circuit(value < 0 and "x 0", "h 0; p(a) 0", a=radians(degrees))
    yield slip(circuit(value > 0 and "x 0", "h 0; p(a) 0", a=radians(degrees)), "takes the other eigenvalue").says(
        "This is the eigenstate of the other eigenvalue."
    )
    yield plant("angle-sign", "turns the phase the other way", of=built)


def gives_x(v):
    return abs(abs(np.trace(X @ v)) - 2) < 1e-6


def root(times):
    """A gate that is X when applied so many times."""
    plus = np.full((2, 2), 0.5)
    return plus + np.exp(1j * pi / times) * (np.eye(2) - plus)


@build("0.4.h", kind="design", outcome=(3, 4), points=2, times=range(4, 61, 2))
def root_of_x(times):
    def told(answer):
        v = unitary(answer) if isinstance(answer, Circuit) else answer.matrix
        if v.shape != (2, 2):
            return False, f"It has {v.shape[0]} rows and {v.shape[1]} columns; it needs 2 and 2."
        if not np.allclose(v.conj().T @ v, np.eye(2), atol=1e-6):
            return False, "Your matrix is not unitary, so it does not keep lengths and is no gate."
        if gives_x(np.linalg.matrix_power(v, times)):
            return True
        for k in range(1, 4 * times):
            if gives_x(np.linalg.matrix_power(v, k)):
                often = "once" if k == 1 else f"{k} times"
                return False, f"Applied {often} your gate gives X, but {times} times is asked for."
        return False, f"Applied {times} times, your gate does not give X (up to a common phase)."

    holds = f"gives X when it is applied {times} times"
    yield Property(holds, told, takes=(Matrix, Circuit), reading="unitary", num_qubits=1, wants="a gate on one qubit")
    yield slip(X / times, "divides the matrix").says(
        "Your matrix is not unitary, so it does not keep lengths and is no gate."
    )
    yield slip(root(times // 2), "uses a full turn for X").says(
        f"Applied {times // 2} times your gate gives X, but {times} times is asked for."
    )
    yield slip(X, "takes the power entry by entry").says(
        f"Applied once your gate gives X, but {times} times is asked for."
    )


def exponential(sign=1, factor=1.0):
    """e^{−iθM/2} of a Hermitian matrix, given by its parts, with the mistakes that people make in it."""

    def of_parts(real, imag, theta):
        values, vectors = np.linalg.eigh(np.array(real) + 1j * np.array(imag))
        return (vectors * np.exp(-0.5j * sign * factor * theta * values)) @ vectors.conj().T

    return of_parts


@build("0.4.i", outcome=4, takes="matrix", phase="exact", theta=decimals(0.3, 2.8, 0.05))
def exponential_of_h(theta):
    yield exponential()(H, 0 * H, theta)
    yield slip(exponential(factor=2)(H, 0 * H, theta), "forgets the half", "double-angle")
    yield slip(exponential(sign=-1)(H, 0 * H, theta), "loses the minus sign", "inverse")
    yield slip(np.exp(-0.5j * theta * H), "np.exp works entry by entry").says(
        "`np.exp` takes the exponential of each entry. The exponential of a matrix is another thing: use its "
        "eigenvalues."
    )


@build("0.4.j", outcome=5, degrees=DEGREES, qubit=(0, 1))
def on_one_of_two(degrees, qubit):
    gate = phase(degrees) @ H
    pair = [np.kron(gate, np.eye(2)), np.kron(np.eye(2), gate)]
    yield Unitary(pair[qubit], phase="exact")
    yield plant("qubit-order", "exchanges the factors")
    yield slip(np.kron(gate, gate), "puts the gate on both qubits").says(
        "Your matrix acts on both qubits. One of the two factors is the identity."
    )
    yield slip(
        np.kron(H @ phase(degrees), np.eye(2)) if qubit == 0 else np.kron(np.eye(2), H @ phase(degrees)),
        "applies the left factor first",
        "gate-order",
    ).says("In the product P·H the right factor, H, acts first.")


def cases(rng):
    """Hermitian matrices as (real parts, imaginary parts, angle); the first have complex eigenvectors."""
    found = [([[0.0, 0.0], [0.0, 0.0]], [[0.0, -1.0], [1.0, 0.0]], 1.1)]
    for size in (2, 2, 4):
        m = np.array([[complex(rng.randrange(-2, 3), rng.randrange(-2, 3)) for _ in range(size)] for _ in range(size)])
        m = m + m.conj().T + np.diag(range(size))
        found.append((m.real.tolist(), m.imag.tolist(), round(rng.uniform(0.3, 1.2), 2)))
    return found


@function(
    "0.4.k",
    kind="stretch",
    outcome=4,
    points=2,
    name="exponential",
    inputs=cases,
    returns=lambda value: Unitary(value, phase="exact"),
)
def exponential_of_any():
    yield exponential()
    yield slip(
        lambda real, imag, theta: np.exp(-0.5j * theta * (np.array(real) + 1j * np.array(imag))),
        "np.exp works entry by entry",
    ).says("`np.exp` takes the exponential of each entry: use the eigenvalues and eigenvectors.")
    yield slip(exponential(sign=-1), "loses the minus sign", "inverse")
    yield slip(exponential(factor=2), "forgets the half", "double-angle")
    yield slip(
        lambda real, imag, theta: exponential()(real, 0 * np.array(real), theta), "drops the imaginary parts"
    ).says("You used the real parts alone: the matrix is real + 1j · imag.")
