"""What right means in lesson 1.7, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import pi, sin

import numpy as np

from qtrain.authoring import (
    angles,
    bits,
    build,
    choice,
    circuit,
    distinct,
    measure,
    number,
    one_of,
    right,
    several,
    slip,
    text,
)
from qtrain.checking import Property
from qtrain.checking.rules import Connectivity, GateSet, NoInitialize, NoUnitary, TwoQubitGates
from qtrain.circuits import Circuit, run

LINE = [(k, k + 1) for k in range(4)]


def after(start, pairs, read=None):
    """The bits after CNOTs, each given as (control, target); with `read`, every control is read there."""
    values = [int(bit) for bit in start]
    for control, target in pairs:
        values[target] ^= int((read or values)[control])
    return "".join(map(str, values))


def every_gate_counts(bits, pairs):
    """Whether what is right is missed without the first or the last gate, by other gates, and by two mistakes.

    The other gates copy, wait for 0, flip always, or put OR or AND in the place of XOR.
    """

    def left(flips):
        values = [int(bit) for bit in bits]
        for control, target in pairs:
            values[target] = flips(values[control], values[target])
        return "".join(map(str, values))

    others = [
        lambda control, target: control,
        lambda control, target: 1 - control ^ target,
        lambda control, target: 1 - target,
        lambda control, target: control | target,
        lambda control, target: control & target,
    ]
    turned = after(bits, [pair[::-1] for pair in pairs[::-1]])
    missed = [after(bits, pairs[:-1]), after(bits, pairs[1:]), turned, *map(left, others)]
    return after(bits, pairs) not in missed


@text(
    "1.7.a",
    rung="warm-up",
    outcome=1,
    bits=bits(5),
    pairs=several(5, distinct(2, range(5))),
    where=every_gate_counts,
)
def chain(bits, pairs):
    yield after(bits, pairs)
    yield slip(bits, "gives the start").says("These are the qubits as they start. Now let the CNOT gates act.")
    yield slip(after(bits, pairs)[::-1], "writes qubit 0 on the right", "qubit-order")
    yield slip(after(bits, pairs, bits), "every gate looks at the bits of the start").says(
        "You read every control at the start. A gate sees the bits as the gates before it have left them."
    )
    yield slip(
        after(bits, [pair[::-1] for pair in pairs]), "takes the first number for the target", "control-target"
    ).says("Here control and target are exchanged: the first number of a pair is the control.")
    yield slip(after(bits, pairs[::-1]), "takes the last gate first", "gate-order").says(
        "You applied the gates from right to left. The first pair of the list acts first."
    )
    yield slip(after(bits[::-1], pairs)[::-1], "reads the start with qubit 0 on the right", "qubit-order").says(
        "You read both strings with qubit 0 on the right. Here qubit 0 is on the left."
    )


@build(
    "1.7.b",
    rung="warm-up",
    outcome=1,
    takes="circuit",
    places=distinct(3, range(5)),
    derive=lambda places: dict(zip(("target", "one", "zero"), places, strict=True)),
)
def at_a_pattern(target, one, zero):
    def gates(steps):
        return circuit(steps, one=one, zero=zero, target=target, qubits=5)

    yield right(gates("ccx one !zero target"), rules=[NoUnitary()])
    yield slip(gates("ccx one zero target"), "forgets the X gates", "bit-flip")
    yield slip(gates("x zero; x zero"), "leaves the gate out between the X gates").says(
        "Your circuit leaves every state as it is. What flips the target?"
    )
    yield slip(gates("x zero; ccx one zero target"), "forgets to undo the X").says(
        f"Qubit {zero} comes out flipped. Only the target may change."
    )
    yield slip(gates("ccx !one !zero target"), "puts X gates on both controls").says(
        "Both of your controls wait for 0. One of them has to wait for 1."
    )
    yield slip(gates("cx one target"), "leaves out the control on 0").says(
        "You flip the target whatever the other control is. The gate has two controls, and one of them waits for 0."
    )
    yield slip(gates("cx !zero target"), "leaves out the control on 1").says(
        "You flip the target whatever the other control is. The gate has two controls, and one of them waits for 1."
    )


@build("1.7.c", rung="warm-up", outcome=1, points=2, takes="circuit", axis="yz", theta=angles(0.15, 0.85))
def rotation_from_cnots(axis, theta):
    def halves(first, second):
        return circuit(f"r{axis}(a) 1; cx 0 1; r{axis}(b) 1; cx 0 1", a=first, b=second)

    yield right(circuit(f"cr{axis}(θ) 0 1", θ=theta), tolerance=1e-3, rules=[GateSet({"ry", "rz", "cx"})])
    yield slip(
        circuit(f"r{axis}(θ/2) 1; r{axis}(-θ/2) 1", θ=theta, qubits=2), "two rotations that cancel, without a CNOT"
    ).says("Your circuit does nothing: its gates cancel, whatever the control is.")
    for angle in (theta, theta / 2):
        yield slip(circuit(f"r{axis}(a) 1", a=angle, qubits=2), "the rotation without a control").says(
            "Your rotation acts on the target whatever the control is."
        )
    yield slip(circuit(f"cr{axis}(θ) 1 0", θ=theta), "exchanges control and target", "control-target").says(
        "Control and target are exchanged: the control is qubit 0, and the rotations belong on qubit 1."
    )
    other = "z" if axis == "y" else "y"
    yield slip(circuit(f"cr{other}(θ) 0 1", θ=theta), "takes the other axis").says(
        f"You rotate about the {other} axis. The task asks for R{axis}."
    )
    yield slip(halves(theta, -theta), "forgets to halve the angle", "double-angle")
    yield slip(halves(theta / 4, -theta / 4), "halves the angle twice", "half-angle")
    yield slip(halves(theta / 2, theta / 2), "takes the same sign twice").says(
        "With control 0 your two rotations must cancel. Do they?"
    )
    yield slip(circuit(f"cr{axis}(θ) 0 1", θ=theta), "uses the ready-made gate", "rule")


@build(
    "1.7.d",
    outcome=(1, 2),
    takes="circuit",
    pair=distinct(2, range(5)),
    value=(0, 1),
    derive=lambda pair: dict(zip(("control", "target"), pair, strict=True)),
)
def against_the_arrow(control, target, value):
    def gates(steps):
        return circuit(steps, c=control, t=target, qubits=5)

    def waits_for(value, steps):
        return gates(steps if value else f"x c; {steps}; x c")

    rules = [GateSet({"h", "x", "cx"}), Connectivity([(target, control)], directed=True)]
    yield right(waits_for(value, "cx c t"), rules=rules)
    yield slip(waits_for(value, "cx c t"), "ignores the direction", "rule")
    if value == 0:
        yield slip(gates("cx !c t"), "takes a CNOT with a control on 0, against the direction", "rule")
    yield slip(waits_for(value, "h t; cz c t; h t"), "takes a CZ, which the machine does not have", "rule")
    yield slip(waits_for(1 - value, "h c; h t; cx t c; h c; h t"), "waits for the other value").says(
        f"Your circuit flips qubit {target} where qubit {control} is {1 - value}."
    )
    yield slip(gates("cx t c"), "takes the allowed CNOT as it is").says(
        f"Your circuit acts as the machine's own CNOT: its control is qubit {target}."
    )
    yield slip(waits_for(value, "h t; cx t c; h t"), "H on the machine's control alone").says(
        f"H gates on qubit {target} alone, before and after the CNOT, do not turn it round. "
        f"Qubit {control} needs them, too."
    )
    yield slip(waits_for(value, "h c; cx t c; h c"), "H on the machine's target alone").says(
        f"The H gates on qubit {control} make a CZ of the machine's CNOT. What makes a CNOT of this CZ?"
    )


def moved(goes_to):
    """The matrix that takes the value of qubit k to qubit goes_to[k]."""
    n = len(goes_to)
    matrix = np.zeros((2**n, 2**n))
    for index in range(2**n):
        old = format(index, f"0{n}b")
        matrix[int("".join(old[goes_to.index(place)] for place in range(n)), 2), index] = 1
    return matrix


def sorting(goes_to):
    """The same with SWAPs of neighbours: sort the qubits by where they go."""
    now, steps = list(goes_to), []
    for _ in now:
        for k in range(len(now) - 1):
            if now[k] > now[k + 1]:
                now[k], now[k + 1] = now[k + 1], now[k]
                steps.append(f"swap {k} {k + 1}")
    return circuit("; ".join(steps), qubits=len(goes_to))


def has_another_inverse(goes_to):
    """Whether the inverse move is another move, and no mirror image of it."""
    last = len(goes_to) - 1
    back = [goes_to.index(k) for k in range(last + 1)]
    mirrored = [last - goes_to[last - k] for k in range(last + 1)]
    return back not in (goes_to, mirrored, [last - k for k in goes_to], goes_to[::-1])


@build("1.7.e", outcome=3, points=2, takes="circuit", goes_to=distinct(5, range(5)), where=has_another_inverse)
def along_a_line(goes_to):
    yield right(moved(goes_to), rules=[GateSet({"cx", "swap"}), Connectivity(LINE)])
    yield slip(sorting([goes_to.index(k) for k in range(5)]), "reads where a qubit comes from", "inverse").says(
        "You moved the qubits the other way: entry k of the list says where qubit k goes to."
    )
    yield slip(circuit(sorting(goes_to), "swap 0 4; swap 0 4"), "swaps qubits that are no neighbours", "rule")


def two_apart(pair):
    return abs(pair[0] - pair[1]) == 2


@build(
    "1.7.f",
    kind="debug",
    outcome=3,
    takes="circuit",
    pair=distinct(2, range(5)),
    theta=angles(0.2, 0.8),
    where=two_apart,
    derive=lambda pair: dict(zip(("control", "target"), pair, strict=True)),
)
def over_a_distance(control, target, theta):
    q = dict(c=control, t=target, m=(control + target) // 2, θ=theta, qubits=5)
    yield right(circuit("cry(θ) c t", **q), tolerance=1e-3, rules=[Connectivity(LINE)])
    yield slip(circuit("swap c m; cry(θ) m t", **q), "hands the draft in", "qubit-permutation").says(
        "The last step is missing: after the rotation the control still sits in the middle."
    )
    yield slip(circuit("swap c m; cry(θ) t m; swap c m", **q), "exchanges control and target", "control-target")
    yield slip(circuit("swap c m; cry(a) m t; swap c m", a=theta / 2, **q), "halves the angle", "half-angle")
    yield slip(circuit("cry(θ) m t", **q), "leaves the moves out").says(
        "This rotates where the *middle* qubit is 1. The control has to come to the middle first, and go back."
    )
    yield slip(circuit("cry(θ) c t", **q), "uses a connection that is not there", "rule")


@choice("1.7.g", rung="think", outcome=4)
def two_phases_at_once():
    yield right(
        r"Control and target are entangled: the control is in $|+\rangle$ where the target is in $|u\rangle$, and in "
        r"$|-\rangle$ where it is in $|v\rangle$."
    ).says("Right: each term of the target sends back its own phase, and the two terms stay together.")
    yield slip(
        r"The control has the relative phase $\pi/2$, halfway between 0 and $\pi$. The target is unchanged.",
        "takes the mean of the phases",
    ).says(
        "A gate is linear: it acts on each term alone, and amplitudes are added afterwards. Phases are never averaged."
    )
    yield slip(
        r"The control is still in $|+\rangle$: the target is no eigenvector, so nothing comes back.",
        "thinks that kickback is all or nothing",
    ).says(
        "The target is a sum of two eigenvectors, and from the term with |v⟩ a minus sign does come back. Apply the "
        "gate to both terms."
    )
    yield slip(
        r"The target is in $|u\rangle$ or in $|v\rangle$, each in half of the shots. The gate has chosen one of them.",
        "takes a gate for a measurement",
    ).says("No measurement has taken place: both terms are still there. Only a measurement would leave one of them.")


# What may be in the box: a name, with qubits a and b to fill in, and its gates.
BOXES = {
    "CNOT, control {a}, target {b}": "cx a b",
    "CNOT, control {b}, target {a}": "cx b a",
    "CNOT, control {a} on 0, target {b}": "cx !a b",
    "CNOT, control {b} on 0, target {a}": "cx !b a",
    "SWAP": "swap a b",
    "no gate": "",
}
# Three of them that one use tells apart in the basis of |+⟩ and |−⟩. A control on 0 makes no difference there.
TRIPLES = [[first, second, 4] for first in (0, 2) for second in (1, 3)]
TRIPLES += [[first, second, 5] for first in (0, 2) for second in (1, 3)]
TRIPLES += [[cnot, 4, 5] for cnot in range(4)]


def named_boxes(pair, three):
    a, b = pair
    return {"boxes": [name.format(a=a, b=b) for k, name in enumerate(BOXES) if k in three]}


@build(
    "1.7.k",
    rung="think",
    kind="design",
    outcome=(2, 4),
    points=2,
    pair=distinct(2, range(4)),
    three=one_of(TRIPLES),
    rules=[NoInitialize(), NoUnitary()],
    where=lambda pair: pair[0] < pair[1],
    derive=named_boxes,
)
def what_is_in_the_box(pair, three, boxes):
    a, b = pair

    def results(before, place):
        """The probabilities of the results on a and b, with one of the boxes."""
        steps = list(BOXES.values())[place]
        after = circuit(steps, "h a; h b", a=a, b=b, qubits=4)
        return np.moveaxis(np.reshape(abs(run(after, run(before))) ** 2, (2,) * 4), (a, b), (0, 1)).sum(axis=(2, 3))

    def holds(answer):
        found = [results(answer, place) for place in three]
        for k, one in enumerate(found):
            for m, other in enumerate(found[:k]):
                both = np.minimum(one, other)
                if both.sum() > 1e-9:
                    first, second = np.unravel_index(int(np.argmax(both)), both.shape)
                    seen = f"qubit {a} gives {first} and qubit {b} gives {second}"
                    return False, f"{seen[0].upper()}{seen[1:]} with “{boxes[m]}” and with “{boxes[k]}”, too."
        return True

    def prepared(kets):
        return circuit(
            *(f"{'x q; ' * (ket == '-')}h q".replace("q", str(q)) for q, ket in zip(pair, kets, strict=True)), qubits=4
        )

    yield Property("tells the boxes apart in one use", holds, takes=Circuit, num_qubits=4, wants="a circuit")
    yield slip(prepared("++"), "puts both qubits into |+⟩").says(
        "None of the boxes changes |+⟩|+⟩. You always get 0 and 0."
    )
    yield slip(circuit(f"x {a}", qubits=4), "prepares a basis state, as if the results were read along z")
    yield slip(circuit(f"x {b}", qubits=4), "prepares the other basis state")


@number("1.7.h", outcome=5, within=1e-3, unit="rad", bounds=(-pi, pi), theta=angles(0.15, 0.95), target=(0, 1))
def kicked_back(theta, target):
    phase = theta / 2 if target else -theta / 2
    yield phase
    for turns in (-1, 1):
        yield slip(phase + 2 * pi * turns, "adds a full turn").says(
            "This is the right direction, counted with a full turn more or less. Give it between −π and π."
        )
    yield slip(2 * phase, "forgets the half in R_z", "double-angle").says(
        "The gate is R_z and not P. Its matrix has e^{−iθ/2} and e^{+iθ/2}."
    )
    yield slip(-phase, "the other eigenvalue", "angle-sign").says(
        "This is the phase of the eigenvalue of the other basis state. Which entry of the matrix belongs to your "
        "target?"
    )
    yield slip(-2 * phase, "both at once", "double-angle").says(
        "Both the half and the sign: look at the matrix of R_z once more."
    )
    yield slip(0, "believes that R_z leaves basis states as they are").says(
        f"R_z multiplies |{target}⟩ by a number of length 1, too. Without a control nobody sees it; with one it shows."
    )
    yield slip(float(np.degrees(phase)), "gives degrees", "degrees")


@measure(
    "1.7.j",
    rung="think",
    outcome=5,
    points=2,
    within=0.01,
    # From here on ε, its sine and the fraction of ones are apart by more than five error bars.
    hidden=one_of([sign * k / 200 for sign in (-1, 1) for k in range(193, 231)]),
)
def a_cz_that_turns_too_far(hidden):
    # At a quarter turn from the top of the fringe, P(1) = (1 ± sin ε)/2: one shot says ε with the spread 1.
    error, shots = 0.01, 10_000
    yield right(hidden, spread=1.0)
    yield slip((-hidden, error, shots), "loses the sign, or takes the other quarter turn", "angle-sign").says(
        "The size is right, but not the sign. Does P(1) rise or fall with ε at your setting?"
    )
    yield slip((pi + hidden, error, shots), "gives the whole phase").says(
        "This is the whole phase φ. The task asks how far it is from π."
    )
    yield slip((pi / 2 + hidden, error, shots), "gives the phase at the setting").says(
        "This is the phase φ + δ at your setting. Take your known phase δ away again, and compare with π."
    )
    yield slip((0.0, error, shots), "leaves the target in |0⟩").says(
        "Your control sees no error at all. In which state of the target does the gate give a phase?"
    )
    yield slip((sin(hidden), error, shots), "takes the sine for the angle").says(
        "This is sin ε, the signal. Which angle has this sine? So far from 0 the two differ."
    )
    yield slip((sin(hidden) / 2, error, shots), "takes the distance from one half for the angle").says(
        "You give how far the fraction is from 1/2. Which angle gives this fraction?"
    )


@build(
    "1.7.i",
    kind="stretch",
    outcome=(1, 4),
    points=2,
    takes="circuit",
    alpha=angles(0.1, 0.45),
    beta=angles(0.2, 0.8),
    theta=angles(0.2, 0.8),
    where=lambda alpha, beta, theta: min(abs(alpha - beta), abs(beta - theta), abs(theta - alpha)) > 0.05,
)
def with_a_phase(alpha, beta, theta):
    def built(phase, first="ry(θ/2) 1", middle="ry(-θ/2) 1; rz(-β/2) 1", last="rz(β/2) 1"):
        return circuit(f"{first}; cx 0 1; {middle}; cx 0 1; {last}", phase, θ=theta, α=alpha, β=beta)

    rules = [GateSet({"ry", "rz", "p", "cx"}), TwoQubitGates(2)]
    yield right(circuit("cry(θ) 0 1; crz(β) 0 1; p(α) 0", θ=theta, α=alpha, β=beta), tolerance=1e-3, rules=rules)
    yield (
        slip(circuit("p(α) 0", α=alpha, qubits=2), "drops the rotations")
        .says("The factor e^{iα} is in its place. The two rotations are still missing.")
        .worth(0.25)
    )
    yield slip(circuit("cry(θ) 0 1; crz(β) 0 1; p(α) 0", θ=theta, α=alpha, β=beta), "uses ready-made gates", "rule")
    yield slip(built(""), "drops the phase as a global one").says(
        "Without the control the factor e^{iα} is a global phase. With the control it is not: what does it do to |1⟩ "
        "of the control?"
    )
    yield slip(built("p(α) 1"), "puts the phase gate on the target").says(
        "The phase depends on the control alone, and you made it depend on the target."
    )
    yield (
        slip(circuit("crz(β) 0 1; p(α) 0", α=alpha, β=beta), "leaves out R_y")
        .says("The controlled R_z and the phase are right. The controlled R_y is missing.")
        .worth(0.5)
    )
    yield (
        slip(circuit("cry(θ) 0 1; p(α) 0", α=alpha, θ=theta), "leaves out R_z")
        .says("The controlled R_y and the phase are right. The controlled R_z is missing.")
        .worth(0.5)
    )
    for axis, other, angle in (("z", "y", beta), ("y", "z", theta)):
        yield (
            slip(circuit(f"cr{axis}(a) 0 1", a=angle), f"leaves out R_{other} and the phase")
            .says(f"The controlled R_{axis} is right. The controlled R_{other} and the phase are missing.")
            .worth(0.25)
        )
    yield slip(built("cp(α) 0 1"), "puts a controlled phase gate").says(
        "Your phase comes only where control and target are both 1. It has to come wherever the control is 1."
    )
    yield slip(circuit("ry(θ) 1; rz(β) 1; p(α) 0", θ=theta, α=alpha, β=beta), "rotates without a control").says(
        "Your two rotations act on the target whatever the control is."
    )
    yield slip(built("p(-α) 0"), "a P gate by minus the angle", "angle-sign")
    yield slip(built("p(α/2) 0"), "a P gate by half the angle", "half-angle").says(
        "The phase between control 0 and control 1 is half of what it should be."
    )
    yield slip(
        built("p(α) 0", middle="rz(-β/2) 1; ry(-θ/2) 1"), "exchanges the rotations between the CNOTs", "gate-order"
    )
    yield slip(built("p(π*α) 0"), "radians for half-turns", "gate-units")
    yield slip(built("p(2*α) 0"), "a P gate by twice the angle", "double-angle").says(
        "The phase between control 0 and control 1 is twice what it should be."
    )
    yield slip(
        built("p(α) 0", "rz(β/2) 1", "rz(-β/2) 1; ry(-θ/2) 1", "ry(θ/2) 1"), "reads the product from the left"
    ).says("You apply R_z before R_y. In a product of gates the one on the right acts first.")
    two, turns = "ry(θ/2) 1; cx 0 1; ry(-θ/2) 1; cx 0 1", "cx 0 1; rz(-β/2) 1; cx 0 1; rz(β/2) 1"
    yield slip(
        circuit(two, turns, "p(α) 0", θ=theta, α=alpha, β=beta),
        "puts one construction behind the other, with four CNOTs",
        "rule",
    )
