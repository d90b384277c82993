"""What right means in lesson 1.12, and how people get it wrong. The tasks stand in the notebook of the same name."""

from dataclasses import replace
from math import floor, log2, sqrt

import numpy as np

from qtrain.authoring import build as design
from qtrain.authoring import choice, circuit, decimals, function, measure, number, one_of, right, slip, whole
from qtrain.checking import Data, Property, State
from qtrain.checking.schema import List, Real
from qtrain.circuits import Circuit, gates_of, run, unitary
from qtrain.circuits.numerals import number_beside, significant

ORDER = "Qubit 0 is the leftmost bit."


@number("1.12.a", rung="warm-up", kind="predict", outcome=1, index=whole(9, 54), qubit=range(6))
def partner(index, qubit):
    yield index ^ 1 << 5 - qubit
    yield slip(index ^ 1 << qubit, "counts the bits from the right", "qubit-order").says(
        "This is the partner in Qiskit's order. Here qubit 0 is the leftmost bit, worth 32."
    )
    step = 1 << 5 - qubit
    yield slip(index - step if index ^ step > index else index + step, "goes in the wrong direction").says(
        "The distance is right. The partner stands further on if the qubit's bit is 0, and before if it is 1."
    )
    if qubit:
        yield slip(index ^ 1 << 6 - qubit, "counts the qubits from 1").says(
            f"You flipped the bit of qubit {qubit - 1}. The qubits are counted from 0."
        )
    yield slip(63 - index, "flips every bit").says("You flipped all six bits. Flip the bit of one qubit only.")
    yield slip(index + qubit, "adds the number of the qubit").says(
        "Write the index as six bits, and flip the one that belongs to the qubit."
    )
    yield slip(1 << 5 - qubit, "gives the distance").says(
        "This is the distance between the partners. Which index do you reach from yours?"
    )


# --- gates on a vector of amplitudes ----------------------------------------------------------------------------------

X = [[0, 1], [1, 0]]


def applied(state, gate, qubit, controls=(), every=True):
    """The state after a gate on one qubit where all (or any) of the controls are 1."""
    state = np.array(state, dtype=complex)
    n = len(state).bit_length() - 1
    table = np.moveaxis(np.tensordot(gate, state.reshape((2,) * n), axes=(1, qubit)), 0, qubit).reshape(-1)
    bits = [[k >> n - 1 - control & 1 for control in controls] for k in range(2**n)]
    return np.where([all(b) if every or not controls else any(b) for b in bits], table, state)


def mirrored(state, qubit):
    """The number of the qubit when they are counted from the right."""
    return len(state).bit_length() - 2 - qubit


def drawn(n, rng):
    """A normalised complex state of n qubits, as a list."""
    vector = np.array([complex(rng.gauss(0, 1), rng.gauss(0, 1)) for _ in range(2**n)])
    return (vector / np.linalg.norm(vector)).tolist()


def gate_of(rng):
    """A unitary matrix, as rows, that is neither real nor symmetric, and no phase away from it."""
    a, b, c = (rng.uniform(0.4, 1.1) for _ in range(3))
    half = [[np.cos(a), -np.exp(1j * b) * np.sin(a)], [np.exp(1j * c) * np.sin(a), np.exp(1j * (b + c)) * np.cos(a)]]
    return [[complex(entry) for entry in row] for row in half]


def with_(*places, gate=True):
    """Inputs: for every place a state of so many qubits, a gate if wanted, and where it acts."""

    def inputs(rng):
        return [(drawn(n, rng), *([gate_of(rng)] if gate else []), *where) for n, *where in places]

    return inputs


def exact(vector):
    return State(vector, phase="exact")


def axis_in_front(state, gate, qubit):
    """What `tensordot` gives when nobody moves the new axis back."""
    n = len(state).bit_length() - 1
    return np.tensordot(gate, np.reshape(state, (2,) * n), axes=(1, qubit)).reshape(-1)


@function(
    "1.12.b",
    outcome=1,
    points=2,
    name="apply_one",
    returns=exact,
    inputs=with_((3, 0), (2, 1), (1, 0), (4, 2), (4, 1)),
)
def one_gate():
    yield applied
    yield slip(axis_in_front, "leaves the new axis in front").says(
        "The numbers are right, but the qubits have changed places: move the new axis from the front back to where it "
        "was."
    )
    yield slip(lambda state, gate, qubit: applied(state, np.transpose(gate), qubit), "exchanges rows and columns").says(
        "Rows and columns of the gate are exchanged: a column belongs to the old bit."
    )
    yield slip(
        lambda state, gate, qubit: applied(state, gate, mirrored(state, qubit)), "counts from the right", "qubit-order"
    ).says(f"The gate acts on the qubit counted from the right. {ORDER}")
    yield slip(lambda state, gate, qubit: applied(state, np.conj(gate), qubit), "conjugates", "conjugate").says(
        "The entries of the gate are conjugated. Use them as they are."
    )
    yield slip(
        lambda state, gate, qubit: applied(state, gate, qubit).real, "loses the imaginary parts", "not-normalised"
    )
    yield slip(lambda state, gate, qubit: state, "gives the state back").says("The state did not change.")


@function(
    "1.12.c",
    kind="debug",
    outcome=2,
    name="cnot",
    returns=exact,
    inputs=with_((3, 0, 1), (2, 1, 0), (3, 2, 0), (4, 1, 3), gate=False),
)
def repaired_cnot():
    yield lambda state, control, target: applied(state, X, target, [control])
    yield slip(lambda state, control, target: state, "hands the draft in: nothing happens").says(
        "The state did not change. How often does your loop exchange each pair?"
    )
    yield slip(
        lambda state, control, target: applied(state, X, control, [target]), "exchanges the two", "control-target"
    ).says("Control and target are exchanged.")
    yield slip(
        lambda state, control, target: applied(applied(state, X, target), X, target, [control]), "flips at control 0"
    ).says("Your function flips the target where the control is 0. It must flip it where the control is 1.")
    yield slip(lambda state, control, target: applied(state, X, target), "leaves the control out").says(
        "The target is flipped always, but it must be flipped only where the control is 1."
    )
    yield slip(
        lambda state, control, target: applied(state, X, mirrored(state, target), [mirrored(state, control)]),
        "counts the qubits from the right",
        "qubit-order",
    ).says(f"The qubits are counted from the right. {ORDER}")


@choice("1.12.d", rung="warm-up", outcome=3)
def why_conjugates_pass():
    yield right("Each amplitude becomes its complex conjugate, and its length does not change.").says(
        "Right: every amplitude is replaced by its conjugate, and both have the same length."
    )
    yield slip("The matrices of quantum gates do not contain $i$.", "thinks that quantum gates are real").says(
        "They do contain it: Y, S, T and every Rx and Rz have imaginary entries."
    )
    yield slip("The state changes only by a global phase.", "calls every invisible difference a global phase").says(
        "No: a global phase is one number for all amplitudes. Here the phase of each amplitude changes its sign, so "
        "the states are different: |+i⟩ becomes |−i⟩."
    )
    yield slip(
        "Only the real part of an amplitude counts in a probability.", "thinks that only the real part is measured"
    ).says("No: the probability is the squared length, which contains both parts.")


# --- e: a circuit that finds one bug and not the other ----------------------------------------------------------------

TRANSPOSED = "it transposes every matrix"
MIRRORED = "it writes the qubits in reverse order"
EXCHANGED = "it exchanges control and target of every CNOT"
BACKWARDS = "it applies the last gate first"
WHOLE = "it forgets the half in the angle of rx, ry and rz"
BUGS = (TRANSPOSED, MIRRORED, EXCHANGED, BACKWARDS, WHOLE)


def bent(step, bug):
    """The gate as the simulator with the bug understands it, as a circuit of three qubits."""
    if bug == WHOLE and step.name in ("rx", "ry", "rz"):
        step = replace(step, params=tuple(2 * angle for angle in step.params))
    if bug == EXCHANGED and step.name == "x" and len(step.controls) == 1:
        step = replace(step, qubits=step.controls, controls=step.qubits)
    return Circuit(3, (step,))


def chances(circuit, bug=None):
    """The probabilities that a simulator of three qubits finds, with a bug if wanted."""
    state = np.eye(8)[0]
    steps = gates_of(circuit)
    for step in reversed(steps) if bug == BACKWARDS else steps:
        matrix = unitary(bent(step, bug))
        state = (matrix.T if bug == TRANSPOSED else matrix) @ state
    found = abs(state.reshape(2, 2, 2)) ** 2
    return (found.transpose(2, 1, 0) if bug == MIRRORED else found).reshape(-1)


def can_be_told(bug_a, bug_b, qubit):
    """Whether a few gates tell the two apart at this qubit; a mirror leaves the middle one alone."""
    pair = (bug_a, bug_b)
    return (
        bug_a != bug_b
        and pair not in ((TRANSPOSED, BACKWARDS), (TRANSPOSED, WHOLE))
        and (bug_a, qubit) != (MIRRORED, 1)
    )


def chance_of_one(found, qubit):
    """The probability that a qubit gives 1."""
    return float(found.reshape(2, 2, 2).take(1, axis=qubit).sum())


@design(
    "1.12.e",
    kind="design",
    rung="think",
    outcome=3,
    points=2,
    bug_a=BUGS,
    bug_b=BUGS,
    qubit=range(3),
    where=can_be_told,
)
def decider(bug_a, bug_b, qubit):
    same = f"With and without bug A qubit {qubit} gives 1 with the same probability: this circuit cannot find it."

    def holds(answer):
        found = chances(answer)
        by_a = abs(chance_of_one(found, qubit) - chance_of_one(chances(answer, bug_a), qubit))
        by_b = abs(found - chances(answer, bug_b)).max()
        if by_a < 1e-9:
            return False, same
        if by_a < 0.1 - 1e-9:
            return (
                False,
                f"Bug A changes the probability of 1 on qubit {qubit} by {number_beside(by_a, 0.1)}; 0.1 is asked for.",
            )
        if by_b > 1e-9:
            return False, (
                "Bug A shows, but bug B changes the probability of a bit string, too, by "
                f"{significant(by_b, 2)}: you cannot tell which of the two it is."
            )
        return True

    yield Property("tells the bugs apart", holds, takes=Circuit, num_qubits=3, wants="a circuit of three qubits")
    yield slip(circuit("h 0 1 2"), "thinks that a uniform superposition tests everything").says(same)
    yield slip(circuit("ry(π/6) 0; h 0; cx 0 1", qubits=3), "finds every bug, and so decides nothing")


# --- h: a mean from samples -------------------------------------------------------------------------------------------


def parity_of(first, second):
    """The mean parity of three bits behind the program of the task, and the mean sign of qubit 0 alone."""
    state = circuit("ry(a) 0; cx 0 1; rx(b) 2; cx 1 2", a=first, b=second)
    table = (abs(run(state)) ** 2).reshape(2, 2, 2)
    signs = np.array([1, -1])
    return float(np.einsum("ijk,i,j,k->", table, signs, signs, signs)), float(np.einsum("ijk,i->", table, signs))


def apart(first, second):
    """Whether the mean parity is no other number of this exercise, and not nearly certain."""
    mean, one = parity_of(first, second)
    return abs(mean) < 0.9 and min(abs(mean - other) for other in (one, (1 + mean) / 2, -mean)) > 0.15


@measure(
    "1.12.h",
    outcome=(2, 3),
    bounds=(-1, 1),
    within=0.01,
    first=decimals(0.3, 2.8, 0.1),
    second=decimals(0.3, 2.8, 0.1),
    where=apart,
)
def mean_parity(first, second):
    mean, one = parity_of(first, second)
    yield right(mean, spread=sqrt(1 - mean**2))
    yield slip((-mean, 0.008, 10_000), "exchanges even and odd", "bit-flip").says(
        "Even and odd are exchanged: an even number of ones counts +1."
    )
    yield slip((one, 0.008, 10_000), "looks at the first qubit").says(
        "This is the mean sign of qubit 0 alone. The parity counts the ones of all three bits."
    )
    yield slip(((1 + mean) / 2, 0.004, 10_000), "gives the fraction of even results").says(
        "This is the fraction of even results. The mean parity runs from −1 to 1."
    )


# --- f: memory --------------------------------------------------------------------------------------------------------


@number(
    "1.12.f",
    rung="warm-up",
    outcome=4,
    memory=one_of([2**k for k in range(2, 11)] + [odd * 2**k for odd in (3, 5, 7) for k in range(1, 8)]),
    size=(8, 16),
)
def most_qubits(memory, size):
    def fits(vectors, bytes_each=size):
        return floor(log2(memory * 2**30 / (vectors * bytes_each)))

    yield fits(2)
    yield slip(fits(1), "forgets the copy").says(
        "That leaves no room for the second vector: the gate writes into a new one."
    )
    yield slip(fits(1) + 1, "rounds up").says(
        "So many amplitudes need more memory than there is. Round down, and count both vectors."
    )
    yield slip(fits(2) - 1, "takes a qubit too few").says("One more fits: compute the bytes of both vectors once more.")
    yield slip(fits(2, 1), "counts one byte for an amplitude").says("How many bytes has one amplitude?")
    yield slip(2 ** fits(2), "gives the number of amplitudes").says(
        "This is the number of amplitudes. The number of qubits is its logarithm to the base 2."
    )


def controls_at_zero(state, gate, controls, target):
    flipped = state
    for control in controls:
        flipped = applied(flipped, X, control)
    after = applied(flipped, gate, target, controls)
    for control in controls:
        after = applied(after, X, control)
    return after


@function(
    "1.12.g",
    rung="think",
    outcome=2,
    points=2,
    name="controlled",
    returns=exact,
    inputs=with_((3, [0, 1], 2), (3, [0], 1), (4, [3, 1], 0), (4, [0, 2, 3], 1), (2, [], 1)),
)
def any_number_of_controls():
    def act(change=lambda gate: gate, *, every=True, most=None):
        return lambda state, gate, controls, target: applied(state, change(gate), target, controls[:most], every)

    yield act()
    yield slip(act(every=False), "acts where any control is 1").says(
        "The gate acts where any of the controls is 1. All of them must be 1."
    )
    yield slip(act(most=1), "looks at the first control only").says("Only the first control counts in your function.")
    yield slip(act(most=0), "leaves the controls out").says(
        "The gate acts always. It must act only where all controls are 1."
    )
    yield slip(act(np.transpose), "exchanges rows and columns").says("Rows and columns of the gate are exchanged.")
    yield slip(act(np.conj), "conjugates", "conjugate").says(
        "The entries of the gate are conjugated. Use them as they are."
    )
    yield slip(
        lambda state, gate, controls, target: applied(state, gate, target, controls) if controls else state,
        "does nothing without controls",
    ).says("With controls your function is right. With an empty list of controls the gate must always act.")
    yield slip(controls_at_zero, "acts where all controls are 0").says(
        "The gate acts where all the controls are 0. It must act where they are 1."
    )
    yield slip(
        lambda state, gate, controls, target: applied(state, gate, target, controls[-1:]), "looks at the last control"
    ).says("Only the last control counts in your function.")
    yield slip(lambda state, gate, controls, target: state, "gives the state back").says("The state did not change.")


# --- i: slopes --------------------------------------------------------------------------------------------------------


def mean_z(n, steps):
    """P(0) − P(1) of qubit 0 behind a program."""
    text = "; ".join(
        f"{name}{f'({angle[0]!r})' if angle else ''} {' '.join(map(str, qubits))}" for name, qubits, *angle in steps
    )
    chances = abs(run(circuit(text, qubits=n))) ** 2
    return float(chances[: 2 ** (n - 1)].sum() - chances[2 ** (n - 1) :].sum())


def shifted(scale=0.5, by=np.pi / 2, mean=mean_z):
    """The slopes by shifting each angle."""

    def slopes(n, steps):
        found = []
        for k, step in enumerate(steps):
            if len(step) == 3:
                up, down = ([*steps[:k], [*step[:2], step[2] + s * by], *steps[k + 1 :]] for s in (1, -1))
                found.append(scale * (mean(n, up) - mean(n, down)))
        return found

    return slopes


def with_zeros(n, steps):
    """The slopes, and 0 for each step without an angle."""
    found = iter(shifted()(n, steps))
    return [next(found) if len(step) == 3 else 0.0 for step in steps]


def last_bit(n, steps):
    """P(0) − P(1) of the rightmost bit."""
    return mean_z(n, [*steps, ["swap", [0, n - 1]]]) if n > 1 else mean_z(n, steps)


def programs(rng):
    """Programs in which every angle matters, with gates of all kinds."""
    found = []
    for n in (1, 2, 3, 3):
        steps = [["ry", [q], round(rng.uniform(0.4, 1.2), 3)] for q in range(n)]
        if n > 1:
            steps += [["cx", [1, 0]], ["rx", [0], round(rng.uniform(0.4, 1.2), 3)], ["cz", [0, n - 1]], ["t", [1]]]
        steps += [["rz", [0], round(rng.uniform(0.4, 1.2), 3)], ["h", [0]]]
        found.append((n, steps))
    return found


@function(
    "1.12.i",
    kind="stretch",
    outcome=(2, 3),
    points=2,
    name="slopes",
    inputs=programs,
    returns=lambda value: Data(value, schema=List(Real()), within=1e-5),
)
def slopes():
    yield shifted()
    yield slip(shifted(scale=1), "forgets the half", "factor").says(
        "All your slopes are twice as large as they should be."
    )
    yield slip(shifted(scale=-0.25), "takes the slope of P(1)").says(
        "These are the slopes of the probability of 1. Asked for are those of P(0) − P(1)."
    )
    yield slip(shifted(mean=last_bit), "looks at the last qubit", "qubit-order").says(
        "These are the slopes for the last qubit. Qubit 0 is the leftmost bit."
    )
    yield slip(shifted(scale=5.0, by=0.1), "takes too large a step").says(
        "Your slopes are nearly right: with a step of this size the curve shows. 0.00001 is asked for."
    )
    yield slip(shifted(scale=-0.5), "takes the slope of P(1) − P(0)").says(
        "All your slopes have the wrong sign. f is P(0) − P(1) of the leftmost bit."
    )
    yield slip(with_zeros, "gives an entry to every step").says(
        "You return one number for every step. Asked for are those of the steps that have an angle."
    )
    yield slip(lambda n, steps: shifted()(n, steps)[:1], "one slope only")
