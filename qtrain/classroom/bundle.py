"""``qtrain hub DIR bundle OUT``: the class's server as one file, for a computer without internet.

It holds every package at the versions and hashes of the lock, Node among them, JupyterHub's proxy, and the course; and
one script that installs them with nothing but a Python.
"""

from __future__ import annotations

import hashlib
import sys
import tarfile
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from packaging.utils import parse_wheel_filename

from qtrain import __version__, atomic
from qtrain.classroom import proxy
from qtrain.classroom.errors import ClassroomError

PYTHONS = ("3.11", "3.12", "3.13")
EXTRAS = ("hub", "grade")
INSTALLER = "uv"  # pip may be missing where Python is not: Debian has it in a package of its own
PLATFORM = "linux"
WHEELS = "wheels"  # below the folder for the bundle: what was downloaded


def add_arguments(parser) -> None:
    """The arguments of ``qtrain hub DIR bundle``."""
    parser.add_argument("out", type=Path, metavar="OUT", help="folder for the bundle, such as a USB stick's")
    parser.add_argument(
        "--python",
        nargs="+",
        choices=PYTHONS,
        default=[f"{sys.version_info.major}.{sys.version_info.minor}"],
        metavar="3.X",
        help="what the other computer may have: each more takes some 250 MB (default: this one's)",
    )


def run(args) -> int:
    """Write the bundle, and say how large it is and what to do with it."""
    from qtrain.course.course import find_root
    from qtrain.site.building import BuildFailed

    root = find_root()
    if not (root / "requirements.lock").is_file():
        raise ClassroomError(
            f"{root} is no checkout of the project: make the bundle in one, where requirements.lock names every package"
        )
    if not (proxy.place() / proxy.PROGRAM).is_file():
        print("JupyterHub's proxy is fetched, once …", flush=True)
        proxy.fetch()
    print("The packages are gathered …", flush=True)
    try:
        path = bundle(root, args.out, args.python)
    except BuildFailed as problem:
        raise ClassroomError(str(problem)) from None
    print(
        f"{path}: {path.stat().st_size / 1e6:.0f} MB. On the other computer:  tar -xf {path.name}  and then  "
        f"sudo sh {path.name.removesuffix('.tar')}/install.sh\n"
        f"{args.out / WHEELS} only saves downloads the next time: delete it where room is short."
    )
    return 0


def bundle(root: Path, output: Path, pythons: Iterable[str]) -> Path:
    """Write the bundle.

    Parameters
    ----------
    root : Path
        The checkout.
    output : Path
        Folder for it; the downloaded packages are kept below it for the next time.
    pythons : iterable of str
        Versions ``3.X`` that the other computer may have.

    Returns
    -------
    Path
        The tar file, which is not compressed: wheels are.
    """
    from qtrain.site.bundle import wheelhouse

    pythons = list(dict.fromkeys(pythons))
    name = f"qtrain-hub-{__version__}-{PLATFORM}-py{'-'.join(pythons)}"
    lock = part_of_lock(root)
    wheels: dict[str, Path] = {}
    texts = {
        "install.sh": _template("install.sh").replace("@PYTHONS@", " ".join(pythons)),
        "README.txt": _template("README.txt").format(version=__version__, pythons=" or ".join(pythons), name=name),
    }
    for python in pythons:
        folder = output / WHEELS / f"hub-{PLATFORM}-py{python}"
        found = wheelhouse(root, folder, PLATFORM, python, lock, (root, root / "teach"))
        texts[f"requirements-{python}.txt"] = requirements(found)
        wheels |= {wheel.name: wheel for wheel in found}
    with atomic.beside(output / f"{name}.tar") as new, tarfile.open(new, "w") as archive:
        for text_name, text in texts.items():
            _add_text(archive, f"{name}/{text_name}", text)
        for wheel in sorted(wheels.values()):
            place = "teacher" if wheel.name.startswith("qtrain_teach-") else "wheels"
            archive.add(wheel, f"{name}/{place}/{wheel.name}", filter=_plainly)
        archive.add(proxy.place(), f"{name}/proxy", filter=_plainly)
    return output / f"{name}.tar"


def part_of_lock(root: Path) -> str:
    """What a class's server needs of the lock, and the program that installs it."""
    from qtrain.classroom.kubernetes import requirements as locks

    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    project["optional-dependencies"]["installer"] = [INSTALLER]
    return locks.part_of_lock((root / "requirements.lock").read_text("utf-8"), project, (*EXTRAS, "installer"))


def requirements(wheels: Iterable[Path]) -> str:
    """Every wheel but the installer and the teacher's, by version and hash."""
    lines = []
    for wheel in wheels:
        name, version, *_ = parse_wheel_filename(wheel.name)
        if name not in (INSTALLER, "qtrain-teach"):
            lines.append(f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}")
    return "\n".join(lines) + "\n"


def _template(name: str) -> str:
    return resources.files("qtrain.classroom").joinpath("bundle_files", name).read_text("utf-8")


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    import io

    data = text.encode("utf-8")
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(data), 0o755 if name.endswith(".sh") else 0o644
    archive.addfile(info, io.BytesIO(data))


def _plainly(info: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Root's, readable for all; links between Node's commands are left out, for some sticks know none."""
    if not (info.isfile() or info.isdir()):
        return None
    info.uid = info.gid = 0
    info.uname = info.gname = "root"
    info.mode = 0o755 if info.isdir() else 0o644
    return info
