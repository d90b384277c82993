"""What a child of the fork server may use and touch: plain values that travel to the server as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Upper bounds for one child. ``None`` leaves that one unbounded.

    Attributes
    ----------
    memory : int
        Bytes on top of what the warm process already occupies.
    cpu : float
        Seconds of processor time, each process counted by itself.
    wall : float
        Seconds from the start of the session to its end.
    output : int
        Bytes of output kept of one `Session.execute`; what is beyond is dropped and a line says so.
    processes : int
        Processes and threads at the same time.
    files : int
        Bytes in the scratch folder and the temporary folder together, and in one file.
    reply : int
        Bytes of one reply to `Session.request`.
    """

    memory: int | None = 1024 * MIB
    cpu: float | None = 60.0
    wall: float | None = 180.0
    output: int | None = 4 * MIB
    processes: int | None = 64
    files: int | None = 64 * MIB
    reply: int = 32 * MIB

    def to_data(self) -> dict:
        """The limits as a JSON-able dict."""
        return asdict(self)


UNLIMITED = Limits(memory=None, cpu=None, wall=None, output=None, processes=None, files=None)


@dataclass(frozen=True)
class Confinement:
    """How a child is fenced in.

    Attributes
    ----------
    required : bool
        Refuse to run unless every fence of `FENCES` holds.
    environment : dict
        Variables that the child sees besides the few that every confined child has.
    """

    required: bool = False
    environment: dict = field(default_factory=dict)

    def to_data(self) -> dict:
        """The confinement as a JSON-able dict."""
        return asdict(self)


# name: what it keeps out. `Session.fences` lists those that hold.
FENCES = {
    "network": "no network interface, not even the machine's own loopback",
    "files": "reads only Python, its packages and the system's libraries; writes only in its scratch folder",
    "processes": "sees and signals no other process; its own tree ends with it",
    "syscalls": "no sockets, tracing, mounting, key rings, io_uring or further namespaces",
    "memory": "a bound on memory",
    "cpu": "a bound on processor time",
    "count": "a bound on processes and threads",
    "disk": "a bound on what it writes",
}


def missing(fences, limits: Limits) -> list[str]:
    """The fences that ought to hold under these limits and are not among `fences`."""
    wanted = {"memory": limits.memory, "cpu": limits.cpu, "count": limits.processes, "disk": limits.files}
    return [name for name in FENCES if name not in fences and wanted.get(name, 0) is not None]


class KernelError(RuntimeError):
    """A child could not be started or used; the message says why in one sentence."""
