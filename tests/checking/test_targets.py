"""Each target: what it takes, what it refuses, and what it says."""

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import DensityMatrix, Operator, SparsePauliOp, Statevector

from qtrain.checking import (
    AllOf,
    AnyOf,
    BitOracle,
    Bits,
    Channel,
    Choice,
    Data,
    Density,
    Distribution,
    Each,
    Estimate,
    Expectation,
    Game,
    Isometry,
    Number,
    Observable,
    PhaseOracle,
    Povm,
    Property,
    Protocol,
    Sampling,
    State,
    Subspace,
    Text,
    Unitary,
    compare,
    conventions,
)
from qtrain.checking.protocols import Must, Step
from qtrain.checking.schema import List, Whole
from qtrain.checking.slips import Slip
from qtrain.checking.target import Alike
from qtrain.circuits import circuit as shorthand
from qtrain.circuits import circuit as written
from qtrain.circuits import density
from qtrain.circuits import model as values

R = 0.5**0.5
BELL = [R, 0, 0, R]
X, Z, H = np.array([[0, 1], [1, 0]]), np.diag([1, -1]), np.array([[R, R], [R, -R]])
q = cirq.LineQubit.range(4)


def circuit(n, *steps):
    qc = QuantumCircuit(n)
    for name, *arguments in steps:
        getattr(qc, name)(*arguments)
    return qc


BELL_QC = circuit(2, ("h", 0), ("cx", 0, 1))
BELL_CIRQ = cirq.Circuit(cirq.H(q[0]), cirq.CNOT(q[0], q[1]))


# --- states ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        BELL,
        np.array(BELL, dtype=np.complex64) * 1j,
        Statevector(BELL),
        BELL_QC,
        BELL_CIRQ,
        DensityMatrix(BELL_QC),
        cirq.Simulator(seed=1).simulate(BELL_CIRQ).final_state_vector,
        np.array(BELL).reshape(4, 1),
        values.State(np.array(BELL, dtype=complex), 2),
    ],
)
def test_a_state_in_any_form(answer):
    assert State(BELL).judge(answer).passed


def test_final_measurements_do_not_change_a_state_and_all_runs_count():
    measured = BELL_QC.copy()
    measured.measure_all()
    assert State(BELL).judge(measured).passed
    teleported = QuantumCircuit(2, 1)
    teleported.h(0), teleported.cx(0, 1), teleported.h(1), teleported.measure(1, 0)
    with teleported.if_test((teleported.clbits[0], 1)):
        teleported.z(0)
    teleported.reset(1)
    assert State([R, 0, R, 0]).judge(teleported).passed
    collapsed = circuit(1, ("h", 0))
    collapsed.measure_all()
    collapsed.x(0)
    verdict = State([R, R]).judge(collapsed)
    assert not verdict.passed and verdict.status == "wrong"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (np.eye(4), "wrong-type"),
        (Operator(BELL_QC), "wrong-type"),
        ("bell", "wrong-type"),
        (3, "wrong-type"),
        ([1, 0], "wrong-size"),
        (circuit(3, ("h", 0)), "wrong-size"),
        ({"00": 500, "11": 500}, "wrong-type"),
        (lambda: BELL, "wrong-type"),
        ([1, 0, 0, 1], "not-normalised"),
        ([R, 0, 0, 1j * R], "relative-phase"),
    ],
)
def test_what_is_no_state_is_told_so(answer, code):
    verdict = State(BELL).judge(answer)
    assert (verdict.passed, verdict.diagnosis) == (False, code) and verdict.message


def test_exact_phase_is_an_option():
    assert State(BELL).judge(-np.array(BELL)).passed
    assert State(BELL, phase="exact").judge(-np.array(BELL)).diagnosis == "global-phase"
    assert Unitary(Z, phase="exact").judge(circuit(1, ("rz", np.pi, 0))).diagnosis == "global-phase"
    assert Unitary(Z, phase="exact").judge(circuit(1, ("z", 0))).passed


def test_an_author_who_forgets_the_norm_is_told_at_once():
    with pytest.raises(ValueError, match="normalised"):
        State([1, 0, 0, 1])
    with pytest.raises(ValueError, match="unitary"):
        Unitary([[1, 1], [0, 1]])
    with pytest.raises(ValueError, match="missing"):
        compare([1, 0], None)
    with pytest.raises(ValueError, match="kind"):
        compare([1, 0], [1, 0], kind="banana")


def test_a_mixed_state():
    target = Density(np.eye(2) / 2)
    noisy = cirq.Circuit(cirq.X(q[0]), cirq.depolarize(0.75)(q[0]))
    assert target.judge(np.eye(2) / 2).passed and target.judge(noisy).passed
    assert not target.judge([R, R]).passed and target.judge(np.eye(4) / 4).diagnosis == "wrong-size"
    verdict = State([R, R]).judge(np.eye(2) / 2)
    assert not verdict.passed


# --- unitaries and their kin ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        circuit(1, ("h", 0), ("z", 0), ("h", 0)),
        cirq.Circuit(cirq.X(q[0])),
        cirq.X,
        1j * X,
        Operator(X),
        SparsePauliOp("X"),
        'OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; x q[0];',
    ],
)
def test_a_unitary_in_any_form(answer):
    assert Unitary(X).judge(answer).passed


def test_idle_cirq_qubits_count_on_both_sides():
    assert Unitary(circuit(3, ("x", 1))).judge(cirq.Circuit(cirq.X(q[1]))).passed
    assert compare(circuit(3, ("x", 0)), cirq.Circuit(cirq.X(q[0]))).passed
    assert compare(cirq.Circuit(cirq.X(q[0]), cirq.Z(q[2]) ** 2), cirq.Circuit(cirq.X(q[0]))).passed
    assert not compare(circuit(3, ("x", 1)), cirq.Circuit(cirq.X(q[0]))).passed
    assert compare(SparsePauliOp("IIX"), 1.0 * cirq.X(q[0])).passed


@pytest.mark.parametrize(
    ("build", "word"),
    [
        (lambda qc: qc.reset(0), "reset"),
        (lambda qc: (qc.measure_all(), qc.x(0)), "measur"),
        (lambda qc: qc.initialize([1, 0], 0), "ready-made"),
    ],
)
def test_what_is_not_reversible_is_no_unitary(build, word):
    qc = circuit(2, ("h", 0))
    build(qc)
    for target in (Unitary(np.kron(H, np.eye(2))), Subspace(H, ancillas=1), Isometry(np.eye(4)[:, :2], inputs=[1])):
        verdict = target.judge(qc)
        assert verdict.diagnosis == "wrong-type" and word in verdict.message


def test_an_isometry_looks_at_inputs_only():
    encode = Isometry([[1, 0], [0, 0], [0, 0], [0, 1]], inputs=[0])
    assert encode.judge(circuit(2, ("cx", 0, 1))).passed
    assert encode.judge(circuit(2, ("cx", 0, 1), ("cx", 1, 0), ("cx", 0, 1), ("swap", 0, 1))).passed is False
    assert encode.judge(np.array([[1, 0], [0, 0], [0, 0], [0, 1]])).passed
    assert encode.judge(circuit(2, ("h", 0))).evidence is not None
    same = Isometry(circuit(2, ("cx", 0, 1)), inputs=[0])
    # Differs where qubit 1 starts in |1⟩, which never happens.
    assert same.judge(circuit(2, ("cx", 0, 1), ("h", 0), ("h", 0))).passed
    assert np.allclose(same.isometry, encode.isometry)


def test_ancillas_have_to_come_back():
    target = BitOracle(lambda x: x == 3, 2)
    right = circuit(4, ("ccx", 0, 1, 3), ("cx", 3, 2), ("ccx", 0, 1, 3))
    assert target.judge(circuit(3, ("ccx", 0, 1, 2))).passed and target.judge(right).passed
    entangled = target.judge(circuit(4, ("ccx", 0, 1, 3), ("cx", 3, 2)))
    assert entangled.diagnosis == "ancilla-entangled" and "qubit 3" in entangled.message
    # Of two working qubits only the one that is left is named.
    one_left = target.judge(
        circuit(5, ("ccx", 0, 1, 3), ("ccx", 0, 1, 4), ("cx", 3, 2), ("ccx", 0, 1, 3)),
    )
    assert "working qubit 4 is not back in |0⟩ for the input |110⟩" in one_left.message, one_left.message
    dirty = right.copy()
    dirty.h(3)
    assert target.judge(dirty).diagnosis == "ancilla-dirty"
    hidden = circuit(4, ("ccx", 0, 1, 3), ("cx", 3, 2), ("reset", 3))
    assert target.judge(hidden).diagnosis == "wrong-type"
    assert target.judge(circuit(2, ("cx", 0, 1))).diagnosis == "wrong-size"


def test_ancillas_that_are_measured_and_corrected_are_no_unitary_either():
    qc = QuantumCircuit(3, 1)
    qc.ccx(0, 1, 2), qc.measure(2, 0), qc.x(2)
    assert Subspace(np.eye(4), ancillas=1).judge(qc).diagnosis == "wrong-type"


def test_data_qubits_may_lie_anywhere():
    target = Subspace(Z, data=[1], ancillas=1)
    assert target.judge(circuit(2, ("cx", 1, 0), ("z", 0), ("cx", 1, 0))).passed
    assert not target.judge(circuit(2, ("z", 0))).passed
    crossed = Subspace(np.diag([1, 1j, 1, -1]), data=[1, 0])
    matrix = np.diag([1, 1, 1j, -1])
    assert crossed.judge(matrix).passed and not crossed.judge(np.diag([1, 1j, 1, -1])).passed
    assert Isometry(np.diag([1, 1j, 1, -1]), inputs=[0, 1]).judge(np.diag([1, 1j, 1, -1])).passed


def test_oracles_score_the_fraction_of_inputs():
    # Doing nothing is right for x = 00: a quarter of the way is no merit.
    verdict = BitOracle("0111", 2).judge(circuit(3, ("cx", 0, 2)))
    assert verdict.score == pytest.approx((0.75 - 0.25) / (1 - 0.25), abs=1e-4)
    assert BitOracle("0111", 2).judge(circuit(3, ("x", 0), ("x", 0))).score == 0
    assert PhaseOracle("0001", 2).judge(circuit(2, ("cz", 0, 1))).passed
    assert PhaseOracle({3: 1}, 2).judge(cirq.Circuit(cirq.CZ(q[0], q[1]))).passed
    assert PhaseOracle([0, 0, 0, 1], 2).judge(np.eye(4)).score == 0
    # The relative phase between the values of x is not seen on basis states, but it is wrong.
    assert not BitOracle("0001", 2).judge(circuit(3, ("ccx", 0, 1, 2), ("s", 0))).passed


def test_channels():
    flip = [np.sqrt(0.9) * np.eye(2), np.sqrt(0.1) * X]
    dilated = circuit(2, ("ry", 2 * np.arcsin(np.sqrt(0.1)), 1), ("cx", 1, 0))
    assert Channel(flip).judge([flip[1], -1j * flip[0]]).passed
    assert Channel(flip).judge(cirq.Circuit(cirq.bit_flip(0.1)(q[0]))).passed
    assert Channel(flip, data=[0]).judge(dilated).passed
    assert not Channel(flip).judge([np.sqrt(0.8) * np.eye(2), np.sqrt(0.2) * X]).passed
    assert not Channel(flip).judge(X).passed
    dephased = QuantumCircuit(1, 1)
    dephased.measure(0, 0)
    dephased.z(0)
    assert Channel([np.diag([1, 0]), np.diag([0, 1])]).judge(dephased).passed
    assert "superpositions" in Channel([np.diag([1, 0]), np.diag([0, 1])]).judge(np.eye(2)).message
    reset = circuit(1, ("reset", 0))
    assert compare(reset, circuit(1, ("h", 0), ("reset", 0))).passed
    with pytest.raises(ValueError, match="incomplete"):
        Channel([np.eye(2) / 2])


# --- observables and measurement --------------------------------------------------------------------------------------


def test_observables():
    target = Observable({"ZI": 1.0, "XX": 0.5})
    assert target.judge(SparsePauliOp(["IZ", "XX"], [1.0, 0.5])).passed
    assert target.judge(cirq.Z(q[0]) + 0.5 * cirq.X(q[0]) * cirq.X(q[1])).passed
    assert target.judge(target.matrix).passed
    assert target.judge(SparsePauliOp(["ZI", "XX"], [1.0, 0.5])).diagnosis == "qubit-order"
    of_qiskit = target.judge(SparsePauliOp(["IZ", "XX"], [1.0, 0.5]).to_matrix())
    assert of_qiskit.diagnosis == "qubit-order" and "bare array" in of_qiskit.message
    more = {"ZI": 1.0, "XX": 0.5, "ZZ": 0.1}
    assert target.judge(more).message == "The term ZZ should not be there."
    in_qiskit = target.judge(SparsePauliOp(["IZ", "XX", "ZI"], [1.0, 0.5, 0.1]))
    assert in_qiskit.message == "The term IZ (Z on qubit 1) should not be there."  # Qiskit's word is ZI
    coefficient = target.judge({"ZI": 1.0, "XX": 0.6}).message
    assert coefficient == "The coefficient of XX is not right."
    assert target.judge({"ZI": -1.0, "XX": 0.5}).message == "The sign of ZI (Z on qubit 0) is not right."
    long = Observable({"ZZZXZ": 1.0, "XIYII": 1.0, "IIIII": 2.0})
    signs = long.judge({"ZZZXZ": -1.0, "XIYII": -1.0, "IIIII": 2.0}).message
    assert signs == (
        "The signs of XIYII (X on qubit 0, Y on qubit 2), ZZZXZ (its first letter acts on qubit 0) are not right."
    )
    assert "sign" in Observable({"Z": 1.0}).judge({"Z": -1.0}).message
    assert target.judge({"Z": 1.0}).diagnosis == "wrong-size"
    assert target.judge([1, 0, 0, 0]).diagnosis == "wrong-type"


def test_expectation_values():
    assert Expectation({"ZZ": 1.0}, of=BELL_QC).value == pytest.approx(1)
    assert Expectation({"XX": 1.0, "YY": 0.5}, 0.5).judge(BELL).passed
    assert Expectation({"Y": 1.0}, 1.0).judge([R, 1j * R]).passed
    assert Expectation({"Z": 1.0}, 0.0).judge(np.eye(2) / 2).passed is False  # a matrix is no state
    assert Expectation({"Z": 1.0}, 0.0).judge(DensityMatrix(np.eye(2) / 2)).passed
    assert Expectation({"Z": 1.0}, 0.0).judge(0.0).passed
    assert "value is 1, which" in Expectation({"Z": 1.0}, 0.0).judge([1, 0]).message
    assert Expectation({"Z": 1.0}, 0.0).judge([2, 2]).diagnosis == "not-normalised"


def test_distributions():
    target = Distribution({"00": 0.5, "11": 0.5})
    measured = BELL_QC.copy()
    measured.measure_all()
    for answer in (
        BELL_QC,
        measured,
        BELL_CIRQ,
        Statevector(BELL),
        {"00": 0.5, "11": 0.5},
        [0.5, 0, 0, 0.5],
        {"00": 520, "11": 504},
    ):
        assert target.judge(answer).passed, answer
    run = cirq.Simulator(seed=3).run(BELL_CIRQ + cirq.measure(q[0], q[1], key="m"), repetitions=2000)
    assert target.judge(run).passed
    assert target.judge({"00": 0.5, "11": 0.6}).diagnosis == "not-normalised"
    assert target.judge({"00": 500, "01": 1, "11": 500}).message.startswith("The outcome 01")
    assert target.judge({"0": 0.5, "1": 0.5}).diagnosis == "wrong-size"
    assert target.judge(circuit(2, ("h", 0))).status == "wrong"
    partly = QuantumCircuit(3, 1)
    partly.h(0), partly.cx(0, 2), partly.measure(2, 0)
    assert Distribution({"0": 0.5, "1": 0.5}).judge(partly).passed


def test_sampling_wants_shots():
    target = Sampling({"00": 0.5, "11": 0.5})
    assert target.judge(BELL_QC).diagnosis == "wrong-type"
    assert target.judge({"00": 0.5, "11": 0.5}).diagnosis == "wrong-type"
    assert target.judge({"00": 2000, "11": 2048}).passed
    assert Sampling({"0": 1.0}, shots=100).judge({"0": 99}).diagnosis == "sampling"


# --- plain values -----------------------------------------------------------------------------------------------------


def test_numbers():
    target = Number(3.2, within=0.01, unit="km", replies={6.4: ("double-angle", "Twice."), 1.6: "Half of it."})
    assert target.judge(3.205).passed and target.judge("3.2 km").passed and target.judge(np.float32(3.2)).passed
    assert target.judge(6.4).diagnosis == "double-angle" and target.judge(1.6).message == "Half of it."
    assert "km" in target.judge(3200).message
    assert (
        not target.judge("3.2 m").passed
        and target.judge("3.2 h").diagnosis == "wrong-type"
        and target.judge("near").diagnosis == "wrong-type"
    )
    assert target.judge(float("nan")).passed is False and target.judge([1, 2]).diagnosis == "wrong-type"
    assert "imaginary" in target.judge(3.2 + 1j).message
    assert Number(0.2, within=0.1).judge(0.1 + 0.2).passed
    assert target.judge([1, 2, 3]).message == "You gave 3 numbers, but this exercise asks for one."
    assert "x + y * 1j" in Number(1 + 2j).judge((1, 2)).message and Number(3).judge(np.array([3.0])).passed
    assert "3.2" not in str(target.judge(7.7))


def test_choices_words_and_bits():
    question = Choice("b", {"a": "No: the phase is lost.", "b": "Yes: it is.", "c": "No."})
    assert question.judge(" B) ").passed and question.judge("b").message == "Yes: it is."
    assert question.judge("A").message == "No: the phase is lost."
    assert question.judge("z").diagnosis == "wrong-type" and "a, b, c" in question.judge("z").message
    assert question.judge("").status == "not yet"
    assert Choice("True", {"True": "", "False": "No."}).judge(True).passed
    assert Text("Bell state", also=["EPR pair"]).judge("  bell   STATE. ").passed
    assert Text("H", case=True).judge("h").passed is False
    assert Text("-++").judge("−++").passed and not Text("-++").judge("+++").passed  # a minus sign is a minus
    assert Bits("011").judge([0, 1, 1]).passed and Bits("011").judge("0 1 1").passed
    assert Bits("011").judge("110").diagnosis == "qubit-order" and Bits("011").judge("100").diagnosis == "bit-flip"
    assert Bits("0110").judge("0111").message == "1 of the 4 bits is not right."
    assert Bits("0110").judge("1111").message == "2 of the 4 bits are not right."
    assert Bits("011").judge("01").diagnosis == "wrong-size" and Bits("011").judge(11).diagnosis == "wrong-type"


def test_any_all_and_properties():
    either = AnyOf(State([1, 0]), State([0, 1]))
    assert either.judge(circuit(1, ("x", 0))).passed and not either.judge([R, R]).passed
    assert either.judge([0.6, 0.6]).status == "wrong"
    both = AllOf(State(BELL), Distribution({"00": 0.5, "11": 0.5}))
    assert both.judge(BELL_QC).passed and both.judge(Statevector([R, 0, 0, -R])).score == pytest.approx(0.5)
    wide = Property(
        "has more than one qubit", lambda c: (c.num_qubits > 1, "One qubit is too few."), takes=values.State
    )
    assert wide.judge(BELL).passed and wide.judge([1, 0]).message == "One qubit is too few."
    assert wide.judge(BELL_QC).diagnosis == "wrong-type"
    assert Property("breaks", lambda c: c.no_such_thing).judge(BELL).diagnosis == "wrong-type"


# --- functions --------------------------------------------------------------------------------------------------------


def prepared(bits):
    qc = QuantumCircuit(len(bits))
    for place, bit in enumerate(bits):
        if bit == "1":
            qc.x(place)
    return qc


def basis(bits):
    return State(np.eye(2 ** len(bits))[int(bits, 2)])


def test_a_function_is_judged_on_every_input():
    target = Each(["01", "10", "11"], basis, name="prepare")
    assert target.judge(prepared).passed
    verdict = target.judge(lambda bits: prepared(bits[::-1]))
    assert verdict.message.startswith("prepare('01'):") and 0.3 < verdict.score < 1
    assert verdict.diagnosis is not None


def test_functions_that_misbehave():
    calls = []

    def once(n):
        calls.append(n)
        return n * n if len(calls) <= 3 else 0

    target = Each([1, 2, 3], lambda n: n * n)
    assert "called again" in target.judge(once).message
    assert "ZeroDivisionError" in target.judge(lambda n: n / 0).message
    assert "SystemExit" in target.judge(lambda n: exit(1)).message
    assert target.judge(lambda: 1).diagnosis == "unreadable"
    assert "brackets" in target.judge(4).message and target.judge(None).status == "not yet"
    assert target.judge(lambda n: None).status == "not yet"
    assert target.judge(lambda n: (k for k in range(n))).diagnosis == "wrong-type"
    add = Each([[1, 2], [3]], lambda numbers: sum(numbers))
    emptied = add.judge(lambda numbers: sum(numbers.pop() for _ in range(len(numbers))))
    assert not emptied.passed and "changes what it is given" in emptied.message
    assert Each([(1, 2)], lambda a, b: a + b).judge(lambda a, b: a + b).passed


def test_judging_outside_of_the_kernel():
    target = Each(lambda rng: [rng.randrange(100) for _ in range(4)], lambda n: n + 1, seed=7)
    assert {driver for driver, _ in target.calls()} == {"call"}
    inputs = [given for _, given in target.calls()]
    assert inputs[0] == inputs[-1] and len(inputs) == 5 and target.calls([1, 2]) == target.calls()[2:]
    outputs = [values.Number(n + 1) for n in inputs]
    assert target.judge_outputs(outputs).passed
    outputs[-1] = values.Number(-1)
    assert "called again" in target.judge_outputs(outputs).message
    with pytest.raises(ValueError):
        target.judge_outputs(outputs[:-1])


# --- stubs and compare ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stub", [None, ..., QuantumCircuit(2), cirq.Circuit(), [], ""])
def test_an_untouched_stub_is_not_yet(stub):
    for target in (State(BELL), Unitary(BELL_QC), Subspace(BELL_QC), Distribution(BELL_QC), AnyOf(State(BELL))):
        verdict = target.judge(stub)
        assert verdict.status == "not yet" and verdict.score == 0 and verdict.diagnosis is None


def test_an_empty_circuit_is_right_where_nothing_is_to_be_done():
    assert Unitary(np.eye(4)).judge(QuantumCircuit(2)).passed
    assert State([1, 0, 0, 0]).judge(cirq.Circuit()).passed


@pytest.mark.parametrize(
    ("answer", "expected", "options"),
    [
        (BELL_CIRQ, BELL_QC, {}),
        (Statevector(BELL_QC), BELL_QC, {}),
        (BELL_QC, BELL, {}),
        (DensityMatrix(BELL_QC), BELL_QC, {}),
        ({"00": 1000, "11": 1040}, BELL_QC, {}),
        (BELL_QC, Operator(BELL_QC), {}),
        (circuit(2, ("h", 1), ("cx", 1, 0)), BELL_QC, {"kind": "state"}),
        ({"00": 500, "11": 540}, BELL_QC, {"kind": "distribution"}),
        ({"00": 500, "11": 540}, {"00": 0.5, "11": 0.5}, {}),
        ({"00": 2000, "01": 1, "11": 2100}, {"00": 1030, "11": 1000}, {}),
        (BELL_QC, {"00": 1030, "11": 1000}, {}),
        (0.30000001, 0.3, {"tolerance": 1e-6}),
        ("0110", "0110", {}),
        ("Bell", "bell", {}),
        ([0, R, R, 0], [0, R, R, 0], {"order": "little"}),
        ({"ZI": 1.0}, SparsePauliOp("IZ"), {}),
        ([np.eye(2)], [1j * np.eye(2)], {}),
        (True, True, {}),
    ],
)
def test_compare_any_form_with_any_form(answer, expected, options):
    assert compare(answer, expected, **options).passed


def test_compare_reads_orders():
    assert compare([0, 0, 1, 0], Statevector.from_label("01")).passed is True
    assert compare([0, 1, 0, 0], Statevector.from_label("01"), order="little").passed is True
    assert compare([0, 1, 0, 0], Statevector.from_label("01")).diagnosis == "qubit-order"


def test_a_state_beyond_what_is_computed_is_judged_by_its_circuit_alone(monkeypatch):
    from qtrain.checking import states

    monkeypatch.setattr(states, "WORK", 0)
    steps = ("h", 0), ("cx", 0, 1), ("t", 1), ("cx", 1, 2), ("h", 2)
    target = State(circuit(3, *steps))
    assert target.vector is None and target.judge(circuit(3, *steps)).passed
    changed = target.judge(circuit(3, *steps[:-1], ("x", 2)))
    assert changed.status == "wrong" and changed.evidence is None
    for answer in (np.eye(1, 8)[0], values.Density(np.eye(8) / 8, 3)):
        assert target.judge(answer).status == "undecided"


def test_an_expectation_value_needs_an_observable():
    with pytest.raises(ValueError, match="an observable is expected as Pauli strings or a matrix, not as a state"):
        Expectation([1, 0], 1.0)


def test_outputs_that_hold_arrays_are_compared_and_an_engine_s_fault_is_no_fault_of_the_learner():
    def pair(x):
        return [np.array([x, 1.0]), x]

    target = Each([1.0, 2.0, 3.0], lambda x: Number(x))
    assert target.judge(lambda x: x).passed
    for f in (lambda x: (np.float64(x), 1.0), lambda x: [x, 2.0], pair, lambda x: np.array([0.6, 0.8])):
        verdict = target.judge(f)
        assert not verdict.passed and "asks for a function" not in verdict.message
    # the same state for every input is worth nothing, though it is right for one of them
    states = Each([0, 1], lambda k: State([1, 0] if k == 0 else [0, 1]))
    assert states.judge(lambda k: [1, 0]).score == 0


def test_a_fault_while_outputs_are_judged_is_not_told_as_no_function():
    class Broken(Each):
        def judge_outputs(self, outputs):
            raise ZeroDivisionError("in the engine")

    with pytest.raises(ZeroDivisionError):
        Broken([1.0], lambda x: Number(x)).judge(lambda x: x)


@pytest.mark.parametrize(
    ("gates", "diagnosis"), [("sdg 0; h 0", None), ("h 0; s 0", "inverse"), ("s 0; h 0", "conjugate"), ("h 0", None)]
)
def test_players_whose_gates_are_undone_or_conjugate(gates, diagnosis):
    """The state and the gates are complex and not symmetric: a transpose alone would not win."""
    state = np.array([1, 1j]) / np.sqrt(2)
    game = Game(lambda asked, said: said[0] == 0, [(0,)], 1.0, moves="circuits", state=state, players=("alice",))
    verdict = game.judge([lambda question: written(gates)])
    assert (verdict.passed, verdict.diagnosis) == (gates == "sdg 0; h 0", diagnosis)


def test_effects_of_circuits_that_measure_complex_bases():
    """Seen from the other side they are the conjugate, so the outcomes of a Y measurement would change places."""
    plus, minus = np.array([1, 1j]) / np.sqrt(2), np.array([1, -1j]) / np.sqrt(2)
    y_basis = Povm([plus, minus])
    tilted = np.array([np.cos(0.3), np.sin(0.3) * np.exp(0.7j)])
    other = np.array([-np.sin(0.3) * np.exp(-0.7j), np.cos(0.3)])
    for measured in (True, False):
        made = QuantumCircuit(1, 1)
        made.sdg(0)
        made.h(0)
        wrong = QuantumCircuit(1, 1)
        wrong.s(0)
        wrong.h(0)
        undone = QuantumCircuit(1, 1)
        undone.p(-0.7, 0)
        undone.ry(-0.6, 0)
        if measured:
            for one in (made, wrong, undone):
                one.measure(0, 0)
        assert y_basis.judge(made).passed and not y_basis.judge(wrong).passed
        assert Povm([tilted, other]).judge(undone).passed
        assert not Povm([tilted.conj(), other.conj()]).judge(undone).passed


def test_an_entropy_in_another_unit_is_told_so():
    for base, other, unit in ((2, 0.6 * np.log(2), "nats"), (np.e, 0.6 / np.log(2), "bits")):
        verdict = Number(0.6, within=1e-3, slips=conventions.entropy(0.6, base=base)).judge(other)
        assert verdict.diagnosis == "convention" and verdict.message.startswith(f"This is in {unit}:")
    assert conventions.entropy(0.0) == []
    with pytest.raises(ValueError, match="base"):
        conventions.entropy(0.6, base=10)


@pytest.mark.parametrize("angle", [0.05, 0.7])
def test_the_state_of_the_other_qubit_is_a_slip_as_soon_as_it_differs(angle):
    other = np.array([np.cos(angle), np.sin(angle)])
    target = conventions.reduced(np.kron([1, 0], other), keep=[0])
    assert target.judge(np.diag([1, 0])).passed
    assert target.judge(np.outer(other, other)).diagnosis == "convention"
    assert conventions.reduced([0.6, 0, 0, 0.8], keep=[0]).slips == ()


def test_what_no_reader_knows_is_compared_as_it_is():
    thing = object()
    alike = Alike(lambda other: other is thing)
    assert alike.right(alike.read(thing)) and not alike.right(alike.read(object()))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("word", [0, 1, 2])
def test_a_change_of_basis_by_two_gates_is_told_from_two_qubits_on(word, seed):
    """On one qubit it would explain too many wrong answers."""
    s, h = np.diag([1, 1j]), np.array([[1, 1], [1, -1]]) / np.sqrt(2)
    change = (s @ h, h @ s.conj(), h @ s)[word]
    rng = np.random.default_rng(seed)
    for n in (1, 2):
        state = rng.normal(size=2**n) + 1j * rng.normal(size=2**n)
        state /= np.linalg.norm(state)
        found = State(state).judge(np.kron(change, np.eye(2 ** (n - 1))) @ state)
        assert (found.passed, found.diagnosis) == (False, "wrong-basis" if n == 2 else None)


def test_an_expected_program_that_cannot_be_read_is_no_text():
    program = "OPENQASM 3.0;\nqubit q;\nfoo q;"
    with pytest.raises(ValueError, match="expected value cannot be used: The gate 'foo'"):
        compare(program, program)


@pytest.mark.parametrize(("off", "passed"), [(1e-6, True), (1e-4, False), (1e-3, False)])
def test_effects_agree_to_a_hundred_thousandth(off, passed):
    exact = Povm([np.diag([1, 0]), np.diag([0, 1])])
    assert exact.judge([np.diag([1 - off, off]), np.diag([off, 1 - off])]).passed == passed


def test_parts_of_what_a_function_returns_are_parts_of_its_result():
    target = Each([[1, 2, 3]], lambda given: Data(sorted(given), schema=List(Whole())))
    assert "`result[0]`" in target.judge(lambda given: [5, 2, 3]).message
    assert "`result` is 3" in target.judge(lambda given: 3).message
    assert "`answer[0]`" in Data([1, 2], schema=List(Whole())).judge([3, 2]).message


def test_a_wrong_value_earns_nothing_for_its_error_bar():
    target = Estimate(0.5, spread=0.5, within=0.02)
    half, few = (0.95, 0.005, 2500), (0.95, 0.05, 100)
    assert target.judge(half).score == 0 and target.judge(few).score == 0
    assert target.judge((0.5, 0.005, 2500)).score == 0.5 and target.judge((0.5, 0.05, 100)).score == 0.5


def test_a_right_value_with_a_wrong_error_bar_earns_the_same_whoever_names_it():
    slips = (Slip((0.5, 0.02, 2500), "Twice."), Slip((0.8, 0.01, 2500), "Another basis."))
    target = Estimate(0.5, spread=0.5, within=0.02, slips=slips)
    assert target.judge((0.51, 0.02, 2500)).message == "Twice." and target.judge((0.51, 0.02, 2500)).score == 0.5
    assert target.judge((0.51, 0.0141, 2500)).score == 0.5 and target.judge((0.51, 0.04, 2500)).score == 0.25
    assert target.judge((0.8, 0.01, 2500)).score == 0 and target.judge((0.9, 0.01, 2500)).score == 0
    # An error bar that covers everything, or two shots, tell nothing.
    assert target.judge((0.9, 100, 2500)).score == target.judge((0.6, 0.1, 2)).score == 0


def test_how_far_the_truth_is_stays_unsaid():
    target = Estimate(0.5, spread=0.5, within=0.02)
    far, farther = target.judge((0.7, 0.01, 2500)).message, target.judge((0.9, 0.01, 2500)).message
    assert far == farther and "more than 4.9 of your error bars" in far


def test_parties_who_do_nothing_earn_nothing():
    steps = [Step("alice", "a", ("alice.bit",), ("x",)), Step("bob", "b", ("x",), ("bob.bit",))]
    musts = [
        Must("Alice announces no bit.", lambda board: board["x"] in (0, 1)),
        Must("Bob has another bit.", lambda board: board["bob.bit"] == board["alice.bit"]),
        Must("Bob's bit is negative.", lambda board: board["bob.bit"] >= 0),
    ]
    target = Protocol(steps, lambda random: {"alice.bit": random.randrange(2)}, musts)
    assert target.judge((lambda bit: bit, lambda x: x)).passed
    assert target.judge((lambda bit: 7, lambda x: 0)).score == 0
    assert target.judge((lambda bit: 1 - bit, lambda x: x)).score == pytest.approx(0.5 / 3, abs=1e-4)


@pytest.mark.parametrize(
    "target", [Each([1, 2], lambda n: n), Property("halves", lambda f: f.call(2) == 1, takes=values.Function)]
)
def test_a_list_where_a_function_is_asked_for_is_called_a_list(target):
    for answer, name in (
        ([1, 0], "a list"),
        ([[1, 0], [0, 1]], "a list"),
        ((3, 4, 5), "a tuple"),
        ({"a": 1}, "a dict"),
    ):
        assert target.judge(answer).message.startswith(f"You gave {name}, but this exercise asks for a function")
    assert target.judge([]).status == "not yet"


def test_a_function_that_prints_or_is_not_written_is_told_to_return():
    target = Each([1, 2], lambda x: x + 1)
    # One that prints was written, so it is wrong; one that does nothing is a stub.
    for answer, status in ((print, "wrong"), (lambda x: None, "not yet")):
        verdict = target.judge(answer)
        assert (verdict.status, verdict.score) == (status, 0)
        assert "return" in verdict.message


def test_a_mixed_state_of_nine_qubits_is_known_whatever_its_phases():
    """From nine on no density matrix of the answer is written out."""
    steps = "ry(1.1) 0; s 0; ry(0.7) 1; t 1; cx 0 1; h 2; cp(0.9) 1 2; measure 2"
    target = Density(density(shorthand(steps, qubits=9)))
    assert target.judge(shorthand(f"x 8; {steps}; x 8", qubits=9)).passed
    for other in (steps.replace("s 0", "sdg 0"), steps.replace("; measure 2", ""), steps.replace("1.1", "1.2")):
        assert not target.judge(shorthand(other, qubits=9)).passed
