"""What is right in the sample bank's problems on qubits and circuits, and what can be got wrong."""

from math import cos, sin, sqrt

import numpy as np

from qtrain.authoring import bits, build, choice, circuit, decimals, distinct, function, number, right, slip, whole

ANGLE = decimals(0.4, 1.4, 0.01)
TWO = {"pair": distinct(2, range(3)), "derive": lambda pair: {"a": pair[0], "b": pair[1]}}


def basis(word):
    vector = np.zeros(2 ** len(word))
    vector[int(word, 2)] = 1
    return vector


@build("101.P.1", takes="circuit", word=bits(3), where=lambda word: word != word[::-1])
def basis_state(word):
    yield basis(word)
    yield slip(circuit(*(f"x {2 - k}" for k in range(3) if word[k] == "1"), qubits=3), "mirrors it", "qubit-order")


@build("101.P.2", takes="circuit", theta=ANGLE)
def rotation(theta):
    yield np.array([cos(theta / 2), sin(theta / 2)])
    yield slip(circuit("ry(t) 0", t=2 * theta), "doubles the angle", "double-angle")
    yield slip(circuit("ry(t) 0", t=-theta), "turns the other way", "angle-sign")


@number("101.P.3", theta=ANGLE)
def chance_of_one(theta):
    yield right(sin(theta / 2) ** 2, within=1e-4)
    yield slip(sin(theta) ** 2, "forgets the half").says("On the sphere angles are twice as large.")
    yield slip(cos(theta / 2) ** 2, "takes the other outcome").says("This is the chance of 0.")


@build("101.P.4", takes="circuit", phi=ANGLE)
def phase(phi):
    yield np.array([1, np.exp(1j * phi)]) / sqrt(2)
    yield slip(circuit("h 0; p(t) 0", t=-phi), "turns the other way")
    yield slip(circuit("p(t) 0; h 0", t=phi), "exchanges the gates", "gate-order")


@build("101.P.5", takes="circuit", points=2, **TWO)
def bell(a, b):
    ones = "".join("1" if k in (a, b) else "0" for k in range(3))
    yield (basis("000") + basis(ones)) / sqrt(2)
    yield slip(circuit("h a; cx b a; x 0; x 0", a=a, b=b, qubits=3), "exchanges control and target")


@build("101.P.6", takes="circuit", **TWO)
def controlled(a, b):
    yield circuit("cx a b", a=a, b=b, qubits=3)
    yield slip(circuit("cx b a", a=a, b=b, qubits=3), "exchanges them", "control-target")


@build("101.P.7", takes="matrix", theta=ANGLE)
def order_of_gates(theta):
    c, s = cos(theta / 2), sin(theta / 2)
    hadamard, rotated = np.array([[1, 1], [1, -1]]) / sqrt(2), np.array([[c, -1j * s], [-1j * s, c]])
    yield hadamard @ rotated
    yield slip(rotated @ hadamard, "multiplies from left to right")


@number("101.P.8", ones=whole(100, 450, 10))
def expectation(ones):
    yield right((1000 - 2 * ones) / 1000, within=1e-4)
    yield slip(ones / 1000, "gives the fraction of ones").says("An expectation of Z runs from −1 to 1.")
    yield slip((2 * ones - 1000) / 1000, "exchanges the signs").says("0 counts as +1, 1 as −1.")


@choice("101.P.9")
def measured_first():
    yield right("One half: after the measurement the qubit is in a basis state.").says("Right.")
    yield slip("Always: H undoes the first H.", "forgets the measurement").says("The measurement lies in between.")
    yield slip("Never.", "guesses").says("What does H do to |0⟩ and to |1⟩?")


@number("101.P.10", theta=ANGLE)
def kickback(theta):
    yield right(theta, within=1e-3)
    yield slip(theta / 2, "takes P for R_z").says("The gate is P, not R_z.")
    yield slip(-theta, "turns the other way")


@build("101.P.11", takes="circuit", points=2, phi=ANGLE)
def ghz(phi):
    yield (basis("000") + np.exp(1j * phi) * basis("111")) / sqrt(2)
    yield slip(circuit("h 0; cx 0 1; cx 1 2", qubits=3), "forgets the phase")


@build("101.P.12", takes="circuit", points=2, **TWO)
def exchange(a, b):
    yield circuit("swap a b", a=a, b=b, qubits=3)
    yield slip(circuit("cx a b; cx b a", a=a, b=b, qubits=3), "forgets the third")


@number("101.P.13", theta=ANGLE)
def telling_apart(theta):
    yield right((1 + sin(theta / 2)) / 2, within=1e-4)
    yield slip((1 + cos(theta / 2)) / 2, "takes the overlap").says("The more they overlap, the harder it is.")
    yield slip((1 + sin(theta)) / 2, "forgets the half").says("The overlap is cos(θ/2).")


def words(rng):
    """Strings of three bits, the first two for everyone."""
    return ["000", "101", *(format(rng.randrange(8), "03b") for _ in range(3))]


@function("101.P.14", name="flipped", inputs=words, a=whole(0, 2))
def flipped(a):
    def at(place):
        return lambda word: word[:place] + ("1" if word[place] == "0" else "0") + word[place + 1 :]

    yield at(a)
    yield slip(lambda word: "".join("1" if c == "0" else "0" for c in word), "flips all").says("Only one bit changes.")
    yield slip(lambda word: word, "changes nothing").says("One character has to change.")
