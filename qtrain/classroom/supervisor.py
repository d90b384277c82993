"""Starts the four parts of a class's server, and starts again whichever ends.

It is root, as it gives the parts their users, and so does little: it listens to nobody. Proxy, hub and service run as
the hub's user; the nursery runs as root.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from qtrain import atomic
from qtrain.classroom import cgroups, proxy, reach, settings, teachers_course
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.settings import Settings
from qtrain.kernels.confinement import calls

TICK_S, AGAIN_S, END_S, START_S = 0.1, 1.0, 15.0, 120.0
FEW = 5  # starts after which one waits longer, and points to the log
TOKENS = ("CONFIGPROXY_AUTH_TOKEN", "QTRAIN_SERVICE_TOKEN", "QTRAIN_KEEPER_TOKEN")
PASSED_ON = ("LANG", "LC_ALL", "TZ", "PYTHONPATH", "OPENBLAS_NUM_THREADS")


@dataclass
class Part:
    """One of the programs that make up the server.

    Attributes
    ----------
    name : str
    command : list of str
    environment : dict
    socket : Path
        Where it listens, once it is up.
    user : int
        As whom it begins; 0, root: the nursery, and the proxy, whose command gives root up itself.
    """

    name: str
    command: list[str]
    environment: dict[str, str]
    socket: Path
    user: int = 0
    process: subprocess.Popen | None = None
    not_before: float = 0.0
    starts: int = field(default=0)

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, folder: Path, owner: int) -> None:
        """Start it in the hub's folder, which is `owner`'s; what it says goes to its log."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.socket)
        user = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        with _as(owner):  # a link in a folder of theirs leads nowhere that they could not go
            log = open(folder / "logs" / f"{self.name}.log", "ab")
        with log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=folder,
                umask=0o077,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_us,
                **user,
            )
        self.starts += 1

    def listens(self) -> bool:
        """Whether somebody accepts connections at its socket."""
        for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
            with socket.socket(socket.AF_UNIX, kind) as probe, contextlib.suppress(OSError):
                probe.connect(str(self.socket))
                return True
        return False


class Supervisor:
    """Keeps a class's server up.

    Parameters
    ----------
    told : Settings
        How it is set up.

    Raises
    ------
    ClassroomError
        When the proxy's program is missing, or the class is served already.
    """

    def __init__(self, told: Settings):
        self.told = told
        _no_link(told.state)
        self._alone = _lock(told.state / "lock")
        self._tokens = _tokens(told.state / "tokens.json")
        self._groups = cgroups.make(told.run.name)
        self.parts = self._parts()
        self._stop = False
        self._routes_due = 0.0  # when the hub shall look what a new proxy knows; 0: it need not

    def prepare(self) -> None:
        """Make the folders, each for whom it is, and the way to them."""
        _prepare(self.told)
        teachers_course.bring(self.told)
        reach.open_ways([*reach.needed(), self.told.folder], self.told.run / "ways")

    def run(self, shown: str) -> int:
        """Serve until told to end; `shown` is the address that learners type."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        calls.prctl(calls.PR_SET_CHILD_SUBREAPER, 1)  # what a dead nursery leaves behind comes here, to be ended
        import resource  # here: only POSIX systems have it, and every system imports this module

        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # a part has connections with everybody
        said = False
        try:
            while not self._stop:
                self._look_around()
                if not said and all(part.listens() for part in self.parts) and self._answers():
                    print(f"The class is open at {shown}. Stop it with Ctrl-C.", flush=True)
                    said = True
                time.sleep(TICK_S)
        finally:
            self._end_all()
        return 0

    def _end(self, *_) -> None:
        self._stop = True

    def _look_around(self) -> None:
        for part in self.parts:
            if part.runs or time.monotonic() < part.not_before:
                continue
            if part.process is not None:
                print(f"The {part.name} ended ({_how(part.process.returncode)}); it starts again.", flush=True)
                if part.starts == FEW:
                    print(f"Why it ends may stand in {self.told.state / 'logs' / part.name}.log", flush=True)
                if part.name == "nursery":
                    _end_learners(self.told)
            part.start(self.told.state, self.told.hub_uid)
            part.not_before = time.monotonic() + AGAIN_S * min(part.starts, FEW)
            if part.name == "proxy" and part.starts > 1:
                self._routes_due = time.monotonic()
        if self._routes_due and time.monotonic() >= self._routes_due:
            self._routes_due = 0.0 if self._tell_routes() else time.monotonic() + TICK_S
        self._reap()

    def _tell_routes(self) -> bool:
        """Have the hub tell a new proxy who is where; by itself it looks only every five minutes."""
        with (
            contextlib.suppress(OSError, HTTPException),
            contextlib.closing(_UnixConnection(self.told.socket("hub"))) as hub,
        ):
            hub.request("POST", "/hub/api/proxy", headers={"Authorization": f"token {self._tokens[TOKENS[2]]}"})
            return hub.getresponse().status < 300
        return False

    def _answers(self) -> bool:
        """Whether the hub is reached by the way that learners take."""
        link = HTTPConnection(self.told.address or "127.0.0.1", self.told.port, timeout=5)
        with contextlib.suppress(OSError, HTTPException), contextlib.closing(link):
            link.request("GET", "/hub/health")
            return link.getresponse().status == 200
        return False

    def _reap(self) -> None:
        """Orphans of learners' come to this process; the parts' ends are their Popen's to find."""
        own = {part.process.pid for part in self.parts if part.process is not None}
        with contextlib.suppress(ChildProcessError):
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if ended.si_pid in own:
                    return
                os.waitpid(ended.si_pid, 0)

    def _end_all(self) -> None:
        """End the parts, the hub first, so that it does not look for what is gone, and all that learners started."""
        for part in sorted(self.parts, key=lambda part: part.name != "hub"):
            if part.runs:
                part.process.terminate()
        end = time.monotonic() + END_S
        for part in self.parts:
            if part.process is not None:
                try:
                    part.process.wait(max(0.1, end - time.monotonic()))
                except subprocess.TimeoutExpired:
                    part.process.kill()
                    part.process.wait()
        _end_learners(self.told)
        self._reap()
        self._groups.remove()
        shutil.rmtree(self.told.run, ignore_errors=True)

    def _parts(self) -> list[Part]:
        told = self.told
        folders = [str(Path(sys.executable).parent), *os.environ.get("PATH", os.defpath).split(os.pathsep)]
        common = {
            k: os.environ[k] for k in ("LANG", "LC_ALL", "TZ", "PYTHONPATH", "OPENBLAS_NUM_THREADS") if k in os.environ
        }
        common |= {"PATH": os.pathsep.join(folders), settings.FOLDER: str(told.folder)}
        hub = common | {"HOME": str(told.state)} | self._tokens
        service = common | {
            "HOME": str(told.state),
            "JUPYTERHUB_API_TOKEN": self._tokens["QTRAIN_SERVICE_TOKEN"],
            "JUPYTERHUB_API_URL": told.url("hub", "/hub/api"),
            "JUPYTERHUB_BASE_URL": "/",
            "JUPYTERHUB_HOST": "",
            "JUPYTERHUB_CLIENT_ID": "service-class",
            "JUPYTERHUB_OAUTH_CALLBACK_URL": "/services/class/oauth_callback",
            "JUPYTERHUB_SERVICE_NAME": "class",
            "JUPYTERHUB_SERVICE_PREFIX": "/services/class/",
            "JUPYTERHUB_SERVICE_URL": told.url("service"),
        }
        limits = [
            "--first-uid",
            str(told.first_uid),
            "--memory",
            str(told.memory),
            "--cgroups",
            str(self._groups.version),
        ]
        limits += [text for tree in self._groups.trees for text in ("--tree", str(tree))]
        limits += ["--immortal"] * told.immortal + ["--unfenced"] * (not can_fence())
        python = [sys.executable, "-m"]
        nursery = [*python, "qtrain.classroom.nursery", str(told.run), str(told.homes), *limits]
        config = str(Path(__file__).with_name("jupyterhub_config.py"))
        # Nothing of the template's may depend on a home, and nothing secret may be in its memory.
        plain = common | {"HOME": "/nonexistent"}
        return [
            Part("nursery", nursery, plain, told.nursery),
            Part("proxy", _with_low_ports(proxy.command(told), told.hub_uid), hub, told.socket("proxy")),
            Part("hub", [*python, "jupyterhub", "-f", config], hub, told.socket("hub"), told.hub_uid),
            Part("service", [*python, "qtrain.classroom.service"], service, told.socket("service"), told.hub_uid),
        ]


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path):
        super().__init__("localhost", timeout=5)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _with_low_ports(command: list[str], user: int) -> list[str]:
    """`command` with the right to listen below port 1024, and no other; by a tool that every Linux has."""
    tool = shutil.which("setpriv")
    if tool is None:
        raise ClassroomError("setpriv is not here, which gives the proxy its port: install util-linux, then try again")
    own = ["--inh-caps", "-all,+net_bind_service", "--ambient-caps", "-all,+net_bind_service"]
    who = ["--reuid", str(user), "--regid", str(user), "--clear-groups", "--no-new-privs", "--pdeathsig", "TERM"]
    return [tool, *who, *own, *command]


def _end_with_us() -> None:
    """No part outlives the supervisor, however it ends: another one could not take the port."""
    calls.prctl(calls.PR_SET_PDEATHSIG, signal.SIGTERM)


def can_fence() -> bool:
    """Whether this process may give others a view of the computer of their own: root's right to mount."""
    pid = os.fork()
    if pid == 0:
        status = 1
        with contextlib.suppress(BaseException):
            reach.narrow_view([], 1 << 20)
            status = 0
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def _prepare(told: Settings) -> None:
    """The folders, each for whom it is: the hub's for the hub, homes and sockets for the nursery to give away."""
    _end_users(told, told.hub_uid)  # whom a killed supervisor left behind; nobody changes a folder under our hands
    shutil.rmtree(told.run, ignore_errors=True)
    hub = [(told.state, 0o700), (told.state / "logs", 0o700)]
    hub += [(told.folder / name, 0o700) for name in ("releases", "submissions")]
    for folder, owner, group, mode in (
        (told.folder, 0, told.hub_uid, 0o1771),
        (told.homes, 0, told.hub_uid, 0o751),
        (told.folder / "graded", 0, 0, 0o700),  # what the guide has `qtrain grade` write there is no learner's to read
        (told.run, 0, 0, 0o711),
        (told.run / "hub", told.hub_uid, told.hub_uid, 0o711),
        *((path, told.hub_uid, told.hub_uid, mode) for path, mode in hub),
    ):
        _no_link(folder)
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, owner, group)
        os.chmod(folder, mode)
    for log in (told.state / "logs").iterdir():
        os.chown(log, told.hub_uid, told.hub_uid, follow_symlinks=False)
    for file in told.folder.iterdir():  # the roster and what else a teacher put there: everybody may pass, nobody look
        if file.is_file() and not file.is_symlink():
            os.chmod(file, file.stat().st_mode & 0o770)
            if file.stat().st_uid == 0:
                os.chown(file, 0, told.hub_uid)


def _no_link(folder: Path) -> None:
    """Root gives away no folder that the hub's user has put in the place of theirs."""
    if folder.is_symlink() and folder.lstat().st_uid != 0:
        raise ClassroomError(f"{folder} is a link that is not root's: remove it, and put the folder back")


@contextlib.contextmanager
def _as(user: int):
    """Within this, files are opened with no more rights than that user's."""
    os.setegid(user)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def _lock(path: Path) -> int:
    """A lock that is held as long as this process lives: two supervisors would end each other's parts."""
    import fcntl  # here: only POSIX systems have it, and every system imports this module

    path.parent.mkdir(parents=True, exist_ok=True)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ClassroomError(
            f"{path.parents[1]} is served already: stop that server first, or choose another folder"
        ) from None
    return fd


def _tokens(path: Path) -> dict[str, str]:
    """What the parts know each other by; made once, and root's."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_json(path, {name: secrets.token_hex(32) for name in TOKENS}, durable=True)
        path.chmod(0o600)
    return json.loads(path.read_text("utf-8"))


def _end_learners(told: Settings) -> None:
    """End every process of a learner's user number: none may outlive the nursery that bounds it."""
    _end_users(told, told.hub_uid - 1)


def _end_users(told: Settings, last: int) -> None:
    """End every process of the class's user numbers, up to the last."""
    users = range(told.first_uid + 1, last + 1)
    for _ in range(50):
        found = [path for path in Path("/proc").iterdir() if path.name.isdigit() and _lives_of(path, users)]
        for path in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(path.name), signal.SIGKILL)
        if not found:
            return
        time.sleep(0.02)


def _lives_of(path: Path, users: range) -> bool:
    with contextlib.suppress(OSError):
        dead = (path / "stat").read_text().rpartition(")")[2].startswith(" Z")
        return path.stat().st_uid in users and not dead
    return False


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"code {code}"
