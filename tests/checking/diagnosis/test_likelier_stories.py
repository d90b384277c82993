"""The likeliest story is told, and where a guess would explain anything, none is."""

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain.checking import AnyOf, Density, Distribution, Isometry, Number, State, Subspace, Unitary, compare
from qtrain.checking.diagnosis import examine
from qtrain.checking.diagnosis.stories import (
    Story,
    choi_order,
    depolarising,
    factor,
    fourier_sign,
    not_sifted,
    power,
    rescheduled,
    traced_out,
)
from qtrain.checking.rules import Connectivity, GateSet
from qtrain.circuits import model as values
from qtrain.circuits import read

A, B = cirq.LineQubit.range(2)
H = np.array([[1, 1], [1, -1]]) / 2**0.5
P = np.diag([1, np.exp(0.6j)])


def circuit(n, *steps):
    made = QuantumCircuit(n)
    for name, *arguments in steps:
        getattr(made, name)(*arguments)
    return made


BELL = circuit(2, ("h", 0), ("cx", 0, 1))
XX = ("h", 2), ("cx", 2, [0, 1]), ("h", 2)
READ_XX = circuit(3, *XX)
ADD = ("cx", 0, 2), ("cx", 1, 2), ("cx", 1, 3)
ADDED = circuit(4, *ADD)
CRY = circuit(2, ("cry", 0.8, 0, 1))
FRINGE = Distribution({"0": np.cos(0.35) ** 2, "1": np.sin(0.35) ** 2})
HALVES = {"ry", "rz", "cx"}

STORIES = [
    # Units of the framework before any rotation that would do.
    (State(circuit(1, ("h", 0), ("p", 0.49, 0))), cirq.Circuit(cirq.H(A), cirq.Z(A) ** 0.49), "gate-units", "exponent"),
    (State(np.array([1, np.exp(0.7j)]) / 2**0.5), cirq.Circuit(cirq.H(A), cirq.Z(A) ** 0.7), "gate-units", "exponent"),
    (
        Unitary(circuit(2, ("h", [0, 1]), ("cp", 0.8, 0, 1))),
        cirq.Circuit(cirq.H(A), cirq.H(B), cirq.CZ(A, B) ** 0.8),
        "gate-units",
        "divide by π",
    ),
    (
        Unitary(circuit(1, ("h", 0), ("rz", np.pi / 4, 0), ("h", 0))),
        cirq.Circuit(cirq.H(A), cirq.rz(0.25)(A), cirq.H(A)),
        "gate-units",
        "multiply by π",
    ),
    (Unitary(circuit(1, ("rx", 0.3 * np.pi, 0))), circuit(1, ("rx", 0.3, 0)), "gate-units", "multiply by π"),
    # The order of the gates before the inverse, another basis, or a missing rotation.
    (State(BELL), circuit(2, ("cx", 0, 1), ("h", 0)), "gate-order", "reverse order"),
    (State([2**-0.5, 0, 0, 0, 0, 0, 0, 2**-0.5]), circuit(3, ("cx", 1, 2), ("cx", 0, 1), ("h", 0)), "gate-order", ""),
    (Unitary(BELL), circuit(2, ("cx", 0, 1), ("h", 0)), "gate-order", ""),
    (Unitary(P @ H), H @ P, None, "Rows and columns"),
    (Unitary(P @ np.diag([1j, 1]) @ H), H @ P @ np.diag([1j, 1]), None, "Rows and columns"),
    # One changed gate.
    (Unitary(CRY, rules=[GateSet(HALVES)]),
     circuit(2, ("ry", 0.4, 1), ("cx", 0, 1), ("ry", 0.4, 1), ("cx", 0, 1)), "angle-sign", "step 3"),
    (State(circuit(1, ("ry", 0.7, 0), ("rz", 0.3, 0))), circuit(1, ("ry", 0.3, 0), ("rz", 0.7, 0)), None, "exchanged"),
    (Unitary(BELL), circuit(2, ("h", 1), ("cx", 0, 1)), None, "on another qubit"),
    (Unitary(BELL), circuit(2, ("x", 0), ("cx", 0, 1)), None, "should be another gate"),
    (Unitary(circuit(3, ("ccx", 0, 1, 2))), circuit(3, ("cx", 0, 2)), None, "one more control"),
    (Unitary(circuit(2, ("h", 0), ("ry", 0.4, 1))), circuit(2, ("h", 0), ("ry", 0.7, 1)), None, "angle of the RY"),
    # One gate too many before another basis.
    (State(circuit(1, ("p", 0.644, 0), ("h", 0))), circuit(1, ("p", 0.644, 0), ("h", 0), ("h", 0)), "extra-gate", "H"),
    # One gate too many before the reverse order, or control and target, of a circuit that has more gates than needed.
    (Isometry(READ_XX, inputs=[0, 1]), circuit(3, *XX, ("z", 2)), "extra-gate", "Z on qubit 2"),
    (Isometry(ADDED, inputs=[0, 1]), circuit(4, *ADD, ("ccx", 2, 3, 0)), "extra-gate", ""),
    (Isometry(ADDED, inputs=[0, 1]), circuit(4, *ADD[:2], ("cx", 0, 3), *ADD[2:]), "extra-gate", "qubits 0 and 3"),
    # Every right target is looked at, not the nearest alone.
    (
        AnyOf(Unitary(BELL), Unitary(circuit(2, ("ry", 0.4, 0), ("cx", 0, 1), ("rz", 0.6, 1)))),
        circuit(2, ("ry", np.degrees(0.4), 0), ("cx", 0, 1), ("rz", np.degrees(0.6), 1)),
        "degrees",
        "",
    ),
    # A probability alone tells half an angle from degrees.
    (FRINGE, circuit(1, ("ry", 0.35, 0)), "half-angle", ""),
    (FRINGE, circuit(1, ("ry", np.degrees(0.7), 0)), "degrees", ""),
]  # fmt: skip


@pytest.mark.parametrize(("target", "answer", "code", "says"), STORIES)
def test_the_likelier_story(target, answer, code, says):
    verdict = target.judge(answer)
    assert (verdict.status, verdict.diagnosis) == ("wrong", code), verdict.message
    assert says in verdict.message


SILENT = [
    (State([0, 0, 0, 0, 1, 0, 0, 0]), circuit(3, ("h", 0))),
    (State([np.cos(0.35), np.sin(0.35)]), circuit(1, ("h", 0))),
    (State([np.cos(0.35), np.exp(0.3j) * np.sin(0.35)]), circuit(1, ("h", 0), ("ry", 0.2, 0))),
    (Unitary(CRY, rules=[GateSet(HALVES)]), circuit(2, ("ry", 0.1, 1), ("cx", 0, 1))),
    (State([0, 1]), np.array([1, 1]) / 2**0.5),
    (Number(4), 8),
]


@pytest.mark.parametrize(("target", "answer"), SILENT)
def test_silence_before_a_guess(target, answer):
    verdict = target.judge(answer)
    assert verdict.status == "wrong" and verdict.diagnosis is None
    assert "missing" not in verdict.message and "angle" not in verdict.message


def test_no_gate_is_named_that_is_not_in_the_program_or_not_allowed():
    right = circuit(3, ("p", 0.4, 2), ("x", 0), ("cx", 1, 0), ("crz", 0.9, 2, 1))
    other_form = circuit(3, ("x", 0), ("p", 0.4, 2), ("h", 0), ("cz", 1, 0), ("h", 0))
    assert compare(other_form, right).diagnosis == "missing-gate"
    assert "too many" not in compare(right, other_form.compose(circuit(3, ("t", 1)))).message
    for rule in (GateSet({"p", "x", "cx", "h", "cz"}), Connectivity([(0, 1)])):
        assert "controlled-RZ" not in Unitary(right, rules=[rule]).judge(other_form).message
    # What is there when the program's own names are looked up, step by step.
    more = circuit(2, ("h", 0), ("cx", 0, 1), ("s", 1), ("h", 0))
    assert "an S on qubit 1 (step 3)" in compare(more, circuit(2, ("h", 0), ("cx", 0, 1), ("h", 0))).message


def test_a_rotation_by_any_angle_is_named_only_where_it_means_something():
    long = [("h", 0), ("cx", 0, 1), ("t", 1), ("h", 1), ("cx", 1, 0), ("s", 0), ("h", 0), ("cx", 0, 1)]
    right = circuit(2, *long[:5], ("rx", 0.77, 1), *long[5:])
    assert compare(circuit(2, *long), right).diagnosis == "missing-gate"
    matrix = Unitary(read(right))
    assert Unitary(matrix.matrix).judge(circuit(2, *long)).diagnosis == "missing-gate"
    assert Unitary(np.diag([1, np.exp(0.3j)])).judge(circuit(1, ("z", 0))).diagnosis != "missing-gate"


def test_iterations_are_counted_only_where_something_is_repeated():
    block = [("h", 0), ("s", 0), ("h", 0)]
    back = [("h", 0), ("sdg", 0), ("h", 0)]
    verdict = Unitary(circuit(1, *block)).judge(circuit(1, *block, *back))
    assert verdict.diagnosis != "iterations"


def test_a_layer_that_undoes_itself_is_no_iteration():
    flip = [("h", 0), ("t", 0), ("cx", 0, 1), ("h", 0), ("h", 1)]
    verdict = compare(circuit(2, *flip, ("h", 0), ("h", 1)), State(circuit(2, *flip)))
    assert verdict.diagnosis != "iterations"
    assert "repeated" not in verdict.message


def test_nothing_was_miscounted_where_nobody_knows_of_a_repetition():
    compute = [("ccx", 0, 1, 4), ("ccx", 2, 3, 5)]
    around = [(gate, qubit) for gate in "hx" for qubit in range(4)]
    mean = 2 * np.full((16, 16), 1 / 16) - np.eye(16)
    answer = circuit(6, *around, *compute, ("cz", 4, 5), *around[::-1])  # twice would be right, by chance
    verdict = Subspace(mean, ancillas=2).judge(answer)
    assert not verdict.passed
    assert verdict.diagnosis != "iterations"
    assert Subspace(mean, ancillas=2).judge(circuit(6, *around, *compute, ("cz", 4, 5), *compute, *around[::-1])).passed


def test_cirq_sorts_named_qubits():
    swapped = cirq.Circuit(cirq.CNOT(cirq.NamedQubit("x"), cirq.NamedQubit("anc")))
    verdict = compare(swapped, circuit(2, ("cx", 0, 1)))
    assert verdict.diagnosis == "control-target"
    assert "anc is qubit 0 and x is qubit 1" in verdict.message
    assert "sorts" not in compare(cirq.Circuit(cirq.CNOT(B, A)), circuit(2, ("cx", 0, 1))).message


# --- what a target brings along --------------------------------------------------------------------------------------


def telling(target, *stories):
    target.stories = lambda answer: stories
    return target


def test_a_target_tells_its_own_stories_first():
    fourier = np.exp(2j * np.pi * np.outer(range(4), range(4)) / 4) / 2
    assert telling(Unitary(fourier), fourier_sign()).judge(fourier.conj()).diagnosis == "convention"
    assert Unitary(fourier).judge(fourier.conj()).diagnosis != "convention"
    rate = telling(Number(0.3), factor(2**0.5, "√2 is forgotten."), power(2, "This is γ², not γ."))
    for value, says in ((0.3 * 2**0.5, "√2"), (0.09, "γ²")):
        verdict = examine(values.Number(value), rate).explanation
        assert (verdict.code, says in verdict.message) == ("factor", True)
    assert examine(values.Number(0.2), rate).explanation is None


def test_conventions_are_told_by_undoing_them():
    choi = np.zeros((4, 4))
    choi[0, 0], choi[1, 1], choi[3, 3], choi[0, 3], choi[3, 0] = 1, 0.36, 0.64, 0.8, 0.8
    turned = choi.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)
    [story] = [choi_order()]
    assert np.allclose(story.undo(values.Matrix(turned, 2)).matrix, choi)
    assert any(story.explains(values.Number(0.1 * 0.75), Number(0.1)) for story in depolarising(1))
    kept, others = Density(np.diag([0.3, 0.7])), Density(np.diag([0.6, 0.4]))
    verdict = telling(kept, traced_out(others)).judge(np.diag([0.6, 0.4]))
    assert (verdict.diagnosis, "remove" in verdict.message) == ("convention", True)
    verdict = telling(Number(0.25), not_sifted(Number(0.5), "All bits are counted.")).judge(0.5)
    assert verdict.diagnosis == "not-sifted"


def test_a_schedule_is_undone():
    right = circuit(3, ("cx", 0, 2), ("cx", 1, 2), ("h", 2))
    story = rescheduled("This order spreads errors.", lambda answer: answer.replace_operations(answer.operations[::-1]))
    assert telling(Unitary(right), story).judge(right.inverse()).diagnosis == "schedule"
    with pytest.raises(ValueError, match="either"):
        Story(None, "")
