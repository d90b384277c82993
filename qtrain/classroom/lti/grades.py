"""``qtrain hub DIR grades RELEASE``: the grades of a release, from the gradebook to the platform."""

from __future__ import annotations

from pathlib import Path

from qtrain.classroom.database import ClassDatabase
from qtrain.classroom.errors import ClassroomError
from qtrain.classroom.releases import Releases
from qtrain.grading.errors import GradingError

from . import keys, ledger, platform
from .scores import Report, Service, graded

GRADEBOOKS = "graded"  # in the class's folder, a folder for each release


def add_arguments(parser) -> None:
    """The options."""
    parser.add_argument("release", metavar="RELEASE", help="the release's name in this class, such as ps1")
    parser.add_argument(
        "--gradebook",
        type=Path,
        metavar="OUT",
        help=f"the folder that qtrain grade -o OUT wrote (default: DIR/{GRADEBOOKS}/RELEASE)",
    )


def run(args) -> int:
    """Send them, and say what became of each; 1 if one has to be sent again."""
    report = send(args.folder, args.release, args.gradebook)
    for line in report.lines():
        print(line)
    return 1 if report.failed else 0


def send(folder: Path, release: str, gradebook: Path | None = None) -> Report:
    """Send the grades of a release to the platform; what has arrived before is not sent again.

    Parameters
    ----------
    folder : Path
        The class's folder.
    release : str
        The release's name there.
    gradebook : Path, optional
        The folder that ``qtrain grade -o`` wrote; by default ``graded/RELEASE`` in the class's folder.

    Raises
    ------
    ClassroomError
    """
    told = platform.read(folder)
    asked = Releases(folder, ClassDatabase(folder)).one(release).manifest
    try:
        with Service(told, keys.of(folder), ledger.of(folder)) as service:
            return service.send(release, graded(gradebook or Path(folder, GRADEBOOKS, release), asked.id))
    except GradingError as error:
        raise ClassroomError(str(error)) from None
