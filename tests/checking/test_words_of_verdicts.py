"""Sentences that have to be true of the answer: ties, certainty, a box that is no oracle, what a keyboard can type."""

import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import DensityMatrix

from qtrain.authoring import circuit
from qtrain.authoring.options import Options
from qtrain.checking import Code, Each, Queries, StabilizerGroup, Succeeds, Unitary
from qtrain.circuits import read


def test_no_outcome_is_called_the_most_likely_of_several():
    circuit = QuantumCircuit(2)
    circuit.h([0, 1])
    said = Succeeds("11", 1.0, qubits=range(2)).judge(circuit).message
    assert said == "Your circuit succeeds with probability 0.25; 1 is asked for."


def test_the_most_likely_outcome_is_named_where_there_is_one():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.ry(2, 0)
    said = Succeeds("11", 0.9, qubits=range(2)).judge(circuit).message
    assert "at least 0.9 is asked for. Its most likely outcome is 10." in said or "outcome is 00." in said


def test_a_box_is_called_a_box():
    box = QuantumCircuit(1)
    box.ry(0.3, 0)
    box.p(0.4, 0)
    rule = Queries(box, 2, least=2, name="box")
    assert rule.broken(read(QuantumCircuit(1))).startswith("it never calls the box;")
    assert rule.broken(read(box)) == "it calls the box 1 time; at least 2 are needed"


@pytest.mark.parametrize(
    "typed", ["The sign (−1)^(s·x) is 0…0", "the sign (-1)^(s.x) is 0...0", "The sign (-1)^(s·x) is 0...0."]
)
def test_an_option_may_be_typed_with_the_signs_of_a_keyboard(typed):
    right, other = "The sign (−1)^(s·x) is 0…0.", "The sign is lost."
    question = Options({"a": other, "b": right}, right, {right: "Yes.", other: "No."})
    assert question.judge(typed).passed


@pytest.mark.parametrize(
    ("answer", "words"),
    [(np.eye(8), "an 8×8 matrix"), (np.eye(4), "a 4×4 matrix"), (np.array([1, -1, 1, 1]), "a list of numbers")],
)
def test_what_came_is_named_as_what_it_is(answer, words):
    assert words in Unitary(np.eye(2 ** (len(answer).bit_length() - 1)), takes="circuit").judge(answer).message


def test_a_dictionary_that_is_no_distribution_is_not_called_a_list():
    from qtrain.checking import Number

    assert "You gave numbers that add up to 0.4, " in Number(0.4).judge({"0": 0.1, "1": 0.3}).message


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ([[0.6, 0.2], [0.1, 0.4]], "conjugate transpose"),
        ([[0.9, 0.2], [0.2, 0.7]], "trace 1.6"),
        ([[0.5, 0.7], [0.7, 0.5]], "negative eigenvalue"),
        ([[0.5, 0.3], [0.3, 0.5]], "a population"),
    ],
)
def test_a_written_density_matrix_is_told_what_is_wrong_in_itself(matrix, said):
    """And the right one is not given away beside it."""
    from qtrain.checking import Density

    verdict = Density([[0.7, 0.3], [0.3, 0.3]]).judge(matrix)
    assert said in verdict.message and verdict.evidence is None and not verdict.passed


def test_the_form_is_told_before_the_size():
    target = Unitary(np.eye(4), takes="circuit")
    assert "You gave a density matrix on 1 qubit" in target.judge(DensityMatrix(np.eye(2) / 2)).message
    assert target.judge(QuantumCircuit(3)).diagnosis == "wrong-size"


@pytest.mark.parametrize("size", [4, 8])
def test_a_long_array_does_not_hide_the_arguments_behind_it(size):
    draw = np.random.default_rng(5).normal(size=(2, size, size))
    target = Each([(draw[0], [1, 2]), (draw[1], [0])], lambda rho, keep: float(rho[0, 0]), name="f")
    said = target.judge(lambda rho, keep: float(rho[0, 1])).message
    assert said.startswith(f"f({'an' if size == 8 else 'a'} {size}×{size} array, [1, 2]): ")


def test_an_answer_with_fewer_of_the_expected_gates_does_not_have_them_in_the_wrong_order():
    """H S H S S S with two of its gates exchanged does nothing, as H H does; but H H has no S."""
    nothing, turned = QuantumCircuit(1), QuantumCircuit(1)
    nothing.h(0), nothing.h(0)
    turned.rz(np.pi / 2, 0), turned.h(0)
    assert Unitary(circuit("h 0; s 0; h 0; s 0; s 0; s 0", qubits=1)).judge(nothing).diagnosis != "gate-order"
    for _ in range(4):
        nothing.id(0)  # gates that do nothing do not make it as many
    assert Unitary(circuit("h 0; s 0; h 0; s 0; s 0; s 0", qubits=1)).judge(nothing).diagnosis != "gate-order"
    assert Unitary(circuit("h 0; s 0", qubits=1)).judge(turned).diagnosis == "gate-order"  # the S written as a turn


def test_where_two_checks_anticommute_is_told_by_the_numbers_of_qubits():
    told = StabilizerGroup(["XXI", "ZZI"]).judge
    assert told(["XII", "ZII"]).message.endswith("on an odd number of qubits (qubit 0).")
    assert told(["XXX", "ZZZ"]).message.endswith("on an odd number of qubits (qubits 0, 1, 2).")


def test_a_code_that_protects_nothing_earns_nothing():
    target = Code(5, 1, 3)
    for nothing_done in (["IIIII"], ["ZIIII"], ["ZIIII", "IZIII", "IIZII", "IIIZI"]):
        verdict = target.judge(nothing_done)
        assert not verdict.passed and verdict.score == 0.0
    assert target.judge(["XZZXI", "IXZZX", "XIXZZ"]).score == 0.25
    assert target.judge(["XZZXI", "IXZZX", "XIXZZ", "ZXIXZ"]).passed
