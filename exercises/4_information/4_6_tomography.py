"""What right means in lesson 4.6, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import product
from math import cos, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Density, EstimatedChannel, EstimatedState, Property, Representation
from qtrain.circuits import Circuit, density, unitary

I2 = np.eye(2)
X, Y, Z = np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])
PAULI = {"I": I2, "X": X, "Y": Y, "Z": Z}


def bloch(x, y, z):
    """The density matrix ½(I + xX + yY + zZ) of a Bloch vector."""
    return (I2 + x * X + y * Y + z * Z) / 2


def means(x0, y0, z0):
    """Mean values from the number of zeros in 1000 shots."""
    return tuple(2 * zeros / 1000 - 1 for zeros in (x0, y0, z0))


def well_inside(x0, y0, z0):
    found = means(x0, y0, z0)
    generic = all(0.15 < abs(m) < 0.85 for m in found) and len({abs(m) for m in found}) == 3
    return generic and 0.4 < np.linalg.norm(found) < 0.97


def counted(x0, y0, z0):
    return {"counts": {p: {"0": k, "1": 1000 - k} for p, k in zip("XYZ", (x0, y0, z0), strict=True)}}


@build(
    "4.6.a",
    kind="compute",
    rung="warm-up",
    outcome=1,
    takes="matrix",
    x0=whole(80, 920),
    y0=whole(80, 920),
    z0=whole(80, 920),
    where=well_inside,
    derive=counted,
)
def from_counts(x0, y0, z0):
    x, y, z = means(x0, y0, z0)
    yield Density(bloch(x, y, z), digits=3)
    yield slip(bloch(-x, -y, -z), "takes ones for +1").says(
        "All three signs are reversed. Result 0 belongs to +1: a mean is (n₀ − n₁)/N."
    )
    yield slip(bloch(x, -y, z), "the sign in Y", "conjugate")
    yield slip(bloch(*((m + 1) / 2 for m in (x, y, z))), "puts shares in the place of means").says(
        "You put the share of zeros in the place of the mean. The mean is 2·share − 1."
    )
    yield slip(2 * bloch(x, y, z), "forgets the half").says("The trace of your matrix is 2: the factor ½ is missing.")
    yield slip(bloch(z, y, x), "exchanges X and Z").says("The means of X and Z have changed places.")
    yield slip(bloch(y, x, z), "exchanges X and Y").says("The means of X and Y have changed places.")


def turns_into_z(word):
    """Whether a circuit makes a measurement of Z on each qubit a measurement of the letters of `word`."""
    n = len(word)

    def placed(matrix, k):
        return np.kron(np.kron(np.eye(2**k), matrix), np.eye(2 ** (n - k - 1)))

    def holds(answer):
        if answer.num_qubits != n:
            return False, f"the circuit for {word} has {answer.num_qubits} qubits; it needs {n}."
        if any(step.name == "measure" for step in answer.operations):
            return False, f"the circuit for {word} measures. Give the turn alone: the laboratory measures."
        u = unitary(answer)
        for k, letter in enumerate(word):
            measured = u.conj().T @ placed(Z, k) @ u
            if np.abs(measured - placed(PAULI[letter], k)).max() < 1e-5:
                continue
            return False, _instead(measured, placed, word, k)
        return True

    return Property(
        f"measures {word}", holds, takes=Circuit, num_qubits=n, wants=f"a circuit on {n} qubit{'s' * (n > 1)}"
    )


def _instead(measured, placed, word, k):
    for sign, words in ((1, ""), (-1, "−")):
        for other in "XYZ":
            if np.abs(measured - sign * placed(PAULI[other], k)).max() < 1e-5:
                return f"for {word}, a Z measurement of qubit {k} behind your circuit is one of {words}{other}."
    return f"for {word}, qubit {k} is not measured along {word[k]}."


GATES = {"X": "h {}", "Y": "sdg {}; h {}", "Z": ""}


def turned(gates, order=1):
    def rotation(word):
        steps = [gates[letter].format(k, k) for k, letter in enumerate(word[::order])]
        return circuit("; ".join(step for step in steps if step), qubits=len(word))

    return rotation


@function(
    "4.6.b",
    kind="debug",
    rung="warm-up",
    outcome=1,
    name="rotation",
    inputs=["Y", "XY", "ZYX", "YZ", "XXYZ"],
    judged=turns_into_z,
)
def basis_change():
    yield turned(GATES)
    yield slip(turned({**GATES, "Y": "h {}"}), "measures X in the place of Y").says(
        "A Hadamard alone measures X. For Y the phase i has to be taken away first."
    )
    yield slip(turned({**GATES, "Y": "s {}; h {}"}), "turns Y the wrong way").says(
        "Your Y setting turns |+i⟩ to |1⟩: it measures −Y. Take the inverse of S."
    )
    yield slip(turned({**GATES, "Y": "h {}; sdg {}"}), "exchanges the order of time").says(
        "The phase gate comes behind the Hadamard, where it changes no probability. It has to come first."
    )
    yield slip(turned(GATES, -1), "reads the word backwards").says(
        "Your words are read backwards: the first letter belongs to qubit 0."
    )


def mixed(theta, phi, mix):
    """The Bloch vector of the hidden source: a mixture turned by RY(θ) and RZ(φ)."""
    return cos(mix) * np.array([sin(theta) * cos(phi), sin(theta) * sin(phi), cos(theta)])


def generic(theta, phi, mix):
    x, y, z = abs(mixed(theta, phi, mix))
    return min(x, y, z) > 0.2 and min(abs(x - y), abs(y - z), abs(x - z)) > 0.15


SOURCE = {"theta": decimals(0.5, 2.6, 0.01), "phi": decimals(-2.9, 2.9, 0.01)}


@build(
    "4.6.c",
    kind="measure",
    rung="warm-up",
    outcome=1,
    points=2,
    takes="matrix",
    mix=decimals(0.6, 0.9, 0.01),
    where=generic,
    **SOURCE,
)
def hidden_state(theta, phi, mix):
    x, y, z = mixed(theta, phi, mix)
    yield EstimatedState(bloch(x, y, z), 0.03)
    yield slip(bloch(x, x, z), "measures X twice").says(
        "Your matrix has the mean of X in the place of that of Y. Did your Y setting begin with the inverse of S?"
    )
    yield slip(bloch(x, -y, z), "turns Y the wrong way", "conjugate")
    yield slip(bloch(-x, -y, -z), "takes ones for +1").says(
        "It is close with all three signs reversed: result 0 belongs to +1."
    )
    yield slip(bloch(*mixed(theta, phi, 0)), "makes it pure").says(
        "Your state is pure and points the right way, but the source gives a mixed state: a short Bloch vector is no "
        "mistake of the data."
    )
    yield slip(bloch((x + 1) / 2, (y + 1) / 2, (z + 1) / 2), "puts shares in the place of means").says(
        "You put shares of zeros in the place of means. A mean is (n₀ − n₁)/N = 2·share − 1."
    )
    yield slip(bloch(x, 0, z), "leaves Y out").says("The mean of Y is 0 in your matrix. Measure it, too.")
    yield slip(np.diag([(1 + z) / 2, (1 - z) / 2]), "measures Z only").says(
        "Your matrix is diagonal: counts along Z alone say nothing of the rest."
    )


def nearest(matrix):
    """The state nearest in 2-norm (Smolin, Gambetta and Smith, arXiv:1106.5458)."""
    values, vectors = np.linalg.eigh(np.array(matrix, dtype=complex))
    falling = values[::-1]
    levels = (np.cumsum(falling) - 1) / np.arange(1, len(values) + 1)
    level = levels[np.nonzero(falling > levels)[0][-1]]
    return (vectors * np.clip(values - level, 0, None)) @ vectors.conj().T


def with_spectrum(change):
    def made(matrix):
        values, vectors = np.linalg.eigh(np.array(matrix, dtype=complex))
        return (vectors * change(values)) @ vectors.conj().T

    return made


def one_shift(values):
    """Cuts the negative eigenvalues and takes their sum from the others once: they may become negative."""
    kept = values > 0
    return np.where(kept, values + values[~kept].sum() / kept.sum(), 0)


def reversed_qubits(matrix):
    n = len(matrix).bit_length() - 1
    order = [*reversed(range(n)), *reversed(range(n, 2 * n))]
    return matrix.reshape((2,) * (2 * n)).transpose(order).reshape(matrix.shape)


SPECTRA = (
    (1.06, -0.06),
    (0.75, 0.25),
    (0.9, 0.28, -0.06, -0.12),
    (0.98, 0.11, 0.02, -0.11),
    (0.6, 0.34, 0.16, -0.1),
    (0.7, 0.3, 0.15, 0.05, 0.01, -0.02, -0.07, -0.12),
)


def estimates(rng):
    """Hermitian matrices of trace 1 with these eigenvalues in drawn bases."""
    found = []
    for spectrum in SPECTRA:
        n = len(spectrum)
        drawn = [[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(n)] for _ in range(n)]
        basis = np.linalg.qr(np.array(drawn))[0]
        matrix = (basis * np.array(spectrum)) @ basis.conj().T
        matrix = (matrix + matrix.conj().T) / 2
        found.append(([[complex(entry) for entry in row] for row in matrix],))
    return found


@function("4.6.d", outcome=2, points=2, name="nearest_state", inputs=estimates, returns=Density)
def nearest_state():
    yield nearest
    yield slip(lambda matrix: np.array(matrix), "changes nothing").says(
        "Your function gives back what it gets. Negative eigenvalues have to go."
    )
    yield slip(with_spectrum(lambda v: np.clip(v, 0, None)), "cuts and does not normalise").says(
        "You set negative eigenvalues to 0; after that the trace is more than 1."
    )
    yield slip(
        with_spectrum(lambda v: np.clip(v, 0, None) / np.clip(v, 0, None).sum()), "cuts and divides by the trace"
    ).says(
        "You cut the negative eigenvalues and divided by the trace. That is a state, but not the nearest: "
        "take the same amount from each eigenvalue."
    )
    yield slip(with_spectrum(lambda v: np.abs(v) / np.abs(v).sum()), "takes absolute values").says(
        "You made negative eigenvalues positive. The nearest state has 0 there."
    )
    yield slip(with_spectrum(one_shift), "takes the excess away once").says(
        "Nearly: after you have taken the excess from the others, one of them can be negative. Then cut that, too, "
        "and go on."
    )
    yield slip(lambda matrix: np.linalg.eigvalsh(nearest(matrix)), "stops at the eigenvalues").says(
        "These are the eigenvalues of the nearest state. Put them back between the eigenvectors."
    )
    yield slip(lambda matrix: reversed_qubits(nearest(matrix)), "gives a Qiskit object").says(
        "Read as qubits, your matrices have the qubits in the reverse order. If you gave a Qiskit object, such as a "
        "DensityMatrix, give the array itself."
    )
    yield slip(with_spectrum(lambda v: np.eye(len(v))[-1]), "gives the pure state").says(
        "You gave the eigenvector of the largest eigenvalue. The nearest state may be mixed."
    )


KINDS = {
    "pure, in no special direction": 2,
    "pure, exactly along z": 1,
    "mixed, with a Bloch vector of length 0.8": 1,
}


@number(
    "4.6.e",
    rung="warm-up",
    outcome=3,
    rel=0.01,
    state=one_of(list(KINDS)),
    shots=one_of([500, 1000, 2000, 3000, 4000, 5000]),
    times=whole(4, 12),  # with 3 the square would be the shots of all three axes
)
def shots_needed(state, shots, times):
    power = KINDS[state]
    yield shots * times**power
    if power == 2:
        yield slip(shots * times, "takes 1/N").says(
            "This holds for a mixed state. For a pure state in no special direction the infidelity falls with 1/√N."
        )
    else:
        yield slip(shots * times**2, "takes 1/√N").says(
            "You let the infidelity fall with 1/√N. That is the law for a pure state in no special direction."
        )
    yield slip(3 * shots * times**power, "counts all three axes").says(
        "This counts the shots of all three axes. Those of each axis are asked for."
    )
    yield slip(shots * sqrt(times), "takes 1/N²").says(
        "You let the infidelity fall with 1/N². Nothing here is so fast."
    )


@measure(
    "4.6.f",
    outcome=3,
    points=2,
    within=0.01,
    mix=decimals(0.77, 1.05, 0.01),
    where=lambda theta, phi, mix: min(abs(mixed(theta, phi, mix))) > 0.15,
    **SOURCE,
)
def purity(theta, phi, mix):
    r = mixed(theta, phi, mix)
    square = float(r @ r)
    spread, shots = sqrt(float(np.sum(r**2 * (1 - r**2)))), 4000
    error = spread / sqrt(shots)
    yield right((1 + square) / 2, spread=spread)
    yield slip((square, error, shots), "gives the squared length").says(
        "This is the squared length of the Bloch vector. The purity is half of 1 plus that."
    )
    yield slip(((1 + sqrt(square)) / 2, error, shots), "gives the largest eigenvalue").says(
        "This is the larger eigenvalue of ρ. The purity is the sum of the squares of both."
    )
    yield slip(((1 + square) / 2, 2 * error, shots), "forgets the half in the error").says(
        "Your error bar is about twice as wide as it should be. In d(purity) = x·dx + y·dy + z·dz the half and the 2 "
        "of the square cancel."
    )
    yield slip(((1 + square) / 2, sqrt(3) * error, shots), "counts the shots of all settings").says(
        "Your error bar is about √3 times what these shots give. Did you give the shots of all three settings? Those "
        "of each one are asked for. Or did you add three errors? Independent errors add by their squares."
    )
    yield slip((1 + square, error, shots), "forgets the half").says(
        "This is 1 + x² + y² + z². The purity of ρ = ½(I + …) is half of that."
    )
    yield slip(((1 + square) / 2, sqrt((3 - square) / shots), shots), "adds the errors of x, y and z").says(
        "You added the variances of x, y and z as they are. In the purity each counts with a factor x, y or z."
    )


@choice("4.6.g", outcome=3)
def readout_error():
    yield right("It comes as near as you like to a wrong state; the error bars shrink around that state.").says(
        "Right: error bars know of chance only. A systematic error has to be measured and taken out (lesson 5.2)."
    )
    yield slip("It comes as near as you like to the true state: errors average out.", "averages a bias away").says(
        "Random errors average out. This one always pushes to the same side."
    )
    yield slip("It has a negative eigenvalue, which shows that something is wrong.", "expects a warning").says(
        "Flipped readings make the Bloch vector shorter: the matrix stays a state, and nothing warns you."
    )
    yield slip(
        "It stays as it is at first, but the projection onto states repairs the error.", "trusts the projection"
    ).says("The projection changes a matrix only if an eigenvalue is negative. Here none is.")
    yield slip("Its error bars stop shrinking, so that the truth stays inside.", "takes error bars for bias").says(
        "The error bars are computed from counts. They go on shrinking, and leave the truth outside."
    )


def choi_of_outputs(zero, one, plus, plus_i):
    zero, one, plus, plus_i = (np.array(each, dtype=complex) for each in (zero, one, plus, plus_i))
    corner = plus + 1j * plus_i - (1 + 1j) / 2 * (zero + one)
    return np.block([[zero, corner], [corner.conj().T, one]])


def kraus_of(choi):
    values, vectors = np.linalg.eigh(choi)
    return [
        sqrt(value) * vector.reshape(2, 2).T for value, vector in zip(values, vectors.T, strict=True) if value > 1e-9
    ]


INPUTS = [np.array([1, 0]), np.array([0, 1]), np.array([1, 1]) / sqrt(2), np.array([1, 1j]) / sqrt(2)]


def outputs(rng):
    """What drawn channels make of the four inputs."""
    found = []
    for _ in range(4):
        drawn = [[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(2)] for _ in range(4)]
        isometry = np.linalg.qr(np.array(drawn))[0]
        kraus = isometry[:2], isometry[2:]
        states = [sum(k @ np.outer(v, v.conj()) @ k.conj().T for k in kraus) for v in INPUTS]
        states = [(state + state.conj().T) / 2 for state in states]  # real diagonals, without rests of rounding
        found.append(tuple([[complex(entry) for entry in row] for row in state] for state in states))
    return found


def as_choi(zero, one, plus, plus_i):
    return Representation(kraus_of(choi_of_outputs(zero, one, plus, plus_i)), "choi")


def choi_by(corner, lower=lambda corner: corner.conj().T, order=(0, 1, 2, 3)):
    def made(zero, one, plus, plus_i):
        zero, one, plus, plus_i = (np.array(each, dtype=complex) for each in (zero, one, plus, plus_i))
        block = corner(zero, one, plus, plus_i)
        return np.block([[zero, block], [lower(block), one]])[np.ix_(order, order)]

    return made


def right_corner(zero, one, plus, plus_i):
    return plus + 1j * plus_i - (1 + 1j) / 2 * (zero + one)


@function("4.6.h", outcome=5, points=2, name="choi_of_outputs", inputs=outputs, judged=as_choi)
def choi_from_four():
    yield choi_of_outputs
    yield slip(choi_by(right_corner, order=(0, 2, 1, 3)), "takes Cirq's order", "convention").says(
        "This is the Choi matrix with the output first, as Cirq has it. Here the input comes first."
    )
    yield slip(
        choi_by(lambda zero, one, plus, plus_i: plus - 1j * plus_i - (1 - 1j) / 2 * (zero + one)), "takes |1⟩⟨0|"
    ).says("Your blocks E(|0⟩⟨1|) and E(|1⟩⟨0|) have changed places: |0⟩⟨1| is (X + iY)/2.")
    yield slip(
        choi_by(lambda zero, one, plus, plus_i: plus + 1j * plus_i), "leaves the identity's part in the corner"
    ).says("In your corner the part of the identity is still there: |+⟩⟨+| is (I + X)/2, and not X/2.")
    yield slip(
        choi_by(lambda zero, one, plus, plus_i: plus + 1j * plus_i - (1 + 1j) / 2 * I2), "keeps I as it is"
    ).says("You took I itself off. The channel acts on it, too: E(I) is the sum of the outputs of |0⟩ and |1⟩.")
    yield slip(choi_by(right_corner, lower=lambda corner: corner), "copies the corner").says(
        "Both corners of your matrix are the same. E(|1⟩⟨0|) is the conjugate transpose of E(|0⟩⟨1|)."
    )


def rz(angle):
    return np.diag([np.exp(-0.5j * angle), np.exp(0.5j * angle)])


def ry(angle):
    return np.array([[cos(angle / 2), -sin(angle / 2)], [sin(angle / 2), cos(angle / 2)]])


def apart(a, b, c):
    """Whether a gate, its conjugate, its inverse and its transpose are four channels far from each other."""
    gate = rz(c) @ ry(b) @ rz(a)
    four = (gate, gate.conj(), gate.conj().T, gate.T)
    overlaps = [abs(np.trace(one.conj().T @ other)) / 2 for k, one in enumerate(four) for other in four[:k]]
    return max(overlaps) < 0.94


@build(
    "4.6.i",
    kind="measure",
    rung="think",
    outcome=5,
    points=2,
    takes="matrix",
    a=decimals(-2.8, 2.8, 0.01),
    b=decimals(0.5, 2.6, 0.01),
    c=decimals(-2.8, 2.8, 0.01),
    where=apart,
)
def hidden_gate(a, b, c):
    gate = rz(c) @ ry(b) @ rz(a)
    yield EstimatedChannel(gate, 0.08)
    yield slip(gate.conj(), "turns Y the wrong way", "conjugate")
    yield slip(gate.conj().T, "gives the inverse", "inverse").says("This is close to the inverse of the gate.")
    yield slip(gate.T, "reads the Choi vector row by row").says(
        "This is close to the transpose of the gate. In the Choi vector the input is the first index, in a matrix the "
        "output is."
    )


def two_qubits(a, b, c):
    """The state of the hidden source of exercise j."""
    return density(circuit("ry(a) 0; cx 0 1; ry(b) 1; rz(c) 0; s 1; h 1", a=a, b=b, c=c))


def one_of_two(rho, qubit):
    return np.einsum("abcb->ac" if qubit == 0 else "abad->bd", rho.reshape(2, 2, 2, 2))


def rebuilt(rho, factor):
    """The sum over all words, each mean multiplied by what `factor` says of the word."""
    total = np.eye(4, dtype=complex) / 4
    for a, b in product("IXYZ", repeat=2):
        if a + b != "II":
            word = np.kron(PAULI[a], PAULI[b])
            total += factor(a + b) * np.trace(rho @ word).real * word / 4
    return total


@build(
    "4.6.j",
    kind="stretch",
    outcome=4,
    points=3,
    takes="matrix",
    a=decimals(0.7, 1.3, 0.01),
    b=decimals(0.5, 1.1, 0.01),
    c=decimals(0.5, 1.2, 0.01),
)
def two_qubit_state(a, b, c):
    rho = np.asarray(two_qubits(a, b, c))
    yield EstimatedState(rho, 0.08)
    yield slip(reversed_qubits(rho), "reverses the qubits", "qubit-order")
    yield slip(rho.conj(), "turns Y the wrong way", "conjugate")
    yield slip(np.kron(one_of_two(rho, 0), one_of_two(rho, 1)), "takes each qubit by itself").says(
        "This is the product of the states of both qubits. The means of words such as XY hold what they have in common."
    )
    added = rebuilt(rho, lambda word: 3 if "I" in word else 1)
    pairs = rebuilt(rho, lambda word: 0 if "I" in word else 1)
    for one in (added, nearest(added)):
        yield slip(one, "adds three estimates of one mean").says(
            "The words with an I count three times: their means come from three settings each. Average, do not add."
        )
    for one in (pairs, nearest(pairs)):
        yield slip(one, "leaves the words with an I out").says(
            "The words with an I, such as XI, are missing in your sum: they are the states of single qubits."
        )
    yield slip(np.diag(np.diag(rho)), "measures ZZ only").says(
        "Your matrix is diagonal: counts of the setting ZZ alone say nothing of the rest."
    )
