"""One gate too many, or one too few.

For every place in the circuit it is known which state is there and which one should be (see `case.Trace`). A gate is
missing at a place if it turns one into the other. All gates on the same qubits are tried together: of the two states
only the sum over the other qubits matters, a matrix T with ``overlap(G) = tr(G·T)``, and for a rotation the best angle
has a formula.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations, permutations

import numpy as np

from qtrain.circuits.gates import GATES, gate_matrix, is_gate, make, matrix_of
from qtrain.circuits.model import Operation
from qtrain.circuits.simulate import apply_gate

from . import forms
from .case import Case, Repair
from .words import article, gate_at, gate_called, qubits_called

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
_THREE = (("x", 2), ("z", 2), ("swap", 1))
_WORK = 2**23  # amplitudes looked at for gates of one size; beyond that such gates are not looked for
_BLIND = (("x", 0), ("h", 0), ("z", 0), ("x", 1))


def extra_gate(case: Case) -> Iterator[Repair]:
    """One gate too many."""
    found = range(len(case.steps))
    if case.trace is not None:
        overlaps = np.einsum("irk,irk->i", case.trace.backward[1:].conj(), case.trace.forward[:-1])
        found = [index for index in found if case.hits(overlaps[index])]
    surplus = _surplus(case.steps, case.expected_steps)
    for index in sorted(found, key=lambda index: not surplus[_kind(case.steps[index])]):
        step = case.steps[index]
        yield Repair(
            *_told(case, "extra-gate", step, index),
            lambda index=index: case.with_steps((*case.steps[:index], *case.steps[index + 1 :])),
            _details(step, index),
        )


def missing_gate(case: Case) -> Iterator[Repair]:
    """One gate too few: one of the expected circuit's own, or a standard gate without an angle."""
    if case.blind:
        candidates = _blind_places(case)
    elif case.circuit and case.trace is None:
        return
    else:
        here, wanted = _states(case)
        candidates = _candidates(case, here, wanted)
    lacking = _surplus(case.expected_steps, case.steps)
    for gate, place in candidates if case.blind else sorted(candidates, key=lambda found: not lacking[_kind(found[0])]):
        yield _inserted(case, gate, place)


def missing_rotation(case: Case) -> Iterator[Repair]:
    """One rotation too few, by any angle."""
    if case.trace is not None:
        lacking = _surplus(case.expected_steps, case.steps)
        found = list(_rotations(case, *_states(case)))
        for gate, place in sorted(found, key=lambda found: not lacking[_kind(found[0])]):
            yield _inserted(case, gate, place)


def missing_single(case: Case) -> Iterator[Repair]:
    """Any gate on one qubit; on a single qubit that would explain everything, and so nothing."""
    if case.trace is None or case.num_qubits < 2 or (case.is_state and case.num_qubits < 3):
        return
    here, wanted = _states(case)
    for qubit in range(case.num_qubits):
        transfer = _transfer(here, wanted, (qubit,), case.num_qubits)
        left, sizes, right = np.linalg.svd(transfer)
        for place in np.flatnonzero(case.hits(sizes.sum(axis=1)))[::-1][:1]:
            matrix = (left[place] @ right[place]).conj().T
            yield _inserted(case, make("unitary", (qubit,), matrix=matrix, label="single-qubit gate"), int(place))


def _surplus(steps, others) -> Counter:
    """Which gates stand more often in one circuit than in another: of equal explanations the likeliest comes first."""
    return Counter(map(_kind, steps)) - Counter(map(_kind, others))


def _kind(step: Operation) -> tuple:
    return step.name, step.all_qubits, tuple(round(angle, 6) for angle in step.params)


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
    own = {_kind(step): step for step in case.expected_steps if is_gate(step)}
    if len(own) * here.size <= _WORK:
        yield from _applied(case, here, wanted, own.values())
    for qubit in range(n):
        transfer = _transfer(here, wanted, (qubit,), n)
        yield from _found(case, transfer, [make(name, (qubit,)) for name in _ONE])
    if n >= 2 and here.size * n * (n - 1) <= _WORK:
        for pair in combinations(range(n), 2):
            gates = [
                make(name, order[controls:], (), order[:controls])
                for name, controls in _TWO
                for order in _orders(name, controls, pair)
            ]
            yield from _found(case, _transfer(here, wanted, pair, n), gates, pair)
    if n >= 3 and 4 * here.size * n**3 <= _WORK:
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


# --- rotations -------------------------------------------------------------------------------------------------------


def _rotations(case, here, wanted) -> Iterator[tuple[Operation, int]]:
    n = case.num_qubits
    for qubit in range(n):
        transfer = _transfer(here, wanted, (qubit,), n)
        for name in ("rx", "ry", "rz"):
            yield from _turned(case, name, (qubit,), transfer)
        yield from _phased(case, (qubit,), transfer)
    if n < 2 or here.size * n * (n - 1) > _WORK:
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


def _inserted(case: Case, gate: Operation, place: int) -> Repair:
    details = _details(gate, place)
    if case.circuit:
        steps = (*case.steps[:place], gate, *case.steps[place:])
        return Repair(*_told(case, "missing-gate", gate, place), lambda: case.with_steps(steps), details)
    details["side"] = side = [side for side in ("start", "end") if side in case.sides][details.pop("position")]
    return Repair(
        *_told(case, "missing-gate", gate, place), lambda: forms.with_gates(case.answer, [gate], side), details
    )


def _told(case: Case, code: str, gate: Operation, place: int) -> tuple[str, str]:
    if case.mirrored:
        code = "missing-gate" if code == "extra-gate" else "extra-gate"
    on = qubits_called(gate.all_qubits, case.names)
    name = article(gate_called(gate))
    if code == "extra-gate":
        where = "" if case.mirrored else f" (step {place + 1})"
        return code, f"There is one gate too many: {name} on {on}{where}. Everything else is right."
    beside = None if case.mirrored or not case.circuit else _same_turn(case.steps, gate, place)
    if beside is not None:
        step = gate_at(case.steps[beside], case.names)
        return code, f"The angle of {step} (step {beside + 1}) is not right. Everything else is right."
    if case.mirrored or not case.circuit:
        where = ""
    elif place == len(case.steps):
        where = " at the end"
    elif place == 0:
        where = " at the beginning"
    else:
        where = f" after step {place} ({gate_at(case.steps[place - 1], case.names)})"
    return code, f"One gate is missing: {name} on {on}{where}. Everything else is right."


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
