"""Targets about observables: the operator itself, and its expectation value."""

from __future__ import annotations

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.model import Circuit
from qtrain.circuits.numerals import number_text, significant

from . import distance as far
from .answer_forms import WHICH_END
from .expected import read_expected
from .linear import MAX_STIMULI_QUBITS
from .numbers import Number
from .paulis import observable_matrix, pauli_expectation, pauli_terms
from .refusals import Refused, Undecided, called, wrong_size
from .states import branch_states
from .target import Target
from .verdict import wrong


class Observable(Target):
    """An observable: a sum of Pauli strings (the first letter acts on qubit 0), or a Hermitian matrix.

    Parameters
    ----------
    expected : mapping from Pauli string to coefficient, framework object, or matrix of shape (2**n, 2**n)
        Big-endian: the first letter, and the most significant bit of an index, is qubit 0.
    num_qubits : int, optional
        How many qubits are meant, for a Cirq object that leaves some of them idle.
    order : {"native", "big", "little"}
        The qubit order of a bare array or of bare strings in `expected`; "native" is big-endian. Frameworks' own
        objects are read in their own order.
    tolerance : float, optional
        The largest distance, over the coefficients of all Pauli strings, that counts as nothing; 1e-5 by default.

    Raises
    ------
    ValueError
        If it is no observable.

    Examples
    --------
    >>> Observable({"ZZ": 1.0, "XI": 0.5}).judge({"XI": 0.5, "ZZ": 1.0}).passed
    True
    """

    reading = "observable"
    wants = "an observable"
    num_qubits: int

    def __init__(self, expected, *, num_qubits=None, order="native", tolerance=None, **options):
        super().__init__(**options)
        self.observable = _expected(expected, num_qubits, order)
        self.num_qubits = self.observable.num_qubits
        self.tolerance = far.TOLERANCE if tolerance is None else float(tolerance)

    @property
    def matrix(self) -> np.ndarray | None:
        """The dense matrix (None beyond the dense sizes)."""
        return observable_matrix(self.observable) if self.num_qubits <= far.MAX_DENSE else None

    def like(self, answer):
        return Observable(answer, tolerance=self.tolerance)

    def _terms(self, answer) -> dict[str, complex]:
        observable = _as_observable(answer)
        if observable is None and isinstance(answer, values.Matrix) and answer.num_qubits > _MOST_QUBITS:
            raise Undecided(
                f"A matrix on {answer.num_qubits} qubits is too large to be taken apart into Pauli strings."
            )
        if observable is None:
            raise Refused(
                "wrong-type",
                f"You gave {called(answer)}, but an observable is asked for: a sum of Pauli strings or a matrix.",
            )
        if observable.num_qubits != self.num_qubits:
            raise wrong_size(observable.num_qubits, self.num_qubits)
        return observable.terms

    def _gaps(self, terms) -> dict[str, float]:
        words = set(terms) | set(self.observable.terms)
        return {word: abs(terms.get(word, 0) - self.observable.terms.get(word, 0)) for word in words}

    def right(self, answer):
        gaps = np.array(list(self._gaps(self._terms(answer)).values()))
        return bool(np.linalg.norm(gaps) <= self.tolerance)

    def score(self, answer):
        """The share of the terms that are right."""
        gaps = self._gaps(self._terms(answer))
        return sum(gap <= self.tolerance for gap in gaps.values()) / max(1, len(gaps))

    def explain(self, answer):
        terms = self._terms(answer)
        expected = self.observable.terms
        off = [word for word, gap in self._gaps(terms).items() if gap > self.tolerance]
        if set(off) <= set(terms) & set(expected) and len(off) < max(2, len(expected)):
            # The same strings: a sign or a coefficient is the simplest reading, before any exchange of qubits.
            if all(abs(terms[word] + expected[word]) <= self.tolerance for word in off):
                many = len(off) > 1
                names = ", ".join(_placed(word) for word in sorted(off))
                message = f"The sign{'s' * many} of {names} {'are' if many else 'is'} not right."
                return wrong(None, message, score=self.credit(answer))
            if len(off) == 1:
                return wrong(None, f"The coefficient of {_placed(off[0])} is not right.", score=self.credit(answer))
        turned = values.Observable({word[::-1]: weight for word, weight in terms.items()}, self.num_qubits)
        if self.accepts(turned):
            in_words = isinstance(answer, values.Observable)
            which_end = "Check which end of a Pauli string is qubit 0." if in_words else WHICH_END
            return wrong(
                "qubit-order",
                f"Your observable acts on the qubits in the reverse order: what it does to qubit 0 belongs on qubit "
                f"{self.num_qubits - 1}, and so on. {which_end}",
                score=self.credit(answer),
            )
        if self.accepts(values.Observable({word: -weight for word, weight in terms.items()}, self.num_qubits)):
            return wrong(None, "Every sign is the opposite of what it should be.", score=self.credit(answer))
        return None

    def fallback(self, answer):
        terms, gaps = self._terms(answer), self._gaps(self._terms(answer))
        for word in terms:
            if gaps[word] > self.tolerance:
                if word not in self.observable.terms:
                    return f"The term {_placed(word)} should not be there."
                return f"The coefficient of {_placed(word)} is not right."
        missing = sum(word not in terms for word, gap in gaps.items() if gap > self.tolerance)
        return f"{missing} term{'s are' if missing != 1 else ' is'} missing; all that are there are right."


class Expectation(Target):
    """The expectation value of an observable, in the state that the answer is or prepares; or the number itself.

    Parameters
    ----------
    observable : Pauli strings, framework object or matrix
    value : float, optional
        What it has to be; or give `of`, the state or circuit that it is to be computed from.
    within : float
        Absolute tolerance.
    of : state or circuit, optional
        What the expected value is computed from, on the qubits of the observable.
    order : {"native", "big", "little"}
        The qubit order of bare arrays and Pauli strings in `observable` and `of`; "native" is big-endian.

    Raises
    ------
    ValueError
        If both of `value` and `of` are given, or none.

    Examples
    --------
    >>> Expectation({"Z": 1}, 0.0).judge([0.5**0.5, 0.5**0.5]).passed
    True
    """

    reading = "state"
    wants = "a state, a circuit or a number"
    num_qubits: int

    def __init__(self, observable, value=None, *, of=None, within: float = 1e-6, order="native", **options):
        super().__init__(**options)
        self.observable = _expected(observable, None, order)
        self.num_qubits = self.observable.num_qubits
        self.tolerance = within
        if (value is None) == (of is None):
            raise ValueError("give either the value or the state that it belongs to")
        self.value = (
            float(value) if of is None else self.expectation_in(read_expected(of, "state", self.num_qubits, order))
        )

    def read(self, answer, *, order="native"):
        if isinstance(answer, int | float | complex | np.number) and not isinstance(answer, bool):
            return values.Number(complex(answer))
        return super().read(answer, order=order)

    def expectation_in(self, answer) -> float:
        """The exact expectation value in a neutral state, density matrix, or circuit (from |0…0⟩)."""
        if answer.num_qubits != self.num_qubits:
            raise wrong_size(answer.num_qubits, self.num_qubits)
        if isinstance(answer, values.Density):
            return float(np.real(np.trace(observable_matrix(self.observable) @ answer.matrix)))
        if answer.num_qubits > MAX_STIMULI_QUBITS:
            raise Refused("wrong-size", f"A state of {answer.num_qubits} qubits is too large to be computed here.")
        states = [answer.vector] if isinstance(answer, values.State) else branch_states(answer, normalised=False)
        return sum((pauli_expectation(self.observable, state) for state in states), 0.0)

    def like(self, answer):
        value = answer.value if isinstance(answer, values.Number) else self.expectation_in(answer)
        return Expectation(self.observable, complex(value).real, within=self.tolerance)

    def idle(self, answer):
        return () if isinstance(answer, values.Number) else (Circuit(self.num_qubits),)

    def score(self, answer):
        """One minus half of the distance between the expectation values."""
        if isinstance(answer, values.Number):
            return 0.0
        return max(0.0, 1 - abs(self.expectation_in(answer) - self.value) / 2)

    def right(self, answer):
        if isinstance(answer, values.Number):
            return abs(answer.value - self.value) <= self.tolerance + 1e-12
        if not isinstance(answer, Circuit | values.State | values.Density):
            raise Refused("wrong-type", f"You gave {called(answer)}, but this exercise asks for {self.wants}.")
        if isinstance(answer, values.State) and not abs(np.linalg.norm(answer.vector) - 1) <= 1e-4:
            size = float(np.linalg.norm(answer.vector))
            raise Refused(
                "not-normalised", f"Your state has length {significant(size, 4)}; the length of a state is 1."
            )
        return abs(self.expectation_in(answer) - self.value) <= self.tolerance + 1e-12

    def explain(self, answer):
        if isinstance(answer, values.Number):
            return Number(self.value, within=self.tolerance).judge_neutral(answer)
        came = self.expectation_in(answer)
        return wrong(
            None,
            f"In your state the expectation value is {number_text(came, 4)}, which is not what is asked for.",
            score=self.credit(answer),
        )


def _placed(word: str) -> str:
    """A Pauli string and where it acts: frameworks write the letters in different orders."""
    if len(set(word)) == 1:
        return word  # the same in every order
    parts = [f"{letter} on qubit {qubit}" for qubit, letter in enumerate(word) if letter != "I"]
    return f"{word} ({', '.join(parts) if len(parts) <= _MOST_NAMED else 'its first letter acts on qubit 0'})"


_MOST_NAMED = 4  # letters, beyond which a word is shorter than a list of qubits
_MOST_QUBITS = 9  # up to which a matrix is taken apart into Pauli strings


def _expected(told, num_qubits, order) -> values.Observable:
    neutral = read_expected(told, "observable", num_qubits, order)
    observable = _as_observable(neutral)
    if observable is None:
        raise ValueError(f"an observable is expected as Pauli strings or a matrix, not as {called(neutral)}")
    return observable


def _as_observable(answer) -> values.Observable | None:
    if isinstance(answer, values.Observable):
        return answer
    matrix = getattr(answer, "matrix", None)
    if matrix is None or matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or answer.num_qubits > _MOST_QUBITS:
        return None
    return values.Observable(pauli_terms(np.asarray(matrix)), answer.num_qubits)
