"""What right means in lesson 4.4, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import pairwise
from math import cos, pi, radians, sin, sqrt

import numpy as np

from qtrain.authoring import build, choice, circuit, decimals, function, measure, number, right, slip, whole
from qtrain.checking import Povm
from qtrain.checking.rules import Qubits
from qtrain.circuits import Circuit, Operation, unitary


def at(degrees, phase=0.0):
    """The state whose arrow stands so many degrees from z towards x, then turned about z by `phase`."""
    half = radians(degrees) / 2
    return np.array([cos(half), sin(half) * np.exp(1j * radians(phase))])


def onto(vector):
    return np.outer(vector, np.conj(vector))


# --- effects ----------------------------------------------------------------------------------------------------------


@number(
    "4.4.a",
    rung="warm-up",
    outcome=1,
    bounds=(0, 1),
    within=5e-4,
    efficiency=whole(60, 95),
    dark=whole(2, 9),
    one=whole(20, 80),
)
def clicks(efficiency, dark, one):
    eta, d, q = efficiency / 100, dark / 100, one / 100
    in_one = q + (1 - q) / 2  # the probability of |1⟩
    yield eta * in_one + d * (1 - in_one)
    yield slip(eta * in_one, "forgets the dark counts").says(
        "You left out the clicks that |0⟩ makes: the effect has two entries on its diagonal."
    )
    yield slip(eta * in_one + d, "adds the dark counts to everything").says(
        "You added d for every qubit. In the effect d stands with |0⟩ only."
    )
    yield slip(in_one, "takes the detector for perfect").says("This is the probability of |1⟩, for a perfect detector.")
    yield slip(1 - eta * in_one - d * (1 - in_one), "gives the other outcome", "bit-flip").says(
        "This is the probability of *no* click."
    )
    yield slip(eta * q + d * (1 - q), "takes |+⟩ for |0⟩").says(
        "You took the qubits in |+⟩ for qubits in |0⟩. Half of them would be found in |1⟩."
    )


@choice("4.4.b", rung="warm-up", outcome=1)
def not_a_measurement():
    yield right(
        "They do not add up to the identity: for some states the two probabilities would not add up to 1."
    ).says("Right: for |0⟩ the two traces are 1 and ½. Positive, Hermitian effects are not enough; they must share 1.")
    yield slip(
        "The two vectors are not orthogonal, and the effects of a measurement are always orthogonal projectors.",
        "knows projective measurements only",
    ).says("The three effects of the trine are not orthogonal either, and they are a measurement.")
    yield slip("They have rank 1, and effects need full rank.", "invents a condition on the rank").says(
        "Effects may have any rank: |0⟩⟨0| and |1⟩⟨1| have rank 1, too."
    )
    yield slip("They do not commute, so the two outcomes cannot be had at once.", "asks effects to commute").says(
        "The effects of the trine do not commute either. One run gives one outcome; that is all a measurement needs."
    )
    yield slip("They are a measurement: both are Hermitian and have no negative eigenvalue.", "forgets the sum").says(
        "Both are positive. That is one condition of two: what are the two probabilities for |0⟩?"
    )


def uneven(random):
    """Three directions around the circle, none of which gets the weight 2/3."""
    while True:
        first = random.randrange(0, 60)
        second, third = first + random.randrange(80, 160), 0
        third = second + random.randrange(80, 160)
        degrees = [first, second, third]
        w = weights(degrees)
        if min(w) > 0.25 and min(abs(x - 2 / 3) for x in w) > 0.04 and third < 345:
            return {"degrees": degrees}


def weights(degrees):
    arrows = np.array([[1, sin(radians(x)), cos(radians(x))] for x in degrees]).T
    return np.linalg.solve(arrows, [2, 0, 0])


@build("4.4.c", kind="debug", outcome=1, points=2, draw=uneven)
def made_complete(degrees):
    w = weights(degrees)
    yield Povm([x * onto(at(a)) for x, a in zip(w, degrees, strict=True)], ordered=False)
    yield slip([2 / 3 * onto(at(a)) for a in degrees], "hands the draft in").says(
        "These are the effects of the draft. The weight 2/3 suits three directions with equal distances only."
    )
    yield slip([onto(at(a)) for a in degrees], "gives projectors").says(
        "These are projectors without weights. Their traces add up to 3; those of effects on a qubit add up to 2."
    )
    yield slip([x / 2 * onto(at(a)) for x, a in zip(w, degrees, strict=True)], "weights that add up to 1", "factor")
    yield slip([onto(x * at(a)) for x, a in zip(w, degrees, strict=True)], "multiplies vectors by the weight").says(
        "You multiplied the vectors by the weights. An effect is the vector's square: the vector needs the root √w."
    )
    yield slip([x * onto(at(a + 180)) for x, a in zip(w, degrees, strict=True)], "turns the arrows round").says(
        "Your weights are right, but each effect stands along the opposite arrow."
    )
    made = root_inverse(sum(2 / 3 * onto(at(a)) for a in degrees))
    yield slip([made @ (2 / 3 * onto(at(a))) @ made for a in degrees], "makes the draft complete").says(
        "You made the draft complete by S^(−1/2): that turns the directions. Keep them, and mend the weights."
    )
    yield slip([x * onto(at(2 * a)) for x, a in zip(w, degrees, strict=True)], "takes the arrow's angle").says(
        "Your weights are right, but the angles of your amplitudes are those of the arrows: halve them."
    )


# --- three outcomes, one ancilla ------------------------------------------------------------------------------------


def box(a, b, c):
    """What exercise d's circuit does to qubit 0 if the ancilla is found in |0⟩, and if it is found in |1⟩."""
    turn = np.array([[cos(a / 2), -sin(a / 2)], [sin(a / 2), cos(a / 2)]]) @ np.diag([1, np.exp(1j * c)])
    left = np.diag([1, cos(b / 2)]) @ turn  # the ancilla stays in |0⟩
    up = np.diag([0, sin(b / 2)]) @ turn
    return left, up


@build(
    "4.4.d",
    rung="warm-up",
    takes="effects",
    outcome=2,
    a=decimals(0.5, 2.6, 0.05),
    b=decimals(0.8, 2.4, 0.05),
    c=decimals(0.4, 2.6, 0.05),
    where=lambda a, b: abs(a - pi / 2) > 0.15 and abs(b - pi / 2) > 0.15,
)
def read_off(a, b, c):
    left, up = box(a, b, c)
    yield Povm([left.conj().T @ left, up.conj().T @ up])
    yield slip([left, up], "gives the operators M", "convention")
    yield slip([left @ left.conj().T, up @ up.conj().T], "takes M M† for M†M, or leaves the gates before out").says(
        "These would be the effects of the controlled rotation alone, without the gates before it. M M† in the place "
        "of M†M gives this, too."
    )
    yield slip([m.conj().T @ m for m in box(a, 2 * b, c)], "does not halve b", "double-angle").says(
        "These are the effects for twice the angle b. In the matrix of a rotation its angle is halved."
    )
    yield slip([m.conj().T @ m for m in box(a, b, 0)], "leaves P out").says(
        "This is what the circuit would measure without its gate P. The phase comes before Ry, so it counts."
    )
    yield slip([up.conj().T @ up, left.conj().T @ left], "exchanges the outcomes", "bit-flip")
    yield slip([left.T @ left.conj(), up.T @ up.conj()], "transposes", "conjugate")
    # Qiskit's matrix has qubit 1 first: read in our order, the two qubits are exchanged.
    turned = unitary(circuit("p(c) 0; ry(a) 0; cry(b) 0 1", a=a, b=b, c=c)).reshape(2, 2, 2, 2)
    mixed = [turned[k, :, 0, :] for k in (0, 1)]
    yield slip([m.conj().T @ m for m in mixed], "takes Qiskit's order for ours", "qubit-order").says(
        "You read the matrix with the qubits exchanged: in Qiskit's Operator qubit 0 is the last bit of a row number."
    )
    first, second = (np.array([m[row] for m in (left, up)]) for row in (0, 1))  # what qubit 0 would tell
    yield slip([first.conj().T @ first, second.conj().T @ second], "reads qubit 0").says(
        "These are the effects of a measurement of qubit 0. Here the ancilla, qubit 1, is measured."
    )


def dilation(rows):
    """A unitary matrix on two qubits that gives the outcomes 00, 01, 10 the effects v v† of three vectors v."""
    isometry = np.vstack([np.conj(rows), np.zeros(2)])
    matrix = np.zeros((4, 4), dtype=complex)
    matrix[:, [0, 2]] = isometry  # what comes out of |00⟩ and |10⟩: the ancilla, qubit 1, starts in |0⟩
    matrix[:, [1, 3]] = np.linalg.svd(isometry)[0][:, 2:]
    return matrix


def measuring(matrix, order=(0, 1), bits=(0, 1)):
    """A circuit with this gate, its first bit on the first qubit of `order`; qubit 0 is written into the first bit."""
    gate = Operation("unitary", order, matrix=matrix)
    return Circuit(2, (gate, Operation("measure", (0, 1), clbits=bits)), num_clbits=2)


def three_states(alpha, shift=0.0):
    return [at(alpha + shift + 120 * k) for k in range(3)]


@build(
    "4.4.e",
    rung="think",
    outcome=(2, 4),
    points=3,
    takes="circuit",
    rules=[Qubits(2)],
    alpha=[*range(4, 57), *range(64, 117)],
)
def excluded(alpha):
    anti = sqrt(2 / 3) * np.array(three_states(alpha, 180))
    matrix = dilation(anti)
    yield Povm([onto(v) for v in anti])
    same = sqrt(2 / 3) * np.array(three_states(alpha))
    yield slip(measuring(dilation(same)), "names the state").says(
        "This is the measurement whose effects point *along* the three states. Outcome k should never come for state k."
    )
    yield slip(measuring(matrix, order=(1, 0)), "hands the qubits in the other order").says(
        "Your matrix acts on the qubits in the other order. The first qubit that a gate is given is the last bit of "
        "its row number in Qiskit, and the first bit in Cirq."
    )
    yield slip(measuring(matrix, bits=(1, 0)), "writes the bits in the other order").says(
        "The outcomes 01 and 10 are exchanged: the result of qubit 0 is the first bit."
    )
    plain = sqrt(2 / 3) * np.array(three_states(0, 180))
    yield slip(measuring(dilation(plain)), "leaves α out").says("This excludes the states of the lesson: α is missing.")
    full = sqrt(2 / 3) * np.array([at(2 * (alpha + 180 + 120 * k)) for k in range(3)])
    yield slip(measuring(dilation(full)), "takes the arrow's angle", "double-angle").says(
        "The amplitudes of your effects have the angles of the arrows: halve them."
    )
    ninety = sqrt(2 / 3) * np.array(three_states(alpha, 90))
    yield slip(measuring(dilation(ninety)), "turns by 90°").says(
        "Your arrows stand at 90° to those of the states. Orthogonal states have opposite arrows."
    )


# --- Helstrom ---------------------------------------------------------------------------------------------------------


def helstrom(p, first, second):
    """The best probability to tell two density matrices apart, and the effect that names the first."""
    values, vectors = np.linalg.eigh(p * first - (1 - p) * second)
    kept = vectors[:, values > 0]
    return (1 + np.abs(values).sum()) / 2, kept @ kept.conj().T


@build(
    "4.4.f",
    kind="design",
    rung="warm-up",
    outcome=3,
    points=2,
    theta=whole(40, 140),
    phi=whole(20, 70),
    percent=[*range(22, 44), *range(57, 79)],
)
def best_guess(theta, phi, percent):
    p, a, b = percent / 100, at(0), at(theta, phi)
    best, effect = helstrom(p, onto(a), onto(b))
    yield Povm(ensemble=[(p, a), (1 - p, b)], at_least=best, margin=1e-9)
    even = helstrom(0.5, onto(a), onto(b))[1]
    yield slip([even, np.eye(2) - even], "takes both for equally likely").says(
        "This is the best measurement if both states are equally likely. Here they are not: put the priors in."
    )
    yield slip([effect, np.eye(2) - effect][::-1], "exchanges the outcomes", "bit-flip")
    yield slip([onto([1, 0]), onto([0, 1])], "measures along z").says(
        "You measure in the basis of |a⟩: no error if |a⟩ comes, many if |b⟩ comes. An axis between does better."
    )
    if percent > 50:
        yield slip([np.eye(2), np.zeros((2, 2))], "always guesses the likelier one").says(
            "You always name |a⟩. A measurement can do better here."
        )
    else:
        yield slip([np.zeros((2, 2)), np.eye(2)], "always guesses the likelier one").says(
            "You always name |b⟩. A measurement can do better here."
        )
    swapped = helstrom(1 - p, onto(a), onto(b))[1]
    yield slip([swapped, np.eye(2) - swapped], "exchanges the priors").says(
        "This is the best measurement for the exchanged priors: p belongs to |a⟩."
    )
    wide = helstrom(p, onto(a), onto(at(2 * theta, phi)))[1]
    yield slip([wide, np.eye(2) - wide], "takes the arrow's angle", "double-angle").says(
        "This is the best measurement for twice the angle θ. The amplitudes of |b⟩ take half of θ."
    )
    yield slip([np.eye(2) - onto(b), onto(b)], "measures in the basis of |b⟩").says(
        "You measure in the basis of |b⟩: no error if |b⟩ comes, many if |a⟩ comes. An axis between does better."
    )
    flat = helstrom(p, onto(a), onto(at(theta)))[1]
    yield slip([flat, np.eye(2) - flat], "forgets the phase φ").says(
        "This is the best measurement for φ = 0. The phase of |b⟩ turns its arrow about z."
    )


@number(
    "4.4.g",
    outcome=3,
    bounds=(0, 1),
    within=1e-3,
    length=decimals(0.2, 0.9, 0.05),
    beta=whole(40, 170),
)
def not_worth_it(length, beta):
    b = radians(beta)
    rho = (np.eye(2) + length * np.array([[cos(b), sin(b)], [sin(b), -cos(b)]])) / 2
    ratio = 1 / np.linalg.inv(rho)[0, 0]
    yield ratio / (1 + ratio)
    yield slip(ratio, "gives the ratio of the priors").says(
        "This is the ratio of the two priors, p/(1 − p). The prior p itself is asked for."
    )
    yield slip(1 / (1 + ratio), "gives the other prior").says(
        "This is the prior of ρ at that point. That of |0⟩ is asked for."
    )
    yield slip(rho[0, 0] / (1 + rho[0, 0]), "looks at |0⟩ alone").says(
        "At this prior the operator's entry for |0⟩ is zero. That is not enough: an eigenvalue can be positive before."
    )
    yield slip(1 / 3, "takes ρ for I/2").says("That is the limit for ρ = I/2. Your ρ is another state.")
    yield slip(0.5, "takes equal priors").says("At equal priors measuring helps whenever the two states differ.")


@build(
    "4.4.h",
    kind="design",
    rung="think",
    outcome=4,
    points=2,
    theta=whole(80, 150),
    percent=[*range(25, 41), *range(60, 76)],
    where=lambda theta, percent: (
        cos(radians(theta) / 2) < 0.8 * sqrt(min(percent, 100 - percent) / max(percent, 100 - percent))
    ),
)
def never_wrong(theta, percent):
    p, a, b = percent / 100, at(0), at(theta)
    c, s2 = cos(radians(theta) / 2), sin(radians(theta) / 2) ** 2
    x, y = (1 - c * sqrt((1 - p) / p)) / s2, (1 - c * sqrt(p / (1 - p))) / s2
    not_b, not_a = onto([sin(radians(theta) / 2), -c]), onto([0, 1])

    def three(x, y):
        return [x * not_b, y * not_a, np.eye(2) - x * not_b - y * not_a]

    yield Povm(ensemble=[(p, a), (1 - p, b)], at_least=1 - 2 * sqrt(p * (1 - p)) * c, errors=0, margin=1e-5)
    yield slip(three(1 / (1 + c), 1 / (1 + c)), "gives both the same weight").says(
        "Never wrong, and the best if both states were equally likely. Give the likelier state the larger weight."
    )
    yield slip(three(y, x), "gives the larger weight to the rarer state").says(
        "Never wrong, but the larger weight stands with the rarer state."
    )
    yield slip(three(0, 1), "recognises |b⟩ only").says(
        "Never wrong, but |a⟩ is never named. Give up a part of the certainty about |b⟩ for some about |a⟩."
    )
    yield slip(three(1, 0), "recognises |a⟩ only").says(
        "Never wrong, but |b⟩ is never named. Give up a part of the certainty about |a⟩ for some about |b⟩."
    )
    yield slip([y * not_a, x * not_b, np.eye(2) - x * not_b - y * not_a], "exchanges the names").says(
        "The first two effects are exchanged: an effect that never comes for |b⟩ names |a⟩."
    )
    best = helstrom(p, onto(a), onto(b))[1]
    yield slip([best, np.eye(2) - best, np.zeros((2, 2))], "takes Helstrom's measurement").says(
        "This is the best guess. It never says 'I don't know', and it is wrong now and then."
    )


def bars_apart(theta, phi):
    """Whether the error bars of the usual mistakes differ by more than chance, and f₀ cannot pass for f₂."""
    x, z = sin(radians(theta)) * cos(radians(phi)), cos(radians(theta))
    shares = [(2 - z + side * sqrt(3) * x) / 6 for side in (1, -1)]
    squares = sorted((2 - z - x * x, 3 * sum(f * (1 - f) for f in shares), 1 - x * x, 2 - z))
    told_apart = all(high > 1.25 * low for low, high in pairwise(squares))
    return told_apart and abs(sqrt(3) * ((1 + z) / 3 - shares[1])) > 0.15


@measure(
    "4.4.i", outcome=2, points=2, within=0.02, slack=0.1, theta=whole(35, 145), phi=whole(20, 70), where=bars_apart
)
def one_setting(theta, phi):
    t, f = radians(theta), radians(phi)
    x, z = sin(t) * cos(f), cos(t)
    chances = [(1 + x * sin(2 * pi * k / 3) + z * cos(2 * pi * k / 3)) / 3 for k in range(3)]
    spread = sqrt(2 - z - x * x)
    shots = 8000
    error = spread / sqrt(shots)
    yield right(x, spread=spread)
    yield slip((x / sqrt(3), error / sqrt(3), shots), "gives the difference of the shares").says(
        "This is f₁ − f₂. Put the three directions into P(k) = (1 + r·n_k)/3: which factor stands before x?"
    )
    yield slip((-x, error, shots), "takes the difference the wrong way", "angle-sign").says(
        "This is −x: outcome 1 stands on the side of positive x."
    )
    yield slip((z, 3 * sqrt(chances[0] * (1 - chances[0]) / shots), shots), "gives z").says(
        "This is z. x is asked for."
    )
    apart = sqrt(3 * sum(c * (1 - c) for c in chances[1:]))
    yield slip((x, apart / sqrt(shots), shots), "takes the two shares for independent").says(
        "This is about the error bar that x would have if f₁ and f₂ were independent. A run that gives 1 does not "
        "give 2: their covariance is −P₁P₂/N."
    )
    yield slip((x, sqrt(1 - x * x) / sqrt(shots), shots), "takes the error bar of a measurement along x").says(
        "This is about the error bar of a measurement along x. The measurement with three outcomes scatters more."
    )
    yield slip((x, sqrt(2 - z) / sqrt(shots), shots), "forgets the square of the mean").says(
        "This is about the root of the mean square over N. A variance is the mean square less the square of the mean."
    )


# --- the best measurement by iteration ------------------------------------------------------------------------------


def root_inverse(matrix):
    values, vectors = np.linalg.eigh(matrix)
    small = values < 1e-12
    return (vectors[:, ~small] / np.sqrt(values[~small])) @ vectors[:, ~small].conj().T


def square_root_measurement(states, priors):
    weighed = [p * np.asarray(rho) for p, rho in zip(priors, states, strict=True)]
    back = root_inverse(sum(weighed))
    return [back @ w @ back for w in weighed]


def improved(states, priors, rounds=3000):
    weighed = [p * np.asarray(rho) for p, rho in zip(priors, states, strict=True)]
    effects = [np.eye(len(weighed[0])) / len(weighed) for _ in weighed]
    for _ in range(rounds):
        pushed = [w @ e @ w for w, e in zip(weighed, effects, strict=True)]
        back = root_inverse(sum(pushed))
        effects = [back @ e_new @ back for e_new in pushed]
        gap = sum(w @ e for w, e in zip(weighed, effects, strict=True))
        gap = (gap + gap.conj().T) / 2
        if max(np.linalg.eigvalsh(w - gap)[-1] for w in weighed) < 1e-7:
            break
    return effects


def share(effects, states, priors):
    return sum(p * np.trace(e @ rho).real for e, rho, p in zip(effects, states, priors, strict=True))


def ensembles(random):
    draw = np.random.default_rng(random.randrange(2**32))
    found = []
    for count, size, mixed in ((3, 2, False), (3, 2, True), (4, 2, False), (2, 2, True), (3, 4, True)):
        while True:
            states = []
            for _ in range(count):
                made = draw.normal(size=(size, 2 if mixed else 1)) + 1j * draw.normal(size=(size, 2 if mixed else 1))
                rho = made @ made.conj().T
                states.append(rho / np.trace(rho).real)
            priors = draw.dirichlet(np.full(count, 8.0)).tolist()
            effects = improved(states, priors, rounds=200)
            soon, plain = (share(e, states, priors) for e in (effects, square_root_measurement(states, priors)))
            if soon - plain < 2e-3 or min(np.trace(e).real for e in effects) < 0.05:  # each state has to be named
                continue
            even = share(improved(states, [1 / count] * count, rounds=200), states, priors)
            if soon - even > 2e-3 and share(improved(states, priors), states, priors) - soon < 1e-4:
                break  # an iteration with few rounds does as well
        found.append((states, priors))
    return found


def as_good(states, priors):
    best = share(improved(states, priors), states, priors)
    return Povm(ensemble=list(zip(priors, states, strict=True)), at_least=best - 5e-4)


@function("4.4.j", kind="stretch", outcome=3, points=3, name="best_measurement", inputs=ensembles, judged=as_good)
def best_of_many():
    yield improved
    yield slip(square_root_measurement, "gives the square-root measurement").says(
        "This is the square-root measurement: a good start, and the best one for states with a symmetry. "
        "For other states it can be improved."
    )

    def ignores(states, priors):
        return improved(states, [1 / len(states)] * len(states))

    yield slip(ignores, "leaves the priors out").says("This is the best measurement for equal priors.")

    def guesses(states, priors):
        best = int(np.argmax(priors))
        return [np.eye(len(states[0])) * (k == best) for k in range(len(states))]

    yield slip(guesses, "guesses the likeliest").says("You name the likeliest state always, without looking.")

    def unscaled(states, priors):
        return [p * np.asarray(rho) for p, rho in zip(priors, states, strict=True)]

    yield slip(unscaled, "gives the weighted states").says(
        "These are the states with their priors. They add up to the mean state, not to the identity."
    )
