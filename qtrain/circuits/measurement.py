"""Final measurements told apart from the rest of a circuit."""

from __future__ import annotations

from .circuit import Circuit


def split_final_measurements(circuit: Circuit) -> tuple[Circuit, tuple[tuple[int, int], ...]]:
    """Take the final measurements off a circuit.

    A measurement is final if nothing but barriers and measurements of other qubits or bits follows on its qubit, and
    nothing reads or overwrites its bit later.

    Returns
    -------
    circuit : Circuit
        Without the final measurements (and without barriers that come after them).
    measured : tuple of (int, int)
        Which qubit goes into which classical bit, in the order of the circuit.
    """
    used_qubits: set[int] = set()
    used_bits: set[int] = set()
    kept, measured = [], []
    for operation in reversed(circuit.operations):
        name = operation.name
        if name == "barrier":
            if not measured or not used_qubits.isdisjoint(operation.qubits):
                kept.append(operation)
            continue
        if name == "measure" and used_qubits.isdisjoint(operation.qubits) and used_bits.isdisjoint(operation.clbits):
            measured += zip(reversed(operation.qubits), reversed(operation.clbits), strict=True)
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
    rest = circuit.replace_operations(reversed(kept))
    return rest, tuple(reversed(measured))


def _bits_of(operation) -> set[int]:
    bits = set(operation.clbits)
    if operation.condition is not None:
        bits.update(operation.condition[0])
    for inner in operation.body + operation.orelse:
        bits |= _bits_of(inner)
    return bits
