"""How the hub starts and ends a learner's server: it asks the nursery, and so needs no power over other users."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
from pathlib import Path

from jupyterhub.spawner import Spawner
from traitlets import Unicode

from qtrain.classroom import settings
from qtrain.classroom.database import ClassDatabase
from qtrain.grading.names import slug
from qtrain.kernels import client
from qtrain.kernels.policy import UNLIMITED, Request
from qtrain.kernels.protocol import Closed, receive_message, send_message

ANSWER_S, TERM_S, KILL_S = 60.0, 5.0, 3.0
# So many servers start at once; the others wait in a queue, and nobody is told to try again.
_QUEUE = asyncio.Semaphore(2 * (os.cpu_count() or 1))


class NurserySpawner(Spawner):
    """One server for each learner, forked by the nursery; it goes on when the hub starts again."""

    folder = Unicode(help="The class's folder.").tag(config=True)
    pid = 0
    _number = 0

    def load_state(self, state):
        """Find the server again that an earlier hub started."""
        super().load_state(state)
        self.pid, self._number = state.get("pid", 0), state.get("number", 0)

    def get_state(self):
        """What the next hub needs to find it."""
        return super().get_state() | ({"pid": self.pid, "number": self._number} if self.pid else {})

    def clear_state(self):
        """It has ended."""
        super().clear_state()
        self.pid = 0

    @property
    def _told(self) -> settings.Settings:
        """The class's settings as they are now."""
        return settings.load(Path(self.folder))

    def get_env(self):
        """The server's variables: the hub's own of these are few, and none of its secrets is among them."""
        told = self._told
        folders = [str(Path(sys.executable).parent), "/usr/local/bin", "/usr/bin", "/bin"]
        return super().get_env() | {
            "PATH": os.pathsep.join(folders),
            "USER": self.user.name,
            "SHELL": "/bin/bash",
            "LANG": "C.UTF-8",
            "TMPDIR": "/tmp",
            client.ADDRESS: str(told.nursery),
            "QTRAIN_CLASS_URL": told.url("service", "/services/class"),
            "QTRAIN_LEARNER": self.user.name,
        }

    async def start(self):
        """Start the server; returns its address."""
        told = self._told
        database = ClassDatabase(told.folder)
        self._number = await asyncio.to_thread(database.number, self.user.name)
        request = Request("server", "", self.get_env(), UNLIMITED, arguments=tuple(self.get_args()))
        async with _QUEUE:
            self.pid = await asyncio.to_thread(self._ask, request, told)
        return settings.unix_url(told.run / "learners" / str(self._number) / "server.sock")

    def _ask(self, request: Request, told: settings.Settings) -> int:
        log = os.open(
            told.state / "logs" / f"{slug(self.user.name)}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )
        sealed = client.seal(request)
        message = {"kind": "server", "number": self._number, "home": slug(self.user.name)}
        try:
            with _patiently(told.nursery) as control:
                control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
                send_message(control, message, [log, log, sealed])
                control.settimeout(ANSWER_S)
                answer, _, pid = receive_message(control)
        except (Closed, OSError, ValueError) as error:
            raise RuntimeError(f"the nursery did not start a server: {error}") from error
        finally:
            os.close(log)
            os.close(sealed)
        if "started" not in answer:
            raise RuntimeError(f"the nursery did not start a server: {answer.get('failed', answer)}")
        return pid

    def _signal(self, number: int) -> bool:
        """Send a signal (0: none) to the server; returns whether it lives."""
        told = self._told
        try:
            with connection(told.nursery) as control:
                control.settimeout(ANSWER_S)
                send_message(control, {"kind": "signal", "pid": self.pid, "signal": number})
                return receive_message(control)[0]["alive"]
        except (Closed, OSError, ValueError):  # a new nursery is on its way, and the old one's servers ended with it
            return False

    async def poll(self):
        """None while the server lives, else its exit code, of which nothing is known."""
        if self.pid and (self._seen() or await asyncio.to_thread(self._signal, 0)):
            return None
        self.clear_state()
        return 0

    def _seen(self) -> bool:
        """Whether the process is there and the learner's: also while the nursery is too busy to be asked."""
        try:
            return os.stat(f"/proc/{self.pid}").st_uid == self._told.first_uid + self._number
        except FileNotFoundError:  # it ended, or this system hides others' processes
            return False

    async def stop(self, now=False):
        """End the server, with its kernels."""
        loop = asyncio.get_running_loop()
        for number, patience in ((signal.SIGTERM, TERM_S), (signal.SIGKILL, KILL_S))[now:]:
            if not self.pid or not await asyncio.to_thread(self._signal, number):
                return
            end = loop.time() + patience
            while loop.time() < end:
                if await self.poll() is not None:
                    return
                await asyncio.sleep(0.05)


def _patiently(nursery: Path) -> socket.socket:
    """A connection to the nursery, which may be starting again just now."""
    end = time.monotonic() + ANSWER_S
    while True:
        try:
            return connection(nursery)
        except (FileNotFoundError, ConnectionRefusedError):
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def connection(nursery: Path) -> socket.socket:
    """A connection to the nursery; OSError where there is none."""
    control = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        control.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        control.connect(str(nursery))
    except OSError:
        control.close()
        raise
    return control
