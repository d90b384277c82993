"""Single changes of a Python file: each a fault that somebody could make, what the code says before it and after it."""

from __future__ import annotations

import ast
import bisect
import copy
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SMALL = 1e-2  # a number up to this is a tolerance
UNSEEN = ("__repr__", "__dir__", "add_arguments")  # functions whose words no test should pin

NEGATED = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
# Beside a whole number it matters whether the bound itself is meant.
BOUND = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


@dataclass(frozen=True)
class Mutant:
    """One change: where (its line, the one on which its statement begins, its text), of what kind, and what is said."""

    path: str
    line: int
    statement: int
    text: str
    kind: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is whatever stands before it in the file, but no longer when its own line is another."""
        return self.path, self.text[:100], " ".join(self.after.split())

    def __str__(self) -> str:
        before, after = (" ".join(text.split())[:110] for text in (self.before, self.after))
        return f"{self.path}:{self.line} {self.kind}: {before}  ->  {after}"


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every change of one node, as (kind, the new node)."""
    match node:
        case ast.Compare(ops=[operator], comparators=[right], left=left):
            if type(operator) in BOUND and any(map(is_whole, (left, right))):
                yield "comparison", changed(node, ops=[BOUND[type(operator)]()])
            else:
                yield "comparison", changed(node, ops=[NEGATED[type(operator)]()])
        case ast.Constant(value=bool()):
            yield "constant", changed(node, value=not node.value)
        case ast.Constant(value=int() | float()):
            if 0 < abs(node.value) <= SMALL:
                yield "tolerance", changed(node, value=float(f"{node.value * 1000:g}"))
            else:
                other = node.value + 1 if type(node.value) is int else node.value * 2 or 1.0
                yield "constant", changed(node, value=other)
        case ast.Call(func=ast.Attribute(attr="conj" | "conjugate", value=value), args=[]):
            yield "conjugate", value
        case ast.Call(func=ast.Attribute(attr="conj" | "conjugate"), args=[value]):
            yield "conjugate", value
        case ast.Attribute(attr="T", value=value):
            yield "order", value
        case ast.Call(func=ast.Name(id="reversed"), args=[value]):
            yield "order", changed(node, func=ast.Name("list"))
        case ast.Call(func=ast.Name(id="sorted"), args=[value]):
            yield "order", ast.Call(ast.Name("list"), [value], [])
        case ast.Call(func=ast.Attribute(attr="kron"), args=[first, second]):
            yield "order", changed(node, args=[second, first])
        case ast.Slice(step=ast.UnaryOp(op=ast.USub())):
            yield "order", changed(node, step=None)
        case ast.Slice(lower=ast.expr() as lower, upper=None, step=None):
            yield "order", ast.Slice(None, lower)
        case ast.Slice(lower=None, upper=ast.expr() as upper, step=None):
            yield "order", ast.Slice(upper, None)
        case ast.BinOp(op=ast.MatMult() | ast.Sub(), left=left, right=right):
            yield "order", changed(node, left=right, right=left)
        case ast.BoolOp(op=ast.And()):
            yield "branch", changed(node, op=ast.Or())
        case ast.BoolOp(op=ast.Or()):
            yield "branch", changed(node, op=ast.And())
        case ast.If(test=test) if not is_guard(node):
            yield "branch", changed(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.IfExp(test=test):
            yield "branch", changed(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.If() if is_guard(node):
            yield "guard", changed(node, body=[ast.Pass()])
        case ast.ExceptHandler(body=[*_, ast.Raise() | ast.Return() | ast.Expr()]):
            yield "swallowed error", changed(node, body=[ast.Pass()])
        case ast.Expr(value=ast.Call()) if not is_call(node.value, "print"):
            yield "step", ast.Pass()


def changed(node: ast.AST, **fields) -> ast.AST:
    """A copy of the node with some fields replaced."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def is_whole(node: ast.AST) -> bool:
    """Whether a node is a whole number for sure."""
    return is_call(node, "len") or (isinstance(node, ast.Constant) and type(node.value) is int)


def is_call(node: ast.AST, name: str) -> bool:
    """Whether a node calls the function of that name."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == name


def is_guard(node: ast.If) -> bool:
    """Whether an `if` does nothing but leave: by return, raise or continue."""
    return not node.orelse and len(node.body) == 1 and isinstance(node.body[0], ast.Return | ast.Raise | ast.Continue)


def places(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that do something: no annotations, texts, representations or time limits."""
    match tree:
        case ast.AnnAssign():
            inner = [tree.value]
        case ast.arguments():
            inner = [*tree.defaults, *tree.kw_defaults]
        case ast.FunctionDef():
            inner = [*tree.decorator_list, tree.args, *tree.body]
        case ast.Assign(targets=[ast.Name(id=name)]) if name.endswith("_S"):
            inner = []
        case ast.If() if ast.unparse(tree.test) in ("TYPE_CHECKING", "__name__ == '__main__'"):
            inner = tree.orelse
        case _:
            inner = ast.iter_child_nodes(tree)
    for child in inner:
        if child is None or isinstance(child, ast.JoinedStr) or getattr(child, "name", "") in UNSEEN:
            continue  # what stands in an f-string has no place of its own before Python 3.12
        yield child
        yield from places(child)


def mutants(path: Path, name: str) -> Iterator[Mutant]:
    """Every change of one file."""
    text = path.read_bytes()
    lines = text.splitlines(keepends=True)
    starts = list(itertools.accumulate(map(len, lines), initial=0))
    tree = ast.parse(text)
    begins = sorted(node.lineno for node in ast.walk(tree) if isinstance(node, ast.stmt | ast.ExceptHandler))
    for node in places(tree):
        for kind, new in changes(node):
            begin = starts[node.lineno - 1] + node.col_offset
            end = starts[node.end_lineno - 1] + node.end_col_offset
            after = ast.unparse(ast.fix_missing_locations(new))
            if isinstance(node, ast.expr) and not isinstance(node, ast.Slice | ast.Constant):
                after = f"({after})"
            elif isinstance(node, ast.If | ast.ExceptHandler):
                after = after.replace("\n", "\n" + " " * node.col_offset)
                after = f"el{after}" if text[begin : begin + 4] == b"elif" else after
            source = (text[:begin] + after.encode() + text[end:]).decode()
            statement = begins[bisect.bisect(begins, node.lineno) - 1]
            said = lines[node.lineno - 1].decode().strip()
            yield Mutant(name, node.lineno, statement, said, kind, *shortened(text[begin:end].decode(), after), source)


def shortened(before: str, after: str) -> tuple[str, str]:
    """Both without the lines that they end with alike."""
    old, new = before.splitlines(), after.splitlines()
    while len(old) > 1 and len(new) > 1 and old[-1].split() == new[-1].split():
        old.pop(), new.pop()
    return "\n".join(old), "\n".join(new)
