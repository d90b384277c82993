"""The system calls that confinement needs and Python doesn't have."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import stat
import struct

_libc = ctypes.CDLL(None, use_errno=True)

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_MOVE, MS_REC, MS_PRIVATE = 4096, 8192, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 36, 38
_MOUNT_ATTR_RDONLY, _MOUNT_ATTR_NOSUID, _MOUNT_ATTR_NODEV = 1, 2, 4
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_NUMBERS = {
    "x86_64": {"pivot_root": 155, "capset": 126, "keyctl": 250},
    "aarch64": {"pivot_root": 41, "capset": 91, "keyctl": 219},
}


def machine() -> str:
    """The processor's architecture as the tables here name it."""
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine())


def check(result: int, what: str) -> int:
    """`result`, or the OSError that it stands for."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option: int, value: int = 0, pointer=None) -> None:
    """Change how the kernel treats this process."""
    check(_libc.prctl(option, ctypes.c_ulong(value), pointer, 0, 0), "prctl")


def syscall(number: int, *arguments) -> int:
    """A system call by its number."""
    return check(_libc.syscall(number, *arguments), f"system call {number}")


def unshare(flags: int) -> None:
    """Move this process (its children, for CLONE_NEWPID) into new namespaces."""
    check(_libc.unshare(flags), "unshare")


def setns(fd: int, kind: int) -> None:
    """Enter the namespace that `fd` stands for."""
    check(_libc.setns(fd, kind), "setns")


def mount(source: str, target: str, kind: str | None, flags: int = 0, options: str | None = None) -> None:
    """Mount `source` at `target`."""
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind, options)]
    check(_libc.mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3]), f"mount {target}")


def make_read_only(path: str, recursive: bool = True) -> None:
    """Make the mount at `path` read-only, without set-uid programs and without devices."""
    attributes = (ctypes.c_uint64 * 4)(_MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | _MOUNT_ATTR_NODEV, 0, 0, 0)
    syscall(442, _AT_FDCWD, os.fsencode(path), _AT_RECURSIVE if recursive else 0, attributes, 32)  # mount_setattr


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root and move the old one to `old`."""
    syscall(_NUMBERS[machine()]["pivot_root"], os.fsencode(new), os.fsencode(old))


def unmount(path: str) -> None:
    """Take the mount at `path` away, also while it is in use."""
    check(_libc.umount2(os.fsencode(path), MNT_DETACH), f"umount {path}")


def drop_capabilities() -> None:
    """Give up every capability, for good."""
    header, none = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    syscall(_NUMBERS[machine()]["capset"], header, none)


def own_keys() -> None:
    """Leave the key ring of the session that this process was started in, for an empty one."""
    try:
        syscall(_NUMBERS[machine()]["keyctl"], 1, None)  # KEYCTL_JOIN_SESSION_KEYRING
    except OSError as error:
        if error.errno not in (errno.ENOSYS, errno.EPERM):  # then nobody here can use key rings
            raise


# Landlock: which files a process may read and write, enforced by the kernel whoever the process is.
_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
_NET = 0b11  # binding and connecting TCP sockets
_SCOPES = 0b11  # abstract Unix sockets and signals
# number of access rights to files that each version of the interface knows
_KNOWN = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}


def landlock_version() -> int:
    """The version of the kernel's interface; 0: there is none."""
    try:
        return syscall(_CREATE, None, 0, 1)
    except OSError:
        return 0


def landlock(read: list[str], write: list[str]) -> int:
    """Let this process read (and execute) only what is below `read`, and write only below `write`.

    Returns the version of the interface; from 4 on TCP is closed too, from 6 on signals to other processes.
    """
    found = landlock_version()
    if not found:
        return 0
    known = (1 << _KNOWN[min(found, 5)]) - 1
    rules = struct.pack("=QQQ", known, _NET if found >= 4 else 0, _SCOPES if found >= 6 else 0)
    size = 24 if found >= 6 else 16 if found >= 4 else 8
    ruleset = syscall(_CREATE, ctypes.c_char_p(rules), size, 0)
    try:
        for paths, rights in ((read, _EXECUTE | _READ | _LIST), (write, known)):
            for path in paths:
                _allow(ruleset, path, rights & known)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        syscall(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return found


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= _ON_FILES
        rule = struct.pack("=Qi", rights, parent)
        syscall(_ADD, ruleset, 1, ctypes.c_char_p(rule), 0)
    finally:
        os.close(parent)
