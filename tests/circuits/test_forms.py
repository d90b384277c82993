"""Forms in which the frameworks hand out circuits, results and states, read with their right value or refused."""

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit, qasm3, transpile
from qiskit.circuit import Clbit, IfElseOp
from qiskit.circuit.library import CXGate, PauliEvolutionGate, XGate
from qiskit.primitives import StatevectorSampler
from qiskit.quantum_info import (
    Kraus,
    Operator,
    Pauli,
    PauliList,
    SparsePauliOp,
    StabilizerState,
    Statevector,
    SuperOp,
)
from qiskit.result import QuasiDistribution

from qtrain import compare
from qtrain.checking import Bits, Distribution
from qtrain.checking import State as PureState
from qtrain.circuits import (
    Circuit,
    Counts,
    Observable,
    Operation,
    State,
    TooLarge,
    Unreadable,
    choi,
    density,
    from_data,
    output_distribution,
    read,
    to_cirq,
    to_data,
    to_openqasm3,
    to_qiskit,
    unitary,
)
from qtrain.circuits.formats.cirq.ordering import key_order
from qtrain.circuits.gates import make

Q = cirq.LineQubit.range(3)


def qc(n, *steps, bits=0):
    circuit = QuantumCircuit(n, bits)
    for name, *arguments in steps:
        getattr(circuit, name)(*arguments)
    return circuit


BELL = qc(2, ("h", 0), ("cx", 0, 1))


# --- expected values ------------------------------------------------------------------------------------------------


def test_standard_gates_and_programs_as_expected_values():
    assert compare(qc(1, ("x", 0)), XGate()).passed and not compare(qc(1, ("y", 0)), XGate()).passed
    assert compare(qc(2, ("cx", 0, 1)), CXGate()).passed and not compare(qc(2, ("cx", 1, 0)), CXGate()).passed
    program = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[1];\nx q[0];\n'
    assert compare(qc(1, ("x", 0)), program).passed and not compare(qc(1, ("h", 0)), program).passed
    assert compare("gate foo a { U(pi,0,pi) a; }\nqubit q;\nfoo q;\n", qc(1, ("x", 0))).passed
    assert compare("// mine\nqubit[2] q;\nU(pi, 0, pi) q[1];", qc(2, ("x", 1))).passed


def test_bits_of_a_register_turned_over():
    for condition, runs in (("~c == 3", True), ("~c == 0", False), ("~c[0] == 1", True), ("!c[0]", True)):
        program = f"OPENQASM 3.0;\nbit[2] c;\nqubit q;\nif ({condition}) {{ U(pi,0,pi) q; }}\n"
        assert (np.abs(np.array(list(output_distribution(read(program)).values()))).sum()) == pytest.approx(1)
        assert compare(program, qc(1, ("x", 0), bits=2)).passed is runs


# --- noise ----------------------------------------------------------------------------------------------------------


def test_noise_in_qiskit_circuits_and_by_itself():
    flips = Kraus([0.8**0.5 * np.eye(2), 0.2**0.5 * np.diag([1, -1])])
    for channel in (flips, SuperOp(flips)):
        noisy = QuantumCircuit(1)
        noisy.append(channel.to_instruction(), [0])
        assert compare(noisy, cirq.phase_flip(0.2)).passed
        assert not compare(noisy, cirq.bit_flip(0.2)).passed
    on_two = Kraus([np.kron(np.eye(2), one) for one in (np.diag([1, 0.8]), np.array([[0, 0.6], [0, 0]]))])
    noisy = QuantumCircuit(2)
    noisy.append(on_two.to_instruction(), [0, 1])  # Qiskit's last factor is its qubit 0
    assert compare(noisy, cirq.Circuit(cirq.amplitude_damp(0.36)(Q[0]), cirq.I(Q[1]))).passed


def test_aer_errors():
    noise = pytest.importorskip("qiskit_aer.noise")
    error = noise.depolarizing_error(0.1, 1)
    assert compare(error, Kraus(error)).passed
    # Aer's depolarizing error of p is Cirq's of 3p/4.
    assert compare(error, cirq.depolarize(0.075)).passed
    circuit = QuantumCircuit(2)
    circuit.append(noise.amplitude_damping_error(0.3), [1])
    assert compare(circuit, cirq.Circuit(cirq.amplitude_damp(0.3)(Q[1]), cirq.I(Q[0]))).passed
    with pytest.raises(Unreadable, match="NoiseModel"):
        read(noise.NoiseModel())


# --- states and distributions ----------------------------------------------------------------------------------------


def test_stabilizer_states_are_states():
    assert compare(StabilizerState(BELL), StabilizerState(qc(2, ("h", 1), ("cx", 1, 0)))).passed
    assert compare(StabilizerState(BELL), BELL).passed
    assert not compare(StabilizerState(BELL), StabilizerState(qc(2, ("h", 0), ("cx", 0, 1), ("z", 0)))).passed
    odd = read(StabilizerState(qc(2, ("x", 0), ("h", 1), ("s", 1))))
    assert isinstance(odd, State)
    assert np.allclose(np.abs(odd.vector @ np.array([0, 0, 1, -1j]) / 2**0.5), 1)


def test_probabilities():
    assert compare(Statevector(BELL).probabilities_dict(), {"00": 0.5, "11": 0.5}).passed
    target = Distribution({"00": 0.5, "10": 0.5})
    assert target.judge(QuasiDistribution({0: 0.5, 1: 0.5})).passed
    assert not target.judge(QuasiDistribution({0: 0.5, 2: 0.5})).passed
    three = Distribution({"000": 0.5, "010": 0.5})
    assert three.judge(QuasiDistribution({0: 0.5, 2: 0.5})).passed


def test_a_plain_dict_that_is_right_the_other_way_hears_how_to_say_its_order():
    measured = qc(2, ("h", 0))
    measured.measure_all()
    result = StatevectorSampler(seed=1).run([measured], shots=4000).result()
    target = Distribution({"00": 0.5, "10": 0.5})
    for form in (result, result[0], result[0].data, result[0].data.meas):
        assert target.judge(form).passed
    verdict = target.judge(result[0].data.meas.get_counts())
    assert not verdict.passed and "get_counts" in verdict.message and "data.meas" in verdict.message
    kept = from_data(to_data(read(result[0].data.meas.get_counts())))
    assert target.judge(kept).message == verdict.message


@pytest.mark.parametrize(
    "bits",
    [
        [0, 1, 1], [0.0, 1.0, 1.0], list(np.array([0, 1, 1], np.uint8)), np.array([0, 1, 1]), (0, True, True),
        np.array([False, True, True]), "011", np.str_("011"),
    ],
    ids=str,
)  # fmt: skip
def test_bits_of_every_kind(bits):
    assert Bits("011").judge(bits).passed and not Bits("010").judge(bits).passed


def test_shots_as_arrays():
    target = Distribution({"00": 0.5, "11": 0.5})
    shots = np.array([[0, 0], [1, 1]] * 20_000)
    for form in (shots, shots.astype(float), shots.astype(bool), shots.tolist(), {"m": shots}, shots[:, None, :]):
        assert target.judge(form).passed
    assert target.judge({"a": shots[:, :1], "b": shots[:, 1:]}).passed
    assert not target.judge(np.array([[0, 0], [1, 0]] * 20_000)).passed
    simulator, bell = cirq.Simulator(seed=1), cirq.Circuit(cirq.H(Q[0]), cirq.CNOT(*Q[:2]))
    result = simulator.run(bell + cirq.measure(*Q[:2], key="m"), repetitions=40_000)
    for form in (result, result.measurements, result.records, result.data, result.histogram(key="m")):
        assert target.judge(form).passed
    multi = simulator.run(bell + cirq.measure_each(*Q[:2]), repetitions=40_000)
    for form in (multi, multi.measurements, multi.data, multi.multi_measurement_histogram(keys=["q(0)", "q(1)"])):
        assert target.judge(form).passed


# --- the order of results in Cirq -------------------------------------------------------------------------------------


def results_of(*operations):
    circuit = cirq.Circuit(operations)
    (name,) = output_distribution(read(circuit))
    return name


def test_results_come_in_the_order_of_the_program():
    m = cirq.measure
    assert results_of(cirq.X(Q[0]), m(Q[0], key="a"), m(Q[1], key="b")) == "10"  # b slides to an earlier moment
    assert results_of(cirq.X(Q[0]), m(Q[0], key="b"), m(Q[1], key="a")) == "10"
    # Keys that count tell the order where the moments do not.
    assert results_of(m(Q[1], key="bit 0"), cirq.X(Q[0]), m(Q[0], key="bit 1")) == "01"
    assert results_of(m(Q[1], key="10"), m(Q[2], key="9"), cirq.X(Q[0]), m(Q[0], key="8")) == "100"
    assert results_of(m(Q[1], key="a"), m(Q[0], key="b"), cirq.X(Q[2]), m(Q[2], key="c")) == "001"
    assert results_of(cirq.X(Q[1]), cirq.X(Q[0]), m(Q[1], key="a"), m(Q[0], key="b"), m(Q[2], key="c")) in ("110",)
    assert results_of(m(Q[0], key="a"), cirq.X(Q[0]), m(Q[0], key="b")) == "01"
    # What depends on another result comes after it, wherever its qubit stands.
    depends = cirq.X(Q[0]).with_classical_controls("first")
    assert results_of(cirq.I(Q[2]), m(Q[2], key="first"), depends, cirq.X(Q[0]), m(Q[0], key="second")) == "01"
    assert results_of(cirq.X(Q[1]), m(Q[1], Q[0], key="m"), m(Q[2], key="z")) == "100"
    names = read(cirq.Circuit(cirq.X(Q[0]), m(Q[0], key="a"), m(Q[1], key="b"))).clbit_names
    assert names == ("a", "b")


@pytest.mark.parametrize("keys", [("a", "b"), ("m0", "m1"), ("q(0)", "q(1)"), ("c[9]", "c[10]")])
def test_results_of_a_run_come_in_the_same_order(keys):
    circuit = cirq.Circuit(cirq.X(Q[0]), cirq.measure(Q[0], key=keys[0]), cirq.measure(Q[1], key=keys[1]))
    target = Distribution({"10": 1.0})
    assert target.judge(circuit).passed
    assert target.judge(cirq.Simulator().run(circuit, repetitions=200)).passed


@pytest.mark.parametrize(
    ("keys", "ordered"),
    [
        ("b c a", "a b c"),
        ("m10 m9", "m9 m10"),
        ("q(1,0) q(0,1)", "q(0,1) q(1,0)"),
        ("zeta alpha", "zeta alpha"),
        ("beta a", "beta a"),
        ("2 1", "1 2"),
        ("b 1", "b 1"),
        ("m2 n1", "m2 n1"),
    ],
)
def test_keys_are_taken_as_they_count_and_else_as_they_come(keys, ordered):
    assert key_order(keys.split()) == ordered.split()


def test_inverted_results_in_every_language():
    circuit = cirq.Circuit(cirq.X(Q[0]), cirq.measure(Q[0], Q[1], key="m", invert_mask=(True, False)), cirq.X(Q[1]))
    read_once = read(circuit)
    assert output_distribution(read_once) == {"00": 1.0}
    for written in (to_qiskit(read_once), to_openqasm3(read_once), to_cirq(read_once)):
        again = read(written)
        assert output_distribution(again) == {"00": 1.0}
        assert np.allclose(choi(again), choi(read_once))
    assert output_distribution(from_data(to_data(read_once))) == {"00": 1.0}


# --- circuits ---------------------------------------------------------------------------------------------------------


def test_lists_of_operations():
    assert compare([cirq.X(Q[0])], qc(1, ("x", 0))).passed
    assert compare([cirq.H(Q[0]), [cirq.CNOT(Q[0], Q[1])]], BELL).passed
    for wrong in ([XGate()], [BELL], [cirq.Circuit(cirq.X(Q[0]))]):
        with pytest.raises(Unreadable, match="list"):
            read(wrong)


def test_an_evolution_means_the_exact_one():
    evolution = PauliEvolutionGate(SparsePauliOp(["ZX", "XI"], [1.0, 0.3]), time=0.7)
    circuit = QuantumCircuit(2)
    circuit.append(evolution, [0, 1])
    assert compare(circuit, Operator(circuit)).passed
    commuting = QuantumCircuit(2)
    commuting.append(PauliEvolutionGate(SparsePauliOp(["ZZ", "ZI"], [1.0, 0.3]), time=0.7), [0, 1])
    assert all(step.name != "unitary" for step in read(commuting).operations)


def test_spare_qubits_of_the_device_may_be_measured():
    made = transpile(
        BELL, coupling_map=[[0, 1], [1, 0], [1, 2], [2, 1]], basis_gates=["rz", "sx", "x", "cx"],
        optimization_level=1, seed_transpiler=1,
    )  # fmt: skip
    made.measure_all()
    assert compare(made, BELL).passed
    assert Distribution({"00": 0.5, "11": 0.5}).judge(made).passed


def test_a_barrier_across_the_device_ends_where_its_spare_qubits_go():
    circuit = qc(2, ("h", 0), ("cx", 0, 1))
    placed = transpile(
        circuit, coupling_map=[[0, 1], [1, 2], [2, 3]], basis_gates=["rz", "sx", "cx"], seed_transpiler=1
    )
    assert placed.num_qubits == 4
    placed.barrier()
    found = read(placed)
    assert found.num_qubits == 2 and found.operations[-1].name == "barrier"
    assert all(qubit < 2 for step in found.operations for qubit in step.qubits)
    assert Operator(to_qiskit(found)).equiv(circuit)


def test_a_condition_on_a_bit_of_elsewhere_is_refused():
    circuit = qc(1, ("h", 0), bits=1)
    circuit.append(IfElseOp((Clbit(), 1), qc(1, ("x", 0))), [0])
    with pytest.raises(Unreadable, match="not part of the circuit"):
        read(circuit)


def test_pauli_strings_and_objects():
    for text in ("YI", "+YI", "+Y I", "y i", " Y  I ", "yi"):
        assert read(text, kind="observable") == Observable({"YI": 1}, 2)
    assert read("-X Z", kind="observable") == Observable({"XZ": -1}, 2)
    assert read("-iXZ", kind="observable") == Observable({"XZ": -1j}, 2)
    assert read({"+x z": 0.5, "ZZ": 1}, kind="observable") == Observable({"XZ": 0.5, "ZZ": 1}, 2)
    expected = Observable({"YI": 1}, 2)
    objects = [Pauli("IY"), PauliList(["IY"]), SparsePauliOp("IY"), cirq.DensePauliString("YI")]
    assert all(read(form) == expected for form in objects)
    assert read(cirq.Y(Q[0]) * cirq.Z(Q[1])) == Observable({"YZ": 1}, 2)
    with pytest.raises(Unreadable, match="Paulis"):
        read(PauliList(["IY", "XX"]))


def test_named_qubits_that_sort_otherwise():
    x, ancilla = cirq.NamedQubit("x"), cirq.NamedQubit("anc")
    verdict = compare(cirq.Circuit(cirq.CNOT(x, ancilla)), qc(2, ("cx", 0, 1)))
    assert not verdict.passed and "Cirq sorts named qubits" in verdict.message and "anc is qubit 0" in verdict.message


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (lambda: QuantumCircuit(2).qregs[0], "register"),
        (lambda: QuantumCircuit(2).qubits[0], "circuit"),
        (lambda: QuantumCircuit(1).h(0), "InstructionSet"),
        (lambda: StatevectorSampler(), "sampler.run"),
    ],
)
def test_what_is_no_answer_is_refused_with_what_to_do(form, words):
    with pytest.raises(Unreadable, match=words):
        read(form())


def test_counts_keep_their_order():
    assert read({"01": 3}).bare and not read(np.array([[0, 1]] * 3), kind="counts").bare
    assert read(np.array([[0, 1]] * 3), kind="counts") == Counts({"01": 3}, 2)
    assert isinstance(read([cirq.X(Q[0])]), Circuit) and np.allclose(unitary(read([cirq.X(Q[0])])), [[0, 1], [1, 0]])


# --- loops ------------------------------------------------------------------------------------------------------------


def until_zero():
    circuit = qc(1, ("h", 0), ("measure", 0, 0), bits=1)
    with circuit.while_loop((circuit.clbits[0], 1)):
        circuit.h(0)
        circuit.measure(0, 0)
    return circuit


def test_loops_that_end():
    body = cirq.FrozenCircuit(cirq.H(Q[0]), cirq.measure(Q[0], key="m"))
    until_one = cirq.CircuitOperation(
        body, use_repetition_ids=False, repeat_until=cirq.KeyCondition(cirq.MeasurementKey("m"))
    )
    for program in (until_zero(), qasm3.dumps(until_zero())):
        assert PureState([1, 0]).judge(program).passed and not PureState([0, 1]).judge(program).passed
        assert output_distribution(read(program)) == pytest.approx({"0": 1.0})
    assert PureState([0, 1]).judge(cirq.Circuit(until_one)).passed
    assert not PureState([1, 0]).judge(cirq.Circuit(until_one)).passed
    assert output_distribution(from_data(to_data(read(until_zero())))) == pytest.approx({"0": 1.0})


def test_a_loop_without_an_end_is_undecided():
    circuit = qc(1, ("x", 0), ("measure", 0, 0), bits=1)
    with circuit.while_loop((circuit.clbits[0], 1)):
        circuit.z(0)
    assert PureState([1, 0]).judge(circuit).status == "undecided"


@pytest.mark.parametrize(("left", "finished"), [(1e-10, True), (1e-8, False), (1e-7, False), (0.5, False)])
def test_a_loop_counts_as_finished_when_a_billionth_is_left(left, finished):
    turn = make("ry", (0,), (2 * np.arcsin(np.sqrt(left)),))
    endless = Operation("if", (0,), condition=((0,), 1), body=(Operation("endless", (0,)),))
    circuit = Circuit(1, (turn, Operation("measure", (0,), clbits=(0,)), endless), num_clbits=1)
    if finished:
        assert np.allclose(density(circuit), np.diag([1, 0]))
    else:
        with pytest.raises(TooLarge, match="for ever"):
            density(circuit)


def test_the_exported_switch():
    circuit = qc(2, ("h", 0), ("measure", 0, 0), bits=2)
    with circuit.switch(circuit.cregs[0]) as case:
        with case(1, 2):
            circuit.x(1)
        with case(case.DEFAULT):
            circuit.z(1)
    for program in (circuit, qasm3.dumps(circuit)):
        assert output_distribution(read(program)) == pytest.approx({"00": 0.5, "10": 0.5})
        assert compare(program, circuit).passed
        assert np.allclose(choi(read(program)), choi(read(circuit)))
