"""Plant a usual mistake in a right circuit, state or matrix: what a learner would hand in who makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import pi

import numpy as np

from qtrain.circuits import inverse, permute
from qtrain.circuits import model as values
from qtrain.circuits.gates import inverse_of, is_gate
from qtrain.circuits.model import Circuit, Operation

Planted = Circuit | np.ndarray
_TWINS = {"s": "sdg", "sdg": "s", "t": "tdg", "tdg": "t", "sx": "sxdg", "sxdg": "sx"}
_REAL = ("ry", "ryy")  # their matrices have no imaginary part: the conjugate turns the same way
_FACTORS = {"half-angle": 0.5, "double-angle": 2.0, "degrees": 180 / pi, "angle-sign": -1.0}


def plantings(code: str, right: Circuit | np.ndarray, on: int | None = None) -> Iterator[Planted]:
    """Every way in which a mistake can be planted, the most natural first; some may leave the answer right.

    Parameters
    ----------
    code : str
        A diagnosis: one of `KINDS`.
    right : Circuit, or array of shape (2**n,) or (2**n, 2**n), big-endian
    on : int, optional
        Only the gate with this number (from 0, in time) or, for ``bit-flip`` and ``wrong-basis``, only this qubit.

    Raises
    ------
    ValueError
        When the engine cannot plant this mistake in such an answer.
    """
    table = _IN_CIRCUITS if isinstance(right, Circuit) else _IN_ARRAYS
    if code not in table:
        kind = "a circuit" if isinstance(right, Circuit) else "an array"
        raise ValueError(f"{code!r} cannot be planted in {kind}; what can: {', '.join(sorted(table))}")
    yield from table[code](right, on)


def planted(
    code: str, right: Circuit | np.ndarray, accepts: Callable[[Planted], bool], on: int | None = None
) -> Planted:
    """The first planting that `accepts` (the target's own judgement) refuses.

    Raises
    ------
    ValueError
        When every planting leaves the answer right: then the mistake cannot be made here.
    """
    for wrong in plantings(code, right, on):
        if not accepts(wrong):
            return wrong
    raise ValueError(f"{code!r} changes nothing in this answer: nobody can make this mistake here")


# --- circuits --------------------------------------------------------------------------------------------------------


def _every(change: Callable[[Operation], Operation]):
    """A mistake made in every step alike."""

    def plant(circuit: Circuit, on):
        yield circuit.replace_operations(
            change(step) if on in (None, place) else step for place, step in enumerate(circuit.operations)
        )

    return plant


def _scaled(factor: float):
    return _every(lambda step: replace(step, params=tuple(factor * angle for angle in step.params)))


def _conjugate(step: Operation) -> Operation:
    if step.matrix is not None:
        return replace(step, matrix=step.matrix.conj())
    if step.name in _TWINS:
        return replace(step, name=_TWINS[step.name])
    return step if step.name in _REAL else replace(step, params=tuple(-angle for angle in step.params))


def _turned_control(circuit: Circuit, on):
    for place, step in enumerate(circuit.operations):
        if on in (None, place) and len(step.controls) == 1 and len(step.qubits) == 1:
            yield _with(circuit, place, replace(step, qubits=step.controls, controls=step.qubits))


def _without(circuit: Circuit, on):
    for place in range(len(circuit.operations)):
        if on in (None, place):
            yield _with(circuit, place)


def _once_more(circuit: Circuit, on):
    for place, step in enumerate(circuit.operations):
        if on in (None, place):
            yield _with(circuit, place, step, step)


def _open_control(circuit: Circuit, on):
    for place, step in enumerate(circuit.operations):
        if on in (None, place) and step.controls:
            yield _with(circuit, place, replace(step, control_values=tuple(1 - v for v in step.control_values)))


def _with(circuit: Circuit, place: int, *steps: Operation) -> Circuit:
    return circuit.replace_operations([*circuit.operations[:place], *steps, *circuit.operations[place + 1 :]])


def _appended(name: str):
    def plant(circuit: Circuit, on):
        for qubit in range(circuit.num_qubits) if on is None else (on,):
            yield circuit.replace_operations([*circuit.operations, Operation(name, (qubit,))])

    return plant


def _flipped(circuit: Circuit, on):
    if on is None:
        yield from _open_control(circuit, None)
    yield from _appended("x")(circuit, on)


def _reversed_steps(circuit: Circuit, on):
    yield circuit.replace_operations(circuit.operations[::-1])
    for place in range(len(circuit.operations) - 1):
        steps = list(circuit.operations)
        steps[place : place + 2] = steps[place : place + 2][::-1]
        yield circuit.replace_operations(steps)


def _permuted(circuit: Circuit, on):
    n = circuit.num_qubits
    yield permute(circuit, [(qubit + 1) % n for qubit in range(n)])
    yield permute(circuit, [(qubit - 1) % n for qubit in range(n)])


def _other_way_round(circuit: Circuit, on):
    yield permute(circuit, range(circuit.num_qubits)[::-1])


def _undone(circuit: Circuit, on):
    if on is not None:
        yield _with(circuit, on, inverse_of(circuit.operations[on]))
    elif all(is_gate(step) or step.name == "barrier" for step in circuit.operations):
        yield inverse(circuit)


_IN_CIRCUITS: dict[str, Callable] = {
    **{code: _scaled(factor) for code, factor in _FACTORS.items()},
    "conjugate": _every(_conjugate),
    "control-target": _turned_control,
    "missing-gate": _without,
    "extra-gate": _once_more,
    "bit-flip": _flipped,
    "wrong-basis": _appended("h"),
    "gate-order": _reversed_steps,
    "qubit-order": _other_way_round,
    "qubit-permutation": _permuted,
    "inverse": _undone,
}


# --- states and matrices ---------------------------------------------------------------------------------------------


def _axes(array: np.ndarray) -> tuple[np.ndarray, int]:
    n = len(array).bit_length() - 1
    return array.reshape((2,) * (n * array.ndim)), n


def _reversed_qubits(array: np.ndarray, on):
    tensor, n = _axes(array)
    order = [side * n + qubit for side in range(array.ndim) for qubit in reversed(range(n))]
    yield tensor.transpose(order).reshape(array.shape)


def _flipped_bits(array: np.ndarray, on):
    tensor, n = _axes(array)
    for qubit in range(n) if on is None else (on,):
        yield np.flip(tensor, qubit).reshape(array.shape)


def _adjoint(array: np.ndarray, on):
    if array.ndim == 2:
        yield array.conj().T


def _conjugated(array: np.ndarray, on):
    yield array.conj()


def _other_sign(array: np.ndarray, on):
    """One amplitude (or one column of a matrix) with the other sign, the last one first."""
    for index in reversed(range(len(array))):
        changed = np.array(array, dtype=complex)
        changed[..., index] *= -1
        yield changed


_IN_ARRAYS: dict[str, Callable] = {
    "qubit-order": _reversed_qubits,
    "bit-flip": _flipped_bits,
    "inverse": _adjoint,
    "conjugate": _conjugated,
    "relative-phase": _other_sign,
}

KINDS = tuple(sorted({*_IN_CIRCUITS, *_IN_ARRAYS}))
"""The diagnoses whose mistakes can be planted."""


def plain(answer) -> Circuit | np.ndarray | None:
    """A neutral answer as something to plant in; None for what is neither circuit, state nor matrix."""
    if isinstance(answer, Circuit | np.ndarray):
        return answer
    if isinstance(answer, values.State):
        return answer.vector
    return answer.matrix if isinstance(answer, values.Matrix | values.Density) else None
