"""``qtrain grade``: from a folder of submissions to a gradebook, feedback pages, a class report and LMS files."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from qtrain.grading.errors import GradingError
from qtrain.grading.release import add_rule_arguments


def add_arguments(parser) -> None:
    """The options of ``qtrain grade``."""
    parser.add_argument(
        "submissions",
        nargs="*",
        type=Path,
        metavar="SUBMISSIONS",
        help="a folder (one per learner, flat files, nbgrader's exchange) or a zip of Moodle or Canvas; several, too",
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        type=Path,
        metavar="OUT",
        help="where the gradebook and all reports are; run again with the same to go on",
    )
    parser.add_argument("--roster", type=Path, metavar="CSV", help="the class, if the release was made without it")
    parser.add_argument(
        "--release",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="the folder that qtrain release wrote (found by itself beside SUBMISSIONS or OUT)",
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--workers", type=int, metavar="N", help="submissions at a time (one more than processors)")
    where.add_argument("--scheduler", metavar="tcp://…", help="a Dask scheduler whose workers do the work")
    parser.add_argument(
        "--database",
        metavar="URL",
        help="the gradebook's database (OUT/gradebook.sqlite), for example postgresql://user@host/name",
    )
    parser.add_argument(
        "--trust-submissions",
        action="store_true",
        help="run them although nothing fences them in: for your own notebooks only",
    )
    parser.add_argument("--require-confinement", action="store_true", help="refuse without every fence (the default)")
    parser.add_argument(
        "--new", action="store_true", help="begin another gradebook for a release that is graded elsewhere already"
    )
    parser.add_argument("--bank", type=Path, metavar="DIR", help="where the release's bank is, if it was moved")
    parser.add_argument(
        "--regrade",
        nargs="?",
        const="changed",
        choices=("changed", "all"),
        default="",
        help="grade again what was judged by another version of the course, or 'all'; history is kept",
    )
    parser.add_argument("--timeout", type=float, default=20.0, metavar="S", help="seconds for one cell (20)")
    deciding = parser.add_argument_group(
        "decisions, all of which stay in the gradebook's history",
        "LEARNER is an id, a pseudonym, or group:NAME for all of a group.",
    )
    deciding.add_argument(
        "--points",
        nargs=3,
        action="append",
        default=[],
        metavar=("LEARNER", "EXERCISE", "POINTS"),
        help="set points by hand; EXERCISE - means the whole grade, POINTS - takes them back",
    )
    deciding.add_argument(
        "--comment",
        nargs=3,
        action="append",
        default=[],
        metavar=("LEARNER", "EXERCISE", "TEXT"),
        help="add a comment to the feedback; EXERCISE - means to all of it",
    )
    deciding.add_argument(
        "--remarks",
        type=Path,
        metavar="CSV",
        help="points and comments from a table: learner, exercise, points, comment",
    )
    deciding.add_argument(
        "--extend", nargs=2, action="append", default=[], metavar=("LEARNER", "TIME"), help="another due time for one"
    )
    deciding.add_argument(
        "--alias",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "LEARNER"),
        help="files that come by this name are this learner's",
    )
    deciding.add_argument(
        "--remove",
        nargs=2,
        action="append",
        default=[],
        metavar=("LEARNER", "WHY"),
        help="what the learner has handed in so far no longer counts",
    )
    deciding.add_argument(
        "--excuse",
        nargs=2,
        action="append",
        default=[],
        metavar=("LEARNER", "WHY"),
        help="the release does not count for this learner; WHY - takes it back",
    )
    deciding.add_argument(
        "--anonymous", action="store_true", help="hide names behind pseudonyms from now on, until --reveal"
    )
    deciding.add_argument("--reveal", action="store_true", help="show the names again")
    deciding.add_argument("--history", action="store_true", help="show everything that was decided")
    deciding.add_argument("--author", default="", help="who decides")
    parser.add_argument("--site", default=None, metavar="URL", help="where the course's site is, for links to lessons")
    parser.add_argument(
        "--canvas-column",
        default="",
        metavar="NAME",
        help='the assignment\'s column in Canvas, like "Problem set 1 (12345)"',
    )
    parser.add_argument(
        "--worksheet",
        type=Path,
        metavar="CSV",
        help="Moodle's grading worksheet: a copy with grades and feedback filled in is written into OUT",
    )
    parser.add_argument(
        "--scale", action="store_true", help="with --worksheet: convert the points where Moodle's maximum is another"
    )
    add_rule_arguments(parser)
    parser.add_argument("--course", type=Path, help="the course's folder, if it is not found by itself")


def run(args) -> int:
    """Grade; 0 when every submission was."""
    from qtrain.course import CourseError
    from qtrain.kernels import KernelError

    try:
        return _run(args)
    except (GradingError, CourseError, KernelError) as error:
        print(f"qtrain grade: {error}", file=sys.stderr)
        return 1


def _all_there(root, manifests) -> None:
    """Refuse before anything is made where the course is here as learners have it."""
    from qtrain.course import load
    from qtrain.grading.release import whole

    course = None
    for manifest in manifests:
        if not manifest.bank:
            course = course or load(root)
            whole(course.lesson(manifest.document))
    if not manifests:  # every notebook is judged as the course's own copy
        for document in load(root).problem_sets:
            whole(document)


def _run(args) -> int:
    from qtrain.grading import judges
    from qtrain.grading.execution import Bounds
    from qtrain.grading.settings import Settings

    said = ("points", "comment", "remarks", "extend", "alias", "remove", "excuse", "anonymous", "reveal", "history")
    decided = any(getattr(args, name) for name in (*said, "worksheet"))
    if not args.submissions and not decided and not (args.output / "gradebook.json").exists():
        raise GradingError("give the folder or zip with the submissions, or --points or --comment")
    if args.trust_submissions and args.require_confinement:
        raise GradingError("--trust-submissions and --require-confinement exclude each other")
    for path in args.submissions:
        if not path.exists():
            raise GradingError(f"there is no {path}: give the folder or the zip with the submissions")
    settings = Settings.of(args)  # before anything is made: a mistyped folder is not a new gradebook
    manifests = settings.manifests(args)
    _all_there(settings.root, manifests)
    if args.submissions and not args.scheduler:
        judges.warm(settings.root)  # while the database is made ready here
    from qtrain.grading import coordinator, decisions
    from qtrain.grading.gradebook import Gradebook

    people = settings.people()
    book = Gradebook(settings.database)
    try:
        releases = settings.releases(args, manifests, book)
        settings.save()
        decisions.on_names(book, args)
        grading = coordinator.Coordinator(
            book,
            args.output,
            releases,
            people,
            root=settings.root,
            bounds=replace(Bounds(), cell=args.timeout, answer=min(10.0, args.timeout)),
            required=not args.trust_submissions,
            regrade=args.regrade,
            canvas_column=settings.canvas_column,
        )
        decisions.on_anonymity(book, args.output, args)
        decisions.on_grades(book, releases, args)
        if args.submissions:
            grading.grade(args.submissions, scheduler=args.scheduler, workers=args.workers)
        for line in grading.report.finish():
            print(line)
        if args.worksheet:
            for line in decisions.on_worksheet(book, releases, args):
                print(line)
        if args.history:
            for made, author, what in book.history():
                print(f"{made:%Y-%m-%d %H:%M} {author or '-'}: {what}")
        return 1 if grading.report.lists["failed"] else 0
    finally:
        book.close()
