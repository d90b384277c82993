"""Exact treatment of circuits that measure on the way, reset, branch or are noisy.

All runs of such a circuit are followed at once: each column of one array is an unnormalised state, and beside it stands
what the classical bits hold in that run. Columns with the same bits describe a mixture, so now and then they are
replaced by as few as make the same one; their number is bounded by the size of the space, not by the circuit's length.
"""

from __future__ import annotations

from cmath import exp
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import MAX_FOLLOWED, MAX_STATE_QUBITS, TooLarge
from .gates import is_gate
from .model import Circuit, Operation
from .simulate import apply_gate, run
from .transform import split_final_measurements

MAX_KRAUS_QUBITS = 6
"""The most qubits for which Kraus operators or a Choi matrix are computed."""
_MAX_AMPLITUDES = 2**23
_MAX_OUTCOMES = 4096
"""The most contents of the classical bits that are told apart."""
_TINY = 1e-14

Branches = dict[tuple[int, ...], np.ndarray]


@dataclass
class _Runs:
    """`columns`, of shape (2**n, runs, k), and the classical bits of each run, of shape (runs, bits)."""

    columns: np.ndarray
    bits: np.ndarray

    def chosen(self, which: np.ndarray) -> _Runs:
        return _Runs(self.columns[:, which], self.bits[which])

    def joined(self, other: _Runs) -> _Runs:
        return _Runs(
            np.concatenate([self.columns, other.columns], axis=1), np.concatenate([self.bits, other.bits], axis=0)
        )


def branches(circuit: Circuit, state: np.ndarray | None = None) -> Branches:
    """What can happen in a circuit: for each content of the classical bits its Kraus operators.

    Parameters
    ----------
    circuit : Circuit
    state : ndarray, optional
        Shape (2**n, k), big-endian. By default the identity matrix, so that the result holds Kraus operators on all
        inputs; with a column vector it holds the unnormalised states that come out.

    Returns
    -------
    dict
        From the values of the classical bits (bit 0 first) to an array of shape (m, 2**n, k).

    Raises
    ------
    TooLarge
        If there is too much to follow.
    """
    n = circuit.num_qubits
    if state is None:
        if n > MAX_KRAUS_QUBITS:
            raise TooLarge(
                f"The circuit measures or resets on the way and has {n} qubits; "
                f"its effect on all inputs is computed up to {MAX_KRAUS_QUBITS} qubits."
            )
        state = np.eye(1 << n, dtype=complex)
    runs = _followed(circuit, np.asarray(state).reshape(1 << n, -1))
    return {key: part.transpose(1, 0, 2) for key, part in _by_bits(runs).items()}


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


def density_factor(circuit: Circuit, state: np.ndarray | None = None) -> np.ndarray:
    """V of shape (2**n, m) with ``V @ V.conj().T`` the density matrix at the end; see `density`."""
    columns = _column(circuit, state)
    if all(is_gate(step) or step.name == "barrier" for step in circuit.operations):
        return run(circuit, columns[:, 0]).reshape(-1, 1)
    return _followed(circuit, columns).columns[:, :, 0]


def density(circuit: Circuit, state: np.ndarray | None = None) -> np.ndarray:
    """The density matrix at the end, from a state vector (|0…0⟩ by default); classical bits are forgotten.

    Final measurements count: they take the coherence away that the measured qubits had.
    """
    factor = density_factor(circuit, state)
    return factor @ factor.conj().T


def output_distribution(circuit: Circuit, state: np.ndarray | None = None) -> dict[str, float]:
    """The exact distribution of the classical bits at the end; the first character is bit 0.

    Bits that are never written stay 0. Without classical bits the distribution is that of measuring all qubits.

    Parameters
    ----------
    circuit : Circuit
    state : ndarray, optional
        The start, of shape (2**n,), big-endian; |0…0⟩ by default.
    """
    n = circuit.num_qubits
    if not circuit.num_clbits and not any(step.name == "measure" for step in circuit.operations):
        circuit = Circuit(
            n,
            (*circuit.operations, Operation("measure", tuple(range(n)), clbits=tuple(range(n)))),
            circuit.phase,
            n,
        )
    rest, finals = split_final_measurements(circuit)
    start = _column(circuit, state)
    if all(is_gate(step) or step.name == "barrier" for step in rest.operations):
        runs = _Runs(run(rest, start).reshape(1 << n, 1, 1), np.zeros((1, circuit.num_clbits), np.uint8))
    else:
        runs = _followed(rest, start)
    weights = _weights(runs, n, [step.qubits[0] for step in finals])
    result: dict[str, float] = {}
    for row, number in zip(*np.nonzero(weights > _TINY), strict=True):
        key = _with_finals(runs.bits[row], finals, int(number))
        result[key] = result.get(key, 0.0) + float(weights[row, number])
    return dict(sorted(result.items()))


def result_probabilities(circuit: Circuit, column: np.ndarray, bits: Sequence[int] | None = None) -> np.ndarray:
    """The probabilities of all contents of some classical bits at the end.

    Parameters
    ----------
    circuit : Circuit
    column : ndarray of shape (2**n,) or (2**n, 1)
        The start, big-endian; where it is not normalised, neither are the probabilities.
    bits : sequence of int, optional
        The classical bits, most significant first; all of them by default.

    Returns
    -------
    ndarray of shape (2**len(bits),)
    """
    bits = tuple(range(circuit.num_clbits)) if bits is None else tuple(bits)
    if len(bits) > MAX_STATE_QUBITS:
        raise TooLarge(f"The circuit has {len(bits)} classical bits, too many to follow all their contents.")
    rest, finals = split_final_measurements(circuit)
    runs = _followed(rest, np.asarray(column).reshape(-1, 1))
    weights = _weights(runs, circuit.num_qubits, [step.qubits[0] for step in finals])
    place = {bit: len(bits) - 1 - position for position, bit in enumerate(bits)}
    numbers = np.arange(1 << len(finals))
    last = np.zeros_like(numbers)
    for position, step in enumerate(finals):
        ((_, bit, inverted),) = step.measured
        if bit in place:
            last |= ((numbers >> (len(finals) - 1 - position) & 1) ^ inverted) << place.pop(bit)
    before = np.zeros(len(runs.bits), dtype=last.dtype)
    for bit, shift in place.items():
        before |= runs.bits[:, bit].astype(last.dtype) << shift
    labels = (before[:, None] | last[None, :]).reshape(-1)
    return np.bincount(labels, weights.reshape(-1), minlength=1 << len(bits))


def _weights(runs: _Runs, n: int, qubits: list[int]) -> np.ndarray:
    """For each run the probabilities of the values of these qubits, of shape (runs, 2**len(qubits))."""
    weights = (np.abs(runs.columns) ** 2).sum(axis=2).reshape((2,) * n + (-1,))
    others = [q for q in range(n) if q not in set(qubits)]
    weights = weights.transpose(n, *qubits, *others).reshape(len(runs.bits), 1 << len(qubits), -1)
    return weights.sum(axis=2)


def _with_finals(bits, finals: Sequence[Operation], number: int) -> str:
    """The classical bits as a string, after the final measurements have given the bits of `number`."""
    text = list(map(str, bits.tolist()))
    for position, step in enumerate(finals):
        ((_, bit, inverted),) = step.measured
        text[bit] = str((number >> (len(finals) - 1 - position) & 1) ^ inverted)
    return "".join(text)


def joint(circuit: Circuit, columns: np.ndarray, kept: Sequence[int] | None = None, results: bool = True):
    """A circuit as a quantum channel with classical results: what comes out, for each content of its classical bits.

    Parameters
    ----------
    circuit : Circuit
        On n qubits.
    columns : ndarray of shape (2**n, k)
        Input states, big-endian; they may be taken for one state entangled with a reference of k levels. With the
        identity matrix the result is the Choi matrix in blocks, one for each outcome.
    kept : sequence of int, optional
        The qubits whose state counts at the end, all by default; the others are thrown away.
    results : bool
        Whether the classical bits count; otherwise they are forgotten.

    Returns
    -------
    dict of str to ndarray
        For each outcome (the first character is bit 0; empty if bits do not count) a factor V of shape (d, m), with
        d = 2**len(kept) · k: ``V @ V.conj().T`` is the unnormalised output on the kept qubits and the reference.

    Raises
    ------
    TooLarge
        If there is too much to follow.
    """
    n = circuit.num_qubits
    kept = tuple(range(n)) if kept is None else tuple(kept)
    rest, finals = split_final_measurements(circuit)
    # The results of qubits that are thrown away can be read off at the end; the others' states change with them.
    late = [step for step in finals if step.qubits[0] not in kept]
    early = tuple(step for step in finals if step.qubits[0] in kept)
    runs = _followed(rest.replace_operations((*rest.operations, *early)), columns)
    width = columns.shape[1]
    read = [step.qubits[0] for step in late]
    lost = [q for q in range(n) if q not in set(kept) | set(read)]
    parts = runs.columns.reshape((2,) * n + (len(runs.bits), width))
    parts = parts.transpose(n, *read, *kept, n + 1, *lost)
    parts = parts.reshape(len(runs.bits), 1 << len(read), (1 << len(kept)) * width, 1 << len(lost))
    there = (np.abs(parts) ** 2).sum(axis=(2, 3)) > _TINY * _TINY
    found: dict[str, list[np.ndarray]] = {}
    for row, number in zip(*np.nonzero(there), strict=True):
        key = _with_finals(runs.bits[row], late, int(number)) if results else ""
        found.setdefault(key, []).append(parts[row, number])
    if len(found) > _MAX_OUTCOMES:
        raise TooLarge("The circuit has too many different results to follow them all.")
    return {key: np.concatenate(blocks, axis=1) for key, blocks in found.items()}


def joint_distance(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> float:
    """How far two results of `joint` are apart: the Frobenius norm of the difference of all blocks together."""
    total = 0.0
    for key in one.keys() | other.keys():
        nothing = np.zeros((len(one.get(key, other.get(key))), 0), dtype=complex)
        a, b = one.get(key, nothing), other.get(key, nothing)
        if a.shape[1] + b.shape[1] < len(a):
            # The difference lives in the span of all columns: turned into it, the matrices are small.
            turned = np.linalg.qr(np.concatenate([a, b], axis=1), mode="r")
            a, b = turned[:, : a.shape[1]], turned[:, a.shape[1] :]
        total += float(np.linalg.norm(a @ a.conj().T - b @ b.conj().T)) ** 2
    return total**0.5


def _column(circuit: Circuit, state) -> np.ndarray:
    if circuit.num_qubits > MAX_STATE_QUBITS:
        raise TooLarge(
            f"The circuit has {circuit.num_qubits} qubits; states are computed up to {MAX_STATE_QUBITS} qubits."
        )
    if state is not None:
        return np.asarray(state, dtype=complex).reshape(-1, 1)
    column = np.zeros((1 << circuit.num_qubits, 1), dtype=complex)
    column[0] = 1
    return column


def _followed(circuit: Circuit, columns: np.ndarray) -> _Runs:
    if circuit.num_qubits > MAX_STATE_QUBITS or columns.size > 4 * _MAX_AMPLITUDES:
        raise TooLarge(f"The circuit has {circuit.num_qubits} qubits, too many to follow all that can happen in it.")
    start = np.array(columns, dtype=complex)[:, None, :]
    runs = _Runs(start, np.zeros((1, circuit.num_clbits), np.uint8))
    return _Follower(circuit.num_qubits).finished(runs, circuit)


class _Follower:
    """Walks through a circuit with all its runs."""

    def __init__(self, num_qubits: int):
        self.n = num_qubits
        self.work = 0
        self.enough = 16
        """Up to so many runs nothing is gained by looking for fewer."""

    def finished(self, runs: _Runs, circuit: Circuit) -> _Runs:
        runs = self.follow(runs, circuit.operations)
        runs.columns = runs.columns * exp(1j * circuit.phase)
        return self.merged(runs)

    def follow(self, runs: _Runs, operations: Sequence[Operation]) -> _Runs:
        for operation in operations:
            name = operation.name
            if name == "barrier" or not len(runs.bits):
                continue
            self.spend(runs.columns.size)
            if name == "if":
                runs = self.thinned(self.branched(runs, operation))
            elif name == "measure":
                for qubit, bit, inverted in operation.measured:
                    runs = self.thinned(self.measured(runs, qubit, bit, inverted))
            elif is_gate(operation):
                shape = runs.columns.shape
                columns = np.ascontiguousarray(runs.columns).reshape(shape[0], -1)
                runs = _Runs(apply_gate(columns, operation, self.n).reshape(shape), runs.bits)
            else:
                runs = self.thinned(self.sandwiched(runs, _STEPS[name](operation), operation.qubits))
        return runs

    def spend(self, amplitudes: int) -> None:
        self.work += amplitudes
        if self.work > MAX_FOLLOWED:
            raise TooLarge("The circuit is too long to follow all that can happen in it.")

    def branched(self, runs: _Runs, operation: Operation) -> _Runs:
        read, value = operation.condition
        if value < 0 or value >> len(read):
            yes = np.zeros(len(runs.bits), bool)
        else:
            wanted = [value >> (len(read) - 1 - position) & 1 for position in range(len(read))]
            yes = (runs.bits[:, list(read)] == wanted).all(axis=1)
        if yes.all():
            return self.follow(runs, operation.body)
        if not yes.any():
            return self.follow(runs, operation.orelse)
        return self.follow(runs.chosen(yes), operation.body).joined(self.follow(runs.chosen(~yes), operation.orelse))

    def measured(self, runs: _Runs, qubit: int, bit: int, inverted: int) -> _Runs:
        size, count, width = runs.columns.shape
        self.bound(2 * runs.columns.size)
        view = runs.columns.reshape(1 << qubit, 2, size >> (qubit + 1), count, width)
        after = np.zeros((1 << qubit, 2, size >> (qubit + 1), 2 * count, width), dtype=complex)
        after[:, 0, :, :count] = view[:, 0]
        after[:, 1, :, count:] = view[:, 1]
        bits = np.concatenate([runs.bits, runs.bits])
        bits[:count, bit], bits[count:, bit] = inverted, 1 - inverted
        return _without_empty(_Runs(after.reshape(size, 2 * count, width), bits))

    def sandwiched(self, runs: _Runs, step: np.ndarray, qubits: tuple[int, ...]) -> _Runs:
        """Every Kraus operator of `step` on `qubits` after every run."""
        size, count, width = runs.columns.shape
        self.bound(len(step) * runs.columns.size)
        axes = range(len(qubits))
        view = np.moveaxis(runs.columns.reshape((2,) * self.n + (count, width)), qubits, axes)
        shape = view.shape
        after = (step @ view.reshape(1 << len(qubits), -1)).reshape(len(step), *shape)
        after = np.moveaxis(after, [1 + axis for axis in axes], [1 + qubit for qubit in qubits])
        columns = np.moveaxis(after.reshape(len(step), size, count, width), 0, 1).reshape(size, -1, width)
        return _without_empty(_Runs(columns, np.tile(runs.bits, (len(step), 1))))

    def bound(self, amplitudes: int) -> None:
        if amplitudes > _MAX_AMPLITUDES:
            raise TooLarge("The circuit measures or resets too often to follow all that can happen in it.")

    def thinned(self, runs: _Runs) -> _Runs:
        """The runs, replaced by fewer where there have come to be many."""
        if len(runs.bits) <= self.enough:
            return runs
        runs = self.merged(runs)
        self.enough = max(16, 2 * len(runs.bits))
        return runs

    def merged(self, runs: _Runs) -> _Runs:
        """The same mixtures in as few columns as they can be had."""
        if len(runs.bits) <= 1:
            return runs
        columns, bits = [], []
        for key, part in _by_bits(runs).items():
            size, count, width = part.shape
            if count > 1:
                flat = part.transpose(0, 2, 1).reshape(size * width, count)
                self.spend(flat.size * min(count, size * width) // 4)
                part = _shortest(flat).reshape(size, width, -1).transpose(0, 2, 1)
            columns.append(part)
            bits += [key] * part.shape[1]
        return _Runs(np.concatenate(columns, axis=1), np.array(bits, np.uint8).reshape(len(bits), -1))


def _shortest(columns: np.ndarray) -> np.ndarray:
    """As few columns V as possible with the same ``V @ V.conj().T``; they may be mixed by any unitary."""
    size, count = columns.shape
    if count <= size:
        weights, mixing = np.linalg.eigh(columns.conj().T @ columns)
        return columns @ mixing[:, weights > _TINY * max(weights[-1], _TINY)]
    weights, vectors = np.linalg.eigh(columns @ columns.conj().T)
    keep = weights > _TINY * max(weights[-1], _TINY)
    return vectors[:, keep] * np.sqrt(weights[keep])


def _by_bits(runs: _Runs) -> dict[tuple[int, ...], np.ndarray]:
    """The columns, (2**n, m, k), for each content of the classical bits."""
    if len(runs.bits) == 1 or not runs.bits.shape[1]:
        return {tuple(map(int, runs.bits[0])): runs.columns}
    contents, which = np.unique(runs.bits, axis=0, return_inverse=True)
    if len(contents) > _MAX_OUTCOMES:
        raise TooLarge("The circuit measures too often on the way to follow all that can happen in it.")
    order = np.argsort(which.reshape(-1), kind="stable")
    ends = np.cumsum(np.bincount(which.reshape(-1)))[:-1]
    groups = np.split(order, ends)
    return {tuple(map(int, content)): runs.columns[:, group] for content, group in zip(contents, groups, strict=True)}


def _without_empty(runs: _Runs) -> _Runs:
    weights = (np.abs(runs.columns) ** 2).sum(axis=(0, 2))
    there = weights > _TINY * _TINY
    return runs if there.all() else runs.chosen(there)


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


_STEPS = {
    "reset": _reset,
    "initialize": lambda operation: _prepare(operation.matrix),
    "kraus": lambda operation: operation.matrix,
}
