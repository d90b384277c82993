"""Small things done to circuits: inverse, permutation of qubits, counting, writing custom gates out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from .circuit import Circuit, Operation
from .gates import NOT_GATES, inverse_of


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


def all_operations(operations: Sequence[Operation]):
    """Every operation, those inside ``if`` blocks too."""
    for operation in operations:
        yield operation
        if operation.name == "if":
            yield from all_operations(operation.body)
            yield from all_operations(operation.orelse)


def count(circuit: Circuit) -> dict[str, int]:
    """How often each gate occurs, by its everyday name: a controlled X counts as ``cx``, with two controls ``ccx``."""
    counts: dict[str, int] = {}
    for operation in all_operations(circuit.operations):
        name = everyday_name(operation)
        counts[name] = counts.get(name, 0) + 1
    return counts


def everyday_name(operation: Operation) -> str:
    """The gate's name with a ``c`` for each control."""
    return "c" * len(operation.controls) + operation.name


def two_qubit_count(circuit: Circuit) -> int:
    """The number of gates on exactly two qubits."""
    return sum(
        operation.name not in NOT_GATES and len(operation.all_qubits) == 2
        for operation in all_operations(circuit.operations)
    )


def depth(circuit: Circuit) -> int:
    """The length of the longest chain of operations; barriers hold gates back but do not count, nor do measurements."""
    level = [0] * circuit.num_qubits
    bits = [0] * circuit.num_clbits

    def place(operations, floor):
        for operation in operations:
            qubits = operation.all_qubits
            if operation.name == "if":
                start = max([floor, *(bits[bit] for bit in operation.condition[0])])
                for block in (operation.body, operation.orelse):
                    place(block, start)
                continue
            top = max([floor, *(level[q] for q in qubits)])
            if operation.name == "measure":
                for bit in operation.clbits:
                    bits[bit] = top
            elif operation.name != "barrier":
                top += 1
            for q in qubits:
                level[q] = top

    place(circuit.operations, 0)
    return max(level, default=0)


def without(circuit: Circuit, *names: str) -> Circuit:
    """The circuit without the operations of these names (outermost level)."""
    return circuit.replace_operations(operation for operation in circuit.operations if operation.name not in names)
