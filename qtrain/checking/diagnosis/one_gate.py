"""One gate too many, or one too few.

For every place in the circuit it is known which state is there and which one should be (see `case.Trace`). A gate is
missing at a place if it turns one into the other. All gates on the same qubits are tried together: of the two states
only the sum over the other qubits matters, a matrix T with ``overlap(G) = tr(G·T)``, and for a rotation the best angle
has a formula.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

import numpy as np

from qtrain.circuits.gates import GATES, gate_matrix, is_gate, make, matrix_of
from qtrain.circuits.model import Circuit, Operation
from qtrain.circuits.simulate import apply_gate

from . import forms
from .case import Case, Repair
from .words import article, gate_at, gate_called, place_called

_ONE = ("x", "h", "z", "y", "s", "sdg", "t", "tdg", "sx", "sxdg")
_TWO = (
    ("x", 1),
    ("z", 1),
    ("swap", 0),
    ("y", 1),
    ("h", 1),
    ("s", 1),
    ("sdg", 1),
    ("t", 1),
    ("tdg", 1),
    ("sx", 1),
    ("sxdg", 1),
    ("iswap", 0),
    ("iswapdg", 0),
    ("ecr", 0),
)
_MOST_SWEPT = 4
_THREE = (("x", 2), ("z", 2), ("swap", 1))
# What beginners know; other gates are named only where the learner's or the expected circuit has one of their kind.
_EVERYDAY = {"x", "z", "swap"}
_EVERYDAY_ALONE = {"h", "y", "s", "sdg", "t", "tdg", "sx", "rx", "ry", "rz", "p"}
_EVERYDAY_CONTROLLED = {"rx", "ry", "rz", "p"}
_BLIND = (("x", 0), ("h", 0), ("z", 0), ("x", 1))


def extra_gate(case: Case) -> Iterator[Repair]:
    """One gate too many."""
    found: Sequence[int] = range(len(case.steps))
    if case.trace is not None:
        overlaps = np.einsum("irk,irk->i", case.trace.backward[1:].conj(), case.trace.forward[:-1])
        found = np.flatnonzero(case.hits(overlaps)).tolist()
    elif not case.blind:
        found = [place for place, here, wanted in case.sweep() if case.fits(here, wanted)]
    surplus = _surplus(case.steps, case.expected_steps)
    for index in sorted(found, key=lambda index: not surplus[kind(case.steps[index])]):
        steps = (*case.steps[:index], *case.steps[index + 1 :])
        yield from _said(case, "extra-gate", case.steps[index], index, steps)


def missing_gate(case: Case) -> Iterator[Repair]:
    """One gate too few: one of the expected circuit's own, or a standard gate without an angle."""
    lacking = _surplus(case.expected_steps, case.steps)
    if case.blind:
        candidates = _blind_places(case)
    elif case.circuit and case.trace is None:
        candidates = _swept(case, lacking)
    else:
        here, wanted = _states(case)
        candidates = sorted(_candidates(case, here, wanted), key=lambda found: not lacking[kind(found[0])])
    for gate, place in candidates:
        if allowed(case, gate):
            yield from _inserted(case, gate, place)


def missing_rotation(case: Case) -> Iterator[Repair]:
    """One rotation too few: by any angle, where so free a guess means something."""
    if case.trace is None:
        return
    lacking = _surplus(case.expected_steps, case.steps)
    here, wanted = _states(case)
    found = [(gate, place) for gate, place in _rotations(case, here, wanted) if allowed(case, gate)]
    for gate, place in sorted(found, key=lambda found: not lacking[kind(found[0])]):
        there = case.circuit and _same_turn(case.steps, gate, place) is not None
        if lacking[kind(gate)] or _means_something(case, gate, here[place], there):
            yield from _inserted(case, gate, place)


def _means_something(case: Case, gate: Operation, here: np.ndarray, there: bool) -> bool:
    """Whether a rotation by a free angle is more than a way to turn anything into anything.

    On one qubit it explains nearly every answer, and so none; likewise in a circuit that has about as few gates, or on
    a qubit that is not entangled with the others when a state is asked for. The angle of a rotation that is there is
    less free than one at any place.
    """
    n = case.num_qubits
    if n == 1 or len(case.steps) < (n if there else 3 * n):
        return False
    if not case.is_state or (there and gate.controls):
        return True
    tensor = np.moveaxis(here.reshape((2,) * n), gate.qubits[-1], 0).reshape(2, -1)
    return bool(np.linalg.svd(tensor, compute_uv=False)[1] > 1e-3)


def allowed(case: Case, gate: Operation) -> bool:
    """Whether the exercise allows the gate, and a learner may be expected to know it."""
    bare, alone = Circuit(case.num_qubits), Circuit(case.num_qubits, (gate,))
    for rule in case.rules:
        if rule.broken(alone) and not rule.broken(bare):
            return False
    controls = len(gate.controls)
    if gate.name in _EVERYDAY or gate.name in (_EVERYDAY_CONTROLLED if controls else _EVERYDAY_ALONE):
        return True
    theirs = case.learner.operations if isinstance(case.learner, Circuit) else ()
    names = {(step.name, len(step.controls)) for step in (*case.expected_steps, *case.steps, *theirs)}
    return (gate.name, controls) in names


def _surplus(steps, others) -> Counter:
    """Which gates stand more often in one circuit than in another: of equal explanations the likeliest comes first."""
    return Counter(map(kind, steps)) - Counter(map(kind, others))


def kind(step: Operation) -> tuple:
    """Equal for gates of which a learner would say that they are the same."""
    name = "rz" if step.name == "p" and not step.controls else step.name
    return name, step.all_qubits, tuple(round(angle, 6) for angle in step.params)


# --- where and what --------------------------------------------------------------------------------------------------


def _states(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """What is and what should be at each place, (places, 2**n, k); an answer without gates has only its ends."""
    if case.trace is not None:
        return case.trace.forward, case.trace.backward
    here, wanted = zip(*[case.sides[side] for side in ("start", "end") if side in case.sides], strict=True)
    return np.stack(here), np.stack(wanted)


def _transfer(here, wanted, qubits, n) -> np.ndarray:
    """T for each place, with overlap(G) = tr(G·T) for every gate G on these qubits."""
    places, _, k = here.shape
    axes = [1 + qubit for qubit in qubits]
    rest = [axis for axis in range(1, n + 2) if axis not in axes]
    size = 2 ** len(qubits)
    here, wanted = (
        array.reshape((places,) + (2,) * n + (k,)).transpose([0, *axes, *rest]).reshape(places, size, -1)
        for array in (here, wanted)
    )
    return here @ wanted.conj().transpose(0, 2, 1)


def _candidates(case, here, wanted) -> Iterator[tuple[Operation, int]]:
    n = case.num_qubits
    if not case.work.affords(2 * n * here.size):
        return
    own = {kind(step): step for step in case.expected_steps if is_gate(step)}
    if case.work.affords(len(own) * here.size):
        yield from _applied(case, here, wanted, own.values())
    for qubit in range(n):
        transfer = _transfer(here, wanted, (qubit,), n)
        yield from _found(case, transfer, [make(name, (qubit,)) for name in _ONE])
    if n >= 2 and case.work.affords(2 * here.size * n * (n - 1)):
        for pair in combinations(range(n), 2):
            gates = [
                make(name, order[controls:], (), order[:controls])
                for name, controls in _TWO
                for order in _orders(name, controls, pair)
            ]
            yield from _found(case, _transfer(here, wanted, pair, n), gates, pair)
    if n >= 3 and case.work.affords(2 * here.size * n**3):
        yield from _applied(case, here, wanted, _large_gates(n))


def _orders(name, controls, pair):
    """The orders of two qubits in which a gate acts differently."""
    symmetric = name in ("swap", "iswap", "iswapdg") or (controls and GATES[name].diagonal)
    return (pair,) if symmetric else (pair, pair[::-1])


def _found(case, transfer, gates, qubits=None):
    matrices = np.stack([_on(gate, qubits or gate.all_qubits) for gate in gates])
    overlaps = np.einsum("gab,pba->gp", matrices, transfer)
    for index, place in _last_places(case.hits(overlaps)):
        yield gates[index], place


def _on(gate: Operation, qubits: tuple[int, ...]) -> np.ndarray:
    """The gate's matrix with its qubits in the given order."""
    matrix = matrix_of(gate)
    if gate.all_qubits == tuple(qubits):
        return matrix
    return matrix.reshape(2, 2, 2, 2).transpose(1, 0, 3, 2).reshape(4, 4)


def _last_places(found: np.ndarray) -> Iterator[tuple[int, int]]:
    """One place for each gate, the last one: most beginners forget something at the end."""
    for index in np.flatnonzero(found.any(axis=1)):
        yield int(index), int(np.flatnonzero(found[index])[-1])


def _large_gates(n: int) -> list[Operation]:
    """Toffoli and its kin on any three qubits, and the controlled X and Z on all."""
    gates = []
    for name, controls in _THREE:
        for order in permutations(range(n), 3):
            # Symmetric in its controls and, for SWAP, in its targets; for Z in all.
            pairs = {"x": [order[:2]], "z": [order[:2], order[1:]], "swap": [order[1:]]}[name]
            if all(one < other for one, other in pairs):
                gates.append(make(name, order[controls:], (), order[:controls]))
    if n > 3:
        gates += [make("x", (q,), (), tuple(c for c in range(n) if c != q)) for q in range(n)]
        gates.append(make("z", (n - 1,), (), range(n - 1)))
    return gates


def _applied(case, here, wanted, gates):
    """Gates on many qubits are simply applied at all places at once."""
    places, size, k = here.shape
    flat = np.ascontiguousarray(here.transpose(1, 0, 2)).reshape(size, places * k)
    wanted = wanted.transpose(1, 0, 2).conj()
    for gate in gates:
        after = apply_gate(flat.copy(), gate, case.num_qubits).reshape(size, places, k)
        found = case.hits(np.sum(wanted * after, axis=(0, 2)))
        if found.any():
            yield gate, int(np.flatnonzero(found)[-1])


def _swept(case: Case, lacking: Counter) -> Iterator[tuple[Operation, int]]:
    """The gates that the expected circuit has more often, at every place of a circuit too large to be kept."""
    gates = {kind(step): step for step in case.expected_steps if lacking[kind(step)]}
    if len(gates) > _MOST_SWEPT:
        return
    for place, here, wanted in case.sweep(between=True, factor=1 + len(gates)) if gates else ():
        for gate in gates.values():
            if case.fits(apply_gate(here.copy(), gate, case.num_qubits), wanted):
                yield gate, place


# --- rotations -------------------------------------------------------------------------------------------------------


def _rotations(case, here, wanted) -> Iterator[tuple[Operation, int]]:
    n = case.num_qubits
    if not case.work.affords(2 * n * here.size):
        return
    for qubit in range(n):
        transfer = _transfer(here, wanted, (qubit,), n)
        for name in ("rx", "ry", "rz"):
            yield from _turned(case, name, (qubit,), transfer)
        yield from _phased(case, (qubit,), transfer)
    if n < 2 or not case.work.affords(2 * here.size * n * (n - 1)):
        return
    for pair in combinations(range(n), 2):
        transfer = _transfer(here, wanted, pair, n)
        yield from _phased(case, pair, transfer)
        for name in ("rxx", "ryy", "rzz", "rzx"):
            yield from _turned(case, name, pair, transfer)
        swapped = transfer.reshape(-1, 2, 2, 2, 2).transpose(0, 2, 1, 4, 3).reshape(-1, 4, 4)
        yield from _turned(case, "rzx", pair[::-1], swapped)
        for order, matrix in ((pair, transfer), (pair[::-1], swapped)):
            for name in ("rx", "ry", "rz"):
                yield from _turned(case, name, order, matrix, controlled=True)


def _turned(case, name, qubits, transfer, *, controlled=False):
    """Rotations: the overlap is fixed + a·cos(θ/2) + b·sin(θ/2), and its size is largest where a formula says."""
    fixed = 0.0
    if controlled:
        fixed = np.trace(transfer[:, :2, :2], axis1=1, axis2=2)
        transfer = transfer[:, 2:, 2:]
    generator = gate_matrix(name, (np.pi,))  # the rotation by π is −i times the axis
    a = np.trace(transfer, axis1=1, axis2=2)
    b = np.einsum("ab,pba->p", generator, transfer)
    half = 0.5 * np.arctan2(2 * np.real(a * b.conj()), abs(a) ** 2 - abs(b) ** 2)
    for angle in (half, half + np.pi):
        overlap = fixed + a * np.cos(angle) + b * np.sin(angle)
        for place in np.flatnonzero(case.hits(overlap))[::-1][:1]:
            theta = float(2 * angle[place])
            yield make(name, qubits[controlled:], (theta,), qubits[:controlled]), int(place)


def _phased(case, qubits, transfer):
    """A phase gate: the overlap is a + b·exp(iλ)."""
    diagonal = np.einsum("paa->pa", transfer)
    a, b = diagonal[:, :-1].sum(axis=1), diagonal[:, -1]
    for place in np.flatnonzero(case.hits(abs(a) + abs(b)))[::-1][:1]:
        angle = float(np.angle(a[place] * b[place].conj()))
        yield make("p", qubits[-1:], (angle,), qubits[:-1]), int(place)


# --- saying it -------------------------------------------------------------------------------------------------------


def _blind_places(case: Case):
    n = case.num_qubits
    if not case.circuit:
        return
    for place in range(len(case.steps), -1, -1):
        for name, controls in _BLIND:
            for order in permutations(range(n), 1 + controls):
                yield make(name, order[controls:], (), order[:controls]), place


def _inserted(case: Case, gate: Operation, place: int) -> Iterator[Repair]:
    if case.circuit:
        yield from _said(case, "missing-gate", gate, place, (*case.steps[:place], gate, *case.steps[place:]))
        return
    details = _details(gate, place)
    details["side"] = side = [side for side in ("start", "end") if side in case.sides][details.pop("position")]
    on = place_called(gate, case.names)
    message = f"Your answer is what comes out with one gate too few: {article(gate_called(gate))} on {on} is missing."
    yield Repair("missing-gate", message, lambda: forms.with_gates(case.answer, [gate], side), details)


def _said(case: Case, code: str, gate: Operation, place: int, steps: Sequence[Operation]) -> Iterator[Repair]:
    """One gate more or less, as it looks from the learner's side; nothing where that would not be true of it."""
    if not case.mirrored:
        yield told(case, code, gate, place, steps)
        return
    code = "missing-gate" if code == "extra-gate" else "extra-gate"
    name, on = article(gate_called(gate)), place_called(gate, case.names)
    if code == "missing-gate":
        if not allowed(case, gate):
            return
        message = f"One gate is missing: {name} on {on}. Everything else is right."
        if not isinstance(case.learner, Circuit):
            message = f"Your answer is what comes out with one gate too few: {name} on {on} is missing."
    elif not isinstance(case.learner, Circuit):
        message = f"Your answer is what comes out with one gate too many: {name} on {on}."
    elif any(kind(step) == kind(gate) for step in case.learner.operations):
        message = f"There is one gate too many: {name} on {on}. Everything else is right."
    else:
        return  # the learner's program has no such gate
    yield Repair(code, message, lambda: case.with_steps(steps), _details(gate, place))


def told(case: Case, code: str | None, gate: Operation, place: int, steps: Sequence[Operation]) -> Repair:
    """One gate of the learner's circuit too many, or one too few."""
    on = place_called(gate, case.names)
    name, details = article(gate_called(gate)), _details(gate, place)
    beside = _same_turn(case.steps, gate, place) if code == "missing-gate" else None
    if code == "extra-gate":
        message = f"There is one gate too many: {name} on {on} ({case.numbered(place)})."
    elif beside is not None:
        code, message = (
            None,
            f"The angle of {case.step_at(beside)} is not right.",
        )
        details["changed"] = "angle"
    else:
        message = f"One gate is missing: {name} on {on}{_where(case, place)}."
    return Repair(code, f"{message} Everything else is right.", lambda: case.with_steps(steps), details)


def _where(case: Case, place: int) -> str:
    if place == len(case.steps):
        return " at the end"
    if place == 0:
        return " at the beginning"
    return f" after {case.numbered(place - 1)} ({gate_at(case.steps[place - 1], case.names)})"


def _same_turn(steps, gate: Operation, place: int) -> int | None:
    """The step next to the place that turns about the same axis: then nothing is missing, its angle is wrong."""
    for index in (place - 1, place):
        if 0 <= index < len(steps) and len(steps[index].params) == len(gate.params) == 1:
            if _axis(steps[index]) == _axis(gate):
                return index
    return None


def _axis(step: Operation) -> tuple:
    name = "rz" if step.name == "p" and not step.controls else step.name  # the same turn up to a global phase
    return name, step.qubits, step.controls, step.control_values


def _details(gate: Operation, place: int) -> dict:
    return {
        "gate": "c" * len(gate.controls) + (gate.name if gate.name != "unitary" else "u"),
        "qubits": list(gate.all_qubits),
        "position": place,
    }
