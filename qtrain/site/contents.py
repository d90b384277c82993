"""What the book holds: the notebooks that its table of contents names."""

from __future__ import annotations

from pathlib import Path

import yaml


def notebooks(root: Path, toc: Path) -> dict[str, Path]:
    """The notebooks of the book by their document's name, in reading order.

    Parameters
    ----------
    root : Path
        The checkout.
    toc : Path
        Its table of contents.
    """
    parts = yaml.safe_load(toc.read_text("utf-8")).get("parts", [])
    names = [chapter["file"] for part in parts for chapter in part["chapters"]]
    paths = {name: root / f"{name}.ipynb" for name in names}
    return {name: path for name, path in paths.items() if path.is_file()}


def is_problem_set(path: Path) -> bool:
    """Whether a notebook is graded, so that its solutions are never shown and it is not run for the book."""
    return path.stem.startswith("problem_set")


def lessons(root: Path, toc: Path) -> dict[str, Path]:
    """The notebooks that are run for the book: all but the problem sets."""
    return {name: path for name, path in notebooks(root, toc).items() if not is_problem_set(path)}
