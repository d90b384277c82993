"""Which files of `qtrain` a piece of code can import, read from the code itself: what its outputs depend on."""

from __future__ import annotations

import ast
import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

NAME = "qtrain"
# Code without any of these words, as most cells are, imports nothing of the package in any way that is known here.
BY_NAME = re.compile(r"import_module|__import__|iter_modules|walk_packages")
WORDS = re.compile(rf"{NAME}|{BY_NAME.pattern}")
# A string that may name a module, up to the colon of an entry point.
NAMED = re.compile(rf"[\"']({NAME}(?:\.\w+)*)[\"':]")


def needed(sources: Iterable[str], package: Path) -> list[Path]:
    """The files of the package that Python sources import, directly or through others, and the data beside these.

    Parameters
    ----------
    sources : iterable of str
        Python code; what is no Python (magic commands) is left out line by line.
    package : Path
        The folder of `qtrain`.
    """
    found: set[Path] = set()
    waiting = {place for source in sources for place in _named_by(source, package)}
    while waiting:
        path = waiting.pop()
        found.add(path)
        waiting |= _imported(path, package, path.stat().st_mtime_ns) - found
    data = {file for folder in {path.parent for path in found} for file in _data(folder)}
    return sorted(found | data)


@lru_cache(maxsize=8192)  # a lesson's cells are asked for before and after it runs, and again for its copy
def _named_by(source: str, package: Path) -> frozenset[Path]:
    return frozenset(_places(_names(source, None, package), package) if WORDS.search(source) else ())


@lru_cache(maxsize=1024)
def _imported(path: Path, package: Path, changed: int) -> frozenset[Path]:
    return frozenset(_places(_names(path.read_text(encoding="utf-8"), path, package), package))


def _parsed(source: str) -> ast.Module | None:
    """The code, without its lines of magic where it has any; None where it is no Python even so."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?"))]
    for text in (source, "\n".join(lines)):
        with contextlib.suppress(SyntaxError):
            return ast.parse(text)
    return None


def _names(source: str, path: Path | None, package: Path) -> set[str]:
    """Every module that the code names in an import or, for those imported by name, in a string."""
    tree = _parsed(source)
    if tree is None:  # it can't be told what it imports: then it may be anything
        return _everything_in(path.parent if path else package, package)
    own = _name(path.parent, package) if path else ""
    names = set(NAMED.findall(source))
    for node in _statements(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = own.split(".")
                base = ".".join([*parents[: len(parents) - node.level + 1], *([base] if base else [])])
            # `from package import name`: the name may be a module, or stand in the package.
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    if BY_NAME.search(source) and any(_imports_by_name(node) for node in ast.walk(tree) if isinstance(node, ast.Call)):
        names |= _everything_in(path.parent if path else package, package)
    return names


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Every statement, also those inside others; expressions, most of a tree, are never looked into."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        yield (node := waiting.pop())
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, part, ())


def _imports_by_name(node: ast.Call) -> bool:
    """Whether a call imports what only running it can tell: the name is put together, or the folder is listed."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if called in ("iter_modules", "walk_packages"):
        return True
    whole = (ast.Constant, ast.Subscript, ast.Name, ast.Attribute)  # a name written out, here or in a table
    return called in ("import_module", "__import__") and not (node.args and isinstance(node.args[0], whole))


def _everything_in(folder: Path, package: Path) -> set[str]:
    return {_name(file.with_suffix(""), package).removesuffix(".__init__") for file in folder.rglob("*.py")}


def _name(path: Path, package: Path) -> str:
    return ".".join([NAME, *path.relative_to(package).parts])


def _places(names: Iterable[str], package: Path) -> Iterable[Path]:
    """The files of modules, each with the packages above it; what is no module of the package has none."""
    return (file for name in names if name.split(".")[0] == NAME for file in _place(name, package))


@lru_cache(maxsize=8192)
def _place(name: str, package: Path) -> tuple[Path, ...]:
    _, *parts = name.split(".")
    if not all(part.isidentifier() for part in parts):
        return ()
    above = [package.joinpath(*parts[:length]) for length in range(len(parts) + 1)]
    files = [*(place / "__init__.py" for place in above), *(place.with_suffix(".py") for place in above[1:])]
    return tuple(file for file in files if file.is_file())


def _data(folder: Path) -> Iterable[Path]:
    """Files beside modules that are no Python, also in folders that hold no Python."""
    for entry in os.scandir(folder):
        if entry.is_dir():
            inside = Path(entry.path)
            if entry.name not in ("__pycache__", "_course") and not any(inside.rglob("*.py")):
                yield from (file for file in inside.rglob("*") if file.is_file())
        elif not entry.name.endswith((".py", ".pyc")):
            yield Path(entry.path)
