"""What right means in lesson 4.9, and how people get it wrong. The tasks stand in the notebook of the same name."""

from dataclasses import dataclass
from math import acos, asin, cos, exp, sin, sqrt

import numpy as np

from qtrain.authoring import (
    build,
    choice,
    circuit,
    decimals,
    function,
    measure,
    number,
    right,
    slip,
    whole,
)
from qtrain.checking import Channel, Density, Property
from qtrain.checking.refusals import Refused, called
from qtrain.checking.rules import NoReset, NoUnitary
from qtrain.checking.verdict import wrong
from qtrain.circuits import Circuit, written_bits
from qtrain.circuits.channels import choi_of
from qtrain.circuits.model import Nothing
from qtrain.circuits.numerals import number_beside, number_text, significant

X, Z = np.array([[0, 1], [1, 0]]), np.diag([1, -1])
LOWER = np.array([[0, 1], [0, 0]])


def row_generator(H, jumps, conjugated=True, lost=0.5, sign=-1j, transposed=True, both=True):
    """The Lindblad equation on stacked rows: AρB becomes A ⊗ Bᵀ; the options are what people get wrong."""
    H, jumps = np.array(H), [np.array(L) for L in jumps]
    one = np.eye(len(H))
    G = sign * (np.kron(H, one) - np.kron(one, H.T if transposed else H))
    for L in jumps:
        M = L.conj().T @ L
        G = G + np.kron(L, L.conj() if conjugated else L)
        G = G - lost * np.kron(M, one)
        if both:
            G = G - lost * np.kron(one, M.T if transposed else M)
    return G


def column_generator(H, jumps):
    """The same on stacked columns: AρB becomes Bᵀ ⊗ A."""
    d = len(H)
    G = row_generator(H, jumps).reshape(d, d, d, d)
    return G.transpose(1, 0, 3, 2).reshape(d * d, d * d)


def decay_jumps(T1, T2, excited=0.0):
    """Jump operators of a qubit with these times, which ends with this excited population."""
    dephasing = 1 / T2 - 1 / (2 * T1)
    found = [sqrt((1 - excited) / T1) * LOWER, sqrt(excited / T1) * LOWER.T]
    return [*found, sqrt(dephasing / 2) * Z]


def steady(H, jumps):
    """The steady state, from the vector of the generator for the eigenvalue 0."""
    G = row_generator(H, jumps)
    rho = np.linalg.svd(G)[2][-1].conj().reshape(len(H), len(H))
    return rho / np.trace(rho)


@dataclass(frozen=True, eq=False)
class Stack:
    """Matrices of one size, of shape (k, d, d)."""

    array: np.ndarray


class Jumps(Property):
    """Jump operators with a property of their generator; two lists with the same generator are the same answer.

    Parameters
    ----------
    name : str
        How the sentence "your answer …" goes on.
    predicate : callable
        From the generator on stacked rows (H = 0) and the operators to whether it holds, or (whether, what is missing).
    size : int
        The operators are size × size.
    single : bool
        Whether one bare matrix is asked for.
    """

    def __init__(self, name, predicate, *, size, single=False, **options):
        def told(answer):
            return predicate(row_generator(np.zeros((size, size)), answer.array), answer.array)

        def counts(answer):
            return row_generator(np.zeros((size, size)), answer.array)

        wants = f"a {size} × {size} array" if single else f"a list of {size} × {size} arrays"
        super().__init__(name, told, takes=Stack, counts=counts, wants=wants, **options)
        self.size, self.single = size, single

    def read(self, answer, *, order="native"):
        if answer is None or answer is ... or (isinstance(answer, list | tuple | np.ndarray) and len(answer) == 0):
            return Nothing()
        try:
            array = np.asarray(answer, dtype=complex)
        except (TypeError, ValueError):
            raise Refused("wrong-type", f"You gave {called(answer)}, but {self.wants} is asked for.") from None
        if array.ndim == 2 and self.single:
            array = array[None]
        if array.ndim != 3 or array.shape[1:] != (self.size, self.size) or (self.single and len(array) > 1):
            raise Refused("wrong-size", f"Your array has the shape {np.shape(answer)}, but {self.wants} is asked for.")
        if not np.all(np.isfinite(array)):
            raise Refused("unreadable", "Your array contains entries that are no finite numbers.")
        return Stack(array)


@number(
    "4.9.a",
    rung="warm-up",
    outcome=2,
    within=2e-3,
    T1=whole(30, 120, 5),
    t=whole(10, 150, 5),
    where=lambda T1, t: 0.3 < t / T1 < 2,
)
def coherence_left(T1, t):
    yield exp(-t / (2 * T1)) / 2
    yield slip(exp(-t / T1) / 2, "takes the rate of the population").says(
        "This is how the excited population falls. The coherence falls with half of that rate."
    )
    yield slip(exp(-t / (2 * T1)), "forgets where it starts").says(
        "This is the part of the coherence that is left. What is |ρ₀₁| at the beginning?"
    )
    yield slip(exp(-t / T1), "both").says(
        "This is the part of the excited population that is left. The coherence falls more slowly, and starts lower."
    )
    yield slip(exp(-2 * t / T1) / 2, "doubles the rate").says(
        "You doubled the rate. The coherence falls more slowly than the population, not faster."
    )
    yield slip(exp(-t / (2 * T1)) / sqrt(2), "takes an amplitude for the coherence").says(
        "You start at 1/√2. That is an amplitude of |+⟩; ρ₀₁ is a product of two."
    )
    yield slip((1 - t / (2 * T1)) / 2, "takes one long step").says(
        "This is one step of a straight line. The coherence falls exponentially."
    )


@number(
    "4.9.b",
    rung="think",
    outcome=1,
    points=2,
    within=0.05,
    T1=whole(20, 80, 2),
    T2=whole(12, 140, 2),
    where=lambda T1, T2: 0.4 < T2 / T1 < 1.9 and abs(T2 / T1 - 1) > 0.1,
)
def largest_step(T1, T2):
    limit = (2 / T2) / (1 / T1**2 + 1 / T2**2)
    yield limit
    yield slip(T1, "looks at the populations").says(
        "Up to this step no population is negative. But an eigenvalue is already: look at the whole matrix."
    )
    yield slip(T2, "looks at the coherence").says(
        "At this step the coherence is 0. That is no condition on the eigenvalues."
    )
    yield slip(0.8 * T1, "takes the page's number").says("This is right for T2 = 2 T1 only. Your qubit has another T2.")
    yield slip(0.4 * T2, "takes the page's number, in T2").says(
        "This is right for T2 = 2 T1 only. Your qubit has another T1."
    )
    yield slip(limit / 2, "loses a factor 2").says(
        "This step is safe, but longer ones are, too: the smaller eigenvalue is still positive."
    )
    yield slip(2 * T1, "asks for decay").says("After such a step the lower population is negative.")
    yield slip(1 / sqrt(1 / T1**2 + 1 / T2**2), "forgets the linear term").says(
        "You dropped the term that is linear in the step: the square of 1 − dt/T2 has three terms."
    )


def equations(rng):
    """Random equations on one and two qubits: complex, not symmetric, with up to two jumps, one without."""

    def matrix(d):
        return np.array([[complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(d)] for _ in range(d)])

    found = []
    for d, number_of_jumps in ((2, 1), (2, 0), (2, 2), (4, 1), (4, 2)):
        H = matrix(d)
        found.append(((H + H.conj().T).tolist(), [matrix(d).tolist() for _ in range(number_of_jumps)]))
    return found


class SameMatrix(Property):
    """A square matrix, entry by entry; told apart from the one for stacked columns."""

    def __init__(self, wanted):
        self.wanted = np.asarray(wanted)
        d = int(np.sqrt(len(self.wanted)))
        columns = self.wanted.reshape(d, d, d, d).transpose(1, 0, 3, 2).reshape(d * d, d * d)

        def holds(answer):
            if np.allclose(answer.array, self.wanted, atol=1e-6):
                return True
            if np.allclose(answer.array, columns, atol=1e-6):
                return False, "This is the matrix for stacked columns; stacked rows are asked for."
            blocks = answer.array.reshape(d, d, d, d)  # out row, out column, in row, in column
            if np.abs(np.einsum("iijk->jk", blocks)).max() > 1e-6:
                return False, "With your matrix, on stacked rows, the trace of ρ changes; it should not."
            if np.abs(blocks - blocks.transpose(1, 0, 3, 2).conj()).max() > 1e-6:
                return False, "With your matrix, on stacked rows, ρ does not stay Hermitian; it should."
            place = np.unravel_index(np.argmax(np.abs(answer.array - self.wanted)), self.wanted.shape)
            at = ", ".join(map(str, place))
            return False, f"Your matrix is not right; the entry [{at}], counted from 0, is furthest off."

        super().__init__("is the generator", holds, takes=Stack)

    def like(self, answer):
        return SameMatrix(answer.array)

    def read(self, answer, *, order="native"):
        if answer is None or answer is ...:
            return Nothing()
        try:
            array = np.asarray(answer, dtype=complex)
        except (TypeError, ValueError):
            raise Refused(
                "wrong-type", f"The function gives {called(answer)}, but a matrix of numbers is asked for."
            ) from None
        if array.shape != self.wanted.shape:
            raise Refused(
                "wrong-size", f"The function gives the shape {array.shape}; {self.wanted.shape} is asked for."
            )
        if not np.all(np.isfinite(array)):
            raise Refused("unreadable", "The result contains entries that are no finite numbers.")
        return Stack(array)


@function("4.9.c", outcome=2, points=2, name="row_generator", inputs=equations, returns=SameMatrix)
def generator_on_rows():
    yield row_generator
    yield slip(column_generator, "stacks the columns", "convention").says(
        "This is right under another convention: your matrix acts on stacked columns, as Qiskit's does; stacked rows "
        "are asked for."
    )
    yield slip(lambda H, jumps: row_generator(H, jumps, conjugated=False), "forgets the conjugate").says(
        "In the jump term the right factor is L†. Stacked, it becomes its transpose, L*; you have L without the star."
    )
    yield slip(lambda H, jumps: row_generator(H, jumps, lost=0), "forgets the terms with ½").says(
        "The two terms with −½ are missing: your trace grows."
    )
    yield slip(lambda H, jumps: row_generator(H, jumps, lost=1), "forgets the half").says(
        "The terms with L†L have a factor ½ each: your trace shrinks."
    )
    yield slip(lambda H, jumps: row_generator(H, jumps, lost=1, both=False), "puts all of it on one side").says(
        "L†L stands on both sides of ρ, with ½ each. Yours stands on the left only: ρ does not stay Hermitian."
    )
    yield slip(lambda H, jumps: row_generator(H, jumps, transposed=False), "forgets the transposes").says(
        "What stands to the right of ρ has to be transposed."
    )
    yield slip(lambda H, jumps: row_generator(H, []), "leaves out the jumps").says("The jump operators do nothing yet.")
    yield slip(lambda H, jumps: row_generator(H, jumps[:1]), "takes one jump").says(
        "It is right with at most one jump operator. With more of them all count."
    )
    yield slip(lambda H, jumps: row_generator(0 * np.array(H), jumps), "leaves out the Hamiltonian").says(
        "The Hamiltonian does nothing yet."
    )
    yield slip(lambda H, jumps: row_generator(H, jumps, sign=1j), "turns time round").says(
        "The Hamiltonian's part has the opposite sign: −i(Hρ − ρH)."
    )


@choice(
    "4.9.d",
    rung="warm-up",
    outcome=3,
    T1=whole(40, 120, 2),
    excess=whole(4, 12),
    derive=lambda T1, excess: {"T2": 2 * T1 + excess},
)
def line_in_a_data_sheet(T1, excess):
    yield right("At least one of the two numbers is off: no channel has both.").says(
        "Right: T2 is above 2 T1, and then the map has a negative Choi eigenvalue. Errors and drift do that to numbers."
    )
    yield slip("The qubit is very good: its pure dephasing is slower than its energy loss.", "takes it as it is").says(
        "Slow pure dephasing brings T2 near to 2 T1, never beyond."
    )
    yield slip("The qubit gains energy, which makes its coherence last longer.", "thinks of pumping").says(
        "Jumps up add to the rates. They shorten T2 as those down do."
    )
    yield slip("T2 was measured with an echo, which may exceed 2T1.", "thinks that an echo beats the bound").says(
        "An echo takes slow dephasing away. The energy loss is left, and it alone gives T2 = 2 T1."
    )
    yield slip("Nothing: the only bound is that T2 is not shorter than T1.", "turns the bound round").says(
        "T2 may well be shorter than T1. The bound is on the other side."
    )


def times_told(T1, T2, excited):
    """Whether a generator has these two times and ends there; what it has, if not."""

    def holds(G, operators):
        if np.abs(operators).max() < 1e-9:
            return False, "With such jumps nothing happens."
        G = G.reshape(2, 2, 2, 2)  # out row, out column, in row, in column
        mixed = np.abs(G[0, 0, 0, 1]) + np.abs(G[1, 1, 0, 1]) + np.abs(G[0, 1, 0, 0]) + np.abs(G[0, 1, 1, 1])
        if mixed > 1e-6:
            return False, "In your equation populations and coherence act on each other; here they should not."
        if np.abs(G[0, 1, 1, 0]) > 1e-6:
            return False, "In your equation ρ₀₁ and ρ₁₀ act on each other; here each should only fall by itself."
        down, up, dephases = G[0, 0, 1, 1].real, G[1, 1, 0, 0].real, -G[0, 1, 0, 1]
        if abs(dephases.imag) > 1e-6:
            return False, "In your equation the coherence also turns; with H = 0 it should only fall."
        if down + up < 1e-9:
            return False, "In your equation the populations stay as they are: no operator moves them."
        found = (1 / (down + up), 1 / dephases.real, up / (down + up))
        if np.allclose(found, (T1, T2, excited), rtol=2e-3):
            return True
        return False, (
            f"Your jumps give T1 = {significant(found[0], 4)} µs, T2 = {significant(found[1], 4)} µs "
            f"and an excited population of {significant(found[2], 4)} in the end."
        )

    return holds


@build(
    "4.9.e",
    kind="design",
    rung="think",
    outcome=3,
    points=3,
    T1=whole(40, 120, 4),
    T2=whole(30, 160, 5),
    excited=decimals(0.01, 0.08, 0.01),
    where=lambda T1, T2: 0.4 < T2 / T1 < 1.6,
)
def warm_device(T1, T2, excited):
    yield Jumps("has these times", times_told(T1, T2, excited), size=2)
    down, up, plain = (1 - excited) / T1, excited / T1, 1 / T2 - 1 / (2 * T1)

    def made(down, up, dephasing):
        return [sqrt(down) * LOWER, sqrt(up) * LOWER.T, sqrt(dephasing / 2) * Z]

    yield (
        slip(made(1 / T1, 0, plain), "leaves out the jump up")
        .worth(0.5)
        .says("T1 and T2 are right, but your qubit ends in |0⟩: the surroundings never give it anything.")
    )
    yield slip(made(1 / T1, excited / T1, plain), "adds the jump up to 1/T1").says(
        "The rates down and up together make 1/T1. In yours the sum is larger."
    )
    yield (
        slip(made(down, up, 0), "leaves the dephasing out")
        .worth(0.5)
        .says("T1 and the end are right. Your T2 is 2 T1: a jump that only dephases is missing.")
    )
    one_operator = [sqrt(down) * LOWER + sqrt(up) * LOWER.T, sqrt(plain / 2) * Z]
    yield slip(one_operator, "adds two jumps to one").says(
        "You added the jumps down and up to one operator. What the environment gets in one way and gives in another "
        "it can tell apart: take two operators."
    )
    yield slip(made(down, up, 1 / T2), "takes 1/T2 for the pure dephasing").says(
        "The jumps down and up dephase, too: they take a part of 1/T2. You added all of 1/T2 on top."
    )
    yield slip(made(down, up, 2 * plain), "writes √γ Z").says(
        "Your T1 and the end are right. The dephasing is twice as fast as it should be: √γ Z gives the rate 2γ."
    )
    if T2 < T1:
        yield slip(made(down, up, 1 / T2 - 1 / T1), "subtracts 1/T1").says(
            "Your T2 is too long: the energy loss takes the coherence with the rate 1/(2 T1), not with 1/T1."
        )
    yield slip(made(up, down, plain), "exchanges down and up", "inverse").says(
        "Up and down are exchanged: |0⟩⟨1| takes the excitation away."
    )
    yield slip([down * LOWER, up * LOWER.T, plain / 2 * Z], "forgets the square roots", "factor").says(
        "Your operators hold the rates themselves. The equation has L twice: take square roots."
    )


@build(
    "4.9.f",
    kind="compute",
    rung="warm-up",
    outcome=4,
    omega=decimals(0.04, 0.3, 0.01),
    delta=decimals(-0.2, 0.2, 0.02),
    T1=whole(10, 40, 2),
    T2=whole(10, 60, 2),
    where=lambda delta, T1, T2: 0.5 < T2 / T1 < 1.9 and abs(T1 - T2) > 3 and abs(delta) > 0.03,
)
def in_the_end(omega, delta, T1, T2):
    jumps = decay_jumps(T1, T2)
    H = omega / 2 * X + delta / 2 * Z
    yield Density(steady(H, jumps))
    yield slip(steady(2 * H, jumps), "forgets the halves", "factor").says(
        "This belongs to twice the Hamiltonian: it has Ω/2 and Δ/2."
    )
    yield slip(steady(H, decay_jumps(T2, T1)), "exchanges T1 and T2").says("You have exchanged T1 and T2.")
    yield slip(steady(omega / 2 * X, jumps), "leaves out the detuning").says("You left the detuning out.")
    yield slip(np.diag([1, 0]), "leaves out the drive").says("That is the end without a drive.")
    yield slip(np.eye(2) / 2, "takes a drive without bound").says(
        "That is the end for a drive without bound. Yours is weaker: some polarisation is left."
    )
    yield slip(steady(H, jumps).T, "stacks rows and unstacks columns", "conjugate").says(
        "This is the transpose of what is asked for: either you stack in one way and unstack in the other, "
        "or your Hamiltonian's part has the wrong sign."
    )
    yield slip(steady(H, jumps).real, "drops the imaginary part").says(
        "The imaginary part is missing: the drive turns the qubit about x, so it has a y component."
    )
    yield slip(steady(H, decay_jumps(T1, 2 * T1)), "leaves out the pure dephasing").says(
        "This belongs to T2 = 2 T1: the pure dephasing is missing."
    )


def waiting_circuit(t, T1, T2, damped=None, keeps=None, back=True, half=False):
    stays = exp(-t / T1)
    angle = 2 * acos(sqrt(stays)) if damped is None else damped
    keeps = exp(-t / T2) / sqrt(stays) if keeps is None else keeps
    scale = 0.5 if half else 1
    steps = [f"cry({scale * angle!r}) 0 1", "cx 1 0" if back else ""]
    if keeps < 1:
        steps.append(f"cry({scale * 2 * acos(keeps)!r}) 0 2")
    return circuit(*steps, qubits=3)


class Waits(Channel):
    """A channel built without measurements; its parts are the populations and the coherence."""

    def explain(self, answer):
        if isinstance(answer, Circuit) and written_bits(answer):
            return wrong(
                None, "Your circuit measures. Leave the measurements out: the surroundings are thrown away anyway."
            )
        populations, coherence = self.parts(answer)
        left = number_text(float(abs(self._entries(answer)[0, 3])), 3)
        if populations and left == "0":
            said = (
                "The populations are right, but no coherence is left: something learns all about qubit 0, not a little."
            )
            return wrong(None, said, score=0.25)
        if populations and not coherence:
            return wrong(
                None,
                f"The populations are right. The coherence ρ01 keeps the part {left} in size; it should keep "
                "e^(−t/T2), and its phase.",
                score=0.25,
            )
        if coherence and not populations:
            return wrong(None, "The coherence is right. The populations are not.", score=0.25)
        return super().explain(answer)

    def _entries(self, answer):
        """The Choi matrix, input ⊗ output."""
        return choi_of(self._kraus(answer))

    def parts(self, answer) -> tuple[bool, bool]:
        gap = np.abs(self._entries(answer) - self.choi)
        return bool(gap.diagonal().max() < 1e-4), bool(gap[0, 3] < 1e-4)

    def score(self, answer):
        return 0.25 * sum(self.parts(answer))


@build(
    "4.9.g",
    outcome=4,
    points=3,
    takes="circuit",
    rules=[NoUnitary(), NoReset()],
    t=whole(8, 40, 2),
    T1=whole(30, 80, 2),
    T2=whole(20, 110, 5),
    where=lambda T1, T2: 0.5 < T2 / T1 < 1.6,
)
def waiting(t, T1, T2):
    stays, coherence = exp(-t / T1), exp(-t / T2)
    f = coherence / sqrt(stays)
    damp = [np.diag([1, sqrt(stays)]), sqrt(1 - stays) * LOWER]
    kraus = [sqrt(w) * D @ K for w, D in (((1 + f) / 2, np.eye(2)), ((1 - f) / 2, Z)) for K in damp]
    yield Waits(kraus, data=[0])
    yield (
        slip(waiting_circuit(t, T1, T2, keeps=1), "leaves the dephasing out")
        .worth(0.5)
        .says("The populations are right. The coherence is too large: energy loss alone gives T2 = 2 T1.")
    )
    yield slip(waiting_circuit(t, T1, T2, keeps=coherence), "dephases by all of T2").says(
        "The populations are right. The coherence is too small: the energy loss has already taken a part of it."
    )
    yield slip(waiting_circuit(t, T1, T2, keeps=0.0), "destroys all coherence").worth(0.25)
    yield (
        slip(waiting_circuit(t, T1, T2, back=False), "leaves the excitation in place")
        .worth(0.25)
        .says("The coherence is right. But nothing takes the excitation from qubit 0: the populations stay.")
    )
    yield slip(waiting_circuit(t, T1, T2, half=True), "forgets the factor 2", "half-angle").says(
        "Your angles are half as large as they should be: R_y(θ) turns amplitudes by θ/2."
    )
    yield slip(waiting_circuit(t, T1, T2, damped=2 * asin(1 - stays)), "forgets a square root", "factor").says(
        "The probability that the excitation is lost stands where its square root belongs."
    )
    for name, damped, keeps in (
        ("of qubit 1 is", acos(sqrt(stays)), f),
        ("of qubit 2 is", 2 * acos(sqrt(stays)), cos(acos(f) / 2)),
    ):
        yield slip(waiting_circuit(t, T1, T2, damped=damped, keeps=keeps), "halves one angle", "half-angle").says(
            f"The angle {name} half as large as it should be: R_y(θ) turns amplitudes by θ/2."
        )
    yield (
        slip(waiting_circuit(t, T1, T2, keeps=f**2), "takes twice the dephasing")
        .worth(0.25)
        .says("The populations are right. The dephasing is twice as strong as it should be: its factor is squared.")
    )
    yield slip(waiting_circuit(t, T1, T2, damped=2 * acos(stays)), "takes e^(−t/T1) for its root", "factor").says(
        "The probability that the excitation stays is cos²(θ/2). You chose cos(θ/2) = e^(−t/T1)."
    )


DELAYS = np.array([10, 20, 40, 60, 80])


def spread_of_fit(T2):
    """The standard deviation of T2 from one shot at each delay, by the Fisher information of its results."""
    signal = np.exp(-DELAYS / T2)
    slope = signal * DELAYS / (2 * T2**2)
    return float(1 / np.sqrt(np.sum(slope**2 * 4 / (1 - signal**2))))


def fitted(P, model):
    """What a least-squares fit of a model gives for exact probabilities, each with its own error bar."""
    T = np.arange(5, 400, 0.01)[:, None]
    return float(T[np.argmin(((model(T) - P) ** 2 / (P * (1 - P))).sum(axis=1)), 0])


@measure(
    "4.9.h",
    outcome=5,
    points=3,
    within=1.0,
    T1=whole(30, 60, 2),
    hidden=decimals(24, 48, 0.5),
    where=lambda T1, hidden: 0.6 < hidden / T1 < 1.5 and abs(hidden - T1) > 7,
)
def transverse_time(T1, hidden):
    spread, shots = spread_of_fit(hidden), 8000
    error = spread / sqrt(shots)
    yield right(hidden, spread=spread)
    yield slip((T1, error, shots), "measures T1").says(
        "This is near T1. For T2 the qubit has to start with coherence, and to be measured in another basis."
    )
    P = (1 + np.exp(-DELAYS / hidden)) / 2
    yield slip((fitted(P, lambda T: np.exp(-DELAYS / T)), error, shots), "fits a bare exponential").says(
        "Your curve falls to 0. The probability of + falls to ½: fit ½(1 + e^{−t/T2})."
    )
    yield slip((1 / (1 / hidden - 1 / (2 * T1)), error, shots), "gives the pure dephasing time").says(
        "This is the time of pure dephasing alone. T2 is asked for, with the energy loss in it."
    )
    yield slip((hidden / 2, error, shots), "halves").says("This is half of T2.")
    yield slip((hidden, error * sqrt(5), shots), "gives the shots of all delays", "factor").says(
        "Your error bar is about √5 times what so many shots at each delay give. Count the shots at one delay, not at "
        "all five together."
    )


def only_end(psi):
    """Whether a state is the only steady state, and everything else dies out."""

    def holds(G, operators):
        scale = np.abs(operators).max()
        if scale < 1e-9:
            return False, "With such a jump nothing happens."
        rho = np.outer(psi, psi.conj())
        if np.abs(G @ rho.reshape(-1)).max() > 1e-6 * max(1, scale**2):
            return False, "The state psi does not stay: your jump operator changes it."
        parts = np.sort(np.linalg.eigvals(G).real)[::-1]
        still = int((parts > -1e-6 * max(1, scale**2)).sum())
        if still > 1:
            return False, f"The state psi stays. But {still} eigenvalues of the generator have the real part 0."
        if parts[1] > -0.1 * (1 - 1e-6):
            return (
                False,
                f"The slowest part dies out with the rate {number_beside(-parts[1], 0.1)}; at least 0.1 is asked for.",
            )
        return True

    return holds


@build(
    "4.9.i",
    kind="stretch",
    outcome=(1, 4),
    points=4,
    theta=decimals(0.3, 1.2, 0.05),
    phi=decimals(0.3, 2.8, 0.1),
)
def one_jump_one_end(theta, phi):
    turn = np.exp(1j * phi)
    psi = np.array([cos(theta), 0, 0, turn * sin(theta)])
    other = np.array([-sin(theta), 0, 0, turn * cos(theta)])
    first, second = np.eye(4)[1], np.eye(4)[2]
    yield Jumps("has psi for its only steady state", only_end(psi), size=4, single=True)
    yield slip(np.outer(psi, other.conj()), "empties one state only").says(
        "psi stays, and one other state falls into it. Two more states stay as they are."
    )
    yield slip(np.outer(psi, other.conj() + first + second), "empties one combination").says(
        "psi stays, and one combination of the others falls into it. What is orthogonal to both stays as it is."
    )
    yield slip(np.outer(psi, psi.conj()), "projects").says(
        "A projector on psi as a jump operator only dephases: nothing falls into psi."
    )
    up = np.outer(other, psi.conj()) + np.outer(first, other.conj()) + np.outer(second, first)
    yield slip(up, "climbs the staircase", "inverse").says(
        "Your staircase leads upwards, away from psi: exchange what is left and what is right in each term."
    )
    unturned = np.array([-sin(theta), 0, 0, cos(theta)])
    yield slip(
        np.outer(psi, unturned) + np.outer(unturned, first) + np.outer(first, second),
        "forgets the phase in the second state",
    ).says("The second state of your staircase is not orthogonal to psi: what about the phase?")
