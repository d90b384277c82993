"""The Choi matrix of whatever an author or a learner gives as a channel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.channels import choi_of
from qtrain.circuits.model import Circuit

from .channels import kraus_list
from .expected import read_expected
from .refusals import Refused, called

_MAX = 5  # qubits: a Choi matrix is 4ⁿ × 4ⁿ
_MAX_ALL = 8  # qubits of a circuit with its environment


def expected_choi(expected) -> np.ndarray:
    """The Choi matrix of what an author gives: a circuit, a unitary, or Kraus operators (arrays or lists).

    Raises
    ------
    ValueError
        If it does not keep the trace.
    """
    if isinstance(expected, list | tuple):
        expected = [np.asarray(one, dtype=complex) for one in expected]
    stack = kraus_list(expected)
    choi = choi_of(kraus_of(stack if stack is not None else read_expected(expected, "unitary", None, "native")))
    d = int(np.sqrt(len(choi)))
    if np.abs(np.einsum("iaja->ij", choi.reshape(d, d, d, d)) - np.eye(d)).max() > 1e-6:
        raise ValueError("the expected Kraus operators are incomplete: the sum of K†K is not the identity")
    return choi


def kraus_of(answer, data: Sequence[int] | None = None, wants: str = "a circuit, or Kraus operators") -> np.ndarray:
    """The Kraus operators, of shape (k, 2**n, 2**n), of a neutral answer.

    With `data`, those on the data qubits alone: the others enter as |0⟩ and are traced out.
    """
    if isinstance(answer, values.Matrix):
        return np.asarray(answer.matrix)[None]
    if not isinstance(answer, Circuit):
        raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for {wants}.")
    n = answer.num_qubits
    if n > (_MAX if data is None else _MAX_ALL):
        raise Refused("wrong-size", f"A channel on {n} qubits is too large to be judged.")
    if len(answer.operations) == 1 and answer.operations[0].name == "kraus" and data is None:
        return np.asarray(answer.operations[0].matrix)  # as it came, even if it is no channel
    if data is not None and n <= max(data):
        raise Refused("wrong-size", f"Your circuit has {n} qubits; at least {max(data) + 1} are needed.")
    from qtrain.circuits import branches

    if data is None:
        return np.concatenate(list(branches(answer).values()))
    others = [qubit for qubit in range(n) if qubit not in set(data)]
    d, e = 2 ** len(data), 2 ** len(others)
    start = np.zeros((e, d, d), dtype=complex)
    start[0] = np.eye(d)
    order = [*others, *data]
    back = [order.index(qubit) for qubit in range(n)]
    start = start.reshape((2,) * n + (d,)).transpose([*back, n]).reshape(2**n, d)
    ended = np.concatenate(list(branches(answer, start).values()))
    axes = [0, *(1 + qubit for qubit in order), n + 1]
    return ended.reshape((len(ended),) + (2,) * n + (d,)).transpose(axes).reshape(-1, d, d)
