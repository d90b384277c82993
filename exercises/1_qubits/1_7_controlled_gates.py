"""What right means in lesson 1.7, and how people get it wrong. The tasks stand in the notebook of the same name."""

import numpy as np

from qtrain.authoring import angles, bits, build, choice, circuit, distinct, number, plant, right, several, slip, text
from qtrain.checking.rules import Connectivity, GateSet

LINE = [(k, k + 1) for k in range(4)]


def after(start, pairs, read=None):
    """The bits after CNOTs, each given as (control, target); with `read`, every control is read there."""
    values = [int(bit) for bit in start]
    for control, target in pairs:
        values[target] ^= int((read or values)[control])
    return "".join(map(str, values))


@text("1.7.a", rung="warm-up", outcome=1, bits=bits(4), pairs=several(4, distinct(2, range(4))))
def chain(bits, pairs):
    yield after(bits, pairs)
    yield slip(after(bits, pairs)[::-1], "writes qubit 0 on the right", "qubit-order")
    yield slip(after(bits, pairs, bits), "every gate looks at the bits of the start").says(
        "You read every control at the start. A gate sees the bits as the gates before it have left them."
    )
    yield slip(
        after(bits, [pair[::-1] for pair in pairs]), "takes the first number for the target", "control-target"
    ).says("Here control and target are exchanged: the first number of a pair is the control.")


def pattern(target, value):
    """From the two other qubits to the values at which the gate acts; one waits for 0."""
    first, second = (str(k) for k in range(3) if k != target)
    return {"when": {first: value, second: 1 - value}}


@build("1.7.b", rung="warm-up", outcome=1, takes="circuit", target=range(3), value=(0, 1), derive=pattern)
def at_a_pattern(target, when):
    zero, one = sorted(when, key=when.get)
    yield circuit(f"ccx !{zero} {one} {target}", qubits=3)
    yield slip(circuit(f"ccx {zero} {one} {target}", qubits=3), "forgets the X gates", "bit-flip")
    yield slip(circuit(f"cx {one} {target}", qubits=3), "leaves out the control on 0").says(
        "You flip the target whatever the other control is. The gate has two controls, and one of them waits for 0."
    )


@build("1.7.c", rung="warm-up", outcome=1, points=2, takes="circuit", axis="yz", theta=angles(0.15, 0.85))
def rotation_from_cnots(axis, theta):
    def halves(first, second):
        return circuit(f"r{axis}(a) 1; cx 0 1; r{axis}(b) 1; cx 0 1", a=first, b=second)

    yield right(circuit(f"cr{axis}(θ) 0 1", θ=theta), rules=[GateSet({"ry", "rz", "cx"})])
    yield slip(halves(theta, -theta), "forgets to halve the angle", "double-angle")
    yield slip(halves(theta / 2, theta / 2), "takes the same sign twice").says(
        "With control 0 your two rotations must cancel. Do they?"
    )
    yield slip(circuit(f"cr{axis}(θ) 0 1", θ=theta), "uses the ready-made gate", "rule")


@build(
    "1.7.d",
    outcome=2,
    takes="circuit",
    control=range(3),
    target=range(3),
    where=lambda control, target: control != target,
)
def against_the_arrow(control, target):
    rules = [GateSet({"h", "cx"}), Connectivity([(target, control)], directed=True)]
    yield right(circuit("cx c t", c=control, t=target, qubits=3), rules=rules)
    yield slip(circuit("cx c t", c=control, t=target, qubits=3), "ignores the direction", "rule")
    yield plant("control-target", "takes the allowed CNOT")
    yield slip(
        circuit("h t; cx t c; h t", c=control, t=target, qubits=3), "H on one of the two qubits only", "wrong-basis"
    )


def moved(goes_to):
    """The matrix that takes the value of qubit k to qubit goes_to[k]."""
    matrix = np.zeros((16, 16))
    for index in range(16):
        old = format(index, "04b")
        matrix[int("".join(old[goes_to.index(place)] for place in range(4)), 2), index] = 1
    return matrix


def sorting(goes_to):
    """The same with SWAPs of neighbours: sort the qubits by where they go."""
    now, steps = list(goes_to), []
    for _ in now:
        for k in range(3):
            if now[k] > now[k + 1]:
                now[k], now[k + 1] = now[k + 1], now[k]
                steps.append(f"swap {k} {k + 1}")
    return circuit("; ".join(steps), qubits=4)


def has_another_inverse(goes_to):
    """Whether the inverse move is another move, and no mirror image of it."""
    back = [goes_to.index(k) for k in range(4)]
    return back not in (goes_to, [3 - goes_to[3 - k] for k in range(4)], [3 - k for k in goes_to], goes_to[::-1])


@build("1.7.e", outcome=3, points=2, takes="circuit", goes_to=distinct(4, range(4)), where=has_another_inverse)
def along_a_line(goes_to):
    yield right(moved(goes_to), rules=[GateSet({"cx", "swap"}), Connectivity(LINE[:3])])
    yield slip(sorting([goes_to.index(k) for k in range(4)]), "reads where a qubit comes from", "inverse").says(
        "You moved the qubits the other way: entry k of the list says where qubit k goes to."
    )
    yield slip(circuit(sorting(goes_to), "swap 0 3; swap 0 3"), "swaps qubits that are no neighbours", "rule")


def two_apart(control, target):
    return abs(control - target) == 2


@build("1.7.f", kind="debug", outcome=3, takes="circuit", control=range(5), target=range(5), where=two_apart)
def over_a_distance(control, target):
    q = dict(c=control, t=target, m=(control + target) // 2, qubits=5)
    yield right(circuit("cx c t", **q), rules=[Connectivity(LINE)])
    yield slip(circuit("swap c m; cx m t", **q), "hands the draft in", "qubit-permutation").says(
        "The last step is missing: after the CNOT the control still sits in the middle."
    )
    yield slip(circuit("swap c m; cx t m; swap c m", **q), "exchanges control and target", "control-target")
    yield slip(circuit("cx c t", **q), "uses a connection that is not there", "rule")


@choice("1.7.g", outcome=4)
def what_a_control_does():
    yield right(r"The control is in $|-\rangle$, and the target is still in $|-\rangle$.").says(
        "Right: the flip multiplies |−⟩ by −1, and this sign stays with the term in which the control is 1."
    )
    yield slip(
        r"Nothing has changed: the control is only read, and the flip of $|-\rangle$ is invisible.",
        "thinks that a control is only read",
    ).says(
        "That is true for basis states only. For a control in superposition the flip of |−⟩ gives a minus sign in one "
        "of its two terms."
    )
    yield slip(
        r"The control is still in $|+\rangle$, and the target is in $|+\rangle$.",
        "thinks that a flip always changes the target",
    ).says("|−⟩ flipped is −|−⟩: the same state. The target is as it was.")
    yield slip("The two qubits are entangled.", "thinks that every CNOT entangles").says(
        "A CNOT *can* entangle. Here the target comes out in |−⟩ in both terms, so it is a factor."
    )


@number("1.7.h", outcome=5, within=1e-3, theta=angles(0.15, 0.95), target=(0, 1))
def kicked_back(theta, target):
    phase = theta / 2 if target else -theta / 2
    yield phase
    yield slip(2 * phase, "forgets the half in R_z", "double-angle").says(
        "The gate is R_z and not P. Its matrix has e^{−iθ/2} and e^{+iθ/2}."
    )
    yield slip(-phase, "the other eigenvalue", "angle-sign").says(
        "This is the eigenvalue of the other basis state. Which entry of the matrix belongs to your target?"
    )
    yield slip(-2 * phase, "both at once", "double-angle").says(
        "Both the half and the sign: look at the matrix of R_z once more."
    )
    yield slip(0, "believes that R_z leaves basis states as they are").says(
        "R_z multiplies |0⟩ by a number, too: e^{−iθ/2}. Without a control nobody sees it; with one it shows."
    )


@build(
    "1.7.i",
    kind="stretch",
    outcome=(1, 4),
    points=2,
    takes="circuit",
    rules=[GateSet({"ry", "p", "cx"})],
    alpha=angles(0.1, 0.45),
    theta=angles(0.2, 0.8),
)
def with_a_phase(alpha, theta):
    def built(phase):
        return circuit("ry(θ/2) 1; cx 0 1; ry(-θ/2) 1; cx 0 1", phase, θ=theta, α=alpha)

    yield circuit("cry(θ) 0 1; p(α) 0", θ=theta, α=alpha)
    yield slip(built(""), "drops the phase as a global one").says(
        "Without the control the factor e^{iα} is a global phase. With the control it is not: what does it do to |1⟩ "
        "of the control?"
    )
    yield slip(built("p(α) 1"), "puts the phase gate on the target").says(
        "The phase depends on the control alone, and you made it depend on the target."
    )
    yield slip(built("p(2*α) 0"), "a P gate by twice the angle", "double-angle").says(
        "The phase between control 0 and control 1 is twice what it should be."
    )
