"""Submissions per second: `qtrain grade` beside nbgrader and Otter, and how 2,000 submissions go.

    python benchmarks/grading.py peers [--otter /path/to/otter]    # the same 20 submissions, three graders, one run
    python benchmarks/grading.py many --learners 2000              # right, wrong, hostile ones; throughput and memory

A peer that is not installed is skipped, as the output says. Otter wants an environment of its own: name its program.
"""

import argparse
import copy
import importlib.util
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SETUP = "import numpy as np\nimport qiskit\nimport cirq"
# What a learner writes for the variant that everybody has here, and the plain tests of the other graders.
PLAIN = {
    "1.P.1": (
        "from qiskit import QuantumCircuit\ncat = QuantumCircuit(3)\ncat.h({one})\n{cx}",
        "from qiskit.quantum_info import Statevector\nv = np.zeros(8)\nv[0] = v[{index}] = 0.5 ** 0.5\n"
        "assert Statevector(cat).equiv(Statevector(v))",
    ),
    "1.P.2": ("square = {square}", "assert square == {square}"),
    "1.P.3": ("choice = '{choice}'", "assert choice == '{choice}'"),
    "1.P.4": ("def times(k):\n    return k * {m}", "assert all(times(k) == k * {m} for k in (3, 58, 1234, 99))"),
    "1.P.5": (
        "turn = cirq.Circuit(cirq.I(cirq.LineQubit(0)), cirq.ry({theta})(cirq.LineQubit(1)))",
        "assert cirq.equal_up_to_global_phase(cirq.unitary(turn), np.kron(np.eye(2), cirq.unitary(cirq.ry({theta}))))",
    ),
}


def classroom_module():
    """The small course and class of the tests: five exercises, both frameworks."""
    spec = importlib.util.spec_from_file_location("classroom", ROOT / "tests" / "grading" / "classroom.py")
    sys.modules["classroom"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["classroom"])
    return sys.modules["classroom"]


def qtrain(*words) -> subprocess.Popen:
    """``qtrain …`` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "qtrain", *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def timed(command, **more) -> float:
    """Seconds that a command takes."""
    began = time.perf_counter()
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **more)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - began


# --- peers ---


def peers(args) -> int:
    """The same submissions, three graders."""
    module = classroom_module()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = module.make_course(folder / "course")
        released = folder / "released"
        if qtrain("release", "1", "-o", released, "--course", root).wait():
            raise RuntimeError("the release failed")
        answers, tests = plain(root)
        notebook = json.loads((released / "problem_set.ipynb").read_text())
        module.cell(notebook, "setup")["source"] = SETUP
        submissions = folder / "submissions"
        for number in range(args.learners):
            own = copy.deepcopy(notebook)
            for position, exercise in enumerate(answers):
                source = answers[exercise] if number % 5 != position else module.ANSWERS[exercise][2]
                module.answer_cell(own, exercise)["source"] = f"{source}\n# learner {number}"
            path = submissions / f"learner{number:02}" / "ps1" / "problem_set.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(own))
        rates = {}
        if shutil.which("nbgrader", path=os.path.dirname(sys.executable)):
            rates["nbgrader"] = args.learners / nbgrader(folder, module, notebook, tests, submissions)
        else:
            print("nbgrader is not installed: skipped")
        if args.otter and Path(args.otter).exists():
            rates["Otter"] = args.learners / otter(folder, module, tests, submissions, args.otter)
        else:
            print("Otter: give --otter /path/to/otter (its own environment, with qiskit and cirq): skipped")
        for turn in ("cold", "warm"):  # the first run also starts the server of warm kernels
            out = folder / f"out-{turn}"
            rates[f"qtrain, {turn}"] = args.learners / timed(
                [
                    sys.executable,
                    "-m",
                    "qtrain",
                    "grade",
                    submissions,
                    "-o",
                    out,
                    "--release",
                    released,
                    "--course",
                    root,
                    "--new",
                ]
            )
            grades = [json.loads(line)["grade"] for line in (out / "grades.jsonl").read_text().splitlines()]
            expected = [module.TOTAL - list(module.POINTS.values())[n % 5] for n in range(args.learners)]
            assert grades == expected, grades
            assert len(list((out / "feedback").glob("*.html"))) == args.learners
        print(
            f"{args.learners} submissions, 5 exercises, Qiskit and Cirq; {os.cpu_count()} processors, load before "
            f"{os.getloadavg()[0]:.1f}"
        )
        for tool, rate in rates.items():
            print(f"  {tool:14} {rate:7.2f} per second {60 * rate:8.0f} per minute")
        for tool in ("nbgrader", "Otter"):
            if tool in rates:
                print(
                    f"  qtrain (warm, confined, with feedback pages and gradebook) is "
                    f"{rates['qtrain, warm'] / rates[tool]:.0f} × {tool}"
                )
    return 0


def plain(root: Path) -> tuple[dict, dict]:
    """Answers and tests as literal code, for the course's own variant."""
    from qtrain.course import load

    found = {exercise.id: exercise.parameters("") for exercise in load(root).lesson("1.P").exercises}
    bits = found["1.P.1"].bits
    ones = [k for k in range(3) if bits[k] == "1"]
    values = {
        "one": ones[0],
        "cx": "\n".join(f"cat.cx({ones[0]}, {k})" for k in ones[1:]),
        "index": int(bits[::-1], 2),
        "square": found["1.P.2"].n ** 2,
        "choice": found["1.P.3"].right,
        "m": found["1.P.4"].m,
        "theta": found["1.P.5"].theta,
    }
    return (
        {name: code.format(**values) for name, (code, _) in PLAIN.items()},
        {name: code.format(**values) for name, (_, code) in PLAIN.items()},
    )


def nbgrader(folder: Path, module, notebook: dict, tests: dict, submissions: Path) -> float:
    """Seconds of ``nbgrader autograde``."""
    course = folder / "nbgrader"
    source = copy.deepcopy(notebook)
    for exercise, code in tests.items():
        module.cell(source, f"{exercise.replace('.', '-')}-check")["source"] = code
    (course / "source" / "ps1").mkdir(parents=True)
    (course / "source" / "ps1" / "problem_set.ipynb").write_text(json.dumps(source))
    (course / "nbgrader_config.py").write_text("c = get_config()\nc.CourseDirectory.course_id = 'x'\n")
    environment = {**os.environ, "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]}
    program = Path(sys.executable).with_name("nbgrader")
    timed([program, "generate_assignment", "ps1", "--create"], cwd=course, env=environment)
    shutil.copytree(submissions, course / "submitted")
    return timed([program, "autograde", "ps1", "--create"], cwd=course, env=environment)


def otter(folder: Path, module, tests: dict, submissions: Path, program: str) -> float:
    """Seconds of ``otter run`` on each submission, one after the other."""
    work = folder / "otter"
    (work / "tests").mkdir(parents=True)
    for number, code in enumerate(tests.values(), 1):
        lines = code.splitlines()
        shown = "\n".join(f">>> {line}" for line in lines)
        suite = {
            "cases": [{"code": shown, "hidden": False, "locked": False}],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
        (work / "tests" / f"q{number}.py").write_text(
            f"OK_FORMAT = True\ntest = {{'name': 'q{number}', 'points': 1, 'suites': [{suite!r}]}}\n"
        )
    archive = work / "autograder.zip"
    environment = {**os.environ, "PATH": os.path.dirname(program) + os.pathsep + os.environ["PATH"]}
    timed([program, "generate", "-t", "tests", "-o", archive, "--no-environment"], cwd=work, env=environment)
    with zipfile.ZipFile(archive) as found:
        assert any("q1.py" in entry for entry in found.namelist())
    total, scores = 0.0, []
    for path in sorted(submissions.glob("*/ps1/problem_set.ipynb")):
        out = work / path.parts[-3]
        out.mkdir()
        total += timed([program, "run", path, "-a", archive, "-o", out, "--no-logo"], cwd=work, env=environment)
        results = json.loads((out / "results.json").read_text())
        scores.append(sum(test.get("score", 0) for test in results["tests"]))
    print(f"  Otter's scores of the 20 (5 each, one exercise left out in each): {sorted(set(scores))}")
    return total


# --- many ---

HOSTILE = (
    {"p3": "import os\nos._exit(0)"},
    {"p2": "while True:\n    pass"},
    {"p1": "import numpy as np\nx = np.ones(10**11)"},
    {"setup": "import qtrain.checking.target as t\nt.Target.judge = lambda *a, **k: 1"},
    {"setup": "print('x' * 10_000_000)"},
    {"p4": "def times(k):\n    while True:\n        pass"},
)
WRONG = (
    {"p2": "square = 3"},
    {"p1": "from qiskit import QuantumCircuit\ncat = QuantumCircuit(3)\ncat.h(0)\ncat.cx(0, 1)"},
    {"p3": "choice = 'b'"},
    {"p5": "import cirq\nturn = cirq.Circuit(cirq.ry(0.3)(cirq.LineQubit(0)), cirq.I(cirq.LineQubit(1)))"},
    {"p4": "def times(k):\n    return k"},
)
BROKEN = (b"", b"<html>", b'{"cells": [', b"[" * 5000)


def many(args) -> int:
    """A large class: throughput from the 100th submission to the last, and the coordinator's memory."""
    module, rng = classroom_module(), random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        room = module.Classroom(Path(name), [f"learner{n:06}" for n in range(args.learners)])
        kinds = rng.choices(("right", "wrong", "hostile", "broken"), (60, 33, 5, 2), k=args.learners)
        for learner, kind in zip(room.learners, kinds, strict=True):
            changes = {"wrong": rng.choice(WRONG), "hostile": rng.choice(HOSTILE)}.get(kind, {})
            content = rng.choice(BROKEN) + learner.encode() if kind == "broken" else room.solved(learner, **changes)
            room.hand_in(f"{learner}.ipynb", content)
        run = qtrain(
            "grade",
            room.submissions,
            "-o",
            room.output,
            "--release",
            room.released,
            "--course",
            room.root,
            "--timeout",
            "2",
            "--require-confinement",
        )
        memory = _watched(run)
        said, _ = run.communicate()
        print(said.strip().splitlines()[0])
        _report(room, memory, args)
    return 0


def _watched(process) -> list:
    samples = []

    def watch():
        while process.poll() is None:
            try:
                pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
            except (OSError, IndexError):
                return
            samples.append((time.time(), pages * os.sysconf("SC_PAGE_SIZE") / 2**20))
            time.sleep(0.5)

    threading.Thread(target=watch, daemon=True).start()
    return samples


def _report(room, memory, args) -> None:
    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.models import Grading

    book = Gradebook(room.output / "gradebook.sqlite")
    with book.session() as session:
        done = sorted((g.done.timestamp(), g.seconds) for g in session.query(Grading))
    book.close()
    times = [at for at, _ in done]
    step = max(100, args.learners // 10)
    print(
        f"{len(times)} submissions in {times[-1] - times[0]:.0f} s: "
        f"{len(times) / (times[-1] - times[0]):.1f} per second"
    )
    print(f"{'submissions':>14} {'per second':>11} {'coordinator MB':>15}")
    for start in range(100, len(times), step):
        part = times[start : start + step]
        if len(part) < 50:
            continue
        held = [size for at, size in memory if part[0] <= at <= part[-1]]
        print(
            f"{start:>6}–{start + len(part):<7} {len(part) / max(part[-1] - part[0], 1e-9):>11.1f} "
            f"{statistics.median(held) if held else float('nan'):>15.0f}"
        )
    ordinary = sorted(seconds for _, seconds in done)
    print(
        f"seconds per submission in a worker: median {statistics.median(ordinary):.3f}, mean "
        f"{statistics.fmean(ordinary):.3f}, 99th percentile {ordinary[int(0.99 * len(ordinary))]:.3f}"
    )
    print(f"most memory of the coordinator: {max(size for _, size in memory):.0f} MB (with the reports at the end)")
    size = (room.output / "gradebook.sqlite").stat().st_size
    sizes = [path.stat().st_size for path in (room.output / "feedback").iterdir()]
    print(
        f"gradebook: {size / len(times) / 1024:.1f} KB per submission; feedback page: "
        f"{statistics.fmean(sizes) / 1024:.1f} KB"
    )


def main(argv=None) -> int:
    """Run one of the two."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("peers", "many"))
    parser.add_argument("--learners", type=int, default=None)
    parser.add_argument("--otter", default=shutil.which("otter"))
    args = parser.parse_args(argv)
    args.learners = args.learners or {"peers": 20, "many": 2000}[args.what]
    return {"peers": peers, "many": many}[args.what](args)


if __name__ == "__main__":
    sys.exit(main())
