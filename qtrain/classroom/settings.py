"""How a class's server is set up: one file in the class's folder, and the places that follow from it."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from urllib.parse import quote

from qtrain import atomic
from qtrain.classroom.errors import ClassroomError
from qtrain.kernels.confinement.nursery import BASE_UID, SPAN

HUB_UID = BASE_UID + SPAN - 1  # the user number of hub, proxy and service, which belongs to nobody else
FOLDER = "QTRAIN_CLASS"  # the variable with the class's folder, for hub and service


@dataclass(frozen=True)
class Settings:
    """What a teacher chose for a class's server.

    Attributes
    ----------
    folder : Path
        The class's folder.
    address : str
        The address to listen on; "" means every address of the computer.
    port : int
        The port; below 1024 no learner's program can take it while the proxy starts again.
    teachers : tuple of str
        Names with which teachers sign in.
    seats : int
        The most servers at once; 0: as many as the computer's memory carries.
    memory : int
        MiB that one learner's server and kernels may use together.
    immortal : bool
        Whether the objects of the nursery are made immortal before it forks, where this Python can.
    """

    folder: Path
    address: str = ""
    port: int = 80
    teachers: tuple[str, ...] = ("teacher",)
    seats: int = 0
    memory: int = 1024
    immortal: bool = True

    def save(self) -> None:
        """Write the settings into the class's folder."""
        kept = {name: value for name, value in asdict(self).items() if name != "folder"}
        atomic.write_json(self.state / "settings.json", kept, durable=True)

    @property
    def state(self) -> Path:
        """What hub, proxy and service keep."""
        return self.folder / "hub"

    @property
    def homes(self) -> Path:
        """The learners' folders."""
        return self.folder / "homes"

    @property
    def run(self) -> Path:
        """Where sockets lie while the server runs: a short path, for a socket's has at most 107 bytes."""
        key = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:8]
        return Path("/run") / f"qtrain-{key}"

    @property
    def nursery(self) -> Path:
        """The nursery's socket."""
        return self.run / "nursery.sock"

    def socket(self, part: str) -> Path:
        """The socket of "hub", "proxy" (its API) or "service"."""
        return self.run / "hub" / f"{part}.sock"

    def url(self, part: str, path: str = "") -> str:
        """The same as an address for requests inside the computer."""
        return unix_url(self.socket(part)) + path


def unix_url(path: Path) -> str:
    """The address of an HTTP server on a Unix socket, as JupyterHub and its proxy write it."""
    return f"http+unix://{quote(str(path), safe='')}"


def load(folder: Path) -> Settings:
    """The settings in a class's folder; the usual ones where there are none yet.

    Raises
    ------
    ClassroomError
        When the file can't be read.
    """
    folder = Path(folder).resolve()
    path = folder / "hub" / "settings.json"
    try:
        found = json.loads(path.read_text("utf-8"))
        known = {field.name for field in fields(Settings)} - {"folder"}
        unknown = sorted(set(found) - known)
        if unknown:
            raise ClassroomError(f"{path} has {', '.join(unknown)}, which this qtrain does not know: update qtrain")
        return Settings(folder, **found | {"teachers": tuple(found.get("teachers", ("teacher",)))})
    except FileNotFoundError:
        return Settings(folder)
    except (ValueError, TypeError) as error:
        raise ClassroomError(f"{path} can't be read ({error}): remove it, and give the options again") from None
