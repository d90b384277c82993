"""The fork server: a process with everything imported that forks a child for each request, and ends it with its client.

One connection is one child. The first message on it is the request; after that the client may send signals, and closing
the connection kills the child and all it started. The server answers with the child's start and its exit code.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import socket
import tempfile
import time
from dataclasses import dataclass, field

from qtrain.kernels.protocol import Closed, TooLong, close_all, receive_message, send_message

TICK = 0.25


@dataclass
class Child:
    """A running child and the connection of the client it serves."""

    pid: int
    control: socket.socket
    temporary: str | None
    limits: dict = field(default_factory=dict)
    reason: str = ""


class NotSafe(RuntimeError):
    """Forking now would give children that hang."""


def threads() -> int:
    """How many threads this process has."""
    return len(os.listdir("/proc/self/task"))


class Server:
    """Accepts requests on `listener` until idle for `idle` seconds or until `stale()`.

    Parameters
    ----------
    listener : socket
        Listens; or, with `handed_over`, a connected socket over which accepted connections arrive.
    idle : float
        Seconds without a child after which the server ends.
    stale : callable, optional
        Whether the server should end as soon as it has no child.
    nursery : Server-side confinement, optional
        Confines the children of this server.
    """

    def __init__(self, listener: socket.socket, *, idle: float, stale=lambda: False, nursery=None, handed_over=False):
        self._listener, self._idle, self._stale = listener, idle, stale
        self._nursery, self._handed_over = nursery, handed_over
        self.confined: socket.socket | None = None  # where requests for confined children go
        self._nursery_pid, self._handed = 0, 0
        self._children: dict[int, Child] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ, self._accept)
        self._pid = os.getpid()
        self._last = time.monotonic()
        self._wake, wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._wake, selectors.EVENT_READ, self._reap)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def hand_confined_to(self, confined: socket.socket, pid: int) -> None:
        """Let the process `pid` make the confined children."""
        self.confined, self._nursery_pid = confined, pid
        self._selector.register(confined, selectors.EVENT_READ, self._handed_back)

    def _handed_back(self, confined) -> None:
        with contextlib.suppress(Closed, OSError):
            receive_message(confined)
            self._handed -= 1
            self._last = time.monotonic()
            return
        self._selector.unregister(confined)

    def serve(self) -> None:
        """Run until idle or stale."""
        checked = time.monotonic()
        while True:
            for key, _ in self._selector.select(TICK if self._children else 5.0):
                key.data(key.fileobj)
            now = time.monotonic()
            if self._nursery is not None and self._children and now - checked >= TICK:
                self._nursery.watch(self._children, self._kill)
            if not self._children and not self._handed and not self._handed_over:
                if now - self._last > self._idle or (now - checked > 5.0 and self._stale()):
                    return
            if now - checked > 5.0 or self._children:
                checked = now

    def _accept(self, listener) -> None:
        if self._handed_over:
            try:
                request, (fd, *fds), _ = receive_message(listener, max_fds=9)
            except (Closed, ConnectionResetError):
                raise SystemExit(0) from None
            self._begin(socket.socket(fileno=fd), request, fds)
            return
        control, _ = listener.accept()
        control.settimeout(5.0)
        try:
            request, fds, _ = receive_message(control)
        except (Closed, TooLong, OSError, ValueError):
            control.close()
            return
        control.settimeout(None)
        if request.get("confinement") is None:
            self._begin(control, request, fds)
        else:
            self._hand_over(control, request, fds)

    def _hand_over(self, control: socket.socket, request: dict, fds: list[int]) -> None:
        """Let the nursery make the child; the client's connection goes along."""
        try:
            if self.confined is None:
                raise OSError("the process that makes confined children has ended")
            send_message(self.confined, request, [control.fileno(), *fds])
            self._handed += 1
        except OSError as error:
            with contextlib.suppress(OSError):
                send_message(control, {"failed": str(error)})
        finally:
            control.close()
            close_all(fds)

    def _begin(self, control: socket.socket, request: dict, fds: list[int]) -> None:
        self._last = time.monotonic()
        try:
            child = self._fork(control, request, fds)
        except (NotSafe, OSError) as error:
            with contextlib.suppress(OSError):
                send_message(control, {"failed": str(error)})
            control.close()
            if self._handed_over:
                send_message(self._listener, {"ended": 0})
        else:
            self._children[child.pid] = child
            self._selector.register(control, selectors.EVENT_READ, lambda _: self._hear(child))
        finally:
            close_all(fds)

    def _fork(self, control: socket.socket, request: dict, fds: list[int]) -> Child:
        count = threads()
        if count != 1:
            raise NotSafe(f"the server has {count} threads: a child could wait for ever for a lock that one holds")
        if self._nursery:
            temporary = self._nursery.prepare()
        else:
            temporary = tempfile.mkdtemp(prefix="qtrain-", dir=request["environment"].get("TMPDIR"))
            request["environment"]["TMPDIR"] = temporary
        pid = self._nursery.fork() if self._nursery else os.fork()
        if pid == 0:
            self._be_child(control, request, fds, temporary)
        return Child(pid, control, temporary, request.get("limits") or {})

    def _be_child(self, control: socket.socket, request: dict, fds: list[int], temporary: str | None) -> None:
        from qtrain.kernels import child

        status = 1
        try:
            child.run(request, fds, control, self._pid, self._nursery, temporary)
            status = 0
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        except BaseException as error:  # nothing of the server may run on in a child, whatever happened
            with contextlib.suppress(BaseException):
                send_message(control, {"failed": f"{type(error).__name__}: {error}"})
        finally:
            child.leave(status)

    def _hear(self, child: Child) -> None:
        """A message from a client, or its end."""
        try:
            message, fds, _ = receive_message(child.control)
            close_all(fds)
            self._signal(child, message["signal"])
        except (Closed, TooLong, OSError, ValueError, KeyError):
            self._selector.unregister(child.control)
            self._kill(child, "")

    def _signal(self, child: Child, number: int) -> None:
        if child.pid in self._children:  # not reaped yet, so the number can't belong to another process
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, number)
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, number)

    def _kill(self, child: Child, reason: str) -> None:
        child.reason = child.reason or reason
        self._signal(child, signal.SIGKILL)

    def _reap(self, _) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 4096)
        with contextlib.suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                pid = ended.si_pid
                child = self._children.pop(pid, None)
                if child:  # before its number is free again
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(pid, signal.SIGKILL)
                status = os.waitpid(pid, 0)[1]
                if child:
                    self._end(child, os.waitstatus_to_exitcode(status))
                if pid == self._nursery_pid:
                    self.confined, self._idle = None, 0.0  # the next client starts a server anew
                self._kill_orphans()

    def _end(self, child: Child, code: int) -> None:
        self._last = time.monotonic()
        with contextlib.suppress(KeyError):
            self._selector.unregister(child.control)
        with contextlib.suppress(OSError):
            send_message(child.control, {"exited": code, "reason": child.reason})
        child.control.close()
        if self._handed_over:
            send_message(self._listener, {"ended": child.pid})
        if child.temporary:
            shutil.rmtree(child.temporary, ignore_errors=True)

    def _kill_orphans(self) -> None:
        """End what a dead child left behind: a live one keeps its orphans, so any here have lost theirs."""
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            for pid in map(int, file.read().split()):
                if pid not in self._children and pid != self._nursery_pid:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
