"""Run the lessons for the book: on warm kernels, two at a time, and only those whose code or helpers have changed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from qtrain.course import Lesson

PATIENCE = 120  # seconds for one cell; a lesson's budget is far below
WIDGET = "application/vnd.jupyter.widget-view+json"


class LessonFailed(Exception):
    """A cell of a lesson raised; the message names notebook, cell and error."""


@dataclass(frozen=True)
class Run:
    """What a lesson's code cells put out.

    Parameters
    ----------
    key : str
        Fingerprint of everything that the outputs depend on.
    outputs : list of list of dict
        Notebook outputs, one list for each code cell.
    seconds : float
        How long it took.
    """

    key: str
    outputs: list
    seconds: float


def fingerprint(lesson: Lesson) -> str:
    """Fingerprint of a lesson's code, its checks, ``qtrain``'s code and the lock file.

    MyST-NB's own cache looks at the notebook's code alone, and stays green when the package that the notebook
    imports is broken; this one does not.

    Parameters
    ----------
    lesson : Lesson
        The lesson.
    """
    digest = hashlib.sha256(_surroundings(lesson.root).encode())
    if lesson.exercises_path.is_file():
        digest.update(lesson.exercises_path.read_bytes())
    for cell in _code_cells(lesson.notebook):
        digest.update(cell["source"].encode() + b"\0")
    return digest.hexdigest()


def _package() -> Path:
    import qtrain

    return Path(qtrain.__file__).parent


def package_digest() -> str:
    """Fingerprint of the code that lessons can import."""
    package = _package()
    digest = hashlib.sha256(sys.version.encode())
    # The site's own modules draw pages; no lesson can see them.
    for file in sorted(package.rglob("*.py")):
        if "site" not in file.relative_to(package).parts[:1]:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _surroundings(root: Path) -> str:
    digest = hashlib.sha256(package_digest().encode())
    lock = root / "requirements.lock"
    if lock.is_file():
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def execute(lessons: Iterable[Lesson], *, cache: Path, kernel: str = "", jobs: int = 2) -> dict[str, Run]:
    """Outputs of every lesson, from the cache where they are still valid.

    Parameters
    ----------
    lessons : iterable of Lesson
        What to run.
    cache : Path
        Folder of the cache; made when missing.
    kernel : str
        Name of the kernel; empty: the warm ``qtrain`` kernel where it is installed, else ``python3``.
    jobs : int
        How many lessons run at the same time.

    Returns
    -------
    dict
        Document name: :class:`Run`.

    Raises
    ------
    LessonFailed
        A cell raised, or a kernel died or did not answer.
    """
    cache.mkdir(parents=True, exist_ok=True)
    runs, missing = {}, {}
    for lesson in lessons:
        key = fingerprint(lesson)
        stored = _load(_stored(cache, lesson.chapter), key)
        if stored is None:
            missing[lesson.chapter] = (lesson, key)
        else:
            runs[lesson.chapter] = stored
    if missing:
        fresh = _run_all(missing, kernel or _kernel(), jobs)
        for name, run in fresh.items():
            _stored(cache, name).write_text(json.dumps(run.__dict__, ensure_ascii=False), "utf-8")
        runs.update(fresh)
    return runs


def _stored(cache: Path, name: str) -> Path:
    return cache / f"{name.replace('/', '.')}.json"


def _load(file: Path, key: str) -> Run | None:
    if not file.is_file():
        return None
    data = json.loads(file.read_text("utf-8"))
    return Run(**data) if data["key"] == key else None


def _kernel() -> str:
    from jupyter_client.kernelspec import KernelSpecManager

    return "qtrain" if "qtrain" in KernelSpecManager().find_kernel_specs() else "python3"


def _run_all(missing, kernel, jobs) -> dict[str, Run]:
    done, failures = {}, []
    # Threads, each with an event loop of its own: the caller may have one running already.
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {
            pool.submit(lambda lesson=lesson, key=key: asyncio.run(_run(lesson, key, kernel))): lesson
            for lesson, key in missing.values()
        }
        for future in as_completed(waiting):
            lesson = waiting[future]
            try:
                done[lesson.chapter] = future.result()
            except LessonFailed as error:
                failures.append(str(error))
            _progress(len(done), len(failures), len(missing), lesson.id)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if failures:
        raise LessonFailed("\n".join(sorted(failures)))
    return done


def _progress(done: int, failed: int, total: int, latest: str) -> None:
    line = f"lessons run: {done}/{total}" + (f", {failed} failed" if failed else "") + f" · {latest}"
    start, end = ("\r\x1b[K", "") if sys.stderr.isatty() else ("", "\n")
    print(start + line, end=end, file=sys.stderr, flush=True)


async def _run(lesson: Lesson, key: str, kernel: str) -> Run:
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    notebook = nbformat.read(lesson.path, as_version=4)
    begin = time.perf_counter()
    # An empty folder, so that no learner's record nearby is written to or changes the variants.
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=PATIENCE,
            kernel_name=kernel,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=40"],
        )
        try:
            await client.async_execute(env=os.environ | {"QTRAIN_COURSE": str(lesson.root)})
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise LessonFailed(_complaint(lesson.path.relative_to(lesson.root), notebook, error)) from None
    outputs = [[_still(output) for output in cell.get("outputs", [])] for cell in _code_cells(notebook)]
    outputs = [[output for output in cell if output] for cell in outputs]
    return Run(key, outputs, round(time.perf_counter() - begin, 2))


def _complaint(path, notebook, error) -> str:
    """Notebook, cell (counted as the reader counts), its first line, and the error's last words."""
    for number, cell in enumerate(notebook.cells, 1):
        failed = [output for output in cell.get("outputs", []) if output.output_type == "error"]
        if failed:
            first = cell["source"].strip().splitlines()[0]
            return f"{path}, cell {number} ({first!r}): {failed[0].ename}: {failed[0].evalue}"
    last = max((n for n, c in enumerate(notebook.cells, 1) if c.get("execution_count")), default=0)
    return f"{path}, at or after cell {last}: {type(error).__name__}: {str(error).strip().splitlines()[0]}"


def _still(output: dict) -> dict | None:
    """An output without what only a running kernel can show; None when nothing is left."""
    output = dict(output)
    output.pop("execution_count", None)
    if output["output_type"] == "execute_result":
        output["execution_count"] = None
    data = output.get("data")
    if data and WIDGET in data:
        output["data"] = {kind: value for kind, value in data.items() if kind not in (WIDGET, "text/plain")}
        if not output["data"]:
            return None
    return output


def _code_cells(notebook) -> list:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
