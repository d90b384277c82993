"""How many faults in the code do the tests notice? One small change at a time, made from the code as it stands.

    python benchmarks/mutants.py                              20 changes in each room
    python benchmarks/mutants.py --room checking --sample 60
    python benchmarks/mutants.py --at qtrain/circuits/orders.py:12   every change of one file, or of one line

A change is made in a copy of the checkout; the tests of its room run there until one fails. The same seed gives the
same sample as long as the code is the same, and each kind of change has its turn. Printed are noticed of tried for
each room, and each survivor with its place, so that a test can be written or the survivor explained.

A mutant is a program that nobody has read, and it may be the fence that is gone: each runs in namespaces of its own
(Linux only), where it sees its own processes only and can write nothing but its copy.
"""

from __future__ import annotations

import argparse
import ast
import copy
import itertools
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

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
COPIED += ("requirements.lock", "_config.yml", "CONTRIBUTING.md")
LEFT_OUT = shutil.ignore_patterns("_build", "__pycache__", ".runs", "node_modules")
PATIENCE = 4  # a mutant may take so many times what the tests take by themselves, and counts as noticed after that
SMALL = 1e-2  # a number up to this is a tolerance
MANY = 5
UNSEEN = ("__repr__", "__dir__", "add_arguments")  # functions whose words no test should pin

# A world of its own for the tests: arguments are the copy, how many folders follow, these (changes of them last as long
# as the world: tests of the fences show that without a fence they could write there), and the command.
WORLD = """
set -e
copy=$1; count=$2; shift 2
mount --make-rprivate /
mount --bind "$copy" "$copy"
mkdir -p "$copy/over"
mount -t tmpfs tmpfs "$copy/over"
while [ "$count" -gt 0 ]; do
    mkdir "$copy/over/upper$count" "$copy/over/work$count"
    chmod --reference="$1" "$copy/over/upper$count"
    mount -t overlay overlay -o "lowerdir=$1,upperdir=$copy/over/upper$count,workdir=$copy/over/work$count" "$1"
    count=$((count - 1)); shift
done
mount -o remount,bind,ro /
for i in $(seq 300); do (:); done  # a process number that no confined child has in its own small world
"$@"
exit $?
"""
UNSHARE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]

NEGATED = {
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
# Beside a whole number it matters whether the bound itself is meant.
BOUND = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}


@dataclass(frozen=True)
class Mutant:
    """One change: where, of what kind, and what the code says before and after it."""

    path: str
    line: int
    kind: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        before, after = (" ".join(text.split())[:110] for text in (self.before, self.after))
        return f"{self.path}:{self.line} {self.kind}: {before}  ->  {after}"


def changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Every change of one node, as (kind, the new node)."""
    match node:
        case ast.Compare(ops=[operator], comparators=[right], left=left):
            if type(operator) in BOUND and any(map(is_whole, (left, right))):
                yield "comparison", changed(node, ops=[BOUND[type(operator)]()])
            else:
                yield "comparison", changed(node, ops=[NEGATED[type(operator)]()])
        case ast.Constant(value=bool()):
            yield "constant", changed(node, value=not node.value)
        case ast.Constant(value=int() | float()):
            if 0 < abs(node.value) <= SMALL:
                yield "tolerance", changed(node, value=float(f"{node.value * 1000:g}"))
            else:
                other = node.value + 1 if type(node.value) is int else node.value * 2 or 1.0
                yield "constant", changed(node, value=other)
        case ast.Call(func=ast.Attribute(attr="conj" | "conjugate", value=value), args=[]):
            yield "conjugate", value
        case ast.Call(func=ast.Attribute(attr="conj" | "conjugate"), args=[value]):
            yield "conjugate", value
        case ast.Attribute(attr="T", value=value):
            yield "order", value
        case ast.Call(func=ast.Name(id="reversed"), args=[value]):
            yield "order", changed(node, func=ast.Name("list"))
        case ast.Call(func=ast.Name(id="sorted"), args=[value]):
            yield "order", ast.Call(ast.Name("list"), [value], [])
        case ast.Call(func=ast.Attribute(attr="kron"), args=[first, second]):
            yield "order", changed(node, args=[second, first])
        case ast.Slice(step=ast.UnaryOp(op=ast.USub())):
            yield "order", changed(node, step=None)
        case ast.Slice(lower=ast.expr() as lower, upper=None, step=None):
            yield "order", ast.Slice(None, lower)
        case ast.Slice(lower=None, upper=ast.expr() as upper, step=None):
            yield "order", ast.Slice(upper, None)
        case ast.BinOp(op=ast.MatMult() | ast.Sub(), left=left, right=right):
            yield "order", changed(node, left=right, right=left)
        case ast.BoolOp(op=ast.And()):
            yield "branch", changed(node, op=ast.Or())
        case ast.BoolOp(op=ast.Or()):
            yield "branch", changed(node, op=ast.And())
        case ast.If(test=test) if not is_guard(node):
            yield "branch", changed(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.IfExp(test=test):
            yield "branch", changed(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.If() if is_guard(node):
            yield "guard", changed(node, body=[ast.Pass()])
        case ast.ExceptHandler(body=[*_, ast.Raise() | ast.Return() | ast.Expr()]):
            yield "swallowed error", changed(node, body=[ast.Pass()])
        case ast.Expr(value=ast.Call()) if not is_call(node.value, "print"):
            yield "step", ast.Pass()


def changed(node: ast.AST, **fields) -> ast.AST:
    """A copy of the node with some fields replaced."""
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def is_whole(node: ast.AST) -> bool:
    """Whether a node is a whole number for sure."""
    return is_call(node, "len") or (isinstance(node, ast.Constant) and type(node.value) is int)


def is_call(node: ast.AST, name: str) -> bool:
    """Whether a node calls the function of that name."""
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == name


def is_guard(node: ast.If) -> bool:
    """Whether an `if` does nothing but leave: by return, raise or continue."""
    return not node.orelse and len(node.body) == 1 and isinstance(node.body[0], ast.Return | ast.Raise | ast.Continue)


def places(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that do something: no annotations, texts, representations or time limits."""
    match tree:
        case ast.AnnAssign():
            inner = [tree.value]
        case ast.arguments():
            inner = [*tree.defaults, *tree.kw_defaults]
        case ast.FunctionDef():
            inner = [*tree.decorator_list, tree.args, *tree.body]
        case ast.Assign(targets=[ast.Name(id=name)]) if name.endswith("_S"):
            inner = []
        case ast.If() if ast.unparse(tree.test) in ("TYPE_CHECKING", "__name__ == '__main__'"):
            inner = tree.orelse
        case _:
            inner = ast.iter_child_nodes(tree)
    for child in inner:
        if child is None or isinstance(child, ast.JoinedStr) or getattr(child, "name", "") in UNSEEN:
            continue  # what stands in an f-string has no place of its own before Python 3.12
        yield child
        yield from places(child)


def mutants(path: Path, name: str) -> Iterator[Mutant]:
    """Every change of one file."""
    text = path.read_bytes()
    starts = list(itertools.accumulate((len(line) for line in text.splitlines(keepends=True)), initial=0))
    for node in places(ast.parse(text)):
        for kind, new in changes(node):
            begin = starts[node.lineno - 1] + node.col_offset
            end = starts[node.end_lineno - 1] + node.end_col_offset
            after = ast.unparse(ast.fix_missing_locations(new))
            if isinstance(node, ast.expr) and not isinstance(node, ast.Slice | ast.Constant):
                after = f"({after})"
            elif isinstance(node, ast.If | ast.ExceptHandler):
                after = after.replace("\n", "\n" + " " * node.col_offset)
                after = f"el{after}" if text[begin : begin + 4] == b"elif" else after
            source = (text[:begin] + after.encode() + text[end:]).decode()
            yield Mutant(name, node.lineno, kind, *shortened(text[begin:end].decode(), after), source)


def shortened(before: str, after: str) -> tuple[str, str]:
    """Both without the lines that they end with alike."""
    old, new = before.splitlines(), after.splitlines()
    while len(old) > 1 and len(new) > 1 and old[-1].split() == new[-1].split():
        old.pop(), new.pop()
    return "\n".join(old), "\n".join(new)


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
        """Run the tests as things are, and leave out from now on what fails: it wants what this world has not."""
        said = self.run([*tests, "-rfE"], None)[1]
        self.left_out = re.findall(r"(?m)^(?:FAILED|ERROR) (\S+::.+?)(?: - .*)?$", said)
        summary = next((line for line in said.splitlines() if re.search(r"\d+ passed", line)), said[-1000:])
        return "\n".join([summary, *(f"  left out: {name}" for name in self.left_out)])

    def failed(self, tests: list[str], limit: float) -> str:
        """What the first test to fail says, "" when all pass."""
        try:
            code, said = self.run(["-x", *tests, *(f"--deselect={name}" for name in self.left_out)], limit)
        except subprocess.TimeoutExpired:
            return "takes too long"
        lines = [line for line in said.splitlines() if line.startswith(("FAILED", "ERROR", "E  "))]
        return "" if code == 0 else (lines or [said[-300:] or "ends at once"])[-1]

    def run(self, arguments: list[str], limit: float | None) -> tuple[int, str]:
        """Pytest's exit code and what it printed, in a world of its own."""
        folders = ["/tmp", "/etc", os.path.realpath(sys.prefix)]
        own = [] if os.getuid() == 0 else ["--user", "--map-root-user"]
        world = [*UNSHARE, *own, "sh", "-c", WORLD, "sh", str(self.folder), str(len(folders)), *folders]
        pytest = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--no-header", *arguments]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QTRAIN_", "XDG_", "TMPDIR"))}
        done = subprocess.run(
            [*world, "nice", "-n", str(self.niceness), *pytest],
            cwd=self.folder,
            env=kept | {"PYTHONPATH": str(self.folder), "HOME": "/tmp"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit,
        )
        return done.returncode, done.stdout.decode(errors="replace")


def tests_of(mutant: Mutant, tests: tuple[str, ...]) -> list[str]:
    """The tests of a room: first those that bear the module's name, as they are the likeliest to fail."""
    words = set(Path(mutant.path).with_suffix("").parts[2:])
    names = [
        path.relative_to(SOURCE).as_posix()
        for place in tests
        for path in (sorted((SOURCE / place).rglob("test_*.py")) or [SOURCE / place])
    ]
    return sorted(names, key=lambda name: not any(word.removesuffix("s") in name for word in words))


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
    if not shutil.which("unshare"):
        print(
            "Mutants run in namespaces of their own only, which needs Linux and its program unshare.", file=sys.stderr
        )
        return 2
    survivors, tried = [], 0
    for room, chosen in samples.items():
        if not chosen:
            continue
        with tempfile.TemporaryDirectory(prefix="mutants-", dir="/var/tmp") as folder:
            place, tests = Copy(Path(folder), options.nice), ROOMS[room][1]
            begin = time.perf_counter()
            print(f"{room}, without any change: {place.without_change(tests)}", flush=True)
            alone, missed = time.perf_counter() - begin, []
            if len(place.left_out) > MANY:
                print(f"{room}: too many tests fail without any change; mend that first.", file=sys.stderr)
                return 2
            for mutant in chosen:
                original = (SOURCE / mutant.path).read_text(encoding="utf-8")
                place.write(mutant.path, mutant.source)
                problem = place.failed(tests_of(mutant, tests), PATIENCE * alone + 30)
                place.write(mutant.path, original)
                missed += [] if problem else [mutant]
                print(f"{'noticed ' if problem else 'SURVIVED'} {mutant}\n    {problem[:150]}", flush=True)
        survivors, tried = survivors + missed, tried + len(chosen)
        print(f"{room}: {len(chosen) - len(missed)} of {len(chosen)} noticed\n", flush=True)
    print(f"{tried - len(survivors)} of {tried} noticed")
    for mutant in survivors:
        print(f"  {mutant}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
