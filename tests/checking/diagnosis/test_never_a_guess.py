"""What is named has to explain the answer: tried on answers with no mistake of the list, or with two."""

import numpy as np
import pytest

from qtrain.checking import compare
from qtrain.circuits import circuit, read


@pytest.mark.parametrize("framework", ["qiskit", "cirq"])
@pytest.mark.parametrize("kind", ["unitary", "state"])
def test_unrelated_circuits(planting, undoing, framework, kind):
    rng = np.random.default_rng(17)
    build = planting.BUILDERS[framework]
    silent = 0
    for index in range(40):
        n = 1 + index % 4
        # Short ones often are one mistake apart, by chance.
        right, wrong = (planting.random_circuit(rng, n, int(rng.integers(1, 6))) for _ in range(2))
        verdict = compare(*[read(build(n, gates), num_qubits=n) for gates in (wrong, right)], kind=kind)
        if verdict.diagnosis:
            assert undoing.explains(verdict.diagnosis, verdict.details, framework, n, right, wrong, kind)
        else:
            silent += not verdict.passed
    assert silent > 10


@pytest.mark.parametrize(
    "codes", [("half-angle", "bit-flip"), ("qubit-order", "missing-gate"), ("degrees", "extra-gate")]
)
def test_two_mistakes_at_once(planting, undoing, codes):
    rng = np.random.default_rng(18)
    for index in range(12):
        n = 2 + index % 3
        right, wrong = planting.plant(codes[0], rng, n)
        if codes[1] == "bit-flip":
            wrong = [*wrong, ("x", (0,), None)]
        elif codes[1] == "missing-gate":
            wrong = wrong[:-1]
        else:
            wrong = [*wrong, ("h", (1,), None)]
        circuits = [planting.qiskit_circuit(n, gates) for gates in (wrong, right)]
        verdict = compare(*circuits)
        if verdict.diagnosis:
            assert undoing.explains(verdict.diagnosis, verdict.details, "qiskit", n, right, wrong, "unitary")


def test_the_check_itself_notices_a_guess(undoing):
    right = [("h", (0,), None), ("cx", (0, 1), None)]
    wrong = [*right, ("x", (1,), None)]
    assert undoing.explains("bit-flip", {"qubits": [1], "side": "end"}, "qiskit", 2, right, wrong, "unitary")
    assert not undoing.explains("bit-flip", {"qubits": [0], "side": "end"}, "qiskit", 2, right, wrong, "unitary")
    assert not undoing.explains("qubit-order", {"side": "all"}, "qiskit", 2, right, wrong, "unitary")
    assert not undoing.explains("extra-gate", {"position": 0}, "qiskit", 2, right, wrong, "unitary")


def test_one_gate_alone_runs_in_no_wrong_order():
    right = read("OPENQASM 2.0; qreg q[1]; rz(-0.5) q[0]; ry(-0.7) q[0]; rz(0.6) q[0]; ry(0.7) q[0]; rz(0.5) q[0];")
    alone = read("OPENQASM 2.0; qreg q[1]; rz(0.6) q[0];")
    assert compare(alone, right, kind="unitary").diagnosis != "gate-order"


def test_one_gate_is_not_missing_where_four_are():
    head = 'OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; '
    right = read(head + "x q[0]; h q[0]; p(0.7) q[0]; h q[0]; p(0.4) q[0];")  # without p(0.7) the two h cancel
    assert compare(read(head + "x q[0];"), right, kind="state").diagnosis != "missing-gate"


def test_a_shorter_circuit_of_another_kind_has_no_gate_too_many():
    # An H put into the expected gates gives what one H alone does; taken away from the answer it leaves nothing right.
    expected = circuit("x 0; sdg 0; z 0; h 0; sdg 0; h 0")
    assert compare(circuit("h 0"), expected).diagnosis is None


def test_no_angles_are_spoken_of_where_no_gate_turns():
    expected = circuit("x 0; sdg 0; z 0; h 0; sdg 0; h 0")
    verdict = compare(circuit("h 0; h 0"), expected)
    assert verdict.diagnosis is None and "angle" not in verdict.message
