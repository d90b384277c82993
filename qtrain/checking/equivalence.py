"""Circuits beyond what a state vector holds: split into parts, stabilizer tableaux, decision diagrams; else undecided.

Nothing here passes or fails by default: what none of the methods decides raises `Undecided`.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import numpy as np

from qtrain.circuits.gates import inverse_of, is_gate
from qtrain.circuits.model import Circuit

from . import distance as far
from .refusals import Undecided
from .structure import one_difference, same_list, same_steps

TIMEOUT = 6.0  # seconds that MQT QCEC gets, its start included
_SMALL = 12  # qubits of a part
_WHOLE = 64  # columns up to which a part is compared on all inputs
_MOST_STEPS = 20_000

# Runs in a process of its own, because a decision diagram that grows too large can only be stopped from outside.
_QCEC = """
import json, sys
from mqt import qcec
from qiskit import QuantumCircuit
texts, seconds = json.load(sys.stdin)
result = qcec.verify(*(QuantumCircuit.from_qasm_str(text) for text in texts), timeout=seconds)
print(str(result.equivalence).rpartition(".")[2])
"""


def same_circuit(answer: Circuit, reference: Circuit, phase: str = "global") -> bool:
    """Whether two large circuits are the same unitary, or `Undecided`."""
    return _same(answer, reference, phase, (_by_difference, _by_tableau, _by_qcec), _by_parts(answer, reference, phase))


def same_state_circuit(answer: Circuit, reference: Circuit, phase: str = "global") -> bool:
    """Whether two large circuits prepare the same state from |0…0⟩, or `Undecided`."""
    from .refusals import first_hole

    if first_hole(answer) is not None:
        raise Undecided(_sorry(answer.num_qubits))
    # The same unitary makes the same state; another unitary may do so too.
    methods = (_state_by_tableau, lambda *circuits: _by_qcec(*circuits) or None)
    return _same(answer, reference, phase, methods, _by_parts(answer, reference, phase, prepares=True))


def _same(answer: Circuit, reference: Circuit, phase: str, methods, by_parts: bool | None) -> bool:
    """What the first method says that says something. The methods know nothing of the global phase, the parts do."""
    if same_steps(answer.operations, reference.operations):
        return same_list(answer, reference, phase)
    if by_parts is not None:
        return by_parts
    for method in methods:
        told = method(answer, reference)
        if told is False or (told and phase == "global"):
            return told
        if told:
            raise Undecided("Right up to a global phase; the exact phase of so large a circuit cannot be computed.")
    raise Undecided(_sorry(answer.num_qubits))


def _sorry(n: int) -> str:
    return (
        f"Your circuit has {n} qubits, too many to compute its effect, and no shortcut applies. "
        "It is neither passed nor failed."
    )


def _by_parts(answer: Circuit, reference: Circuit, phase: str, *, prepares: bool = False) -> bool | None:
    """Each group of qubits that no gate of either circuit joins to others is compared by itself.

    The product is the same if every part is, up to a phase, and the phases add up to nothing where they count.
    """
    from qtrain.circuits import run

    groups = _groups(answer, reference)
    if max(map(len, groups)) > _SMALL or len(answer.operations) + len(reference.operations) > _MOST_STEPS:
        return None
    turn = answer.phase - reference.phase
    for group in groups:
        size = 2 ** len(group)
        columns = far.stimuli(size) if size > _WHOLE else np.eye(size, dtype=complex)
        columns = np.eye(size, 1, dtype=complex) if prepares else columns
        got, want = (run(_part(circuit, group), columns) for circuit in (answer, reference))
        if prepares or size <= _WHOLE:
            same: bool | None = far.same_operator(got, want)
        else:
            same = far.judged_by_stimuli(got, want)
        if not same:
            return same
        turn += float(np.angle(np.vdot(want, got)))
    return phase == "global" or bool(abs(np.exp(1j * turn) - 1) <= far.TOLERANCE)


def _by_difference(answer: Circuit, reference: Circuit) -> bool | None:
    """Circuits that differ in one step differ if the step does: A·G·B is A·B only where G is the identity."""
    from qtrain.circuits import unitary

    found = one_difference(answer.operations, reference.operations)
    steps = [] if found is None else [step for step in (found.first, found.second) if step is not None]
    group = sorted({qubit for step in steps for qubit in step.all_qubits})
    if not steps or len(group) > _SMALL // 2 or not all(map(is_gate, steps)):
        return None
    both = Circuit(answer.num_qubits, (steps[0], *map(inverse_of, steps[1:])))
    return False if not far.same_operator(unitary(_part(both, group)), np.eye(2 ** len(group))) else None


def _groups(*circuits: Circuit) -> list[list[int]]:
    parent = list(range(circuits[0].num_qubits))

    def root(qubit: int) -> int:
        while parent[qubit] != qubit:
            parent[qubit] = parent[parent[qubit]]
            qubit = parent[qubit]
        return qubit

    for circuit in circuits:
        for step in circuit.operations:
            if step.name != "barrier":
                first, *others = step.all_qubits
                for other in others:
                    parent[root(other)] = root(first)
    groups: dict[int, list[int]] = {}
    for qubit in range(len(parent)):
        groups.setdefault(root(qubit), []).append(qubit)
    return list(groups.values())


def _part(circuit: Circuit, group: list[int]) -> Circuit:
    from qtrain.circuits import moved

    place = {qubit: index for index, qubit in enumerate(group)}
    steps = [step for step in circuit.operations if step.name not in ("barrier", "measure") and step.qubits[0] in place]
    return Circuit(len(group), tuple(moved(step, place) for step in steps))


def _by_tableau(answer: Circuit, reference: Circuit) -> bool | None:
    """Clifford circuits are the same, up to phase, if they turn every X and Z into the same Pauli string."""
    from qtrain.circuits import is_clifford, same_clifford

    if not (is_clifford(answer) and is_clifford(reference)):
        return None
    return bool(same_clifford(answer, reference))


def _state_by_tableau(answer: Circuit, reference: Circuit) -> bool | None:
    """Clifford circuits prepare the same state if their stabilizers are the same."""
    from qtrain.circuits import is_clifford
    from qtrain.circuits.clifford import same_clifford_state

    if not (is_clifford(answer) and is_clifford(reference)):
        return None
    return same_clifford_state(answer, reference)


def _by_qcec(answer: Circuit, reference: Circuit) -> bool | None:
    """What MQT QCEC says within `TIMEOUT`; None where it is not installed, too slow or not sure."""
    if importlib.util.find_spec("mqt") is None or importlib.util.find_spec("mqt.qcec") is None:
        return None
    from qtrain.circuits import Unreadable, to_openqasm2

    try:
        texts = [to_openqasm2(circuit) for circuit in (answer, reference)]
    except Unreadable:
        return None
    try:
        done = subprocess.run(
            [sys.executable, "-c", _QCEC],
            input=json.dumps([texts, TIMEOUT]),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError):
        return None
    return {
        "equivalent": True,
        "equivalent_up_to_global_phase": True,
        "not_equivalent": False,
    }.get(done.stdout.strip())
