"""A rule for parties far apart: after the shared state is distributed, no gate joins their qubits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qtrain.circuits.model import Circuit, Operation

from .rules import Rule, where


class NoGateAcross(Rule):
    """No gate between the parties once the shared qubits are distributed; classical messages are allowed.

    A gate between two parties belongs to the distribution as long as it touches only qubits of `shared` that are still
    fresh: they have met no other qubit, no measurement and no step that depends on one. So a Bell pair may be
    made across the cut, and whatever stands in for a message afterwards (a CNOT or CZ from one party to the other
    in place of a measurement) breaks the rule.

    Parameters
    ----------
    parties : sequence of sequence of int
        The qubits that each party holds.
    shared : sequence of int
        The qubits of the state that is distributed. Empty: no gate across at all.
    messages : bool
        Whether a party may act on what another has measured.

    Examples
    --------
    >>> from qiskit import QuantumCircuit
    >>> from qtrain.circuits import read
    >>> circuit = QuantumCircuit(3)
    >>> _ = circuit.h(1), circuit.cx(1, 2), circuit.cx(0, 1), circuit.h(0), circuit.cz(0, 2)
    >>> NoGateAcross([[0, 1], [2]], shared=[1, 2]).broken(read(circuit))
    'gate number 5 (`cz` on qubits 0, 2) joins two parties after the shared qubits were handed out: send a measured bit instead'
    """  # noqa: E501

    def __init__(self, parties: Sequence[Sequence[int]], *, shared: Sequence[int] = (), messages: bool = True):
        self.party = {qubit: place for place, own in enumerate(parties) for qubit in own}
        if sum(map(len, parties)) != len(self.party):
            raise ValueError("a qubit belongs to one party only")
        self.shared, self.messages = frozenset(shared), messages

    def broken(self, circuit: Circuit) -> str | None:
        fresh = set(self.shared)
        written: dict[int, Any] = {}
        place = 0
        for step in circuit.operations:
            if step.name == "barrier":
                continue
            place += step.name != "measure"
            told = self._step(place, step, circuit, fresh, written, None)
            if told:
                return told
        return None

    def _step(self, place, step: Operation, circuit, fresh, written, depends) -> str | None:
        if step.name == "measure":
            for qubit, bit in zip(step.qubits, step.clbits, strict=True):
                fresh.discard(qubit)
                written[bit] = self._of(qubit)
            return None
        if step.name == "if":
            sources = {written[bit] for bit in step.tested[0] if bit in written} | (depends or set())
            for inner in (*step.body, *step.orelse):
                told = self._step(place, inner, circuit, fresh, written, sources)
                if told:
                    return told
            return None
        if step.name == "barrier":
            return None
        qubits = step.all_qubits
        own = {self._of(qubit) for qubit in qubits}
        if depends and not self.messages and own - depends:
            return f"{where(place, step, circuit)} depends on what another party has measured: no messages are allowed"
        if len(own) > 1 and (depends is not None or not fresh.issuperset(qubits)):
            return (
                f"{where(place, step, circuit)} joins two parties after the shared qubits were handed out: "
                "send a measured bit instead"
            )
        if depends is not None or (len(qubits) > 1 and not fresh.issuperset(qubits)):
            fresh.difference_update(qubits)
        return None

    def _of(self, qubit: int):
        # A qubit that nobody was given belongs to nobody else: any gate between it and a party crosses a cut.
        return self.party.get(qubit, -1 - qubit)
