"""What right means in lesson 1.10, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import reduce
from itertools import product
from math import ceil, cos, log, log2, pi, sin

import numpy as np

from qtrain.checking import Choice, Number, Property, Text, Unitary, rules
from qtrain.circuits import Circuit, Operation, unitary
from qtrain.circuits.model import Text as Word
from qtrain.course import Exercise, Mistake

PAULI = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
ONE_QUBIT = ("h", "s", "sdg", "t", "tdg", "x", "y", "z", "sx", "sxdg", "rx", "ry", "rz", "p", "u", "r")


def steps(n, *gates):
    """A circuit of `n` qubits. A gate is a name, its qubits (for "cx" control and target), and an angle if any."""
    made = []
    for name, *more in gates:
        if name == "cx":
            made.append(Operation("x", (more[1],), controls=(more[0],), control_values=(1,)))
        else:
            made.append(Operation(name, (more[0],), tuple(map(float, more[1:]))))
    return Circuit(n, tuple(made))


def matrix_of(word):
    """The matrix of a Pauli word; the first letter acts on qubit 0."""
    return reduce(np.kron, [PAULI[letter] for letter in word])


def turn(word, angle):
    """exp(−iθP/2) of a Pauli word."""
    matrix = matrix_of(word)
    return cos(angle / 2) * np.eye(len(matrix)) - 1j * sin(angle / 2) * matrix


# --- a: a Pauli word moves through a circuit -------------------------------------------------------------------------

WORDS = ["".join(letters) for letters in product("IXYZ", repeat=2)][1:]


def moved(word, gates):
    """The word with its sign on the other side of the circuit."""
    made = unitary(steps(2, *([name.lower(), *qubits] for name, *qubits in gates)))
    result = made @ matrix_of(word) @ made.conj().T
    for other in WORDS:
        share = np.trace(matrix_of(other) @ result).real / 4
        if abs(share) > 0.5:
            return ("+" if share > 0 else "-") + other
    raise ValueError("a Clifford circuit takes a Pauli word to a Pauli word")


def a_word_and_gates(rng):
    """Three gates and a word, such that every usual slip gives another word."""
    while True:
        first, last = ([rng.choice("HS"), rng.randrange(2)] for _ in range(2))
        a = rng.randrange(2)
        gates, word = [first, ["CX", a, 1 - a], last], rng.choice(WORDS)
        right = moved(word, gates)
        if len({moved(word, gates[::-1])[1:], right[:0:-1], word, right[1:]}) == 4:
            return {"word": word, "gates": gates}


def moved_target(p):
    right = moved(p.word, p.gates)
    sign, letters = right[0], right[1:]
    other = ("-" if sign == "+" else "+") + letters
    replies = {}
    for said, reply in (
        (p.word, "This is the word that went in. Move it past each gate in turn."),
        (moved(p.word, p.gates[::-1])[1:], ("gate-order", "The gate that comes first in the list acts first.")),
        (letters[::-1], ("qubit-order", "The first letter belongs to qubit 0.")),
    ):
        replies |= {said: reply, "+" + said: reply, "-" + said: reply}
    replies[other] = ("angle-sign", "The letters are right, but the sign is not.")
    if sign == "-":
        replies[letters] = replies[other]
    return Text(right, also=[letters, right.replace("-", "−")] if sign == "+" else ["−" + letters], replies=replies)


# --- b: a shorter circuit --------------------------------------------------------------------------------------------


def long_circuit(p, phase=True):
    a, b, c = p.a, p.b, p.c
    made = [("cx", a, b), ("p", a, p.theta), ("cx", b, c), ("cx", a, b), ("x", c), ("cx", b, c)]
    return steps(3, *(gate for gate in made if phase or gate[0] != "p"))


def short(p, *, control=None, target=None, phase=True, flip=True):
    gates = [("cx", p.a if control is None else control, p.c if target is None else target)]
    gates += [("p", p.a, p.theta)] if phase else []
    return steps(3, *gates, *([("x", p.c)] if flip else []))


# --- c: a rotation about a Pauli word --------------------------------------------------------------------------------

INTO_Z = {"Z": [], "X": ["h"], "Y": ["sdg", "h"]}
INVERSE = {"h": "h", "s": "sdg", "sdg": "s"}


def word_turn(p, *, basis=INTO_Z, back=True):
    before = [(gate, k) for k, letter in enumerate(p.word) for gate in basis[letter]]
    after = [(INVERSE[gate], k) for gate, k in before[::-1]] if back else []
    middle = [("cx", 0, 1), ("rz", 1, p.theta), ("cx", 0, 1)]
    return steps(2, *before, *middle, *after)


# --- d: two rotations, two CNOTs -------------------------------------------------------------------------------------


def two_turns(p, a=None, b=None):
    return turn("XX", p.a if a is None else a) @ turn("ZZ", p.b if b is None else b)


# --- e: how many CNOTs -----------------------------------------------------------------------------------------------

NEEDED = {
    "controlled H": 1,
    "controlled Y": 1,
    "controlled S": 2,
    "iSWAP": 2,
    "√iSWAP": 2,
    "√SWAP": 3,
    "SWAP": 3,
    "T on both": 0,
    "H on qubit 0": 0,
    "R_xx(π/2)": 1,
    "R_zz(π/3)": 2,
}


def four_gates(rng):
    while True:
        gates = rng.sample(list(NEEDED), 4)
        if len({NEEDED[gate] for gate in gates}) >= 3:
            return {"gates": gates}


def counts_needed(p):
    def holds(answer):
        digits = [c for c in answer.value if c not in " ,;"]
        if len(digits) != 4 or not all(c.isdigit() for c in digits):
            return False, "Give four digits, one for each gate, such as 0123."
        for gate, digit in zip(p.gates, map(int, digits), strict=True):
            if digit != NEEDED[gate]:
                told = "fewer are enough" if digit > NEEDED[gate] else "so few are not enough"
                return False, f"{gate}: not {digit}, {told}."
        return True

    return Property(
        "counts the CNOTs of every gate", holds, takes=Word, reading="text", wants="four digits in quotation marks"
    )


# --- f: a lower bound for n qubits -----------------------------------------------------------------------------------


def at_least(p):
    n = p.n
    exact = (4**n - 3 * n - 1) / 4
    return Number(
        ceil(exact),
        within=0.1,
        replies={
            int(exact): "A number of CNOTs is a whole number, and it must not be below the bound: round up.",
            ceil((4**n - 1) / 4): "The gates on single qubits at the beginning have parameters, too: 3 for each qubit.",
            4**n - 1: "This is the number of parameters. Each CNOT adds up to four.",
            3: "Three are enough for two qubits. Here there are more.",
        },
    )


# --- h: how many T gates ---------------------------------------------------------------------------------------------


def t_gates(p):
    n, total = p.rotations, p.error
    return Number(
        3 * n * log2(n / total),
        rel=0.01,
        replies={
            3 * n * log2(1 / total): "Each rotation gets only its share of the error: divide the total error first.",
            3 * log2(n / total): "This is the number of T gates of one rotation.",
            3 * n * log(n / total): "The formula has the logarithm to the base 2: `np.log2`.",
            n * log2(n / total): "The factor 3 is missing.",
        },
    )


# --- i: a Toffoli gate with its own control values -------------------------------------------------------------------


def toffoli(p, values=None):
    controls = tuple(k for k in range(3) if k != p.target)
    return Circuit(3, (Operation("x", (p.target,), controls=controls, control_values=tuple(values or p.pattern)),))


def from_parities(p, *, values=None, hadamards=True, sign=1):
    """The usual circuit of six CNOTs and seven T gates."""
    a, b = (k for k in range(3) if k != p.target)
    c = p.target
    opened = [("x", k) for k, value in zip((a, b), values or p.pattern, strict=True) if value == 0]
    h = [("h", c)] if hadamards else []
    t, tdg = ("t", "tdg") if sign > 0 else ("tdg", "t")
    body = [("cx", b, c), (tdg, c), ("cx", a, c), (t, c), ("cx", b, c), (tdg, c), ("cx", a, c), (t, c)]
    body += [(t, b), ("cx", a, b), (tdg, b), ("cx", a, b), (t, a)]
    return steps(3, *opened, *h, *body, *h, *opened)


EXERCISES = [
    Exercise(
        id="1.10.a",
        kind="predict",
        outcome=1,
        variant=a_word_and_gates,
        target=moved_target,
        mistakes=[
            Mistake(
                "angle-sign",
                lambda p: moved(p.word, p.gates).translate(str.maketrans("+-", "-+")),
                note="loses a sign on the way",
            ),
            Mistake("qubit-order", lambda p: moved(p.word, p.gates)[:0:-1], note="writes qubit 0 on the right"),
            Mistake("gate-order", lambda p: moved(p.word, p.gates[::-1])[1:], note="takes the last gate first"),
        ],
    ),
    Exercise(
        id="1.10.b",
        kind="design",
        outcome=1,
        points=2,
        variant=lambda rng: {
            **dict(zip("abc", rng.sample(range(3), 3), strict=True)),
            "theta": round(pi * rng.choice((1 / 5, 1 / 3, 2 / 5, 3 / 8, 2 / 7)), 6),
        },
        target=lambda p: Unitary(long_circuit(p), rules=[rules.TwoQubitGates(1)]),
        mistakes=[
            Mistake("rule", long_circuit, note="gives the circuit back as it is"),
            Mistake("missing-gate", lambda p: short(p, phase=False), note="drops the phase gate with the CNOTs"),
            Mistake(
                "control-target",
                lambda p: short(p, control=p.c, target=p.a),
                note="the CNOT that is left, turned round",
            ),
        ],
    ),
    Exercise(
        id="1.10.c",
        kind="debug",
        outcome=2,
        variant=lambda rng: {
            "word": rng.choice(("ZY", "YZ")),
            "theta": round(pi * rng.choice((1 / 5, 1 / 3, 2 / 5, 3 / 8, 2 / 7, 1 / 6)), 6),
        },
        target=lambda p: Unitary(turn(p.word, p.theta)),
        mistakes=[
            Mistake(
                "angle-sign",
                lambda p: word_turn(p, basis={**INTO_Z, "Y": ["s", "h"]}),
                note="the draft as it stands: it turns Y into −Z",
            ),
            Mistake("wrong-basis", lambda p: word_turn(p, back=False), note="does not turn the bases back"),
            Mistake("half-angle", lambda p: turn(p.word, p.theta / 2), note="forgets that rz has the half in it"),
        ],
    ),
    Exercise(
        id="1.10.d",
        kind="build",
        outcome=(1, 2),
        points=2,
        variant=lambda rng: dict(
            zip(
                "ab", (round(pi * x, 6) for x in rng.sample((1 / 5, 1 / 3, 2 / 5, 3 / 8, 2 / 7, 1 / 6), 2)), strict=True
            )
        ),
        target=lambda p: Unitary(two_turns(p), rules=[rules.GateSet((*ONE_QUBIT, "cx", "cz")), rules.TwoQubitGates(2)]),
        mistakes=[
            Mistake(
                None,
                lambda p: steps(2, ("cx", 0, 1), ("rx", 0, p.b), ("rz", 1, p.a), ("cx", 0, 1)),
                says="are exchanged",
                note="exchanges the two angles",
            ),
            Mistake(
                "control-target",
                lambda p: steps(2, ("cx", 0, 1), ("rz", 0, p.b), ("rx", 1, p.a), ("cx", 0, 1)),
                note="puts the rotations on the wrong qubits",
            ),
            Mistake(
                "rule",
                lambda p: steps(
                    2,
                    *[("cx", 0, 1), ("rz", 1, p.b), ("cx", 0, 1), ("h", 0), ("h", 1)],
                    *[("cx", 0, 1), ("rz", 1, p.a), ("cx", 0, 1), ("h", 0), ("h", 1)],
                ),
                note="builds one after the other: four CNOTs",
            ),
        ],
    ),
    Exercise(
        id="1.10.e",
        kind="predict",
        outcome=3,
        variant=four_gates,
        target=counts_needed,
        mistakes=[
            Mistake(None, lambda p: "3333", says="fewer are enough", note="takes the bound for the number"),
            Mistake(None, lambda p: "1111", says="not", note="every gate on two qubits is one CNOT"),
        ],
    ),
    Exercise(
        id="1.10.f",
        kind="compute",
        outcome=3,
        variant=lambda rng: {"n": rng.choice((3, 4, 5, 6, 7, 8))},
        target=at_least,
        mistakes=[
            Mistake(None, lambda p: ceil((4**p.n - 1) / 4), says="single qubits", note="forgets the gates before"),
            Mistake(None, lambda p: 4**p.n - 1, says="number of parameters", note="one CNOT for each parameter"),
        ],
    ),
    Exercise(
        id="1.10.g",
        kind="explain",
        outcome=4,
        target=lambda p: Choice(
            "b",
            {
                "a": "H and S do make superpositions with different phases, such as |+i⟩. Look at what they do to |0⟩.",
                "b": "Right: with any number of H and S gates you reach 24 gates of one qubit and no others, so most "
                "gates stay far away.",
                "c": "The CNOT after an H makes a Bell pair (lesson 1.5). Clifford circuits can entangle strongly.",
                "d": "The question is what can be reached with ideal gates. (With error correction it is the T gate "
                "that is expensive: lesson 6.10.)",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="superpositions", note="takes Clifford gates for classical gates"),
            Mistake(None, lambda p: "c", says="Bell pair", note="believes that entanglement is all that is needed"),
            Mistake(None, lambda p: "d", says="expensive", note="takes universality for a matter of quality"),
        ],
    ),
    Exercise(
        id="1.10.h",
        kind="compute",
        outcome=5,
        variant=lambda rng: {
            "rotations": rng.choice((100, 200, 300, 500, 1000)),
            "error": rng.choice((0.01, 0.002, 0.001, 0.05)),
        },
        target=t_gates,
        mistakes=[
            Mistake(
                None,
                lambda p: 3 * p.rotations * log2(1 / p.error),
                says="its share",
                note="gives each rotation the total error",
            ),
            Mistake(None, lambda p: 3 * log2(p.rotations / p.error), says="one rotation", note="forgets the number"),
            Mistake(
                None,
                lambda p: 3 * p.rotations * log(p.rotations / p.error),
                says="base 2",
                note="takes the natural logarithm",
            ),
        ],
    ),
    Exercise(
        id="1.10.i",
        kind="stretch",
        outcome=(2, 4),
        points=3,
        variant=lambda rng: {"target": rng.randrange(3), "pattern": rng.choice(([0, 1], [1, 0], [0, 0]))},
        target=lambda p: Unitary(
            toffoli(p),
            rules=[rules.GateSet(("h", "t", "tdg", "s", "sdg", "x", "z", "cx")), rules.TwoQubitGates(6)],
        ),
        mistakes=[
            Mistake("rule", toffoli, note="uses the ready gate"),
            Mistake("bit-flip", lambda p: from_parities(p, values=(1, 1)), note="both controls wait for 1"),
            Mistake(
                "wrong-basis",
                lambda p: from_parities(p, hadamards=False),
                note="a doubly controlled Z: the H are missing",
            ),
        ],
    ),
]
