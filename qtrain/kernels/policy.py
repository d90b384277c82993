"""What a client asks of the fork server, and what the child may use and touch: plain values that travel as JSON."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, fields

MIB = 1024 * 1024
CHANNELS = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")  # a Jupyter kernel's sockets


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

    @classmethod
    def from_data(cls, data: dict) -> Limits:
        """The limits that a JSON-able dict holds; `ValueError` where it isn't one of numbers."""
        for name, value in _only_fields(cls, data).items():
            number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if value is not None and not (number and math.isfinite(value) and value >= 0):
                raise ValueError(f"the limit {name!r} is {value!r}, not a number or null")
        return cls(**data)


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


@dataclass(frozen=True)
class Request:
    """One child, as a client asks for it. Open files go with it: see `qtrain.kernels.child.run`.

    Attributes
    ----------
    kind : str
        "direct" (cells over a channel), "kernel" (Jupyter's protocol) or "server" (a learner's, of a classroom).
    folder : str
        Where an unconfined child works.
    environment : dict of str
        All its variables; of a confined child those besides the few that each has.
    limits : Limits
        What it may use.
    confined : bool
        Whether it is fenced in.
    arguments : tuple of str
        A kernel's command line, without the program.
    connection : dict
        What a kernel's connection file says; a confined one can't read the file.
    """

    kind: str
    folder: str
    environment: dict
    limits: Limits
    confined: bool = False
    arguments: tuple[str, ...] = ()
    connection: dict = field(default_factory=dict)

    def to_data(self) -> dict:
        """The request as a JSON-able dict."""
        return asdict(self)

    @classmethod
    def from_data(cls, data) -> Request:
        """The request that a JSON-able dict holds; `ValueError` says what is wrong with another."""
        data = _only_fields(cls, data)
        for name, kind in (("folder", str), ("environment", dict), ("confined", bool), ("connection", dict)):
            if not isinstance(data.get(name, kind()), kind):
                raise ValueError(f"{name!r} in the request is not of the type {kind.__name__}")
        if data.get("kind") not in ("direct", "kernel", "server") or "folder" not in data:
            raise ValueError("a request names its kind ('direct', 'kernel' or 'server') and its folder")
        environment, arguments = data.get("environment", {}), data.get("arguments", [])
        texts = [data["folder"], *environment, *environment.values(), *(arguments if type(arguments) is list else [0])]
        if not all(isinstance(text, str) and "\0" not in text for text in texts):
            raise ValueError("a request's folder, variables and arguments are texts without NUL")
        limits = Limits.from_data(data.get("limits", {}))
        return cls(**data | {"environment": environment, "limits": limits, "arguments": tuple(arguments)})


def _only_fields(cls: type, data) -> dict:
    names = {f.name for f in fields(cls)}
    if not isinstance(data, dict) or not names.issuperset(data):
        raise ValueError(f"a {cls.__name__.lower()} holds {', '.join(sorted(names))}, nothing else")
    return data


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
