"""``qtrain doctor``: does all that the course needs work on this machine? A line each, with what to do if not."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from qtrain.installing import with_this_python

FREE_DISK_GB = 1.0
KERNEL_TIMEOUT_S = 60


@dataclass(frozen=True)
class Finding:
    """What one check found: `ok`, what was seen, and, where it is not ok, what to do."""

    name: str
    ok: bool
    seen: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{'ok  ' if self.ok else 'FAIL'}  {self.name}: {self.seen}"
        return line if self.ok else f"{line}\n      do this: {self.advice}"


def python_version() -> Finding:
    """Python is new enough."""
    seen = ".".join(map(str, sys.version_info[:3]))
    return Finding("Python", sys.version_info >= (3, 11), seen, "install Python 3.11 or newer, delete .venv, run again")


def packages() -> Finding:
    """Every package that qtrain requires is installed, in a version that it accepts."""
    from packaging.requirements import Requirement

    advice = (
        f"the environment is half installed: run  {with_this_python('--upgrade', 'qtrain')}  "
        "(in a checkout: make clean learn)"
    )
    try:
        required = [Requirement(line) for line in metadata.requires("qtrain") or []]
    except metadata.PackageNotFoundError:
        return Finding(
            "packages", False, "qtrain itself is not installed", f"run  {with_this_python('.')}  in the checkout"
        )
    seen, wrong = [], []
    for need in required:
        if need.marker and not need.marker.evaluate({"extra": ""}):
            continue
        try:
            version = metadata.version(need.name)
        except metadata.PackageNotFoundError:
            wrong.append(f"{need.name} is missing")
            continue
        seen.append(f"{need.name} {version}")
        if not need.specifier.contains(version, prereleases=True):
            wrong.append(f"{need.name} {version} is not {need.specifier}")
    return Finding("packages", not wrong, "; ".join(wrong or seen), advice)


def kernel() -> Finding:
    """A Jupyter kernel starts and computes."""
    from jupyter_client.manager import start_new_kernel

    advice = (
        f"run  {with_this_python('--force-reinstall', 'ipykernel')}  and try again; a firewall must allow 127.0.0.1"
    )
    try:
        manager, client = start_new_kernel(
            startup_timeout=KERNEL_TIMEOUT_S, kernel_name="python3", extra_arguments=["--log-level=ERROR"]
        )
    except Exception as error:  # whatever keeps a kernel from starting is the finding
        return Finding("kernel", False, f"it does not start ({type(error).__name__}: {error})", advice)
    try:
        reply = client.execute_interactive("6 * 7", timeout=KERNEL_TIMEOUT_S, output_hook=lambda message: None)
        return Finding("kernel", reply["content"]["status"] == "ok", "starts and computes", advice)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def judging() -> Finding:
    """A right answer is judged right and a wrong one wrong, in both frameworks."""
    import cirq
    from qiskit import QuantumCircuit

    from qtrain import compare

    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    a, b = cirq.LineQubit.range(2)
    right = compare(cirq.Circuit(cirq.H(a), cirq.CNOT(a, b)), bell)
    wrong = compare(cirq.Circuit(cirq.H(b), cirq.CNOT(b, a)), bell)
    ok = right.passed and not wrong.passed and wrong.diagnosis == "qubit-order"
    seen = f"a right answer {'passes' if right.passed else 'is refused'}, qubits reversed gets {wrong.diagnosis!r}"
    return Finding("judging", ok, seen, "the installation is damaged: install qtrain again in a fresh environment")


def disk(folder: Path | None = None) -> Finding:
    """There is room for the course and its outputs."""
    free = shutil.disk_usage(folder or Path.cwd()).free / 1e9
    return Finding("free disk", free >= FREE_DISK_GB, f"{free:.1f} GB", f"free at least {FREE_DISK_GB:.0f} GB")


def jupyterlab() -> Finding:
    """JupyterLab is there, and a port for it."""
    from qtrain.course.jupyterlab import FIRST_PORT, PORTS, is_free

    try:
        seen = f"version {metadata.version('jupyterlab')}"
    except metadata.PackageNotFoundError:
        advice = f"run  {with_this_python('--force-reinstall', 'jupyterlab')}"
        return Finding("JupyterLab", False, "it is not installed", advice)
    port = next((port for port in range(FIRST_PORT, FIRST_PORT + PORTS) if is_free(port)), None)
    advice = "stop a JupyterLab that still runs (jupyter server list shows them), or choose a port with --port"
    return Finding(
        "JupyterLab", port is not None, f"{seen}, {f'port {port} is free' if port else 'no port is free'}", advice
    )


def warm_kernel() -> Finding:
    """Kernels start warm, where the system can do it; where it cannot, ordinary ones do."""
    from qtrain.kernels import client

    name = "warm kernels"
    if not client.available():
        return Finding(name, True, "not on this system: ordinary kernels start, which take some seconds")
    try:
        client.connect().close()
    except (client.KernelError, OSError) as error:
        advice = "nothing is lost, ordinary kernels start; remove old files in $XDG_RUNTIME_DIR or restart the computer"
        return Finding(name, False, f"none starts ({error})", advice)
    return Finding(name, True, "the first one is ready")


def your_copy() -> Finding:
    """The learner's copy can be written, its record read, and every notebook in it opened."""
    import os

    from qtrain.course import CourseError
    from qtrain.course.cells import read_notebook
    from qtrain.course.learn import default_folder
    from qtrain.skills.record import FILE, Record, RecordError

    folder, name = default_folder(), "your copy"
    home = folder / ".qtrain"
    if not home.is_dir():
        return Finding(name, True, f"none yet in {folder}; qtrain learn makes it")
    for place in (folder, home, home / FILE):
        if place.exists() and not os.access(place, os.W_OK):
            return Finding(name, False, f"{place} cannot be written", "give yourself the right to write it")
    try:
        if (home / FILE).exists():
            with Record(folder) as record:
                record.standings()
            if record.notes:
                return Finding(name, False, " ".join(record.notes), "nothing: checks are recorded anew from now on")
    except RecordError as error:
        return Finding(name, False, str(error), "free the file, or restore it from a copy of yours")
    broken = []
    for path in sorted(folder.glob("*/*.ipynb")):
        try:
            read_notebook(path)
        except (CourseError, OSError, UnicodeDecodeError):
            broken.append(path.relative_to(folder).as_posix())
    advice = "rename each of them and run  qtrain learn : a fresh one takes its place"
    return Finding(name, not broken, f"damaged: {', '.join(broken)}" if broken else f"{folder} is sound", advice)


CHECKS: tuple[Callable[[], Finding], ...] = (
    python_version,
    packages,
    disk,
    your_copy,
    jupyterlab,
    judging,
    kernel,
    warm_kernel,
)


def findings() -> Iterator[Finding]:
    """Run every check; one that breaks is a finding too."""
    for check in CHECKS:
        try:
            yield check()
        except Exception as error:  # a broken installation shows itself in any way it likes
            yield Finding(
                check.__name__.replace("_", " "),
                False,
                f"{type(error).__name__}: {error}",
                "install qtrain again in a fresh environment (delete .venv first)",
            )


def add_arguments(parser):
    """`qtrain doctor` takes no arguments."""


def run(args) -> int:
    """Print the findings; 1 where one failed."""
    failed = 0
    for finding in findings():
        print(finding, flush=True)
        failed += not finding.ok
    print("All is well." if not failed else f"{failed} of {len(CHECKS)} checks failed: do what the lines above say.")
    return int(failed > 0)
