"""What right means in lesson 1.7, and how people get it wrong. The tasks stand in the notebook of the same name."""

from itertools import permutations
from math import pi

import numpy as np

from qtrain.checking import Bits, Choice, Number, Unitary, rules
from qtrain.circuits import Circuit, Operation
from qtrain.course import Exercise, Mistake


def gate(name, qubit, *angles, when=None):
    """One step; `when` maps control qubits to the value at which the gate acts."""
    when = when or {}
    return Operation(name, (qubit,), tuple(map(float, angles)), tuple(when), tuple(when.values()))


def cx(control, target):
    return gate("x", target, when={control: 1})


def swap(a, b):
    return Operation("swap", (a, b))


def circuit(n, *operations):
    return Circuit(n, tuple(operations))


# --- a: a chain of CNOTs on a basis state ----------------------------------------------------------------------------


def after(bits, pairs):
    """The bits after CNOTs, each given as (control, target)."""
    values = [int(bit) for bit in bits]
    for control, target in pairs:
        values[target] ^= values[control]
    return "".join(map(str, values))


def at_once(p):
    """Every CNOT looks at the bits of the start: what people do who forget the order of time."""
    values = [int(bit) for bit in p.bits]
    for control, target in p.pairs:
        values[target] ^= int(p.bits[control])
    return "".join(map(str, values))


def backwards(p):
    return after(p.bits, [(b, a) for a, b in p.pairs])


def chain(rng):
    from types import SimpleNamespace

    while True:
        bits = "".join(rng.choice("01") for _ in range(4))
        pairs = [rng.sample(range(4), 2) for _ in range(4)]
        p = SimpleNamespace(bits=bits, pairs=pairs)
        right = after(bits, pairs)
        flipped = right.translate(str.maketrans("01", "10"))
        wrong = [right[::-1], at_once(p), backwards(p), bits]
        if right not in wrong and flipped not in wrong and at_once(p) != right[::-1] != backwards(p):
            return {"bits": bits, "pairs": pairs}


# --- b: act at a pattern ---------------------------------------------------------------------------------------------


def patterns(rng):
    target = rng.randrange(3)
    first, second = (k for k in range(3) if k != target)
    return {"target": target, "when": {str(first): (v := rng.choice((0, 1))), str(second): 1 - v}}


def at_pattern(p, only=None):
    when = {int(k): v for k, v in p.when.items() if only in (None, v)}
    return circuit(3, gate("x", p.target, when=when))


def both_ones(p):
    return circuit(3, gate("x", p.target, when={int(k): 1 for k in p.when}))


# --- c: a controlled rotation from CNOTs -----------------------------------------------------------------------------


def rotation(rng):
    return {"axis": rng.choice(("y", "z")), "theta": round(pi * rng.choice((0.2, 0.3, 0.4, 0.6, 0.7, 0.8)), 4)}


def halves(p, factor=0.5, second=-1):
    turn = f"r{p.axis}"
    return circuit(2, gate(turn, 1, p.theta * factor), cx(0, 1), gate(turn, 1, second * p.theta * factor), cx(0, 1))


# --- e: move qubits along a line -------------------------------------------------------------------------------------


def moved(goes_to):
    """The matrix that takes the value of qubit k to qubit goes_to[k]."""
    n = len(goes_to)
    matrix = np.zeros((2**n, 2**n))
    for index in range(2**n):
        bits = format(index, f"0{n}b")
        new = [""] * n
        for k, place in enumerate(goes_to):
            new[place] = bits[k]
        matrix[int("".join(new), 2), index] = 1
    return matrix


def sorting(goes_to):
    """The same with SWAPs of neighbours: sort the qubits by where they go."""
    now, steps = list(goes_to), []
    for _ in now:
        for k in range(len(now) - 1):
            if now[k] > now[k + 1]:
                now[k], now[k + 1] = now[k + 1], now[k]
                steps.append(swap(k, k + 1))
    return circuit(len(now), *steps)


def inverse_move(goes_to):
    return [goes_to.index(k) for k in range(len(goes_to))]


def nameless(m):
    """Whether the inverse move is the move itself with the line, the start or the end turned round."""
    turned = ([3 - m[3 - k] for k in range(4)], [3 - m[k] for k in range(4)], [m[3 - k] for k in range(4)])
    return inverse_move(m) in (list(m), *turned)


MOVES = [m for m in permutations(range(4)) if not nameless(m)]


def line(n):
    return rules.Connectivity([(k, k + 1) for k in range(n - 1)])


# --- f: a CNOT over a distance ---------------------------------------------------------------------------------------

FAR = ((0, 2), (2, 0), (1, 3), (3, 1), (2, 4), (4, 2))


def far(p, back=True, turned=False):
    """Move the control next to the target, CNOT, and move it back."""
    middle = (p.control + p.target) // 2
    pair = (p.target, middle) if turned else (middle, p.target)
    return circuit(5, swap(p.control, middle), cx(*pair), *[swap(p.control, middle)] * back)


# --- h: the phase that is kicked back --------------------------------------------------------------------------------


def kicked(p):
    sign = 1 if p.target == 1 else -1
    return Number(
        sign * p.theta / 2,
        within=1e-3,
        replies={
            sign * p.theta: ("double-angle", "The gate is R_z and not P. Its matrix has e^{−iθ/2} and e^{+iθ/2}."),
            -sign * p.theta / 2: (
                "angle-sign",
                "This is the eigenvalue of the other basis state. Which entry of the matrix belongs to your target?",
            ),
            -sign * p.theta: ("double-angle", "Both the half and the sign: look at the matrix of R_z once more."),
            0: "R_z multiplies |0⟩ by a number, too: e^{−iθ/2}. Without a control nobody sees it; with one it shows.",
        },
    )


# --- i: the control of a gate with a phase ---------------------------------------------------------------------------


def with_phase(p, where=0, factor=1.0):
    """CNOTs and half turns for R_y(θ), and a phase gate for e^{iα}."""
    half = p.theta / 2
    steps = [gate("ry", 1, half), cx(0, 1), gate("ry", 1, -half), cx(0, 1)]
    return circuit(2, *steps, *([gate("p", where, factor * p.alpha)] if factor else []))


EXERCISES = [
    Exercise(
        id="1.7.a",
        kind="predict",
        outcome=1,
        variant=chain,
        target=lambda p: Bits(after(p.bits, p.pairs)),
        mistakes=[
            Mistake("qubit-order", lambda p: after(p.bits, p.pairs)[::-1], note="writes qubit 0 on the right"),
            Mistake(None, at_once, says="not right", note="every gate looks at the bits of the start"),
            Mistake(None, backwards, says="not right", note="takes the first number for the target"),
        ],
    ),
    Exercise(
        id="1.7.b",
        kind="build",
        outcome=1,
        variant=patterns,
        target=lambda p: Unitary(at_pattern(p)),
        mistakes=[
            Mistake("bit-flip", both_ones, note="forgets the X gates: acts where both are 1"),
            Mistake("missing-gate", lambda p: at_pattern(p, only=1), note="leaves out the control on 0"),
        ],
    ),
    Exercise(
        id="1.7.c",
        kind="build",
        outcome=1,
        points=2,
        variant=rotation,
        target=lambda p: Unitary(
            circuit(2, gate(f"r{p.axis}", 1, p.theta, when={0: 1})), rules=[rules.GateSet({"ry", "rz", "cx"})]
        ),
        mistakes=[
            Mistake("double-angle", lambda p: halves(p, factor=1.0), note="forgets to halve the angle"),
            Mistake(
                "bit-flip", lambda p: halves(p, second=1), note="the second rotation has the same sign as the first"
            ),
            Mistake(
                "rule",
                lambda p: circuit(2, gate(f"r{p.axis}", 1, p.theta, when={0: 1})),
                note="uses the ready-made gate",
            ),
        ],
    ),
    Exercise(
        id="1.7.d",
        kind="build",
        outcome=2,
        variant=lambda rng: dict(zip(("control", "target"), rng.sample(range(3), 2), strict=True)),
        target=lambda p: Unitary(
            circuit(3, cx(p.control, p.target)),
            rules=[rules.GateSet({"h", "cx"}), rules.Connectivity([(p.target, p.control)], directed=True)],
        ),
        mistakes=[
            Mistake("rule", lambda p: circuit(3, cx(p.control, p.target)), note="ignores the direction"),
            Mistake("control-target", lambda p: circuit(3, cx(p.target, p.control)), note="takes the allowed CNOT"),
            Mistake(
                "wrong-basis",
                lambda p: circuit(3, gate("h", p.target), cx(p.target, p.control), gate("h", p.target)),
                note="H on one of the two qubits only",
            ),
        ],
    ),
    Exercise(
        id="1.7.e",
        kind="build",
        outcome=3,
        points=2,
        variant=lambda rng: {"goes_to": list(rng.choice(MOVES))},
        target=lambda p: Unitary(moved(p.goes_to), rules=[rules.GateSet({"cx", "swap"}), line(4)]),
        mistakes=[
            Mistake(
                "inverse",
                lambda p: sorting(inverse_move(p.goes_to)),
                note="reads the list as where each qubit comes from",
            ),
            Mistake(
                "rule",
                lambda p: circuit(4, *sorting(p.goes_to).operations, swap(0, 3), swap(0, 3)),
                note="swaps qubits that are not neighbours",
            ),
        ],
    ),
    Exercise(
        id="1.7.f",
        kind="debug",
        outcome=3,
        variant=lambda rng: dict(zip(("control", "target"), rng.choice(FAR), strict=True)),
        target=lambda p: Unitary(circuit(5, cx(p.control, p.target)), rules=[line(5)]),
        mistakes=[
            Mistake("qubit-permutation", lambda p: far(p, back=False), note="hands the draft in"),
            Mistake("control-target", lambda p: far(p, turned=True), note="exchanges control and target"),
            Mistake("rule", lambda p: circuit(5, cx(p.control, p.target)), note="uses a connection that is not there"),
        ],
    ),
    Exercise(
        id="1.7.g",
        kind="explain",
        outcome=4,
        target=lambda p: Choice(
            "b",
            {
                "a": "That is true for basis states only. For a control in superposition the flip of |−⟩ gives a minus "
                "sign in one of its two terms.",
                "b": "Right: the flip multiplies |−⟩ by −1, and this sign stays with the term in which the control is "
                "1.",
                "c": "|−⟩ flipped is −|−⟩: the same state. The target is as it was.",
                "d": "A CNOT *can* entangle. Here the target comes out in |−⟩ in both terms, so it is a factor.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="basis states only", note="thinks that a control is only read"),
            Mistake(None, lambda p: "c", says="the same state", note="thinks that a flip always changes the target"),
            Mistake(None, lambda p: "d", says="is a factor", note="thinks that every CNOT entangles"),
        ],
    ),
    Exercise(
        id="1.7.h",
        kind="compute",
        outcome=5,
        variant=lambda rng: {
            "theta": round(pi * rng.choice((0.3, 0.4, 0.5, 0.6, 0.7, 0.9)), 4),
            "target": rng.choice((0, 1)),
        },
        target=kicked,
        mistakes=[
            Mistake("double-angle", lambda p: (p.target * 2 - 1) * p.theta, note="forgets the half in R_z"),
            Mistake("angle-sign", lambda p: (1 - 2 * p.target) * p.theta / 2, note="the other eigenvalue"),
            Mistake(None, lambda p: 0, says="multiplies", note="believes that R_z leaves basis states as they are"),
        ],
    ),
    Exercise(
        id="1.7.i",
        kind="stretch",
        outcome=(1, 4),
        points=2,
        variant=lambda rng: {
            "alpha": round(pi * rng.choice((0.15, 0.25, 0.35, 0.45)), 4),
            "theta": round(pi * rng.choice((0.3, 0.4, 0.6, 0.7)), 4),
        },
        target=lambda p: Unitary(
            circuit(2, gate("ry", 1, p.theta, when={0: 1}), gate("p", 0, p.alpha)),
            rules=[rules.GateSet({"ry", "p", "cx"})],
        ),
        mistakes=[
            Mistake("missing-gate", lambda p: with_phase(p, factor=0), note="drops the phase as a global one"),
            Mistake("missing-gate", lambda p: with_phase(p, where=1), note="puts the phase gate on the target"),
            Mistake("double-angle", lambda p: with_phase(p, factor=2), note="a P gate by twice the angle"),
        ],
    ),
]
