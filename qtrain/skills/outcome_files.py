"""``qtrain outcomes``: the competence map and what a cohort reached of it, as files for a department and for systems.

All come from one source: the outcomes of the lessons, the frameworks, and the results in gradebooks.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from qtrain import atomic

from . import attainment
from .attainment import PASS, TARGET, Attained
from .competences import framework, outcomes, tags
from .evidence import add_gradebooks, cohort_of, instant, pseudonyms
from .record_systems import MOODLE, moodle, statements

if TYPE_CHECKING:
    from qtrain.course import Course

    from .evidence import Person

EXCEL = "utf-8-sig"  # without its mark, Excel takes the text for another alphabet
README = """What these files say

outcomes.csv                  every outcome of every lesson: verb, level of Bloom, programme outcomes, what assesses it
moodle-competencies.csv       the same as a competency framework: Moodle, Competencies, Import competency framework
attainment-outcomes.csv       what the cohort reached of each outcome that was graded
attainment-course.csv         the same for the six outcomes of the elective, each with the programme outcome it serves
attainment-programme.csv      the same for PEC's programme outcomes
attainment-zh.csv             the same with China's graduate requirements (毕业要求达成度)
evidence.csv                  the line behind each number: who, which exercise, points, release, SHA-256 of the notebook
xapi.jsonl                    one xAPI statement a line, for a learning record store (with --home only)

How the numbers are made
- A learner's share of an outcome is the points got over the points possible in the exercises that assess it and that
  the learner was graded in. The cohort's share is the mean over its learners.
- "graded" is how many learners that is: the denominator. Who handed in nothing, or is excused, is not in it.
- "passed" is how many of them reached {pass_:g} % of the points; an outcome is attained when {target:g} % of them did.
- In a programme outcome each exercise counts once, whatever number of its outcomes lead there.
- Points that an instructor gave count before those of the check.
{notes}"""


def write(
    course: Course,
    folder: Path,
    people: dict[str, Person] | None = None,
    *,
    called: Callable[[str], str] = str,
    mark: float = PASS,
    target: float = TARGET,
    home: str = "",
    site: str = "",
) -> list[str]:
    """Write the files; what to tell on the command line.

    Parameters
    ----------
    course : Course
    folder : Path
    people : dict of str to Person, optional
        Without it, the competence map alone is written.
    called : callable
        From a learner's id to what the files call the learner.
    mark, target : float
        Percent of the points that a learner needs, and percent of the learners who are to reach it.
    home : str
        The address of the system in which learners have these names, for xAPI; "" leaves xAPI out.
    site : str
        Where the course's site is, for the addresses of exercises.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _table(folder / "outcomes.csv", *_map(course))
    _table(folder / "moodle-competencies.csv", MOODLE, moodle(course), encoding="utf-8")
    made, notes = ["outcomes.csv", "moodle-competencies.csv"], []
    if people is not None:
        found = attainment.by_outcome(course, people.values())
        unknown = attainment.graded_outcomes(course, people.values())[1]
        if unknown:
            notes = [f"- {len(unknown)} graded exercises assess no outcome of the course: {', '.join(unknown[:20])}"]
        programme = attainment.by_code(course, people.values())
        _table(folder / "attainment-outcomes.csv", *_reached(found, mark, target))
        _table(folder / "attainment-programme.csv", *_reached(programme, mark, target))
        elective = attainment.by_course_outcome(course, people.values())
        _table(folder / "attainment-course.csv", *_reached(elective, mark, target))
        _table(folder / "attainment-zh.csv", *_in_chinese(course, people, found, target))
        _table(folder / "evidence.csv", *_evidence(found, people, called))
        made += [
            "attainment-outcomes.csv",
            "attainment-course.csv",
            "attainment-programme.csv",
            "attainment-zh.csv",
            "evidence.csv",
        ]
        if home:
            with atomic.text_file(folder / "xapi.jsonl") as file:
                for statement in statements(course, people, called, home, site):
                    file.write(json.dumps(statement, ensure_ascii=False) + "\n")
            made.append("xapi.jsonl")
    atomic.write(
        folder / "README.txt", README.format(pass_=mark, target=target, notes="\n".join(notes)).rstrip() + "\n"
    )
    told = [f"{folder}: {', '.join([*made, 'README.txt'])}", *(note.removeprefix("- ") for note in notes)]
    if people is not None:
        graded = sum(bool(person.results) for person in people.values())
        told.insert(0, f"{graded} of {len(people)} learners were graded; {len(found)} outcomes were assessed.")
        if not home:
            told.append("No xAPI: it needs  --home URL, the address of the system in which learners have these names.")
    return told


def _table(path: Path, head: Iterable[str], rows: Iterable[Iterable], encoding: str = EXCEL) -> None:
    from qtrain.grading.names import cell

    with atomic.text_file(path, encoding) as file:
        table = csv.writer(file)
        table.writerow(head)
        # A number is written by us; a text might be taken for a formula.
        table.writerows([one if isinstance(one, int | float) else cell(one) for one in row] for row in rows)


def _map(course: Course):
    head = ("Outcome", "Lesson", "Text", "Verb", "Bloom", "PEC", "CEEAA", "CFQT", "CFQT levels I/II/III", "Assessed by")
    rows = []
    for document in course.documents:
        where = tags(document)
        rows += [
            (
                one.id,
                document.called,
                one.text,
                one.verb,
                one.bloom,
                " ".join(one.plos),
                " ".join(one.codes("ceeaa")),
                " ".join(where.codes),
                where.triple,
                " ".join(one.assessed_by),
            )
            for one in outcomes(document)
        ]
    return head, rows


def _reached(found: list[Attained], mark: float, target: float):
    head = (
        "Code",
        "Text",
        "Bloom",
        "PEC",
        "Assessed by",
        "Points",
        "Graded",
        "Mean %",
        "Passed",
        "Passed %",
        "Attained",
    )
    rows = []
    for one in found:
        passed = one.passed(mark)
        rows.append(
            (
                one.code,
                one.text,
                one.outcome.bloom if one.outcome else "",
                " ".join(one.outcome.plos) if one.outcome else one.code,
                " ".join(one.exercises),
                round(one.of, 4),
                one.learners,
                round(100 * one.mean, 1),
                passed,
                round(100 * passed / one.learners, 1),
                "yes" if one.attained(mark, target) else "no",
            )
        )
    return head, rows


def _in_chinese(course: Course, people: dict[str, Person], found: list[Attained], target: float):
    """课程目标 first, then 毕业要求: 达成度 is the mean of the points over the points possible."""
    head = (
        "类别",
        "编号",
        "内容",
        "支撑毕业要求",
        "考核题目",
        "满分",
        "参评人数",
        "平均得分",
        "达成度",
        "期望值",
        "是否达成",
    )
    frame = framework("ceeaa")
    lines = [
        ("课程目标", one, " ".join(frame.item(c).title for c in one.outcome.codes("ceeaa")))
        for one in found
        if one.outcome
    ]
    lines += [("毕业要求", one, one.text) for one in attainment.by_code(course, people.values(), "ceeaa")]
    rows = [
        (
            kind,
            one.code,
            one.text,
            served,
            " ".join(one.exercises),
            round(one.of, 4),
            one.learners,
            round(one.mean * one.of, 3),
            round(one.mean, 3),
            target / 100,
            "是" if one.mean >= target / 100 - 1e-9 else "否",
        )
        for kind, one, served in lines
    ]
    return head, rows


def _evidence(found: list[Attained], people: dict[str, Person], called: Callable[[str], str]):
    head = (
        *("Outcome", "PEC", "Exercise", "Learner", "Points", "Of", "Share", "Points by hand"),
        *("Release", "SHA-256 of the notebook", "Graded"),
    )
    rows = []
    for one in found:
        for exercise in one.exercises:
            for name, person in people.items():
                if result := person.results.get(exercise):
                    rows.append(
                        (
                            one.code,
                            " ".join(one.outcome.plos if one.outcome else ()),
                            exercise,
                            called(name),
                            round(result.points, 6),
                            round(result.of, 6),
                            round(result.share, 4),
                            "yes" if result.by_hand else "no",
                            result.release,
                            result.digest,
                            instant(result.at),
                        )
                    )
    return head, rows


def add_arguments(parser) -> None:
    """Arguments of `qtrain outcomes`."""
    add_gradebooks(parser, needed=False)
    parser.add_argument(
        "--course-file", type=Path, metavar="FILE.md", help="write the course file of the elective, and nothing else"
    )
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("outcomes"), metavar="OUT", help="the folder (outcomes)"
    )
    parser.add_argument(
        "--pass",
        dest="mark",
        type=float,
        default=PASS,
        metavar="%",
        help=f"of the points, for an outcome to be passed by a learner ({PASS:g})",
    )
    parser.add_argument(
        "--target",
        type=float,
        default=TARGET,
        metavar="%",
        help=f"of the learners who are to pass, for an outcome to be attained ({TARGET:g})",
    )
    parser.add_argument("--home", default="", metavar="URL", help="where learners have these names; writes xapi.jsonl")
    parser.add_argument("--site", default="", metavar="URL", help="where the course's site is, for links")
    parser.add_argument("--course", type=Path, help="the course's folder, if it is not found by itself")


def run(args) -> int:
    """Write the files."""
    from qtrain.course import CourseError, load
    from qtrain.grading.errors import GradingError

    try:
        for name, value in (("--pass", args.mark), ("--target", args.target)):
            if not 0 < value <= 100:
                raise GradingError(f"{name} is a percentage above 0 and at most 100, not {value:g}")
        for name, value in (("--home", args.home), ("--site", args.site)):
            if value and not value.startswith(("https://", "http://")):
                raise GradingError(f"{name} is an address like https://lms.example.edu, not {value!r}")
        course = load(args.course)
        if args.course_file:
            from .elective import course_file, faculty_course, plan

            title, second = plan()["title"], plan()["faculty"]["title"]
            text = f"# {title}\n\n{course_file(course)}\n# {second}\n\n{faculty_course(course)}"
            atomic.write(args.course_file, text)
            print(f"The course file: {args.course_file}")
            return 0
        people = cohort_of(args)[0] if args.gradebooks or args.roster else None
        told = write(
            course,
            args.output,
            people,
            called=pseudonyms(args.names) if people is not None else str,
            mark=args.mark,
            target=args.target,
            home=args.home,
            site=args.site,
        )
    except (CourseError, GradingError) as error:
        print(f"qtrain outcomes: {error}", file=sys.stderr)
        return 1
    print("\n".join(told))
    return 0
