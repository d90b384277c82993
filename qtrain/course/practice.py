"""The problem sets as the learner's package holds them: to practise with, without solutions and slips.

The targets stay, because a check at home needs them. This is used while the package is built, so nothing here may need
more than Python itself.
"""

from __future__ import annotations

import ast
import copy

from .cells import parse_notebook, refuse_marks, role_of, without_solution
from .errors import CourseError

MARK = "practice_only"
_SLIPS = ("slip", "plant")


def practice_notebook(text: str, where: str) -> dict:
    """A problem set's notebook without solutions, explanations and outputs, marked as such; its hints stay.

    Parameters
    ----------
    text : str
        The source notebook.
    where : str
        Its name, for messages.

    Raises
    ------
    CourseError
        When it is no notebook, or a solution's marks do not come in pairs.
    """
    notebook = copy.deepcopy(parse_notebook(text, where))
    notebook["cells"] = [cell for cell in notebook["cells"] if role_of(cell) not in ("solution", "explanation")]
    for number, cell in enumerate(notebook["cells"], 1):
        place = f"{where}, cell {number}"
        if cell["cell_type"] != "code":
            refuse_marks(cell["source"], place)
            continue
        cell["source"] = without_solution(cell["source"], place)
        cell["outputs"], cell["execution_count"] = [], None
    notebook["metadata"].setdefault("qtrain", {})[MARK] = True
    return notebook


def practice_checks(source: str, where: str) -> str:
    """A problem set's checks without slips, and without the functions that only slips used.

    The wrong options of a choice stay, because the task shows them; what is said of them does not.

    Parameters
    ----------
    source : str
        Python, in the words of `qtrain.authoring`.
    where : str
        Its name, for messages.

    Raises
    ------
    CourseError
        When a slip stands where it cannot be taken out: nothing of it may slip through.
    """
    tree = ast.parse(source)
    kept = _WithoutSlips()
    tree = ast.fix_missing_locations(kept.visit(tree))
    while _drop_unused(tree):
        pass
    for node in ast.walk(tree):
        named = _names(node, *_SLIPS, "Slip", "Plant") and node not in kept.options
        renamed = isinstance(node, ast.alias) and node.asname and node.name in _SLIPS
        if named or renamed or (isinstance(node, ast.keyword) and node.arg == "slips"):
            raise CourseError(
                f"{where}, line {getattr(node, 'lineno', '?')}: a slip stands where it cannot be taken out for the "
                "learner's package; write it as 'yield slip(…)'"
            )
    return ast.unparse(tree) + "\n"


class _WithoutSlips(ast.NodeTransformer):
    """Takes out each statement that yields slips; keeps a choice's options."""

    def __init__(self):
        self.options: set[ast.AST] = set()
        self._choice = False

    def visit_FunctionDef(self, node):
        outer = self._choice
        self._choice = outer or any(_names(getattr(d, "func", d), "choice") for d in node.decorator_list)
        node = self._block(self.generic_visit(node))
        self._choice = outer
        return node

    def visit_Expr(self, node):
        if not isinstance(node.value, ast.Yield | ast.YieldFrom) or node.value.value is None:
            return node
        if self._choice and (found := _slip_call(node.value.value)) is not None:
            self.options.add(found.func)
            return ast.Expr(ast.Yield(ast.Call(found.func, found.args[:1], [])))
        if any(_names(inner, *_SLIPS) for inner in ast.walk(node.value)):
            return None
        return node

    def visit_For(self, node):
        return self._block(self.generic_visit(node))

    visit_If = visit_While = visit_With = visit_For

    def _block(self, node):
        """A block whose every statement went goes, too."""
        if not node.body:
            if isinstance(node, ast.FunctionDef) or getattr(node, "orelse", None):
                node.body = [ast.Pass()]
            else:
                return None
        return node


def _slip_call(value) -> ast.Call | None:
    """The ``slip(…)`` in ``slip(…).says(…).worth(…)``."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        value = value.func.value
    return value if isinstance(value, ast.Call) and _names(value.func, *_SLIPS) else None


def _names(node, *names: str) -> bool:
    return (isinstance(node, ast.Name) and node.id in names) or (isinstance(node, ast.Attribute) and node.attr in names)


def _drop_unused(tree: ast.Module) -> bool:
    """Take out plain functions, names and imports that nothing uses any more; whether there were any."""
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}

    def goes(node) -> bool:
        if isinstance(node, ast.FunctionDef):
            return not node.decorator_list and node.name not in used
        if isinstance(node, ast.Assign):
            names = [name for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            return bool(names) and all(isinstance(name.ctx, ast.Store) and name.id not in used for name in names)
        return False

    dropped = False
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            names = [a for a in node.names if (a.asname or a.name.split(".")[0]) in used or node.col_offset]
            dropped |= len(names) < len(node.names)
            node.names = names
        if isinstance(body := getattr(node, "body", None), list):
            kept = [one for one in body if not goes(one) and getattr(one, "names", [1])]
            dropped |= len(kept) < len(body)
            node.body = kept or [ast.Pass()]
    return dropped
