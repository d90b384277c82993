"""Answers made to break or to fool the check: each gets a clear verdict, none gets a point that it did not earn."""

import cirq
import numpy as np
import pytest
import scipy.sparse
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Parameter
from qiskit.quantum_info import Operator, Statevector

from qtrain.checking import (
    BitOracle,
    Channel,
    Choice,
    Distribution,
    Each,
    Expectation,
    Isometry,
    Number,
    Observable,
    Sampling,
    State,
    Subspace,
    Text,
    Unitary,
    rules,
)
from qtrain.checking.verdict import STATUSES

R = 0.5**0.5
BELL = QuantumCircuit(2)
BELL.h(0), BELL.cx(0, 1)

TARGETS = [
    State(BELL),
    Unitary(BELL),
    Subspace(BELL),
    Isometry(BELL, inputs=[0]),
    BitOracle("01", 1),
    Channel(BELL),
    Observable({"ZZ": 1.0}),
    Expectation({"ZZ": 1.0}, 1.0),
    Distribution({"00": 0.5, "11": 0.5}),
    Sampling({"00": 0.5, "11": 0.5}),
    Number(0.5),
    Text("Bell"),
    Choice("a", {"a": "", "b": ""}),
]


class EqualToAll:
    """Says yes to every comparison, has every length, is every class."""

    __class__ = QuantumCircuit

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __len__(self):
        return 4

    def __float__(self):
        return 0.5

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self


class Half:
    def __float__(self):
        return 0.5

    def __complex__(self):
        return R + 0j


class Explodes:
    def __getattribute__(self, name):
        raise RuntimeError("boom")

    def __array__(self, dtype=None, copy=None):
        raise MemoryError


class LyingArray(np.ndarray):
    """Holds one thing and shows another."""

    def __array__(self, dtype=None, copy=None):
        return np.array([R, 0, 0, R])

    def __eq__(self, other):
        return np.True_


class LyingGate(Gate):
    """Its definition is one gate, its matrix another."""

    def __init__(self):
        super().__init__("cx", 2, [])

    def _define(self):
        self.definition = QuantumCircuit(2)
        self.definition.x(0)

    def __array__(self, dtype=None, copy=None):
        return np.array(Operator(BELL).data)


class LyingString(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__

    def strip(self, *args):
        return "a"

    def casefold(self):
        return "a"


def lying_circuit():
    qc = QuantumCircuit(2)
    qc.append(LyingGate(), [0, 1])
    return qc


def free_parameter():
    qc = QuantumCircuit(2)
    qc.rx(Parameter("theta"), 0)
    return qc


def nested(depth=400):
    data = [1]
    for _ in range(depth):
        data = [data]
    return data


def hidden_by_reset():
    qc = QuantumCircuit(3)
    qc.h(0), qc.cx(0, 1), qc.cx(0, 2), qc.reset(2)
    return qc


HOSTILE = {
    "equal to everything": EqualToAll,
    "explodes when touched": Explodes,
    "lying array": lambda: np.array([0, 1, 0, 0.0]).view(LyingArray),
    "lying gate": lying_circuit,
    "NaN state": lambda: [float("nan")] * 4,
    "infinite matrix": lambda: np.full((4, 4), np.inf),
    "object array": lambda: np.array([Half()] * 4, dtype=object),
    "wrong dtype": lambda: np.array(["a", "b", "c", "d"]),
    "huge sparse": lambda: scipy.sparse.csr_matrix((10**6, 10**6)),
    "free parameter": free_parameter,
    "generator": lambda: (k for k in range(4)),
    "nested lists": nested,
    "huge number": lambda: 10**5000,
    "NaN": lambda: float("nan"),
    "class, not object": lambda: QuantumCircuit,
    "module": lambda: np,
    "ragged": lambda: [[1, 0], [1]],
    "wide": lambda: np.ones((2, 2, 2, 2)),
    "negative counts": lambda: {"00": -5, "11": 10},
    "counts of NaN": lambda: {"00": float("nan"), "11": 0.5},
    "probabilities above one": lambda: {"00": 1.5, "11": -0.5},
    "bytes": lambda: b"00",
    "exception": lambda: ValueError("x"),
    "text that looks like a program": lambda: 'OPENQASM 2.0; include "/etc/passwd"; qreg q[2];',
    "three qubits": lambda: np.ones(8) / 8**0.5,
    "not a power of two": lambda: [1, 0, 0],
    "cirq parameter": lambda: cirq.Circuit(cirq.X(cirq.LineQubit(0)) ** __import__("sympy").Symbol("t")),
    "verdict": lambda: State(BELL).judge(None),
    "target": lambda: State(BELL),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: type(target).__name__)
def test_every_target_survives_every_hostile_answer(target, name):
    verdict = target.judge(HOSTILE[name]())
    assert verdict.status in STATUSES and not verdict.passed
    assert 5 < len(verdict.message) < 400 and "\n" not in verdict.message


def test_garbage_hidden_by_a_reset_never_passes():
    for target in (Subspace(BELL), Subspace(BELL, ancillas=1)):
        verdict = target.judge(hidden_by_reset())
        assert verdict.diagnosis == "wrong-type" and "reset" in verdict.message
    # Where only the data qubits' channel is asked for, the reset is no trick: it decoheres, and that is seen.
    assert not Channel(BELL, data=[0, 1]).judge(hidden_by_reset()).passed


def test_a_function_that_lies_returns_or_raises_anything():
    target = Each(["00", "11"], lambda bits: State(np.eye(4)[int(bits, 2)]))
    for name, make in HOSTILE.items():
        verdict = target.judge(lambda bits, make=make: make())
        assert not verdict.passed and verdict.message, name
    counter = iter(range(100))
    turns = [Statevector.from_label("00"), Statevector.from_label("11"), Statevector.from_label("11")]
    verdict = target.judge(lambda bits: turns[next(counter)])
    assert not verdict.passed and "called again" in verdict.message


def test_a_lying_string_is_taken_for_what_it_holds():
    assert not Choice("a", {"a": "", "b": ""}).judge(LyingString("b")).passed
    assert not Text("a").judge(LyingString("b")).passed


def test_rules_see_through_boxes_and_loaded_states():
    loaded = QuantumCircuit(2)
    loaded.initialize(Statevector(BELL))
    verdict = State(BELL, rules=[rules.NoInitialize()]).judge(loaded)
    assert verdict.diagnosis == "rule" and verdict.score == 0
    prepared = QuantumCircuit(2)
    prepared.prepare_state(Statevector(BELL))
    assert State(BELL, rules=[rules.NoInitialize()]).judge(prepared).diagnosis == "rule"
    boxed = QuantumCircuit(2)
    boxed.append(BELL.to_gate(label="h"), [0, 1])
    assert Unitary(BELL, rules=[rules.GateSet({"h"})]).judge(boxed).diagnosis == "rule"
    raw = QuantumCircuit(2)
    raw.unitary(Operator(BELL), [0, 1])
    assert Unitary(BELL, rules=[rules.NoUnitary()]).judge(raw).diagnosis == "rule"
    assert Unitary(BELL, rules=[rules.IsCircuit()]).judge(Operator(BELL)).diagnosis == "wrong-type"
    q = cirq.LineQubit.range(2)
    matrix = cirq.Circuit(cirq.MatrixGate(cirq.unitary(cirq.Circuit(cirq.H(q[0]), cirq.CNOT(*q))))(*q))
    assert Unitary(BELL, rules=[rules.NoUnitary()]).judge(matrix).diagnosis == "rule"
