"""The process that confined children are forked from: the template, already inside the namespaces that they share.

Entering namespaces and laying out the file system once, here, leaves little to do for each child. It is forked before
the server hears its first client, so its memory holds nothing of any client's.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

from qtrain.kernels import scratch
from qtrain.kernels.child import close_others
from qtrain.kernels.confinement import calls, limits, seccomp, view
from qtrain.kernels.policy import MIB, Limits, Request

BASE_UID = 0x60000000  # as root: the first of the numbers that belong to nobody, which children run under
SPAN = 65536


def start(folder: Path, serve) -> tuple[socket.socket, int]:
    """Fork the nursery; returns the socket over which it takes requests, and its process.

    Parameters
    ----------
    folder : Path
        The server's private folder.
    serve : callable
        Called in the nursery with the socket and the `Nursery`; runs until the socket closes.
    """
    (folder / "view").mkdir(mode=0o700, exist_ok=True)
    for namespaced in (True, False)[os.environ.get("QTRAIN_KERNELS") == "no-namespaces" :]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            ours.close()
            _become(theirs, parent, folder, serve, namespaced)
        theirs.close()
        if _introduced(ours, pid):
            return ours, pid
        ours.close()
        os.waitpid(pid, 0)
    raise OSError("the process that makes confined children did not start")


def _introduced(ours: socket.socket, pid: int) -> bool:
    """Map the nursery's users, which only a process outside can do, and wait until it is ready."""
    while True:
        said = ours.recv(4096)
        if said == b"map":
            try:
                for kind in ("uid", "gid"):  # the second line: root itself, which lays out the view
                    Path(f"/proc/{pid}/{kind}_map").write_text(f"0 {BASE_UID} {SPAN}\n{SPAN} 0 1")
            except OSError:
                ours.send(b"no")
            else:
                ours.send(b"mapped")
        elif said == b"ready":
            return True
        else:
            if said:
                print("confinement without namespaces:", said.decode(errors="replace"), flush=True)
            return False


def _become(theirs: socket.socket, parent: int, folder: Path, serve, namespaced: bool) -> None:
    status = 1
    try:
        calls.prctl(calls.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            return
        close_others({0, 1, 2, theirs.fileno()})
        nursery = Nursery(folder, namespaced)
        if namespaced:
            _enter_namespaces(theirs)
            if pid := os.fork():  # the child is the first process of the new namespace, and all in it end with it
                theirs.close()
                status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF
                return
            calls.prctl(calls.PR_SET_PDEATHSIG, signal.SIGKILL)
            nursery.settle()
        theirs.send(b"ready")
        serve(theirs, nursery)
        status = 0
    except SystemExit:
        status = 0
    except BaseException as error:  # the server tries again with less, and says why
        with contextlib.suppress(OSError):
            theirs.send(f"{type(error).__name__}: {error}".encode()[:4000])
    finally:
        os._exit(status)


def _enter_namespaces(theirs: socket.socket) -> None:
    uid, gid = os.getuid(), os.getgid()
    calls.unshare(calls.CLONE_NEWUSER | calls.CLONE_NEWNS | calls.CLONE_NEWPID)
    if uid == 0:
        theirs.send(b"map")
        if theirs.recv(64) != b"mapped":
            raise PermissionError("user numbers can't be mapped here")
    else:
        _map_self(uid, gid)


def _map_self(uid: int, gid: int) -> None:
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


class Nursery:
    """What `Server` asks for around and in the fork of a confined child.

    Parameters
    ----------
    folder : Path
        The server's private folder.
    namespaced : bool
        Whether this process is inside its own namespaces; otherwise Landlock, the system-call filter, another user
        (as root) and resource limits have to do.
    """

    def __init__(self, folder: Path, namespaced: bool):
        self.namespaced = namespaced
        self._read = [*view.readable(), *view.settings()]
        # As root children run as nobody, unless Python itself is in a folder that nobody may enter.
        self.root = os.getuid() == 0 and (namespaced or all(map(_open_to_all, self._read)))
        self._folder = folder
        self._own = -1
        self._next = 0
        self._language = {k: v for k, v in os.environ.items() if k.startswith(("LANG", "LC_", "TZ"))}

    def settle(self) -> None:
        """Move into the view and become the nobody that root's children start as."""
        view.build(str(self._folder / "view"))
        if self.root:
            os.setgroups([])
            os.setresgid(0, 0, 0)
            os.setresuid(0, 0, 0)  # 0 in here, BASE_UID outside
            calls.prctl(calls.PR_SET_DUMPABLE, 1)
            calls.prctl(calls.PR_SET_PDEATHSIG, signal.SIGKILL)
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)

    def fork(self) -> int:
        """Fork; the child is the first process of a process namespace of its own."""
        self._next = self._next % (SPAN - 2) + 1
        if not self.namespaced:
            return os.fork()
        calls.unshare(calls.CLONE_NEWPID)
        pid = -1
        try:
            pid = os.fork()
        finally:
            if pid:
                calls.setns(self._own, calls.CLONE_NEWPID)
        return pid

    def prepare(self) -> str | None:
        """The scratch folder of the next child where it can't make its own; the server removes it in the end."""
        if self.namespaced:
            return None
        return tempfile.mkdtemp(prefix="qtrain-")

    def enter(self, request: Request, packed: int, temporary: str | None) -> tuple[str, ...]:
        """Fence this process, a child, in; returns the names of the fences that hold."""
        bounds, uid = request.limits, self._next
        if self.namespaced:
            self._enter_own_namespaces(bounds)
            home, scratch_root = view.HOME, view.SCRATCH
        else:
            home, scratch_root = os.path.join(temporary, "learner"), temporary
            uid += BASE_UID
        if self.root:
            os.chown(scratch_root, uid, uid)
            self._become_user(uid)
        for name in ("learner", "tmp", "shm"):
            os.mkdir(os.path.join(scratch_root, name), 0o700)
        scratch.unpack(packed, home)
        os.chdir(home)
        self._set_environment(home, os.path.join(scratch_root, "tmp"), request.environment)
        if self.namespaced:
            uid, gid = os.getuid(), os.getgid()
            calls.unshare(calls.CLONE_NEWUSER)  # no power over the mounts any more, and a process count of its own
            _map_self(uid, gid)
        fences = ["disk"] if bounds.files is not None else []
        fences += limits.apply(bounds, already=0 if self.namespaced or self.root else limits.count_own())
        fences += self._lock(scratch_root)
        return tuple(fences)

    def _enter_own_namespaces(self, bounds: Limits) -> None:
        calls.unshare(calls.CLONE_NEWNS | calls.CLONE_NEWNET | calls.CLONE_NEWIPC | calls.CLONE_NEWUTS)
        size = "" if bounds.files is None else f",size={int(bounds.files)}"
        calls.mount("tmpfs", view.SCRATCH, "tmpfs", calls.MS_NOSUID | calls.MS_NODEV, f"mode=755,nr_inodes=20000{size}")
        calls.mount("proc", "/proc", "proc", calls.MS_NOSUID | calls.MS_NODEV | calls.MS_NOEXEC)
        socket.sethostname("qtrain")

    def _become_user(self, uid: int) -> None:
        if not self.namespaced:
            os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        calls.prctl(calls.PR_SET_DUMPABLE, 1)  # or its own /proc/self is closed to it

    def _set_environment(self, home: str, temporary: str, wanted: dict) -> None:
        folders = [os.path.join(sys.prefix, "bin"), "/usr/local/bin", "/usr/bin", "/bin"]
        os.environ.clear()
        os.environ.update(
            {
                **self._language,
                "PATH": ":".join(folders),
                "HOME": home,
                "TMPDIR": temporary,
                "USER": "learner",
                "MPLCONFIGDIR": f"{temporary}/matplotlib",
                "IPYTHONDIR": f"{temporary}/ipython",
                "JUPYTER_RUNTIME_DIR": temporary,
                "MPLBACKEND": "module://matplotlib_inline.backend_inline",
                **wanted,
            }
        )
        tempfile.tempdir = None

    def _lock(self, scratch_root: str) -> list[str]:
        """What can't be undone: Landlock, no capabilities, the filter."""
        fences = ["files", "processes", "network"] if self.namespaced else []
        if self.namespaced:
            read, write = ["/"], [view.SCRATCH]
        else:
            read = self._read
            write = [scratch_root]
        version = calls.landlock([*read, "/dev/urandom"], [*write, *view.WRITABLE_DEVICES])
        if not self.namespaced:
            fences += ["files"] * (version >= 1) + ["processes"] * (version >= 6)
        calls.drop_capabilities()
        if seccomp.available():
            seccomp.apply()
            fences += ["syscalls"] + ["network"] * (not self.namespaced)
        return fences

    def watch(self, children: list, kill) -> None:
        """End each child that, with all it started, is over its memory, its processes or its disk."""
        tree = limits.Tree()
        for child in children:
            memory, files, processes = (getattr(child.request.limits, n) for n in ("memory", "files", "processes"))
            if memory is not None and tree.memory(child.pid) > memory * 1.25:
                kill(child, f"with the processes that it started it used more than {memory / MIB:.0f} MB of memory")
            elif processes is not None and tree.count(child.pid) > processes:
                kill(child, f"it started more than {processes} processes")
            elif files is not None and child.temporary and limits.disk_use(child.temporary) > files:
                kill(child, f"it wrote more than {files / MIB:.0f} MB")


def _open_to_all(path: str) -> bool:
    """Whether every user may go to `path`."""
    return all(
        os.stat(parent).st_mode & 0o001 for parent in (path, *map(str, Path(path).parents)) if os.path.isdir(parent)
    )
