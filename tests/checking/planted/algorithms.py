"""Module 3: arithmetic on registers, calls of an oracle, success probabilities."""

from __future__ import annotations

import math

import cirq
import numpy as np
from qiskit import QuantumCircuit, transpile
from qiskit.circuit.library import QFTGate

from qtrain.checking import Permutation, Queries, Succeeds

from .case import cases
from .communication import Kept, circuit


def adder():
    return Permutation(lambda a, b: (a, (a + b) % 8), {"a": 3, "b": 3}, significant="last")


def draper(n=3, factor=1.0):
    made = QuantumCircuit(2 * n)
    made.append(QFTGate(n), range(n, 2 * n))
    for i in range(n):
        for j in range(n):
            made.cp(factor * 2 * math.pi * 2 ** (i + j) / 2**n, i, n + j)
    made.append(QFTGate(n).inverse(), range(n, 2 * n))
    return made


def ripple(n=3, *, uncompute=True):
    """Cuccaro's adder (quant-ph/0410184): the carry on one ancilla."""
    made = QuantumCircuit(2 * n + 1)
    carry, b = [2 * n, *range(n - 1)], list(range(n, 2 * n))
    for i in range(n):
        made.cx(i, b[i]), made.cx(i, carry[i]), made.ccx(carry[i], b[i], i)
    for i in reversed(range(n)):
        made.ccx(carry[i], b[i], i), made.cx(i, carry[i]), made.cx(carry[i], b[i])
    if not uncompute:
        made.cx(0, 2 * n)
    return made


def in_cirq(n=3):
    q = cirq.LineQubit.range(2 * n + 1)
    made = cirq.Circuit()
    carry = [2 * n, *range(n - 1)]
    for i in range(n):
        made.append([cirq.CX(q[i], q[n + i]), cirq.CX(q[i], q[carry[i]]), cirq.CCX(q[carry[i]], q[n + i], q[i])])
    for i in reversed(range(n)):
        made.append([cirq.CCX(q[carry[i]], q[n + i], q[i]), cirq.CX(q[i], q[carry[i]]), cirq.CX(q[carry[i]], q[n + i])])
    return made


def followed(made, *steps):
    made = made.copy()
    for name, *rest in steps:
        getattr(made, name)(*rest)
    return made


def moved(made, places):
    return QuantumCircuit(made.num_qubits).compose(made, places)


def with_hadamard_ancilla():
    return followed(ripple(), ("h", 6))


ADDER = cases(
    "Permutation (adder)",
    adder,
    [
        ("ripple carry", ripple()),
        ("Fourier", draper()),
        ("Cirq", in_cirq()),
        ("transpiled", transpile(ripple(), basis_gates=["cx", "u"], optimization_level=1)),
        ("measured at the end", followed(ripple(), ("measure_all",))),
        ("a global phase", followed(draper(), ("rz", 2 * math.pi, 0))),
        ("subtracts", draper(factor=-1), "inverse", "inverse"),
        ("angles halved", draper(factor=0.5), None, "superposition"),
        ("a phase", followed(ripple(), ("z", 0)), "relative-phase", "a=1, b=0"),
        ("a small phase", followed(ripple(), ("p", 0.01, 4)), "relative-phase", "phase"),
        ("the other bit order", moved(draper(), [2, 1, 0, 5, 4, 3]), "qubit-order", "other order"),
        ("registers exchanged", moved(draper(), [3, 4, 5, 0, 1, 2]), "qubit-permutation", "exchanged"),
        ("carry left behind", ripple(uncompute=False), "ancilla-entangled", "a=1, b=0"),
        ("ancilla flipped", followed(ripple(), ("x", 6)), "ancilla-dirty", "working qubit"),
        ("ancilla in a superposition", with_hadamard_ancilla(), "ancilla-dirty", "working qubit"),
        ("adds one more", followed(ripple(), ("x", 3)), None, "wrong for 64 of 64"),
        ("nothing on a", followed(circuit(6), ("cx", 0, 3)), None, "registers come out wrong"),
        ("too few qubits", QuantumCircuit(3, 0).compose(circuit(3, ("x", 0))), "wrong-size", "6"),
        ("a matrix", np.eye(64), "wrong-type", "circuit"),
        ("a number", 7, "wrong-type", "circuit"),
        ("a reset", followed(ripple(), ("reset", 6)), "wrong-type", "reset"),
    ],
)


def wide():
    return Permutation(lambda a, b: (a, (a + b) % 2**40), {"a": 40, "b": 40}, significant="last")


WIDE = cases(
    "Permutation (40 bits)",
    wide,
    [
        ("ripple carry", ripple(40)),
        ("barriers", followed(ripple(40), ("barrier",))),
        ("swapped twice", followed(ripple(40), ("swap", 3, 50), ("swap", 50, 3))),
        ("the highest carry wrong", followed(ripple(40), ("ccx", 38, 78, 79)), None, "registers come out wrong"),
        ("ancilla flipped", followed(ripple(40), ("x", 80)), "ancilla-dirty", ""),
        ("carry left behind", ripple(40, uncompute=False), "ancilla-entangled", ""),
        ("another gate", followed(ripple(40), ("h", 0)), "wrong-size", "`h`"),
        ("one bit short", ripple(39), "wrong-size", "80"),
    ],
)


def times_seven():
    return Permutation(lambda x: 7 * x % 15, {"x": 4}, domain=lambda x: 0 < x < 15)


def seven():
    return circuit(4, ("swap", 0, 1), ("swap", 1, 2), ("swap", 2, 3), ("x", [0, 1, 2, 3]))


def thirteen():
    return circuit(4, ("x", [0, 1, 2, 3]), ("swap", 2, 3), ("swap", 1, 2), ("swap", 0, 1))


def matrix_of(multiplier, n=4, modulus=15):
    made = np.zeros((2**n, 2**n))
    for x in range(2**n):
        made[multiplier * x % modulus if x < modulus else x, x] = 1
    return made


def as_unitary(multiplier):
    # Qiskit's matrices are little-endian: its highest qubit is the first here.
    made = QuantumCircuit(4)
    made.unitary(matrix_of(multiplier), [3, 2, 1, 0])
    return made


_STANDARD = next(made for made in (seven(), seven().inverse(), thirteen(), thirteen().inverse())
                 if times_seven().judge(made).passed)  # fmt: skip

SEVEN = cases(
    "Permutation (times 7)",
    times_seven,
    [
        ("swaps and X", _STANDARD),
        ("as a matrix gate", as_unitary(7)),
        ("x = 15 goes to 0", followed(_STANDARD, ("barrier",))),
        ("the inverse", _STANDARD.inverse(), "inverse", "inverse"),
        ("times 13", as_unitary(13), "inverse", "inverse"),
        ("times 2", as_unitary(2), None, "wrong for"),
        ("the other order is times 13", moved(as_unitary(7), [3, 2, 1, 0]), "inverse", "inverse"),
        ("times 4", as_unitary(4), None, "wrong for"),
        ("a Hadamard", circuit(4, ("h", 0)), None, "superposition"),
        ("a phase", followed(as_unitary(7), ("s", 2)), "relative-phase", ""),
    ],
)


def oracle():
    made = QuantumCircuit(3, name="oracle")
    made.ccx(0, 1, 2), made.x(0)
    return made


GATE = oracle().to_gate()


def calls(n, *rows):
    made = QuantumCircuit(n)
    for gate, places in rows:
        made.append(gate, places)
    return made


def loop(times):
    made = QuantumCircuit(3)
    with made.for_loop(range(times)):
        made.append(GATE, [0, 1, 2])
    return made


def wrapped():
    made = QuantumCircuit(3, name="grover")
    made.append(GATE, [0, 1, 2]), made.h(0)
    return calls(3, (made.to_gate(), [0, 1, 2]), (made.to_gate(), [0, 1, 2]))


def branch():
    made = QuantumCircuit(3, 1)
    made.measure(0, 0)
    with made.if_test((0, 1)) as otherwise:
        made.append(GATE, [0, 1, 2])
    with otherwise:
        made.append(GATE, [0, 1, 2]), made.append(GATE, [0, 1, 2])
    return made


class Oracle(cirq.Gate):
    def _num_qubits_(self):
        return 3

    def _decompose_(self, qubits):
        yield cirq.CCX(*qubits)
        yield cirq.X(qubits[0])

    def __repr__(self):
        return "Oracle"


Q = cirq.LineQubit.range(4)


def one_query():
    return Kept(Queries(oracle(), 1))


QUERIES = cases(
    "Queries",
    one_query,
    [
        ("once", calls(3, (GATE, [0, 1, 2]))),
        ("on other qubits", calls(4, (GATE, [3, 0, 1]))),
        ("under control", calls(4, (GATE.control(1), [3, 0, 1, 2]))),
        ("inverted", calls(3, (GATE.inverse(), [0, 1, 2]))),
        ("written out", circuit(4, ("h", 0), ("ccx", 0, 1, 2), ("h", 3), ("x", 0), ("h", 0))),
        ("Cirq", cirq.Circuit(Oracle()(*Q[:3]))),
        ("Cirq, controlled", cirq.Circuit(Oracle()(*Q[:3]).controlled_by(Q[3]))),
        ("twice", calls(3, (GATE, [0, 1, 2]), (GATE, [0, 1, 2])), "rule", "2 times"),
        ("once and inverted", calls(3, (GATE, [0, 1, 2]), (GATE.inverse(), [0, 1, 2])), "rule", "2 times"),
        ("a loop", loop(3), "rule", "3 times"),
        ("a power", calls(3, (GATE.power(2), [0, 1, 2])), "rule", "2 times"),
        ("inside an own gate", wrapped(), "rule", "2 times"),
        ("the longer branch", branch(), "rule", "2 times"),
        ("never", circuit(3, ("h", 0), ("ccx", 0, 1, 2)), "rule", "never calls the oracle"),
        ("Cirq loop", cirq.Circuit(cirq.CircuitOperation(cirq.FrozenCircuit(Oracle()(*Q[:3])), repetitions=4)),
         "rule", "4 times"),
        ("Cirq inverse twice", cirq.Circuit(cirq.inverse(Oracle())(*Q[:3]), cirq.inverse(Oracle())(*Q[1:])),
         "rule", "2 times"),
    ],
)  # fmt: skip


def search():
    return Succeeds("101", 0.94)


def grover(times, marked="101", measured=False):
    n = len(marked)
    made = QuantumCircuit(n)
    made.h(range(n))
    for _ in range(times):
        zeros = [qubit for qubit, bit in enumerate(marked) if bit == "0"]
        for flip in (zeros, None):
            flip = range(n) if flip is None else flip
            if flip is not zeros:
                made.h(range(n))
            if len(flip):
                made.x(flip)
            made.h(n - 1), made.mcx(list(range(n - 1)), n - 1), made.h(n - 1)
            if len(flip):
                made.x(flip)
            if flip is not zeros:
                made.h(range(n))
    if measured:
        made.measure_all()
    return made


SUCCEEDS = (
    cases(
        "Succeeds",
        search,
        [
            ("two iterations", grover(2)),
            ("measured", grover(2, measured=True)),
            ("prepared directly", circuit(3, ("x", [0, 2]))),
            ("one too many", grover(3), "iterations", "many"),
            ("four", grover(4), None, "succeeds with probability"),
            ("another marked", grover(2, "110"), None, "most likely outcome is 110"),
            ("complement", circuit(3, ("x", 1)), "bit-flip", "exchanged"),
            ("two bits", circuit(2, ("x", 0)), "wrong-size", "2 bits"),
            ("a state", [0, 0, 0, 0, 0, 1, 0, 0], "wrong-type", "circuit"),
            ("probabilities", {"101": 0.95, "000": 0.05}, "wrong-type", "circuit"),
        ],
    )
    + cases(
        "Succeeds",
        lambda: Succeeds("1011", 0.95),
        [
            ("three iterations", grover(3, "1011")),
            ("one too few", grover(2, "1011"), "iterations", "few"),
            ("one too many", grover(4, "1011", measured=True), "iterations", "many"),
        ],
    )
    + cases(
        "Succeeds",
        lambda: Succeeds(["011", "01-"], 0.9, qubits=[0, 1, 2]),
        [
            ("only the named qubits", circuit(5, ("x", 1), ("h", 2), ("h", 4))),
            ("reversed", circuit(3, ("x", 1), ("x", 0)), "qubit-order", "reverse order"),
        ],
    )
)

CASES = [*ADDER, *WIDE, *SEVEN, *QUERIES, *SUCCEEDS]
