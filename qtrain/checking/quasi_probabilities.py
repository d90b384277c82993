"""The target of probabilistic error cancellation: signed weights that undo a noise channel, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.channels import choi_of
from qtrain.circuits.numerals import number_text, significant

from .channels import kraus_list
from .choi import expected_choi, kraus_of
from .refusals import Refused, quoted
from .runs import real
from .target import Alike, Target
from .verdict import Verdict, wrong

_LETTERS = {
    "I": np.eye(2), "X": np.array([[0, 1], [1, 0]]), "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1.0, -1.0]),
}  # fmt: skip
_RESET = [np.array([[1.0, 0], [0, 0]]), np.array([[0, 1.0], [0, 0]])]


def _is_weight(one) -> bool:
    return isinstance(one, int | float | complex | np.number | values.Number)


class QuasiProbabilities(Target):
    """Weights q of operations O with Σ q·O∘noise = gate: negative ones are allowed, they add up to 1.

    An answer is a dict from word to weight, or a list of pairs of operation and weight, in either order. A word is a
    Pauli string (``"XZ"``, the first letter on qubit 0), or ``"RESET"`` for the preparation of |0⟩ on one qubit; an
    operation is a word, a Pauli of Qiskit or Cirq, a circuit, a matrix, or a list of Kraus operators.

    Parameters
    ----------
    noise : circuit, or list of Kraus operators
    gate : circuit or matrix, optional
        What is to come out; by default nothing (the identity).
    before : bool
        Whether the operations come before the noise.
    gamma : float, optional
        The largest Σ|q| that is right; by default any.
    tolerance : float
        On the Choi matrix, trace norm divided by 2d.
    also : mapping from str to channel
        Other noise, by the name of the convention under which the answer would be right for it.

    References
    ----------
    K. Temme, S. Bravyi and J. M. Gambetta, Phys. Rev. Lett. 119, 180509 (2017), arXiv:1612.02058.

    Examples
    --------
    >>> p = 0.1
    >>> flips = [np.sqrt(1 - p) * np.eye(2), np.sqrt(p) * np.array([[0, 1], [1, 0]])]
    >>> QuasiProbabilities(flips).judge({"I": 0.9 / 0.8, "X": -0.1 / 0.8}).passed
    True
    """

    wants = "weights of operations, like {'I': 1.1, 'X': -0.1}"

    def __init__(
        self,
        noise,
        *,
        gate=None,
        before: bool = False,
        gamma: float | None = None,
        tolerance=1e-4,
        also=None,
        **options,
    ):
        super().__init__(**options)
        self.noise = _superoperator(expected_choi(noise))
        self.size = int(np.sqrt(len(self.noise)))
        n = self.size.bit_length() - 1
        self.num_qubits = n
        self.wanted = np.eye(self.size**2) if gate is None else _superoperator(expected_choi(gate))
        self.before, self.gamma, self.tolerance = before, gamma, float(tolerance)
        self.also = {name: _superoperator(expected_choi(channel)) for name, channel in (also or {}).items()}

    def like(self, answer):
        made, cost = self._made(answer), float(np.abs(answer[0]).sum())

        def same(other):  # other operations that do the same, at the same cost
            gap = float(np.linalg.norm(self._made(other) - made)) / self.size
            return gap <= self.tolerance and abs(float(np.abs(other[0]).sum()) - cost) <= self.tolerance * max(1, cost)

        return _SameMixture(self, same)

    def read(self, answer, *, order="native"):
        if answer is None or answer is ... or (isinstance(answer, Mapping | list | tuple) and not len(answer)):
            return values.Nothing()
        if isinstance(answer, values.Observable):
            rows = [(weight, word) for word, weight in answer.terms.items()]
        elif isinstance(answer, Mapping):
            n = self.size.bit_length() - 1
            for key in answer:
                if not isinstance(key, str | tuple | values.Text):
                    raise Refused("wrong-type", f"The keys should be words such as {'Z' * n!r}, as text.")
            rows = [(weight, operation) for operation, weight in answer.items()]
        elif isinstance(answer, list | tuple) and all(
            isinstance(row, list | tuple) and len(row) == 2 for row in answer
        ):
            rows = [row if _is_weight(row[0]) or not _is_weight(row[1]) else row[::-1] for row in answer]
        else:
            raise Refused("wrong-type", f"This exercise asks for {self.wants}, or for pairs (weight, operation).")
        if len(rows) > 4096:
            raise Refused("wrong-size", f"You gave {len(rows):,} operations; that is too many.")
        weights = np.array([real(weight, f"Weight number {k + 1}") for k, (weight, _) in enumerate(rows)])
        return weights, np.array([self._operation(operation) for _, operation in rows])

    def _operation(self, operation) -> np.ndarray:
        from qtrain.circuits import read

        n = self.num_qubits
        if isinstance(operation, values.Text):
            operation = operation.value
        if isinstance(operation, tuple) and operation and all(isinstance(one, str) for one in operation):
            operation = "".join(operation)
        if not isinstance(operation, str | np.ndarray | list | tuple):
            neutral = read(operation)
            if isinstance(neutral, values.Observable) and list(neutral.terms.values()) in ([1], [-1]):
                operation = next(iter(neutral.terms))  # a Pauli of Qiskit or Cirq; its sign changes no state
        if isinstance(operation, str):
            word = operation.strip().upper()
            if word == "RESET" and n == 1:
                operation = _RESET
        if isinstance(operation, str):
            if len(word) != n or set(word) - set("IXYZ"):
                raise Refused("wrong-type", f"{quoted(operation)} is no Pauli string on {n} qubit{'s' * (n != 1)}.")
            matrix = np.ones((1, 1))
            for letter in word:
                matrix = np.kron(matrix, _LETTERS[letter])
            return np.kron(matrix, matrix.conj())
        stack = kraus_list(operation)
        choi = choi_of(kraus_of(read(operation, num_qubits=n, kind="unitary") if stack is None else stack))
        if len(choi) != self.size**2:
            raise Refused("wrong-size", f"An operation is on another number of qubits than the {n} asked for.")
        return _superoperator(choi)

    def _made(self, answer, weights=None, noise=None) -> np.ndarray:
        weights = answer[0] if weights is None else weights
        total = np.einsum("k,kij->ij", weights, answer[1])
        noise = self.noise if noise is None else noise
        return noise @ total if self.before else total @ noise

    def _fits(self, made) -> bool:
        gap = made - self.wanted
        return float(np.linalg.norm(gap)) / self.size <= self.tolerance

    def right(self, answer):
        cost = float(np.abs(answer[0]).sum())
        return self._fits(self._made(answer)) and (
            self.gamma is None or cost <= self.gamma * (1 + 1e-4) + self.tolerance
        )

    def praise(self, answer):
        return f"Right: γ = {number_text(np.abs(answer[0]).sum(), 4)}."

    def explain(self, answer) -> Verdict:
        weights = answer[0]
        cost, total = float(np.abs(weights).sum()), float(weights.sum())
        if self.gamma is not None and self._fits(self._made(answer)):
            return wrong(
                None,
                f"The noise is undone, but at a cost of γ = {number_text(cost, 4)}; at most "
                f"{number_text(self.gamma, 4)} is asked for.",
                score=0.5,
            )
        for name, noise in self.also.items():
            if self._fits(self._made(answer, noise=noise)):
                return wrong("convention", f"This is right under another convention: {name}.", score=0.5)
        for scale in (self._scale(answer),):
            if scale is not None and abs(scale - 1) > 1e-6 and self._fits(self._made(answer, weights * scale)):
                normal = (
                    " These are probabilities |q|/γ with their signs; the weights q are asked for."
                    if (abs(cost - 1) < 1e-4)
                    else ""
                )
                return wrong(
                    "factor", f"Your weights are right up to the factor {significant(scale, 4)}: they "
                    f"have to add up to 1.{normal}",
                    score=0.5,
                )  # fmt: skip
        if np.all(weights >= 0):
            flipped = np.where(np.arange(len(weights)) == int(np.argmax(weights)), weights, -weights)
            again = self._scale((flipped, answer[1]))
            if again is not None and self._fits(self._made(answer, flipped * again)):
                return wrong(
                    None, "All your weights are positive: the ones that undo an error need a minus sign.", score=0.5
                )
        if self._is_noise(answer):
            return wrong("inverse", "These weights make the noise itself; the ones that undo it are asked for.")
        if abs(total - 1) > 10 * self.tolerance:
            told = number_text(total, max(4, round(-np.log10(self.tolerance))))  # so many that 1 is not written
            return wrong(None, f"Your weights add up to {told}; weights that keep the trace add up to 1.")
        gap = float(np.linalg.norm(self._made(answer) - self.wanted)) / self.size
        return wrong(None, f"What is left of the noise after your operations is {significant(gap, 3)}; it should be 0.")

    def _scale(self, answer) -> float | None:
        made = self._made(answer)
        size = float(np.vdot(made, made).real)
        return None if size < 1e-12 else float(np.vdot(made, self.wanted).real) / size

    def _is_noise(self, answer) -> bool:
        total = np.einsum("k,kij->ij", answer[0], answer[1])
        return float(np.linalg.norm(total - self.noise)) / self.size <= self.tolerance


class _SameMixture(Alike):
    """Answers that do the same as one; inside of a function's slips they come as the learner writes them."""

    def __init__(self, target: QuasiProbabilities, same):
        super().__init__(same)
        self._target = target

    def read(self, answer, *, order="native"):
        return self._target.read(answer, order=order)


def _superoperator(choi: np.ndarray) -> np.ndarray:
    """The matrix on row-stacked ρ, ΣK⊗K*, from the Choi matrix (input ⊗ output)."""
    d = int(np.sqrt(len(choi)))
    return choi.reshape(d, d, d, d).transpose(1, 3, 0, 2).reshape(d * d, d * d)
