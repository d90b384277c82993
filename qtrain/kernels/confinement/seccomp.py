"""A system-call filter, assembled by hand: what a notebook never needs and an escape would."""

from __future__ import annotations

import ctypes
import errno
import socket
import struct

from qtrain.kernels.confinement import calls

# name: number on (x86_64, aarch64); None where there is no such call.
_DENIED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "perf_event_open": (298, 241),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "mount_setattr": (442, 442),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "unshare": (272, 97),
    "setns": (308, 268),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "lookup_dcookie": (212, 18),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "acct": (163, 89),
    "syslog": (103, 116),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "personality": (135, 92),
    # memory that the bound on the address space doesn't count
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    # no new way out: what a child may speak over, it is given
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
}
_SOCKETPAIR, _CLONE, _CLONE3 = (53, 199), (56, 220), (435, 435)
_ARCHITECTURE = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_NAMESPACES = (
    calls.CLONE_NEWNS
    | calls.CLONE_NEWUTS
    | calls.CLONE_NEWIPC
    | calls.CLONE_NEWUSER
    | calls.CLONE_NEWPID
    | calls.CLONE_NEWNET
    | 0x02000000
)  # the last: control groups

_LOAD, _AND, _JUMP_EQUAL, _JUMP_NOT_BELOW, _JUMP_ANY, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
# in struct seccomp_data (the low halves of the first two arguments)
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_AT, _SECOND_AT = 0, 4, 16, 24
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000


def program(architecture: str | None = None) -> bytes:
    """The filter as BPF instructions.

    Parameters
    ----------
    architecture : str, optional
        Default: this machine's.
    """
    column, token = _ARCHITECTURE[architecture or calls.machine()]
    code: list[tuple[int, int, int, int]] = []

    def add(op, value, if_true=0, if_false=0):
        code.append((op, if_true, if_false, value))

    refuse, missing = _ERRNO | errno.EPERM, _ERRNO | errno.ENOSYS
    add(_LOAD, _ARCHITECTURE_AT)
    add(_JUMP_EQUAL, token, 1, 0)
    add(_RETURN, _KILL)  # the tables of another architecture's calls would let anything through
    add(_LOAD, _NUMBER_AT)
    if column == 0:
        add(_JUMP_NOT_BELOW, 0x40000000, 0, 1)
        add(_RETURN, _KILL)  # the x32 calls have other numbers
    for number in sorted(pair[column] for pair in _DENIED.values() if pair[column] is not None):
        add(_JUMP_EQUAL, number, 0, 1)
        add(_RETURN, refuse)
    add(_JUMP_EQUAL, _CLONE3[column], 0, 1)
    add(_RETURN, missing)  # its flags are behind a pointer; the C library then uses clone
    add(_JUMP_EQUAL, _CLONE[column], 0, 4)
    add(_LOAD, _FIRST_AT)
    add(_JUMP_ANY, _NAMESPACES, 0, 1)
    add(_RETURN, refuse)
    add(_RETURN, _ALLOW)
    add(_JUMP_EQUAL, _SOCKETPAIR[column], 0, 7)
    add(_LOAD, _FIRST_AT)
    add(_JUMP_EQUAL, int(socket.AF_UNIX), 0, 4)
    add(_LOAD, _SECOND_AT)
    add(_AND, 0xF)
    add(_JUMP_EQUAL, int(socket.SOCK_STREAM), 2, 0)
    add(_JUMP_EQUAL, int(socket.SOCK_SEQPACKET), 1, 0)
    add(_RETURN, refuse)  # one end of a pair of datagram sockets can be turned to any other socket
    add(_RETURN, _ALLOW)
    return b"".join(struct.pack("=HBBI", *line) for line in code)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def available() -> bool:
    """Whether there is a filter for this machine."""
    return calls.machine() in _ARCHITECTURE


def apply() -> None:
    """Filter the system calls of this process and of all that it starts, for good."""
    code = program()
    calls.prctl(calls.PR_SET_NO_NEW_PRIVS, 1)
    calls.prctl(calls.PR_SET_SECCOMP, 2, ctypes.byref(_Program(len(code) // 8, code)))
