"""Resource limits of a process."""

from __future__ import annotations

import resource


def _set(kind: int, soft: int, hard: int | None = None) -> None:
    hard = soft if hard is None else hard
    _, highest = resource.getrlimit(kind)
    if highest != resource.RLIM_INFINITY:
        soft, hard = min(soft, highest), min(hard, highest)
    resource.setrlimit(kind, (soft, hard))


def address_space() -> int:
    """Bytes of address space that this process has now."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def apply(limits: dict) -> tuple[str, ...]:
    """Set the limits that are not None on this process; returns the names of the fences that they make."""
    fences = []
    _set(resource.RLIMIT_CORE, 0)
    if limits.get("memory") is not None:
        _set(resource.RLIMIT_AS, address_space() + int(limits["memory"]))
        fences.append("memory")
    if limits.get("cpu") is not None:
        seconds = max(1, round(limits["cpu"]))
        _set(resource.RLIMIT_CPU, seconds, seconds + 2)
        fences.append("cpu")
    if limits.get("files") is not None:
        _set(resource.RLIMIT_FSIZE, int(limits["files"]))
        _set(resource.RLIMIT_NOFILE, 512)
    return tuple(fences)
