"""Reads Cirq's objects of every kind."""

from __future__ import annotations

import cirq
import numpy as np

from ...builder import Builder
from ...errors import Unreadable, check_size, unreadable
from ...model import Circuit, Counts, Density, Observable
from ...transform import relabelled_bits
from ..arrays import from_array
from .operations import Reader
from .ordering import key_order, program_order
from .placing import all_names, place


def read_value(answer, bases, num_qubits: int | None):
    """The neutral form of an object of Cirq, or None if it is nothing that Cirq makes."""
    if cirq.PauliString in bases or cirq.PauliSum in bases or cirq.BaseDensePauliString in bases:
        return _observable(answer, num_qubits)
    if any(base in bases for base in (cirq.AbstractCircuit, cirq.Moment, cirq.Operation)):
        return read_circuit(answer, num_qubits)
    if cirq.Gate in bases:
        return read_gate(answer, num_qubits)
    if cirq.Result in bases:
        return _counts(answer)
    if cirq.StateVectorTrialResult in bases:
        return _state(answer.final_state_vector)
    if cirq.DensityMatrixTrialResult in bases:
        matrix = np.array(answer.final_density_matrix, dtype=complex)
        return Density(matrix, len(matrix).bit_length() - 1)
    if cirq.QuantumState in bases:
        return _quantum_state(answer)
    if cirq.ProductState in bases:
        return _state(answer.state_vector())
    return None


def read_steps(items, num_qubits: int | None):
    """The circuit that a list of operations, gates on qubits and moments makes; None if something else is in it."""

    def flat(entries):
        for entry in entries:
            if isinstance(entry, list | tuple):
                yield from flat(entry)
            else:
                yield entry

    found = list(flat(items))
    if not all(isinstance(entry, cirq.Operation | cirq.Moment) for entry in found):
        return None
    return read_circuit(cirq.Circuit(found), num_qubits)


def _state(vector):
    return from_array(np.array(vector, dtype=complex), kind="state")


def _quantum_state(answer):
    vector = answer.state_vector()
    if vector is not None:
        return _state(vector)
    matrix = np.array(answer.density_matrix(), dtype=complex)
    return from_array(matrix, kind="density")


def _counts(result) -> Counts:
    if not result.measurements:
        raise unreadable("The result holds no measurements.")
    if any(array.shape[1] != 1 for array in result.records.values()):
        raise unreadable("A key of the result was measured several times; give each measurement its own key.")
    keys = key_order(list(result.measurements))
    bits = np.concatenate([np.array(result.measurements[key]) for key in keys], axis=1)
    if not np.isin(bits, (0, 1)).all():
        raise Unreadable("wrong-type", "The result holds values other than 0 and 1.")
    counts: dict[str, int] = {}
    for row in bits.astype(np.uint8):
        name = (row + 48).tobytes().decode()
        counts[name] = counts.get(name, 0) + 1
    return Counts(counts, bits.shape[1])


def _observable(answer, num_qubits: int | None) -> Observable:
    if isinstance(answer, cirq.BaseDensePauliString) and num_qubits is None:
        num_qubits = len(answer.pauli_mask)
    terms = observable_terms(answer)
    used = sorted({qubit for key in terms for qubit, _ in key})
    numbers, total = place([str(qubit) for qubit in used], num_qubits)
    places = dict(zip(used, numbers, strict=True))
    result: dict[str, complex] = {}
    for key, coefficient in terms.items():
        letters = ["I"] * total
        for qubit, letter in key:
            letters[places[qubit]] = letter
        name = "".join(letters)
        result[name] = result.get(name, 0) + coefficient
    if not all(value - value == 0 for value in result.values()):
        raise unreadable("A coefficient of the observable is no finite number.")
    return Observable(result, total)


def read_circuit(circuit, num_qubits: int | None = None) -> Circuit:
    """A `cirq.Circuit`, `FrozenCircuit`, `Moment` or operation in the neutral form.

    Parameters
    ----------
    circuit
    num_qubits : int, optional
        How many qubits are meant: those that do not occur are filled in where the others' names tell their place.
    """
    if isinstance(circuit, cirq.Moment):
        moments = (circuit,)
    elif isinstance(circuit, cirq.Operation):
        moments = (cirq.Moment(circuit),)
    else:
        moments = circuit.moments
    check_size(0, sum([len(moment.operations) for moment in moments]))
    used = sorted({qubit for moment in moments for qubit in moment.qubits})
    check_size(len(used), 0)
    for qubit in used:
        if qubit.dimension != 2:
            raise unreadable(f"The circuit uses {qubit}, which has {qubit.dimension} levels; only qubits can be read.")
    names = [str(qubit) for qubit in used]
    places, total = place(names, num_qubits)
    check_size(total, 0)
    out = Builder()
    reader = Reader()
    where = dict(zip(used, places, strict=True))
    for number, moment in enumerate(moments):
        reader.moment = number
        reader.read_all(out, moment.operations, where)
    order = program_order(out.operations, reader.measured)
    read = Circuit(
        total,
        tuple(out.operations),
        out.phase,
        reader.num_clbits,
        all_names(names, places, total),
        tuple([reader.clbit_names[bit] for bit in order]),
        "cirq",
        tuple(places),
    )
    if order == sorted(order):
        return read
    return relabelled_bits(read, {bit: place for place, bit in enumerate(order)})


def read_gate(gate, num_qubits: int | None = None) -> Circuit:
    """A `cirq.Gate` as a circuit on its own qubits."""
    shape = cirq.qid_shape(gate)
    check_size(len(shape), 1)
    if any(levels != 2 for levels in shape):
        raise unreadable(f"The gate {gate} acts on more than two levels; only gates on qubits can be read.")
    return read_circuit(gate.on(*cirq.LineQubit.range(len(shape))), num_qubits)


def observable_terms(answer) -> dict[tuple, complex]:
    """The terms of a `PauliString`, `PauliSum` or `DensePauliString`: {((qubit, letter), …): coefficient}."""
    if isinstance(answer, cirq.BaseDensePauliString):
        return {
            tuple((cirq.LineQubit(i), "IXYZ"[m]) for i, m in enumerate(answer.pauli_mask) if m): complex(
                answer.coefficient
            )
        }
    if isinstance(answer, cirq.PauliString):
        answer = cirq.PauliSum.from_pauli_strings(answer)
    terms: dict = {}
    for string in answer:
        key = tuple(sorted((qubit, str(pauli)) for qubit, pauli in string.items()))
        terms[key] = terms.get(key, 0) + complex(string.coefficient)
    return terms
