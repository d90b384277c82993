"""Small things done to circuits: inverse, permutation of qubits, taking steps out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .counting import all_operations
from .errors import unreadable
from .gates import inverse_of
from .model import Circuit, Operation


def inverse(circuit: Circuit) -> Circuit:
    """The inverse circuit; only for circuits of gates and barriers."""
    return replace(
        circuit,
        operations=tuple([inverse_of(operation) for operation in reversed(circuit.operations)]),
        phase=-circuit.phase,
    )


def moved(operation: Operation, place: Mapping[int, int] | Sequence[int]) -> Operation:
    """The operation with qubit q replaced by ``place[q]``."""
    return Operation(
        operation.name,
        tuple([place[q] for q in operation.qubits]),
        operation.params,
        tuple([place[q] for q in operation.controls]),
        operation.control_values,
        operation.matrix,
        operation.clbits,
        operation.condition,
        tuple([moved(one, place) for one in operation.body]),
        tuple([moved(one, place) for one in operation.orelse]),
        operation.label,
        operation.inverted,
    )


def permute(circuit: Circuit, order: Sequence[int]) -> Circuit:
    """The circuit with its qubit i renamed to ``order[i]``; classical bits stay."""
    if sorted(order) != list(range(circuit.num_qubits)):
        raise ValueError(f"{list(order)} is no order of {circuit.num_qubits} qubits")
    names = list(circuit.qubit_names)
    for i, name in enumerate(circuit.qubit_names):
        names[order[i]] = name
    return replace(
        circuit,
        operations=tuple([moved(operation, order) for operation in circuit.operations]),
        qubit_names=tuple(names),
        explicit_qubits=tuple(sorted(order[q] for q in circuit.explicit_qubits)),
    )


def without(circuit: Circuit, *names: str) -> Circuit:
    """The circuit without the operations of these names (outermost level)."""
    return circuit.replace_operations(operation for operation in circuit.operations if operation.name not in names)


def split_final_measurements(circuit: Circuit) -> tuple[Circuit, tuple[Operation, ...]]:
    """Take the final measurements off a circuit.

    A measurement is final if nothing but barriers and measurements of other qubits or bits follows on its qubit, and
    nothing reads or overwrites its bit later.

    Returns
    -------
    circuit : Circuit
        Without the final measurements (and without barriers that come after them).
    measured : tuple of Operation
        The final measurements, each of a single qubit, in the order of the circuit.
    """
    used_qubits: set[int] = set()
    used_bits: set[int] = set()
    kept: list[Operation] = []
    measured: list[Operation] = []
    for operation in reversed(circuit.operations):
        name = operation.name
        if name == "barrier":
            if not measured or not used_qubits.isdisjoint(operation.qubits):
                kept.append(operation)
            continue
        if name == "measure" and used_qubits.isdisjoint(operation.qubits) and used_bits.isdisjoint(operation.clbits):
            measured += [
                Operation("measure", (qubit,), clbits=(bit,), inverted=(1,) if inverted else ())
                for qubit, bit, inverted in reversed(operation.measured)
            ]
            # A later measurement of the same qubit or into the same bit was met before; it makes this one not final.
            used_qubits.update(operation.qubits)
            used_bits.update(operation.clbits)
            continue
        kept.append(operation)
        used_qubits.update(operation.all_qubits)
        if name == "measure":
            used_bits.update(operation.clbits)
        elif name == "if":
            used_bits.update(_bits_of(operation))
            used_qubits.update(q for inner in all_operations((operation,)) for q in inner.all_qubits)
    return circuit.replace_operations(reversed(kept)), tuple(reversed(measured))


def relabelled_bits(circuit: Circuit, place: Mapping[int, int]) -> Circuit:
    """The circuit with classical bit b replaced by ``place[b]``; the names of the bits stay as they are."""

    def changed(operation: Operation) -> Operation:
        if not operation.clbits and operation.condition is None:
            return operation
        condition = operation.condition
        return replace(
            operation,
            clbits=tuple([place[bit] for bit in operation.clbits]),
            condition=condition and (tuple([place[bit] for bit in condition[0]]), condition[1]),
            body=tuple([changed(one) for one in operation.body]),
            orelse=tuple([changed(one) for one in operation.orelse]),
        )

    return circuit.replace_operations([changed(operation) for operation in circuit.operations])


def written_bits(circuit: Circuit) -> tuple[int, ...]:
    """The classical bits that some measurement of the circuit writes, in their order."""
    return tuple(sorted({bit for operation in all_operations(circuit.operations) for bit in operation.clbits}))


def settled(circuit: Circuit) -> Circuit:
    """The circuit without conditions on bits that nothing has written before: these bits are 0."""
    if not any(operation.name == "if" for operation in circuit.operations):
        return circuit
    operations = _settled(circuit.operations, set())
    if any(operation.name == "endless" for operation in operations):
        raise unreadable("The circuit has a while loop that never ends: nothing in it changes the bit that it tests.")
    return circuit.replace_operations(operations)


def _settled(operations: Sequence[Operation], written: set[int]) -> list[Operation]:
    result = []
    for operation in operations:
        if operation.name == "if" and written.isdisjoint(operation.tested[0]):
            result += _settled(operation.body if operation.tested[1] == 0 else operation.orelse, written)
            continue
        result.append(operation)
        written.update(bit for one in all_operations((operation,)) for bit in one.clbits)
    return result


def without_inversions(circuit: Circuit) -> Circuit:
    """The same circuit for languages without inverted results: X, measurement and X again in their place."""
    return circuit.replace_operations(_turned(circuit.operations))


def _turned(operations: Sequence[Operation]) -> tuple[Operation, ...]:
    result = []
    for operation in operations:
        if operation.inverted:
            flips = [Operation("x", (qubit,)) for qubit, _, inverted in operation.measured if inverted]
            result += [*flips, replace(operation, inverted=()), *flips]
        elif operation.name == "if":
            result.append(replace(operation, body=_turned(operation.body), orelse=_turned(operation.orelse)))
        else:
            result.append(operation)
    return tuple(result)


def _bits_of(operation) -> set[int]:
    bits = set(operation.clbits)
    if operation.condition is not None:
        bits.update(operation.condition[0])
    for inner in operation.body + operation.orelse:
        bits |= _bits_of(inner)
    return bits


def with_bits(circuit: Circuit, places: Mapping[int, int]) -> Circuit:
    """The circuit with the result in bit b written into bit ``places[b]``; what looks at it later looks there."""

    def bit_moved(step: Operation) -> Operation:
        condition = step.condition
        if condition is not None:
            condition = tuple(places.get(bit, bit) for bit in condition[0]), condition[1]
        return replace(
            step,
            clbits=tuple(places.get(bit, bit) for bit in step.clbits),
            condition=condition,
            body=tuple(map(bit_moved, step.body)),
            orelse=tuple(map(bit_moved, step.orelse)),
        )

    return circuit.replace_operations(map(bit_moved, circuit.operations))
