"""The target that is a channel: what happens to every state, pure or mixed, with measurement and noise on the way."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.channels import choi_of
from qtrain.circuits.model import Circuit, Operation

from . import distance as far
from .expected import read_expected
from .refusals import Refused, called, wrong_size
from .target import Target

_MAX = 5  # qubits: a Choi matrix is 4ⁿ × 4ⁿ


class Channel(Target):
    """A quantum channel, compared by its Choi matrix.

    Parameters
    ----------
    expected : circuit, list of Kraus operators, or unitary matrix
        A circuit may measure, reset, branch and contain noise.
    data : sequence of int, optional
        The qubits on which an answer given as a circuit realises the channel; its other qubits start in |0⟩ and are
        thrown away at the end. By default all qubits are data.

    Examples
    --------
    >>> import numpy as np
    >>> flip = [np.sqrt(0.9) * np.eye(2), np.sqrt(0.1) * np.array([[0, 1], [1, 0]])]
    >>> Channel(flip).judge([flip[1], -flip[0]]).passed
    True
    """

    kind = "channel"
    reading = "unitary"
    wants = "a circuit, or a list of Kraus operators"

    def __init__(
        self, expected, *, data: Sequence[int] | None = None, num_qubits=None, order="native", tolerance=None, **options
    ):
        super().__init__(**options)
        operators = kraus_list(expected)
        neutral = operators if operators is not None else read_expected(expected, "unitary", num_qubits, order)
        self.data = None
        kraus = self._kraus(neutral)
        if not np.linalg.norm(np.einsum("kij,kil->jl", kraus.conj(), kraus) - np.eye(kraus.shape[2])) <= 1e-6:
            raise ValueError("the expected Kraus operators are incomplete: the sum of K†K is not the identity")
        self.choi = choi_of(kraus)
        self.width = kraus.shape[1].bit_length() - 1
        self.num_qubits = self.width if data is None else None
        self.data = None if data is None else tuple(data)
        self.tolerance = far.TOLERANCE if tolerance is None else float(tolerance)

    def read(self, answer, *, order="native"):
        operators = kraus_list(answer)
        return operators if operators is not None else super().read(answer, order=order)

    def _kraus(self, answer) -> np.ndarray:
        """The Kraus operators of a neutral answer, of shape (k, 2**n, 2**n)."""
        if isinstance(answer, values.Matrix):
            return answer.matrix[None]
        if not isinstance(answer, Circuit):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for {self.wants}.")
        if answer.num_qubits > (_MAX if self.data is None else 2 * _MAX):
            raise Refused("wrong-size", f"A channel on {answer.num_qubits} qubits is too large to be judged.")
        from qtrain.circuits import kraus

        operators = np.asarray(kraus(answer))
        return operators if self.data is None else _on_data(operators, self.data, answer.num_qubits)

    def right(self, answer):
        width = getattr(answer, "num_qubits", None)
        if width is not None and (width != self.width if self.data is None else width <= max(self.data)):
            raise wrong_size(width, self.width if self.data is None else f"at least {max(self.data) + 1}")
        choi = choi_of(self._kraus(answer))
        if choi.shape != self.choi.shape:
            raise Refused("wrong-size", f"Your channel is on another number of qubits than the {self.width} asked for.")
        return far.distance(choi, self.choi, "exact") <= far.operator_tolerance(self.tolerance, self.choi.shape[0])

    def idle(self, answer):
        return (Circuit(answer.num_qubits),)

    def score(self, answer):
        """The fraction of the Choi matrix that is right: 1 − half the trace distance, normalised."""
        gap = choi_of(self._kraus(answer)) - self.choi
        return 1 - 0.5 * float(np.sum(np.linalg.svd(gap, compute_uv=False))) / 2**self.width

    def fallback(self, answer):
        gap = np.abs(choi_of(self._kraus(answer)) - self.choi)
        size = 2**self.width
        blocks = gap.reshape(size, size, size, size)  # (input, output, input', output')
        diagonal = np.array([np.linalg.norm(blocks[i, :, i, :]) for i in range(size)])
        worst = int(np.argmax(diagonal))
        if diagonal[worst] > self.tolerance:
            return f"The channel does something else to the basis state |{worst:0{self.width}b}⟩."
        return (
            "Every basis state is treated right, but superpositions are not: "
            "coherence is kept or lost where it should not be."
        )


def kraus_list(answer) -> Circuit | None:
    """A list of Kraus operators (or an array of them) as a one-step circuit; None if it is something else."""
    if isinstance(answer, np.ndarray) and answer.ndim == 3:
        stack = answer
    elif (
        isinstance(answer, list | tuple)
        and answer
        and all(isinstance(item, np.ndarray) and item.ndim == 2 for item in answer)
    ):
        if len({item.shape for item in answer}) != 1:
            raise Refused("wrong-size", "Your Kraus operators have different shapes.")
        stack = np.stack(answer)
    else:
        return None
    stack = np.asarray(stack, dtype=complex)
    size = stack.shape[1]
    if stack.shape[1] != stack.shape[2] or size & (size - 1) or size < 2 or size > 2**_MAX:
        raise Refused("wrong-size", "Kraus operators are square matrices with 2, 4, 8 … rows.")
    if not np.all(np.isfinite(stack)):
        raise Refused("unreadable", "Your Kraus operators contain entries that are no finite numbers.")
    n = size.bit_length() - 1
    return Circuit(n, (Operation("kraus", tuple(range(n)), matrix=stack),))


def _on_data(operators: np.ndarray, data: tuple[int, ...], n: int) -> np.ndarray:
    """Kraus operators on the data qubits alone: the others enter as |0⟩ and are traced out."""
    others = [qubit for qubit in range(n) if qubit not in data]
    k, d, e = len(operators), 2 ** len(data), 2 ** len(others)
    places = [*others, *data]
    axes = [0, *(1 + q for q in places), *(1 + n + q for q in places)]
    tensor = operators.reshape((k,) + (2,) * (2 * n)).transpose(axes).reshape(k, e, d, e, d)
    return tensor[:, :, :, 0, :].reshape(k * e, d, d)
