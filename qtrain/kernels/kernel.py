"""A Jupyter kernel in a child: ipykernel's own application, created after the fork, on sockets that it is given."""

from __future__ import annotations

import os
import sys
from typing import ClassVar

import zmq
from ipykernel import kernelapp
from ipykernel.heartbeat import Heartbeat
from ipykernel.iostream import IOPubThread
from ipykernel.kernelapp import IPKernelApp
from matplotlib_inline import backend_inline
from zmq.eventloop.zmqstream import ZMQStream

from qtrain.kernels.policy import CHANNELS, Request
from qtrain.kernels.preload import THREADS, use_one_thread


class ForkedKernelApp(IPKernelApp):
    """The application on Unix sockets that its manager has bound and listens on: nobody can take their addresses."""

    connection: ClassVar[dict] = {}
    listeners: ClassVar[dict[int, int]] = {}  # port: descriptor
    confined: ClassVar[bool] = False

    def init_connection_file(self):
        """Take the connection from `connection`: what the file says that a confined child can't read."""
        self.load_connection_info(self.connection)

    def write_connection_file(self, **kwargs):
        """The manager has written it."""

    def _try_bind_socket(self, s, port):
        s.setsockopt(zmq.USE_FD, self.listeners[port])
        s.bind(f"ipc://{self.ip}-{port}")
        if s is self.shell_socket:
            s.bind("inproc://shell")  # the last endpoint is where the application's own debugger connects
        return port

    def init_heartbeat(self):
        """On the socket that is there."""
        kernelapp.Heartbeat = _Heartbeat
        super().init_heartbeat()

    def init_iopub(self, context):
        """Without the TCP port for the output of forked processes: on a socket beside the kernel's, or none."""
        pipe = None if self.confined else f"ipc://{self.ip}-pipe"
        kernelapp.IOPubThread = lambda socket, **options: _IOPub(socket, pipe, options)
        super().init_iopub(context)


class _Heartbeat(Heartbeat):
    def _try_bind_socket(self):
        self.socket.setsockopt(zmq.USE_FD, ForkedKernelApp.listeners[self.port])
        self.socket.bind(f"ipc://{self.ip}-{self.port}")


class _IOPub(IOPubThread):
    """The thread of the output channel; processes that a cell forks reach it at the address `pipe`."""

    def __init__(self, socket, pipe: str | None, options: dict):
        self._pipe_address = pipe
        super().__init__(socket, **{**options, "pipe": pipe is not None})

    def _setup_pipe_in(self):
        self._pipe_uuid = os.urandom(16)
        receiver = self.socket.context.socket(zmq.PULL)
        receiver.linger = 0
        receiver.bind(self._pipe_address)
        self._pipe_in = ZMQStream(receiver, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self):
        context = zmq.Context()  # the inherited one's threads did not survive the fork
        sender = context.socket(zmq.PUSH)
        sender.linger = 3000
        sender.connect(self._pipe_address)
        return context, sender


def be_kernel(request: Request, listeners: list[int], started) -> None:
    """Run a kernel until it is shut down.

    Parameters
    ----------
    request : Request
        With the kernel's command-line arguments and its connection.
    listeners : list of int
        The listening sockets, in the order of `CHANNELS`.
    started : callable
        Called once the kernel can answer.
    """
    if not os.environ.keys() & {*THREADS}:  # whoever says how many wants so many
        use_one_thread()
    arguments = list(request.arguments)
    if not any(argument.startswith("--HistoryManager.hist_file") for argument in arguments):
        arguments.append("--HistoryManager.hist_file=:memory:")  # its own, and no file that fifty kernels wait for
    arguments.append("--IPKernelApp.parent_handle=1")  # no thread that looks for the parent: the server does
    sys.argv = ["ipykernel_launcher.py", *request.arguments]
    ports = [request.connection[name] for name in CHANNELS]
    ForkedKernelApp.connection, ForkedKernelApp.confined = request.connection, request.confined
    ForkedKernelApp.listeners = dict(zip(ports, listeners, strict=True))
    wanted = os.environ.get("MPLBACKEND")
    app = ForkedKernelApp.instance()
    app.initialize(arguments)
    if wanted and not wanted.endswith("matplotlib_inline.backend_inline"):
        sys.modules["matplotlib"].rcParams["backend"] = wanted
    else:
        backend_inline._enable_matplotlib_integration()  # it ran at import too, in the preloaded process without shell
    started()
    app.start()
    _end_threads(app)


def _end_threads(app: IPKernelApp) -> None:
    """Let the last request be finished: at exit the output channel closes, and what still writes to it would fail."""
    for thread in (app.control_thread, app.shell_channel_thread):
        if thread and thread.is_alive():
            thread.stop()
            thread.join(10)  # seconds; a learner's own thread can't keep it longer
