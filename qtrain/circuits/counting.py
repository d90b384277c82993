"""How gates are called and counted: one name, one count and one depth for the whole package.

Barriers, measurements and identities do nothing to count: the first are signs on the paper, the second are no gates,
and the third only mark a qubit as there (``cirq.I``). A barrier holds later gates back, though, as in Qiskit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .gates import is_gate
from .model import Circuit, Operation

UNCOUNTED = frozenset({"barrier", "measure", "id", "endless"})
"""Names of the steps that never count."""
WHOLE = frozenset({"unitary", "initialize", "kraus"})
"""Names of the steps whose label is their own name; on all others it is that of the gate they are part of."""
PARTS_COUNT = " when larger gates are written out"
"""What is said beside the number of a step that comes after, or stands inside, a gate that counts as its parts."""


def gate_name(operation: Operation) -> str:
    """The usual name of a gate with its controls: ``cx``, ``ccx``, ``c3x``; ``open cx`` if a control has to be 0.

    Parameters
    ----------
    operation : Operation
    """
    count = len(operation.controls)
    prefix = "c" * count if count <= 2 else f"c{count}"
    return ("open " if 0 in operation.control_values else "") + prefix + operation.name


def is_part(operation: Operation) -> bool:
    """Whether a step was written as part of a larger gate, or holds one that was.

    Parameters
    ----------
    operation : Operation
    """
    return any(one.label and one.name not in WHOLE for one in all_operations((operation,)))


def all_operations(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Every operation, those inside ``if`` blocks too (after the ``if`` itself).

    Parameters
    ----------
    operations : sequence of Operation
    """
    for operation in operations:
        yield operation
        if operation.name == "if":
            yield from all_operations(operation.body)
            yield from all_operations(operation.orelse)


def counted(circuit: Circuit) -> Iterator[tuple[int, Operation]]:
    """The steps that count, each with its place in the circuit, from 1; those in a block have the block's place."""
    place = 0
    for operation in circuit.operations:
        if operation.name in UNCOUNTED:
            continue
        place += 1
        for inner in all_operations((operation,)):
            if inner.name != "if" and inner.name not in UNCOUNTED:
                yield place, inner


def count(circuit: Circuit) -> dict[str, int]:
    """How often each gate occurs, by its `gate_name`; steps that count but are no gates (``reset``) too.

    Parameters
    ----------
    circuit : Circuit
    """
    counts: dict[str, int] = {}
    for _, operation in counted(circuit):
        name = gate_name(operation)
        counts[name] = counts.get(name, 0) + 1
    return counts


def two_qubit_count(circuit: Circuit) -> int:
    """The number of gates on exactly two qubits.

    Parameters
    ----------
    circuit : Circuit
    """
    return sum(is_gate(operation) and len(operation.all_qubits) == 2 for _, operation in counted(circuit))


def depth(circuit: Circuit) -> int:
    """The number of layers of gates that can run at the same time.

    Barriers and conditions hold gates back: a gate that depends on a result comes after the measurement's qubit was
    last acted on.

    Parameters
    ----------
    circuit : Circuit
    """
    level = [0] * circuit.num_qubits
    bits = [0] * circuit.num_clbits

    def place(operations, floor):
        for operation in operations:
            qubits = operation.all_qubits
            if operation.name == "if":
                start = max([floor, *(bits[bit] for bit in operation.condition[0])])
                before = level.copy()
                place(operation.body, start)
                body, level[:] = level.copy(), before
                place(operation.orelse, start)
                level[:] = map(max, level, body)
                continue
            top = max([floor, *(level[q] for q in qubits)])
            if operation.name == "measure":
                for bit in operation.clbits:
                    bits[bit] = top
            elif operation.name in ("id", "endless"):
                continue
            elif operation.name != "barrier":
                top += 1
            for q in qubits:
                level[q] = top

    place(circuit.operations, 0)
    return max(level, default=0)
