"""A Jupyter kernel in a child: ipykernel's own application, created after the fork."""

from __future__ import annotations

import os
import sys

from ipykernel import kernelapp
from ipykernel.iostream import IOPubThread
from ipykernel.kernelapp import IPKernelApp
from matplotlib_inline import backend_inline


class ConfinedKernelApp(IPKernelApp):
    """The application for a child that can't read its connection file and has no loopback."""

    connection: dict

    def init_connection_file(self):
        """Take the connection from `connection`."""
        self.load_connection_info(self.connection)

    def write_connection_file(self, **kwargs):
        """The manager has written it."""

    def init_iopub(self, context):
        """Without the TCP pipe for the output of forked processes, for which there is no network."""
        kernelapp.IOPubThread = lambda socket, **options: IOPubThread(socket, **{**options, "pipe": False})
        super().init_iopub(context)


def be_kernel(request: dict, started) -> None:
    """Run a kernel until it is shut down.

    Parameters
    ----------
    request : dict
        "arguments": the kernel's command-line arguments. "connection": for a confined kernel, what its connection file
        would say.
    started : callable
        Called once the kernel's sockets are bound: a client that connects before waits for its next attempt.
    """
    arguments = list(request["arguments"])
    if not any(argument.startswith("--HistoryManager.hist_file") for argument in arguments):
        arguments.append("--HistoryManager.hist_file=:memory:")  # its own, and no file that fifty kernels wait for
    arguments.append("--IPKernelApp.parent_handle=1")  # no thread that looks for the parent: the server does
    sys.argv = ["ipykernel_launcher.py", *request["arguments"]]
    kind = IPKernelApp
    if request.get("connection"):
        kind, ConfinedKernelApp.connection = ConfinedKernelApp, request["connection"]
    wanted = os.environ.get("MPLBACKEND")
    app = kind.instance()
    app.initialize(arguments)
    if wanted and not wanted.endswith("matplotlib_inline.backend_inline"):
        sys.modules["matplotlib"].rcParams["backend"] = wanted
    else:
        backend_inline._enable_matplotlib_integration()  # it ran at import too, in the template, where no shell was
    started()
    app.start()
