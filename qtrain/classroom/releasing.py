"""``qtrain hub DIR release``, ``close``, ``extend`` and ``collect``: in a terminal what the teacher's page does."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from .database import ClassDatabase
from .errors import ClassroomError
from .hand_ins import FOLDER, HandIns
from .people import People
from .releases import Releases, to_the_hub
from .teachers_course import option


def add_arguments(parser) -> None:
    """The options of the action that ends the parser's name."""
    action = parser.prog.rsplit(" ", 1)[-1]
    parser.add_argument("release", metavar="NAME", help="what the release is called, such as ps1")
    if action == "release":
        parser.add_argument(
            "module",
            nargs="?",
            default="",
            metavar="MODULE",
            help="the problem set, such as 1 (one that is there needs none)",
        )
        parser.add_argument("--due", default="", metavar="TIME", help="like 2026-03-01T23:59")
        parser.add_argument("--timezone", default="", metavar="ZONE", help="in which TIME is meant (this computer's)")
    elif action == "extend":
        parser.add_argument("learner", metavar="LEARNER", help="the id in the roster")
        parser.add_argument("until", metavar="TIME", help="like 2026-03-01T23:59; - takes it back")
    elif action == "collect":
        parser.add_argument("--zip", type=Path, metavar="FILE", help="write all of it into a zip, too")


def run(args) -> int:
    """Do it, and say in a sentence what was done."""
    folder = Path(args.folder)
    database = ClassDatabase(folder)
    releases = Releases(folder, database)
    try:
        said = _ACTIONS[args.action](args, releases, HandIns(folder, database, releases))
    except ClassroomError as error:
        print(f"qtrain hub {args.action}: {error}", file=sys.stderr)
        return 1
    print(*database.notes, said, sep="\n")
    return 0


def _release(args, releases: Releases, _) -> str:
    ids = [learner.id for learner in People(releases.class_folder).roster().learners]
    known = args.release in releases.all()
    if args.module or not known or releases.without_a_copy(args.release, ids):
        releases.prepare(args.release, args.module, args.due, args.timezone)
    releases.open(args.release)
    copies = len(releases.one(args.release).manifest.variants)
    return f"{args.release} is given to {copies} learners: it appears in everybody's lab within 15 seconds."


def _close(args, releases: Releases, _) -> str:
    releases.close(args.release)
    return f"{args.release} is closed: it takes hand-ins only from those who have an extension."


def _extend(args, releases: Releases, _) -> str:
    until = releases.extend(args.release, args.learner, "" if args.until == "-" else args.until)
    return (
        f"{args.learner} has time until {until:%Y-%m-%d %H:%M} UTC." if until else f"{args.learner} has no extension."
    )


def _collect(args, releases: Releases, hand_ins: HandIns) -> str:
    release = releases.one(args.release)
    hand_ins.recover(People(releases.class_folder).roster())
    found = releases.database.hand_ins(args.release)
    missing = sorted(release.manifest.variants.keys() - {one.learner for one in found})
    place = releases.class_folder / FOLDER / args.release
    if args.zip:
        hand_ins.pack(args.release, args.zip)
        place = args.zip
        if hasattr(os, "geteuid") and os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdecimal():
            os.chown(args.zip, int(os.environ["SUDO_UID"]), int(os.environ.get("SUDO_GID", -1)))
    to_the_hub(releases.class_folder / FOLDER, releases.class_folder)
    more = "".join(
        f" --extend {shlex.quote(learner)} {until.isoformat(timespec='seconds')}"
        for learner, until in release.extensions.items()
    )
    who = f"{len({one.learner for one in found})} of {len(release.manifest.variants)} learners handed in {args.release}"
    from_here, released = (shlex.quote(str(path)) for path in (place, releases.folder / args.release))
    grade = f"qtrain grade {from_here} --release {released} -o grades-{args.release}{more}"
    grade = " ".join([grade, *option(releases.class_folder)])
    return f"{who}{': missing are ' + ', '.join(missing) if missing else ''}.\nGrade it with:  {grade}"


_ACTIONS = {"release": _release, "close": _close, "extend": _extend, "collect": _collect}
