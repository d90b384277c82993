"""How a class's server is set up: one file in the class's folder, and the places that follow from it."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from urllib.parse import quote

from qtrain import atomic
from qtrain.classroom.errors import ClassroomError

# User numbers that belong to nobody: a learner's is FIRST_UID and their own number, the hub's the last of a class. Each
# class has a span of its own, so that two on one computer don't meet, and none meets the numbers of fenced grading.
FIRST_UID, SPAN, CLASSES = 0x61000000, 65536, 2048
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
    public : str
        What learners type, where that is another than this computer's address: behind a gateway or a name.
    teachers : tuple of str
        Names with which teachers sign in.
    seats : int
        The most servers at once; 0: as many as the computer's memory carries.
    memory : int
        MiB that one learner's server and kernels may use together.
    immortal : bool
        Whether the objects of the nursery are made immortal before it forks, where this Python can.
    first_uid : int
        Below the class's user numbers; drawn once for each class.
    """

    folder: Path
    address: str = ""
    port: int = 80
    public: str = ""
    teachers: tuple[str, ...] = ("teacher",)
    seats: int = 0
    memory: int = 1024
    immortal: bool = True
    first_uid: int = FIRST_UID

    def save(self) -> None:
        """Write the settings into the class's folder."""
        kept = {name: value for name, value in asdict(self).items() if name != "folder"}
        atomic.write_json(self.state / "settings.json", kept, durable=True)

    @property
    def hub_uid(self) -> int:
        """The user number of hub, proxy and service."""
        return self.first_uid + SPAN - 1

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


def draw_first_uid() -> int:
    """Where a new class's user numbers begin."""
    return FIRST_UID + SPAN * secrets.randbelow(CLASSES)


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
        if found.get("first_uid", FIRST_UID) not in range(FIRST_UID, FIRST_UID + SPAN * CLASSES, SPAN):
            raise ValueError("its user numbers belong to somebody else")  # the hub's user can write it, and is no root
        return Settings(folder, **found | {"teachers": tuple(found.get("teachers", ("teacher",)))})
    except FileNotFoundError:
        return Settings(folder)
    except PermissionError:
        raise ClassroomError(f"{path} is only for root to read: say sudo before the command") from None
    except (ValueError, TypeError) as error:
        raise ClassroomError(f"{path} can't be read ({error}): remove it, and give the options again") from None
