"""What right means in lesson 1.12, and how people get it wrong. The tasks stand in the notebook of the same name."""

from math import floor, log2

import numpy as np

from qtrain.checking import Choice, Each, Number, Property
from qtrain.circuits import Circuit, Operation, State, gates_of, unitary
from qtrain.course import Exercise, Mistake

# --- a: the partner of an amplitude -----------------------------------------------------------------------------------


def pair(rng):
    """A qubit of six that is not its own mirror (none of six is), and an index with zeros and ones."""
    return {"index": rng.randrange(9, 55), "qubit": rng.randrange(6)}


def partner_target(p):
    return Number(
        p.index ^ 1 << 5 - p.qubit,
        within=0.1,
        replies={
            p.index ^ 1 << p.qubit: (
                "qubit-order",
                "This is the partner in Qiskit's order. Here qubit 0 is the leftmost bit, worth 32.",
            ),
            63 - p.index: "You flipped all six bits. Flip the bit of one qubit only.",
            p.index + p.qubit: "Write the index as six bits, and flip the one that belongs to the qubit.",
            1 << 5 - p.qubit: "This is the distance between the partners. Which index do you reach from yours?",
        },
    )


# --- b, c, g: gates on a table of amplitudes --------------------------------------------------------------------------


TURN, LEAN = [[0.6, -0.8], [0.8, 0.6]], [[0.8, 0.6], [-0.6, 0.8]]  # no symmetric matrices
X = [[0, 1], [1, 0]]
# Normalised states with short numbers, of one to four qubits.
STATES = {
    1: [0.6, 0.8],
    2: [0.1, 0.5, 0.7, -0.5],
    3: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, -0.3, 0],
    4: [0.1, 0.2, 0.1, 0.3, -0.1, 0.4, 0.2, 0.4, 0.3, -0.2, 0.1, 0.5, 0, 0.1, 0.2, 0],
}


def applied(state, gate, qubit, controls=(), every=True):
    """The state after a gate on one qubit where all (or any) of the controls are 1."""
    state = np.array(state, dtype=complex)
    n = len(state).bit_length() - 1
    table = np.moveaxis(np.tensordot(gate, state.reshape((2,) * n), axes=(1, qubit)), 0, qubit).reshape(-1)
    bits = [[k >> n - 1 - control & 1 for control in controls] for k in range(2**n)]
    where = [all(b) if every or not controls else any(b) for b in bits]
    return np.where(where, table, state)


def mirrored(state, qubit):
    """The number of the qubit when they are counted from the right."""
    return len(state).bit_length() - 2 - qubit


def axis_in_front(state, gate, qubit):
    """What `tensordot` gives when nobody moves the new axis back."""
    n = len(state).bit_length() - 1
    return np.tensordot(gate, np.reshape(state, (2,) * n), axes=(1, qubit)).reshape(-1)


def becomes(right, slips):
    """A target for a vector that must be right to the phase, with a sentence for each wrong vector."""

    def told(answer):
        vector = answer.vector
        if len(vector) != len(right):
            return False, f"it returns {len(vector)} amplitudes, and {len(right)} are needed."
        if np.allclose(vector, right, atol=1e-7):
            return True
        for wrong, sentence in slips:
            if np.allclose(vector, wrong, atol=1e-7):
                return False, sentence
        return False, f"the amplitudes should be {np.round(right.real, 3).tolist()}, but are {shown(vector)}."

    return Property("is the state after the gate", told, takes=State, reading="state", wants="a state vector")


def shown(vector):
    """The amplitudes, rounded; real where they are."""
    rounded = np.round(vector, 3) + 0
    return str((rounded.real if np.allclose(rounded.imag, 0) else rounded).tolist())


def one_gate(state, gate, qubit):
    return becomes(
        applied(state, gate, qubit),
        [
            (axis_in_front(state, gate, qubit), "the numbers are right, but the qubits have changed places: move the "
             "new axis from the front back to where it was."),
            (applied(state, np.transpose(gate), qubit), "rows and columns of the gate are exchanged: a "
             "column belongs to the old bit."),
            (applied(state, gate, mirrored(state, qubit)), "the gate acts on the qubit counted from the right. "
             "Qubit 0 is the leftmost bit."),
            (np.array(state), "the state did not change."),
        ],
    )  # fmt: skip


def controlled_not(state, control, target):
    return becomes(
        applied(state, X, target, [control]),
        [
            (np.array(state), "the state did not change. How often does your loop exchange each pair?"),
            (applied(state, X, control, [target]), "control and target are exchanged."),
            (applied(state, X, target), "the target is flipped always, but it must be flipped only where the "
             "control is 1."),
            (applied(state, X, mirrored(state, target), [mirrored(state, control)]), "the qubits are counted from the "
             "right. Qubit 0 is the leftmost bit."),
        ],
    )  # fmt: skip


def with_controls(state, gate, controls, target):
    return becomes(
        applied(state, gate, target, controls),
        [
            (applied(state, gate, target, controls, every=False), "the gate acts where any of the controls is "
             "1. All of them must be 1."),
            (applied(state, gate, target, controls[:1]), "only the first control counts in your function."),
            (applied(state, gate, target), "the gate acts always. It must act only where all controls are 1."),
            (applied(state, np.transpose(gate), target, controls), "rows and columns of the gate are exchanged."),
            (np.array(state), "the state did not change."),
        ],
    )  # fmt: skip


# --- d: a circuit that finds a bug ------------------------------------------------------------------------------------

TRANSPOSED = "it transposes every matrix"
MIRRORED = "it writes the qubits in reverse order"
EXCHANGED = "it exchanges control and target of every CNOT"
BACKWARDS = "it applies the last gate first"
WHOLE = "it forgets the half in the angle of rx, ry and rz"
BUGS = (TRANSPOSED, MIRRORED, EXCHANGED, BACKWARDS, WHOLE)


def bent(operation, bug):
    """The gate as the simulator with the bug understands it."""
    fields = {"controls": operation.controls, "control_values": operation.control_values}
    if bug == WHOLE and operation.name in ("rx", "ry", "rz"):
        return Operation(operation.name, operation.qubits, tuple(2 * a for a in operation.params), **fields)
    if bug == EXCHANGED and operation.name == "x" and len(operation.controls) == 1:
        return Operation("x", operation.controls, controls=operation.qubits, control_values=operation.control_values)
    return operation


def chances(circuit, bug=None):
    """The probabilities that a simulator of three qubits finds, with a bug if wanted."""
    state = np.eye(8)[0]
    gates = gates_of(circuit)
    for operation in reversed(gates) if bug == BACKWARDS else gates:
        matrix = unitary(Circuit(3, (bent(operation, bug),)))
        state = (matrix.T if bug == TRANSPOSED else matrix) @ state
    found = abs(state.reshape(2, 2, 2)) ** 2
    return (found.transpose(2, 1, 0) if bug == MIRRORED else found).reshape(-1)


def two_bugs(rng):
    """Bug A to be found and bug B to be left in the dark: pairs for which one to four gates are enough."""
    while True:
        bug_a, bug_b = rng.sample(BUGS, 2)
        if (bug_a, bug_b) not in ((TRANSPOSED, BACKWARDS), (TRANSPOSED, WHOLE)):
            return {"bug_a": bug_a, "bug_b": bug_b}


def decides(p):
    """A predicate: bug A makes a probability wrong by 0.1 or more, bug B makes none wrong."""

    def holds(circuit):
        found = chances(circuit)
        by_a, by_b = (abs(found - chances(circuit, bug)).max() for bug in (p.bug_a, p.bug_b))
        if by_a < 1e-9:
            return False, "With and without bug A all probabilities are the same: this circuit cannot find it."
        if by_a < 0.1 - 1e-9:
            return False, f"Bug A changes no probability by more than {by_a:.3f}; 0.1 is asked for."
        if by_b > 1e-9:
            return False, f"Bug B changes a probability, too, by {by_b:.2f}: you cannot tell which of the two it is."
        return True

    return holds


def steps(*gates):
    """A circuit of three qubits with gates (name, qubit, angles)."""
    return Circuit(3, tuple(Operation(name, (qubit,), tuple(angles)) for name, qubit, *angles in gates))


def finds_all(p):
    """A circuit that finds each of the five bugs, and so decides nothing."""
    turned = steps(("ry", 0, np.pi / 6), ("h", 0))
    return Circuit(3, (*turned.operations, Operation("x", (1,), controls=(0,), control_values=(1,))))


# --- f: memory --------------------------------------------------------------------------------------------------------


def fits(p, vectors=2, size=None, unit=30):
    """How many qubits fit into so many GiB, for so many vectors at a time."""
    return floor(log2(p.memory * 2**unit / (vectors * (size or p.size))))


def memory_target(p):
    return Number(
        fits(p),
        within=0.1,
        replies={
            fits(p, 1): "That leaves no room for the second vector: the gate writes into a new one.",
            fits(p, 1) + 1: "So many amplitudes need more memory than there is. Round down, and count both vectors.",
            fits(p, 2) - 1: "One more fits: compute the bytes of both vectors once more.",
            fits(p, 2, size=1): "How many bytes has one amplitude?",
            2 ** fits(p): "This is the number of amplitudes. The number of qubits is its logarithm to the base 2.",
        },
    )


EXERCISES = [
    Exercise(
        id="1.12.a",
        kind="predict",
        outcome=1,
        variant=pair,
        target=partner_target,
        mistakes=[
            Mistake("qubit-order", lambda p: p.index ^ 1 << p.qubit, note="counts the bits from the right"),
            Mistake(None, lambda p: 63 - p.index, says="all six bits", note="flips every bit"),
        ],
    ),
    Exercise(
        id="1.12.b",
        kind="build",
        outcome=1,
        points=2,
        target=lambda p: Each(
            [(STATES[n], TURN, qubit) for n, qubit in ((3, 0), (2, 1), (1, 0), (4, 2), (4, 1))],
            one_gate,
            name="apply_one",
        ),
        mistakes=[
            Mistake(None, lambda p: axis_in_front, says="changed places", note="leaves the new axis in front"),
            Mistake(
                None,
                lambda p: lambda state, gate, qubit: applied(state, np.transpose(gate), qubit),
                says="rows and columns",
                note="exchanges rows and columns of the gate",
            ),
            Mistake(
                None,
                lambda p: lambda state, gate, qubit: applied(state, gate, mirrored(state, qubit)),
                says="from the right",
                note="counts the qubits from the right",
            ),
        ],
    ),
    Exercise(
        id="1.12.c",
        kind="debug",
        outcome=2,
        target=lambda p: Each(
            [(STATES[n], control, target) for n, control, target in ((3, 0, 1), (2, 1, 0), (3, 2, 0), (4, 1, 3))],
            controlled_not,
            name="cnot",
        ),
        mistakes=[
            Mistake(
                None,
                lambda p: lambda state, control, target: state,
                says="did not change",
                note="hands the draft in: nothing happens",
            ),
            Mistake(
                None,
                lambda p: lambda state, control, target: applied(state, X, control, [target]),
                says="control and target",
                note="exchanges control and target",
            ),
            Mistake(
                None,
                lambda p: lambda state, control, target: applied(state, X, target),
                says="flipped always",
                note="repairs by leaving the control out",
            ),
        ],
    ),
    Exercise(
        id="1.12.d",
        kind="explain",
        outcome=3,
        target=lambda p: Choice(
            "b",
            {
                "a": "They do contain it: Y, S, T and every Rx and Rz have imaginary entries.",
                "b": "Right: every amplitude is replaced by its conjugate, and both have the same length.",
                "c": "No: a global phase is one number for all amplitudes. Here the phase of each amplitude changes "
                "its sign, so the states are different: |+i⟩ becomes |−i⟩.",
                "d": "No: the probability is the squared length, which contains both parts.",
            },
        ),
        mistakes=[
            Mistake(None, lambda p: "a", says="imaginary entries", note="thinks that quantum gates are real"),
            Mistake(None, lambda p: "c", says="one number for all", note="calls every invisible difference global"),
            Mistake(None, lambda p: "d", says="both parts", note="thinks that only the real part is measured"),
        ],
    ),
    Exercise(
        id="1.12.e",
        kind="design",
        outcome=3,
        points=2,
        variant=two_bugs,
        target=lambda p: Property(
            "tells the bugs apart", decides(p), takes=Circuit, num_qubits=3, wants="a circuit of three qubits"
        ),
        mistakes=[
            Mistake(
                None,
                lambda p: steps(("h", 0), ("h", 1), ("h", 2)),
                says="cannot find it",
                note="thinks that a uniform superposition tests everything",
            ),
            Mistake(None, finds_all, says="which of the two", note="finds the bug and does not keep the other one out"),
        ],
    ),
    Exercise(
        id="1.12.f",
        kind="compute",
        outcome=4,
        variant=lambda rng: {"memory": rng.choice((4, 8, 16, 32, 64, 256)), "size": rng.choice((8, 16))},
        target=memory_target,
        mistakes=[
            Mistake(None, lambda p: fits(p, 1), says="second vector", note="forgets the copy"),
            Mistake(None, lambda p: fits(p, 2, size=1), says="How many bytes", note="counts one byte per amplitude"),
            Mistake(None, lambda p: 2 ** fits(p), says="logarithm", note="gives the number of amplitudes"),
        ],
    ),
    Exercise(
        id="1.12.g",
        kind="stretch",
        outcome=2,
        points=2,
        target=lambda p: Each(
            [
                (STATES[n], LEAN, c, t)
                for n, c, t in ((3, [0, 1], 2), (3, [0], 1), (4, [3, 1], 0), (4, [0, 2, 3], 1), (2, [], 1))
            ],
            with_controls,
            name="controlled",
        ),
        mistakes=[
            Mistake(
                None,
                lambda p: lambda state, gate, controls, target: applied(state, gate, target, controls, every=False),
                says="any of the controls",
                note="acts where any control is 1",
            ),
            Mistake(
                None,
                lambda p: lambda state, gate, controls, target: applied(state, gate, target, controls[:1]),
                says="only the first",
                note="looks at the first control only",
            ),
        ],
    ),
]
