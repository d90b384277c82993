"""Reads Cirq's circuits, gates and operations."""

from __future__ import annotations

import re
from math import isqrt

import cirq
import numpy as np

from .build import Builder
from .circuit import Circuit
from .errors import Unreadable, check_size, unreadable
from .from_cirq_gates import Reader


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
            raise unreadable(f"The circuit uses {qubit} with {qubit.dimension} levels; only qubits can be read.")
    places = place_qubits(used, num_qubits)
    total = len(used) if num_qubits is None else num_qubits
    out = Builder()
    reader = Reader()
    where = dict(zip(used, places, strict=True))
    for moment in moments:
        reader.read_all(out, moment.operations, where)
    names = [f"qubit {i}" for i in range(total)]
    for qubit, place in zip(used, places, strict=True):
        names[place] = str(qubit)
    return Circuit(
        total,
        reader.finished(out.operations),
        out.phase,
        reader.num_clbits,
        tuple(names),
        tuple(reader.clbit_names),
        "cirq",
        tuple(sorted(places)),
    )


def read_gate(gate, num_qubits: int | None = None) -> Circuit:
    """A `cirq.Gate` as a circuit on its own qubits."""
    shape = cirq.qid_shape(gate)
    check_size(len(shape), 1)
    if any(levels != 2 for levels in shape):
        raise unreadable(f"The gate {gate} acts on more than two levels; only gates on qubits can be read.")
    return read_circuit(gate.on(*cirq.LineQubit.range(len(shape))), num_qubits)


def place_qubits(used: list, num_qubits: int | None) -> list[int]:
    """For each of the sorted qubits its number, leaving room for the qubits that do not occur.

    Raises
    ------
    Unreadable
        If there are more than `num_qubits`, or fewer and their names do not tell which are missing.
    """
    if num_qubits is None or len(used) == num_qubits:
        return list(range(len(used)))
    if len(used) > num_qubits:
        raise Unreadable(
            "wrong-size", f"The circuit uses {len(used)} qubits ({_some(used)}), but {num_qubits} are expected."
        )
    for places in (_on_a_line, _on_a_grid, _by_name):
        found = places(used, num_qubits)
        if found is not None:
            return found
    raise Unreadable(
        "wrong-size",
        f"The circuit uses {len(used)} of {num_qubits} qubits ({_some(used)}), and their names do not tell which are "
        "missing; put cirq.I on the idle ones.",
    )


def _some(qubits) -> str:
    names = ", ".join(str(qubit)[:20] for qubit in qubits[:6])
    return names + (" …" if len(qubits) > 6 else "") if qubits else "none"


def _fitting(numbers: list[int], n: int) -> list[int] | None:
    if all(0 <= number < n for number in numbers) and len(set(numbers)) == len(numbers):
        return numbers
    # Counted from 1.
    if all(1 <= number <= n for number in numbers) and len(set(numbers)) == len(numbers):
        return [number - 1 for number in numbers]
    return None


def _on_a_line(used, n):
    if all(isinstance(qubit, cirq.LineQubit) for qubit in used):
        numbers = [qubit.x for qubit in used]
        return numbers if all(0 <= number < n for number in numbers) else None
    return None


def _on_a_grid(used, n):
    if not all(isinstance(qubit, cirq.GridQubit) for qubit in used):
        return None
    rows, columns = {qubit.row for qubit in used}, {qubit.col for qubit in used}
    side = isqrt(n)
    if side * side == n and side > 1 and max(rows | columns) < side and min(rows | columns) >= 0:
        # A full row of n would not fit into the square, so the square is what is meant.
        return [qubit.row * side + qubit.col for qubit in used]
    if len(rows) == 1 and 0 <= min(columns) and max(columns) < n:
        return [qubit.col for qubit in used]
    if len(columns) == 1 and 0 <= min(rows) and max(rows) < n:
        return [qubit.row for qubit in used]
    if min(rows) >= 0 and min(columns) >= 0:
        # The one rectangle of n qubits that holds them all, if there is just one.
        fits = [n // h for h in range(max(rows) + 1, n + 1) if n % h == 0 and n // h > max(columns)]
        if len(fits) == 1:
            return [qubit.row * fits[0] + qubit.col for qubit in used]
    return None


def _by_name(used, n):
    found = [re.fullmatch(r"(.*?)[\[(_]?(\d{1,4})[\])]?", str(qubit)) for qubit in used]
    if not all(isinstance(qubit, cirq.NamedQubit) for qubit in used) or not all(found):
        return None
    if len({match.group(1) for match in found}) != 1:
        return None
    return _fitting([int(match.group(2)) for match in found], n)


def observable_terms(answer) -> tuple[dict[str, complex], int] | dict:
    """The terms of a `PauliString`, `PauliSum` or `DensePauliString`: {((qubit, letter), …): coefficient}."""
    if isinstance(answer, cirq.BaseDensePauliString):
        return {tuple((cirq.LineQubit(i), "IXYZ"[m]) for i, m in enumerate(answer.pauli_mask) if m):
                complex(answer.coefficient)}
    if isinstance(answer, cirq.PauliString):
        answer = cirq.PauliSum.from_pauli_strings(answer)
    terms: dict = {}
    for string in answer:
        key = tuple(sorted((qubit, str(pauli)) for qubit, pauli in string.items()))
        terms[key] = terms.get(key, 0) + complex(string.coefficient)
    return terms


def vector_of(result) -> np.ndarray:
    """The state vector of a simulation result."""
    return np.array(result.final_state_vector, dtype=complex)
