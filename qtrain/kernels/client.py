"""Find the fork server, start it where there is none, and ask it for a child."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from qtrain.kernels import fingerprint
from qtrain.kernels.policy import KernelError, Request
from qtrain.kernels.protocol import Closed, receive_message, send_message

ADDRESS = "QTRAIN_NURSERY"  # the variable with the socket of a classroom's own server of warm kernels
IDLE_S = 600.0
START_S = 120.0
# The server runs this very qtrain, wherever its client found it, and has no other folder on its path for that.
_ENTRY = """
import sys
sys.path[:] = [sys.argv[1], *filter(None, sys.path)]
from qtrain.kernels.__main__ import main
del sys.path[0]
sys.exit(main(sys.argv[2:]))
"""


def available() -> bool:
    """Whether this system forks safely. QTRAIN_KERNELS=ordinary says no, wherever it is set."""
    return sys.platform == "linux" and hasattr(os, "fork") and os.environ.get("QTRAIN_KERNELS") != "ordinary"


def folder() -> Path:
    """The private folder (mode 0700) of this user's servers."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    if not base or not os.access(base, os.W_OK) or len(base) > 44:  # a socket's path is at most 103 bytes
        base = tempfile.gettempdir() if len(tempfile.gettempdir()) <= 44 else "/tmp"
    path = Path(base) / f"qtrain-kernels-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    info = path.lstat()
    if not stat.S_ISDIR(info.st_mode) or info.st_uid != os.getuid() or info.st_mode & 0o077:
        raise KernelError(f"{path} is not a folder that only you can open: remove it and try again")
    return path


def connect(imports: tuple[str, ...] = ()) -> socket.socket:
    """A connection to the server for these imports, which is started if need be."""
    if not available():
        raise KernelError("there is no safe fork on this system")
    if address := os.environ.get(ADDRESS):
        if connection := _try(Path(address)):
            return connection
        raise KernelError("the class's nursery, which starts kernels, does not answer; it starts again by itself")
    home = folder()
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:  # the sources may change while a server starts
        key = fingerprint.key(imports)
        path = home / f"{key}.sock"
        if connection := _try(path):
            return connection
        with locked(home / "lock"):
            if connection := _try(path):
                return connection
            failed = _start(home, key, imports)
        if not failed:
            if connection := _try(path):
                return connection
        elif "changed while" not in failed:
            raise KernelError(f"the server of warm kernels did not start ({failed})")
        time.sleep(0.1)
    raise KernelError("the server of warm kernels did not start: the sources keep changing")


def _try(path: Path) -> socket.socket | None:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    try:
        connection.connect(str(path))
    except (FileNotFoundError, ConnectionRefusedError):
        connection.close()
        return None
    return connection


@contextlib.contextmanager
def locked(path: Path):
    """Within this, no other process is within it for the same file."""
    import fcntl

    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(home: Path, key: str, imports: tuple[str, ...]) -> str:
    idle = os.environ.get("QTRAIN_KERNELS_IDLE", str(IDLE_S))
    done = subprocess.run(
        [sys.executable, "-c", _ENTRY, fingerprint.package().parent, home, key, idle, *imports],
        env=fingerprint.server_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        timeout=START_S,
        check=False,
        cwd="/",
    )
    return "" if done.returncode == 0 else done.stderr.strip() or f"exit code {done.returncode}"


def _ask(connection: socket.socket, request: Request, fds) -> None:
    """Send a request; to a classroom's nursery in a file that only the child reads, so that no other learner's can."""
    if not os.environ.get(ADDRESS):
        send_message(connection, request.to_data(), fds)
        return
    sealed = seal(request)
    try:
        send_message(connection, {"kind": request.kind}, [*fds, sealed])
    finally:
        os.close(sealed)


def seal(request: Request) -> int:
    """A file without a name that holds the request; the caller closes it."""
    fd = os.memfd_create("request", os.MFD_CLOEXEC)
    with open(fd, "wb", closefd=False) as file:
        file.write(json.dumps(request.to_data()).encode())
    os.lseek(fd, 0, os.SEEK_SET)
    return fd


class _Gone(KernelError):
    """The server ended before it answered."""


class Child:
    """A child of the server, as its client sees it.

    Attributes
    ----------
    pid : int
        Its process number, in this process's namespace.
    fences : tuple of str
        What confines it.
    code : int or None
        Its exit code once it has ended; negative: the signal that ended it.
    reason : str
        Why the server ended it, if it did.
    """

    def __init__(self, connection: socket.socket, request: Request, fds, timeout: float = 60.0):
        self.connection = connection
        self.code: int | None = None
        self.reason = ""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        try:
            _ask(connection, request, fds)
            connection.settimeout(timeout)
            message, _, self.pid = receive_message(connection)
            connection.settimeout(None)
        except (Closed, OSError, ValueError) as error:
            connection.close()
            raise _Gone("the server of warm kernels ended while it made a child") from error
        if "started" not in message:
            connection.close()
            raise KernelError(f"a child did not start: {message.get('failed') or message.get('reason') or message}")
        self.fences = tuple(message["fences"])

    @classmethod
    def start(cls, request: Request, fds, imports: tuple[str, ...] = ()) -> Child:
        """Ask the server for these imports for a child.

        Parameters
        ----------
        request : Request
            What is asked for.
        fds : list of int
            The open files that go with it; see `qtrain.kernels.child.run`.
        imports : tuple of str
            Modules that the server has ready; empty: the course's own list.
        """
        try:
            return cls(connect(imports), request, fds)
        except _Gone:  # its idle time may have ended just then; another one starts
            return cls(connect(imports), request, fds)

    def fileno(self) -> int:
        return self.connection.fileno()

    def signal(self, number: int) -> None:
        """Send a signal to the child's process group."""
        if self.code is None:
            with contextlib.suppress(OSError):
                send_message(self.connection, {"signal": int(number)})

    def poll(self, timeout: float | None = 0.0) -> int | None:
        """The exit code, or None if the child still runs after `timeout` seconds (None: wait for ever)."""
        if self.code is None:
            self.connection.settimeout(timeout)
            try:
                message, _, _ = receive_message(self.connection)
                self.code, self.reason = message["exited"], message["reason"]
            except (TimeoutError, BlockingIOError):
                return None
            except (Closed, OSError, ValueError):
                self.code, self.reason = -9, "the server of warm kernels ended"
            self.connection.close()
        return self.code

    def close(self, timeout: float = 5.0) -> None:
        """End the child with all that it started."""
        self.signal(9)
        deadline = time.monotonic() + timeout
        while self.poll(max(0.0, deadline - time.monotonic())) is None and time.monotonic() < deadline:
            continue
        self.connection.close()
