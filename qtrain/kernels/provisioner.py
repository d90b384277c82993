"""The Jupyter kernel provisioner: kernels from the fork server, managed like any local process."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty

from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.utils import ensure_async, run_sync
from traitlets import Bool, List, Unicode

from qtrain.kernels import client, scratch
from qtrain.kernels.policy import UNLIMITED, KernelError, Limits, missing
from qtrain.kernels.protocol import close_all

LAUNCHER = "ipykernel_launcher"
EXIT_S = 2.0
PATIENCE_S = 0.2


class WarmProcess:
    """A kernel of the fork server with the part of `subprocess.Popen` that Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, child: client.Child):
        self.child = child
        self.pid = child.pid

    @property
    def returncode(self) -> int | None:
        """The exit code once it is known."""
        return self.child.code

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.child.poll()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end."""
        code = self.child.poll(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("kernel", timeout)
        return code

    def send_signal(self, number: int) -> None:
        """Send a signal to the kernel and what it started."""
        self.child.signal(number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class WarmProvisioner(LocalProvisioner):
    """Starts kernels by forking a process that has the frameworks imported; an ordinary kernel where it can't."""

    confine = Bool(False, help="Fence the kernel in: no network, its own copy of the working folder, limits.").tag(
        config=True
    )
    require_confinement = Bool(False, help="Refuse to start a kernel unless every fence holds.").tag(config=True)
    imports = List(Unicode(), help="Modules that the server imports; empty: those of the course.").tag(config=True)
    fences: tuple[str, ...] = ()

    async def pre_launch(self, **kwargs):
        """Choose the transport and the client before the connection file is written."""
        confine = self.confine or self.require_confinement
        if confine and not client.available() and self.require_confinement:
            raise RuntimeError("confinement is required, and on this system a kernel can't be fenced in")
        self._fenced = confine and client.available()
        if self.parent is not None:
            if self._fenced:
                self._use_sockets_in_files(self.parent)
            if client.available():
                self.parent.client_factory = _attentive(self.parent.client_factory)
        return await super().pre_launch(**kwargs)

    def _use_sockets_in_files(self, manager) -> None:
        """A kernel without a network is reached over Unix sockets in a folder that it shares with its manager."""
        if not getattr(self, "_transport", None):
            self._transport = secrets.token_hex(8)
            folder = client.folder() / "transport"
            folder.mkdir(mode=0o711, exist_ok=True)
            (folder / self._transport).mkdir(mode=0o777)
            (folder / self._transport).chmod(0o777)  # behind a folder that only this user enters
        manager.transport = "ipc"
        manager.ip = str(client.folder() / "transport" / self._transport / "kernel")

    async def launch_kernel(self, cmd, **kwargs):
        """Start a kernel and return how to reach it."""
        if client.available() and LAUNCHER in cmd and not kwargs.get("independent"):
            try:
                child = await asyncio.to_thread(self._fork, cmd[cmd.index(LAUNCHER) + 1 :], kwargs)
            except (KernelError, OSError) as error:
                if self._fenced:
                    raise RuntimeError(f"no confined kernel: {error}") from error
                self.log.warning("No warm kernel: %s. An ordinary kernel starts.", error)
            else:
                self.process = WarmProcess(child)
                self.pid, self.pgid, self.fences = child.pid, None, child.fences
                self.cwd = kwargs.get("cwd") or Path.cwd()
                return self.connection_info
        elif not client.available():
            self.log.warning("No warm kernels on this system. An ordinary kernel starts.")
        return await super().launch_kernel(cmd, **kwargs)

    def _fork(self, arguments: list[str], kwargs: dict) -> client.Child:
        environment = kwargs.get("env") or dict(os.environ)
        folder = str(kwargs.get("cwd") or Path.cwd())
        limits = Limits(cpu=None, wall=None, output=None) if self._fenced else UNLIMITED
        request = {"kind": "kernel", "arguments": arguments, "folder": folder, "limits": limits.to_data()}
        null = os.open(os.devnull, os.O_WRONLY)
        opened = [null]
        try:
            if self._fenced:
                opened.append(scratch.pack(folder, limits.files))
                files = [null, null, opened[1]]
                request |= {
                    "confinement": {},
                    "transport": self._transport,
                    "arguments": [],
                    "environment": {},
                    "connection": self._inside(self.connection_info),
                }
            else:
                files = [_file(kwargs.get("stdout"), 1, null), _file(kwargs.get("stderr"), 2, null)]
                request["environment"] = {**environment, "JPY_PARENT_PID": str(os.getpid())}
            child = client.Child(client.connect(tuple(self.imports)), request, files)
        finally:
            close_all(opened)
        if self._fenced:
            self._tell_fences(child, missing(child.fences, limits))
        return child

    def _tell_fences(self, child: client.Child, absent: list[str]) -> None:
        if absent and self.require_confinement:
            child.close()
            raise KernelError(f"confinement is required, and on this system there is no fence for: {', '.join(absent)}")
        if absent:
            self.log.warning("A confined kernel, but on this system without a fence for: %s.", ", ".join(absent))
        self.log.info("Confined kernel; fences: %s.", ", ".join(child.fences))

    @staticmethod
    def _inside(connection: dict) -> dict:
        from qtrain.kernels.confinement.view import TRANSPORT

        inside = {k: v.decode() if isinstance(v, bytes) else v for k, v in connection.items()}
        return inside | {"ip": f"{TRANSPORT}/kernel"}

    async def _ended(self, timeout: float) -> int | None:
        """The exit code, as soon as it is there, or None after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while (code := await self.poll()) is None and time.monotonic() < deadline:
            await asyncio.sleep(0.002)
        return code

    @property
    def _warm(self) -> bool:
        return isinstance(self.process, WarmProcess)

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Wait for the end here, at once, so that the manager doesn't find it only at its next look."""
        if self._warm:
            await self._ended(EXIT_S)

    async def send_signal(self, signum: int) -> None:
        """Send a signal to the kernel's process group."""
        if self._warm:
            self.process.send_signal(signum)
        else:
            await super().send_signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel at once."""
        await super().kill(restart)
        if self._warm:
            await self._ended(EXIT_S)

    async def cleanup(self, restart: bool = False) -> None:
        """Give back what was taken for the kernel."""
        if not restart and getattr(self, "_transport", None):
            folder = client.folder() / "transport" / self._transport
            for path in folder.glob("*"):
                path.unlink()
            folder.rmdir()
            self._transport = None
        await super().cleanup(restart)


def _file(given, own: int, null: int) -> int:
    """The descriptor that a `Popen` argument means; a pipe that nobody was promised is not made."""
    if given is None:
        return own if _is_open(own) else null
    if isinstance(given, int):
        return null if given < 0 else given
    return given.fileno()


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


async def _wait_for_ready(self, timeout: float | None = None) -> None:
    """Return when the kernel has answered and its output channel is connected.

    The answer's own "idle" on the output channel is the last message of the exchange, so nothing need be waited for
    after it; the stock client listens until 200 ms have passed in silence.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        asked = self.kernel_info()
        with suppress(Empty):  # not up yet: ask again
            reply = await ensure_async(self.shell_channel.get_msg(timeout=1))
            if reply["msg_type"] == "kernel_info_reply" and await _idle(self, asked):
                self._handle_kernel_info_reply(reply)
                return
        if not await self._async_is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
        if deadline is not None and time.monotonic() > deadline:
            raise RuntimeError(f"Kernel didn't respond in {timeout:.0f} seconds")


async def _idle(client, asked: str) -> bool:
    """Whether the output channel says that the kernel is done with the request `asked`."""
    while True:
        message = await ensure_async(client.iopub_channel.get_msg(timeout=PATIENCE_S))
        if (
            message["parent_header"].get("msg_id") == asked
            and message["msg_type"] == "status"
            and message["content"]["execution_state"] == "idle"
        ):
            return True


def _attentive(base: type) -> type:
    """`base`, a client class, with that way of waiting; for the manager of one kernel, not for all."""
    if getattr(base, "_qtrain_ready", False):
        return base
    wait = _wait_for_ready if issubclass(base, AsyncKernelClient) else run_sync(_wait_for_ready)
    return type(
        base.__name__,
        (base,),
        {"wait_for_ready": wait, "_qtrain_ready": True, "__module__": base.__module__, "__doc__": base.__doc__},
    )
