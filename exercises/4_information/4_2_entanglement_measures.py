"""What right means in lesson 4.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import cos, log2, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, data, decimals, function, measure, number, right, slip, whole
from qtrain.checking import Data, Property, conventions
from qtrain.checking.rules import NoReset
from qtrain.checking.schema import List, OneOf
from qtrain.circuits import Circuit, Density, Matrix, State, density, split_final_measurements
from qtrain.circuits.channels import reduced
from qtrain.circuits.numerals import number_beside, number_text

Y = np.array([[0, -1j], [1j, 0]])
FLIP = np.kron(Y, Y)
ROOT = 1 / sqrt(2)
BELL = {
    "Φ+": np.array([ROOT, 0, 0, ROOT]),
    "Φ−": np.array([ROOT, 0, 0, -ROOT]),
    "Ψ+": np.array([0, ROOT, ROOT, 0]),
    "Ψ−": np.array([0, ROOT, -ROOT, 0]),
}


def outer(vector):
    return np.outer(vector, np.conj(vector))


def concurrence(rho):
    """Of two qubits; W. K. Wootters, Physical Review Letters 80, 2245 (1998), doi:10.1103/PhysRevLett.80.2245."""
    values = np.sqrt(np.abs(np.linalg.eigvals(rho @ FLIP @ rho.conj() @ FLIP)))
    return float(max(0.0, 2 * values.max() - values.sum()))


def transposed(rho):
    """The partial transpose on the second qubit."""
    return np.asarray(rho).reshape(2, 2, 2, 2).transpose(0, 3, 2, 1).reshape(4, 4)


def negative_part(rho):
    values = np.linalg.eigvalsh(transposed(rho))
    return float(-values[values < 0].sum())


@number(
    "4.2.a",
    rung="warm-up",
    outcome=1,
    within=1e-3,
    percent=whole(14, 96),
    name=tuple(BELL),
    where=lambda percent: percent != 20,
)
def least_eigenvalue(percent, name):
    p = percent / 100
    yield (1 - 3 * p) / 4
    yield slip((1 - p) / 4, "transposes both sides, or none").says(
        "This is the smallest eigenvalue of ρ itself. A full transpose has the same one: transpose one side only."
    )
    yield slip((1 + p) / 4, "takes another eigenvalue").says(
        "This is an eigenvalue of the partial transpose, but not the smallest: it is the one that comes three times."
    )
    yield slip((3 * p - 1) / 4, "gives the size").says(
        "The size is right, the sign is not: which sign has the eigenvalue here?"
    )
    yield slip(0.5 - p, "takes p for the fidelity").says(
        "You took the probability of the Bell state for the fidelity. Noise holds a quarter of the Bell state, too."
    )
    yield slip((1 - 2 * p) / 4, "forgets a term").says("Near, but look once more at the block with the middle entries.")
    yield slip(-p / 2, "leaves the noise out").says(
        "This is the Bell state's part alone. The noise adds something to every eigenvalue."
    )
    yield slip((1 + 3 * p) / 4, "takes the largest eigenvalue of ρ").says("This is the largest eigenvalue of ρ itself.")


def pairs_to_judge(rng):
    """Two-qubit states: pure, mixed of two ranks, noisy Bell states on both sides of the limit, and a product."""
    draw = np.random.default_rng(rng.randrange(2**32))

    def random(rank, size=4):
        root = draw.normal(size=(size, rank)) + 1j * draw.normal(size=(size, rank))
        rho = root @ root.conj().T
        return rho / np.trace(rho).real

    # Only one-sided turns make a Bell state complex: its transpose on one side then differs from that of a real one.
    turn = np.linalg.qr(draw.normal(size=(2, 2)) + 1j * draw.normal(size=(2, 2)))[0]
    bell = outer(np.kron(turn, np.eye(2)) @ BELL["Φ+"])
    found = [random(1), random(2), random(2), 0.7 * bell + 0.3 * np.eye(4) / 4, 0.3 * bell + 0.7 * np.eye(4) / 4]
    return [(rho,) for rho in (*found, np.kron(random(2, 2), random(1, 2)), random(3))]


def by_hand(change):
    """The negativity from another matrix than the partial transpose."""

    def found(rho):
        values = np.linalg.eigvals(change(np.asarray(rho))).real
        return float(-values[values < 0].sum())

    return found


@function("4.2.b", kind="debug", outcome=1, points=2, name="negativity", inputs=pairs_to_judge, within=1e-6)
def own_negativity():
    yield negative_part
    # The draft gives tiny numbers like 1e-17 for 0.
    yield slip(by_hand(np.transpose), "transposes both sides").says(
        "Your values are all 0. A transpose of the whole matrix would do that, since it keeps the eigenvalues. "
        "Transpose one side only."
    )
    yield slip(lambda rho: 2 * negative_part(rho), "counts twice", "convention").says(
        "This is ‖ρ^T‖₁ − 1, twice the negativity asked for: the sum of |λ| over the negative λ."
    )
    yield slip(lambda rho: log2(1 + 2 * negative_part(rho)), "takes the logarithm", "convention").says(
        "This is the logarithmic negativity. The negativity itself is asked for."
    )
    yield slip(lambda rho: float(np.linalg.eigvalsh(transposed(rho))[0]), "gives the smallest eigenvalue").says(
        "You give the smallest eigenvalue with its sign, also where it is positive. Sum |λ| over the negative λ only."
    )
    yield slip(lambda rho: float(np.abs(np.linalg.eigvalsh(transposed(rho))).sum()), "sums all sizes").says(
        "You sum |λ| over all eigenvalues. Only the negative ones count."
    )
    yield slip(lambda rho: -negative_part(rho), "forgets the sign").says(
        "The sign is wrong: the negativity is a sum of sizes and never negative."
    )
    swapped = by_hand(lambda rho: rho.reshape(2, 2, 2, 2).transpose(1, 0, 2, 3).reshape(4, 4))
    yield slip(swapped, "exchanges two row axes").says(
        "You exchange the two row axes. To transpose one qubit, exchange its row axis with its own column axis."
    )


@number("4.2.c", rung="warm-up", outcome=2, within=1e-3, log=decimals(0.15, 0.9, 0.01))
def converted(log):
    value = (2**log - 1) / 2
    yield value
    for one in conventions.negativity(value):
        yield slip(one.answer, "another library's convention", one.code).says(one.reply)
    yield slip(2**log / 2, "forgets the 1").says("This is one half of the trace norm. The trace norm is 1 + 2N.")
    yield slip((np.exp(log) - 1) / 2, "takes base e").says("You took powers of e. The logarithm here has base 2.")
    yield slip(log / 2, "halves the logarithm").says("The logarithm has to be undone first; then comes the factor 2.")


@choice("4.2.d", rung="warm-up", outcome=3)
def no_violation():
    yield right("It is entangled: its partial transpose has a negative eigenvalue. CHSH is a coarser test.").says(
        "Right: S ≤ 2 means that this test has found nothing. It is no proof of separability."
    )
    yield slip(
        "It is separable: an entangled pair violates CHSH for suitable axes.", "takes CHSH for the definition"
    ).says("That is true of pure states. Of mixed states many are entangled and never violate CHSH.")
    yield slip(
        "It cannot be decided from ρ: only an experiment finds out about entanglement.", "trusts data alone"
    ).says("ρ holds all that can be measured, and for two qubits the partial transpose decides.")
    yield slip(
        "It is separable: with p = ½ half of the pairs are noise, so a mean pair is not entangled.",
        "takes a half for the limit",
    ).says("The limit of the noise is not one half. For which p is the partial transpose's smallest eigenvalue 0?")
    yield slip(
        "It is entangled with ½ ebit: entanglement is the probability of the Bell state.", "takes p for ebits"
    ).says("It is entangled, but not by ½ ebit: noise spoils more than it replaces. Compute E_F.")


KINDS = ("separable", "entangled", "CHSH")


def kind_of(p):
    return KINDS[(p > 1 / 3) + (p > ROOT)]


def drawn_fidelities(rng):
    values = [rng.randrange(350, 481) / 1000, rng.randrange(715, 771) / 1000, rng.randrange(800, 960) / 1000]
    rng.shuffle(values)
    return {"fidelities": values}


@data("4.2.e", kind="predict", outcome=3, points=2, draw=drawn_fidelities)
def three_pairs(fidelities):
    told = [kind_of((4 * f - 1) / 3) for f in fidelities]
    yield Data(told, schema=List(OneOf(*KINDS), 3))
    yield slip([kind_of(f) for f in fidelities], "takes F for p").says(
        "You compared F with the limits of p. Convert first: noise holds a quarter of Φ+, so F = (1 + 3p)/4."
    )
    yield slip(["CHSH" if f > 0.5 else "separable" for f in fidelities], "takes entangled for CHSH").says(
        "For you every entangled pair violates CHSH. There is a stretch between the two limits."
    )
    yield slip(["entangled" if kind == "CHSH" else kind for kind in told], "names the weaker word").says(
        "Your words are true of each pair, but where a pair violates CHSH, the strongest word is asked for."
    )


def size(state):
    a, b, c, d = np.asarray(state) / np.linalg.norm(state)
    return 2 * abs(a * d - b * c)


def pure_pairs(rng):
    draw = np.random.default_rng(rng.randrange(2**32))
    found = []
    for _ in range(5):
        vector = draw.normal(size=4) + 1j * draw.normal(size=4)
        found.append(vector / np.linalg.norm(vector))
    product = np.kron([0.6, 0.8j], [ROOT, -ROOT])
    return [([complex(a) for a in vector],) for vector in (*found, BELL["Ψ−"], product, [0.6, 0, 0, 0.8j])]


@function("4.2.f", rung="think", outcome=(1, 3), points=3, name="noise_limit", inputs=pure_pairs, within=1e-3)
def white_noise():
    yield lambda state: 1 / (1 + 2 * size(state))
    yield slip(lambda state: 1 / 3, "takes the limit of a Bell state").says(
        "⅓ is the limit of a Bell state. A pair with less entanglement bears less noise."
    )
    yield slip(lambda state: 1 / sqrt(1 + size(state) ** 2), "gives the limit of CHSH").says(
        "This is the p above which CHSH can be violated. Entanglement ends later."
    )
    yield slip(lambda state: 1 / (1 + size(state)), "forgets a factor 2", "factor").says(
        "You have 1/(1 + C) with the concurrence C. Look at the noise's eigenvalue, ¼, and at s₀s₁ = C/2."
    )
    yield slip(lambda state: 1 - 1 / (1 + 2 * size(state)), "gives the share of the noise").says(
        "This is the largest share of noise. The share p of the pure state is asked for."
    )
    yield slip(
        lambda state: 1 / (1 + 4 * abs(state[0] * state[3] + state[1] * state[2])), "adds the two products"
    ).says("You add the outer and the inner product of the amplitudes. Subtract: a product state must give 1.")


def matrix_of(answer):
    """The density matrix of two qubits that is meant, or what is wrong with it."""
    if isinstance(answer, Circuit):
        return density(split_final_measurements(answer)[0]), ""
    if isinstance(answer, State):
        vector = answer.vector
        if abs(np.linalg.norm(vector) - 1) > 5e-3:
            return (
                None,
                f"Your vector has the length {number_beside(np.linalg.norm(vector), 1)}. A state has the length 1.",
            )
        return outer(vector / np.linalg.norm(vector)), ""
    rho = answer.matrix
    if np.abs(rho - rho.conj().T).max() > 1e-3:
        return None, "Your matrix is not equal to its own conjugate transpose."
    if abs(np.trace(rho).real - 1) > 5e-3:
        return (
            None,
            f"Your matrix has the trace {number_beside(np.trace(rho).real, 1)}. A density matrix has the trace 1.",
        )
    least = float(np.linalg.eigvalsh(rho)[0])
    if least < -1e-3:
        return None, f"Your matrix has the negative eigenvalue {number_beside(least, 0)}. No state has one."
    return rho / np.trace(rho).real, ""


@build("4.2.g", rung="think", kind="design", outcome=4, points=2, least=decimals(0.55, 0.95, 0.01))
def unseen(least):
    def holds(answer):
        rho, wrong = matrix_of(answer)
        if rho is None:
            return False, wrong
        if len(rho) != 4:
            return False, "A state of two qubits is asked for."
        seen = {name: float((vector.conj() @ rho @ vector).real) for name, vector in BELL.items()}
        found = concurrence(rho)
        top = max(seen, key=lambda name: seen[name])
        if seen[top] > 0.505:
            return False, (
                f"Your state has the fidelity {number_beside(seen[top], 0.505)} with {top}: "
                f"a witness for {top} sees it. At most 0.505 is allowed."
            )
        return found >= least - 1e-3, (
            f"No fidelity with a Bell state is above 0.505. But the concurrence is {number_beside(found, least)}; "
            f"at least {least} is asked for."
        )

    yield Property(
        "is entangled, and no Bell state's witness sees it",
        holds,
        takes=(Circuit, State, Density, Matrix),
        reading="density",
        num_qubits=2,
        wants="a circuit, a vector or a density matrix of 2 qubits",
        counts=lambda answer: matrix_of(answer)[0],
    )
    yield slip(circuit("h 0; cx 0 1"), "takes a Bell state").says(
        "This is a Bell state: its own witness sees it. Turn one side, so that it is as entangled and looks different."
    )
    yield slip(circuit("h 0; cx 0 1; x 1"), "takes another Bell state").says(
        "This is a Bell state, too: the witness for Ψ+ sees it. All four are to see nothing."
    )
    yield slip([1, 0, 0, 0], "takes a product").says(
        "No witness sees this state, and rightly so: it is a product, and its concurrence is 0."
    )
    yield slip(np.eye(4) / 4, "takes noise").says("This is white noise: no witness sees it, and its concurrence is 0.")
    weights = (1 + least) / 2, (1 - least) / 2
    yield slip([sqrt(weights[0]), 0, 0, sqrt(weights[1])], "lowers the concurrence").says(
        "Less entanglement does not hide it: this state still has a fidelity above 0.505 with Φ+."
    )


def noisy_source(alpha, d, e):
    return circuit("ry(2*a) 0; cx 0 1; cry(d) 0 2; ry(e) 3; cx 3 1", a=alpha, d=d, e=e)


def means_of(alpha, d, e):
    """⟨ZZ⟩, the sum ⟨ZI⟩ + ⟨IZ⟩, ⟨XX⟩, ⟨YY⟩ of the source, and the probabilities along z."""
    kept, good = cos(d / 2), cos(e / 2) ** 2
    c, s = cos(alpha) ** 2, sin(alpha) ** 2
    flipped = 1 - good
    chances = {"00": c * good, "11": s * good, "01": c * flipped, "10": s * flipped}
    zz, single = 2 * good - 1, (c - s) * (1 + 2 * good - 1)
    xx = sin(2 * alpha) * kept
    return zz, single, xx, -xx * (2 * good - 1), chances


def witnessed(alpha, d, e):
    zz, single, xx, yy, _ = means_of(alpha, d, e)
    c2, s2, limit = cos(2 * alpha), sin(2 * alpha), cos(alpha) ** 2
    f = (1 + zz + c2 * single + s2 * (xx - yy)) / 4
    bell = (1 + zz + xx - yy) / 4
    return {
        "right": limit - f,
        "fidelity": f,
        "positive": f - limit,
        "half": 0.5 - f,
        "bell": 0.5 - bell,
        "sign": limit - (1 + zz + c2 * single + s2 * (xx + yy)) / 4,
        "local": limit - (1 + zz + s2 * (xx - yy)) / 4,
        "ideal": limit - 1,
    }


def told_apart(values, least=0.03):
    """Whether no wrong value lies within what an error bar of 0.004 allows of the right one."""
    return all(abs(value - values["right"]) > least for name, value in values.items() if name != "right")


def spread_of(alpha, d, e):
    _, _, xx, yy, chances = means_of(alpha, d, e)
    c2, s2 = cos(2 * alpha), sin(2 * alpha)
    values = {"00": 1 + 2 * c2, "11": 1 - 2 * c2, "01": -1, "10": -1}
    mean = sum(chances[k] * values[k] for k in chances)
    along_z = sum(chances[k] * values[k] ** 2 for k in chances) - mean**2
    return sqrt(along_z + s2**2 * (2 - xx**2 - yy**2)) / 4


@measure(
    "4.2.h",
    outcome=4,
    points=3,
    within=0.004,
    alpha=decimals(0.45, 0.68, 0.01),
    d=decimals(0.4, 1.2, 0.05),
    e=decimals(0.3, 0.7, 0.05),
    where=lambda alpha, d, e: witnessed(alpha, d, e)["right"] < -0.08 and told_apart(witnessed(alpha, d, e)),
)
def witness(alpha, d, e):
    values = witnessed(alpha, d, e)
    spread, shots = spread_of(alpha, d, e), 15_000
    error = spread / sqrt(shots)
    yield right(values["right"], spread=spread)
    yield slip((values["fidelity"], error, shots), "gives the fidelity").says(
        "This is the fidelity with the ideal state. The mean of the witness is cos²α minus the fidelity."
    )
    yield slip((values["positive"], error, shots), "turns the difference round").says(
        "This is F − cos²α. The size is right; the mean of the witness is cos²α − F."
    )
    yield slip((values["half"], error, shots), "takes one half for the limit").says(
        "You subtract F from ½. For this state products reach a fidelity of cos²α, so this would not be a witness."
    )
    yield slip((values["bell"], error, shots), "takes the witness for Φ+").says(
        "This is the mean of the witness for Φ+. The ideal state here is another one."
    )
    yield slip((values["sign"], error, shots), "takes YY with a plus").says(
        "Your value has ⟨YY⟩ with the sign +. In the fidelity it stands with −."
    )
    yield slip((values["ideal"], error, shots), "gives the ideal value").says(
        "This is the mean for the ideal state. Yours is measured: what do the counts say?"
    )
    yield slip((values["right"], 4 * error, shots), "forgets the quarter in the error bar", "factor").says(
        "The value is right. F is a quarter of the sum, and so is its error bar."
    )
    yield slip((values["local"], error, shots), "leaves out the single means").says(
        "The means of Z on each side alone are missing. The data along z hold them already."
    )


PAIRS = ((0, 1), (0, 2))


def shared(a, b, c):
    """a|100⟩ + b|010⟩ + c|001⟩ + d|000⟩, all positive."""
    whole_, left = sqrt(a * a + b * b + c * c), sqrt(a * a + c * c)
    return circuit(
        "ry(s) 0; cry(t) 0 1; cx 1 0; cry(u) 0 2; cx 2 0",
        s=2 * np.arcsin(min(1.0, whole_)),
        t=2 * np.arcsin(b / whole_),
        u=2 * np.arcsin(c / left),
    )


def both(answer):
    rho = density(answer)
    return np.array([concurrence(reduced(rho, pair)) for pair in PAIRS])


@build(
    "4.2.i",
    kind="stretch",
    outcome=5,
    points=3,
    takes="circuit",
    rules=[NoReset()],
    first=decimals(0.3, 0.85, 0.01),
    second=decimals(0.3, 0.85, 0.01),
    where=lambda first, second: 0.4 < first**2 + second**2 < 0.95 and abs(first - second) > 0.08,
)
def shares(first, second):
    wanted = np.array([first, second])

    def holds(answer):
        rho = density(answer)
        purity = float(np.trace(rho @ rho).real)
        if purity < 1 - 1e-5:
            return False, (
                f"Your three qubits are in a mixed state (purity {number_beside(purity, 1)}). "
                "A pure state is asked for."
            )
        found = both(answer)
        if np.abs(found - wanted).max() <= 0.005:
            return True
        said = (
            f"The concurrences are {number_text(found[0])} (qubits 0 and 1) "
            f"and {number_text(found[1])} (qubits 0 and 2)."
        )
        if np.abs(found[::-1] - wanted).max() <= 0.005:
            return False, f"{said} They are exchanged."
        return False, said

    yield Property(
        "shares its entanglement as asked",
        holds,
        takes=Circuit,
        num_qubits=3,
        wants="a circuit on 3 qubits",
        counts=lambda answer: np.array([*both(answer), np.trace(density(answer) @ density(answer)).real]),
    )
    yield slip(shared(ROOT, second * ROOT, first * ROOT), "exchanges the two partners").says(
        "Your two values are exchanged: the first is for qubits 0 and 1."
    )
    yield slip(circuit("h 0; cx 0 1; cx 1 2"), "takes GHZ").says(
        "This is the GHZ state: any two of its qubits share only a coin, and both concurrences are 0."
    )
    third = 1 / sqrt(3)
    yield slip(shared(third, third, third), "takes W").says("This is the W state: every pair has the concurrence ⅔.")
    yield slip(shared(ROOT, first / 2, second / 2), "makes it smaller by √2").says(
        "Both values are 1/√2 of what they should be. The concurrence of |10⟩ and |01⟩ is *twice* the product of their "
        "amplitudes."
    )
