"""Landlock: which files a process may read and write, enforced by the kernel whoever the process is."""

from __future__ import annotations

import ctypes
import os
import stat
import struct

from qtrain.kernels.confinement import calls

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_ON_FILES = _EXECUTE | _WRITE | _READ | _TRUNCATE | _IOCTL
_NET = 0b11  # binding and connecting TCP sockets
_SCOPES = 0b11  # abstract Unix sockets and signals
# number of access rights to files that each version of the interface knows
_KNOWN = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}


def version() -> int:
    """The version of the kernel's interface; 0: there is none."""
    try:
        return calls.syscall(_CREATE, None, 0, 1)
    except OSError:
        return 0


def apply(read: list[str], write: list[str]) -> int:
    """Let this process read (and execute) only what is below `read`, and write only below `write`.

    Returns the version of the interface; from 4 on TCP is closed too, from 6 on signals to other processes.
    """
    found = version()
    if not found:
        return 0
    known = (1 << _KNOWN[min(found, 5)]) - 1
    rules = struct.pack("=QQQ", known, _NET if found >= 4 else 0, _SCOPES if found >= 6 else 0)
    size = 24 if found >= 6 else 16 if found >= 4 else 8
    ruleset = calls.syscall(_CREATE, ctypes.c_char_p(rules), size, 0)
    try:
        for paths, rights in ((read, _EXECUTE | _READ | _LIST), (write, known)):
            for path in paths:
                _allow(ruleset, path, rights & known)
        calls.prctl(calls.PR_SET_NO_NEW_PRIVS, 1)
        calls.syscall(_RESTRICT, ruleset, 0)
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
        calls.syscall(_ADD, ruleset, 1, ctypes.c_char_p(rule), 0)
    finally:
        os.close(parent)
