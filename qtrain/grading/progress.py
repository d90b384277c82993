"""How far a run is: a bar with rate and time left on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

EVERY_S = 30.0


class Progress:
    """Shows progress over `total` submissions on standard error."""

    def __init__(self, total: int):
        self._total, self._began, self._told = total, time.monotonic(), time.monotonic()
        console = Console(stderr=True)
        self._bar = (
            Bar(
                TextColumn("Grading"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TextColumn("left:"),
                TimeRemainingColumn(),
                console=console,
            )
            if console.is_terminal
            else None
        )

    def __enter__(self) -> Progress:
        if self._bar:
            self._bar.start()
            self._task = self._bar.add_task("", total=self._total, rate="")
        return self

    def __exit__(self, *_) -> None:
        if self._bar:
            self._bar.stop()

    def at(self, graded: int, before: int) -> None:
        """So many are graded now, and so many were `before`."""
        now = time.monotonic()
        rate = 60 * graded / max(now - self._began, 1e-9)
        if self._bar:
            self._bar.update(self._task, completed=graded + before, rate=f"{rate:.0f} per minute")
        elif now - self._told >= EVERY_S:
            self._told = now
            left = (self._total - graded - before) / max(rate, 1e-9)
            print(
                f"graded {graded + before} of {self._total}, {rate:.0f} per minute, {left:.0f} minutes left",
                file=sys.stderr,
                flush=True,
            )
