"""Rules for the query model: how often a circuit calls the oracle that it is given, and that it goes by the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from qtrain.circuits.gates import inverse_of
from qtrain.circuits.model import Circuit, Operation

from .rules import Rule
from .target import Target

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

    def shortcut(self, circuit):
        return self.least > 0 and self.count(circuit) == 0

    def count(self, circuit: Circuit) -> int:
        """How often the circuit calls the oracle; of the two branches of a condition the one with more calls counts."""
        return self._count(circuit.operations)

    def exchanged(self, circuit: Circuit, other) -> Circuit:
        """The circuit with the gates of another oracle, on the same qubits, in the place of each call.

        Calls inside conditions, and those that are one matrix (``oracle^3``), stay as they are.
        """
        from qtrain.circuits import read

        forward = [_bare(step) for step in read(other).operations if step.name not in ("barrier", "measure")]
        backward = [inverse_of(step) for step in reversed(forward)]
        steps = [step for step in circuit.operations if step.name != "barrier"]
        put: dict[int, list[Operation]] = {}
        for call in self._calls(steps):
            put |= {index: [] for index in call.steps}
            put[max(call.steps)] = [_placed(step, call) for step in (backward if call.inverted else forward)]
        made = [one for index, step in enumerate(steps) for one in put.get(index, [step])]
        return circuit.replace_operations(tuple(made))

    def _count(self, operations) -> int:
        run = [step for step in operations if step.name != "barrier"]
        total = sum(max(self._count(step.body), self._count(step.orelse)) for step in run if step.name == "if")
        return total + sum(self._powers(step) for step in run) + sum(1 for _ in self._calls(run))

    def _calls(self, run) -> Iterator[_Call]:
        forward, backward = self.steps, [inverse_of(step) for step in reversed(self.steps)]
        used = {index for index, step in enumerate(run) if self._powers(step)}
        for start in range(len(run)):
            if start in used:
                continue
            for pattern in (forward, backward):
                found = self._match(run, start, pattern, used)
                if found:
                    used |= found.steps
                    yield found._replace(inverted=pattern is backward)
                    break

    def _powers(self, step: Operation) -> int:
        """Calls in a gate that the framework has turned into one matrix: ``oracle^3``, ``coracle_dg^2``."""
        if step.name != "unitary" or not self.name:
            return 0
        power = re.fullmatch(rf"(?:c\d*)*{re.escape(self.name)}(?:_dg|_o\d+)*\^-?(\d+)", step.label)
        return int(power[1]) if power else 0

    def _match(self, run, start: int, pattern, used) -> _Call | None:
        """The call that begins at `start`; None if there is none."""
        named = self.name is not None and run[start].label.rstrip("†").removesuffix("_dg") == self.name
        if not (named or self.distinct):
            return None
        place: dict[int, int] = {}
        outer = _fits(run[start], pattern[0], place, None)
        if outer is None:
            return None
        found, wanted = {start}, 1
        for index in range(start + 1, len(run)):
            if wanted == len(pattern):
                break
            if index in used:
                if _touches(run[index], place):
                    return None
                continue
            step = run[index]
            if _fits(step, pattern[wanted], place, outer) is not None:
                found.add(index)
                wanted += 1
            elif _touches(step, place):
                return None
        return _Call(found, place, outer) if wanted == len(pattern) else None


class ByTheQuery(Rule):
    """What the circuit finds comes from the query: with another oracle in its place it finds what belongs to that one.

    It speaks of circuits that keep `Queries` only, and of oracles whose gates touch each of their qubits.

    Parameters
    ----------
    queries : Queries
        The rule for the oracle that the exercise hands out.
    other : circuit or gate
        Another oracle on as many qubits.
    target : Target
        What is right with the other one.
    read : str
        What the circuit has not from the query: "the shift".
    """

    def __init__(self, queries: Queries, other, target: Target, read: str = "its answer"):
        self.queries, self.other, self.target, self.read = queries, other, target, read

    def broken(self, circuit):
        if self.queries.broken(circuit):  # another rule speaks of this
            return None
        made = replace(self.queries.exchanged(circuit, self.other), written=None)
        if self.target.judge(made).passed:
            return None
        return (
            f"it has {self.read} from the table, and not from the query: with another oracle in the place of this one "
            "it does not give what belongs to that oracle"
        )

    def shortcut(self, circuit):
        return True


class _Call(NamedTuple):
    steps: set[int]  # the places of its gates in the circuit
    place: dict[int, int]  # from the oracle's qubits to the circuit's
    outer: tuple  # controls around the whole call: (qubit, value)
    inverted: bool = False


def _placed(step: Operation, call: _Call) -> Operation:
    return replace(
        step,
        qubits=tuple(call.place[qubit] for qubit in step.qubits),
        controls=(*(qubit for qubit, _ in call.outer), *(call.place[qubit] for qubit in step.controls)),
        control_values=(*(value for _, value in call.outer), *step.control_values),
    )


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
