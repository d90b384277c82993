"""A way for every user to Python and to the class's folder, also where they lie in somebody's closed home.

Homes are closed to others on most systems today, and Python environments lie in them. In a view of the computer of the
server's own, such a home is covered by an empty folder with nothing in it but the ways to what is needed.
"""

from __future__ import annotations

import contextlib
import os
import socket
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from qtrain.classroom.errors import ClassroomError
from qtrain.kernels.confinement import calls

SHARED = ("/tmp", "/var/tmp", "/dev/shm")  # folders that all users write to
SOCKETS = "/run"  # where the computer's own services listen: for names, for printing, for its administration
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def needed() -> list[Path]:
    """Where Python, its packages, qtrain and the course lie."""
    from qtrain.course.course import find_root

    found = [Path(sys.prefix), Path(sys.base_prefix), Path(__file__).parents[2], find_root()]
    found += [Path(sys.executable).resolve().parent]
    found += [Path(path) for path in sys.path if path and os.path.isdir(path)]
    return list(dict.fromkeys(path.resolve() for path in found))


def closed(path: Path) -> Path | None:
    """The topmost folder on the way to `path` that not everybody may enter."""
    for folder in [*reversed(path.parents), path]:
        if not folder.stat().st_mode & 0o001:
            return folder
    return None


def open_ways(places: Iterable[Path], work: Path) -> list[Path]:
    """Move this process into a view of its own in which everybody can reach `places`; returns what had to be covered.

    Parameters
    ----------
    places : iterable of Path
        Existing folders.
    work : Path
        A folder for the time of the change.

    Raises
    ------
    ClassroomError
        When the system lets nobody change the view, and a place is closed; says which.
    """
    ways: dict[Path, list[Path]] = {}
    for place in sorted({path.resolve() for path in places}):
        if (cover := closed(place)) is not None and not any(
            place.is_relative_to(other) for other in ways.get(cover, ())
        ):
            ways.setdefault(cover, []).append(place)
    try:
        calls.unshare(calls.CLONE_NEWNS)
        calls.mount("none", "/", None, calls.MS_REC | calls.MS_PRIVATE)
    except OSError as error:
        if not ways:
            return []
        folders = ", ".join(f"{place} (closed: {cover})" for cover, below in ways.items() for place in below)
        raise ClassroomError(
            f"learners' programs have to reach {folders}, and this system lets us make no way ({error.strerror}): "
            "move it to a folder that everybody may enter, such as /opt or /srv"
        ) from None
    for cover, below in ways.items():
        _cover(cover, below, work)
    return list(ways)


def _cover(cover: Path, below: list[Path], work: Path) -> None:
    held = []
    for number, place in enumerate(below):
        aside = work / str(number)
        aside.mkdir(parents=True, exist_ok=True)
        calls.mount(str(place), str(aside), None, calls.MS_BIND | calls.MS_REC)
        held.append((aside, place))
    calls.mount("tmpfs", str(cover), "tmpfs", calls.MS_NOSUID | calls.MS_NODEV, "mode=755,size=1m")
    for aside, place in held:
        place.mkdir(parents=True, exist_ok=True)
        calls.mount(str(aside), str(place), None, calls.MS_MOVE)
        aside.rmdir()


def narrow_view(keep: list[Path], size: int) -> None:
    """A network with nothing but loopback, and no sight of others' processes or of folders that all users share.

    Parameters
    ----------
    keep : list of Path
        What stays in sight, though it may lie in such a folder.
    size : int
        Bytes for each of the empty folders that take their place.
    """
    import fcntl  # here: only POSIX systems have it, and every system imports this module

    calls.unshare(calls.CLONE_NEWNS | calls.CLONE_NEWNET | calls.CLONE_NEWIPC)
    os.umask(0o022)
    calls.mount("none", "/", None, calls.MS_REC | calls.MS_PRIVATE)
    for shared in filter(os.path.isdir, (*SHARED, SOCKETS)):
        held = [(os.open(path, os.O_PATH), path) for path in keep if path.is_relative_to(shared)]
        mode = "755" if shared == SOCKETS else "1777"
        calls.mount("tmpfs", shared, "tmpfs", calls.MS_NOSUID | calls.MS_NODEV, f"mode={mode},size={size}")
        for fd, path in held:
            path.mkdir(parents=True, exist_ok=True)
            calls.mount(f"/proc/self/fd/{fd}", str(path), None, calls.MS_BIND | calls.MS_REC)
            os.close(fd)
    calls.mount("proc", "/proc", "proc", calls.MS_NOSUID | calls.MS_NODEV | calls.MS_NOEXEC, "hidepid=2")
    name = b"lo".ljust(16, b"\0")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        flags = struct.unpack("16xH", fcntl.ioctl(probe, SIOCGIFFLAGS, name + bytes(16))[:18])[0]
        fcntl.ioctl(probe, SIOCSIFFLAGS, name + struct.pack("H", flags | IFF_UP) + bytes(14))


def can_fence() -> bool:
    """Whether this process may give others a view of the computer of their own: root's right to mount."""
    pid = os.fork()
    if pid == 0:
        status = 1
        with contextlib.suppress(BaseException):
            narrow_view([], 1 << 20)
            status = 0
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
