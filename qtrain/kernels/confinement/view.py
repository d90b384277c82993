"""The file system that confined children see, read-only: a list of what may be seen, and nothing else.

The interpreter, the installed libraries one by one, the system's libraries and programs, and the rooms of qtrain. No
course, check, solution or bank is on it, wherever an install put one: a second copy of qtrain, a stray folder among the
libraries or another Python's packages are simply not named.
"""

from __future__ import annotations

import os
import re
import site
import stat
import sys
import sysconfig
from collections.abc import Iterator
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from qtrain.kernels.confinement import calls
from qtrain.kernels.fingerprint import package

SCRATCH = "/scratch"
HOME, TEMPORARY, SHARED = f"{SCRATCH}/learner", f"{SCRATCH}/tmp", f"{SCRATCH}/shm"
# The parts of qtrain that a notebook's process imports.
ROOMS = ("authoring", "circuits", "checking", "drawing", "course", "kernels", "grading", "skills")
_PROGRAMS = ("/usr/bin", "/bin", "/usr/local/bin")
_LIBRARIES = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libx32", "/usr/local/lib", "/usr/local/lib64")
_ROOT_LIBRARIES = ("/lib", "/lib32", "/lib64", "/libx32")
_IN_LIBRARIES = re.compile(r".*\.so(\..*)?|.*-linux-\w+|gconv|gcc|locale|terminfo|git-core|gdk-pixbuf-.*|tcl.*|tk.*")
_SHARED = ("fonts", "fontconfig", "zoneinfo", "locale", "i18n", "terminfo", "misc", "mime", "X11", "git-core")
_STORES = ("/nix/store", "/gnu/store")
_SITE = ("site-packages", "dist-packages")
_SETTINGS = (
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "timezone",
    "fonts",
    "alternatives",
    "mime.types",
)
_DEVICES = ("null", "zero", "full", "random", "urandom")
_LINKS = (("/dev/fd", "/proc/self/fd"), ("/dev/shm", SHARED), ("/tmp", TEMPORARY), ("/var/tmp", TEMPORARY))
WRITABLE_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


def readable() -> list[str]:
    """The existing files and folders that a child may read, none below another, by their real names."""
    kept: set[str] = set()
    for path in sorted(map(os.path.realpath, _listed()), key=len):
        if os.path.exists(path) and kept.isdisjoint(map(str, Path(path).parents)) and path != "/":
            kept.add(path)
    return sorted(kept)


def links() -> set[tuple[str, str]]:
    """The symbolic links by which `readable` is reached, each with its target."""
    found: dict[str, str] = {}
    left = sorted(_listed())
    while left:
        path = Path(left.pop())
        for step in (*reversed(path.parents), path):
            if step.is_symlink() and str(step) not in found:
                found[str(step)] = os.readlink(step)
                left.append(os.path.normpath(os.path.join(os.path.realpath(step.parent), found[str(step)])))
    # By their real places: what lies below a link is reached through it.
    return {
        (os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path)), target)
        for path, target in found.items()
    }


@lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    return frozenset(os.path.abspath(path) for path in (*_system(), *_interpreter(), *_packages(), *_own()))


def settings() -> list[str]:
    """The files of /etc that libraries want."""
    return [path for name in _SETTINGS if os.path.exists(path := f"/etc/{name}")]


def _system() -> Iterator[str]:
    """Programs, shared libraries, fonts, time zones: no Python, whichever the system has, and no data of anybody's."""
    yield from _PROGRAMS
    for folder in (*_LIBRARIES, *_ROOT_LIBRARIES):
        yield from _matching(folder, _IN_LIBRARIES)
    for prefix in ("/usr/share", "/usr/local/share"):
        yield from (f"{prefix}/{name}" for name in _SHARED)
    if any(map(os.path.isdir, _STORES)):  # there each library is a folder of its own: those that are in use
        with open("/proc/self/maps") as maps:
            used = {match[0] for line in maps if (match := re.search(r"/(?:nix|gnu)/store/[^/\s]+", line))}
        yield from (path for path in used if "qtrain" not in path)


def _interpreter() -> Iterator[str]:
    """Python itself: programs, shared libraries, the standard library without what is installed into it."""
    yield os.path.dirname(os.path.realpath(sys.executable))
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        yield os.path.join(prefix, "bin")
        yield os.path.join(prefix, "pyvenv.cfg")
        for folder in ("lib", "lib64"):
            yield from _matching(os.path.join(prefix, folder), _IN_LIBRARIES)
    for folder in {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), os.path.dirname(os.__file__)}:
        yield from (path for path in _entries(folder) if os.path.basename(path) not in _SITE)


def _packages() -> Iterator[str]:
    """What the installed distributions say is theirs, unless they are part of qtrain or build on it."""
    folders = {*site.getsitepackages(), *(path for path in sys.path if os.path.basename(path) in _SITE)}
    if site.ENABLE_USER_SITE:
        folders.add(site.getusersitepackages())
    for folder in sorted(filter(os.path.isdir, folders)):
        for found in metadata.distributions(path=[folder]):
            if not _of_qtrain(found):
                yield from (os.path.join(folder, name) for name in _top_names(found))


def _of_qtrain(found: metadata.Distribution) -> bool:
    # Read as text: parsing all of it takes a second for a few hundred distributions.
    told = found.read_text("METADATA") or found.read_text("PKG-INFO") or "Name: qtrain"
    head = told.split("\n\n", 1)[0]
    return bool(re.search(r"(?im)^(name|requires-dist):\s*qtrain(?![a-z0-9])", head))


def _top_names(found: metadata.Distribution) -> set[str]:
    """The names of a distribution's files and folders where it is installed."""
    record = found.read_text("RECORD") or found.read_text("installed-files.txt") or ""
    names = set(re.findall(r'(?m)^"?([^/,"\n]+)', record))
    if not record:
        names = set((found.read_text("top_level.txt") or found.name).split())
        names |= {f"{name}.py" for name in names}
    if own := getattr(found, "_path", None):
        names.add(os.path.basename(own))
    return {n for n in names if n not in (".", "..", "__pycache__") and not n.startswith("qtrain")}


def _own() -> Iterator[str]:
    """This qtrain: its modules and the rooms that a notebook's process needs."""
    own = str(package())
    yield from (path for path in _entries(own) if path.endswith(".py"))
    yield from (os.path.join(own, room) for room in ROOMS)


def _entries(folder: str | None) -> list[str]:
    return [entry.path for entry in os.scandir(folder)] if folder and os.path.isdir(folder) else []


def _matching(folder: str, names: re.Pattern) -> list[str]:
    return [path for path in _entries(folder) if names.fullmatch(os.path.basename(path))]


def build(root: str) -> None:
    """Make the view at the empty folder `root` and move into it.

    Parameters
    ----------
    root : str
        A folder to mount it on.
    """
    calls.mount("none", "/", None, calls.MS_REC | calls.MS_PRIVATE)
    calls.mount("tmpfs", root, "tmpfs", calls.MS_NOSUID | calls.MS_NODEV, "size=4m,mode=755")
    for path in (*readable(), *settings()):
        _bind(path, root + path)
    for path, target in sorted(links()):
        if not os.path.lexists(root + path):
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(target, root + path)
    for name in _DEVICES:
        _bind(f"/dev/{name}", f"{root}/dev/{name}", read_only=False)
    for path, target in _LINKS:
        if not os.path.lexists(root + path):  # it is there when Python is installed below it
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(target, root + path)
    for path in ("/proc", SCRATCH, "/.old"):
        os.mkdir(root + path)
    Path(root + "/etc/passwd").write_text(f"learner:x:{os.getuid()}:{os.getgid()}::{HOME}:/bin/sh\n")
    calls.mount("proc", root + "/proc", "proc", calls.MS_NOSUID | calls.MS_NODEV | calls.MS_NOEXEC)
    os.chdir(root)
    calls.pivot_root(".", ".old")
    os.chdir("/")
    calls.unmount("/.old")
    os.rmdir("/.old")
    calls.make_read_only("/", recursive=False)


def _bind(source: str, target: str, read_only: bool = True) -> None:
    if stat.S_ISDIR(os.stat(source).st_mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        Path(target).touch()
    calls.mount(source, target, None, calls.MS_BIND | calls.MS_REC)
    if read_only:
        calls.make_read_only(target)
