"""What a right circuit has to keep besides being right: gates allowed, counts, depth, connections.

A rule looks at the neutral circuit and says what breaks it, and where; None if nothing does. Steps inside classically
controlled blocks count like all others; barriers, identities, and measurements except for `Qubits`, never count
(see `qtrain.circuits.counting`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from qtrain.circuits.counting import PARTS_COUNT, counted, depth, gate_name, is_part
from qtrain.circuits.gates import GATES, matrix_of
from qtrain.circuits.model import Circuit, Operation

from .structure import same_turned
from .verdict import Verdict, wrong

_NAMES = {
    "cnot": "cx",
    "toffoli": "ccx",
    "fredkin": "cswap",
    "phase": "p",
    "u1": "p",
    "u3": "u",
    "cphase": "cp",
    "i": "id",
    "s†": "sdg",
    "t†": "tdg",
    "√x": "sx",
}
# What Cirq reads as powers of one gate: ``cirq.Z**t`` is one type, whatever t is.
_POWERS = (
    frozenset({"z", "s", "sdg", "t", "tdg", "p", "rz"}),
    frozenset({"x", "sx", "sxdg", "rx"}),
    frozenset({"y", "ry"}),
    frozenset({"h", "hpow"}),
    frozenset({"swap", "swappow"}),
    frozenset({"iswap", "iswapdg", "xx_plus_yy"}),
)


def where(place: int, step: Operation, circuit: Circuit) -> str:
    """A gate and its place, for people: ``gate number 3 (`cx` on qubits 0, 1)``.

    Parts of a larger gate are counted one by one, and then the sentence says so.
    """
    qubits = [str(qubit) for qubit in step.all_qubits]
    if len(circuit.qubit_names) == circuit.num_qubits and circuit.framework == "cirq":
        qubits = [circuit.qubit_names[qubit] for qubit in step.all_qubits]
    label = f"`{step.label or gate_name(step)}`"
    if is_part(step):
        label = f"`{gate_name(step)}` inside {label}"
    larger = PARTS_COUNT * any(is_part(one) for number, one in counted(circuit) if number <= place)
    return f"gate number {place}{larger} ({label} on qubit{'s' * (len(qubits) > 1)} {', '.join(qubits)})"


class Rule:
    """One rule. A subclass says what breaks it."""

    def broken(self, circuit: Circuit) -> str | None:
        """What breaks the rule and where, as the end of a sentence; None if it is kept."""
        raise TypeError(f"{type(self).__name__} does not say what it asks for")

    def shortcut(self, circuit: Circuit) -> bool:
        """Whether a circuit that breaks the rule brings the result along instead of making it: worth nothing."""
        return False


class IsCircuit(Rule):
    """The answer is a circuit, not its state or matrix (every other rule asks for that as well)."""

    def broken(self, circuit):
        return None


class GateSet(Rule):
    """Only these gates: ``GateSet({"h", "t", "tdg", "cx"})``.

    What counts is the kind of gate that was written, not the value of its angle: where `rz` or `p` is allowed, so is
    ``cirq.Z**t`` for every t (`rz` and `p`, equal up to phase, allow each other). A gate with an angle that makes it
    an allowed one passes too: ``p(π/4)`` where `t` is allowed.
    """

    def __init__(self, names: Iterable[str]):
        names = [names] if isinstance(names, str) else sorted(names) if isinstance(names, set) else list(names)
        self.names = tuple(dict.fromkeys(_NAMES.get(name.lower(), name.lower()) for name in names))
        self.allowed = set(self.names) | {"id"}
        if self.allowed & {"rz", "p"}:
            self.allowed |= {"rz", "p"}

    def broken(self, circuit):
        for place, step in counted(circuit):
            if not self.allows(step, circuit.framework):
                return f"{where(place, step, circuit)} is not among the allowed gates: {', '.join(self.names)}"
        return None

    def shortcut(self, circuit):
        return any(_is_finished(step) and not self.allows(step, circuit.framework) for _, step in counted(circuit))

    def allows(self, step: Operation, framework: str = "") -> bool:
        """Whether a step is one of the allowed gates."""
        if gate_name(step) in self.allowed:
            return True
        prefix = gate_name(step).removesuffix(step.name)
        if framework == "cirq":
            powers = next((powers for powers in _POWERS if step.name in powers), frozenset())
            # A controlled rotation is no power of a controlled gate: they differ by more than a global phase.
            angled = powers & _ANGLED - ({"rx", "ry", "rz"} if prefix else set())
            if any(prefix + name in self.allowed for name in angled):
                return True
        if step.name not in GATES or not step.params:
            return False
        return any(
            prefix + name in self.allowed and _same_up_to_phase(step, replace(step, name=name, params=()))
            for name, info in GATES.items()
            if name != "id" and not info.num_params and info.num_qubits == len(step.qubits)
        )


def _is_finished(step: Operation) -> bool:
    """Whether a step holds what it does as numbers: a loaded state, a bare matrix, a noise channel."""
    return step.name in ("initialize", "unitary", "kraus")


_ANGLED = frozenset(name for name, info in GATES.items() if info.num_params)


def _same_up_to_phase(one: Operation, other: Operation) -> bool:
    got, wanted = matrix_of(one), matrix_of(other)
    return abs(abs(np.vdot(wanted, got)) / len(got) - 1) < 1e-9


class _AtMost(Rule):
    noun = ("gate", "gates")

    def __init__(self, most: int):
        self.most = most

    def count(self, circuit: Circuit) -> int:
        raise TypeError(f"{type(self).__name__} does not say what it counts")

    def broken(self, circuit):
        count = self.count(circuit)
        if count <= self.most:
            return None
        return (
            f"it has {count} {self.noun[count != 1]}; at most {self.most} {'is' if self.most == 1 else 'are'} allowed"
        )


class Gates(_AtMost):
    """At most so many gates."""

    def count(self, circuit):
        return sum(1 for _ in counted(circuit))


class TwoQubitGates(_AtMost):
    """At most so many gates on two qubits, and none on more than two (one Toffoli gate would hide six CNOTs)."""

    noun = ("two-qubit gate", "two-qubit gates")

    def count(self, circuit):
        return sum(len(step.all_qubits) == 2 for _, step in counted(circuit))

    def broken(self, circuit):
        for place, step in counted(circuit):
            if len(step.all_qubits) > 2:
                return f"{where(place, step, circuit)} acts on more than two qubits; build it from smaller gates"
        return super().broken(circuit)


class Depth(_AtMost):
    """At most so many layers of gates that can run at the same time."""

    noun = ("layer of gates", "layers of gates")

    def count(self, circuit):
        return depth(circuit)


class Qubits(_AtMost):
    """At most so many qubits that a gate or a measurement touches."""

    noun = ("qubit", "qubits")

    def count(self, circuit):
        used = {qubit for _, step in counted(circuit) for qubit in step.all_qubits}
        return len(used.union(*(step.qubits for step in circuit.operations if step.name == "measure")))


class _Without(Rule):
    instead: str

    def matches(self, step: Operation) -> bool:
        raise TypeError(f"{type(self).__name__} does not say what it forbids")

    def broken(self, circuit):
        for place, step in counted(circuit):
            if self.matches(step):
                return f"{where(place, step, circuit)} is not allowed here: {self.instead}"
        return None


class NoInitialize(_Without):
    """No step that loads a ready-made state (`initialize`, `prepare_state`, Cirq's `StatePreparationChannel`)."""

    instead = "prepare the state with gates"

    def shortcut(self, circuit):
        return True

    def matches(self, step):
        label = step.label.lower().replace("_", "").replace(" ", "")
        return step.name == "initialize" or any(word in label for word in ("initialize", "statepreparation"))


class NoUnitary(_Without):
    """No gate given as a bare matrix."""

    instead = "build it from named gates"

    def shortcut(self, circuit):
        return True

    def matches(self, step):
        return step.name in ("unitary", "kraus")


class NoSynthesis(_Without):
    """No gate of a library that writes the circuit for its user: Qiskit's `PauliEvolutionGate`, Cirq's
    `PauliStringPhasor`, state preparation, Fourier transform, diagonal and multiplexed gates, bare matrices.

    They are told by their names. A circuit that a compiler has already written out in gates is not; ask for few gates,
    or for certain ones (`Gates`, `GateSet`), where that matters.
    """

    instead = "build it from gates of your own"

    def shortcut(self, circuit):
        return True

    def matches(self, step):
        label = step.label.lower().replace("_", "").replace(" ", "").replace("-", "")
        return _is_finished(step) or bool(_PHASOR.match(step.label)) or any(word in label for word in _SYNTHESISERS)


# Cirq writes the phasor of a Pauli string as a power: (+ZZ)**0.3.
_PHASOR = re.compile(r"\([+-]?[IXYZ]+\)\*\*")
_SYNTHESISERS = (
    *("evolution", "evolved", "phasor", "statepreparation", "initialize", "isometry"),
    *("qft", "quantumfourier", "diagonal", "ucgate", "ucrx", "ucry", "ucrz", "multiplex"),
)


class NoReset(_Without):
    """No reset in the circuit."""

    instead = "undo what you computed with gates"

    def matches(self, step):
        return step.name == "reset"


class FeedForward(Rule):
    """A later step depends on a measured result: `measure`, and then an `if` on what it gave."""

    def broken(self, circuit):
        written: set[int] = set()
        for step in circuit.operations:
            if step.name == "measure":
                written.update(step.clbits)
            elif step.name == "if" and (step.body or step.orelse) and written.intersection(step.condition[0]):
                return None
        return "no later gate depends on a measured result" if written else "it measures nothing"


class Connectivity(Rule):
    """Two-qubit gates only along these edges: ``Connectivity([(0, 1), (1, 2)])``.

    With ``directed=True`` the first qubit of each edge is the control; a CZ or a SWAP has no direction.
    """

    def __init__(self, edges: Iterable[tuple[int, int]], *, directed: bool = False):
        self.edges, self.directed = [tuple(edge) for edge in edges], directed
        self.allowed = set(self.edges) if directed else {*self.edges, *((b, a) for a, b in self.edges)}

    def broken(self, circuit):
        for place, step in counted(circuit):
            if len(step.all_qubits) > 1 and not self.allowed.intersection(same_turned(step)):
                pairs = ", ".join(f"{a}{'→' if self.directed else '–'}{b}" for a, b in self.edges)
                against = step.all_qubits[::-1] in self.allowed
                wrong_way = "has its control on the wrong side" if against else "joins qubits that are not connected"
                return f"{where(place, step, circuit)} {wrong_way}; the connections are {pairs}"
        return None


def broken_rules(answer, rules: Sequence[Rule]) -> list[int]:
    """The places of the rules that a circuit breaks; all of them for anything but a circuit."""
    if not isinstance(answer, Circuit):
        return list(range(len(rules)))
    return [place for place, rule in enumerate(rules) if rule.broken(answer.written or answer)]


def verdict_on_rules(answer, rules: Sequence[Rule]) -> Verdict | None:
    """The verdict on a right answer that breaks a rule (None if it keeps all): half, and more for every rule kept.

    What brings the finished result along, as `initialize` and bare matrices do, is worth nothing.
    """
    if not isinstance(answer, Circuit):
        return wrong(
            "wrong-type",
            "The values are right, but this exercise asks for the circuit itself: give a Qiskit or Cirq circuit.",
        )
    written = answer.written or answer
    found = [(rule, reason) for rule, reason in ((rule, rule.broken(written)) for rule in rules) if reason]
    if not found:
        return None
    broken = [reason for _, reason in found]
    also = "" if len(broken) == 1 else f" ({len(broken)} of {len(rules)} rules are broken; this is the first.)"
    score = 0.5 + 0.5 * (len(rules) - len(broken)) / len(rules)
    if any(rule.shortcut(written) for rule, _ in found):
        score = 0.0
    return wrong(
        "rule", f"The circuit does what it should, but it breaks a rule: {broken[0]}.{also}", score=score, broken=broken
    )
