"""A learner's server: JupyterHub's own for one user, on a socket that listens already; kernels from the nursery."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import Any

from qtrain.kernels.policy import Request

FOLDER = "course"  # in the learner's home
# What a server imports when it starts; the nursery has it ready.
IMPORTS = (
    "aiohttp",
    "anyio._backends._asyncio",
    "babel",
    "jsonschema",
    "jupyter_client.provisioning",
    "jupyter_events",
    "jupyter_lsp",
    "jupyter_server.extension.serverextension",
    "jupyter_server.files.handlers",
    "jupyter_server.gateway.managers",
    "jupyter_server.nbconvert.handlers",
    "jupyter_server.serverapp",
    "jupyter_server.services.api.handlers",
    "jupyter_server.services.contents.largefilemanager",
    "jupyter_server.services.kernels.connection.channels",
    "jupyter_server.services.kernels.kernelmanager",
    "jupyter_server.services.sessions.sessionmanager",
    "jupyterhub.singleuser.extension",
    "jupyterlab.commands",
    "jupyterlab.handlers.extension_manager_handler",
    "jupyterlab.labapp",
    "jupyterlab_server.translation_utils",
    "nbconvert",
    "nbformat.v4",
    "notebook_shim",
    "qtrain.classroom.extension",
    "qtrain.course.learner_files",
    "qtrain.course.whole_files",
    "qtrain.kernels.provisioner",
    "qtrain.kernels.scratch",
    "qtrain.skills.progress",
    "qtrain.skills.record",
    "sqlite3",
    "tornado.httpserver",
    "tornado.simple_httpclient",
    "zmq.asyncio",
    "zmq.log.handlers",
)


def course() -> dict[str, bytes]:
    """The learner's copy of the course, made once for all: paths and contents."""
    from qtrain.course import load
    from qtrain.course.learn import files_for_learners

    return files_for_learners(load())


def listen(path: Path) -> socket.socket:
    """A listening socket that the learner and, by its folder's group, the proxy can connect to."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o117)
    try:
        listener.bind(str(path))
    finally:
        os.umask(mask)
    listener.listen(128)
    listener.setblocking(False)
    return listener


def serve(request: Request, listener: socket.socket, files: dict[str, bytes]) -> None:
    """Serve a learner until ended; this process is theirs already, in their home.

    Parameters
    ----------
    request : Request
        With the command line of JupyterHub's server for one user.
    listener : socket
        Where to serve.
    files : dict
        The learner's copy of the course.
    """
    from qtrain.course.jupyterlab import prepare
    from qtrain.course.learner_files import enrol, stock

    home = Path(os.environ["HOME"])
    folder = home / FOLDER
    folder.mkdir(exist_ok=True)
    enrol(folder, learner=os.environ["JUPYTERHUB_USER"])
    stock(folder, files)
    prepare(folder)
    os.chdir(folder)
    # Without these two lines they would be what the modules worked out from the nursery's home.
    lab = folder / ".qtrain"
    own = [f"--LabApp.workspaces_dir={lab / 'workspaces'}", f"--LabApp.user_settings_dir={lab / 'user-settings'}"]
    sys.argv = ["jupyterhub-singleuser", *request.arguments, *own]
    _application(listener).launch_instance()


def _application(listener: socket.socket) -> type[Any]:
    """JupyterHub's application for one user, on a socket that it is given."""
    from jupyter_server.serverapp import ServerApp
    from jupyterhub.singleuser.extension import JupyterHubSingleUser

    class LearnersServer(ServerApp):
        """Takes no address that somebody else could take first."""

        name = "ServerApp"

        def _find_http_port(self):
            return None

        def find_server_extensions(self):
            """Those of our configuration, and no other that happens to be installed."""

        def _bind_http_server(self):
            self.http_server.add_socket(listener)

    JupyterHubSingleUser.serverapp_class = LearnersServer  # a subclass would be looked for among qtrain's extensions
    return JupyterHubSingleUser
