"""The fork server: a process with everything imported that forks a child for each request, and ends it with its client.

One connection is one child. The first message on it is the request; after that the client may send signals, and closing
the connection kills the child and all it started. The server answers with the child's start and its exit code.

Whatever one client, its messages or its child do, the others go on: what fails for a connection ends that connection.
"""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import shutil
import signal
import socket
import tempfile
import time
import traceback
from dataclasses import dataclass

from qtrain.kernels.policy import Request
from qtrain.kernels.protocol import AT_ONCE, Closed, close_all, receive_message, send_message

TICK = 0.25
SILENCE_S = 30.0
MAX_FDS = 12
ENDS = 64  # so many ends are seen to before others are heard


@dataclass
class Running:
    """A child that runs, and the connection of the client it serves."""

    pid: int
    control: socket.socket
    temporary: str | None
    request: Request
    reason: str = ""


class NotSafe(RuntimeError):
    """Forking now would give children that hang."""


def threads() -> int:
    """How many threads this process has."""
    return len(os.listdir("/proc/self/task"))


class Forks:
    """Forks children for requests, and sees to it that each ends with its client.

    Parameters
    ----------
    nursery : qtrain.kernels.confinement.nursery.Nursery, optional
        Confines the children.
    """

    def __init__(self, nursery=None):
        self._nursery = nursery
        self._children: dict[int, Running] = {}
        self._selector = selectors.DefaultSelector()
        self._pid = os.getpid()
        self._wake, self._waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._watch(self._wake, self._reap)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Run until there is nothing left to do."""
        while not self._done():
            for key, _ in self._selector.select(TICK if self._children else 5.0):
                if self._selector.get_map().get(key.fd) is key:  # else what came before it in this round closed it
                    self._go_on_after(key.data, key.fileobj)
            self._go_on_after(self._look_around)

    def _go_on_after(self, callback, source=None) -> None:
        """Call `callback`; if it fails, the reason is in the log, and the connection it was about ends."""
        try:
            callback()
        except Exception:
            traceback.print_exc()
            if isinstance(source, socket.socket):
                self._drop(source)
            else:
                time.sleep(TICK)  # what is left to do comes up again

    def _done(self) -> bool:
        return False

    def _look_around(self) -> None:
        """Called after each round of events, and at least every few seconds."""

    def _watch(self, source, callback) -> None:
        self._selector.register(source, selectors.EVENT_READ, callback)

    def _forget(self, source: socket.socket) -> None:
        """Stop waiting for a connection, if it is waited for, and close it."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(source)
        source.close()

    def _drop(self, source: socket.socket) -> None:
        """End a connection and the child that it stands for."""
        self._forget(source)
        for child in self._children.values():
            if child.control is source:
                self._kill(child, "")

    def _begin(self, control: socket.socket, request: Request, fds: list[int]) -> bool:
        """Make the child that was asked for; the client is told where that fails."""
        try:
            child = self._fork(control, request, fds)
        except Exception as error:
            tell(control, {"failed": str(error)})
            control.close()
            return False
        finally:
            close_all(fds)
        self._children[child.pid] = child
        self._watch(control, lambda: self._hear(child))
        return True

    def _check_threads(self) -> None:
        count = threads()
        if count != 1:
            raise NotSafe(f"the server has {count} threads: a child could wait for ever for a lock that one holds")

    def _fork(self, control: socket.socket, request: Request, fds: list[int]) -> Running:
        self._check_threads()
        if self._nursery:
            temporary = self._nursery.prepare()
        else:
            temporary = tempfile.mkdtemp(prefix="qtrain-", dir=request.environment.get("TMPDIR"))
            request.environment["TMPDIR"] = temporary
        try:
            pid = self._nursery.fork() if self._nursery else os.fork()
        except OSError:
            _remove(temporary)
            raise
        if pid == 0:
            self._be_child(control, request, fds, temporary)
        return Running(pid, control, temporary, request)

    def _run_child(self, control: socket.socket, request: Request, fds: list[int], temporary: str | None) -> None:
        """In the child: be what was asked for."""
        from qtrain.kernels import child

        child.run(request, fds, control, self._pid, self._nursery, temporary)

    def _be_child(self, control: socket.socket, request: Request, fds: list[int], temporary: str | None) -> None:
        from qtrain.kernels import child

        status = 1
        try:
            self._run_child(control, request, fds, temporary)
            status = 0
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else int(error.code is not None)
        except BaseException as error:  # nothing of the server may run on in a child, whatever happened
            with contextlib.suppress(BaseException):
                send_message(control, {"failed": f"{type(error).__name__}: {error}"})
        finally:
            child.leave(status)

    def _hear(self, child: Running) -> None:
        """A message from a client, or its end."""
        try:
            message, fds, _ = receive_message(child.control, flags=AT_ONCE)
            close_all(fds)
            number = message["signal"] if isinstance(message, dict) else None
        except (Closed, KeyError, OSError, ValueError):
            number = None
        if isinstance(number, int) and number in signal.valid_signals():
            self._signal(child, number)
        else:
            self._drop(child.control)

    def _signal(self, child: Running, number: int) -> None:
        if child.pid in self._children:  # not reaped yet, so the number can't belong to another process
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, number)
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, number)

    def _kill(self, child: Running, reason: str) -> None:
        child.reason = child.reason or reason
        self._signal(child, signal.SIGKILL)

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 4096)
        with contextlib.suppress(ChildProcessError):
            for _ in range(ENDS):
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
                if ended is None:
                    return
                pid = ended.si_pid
                child = self._children.pop(pid, None)
                if child:  # before its number is free again
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.killpg(pid, signal.SIGKILL)
                status = os.waitpid(pid, 0)[1]
                if child:
                    self._ended(child, os.waitstatus_to_exitcode(status))
                else:
                    self._other_ended(pid)
                self._kill_orphans()
            with contextlib.suppress(BlockingIOError):
                os.write(self._waker, b"\0")  # the rest in the next round: a child can have others end without end

    def _ended(self, child: Running, code: int) -> None:
        tell(child.control, {"exited": code, "reason": child.reason})
        self._forget(child.control)
        _remove(child.temporary)

    def _other_ended(self, pid: int) -> None:
        """A process that is not a client's child has ended."""

    def _kill_orphans(self, spared: int = 0) -> None:
        """End what a dead child left behind: a live one keeps its orphans, so any here have lost theirs."""
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            for pid in map(int, file.read().split()):
                if pid not in self._children and pid != spared:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)


class Accepting(Forks):
    """Accepts connections on a socket and takes the request that each begins with.

    Parameters
    ----------
    path : str
        The socket's; it is there as long as connections are accepted.
    mode : int
        Who may connect, as permissions of the socket's file.
    """

    def __init__(self, path: str, mode: int = 0o600):
        super().__init__()
        self._path = path
        self._silent: dict[socket.socket, float] = {}  # connected, and asked for nothing yet
        self._accepts = True
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.setblocking(False)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)
        self._listener.bind(path)
        os.chmod(path, mode)
        self._listener.listen(128)
        self._watch(self._listener, self._accept)

    def _look_around(self) -> None:
        now = time.monotonic()
        for control, since in list(self._silent.items()):
            if now - since > SILENCE_S:
                self._drop(control)

    def _drop(self, source: socket.socket) -> None:
        self._silent.pop(source, None)
        super()._drop(source)

    def _accept(self) -> None:
        try:
            control, _ = self._listener.accept()
        except OSError as error:
            if not self._accepts:
                raise
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):  # until some are closed
                time.sleep(TICK)
            return
        control.setblocking(False)
        if not self._welcome(control):
            control.close()
            return
        self._silent[control] = time.monotonic()
        self._watch(control, lambda: self._take(control))

    def _welcome(self, control: socket.socket) -> bool:
        """Whether who has connected may ask for something."""
        return True

    def _take(self, control: socket.socket) -> None:
        """The first message of a connection."""
        self._selector.unregister(control)
        del self._silent[control]
        fds: list[int] = []
        try:
            data, fds, _ = receive_message(control, MAX_FDS, AT_ONCE)
            request = self._asked(control, data)
        except (Closed, OSError, ValueError) as error:
            close_all(fds)
            tell(control, {"failed": str(error)})
            control.close()
            return
        self._admit(control, request, fds)

    def _asked(self, control: socket.socket, data) -> Request:
        """The request in a first message; `ValueError` or `PermissionError` where it is refused."""
        return Request.from_data(data)

    def _admit(self, control: socket.socket, request: Request, fds: list[int]) -> None:
        """Do what was asked for."""
        self._begin(control, request, fds)


class Server(Accepting):
    """Accepts requests until idle or stale, and hands those for confined children to the nursery.

    Parameters
    ----------
    path : str
        The socket's; it is there as long as the server accepts.
    idle : float
        Seconds without a child after which the server ends.
    stale : callable
        Whether the server should end as soon as it has no child.
    confined : socket
        Where requests for confined children go.
    nursery_pid : int
        The process that takes them.
    """

    def __init__(self, path: str, *, idle: float, stale, confined: socket.socket, nursery_pid: int):
        super().__init__(path)
        self._idle, self._stale = idle, stale
        self._confined, self._nursery_pid, self._handed = confined, nursery_pid, 0
        self._last = self._checked = time.monotonic()
        self._watch(confined, self._handed_back)

    def _done(self) -> bool:
        return not (self._accepts or self._children or self._handed or self._silent)

    def _look_around(self) -> None:
        super()._look_around()
        now = time.monotonic()
        if self._accepts and not (self._children or self._handed or self._silent):
            if now - self._last > self._idle or (now - self._checked > 5.0 and self._is_stale()):
                self.retire()
        if now - self._checked > 5.0 or self._children:
            self._checked = now

    def _is_stale(self) -> bool:
        try:
            return self._stale()
        except OSError:  # what it looks at is being changed
            return True

    def retire(self) -> None:
        """Leave the place to another server: accept nobody any more, and end with the last child."""
        if not self._accepts:
            return
        self._accepts = False
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path)
        with contextlib.suppress(OSError):
            while True:  # those who connected before the socket was gone
                self._accept()
        self._forget(self._listener)

    def _drop(self, source: socket.socket) -> None:
        if source is self._listener:
            self.retire()
        elif source is self._confined:
            self._lose_nursery()
        else:
            super()._drop(source)

    def _accept(self) -> None:
        super()._accept()
        self._last = time.monotonic()

    def _admit(self, control: socket.socket, request: Request, fds: list[int]) -> None:
        if request.confined:
            self._hand_over(control, request, fds)
        else:
            self._begin(control, request, fds)

    def _hand_over(self, control: socket.socket, request: Request, fds: list[int]) -> None:
        """Let the nursery make the child; the client's connection goes along."""
        try:
            send_message(self._confined, request.to_data(), [control.fileno(), *fds])
            self._handed += 1
        except OSError as error:
            tell(control, {"failed": f"no confined child: {error}"})
        finally:
            control.close()
            close_all(fds)

    def _handed_back(self) -> None:
        """A confined child has ended, or the nursery has."""
        try:
            receive_message(self._confined)
            self._handed -= 1
            self._last = time.monotonic()
        except (Closed, OSError):
            self._lose_nursery()

    def _lose_nursery(self) -> None:
        self._handed = 0
        self._forget(self._confined)
        self.retire()  # the next client starts a server anew

    def _ended(self, child: Running, code: int) -> None:
        self._last = time.monotonic()
        super()._ended(child, code)

    def _other_ended(self, pid: int) -> None:
        if pid == self._nursery_pid:
            self._nursery_pid = 0
            self._lose_nursery()

    def _kill_orphans(self, spared: int = 0) -> None:
        super()._kill_orphans(self._nursery_pid)


class ConfinedForks(Forks):
    """Makes the confined children, in the nursery, from requests that the server hands over with their connections."""

    def __init__(self, requests: socket.socket, nursery):
        super().__init__(nursery)
        self._requests = requests
        self._watched = time.monotonic()
        self._watch(requests, self._take)

    def _take(self) -> None:
        try:
            data, (fd, *fds), _ = receive_message(self._requests, MAX_FDS + 1)
        except (Closed, ConnectionResetError):
            raise SystemExit(0) from None  # the server has ended
        except ValueError:  # too many files were open to take those of the request
            self._give_back()
            return
        if not self._begin(socket.socket(fileno=fd), Request.from_data(data), fds):
            self._give_back()

    def _give_back(self) -> None:
        send_message(self._requests, {"ended": True})

    def _ended(self, child: Running, code: int) -> None:
        super()._ended(child, code)
        self._give_back()

    def _look_around(self) -> None:
        now = time.monotonic()
        if self._children and now - self._watched >= TICK:
            self._nursery.watch(list(self._children.values()), self._kill)
            self._watched = now


def tell(control: socket.socket, message: dict) -> None:
    """Send a client what it waits for, if it is still there."""
    with contextlib.suppress(OSError):
        send_message(control, message, flags=AT_ONCE)


def _remove(folder: str | None) -> None:
    if folder:
        shutil.rmtree(folder, ignore_errors=True)
