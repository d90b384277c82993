"""The one part of a class's server that is root: imports everything once, forks each learner's server and kernels.

Who asks is told by the system (SO_PEERCRED), never by the message: a learner's server gets kernels as that learner,
and the hub's user alone may ask for a learner's server. The first message says no more than what kind of child it shall
be, and for whom; the rest lies in a file that only the child reads, and only after it has given up root. So nothing of
a client's is interpreted by root, and this process's memory, which every child inherits, holds no token of anybody's.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import stat
import struct
import traceback
from dataclasses import dataclass, replace
from pathlib import Path

from qtrain.address_grammars import without_address_grammars
from qtrain.classroom import reach
from qtrain.classroom.cgroups import Groups
from qtrain.classroom.settings import SPAN
from qtrain.kernels import child
from qtrain.kernels.confinement import calls
from qtrain.kernels.confinement.limits import address_space
from qtrain.kernels.policy import UNLIMITED, Request
from qtrain.kernels.protocol import MAX_REQUEST, close_all
from qtrain.kernels.server import Accepting, Running, tell

PROCESSES, OPEN_FILES, FILE_BYTES = 256, 4096, 1 << 30  # of one learner, of one process, of one file
RATHER = {"server": 300, "kernel": 600}  # oom_score_adj: when memory ends, rather a kernel than a server than the hub
CONNECTIONS = 64  # of one learner's at a time, each of which may be a kernel
HURRY_S = 0.002


@dataclass(frozen=True)
class Learner:
    """A learner as the nursery knows them: number, user number, and the name of their home, "" where none is needed."""

    number: int
    uid: int
    home: str = ""


class Nursery(Accepting):
    """Forks learners' servers and kernels.

    Parameters
    ----------
    run, homes : Path
        Where the sockets lie; where the learners' folders lie. Both are root's.
    first_uid : int
        Below the class's user numbers.
    groups : Groups
        Control groups for what a learner uses.
    memory : int
        Bytes that a learner's server and kernels may use together.
    course : dict
        The learner's copy of the course: paths and contents.
    fenced : bool
        Whether children get a view of the computer of their own, which takes the right to mount.
    """

    def __init__(
        self,
        run: Path,
        homes: Path,
        first_uid: int,
        groups: Groups,
        memory: int,
        course: dict[str, bytes],
        fenced: bool = True,
    ):
        learners = run / "learners"
        learners.mkdir(exist_ok=True)
        learners.chmod(0o711)  # each learner enters their own folder below, and nobody lists them
        super().__init__(str(run / "nursery.sock"), 0o666)
        self._run, self._homes, self._groups, self._memory, self._course = run, homes, groups, memory, course
        self._fenced, self._first, self._hub = fenced, first_uid, first_uid + SPAN - 1
        self._learner = Learner(0, 0)
        self._open: dict[int, list[socket.socket]] = {}  # each user's connections
        signal.signal(signal.SIGALRM, lambda *_: None)
        self._keep = [*reach.needed(), run, homes]

    def _go_on_after(self, callback, source=None) -> None:
        """To close what a client sent may take as long as the client likes (SO_LINGER), but for a signal."""
        _hurry(HURRY_S)
        try:
            super()._go_on_after(callback, source)
        finally:
            _hurry(0)

    def _welcome(self, control: socket.socket) -> bool:
        """Nobody takes all open files or processes that there are, also not by asking for kernels without end."""
        uid = _user(control)
        own = self._open[uid] = [one for one in self._open.get(uid, ()) if one.fileno() >= 0]
        own.append(control)
        return uid in (0, self._hub) or len(own) <= CONNECTIONS

    def _asked(self, control: socket.socket, data) -> Request:
        """Who the child will be is settled here; what it shall do is in a file that goes along, unread."""
        uid = _user(control)
        kind = data.get("kind") if isinstance(data, dict) else None
        if kind == "kernel" and self._first < uid < self._hub:
            self._learner = Learner(uid - self._first, uid)
        elif kind == "server" and uid == self._hub:
            number = _whole(data, "number", 1, SPAN - 2)
            self._learner = Learner(number, self._first + number, _name(data.get("home")))
        elif kind == "signal" and uid == self._hub:
            return Request(kind, "", {}, UNLIMITED, connection=data)
        else:
            raise PermissionError(f"user {uid} may not ask for that")
        return Request(kind, "", {}, UNLIMITED)

    def _admit(self, control: socket.socket, request: Request, fds: list[int]) -> None:
        if request.kind == "signal":
            self._signal_server(control, request.connection)
            close_all(fds)
        else:
            self._begin(control, request, fds)

    def _signal_server(self, control: socket.socket, data: dict) -> None:
        """Of the hub, which may have been started anew since it asked for this server."""
        number = data.get("signal")
        running = self._children.get(data.get("pid", 0))
        if running is not None and running.request.kind != "server":
            running = None
        if running is not None and number in signal.valid_signals():
            self._signal(running, number)
        tell(control, {"alive": running is not None})
        control.close()

    def _fork(self, control: socket.socket, request: Request, fds: list[int]) -> Running:
        self._check_threads()
        _hurry(0)  # a fork that a signal comes to begins again
        try:
            pid = os.fork()
            if pid == 0:
                self._be_child(control, request, fds, None)
        finally:
            _hurry(HURRY_S)
        return Running(pid, control, None, request)

    def _drop(self, source: socket.socket) -> None:
        """A server goes on without the hub that asked for it; a kernel ends with its server."""
        if any(one.control is source and one.request.kind == "server" for one in self._children.values()):
            self._forget(source)
        else:
            super()._drop(source)

    def _ended(self, running: Running, code: int) -> None:
        if code not in (0, -signal.SIGKILL, -signal.SIGTERM):
            print(f"a {running.request.kind} (process {running.pid}) ended with {code}", flush=True)
        super()._ended(running, code)

    def _run_child(self, control: socket.socket, request: Request, fds: list[int], temporary: str | None) -> None:
        learner = self._learner
        # Before it is the learner's, who may look into it: others' connections and the door itself are among the files.
        child.let_go({control.fileno(), *fds})
        runtime = self._become(learner, request.kind)
        # From here on this process is the learner's.
        *files, sealed = fds
        with open(sealed, "rb") as file:
            request = Request.from_data(json.loads(file.read(MAX_REQUEST)))
        if request.kind == "server":
            from qtrain.classroom import server

            home = str(self._homes / learner.home)
            own = {"HOME": home, "XDG_RUNTIME_DIR": str(runtime), "JUPYTER_RUNTIME_DIR": str(runtime / "jupyter")}
            request = replace(request, folder=home, environment=request.environment | own)
            listener = server.listen(runtime / "server.sock")
            started, _ = child.settle(request, [*files, listener.fileno()], control, self._pid)
            started()
            try:
                server.serve(request, listener, self._course)
            except Exception:  # the hub has its answer already; the reason goes to the learner's log
                traceback.print_exc()
                raise
        elif request.kind == "kernel":
            child.run(request, files, control, self._pid)

    def _become(self, learner: Learner, kind: str) -> Path:
        """Stop being root, with no way back; returns the folder for the learner's sockets."""
        import resource  # here: only POSIX systems have it, and every system imports this module

        uid = learner.uid
        runtime = _own_folder(self._run / "learners" / str(learner.number), uid, self._hub, 0o2710)
        if learner.home:
            _own_folder(self._homes / learner.home, uid, uid, 0o700)
        if self._fenced and not runtime.is_mount():  # or one learner could fill the place for everybody's sockets
            options = f"size=4m,nr_inodes=1000,mode=2710,uid={uid},gid={self._hub}"
            calls.mount("tmpfs", str(runtime), "tmpfs", calls.MS_NOSUID | calls.MS_NODEV | calls.MS_NOEXEC, options)
        self._groups.enter(f"learner-{learner.number}", self._memory, PROCESSES)
        if not self._groups.version:
            resource.setrlimit(resource.RLIMIT_AS, (address_space() + self._memory,) * 2)
        for limit, value in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NPROC, PROCESSES),
            (resource.RLIMIT_NOFILE, OPEN_FILES),
            (resource.RLIMIT_FSIZE, FILE_BYTES),
        ):
            resource.setrlimit(limit, (value, value))
        rather = Path("/proc/self/oom_score_adj")
        rather.write_text(str(max(RATHER[kind], int(rather.read_text()))))  # to lower it takes more rights than these
        if self._fenced:
            reach.narrow_view(self._keep, self._memory // 4)
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        calls.drop_capabilities()
        calls.own_keys()
        calls.prctl(calls.PR_SET_NO_NEW_PRIVS, 1)
        calls.prctl(calls.PR_SET_DUMPABLE, 1)  # or its own /proc/self is closed to it
        os.umask(0o077)
        if os.getresuid() != (uid, uid, uid) or os.getresgid() != (uid, uid, uid) or os.getgroups():
            os._exit(1)
        return runtime


def _own_folder(path: Path, uid: int, gid: int, mode: int) -> Path:
    """A folder of a user's in a folder of root's, made when missing; PermissionError where it is somebody else's."""
    made = False
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
        made = True
    found = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)  # the folder itself, whatever comes to its name
    try:
        if made:
            os.fchown(found, uid, gid)
            os.fchmod(found, mode)
        info = os.fstat(found)
        if info.st_uid != uid or stat.S_IMODE(info.st_mode) & 0o007:
            raise PermissionError(f"{path} is not the folder of user {uid} alone")
    finally:
        os.close(found)
    return path


def _user(control: socket.socket) -> int:
    """Who is at the other end, as the system says."""
    return struct.unpack("3i", control.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]


def _hurry(seconds: float) -> None:
    """Let a signal come so often; 0: none."""
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)


def _whole(data: dict, name: str, lowest: int, highest: int) -> int:
    value = data.get(name)
    if type(value) is not int or not lowest <= value <= highest:
        raise ValueError(f"{name} is {value!r}, not a whole number from {lowest} to {highest}")
    return value


def _name(value) -> str:
    """The name of a folder: one part of a path, that is neither hidden nor the parent."""
    if not isinstance(value, str) or not value or value[0] == "." or "/" in value or not value.isprintable():
        raise ValueError("a learner's folder has a name without slash that does not begin with a dot")
    return value


def main(argv: list[str] | None = None) -> None:
    """Import, then serve until ended; started by `qtrain.classroom.supervisor`."""
    parser = argparse.ArgumentParser(prog="qtrain-nursery")
    parser.add_argument("run", type=Path)
    parser.add_argument("homes", type=Path)
    parser.add_argument("--first-uid", type=int, required=True)
    parser.add_argument("--memory", type=int, required=True, help="MiB for a learner")
    parser.add_argument("--cgroups", type=int, default=0)
    parser.add_argument("--tree", type=Path, action="append", default=[])
    parser.add_argument("--immortal", action="store_true")
    parser.add_argument("--unfenced", action="store_true")
    args = parser.parse_args(argv)
    from qtrain.classroom import server
    from qtrain.kernels import immortal, preload

    os.chdir("/")
    with without_address_grammars():
        missing = preload.warm((*preload.IMPORTS, *server.IMPORTS))
    course = server.course()
    if args.immortal:
        immortal.immortalise()
    immortal.keep_pages_whole()
    calls.prctl(calls.PR_SET_CHILD_SUBREAPER, 1)
    groups = Groups(args.cgroups, tuple(args.tree))
    nursery = Nursery(args.run, args.homes, args.first_uid, groups, args.memory << 20, course, not args.unfenced)
    print("ready;", f"not importable: {', '.join(missing)}" if missing else "all imported", flush=True)
    nursery.serve()


if __name__ == "__main__":
    main()
