"""What lessons put out when they last ran, kept under a fingerprint of all that it depends on.

nbval runs every notebook and keeps what it saw; the book and ``qtrain refresh`` take it from here, and run a lesson
themselves only where there is no run of it as it is now. A run that failed is never kept. A learner's copy is other
code: its runs are kept beside those of the lesson.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from qtrain import atomic

from .cells import exercise_of, tags
from .course import Course, Lesson, load
from .dependencies import needed
from .errors import CourseError
from .learner_copy import LearnersCopy
from .running import environment_for, run_cells

FOLDER = ".runs"
SLOW_CELL_S = 4.0
WIDGET = "application/vnd.jupyter.widget-view+json"
ELSEWHERE = re.compile(r"[\"'](\d+\.\w+)\.\w+[\"']")


class LessonFailed(CourseError):
    """A cell of a lesson raised; the message names notebook, cell and error."""


@dataclass(frozen=True)
class Run:
    """What a lesson's code cells put out.

    Attributes
    ----------
    key : str
        Fingerprint of everything that the outputs depend on.
    outputs : list of list of dict
        Notebook outputs with all their pictures, one list for each code cell.
    seconds : list of float
        How long each code cell took.
    day : str
        When it ran, as ``2026-11-26``.
    """

    key: str
    outputs: list[list[dict]]
    seconds: list[float]
    day: str


def fingerprint(lesson: Lesson) -> str:
    """Fingerprint of what a lesson's outputs depend on.

    Its code, its exercises (also those of other lessons that its code names), the files beside it, the parts of
    `qtrain` that it or its checks import, the lock and Python. Prose is not part of it.
    """
    digest = hashlib.sha256(sys.version.encode())

    def add(name: str, content: bytes) -> None:
        digest.update(_named_content(name, content))

    # What a check or a hint says to a stub is read from the lesson, not from the copy.
    documents = [lesson, *([lesson.source] if isinstance(lesson, LearnersCopy) else []), *_named(lesson)]
    sources = []
    for document in documents:
        for cell in document.notebook["cells"]:
            # What a hint or a task says is shown by the code that asks for it.
            if cell["cell_type"] == "code" or exercise_of(cell):
                add(f"{cell['cell_type']} {tags(cell)}", cell["source"].encode())
            if cell["cell_type"] == "code" and document is lesson:
                sources.append(cell["source"])
        if document.exercises_path.is_file():
            add(document.id, document.exercises_path.read_bytes())
            sources.append(document.exercises_path.read_text(encoding="utf-8"))
    package, lock = _package(), lesson.root / "requirements.lock"
    own = [*_beside(lesson), *([lock] if lock.is_file() else [])]
    for path, base in [*((path, lesson.root) for path in own), *((path, package) for path in needed(sources, package))]:
        info = path.stat()
        digest.update(_named_digest(path, base, info.st_mtime_ns, info.st_size))
    return digest.hexdigest()


def _named_content(name: str, content: bytes) -> bytes:
    return f"{name}\0{len(content)}\0".encode() + content


@lru_cache(maxsize=4096)
def _named_digest(path: Path, base: Path, changed: int, size: int) -> bytes:
    return _named_content(path.relative_to(base).as_posix(), hashlib.sha256(path.read_bytes()).digest())


def _package() -> Path:
    import qtrain

    return Path(qtrain.__file__).resolve().parent


def _named(lesson: Lesson) -> Iterator[Lesson]:
    """Other lessons whose exercises the code names."""
    code = "\n".join(cell["source"] for cell in lesson.notebook["cells"] if cell["cell_type"] == "code")
    others = set(ELSEWHERE.findall(code)) - {lesson.id}
    known = {document.id: document for document in load(lesson.root).documents} if others else {}
    return (known[name] for name in sorted(others) if name in known)


def _beside(lesson: Lesson) -> Iterator[Path]:
    """Files that a lesson may read: those of its folder that are neither notebooks nor checks."""
    for path in sorted(lesson.path.parent.rglob("*")):
        hidden = any(part.startswith((".", "__")) for part in path.relative_to(lesson.path.parent).parts)
        if path.is_file() and not hidden and path.suffix not in (".ipynb", ".py"):
            yield path


def kept(lesson: Lesson) -> Run | None:
    """The run of the lesson as it is now; None when there is none."""
    try:
        run = Run(**json.loads(_place(lesson).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):  # missing, or written by an earlier version: then it runs again
        return None
    return run if run.key == fingerprint(lesson) else None


def keep(lesson: Lesson, key: str, outputs: list[list[dict]], seconds: list[float]) -> Run:
    """Keep what a run that went well put out, and return it."""
    run = _run(lesson, key, outputs, seconds)
    atomic.write(_place(lesson), json.dumps(asdict(run), ensure_ascii=False))
    return run


def _run(lesson: Lesson, key: str, outputs: list[list[dict]], seconds: list[float]) -> Run:
    code = (cell for cell in lesson.notebook["cells"] if cell["cell_type"] == "code")
    found = [_kept(cell, given) for cell, given in zip(code, outputs, strict=True)]
    return Run(key, found, seconds, date.today().isoformat())


def forget(course: Course) -> None:
    """Remove all runs of a course."""
    shutil.rmtree(course.root / FOLDER, ignore_errors=True)


def run(lesson: Lesson, kernel: str = "") -> Run:
    """Run a lesson now, and keep what it puts out.

    Raises
    ------
    LessonFailed
        A cell raised, ended the kernel or ran too long.
    """
    key, notebook, outputs, seconds = fingerprint(lesson), lesson.notebook, [], []
    environment = environment_for(lesson.root)
    for ran in run_cells(notebook, lesson.path.parent, kernel=kernel, environment=environment):
        raised = "" if "raises-exception" in tags(notebook["cells"][ran.number - 1]) else ran.error
        if failure := ran.ended or raised:
            first = next(iter(ran.source.strip().splitlines()), "")
            raise LessonFailed(f"{_name(lesson)}, cell {ran.number} ({first!r}) fails: {failure}")
        outputs.append(ran.outputs)
        seconds.append(ran.seconds)
    if fingerprint(lesson) != key:  # somebody wrote in it meanwhile: nobody knows what ran
        return _run(lesson, "", outputs, seconds)
    return keep(lesson, key, outputs, seconds)


def runs(lessons: Iterable[Lesson], *, kernel: str = "", jobs: int = 2, told: Callable = lambda *_: None) -> dict:
    """The run of every lesson by its chapter; those that have none run now, a few at a time.

    Parameters
    ----------
    lessons : iterable of Lesson
    kernel : str
        As for `run`.
    jobs : int
        How many lessons run at the same time.
    told : callable
        Called with how many are done, failed and to run, and the latest lesson's id.

    Raises
    ------
    LessonFailed
        Naming every lesson that failed.
    """
    found = {lesson.chapter: (lesson, kept(lesson)) for lesson in lessons}
    missing = [lesson for lesson, run_ in found.values() if run_ is None]
    done = {chapter: run_ for chapter, (_, run_) in found.items() if run_ is not None}
    failures: list[str] = []
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(run, lesson, kernel): lesson for lesson in missing}
        for count, future in enumerate(as_completed(waiting), 1):
            lesson = waiting[future]
            try:
                done[lesson.chapter] = future.result()
            except LessonFailed as error:
                failures.append(str(error))
            told(count - len(failures), len(failures), len(missing), lesson.id)
    if failures:
        raise LessonFailed("\n".join(sorted(failures)))
    return done


def remarks(lesson: Lesson, run: Run) -> Iterator[str]:
    """What a reader would stumble over: cells that take long or write to standard error."""
    places = (number for number, cell in enumerate(lesson.notebook["cells"], 1) if cell["cell_type"] == "code")
    for number, outputs, seconds in zip(places, run.outputs, run.seconds, strict=True):
        if seconds > SLOW_CELL_S:
            yield f"cell {number} takes {seconds:.1f} s; at most {SLOW_CELL_S:.0f} s is the budget"
        for output in outputs:
            if output["output_type"] == "stream" and output["name"] == "stderr":
                yield f"cell {number} writes to stderr: {output['text'].strip().splitlines()[-1]}"


def _name(lesson: Lesson) -> str:
    path = lesson.path.relative_to(lesson.root).as_posix()
    return f"the learner's copy of {path}" if isinstance(lesson, LearnersCopy) else path


def _place(lesson: Lesson) -> Path:
    kind = "copy.json" if isinstance(lesson, LearnersCopy) else "json"
    return lesson.root / FOLDER / f"{lesson.chapter.replace('/', '.')}.{kind}"


def _kept(cell: dict, outputs: list[dict]) -> list[dict]:
    """A cell's outputs without what differs from run to run, and without what a widget caught into itself."""
    kept = []
    for output in outputs:
        caught = "interactive" in tags(cell) and WIDGET not in output.get("data", {})
        if caught and output["output_type"] != "stream":
            continue
        output = {key: value for key, value in output.items() if key not in ("execution_count", "transient")}
        kept.append(output | ({"execution_count": None} if output["output_type"] == "execute_result" else {}))
    return kept
