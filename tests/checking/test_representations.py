"""Channels on two qubits in every representation, against Qiskit's and Cirq's own."""

import cirq
import numpy as np
import pytest
import stim
from qiskit.quantum_info import PTM, Choi, Kraus, Operator, Pauli, Stinespring, SuperOp, random_quantum_channel

from qtrain.checking import Channel, Each, Povm, QuasiProbabilities, Representation, Slip, StimProgram
from qtrain.circuits.model import Matrix

DAMP = [np.diag([1, 0.8]).astype(complex), np.array([[0, 0.6], [0, 0]], dtype=complex)]
TURN = np.array([[1, 1j], [1j, 1]]) / 2**0.5
# Qubit 0 is damped, qubit 1 turned: nothing symmetric about it. Big-endian.
TWO = [np.kron(one, TURN) for one in DAMP]
LITTLE = [np.kron(TURN, one) for one in DAMP]


@pytest.mark.parametrize("form", ["kraus", "choi", "superoperator", "ptm", "stinespring"])
@pytest.mark.parametrize("made", [Choi, Kraus, SuperOp, PTM, Stinespring])
def test_qiskit_objects_are_read_in_their_own_order(form, made):
    target = Representation(TWO, form)
    assert target.judge(made(Kraus(LITTLE))).passed
    assert not target.judge(made(Kraus(TWO))).passed


def test_bare_matrices_are_big_endian():
    # Written by Qiskit for the big-endian operators, an array is the big-endian matrix.
    for form, made in (("choi", Choi), ("superoperator", SuperOp), ("ptm", PTM)):
        right, reversed_ = np.array(made(Kraus(TWO)).data), np.array(made(Kraus(LITTLE)).data)
        assert Representation(TWO, form).judge(right).passed
        assert Representation(TWO, form).judge(reversed_).diagnosis == "qubit-order"


def test_cirq_conventions():
    target = Representation(TWO, "choi", convention="output-input")
    assert target.judge(cirq.kraus_to_choi(TWO)).passed
    rows = Representation(TWO, "superoperator", convention="rows")
    assert rows.judge(cirq.kraus_to_superoperator(TWO)).passed


@pytest.mark.parametrize("seed", range(5))
def test_all_forms_of_a_random_channel_agree(seed):
    channel = random_quantum_channel(2, 2, seed=seed)
    kraus = [np.array(one) for one in Kraus(channel).data]
    for form, made in (("choi", Choi), ("superoperator", SuperOp), ("ptm", PTM)):
        data = np.array(made(channel).data)
        assert Representation(kraus, form).judge(data).passed
        noise = np.random.default_rng(seed).normal(size=data.shape) * 1e-3
        assert not Representation(kraus, form).judge(data + noise).passed


def test_the_order_of_outcomes_can_be_free():
    zero, one = np.diag([1.0, 0]), np.diag([0, 1.0])
    assert Povm([zero, one], ordered=False).judge([one, zero]).passed
    assert Povm([zero, one]).judge([one, zero]).diagnosis == "bit-flip"
    assert not Povm([zero, one], ordered=False).judge([zero, zero]).passed


def test_outcomes_that_never_come_do_not_count_where_the_order_is_free():
    trine = [np.sqrt(2 / 3) * np.array([np.cos(a), np.sin(a)]) for a in (0, np.pi / 3, 2 * np.pi / 3)]
    effects = [np.outer(v, v) for v in trine]
    nothing = np.zeros((2, 2))
    assert Povm(effects, ordered=False).judge([nothing, *effects[::-1]]).passed
    assert not Povm(effects).judge([nothing, *effects[::-1]]).passed
    assert not Povm(effects, ordered=False).judge([nothing, *effects[1:]]).passed
    rest = (np.eye(2) - effects[1]) / 2
    halves = [effects[1], rest, rest]
    assert "effect 1 is none of its effects" in Povm(effects, ordered=False).judge(halves).message
    columns = np.zeros((4, 4))
    columns[:, [0, 2]] = [[0, 0], *trine]  # the outcome 00 never comes
    columns[:, [1, 3]] = np.linalg.svd(columns[:, [0, 2]])[0][:, 2:]
    program = cirq.Circuit(cirq.MatrixGate(columns)(*cirq.LineQubit.range(2)), cirq.measure(*cirq.LineQubit.range(2)))
    assert Povm(effects, ordered=False).judge(program).passed
    assert not Povm(effects).judge(program).passed


def test_effects_can_be_asked_for_in_the_place_of_a_circuit():
    program = cirq.Circuit(cirq.measure(cirq.LineQubit(0)))
    effects = [np.diag([1, 0]), np.diag([0, 1])]
    assert Povm(effects, takes="effects").judge(effects).passed
    verdict = Povm(effects, takes="effects").judge(program)
    assert verdict.diagnosis == "wrong-type" and "a circuit on 1 qubit" in verdict.message
    assert "a list of matrices" in Povm(effects, takes="circuit").judge(effects).message


def test_a_best_measurement_is_asked_for_as_exactly_as_the_author_says():
    zero, plus = np.array([1, 0]), np.array([1, 1]) / np.sqrt(2)

    def along(degrees):
        half = np.radians(degrees) / 2
        one = np.outer(*[[np.cos(half), np.sin(half)]] * 2)
        return [one, np.eye(2) - one]

    ensemble, best = [(0.5, zero), (0.5, plus)], (1 + np.sqrt(0.5)) / 2
    assert Povm(ensemble=ensemble, at_least=best).judge(along(-45.1)).passed
    assert Povm(ensemble=ensemble, at_least=best, margin=1e-9).judge(along(-45.001)).passed
    verdict = Povm(ensemble=ensemble, at_least=best, margin=1e-9).judge(along(-45.1))
    assert "0.8535529; at least 0.8535534 " in verdict.message
    halved = Povm(ensemble=ensemble, at_least=best).judge([e / 2 for e in along(-45)] * 2)
    assert halved.message == "Your measurement has 4 outcomes, but 2 are asked for."


def test_effects_that_are_rounded_as_asked_are_a_measurement_and_miss_the_identity_by_digits_not_by_a_factor():
    weights, arrows = [0.44397809, 0.75582044, 0.80020147], np.radians([22, 123, 270]) / 2
    effects = [w * np.outer(*[[np.cos(a), np.sin(a)]] * 2) for w, a in zip(weights, arrows, strict=True)]
    effects[2] = np.eye(2) - effects[0] - effects[1]
    target = Povm(effects, tolerance=1e-5, ordered=False)
    assert target.judge([e.round(5) for e in effects]).passed
    verdict = target.judge([e + np.diag([2e-4, 0]) for e in effects])
    assert verdict.diagnosis is None and verdict.message.endswith("; yours miss it by 0.0006.")


def test_an_outcome_that_should_never_come_is_named_as_the_circuit_writes_it():
    trine = [np.sqrt(2 / 3) * np.array([np.cos(a), np.sin(a)]) for a in (0, np.pi / 3, 2 * np.pi / 3)]
    columns = np.zeros((4, 4))
    columns[:, [0, 2]] = [trine[0], trine[1], [0, 0], trine[2]]  # 11 in the place of 10
    columns[:, [1, 3]] = np.linalg.svd(columns[:, [0, 2]])[0][:, 2:]
    program = cirq.Circuit(cirq.MatrixGate(columns)(*cirq.LineQubit.range(2)), cirq.measure(*cirq.LineQubit.range(2)))
    assert "The outcome 11 of your circuit comes" in Povm(trine).judge(program).message
    two = cirq.Circuit(cirq.measure(*cirq.LineQubit.range(2)))  # only 00 and 10 come
    assert Povm(trine, ordered=False).judge(two).message == "Your measurement has 2 outcomes, but 3 are asked for."


def test_effects_in_another_order_are_told_also_where_one_may_not_know():
    c = 1 / (1 + np.sqrt(0.5))
    zero, plus = np.array([1, 0]), np.array([1, 1]) / np.sqrt(2)
    sure = [c * np.array([[0.5, -0.5], [-0.5, 0.5]]), np.diag([0, c])]
    silent = np.eye(2) - sum(sure)
    target = Povm(ensemble=[(0.5, zero), (0.5, plus)], at_least=0.29, errors=0.0)
    assert target.judge([*sure, silent]).passed
    assert "belong to other outcomes" in target.judge([silent, *sure]).message


def test_operations_before_the_noise_are_not_those_after_it():
    kraus = [np.array([[1, 0], [0, 0.8]]), np.array([[0, 0.6], [0, 0]])]
    s = np.diag([1, 1j])
    for before in (True, False):
        # A gate and its noise: S commutes with damping, X does not.
        target = QuasiProbabilities([np.array([[0, 1], [1, 0]])], before=before)
        assert target.judge({"X": 1.0}).passed and not target.judge([(1.0, s)]).passed
    assert not QuasiProbabilities(kraus).judge({"I": 1.0}).passed
    said = QuasiProbabilities(kraus).judge([(1.0, [np.eye(4)])]).message
    assert "on another number of qubits than the 1 asked for" in said


def test_a_function_whose_weights_are_a_known_slip_is_told_so():
    def flips(q):
        return [np.sqrt(1 - q) * np.eye(2), np.sqrt(q) * np.array([[0, 1], [1, 0]])]

    def first_order(q):
        return {"I": 1 + q, "X": -q}

    slip = Slip(first_order, "Right to first order only.", None)
    target = Each([0.1, 0.2], lambda q: QuasiProbabilities(flips(q)), slips=[slip])
    assert target.judge(lambda q: {"I": (1 - q) / (1 - 2 * q), "X": -q / (1 - 2 * q)}).passed
    assert target.judge(lambda q: [(1 + q, "I"), (-q, "X")]).message == "Right to first order only."
    assert target.judge(lambda q: {"I": 1 - q, "X": -q}).message != "Right to first order only."


def test_rates_can_be_those_of_the_learners_own_noise():
    p = 0.01
    text = f"R 0 1 2\nX_ERROR({p}) 0 2\nCX 0 1 2 1\nM({p}) 1\nDETECTOR rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]"
    rate = 0.5 * (1 - (1 - 2 * p) ** 3)
    target = StimProgram(detectors=1, rates=[rate], own_noise=True)
    assert target.judge(text).passed and target.judge(stim.Circuit(text)).passed
    assert target.judge(text.replace("M(0.01)", "M")).message.startswith("On average your detectors fire")
    told = StimProgram(detectors=1, rates=[rate]).judge(text).message
    assert told.startswith("If every gate, reset and measurement fails with probability 0.001 (and nothing else)")


def test_what_is_wanted_can_be_said_in_the_author_s_words():
    target = Representation([np.eye(2)], "ptm", wants="a channel in any form")
    assert "a channel in any form" in target.judge("a channel").message


DAMPING = [np.diag([1, 0.8]), np.array([[0, 0.6], [0, 0]])]


def in_any_form():
    return Representation(DAMPING, "ptm", wants="a channel in any form")


def test_nested_lists_are_kraus_operators_whatever_a_bare_matrix_is():
    assert in_any_form().judge([one.tolist() for one in DAMPING]).passed


@pytest.mark.parametrize(
    ("matrix", "called"),
    [
        ([[1, 0, 0, 0.8], [0, 0, 0, 0], [0, 0, 0.36, 0], [0.8, 0, 0, 0.64]], "a Choi matrix"),
        ([[1, 0, 0, 0.8], [0, 0.36, 0, 0], [0, 0, 0, 0], [0.8, 0, 0, 0.64]], "a Choi matrix"),
    ],
)
def test_a_bare_matrix_that_is_right_in_another_form_is_told_so(matrix, called):
    verdict = in_any_form().judge(matrix)
    assert not verdict.passed and verdict.diagnosis == "convention"
    assert f"This is right as {called}." in verdict.message and "read as a Pauli transfer matrix" in verdict.message


def test_a_single_kraus_operator_is_told_where_it_stands():
    message = in_any_form().judge(DAMPING[0]).message
    assert "a Pauli transfer matrix on 1 qubit the shape is (4, 4)" in message and "stands in a list" in message


def test_a_bare_superoperator_is_told_from_a_transfer_matrix():
    turned = [np.diag([1, 1j]) @ one for one in DAMPING]
    verdict = Representation(turned, "ptm", wants="a channel").judge(sum(np.kron(one.conj(), one) for one in turned))
    assert "This is right as a superoperator matrix." in verdict.message


def test_only_the_form_that_is_to_be_computed_is_taken():
    target = Representation(DAMPING, "choi", only=True)
    assert "a list of Kraus operators, but this exercise asks for a Choi matrix" in target.judge(DAMPING).message
    assert target.judge([[1, 0, 0, 0.8], [0, 0, 0, 0], [0, 0, 0.36, 0], [0.8, 0, 0, 0.64]]).passed
    assert not Representation([np.eye(2)], "kraus", only=True).judge(np.eye(2)).passed
    assert Representation([np.eye(2)], "kraus", only=True).judge([np.eye(2)]).passed


def test_a_map_that_is_no_channel_is_said_to_be_read_as_what():
    verdict = in_any_form().judge(np.diag([1, 1, 1, 0]))
    assert verdict.message.startswith("Read as a Pauli transfer matrix, this is no channel")


@pytest.mark.parametrize("form", ["kraus", "choi", "ptm"])
def test_a_list_of_operators_is_read_as_kraus_operators_in_their_own_order(form):
    target = Representation(TWO, form)
    assert target.judge([Operator(one) for one in LITTLE]).passed
    assert target.judge([Operator(LITTLE[0]), TWO[1]]).passed  # an array beside it is big-endian
    assert not target.judge([Operator(one) for one in TWO]).passed
    assert target.judge([Matrix(one, 2) for one in TWO]).passed  # as it travels with a submission
    assert Channel(TWO).judge([Operator(one) for one in LITTLE]).passed


@pytest.mark.parametrize("form", ["kraus", "choi", "superoperator", "ptm", "stinespring"])
@pytest.mark.parametrize("nothing", [[], (), np.array([])])
def test_an_empty_list_is_not_yet_an_answer(form, nothing):
    for target in (Representation(TWO, form), Representation(TWO, form, only=True)):
        assert target.judge(nothing).status == "not yet"


def test_weights_name_their_operations_in_several_ways():
    stays, shift = 0.8, 0.2
    damping = [np.diag([1, stays**0.5]), np.array([[0, shift**0.5], [0, 0]])]
    i, z, reset = (1 / stays + stays**-0.5) / 2, (1 / stays - stays**-0.5) / 2, 1 - 1 / stays
    target = QuasiProbabilities(damping)
    assert target.judge({"I": i, "Z": z, "RESET": reset}).passed
    assert target.judge([("I", i), (z, "Z"), ("reset", reset)]).passed
    assert target.judge([(i, "I"), (z, "Z"), (reset, cirq.ResetChannel())]).passed
    assert "no Pauli string" in target.judge({"I": i, "Z": z, "SET": reset}).message


def test_words_of_two_letters_keep_the_order_of_their_framework():
    flips = [np.sqrt(0.9) * np.eye(4), np.sqrt(0.1) * np.kron([[0, 1], [1, 0]], np.diag([1, -1]))]
    target = QuasiProbabilities(flips, tolerance=1e-6)
    for right, wrong in (("XZ", "ZX"), (("X", "Z"), ("Z", "X")), (Pauli("ZX"), Pauli("XZ"))):
        assert target.judge([("II", 1.125), (right, -0.125)]).passed
        assert not target.judge([("II", 1.125), (wrong, -0.125)]).passed
    assert target.judge({("I", "I"): 1.125, ("X", "Z"): -0.125}).passed


def test_a_sum_that_is_nearly_one_is_shown_with_the_digits_that_tell():
    flips = [np.sqrt(0.9) * np.eye(2), np.sqrt(0.1) * np.diag([1, -1])]
    message = QuasiProbabilities(flips, tolerance=1e-6).judge({"I": 1.125, "Z": -0.12502}).message
    assert message.startswith("Your weights add up to 0.99998;")


def test_a_program_that_fails_as_a_slip_does_is_this_slip_however_it_is_built():
    def memory(read, back=""):
        round_ = f"X_ERROR(0.01) 0 1\n{read}\n"
        return f"R 0 1 2\n{round_}DETECTOR rec[-1]\n{round_}DETECTOR rec[-1] {back}\nM 0\nOBSERVABLE_INCLUDE(0) rec[-1]"

    by_parity, by_gates = "MPP(0.02) Z0*Z1", "CX 0 2 1 2\nMR(0.02) 2"
    slip = Slip(memory(by_parity), "Take the change.", None)
    target = StimProgram(memory(by_parity, "rec[-2]"), own_noise=True, slips=[slip])
    assert target.judge(memory(by_gates, "rec[-2]")).passed
    assert target.judge(memory(by_gates)).message == "Take the change."
    assert target.judge(memory(by_gates).replace("0.02", "0.03")).message != "Take the change."


def test_an_observable_that_no_fault_flips_is_told_from_one_that_the_detectors_fix():
    start = "R 0 1\nX_ERROR(0.1) 0\nM 0 1\n"
    target = StimProgram(detectors=1, observables=1, distance=1, own_noise=True)
    told = target.judge(start + "DETECTOR rec[-2]\nOBSERVABLE_INCLUDE(0) rec[-1]").message
    assert told == "No fault flips your logical observable."
    told = target.judge(start + "DETECTOR rec[-2]\nOBSERVABLE_INCLUDE(0) rec[-2]").message
    assert told.startswith("Every set of faults that flips your logical observable fires a detector")
    assert target.judge(start + "DETECTOR rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-2]").passed


def test_what_stim_cannot_read_is_told_in_one_sentence():
    told = StimProgram(detectors=1).judge("M 0\nerror(0.1) D0").message
    assert told.startswith("Stim cannot read your program: ") and told.endswith(".") and not told.endswith("..")
