"""Kill a grading run at random points, resume it, and compare the gradebook with that of a run left alone.

    python benchmarks/resume.py --kills 100

Prints one line per hundred kills and ends with 1 at the first difference.
"""

import argparse
import importlib.util
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

CLASSROOM = Path(__file__).parents[1] / "tests" / "grading" / "classroom.py"


def classroom_module():
    """The small course and class of the tests."""
    spec = importlib.util.spec_from_file_location("classroom", CLASSROOM)
    sys.modules["classroom"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules["classroom"])
    return sys.modules["classroom"]


def contents(database: Path | str) -> list:
    """Everything in a gradebook but the times of its making and the numbers of its rows."""
    from qtrain.grading.gradebook import Gradebook
    from qtrain.grading.models import Submission

    book, rows = Gradebook(database), []
    with book.session() as session:
        for one in session.query(Submission).order_by(Submission.learner_id, Submission.digest):
            rows.append(
                (
                    one.learner_id,
                    one.digest,
                    one.place,
                    one.received.isoformat(),
                    [
                        (
                            g.number,
                            g.points,
                            g.of,
                            g.problem,
                            g.notes,
                            sorted(g.fences),
                            [
                                (
                                    a.exercise,
                                    a.status,
                                    a.score,
                                    a.points,
                                    a.diagnosis,
                                    a.message,
                                    a.stopped,
                                    a.right_for,
                                    a.prints,
                                )
                                for a in g.answers
                            ],
                        )
                        for g in one.gradings
                    ],
                )
            )
    book.close()
    return rows


def pages(output: Path) -> dict:
    """The names of the pages, and what the exports say."""
    return {
        path.relative_to(output).as_posix(): path.read_text() if path.suffix == ".csv" else ""
        for path in output.rglob("*")
        if path.is_file() and "sqlite" not in path.name and path.name[0] != "."
    }


def graded(room, output: Path, workers: int, kill_after: float | None = None) -> bool:
    """Grade in a process of its own; whether it came to its end before it was killed."""
    pid = os.fork()
    if pid == 0:
        from qtrain import cli

        os.setsid()
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os._exit(
            cli.main(
                [
                    "grade",
                    str(room.submissions),
                    "-o",
                    str(output),
                    "--release",
                    str(room.released),
                    "--course",
                    str(room.root),
                    "--workers",
                    str(workers),
                    "--new",
                    "--timeout",
                    "2",
                ]
            )
        )
    deadline = None if kill_after is None else time.monotonic() + kill_after
    while True:
        done, status = os.waitpid(pid, os.WNOHANG if deadline else 0)
        if done:
            if status:
                raise RuntimeError(f"the run ended with {status}")
            return True
        if time.monotonic() >= deadline:
            os.killpg(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return False
        time.sleep(0.002)


def make_class(folder: Path, size: int):
    """A class that hands in right, wrong, broken and hostile answers."""
    module = classroom_module()
    room = module.Classroom(folder, [f"learner{n}" for n in range(size)])
    for n, name in enumerate(room.learners):
        sources = [{}, {"p2": "square = 3"}, {"p4": "import os\nos._exit(1)"}, {"p1": "cat = 1 / 0"}][n % 4]
        content = b"<html>" if n % 9 == 8 else room.solved(name, **sources)
        os.utime(room.hand_in(f"{name}.ipynb", content), (10**9, 10**9))
    return room


def main(argv=None) -> int:
    """Run the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--learners", type=int, default=12)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(argv)
    import distributed  # noqa: F401 -- before the forks, so that each run starts at once
    import sqlalchemy  # noqa: F401

    import qtrain.grading.pages  # noqa: F401

    rng, began = random.Random(args.seed), time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        room = make_class(folder, args.learners)
        graded(room, folder / "warm", args.workers)
        start = time.monotonic()
        graded(room, folder / "whole", args.workers)
        whole_s = time.monotonic() - start
        expected, shown = contents(folder / "whole" / "gradebook.sqlite"), pages(folder / "whole")
        killed = runs = partly = 0
        while killed < args.kills:
            output = folder / f"run{runs}"
            runs += 1
            if graded(room, output, args.workers, rng.uniform(0.0, whole_s)):
                continue
            killed += 1
            there = contents(output / "gradebook.sqlite") if (output / "gradebook.sqlite").exists() else []
            partly += 0 < len(there) < len(expected)
            if any(row not in expected for row in there):
                print(f"kill {killed}: a submission was committed by halves")
                return 1
            graded(room, output, args.workers)
            if contents(output / "gradebook.sqlite") != expected or pages(output).keys() != shown.keys():
                print(f"kill {killed}: the gradebook differs after the second run")
                return 1
        print(
            f"{killed} runs killed at random points (of {whole_s:.1f} s; {partly} of them with some submissions "
            f"committed and some not) and resumed: the same gradebook every time; {time.monotonic() - began:.0f} s"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
