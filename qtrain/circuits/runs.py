"""All runs of a circuit that measures, resets, branches or is noisy, followed at once.

Each column of one array is an unnormalised state, and beside it stands what the classical bits hold in that run.
Columns with the same bits describe a mixture, so now and then they are replaced by as few as make the same one; their
number is bounded by the size of the space, not by the circuit's length.
"""

from __future__ import annotations

from cmath import exp
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .errors import MAX_FOLLOWED, MAX_STATE_QUBITS, TooLarge
from .gates import is_gate
from .model import Circuit, Operation
from .simulate import apply_gate

MAX_OUTCOMES = 4096
"""The most contents of the classical bits that are told apart."""
TINY = 1e-14
_MAX_AMPLITUDES = 2**23
_UNFINISHED = 1e-9
"""The probability with which a loop may still turn where it was cut off."""


@dataclass
class Runs:
    """`columns`, of shape (2**n, runs, k), and the classical bits of each run, of shape (runs, bits)."""

    columns: np.ndarray
    bits: np.ndarray

    def chosen(self, which: np.ndarray) -> Runs:
        return Runs(self.columns[:, which], self.bits[which])

    def joined(self, other: Runs) -> Runs:
        return Runs(
            np.concatenate([self.columns, other.columns], axis=1), np.concatenate([self.bits, other.bits], axis=0)
        )


def followed(circuit: Circuit, columns: np.ndarray) -> Runs:
    if circuit.num_qubits > MAX_STATE_QUBITS or columns.size > 4 * _MAX_AMPLITUDES:
        raise TooLarge(f"The circuit has {circuit.num_qubits} qubits, too many to follow all that can happen in it.")
    start = np.array(columns, dtype=complex)[:, None, :]
    runs = Runs(start, np.zeros((1, circuit.num_clbits), np.uint8))
    return _Follower(circuit.num_qubits).finished(runs, circuit)


class _Follower:
    """Walks through a circuit with all its runs."""

    def __init__(self, num_qubits: int):
        self.n = num_qubits
        self.work = 0
        self.enough = 16
        """Up to so many runs nothing is gained by looking for fewer."""

    def finished(self, runs: Runs, circuit: Circuit) -> Runs:
        runs = self.follow(runs, circuit.operations)
        runs.columns = runs.columns * exp(1j * circuit.phase)
        return self.merged(runs)

    def follow(self, runs: Runs, operations: Sequence[Operation]) -> Runs:
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
            elif name == "endless":
                if np.linalg.norm(runs.columns) ** 2 > _UNFINISHED:
                    raise TooLarge("The circuit has a loop that may turn on for ever.")
                runs = runs.chosen(np.zeros(len(runs.bits), bool))
            elif is_gate(operation):
                shape = runs.columns.shape
                columns = np.ascontiguousarray(runs.columns).reshape(shape[0], -1)
                runs = Runs(apply_gate(columns, operation, self.n).reshape(shape), runs.bits)
            else:
                runs = self.thinned(self.sandwiched(runs, _STEPS[name](operation), operation.qubits))
        return runs

    def spend(self, amplitudes: int) -> None:
        self.work += amplitudes
        if self.work > MAX_FOLLOWED:
            raise TooLarge("The circuit is too long to follow all that can happen in it.")

    def branched(self, runs: Runs, operation: Operation) -> Runs:
        read, value = operation.tested
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

    def measured(self, runs: Runs, qubit: int, bit: int, inverted: int) -> Runs:
        size, count, width = runs.columns.shape
        self.bound(2 * runs.columns.size)
        view = runs.columns.reshape(1 << qubit, 2, size >> (qubit + 1), count, width)
        after = np.zeros((1 << qubit, 2, size >> (qubit + 1), 2 * count, width), dtype=complex)
        after[:, 0, :, :count] = view[:, 0]
        after[:, 1, :, count:] = view[:, 1]
        bits = np.concatenate([runs.bits, runs.bits])
        bits[:count, bit], bits[count:, bit] = inverted, 1 - inverted
        return _without_empty(Runs(after.reshape(size, 2 * count, width), bits))

    def sandwiched(self, runs: Runs, step: np.ndarray, qubits: tuple[int, ...]) -> Runs:
        """Every Kraus operator of `step` on `qubits` after every run."""
        size, count, width = runs.columns.shape
        self.bound(len(step) * runs.columns.size)
        axes = range(len(qubits))
        view = np.moveaxis(runs.columns.reshape((2,) * self.n + (count, width)), qubits, axes)
        shape = view.shape
        after = (step @ view.reshape(1 << len(qubits), -1)).reshape(len(step), *shape)
        after = np.moveaxis(after, [1 + axis for axis in axes], [1 + qubit for qubit in qubits])
        columns = np.moveaxis(after.reshape(len(step), size, count, width), 0, 1).reshape(size, -1, width)
        return _without_empty(Runs(columns, np.tile(runs.bits, (len(step), 1))))

    def bound(self, amplitudes: int) -> None:
        if amplitudes > _MAX_AMPLITUDES:
            raise TooLarge("The circuit measures or resets too often to follow all that can happen in it.")

    def thinned(self, runs: Runs) -> Runs:
        """The runs, replaced by fewer where there have come to be many."""
        if len(runs.bits) <= self.enough:
            return runs
        runs = self.merged(runs)
        self.enough = max(16, 2 * len(runs.bits))
        return runs

    def merged(self, runs: Runs) -> Runs:
        """The same mixtures in as few columns as they can be had."""
        if len(runs.bits) <= 1:
            return runs
        columns, bits = [], []
        for key, part in by_bits(runs).items():
            size, count, width = part.shape
            if count > 1:
                flat = part.transpose(0, 2, 1).reshape(size * width, count)
                self.spend(flat.size * min(count, size * width) // 4)
                part = _shortest(flat).reshape(size, width, -1).transpose(0, 2, 1)
            columns.append(part)
            bits += [key] * part.shape[1]
        return Runs(np.concatenate(columns, axis=1), np.array(bits, np.uint8).reshape(len(bits), -1))


def _shortest(columns: np.ndarray) -> np.ndarray:
    """As few columns V as possible with the same ``V @ V.conj().T``; they may be mixed by any unitary."""
    size, count = columns.shape
    if count <= size:
        weights, mixing = np.linalg.eigh(columns.conj().T @ columns)
        return columns @ mixing[:, weights > TINY * max(weights[-1], TINY)]
    weights, vectors = np.linalg.eigh(columns @ columns.conj().T)
    keep = weights > TINY * max(weights[-1], TINY)
    return vectors[:, keep] * np.sqrt(weights[keep])


def by_bits(runs: Runs) -> dict[tuple[int, ...], np.ndarray]:
    """The columns, (2**n, m, k), for each content of the classical bits."""
    if len(runs.bits) == 1 or not runs.bits.shape[1]:
        return {tuple(map(int, runs.bits[0])): runs.columns}
    contents, which = np.unique(runs.bits, axis=0, return_inverse=True)
    if len(contents) > MAX_OUTCOMES:
        raise TooLarge("The circuit measures too often on the way to follow all that can happen in it.")
    order = np.argsort(which.reshape(-1), kind="stable")
    ends = np.cumsum(np.bincount(which.reshape(-1)))[:-1]
    groups = np.split(order, ends)
    return {tuple(map(int, content)): runs.columns[:, group] for content, group in zip(contents, groups, strict=True)}


def _without_empty(runs: Runs) -> Runs:
    weights = (np.abs(runs.columns) ** 2).sum(axis=(0, 2))
    there = weights > TINY * TINY
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
