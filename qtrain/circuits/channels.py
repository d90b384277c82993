"""Exact treatment of circuits that measure on the way, reset, branch or are noisy.

Such a circuit is followed branch by branch: for each content of the classical bits there is a list of Kraus operators
(or, from a given start, of unnormalised states). Branches with the same classical bits are merged, so their number
stays bounded by the size of the space and not by the length of the circuit.
"""

from __future__ import annotations

from cmath import exp

import numpy as np

from .errors import MAX_STATE_QUBITS, MAX_WORK, unreadable
from .gates import NOT_GATES
from .model import Circuit, Operation
from .simulate import apply_gate, run
from .transform import split_final_measurements

MAX_KRAUS_QUBITS = 6
"""The most qubits for which Kraus operators or a Choi matrix are computed."""
_MAX_BRANCHES = 4096
_MAX_AMPLITUDES = 2**26
_TINY = 1e-14

Branches = dict[tuple[int, ...], np.ndarray]


def branches(circuit: Circuit, state: np.ndarray | None = None) -> Branches:
    """What can happen in a circuit: for each content of the classical bits its Kraus operators.

    Parameters
    ----------
    circuit : Circuit
    state : ndarray, optional
        Shape (2**n, k). By default the identity matrix, so that the result holds Kraus operators on all inputs; with a
        column vector it holds the unnormalised states that come out.

    Returns
    -------
    dict
        From the values of the classical bits (bit 0 first) to an array of shape (m, 2**n, k).
    """
    n = circuit.num_qubits
    if state is None:
        if n > MAX_KRAUS_QUBITS:
            raise unreadable(
                f"The circuit measures or resets on the way and has {n} qubits; "
                f"its effect on all inputs is computed up to {MAX_KRAUS_QUBITS} qubits."
            )
        state = np.eye(1 << n, dtype=complex)
    elif n > MAX_STATE_QUBITS:
        raise unreadable(f"The circuit has {n} qubits; states are computed up to {MAX_STATE_QUBITS} qubits.")
    start = np.array(state, dtype=complex).reshape(1, 1 << n, -1)
    result = _follow({(0,) * circuit.num_clbits: start}, circuit.operations, n, [0])
    factor = exp(1j * circuit.phase)
    return {bits: operators * factor for bits, operators in sorted(result.items())}


def kraus(circuit: Circuit) -> np.ndarray:
    """The Kraus operators of a circuit whose classical bits are forgotten at the end, of shape (m, 2**n, 2**n)."""
    return np.concatenate(list(branches(circuit).values()))


def choi(circuit: Circuit) -> np.ndarray:
    """The Choi matrix Σ_ij |i⟩⟨j| ⊗ E(|i⟩⟨j|), of shape (4**n, 4**n); classical bits are forgotten."""
    return choi_of(kraus(circuit))


def choi_of(operators: np.ndarray) -> np.ndarray:
    """The Choi matrix of Kraus operators of shape (m, rows, columns)."""
    vectors = np.asarray(operators).transpose(0, 2, 1).reshape(len(operators), -1)
    return vectors.T @ vectors.conj()


def density(circuit: Circuit, state: np.ndarray | None = None) -> np.ndarray:
    """The density matrix at the end, from a state vector (|0…0⟩ by default); classical bits are forgotten."""
    total = 0
    for operators in branches(circuit, _column(circuit, state)).values():
        vectors = operators[:, :, 0]
        total = total + vectors.T @ vectors.conj()
    return total


def output_distribution(circuit: Circuit, state: np.ndarray | None = None) -> dict[str, float]:
    """The exact distribution of the classical bits at the end; the first character is bit 0.

    Bits that are never written stay 0. Without classical bits the distribution is that of measuring all qubits.
    """
    n = circuit.num_qubits
    rest, measured = split_final_measurements(circuit)
    width = circuit.num_clbits
    if not width and not any(operation.name == "measure" for operation in circuit.operations):
        measured, width = tuple((q, q) for q in range(n)), n
    start = _column(circuit, state)
    if all(operation.name not in NOT_GATES or operation.name == "barrier" for operation in rest.operations):
        parts = {(0,) * circuit.num_clbits: run(rest, start).reshape(1, -1, 1)}
    else:
        parts = branches(rest, start)
    result: dict[str, float] = {}
    chosen = [qubit for qubit, _ in measured]
    for bits, operators in parts.items():
        weights = (np.abs(operators) ** 2).sum(axis=(0, 2)).reshape((2,) * n)
        axes = chosen + [q for q in range(n) if q not in set(chosen)]
        weights = weights.transpose(axes).reshape(1 << len(chosen), -1).sum(axis=1)
        name = list(bits) + [0] * (width - len(bits))
        for number in np.flatnonzero(weights > _TINY):
            for position, (_, bit) in enumerate(measured):
                name[bit] = int(number) >> (len(measured) - 1 - position) & 1
            key = "".join(map(str, name))
            result[key] = result.get(key, 0.0) + float(weights[number])
    return dict(sorted(result.items()))


def _column(circuit: Circuit, state) -> np.ndarray:
    if circuit.num_qubits > MAX_STATE_QUBITS:
        raise unreadable(
            f"The circuit has {circuit.num_qubits} qubits; states are computed up to {MAX_STATE_QUBITS} qubits."
        )
    if state is not None:
        return np.asarray(state, dtype=complex).reshape(-1, 1)
    column = np.zeros((1 << circuit.num_qubits, 1), dtype=complex)
    column[0] = 1
    return column


def _follow(current: Branches, operations, n: int, work: list[int]) -> Branches:
    for operation in operations:
        name = operation.name
        if name == "barrier":
            continue
        work[0] += sum(operators.size for operators in current.values())
        if work[0] > MAX_WORK:
            raise unreadable("The circuit is too long to follow all that can happen in it; write it shorter.")
        if name == "if":
            current = _choose(current, operation, n, work)
        elif name == "measure":
            for qubit, bit in zip(operation.qubits, operation.clbits, strict=True):
                current = _measure(current, qubit, bit, n)
        elif name in NOT_GATES:
            step = _KRAUS[name](operation)
            current = {
                bits: _merged(_sandwich(operators, step, operation.qubits, n)) for bits, operators in current.items()
            }
        else:
            current = {bits: _gate(operators, operation, n) for bits, operators in current.items()}
    return current


def _gate(operators: np.ndarray, operation: Operation, n: int) -> np.ndarray:
    if len(operators) == 1:
        return apply_gate(operators[0], operation, n)[None]
    count, size, width = operators.shape
    columns = np.ascontiguousarray(operators.transpose(1, 0, 2)).reshape(size, -1)
    columns = apply_gate(columns, operation, n)
    return np.ascontiguousarray(columns.reshape(size, count, width).transpose(1, 0, 2))


def _choose(current: Branches, operation: Operation, n: int, work) -> Branches:
    bits_read, wanted = operation.condition
    yes, no = {}, {}
    for bits, operators in current.items():
        value = 0
        for bit in bits_read:
            value = 2 * value + bits[bit]
        (yes if value == wanted else no)[bits] = operators
    after = _follow(yes, operation.body, n, work) if yes else {}
    for bits, operators in (_follow(no, operation.orelse, n, work) if no else {}).items():
        after[bits] = _merged(np.concatenate([after[bits], operators])) if bits in after else operators
    return after


def _measure(current: Branches, qubit: int, bit: int, n: int) -> Branches:
    after: dict[tuple[int, ...], list[np.ndarray]] = {}
    for bits, operators in current.items():
        count, size, width = operators.shape
        view = operators.reshape(count, 1 << qubit, 2, size >> (qubit + 1), width)
        for value in (0, 1):
            part = np.zeros_like(view)
            part[:, :, value] = view[:, :, value]
            part = _without_empty(part.reshape(count, size, width))
            if len(part):
                name = (*bits[:bit], value, *bits[bit + 1 :])
                after.setdefault(name, []).append(part)
    merged = {bits: _merged(np.concatenate(parts)) for bits, parts in after.items()}
    if len(merged) > _MAX_BRANCHES or sum(part.size for part in merged.values()) > _MAX_AMPLITUDES:
        raise unreadable("The circuit measures too often on the way to follow all that can happen in it.")
    return merged


def _without_empty(operators: np.ndarray) -> np.ndarray:
    weights = (np.abs(operators) ** 2).sum(axis=(1, 2))
    return operators[weights > _TINY * _TINY]


def _merged(operators: np.ndarray) -> np.ndarray:
    """The same channel in as few Kraus operators as its size allows."""
    count, size, width = operators.shape
    if count <= 1:
        return operators
    if count * operators[0].size > _MAX_AMPLITUDES:
        raise unreadable("The circuit measures or resets too often to follow all that can happen in it.")
    if count <= 4 and count <= size * width:
        return operators
    flat = operators.reshape(count, -1)
    # Kraus operators may be mixed by any unitary: the singular vectors are the shortest such set.
    _, values, vectors = np.linalg.svd(flat, full_matrices=False)
    keep = values > _TINY * max(1.0, values[0])
    return (values[keep, None] * vectors[keep]).reshape(-1, size, width)


def _sandwich(operators: np.ndarray, step: np.ndarray, qubits: tuple[int, ...], n: int) -> np.ndarray:
    """Every Kraus operator of `step` on `qubits` after every one of `operators`."""
    count, size, width = operators.shape
    if count * len(step) * size * width > _MAX_AMPLITUDES:
        raise unreadable("The circuit is too large to follow all that can happen in it.")
    axes = [1 + qubit for qubit in qubits]
    view = np.moveaxis(operators.reshape(count, *(2,) * n, width), axes, range(len(axes)))
    shape = view.shape
    after = step @ view.reshape(1 << len(qubits), -1)
    after = np.moveaxis(after.reshape(len(step), *shape), range(1, 1 + len(axes)), [1 + axis for axis in axes])
    return _without_empty(after.reshape(-1, size, width))


def _reset(operation: Operation) -> np.ndarray:
    size = 1 << len(operation.qubits)
    zero = np.zeros(size, dtype=complex)
    zero[0] = 1
    return _prepare(zero)


def _prepare(vector: np.ndarray) -> np.ndarray:
    """The Kraus operators that throw the old state away: |vector⟩⟨j| for each basis state j."""
    size = len(vector)
    step = np.zeros((size, size, size), dtype=complex)
    for j in range(size):
        step[j, :, j] = vector
    return step


_KRAUS = {
    "reset": _reset,
    "initialize": lambda operation: _prepare(operation.matrix),
    "kraus": lambda operation: operation.matrix,
}
