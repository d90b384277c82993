"""`circuit`: a circuit written in one line, ``circuit("h 0; cx 0 1; ry(θ/2) 1", θ=1.2)``."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Mapping

import numpy as np

from .gates import GATES, make
from .model import Circuit, Operation

_STEP = re.compile(r"^(?P<name>[^\W\d]\w*)\s*(?:\((?P<angles>.*)\))?\s*(?P<places>[^()]*)$", re.DOTALL)
_IF = re.compile(r"^if\s+(?P<bits>[^{}=]+?)\s*(?:==\s*(?P<value>\w+)\s*)?$")
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_CONSTANTS = {"pi": math.pi, "π": math.pi}


def circuit(*parts: str | Circuit | None, qubits: int | None = None, bits: int | None = None, **values) -> Circuit:
    """A circuit from steps with ``;`` (or a new line) between them, in the order of time.

    ``h 0`` · ``h 0 1 2`` (a gate on one qubit, on each) · ``rx(θ/2) 0`` · ``cx 0 1`` (control, then target) ·
    ``ccx 0 !1 2`` (a ``c`` for each control, or their number as in ``c3x``; ``!`` for one that has to be 0) ·
    ``swap 0 1`` · ``measure 0`` (into the classical bit of the same number) · ``measure 0 -> 1`` · ``reset 0`` ·
    ``barrier`` · ``if 0 { x 1 } else { z 1 }`` (classical bit 0 is 1) · ``if !0 { x 1 }`` · ``if 0 1 == 2 { x 2 }``
    (bit 0 is the most significant).

    Parameters
    ----------
    *parts : str or Circuit
        Written or ready-made circuits, one after the other; None, False and empty texts are left out.
    qubits : int, optional
        How many qubits there are; without it, one more than the highest number that occurs.
    bits : int, optional
        The same for classical bits.
    **values
        What the names in the text stand for: an angle in radians, the number of a qubit, or a unitary matrix (then the
        name is a gate: ``"U 0 1"``). ``pi`` and ``π`` are known.

    Raises
    ------
    ValueError
        With a sentence that names the step and what is wrong with it.

    Examples
    --------
    >>> from qtrain.circuits import count
    >>> count(circuit("h 0; cx 0 t; rz(-θ/2) t", t=2, θ=0.4))
    {'h': 1, 'cx': 1, 'rz': 1}
    """
    operations: list[Operation] = []
    phase, least, fewest = 0.0, 1, 0
    for part in parts:
        if isinstance(part, Circuit):
            operations += part.operations
            phase += part.phase
            least, fewest = max(least, part.num_qubits), max(fewest, part.num_clbits)
        elif isinstance(part, str):
            operations += _steps(part, values)
        elif part not in (None, False, ()):
            raise ValueError(f"a part of a circuit is text or a circuit, not {part!r}")
    highest = max((q for step in operations for q in _qubits(step)), default=-1)
    written = max((b for step in operations for b in _bits(step)), default=-1)
    if qubits is not None and highest >= qubits:
        raise ValueError(f"qubit {highest} is used, but the circuit has {qubits} qubits, numbered from 0")
    if bits is not None and written >= bits:
        raise ValueError(f"classical bit {written} is used, but the circuit has {bits}, numbered from 0")
    return Circuit(
        max(highest + 1, least) if qubits is None else qubits,
        tuple(operations),
        phase,
        num_clbits=max(written + 1, fewest) if bits is None else bits,
    )


def _steps(text: str, values: Mapping) -> list[Operation]:
    found: list[Operation] = []
    for head, blocks in _split(text):
        found += _conditional(head, blocks, values) if blocks else _step(head, values)
    return found


def _split(text: str):
    """The steps of a text, each as (its head, its blocks in braces)."""
    position = 0
    while position < len(text):
        end = min((place for mark in ";\n{" if (place := text.find(mark, position)) >= 0), default=len(text))
        head, blocks = text[position:end].strip(), []
        while end < len(text) and text[end] == "{":
            close = _closing(text, end)
            blocks.append(text[end + 1 : close])
            rest = text[close + 1 :]
            otherwise = re.match(r"\s*else\s*\{", rest)
            end = close + otherwise.end() if otherwise and len(blocks) == 1 else close + 1
        position = end if blocks else end + 1
        if head or blocks:
            yield head, blocks


def _closing(text: str, start: int) -> int:
    depth = 0
    for place in range(start, len(text)):
        depth += (text[place] == "{") - (text[place] == "}")
        if not depth:
            return place
    raise ValueError(f"the brace in {text[start:]!r} is never closed")


def _conditional(head: str, blocks: list[str], values: Mapping) -> list[Operation]:
    found = _IF.match(head)
    if not found:
        raise ValueError(f"{head!r} is followed by braces: write if 0 {{ x 1 }}, if !0 {{ … }} or if 0 1 == 2 {{ … }}")
    names = found["bits"].split()
    clbits = tuple(_number(name.lstrip("!"), values, head) for name in names)
    if found["value"] is not None:
        value = _number(found["value"], values, head)
        if any(name.startswith("!") for name in names):
            raise ValueError(f"{head!r} has both ! and ==; write one of them")
    else:
        value = int("".join("0" if name.startswith("!") else "1" for name in names), 2)
    body, orelse = (tuple(_steps(block, values)) for block in [*blocks, ""][:2])
    touched = sorted({q for step in body + orelse for q in _qubits(step)})
    return [Operation("if", tuple(touched), condition=(clbits, value), body=body, orelse=orelse)]


def _step(text: str, values: Mapping) -> list[Operation]:
    found = _STEP.match(text)
    if not found:
        raise ValueError(f"{text!r} is no step of a circuit: write a gate's name, its angles in brackets, its qubits")
    name, places = found["name"], found["places"].split()
    angles = tuple(_angle(one, values, text) for one in _arguments(found["angles"])) if found["angles"] else ()
    if name in ("measure", "reset", "barrier"):
        return _no_gate(name, places, values, text)
    gate, controls = _gate(name, values, text)
    matrix = values[gate] if gate not in GATES else None
    size = GATES[gate].num_qubits if matrix is None else int(np.log2(len(matrix)))
    wanted = GATES[gate].num_params if matrix is None else 0
    if len(angles) != wanted:
        raise ValueError(f"{text!r} gives {len(angles)} angles; {name} takes {wanted}")
    opened = [place.startswith("!") for place in places]
    numbers = [_number(place.lstrip("!"), values, text) for place in places]
    if any(opened[controls:]):
        raise ValueError(f"in {text!r} only a control can have a !; {name} has {controls}, its first qubits")
    if len(set(numbers)) < len(numbers):
        raise ValueError(f"{text!r} names a qubit twice")
    if not controls and size == 1 and numbers:
        return [_operation(gate, (qubit,), angles, (), (), matrix) for qubit in numbers]
    if len(numbers) != controls + size:
        raise ValueError(f"{text!r} names {len(numbers)} qubits; {name} takes {controls + size}")
    closed = tuple(int(not one) for one in opened[:controls])
    return [_operation(gate, tuple(numbers[controls:]), angles, tuple(numbers[:controls]), closed, matrix)]


def _operation(gate, qubits, angles, controls, closed, matrix) -> Operation:
    if matrix is not None:
        return make("unitary", qubits, (), controls, closed, matrix=np.asarray(matrix, dtype=complex), label=gate)
    return Operation(gate, qubits, angles, controls, closed)


def _gate(name: str, values: Mapping, text: str) -> tuple[str, int]:
    """The gate behind a name, and how many controls it has."""
    for controls, gate in _readings(name):
        if gate in GATES or (gate in values and np.ndim(values[gate]) == 2):
            return gate, controls
    raise ValueError(
        f"{text!r}: there is no gate {name!r}; there are {', '.join(sorted(GATES))}, "
        "each with a c in front for every control, and matrices given by name"
    )


def _readings(name: str):
    for controls in range(len(name) - len(name.lstrip("c")) + 1):
        yield controls, name[controls:]
    if counted := re.match(r"c(\d)(\D\w*)$", name):
        yield int(counted[1]), counted[2]


def _no_gate(name: str, places: list[str], values: Mapping, text: str) -> list[Operation]:
    if "->" in places:
        arrow = places.index("->")
        qubits, clbits = places[:arrow], places[arrow + 1 :]
        if name != "measure" or len(qubits) != len(clbits) or not qubits:
            raise ValueError(f"{text!r}: write measure 0 1 -> 1 0, as many bits as qubits")
    else:
        qubits = clbits = places
    numbers = [_number(place, values, text) for place in qubits]
    if name == "barrier":
        return [Operation("barrier", tuple(numbers))]
    if not numbers:
        raise ValueError(f"{text!r} names no qubit")
    if name == "reset":
        return [Operation("reset", (qubit,)) for qubit in numbers]
    into = [_number(place, values, text) for place in clbits]
    return [Operation("measure", (qubit,), clbits=(bit,)) for qubit, bit in zip(numbers, into, strict=True)]


def _number(name: str, values: Mapping, text: str) -> int:
    value = int(name) if name.isascii() and name.isdigit() else values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        known = f"it stands for {value!r}" if name in values else "nothing of that name is given"
        raise ValueError(f"{text!r}: {name!r} is no number of a qubit or bit ({known})")
    return int(value)


def _arguments(text: str) -> list[str]:
    """The angles of a gate: split at the commas that are not inside brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _angle(text: str, values: Mapping, step: str) -> float:
    try:
        value = float(_value(ast.parse(text.strip(), mode="eval").body, values))
    except KeyError as missing:
        raise ValueError(
            f"{step!r}: no value is given for {missing.args[0]!r}; write circuit(…, {missing.args[0]}=…)"
        ) from None
    except (SyntaxError, TypeError, ZeroDivisionError):
        raise ValueError(
            f"{step!r}: {text.strip()!r} is no angle; write numbers, names, pi, + − * / and brackets"
        ) from None
    if not math.isfinite(value):
        raise ValueError(f"{step!r}: the angle {text.strip()!r} is {value}")
    return value


def _value(node: ast.expr, values: Mapping):
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    if isinstance(node, ast.Name):
        return values[node.id] if node.id in values else _CONSTANTS[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        return -_value(node.operand, values) if isinstance(node.op, ast.USub) else _value(node.operand, values)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
    raise TypeError


def _qubits(step: Operation):
    yield from step.all_qubits
    for inner in step.body + step.orelse:
        yield from _qubits(inner)


def _bits(step: Operation):
    yield from step.clbits
    if step.condition:
        yield from step.condition[0]
    for inner in step.body + step.orelse:
        yield from _bits(inner)
