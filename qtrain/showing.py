"""How what a notebook calls shows things: as drawn output in IPython, as text anywhere else."""

from __future__ import annotations

import sys

from qtrain.checking.verdict import Verdict

_warned: set[str] = set()


class Shown(Verdict):
    """A verdict that the notebook has shown already: as the last value of the same cell it is not shown again."""

    def __str__(self) -> str:
        return self.__dict__.get("text") or super().__str__()

    __repr__ = __str__

    def _ipython_display_(self):
        if self.__dict__.get("shown_in") != cell_number():
            show(self.__dict__["bundle"])


def warn(sentence: str) -> None:
    """A sentence on standard error, once in a kernel."""
    if sentence not in _warned:
        _warned.add(sentence)
        print(sentence, file=sys.stderr)


def say(markdown: str) -> None:
    """Markdown, drawn where that can be."""
    show({"text/plain": markdown, "text/markdown": markdown})


def show(bundle: dict) -> None:
    """From MIME type to content: in a notebook drawn, elsewhere its text."""
    if shell() is None:
        print(bundle["text/plain"])
    else:
        from IPython.display import display

        display(bundle, raw=True)


def shell():
    """The running IPython, if there is one; never imports it."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def cell_number():
    """The number of the cell that runs."""
    running = shell()
    return running.execution_count if running is not None else None
