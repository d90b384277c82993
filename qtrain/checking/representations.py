"""Channels in any representation: Kraus operators, Choi matrix, superoperator, Pauli transfer matrix, Stinespring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import product

import numpy as np

from qtrain.circuits import model as values
from qtrain.circuits.channels import choi_of
from qtrain.circuits.numerals import significant

from . import distance as far
from .channels import kraus_list, matrices_of
from .choi import expected_choi, kraus_of
from .effortless import effortless
from .refusals import Refused, called
from .target import Target
from .verdict import Verdict, wrong

_CALLED = {
    "kraus": "a list of Kraus operators",
    "choi": "a Choi matrix",
    "superoperator": "a superoperator matrix",
    "ptm": "a Pauli transfer matrix",
    "stinespring": "an isometry",
}
FORMS = tuple(_CALLED)
_SQUARE = ("choi", "superoperator", "ptm")
_CONVENTIONS = {
    "choi": ("input-output", "output-input"),
    "superoperator": ("columns", "rows"),
    "stinespring": ("last", "first"),
}
_PAULIS = np.array([np.eye(2), [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
_SLACK = 1e-6


@dataclass(frozen=True, eq=False)
class Represented:
    """A channel as a bare matrix (or a stack of them): `form` says how to read it."""

    form: str
    array: np.ndarray


class Representation(Target):
    """A channel in the representation that is asked for.

    Objects that say themselves what they are (a circuit, Qiskit's `Choi`, `Kraus`, `SuperOp`, `PTM`, `Stinespring`, a
    list of Kraus operators) are read as what they are; a bare matrix is read as `form`. All are big-endian.

    Parameters
    ----------
    expected : circuit, list of Kraus operators, or unitary matrix
        A circuit may measure, reset, branch and contain noise.
    form : {"kraus", "choi", "superoperator", "ptm", "stinespring"}
        What a bare array is: Kraus operators of shape (k, d, d); the Choi matrix Σ|i⟩⟨j| ⊗ E(|i⟩⟨j|), (d², d²); the
        matrix on vectorised ρ, (d², d²); the Pauli transfer matrix tr(Pᵢ E(Pⱼ))/d with P in the order I, X, Y, Z, qubit
        0 first, (d², d²); or an isometry V of shape (d·e, d) with E(ρ) = tr_env VρV†.
    convention : str
        Of a Choi matrix ``"input-output"`` (Qiskit, the default) or ``"output-input"`` (Cirq); of a superoperator
        ``"columns"`` (Qiskit, the default) or ``"rows"`` stacked; of an isometry whether the environment comes
        ``"last"`` (default) or ``"first"``.
    trace : float, optional
        The trace of the Choi matrix; by default the dimension d.
    data : sequence of int, optional
        The qubits on which an answer given as a circuit realises the channel; its other qubits start in |0⟩ and are
        thrown away at the end. By default all qubits are data.
    also : mapping from str to channel
        Channels that another convention of a parameter gives, by its name for the message: an answer that is one of
        them gets the diagnosis ``convention``.
    wants : str, optional
        What is asked for, in messages; by default the representation's name.
    only : bool
        Whether a bare array in this form is asked for, and nothing else: where to compute it is the task.
    tolerance : float, optional
        The largest distance that counts as nothing: 1e-5 by default, see `qtrain.checking.distance`.

    References
    ----------
    C. J. Wood, J. D. Biamonte and D. G. Cory, "Tensor networks and graphical calculus for open quantum systems",
    arXiv:1111.6950.

    Examples
    --------
    >>> import numpy as np
    >>> target = Representation([np.diag([1, 0.8]), [[0, 0.6], [0, 0]]], "choi")
    >>> choi = np.array([[1, 0, 0, 0.8], [0, 0, 0, 0], [0, 0, 0.36, 0], [0.8, 0, 0, 0.64]])
    >>> target.judge(choi).passed
    True
    >>> target.judge(choi[np.ix_([0, 2, 1, 3], [0, 2, 1, 3])]).diagnosis
    'convention'
    """

    reading = "unitary"

    def __init__(
        self,
        expected,
        form: str,
        *,
        convention: str | None = None,
        trace: float | None = None,
        data: Sequence[int] | None = None,
        also: Mapping | None = None,
        wants: str | None = None,
        only: bool = False,
        tolerance: float | None = None,
        **options,
    ):
        if form not in FORMS:
            raise ValueError(f"form is one of {', '.join(FORMS)}; not {form!r}")
        allowed = _CONVENTIONS.get(form, (None,))
        if convention not in (None, *allowed):
            raise ValueError(f"the convention of a {form} matrix is one of {allowed}; not {convention!r}")
        super().__init__(**options)
        self.choi = expected_choi(expected)
        self.size = int(np.sqrt(len(self.choi)))
        self.width = self.size.bit_length() - 1
        self.data = None if data is None else tuple(data)
        self.num_qubits = self.width if data is None else None
        self.tolerance = far.TOLERANCE if tolerance is None else float(tolerance)
        self._wants, self.only = wants, only
        self.form, self.convention = form, convention or allowed[0]
        self.other = next((name for name in allowed if name != self.convention), None)
        self.trace = self.size if trace is None else float(trace)
        self.also = {name: expected_choi(channel) for name, channel in (also or {}).items()}

    @property
    def wants(self) -> str:
        return self._wants or _CALLED[self.form]

    def read(self, answer, *, order="native"):
        if isinstance(answer, Represented):
            return answer
        if not self.only:
            answer = matrices_of(answer)
        array = _array(answer, 3 if self.form == "kraus" else 2)
        if array is not None and array.ndim == 3 and self.form != "kraus":
            answer = array  # Kraus operators, whatever a bare matrix would be
        elif array is not None:
            return Represented(self.form, array)
        stack = kraus_list(answer)
        neutral = super().read(answer, order=order) if stack is None else stack
        if self.only and not isinstance(neutral, values.Nothing):
            came = called(neutral)
            if isinstance(neutral, values.Circuit) and any(step.name == "kraus" for step in neutral.operations):
                came = "a list of Kraus operators" if stack is not None else "an object that holds a channel"
            raise Refused("wrong-type", f"You gave {came}, but this exercise asks for {self.wants}: plain numbers.")
        return neutral

    def like(self, answer):
        other = copy(self)
        other.choi, other.slips, other._meanings = self.choi_from(answer), (), {}
        return other

    # --- from every representation to the Choi matrix -----------------------------------------------------------------

    def choi_from(self, answer, convention: str | None = None, trace: float | None = None) -> np.ndarray:
        """The Choi matrix (input ⊗ output, trace d) of a neutral answer."""
        if not isinstance(answer, Represented):
            return choi_of(kraus_of(answer, self.data, self.wants))
        d, array = self.size, answer.array
        convention = convention or self.convention
        shapes = {"kraus": (len(array), d, d), "stinespring": (len(array), d)}
        wanted = shapes.get(self.form, (d * d, d * d))
        if array.shape != wanted or (self.form == "stinespring" and (len(array) % d or len(array) == 0)):
            shown = {"kraus": f"(k, {d}, {d})", "stinespring": f"({d}·e, {d})"}.get(self.form, str(wanted))
            alone = " A single Kraus operator stands in a list." if self._wants and array.shape == (d, d) else ""
            raise Refused(
                "wrong-size",
                f"Your array has the shape {array.shape}, but for {_CALLED[self.form]} on {self.width} "
                f"qubit{'s' * (self.width != 1)} the shape is {shown}.{alone}",
            )
        if self.form == "kraus":
            return choi_of(array)
        if self.form == "choi":
            choi = array * (d / (self.trace if trace is None else trace))
            return choi if convention == "input-output" else _exchanged(choi, d)
        if self.form == "superoperator":
            out, into = ("ba", "dc") if convention == "columns" else ("ab", "cd")
            return np.einsum(f"{out}{into}->cadb", array.reshape(d, d, d, d)).reshape(d * d, d * d)
        if self.form == "ptm":
            words = _words(self.width)
            return np.einsum("ij,iab,jdc->cadb", array, words, words).reshape(d * d, d * d) / d
        e = len(array) // d
        pieces = array.reshape(d, e, d).transpose(1, 0, 2) if convention == "last" else array.reshape(e, d, d)
        return choi_of(pieces)

    def right(self, answer):
        choi = self.choi_from(answer)
        if choi.shape != self.choi.shape:
            raise Refused("wrong-size", f"Your channel is on another number of qubits than the {self.width} asked for.")
        return self._same(choi, self.choi)

    def _same(self, choi, wanted) -> bool:
        return far.distance(choi, wanted, "exact") <= far.operator_tolerance(self.tolerance, len(wanted))

    def score(self, answer):
        gap = self.choi_from(answer) - self.choi
        return max(0.0, 1 - 0.5 * float(np.sum(np.linalg.svd(gap, compute_uv=False))) / self.size)

    def idle(self, answer):
        return effortless(self.width) if self.data is None else (values.Matrix(np.eye(self.size), self.width),)

    # --- which mistake ---

    def explain(self, answer) -> Verdict | None:
        choi = self.choi_from(answer)
        for name, other in self.also.items():
            if self._same(choi, other):
                return wrong("convention", f"This is right under another convention: {name}.", score=0.5)
        if isinstance(answer, Represented):
            told = self._told_by_form(answer)
            if told is not None:
                return told
        for code, sentence, changed in (
            ("conjugate", "It is the complex conjugate of what is asked for: i and −i are exchanged.", choi.conj()),
            ("inverse", "It is the adjoint map: every Kraus operator K stands for its K†.", _adjoint(choi, self.size)),
            ("qubit-order", "It is right with the qubits in the reverse order.", _reversed(choi, self.width)),
        ):
            if self._same(changed, self.choi) and not self._same(choi, self.choi):
                return wrong(code, sentence, score=0.5)
        if (meant := self._right_as(answer)) is not None:
            return meant
        unphysical = self._unphysical(choi, answer)
        if unphysical is not None:
            return unphysical
        # What is wrong with a circuit is for the general diagnosis to say.
        return (
            wrong(None, self._where(choi), score=0.5 * self.credit(answer)) if isinstance(answer, Represented) else None
        )

    def _right_as(self, answer) -> Verdict | None:
        """Where every form will do, a bare matrix that is right in another one than it is read as."""
        if self._wants is None or not isinstance(answer, Represented) or answer.array.ndim != 2:
            return None
        for form in _SQUARE:
            other = copy(self)
            other.form, other.convention, other.trace = form, None, self.size
            for convention in _CONVENTIONS.get(form, (None,)):
                if answer.array.shape == (self.size**2,) * 2 and self._same(
                    other.choi_from(answer, convention), self.choi
                ):
                    return wrong(
                        "convention",
                        f"This is right as {_CALLED[form]}. A bare matrix is read as {_CALLED[self.form]} here: say "
                        "what it is, by an object of Qiskit, or convert it.",
                        score=0.5,
                    )
        return None

    def _told_by_form(self, answer) -> Verdict | None:
        if self.other is not None:
            if self._same(self.choi_from(answer, self.other), self.choi):
                said = {
                    "choi": "the other order of the factors: {0} is asked for, yours is {1}",
                    "superoperator": "the other way to stack a matrix into a vector: {0} are asked for, yours is {1}",
                    "stinespring": "the environment at the other end: it should come {0}, in yours it comes {1}",
                }[self.form].format(self.convention, self.other)
                return wrong("convention", f"This is right under another convention: {said}.", score=0.5)
        if self.form == "choi":
            came = np.trace(answer.array).real
            if abs(came) > _SLACK and abs(came - self.trace) > _SLACK:
                for convention in (self.convention, self.other):
                    if self._same(self.choi_from(answer, convention, came), self.choi):
                        return wrong(
                            "factor",
                            f"It is right up to a factor: the trace of your matrix is {significant(came, 4)}, but "
                            f"{significant(self.trace, 4)} is asked for.",
                            score=0.5,
                        )
        if self.form == "kraus":
            total = np.einsum("kij,kil->jl", answer.array.conj(), answer.array)
            scale = np.trace(total).real / self.size
            if scale > _SLACK and self._same(choi_of(answer.array) / scale, self.choi):
                return wrong(
                    "factor",
                    f"It is right up to a factor: the sum of K†K is {significant(scale, 4)} times the "
                    f"identity; it should be the "
                    "identity.",
                    score=0.5,
                )
            squared = np.sign(answer.array.real) * np.sqrt(np.abs(answer.array.real))
            if not np.any(answer.array.imag) and self._same(choi_of(squared), self.choi):
                return wrong(
                    "factor", "The probabilities stand where their square roots belong: K†K holds them.", score=0.5
                )
        return None

    def _unphysical(self, choi, answer=None) -> Verdict | None:
        d = self.size
        bare = isinstance(answer, Represented) and self._wants is not None
        this = f"Read as {_CALLED[self.form]}, this" if bare else "This"
        if np.abs(choi - choi.conj().T).max() > 1e-5:
            return wrong(None, f"{this} map does not keep Hermitian matrices Hermitian: it is no channel.")
        left = np.einsum("iaja->ij", choi.reshape(d, d, d, d))
        if np.abs(left - np.eye(d)).max() > 1e-5:
            what = "the sum of K†K is not the identity" if self.form == "kraus" else "it does not keep the trace"
            return wrong(None, f"{this} is no channel: {what}.")
        least = float(np.linalg.eigvalsh(choi)[0])
        if least < -1e-5:
            return wrong(
                None,
                f"{this} is no channel: it is not completely positive; its Choi matrix has the "
                f"eigenvalue {significant(least, 4)}.",
            )
        return None

    def _where(self, choi) -> str:
        d = self.size
        gap = np.linalg.norm((choi - self.choi).reshape(d, d, d, d), axis=(1, 3))
        worst = int(np.argmax(gap.diagonal()))
        if gap[worst, worst] > 1e-5:
            return f"Your answer does something else to the basis state |{worst:0{self.width}b}⟩ than is asked."
        return (
            "Every basis state is treated right, but superpositions are not: coherence is kept or lost where it should "
            "not be."
        )

    def fallback(self, answer):
        return self._where(self.choi_from(answer))


def _array(answer, dimensions: int) -> np.ndarray | None:
    """A bare array of so many dimensions; None if the answer says itself what it is."""
    if isinstance(answer, np.ndarray | list | tuple) or type(answer).__module__.startswith("scipy.sparse"):
        try:
            array = answer.toarray() if hasattr(answer, "toarray") else np.array(answer, dtype=complex)
            array = np.asarray(array, dtype=complex)
        except (TypeError, ValueError):
            return None
        if array.ndim != dimensions:
            if array.shape == (0,):
                return None  # nothing yet, whatever is asked for
            if array.ndim == 3:  # a list of Kraus operators, if its entries do not say themselves what they are
                bare = isinstance(answer, np.ndarray) or all(
                    isinstance(one, np.ndarray | list | tuple) for one in answer
                )
                return array if bare else None
            raise Refused(
                "wrong-size",
                f"Your array has {array.ndim} dimension{'s' * (array.ndim != 1)}, but {dimensions} are asked for"
                f"{': a list of matrices' if dimensions == 3 else ''}.",
            )
        if array.size > 2**22:
            raise Refused("wrong-size", f"Your array has {array.size:,} entries; that is too many.")
        if not np.all(np.isfinite(array)):
            raise Refused("unreadable", "Your array contains entries that are no finite numbers.")
        return array
    return None


def _words(width: int) -> np.ndarray:
    words = np.ones((1, 1, 1), dtype=complex)
    for _ in range(width):
        words = np.array([np.kron(word, letter) for word, letter in product(words, _PAULIS)])
    return words


def _exchanged(choi: np.ndarray, d: int) -> np.ndarray:
    return choi.reshape(d, d, d, d).transpose(1, 0, 3, 2).reshape(d * d, d * d)


def _adjoint(choi: np.ndarray, d: int) -> np.ndarray:
    return _exchanged(choi, d).conj()


def _reversed(choi: np.ndarray, width: int) -> np.ndarray:
    order = [*reversed(range(width)), *reversed(range(width, 2 * width))]
    order += [2 * width + place for place in order]
    return choi.reshape((2,) * (4 * width)).transpose(order).reshape(choi.shape)
