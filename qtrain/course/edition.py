"""The learner's edition of the course: every file of it, with the front page that leads to them."""

from __future__ import annotations

from .cells import read_notebook
from .course import Course
from .house import dump, tidy
from .learner_copy import learner_copy

FRONT = "start_here.md"
LEVELS = {"F": "foundation", "P": "practitioner", "S": "specialist"}


def edition(course: Course) -> dict[str, bytes]:
    """From paths in a learner's folder to contents: notebooks, the files that they use, the front page."""
    files = {FRONT: front_page(course).encode()}
    for document in course.documents:
        copied = learner_copy(tidy(read_notebook(document.path)), str(document.path))
        files[place(document)] = dump(copied).encode()
    for folder in sorted({document.path.parent for document in course.lessons}):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            hidden = any(part.startswith((".", "__")) for part in name.parts)
            if path.is_file() and path.suffix != ".ipynb" and not hidden:
                files[f"{folder.name}/{name.as_posix()}"] = path.read_bytes()
    return files


def place(document) -> str:
    """Where a lesson or problem set lies in the learner's folder."""
    return f"{document.folder}/{document.stem}.ipynb"


def front_page(course: Course) -> str:
    """The page that a learner sees first, as Markdown."""
    some = next((name for document in course.lessons for name in document.cells), "1.6.a")
    parts = [
        "# Start here",
        "Quantum computing, hands on. Choose a lesson: its link opens a notebook. Run its cells from top to bottom "
        "with **Shift+Enter**. Write your answer where an exercise asks for it, run the cell, then run the `check` "
        "below it: it tells you what is right, or which mistake explains your answer.",
        f'You can answer in Qiskit or in Cirq. Stuck? `hint("{some}")` gives a hint, and asked again a further one; '
        f'`solution("{some}")` shows the solution and why it is right.',
    ]
    for module in course.modules:
        parts.append(f"## {module.number} · {module.title}")
        parts.append("\n".join(_entry(document) for document in module.documents))
    parts.append(
        "## What is done, tried and open\n\nIn a terminal (File ▸ New ▸ Terminal): `qtrain progress`, or "
        "`qtrain progress --html` for a page with bars."
    )
    parts.append(
        "After an update of the course, `qtrain learn` renews the notebooks that you have not touched and "
        "leaves yours as they are."
    )
    return "\n\n".join(parts) + "\n"


def _entry(document) -> str:
    facts = [f"{len(document.cells)} {'problems' if document.is_problem_set else 'exercises'}"]
    if document.minutes:
        facts.insert(0, f"{document.minutes} min")
    if document.level in LEVELS:
        facts.append(LEVELS[document.level])
    return f"- [{document.id} {document.title}]({place(document)}) — {', '.join(facts)}"
