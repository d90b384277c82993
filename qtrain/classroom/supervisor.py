"""Starts the four parts of a class's server, and starts again whichever ends.

It is root, as it gives the parts their users, and so does little: it listens to nobody. Proxy, hub and service run as
the hub's user; the nursery runs as root.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from qtrain.classroom import cgroups, folders, reach, teachers_course
from qtrain.classroom.parts import parts
from qtrain.classroom.settings import Settings
from qtrain.kernels.confinement import calls

TICK_S, AGAIN_S, END_S = 0.1, 1.0, 15.0
FEW = 5  # starts after which one waits longer, and points to the log


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
        folders.no_link(told.state)
        self._alone = folders.lock(told.state / "lock")
        self._secrets = folders.made_secrets(told)
        self._groups = cgroups.make(told.run.name)
        self.parts = parts(told, self._secrets, self._groups, reach.can_fence())
        self._stop = False
        self._routes_due = 0.0  # when the hub shall look what a new proxy knows; 0: it need not

    def prepare(self) -> None:
        """Make the folders, each for whom it is, and the way to them."""
        # Whom a killed supervisor left behind ends first: nobody changes a folder under our hands.
        end_users(self.told, self.told.hub_uid)
        folders.prepare(self.told)
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
            hub.request(
                "POST", "/hub/api/proxy", headers={"Authorization": f"token {self._secrets['QTRAIN_KEEPER_TOKEN']}"}
            )
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
            if part.process is not None and part.runs:
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


class _UnixConnection(HTTPConnection):
    def __init__(self, path: Path):
        super().__init__("localhost", timeout=5)
        self._path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _end_learners(told: Settings) -> None:
    """End every process of a learner's user number: none may outlive the nursery that bounds it."""
    end_users(told, told.hub_uid - 1)


def end_users(told: Settings, last: int) -> None:
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
