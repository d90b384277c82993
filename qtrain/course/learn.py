"""``qtrain learn``: write or renew the learner's copy of the course and open it in JupyterLab."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

from .cells import exercise_of, read_notebook, role_of
from .course import TOC, Course, find_root, load
from .data_files import together
from .errors import CourseError
from .identity import HOME, learner_folder
from .jupyterlab import prepare_kernel, serve
from .learner_copy import learner_copy
from .learner_files import enrol, stock
from .onward import WORDS, in_learners_folder, leading_on
from .stored_format import dump, tidy

FRONT = "start_here.md"
Front = Callable[[Course, Path], str]
LEVELS = {"F": "foundation", "P": "practitioner", "S": "specialist"}


def default_folder() -> Path:
    """The copy that lies around here, else ``learn`` in a checkout that one works in, else ``qtrain`` in one's home."""
    if (found := learner_folder()) is not None:
        return found
    root = find_root()
    here = Path.cwd().resolve()
    if root.name != "_course" and (root / "pyproject.toml").is_file() and here.is_relative_to(root.resolve()):
        return root / "learn"
    return Path.home() / "qtrain"


def add_arguments(parser):
    """Arguments of `qtrain learn`."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        metavar="DIR",
        help="where your copy is or shall be (default: ~/qtrain; in a checkout: learn)",
    )
    parser.add_argument("--no-lab", action="store_true", help="only write or renew the copy; do not start JupyterLab")
    parser.add_argument("--port", type=int, help="of JupyterLab (default: the first free one from 8888)")
    parser.add_argument(
        "--reset", metavar="LESSON", help="bring one lesson back as it was, such as 1.4; yours is kept beside it"
    )
    parser.add_argument("--name", help="your name, for feedback that addresses you")


def run(args, front: Front | None = None) -> int:
    """Renew the copy, then serve it; `front` writes its front page."""
    try:
        folder = (args.folder or default_folder()).expanduser().resolve()
        if not args.no_lab:
            prepare_kernel()
        renew(folder, args.name, args.reset, front)
        return 0 if args.no_lab else serve(folder, FRONT, args.port)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1


def renew(folder: Path, name: str | None = None, reset: str | None = None, front: Front | None = None) -> None:
    """Write or renew the copy in a folder, and print what happened to it.

    Parameters
    ----------
    folder : Path
    name : str, optional
        How feedback should address the learner.
    reset : str, optional
        A lesson to bring back as the course has it; the learner's is kept beside it.
    front : callable, optional
        From the course and the folder to the front page; `front_page` when left out.

    Raises
    ------
    CourseError
        With a way out, when the folder cannot be used or a notebook of the course is broken. What was there stays.
    """
    if (folder / TOC).is_file():
        raise CourseError(
            f"{folder} is a checkout of the course itself. Give your copy a folder of its own: "
            f"qtrain learn {folder / 'learn'}"
        )
    course = load()
    files = files_for_learners(course)
    chosen = place(course.lesson(reset)) if reset else None
    try:
        (folder / HOME).mkdir(parents=True, exist_ok=True)
        enrol(folder, name)
        if chosen and (kept := _set_aside(folder / chosen)):
            print(f"Your {chosen} is kept as {kept.name}, beside a new one.")
        if front is not None:
            files[FRONT] = front(course, folder).encode()
        report = stock(folder, files)
    except OSError as error:
        raise CourseError(way_out(error, folder)) from None
    print(f"{folder}:")
    for line in report.lines():
        print(f"  {line}")


def _set_aside(path: Path) -> Path | None:
    """Rename a learner's notebook so that a new one can take its place."""
    if not path.exists():
        return None
    number = 1
    while (kept := path.with_name(f"{path.stem}.old{number if number > 1 else ''}{path.suffix}")).exists():
        number += 1
    path.rename(kept)
    return kept


def way_out(error: OSError, folder: Path) -> str:
    """What a learner can do where the system does not let qtrain write."""
    where = error.filename or folder
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"qtrain may not write {where}. Choose a folder of your own, as in: qtrain learn {Path.home() / 'qtrain'}"
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The disk of {folder} is full. Free some space (50 MB are enough for the course), or choose a folder "
            "on another disk: qtrain learn DIR. Nothing of yours was changed."
        )
    if error.errno in (errno.EEXIST, errno.ENOTDIR):
        return f"{where} is a file, not a folder. Choose another name: qtrain learn DIR"
    return f"qtrain cannot write {where}: {os.strerror(error.errno) if error.errno else error}. Choose another folder."


def files_for_learners(course: Course) -> dict[str, bytes]:
    """From paths in a learner's folder to contents: notebooks, the files that they use, the front page."""
    files = {FRONT: front_page(course).encode()}
    for document in course.documents:
        copied = learner_copy(tidy(read_notebook(document.path)), str(document.path))
        copied = leading_on(copied, document, course, (*WORDS, "practice"))
        copied["cells"] = [at_hand(in_learners_folder(cell), document) for cell in copied["cells"]]
        files[place(document)] = dump(copied).encode()
    for module in course.modules:
        files |= {f"{module.folder}/{name}": content for name, content in together(module.documents).items()}
    for folder in sorted({document.path.parent for document in course.lessons}):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            hidden = any(part.startswith((".", "__")) for part in name.parts)
            if path.is_file() and path.suffix != ".ipynb" and not hidden:
                files[f"{folder.name}/{name.as_posix()}"] = path.read_bytes()
    return files


def at_hand(cell: dict, document) -> dict:
    """A check with lines below it for a hint and, in a lesson, for the solution, to be uncommented."""
    if role_of(cell) != "check":
        return cell
    name = exercise_of(cell)
    lines = [f'# hint("{name}")', *([] if document.is_problem_set else [f'# solution("{name}")'])]
    return {**cell, "source": "\n".join([cell["source"].rstrip(), "", *lines])}


def place(document) -> str:
    """Where a lesson or problem set lies in the learner's folder."""
    return f"{document.folder}/{document.stem}.ipynb"


def front_page(course: Course, onward: str = "", state: Callable[[str], str] = lambda document: "") -> str:
    """The page that a learner sees first, as Markdown.

    Parameters
    ----------
    course : Course
    onward : str
        Where to go on.
    state : callable
        From a lesson's id to what stands before its link.
    """
    some = next((name for document in course.lessons for name in document.cells), "1.6.a")
    parts = [
        "# Start here",
        *filter(None, [onward]),
        "Quantum computing, hands on. Choose a lesson: its link opens a notebook. Run its cells from top to bottom "
        "with **Shift+Enter**. Write your answer where an exercise asks for it, run the cell, then run the `check` "
        "below it: it tells you what is right, or which mistake explains your answer.",
        f'You can answer in Qiskit or in Cirq. Stuck? `hint("{some}")` gives a hint, and asked again a further one; '
        f'`solution("{some}")` shows the solution and why it is right.',
    ]
    for module in course.modules:
        parts.append(f"## {module.number} · {module.title}")
        parts.append("\n".join(f"- {state(document.id)}{_entry(document)}" for document in module.documents))
    parts.append(
        "## What is done, and what to repeat\n\n`progress()` in any lesson shows it, and `qtrain progress --html` in a "
        "terminal (File ▸ New ▸ Terminal) makes a page with bars. `practice()` in any lesson, or `qtrain practice` in "
        "a terminal, makes a sheet of a quarter of an hour at most: exercises that went wrong or whose time has come, "
        "with new numbers, and recall questions. `qtrain learn` brings this page up to date. All of this stays on "
        "this computer."
    )
    parts.append(
        "After an update of the course, `qtrain learn` renews the notebooks that you have not touched and "
        "leaves yours as they are."
    )
    return "\n\n".join(parts) + "\n"


def _entry(document) -> str:
    what, count = "problem" if document.is_problem_set else "exercise", len(document.cells)
    facts = [f"{count} {what}{'' if count == 1 else 's'}"]
    if document.minutes:
        facts.insert(0, f"{document.minutes} min")
    if document.level in LEVELS:
        facts.append(LEVELS[document.level])
    return f"[{document.called}]({place(document)}) — {', '.join(facts)}"
