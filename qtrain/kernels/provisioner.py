"""The Jupyter kernel provisioner: kernels from the fork server, managed like any local process."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Empty

import zmq
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.provisioning import LocalProvisioner
from jupyter_core.utils import ensure_async, run_sync
from traitlets import Bool, List, Unicode

from qtrain.kernels import client, scratch
from qtrain.kernels.policy import CHANNELS, UNLIMITED, KernelError, Limits, Request, missing

LAUNCHER = "ipykernel_launcher"
EXIT_S = 2.0
PORTS_S = 60.0
FILES = hasattr(os, "getuid") and zmq.has("ipc")  # whether a kernel can be reached over sockets in files
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


class SocketFolder:
    """A private folder for the sockets of one kernel.

    It is locked as long as the manager lives; folders that no living manager has locked are removed.

    Attributes
    ----------
    prefix : str
        What the paths of the sockets begin with; "-" and the channel's number follow.
    """

    def __init__(self):
        import fcntl

        home = client.folder() / "sockets"
        home.mkdir(mode=0o700, exist_ok=True)
        with client.locked(client.folder() / "sockets.lock"):
            for other in home.iterdir():
                try:
                    held = os.open(other, os.O_RDONLY)
                except FileNotFoundError:  # its manager has just given it back
                    continue
                with suppress(BlockingIOError):
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    shutil.rmtree(other, ignore_errors=True)
                os.close(held)
            self._folder = home / secrets.token_hex(4)
            self._folder.mkdir(mode=0o700)
            self._held = os.open(self._folder, os.O_RDONLY)
            fcntl.flock(self._held, fcntl.LOCK_SH)
        self.prefix = str(self._folder / "k")

    def listen(self, number: int) -> socket.socket:
        """A new listening socket for the channel of this number."""
        path = f"{self.prefix}-{number}"
        with suppress(FileNotFoundError):
            os.unlink(path)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(128)
        return listener

    def remove(self) -> None:
        """Give the folder back."""
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._held)


class WarmProvisioner(LocalProvisioner):
    """Starts kernels by forking a process that has the frameworks imported; an ordinary kernel where it can't.

    Manager and kernel speak over Unix sockets in a folder that only this user enters, where the system has them; over
    TCP the kernel chooses its ports and says which. So no address is given out that somebody else could still take.
    """

    confine = Bool(False, help="Fence the kernel in: no network, its own copy of the working folder, limits.").tag(
        config=True
    )
    require_confinement = Bool(False, help="Refuse to start a kernel unless every fence holds.").tag(config=True)
    imports = List(Unicode(), help="Modules that the server imports; empty: those of the course.").tag(config=True)
    fences: tuple[str, ...] = ()
    _place: SocketFolder | None = None
    _kernel_chooses = False

    async def pre_launch(self, **kwargs):
        """Choose the transport and the client before the connection file is written."""
        confine = self.confine or self.require_confinement
        if confine and not client.available() and self.require_confinement:
            raise RuntimeError("confinement is required, and on this system a kernel can't be fenced in")
        self._fenced = confine and client.available()
        manager = self.parent
        if manager is None:
            return await super().pre_launch(**kwargs)
        if client.available():
            manager.client_factory = _attentive(manager.client_factory)
        local = not manager.trait_has_value("ip") or manager.ip.startswith("127.") or manager.transport == "ipc"
        if FILES and (local or self._fenced):
            self._place = self._place or SocketFolder()
            manager.transport, manager.ip = "ipc", self._place.prefix
        self._kernel_chooses = manager.transport == "tcp" and not any(getattr(manager, name) for name in CHANNELS)
        if self._kernel_chooses:
            manager.cache_ports = False
            _encrypt(manager)
        kwargs = await super().pre_launch(**kwargs)
        if self._kernel_chooses:
            _write_ports(manager.connection_file, dict.fromkeys(CHANNELS, 0))
        return kwargs

    async def launch_kernel(self, cmd, **kwargs):
        """Start a kernel and return how to reach it."""
        if not client.available():
            self.log.warning("No warm kernels on this system. An ordinary kernel starts.")
        elif self._place is None:
            self.log.warning("A warm kernel serves this computer only, not %s. An ordinary kernel starts.", self._ip())
        elif LAUNCHER in cmd and not kwargs.get("independent"):
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
        info = await super().launch_kernel(cmd, **kwargs)
        return await self._chosen_ports() if self._kernel_chooses else info

    def _ip(self) -> str:
        return self.parent.ip if self.parent is not None else "no manager"

    async def _chosen_ports(self) -> dict:
        """The connection once the kernel has written its ports into the file."""
        deadline = time.monotonic() + PORTS_S
        while await self.poll() is None and time.monotonic() < deadline:
            with suppress(OSError, ValueError):  # it is writing the file
                told = json.loads(Path(self.parent.connection_file).read_text("utf-8"))
                if all(told[name] for name in CHANNELS):
                    ports = {name: told[name] for name in CHANNELS}
                    for name, port in ports.items():
                        setattr(self.parent, name, port)
                    self.connection_info = {**self.connection_info, **ports}
                    return self.connection_info
            await asyncio.sleep(0.02)
        raise RuntimeError("the kernel ended, or did not say on which ports it listens")

    def _fork(self, arguments: list[str], kwargs: dict) -> client.Child:
        folder = str(kwargs.get("cwd") or Path.cwd())
        limits = Limits(cpu=None, wall=None, output=None) if self._fenced else UNLIMITED
        connection = {k: v.decode() if isinstance(v, bytes) else v for k, v in self.connection_info.items()}
        with ExitStack() as stack:
            null = os.open(os.devnull, os.O_WRONLY)
            stack.callback(os.close, null)
            if self._fenced:
                packed = scratch.pack(folder, limits.files)
                stack.callback(os.close, packed)
                arguments, environment, files = [], {}, [null, null, packed]
            else:
                environment = {**(kwargs.get("env") or os.environ), "JPY_PARENT_PID": str(os.getpid())}
                files = [_file(kwargs.get("stdout"), 1, null), _file(kwargs.get("stderr"), 2, null)]
            for name in CHANNELS:
                listener = stack.enter_context(self._place.listen(connection[name]))
                files.append(listener.fileno())
            request = Request("kernel", folder, environment, limits, self._fenced, tuple(arguments), connection)
            child = client.Child.start(request, files, tuple(self.imports))
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
        if not restart and self._place is not None:
            self._place.remove()
            self._place = None
        await super().cleanup(restart)


def _encrypt(manager) -> None:
    """Have the traffic over TCP encrypted where manager and kernel can."""
    from ipykernel.kernelspec import get_kernel_dict

    supported = get_kernel_dict()["metadata"].get("supported_encryption")
    if supported and manager.has_trait("transport_encryption") and zmq.has("curve"):
        manager.kernel_spec.metadata["supported_encryption"] = supported
        manager.transport_encryption = "auto"


def _write_ports(path: str, ports: dict) -> None:
    """Change the ports in a connection file."""
    file = Path(path)
    file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **ports}, indent=2), "utf-8")


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
