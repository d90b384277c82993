"""Collects the operations of a circuit while a reader walks through an answer."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .errors import MAX_DEPTH, MAX_OPERATIONS, Unreadable, unreadable
from .gates import inverse_of, is_gate, make
from .model import Operation

_NESTED = 10
"""A gate that has to be opened takes about as long to read as so many others."""


TURNS = 40
"""How many turns of a loop whose end is not known are written out: with even chances one in 10¹² runs needs more."""


@lru_cache(maxsize=20_000)
def fixed(name: str, qubits: tuple[int, ...], controls: tuple[int, ...] = ()) -> Operation:
    """A gate without angles; equal ones are one object, since making them is half of what reading costs."""
    return Operation(name, qubits, (), controls, (1,) * len(controls))


def nothing_lost(matrix: np.ndarray, what: str) -> np.ndarray:
    """`matrix`, if it is unitary; otherwise an `Unreadable` that names `what`."""
    if not np.isfinite(matrix).all() or not np.allclose(matrix.conj().T @ matrix, np.eye(len(matrix)), atol=1e-6):
        raise unreadable(f"The matrix of {what} is not unitary, so it is no quantum gate.")
    return matrix


class Builder:
    """Takes gates, in order, and gives them the controls and the label of the gate they are part of.

    Attributes
    ----------
    operations : list of Operation
    phase : float
        The global phase so far; what is built `inside` counts in.
    """

    def __init__(self):
        self.operations: list[Operation] = []
        self._phase = [0.0]
        self.controls: tuple[int, ...] = ()
        self.control_values: tuple[int, ...] = ()
        self.label = ""
        self.depth = 0
        self._visits = [0]

    @property
    def phase(self) -> float:
        return self._phase[0]

    def inside(self, label: str = "", controls=(), control_values=()) -> Builder:
        """A builder for the inside of a gate: it writes to the same list, with more controls."""
        inner = self._child(label)
        inner.operations = self.operations
        inner._phase = self._phase
        inner.controls = self.controls + tuple(controls)
        inner.control_values = self.control_values + tuple(control_values)
        self._check_controls(inner.controls)
        return inner

    def apart(self, label: str = "") -> Builder:
        """A builder with a list of its own, for what has to be inverted, repeated or made conditional."""
        return self._child(label)

    def _child(self, label: str) -> Builder:
        child = Builder()
        child._visits = self._visits
        child.label = self.label or label
        child.depth = self.depth + 1
        if child.depth > MAX_DEPTH:
            raise unreadable(f"Gates or blocks are nested more than {MAX_DEPTH} deep; write the circuit more flatly.")
        self.visit(_NESTED)
        return child

    @staticmethod
    def _check_controls(controls) -> None:
        if len(set(controls)) != len(controls):
            raise unreadable("A gate is controlled twice by the same qubit.")

    def visit(self, steps: int = 1) -> None:
        """Count steps of the walk, so that neither nested nor repeated emptiness runs for ever."""
        self._visits[0] += steps
        if self._visits[0] > MAX_OPERATIONS:
            raise Unreadable(
                "wrong-size",
                f"The circuit has more than {MAX_OPERATIONS:,} operations once its gates and loops are written out; "
                "look for a shorter way to write it.",
            )

    def gate(self, name, qubits, params=(), controls=(), control_values=None, *, matrix=None, label="") -> None:
        """Add a gate."""
        self.visit()
        if self.controls:
            values = tuple(control_values) if control_values is not None else (1,) * len(controls)
            controls = self.controls + tuple(controls)
            control_values = self.control_values + values
        elif not params and control_values is None and matrix is None and not label and not self.label:
            self.operations.append(fixed(name, tuple(qubits), tuple(controls)))
            return
        if controls and len(set(controls).union(qubits)) != len(controls) + len(qubits):
            raise unreadable(f"The gate {label or self.label or name!r} uses the same qubit twice.")
        self.operations.append(
            make(name, qubits, params, controls, control_values, matrix=matrix, label=self.label or label)
        )

    def step(self, operation: Operation) -> None:
        """Add a step that is no gate."""
        self.visit()
        if self.controls and operation.name != "barrier":
            raise unreadable(f"{operation.name!r} cannot be part of a controlled gate.")
        self.operations.append(operation)

    def add(self, operation: Operation) -> None:
        """Add a finished operation."""
        if is_gate(operation):
            self.gate(
                operation.name,
                operation.qubits,
                operation.params,
                operation.controls,
                operation.control_values,
                matrix=operation.matrix,
                label=operation.label,
            )
        else:
            self.step(operation)

    def add_phase(self, angle: float, controls=(), control_values=None) -> None:
        """Multiply by exp(i·angle): a global phase, or, under controls, a phase gate on the last of them."""
        values = tuple(control_values) if control_values is not None else (1,) * len(controls)
        controls = self.controls + tuple(controls)
        values = self.control_values + values
        while controls and not values[-1] and angle:
            # Where the last control must be 0: a phase on its |1⟩ undone, and one on the other controls.
            self.operations.append(make("p", controls[-1:], (-angle,), controls[:-1], values[:-1], label=self.label))
            controls, values = controls[:-1], values[:-1]
        if controls and angle:
            self.operations.append(make("p", controls[-1:], (angle,), controls[:-1], values[:-1], label=self.label))
        elif not controls:
            self._phase[0] += angle

    def replay(self, part: Builder, *, inverse: bool = False, times: int = 1) -> None:
        """Add what was collected apart."""
        operations = part.operations
        phase = part.phase
        if inverse:
            operations = [inverse_of(operation) for operation in reversed(operations)]
            phase = -phase
        if len(operations) * times + times > MAX_OPERATIONS:
            self._visits[0] = MAX_OPERATIONS
            self.visit()
        for _ in range(times):
            for operation in operations:
                self.add(operation)
        self.add_phase(phase * times)

    def choice(self, clbits, cases: dict[int, Builder], default: Builder | None) -> None:
        """Add a classical choice: for each value of the bits (most significant first) what is to be done."""
        if len(cases) > MAX_DEPTH:
            raise unreadable(f"A condition distinguishes {len(cases)} values; at most {MAX_DEPTH} can be read.")
        rest = tuple(default.operations) if default is not None else ()
        for value, part in reversed(cases.items()):
            body = tuple(part.operations)
            qubits = sorted({q for operation in body + rest for q in operation.all_qubits})
            rest = (Operation("if", tuple(qubits), condition=(tuple(clbits), value), body=body, orelse=rest),)
        for operation in rest:
            self.step(operation)

    def loop(self, clbits, values, part: Builder) -> None:
        """Repeat a part as long as the bits (most significant first) have one of the values.

        It is written out for `TURNS` turns; what would turn on after these is found out where the circuit is followed.
        """
        values = sorted(set(values))
        others = sorted(set(range(1 << len(clbits))) - set(values)) if len(clbits) <= 10 else []
        if not values:
            return
        if len(values) > 1 and len(others) != 1:
            raise unreadable("A loop ends on several values of its bits; write its condition with one value.")
        body = tuple(part.operations)
        qubits = tuple(sorted({qubit for operation in body for qubit in operation.all_qubits}))
        rest: tuple[Operation, ...] = (Operation("endless", ()),)
        self.visit(TURNS * max(1, len(body)))
        for _ in range(TURNS):
            if len(values) == 1:
                again = Operation("if", qubits, condition=(tuple(clbits), values[0]), body=body + rest)
            else:
                again = Operation("if", qubits, condition=(tuple(clbits), others[0]), orelse=body + rest)
            rest = (again,)
        self.step(again)
