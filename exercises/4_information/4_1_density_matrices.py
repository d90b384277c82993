"""What right means in lesson 4.1, and how people get it wrong. The tasks stand in the notebook of the same name."""

import re
from math import cos, pi, radians, sin, sqrt

import numpy as np

from qtrain.authoring import (
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
    whole,
)
from qtrain.checking import Data, Density, Property, conventions
from qtrain.checking.rules import NoReset
from qtrain.checking.schema import Real, Table
from qtrain.circuits import Circuit, Text, density
from qtrain.circuits.channels import reduced
from qtrain.circuits.numerals import number_beside, number_text

PAULIS = (np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1]))


def outer(vector):
    return np.outer(vector, np.conj(vector))


def qubit(theta, phi):
    """The state at these angles of the Bloch sphere, in degrees."""
    half = radians(theta) / 2
    return np.array([cos(half), np.exp(1j * radians(phi)) * sin(half)])


def arrow(rho):
    """The Bloch vector."""
    return np.array([np.trace(rho @ pauli).real for pauli in PAULIS])


def from_arrow(r):
    return (np.eye(2) + sum(x * pauli for x, pauli in zip(r, PAULIS, strict=True))) / 2


@build(
    "4.1.a",
    rung="warm-up",
    outcome=1,
    percent=whole(15, 85, 5),
    theta=whole(50, 130, 5),
    phi=one_of([-135, -120, -60, -45, -30, 30, 45, 60, 120, 135, 150]),
    where=lambda percent, theta: percent != 50 and theta != 90,
)
def mixture(percent, theta, phi):
    w, zero, psi = percent / 100, np.array([1, 0]), qubit(theta, phi)
    yield Density(w * outer(zero) + (1 - w) * outer(psi), digits=4)
    added = sqrt(w) * zero + sqrt(1 - w) * psi
    yield slip(outer(added / np.linalg.norm(added)), "adds amplitudes instead of matrices").says(
        "This is the density matrix of one superposition of the two states. A coin that nobody reads adds no "
        "amplitudes: write each state's own matrix first, then weigh the two matrices."
    )
    yield slip(w * zero + (1 - w) * psi, "gives a vector").says(
        "This is a vector, the weighted sum of the two states. A mixture has no vector: weigh the two matrices."
    )
    yield slip(sqrt(w) * outer(zero) + sqrt(1 - w) * outer(psi), "weighs with roots").says(
        "You weigh the matrices with the roots of the probabilities, so the trace is above 1. Roots belong to "
        "amplitudes; matrices are weighed with the probabilities themselves."
    )
    yield slip((1 - w) * outer(zero) + w * outer(psi), "exchanges the weights").says(
        "The two matrices are right, and their weights are exchanged."
    )
    yield slip((outer(zero) + outer(psi)) / 2, "forgets the weights").says(
        "You weigh both states equally. They come with different probabilities here."
    )
    wrong_way = w * outer(zero) + (1 - w) * outer(psi).conj()
    yield slip(wrong_way, "conjugates the wrong factor", "conjugate").says(
        "The two entries off the diagonal are exchanged: entry (0, 1) is a₀ times the conjugate of a₁."
    )
    yield slip(w * outer(zero) + (1 - w) * np.outer(psi, psi), "forgets the conjugate").says(
        "Your matrix is not its own conjugate transpose: one of the two factors in |ψ⟩⟨ψ| is conjugated."
    )
    yield slip(np.diag(np.diag(w * outer(zero) + (1 - w) * outer(psi))), "leaves out the coherences").says(
        "The diagonal is right. The second state has entries off the diagonal, too."
    )
    yield slip(outer(psi), "leaves the coin out").says("This is the second state alone.")
    whole_angle = qubit(2 * theta, phi)
    yield slip(w * outer(zero) + (1 - w) * outer(whole_angle), "takes θ for θ/2", "double-angle").says(
        "Your second state has the cosine and the sine of θ. They belong to θ/2."
    )
    raw = np.array([cos(theta / 2), np.exp(1j * phi) * sin(theta / 2)])
    yield slip(w * outer(zero) + (1 - w) * outer(raw), "gives degrees to NumPy", "degrees").says(
        "You gave θ and φ in degrees to functions that want radians."
    )


@number(
    "4.1.b",
    rung="warm-up",
    kind="predict",
    outcome=1,
    bounds=(0, 1),
    within=1e-3,
    a=decimals(0.25, 0.75, 0.05),
    c=decimals(-0.32, 0.32, 0.02),
    d=decimals(-0.32, 0.32, 0.02),
    axis=("x", "y"),
    where=lambda a, c, d: 0.005 < a * (1 - a) - c * c - d * d and abs(a - 0.5) > 0.06 and min(abs(c), abs(d)) > 0.05,
)
def chance_along(a, c, d, axis):
    rho = np.array([[a, c + 1j * d], [c - 1j * d, 1 - a]])
    x, y, _ = arrow(rho)
    wanted, other = (x, y) if axis == "x" else (y, x)
    yield (1 + wanted) / 2
    yield slip((1 - wanted) / 2, "takes the other result").says(
        "This is the chance of the other result, −1. Check the sign: which state of this axis gives +1?"
    )
    yield slip((1 + other) / 2, "takes the other axis").says(
        f"This is the chance along {'y' if axis == 'x' else 'x'}. "
        f"The {'real' if axis == 'x' else 'imaginary'} part of the entry off the diagonal belongs to {axis}."
    )
    yield slip((1 - other) / 2, "takes the other axis and result").says(
        f"This belongs to the axis {'y' if axis == 'x' else 'x'}, and to its other result."
    )
    yield slip(a, "reads the diagonal").says("The diagonal holds the chances along z. Another axis is asked for.")
    yield slip(wanted, "gives the mean").says("This is the mean of the results +1 and −1. A chance is asked for.")
    yield slip((1 + wanted / 2) / 2, "takes one entry of two").says(
        "You counted one of the two entries off the diagonal. Both belong to the trace."
    )
    yield slip(1 + wanted, "forgets the root of 2").says(
        "This is twice the chance. The vector of a result has the length 1: check its factor 1/√2."
    )
    if axis == "y":
        yield slip(a - 0.5, "does not conjugate the bra").says(
            "You did not conjugate the row on the left: the result is no real number, and this is its real part."
        )
    yield slip(0.5, "takes the state for a coin").says(
        "½ would be right without the entries off the diagonal. They are not 0 here."
    )


@choice("4.1.c", rung="warm-up", outcome=2)
def two_sources():
    yield right("None: both have the same density matrix, and it gives the chances of every measurement.").says(
        "Right: whatever the two sources do inside, no experiment on these qubits tells them apart."
    )
    yield slip(
        "Along y: there the second source always gives a sharp result, and the first does not.", "reads a memory"
    ).says(
        "Each qubit of the second source has a sharp value along y, but it is + or − by a coin, and nobody tells you "
        "which. The counts are even for both sources."
    )
    yield slip(
        "Along z: qubits of the first source have a sharp value there, so their results scatter less.",
        "takes a sharp value for a sharp statistic",
    ).says(
        "Each qubit of the first source has a value along z, but it is 0 or 1 by a coin. The counts are even for both."
    )
    yield slip(
        "Along x: there the second source shows interference, and the first does not.", "takes each y for coherence"
    ).says(
        "Each of the second source's states has entries off the diagonal, but with opposite signs: in the mean they "
        "cancel."
    )
    yield slip(
        "Any axis: with enough shots the small difference between the two sources exceeds its error bar.",
        "believes in enough shots",
    ).says("More shots shrink the error bar. The difference itself is exactly 0, for every axis.")


def drawn_arrows(axis, percent):
    """z with the weight in percent, else a state along the other axis."""
    first = np.array([0.0, 0, 1])
    second = np.eye(3)["xy".index(axis[1])] * (1 if axis[0] == "+" else -1)
    return first, second, percent / 100 * first + (1 - percent / 100) * second


STATES = {"+x": "|+⟩", "-x": "|−⟩", "+y": "|+i⟩", "-y": "|−i⟩"}


@data(
    "4.1.d",
    rung="think",
    kind="design",
    outcome=2,
    points=2,
    axis=tuple(STATES),
    percent=whole(20, 80),
    where=lambda percent: abs(percent - 50) > 6,
    derive=lambda axis: {"other": STATES[axis]},
)
def another_recipe(axis, percent, other):
    first, second, mean = drawn_arrows(axis, percent)

    def holds(answer):
        arrows = np.array(answer, dtype=float)
        sizes = np.linalg.norm(arrows, axis=1)
        worst = int(np.argmax(abs(sizes - 1)))
        if abs(sizes[worst] - 1) > 0.006:
            return False, (
                f"Your arrow number {worst + 1} has the length {number_beside(sizes[worst], 1)}. "
                "The arrow of a pure state has the length 1."
            )
        found = arrows.mean(axis=0)
        if np.abs(found - mean).max() <= 0.006:
            return True
        place = int(np.argmax(abs(found - mean)))
        return False, (
            f"With equal weights your arrows have the mean {np.round(found, 3).tolist()}. That is not the arrow of the "
            f"mixture: the {'xyz'[place]}-component differs most."
        )

    yield Data(schema=Table(2, 3, Real()), holds=holds)
    length = np.linalg.norm(mean)
    unit = mean / length
    yield slip([first.tolist(), second.tolist()], "takes the source's own states").says(
        "These are the two states of the source. With equal weights they give another mixture."
    )
    yield slip([unit.tolist(), (-unit).tolist()], "takes the eigenstates with equal weights").says(
        "These are the two eigenstates. Their weights are the eigenvalues, which are not equal: with equal weights "
        "the mean of the arrows is 0."
    )
    yield slip([mean.tolist(), mean.tolist()], "gives the mixture itself twice").says(
        f"The mean is right, but the arrows have the length {number_beside(length, 1)}. "
        "Pure states have arrows of length 1."
    )
    yield slip([unit.tolist(), unit.tolist()], "stretches the mixture's arrow").says(
        "This is one pure state, given twice. Its arrow has the right direction, and it is too long."
    )


def prepared(a, c, b):
    """Qubit 0 of this circuit has three components that are not 0."""
    return circuit("ry(a) 0; cry(c) 0 1; rx(b) 0", a=a, c=c, b=b)


def spread_of_purity(r):
    return sqrt(float(np.sum(r**2 * (1 - r**2))))


def purities(a, c, b):
    r = arrow(reduced(density(prepared(a, c, b)), [0]))
    length = float(np.linalg.norm(r))
    return r, {
        "right": (1 + length**2) / 2,
        "largest": (1 + length) / 2,
        "whole": 1.0,
        "z": (1 + r[2] ** 2) / 2,
        "no half": 1 + length**2,
        "square": length**2,
        "length": length,
    }


def told_apart(values, least=0.06):
    """Whether no wrong value lies within what an error bar of 0.005 allows of the right one."""
    return all(abs(value - values["right"]) > least for name, value in values.items() if name != "right")


@measure(
    "4.1.e",
    outcome=4,
    points=2,
    bounds=(0.5, 1),
    within=0.005,
    a=decimals(0.7, 2.4, 0.05),
    c=decimals(1.5, 2.7, 0.05),
    b=decimals(0.4, 1.2, 0.05),
    where=lambda a, c, b: min(abs(purities(a, c, b)[0])) > 0.12 and told_apart(purities(a, c, b)[1]),
)
def purity_of_a_part(a, c, b):
    r, values = purities(a, c, b)
    value, shots = values["right"], 10_000
    spread = spread_of_purity(r)
    error = spread / sqrt(shots)
    yield right(value, spread=spread)
    yield slip((values["largest"], error, shots), "does not square").says(
        "This is (1 + |r|)/2, the larger eigenvalue. The purity has the square of the length."
    )
    yield slip((1.0, error, shots), "takes the pair for its part").says(
        "The two qubits together are in a pure state. The purity of qubit 0 alone is asked for."
    )
    yield slip((values["z"], error, shots), "measures one axis").says(
        "Only the z-component stands in your value. The arrow has three components, each with a setting of its own."
    )
    yield slip((values["no half"], error, shots), "forgets the half", "factor").says(
        "This is 1 + |r|². The purity is one half of that."
    )
    yield slip((values["square"], error, shots), "gives the squared length").says(
        "This is |r|², the square of the arrow's length. The purity follows from it."
    )
    yield slip((values["length"], error, shots), "gives the length").says(
        "This is |r|, the arrow's length. The purity follows from its square."
    )
    alone = np.sqrt(1 - r**2)
    yield slip((value, float(np.linalg.norm(alone)) / sqrt(shots), shots), "forgets the squares' slope", "factor").says(
        "The value is right. Your error bar is that of x, y and z themselves: by how much does a small error of x "
        "change x²/2?"
    )
    yield slip((value, float(np.sum(abs(r) * alone)) / sqrt(shots), shots), "adds the error bars", "factor").says(
        "The value is right, and the error bar is too wide. The *squares* of the three error bars add up, and the "
        "shots asked for are those of each setting."
    )


def entangler(a, b, c):
    return circuit("ry(a) 0; ry(b) 1; cp(c) 0 1", a=a, b=b, c=c)


@build(
    "4.1.f",
    rung="warm-up",
    outcome=3,
    a=decimals(0.5, 1.3, 0.05),
    b=decimals(1.8, 2.6, 0.05),
    c=decimals(0.8, 2.4, 0.05),
    keep=(0, 1),
)
def state_of_one(a, b, c, keep):
    whole_state = density(entangler(a, b, c))
    told = conventions.reduced(whole_state, [keep])
    yield Density(told.matrix, digits=4)
    for one in told.slips:
        yield slip(one.answer, "takes the wrong library's meaning", one.code).says(one.reply)
    yield slip(np.diag(np.diag(told.matrix)), "keeps the chances along z only").says(
        "The diagonal is right. The entries off the diagonal are missing, and they do not vanish here."
    )
    yield slip(told.matrix.conj(), "exchanges rows and columns", "conjugate").says(
        "The two entries off the diagonal are exchanged: are rows and columns in the right order?"
    )
    _, vectors = np.linalg.eigh(told.matrix)
    yield slip(outer(vectors[:, -1]), "takes the nearest pure state").says(
        "Your matrix is that of a pure state. One half of an entangled pair is mixed."
    )
    alone = density(circuit("ry(a) 0", a=(a, b)[keep]))
    yield slip(alone, "leaves out the gate between the two").says(
        "This is the qubit before the gate that joins the two."
    )


def some_states(rng):
    """Mixed states of two to four qubits and what to keep, never symmetric under reversal."""
    found = []
    for n, keep in ((2, [0]), (2, [1]), (3, [1, 2]), (3, [0]), (3, [0, 2]), (4, [1, 3]), (4, [2]), (4, [0, 1, 3])):
        draw = np.random.default_rng(rng.randrange(2**32))
        root = draw.normal(size=(2**n, 3)) + 1j * draw.normal(size=(2**n, 3))
        rho = root @ root.conj().T
        found.append((rho / np.trace(rho).real, keep))
    return found


def qubits_of(rho):
    return len(rho).bit_length() - 1


def rest(rho, keep):
    return [k for k in range(qubits_of(rho)) if k not in keep]


def first_ones(rho, keep):
    """The state of as many qubits as are asked for, but always the first ones."""
    return reduced(np.asarray(rho), range(len(keep)))


@function("4.1.g", outcome=3, points=2, name="reduced", inputs=some_states, returns=lambda m: Density(m, digits=6))
def own_reduced():
    yield lambda rho, keep: reduced(np.asarray(rho), keep)
    yield slip(
        lambda rho, keep: reduced(np.asarray(rho), rest(rho, keep)), "removes what it should keep", "convention"
    ).says("Your function removes the qubits of the list, as Qiskit's partial_trace does. Here they are those to keep.")
    yield slip(
        lambda rho, keep: reduced(np.asarray(rho), [qubits_of(rho) - 1 - k for k in keep][::-1]),
        "counts the qubits from the right",
        "qubit-order",
    ).says("You count the qubits from the right. Here qubit 0 is the leftmost factor: the first axis.")
    yield slip(lambda rho, keep: reduced(np.asarray(rho), keep).T, "exchanges rows and columns", "conjugate").says(
        "Your result is the transpose of what it should be: rows and columns are exchanged."
    )
    yield slip(lambda rho, keep: np.diag(np.diag(reduced(np.asarray(rho), keep))), "keeps the diagonal only").says(
        "You give the probabilities only. A reduced state has entries off the diagonal, too."
    )
    yield slip(lambda rho, keep: reduced(np.asarray(rho), keep[::-1]), "reverses the order of what is kept").says(
        "The qubits that you keep stand in the reverse order. The first in the list has to be the leftmost factor of "
        "the array; in a DensityMatrix of Qiskit it is the rightmost."
    )
    yield slip(first_ones, "keeps the first qubits always").says(
        "Your function keeps the first qubits, whatever the list says."
    )


# --- an einsum word for an array of Qiskit, whose last row axis is qubit 0 -------------------------------------------

GENERIC = np.random.default_rng(41)
SAMPLE = GENERIC.normal(size=(8, 8)) + 1j * GENERIC.normal(size=(8, 8))


def word_for(letters, place, fault=""):
    """Rows abc, columns the same letters where an axis is traced out; `place` counts axes from the left."""
    a, b, c, d = letters
    rows, columns = [a, b, c], [a, b, c]
    columns[place] = d
    if fault == "columns":
        return f"{''.join(rows)}{''.join(columns)}->{d}{rows[place]}"
    if fault == "diagonal":
        return f"{''.join(rows)}{''.join(rows)}->{rows[place]}"
    return f"{''.join(rows)}{''.join(columns)}->{rows[place]}{d}"


def drafted(letters, keep, fault):
    place = keep if fault == "order" else 2 - keep
    return {"word": word_for(letters, place, fault)}


def applied(answer):
    """What the word makes of a generic array; an exception where it is no word for it."""
    value = re.sub(r"\s", "", answer.value if isinstance(answer, Text) else str(answer))
    return np.einsum(value, SAMPLE.reshape((2,) * 6))


def gives(answer):
    try:
        return applied(answer)
    except (ValueError, TypeError):
        return np.zeros(0)


class ByResult(Property):
    """Two words are the same if they make the same of a generic array."""

    def like(self, answer):
        from qtrain.checking.target import Alike

        meant = gives(answer)
        return Alike(lambda other: meant.shape == gives(other).shape and bool(np.allclose(gives(other), meant)))


@build(
    "4.1.h",
    kind="debug",
    outcome=3,
    points=2,
    letters=one_of(["".join(chr(97 + (s + k * step) % 26) for k in range(4)) for s in range(26) for step in (1, 2)]),
    keep=(0, 2),
    fault=("order", "columns", "diagonal"),
    derive=drafted,
)
def repair_the_word(letters, keep, fault, word):
    place = 2 - keep

    def holds(answer):
        try:
            found = applied(answer)
        except (ValueError, TypeError) as problem:
            return False, f"NumPy refuses this word for an array with six axes of length 2: {problem}"
        if found.shape != (2, 2):
            return False, f"Your word gives an array of shape {found.shape}. The state of one qubit is 2×2."
        for qubit_, at in ((k, 2 - k) for k in range(3)):
            wanted = np.einsum(word_for(letters, at), SAMPLE.reshape((2,) * 6))
            if np.allclose(found, wanted):
                return at == place, f"Your word keeps Qiskit's qubit {qubit_}. Qubit {keep} is asked for."
            if np.allclose(found, wanted.T):
                return False, (
                    f"Your word keeps Qiskit's qubit {qubit_}, with rows and columns exchanged: "
                    "the row's letter comes first."
                )
        return False, (
            "The shape is right, but this is no reduced state of one qubit: give a letter to the row axis and another "
            "to the column axis of the qubit that stays, and to each other qubit one letter for both of its axes."
        )

    yield ByResult("gives the state of the qubit asked for", holds, takes=Text, wants="a word for np.einsum")
    yield slip(word, "hands the draft in").says(
        {
            "order": "This is the draft's result. Which axis belongs to qubit 0 in an array that comes from Qiskit?",
            "columns": "This is the draft's result. Compare it with the conjugate transpose of itself, or with Qiskit.",
            "diagonal": "This is the draft's result: the probabilities alone. What became of the other two entries?",
        }[fault]
    )
    for name, says in (
        ("order", f"This keeps Qiskit's qubit {2 - keep}: its qubit 0 is the last of the three row axes."),
        ("columns", "This exchanges rows and columns: the result is the transpose."),
        ("diagonal", "This gives the diagonal only: the qubit that stays needs two different letters."),
    ):
        if name != fault:
            yield slip(drafted(letters, keep, name)["word"], name).says(says)


def drawn_part(rng):
    while True:
        theta, phi, percent = rng.randrange(40, 145, 5), rng.randrange(-170, 175, 5), rng.randrange(25, 86)
        r = percent / 100 * arrow(outer(qubit(theta, phi)))
        if min(abs(r)) > 0.1:
            return {"arrow": [round(float(x), 3) for x in r]}


def purified(r, turn=1.0, back=1, about=1):
    """Both qubits in the Schmidt form, then qubit 0 turned to the arrow's direction."""
    length = float(np.linalg.norm(r))
    theta, phi = np.arccos(r[2] / length), np.arctan2(r[1], r[0])
    return circuit("ry(s) 0; cx 0 1; ry(t) 0; rz(f) 0", s=turn * np.arccos(length), t=back * theta, f=about * phi)


@build("4.1.i", rung="think", kind="design", outcome=4, points=3, takes="circuit", draw=drawn_part, rules=[NoReset()])
def purification(arrow):
    wanted = np.array(arrow)
    length = float(np.linalg.norm(wanted))

    def holds(answer):
        rho = density(answer)
        if np.trace(rho @ rho).real < 1 - 1e-5:
            return False, (
                f"The two qubits together are in a mixed state (purity {number_beside(np.trace(rho @ rho).real, 1)}). "
                "The whole has to be pure: no measurement, no noise."
            )
        found = np.array([np.trace(reduced(rho, [0]) @ pauli).real for pauli in PAULIS])
        if np.abs(found - wanted).max() <= 0.005:
            return True
        said = ", ".join(number_text(x) for x in found)
        if abs(np.linalg.norm(found) - length) <= 0.005:
            return False, f"Qubit 0 is as mixed as it should be, but its arrow points along ({said})."
        return False, f"The arrow of qubit 0 is ({said}), with the length {number_text(np.linalg.norm(found))}."

    def same_arrow(answer):
        rho = density(answer)
        part = reduced(rho, [0])
        return np.array([np.trace(part @ pauli).real for pauli in PAULIS] + [np.trace(rho @ rho).real])

    yield Property(
        "has the right qubit 0",
        holds,
        takes=Circuit,
        num_qubits=2,
        wants="a circuit on 2 qubits",
        counts=same_arrow,
    )
    theta, phi = np.arccos(wanted[2] / length), np.arctan2(wanted[1], wanted[0])
    yield slip(circuit("ry(t) 0; rz(f) 0", t=theta, f=phi, qubits=2), "prepares a pure qubit").says(
        "Qubit 0 points in the right direction, but it is pure: nothing entangles it with qubit 1."
    )
    yield slip(circuit("ry(s) 0; cx 0 1", s=np.arccos(length)), "forgets the direction").says(
        "Qubit 0 is as mixed as it should be, but its arrow lies along z. Gates on qubit 0 alone, afterwards, "
        "turn the arrow; gates on qubit 1 do not."
    )
    yield slip(purified(wanted, about=-1), "turns about z the other way", "angle-sign").says(
        "The y-component has the wrong sign."
    )
    yield slip(purified(wanted, turn=2), "takes a double angle", "double-angle").says(
        "The direction is right, the length is not: R_y(s) makes the amplitudes cos(s/2) and sin(s/2)."
    )
    yield slip(purified(wanted, turn=0.5), "takes a half angle", "half-angle").says(
        "The direction is right, the length is not: R_y(s) makes the amplitudes cos(s/2) and sin(s/2)."
    )
    yield slip(circuit("ry(t) 0; rz(f) 0; ry(s) 0; cx 0 1", s=np.arccos(length), t=theta, f=phi), "turns first").says(
        "You turned qubit 0 before the CNOT. The CNOT then wipes the x- and y-components out."
    )


def ghz_like(alpha, turns, phase=0.0, last=""):
    u, v, w = turns
    return circuit(
        "ry(2*a) 0; cx 0 1; cx 1 2",
        f"p({phase!r}) 0" if phase else "",
        last,
        "ry(u) 0; ry(v) 1; ry(w) 2",
        a=alpha,
        u=u,
        v=v,
        w=w,
    )


PAIRS = ((0, 1), (0, 2), (1, 2))


@build(
    "4.1.j",
    kind="stretch",
    outcome=5,
    points=3,
    takes="circuit",
    rules=[NoReset()],
    alpha=decimals(0.62, 0.95, 0.01),
    u=decimals(0.4, 1.2, 0.1),
    v=decimals(1.5, 2.6, 0.1),
    w=decimals(-1.3, -0.4, 0.1),
    where=lambda alpha: abs(alpha - pi / 4) > 0.06,
)
def another_whole(alpha, u, v, w):
    turns = (u, v, w)
    given = density(ghz_like(alpha, turns))
    parts = [reduced(given, pair) for pair in PAIRS]

    def holds(answer):
        rho = density(answer)
        purity = np.trace(rho @ rho).real
        if purity < 1 - 1e-5:
            return False, (
                f"Your three qubits are in a mixed state (purity {number_beside(purity, 1)}). "
                "A pure state is asked for."
            )
        for pair, part in zip(PAIRS, parts, strict=True):
            gap = np.abs(np.linalg.eigvalsh(reduced(rho, pair) - part)).sum() / 2
            if gap > 1e-3:
                return False, (
                    f"Qubits {pair[0]} and {pair[1]} of your circuit are not in the same state as those of the given "
                    "one. Their two density matrices differ by up to "
                    f"{number_beside(np.abs(reduced(rho, pair) - part).max(), 0)} in an entry."
                )
        fidelity = np.trace(rho @ given).real
        return fidelity <= 0.3, (
            f"All three pairs are right. But your state has the fidelity {number_beside(fidelity, 0.3)} with the given "
            "one; at most 0.3 is asked for."
        )

    yield Property(
        "has the same pairs", holds, takes=Circuit, num_qubits=3, wants="a circuit on 3 qubits", counts=density
    )
    yield slip(ghz_like(alpha, turns), "gives the same state").says(
        "This is the given state itself, up to a global phase. Another one is asked for."
    )
    yield slip(ghz_like(alpha, turns, phase=pi / 2), "turns the phase too little").says(
        "All three pairs are right, and the whole has changed, but not enough: how does the fidelity depend on your "
        "angle?"
    )
    yield slip(ghz_like(alpha, turns, last="x 0; x 1; x 2"), "exchanges the two terms").says(
        "You exchanged the two terms. They have different weights, so the parts change, too."
    )
    a = circuit("ry(2*a) 0; cx 0 1; cx 1 2; ry(u) 0; ry(v) 1; ry(w) 2; z 0", a=alpha, u=u, v=v, w=w)
    yield slip(a, "changes the sign after the turns").says(
        "You put the Z after the rotation of its qubit. There it changes the qubit's own state."
    )
