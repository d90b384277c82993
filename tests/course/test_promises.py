"""A solution that uses what a task promises is right: every input keeps the promise."""

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit.library import RYGate

from qtrain.course import load


def from_probabilities(amplitudes):
    """A tree whose root takes its cosine from the first half alone: right only where the length is 1."""
    qubits = len(amplitudes).bit_length() - 1
    circuit = QuantumCircuit(qubits)
    for k in range(qubits):
        for value, (zero, one) in enumerate(np.reshape(amplitudes, (2**k, 2, -1))):
            if k == qubits - 1:
                angle = 2 * np.arctan2(one[0], zero[0])
            elif k == 0:
                angle = 2 * np.arccos(np.linalg.norm(zero))
            else:
                angle = 2 * np.arctan2(np.linalg.norm(one), np.linalg.norm(zero))
            controls = format(value, f"0{k}b")[::-1] if k else ""
            gate = RYGate(angle).control(k, ctrl_state=controls) if k else RYGate(angle)
            circuit.append(gate, range(k + 1))
    return circuit


def test_real_states_to_prepare_have_length_1():
    assert load().lesson("1.8").exercise("1.8.j").judge(from_probabilities, "asma").passed
