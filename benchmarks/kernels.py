"""Ten small notebooks through the usual tools, on stock and on warm kernels, in one run on one machine.

Run:  python benchmarks/kernels.py [--notebooks 10] [--rounds 3] [--only single,lab,nbval,nbclient,nbgrader,...]

For nbval stock and warm take turns; each pair is printed, then the one in the middle.

A peer that is not installed is skipped, with a line. Otter is looked for beside this Python and on the PATH, or where
the variable OTTER says. "2w": two workers. The floor is what no runner can go below: fork a process with everything
imported, run the cells' code, end. On the warm side nbval, nbclient, nbgrader and jupyter-book are started through
qtrain.kernels.tools, which leaves out a second of imports that they don't use.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab import through_jupyterlab, unshared

from qtrain.kernels import Session, client

BIN = Path(sys.executable).parent
PATH = f"{BIN}{os.pathsep}{os.environ['PATH']}"  # nbgrader starts programs of its own by their names
CELLS = [
    "import cirq\nimport matplotlib.pyplot as plt\nimport numpy as np\nfrom qiskit import QuantumCircuit, transpile\n"
    "from qiskit.quantum_info import Statevector",
    "bell = QuantumCircuit(2)\nbell.h(0)\nbell.cx(0, 1)\nprint(np.round(Statevector(bell).probabilities(), 3))",
    "a, b = cirq.LineQubit.range(2)\nstate = cirq.final_state_vector(cirq.Circuit(cirq.H(a), cirq.CNOT(a, b)))\n"
    "print(np.round(abs(state) ** 2, 3))",
    "print(transpile(bell, basis_gates=['rz', 'sx', 'cx'], seed_transpiler=1).count_ops()['cx'])",
    "plt.bar(['00', '11'], [0.5, 0.5])\nplt.ylabel('probability')\nplt.show()",
]
AIMS = {"nbval": 6, "nbclient": 10, "nbgrader": 6, "direct": 40}
NBCLIENT = """
import sys
kernel, *paths = sys.argv[1:]
if kernel == "qtrain":
    import qtrain.kernels.tools  # the tool's own start is most of what is left
import nbformat
from nbclient import NotebookClient
for path in paths:
    NotebookClient(nbformat.read(path, 4), kernel_name=kernel, timeout=120).execute()
"""
FLOOR = """
import io, json, os, sys, time
from qtrain.kernels import preload
preload.warm()
cells, count, workers = json.loads(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
os.environ["MPLBACKEND"] = "agg"
sys.modules["matplotlib"].rcParams["backend"] = "agg"
start = time.perf_counter()
running = 0
for _ in range(count):
    if os.fork() == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        names = {}
        for cell in cells:
            exec(compile(cell, "cell", "exec"), names)
        sys.modules["matplotlib.pyplot"].savefig(io.BytesIO(), format="png", bbox_inches="tight")
        os._exit(0)
    running += 1
    if running == workers:
        os.wait()
        running -= 1
while running:
    os.wait()
    running -= 1
print(time.perf_counter() - start)
"""


def notebook(kernel: str = "python3", cells=CELLS) -> dict:
    """A notebook of `cells`, without outputs."""
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"name": kernel, "display_name": kernel, "language": "python"},
            "language_info": {"name": "python"},
        },
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{i}",
                "metadata": {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for i, source in enumerate(cells)
        ],
    }


def write(folder: Path, count: int, content: dict) -> list[str]:
    """`count` copies of a notebook; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"lesson_{i:02}.ipynb" for i in range(count)]
    for path in paths:
        path.write_text(json.dumps(content))
    return [str(path) for path in paths]


def run(command: list[str], cwd: Path, **environment) -> None:
    """Run a tool; its output is shown only when it fails."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "PATH": PATH, **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))[:200]} failed:\n{done.stdout[-3000:]}")


def together(commands: list[list[str]], cwd: Path) -> None:
    """Run several tools at once."""
    running = []
    for command in commands:
        said = tempfile.TemporaryFile("w+")
        running.append(
            (subprocess.Popen(command, cwd=cwd, stdout=said, stderr=said, env={**os.environ, "PATH": PATH}), said)
        )
    for process, said in running:
        if process.wait():
            said.seek(0)
            sys.exit(f"{str(process.args)[:200]} failed:\n{said.read()[-3000:]}")
        said.close()


class Taken(float):
    """Wall seconds, with the processor's seconds beside them: those hardly depend on what else the machine does."""

    processor = 0.0


def processor() -> float:
    """Processor seconds of all that this process has waited for and of the fork server with all that it made."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = used.ru_utime + used.ru_stime
    with client.connect() as connection:
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    pids = [int.from_bytes(credentials[:4], sys.byteorder)]
    while pids:
        pid = pids.pop()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    return total


def timed(function, *arguments) -> Taken:
    """What a call takes."""
    before, start = processor(), time.perf_counter()
    function(*arguments)
    taken = Taken(time.perf_counter() - start)
    taken.processor = processor() - before
    return taken


def nbval(kernel: str, folder: Path, count: int, workers: int) -> float:
    """pytest --nbval over a folder."""
    write(folder, count, notebook())
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        os.devnull,
        "--rootdir",
        str(folder),
        "-p",
        "no:cacheprovider",
        "--nbval-lax",
        f"--nbval-kernel-name={kernel}",
        str(folder),
    ]
    if kernel == "qtrain":
        command[3:3] = ["-p", "qtrain.kernels.tools"]
    return timed(run, command + (["-n", str(workers), "--dist", "loadfile"] if workers > 1 else []), folder)


def nbclient(kernel: str, folder: Path, count: int, workers: int) -> float:
    """One process with nbclient per worker."""
    paths = write(folder, count, notebook())
    commands = [[sys.executable, "-c", NBCLIENT, kernel, *paths[w::workers]] for w in range(workers)]
    return timed(together, commands, folder)


def nbgrader(kernel: str, folder: Path, count: int, workers: int) -> float:
    """nbgrader autograde of one submission for each of `count` students."""
    graded = notebook(cells=[*CELLS, "### BEGIN SOLUTION\nanswer = 2\n### END SOLUTION", "assert answer == 2"])
    for cell, mark in zip(graded["cells"][-2:], ("solution", "grade"), strict=True):
        cell["metadata"]["nbgrader"] = {
            "grade_id": mark,
            "schema_version": 3,
            "locked": mark == "grade",
            "points": 1,
            "solution": mark == "solution",
            "grade": mark == "grade",
            "task": False,
        }
    del graded["cells"][-2]["metadata"]["nbgrader"]["points"]
    source = folder / "source" / "ps1"
    source.mkdir(parents=True)
    (source / "ps1.ipynb").write_text(json.dumps(graded))
    tool = [str(BIN / "nbgrader")]
    run([*tool, "generate_assignment", "ps1", "--log-level=ERROR"], folder)
    for i in range(count):
        submitted = folder / "submitted" / f"student{i:02}" / "ps1"
        shutil.copytree(folder / "release" / "ps1", submitted)
        released = (submitted / "ps1.ipynb").read_text()
        (submitted / "ps1.ipynb").write_text(released.replace("raise NotImplementedError()", "answer = 2"))
    tool = [sys.executable, "-m", "qtrain.kernels.tools", "nbgrader"] if kernel == "qtrain" else tool
    grade = [*tool, "autograde", "ps1", "--log-level=ERROR", f"--Execute.kernel_name={kernel}"]
    if workers == 1:
        return timed(run, grade, folder)
    halves = [f"student0[{''.join(str(i) for i in range(w, 10, workers))}]" for w in range(workers)]
    return timed(together, [[*grade, f"--student={half}"] for half in halves], folder)


def otter(kernel: str, folder: Path, count: int, workers: int) -> float | str:
    """Otter's local run of `count` submissions, one after the other as its command does."""
    tool = os.environ.get("OTTER") or shutil.which(str(BIN / "otter")) or shutil.which("otter")
    if not tool:
        return "otter-grader is not installed"
    master = notebook(kernel)
    master["cells"].insert(
        0, {"cell_type": "raw", "id": "head", "metadata": {}, "source": "# ASSIGNMENT CONFIG\nrun_tests: false\n"}
    )
    tests = [
        "# BEGIN QUESTION\nname: q1",
        "# BEGIN SOLUTION",
        CELLS[0] + "\nq1 = 2 # SOLUTION",
        "# END SOLUTION",
        "# BEGIN TESTS",
        "assert q1 == 2",
        "# END TESTS",
        "# END QUESTION",
    ]
    for i, text in enumerate(tests):
        kind = "code" if "q1 " in text and "BEGIN" not in text else "raw"
        cell = {"cell_type": kind, "id": f"q-{i}", "metadata": {}, "source": text}
        master["cells"].append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    folder.mkdir(parents=True)
    (folder / "ps1.ipynb").write_text(json.dumps(master))
    run([tool, "assign", "ps1.ipynb", "dist", "--no-run-tests"], folder, PATH=f"{Path(tool).parent}:{PATH}")
    bundle = next((folder / "dist" / "autograder").glob("*.zip"))
    submissions = []
    for i in range(count):
        shutil.copy(folder / "dist" / "autograder" / "ps1.ipynb", folder / f"s{i}.ipynb")
        (folder / f"out{i}").mkdir()
        submissions.append([tool, "run", f"s{i}.ipynb", "-a", str(bundle), "-o", f"out{i}", "--no-logo"])
    return timed(lambda: [together(submissions[i : i + workers], folder) for i in range(0, count, workers)])


def book(kernel: str, folder: Path, count: int, workers: int) -> float | str:
    """A cold jupyter-book build that runs every page."""
    if workers > 1:
        return "jupyter-book runs one page at a time"
    write(folder, count, notebook())
    chapters = "".join(f"  - file: lesson_{i:02}\n" for i in range(1, count))
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: lesson_00\nchapters:\n{chapters}")
    (folder / "_config.yml").write_text(
        "title: t\nexecute:\n  execute_notebooks: force\nsphinx:\n  config:\n"
        f"    nb_kernel_rgx_aliases: {{'.*': '{kernel}'}}\n"
    )
    quick = [sys.executable, "-m", "qtrain.kernels.tools", "jupyter-book"]
    return timed(run, [*(quick if kernel == "qtrain" else [str(BIN / "jupyter-book")]), "build", "."], folder)


def direct(kernel: str, folder: Path, count: int, workers: int, confine: bool = True) -> float:
    """qtrain's direct runner."""
    folder.mkdir(parents=True, exist_ok=True)

    def one(_):
        with Session(folder, confine=confine) as session:
            for cell in CELLS:
                result = session.execute(cell, timeout=60)
                assert result.status == "ok", result

    one(0)  # the server is warm, as it is for the others
    with ThreadPoolExecutor(workers) as pool:
        return timed(lambda: list(pool.map(one, range(count))))


def floor(count: int, workers: int) -> float:
    """Fork and the cells alone."""
    command = [sys.executable, "-c", FLOOR, json.dumps(CELLS), str(count), str(workers)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[-1])


def ready(kernel: str) -> tuple[float, float]:
    """Milliseconds until a kernel has answered its first request, and MB of memory that it shares with nobody."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name=kernel)
    start = time.perf_counter()
    manager.start_kernel(cwd=EMPTY)
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    taken = (time.perf_counter() - start) * 1e3
    memory = unshared(manager.provisioner.pid)
    client.stop_channels()
    manager.shutdown_kernel()
    return taken, memory


def single() -> None:
    """One kernel, one child."""
    for kernel in ("python3", "qtrain", "qtrain-confined"):
        runs = [ready(kernel) for _ in range(7)]
        print(
            f"  {kernel:<16} first reply {statistics.median(t for t, _ in runs):6.0f} ms (best {min(runs)[0]:.0f}), "
            f"unshared {statistics.median(m for _, m in runs):5.1f} MB"
        )
    for confine in (False, True):
        times = []
        for _ in range(15):
            start = time.perf_counter()
            with Session(tempfile.gettempdir() if not confine else EMPTY, confine=confine) as session:
                session.execute("1")
                times.append((time.perf_counter() - start) * 1e3)
                memory = unshared(session._process._child.pid)
        print(
            f"  direct, {'confined' if confine else 'open':<8} first reply {statistics.median(times):6.0f} ms "
            f"(best {min(times):.0f}), unshared {memory:5.1f} MB"
        )


EMPTY = tempfile.mkdtemp()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notebooks", type=int, default=10)
    parser.add_argument("--only", default="single,lab,nbval,nbclient,nbgrader,otter,book,direct")
    parser.add_argument("--rounds", type=int, default=3, help="how often stock and warm take turns at nbval")
    options = parser.parse_args()
    count, wanted = options.notebooks, options.only.split(",")
    tools = {"nbval": nbval, "nbclient": nbclient, "nbgrader": nbgrader, "otter": otter, "book": book}
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    print(f"{count} notebooks, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    direct("", folder / "warm-up", 1, 1)
    if "single" in wanted:
        single()
    if "lab" in wanted:
        through_jupyterlab(options.rounds)
    if not set(wanted) - {"single", "lab"}:
        return
    stock_client = {}
    print(
        f"{'':<20}{'seconds':>24}{'processor seconds':>26}\n"
        f"{'':<20}{'stock':>8}{'warm':>8}{'times':>8}{'stock':>10}{'warm':>8}{'times':>8}   aim"
    )
    for name, tool in tools.items():
        for workers in (1, 2) if name in wanted else ():
            label = f"{name}{' 2w' if workers == 2 else ''}"
            pairs = []
            for turn in range(options.rounds if name == "nbval" else 1):
                place = folder / f"{name}-{workers}-{turn}"
                pairs.append([tool(kernel, place / kernel, count, workers) for kernel in ("python3", "qtrain")])
                if name == "nbval":
                    line(f"  pair {turn + 1}", *pairs[-1], "")
            times = sorted(pairs, key=lambda pair: isinstance(pair[0], float) and pair[0] / pair[1])[len(pairs) // 2]
            if isinstance(times[0], str):
                print(f"{label:<20}skipped: {times[0]}", flush=True)
                continue
            if name == "nbclient":
                stock_client[workers] = times[0]
            line(label, *times, f">= {AIMS[name]}" if name in AIMS and (workers == 1 or name == "nbval") else "")
    for workers in (1, 2) if "direct" in wanted else ():
        stock = stock_client.get(workers) or nbclient("python3", folder / f"again-{workers}", count, workers)
        # taken in turns, so that a busy moment touches both
        rounds = [
            [direct("", folder / f"d{confine}", count, workers, confine) for confine in (False, True)] for _ in range(3)
        ]
        open_, confined = (sorted(column)[1] for column in zip(*rounds, strict=True))
        suffix = " 2w" if workers == 2 else ""
        line("direct" + suffix, stock, open_, f">= {AIMS['direct']} (stock: nbclient)")
        more = 100 * (confined.processor / open_.processor - 1)
        line("direct confined" + suffix, stock, confined, f"processor {more:+.0f} % to open; aim within 15 %")
        least = floor(count, workers)
        print(
            f"{'floor' + suffix:<20}{'':>8}{least:>8.2f}{'':>8}   direct is {open_ / least:.2f}, "
            f"confined {confined / least:.2f} times the floor",
            flush=True,
        )
    shutil.rmtree(folder)


def line(label: str, stock: Taken, warm: Taken, aim: str) -> None:
    """One line of the table."""
    print(
        f"{label:<20}{stock:>8.2f}{warm:>8.2f}{stock / warm:>8.1f}{stock.processor:>10.2f}{warm.processor:>8.2f}"
        f"{stock.processor / warm.processor:>8.1f}   {aim}",
        flush=True,
    )


if __name__ == "__main__":
    main()
