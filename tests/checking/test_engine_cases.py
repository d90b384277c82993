"""Small inputs at the edges of the engine, from both frameworks and plain Python, each with its right verdict."""

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit.library import PauliEvolutionGate, XGate
from qiskit.primitives import StatevectorSampler
from qiskit.quantum_info import DensityMatrix, Kraus, Operator, SparsePauliOp, StabilizerState, Statevector
from qiskit.result import QuasiDistribution

from qtrain import compare
from qtrain.checking import Bits, Distribution, Number, rules
from qtrain.circuits import read

Q = cirq.LineQubit.range(3)
LINE = [[0, 1], [1, 0], [1, 2], [2, 1]]
NATIVE = ["rz", "sx", "x", "cx"]
HALF = {"00": 0.5, "11": 0.5}


def qiskit(n, *steps, bits=0):
    circuit = QuantumCircuit(n, bits)
    for name, *arguments in steps:
        getattr(circuit, name)(*arguments)
    return circuit


def routed(circuit):
    return transpile(circuit, coupling_map=LINE, basis_gates=NATIVE, optimization_level=1, seed_transpiler=1)


def measured_everywhere(circuit):
    circuit = circuit.copy()
    circuit.measure_all()
    return circuit


def turned(circuit, angle):
    circuit.global_phase = angle
    return circuit


X = qiskit(1, ("x", 0))
BELL = qiskit(2, ("h", 0), ("cx", 0, 1))
THREE = qiskit(3, ("h", 0), ("cx", 0, 1), ("cx", 0, 2), ("cx", 1, 2), ("t", 1), ("cx", 0, 1))
THREE_OF_BELL = qiskit(3, ("h", 0), ("cx", 0, 1))
SIX = qiskit(6, ("h", 0), ("measure", 0, 0), ("x", 0), bits=1)
LONG = qiskit(13, ("h", 0), ("cx", 0, 1), ("t", 12))
MARKED = cirq.Circuit(cirq.I.on_each(*Q), cirq.H(Q[0]), cirq.CNOT(Q[0], Q[1]))
IN_ORDER = cirq.Circuit(cirq.X(Q[0]), cirq.measure(Q[0], key="a"), cirq.measure(Q[1], key="b"))
X_PROGRAM = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[1];\nx q[0];\n'
NOT_OF_BITS = "OPENQASM 3.0;\nbit[2] c;\nqubit q;\nif (~c == 3) { U(pi,0,pi) q; }\n"


def dephased():
    circuit = QuantumCircuit(1)
    circuit.append(Kraus([0.8**0.5 * np.eye(2), 0.2**0.5 * np.diag([1, -1])]).to_instruction(), [0])
    return circuit


def evolution():
    circuit = QuantumCircuit(2)
    circuit.append(PauliEvolutionGate(SparsePauliOp(["ZX", "XI"], [1.0, 0.3]), time=0.7), [0, 1])
    return circuit


def aer_error():
    depolarizing_error = pytest.importorskip("qiskit_aer.noise").depolarizing_error
    return depolarizing_error(0.1, 1)


def sampler_counts():
    circuit = measured_everywhere(qiskit(2, ("h", 0)))
    return StatevectorSampler(seed=1).run([circuit], shots=4000).result()[0].data.meas.get_counts()


RIGHT = {
    "expected is a standard gate of Qiskit": lambda: compare(X, XGate()),
    "expected is OpenQASM text": lambda: compare(X, X_PROGRAM),
    "a channel in a Qiskit circuit": lambda: compare(dephased(), cirq.phase_flip(0.2)),
    "Aer's QuantumError by itself": lambda: compare(aer_error(), Kraus(aer_error())),
    "X and an inverted measurement: the qubit is |1⟩": lambda: compare(
        cirq.Circuit(cirq.X(Q[0]), cirq.measure(Q[0], key="m", invert_mask=(True,))), [0, 1]
    ),
    "~c of two bits": lambda: compare(NOT_OF_BITS, qiskit(1, ("x", 0), bits=2)),
    "two stabilizer states, equal": lambda: compare(
        StabilizerState(BELL), StabilizerState(qiskit(2, ("h", 1), ("cx", 1, 0)))
    ),
    "Statevector.probabilities_dict()": lambda: compare(Statevector(BELL).probabilities_dict(), HALF),
    "QuasiDistribution, int keys, top bit 0": lambda: Distribution({"00": 0.5, "10": 0.5}).judge(
        QuasiDistribution({0: 0.5, 1: 0.5})
    ),
    "bits as numpy integers": lambda: Bits("011").judge(list(np.array([0, 1, 1], np.uint8))),
    "bits as floats": lambda: Bits("011").judge([0.0, 1.0, 1.0]),
    "shots as an array": lambda: Distribution(HALF).judge(np.array([[0, 0], [1, 1]] * 500)),
    "two signs for micro": lambda: Number(5, unit="µs").judge("5 μs"),
    "transpiled, GateSet": lambda: compare(routed(THREE), THREE, rules=[rules.GateSet(set(NATIVE))]),
    "measure_all after transpile": lambda: compare(measured_everywhere(routed(BELL)), BELL),
    "cirq.I on idle qubits, at most two gates": lambda: compare(MARKED, THREE_OF_BELL, rules=[rules.Gates(2)]),
    "the same cirq.I, Qubits(2)": lambda: compare(MARKED, THREE_OF_BELL, rules=[rules.Qubits(2)]),
    "six qubits, measured on the way": lambda: compare(SIX.copy(), SIX),
    "11-qubit circuit, DensityMatrix expected": lambda: compare(
        qiskit(11, ("h", 0)), DensityMatrix(qiskit(11, ("h", 0)))
    ),
    "7-qubit observable as a matrix": lambda: compare(SparsePauliOp("Z" * 7).to_matrix(), SparsePauliOp("Z" * 7)),
    "Cirq: the second measurement slides to an earlier moment": lambda: Distribution({"10": 1.0}).judge(IN_ORDER),
    "its Result": lambda: Distribution({"10": 1.0}).judge(cirq.Simulator().run(IN_ORDER, repetitions=200)),
    "PauliEvolutionGate against its own Operator": lambda: compare(evolution(), Operator(evolution())),
    "program without header, gate first": lambda: compare("gate foo a { U(pi,0,pi) a; }\nqubit q;\nfoo q;\n", X),
    "list of Cirq operations": lambda: compare([cirq.X(Q[0])], X),
}

WRONG = {  # what, the diagnosis, words of the message, the verdict
    "measured into the other bits": ("qubit-permutation", "bits c[0] and c[1] are exchanged", lambda: compare(
        qiskit(2, ("x", 0), ("measure", [0, 1], [1, 0]), bits=2),
        qiskit(2, ("x", 0), ("measure", [0, 1], [0, 1]), bits=2),
    )),
    "mid-circuit measurement left out": ("wrong-type", "measures nothing", lambda: compare(
        qiskit(3, ("cx", 0, 2), ("reset", 2), bits=1),
        qiskit(3, ("cx", 0, 2), ("measure", 2, 0), ("reset", 2), bits=1),
    )),
    "get_counts() of a Sampler: a plain dict": ("qubit-order", "get_counts", lambda: compare(
        sampler_counts(), {"00": 0.5, "10": 0.5}
    )),
    "5 ns in seconds, 4 ns given": (None, "not right", lambda: Number(5e-9).judge(4e-9)),
    "2**20, 2**20 − 1 given": (None, "not right", lambda: Number(2**20).judge(2**20 - 1)),
    "W with four digits": (None, "rounded to 4 digits", lambda: compare(
        [0, 0.5774, 0.5774, 0, 0.5774, 0, 0, 0], np.array([0, 1, 1, 0, 1, 0, 0, 0]) / 3**0.5
    )),
    "RY(π/4) with four digits": (None, "rounded to 4 digits", lambda: compare(
        [[0.9239, -0.3827], [0.3827, 0.9239]], cirq.ry(np.pi / 4)
    )),
    "30 qubits, phase=exact, phase differs": ("global-phase", "global phase", lambda: compare(
        turned(qiskit(30, ("h", 0)), 1.0), qiskit(30, ("h", 0)), kind="state", phase="exact"
    )),
    "Cirq names sort the ancilla first": ("control-target", "Cirq sorts named qubits by", lambda: compare(
        cirq.Circuit(cirq.CNOT(cirq.NamedQubit("x"), cirq.NamedQubit("anc"))), qiskit(2, ("cx", 0, 1))
    )),
    "13 qubits reversed": ("qubit-order", "reverse order", lambda: compare(LONG.reverse_bits(), LONG)),
}  # fmt: skip


@pytest.mark.parametrize("what", RIGHT)
def test_right_answers_are_right(what):
    verdict = RIGHT[what]()
    assert verdict.passed, verdict.message


@pytest.mark.parametrize("what", WRONG)
def test_wrong_answers_are_told_by_what_is_wrong_with_them(what):
    diagnosis, words, call = WRONG[what]
    verdict = call()
    assert (verdict.status, verdict.diagnosis) == ("wrong", diagnosis) and words in verdict.message


def test_half_the_support_missing_is_not_right_for_too_few_shots():
    drawn = np.random.default_rng(1).integers(512, size=1000)
    counts = {format(int(i), "010b"): int(n) for i, n in zip(*np.unique(drawn, return_counts=True), strict=True)}
    verdict = Distribution({format(i, "010b"): 2.0**-10 for i in range(1024)}).judge(counts)
    assert (verdict.status, verdict.diagnosis) == ("undecided", "sampling")


def with_own_gate(*steps):
    """X on qubit 1, then one gate of two parts, then these steps."""
    own = qiskit(1, ("h", 0), ("t", 0))
    own.name = "mine"
    circuit = qiskit(2, ("x", 1))
    circuit.append(own.to_gate(), [0])
    for name, *arguments in steps:
        getattr(circuit, name)(*arguments)
    return circuit


SPELT = qiskit(2, ("x", 1), ("h", 0), ("t", 0), ("cx", 0, 1))
SPACED = qiskit(2, ("x", 1), ("barrier",), ("h", 0), ("barrier",), ("t", 0), ("cx", 1, 0))
NAMED = cirq.Circuit(cirq.X(Q[1]), cirq.H(Q[0]), cirq.I(Q[1]), cirq.T(Q[0]), cirq.CNOT(Q[1], Q[0]))


@pytest.mark.parametrize("answer, said", [
    (SPACED, "(step 4) are exchanged"),
    (NAMED, "(step 5) are exchanged"),
    (with_own_gate(("cx", 1, 0)), "(step 4 when larger gates are written out) are exchanged"),
])  # fmt: skip
def test_steps_are_numbered_as_the_program_has_them(answer, said):
    assert said in compare(answer, SPELT).message


def test_a_step_before_any_larger_gate_has_its_plain_number():
    answer = with_own_gate(("cx", 0, 1))
    answer.data[0] = qiskit(2, ("x", 0)).data[0]
    assert "(step 1)" in compare(answer, SPELT).message


@pytest.mark.parametrize("circuit, allowed, said", [
    (SPACED, {"x", "h", "cx"}, "gate number 3 (`t` on qubit 0)"),
    (NAMED, {"x", "h", "cx"}, "gate number 3 (`t` on qubit q(0))"),
    (with_own_gate(), {"x", "h"}, "gate number 3 when larger gates are written out (`t` inside `mine` on qubit 0)"),
])  # fmt: skip
def test_rules_number_the_gates_of_the_program(circuit, allowed, said):
    assert said in rules.GateSet(allowed).broken(read(circuit).written or read(circuit))


def test_rules_number_the_gates_of_a_routed_program():
    circuit = routed(THREE)
    place, gate = next((i, step) for i, step in enumerate(circuit.data, 1) if step.operation.name == "cx")
    on = ", ".join(str(circuit.find_bit(qubit).index) for qubit in gate.qubits)
    said = rules.GateSet({"rz", "sx"}).broken(read(circuit).written)
    assert f"gate number {place} (`cx` on qubits {on})" in said


def test_a_basis_at_the_start_is_said_only_of_the_learners_own_start():
    expected = qiskit(4, ("h", 1), ("cx", 1, 3))
    other = compare(qiskit(4, ("cx", 0, 3), ("h", 0)), expected, kind="state")
    assert not other.passed
    assert other.diagnosis != "wrong-basis" and "at the start" not in other.message
