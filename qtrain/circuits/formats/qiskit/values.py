"""Reads Qiskit's objects of every kind, turning little-endian arrays, labels and keys round."""

from __future__ import annotations

import sys

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import CircuitInstruction, ParameterExpression
from qiskit.circuit import Operation as QiskitOperation
from qiskit.quantum_info import (
    Clifford,
    DensityMatrix,
    Operator,
    Pauli,
    PauliList,
    SparseObservable,
    SparsePauliOp,
    StabilizerState,
    Statevector,
)
from qiskit.quantum_info.operators.channel.quantum_channel import QuantumChannel
from qiskit.result import Counts as QiskitCounts
from qiskit.result import ProbDistribution, QuasiDistribution
from qiskit.result import Result as QiskitResult

from ...errors import ANSWER, MAX_STATE_QUBITS, Unreadable, number_from, unreadable
from ...model import Circuit, Counts, Number, Observable, Operation, State
from ...simulate import run
from ..arrays import from_array
from ..python import read_bare
from .circuits import kraus_of, read_circuit, read_gate, read_instruction


def read_value(answer, bases, num_qubits=None):
    """The neutral form of an object of Qiskit, or None if it is nothing that Qiskit makes."""
    if QuantumCircuit in bases:
        return read_circuit(answer)
    if Clifford in bases:
        return read_circuit(answer.to_circuit())
    if Operator in bases:
        return _matrix(answer.data, "unitary")
    if Statevector in bases:
        return _matrix(answer.data, "state")
    if StabilizerState in bases:
        return _stabilizer(answer)
    if DensityMatrix in bases:
        return _matrix(answer.data, "density")
    if SparsePauliOp in bases:
        return _observable(answer.paulis.to_labels(), answer.coeffs)
    if PauliList in bases:
        if len(answer) != 1:
            raise Unreadable("wrong-type", f"You gave {len(answer)} Paulis; give one, or a SparsePauliOp.")
        return _pauli(answer[0])
    if SparseObservable in bases:
        return read_value(SparsePauliOp.from_sparse_observable(answer), (SparsePauliOp,))
    if Pauli in bases:
        return _pauli(answer)
    if QuantumChannel in bases or _is_aer_error(bases):
        return _channel(answer)
    if CircuitInstruction in bases:
        return read_instruction(answer)
    if QiskitOperation in bases:
        return read_gate(answer)
    if QiskitCounts in bases or QuasiDistribution in bases or ProbDistribution in bases:
        return _counts(answer, bases, num_qubits)
    if QiskitResult in bases:
        counts = answer.get_counts()
        if isinstance(counts, list):
            raise unreadable("The result holds the counts of several circuits; give those of one.")
        return _counts(counts, type(counts).__mro__, num_qubits)
    if ParameterExpression in bases:
        return Number(number_from(answer, ANSWER))
    value = _primitive_result(answer, bases)
    return _refused(answer, bases) if value is None else value


def _matrix(data, kind):
    return from_array(np.array(data, dtype=complex), order="little", kind=kind)


def _observable(labels, coefficients) -> Observable:
    terms: dict[str, complex] = {}
    for label, coefficient in zip(labels, coefficients, strict=True):
        if isinstance(coefficient, ParameterExpression):
            raise unreadable(f"The observable has the parameter {str(coefficient)[:40]!r} without a number.")
        value = complex(coefficient)
        if value - value != 0:
            raise unreadable("A coefficient of the observable is no finite number.")
        name = str(label)[::-1]
        terms[name] = terms.get(name, 0) + value
    return Observable(terms, len(labels[0]))


_PHASES = {"": 1, "-": -1, "i": 1j, "-i": -1j}


def _pauli(answer: Pauli) -> Observable:
    label = answer.to_label()
    letters = label.lstrip("-i")
    return _observable([letters], [_PHASES[label[: len(label) - len(letters)]]])


def _channel(answer) -> Circuit:
    operators = kraus_of(answer)
    n = len(operators[0]).bit_length() - 1
    return Circuit(
        n,
        (Operation("kraus", tuple(range(n)), matrix=operators, label="channel"),),
        framework="qiskit",
        explicit_qubits=tuple(range(n)),
    )


def _is_aer_error(bases) -> bool:
    noise = sys.modules.get("qiskit_aer.noise")
    return noise is not None and getattr(noise, "QuantumError", None) in bases


def _stabilizer(answer) -> State | Circuit:
    """A stabilizer state as its vector; where that is too long, as a circuit that prepares it."""
    circuit = read_circuit(answer.clifford.to_circuit())
    return circuit if circuit.num_qubits > MAX_STATE_QUBITS else State(run(circuit), circuit.num_qubits)


def _refused(answer, bases) -> None:
    """A sentence for what Qiskit hands out that is no answer by itself."""
    name = next((base.__name__ for base in bases if base.__name__ in _NO_ANSWERS), None)
    if name is not None:
        raise Unreadable("wrong-type", f"You gave a {name}; {_NO_ANSWERS[name]}.")


_NO_ANSWERS = {
    "NoiseModel": "give the circuit, or one of its errors",
    "ReadoutError": "give the circuit whose results it changes, or the matrix of its probabilities",
    "QuantumRegister": "give the circuit, not one of its registers",
    "ClassicalRegister": "give the circuit, not one of its registers",
    "Qubit": "give the circuit, not one of its qubits",
    "Clbit": "give the circuit, not one of its bits",
    "InstructionSet": "what `circuit.h(0)` gives back is not the circuit: give the circuit itself",
    "PrimitiveJob": "give its result: job.result()",
    "AerJob": "give its result: job.result()",
    "StatevectorSampler": "give what it returns: sampler.run([circuit]).result()",
    "StatevectorEstimator": "give what it returns: estimator.run([…]).result()",
    "AerSimulator": "give what it returns: simulator.run(circuit).result()",
    "DAGCircuit": "turn it into a circuit with qiskit.converters.dag_to_circuit",
}


def _counts(answer, bases, num_qubits):
    if not answer:
        raise unreadable("The dictionary of counts is empty.")
    if QiskitCounts in bases:
        shots = {str(key): int(value) for key, value in dict.items(answer)}
        return read_bare(shots, (dict, object), None, "little", "counts")
    items = dict(dict.items(answer))
    if all(isinstance(key, int) for key in items):
        # Whole numbers do not tell how many bits they have: zeros in front are not seen.
        width = max(1, max(items).bit_length(), num_qubits or 0)
        items = {format(key, f"0{width}b"): float(value) for key, value in items.items()}
    return read_bare(items, (dict, object), None, "little", "distribution")


def _primitive_result(answer, bases):
    primitives = sys.modules.get("qiskit.primitives")
    if primitives is None:
        return None
    if primitives.PrimitiveResult in bases:
        if len(answer) != 1:
            raise unreadable(f"The result holds {len(answer)} circuits' results; give one of them, such as result[0].")
        answer = answer[0]
        bases = type(answer).__mro__
    if primitives.PubResult in bases:
        answer = answer.data
        bases = type(answer).__mro__
    if primitives.BitArray in bases:
        return _joined([answer])
    if primitives.DataBin not in bases:
        return None
    fields = list(answer.items())
    arrays = [value for _, value in fields if isinstance(value, primitives.BitArray)]
    if arrays:
        return _joined(arrays)
    for name, value in fields:
        if name == "evs":
            values = np.asarray(value)
            if values.size != 1:
                raise Unreadable("wrong-size", f"The result holds {values.size} expectation values; give one of them.")
            return from_array(values.reshape(()))
    raise unreadable("The result holds neither counts nor an expectation value.")


def _joined(arrays) -> Counts:
    """The counts of one or more registers, in the order in which the circuit has them."""
    if any(array.ndim for array in arrays):
        raise Unreadable("wrong-size", "The result holds counts for several parameter values; give one of them.")
    columns = [[string[::-1] for string in array.get_bitstrings()] for array in arrays]
    counts: dict[str, int] = {}
    for parts in zip(*columns, strict=True):
        name = "".join(parts)
        counts[name] = counts.get(name, 0) + 1
    return Counts(counts, sum(array.num_bits for array in arrays))
