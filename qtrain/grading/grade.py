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
        nargs="?",
        type=Path,
        metavar="SUBMISSIONS",
        help="a folder (one per learner, flat files, nbgrader's exchange) or a zip of Moodle or Canvas",
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
    parser.add_argument("--require-confinement", action="store_true", help="refuse to run anything without every fence")
    parser.add_argument(
        "--regrade",
        nargs="?",
        const="changed",
        choices=("changed", "all"),
        default="",
        help="grade again what was judged by another version of the course, or 'all'; history is kept",
    )
    parser.add_argument("--timeout", type=float, default=20.0, metavar="S", help="seconds for one cell (20)")
    parser.add_argument(
        "--points",
        nargs=3,
        action="append",
        default=[],
        metavar=("LEARNER", "EXERCISE", "POINTS"),
        help="set points by hand; EXERCISE - means the whole grade",
    )
    parser.add_argument(
        "--comment",
        nargs=3,
        action="append",
        default=[],
        metavar=("LEARNER", "EXERCISE", "TEXT"),
        help="add a comment to the feedback; EXERCISE - means to all of it",
    )
    parser.add_argument("--author", default="", help="who sets points and comments")
    parser.add_argument("--site", default=None, metavar="URL", help="where the course's site is, for links to lessons")
    parser.add_argument(
        "--canvas-column",
        default="",
        metavar="NAME",
        help='the assignment\'s column in Canvas, like "Problem set 1 (12345)"',
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


def _run(args) -> int:
    from qtrain.grading import judges
    from qtrain.grading.execution import Bounds

    if args.submissions is None and not (args.points or args.comment):
        raise GradingError("give the folder or zip with the submissions, or --points or --comment")
    root = args.course and str(args.course.resolve())
    if args.submissions is not None and not args.scheduler:
        judges.warm(root)  # while the database and the cluster are made ready here
    from qtrain.grading import coordinator, roster
    from qtrain.grading.gradebook import Gradebook

    book = Gradebook(args.database or args.output / "gradebook.sqlite")
    try:
        people = roster.read(args.roster) if args.roster else None
        releases = coordinator.releases(args, book)
        grading = coordinator.Coordinator(
            book,
            args.output,
            releases,
            people,
            root=root,
            bounds=replace(Bounds(), cell=args.timeout, answer=min(10.0, args.timeout)),
            required=args.require_confinement,
            regrade=args.regrade,
            canvas_column=args.canvas_column,
        )
        grading.remarks(args.points, args.comment, args.author)
        if args.submissions is not None:
            grading.grade(args.submissions, scheduler=args.scheduler, workers=args.workers)
        for line in grading.report.finish():
            print(line)
        return 1 if grading.report.lists["failed"] else 0
    finally:
        book.close()
