"""Short hashes of an answer and its code, the same for copies: exactly, and with names, order and variant undone."""

from __future__ import annotations

import ast
import hashlib
import math

MAX_STEPS = 5_000


def of_answer(target, value, parameters: dict) -> dict:
    """{"answer": exact, "structure": with the variant's angles and bits undone}, or {} for what has no structure."""
    from qtrain.circuits import Circuit

    try:
        neutral = target.read(value)
    except Exception:  # what cannot be read cannot be compared either
        return {}
    if not isinstance(neutral, Circuit) or len(neutral.operations) > MAX_STEPS:
        return {}
    steps = _in_layers(neutral)
    angles = _angles(parameters)
    flips = any(_chooses_qubits(value) for value in parameters.values())
    exact = [(name, qubits, tuple(round(angle, 6) for angle in params)) for name, qubits, params in steps]
    undone = [
        (name, qubits, tuple(_named_angle(angle, angles) for angle in params))
        for name, qubits, params in steps
        if not (flips and name == "x")
    ]
    return {"answer": _hash(exact), "structure": _hash(undone)} if undone else {"answer": _hash(exact)}


def of_code(source: str, parameters: dict) -> dict:
    """{"code": as it is written, "shape": with the learner's names and the variant's values undone}."""
    try:
        tree = ast.parse("\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))))
        dumped = ast.dump(tree)
        known = {repr(value): name for name, value in parameters.items() if type(value) in (int, float, str)}
        renamed = _Renamed(known).visit(tree)
        return {"code": _hash(dumped), "shape": _hash(ast.dump(renamed))} if len(tree.body) else {}
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}


class _Renamed(ast.NodeTransformer):
    """Names in the order in which they first appear; constants that the variant gave, by the parameter's name."""

    def __init__(self, known: dict):
        self._known = known
        self._names: dict[str, str] = {}

    def visit_Name(self, node):
        return ast.Name(self._names.setdefault(node.id, f"n{len(self._names)}"), node.ctx)

    def visit_arg(self, node):
        return ast.arg(self._names.setdefault(node.arg, f"n{len(self._names)}"))

    def visit_Constant(self, node):
        return ast.Constant(self._known.get(repr(node.value), node.value))


def _in_layers(circuit) -> list[tuple]:
    """The operations, each as early as it can be, so that the order in which they were written does not matter."""
    free: dict[int, int] = {}
    steps = []
    for step in circuit.operations:
        if step.name == "barrier":
            continue
        qubits = step.controls + step.qubits
        layer = max((free.get(qubit, 0) for qubit in qubits), default=0)
        free.update(dict.fromkeys(qubits, layer + 1))
        name = "c" * len(step.controls) + step.name
        steps.append((layer, name, qubits, step.params))
    return [step[1:] for step in sorted(steps, key=lambda s: (s[0], s[2], s[1]))]


def _angles(parameters: dict) -> dict[float, str]:
    numbers = {name: float(v) for name, v in parameters.items() if type(v) in (int, float) and math.isfinite(v) and v}
    return {
        round(sign * factor * value, 6): f"{sign * factor:g}*{name}"
        for name, value in numbers.items()
        for factor in (0.5, 1, 2)
        for sign in (1, -1)
    }


def _named_angle(angle: float, angles: dict):
    return angles.get(round(angle, 6), round(angle, 6))


def _chooses_qubits(value) -> bool:
    if isinstance(value, str):
        return bool(value) and set(value) <= {"0", "1"}
    return isinstance(value, list | tuple) and bool(value) and all(type(item) is int for item in value)


def _hash(value) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]
