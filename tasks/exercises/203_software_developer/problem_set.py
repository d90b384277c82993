"""What is right in the software developer's task: a port with a proof of equivalence."""

import random

import numpy as np

from qtrain.authoring import choice, function, number, report, right, slip, whole
from qtrain.checking import Unitary

H = np.array([[1, 1], [1, -1]]) / np.sqrt(2)


def matrix(gates: list, n: int, little: bool = False, half: bool = True) -> np.ndarray:
    """The unitary of a list of gates, big-endian: qubit 0 is the most significant bit."""
    total = np.eye(2**n, dtype=complex)
    for name, *told in gates:
        angle = told.pop(0) if name in ("rz", "ry", "p") else 0.0
        wires = [n - 1 - k for k in told] if little else told
        total = _one(name, angle if half else 2 * angle, wires, n) @ total
    return total


def _one(name: str, angle: float, wires: list, n: int) -> np.ndarray:
    if name == "cx":
        made = np.zeros((2**n, 2**n))
        for k in range(2**n):
            bit = k >> (n - 1 - wires[0]) & 1
            made[k ^ (bit << (n - 1 - wires[1])), k] = 1
        return made
    c, s = np.cos(angle / 2), np.sin(angle / 2)
    gate = {
        "h": H,
        "x": np.array([[0, 1], [1, 0]]),
        "rz": np.diag(np.exp([-0.5j * angle, 0.5j * angle])),
        "p": np.diag([1, np.exp(1j * angle)]),
        "ry": np.array([[c, -s], [s, c]]),
    }[name]
    return np.kron(np.kron(np.eye(2 ** wires[0]), gate), np.eye(2 ** (n - 1 - wires[0])))


def program(rng: random.Random, n: int, length: int) -> list:
    """A list of gates whose order, controls and angles all matter."""
    gates: list = []
    while len(gates) < length:
        name = (
            ("h", "cx", "ry", "rz", "p", "x")[len(gates) % 6] if len(gates) < 6 else rng.choice(("h", "cx", "ry", "rz"))
        )
        angle = [round(rng.uniform(0.3, 1.4), 3)] if name in ("rz", "ry", "p") else []
        gates.append([name, *angle, *rng.sample(range(n), 2 if name == "cx" else 1)])
    return gates


def programs(rng: random.Random) -> list:
    return [(program(rng, n, 9), n) for n in (2, 3, 3, 4)]


@function(
    "203.P.1",
    outcome=1,
    points=4,
    rung="think",
    inputs=programs,
    judged=lambda gates, n: Unitary(matrix(gates, n)),
)
def port():
    def port(gates, n):
        import cirq

        qubits = cirq.LineQubit.range(n)
        made = cirq.Circuit(cirq.I.on_each(*qubits))
        for name, *told in gates:
            angle = told.pop(0) if name in ("rz", "ry", "p") else None
            gate = {
                "h": lambda a: cirq.H,
                "x": lambda a: cirq.X,
                "cx": lambda a: cirq.CNOT,
                "rz": lambda a: cirq.rz(a),
                "ry": lambda a: cirq.ry(a),
                "p": lambda a: cirq.ZPowGate(exponent=a / np.pi),
            }[name](angle)
            made.append(gate(*(qubits[k] for k in told)))
        return made

    yield port
    yield slip(lambda gates, n: matrix(gates, n, little=True), "counts the qubits from the other end")
    yield slip(lambda gates, n: matrix(gates[::-1], n), "runs the gates backwards")
    yield slip(lambda gates, n: matrix(gates, n, half=False), "doubles the angles")


def pairs(rng: random.Random) -> list:
    """Pairs of programs: the same, the same up to a global phase, and those that are nearly the same."""
    made = []
    for k in range(8):
        n, gates = 2 + k % 2, program(rng, 2 + k % 2, 7)
        other = [list(gate) for gate in gates]
        if k in (0, 1):
            other[3:3] = [["h", 0], ["h", 0]]
        elif k in (2, 3):  # rz and p differ by a global phase alone
            other = [["p" if gate[0] == "rz" else gate[0], *gate[1:]] for gate in other]
        elif k == 4:
            other[2][1] = round(other[2][1] + 0.002, 3)
        elif k == 5:
            other[1][1:] = other[1][:0:-1]
        elif k == 6:
            other = other[::-1]
        else:  # the same magnitudes everywhere, another phase between them
            other += [["p", 0.4, 0]]
        made.append((gates, other, n))
    return made


def alike(a: np.ndarray, b: np.ndarray) -> int:
    return int(abs(abs(np.trace(a.conj().T @ b)) / len(a) - 1) < 1e-9)


@function("203.P.2", outcome=2, points=4, rung="think", inputs=pairs)
def same():
    def same(gates, other, n):
        return alike(matrix(gates, n), matrix(other, n))

    yield same
    yield slip(
        lambda gates, other, n: int(np.allclose(matrix(gates, n), matrix(other, n), atol=1e-9)),
        "minds the global phase",
    )
    yield slip(
        lambda gates, other, n: int(np.allclose(abs(matrix(gates, n)), abs(matrix(other, n)), atol=1e-9)),
        "compares magnitudes",
    )
    yield slip(lambda gates, other, n: int(gates == other), "compares the texts")


@number("203.P.3", outcome=2, points=1, n=whole(5, 12))
def comparisons(n):
    yield 2**n
    yield slip(n, "counts the qubits").says(
        "One input for each qubit does not fix a circuit: the others could go anywhere."
    )
    yield slip(2 * n, "counts two for each qubit").says(
        "These are too few: a unitary has one column for each basis state."
    )


@choice("203.P.4", outcome=2, points=1)
def best_test():
    yield right("The unitaries, up to one global phase, on random circuits with every gate in it.").says(
        "Yes: every column and every phase between columns is compared."
    )
    yield slip("The counts of 10,000 shots after all zeros go in.", "looks at one column").says(
        "This looks at one input, and at no phase. Two different circuits can agree there."
    )
    yield slip("The drawings of the two circuits.", "compares texts").says(
        "Two drawings can differ for the same circuit."
    )
    yield slip("The number of gates and the depth.", "compares costs").says(
        "Circuits that do other things can cost the same."
    )


proof = report(
    "203.P.5",
    "Proof of equivalence",
    (
        "shows one example that agrees",
        "shows agreement on random programs, with sizes, seeds and tolerance",
        "argues why agreement of each gate and of the order gives agreement of all, and says what is left to test",
    ),
    outcome=3,
)
plan = report(
    "203.P.6",
    "Test plan",
    (
        "lists tests",
        "each test has a fault that it catches: bit order, gate order, angle units, global phase",
        "faults were planted, the plan says which test caught which, and runs by itself at every change",
    ),
    outcome=3,
)
review = report(
    "203.P.7",
    "Review of a colleague's code",
    (
        "says what is bad",
        "names a line, the input for which it fails, and a repair",
        "also says what is good, tells taste from faults, and gives a test that would have found it",
    ),
    outcome=3,
)
