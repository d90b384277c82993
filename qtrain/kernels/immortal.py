"""Make all objects of a process immortal before it forks, so that children don't copy pages by counting references.

Since PEP 683 an object whose reference count has a certain value is never counted. The interpreter sets it for its own
constants; here it is set for all that was imported. What is immortal is never freed: for a process that forks, and that
keeps what it imported for ever, that costs nothing.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from types import CodeType, FrameType

_IMMORTAL = 0xFFFFFFFF  # all bits of the low half of the count, as CPython 3.12 and 3.13 write it on 64 bits
_FIRST_IMMORTAL = 0x7FFFFFFF
_ARENA_MAX = -8  # of mallopt
_OF_CODE = (
    "co_consts",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
    "co_code",
    "co_filename",
    "co_name",
    "co_qualname",
    "co_linetable",
    "co_exceptiontable",
)


def available() -> bool:
    """Whether this interpreter is one whose counts are known here: CPython 3.12 or 3.13 on 64 bits, with its lock."""
    return (
        sys.implementation.name == "cpython"
        and (3, 12) <= sys.version_info[:2] <= (3, 13)
        and sys.maxsize > 2**32
        and sys.byteorder == "little"
        and getattr(sys, "_is_gil_enabled", lambda: True)()
    )


def immortalise() -> int:
    """Make every object that can be reached immortal; returns how many became so. Nothing where it is not available."""
    if not available():
        return 0
    gc.collect()
    seen: set[int] = set()
    found: list[int] = []
    stack = gc.get_objects()
    stack += [module.__dict__ for module in list(sys.modules.values()) if module is not None]
    own = {id(seen), id(found), id(stack)}
    while stack:
        thing = stack.pop()
        if id(thing) in seen or id(thing) in own or isinstance(thing, FrameType):
            continue
        seen.add(id(thing))
        found.append(id(thing))
        stack += [other for other in gc.get_referents(thing) if id(other) not in seen]
        if type(thing) is CodeType:  # does not show its parts to the collector
            stack += [part for name in _OF_CODE if id(part := getattr(thing, name)) not in seen]
    count = 0
    for address in found:
        low = ctypes.c_uint32.from_address(address)
        if low.value < _FIRST_IMMORTAL:
            low.value = _IMMORTAL
            count += 1
    gc.freeze()  # the collector, too, leaves them and their pages alone
    return count


def keep_pages_whole() -> None:
    """What children share stays shared: the collector leaves it alone, what is free goes back, each has one heap."""
    libc = ctypes.CDLL(None)
    if (pid := os.fork()) == 0:  # OpenBLAS ends its threads before a fork; newer ones offer no other way
        os._exit(0)
    os.waitpid(pid, 0)
    gc.collect()
    gc.freeze()
    libc.mallopt(_ARENA_MAX, 1)
    libc.malloc_trim(0)
