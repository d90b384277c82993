"""Every mistake is planted in random circuits of both frameworks, and has to be named."""

import numpy as np
import pytest

from qtrain.checking import compare
from qtrain.circuits import read

CODES = """qubit-order qubit-permutation control-target inverse conjugate gate-order relative-phase half-angle
double-angle degrees angle-sign missing-gate extra-gate wrong-basis bit-flip iterations""".split()


def planted(planting, code, framework, seed, count):
    rng = np.random.default_rng([CODES.index(code), seed])
    made = 0
    while made < count:
        n, kind = 1 + made % 4, ("unitary", "state")[made // 4 % 2]
        n = max(n, {"qubit-permutation": 3, "qubit-order": 2, "control-target": 2, "iterations": 2}.get(code, 1))
        right, wrong = planting.plant(code, rng, n)
        wanted, got = (planting.matrix_of(framework, n, gates) for gates in (right, wrong))
        if kind == "state":
            wanted, got = wanted[:, 0], got[:, 0]
        if not planting.same(wanted, got, atol=1e-4):
            made += 1
            yield n, kind, right, wrong, got


@pytest.mark.parametrize("framework", ["qiskit", "cirq"])
@pytest.mark.parametrize("code", CODES)
def test_circuits(planting, undoing, code, framework):
    build = planting.BUILDERS[framework]
    literally = 0
    for n, kind, right, wrong, _ in planted(planting, code, framework, 5, 12):
        expected, answer = (read(build(n, gates), num_qubits=n) for gates in (right, wrong))
        verdict = compare(answer, expected, kind=kind)
        assert not verdict.passed
        assert verdict.diagnosis or verdict.details, (n, kind, right, wrong)
        assert verdict.message.endswith(".")
        # Planted by a gate that stands in the program: then that gate is named.
        planted_gate = code in ("bit-flip", "relative-phase") and verdict.diagnosis == "extra-gate"
        literally += verdict.diagnosis == code or planted_gate
        if code != "iterations" or verdict.diagnosis != code:
            assert undoing.explains(verdict.diagnosis, verdict.details, framework, n, right, wrong, kind)
    assert literally >= 3, "it is nearly always explained as something else"


@pytest.mark.parametrize("code", sorted({*CODES} - {"iterations"}))
def test_arrays_against_a_circuit(planting, undoing, code):
    for n, kind, right, wrong, got in planted(planting, code, "qiskit", 6, 8):
        verdict = compare(got, planting.qiskit_circuit(n, right), kind=kind)
        assert not verdict.passed
        if verdict.diagnosis or verdict.details:
            assert undoing.explains(verdict.diagnosis, verdict.details, "qiskit", n, right, wrong, kind)
        else:
            assert code in ("extra-gate", "missing-gate"), "what else is planted can be seen in an array, too"


@pytest.mark.parametrize("code", ["qubit-order", "inverse", "conjugate", "wrong-basis", "bit-flip", "relative-phase"])
def test_arrays_against_arrays(planting, undoing, code):
    for n, kind, right, wrong, got in planted(planting, code, "cirq", 7, 8):
        if code == "inverse" and kind == "state":
            continue  # the adjoint of a circuit cannot be seen in the state that it prepares
        expected = planting.matrix_of("cirq", n, right)
        verdict = compare(got, expected[:, 0] if kind == "state" else expected, kind=kind)
        if not (verdict.diagnosis or verdict.details):
            # A change of basis before a circuit leaves no trace in the state.
            assert kind == "state" and code == "wrong-basis"
        else:
            assert undoing.explains(verdict.diagnosis, verdict.details, "cirq", n, right, wrong, kind)


@pytest.mark.parametrize("code", CODES)
def test_both_frameworks_get_the_same_diagnosis(planting, code):
    for n, kind, right, wrong, _ in planted(planting, code, "qiskit", 8, 4):
        # In Cirq's own order of operations, so that steps that commute are named alike.
        right, wrong = (planting.in_order("cirq", n, gates) for gates in (right, wrong))
        codes = [
            compare(*[read(build(n, gates), num_qubits=n) for gates in (wrong, right)], kind=kind).diagnosis
            for build in planting.BUILDERS.values()
        ]
        assert codes[0] == codes[1]
