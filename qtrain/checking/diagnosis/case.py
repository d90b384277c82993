"""One wrong answer against its target, prepared for looking at many possible mistakes quickly.

The answer is a map from input columns to output columns. Where the target has numbers, one or two random input columns
stand for all: what the answer makes of them (`got`) is compared with what should come out (`want`). An undone mistake
that fits these columns is only a suspicion; `Case.accepts` asks the target, and that alone decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from qtrain.circuits import Unreadable, run, unitary
from qtrain.circuits.gates import NOT_GATES, inverse_of
from qtrain.circuits.model import Circuit, Matrix, Operation, State
from qtrain.circuits.simulate import apply_gate, multiply

from . import forms

MAX_QUBITS = 14
"""Up to here mistakes are looked for in numbers."""
BLIND_TRIES = 150
"""How many repairs are put to a target that offers no numbers to screen them with."""
BLIND_WORK = 2**23
"""How many amplitudes (times steps) those repairs may cost together."""


@dataclass(frozen=True)
class Explanation:
    """The one mistake that explains a wrong answer exactly.

    Attributes
    ----------
    code : str
        One of `qtrain.checking.verdict.DIAGNOSES`.
    message : str
        One or two sentences for a beginner: what and where.
    evidence : Evidence or None
        Only where the mistake has something better to show than the target's own evidence.
    details : dict
        JSON-able facts for tools, such as the qubits and the position.
    """

    code: str
    message: str
    evidence: Any = None
    details: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Repair:
    """A suspicion: if `answer()` is right, the mistake `code` explains the answer."""

    code: str
    message: str
    answer: Callable[[], Any]
    details: dict = field(default_factory=dict)


class Trace:
    """The states between the steps of a circuit: as they are, and as they should be there.

    Attributes
    ----------
    steps : tuple of Operation
    forward : ndarray (steps + 1, 2**n, k)
        ``forward[i]``: what the first i steps make of the input columns.
    backward : ndarray (steps + 1, 2**n, k)
        ``backward[i]``: what the remaining steps would turn into the wanted output.
    """

    def __init__(self, steps: Sequence[Operation], num_qubits: int, inputs: np.ndarray, want: np.ndarray):
        self.steps = tuple(steps)
        self.num_qubits = num_qubits
        self.inputs, self.want = inputs, want

    @cached_property
    def forward(self) -> np.ndarray:
        states = np.empty((len(self.steps) + 1, *self.inputs.shape), dtype=complex)
        states[0] = self.inputs
        for index, step in enumerate(self.steps):
            states[index + 1] = apply_gate(states[index].copy(), step, self.num_qubits)
        return states

    @cached_property
    def backward(self) -> np.ndarray:
        states = np.empty((len(self.steps) + 1, *self.want.shape), dtype=complex)
        states[-1] = self.want
        for index in range(len(self.steps) - 1, -1, -1):
            states[index] = apply_gate(states[index + 1].copy(), inverse_of(self.steps[index]), self.num_qubits)
        return states

    def applied(self, steps: Sequence[Operation], position: int) -> np.ndarray:
        """The state at a position, followed by other steps."""
        columns = self.forward[position].copy()
        for step in steps:
            columns = apply_gate(columns, step, self.num_qubits)
        return columns


class Case:
    """A wrong answer and its target.

    Attributes
    ----------
    answer, target
    num_qubits : int
    circuit : bool
        Whether the answer is a circuit.
    steps : tuple of Operation
        The circuit's steps without barriers and final measurements.
    inputs, got, want : ndarray (2**n, k) or None
        None where the target has no numbers, or the answer is no map (it measures on its way).
    mirrored : bool
        The expected circuit is looked at in place of the answer: a mistake that, made in it, gives the answer.
    """

    def __init__(self, answer, target, *, mirrored: bool = False):
        self.answer, self.target, self.mirrored = answer, target, mirrored
        self.num_qubits = getattr(answer, "num_qubits", getattr(answer, "num_bits", 0))
        self.circuit = isinstance(answer, Circuit)
        self.names = answer.qubit_names if self.circuit else ()
        self.steps = forms.parts(answer)[0] if self.circuit else ()
        self.tries = min(BLIND_TRIES, BLIND_WORK // (max(1, len(self.steps)) << min(self.num_qubits, 30)))
        self.slack = max(1e-8, 100 * target.tolerance**2)
        self.inputs = self.got = self.want = None
        if self._has_numbers():
            self._look()

    def _has_numbers(self) -> bool:
        if not 0 < self.num_qubits <= MAX_QUBITS or any(step.name in NOT_GATES for step in self.steps):
            return False
        array = getattr(self.answer, "vector", getattr(self.answer, "matrix", None))
        if array is not None and not np.isfinite(array).all():
            return False
        if self.is_state:
            return isinstance(self.answer, Circuit | State)
        return isinstance(self.answer, Circuit | Matrix) and self.target.as_map() is not None

    @property
    def is_state(self) -> bool:
        """Whether a pure state is asked for."""
        return self.target.as_state() is not None

    @cached_property
    def matrix(self) -> np.ndarray | None:
        """What a small answer does, whole, where a gate on all of its qubits is asked for."""
        if self.is_map and isinstance(self.answer, Circuit | Matrix):
            return unitary(self.answer) if self.circuit else self.answer.matrix
        return None

    @cached_property
    def wanted_matrix(self) -> np.ndarray:
        """What it should do."""
        return self.target.expected_images(np.eye(2**self.num_qubits, dtype=complex), self.num_qubits)

    @property
    def is_map(self) -> bool:
        """Whether a gate on all of the answer's qubits is asked for."""
        return not self.blind and not self.is_state and self.target.num_inputs == self.num_qubits

    def _look(self) -> None:
        if self.is_state:
            self.inputs = np.eye(2**self.num_qubits, 1, dtype=complex)
            self.got = run(self.answer, self.inputs) if self.circuit else self.answer.vector.reshape(-1, 1)
            self.want = self.target.vector.reshape(-1, 1)
            return
        columns = probes(2**self.target.num_inputs)
        self.inputs = self.target.embedded(columns, self.num_qubits)
        self.got = self.target.images(self.answer, columns)
        self.want = self.target.expected_images(columns, self.num_qubits)

    @property
    def blind(self) -> bool:
        """Whether there are no numbers to screen suspicions with."""
        return self.want is None

    @cached_property
    def trace(self) -> Trace | None:
        """The states between the circuit's steps, where the answer is a circuit of gates and there are numbers."""
        if self.blind or not self.circuit or len(self.steps) * self.want.size > 2**22:
            return None
        return Trace(self.steps, self.num_qubits, self.inputs, self.want)

    @cached_property
    def sides(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Where something may be missing outside of the answer: (columns there, columns that should be there)."""
        if self.blind:
            return {}
        found = {"end": (self.got, self.want)}
        if self.trace is not None:
            found["start"] = self.inputs, self.trace.backward[0]
        elif isinstance(self.answer, Matrix) and self.answer.matrix.shape[1] == len(self.inputs):
            found["start"] = self.inputs, multiply(self.answer.matrix.conj().T, self.want)
        return found

    @cached_property
    def expected_steps(self) -> tuple[Operation, ...]:
        """The steps of the expected circuit, where there is one: only to choose between equally good explanations."""
        reference = self.target.reference
        return forms.parts(reference)[0] if isinstance(reference, Circuit) else ()

    def fits(self, got: np.ndarray, want: np.ndarray | None = None) -> bool:
        """Whether columns are the wanted ones, up to a phase."""
        want = self.want if want is None else want
        return bool(self.hits(np.vdot(want, got)))

    def hits(self, overlaps):
        """Which overlaps (summed over the columns) mean "the same up to a phase"."""
        return abs(overlaps) >= self.want.shape[1] * (1 - self.slack)

    def runs_right(self, steps: Sequence[Operation]) -> bool:
        """Whether other steps may be right; always, if there are no numbers."""
        if self.blind:
            return True
        columns = self.inputs.copy()
        for step in steps:
            columns = apply_gate(columns, step, self.num_qubits)
        return self.fits(columns)

    def with_steps(self, steps: Sequence[Operation]) -> Circuit:
        """The answer with other steps."""
        return forms.with_steps(self.answer, steps)

    def accepts(self, repair: Repair) -> bool:
        """Whether undoing the mistake makes the answer right. Nothing else may decide."""
        self.tries -= self.blind
        try:
            repaired = repair.answer()
            return repaired is not None and self.target.accepts(repaired)
        except Unreadable:
            return False


def probes(size: int) -> np.ndarray:
    """Two random orthonormal columns; they tell different maps apart."""
    rng = np.random.default_rng(size)
    columns = rng.standard_normal((size, min(2, size))) + 1j * rng.standard_normal((size, min(2, size)))
    return np.linalg.qr(columns)[0]
