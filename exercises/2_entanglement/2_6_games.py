"""What right means in lesson 2.6, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import product
from math import cos, pi, sin, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    bits,
    build,
    choice,
    circuit,
    data,
    decimals,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
)
from qtrain.checking import Game, Property
from qtrain.checking.schema import List, Real
from qtrain.circuits import Circuit, unitary

PAULI = {"I": np.eye(2), "X": np.array([[0, 1], [1, 0]]), "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1])}
QUESTIONS = [(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]


def ghz(phase=0.0):
    state = np.zeros(8, dtype=complex)
    state[0], state[7] = sqrt(0.5), sqrt(0.5) * np.exp(1j * phase)
    return state


def mean(string, phase):
    """⟨P⊗Q⊗R⟩ for X and Y on |000⟩ + e^{iφ}|111⟩."""
    return cos(phase - string.count("Y") * pi / 2)


@number(
    "2.6.a",
    rung="warm-up",
    outcome=1,
    bounds=(-1, 1),
    within=1e-3,
    string=("XXY", "XYX", "YXX", "XYY", "YXY", "YYX", "YYY"),
    phase=angles(0.08, 0.42),
)
def product_of_three(string, phase):
    value = mean(string, phase)
    yield value
    yield slip(-value, "the wrong sign", "angle-sign").says(
        "The size is right, and the sign is not. Each Y takes a quarter turn off the phase."
    )
    count = string.count("Y")
    if count != 2:  # with two it is the wrong sign
        yield slip(mean("XXX", phase), "takes every Y for an X").says(
            "This is the mean for three X. Where do the Y come in?"
        )
    yield slip(mean("XXY" if count == 2 else "XYY", phase), "counts the Y wrongly").says(
        f"This is the mean of a product with {'one' if count == 2 else 'two'} Y. How many are there?"
    )


def even(question, answers):
    """The rule of the game: the parity of the answers is 0 for the question 000, and 1 for the others."""
    return sum(answers) % 2 == (1 if any(question) else 0)


def player(phase=0.0, y="sdg 0; h 0"):
    """A player who takes `phase` off, and measures X for the question 0 and Y for 1."""

    def move(x):
        return circuit("p(f) 0", y if x else "h 0", f=-phase, qubits=1)

    return move


@function("2.6.b", kind="design", outcome=1, points=2, phase=angles(0.15, 0.85))
def players_of_a_turned_state(phase):
    yield Game(even, QUESTIONS, 1.0, moves="circuits", state=ghz(phase), players=("alice", "bob", "charlie"))
    plain = player()
    yield slip((plain, plain, plain), "plays as with the plain state").says(
        "This wins always with |000⟩ + |111⟩. Your state has a phase: somebody has to take it off."
    )
    whole = player(phase)
    yield slip((whole, whole, whole), "takes the phase off three times").says(
        "Each of the three takes the whole phase off. Once is enough: the phase belongs to all three together."
    )
    yield slip((player(-phase), plain, plain), "turns the phase the wrong way", "angle-sign").says(
        "Alice turns the phase the wrong way round: now it is twice as large."
    )
    flipped = player(phase, "s 0; h 0")
    yield slip((flipped, plain, plain), "takes S for S† on one side").says(
        "Alice measures −Y in place of Y: with S for S† the two results are exchanged."
    )


def best_of_64(parities):
    """The best classical chance to win with these parities for the eight questions 000 … 111."""
    best = 0
    for table in product((0, 1), repeat=6):
        won = 0
        for number_, question in enumerate(product((0, 1), repeat=3)):
            parity = sum(table[2 * k + x] for k, x in enumerate(question)) % 2
            won += parity == int(parities[number_])
        best = max(best, won)
    return best / 8


def not_trivial(parities):
    return 0.55 < best_of_64(parities) < 0.95


@number("2.6.c", outcome=2, bounds=(0, 1), within=1e-6, parities=bits(8), where=not_trivial)
def best_script(parities):
    value = best_of_64(parities)
    yield value
    same = max(parities.count("0"), parities.count("1")) / 8
    yield slip(same, "lets everybody answer the same always").says(
        "This is what fixed answers reach. A script may answer differently to 0 and to 1."
    )
    if same != 0.75 != value:
        yield slip(0.75, "takes that of the GHZ game").says(
            "3/4 is the best of the GHZ game. Here are eight questions and another rule."
        )
    yield slip(1, "takes it for winnable").says("There are 64 scripts. Does one of them win all eight cases?")
    yield slip(value * 8, "gives the number of cases").says("This is the number of cases won. The chance is asked for.")


HABITS = {"none": (0, 1), "H only": (0, 0), "S for S†": (0, -1), "X and Y exchanged": (1, 0)}


def axes_for(question, habits):
    """The axis along which each of the three measures: a number of quarter turns from X to Y, or −1 for −Y."""
    return [HABITS[habit][x] for habit, x in zip(habits, question, strict=True)]


def chances_with(habits):
    """The chance to win each of the four questions with the plain state."""
    signs = [-1 if any(question) else 1 for question in QUESTIONS]
    means = [cos(sum(axes_for(question, habits)) * pi / 2) for question in QUESTIONS]
    return [round((1 + sign * value) / 2, 9) for sign, value in zip(signs, means, strict=True)]


def without_turned(habits):
    return ["none" if habit == "S for S†" else habit for habit in habits]


def uneven(habits):
    """Whether the four chances differ, and −Y in place of Y makes a difference where somebody has this habit."""
    told = chances_with(habits)
    return len(set(told)) > 1 and ("S for S†" not in habits or told != chances_with(without_turned(habits)))


@data(
    "2.6.d",
    kind="predict",
    rung="think",
    outcome=1,
    schema=List(Real(0, 1), 4),
    within=1e-3,
    habits=one_of([list(h) for h in product(HABITS, repeat=3) if uneven(h)]),
)
def bad_habits(habits):
    chances = chances_with(habits)
    yield chances
    found = [chances]
    faulty = [axes_for(question, habits) != list(question) for question in QUESTIONS]
    for guess, reason, says in (
        ([1.0] * 4, "takes the faults for harmless", "Then no question would be lost. Try them one by one."),
        (
            chances_with(without_turned(habits)),
            "takes −Y for Y",
            "S in place of S† measures −Y. With an odd number of −Y the sign of the product turns.",
        ),
        (
            [0.5 if fault else 1.0 for fault in faulty],
            "takes every faulty question for a coin",
            "Not every question with a fault is a coin: turns may cancel, and a turned sign loses always.",
        ),
        (
            [0.0 if fault else 1.0 for fault in faulty],
            "takes every faulty question for lost",
            "Not every question with a fault is lost: turns may cancel, and a mean of 0 is a coin.",
        ),
        ([1 - chance for chance in chances], "gives the chances to lose", "These are the chances to lose."),
    ):
        if guess not in found:
            found.append(guess)
            yield slip(guess, reason).says(says)


SQUARE = [["IZ", "ZI", "ZZ"], ["XI", "IX", "XX"], ["-XZ", "-ZX", "YY"]]


def operator(string):
    sign = -1 if string.startswith("-") else 1
    first, second = string[-2:]
    return sign * np.kron(PAULI[first], PAULI[second])


WORDS = [sign + one + two for sign in ("", "-") for one, two in product(PAULI, repeat=2)]


def lines():
    found = []
    for k in range(3):
        row, column = SQUARE[k], [SQUARE[j][k] for j in range(3)]
        for line, name in ((row, f"row {k + 1}"), (column, f"column {k + 1}")):
            found += [[name, line[a], line[b]] for a in range(3) for b in range(3) if a != b]
    simple = ({"IZ", "ZI"}, {"XI", "IX"})
    return [one for one in found if set(one[1:]) not in simple and one[1:] != ["XX", "ZZ"]]


def three_parts(line):
    return {"name": line[0], "first": line[1], "second": line[2]}


@build(
    "2.6.e",
    rung="think",
    outcome=3,
    points=2,
    takes="circuit",
    line=one_of(lines()),
    derive=three_parts,
)
def measures_a_line(line, name, first, second):
    wanted = [operator(first), operator(second)]
    onto = [np.kron(PAULI["Z"], PAULI["I"]), np.kron(PAULI["I"], PAULI["Z"])]

    def holds(answer):
        u = unitary(answer)
        for qubit, (one, z, string) in enumerate(zip(wanted, onto, (first, second), strict=True)):
            found = u.conj().T @ z @ u
            if np.abs(found - one).max() < 1e-6:
                continue
            if np.abs(found + one).max() < 1e-6:
                return False, f"Qubit {qubit} shows {string} with the wrong sign."
            other = next((word for word in WORDS if np.abs(found - operator(word)).max() < 1e-6), None)
            return False, f"Qubit {qubit} does not show {string}{f', but {other}' * bool(other)}."
        return True

    yield Property("shows both observables", holds, takes=Circuit, num_qubits=2, wants="a circuit of two qubits")
    yield slip(circuit("cx 0 1; h 0"), "takes the Bell measurement")
    yield slip(circuit("h 0 1"), "measures along x")
    yield slip(circuit("cz 0 1; h 0 1"), "measures the third row, and loses its signs")


@choice("2.6.f", rung="warm-up", outcome=2)
def why_no_table():
    yield right("Multiply all nine numbers: by rows the product is +1, by columns it is −1. No numbers do both.").says(
        "Right: the same nine numbers cannot have two different products."
    )
    yield slip("There are more than nine numbers in the table, so chance decides.", "miscounts").says(
        "There are nine, each +1 or −1. Nothing is left to chance: no table at all has the property."
    )
    yield slip(
        "The players would have to know each other's question, and a table cannot do that.", "mistakes the rule"
    ).says("A table answers every question by itself. The trouble is that no table has the right products.")
    yield slip(
        "A table exists, but nobody has found it: there are 512, too many to try.", "takes it for a search"
    ).says("512 tables are quickly tried. And the proof by products needs no search.")
    yield slip("The numbers would have to be complex, as amplitudes are.", "takes results for amplitudes").says(
        "Results are bits. The proof holds for all numbers that are +1 or −1."
    )


@measure(
    "2.6.g",
    rung="think",
    outcome=(1, 4),
    points=2,
    bounds=(-4, 4),
    within=0.04,
    alpha=decimals(0.50, 0.65, 0.01),
    phase=decimals(0.30, 0.60, 0.01),
)
def mermin_of_a_source(alpha, phase):
    contrast = sin(2 * alpha)
    means = [contrast * cos(phase - k * pi / 2) for k in (0, 2, 2, 2)]
    value = means[0] - means[1] - means[2] - means[3]
    spread = sqrt(sum(1 - m * m for m in means))
    shots = 4000
    error = spread / sqrt(shots)
    yield right(value, spread=spread)
    yield slip((sum(means), error, shots), "adds all four").says(
        "You added the four means. The three with two Y come with a minus sign."
    )
    yield slip((value / 4, error / 4, shots), "takes the mean of the four").says(
        "This is the mean of the four terms. M is their sum."
    )
    squares = "The *squares* of the four error bars add up, and the shots are those of *one* setting."
    worst = "1/N is the worst case of each variance, and 2/√N only serves to choose N: put your four means in."
    bound = 2 / spread  # as a multiple of the right error bar
    near = 1.8 < bound < 2.25  # too near to tell the two mistakes apart
    if not near and bound > 1.25:
        yield slip((value, bound * error, shots), "gives the bound", "factor").says(
            f"Your error bar is too wide for so many shots. {worst}"
        )
    yield slip((value, 2 * error, shots), "adds the error bars, or counts all shots together", "factor").says(
        f"Your error bar is about twice what these shots give. {squares}{f' {worst}' * near}"
    )


def rule(modulus):
    def won(question, answers):
        return sum(answers) % 2 == (sum(question) // modulus) % 2

    return won


def counting_player(modulus, factor=1.0, last="h 0", first=""):
    def move(x):
        return circuit(first, "p(f) 0", last, f=factor * pi * x / modulus, qubits=1)

    return move


# Of an odd modulus the parity of the sum is that of the quotient: everybody's own parity would do. Of twice an odd
# number S to the power x would, whatever the modulus is, and of 12 T to the power x.
@function("2.6.h", kind="stretch", outcome=1, points=3, modulus=one_of([4, 8, 16]), most=one_of([6, 7, 8, 9, 10, 11]))
def counting_game(modulus, most):
    asked = [q for q in product(range(most + 1), repeat=3) if sum(q) % modulus == 0]
    yield Game(rule(modulus), asked, 1.0, moves="circuits", state=ghz(), players=("alice", "bob", "charlie"))
    for factor, why, says in (
        (
            2.0,
            "twice the turn",
            f"Your turns are twice too large: a sum of {modulus} must give half a turn, not a whole one.",
        ),
        (0.5, "half the turn", "Your turns are half of what they should be."),
    ):
        one = counting_player(modulus, factor)
        yield slip((one, one, one), why).says(says)
    early = counting_player(modulus, first="h 0", last="")
    yield slip((early, early, early), "puts the H before the turn").says(
        "Your turn stands behind the H: there a phase does not show in a measurement along z."
    )
    unread = counting_player(modulus, last="")
    yield slip((unread, unread, unread), "measures along z").says(
        "You measure along z, where a phase does not show. Along which axis does it?"
    )
