"""Solutions with one small fault each: a check that accepts such a mutant does not look where the fault is.

R. A. DeMillo, R. J. Lipton, F. G. Sayward, "Hints on test data selection", Computer 11 (4), 34 (1978).
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_DROPPED_METHODS = ("conj", "conjugate", "transpose", "copy")
_DROPPED_ATTRIBUTES = ("real", "imag", "T")
_DROPPED_FUNCTIONS = ("conj", "conjugate", "real", "imag", "abs", "sqrt", "sorted", "round", "transpose", "angle")
_TURNED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult}
_EDGES = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}


@dataclass(frozen=True)
class Mutant:
    """A solution with one fault.

    Attributes
    ----------
    fault : str
        What was done, for people: ``"conj() is dropped in line 3"``.
    source : str
    """

    fault: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of a solution's code: a dropped conjugate, sign or gate, two exchanged arguments or gates, ….

    Parameters
    ----------
    source : str
        Python code; code that is none (a cell with a magic command) has no mutants.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    seen = {ast.unparse(tree)}
    named = {id(part) for node in ast.walk(tree) if _names_a_qubit(node) for part in ast.walk(node)}
    for number, node in enumerate(ast.walk(tree)):
        if id(node) in named:  # a lone qubit of Cirq may be called as one likes: nothing else comes out
            continue
        for fault, change in _changes(node):
            other = copy.deepcopy(tree)
            change(list(ast.walk(other))[number], other)
            try:
                text = ast.unparse(ast.fix_missing_locations(other))
                compile(text, "mutant", "exec")
            except (SyntaxError, ValueError):
                continue
            if text not in seen:
                seen.add(text)
                yield Mutant(f"{fault} in line {getattr(node, 'lineno', 1)}", text)


def _names_a_qubit(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in ("LineQubit", "NamedQubit")


Change = Callable[[ast.AST, ast.AST], None]


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Attribute) and node.attr in _DROPPED_ATTRIBUTES and isinstance(node.ctx, ast.Load):
        yield f".{node.attr} is dropped", _becomes(lambda node: node.value)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not):
        yield "a sign or a `not` is dropped", _becomes(lambda node: node.operand)
    elif isinstance(node, ast.BinOp) and type(node.op) in _TURNED:
        kind = _TURNED[type(node.op)]
        yield "an operator is turned round", lambda node, tree: setattr(node, "op", kind())
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult | ast.Pow):
        yield "the two sides of an operator are exchanged", _exchange_sides
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in _EDGES:
        kind = _EDGES[type(node.ops[0])]
        yield "a comparison is off at its edge", lambda node, tree: node.ops.__setitem__(0, kind())
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float, complex):
        yield f"the constant {node.value!r} is changed", lambda node, tree: setattr(node, "value", _other(node.value))
    for field in ("body", "orelse"):
        statements = getattr(node, field, None)
        if isinstance(statements, list):
            yield from _statements(statements, field)


def _calls(node: ast.Call) -> Iterator[tuple[str, Change]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if isinstance(node.func, ast.Attribute) and not node.args and name in _DROPPED_METHODS:
        yield f"{name}() is dropped", _becomes(lambda node: node.func.value)
    if len(node.args) == 1 and name in _DROPPED_FUNCTIONS:
        yield f"{name}() is dropped", _becomes(lambda node: node.args[0])
    if len(node.args) >= 2 and not any(isinstance(argument, ast.Starred) for argument in node.args[-2:]):
        yield f"two arguments of {name} are exchanged", _exchange_arguments


def _statements(statements: list, field: str) -> Iterator[tuple[str, Change]]:
    acts = [index for index, statement in enumerate(statements) if _acts(statement)]
    for index in acts:
        yield "a step is left out", lambda node, tree, index=index: _left_out(getattr(node, field), index)
    for index in acts:
        if index + 1 in acts:
            yield "two steps are exchanged", lambda node, tree, index=index: _exchanged(getattr(node, field), index)


def _acts(statement: ast.stmt) -> bool:
    """Whether a statement is there for what it does: a gate, an entry that is set."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    if isinstance(statement, ast.AugAssign):
        return True
    return isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Subscript)


def _left_out(statements: list, index: int) -> None:
    statements[index] = ast.Pass()


def _exchanged(statements: list, index: int) -> None:
    statements[index], statements[index + 1] = statements[index + 1], statements[index]


def _exchange_arguments(node: ast.AST, tree: ast.AST) -> None:
    node.args[-1], node.args[-2] = node.args[-2], node.args[-1]


def _exchange_sides(node: ast.AST, tree: ast.AST) -> None:
    node.left, node.right = node.right, node.left


def _becomes(part: Callable[[ast.AST], ast.AST]) -> Change:
    """The node is replaced by a part of itself."""

    def change(node: ast.AST, tree: ast.AST) -> None:
        inside = part(node)
        for parent in ast.walk(tree):
            for field, value in ast.iter_fields(parent):
                if value is node:
                    setattr(parent, field, inside)
                elif isinstance(value, list) and any(item is node for item in value):
                    value[:] = [inside if item is node else item for item in value]

    return change


def _other(value):
    """A constant near by: 1 for 0, one more for a whole number, twice as much for any other."""
    return value + 1 if isinstance(value, int) else value * 2 or 1.0
