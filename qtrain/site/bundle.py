"""The bundle for a USB stick: the site, the learner's notebooks, and every package for one system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from qtrain import __version__
from qtrain.installing import BUNDLE, SYSTEMS, lines
from qtrain.site.building import BuildFailed
from qtrain.site.platforms import MARKERS, PLATFORMS, this_one

README = """qtrain {version} for {platform}, Python {python}

Read     open site/index.html in a browser; the search works, too.
Install  with Python {python}, in this folder, without a network:

    {install}

         The last line writes your copy of the course and opens it in JupyterLab; it is the one for the next time, too.
         The same notebooks lie in notebooks/.
"""


def bundle(root: Path, site: Path, output: Path, platform: str | None = None, python: str = "") -> Path:
    """Write the zip file.

    Parameters
    ----------
    root : Path
        The checkout: it has the lock file and makes qtrain's own wheel.
    site : Path
        The built pages.
    output : Path
        Folder for the zip file; the downloaded packages are kept below it for the next time.
    platform : str, optional
        One of :data:`qtrain.site.platforms.PLATFORMS`; default: this system.
    python : str
        ``3.X`` that the bundle is for; default: the running one.

    Returns
    -------
    Path
        The zip file.

    Raises
    ------
    BuildFailed
        A package could not be downloaded or built.
    """
    platform = platform or this_one()
    python = python or f"{sys.version_info.major}.{sys.version_info.minor}"
    name = f"qtrain-{__version__}-{platform}-py{python}"
    wheels = wheelhouse(root, output / "wheels" / f"{platform}-py{python}", platform, python)
    target = output / f"{name}.zip"
    system = next(system for system in SYSTEMS if platform.startswith(system))
    install = "\n    ".join(lines(system, BUNDLE))
    readme = README.format(version=__version__, platform=platform, python=python, install=install)
    with tempfile.NamedTemporaryFile(dir=output, suffix=".zip", delete=False) as stream:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{name}/README.txt", readme)
            for folder, place in ((site, "site"), (site / "_notebooks", "notebooks")):
                for file in sorted(path for path in folder.rglob("*") if path.is_file()):
                    archive.write(file, f"{name}/{place}/{file.relative_to(folder)}")
            for wheel in wheels:  # a wheel is compressed already
                archive.write(wheel, f"{name}/wheels/{wheel.name}", zipfile.ZIP_STORED)
    os.chmod(stream.name, 0o644)
    shutil.move(stream.name, target)
    return target


def wheelhouse(
    root: Path, folder: Path, platform: str, python: str, lock: str = "", projects: tuple[Path, ...] = ()
) -> list[Path]:
    """Download what an installation needs, at the versions and hashes of the lock, and make our own wheels.

    Parameters
    ----------
    root : Path
        The checkout.
    folder : Path
        Where the packages are kept; what is there already is not downloaded again.
    platform, python : str
        As for :func:`bundle`.
    lock : str
        The text of the lock, or of a part of it; default: what a learner needs.
    projects : tuple of Path
        The folders of our own packages; default: the checkout's.
    """
    folder.mkdir(parents=True, exist_ok=True)
    blocks = wanted(lock or (root / "requirements.lock").read_text("utf-8"), platform, python)
    for old in folder.glob("qtrain*.whl"):
        old.unlink()
    with tempfile.TemporaryDirectory() as scratch:
        chosen = Path(scratch, "requirements.txt")
        chosen.write_text("\n".join(blocks) + "\n", "utf-8")
        tags = [part for tag in PLATFORMS[platform] for part in ("--platform", tag)]
        _pip(
            "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "--python-version", python,
            "--implementation", "cp", *tags, "--dest", str(folder), "--requirement", str(chosen),
        )  # fmt: skip
        own = [str(project) for project in projects or (root,)]
        _pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), *own)
    pinned = {_pinned(block) for block in blocks}  # wheels of an older lock may lie there, too
    return sorted(
        wheel
        for wheel in folder.glob("*.whl")
        if wheel.name.startswith("qtrain") or parse_wheel_filename(wheel.name)[:2] in pinned
    )


def wanted(lock: str, platform: str, python: str) -> list[str]:
    """The blocks of the lock that a learner on this system needs.

    ``pip download --platform`` chooses files for another system but judges markers by the one it runs on, so they are
    judged here.

    Parameters
    ----------
    lock : str
        The text of ``requirements.lock``.
    platform, python : str
        As for :func:`bundle`.
    """
    base = lock.split("\n# extras\n")[0]
    blocks = [block for block in re.split(r"\n(?=[A-Za-z0-9])", base) if not block.startswith("#") and "==" in block]
    version = {"python_version": python, "python_full_version": f"{python}.0"}
    environment = default_environment() | MARKERS[platform] | version
    chosen = []
    for block in blocks:
        requirement = Requirement(block.split("\\")[0].strip())
        if requirement.marker is None or requirement.marker.evaluate(environment):
            hashes = block.split("\n", 1)[1] if "\n" in block else ""
            chosen.append(f"{requirement.name}{requirement.specifier} \\\n{hashes}".rstrip("\\ \n"))
    return chosen


def _pinned(block: str) -> tuple[str, Version]:
    """Name and version of a block of the lock."""
    requirement = Requirement(block.split("\\")[0].strip())
    return canonicalize_name(requirement.name), Version(str(requirement.specifier).removeprefix("=="))


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise BuildFailed(f"pip {arguments[0]} failed: " + " ".join(lines[-3:]))
