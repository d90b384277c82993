"""One wrong answer against its target, prepared for looking at many possible mistakes quickly.

The answer is a map from input columns to output columns. Where the target has numbers, one or two random input columns
stand for all: what the answer makes of them (`got`) is compared with what should come out (`want`). An undone mistake
that fits these columns is only a suspicion; `Case.accepts` asks the target, and that alone decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from qtrain.circuits import Unreadable, run, unitary
from qtrain.circuits.counting import PARTS_COUNT, is_part
from qtrain.circuits.gates import NOT_GATES, inverse_of
from qtrain.circuits.model import Circuit, Matrix, Operation, State
from qtrain.circuits.simulate import apply_gate, multiply

from ..structure import same_list
from . import forms
from .words import gate_at

MAX_QUBITS = 20
"""Up to here mistakes are looked for in numbers; beyond, in how the circuits are written."""
WORK = 2**26
"""How many amplitudes may be changed while a mistake is looked for: counted and not timed, so that a verdict is the
same on every machine. It is half a second of one."""
LARGE_WORK = 2**28
"""The same above twelve qubits."""
STORED = 2**23
"""Amplitudes up to which all states between the steps are kept."""
_SHARES = 4
_STEP = 1500
"""What applying a gate costs besides its amplitudes, in amplitudes."""
_WRITING = 100
"""What one step of a repaired circuit costs that is only written down, in amplitudes."""
_DENSE, _TWO_COLUMNS, _CHANNEL, _COMPARED = 12, 8, 6, 2**18
BLIND_TRIES = 150
"""How many repairs are put to a target that offers no numbers to screen them with."""


@dataclass(frozen=True)
class Explanation:
    """The one mistake that explains a wrong answer exactly.

    Attributes
    ----------
    code : str or None
        One of `qtrain.checking.verdict.DIAGNOSES`; None for a mistake that is described but has no name.
    message : str
        One or two sentences for a beginner: what and where.
    evidence : Evidence or None
        Only where the mistake has something better to show than the target's own evidence.
    details : dict
        JSON-able facts for tools, such as the qubits and the position.
    """

    code: str | None
    message: str
    evidence: Any = None
    details: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Repair:
    """A suspicion: if `answer()` is right, the mistake `code` (None for one without a name) explains the answer."""

    code: str | None
    message: str
    answer: Callable[[], Any]
    details: dict = field(default_factory=dict)


class Work:
    """What may still be spent on looking for a mistake."""

    def __init__(self, left: int):
        self.left = self.share = left
        self.complete = True

    def allot(self) -> None:
        """Give the next suspect its share, so that none uses up what the others need."""
        self.share = self.left // _SHARES

    def spend(self, cost: int) -> None:
        """Count what is so little that it is never refused."""
        self.left -= cost
        self.share -= cost

    def affords(self, cost: int) -> bool:
        """Whether so much is left; then it is spent. What is not afforded is not tried, and `complete` says so."""
        if cost > self.share:
            self.complete = False
            return False
        self.spend(cost)
        return True


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

    def __init__(self, steps: Sequence[Operation], num_qubits: int, inputs: np.ndarray, want: np.ndarray, work: Work):
        self.steps, self.work = tuple(steps), work
        self.num_qubits = num_qubits
        self.inputs, self.want = inputs, want

    @property
    def size(self) -> int:
        """Amplitudes of one of the two."""
        return (len(self.steps) + 1) * self.inputs.size

    @cached_property
    def forward(self) -> np.ndarray:
        states = self._empty()
        states[0] = columns = self.inputs
        for index, step in enumerate(self.steps):
            columns = apply_gate(columns.copy(), step, self.num_qubits)
            states[index + 1] = columns
        return states

    @cached_property
    def backward(self) -> np.ndarray:
        states = self._empty()
        states[-1] = columns = self.want
        for index in range(len(self.steps) - 1, -1, -1):
            columns = apply_gate(columns.copy(), inverse_of(self.steps[index]), self.num_qubits)
            states[index] = columns
        return states

    def _empty(self) -> np.ndarray:
        # Computed in full precision and, where there are many, kept in half of it.
        kept = np.complex64 if self.size > STORED // 8 else complex
        return np.empty((len(self.steps) + 1, *self.inputs.shape), dtype=kept)

    def applied(self, steps: Sequence[Operation], position: int) -> np.ndarray:
        """The state at a position, followed by other steps."""
        columns = self.forward[position].astype(complex)
        self.work.spend(len(steps) * (columns.size + _STEP))
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
    blind : bool
        Whether there are no numbers to screen suspicions with: the target has none, or the answer is no map (it
        measures on its way).
    inputs, got, want : ndarray (2**n, k)
        Only where the case is not blind.
    mirrored : bool
        The expected circuit is looked at in place of the answer (of the case `of`): a mistake that, made in it, gives
        the answer.
    learner : neutral value
        What the learner gave: the answer itself, except in the mirror.
    rules : tuple of Rule
        What the exercise allows.
    work : Work
    against_rules : set
        Codes of mistakes that would explain the answer, but undone in it break a rule.
    """

    inputs: np.ndarray
    got: np.ndarray
    want: np.ndarray

    def __init__(self, answer, target, *, of: Case | None = None):
        self.answer, self.target, self.mirrored = answer, target, of is not None
        self.learner: Any = answer if of is None else of.learner
        self.rules: tuple = target.rules if of is None else of.rules
        self.num_qubits = getattr(answer, "num_qubits", getattr(answer, "num_bits", 0))
        self.circuit = isinstance(answer, Circuit)
        self.names = answer.qubit_names if self.circuit else ()
        self.steps = forms.parts(answer)[0] if self.circuit else ()
        self.work: Work = Work(WORK if self.num_qubits <= _DENSE else LARGE_WORK) if of is None else of.work
        self.tries = BLIND_TRIES
        self.against_rules: set[str | None] = set()
        self.slack = max(1e-8, 100 * target.tolerance**2)
        self.blind = not self._has_numbers()
        if not self.blind:
            self._look()
            self.trace  # noqa: B018 - it is what most suspects need: before any of them spends something
        if self.circuit and not self.blind and len(self.steps) * self.want.size > STORED // 8:
            self.slack = max(self.slack, 1e-6)  # see `Trace`

    def _has_numbers(self) -> bool:
        if not 0 < self.num_qubits <= MAX_QUBITS or any(step.name in NOT_GATES for step in self.steps):
            return False
        array = getattr(self.answer, "vector", getattr(self.answer, "matrix", None))
        if array is not None and not np.isfinite(array).all():
            return False
        if self.is_state:
            able = isinstance(self.answer, Circuit | State)
        else:
            able = isinstance(self.answer, Circuit | Matrix) and self.target.as_map() is not None
        # The answer and what is expected are run once each.
        return able and self.work.affords(2 * self._run_cost(self.steps, 2))

    def _run_cost(self, steps: Sequence, columns: int) -> int:
        return len(steps) * ((columns << min(self.num_qubits, 40)) + _STEP)

    @cached_property
    def _first_part(self) -> int:
        return next((index for index, step in enumerate(self.steps) if is_part(step)), len(self.steps))

    def numbered(self, index: int) -> str:
        """ "step 2", as the program has them; the number counts the parts of larger gates, and then says so."""
        return f"step {self._numbers[index]}{PARTS_COUNT * (index >= self._first_part)}"

    @cached_property
    def _numbers(self) -> list[int]:
        """The place of each step in the program: a measurement of a qubit that is left alone from then on counts."""
        written = (step for step in self.answer.operations if step.name != "barrier")
        numbered = enumerate(written, 1)
        return [next(number for number, other in numbered if other is step) for step in self.steps]

    def step_at(self, index: int) -> str:
        """ "the CNOT on qubits 0 and 1 (step 2)"."""
        return f"{gate_at(self.steps[index], self.names)} ({self.numbered(index)})"

    @property
    def is_state(self) -> bool:
        """Whether a pure state is asked for."""
        return self.target.as_state() is not None

    @cached_property
    def matrix(self) -> np.ndarray | None:
        """What a small answer does, whole, where a gate on all of its qubits is asked for."""
        if self.is_map and isinstance(self.answer, Circuit | Matrix):
            return self.answer.matrix if isinstance(self.answer, Matrix) else unitary(self.answer)
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
            self.want = self.target.as_state().reshape(-1, 1)
            return
        # One column tells different maps apart as well as two; two are only easier on the accuracy.
        columns = probes(2**self.target.num_inputs, 2 if self.num_qubits <= _TWO_COLUMNS else 1)
        self.inputs = self.target.embedded(columns, self.num_qubits)
        self.got = self.target.images(self.answer, columns)
        self.want = self.target.expected_images(columns, self.num_qubits)

    @cached_property
    def trace(self) -> Trace | None:
        """The states between the circuit's steps, where the answer is a circuit of gates and there are numbers."""
        return None if self.blind or not self.circuit else self.traced(self.steps)

    def traced(self, steps: Sequence[Operation]) -> Trace | None:
        """The states between these steps; None where they are too many."""
        trace = Trace(steps, self.num_qubits, self.inputs, self.want, self.work)
        affordable = trace.size <= STORED and self.work.affords(2 * self._run_cost(steps, self.want.shape[1]))
        self.work.complete &= affordable
        return trace if affordable else None

    def sweep(self, *, between: bool = False, factor: int = 2) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """For each step: its place, the state before it, and the state that should be after it.

        Both are carried along and none is kept, for circuits whose `trace` would be too large. With `between`, for each
        place between the steps what is there and what should be.
        """
        cost = self._run_cost(self.steps, self.want.shape[1])
        if not self.circuit or not self.work.affords((1 + factor) * cost):
            return
        here, wanted = self.inputs.copy(), self.want.copy()
        for step in reversed(self.steps):
            wanted = apply_gate(wanted, inverse_of(step), self.num_qubits)
        for place, step in enumerate(self.steps):
            if between:
                yield place, here, wanted
            wanted = apply_gate(wanted, step, self.num_qubits)
            if not between:
                yield place, here, wanted
            here = apply_gate(here, step, self.num_qubits)
        if between:
            yield len(self.steps), here, wanted

    @cached_property
    def sides(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Where something may be missing outside of the answer: (columns there, columns that should be there)."""
        if self.blind:
            return {}
        found: dict[str, tuple[np.ndarray, np.ndarray]] = {"end": (self.got, self.want)}
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

    def runs_right(self, steps: Sequence[Operation] | Callable[[], Sequence[Operation]]) -> bool:
        """Whether other steps may be right; always, if there are no numbers.

        A function that gives them, as many as the answer has, is called only where they can be run.
        """
        if self.blind:
            return True
        if not self.work.affords(self._run_cost(self.steps if callable(steps) else steps, self.want.shape[1])):
            return False
        columns = self.inputs.copy()
        for step in steps() if callable(steps) else steps:
            columns = apply_gate(columns, step, self.num_qubits)
        return self.fits(columns)

    def with_steps(self, steps: Sequence[Operation]) -> Circuit:
        """The answer with other steps."""
        return forms.with_steps(self.answer, steps)

    def affords_writing(self) -> bool:
        """Whether one more repair may be written down and compared, where no states are known to choose them by."""
        return self.work.affords(len(self.steps) * _WRITING)

    def accepts(self, repair: Repair) -> bool:
        """Whether undoing the mistake makes the answer right. Nothing else may decide."""
        try:
            repaired = repair.answer()
            if repaired is None:
                return False
            if self._written_right(repaired):
                return True
            if self.num_qubits > MAX_QUBITS or not self.work.affords(self._cost_of(repaired)):
                return False
            self.tries -= self.blind
            return self.target.accepts(repaired)
        except Unreadable:
            return False

    def _written_right(self, repaired) -> bool:
        """Whether it is, step for step, the expected circuit: that costs little at any size."""
        reference = self.target.reference
        if not isinstance(repaired, Circuit) or not isinstance(reference, Circuit):
            return False
        if not self.blind and self._run_cost(self.steps, 1) < _COMPARED:
            return False
        return same_list(repaired, reference, self.target.phase)

    def _cost_of(self, repaired) -> int:
        """What it costs the target to judge it."""
        if not isinstance(repaired, Circuit):
            return _STEP
        n = min(self.num_qubits, 40)
        if not self.blind:
            return self._run_cost(self.steps, min(2**n, 5 if n > 5 else 32))
        # A channel is followed on all of its inputs together, results and mixtures apart: measured, not derived. Where
        # one state is followed, every measurement and every reset doubles the branches.
        holes = sum(step.name in NOT_GATES and step.name != "barrier" for step in self.steps)
        return self._run_cost(self.steps, 8 << 2 * n if n <= _CHANNEL else 1 << min(holes, 12))


def probes(size: int, count: int = 2) -> np.ndarray:
    """Random orthonormal columns; they tell different maps apart."""
    rng = np.random.default_rng(size)
    count = min(count, size)
    columns = rng.standard_normal((size, count)) + 1j * rng.standard_normal((size, count))
    return np.linalg.qr(columns)[0]
