"""Exact treatment of circuits that measure on the way, reset, branch or are noisy: channels, results, densities."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np

from .errors import MAX_STATE_QUBITS, TooLarge
from .gates import is_gate
from .model import Circuit, Operation
from .runs import MAX_OUTCOMES, TINY, Runs, by_bits, followed
from .simulate import run
from .transform import split_final_measurements

MAX_KRAUS_QUBITS = 6
"""The most qubits for which Kraus operators or a Choi matrix are computed."""

Branches = dict[tuple[int, ...], np.ndarray]


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
    runs = followed(circuit, np.asarray(state).reshape(1 << n, -1))
    return {key: part.transpose(1, 0, 2) for key, part in by_bits(runs).items()}


def kraus(circuit: Circuit) -> np.ndarray:
    """The Kraus operators of a circuit whose classical bits are forgotten at the end, of shape (m, 2**n, 2**n).

    References
    ----------
    M.-D. Choi, Linear Algebra and its Applications 10, 285 (1975), doi:10.1016/0024-3795(75)90075-0.
    """
    return np.concatenate(list(branches(circuit).values()))


def choi(circuit: Circuit) -> np.ndarray:
    """The Choi matrix Σ_ij |i⟩⟨j| ⊗ E(|i⟩⟨j|), of shape (4**n, 4**n); classical bits are forgotten.

    Parameters
    ----------
    circuit : Circuit
        On n qubits, big-endian. See `choi_of` for the convention: the input comes first.

    References
    ----------
    M.-D. Choi, Linear Algebra and its Applications 10, 285 (1975), doi:10.1016/0024-3795(75)90075-0.
    """
    return choi_of(kraus(circuit))


def choi_of(operators: np.ndarray) -> np.ndarray:
    """The Choi matrix of Kraus operators of shape (m, rows, columns)."""
    vectors = np.asarray(operators).transpose(0, 2, 1).reshape(len(operators), -1)
    return vectors.T @ vectors.conj()


def density_factor(circuit: Circuit, state: np.ndarray | None = None) -> np.ndarray:
    """V of shape (2**n, m) with ``V @ V.conj().T`` the density matrix at the end; see `density`.

    Parameters
    ----------
    circuit : Circuit
    state : ndarray of shape (2**n,), optional
        The start, big-endian; |0…0⟩ by default.
    """
    columns = _column(circuit, state)
    if all(is_gate(step) or step.name == "barrier" for step in circuit.operations):
        return run(circuit, columns[:, 0]).reshape(-1, 1)
    return followed(circuit, columns).columns[:, :, 0]


def density(circuit: Circuit, state: np.ndarray | None = None) -> np.ndarray:
    """The density matrix at the end, from a state vector (|0…0⟩ by default); classical bits are forgotten.

    Final measurements count: they take the coherence away that the measured qubits had.

    Parameters
    ----------
    circuit : Circuit
    state : ndarray of shape (2**n,), optional
        The start, big-endian.
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
        runs = Runs(run(rest, start).reshape(1 << n, 1, 1), np.zeros((1, circuit.num_clbits), np.uint8))
    else:
        runs = followed(rest, start)
    weights = _weights(runs, n, [step.qubits[0] for step in finals])
    result: dict[str, float] = {}
    for row, number in zip(*np.nonzero(weights > TINY), strict=True):
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
    runs = followed(rest, np.asarray(column).reshape(-1, 1))
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


def _weights(runs: Runs, n: int, qubits: list[int]) -> np.ndarray:
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
    runs = followed(rest.replace_operations((*rest.operations, *early)), columns)
    width = columns.shape[1]
    read = [step.qubits[0] for step in late]
    lost = [q for q in range(n) if q not in set(kept) | set(read)]
    parts = runs.columns.reshape((2,) * n + (len(runs.bits), width))
    parts = parts.transpose(n, *read, *kept, n + 1, *lost)
    parts = parts.reshape(len(runs.bits), 1 << len(read), (1 << len(kept)) * width, 1 << len(lost))
    there = (np.abs(parts) ** 2).sum(axis=(2, 3)) > TINY * TINY
    found: dict[str, list[np.ndarray]] = {}
    for row, number in zip(*np.nonzero(there), strict=True):
        key = _with_finals(runs.bits[row], late, int(number)) if results else ""
        found.setdefault(key, []).append(parts[row, number])
    if len(found) > MAX_OUTCOMES:
        raise TooLarge("The circuit has too many different results to follow them all.")
    return {key: np.concatenate(blocks, axis=1) for key, blocks in found.items()}


def joint_distance(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> float:
    """How far two results of `joint` are apart: the Frobenius norm of the difference of all blocks together.

    Parameters
    ----------
    one, other : dict of str to ndarray
        As `joint` gives them, from the same input columns.
    """
    total = 0.0
    for a, b in side_by_side(one, other):
        if a.shape[1] + b.shape[1] < len(a):
            # The difference lives in the span of all columns: turned into it, the matrices are small.
            a, b = in_their_span(a, b)
        total += float(np.linalg.norm(a @ a.conj().T - b @ b.conj().T)) ** 2
    return total**0.5


def side_by_side(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """For each result the blocks of both; one without columns where the result does not occur."""
    for key in one.keys() | other.keys():
        nothing = np.zeros((len(one[key] if key in one else other[key]), 0), dtype=complex)
        yield one.get(key, nothing), other.get(key, nothing)


def in_their_span(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both turned into the span of all their columns, where ``a a†`` and ``b b†`` differ as much as before."""
    # NumPy's annotations do not know that mode "r" gives R alone.
    turned = cast("np.ndarray", np.linalg.qr(np.concatenate([a, b], axis=1), mode="r"))
    return turned[:, : a.shape[1]], turned[:, a.shape[1] :]


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


def reduced(rho: np.ndarray, keep: Sequence[int]) -> np.ndarray:
    """The density matrix of some qubits: all others are traced out.

    Parameters
    ----------
    rho : ndarray (2**n, 2**n)
        Big-endian.
    keep : sequence of int
        The qubits that stay, in the order in which the result has them, the first most significant.

    Returns
    -------
    ndarray (2**len(keep), 2**len(keep))

    Examples
    --------
    >>> reduced(np.diag([0.5, 0, 0, 0.5]), [1]).tolist()
    [[0.5, 0.0], [0.0, 0.5]]
    """
    n = len(rho).bit_length() - 1
    others = [qubit for qubit in range(n) if qubit not in set(keep)]
    order = [*keep, *others, *(n + qubit for qubit in (*keep, *others))]
    k, e = 2 ** len(keep), 2 ** len(others)
    return np.einsum("aebe->ab", np.reshape(rho, (2,) * (2 * n)).transpose(order).reshape(k, e, k, e))
