"""What a learner takes, as it was measured, and how many learners a computer's memory serves."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

# MiB for each learner who is there: their server and one kernel, after imports, a transpile, a simulation, a plot and a
# check; 10 learners at once, on Linux. `benchmarks/classroom.py` measures them anew: whoever runs it writes them here.
STOCK_MIB = 316  # servers and kernels started as JupyterHub and Jupyter start them
NURSERY_MIB = 114  # forked by the nursery from one template
IMMORTAL_MIB = 51  # the same, with the template's objects immortal (Python 3.12 and 3.13)
HUB_MIB = 1200  # the hub, the proxy, the service and the template together, with nobody there
# Of the memory stays free: for the system, its cache, and lessons that simulate more than what was measured.
SPARE = 0.25


def learners_that_fit(memory_mib: float, learner_mib: float = NURSERY_MIB) -> int:
    """How many learners may be there at once.

    Parameters
    ----------
    memory_mib : float
        Of the computer, or of what it may use.
    learner_mib : float
        For each of them.
    """
    return max(0, int((memory_mib * (1 - SPARE) - HUB_MIB) / learner_mib))


def memory_for(learners: int, learner_mib: float = NURSERY_MIB) -> float:
    """MiB of memory for so many learners at once: :func:`learners_that_fit` the other way round."""
    return (learners * learner_mib + HUB_MIB) / (1 - SPARE)


def learner_mib(immortal: bool) -> int:
    """MiB for each learner on the Python that runs now.

    Parameters
    ----------
    immortal : bool
        Whether the template's objects are to be made immortal, where this Python can.
    """
    return IMMORTAL_MIB if immortal and sys.version_info[:2] in ((3, 12), (3, 13)) else NURSERY_MIB


def memory_here() -> float:
    """MiB of memory that this computer has, or that its container may use."""
    import psutil

    bounds = [psutil.virtual_memory().total]
    for place in ("memory.max", "memory/memory.limit_in_bytes"):
        with contextlib.suppress(OSError, ValueError):  # "max", or no such group
            bounds.append(int(Path("/sys/fs/cgroup", place).read_text()))
    return min(bounds) / 2**20
