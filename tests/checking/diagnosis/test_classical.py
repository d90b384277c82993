"""Mistakes with the results of measurements are named by their bits; so are steps of circuits that go on after them."""

import cirq
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import compare


def circuit(n, *steps, bits=0):
    made = QuantumCircuit(n, bits)
    for name, *arguments in steps:
        getattr(made, name)(*arguments)
    return made


def syndrome(first=0, second=1, angle=1.1, control=1):
    return circuit(
        3, ("ry", 0.4, 0), ("ry", angle, 1), ("cx", 0, 2), ("measure", 2, first), ("reset", 2),
        ("cx", control, 2), ("measure", 2, second), bits=2,
    )  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [(0, 1), (1, 0)])
def test_exchanged_results(first, second):
    right = circuit(2, ("x", 0), ("measure", [0, 1], [first, second]), bits=2)
    wrong = circuit(2, ("x", 0), ("measure", [0, 1], [second, first]), bits=2)
    verdict = compare(wrong, right)
    assert (verdict.status, verdict.diagnosis) == ("wrong", "qubit-permutation")
    assert "c[0] and c[1]" in verdict.message
    assert compare(syndrome(second, first), syndrome(first, second)).details["bits"] == [0, 1]


def test_keys_of_cirq_are_compared_by_name():
    a, b = cirq.LineQubit.range(2)
    gates = [cirq.ry(0.3)(a), cirq.ry(1.0)(b)]
    right = cirq.Circuit(gates, cirq.measure(a, key="a"), cirq.measure(b, key="b"))
    later = cirq.Circuit(gates, cirq.measure(b, key="b"), cirq.measure(a, key="a"))
    exchanged = cirq.Circuit(gates, cirq.measure(a, key="b"), cirq.measure(b, key="a"))
    assert compare(later, right).passed
    assert compare(exchanged, right).diagnosis == "qubit-permutation"
    assert compare(exchanged, cirq.Circuit(gates, cirq.measure(a, key="x"), cirq.measure(b, key="y"))).passed


def test_three_results_the_other_way_round():
    steps = [("ry", 0.3 + 0.5 * k, k) for k in range(3)]
    right, wrong = (circuit(3, *steps, ("measure", [0, 1, 2], bits), bits=3) for bits in ([0, 1, 2], [2, 1, 0]))
    assert compare(wrong, right).diagnosis == "qubit-order"


def test_inverted_results():
    a, b = cirq.LineQubit.range(2)
    for mask, said in (((True, False), "bit m[0]"), ((False, True), "bit m[1]"), ((True, True), "m[0] and m[1]")):
        plain, turned = (
            cirq.Circuit(cirq.ry(0.3)(a), cirq.ry(1.0)(b), cirq.measure(a, b, key="m", invert_mask=chosen))
            for chosen in ((), mask)
        )
        verdict = compare(turned, plain)
        assert (verdict.diagnosis, said in verdict.message) == ("bit-flip", True), verdict.message


def test_one_step_of_a_circuit_that_measures_on_its_way():
    right = syndrome()
    more, less = syndrome(), syndrome()
    more.h(0)
    less.data = [step for index, step in enumerate(less.data) if index != 1]
    assert compare(more, right).diagnosis == "extra-gate"
    assert "an RY on qubit 1" in compare(less, right).message
    assert "step 6" in compare(syndrome(control=0), right).message
    assert compare(syndrome(angle=0.55), right).diagnosis == "half-angle"


def test_a_long_circuit_with_measurements_gets_its_verdict():
    right = QuantumCircuit(4, 2)
    for index in range(60):
        right.ry(0.1 + 0.03 * index, index % 4), right.cx(index % 4, (index + 1) % 4)
        if index % 5 == 0:
            right.measure(index % 4, index % 2)
    wrong = right.copy()
    wrong.ry(0.4, 0)
    assert compare(wrong, right).diagnosis == "extra-gate"
