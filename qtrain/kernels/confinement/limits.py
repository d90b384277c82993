"""Resource limits of a process, and what a tree of processes uses together."""

from __future__ import annotations

import contextlib
import ctypes
import os

from qtrain.kernels.policy import Limits

_ARENA_MAX = -8


def _set(kind: int, soft: int, hard: int | None = None) -> None:
    import resource  # here, as below: only POSIX systems have it, and every system imports this module

    hard = soft if hard is None else hard
    _, highest = resource.getrlimit(kind)
    if highest != resource.RLIM_INFINITY:
        soft, hard = min(soft, highest), min(hard, highest)
    resource.setrlimit(kind, (soft, hard))


def address_space() -> int:
    """Bytes of address space that this process has now."""
    import resource

    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def apply(limits: Limits, already: int = 0) -> tuple[str, ...]:
    """Set the limits that are not None on this process; returns the names of the fences that they make.

    Parameters
    ----------
    limits : Limits
        Which bounds; output, replies and wall time are the client's to keep.
    already : int
        How many processes the user has whom the system counts together with this one.
    """
    import resource

    fences = []
    _set(resource.RLIMIT_CORE, 0)
    if limits.memory is not None:
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 2)  # each thread's own heap would reserve 64 MB of address space
        _set(resource.RLIMIT_AS, address_space() + int(limits.memory))
        fences.append("memory")
    if limits.cpu is not None:
        seconds = max(1, round(limits.cpu))
        _set(resource.RLIMIT_CPU, seconds, seconds + 2)
        fences.append("cpu")
    if limits.files is not None:
        _set(resource.RLIMIT_FSIZE, int(limits.files))
        _set(resource.RLIMIT_NOFILE, 512)
    if limits.processes is not None:
        _set(resource.RLIMIT_NPROC, already + int(limits.processes))
        fences.append("count")
    return tuple(fences)


def count_own() -> int:
    """Processes and threads of this process's user."""
    total, uid = 0, os.getuid()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if os.stat(f"/proc/{pid}").st_uid == uid:
                total += len(os.listdir(f"/proc/{pid}/task"))
    return total


def _memory(pid: int) -> tuple[int, int]:
    """Bytes of anonymous memory that the process has resident, and its part of what is shared and in no file."""
    with open(f"/proc/{pid}/status") as file:
        found = dict(line.split(":", 1) for line in file)
    anonymous, shared = (int(found.get(name, "0").split()[0]) for name in ("RssAnon", "RssShmem"))
    if shared:  # several processes map the same pages, and each is charged its part
        with open(f"/proc/{pid}/smaps_rollup") as file:
            rollup = dict(line.split(":", 1) for line in file if line.startswith("Pss_"))
        shared = int(rollup["Pss_Shmem"].split()[0]) if "Pss_Shmem" in rollup else shared
    return anonymous * 1024, shared * 1024


class Tree:
    """The processes that this one sees, by their parents, as they are now."""

    def __init__(self):
        self._children: dict[int, list[int]] = {}
        for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
            with contextlib.suppress(OSError, ValueError, IndexError):
                with open(f"/proc/{pid}/stat") as file:
                    parent = int(file.read().rpartition(")")[2].split()[1])
                self._children.setdefault(parent, []).append(pid)
        self._template, _ = _memory(os.getpid())

    def below(self, pid: int):
        """Yield the process and all that descend from it."""
        waiting = [pid]
        while waiting:
            yield waiting[-1]
            waiting += self._children.get(waiting.pop(), ())

    def count(self, pid: int) -> int:
        """How many processes there are below and with `pid`."""
        return sum(1 for _ in self.below(pid))

    def memory(self, pid: int) -> int:
        """Bytes that they hold over what each shares with the template."""
        total = 0
        for member in self.below(pid):
            with contextlib.suppress(OSError, ValueError, IndexError):
                anonymous, shared = _memory(member)
                total += max(0, anonymous - self._template) + shared
        return total


def disk_use(folder: str) -> int:
    """Bytes in the files below `folder`."""
    total = 0
    for parent, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(parent, name)).st_size
    return total
