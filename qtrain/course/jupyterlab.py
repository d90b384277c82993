"""JupyterLab on a learner's folder, opened at its front page, with nothing that asks the network."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from pathlib import Path
from urllib.parse import quote

from qtrain import atomic
from qtrain.address_grammars import without_address_grammars
from qtrain.installing import with_this_python

from .display import can_show
from .errors import CourseError
from .identity import HOME

FIRST_PORT, PORTS = 8888, 50
PATIENCE_S = 120.0
# No news, no look for updates; light or dark as the system is; Markdown shown as a page, so that the front page is one.
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"checkForUpdates": False, "fetchNews": "false"},
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}
# Python 3 as this folder's notebooks start it: warm where the system can, ordinary elsewhere, and with an ear for cells
# that fail or are left out.
KERNEL = {
    "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}", "--ext=qtrain.session"],
    "display_name": "Python 3",
    "language": "python",
    "metadata": {
        "debugger": True,
        "kernel_provisioner": {"provisioner_name": "qtrain-provisioner", "config": {}},
    },
}
# What a learner has no use for: an instructor's menus, where they are installed, and a list of extensions to install.
PAGE = {"disabledExtensions": {"@jupyter/nbgrader": True, "@jupyterlab/extensionmanager-extension": True}}
WARM = "from qtrain.kernels.client import available, connect; available() and connect().close()"


def serve(folder: Path, front: str, port: int | None = None) -> int:
    """Serve until stopped; prints the address as soon as it answers, and opens it where there is a display."""
    try:
        with without_address_grammars():
            from jupyterlab.labapp import LabApp
    except ImportError as error:
        raise CourseError(
            f"JupyterLab is not installed completely ({error}). Install it with: "
            f"{with_this_python('--force-reinstall', 'jupyterlab')}"
        ) from None
    page = f"/lab/tree/{quote(front)}"
    if os.environ.get("JUPYTERHUB_API_URL"):
        print(f"Your copy of the course is in {folder}\nOpen {front} there in the file browser on the left.")
        return 0
    if port is None and (found := running(folder)) is not None:
        token = f"?token={found['token']}" if found.get("token") else ""
        address = f"{found['url'].rstrip('/')}{page}{token}"
        print(f"JupyterLab runs already on {folder}\nOpen it in a browser:  {address}")
        if can_show():
            webbrowser.open(address)
        return 0
    _look_for_a_port(port)
    token = os.environ.get("JUPYTER_TOKEN") or secrets.token_hex(24)
    prepare(folder)
    # Not on the command line, which other users of the machine can read.
    os.environ["JUPYTER_TOKEN"] = token
    # A terminal in JupyterLab finds `qtrain` even where the environment was not activated.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    threading.Thread(target=_announce, args=(f"{page}?token={token}", folder), daemon=True).start()
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []  # as in most containers
    LabApp.launch_instance(
        [
            *root,
            f"--ServerApp.root_dir={folder}",
            "--ServerApp.ip=127.0.0.1",
            # The server takes a port by binding it: one that was only looked at could be another's by then.
            f"--ServerApp.port={FIRST_PORT if port is None else port}",
            f"--ServerApp.port_retries={PORTS if port is None else 0}",
            f"--ServerApp.open_browser={can_show()}",
            "--ServerApp.contents_manager_class=qtrain.course.whole_files.WholeFiles",
            f"--LabApp.default_url={page}",
            f"--LabApp.workspaces_dir={folder / HOME / 'workspaces'}",
            "--LabApp.extension_manager=readonly",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.news_url=",
            "--MultiKernelManager.default_kernel_name=python3",
            *_encrypted(),
            "--Application.log_level=ERROR",
        ]
    )
    return 0


def prepare_kernel() -> None:
    """Import the first kernel's frameworks in the background, while the copy is renewed and JupyterLab opens."""
    subprocess.Popen([sys.executable, "-c", WARM], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def prepare(folder: Path) -> None:
    """Settings of the folder's own, beside which the user's settings still count."""
    config = folder / HOME / "jupyter"
    atomic.write_json(config / "labconfig" / "default_setting_overrides.json", SETTINGS)
    atomic.write_json(config / "labconfig" / "page_config.json", PAGE)
    atomic.write_json(config / "kernels" / "python3" / "kernel.json", KERNEL)
    for variable in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH"):
        others = os.environ.get(variable)
        os.environ[variable] = os.pathsep.join([str(config), *([others] if others else [])])


def running(folder: Path) -> dict | None:
    """The JupyterLab that serves this folder and answers, as Jupyter's own list has it."""
    from jupyter_server.serverapp import list_running_servers

    for found in list_running_servers():
        if Path(found.get("root_dir", "")).resolve() == folder.resolve():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", found["port"]), timeout=2):
                return found
    return None


def _look_for_a_port(wanted: int | None) -> None:
    """Say in a sentence what to do where no port can be had."""
    if wanted is not None and not is_free(wanted):
        raise CourseError(
            f"Port {wanted} is in use. Choose another one, as in --port {wanted + 1}, or leave "
            "--port out and a free one is found."
        )
    if wanted is None and not any(map(is_free, range(FIRST_PORT, FIRST_PORT + PORTS))):
        raise CourseError(
            f"Ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are all in use: stop a JupyterLab that still "
            "runs (jupyter server list shows them), or choose one with --port."
        )


def is_free(port: int) -> bool:
    """Whether this computer's port can be taken."""
    with socket.socket() as probe:
        if sys.platform != "win32":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _announce(page: str, folder: Path) -> None:
    """Print the address once the server answers, with the port that it got: earlier it would lead nowhere."""
    from jupyter_server.serverapp import list_running_servers

    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        port = next((one["port"] for one in list_running_servers() if one["pid"] == os.getpid()), None)
        try:
            if port is None:
                raise ConnectionError("not yet")
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
            continue
        print(
            f"Your copy of the course is in {folder}\nOpen it in a browser:  http://127.0.0.1:{port}{page}\n"
            "Stop it with Ctrl-C, twice.",
            flush=True,
        )
        return


def _encrypted() -> list[str]:
    """The option with which kernels on this computer's ports can't be overheard, and don't warn that they can."""
    import zmq

    return ["--KernelManager.transport_encryption=auto"] if zmq.has("curve") else []
