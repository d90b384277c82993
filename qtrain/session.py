"""What has run in this notebook since its kernel started: which cell set which name, and which cell failed.

`check` asks it whether an answer is still what the learner wrote, and a learner who left out a cell is told which one
in place of a traceback. As an IPython extension (``qtrain.session``) it listens from the first cell on, before anything
of qtrain is imported; else it listens from the set-up cell on. Imports nothing that is not at hand in a kernel.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

IMPORT = re.compile(r"^\s*(?:from\s+qtrain\s+import|import\s+qtrain)\b", re.MULTILINE)
ANSWER_CELL = re.compile(r"^(\d+)-(\w+)-(\w+)-answer$")  # as `qtrain.course.nbgrader.grade_id` writes it
LESSON_CELL = re.compile(r"^\d+-(\d+|P)-\w")
MAGIC = re.compile(r"^\s*[%!]")
# Calls at the end of a cell that only show what is there.
SHOWS = frozenset({"draw", "to_text_diagram", "display", "show", "plot", "item", "tolist"})
MOST_RUNS = 2000


@dataclass(frozen=True)
class Part:
    """One statement of a cell: the names that it sets or changes, those that it reads, and its last line."""

    sets: frozenset[str]
    reads: frozenset[str]
    last: int
    printed: frozenset[str] = frozenset()  # names that were given what `print(…)` gives back


@dataclass(frozen=True)
class Run:
    """A cell that ran, or that could not begin.

    Attributes
    ----------
    source, cell : str
        Its code, and its id in the notebook ("" where nobody says).
    error : str
        The name of what it raised, "" when it ran to its end.
    line : int
        The line on which it stopped, 0 when it did not begin or nobody knows.
    """

    source: str
    cell: str = ""
    error: str = ""
    line: int = 0
    parts: tuple[Part, ...] = field(default=())

    @property
    def sets(self) -> frozenset[str]:
        """Every name that it sets or changes when it runs to its end."""
        return frozenset().union(*(part.sets for part in self.parts))

    @property
    def reads(self) -> frozenset[str]:
        """Names that it takes from earlier cells."""
        found, own = set(), set()
        for part in self.parts:
            found |= part.reads - own
            own |= part.sets
        return frozenset(found)

    @property
    def unfinished(self) -> frozenset[str]:
        """Names that are not what the cell says, because it stopped before it was done with them."""
        if not self.error:
            return frozenset()
        return frozenset().union(*(part.sets for part in self.parts if part.last >= self.line))

    @property
    def exercise(self) -> str:
        """The exercise whose answer cell it is, "" when it is none."""
        found = ANSWER_CELL.match(self.cell)
        return ".".join(found.groups()) if found else ""


class Session:
    """The cells that ran, oldest first, and the one that runs now."""

    def __init__(self):
        self.runs: list[Run] = []
        self.now = Run("")

    def begins(self, info) -> None:
        """IPython: a cell begins."""
        self.now = _run(info)

    def ended(self, result) -> None:
        """IPython: a cell ended."""
        info = result.info
        if not getattr(info, "raw_cell", None) or info.silent:
            return
        problem = result.error_before_exec or result.error_in_exec
        self.runs.append(_run(info, problem, begun=result.error_before_exec is None))
        del self.runs[:-MOST_RUNS]

    @property
    def is_set_up(self) -> bool:
        """Whether a cell that imports from qtrain has run, to its end or at least past that line."""
        return any(IMPORT.search(run.source) for run in self.runs if not run.error or run.line)

    def answer_name(self, exercise: str) -> str | None:
        """The name in the ``check("1.4.b", name)`` that runs now; None where the answer is no name."""
        return _checked(self.now.source).get(exercise)

    def stale(self, exercise: str, name: str) -> str | None:
        """Why the value of `name` is not what the learner's cells say now, as a sentence; None when it is."""
        if (broken := self._broken(name, len(self.runs), set())) is not None:
            run, culprit = broken
            made = "" if culprit == name else f"`{name}` was made with `{culprit}`. "
            return (
                f"{made}{failure(run, culprit)} Mend it, run it again{' and what follows it' * bool(made)}, then check."
            )
        place = self._setter(name, len(self.runs))
        if place is None:
            return None
        run = self.runs[place]
        if run.exercise not in ("", exercise) and not any(one.exercise == exercise for one in self.runs):
            return (
                f"`{name}` is still your answer to exercise {run.exercise}: the cell with your answer to exercise "
                f"{exercise} has not run yet. Run it, then check."
            )
        if any(name in part.printed for part in run.parts):
            return (
                f"`{name}` holds nothing: `print(…)` shows a value, but gives nothing back. Write the value itself "
                f"after `{name} =`, and print it on a line of its own."
            )
        return None

    def _setter(self, name: str, before: int) -> int | None:
        """The place of the last run, before that one, that was to set the name."""
        return next((place for place in range(before - 1, -1, -1) if name in self.runs[place].sets), None)

    def _broken(self, name: str, before: int, seen: set[str]) -> tuple[Run, str] | None:
        """The run that should have set the name, or one that it was made with, and stopped before; and which name."""
        seen.add(name)
        if (place := self._setter(name, before)) is None:
            return None
        run = self.runs[place]
        if name in run.unfinished:
            return run, name
        found = (self._broken(other, place, seen) for other in sorted(run.reads - seen))
        return next((one for one in found if one is not None), None)

    def unknown(self, name: str) -> str | None:
        """What a learner is told when the cell that runs now asks for a name that is not there; None: nothing."""
        import qtrain

        if name in qtrain.__all__ and name.islower():
            if self.is_set_up:
                return f"`{name}` is not imported in this notebook yet. Run  from qtrain import {name}  first."
            return (
                f"`{name}` is not known yet: the kernel has just started. Run the first code cell of this notebook, "
                "then this one."
            )
        if name in _checked(self.now.source).values():
            place = self._setter(name, len(self.runs))
            if place is not None and name in self.runs[place].unfinished:
                return failure(self.runs[place], name) + " Mend it, run that cell again, then check."
            return f"There is no `{name}` yet. Run the cell with your answer, then check."
        if not self.is_set_up and LESSON_CELL.match(self.now.cell):
            return (
                f"`{name}` is not known yet: the kernel has just started. Run the cells of this notebook from the "
                "first one on (Run ▸ Run All Above Selected Cell), then this one."
            )
        return None


def failure(run: Run, name: str) -> str:
    """That a cell failed, and what that means for a name in it."""
    if run.error == "KeyboardInterrupt":
        return f"The cell that sets `{name}` was interrupted before it was done."
    if not run.line:
        return f"The cell that sets `{name}` has an error in its syntax ({run.error}), so it did not run."
    return f"The cell that sets `{name}` stopped in line {run.line} with {run.error}, so `{name}` is not what it says."


def _run(info, problem: BaseException | None = None, begun: bool = True) -> Run:
    source = info.raw_cell or ""
    line = (_line(problem) or 1) if problem is not None and begun else 0
    name = type(problem).__name__ if problem is not None else ""
    return Run(source, getattr(info, "cell_id", None) or "", name, line, tuple(parts_of(source)))


def _line(problem: BaseException) -> int:
    """The line of the cell itself: the first frame whose file is what IPython calls a cell."""
    step = problem.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        if "ipykernel_" in file or file.startswith("<ipython-input"):
            return step.tb_lineno
        step = step.tb_next
    return 0


def parts_of(source: str) -> Iterator[Part]:
    """The statements of a cell; lines of magic are left out."""
    plain = "\n".join("pass" if MAGIC.match(line) and not line.startswith(" ") else line for line in source.split("\n"))
    try:
        tree = ast.parse(plain)
    except (SyntaxError, ValueError):
        # It cannot run. What it would have set is told from its lines.
        found = re.findall(
            r"^\s*(?:(?:async\s+)?def\s+|class\s+)?([^\W\d]\w*)\s*(?=[-+*/@%&|^]?=(?!=)|\(|:)", plain, re.M
        )
        yield Part(frozenset(found), frozenset(), len(plain.splitlines()))
        return
    for statement in tree.body:
        names = _Names()
        names.visit(statement)
        yield Part(
            frozenset(names.sets), frozenset(names.reads), statement.end_lineno or 0, frozenset(_given_print(statement))
        )


def _given_print(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Assign(targets, ast.Call(ast.Name("print"))):
            yield from (target.id for target in targets if isinstance(target, ast.Name))


class _Names(ast.NodeVisitor):
    """Names of the cell that a statement sets, changes or reads; what happens inside of functions only reads."""

    def __init__(self):
        self.sets: set[str] = set()
        self.reads: set[str] = set()

    def visit_Name(self, node):
        (self.reads if isinstance(node.ctx, ast.Load) else self.sets).add(node.id)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        self._changed(node.target)
        if isinstance(node.target, ast.Name):
            self.reads.add(node.target.id)

    def visit_Subscript(self, node):
        if not isinstance(node.ctx, ast.Load):
            self._changed(node)
        self.generic_visit(node)

    visit_Attribute = visit_Subscript

    def visit_Expr(self, node):
        # circuit.h(0): a method that is called for what it does
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr not in SHOWS:
            self._changed(call.func)
        self.generic_visit(node)

    def _changed(self, node):
        while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
            node = node.func if isinstance(node, ast.Call) else node.value
        if isinstance(node, ast.Name):
            self.sets.add(node.id)

    def visit_FunctionDef(self, node):
        self.sets.add(node.name)
        self._within(node)

    visit_AsyncFunctionDef = visit_ClassDef = visit_FunctionDef

    def visit_Lambda(self, node):
        self._within(node)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_Lambda

    def _within(self, node):
        inner = [one for one in ast.walk(node) if isinstance(one, ast.Name | ast.arg)]
        own = {
            one.arg if isinstance(one, ast.arg) else one.id
            for one in inner
            if isinstance(one, ast.arg) or not isinstance(one.ctx, ast.Load)
        }
        globals_ = {name for one in ast.walk(node) if isinstance(one, ast.Global) for name in one.names}
        self.sets |= own & globals_
        self.reads |= {one.id for one in inner if isinstance(one, ast.Name) and one.id not in own - globals_}
        self.reads.discard(getattr(node, "name", ""))

    def visit_alias(self, node):
        self.sets.add((node.asname or node.name).partition(".")[0])

    def visit_ExceptHandler(self, node):
        if node.name:
            self.sets.add(node.name)
        self.generic_visit(node)


def _checked(source: str) -> dict[str, str]:
    """From exercise to the name that a cell has checked."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    found = {}
    for node in ast.walk(tree):
        match node:
            case ast.Call(ast.Name("check"), [ast.Constant(str(exercise)), ast.Name(name)]):
                found[exercise] = name
    return found


def follow(shell) -> Session:
    """The session of this IPython; from the first call on it listens."""
    session = getattr(shell, "_qtrain_session", None)
    if session is None:
        session = shell._qtrain_session = Session()
        shell.events.register("pre_run_cell", session.begins)
        shell.events.register("post_run_cell", session.ended)
        shell.set_custom_exc((NameError,), _name_error)
        # circuit.h(0) as a cell's last line gives a list of gates back, of which nobody wants to see the address.
        shell.display_formatter.ipython_display_formatter.for_type_by_name(
            "qiskit.circuit.instructionset", "InstructionSet", lambda shown: None
        )
    return session


def _name_error(shell, kind, problem, trace, tb_offset=None):
    sentence = follow(shell).unknown(problem.name) if problem.name else None
    if sentence is None:
        shell.showtraceback((kind, problem, trace), tb_offset=tb_offset)
    else:
        shell._showtraceback(kind, sentence, [sentence])


def current() -> Session | None:
    """The session that is followed, None outside of IPython."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "_qtrain_session", None)


def load_ipython_extension(shell) -> None:
    """``%load_ext qtrain.session``."""
    follow(shell)
