import cirq
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import Unitary, rules
from qtrain.circuits import read

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
        (rules.Connectivity([(1, 0), (2, 1)], directed=True), ["gate number 2", "not connected"]),
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
    import numpy as np

    assert Unitary(np.eye(2), rules=[rules.Depth(3)]).judge(np.eye(2)).diagnosis == "wrong-type"
