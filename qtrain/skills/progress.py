"""``qtrain progress``: lesson by lesson, what is done, tried and open."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from urllib.parse import quote

from qtrain import atomic
from qtrain.course import Course, CourseError, load
from qtrain.course.display import can_show
from qtrain.course.identity import learner_folder

from . import paths
from .on_path import Standing, overview, standing
from .practice import Repeat, due, repeats
from .record import Record, RecordError
from .spacing import when

WIDTH = 20
PAGE = "progress.html"
MOST_NAMED, MOST_SHOWN = 6, 8


@dataclass(frozen=True)
class Line:
    """One lesson or problem set: its exercises that are done, tried but not done, and open."""

    id: str
    title: str
    module: str
    done: tuple[str, ...]
    tried: tuple[str, ...]
    open: tuple[str, ...]
    place: str = ""  # of its notebook in the learner's folder

    @property
    def total(self) -> int:
        """How many exercises there are."""
        return len(self.done) + len(self.tried) + len(self.open)


def lines(course: Course, folder: Path) -> tuple[list[Line], list[str]]:
    """The progress recorded in a learner's folder, and notes on the record."""
    with Record(folder) as record:
        standings = record.standings()
        notes = record.notes
    from qtrain.course.learn import place

    found = []
    for module in course.modules:
        for document in module.documents:
            groups: dict[str, list[str]] = {"done": [], "tried": [], "open": []}
            for name in document.cells:
                standing = standings.get(name)
                groups["open" if standing is None else "done" if standing.done else "tried"].append(name)
            found.append(
                Line(
                    document.id,
                    document.called if document.is_problem_set else document.title,
                    f"{module.number} · {module.title}",
                    tuple(groups["done"]),
                    tuple(groups["tried"]),
                    tuple(groups["open"]),
                    place(document),
                )
            )
    return found, notes


def bar(line: Line, width: int = WIDTH) -> str:
    """Done, tried and open as a bar of text: ``█████▒▒░░░``."""
    if not line.total:
        return " " * width
    done = width * len(line.done) // line.total
    tried = width * (len(line.done) + len(line.tried)) // line.total - done
    return "█" * done + "▒" * tried + "░" * (width - done - tried)


def table(found: list[Line]) -> str:
    """The progress for a terminal."""
    number = max((len(line.id) for line in found), default=0)
    title = min(max((len(line.title) for line in found), default=0), 44)
    rows: list[str] = []
    module = None
    for line in found:
        if line.module != module:
            rows += [""] * bool(rows) + [line.module]
            module = line.module
        name = line.title if len(line.title) <= title else line.title[: title - 1] + "…"
        rows.append(
            f"  {line.id:<{number}}  {name:<{title}}  {bar(line)}  {len(line.done):>2} of {line.total:>2} done"
            + (f", {len(line.tried)} tried" if line.tried else "")
        )
    done, total = sum(len(line.done) for line in found), sum(line.total for line in found)
    return "\n".join([*rows, "", f"{done} of {total} exercises done.   █ done  ▒ tried, not right yet  ░ open"])


def next_exercise(found: list[Line]) -> str | None:
    """The first exercise that is not right yet, from the last lesson begun on; None when all are done."""
    begun = [n for n, line in enumerate(found) if line.done or line.tried]
    order = found[begun[-1] :] + found[: begun[-1]] if begun else found
    return next((name for line in order for name in line.tried + line.open), None)


def going_on(found: list[Line]) -> str:
    """What to do next, as a sentence."""
    name = next_exercise(found)
    if name is None:
        return "Every exercise is done." if found else ""
    line = next(line for line in found if name in line.tried + line.open)
    words = "Go on with" if any(line.done or line.tried for line in found) else "Begin with"
    return f"{words} exercise {name} in {line.title!r}{', which you have tried' if name in line.tried else ''}."


def to_repeat(found: Sequence[Repeat], today: date) -> str:
    """What to repeat, in a sentence or two; "" when there is nothing yet."""
    now = due(found, today)
    if not now:
        later = min((one.due for one in found), default=None)
        return f"To repeat: nothing today; the next comes {when(later, today)}." if later else ""
    exercises = [one.id for one in now if one.question is None]
    questions = sum(one.question is not None for one in now)
    parts = []
    if exercises:
        some = ", ".join(exercises[:MOST_NAMED]) + (", …" if len(exercises) > MOST_NAMED else "")
        parts.append(f"{_count(len(exercises), 'exercise')} ({some})")
    if questions:
        parts.append(_count(questions, "recall question"))
    return f"To repeat: {' and '.join(parts)}. practice() in a notebook, or qtrain practice, makes a sheet of them."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def report(found: list[Line], course: Course, folder: Path) -> str:
    """Bars, what to do next, what to repeat and the paths, as text."""
    begun = by_path(found, course)
    told = f"By path (one in detail: qtrain path ROLE):\n{overview(begun)}" if begun else ""
    said = [going_on(found), to_repeat(due_in(course, folder), date.today()), told]
    return "\n".join([table(found), *filter(None, said)])


def by_path(found: list[Line], course: Course) -> list[Standing]:
    """Where the learner stands on each path by role; nothing before an exercise is done."""
    done = {name for line in found for name in line.done}
    return [standing(course, role, done) for role in paths.roles()] if done else []


def due_in(course: Course, folder: Path) -> list[Repeat]:
    """All that the record in a learner's folder says is or will be due."""
    with Record(folder) as record:
        return repeats(course, record, date.today())


STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1b;--page:#fff;--soft:#595959;--edge:#767676;--done:#0072b2;--tried:#e69f00}
@media (prefers-color-scheme:dark){:root{--ink:#ececec;--page:#161616;--soft:#b5b5b5;--edge:#8f8f8f;--done:#56b4e9}}
*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page)}
body{max-width:52rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.8rem 0 .4rem}
ul{list-style:none;padding:0;margin:0}
li{padding:.45rem 0;border-top:1px solid color-mix(in srgb,var(--edge) 40%,transparent)}
.name{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem}.soft{color:var(--soft)}
.bar{display:block;width:100%;height:.8rem;margin:.25rem 0;border:1px solid var(--edge);border-radius:.2rem}
a{color:var(--done)}
.done{fill:var(--done)}.tried{fill:var(--tried)}
details{color:var(--soft);font-size:.9rem}summary{cursor:pointer}
.key svg{width:1rem;height:.8rem;border:1px solid var(--edge);vertical-align:-.05rem;margin-right:.3rem}
.key span{margin-right:1.2rem;white-space:nowrap}
"""
# Stripes tell "tried" from "done" without any colour.
STRIPES = (
    '<svg width="0" height="0" aria-hidden="true" style="position:absolute"><defs><pattern id="stripes" '
    'width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="tried" width="3" height="6"/></pattern></defs></svg>'
)


def page(
    found: list[Line],
    base: str = "",
    again: Sequence[Repeat] = (),
    today: date | None = None,
    begun: Sequence[Standing] = (),
) -> str:
    """The progress as one HTML page that needs nothing else; its links to lessons begin with `base`."""
    today = today or date.today()
    done, total = sum(len(line.done) for line in found), sum(line.total for line in found)
    parts, module = [], None
    for line in found:
        if line.module != module:
            parts.append(("</ul>" if module else "") + f"<h2>{escape(line.module)}</h2><ul>")
            module = line.module
        parts.append(_item(line, base))
    body = "".join(parts) + ("</ul>" if module else "<p>The course has no lessons yet.</p>")
    full = '<svg viewBox="0 0 20 16" aria-hidden="true" preserveAspectRatio="none">'
    key = (
        f'<p class="key soft"><span>{full}<rect class="done" width="20" height="16"/></svg>done</span>'
        f'<span>{full}<rect fill="url(#stripes)" width="20" height="16"/></svg>tried, not right yet</span>'
        f"<span>{full}</svg>open</span></p>"
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Your progress</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head><body>'
        f"{STRIPES}<main><h1>Your progress</h1><p>{done} of {total} exercises done.</p>{key}"
        f"{_again(again, {line.id: line for line in found}, base, today)}{body}{_by_path(begun)}</main>"
        "</body></html>\n"
    )


def _again(found: Sequence[Repeat], known: dict[str, Line], base: str, today: date) -> str:
    """What to repeat and why, with links to the lessons."""
    if not (words := to_repeat(found, today)):
        return ""
    items = "".join(
        f'<li><div class="name"><span>{_linked(known[one.lesson], base, one.title if one.question else one.id)}</span>'
        f'<span class="soft">{escape(one.why)}</span></div></li>'
        for one in due(found, today)[:MOST_SHOWN]
    )
    return f"<h2>What to repeat</h2><p>{escape(words)}</p>" + (f"<ul>{items}</ul>" if items else "")


def _by_path(begun: Sequence[Standing]) -> str:
    """For each role a bar of its hours, done and left."""
    items = []
    for one in begun:
        share = 100 * (1 - one.minutes_left / max(one.minutes, 1))
        words = f"{one.done} of {len(one.written)} lessons done, about {paths.hours(one.minutes_left)} left"
        name = escape(one.role.name.capitalize())
        items.append(
            f'<li><div class="name"><span>{name}</span><span class="soft">{words}</span></div>'
            f'<svg class="bar" role="img" aria-label="{name}: {words}" viewBox="0 0 100 8" preserveAspectRatio="none">'
            f'<rect class="done" width="{share:.2f}" height="8"/></svg></li>'
        )
    return f"<h2>By path</h2><ul>{''.join(items)}</ul>" if items else ""


def _linked(line: Line, base: str, name: str) -> str:
    return f'<a href="{escape(base + quote(line.place))}">{escape(name)}</a>' if line.place else escape(name)


def _item(line: Line, base: str) -> str:
    words = f"{len(line.done)} done, {len(line.tried)} tried, {len(line.open)} open"
    name = _linked(line, base, line.title if line.id.endswith(".P") else f"{line.id} {line.title}")
    split = 100 * len(line.done) / max(line.total, 1)
    tried = 100 * len(line.tried) / max(line.total, 1)
    names = "; ".join(
        f"{what}: {', '.join(map(escape, which))}"
        for what, which in (("done", line.done), ("tried", line.tried), ("open", line.open))
        if which
    )
    return (
        f'<li><div class="name"><span>{name}</span>'
        f'<span class="soft">{words}</span></div>'
        f'<svg class="bar" role="img" aria-label="{escape(line.id)}: {words}" viewBox="0 0 100 8" '
        f'preserveAspectRatio="none"><rect class="done" width="{split:.2f}" height="8"/>'
        f'<rect fill="url(#stripes)" x="{split:.2f}" width="{tried:.2f}" height="8"/></svg>'
        f"<details><summary>Exercises of {escape(line.id)}</summary>{names}</details></li>"
    )


def _base(folder: Path) -> str:
    """What leads to a notebook: the JupyterLab that serves the folder now, else the folder itself."""
    from qtrain.course.jupyterlab import running

    served = running(folder)
    return f"{served['url'].rstrip('/')}/lab/tree/" if served else f"{folder.resolve().as_uri()}/"


def add_arguments(parser):
    """Arguments of `qtrain progress`."""
    parser.add_argument(
        "folder", nargs="?", type=Path, metavar="DIR", help="your copy of the course (default: found from here)"
    )
    parser.add_argument(
        "--html",
        nargs="?",
        const=PAGE,
        metavar="FILE",
        help=f"write a page with bars and open it (default: {PAGE} in your copy)",
    )


def run(args) -> int:
    """Print the table, or write the page and show it."""
    from qtrain.course.learn import default_folder

    folder = args.folder or learner_folder() or default_folder()
    if not (folder / ".qtrain").is_dir():
        command = f"qtrain learn {args.folder or ''}".rstrip()
        print(f"{folder} is not a learner's copy of the course. Make one with: {command}", file=sys.stderr)
        return 1
    try:
        found, notes = lines(load(), folder)
    except (CourseError, RecordError) as error:
        print(error, file=sys.stderr)
        return 1
    for note in notes:
        print(note, file=sys.stderr)
    if args.html is None:
        print(report(found, load(), folder))
        return 0
    path = folder / PAGE if args.html == PAGE else Path(args.html)
    atomic.write(path, page(found, _base(folder), due_in(load(), folder), begun=by_path(found, load())))
    print(f"Your progress: {path.resolve().as_uri()}")
    if can_show():
        webbrowser.open(path.resolve().as_uri())
    return 0
