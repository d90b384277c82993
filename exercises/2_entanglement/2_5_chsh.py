"""What right means in lesson 2.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import cos, degrees, pi, radians, sin, sqrt

import numpy as np

from qtrain.authoring import choice, circuit, data, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Data, Property
from qtrain.checking.schema import Real, Row
from qtrain.circuits import Circuit, Function, density
from qtrain.circuits.numerals import number_beside

PAULI_X, PAULI_Z = np.array([[0, 1], [1, 0]]), np.diag([1, -1])
# ⟨A(a) B(b)⟩ for measurements in the plane of z and x, at the angles a and b from z.
CORRELATIONS = {
    "Φ+": lambda a, b: cos(a - b),
    "Φ−": lambda a, b: cos(a + b),
    "Ψ+": lambda a, b: -cos(a + b),
    "Ψ−": lambda a, b: -cos(a - b),
}
QUESTIONS = [(0, 0), (0, 1), (1, 0), (1, 1)]


@number(
    "2.5.a",
    rung="warm-up",
    outcome=2,
    within=1e-3,
    a=whole(5, 85),
    b=whole(95, 175),
    name=("Φ+", "Ψ−", "Φ−", "Ψ+"),
)
def correlation_of_two_axes(a, b, name):
    first, second = radians(a), radians(b)
    value = CORRELATIONS[name](first, second)
    yield value
    yield slip(-value, "the wrong sign").says("The size is right. Check the sign with both axes along z.")
    for other, correlation in CORRELATIONS.items():
        if abs(abs(correlation(first, second)) - abs(value)) > 1e-9:
            yield slip(correlation(first, second), f"takes the formula of {other}").says(
                f"This is the correlation of {other}. Try your formula with a = b = 90°: what do both see along x?"
            )
            break
    yield slip(CORRELATIONS[name](first / 2, second / 2), "halves the angles").says(
        "Your angles are halves. On the Bloch sphere, an axis at the angle θ from z is measured by cos θ Z + sin θ X."
    )
    yield slip(CORRELATIONS[name](a, b), "takes degrees for radians").says(
        "The angles are in degrees, and NumPy's cosine takes radians."
    )


def score(name, alice, bob):
    e = [[CORRELATIONS[name](a, b) for b in bob] for a in alice]
    return e[0][0] + e[0][1] + e[1][0] - e[1][1]


@data(
    "2.5.b",
    kind="design",
    outcome=2,
    points=2,
    name=("Φ−", "Ψ+", "Ψ−"),
    alpha=whole(10, 80),
)
def settings_for_bob(name, alpha):
    alice = [radians(alpha), radians(alpha + 90)]

    def holds(answer):
        found = score(name, alice, [radians(float(angle)) for angle in answer])
        if found >= 2.82:
            return True
        shown = number_beside(found, 2.82)
        return False, f"With these two angles S is {shown}. It has to be at least 2.82, with this sign."

    def best(sign, other):
        mean = radians(alpha) + pi / 4
        middle = {"Φ+": mean, "Ψ−": mean, "Φ−": -mean, "Ψ+": -mean}[other]
        flip = 0 if sign > 0 else pi
        turn = pi / 4 if other in ("Φ+", "Ψ−") else -pi / 4
        # b0 lies between Alice's two axes, b1 a quarter turn away on the side of her first one.
        return [degrees(middle + flip) % 360, degrees(middle - 2 * turn + flip) % 360]

    answer = best(1 if name == "Φ−" else -1, name)
    yield Data(schema=Row(Real(), Real()), holds=holds)
    yield slip(best(1, "Φ+"), "takes the angles for Φ+")
    if holds([alpha, alpha + 90]) is not True:
        yield slip([alpha, alpha + 90], "takes the same axes as Alice")
    yield slip(answer[::-1], "exchanges the two settings")


def counted(shots, percents, tilts):
    tables = {}
    for (x, y), percent, tilt in zip(QUESTIONS, percents, tilts, strict=True):
        equal = shots * percent // 100
        first = equal * (50 + tilt) // 100
        second = (shots - equal) * (50 - tilt) // 100
        tables[f"{x}{y}"] = {"00": first, "01": second, "10": shots - equal - second, "11": equal - first}
    return tables


def drawn_counts(rng):
    shots = rng.choice([800, 1000, 1500, 2000, 2500])
    percents = [rng.randint(74, 90) for _ in range(3)] + [rng.randint(11, 27)]
    return {"shots": shots, "counts": counted(shots, percents, [rng.randint(-5, 5) for _ in range(4)])}


def near(expected, others=()):
    def holds(answer):
        value, error = (float(one) for one in answer)
        if abs(value - expected[0]) > 2e-3:
            for wrong, says in others:
                if abs(value - wrong) < 2e-3:
                    return False, says
            return False, "S is not right."
        if abs(error - expected[1]) <= 5e-4:
            return True
        return False, "S is right, and the error bar is not."

    return Data(schema=Row(Real(), Real()), holds=holds)


@data("2.5.c", rung="warm-up", outcome=3, draw=drawn_counts)
def s_from_counts(shots, counts):
    e = [(t["00"] + t["11"] - t["01"] - t["10"]) / shots for t in counts.values()]
    value, error = e[0] + e[1] + e[2] - e[3], sqrt(sum(1 - m * m for m in e) / shots)
    others = [
        (sum(e), "You added all four correlations. The last one comes with a minus sign."),
        (value / 4, "This is the mean of the four terms. S is their sum."),
        (-value, "The sign of S is the wrong way round: equal results count +1."),
    ]
    yield near((value, error), others)
    yield slip((sum(e), error), "adds the fourth, too").says(others[0][1])
    yield slip((value, error / 2), "takes the shots of all settings together").says(
        "S is right. For the error bar you took all shots; each correlation has a quarter of them."
    )
    yield slip((value, sum(sqrt((1 - m * m) / shots) for m in e)), "adds the error bars")


def win_of(f, state=None):
    """The chance to win, and the circuits' outcome probabilities for each question."""
    chance = 0.0
    for x, y in QUESTIONS:
        found = f.call(x, y)
        if not isinstance(found, Circuit) or found.num_qubits != 2:
            return None, f"round_circuit({x}, {y}) should return a circuit of two qubits."
        probabilities = np.real(np.diag(density(found)))
        equal = probabilities[0] + probabilities[3]
        chance += (1 - equal if x and y else equal) / 4
    return float(chance), ""


def amplitudes(f):
    """The 2×2 table of amplitudes (row: Alice's bit) for each question, or None where a state is not pure."""
    tables = {}
    for question in QUESTIONS:
        weights, vectors = np.linalg.eigh(density(f.call(*question)))
        if weights[-1] < 1 - 1e-6:
            return None
        tables[question] = vectors[:, -1].reshape(2, 2)
    return tables


def separate(tables):
    """Whether U_x M V_y gives the four tables: one source, and each side turns its qubit by its own question only.

    Then M10 M00⁻¹ and M00⁻¹ M01 are unitary, and between them M00 becomes M11, up to a phase.
    """
    first = tables[0, 0]
    if abs(np.linalg.det(first)) < 1e-3:
        return False  # no pair that is entangled so little wins as often
    inverse = np.linalg.inv(first)
    alice, bob = tables[1, 0] @ inverse, inverse @ tables[0, 1]
    turned = alice @ first @ bob
    unitary = all(np.allclose(u @ u.conj().T, np.eye(2), atol=1e-2) for u in (alice, bob))
    return unitary and abs(np.vdot(turned, tables[1, 1])) > 0.999


ALICE, BOB = (0.0, pi / 2), (pi / 4, -pi / 4)
FAULTS = {"half": (0.5, BOB), "double": (2.0, BOB), "exchanged": (1.0, BOB[::-1]), "same": (1.0, ALICE)}


def strategy(shift, factor=1.0, bob=BOB):
    """A round whose axes are all turned by `shift`, with each rotation multiplied by `factor`."""

    def round_circuit(x, y):
        return circuit(
            "h 0; cx 0 1; ry(-a) 0; ry(-b) 1", a=factor * (ALICE[x] + shift), b=factor * (bob[y] + shift), bits=2
        )

    return round_circuit


def drafted(fault, shift):
    factor, bob = FAULTS[fault]
    return {
        "factor": factor,
        "alice": [round(degrees(angle)) + shift for angle in ALICE],
        "bob": [round(degrees(angle)) + shift for angle in bob],
    }


@function(
    "2.5.d",
    kind="debug",
    outcome=2,
    points=2,
    fault=tuple(FAULTS),
    shift=whole(5, 85),
    derive=drafted,
)
def repair_the_round(fault, shift, factor, alice, bob):
    def holds(f):
        chance, wrong = win_of(f)
        if chance is None:
            return False, wrong
        if chance > 0.8537:
            return False, (
                f"Your circuits win with probability {number_beside(chance, 0.8536, 4)}, more than two separate sides "
                "can. Does a gate on one side depend on the other side's question?"
            )
        if chance < 0.8535:
            return False, f"Your circuits win with probability {number_beside(chance, 0.8536, 4)}. The best is 0.8536."
        tables = amplitudes(f)
        if tables is None:
            return False, "A circuit of yours leaves no pure state: return it without measurements, they come later."
        if not separate(tables):
            return False, (
                "Your circuits win often enough, but not as two separate sides: the pair has to be the same for all "
                "four questions, and each gate after it may look at the question of its own side only."
            )
        return True

    yield Property("wins as often as can be", holds, takes=Function, wants="a function")
    replies = {
        "half": "Every axis lies at half of its angle: for the axis at θ turn by R_y(−θ), not by half of it.",
        "double": "Every axis lies at twice its angle: for the axis at θ turn by R_y(−θ), not by twice that.",
        "exchanged": "Bob's axis for y = 0 lies near to one of Alice's only. It has to lie between both of hers.",
        "same": "Bob has the same two axes as Alice. His have to lie between hers.",
    }
    # The draft itself, and the other usual faults, whatever the learner turned both sides by.
    for name, reply in replies.items():
        yield slip(strategy(radians(shift), *FAULTS[name]), f"the fault {name!r}").says(reply)


@choice("2.5.e", outcome=4)
def clicks_left_out():
    yield right(
        "Rounds without a click are left out: if the pair can decide whether a detector clicks, a script may give 2.7."
    ).says("Right: this is the detection loophole. Without fair sampling all rounds count, also those without a click.")
    yield slip(
        "Nothing is wrong: 2.7 is above 2, so nature has no hidden variables of any kind.", "takes S > 2 for too much"
    ).says("Even a perfect test excludes only *local* hidden variables. And this test is not perfect.")
    yield slip("S must be computed again with the mean of all four correlations.", "mistakes the sum for a mean").says(
        "S is a sum of four terms by its definition. The way it was computed is right."
    )
    yield slip(
        "A value of 2.7 cannot be measured, since the limit is 2.", "takes the classical limit for that of nature"
    ).says("2 is the limit for local scripts. Quantum mechanics allows up to 2.83.")
    yield slip("The detectors are faster than light, so the two sides can signal.", "mixes two loopholes").says(
        "Whether a signal could pass between the sides is the locality loophole. It depends on distance and timing."
    )


@measure(
    "2.5.f",
    rung="think",
    outcome=3,
    points=2,
    bounds=(-4, 4),
    within=0.02,
    alpha=decimals(0.45, 0.62, 0.01),
    tilt=decimals(0.10, 0.40, 0.01),
)
def measured_score(alpha, tilt):
    # The pair is cos α|00⟩ + sin α|11⟩; Bob's axes are all turned by `tilt`.
    state = np.array([cos(alpha), 0, 0, sin(alpha)])
    e = []
    for x, y in QUESTIONS:
        a, b = ALICE[x], BOB[y] + tilt
        along = np.kron(cos(a) * PAULI_Z + sin(a) * PAULI_X, cos(b) * PAULI_Z + sin(b) * PAULI_X)
        e.append(float(state @ along @ state))
    value, spread = e[0] + e[1] + e[2] - e[3], sqrt(sum(1 - m * m for m in e))
    shots = 8000
    error = spread / sqrt(shots)
    yield right(value, spread=spread)
    yield slip((sum(e), error, shots), "adds the fourth").says(
        "You added all four correlations. The last one comes with a minus sign."
    )
    yield slip((2 * sqrt(2), error, shots), "gives the theory's value").says(
        "This is what a perfect pair with perfect axes would give. Yours is measured: what do the counts say?"
    )
    yield slip((value, error / 2, shots), "takes the shots of all settings together", "factor").says(
        "Your error bar is half of what it should be: each correlation has the shots of one setting, not of all four."
    )
    yield slip((value, 2 * error, shots), "adds the error bars", "factor").says(
        "Your error bar is twice too wide. The *squares* of the four error bars add up."
    )


def chances(p, q):
    return {(x, y): (p if x else 1 - p) * (q if y else 1 - q) for x in (0, 1) for y in (0, 1)}


@number(
    "2.5.g",
    rung="think",
    outcome=1,
    bounds=(0, 1),
    within=1e-4,
    p=one_of([k / 100 for k in range(20, 85) if not 46 < k < 54]),
    q=one_of([k / 100 for k in range(20, 85) if not 46 < k < 54]),
    where=lambda p, q: abs(p - q) > 0.05 and abs(p + q - 1) > 0.05,
)
def loaded_questions(p, q):
    each = chances(p, q)
    least = min(each.values())
    yield 1 - least
    yield slip(0.75, "takes fair questions").says("This is the best for fair questions. Here they are loaded.")
    if each[1, 1] != least:
        yield slip(1 - each[1, 1], "always loses where both questions are 1").says(
            "This loses where x = y = 1. May a strategy lose in another case instead?"
        )
    yield slip(1 - max(each.values()), "loses the most frequent case").says(
        "This loses in the most frequent case. Which case would you rather lose?"
    )
    yield slip(max(each.values()), "wins one case only").says("This is the chance of a single case of questions.")


def matrices(rng):
    """Correlation matrices of random states: not symmetric, some weak; two above 2, one of them of a Bell state."""
    found = []
    for k in range(8):
        draw = np.random.default_rng(rng.randrange(2**32))
        left, right_ = (np.linalg.qr(draw.normal(size=(3, 3)))[0] for _ in "ab")
        values = np.sort(draw.uniform(0.1, 0.95, 3)) * [1, -1, 1] if k % 2 else draw.uniform(0.1, 0.6, 3)
        values = {6: np.array([0.75, 0.8, -0.9]), 7: np.array([1.0, 1.0, -1.0])}.get(k, values)
        found.append((np.round(left @ np.diag(values) @ right_, 6).tolist(),))
    return found


@function("2.5.h", kind="stretch", outcome=(2, 3), points=3, name="best_score", inputs=matrices, within=1e-4)
def best_score():
    def values(t):
        return np.linalg.svd(np.array(t), compute_uv=False)

    yield lambda t: float(2 * np.linalg.norm(values(t)[:2]))
    yield slip(lambda t: float(np.sqrt(2) * values(t)[:2].sum()), "adds the two values").says(
        "You add the two largest values and take √2 times that. With the best angles for Bob their *squares* add up."
    )
    yield slip(lambda t: float(2 * np.linalg.norm(values(t))), "takes all three").says(
        "You take all three values. Two axes on each side lie in a plane: only two of the values count."
    )
    yield slip(lambda t: float(2 * np.linalg.norm(values(t)[1:])), "takes the two smallest").says(
        "You take the two smallest values, and the two largest ones are there to be used."
    )
    yield slip(
        lambda t: float(2 * np.linalg.norm(np.sort(np.abs(np.linalg.eigvals(np.array(t))))[1:])), "takes eigenvalues"
    ).says("You take eigenvalues. The matrix is not symmetric: its singular values are needed.")
    yield slip(lambda t: float(2 * np.linalg.norm(np.sort(np.abs(np.diag(t)))[1:])), "reads the diagonal").says(
        "You read the diagonal only, as if the axes x, y, z were the best ones."
    )
