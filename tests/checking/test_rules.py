import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit, transpile

from qtrain.checking import Unitary, rules
from qtrain.circuits import count, depth, read, two_qubit_count

q = cirq.LineQubit.range(3)


def ladder():
    qc = QuantumCircuit(3)
    qc.h(0), qc.cx(0, 1), qc.barrier(), qc.cx(1, 2), qc.rz(0.3, 2)
    qc.measure_all()
    return qc


def in_cirq():
    return cirq.Circuit(cirq.H(q[0]), cirq.CNOT(q[0], q[1]), cirq.CNOT(q[1], q[2]), cirq.rz(0.3)(q[2]))


@pytest.mark.parametrize("build", [ladder, in_cirq])
@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (rules.GateSet({"h", "cnot", "rz"}), None),
        (rules.GateSet(["H", "CX", "P"]), None),
        (rules.GateSet({"h", "cx"}), ["gate number 4", "rz", "qubit"]),
        (rules.Gates(4), None),
        (rules.Gates(3), ["4 gates", "3"]),
        (rules.TwoQubitGates(2), None),
        (rules.TwoQubitGates(1), ["2 two-qubit gates", "at most 1 is"]),
        (rules.Depth(4), None),
        (rules.Depth(3), ["4 layers"]),
        (rules.Qubits(3), None),
        (rules.Qubits(2), ["3 qubits"]),
        (rules.Connectivity([(0, 1), (1, 2)]), None),
        (rules.Connectivity([(1, 0), (2, 1)]), None),
        (
            rules.Connectivity([(1, 0), (2, 1)], directed=True),
            ["gate number 2", "control on the wrong side; the connections are 1→0, 2→1"],
        ),
        (rules.Connectivity([(0, 1)]), ["gate number 3", "0–1"]),
        (rules.NoInitialize(), None),
        (rules.NoUnitary(), None),
        (rules.NoReset(), None),
        (rules.IsCircuit(), None),
    ],
)
def test_rules_say_what_breaks_them_and_where(build, rule, words):
    reason = rule.broken(read(build()))
    if words is None:
        assert reason is None
    else:
        assert all(word in reason for word in words), reason


def test_large_gates_do_not_hide_two_qubit_gates():
    qc = QuantumCircuit(3)
    qc.ccx(0, 1, 2)
    assert "more than two" in rules.TwoQubitGates(5).broken(read(qc))
    assert "not connected" in rules.Connectivity([(0, 1), (1, 2)]).broken(read(qc))


def test_gates_in_branches_and_open_controls_count():
    qc = QuantumCircuit(2, 1)
    qc.measure(0, 0)
    with qc.if_test((qc.clbits[0], 1)):
        qc.t(1)
    assert "`t`" in rules.GateSet({"h"}).broken(read(qc))
    opened = cirq.Circuit(cirq.X(q[1]).controlled_by(q[0], control_values=[0]))
    assert "open cx" in rules.GateSet({"cx", "x"}).broken(read(opened))


def test_partial_credit_grows_with_the_rules_kept():
    target = Unitary(ladder(), rules=[rules.Gates(9), rules.Depth(9), rules.TwoQubitGates(1), rules.GateSet({"h"})])
    verdict = target.judge(ladder())
    assert (verdict.diagnosis, verdict.score, verdict.passed) == ("rule", 0.75, False)
    assert "two-qubit" in verdict.message and "2 of 4 rules" in verdict.message
    assert len(verdict.details["broken"]) == 2
    # A wrong answer hears what is wrong with it, not about rules.
    wrong = ladder().remove_final_measurements(inplace=False)
    wrong.x(0)
    assert target.judge(wrong).diagnosis != "rule"


def test_a_rule_asks_for_a_circuit():
    assert Unitary(np.eye(2), rules=[rules.Depth(3)]).judge(np.eye(2)).diagnosis == "wrong-type"


@pytest.mark.parametrize("turns", [1.0, 0.5, 0.25, -0.5, 0.49, 2.0])
def test_a_gates_name_does_not_depend_on_its_angle(turns):
    once = cirq.LineQubit(0)
    for power, name in ((cirq.Z, "rz"), (cirq.Z, "p"), (cirq.X, "rx"), (cirq.Y, "ry")):
        circuit = read(cirq.Circuit((power**turns)(once)))
        assert rules.GateSet({name}).broken(circuit) is None
        assert rules.GateSet({"cx"}).broken(circuit)
    assert rules.GateSet({"rz"}).broken(read(cirq.Circuit((cirq.X**turns)(once))))
    assert rules.GateSet({"cp"}).broken(read(cirq.Circuit((cirq.CZ**turns)(*q[:2])))) is None


def test_an_angle_that_makes_it_an_allowed_gate_passes():
    qc = QuantumCircuit(2)
    qc.h(0), qc.p(np.pi / 4, 0), qc.rz(-np.pi / 4, 0), qc.cp(np.pi, 0, 1)
    assert rules.GateSet({"h", "t", "tdg", "cz"}).broken(read(qc)) is None
    assert "gate number 3" in rules.GateSet({"h", "t", "cz"}).broken(read(qc))
    qc = QuantumCircuit(1)
    qc.s(0)  # in Qiskit this is a gate of its own
    assert rules.GateSet({"rz"}).broken(read(qc))
    qc = QuantumCircuit(1)
    qc.unitary(np.diag([1, np.exp(0.25j * np.pi)]), 0)
    assert rules.GateSet({"t"}).broken(read(qc))
    only = QuantumCircuit(1)
    only.rx(0.3, 0)
    assert rules.GateSet({"rz"}).broken(read(only))


def test_rules_and_the_rooms_own_functions_agree():
    qc = QuantumCircuit(4, 1)
    qc.h(0), qc.barrier(), qc.h(1), qc.mcx([0, 1, 2], 3), qc.id(2)
    qc.measure(0, 0)
    with qc.if_test((qc.clbits[0], 1)) as otherwise:
        qc.x(1)
    with otherwise:
        qc.y(1), qc.z(1)
    circuit = read(qc)
    assert rules.Depth(9).count(circuit) == depth(circuit) == 5
    assert rules.Gates(9).count(circuit) == sum(count(circuit).values()) == 6
    assert rules.TwoQubitGates(9).count(circuit) == two_qubit_count(circuit) == 0
    assert count(circuit) == {"h": 2, "c3x": 1, "x": 1, "y": 1, "z": 1}
    assert "`c3x`" in rules.GateSet({"h", "x", "y", "z"}).broken(circuit)


def test_markers_on_idle_qubits_do_not_count():
    circuit = read(cirq.Circuit(cirq.I.on_each(*q), cirq.H(q[0]), cirq.CNOT(q[0], q[1])))
    assert rules.Gates(2).broken(circuit) is None
    assert rules.Qubits(2).broken(circuit) is None


def test_after_the_transpiler_rules_look_at_the_gates_that_are_there():
    qc = QuantumCircuit(3)
    qc.h(0), qc.cx(0, 1), qc.cx(0, 2), qc.cx(1, 2), qc.t(1), qc.cx(0, 1)
    line = [[0, 1], [1, 2]]
    for seed in range(6):
        made = transpile(
            qc, coupling_map=line + [[b, a] for a, b in line], basis_gates=["rz", "sx", "x", "cx"],
            optimization_level=1, seed_transpiler=seed,
        )  # fmt: skip
        kept = [rules.GateSet({"rz", "sx", "x", "cx"}), rules.Connectivity(line), rules.Gates(made.size())]
        assert Unitary(qc, rules=kept).judge(made).passed, seed


def test_a_library_that_writes_the_circuit_is_refused_where_gates_are_asked_for():
    import cirq
    from qiskit import QuantumCircuit
    from qiskit.circuit.library import PauliEvolutionGate
    from qiskit.quantum_info import SparsePauliOp

    from qtrain.checking import Unitary, rules

    q = cirq.LineQubit.range(2)
    own = QuantumCircuit(2)
    own.cx(0, 1)
    own.rz(1.4, 1)
    own.cx(0, 1)
    evolved = QuantumCircuit(2)
    evolved.append(PauliEvolutionGate(SparsePauliOp(["ZZ"]), time=0.7), [0, 1])
    phasor = cirq.Circuit(cirq.PauliStringPhasor(cirq.Z(q[0]) * cirq.Z(q[1]), exponent_neg=1.4 / 3.141592653589793))
    boxed = QuantumCircuit(2)
    boxed.append(own.to_gate(label="mine"), [0, 1])
    target = Unitary(own, rules=[rules.NoSynthesis()])
    for answer in (evolved, phasor):
        verdict = target.judge(answer)
        assert verdict.diagnosis == "rule" and verdict.score == 0 and "gates of your own" in verdict.message
    for answer in (own, boxed, cirq.Circuit(cirq.CNOT(*q), cirq.rz(1.4)(q[1]), cirq.CNOT(*q))):
        assert target.judge(answer).passed
    power = Unitary(cirq.Circuit(cirq.ZZ(*q) ** 0.3), rules=[rules.NoSynthesis()])
    assert power.judge(cirq.Circuit(cirq.ZZ(*q) ** 0.3)).passed


def test_feed_forward_wants_a_step_that_depends_on_a_result():
    from qtrain.circuits import circuit

    rule = rules.FeedForward()
    assert rule.broken(circuit("h 0; measure 0; if 0 { x 1 }")) is None
    assert rule.broken(circuit("h 0; measure 0; if !0 { x 1 }")) is None
    assert "measures nothing" in rule.broken(circuit("h 0; cx 0 1"))
    assert "depends" in rule.broken(circuit("h 0; measure 0; x 1"))
    assert "depends" in rule.broken(circuit("if 0 { x 1 }; h 0; measure 0"))
    assert "depends" in rule.broken(circuit("h 0; measure 0; if 1 { x 1 }"))


def test_it_is_not_said_that_all_else_is_right_where_a_rule_is_broken():
    from qtrain.circuits import circuit

    bell, more = circuit("h 0; cx 0 1"), circuit("h 0; cx 0 1; x 1")
    assert Unitary(bell).judge(more).message.endswith("Everything else is right.")
    told = Unitary(bell, rules=[rules.FeedForward()]).judge(more).message
    assert told.endswith("Besides, a rule is broken: it measures nothing.") and "Everything else" not in told
    assert Unitary(bell, rules=[rules.Gates(2)]).judge(more).message.endswith("Everything else is right.")


def test_a_missing_gate_that_is_one_too_many_is_told_so():
    from qtrain.circuits import circuit

    expected = circuit("h 0; cx 0 1; cx 1 2; s 2; h 1", qubits=3)
    answer = circuit("cx 0 1; cx 1 2; s 2; h 1", qubits=3)
    missing = "One gate is missing: an H on qubit 0 at the beginning. "
    for most, rest in ((5, "Everything else is right."), (4, "But then a rule is broken: it has 5 gates; at most 4")):
        assert Unitary(expected, rules=[rules.Gates(most)]).judge(answer).message.startswith(missing + rest)
