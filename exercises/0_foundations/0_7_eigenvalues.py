"""What right means in lesson 0.7, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import pi, radians, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, number, one_of, plant, right, slip, whole
from qtrain.checking import Property, State, Unitary
from qtrain.checking.rules import NoSynthesis
from qtrain.circuits import Circuit, Matrix, unitary

X = np.array([[0, 1], [1, 0]])
H = np.array([[1, 1], [1, -1]]) / sqrt(2)
DEGREES = one_of([k for k in range(-160, 165, 5) if abs(k) % 90 > 14])


def phase(degrees):
    """The gate P with an angle in degrees."""
    return np.diag([1, np.exp(1j * radians(degrees))])


@number(
    "0.7.a",
    rung="warm-up",
    outcome=1,
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


@build("0.7.b", outcome=1, points=2, takes="circuit", rules=[NoSynthesis()], degrees=DEGREES, value=(1, -1))
def eigenstate(degrees, value):
    yield State(np.array([1, value * np.exp(1j * radians(degrees))]) / sqrt(2))
    built = circuit(value < 0 and "x 0", "h 0; p(a) 0", a=radians(degrees))
    yield slip(circuit(value > 0 and "x 0", "h 0; p(a) 0", a=radians(degrees)), "takes the other eigenvalue").says(
        "This is the eigenstate of the other eigenvalue."
    )
    yield slip(circuit(value < 0 and "x 0", "p(a) 0; h 0", a=radians(degrees)), "applies P before H").says(
        "Your state does not depend on φ. P shows nothing on a basis state: it must act after H."
    )
    yield plant("angle-sign", "turns the phase the other way", of=built)


def gives_x(v):
    return abs(abs(np.trace(X @ v)) - 2) < 1e-6


def root(times):
    """A gate that is X when applied so many times."""
    plus = np.full((2, 2), 0.5)
    return plus + np.exp(1j * pi / times) * (np.eye(2) - plus)


@build("0.7.c", kind="design", outcome=2, points=2, times=range(4, 201, 4))  # half of NOT, applied so many times, is I
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


@build("0.7.d", rung="warm-up", outcome=3, takes="matrix", phase="exact", theta=decimals(0.3, 2.8, 0.05))
def exponential_of_h(theta):
    yield exponential()(H, 0 * H, theta)
    yield slip(exponential(factor=2)(H, 0 * H, theta), "forgets the half", "double-angle")
    yield slip(exponential(sign=-1)(H, 0 * H, theta), "loses the minus sign", "inverse")
    half = theta / 2
    yield slip(np.cos(half) - 1j * np.sin(half) * H, "adds the cosine to every entry").says(
        "You add the cosine to every entry. It belongs on the diagonal only: times I."
    )
    yield slip(np.sin(half) * np.eye(2) - 1j * np.cos(half) * H, "exchanges cosine and sine").says(
        "Cosine and sine are exchanged: for θ = 0 your matrix is not I."
    )
    yield slip(exponential()(X, 0 * X, theta), "takes X").says("This is the exponential for X. H is asked for.")
    yield slip(exponential()(H, 0 * H, radians(theta)), "takes the angle for degrees").says(
        "You took θ for an angle in degrees. It is in radians."
    )
    yield slip(np.exp(-0.5j * theta * H), "np.exp works entry by entry").says(
        "`np.exp` takes the exponential of each entry. The exponential of a matrix is another thing: use its "
        "eigenvalues."
    )


@build("0.7.e", outcome=4, takes="matrix", degrees=DEGREES, qubit=(0, 1))
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


@choice("0.7.f", rung="warm-up", outcome=1)
def eigenvalues_of_a_gate():
    yield right("Its size is 1: it is some e^{iχ}.").says(
        "Right: a gate keeps the length of its eigenvectors, so it can only turn their phase."
    )
    yield slip("It is real.", "takes unitary for Hermitian").says(
        "That is so for Hermitian matrices. P(90°) is unitary, and i is one of its eigenvalues."
    )
    yield slip("It is +1 or −1.", "generalises from X, Z and H").says(
        "That is so for X, Z and H, which are Hermitian, too. P(90°) is unitary, and i is one of its eigenvalues."
    )
    yield slip("It is a positive number.", "thinks of lengths").says(
        "X has the eigenvalue −1, with the eigenvector |−⟩, and X is unitary."
    )
    yield slip("Nothing: it can be any complex number.", "takes it for a general matrix").says(
        "U|v⟩ is as long as |v⟩. Is λ|v⟩ as long as |v⟩ for any λ?"
    )


@number(
    "0.7.g",
    rung="think",
    outcome=(1, 3),
    within=1e-3,
    a=whole(-3, 5),
    d=whole(-3, 5),
    real=whole(-3, 3),
    imag=whole(-3, 3),
    where=lambda a, d, real, imag: a != d and real and imag,
)
def back_again(a, d, real, imag):
    half = sqrt(((a - d) / 2) ** 2 + real**2 + imag**2)
    yield pi / half
    yield slip(2 * pi / half, "takes half of the distance").says(
        "By this time it has been back once already. How far apart are the two eigenvalues?"
    )
    yield slip(pi / (2 * half), "stops half-way").says(
        "At this time the two parts differ by half a turn: the qubit is as far from |0⟩ as it gets."
    )
    yield slip(180 / half, "takes a full turn in degrees").says(
        "You took 360 for a full turn. The angle in e^(−iλt) is in radians: a full turn is 2π."
    )
    yield slip(2 * half, "gives the distance of the levels").says(
        "This is the distance of the two eigenvalues. How long does a phase with this speed take for a full turn?"
    )
    yield slip(2 * pi / abs(a - d), "reads the diagonal").says(
        "The numbers on the diagonal are eigenvalues only if the other entries are 0."
    )


def cases(rng):
    """Hermitian matrices as (real parts, imaginary parts, angle); the first have complex eigenvectors."""
    found = [([[0.0, 0.0], [0.0, 0.0]], [[0.0, -1.0], [1.0, 0.0]], 1.1)]
    for size in (2, 2, 4):
        m = np.array([[complex(rng.randrange(-2, 3), rng.randrange(-2, 3)) for _ in range(size)] for _ in range(size)])
        m = m + m.conj().T + np.diag(range(size))
        found.append((m.real.tolist(), m.imag.tolist(), round(rng.uniform(0.3, 1.2), 2)))
    return found


def transposed(real, imag, theta):
    values, vectors = np.linalg.eigh(np.array(real) + 1j * np.array(imag))
    return (vectors * np.exp(-0.5j * theta * values)) @ vectors.T


def turned_round(real, imag, theta):
    values, vectors = np.linalg.eigh(np.array(real) + 1j * np.array(imag))
    return (vectors.conj().T * np.exp(-0.5j * theta * values)) @ vectors


@function(
    "0.7.h",
    kind="stretch",
    outcome=3,
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
    yield slip(exponential(sign=-1), "loses the minus sign", "inverse").says(
        "Your function gives the inverse, e^(+iθM/2): mind the minus sign."
    )
    yield slip(lambda real, imag, theta: exponential()(real, -np.array(imag), theta), "conjugates the matrix").says(
        "Your function gives the exponential of M conjugated. M is real + 1j · imag."
    )
    yield slip(transposed, "forgets to conjugate the eigenvectors").says(
        "Your function is right only for matrices with real eigenvectors. Which is the matrix on the right: the "
        "transpose of the eigenvectors or their adjoint?"
    )
    yield slip(turned_round, "puts the adjoint on the left").says(
        "The adjoint stands on the wrong side: the eigenvectors are the columns of the left factor."
    )
    yield slip(exponential(factor=2), "forgets the half", "double-angle")
    yield slip(
        lambda real, imag, theta: exponential()(real, 0 * np.array(real), theta), "drops the imaginary parts"
    ).says("You used the real parts alone: the matrix is real + 1j · imag.")
