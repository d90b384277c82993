"""What happens in a child right after the fork: become a process of its own, then a direct runner or a kernel."""

from __future__ import annotations

import atexit
import ctypes
import os
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable

from qtrain.kernels.policy import Request
from qtrain.kernels.protocol import SocketChannel, send_message

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def run(
    request: Request, fds: list[int], control: socket.socket, server: int, nursery=None, temporary: str | None = None
) -> None:
    """Be the child that `request` describes; returns when it is done. The arguments are those of `settle`."""
    started, rest = settle(request, fds, control, server, nursery, temporary)
    if request.kind == "direct":
        started()
        _be_direct(rest[0])
    else:
        from qtrain.kernels.kernel import be_kernel

        be_kernel(request, rest, started)


def settle(
    request: Request, fds: list[int], control: socket.socket, server: int, nursery=None, temporary: str | None = None
) -> tuple[Callable[[], None], list[int]]:
    """Become a process of its own, with what `request` says of output, environment, folder, limits and fences.

    Parameters
    ----------
    request : Request
        What was asked for.
    fds : list of int
        Standard output, standard error; a confined child's packed folder; a direct child's channel or a kernel's
        listening sockets, in the order of `qtrain.kernels.policy.CHANNELS`.
    control : socket
        Where the client is told that the child started.
    server : int
        The process to die with.
    nursery : qtrain.kernels.confinement.nursery.Nursery, optional
        What confines the child; the server has one where `request` asks for it.
    temporary : str, optional
        The child's own temporary folder.

    Returns
    -------
    started : callable
        Tells the client that the child started.
    rest : list of int
        The open files that the child keeps besides input and output.
    """
    os.setsid()
    _die_with(server)
    _reset_signals()
    out, err, *rest = fds
    capture = _capture() if request.kind == "direct" else out
    stdin = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((stdin, 0), (capture, 1), (capture if request.kind == "direct" else err, 2)):
        os.dup2(source, target)
    close_others({0, 1, 2, control.fileno(), *rest})
    if nursery:
        fences = nursery.enter(request, rest.pop(0), temporary)
    else:
        from qtrain.kernels.confinement.limits import apply

        _set_environment(request.environment)
        os.chdir(request.folder)
        fences = apply(request.limits)
    _reseed()

    def started() -> None:
        send_message(control, {"started": os.getpid(), "fences": fences})
        control.close()

    return started, rest


def leave(status: int) -> None:
    """End as an interpreter does, but without freeing memory that is shared with the server."""
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # an exit handler of the learner's: nothing is left that could be told of it
        status = status or 1
    finally:
        os._exit(status & 0xFF)


def _be_direct(channel: int) -> None:
    from qtrain.kernels import preload
    from qtrain.kernels.direct import Direct

    preload.use_one_thread()
    sys.path.append("")  # last: a `random.py` beside a notebook must not replace the library's
    Direct(SocketChannel(socket.socket(fileno=channel))).serve()


def _die_with(server: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)  # what it leaves behind stays below it, so all of it can be ended
    if os.getppid() not in (server, 0):  # 0: the server is outside this process's pid namespace
        os._exit(1)  # it died before the first line took effect


def let_go(keep: set[int]) -> None:
    """Keep nothing of the server's: neither what it does on signals nor its open files, but for input and output."""
    _reset_signals()
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    close_others({0, 1, 2, *keep})


def _reset_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _capture() -> int:
    from qtrain.kernels.shell import capture_file

    return capture_file()


def close_others(keep: set[int]) -> None:
    """Close every inherited file: the server's sockets and those of other clients."""
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        if fd not in keep:
            try:
                os.close(fd)
            except OSError:
                continue  # the one that listed the folder


def _set_environment(environment: dict) -> None:
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    tempfile.tempdir = None  # asked for again, now that TMPDIR is another


def _reseed() -> None:
    """Children must not draw each other's random numbers."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    threading.current_thread().name = "MainThread"
