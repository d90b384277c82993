"""Which qtrain grades here: its version, and the commit that it was made from."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

from qtrain import __version__

PACKAGE = Path(__file__).resolve().parents[1]
BUILT = "_commit"  # a wheel has it in this file


@cache
def this_grader() -> str:
    """Version and commit: ``0.1.0 at 83e7a4e…``, with `` and changes`` where files differ from it; else the version."""
    commit = _of_checkout() or _of_wheel()
    return f"{__version__} at {commit}" if commit else __version__


def _of_checkout() -> str:
    if not (PACKAGE.parent / ".git").exists():
        return ""
    try:
        commit = _git("rev-parse", "HEAD")
        return commit + (" and changes" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):  # no git, or a checkout of somebody else's
        return ""


def _of_wheel() -> str:
    built = PACKAGE / BUILT
    return built.read_text(encoding="ascii").strip() if built.is_file() else ""


def _git(*words: str) -> str:
    command = ["git", "-C", str(PACKAGE.parent), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=30).stdout.strip()
