"""What a warm server depends on, as a short key: a server is found by its key, so stale code is never served."""

from __future__ import annotations

import hashlib
import os
import site
import sys
from pathlib import Path

# Read while modules are imported (or by the interpreter itself), so a server serves only clients that agree on them.
_READ_AT_IMPORT = (
    "PYTHON",
    "MPL",
    "OMP_",
    "OPENBLAS",
    "MKL_",
    "RAYON_",
    "QISKIT_",
    "CIRQ_",
    "LD_",
    "LC_",
    "LANG",
    "NUMEXPR",
    "NPY_",
    "QTRAIN_KERNELS",
    "JPY_",
    "IPYTHONDIR",
    "XDG_",
    "GOMP",
    "KMP_",
)
_NO_EFFECT = {
    "PYTHONUNBUFFERED",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONFAULTHANDLER",
    "PYTHONSTARTUP",
    "JPY_PARENT_PID",
    "PYTHON_HISTORY",
    "JPY_SESSION_NAME",
    "JPY_API_TOKEN",
    "XDG_RUNTIME_DIR",
    "PYTHONEXECUTABLE",
    "MPLBACKEND",
}
_SECRET = ("TOKEN", "KEY", "SECRET", "PASS", "CREDENTIAL")
# What the server itself is started with; nothing else of the first client's environment reaches another kernel.
_NEEDED = ("PATH", "HOME", "USER", "LOGNAME", "TZ", "VIRTUAL_ENV", "CONDA_PREFIX", "SYSTEMROOT")


def import_environment(env=None) -> dict:
    """The part of `env` that a server must have in common with its clients."""
    env = os.environ if env is None else env
    return {
        k: v
        for k, v in sorted(env.items())
        if k.startswith(_READ_AT_IMPORT) and k not in _NO_EFFECT and not any(word in k for word in _SECRET)
    }


def server_environment(env=None) -> dict:
    """The environment a server is started with: what its imports read, and nothing private."""
    env = os.environ if env is None else env
    return {k: env[k] for k in _NEEDED if k in env} | import_environment(env)


def package() -> Path:
    """The folder of this qtrain."""
    return Path(__file__).resolve().parents[1]


def _stamps():
    """Yield (path, time, size) of everything whose change makes a warm process stale; some 2 ms."""
    yield from _sources(str(package()))
    folders = {*site.getsitepackages(), site.getusersitepackages() if site.ENABLE_USER_SITE else ""}
    for folder in sorted(filter(os.path.isdir, folders)):
        yield folder, os.stat(folder).st_mtime_ns, 0
        for entry in os.scandir(folder):
            if entry.name.endswith((".dist-info", ".egg-info", ".pth")):
                info = entry.stat()
                yield entry.path, info.st_mtime_ns, info.st_size if entry.is_file() else 0


def _sources(folder: str):
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in ("__pycache__", "_course"):
                yield from _sources(entry.path)
        elif entry.name.endswith(".py"):
            info = entry.stat()
            yield entry.path, info.st_mtime_ns, info.st_size


def _view() -> str:
    """Which files and which network this process sees: a server in another view of the computer has others."""
    found = (f"/proc/self/ns/{kind}" for kind in ("mnt", "net"))
    return " ".join(os.readlink(path) for path in found if os.path.lexists(path))


def key(imports: tuple[str, ...], env=None) -> str:
    """The key of a server with these `imports` for clients with this environment, as things are now."""
    parts = (
        sys.executable,
        sys.prefix,
        sys.version,
        _view(),
        tuple(imports),
        tuple(import_environment(env).items()),
        tuple(sorted(_stamps())),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:20]
