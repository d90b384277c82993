"""``qtrain check``: run a notebook of the learner's from top to bottom and print the verdict on each exercise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .cells import read_notebook
from .errors import CourseError
from .running import Ran, run_cells

VERDICT = re.compile(r"^(✔|✘|…|\?) (\d+\.\w+\.\w+) ", re.MULTILINE)
CHECKED = re.compile(r"^check\(\s*[\"'](\d+\.\w+\.\w+)[\"']", re.MULTILINE)
CELL_TIMEOUT_S = 60


def lines(path: Path, kernel: str = "", timeout: int = CELL_TIMEOUT_S) -> Iterator[tuple[str, str]]:
    """Run the notebook in its own folder; yield (sign, text) for each verdict and ``("!", text)`` for each error.

    Raises
    ------
    CourseError
        When the file is no notebook.
    """
    notebook = read_notebook(path)  # says in a sentence what is wrong with a broken file
    for ran in run_cells(notebook, Path(path).resolve().parent, kernel=kernel, timeout=timeout):
        if ran.ended:
            yield "!", f"cell {ran.number} {ran.ended}"
        else:
            yield from _found(ran)


def _found(ran: Ran) -> Iterator[tuple[str, str]]:
    for output in ran.outputs:
        if output["output_type"] == "error":
            yield "!", f"cell {ran.number} stops with {output['ename']}: {output['evalue']}"
            continue
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        if verdict := VERDICT.match(text):
            yield verdict[1], text.rstrip()


def _asked(notebook: dict) -> list[str]:
    """The exercises that the notebook's cells check."""
    cells = (cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    return [name for source in cells for name in CHECKED.findall(source)]


def add_arguments(parser):
    """The arguments of ``qtrain check``."""
    parser.add_argument("notebook", type=Path, help="a notebook of your copy of the course")
    parser.add_argument("--kernel", default="", help="the kernel to run it on (default: a warm one where there is one)")
    parser.add_argument("--timeout", type=int, default=CELL_TIMEOUT_S, metavar="S", help="seconds for one cell")


def run(args) -> int:
    """Print the verdicts; 1 unless every exercise is right."""
    if not args.notebook.is_file():
        print(f"There is no notebook {args.notebook}. Give the path of one of yours, such as 1_6_conventions.ipynb")
        return 2
    signs, judged = [], set()
    try:
        asked = _asked(read_notebook(args.notebook))
        for sign, text in lines(args.notebook, args.kernel, args.timeout):
            signs.append(sign)
            if verdict := VERDICT.match(text):
                judged.add(verdict[2])
            print(text if sign != "!" else f"! {text}", flush=True)
    except CourseError as error:
        print(error)
        return 2
    # Every exercise counts, also one that gets no verdict because its answer's cell cannot run.
    silent = [name for name in dict.fromkeys(asked) if name not in judged]
    if silent:
        print(f"Without a verdict: {', '.join(silent)}.")
    right, all_ = signs.count("✔"), sum(sign != "!" for sign in signs) + len(silent)
    print(f"{right} of {all_} right." if all_ else "This notebook asks for no answers.")
    return int(right < all_ or "!" in signs)
