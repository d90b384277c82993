"""Undoing things on answers of every form: the same mistake is undone on a circuit, a matrix, a state or a table.

Each function gives a new neutral value, or None where the form has nothing to do with the mistake.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from qtrain.circuits import moved, run, split_final_measurements
from qtrain.circuits.gates import NOT_GATES, base_matrix, inverse_of, make
from qtrain.circuits.model import Circuit, Counts, Density, Distribution, Matrix, Observable, Operation, State

from ..paulis import observable_matrix

_MATRIX_QUBITS = 6


@lru_cache(maxsize=16)  # many other circuits are made of one
def parts(circuit: Circuit) -> tuple[tuple[Operation, ...], tuple[Operation, ...]]:
    """The circuit's steps without barriers, and apart from them the measurements that end it."""
    rest, measured = split_final_measurements(circuit)
    body = tuple(step for step in rest.operations if step.name != "barrier")
    return body, measured


def with_steps(circuit: Circuit, steps: Sequence[Operation]) -> Circuit:
    """The circuit with other steps, measured at the end as before."""
    return replace(circuit, operations=(*steps, *parts(circuit)[1]))


def with_gates(value, gates: Sequence[Operation], side: str = "end"):
    """The answer with gates after it (``"end"``), before it (``"start"``), or around it (``"both"``: G·A·G†)."""
    gates = tuple(gates)
    undone = tuple(inverse_of(gate) for gate in reversed(gates))
    if isinstance(value, Circuit):
        body, final = parts(value)
        before = {"end": (), "start": gates, "both": undone}[side]
        after = () if side == "start" else gates
        return replace(value, operations=(*before, *body, *after, *final))
    if isinstance(value, State) and side == "end":
        return State(_applied(gates, value.vector, value.num_qubits), value.num_qubits)
    if isinstance(value, Matrix):
        matrix = value.matrix
        if side in ("end", "both"):
            matrix = _applied(gates, matrix, _qubits(matrix.shape[0]))
        if side in ("start", "both"):
            last = undone if side == "start" else gates
            matrix = _applied(last, matrix.conj().T, _qubits(value.matrix.shape[1])).conj().T
        return Matrix(matrix, value.num_qubits)
    if isinstance(value, Density) and side == "end":
        half = _applied(gates, value.matrix, value.num_qubits).conj().T
        return Density(_applied(gates, half, value.num_qubits), value.num_qubits)
    if isinstance(value, Observable) and side == "end" and value.num_qubits <= _MATRIX_QUBITS:
        return with_gates(Matrix(observable_matrix(value), value.num_qubits), gates, "both")
    if isinstance(value, Distribution | Counts) and side == "end" and all(gate.name == "x" for gate in gates):
        flips = {gate.qubits[0] for gate in gates}
        return _rekeyed(value, lambda key: "".join("10"[int(bit)] if i in flips else bit for i, bit in enumerate(key)))
    return None


def relabelled(value, places: Sequence[int], side: str = "all"):
    """The answer with its qubit i put at ``places[i]``: all of it, or only what goes in or comes out."""
    places = tuple(places)
    if isinstance(value, Circuit):
        if side == "all":
            body, final = parts(value)
            return replace(value, operations=(*(moved(step, places) for step in body), *final))
        return with_gates(value, _shuffle(places if side == "end" else _inverted(places)), side)
    if isinstance(value, State) and side != "start":
        return State(value.vector[rows_after(places)], value.num_qubits)
    if isinstance(value, Density) and side != "start":
        rows = rows_after(places)
        return Density(value.matrix[np.ix_(rows, rows)], value.num_qubits)
    if isinstance(value, Matrix):
        n = len(places)
        rows, columns = value.matrix.shape
        if (side in ("all", "end") and rows != 2**n) or (side in ("all", "start") and columns != 2**n):
            return None
        left = rows_after(places) if side in ("all", "end") else np.arange(rows)
        right = rows_after(places) if side in ("all", "start") else np.arange(columns)
        return Matrix(value.matrix[np.ix_(left, right)], value.num_qubits)
    if isinstance(value, Observable) and side != "start":
        back = _inverted(places)
        terms = {"".join(word[back[i]] for i in range(len(places))): weight for word, weight in value.terms.items()}
        return Observable(terms, value.num_qubits)
    if isinstance(value, Distribution | Counts) and side != "start":
        back = _inverted(places)
        return _rekeyed(value, lambda key: "".join(key[back[i]] for i in range(len(places))))
    return None


def adjoint(value):
    """The adjoint of a circuit or a matrix."""
    if isinstance(value, Circuit):
        body, _ = parts(value)
        if any(step.name in NOT_GATES for step in body):
            return None
        turned = with_steps(value, [inverse_of(step) for step in reversed(body)])
        return replace(turned, phase=-value.phase)
    if isinstance(value, Matrix) and value.matrix.shape[0] == value.matrix.shape[1]:
        return Matrix(value.matrix.conj().T, value.num_qubits)
    return None


def conjugated(value):
    """The complex conjugate."""
    if isinstance(value, Circuit):
        body, _ = parts(value)
        if any(step.name in NOT_GATES for step in body):
            return None
        turned = with_steps(value, [conjugated_gate(step) for step in body])
        return replace(turned, phase=-value.phase)
    if isinstance(value, State):
        return State(value.vector.conj(), value.num_qubits)
    if isinstance(value, Matrix | Density):
        return type(value)(value.matrix.conj(), value.num_qubits)
    if isinstance(value, Observable):
        terms = {word: (-1) ** word.count("Y") * np.conj(weight) for word, weight in value.terms.items()}
        return Observable(terms, value.num_qubits)
    return None


def conjugated_gate(step: Operation) -> Operation:
    """The gate whose matrix is the complex conjugate."""
    return make(
        "unitary",
        step.qubits,
        (),
        step.controls,
        step.control_values,
        matrix=base_matrix(step).conj(),
        label=step.label,
    )


def turned(value, angle: float):
    """The answer with another global phase."""
    if isinstance(value, Circuit):
        return replace(value, phase=value.phase + angle)
    if isinstance(value, State):
        return State(value.vector * np.exp(1j * angle), value.num_qubits)
    if isinstance(value, Matrix):
        return Matrix(value.matrix * np.exp(1j * angle), value.num_qubits)
    return None


def phases_on(angles: dict[int, float], num_qubits: int) -> list[Operation]:
    """Gates that turn the phase of each named basis state by its angle."""
    gates = []
    last = num_qubits - 1
    for index, angle in angles.items():
        bits = [index >> (last - qubit) & 1 for qubit in range(num_qubits)]
        flip = [] if bits[last] else [make("x", (last,))]
        gates += [*flip, make("p", (last,), (angle,), range(last), bits[:last]), *flip]
    return gates


def _applied(gates, columns: np.ndarray, num_qubits: int) -> np.ndarray:
    return run(Circuit(num_qubits, tuple(gates)), columns)


def _qubits(size: int) -> int:
    return size.bit_length() - 1


def _inverted(places: Sequence[int]) -> tuple[int, ...]:
    result = [0] * len(places)
    for index, place in enumerate(places):
        result[place] = index
    return tuple(result)


def rows_after(places: Sequence[int]) -> np.ndarray:
    """Row i of the relabelled array is row ``rows_after(places)[i]`` of the answer's."""
    n = len(places)
    return np.arange(2**n).reshape((2,) * n).transpose(_inverted(places)).reshape(-1)


def _shuffle(places: Sequence[int]) -> list[Operation]:
    """SWAPs that bring qubit i to places[i]."""
    holds = list(range(len(places)))
    swaps = []
    for place, qubit in enumerate(_inverted(places)):
        now = holds.index(qubit)
        if now != place:
            swaps.append(make("swap", (now, place)))
            holds[now], holds[place] = holds[place], holds[now]
    return swaps


def _rekeyed(value, rename):
    field = "probabilities" if isinstance(value, Distribution) else "counts"
    return type(value)({rename(key): number for key, number in getattr(value, field).items()}, value.num_bits)
