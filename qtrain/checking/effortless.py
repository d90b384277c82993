"""Circuits that are no part of the way to anything: what they reach by themselves earns nothing."""

from __future__ import annotations

import numpy as np

from qtrain.circuits.model import Circuit, Operation

_MOST = 12  # qubits; on more, to run three circuits in place of one would be felt


def effortless(num_qubits: int, likelihoods: np.ndarray | None = None) -> list[Circuit]:
    """No gate, X gates, an H on each qubit.

    Parameters
    ----------
    num_qubits : int
        On more than 12, there is no gate only.
    likelihoods : array of shape (2**num_qubits,), optional
        Where a state is asked for, its probabilities, big-endian, or what grows with them: X gates can do no better
        than to show the likeliest string. Without it there is an X on each qubit.
    """
    if num_qubits > _MOST:
        return [Circuit(num_qubits)]
    string = 2**num_qubits - 1 if likelihoods is None else int(np.argmax(likelihoods))
    ones = [q for q in range(num_qubits) if string >> (num_qubits - 1 - q) & 1]
    gates = ((), (("x", q) for q in ones), (("h", q) for q in range(num_qubits)))
    return [Circuit(num_qubits, tuple(Operation(name, (q,)) for name, q in some)) for some in gates]
