"""``qtrain try``: all that concerns one lesson, in a short loop for its author; a line for each trial."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from qtrain.course import CourseError, Lesson, load

LEARNERS = 12
MOST_LINES = 12  # of one fault: the rest of a traceback or a difference is seen where the cell is mended
COLOUR = re.compile(r"(?:\x1b|#x1B)\[[\d;]*m")  # as a terminal and as JUnit's XML write it


@dataclass(frozen=True)
class Tried:
    """One trial of a lesson: its name, what it found at fault, and how long it took."""

    name: str
    faults: list[str]
    seconds: float

    def __str__(self) -> str:
        head = f"{'FAIL' if self.faults else 'ok  '}  {self.name}"
        if not self.faults:
            return f"{head} ({self.seconds:.1f} s)"
        count = f"{len(self.faults)} thing{'s' * (len(self.faults) > 1)} to mend"
        lines = [f"{head}: {count} ({self.seconds:.1f} s)"]
        for fault in self.faults:
            shown = fault.strip().splitlines()
            shown = shown[:MOST_LINES] + ["…"] * (len(shown) > MOST_LINES)
            lines += [f"      {line}" for line in shown]
        return "\n".join(lines)


def add_arguments(parser):
    """Arguments of `qtrain try`."""
    parser.add_argument("lessons", nargs="+", metavar="LESSON", help="such as 1.6 or 1.P")
    parser.add_argument(
        "--learners", type=int, default=LEARNERS, metavar="N", help=f"how many variants to try ({LEARNERS})"
    )


def run(args) -> int:
    """Print a line for each trial; 1 when one finds a fault."""
    import jupyter_book  # noqa: F401 -- both are wanted below; the command line says how to install what is missing
    import nbval  # noqa: F401

    try:
        chosen = [load().lesson(name) for name in args.lessons]
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    if not all((chosen[0].root / name).is_file() for name in ("conftest.py", "_config.yml")):
        print(
            f"qtrain try needs a checkout of the project, and {chosen[0].root} is none: go to a checkout and run its "
            "own .venv/bin/qtrain.",
            file=sys.stderr,
        )
        return 1
    failed = 0
    for lesson in chosen:
        print(f"{lesson.id} {lesson.path.relative_to(lesson.root)}")
        for tried in try_lesson(lesson, args.learners):
            print(tried, flush=True)
            failed += bool(tried.faults)
    print(f"{failed} of the trials failed: mend what the lines above say." if failed else "All is well.")
    return int(failed > 0)


def try_lesson(lesson: Lesson, learners: int = LEARNERS) -> Iterator[Tried]:
    """Try a lesson or problem set of a checkout; yields each trial as soon as it is done.

    Parameters
    ----------
    lesson : Lesson
    learners : int
        How many learners' variants the solutions and slips are tried for.
    """
    from qtrain.course.trials import faults, trials
    from qtrain.site.building import page_faults
    from qtrain.skills.competences import lacks

    # nbval comes first: the page shows what it ran.
    made = {"notebook": notebook_faults, **trials(learners), "competences": lacks, "page": page_faults}
    for name, trial in made.items():
        begun = time.perf_counter()
        found = faults(trial, lesson)
        yield Tried(name, found, time.perf_counter() - begun)


def notebook_faults(lesson: Lesson) -> list[str]:
    """Have nbval run the notebook in its checkout and compare each output with the stored one."""
    places = [place for place, cell in enumerate(lesson.notebook["cells"], 1) if cell["cell_type"] == "code"]
    path = os.pathsep.join(filter(None, [str(lesson.root), os.environ.get("PYTHONPATH")]))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        done = subprocess.run(
            [*command, str(lesson.path)],
            cwd=lesson.root,
            env={**os.environ, "PYTHONPATH": path},
            capture_output=True,
            text=True,
        )
        cases = ElementTree.parse(report).iter("testcase") if report.is_file() else ()
        found = [_said(case, fault, places) for case in cases for fault in case if fault.tag in ("failure", "error")]
    if done.returncode and not found:
        found = [f"pytest ended with {done.returncode}:\n{COLOUR.sub('', done.stdout + done.stderr).strip()}"]
    return found


def _said(case: ElementTree.Element, fault: ElementTree.Element, places: list[int]) -> str:
    """nbval's report on a cell, without the cell's code; it counts code cells from 0, a reader all cells from 1."""
    text = COLOUR.sub("", fault.text or fault.get("message", ""))
    number = re.fullmatch(r"Cell (\d+)", case.get("name", ""))
    if not number:
        return f"{case.get('name')}: {text}"
    reason = re.search(r"^Cell \d+: (.*)$", text, re.MULTILINE)
    lines = [line.rstrip() for line in text.partition("Traceback:")[2].splitlines() if line.strip(" -")]
    return "\n  ".join(
        [f"cell {places[int(number[1])]}: {reason[1] if reason else 'fails'}", *lines[-MOST_LINES + 1 :]]
    )
