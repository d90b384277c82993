"""What right means in lesson 5.5, and how people get it wrong. The tasks stand in the notebook of the same name."""

from functools import cache
from itertools import accumulate, combinations, pairwise
from math import cos, exp, log, pi, sin, sqrt

import numpy as np

from qtrain.authoring import (
    angles,
    choice,
    data,
    decimals,
    function,
    measure,
    number,
    one_of,
    right,
    slip,
    whole,
)
from qtrain.checking import Data
from qtrain.checking.schema import Dict, List, Real, Word
from qtrain.circuits.numerals import number_text, significant

LETTERS = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}
WORDS = [a + b for a in "IXYZ" for b in "IXYZ"]
CNOT = np.eye(4)[[0, 1, 3, 2]]
CNOT_BACK = np.eye(4)[[0, 3, 2, 1]]
CZ = np.diag([1, 1, 1, -1])
ISWAP = np.array([[1, 0, 0, 0], [0, 0, 1j, 0], [0, 1j, 0, 0], [0, 0, 0, 1]])
GATES = {"CNOT 0→1": CNOT, "CNOT 1→0": CNOT_BACK, "CZ": CZ, "iSWAP": ISWAP, "DCX": CNOT_BACK @ CNOT}


def matrix(word):
    """The Kronecker product of a word's letters; the first letter is qubit 0."""
    return np.kron(LETTERS[word[0]], LETTERS[word[1]])


SHOWN = {("CNOT 0→1", "XI"), ("CNOT 0→1", "IZ")}  # the page gives their words behind
STACK = np.array([matrix(word) for word in WORDS])


def word_of(operator):
    """The Pauli word that an operator is up to a phase."""
    return WORDS[int(np.argmax(abs(np.einsum("kij,ji->k", STACK, operator))))]


def after(gate, word):
    """The word behind a Clifford gate that undoes this word before it."""
    gate = np.asarray(gate)
    return word_of(gate @ matrix(word) @ gate.conj().T)


def undone(gate, word):
    """The word in the other direction: through the inverse gate."""
    return after(np.asarray(gate).conj().T, word)


def product(one, other):
    return word_of(matrix(one) @ matrix(other))


def times_z(word):
    """The letters' parts: the X part of a word, and the Z part."""
    return ("".join("X" if a in "XY" else "I" for a in word), "".join("Z" if a in "YZ" else "I" for a in word))


def told_apart(right_one, *slips):
    """The slips whose answers differ from what is right and from those before."""
    seen = [right_one]
    for one in slips:
        if one.answer not in seen:
            seen.append(one.answer)
            yield one


@data(
    "5.5.a",
    kind="predict",
    rung="warm-up",
    outcome=1,
    schema=Word("IXYZ", 2),
    gate=tuple(GATES),
    word=tuple(WORDS[1:]),
    where=lambda gate, word: after(GATES[gate], word) != word and (gate, word) not in SHOWN,
)
def behind_the_gate(gate, word):
    U = GATES[gate]
    yield (right_one := after(U, word))
    swapped = after(U, word[::-1])[::-1]
    x_part, z_part = times_z(word)
    yield from told_apart(
        right_one,
        slip(word, "leaves the word as it is").says(
            "This is the word that stands before the gate. With the same word behind it, another gate comes out."
        ),
        slip(undone(U, word), "goes through the gate backwards", "convention").says(
            "Your word is G†PG, not GPG†: it is what would have to stand before the gate if the given word stood "
            "behind it. This gate is not its own inverse."
        ),
        slip(swapped, "counts the qubits from the right", "qubit-order").says(
            "This is right if the letters are read from the right, as in Qiskit's labels. Here the first letter is "
            "qubit 0."
        ),
        slip(right_one[::-1], "writes the word from the right", "qubit-order").says(
            "These are the right letters in the wrong order: the first letter is qubit 0."
        ),
        slip(product(after(U, x_part), z_part), "lets only X pass to the other qubit").says(
            "Your X's are right. A Z on one qubit may change the other qubit's letter, too."
        ),
        slip(product(x_part, after(U, z_part)), "lets only Z pass to the other qubit").says(
            "Your Z's are right. An X on one qubit may change the other qubit's letter, too."
        ),
        slip(after(CZ if "CNOT" in gate else CNOT, word), "takes the table of another gate").says(
            f"This belongs to {'CZ' if 'CNOT' in gate else 'a CNOT from 0 to 1'}; here the gate is {gate}."
        ),
    )


def drawn_cliffords(rng):
    """Clifford gates that are not their own inverse, as lists of rows; they have complex entries."""
    S, H = np.diag([1, 1j]), np.array([[1, 1], [1, -1]]) / sqrt(2)
    one = {"S": S, "H": H}
    found = [CNOT.astype(complex).tolist()]
    while len(found) < 4:
        gate = np.eye(4, dtype=complex)
        for _ in range(3):
            for a, b in (rng.choices("SH", k=2) for _ in range(2)):
                gate = np.kron(one[a], one[b]) @ gate
            gate = (CNOT if rng.random() < 0.5 else CNOT_BACK) @ gate
        gate = np.kron(S, H) @ gate
        if all(sum(other(gate, w) != after(gate, w) for w in WORDS) > 4 for other in (undone, from_the_right)):
            found.append(gate.tolist())
    return found


def from_the_right(gate, word):
    return after(gate, word[::-1])[::-1]


def table(gate):
    return {word: after(gate, word) for word in WORDS}


@function(
    "5.5.b",
    outcome=1,
    points=2,
    name="twirl_table",
    inputs=drawn_cliffords,
    judged=lambda gate: Data(table(gate), schema=Dict(WORDS, Word("IXYZ", 2))),
)
def twirl_table():
    yield table
    yield slip(
        lambda gate: {word: undone(gate, word) for word in WORDS}, "goes through the gate backwards", "convention"
    ).says(
        "Your table is right for gates that are their own inverse, as CNOT. In general it is that of the inverse gate: "
        "you have G†PG in place of GPG†."
    )
    yield slip(
        lambda gate: {word: from_the_right(gate, word) for word in WORDS}, "reads words from the right", "qubit-order"
    ).says("Your table is right if the last letter is qubit 0. Here the first letter is qubit 0.")
    yield slip(lambda gate: table(CNOT), "gives the table of CNOT for every gate").says(
        "Your function gives the table of CNOT for every gate. It has to use the matrix that it is given."
    )
    yield slip(lambda gate: {word: word for word in WORDS}, "leaves all words").says(
        "Each word stands for itself in your table. That is right for gates that commute with all words only."
    )
    yield slip(
        lambda gate: {word: after(gate, word)[::-1] for word in WORDS}, "turns the words round", "qubit-order"
    ).says("Your words behind the gate have their letters in the wrong order: the first letter is qubit 0.")


def random_flips(s, N):
    return (1 - (1 - 2 * s) ** N) / 2


@number(
    "5.5.c",
    outcome=2,
    points=2,
    bounds=(0, 1),
    within=2e-4,
    theta=decimals(0.12, 0.3, 0.01),
    tilt=angles(0.15, 0.4, 0.05),
    N=whole(16, 40),
)
def flips_of_a_tilted_turn(theta, tilt, N):
    s, part = sin(theta / 2) ** 2, sin(tilt) ** 2
    yield random_flips(s * part, N)
    yield slip(random_flips(s, N), "counts Z as a flip").says(
        "You counted each Pauli error as a flip. A Z does not flip |0⟩."
    )
    yield slip(random_flips(s * sin(tilt), N), "takes the component for its square").says(
        "You took the component of the axis for a probability. Probabilities are squares."
    )
    yield slip(random_flips(s * cos(tilt) ** 2, N), "exchanges X and Z").says(
        "You counted the Z errors. Which of the two Paulis flips |0⟩?"
    )
    yield slip(N * s * part, "adds probabilities").says(
        "You added the probabilities of all gates. Two flips undo each other."
    )
    yield slip(1 - (1 - s * part) ** N, "asks for at least one flip").says(
        "This is the probability of at least one flip. Two flips undo each other."
    )
    yield slip(part * sin(N * theta / 2) ** 2, "leaves the error coherent").says(
        "This is the flip without twirling: the angles of all gates add."
    )
    yield slip(random_flips(sin(theta) ** 2 * part, N), "forgets the half of the angle", "double-angle").says(
        "Your angle is twice too large: a turn by θ is cos(θ/2) − i sin(θ/2)(…)."
    )
    yield slip(sin(N * theta / 2) ** 2, "leaves the error coherent, about x").says(
        "This is the flip without twirling, if the turn were about x."
    )
    yield slip(1 - random_flips(s * part, N), "gives the chance to stay").says(
        "This is the probability that |0⟩ is found."
    )


def signed(times, T):
    """Time with the plus sign minus time with the minus sign; each pulse changes the sign."""
    ends = [0, *times, T]
    return sum((-1) ** k * (b - a) for k, (a, b) in enumerate(pairwise(ends)))


@number(
    "5.5.d",
    rung="warm-up",
    outcome=3,
    within=2e-3,
    kHz=decimals(2, 12, 0.5),
    T=whole(30, 60),
    first=whole(4, 12),
    second=whole(20, 28),
    where=lambda kHz, T, first, second: 0.3 < 2e-3 * pi * kHz * abs(signed([first, second], T)) < 3,
)
def phase_that_is_left(kHz, T, first, second):
    rate = 2e-3 * pi * kHz
    yield rate * signed([first, second], T)
    yield slip(kHz * 1e-3 * signed([first, second], T), "forgets 2π", "factor").says(
        "This is the number of turns. A phase in radians is 2π times that."
    )
    yield slip(-rate * signed([first, second], T), "starts with a minus", "angle-sign").says(
        "The sign is reversed: before the first pulse the phase grows."
    )
    yield slip(rate * T, "leaves out the pulses").says("This phase is left without any pulse.")
    yield slip(rate * (T - second + first), "stops the phase between the pulses").says(
        "Between the pulses the phase does not stop: it runs backwards."
    )
    yield slip(rate * signed([first], T), "leaves out the second pulse").says(
        "This would be right without the second pulse. It changes the sign once more."
    )
    yield slip(rate * (T - second), "counts what follows the last pulse").says(
        "You counted the time behind the last pulse only. All three waits count, each with its sign."
    )
    yield slip(np.degrees(rate * signed([first, second], T)), "gives degrees", "degrees").says(
        "Your phase is in degrees; radians are asked for."
    )
    yield slip(1e3 * rate * signed([first, second], T), "takes kHz for MHz", "factor").says(
        "Your phase is a thousand times too large: 1 kHz is one turn in 1000 µs."
    )
    yield slip(rate * (second - first), "counts the time between the pulses").says(
        "You counted the time between the pulses only. All three waits count, each with its sign."
    )
    yield slip(rate * signed([first, second], T) / 2, "halves the phase", "half-angle").says(
        "Your phase is half of what is asked for. Each energy gets half of it; the difference counts."
    )


def windows(T, other):
    """Two times of about a twentieth of T in which no pulse may come."""
    return {"closed": [[round((c - 0.025) * T, 2), round((c + 0.025) * T, 2)] for c in (0.25, other)]}


def refocuses(T, closed):
    def told(given):
        if max(given) <= 1 and kept([time * T for time in given])[0]:
            return False, "Your times are fractions of T. Give them in µs."
        if abs(sum(given) - T) < 1e-6 * T and len(given) > 1 and kept(list(accumulate(given[:-1])))[0]:
            return False, "These are the waits. The times of the pulses are asked for, counted from the beginning."
        return kept(given)

    def kept(times):
        times = sorted(times)
        if len(times) % 2:
            return False, f"You have {len(times)} pulses. An odd number of X's flips the qubit."
        if min((b - a for a, b in pairwise([0, *times, T])), default=0) < 0.01 * T:
            return False, f"Two pulses, or a pulse and an end, are closer than {0.01 * T:g} µs."
        for time in times:
            if any(low < time < high for low, high in closed):
                return False, f"Your pulse at {time:g} µs falls into a closed window."
        left = signed(times, T) / T
        if abs(left) > 1e-3:
            return False, f"Of a constant detuning {number_text(100 * abs(left), 1)} % of the phase is left."
        drift = sum((-1) ** k * (b**2 - a**2) for k, (a, b) in enumerate(pairwise([0, *times, T]))) / T**2
        if abs(drift) > 1e-3:
            return False, (
                "A constant detuning is refocused. "
                f"Of a drift {number_text(100 * abs(drift), 1)} % of the phase is left."
            )
        return True, ""

    return told


@data(
    "5.5.e",
    kind="design",
    outcome=3,
    points=3,
    T=whole(20, 60),
    other=one_of(0.125, 0.375, 0.625, 0.875),
    derive=windows,
)
def against_a_drift(T, other, closed):
    yield Data(schema=List(Real(0, T), (1, 8)), holds=refocuses(T, closed))
    yield slip([T / 2], "makes an echo with one pulse").says(
        "One pulse in the middle refocuses a constant detuning, but it leaves the qubit flipped, and a drift leaves a "
        "phase."
    )
    yield slip([T / 4, 3 * T / 4], "uses the closed window").says(
        f"This would do, but {T / 4:g} µs falls into a closed window."
    )
    yield slip([T / 3, 2 * T / 3], "makes all waits equal").says(
        "Your three waits are equal. Then the phase runs forwards twice as long as backwards."
    )
    yield slip([0.1 * T, 0.6 * T], "refocuses a constant only").says(
        "A constant detuning is refocused: half of the time runs backwards. A drift is not: look at when it does."
    )
    yield slip([T / 8, 3 * T / 8, 5 * T / 8, 7 * T / 8], "uses the other closed window").says(
        "This would refocus both, but one of the pulses falls into a closed window."
    )
    yield slip([0.05, 0.3, 0.7, 0.95], "gives fractions of T").says("Your times are fractions of T. Give them in µs.")
    yield slip([0.05 * T, 0.25 * T, 0.4 * T, 0.25 * T, 0.05 * T], "gives the waits").says(
        "These are the waits. The times of the pulses are asked for, counted from the beginning."
    )
    yield slip([T * k / 5 for k in range(1, 5)], "makes four equal gaps").says(
        "Your five waits are equal: three run forwards, two backwards."
    )


@choice("5.5.f", rung="warm-up", outcome=4)
def what_the_compiler_keeps():
    yield right(
        "Write each wait as an instruction that the compiler must keep, and compare pulses and waits before and after."
    ).says("Right: nothing is merged across what it must keep, and the comparison notices if it was merged after all.")
    yield slip(
        "Write each wait as identity gates: then the X's are no neighbours any more.", "trusts identity gates"
    ).says("An identity does nothing, so compilers remove it first. Then the X's are neighbours.")
    yield slip(
        "Compare the matrix of the circuit before and after: if it is the same, the pulses are there.",
        "checks the unitary",
    ).says("The matrix is the same with and without the pulses: that is why the compiler may remove them.")
    yield slip("Use more pulses, so that some of them are left.", "hopes that some survive").says(
        "Without waits between them all of an even number of X's cancel, however many there are."
    )
    yield slip(
        "Run on a simulator without noise: without the pulses the result would be wrong.", "tests without noise"
    ).says("Without noise the result is the same with and without pulses.")


def means(t, sigma, T2):
    """Mean of X with and without an echo."""
    echo = exp(-t / T2)
    return echo, echo * exp(-((sigma * t) ** 2) / 2)


def scatter(m):
    """The variance of ln m for one shot."""
    return (1 - m**2) / m**2


def worth_measuring(t, sigma, T2):
    echo, plain = means(t, sigma, T2)
    values = [sigma, sqrt(-2 * log(plain)) / t, sqrt(log(echo / plain)) / t, -log(plain) / t, -log(echo) / t]
    values += [log(echo / plain) / t, sigma / (2 * pi)]
    return 0.8 < sigma * t < 1.5 and plain > 0.2 and all(abs(a - b) > 0.0105 for a, b in combinations(values, 2))


@measure(
    "5.5.g",
    rung="think",
    outcome=5,
    points=3,
    within=1e-3,
    t=whole(8, 20),
    sigma=decimals(0.06, 0.14, 0.001),
    T2=whole(15, 60),
    where=worth_measuring,
)
def size_of_the_slow_noise(t, sigma, T2):
    echo, plain = means(t, sigma, T2)
    spread, shots = sqrt(scatter(echo) + scatter(plain)) / (sigma * t**2), 100_000
    error = spread / sqrt(shots)
    yield right(sigma, spread=spread)
    all_slow = sqrt(-2 * log(plain)) / t
    yield slip((all_slow, sqrt(scatter(plain) / shots) / (all_slow * t**2), shots), "takes all noise for slow").says(
        "You took the loss without pulses for slow noise alone. The white noise is in it, too: the echo tells how much."
    )
    yield slip(
        (sqrt(log(echo / plain)) / t, error / sqrt(2), shots), "forgets the half in the exponent", "factor"
    ).says("Your value is smaller by √2: the exponent is σ²t²/2.")
    yield slip((-log(plain) / t, error, shots), "gives a rate without pulses").says(
        "This is −ln m/t of the run without pulses. Slow noise does not decay with a rate."
    )
    yield slip((-log(echo) / t, error, shots), "gives the rate of the echo").says(
        "This is −ln m/t of the run with pulses: 1/T₂ of the white noise, which the echo leaves."
    )
    yield slip((sigma / (2 * pi), error / (2 * pi), shots), "gives turns", "factor").says(
        "Your value is in turns per µs. A turn has 2π rad, and rad/µs are asked for."
    )
    yield slip((log(echo / plain) / t, error, shots), "takes the slow loss for a rate").says(
        "You divided the logarithm of the ratio by t. The slow loss goes with the square of the time."
    )
    yield slip((sigma, sqrt(2) * error, shots), "counts both runs").says(
        "Your error bar is about √2 times what these shots give. Are they the shots of both runs together? Those of "
        "each one are asked for."
    )
    yield slip((sigma, sqrt((2 - echo**2 - plain**2) / shots), shots), "keeps the error bar of the means").says(
        "This is the error bar of the difference of the two means. A change of the means changes σ by another amount."
    )


def waiting(phase):
    return np.array([np.exp(-0.5j * phase), np.exp(0.5j * phase)])


@cache
def process_error(word, eps, phase):
    """One minus the process fidelity, with doing nothing, of pulses that turn by π(1 + eps); phase between two."""
    half = pi * (1 + eps) / 2
    pulses = {letter: cos(half) * np.eye(2) - 1j * sin(half) * LETTERS[letter] for letter in "XY"}
    U = np.diag(waiting(phase / 2))
    for k, letter in enumerate(word):
        U = waiting(phase if k + 1 < len(word) else phase / 2)[:, None] * (pulses[letter] @ U)
    return 1 - abs(np.trace(U)) ** 2 / 4


def worst(word, eps, phase):
    return max(process_error(word, e, f) for e in (eps, -eps) for f in (phase, -phase))


def between(eps, phase):
    """A limit half-way (on a logarithmic scale) between the second-best and the best sequence."""
    return {"most": float(f"{sqrt(worst('XYXYYXYX', eps, phase) * worst('XYXYXYXY', eps, phase)):.0e}")}


def good_enough(eps, phase, start, most):
    def told(word):
        if not word.startswith(start):
            return False, f"Your sequence starts with {word[: len(start)]}; {start} is asked for."
        error = worst(word, eps, phase)
        return error <= most or (
            False,
            f"The worst process error of your sequence is {significant(error, 2)}; "
            f"at most {significant(most, 2)} is asked for.",
        )

    return told


@data(
    "5.5.h",
    kind="stretch",
    rung="think",
    outcome=5,
    points=3,
    eps=decimals(0.03, 0.06, 0.005),
    phase=decimals(0.1, 0.6, 0.05),
    start=("XX", "XY", "YX", "YY"),
    derive=between,
)
def pulses_with_errors(eps, phase, start, most):
    yield Data(schema=Word("XY", 8), holds=good_enough(eps, phase, start, most))
    same = start[0] == start[1]
    yield slip(start * 4, "repeats the start").says(
        "All your pulses have the same axis, so their errors add up: eight turns that are too far, or eight too short."
        if same
        else "You repeat two axes four times. The first order of the pulse errors cancels; more is asked for."
    )
    other = {"X": "Y", "Y": "X"}
    turned = "".join(other[letter] for letter in start)
    yield slip((start + turned) * 2, "repeats four").says(
        "Your second half repeats the first half. What is left of the first half then comes twice."
    )
