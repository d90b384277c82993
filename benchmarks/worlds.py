"""Tests in worlds of their own: each run forks a process that has the frameworks imported, in namespaces of its own.

What runs there sees its own processes only, can write nothing that lasts but one folder, and ends as a whole (Linux).
"""

import contextlib
import ctypes
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import types
from collections import Counter
from pathlib import Path

import coverage
import pytest

# Imported before the first run: what takes longest, nothing of qtrain, and no notebooks, whose import qtrain trims.
FRAMEWORKS = ("cirq", "matplotlib.pyplot", "qiskit.circuit.library", "qiskit.qasm3", "qiskit.quantum_info")
FRAMEWORKS += ("qiskit_aer", "scipy.optimize", "stim", "jinja2", "dask")
NEW_MOUNTS, NEW_USER, NEW_PROCESSES = 0x20000, 0x10000000, 0x20000000  # of unshare(2)
DIES_WITH_PARENT = 1  # of prctl(2)
PAUSE_S = 0.05

# Arguments are the folder, and those whose changes last as long as the world (tests of the fences show that without a
# fence they could write there).
MOUNTS = """
set -e
folder=$1; count=$#; shift
mount --make-rprivate /
mount -t proc proc /proc
mount --bind "$folder" "$folder"
mkdir -p "$folder/over"
mount -t tmpfs tmpfs "$folder/over"
for below in "$@"; do
    count=$((count - 1))
    mkdir "$folder/over/upper$count" "$folder/over/work$count"
    chmod --reference="$below" "$folder/over/upper$count"
    mount -t overlay overlay \\
        -o "lowerdir=$below,upperdir=$folder/over/upper$count,workdir=$folder/over/work$count" "$below"
done
mount -o remount,bind,ro /
for i in $(seq 300); do (:); done  # a process number that no confined child has in its own small world
"""


class TooLong(Exception):
    """The tests took longer than they may."""


class Measuring:
    """A plugin of pytest: how long each test takes, and which lines it runs."""

    def __init__(self, measuring: coverage.Coverage):
        self.measuring, self.seconds = measuring, Counter()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item):
        self.measuring.switch_context(item.nodeid)
        yield

    def pytest_runtest_logreport(self, report):
        self.seconds[report.nodeid] += report.duration


def import_frameworks() -> None:
    """Import what every run would import by itself."""
    for name in FRAMEWORKS:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def run(
    folder: Path, arguments: list[str], limit: float | None, *, niceness: int, measured: str = ""
) -> tuple[int, str]:
    """Pytest's exit code and what it printed, in a world where only `folder` can be written.

    With `measured`, coverage's data, a context for each test, go to that file in the folder, and how long each takes to
    one beside it. Raises `TooLong` after `limit` seconds.
    """
    sys.stdout.flush()
    with tempfile.TemporaryFile() as said:
        if (child := os.fork()) == 0:
            _forked(lambda: _world(folder, lambda: _tests(folder, arguments, niceness, measured)), said.fileno())
        end = time.monotonic() + limit if limit else float("inf")
        while (status := os.waitpid(child, os.WNOHANG))[0] == 0:
            if time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                raise TooLong
            time.sleep(PAUSE_S)
        said.seek(0)
        return os.waitstatus_to_exitcode(status[1]), said.read().decode(errors="replace")


def _forked(work, output: int) -> None:
    """In a fork: do the work with all that it says going to `output`, and end with its code."""
    code = 1
    try:
        _die_with_parent()
        for number, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, output), (2, output)):
            os.dup2(source, number)
        code = work()
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(code)


def _world(folder: Path, work) -> int:
    """Do the work in new namespaces, as a child of their first process, which waits for whoever is left there."""
    ordinary = os.getuid()
    _call("unshare", NEW_MOUNTS | NEW_PROCESSES | (NEW_USER if ordinary else 0))
    if ordinary:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {ordinary} 1")
        Path("/proc/self/gid_map").write_text(f"0 {os.getgid()} 1")
    if first := os.fork():
        return os.waitstatus_to_exitcode(os.waitpid(first, 0)[1])
    _die_with_parent()
    subprocess.run(["sh", "-c", MOUNTS, "sh", folder, "/tmp", "/etc", os.path.realpath(sys.prefix)], check=True)
    if (tests := os.fork()) == 0:
        _forked(work, 1)
    while (ended := os.wait())[0] != tests:
        pass
    os._exit(os.waitstatus_to_exitcode(ended[1]) & 0xFF)


def _tests(folder: Path, arguments: list[str], niceness: int, measured: str) -> int:
    """Run pytest as `python -m pytest` would in the folder."""
    os.nice(niceness)
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith(("QTRAIN_", "XDG_", "TMPDIR"))]:
        del os.environ[name]
    os.environ.update(PYTHONPATH=str(folder), HOME="/tmp", QTRAIN_ALL_LESSONS="1")
    sys.path[0], sys.argv = str(folder), ["pytest"]
    sys.modules["__main__"] = types.ModuleType("__main__")  # a process started by spawn must not run the caller's
    arguments = [*arguments, "-p", "no:cacheprovider", "--no-header"]
    if not measured:
        return int(pytest.main(arguments))
    measuring = coverage.Coverage(data_file=measured, source=["qtrain"])
    plugin = Measuring(measuring)
    with measuring.collect():
        code = int(pytest.main(arguments, plugins=[plugin]))
    measuring.save()
    Path(times_beside(measured)).write_text(json.dumps(plugin.seconds), encoding="utf-8")
    return code


def times_beside(measured: str) -> str:
    """Where the seconds of each test stand beside coverage's data."""
    return f"{measured}.json"


def _call(name: str, *arguments: int) -> None:
    """Call a function of the C library that Python has no words for."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")


def _die_with_parent() -> None:
    _call("prctl", DIES_WITH_PARENT, signal.SIGKILL)
