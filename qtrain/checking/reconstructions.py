"""Targets for tomography: a state or a channel that was measured is right within a stated error."""

from __future__ import annotations

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.channels import choi_of
from qtrain.circuits.numerals import significant

from .channels import kraus_list
from .choi import expected_choi, kraus_of
from .refusals import Refused, called, wrong_size
from .states import Density, density_of
from .target import Alike, Target
from .verdict import Verdict, wrong

_PHYSICAL = 1e-6
_ROUNDED = 0.0051  # half a unit of the second digit: far below what shots leave open


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
        if abs(trace) <= _PHYSICAL:
            return wrong("not-normalised", "The trace of your matrix is 0; that of a state is 1.")
        if not abs(trace - 1) <= _PHYSICAL:
            close = " Divided by it, your matrix is close enough." if self._gap(matrix / trace) <= self.within else ""
            return wrong(
                "not-normalised", f"The trace of your matrix is {significant(trace, 4)}; that of a state is 1.{close}"
            )
        if np.abs(matrix - matrix.conj().T).max() > _PHYSICAL:
            return wrong(None, "Your matrix is not Hermitian: it should equal its conjugate transpose.")
        least = float(np.linalg.eigvalsh(matrix)[0])
        if not self.raw and least < -_PHYSICAL:
            near = self._gap(matrix) <= 2 * self.within
            cure = " Take the nearest state." if near else ""  # it cures no matrix that is far away
            return wrong(
                None,
                f"Your matrix has the negative eigenvalue {significant(least, 3)}: no state has one.{cure}",
                score=0.5 if near else 0.0,
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
            f"Your state has trace distance {significant(self._gap(matrix), 3)} from the true one; "
            f"within {significant(self.within, 3)} is asked for.",
        )

    def like(self, answer):
        matrix = self._read(answer)
        physical = self._fault(matrix) is None

        def same(other):  # as near to this one as a right one to the truth, and with the same fault
            found = self._read(other)
            gap = 0.5 * float(np.sum(np.linalg.svd(found - matrix, compute_uv=False)))
            return gap <= self.within and (self._fault(found) is None) == physical

        return Alike(same)


def _reversed(matrix: np.ndarray, n: int) -> np.ndarray:
    order = [*reversed(range(n)), *reversed(range(n, 2 * n))]
    return matrix.reshape((2,) * (2 * n)).transpose(order).reshape(matrix.shape)


def _nearest_unitary(matrix: np.ndarray) -> np.ndarray:
    left, _, right = np.linalg.svd(matrix)
    return left @ right


class EstimatedChannel(Target):
    """A channel that was measured: right within a stated error.

    Parameters
    ----------
    expected : circuit, list of Kraus operators, or unitary matrix
    within : float
        The largest distance that is right: half the trace norm of the difference of the Choi matrices, divided by d.
        What a right reconstruction reaches from the data is the author's to know; say it in the task.

    Examples
    --------
    >>> import numpy as np
    >>> EstimatedChannel(np.diag([1, -1]), 0.05).judge(np.diag([1, -np.exp(0.05j)])).passed
    True
    """

    reading = "unitary"
    wants = "a circuit, or a list of Kraus operators"
    num_qubits: int

    def __init__(self, expected, within: float, **options):
        super().__init__(**options)
        self.choi = expected_choi(expected)
        self.size = int(np.sqrt(len(self.choi)))
        self.num_qubits = self.size.bit_length() - 1
        self.within = float(within)

    def read(self, answer, *, order="native"):
        stack = kraus_list(answer)
        return super().read(answer, order=order) if stack is None else stack

    def like(self, answer):
        choi = self._choi(answer)
        incomplete = self._incomplete(choi)

        def same(other):  # as near to this one as a right one to the truth
            found = self._choi(other)
            gap = 0.5 * float(np.sum(np.linalg.svd(found - choi, compute_uv=False))) / self.size
            return gap <= self.within and self._incomplete(found) == incomplete

        return Alike(same)

    def _choi(self, answer) -> np.ndarray:
        if isinstance(answer, values.Matrix):
            unitary = _nearest_unitary(answer.matrix)
            if np.abs(unitary - answer.matrix).max() <= _ROUNDED:
                answer = values.Matrix(unitary, answer.num_qubits)
        choi = choi_of(kraus_of(answer, None, self.wants))
        if choi.shape != self.choi.shape:
            raise wrong_size(int(np.sqrt(len(choi))).bit_length() - 1, self.num_qubits)
        return choi

    def _gap(self, choi) -> float:
        return 0.5 * float(np.sum(np.linalg.svd(choi - self.choi, compute_uv=False))) / self.size

    def _incomplete(self, choi) -> bool:
        d = self.size
        return bool(np.abs(np.einsum("iaja->ij", choi.reshape(d, d, d, d)) - np.eye(d)).max() > 1e-5)

    def right(self, answer):
        choi = self._choi(answer)
        return not self._incomplete(choi) and self._gap(choi) <= self.within + 1e-9

    def explain(self, answer) -> Verdict:
        choi = self._choi(answer)
        if self._incomplete(choi) and isinstance(answer, values.Matrix):
            near = self._gap(choi_of(_nearest_unitary(answer.matrix)[None])) <= self.within
            cure = " The unitary nearest to it is close enough." if near else ""
            return wrong(
                "not-unitary", f"Your matrix U is not unitary: U†U is not I.{cure}", score=0.5 if near else 0.0
            )
        if self._incomplete(choi):
            return wrong(None, "This is no channel: it does not keep the trace; the sum of K†K is not the identity.")
        if self._gap(choi.conj()) <= self.within:
            return wrong("conjugate", "It is close with i and −i exchanged: is the sign of Y right?", score=0.5)
        return wrong(
            None,
            f"Your channel is {significant(self._gap(choi), 3)} away from the true one; within "
            f"{significant(self.within, 3)} is asked for.",
        )
