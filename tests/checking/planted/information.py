"""Module 4: measurements, channels in every representation, reconstructions, conventions."""

from __future__ import annotations

import math

import cirq
import numpy as np
from qiskit import QuantumCircuit
from qiskit.quantum_info import PTM, Choi, Kraus, Stinespring, SuperOp

from qtrain.checking import EstimatedChannel, EstimatedState, Number, Povm, Representation, conventions

from .case import cases
from .communication import circuit

G = 0.3
U = np.array([[np.cos(0.4), -1j * np.sin(0.4)], [-1j * np.sin(0.4), np.cos(0.4)]]) @ np.diag([1, np.exp(0.7j)])
KRAUS = [U @ np.array([[1, 0], [0, np.sqrt(1 - G)]]), U @ np.array([[0, np.sqrt(G)], [0, 0]])]
CHOI = np.array(Choi(Kraus(KRAUS)).data)
SWAP = [0, 2, 1, 3]


def choi_target():
    return Representation(KRAUS, "choi")


def noisy(extra=()):
    """The same channel by one ancilla (Stinespring): a controlled rotation and a CNOT back."""
    made = QuantumCircuit(2)
    made.cry(2 * math.asin(math.sqrt(G)), 0, 1), made.cx(1, 0)
    made.unitary(U, [0])
    for name, *rest in extra:
        getattr(made, name)(*rest)
    return made


CHOI_CASES = cases(
    "Representation (Choi)",
    choi_target,
    [
        ("array", CHOI),
        ("nested lists", CHOI.tolist()),
        ("Qiskit Choi", Choi(Kraus(KRAUS))),
        ("Qiskit SuperOp", SuperOp(Kraus(KRAUS))),
        ("Kraus list", KRAUS),
        ("output first", CHOI[np.ix_(SWAP, SWAP)], "convention", "output-input"),
        ("Cirq's Choi", cirq.kraus_to_choi(KRAUS), "convention", "output-input"),
        ("trace 1", CHOI / 2, "factor", "trace of your matrix is 1"),
        ("conjugate", CHOI.conj(), "conjugate", "conjugate"),
        ("not positive", CHOI + np.diag([-0.2, 0.2, 0, 0]), None, "completely positive"),
        ("not trace preserving", CHOI + np.diag([0.2, 0, 0, 0]), None, "keep the trace"),
        ("stronger damping", np.array(Choi(Kraus([U @ np.diag([1, 0.6]), U @ [[0, 0.8], [0, 0]]])).data), None,
         "basis state |1⟩"),
        ("too small", np.eye(2), "wrong-size", "(4, 4)"),
        ("NaN", CHOI * np.nan, "unreadable", "finite"),
        ("a number", 0.3, "wrong-type", "number"),
    ],
)  # fmt: skip


def cirq_choi_target():
    return Representation(KRAUS, "choi", convention="output-input")


def ptm_target():
    return Representation(KRAUS, "ptm")


def super_target():
    return Representation(KRAUS, "superoperator")


def isometry_target():
    return Representation(KRAUS, "stinespring")


PTM_ARRAY = np.array(PTM(Kraus(KRAUS)).data)
SUPER = np.array(SuperOp(Kraus(KRAUS)).data)
# Row k·2 + i of Σ K_k ⊗ |k⟩: the environment last means index (out, env).
LAST = np.array(KRAUS).transpose(1, 0, 2).reshape(4, 2)
FIRST = np.array(KRAUS).reshape(4, 2)

OTHER_FORMS = [
    *cases(
        "Representation (others)",
        cirq_choi_target,
        [
            ("Cirq's Choi", cirq.kraus_to_choi(KRAUS)),
            ("Qiskit's", CHOI, "convention", "input-output"),
        ],
    ),
    *cases(
        "Representation (others)",
        ptm_target,
        [
            ("array", PTM_ARRAY),
            ("Qiskit PTM", PTM(Kraus(KRAUS))),
            ("transposed", PTM_ARRAY.T, "inverse", "K†"),
            ("not trace preserving", PTM_ARRAY * 0.9, None, "keep the trace"),
            ("too strong", np.diag([1, 1.2, 1, 1]), None, "completely positive"),
        ],
    ),
    *cases(
        "Representation (others)",
        super_target,
        [
            ("columns", SUPER),
            ("rows", SUPER[np.ix_(SWAP, SWAP)], "convention", "rows"),
            ("conjugate", SUPER.conj(), "convention", "rows"),
        ],
    ),
    *cases(
        "Representation (others)",
        isometry_target,
        [
            ("environment last", LAST),
            ("larger environment", np.concatenate([LAST[:2], [[0, 0]], LAST[2:], [[0, 0]]])),
            ("Qiskit Stinespring", Stinespring(Kraus(KRAUS))),
            ("environment first", FIRST, "convention", "comes first"),
            ("three rows", LAST[:3], "wrong-size", "(2·e, 2)"),
        ],
    ),
    *cases(
        "Representation (others)",
        lambda: Representation(KRAUS, "kraus", data=[0]),
        [
            ("Kraus", KRAUS),
            ("mixed by a unitary", [(KRAUS[0] + 1j * KRAUS[1]) / 2**0.5, (KRAUS[0] - 1j * KRAUS[1]) / 2**0.5]),
            ("a circuit with its environment", noisy()),
            ("environment reset at the end", noisy([("reset", 1)])),
            ("adjoints", [one.conj().T for one in KRAUS], "inverse", "K†"),
            ("scaled", [1.1 * one for one in KRAUS], "factor", "1.21 times"),
        ],
    ),
]

P = 0.12
FLIP = [math.sqrt(1 - P) * np.eye(2), math.sqrt(P) * np.array([[0, 1], [1, 0]])]
DEPOLARIZE = cirq.kraus(cirq.depolarize(0.75 * P))

PARAMETERS = cases(
    "Representation (others)",
    lambda: Representation(
        list(DEPOLARIZE), "kraus", also={"Cirq's p, the chance of any Pauli": list(cirq.kraus(cirq.depolarize(P)))}
    ),
    [
        ("Cirq with three quarters of p", list(cirq.kraus(cirq.depolarize(0.75 * P)))),
        ("Cirq with p", list(cirq.kraus(cirq.depolarize(P))), "convention", "Cirq's p"),
    ],
) + cases(
    "Representation (others)",
    lambda: Representation(FLIP, "kraus"),
    [("probabilities for amplitudes", [(1 - P) * np.eye(2), P * np.array([[0, 1], [1, 0]])], "factor", "square roots")],
)


def rays(*angles, weight=1.0):
    return [weight * np.outer(v, v) for v in ([math.cos(a), math.sin(a)] for a in angles)]


TRINE = (0, math.pi / 3, 2 * math.pi / 3)


def trine():
    return Povm(rays(*TRINE, weight=2 / 3))


def complex_povm():
    plus = np.array([1, 1j]) / 2**0.5
    return Povm([np.outer(plus, plus.conj()), np.outer(plus.conj(), plus)])


def naimark():
    """The trine by one ancilla: an isometry that is completed to a unitary; outcomes 00, 01, 10."""
    rows = np.array([[math.cos(a), math.sin(a)] for a in TRINE]) * math.sqrt(2 / 3)
    isometry = np.vstack([rows, [0, 0]])
    # Columns for ancilla |0⟩ are those with qubit 1 = 0, i.e. numbers 0 and 2 of |q0 q1⟩.
    rest = np.linalg.svd(isometry, full_matrices=True)[0][:, 2:]
    matrix = np.zeros((4, 4), dtype=complex)
    matrix[:, [0, 2]], matrix[:, [1, 3]] = isometry, rest
    made = QuantumCircuit(2)
    made.unitary(matrix, [1, 0])
    return made


def measured(made):
    kept = QuantumCircuit(2, 2)
    kept.compose(made, [0, 1], inplace=True)
    kept.measure([0, 1], [0, 1])
    return kept


POVM = cases(
    "Povm",
    trine,
    [
        ("effects", rays(*TRINE, weight=2 / 3)),
        ("a stack", np.array(rays(*TRINE, weight=2 / 3))),
        ("vectors", [math.sqrt(2 / 3) * np.array([math.cos(a), math.sin(a)]) for a in TRINE]),
        ("a dict", dict(enumerate(rays(*TRINE, weight=2 / 3)))),
        ("nested lists", [one.tolist() for one in rays(*TRINE, weight=2 / 3)]),
        ("Naimark", naimark()),
        ("Naimark, measured", measured(naimark())),
        ("without 2/3", rays(*TRINE), "factor", "1.5 times"),
        ("measurement operators", rays(*TRINE, weight=math.sqrt(2 / 3)), "convention", "M†M"),
        ("other outcomes", rays(*TRINE, weight=2 / 3)[::-1], None, "other outcomes"),
        ("not positive", [np.diag([1.2, -0.2]), np.diag([-0.2, 1.2])], None, "negative eigenvalue"),
        ("not Hermitian", [np.array([[0.5, 0.3], [0, 0.5]]), np.array([[0.5, -0.3], [0, 0.5]])], None, "Hermitian"),
        ("incomplete", rays(*TRINE[:2], weight=2 / 3), None, "add up to the identity"),
        ("two outcomes", rays(0, math.pi / 2), None, "2 outcomes, but 3"),
        ("wrong size", [np.eye(4)], "wrong-size", "2×2"),
        ("text", ["a", "b"], "wrong-type", "Effect 0"),
        ("NaN", [np.eye(2) * np.nan], "unreadable", "finite"),
        ("a number", 3, "wrong-type", "number"),
    ],
) + cases(
    "Povm",
    complex_povm,
    [
        ("conjugate", complex_povm().effects.conj(), "conjugate", "i and −i"),
        ("S† H", circuit(1, ("sdg", 0), ("h", 0))),
        ("S H", circuit(1, ("s", 0), ("h", 0)), "conjugate", "i and −i"),
    ],
)

ZERO, PLUS = [1, 0], [2**-0.5, 2**-0.5]
BEST = [rays(-math.pi / 8)[0], rays(-math.pi / 8 + math.pi / 2)[0]]


def helstrom():
    return Povm(ensemble=[(0.5, ZERO), (0.5, PLUS)], at_least=0.85)


def unambiguous():
    return Povm(ensemble=[(0.5, ZERO), (0.5, PLUS)], at_least=0.29, errors=0.0)


def sure_effects():
    c = 1 / (1 + 2**-0.5)
    one = c * np.array([[0.5, -0.5], [-0.5, 0.5]])
    two = c * np.array([[0, 0], [0, 1]])
    return [one, two, np.eye(2) - one - two]


HELSTROM = cases(
    "Povm (ensemble)",
    helstrom,
    [
        ("the best", BEST),
        ("a rotation", circuit(1, ("ry", math.pi / 4, 0))),
        ("Cirq", cirq.Circuit(cirq.ry(math.pi / 4)(cirq.q(0)))),
        ("exchanged", BEST[::-1], "bit-flip", "exchanged"),
        ("one of the two bases", rays(0, math.pi / 2), None, "with probability 0.75;"),
        ("the two states", rays(0, math.pi / 4), None, "add up to the identity"),
        ("the other way round", circuit(1, ("ry", -math.pi / 4, 0)), None, "right state with probability"),
    ],
) + cases(
    "Povm (ensemble)",
    unambiguous,
    [
        ("never wrong", sure_effects()),
        ("Helstrom's", [*BEST, np.zeros((2, 2))], None, "wrong state with probability 0.1464"),
        ("always no answer", [np.zeros((2, 2)), np.zeros((2, 2)), np.eye(2)], None, "with probability 0;"),
    ],
)

RHO = np.array([[0.7, 0.1 - 0.25j], [0.1 + 0.25j, 0.3]])
BUMP = 0.01 * np.array([[1, 1j], [-1j, -1]])


def state_estimate():
    return EstimatedState(RHO, 0.03)


STATE = cases(
    "EstimatedState",
    state_estimate,
    [
        ("exact", RHO),
        ("a little off", RHO + BUMP),
        ("lists", (RHO - BUMP).tolist()),
        ("sign of Y", RHO.conj(), "conjugate", "sign of Y"),
        ("0 and 1 exchanged", RHO[::-1, ::-1], "bit-flip", "exchanged"),
        ("trace 2", 2 * RHO, "not-normalised", "trace"),
        ("far", np.eye(2) / 2, None, "trace distance"),
        ("not Hermitian", RHO + np.array([[0, 0.01], [0, 0]]), None, "Hermitian"),
        ("negative", np.array([[1.01, 0], [0, -0.01]]), None, "negative eigenvalue"),
        ("a number", 0.5, "wrong-type", "number"),
        ("trace 0", RHO - np.eye(2) / 2, "not-normalised", "is 0;"),
        ("a Bloch vector", [0.2, 0.5, 0.4], "wrong-size", "2 rows of 2 entries"),
    ],
)
TURNED = KRAUS[0] @ np.diag([1, np.exp(0.02j)]), KRAUS[1]

CHANNEL = cases(
    "EstimatedChannel",
    lambda: EstimatedChannel(KRAUS, 0.03),
    [
        ("exact", KRAUS),
        ("a little off", list(TURNED)),
        ("Qiskit", Choi(Kraus(KRAUS))),
        ("conjugate", [one.conj() for one in KRAUS], "conjugate", "sign of Y"),
        ("identity", [np.eye(2)], None, "away from the true one"),
        ("no noise", [U], None, "away from the true one"),
        ("incomplete", [KRAUS[0]], None, "keep the trace"),
        ("a number", 1, "wrong-type", "number"),
    ],
)


def number(slips, value):
    return lambda: Number(value, within=1e-4, slips=slips)


def row(target, right, wrong, code, says):
    return [("right", right), ("text", f"{right:.6f}"), (f"{target}", wrong, code, says)]


CONVENTIONS = [
    *cases("conventions", number(conventions.fidelity(0.81), 0.81), row("root", 0.81, 0.9, "convention", "root")),
    *cases("conventions", number(conventions.negativity(0.2), 0.2), row("double", 0.2, 0.4, "convention", "twice")),
    *cases("conventions", number(conventions.depolarizing(0.1), 0.1), row("Cirq", 0.1, 0.075, "convention", "Cirq")),
    *cases(
        "conventions",
        number(conventions.depolarizing(0.15, qubits=2, meaning="cirq"), 0.15),
        row("Aer", 0.15, 0.16, "convention", "Aer"),
    ),
    *cases(
        "conventions",
        number(conventions.process_fidelity(0.9), 0.9),
        row("average", 0.9, 0.933333, "convention", "average gate"),
    ),
    *cases("conventions", number(conventions.overhead(1.44), 1.44), row("γ", 1.44, 1.2, "factor", "γ²")),
    *cases("conventions", number(conventions.trace_distance(0.3), 0.3), row("½", 0.3, 0.6, "factor", "½")),
    *cases(
        "conventions",
        lambda: conventions.reduced([0.8, 0.6, 0, 0], keep=[0]),
        [("kept", [[1, 0], [0, 0]]), ("removed", [[0.64, 0.48], [0.48, 0.36]], "convention", "partial_trace")],
    ),
]

CASES = [*CHOI_CASES, *OTHER_FORMS, *PARAMETERS, *POVM, *HELSTROM, *STATE, *CHANNEL, *CONVENTIONS]
