"""What right means in lesson 2.2, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import cos, pi, sin, sqrt

import numpy as np

from qtrain.authoring import angles, build, choice, circuit, decimals, measure, number, right, slip
from qtrain.checking import Property
from qtrain.checking.rules import NoSynthesis, TwoQubitGates
from qtrain.circuits import Circuit, run
from qtrain.circuits.numerals import number_beside, number_text

OWN_GATES = [NoSynthesis(), TwoQubitGates(40)]


def copied(state, psi, qubit, n):
    """The fidelity ⟨ψ|ρ|ψ⟩ of one qubit of a pure state of n qubits."""
    rows = np.moveaxis(np.reshape(state, (2,) * n), qubit, 0).reshape(2, -1)
    return float(np.linalg.norm(np.conj(psi) @ rows) ** 2)


@number("2.2.a", rung="warm-up", outcome=1, bounds=(0, 1), within=2e-3, theta=angles(0.1, 0.9))
def overlap_with_two_copies(theta):
    a, b = cos(theta / 2), sin(theta / 2)
    yield (a**3 + b**3) ** 2
    yield slip(a**3 + b**3, "forgets to square").says("This is the inner product. The probability is its square.")
    yield slip(a**4 + b**4, "takes the fidelity of one copy").says(
        "This is the fidelity of one of the two copies alone. The overlap of the whole states is asked for."
    )
    yield slip(1, "believes that CNOT copies").says(
        "Then CNOT would copy this state. Write both states down, with all their terms, and compare."
    )
    yield slip((a * a + b * b * b) ** 2, "miscounts a power")


# A machine that measures along z and sends out, twice, a state at an angle to the result's arrow.
@number("2.2.b", outcome=2, bounds=(0, 1), within=2e-3, alpha=angles(0.08, 0.45))
def measure_and_prepare(alpha):
    yield 0.5 + cos(alpha) / 6
    yield slip((1 + cos(alpha)) / 2, "tries it on |0⟩ and |1⟩ only").says(
        "This is the fidelity for |0⟩ and |1⟩. The mean over all states has four more states of the six."
    )
    yield slip(0.5 + cos(alpha) / 2 / 2, "takes four states of the six").says(
        "You took the mean over four states on one circle. The six states lie along x, y and z, both ways."
    )
    yield slip(2 / 3, "forgets the tilt").says("This is the mean without the tilt α.")
    yield slip(0.5 + cos(alpha / 2) ** 2 / 6, "takes cos²(α/2) for cos α").says(
        "Your tilt comes in by cos²(α/2). How does the mean fidelity depend on the two arrows?"
    )


SIX = [np.array(v) / np.linalg.norm(v) for v in ((1, 0), (0, 1), (1, 1), (1, -1), (1, 1j), (1, -1j))]


def some_states(seed, count=20):
    rng = np.random.default_rng(seed)
    states = rng.normal(size=(count, 2)) + 1j * rng.normal(size=(count, 2))
    return list(states / np.linalg.norm(states, axis=1, keepdims=True))


def clones(weight, tilt):
    """The machine of the lesson; the best one has the weight 2/3 and the tilt π/2."""
    prepared = "ry(a) 1; ry(b/2) 2; cx 1 2; ry(-b/2) 2; cx 1 2"
    return circuit(prepared, "cx 1 0; cx 2 0; cx 0 1; cx 0 2", a=2 * np.arccos(sqrt(weight)), b=tilt)


@build("2.2.c", kind="design", rung="think", outcome=3, points=3, takes="circuit", rules=OWN_GATES)
def universal_cloner():
    inputs = [*SIX, *some_states(22)]

    def holds(answer):
        found = []
        for psi in inputs:
            out = run(answer, np.kron(psi, [1, 0, 0, 0]))
            found.append([copied(out, psi, k, 3) for k in (0, 1)])
        low, mean = np.min(found, axis=0), np.mean(found[:6], axis=0)
        worst = int(np.argmin(low))
        if low[worst] >= 0.8:
            return True
        return False, (
            f"The copy on qubit {worst} has a fidelity of only {number_beside(low[worst], 0.8)} for one of the inputs. "
            f"The mean fidelities are {number_text(mean[0])} on qubit 0 and {number_text(mean[1])} on qubit 1."
        )

    yield Property(
        "makes two copies of a fidelity of at least 0.80",
        holds,
        takes=Circuit,
        num_qubits=3,
        wants="a circuit of three qubits",
    )
    yield slip(circuit("cx 0 1", qubits=3), "takes the CNOT")
    yield slip(circuit("cx 0 1; h 1; h 1; cx 0 2", qubits=3), "copies bits twice")
    yield slip(circuit("swap 0 1", qubits=3), "moves the state")


@choice("2.2.d", outcome=1)
def a_friends_machine():
    yield right(
        "For |+⟩ it makes an entangled pair: each of the two qubits alone is a fair coin along x, and |+⟩ is not."
    ).says("Right: equal results along z are no copies. Measured along x, |+⟩ gives 0 each time, and these two do not.")
    yield slip(
        "The machine is right for these tests, so by linearity it copies all other states, too.",
        "uses linearity the wrong way",
    ).says(
        "Linearity says the opposite: it tells what the machine makes of a sum of two states, and this is no product."
    )
    yield slip(
        "Nothing: two qubits that always agree are two copies of one qubit.", "takes agreement for copying"
    ).says("They agree along z. Two copies of |+⟩ would give equal *and* independent results along x: 0 each time.")
    yield slip(
        "A CNOT leaves its control as it is, so at least the original is untouched.",
        "believes that a CNOT never changes its control",
    ).says("For |+⟩ the control is changed: it is entangled afterwards, and alone it is a fair coin along x.")
    yield slip("The machine must be broken: no machine may copy even |0⟩ and |1⟩.", "forbids all copying").says(
        "States that are orthogonal can be copied, as bits are. The theorem is about states that are not."
    )


# The cloner with wrong angles, as a real machine would have them.
@measure(
    "2.2.e",
    rung="think",
    outcome=2,
    points=2,
    bounds=(0, 1),
    within=0.01,
    weight=decimals(0.70, 0.80, 0.01),
    tilt=angles(0.25, 0.4),
    theta=angles(0.2, 0.8),
    phi=angles(0.1, 0.9),
)
def fidelity_of_a_copy(weight, tilt, theta, phi):
    psi = np.array([cos(theta / 2), np.exp(1j * phi) * sin(theta / 2)])
    machine = clones(weight, tilt)
    out = run(machine, np.kron(psi, [1, 0, 0, 0]))
    first, second = (copied(out, psi, k, 3) for k in (0, 1))
    shots = 4000
    spread = sqrt(second * (1 - second))
    yield right(second, spread=spread)
    yield slip((first, sqrt(first * (1 - first) / shots), shots), "measures the other copy").says(
        "This is the fidelity of the copy on qubit 0. The one on qubit 1 is asked for."
    )
    along_z = copied(out, np.array([1, 0]), 1, 3)
    yield slip((along_z, sqrt(along_z * (1 - along_z) / shots), shots), "does not turn back").says(
        "You measured qubit 1 along z. The question is how often it is found in ψ: turn ψ back to |0⟩ first."
    )
    turned = np.array([cos(theta / 2), sin(theta / 2)])
    half = copied(out, turned, 1, 3)
    yield slip((half, sqrt(half * (1 - half) / shots), shots), "forgets the phase").says(
        "The phase φ is not undone, or only after the rotation by θ, where it changes no counts. Undo it first."
    )


@build("2.2.f", kind="stretch", outcome=(3, 4), points=3, takes="circuit", rules=OWN_GATES)
def equatorial_cloner():
    phases = [*np.arange(8) * pi / 4, *np.random.default_rng(9).uniform(0, 2 * pi, 12)]

    def holds(answer):
        found = []
        for phase in phases:
            psi = np.array([1, np.exp(1j * phase)]) / sqrt(2)
            out = run(answer, np.kron(psi, [1, 0]))
            found.append([copied(out, psi, k, 2) for k in (0, 1)])
        low = np.min(found, axis=0)
        worst = int(np.argmin(low))
        if low[worst] >= 0.85:
            return True
        return False, (
            f"The copy on qubit {worst} has a fidelity of only {number_beside(low[worst], 0.85)} for one of the phases."
        )

    yield Property(
        "copies the equator better than 5/6", holds, takes=Circuit, num_qubits=2, wants="a circuit of two qubits"
    )
    yield slip(circuit("cx 0 1"), "takes the CNOT")
    yield slip(circuit("h 0; cx 0 1; h 0", qubits=2), "copies |+⟩ and |−⟩ only")
    yield slip(circuit("ry(π/4) 1; cx 0 1; ry(-π/4) 1; cx 0 1"), "stops half-way: the input keeps its own copy")
    yield slip(circuit("ry(-π/4) 1; cx 0 1; ry(π/4) 1; cx 0 1; cx 1 0"), "takes the wrong sign for one of the terms")


def off_the_boundary(least):
    most = 1 / (3 * least - 2)
    return abs(most - round(most)) > 0.03


@number("2.2.g", rung="warm-up", outcome=4, within=0.1, least=decimals(0.672, 0.76, 0.001), where=off_the_boundary)
def how_many_copies(least):
    most = 1 / (3 * least - 2)
    yield int(most)
    yield slip(int(most) + 1, "rounds up").says("With so many copies the fidelity is a little too low already.")
    yield slip(most, "gives a fraction").says("This solves the equation. A number of students is whole: which one?")
    yield slip(int(1 / (3 - 3 * least)), "mistakes the rest for the gain").says(
        "Put your number into the formula of this section: which fidelity comes out?"
    )
