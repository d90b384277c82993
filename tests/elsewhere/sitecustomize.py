"""Python as qtrain's modules find it on Windows: what only POSIX systems have is not there.

On the path of a process it holds there and in every child of it. Other packages keep what they need.
"""

import builtins
import types

MODULES = {"fcntl", "grp", "nis", "posix", "pty", "pwd", "readline", "resource", "spwd", "syslog", "termios", "tty"}
NAMES = {
    "os": {
        "chown chroot confstr ctermid fchdir fchmod fchown fork forkpty getegid geteuid getgid getgrouplist getgroups",
        "getloadavg getpgid getpgrp getpriority getresgid getresuid getsid getuid killpg lchown mkfifo mknod nice",
        "openpty pathconf pidfd_open pipe2 posix_fallocate posix_spawn register_at_fork sched_getaffinity",
        "sched_setaffinity sched_yield setegid seteuid setgid setgroups setpgid setpriority setregid setresgid",
        "setresuid setreuid setsid setuid statvfs sync sysconf uname unshare wait wait3 wait4 waitid",
        "eventfd fdatasync lockf major makedev memfd_create minor posix_spawnp pread preadv pwrite pwritev readv",
        "writev",
        "sendfile O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_SYNC RTLD_NOW WNOHANG WEXITSTATUS WIFEXITED",
        "WIFSIGNALED WTERMSIG",
    },
    "signal": {
        "SIGALRM SIGBUS SIGCHLD SIGCONT SIGHUP SIGIO SIGKILL SIGPIPE SIGPROF SIGQUIT SIGSTOP SIGTSTP SIGTTIN SIGTTOU",
        "SIGUSR1 SIGUSR2 SIGWINCH SIGXCPU SIGXFSZ ITIMER_REAL alarm getitimer pause pthread_kill pthread_sigmask",
        "setitimer siginterrupt sigpending sigtimedwait sigwait sigwaitinfo SIG_BLOCK SIG_SETMASK SIG_UNBLOCK",
    },
    "socket": {"AF_UNIX CMSG_LEN CMSG_SPACE SCM_RIGHTS SOL_UNIX SO_PEERCRED SO_PASSCRED recv_fds send_fds"},
    "select": {"epoll poll EPOLLIN POLLIN"},
}
_import = builtins.__import__


class _Without(types.ModuleType):
    """A module of the standard library without some of its names."""

    def __init__(self, module, names):
        super().__init__(module.__name__, module.__doc__)
        self.__dict__.update(_real=module, _hidden=names)

    def __getattr__(self, name):
        if name in self._hidden:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(self._real, name)


_shown = {}


def _as_on_windows(name, globals=None, locals=None, fromlist=(), level=0):
    importer = (globals or {}).get("__name__", "")
    importer = ((globals or {}).get("__spec__") and globals["__spec__"].name) or importer
    top = name.partition(".")[0]
    if level or importer.partition(".")[0] != "qtrain":
        return _import(name, globals, locals, fromlist, level)
    if top in MODULES:
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    found = _import(name, globals, locals, fromlist, level)
    if found.__name__ in NAMES:
        hidden = frozenset(" ".join(NAMES[found.__name__]).split())
        return _shown.setdefault(found.__name__, _Without(found, hidden))
    return found


builtins.__import__ = _as_on_windows
