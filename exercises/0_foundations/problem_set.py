"""What right means in the problem set of module 0. The tasks stand in the notebook of the same name."""

from cmath import exp
from itertools import pairwise
from math import asin, cos, radians, sqrt

import numpy as np

from qtrain.checking import Choice, Distribution, Each, Number, State, Unitary
from qtrain.circuits import Circuit, Operation
from qtrain.course import Exercise, Mistake


def far_apart(numbers, gap=0.01):
    """Whether no two of the numbers can be taken for each other."""
    ordered = sorted(numbers)
    return all(high - low > gap for low, high in pairwise(ordered))


def circuit(*gates):
    """A circuit of two qubits, or one, from (name, target, controls, angles)."""
    operations = tuple(
        Operation(name, (target,), tuple(angles), controls=tuple(controls), control_values=(1,) * len(controls))
        for name, target, controls, angles in gates
    )
    return Circuit(1 + max(max((target, *controls)) for _, target, controls, _ in gates), operations)


# --- 1: a fraction of results -----------------------------------------------------------------------------------------

WORDS = ("011", "101", "110", "001", "010", "100")


def lists(wanted):
    """Lists of results as the only argument: the wanted string occurs often, always, never."""

    def drawn(rng):
        mixed = [[rng.choice((wanted, wanted, *WORDS, "000", "111")) for _ in range(n)] for n in (12, 30, 50)]
        mixed[0][:3] = [wanted, "000", wanted]
        return [(results,) for results in (*mixed, [wanted] * 5, ["000", "111"])]

    return drawn


def share(wanted):
    """The target of one list."""

    def of_list(results):
        right = results.count(wanted) / len(results)
        replies = {
            1 / len(results): "the counter never gets beyond 1: what does the line after `if` do each time?",
            results.count(wanted): "this is the number of results. Divide it by how many results there are.",
            (len(results) - results.count(wanted)) / len(results): ("bit-flip", "this is the fraction of all others."),
            results.count(wanted) / 8: "divide by the number of results, not by the number of strings.",
        }
        return Number(right, within=1e-9, replies={k: v for k, v in replies.items() if abs(k - right) > 1e-6})

    return of_list


# --- 2: two ways to one result ----------------------------------------------------------------------------------------


def arrows(p, degrees=None):
    """The length of the sum of two arrows."""
    turned = p.degrees if degrees is None else degrees
    return abs(p.first + p.second * exp(1j * radians(turned)))


def two_ways(rng):
    return {
        "first": rng.choice((0.3, 0.4, 0.5)),
        "second": rng.choice((0.2, 0.35, 0.45)),
        "degrees": rng.choice((40, 50, 70, 110, 130, 140, -50, -70, -110, -130)),
    }


def interference(p):
    sum_of_squares = p.first**2 + p.second**2
    return Number(
        arrows(p) ** 2,
        within=1e-4,
        replies={
            sum_of_squares: "You added the probabilities. Add the amplitudes first: the arrows have directions.",
            (p.first + p.second) ** 2: "The lengths add only if both arrows point in the same direction.",
            arrows(p): "This is the length of the sum. The probability is its square.",
            abs(p.first + p.second * exp(1j * p.degrees)) ** 2: (
                "degrees",
                "NumPy's functions take radians: convert the degrees first.",
            ),
            sum_of_squares + p.first * p.second * cos(radians(p.degrees)): "The mixed term occurs twice: once for each "
            "order of the two arrows.",
        },
    )


# --- 3: a state with a chance and a phase -----------------------------------------------------------------------------


def state(percent, degrees):
    chance = percent / 100
    return np.array([sqrt(1 - chance), sqrt(chance) * exp(1j * radians(degrees))])


def half_turned(p):
    """The rotation by half the angle that is needed."""
    return circuit(("ry", 0, (), [asin(sqrt(p.percent / 100))]), ("p", 0, (), [radians(p.degrees)]))


# --- 4: a probability in another basis --------------------------------------------------------------------------------


def in_basis(p, conjugate=True):
    """The inner product of the basis state with the state."""
    psi, e = state(p.percent, p.degrees), np.array([1, exp(1j * radians(p.basis))]) / sqrt(2)
    return (e.conj() if conjugate else e) @ psi


def basis_values(p):
    """The right probability, and what the usual slips give."""
    right, bare = abs(in_basis(p)), abs(in_basis(p, conjugate=False))
    return [right**2, bare**2, 1 - right**2, right, 2 * right**2]


def other_basis(rng):
    from types import SimpleNamespace

    while True:
        p = {
            "percent": rng.choice((20, 30, 40, 60, 80)),
            "degrees": rng.choice((20, 50, 70, 110, 130, -40, -80)),
            "basis": rng.choice((30, 60, 100, 150, -50, -120)),
        }
        if far_apart(basis_values(SimpleNamespace(**p))):
            return p


def basis_target(p):
    right, bare, other, length, double = basis_values(p)
    return Number(
        right,
        within=1e-3,
        replies={
            bare: ("conjugate", "The bra of e has conjugated components: its phase has the other sign."),
            other: "This is the probability of the other state of this basis.",
            length: "This is the length of the inner product. The probability is its square.",
            double: "The state e has a factor 1/√2: without it, its length is not 1.",
        },
    )


# --- 5: the product of two gates --------------------------------------------------------------------------------------

REPLIES = (
    "Right: (AB)†(AB) = B†A†AB = I. But (AB)† = B†A† = BA, and this is AB only if the order does not matter.",
    "Test it with X and Z: XZ is [[0, −1], [1, 0]]. Exchange rows and columns, and conjugate: it changes its sign.",
    "The order matters for what the product is, but two maps that keep lengths keep them one after the other, too.",
    "Take A = B: then AB is the identity, and it is Hermitian.",
)


def letter(p, option):
    """Under which letter an option stands for this learner."""
    return "abcd"[p.order.index(option)]


# --- 6: a tensor product of products ----------------------------------------------------------------------------------

GATES = {"H": np.array([[1, 1], [1, -1]]) / sqrt(2), "X": np.array([[0, 1], [1, 0]])}


def product(word, p):
    matrix = np.eye(2)
    for name in word:
        matrix = matrix @ (np.diag([1, exp(1j * radians(p.degrees))]) if name == "P" else GATES[name])
    return matrix


def drawn_words(rng):
    """Two products that stay different when both are read backwards."""
    zero, one = rng.sample((rng.choice(("PH", "HP")), rng.choice(("PX", "XP"))), 2)
    return {"zero": zero, "one": one, "degrees": rng.choice((30, 45, 60, 75, 100, 120, -50, -70))}


def read_forwards(p, sign=1):
    """The gates in the order in which a line of text is read."""
    return circuit(
        *(
            (name.lower(), qubit, (), [sign * radians(p.degrees)] if name == "P" else [])
            for qubit, word in enumerate((p.zero, p.one))
            for name in word
        )
    )


# --- 7: what a click says ---------------------------------------------------------------------------------------------


def clicks(p):
    """P(1 and click), P(0 and click)."""
    return p.start * (1 - p.lost), (1 - p.start) * p.dark


def click_target(p):
    true, false = clicks(p)
    return Number(
        true / (true + false),
        within=1e-3,
        replies={
            true: "This is the probability that the input is 1 and the detector clicks. You know already that it "
            "clicked: divide.",
            1 - p.lost: "This is the opposite question: the probability of a click if the input is 1.",
            true + false: "This is the probability of a click. Which part of it comes from the input 1?",
            false / (true + false): ("bit-flip", "This is the probability that the input was 0."),
            (1 - p.lost) / (1 - p.lost + p.dark): "You took 0 and 1 for equally probable. How often is the input 1?",
            p.start: "This is what you knew before the click. The click tells you more.",
        },
    )


# --- 8: a coin that is shared in part ---------------------------------------------------------------------------------


def joint(correlation):
    equal, opposite = (1 + correlation) / 4, (1 - correlation) / 4
    return {"00": equal, "01": opposite, "10": opposite, "11": equal}


def partly_shared(chance, half=1.0):
    """Equal bits, of which the second is flipped with a chance."""
    return circuit(
        ("ry", 1, (), [2 * half * asin(sqrt(chance))]),
        ("h", 0, (), ()),
        ("x", 1, (0,), ()),
    )


# --- 9: is the correlation what it should be? -------------------------------------------------------------------------


def measured(p):
    """The correlation in the counts, and the number of shots."""
    shots = sum(p.counts.values())
    return (p.counts["00"] + p.counts["11"] - p.counts["01"] - p.counts["10"]) / shots, shots


def distances(p):
    """The distance in standard errors, and what the usual slips give."""
    found, shots = measured(p)
    gap, error = abs(found - p.expected), sqrt((1 - found**2) / shots)
    return [gap / error, 2 * gap / error, gap * sqrt(shots), gap, gap / error**2, gap / sqrt(1 - found**2)]


def counted(rng):
    from types import SimpleNamespace

    while True:
        expected, shots = rng.choice((0.5, 0.6, 0.7, 0.8)), rng.choice((400, 600, 900, 1200, 1600))
        opposite = round(shots * (1 - expected) / 2) + rng.randrange(8, 40)
        first = opposite // 2 + rng.randrange(-8, 9)
        zeros = (shots - opposite) // 2 + rng.randrange(-15, 16)
        counts = {"00": zeros, "01": first, "10": opposite - first, "11": shots - opposite - zeros}
        p = {"counts": counts, "expected": expected}
        if (
            min(counts.values()) > 0
            and far_apart(distances(SimpleNamespace(**p)), 0.002)
            and distances(SimpleNamespace(**p))[0] > 0.5
        ):
            return p


def distance_target(p):
    right, single, crude, gap, squared, no_shots = distances(p)
    return Number(
        right,
        within=0.02,
        replies={
            single: "Twice too much: you took the error of the fraction of equal bits. E changes twice as fast as this "
            "fraction.",
            crude: "The error 1/√N holds for E = 0 only. Products of ±1 that are mostly equal spread less.",
            gap: "This is the difference itself. In how many standard errors do you measure it?",
            squared: "You divided by the variance. The standard error is its root.",
            no_shots: "This is the spread of a single shot. Where does the number of shots come in?",
            -right: ("bit-flip", "Give the distance as a positive number."),
        },
    )


EXERCISES = [
    Exercise(
        id="0.P.1",
        kind="debug",
        outcome=1,
        points=2,
        variant=lambda rng: {"wanted": rng.choice(WORDS)},
        target=lambda p: Each(lists(p.wanted), share(p.wanted), name="fraction"),
        mistakes=[
            Mistake(
                None,
                lambda p: lambda results: (p.wanted in results) / len(results),
                says="never gets beyond 1",
                note="hands the draft in",
            ),
            Mistake(
                None, lambda p: lambda results: results.count(p.wanted), says="Divide it", note="forgets to divide"
            ),
        ],
    ),
    Exercise(
        id="0.P.2",
        kind="compute",
        outcome=2,
        points=2,
        variant=two_ways,
        target=interference,
        mistakes=[
            Mistake(None, lambda p: p.first**2 + p.second**2, says="added the probabilities", note="squares first"),
            Mistake(None, lambda p: (p.first + p.second) ** 2, says="same direction", note="forgets the phase"),
            Mistake(None, arrows, says="its square", note="forgets the square"),
        ],
    ),
    Exercise(
        id="0.P.3",
        kind="build",
        outcome=2,
        points=3,
        variant=lambda rng: {
            "percent": rng.choice((10, 20, 30, 40, 60, 70)),
            "degrees": rng.choice((40, 75, 110, -35, -60, -130)),
        },
        target=lambda p: State(state(p.percent, p.degrees)),
        mistakes=[
            Mistake("half-angle", half_turned, note="forgets the 2 in front of the inverse sine"),
            Mistake("conjugate", lambda p: state(p.percent, -p.degrees), note="turns the phase the other way"),
            Mistake("relative-phase", lambda p: state(p.percent, 0), note="forgets the phase"),
        ],
    ),
    Exercise(
        id="0.P.4",
        kind="compute",
        outcome=3,
        points=3,
        variant=other_basis,
        target=basis_target,
        mistakes=[
            Mistake("conjugate", lambda p: basis_values(p)[1], note="forgets to conjugate the bra"),
            Mistake(None, lambda p: basis_values(p)[3], says="its square", note="forgets the square"),
            Mistake(None, lambda p: basis_values(p)[4], says="1/√2", note="forgets to normalise the basis state"),
        ],
    ),
    Exercise(
        id="0.P.5",
        kind="explain",
        outcome=4,
        points=2,
        variant=lambda rng: {"order": rng.sample(range(4), 4)},
        target=lambda p: Choice(letter(p, 0), {letter(p, k): reply for k, reply in enumerate(REPLIES)}),
        mistakes=[
            Mistake(None, lambda p: letter(p, 1), says="X and Z", note="expects a product to inherit everything"),
            Mistake(None, lambda p: letter(p, 2), says="keep lengths", note="takes order for a loss of both"),
            Mistake(None, lambda p: letter(p, 3), says="A = B", note="makes a rule from one example"),
        ],
    ),
    Exercise(
        id="0.P.6",
        kind="build",
        outcome=4,
        points=3,
        variant=drawn_words,
        target=lambda p: Unitary(np.kron(product(p.zero, p), product(p.one, p))),
        mistakes=[
            Mistake("qubit-order", lambda p: np.kron(product(p.one, p), product(p.zero, p)), note="swaps the factors"),
            Mistake("gate-order", read_forwards, note="applies the left factor of a product first"),
        ],
    ),
    Exercise(
        id="0.P.7",
        kind="compute",
        outcome=5,
        points=3,
        variant=lambda rng: {
            "start": rng.choice((0.05, 0.1, 0.2, 0.3)),
            "lost": rng.choice((0.1, 0.2, 0.3)),
            "dark": rng.choice((0.02, 0.04, 0.06)),
        },
        target=click_target,
        mistakes=[
            Mistake(None, lambda p: clicks(p)[0], says="divide", note="gives the joint probability"),
            Mistake(None, lambda p: 1 - p.lost, says="opposite question", note="exchanges the condition"),
            Mistake(
                None,
                lambda p: (1 - p.lost) / (1 - p.lost + p.dark),
                says="equally probable",
                note="forgets how rare a 1 is",
            ),
        ],
    ),
    Exercise(
        id="0.P.8",
        kind="design",
        outcome=5,
        points=3,
        variant=lambda rng: {"correlation": rng.choice((0.2, 0.4, 0.6, 0.8, -0.2, -0.4, -0.6, -0.8))},
        target=lambda p: Distribution(joint(p.correlation), tolerance=1e-3),
        mistakes=[
            Mistake(None, lambda p: circuit(("h", 0, (), ()), ("x", 1, (0,), ())), note="makes equal bits"),
            Mistake(
                "half-angle",
                lambda p: partly_shared((1 - p.correlation) / 2, half=0.5),
                note="forgets the half angle of the rotation",
            ),
            Mistake(
                "bit-flip", lambda p: partly_shared((1 + p.correlation) / 2), note="takes opposite bits for equal ones"
            ),
        ],
    ),
    Exercise(
        id="0.P.9",
        kind="stretch",
        outcome=6,
        points=4,
        variant=counted,
        target=distance_target,
        mistakes=[
            Mistake(None, lambda p: distances(p)[1], says="twice as fast", note="uses the error of the fraction"),
            Mistake(None, lambda p: distances(p)[2], says="E = 0 only", note="takes 1/√N for the error"),
            Mistake(None, lambda p: distances(p)[3], says="difference itself", note="forgets the error"),
        ],
    ),
]
