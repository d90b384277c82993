"""A course file for a university, and a two-week course for its teachers, computed from the lessons.

What a university decides (hours, weights, weeks) stands in ``frameworks/elective.yml``; outcomes, times, papers and
reading come from the lessons, so that the file is right whenever it is made.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import cycle
from typing import TYPE_CHECKING

from qtrain.course.errors import CourseError

from .competences import FOLDER, Outcome, framework, outcomes, table, verb_of

if TYPE_CHECKING:
    from qtrain.course import Course, Lesson

_ITEM = re.compile(r"^- (.+?)(?=^- |\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class CourseOutcome:
    """An outcome of the elective, and the outcomes of its lessons that it stands for."""

    id: str
    text: str
    verb: str
    bloom: str
    plo: str
    lessons: tuple[Outcome, ...]


@lru_cache(maxsize=1)
def plan() -> dict:
    """What a university decides."""
    import yaml

    return yaml.safe_load((FOLDER / "elective.yml").read_text(encoding="utf-8"))


def lessons_of(course: Course, weeks: int | None = None) -> list[Lesson]:
    """The lessons of the first so many weeks, in their order."""
    names = [name for week in plan()["weeks"][:weeks] for name in str(week["lessons"]).split()]
    return [course.lesson(name) for name in names]


def documents_of(course: Course) -> list[Lesson]:
    """The lessons and the problem sets that are handed in."""
    return [*lessons_of(course), *(course.lesson(week["hand in"]) for week in plan()["weeks"] if "hand in" in week)]


def course_outcomes(course: Course) -> list[CourseOutcome]:
    """The outcomes of the elective; each outcome of its lessons stands behind the first one that fits."""
    rows = plan()["outcomes"]
    behind: dict[str, list[Outcome]] = {row["id"]: [] for row in rows}
    for document in documents_of(course):
        module = document.id.partition(".")[0]
        for one in outcomes(document):
            fits = (row["id"] for row in rows if row["plo"] == one.plos[0] and module in row["modules"].split())
            if (found := next(fits, None)) is not None:
                behind[found].append(one)
    made = []
    for row in rows:
        if (verb := verb_of(row["text"])) is None:
            raise CourseError(f"the outcome {row['id']} of elective.yml begins with none of the verbs of verbs.yml")
        made.append(
            CourseOutcome(row["id"], row["text"], verb, table()["verbs"][verb][0], row["plo"], tuple(behind[row["id"]]))
        )
    return made


def paper(course: Course, name: str) -> list[tuple[str, str]]:
    """A sample paper: (exercise, course outcome), turn by turn from each outcome, each lesson once where that goes.

    Questions stand alone and have numbers for each learner; the same seed gives the same paper.
    """
    from qtrain.grading.exam import stands_alone

    told = plan()["papers"][name]
    chance = random.Random(f"{name} {told['seed']}")
    asked = {exercise.id: exercise for lesson in lessons_of(course, told["weeks"]) for exercise in lesson.exercises}
    fit = {number for number, exercise in asked.items() if stands_alone(exercise)}
    shown = set(plan()["weights"][name]["shows"].split())
    pools = {}
    for one in course_outcomes(course):
        offered = [number for outcome in one.lessons for number in outcome.assessed_by if number in fit]
        if one.id in shown and offered:
            pools[one.id] = sorted(set(offered))
            chance.shuffle(pools[one.id])
    chosen: dict[str, str] = {}
    for code in cycle(pools):
        left = [number for number in pools[code] if number not in chosen]
        if len(chosen) == told["questions"] or not any(set(pool) - set(chosen) for pool in pools.values()):
            break
        taken = {number.rpartition(".")[0] for number in chosen}
        if left:
            chosen[min(left, key=lambda number: number.rpartition(".")[0] in taken)] = code
    order = list(asked)
    return sorted(chosen.items(), key=lambda pair: order.index(pair[0]))


def reading(lesson: Lesson) -> list[str]:
    """The items of a lesson's further reading, each as one line."""
    for cell in reversed(lesson.notebook["cells"]):
        if cell["cell_type"] == "markdown" and cell["source"].startswith("## Further reading"):
            return [" ".join(item.split()) for item in _ITEM.findall(cell["source"])]
    return []


def course_file(course: Course, link=lambda lesson: lesson.id) -> str:
    """The course file in Markdown.

    Parameters
    ----------
    course : Course
    link : callable
        From a lesson to how it is named in the text, such as a link to it.
    """
    told, made = plan(), course_outcomes(course)
    weeks, hours = sum(bool(week["lessons"]) for week in told["weeks"]), told["contact"]
    contact = weeks * sum(hours.values())
    parts = [
        _table(
            ("", ""),
            [
                ("Title", told["title"]),
                ("Level", told["level"]),
                ("Credit hours", told["credits"]),
                ("Weeks", f"{weeks}, and {len(told['weeks']) - weeks} for the final paper"),
                ("Contact hours", f"{contact} ({hours['theory']} theory and {hours['laboratory']} laboratory a week)"),
                ("A student's week", f"{told['student hours']} hours, contact hours included"),
                ("What to know first", told["needs"]),
                ("Software", "Free, on one's own computer or the department's; works without a network"),
            ],
        ),
        "Hours, weights and weeks are a proposal; check them against your university's rules. All else is computed "
        "from the lessons.",
        "## Course learning outcomes",
        _table(
            ("", "A student who passes can …", "Bloom", "PEC", "CEEAA", "from"),
            [
                (
                    one.id,
                    one.text[0].lower() + one.text[1:],
                    one.bloom,
                    one.plo,
                    " ".join(framework("ceeaa").data["from_pec"][one.plo]),
                    f"{len(one.lessons)} outcomes of lessons",
                )
                for one in made
            ],
        ),
        _titles(made),
        "## Weekly plan",
        _weeks(course, link),
        "## Assessment",
        _assessment(),
        "The term grade with these weights is `qtrain term` with this plan:",
        _term_plan(),
        *_papers(course),
        "## Rubric of the project",
        "Each row gives 0 to 3 points; a person judges it.",
        _table(
            ("", "0", "1", "2", "3"),
            [(row["criterion"], *(str(one) for one in row["levels"])) for row in told["rubric"]],
        ),
        "## What stands behind each outcome",
        *(f"**{one.id}** {one.text}\n\n" + "\n".join(f"- {o.id} {o.text}" for o in one.lessons) for one in made),
        "## Reading",
        "By lesson, as the lessons give it.",
        *_reading(course),
    ]
    return "\n\n".join(parts) + "\n"


def faculty_course(course: Course, link=lambda lesson: lesson.id) -> str:
    """The two-week course for teachers, in Markdown."""
    told = plan()["faculty"]
    rows = []
    for number, day in enumerate(told["days"], 1):
        lessons = [course.lesson(name) for name in str(day["lessons"]).split()]
        minutes = sum(lesson.minutes for lesson in lessons)
        names = ", ".join(f"{link(lesson)} {lesson.title}" for lesson in lessons)
        rows.append((number, names, f"{minutes / 60:.1f} h", day["practice"], f"{day['hours']} h"))
    trusted = ", ".join(sorted(told["on trust"].split(), key=lambda name: [int(x) for x in name.split(".")]))
    return (
        "\n\n".join(
            [
                f"Ten days of {told['hours']} hours. In the first part of a day you are a learner: you read and "
                "answer, as your class will. In the second part you are a teacher.",
                _table(("day", "as a learner", "time", "as a teacher", "time"), rows),
                "Some of these lessons build on others, which you take on trust for these two weeks: "
                f"{trusted}. Work through them before you teach them.",
                "At the end: thirty minutes taught, one exercise of your own that catches two mistakes, one paper with "
                "its key, and one report on outcomes. The others judge them by the rubric of the project.",
            ]
        )
        + "\n"
    )


def _titles(made: list[CourseOutcome]) -> str:
    pec = framework("pec")
    used = [code for code in pec.items if any(one.plo == code for one in made)]
    rest = [code for code in pec.items if code not in used]
    named = ", ".join(f"{code} {pec.item(code).said}" for code in used)
    return (
        f"{pec.short} {pec.version}: {named}. The course does not assess {', '.join(rest)}: take them from a project "
        "in a team, or from other courses."
    )


def _weeks(course: Course, link) -> str:
    rows = []
    for number, week in enumerate(plan()["weeks"], 1):
        lessons = [course.lesson(name) for name in str(week["lessons"]).split()]
        minutes = sum(lesson.minutes for lesson in lessons)
        names = "; ".join(f"{link(lesson)} {lesson.title}" for lesson in lessons)
        also = [f"problem set {week['hand in'].partition('.')[0]}"] if "hand in" in week else []
        also += [week["also"]] if "also" in week else []
        serves = sorted(
            {one.id for one in course_outcomes(course) for o in one.lessons if o.lesson in {x.id for x in lessons}}
        )
        rows.append((number, names, f"{minutes / 60:.1f}" if minutes else "", ", ".join(also), " ".join(serves)))
    return _table(("week", "lessons", "hours", "also", "outcomes"), rows)


def _assessment() -> str:
    rows = [(name, f"{row['weight']} %", row["what"], row["shows"]) for name, row in plan()["weights"].items()]
    return _table(("part", "weight", "what", "shows"), rows)


def _term_plan() -> str:
    sets = [week["hand in"].partition(".")[0] for week in plan()["weeks"] if "hand in" in week]
    folders = {"Problem sets": [f"graded-{number}" for number in sets]}
    lines = [f"title: {plan()['title']}", "of: 100", "round: 1", "parts:"]
    for name, row in plan()["weights"].items():
        own = folders.get(name, [f"{name.lower().replace(' ', '-')}-graded"])
        lines.append(f"  {name}: {{weight: {row['weight']}, sets: [{', '.join(own)}]}}")
    return "```yaml\n" + "\n".join(lines) + "\n```"


def _papers(course: Course) -> list[str]:
    parts = []
    for name, told in plan()["papers"].items():
        asked = [(course.exercise(number), code) for number, code in paper(course, name)]
        points = sum(exercise.points for exercise, _ in asked)
        rows = [(n, e.title, e.id, e.kind, e.rung, f"{e.points:g}", code) for n, (e, code) in enumerate(asked, 1)]
        ids = ",".join(exercise.id for exercise, _ in asked)
        parts += [
            f"## Sample: {name.lower()}",
            f"{len(asked)} questions, {points:g} points, on weeks 1 to {told['weeks']}. Each learner gets numbers of "
            "their own. These questions are public; for grades, draw others, or take a private bank.",
            _table(("", "question", "from", "kind", "asks", "points", "shows"), rows),
            f"```bash\nqtrain release paper:{ids} -o paper --learners roster.csv\n```",
        ]
    return parts


def _reading(course: Course) -> list[str]:
    parts, seen = [], set()
    for lesson in lessons_of(course):
        items = [item for item in reading(lesson) if item not in seen]
        seen |= set(items)
        if items:
            parts.append(f"**{lesson.id} {lesson.title}**\n\n" + "\n".join(f"- {item}" for item in items))
    return parts


def _table(head: tuple, rows: list[tuple]) -> str:
    def line(cells) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(head), "|" + "---|" * len(head), *map(line, rows)])
