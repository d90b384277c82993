"""What right means in lesson 1.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import cos, pi, radians, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, function, number, one_of, right, slip, whole
from qtrain.checking import AnyOf, Outcomes, State


@number(
    "1.4.a",
    rung="warm-up",
    kind="predict",
    outcome=1,
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
    yield slip(-(y**2) / size, "squares iy itself").says(
        "A probability is never negative: take the square of the *size*, |iy|² = y²."
    )


POLES = {"|+⟩": 1, "|−⟩": -1, "|+i⟩": 1j, "|−i⟩": -1j}


def asks(zero, one, *names):
    """Before a z measurement: 0 for the first state, 1 for the second."""
    return Outcomes([(names[0], np.array(zero), "0"), (names[1], np.array(one), "1")])


@build("1.4.b", rung="warm-up", outcome=2, takes="circuit", zero=list(POLES))
def question(zero):
    r, s = POLES[zero], sqrt(0.5)
    other = {"|+⟩": "h 0; x 0", "|−⟩": "h 0", "|+i⟩": "s 0; h 0", "|−i⟩": "sdg 0; h 0"}[zero]
    yield asks([s, s * r], [s, -s * r], zero, "the opposite state")
    yield slip(circuit("x 0"), "stays on the z axis").says(
        "Your circuit still asks along z: both states give 0 with probability 0.5."
    )
    yield slip(circuit(other), "measures the right axis the wrong way round", "bit-flip").says(
        "This is the right axis, but the two results are exchanged."
    )
    if "i" in zero:
        yield slip(circuit("h 0"), "measures along x").says("An H asks along x. These two states lie on the y axis.")


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
    yield slip(zeros - ones, "does not divide").says(
        "Divide by the number of shots: an expectation value of Z is never larger than 1."
    )


@build("1.4.d", kind="debug", outcome=2, takes="circuit", degrees=one_of(*range(25, 81, 5), *range(100, 156, 5)))
def analyser(degrees):
    half = radians(degrees) / 2

    def turned(angle):
        return circuit("ry(a) 0", a=angle)

    yield asks(
        [cos(half), sin(half)], [-sin(half), cos(half)], "the state along the axis", "the state against the axis"
    )
    yield slip(turned(2 * half), "turns forwards", "angle-sign").says(
        "Your circuit turns away from z: it makes twice the angle. Which turn brings the axis to z?"
    )
    yield slip(turned(-half), "half the angle", "half-angle").says(
        "Your turn is half as large as it should be: the angle of Ry is the whole angle on the sphere."
    )
    yield slip(turned(-degrees), "gives degrees", "degrees").says(
        "The angle of your Ry is in degrees. Gates take radians."
    )
    yield slip(turned(pi - 2 * half), "turns to |1⟩", "bit-flip").says(
        "This is the right axis, but the two results are exchanged."
    )


@number(
    "1.4.e",
    outcome=(1, 2),
    within=1e-3,
    theta=whole(10, 170, 5),
    alpha=whole(10, 170, 5),
    where=lambda theta, alpha: theta != alpha,
)
def any_axis(theta, alpha):
    apart = radians(theta - alpha)
    yield cos(apart / 2) ** 2
    yield slip(cos(apart) ** 2, "forgets the half", "double-angle").says(
        "Angles on the Bloch sphere are twice the angles between state vectors."
    )
    yield slip(cos(apart), "takes the cosine itself").says(
        "This is the cosine of the whole angle, the expectation value. The probability is cos² of half of it."
    )
    yield slip(sin(apart / 2) ** 2, "the other outcome", "bit-flip").says("This is the probability of the outcome 1.")
    yield slip(cos((theta - alpha) / 2) ** 2, "gives degrees to the cosine", "degrees").says(
        "The functions of NumPy and of the module math want radians, and the angles are given in degrees."
    )
    yield slip(cos(apart / 2), "forgets the square").says("This is the amplitude. The probability is its square.")
    yield slip(cos(radians(theta + alpha) / 2) ** 2, "adds the angles").says(
        "What counts is the angle *between* the state and the axis."
    )


@choice("1.4.f", outcome=4)
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


@build("1.4.g", kind="design", outcome=(1, 2), takes="circuit", percent=one_of(*range(8, 42), *range(59, 93)))
def made_to_order(percent):
    phi = float(np.arccos(2 * percent / 100 - 1))

    def prepared(angle):
        return circuit("h 0; p(a) 0", a=angle)

    yield AnyOf(State(prepared(phi)), State(prepared(-phi)))
    yield slip(prepared(phi / 2), "half the phase", "half-angle").says(
        "The phase is half of what is needed: the arrow turns by the whole angle of a phase gate."
    )
    yield slip(prepared(pi / 2), "any phase").says("Along z both are equal. Along x, too: your state is on the y axis.")
    yield slip(circuit("ry(a) 0", a=2 * np.arcsin(sqrt(percent / 100))), "makes the probability along z").says(
        "Along z the two results have to be equal. The probability that is given belongs to x."
    )


def length(of=lambda c: (c.get("0", 0) - c.get("1", 0)) / sum(c.values()), root=sqrt):
    return lambda x, y, z: root(sum(of(counts) ** 2 for counts in (x, y, z)))


def three_counts(rng):
    """Counts in the three bases, with a number of shots for each; in the last some results never came."""
    trials = []
    for _ in range(3):
        shots = [rng.choice((400, 1000, 1500, 2500)) for _ in "xyz"]
        zeros = [round(n * (1 + rng.uniform(-0.55, 0.55)) / 2) for n in shots]
        trials.append(tuple({"0": zero, "1": n - zero} for zero, n in zip(zeros, shots, strict=True)))
    return [
        *trials,
        ({"0": 480, "1": 520}, {"1": 600, "0": 600}, {"0": 1000}),
        ({"1": 800}, {"0": 400, "1": 400}, {"0": 300, "1": 300}),
    ]


@function("1.4.h", kind="stretch", outcome=5, points=2, name="bloch_length", inputs=three_counts, within=1e-6)
def bloch_length():
    yield length()
    yield slip(length(root=lambda total: total), "forgets the root").says(
        "This is the square of the length: a root is missing."
    )
    yield slip(length(of=lambda c: (c.get("0", 0) - c.get("1", 0)) / 1000), "takes 1000 shots for granted").says(
        "Your function divides by 1000. Divide by the number of shots, which differs from basis to basis."
    )
    yield slip(length(of=lambda c: c.get("0", 0) / sum(c.values())), "adds fractions").says(
        "You took the fractions of zeros. A coordinate is (zeros − ones) / shots."
    )
    yield slip(length(of=lambda c: (c["0"] - c["1"]) / sum(c.values())), "expects both keys", "unreadable")
