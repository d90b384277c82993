"""Beyond twelve qubits: stimuli, tableaux, parts, decision diagrams; and what nobody can decide."""

import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import State, Unitary, compare, equivalence
from qtrain.checking.structure import same_steps


def ghz(n):
    qc = QuantumCircuit(n)
    qc.h(0)
    for i in range(n - 1):
        qc.cx(i, i + 1)
    return qc


def entangler(n, angle=0.3):
    qc = ghz(n)
    qc.rz(angle, n - 1)
    return qc


def test_state_vectors_and_stimuli_decide_up_to_their_sizes():
    n = 14
    target = Unitary(entangler(n))
    same = entangler(n, 0.1)
    same.rz(0.2, n - 1)
    assert target.judge(same).passed
    verdict = target.judge(entangler(n, 0.301))
    assert verdict.status == "wrong" and verdict.message
    assert State(entangler(n)).judge(same).passed and not State(entangler(n)).judge(entangler(n, 0.31)).passed


def test_clifford_circuits_of_a_thousand_qubits():
    right = ghz(1000)
    other = ghz(1000)
    other.x(7), other.y(7), other.z(7)
    assert compare(other, right).passed
    other.s(999)
    assert compare(other, right).status == "wrong"
    # The stabilizers of GHZ are not changed by Z on two qubits; the unitary is.
    other = ghz(1000)
    other.z(3), other.z(800)
    assert State(right).judge(other).passed and not Unitary(right).judge(other).passed


def test_parts_that_nothing_joins_are_judged_one_by_one():
    qc = QuantumCircuit(60)
    for i in range(0, 60, 2):
        qc.ry(0.1 * i, i), qc.cx(i, i + 1), qc.t(i + 1)
    same = qc.copy()
    same.rx(0.2, 5), same.rx(-0.2, 5)
    assert compare(same, qc).passed
    same.rx(1e-3, 5)
    assert compare(same, qc).status == "wrong"


def test_what_nobody_can_decide_is_neither_passed_nor_failed(monkeypatch):
    monkeypatch.setattr(equivalence, "_by_qcec", lambda answer, reference: None)
    other = entangler(30)
    other.t(3), other.t(3), other.sdg(3)
    for verdict in (compare(other, entangler(30)), State(entangler(30)).judge(other)):
        assert verdict.status == "undecided" and not verdict.passed and verdict.score == 0


def turned(circuit, angle):
    circuit.global_phase += angle
    return circuit


def test_the_exact_phase_holds_at_every_size():
    layer = QuantumCircuit(30)
    layer.h(0), layer.ry(0.3, 7), layer.cx(7, 8)
    for kind in ("state", "unitary"):
        # Written alike; nothing that joins many qubits; neither, so that the phase cannot be known.
        assert compare(ghz(40), ghz(40), phase="exact", kind=kind).passed
        verdict = compare(turned(ghz(40), 1.0), ghz(40), phase="exact", kind=kind)
        assert (verdict.status, verdict.diagnosis) == ("wrong", "global-phase")
        assert compare(turned(ghz(40), 1.0), ghz(40), kind=kind).passed
        other = layer.copy()
        other.rz(0.2, 3), other.rz(-0.2, 3)
        assert compare(other, layer, phase="exact", kind=kind).passed
        assert compare(turned(other, 1e-3), layer, phase="exact", kind=kind).status == "wrong"
        other = ghz(40)
        other.x(7), other.x(7)
        assert compare(other, ghz(40), phase="exact", kind=kind).status == "undecided"
        other.x(7)
        assert compare(other, ghz(40), phase="exact", kind=kind).status == "wrong"


def test_equal_lists_are_equal_at_once_and_small_differences_have_names_at_every_size():
    rng = np.random.default_rng(5)
    right = QuantumCircuit(60)
    for _ in range(400):
        a, b = (int(q) for q in rng.permutation(60)[:2])
        right.ry(float(rng.uniform(0.1, 3)), a), right.cx(a, b)
    assert compare(right.copy(), right).passed
    assert compare(right.copy(), right, phase="exact").passed
    slid = QuantumCircuit(60)
    for step in sorted(right.data[:2] + right.data[2:], key=lambda step: 0):
        slid.append(step)
    assert compare(slid, right).passed


def test_lists_are_the_same_up_to_the_order_of_steps_that_share_no_wire():
    rng = np.random.default_rng(7)
    for _ in range(200):
        right, n = QuantumCircuit(4), int(rng.integers(2, 12))
        for _ in range(n):
            a, b = (int(q) for q in rng.permutation(4)[:2])
            right.ry(0.1, a) if rng.integers(2) else right.cx(a, b)
        steps, place = list(right.data), int(rng.integers(n - 1))
        one, other = steps[place : place + 2]
        apart = one == other or set(one.qubits).isdisjoint(other.qubits)
        swapped = [*steps[:place], other, one, *steps[place + 2 :]]
        lists = {"swapped": swapped, "shorter": steps[:-1], "longer": [*steps, one]}
        read = {name: Unitary(circuit_of(found)).reference.operations for name, found in lists.items()}
        own = Unitary(right).reference.operations
        assert same_steps(own, read["swapped"]) == same_steps(read["swapped"], own) == apart
        for name in ("shorter", "longer"):
            assert not same_steps(own, read[name]) and not same_steps(read[name], own)


def circuit_of(steps):
    circuit = QuantumCircuit(4)
    for step in steps:
        circuit.append(step)
    return circuit


@pytest.mark.parametrize("n", [13, 16])
def test_the_usual_mistakes_are_tried_above_twelve_qubits(n):
    right = QuantumCircuit(n)
    right.h(0), right.cx(0, 1), right.ry(0.4, 1), right.cx(1, n - 1), right.t(n - 1)
    assert compare(right.reverse_bits(), right).diagnosis == "qubit-order"
    assert compare(right.inverse(), right).diagnosis in ("inverse", "gate-order")
    more, less, other = right.copy(), QuantumCircuit(n), QuantumCircuit(n)
    more.h(3)
    less.h(0), less.cx(0, 1), less.cx(1, n - 1), less.t(n - 1)
    other.h(0), other.cx(0, 2), other.ry(0.4, 1), other.cx(1, n - 1), other.t(n - 1)
    assert (compare(more, right).diagnosis, compare(less, right).diagnosis) == ("extra-gate", "missing-gate")
    assert "should be on other qubits" in compare(other, right).message
    nothing = compare(QuantumCircuit(n).compose(right.power(1)).compose(more).compose(right), right)
    assert nothing.status == "wrong" and nothing.diagnosis is None


def test_nothing_is_said_to_have_been_tried_that_was_not():
    rng = np.random.default_rng(5)
    one, other = QuantumCircuit(14), QuantumCircuit(14)
    for circuit in (one, other):
        for _ in range(600):
            a, b = (int(q) for q in rng.permutation(14)[:2])
            circuit.ry(float(rng.uniform(0.1, 3)), a), circuit.cx(a, b)
    assert "only some were tried" in compare(one, other).message


def test_decision_diagrams_decide_where_nothing_else_does():
    pytest.importorskip("mqt.qcec", reason="needs mqt.qcec: uv pip install mqt.qcec")
    n = 24
    qft = QuantumCircuit(n)
    for i in range(n):
        qft.h(i)
        for j in range(i + 1, min(n, i + 4)):
            qft.cp(np.pi / 2 ** (j - i), j, i)
    other = qft.copy()
    other.x(3), other.x(3)
    assert compare(other, qft).passed
    other.z(3)
    assert not compare(other, qft).passed


def test_a_decision_diagram_that_never_ends_is_stopped(monkeypatch):
    monkeypatch.setattr(equivalence, "TIMEOUT", 0.01)
    monkeypatch.setattr(equivalence.importlib.util, "find_spec", lambda name: object())
    assert equivalence._by_qcec(*(Unitary(entangler(5)).reference for _ in range(2))) is None


@pytest.mark.parametrize("kind", ["gates", "qubits"])
def test_far_too_large_answers_are_refused_at_once(kind):
    if kind == "gates":
        answer = QuantumCircuit(2)
        answer.h(0), answer.x(1)
        while answer.size() < 1_000_000:
            answer.compose(answer.copy(), inplace=True)
        size = f"{answer.size():,}"
    else:
        answer = QuantumCircuit(40)
        answer.h(range(40))
        size = "40"
    target = Unitary(ghz(2))
    verdict = target.judge(answer)
    assert not verdict.passed and verdict.diagnosis in ("wrong-size", "unreadable")
    assert size in verdict.message
