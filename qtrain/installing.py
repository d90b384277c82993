"""The lines that install qtrain: one set for every page that prints them, and the words for what is missing.

They make an environment of their own first. Debian's Python and Homebrew's refuse anything else (PEP 668), and nothing
has to be activated: each line names the program that it means.
"""

from __future__ import annotations

import os
import shlex
import sys

from qtrain import __version__

CHECKOUT = "."
WHEEL = f"qtrain-{__version__}-py3-none-any.whl"
BUNDLE = "--no-index --find-links wheels qtrain"
SYSTEMS = ("windows", "macos", "linux")


def lines(system: str, what: str = CHECKOUT) -> tuple[str, str, str]:
    """Make an environment, install into it, begin.

    Parameters
    ----------
    system : str
        One of `SYSTEMS`. On Windows the lines work in PowerShell and in the old command prompt.
    what : str
        `CHECKOUT`, in the folder of a checkout; `WHEEL`, beside the file; `BUNDLE`, in the unpacked bundle.
    """
    if system not in SYSTEMS:
        raise ValueError(f"there is no system {system!r}; the systems are {', '.join(SYSTEMS)}")
    if system == "windows":
        return (
            "python -m venv qtrain-env",
            rf"qtrain-env\Scripts\pip install {what}",
            r"qtrain-env\Scripts\qtrain learn",
        )
    return "python3 -m venv ~/qtrain-env", f"~/qtrain-env/bin/pip install {what}", "~/qtrain-env/bin/qtrain learn"


def with_this_python(*words: str) -> str:
    """The line that installs something beside the qtrain that runs now, whatever Python the shell would find."""
    python = sys.executable or "python"
    shown = (f'"{python}"' if " " in python else python) if os.name == "nt" else shlex.quote(python)
    said = " ".join(f'"{word}"' if set(word) & set("[]<>= ") else word for word in words)
    return f"{shown} -m pip install {said}"
