"""How much time a child has had: on a busy machine most of what a clock shows goes to others."""

from __future__ import annotations

import time

MOST = 10
"""Times its own time a child may take by the clock. It can keep itself waiting, by many threads."""


class OwnTime:
    """The time that a process has had since now, and what is left of its `seconds`.

    What it waits for a processor while others run is not its own; what it sleeps is. Where the system doesn't count
    that, its own time is that of the clock.

    Parameters
    ----------
    process : int
        Its number.
    seconds : float or None
        How much it has; None for no end.
    until : float or None
        When it ends in any case, as `time.monotonic` counts.
    """

    def __init__(self, process: int, seconds: float | None, until: float | None = None):
        self._process, self._seconds, self._until = process, seconds, until
        self._began, self._waited = time.monotonic(), waited(process)

    def _others(self) -> float:
        return max(0.0, waited(self._process) - self._waited)

    def had(self) -> float:
        """Seconds of its own."""
        return max(0.0, time.monotonic() - self._began - self._others())

    def deadline(self) -> float | None:
        """When its time is over, as `time.monotonic` counts, if from now on nobody keeps it waiting."""
        if self._seconds is None:
            return self._until
        end = self._began + min(self._seconds + self._others(), MOST * self._seconds)
        return end if self._until is None else min(end, self._until)


def waited(process: int) -> float:
    """Seconds for which a process could have run and others did, since it began; 0 where that isn't counted."""
    try:
        with open(f"/proc/{process}/schedstat", encoding="ascii") as counted:
            return int(counted.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0
