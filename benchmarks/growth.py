"""What a course of 117 lessons costs beside today's: tests, book, audit, start of the program, one lesson, one answer.

    python benchmarks/growth.py                       everything; hours on a busy machine
    python benchmarks/growth.py --row book --row load   some rows only
    python benchmarks/growth.py --folder /tmp/growth   keeps both courses there, and uses them again

Both courses are made in the same way in a scratch folder: copies of today's modules, with new numbers for modules,
lessons and exercises, so that each learner's numbers are drawn anew; the last copy is cut where the number of lessons
is reached. Their stored outputs are refreshed before the tests run.

Printed are wall time and processor time of the command with all that it started, warm kernels too. On a busy machine
only the processor time says how something grows.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from qtrain.course import Course, Lesson, load

SOURCE = Path(__file__).resolve().parents[1]
LESSONS = 117
ROUNDS = 9  # of what takes less than a few seconds; the two courses take turns
PARTS = ("book", "qtrain", "tests/course", "tests/conftest.py", "conftest.py", "pyproject.toml", "_config.yml")
LEFT_OUT = shutil.ignore_patterns("_build", "__pycache__", "_course", "_toc.yml")
NUMBER = re.compile(r"(?<![\w.])(\d+\.\w+)\.(\w+)(?!\w)")
PR_SET_CHILD_SUBREAPER = 36


def copies(course: Course, lessons: int) -> Iterator[list[list[Lesson]]]:
    """Lists of modules, each a list of the lessons to copy, until there are as many lessons as asked for."""
    left = lessons
    while left:
        copy = []
        for module in course.modules:
            chosen = module.lessons[:left]
            left -= len(chosen)
            if chosen:
                copy.append([*chosen, *module.problem_sets])
        yield copy


def make(root: Path, lessons: int) -> None:
    """Write a checkout with a course of so many lessons."""
    today = load(SOURCE)
    for name in (*PARTS, "requirements.lock"):
        copy = shutil.copytree if (SOURCE / name).is_dir() else shutil.copy
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        copy(SOURCE / name, root / name, **({"ignore": LEFT_OUT} if copy is shutil.copytree else {}))
    toc = yaml.safe_load((SOURCE / "book" / "_toc.yml").read_text(encoding="utf-8"))
    own = [part for part in toc["parts"] if part["chapters"][0]["file"].startswith("book/")]
    taught = []
    for number, modules in enumerate(copies(today, lessons)):
        step = number * len(today.modules)
        new = {document.id: document for module in modules for document in module}
        for module, original in zip(modules, today.modules, strict=False):
            files = [write(document, root, new, step) for document in module]
            caption = f"{original.number + step} · {original.title}"
            taught.append({"caption": caption, "chapters": [{"file": file} for file in files]})
    toc["parts"] = [own[0], *taught, *own[1:]]
    (root / "book" / "_toc.yml").write_text(yaml.safe_dump(toc, allow_unicode=True, sort_keys=False), encoding="utf-8")


def write(document: Lesson, root: Path, new: dict[str, Lesson], step: int) -> str:
    """Write a copy of a lesson, its module's number raised by `step`, and return its chapter."""

    def raised(name: str) -> str:
        module, point, rest = re.match(r"(\d+)(\W|_)(.*)", name).groups()
        return f"{int(module) + step}{point}{rest}"

    def renumbered(text: str) -> str:
        """With new numbers for every exercise, file and folder that is copied along."""
        text = NUMBER.sub(
            lambda m: raised(m[0]) if m[1] in new and m[0] in new[m[1]].cells else m[0],
            text,
        )
        names = {name for other in new.values() for name in (other.folder, other.stem) if name != "problem_set"}
        return re.sub(rf"(?<!\w)({'|'.join(sorted(names, key=len, reverse=True))})(?!\w)", lambda m: raised(m[0]), text)

    chapter = renumbered(document.chapter)
    notebook = json.loads(renumbered(document.path.read_text(encoding="utf-8")))
    facts = notebook["metadata"]["qtrain"]
    facts["id"] = raised(document.id)
    if "prerequisites" in facts:
        facts["prerequisites"] = [raised(name) if name in new else name for name in facts["prerequisites"]]
    title = notebook["cells"][0]["source"]
    title[0] = title[0].replace(f"# {document.id} ", f"# {raised(document.id)} ", 1)
    target = root / f"{chapter}.ipynb"
    checks = root / "exercises" / target.parent.name / f"{target.stem}.py"
    for path, text in (
        (target, json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"),
        (checks, renumbered(document.exercises_path.read_text(encoding="utf-8"))),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if (data := document.path.parent / "data").is_dir():  # what its module's lessons read
        shutil.copytree(data, target.parent / "data", dirs_exist_ok=True)
    return chapter


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, and seconds of processors."""

    wall: float
    processor: float


def environment(root: Path) -> dict[str, str]:
    """Of everything that is measured: this course, its own warm kernels, and nobody's record."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QTRAIN_")}
    return kept | {"PYTHONPATH": str(root), "XDG_RUNTIME_DIR": os.environ["XDG_RUNTIME_DIR"]}


def command(root: Path, *arguments: str, may_fail: bool = False) -> Cost:
    """What a command of this Python's costs in the checkout `root`; what it says is shown when it fails."""
    wall, processor = time.perf_counter(), processors()
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=root, env=environment(root), stdout=said, stderr=subprocess.STDOUT
        )
        if done.returncode:
            said.seek(0)
            print(f"{' '.join(arguments)} ended with {done.returncode}:\n{said.read()[-3000:]}", file=sys.stderr)
            if not may_fail:
                raise SystemExit(1)
    return Cost(time.perf_counter() - wall, processors() - processor)


def processors() -> float:
    """Processor seconds of everything that this process started, what still runs included."""
    spent = os.times()
    return spent.children_user + spent.children_system + sum(seconds for _, seconds in running())


def running() -> Iterator[tuple[int, float]]:
    """Processes that descend from this one, each with its own and its finished children's processor seconds."""
    parents, spent = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat") if sys.platform == "linux" else ():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        parents[int(stat.parent.name)] = int(fields[1])
        spent[int(stat.parent.name)] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    for pid in parents:
        above = pid
        while (above := parents.get(above, 0)) not in (0, os.getpid()):
            continue
        if above == os.getpid():
            yield pid, spent[pid]


@contextmanager
def own_kernels() -> Iterator[None]:
    """Servers of warm kernels that start within this become children of this process, and end with it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryDirectory(prefix="growth-", dir="/tmp" if sys.platform == "linux" else None) as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        try:
            yield
        finally:
            for pid, _ in list(running()):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:  # it ended with the one before it
                    continue


def tests(root: Path) -> Cost:
    """nbval over every notebook, the audit's rules, the learner's copies and the rehearsal, on two processes."""
    command(root, "-m", "qtrain", "refresh", may_fail=True)
    shutil.rmtree(root / ".runs", ignore_errors=True)
    which = ("notebooks", "exercises", "tests/course/test_lessons.py", "tests/course/test_rehearsal.py")
    pytest = ("-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-p", "no:cacheprovider")
    return command(root, *pytest, *which, may_fail=True)


def book(root: Path) -> Cost:
    """The book from nothing: every lesson runs, every page is written."""
    return command(root, "-m", "qtrain", "book", "--clean", "--lenient", "--output", str(root / "built"))


def changed(root: Path) -> Cost:
    """The book after the code of one lesson was changed."""
    if not (root / "built").is_dir():
        book(root)
    path = load(root).lesson("1.6").path
    before = path.read_text(encoding="utf-8")
    notebook = json.loads(before)
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    cell["source"] = ["".join(cell["source"]), f"\nunused = {time.time_ns()}"]
    try:
        path.write_text(json.dumps(notebook), encoding="utf-8")
        return command(root, "-m", "qtrain", "book", "--lenient", "--output", str(root / "built"))
    finally:
        path.write_text(before, encoding="utf-8")


def audit(root: Path) -> Cost:
    """What an author asks before handing in, over the whole course."""
    return command(root, "-m", "qtrain", "course", "--audit", may_fail=True)


def program(code: str) -> Callable[[Path], Cost]:
    """A row: a few lines of Python in a fresh process."""
    return lambda root: command(root, "-c", code)


OPEN = 'from qtrain.course import load; lesson = load().lesson("1.7"); lesson.cells, lesson.exercises'
CHECK = 'import qtrain; qtrain.check("1.7.g", "a")'
ROWS: dict[str, tuple[str, Callable[[Path], Cost], int]] = {
    "tests": ("tests of lessons (`pytest -n 2`)", tests, 1),
    "book": ("`qtrain book`, from nothing", book, 1),
    "changed": ("`qtrain book`, one lesson changed", changed, 3),
    "audit": ("`qtrain course --audit`", audit, 1),
    "import": ("`import qtrain`", program("import qtrain"), ROUNDS),
    "help": ("`qtrain --help`", lambda root: command(root, "-m", "qtrain", "--help"), ROUNDS),
    "load": ("`load()`", program("from qtrain.course import load; load()"), ROUNDS),
    "open": ("opening a lesson", program(OPEN), ROUNDS),
    "check": ("checking an answer", program(CHECK), ROUNDS),
}


def measure(row: str, roots: list[Path]) -> list[Cost]:
    """The middle of a row's costs for each course; they take turns, so that a busy moment touches all."""
    _, cost, rounds = ROWS[row]
    if rounds > 1:
        [cost(root) for root in roots]  # whatever is compiled or kept at the first time
    found = [[cost(root) for root in roots] for _ in range(rounds)]
    return [
        Cost(*(statistics.median(getattr(c, kind) for c in costs) for kind in ("wall", "processor")))
        for costs in zip(*found, strict=True)
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--row", action="append", choices=ROWS, help="only this row; may be given again")
    parser.add_argument("--lessons", type=int, default=LESSONS, help="of the longer course (default: %(default)s)")
    parser.add_argument("--folder", type=Path, help="where both courses are kept (default: nowhere)")
    options = parser.parse_args()
    numbers = [len(load(SOURCE).lessons), options.lessons]
    with own_kernels(), tempfile.TemporaryDirectory() as scratch:
        roots = [(options.folder or Path(scratch)).resolve() / f"course-{number}" for number in numbers]
        for root, number in zip(roots, numbers, strict=True):
            if not root.is_dir():
                make(root, number)
            made = load(root)
            print(f"{len(made.lessons)} lessons, {len(made.problem_sets)} problem sets", file=sys.stderr)
        documents = [len(load(root).documents) for root in roots]
        load_before = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        print(f"{os.cpu_count()} processors; load before: {load_before:.1f}\n")
        print(f"| seconds on the clock (of processors) | {numbers[0]} lessons | {numbers[1]} lessons | growth |")
        print("|---|---:|---:|---:|")
        for row in options.row or ROWS:
            small, large = measure(row, roots)
            shown = [f"{cost.wall:.2f} ({cost.processor:.2f})" for cost in (small, large)]
            growth = f"{large.wall / small.wall:.2f} × ({large.processor / small.processor:.2f} ×)"
            print(f"| {ROWS[row][0]} | {' | '.join(shown)} | {growth} |", flush=True)
        print(f"| lessons and problem sets | {documents[0]} | {documents[1]} | {documents[1] / documents[0]:.2f} × |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
