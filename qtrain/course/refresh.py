"""``qtrain refresh``: run lessons and store their text outputs in the stored format."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from qtrain import atomic

from .cells import read_notebook
from .course import Lesson, load
from .errors import CourseError
from .stored_format import departures, dump, tidy

QUIET = "--log-level=ERROR"  # a kernel on this machine only: its warning about TCP frightens for nothing
SLOW_CELL_S = 4.0
TIMEOUT_S = 120


def add_arguments(parser):
    """Arguments of `qtrain refresh`."""
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 1.6 or 1.P (default: all)")
    parser.add_argument(
        "--kernel",
        default=os.environ.get("QTRAIN_KERNEL", "python3"),
        help="the kernel to run with (default: $QTRAIN_KERNEL, or python3)",
    )
    parser.add_argument("--no-run", action="store_true", help="only put the format in order; keep the outputs")


def run(args) -> int:
    """Refresh each lesson; 1 when one fails."""
    try:
        course = load()
        chosen = [course.lesson(name) for name in args.lessons] or course.documents
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    failed = 0
    for lesson in chosen:
        try:
            for line in refresh(lesson, kernel=None if args.no_run else args.kernel):
                print(line)
            failed += bool(departures(lesson.path))
        except CourseError as error:
            failed += 1
            print(error, file=sys.stderr)
    return int(failed > 0)


def refresh(lesson: Lesson, kernel: str | None = "python3"):
    """Run a lesson with the kernel of that name (None: do not run it) and store it; yields what there is to say."""
    notebook = read_notebook(lesson.path)
    started = time.perf_counter()
    if kernel:
        notebook, remarks = executed(notebook, lesson.path, kernel)
    else:
        remarks = []
    before = lesson.path.read_text(encoding="utf-8")
    text = dump(tidy(notebook, {exercise.id: exercise.points for exercise in lesson.exercises}))
    if text != before:
        atomic.write(lesson.path, text)
    yield f"{lesson.id} {lesson.path.name}: {'stored' if text != before else 'unchanged'}" + (
        f", ran in {time.perf_counter() - started:.1f} s" if kernel else ""
    )
    yield from (f"  {remark}" for remark in [*remarks, *departures(lesson.path)])


def executed(notebook: dict, path: Path, kernel: str) -> tuple[dict, list[str]]:
    """The notebook with fresh outputs, and remarks on what a reader would stumble over.

    Raises
    ------
    CourseError
        Naming the cell that failed.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    node = nbformat.from_dict(notebook)
    remarks, begun = [], {}

    def start(cell, cell_index):
        begun[cell_index] = time.perf_counter()

    def done(cell, cell_index, execute_reply=None):
        if cell["cell_type"] != "code":
            return
        seconds = time.perf_counter() - begun.get(cell_index, time.perf_counter())
        if seconds > SLOW_CELL_S:
            remarks.append(f"cell {cell_index + 1} takes {seconds:.1f} s; at most {SLOW_CELL_S:.0f} s is the budget")
        for output in cell["outputs"]:
            if output["output_type"] == "stream" and output["name"] == "stderr":
                remarks.append(f"cell {cell_index + 1} writes to stderr: {output['text'].strip().splitlines()[-1]}")

    client = NotebookClient(
        node,
        kernel_name=kernel,
        timeout=TIMEOUT_S,
        record_timing=False,
        extra_arguments=[QUIET],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=start,
        on_cell_executed=done,
    )
    environment = {
        key: value for key, value in os.environ.items() if key not in ("QTRAIN_LEARNER", "NBGRADER_EXECUTION")
    }
    try:
        client.execute(env=environment)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        number = max(begun, default=0) + 1
        what = f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else str(error).splitlines()[0]
        raise CourseError(f"{path}: cell {number} fails: {what}\n{node['cells'][number - 1]['source']}") from None
    return node, remarks
