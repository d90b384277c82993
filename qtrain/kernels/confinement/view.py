"""The file system that confined children see: Python, its packages and the system's libraries, read-only."""

from __future__ import annotations

import os
import site
import stat
import sys
from pathlib import Path

from qtrain.kernels.confinement import calls
from qtrain.kernels.fingerprint import package

SCRATCH = "/scratch"
HOME, TEMPORARY, SHARED = f"{SCRATCH}/learner", f"{SCRATCH}/tmp", f"{SCRATCH}/shm"
TRANSPORT = "/run/qtrain"
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
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
    """The existing folders that a child may read, none below another; symbolic links at the root are left as they are.

    Of a checkout only the package itself: beside it lie the course's sources. Folders that PYTHONPATH adds are not in.
    """
    wanted = [
        *_SYSTEM,
        sys.prefix,
        sys.base_prefix,
        sys.exec_prefix,
        os.path.dirname(os.path.realpath(sys.executable)),
        *site.getsitepackages(),
        str(package()),
    ]
    if site.ENABLE_USER_SITE:
        wanted.append(site.getusersitepackages())
    wanted += [os.path.realpath(path) for path in wanted if not path.startswith(_SYSTEM)]
    kept: list[str] = []
    for path in sorted({os.path.abspath(p) for p in wanted if os.path.isdir(p)}, key=len):
        if path != "/" and not any(path == k or path.startswith(k + "/") for k in kept):
            kept.append(path)
    return kept


def hidden() -> list[str]:
    """Folders below `readable` that a child must not read: the course within the installed package."""
    return [path for path in (os.path.join(package(), "_course"),) if os.path.isdir(path)]


def settings() -> list[str]:
    """The files of /etc that libraries want."""
    return [path for name in _SETTINGS if os.path.exists(path := f"/etc/{name}")]


def build(root: str, transport: str) -> None:
    """Make the view at the empty folder `root` and move into it.

    Parameters
    ----------
    root : str
        A folder to mount it on.
    transport : str
        The folder that holds the sockets of confined Jupyter kernels; each child sees only its own.
    """
    calls.mount("none", "/", None, calls.MS_REC | calls.MS_PRIVATE)
    calls.mount("tmpfs", root, "tmpfs", calls.MS_NOSUID | calls.MS_NODEV, "size=1m,mode=755")
    for path in readable():
        if os.path.islink(path) and os.path.dirname(path) == "/":
            os.symlink(os.readlink(path), root + path)
        else:
            _bind(path, root + path)
    for path in hidden():
        flags = calls.MS_NOSUID | calls.MS_NODEV | calls.MS_RDONLY
        calls.mount("tmpfs", root + path, "tmpfs", flags, "size=4k,mode=555")
    for path in settings():
        _bind(path, root + path)
    for name in _DEVICES:
        _bind(f"/dev/{name}", f"{root}/dev/{name}", read_only=False)
    for path, target in _LINKS:
        if not os.path.lexists(root + path):  # it is there when Python is installed below it
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            os.symlink(target, root + path)
    for path in ("/proc", SCRATCH, "/.old"):
        os.mkdir(root + path)
    _bind(transport, root + TRANSPORT, read_only=False)
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
