"""The neutral forms of circuits and of all other answers: what every reader makes and every check looks at.

Qubits are numbered 0 … n−1 and the form is **big-endian**: in the basis state ``|q0 q1 … q(n-1)⟩`` qubit 0 is the
most significant bit, so amplitude ``i`` belongs to the bit string ``format(i, f"0{n}b")`` read from qubit 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One step of a circuit.

    Attributes
    ----------
    name : str
        A name of `qtrain.circuits.gates.GATES` (``"h"``, ``"rx"``, ``"swap"``, …), ``"unitary"`` (`matrix` is set),
        or one of the steps that are not gates: ``"measure"``, ``"reset"``, ``"barrier"``, ``"initialize"``
        (`matrix` is the state vector), ``"kraus"`` (`matrix` has shape (k, 2**m, 2**m)), ``"if"``, ``"endless"``
        (no run may come here: a loop turns on longer than it could be written out).
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
        Classical bits written by a measurement, one for each of `qubits`.
    inverted : tuple of int
        Of ``"measure"``: 1 for each result that is written the other way round (Cirq's ``invert_mask``), which turns
        the bit and never the qubit. Empty if none is.
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
    inverted: tuple[int, ...] = ()

    @property
    def all_qubits(self) -> tuple[int, ...]:
        """Controls, then targets."""
        return self.controls + self.qubits

    @property
    def array(self) -> np.ndarray:
        """`matrix`, of a step that has one."""
        if self.matrix is None:
            raise ValueError(f"{self.name!r} carries no matrix of its own.")
        return self.matrix

    @property
    def tested(self) -> tuple[tuple[int, ...], int]:
        """`condition`, of an ``"if"``."""
        if self.condition is None:
            raise ValueError(f"{self.name!r} has no condition.")
        return self.condition

    @property
    def measured(self) -> list[tuple[int, int, int]]:
        """Of ``"measure"``: for each qubit (qubit, classical bit, whether the result is inverted)."""
        return list(zip(self.qubits, self.clbits, self.inverted or (0,) * len(self.qubits), strict=True))


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
    written : Circuit or None
        The circuit gate by gate as the author wrote it, where it means another one: after Qiskit's transpiler the
        gates are on the device's qubits, and the meaning is in the original's. Rules look at this one.
    """

    num_qubits: int
    operations: tuple[Operation, ...] = ()
    phase: float = 0.0
    num_clbits: int = 0
    qubit_names: tuple[str, ...] = ()
    clbit_names: tuple[str, ...] = ()
    framework: str = ""
    explicit_qubits: tuple[int, ...] = ()
    written: Circuit | None = None

    def replace_operations(self, operations: Iterable[Operation]) -> Circuit:
        """The same circuit with other operations."""
        return replace(self, operations=tuple(operations))


@dataclass(frozen=True, eq=False)
class State:
    """A pure state: `vector` has shape (2**num_qubits,), complex128."""

    vector: np.ndarray
    num_qubits: int


@dataclass(frozen=True, eq=False)
class Density:
    """A mixed state: `matrix` has shape (2**n, 2**n), complex128.

    Attributes
    ----------
    matrix : ndarray of shape (2**num_qubits, 2**num_qubits)
        Big-endian.
    num_qubits : int
    """

    matrix: np.ndarray
    num_qubits: int


@dataclass(frozen=True, eq=False)
class Matrix:
    """An operator as a bare matrix of shape (2**out, 2**in), not necessarily unitary.

    Attributes
    ----------
    matrix : ndarray
        Big-endian on both sides.
    num_qubits : int
        Of the output, the rows.
    """

    matrix: np.ndarray
    num_qubits: int


@dataclass(frozen=True)
class Observable:
    """A sum of Pauli strings: ``{"XZI": 0.5}``; the first letter acts on qubit 0.

    Attributes
    ----------
    terms : dict of str to complex
    num_qubits : int
    """

    terms: dict[str, complex]
    num_qubits: int


@dataclass(frozen=True)
class Counts:
    """Shots: ``{"01": 512}``; the first character is qubit (or classical bit) 0.

    `bare` tells that they came as a plain dict or list, which does not say in which order its bits are.

    Attributes
    ----------
    counts : dict of str to int
    num_bits : int
    """

    counts: dict[str, int]
    num_bits: int
    bare: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Distribution:
    """Probabilities: ``{"01": 0.5}``; the first character is qubit (or classical bit) 0.

    `bare` tells that they came as a plain dict or list, which does not say in which order its bits are.

    Attributes
    ----------
    probabilities : dict of str to float
    num_bits : int
    """

    probabilities: dict[str, float]
    num_bits: int
    bare: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Number:
    """A real or complex number.

    Attributes
    ----------
    value : int, float, bool or complex
    """

    value: complex


@dataclass(frozen=True)
class Text:
    """A string that is no program: a bit string, a choice, a word.

    Attributes
    ----------
    value : str
    """

    value: str


@dataclass(frozen=True, eq=False)
class Data:
    """Plain data: `value` in the normal form of the schema that read it (see `qtrain.checking.schema`)."""

    value: Any


@dataclass(frozen=True, eq=False)
class Function:
    """A function of the learner's, to be called with the exercise's inputs.

    Attributes
    ----------
    call : callable
    """

    call: Callable


@dataclass(frozen=True)
class Nothing:
    """The untouched stub: None, ``...``, an empty list or string."""
