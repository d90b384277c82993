"""Code that may never end is stopped: it counts its turns itself, so that the libraries it calls run at full speed."""

from __future__ import annotations

import ast

_MOST = 20_000


class Turns:
    """Counts the turns of loops and the calls of functions; calling it counts one.

    Raises
    ------
    TimeoutError
        At the first turn beyond `most`.
    """

    NAME = "_one_more_turn"
    """What `counted` code calls."""

    def __init__(self, most: int = _MOST):
        self._most = most
        self.again()

    def again(self) -> None:
        """Begin to count anew."""
        self._left = self._most

    def __call__(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise TimeoutError("too many turns")


def counted(source: str) -> str:
    """The same code, which calls `Turns.NAME` in every turn of a loop and in every function that is entered."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.While | ast.FunctionDef):
            node.body.insert(0, ast.Expr(ast.Call(ast.Name(Turns.NAME, ast.Load()), [], [])))
    return ast.unparse(ast.fix_missing_locations(tree))
