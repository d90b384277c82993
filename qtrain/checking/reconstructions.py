"""Targets for tomography: a state or a channel that was measured is right within a stated error."""

from __future__ import annotations

import numpy as np

from qtrain.circuits.channels import choi_of

from .channels import Channel
from .refusals import Refused, called, wrong_size
from .states import Density, density_of
from .verdict import Verdict, wrong

_PHYSICAL = 1e-6


class EstimatedState(Density):
    """A state that was measured: a density matrix within a stated trace distance of the true one, and physical.

    Parameters
    ----------
    expected
        The true state, in any form.
    within : float
        The largest trace distance that is right.
    raw : bool
        Whether the bare linear inversion will do, which may have negative eigenvalues.

    Examples
    --------
    >>> import numpy as np
    >>> EstimatedState([[0.5, 0.4], [0.4, 0.5]], 0.02).judge(np.array([[0.51, 0.4], [0.4, 0.49]])).passed
    True
    """

    def __init__(self, expected, within: float, *, raw: bool = False, **options):
        super().__init__(expected, **options)
        self.within, self.raw = float(within), raw

    def _gap(self, matrix) -> float:
        return 0.5 * float(np.sum(np.linalg.svd(matrix - self.matrix, compute_uv=False)))

    def _read(self, answer) -> np.ndarray:
        n = getattr(answer, "num_qubits", None)
        if n is not None and n != self.num_qubits:
            raise wrong_size(n, self.num_qubits)
        matrix = density_of(answer)
        if matrix is None or matrix.shape != self.matrix.shape:
            raise Refused("wrong-type", f"You gave {called(answer)}, but a density matrix is asked for.")
        return np.asarray(matrix)

    def right(self, answer):
        matrix = self._read(answer)
        return self._fault(matrix) is None and self._gap(matrix) <= self.within + 1e-9

    def _fault(self, matrix) -> Verdict | None:
        trace = np.trace(matrix).real
        if not abs(trace - 1) <= _PHYSICAL:
            scaled = matrix / trace if abs(trace) > _PHYSICAL else matrix
            close = " Divided by it, your matrix is close enough." if self._gap(scaled) <= self.within else ""
            return wrong("not-normalised", f"The trace of your matrix is {trace:.4g}; that of a state is 1.{close}")
        if np.abs(matrix - matrix.conj().T).max() > _PHYSICAL:
            return wrong(None, "Your matrix is not Hermitian: it should equal its conjugate transpose.")
        least = float(np.linalg.eigvalsh(matrix)[0])
        if not self.raw and least < -_PHYSICAL:
            return wrong(
                None,
                f"Your matrix has the negative eigenvalue {least:.3g}: no state has one. Take the nearest state.",
                score=0.5 if self._gap(matrix) <= 2 * self.within else 0.0,
            )
        return None

    def explain(self, answer) -> Verdict:
        matrix = self._read(answer)
        fault = self._fault(matrix)
        if fault is not None:
            return fault
        for code, sentence, changed in (
            ("conjugate", "It is close with i and −i exchanged: is the sign of Y right?", matrix.conj()),
            ("qubit-order", "It is close with the qubits in the reverse order.", _reversed(matrix, self.num_qubits)),
            ("bit-flip", "It is close with 0 and 1 exchanged on every qubit.", matrix[::-1, ::-1]),
        ):
            if self._gap(changed) <= self.within:
                return wrong(code, sentence, score=0.5)
        return wrong(
            None,
            f"Your state has trace distance {self._gap(matrix):.3g} from the true one; "
            f"within {self.within:.3g} is asked for.",
        )

    def like(self, answer):
        return None


def _reversed(matrix: np.ndarray, n: int) -> np.ndarray:
    order = [*reversed(range(n)), *reversed(range(n, 2 * n))]
    return matrix.reshape((2,) * (2 * n)).transpose(order).reshape(matrix.shape)


class EstimatedChannel(Channel):
    """A channel that was measured: right within a stated error.

    Parameters
    ----------
    expected
        As for `Channel`.
    within : float
        The largest distance that is right: half the trace norm of the difference of the Choi matrices, divided by d.
        What a right reconstruction reaches from the data is the author's to know; say it in the task.

    Examples
    --------
    >>> import numpy as np
    >>> EstimatedChannel(np.diag([1, -1]), 0.05).judge(np.diag([1, -np.exp(0.05j)])).passed
    True
    """

    def __init__(self, expected, within: float, **options):
        super().__init__(expected, **options)
        self.within = float(within)

    def _gap(self, answer) -> float:
        gap = choi_of(self._kraus(answer)) - self.choi
        return 0.5 * float(np.sum(np.linalg.svd(gap, compute_uv=False))) / 2**self.width

    def right(self, answer):
        super().right(answer)  # refuses other sizes and types
        return self._gap(answer) <= self.within + 1e-9

    def explain(self, answer) -> Verdict:
        gap = self._gap(answer)
        if self._conjugated(answer) <= self.within:
            return wrong("conjugate", "It is close with i and −i exchanged: is the sign of Y right?", score=0.5)
        return wrong(None, f"Your channel is {gap:.3g} away from the true one; within {self.within:.3g} is asked for.")

    def _conjugated(self, answer) -> float:
        gap = choi_of(self._kraus(answer)).conj() - self.choi
        return 0.5 * float(np.sum(np.linalg.svd(gap, compute_uv=False))) / 2**self.width
