"""A rule for the query model: how often a circuit calls the oracle that the exercise hands out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from qtrain.circuits.gates import inverse_of
from qtrain.circuits.model import Circuit, Operation

from .rules import Rule

_DISTINCT = 2  # gates from which an oracle is recognised by what it is made of, without its name


class Queries(Rule):
    """The oracle is called at most (and at least) so many times.

    Every call counts: in a loop once for each round, under control, inverted, and inside a gate of the learner's own.
    A call is found by what the oracle is made of, on any qubits; so what it is called does not matter, nor which
    framework it came in, but it has to be used as it is handed out. An oracle that is one standard gate is found
    by its name only.

    Parameters
    ----------
    oracle : circuit or gate
        As the exercise hands it out.
    most : int
    least : int
        Fewer calls break the rule, too: whoever calls it less often does not use the oracle.
    name : str
        What the oracle is called, in the sentences too, where it is not to be found by its gates.

    Examples
    --------
    >>> from qiskit import QuantumCircuit
    >>> from qtrain.circuits import read
    >>> oracle = QuantumCircuit(3, name="oracle")
    >>> _ = oracle.ccx(0, 1, 2), oracle.x(0)
    >>> circuit = QuantumCircuit(3)
    >>> _ = circuit.append(oracle.to_gate(), [0, 1, 2]), circuit.append(oracle.to_gate().inverse(), [0, 1, 2])
    >>> rule = Queries(oracle, 1)
    >>> rule.count(read(circuit)), rule.broken(read(circuit))
    (2, 'it calls the oracle 2 times; at most 1 is allowed')
    """

    def __init__(self, oracle, most: int, *, least: int = 1, name: str | None = None):
        from qtrain.circuits import read

        self.called = name or "oracle"
        if name is None:
            name = getattr(oracle, "name", None)
        self.name = name if isinstance(name, str) and name else None
        self.steps = [_bare(step) for step in read(oracle).operations if step.name not in ("barrier", "measure")]
        if not self.steps:
            raise ValueError("the oracle has no gates")
        self.most, self.least = most, least
        alone = self.steps[0]
        self.distinct = len(self.steps) >= _DISTINCT or alone.name == "unitary" or len(alone.all_qubits) > 2

    def broken(self, circuit):
        count = self.count(circuit)
        if self.least <= count <= self.most:
            return None
        if count == 0:
            return f"it never calls the {self.called}; use it as it is handed out, without changing its gates"
        times = f"{count} time{'s' * (count != 1)}"
        if count < self.least:
            return f"it calls the {self.called} {times}; at least {self.least} {_are(self.least)} needed"
        return f"it calls the {self.called} {times}; at most {self.most} {_are(self.most)} allowed"

    def count(self, circuit: Circuit) -> int:
        """How often the circuit calls the oracle; of the two branches of a condition the one with more calls counts."""
        return self._count(circuit.operations)

    def _count(self, operations) -> int:
        total, run = 0, []
        for step in operations:
            if step.name == "if":
                total += max(self._count(step.body), self._count(step.orelse))
                run.append(step)
            elif step.name != "barrier":
                run.append(step)
        forward, backward = self.steps, [inverse_of(step) for step in reversed(self.steps)]
        used: set[int] = set()
        for start, step in enumerate(run):
            if start in used:
                continue
            power = self._powers(step)
            if power:
                used.add(start)
                total += power
                continue
            for pattern in (forward, backward):
                found = self._match(run, start, pattern, used)
                if found:
                    used |= found
                    total += 1
                    break
        return total

    def _powers(self, step: Operation) -> int:
        """Calls in a gate that the framework has turned into one matrix: ``oracle^3``."""
        name, _, power = step.label.partition("^")
        if step.name == "unitary" and self.name and name == self.name and power.lstrip("-").isdigit():
            return abs(int(power))
        return 0

    def _match(self, run, start: int, pattern, used) -> set[int]:
        """The places of the gates that make one call beginning at `start`; empty if there is none."""
        named = self.name is not None and run[start].label.rstrip("†").removesuffix("_dg") == self.name
        if not (named or self.distinct):
            return set()
        place: dict[int, int] = {}
        outer = _fits(run[start], pattern[0], place, None)
        if outer is None:
            return set()
        found, wanted = {start}, 1
        for index in range(start + 1, len(run)):
            if wanted == len(pattern):
                break
            if index in used:
                if _touches(run[index], place):
                    return set()
                continue
            step = run[index]
            if _fits(step, pattern[wanted], place, outer) is not None:
                found.add(index)
                wanted += 1
            elif _touches(step, place):
                return set()
        return found if wanted == len(pattern) else set()


def _fits(step: Operation, wanted: Operation, place: dict[int, int], outer) -> tuple | None:
    """Whether `step` is `wanted` on other qubits and under the controls `outer`; extends `place`, returns the controls.

    `outer` is None for the first gate of a call: then any controls in front of its own are those of the call.
    """
    if step.name != wanted.name or len(step.qubits) != len(wanted.qubits):
        return None
    if len(step.params) != len(wanted.params) or not np.allclose(step.params, wanted.params, atol=1e-9):
        return None
    if wanted.matrix is not None:
        if step.matrix is None or step.matrix.shape != wanted.matrix.shape:
            return None
        if not np.allclose(step.matrix, wanted.matrix, atol=1e-9):
            return None
    extra = len(step.controls) - len(wanted.controls)
    if extra < 0:
        return None
    controls = tuple(zip(step.controls[:extra], step.control_values[:extra], strict=True))
    if outer is not None and controls != outer:
        return None
    if step.control_values[extra:] != wanted.control_values:
        return None
    pairs = list(zip((*wanted.controls, *wanted.qubits), (*step.controls[extra:], *step.qubits), strict=True))
    taken = {came: asked for asked, came in place.items()}
    if any(place.get(asked, came) != came or taken.get(came, asked) != asked for asked, came in pairs):
        return None
    if {came for _, came in pairs} & {qubit for qubit, _ in controls}:
        return None
    place.update(pairs)
    return controls


def _touches(step: Operation, place: dict[int, int]) -> bool:
    qubits = set(_qubits(step))
    return not qubits.isdisjoint(place.values())


def _qubits(step: Operation) -> Iterator[int]:
    yield from step.all_qubits
    for inner in (*step.body, *step.orelse):
        yield from _qubits(inner)


def _bare(step: Operation) -> Operation:
    if step.name in ("if", "reset", "initialize", "kraus"):
        raise ValueError("an oracle consists of gates")
    return step


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
