"""The four programs that make up a class's server: as whom each runs, with which command, and what it is told."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qtrain.classroom import own_pages, proxy, settings
from qtrain.classroom.cgroups import Groups
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.folders import opened_as
from qtrain.classroom.settings import Settings
from qtrain.kernels.confinement import calls

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
    starts: int = 0

    @property
    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self, folder: Path, owner: int) -> None:
        """Start it in the hub's folder, which is `owner`'s; what it says goes to its log."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.socket)
        user: dict[str, Any] = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        with opened_as(owner):  # a link in a folder of theirs leads nowhere that they could not go
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


def parts(told: Settings, secrets: dict[str, str], groups: Groups, fenced: bool) -> list[Part]:
    """The nursery, the proxy, the hub and the service of a class, none of them started.

    Parameters
    ----------
    told : Settings
    secrets : dict
        See `qtrain.classroom.folders.made_secrets`.
    groups : Groups
        The learners' control groups.
    fenced : bool
        Whether learners' programs get a view of the computer of their own.

    Raises
    ------
    ClassroomError
        When a program is missing.
    """
    folders = [str(Path(sys.executable).parent), *os.environ.get("PATH", os.defpath).split(os.pathsep)]
    common = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    common |= {"PATH": os.pathsep.join(folders), settings.FOLDER: str(told.folder)}
    hub = common | {"HOME": str(told.state)} | secrets
    gate = {name: secrets[name] for name in ("CONFIGPROXY_AUTH_TOKEN", own_pages.KEY)}
    service = common | {
        "HOME": str(told.state),
        "JUPYTERHUB_API_TOKEN": secrets["QTRAIN_SERVICE_TOKEN"],
        "JUPYTERHUB_API_URL": told.url("hub", "/hub/api"),
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_HOST": "",
        "JUPYTERHUB_CLIENT_ID": "service-class",
        "JUPYTERHUB_OAUTH_CALLBACK_URL": "/services/class/oauth_callback",
        "JUPYTERHUB_SERVICE_NAME": "class",
        "JUPYTERHUB_SERVICE_PREFIX": "/services/class/",
        "JUPYTERHUB_SERVICE_URL": told.url("service"),
    }
    limits = ["--first-uid", str(told.first_uid), "--memory", str(told.memory)]
    limits += ["--cgroups", str(groups.version)]
    limits += [text for tree in groups.trees for text in ("--tree", str(tree))]
    limits += ["--immortal"] * told.immortal + ["--unfenced"] * (not fenced)
    python = [sys.executable, "-m"]
    nursery = [*python, "qtrain.classroom.nursery", str(told.run), str(told.homes), *limits]
    config = str(Path(__file__).with_name("jupyterhub_config.py"))
    jupyterhub = [*python, "qtrain.kernels.tools", "jupyterhub", "-f", config]  # two seconds sooner than by itself
    # Nothing of the template's may depend on a home, and nothing secret may be in its memory.
    plain = common | {"HOME": "/nonexistent"}
    return [
        Part("nursery", nursery, plain, told.nursery),
        Part("proxy", _with_low_ports(proxy.command(told), told.hub_uid), common | gate, told.socket("proxy")),
        Part("hub", jupyterhub, hub, told.socket("hub"), told.hub_uid),
        Part("service", [*python, "qtrain.classroom.service"], service, told.socket("service"), told.hub_uid),
    ]


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
