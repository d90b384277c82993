"""The neutral form of a circuit: what every reader makes and every check looks at.

Qubits are numbered 0 … n−1 and the form is **big-endian**: in the basis state ``|q0 q1 … q(n-1)⟩`` qubit 0 is the
most significant bit, so amplitude ``i`` belongs to the bit string ``format(i, f"0{n}b")`` read from qubit 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One step of a circuit.

    Attributes
    ----------
    name : str
        A name of `qtrain.circuits.gates.GATES` (``"h"``, ``"rx"``, ``"swap"``, …), ``"unitary"`` (`matrix` is set),
        or one of the steps that are not gates: ``"measure"``, ``"reset"``, ``"barrier"``, ``"initialize"``
        (`matrix` is the state vector), ``"kraus"`` (`matrix` has shape (k, 2**m, 2**m)), ``"if"``.
    qubits : tuple of int
        Targets, most significant first: the first is the highest bit of the gate's matrix.
    params : tuple of float
        Angles in radians.
    controls, control_values : tuple of int
        The gate acts only where every control qubit has its value. A CNOT is ``x`` with one control: the controlled
        form is always written this way, so that one rule serves ``cx``, ``ccx``, ``mcx`` and open controls.
    matrix : ndarray or None
        See `name`.
    clbits : tuple of int
        Classical bits written by a measurement.
    condition : tuple of (tuple of int, int) or None
        Of ``"if"``: classical bits (most significant first) and the value at which `body` runs, else `orelse`.
    body, orelse : tuple of Operation
        Of ``"if"``.
    label : str
        The name that the author gave a custom gate, for messages.
    """

    name: str
    qubits: tuple[int, ...]
    params: tuple[float, ...] = ()
    controls: tuple[int, ...] = ()
    control_values: tuple[int, ...] = ()
    matrix: np.ndarray | None = None
    clbits: tuple[int, ...] = ()
    condition: tuple[tuple[int, ...], int] | None = None
    body: tuple[Operation, ...] = ()
    orelse: tuple[Operation, ...] = ()
    label: str = ""

    @property
    def all_qubits(self) -> tuple[int, ...]:
        """Controls, then targets."""
        return self.controls + self.qubits


@dataclass(frozen=True, slots=True, eq=False)
class Circuit:
    """A circuit on numbered qubits, with an exact global phase.

    Attributes
    ----------
    num_qubits : int
    operations : tuple of Operation
    phase : float
        Global phase in radians: the circuit's unitary is ``exp(1j*phase)`` times the product of its gates.
    num_clbits : int
    qubit_names, clbit_names : tuple of str
        What the author called them (``"q[0]"``, ``"q(0)"``, …), for messages.
    framework : str
        ``"qiskit"``, ``"cirq"``, ``"openqasm2"``, ``"openqasm3"``, ``"qcis"``, ``"originir"`` or ``""``.
    explicit_qubits : tuple of int
        The qubits that the author's object really named; fewer than `num_qubits` where idle ones were filled in.
    """

    num_qubits: int
    operations: tuple[Operation, ...] = ()
    phase: float = 0.0
    num_clbits: int = 0
    qubit_names: tuple[str, ...] = ()
    clbit_names: tuple[str, ...] = ()
    framework: str = ""
    explicit_qubits: tuple[int, ...] = field(default=())

    def replace_operations(self, operations: Iterable[Operation]) -> Circuit:
        """The same circuit with other operations."""
        from dataclasses import replace

        return replace(self, operations=tuple(operations))
