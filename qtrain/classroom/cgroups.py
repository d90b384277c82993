"""What a learner's server and kernels may use together, by the system's control groups where it lets us make them.

Version 2 has one tree, version 1 a tree for each controller. Where there is neither, resource limits of each process
have to do: see `qtrain.classroom.nursery`.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
MIB = 1024 * 1024


@dataclass(frozen=True)
class Groups:
    """The group of a class's server, with one group below it for each learner.

    Attributes
    ----------
    version : int
        2, 1, or 0: there are none.
    trees : tuple of Path
        The class's group in each controller's tree.
    """

    version: int
    trees: tuple[Path, ...] = ()

    def enter(self, name: str, memory: int, processes: int) -> None:
        """Move this process into the group `name`, which is made when missing; `memory` in bytes."""
        for tree in self.trees:
            group = tree / name
            group.mkdir(exist_ok=True)
            for file, value in _limits(self.version, memory, processes):
                if (group / file).exists():
                    (group / file).write_text(str(value))
            (group / "cgroup.procs").write_text(str(os.getpid()))

    def remove(self) -> None:
        """Take the groups away; those in which something still runs after a second stay."""
        end = time.monotonic() + 1.0
        for group in [group for tree in self.trees for group in (*tree.glob("*/"), tree)]:
            while not _removed(group) and time.monotonic() < end:
                time.sleep(0.02)  # processes that were killed are on their way


def _removed(group: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        try:
            group.rmdir()
        except OSError:
            return False
    return True


def _limits(version: int, memory: int, processes: int) -> list[tuple[str, int]]:
    if version == 2:
        return [("memory.max", memory), ("memory.swap.max", 0), ("pids.max", processes)]
    return [("memory.limit_in_bytes", memory), ("pids.max", processes)]


def make(name: str, root: Path = ROOT) -> Groups:
    """Make the group of a class's server.

    Parameters
    ----------
    name : str
        Its name.
    root : Path
        Where the system has its control groups.

    Returns
    -------
    Groups
        Of version 0 where the system lets us make none.
    """
    with contextlib.suppress(OSError):
        return Groups(2, (_make_v2(root, name),))
    trees = []
    for controller, limit in (("memory", "memory.limit_in_bytes"), ("pids", "pids.max")):
        with contextlib.suppress(OSError):
            trees.append(_make_v1(root / controller, name, limit))
    return Groups(1, tuple(trees)) if trees else Groups(0)


def _make_v2(root: Path, name: str) -> Path:
    # A service of systemd's is given a part of the tree and may not leave it; elsewhere that part is the whole.
    own = Path("/proc/self/cgroup").read_text("utf-8").strip().rpartition("::")[2].lstrip("/")
    base = root / own
    if "memory" not in (base / "cgroup.controllers").read_text("utf-8").split():
        raise OSError("the memory controller is not ours to use")
    try:
        (base / "cgroup.subtree_control").write_text("+memory +pids")
    except OSError:  # a group has either processes or groups below it, but for the topmost one
        leaf = base / "supervisor"
        leaf.mkdir(exist_ok=True)
        for pid in (base / "cgroup.procs").read_text("utf-8").split():
            (leaf / "cgroup.procs").write_text(pid)
        (base / "cgroup.subtree_control").write_text("+memory +pids")
    group = base / name
    group.mkdir(exist_ok=True)
    (group / "cgroup.subtree_control").write_text("+memory +pids")
    return group


def _make_v1(tree: Path, name: str, limit: str) -> Path:
    group = tree / name
    group.mkdir(exist_ok=True)
    probe = group / "probe"
    probe.mkdir(exist_ok=True)
    (probe / limit).write_text(str(64 * MIB))
    probe.rmdir()
    return group
