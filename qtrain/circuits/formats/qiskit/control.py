"""Qiskit's classical control: `if_test`, `switch`, `for_loop` and boxes, and the expressions they depend on."""

from __future__ import annotations

from itertools import product

from qiskit.circuit import (
    BoxOp,
    BreakLoopOp,
    ClassicalRegister,
    Clbit,
    ContinueLoopOp,
    ForLoopOp,
    IfElseOp,
    Store,
    SwitchCaseOp,
    WhileLoopOp,
)
from qiskit.circuit.classical import expr

from ...builder import Builder
from ...errors import MAX_OPERATIONS, unreadable

CONTROL_FLOW = (BoxOp, BreakLoopOp, ContinueLoopOp, ForLoopOp, IfElseOp, Store, SwitchCaseOp, WhileLoopOp)
_MAX_BITS = 10
"""The most classical bits that one expression may depend on."""


def read_control_flow(out: Builder, operation, qubits, clbits, bit_place, walk) -> None:
    """Add a control-flow operation; `walk` reads a block."""

    def block(circuit) -> Builder:
        part = out.apart()
        if circuit is not None:
            walk(part, circuit, list(qubits), list(clbits), bit_place)
        return part

    kind = type(operation).__name__
    if isinstance(operation, BoxOp):
        walk(out.inside(), operation.body, list(qubits), list(clbits), bit_place)
    elif isinstance(operation, IfElseOp):
        blocks = list(operation.blocks)
        bits, table = _table(operation.condition, bit_place)
        otherwise = block(blocks[1]) if len(blocks) > 1 else None
        then = block(blocks[0])
        yes = [value for value, result in table.items() if result]
        no = [value for value, result in table.items() if not result]
        if no and len(no) < len(yes):
            out.choice(bits, dict.fromkeys(no, otherwise or out.apart()), then)
        else:
            out.choice(bits, dict.fromkeys(yes, then), otherwise)
    elif isinstance(operation, SwitchCaseOp):
        bits, table = _table(operation.target, bit_place)
        cases: dict[int, Builder] = {}
        default = None
        for labels, circuit in operation.cases_specifier():
            part = block(circuit)
            for label in labels:
                if isinstance(label, int):
                    cases.setdefault(int(label), part)
                elif default is None:
                    default = part
        chosen = {value: cases[int(result)] for value, result in table.items() if int(result) in cases}
        out.choice(bits, chosen, default)
    elif isinstance(operation, ForLoopOp):
        indices, parameter, body = operation.params
        if len(indices) > MAX_OPERATIONS:
            raise unreadable(f"A for loop has {len(indices):,} turns; at most {MAX_OPERATIONS:,} can be read.")
        for index in indices:
            turn = body if parameter is None else body.assign_parameters({parameter: index}, strict=False)
            walk(out.inside(), turn, list(qubits), list(clbits), bit_place)
    elif isinstance(operation, WhileLoopOp):
        bits, table = _table(operation.condition, bit_place)
        out.loop(bits, [value for value, result in table.items() if result], block(operation.blocks[0]))
    else:
        word = {"BreakLoopOp": "break", "ContinueLoopOp": "continue", "Store": "a classical variable"}.get(kind, kind)
        raise unreadable(f"The circuit uses {word}, which cannot be read here; use measurements and if tests.")


def _table(condition, bit_place):
    """The bits that a condition depends on, most significant first, and its result for each of their values."""
    if isinstance(condition, tuple):
        target, value = condition
        bits = [target] if isinstance(target, Clbit) else list(reversed(target))
        places = _places(bits, bit_place)
        # A register may be long, so this table holds the one value that matters; absent ones count as 0.
        return places, {int(value): 1}
    if isinstance(condition, Clbit):
        return _places([condition], bit_place), {0: 0, 1: 1}
    if not isinstance(condition, expr.Expr):
        bits = list(reversed(condition))
        _check_bits(len(bits))
        return _places(bits, bit_place), {value: value for value in range(2 ** len(bits))}
    found: list[Clbit] = []
    _collect(condition, found)
    bits = list(dict.fromkeys(found))
    _check_bits(len(bits))
    table = {}
    for number, values in enumerate(product((0, 1), repeat=len(bits))):
        table[number] = int(_evaluate(condition, dict(zip(bits, values, strict=True))))
    return _places(bits, bit_place), table


def _check_bits(count: int) -> None:
    if count > _MAX_BITS:
        raise unreadable(f"A condition depends on {count} classical bits; at most {_MAX_BITS} can be read.")


def _places(bits, bit_place) -> tuple[int, ...]:
    try:
        return tuple([bit_place[bit] for bit in bits])
    except KeyError:
        raise unreadable("A condition uses a classical bit that is not part of the circuit.") from None


def _collect(node, found: list) -> None:
    if isinstance(node, expr.Var):
        if isinstance(node.var, Clbit):
            found.append(node.var)
        elif isinstance(node.var, ClassicalRegister):
            found.extend(reversed(node.var))
        else:
            raise unreadable(f"A condition uses the classical variable {node.name!r}; use measured bits instead.")
    elif isinstance(node, expr.Binary):
        _collect(node.left, found)
        _collect(node.right, found)
    elif isinstance(node, expr.Unary | expr.Cast):
        _collect(node.operand, found)
    elif isinstance(node, expr.Index):
        _collect(node.target, found)
        _collect(node.index, found)
    elif not isinstance(node, expr.Value):
        raise unreadable(f"A condition contains {type(node).__name__}, which cannot be read here.")


_BINARY = {
    "BIT_AND": lambda a, b: a & b, "BIT_OR": lambda a, b: a | b, "BIT_XOR": lambda a, b: a ^ b,
    "LOGIC_AND": lambda a, b: bool(a) and bool(b), "LOGIC_OR": lambda a, b: bool(a) or bool(b),
    "EQUAL": lambda a, b: a == b, "NOT_EQUAL": lambda a, b: a != b, "LESS": lambda a, b: a < b,
    "LESS_EQUAL": lambda a, b: a <= b, "GREATER": lambda a, b: a > b, "GREATER_EQUAL": lambda a, b: a >= b,
    "SHIFT_LEFT": lambda a, b: a << b, "SHIFT_RIGHT": lambda a, b: a >> b,
    "ADD": lambda a, b: a + b, "SUB": lambda a, b: a - b, "MUL": lambda a, b: a * b,
}  # fmt: skip


def _evaluate(node, bits: dict) -> int:
    if isinstance(node, expr.Value):
        return node.value
    if isinstance(node, expr.Var):
        if isinstance(node.var, Clbit):
            return bits[node.var]
        return sum(bits[bit] << i for i, bit in enumerate(node.var))
    if isinstance(node, expr.Index):
        return _evaluate(node.target, bits) >> _evaluate(node.index, bits) & 1
    width = getattr(node.type, "width", 1)
    if isinstance(node, expr.Cast):
        value = _evaluate(node.operand, bits)
        return value & ((1 << width) - 1) if hasattr(node.type, "width") else bool(value)
    if isinstance(node, expr.Unary):
        value = _evaluate(node.operand, bits)
        return not value if node.op.name == "LOGIC_NOT" else ~int(value) & ((1 << width) - 1)
    if node.op.name not in _BINARY:
        raise unreadable(f"A condition uses the operator {node.op.name}, which cannot be read here.")
    result = _BINARY[node.op.name](_evaluate(node.left, bits), _evaluate(node.right, bits))
    return result & ((1 << width) - 1) if hasattr(node.type, "width") else result
