"""Circuits beyond what a state vector holds: split into parts, stabilizer tableaux, decision diagrams; else undecided.

Nothing here passes or fails by default: what none of the methods decides raises `Undecided`.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

from qtrain.circuits.model import Circuit

from .refusals import Undecided

TIMEOUT = 10.0  # seconds that MQT QCEC gets, its start included
_SMALL = 12

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
    if phase == "global":
        for method in (_by_parts, _by_tableau, _by_qcec):
            told = method(answer, reference)
            if told is not None:
                return told
    raise Undecided(_sorry(answer.num_qubits))


def same_state_circuit(answer: Circuit, reference: Circuit, phase: str = "global") -> bool:
    """Whether two large circuits prepare the same state from |0…0⟩, or `Undecided`."""
    from .refusals import first_hole

    if phase == "global" and first_hole(answer) is None:
        told = _state_by_tableau(answer, reference)
        if told is not None:
            return told
        # The same unitary makes the same state; another unitary may do so too.
        if _by_parts(answer, reference) or _by_qcec(answer, reference):
            return True
    raise Undecided(_sorry(answer.num_qubits))


def _sorry(n: int) -> str:
    return (
        f"Your circuit has {n} qubits, too many to compute its effect, and no shortcut applies. "
        "It is neither passed nor failed."
    )


def _by_parts(answer: Circuit, reference: Circuit) -> bool | None:
    """Each group of qubits that no gate of either circuit joins to others is compared by itself."""
    from .linear import Unitary

    groups = _groups(answer, reference)
    if max(map(len, groups)) > _SMALL:
        return None
    return all(Unitary(_part(reference, group)).accepts(_part(answer, group)) for group in groups)


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
