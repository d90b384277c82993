"""What right means in lesson 1.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import acos, cos, degrees, pi, radians, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, function, measure, number, one_of, right, slip, whole
from qtrain.checking import AllOf, Data, Outcomes, Property
from qtrain.checking.rules import NoInitialize
from qtrain.checking.schema import Real, Row
from qtrain.circuits import Circuit, run
from qtrain.circuits.numerals import number_beside, number_text


@number(
    "1.4.a",
    rung="warm-up",
    kind="predict",
    outcome=1,
    bounds=(0, 1),
    within=1e-3,
    x=whole(1, 9),
    y=whole(1, 9),
    where=lambda x, y: x != y,
)
def born(x, y):
    size = x**2 + y**2
    yield y**2 / size
    yield slip(y / (x + y), "takes amplitudes for probabilities").says(
        "Amplitudes are not probabilities: square their sizes before you compare them."
    )
    yield slip(y / sqrt(size), "forgets the square").says(
        "This is the size of the amplitude. The probability is its square."
    )
    yield slip(x**2 / size, "gives the probability of 0", "bit-flip").says("This is the probability of 0, not of 1.")
    yield slip(y**2, "does not normalise").says(
        "The amplitudes as given are not normalised: the two probabilities must add up to 1."
    )
    yield slip(y**2 / x**2, "divides by the other one").says(
        "This is P(1)/P(0). Divide by the sum of the two squares, so that both probabilities add up to 1."
    )
    yield slip((y / (x + y)) ** 2, "divides by the sum before squaring").says(
        "You squared y/(x + y). The length of the vector is the root of x² + y², not x + y."
    )
    yield slip(-(y**2) / size, "squares iy itself").says(
        "A probability is never negative: take the square of the *size*, |iy|² = y²."
    )


def asks(zero, one, *names):
    """Before a z measurement: 0 for the first state, 1 for the second."""
    return Outcomes([(names[0], np.array(zero), "0"), (names[1], np.array(one), "1")])


def along(theta, phi):
    """The state at these angles in degrees, and the opposite one."""
    half, phase = radians(theta) / 2, np.exp(1j * radians(phi))
    return [cos(half), phase * sin(half)], [sin(half), -phase * cos(half)]


NAMES = "the state along the axis", "the state against the axis"
TILTED = one_of(*range(25, 81), *range(100, 156))


@build("1.4.b", outcome=2, takes="circuit", degrees=TILTED)
def question(degrees):
    def turned(steps):
        return circuit(steps, a=radians(degrees))

    yield asks(*along(degrees, 90), *NAMES)
    yield slip(turned("rx(-a) 0"), "turns away from z", "angle-sign").says(
        "Your circuit turns away from z: it makes twice the angle. Which turn brings the axis to z?"
    )
    for steps in ("sdg 0; ry(a) 0", "s 0; ry(-a) 0"):
        yield slip(turned(steps), "turns away from z, by two gates", "angle-sign").says(
            "Your circuit turns away from z: it makes twice the angle. Check the signs of its turns."
        )
    yield slip(circuit("rx(a) 0", a=degrees), "gives degrees to the gate", "degrees").says(
        "The axis of your turn is right. Its angle is in degrees, and gates take radians."
    )
    yield slip(circuit("rx(a) 0", a=pi * radians(degrees)), "gives radians to an exponent", "gate-units").says(
        "Your angle is π times too large: an exponent in Cirq counts half turns, so divide by π."
    )
    yield slip(turned("rx(2*a) 0"), "doubles the angle", "double-angle").says(
        "Your turn is twice as large as it should be: on the sphere, Rx turns by its whole angle."
    )
    yield slip(turned("ry(-a) 0"), "takes the plane of x and z").says(
        "This is right for an axis in the plane of x and z. Yours lies in the plane of y and z."
    )
    yield slip(turned("rx(a/2) 0"), "half the angle", "half-angle").says(
        "Your turn is half as large as it should be: the angle of Rx is the whole angle on the sphere."
    )
    yield slip(circuit("sdg 0; h 0"), "measures along y").says(
        "This asks along y. The axis lies between y and z, or beyond: its angle has to occur in your circuit."
    )
    yield slip(turned("rx(a) 0; x 0"), "exchanges the results", "bit-flip").says(
        "This is the right axis, but the two results are exchanged."
    )


@number(
    "1.4.c",
    rung="warm-up",
    outcome=3,
    within=1e-3,
    shots=one_of(1000, 2000, 4000, 5000),
    permille=one_of(*range(50, 451), *range(550, 951)),
    derive=lambda shots, permille: {"zeros": shots * permille // 1000, "ones": shots - shots * permille // 1000},
)
def mean_of_z(zeros, ones):
    shots = zeros + ones
    yield (zeros - ones) / shots
    yield slip(zeros / shots, "gives the fraction of zeros").says(
        "This is the fraction of zeros. In ⟨Z⟩ each 1 counts as −1."
    )
    yield slip(ones / shots, "averages the bits").says(
        "This is the fraction of ones, the average of the bits. In ⟨Z⟩ a 0 counts +1 and a 1 counts −1."
    )
    yield slip((ones - zeros) / shots, "gives 1 the value +1", "bit-flip").says(
        "The sign: the outcome 0 counts +1, and the outcome 1 counts −1."
    )
    yield slip(zeros / ones, "divides zeros by ones").says(
        "This is the ratio of the two counts. The average is their difference, divided by the number of shots."
    )
    yield slip(zeros - ones, "does not divide").says(
        "Divide by the number of shots: an expectation value of Z is never larger than 1."
    )


DEGREES_PHI = one_of([k for k in range(-160, 165, 5) if abs(k) % 90 > 14])


@measure(
    "1.4.i",
    outcome=(2, 3),
    bounds=(-1, 1),
    within=0.02,
    theta=one_of(*range(30, 81, 5), *range(100, 151, 5)),
    phi=DEGREES_PHI,
)
def mean_along_y(theta, phi):
    x, y, z = (sin(radians(theta)) * cos(radians(phi)), sin(radians(theta)) * sin(radians(phi)), cos(radians(theta)))
    yield right(y, spread=sqrt(1 - y * y))
    mistakes = (  # the likeliest first: a value near to an earlier one belongs to that
        (-y, "uses S for S†", "The sign is the wrong way round: which gate turns y onto x, S or S†?"),
        (x, "forgets S†", "This is ⟨X⟩: an H alone asks along x. Which gate turns y onto x first?"),
        (z, "measures at once", "This is ⟨Z⟩: nothing stands before your measurement that turns y onto z."),
        ((1 - y) / 2, "gives the fraction of ones", "This is the fraction of ones. ⟨Y⟩ counts 0 as +1 and 1 as −1."),
        ((1 + y) / 2, "gives the fraction of zeros", "This is the fraction of zeros. In ⟨Y⟩ each 1 counts as −1."),
        (0, "forgets the phase gate", "This is 0, as along y for every state that Ry alone prepares. Is the P there?"),
        (sin(theta) * sin(phi), "gives degrees to the gates", "So it is with θ and φ taken as radians. Convert them."),
    )
    told = [y]
    for value, reason, says in mistakes:
        if min(abs(value - other) for other in told) > 0.14:
            told.append(value)
            yield slip((value, sqrt(max(1 - value * value, 0.1) / 4000), 4000), reason).says(says)
    yield slip((y, sqrt((1 - y * y) / 4000) / 2, 4000), "takes the error of the fraction", "factor").says(
        "This is the error of the fraction of ones. ⟨Y⟩ = 1 − 2f changes twice as fast."
    )
    yield slip((y, sqrt(1 - y * y), 4000), "takes the scatter of single shots", "factor")


@build(
    "1.4.d",
    rung="warm-up",
    kind="debug",
    outcome=2,
    takes="circuit",
    theta=one_of(*range(25, 81, 5), *range(100, 156, 5)),
    phi=DEGREES_PHI,
)
def analyser(theta, phi):
    def turned(steps):
        return circuit(steps, a=radians(theta), f=radians(phi))

    yield asks(*along(theta, phi), *NAMES)
    sign, twice = "the sign of the angle", "the angle"  # a turn by twice −120° is one by 120°
    yield slip(turned("ry(-a) 0; p(-f) 0"), "the draft as it stands", "gate-order").says(
        "The phase gate stands at the end, where it changes no probability. Which of the two has to be undone first?"
    )
    yield slip(turned("ry(a) 0; p(f) 0"), "prepares the state", "inverse").says(
        "This circuit prepares the state along the axis from |0⟩. You need the way back."
    )
    yield slip(turned("p(f) 0; ry(-a) 0"), "turns φ the wrong way").says(
        f"The phase is doubled in place of taken away: look at {twice if abs(phi) == 120 else sign} of P."
    )
    yield slip(turned("p(-f) 0; ry(a) 0"), "turns θ the wrong way").says(
        f"The phase is taken away. Then your Ry turns away from z: look at {twice if theta == 120 else sign} of Ry."
    )
    yield slip(turned("ry(-a) 0"), "leaves the phase out").says(
        "This is right for an axis in the plane of x and z. What takes φ to 0 first?"
    )
    yield slip(circuit("p(-f) 0; ry(-a) 0", a=theta, f=phi), "gives degrees to the gates", "degrees").says(
        "The gates and their order are right. The angles are in degrees, and gates take radians."
    )
    yield slip(turned("p(-f*pi) 0; ry(-a) 0"), "gives radians to an exponent", "gate-units").says(
        "The angle of your phase gate is π times too large: an exponent in Cirq counts half turns, so divide by π."
    )
    if theta != abs(phi):  # else it is right, or what comes of two wrong signs
        yield slip(turned("p(-a) 0; ry(-f) 0"), "exchanges θ and φ").says(
            "The two angles are exchanged: φ belongs to the phase gate, and θ to Ry."
        )
    yield slip(turned("p(-f) 0; ry(-a/2) 0"), "half the angle", "half-angle").says(
        "The turn about y is half as large as it should be: the angle of Ry is the whole angle on the sphere."
    )


@number(
    "1.4.e",
    outcome=(1, 2),
    within=0.05,
    unit="degrees",
    theta=whole(15, 80, 5),
    percent=one_of(*range(12, 46), *range(55, 89)),
    where=lambda theta, percent: theta + degrees(acos(2 * percent / 100 - 1)) < 175,
)
def which_axis(theta, percent):
    apart = degrees(acos(2 * percent / 100 - 1))
    yield theta + apart
    yield slip(theta - apart, "takes the other axis").says(
        "Along this axis 0 has the same probability. But the axis that is asked for is farther from z than the state."
    )
    yield slip(apart, "stops at the angle between them").says(
        "This is the angle between state and axis. Counted from z, the axis is somewhere else."
    )
    yield slip(theta + apart / 2, "forgets the half", "half-angle").says(
        "You added half of the angle between them: in the formula stands cos² of the half."
    )
    yield slip(theta + degrees(acos(percent / 100)), "takes the probability for the cosine").says(
        "The cosine of the angle is the expectation value, P(0) − P(1). You took the probability for it."
    )
    yield slip(theta + 180 - apart, "takes the outcome 1", "bit-flip").says(
        "Along this axis the outcome 1 has the probability that was given for 0."
    )
    yield slip(theta + 180 * (1 - percent / 100), "takes the probability in proportion to the angle").says(
        "You let the probability fall evenly with the angle. It follows cos² of half of it."
    )
    yield slip(radians(theta + apart), "gives radians").says("This is the angle in radians. Give degrees.")


@choice("1.4.f", rung="warm-up", outcome=4)
def the_second_result():
    yield right("It gives 0 with certainty.").says(
        "Right: the measurement leaves the qubit in the state of the outcome, and that state gives the same outcome "
        "again."
    )
    yield slip(
        "It gives 0 with probability 1/5 and 1 with probability 4/5, as before.",
        "thinks that every measurement is a new toss",
    ).says(
        "Then the first result would have told you nothing about the qubit. Look at the counts of the two "
        "measurements above: do 01 and 10 appear?"
    )
    yield slip(
        "Nothing: the first measurement has destroyed the qubit.", "thinks that measuring destroys the qubit"
    ).says("The qubit is still there; only its state has changed. Both frameworks measure it again above.")
    yield slip(
        r"It gives 1, because the state has more weight on $|1\rangle$.", "thinks that measuring only reads"
    ).says("The state before the measurement is gone: after it, the qubit is in the state that belongs to the outcome.")


@build(
    "1.4.g",
    rung="think",
    kind="design",
    outcome=(1, 2),
    takes="circuit",
    rules=[NoInitialize()],
    percent=one_of(*range(8, 25), *range(26, 42), *range(59, 75), *range(76, 93)),  # at 25 and 75 two slips are one
)
def made_to_order(percent):
    phi = float(np.arccos(2 * percent / 100 - 1))

    def prepared(angle):
        return circuit("h 0; p(a) 0", a=angle)

    def along(place, axis, chance):
        def told(answer):
            found = (1 + bloch(run(answer))[place]) / 2
            return abs(found - chance) <= 1e-3, (
                f"Along {axis} your state gives 0 with the probability {number_beside(found, chance, 4)}, "
                f"and {chance:g} is asked for."
            )

        name = f"has the right probabilities along {axis}"
        return Property(name, told, takes=Circuit, num_qubits=1, wants="a circuit of one qubit")

    yield AllOf(along(2, "z", 0.5), along(0, "x", percent / 100))
    yield slip(prepared(phi / 2), "half the phase", "half-angle").says(
        "Your state is on the equator. Its phase is half of what is needed: the arrow turns by the whole angle of a "
        "phase gate."
    )
    yield slip(prepared(2 * phi), "twice the phase", "double-angle").says(
        "Your state is on the equator. Its phase is twice what is needed."
    )
    yield slip(prepared(pi - phi), "takes the outcome 1").says(
        "Your state is on the equator, and along x the two results are exchanged: the given probability belongs to 0."
    )
    yield slip(circuit("h 0; p(a) 0", a=degrees(phi)), "gives degrees to the gate", "degrees").says(
        "The gates are right. The angle is in degrees, and gates take radians."
    )
    yield slip(prepared(pi * phi), "gives radians to an exponent", "gate-units").says(
        "The angle of your phase gate is π times too large: an exponent in Cirq counts half turns, so divide by π."
    )
    yield slip(circuit("p(a) 0; h 0", a=phi), "the phase before the H").says(
        "Along x your state gives 0 always, as after the H alone: a phase gate does nothing to |0⟩, nor does a turn "
        "about x to |+⟩."
    )
    yield slip(circuit("ry(a) 0; h 0", a=phi), "the probability, then an H").says(
        "The probability along x is right, but your arrow has a height: along z the two results have to be equal. "
        "Which gate turns an arrow on the equator and leaves it there?"
    )
    yield slip(prepared(pi / 2), "any phase").says("Along z both are equal. Along x, too: your state is on the y axis.")
    yield slip(circuit("h 0"), "an H alone").says(
        "Along z both are equal. Along x your state gives 0 always: it is |+⟩ itself."
    )
    yield slip(circuit("ry(a) 0", a=2 * np.arcsin(sqrt(1 - percent / 100))), "makes the probability along z").says(
        "Along z the two results have to be equal. The probability that is given belongs to x."
    )
    yield slip(circuit("ry(a) 0", a=2 * np.arcsin(sqrt(percent / 100))), "makes the probability of 1 along z").says(
        "Along z the two results have to be equal. The probability that is given belongs to x."
    )


@build(
    "1.4.j",
    rung="think",
    kind="design",
    outcome=(2, 5),
    takes="circuit",
    rules=[NoInitialize()],
    theta=one_of(*range(30, 81, 5), *range(100, 151, 5)),
    phi=DEGREES_PHI,
)
def fooled(theta, phi):
    def prepared(theta, phi):
        return circuit("ry(a) 0; p(f) 0", a=radians(theta), f=radians(phi))

    def told(answer):
        found, wanted = bloch(run(answer)), bloch(run(prepared(theta, phi)))
        for axis, place in (("z", 2), ("x", 0)):
            if abs(found[place] - wanted[place]) > 2e-3:
                chances = (1 + found[place]) / 2, (1 + wanted[place]) / 2
                return False, (
                    f"Along {axis} your state gives 0 with the probability {number_beside(chances[0], chances[1])}, "
                    f"and the given one with {number_text(chances[1])}."
                )
        if abs(found[1] - wanted[1]) < 2e-3:
            return False, "Along y your state gives the same counts, too: it is the given state itself."
        return True

    yield Property("fools two bases", told, takes=Circuit, num_qubits=1, wants="a circuit of one qubit")
    yield slip(prepared(theta, phi), "prepares the state itself").says(
        "This is the state itself: along y it gives the same counts, too."
    )
    yield slip(prepared(theta, 180 - phi), "keeps y and changes x").says(
        "Along z and along y your state gives the same. It should agree along z and along x."
    )
    yield slip(prepared(180 - theta, phi + 180), "takes the opposite state").says(
        "This is the opposite state: all three coordinates have changed their sign. Two of them should stay."
    )
    yield slip(prepared(theta, phi + 180), "turns by half a turn").says(
        "The height z is the same, and x has changed its sign. It should stay."
    )


def bloch(vector):
    """The Bloch vector of two amplitudes."""
    cross = np.conj(vector[0]) * vector[1]
    return 2 * cross.real, 2 * cross.imag, abs(vector[0]) ** 2 - abs(vector[1]) ** 2


def arrows(axes):
    """One row for each axis: the arrow of length 1."""
    theta, phi = np.array(axes, dtype=float).T
    return np.column_stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])


def mean_of(counts):
    return (counts.get("0", 0) - counts.get("1", 0)) / sum(counts.values())


def recovered(mean=mean_of, rows=arrows, most=None):
    def recover(axes, counts):
        means = np.array([mean(one) for one in counts])[:most]
        return np.linalg.lstsq(rows(axes)[:most], means, rcond=None)[0].tolist()

    return recover


def measured_axes(rng):
    """Three to five axes that are in no plane, with different shots; in the last two a result never came."""
    found = []
    for count in (3, 4, 5):
        while True:
            axes = [(round(rng.uniform(0.3, 2.8), 3), round(rng.uniform(-3, 3), 3)) for _ in range(count)]
            if np.linalg.svd(arrows(axes))[1][-1] > 0.4:
                break
        state = np.array([rng.uniform(-1, 1) for _ in range(3)])
        state *= 0.9 / np.linalg.norm(state)
        shots = [rng.choice((1, 2, 3)) * 100_000 for _ in axes]
        # More axes than three disagree a little, so that leaving some out shows.
        means = arrows(axes) @ state + [0.08 * (k > 2) * (-1) ** k for k in range(count)]
        zeros = [round(n * (1 + m) / 2) for n, m in zip(shots, means, strict=True)]
        found.append((axes, [{"0": z, "1": n - z} for z, n in zip(zeros, shots, strict=True)]))
    found.append(
        ([(pi / 2, 0.0), (pi / 2, pi / 2), (0.0, 0.0)], [{"0": 600, "1": 600}, {"1": 900, "0": 900}, {"0": 1000}])
    )
    found.append(
        ([(pi / 2, 0.0), (pi / 2, pi / 2), (0.0, 0.0)], [{"1": 800}, {"0": 400, "1": 400}, {"0": 300, "1": 300}])
    )
    return found


@function(
    "1.4.h",
    kind="stretch",
    outcome=(2, 5),
    points=2,
    name="recover",
    inputs=measured_axes,
    returns=lambda value: Data(value, schema=Row(Real(), Real(), Real(), names="xyz"), within=1e-2),
)
def recover():
    yield recovered()
    yield slip(recovered(most=3), "uses three axes only").says(
        "With three axes your answer is right. With more of them all have to count."
    )
    yield slip(recovered(mean=lambda c: -mean_of(c)), "gives 1 the value +1", "bit-flip").says(
        "All signs are the wrong way round: the outcome 0 counts +1."
    )
    yield slip(recovered(mean=lambda c: c.get("0", 0) / sum(c.values())), "takes fractions").says(
        "You took the fractions of zeros. The projection on an axis is (zeros − ones) / shots."
    )
    yield slip(recovered(mean=lambda c: (c["0"] - c["1"]) / sum(c.values())), "expects both keys", "unreadable")
    yield slip(lambda axes, counts: [mean_of(one) for one in counts][:3], "takes the axes for x, y and z")
