"""Stim's circuits, tableaux and Pauli strings."""

import cirq
import numpy as np
import pytest
from qiskit import QuantumCircuit

from qtrain import compare
from qtrain.circuits import Observable, Unreadable, choi, output_distribution, read, to_stim, unitary

stim = pytest.importorskip("stim")


def test_gates_have_stims_own_matrices():
    for name, data in stim.gate_data().items():
        if data.is_unitary and data.is_two_qubit_gate | data.is_single_qubit_gate:
            size = 2 if data.is_two_qubit_gate else 1
            circuit = stim.Circuit(f"{name} {' '.join(map(str, range(size)))}")
            expected = circuit.to_tableau().to_unitary_matrix(endian="big")
            made = unitary(read(circuit))
            assert abs(abs(np.vdot(expected, made)) / len(made) - 1) < 1e-5, name


def test_tableaux_and_pauli_strings():
    bell = QuantumCircuit(2)
    bell.h(0), bell.cx(0, 1)
    assert compare(stim.Circuit("H 0\nCX 0 1").to_tableau(), bell).passed
    assert not compare(stim.Circuit("H 1\nCX 1 0").to_tableau(), bell).passed
    assert read(stim.PauliString("-XYI")) == Observable({"XYI": -1}, 3)


def test_measurement_feedback_and_noise():
    assert output_distribution(read(stim.Circuit("X 0\nM 0 !0 1\nR 0\nCX rec[-3] 1\nM 1 0"))) == {"10010": 1.0}
    assert output_distribution(read(stim.Circuit("H 0\nMX 0\nRY 1\nMY 1\nMR 1"))).keys() == {"000", "001"}
    noisy = stim.Circuit("DEPOLARIZE1(0.3) 0")
    assert np.allclose(choi(read(noisy)), choi(read(cirq.Circuit(cirq.depolarize(0.3)(cirq.LineQubit(0))))))
    with pytest.raises(Unreadable, match="MPP"):
        read(stim.Circuit("MPP X0*X1"))


def test_written_and_read_again():
    program = stim.Circuit("H 0\nS_DAG 1\nCX 0 1\nTICK\nISWAP 1 2\nM 0\nCZ rec[-1] 2\nR 0\nM 2")
    again = to_stim(read(program))
    assert np.allclose(choi(read(again)), choi(read(program)))
    with pytest.raises(Unreadable, match="cannot be written in Stim"):
        circuit = QuantumCircuit(1)
        circuit.t(0)
        to_stim(read(circuit))
