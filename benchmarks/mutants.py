"""How many faults in the code do the tests notice? One small change at a time, made from the code as it stands.

    python benchmarks/mutants.py                              20 changes in each room
    python benchmarks/mutants.py --room checking --sample 60
    python benchmarks/mutants.py --at qtrain/circuits/orders.py:12   every change of one file, or of one line

A change is made in a copy of the checkout; the tests of its room run there until one fails. The same seed gives the
same sample as long as the code is the same, and each kind of change has its turn. Printed are noticed of tried for
each room, and each survivor with its place, so that a test can be written or, if the change makes no difference that
anybody could see, the survivor explained in `EQUIVALENT`.

A mutant is a program that nobody has read, and it may be the fence that is gone: each runs in namespaces of its own
(Linux only), where it sees its own processes only and can write nothing but its copy.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from coverage import CoverageData
from mutations import Mutant, mutants
from worlds import TooLong, import_frameworks, run, times_beside

SOURCE = Path(__file__).resolve().parents[1]
# Attacks are left out: they try the fences as a whole, and a test that asserts each fence by itself is what is wanted.
ROOMS = {
    name: (f"qtrain/{name}", (f"tests/{name}", *more))
    for name, more in {
        "circuits": (),
        "checking": (),
        "authoring": ("tests/course/test_rehearsal.py",),
        "course": ("tests/test_notebook.py",),
        "grading": (),
        "kernels": (),
        "skills": ("tests/test_notebook.py",),
    }.items()
} | {"confinement": ("qtrain/kernels/confinement", ("tests/kernels",))}
COPIED = ("qtrain", "tests", "benchmarks", "notebooks", "exercises", "book", "conftest.py", "pyproject.toml")
COPIED += ("tasks", "teach", "requirements.lock", "_config.yml", "CONTRIBUTING.md", "Makefile", "README.md")
LEFT_OUT = shutil.ignore_patterns("_build", "__pycache__", ".runs", "node_modules")
PATIENCE = 4  # a mutant may take so many times what the tests take by themselves, and counts as noticed after that
MANY = 5
ELSEWHERE = ("course", "grading", "kernels", "skills", "confinement")  # rooms whose code also runs in other processes
FAILING = re.compile(r"(?m)^(?:FAILED|ERROR) (\S+\.py(?:::.+?)?)(?: - .*)?$")

# Changes without a difference, and why: file, the start of the line, what is said after the change. They are not tried
# and count for nothing. A line that reads otherwise by now must be judged anew: nothing runs until its entry is gone.
EQUIVALENT = {
    (
        "qtrain/authoring/words.py",
        "for other, same in found[:place]",
        "place:",
    ): "Which of two is compared with the other makes no difference.",
    (
        "qtrain/authoring/ranges.py",
        "digits = max(0, -math.floor(math.log10(step) + 1e-9) + 1)",
        "1e-06",
    ): "No step that is written down lies within a millionth of a power of ten.",
    (
        "qtrain/checking/diagnosis/iterations.py",
        "if tuple(keys) in seen:",
        "if tuple(keys) in seen: pass",
    ): "The same blocks are tried twice, to the same end.",
    (
        "qtrain/grading/worker.py",
        'return hashlib.sha256(b"\\n".join([__version__.encode(), *(path.read_bytes() for path in sources)])).',
        "16:",
    ): "Any part of the hash will do.",
}


def stale() -> list[tuple[str, str, str]]:
    """The entries of `EQUIVALENT` that are no change of the code as it stands."""
    paths = {path for path, _, _ in EQUIVALENT if (SOURCE / path).is_file()}
    return sorted(EQUIVALENT.keys() - {mutant.key for path in paths for mutant in mutants(SOURCE / path, path)})


def sample(room: str, size: int, seed: int, at: str) -> list[Mutant]:
    """A room's changes: `size` of them, the kinds in turn; or all at one place."""
    folder, _ = ROOMS[room]
    found = []
    for path in sorted((SOURCE / folder).rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if at.partition(":")[0] in ("", name) and (room != "kernels" or "/confinement/" not in name):
            found += mutants(path, name)
    if at:
        return [mutant for mutant in found if at in (mutant.path, f"{mutant.path}:{mutant.line}")]
    kinds = defaultdict(list)
    for mutant in found:
        kinds[mutant.kind].append(mutant)
    for kind, several in sorted(kinds.items()):
        random.Random(f"{seed} {room} {kind}").shuffle(several)
    turns = itertools.chain.from_iterable(itertools.zip_longest(*(kinds[kind] for kind in sorted(kinds))))
    return list(itertools.islice((mutant for mutant in turns if mutant), size))


class Copy:
    """A copy of the checkout, and what the tests of a room say in it."""

    def __init__(self, folder: Path, niceness: int):
        self.folder, self.niceness, self.clock = folder, niceness, itertools.count(int(time.time()))
        self.left_out: list[str] = []
        self.covered, self.seconds = CoverageData(no_disk=True), {}
        folder.chmod(0o755)  # tests look at the fences as an ordinary user, too
        for name in COPIED:
            if (SOURCE / name).is_dir():
                shutil.copytree(SOURCE / name, folder / name, ignore=LEFT_OUT)
            else:
                shutil.copy(SOURCE / name, folder / name)

    def write(self, name: str, source: str) -> None:
        """Put a file's text; compiled code of the one before is never taken for it, as each has a second of its own."""
        path, now = self.folder / name, next(self.clock)
        path.write_text(source, encoding="utf-8")
        os.utime(path, (now, now))

    def without_change(self, tests: tuple[str, ...]) -> str:
        """Run the tests as things are and note which lines each runs.

        What fails even unmeasured wants what this world has not, and is left out from now on.
        """
        measured = str(self.folder / "covered.sqlite")
        said = run(self.folder, [*tests, "-rfE"], None, niceness=self.niceness, measured=measured)[1]
        self.covered = CoverageData(measured)
        self.covered.read()
        self.seconds = json.loads(Path(times_beside(measured)).read_text(encoding="utf-8"))
        if failing := FAILING.findall(said):
            self.left_out = FAILING.findall(run(self.folder, [*failing, "-rfE"], None, niceness=self.niceness)[1])
        summary = next((line for line in said.splitlines() if re.search(r"\d+ passed", line)), said[-1000:])
        return "\n".join([summary, *(f"  left out: {name}" for name in self.left_out)])

    def choices(self, mutant: Mutant, elsewhere: bool) -> Iterator[tuple[list[str], float]]:
        """The tests to run, the likeliest to notice first, and how long they take.

        First those that run the changed line, the quickest first. If it runs at import too, or if the room's code also
        runs in other processes, the others can notice as well: those first that bear the module's name. For a line that
        no test reaches there is nothing to run.
        """
        lines = self.covered.contexts_by_lineno(str(self.folder / mutant.path))
        reached = {*lines.get(mutant.line, ()), *lines.get(mutant.statement, ())}
        covering = (reached & self.seconds.keys()) - {*self.left_out}
        if covering:
            yield sorted(covering, key=self.seconds.get), sum(map(self.seconds.get, covering))
        if elsewhere or "" in reached:
            words = [word.removesuffix("s") for word in Path(mutant.path).with_suffix("").parts[2:]]
            others = [name for name in self.seconds if name not in covering and name not in self.left_out]
            others.sort(key=lambda name: not any(word in name for word in words))
            yield others, sum(map(self.seconds.get, others))

    def problem(self, mutant: Mutant, elsewhere: bool) -> str:
        """What the first test to fail says of the mutant, "" when all pass."""
        original = (self.folder / mutant.path).read_text(encoding="utf-8")
        self.write(mutant.path, mutant.source)
        try:
            return next(filter(None, (self.failed(*some) for some in self.choices(mutant, elsewhere))), "")
        finally:
            self.write(mutant.path, original)

    def failed(self, tests: list[str], seconds: float) -> str:
        """What the first test to fail says, "" when all pass."""
        chosen = self.folder / "chosen.txt"
        chosen.write_text("\n".join(tests), encoding="utf-8")
        try:
            code, said = run(self.folder, ["-x", f"@{chosen}"], PATIENCE * seconds + 90, niceness=self.niceness)
        except TooLong:
            return "takes too long"
        lines = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR", "E  "))]
        return "" if code == 0 else (lines or [said[-300:] or "ends at once"])[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--room", action="append", choices=ROOMS, help="only this room; may be given again")
    parser.add_argument("--sample", type=int, default=20, metavar="N", help="changes in each room (default: 20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at", default="", metavar="FILE[:LINE]", help="every change of a file or line")
    parser.add_argument("--list", action="store_true", help="only say what would be tried")
    parser.add_argument("--nice", type=int, default=10, help="how far the tests stand back (default: 10)")
    options = parser.parse_args()
    rooms = options.room or [room for room in ROOMS if not options.at or options.at.startswith(f"{ROOMS[room][0]}/")]
    samples = {room: sample(room, options.sample, options.seed, options.at) for room in rooms}
    if options.list:
        for room, chosen in samples.items():
            print(f"{room}: {len(chosen)} {dict(Counter(mutant.kind for mutant in chosen))}", *chosen, sep="\n  ")
        return 0
    if sys.platform != "linux":
        print("Mutants run in namespaces of their own only, which needs Linux.", file=sys.stderr)
        return 2
    if outdated := stale():
        print("In EQUIVALENT, but no change of the code as it stands:", *outdated, sep="\n  ", file=sys.stderr)
        return 2
    import_frameworks()
    survivors, table = [], ["| room | tried | without a difference | noticed | |", "|---|---|---|---|---|"]
    for room, chosen in samples.items():
        trying = [mutant for mutant in chosen if mutant.key not in EQUIVALENT]
        with tempfile.TemporaryDirectory(prefix="mutants-", dir="/var/tmp") as folder:
            place, missed = Copy(Path(folder), options.nice), []
            print(f"{room}, without any change: {place.without_change(ROOMS[room][1])}", flush=True)
            if unread := [name for name in place.left_out if "::" not in name]:
                # With one of them among the tests pytest ends before any, and each change would count as noticed.
                print(f"{room}: not even read without any change: {', '.join(unread)}", file=sys.stderr)
                return 2
            if len(place.left_out) > MANY:
                print(f"{room}: too many tests fail without any change; mend that first.", file=sys.stderr)
                return 2
            for mutant in trying:
                problem = place.problem(mutant, room in ELSEWHERE)
                missed += [] if problem else [mutant]
                print(f"{'noticed ' if problem else 'SURVIVED'} {mutant}\n    {problem[:150]}", flush=True)
        survivors += missed
        noticed, share = len(trying) - len(missed), f"{1 - len(missed) / max(len(trying), 1):.0%}"
        table.append(f"| {room} | {len(chosen)} | {len(chosen) - len(trying)} | {noticed} | {share} |")
        print(f"{room}: {noticed} of {len(trying)} noticed\n", flush=True)
    print(*table, *(f"  {mutant}" for mutant in survivors), sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
