"""``qtrain cohort``: a page on a cohort that an official can read in a minute, and the same as a table."""

from __future__ import annotations

import csv
import sys
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from qtrain import atomic

from . import paths
from .cohort import FEW, Figure, Group, OnPath, View, role_of, view
from .competences import framework
from .evidence import Person, add_gradebooks, add_records, cohort_of, pseudonyms
from .on_path import standing
from .progress import STYLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from qtrain.course import Course

PAGE_STYLE = (
    STYLE
    + """
body{max-width:64rem}table{border-collapse:collapse;width:100%}
th,td{text-align:start;vertical-align:top;padding:.4rem .6rem}
th,td{border-top:1px solid color-mix(in srgb,var(--edge) 40%,transparent)}
thead th{vertical-align:bottom}td.n{font-variant-numeric:tabular-nums;white-space:nowrap}
.big{display:flex;flex-wrap:wrap;gap:.6rem 2rem}.big li{border:0}.big b{font-size:1.8rem;display:block}
@media (max-width:40rem){thead{position:absolute;left:-99rem}table,tbody,tr,th,td{display:block}
td,tbody th{border:0;padding:.1rem 0}td.n{white-space:normal}
tr{border-top:1px solid var(--edge);padding:.5rem 0}td::before{content:attr(data-of) ": ";color:var(--soft)}}
"""
)


def page(found: View, told: str, today: date) -> str:
    """The page: numbers at the top, paths, cities, programme outcomes, and how to read it."""
    everybody = found.everybody
    cities = sum(group.cities for group in found.groups)
    big = [
        (len(everybody.people), "learners"),
        (cities, "city" if cities == 1 else "cities"),
        (_count(everybody.graded, found.few), "were graded"),
        (_percent(everybody.whole), "of the points on average"),
    ]
    tops = "".join(f"<li><b>{escape(str(number))}</b>{escape(what)}</li>" for number, what in big)
    body = [
        f'<ul class="big">{tops}</ul>',
        f'<p class="soft">{escape(told)}</p>',
        _cities(found),
        _programme(found),
        _on_paths(found),
        _reading(found),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Where the cohort stands</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{PAGE_STYLE}</style></head><body>'
        f"<main><h1>Where the cohort stands</h1><p>{today.day} {today:%B %Y}</p>{''.join(body)}</main></body></html>\n"
    )


def _table(title: str, columns: list[str], rows: list[tuple[str, list[str]]]) -> str:
    """A table whose first column heads its rows; on a phone each row is a small list."""
    head = "".join(f"<th scope='col'>{escape(one)}</th>" for one in columns)
    body = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>"
        + "".join(
            f"<td class='n' data-of='{escape(c, quote=True)}'>{v}</td>" for c, v in zip(columns[1:], cells, strict=True)
        )
        + "</tr>"
        for name, cells in rows
    )
    return f"<h2>{title}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cities(found: View) -> str:
    rows = []
    for group in found.groups:
        name = group.name if group.cities == 1 else f"{group.name} ({group.cities} together)"
        people, graded = _count(len(group.people), found.few), _count(group.graded, found.few)
        rows.append((name, [people, graded, _percent(group.whole), _weakest(group)]))
    made = _table("By city", ["City", "Learners", "Graded", "Mean of the points", "Weakest competence"], rows)
    return made.replace("<td class='n' data-of='Weakest", "<td data-of='Weakest")  # a sentence, which may wrap


def _weakest(group: Group) -> str:
    one = group.weakest
    if one is None:
        return "none stands out" if group.whole.shown else "too few to say"
    said = f"{escape(one.text)}: {_percent(group.outcomes[one.code])} of {one.learners}"
    return f"{said} <span class='soft'>({one.code})</span>"


def _programme(found: View) -> str:
    codes = list(found.everybody.programme)
    rows = [
        (group.name, [_figure(group.programme.get(code, Figure(0, shown=False))) for code in codes])
        for group in (*found.groups, found.everybody)
    ]
    titles = [framework("pec").item(code).said for code in codes]
    return _table("By programme outcome", ["City", *titles], rows) if codes else ""


def _figure(figure: Figure) -> str:
    return f"{_percent(figure)} <span class='soft'>of {figure.learners}</span>" if figure.shown else "–"


def _on_paths(found: View) -> str:
    columns = ["Path", "Learners", "Have begun", "Half of them have done at least", "Have done all that is written"]
    rows = [(one.role.capitalize(), _place(one, found.few)) for one in found.paths]
    return _table("By path", columns, rows) if rows else ""


def _place(one: OnPath, few: int) -> list[str]:
    if not one.shown:
        return [_count(one.learners, few), "–", "–", "–"]
    median = f"{round(100 * one.median)} % of the hours"
    return [str(one.learners), _count(one.begun, few), median, _count(one.finished, few)]


def _reading(found: View) -> str:
    notes = "".join(f"<li>{escape(note)}</li>" for note in found.notes)
    return (
        "<h2>How to read this</h2><ul>"
        "<li>A percentage is the mean of the learners' shares of the points, over the learners behind the word "
        "<i>of</i>; who was not graded is not in it. ± is the standard error of the mean.</li>"
        "<li>A competence is named as weakest where its mean lies more than three standard errors below the mean of "
        "all of the city's points.</li>"
        f"<li>A number on fewer than {found.few} people is not shown (–); small cities are put together, and a total "
        "is left out where a hidden number would follow from it.</li>"
        "<li>On paths, what learners checked on their own machines counts, too; for points, only what was graded.</li>"
        f"{notes}</ul>"
    )


def _percent(figure: Figure) -> str:
    if not figure.shown:
        return "–"
    error = f" ± {100 * figure.error:.0f}" if figure.error >= 0.005 else ""
    return f"{100 * figure.mean:.0f}{error} %"


def _count(number: int, few: int) -> str:
    return str(number) if number == 0 or number >= few else f"fewer than {few}"


def table(found: View) -> tuple[tuple, list[tuple]]:
    """The page's figures as a table; what the page hides is empty."""
    head = ("City", "Learners", "Graded", "Code", "Text", "Of learners", "Mean %", "Standard error %")
    rows = []
    for group in (*found.groups, found.everybody):
        who = (group.name, _count(len(group.people), found.few), _count(group.graded, found.few))
        for code, figure in {"": group.whole, **group.programme, **group.outcomes}.items():
            numbers = (figure.learners, round(100 * figure.mean, 1), round(100 * figure.error, 1))
            rows.append((*who, code, found.texts.get(code, "all points"), *(numbers if figure.shown else ("", "", ""))))
    return head, rows


def learners(course: Course, people: dict[str, Person], called: Callable, default: str) -> tuple[tuple, list[tuple]]:
    """One line a learner, for who teaches them: where on which path, and the weakest outcome."""
    from qtrain.course import CourseError

    from . import attainment

    head = (
        "Learner",
        "Name",
        "City",
        "Path",
        "Lessons done",
        "of",
        "Hours left",
        "Next",
        "Points %",
        "Weakest outcome",
    )
    rows = []
    for name, person in people.items():
        try:
            role = role_of(person, default)
        except CourseError:
            role = ""
        place = standing(course, paths.role(role), person.done) if role else None
        reached = attainment.by_outcome(course, [person])
        least = min(reached, key=lambda one: one.mean, default=None)
        of = sum(result.of for result in person.results.values())
        got = sum(result.share * result.of for result in person.results.values())
        rows.append(
            (
                called(name),
                person.learner.shown,
                person.learner.city,
                role,
                place.done if place else "",
                len(place.written) if place else "",
                round(place.minutes_left / 60, 1) if place else "",
                place.next.id if place and place.next else "",
                round(100 * got / of, 1) if of else "",
                f"{least.code} {least.text} ({100 * least.mean:.0f} %)" if least and least.mean < 1 else "",
            )
        )
    return head, rows


def add_arguments(parser) -> None:
    """Arguments of `qtrain cohort`."""
    add_gradebooks(parser, needed=False)
    parser.add_argument(
        "--records", type=Path, metavar="DIR", help="collected records: LEARNER.sqlite, or their folders"
    )
    parser.add_argument("--path", default="", metavar="ROLE", help="the path of those for whom the roster names none")
    parser.add_argument("-o", "--output", type=Path, default=Path("cohort"), metavar="OUT", help="the folder (cohort)")
    parser.add_argument(
        "--fewest", type=int, default=FEW, metavar="N", help=f"hide numbers on fewer people ({FEW}; never less than 3)"
    )
    parser.add_argument("--course", type=Path, help="the course's folder, if it is not found by itself")


def run(args) -> int:
    """Write the page and the table; with --names, a line for each learner, too."""
    from qtrain.course import CourseError, load
    from qtrain.grading.errors import GradingError

    try:
        if args.fewest < 3:
            raise GradingError("--fewest is at least 3: of two people each could work out the other's number")
        if not args.gradebooks and not args.roster:
            raise GradingError(
                "name the gradebooks of the cohort, or its roster:  qtrain cohort graded-1 graded-2 --roster roster.csv"
            )
        course = load(args.course)
        default = paths.role(args.path).name if args.path else ""
        people, roster = cohort_of(args)
        if not people:
            raise GradingError("there is nobody in these gradebooks: name others, or a roster with --roster")
        read, notes = add_records(people, args.records, roster) if args.records else (0, [])
        found = view(course, people, default=default, few=args.fewest)
    except (CourseError, GradingError) as error:
        print(f"qtrain cohort: {error}", file=sys.stderr)
        return 1
    for note in notes:
        print(note, file=sys.stderr)
    sets = len({result.release for person in people.values() for result in person.results.values()})
    told = f"From {_number(sets, 'release')} in the gradebooks" + (
        f" and {_number(read, 'record')} of learners' own work." if args.records else "."
    )
    args.output.mkdir(parents=True, exist_ok=True)
    atomic.write(args.output / "cohort.html", page(found, told, date.today()))
    _write(args.output / "cohort.csv", *table(found))
    if args.names:
        _write(args.output / "learners.csv", *learners(course, people, pseudonyms(True), default))
    print(f"The page: {(args.output / 'cohort.html').resolve().as_uri()}")
    print(
        f"  {args.output}: cohort.html, cohort.csv"
        + (", learners.csv (with names: keep it to yourself)" if args.names else "")
    )
    return 0


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _write(path: Path, head: tuple, rows: list[tuple]) -> None:
    from qtrain.grading.names import cell

    with atomic.text_file(path, "utf-8-sig") as file:
        lines = csv.writer(file)
        lines.writerow(head)
        lines.writerows([one if isinstance(one, int | float) else cell(one) for one in row] for row in rows)
