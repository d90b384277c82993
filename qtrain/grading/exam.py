"""``qtrain exam``: a paper per learner drawn from the variants of several modules, with its key and marking scheme.

All learners get the same questions with numbers of their own. The papers are a release like any other: ``qtrain grade``
marks them.
"""

from __future__ import annotations

import ast
import builtins
import random
import sys
from collections.abc import Iterable
from pathlib import Path

from qtrain import atomic
from qtrain.grading.errors import GradingError
from qtrain.grading.names import slug

QUESTIONS = 12
# A paper has at least one of each of these groups where the modules offer it.
WANTED = (("build", "design"), ("compute", "predict"), ("debug",), ("explain",))
# Words of a task that points to what is not on the paper.
POINTING = (
    *("above", "this lesson", "this section", "as in lesson", "at the beginning", "the next cell"),
    *("begin with `draft`", "our `", "hint(", "picture"),
)
CREDIT = """\
A right answer in any form gets all points. A wrong one gets the fraction that the check gives (the share of inputs that
are right, the fidelity of a state, half for a right answer that breaks a stated rule), and else nothing."""


def add_arguments(parser) -> None:
    """The options of ``qtrain exam``."""
    from qtrain.grading.release import add_rule_arguments

    parser.add_argument("modules", nargs="*", metavar="MODULE", default=["0", "1"], help="numbers (default: 0 1)")
    parser.add_argument("-o", "--output", required=True, type=Path, metavar="DIR", help="where papers and key go")
    parser.add_argument("--learners", type=Path, metavar="ROSTER.csv", help="a paper for each (id, name, …)")
    parser.add_argument("--questions", type=int, default=QUESTIONS, metavar="N", help=f"default: {QUESTIONS}")
    parser.add_argument("--seed", default="1", help="another seed draws other questions (default: 1)")
    parser.add_argument("--zip", action="store_true", help="a zip per learner, too")
    parser.add_argument(
        "--bank", type=Path, metavar="DIR", help="draw from this private bank: the papers hold no target"
    )
    parser.add_argument("--course", type=Path, help="the course's folder, if it is not found by itself")
    add_rule_arguments(parser)


def run(args) -> int:
    """Make the exam; 0 when it is there."""
    from qtrain.course import CourseError
    from qtrain.grading import roster

    try:
        people = roster.read(args.learners) if args.learners else None
        names = make(args.modules, args.output, people, args)
    except (GradingError, CourseError) as error:
        print(f"qtrain exam: {error}", file=sys.stderr)
        return 1
    print(
        f"{args.output / 'papers'}: {len(names)} questions for {len(people) if people else 1} "
        f"learner{'' if people and len(people) == 1 else 's' if people else ''}: {', '.join(names)}"
    )
    print(f"{args.output / 'marking_scheme.md'} and {args.output / 'key'} are for the examiner only.")
    print(f"Mark the papers with:  qtrain grade SUBMISSIONS --release {args.output / 'papers'} -o RESULTS")
    return 0


def make(modules: Iterable[str], output: Path, people, args) -> list[str]:
    """Write papers, key and marking scheme; returns the ids of the questions."""
    from qtrain.course import load
    from qtrain.course.exam_paper import PREFIX
    from qtrain.grading import release

    course = load(args.bank or args.course)
    names = draw(course, list(modules), args.questions, str(args.seed))
    manifest = release.make(
        PREFIX + ",".join(names),
        output / "papers",
        people,
        args,
        zipped=args.zip,
        root=args.course,
        bank=args.bank,
    )
    paper = course.lesson(manifest.document)
    atomic.write(output / "marking_scheme.md", marking_scheme(paper))
    keys = manifest.variants or {"": ""}
    for learner, key in keys.items():
        atomic.write(output / "key" / f"{slug(learner) if learner else 'everyone'}.md", key_of(paper, learner, key))
    return names


def draw(course, modules: list[str], count: int, seed: str) -> list[str]:
    """The questions: those that stand alone, from all modules alike, all kinds among them, in the course's order.

    Raises
    ------
    GradingError
        When the modules do not offer so many.
    """
    from qtrain.grading import release

    pools = [
        [e for document in module.documents for e in release.whole(document).exercises if stands_alone(e)]
        for module in course.modules
        if str(module.number) in modules or module.folder in modules
    ]
    if len(pools) < len(set(modules)):
        known = ", ".join(str(module.number) for module in course.modules)
        raise GradingError(f"the course has the modules {known}; an exam of {', '.join(modules)} cannot be made")
    order = [exercise.id for pool in pools for exercise in pool]
    if not 0 < count <= len(order):
        raise GradingError(f"these modules have {len(order)} questions that stand alone; --questions asks for {count}")
    chance = random.Random(f"exam {seed}")
    for pool in pools:
        chance.shuffle(pool)
    chosen: list = []
    for number, kinds in enumerate(WANTED[:count]):
        offered = [e for pool in pools[number % len(pools) :] + pools[: number % len(pools)] for e in pool]
        chosen += next(([e] for e in offered if e.kind in kinds and e not in chosen), [])
    while len(chosen) < count:
        # The module with the fewest questions so far is next, and in it the lesson with the fewest.
        offered = [[e for e in pool if e not in chosen] for pool in pools]
        left = [(rest, pool) for rest, pool in zip(offered, pools, strict=True) if rest]
        pool, _ = min(left, key=lambda pair: sum(e in pair[1] for e in chosen))
        chosen.append(min(pool, key=lambda e: sum(e.lesson.id == other.lesson.id for other in chosen)))
    return sorted((e.id for e in chosen), key=order.index)


def stands_alone(exercise) -> bool:
    """Whether a learner who sees nothing else of the lesson can answer it."""
    text = exercise.cells.task.lower() + exercise.cells.stub.lower()
    asked = (exercise.variant is not None or exercise.kind == "explain") and not any(word in text for word in POINTING)
    return asked and not leans_on(exercise)


def leans_on(exercise) -> set[str]:
    """The names that its stub or its first solution takes from other cells of the lesson than the first one."""
    setup = next(c["source"] for c in exercise.lesson.notebook["cells"] if c["cell_type"] == "code")
    missing: set[str] = set()
    for source in (exercise.cells.stub, exercise.cells.solutions[0].source):
        known: set[str] = set(dir(builtins))
        used: set[str] = set()
        for node in ast.walk(ast.parse(f"{setup}\n{source}")):
            if isinstance(node, ast.Name):
                (used if isinstance(node.ctx, ast.Load) else known).add(node.id)
            elif isinstance(node, ast.arg):
                known.add(node.arg)
            elif isinstance(node, ast.FunctionDef | ast.ClassDef):
                known.add(node.name)
            elif isinstance(node, ast.alias):
                known.add((node.asname or node.name).partition(".")[0])
            elif isinstance(node, ast.ExceptHandler) and node.name:
                known.add(node.name)
        missing |= used - known
    return missing


def marking_scheme(paper) -> str:
    """For the examiner: what each question is worth, what it assesses, and how it is got wrong."""
    total = sum(exercise.points for exercise in paper.exercises)
    lines = [
        f"# Marking scheme · {len(paper.exercises)} questions, {total:g} points",
        "",
        CREDIT,
        "",
        "| question | from | kind | points | assesses |",
        "|---|---|---|---|---|",
    ]
    for number, exercise in enumerate(paper.exercises, 1):
        outcomes = "; ".join(exercise.lesson.outcomes[k - 1] for k in exercise.outcomes if exercise.lesson.outcomes)
        lines.append(
            f"| {number} · {exercise.title} | {exercise.id} | {exercise.kind} | {exercise.points:g} | {outcomes} |"
        )
    for number, exercise in enumerate(paper.exercises, 1):
        lines += [
            "",
            f"## {number} · {exercise.title} ({exercise.points:g} point{'' if exercise.points == 1 else 's'})",
            "",
            "Usual mistakes:",
            "",
        ]
        lines += [
            f"- {slip.reason or 'a wrong answer'}" + (f" (`{slip.code}`)" if slip.code else "")
            for slip in exercise.slips(exercise.parameters())
        ]
        if exercise.cells.explanation:
            lines += ["", exercise.cells.explanation]
    return "\n".join(lines) + "\n"


def key_of(paper, learner: str, key: str) -> str:
    """For the examiner: one learner's numbers, a right answer to each question and how it is found."""
    lines = [f"# Key · {learner or 'everyone'}"]
    for number, exercise in enumerate(paper.exercises, 1):
        parameters = exercise.parameters(key)
        lines += ["", f"## {number} · {exercise.title}", ""]
        if parameters:
            lines += ["Numbers: " + ", ".join(f"`{name} = {value!r}`" for name, value in parameters.items()), ""]
        lines += [
            "A right answer:",
            "",
            "```",
            answer_text(paper, exercise, key),
            "```",
            "",
            "Found by:",
            "",
            "```python",
            exercise.cells.solutions[0].source.strip(),
            "```",
        ]
    return "\n".join(lines) + "\n"


def answer_text(paper, exercise, key: str) -> str:
    """What the first solution gives with one learner's numbers, beside the files that it reads; it must pass."""
    import contextlib
    import io
    import tempfile

    from qtrain.course import this_copy
    from qtrain.course.data_files import put

    names: dict = {"__name__": "__main__"}
    parameters = exercise.parameters(key)
    options = exercise.options(parameters) if exercise.options else {}
    this_copy.remember({exercise.id: {"numbers": parameters, "options": options}}, judged=False)
    try:
        with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
            put(paper.data, Path(folder))
            stack.enter_context(contextlib.chdir(folder))  # left again before the folder goes
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            setup = paper.notebook["cells"][1]["source"]
            exec(compile(setup, "<setup>", "exec"), names)
            exec(compile(exercise.cells.solutions[0].source, f"<solution of {exercise.id}>", "exec"), names)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise GradingError(f"the solution of {exercise.id} does not stand alone ({reason})") from error
    finally:
        this_copy.remember({}, judged=True)
    answer = names[exercise.cells.variable]
    verdict = exercise.judge(answer, key)
    if not verdict.passed:
        raise GradingError(f"the solution of {exercise.id} does not pass for {key!r}: {verdict.message}")
    return f"a function, {exercise.cells.variable}(…): see below" if callable(answer) else str(answer)
