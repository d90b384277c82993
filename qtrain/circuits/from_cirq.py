"""Reads Cirq's circuits, gates and operations."""

from __future__ import annotations

import cirq

from .build import Builder
from .circuit import Circuit
from .errors import check_size, unreadable
from .from_cirq_gates import Reader
from .placing import all_names, place


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
    for moment in moments:
        reader.read_all(out, moment.operations, where)
    return Circuit(
        total,
        reader.finished(out.operations),
        out.phase,
        reader.num_clbits,
        all_names(names, places, total),
        tuple(reader.clbit_names),
        "cirq",
        tuple(places),
    )


def read_gate(gate, num_qubits: int | None = None) -> Circuit:
    """A `cirq.Gate` as a circuit on its own qubits."""
    shape = cirq.qid_shape(gate)
    check_size(len(shape), 1)
    if any(levels != 2 for levels in shape):
        raise unreadable(f"The gate {gate} acts on more than two levels; only gates on qubits can be read.")
    return read_circuit(gate.on(*cirq.LineQubit.range(len(shape))), num_qubits)


def observable_terms(answer) -> tuple[dict[str, complex], int] | dict:
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
