"""The server's entry, with the arguments FOLDER KEY IDLE IMPORTS...; started by `qtrain.kernels.client`.

It returns when the server, now a daemon, accepts connections, or fails with the reason on standard error.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from pathlib import Path

from qtrain.kernels.fingerprint import key


def main(argv: list[str]) -> int:
    """Become a daemon; 0 once it is ready."""
    folder, expected, idle, *imports = argv
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        said = os.read(reader, 4096).decode(errors="replace")
        if said != "ready":
            print(said or "the server ended while it started", file=sys.stderr)
        return said != "ready"
    os.close(reader)
    os.setsid()
    if os.fork():
        os._exit(0)
    status = 1
    try:
        _daemon(Path(folder), expected, float(idle), tuple(imports), writer)
        status = 0
    except SystemExit:
        status = 0
    except BaseException as error:  # the reason goes to the client that waits; there is nobody else to tell
        with contextlib.suppress(OSError):
            os.write(writer, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(status)


def _daemon(folder: Path, expected: str, idle: float, imports: tuple[str, ...], ready: int) -> None:
    from qtrain.kernels import preload
    from qtrain.kernels.confinement.nursery import start
    from qtrain.kernels.server import Server

    os.chdir("/")
    environment = dict(os.environ)  # imports change it: Matplotlib does where there is no home
    null, log = os.open(os.devnull, os.O_RDWR), os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for source, target in ((null, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    _check(imports, expected, environment)
    missing = preload.warm(imports or preload.IMPORTS)
    if missing:
        print("not installed or not importable, so not warm:", *missing, flush=True)
    _check(imports, expected, environment)
    ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER: orphans of dead children come here to be ended
    confined, nursery = start(folder, _serve_confined)
    server = Server(
        str(folder / f"{expected}.sock"),
        idle=idle,
        stale=lambda: key(imports, environment) != expected,
        confined=confined,
        nursery_pid=nursery,
    )
    os.write(ready, b"ready")
    os.close(ready)
    try:
        server.serve()
    finally:
        server.retire()


def _check(imports: tuple[str, ...], expected: str, environment: dict) -> None:
    if key(imports, environment) != expected:
        raise RuntimeError("the environment or qtrain changed while it started")


def _serve_confined(requests, nursery) -> None:
    from qtrain.kernels.server import ConfinedForks

    ConfinedForks(requests, nursery).serve()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
