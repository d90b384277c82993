"""Exact simulation of unitary circuits: states, many columns at once, and whole unitaries.

The state is kept as an array of shape (2**n, k). Permutations (X, CNOT, SWAP and their kin) move rows, diagonal gates
multiply slices, and on more than a few qubits the gates are first gathered into blocks on a few qubits, so that the
large array is walked through once for every block and not once for every gate.
"""

from __future__ import annotations

from cmath import exp
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from .errors import MAX_STATE_QUBITS, MAX_UNITARY_QUBITS, MAX_WORK, TooLarge, unreadable
from .gates import GATES, NOT_GATES, base_matrix
from .model import Circuit, Operation

_BLOCK = 5
"""Qubits per block of gathered gates."""
_DIRECT = 5
"""Up to here the gates are applied one by one."""
_TABLE = 12
"""Up to here row permutations are looked up in cached index tables."""
_CHUNK = 2**17
"""Amplitudes worked on at a time, so that they stay in the processor's cache."""

_ONE_THREAD = 2**16 - 1
"""Multiplications of complex numbers up to which OpenBLAS does a matrix product on one thread."""

_PHASES = {"z": -1, "s": 1j, "sdg": -1j, "t": exp(0.25j * np.pi), "tdg": exp(-0.25j * np.pi)}


def unitary(circuit: Circuit) -> np.ndarray:
    """The circuit's unitary, big-endian and with its exact global phase.

    Barriers and final measurements are left out.

    Raises
    ------
    Unreadable
        If the circuit measures and goes on, resets or branches, or is too large.
    """
    n = circuit.num_qubits
    if n > MAX_UNITARY_QUBITS:
        raise TooLarge(f"The circuit has {n} qubits; a whole unitary is computed up to {MAX_UNITARY_QUBITS} qubits.")
    gates = gates_of(circuit)
    size = 1 << n
    _check_work(len(gates), size * size)
    if n <= _DIRECT:
        return _scaled(_sequence(np.eye(size, dtype=complex), n, gates), circuit.phase)
    steps = _blocks(gates, n)
    width = max(1, _CHUNK >> n)
    result = np.empty((size, size), dtype=complex)
    for start in range(0, size, width):
        columns = np.zeros((size, min(width, size - start)), dtype=complex)
        columns[np.arange(start, start + columns.shape[1]), np.arange(columns.shape[1])] = 1
        result[:, start : start + columns.shape[1]] = _block_sequence(columns, n, steps)
    return _scaled(result, circuit.phase)


def run(circuit: Circuit, state: np.ndarray | None = None) -> np.ndarray:
    """The state that the circuit makes of `state` (|0…0⟩ by default), without its final measurements.

    Parameters
    ----------
    circuit : Circuit
    state : ndarray, optional
        One state of shape (2**n,) or k of them as columns, of shape (2**n, k).
    """
    n = circuit.num_qubits
    if n > MAX_STATE_QUBITS:
        raise TooLarge(f"The circuit has {n} qubits; state vectors are computed up to {MAX_STATE_QUBITS} qubits.")
    size = 1 << n
    if state is None:
        columns = np.zeros((size, 1), dtype=complex)
        columns[0, 0] = 1
    else:
        columns = np.array(state, dtype=complex).reshape(size, -1)
    gates = gates_of(circuit, from_zero=state is None)
    _check_work(len(gates), columns.size)
    if n <= _DIRECT:
        columns = _sequence(columns, n, gates)
    else:
        columns = _block_sequence(columns, n, _blocks(gates, n))
    columns = _scaled(columns, circuit.phase)
    return columns[:, 0] if state is None or np.ndim(state) == 1 else columns


def multiply(matrix: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """``matrix @ columns`` in pieces so small that BLAS keeps to one thread.

    On a busy machine the threads of BLAS wait for one another: a product of 15 µs was seen to take 70 ms.
    """
    rows, inner = matrix.shape
    width = columns.shape[1]
    piece = _ONE_THREAD // (rows * inner)
    if width <= piece:
        return matrix @ columns
    if piece:
        result = np.empty((rows, width), dtype=complex)
        for start in range(0, width, piece):
            np.matmul(matrix, columns[:, start : start + piece], out=result[:, start : start + piece])
        return result
    piece = _ONE_THREAD // (inner * width)
    if not piece:
        return matrix @ columns
    return np.concatenate([matrix[start : start + piece] @ columns for start in range(0, rows, piece)])


def apply_gate(columns: np.ndarray, operation: Operation, num_qubits: int) -> np.ndarray:
    """Apply one gate to an array of shape (2**n, k), which may be overwritten; returns the result.

    Parameters
    ----------
    columns : ndarray of shape (2**num_qubits, k)
        Big-endian states as columns.
    operation : Operation
        A gate.
    num_qubits : int
    """
    return _apply(columns, num_qubits, operation, operation.qubits, operation.controls)


def gates_of(circuit: Circuit, *, from_zero: bool = False) -> list[Operation]:
    """The circuit's gates, without barriers and final measurements.

    With `from_zero`, where the circuit starts from |0…0⟩, qubits that nothing has touched may also be reset or
    initialised: the first does nothing, the second is some gate that makes the state.

    Raises
    ------
    Unreadable
        If anything else is in the circuit.
    """
    gates = []
    measured: set[int] = set()
    touched: set[int] = set()
    for operation in circuit.operations:
        name = operation.name
        if from_zero and name in ("reset", "initialize") and touched.isdisjoint(operation.qubits):
            if name == "initialize":
                gates.append(_preparation(operation))
                touched.update(operation.qubits)
            continue
        if name != "barrier":
            touched.update(operation.all_qubits)
        if name in NOT_GATES:
            if name == "barrier":
                continue
            if name == "measure":
                measured.update(operation.qubits)
                continue
            kind = {"if": "a classically controlled step", "kraus": "a noise channel"}.get(name, f"{name!r}")
            raise unreadable(f"The circuit contains {kind}, so it has no unitary matrix.")
        if measured and not measured.isdisjoint(operation.all_qubits):
            qubit = min(measured.intersection(operation.all_qubits))
            raise unreadable(
                f"The circuit goes on after measuring qubit {qubit}, so it has no unitary matrix; "
                "measure last, or leave the measurement out."
            )
        gates.append(operation)
    return gates


def _preparation(operation: Operation) -> Operation:
    """A gate that makes the state of an ``initialize`` from |0…0⟩: a Householder reflection with the right phase."""
    vector = operation.array
    phase = vector[0] / abs(vector[0]) if abs(vector[0]) > 0 else 1.0
    mirror = vector / phase
    mirror = mirror - np.eye(len(vector))[0]
    length = np.vdot(mirror, mirror).real
    matrix: np.ndarray = np.eye(len(vector), dtype=complex)
    if length > 1e-30:
        matrix -= 2 * np.outer(mirror, mirror.conj()) / length
    return Operation("unitary", operation.qubits, matrix=phase * matrix, label="initialize")


def _check_work(gates: int, amplitudes: int) -> None:
    if gates * amplitudes > MAX_WORK:
        raise TooLarge(
            f"The circuit has {gates:,} gates, too many to simulate at its size; look for a shorter way to write it."
        )


def _scaled(columns: np.ndarray, phase: float) -> np.ndarray:
    if phase:
        columns *= exp(1j * phase)
    return columns


def _sequence(columns: np.ndarray, n: int, gates: Iterable[Operation]) -> np.ndarray:
    for gate in gates:
        columns = _apply(columns, n, gate, gate.qubits, gate.controls)
    return columns


@lru_cache(maxsize=4096)
def _index(n: int, qubits: tuple[int, ...], values: tuple[int, ...]) -> tuple:
    """The index of the slice of a (2,)*n + (k,) array where the qubits have these values."""
    index: list = [slice(None)] * (n + 1)
    for qubit, value in zip(qubits, values, strict=True):
        index[qubit] = value
    return tuple(index)


@lru_cache(maxsize=512)
def _rows(n: int, name: str, targets: tuple[int, ...], controls: tuple[int, ...], values: tuple[int, ...]):
    """For each row after X or SWAP (with controls), the row it comes from."""
    rows = np.arange(1 << n).reshape((2,) * n)
    part = rows[_index(n, controls, values)[:-1]]
    axes = [target - sum(control < target for control in controls) for target in targets]
    part[...] = np.flip(part, axes[0]).copy() if name == "x" else part.swapaxes(*axes).copy()
    return rows.reshape(-1)


def _apply(columns: np.ndarray, n: int, gate: Operation, targets: tuple[int, ...], controls: tuple[int, ...]):
    """Apply `gate` to the given axes of `columns`, of shape (2**n, k)."""
    name = gate.name
    if name in ("x", "swap") and n <= _TABLE:
        return columns.take(_rows(n, name, targets, controls, gate.control_values), 0)
    info = GATES.get(name)
    if info is not None and info.diagonal:
        _apply_diagonal(columns, n, gate, targets, controls)
        return columns
    matrix = base_matrix(gate)
    if not controls and len(targets) == 1:
        after = columns.size >> (targets[0] + 1)
        if after < 8 and n > 4:
            # Many tiny products are slow: fold the trailing axes into the matrix instead.
            wide = np.kron(matrix, np.eye(after)) if after > 1 else matrix
            return (columns.reshape(-1, 2 * after) @ wide.T).reshape(columns.shape)
        return np.matmul(matrix, columns.reshape(-1, 2, after)).reshape(columns.shape)
    view = columns.reshape((2,) * n + (-1,))
    part = view[_index(n, controls, gate.control_values)]
    axes = [target - sum(control < target for control in controls) for target in targets]
    front = np.moveaxis(part, axes, range(len(axes)))
    shape = front.shape
    front[...] = multiply(matrix, front.reshape(len(matrix), -1)).reshape(shape)
    return columns


def _apply_diagonal(columns, n, gate, targets, controls):
    name = gate.name
    if name == "id":
        return
    view = columns.reshape((2,) * n + (-1,))
    values = gate.control_values
    phase = _PHASES.get(name)
    if phase is None and name == "p":
        phase = exp(1j * gate.params[0])
    if phase is not None:
        view[_index(n, (*controls, *targets), (*values, 1))] *= phase
        return
    half = 0.5j * gate.params[0]
    low, high = exp(-half), exp(half)
    if name == "rz":
        view[_index(n, (*controls, *targets), (*values, 0))] *= low
        view[_index(n, (*controls, *targets), (*values, 1))] *= high
        return
    for bits, factor in (((0, 0), low), ((1, 1), low), ((0, 1), high), ((1, 0), high)):
        view[_index(n, (*controls, *targets), (*values, *bits))] *= factor


Block = tuple[set[int], list[Operation]]
Step = tuple[tuple[int, ...], np.ndarray | Operation]


def _blocks(gates: Sequence[Operation], n: int) -> list[Step]:
    """Gather the gates into blocks on at most `_BLOCK` qubits: (qubits, matrix), or (qubits, gate)."""
    # Open blocks are on disjoint qubits, so they commute and may be closed in any order.
    steps: list[Step] = []
    at: dict[int, Block] = {}

    def close(block):
        qubits, members = block
        for qubit in qubits:
            del at[qubit]
        order = tuple(sorted(qubits))
        if len(members) == 1:
            steps.append((order, members[0]))
            return
        place = {qubit: i for i, qubit in enumerate(order)}
        matrix = np.eye(1 << len(order), dtype=complex)
        for gate in members:
            matrix = _apply(
                matrix,
                len(order),
                gate,
                tuple([place[q] for q in gate.qubits]),
                tuple([place[q] for q in gate.controls]),
            )
        steps.append((order, matrix))

    for gate in gates:
        qubits = gate.all_qubits
        touched: list[Block] = []
        for qubit in qubits:
            block = at.get(qubit)
            if block is not None and not any(block is other for other in touched):
                touched.append(block)
        if len(touched) == 1 and touched[0][0].issuperset(qubits):
            touched[0][1].append(gate)
            continue
        touched.sort(key=lambda block: len(block[0]))
        while touched and len(set(qubits).union(*[block[0] for block in touched])) > _BLOCK:
            close(touched.pop())
        if len(qubits) > _BLOCK:
            steps.append((tuple(qubits), gate))
            continue
        merged: Block = (set(qubits).union(*[block[0] for block in touched]), [])
        for block in touched:
            merged[1].extend(block[1])
        merged[1].append(gate)
        for qubit in merged[0]:
            at[qubit] = merged
    while at:
        close(next(iter(at.values())))
    return steps


def _block_sequence(columns: np.ndarray, n: int, steps: Sequence[Step]) -> np.ndarray:
    """Apply the steps; the axes are left in the order the last block put them in, and set right at the end."""
    count = columns.shape[1]
    order = list(range(n))
    for qubits, step in steps:
        if isinstance(step, Operation):
            columns = _apply(
                columns,
                n,
                step,
                tuple([order.index(q) for q in step.qubits]),
                tuple([order.index(q) for q in step.controls]),
            )
            continue
        axes = [order.index(qubit) for qubit in qubits]
        chosen = set(axes)
        axes += [axis for axis in range(n) if axis not in chosen]
        if axes != list(range(n)):
            columns = columns.reshape((2,) * n + (count,)).transpose(*axes, n)
            order = [order[axis] for axis in axes]
        columns = multiply(step, columns.reshape(len(step), -1)).reshape(-1, count)
    if order != list(range(n)):
        back = [order.index(qubit) for qubit in range(n)]
        columns = columns.reshape((2,) * n + (count,)).transpose(*back, n).reshape(-1, count)
    return columns
