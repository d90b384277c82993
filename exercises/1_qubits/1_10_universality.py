"""What right means in lesson 1.10, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache, reduce
from itertools import product
from math import cos, log, log2, pi, sin, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    build,
    choice,
    circuit,
    distinct,
    measure,
    number,
    one_of,
    plant,
    right,
    slip,
    text,
    whole,
)
from qtrain.checking import Property, Text, Unitary
from qtrain.checking.rules import GateSet, NoUnitary, TwoQubitGates
from qtrain.circuits import Circuit, counted, unitary
from qtrain.circuits import Text as Word
from qtrain.circuits.numerals import number_beside

PAULI = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
ONE_QUBIT = ("h", "s", "sdg", "t", "tdg", "x", "y", "z", "sx", "sxdg", "rx", "ry", "rz", "p", "u", "r")
WORDS = ["".join(letters) for letters in product("IXYZ", repeat=2)][1:]


def matrix_of(word):
    """The matrix of a Pauli word; the first letter acts on qubit 0."""
    return reduce(np.kron, [PAULI[letter] for letter in word])


def turn(word, angle):
    """exp(−iθP/2) of a Pauli word."""
    matrix = matrix_of(word)
    return cos(angle / 2) * np.eye(len(matrix)) - 1j * sin(angle / 2) * matrix


# --- a: a Pauli word moves through a circuit -------------------------------------------------------------------------


def moved(word, gates):
    """The word with its sign on the other side of the circuit."""
    made = unitary(circuit("; ".join(" ".join(map(str, gate)).lower() for gate in gates), qubits=2))
    result = made @ matrix_of(word) @ made.conj().T
    shares = {other: np.trace(matrix_of(other) @ result).real / 4 for other in WORDS}
    letters = max(shares, key=lambda other: abs(shares[other]))
    return ("+" if shares[letters] > 0 else "-") + letters


def a_word_and_gates(rng):
    """Three gates and a word, such that every usual slip gives another word."""
    while True:
        first, last = ([rng.choice("HS"), rng.randrange(2)] for _ in range(2))
        control = rng.randrange(2)
        gates, word = [first, ["CX", control, 1 - control], last], rng.choice(WORDS)
        after = moved(word, gates)
        if len({moved(word, gates[::-1])[1:], after[:0:-1], word, after[1:]}) == 4:
            return {"word": word, "gates": gates}


@text("1.10.a", rung="warm-up", kind="predict", outcome=1, draw=a_word_and_gates)
def through_the_circuit(word, gates):
    after = moved(word, gates)
    letters, minus = after[1:], after[0] == "-"
    signs = ("-", "−", "- ", "− ") if minus else ("+", "", "+ ")
    spelled = [sign + between.join(letters) for sign in signs for between in ("", " ", "⊗", " ⊗ ")]
    yield Text(after, also=[one for one in spelled if one != after])
    yield slip(("+" if minus else "-") + letters, "loses a sign on the way", "angle-sign").says(
        "The letters are right, but the sign is not."
    )
    for sign in "+-":
        yield slip(sign + word, "gives the word that went in").says(
            "This is the word that went in. Move it past each gate in turn."
        )
        yield slip(sign + moved(word, gates[::-1])[1:], "takes the last gate first", "gate-order").says(
            "The gate that comes first in the list acts first."
        )
        yield slip(sign + letters[::-1], "writes qubit 0 on the right", "qubit-order").says(
            "The first letter belongs to qubit 0."
        )


# --- shorter circuits, and rotations about Pauli words ---------------------------------------------------------------


def three_qubits(qubits):
    return dict(zip("abc", qubits, strict=True))


@build(
    "1.10.b",
    kind="design",
    outcome=1,
    points=2,
    takes="circuit",
    rules=[TwoQubitGates(1), NoUnitary()],
    qubits=distinct(3, range(3)),
    theta=angles(0.15, 0.85),
    where=lambda theta: abs(theta - 1.5708) > 0.02,  # a gate S would be told as another basis
    derive=three_qubits,
)
def shorter(a, b, c, theta):
    names = dict(a=a, b=b, c=c, θ=theta, qubits=3)
    yield circuit("cx a b; p(θ) a; cx b c; cx a b; x c; cx b c", **names)
    yield slip(circuit("cx a b; p(θ) a; cx b c; cx a b; x c; cx b c", **names), "gives it back as it is", "rule")
    yield slip(circuit("cx a c; x c", **names), "drops the phase gate with the CNOTs", "missing-gate")
    yield slip(circuit("cx c a; p(θ) a; x c", **names), "turns the CNOT that is left", "control-target")


INTO_Z = {"Z": "", "X": "h {0}", "Y": "sdg {0}; h {0}"}
BACK = {"Z": "", "X": "h {0}", "Y": "h {0}; s {0}"}


@build(
    "1.10.c",
    kind="debug",
    outcome=2,
    takes="circuit",
    rules=[NoUnitary()],
    word=("ZY", "YZ"),
    theta=angles(0.1, 0.9),
)
def about_a_word(word, theta):
    def written(into, back):
        steps = [into[letter].format(k) for k, letter in enumerate(word)]
        return circuit(
            *steps, "cx 0 1; rz(θ) 1; cx 0 1", *(back[letter].format(k) for k, letter in enumerate(word)), θ=theta
        )

    yield turn(word, theta)
    yield slip(
        written(INTO_Z | {"Y": "s {0}; h {0}"}, BACK | {"Y": "h {0}; sdg {0}"}), "the draft: it turns Y into −Z"
    ).says("You turn the other way: S and then H take Y to −Z. Which gate takes Y to Z?")
    yield slip(written(INTO_Z, dict.fromkeys("XYZ", "")), "does not turn the bases back", "wrong-basis")
    yield plant("half-angle", "halves the angle once more: rz has the half in it", of=written(INTO_Z, BACK))


@build(
    "1.10.d",
    rung="think",
    outcome=(1, 2),
    points=2,
    takes="circuit",
    rules=[GateSet((*ONE_QUBIT, "cx", "cz")), TwoQubitGates(2)],
    a=angles(0.1, 0.45),
    b=angles(0.1, 0.45),
    where=lambda a, b: abs(a - b) > 0.1,
)
def two_rotations(a, b):
    yield turn("XX", a) @ turn("ZZ", b)
    yield slip(circuit("cx 0 1; rx(b) 0; rz(a) 1; cx 0 1", a=a, b=b), "exchanges the two angles").says(
        "Your two angles are exchanged: which of the two rotations stands on which qubit between the CNOTs?"
    )
    yield slip(circuit("cx 0 1; rz(b) 0; rx(a) 1; cx 0 1", a=a, b=b), "puts the rotations on the wrong qubits").says(
        "Between the CNOTs the two rotations stand on the wrong qubits: the control carries XX, the target ZZ."
    )
    for ready in ("rxx(a) 0 1; rzz(b) 0 1", "rzz(b) 0 1; rxx(a) 0 1"):
        yield slip(circuit(ready, a=a, b=b), "takes ready gates", "rule")
    yield slip(
        circuit("cx 0 1; rz(b) 1; cx 0 1; h 0 1; cx 0 1; rz(a) 1; cx 0 1; h 0 1", a=a, b=b),
        "builds one after the other: four CNOTs",
        "rule",
    )


# --- how many CNOTs, how many T gates --------------------------------------------------------------------------------

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


def varied(gates):
    return len({NEEDED[gate] for gate in gates}) >= 3


@text("1.10.e", kind="predict", outcome=3, gates=distinct(4, list(NEEDED)), where=varied)
def cnots_needed(gates):
    def holds(answer):
        digits = [c for c in answer.value if c not in " ,;"]
        if len(digits) != 4 or not all(c.isdigit() for c in digits):
            return False, "Give four digits, one for each gate, such as 0123."
        for gate, digit in zip(gates, map(int, digits), strict=True):
            if digit != NEEDED[gate]:
                return (
                    False,
                    f"{gate}: not {digit}, {'fewer are' if digit > NEEDED[gate] else 'so few are not'} enough.",
                )
        return True

    yield Property(
        "counts the CNOTs of every gate", holds, takes=Word, reading="text", wants="four digits in quotation marks"
    )
    for digit, reason in (("3", "takes the bound for the number"), ("1", "one CNOT for each gate")):
        name = next(gate for gate in gates if NEEDED[gate] != int(digit))
        less = "fewer are" if int(digit) > NEEDED[name] else "so few are not"
        yield slip(digit * 4, reason).says(f"{name}: not {digit}, {less} enough.")
    yield slip("many", "writes a word").says("Give four digits, one for each gate, such as 0123.")


@number("1.10.f", rung="warm-up", outcome=3, within=0.01, n=whole(3, 22), adds=(4, 5, 9))
def lower_bound(n, adds):
    free = 4**n - 3 * n - 1
    yield -(-free // adds)
    if free % adds:
        yield slip(free / adds, "gives the bound as it is").says("A number of gates is a whole number: round up.")
        yield slip(free // adds, "rounds down").says("This is below the bound: round up.")
    yield slip(-(-(4**n - 1) // adds), "forgets the gates at the beginning").says(
        "The gates on single qubits at the beginning have parameters, too: 3 for each qubit."
    )
    yield slip(-(-free // adds) + 1, "goes one too far").says("One gate less is enough by this count.")
    yield slip(4**n - 1, "one gate for each parameter").says(
        f"This is the number of parameters. Each two-qubit gate adds up to {adds}."
    )
    for kind in {4, 5, 9} - {adds}:
        yield slip(-(-free // kind), "takes another kind of gate").says(
            "This is the bound for another kind of two-qubit gate. How many parameters does yours add?"
        )


@choice("1.10.g", outcome=4)
def why_not_universal():
    yield right(
        "Used on one qubit they reach only finitely many gates, so most gates cannot be approximated closely."
    ).says(
        "Right: with any number of H and S gates you reach 24 gates of one qubit and no others, so most gates stay far "
        "away."
    )
    yield slip(
        "They cannot make superpositions with different phases.", "takes Clifford gates for classical gates"
    ).says("H and S do make superpositions with different phases, such as |+i⟩. Look at what they do to |0⟩.")
    yield slip("They cannot make entangled states.", "believes that entanglement is all that is needed").says(
        "The CNOT after an H makes a Bell pair (lesson 1.5). Clifford circuits can entangle strongly."
    )
    yield slip("They are too noisy to be used often enough.", "takes universality for a matter of quality").says(
        "The question is what can be reached with ideal gates. (With error correction it is the T gate that is "
        "expensive: lesson 6.10.)"
    )


@number(
    "1.10.h",
    rung="warm-up",
    outcome=5,
    rel=0.01,
    rotations=whole(100, 1000, 50),
    error=(0.05, 0.02, 0.01, 0.005, 0.002, 0.001),
)
def t_gates(rotations, error):
    each = rotations / error
    yield 3 * rotations * log2(each)
    yield slip(3 * rotations * log2(1 / error), "gives each rotation the whole error").says(
        "Each rotation gets only its share of the error: divide the total error first."
    )
    yield slip(3 * log2(each), "forgets the number of rotations").says("This is the number of T gates of one rotation.")
    yield slip(3 * rotations * log(each), "takes the natural logarithm").says(
        "The formula has the logarithm to the base 2: `np.log2`."
    )
    yield slip(rotations * log2(each), "forgets the factor").says("The factor 3 is missing.")


# --- words of Clifford and T gates, and how good they are ------------------------------------------------------------

CLIFFORD_T = ("h", "s", "sdg", "t", "tdg", "x", "y", "z")
MOST_T, ALLOWED = 9, 0.12
BACKWARDS = (
    "Run backwards, your circuit is close enough: in a product of matrices the *last* letter acts first. As it stands, "
    "it turns by about −θ."
)


@cache
def closest_word(theta):
    """The gates of the product of HT or SHT and a Clifford gate that is closest to R_y(θ), from left to right."""
    gate = {"H": np.array([[1, 1], [1, -1]]) / sqrt(2), "S": np.diag([1, 1j]), "T": np.diag([1, np.exp(0.25j * pi)])}
    words = ["S" * before + "H" + "S" * after for before in range(4) for after in range(4)]
    made = np.array([reduce(np.matmul, [gate[letter] for letter in word]) for word in words])
    found = []
    for _ in range(MOST_T + 1):
        overlaps = abs(np.einsum("ij,kij->k", turn("Y", theta).conj(), made))
        found.append((overlaps.max(), words[overlaps.argmax()]))
        made = np.concatenate([gate["H"] @ gate["T"] @ made, gate["S"] @ gate["H"] @ gate["T"] @ made])
        words = [block + word for block in ("HT", "SHT") for word in words]
    return "; ".join(f"{letter.lower()} 0" for letter in max(found)[1])


@build(
    "1.10.k",
    kind="design",
    rung="think",
    outcome=(4, 5),
    points=3,
    takes="circuit",
    rules=[GateSet(CLIFFORD_T)],
    theta=angles(0.1, 0.9, 0.005),
    where=lambda theta: min(abs(theta - k * pi / 4) for k in range(5)) > 0.25,  # else one T gate is near enough
)
def word_for_a_rotation(theta):
    wanted = turn("Y", theta)

    def error_of(made):
        return sqrt(1 - min(1.0, abs(np.trace(wanted.conj().T @ made)) / 2) ** 2)

    def holds(answer):
        used = sum(step.name in ("t", "tdg") for _, step in counted(answer))
        if used > MOST_T:
            return False, f"Your circuit has {used} T gates; at most {MOST_T} are allowed."
        made = unitary(answer)
        error = error_of(made)
        if error <= ALLOWED:
            return True
        if error_of(made.T) <= ALLOWED:  # every allowed gate is symmetric, but for a sign
            return False, BACKWARDS
        return False, f"The error of your circuit is {number_beside(error, ALLOWED)}. At most {ALLOWED} is allowed."

    yield Property(
        "comes close enough with few T gates", holds, takes=Circuit, num_qubits=1, wants="a circuit of one qubit"
    )
    yield slip(circuit(closest_word(theta)), "builds the word from left to right").says(BACKWARDS)
    yield slip(circuit("h 0; h 0"), "does nothing")
    yield slip(circuit("t 0"), "takes the nearest power of T, whatever the angle")
    yield slip(circuit("ry(θ) 0", θ=theta), "uses the rotation itself", "rule")


@measure(
    "1.10.l",
    rung="think",
    outcome=5,
    points=2,
    within=0.01,
    angle=one_of([k / 100 for k in range(60, 220)]),
    off=one_of([k / 100 for k in range(30, 60)]),
    tilt=one_of([k / 100 for k in range(30, 60)]),
)
def error_of_a_gate(angle, off, tilt):
    overlap = abs(cos(off / 2) * cos(tilt / 2))
    error = sqrt(1 - overlap**2)
    # The fraction that is not 00 is ε²; its spread ε√(1 − ε²), divided by 2ε, is that of ε.
    spread = sqrt(1 - error**2) / 2
    shots = 4000
    bar = spread / sqrt(shots)
    yield right(error, spread=spread)
    yield slip((error**2, error * overlap / sqrt(shots), shots), "gives the square").says(
        "This is ε², the fraction of the wrong results. ε is its root."
    )
    yield slip((sin(tilt / 2), bar, shots), "tries |0⟩ only").says(
        "With |0⟩ alone a wrong phase stays unseen. Half of an entangled pair sees every error (lesson 1.9)."
    )
    yield slip((overlap, bar, shots), "gives the overlap").says("This is the overlap c. The error is √(1 − c²).")
    yield slip((error, error * overlap / sqrt(shots), shots), "gives the error bar of the fraction").says(
        "This is the error bar of the fraction ε². How much does its root change?"
    )


# --- i: two flips with controls and a phase ---------------------------------------------------------------------------


def from_parities(places, pattern, factor, hadamards=True, spread=True):
    """A circuit of six CNOTs and four T gates; `pattern` says for which controls the gate acts."""
    a, b, c, d = places
    names = dict(a=a, b=b, c=c, d=d, qubits=4)
    opened = "; ".join(f"x {k}" for k, value in zip((a, b), pattern, strict=True) if value == 0)
    body = "t d; cx b d; tdg d; cx a d; t d; cx b d; tdg d; cx a d"
    if factor == "i":
        body = body.replace("tdg", "?").replace("t ", "tdg ").replace("?", "t")
    around, parity = hadamards and "h c d", spread and "cx c d"
    return circuit(opened, around, parity, body, parity, around, opened, **names)


@build(
    "1.10.i",
    kind="stretch",
    outcome=(1, 2),
    points=3,
    takes="circuit",
    rules=[GateSet(("h", "t", "tdg", "s", "sdg", "x", "z", "cx")), TwoQubitGates(6)],
    places=distinct(4, range(4)),
    pattern=([0, 1], [1, 0], [0, 0]),
    factor=("i", "-i"),
    derive=lambda places: {"controls": places[:2], "targets": places[2:]},
)
def two_flips(places, pattern, factor, targets, controls):
    a, b = (f"{'' if v else '!'}{k}" for k, v in zip(controls, pattern, strict=True))
    opened = "; ".join(f"x {k}" for k, value in zip(controls, pattern, strict=True) if value == 0)
    a0, b0 = controls

    def plain(angle):
        both = f"ccx {a} {b} {targets[0]}; ccx {a} {b} {targets[1]}"
        if not angle:
            return circuit(both, qubits=4)
        return circuit(both, opened, f"cp(φ) {controls[0]} {controls[1]}", opened, φ=angle, qubits=4)

    yield Unitary(plain(pi / 2 if factor == "i" else -pi / 2))
    yield slip(plain(pi / 2 if factor == "i" else -pi / 2), "uses ready gates", "rule")
    for more in (2, 3, 4):  # as many CNOTs as a compiler makes of two Toffoli gates and a controlled S
        longer = circuit(from_parities(places, pattern, factor), *more * [f"cx {a0} {b0}; cx {a0} {b0}"], qubits=4)
        yield slip(longer, "lets a compiler write out two Toffoli gates", "rule").worth(0.25)
    yield slip(from_parities(places, pattern, "-i" if factor == "i" else "i"), "exchanges T and T†").says(
        "The phase has the wrong sign: yours is the other one of i and −i. Otherwise the gate is right."
    )
    yield slip(from_parities(places, (1, 1), factor), "both controls wait for 1", "bit-flip")
    yield slip(from_parities(places, pattern, factor, spread=False), "flips one target only").says(
        f"Your gate flips qubit {targets[1]} as it should, but never qubit {targets[0]}."
    )
    yield slip(from_parities(places, pattern, factor, hadamards=False), "a sign in place of the flips", "wrong-basis")
